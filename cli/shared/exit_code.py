"""Exit codes of every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """A command that returns nothing is DONE. Ctrl-C is 130, a closed pipe 141."""

    DONE = 0
    FAILED = 1  # wrong use, no broker, a full disk: one line on stderr says which
    REFUSED = 2  # the work is done, but something was refused or does not hold
