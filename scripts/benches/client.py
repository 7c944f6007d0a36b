"""What the measurements share: a mock of their own, a kept-alive client, the bodies, processor time of a server."""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def call_bytes(path: str, token: str, body: bytes) -> bytes:
    """A request as a client on this machine sends it."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n"
        f"User-Agent: bench\r\ntoken: {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection:
    """A kept-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        """Connect, as one does again when the server has ended a connection that was idle for long."""
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes, *, only: bytes | None = b"200") -> bytes:
        """Send a request and read its whole answer. Ends the command if its status is not the only one that may be."""
        self.socket.sendall(request)
        data = self.socket.recv(65_536)
        if not data:
            self.open()
            self.socket.sendall(request)
            data = self.socket.recv(65_536)
        head, _, rest = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(rest) < length:
            rest += self.socket.recv(65_536)
        if only is not None and not head.startswith(b"HTTP/1.1 " + only):
            raise SystemExit(f"bench: unexpected answer: {data[:400]!r}")
        return rest


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used (Linux: nanosecond precision from schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def children(pid: int) -> list[int]:
    """The processes that one has started, and those that they have. One that has ended has none."""
    try:
        listed = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [*listed, *(each for one in listed for each in children(one))]


def settle(*pids: int) -> None:
    """Keep servers on one processor and this client on another, so that both sides meet the same conditions."""
    if hasattr(os, "sched_setaffinity") and len(processors := sorted(os.sched_getaffinity(0))) > 1:
        os.sched_setaffinity(0, processors[:1])
        for pid in pids:
            os.sched_setaffinity(pid, processors[1:2])


def per_call(pid: int, connection: Connection, requests: list[bytes]) -> float:
    """Microseconds of processor time of the server per request."""
    before = cpu_of(pid)
    for request in requests:
        connection.send(request)
    return (cpu_of(pid) - before) / len(requests) * 1e6


def start_mock(*options: str) -> tuple[subprocess.Popen[bytes], dict[str, Any], float]:
    """A mock, what its ready file says, and the seconds from start to its first answer."""
    folder = Path(tempfile.mkdtemp())
    ready = folder / "ready.json"
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "invigilate",
        "mock",
        "--port",
        "0",
        "--log",
        "none",
        "--ready-file",
        str(ready),
        *options,
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None:
            raise SystemExit("bench: the mock did not start")
        time.sleep(0.001)
    told = json.loads(ready.read_text())
    connection = Connection(int(told["url"].rpartition(":")[2]))
    connection.send(b"GET /oidc/jwks HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return process, told, time.perf_counter() - began


def start_script(script: str) -> tuple[subprocess.Popen[bytes], Connection]:
    """A server that prints its port, and a connection to it."""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    return process, Connection(int(process.stdout.readline()))


def options_of(name: str, description: str | None, **defaults: int) -> argparse.Namespace:
    """The options of a measurement on the command line: whole numbers, with these defaults."""
    parser = argparse.ArgumentParser(prog=f"scripts/bench {name}", description=description)
    for option, default in defaults.items():
        parser.add_argument(f"--{option}", type=int, default=default)
    return parser.parse_args()


def bodies() -> dict[str, Callable[[int], bytes]]:
    """The bodies that are measured, as functions of a running number."""
    from spec.load import load

    operation = load().operations["provision"]
    assert operation.body is not None
    enroll = dict(operation.body.examples["enroll-student"])
    without = {name: part for name, part in enroll.items() if name != "signon"}

    def fresh(number: int) -> bytes:
        ids = {"api": f"bench-{number:09d}"}
        return json.dumps({**without, "user": {**without["user"], "ids": ids}}).encode()

    return {
        "re-call": lambda _: json.dumps(without).encode(),
        "fresh": fresh,
        "with sign-on": lambda _: json.dumps(enroll).encode(),
    }


def timed(command: list[str]) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began
