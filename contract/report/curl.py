"""A request as a ``curl`` line that can be pasted, with placeholders where secrets stood."""

from __future__ import annotations

import re
import shlex

from contract.report.masking import neutral
from contract.report.verdict import ShownExchange, ShownRequest

LONGEST_BODY = 4_000
_PLACEHOLDER = re.compile(r"\A((?:Bearer |Basic |Token )?)(\$[A-Z_0-9]+)\Z", re.IGNORECASE)
_TAMPERED = re.compile(r"\$BAD_CREDENTIAL\((.*)\)\Z")


def curl_lines(base: str, exchange: ShownExchange) -> list[str]:
    """The lines that send a request again; comments start with ``#``."""
    request = exchange.request
    comments = []
    words = ["curl -sS --path-as-is"]
    if request.method != "GET":
        words.append("--head" if request.method == "HEAD" else f"-X {shlex.quote(request.method)}")
    words.append(_quoted((base or "$URL") + request.path) if base else f'"$URL"{_quoted(request.path)}')
    for name, value in request.headers:
        if tampered := _TAMPERED.search(value):
            comments.append(f"# $BAD_CREDENTIAL: the token made unusable: {neutral(tampered[1])}")
            words.append(f'-H "{name}: {"Bearer " if value.startswith("Bearer ") else ""}$BAD_CREDENTIAL"')
        elif found := _PLACEHOLDER.match(value):
            words.append(f'-H "{name}: {found[1]}{found[2]}"')
        elif value == "":
            words.append(f"-H {_quoted(f'{name};')}")
        else:
            words.append(f"-H {_quoted(f'{name}: {value}')}")
    if all(name.lower() != "content-type" for name, _ in request.headers) and request.size:
        words.append("-H 'Content-Type:'")
    data = _data(request)
    if data is None:
        comments.append(
            f"# the body has {request.size} bytes; the JSON report has it, and 'invigilate replay' sends it"
        )
    elif data:
        words.append(data)
    line = " ".join(words)
    if exchange.together:
        line += " &"
    return [*comments, line]


def _data(request: ShownRequest) -> str | None:
    """The option that carries the body, "" for none, or None if it is too long to show."""
    if request.packed is not None:
        return None
    if request.body is None:
        return ""
    if len(request.body) > LONGEST_BODY or "\x00" in request.body:
        return None
    return f"--data-binary {_quoted(request.body)}"


def _quoted(text: str) -> str:
    """A word for the shell: in single quotes, or in ``$'…'`` (bash, zsh) where letters do not print."""
    if neutral(text) == text and "\n" not in text and "\t" not in text:
        return "'" + text.replace("'", "'\\''") + "'"
    out = []
    for letter in text:
        if letter in "'\\":
            out.append("\\" + letter)
        elif neutral(letter) != letter or letter in "\n\t":
            out.append("".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass")))
        else:
            out.append(letter)
    return "$'" + "".join(out) + "'"
