"""A call to take away: as a test of pytest. Curl lines and archives are the journal's own."""

from __future__ import annotations

from pprint import pformat

from mockserver.control.journal.entry import JournalEntry
from mockserver.http.masking import MASK, MaskedExchange, is_form
from spec.source.pointer import Json

_WIDTH = 100


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
    if MASK in _written(shown.body) or "?" in shown.path:
        lines.append("    # secrets are masked: put those of your test in their place")
    lines += ["    answer = httpx2.request(", f"        {shown.method!r},", f"        {url},"]
    lines += ["        headers=install.headers,"] if has_token else []
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


def _body(entry: JournalEntry, shown: MaskedExchange) -> str:
    name = "data" if is_form(entry.exchange) else "json"
    if isinstance(shown.body, str):
        name = "content"
    text = pformat(shown.body, width=_WIDTH, sort_dicts=False)
    return f"{name}={text}".replace("\n", "\n        ")


def _written(value: Json) -> str:
    return pformat(value)


def _braces(path: str) -> str:
    return path.replace("{", "{{").replace("}", "}}").replace("\\", "\\\\").replace('"', "%22")
