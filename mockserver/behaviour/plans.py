"""Planning gone wrong: engines that match, merge and remember otherwise than promised."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from mockserver.provisioning.forms import Form, Values
from mockserver.provisioning.plan import Planning
from mockserver.state.store import Key, Naming, Resource, State
from spec.resources.installs import Install
from spec.resources.resource import ABSENT, Part

_SID = re.compile(r"[A-Z]{2}[a-z0-9]{32}\Z")


class Forgetful(Planning):
    """Updates clear whatever is left out, of parts without defaults."""

    def changed(self, form: Form, known: Resource, value: Any) -> Values:
        if form.created or form.installed:
            return super().changed(form, known, value)
        sent = form.sent(value, self.install.defaults)
        lost = {key: None for key, one in known.attributes.items() if key not in sent and one is not None}
        return {**lost, **super().changed(form, known, value)}


class Defaulting(Planning):
    """Updates apply the document's defaults again."""

    def changed(self, form: Form, known: Resource, value: Any) -> Values:
        sent = form.sent(value, self.install.defaults)
        again = {key: one for key, one in form.created.items() if key not in sent and known.attributes.get(key) != one}
        if form.part.implied_by is not None:
            again = {}
        return {**again, **super().changed(form, known, value)}


class Literal(Planning):
    """Values are compared as they are written."""

    def changed(self, form: Form, known: Resource, value: Any) -> Values:
        sent = form.sent(value, self.install.defaults)
        return {key: one for key, one in sent.items() if repr(known.attributes.get(key)) != repr(one)}


class Merging(Planning):
    """Objects that are replaced whole are merged."""

    def changed(self, form: Form, known: Resource, value: Any) -> Values:
        changed = super().changed(form, known, value)
        merged = {}
        for key, one in changed.items():
            before = known.attributes.get(key)
            after = {**before, **one} if isinstance(before, dict) and isinstance(one, dict) else one
            if after != before:
                merged[key] = after
        return merged


class Demoting(Planning):
    """What is implied and left out is set back to its defaults."""

    def place(self, form: Form, value: Any) -> None:
        if value is ABSENT:
            value = {form.entries[key].key[1:]: one for key, one in form.created.items()}
        super().place(form, value)


class Roaming(Planning):
    """A SID is taken wherever the thing belongs."""

    def by_sid(self, part: Part, sid: Any) -> Resource | None:
        known = self.state.read(sid) if isinstance(sid, str) else None
        if known is not None and known.part == part.name and part.scope is not None:
            return known
        return super().by_sid(part, sid)


class Credulous(Planning):
    """A SID that names nothing is taken for something."""

    def by_sid(self, part: Part, sid: Any) -> Resource | None:
        known = self.state.read(str(sid))
        scope = self.scope(part)
        if known is None and scope is not None and part.scope is None:
            return Resource(str(sid), part.name, scope, {})
        return super().by_sid(part, sid)


class Trusting(Planning):
    """A malformed SID is taken for something."""

    def by_sid(self, part: Part, sid: Any) -> Resource | None:
        if isinstance(sid, str) and _SID.match(sid) and sid.startswith(part.prefix):
            return super().by_sid(part, sid)
        digest = hashlib.sha256(str(sid).encode()).hexdigest()[:32]
        return Resource(part.prefix + digest, part.name, self.scope(part) or "", {})


class FoldingCase(Planning):
    """Identifiers are compared without case and outer spaces."""

    def names(self, part: Part, value: Any, identifiers: Any) -> Any:
        return [one._replace(text=one.text.strip().lower()) for one in super().names(part, value, identifiers)]


class MixingKinds(Planning):
    """All kinds of identifier are one."""

    def names(self, part: Part, value: Any, identifiers: Any) -> Any:
        return [
            one._replace(kind="") if one.naming is Naming.IDENTIFIER else one
            for one in super().names(part, value, identifiers)
        ]


class Folding(Planning):
    """Values are stored without outer spaces and in small letters."""

    def place(self, form: Form, value: Any) -> None:
        super().place(form, _folded(value, form.holder))


class Sharing(Planning):
    """All installs are one."""

    def __init__(self, state: State, install: Install, body: Any) -> None:
        super().__init__(state, replace(install, deployment="everybody"), body)


class ByMail(Planning):
    """People are matched by their e-mail address."""

    def lookup(self, part: Part, names: Any) -> Resource | None:
        known = super().lookup(part, names)
        value = self.body.get(part.name) if isinstance(self.body, dict) else None
        mail = value.get("email") if isinstance(value, dict) else None
        if known is not None or mail is None:
            return known
        everything: Any = self.state
        return next(
            (
                one
                for one in everything
                if one.part == part.name
                and one.scope == self.install.deployment
                and one.attributes.get("/email") == mail
            ),
            None,
        )


class Unscoped(Planning):
    """What belongs to a part is named without it: the same text means the same thing everywhere."""

    def lookup(self, part: Part, names: Any) -> Resource | None:
        known = super().lookup(part, names)
        if known is not None or part.scope is None or part.fallback is not None:
            return known
        everything: Any = self.state
        scopes = [one.scope for one in everything if one.part == part.name]
        found = (
            self.state.find(Key(part.name, scope, name.naming, name.kind, name.text))
            for name in names
            for scope in scopes
        )
        return next((one for one in found if one is not None), None)


def _folded(value: Any, holder: str | None) -> Any:
    if isinstance(value, dict):
        return {name: one if name == holder else _folded(one, holder) for name, one in value.items()}
    return value.strip().casefold() if isinstance(value, str) else value
