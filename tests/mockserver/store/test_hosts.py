"""Two mocks on two hosts (network namespaces of their own) on one PostgreSQL, behind one address, before the judge."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from stores import programs, started_postgres

ROOT = Path(__file__).resolve().parents[3]
NETWORK = "10.77.133"
NAMES = tuple(f"inv{os.getpid()}{letter}" for letter in "ab")
BRIDGE = f"inv{os.getpid()}"


def ip(command: str) -> bool:
    return subprocess.run(["ip", *command.split()], capture_output=True, check=False).returncode == 0


@contextmanager
def hosts() -> Iterator[dict[str, str]]:
    """Two namespaces on one bridge, and their addresses. Skips where they cannot be had."""
    if shutil.which("ip") is None or not ip(f"link add {BRIDGE} type bridge"):
        pytest.skip("network namespaces cannot be made here: that takes iproute2 and root")
    with ExitStack() as ended:
        ended.callback(ip, f"link del {BRIDGE}")
        made = ip(f"addr add {NETWORK}.1/24 dev {BRIDGE}") and ip(f"link set {BRIDGE} up")
        for number, name in enumerate(NAMES, 2):
            made = made and ip(f"netns add {name}")
            ended.callback(ip, f"netns del {name}")
            made = made and all(
                ip(command)
                for command in (
                    f"link add v{name} type veth peer name e0 netns {name}",
                    f"link set v{name} master {BRIDGE}",
                    f"link set v{name} up",
                    f"-n {name} addr add {NETWORK}.{number}/24 dev e0",
                    f"-n {name} link set e0 up",
                    f"-n {name} link set lo up",
                )
            )
        if not made:
            pytest.skip("network namespaces cannot be made here: iproute2 refused one of the steps")
        yield {name: f"{NETWORK}.{number}" for number, name in enumerate(NAMES, 2)}


class Relay:
    """One address for several: each connection goes to the next of them, as behind a proxy."""

    def __init__(self, ports: dict[str, int]) -> None:
        self._next = itertools.cycle(ports.items())
        self.taken = dict.fromkeys(ports, 0)
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = next(self._next)
        self.taken[host] += 1
        theirs, ours = await asyncio.open_connection(host, port)
        with suppress(ConnectionError, asyncio.CancelledError):  # whoever ends first ends both
            await asyncio.gather(_copy(reader, ours), _copy(theirs, writer))

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        if waiting := asyncio.all_tasks(self._loop):
            for one in waiting:
                one.cancel()
            self._loop.run_until_complete(asyncio.wait(waiting))
        self._loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@pytest.mark.outside
def test_the_judge_finds_nothing_wrong_with_two_hosts(tmp_path: Path) -> None:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed here: apt-get install postgresql")
    with ExitStack() as ended:
        addresses = ended.enter_context(hosts())
        server = ended.enter_context(started_postgres(found, f"{NETWORK}.1"))
        store = server.new().replace("127.0.0.1", f"{NETWORK}.1")
        relay = Relay(dict.fromkeys(addresses.values(), 8400))
        ended.callback(relay.end)
        files = {name: tmp_path / f"{name}.json" for name in addresses}
        for name, address in addresses.items():
            command = [
                *("ip", "netns", "exec", name, sys.executable, "-m", "invigilate", "mock", "--store", store),
                *("--host", address, "--port", "8400", "--public-url", f"http://127.0.0.1:{relay.port}"),
                *("--control-token", "of-both", "--log", "none", "--ready-file", str(files[name])),
            ]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            ended.callback(process.communicate)
            ended.callback(process.terminate)
            while not files[name].exists():
                assert process.poll() is None, process.communicate()[1]
                time.sleep(0.05)  # for processes, not for the clock
        done = subprocess.run(
            [
                *(sys.executable, "-m", "invigilate", "check", "--ready-file", str(files[NAMES[0]])),
                *("--follow-signon", "--max-examples", "20", "--seed", "7", "--jobs", "4"),
            ],
            cwd=ROOT, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        told = json.loads(files[NAMES[0]].read_text())
        assert told["url"] == f"http://127.0.0.1:{relay.port}"
        assert done.returncode == 0, done.stdout + done.stderr
        assert "The contract is kept" in done.stdout
        assert min(relay.taken.values()) > 4  # both were asked, on connections in turn
