"""The store in memory: what is asked late is found as if it had been asked for from the beginning."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.state.listing import Chosen
from mockserver.state.memory import MemoryStore
from mockserver.state.store import Key, Naming, Resource, StoredChange, climbed

PARTS = ("course", "user", "enrollment")
OWNERS = ("one", "two", "s0", "s1", "s2")
SIDS = tuple(f"s{number}" for number in range(6))

keys = st.builds(
    Key,
    part=st.sampled_from(PARTS),
    scope=st.sampled_from(OWNERS),
    naming=st.sampled_from(list(Naming)),
    kind=st.sampled_from(("api", "lms")),
    text=st.sampled_from(("a", "b", "c")),
    joined=st.lists(st.sampled_from(OWNERS), max_size=2, unique=True).map(tuple),
)


@st.composite
def histories(draw: st.DrawFn) -> list[list[StoredChange]]:
    """Commits in which a resource keeps its part and scope, and no key finds two resources."""
    part = {sid: draw(st.sampled_from(PARTS)) for sid in SIDS}
    scope = {sid: draw(st.sampled_from(OWNERS)) for sid in SIDS}
    taken: set[Key] = set()
    commits = []
    for _ in range(draw(st.integers(1, 4))):
        changes = []
        for sid in draw(st.lists(st.sampled_from(SIDS), max_size=4, unique=True)):
            own = [one._replace(part=part[sid]) for one in draw(st.lists(keys, max_size=2))]
            fresh = [one for one in dict.fromkeys(own) if one not in taken]
            taken.update(fresh)
            changes.append(StoredChange(Resource(sid, part[sid], scope[sid], {"/n": draw(st.integers(0, 9))}), fresh))
        commits.append(changes)
    return commits


@settings(deadline=None)
@given(histories(), st.integers(0, 4))
def test_when_something_is_asked_for_makes_no_difference(commits: list[list[StoredChange]], asked: int) -> None:
    early, late = MemoryStore(), MemoryStore()
    for number, changes in enumerate(commits):
        if number == asked:
            seen(early)
        early.commit(changes)
        late.commit(changes)
    assert seen(early) == seen(late)
    for store in (early, late):
        store.forget("one")
    assert seen(early) == seen(late)
    assert all(one.scope != "one" for one in late)


@settings(deadline=None)
@given(histories(), st.permutations(SIDS))
def test_a_lineage_made_of_others_is_what_climbing_finds(commits: list[list[StoredChange]], order: list[str]) -> None:
    store, joining = MemoryStore(), frozenset(PARTS)
    for changes in commits:
        store.commit(changes)
    for resource in filter(None, map(store.read, order)):  # whichever are known already
        assert store.lineage(resource, joining) == climbed(store.read, store.keys_of, resource, joining)


def seen(store: MemoryStore) -> object:
    """Everything that can be asked of a store."""
    related = {(sid, part): sorted(store.related(sid, part)) for sid in OWNERS for part in PARTS}
    assert all(len(set(sids)) == len(sids) for sids in related.values())
    assert all(listed_is_true(store, sid, part) for sid in OWNERS for part in PARTS)
    named = {sid: sorted(store.keys_of(sid)) for sid in SIDS}
    found = {key: resource.sid for key, sid in store.named() if (resource := store.find(key)) and sid == resource.sid}
    return related, named, found, {sid: store.read(sid) for sid in SIDS}


def listed_is_true(store: MemoryStore, owner: str, part: str) -> bool:
    """Whether every page of what is chosen holds what looking through the whole list finds."""
    for values in ([0, 1, 2, 3], [7, 2, 2], [9, "9", None]):
        true = [sid for sid in store.related(owner, part) if value_of(store, sid) in values]
        for start in range(len(true) + 2):
            for most in (0, 2):
                page = store.listed(owner, part, start, most, Chosen("/n", values))
                assert (page.total, list(page.sids)) == (len(true), true[start : start + most])
    whole = store.listed(owner, part, 1, 2)
    return (whole.total, whole.sids) == (len(store.related(owner, part)), store.related(owner, part)[1:3])


def value_of(store: MemoryStore, sid: str) -> object:
    resource = store.read(sid)
    return None if resource is None else resource.attributes["/n"]


def test_a_lineage_is_remembered_until_what_is_there_joins_something_more() -> None:
    store, joining = MemoryStore(), {"seat"}
    course, room = Resource("C1", "course", "D1", {"/n": 1}), Resource("R1", "room", "D1", {})
    seat = Resource("S1", "seat", "C1", {})
    store.commit([StoredChange(one) for one in (course, room, seat)])
    assert store.lineage(seat, joining) == {"seat": seat, "course": course}
    renamed = course._replace(attributes={"/n": 2})
    store.commit([StoredChange(renamed)])
    assert store.lineage(seat, joining) == {"seat": seat, "course": renamed}
    store.commit([StoredChange(seat, [Key("seat", "C1", Naming.JOINED, "", "1", ("R1",))])])
    assert store.lineage(seat, joining) == {"seat": seat, "course": renamed, "room": room}
    asked = seat._replace(attributes={"/n": 3})
    assert store.lineage(asked, joining)["seat"] == asked
    store.forget("C1")
    assert store.lineage(seat, joining) == {"seat": seat, "course": renamed}


def test_a_long_list_is_listed_anew_when_it_grows_and_forgotten_with_its_scope() -> None:
    store = MemoryStore()

    def keep(number: int) -> None:
        store.commit([StoredChange(Resource(f"S{number}", "session", "one", {}))])

    for number in range(600):
        keep(number)
    expected = [f"S{number}" for number in range(600)]
    assert list(store.related("one", "session")) == expected == list(store.related("one", "session"))
    keep(600)
    assert list(store.related("one", "session")) == [*expected, "S600"]
    keep(0)
    assert len(store.related("one", "session")) == 601
    store.forget("one")
    assert list(store.related("one", "session")) == []
