"""``invigilate token``: it mints for installs that there could be, and says how a SID is written."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest

from mockserver.auth.keyfile import keep_keys
from mockserver.cli import token

SID = "AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12"


def test_a_token_names_its_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_keys(tmp_path / "keys.pem")
    assert token(["--keys", str(tmp_path / "keys.pem"), "--install", SID]) == 0
    assert jwt.decode(capsys.readouterr().out.strip(), options={"verify_signature": False})["sub"] == SID


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AI1", "'AI1' is not the SID of an install; send AI and 32 lower-case hexadecimal digits."),
        ("", "AI and 32"),
        (SID + "\n", "AI and 32"),
        ("IN" + SID[2:], "says IN, which the paths of the API never take (B-14)"),
        (SID.upper(), "in just this case of letters"),
    ],
)
def test_what_is_no_install_gets_no_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    keep_keys(tmp_path / "keys.pem")
    with pytest.raises(SystemExit) as caught:
        token(["--keys", str(tmp_path / "keys.pem"), "--install", text])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_a_keys_file_that_is_not_there_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert token(["--keys", str(tmp_path / "keys.pem"), "--install", SID]) == 2
    assert capsys.readouterr().err.count("\n") == 1
