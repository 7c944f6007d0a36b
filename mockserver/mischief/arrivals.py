"""Creation gone wrong: SIDs minted otherwise than promised."""

from __future__ import annotations

from typing import Any

from mockserver.mischief.bends import Bend, arranging


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
