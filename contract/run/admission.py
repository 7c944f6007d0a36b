"""From options, environment and files to a target and an Access: tokens never come from the command line."""

from __future__ import annotations

import argparse
import getpass
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from contract.http.access import Access, ClientCredentials
from contract.http.jwt import take_apart
from contract.run.place import AdmissionError, Base, is_loopback, place_of
from spec.openapi.document import Operation
from spec.resources.installs import Install
from spec.schema.validation import Rules
from spec.source.json_reading import read_json
from spec.source.place import SourceError
from spec.source.pointer import Json

__all__ = ["Admission", "AdmissionError", "admission"]

DEFAULT_VARIABLE = "INVIGILATE_TOKEN"
_OURS = ("content-type", "content-length", "content-encoding", "transfer-encoding", "connection")
_TYPES = "proctorTypes"
_SHORTEST_SECRET = 6
REHEARSAL_TOKEN = "a-token-for-a-dry-run"  # noqa: S105  # stands for a token where none is needed


_FROM_ENVIRONMENT = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))\Z")


@dataclass(frozen=True, slots=True)
class Admission:
    """Where to go and how to get in."""

    url: str
    access: Access

    @property
    def loopback(self) -> bool:
        """Whether the target is this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")


def admission(
    options: argparse.Namespace,
    installs: tuple[Install, ...],
    operation: Operation,
    environment: Mapping[str, str],
    *,
    ask: Callable[[str], str] = getpass.getpass,
    url: str | None = None,
) -> Admission:
    """Everything that is needed to get in. ``url`` stands in for one that was not given. Raises AdmissionError."""
    ready = _ready(options.ready_file) if options.ready_file else {}
    given = options.url or ready.get("url") or url
    if not given:
        raise AdmissionError("give the URL of the target, or --ready-file.")
    place = place_of(given, operation)
    install = _install(options, ready, place, operation)
    rehearsal = getattr(options, "dry_run", False)
    token = _token(options, environment) or ready.get("token") or (REHEARSAL_TOKEN if rehearsal else "")
    if not token:
        token = _asked(install, ask)
    other_install, other_token = _second(options, ready, install, operation, environment)
    expired = _variable(environment, options.expired_token_env) or ready.get("expired_token")
    for name, value in (("token", token), ("expired token", expired), ("other token", other_token)):
        if value and not (value.isascii() and value.isprintable() and len(value) >= 6):
            raise AdmissionError(f"the {name} is shorter than 6 letters or has letters that no header can carry.")
    if expired is not None:
        _look_at_expiry(expired, token)
    access = Access(
        install=install,
        token=token,
        auth=options.auth,
        known=_known(options, installs, install, ready),
        expired_token=expired,
        other_install=other_install,
        other_token=other_token,
        client=_client(options, ready, environment),
        guessed=frozenset() if options.proctor_type or ready else frozenset({_TYPES}),
        headers=tuple(_header(text, options.auth, environment) for text in options.header),
    )
    return Admission(place.url, access)


def _install(options: argparse.Namespace, ready: Mapping[str, Json], place: Base, operation: Operation) -> str:
    install = options.install or place.install or ready.get("install")
    if not install:
        raise AdmissionError("give the install with --install SID, or --ready-file.")
    if options.install and place.install and options.install != place.install:
        raise AdmissionError(f"the URL is that of install {place.install}, and --install says {options.install}.")
    _well_formed(install, "--install", operation)
    return str(install)


def _well_formed(install: str, option: str, operation: Operation) -> None:
    if not Rules(operation.parameters[0].schema).fits_schema(install):
        raise AdmissionError(f"{option} {install!r} is no SID of an install, such as AI and 32 hexadecimal digits.")


def _second(
    options: argparse.Namespace,
    ready: Mapping[str, Json],
    install: str,
    operation: Operation,
    environment: Mapping[str, str],
) -> tuple[str | None, str | None]:
    """The second install and its token, or neither."""
    other = options.other_install or ready.get("other_install")
    token = _variable(environment, options.other_token_env) or ready.get("other_token")
    if options.other_install:
        if not token:
            raise AdmissionError(
                "--other-install needs the token of that install: name its variable with --other-token-env."
            )
        _well_formed(options.other_install, "--other-install", operation)
        if options.other_install == install:
            raise AdmissionError("--other-install is the install itself; give one of another deployment.")
    return (other, token) if other and token else (None, None)


def _client(
    options: argparse.Namespace, ready: Mapping[str, Json], environment: Mapping[str, str]
) -> ClientCredentials | None:
    """The client with which tokens are asked for, or None."""
    secret = _variable(environment, options.client_secret_env)
    if secret is None:
        if options.client_id:
            raise AdmissionError(
                "--client-id needs the secret of that client: name its variable by --client-secret-env."
            )
        known, shown = ready.get("client_id"), ready.get("client_secret")
        return ClientCredentials(known, shown) if known and shown else None
    name = options.client_id or next(iter(options.integration), None) or ready.get("client_id")
    if name is None:
        raise AdmissionError("--client-secret-env needs the client that it belongs to: --client-id SID.")
    if not (secret.isascii() and secret.isprintable() and len(secret) >= _SHORTEST_SECRET):
        raise AdmissionError("the client secret is shorter than 6 letters or has letters that no client may have.")
    return ClientCredentials(name, secret)


def _look_at_expiry(expired: str, token: str) -> None:
    """Refuse an expired token that is none. Raises AdmissionError."""
    if expired == token:
        raise AdmissionError("the expired token is the good one; give one that was good once, or none.")
    taken = take_apart(expired)
    until = taken.claims.get("exp") if taken is not None else None
    if isinstance(until, int | float) and not isinstance(until, bool) and until > time.time():
        raise AdmissionError(f"the expired token is good for {until - time.time():.0f} more seconds, by its 'exp'.")


def _known(
    options: argparse.Namespace, installs: tuple[Install, ...], sid: str, ready: Mapping[str, Json]
) -> dict[str, tuple[str, ...]]:
    """What the target is said to have: what was given, and for the mock's own installs what their file says."""
    own = next((one for one in installs if one.sid == sid), None)
    known: dict[str, tuple[str, ...]] = {}
    if own is not None and ready:
        other = next((one for one in installs if one.sid == ready.get("other_install")), own)
        both = {name: [one for one in own.members[name] if one in other.members.get(name, ())] for name in own.members}
        known = {name: tuple(shared or own.members[name]) for name, shared in both.items()}
    types = options.proctor_type or list((own or installs[0]).members.get(_TYPES, ()))
    if types:
        known[_TYPES] = tuple(types)
    integrations = options.integration or ([ready["integration"]] if ready.get("integration") else [])
    known.pop("integrations", None)
    if integrations:
        known["integrations"] = tuple(integrations)
    return known


def _token(options: argparse.Namespace, environment: Mapping[str, str]) -> str | None:
    if options.token_file is not None:
        try:
            text = options.token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise AdmissionError(f"{options.token_file} cannot be read: {error}.") from None
        if not text:
            raise AdmissionError(f"{options.token_file} is empty; it should hold the token.")
        return str(text)
    if options.token_env is not None:
        return _variable(environment, options.token_env)
    return None if options.ready_file else environment.get(DEFAULT_VARIABLE, "").strip() or None


def _variable(environment: Mapping[str, str], name: str | None) -> str | None:
    if name is None:
        return None
    value = environment.get(name, "").strip()
    if not value:
        # the name may be a token that was given by mistake, so it is not repeated
        raise AdmissionError("an environment variable that should hold a token is not set, or empty; export it first.")
    return value


def _asked(install: str, ask: Callable[[str], str]) -> str:
    if not sys.stdin.isatty():
        raise AdmissionError(
            f"there is no token: set {DEFAULT_VARIABLE}, or name a variable by --token-env or a file by --token-file."
        )
    return ask(f"Token for {install} (hidden): ").strip()


def _header(text: str, auth: str, environment: Mapping[str, str]) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if variable := _FROM_ENVIRONMENT.match(value):
        value = environment.get(variable[1] or variable[2], "").strip()
        if not value:
            raise AdmissionError(
                f"--header {name}: the environment variable {variable[1] or variable[2]} is not set, or empty."
            )
    if not colon or not name or not all(letter.isalnum() or letter in "-_.!#$%&'*+^`|~" for letter in name):
        raise AdmissionError("a --header is written as 'Name: value'.")
    if not (name + value).isascii() or not value.isprintable():
        raise AdmissionError(f"the value of --header {name} has letters that no header can carry.")
    own = "authorization" if auth == "bearer" else "token"
    if name.lower() in (own, *_OURS):
        raise AdmissionError(f"the header {name} is sent already; --token-env and --auth say what credential it has.")
    return name, value


def _ready(path: Path) -> dict[str, Json]:
    try:
        value = read_json(path, largest=2**20)
    except SourceError as error:
        raise AdmissionError(f"the ready file cannot be read ({error}); has the mock started?") from None
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in ("url", "install", "token")):
        raise AdmissionError(f"{path} is no ready file: it has no url, install and token.")
    for name in ("expired_token", "integration", "other_install", "other_token", "client_id", "client_secret"):
        if not isinstance(value.get(name), str | None):
            raise AdmissionError(f"{path}: /{name}: should be a text or null; is it a ready file of 'invigilate mock'?")
    return value
