"""Verdicts on a running mock, and the time to every seeded fault."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from client import start_mock, timed


def judged(ready: Path, *options: str) -> tuple[float, int]:
    """Seconds and requests of one ``invigilate check`` on a running mock."""
    report = ready.with_name("report.json")
    command = [sys.executable, "-m", "invigilate", "check", "--ready-file", str(ready), "--follow-signon", "--strict"]
    seconds = timed([*command, "--json", str(report), *options])
    return seconds, int(json.loads(report.read_text())["summary"]["requests"])


def main() -> int:
    """Measure verdicts on a running mock, and how long seeded faults stay unseen in this process."""
    server, told, _ = start_mock()
    ready = Path(tempfile.mkdtemp()) / "ready.json"
    ready.write_text(json.dumps(told))
    ready.chmod(0o600)
    try:
        ladder, first = judged(ready, "--max-examples", "0")
        full, second = judged(ready)
    finally:
        server.terminate()
        server.wait()
    print(f"ladder alone {ladder:.1f} s, {first} requests; full verdict {full:.1f} s, {second} requests")
    print(f"{second / full:.0f} requests per second, start of the command included")
    waits, missed, spent = [], [], 0.0
    for name, seen, seconds in seeded_faults():
        spent += seconds
        if seen is None:
            missed.append(name)
        else:
            waits.append(seen)
    print(f"{len(waits)} of {len(waits) + len(missed)} seeded faults seen; missed: {', '.join(missed) or 'none'}")
    print(f"time to a seeded fault: median {statistics.median(waits):.2f} s, longest {max(waits):.2f} s")
    print(f"{len(waits) / spent * 60:.0f} detections per minute")
    within = full <= 30 and ladder <= 5 and statistics.median(waits) <= 5 and not missed
    print("within the budget" if within else "OVER the budget (full 30 s, ladder 5 s, median time to a fault 5 s)")
    return 0 if within else 1


def seeded_faults() -> Iterator[tuple[str, float | None, float]]:
    """Every fault of the mock: its id, seconds until the first clause that it breaks was told, seconds of the run."""
    from contract.run import selftest
    from mockserver.auth.keys import make_keys
    from mockserver.behaviour.faults import judged
    from mockserver.embedded import embedded
    from spec.catalogue.clauses import load_clauses

    keys = make_keys()
    for name, fault in judged(load_clauses()).items():
        one = embedded(keys, name)
        subject = selftest.Subject(
            name, frozenset(fault.caught_by), lambda one=one: (one.app, one.ready), frozenset(fault.entails)
        )
        row = selftest.examine(subject)
        yield name, row.seen_after, row.seconds


if __name__ == "__main__":
    sys.exit(main())
