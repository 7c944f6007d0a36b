"""Options from the environment, for containers and pipelines: ``INVIGILATE_MOCK_PORT=0`` says ``--port 0``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from difflib import get_close_matches

PREFIX = "INVIGILATE_MOCK_"
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class EnvironmentVariableError(Exception):
    """A variable of ours cannot be followed; the message says why."""


def arguments_of(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> list[str]:
    """The arguments that the environment stands for, to be put before those of the command line, which so prevail.

    An empty variable is as good as none. Options that may be repeated take values between spaces, and rules of weather
    on lines of their own.
    Raises EnvironmentVariableError for a variable that no option has, or a switch that is neither on nor off.
    """
    options = {variable(one): one for one in parser._actions if one.option_strings and one.dest != "help"}
    arguments: list[str] = []
    for name, value in sorted(environment.items()):
        if not name.startswith(PREFIX) or not value:
            continue
        action = options.get(name)
        if action is None:
            near = get_close_matches(name[len(PREFIX) :], [one[len(PREFIX) :] for one in options], n=1)
            meant = f"did you mean {PREFIX}{near[0]}?" if near else "'invigilate mock --help' lists the options."
            raise EnvironmentVariableError(f"the variable {name} stands for no option; {meant}")
        option = action.option_strings[-1]
        if action.nargs == 0:
            if value.lower() not in (*_YES, *_NO):
                raise EnvironmentVariableError(f"the variable {name} is a switch; set it to 1 or 0.")
            arguments += [option] if value.lower() in _YES else []
        elif isinstance(action, argparse._AppendAction):
            values = value.splitlines() if action.dest == "weather" else value.split()
            arguments += [f"{option}={one}" for one in values]
        else:
            arguments.append(f"{option}={value}")
    return arguments


def variable(action: argparse.Action) -> str:
    """The name of the variable that stands for an option."""
    return PREFIX + action.option_strings[-1].lstrip("-").replace("-", "_").upper()
