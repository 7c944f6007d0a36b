"""Single faults of the independent implementation, each with the clauses of which at least one must notice it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.behaviour import Behaviour


@dataclass(frozen=True)
class Breakage:
    """A behaviour that breaks the contract, and the clauses that say so. ``base`` is where the server seems to be."""

    behaviour: Behaviour
    clauses: frozenset[str]
    base: str = "http://127.0.0.1:8019"


def of(clauses: str, *quirks: str, base: str = "http://127.0.0.1:8019", **changes: Any) -> Breakage:
    return Breakage(Behaviour(quirks=frozenset(quirks), **changes), frozenset(clauses.split()), base)


def without(clauses: str, *rules: str) -> Breakage:
    return of(clauses, skips=frozenset(rules))


def taking(clauses: str, *credentials: str) -> Breakage:
    return of(clauses, accepts=frozenset(credentials))


UPSERT: Mapping[str, Breakage] = {
    "course-gets-a-new-sid": of("recall-finds", "course-gets-a-new-sid"),
    "user-gets-a-new-sid": of("recall-finds", "user-gets-a-new-sid"),
    "exam-gets-a-new-sid": of("recall-finds", "exam-gets-a-new-sid"),
    "enrollment-gets-a-new-sid": of("recall-finds joined-once", "enrollment-gets-a-new-sid"),
    "configuration-gets-a-new-sid": of("recall-finds configuration-ids", "configuration-gets-a-new-sid"),
    "course-known-told-as-created": of("recall-finds", "course-known-told-as-created"),
    "user-known-told-as-created": of("recall-finds", "user-known-told-as-created"),
    "exam-known-told-as-created": of("recall-finds", "exam-known-told-as-created"),
    "enrollment-known-told-as-created": of("recall-finds joined-once", "enrollment-known-told-as-created"),
    "configuration-known-told-as-created": of("recall-finds configuration-ids", "configuration-known-told-as-created"),
    "course-created-told-as-found": of("first-call-creates", "course-created-told-as-found"),
    "user-created-told-as-found": of("first-call-creates", "user-created-told-as-found"),
    "enrollment-created-told-as-found": of("first-call-creates", "enrollment-created-told-as-found"),
    "exam-created-told-as-found": of("first-call-creates", "exam-created-told-as-found"),
    "configuration-created-told-as-found": of("first-call-creates", "configuration-created-told-as-found"),
    "course-never-found": of("recall-finds", "course-never-found"),
    "user-forgotten": of("recall-finds", "user-forgotten"),
    "exam-forgotten": of("recall-finds", "exam-forgotten"),
    "configuration-forgotten": of("recall-finds configuration-ids", "configuration-forgotten"),
    "users-swapped": of("recall-finds sids-distinct", "users-swapped"),
    "one-sid-for-all-courses": of("sids-distinct", "one-sid-for-all-courses"),
    "one-sid-for-all-configurations": of("sids-distinct", "one-sid-for-all-configurations"),
    "one-index-for-all-parts": of("response-shape sids-distinct", "one-index-for-all-parts"),
    "course-keyed-with-title": of("recall-finds", "course-keyed-with-title"),
    "user-keyed-with-email": of("recall-finds", "user-keyed-with-email"),
    "exam-keyed-with-title": of("recall-finds", "exam-keyed-with-title"),
    "lms-identifiers-ignored": of("recall-finds", "lms-identifiers-ignored"),
    "identifiers-cut-at-16": of("first-call-creates sids-distinct", "identifiers-cut-at-16"),
    "identifiers-cut-at-64": of("ids-exact values-survive", "identifiers-cut-at-64"),
    "accents-ignored": of("ids-exact", "accents-ignored"),
    "trailing-space-ignored": of("ids-exact", "trailing-space-ignored"),
    "forgets-after-a-while": of("recall-finds", "forgets-after-a-while"),
    "sids-unusable": of("valid-accepted recall-finds", "sids-unusable"),
    "kinds-confused": of("ids-kinds-apart", "kinds-confused"),
    "identifiers-in-any-case": of("ids-exact", fold=frozenset({"ids"})),
    "identifiers-trimmed": of("ids-exact values-survive", trim=True),
    "texts-normalised": of("ids-exact values-survive", form="NFC"),
    "users-merged-by-email": of("match-by-identifier", merge_email=True),
    "courses-matched-by-title": of("match-by-identifier", "courses-by-title"),
    "exams-matched-by-title": of("match-by-identifier", "exams-by-title"),
    "exams-matched-across-courses": of("ids-scoped", scopes="install"),
    "exam-of-any-course": of("exam-in-course", "exam-of-any-course"),
    "installs-share-everything": of("installs-apart", "installs-share-everything"),
    "installs-share-external-ids": of("installs-apart", "installs-share-external-ids"),
    "sids-of-other-installs": of("installs-apart", "sids-of-other-installs"),
    "unknown-sid-creates": of("unknown-sid-refused", "unknown-sid-creates"),
    "unknown-sid-400": of("unknown-sid-refused", unknown_sid_status=400),
    "enrollment-duplicated": of("joined-once recall-finds", "enrollment-duplicated"),
    "enrollment-by-role": of("joined-once recall-finds enrollment-role-updated", "enrollment-by-role"),
    "one-enrollment-per-course": of("first-call-creates sids-distinct", "one-enrollment-per-course"),
    "one-enrollment-per-user": of("first-call-creates sids-distinct", "one-enrollment-per-user"),
    "enrolled-only-when-asked": of("user-enrolled asked-present", "enrolled-only-when-asked"),
    "role-change-lost": of("enrollment-role-updated", "role-change-lost"),
    "omitted-enrollment-demotes": of("enrollment-role-updated defaults-at-creation", "omitted-enrollment-demotes"),
    "configuration-anew": of("configuration-ids", configuration_scopes="anew"),
    "one-configuration-per-exam": of(
        "configuration-ids first-call-creates sids-distinct", "one-configuration-per-exam"
    ),
    "configuration-ids-ignored": of("configuration-ids sids-distinct first-call-creates", "configuration-ids-ignored"),
    "always-updated": of("result-truthful", results="updated"),
    "never-updated": of("result-truthful", results="found"),
    "results-inverted": of("result-truthful", results="inverted"),
    "course-update-not-stored": of("result-truthful", "course-update-not-stored"),
    "user-update-not-stored": of("result-truthful", "user-update-not-stored"),
    "exam-update-not-stored": of("result-truthful", "exam-update-not-stored"),
    "configuration-update-not-stored": of("result-truthful", "configuration-update-not-stored"),
    **{
        f"{name.replace('/', '-')}-update-lost": of("result-truthful update-merges", never_updated=frozenset({name}))
        for name in (
            *("title", "code", "email", "lastName", "timeZone", "currencyCode", "description", "limitedScope", "url"),
            *("duration", "attempts", "password", "access/close", "scheduling/open", "notes/proctor"),
            *("proctorTypes", "permittedItems"),
        )
    },
    "user-update-untold": of("result-truthful", untold=frozenset({"user"})),
    "configuration-update-untold": of("result-truthful", untold=frozenset({"configuration"})),
    "null-wipes-everything": of("update-merges", null="wipes-all"),
    "null-keeps": of("update-merges", null="keeps"),
    "omitted-wipes": of("update-merges defaults-at-creation", omitted="wipes"),
    "omitted-resets-defaults": of("defaults-at-creation update-merges", omitted="defaults"),
    "maps-merged": of("update-replaces-whole", maps="merge"),
    "dates-compared-as-text": of("values-compare", "text-compare"),
    "partial-writes": of("unknown-sid-refused", rollback=False),
    "stores-before-it-validates": of("all-or-nothing", "stores-before-it-validates"),
    "races": of("concurrent-once", atomic=False),
}
VALIDATION: Mapping[str, Breakage] = {
    "course-optional": without("course-required never-server-error", "required:course"),
    "course-ids-optional": without("ids-required", "required:course/ids", "some:course"),
    "user-ids-optional": without("ids-required", "required:user/ids", "some:user"),
    "exam-ids-optional": without("ids-required", "required:exam/ids", "some:exam"),
    "course-without-identifier": without("ids-at-least-one", "some:course"),
    "user-without-identifier": without("ids-at-least-one", "some:user"),
    "exam-without-identifier": without("ids-at-least-one", "some:exam"),
    "several-identifiers": without("ids-at-most-one", "one-identifier"),
    "empty-identifiers": without("ids-non-empty", "empty-identifier"),
    "course-title-optional": without("course-title-required", "required:course/title"),
    "course-code-optional": without("course-code-required", "required:course/code"),
    "first-name-optional": without("user-name-required", "required:user/firstName"),
    "last-name-optional": without("user-name-required", "required:user/lastName"),
    "email-optional": without("user-email-required", "required:user/email"),
    "exam-title-optional": without("exam-title-required", "required:exam/title"),
    "exam-configuration-optional": of("exam-configuration-required", "bare-exams"),
    "enrollment-without-user": without("enrollment-needs-user", "enrollment-needs-user"),
    "signon-without-user": without("signon-needs-user", "signon-needs-user"),
    "any-role": without("enrollment-role-known", "choice:enrollment/role"),
    "any-exam-type": without("exam-type-known", "choice:exam/type"),
    "any-configuration-type": without("configuration-type-known", "choice:exam/configuration/type"),
    "any-email": without("user-email-form", "email-form", "email-valid"),
    "any-currency": without("user-currency-known", "currency"),
    "any-zone": without("user-time-zone-known", "zone"),
    "any-delivery-system": without("exam-delivery-system-known", "delivery-system"),
    **{
        f"{name}-optional": without("configuration-members-required", f"required:{name}")
        for name in ("url", "access", "duration", "password", "proctorTypes")
    },
    "access-open-optional": without("configuration-access-required", "required:access/open"),
    "access-close-optional": without("configuration-access-required", "required:access/close"),
    "any-access-date": without("date-form", "date:access", "offset:access"),
    "any-scheduling-date": without("scheduling-date-form", "date:scheduling", "offset:scheduling"),
    "dates-without-offset": without("date-time-offset", "offset:access"),
    "access-closes-first": without("access-order", "order:access"),
    "scheduling-closes-first": without("scheduling-order", "order:scheduling"),
    "duration-zero": without("configuration-duration-positive", "positive:duration"),
    "attempts-zero": without("configuration-attempts-positive", "positive:attempts"),
    "any-url": without("configuration-url-form", "url"),
    "empty-password": without("configuration-password-non-empty", "password-empty"),
    "no-proctor-types": without("proctor-types-some", "some-types"),
    "proctor-types-by-any-name": without("proctor-type-form", "type-form"),
    "proctor-types-not-enabled": without("proctor-types-enabled", "type-enabled"),
    "proctor-types-of-any-value": without("schema", "type-value"),
    "any-option": without("proctor-options-known", "option"),
    "options-of-any-value": without("schema", "option-value"),
    "any-permitted-item": without("permitted-items-known", "item"),
    "permitted-items-of-any-value": without("schema", "item-value"),
    "integration-optional": of("signon-integration-required", "integration-optional"),
    "any-integration": of("signon-integration-known", "any-integration"),
    "integration-of-any-form": of(
        "signon-integration-form", "any-integration", skips=frozenset({"pattern:signon/integrationSid"})
    ),
    **{
        f"{name.replace('/', '-')}-of-any-type": without("schema", f"type:{name}")
        for name in (
            *("course/title", "course/code", "course/ids/api", "user/firstName", "user/email", "user/timeZone"),
            *("enrollment/role", "exam/practice", "exam/title", "exam/ids/external", "exam/configuration/duration"),
            *("exam/configuration/attempts", "exam/configuration/password", "exam/configuration/notes/student"),
            "exam/description",
        )
    },
    "texts-coerced": of("schema", coerce=True),
    "null-anywhere": of("schema", "null-is-absent"),
    "validates-nothing": of("schema course-title-required", "validates-nothing"),
    "form-of-sids-unchecked": without(
        "sid-form invalid-input-400", *(f"pattern:{part}/ids/sid" for part in ("course", "user", "exam"))
    ),
    "sids-in-any-case": of("sid-form", "sids-in-any-case"),
    "refuses-with-422": of("invalid-input-400", invalid_input_status=422),
    "refuses-with-200": of("response-shape asked-present schema", "refuses-with-200"),
    "duplicate-keys-taken": of("strict-json", duplicates="last"),
    "lenient-json": of("strict-json", strict_json=False),
    "any-depth": of("body-depth", deepest=None),
    "any-size": of("body-size", largest=None),
    "any-media-type": of("media-type", media="any"),
    "unknown-members-refused": of("unknown-members-ignored", unknown="refuse"),
    "broken-json-taken": of("body-json", "takes-broken-json-for-empty"),
    "lists-taken": of("body-object", "takes-lists"),
    "no-instructors": of("valid-accepted", "no-instructors"),
    "no-written-exams": of("valid-accepted", "no-written-exams"),
    "no-lms-identifiers": of("valid-accepted", "no-lms-identifiers"),
    "duration-in-quarters": of("valid-accepted", "duration-in-quarters"),
    "one-attempt-only": of("valid-accepted", "one-attempt-only"),
    "title-even-by-sid": of("valid-accepted", adds=frozenset({"title-even-by-sid"})),
    "course-alone-refused": of("valid-accepted", "course-alone-refused"),
    "first-fault-only": of("errors-complete", "first-fault-only"),
}
