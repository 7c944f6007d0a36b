"""One connection over a real socket in this process: heads, trailers, upgrade offers, deadlines, ends of connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.server import ServerState

from mockserver.http.handlers import HangUp, exception_handlers
from mockserver.http.request import Request
from mockserver.serving.connection import limited
from mockserver.settings import ConnectionLimits, Settings

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def echo(request: Any) -> Response:
    """What arrived, as JSON."""
    body = await Request(request.scope, request.receive).read(Settings())
    headers = {name.decode(): value.decode() for name, value in request.scope["headers"]}
    return JSONResponse({"body": body.decode(), "headers": headers})


async def refuses(request: Any) -> Response:
    return PlainTextResponse("no", 401)


async def hangs_up(request: Any) -> Response:
    raise HangUp


async def in_time(request: Any) -> Response:
    async with asyncio.timeout(5):
        await asyncio.sleep(0)
    return PlainTextResponse("in time")


async def events(request: Any) -> Response:
    async def sent() -> AsyncIterator[str]:
        for number in range(3):
            await asyncio.sleep(0)
            yield f"data: {number}\n\n"

    return StreamingResponse(sent(), media_type="text/event-stream")


APP = Starlette(
    routes=[
        Route("/", echo, methods=["GET", "POST", "CONNECT"]),
        Route("/refuses", refuses, methods=["POST"]),
        Route("/hangs-up", hangs_up),
        Route("/in-time", in_time),
        Route("/events", events),
    ],
    exception_handlers=exception_handlers(Settings()),
)

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def talk(conversation: Talk, **limits: Any) -> None:
    """Have a conversation with a server on a socket. Nothing is raised that the application does not answer."""
    raised: list[Exception] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await APP(scope, receive, send)
        except Exception as error:
            raised.append(error)
            raise

    async def run() -> None:
        config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, log_level="critical")
        config.load()
        made, state = limited(ConnectionLimits(**limits)), ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: made(config, state, {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            async with asyncio.timeout(20):
                await conversation(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            server.close()
            for _ in range(20):  # until the server has noticed
                await asyncio.sleep(0)
            assert not state.tasks

    asyncio.run(run())
    assert raised == []


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    return int(head.split(b" ")[1]), await reader.readexactly(length)


async def told(reader: asyncio.StreamReader) -> Any:
    status, body = await answer(reader)
    assert status == 200, body
    return json.loads(body)


async def heard(reader: asyncio.StreamReader, status: int) -> Any:
    """The last answer on a connection, which then ends without a reset."""
    rest = await reader.read()
    head, _, body = rest.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), rest
    assert b"connection: close" in head
    assert rest.count(b"HTTP/1.1 ") == 1
    return json.loads(body)


OFFERS = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n",
    "websocket": b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
    "TLS": b"connection: upgrade\r\nupgrade: TLS/1.2\r\n",
}


@pytest.mark.parametrize("pieces", ["at once", "head and body", "byte by byte"])
@pytest.mark.parametrize("offer", OFFERS)
def test_an_offer_to_upgrade_is_not_taken_and_loses_nothing(offer: str, pieces: str) -> None:
    head = HEAD + OFFERS[offer] + b"X-Kept: yes\r\nContent-Length: 5\r\n\r\n"
    whole = head + b"hello"
    cut = {"at once": [whole], "head and body": [head, b"hello"], "byte by byte": [bytes([one]) for one in whole]}

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in cut[pieces]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        first = await told(reader)
        assert first["body"] == "hello"
        assert first["headers"]["x-kept"] == "yes"
        writer.write(HEAD + b"Content-Length: 3\r\n\r\nbye")
        assert (await told(reader))["body"] == "bye"

    talk(conversation)


def test_a_body_in_a_second_packet_is_no_second_request() -> None:
    smuggled = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + OFFERS["h2c"] + b"Content-Length: %d\r\n\r\n" % len(smuggled))
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(smuggled)
        assert (await told(reader))["body"] == smuggled.decode()
        writer.write(GET)
        assert (await told(reader))["body"] == ""

    talk(conversation)


def test_an_offer_with_chunks_and_one_behind_another_request() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chunked = HEAD + OFFERS["websocket"] + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        writer.write(GET + chunked + GET)
        bodies = [(await told(reader))["body"] for _ in range(3)]
        assert bodies == ["", "hello", ""]

    talk(conversation)


def test_thousands_of_offers_in_one_piece_are_served_one_by_one() -> None:
    one = HEAD + OFFERS["TLS"] + b"Content-Length: 1\r\n\r\na"

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(one * 3000)
        bodies = [(await told(reader))["body"] for _ in range(3000)]
        assert bodies == ["a"] * 3000

    talk(conversation)


def test_a_trailer_is_no_header() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\ntoken: stolen\r\n\r\n")
        one = await told(reader)
        assert one["body"] == "hi"
        assert "token" not in one["headers"]
        writer.write(GET)
        assert (await told(reader))["body"] == ""

    talk(conversation)


FLOODS = {
    "trailers": b"2\r\nhi\r\n0\r\n" + b"x: y\r\n" * 20_000,
    "one trailer": b"2\r\nhi\r\n0\r\nx: " + b"y" * 90_000,
    "chunk extensions": b"2;" + b"x" * 90_000 + b"\r\nhi\r\n",
    "many chunk extensions": (b"1;" + b"x" * 40 + b"\r\na\r\n") * 2_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_what_surrounds_a_body_is_limited(name: str) -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(FLOODS[name]), 4096):
            writer.write(FLOODS[name][at : at + 4096])
            await asyncio.sleep(0)
        assert (await heard(reader, 431))["code"] == "HEADERSTOOLARGE"

    talk(conversation)


def test_a_body_in_chunks_of_one_byte_is_taken() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 60_000 + b"0\r\n\r\n")
        assert len((await told(reader))["body"]) == 60_000

    talk(conversation)


@pytest.mark.parametrize("size", [100, 40_000, 300_000])
def test_a_pipelined_request_behind_a_body_is_served(size: int) -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % size + b"a" * size + GET[:-4])
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(GET[-4:])
        assert len((await told(reader))["body"]) == size
        assert (await told(reader))["body"] == ""

    talk(conversation)


LARGE = {
    "a value": b"X: " + b"a" * 2_000_000,
    "many": b"".join(b"X-%d: 1\r\n" % number for number in range(200)) + b"\r\n",
    "names": (b"X" * 300 + b": 1\r\n") * 200 + b"\r\n",
}


@pytest.mark.parametrize("name", LARGE)
def test_a_431_is_heard_although_the_client_goes_on_sending(name: str) -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + LARGE[name])
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        assert (await heard(reader, 431))["errors"] == []

    talk(conversation)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
    ],
)
def test_a_head_that_is_refused(head: bytes, status: int) -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        body = await heard(reader, status)
        assert (body["code"], body["errors"]) == ("INVALIDINPUT", [])  # no clause speaks of it
        assert "help" not in body

    talk(conversation)


def test_http_1_0_needs_no_host() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        assert (await told(reader))["body"] == ""

    talk(conversation)


@pytest.mark.parametrize("data", [b"", b"POST / HT", HEAD + b"Content-Length: 5\r\n\r\nab"])
def test_a_slow_client_is_answered_408(data: bytes) -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        body = await heard(reader, 408)
        assert body["code"] == "REQUESTTIMEOUT"
        assert "after 0.02 seconds" in body["message"]

    talk(conversation, request_deadline=0.02)


def test_the_deadline_is_that_of_a_request_not_of_a_connection() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(14):
            writer.write(GET[:9])
            await asyncio.sleep(0.02)
            writer.write(GET[9:])
            assert (await told(reader))["body"] == ""
            await asyncio.sleep(0.02)
        writer.write(GET[:9])
        await heard(reader, 408)

    talk(conversation, request_deadline=0.5)  # far from one request on a slow machine, and less than all of them


def test_an_answer_before_the_end_of_the_body_stands_alone() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"POST /refuses HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")
        assert (await answer(reader))[0] == 401
        assert await reader.read() == b""

    talk(conversation, request_deadline=0.02)


def test_a_half_closed_client_hears_its_answer() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GET)
        writer.write_eof()
        assert (await told(reader))["body"] == ""
        assert await reader.read() == b""

    talk(conversation)


def test_who_is_refused_in_the_body_is_not_told_to_go_on() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n")
        assert "not valid HTTP" in (await heard(reader, 400))["message"]

    talk(conversation)


def test_hanging_up_ends_the_connection_without_a_byte() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /hangs-up HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""

    talk(conversation)


def test_timeouts_and_events_work_in_endpoints() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /in-time HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await answer(reader) == (200, b"in time")
        writer.write(b"GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        streamed = await reader.read()
        assert b"text/event-stream" in streamed
        assert [streamed.count(b"data: %d\n\n" % number) for number in range(3)] == [1, 1, 1]

    talk(conversation)


def test_connect_is_an_ordinary_unknown_method() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.split(b" ")[1][:1] == b"4"

    talk(conversation)
