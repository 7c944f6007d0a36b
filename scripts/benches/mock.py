"""The mock against bare handlers on the same server; start to first answer; ``--help``.

Times are medians of processor time per request of the serving process; baselines and mock alternate, so that noise
meets both. Compare figures of one run only with each other.
"""

from __future__ import annotations

import argparse
import base64
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from client import ROOT, Connection, bodies, call_bytes, options_of, per_call, settle, start_mock, start_script, timed

BASELINE = """
import sys, orjson, uvicorn, socket
sys.path.insert(0, {root!r})
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from spec.load import load
from spec.schema.validation import Rules
rules = Rules(load().operations["provision"].body.json)
answer = {{"course": {{"sid": "CU" + "0" * 32, "result": "Found Existing"}}}}
ready_made = orjson.dumps(answer)
async def bare(request: Request) -> Response:
    if not rules.fits_schema(await request.json()):
        return Response(status_code=400)
    return JSONResponse(answer)
async def swift(request: Request) -> Response:
    if not rules.fits_schema(orjson.loads(await request.body())):
        return Response(status_code=400)
    return Response(ready_made, media_type="application/json")
app = Starlette(routes=[Route("/v2/installs/{{install}}/provision", {handler}, methods=["POST"])])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, ws="none", lifespan="off")).run([listener])
"""
"""``bare`` does it with what Starlette brings; ``swift`` with the fastest parser there is, and a ready-made answer."""

BUDGETS = {"re-call": 1.25, "fresh": 1.35}
"""The most that a call may cost, as a multiple of what it costs the bare handler."""


def start_baseline(handler: str) -> tuple[subprocess.Popen[bytes], Connection]:
    """A stateless handler that parses and validates, and a connection to it."""
    return start_script(BASELINE.format(root=str(ROOT), handler=handler))


def signatures() -> Iterator[float]:
    """Microseconds of one bare RS256 signature, again and again."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    while True:
        began = time.process_time()
        for _ in range(40):
            key.sign(b"x" * 400, padding.PKCS1v15(), hashes.SHA256())
        yield (time.process_time() - began) / 40 * 1e6


def token_bytes(told: Mapping[str, str]) -> bytes:
    """A request for a token."""
    shown = base64.b64encode(f"{told['client_id']}:{told['client_secret']}".encode())
    form = b"grant_type=client_credentials"
    return (
        b"POST /oidc/token HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic %b\r\n"
        b"content-type: application/x-www-form-urlencoded\r\ncontent-length: %d\r\n\r\n%b" % (shown, len(form), form)
    )


def mock(options: argparse.Namespace) -> int:
    """Measure the mock against the baselines."""
    server, told, _ = start_mock()
    sides = {name: start_baseline(name) for name in ("bare", "swift")}
    sides["mock"] = server, Connection(int(told["url"].rpartition(":")[2]))
    path = f"/v2/installs/{told['install']}/provision"
    settle(*(process.pid for process, _ in sides.values()))
    results: dict[str, dict[str, list[float]]] = {}
    number = 0
    try:
        for name, body in bodies().items():
            rounds = results.setdefault(name, {side: [] for side in sides})
            for turn in range(options.rounds + 1):
                requests = []
                for _ in range(options.requests):
                    number += 1
                    requests.append(call_bytes(path, told["token"], body(number)))
                for side, (process, connection) in sides.items():
                    cost = per_call(process.pid, connection, requests)
                    if turn:  # the first round warms up
                        rounds[side].append(cost)
        process, connection = sides["mock"]
        asking = [token_bytes(told)] * options.requests
        signing = zip(range(options.rounds + 1), signatures(), strict=False)
        pairs = [(one, per_call(process.pid, connection, asking)) for _, one in signing][1:]
    finally:
        for process, _ in sides.values():
            process.terminate()
            process.wait()
    one_signature = statistics.median(one for one, _ in pairs)
    starts = []
    for _ in range(options.starts):
        process, _, seconds = start_mock()
        starts.append(seconds)
        process.terminate()
        process.wait()
    helps = [timed([sys.executable, "-m", "invigilate", "--help"]) for _ in range(options.starts)]
    mock_helps = [timed([sys.executable, "-m", "invigilate", "mock", "--help"]) for _ in range(options.starts)]
    print(f"{'body':<14}" + "".join(f"{side:>10}" for side in sides) + f"{'mock/bare':>12}{'mock/swift':>12}")
    within = True
    for name, rounds in results.items():
        costs = "".join(f"{statistics.median(rounds[side]):>10.1f}" for side in sides)
        ratios = [
            statistics.median(b / a for a, b in zip(rounds[side], rounds["mock"], strict=True))
            for side in ("bare", "swift")
        ]
        print(f"{name:<14}{costs}{ratios[0]:>12.2f}{ratios[1]:>12.2f}")
        within = within and ratios[0] <= BUDGETS.get(name, float("inf"))
    print("µs of processor time per request, medians; ratios are medians of the rounds")
    signon = statistics.median(results["with sign-on"]["mock"]) - statistics.median(results["re-call"]["mock"])
    print(f"sign-on costs {signon:.0f} µs more; one bare RS256 signature {one_signature:.0f} µs")
    token, most = statistics.median(one for _, one in pairs), 1.3 * one_signature + 100
    print(f"a token costs {token:.0f} µs (budget 1.3 signatures + 100 µs: {most:.0f} µs)")
    print(f"start to first answer {statistics.median(starts):.2f} s")
    print(f"--help {statistics.median(helps):.2f} s, mock --help {statistics.median(mock_helps):.2f} s")
    within = within and token <= most and statistics.median(starts) <= 0.6 and statistics.median(helps) <= 0.2
    print(
        "within the budget"
        if within
        else f"OVER the budget (ratios to the bare handler {BUDGETS}, start 0.6 s, --help 0.2 s)"
    )
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(mock(options_of("mock", __doc__, rounds=45, requests=300, starts=5)))
