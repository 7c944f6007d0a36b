"""Where mocks of tests keep what they remember: in memory, in a file, or in a PostgreSQL that the tests start."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mockserver.runtime import Runtime

_NUMBERS = itertools.count(1)


@dataclass
class Place:
    """A place for a mock, or for each of several. ``address`` makes a new one, as ``--store`` takes it."""

    kind: str
    address: Callable[[], str]
    ended: ExitStack = field(default_factory=ExitStack)

    def runtime(self, runtime: Runtime, address: str | None = None) -> Runtime:
        """The same runtime, with a memory there."""
        if self.kind == "memory":
            return runtime
        from mockserver.database.connections.opening import opened
        from mockserver.database.serving import Kept as KeptMemory

        kept = KeptMemory(opened(address or self.address()))
        self.ended.callback(kept.database.close)
        return kept.runtime(runtime, lambda line: None)


@contextmanager
def kept_in(kind: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    with ExitStack() as ended:
        if kind == "sqlite":
            folder = Path(ended.enter_context(tempfile.TemporaryDirectory(prefix="store-")))
            yield Place(kind, lambda: f"sqlite:{folder}/{next(_NUMBERS)}.db", ended)
        elif kind == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            yield Place(kind, server.new, ended)
        else:
            yield Place(kind, lambda: "memory", ended)


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    on_path = shutil.which("initdb")
    folders = [*reversed(found), *([Path(on_path).parent] if on_path else [])]
    return next((one for one in folders if (one / "initdb").exists() and (one / "postgres").exists()), None)


class PostgresServer:
    """A server of ours, on a free port, for as long as the tests run. As root it runs as nobody: it insists on that.

    One of its two users has a password; the other one needs none.
    """

    password = "of-the-database"

    def __init__(self, folder: Path, bin_folder: Path, host: str = "127.0.0.1") -> None:
        self.folder, self.bin = folder, bin_folder
        self.hosts = ",".join(sorted({"127.0.0.1", host}))
        self.data = folder / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.user = None
        if os.getuid() == 0:
            self.user = "postgres" if _exists("postgres") else "nobody"
            shutil.chown(folder, self.user)
            folder.chmod(0o700)
        told = folder / "password"
        told.write_text(self.password)
        options = ["--auth=scram-sha-256", f"--pwfile={told}", "--no-sync", "-E", "UTF8"]
        if self.user is not None:
            shutil.chown(told, self.user)
        self._run("initdb", "-D", str(self.data), "-U", "invigilate", *options)
        rules = self.data / "pg_hba.conf"
        elsewhere = f"host all all {host}/24 scram-sha-256\n"
        rules.write_text(f"host all trusted 127.0.0.1/32 trust\n{rules.read_text()}{elsewhere}")

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses={self.hosts} -k {self.folder} -c max_connections=200 -c fsync=off"
        )
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-m", how, "stop")

    @property
    def address(self) -> str:
        """Of a database that is there from the start."""
        return f"postgresql://invigilate:{self.password}@127.0.0.1:{self.port}/postgres"

    def new(self) -> str:
        """The address of a schema that is new and empty: it takes a hundredth of the time of a database."""
        import psycopg

        name = f"mock_{os.getpid()}_{next(_NUMBERS)}"
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self.address}?options=-csearch_path%3D{name}"

    def trusting(self, address: str) -> str:
        """The same address, of the user who needs no password."""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'trusted'").fetchone():
                connection.execute("CREATE ROLE trusted SUPERUSER LOGIN")
        return address.replace(f"invigilate:{self.password}@", "trusted@")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), *arguments], capture_output=True, text=True, cwd=self.folder, user=self.user,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A running server. Skips where none is installed."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed here: apt-get install postgresql")
    with started_postgres(found) as server:
        yield server


@contextmanager
def started_postgres(found: Path, host: str = "127.0.0.1") -> Iterator[PostgresServer]:
    """A server of the programs that were found, in a folder of its own. It ends with what it is for.

    Other hosts reach it by the address ``host`` of this one.
    """
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder), found, host)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
