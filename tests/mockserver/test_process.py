"""A real ``invigilate mock`` on a real socket: options, ready file, signals, malformed and slow clients."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mockserver.launch import checked_url
from mockserver.running import LaunchError

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., Any]


class Running:
    def __init__(self, process: subprocess.Popen[str], ready: Path) -> None:
        self.process, self.file = process, ready
        self.told = json.loads(ready.read_text())
        self.url: str = self.told["url"]
        self.port = int(self.url.rpartition(":")[2])

    def post(self, body: Any, **headers: str) -> httpx2.Response:
        path = f"{self.url}/v2/installs/{self.told['install']}/provision"
        return httpx2.post(path, json=body, headers={"token": self.told["token"], **headers}, trust_env=False)

    def raw(self, data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def stop(self, number: int = signal.SIGTERM) -> tuple[str, str]:
        self.process.send_signal(number)
        return self.process.communicate(timeout=10)


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "invigilate", *options]


def wait_for(file: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(2000):
        if file.exists():
            return
        if process.poll() is not None:
            pytest.fail("".join(process.communicate()))
        time.sleep(0.005)  # for the process, not for the clock
    pytest.fail("the mock did not start")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> Running:
        ready = tmp_path / f"ready-{len(started)}.json"
        arguments = command("mock", "--port", "0", "--ready-file", str(ready), *options)
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        wait_for(ready, process)
        return Running(process, ready)

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    ready = tmp_path_factory.mktemp("mock") / "ready.json"
    arguments = command("mock", "--port", "0", "--ready-file", str(ready))
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(ready, process)
    yield Running(process, ready)
    process.terminate()
    process.communicate(timeout=10)


BODY = {"course": {"ids": {"external": "c"}, "title": "t", "code": None}}


def test_ready_file_banner_and_end(start: Start) -> None:
    mock = start()
    assert os.stat(mock.file).st_mode & 0o777 == 0o600
    assert set(mock.told) == {
        "url", "install", "token", "expired_token", "integration", "other_install", "other_token", "pid",
        "issuer", "client_id", "client_secret", "clients",
        "control_token", "ca",
    }  # fmt: skip
    assert mock.told["pid"] == mock.process.pid
    secrets = mock.told["clients"]
    assert secrets[mock.told["client_id"]] == mock.told["client_secret"]
    assert len(set(secrets.values())) == len(secrets) > 2
    for name, secret in secrets.items():  # several integrations of one install, and of others: each by its own
        asked = {"data": {"grant_type": "client_credentials"}, "timeout": 20}
        assert httpx2.post(f"{mock.url}/oidc/token", auth=(name, secret), **asked).status_code == 200
    assert mock.post(BODY).json()["course"]["result"] == "Created"
    assert mock.post(BODY, token=mock.told["expired_token"]).status_code == 403
    out, err = mock.stop(signal.SIGINT)
    assert (mock.process.returncode, err) == (0, "")
    assert not mock.file.exists()
    assert mock.url in out
    assert mock.told["install"] in out
    integrations = [line.split()[1] for line in out.splitlines() if line.startswith("  sign-on ")]
    assert len(integrations) > 1
    assert all(f"{one}, with the secret {secrets[one]}" in out for one in integrations)
    line = next(line for line in out.splitlines() if line.strip().startswith("curl "))
    words = shlex.split(line)
    assert words[1] == f"{mock.url}/v2/installs/{mock.told['install']}/provision"
    assert json.loads(words[-1])["course"]


def test_the_ready_file_of_a_killed_mock_does_not_mislead(start: Start, tmp_path: Path) -> None:
    killed = start()
    killed.stop(signal.SIGKILL)
    assert killed.file.exists()
    taken = socket.create_server(("127.0.0.1", 0))  # the next one cannot even start
    port = str(taken.getsockname()[1])
    with taken:
        arguments = command("mock", "--port", port, "--ready-file", str(killed.file))
        assert subprocess.run(arguments, cwd=ROOT, capture_output=True, timeout=120).returncode == 2
    assert not killed.file.exists()


def test_a_service_name_and_an_address_that_others_reach(start: Start) -> None:
    mock = start("--host", "0.0.0.0", "--allow-host", "mock")

    def links(host: str) -> str:
        head = f"POST /v2/installs/{mock.told['install']}/provision HTTP/1.1\r\nHost: {host}\r\n"
        answer = mock.raw(head.encode() + b"Content-Length: 0\r\n\r\n")
        return str(json.loads(answer.partition(b"\r\n\r\n")[2])["help"].partition("/_invigilate")[0])

    assert links("mock:8400") == "http://mock:8400"
    assert links(f"localhost:{mock.port}") == f"http://localhost:{mock.port}"
    assert links("elsewhere") == mock.url == f"http://127.0.0.1:{mock.port}"
    out, err = mock.stop()
    assert "whoever reaches this machine" in err
    assert "--allow-host" in err
    assert err.count("\n") == 1
    assert "whoever reaches" not in out


def test_sigterm_ends_it_although_clients_stay(start: Start) -> None:
    mock = start()
    with socket.create_connection(("127.0.0.1", mock.port)) as idle:
        idle.sendall(b"POST / HTTP/1.1\r\n")
        assert mock.stop()[1] == ""
    assert mock.process.returncode == 0


def test_tokens_survive_a_restart_with_a_keys_file(start: Start, tmp_path: Path) -> None:
    keys = tmp_path / "keys.pem"
    first = start("--keys", str(keys))
    assert keys.stat().st_mode & 0o777 == 0o600
    first.stop()
    second = start("--keys", str(keys), "--seed", "1")
    assert second.post(BODY, token=first.told["token"]).status_code == 200

    def minted(*options: str) -> str:
        arguments = command("token", "--keys", str(keys), "--install", second.told["install"], *options)
        return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    assert second.post(BODY, token=minted()).status_code == 200
    for options in (["--expired"], ["--not-yet-valid"], ["--other-key"]):
        assert second.post(BODY, token=minted(*options)).status_code == 403


def test_seeds_repeat_sids(start: Start) -> None:
    assert len({start("--seed", "5").post(BODY).json()["course"]["sid"] for _ in range(2)}) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--spec", "nowhere.yaml"], "nowhere.yaml:1:1: cannot be read"),
        (["--installs", "nowhere.yaml"], "nowhere.yaml:1:1: cannot be read"),
        (["--spec", "{tmp}/bad.yaml"], "bad.yaml:3:1: is not YAML"),
        (["--keys", "{tmp}/open.pem"], "chmod 600"),
        (["--keys", "{tmp}/junk.pem"], "PEM private key"),
        (["--keys", "{tmp}/missing/keys.pem"], "cannot be created"),
        (["--fault", "nothing"], "no fault 'nothing'"),
        (["--public-url", "somewhere"], "absolute http"),
        (["--host", "no.such.host.invalid"], "cannot be used"),
        (["--host", "no..such.host"], "cannot be used"),
        (["--ready-file", "{tmp}/missing/ready.json"], "cannot be written"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(tmp_path: Path, options: list[str], message: str) -> None:
    (tmp_path / "bad.yaml").write_text("openapi: 3.1.0\npaths: [\n")
    for name, mode in (("open.pem", 0o644), ("junk.pem", 0o600)):
        (tmp_path / name).write_text("junk")
        (tmp_path / name).chmod(mode)
    filled = [one.replace("{tmp}", str(tmp_path)) for one in options]
    done = subprocess.run(
        command("mock", "--port", "0", *filled), cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://mock.test/?x=1", "holds a user, a query or a fragment; give it without"),
        ("http://mock.test/?", "holds a user, a query or a fragment; give it without"),
        ("http://mock.test/#top", "holds a user, a query or a fragment; give it without"),
        ("http://me:secret@mock.test/", "holds a user, a query or a fragment; give it without"),
        ("http://:80/", "absolute http"),
        ("http://mock.test:99999/", "absolute http"),
        ("http://[::1/", "absolute http"),
        ("//mock.test/", "absolute http"),
        ("ftp://mock.test/", "absolute http"),
    ],
)
def test_a_public_url_that_no_link_can_start_with_is_refused(url: str, message: str) -> None:
    with pytest.raises(LaunchError, match=message) as refused:
        checked_url(url)
    assert "secret" not in str(refused.value)


def test_a_public_url_loses_its_last_slash_only() -> None:
    assert checked_url("https://mock.test/lms/") == "https://mock.test/lms"
    assert checked_url("http://[::1]:8400") == "http://[::1]:8400"


def test_a_taken_port_is_one_line(running: Running) -> None:
    done = subprocess.run(
        command("mock", "--port", str(running.port)), cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert f"127.0.0.1:{running.port} cannot be listened on" in done.stderr
    assert done.stderr.count("\n") == 1


MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "binary": bytes(range(256)),
    "lower-case method": b"post / HTTP/1.1\r\nHost: x\r\n\r\n",
    "unknown method": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "space in the path": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "header without colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "negative length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "no ASCII in the path": "GET /é HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_http(running: Running, name: str) -> None:
    answer = running.raw(MALFORMED[name])
    status = int(answer.split(b" ")[1])
    assert 400 <= status < 500, answer
    assert b"content-type: application/json" in answer.lower()
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == status
    assert running.post(BODY).status_code == 200


def test_header_limits(running: Running) -> None:
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(200))
    assert b" 431 " in running.raw(b"GET / HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n")
    assert b" 431 " in running.raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n")
    assert b" 431 " in running.raw(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 431 " in running.raw(b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000)
    assert b" 200 " in running.raw(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


def test_large_bodies_hear_their_answer(running: Running) -> None:
    path = f"/v2/installs/{running.told['install']}/provision".encode()
    head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\ntoken: " + running.told["token"].encode()
    head += b"\r\nContent-Type: application/json\r\n"
    declared = running.raw(head + b"Content-Length: 3000000\r\n\r\n" + b"x" * 3_000_000)
    assert declared.startswith(b"HTTP/1.1 413 ")
    chunked = (
        head + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 40 + b"0\r\n\r\n"
    )
    assert running.raw(chunked).startswith(b"HTTP/1.1 413 ")
    assert running.raw(head + b"Content-Length: 99999999999\r\n\r\n").startswith(b"HTTP/1.1 413 ")
    waiting = running.raw(head + b"Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
    assert waiting.startswith(b"HTTP/1.1 413 ")


def test_pipelined_and_split_requests(running: Running) -> None:
    one = b"GET /oidc/jwks HTTP/1.1\r\nHost: x\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert running.raw(one * 3 + last).count(b"HTTP/1.1 200") == 4
    path = f"/v2/installs/{running.told['install']}/provision"
    body = json.dumps(BODY).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\ntoken: {running.told['token']}\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        for piece in (head.encode(), f"Content-Length: {len(body)}\r\n\r\n".encode(), body[:9], body[9:]):
            connection.sendall(piece)
            time.sleep(0.01)  # so that the pieces arrive apart
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


def test_white_space_around_values_is_none_of_them(running: Running) -> None:
    body = json.dumps(BODY)
    sent = (
        f"POST /v2/installs/{running.told['install']}/provision HTTP/1.1\r\nHost: localhost \r\n"
        f"token: \t {running.told['token']} \t\r\nContent-Type:application/json \r\n"
        f"Content-Length: {len(body)} \r\n\r\n{body}"
    )
    assert running.raw(sent.encode()).startswith(b"HTTP/1.1 200 ")


def test_nothing_secret_is_logged(start: Start) -> None:
    mock = start()
    mock.post(BODY)
    httpx2.get(f"{mock.url}/nowhere?token=query-secret", trust_env=False)
    mock.raw(b"GET /?token=query-secret HTTP/9\r\n\r\n")
    out, err = mock.stop()
    assert "query-secret" not in out + err


def test_faults_are_listed_and_run(start: Start) -> None:
    listed = subprocess.run(command("mock", "--faults"), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "answers-201" in listed
    mock = start("--fault", "answers-201")
    assert mock.post(BODY).status_code == 201
    assert "answers-201" in mock.stop()[0]


def test_calls_and_what_is_none_are_told_on_the_terminal(start: Start) -> None:
    mock = start("--weather", "operation=jwks; status=503; times=1")
    assert mock.post(BODY).status_code == 200
    assert httpx2.get(f"{mock.url}/oidc/jwks", trust_env=False).status_code == 503
    assert b"This is TLS" in mock.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    assert httpx2.get(f"{mock.url}/health", trust_env=False).json() == {"status": "ok"}
    out, _ = mock.stop()
    called = out.partition("Ctrl-C")[2].splitlines()[1:]
    assert len(called) == 3
    assert "200  course CU" in called[0]
    assert "503  STATUS503, weather w1: 503 instead of being served" in called[1]
    assert "start the mock with --tls" in called[2]
    assert mock.told["control_token"] in out


def test_an_answer_is_cut_and_a_connection_ended(start: Start) -> None:
    mock = start("--log", "none")
    whole = mock.post(BODY)
    with pytest.raises(httpx2.RemoteProtocolError):
        mock.post(BODY, **{"Invigilate-Weather": "cut=10"})
    for when in ("before-commit", "after-commit"):
        with pytest.raises(httpx2.TransportError):
            mock.post(
                {"course": {**BODY["course"], "ids": {"external": when}}}, **{"Invigilate-Weather": f"close={when}"}
            )
    stored = httpx2.get(f"{mock.url}/_invigilate/state", trust_env=False).json()["resources"]
    assert whole.json()["course"]["sid"] in {one["sid"] for one in stored}
    assert {"external": "after-commit"} in [one["identifiers"] for one in stored]
    assert {"external": "before-commit"} not in [one["identifiers"] for one in stored]
    assert mock.stop()[0].partition("Ctrl-C")[2].count("\n") == 1


def test_tls_with_a_certificate_that_the_ready_file_vouches_for(start: Start, tmp_path: Path) -> None:
    mock = start("--tls")
    assert mock.url.startswith("https://127.0.0.1:")
    (tmp_path / "ca.pem").write_text(mock.told["ca"])
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    for name in ("127.0.0.1", "localhost"):
        answer = httpx2.get(f"https://{name}:{mock.port}/health", verify=context, trust_env=False)
        assert answer.json() == {"status": "ok"}
    answer = httpx2.post(f"{mock.url}/v2/installs/{mock.told['install']}/provision", json=BODY, verify=context,
                         headers={"token": mock.told["token"]}, trust_env=False)  # fmt: skip
    assert answer.status_code == 200


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    file.write_text("nonsense")
    for options in (["--tls-cert", str(file)], ["--tls-cert", str(file), "--tls-key", str(file)],
                    ["--tls-cert", "none", "--tls-key", "none"]):  # fmt: skip
        done = subprocess.run(
            command("mock", "--port", "0", *options), cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_options_from_the_environment_and_an_end_with_another_process(tmp_path: Path) -> None:
    patron = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ready = tmp_path / "ready.json"
    options = {"PORT": "0", "READY_FILE": str(ready), "END_WITH": str(patron.pid), "CONTROL_TOKEN": "open-sesame"}
    environment = {**os.environ, **{f"INVIGILATE_MOCK_{name}": value for name, value in options.items()}}
    process = subprocess.Popen(command("mock"), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, text=True)
    try:
        wait_for(ready, process)
        told = json.loads(ready.read_text())
        journal = f"{told['url']}/_invigilate/journal"
        assert httpx2.get(journal, trust_env=False).status_code == 401
        assert httpx2.get(journal, headers={"Authorization": "Bearer open-sesame"}, trust_env=False).status_code == 200
        patron.communicate(b"\n")
        assert process.wait(60) == 0
        assert not ready.exists()
    finally:
        process.kill()
        patron.kill()


def test_wrong_variables_and_rules_of_weather_are_told_in_a_line(tmp_path: Path) -> None:
    for variables, options in (({"INVIGILATE_MOCK_PROT": "1"}, []), ({}, ["--weather", "statsu=503"])):
        done = subprocess.run(command("mock", "--port", "0", *options), cwd=ROOT, capture_output=True, text=True,
                              env={**os.environ, **variables}, timeout=120)  # fmt: skip
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "INVIGILATE_MOCK_PORT" in done.stderr or "statsu" in done.stderr


def test_web_pages_of_an_origin_may_call(start: Start) -> None:
    mock = start("--cors", "https://lms.example.com")
    path = f"{mock.url}/v2/installs/{mock.told['install']}/provision"
    asked = {"Origin": "https://lms.example.com", "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "token, content-type"}  # fmt: skip
    preflight = httpx2.options(path, headers=asked, trust_env=False)
    assert preflight.headers["access-control-allow-origin"] == "https://lms.example.com"
    assert mock.post(BODY, Origin="https://lms.example.com").headers["access-control-allow-origin"] == asked["Origin"]
    assert "access-control-allow-origin" not in mock.post(BODY, Origin="https://evil.example.com").headers
    keys = httpx2.get(f"{mock.url}/oidc/jwks", headers={"Origin": "https://evil.example.com"}, trust_env=False)
    assert keys.headers["access-control-allow-origin"] == "*"
    journal = httpx2.get(f"{mock.url}/_invigilate/journal", headers={"Origin": asked["Origin"]}, trust_env=False)
    assert journal.status_code == 403
