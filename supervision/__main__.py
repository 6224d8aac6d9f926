"""`python -m supervision`: prepares what the local brokers of this user share, as a part of the set-up."""

import sys

from liancheng.errors import UnavailableError
from supervision.broker import prepare_shared


def main() -> int:
    try:
        prepare_shared(lambda line: print(f"setup: {line}", flush=True))  # noqa: T201
    except UnavailableError as error:
        print(f"setup: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


sys.exit(main())
