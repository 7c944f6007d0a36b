"""The order of the sub-packages, the size of modules and functions, and that engine and model name no part."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from spec.schema.texts.formats import FORMATS

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

WITHIN = {"mockserver.database": ("schema", "connections", "kept", "middleware", "serving")}
"""The same, of what is within a room."""

MAY_IMPORT = {"spec": {"spec"}, "mockserver": {"spec", "mockserver"}, "contract": {"spec", "contract"}}
FILES = sorted(path for package in ORDER for path in (ROOT / package).rglob("*.py"))
NAMELESS = [
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "mockserver/provisioning").glob("*.py")),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "mockserver/sessions").glob("*.py")),
    "spec/resources/sessions.py",
    "spec/resources/session_checks.py",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "contract/model").glob("*.py")),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "contract/generation").glob("*.py")),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "contract/journey").glob("*.py")),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "contract/probes/journey").glob("*.py")),
    "contract/oracle/oracle.py",
    "contract/judging/answers.py",
    "contract/run/sequences.py",
    "contract/run/machine.py",
    "contract/strategies.py",
]
NAMES = {
    *("course", "user", "enrollment", "exam", "configuration", "signon", "title", "code", "firstName", "lastName"),
    *("email", "currencyCode", "timeZone", "role", "limitedScope", "deliverySystem", "proctorTypes", "permittedItems"),
    *("integrationSid", "duration", "attempts", "access", "scheduling", "learner", "Created", "Updated"),
}


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


@pytest.mark.parametrize("of", WITHIN)
def test_what_is_within_a_room_keeps_its_order(of: str) -> None:
    order, wrong = WITHIN[of], []
    for path in sorted((ROOT / of.replace(".", "/")).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if module == of:
            continue
        here = order.index(module.removeprefix(f"{of}.").partition(".")[0])
        wrong += [
            f"{module} imports {name}"
            for name in imported(path)
            if name.startswith(f"{of}.") and order.index(name.removeprefix(f"{of}.").partition(".")[0]) > here
        ]
    assert not wrong


def test_modules_stay_small() -> None:
    assert [str(path) for path in FILES if len(path.read_text().splitlines()) > 300] == []


@pytest.mark.parametrize("name", NAMELESS)
def test_engine_and_model_name_no_part_and_no_field(name: str) -> None:
    path = ROOT / name
    literals = {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not literals & (NAMES - set(FORMATS))  # "email" is also the name of a format


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
