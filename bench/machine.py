"""What the machine does meanwhile: load, and the time and memory of one process."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def load() -> float:
    """Load average of the last minute."""
    return os.getloadavg()[0]


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used; its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS  # utime, stime: proc(5)


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident memory of a process now, and its highest so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kb = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.strip()}
    return int(kb["VmRSS"]) / 1024, int(kb["VmHWM"]) / 1024
