"""The order of the sub-packages, the size of modules and functions, and that engine and judge name no part."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from spec.load import load
from spec.resources.annotations import resources

ROOT = Path(__file__).resolve().parents[1]
ORDER = {
    "spec": (
        *("defect", "source", "process", "openapi", "schema", "configuration", "catalogue", "resources", "load"),
        *("docs", "regex", "normal", "witness", "compatibility", "diff", "reporting", "lint"),
    ),
    "mockserver": (
        *(
            "settings",
            "state",
            "http",
            "auth",
            "provisioning",
            "sessions",
            "behaviour",
            "runtime",
            "tenancy",
            "database",
            "endpoints",
        ),
        *(
            "assembly",
            "control",
            "inspector",
            "app",
            "serving",
            "ready",
            "files",
            "running",
            "launch",
            "embedded",
            "testing",
            "environment",
            "cli",
        ),
    ),
    "contract": (
        *(
            "http",
            "model",
            "oracle",
            "judging",
            "journey",
            "generation",
            "strategies",
            "probes",
            "reproduction",
            "run",
            "report",
            "replaying",
            "proxy",
            "cli",
            "plugin",
            "suite",
        ),
    ),
}
"""Each room of a package may import itself and the rooms before it."""

INNER = {
    "spec.openapi": ("document", "objects", "resolving", "versions", "files", "forms", "options"),
    "spec.schema": (
        *("limits", "members", "names", "reach", "texts", "second_opinion", "telling"),
        *("keywords", "validation", "sources"),
    ),
    "spec.lint": (
        *("explanations", "nearby", "possible", "rules", "checks", "choices", "report"),
        *("fixing", "linting", "cli"),
    ),
    "mockserver.inspector": ("calls", "world", "sending", "shell", "forms", "desk", "pages", "inspector"),
    "mockserver.database": ("schema", "connections", "kept", "middleware", "serving"),
}
"""The same inside a room: its modules and the rooms in it, lowest first."""

MAY_IMPORT = {"spec": {"spec"}, "mockserver": {"spec", "mockserver"}, "contract": {"spec", "contract"}}
FILES = sorted(path for package in ORDER for path in (ROOT / package).rglob("*.py"))
NAMELESS = sorted(
    str(path.relative_to(ROOT))
    for room in (
        *("mockserver/provisioning", "mockserver/sessions", "contract/generation", "contract/model", "contract/oracle"),
        *("contract/judging", "contract/journey", "contract/probes", "contract/reproduction", "contract/replaying"),
        *("contract/run", "contract/strategies.py", "spec/resources/sessions.py", "spec/resources/session_checks.py"),
    )
    for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
)
"""What knows no part, no field and no value of the document by name."""
MEANS_OTHERWISE = frozenset({"type", "sid", "token", "url", "open", "close"})
"""Names in the document that are words of JSON Schema, of SIDs, of HTTP or of a window as well."""
NAMED: Mapping[str, frozenset[str]] = {
    "contract/judging/oauth.py": frozenset({"code"}),  # of OAuth 2.0
    "contract/judging/refusals.py": frozenset({"code"}),  # of an error
    "contract/probes/credentials/entry.py": frozenset({"code"}),  # of an error
    "contract/probes/ladder.py": frozenset({"signon"}),  # the probe
    "contract/run/schedule.py": frozenset({"signon"}),  # the probe
    "contract/run/admission.py": frozenset({"proctorTypes"}),  # the list of an install
    "contract/run/selftest.py": frozenset({"proctorTypes"}),  # the list of an install
}
"""What a file names that is no part or field there."""


def named_in(schema: Any) -> Iterator[str]:
    """The members of a schema, at every depth, and the values that they may have."""
    if isinstance(schema, Mapping):
        members = schema.get("properties", {})
        yield from (*members, *(one for one in schema.get("enum", ()) if isinstance(one, str)))
        for one in (*members.values(), *map(schema.get, ("items", "additionalProperties", "allOf", "anyOf", "oneOf"))):
            yield from named_in(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from named_in(one)


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Every name of a part, a member and a value in the document."""
    operation = load().operations["provision"]
    assert operation.body is not None
    answer = operation.responses["200"].content["application/json"]
    parts = {one.name for one in resources(operation).parts}
    found = {*parts, *named_in(operation.body.json), *named_in(answer)} - MEANS_OTHERWISE
    assert {"course", "email", "title", "limitedScope", "learner", "Created"} <= found
    return found


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(dotted: str) -> str:
    return [*dotted.split("."), ""][1]


def test_packages_keep_their_direction() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in FILES
        for name in imported(path)
        if name.partition(".")[0] in {*ORDER, "invigilate"} - MAY_IMPORT[path.relative_to(ROOT).parts[0]]
    ]
    assert not wrong


def test_rooms_keep_their_order() -> None:
    wrong = []
    for path in FILES:
        package, *inner = path.relative_to(ROOT).with_suffix("").parts
        if inner == ["__init__"]:
            continue
        here = ORDER[package].index(inner[0])
        allowed = ORDER[package][: here + 1]
        wrong += [
            f"{path.relative_to(ROOT)} imports {name}"
            for name in imported(path)
            if name.partition(".")[0] == package and room(name) not in allowed
        ]
    assert not wrong


@pytest.mark.parametrize("outer", INNER)
def test_what_is_inside_a_room_keeps_its_order(outer: str) -> None:
    order = INNER[outer]
    folder = ROOT.joinpath(*outer.split("."))
    modules = {path: path.relative_to(folder).with_suffix("").parts[0] for path in folder.rglob("*.py")}
    assert {*modules.values()} - {"__init__"} == {*order}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, here in modules.items()
        for name in imported(path)
        if here != "__init__"
        and name.startswith(f"{outer}.")
        and name[len(outer) + 1 :].split(".")[0] not in order[: order.index(here) + 1]
    ]
    assert not wrong


def test_modules_stay_small() -> None:
    assert [str(path) for path in FILES if len(path.read_text().splitlines()) > 300] == []


@pytest.mark.parametrize("name", NAMELESS)
def test_engine_and_judge_name_no_part_and_no_field(name: str, names: set[str]) -> None:
    literals = {
        node.value
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert literals & names == NAMED.get(name, frozenset())


def dependencies(path: Path, modules: Mapping[str, Path]) -> set[str]:
    """The modules of ours that a module imports, wherever in it, but for what only types need."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found & modules.keys()


def test_no_module_imports_itself_by_way_of_others() -> None:
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
    left = {name: dependencies(path, modules) - {name} for name, path in modules.items()}
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in free:
            del left[name]
    assert not left, f"in a circle, or above one: {sorted(left)}"
