"""Reading the two documents of a diff: files, or revisions of files that git holds."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spec.source.reading import Mark, Source, SourceError, parse, read


def source(name: str) -> Source:
    """The document that an argument names: a file, or ``git:REV:PATH``. Raises SourceError."""
    found = _from_git(name) if name.startswith("git:") else read(Path(name))
    openapi_object(found)
    return found


def openapi_object(found: Source) -> Mapping[str, Any]:
    """The document as an OpenAPI 3.0 or 3.1 object. Raises SourceError when it is none."""
    value = found.value
    if not isinstance(value, Mapping):
        raise SourceError(found.name, found.mark(""), "is not an OpenAPI document: its root is not an object.")
    version = value.get("openapi")
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1")):
        given = f"'openapi' is {version!r}" if "openapi" in value else "it has no member 'openapi'"
        reason = f"is not an OpenAPI 3.0 or 3.1 document: {given}. Convert it to 3.0 or 3.1 first."
        raise SourceError(found.name, found.mark("/openapi"), reason)
    return value


def _from_git(name: str) -> Source:
    _, _, rest = name.partition(":")
    revision, colon, path = rest.partition(":")
    if not colon or not path or not revision or revision.startswith("-"):
        raise SourceError(name, Mark(1, 1), "is not of the form git:REV:PATH, for example git:main:spec/openapi.yaml.")
    command = ["git", "show", f"{revision}:{path}"]  # git's own rule: from the top of the repository, or ./ from here
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=30)  # noqa: S603  no shell, no option
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(name, Mark(1, 1), f"cannot be read: git does not run ({error}).") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0] if said else "git show failed"
        raise SourceError(
            name, Mark(1, 1), f"cannot be read from git ({reason}); fetch the revision or correct the path."
        )
    try:
        return parse(done.stdout.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise SourceError(name, Mark(1, 1), f"is not UTF-8 (byte {error.start}): save it as UTF-8.") from None
