"""Keeps one part running: restarts it when it dies, after a pause that grows."""

import time
from pathlib import Path
from typing import Protocol

from supervision.processes import birth
from supervision.report import Report
from supervision.state import Part

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0  # an end after this long is a new failure, not the last one again


class Runnable(Protocol):
    """The broker, Valkey, or one of our processes."""

    name: str
    log: Path

    @property
    def address(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def healthy(self) -> bool: ...
    def exit_report(self) -> str: ...


class Keeper:
    """One part and its condition. `tick()` does what is due."""

    def __init__(self, part: Runnable, report: Report) -> None:
        self.part = part
        self.restarts = 0
        self.up = False
        self._report = report
        self._pause_s = _FIRST_PAUSE_S
        self._started_at = 0.0
        self._start_at: float | None = None

    def start(self) -> None:
        self._started_at = time.monotonic()
        self._start_at = None
        self.part.start()

    def tick(self) -> bool:
        """Checks the part, restarts it when that is due, and returns whether something changed."""
        before = (self.up, self.restarts, self._start_at)
        if self.part.pid is None:
            self._bring_back()
        elif not self.up and self.part.healthy():
            self.up = True
            if self.restarts:
                self._report_event("is up again")
        return before != (self.up, self.restarts, self._start_at)

    def hopeless(self, tries: int) -> bool:
        """Whether the part has been started this often and still does not run."""
        return self.restarts + 1 >= tries and self.part.pid is None

    def _bring_back(self) -> None:
        now = time.monotonic()
        if self._start_at is None:
            steady = now - self._started_at > _STEADY_S
            pause = _FIRST_PAUSE_S if steady else self._pause_s
            self.up, self._start_at, self._pause_s = False, now + pause, min(pause * 2, _LONGEST_PAUSE_S)
            self._report_event(f"ended, starting it again in {pause:g} s: {self.part.exit_report()}")
        elif now >= self._start_at:
            self.restarts += 1
            self.start()

    def _report_event(self, event: str) -> None:
        self._report(f"{time.strftime('%H:%M:%S')} {self.part.name} {event}")

    def snapshot(self) -> Part:
        """Returns this part as it is now, for the state file."""
        pid = self.part.pid
        state = "ended" if pid is None else "up" if self.up else "starting"
        born = birth(pid) if pid else None
        return Part(self.part.name, state, self.part.address, pid, born, self.restarts, str(self.part.log))
