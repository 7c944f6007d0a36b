"""From a clause to the code: writes docs/clauses.md, where each promise is stated, kept, judged and broken.

A module counts where the id of the clause stands in it as a text of its own; the document where ``x-clause`` names it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mockserver.behaviour.faults import FAULTS  # noqa: E402 - after the path is set
from spec.catalogue.clauses import Catalogue, load_clauses  # noqa: E402
from spec.schema.keywords import clause_ids  # noqa: E402
from spec.source.pointer import Json, escape  # noqa: E402
from spec.source.reading import read  # noqa: E402

PAGE = ROOT / "docs/clauses.md"
HEAD = """# From a clause to the code

Where each promise of [spec/clauses.yaml](../spec/clauses.yaml) is stated in the document, which modules of `spec/` that
both sides share, of the mock and of the judge know it by name, and which faults of the mock break it. What the document
states is kept and judged by the validator that both share (`spec/schema/validation.py`), by way of
`mockserver/endpoints/provision.py` and `contract/oracle/oracle.py`.
Written by `python scripts/clause_index.py`; a test holds it to the code.

| clause | standing | document | spec | mock | judge | broken by |
|---|---|---|---|---|---|---|
"""


def modules(package: str) -> Mapping[str, set[str]]:
    """Text constant → the modules of a package that hold it."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.setdefault(node.value, set()).add(str(path.relative_to(ROOT / package)))
    return found


def stated(value: Json, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Each clause that ``x-clause`` or a row of ``x-lifecycle`` names, and the pointer of the schema that does."""
    if isinstance(value, dict):
        for clause in clause_ids(value.get("x-clause")):
            yield clause, pointer
        for row in value.get("x-lifecycle", {}).get("transitions", ()):
            yield row["clause"], pointer
    named = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in named:
        yield from stated(child, f"{pointer}/{escape(name)}")


def page() -> str:
    """The text of the index."""
    clauses: Catalogue = load_clauses()
    places: dict[str, list[str]] = {}
    for clause, pointer in stated(read(ROOT / "spec/openapi.yaml").value):
        places.setdefault(clause, []).append(pointer.removeprefix("/components/schemas/"))
    shared, mock, judge = modules("spec"), modules("mockserver"), modules("contract")
    rows = []
    for clause in clauses.values():
        word = clause.id == "schema"  # which is a keyword, too: only the room of validation is meant
        both = [one for one in shared.get(clause.id, ()) if not word or one.startswith("schema/")]
        kept = [one for one in mock.get(clause.id, ()) if not one.startswith("behaviour/")]
        faults = [name for name, fault in FAULTS.items() if clause.id in fault.caught_by]
        cells = [places.get(clause.id, []), sorted(both), sorted(kept), sorted(judge.get(clause.id, ())), faults]
        shown = " | ".join(", ".join(dict.fromkeys(f"`{one}`" for one in cell)) or "–" for cell in cells)
        rows.append(f"| `{clause.id}` | {clause.standing.value} | {shown} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
