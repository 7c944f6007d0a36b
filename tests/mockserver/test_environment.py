"""Every option can be a variable of the environment, and none is misread."""

from __future__ import annotations

import pytest

from mockserver.cli import _mock_parser
from mockserver.environment import EnvironmentVariableError, arguments_of, variable


def parsed(environment: dict[str, str], *argv: str) -> dict[str, object]:
    parser = _mock_parser()
    return vars(parser.parse_args([*arguments_of(parser, environment), *argv]))


def test_variables_stand_for_options_and_the_command_line_prevails() -> None:
    told = parsed({"INVIGILATE_MOCK_PORT": "0", "INVIGILATE_MOCK_HOST": "::1", "PATH": "/bin"}, "--host", "127.0.0.2")
    assert (told["port"], told["host"]) == (0, "127.0.0.2")
    assert parsed({"INVIGILATE_MOCK_CONTROL_TOKEN": "-x"})["control_token"] == "-x"


def test_switches_and_lists() -> None:
    told = parsed({"INVIGILATE_MOCK_TLS": "yes", "INVIGILATE_MOCK_RELOAD": "0", "INVIGILATE_MOCK_FAULT": "busy slow"})
    assert (told["tls"], told["reload"], told["fault"]) == (True, False, ["busy", "slow"])
    weather = "status=503; times=1"
    assert parsed({"INVIGILATE_MOCK_WEATHER": weather})["weather"] == [weather]


def test_an_empty_variable_is_none() -> None:
    assert parsed({"INVIGILATE_MOCK_SEED": ""})["seed"] is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("INVIGILATE_MOCK_PROT", "0", "did you mean INVIGILATE_MOCK_PORT?"),
        ("INVIGILATE_MOCK_9876543210987654", "0", "lists the options"),
        ("INVIGILATE_MOCK_TLS", "perhaps", "is a switch"),
    ],
)
def test_what_stands_for_nothing_is_refused(name: str, value: str, said: str) -> None:
    with pytest.raises(EnvironmentVariableError, match=said.replace("?", r"\?")):
        parsed({name: value})


def test_every_option_has_a_variable_of_its_own() -> None:
    names = [variable(one) for one in _mock_parser()._actions]
    assert len(set(names)) == len(names)
