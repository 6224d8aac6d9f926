"""The `liancheng` command: puts the commands together, and turns every error into one line."""

import errno
import importlib
import os
import sys

import typer

from cli.terminal import Outcome
from liancheng.errors import LianchengError

_COMMANDS = (
    "cli.up",
    "cli.agency.commands",
    "cli.bank.commands",
    "cli.alerts.commands",
    "cli.webhook_group",
    "cli.book_group",
    "cli.list.commands",
    "cli.standard.commands",
    "cli.api_group",
    "cli.screening_group",
    "cli.receipt_group",
    "cli.names",
    "cli.views",
    "cli.verify.commands",
)  # modules with `register(app)`, in the order that --help shows them


def build() -> typer.Typer:
    """The command with all its subcommands. Their modules import what is heavy only when they run."""
    app = typer.Typer(
        name="liancheng",
        help="One live joint-sanction list for a region of several provinces.",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in _COMMANDS:
        importlib.import_module(module).register(app)
    return app


def main() -> None:
    """Entry point: exit code 0 done, 1 could not (one line on stderr), 2 something was refused."""
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        code = _pipe_closed()
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        if os.environ.get("LIANCHENG_DEBUG") == "1":
            raise
        if said := one_line(error):  # nothing where help was shown instead
            sys.stderr.write(f"liancheng: error: {said}\n")
        code = Outcome.COULD_NOT
    sys.exit(code)


def run() -> int:
    """Run the command that sys.argv names; returns its exit code or raises what went wrong."""
    try:
        code = build()(sys.argv[1:] or ["--help"], standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # click makes exit code 1 of it
            raise end.__context__ from None
        raise
    return code if isinstance(code, int) else Outcome.DONE


def one_line(error: Exception) -> str:
    """What went wrong and how to mend it, in one line."""
    return " ".join(_text(error).split())


def _text(error: Exception) -> str:
    if isinstance(error, LianchengError):
        return str(error)
    if isinstance(error, typer.exceptions.TyperException):
        return _wrong_usage(error)
    if isinstance(error, OSError):
        return _system(error)
    kind = type(error)
    if kind.__module__.startswith(("pydantic", "pydantic_settings")):
        return _settings(error)
    return f"unexpected {kind.__name__}: {error} (LIANCHENG_DEBUG=1 shows where)"


def _wrong_usage(error: typer.exceptions.TyperException) -> str:
    context = getattr(error, "ctx", None)
    asked = f"{context.command_path} --help" if context else "liancheng --help"
    found = error.format_message().strip()
    return f"{found} (see `{asked}`)" if found else ""


def _system(error: OSError) -> str:
    about = f": {error.filename}" if error.filename else ""
    mend = " (free some space and run it again)" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return f"{error.strerror or error}{about}{mend}"


def _settings(error: Exception) -> str:
    """The first wrong setting by the name of its environment variable."""
    from pydantic import ValidationError  # noqa: PLC0415
    from pydantic_settings import SettingsError  # noqa: PLC0415

    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False)[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        return f"LIANCHENG_{name}={first['input']!r}: {first['msg']}"
    if isinstance(error, SettingsError):
        field = str(error).split('"')[1::2]
        name = field[0].upper() if field else "…"
        return f"""LIANCHENG_{name}: expected JSON, such as ["310000", "320000"] for a list"""
    return f"unexpected {type(error).__name__}: {error}"


def _pipe_closed() -> int:
    """Whoever read our output has enough. Point stdout away, or the interpreter's last flush fails again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13


if __name__ == "__main__":
    main()
