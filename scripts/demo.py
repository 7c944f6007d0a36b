"""The main job in one run: a mock, two scenarios, a sign-on link, a verdict. Leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2
import yaml

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, str(ROOT / "invigilate.py")]
SCENARIOS = ("create-course-and-exam", "enroll-student")


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def wait_for(path: Path, server: subprocess.Popen[bytes]) -> dict[str, Any]:
    for _ in range(600):
        if path.exists():
            found: dict[str, Any] = json.loads(path.read_text())
            return found
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit("demo: the mock did not start; see its message above.")


def provision(client: httpx2.Client, ready: dict[str, Any], name: str, body: dict[str, Any]) -> dict[str, Any]:
    path = f"/v2/installs/{ready['install']}/provision"
    say(f"\n$ POST {path}   ({name})")
    answer = client.post(path, json=body, headers={"token": ready["token"]})
    shown = answer.json()
    for part, told in shown.items():
        if "result" in told:
            say(f"  {answer.status_code}  {part:<14} {told['sid']}  {told['result']}")
        else:
            say(f"  {answer.status_code}  {part:<14} {told['redirect'].partition('?')[0]}?code=…")
    if answer.status_code != 200:
        raise SystemExit(f"demo: {shown}")
    return dict(shown)


def stay(url: str) -> None:
    """The pages of the mock end with it: who asked for it can look at them first, others are told how to."""
    if sys.argv[1:] == ["--stay"]:
        say(
            f"\nThe mock still runs. Look at {url}/_invigilate/ (the calls) and {url}/_invigilate/judge (this verdict)."
        )
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            input("Enter ends it. ")
        return
    say("\nThe mock of this demonstration ends now. To look at its pages, at calls and verdict: scripts/demo --stay")


def main() -> int:
    if sys.argv[1:] not in ([], ["--stay"]):
        raise SystemExit("demo: it takes --stay, or nothing.")
    examples = yaml.safe_load((ROOT / "spec" / "openapi.yaml").read_text())["components"]["examples"]
    with tempfile.TemporaryDirectory(prefix="invigilate-demo-") as folder:
        ready_file = Path(folder) / "ready.json"
        server = subprocess.Popen(
            [*COMMAND, "mock", "--port", "0", "--ready-file", str(ready_file)],
            stdout=subprocess.DEVNULL,
        )
        try:
            ready = wait_for(ready_file, server)
            say(f"The mock serves {ready['url']} for the install {ready['install']}.")
            with httpx2.Client(base_url=ready["url"], trust_env=False) as client:
                for name in SCENARIOS:
                    shown = provision(client, ready, name, examples[name]["value"])
                    again = provision(client, ready, f"{name}, once more", examples[name]["value"])
                    if any(one.get("result") == "Created" for one in again.values()):
                        raise SystemExit("demo: a second call created something.")
                say("\n$ GET the sign-on link, as a browser would")
                link = shown["signon"]["redirect"]
                page = client.get(link, headers={"Accept": "application/json"})
                text = json.dumps(page.json(), ensure_ascii=False)
                say(f"  {page.status_code}  {text if len(text) <= 220 else text[:219] + '…'}")
                say("$ GET it again: it works once")
                page = client.get(link, headers={"Accept": "application/json"})
                say(f"  {page.status_code}  {page.json()['message']}")
            say("\n$ invigilate check --ready-file … --follow-signon --strict\n")
            check = subprocess.run(
                [*COMMAND, "check", "--ready-file", str(ready_file), "--follow-signon", "--strict", "--seed", "1"],
                check=False,
            )
            stay(ready["url"])
            return check.returncode
        finally:
            server.terminate()
            server.wait(timeout=10)


if __name__ == "__main__":
    sys.exit(main())
