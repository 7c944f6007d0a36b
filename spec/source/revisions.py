"""Files of revisions that git holds: ``git:REV:PATH``, and ``git::PATH`` for what is staged."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from spec.source.reading import Mark, Source, SourceError, decoded

_FORM = "is not of the form git:REV:PATH, for example git:main:spec/openapi.yaml, or git::PATH for what is staged."


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of the repository in which we stand; the empty name is the index."""

    name: str

    @classmethod
    def of(cls, argument: str) -> tuple[Revision, str]:
        """The revision and the path (from the top of the repository) of ``git:REV:PATH``. Raises SourceError."""
        revision, colon, path = argument.removeprefix("git:").partition(":")
        if not colon or not path or revision.startswith("-"):
            raise SourceError(argument, Mark(1, 1), _FORM)
        if path.startswith(("./", "../")):  # git's own rule: such a path is seen from where we stand
            prefix = _git(argument, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").strip()
            path = _joined(argument, prefix, path)
        return cls(revision), path

    def read(self, path: str) -> Source:
        """A file at this revision. Raises SourceError."""
        name = f"git:{self.name}:{path}"
        return decoded(_git(name, "cat-file", "blob", f"{self.name}:{path}"), name)

    def top(self) -> Path | None:
        """The top folder of the work tree, or None if there is none."""
        try:
            return Path(_git("git", "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").strip())
        except SourceError:
            return None


def is_absent(argument: str) -> bool:
    """True of a ``git:REV:PATH`` whose revision is there and has no such file; HEAD may have no commit yet."""
    if not argument.startswith("git:"):
        return False
    revision, path = Revision.of(argument)
    commit = f"{revision.name or 'HEAD'}^{{commit}}"
    if not _succeeds("rev-parse", "--verify", "--quiet", "--end-of-options", commit):
        return revision.name in ("", "HEAD") and _succeeds("rev-parse", "--git-dir")
    return not _succeeds("cat-file", "-e", f"{revision.name}:{path}")


def _succeeds(*arguments: str) -> bool:
    try:
        _git("git", *arguments)
    except SourceError:
        return False
    return True


def _joined(argument: str, prefix: str, path: str) -> str:
    steps = [step for step in prefix.split("/") if step]
    for step in path.split("/"):
        if step == "..":
            if not steps:
                raise SourceError(argument, Mark(1, 1), "leads out of the repository.")
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _git(name: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  no shell; what the user gave never stands where an option could
            ["git", *arguments],  # noqa: S607  git as the user's own path finds it
            capture_output=True,
            check=False,
            timeout=30,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise SourceError(name, Mark(1, 1), f"cannot be read: git does not run ({error}).") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0].removeprefix("fatal: ") if said else "git failed"
        advice = "fetch the revision or correct the path"
        raise SourceError(name, Mark(1, 1), f"cannot be read from git ({reason}); {advice}.")
    return done.stdout
