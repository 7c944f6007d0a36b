"""The literal table of document rules: changes that no body can show, decided by rule.

Each row says whom the change breaks: clients written against the old document, and servers built from it.
"""

# ruff: noqa: E501  (a literal table: one rule, one row)

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from spec.compatibility.rules import Effect

Direction: TypeAlias = Literal["request", "response", "document"]


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A change of the document: its id, where it acts, its effects and a sentence."""

    id: str
    direction: Direction
    client: Effect
    server: Effect
    message: str


DOCUMENT_RULES: dict[str, DocumentRule] = {rule.id: rule for rule in (
    # what could not be read
    DocumentRule("reference-unread", "document", "possible", "possible", "What {new} names was not read, so nothing is known of it."),
    DocumentRule("member-not-compared", "document", "possible", "possible", "A member that is new in OpenAPI 3.2 is not compared."),
    # operations, servers, security
    DocumentRule("operation-removed", "request", "breaking", "compatible", "The operation {old} was removed."),
    DocumentRule("operation-removed-before-sunset", "request", "breaking", "compatible", "The operation {old} was removed although its sunset is not over."),
    DocumentRule("operation-removed-after-sunset", "request", "compatible", "compatible", "The deprecated operation {old} was removed, as was announced."),
    DocumentRule("unstable-operation-removed", "request", "compatible", "compatible", "The operation {old}, of which nothing was promised yet, was removed."),
    DocumentRule("stability-lowered", "document", "breaking", "compatible", "Less is promised of the operation: {old} became {new}."),
    DocumentRule("stability-raised", "document", "compatible", "compatible", "More is promised of the operation: {old} became {new}."),
    DocumentRule("sunset-brought-forward", "document", "possible", "compatible", "The sunset was brought forward from {old} to {new}."),
    DocumentRule("sunset-put-off", "document", "compatible", "compatible", "The sunset {old} became {new}."),
    DocumentRule("sunset-too-soon", "document", "possible", "compatible", "The operation was deprecated with the sunset {new}; by what was agreed it is {old} at the earliest."),
    DocumentRule("sunset-unreadable", "document", "possible", "compatible", "The sunset {new} is no day (2027-01-31)."),
    DocumentRule("version-not-raised", "document", "possible", "compatible", "Clients break, and the major number of info.version was not raised: {old} before, {new} now."),
    DocumentRule("version-minor-not-raised", "document", "possible", "compatible", "The API changed, and the minor number of info.version was not raised: {old} before, {new} now."),
    DocumentRule("version-lowered", "document", "possible", "compatible", "info.version went back from {old} to {new}."),
    DocumentRule("version-unreadable", "document", "possible", "compatible", "info.version {old} became {new}: these are no versions of the form 1.2.3."),
    DocumentRule("operation-added", "request", "compatible", "breaking", "The operation {new} was added."),
    DocumentRule("operation-deprecated", "document", "compatible", "compatible", "The operation was marked as deprecated."),
    DocumentRule("operation-undeprecated", "document", "compatible", "compatible", "The operation is no longer deprecated."),
    DocumentRule("operation-id-changed", "document", "compatible", "compatible", "The operationId {old} became {new}; nothing on the wire changes."),
    DocumentRule("path-shadows-template", "request", "possible", "possible", "Requests of {old} that spell {new} now reach another operation: a concrete path comes first."),
    DocumentRule("path-hides-method", "request", "possible", "possible", "Requests of {old} that spell {new} now reach a path without this method: a concrete path comes first."),
    DocumentRule("path-parameter-renamed", "document", "compatible", "compatible", "The path {old} became {new}; the same requests match it."),
    DocumentRule("server-removed", "request", "breaking", "compatible", "The server {old} was removed."),
    DocumentRule("server-added", "request", "compatible", "breaking", "The server {new} was added."),
    DocumentRule("security-tightened", "request", "breaking", "compatible", "The credentials {old} no longer suffice; now needed: {new}."),
    DocumentRule("security-scope-added", "request", "breaking", "compatible", "The credentials {old} no longer suffice: more scopes are needed: {new}."),
    DocumentRule("security-loosened", "request", "compatible", "breaking", "The credentials {new} are now accepted (before: {old})."),
    DocumentRule("security-flow-removed", "request", "breaking", "compatible", "The OAuth flow {old} was removed."),
    DocumentRule("security-flow-added", "request", "compatible", "breaking", "The OAuth flow {new} was added."),
    DocumentRule("security-flow-changed", "request", "breaking", "breaking", "The OAuth flow {old} became {new}."),
    DocumentRule("security-scope-withdrawn", "request", "possible", "compatible", "The OAuth scope {old} can no longer be asked for."),
    DocumentRule("security-scope-offered", "request", "compatible", "possible", "The OAuth scope {new} can now be asked for."),
    # parameters
    DocumentRule("parameter-removed", "request", "possible", "compatible", "The parameter {old} was removed; a client's value for it has no effect any more."),
    DocumentRule("parameter-removed-after-sunset", "request", "compatible", "compatible", "The deprecated parameter {old} was removed, as was announced."),
    DocumentRule("parameter-added", "request", "compatible", "breaking", "The optional parameter {new} was added."),
    DocumentRule("parameter-added-required", "request", "breaking", "compatible", "The required parameter {new} was added."),
    DocumentRule("parameter-moved", "request", "breaking", "breaking", "The parameter {old} moved to {new}."),
    DocumentRule("parameter-became-required", "request", "breaking", "compatible", "The parameter {new} became required."),
    DocumentRule("parameter-became-optional", "request", "compatible", "breaking", "The parameter {old} is no longer required."),
    DocumentRule("parameter-style-changed", "request", "breaking", "breaking", "The serialisation of the parameter changed from {old} to {new}."),
    DocumentRule("parameter-content-changed", "request", "breaking", "breaking", "The parameter is now written as {new} instead of {old}."),
    DocumentRule("parameter-reserved-refused", "request", "possible", "compatible", "Reserved characters must now be percent-encoded."),
    DocumentRule("parameter-reserved-allowed", "request", "compatible", "possible", "Reserved characters need not be percent-encoded any more."),
    DocumentRule("parameter-empty-refused", "request", "breaking", "compatible", "The parameter may no longer be sent empty."),
    DocumentRule("parameter-empty-allowed", "request", "compatible", "breaking", "The parameter may now be sent empty."),
    DocumentRule("parameter-deprecated", "document", "compatible", "compatible", "The parameter was marked as deprecated."),
    # request bodies
    DocumentRule("request-body-added", "request", "compatible", "breaking", "An optional request body was added."),
    DocumentRule("request-body-added-required", "request", "breaking", "compatible", "A required request body was added."),
    DocumentRule("request-body-removed", "request", "breaking", "compatible", "The request body was removed."),
    DocumentRule("request-body-became-required", "request", "breaking", "compatible", "The request body became required."),
    DocumentRule("request-body-became-optional", "request", "compatible", "breaking", "The request body is no longer required."),
    DocumentRule("request-media-type-removed", "request", "breaking", "compatible", "Requests of the media type {old} are no longer described."),
    DocumentRule("request-media-type-narrowed", "request", "breaking", "compatible", "Requests of the media types {old} are now limited to {new}."),
    DocumentRule("request-media-type-widened", "request", "compatible", "breaking", "Requests of every media type of {new} are now described."),
    DocumentRule("request-media-type-added", "request", "compatible", "breaking", "Requests of the media type {new} are now described."),
    DocumentRule("encoding-of-part-changed", "request", "possible", "possible", "The encoding of a part of the form changed."),
    # responses
    DocumentRule("response-success-added", "response", "breaking", "compatible", "The new success status {new} may now be answered."),
    DocumentRule("response-first-success-described", "response", "compatible", "compatible", "The success status {new} is described: the first one, since none was."),
    DocumentRule("response-error-added", "response", "compatible", "compatible", "The new error status {new} may now be answered."),
    DocumentRule("response-default-error-added", "response", "compatible", "compatible", "Statuses that were not described may now be answered."),
    DocumentRule("response-default-status-added", "response", "possible", "compatible", "Statuses that were not described may now be answered."),
    DocumentRule("response-success-left-to-range", "response", "possible", "compatible", "The success status {old} is no longer described by itself: what answers may now be any status of {new}."),
    DocumentRule("response-error-left-to-range", "response", "compatible", "compatible", "The error status {old} is no longer described by itself, but by {new}."),
    DocumentRule("response-status-covered", "response", "compatible", "compatible", "The status {new} is now described by itself."),
    DocumentRule("response-success-removed", "response", "possible", "breaking", "The success status {old} is no longer answered."),
    DocumentRule("response-last-success-removed", "response", "breaking", "breaking", "The success status {old} is no longer answered, and no other one is left or takes its place unchanged."),
    DocumentRule("response-error-removed", "response", "compatible", "breaking", "The error status {old} is no longer answered."),
    DocumentRule("response-media-type-removed", "response", "breaking", "breaking", "Responses of the media type {old} are no longer described."),
    DocumentRule("response-media-type-narrowed", "response", "compatible", "compatible", "Responses of the media types {old} are now limited to {new}."),
    DocumentRule("response-media-type-widened", "response", "breaking", "compatible", "Responses may now be of every media type of {new}."),
    DocumentRule("response-media-type-added", "response", "compatible", "compatible", "The media type {new} may now be asked for."),
    DocumentRule("response-body-removed", "response", "breaking", "breaking", "The response has no body any more."),
    DocumentRule("response-body-added", "response", "compatible", "breaking", "The response now has a body."),
    DocumentRule("response-header-removed", "response", "possible", "compatible", "The optional response header {old} was removed."),
    DocumentRule("response-header-removed-required", "response", "breaking", "compatible", "The response header {old}, which was always sent, was removed."),
    DocumentRule("response-header-added", "response", "compatible", "breaking", "The response header {new} was added."),
    DocumentRule("response-header-became-optional", "response", "breaking", "compatible", "The response header {old} is no longer always sent."),
    DocumentRule("response-header-became-required", "response", "compatible", "breaking", "The response header {new} is now always sent."),
    # webhooks and callbacks
    DocumentRule("webhook-removed", "document", "possible", "compatible", "The webhook or callback {old} is no longer sent."),
    DocumentRule("webhook-added", "document", "compatible", "compatible", "The webhook or callback {new} was added."),
    DocumentRule("callback-address-changed", "request", "breaking", "breaking", "The callback is now sent to {new} instead of {old}: the address must be given there."),
    # annotations of schemas
    DocumentRule("request-default-added", "request", "compatible", "compatible", "What an omitted value means is now said: {new}."),
    DocumentRule("request-default-changed", "request", "possible", "possible", "What an omitted value means changed from {old} to {new}."),
    DocumentRule("request-default-removed", "request", "possible", "possible", "What an omitted value means is no longer said (before: {old})."),
    DocumentRule("response-default-added", "response", "compatible", "compatible", "A default {new} was noted in a response; nothing on the wire changes."),
    DocumentRule("response-default-changed", "response", "compatible", "compatible", "The default {old} noted in a response became {new}; nothing on the wire changes."),
    DocumentRule("response-default-removed", "response", "compatible", "compatible", "The default {old} is no longer noted in a response; nothing on the wire changes."),
    DocumentRule("member-deprecated", "document", "compatible", "compatible", "The member was marked as deprecated."),
    DocumentRule("member-undeprecated", "document", "compatible", "compatible", "The member is no longer deprecated."),
    DocumentRule("value-deprecated", "document", "compatible", "compatible", "The value {new} was marked as deprecated."),
    DocumentRule("value-undeprecated", "document", "compatible", "compatible", "The value {old} is no longer deprecated."),
    DocumentRule("extensible-value-removed", "document", "possible", "possible", "{old} left an enumeration that may be extended."),
    DocumentRule("extensible-value-unused", "document", "compatible", "possible", "{old} left an enumeration that may be extended."),
    DocumentRule("extensible-value-added", "document", "compatible", "compatible", "{new} joined an enumeration that may be extended."),
    DocumentRule("xml-changed", "document", "breaking", "breaking", "How the value is written in XML changed from {old} to {new}."),
    DocumentRule("impossible-schema-changed", "document", "possible", "possible", "The schema changed, and accepts nothing, before as now: its keywords contradict each other (lint says where), so nothing can be compared."),
    DocumentRule("content-schema-changed", "document", "possible", "possible", "The schema of what the text holds changed from {old} to {new}."),
    DocumentRule("content-schema-relaxed", "document", "compatible", "possible", "The schema of what the text holds changed from {old} to {new}."),
    DocumentRule("member-became-read-only", "request", "possible", "compatible", "The member {new} became read-only: what a client sends for it no longer counts."),
    DocumentRule("member-no-longer-read-only", "request", "compatible", "possible", "The member {old} is no longer read-only."),
    DocumentRule("member-became-write-only", "response", "possible", "compatible", "The member {new} became write-only: it is no longer answered."),
    DocumentRule("member-no-longer-write-only", "response", "compatible", "possible", "The member {old} is no longer write-only."),
    DocumentRule("discriminator-added", "document", "possible", "possible", "A discriminator was added."),
    DocumentRule("discriminator-removed", "document", "possible", "possible", "The discriminator was removed."),
    DocumentRule("discriminator-changed", "document", "breaking", "breaking", "The discriminating member {old} became {new}."),
    DocumentRule("discriminator-value-removed", "request", "breaking", "compatible", "The discriminator no longer knows {old}."),
    DocumentRule("discriminator-value-added", "request", "compatible", "breaking", "The discriminator now knows {new}."),
    DocumentRule("discriminator-value-unused", "response", "compatible", "breaking", "The discriminator no longer names {old}."),
    DocumentRule("discriminator-value-new", "response", "breaking", "compatible", "The discriminator may now name {new}."),
    DocumentRule("discriminator-value-retargeted", "document", "breaking", "breaking", "The discriminator value {old} became {new}."),
    DocumentRule("custom-format-changed", "document", "possible", "possible", "The format {old}, which no validator checks, became {new}."),
    DocumentRule("custom-format-relaxed", "document", "compatible", "possible", "The format {old}, which no validator checks, became {new}."),
    DocumentRule("unreadable-pattern-changed", "document", "possible", "possible", "The pattern {old} became {new}; no validator here reads one of them."),
    DocumentRule("unreadable-pattern-relaxed", "document", "compatible", "possible", "The pattern {old} became {new}; no validator here reads one of them."),
    DocumentRule("encoding-changed", "document", "possible", "possible", "The content encoding or media type {old} of a text became {new}."),
    DocumentRule("encoding-relaxed", "document", "compatible", "possible", "The content encoding or media type {old} of a text became {new}."),
    DocumentRule("unresolved-reference-changed", "document", "possible", "possible", "A reference whose target is not known changed from {old} to {new}."),
    DocumentRule("unresolved-reference-relaxed", "document", "possible", "possible", "A reference whose target is not known changed from {old} to {new}."),
    # annotations of this project (x-resource and its kin)
    DocumentRule("resource-added", "document", "possible", "breaking", "The part became a resource that is created and matched."),
    DocumentRule("resource-removed", "document", "breaking", "compatible", "The part is no longer a resource that is created and matched."),
    DocumentRule("resource-prefix-changed", "response", "breaking", "breaking", "The prefix of new SIDs changed from {old} to {new}."),
    DocumentRule("resource-response-changed", "response", "breaking", "breaking", "The resource is answered as {new} instead of {old}."),
    DocumentRule("resource-identifier-removed", "request", "breaking", "compatible", "The resource can no longer be named by {old}."),
    DocumentRule("resource-identifier-added", "request", "compatible", "breaking", "The resource can now be named by {new}."),
    DocumentRule("resource-requirement-added", "request", "breaking", "compatible", "{new} is now required when the resource is created."),
    DocumentRule("resource-requirement-removed", "request", "compatible", "breaking", "{old} is no longer required when the resource is created."),
    DocumentRule("resource-scope-changed", "request", "breaking", "breaking", "Identifiers are now unique within {new} instead of {old}: the same call may name another resource."),
    DocumentRule("resource-identity-changed", "request", "possible", "possible", "What identifies the resource changed from {old} to {new}."),
    DocumentRule("resource-rule-changed", "request", "possible", "possible", "How the resource is created or updated changed from {old} to {new}."),
    DocumentRule("signon-changed", "response", "possible", "possible", "What a sign-on names changed from {old} to {new}."),
    DocumentRule("install-default-changed", "request", "possible", "possible", "The install's default for an omitted value changed from {old} to {new}."),
    DocumentRule("install-member-demanded", "request", "breaking", "compatible", "The value must now be one of the install's {new}."),
    DocumentRule("install-member-dropped", "request", "compatible", "breaking", "The value need not be one of the install's {old} any more."),
    DocumentRule("order-demanded", "request", "breaking", "compatible", "The date must now be later than {new}."),
    DocumentRule("order-dropped", "request", "compatible", "breaking", "The date need not be later than {old} any more."),
    DocumentRule("empty-is-unset-added", "request", "possible", "possible", "The empty text now means that nothing is set."),
    DocumentRule("empty-is-unset-removed", "request", "possible", "possible", "The empty text no longer means that nothing is set."),
    DocumentRule("clause-renamed", "document", "compatible", "compatible", "Refusals now name other clauses: {new} instead of {old}."),
)}  # fmt: skip
