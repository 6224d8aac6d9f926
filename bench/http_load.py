"""A load of HTTP requests from a process of its own: `python -m bench.http_load`, a plan on stdin, figures on stdout.

Raw requests over kept connections: with a heavier client, the client would be what is measured.
"""

import asyncio
import random
import statistics
import sys
import time
from typing import cast

import msgspec
import uvloop


class Plan(msgspec.Struct):
    """`rate`: requests a second, each sent when it is due, whether earlier ones are answered or not; 0: as fast as
    answers come. `paths`: drawn at random.
    """

    port: int
    paths: list[str]
    headers: dict[str, str]
    connections: int
    seconds: float
    rate: float = 0
    warm_up: int = 200


class Figures(msgspec.Struct):
    """Milliseconds from when a request is due to the end of its answer. `wrong`: answers other than 200."""

    requests: int
    wrong: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def per_s(self) -> float:
        return self.requests / self.seconds


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._done: asyncio.Future[bool] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is not a subclass

    def send(self, request: bytes) -> "asyncio.Future[bool]":
        assert self._transport is not None, "connected"
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._done

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(body) >= int(length or 0) and self._done:
            self._buffer = b""
            self._done.set_result(head.startswith(b"HTTP/1.1 200"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done and not self._done.done():
            self._done.set_result(False)


class _Load:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        headers = "".join(f"{name}: {value}\r\n" for name, value in plan.headers.items())
        self._requests = [f"GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n".encode() for path in plan.paths]
        self._rng = random.Random(5)
        self._durations_s: list[float] = []
        self._wrong = 0

    async def run(self) -> Figures:
        loop = asyncio.get_running_loop()
        connections = []
        for _ in range(self._plan.connections):
            _, connection = await loop.create_connection(_Connection, "127.0.0.1", self._plan.port)
            connections.append(connection)
        for number in range(self._plan.warm_up):
            await self._exchange(connections[number % len(connections)], time.perf_counter())
        self._durations_s.clear()
        self._wrong = 0
        started = time.perf_counter()
        await (self._paced(connections, started) if self._plan.rate else self._full(connections, started))
        seconds = time.perf_counter() - started
        ordered = [duration * 1000 for duration in sorted(self._durations_s)]
        cuts = statistics.quantiles(ordered, n=100)
        return Figures(len(ordered), self._wrong, seconds, cuts[49], cuts[98], ordered[-1])

    async def _exchange(self, connection: _Connection, due: float) -> None:
        right = await connection.send(self._rng.choice(self._requests))
        self._durations_s.append(time.perf_counter() - due)
        self._wrong += not right

    async def _full(self, connections: list[_Connection], started: float) -> None:
        async def keep(connection: _Connection) -> None:
            while time.perf_counter() - started < self._plan.seconds:
                await self._exchange(connection, time.perf_counter())

        await asyncio.gather(*map(keep, connections))

    async def _paced(self, connections: list[_Connection], started: float) -> None:
        """Sends each request when it is due over a free connection; if none is free, it waits while its clock runs."""
        free = asyncio.Queue[_Connection]()
        for connection in connections:
            free.put_nowait(connection)
        tasks: set[asyncio.Task[None]] = set()

        async def exchange(due: float) -> None:
            connection = await free.get()
            await self._exchange(connection, due)
            free.put_nowait(connection)

        for number in range(int(self._plan.seconds * self._plan.rate)):
            due = started + number / self._plan.rate
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            task = asyncio.create_task(exchange(max(due, 0)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_Load(plan).run())))


if __name__ == "__main__":
    main()
