"""The mock against a bare handler on the same server; start to first answer; ``--help``.

Times are medians of processor time per request of the serving process; baseline and mock alternate, so that noise
meets both. Compare figures of one run only with each other.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from client import ROOT, Connection, bodies, call_bytes, per_call, settle, start_mock, timed

BASELINE = """
import sys, orjson, uvicorn, socket
sys.path.insert(0, {root!r})
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from spec.load import load
from spec.validation import Rules
rules = Rules(load().operations["provision"].body.json)
answer = orjson.dumps({{"course": {{"sid": "CU" + "0" * 32, "result": "Found Existing"}}}})
async def provision(request: Request) -> Response:
    value = orjson.loads(await request.body())
    if not rules.fits_schema(value):
        return Response(status_code=400)
    return Response(answer, media_type="application/json")
app = Starlette(routes=[Route("/v2/installs/{{install}}/provision", provision, methods=["POST"])])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, ws="none", lifespan="off")).run([listener])
"""


def signature() -> float:
    """Microseconds of one bare RS256 signature."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    rounds = []
    for _ in range(15):
        began = time.process_time()
        for _ in range(40):
            key.sign(b"x" * 400, padding.PKCS1v15(), hashes.SHA256())
        rounds.append((time.process_time() - began) / 40 * 1e6)
    return statistics.median(rounds)


def mock(options: argparse.Namespace) -> int:
    """Measure the mock against the baseline."""
    baseline = subprocess.Popen(
        [sys.executable, "-c", BASELINE.format(root=str(ROOT))], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert baseline.stdout is not None
    bare = Connection(int(baseline.stdout.readline()))
    server, told, _ = start_mock()
    served = Connection(int(told["url"].rpartition(":")[2]))
    path = f"/v2/installs/{told['install']}/provision"
    settle(baseline.pid, server.pid)
    results: dict[str, dict[str, list[float]]] = {}
    number = 0
    try:
        for name, body in bodies().items():
            rounds = results.setdefault(name, {"baseline": [], "mock": []})
            for turn in range(options.rounds + 1):
                requests = []
                for _ in range(options.requests):
                    number += 1
                    requests.append(call_bytes(path, told["token"], body(number)))
                cost = {
                    "baseline": per_call(baseline.pid, bare, requests),
                    "mock": per_call(server.pid, served, requests),
                }
                if turn:  # the first round warms up
                    for side, value in cost.items():
                        rounds[side].append(value)
    finally:
        for process in (baseline, server):
            process.terminate()
            process.wait()
    one_signature = signature()
    starts = []
    for _ in range(options.starts):
        process, _, seconds = start_mock()
        starts.append(seconds)
        process.terminate()
        process.wait()
    helps = [timed([sys.executable, "-m", "invigilate", "--help"]) for _ in range(options.starts)]
    mock_helps = [timed([sys.executable, "-m", "invigilate", "mock", "--help"]) for _ in range(options.starts)]
    print(f"{'body':<14}{'baseline':>12}{'mock':>12}{'ratio':>8}   (µs of processor time per request, medians)")
    worst = 0.0
    for name, rounds in results.items():
        first, second = statistics.median(rounds["baseline"]), statistics.median(rounds["mock"])
        ratio = statistics.median(b / a for a, b in zip(rounds["baseline"], rounds["mock"], strict=True))
        print(f"{name:<14}{first:>12.1f}{second:>12.1f}{ratio:>8.2f}")
        if name != "with sign-on":
            worst = max(worst, ratio)
    signon = statistics.median(results["with sign-on"]["mock"]) - statistics.median(results["re-call"]["mock"])
    print(f"sign-on costs {signon:.0f} µs more; one bare RS256 signature {one_signature:.0f} µs")
    print(f"start to first answer {statistics.median(starts):.2f} s")
    print(f"--help {statistics.median(helps):.2f} s, mock --help {statistics.median(mock_helps):.2f} s")
    within = worst <= 1.25 and statistics.median(starts) <= 0.6 and statistics.median(helps) <= 0.2
    print("within the budget" if within else "OVER the budget (ratio 1.25, start 0.6 s, --help 0.2 s)")
    return 0 if within else 1


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench mock", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--starts", type=int, default=5)
    return mock(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
