"""The terminal: a line for each call, written aside, so that a reader who is slow never keeps a call waiting."""

from __future__ import annotations

import json
import queue
import sys
import textwrap
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TextIO, TypeAlias

from mockserver.control.journal.entry import JournalEntry, Shelf, view
from mockserver.http.masking import MaskedExchange
from mockserver.http.scope import ServedExchange
from spec.source.pointer import Json

_MOST_WAITING = 10_000
_PATIENCE = 1.0  # seconds that the end waits for what is not written yet
_MOST_NAMED = 8
_LONGEST_REASON = 160  # letters
_COLOURS = {2: "32", 3: "36", 4: "33", 5: "31", 0: "31"}


class Console:
    """Writes what happens to a stream. ``shelf`` reads exchanges and masks what is secret.

    Lines that nobody reads are dropped, and counted, rather than waited for.
    """

    def __init__(self, style: str, stream: TextIO, shelf: Shelf, *, coloured: bool = False) -> None:
        self.style, self.stream, self.shelf, self.is_coloured = style, stream, shelf, coloured
        self._waiting: queue.Queue[ServedExchange | str | None] = queue.Queue(_MOST_WAITING)
        self._dropped = 0
        self._thread: threading.Thread | None = None

    def __call__(self, exchange: ServedExchange) -> None:
        """Tell of a call that has ended."""
        if self.style != "none":
            self._put(exchange)

    def say(self, line: str) -> None:
        """Tell of what is no call."""
        if self.style != "none":
            self._put(line)

    def warn(self, line: str) -> None:
        """Tell of what must be known also by who wants to hear of no call."""
        if self.style != "none":
            self._put(line)
            return
        with suppress(OSError, ValueError):  # nobody reads, or the stream was closed
            sys.stderr.write(f"invigilate mock: {printable(line)}\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Write what is left, for a moment, and write no more."""
        if self._thread is not None and self._thread.is_alive():
            with suppress(queue.Full):
                self._waiting.put(None, timeout=_PATIENCE)
            self._thread.join(_PATIENCE)

    def text(self, exchange: ServedExchange) -> str:
        """What is written of a call, with its line ends."""
        (entry,) = self.shelf.entries([exchange])
        (shown,) = self.shelf.masking.show([exchange])
        return _FORMS[self.style](entry, shown, self.is_coloured)

    def _put(self, one: ServedExchange | str | None) -> None:
        if self._thread is None:  # only now: a process that forks has no thread
            self._thread = threading.Thread(target=self._write, name="console", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(one)
        except queue.Full:
            self._dropped += 1

    def _write(self) -> None:
        while (one := self._waiting.get()) is not None:
            try:
                text = self._said(one) if isinstance(one, str) else self.text(one)
            except Exception as error:  # noqa: BLE001 - a defect of ours costs a line, not all those that follow
                text = self._said(f"A call could not be shown ({type(error).__name__}: {error}). Please report it.")
            if self._dropped:
                text += self._said(f"{self._dropped} lines were left out: nobody read as fast as calls came.")
                self._dropped = 0
            try:
                self.stream.write(text)
                if self._waiting.empty():
                    self.stream.flush()
            except (OSError, ValueError):  # nobody reads any more, or the stream was closed
                return

    def _said(self, line: str) -> str:
        if self.style == "json":
            return json.dumps({"told": line}) + "\n"
        return f"{datetime.now().astimezone():%H:%M:%S}  {printable(line)}\n"


def printable(text: str) -> str:
    """A line without what could move a cursor, or be a line of its own."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _short(entry: JournalEntry, shown: MaskedExchange, coloured: bool) -> str:
    exchange = entry.exchange
    status = str(exchange.status or "---")
    if coloured:
        status = f"\x1b[{_COLOURS.get(exchange.status // 100, '0')}m{status}\x1b[0m"
    said = [f"{part} {shown_part.get('sid')} {shown_part.get('result')}" for part, shown_part in entry.done.items()]
    if entry.is_refused:
        said += [entry.code, *(_some(entry.clauses) or _why(shown))]
    if entry.unknown:
        said.append(f"unknown: {', '.join(_some(entry.unknown))}")
    said += [note for note in shown.notes if note.startswith("weather ")]
    at = datetime.fromtimestamp(exchange.at).astimezone()
    call = printable(f"{at:%H:%M:%S}  {shown.method} {shown.path}  ")
    return f"{call}{status}  {printable(', '.join(one for one in said if one))}".rstrip() + "\n"


def _why(shown: MaskedExchange) -> list[str]:
    """Why a call was refused that breaks no clause, in short."""
    notes = [one for one in shown.notes if not one.startswith("weather ")]
    return [textwrap.shorten(one, _LONGEST_REASON, placeholder=" …") for one in notes[:1]]


def _some(listed: list[str]) -> list[str]:
    rest = len(listed) - _MOST_NAMED
    return listed if rest <= 0 else [*listed[:_MOST_NAMED], f"and {rest} more"]


def _full(entry: JournalEntry, shown: MaskedExchange, coloured: bool) -> str:
    lines = [_short(entry, shown, coloured)]
    for sign, headers, body in ((">", shown.headers, shown.body), ("<", shown.answer_headers, shown.answer)):
        lines += [f"    {sign} {printable(f'{name}: {value}')}\n" for name, value in headers.items()]
        if body not in ("", None):
            text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            lines.append(f"    {sign} {printable(text)}\n")
    return "".join(lines)


def _json(entry: JournalEntry, shown: MaskedExchange, coloured: bool) -> str:
    shown_part: Mapping[str, Json] = view(entry, shown)
    return json.dumps(shown_part) + "\n"


_Form: TypeAlias = Callable[[JournalEntry, MaskedExchange, bool], str]
_FORMS: Mapping[str, _Form] = {"short": _short, "full": _full, "json": _json}
