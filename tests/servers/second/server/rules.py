"""What a body must look like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servers.second.server.checks import Check, Member, Rule, boolean, mapping, matches, record, shown, text, whole
from servers.second.server.installs import Install
from servers.second.server.messages import Violation
from servers.second.server.times import CURRENCIES, ZONES, is_address, is_date, is_web_address, seconds

LARGEST_EXACT = 2**53 - 1
OPTIONS = set(
    "recordScreen recordWebcam recordAudio forceFullScreen onlyOneScreen disableNewTabs closeOpenTabs disablePrinting "
    "disableClipboard disableRightClick verifyId roomScan".split()
)
ITEMS = set("bathroomBreak calculator dictionary earplugs formulaSheet notes textbook websites".split())


def one_of(values: Any, clause: str) -> Rule:
    return Rule(lambda value: value in values, f"is none of {', '.join(sorted(values))}.", clause)


class Rules:
    """The rules for one install. Each method is one object of the body, so that it can be looked at by itself."""

    def __init__(self, install: Install) -> None:
        self.install = install

    def violations(self, body: Any) -> list[Violation]:
        return list(self.body()(body, ""))

    def body(self) -> Check:
        return record(
            self.companions,
            clause="body-object",
            course=Member(self.course(), "course-required"),
            user=Member(self.user()),
            enrollment=Member(record(role=Member(text(one_of({"learner", "instructor"}, "enrollment-role-known"))))),
            exam=Member(self.exam()),
            signon=Member(self.signon()),
        )

    def companions(self, value: dict[str, Any], pointer: str) -> Iterator[Violation]:
        for part, clause in (("enrollment", "enrollment-needs-user"), ("signon", "signon-needs-user")):
            if part in value and "user" not in value:
                yield Violation("/user", f"'user' is missing; '{part}' is sent only together with it.", clause)

    def identifiers(self, prefix: str, kinds: str, none: str, several: str, clause: str = "schema") -> Check:
        name = text(Rule(lambda value: value != "", "is empty.", "ids-non-empty"))
        sid = text(Rule(matches(rf"{prefix}[a-z0-9]{{32}}"), f"is not {prefix} and 32 letters or digits.", "sid-form"))
        names = ["sid", *kinds.split()]

        def count(value: dict[str, Any], pointer: str) -> Iterator[Violation]:
            sent = [kind for kind in names if kind in value]
            if not sent:
                yield Violation(pointer, f"None of {', '.join(names)} is there; send one.", none)
            if len(sent) > 1:
                yield Violation(pointer, f"{' and '.join(sent)} are there; send one.", several)

        return record(count, clause=clause, **{kind: Member(sid if kind == "sid" else name) for kind in names})

    def unless_sid(self, **required: str) -> Check:
        """Members that are required of everything that is not named by its SID, with their clauses."""

        def check(value: dict[str, Any], pointer: str) -> Iterator[Violation]:
            ids = value.get("ids")
            if "ids" in value and isinstance(ids, dict) and "sid" in ids:
                return
            for name, clause in required.items():
                if name not in value:
                    yield Violation(f"{pointer}/{name}", f"'{name}' is missing.", clause)

        return check

    def course(self) -> Check:
        return record(
            self.unless_sid(title="course-title-required", code="course-code-required"),
            ids=Member(
                self.identifiers("CU", "api lms external", "ids-at-least-one", "ids-at-most-one"), "ids-required"
            ),
            title=Member(text()),
            code=Member(text(nullable=True)),
        )

    def user(self) -> Check:
        return record(
            self.unless_sid(firstName="user-name-required", lastName="user-name-required", email="user-email-required"),
            ids=Member(
                self.identifiers("US", "api lms external", "ids-at-least-one", "ids-at-most-one"), "ids-required"
            ),
            firstName=Member(text()),
            lastName=Member(text()),
            email=Member(self.email()),
            currencyCode=Member(self.currency()),
            timeZone=Member(self.time_zone()),
        )

    def email(self) -> Check:
        return text(
            Rule(
                lambda value: value.count("@") == 1 and value[0] != "@" != value[-1],
                "has no local part, @, domain.",
                "user-email-form",
            ),
            Rule(is_address, "is no e-mail address.", "user-email-valid"),
        )

    def currency(self) -> Check:
        return text(Rule(CURRENCIES.__contains__, "is no ISO 4217 code.", "user-currency-known"), nullable=True)

    def time_zone(self) -> Check:
        return text(Rule(ZONES.__contains__, "is no IANA zone.", "user-time-zone-known"), nullable=True)

    def exam(self) -> Check:
        systems = {"", *self.install.delivery_systems}
        return record(
            self.unless_sid(title="exam-title-required"),
            ids=Member(self.identifiers("EX", "external", "ids-at-least-one", "ids-at-most-one"), "ids-required"),
            title=Member(text()),
            description=Member(text(nullable=True)),
            type=Member(text(one_of({"online", "written"}, "exam-type-known"))),
            practice=Member(boolean()),
            limitedScope=Member(boolean()),
            deliverySystem=Member(text(one_of(systems, "exam-delivery-system-known"), nullable=True)),
            configuration=Member(self.configuration()),
        )

    def configuration(self) -> Check:
        needed = "configuration-members-required"
        clause = "configuration-ids"
        window = "configuration-access-required"
        return record(
            ids=Member(self.identifiers("EC", "api external", clause, clause, clause)),
            type=Member(text(one_of({"primary", "accommodation"}, "configuration-type-known"))),
            url=Member(text(Rule(is_web_address, "is no absolute http URL.", "configuration-url-form")), needed),
            access=Member(
                record(
                    self.ordered("access-order"), open=Member(self.date(), window), close=Member(self.date(), window)
                ),
                needed,
            ),
            scheduling=Member(
                record(
                    self.ordered("scheduling-order"),
                    open=Member(self.optional_date()),
                    close=Member(self.optional_date()),
                )
            ),
            duration=Member(self.positive("configuration-duration-positive"), needed),
            password=Member(
                text(Rule(lambda value: value != "", "is empty.", "configuration-password-non-empty")), needed
            ),
            attempts=Member(self.positive("configuration-attempts-positive")),
            notes=Member(record(student=Member(text()), proctor=Member(text()))),
            proctorTypes=Member(self.proctor_types(), needed),
            permittedItems=Member(mapping(one_of(ITEMS, "permitted-items-known"), record(notes=Member(text())))),
        )

    def positive(self, clause: str) -> Check:
        return whole(
            Rule(lambda value: value > 0, "is not more than 0.", clause),
            Rule(lambda value: value <= LARGEST_EXACT, "is more than a double holds exactly.", "numbers-exact"),
        )

    def date(self) -> Check:
        return text(
            Rule(lambda value: is_date(value) or seconds(value) is not None, "is no ISO 8601 date.", "date-form"),
            Rule(lambda value: seconds(value) is not None, "is no date-time with an offset.", "date-time-offset"),
        )

    def optional_date(self) -> Check:
        return text(
            Rule(lambda value: value == "" or seconds(value) is not None, "is no date-time.", "scheduling-date-form")
        )

    def ordered(self, clause: str) -> Check:
        def check(value: dict[str, Any], pointer: str) -> Iterator[Violation]:
            opened, closed = (self.moment(value.get(name)) for name in ("open", "close"))
            if opened is not None and closed is not None and not opened < closed:
                yield Violation(f"{pointer}/close", f"{shown(value['close'])} is not after 'open'.", clause)

        return check

    def moment(self, value: Any) -> Any:
        return seconds(value) if isinstance(value, str) else None

    def proctor_types(self) -> Check:
        options = mapping(one_of(OPTIONS, "proctor-options-known"), record())
        return mapping(
            (
                Rule(matches("TS[a-f0-9]{32}"), "is not the SID of a proctor type.", "proctor-type-form"),
                Rule(self.install.proctor_types.__contains__, "is not enabled.", "proctor-types-enabled"),
            ),
            record(options=Member(options)),
            Rule(bool, "No proctor type is named.", "proctor-types-some"),
        )

    def signon(self) -> Check:
        form = Rule(matches("II[a-fA-F0-9]{32}"), "is not II and 32 hexadecimal digits.", "signon-integration-form")
        return record(integrationSid=Member(text(form), "signon-integration-required"))


def cleaned(document: Any, name: str) -> Any:
    """What is kept of ``proctorTypes`` and ``permittedItems``: the members that are known."""
    if name == "permittedItems":
        return {
            item: {key: inner for key, inner in value.items() if key == "notes"} for item, value in document.items()
        }
    return {
        sid: {"options": {name: {} for name in value["options"]}} if "options" in value else {}
        for sid, value in document.items()
    }
