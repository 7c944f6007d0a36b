"""Planning gone wrong: engines that match, merge and remember otherwise than promised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from mockserver.provisioning.forms import Form, Values
from mockserver.provisioning.plan import Name, Planning
from mockserver.state.store import Key, Naming, Resource, State
from spec.resources.resource import ABSENT, Part
from spec.schema.texts.formats import EMAIL
from spec.source.pointer import Json


class Replacing(Planning):
    """Updates replace everything, as a PUT does: what is left out gets its default, or is cleared."""

    def changed(self, form: Form, known: Resource, value: Json) -> Values:
        defaults = self.install.defaults
        sent = form.sent(value, defaults)
        lost: Values = {key: None for key in known.attributes if key not in sent} | dict(form.fresh({}, defaults))
        again = {key: one for key, one in lost.items() if key not in sent and known.attributes.get(key) != one}
        return {**again, **super().changed(form, known, value)}


class Defaulting(Planning):
    """Updates apply the document's defaults again."""

    def changed(self, form: Form, known: Resource, value: Json) -> Values:
        sent = form.sent(value, self.install.defaults)
        again = {key: one for key, one in form.created.items() if key not in sent and known.attributes.get(key) != one}
        return {**again, **super().changed(form, known, value)}


class Literal(Planning):
    """Values are compared as they are written."""

    def changed(self, form: Form, known: Resource, value: Json) -> Values:
        sent = form.sent(value, self.install.defaults)
        return {key: one for key, one in sent.items() if repr(known.attributes.get(key)) != repr(one)}


class Merging(Planning):
    """Objects that are replaced whole are merged."""

    def changed(self, form: Form, known: Resource, value: Json) -> Values:
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

    def place(self, form: Form, value: Json) -> None:
        if value is ABSENT:
            value = {form.entries[key].key[1:]: one for key, one in form.created.items()}
        super().place(form, value)


class Roaming(Planning):
    """A SID is taken wherever the thing belongs."""

    def by_sid(self, part: Part, sid: Json) -> Resource | None:
        known = self.state.read(sid) if isinstance(sid, str) else None
        if known is not None and known.part == part.name and part.scope is not None:
            return known
        return super().by_sid(part, sid)


class Credulous(Planning):
    """A SID that names nothing is taken for something that is known, and answered as it was sent."""

    def by_sid(self, part: Part, sid: Json) -> Resource | None:
        known = self.state.read(str(sid))
        scope = self.scope(part)
        if known is None and scope is not None:
            return Resource(str(sid), part.name, scope, {})
        return super().by_sid(part, sid)


class Unindexed(Planning):
    """What joins two things is stored without a look at what is there: a table that lacks its unique index."""

    def lookup(self, part: Part, names: Sequence[Name]) -> Resource | None:
        return None if part.identity else super().lookup(part, names)


class FoldingCase(Planning):
    """Identifiers are compared without case and outer spaces."""

    def names(self, part: Part, value: Json, identifiers: Json) -> Sequence[Name]:
        return [
            one._replace(text=one.text.strip().lower()) if one.naming is Naming.IDENTIFIER else one
            for one in super().names(part, value, identifiers)
        ]


class MixingKinds(Planning):
    """All kinds of identifier are one."""

    def names(self, part: Part, value: Json, identifiers: Json) -> Sequence[Name]:
        return [
            one._replace(kind="") if one.naming is Naming.IDENTIFIER else one
            for one in super().names(part, value, identifiers)
        ]


class Folding(Planning):
    """Values are stored without outer spaces and in small letters."""

    def place(self, form: Form, value: Json) -> None:
        super().place(form, _folded(value, form.holder))


class Sharing(Planning):
    """All installs are one: what is scoped to a deployment is looked for in every one."""

    def by_sid(self, part: Part, sid: Json) -> Resource | None:
        known = self.state.read(sid) if isinstance(sid, str) and part.scope is None else None
        return known if known is not None and known.part == part.name else super().by_sid(part, sid)

    def lookup(self, part: Part, names: Sequence[Name]) -> Resource | None:
        known = super().lookup(part, names)
        return known if part.scope is not None or part.identity or known else _anywhere(self.state, part, names)


class ByMail(Planning):
    """People are matched by their e-mail address."""

    def place(self, form: Form, value: Json) -> None:
        self.mail = next(
            (one for key, one in form.sent(value, {}).items() if _is_mail(form.part, key) and isinstance(one, str)),
            None,
        )
        self.mail_key = next((leaf.key for leaf in form.part.leaves if _is_mail(form.part, leaf.key)), "")
        super().place(form, value)

    def lookup(self, part: Part, names: Sequence[Name]) -> Resource | None:
        known = super().lookup(part, names)
        if known is not None or self.mail is None:
            return known
        alike = (one for one in _everything(self.state) if one.part == part.name and one.scope == self.scope(part))
        return next((one for one in alike if one.attributes.get(self.mail_key) == self.mail), None)


class Unscoped(Planning):
    """Identifiers are looked for without the part that they belong to: a text means the same thing everywhere."""

    def lookup(self, part: Part, names: Sequence[Name]) -> Resource | None:
        known = super().lookup(part, names)
        return known if part.scope is None or known is not None else _anywhere(self.state, part, names)


def _everything(state: State) -> Iterable[Resource]:
    return cast(Iterable[Resource], state)  # every store can be walked through; planning honestly never does


def _anywhere(state: State, part: Part, names: Sequence[Name]) -> Resource | None:
    scopes = dict.fromkeys(one.scope for one in _everything(state) if one.part == part.name)
    found = (
        state.find(Key(part.name, scope, name.naming, name.kind, name.text))
        for name in names
        if name.naming is Naming.IDENTIFIER
        for scope in scopes
    )
    return next((one for one in found if one is not None), None)


def _is_mail(part: Part, key: str) -> bool:
    leaf = next((leaf for leaf in part.leaves if leaf.key == key), None)
    return leaf is not None and EMAIL in {one.get("format") for one in (leaf.schema, *leaf.schema.get("allOf", ()))}


def _folded(value: Json, holder: str | None) -> Json:
    if isinstance(value, dict):
        return {name: one if name == holder else _folded(one, holder) for name, one in value.items()}
    return value.strip().casefold() if isinstance(value, str) else value
