"""Files to start from: our document with one part added (as text: comments survive), a clause of one's own."""

from __future__ import annotations

from collections.abc import Mapping

from spec.catalogue.clauses import FORM_FILE
from spec.load import DOCUMENT_FILE
from spec.resources.checks import ANNOTATIONS_FILE
from spec.source.reading import read

_HEAD = f"""\
# yaml-language-server: $schema={ANNOTATIONS_FILE.name}
# A document to start from. It is the contract of invigilate with one part added, proctorGroup: search for ADDED.
# Edit it, and see whom the change breaks and how the mock obeys:
#   invigilate lint openapi.yaml
#   invigilate mock --spec openapi.yaml --reload
"""

_ADDED: Mapping[str, str] = {
    "/components/schemas/Provision/properties/signon": """\
        # ADDED (1 of 4): the new member of the body. It is optional, so no client breaks.
        proctorGroup: {$ref: '#/components/schemas/ProctorGroup'}
""",
    "/components/schemas/Signon": """\
    # ADDED (2 of 4): the new part of the body. With x-resource, the mock creates, matches and updates it.
    ProctorGroup:
      type: object
      description: those who watch the exams of the course
      required: [ids]
      properties:
        ids:
          type: object
          description: exactly one way to say which group
          properties:
            sid: {type: string, pattern: '^PG[a-z0-9]{32}$', x-clause: {pattern: sid-form}}
            external: {$ref: '#/components/schemas/Identifier'}
          anyOf: [{required: [sid]}, {required: [external]}]
          not: {required: [sid, external]}
          # A rule may name its clause: errors, findings and the contract page then lead to it.
          x-clause: {anyOf: ids-at-least-one, not: ids-at-most-one}
        # Try it: add a member here, or `required`, or `maxLength: 20` to this one, and save.
        # A rule of your own: maxLength: 20, x-clause: {maxLength: group-name-short}; clauses.yaml has the clause.
        name: {type: string}
      x-clause: {required: {ids: ids-required}}  # of this member alone; what you add to required is another promise
      # SIDs start with PG; identifiers are unique within the course.
      x-resource: {prefix: PG, identifiers: ids, scope: course}

""",
    "/components/schemas/ProvisionedSignon": """\
    # ADDED (3 of 4): what the answer says of it.
    ProvisionedProctorGroup:
      type: object
      required: [sid, result]
      properties:
        sid: {type: string, pattern: '^PG[a-z0-9]{32}$', x-sid: true}
        result: {$ref: '#/components/schemas/Result'}
""",
    "/components/schemas/Provisioned/properties/signon": """\
        # ADDED (4 of 4): the new member of the answer, there only when the body had the part.
        proctorGroup: {$ref: '#/components/schemas/ProvisionedProctorGroup'}
""",
}
"""What is added before the line on which a pointer stands."""


_CLAUSES = f"""\
# yaml-language-server: $schema={FORM_FILE.name}
# Promises of your own. x-clause in the document names them; findings, errors and the contract page lead to them:
#   invigilate lint openapi.yaml --clauses clauses.yaml
#   invigilate mock --spec openapi.yaml --clauses clauses.yaml --reload
extends: builtin
clauses:
  - id: group-name-short
    sentence: The name of a proctor group has at most 20 characters.
    standing: adopted
    source: our own decision
"""


def files() -> dict[str, str]:
    """What there is to start from: the text of each file by its name."""
    schemas = {file.name: file.read_text(encoding="utf-8") for file in (ANNOTATIONS_FILE, FORM_FILE)}
    return {"openapi.yaml": document(), "clauses.yaml": _CLAUSES, **schemas}


def document() -> str:
    """The text of the document."""
    source = read(DOCUMENT_FILE)
    before = {source.mark(pointer).line: text for pointer, text in _ADDED.items()}
    lines = DOCUMENT_FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    return _HEAD + "".join(before.get(number, "") + line for number, line in enumerate(lines, 1))
