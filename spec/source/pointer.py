"""JSON Pointers (RFC 6901): writing, splitting and following them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Token: TypeAlias = str | int
Json: TypeAlias = Any
"""A JSON value as Python reads it: None, bool, int, float, str, list, or dict with str keys."""


def escape(token: Token) -> str:
    """One reference token, escaped: ``a/b`` → ``a~1b`` (RFC 6901 section 3)."""
    return str(token).replace("~", "~0").replace("/", "~1")


def join(tokens: Iterable[Token]) -> str:
    """A pointer from its tokens: ``("course", "ids")`` → ``/course/ids``; no tokens → ``""`` (the whole)."""
    return "".join("/" + escape(token) for token in tokens)


def split(pointer: str) -> tuple[str, ...]:
    """The tokens of a pointer. Raises ValueError if it is neither empty nor starts with ``/``."""
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON Pointer: it must be empty or start with '/'.")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def step(value: Any, token: Token) -> Any:
    """The child of a JSON value that a token names. Raises LookupError if there is none."""
    if isinstance(value, Mapping):
        return value[token]
    if isinstance(value, Sequence) and not isinstance(value, str):
        text = str(token)
        if text.isascii() and text.isdigit() and (text == "0" or text[0] != "0"):
            return value[int(text)]
    raise LookupError(token)


def follow(value: Any, pointer: str | Iterable[Token]) -> Any:
    """The part of a JSON value that a pointer names. Raises LookupError if there is none."""
    tokens = split(pointer) if isinstance(pointer, str) else pointer
    for token in tokens:
        value = step(value, token)
    return value


def edited(value: Any, edits: Mapping[tuple[str, ...], Any]) -> Any:
    """A copy of a JSON value with what stands at some places exchanged; what is not on the way to one is shared."""
    if not edits:
        return value
    if () in edits:
        return edits[()]
    below: dict[str, dict[tuple[str, ...], Any]] = {}
    for path, new in edits.items():
        below.setdefault(path[0], {})[path[1:]] = new
    if isinstance(value, list):
        return [edited(child, below.get(str(index), {})) for index, child in enumerate(value)]
    return {key: edited(child, below.get(key, {})) for key, child in value.items()}
