"""What is stored, and how the parts of a call are matched, created and updated."""

from __future__ import annotations

import json
import string
import threading
import time
import unicodedata
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.servers.behaviour import Behaviour
from tests.servers.members import instant

PREFIXES = {"course": "CU", "user": "US", "enrollment": "EN", "exam": "EX", "configuration": "EC"}
DATES = {"access/open", "access/close", "scheduling/open", "scheduling/close"}
MAPS = {"proctorTypes", "permittedItems"}
Key = tuple[str, ...]


@dataclass
class Thing:
    """A course, user, enrollment, exam or configuration."""

    sid: str
    part: str
    scope: str
    values: dict[str, Any] = field(default_factory=dict)
    owner: str = ""


class RefusedError(Exception):
    """A call that cannot be done: status, code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Store:
    """Everything that one implementation knows. ``lock`` is held by whoever uses it atomically."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.things: dict[str, Thing] = {}
        self.index: dict[Key, str] = {}
        self.lock = threading.RLock()
        self.log: list[tuple[dict[Any, Any], Any, Any]] = []
        self._random = Random()

    # --- changes that can be taken back

    def put(self, mapping: dict[Any, Any], key: Any, value: Any) -> None:
        self.log.append((mapping, key, mapping.get(key, ...)))
        mapping[key] = value

    def undo(self) -> None:
        while self.log:
            mapping, key, before = self.log.pop()
            if before is ...:
                mapping.pop(key, None)
            else:
                mapping[key] = before

    # --- matching

    def mint(self, part: str) -> str:
        if self.behaviour.sid_form == "base36":
            letters = string.ascii_lowercase + string.digits
            return PREFIXES[part] + "".join(self._random.choices(letters, k=32))
        text = uuid.uuid4().hex
        return PREFIXES[part] + (text.upper() if "sids-in-capitals" in self.behaviour.quirks else text)

    def text(self, value: str, *, identifier: bool = False) -> str:
        """A text as this implementation stores it."""
        behaviour = self.behaviour
        if not isinstance(value, str):
            return value
        if behaviour.trim:
            value = value.strip()
        if behaviour.form:
            value = unicodedata.normalize(behaviour.form, value)
        return value.casefold() if identifier and "ids" in behaviour.fold else value

    def careless(self, text: str) -> str:
        """An identifier as a careless data base keeps it."""
        quirks = self.behaviour.quirks
        if not isinstance(text, str):
            return text
        if "accents-ignored" in quirks:
            text = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
        if "trailing-space-ignored" in quirks:
            text = text.rstrip(" ")
        for length in (16, 64):
            if f"identifiers-cut-at-{length}" in quirks:
                text = text[:length]
        return text

    def keys(self, part: str, scope: str, ids: dict[str, str]) -> list[Key]:
        quirks = self.behaviour.quirks
        if "lms-identifiers-ignored" in quirks:
            ids = {kind: text for kind, text in ids.items() if kind != "lms"}
        ids = {kind: self.careless(text) for kind, text in ids.items()}
        if "one-index-for-all-parts" in quirks:
            return [("any", scope, kind, self.text(text, identifier=True)) for kind, text in ids.items()]
        if "kinds-confused" in quirks:
            return [(part, scope, "any", self.text(text, identifier=True)) for text in ids.values()]
        return [(part, scope, kind, self.text(text, identifier=True)) for kind, text in ids.items() if kind != "sid"]

    def find(self, part: str, scope: str, ids: dict[str, str], *, owner: str | None = None) -> Thing | None:
        """The thing that identifiers name. Raises RefusedError for a SID that names nothing."""
        if "sid" in ids:
            thing = None if "sids-unusable" in self.behaviour.quirks else self.things.get(ids["sid"])
            if thing is None and "breaks-on-unknown-sids" in self.behaviour.quirks:
                raise KeyError(ids["sid"])
            if thing is None and "unknown-sid-creates" in self.behaviour.quirks:
                return None
            strange = thing is not None and part in ("course", "user") and thing.scope != scope
            if strange and "sids-of-other-installs" in self.behaviour.quirks:
                strange = False
            if thing is not None and thing.part == part == "exam" and owner not in (None, thing.owner):
                status = self.behaviour.misplaced_exam_status
                raise RefusedError(status, "RESOURCENOTFOUND", f"The exam {thing.sid} is of another course.")
            if thing is None or thing.part != part or strange or (owner is not None and thing.owner != owner):
                status = self.behaviour.unknown_sid_status
                raise RefusedError(status, "RESOURCENOTFOUND", f"There is no {part} {ids['sid']}.")
            return thing
        keys = self.keys(part, scope, ids)
        if self.behaviour.match == "last":
            keys.reverse()
        if self.behaviour.match != "any":
            keys = keys[:1]
        return next((self.things[self.index[key]] for key in keys if key in self.index), None)

    def learn(self, thing: Thing, keys: list[Key]) -> None:
        for key in keys if self.behaviour.learn else keys[:1]:
            if key not in self.index:
                self.put(self.index, key, thing.sid)

    # --- creating and updating

    def save(
        self, part: str, scope: str, found: Thing | None, values: dict[str, Any], keys: list[Key], defaults: Any = None
    ) -> tuple[Thing, str]:
        """Create or update one thing; answers it and what is to be told."""
        behaviour, quirks = self.behaviour, self.behaviour.quirks
        values = self._clean(values)
        if f"{part}-never-found" in quirks:
            found = None
        if found is None:
            made = {name: value for name, value in values.items() if value is not None}
            thing = Thing(self.mint(part), part, scope, {**(defaults or {}), **made})
            if not behaviour.atomic:
                time.sleep(0.0005)
            self.put(self.things, thing.sid, thing)
            if "forgets-after-a-while" in quirks and len(self.index) > 200:
                self.index = dict(list(self.index.items())[100:])
            for key in keys:
                self.put(self.index, key, thing.sid)
            told = "Found Existing" if f"{part}-created-told-as-found" in quirks else "Created"
            return thing, told
        changed = self._update(found, values, defaults or {})
        self.learn(found, keys)
        if f"{part}-known-told-as-created" in quirks:
            return found, "Created"
        if f"{part}-gets-a-new-sid" in quirks:
            return Thing(self.mint(part), part, scope), "Found Existing"
        if part in behaviour.untold:
            changed = False
        told = {"truthful": changed, "updated": True, "found": False, "inverted": not changed}[behaviour.results]
        return found, "Updated" if told else "Found Existing"

    def _update(self, thing: Thing, values: dict[str, Any], defaults: dict[str, Any]) -> bool:
        behaviour, before = self.behaviour, thing.values
        if f"{thing.part}-update-not-stored" in behaviour.quirks:
            return not same(before, {**before, **{name: value for name, value in values.items() if value is not None}})
        after = dict(before)
        if behaviour.omitted == "wipes":
            after = {}
        elif behaviour.omitted == "defaults":
            after |= defaults
        if behaviour.null == "wipes-all" and None in values.values():
            after = {}
        for name, value in values.items():
            if value is None and behaviour.null == "keeps":
                continue
            if value is None:
                after.pop(name, None)
                if name in defaults:
                    after[name] = defaults[name]
            elif name in MAPS and behaviour.maps == "merge" and isinstance(after.get(name), dict):
                after[name] = {**after[name], **value}
            else:
                after[name] = value
        changed = not same(before, after)
        for name in behaviour.never_updated:
            if name in before:
                after[name] = before[name]
        if "text-compare" in behaviour.quirks:
            changed = json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True)
        self.put(thing.__dict__, "values", after)
        return changed

    def _clean(self, values: dict[str, Any]) -> dict[str, Any]:
        cleaned = {name: self.text(value) if isinstance(value, str) else value for name, value in values.items()}
        if "email" in self.behaviour.fold and "email" in cleaned:
            cleaned["email"] = cleaned["email"].casefold()
        return cleaned


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two sets of values mean the same: dates as instants, numbers as numbers."""
    if one.keys() != other.keys():
        return False
    return all(
        instant(one[name]) == instant(other[name]) if name in DATES and one[name] else one[name] == other[name]
        for name in one
    )
