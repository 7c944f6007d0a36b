"""The choices of whoever runs the mock, and the limits that protect it."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """How a mock serves. Times are seconds, sizes bytes. ``public_url`` has no trailing slash."""

    public_url: str = "http://127.0.0.1:8400"
    token_ttl: int = 3600
    signon_ttl: int = 300
    reject_unknown_members: bool = False
    largest_body: int = MIB
    deepest_body: int = 64
    longest_credential: int = 8192
    journal_length: int = 512
    journal_body: int = 65_536

    @property
    def contract_url(self) -> str:
        """Where the contract page is; errors link to its clauses."""
        return f"{self.public_url}/_invigilate/contract"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one connection may cost: seconds to send a whole request, and the size and number of its headers."""

    request_deadline: float = 20.0
    most_headers: int = 100
    largest_headers: int = 32_768
