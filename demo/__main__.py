"""`python -m demo`: see it work on this machine, in a directory of its own that is removed at the end."""

import sys

from cli.main import one_line
from demo.run import demonstrate


def main() -> int:
    try:
        return demonstrate()
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        sys.stderr.write(f"demo: error: {one_line(error)}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
