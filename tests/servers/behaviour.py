"""How the independent implementation behaves: honest defaults, so that a variant or a fault is one ``replace``."""

from __future__ import annotations

from dataclasses import dataclass

from tests.servers.journey.manner import HONEST_MANNER, Manner

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Behaviour:
    # --- what is refused
    skips: frozenset[str] = NONE  # names of rules (rules.py) that are not enforced
    adds: frozenset[str] = NONE  # names of stricter rules that are
    coerce: bool = False  # "60" is taken for 60, "true" for true, 5 for "5"
    unknown: str = "ignore"  # ignore, refuse
    duplicates: str = "refuse"  # refuse, last, first
    strict_json: bool = True  # NaN, infinities, a byte order mark and lone surrogates are refused
    deepest: int | None = 64
    largest: int | None = 1_048_576
    longest: int | None = None  # characters in a string
    media: str = "415"  # 415, 400, any
    # --- statuses
    missing_status: int = 401
    invalid_status: int = 403
    bearer_status: int = 401
    foreign_status: int = 403
    malformed_install_status: int = 400
    unknown_install_status: int = 404
    unknown_sid_status: int = 404
    unknown_integration_status: int = 404
    misplaced_exam_status: int = 404
    method_status: int = 405
    path_status: int = 404
    size_status: int = 413
    invalid_input_status: int = 400
    success_status: int = 200
    conflict_status: int | None = None  # what losers of a race get; None: they wait
    order: str = "credential"  # what is judged first: credential, install, body
    challenge: bool = True  # WWW-Authenticate with a 401
    allow: bool = True  # Allow with a 405
    # --- forms of answers
    errors: str = "full"  # see answering.py
    auth_errors: str = ""  # another form for 401 and 403
    media_type: str = "application/json"
    error_media_type: str = ""
    charset: bool = False
    pretty: bool = False
    extras: bool = False  # members that nobody published, in answers and errors
    unasked: str = "absent"  # absent, null, whole, empty
    gzip: bool = False
    extra_headers: tuple[tuple[str, str], ...] = ()
    latency: float = 0.0
    clock: float = 0.0  # seconds that the clock is ahead
    throttle_every: int = 0  # every n-th call is answered 429
    throttle_after: str | None = "0"  # Retry-After
    throttle_offset: int = 0
    throttle_form: str = ""
    unavailable_every: int = 0  # every n-th call is answered 503
    unavailable_status: int = 503
    # --- identity
    trim: bool = False
    form: str = ""  # a Unicode normal form, for all strings
    fold: frozenset[str] = NONE  # of identifiers: "ids"; of e-mail: "email"
    match: str = "first"  # first, any, last: which of several identifiers counts
    learn: bool = True  # further identifiers of a call are stored
    scopes: str = "per-course"  # of exam identifiers: per-course, install
    configuration_scopes: str = "exam"  # exam, install, kinds, anew (an id-less one is made at each call)
    shared_deployment: bool = False  # installs share courses and users
    sid_form: str = "hex"  # hex, base36
    merge_email: bool = False
    # --- storage
    results: str = "truthful"  # truthful, updated, found (for what is known)
    omitted: str = "keeps"  # keeps, wipes, defaults
    null: str = "clears"  # clears, keeps, refused, wipes-all
    maps: str = "replace"  # proctorTypes and permittedItems: replace, merge
    by_sid_updates: bool = True
    atomic: bool = True
    rollback: bool = True  # False: what came before a refusal in the same call stays
    never_updated: frozenset[str] = NONE  # members whose update is told and not stored
    untold: frozenset[str] = NONE  # parts whose update is stored and told as Found Existing
    # --- credentials
    accepts: frozenset[str] = NONE  # bad credentials that are accepted, see credentials.py
    credential: str = "RS256"  # what callers hold: RS256, HS256, ES256, opaque
    schemes: frozenset[str] = frozenset({"token", "bearer"})
    # --- sign-on
    algorithm: str = "RS256"
    subject: str = "sid"  # sid, number, opaque, absent, email
    audience: bool = True
    lifetime: int = 300
    claims: str = "full"  # full, few, nested
    jwks: str = "own"  # own, other, absent, empty, html, odd
    link: str = "absolute"  # absolute, elsewhere, fragment, with-token, relative, path, empty
    landing: str = "page"  # page, redirect, json
    single_use: bool = True
    # --- after provisioning
    journey: Manner = HONEST_MANNER
    # --- everything that is simply broken, by name
    quirks: frozenset[str] = NONE


HONEST = Behaviour()
