"""What people honestly give as options is taken, and what contradicts itself is told."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

import jwt
import pytest

from contract.cli.arguments import check_parser
from contract.cli.preparing import contract
from contract.http.access import Access, Credential
from contract.http.exchange import SentRequest
from contract.run.admission import Admission, AdmissionError, admission
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from tests.servers.harness import document
from tests.servers.independent import ONE, TWO

ENDPOINT = f"https://h.example/api/v2/installs/{ONE}/provision"
SECRET = "a-secret-of-more-than-thirty-two-letters"


def minted(seconds: float) -> str:
    return jwt.encode({"exp": int(time.time() + seconds)}, SECRET)


VARIABLES = {"T": "good-token-of-one", "O": "good-token-of-two", "E": minted(-60), "L": minted(600)}


def admitted(*arguments: str, environment: Mapping[str, str] = VARIABLES) -> Admission:
    options: argparse.Namespace = check_parser().parse_args([*arguments, "--token-env", "T"])
    operation = document().operations["provision"]
    return admission(options, load_installs(resources(operation)), operation, environment, ask=lambda text: "")


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_pasted_endpoint_is_taken_apart(slash: str) -> None:
    entry = admitted(ENDPOINT + slash)
    assert (entry.url, entry.access.install) == ("https://h.example/api", ONE)
    assert admitted(ENDPOINT, "--install", ONE).url == "https://h.example/api"
    assert admitted("http://127.0.0.1:1/", "--install", ONE).url == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((ENDPOINT, "--install", TWO), f"is that of install {ONE}"),
        (("http://h", "--install", ONE.upper()), "is no SID of an install"),
        (("http://h", "--install", ONE, "--other-install", ONE, "--other-token-env", "O"), "the install itself"),
        (("http://h", "--install", ONE, "--other-install", "AI1", "--other-token-env", "O"), "is no SID of an install"),
        (("http://h", "--install", ONE, "--other-install", TWO), "needs the token"),
        (("http://h", "--install", ONE, "--expired-token-env", "T"), "is the good one"),
        (("http://h", "--install", ONE, "--expired-token-env", "L"), "more seconds"),
        (("http://h", "--install", ONE, "--header", "Content-Type: text/plain"), "is sent already"),
        (("http://h", "--install", ONE, "--header", "token: abc"), "is sent already"),
        (("http://h", "--install", ONE, "--auth", "bearer", "--header", "Authorization: Basic x"), "is sent already"),
    ],
)
def test_what_contradicts_itself_is_told(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(AdmissionError, match=sentence):
        admitted(*arguments)


def test_an_expired_token_is_taken() -> None:
    assert admitted("http://h", "--install", ONE, "--expired-token-env", "E").access.expired_token == VARIABLES["E"]


def sent(*headers: tuple[str, str], install: str = ONE) -> SentRequest:
    return SentRequest("POST", f"/v2/installs/{install}/provision", headers)


def test_one_token_for_two_installs_is_foreign_in_neither() -> None:
    shared = Access(ONE, "token-of-both", other_install=TWO, other_token="token-of-both")
    own = Access(ONE, "token-of-one", other_install=TWO, other_token="token-of-two")
    assert {shared.credential(sent(("token", "token-of-both")), one) for one in (ONE, TWO)} == {Credential.GOOD}
    assert own.credential(sent(("token", "token-of-one")), TWO) is Credential.FOREIGN
    assert own.credential(sent(("token", "token-of-two")), ONE) is Credential.FOREIGN
    assert own.credential(sent(("token", "token-of-two")), TWO) is Credential.GOOD
    assert own.credential(sent(("token", "token-of-one")), "AI" + "0" * 32) is Credential.GOOD


def test_the_credential_of_a_gateway_is_none_of_the_install() -> None:
    behind = Access(ONE, "token-of-one", headers=(("Authorization", "Basic Z2F0ZTp3YXk="), ("X-Api-Key", "k3y")))
    good = sent(("token", "token-of-one"), *behind.headers)
    assert behind.credential(good, ONE) is Credential.GOOD
    assert behind.credential(sent(*behind.headers), ONE) is Credential.MISSING
    both = sent(("token", "token-of-one"), ("Authorization", "Bearer another.one.here"), *behind.headers)
    assert behind.credential(both, ONE) is Credential.CONFLICT


def test_proctor_types_that_nobody_told_are_guesses() -> None:
    assert admitted("http://h", "--install", ONE).access.guessed == {"proctorTypes"}
    told = admitted("http://h", "--install", ONE, "--proctor-type", "TS" + "0" * 32).access
    assert (told.guessed, told.known["proctorTypes"]) == (frozenset(), ("TS" + "0" * 32,))


def test_a_document_whose_path_names_no_install_is_not_judged(tmp_path: Path) -> None:
    body = "{content: {application/json: {schema: {type: string}}}}"
    path = tmp_path / "openapi.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /p:\n    post:\n      operationId: provision\n"
        f"      requestBody: {body}\n      responses: {{'200': {{description: ok}}}}\n"
    )
    options = check_parser().parse_args(["http://h", "--spec", str(path)])
    with pytest.raises(AdmissionError, match=r"openapi\.yaml:5:5: the first parameter of 'provision' has to be"):
        contract(options)
