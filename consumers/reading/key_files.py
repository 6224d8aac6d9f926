"""Files that hold a key of the service: created at the first start, mode 0600."""

import os
from collections.abc import Callable
from pathlib import Path

from liancheng.errors import WrongUseError


def read(path: Path, new_key: Callable[[], bytes]) -> bytes:
    """Returns the file's bytes. Creates it if it is missing: whole or not at all, even if another process does so too.

    Raises:
        WrongUseError: other users may read it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"{path.name}.{os.getpid()}")
        own.touch(0o600)
        own.write_bytes(new_key())
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    if path.stat().st_mode & 0o077:
        raise WrongUseError(f"{path}: other users may read this key: chmod 600")
    return path.read_bytes()
