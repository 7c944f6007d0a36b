"""Finding every reference of a document, through all its files, and the place that each one names.

Base URIs, ``$id`` and ``$anchor`` are those of RFC 3986 and JSON Schema 2020-12 (in OpenAPI 3.0 only pointers and
files are known). What is not reached is a gap, never an error: whether it matters is for the reader to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urldefrag, urljoin

from spec.openapi.files.misplaced import WITHOUT_REFERENCE, is_reference, misplaced_references
from spec.openapi.objects import Kind, MemberKind, Node, Shape, children, held, unread_members
from spec.source.files import Library, OutOfReachError
from spec.source.pointer import Json, escape, follow
from spec.source.reading import Source, SourceError

MOST_FILES = 10_000
_OUTER = 3  # the document, its components, and a map of them may be references


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in one of the files: the address of the file and a pointer into it."""

    file: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as it is written: the object that holds it, the pointer of the text within that, the text itself,
    its base URI and the kind of what it names, in which shape. ``perhaps``: the text may be a mere name (in a
    discriminator). ``misplaced``: OpenAPI knows no reference there, and most tools follow it.
    """

    holder: Spot
    member: str
    text: str
    base: str
    kind: Kind
    perhaps: bool = False
    shape: Shape = Shape.ONE
    misplaced: bool = False


class UnresolvedError(Exception):
    """A reference leads nowhere; the message is the end of a sentence that begins with it."""

    def __init__(self, reason: str, *, unseen: bool) -> None:
        super().__init__(reason)
        self.unseen = unseen


@dataclass(slots=True)
class Crawl:
    """What was found so far. ``targets`` and ``failures`` hold one entry per reference."""

    library: Library
    legacy: bool
    files: dict[str, Source] = field(default_factory=dict)
    targets: dict[Reference, Spot] = field(default_factory=dict)
    failures: dict[Reference, UnresolvedError] = field(default_factory=dict)
    unread: dict[Spot, str] = field(default_factory=dict)
    _resources: dict[str, Spot] = field(default_factory=dict)
    _anchors: dict[str, Spot] = field(default_factory=dict)
    _dynamic: dict[str, set[Spot]] = field(default_factory=dict)
    _seen: set[tuple[Spot, Kind]] = field(default_factory=set)
    _unreadable: dict[str, UnresolvedError] = field(default_factory=dict)
    _passing: set[Spot] = field(default_factory=set)

    def run(self, root: Source) -> None:
        """Follow everything that the document refers to."""
        address = self.library.root
        self.files[address] = root
        own = root.value.get("$self") if isinstance(root.value, dict) else None  # OpenAPI 3.2
        base = urldefrag(_joined(address, own)).url if isinstance(own, str) else address
        if base != address:
            self._resources[base] = Spot(address, "")
        waiting = self._walk(Spot(address, ""), Kind.DOCUMENT, base)
        late: list[Reference] = []  # perhaps a file that is read later has the $id
        while waiting or late:
            if not waiting:
                before = len(self._resources)
                waiting, late = self._pass(late)
                if len(self._resources) == before and not waiting:
                    break
                continue
            waiting, missed = self._pass(waiting)
            late += missed

    def _pass(self, references: list[Reference]) -> tuple[list[Reference], list[Reference]]:
        found: list[Reference] = []
        missed: list[Reference] = []
        for reference in references:
            try:
                spot, base = self._resolved(reference)
            except UnresolvedError as error:
                self.failures[reference] = error
                missed.append(reference)
                continue
            self.failures.pop(reference, None)
            self.targets[reference] = spot
            found += self._walk(spot, reference.kind, base, reference.shape)
        return found, missed

    def _walk(self, start: Spot, kind: Kind, base: str, shape: Shape = Shape.ONE) -> list[Reference]:
        """The references at and below a place, its ``$id`` and anchors noted."""
        value = follow(self.files[start.file].value, start.pointer)
        found: list[Reference] = []
        if shape is not Shape.ONE and is_reference(value):
            found.append(Reference(start, "/$ref", value["$ref"], base, kind, shape=shape, misplaced=True))
        stack = [(node, base) for node in held(MemberKind(kind, shape), start.pointer, value)]
        while stack:
            node, around = stack.pop()
            here = (Spot(start.file, node.pointer), node.kind)
            if here in self._seen or not isinstance(node.value, dict):
                continue
            self._seen.add(here)
            if node.kind is Kind.SCHEMA and not self.legacy:
                around = self._identified(node.value, here[0], around)
            found += _references(node, here[0], around)
            for word in unread_members(node):
                reason = f"{word!r} of the {node.kind} is new in OpenAPI 3.2 and not read here"
                self.unread[Spot(start.file, f"{node.pointer}/{word}")] = reason
            stack.extend((child, around) for child in children(node))
        return found

    def _identified(self, schema: Mapping[str, Json], spot: Spot, base: str) -> str:
        identifier = schema.get("$id")
        if isinstance(identifier, str):
            base = urldefrag(_joined(base, identifier)).url
            self._resources.setdefault(base, spot)
        for word in ("$anchor", "$dynamicAnchor"):
            if isinstance(schema.get(word), str):
                self._anchors.setdefault(f"{base}#{schema[word]}", spot)
        if isinstance(schema.get("$dynamicAnchor"), str):
            self._dynamic.setdefault(schema["$dynamicAnchor"], set()).add(spot)
        return base

    def ambiguous(self, reference: Reference) -> bool:
        """Whether a ``$dynamicRef`` may lead to several places, by the way on which one came."""
        fragment = urldefrag(reference.text).fragment
        return reference.member == "/$dynamicRef" and len(self._dynamic.get(fragment, ())) > 1

    def _resolved(self, reference: Reference) -> tuple[Spot, str]:
        """The place that a reference names, and the base URI there."""
        whole = urldefrag(_joined(reference.base, reference.text))
        fragment = unquote(whole.fragment)
        if not fragment or fragment.startswith("/"):
            spot = self._resource(whole.url)
            pointer = f"{spot.pointer}{fragment}"
        else:
            self._resource(whole.url)  # read, so that its anchors are known
            named = self._anchors.get(f"{whole.url}#{fragment}")
            if named is None:
                raise UnresolvedError("names an anchor that is nowhere", unseen=False)
            spot, pointer = named, named.pointer
        try:
            follow(self.files[spot.file].value, pointer)
        except (LookupError, ValueError):
            return self._through(Spot(spot.file, pointer))
        return Spot(spot.file, pointer), whole.url

    def _through(self, spot: Spot) -> tuple[Spot, str]:
        """The place that a pointer names where ``components``, or one of its maps, is a reference itself."""
        here = Spot(spot.file, "")
        try:
            for number, token in enumerate(spot.pointer.split("/")[1:]):
                if number < _OUTER and spot.file == self.library.root:
                    here = self._led(here)
                here = Spot(here.file, f"{here.pointer}/{token}")
                follow(self.files[here.file].value, here.pointer)
        except (LookupError, ValueError):
            raise UnresolvedError("names nothing", unseen=False) from None
        return here, here.file

    def _led(self, here: Spot) -> Spot:
        """Where the reference leads that stands at a place, or the place itself. Raises LookupError if into itself."""
        place = follow(self.files[here.file].value, here.pointer)
        if not is_reference(place):
            return here
        if here in self._passing:
            raise LookupError(here)
        self._passing.add(here)
        try:
            return self._resolved(Reference(here, "/$ref", place["$ref"], here.file, Kind.VALUE))[0]
        finally:
            self._passing.discard(here)

    def _resource(self, url: str) -> Spot:
        if url in self._resources:
            return self._resources[url]
        if url in self._unreadable:
            raise self._unreadable[url]
        if url not in self.files:
            try:
                self.files[url] = self._opened(url)
            except (OutOfReachError, SourceError) as error:
                self._unreadable[url] = UnresolvedError(str(error).rstrip("."), unseen=True)
                raise self._unreadable[url] from None
            value = self.files[url].value
            if not self.legacy and isinstance(value, dict) and "openapi" not in value:
                self._walk_identifiers(url, value)
        return Spot(url, "")

    def _opened(self, url: str) -> Source:
        if len(self.files) >= MOST_FILES:
            raise OutOfReachError(f"is not opened: the document has more than {MOST_FILES} files, which is the limit")
        return self.library.open(url)

    def _walk_identifiers(self, url: str, value: Mapping[str, Json]) -> None:
        """Anchors of a file that is a schema; its references wait until somebody needs them."""
        stack = [(Node(Kind.SCHEMA, "", value), url)]
        while stack:
            node, base = stack.pop()
            if isinstance(node.value, dict):
                below = self._identified(node.value, Spot(url, node.pointer), base)
                stack.extend((child, below) for child in children(node))


def _references(node: Node, spot: Spot, base: str) -> Iterator[Reference]:
    for one in misplaced_references(node):
        yield Reference(spot, one.member, one.text, base, one.held.kind, shape=one.held.shape, misplaced=True)
    if node.kind in WITHOUT_REFERENCE:
        return
    for word in ("$ref", "$dynamicRef") if node.kind is Kind.SCHEMA else ("$ref",):
        if isinstance(node.value.get(word), str):
            yield Reference(spot, f"/{word}", node.value[word], base, node.kind)
    discriminator = node.value.get("discriminator") if node.kind is Kind.SCHEMA else None
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    for name, text in mapping.items() if isinstance(mapping, dict) else ():
        if isinstance(text, str) and ("#" in text or "/" in text or "." in text):
            perhaps = not ("#" in text or "/" in text or text.endswith((".yaml", ".yml", ".json")))
            yield Reference(spot, f"/discriminator/mapping/{escape(name)}", text, base, Kind.SCHEMA, perhaps)


def _joined(base: str, text: str) -> str:
    try:
        return urljoin(base, text)
    except ValueError:  # such as an unclosed bracket of IPv6
        raise UnresolvedError("is no URI reference (RFC 3986)", unseen=False) from None
