"""Ports for throw-away brokers and workers."""

import random
import socket
from contextlib import ExitStack

_BELOW_EPHEMERAL = range(10_000, 32_000)  # the system gives ports from 32768 on to any client that connects


def free_ports(count: int) -> tuple[int, ...]:
    """Returns different ports on loopback that nothing listens on now."""
    for _ in range(200):
        first = random.choice(_BELOW_EPHEMERAL)
        ports = tuple(range(first, first + count))
        if all_free(ports):
            return ports
    raise OSError("no free ports below 32000 on 127.0.0.1")


def all_free(ports: tuple[int, ...]) -> bool:
    """Whether all of the ports are free now."""
    with ExitStack() as held:
        try:
            for port in ports:
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
