"""Why each lint rule is there, at more length than its remedy: what ``invigilate lint --explain RULE`` says."""

# ruff: noqa: E501  (a literal table: one rule, one row)

from __future__ import annotations

from collections.abc import Mapping

EXPLANATIONS: Mapping[str, str] = {
    "reference-unresolvable": "Whatever stands behind a reference that leads nowhere is unknown to every tool: some drop it, some stop.",
    "reference-misplaced": "OpenAPI names the objects in whose place a reference may stand: no operation, no map of paths or schemas, no list, no text is among them. Tools that resolve references first follow it nevertheless, others see an object without members.",
    "reference-outside-components": "Bundlers and code generators look for shared schemas below 'components' only, and may drop or copy others.",
    "reference-with-siblings": "OpenAPI 3.0 says that a Reference Object cannot be extended: what stands beside $ref is ignored. OpenAPI 3.1 schemas are different: there it counts.",
    "example-mismatch": "Readers copy examples before they read schemas. Examples of forms are read as their server would read them; those of XML and plain text are not judged.",
    "default-mismatch": "A client that leaves the member out would be treated as if it had sent something that is refused.",
    "enum-member-impossible": "The value is listed, but another keyword beside the list refuses it, so nobody can ever send it.",
    "unsatisfiable-schema": "It is proven that no value at all satisfies the schema; a call that needs one cannot be made.",
    "pattern-unreadable": "JSON Schema patterns are ECMA-262 regular expressions. Possessive quantifiers, inline flags and \\A, \\Z are not part of it.",
    "pattern-class": "ECMA-262 reads \\d as ASCII digits, Python and .NET as the digits of every script: a value that one tool accepts is refused by another.",
    "pattern-without-anchors": "JSON Schema patterns search: 'ab' accepts 'xxabyy'. Write ^ab$ where the whole text is meant.",
    "pattern-alphabets-differ": "Two places describe the same kind of identifier with other alphabets: one accepts what the other refuses.",
    "format-unchecked": "Formats are open in OpenAPI. One that no validator checks documents a wish, and every value passes.",
    "required-in-non-object": "'required' speaks of the members of an object; beside 'type: string' it never takes effect. Most often the enclosing object was meant.",
    "required-undeclared": "A member is required that no schema describes; most often its name is misspelt.",
    "keyword-without-effect": "The keyword limits values of a type that is not allowed here, or belongs to another version of OpenAPI.",
    "constraint-in-extension": "Extensions (x-…) are not read by validators: a limit that is said in one only is not kept.",
    "duplicate-branch": "Two equal branches of oneOf refuse every value that matches them; in anyOf and allOf the second adds nothing.",
    "single-branch": "A combination of one schema says the same as that schema, at the cost of a level.",
    "prose-only-rule": "The description states when a member is required, or how many are allowed, and the schema beside it accepts the contrary: neither validators nor generated clients know.",
    "prose-only-limit": "The description limits values with 'must be …' and the schema does not. Some such sentences can be said in a schema, some cannot; this is a hint.",
    "response-requires-unasked": "An answer must have an object that the request need not have asked for. Right where the server fills it in; wrong where it mirrors the request.",
    "request-body-optional": "OpenAPI request bodies are optional unless they say otherwise: an empty call would be valid although its body has required members.",
    "error-responses-missing": "A client cannot tell what a refusal looks like. If no operation of a document describes one, that is told once.",
    "opaque-object": "Any members pass, and generated clients get an untyped map.",
    "search-ended": "Searches for contradictions, overlapping branches and valid bodies count their steps, so that every document has an answer in time. What was not searched is told here, and is not called sound.",
    "dry-run-failed": "Bodies are generated for every operation to see whether its schema can be met. None was found here; that is no proof.",
    "operation-id-missing": "Generated clients and this project name operations by their operationId.",
    "operation-id-duplicate": "OpenAPI demands that every operationId is unique; code generators overwrite one with the other.",
    "path-parameter-undeclared": "The path has a placeholder that no parameter describes. Parameters in files that were not read are given the benefit of the doubt.",
    "path-parameter-unused": "A path parameter is declared that the path does not have.",
    "security-scheme-unknown": "A demand names a scheme that is not defined, so no client knows how to meet it.",
    "operation-unserved": "The document uses this project's annotations, and the mock finds the code of an operation by its operationId. It refuses to start when there is none. The judge does not mind: it asks for what it knows.",
    "resource-unloadable": "The document uses this project's annotations, and the mock and the judge would refuse to load it.",
    "clause-unknown": "An x-clause names a clause that is not in the catalogue: the promise would have no sentence and no standing.",
    "keyword-malformed": "No validator keeps a keyword whose value it cannot read: some refuse the whole document, others skip it in silence.",
    "keyword-misspelt": "Validators skip words that they do not know: 'maxlength' limits nothing. Words that are near none of the known ones are left alone.",
    "branches-overlap": "oneOf demands that exactly one branch matches. The value shown matches two, so it is refused although each branch alone would take it. Nothing is said where a discriminator tells the branches apart.",
    "discriminator-mapping-dead": "The value leads to no schema, or to one that is none of the branches: a body with it can never be valid.",
    "component-unused": "Nothing outside 'components' leads to it. A library of components without paths is left alone.",
    "parameter-duplicate": "OpenAPI demands that name and place are unique in one list; which of the two counts differs from tool to tool. An operation may replace a parameter of its path.",
    "path-template-duplicate": "Templates that differ only in the names of their parameters are the same path (OpenAPI: 'identical and invalid').",
}  # fmt: skip
