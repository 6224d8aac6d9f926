"""The `liancheng` command: runs what the command line names, and turns every error into one line."""

import errno
import os
import sys
from typing import Any

import typer

from cli.families import Families
from cli.shared.exit_code import ExitCode
from liancheng.errors import LianchengError


def build() -> typer.Typer:
    """The command with all its subcommands."""
    app = typer.Typer(
        cls=Families,
        rich_markup_mode=None,  # rich would take two thirds of the time of `--help`
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help="One live joint-sanction list for a region of several provinces.")(lambda: None)
    return app


def main() -> None:
    """Entry point: exit code 0 done, 1 failed (one line on stderr), 2 something was refused."""
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
        if line := one_line(error):  # empty if help was shown instead
            sys.stderr.write(f"liancheng: error: {line}\n")
        code = ExitCode.FAILED
    sys.exit(code)


def run() -> int:
    """Runs the command that sys.argv names and returns its exit code. Raises what went wrong."""
    try:
        code = build()(sys.argv[1:] or ["--help"], prog_name="liancheng", standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # click turns it into exit code 1
            raise end.__context__ from None
        raise
    return code if isinstance(code, int) else ExitCode.DONE


def one_line(error: Exception) -> str:
    """What went wrong and how to fix it, in one line."""
    return " ".join(_text(error).split())


def _text(error: Exception) -> str:
    if isinstance(error, LianchengError):
        return str(error)
    if isinstance(error, typer.exceptions.TyperException):
        return _wrong_usage(error)
    if isinstance(error, OSError):
        return _system(error)
    return _setting(error) or f"unexpected {type(error).__name__}: {error} (LIANCHENG_DEBUG=1 shows where)"


def _wrong_usage(error: typer.exceptions.TyperException) -> str:
    context = getattr(error, "ctx", None)
    help_ = f"{context.command_path if context else 'liancheng'} --help"
    message = error.format_message().strip()
    return f"{message} (see `{help_}`)" if message else ""


def _system(error: OSError) -> str:
    file = f": {error.filename}" if error.filename else ""
    remedy = " (free some space and run it again)" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return f"{error.strerror or error}{file}{remedy}"


def _setting(error: Any) -> str:
    """The first wrong setting by the name of its environment variable; empty if the error is about no setting.

    Goes by the errors' names: importing pydantic to compare types would take longer than the rest of `--help`.
    """
    kind = type(error)
    if not kind.__module__.startswith("pydantic"):
        return ""
    if kind.__name__ == "ValidationError":
        first = error.errors(include_url=False, include_context=False)[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        return f"LIANCHENG_{name}={first['input']!r}: {first['msg']}"
    if kind.__name__ == "SettingsError":
        field = str(error).split('"')[1::2]
        name = field[0].upper() if field else "…"
        return f"""LIANCHENG_{name}: expected JSON, such as ["310000", "320000"] for a list"""
    return ""


def _pipe_closed() -> int:
    """The reader of our output has enough. Points stdout elsewhere, or the interpreter's last flush fails again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13


if __name__ == "__main__":
    main()
