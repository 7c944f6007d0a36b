"""A transport that asks an implementation in this process; bursts are real threads."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Sequence

from contract.http.exchange import Exchange, Loss, ReceivedResponse, SentRequest
from tests.servers.bodies import InputError
from tests.servers.independent import Independent


class InProcess:
    """Speaks the judge's Transport protocol."""

    def __init__(self, server: Independent) -> None:
        self.server = server

    def send(self, request: SentRequest) -> Exchange:
        started = time.monotonic()
        if "#" in request.path or not request.path.isprintable():
            raise ValueError(f"{request.path!r} is nothing that HTTP could send")
        headers = [("accept-encoding", "gzip"), *request.headers]
        try:
            status, answered, body = self.server.handle(request.method, request.path, headers, request.body or b"")
        except InputError as error:
            return Exchange(request, None, started, 10.0, failure=str(error) or "no answer in time", loss=Loss.LATE)
        named = {name.lower(): value for name, value in answered.items()}
        if named.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return Exchange(request, ReceivedResponse(status, named, body), started, time.monotonic() - started)

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        found: list[Exchange | None] = [None] * len(requests)
        barrier = threading.Barrier(len(requests))

        def one(place: int) -> None:
            barrier.wait()
            found[place] = self.send(requests[place])

        threads = [threading.Thread(target=one, args=(place,)) for place in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [one for one in found if one is not None]

    def close(self) -> None:
        """Nothing is held."""
