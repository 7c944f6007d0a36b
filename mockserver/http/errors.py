"""Refusals: the one place where statuses and codes are chosen, and the one shape in which they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from spec.schema.validation import Violation
from spec.source.pointer import Json

Header: TypeAlias = tuple[bytes, bytes]
Headers: TypeAlias = tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a kind of refusal is answered with."""

    status: int
    code: str


SITUATIONS: Mapping[str, Situation] = {
    "malformed-http": Situation(400, "INVALIDINPUT"),
    "invalid-input": Situation(400, "INVALIDINPUT"),
    "credential-missing": Situation(401, "AUTHENTICATIONFAILED"),
    "bearer-invalid": Situation(401, "AUTHENTICATIONFAILED"),
    "token-invalid": Situation(403, "AUTHENTICATIONFAILED"),
    "forbidden": Situation(403, "FORBIDDEN"),
    "signon-refused": Situation(403, "FORBIDDEN"),
    "cross-site": Situation(403, "FORBIDDEN"),
    "not-found": Situation(404, "RESOURCENOTFOUND"),
    "method": Situation(405, "UNSUPPORTEDHTTPVERB"),
    "conflict": Situation(409, "CONFLICT"),
    "control-token": Situation(401, "AUTHENTICATIONFAILED"),
    "unverified": Situation(409, "VERIFICATIONFAILED"),
    "too-slow": Situation(408, "REQUESTTIMEOUT"),
    "too-large": Situation(413, "PAYLOADTOOLARGE"),
    "media-type": Situation(415, "UNSUPPORTEDMEDIATYPE"),
    "headers-too-large": Situation(431, "HEADERSTOOLARGE"),
    "defect": Situation(500, "INTERNALERROR"),
    "not-implemented": Situation(501, "NOTIMPLEMENTED"),
    "unavailable": Situation(503, "SERVICEUNAVAILABLE"),
}


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """One thing that is wrong with a request, as the answer tells it."""

    pointer: str
    message: str
    clause: str

    @property
    def placed(self) -> str:
        """The message behind its place, unless it is about the body as a whole."""
        return f"{self.pointer}: {self.message}" if self.pointer else self.message


class Refusal(Exception):  # noqa: N818 - the contract calls it so
    """A request is not served. ``situation`` is a key of SITUATIONS."""

    def __init__(
        self,
        situation: str,
        message: str,
        faults: Iterable[RefusalReason] = (),
        headers: Headers = (),
        *,
        close: bool = False,
    ) -> None:
        super().__init__(message)
        chosen = SITUATIONS[situation]
        self.situation, self.message = situation, message
        self.status, self.code = chosen.status, chosen.code
        self.faults = tuple(faults)
        self.headers: Headers = (*headers, (b"connection", b"close")) if close else headers

    def body(self, contract: str = "") -> dict[str, Json]:
        """The answer's JSON body. ``contract`` is the URL of the contract page, to which ``help`` then leads."""
        errors = [{"pointer": one.pointer, "message": one.message, "clause": one.clause} for one in self.faults]
        body = {"code": self.code, "message": self.message, "status": self.status, "errors": errors}
        if contract and errors:
            for one in errors:
                one["help"] = f"{contract}#{one['clause']}"
            body["help"] = errors[0]["help"]
        return body

    def json(self, contract: str = "") -> bytes:
        """The answer's body as bytes; ``contract`` as in ``body``."""
        return orjson.dumps(self.body(contract))


def refuse(
    situation: str, clause: str | None, message: str, *, pointer: str = "", headers: Headers = (), close: bool = False
) -> Refusal:
    """A refusal for one reason. ``clause`` is None where the contract has none, as for what is not HTTP."""
    faults = () if clause is None else (RefusalReason(pointer, message, clause),)
    return Refusal(situation, message, faults, headers, close=close)


def of_violations(violations: Iterable[Violation]) -> Refusal:
    """The refusal of a body: 404 if all that is wrong are references to what does not exist, else 400."""
    listed = list(violations)
    faults = [RefusalReason(one.pointer, one.message, one.clause) for one in listed]
    situation = "not-found" if all(one.missing for one in listed) else "invalid-input"
    if len(faults) == 1:
        where = f"{faults[0].pointer}: " if faults[0].pointer else ""
        return Refusal(situation, f"{where}{faults[0].message}", faults)
    return Refusal(situation, f"The body has {len(faults)} faults; 'errors' lists each of them.", faults)
