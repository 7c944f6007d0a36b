"""The commands: what they refuse and how they say it, and what they write."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import contract.http.target
from contract.cli.check import check
from contract.cli.replay import replay
from contract.http.exchange import Exchange, SentRequest
from contract.run.progress import lines
from contract.run.runner import Stage

INSTALL = "AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ready_file(stage: Any, tmp_path: Path) -> Path:
    path = tmp_path / "ready.json"
    value = {
        "url": "http://127.0.0.1:1", "install": stage.access.install, "token": stage.access.token,
        "expired_token": stage.expired, "integration": stage.access.known["integrations"][0],
        "other_install": stage.access.other_install, "other_token": stage.other, "pid": 1,
    }  # fmt: skip
    path.write_text(json.dumps(value))
    return path


@pytest.fixture
def run(stage: Any, bends: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command against the stage, which is bent as asked; answers exit code, output and complaints."""
    monkeypatch.delenv("INVIGILATE_TOKEN", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)

    def one(command: Callable[[list[str]], int], *arguments: object, bend: str = "honest") -> tuple[int, str, str]:
        transport = stage.transport(bends[bend])
        monkeypatch.setattr(contract.http.target, "HttpTransport", lambda url, **_: transport)
        code = command([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return one


def test_an_honest_target_passes_and_every_report_is_written(
    run: Run, ready_file: Path, tmp_path: Path, stage: Any
) -> None:
    reports = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "markdown", "html")}
    options = [text for name, path in reports.items() for text in (f"--{name}", path)]
    code, out, complaints = run(
        check, "--ready-file", ready_file, "--max-examples", 0, "--strict", "--seed", 5, *options
    )
    assert (code, [line for line in complaints.splitlines() if "probes and sequences" not in line]) == (0, [])
    assert "seed 5" in out
    assert "\x1b" not in out
    for path in reports.values():
        text = path.read_text()
        assert "seed" in text
        assert not any(secret in text for secret in stage.secrets)


def test_findings_decide_the_exit_code_unless_they_are_known(run: Run, ready_file: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    base = ["--ready-file", ready_file, "--max-examples", 0, "--seed", 5, "--max-requests", 400]
    code, out, _ = run(check, *base, "--write-baseline", baseline, bend="created")
    assert code == 1
    assert "recall-finds" in out
    code, out, err = run(check, *base, "--baseline", baseline, bend="created")
    assert code == 0, err
    assert "known: " in out


@pytest.mark.outside
def test_a_baseline_is_rewritten_by_us_and_by_others(run: Run, ready_file: Path, tmp_path: Path) -> None:
    baseline, report = tmp_path / "baseline.json", tmp_path / "report.json"
    base = ["--ready-file", ready_file, "--max-examples", 0, "--seed", 5]
    assert run(check, *base, "--write-baseline", baseline, "--json", report, bend="created")[0] == 1
    entries = json.loads(baseline.read_text())
    entries[0]["reason"] = "agreed with the vendor"
    entries.append({"fingerprint": "0" * 12, "clause": "recall-finds", "reason": "long gone"})
    baseline.write_text(json.dumps(entries))
    code, out, _ = run(check, *base, "--baseline", baseline, "--write-baseline", baseline, bend="created")
    assert code == 0
    assert "agreed with the vendor" in out
    assert f"{'0' * 12} (recall-finds) no longer occurs" in out
    assert json.loads(baseline.read_text())[0]["reason"] == "agreed with the vendor"
    one_liner = (
        "import json, sys; print(json.dumps([{'fingerprint': f['fingerprint'], 'clause': c['id'], 'reason': f['cause']}"
        " for c in json.load(sys.stdin)['clauses'] for f in c['findings']]))"
    )
    made = subprocess.run([sys.executable, "-c", one_liner], input=report.read_bytes(), capture_output=True, check=True)
    baseline.write_bytes(made.stdout)
    assert run(check, *base, "--baseline", baseline, bend="created")[0] == 0


@pytest.mark.outside
def test_replay_says_what_still_fails(run: Run, ready_file: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run(check, "--ready-file", ready_file, "--max-examples", 0, "--json", report, bend="created")
    code, out, _ = run(replay, report, "--ready-file", ready_file, bend="created")
    assert code == 1
    assert "still fails" in out
    code, out, complaints = run(replay, report, "--ready-file", ready_file)
    assert (code, complaints) == (0, "")
    assert out.splitlines()[-1].endswith("no longer fails.")
    fingerprint = json.loads(report.read_text())["clauses"]
    some = next(one["fingerprint"] for clause in fingerprint for one in clause["findings"])
    code, out, _ = run(replay, report, "--ready-file", ready_file, "--finding", some)
    assert (code, len(out.splitlines())) == (0, 2)
    assert run(replay, report, "--ready-file", ready_file, "--finding", "0" * 12)[0] == 2
    assert run(replay, ready_file, "--ready-file", ready_file)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give the URL"),
        (["http://127.0.0.1:1"], "--install SID"),
        (["http://127.0.0.1:1", "--install", INSTALL], "INVIGILATE_TOKEN"),
        (["http://127.0.0.1:1", "--install", INSTALL, "--token-env", "NOT_SET_ANYWHERE"], "is not set"),
        (["http://127.0.0.1:1", "--install", INSTALL, "--token-file", "/nowhere/token"], "cannot be read"),
        (["http://me:pw@127.0.0.1:1", "--ready-file", "READY"], "user or a password"),
        (["ftp://127.0.0.1", "--ready-file", "READY"], "no absolute http"),
        (["http://127.0.0.1:x", "--ready-file", "READY"], "cannot be read"),
        (["http://127.0.0.1/?a=b", "--ready-file", "READY"], "query"),
        (["--ready-file", "READY", "--only", "recal-finds"], "Did you mean recall-finds"),
        (["--ready-file", "READY", "--skip", "zzz"], "no clause 'zzz'"),
        (["--ready-file", "READY", "--spec", "BROKEN"], "broken.yaml:2:"),
        (["--ready-file", "READY", "--clauses", "BROKEN"], "broken.yaml:"),
        (["--ready-file", "READY", "--baseline", "BROKEN"], "broken.yaml:"),
        (["--ready-file", "READY", "--json", "/nowhere/report.json"], "/nowhere does not exist"),
        (["--ready-file", "READY", "--header", "nonsense"], "Name: value"),
        (["--ready-file", "READY", "--header", "A: b\r\nc: d"], "no header can carry"),
        (["--ready-file", "/nowhere/ready.json"], "has the mock started"),
        (["https://proctor.example", "--ready-file", "READY"], "Say --live"),
        (["http://127.0.0.1.example.com", "--ready-file", "READY"], "Say --live"),
        (["--ready-file", "READY", "--self-test"], "'invigilate' command"),
        (["--ready-file", "READY", "--header", "X-Key: $NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
        (["--ready-file", "READY", "--json", "/tmp/r.x", "--html", "/tmp/r.x"], "name the same file"),
        (["eyJhbGciOiJI.eyJzdWIiOiJh.c2VjcmV0", "--ready-file", "READY"], "'[masked]' is no absolute"),
    ],
)
def test_what_cannot_start_is_told_in_a_sentence(
    arguments: list[str], sentence: str, run: Run, ready_file: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: 1\n- b\n")
    places = {"READY": str(ready_file), "BROKEN": str(broken)}
    code, out, complaints = run(check, *(places.get(one, one) for one in arguments))
    assert (code, out) == (2, "")
    assert sentence in complaints
    assert "Traceback" not in complaints


def test_another_host_is_told_what_will_be_written(run: Run, ready_file: Path) -> None:
    arguments = ["https://proctor.example", "--ready-file", ready_file, "--max-examples", 0, "--max-requests", 9]
    code, out, complaints = run(check, *arguments, "--live")
    assert "nothing of that can be deleted" in complaints
    assert "At most 9 requests" in complaints
    assert "The limit of 9 requests is reached" in out
    assert code in (0, 1)


@pytest.mark.outside
def test_a_dry_run_sends_nothing_and_shows_no_secret(run: Run, ready_file: Path, stage: Any) -> None:
    code, out, _ = run(check, "https://proctor.example/x", "--ready-file", ready_file, "--dry-run", bend="never")
    assert code == 0
    assert out.rstrip().endswith("Nothing was sent.")
    assert f"POST /x/v2/installs/{INSTALL}/provision" in out
    assert "token: $TOKEN" in out
    assert not any(secret in out for secret in stage.secrets)
    assert run(check, "http://127.0.0.1:1", "--install", INSTALL, "--dry-run", bend="never")[0] == 0


@pytest.mark.outside
def test_a_header_that_is_a_secret_is_masked(run: Run, ready_file: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    arguments = ["--ready-file", ready_file, "--header", "X-Gateway: s3cr3t-value", "--max-examples", 0]
    code, out, _ = run(check, *arguments, "--json", report, "--verbose", bend="created")
    assert code == 1
    assert "X-Gateway: $HEADER_X_GATEWAY" in out
    assert "s3cr3t" not in out + report.read_text()


def test_an_unreachable_target_cannot_be_judged(ready_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(["--ready-file", str(ready_file), "--max-examples", "0"]) == 2
    assert "cannot be reached" in capsys.readouterr().out


def test_help_is_quick_and_complete(repository: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    code = (
        "import sys; from contract.cli.check import check\ntry: check(['--help'])\nfinally: print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    for option in "install auth token-env token-file live dry-run max-requests rate self-test junit baseline".split():
        assert f"--{option}" in done.stdout
    for heavy in ("httpx2", "hypothesis", "jsonschema_rs", "jinja2", "rich", "yaml"):
        assert f"'{heavy}'" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["http://h", "--token", "hunter2-hunter2"], "no option --token; tokens come from the environment"),
        (["http://h", "--token=hunter2-hunter2"], "no option --token"),
        (["--token", "hunter2-hunter2"], "no option --token"),
        (["http://h", "hunter2-hunter2"], "1 words more than are expected"),
        *((["http://h", option, ""], f"{option} is empty") for option in (
            "--install", "--integration", "--other-install", "--proctor-type", "--token-env", "--header", "--jwks",
            "--only", "--skip", "--expired-token-env", "--other-token-env",
        )),
        *((["http://h", option, ""], "is empty") for option in ("--json", "--baseline", "--token-file", "--ca-file")),
        ([""], "URL is empty"),
    ],
)  # fmt: skip
def test_what_is_no_option_is_told_without_its_value(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        check(arguments)
    complaints = capsys.readouterr().err
    assert ended.value.code == 2
    assert sentence in complaints
    assert "hunter2" not in complaints


def test_a_header_takes_its_value_from_the_environment(
    run: Run, ready_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GATEWAY_KEY", "s3cr3t-of-a-gateway")
    report = tmp_path / "report.json"
    arguments = ["--ready-file", ready_file, "--header", "X-Gateway: ${GATEWAY_KEY}", "--max-requests", 60]
    run(check, *arguments, "--json", report, bend="created")
    text = report.read_text()
    assert "$HEADER_X_GATEWAY" in text
    assert "s3cr3t" not in text


def test_what_was_created_is_kept_apart(run: Run, ready_file: Path, tmp_path: Path) -> None:
    report, made = tmp_path / "report.json", tmp_path / "created.json"
    run(check, "--ready-file", ready_file, "--max-requests", 60, "--json", report, "--write-created", made)
    value, listed = json.loads(report.read_text()), json.loads(made.read_text())
    assert "created" not in value
    assert sum(value["created_by_part"].values()) == len(listed["created"]) > 10
    assert listed["prefix"].startswith("iv-")


def test_markdown_is_appended(run: Run, ready_file: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    run(check, "--ready-file", ready_file, "--max-requests", 20, "--markdown", summary)
    text = summary.read_text()
    assert text.startswith("# Before\n\n## ")


def test_progress_off_a_terminal_is_a_line_every_ten_seconds() -> None:
    out, now = io.StringIO(), [0.0]
    see = lines("http://h", out, lambda: now[0])
    for second in range(31):
        now[0] = float(second)
        see(Exchange(SentRequest("POST", "/", ()), None, 0.0, 0.0, index=second), Stage("ladder", 3, 97))
    assert out.getvalue().splitlines() == [
        f"invigilate: http://h: ladder, 3 of 97 probes and sequences, {second} requests" for second in (10, 20, 30)
    ]
