"""Reading YAML and JSON: types, places, and every refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec.source.pointer import escape
from spec.source.reading import Mark, SourceError, parse, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 2025-01-01", {"a": "2025-01-01"}),
        ("on: yes\noff: no", {"on": "yes", "off": "no"}),
        ("200: ok", {"200": "ok"}),
        (
            "[1, -2, 0x1f, 0o17, 1.5, .5, 1e3, null, ~, true, FALSE]",
            [1, -2, 31, 15, 1.5, 0.5, 1000.0, None, None, True, False],
        ),
        ("a: '1'\nb: \"true\"\nc: |\n  1\n", {"a": "1", "b": "true", "c": "1\n"}),
        ("a: 1:30\nb: 1_000\nc: 08", {"a": "1:30", "b": "1_000", "c": 8}),
        ("a:\n", {"a": None}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x 1\nb: *x\nc: &x 2\nd: *x", {"a": 1, "b": 1, "c": 2, "d": 2}),
        ("a: &x {b: {c: 1}, d: 2}\ne:\n  d: 3\n  <<: *x", {"a": {"b": {"c": 1}, "d": 2}, "e": {"d": 3, "b": {"c": 1}}}),
        (
            "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}",
            {"a": {"b": 1}, "c": {"b": 2, "d": 3}, "e": {"b": 1, "d": 3}},
        ),
        ('"<<": {b: 1}', {"<<": {"b": 1}}),
        ("&k a: 1\nb: {*k : 2}", {"a": 1, "b": {"a": 2}}),
        ("a: !!str 1", {"a": "1"}),
        ("a: -1e400", {"a": -(10**400)}),
        ('{"a": -1e400, "b": 1.5e3, "c": 1E400}', {"a": -(10**400), "b": 1500.0, "c": 10**400}),
    ],
)
def test_scalars_are_typed_as_json_schema_types_them(text: str, value: object) -> None:
    assert parse(text, "f").value == value


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\na: 2", 2, "occurs twice"),
        ("a: [1", 2, "not YAML"),
        ("", 1, "empty"),
        ("a: .nan", 1, "not a JSON number"),
        ("a: -.Inf", 1, "not a JSON number"),
        ("a: 1e99999", 1, "larger than 1000 digits, which is the limit"),
        ('{"a": 1e99999}', 1, "larger than 1000 digits, which is the limit"),
        (f"a:\n  b: {'9' * 1001}", 2, "larger than 1000 digits.*/a/b"),
        (f'{{"a": {"9" * 4301}}}', 1, "larger than 1000 digits"),
        ('{"a":\n "\\ud800"}', 1, "half a surrogate pair"),
        ("a:\n\t- b", 2, "a tab stands here"),
        ("? [a]\n: 1", 1, "plain string"),
        ("a: 1\n<<: [1]", 2, "takes a mapping"),
        ("a: 1\n<<: {b: 1}\n<<: {c: 1}", 3, "occurs twice"),
        ("a: *x", 1, "has no anchor"),
        ("a: &x\n  b: *x", 2, "contains itself"),
        ("a: \x07", 1, "not YAML"),
        ("[" * 300 + "]" * 300, 1, "nested deeper"),
        ("[" * 100_000, 1, "nested deeper"),
        ('{"a":' * 100_000, 1, "nested deeper"),
        ('{"a": ' * 250 + "1" + "}" * 250, 1, "nested deeper"),
        ("- " * 100_000, 1, "nested deeper"),
        ("--- a\n--- b", 2, "second one begins"),
    ],
)
def test_refusals_name_the_line_and_the_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        parse(text, "some.yaml")
    assert caught.value.mark.line == line
    assert str(caught.value).startswith(f"some.yaml:{line}:")


def test_marks_lead_to_keys_items_and_the_nearest_ancestor() -> None:
    source = parse("a:\n  b/c: 1\n  d:\n    - x\n    - y\n", "f.yaml")
    assert source.mark("/a/b~1c") == Mark(2, 3)
    assert source.mark("/a/d/1") == Mark(5, 7)
    assert source.place("/a/d/1/nowhere/at/all") == "f.yaml:5:7"
    assert source.place("/nowhere") == "f.yaml:1:1"


def test_json_has_marks_too_and_keeps_surrogate_pairs() -> None:
    source = parse('{\n  "a": {\n    "b": "\\ud83d\\ude00"\n  }\n}', "f.json")
    assert source.value == {"a": {"b": "\U0001f600"}}
    assert source.mark("/a/b").line == 3


def test_json_with_duplicate_keys_is_refused() -> None:
    with pytest.raises(SourceError, match="occurs twice"):
        parse('{"a": 1, "a": 2}', "f.json")


def test_json_with_nan_is_refused() -> None:
    with pytest.raises(SourceError):
        parse('{"a": .NaN}', "f.json")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        read(tmp_path / "missing.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    with pytest.raises(SourceError, match="not UTF-8"):
        read(tmp_path / "latin.yaml")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1")
    assert read(tmp_path / "bom.yaml").value == {"a": 1}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_any_json_object_is_read_as_json_reads_it(value: object) -> None:
    text = json.dumps(value)
    assert parse(text, "f").value == json.loads(text)


def test_what_aliases_repeat_is_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(
        SourceError, match=r"^bomb.yaml:6:\d+: aliases and merge keys repeat more than 200,000"
    ) as caught:
        parse("\n".join(lines), "bomb.yaml")
    assert "/a5/" in str(caught.value)


def test_merge_keys_and_aliases_keep_the_places_of_what_they_repeat() -> None:
    source = parse("a: &x\n  b:\n    c: 1\nd:\n  <<: *x\ne: *x\n", "f.yaml")
    assert source.mark("/d/b/c") == Mark(3, 5)
    assert source.mark("/e/b/c") == Mark(3, 5)
    assert source.mark("/e") == Mark(6, 1)


def test_json_has_the_places_of_names_and_items_whatever_they_hold() -> None:
    source = parse('{\n "a\\"b": [1,\n  "\\ud83d\\ude00", {"": true}],\n "' + "k" * 2000 + '": null}', "f.json")
    assert source.mark('/a"b') == Mark(2, 2)
    assert source.mark('/a"b/1') == Mark(3, 3)
    assert source.mark('/a"b/2/') == Mark(3, 20)
    assert source.mark("/" + "k" * 2000) == Mark(4, 2)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON)
def test_json_places_lead_to_every_value(value: object) -> None:
    source = parse(json.dumps({"root": value}, indent=1), "f")
    pointers = {""}

    def collect(here: object, pointer: str) -> None:
        pointers.add(pointer)
        for key, child in here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ():
            collect(child, f"{pointer}/{escape(key)}")

    collect(value, "/root")
    assert set(source.marks) == pointers


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spec.source.reading.LARGEST", 10)
    (tmp_path / "large.yaml").write_text("a: 1234567890")
    with pytest.raises(SourceError, match="larger than 0 MiB, which is the limit"):
        read(tmp_path / "large.yaml")
