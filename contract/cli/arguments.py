"""The options of the judge's commands, grouped so that ``check``, ``replay`` and ``judge`` share them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

STEPS = ("token", "sessions", "assign", "schedule", "onboard", "read")
"""The steps of the journey, as ``contract.journey.steps`` has them; named here so that ``--help`` is quick."""


def positive(text: str) -> float:
    """A number of at least 0."""
    value = float(text)
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on.")
    return value


def count(text: str) -> int:
    """A whole number of at least 0."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on.")
    return value


def file(text: str) -> Path:
    """The path of a file."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; is a variable not set?")
    return Path(text)


class Parser(argparse.ArgumentParser):
    """A parser that refuses empty values, and repeats no value of an unknown option: it may be a secret."""

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """The options. Exits with 2 and a sentence if there are strange or empty ones."""
        options, strange = self.parse_known_args(args, namespace)
        for name, value in vars(options).items():
            if any(isinstance(one, str) and not one.strip() for one in (value if isinstance(value, list) else [value])):
                option = "URL" if name == "url" else f"--{name.replace('_', '-')}"
                self.error(f"{option} is empty; is a variable not set?")
        if strange:
            names = [one.partition("=")[0] for one in strange if one.startswith("-")]
            words = len(strange) - len(names)
            complaint = f"there is no option {', '.join(names)}" if names else f"{words} words more than are expected"
            hint = "; tokens come from the environment (--token-env NAME) or a file" if "--token" in names else ""
            self.error(f"{complaint}{hint}")
        return options


def seconds(text: str) -> float:
    """A number of seconds in which something can happen."""
    value = float(text)
    if not 0.001 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.001 to 3600.")
    return value


def jobs(text: str) -> int:
    """A number of things to do at the same time."""
    value = int(text)
    if not 1 <= value <= 32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 32.")
    return value


def parser(command: str, description: str) -> argparse.ArgumentParser:
    """An empty parser of a command."""
    return Parser(prog=f"invigilate {command}", description=description, allow_abbrev=False)


def add_access(to: argparse.ArgumentParser) -> None:
    """Options that say how to get in."""
    group = to.add_argument_group("getting in (tokens come from environment, file or prompt, never from here)")
    add = group.add_argument
    add("--install", metavar="SID", help="the install on whose behalf calls are made")
    add("--auth", choices=("token", "bearer"), default="token", help="how the token is sent (default: %(default)s)")
    source = group.add_mutually_exclusive_group()
    source.add_argument("--token-env", metavar="NAME", help="environment variable of the token (INVIGILATE_TOKEN)")
    source.add_argument("--token-file", metavar="F", type=file, help="file that holds the token")
    add("--expired-token-env", metavar="NAME", help="environment variable of a token that has expired")
    add(
        "--integration",
        metavar="SID",
        action="append",
        default=[],
        help="an integration of the install (repeatable)",
    )
    add("--client-secret-env", metavar="NAME", help="environment variable of an integration's client secret")
    add("--client-id", metavar="SID", help="the integration that it belongs to (default: the first --integration)")
    add("--other-install", metavar="SID", help="a second install, of another deployment")
    add("--other-token-env", metavar="NAME", help="environment variable of the second install's token")
    add(
        "--proctor-type",
        metavar="TS",
        action="append",
        default=[],
        help="a proctor type that is enabled (repeatable)",
    )
    add(
        "--header",
        metavar="'K: V'",
        action="append",
        default=[],
        help="a header of every request (repeatable); 'K: $NAME' takes the value from the environment",
    )
    add("--installs", metavar="F", type=file, help="what the installs have (default: the mock's own file)")
    add("--ready-file", metavar="F", type=file, help="the mock's ready file, which stands for all of these and the URL")
    add("--jwks", metavar="URL", help="where the target publishes its keys (default: /oidc/jwks)")
    add("--ca-file", metavar="F", type=file, help="certificates to trust, in PEM form")
    add("--proxy", metavar="URL", help="send everything through this proxy (none is taken from the environment)")
    add("--live", action="store_true", help="allow a host that is not this machine: it will keep what is written")


def add_pace(to: argparse.ArgumentParser) -> None:
    """Options that say how much, how fast and how long."""
    group = to.add_argument_group("pace")
    add = group.add_argument
    add("--wait", metavar="S", type=positive, default=0.0, help="seconds to wait until the target answers")
    add("--timeout", metavar="S", type=seconds, default=10.0, help="deadline of one answer (default: %(default)g)")
    add("--jobs", metavar="N", type=jobs, help="probes side by side (default: 8; with --live: 2)")
    add("--max-time", metavar="S", type=positive, help="end the run after so many seconds")
    add("--max-requests", metavar="N", type=count, help="send no more requests than this")
    add("--rate", metavar="N", type=positive, help="requests a second at most")
    add("--seed", metavar="N", type=count, help="seed of all choices (default: drawn, and shown)")


def add_contract(to: argparse.ArgumentParser) -> None:
    """Options that say what is judged."""
    group = to.add_argument_group("the contract")
    add = group.add_argument
    add("--strict", action="store_true", help="what was adopted counts as well")
    add("--only", metavar="CLAUSE", action="append", default=[], help="judge this clause (repeatable)")
    add("--skip", metavar="CLAUSE", action="append", default=[], help="do not judge this clause (repeatable)")
    add(
        "--require",
        metavar="CLAUSE",
        action="append",
        default=[],
        help="fail if this clause was not exercised (repeatable; 'published' or 'all' for many)",
    )
    add_document(to)


def add_document(to: argparse.ArgumentParser) -> None:
    """Options that say which document and catalogue are read, and how."""
    from spec.openapi.options import add_reading_options, add_strictness

    to.add_argument("--spec", metavar="F", help="another OpenAPI document: a file, git:REV:PATH, or git::PATH")
    to.add_argument("--clauses", metavar="F", type=file, help="another catalogue of clauses")
    add_reading_options(to)
    add_strictness(to)


def add_reports(to: argparse.ArgumentParser) -> None:
    """Options that say which reports are written."""
    group = to.add_argument_group("reports (several at once)")
    for form, purpose in (
        ("json", "for machines and replays"),
        ("junit", "a test case per clause"),
        ("markdown", "for a pull request or the summary of a CI job; appended to what the file holds"),
        ("html", "one page for a browser"),
        ("sarif", "for code scanning (SARIF 2.1.0)"),
    ):
        group.add_argument(f"--{form}", metavar="F", type=file, help=purpose)
    group.add_argument("--github", action="store_true", help="print annotations for GitHub Actions as well")
    group.add_argument("--verbose", action="store_true", help="print every clause, finding and call, not one screen")
    group.add_argument("--write-created", metavar="F", type=file, help="list what was created there, not in --json")
    group.add_argument("--baseline", metavar="F", type=file, help="known findings with reasons; they do not count")
    group.add_argument("--write-baseline", metavar="F", type=file, help="write what was found as a baseline")


def add_journey(to: argparse.ArgumentParser) -> None:
    """Options that say how far the judge goes after provisioning."""
    to.add_argument(
        "--journey",
        action="store_true",
        help="go on after provisioning: assignments, sessions, scheduling, onboarding, reads (needs a client secret)",
    )
    to.add_argument("--to", metavar="STEP", choices=STEPS, help="the last step of the journey: " + ", ".join(STEPS))


def check_parser() -> argparse.ArgumentParser:
    """The parser of ``invigilate check``."""
    made = parser("check", "Judge an implementation of Batch Provision, clause by clause. Exit codes: 0 clean "
                  "(warnings allowed), 1 findings that count, 2 could not check.")  # fmt: skip
    made.add_argument("url", nargs="?", metavar="URL", help="where the target is; may have a path prefix")
    add_access(made)
    add_contract(made)
    made.add_argument("--follow-signon", action="store_true", help="follow sign-on links that lead to the target")
    add_journey(made)
    made.add_argument(
        "--max-examples",
        metavar="N",
        type=count,
        default=None,
        help="generated sequences (default: 60, fewer on a slow target; 0: none)",
    )
    made.add_argument("--dry-run", action="store_true", help="print what would be sent, and send nothing")
    made.add_argument(
        "--self-test",
        action="store_true",
        help="judge our mock with each of its faults instead; --journey: those of sessions, too; --only: of a clause",
    )
    add_pace(made)
    add_reports(made)
    return made


def replay_parser() -> argparse.ArgumentParser:
    """The parser of ``invigilate replay``."""
    made = parser("replay", "Send the sequences of a JSON report's findings again, under fresh names. Exit codes: "
                  "0 none fails any more, 1 some do, 2 cannot tell.")  # fmt: skip
    made.add_argument("report", metavar="REPORT.json", type=file, help="what 'invigilate check --json' wrote")
    made.add_argument("url", nargs="?", metavar="URL", help="where the target is (default: the report's target)")
    made.add_argument("--finding", metavar="FINGERPRINT", action="append", default=[], help="only this (repeatable)")
    add_document(made)
    made.add_argument("--follow-signon", action="store_true", help="follow sign-on links that lead to the target")
    add_journey(made)
    add_access(made)
    add_pace(made)
    return made


def judge_parser() -> argparse.ArgumentParser:
    """The parser of ``invigilate judge``."""
    made = parser("judge", "Judge recorded traffic (HAR 1.2) without access to any server. Exit codes: 0 clean, "
                  "1 findings that count, 2 could not judge.")  # fmt: skip
    made.add_argument("traffic", metavar="TRAFFIC.har", type=file, help="the recording")
    made.add_argument("--install", metavar="SID", required=True, help="the install whose calls are judged")
    made.add_argument("--host", metavar="HOST", help="judge calls to this host (default: that of the first call)")
    add_contract(made)
    add_reports(made)
    return made
