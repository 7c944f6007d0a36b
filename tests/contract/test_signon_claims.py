"""The sign-on token is looked at claim by claim, and its signature with the keys that are published at the time."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from contract.http.jwt import respelled
from contract.judging.keyset import KeySet, PublishedKeys
from contract.probes.credentials.tokens import bad_tokens
from tests.servers.behaviour import HONEST
from tests.servers.careless.signons import (
    FAMILIES,
    ROTATIONS,
    claiming,
    hmac_signed,
    in_family,
    now,
    published,
    with_own_key,
)
from tests.servers.careless.spoiling import Careless, Spoil
from tests.servers.credentials import api_token, key_set, private_key
from tests.servers.harness import failed, judged
from tests.servers.independent import ONE
from tests.servers.inprocess import InProcess


def abouts(spoil: Spoil) -> set[tuple[str, ...]]:
    report = judged(HONEST, "recall", "signon", transport=InProcess(Careless(spoil)))
    return {one.about for one in report.findings() if one.clause == "signon-token-claims"}


def test_one_missing_claim_hides_no_other_and_nothing_that_is_wrong() -> None:
    spoilt = claiming(lambda claims, user: {"jti": None, "iss": None, "nbf": now() + 9000, "aud": "somebody"})
    assert abouts(spoilt) == {("jti",), ("iss",), ("nbf",), ("aud",)}


@pytest.mark.parametrize("name", [*ROTATIONS, *FAMILIES])
def test_keys_that_change_and_other_algorithms_are_no_failure(name: str) -> None:
    spoil = {**ROTATIONS, **FAMILIES}[name]
    assert failed(judged(HONEST, "recall", "signon", "signon-keys", transport=InProcess(Careless(spoil)))) == []


class Desk:
    """Publishes what it is told to, and counts how often it was asked."""

    def __init__(self, *names: str) -> None:
        self.names, self.asked = names, 0

    def fetch(self) -> KeySet:
        self.asked += 1
        return KeySet(json.loads(key_set(self.names)))


def test_keys_are_fetched_again_on_an_unknown_kid_and_after_a_while() -> None:
    desk, times = Desk("own"), [0.0]
    keys = PublishedKeys(desk.fetch, lambda: times[0])
    assert keys.complaint(with_own_key({"a": 1})) is None
    assert desk.asked == 1
    desk.names = ("own", "next")
    assert keys.complaint(with_own_key({"a": 1}, "next", "next")) is None
    assert desk.asked == 2
    times[0] = 600.0
    assert keys.complaint(with_own_key({"a": 1})) is None
    assert desk.asked == 3
    assert "no key is published" in str(keys.complaint(with_own_key({"a": 1}, "third", "third")))


def test_a_key_that_is_published_after_its_token_takes_the_complaint_back() -> None:
    desk, slept = Desk("own"), list[float]()
    keys = PublishedKeys(desk.fetch)
    late, never = with_own_key({"a": 1}, "next", "next"), with_own_key({"a": 1}, "third", "third")
    assert keys.complaint(with_own_key({"a": 1})) is None
    assert keys.complaint(late) is not None
    assert keys.complaint(never) is not None
    desk.names = ("own", "next")
    assert keys.unverified(slept.append) == [never]
    assert sum(slept) == 7
    desk.names = ("own", "third")
    assert keys.unverified(slept.append) == []


def test_what_anybody_can_sign_is_never_taken_back() -> None:
    keys = PublishedKeys(Desk("own").fetch)
    forged = hmac_signed(b"secret")({"a": 1}, "")
    assert keys.complaint(forged) is not None
    assert keys.unverified(lambda seconds: None) == [forged]


def test_recorded_keys_are_those_of_one_moment() -> None:
    keys = PublishedKeys(Desk("own").fetch, current=False)
    assert keys.complaint(with_own_key({"a": 1})) is None
    assert keys.complaint(with_own_key({"a": 1}, "next", "next")) is None
    assert keys.complaint(with_own_key({"a": 1}, "own", "next")) is not None


def test_keys_that_never_verified_anything_blame_nobody() -> None:
    keys = PublishedKeys(Desk("stranger").fetch)
    assert keys.complaint(with_own_key({"a": 1})) is None
    assert keys.complaint_now(with_own_key({"a": 1}), keys.first) is None


def test_keys_are_not_fetched_without_end() -> None:
    desk = Desk("own")
    keys = PublishedKeys(desk.fetch)
    assert [keys.complaint(with_own_key({"a": place}, "own", "foreign")) for place in range(60)].count(None) == 0
    assert desk.asked <= 20


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_every_family_is_verified(algorithm: str) -> None:
    name = algorithm.removeprefix("signed-")
    spoilt = in_family(name, right=False)
    assert any(
        "signature does not verify" in one
        for one in failed(judged(HONEST, "signon", transport=InProcess(Careless(spoilt))))
    )


def test_bad_tokens_are_none_of_them_good_but_to_a_lenient_reader() -> None:
    good = api_token(ONE)
    keys = tuple(KeySet(json.loads(published(("own", "RS256", private_key("own"))))).texts())
    made: Mapping[str, str] = dict(bad_tokens(good, keys))
    assert good not in made.values()
    lenient = {label for label, value in made.items() if respelled(value) == good}
    assert lenient == {"signature padded", "signature with a foreign letter", "unused bits changed"}
    assert bad_tokens(good, keys) is bad_tokens(good, keys)


def test_an_opaque_token_has_bad_ones_too() -> None:
    assert "one letter changed" in dict(bad_tokens("c0ffee" * 8 + "-key", ()))
    assert respelled("c0ffee" * 8) is None
