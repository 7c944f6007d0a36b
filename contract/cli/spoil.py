"""``invigilate token --spoil``: a credential that is no good, made as the judge made it, to see a finding again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from contract.cli.arguments import parser


def spoil(argv: list[str]) -> int:
    """Print the value of a header that carries a spoilt token: 0, or 2 if it cannot be made."""
    made = parser("token --spoil", "Print a header value that holds a token made unusable, as findings name it.")
    add = made.add_argument
    add("--spoil", metavar="HOW", required=True, help="how, as a finding says it; 'list' shows every way")
    add("--header", metavar="NAME", help="the header whose value is meant, if the way fills several")
    add("--token-env", metavar="NAME", default="TOKEN", help="variable of the good token (default: %(default)s)")
    add("--jwks", metavar="F", type=Path, help="the keys that the target publishes, for tokens signed with them")
    options = made.parse_args(argv)
    from contract.http.access import Access
    from contract.judging.keyset import read_keys
    from contract.report.masking import labelled
    from contract.report.outlet import complain

    token = os.environ.get(options.token_env, "").strip()
    if not token and options.spoil != "list":
        return complain("token", f"the good token is expected in the environment variable {options.token_env!r}.")
    try:
        keys = read_keys(options.jwks.read_bytes()).texts() if options.jwks else []
    except OSError as error:
        return complain("token", f"--jwks {options.jwks} cannot be read: {error.strerror}.")
    ways = labelled(Access(install="", token=token or "a.token.here"), keys)
    if options.spoil == "list":
        sys.stdout.write("".join(f"{way}\n" for way in ways))
        return 0
    headers = ways.get(options.spoil)
    if headers is None:
        hint = " It needs --jwks F." if "published key" in options.spoil and not keys else ""
        return complain("token", f"a token cannot be spoilt as {options.spoil!r}; '--spoil list' shows how.{hint}")
    named = [value for name, value in headers if name.lower() == (options.header or name).lower()]
    sys.stdout.write(f"{named[0] if named else ''}\n")
    return 0
