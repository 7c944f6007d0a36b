"""Sign-on links and tokens: made once, good once."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
import uuid
from typing import Any

import jwt
from servers.second.server.installs import Install
from servers.second.server.messages import RefusedError
from servers.second.server.tokens import ISSUER, Tokens


class Signons:
    """Makes links, and takes them back."""

    lasts = 300

    def __init__(self, tokens: Tokens) -> None:
        self.tokens, self.base = tokens, "http://127.0.0.1"

    def issue(
        self, database: sqlite3.Connection, install: Install, integration: str, user: str, claims: dict[str, Any]
    ) -> dict[str, str]:
        all_claims = self.claims(install, integration, user) | {name: value for name, value in claims.items() if value}
        code = secrets.token_urlsafe(24)
        row = (code, all_claims.get("jti"), install.sid, time.time() + self.lasts, 0, json.dumps(all_claims))
        database.execute("INSERT INTO signon VALUES (?, ?, ?, ?, ?, ?)", row)
        return {
            "redirect": f"{self.base}/v2/installs/{install.sid}/signon?code={code}",
            "token": self.tokens.sign(all_claims),
        }

    def claims(self, install: Install, integration: str, user: str) -> dict[str, Any]:
        now = int(time.time())
        times = {"iat": now, "nbf": now, "exp": now + self.lasts, "jti": uuid.uuid4().hex}
        return {"iss": ISSUER, "aud": integration, "sub": user, "install": install.sid, **times}

    def follow(self, database: sqlite3.Connection, install: Install, code: str) -> dict[str, Any]:
        row = database.execute("SELECT * FROM signon WHERE code = ? AND install = ?", (code, install.sid)).fetchone()
        return self.used(database, row)

    def present(self, database: sqlite3.Connection, install: Install, token: str) -> dict[str, Any]:
        try:
            claims = self.tokens.verify(token)
        except jwt.InvalidTokenError as error:
            raise RefusedError(403, "SIGNONREFUSED", "This is no sign-on token of ours, or it has expired.") from error
        key = (claims.get("jti"), install.sid)
        return self.used(
            database, database.execute("SELECT * FROM signon WHERE jti = ? AND install = ?", key).fetchone()
        )

    def used(self, database: sqlite3.Connection, row: sqlite3.Row | None) -> dict[str, Any]:
        if row is None:
            raise RefusedError(403, "SIGNONREFUSED", "There is no such sign-on at this install.")
        if row["used"] or row["expires"] < time.time():
            raise RefusedError(403, "SIGNONREFUSED", "This sign-on was used before, or has expired; provision again.")
        self.mark(database, row["code"])
        claims = json.loads(row["claims"])
        return {
            "signedOn": True,
            "install": row["install"],
            "user": claims["sub"],
            "audience": claims["aud"],
            "claims": claims,
        }

    def mark(self, database: sqlite3.Connection, code: str) -> None:
        database.execute("UPDATE signon SET used = 1 WHERE code = ?", (code,))
