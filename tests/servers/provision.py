"""One call: course, user, enrollment, exam, configuration and sign-on, in this order."""

from __future__ import annotations

import time
from typing import Any

from tests.servers.behaviour import Behaviour
from tests.servers.members import at
from tests.servers.store import RefusedError, Store, Thing

FLAT = {
    "course": ("title", "code"),
    "user": ("firstName", "lastName", "email", "currencyCode", "timeZone"),
    "exam": ("title", "description", "type", "practice", "limitedScope", "deliverySystem"),
    "configuration": (
        *("type", "url", "password", "access/open", "access/close", "scheduling/open", "scheduling/close"),
        *("duration", "attempts", "notes/student", "notes/proctor", "proctorTypes", "permittedItems"),
    ),
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "user": {"currencyCode": "USD", "timeZone": "America/New_York"},
    "exam": {"type": "online", "practice": False, "limitedScope": False},
    "configuration": {"type": "primary", "attempts": 1},
}
KINDS = {"sid", "api", "lms", "external"}
UNSET = ("deliverySystem", "scheduling/open", "scheduling/close")
"""Where an empty string means that nothing is set."""


def values_of(part: str, held: dict[str, Any]) -> dict[str, Any]:
    """The stored members of a part that a body sends."""
    found = {name: at(held, name) for name in FLAT[part]}
    return {name: v for name, v in found.items() if v is not ... and not (name in UNSET and v == "")}


class Provision:
    """Does one call against a store. ``integrations`` are those of the install."""

    def __init__(self, store: Store, install: str, integrations: frozenset[str]) -> None:
        self.store, self.install, self.integrations = store, install, integrations
        self.behaviour: Behaviour = store.behaviour
        self.made: dict[str, Thing] = {}
        self.told: dict[str, str] = {}

    def run(self, body: dict[str, Any]) -> None:
        """Everything or nothing, where the behaviour says so. Raises RefusedError."""
        store, behaviour = self.store, self.behaviour
        if not behaviour.atomic and behaviour.conflict_status is None:
            self.parts(body)
            return
        if behaviour.conflict_status is not None:
            if not store.lock.acquire(blocking=False):
                raise RefusedError(behaviour.conflict_status, "CONFLICT", "The same things are being provisioned.")
            time.sleep(0.001)
        else:
            store.lock.acquire()
        try:
            store.log.clear()
            try:
                self.parts(body)
            except RefusedError as refused:
                kept = "partial-writes-of-signons" in behaviour.quirks and "integration" in str(refused)
                if behaviour.rollback and not kept:
                    store.undo()
                raise
        finally:
            store.lock.release()

    def parts(self, body: dict[str, Any]) -> None:
        quirks = self.behaviour.quirks
        scope = "all" if self.behaviour.shared_deployment else self.install
        self.one("course", scope, body["course"])
        if "user" in body:
            self.one("user", scope, body["user"])
            self.enroll(body)
        if "exam" in body:
            self.exam(body)
        if "signon" in body:
            known = body["signon"].get("integrationSid") in self.integrations or "integration-optional" in quirks
            if not known and "any-integration" not in quirks:
                status = self.behaviour.unknown_integration_status
                raise RefusedError(status, "RESOURCENOTFOUND", "The install has no such integration.")

    def one(self, part: str, scope: str, held: dict[str, Any], owner: str | None = None) -> Thing:
        store, quirks = self.store, self.behaviour.quirks
        ids = {kind: text for kind, text in held.get("ids", {}).items() if kind in KINDS}
        found = store.find(part, scope, ids, owner=owner)
        if part == "user" and found is None and self.behaviour.merge_email and "email" in held:
            found = self.by("user", scope, "email", held["email"])
        if part == "user" and "unique-emails" in quirks and "email" in held:
            holder = self.by("user", scope, "email", held["email"])
            if holder is not None and holder is not found:
                raise RefusedError(409, "CONFLICT", "Another user has this e-mail address.")
        if part == "course" and found is None and "courses-by-title" in quirks and "title" in held:
            found = self.by("course", scope, "title", held["title"])
        if part == "exam" and found is None and "exams-by-title" in quirks and "title" in held:
            found = self.by("exam", scope, "title", held["title"])
        if found is None and part == "exam" and "configuration" not in held and "bare-exams" not in quirks:
            status = self.behaviour.invalid_input_status
            raise RefusedError(status, "INVALIDINPUT", "A new exam needs its configuration.")
        for name in ("title", "email"):
            if found is not None and f"{part}-keyed-with-{name}" in quirks and name in held:
                found = found if found.values.get(name) == held[name] else None
        values = values_of(part, held)
        if found is not None and "sid" in ids and not self.behaviour.by_sid_updates:
            values = {}
        keys = store.keys(part, scope, {kind: text for kind, text in ids.items() if kind != "sid"})
        if f"{part}-forgotten" in quirks:
            keys = []
        thing, self.told[part] = store.save(part, scope, found, values, keys, DEFAULTS.get(part))
        if owner is not None and found is None:
            thing.owner = owner
        self.made[part] = thing
        return thing

    def by(self, part: str, scope: str, name: str, value: str) -> Thing | None:
        fold = str.casefold if name in self.behaviour.fold else str
        for thing in list(self.store.things.values()):
            if thing.part == part and thing.scope == scope and fold(thing.values.get(name, "")) == fold(value):
                return thing
        return None

    def enroll(self, body: dict[str, Any]) -> None:
        store, quirks = self.store, self.behaviour.quirks
        if "enrolled-only-when-asked" in quirks and "enrollment" not in body:
            return
        course, user = self.made["course"].sid, self.made["user"].sid
        key = ("enrollment", course if "one-enrollment-per-course" in quirks else "", user, course)
        if "one-enrollment-per-course" in quirks:
            key = ("enrollment", course)
        elif "one-enrollment-per-user" in quirks:
            key = ("enrollment", user)
        found = store.things.get(store.index.get(key, ""))
        if "enrollment-duplicated" in quirks or ("enrollment-by-role" in quirks and found and self._other(body, found)):
            found = None
        values = {"role": body["enrollment"]["role"]} if "role" in body.get("enrollment", {}) else {}
        if found and "role-change-lost" in quirks:
            values = {}
        if not values and (found is None or "omitted-enrollment-demotes" in quirks):
            values = {"role": "learner"}
        self.made["enrollment"], self.told["enrollment"] = store.save("enrollment", "", found, values, [key])

    def _other(self, body: dict[str, Any], found: Thing) -> bool:
        role = body.get("enrollment", {}).get("role", found.values["role"])
        return bool(role != found.values["role"])

    def exam(self, body: dict[str, Any]) -> None:
        store, behaviour, held = self.store, self.behaviour, body["exam"]
        course = self.made["course"].sid
        scope = course if behaviour.scopes == "per-course" else f"exams of {self.install}"
        owner = course if behaviour.scopes == "per-course" and "exam-of-any-course" not in behaviour.quirks else None
        exam = self.one("exam", scope, held, owner=owner if "sid" in held.get("ids", {}) else None)
        if not exam.owner:
            exam.owner = course
        if "configuration" not in held:
            return
        configuration, quirks = held["configuration"], behaviour.quirks
        scopes = behaviour.configuration_scopes
        place = f"configurations of {self.install}" if scopes == "install" else exam.sid
        ids = {} if "configuration-ids-ignored" in quirks else configuration.get("ids", {})
        if isinstance(ids, str):
            configuration, ids = {**configuration, "ids": {"api": ids}}, {"api": ids}
        if KINDS & ids.keys():
            thing = self.one("configuration", place, configuration, owner=exam.sid if "sid" in ids else None)
            thing.owner = thing.owner or exam.sid
            return
        kind = configuration.get("type", "primary")
        joined = self.made["enrollment"].sid if kind == "accommodation" and "enrollment" in self.made else ""
        key = ("configuration", exam.sid, "type", kind, joined)
        if "one-configuration-per-exam" in quirks:
            key = ("configuration", exam.sid)
        found = None if scopes == "anew" else store.things.get(store.index.get(key, ""))
        values = values_of("configuration", configuration)
        thing, told = store.save("configuration", place, found, values, [key], DEFAULTS["configuration"])
        thing.owner = exam.sid
        self.made["configuration"], self.told["configuration"] = thing, told
