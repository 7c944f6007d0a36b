"""The command: a literal table of sub-commands, each imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module, util
from pathlib import Path

VERSION = "0.1.0"

COMMANDS: dict[str, tuple[str, str]] = {
    "mock": ("mockserver.cli:mock", "run the mock server"),
    "token": ("mockserver.cli:token", "mint a token from a keys file"),
    "check": ("contract.cli.check:check", "judge an implementation against the contract"),
    "clauses": ("spec.catalogue.cli:clauses", "list the clauses of the contract"),
    "lint": ("spec.lint.cli:lint", "find what is wrong in OpenAPI documents"),
    "replay": ("contract.cli.replay:replay", "send the findings of a report again and say which still fail"),
    "judge": ("contract.cli.judge:judge", "judge recorded traffic (HAR) without access to a server"),
    "proxy": ("contract.cli.proxy:proxy", "stand between a client and a server, and judge both as they talk"),
    "diff": ("spec.reporting.cli:diff", "say whom a change of the document breaks, with a payload that proves it"),
    "docs": ("spec.docs.cli:docs", "write the contract as one readable page"),
    "init": ("spec.docs.init_cli:init", "write a commented document to start from"),
}


def usage() -> str:
    """The text of ``invigilate --help``."""
    lines = "\n".join(f"  {name:<9} {summary}" for name, (_, summary) in COMMANDS.items())
    return (
        "usage: invigilate COMMAND [OPTIONS]\n\n"
        "A stateful mock of, and a judge for, the Batch Provision endpoint of SmarterProctoring (unofficial).\n\n"
        f"commands:\n{lines}\n\n"
        "'invigilate COMMAND --help' explains one of them. Exit codes: 0 clean, 1 findings, 2 cannot run.\n"
    )


def shadowed() -> str | None:
    """A sentence on the first of our packages that another distribution hides, or None if all are ours."""
    here = Path(__file__).resolve().parent
    for package in ("spec", "mockserver", "contract"):
        found = util.find_spec(package)
        origin = Path(found.origin).resolve() if found and found.origin else None
        if origin is None or origin.parent.parent != here:
            return (
                f"invigilate: the package {package!r} that Python finds is {origin or 'not a package'}, not ours in "
                f"{here}. Another distribution or folder shadows it: use an environment of invigilate's own."
            )
    return None


def self_test(arguments: list[str]) -> int:
    """Judge the honest mock and every fault of it, and print what was found against what should be.

    ``--journey`` says that the faults of the journey after provisioning are judged as well, ``--only`` that those alone
    are that break one of these clauses.
    """
    from contract.cli.selftest import self_test_options

    options = self_test_options(arguments)
    if options is None:
        return 2
    from functools import partial

    from contract.run.selftest import Subject, examine, matrix
    from mockserver.auth.keys import make_keys
    from mockserver.behaviour.faults import judged
    from mockserver.embedded import embedded
    from spec.catalogue.clauses import load_clauses

    keys, journey = make_keys(), options.journey

    def start(fault: str | None) -> tuple[object, object]:
        mock = embedded(keys, fault)
        return mock.app, mock.ready

    catalogue = load_clauses()

    def walks(clauses: tuple[str, ...]) -> bool:
        return any("journey" in catalogue[one].needs for one in clauses)

    faults = [
        Subject(one.id, frozenset(one.caught_by), partial(start, one.id), frozenset(one.entails), walks(one.caught_by))
        for one in judged(catalogue).values()
        if (journey or not walks(one.caught_by)) and (not options.only or options.only & {*one.caught_by})
    ]
    if not faults:
        sys.stderr.write(f"invigilate check: no fault breaks {', '.join(sorted(options.only))}{_LATER[journey]}.\n")
        return 2
    honest = [
        Subject(name, frozenset(), lambda: start(None), journey=bool(later))
        for later, name in enumerate(("honest", "honest-journey"))
        if any(one.journey == later for one in faults)
    ]
    return matrix((examine(one) for one in (*honest, *faults)), sys.stdout.write)


_LATER = (" before the journey; add --journey", "")


def spoil(arguments: list[str]) -> int:
    """``invigilate token --spoil``: the judge knows how tokens are spoiled, the mock how they are minted."""
    from contract.cli.spoil import spoil as command

    return command(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command and return its exit code: 2 with one line if it is we who are at fault."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return 0 if given else 2
    if given[0] in ("-V", "--version"):
        sys.stdout.write(f"invigilate {VERSION}\n")
        return 0
    if given[0] not in COMMANDS:
        sys.stderr.write(f"invigilate: there is no command {given[0]!r}.\n\n{usage()}")
        return 2
    if complaint := shadowed():
        sys.stderr.write(complaint + "\n")
        return 2
    try:
        return _run(given)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001  # whatever it is, it is no finding about anybody's server or document
        from spec.defect import defect_message

        sys.stderr.write(defect_message(given[0], error, given[1:]) + "\n")
        return 2


def _run(given: list[str]) -> int:
    if given[0] == "check" and "--self-test" in given:
        return self_test(given[1:])
    if given[0] == "token" and "--spoil" in given:
        return spoil(given[1:])
    module, _, function = COMMANDS[given[0]][0].partition(":")
    return int(getattr(import_module(module), function)(given[1:]))


if __name__ == "__main__":
    sys.exit(main())
