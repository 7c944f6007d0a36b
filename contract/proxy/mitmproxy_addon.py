"""An addon for mitmproxy: tells a running ``invigilate proxy --from-addon`` of every call that passes.

It runs in mitmproxy's own environment and needs nothing but mitmproxy (11 or newer) and Python:

    mitmdump -s "$(invigilate proxy --addon)" --set invigilate=http://127.0.0.1:8790
"""

from __future__ import annotations

import base64
import http.client
import json
import logging
import queue
import threading
from typing import Any
from urllib.parse import urlsplit

from mitmproxy import ctx

LONGEST = 4 * 1_048_576
"""Bodies that are longer are not told, only their size."""


class Invigilate:
    """Follows calls from their beginning to their end. A thread of its own tells of them, in their order."""

    def __init__(self) -> None:
        self.events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.begun: set[str] = set()
        self.teller: threading.Thread | None = None
        self.address = ""
        self.lost = 0

    def load(self, loader: Any) -> None:
        """Declare the option."""
        loader.add_option("invigilate", str, "http://127.0.0.1:8790", "where 'invigilate proxy --from-addon' listens")

    def running(self) -> None:
        """Begin to tell."""
        self.address = ctx.options.invigilate
        self.teller = threading.Thread(target=self._tell, name="invigilate", daemon=True)
        self.teller.start()

    def requestheaders(self, flow: Any) -> None:
        """A call is under way."""
        self.begun.add(flow.id)
        self.events.put({"event": "begin", "id": flow.id, **_asked(flow)})

    def response(self, flow: Any) -> None:
        """It was answered."""
        self._end(flow)

    def error(self, flow: Any) -> None:
        """It broke off."""
        self._end(flow)

    def done(self) -> None:
        """Tell what is left."""
        self.events.put(None)
        if self.teller is not None:
            self.teller.join(timeout=5)

    def _end(self, flow: Any) -> None:
        if flow.id not in self.begun:
            return
        self.begun.discard(flow.id)
        request, response = flow.request, flow.response
        ended = response.timestamp_end if response is not None and response.timestamp_end else None
        event = {
            "event": "end",
            "id": flow.id,
            **_asked(flow),
            "headers": _fields(request.headers),
            **_body("body", "size", request.raw_content),
            "when": request.timestamp_start,
            "seconds": max((ended or request.timestamp_end or request.timestamp_start) - request.timestamp_start, 0.0),
            "status": 0,
            "failure": flow.error.msg if flow.error else "",
        }
        if response is not None and not flow.error:
            event |= {
                "status": response.status_code,
                "answer_headers": _fields(response.headers),
                **_body("answer", "answer_size", _decoded(response)),
            }
        self.events.put(event)

    def _tell(self) -> None:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=10)
        while (event := self.events.get()) is not None:
            try:
                connection.request("POST", "/events", json.dumps(event), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 204:
                    self._complain(f"status {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._complain(str(error) or type(error).__name__)
        connection.close()

    def _complain(self, reason: str) -> None:
        self.lost += 1
        if self.lost == 1:
            logging.warning("invigilate: %s was not told of a call: %s", self.address, reason)


def _asked(flow: Any) -> dict[str, Any]:
    return {"method": flow.request.method, "url": flow.request.url}


def _fields(headers: Any) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers.fields]


def _decoded(response: Any) -> bytes | None:
    try:
        content: bytes | None = response.content
    except ValueError:  # a coding that cannot be read
        return None
    return content


def _body(name: str, size: str, content: bytes | None) -> dict[str, Any]:
    """A body and its size; not the body if it was not kept or is too long."""
    if content is None:
        return {size: 1}
    if len(content) > LONGEST:
        return {size: len(content)}
    return {name: base64.b64encode(content).decode(), size: len(content)}


addons = [Invigilate()]
