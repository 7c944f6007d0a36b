"""Other ways to read a body, and to tell what was done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from servers.second.departures import Departure
from servers.second.faults.identifiers import Keyed
from servers.second.server.checks import Check, Rule, text
from servers.second.server.database import TABLES, Records, Table
from servers.second.server.decoding import Decoder
from servers.second.server.installs import Install
from servers.second.server.messages import Answers, Received, RefusedError, Sent, Violation
from servers.second.server.provisioning import Call, Provisioning
from servers.second.server.rules import Rules
from servers.second.server.times import is_date

KINDS = ("sid", "api", "lms", "external")


class SeveralNames(Rules):
    def identifiers(self, prefix: str, kinds: str, none: str, several: str, clause: str = "schema") -> Check:
        one = super().identifiers(prefix, kinds, none, several, clause)

        def check(value: Any, pointer: str) -> Iterator[Violation]:
            some = isinstance(value, dict) and any(kind in value for kind in KINDS)
            yield from (violation for violation in one(value, pointer) if not (some and violation.pointer == pointer))

        return check


class AnyNameMatches(Provisioning):
    def identity(self, call: Call, table: Table, part: dict[str, Any]) -> tuple[str, str]:
        scope = {"exam": call.sids.get("course"), "configuration": call.sids.get("exam")}.get(table.part)
        sent = [(kind, part["ids"][kind]) for kind in KINDS if kind in part.get("ids", {})]
        for kind, name in sent:
            known = self.identifiers.find(call.database, table, scope or call.install.deployment, kind, name)
            if kind == "sid" or known:
                return kind, name
        return super().identity(call, table, part)

    def place(self, call: Call, table: Table, part: dict[str, Any], scope: str) -> None:
        super().place(call, table, part, scope)
        for kind, name in part.get("ids", {}).items():
            if kind in KINDS[1:] and not self.identifiers.find(call.database, table, scope, kind, name):
                self.identifiers.claim(call.database, table, scope, kind, name, call.sids[table.part])


class KnownMembersOnly(Rules):
    extra: ClassVar[dict[str, set[str]]] = {
        "": {"course", "user", "enrollment", "exam", "signon"},
        "/signon": {"integrationSid"},
        "/exam": {"configuration"},
    }

    def violations(self, body: Any) -> list[Violation]:
        found = super().violations(body)
        parts = {"": body}
        if isinstance(body, dict):
            parts |= {f"/{name}": part for name, part in body.items() if name in self.extra[""]}
            exam = body.get("exam")
            parts |= (
                {"/exam/configuration": exam["configuration"]}
                if isinstance(exam, dict) and "configuration" in exam
                else {}
            )
        for pointer, part in parts.items():
            columns = next((table.columns for table in TABLES if pointer.endswith(f"/{table.part}")), ())
            known = {column.path.partition(".")[0] for column in columns} | {"ids"} | self.extra.get(pointer, set())
            if isinstance(part, dict):
                unknown = [name for name in part if name not in known]
                found += [
                    Violation(f"{pointer}/{name}", "is not known.", "unknown-members-ignored") for name in unknown
                ]
        return found


class NeverUpdated(Provisioning):
    def match(self, call: Call, table: Table, sid: str, part: dict[str, Any]) -> None:
        super().match(call, table, sid, part)
        self.tell(call, table, sid, "Found Existing")


class NullParts(Answers):
    def success(self, value: Any) -> Sent:
        nothing = dict.fromkeys(("course", "user", "enrollment", "exam", "configuration"))
        return super().success(nothing | value if "course" in value else value)


class TrimmedTexts(Decoder):
    def decoded(self, text: str) -> Any:
        return self.trimmed(super().decoded(text))

    def trimmed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.trimmed(inner) for name, inner in value.items()}
        return value.strip() if isinstance(value, str) else value


class CaselessNames(Keyed):
    def key(self, name: str) -> str:
        return name.casefold()


class Conversions(Decoder):
    """Text that is a number or a boolean is converted; a day that a month does not have is in the next."""

    def decoded(self, text: str) -> Any:
        body = super().decoded(text)
        exam = body.get("exam") if isinstance(body, dict) else None
        configuration = exam.get("configuration") if isinstance(exam, dict) else None
        for part, names in ((exam, ("practice", "limitedScope")), (configuration, ("duration", "attempts"))):
            for name in names:
                if isinstance(part, dict) and isinstance(part.get(name), str):
                    part[name] = self.converted(part[name])
        for window in ("access", "scheduling"):
            dates = configuration.get(window) if isinstance(configuration, dict) else None
            for name, date in dates.items() if isinstance(dates, dict) else ():
                if isinstance(date, str):
                    dates[name] = re.sub(
                        r"^(\d{4})-02-3([01])", lambda found: f"{found[1]}-03-0{int(found[2]) + 2}", date
                    )
        return body

    def converted(self, value: str) -> Any:
        if re.fullmatch(r"[0-9]{1,15}", value):
            return int(value)
        return {"true": True, "false": False}.get(value, value)


class KeptParts(Provisioning):
    """What was written before a reference turned out to be wrong stays."""

    late = frozenset({"signon-integration-known", "exam-configuration-required"})

    def provision(self, install: Install, body: Any) -> dict[str, Any]:
        self.examine(install, body)
        refused = None
        with self.pool.transaction() as database:
            call = Call(install, body, database, {}, {})
            try:
                self.play(call)
            except RefusedError as error:
                if not self.late & {violation.clause for violation in error.violations}:
                    raise
                refused = error
        if refused:
            raise refused
        return call.answer


class UncheckedContents(Rules):
    def currency(self) -> Check:
        return text(nullable=True)

    time_zone = currency

    def email(self) -> Check:
        return text(
            Rule(lambda value: value.count("@") == 1 and value[0] != "@" != value[-1], "has no @.", "user-email-form")
        )

    def date(self) -> Check:
        return text(Rule(is_date, "is no ISO 8601 date.", "date-form"))

    def optional_date(self) -> Check:
        return text()

    def ordered(self, clause: str) -> Check:
        return lambda value, pointer: iter(())

    def configuration(self) -> Check:
        strict = super().configuration()
        lenient = {"configuration-url-form", "configuration-password-non-empty"}

        def check(value: Any, pointer: str) -> Iterator[Violation]:
            yield from (violation for violation in strict(value, pointer) if violation.clause not in lenient)

        return check


class Replacing(Records):
    """An update is the whole part: optional members that are left out fall back to their defaults."""

    optional = frozenset(
        "currencyCode timeZone description deliverySystem scheduling_open scheduling_close notes_student notes_proctor "
        "permittedItems attempts".split()
    )

    def members(self, table: Table, part: dict[str, Any]) -> dict[Any, Any]:
        found = super().members(table, part)
        if "sid" in part.get("ids", {}):
            return found
        return found | {
            column: None for column in table.columns if column.name in self.optional and column not in found
        }


class LenientJson(Decoder):
    def media_type(self, request: Received) -> None:
        """Whatever it is called, it is read as JSON."""

    def decoded(self, text: str) -> Any:
        return super().decoded(text.removeprefix("\ufeff"))

    def depth(self, text: str) -> int:
        return 0 if super().depth(text) < 500 else 500

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(pairs)


VARIANTS = (
    Departure(
        "several-names",
        "Several identifiers are taken; any of them matches, and the others are learned.",
        (SeveralNames, AnyNameMatches),
    ),
    Departure("known-members-only", "Unknown members are refused.", (KnownMembersOnly,)),
    Departure(
        "never-updated", "What is known is always told as Found Existing, whatever was changed.", (NeverUpdated,)
    ),
    Departure("null-parts", "All five parts are in every answer, null where nothing was asked for.", (NullParts,)),
    Departure("trimmed-texts", "Every text is trimmed before anything else is done with it.", (TrimmedTexts,)),
    Departure("caseless-names", "Names are compared without regard to case.", (CaselessNames,)),
    Departure("conversions", "Numbers and booleans in quotes are converted; 30 February is 2 March.", (Conversions,)),
    Departure(
        "parts-kept", "A call that fails at its integration or its configuration keeps what came before.", (KeptParts,)
    ),
    Departure(
        "contents-unchecked",
        "Currencies, zones, windows, addresses and dates without offset are taken as they come.",
        (UncheckedContents,),
    ),
    Departure(
        "updates-replace", "An optional member that is left out of an update falls back to its default.", (Replacing,)
    ),
    Departure(
        "lenient-json",
        "A byte order mark, members twice, deep nesting, any media type: read all the same.",
        (LenientJson,),
    ),
)
