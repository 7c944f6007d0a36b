"""From the document to a drawing: writes docs/journey.md, the state machine of a session as picture and as table."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from spec.catalogue.clauses import load_clauses  # noqa: E402 - after the path is set
from spec.load import load  # noqa: E402
from spec.resources.sessions import Lifecycle, session_kind  # noqa: E402

PAGE = ROOT / "docs/journey.md"
HEAD = """# The journey after provisioning

What an exam platform does once somebody is provisioned: who sits which exam, when, and how they get there. Every path,
member, status and window below stands in [spec/openapi.yaml](../spec/openapi.yaml); the mock knows no part by name.

```sh
API=$MOCK/v1/installs/$INSTALL                                # $MOCK, $INSTALL and $TOKEN are in the ready file
curl -s -X PUT $API/exams/$EXAM/assignment -H "token: $TOKEN" -H 'content-type: application/json' \\
  -d "{\\"added\\": [\\"$ENROLLMENT\\"]}"                         # only for exams of limited scope
curl -s "$API/enrollments/$ENROLLMENT/exams/$EXAM/sessions?includeActive=true" -H "token: $TOKEN"
curl -s -X POST $API/exams/$EXAM/sessions/$SESSION -H "token: $TOKEN" -H 'content-type: application/json' \\
  -d '{"type": "automated", "appointmentDateTime": "2027-06-15T14:00:00Z"}'
curl -s $API/exams/$EXAM/sessions/$SESSION/onboard -H "token: $TOKEN"     # {"url": …}: once, for five minutes
curl -s $API/exams/$EXAM/sessions/$SESSION -H "token: $TOKEN"             # until its status is Closed or Cancelled
```

- **Who has a session.** Exams with `limitedScope: false`: every learner of the course, whichever came first, from the call
  that provisions. Exams with `limitedScope: true`: whoever is assigned. Instructors have none. A session stays when a role
  or a scope changes later; what changes is who gets one from then on.
- **Assignment.** `added` and `removed` are arrays of SIDs, and all of a call is done or nothing. Who is removed has the
  active session cancelled (`removed-by-limited-scope`), and who is added once more gets another.
- **Lists.** `total`, `first`, `next`, `prev`, `last`, `count`, `offset`, `results`; a page past the end is empty. `status` may be
  repeated (`status[]` is the same). Without it, active sessions are listed with `includeActive=true` only, as the reference
  has it; where some were left out, the header `Invigilate-Warning` says so.
- **Scheduling.** Nothing in the body is required. An appointment lies in the `access` window of the configuration, is made
  within its `scheduling` window (without one: until access closes), lasts its `duration`, and overlaps no other of the same
  user. An `accommodation` of the enrollment goes before the `primary` configuration. What the state forbids is 409
  `CONFLICT`, with the clause and a sentence.
- **Onboarding.** Every call makes another URL; it works once and for `--onboard-ttl` seconds (300), and leads to a page (or
  JSON, for who asks for it) that says who sits what. Following it begins the onboarding. Nothing that is published on
  purpose moves a session on from there, so no session of the mock is ever closed.
- **Reading back.** `users/…/profile`, `courses/…/exams/…/configurations/…`, `settings` and `reports/appointments` show what is
  stored under the names of their pages; what the mock cannot know is null, and a password always is.
- **Bounds.** An install sees what its deployment has. A SID in a path that names nothing there, or nothing that belongs to the
  other SIDs of the path, is 404. What only a withdrawn document had (close, retake, `DELETE`, `PATCH`) is 501.
- **The guide's own slips** are answered with what is meant: its three misspelt paths, `add`, `status=active`, `currencyCode` and
  locations that start with `PT` ([B-16 to B-23](../spec/contradictions.yaml)).

## What becomes of a session

The picture and the table are drawn from `x-lifecycle` in the document by `python scripts/journey_page.py`; a test holds them
to it. An event that the table does not have for a status changes nothing, or is refused as in a row of the same event.

"""


def drawing(life: Lifecycle) -> str:
    """The rows that lead somewhere, as a state diagram of Mermaid."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for row in life.transitions:
        if row.next is not None and row.next != row.status:
            lines.append(f"  {_state(row.status)} --> {_state(row.next)}: {row.event}")
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
    """The text of the page. Raises LookupError if the document says nothing of sessions."""
    kind = session_kind(load().operations)
    if kind is None:
        raise LookupError("the document says nothing of sessions.")
    return HEAD + drawing(kind.lifecycle) + "\n" + table(kind.lifecycle)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
