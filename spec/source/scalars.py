"""Scalars of YAML and numbers of JSON: typed as JSON Schema's YAML profile types them (YAML 1.2 core), and bounded."""

from __future__ import annotations

import math
import re
from decimal import Decimal

MOST_DIGITS = 1000
"""The digits that an integer may have, or a number beyond the doubles (1e400) written out."""
_INTEGER = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LARGE = f"larger than {MOST_DIGITS} digits, which is the limit"


class NumberError(ValueError):
    """A number that is none in JSON, or larger than the limit; the message is the end of a sentence."""


def scalar(text: str) -> bool | int | float | str | None:
    """The value of a plain (unquoted) YAML scalar. Raises NumberError."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return integer(text)
    if _NUMBER.match(text):
        return number(text)
    if text.lower().lstrip("+-") in (".inf", ".nan"):
        raise NumberError(f"{text} is not a JSON number.")
    return text


def integer(text: str) -> int:
    """An integer, decimal or (YAML) octal and hexadecimal. Raises NumberError past the limit."""
    if len(text) > MOST_DIGITS:
        raise NumberError(f"the integer {text[:12]}… is {_LARGE}.")
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def number(text: str) -> int | float:
    """A number with a fraction or an exponent; beyond the range of doubles it is the exact integer.

    ``-1e400`` is legal JSON, and an infinity would be none. Raises NumberError past the limit.
    """
    found = float(text)
    if not math.isinf(found):
        return found
    exact = Decimal(text)
    if exact.adjusted() >= MOST_DIGITS:
        raise NumberError(f"the number {text if len(text) < 20 else text[:12] + '…'} is {_LARGE}.")
    return int(exact)
