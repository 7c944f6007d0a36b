"""A call to take away: as a test of pytest. Curl lines and archives are the journal's own."""

from __future__ import annotations

from mockserver.control.journal.entry import JournalEntry
from mockserver.http.masking import MASK, MaskedExchange, is_form
from spec.source.pointer import Json

_INDENT = "    "


def as_test(entry: JournalEntry, shown: MaskedExchange, header: str) -> str:
    """A test that makes the call again and expects the same answer. It needs the fixture ``install``.

    ``header`` is that of the credential, which the fixture has; other secrets stay masked, and a remark says so.
    """
    sid = entry.exchange.install
    path = shown.path.partition("?")[0]
    url = f'f"{{install.url}}{_braces(path)}"'.replace(sid, "{install.sid}") if sid else f'f"{{install.url}}{path}"'
    has_token = any(name in shown.headers for name in (header, "authorization"))
    lines = ["import httpx2", "", "", f"def test_call_{entry.exchange.number}(install):"]
    lines.append(f'    """{_docstring(entry, shown)}"""')
    if MASK in repr(shown.body) or "?" in shown.path:
        lines.append("    # secrets are masked: put those of your test in their place")
    lines += ["    answer = httpx2.request(", f"        {shown.method!r},", f"        {url},"]
    lines += [f"        headers={_headers(entry, shown, has_token=has_token)},"]
    lines += [f"        {_body(entry, shown)},"] if entry.exchange.body else []
    lines += ["    )", f"    assert answer.status_code == {shown.status}"]
    if entry.is_refused and entry.code:
        member = "code" if isinstance(shown.answer, dict) and "code" in shown.answer else "error"
        lines.append(f'    assert answer.json()["{member}"] == {entry.code!r}')
    for part, listed in entry.done.items():
        lines.append(f'    assert answer.json()["{part}"]["result"] == {str(listed.get("result"))!r}')
    return "\n".join(lines) + "\n"


def _docstring(entry: JournalEntry, shown: MaskedExchange) -> str:
    said = f"{shown.method} {entry.operation or 'of no operation'}: {shown.status} {entry.code}".rstrip()
    clauses = f" ({', '.join(entry.clauses)})" if entry.clauses else ""
    return f"{said}{clauses}.".replace("\\", "/").replace('"', "'")


def _headers(entry: JournalEntry, shown: MaskedExchange, *, has_token: bool) -> str:
    """The credential of the fixture, and the type of a body that is no JSON."""
    kind = shown.headers.get("content-type")
    own = repr({"content-type": kind}) if kind and entry.exchange.body and isinstance(shown.body, str) else ""
    if has_token:
        return f"{{**install.headers, **{own}}}" if own else "install.headers"
    return own or "{}"


def _body(entry: JournalEntry, shown: MaskedExchange) -> str:
    name = "data" if is_form(entry.exchange) else "json"
    if isinstance(shown.body, str):
        name = "content"
    return f"{name}={_literal(shown.body, 2)}"


def _literal(value: Json, depth: int) -> str:
    """A JSON value as Python writes it, a member a line."""
    if not value or not isinstance(value, dict | list):
        return repr(value)
    indent, end = _INDENT * (depth + 1), _INDENT * depth
    if isinstance(value, dict):
        lines = [f"{indent}{name!r}: {_literal(one, depth + 1)},\n" for name, one in value.items()]
        return f"{{\n{''.join(lines)}{end}}}"
    return f"[\n{''.join(f'{indent}{_literal(one, depth + 1)},{chr(10)}' for one in value)}{end}]"


def _braces(path: str) -> str:
    return path.replace("{", "{{").replace("}", "}}").replace("\\", "\\\\").replace('"', "%22")
