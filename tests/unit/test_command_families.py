"""What holds for every command: help, options, what its family may load, shell completion."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from cli.families import COMMANDS, Command, load
from cli.main import build
from tests.command import LIANCHENG

HEAVY = {
    "confluent_kafka", "faust", "redis", "fastapi", "httpx", "openpyxl", "pypinyin", "cryptography", "service",
    "stream_apps", "supervision",
}  # fmt: skip
MODULES = sorted({place.partition(":")[0] for place, _ in COMMANDS.values()})
LOADS = {
    "cli.alerts.commands": {"confluent_kafka", "httpx", "cryptography", "supervision"},
    "cli.api": HEAVY - {"faust", "openpyxl", "stream_apps", "supervision"},
    "cli.bank": {"confluent_kafka"},
    "cli.book": {"confluent_kafka", "pypinyin"},
    "cli.list.commands": {"confluent_kafka"},
    "cli.names": {"pypinyin"},
    "cli.province": {"confluent_kafka"},
    "cli.publish.commands": {"confluent_kafka", "openpyxl"},
    "cli.receipt": {"confluent_kafka", "httpx", "cryptography"},
    "cli.receipts": {"confluent_kafka"},
    "cli.screen": {"httpx", "pypinyin"},
    "cli.standard.commands": {"confluent_kafka", "stream_apps"},
    "cli.up": {"supervision"},
    "cli.verify.commands": {"confluent_kafka", "faust", "stream_apps"},
    "cli.view": {"confluent_kafka", "redis", "cryptography"},
    "cli.watch": {"confluent_kafka", "httpx"},
    "cli.webhook": {"confluent_kafka", "httpx"},
}  # what a family may load of HEAVY


def commands() -> Iterator[tuple[str, Command]]:
    """Every command and every group by its words."""
    for name in COMMANDS:
        command = load(name)
        yield name, command
        if isinstance(command, TyperGroup):
            for sub_name, sub_command in command.commands.items():
                yield f"{name} {sub_name}", sub_command  # type: ignore[misc]


ALL = dict(commands())


def loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.split())


@pytest.mark.parametrize("words", ALL)
def test_a_command_and_each_of_its_options_has_help(words: str) -> None:
    command = ALL[words]
    text = command.get_help(typer.Context(command, info_name=words))
    assert command.help
    without = [parameter.name for parameter in command.params if not getattr(parameter, "help", None)]
    assert not without, f"{words}: no help for {without}"
    if isinstance(command, TyperGroup):
        cut = [line for line in text.split("Commands:")[1].splitlines() if line.endswith("...")]
        assert not cut, "the first sentence of a command must fit its line: " + "\n".join(cut)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    summary = COMMANDS[name][1]
    assert (ALL[name].help or "").startswith(summary)
    assert len(f"  {max(COMMANDS, key=len)}  {summary}") <= 80


def test_json_is_the_same_everywhere() -> None:
    options = [option for command in ALL.values() for option in command.params if "--json" in option.opts]
    assert len(options) > 25
    shapes = {(option.name, tuple(option.opts), option.default, getattr(option, "help", "")) for option in options}
    assert len(shapes) == 1


def test_every_command_that_prints_facts_takes_json() -> None:
    """The others run a process, write a file, or print one sentence."""
    others = {
        "up", "down", "alerts digest", "alerts console-command", "webhook test", "webhook remove", "webhooks run",
        "list export", "view run", "view rebuild", "api run",
    }  # fmt: skip
    without = {words for words, command in ALL.items() if not any("--json" in option.opts for option in command.params)}
    groups = {words for words, command in ALL.items() if isinstance(command, TyperGroup)} - {"alerts"}
    assert without - groups == others


@pytest.mark.parametrize("module", MODULES)
def test_a_family_loads_only_what_it_needs(module: str) -> None:
    assert loaded(f"import {module}") & HEAVY <= LOADS[module]


def test_help_loads_no_family_and_nothing_heavy() -> None:
    """It answers in 0.2 s because families, pydantic, msgspec and rich wait until a command needs them."""
    names = "print(*(name for name in sys.modules if name.startswith('cli.')))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; from cli import main; sys.argv = ['liancheng']; main.run(); {names}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Compute everything again" in done.stdout
    assert set(done.stdout.splitlines()[-1].split()) == {
        "cli.main",
        "cli.families",
        "cli.shared",
        "cli.shared.exit_code",
    }
    heavy = HEAVY | {"pydantic", "msgspec", "rich", "opencc", "asyncio"}
    assert not heavy & loaded("from cli.main import build; build()")


def test_help_takes_less_than_half_a_second_of_processor() -> None:
    """Of the processor, for the clock on the wall depends on what else the machine does."""

    def took_s() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*LIANCHENG, "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(took_s() for _ in range(3)) < 0.5


def complete(words: str) -> list[str]:
    env = {"_LIANCHENG_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(LIANCHENG, env=os.environ | env, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("liancheng rec", ["receipts", "receipt"]),
        ("liancheng receipt ", ["verify", "list"]),
        ("liancheng standard ch", ["check"]),
        ("liancheng list export --fo", ["--format"]),
        ("liancheng list export --format ", ["csv", "jsonl"]),
    ],
)
def test_the_shell_completes(words: str, expected: list[str]) -> None:
    assert complete(words) == expected


def test_the_completion_script_is_shown() -> None:
    command: Any = typer.main.get_command(build())
    assert {"--install-completion", "--show-completion"} <= {name for option in command.params for name in option.opts}
    env = {"_LIANCHENG_COMPLETE": "source_bash"}
    done = subprocess.run(LIANCHENG, env=os.environ | env, capture_output=True, text=True, check=True)
    assert "complete -o default -F _liancheng_completion liancheng" in done.stdout
