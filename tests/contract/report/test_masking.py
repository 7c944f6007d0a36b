from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.report.curl import curl_lines
from contract.report.masking import MASKED, Masker, neutral, write_only
from contract.report.verdict import ShownExchange, ShownRequest
from spec.openapi.document import Document

OPAQUE = "0pAqUe-token-of-forty-letters-0123456789"


@given(st.text(), st.text())
def test_a_secret_never_survives(before: str, after: str) -> None:
    assert OPAQUE not in Masker({OPAQUE: "$TOKEN"}).text(before + OPAQUE + after)


@given(st.integers(0, len(OPAQUE) - 1))
def test_no_long_part_of_an_altered_secret_survives(place: int) -> None:
    altered = OPAQUE[:place] + "!" + OPAQUE[place + 1 :]
    shown = Masker({OPAQUE: "$TOKEN"}).header("token", altered)
    longest = max((len(OPAQUE[a:b]) for a in range(40) for b in range(a, 41) if OPAQUE[a:b] in shown), default=0)
    assert longest < 24


def test_forms_of_a_secret() -> None:
    masker = Masker({'se"cret/with=odd letters': "$TOKEN"})
    assert "secret" not in masker.text("a=se%22cret%2Fwith%3Dodd%20letters").lower().replace("$token", "")
    assert masker.text('{"a": "se\\"cret/with=odd letters"}') == '{"a": "$TOKEN"}'


def test_jwts_are_masked_wherever_they_stand() -> None:
    jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."
    assert Masker({}).text(f"https://x/?t={jwt}&u") == f"https://x/?t={MASKED}&u"


def test_write_only_members_of_answers_and_not_of_requests() -> None:
    masker = Masker({}, write_only=frozenset({"password"}))
    text = '{"exam": [{"password": "opens it"}]}'
    assert json.loads(masker.answer_body(text)) == {"exam": [{"password": MASKED}]}
    assert masker.request_body(text) == text
    assert "opens" not in masker.answer_body('{"password": "opens it", broken')


def test_a_name_that_is_secret_in_forms_alone_is_shown(document: Document) -> None:
    names = write_only(document)
    assert {"password", "token", "access_token", "refresh_token"} <= names  # of JSON bodies and answers
    assert not names & {"code", "client_secret", "code_verifier"}  # of the forms of the token endpoint
    refusal = '{"code": "INVALIDINPUT", "course": {"code": "AST-1"}}'
    assert Masker({}, write_only=names).answer_body(refusal) == refusal


def test_forms_of_recorded_traffic_keep_no_secret() -> None:
    masker = Masker({}, private_requests=True)
    form = "grant_type=authorization_code&code=c-1&client_id=II0&client_secret=s%2B1&zip_code=z"
    shown = f"grant_type=authorization_code&code={MASKED}&client_id=II0&client_secret={MASKED}&zip_code=z"
    assert masker.request_body(form) == shown
    assert Masker({}).request_body(form) == form


@given(st.text())
def test_neutral_text_prints(text: str) -> None:
    shown = neutral(text)
    assert not any(ord(one) < 32 and one not in "\n\t" for one in shown)
    assert shown.encode("utf-8") is not None  # no lone surrogate is left


@pytest.mark.parametrize("body", ['{"a": "it\'s"}', '{"a": "\u202e\u0007\x1b[2J"}', "line\nbreak\\n", "plain", "é🙂"])
def test_curl_sends_exactly_the_body(body: str) -> None:
    request = ShownRequest("POST", "/v2/x%0A", (("token", "$TOKEN"), ("Content-Type", "a/b")), body, None, len(body))
    exchange = ShownExchange(1, "", request, "", 200, (), "", None, 1.0)
    (line,) = curl_lines("http://h'ost", [exchange])
    script = f'TOKEN=secret; curl() {{ printf "%s\\0" "$@"; }}; {line}'
    said = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.decode().split("\0")
    assert said[said.index("--data-binary") + 1] == body
    assert "token: secret" in said
    assert "http://h'ost/v2/x%0A" in said
    assert neutral(line) == line
