"""``invigilate clauses``: the catalogue on a terminal or as JSON."""

from __future__ import annotations

import argparse
import json
import sys

from spec.catalogue.clauses import CLAUSES_FILE, Clause, Standing, load_clauses
from spec.source.reading import SourceError

_WORDS = {
    Standing.PUBLISHED: "published: the vendor says so, and nothing it publishes contradicts it",
    Standing.IMPLIED: "implied: follows from what is published",
    Standing.ADOPTED: "adopted: the material is silent or contradicts itself; the decision is ours",
}


def clauses(argv: list[str]) -> int:
    """List the clauses. Exit codes: 0, or 2 when the catalogue cannot be read."""
    parser = argparse.ArgumentParser(prog="invigilate clauses", description="List the clauses of the contract.")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--clauses", metavar="FILE", default=CLAUSES_FILE, help="another catalogue")
    parser.add_argument("--standing", choices=list(Standing), help="only those of one standing")
    given = parser.parse_args(argv)
    try:
        catalogue = load_clauses(given.clauses)
    except SourceError as error:
        sys.stderr.write(f"invigilate clauses: {error}\n")
        return 2
    chosen = [one for one in catalogue.values() if given.standing in (None, one.standing)]
    sys.stdout.write(_as_json(chosen) if given.json else _as_text(chosen))
    return 0


def _as_json(chosen: list[Clause]) -> str:
    listed = [
        {
            "id": one.id,
            "sentence": one.sentence,
            "standing": one.standing,
            "source": one.source,
            "judged_by": one.judged_by,
            "needs": list(one.needs),
            "settles": one.settles,
        }
        for one in chosen
    ]
    return json.dumps({"clauses": listed}, indent=2, ensure_ascii=False) + "\n"


def _as_text(chosen: list[Clause]) -> str:
    lines: list[str] = []
    for standing in Standing:
        group = [one for one in chosen if one.standing is standing]
        if group:
            lines += [_WORDS[standing], ""]
        for one in group:
            needs = f" (needs {', '.join(one.needs)})" if one.needs else ""
            judged = " (judged by the mock's own tests)" if one.judged_by == "mock" else needs
            lines.append(f"  {one.id:<36} {one.sentence}{judged}")
        if group:
            lines.append("")
    return "\n".join([*lines, f"{len(chosen)} clauses"]) + "\n"
