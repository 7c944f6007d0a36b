"""A sequence of calls as ``curl`` lines for a shell: with variables for SIDs, and placeholders where secrets stood."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from contract.report.masking import CLIENT_SECRET, neutral
from contract.report.verdict import ShownExchange, ShownRequest

LONGEST_BODY = 4_000
_PLACEHOLDER = re.compile(r"\A((?:Bearer |Basic |Token )?)(\$[A-Z_0-9]+)\Z", re.IGNORECASE)
_TAMPERED = re.compile(r"\$BAD_CREDENTIAL\((.*)\)\Z")


def curl_lines(base: str, exchanges: Sequence[ShownExchange]) -> tuple[str, ...]:
    """The lines that send a sequence again; comments start with ``#``.

    A SID that an answer gives and a later call names is kept in a variable, so that the lines work on any server.
    The last call shows the head of its answer as well.
    """
    lines: list[str] = []
    variables: dict[str, str] = {}
    groups = _groups(exchanges)
    for place, group in enumerate(groups):
        later = [one.request for following in groups[place + 1 :] for one in following]
        for exchange in group:
            needed = {sid: path for sid, path in exchange.minted.items() if _named(sid, later) and sid not in variables}
            comments, command = _command(base, exchange, variables, head=place == len(groups) - 1)
            lines += comments
            if len(group) > 1:
                lines.append(f"{command} &")
            elif not needed:
                lines.append(command)
            else:
                lines += _captured(command, needed, variables)
        if len(group) > 1:
            lines.append("wait")
    return tuple(lines)


def _groups(exchanges: Sequence[ShownExchange]) -> list[list[ShownExchange]]:
    groups: list[list[ShownExchange]] = []
    for one in exchanges:
        if groups and one.together and one.together == groups[-1][0].together:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _named(sid: str, requests: Sequence[ShownRequest]) -> bool:
    return any(sid in one.path or sid in (one.body or "") for one in requests)


def _captured(command: str, needed: Mapping[str, str], variables: dict[str, str]) -> list[str]:
    """The command with its answer in variables, which are named by the first letters of the SIDs."""
    for sid in needed:
        letters = re.sub("[^A-Z]", "", sid[:2].upper()) or "SID"
        taken = sum(name.rstrip("0123456789") == letters for name in variables.values())
        variables[sid] = f"{letters}{taken + 1 if taken else ''}"
    if len(needed) == 1:
        ((sid, path),) = needed.items()
        return [f"{variables[sid]}=$({command} | jq -r {shlex.quote(path)}); echo {_variable(variables[sid])}"]
    lines = [f'ANSWER=$({command}); echo "$ANSWER"']
    return lines + [f'{variables[sid]}=$(echo "$ANSWER" | jq -r {shlex.quote(path)})' for sid, path in needed.items()]


def _variable(name: str) -> str:
    return f'"${name}"'


def _command(base: str, exchange: ShownExchange, variables: Mapping[str, str], *, head: bool) -> tuple[list[str], str]:
    """Comments that belong before a call, and the call itself."""
    request = exchange.request
    comments = []
    words = ["curl -sS -i --path-as-is" if head and request.method != "HEAD" else "curl -sS --path-as-is"]
    if request.method != "GET":
        words.append("--head" if request.method == "HEAD" else f"-X {shlex.quote(request.method)}")
    path = _quoted((base or "") + request.path, variables)
    words.append(path if base else f'"$URL"{path}')
    for name, value in request.headers:
        if tampered := _TAMPERED.search(value):
            how = shlex.quote(neutral(tampered[1]))
            comments.append("# needs: export TOKEN=… (one that is good)")
            comments.append(f"BAD_CREDENTIAL=$(invigilate token --spoil {how} --header {shlex.quote(name)})")
            words.append(f'-H "{name}: $BAD_CREDENTIAL"')
        elif found := _PLACEHOLDER.match(value):
            words.append(f'-H "{name}: {found[1]}{found[2]}"')
        elif value == "":
            words.append(f"-H {_quoted(f'{name};')}")
        else:
            words.append(f"-H {_quoted(f'{name}: {value}')}")
    if all(name.lower() != "content-type" for name, _ in request.headers) and request.size:
        words.append("-H 'Content-Type:'")
    data = _data(request, variables)
    if data is None:
        comments.append(
            f"# the body has {request.size} bytes; the JSON report has it, and 'invigilate replay' sends it"
        )
    elif data:
        words.append(data)
    return comments, " ".join(words)


def _data(request: ShownRequest, variables: Mapping[str, str]) -> str | None:
    """The option that carries the body, "" for none, or None if it is too long to show."""
    if request.packed is not None:
        return None
    if request.body is None:
        return ""
    if len(request.body) > LONGEST_BODY or "\x00" in request.body:
        return None
    return f"--data-binary {_quoted(request.body, {**variables, CLIENT_SECRET: CLIENT_SECRET[1:]})}"


def _quoted(text: str, variables: Mapping[str, str] | None = None) -> str:
    """A word for the shell: in single quotes, or in ``$'…'`` (bash, zsh) where letters do not print.

    What has a variable is the variable.
    """
    pieces = re.split("(" + "|".join(map(re.escape, variables)) + ")", text) if variables else [text]
    words = [
        _variable(variables[piece]) if variables and piece in variables else _literal(piece)
        for piece in pieces
        if piece
    ]
    return "".join(words) or "''"


def _literal(text: str) -> str:
    if neutral(text) == text and "\n" not in text and "\t" not in text:
        return "'" + text.replace("'", "'\\''") + "'"
    out = []
    for letter in text:
        if letter in "'\\":
            out.append("\\" + letter)
        elif neutral(letter) != letter or letter in "\n\t":
            out.append("".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass")))
        else:
            out.append(letter)
    return "$'" + "".join(out) + "'"
