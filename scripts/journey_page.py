"""From the document to a drawing: writes, at the end of docs/journey.md, the state machine of a session as picture and
as table. What stands before the mark is written by people.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from spec.catalogue.clauses import load_clauses  # noqa: E402 - after the path is set
from spec.load import load  # noqa: E402
from spec.resources.sessions import Lifecycle, session_kind  # noqa: E402

PAGE = ROOT / "docs/journey.md"
MARK = "<!-- drawn from the document by scripts/journey_page.py -->\n"


def drawing(life: Lifecycle) -> str:
    """The rows that lead somewhere, as a state diagram of Mermaid."""
    lines = ["```mermaid", "stateDiagram-v2"]
    leading = [row for row in life.transitions if row.next is not None and row.next != row.status]
    lines += [f"  {_state(row.status)} --> {_state(row.next)}: {row.event}" for row in leading]
    reached = dict.fromkeys(row.next for row in life.transitions if row.next in life.ended)
    lines += [f"  {_state(one)} --> [*]" for one in reached]
    return "\n".join([*lines, "```", ""])


def table(life: Lifecycle) -> str:
    """Every row, with the sentence of its clause."""
    clauses = load_clauses()
    lines = ["| status | event | then | clause |", "|---|---|---|---|"]
    for row in life.transitions:
        after = row.next or "409"
        reason = f" (`{row.reason}`)" if row.reason else ""
        promise = f"`{row.clause}`: {clauses[row.clause].sentence}"
        lines.append(f"| {row.status or '–'} | {row.event} | {after}{reason} | {promise} |")
    return "\n".join(lines) + "\n"


def _state(status: str | None) -> str:
    return "[*]" if status is None else status.title().replace(" ", "")


def page() -> str:
    """The text of the page. Raises LookupError if the document says nothing of sessions, or the page has no mark."""
    kind = session_kind(load().operations)
    if kind is None:
        raise LookupError("the document says nothing of sessions.")
    written, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise LookupError(f"{PAGE} has no line {MARK.strip()}.")
    return written + mark + "\n" + drawing(kind.lifecycle) + "\n" + table(kind.lifecycle)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
