"""By hand, a minute: what a page of the inspector costs with 10,000 calls and 100,000 resources, as processor time."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from client import Connection, call_bytes, per_call, settle, start_mock

BUDGET = 0.5
_RING = 500  # calls of each install; it keeps 512


def main() -> int:
    """Fill a mock, and ask for each page."""
    parser = argparse.ArgumentParser(prog="scripts/bench pages", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--resources", type=int, default=100_000)
    options = parser.parse_args()
    process, told, _ = start_mock()
    connection = Connection(int(told["url"].rpartition(":")[2]))
    try:
        installs = [told, *(_made(connection) for _ in range(options.calls // _RING - 1))]
        right = b'{"course": {"ids": {"lms": "a"}, "title": "A", "code": "A-1"}}'
        wrong = b'{"course": {"ids": {"lms": "a"}, "titel": "A"}, "user": {"email": "x"}}'
        for one in installs:
            path = f"/v2/installs/{one['install']}/provision"
            for _ in range(_RING // 2):
                connection.send(call_bytes(path, one["token"], right))
                connection.send(call_bytes(path, one["token"], wrong), only=None)
        sid = _filled(connection, told["install"], options.resources // 2)
        settle(process.pid)
        world = f"world/{told['install']}"
        pages = {
            "calls": "", "a search in vain": "calls?q=nowhere", "one call": "calls/9000", "world": "world",
            "an install": world, "its last page": f"{world}?kind=user&page=1000", "found": f"{world}?find=u-7",
            "a user": f"{world}/{sid}", "controls": "controls", "verdict, the first time": "client",
            "verdict, again": "client", "judge": "judge",
        }  # fmt: skip
        worst = 0.0
        for name, path in pages.items():
            cost = per_call(process.pid, connection, [_page(path)]) / 1e6
            worst = max(worst, cost)
            print(f"{name:25} {cost * 1000:8.1f} ms")
    finally:
        process.terminate()
        process.wait()
    print(f"the worst {worst:.3f} s (budget {BUDGET})")
    return 0 if worst <= BUDGET else 1


def _page(path: str) -> bytes:
    return f"GET /_invigilate/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n".encode()


def _post(connection: Connection, path: str, body: Any) -> Any:
    text = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return json.loads(connection.send(f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text, only=b"20"))


def _made(connection: Connection) -> Any:
    return _post(connection, "/_invigilate/installs", {})


def _filled(connection: Connection, install: str, count: int) -> str:
    """Store so many users, each with an enrollment; the SID of one of them."""
    course = {"ids": {"lms": "big"}, "title": "Big", "code": "BIG"}
    user = {"firstName": "U", "lastName": "S"}
    answer: Any = {}
    for first in range(0, count, 10_000):
        payloads = [
            {
                "course": course,
                "user": {"ids": {"lms": f"u-{number}"}, **user, "email": f"u{number}@example.com"},
                "enrollment": {"role": "learner"},
            }
            for number in range(first, min(first + 10_000, count))
        ]  # fmt: skip
        answer = _post(connection, "/_invigilate/seed", {"install": install, "payloads": payloads})
    return str(answer["answers"][-1]["user"]["sid"])


if __name__ == "__main__":
    sys.exit(main())
