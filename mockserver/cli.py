"""``invigilate mock`` and ``invigilate token``. Everything heavy is imported after the arguments were read."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.running import Launch


def mock(argv: list[str]) -> int:
    """Run the mock server until it is interrupted; 0 when it ended as asked, 2 when it could not run."""
    from mockserver.environment import EnvironmentVariableError, arguments_of

    parser = _mock_parser()
    try:
        options = parser.parse_args([*arguments_of(parser, os.environ), *argv])
    except EnvironmentVariableError as error:
        sys.stderr.write(f"invigilate mock: {error}\n")
        return 2
    options.coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if options.faults:
        from mockserver.behaviour.faults import listing

        sys.stdout.write(listing())
        return 0
    from mockserver.launch import launch
    from mockserver.running import LaunchError

    try:
        ready: Launch = launch(options)
        ready.run()
    except LaunchError as error:
        sys.stderr.write(f"invigilate mock: {error}\n")
        return 2
    return 0


def token(argv: list[str]) -> int:
    """Print a token that a keys file signs; 2 when the file cannot be used."""
    options = _token_parser().parse_args(argv)
    from mockserver.auth.keyfile import KeysError, read_keys
    from mockserver.auth.keys import make_keys
    from mockserver.auth.tokens import API_TYPE, api_claims, sign
    from mockserver.state.ids import SystemIds

    try:
        keys = read_keys(options.keys)
    except KeysError as error:
        sys.stderr.write(f"invigilate token: {error}\n")
        return 2
    now = time.time()
    starts = now - 2 * options.ttl if options.expired else now + options.ttl if options.not_yet_valid else now
    claims = api_claims(
        options.install, issued=min(now, starts), starts=starts, expires=starts + options.ttl,
        token_id=SystemIds().token_id(),
    )  # fmt: skip
    sys.stdout.write(sign(claims, API_TYPE, make_keys() if options.other_key else keys) + "\n")
    return 0


def _mock_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="invigilate mock",
        description="Run the mock server. It prints an endpoint, a token and a curl line that works when pasted.",
        epilog="Every option can be a variable of the environment: INVIGILATE_MOCK_PORT=0 stands for --port 0.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    add("--port", type=_port, default=8400, help="the port; 0 picks a free one (default: %(default)s)")
    add("--spec", metavar="F", help="serve this OpenAPI document (a file, git:REV:PATH) instead of the built-in one")
    add("--clauses", type=Path, metavar="F", help="use this catalogue of clauses")
    add("--installs", type=Path, metavar="F", help="serve these installs")
    add("--reload", action="store_true", help="serve an edited document, clauses or installs as soon as it is saved")
    add(
        "--store", default="memory", metavar="WHERE",
        help="keep everything in 'sqlite:PATH' or 'postgresql://…', also after the end (default: memory)",
    )  # fmt: skip
    add(
        "--store-passphrase-file",
        type=Path,
        metavar="F",
        help="encrypt keys and calls in the store with its first line",
    )
    add("--workers", type=_workers, default=1, metavar="N", help="serve by so many processes (needs --store)")
    add("--keys", type=Path, metavar="F", help="keep the key in this file, so that tokens survive a restart")
    add(
        "--token-ttl", type=_seconds, default=86_400, metavar="S", help="lifetime of the printed token (default: a day)"
    )
    add(
        "--access-token-ttl", type=_seconds, default=3600, metavar="S",
        help="lifetime of tokens from the token endpoint (default: an hour)",
    )  # fmt: skip
    add("--client-secret-env", metavar="NAME", help="environment variable of the secret of the first integration")
    add("--signon-ttl", type=_seconds, default=300, metavar="S", help="lifetime of a sign-on (default: %(default)s s)")
    add(
        "--onboard-ttl", type=_seconds, default=300, metavar="S",
        help="lifetime of an onboarding URL (default: %(default)s s)",
    )  # fmt: skip
    add("--seed", type=int, metavar="N", help="make SIDs reproducible")
    add("--unknown-members", choices=("ignore", "reject"), default="ignore", help="members that no one knows (ignore)")
    add("--public-url", metavar="U", help="how callers reach the mock, if not by its address")
    add("--allow-host", action="append", default=[], metavar="NAME", help="a host name by which callers reach the mock")
    add("--proxy-headers", action="store_true", help="believe the scheme and host that a proxy forwards")
    add("--ready-file", type=Path, metavar="F", help="write url, install, tokens and pid here once calls are taken")
    add(
        "--fault", action="append", default=[], metavar="ID",
        help="break one promise on purpose, or make bad weather; several at once by giving it again",
    )  # fmt: skip
    add("--faults", action="store_true", help="list the faults and end")
    add(
        "--weather", action="append", default=[], metavar="RULE",
        help="what happens to which calls: 'operation=provision; status=503; retry-after=1; every=20' (repeatable)",
    )  # fmt: skip
    add(
        "--log", choices=("short", "full", "json", "none"), default="short",
        help="what is written of each call (default: %(default)s)",
    )  # fmt: skip
    add("--control-token", metavar="T", help="use this token for /_invigilate, and let nobody in without it")
    add(
        "--cors",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let web pages of this origin call (repeatable, * any)",
    )
    add("--tls", action="store_true", help="speak https, with a certificate made at the start (its CA: ready file)")
    add("--tls-cert", type=Path, metavar="F", help="speak https with this certificate chain (PEM)")
    add("--tls-key", type=Path, metavar="F", help="and this key (PEM)")
    add("--end-with", type=int, metavar="PID", help="end when the process of this id has ended")
    from spec.openapi.options import add_reading_options, add_strictness  # imported late, as everything here

    add_reading_options(parser)
    add_strictness(parser)
    return parser


def _token_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="invigilate token",
        description="Print a token for the API of the mock.",
        epilog="invigilate token --spoil HOW makes a good one unusable, as findings name it ('list' shows how).",
    )
    add = parser.add_argument
    add("--keys", type=Path, required=True, metavar="F", help="the keys file of 'invigilate mock --keys'")
    add("--install", type=_install, required=True, metavar="AI…", help="the install that the token speaks for")
    add("--ttl", type=_seconds, default=3600, metavar="S", help="lifetime (default: %(default)s s)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--expired", action="store_true", help="make one that has expired")
    kind.add_argument("--not-yet-valid", action="store_true", help="make one that is not valid yet")
    add("--other-key", action="store_true", help="sign with a key that the mock does not have")
    return parser


def _install(text: str) -> str:
    import re

    from spec.resources.installs import INSTALL_SID, install_sid_advice

    if re.fullmatch(INSTALL_SID, text) is None or text.endswith("\n"):
        raise argparse.ArgumentTypeError(f"{text!r} is not the SID of an install; {install_sid_advice(text)}.")
    return text


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is not a port; use 0 to 65535.")
    return number


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError(f"{text} is no number of workers; use 1 to 64.")
    return number


def _seconds(text: str) -> int:
    number = int(text)
    if not 0 < number <= 10**9:
        raise argparse.ArgumentTypeError(f"{text} is not a lifetime; use a positive number of seconds.")
    return number
