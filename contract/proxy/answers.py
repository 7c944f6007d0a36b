"""Answers that the proxy gives itself, in the one shape of errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from starlette.types import Send

from contract.judging.findings import Finding
from contract.oracle.expectation import Reason
from contract.proxy.wire.headers import Field
from spec.source.pointer import Json

FINDING = b"Invigilate-Finding"


class OwnAnswer(NamedTuple):
    """A status and the members of the one error body."""

    status: int
    body: dict[str, Json]


def unreachable(message: str, *, late: bool) -> OwnAnswer:
    """What is answered when the server behind does not (RFC 9110 sections 15.6.3 and 15.6.5)."""
    status, code = (504, "GATEWAYTIMEOUT") if late else (502, "BADGATEWAY")
    return _error(status, code, f"The proxy has no answer for you: {message}.", [])


def refused(broken: Sequence[Reason]) -> OwnAnswer:
    """What is answered to a request that breaks the contract; it was not sent on."""
    first = broken[0]
    errors = [{"pointer": one.pointer, "message": one.message, "clause": one.clause} for one in broken]
    where = f"{first.pointer}: " if first.pointer else ""
    message = (
        f"{where}{first.message}. 'invigilate proxy --refuse' did not send this request on; 'errors' lists its faults."
    )
    return _error(first.preferred, first.code, message, errors)


def withheld(findings: Sequence[Finding], status: int) -> OwnAnswer:
    """What is answered in the place of an answer that breaks the contract. The call itself has happened."""
    errors = [
        {
            "pointer": one.pointer,
            "message": f"{one.cause}: expected {one.expected}, received {one.received}",
            "clause": one.clause,
        }
        for one in findings
    ]
    message = (
        f"The server answered with status {status}, and its answer breaks the contract ({errors[0]['clause']}); "
        "'invigilate proxy --refuse' withheld it. The call may have had its effects."
    )
    return _error(502, "BADGATEWAY", message, errors)


def _error(status: int, code: str, message: str, errors: list[dict[str, str]]) -> OwnAnswer:
    return OwnAnswer(status, {"code": code, "message": message, "status": status, "errors": errors})


def telling(findings: Sequence[Finding], broken: Sequence[Reason]) -> list[Field]:
    """A header for each thing that was found: whose fault it is, the clause, the place."""
    lines = [f"answer; {one.clause}; {one.place or '/'}; {one.cause}" for one in findings]
    lines += [f"request; {one.clause}; {one.pointer or '/'}" for one in broken]
    return [Field(FINDING, one.encode("ascii", "backslashreplace").replace(b"\n", b" ")[:400]) for one in lines]


async def answer(send: Send, own: OwnAnswer, more: Sequence[Field] = (), *, head: bool = False) -> None:
    """Send an answer of the proxy's own."""
    body = json.dumps(own.body).encode()
    fields = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": own.status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if head else body})
