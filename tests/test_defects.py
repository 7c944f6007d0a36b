"""A defect of ours exits 2 with one line and a file to report, in every command: never 1, never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import invigilate

SECRET = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl"


def broken(arguments: list[str]) -> int:
    raise KeyError(f"something that nobody thought of, beside {SECRET}")


@pytest.mark.parametrize("command", [*invigilate.COMMANDS])
def test_a_defect_is_one_line_and_a_file(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    module, _, function = invigilate.COMMANDS[command][0].partition(":")
    monkeypatch.setattr(f"{module}.{function}", broken)
    assert invigilate.main([command, "--header", "X-Key: hunter2-hunter2", "--token-env=NAME"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "is a defect of invigilate (KeyError" in printed.err
    (kept,) = tmp_path.glob("invigilate-defect-*.txt")
    assert str(kept) in printed.err
    text = kept.read_text()
    assert "Traceback" in text
    assert f"invigilate {command} --header --token-env\n" in text
    assert "hunter2" not in text + printed.err
    assert SECRET not in text + printed.err


@pytest.mark.parametrize("extra", [["check", "--self-test"], ["token", "--spoil", "x"]])
def test_what_the_command_joins_itself_is_guarded_too(
    extra: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(invigilate, "self_test", broken)
    monkeypatch.setattr("contract.cli.spoil.spoil", broken)
    assert invigilate.main(extra) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_where_nothing_can_be_written_the_line_still_comes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.mkstemp", lambda **options: (_ for _ in ()).throw(OSError("full")))
    monkeypatch.setattr("spec.lint.cli.lint", broken)
    assert invigilate.main(["lint", "x.yaml"]) == 2
    assert re.fullmatch(r"invigilate lint: this is a defect of invigilate \(KeyError.*\n", capsys.readouterr().err)


def test_the_module_is_guarded_as_the_command_is(repository: Path, tmp_path: Path) -> None:
    code = "import sys, runpy, spec.lint.cli as c; c.lint = lambda a: 1 / 0; sys.argv = ['invigilate', 'lint']; " \
        "runpy.run_module('invigilate', run_name='__main__')"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, cwd=repository, env={"PATH": "", "TMPDIR": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "ZeroDivisionError" in done.stderr
