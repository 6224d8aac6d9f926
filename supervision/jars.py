"""The broker's jars, fetched once per user and shared by every home."""

import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from liancheng.errors import UnavailableError
from supervision import processes
from supervision.report import Report

BROKER_FILES: Final = Path(__file__).resolve().parents[1] / "deploy" / "broker"
_POM = BROKER_FILES / "pom.xml"
_REPORT_EVERY_S = 3.0
_INSTALL = "install {} and put it on PATH (Debian: apt-get install {})"


def java() -> str:
    """Returns JAVA_HOME's Java, or the one on PATH. Raises UnavailableError if there is none."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if found is None:
        where = f"in JAVA_HOME={home}" if home else "on PATH"
        raise UnavailableError(
            f"no java {where}: the local broker needs Java 17 or newer; "
            + _INSTALL.format("a Java runtime", "openjdk-17-jre-headless")
        )
    return found


def _require_java_17() -> None:
    output = processes.run([java(), "-version"]).stderr
    major = re.search(r'version "(\d+)', output)
    if major is None or int(major[1]) < 17:
        version = output.partition("\n")[0] or "it does not say its version"
        raise UnavailableError(f"{java()} is too old ({version}): the local broker needs Java 17 or newer")


def directory() -> Path:
    """Returns the directory of the jars. A new pom or another Java gets a new directory, so none ever changes."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    key = hashlib.sha256(_POM.read_bytes() + os.path.realpath(java()).encode()).hexdigest()[:12]
    return cache / "liancheng" / f"broker-{key}"


@contextmanager
def making(where: Path) -> Iterator[None]:
    """Holds the lock of `where`: only one process at a time creates it."""
    where.parent.mkdir(parents=True, exist_ok=True)
    with where.with_name(where.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch(where: Path, report: Report) -> None:
    """Copies the jars that the pom names to `where`, with Maven (from its own repository, if it has them).

    Raises:
        UnavailableError: Java is too old, Maven is missing, or it cannot fetch them; the message has its first error.
    """
    if where.exists():
        return
    with making(where):
        if where.exists():
            return
        _require_java_17()
        report("fetching the broker's jars with Maven (once, 43 MB)")
        part = where.with_name(f"{where.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        _copy_dependencies(part, report)
        part.rename(where)


def _copy_dependencies(to: Path, report: Report) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise UnavailableError(f"no mvn on PATH, which fetches the broker: {_INSTALL.format('Maven', 'maven')}")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={to}"]
    command = [maven, "-B", "-Dstyle.color=never", "-f", str(_POM), *goal]
    done = processes.run_aloud(command, _downloads(report))
    if done.returncode != 0:
        shutil.rmtree(to, ignore_errors=True)
        errors = (line.removeprefix("[ERROR] ") for line in done.stdout.splitlines() if line.startswith("[ERROR]"))
        why = next(errors, "it gave no reason")
        raise UnavailableError(f"Maven could not fetch the broker's jars: {why[:300]}")


def _downloads(report: Report) -> Report:
    """Returns a reader of Maven's output that reports every few seconds how many jars have arrived."""
    count, reported_at = 0, time.monotonic()

    def read(line: str) -> None:
        nonlocal count, reported_at
        count += "Downloaded from" in line and ".jar" in line
        if count and time.monotonic() - reported_at >= _REPORT_EVERY_S:
            reported_at = time.monotonic()
            report(f"  {count} jars downloaded")

    return read
