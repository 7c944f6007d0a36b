"""The sentences of changed schemas, as one says them: a limit that came or went, types, what travels as a text."""

from __future__ import annotations

from collections.abc import Mapping

from spec.compatibility.rules import SCHEMA_RULES
from spec.diff.change import filled, shown
from spec.source.pointer import Json

_ANY_TEXT = frozenset({"boolean", "null", "number", "string"})
_CAME: Mapping[str, str] = {
    "minimum-raised": "The value has a lower bound now: {new}.",
    "maximum-lowered": "The value has an upper bound now: {new}.",
    "multiple-narrowed": "The value must now be a multiple of {new}.",
    "min-length-raised": "The text needs at least {new} characters now (before: none).",
    "max-length-lowered": "The text may have at most {new} characters now (before: any number).",
    "pattern-narrowed": "The text must now match {new}.",
    "format-narrowed": "The text must now have the format {new}.",
    "min-items-raised": "The list needs at least {new} items now (before: none).",
    "max-items-lowered": "The list may have at most {new} items now (before: any number).",
    "min-members-raised": "The object needs at least {new} members now (before: none).",
    "max-members-lowered": "The object may have at most {new} members now (before: any number).",
}
"""What a rule says of a limit where there was none."""
_WENT: Mapping[str, str] = {
    "minimum-lowered": "The value has no lower bound any more (before: {old}).",
    "maximum-raised": "The value has no upper bound any more (before: {old}).",
    "multiple-widened": "The value need not be a multiple of {old} any more.",
    "min-length-lowered": "The text may be empty now (before: at least {old} characters).",
    "max-length-raised": "The text may have any number of characters now (before: at most {old}).",
    "pattern-widened": "The text need not match {old} any more.",
    "format-widened": "The text need not have the format {old} any more.",
    "min-items-lowered": "The list may be empty now (before: at least {old} items).",
    "max-items-raised": "The list may have any number of items now (before: at most {old}).",
    "min-members-lowered": "The object may be empty now (before: at least {old} members).",
    "max-members-raised": "The object may have any number of members now (before: at most {old}).",
}
"""What a rule says where there is no limit any more."""
_TYPES: Mapping[str, str] = {
    "type-narrowed": "{old} {was} narrowed to {new}.",
    "type-widened": "{old} {was} widened to {new}.",
    "type-changed": "{old} became {new}.",
}
_EXCLUSIVE = {"exclusiveMinimum": "above ", "exclusiveMaximum": "below "}
_ONE = ("characters", "items", "members")


def sentence(rule: str, old: Json, new: Json, *, wire: bool = False) -> str:
    """What a schema rule says of its values; ``wire``: scalars travel as texts (parameters, headers, forms)."""
    if rule in _TYPES:
        before, after = _types(old, "The type ", wire=wire), _types(new, "", wire=wire)
        was = "were" if before.startswith("The types") else "was"
        return _TYPES[rule].replace("{was}", was).replace("{old}", before).replace("{new}", after)
    if rule.startswith(("minimum-", "maximum-")):
        filling = [_bounds(side) if isinstance(side, Mapping) else None for side in (old, new)]
    else:
        filling = [old, new]
    message = SCHEMA_RULES[rule].message
    if old is None and rule in _CAME:
        message = _singular(_CAME[rule], new)
    elif new is None and rule in _WENT:
        message = _singular(_WENT[rule], old)
    if filling != [old, new]:
        return message.replace("{old}", str(filling[0])).replace("{new}", str(filling[1]))
    return filled(message, old, new)


def _bounds(bounds: Mapping[str, Json]) -> str:
    """A bound as it is said: ``5``, or ``above 5`` where 5 itself is out of bounds."""
    return " and ".join(f"{_EXCLUSIVE.get(word, '')}{shown(bound)}" for word, bound in bounds.items())


def _singular(message: str, number: Json) -> str:
    if number == 1:
        for word in _ONE:
            message = message.replace(f"}} {word}", f"}} {word[:-1]}")
    return message


def _types(types: Json, noun: str, *, wire: bool) -> str:
    if wire and set(types) >= _ANY_TEXT:
        return "Any text" if noun else "any text"
    plural = "s" if noun and len(types) > 1 else ""
    return f"{noun.rstrip()}{plural} {shown(types)}".strip()
