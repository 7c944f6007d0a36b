"""The keys that a target publishes: to verify its sign-on tokens, and to try whether it confuses them with secrets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract.http.jwt import take_apart

_ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SYMMETRIC = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_OLD = 300.0
"""Seconds after which keys are fetched again before they are used."""
_MOST_FETCHED = 20
_LOOKS = 8
"""How often keys are looked at again, at once, before one is missed: several machines may show their own in turn."""
_PAUSES = (*(0.0,) * _LOOKS, 1.0, 2.0, 4.0)
"""Seconds before each further look at keys that are missed at the end of a run."""


class Signature(Enum):
    """What a set of keys says of the signature of a token."""

    VERIFIES = "verifies"
    WRONG = "wrong"
    NO_SUCH_KEY = "no such key"
    UNTELLABLE = "untellable"


_UNVERIFIED = frozenset({Signature.WRONG, Signature.NO_SUCH_KEY})


class KeySet:
    """A JSON Web Key Set (RFC 7517), as far as its keys can be read.

    ``stored`` says that a cache gave it: what is missing in it may be published meanwhile (RFC 9111 section 5.1).
    """

    def __init__(self, document: Any, *, stored: bool = False) -> None:
        listed = document.get("keys") if isinstance(document, dict) else None
        self.keys: list[tuple[str | None, Any]] = []
        self.stored = stored
        readable = []
        for entry in listed if isinstance(listed, list) else ():
            try:
                self.keys.append((entry.get("kid"), jwt.PyJWK.from_dict(_usable(entry)).key))
                readable.append(json.dumps(entry, sort_keys=True))
            except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError):
                continue
        self.entries = frozenset(readable)

    def judge(self, text: str) -> Signature:
        """Whether a token verifies: with the key that it names, or with any if it names none (RFC 7515, 4.1.4)."""
        token = take_apart(text)
        if token is None or not self.keys or token.header.get("alg") not in _ASYMMETRIC:
            return Signature.UNTELLABLE
        kid = token.header.get("kid")
        candidates = [key for name, key in self.keys if kid is None or name == kid]
        for key in candidates:
            try:
                jwt.api_jws.decode(text, key, algorithms=[token.header["alg"]])
            except (jwt.PyJWTError, ValueError, TypeError):
                continue
            return Signature.VERIFIES
        return Signature.WRONG if candidates else Signature.NO_SUCH_KEY

    def doubt(self, text: str) -> str | None:
        """Why a token cannot be verified with a published key, or None if it can."""
        token = take_apart(text)
        if token is None:
            return "it is no JWT"
        if not self.keys:
            return "no key is published"
        if token.header.get("alg") not in _ASYMMETRIC:
            return f"its algorithm is {token.header.get('alg')!r}, for which no key can be published"
        if (found := self.judge(text)) is Signature.VERIFIES:
            return None
        said = "is not published" if found is Signature.NO_SUCH_KEY else "does not verify it"
        return f"its key {token.header.get('kid')!r} {said}"

    def texts(self) -> list[str]:
        """The published keys as text, in the forms that are mistaken for shared secrets."""
        found = []
        for _, key in self.keys:
            if isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
                pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
                found += [pem, pem.strip()]
            if isinstance(key, RSAPublicKey):
                found.append(key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode())
        return found


class PublishedKeys:
    """The keys of a target in the course of a run: fetched again when they are old, and when a token does not verify.

    What was published once counts for the whole run: a token may have been made just before its key was taken away,
    or before the page of keys was written anew, or by another machine than the one that shows its keys. ``fetch``
    answers the keys of the present, or none; ``clock`` counts seconds. Keys of a recording are not ``current``: they
    are those of one moment, and nothing follows from a name that is not among them.
    """

    def __init__(
        self, fetch: Callable[[], KeySet], clock: Callable[[], float] = time.monotonic, *, current: bool = True
    ) -> None:
        self.fetch, self.clock, self.current = fetch, clock, current
        self.verified_some = False
        self._sets: list[KeySet] = []
        self._shown: list[frozenset[str]] = []
        self._doubtful: list[str] = []
        self._forgeable: list[str] = []
        self._fetched = 0
        self._lock = threading.RLock()
        self._first = self.look()

    @property
    def first(self) -> KeySet:
        """The keys as they were published at first."""
        return self._first

    def look(self) -> KeySet:
        """Fetch the keys of the present, and remember them."""
        with self._lock:
            self._fetched += 1
            found, self._fetched_at = self.fetch(), self.clock()
            if found.keys and self._shown[-1:] != [found.entries]:
                if found.entries not in self._shown:
                    self._sets.append(found)
                self._shown.append(found.entries)
            self._stored = found.stored
            return found

    def complaint(self, text: str) -> str | None:
        """Why a token does not verify, or None if it does or nobody can tell (keys that were never published)."""
        if (secret := self._open_secret(text)) is not None:
            self._forgeable.append(text)
            return f"anybody can sign it: its secret is {secret}"
        if not self.first.keys:
            return None
        with self._lock:
            if self.clock() - self._fetched_at > _OLD:
                self.look()
            found = self._judge(text)
            if found in _UNVERIFIED and self._fetched < _MOST_FETCHED:
                self.look()
                found = self._judge(text)
            self.verified_some = self.verified_some or found is Signature.VERIFIES
            complaint = self._complaint(found, text)
            if complaint is not None:
                self._doubtful.append(text)
            return complaint

    def _complaint(self, found: Signature, text: str) -> str | None:
        kid = token.header.get("kid") if (token := take_apart(text)) is not None else None
        if found is Signature.NO_SUCH_KEY and self.verified_some and self.current and not self._stored:
            return f"no key is published under its kid {kid!r}, though those of tokens before were"
        return f"no published key verifies it (kid {kid!r})" if found is Signature.WRONG else None

    def unverified(self, sleep: Callable[[float], None]) -> list[str]:
        """Tokens that did not verify when they came, and do not now: the keys are looked at some times more.

        Tokens that anybody can sign are among them.
        """
        for pause in _PAUSES:
            if not (left := self._left()):
                break
            if pause:
                sleep(pause)
            self.look()
        left = [text for text in self._left() if self._complaint(self._judge(text), text) is not None]
        return [*left, *self._forgeable]

    def _left(self) -> list[str]:
        return [text for text in self._doubtful if self._judge(text) in _UNVERIFIED]

    def complaint_now(self, text: str, *present: KeySet) -> str | None:
        """Why a token verifies with nothing that is published around its making, where others did verify before.

        A target that shows now these keys, now those, has withdrawn none of them.
        """
        if not self.verified_some or any(not keys.keys or keys.stored for keys in present):
            return None
        shown = (*present, *(self.look() for _ in range(_LOOKS if self._unknown_to(text, present) else 0)))
        if not self._unknown_to(text, shown) or len(set(self._shown)) < len(self._shown):
            return None
        return "the key that verifies it is published no longer"

    @staticmethod
    def _unknown_to(text: str, shown: Sequence[KeySet]) -> bool:
        return all(keys.judge(text) in _UNVERIFIED for keys in shown)

    def _judge(self, text: str) -> Signature:
        found = [keys.judge(text) for keys in reversed(self._sets)]
        ranked = (Signature.VERIFIES, Signature.WRONG, Signature.NO_SUCH_KEY)
        return next((one for one in ranked if one in found), Signature.UNTELLABLE)

    def _open_secret(self, text: str) -> str | None:
        """The secret of a token of a symmetric algorithm, if everybody knows it (RFC 8725 sections 2.1 and 3.5)."""
        token = take_apart(text)
        digest = _SYMMETRIC.get(str(token.header.get("alg"))) if token is not None else None
        if digest is None:
            return None
        signed, _, signature = text.rpartition(".")
        known = {"empty": b"", "the word 'secret'": b"secret"}
        known |= {f"the published key, form {place}": one.encode() for place, one in enumerate(self.first.texts(), 1)}
        for name, secret in known.items():
            mac = base64.urlsafe_b64encode(hmac.new(secret, signed.encode(), digest).digest()).rstrip(b"=").decode()
            if hmac.compare_digest(mac, signature):
                return name
        return None


def _usable(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name in ("kty", "n", "e", "crv", "x", "y", "alg")}


def read_keys(body: bytes, *, stored: bool = False) -> KeySet:
    """The key set of a response body; empty if it is none."""
    try:
        return KeySet(json.loads(body), stored=stored)
    except (ValueError, RecursionError):
        return KeySet(None)
