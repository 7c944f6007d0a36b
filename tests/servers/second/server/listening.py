"""The server as others meet it: over a socket with http.server, or in this process as an ASGI application."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servers.second.server.application import Application
from servers.second.server.messages import Received, RefusedError, Sent

LARGEST = 1_048_576
PATIENCE = 64 * LARGEST


class Handler(BaseHTTPRequestHandler):
    """One connection: requests are read, answered and forgotten, one after the other."""

    protocol_version = "HTTP/1.1"
    server: Listener
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def setup(self) -> None:
        super().setup()
        self.memory: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every method is the application's to judge
            return self.serve
        raise AttributeError(name)

    def serve(self) -> None:
        body, too_large = self.body()
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        request = Received(self.command, self.path, headers, body, too_large, self.memory)
        self.write(request, self.server.application.answer(request))

    def body(self) -> tuple[bytes, bool]:
        """The body, and whether there was more of it than is kept."""
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self.chunks()
        length = self.headers.get("Content-Length") or "0"
        if not length.isascii() or not length.isdigit():
            self.close_connection = True
            return b"", False
        return self.kept(int(length))

    def kept(self, length: int) -> tuple[bytes, bool]:
        content = self.rfile.read(min(length, LARGEST))
        left = length - len(content)
        if left > PATIENCE:
            self.close_connection = True
        while 0 < left <= PATIENCE:
            read = len(self.rfile.read(min(left, 65536)))
            if not read:
                break
            left -= read
        return content, length > LARGEST

    def chunks(self) -> tuple[bytes, bool]:
        content, too_large = b"", False
        while True:
            size = int(self.rfile.readline(1000).partition(b";")[0].strip() or b"0", 16)
            if not size:
                break
            chunk, larger = self.kept(size)
            self.rfile.readline(10)
            too_large = too_large or larger or len(content) + len(chunk) > LARGEST
            content += b"" if too_large else chunk
        while self.rfile.readline(65537).strip():
            pass
        return content, too_large

    def write(self, request: Received, sent: Sent) -> None:
        self.send_response(sent.status)
        for name, value in sent.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if request.method != "HEAD":
            self.wfile.write(sent.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP at all is refused in the shape of every refusal."""
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        request = Received(self.command, "", ())
        status = code if code < 500 else 400
        refused = RefusedError(status, "INVALIDINPUT", message or "This is not HTTP/1.1.")
        self.write(request, self.server.application.answers.refusal(request, refused))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is that of http.server
        """Nothing is logged."""


class Listener(ThreadingHTTPServer):
    """Listens on a free port of this machine for as long as its ``with`` block lasts."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, application: Application, handler: type[Handler] = Handler) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.application = application
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        application.signons.base = self.url
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Listener:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()
        self.application.close()

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """A connection that broke is nothing to tell."""


def in_process(application: Application) -> Callable[..., Awaitable[None]]:
    """The same as an ASGI application."""

    async def respond(
        scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        target = scope["raw_path"].decode("ascii") if scope.get("raw_path") else scope["path"]
        if scope.get("query_string"):
            target += "?" + scope["query_string"].decode("ascii")
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
        large = len(body) > LARGEST
        sent = application.answer(Received(scope["method"], target, headers, body[:LARGEST], large))
        length = (b"content-length", str(len(sent.body)).encode())
        written = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
        await send({"type": "http.response.start", "status": sent.status, "headers": [*written, length]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else sent.body})

    return respond
