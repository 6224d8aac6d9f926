"""The local Kafka broker: one node, loopback only, no container engine. Its data survive a restart.

JVM flags, means of two runs on two cores (start to first answer; CPU of that; CPU to take 200,000 records and give them
back twice; p50 of a small transaction): all compilers 2.8 s, 4.7 s, 9.2 s, 4.2 ms; the first compiler alone 2.3 s,
2.9 s, 4.7 s, 3.5 ms; that and an archive of the loaded classes (AppCDS) 1.1 s, 1.6 s, 4.3 s, 3.5 ms. G1 needs 9.8 s.
That is a broker's first minute. With 400 transactions a second, one that has all compilers gets past it after 60 to
80 s and then needs 0.8 cores, 3.2 ms for a small transaction; with the first compiler alone it stays at 1.2 cores
and 8 ms.
"""

import base64
import json
import os
import signal
import string
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from liancheng.errors import UnavailableError, WrongUseError
from supervision import jars, processes
from supervision.report import Report, silent
from supervision.server import Server

_JVM = (
    "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Xshare:auto", "-Xlog:cds=off",
    "-Xlog:cds+dynamic=off", "-Djava.awt.headless=true",
)  # fmt: skip
_BRIEF_JVM = (*_JVM, "-XX:TieredStopAtLevel=1")


class Broker(Server):
    """One broker under `home`: settings in `broker/`, records in `broker/data/`, logs in `logs/`.

    `brief`: for a life of minutes: it starts quicker, and its JVM does not compile for speed.
    As a context manager it is prepared, started and ready inside the block, and stopped afterwards.
    """

    stop_s = 15.0

    def __init__(
        self,
        home: Path,
        port: int = 19092,
        controller_port: int = 19093,
        report: Report = silent,
        *,
        brief: bool = False,
    ) -> None:
        super().__init__(port)
        self.home = home.resolve()
        self.brief = brief
        self.controller_port = controller_port
        self.log = self.home / "logs" / "broker.log"
        self._report = report
        self.name = "broker"
        self.data = self.home / "broker" / "data"
        self._properties = self.home / "broker" / "server.properties"

    def prepare(self) -> None:
        """Fetches the jars, writes the settings and formats the data directory, each only if needed.

        Raises:
            UnavailableError: Java or Maven is missing, the jars cannot be fetched, or formatting failed.
        """
        self._format(prepare_shared(self._report))

    def start(self) -> None:
        """Starts the prepared broker without waiting. It stops when the calling thread or its process dies."""
        libs = jars.directory()
        self._spawn(libs, [f"-XX:SharedArchiveFile={_archive(libs)}"])

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Waits until it answers and accepts topics.

        Raises:
            UnavailableError: it ended, or did not answer in time; the message has the last line of its log.
        """
        from confluent_kafka import KafkaException  # noqa: PLC0415 takes 0.1 s, and `down` does without
        from confluent_kafka.admin import AdminClient  # noqa: PLC0415

        client = AdminClient({"bootstrap.servers": self.address, "log_level": 0, "reconnect.backoff.max.ms": 100})
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.pid is None:
                raise UnavailableError(f"the broker ended while starting: {self.exit_report()}")
            try:
                if client.list_topics(timeout=0.5).brokers:
                    return
            except KafkaException:
                time.sleep(0.05)  # a refused connection returns at once
        raise UnavailableError(f"the broker did not answer within {timeout_s:.0f} s: {self.exit_report()}")

    def __enter__(self) -> Self:
        self.prepare()
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _spawn(self, libs: Path, flags: Sequence[str]) -> None:
        command = [*self._jvm(libs, flags), "kafka.Kafka", str(self._properties)]
        self._child = processes.Child(command, self.log, _environment(), signal.SIGTERM)

    def _jvm(self, libs: Path, flags: Sequence[str] = ()) -> list[str]:
        classpath = ":".join(
            sorted(str(jar) for jar in libs.glob("*.jar"))
        )  # an archive of classes fits one order only
        logging = [
            f"-Dlog4j2.configurationFile={(jars.BROKER_FILES / 'log4j2.xml').as_uri()}",
            f"-Dliancheng.logs={self.log.parent}",
        ]
        return [jars.java(), *(_BRIEF_JVM if self.brief else _JVM), *flags, *logging, "-cp", classpath]

    def _format(self, libs: Path) -> None:
        template = string.Template((jars.BROKER_FILES / "server.properties").read_text("utf-8"))
        if "," in str(self.data):
            raise WrongUseError(
                f"Kafka cannot use a directory with a comma in its name, {self.data}: set LIANCHENG_HOME"
            )
        self.data.mkdir(parents=True, exist_ok=True)
        data = json.dumps(str(self.data))[1:-1]  # a properties file escapes as JSON does, and is ASCII
        filled = template.substitute(port=self.port, controller_port=self.controller_port, data=data)
        self._properties.write_text(filled, "ascii")
        if (self.data / "meta.properties").exists():
            return
        self._report("creating the broker's data directory")
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(self._properties)]
        flags = [f"-XX:SharedArchiveFile={_archive(libs)}"]
        done = processes.run([*self._jvm(libs, flags), *tool], _environment())
        if done.returncode != 0:
            why = (done.stderr.strip() or done.stdout.strip() or "it gave no reason").splitlines()[-1]
            raise UnavailableError(f"cannot create the broker's data directory {self.data}: {why}")


def prepare_shared(report: Report = silent) -> Path:
    """Makes what all local brokers of this user share, where it is missing: the jars and the archive of classes.

    Returns the directory of the jars. Raises UnavailableError if Java or Maven is missing, or the jars cannot be had.
    """
    libs = jars.directory()
    jars.fetch(libs, report)
    _archive_classes(libs, report)
    return libs


def _environment() -> dict[str, str]:
    return os.environ | {"LC_ALL": "C.UTF-8"}  # otherwise Java 17 cannot open a path that is not ASCII


def _archive(libs: Path) -> Path:
    return libs.with_suffix(".jsa")


def _archive_classes(libs: Path, report: Report) -> None:
    """Archives the classes that a start loads: later starts take half the time. Its failure only leaves them slower."""
    from supervision.ports import free_ports  # noqa: PLC0415

    archive = _archive(libs)
    if archive.exists():
        return
    with jars.making(archive), tempfile.TemporaryDirectory(prefix="liancheng-") as home:
        if archive.exists():
            return
        report("preparing quick starts of the broker (once, 7 s)")
        part = archive.with_suffix(".part")
        port, controller_port = free_ports(2)
        trial = Broker(Path(home), port, controller_port, brief=True)
        trial._format(libs)
        trial._spawn(libs, [f"-XX:ArchiveClassesAtExit={part}"])
        try:
            trial.wait_ready()
        finally:
            trial.stop()
        if part.exists():
            part.rename(archive)
