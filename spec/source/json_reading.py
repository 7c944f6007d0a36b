"""Reading JSON that others wrote (reports, recordings, ready files): bounded, and refused with the place."""

from __future__ import annotations

import json
from pathlib import Path

from spec.source.depth import deeper_than
from spec.source.place import Mark, SourceError
from spec.source.pointer import Json
from spec.source.scalars import NumberError, integer, number

LARGEST = 512 * 2**20
"""Bytes that a file may have: recordings are large."""
DEEPEST = 500


def read_json(path: Path, *, largest: int = LARGEST) -> Json:
    """The JSON value of a file. Raises SourceError with line and column."""

    def fail(reason: str, mark: Mark = Mark(1, 1)) -> SourceError:  # noqa: B008  a frozen value
        return SourceError(str(path), mark, reason)

    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
        if len(data) > largest:
            raise fail(f"is larger than {largest // 2**20} MiB, which is the limit.")
        value = json.loads(data.decode("utf-8-sig"), parse_int=integer, parse_float=number, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise fail(f"is not JSON: {error.msg}.", Mark(error.lineno, error.colno)) from None
    except UnicodeDecodeError as error:
        raise fail(f"is not UTF-8 (byte {error.start}): save it as UTF-8.") from None
    except NumberError as error:
        raise fail(f"is not JSON that can be read: {error}") from None
    except RecursionError:
        raise fail(f"is nested deeper than {DEEPEST} levels.") from None
    except (OSError, ValueError) as error:
        raise fail(f"cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if (pointer := deeper_than(DEEPEST, value)) is not None:
        raise fail(f"is nested deeper than {DEEPEST} levels ({pointer[:80]}…).")
    return value


def _refuse(word: str) -> Json:
    raise NumberError(f"{word} is not a JSON number.")
