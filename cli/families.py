"""Which module has which command.

`--help` and shell completion take names and summaries from the table; a module is imported only when its command runs.
"""

import importlib
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info, get_group_from_info
from typer.models import CommandInfo, TyperInfo

Command = TyperCommand | TyperGroup

COMMANDS = {  # in the order that --help shows: where it is, and its first line of help
    "up": ("cli.up:up", "Run the broker, the workers and all services here."),
    "down": ("cli.up:down", "Stop what `liancheng up` runs here. Records survive."),
    "status": ("cli.up:status", "Show what runs here. Exit code 0 if all of it is up."),
    "province": ("cli.province:app", "Provinces that publish."),
    "publish": ("cli.publish.commands:publish", "Publish a file of decisions and report on each row."),
    "receipts": ("cli.receipts:receipts", "Show the last receipt of each document of a province."),
    "bank": ("cli.bank:app", "Banks that subscribe, and their API keys."),
    "watch": ("cli.watch:watch", "Watch the companies of a file."),
    "alerts": ("cli.alerts.commands:app", "Print a bank's alerts, each of them once."),
    "webhook": ("cli.webhook:app", "Webhooks: alerts posted to a bank's own receiver."),
    "webhooks": ("cli.webhook:process", "The process that posts alerts to webhooks."),
    "screen": ("cli.screen:screen", "Check whether companies are on the list, over HTTP."),
    "receipt": ("cli.receipt:app", "Screening receipts: proofs of what a bank was answered."),
    "book": ("cli.book:app", "Match your customers with a local copy of the list."),
    "names": ("cli.names:app", "How names of companies are matched."),
    "list": ("cli.list.commands:app", "The joint-sanction list: entries, reasons, export."),
    "standard": ("cli.standard.commands:app", "The unified standard: read, compare, preview, adopt."),
    "view": ("cli.view:app", "The screening view: a copy of the list in Redis."),
    "api": ("cli.api:app", "The HTTP service for banks."),
    "verify": ("cli.verify.commands:verify", "Compute everything again from the events and compare."),
}


class Families(TyperGroup):
    """Lists the commands of the table; loads one when it is used."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=summary) for name, (_, summary) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load(command.name or ""), rest


def load(name: str) -> Command:
    """Imports the module of a command and returns the command."""
    place, summary = COMMANDS[name]
    module, _, attribute = place.partition(":")
    target = getattr(importlib.import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        info = CommandInfo(name=name, callback=target)
        command = get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)
        assert isinstance(command, TyperCommand)
        return command
    group = get_group_from_info(
        TyperInfo(target, name=name), pretty_exceptions_short=False, suggest_commands=True, rich_markup_mode=None
    )
    group.help = group.help or summary
    return group
