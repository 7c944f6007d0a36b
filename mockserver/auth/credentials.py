"""Credentials of a call: found in its headers, verified once, and looked at again for their time at each call."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping
from typing import NamedTuple

from mockserver.auth.keys import Keys
from mockserver.auth.revocations import Revocations, TokenIdentity
from mockserver.auth.tokens import (
    API_AUDIENCE,
    API_TYPE,
    ISSUER_PATH,
    Expected,
    TokenError,
    Verified,
    hold,
    out_of_time,
    respelled,
    verify,
)
from mockserver.http.errors import Headers, Refusal, refuse
from mockserver.state.clock import Clocks
from spec.openapi.document import Document
from spec.source.pointer import Json

_EXPECTED = Expected(API_TYPE, ISSUER_PATH, API_AUDIENCE)
_MOST_VERIFIED = 4096
_LONGEST_INSTALL = 64  # of what is remembered; a longer subject names no install
_BEARER = b'Bearer realm="smarterservices"'  # as the vendor's page about tokens has it
_DESCRIPTION = b"The access token is invalid or has expired"
_CHALLENGE: Headers = ((b"www-authenticate", _BEARER),)
_INVALID: Headers = (
    (b"www-authenticate", b'%b, error="invalid_token", error_description="%b"' % (_BEARER, _DESCRIPTION)),
)


class Holder(NamedTuple):
    """Whose a verified token is, and the times between which it holds by the clock of its install.

    This is what is remembered of a token. ``client`` is the OAuth client to which it was given, if to one, ``user`` the
    SID of the user whom that has signed in, if one.
    """

    install: str
    not_before: float
    expires: float
    identity: TokenIdentity
    client: str = ""
    user: str = ""

    @property
    def speaks_for(self) -> str:
        """The install in whose name it may act; none if it is the token of a user."""
        return "" if self.user else self.install


class Credentials:
    """The judge of credentials. It keeps digests of verified tokens, never tokens.

    ``clients`` are those whose tokens live, ``revoked`` the tokens that do not.
    """

    def __init__(
        self,
        document: Document,
        keys: Keys,
        clock: Clocks,
        longest: int,
        clients: Container[str] = (),
        revoked: Revocations | None = None,
    ) -> None:
        self.keys, self.clock, self.longest, self.clients = keys, clock, longest, clients
        self.revoked = Revocations() if revoked is None else revoked
        self.header = _header_name(document.security_schemes)
        self.verified: dict[bytes, Holder] = {}

    def install_of(self, named: bytes | None, authorization: bytes | None) -> str:
        """The install that the credential of a call speaks for. Raises Refusal."""
        if authorization is None and named is not None:  # as nearly every call has it: looked at again, and no more
            known = self.verified.get(hashlib.sha256(named).digest())
            if known is not None and self._changed(known) is None:
                return known.speaks_for
        return self.holder_of(named, authorization).speaks_for

    def holder_of(self, named: bytes | None, authorization: bytes | None) -> Holder:
        """Whose the credential of a call is. Raises Refusal.

        ``named`` is the value of the document's API key header, ``authorization`` that of ``Authorization``.
        """
        named = None if named is None else named.strip(b" \t")  # white space around a value is none of it
        if authorization is None:
            if named is None:
                raise self.missing("No credential was sent")
            if named[:7].lower() == b"bearer ":
                message = f"The header {self.header!r} takes the token alone; leave out 'Bearer'."
                raise refuse("token-invalid", "credential-invalid-refused", message)
            return self._subject(named, bearer=False)
        scheme, _, value = authorization.partition(b" ")
        bearer = scheme.lower() == b"bearer"
        value = value.strip(b" \t")
        if named is not None and (not bearer or value != named):
            clause, both = (
                "credential-conflict-refused",
                f"{self.header!r} and 'Authorization' hold different credentials",
            )
            raise refuse("credential-missing", clause, f"{both}; send one of them.", headers=_CHALLENGE)
        if not bearer:
            raise self.missing("'Authorization' is not of the scheme Bearer")
        return self._subject(value, bearer=True)

    def missing(self, what: str) -> Refusal:
        """The refusal of a call without a usable credential."""
        how = f"{what}; send a token in the header {self.header!r}, or as 'Authorization: Bearer <token>'."
        return refuse("credential-missing", "credential-missing-refused", how, headers=_CHALLENGE)

    def _subject(self, token: bytes, *, bearer: bool) -> Holder:
        digest = hashlib.sha256(token).digest()
        known = self.verified.get(digest)
        try:
            if known is None:
                known = _holder(verify(token.decode("latin-1"), _EXPECTED, self.keys, longest=self.longest))
                if len(self.verified) >= _MOST_VERIFIED:
                    self.verified.clear()
                self.verified[digest] = known
            error = self._changed(known)
        except TokenError as raised:
            error = raised
        if error is not None:
            raise _refused(error, bearer=bearer, spelled=self._only_spelled(token))
        assert known is not None
        return known

    def _changed(self, known: Holder) -> TokenError | None:
        """What has become of a verified token since, if it holds no more: the only things that change."""
        now = self.clock.now(known.install)
        if not known.not_before <= now < known.expires:
            return out_of_time(known.not_before, known.expires, now)
        revoked = self.revoked.known
        if revoked and known.identity in revoked:
            return TokenError("it was revoked", withdrawn=True)
        if known.client and known.client not in self.clients:
            return TokenError("its client is not known here any more", withdrawn=True)
        return None

    def revoke(self, token: str) -> None:
        """Take a token back before its time. Raises TokenError if it is none that was made here and still holds."""
        read = verify(token, _EXPECTED, self.keys, longest=self.longest)
        known = _holder(read)
        hold(0.0, known.expires, self.clock(known.install))
        if not isinstance(read.claims.get("jti"), str):
            raise TokenError("it has no id by which it could be revoked")
        self.revoked.add(known.identity)

    def forget(self) -> None:
        """Verify every token again, as after a change of the keys."""
        self.verified.clear()

    def _only_spelled(self, token: bytes) -> bool:
        """Whether a token that is refused would do if nobody minded how it is spelled."""
        text = token.decode("latin-1")
        read = respelled(text)
        if read == text:
            return False
        try:
            return self._changed(_holder(verify(read, _EXPECTED, self.keys, longest=self.longest))) is None
        except TokenError:
            return False


def _holder(read: Verified) -> Holder:
    """Whose a token is. Without a client its subject is an install."""
    claims = read.claims
    subject = str(claims["sub"])
    client = str(claims.get("client_id", ""))
    install = str(claims.get("install", subject))[:_LONGEST_INSTALL]
    identity = TokenIdentity(str(claims.get("jti")), claims["exp"])
    user = subject if client and client != subject else ""
    return Holder(install, read.not_before, read.expires, identity, client, user)


def _refused(error: TokenError, *, bearer: bool, spelled: bool) -> Refusal:
    clause = "credential-exact" if spelled else "credential-invalid-refused"
    if error.expired or error.early:
        clause = "credential-expired-refused" if error.expired else "credential-early-refused"
    if error.withdrawn:
        clause = "token-dies"
    where = "Bearer credential" if bearer else "token"
    message = (
        f"The {where} is refused: {error.reason}. Get a new one: the token endpoint gives them, the mock prints one, "
        "'invigilate token' mints more."
    )
    situation = "bearer-invalid" if bearer else "token-invalid"
    return refuse(situation, clause, message, headers=_INVALID if bearer else ())


def _header_name(schemes: Mapping[str, Mapping[str, Json]]) -> str:
    keyed = [one for one in schemes.values() if one.get("type") == "apiKey" and one.get("in") == "header"]
    return str(keyed[0]["name"]).lower() if keyed else "token"
