"""The files from which a mock is made, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from spec.catalogue.clauses import Catalogue, load_clauses
from spec.load import build
from spec.openapi.document import Document
from spec.openapi.files.sources import document as read_document
from spec.resources.agreement import installs_for
from spec.resources.installs import INSTALLS_FILE, INTEGRATIONS, ClientTerms, Install
from spec.source.files import Reach


@dataclass(frozen=True, slots=True)
class Read:
    """What the files of a mock say."""

    document: Document
    clauses: Catalogue
    installs: tuple[Install, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """The files from which a mock is made."""

    document: Path | str
    clauses: Path
    installs: Path | None = None
    """None: those that ship."""
    reach: Reach = field(default_factory=Reach)
    overlays: tuple[Path, ...] = ()
    client_secret: str | None = field(default=None, repr=False)
    """The secret of the first integration of the first install, whatever the file of the installs says."""
    referenced: list[Path] = field(default_factory=list)
    """The other files of the document, as they were when it was read last."""
    strict: bool = False
    """Whether keywords that mean nothing here are refused."""

    def read(self) -> Read:
        """What they say now. Raises SourceError or DocumentError."""
        clauses = load_clauses(self.clauses)
        source = read_document(self.document, self.reach, self.overlays)
        self.referenced[:] = [Path(file.name) for file in source.files.values()]
        document = build(source, clauses, strict=self.strict)
        provision = document.operations.get("provision")
        installs = installs_for(document, provision, self.installs) if provision else ()
        if self.client_secret is not None and installs:
            installs = (_with_secret(installs[0], self.client_secret), *installs[1:])
        return Read(document, clauses, installs)

    def watched(self) -> tuple[Path, ...]:
        """The files whose edits matter; what git holds does not change."""
        named = (Path(self.document), *self.overlays, self.clauses, self.installs or INSTALLS_FILE, *self.referenced)
        return tuple(dict.fromkeys(path for path in named if not str(path).startswith("git:")))


def _with_secret(install: Install, secret: str) -> Install:
    name = next(iter(install.members.get(INTEGRATIONS, ())), None)
    if name is None:
        return install
    terms = replace(install.clients.get(name, ClientTerms()), secret=secret)
    return replace(install, clients={**install.clients, name: terms})
