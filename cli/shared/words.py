"""Codes with their Chinese words, moments and sentences as people read them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from cli.shared.terminal import print_json
from liancheng.explaining.phrases import named, yuan

__all__ = ["LEVELS", "SEVERITIES", "clock", "complete", "level", "print_digest", "yuan"]

LEVELS = named("level", "zh")
SEVERITIES = named("severity", "zh")
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def level(code: str) -> str:
    return f"{code} {LEVELS[code]}"


def clock(moment: datetime) -> str:
    """A moment in Shanghai, to the second."""
    return f"{moment.astimezone(_SHANGHAI):%Y-%m-%d %H:%M:%S}"


def complete(day: date | None) -> str:
    """Up to which day the list is complete."""
    return f"complete up to {day}" if day else "no day is complete yet"


def print_digest(digest: Mapping[str, Any], as_json: bool) -> None:
    """Prints a fingerprint of the list (`digest`), its `entries`, how many each of the `levels` has, `complete_to`."""
    if as_json:
        print_json(digest)
        return
    typer.echo(f"{digest['digest']}  {digest['entries']:,} entries")
    for code, count in digest["levels"].items():
        typer.echo(f"{count:>9,}  {level(code)}")
    typer.echo(complete(digest["complete_to"]))
