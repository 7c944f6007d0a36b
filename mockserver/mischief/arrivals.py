"""Creation gone wrong: SIDs minted otherwise, and good calls turned away."""

from __future__ import annotations

from typing import Any

from mockserver.behaviour import Serve
from mockserver.call import Call
from mockserver.errors import refuse
from mockserver.mischief.bends import Bend, arranging
from mockserver.reply import Reply


def unhexed() -> Bend:
    """SIDs are minted with letters beyond f; the body takes them, for there the alphabet is wider."""

    def arrange(mock: Any) -> None:
        mint = mock.provision.ids.sid

        class Ids:
            token_id, code = mock.provision.ids.token_id, mock.provision.ids.code

            def sid(self, prefix: str) -> str:
                return prefix + "z" + str(mint(""))[1:]

        mock.provision.ids = Ids()

    return arranging(arrange)


async def refusing_one_kind(_: Any, honest: Serve, call: Call) -> Reply:
    """Written exams are turned away."""
    message = await call.receive()

    async def again() -> Any:
        return message

    call.receive = again
    if b'"written"' in message.get("body", b"") and call.method == "POST" and call.header(b"token"):
        reply = await honest(call)
        if reply.status == 200:
            raise refuse("invalid-input", "exam-type-known", "Only online exams are served here.", pointer="/exam/type")
        return reply
    return await honest(call)
