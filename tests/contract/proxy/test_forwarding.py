"""Bytes pass unchanged, as they come, and never as more than they are: over sockets, against a server of the test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.proxy.running import PATH, Opened, verdict_of


class Server:
    """A server that does what a test says with each connection, and keeps what it read."""

    def __init__(self, handle: Callable[[Server, socket.socket], None]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.handle = handle
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.closed = threading.Event()
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                self.handle(self, connection)

    def read(self, connection: socket.socket) -> None:
        """Read one request: its head as it came, its body without chunks."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        self.heads.append(head)
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            while not body.endswith(b"0\r\n\r\n"):
                body += connection.recv(65536)
        elif b"content-length: " in lowered:
            length = int(lowered.partition(b"content-length: ")[2].split(b"\r\n")[0])
            while len(body) < length:
                body += connection.recv(65536)
        self.bodies.append(body)


@contextmanager
def server(handle: Callable[[Server, socket.socket], None]) -> Iterator[Server]:
    made = Server(handle)
    made.thread.start()
    try:
        yield made
    finally:
        made.listener.shutdown(socket.SHUT_RDWR)
        made.listener.close()
        made.thread.join()


def answering(raw: bytes) -> Callable[[Server, socket.socket], None]:
    def handle(made: Server, connection: socket.socket) -> None:
        made.read(connection)
        connection.sendall(raw)

    return handle


def exchange(url: str, raw: bytes, *, until: bytes = b"") -> bytes:
    """What a client hears that sends bytes of its own; to the end of the connection, or until it heard ``until``."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(raw)
        heard = b""
        while piece := connection.recv(65536):
            heard += piece
            if until and until in heard:
                break
        return heard


def test_heads_pass_without_what_belongs_to_the_connection(proxy: Opened, tmp_path: Path) -> None:
    raw = (
        b"HTTP/1.1 302 Moved\r\nLocation: /elsewhere\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Odd: caf\xe9\r\n"
        b"Connection: close, X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok"
    )
    with server(answering(raw)) as made, proxy(f"{made.url}/prefix", tmp_path) as through:
        heard = exchange(
            through.url,
            b"GET /a%2Fb%0A/../c?x=%41&x=%zz HTTP/1.1\r\nHost: client.example\r\nX-Twice: 1\r\nX-Twice: 2\r\nX-Odd: \xe9\r\n"
            b"Accept-Encoding: br\r\nConnection: X-Hop, close\r\nX-Hop: 1\r\nTE: trailers\r\nProxy-Authorization: Basic x\r\n\r\n",
        )
    head = made.heads[0]
    assert head.startswith(b"GET /prefix/a%2Fb%0A/../c?x=%41&x=%zz HTTP/1.1\r\n")
    lowered = head.lower()
    assert lowered.count(b"x-twice: ") == 2
    assert b"x-odd: \xe9" in lowered
    assert b"accept-encoding: br" in lowered  # nobody needs to read this answer
    assert f"host: {made.url.removeprefix('http://')}".encode() in lowered
    for gone in (b"x-hop", b"te: ", b"proxy-authorization", b"client.example", b"content-length", b"user-agent"):
        assert gone not in lowered
    lowered = heard.lower()
    assert lowered.startswith(b"http/1.1 302 ")
    assert lowered.count(b"set-cookie: ") == 2
    assert b"x-odd: caf\xe9" in lowered
    assert b"x-private" not in lowered
    assert heard.endswith(b"\r\n\r\nok")
    assert len(made.heads) == 1  # the redirect was not followed


def test_bodies_of_any_framing_pass(proxy: Opened, tmp_path: Path) -> None:
    chunks = (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with server(answering(chunks)) as made, proxy(made.url, tmp_path) as through:
        large = b"x" * 6_000_000
        assert through.client.post("/big", content=large).content == b"abcde"
        assert through.client.post("/chunks", content=iter([b"one", b"two"])).content == b"abcde"
        expecting = (
            b"POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
        )
        assert exchange(through.url, expecting + b"hi").endswith(b"0\r\n\r\n")
    assert made.bodies[0] == large
    assert b"".join(made.bodies[1].split(b"\r\n")[1::2]) == b"onetwo"
    assert made.bodies[2] == b"hi"
    assert b"expect" not in made.heads[2].lower()


def test_head_and_options(proxy: Opened, tmp_path: Path) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nAllow: POST\r\n\r\n"
    with server(answering(raw)) as made, proxy(made.url, tmp_path) as through:
        assert through.client.head("/x").headers["content-length"] == "500"
    with server(answering(raw.replace(b"500", b"0"))) as made, proxy(made.url, tmp_path) as through:
        assert through.client.options("/x").headers["allow"] == "POST"
    assert [head[:8] for head in made.heads] == [b"OPTIONS "]


def test_an_answer_streams_before_it_is_whole(proxy: Opened, tmp_path: Path) -> None:
    heard = threading.Event()

    def handle(made: Server, connection: socket.socket) -> None:
        made.read(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert heard.wait(20)
        connection.sendall(b"4\r\nlast\r\n0\r\n\r\n")

    with (
        server(handle) as made,
        proxy(made.url, tmp_path) as through,
        through.client.stream("GET", "/events") as answer,
    ):
        pieces = answer.iter_raw()
        assert next(pieces) == b"first"
        heard.set()
        assert b"".join(pieces) == b"last"


def test_when_the_client_goes_the_call_behind_is_given_up(proxy: Opened, tmp_path: Path) -> None:
    def handle(made: Server, connection: socket.socket) -> None:
        made.read(connection)
        arrived.set()
        if connection.recv(1) == b"":
            made.closed.set()

    arrived = threading.Event()
    body = b'{"course": {}}'
    with server(handle) as made, proxy(made.url, tmp_path) as through:
        host, _, port = through.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as client:
            head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\ntoken: abcdefgh\r\nContent-Length: {len(body)}\r\n\r\n"
            client.sendall(head.encode() + body)
            assert arrived.wait(20)
        assert made.closed.wait(20)
    report = verdict_of(through)
    assert report.findings() == []  # whoever went away is to blame
    assert report.lost == 1


def test_half_an_answer_is_not_shown_as_a_whole_one(proxy: Opened, tmp_path: Path) -> None:
    for raw in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf!\r\n",
    ):
        with server(answering(raw)) as made, proxy(made.url, tmp_path) as through:
            heard = exchange(through.url, b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"half" in heard
        assert not heard.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("how", [{}, {"refuse": True}])
def test_a_server_that_is_down_is_a_502_in_the_shape_of_errors(
    how: dict[str, bool], proxy: Opened, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with proxy(f"http://127.0.0.1:{port}", tmp_path, **how) as through:
        answer = through.provision({"course": {"ids": {"lms": "a"}, "title": "T", "code": None}})
        assert answer.status_code == 502
        assert set(answer.json()) == {"code", "message", "status", "errors"}
        assert str(port) in answer.json()["message"]
    report = verdict_of(through)
    assert report.findings() == []
    assert report.cannot is not None
    assert "no call" in report.cannot


def test_compressed_answers_pass_as_they_are_and_are_read(proxy: Opened, tmp_path: Path) -> None:
    import gzip

    packed = gzip.compress(b'{"course": {"sid": "CU1", "result": "Perhaps"}}')
    raw = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        % len(packed)
    )
    with server(answering(raw + packed)) as made, proxy(made.url, tmp_path) as through:
        body = b'{"course": {"ids": {"lms": "a"}, "title": "T", "code": null}}'
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: a\r\ntoken: abcdefgh\r\nContent-Type: application/json\r\n"
            f"Accept-Encoding: br, gzip;q=0.5\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        heard = exchange(through.url, head.encode() + body)
    report = verdict_of(through)
    assert heard.endswith(packed)
    assert b"accept-encoding: gzip;q=0.5" in made.heads[0].lower()
    assert "result-known" in {one.clause for one in report.findings()}
