"""Each alert handled once, on a real broker: a process that is killed in the midst of it misses and doubles nothing."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy
from pydantic import SecretStr

from consumers.sdk import AsyncBank, Bank, MissingAlertError, NumberStore, sqlite_store
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records import topics
from liancheng.records.alerts import Alert
from liancheng.settings import Settings
from supervision.ports import free_ports
from tests.bank_material import alert
from tests.eventually import eventually
from tests.local_broker import running_broker, settings_of
from transport import admin
from transport.clients import producer

_banks = (f"handling-{number}" for number in count(1))

Send = Callable[[Iterable[int]], None]


@pytest.fixture
def bank(settings: Settings) -> str:
    admin.ensure_shared_topics(settings)
    id_ = next(_banks)
    admin.add_bank_topic(settings, id_)
    return id_


def put(settings: Settings, bank: str, numbers: Iterable[int]) -> None:
    client = producer(settings)
    for number in numbers:
        client.produce(topics.BANK_ALERTS.named(bank), codec.encode(alert(number, bank)), b"k", 0)
    assert client.flush(20) == 0


class Stub:
    """`GET /v1/alerts` as the service answers it, of alerts that a test puts there."""

    def __init__(self, bank: str) -> None:
        self.numbers: list[int] = []
        self.broken = 0  # so many answers more are a 503
        self.asked = 0
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                first, limit, wait = (int(query[name][0]) for name in ("from", "limit", "wait"))
                stub.asked += 1
                if stub.broken:
                    stub.broken -= 1
                    self._answer(503, b'{"title":"A part does not answer","detail":"ask again"}')
                    return
                if wait:
                    stub.came.wait(min(wait, 0.2))
                found = [codec.encode(alert(number, bank)) for number in stub.numbers if number >= first][:limit]
                self._answer(200, b'{"alerts":[' + b",".join(found) + b'],"next":%d}' % (first + len(found)))

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self.came = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def stub(settings: Settings) -> Iterator[Stub]:
    made = Stub("bank-a")
    yield made
    made.server.shutdown()
    made.server.server_close()


def over_http(settings: Settings, stub: Stub) -> Settings:
    """Settings of a bank that has no way to the broker."""
    update = {"api_url": stub.url, "api_key": SecretStr("lc_test"), "bootstrap_servers": "127.0.0.1:1"}
    return settings.model_copy(update=update)


def note(made: Alert, connection: Any) -> None:
    """The bank's own table: without a key, so that it would hold what is handled twice."""
    connection.execute("CREATE TABLE IF NOT EXISTS told (number INTEGER, id TEXT)")
    connection.execute("INSERT INTO told VALUES (?, ?)", (made.number, made.id))


def noted(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as table:
        return [number for (number,) in table.execute("SELECT number FROM told ORDER BY rowid")]


HANDLER = """
import random, sqlite3, sys
from pathlib import Path
from pydantic import SecretStr
from consumers.sdk import Bank, sqlite_store
from liancheng.settings import Settings
id_, channel, where, file = sys.argv[1:5]
key = {"api_url": where, "api_key": SecretStr("lc_test")} if channel == "http" else {"bootstrap_servers": where}
def handle(alert, connection):
    connection.execute("CREATE TABLE IF NOT EXISTS told (number INTEGER, id TEXT)")
    connection.execute("INSERT INTO told VALUES (?, ?)", (alert.number, alert.id))
    print(f"{alert.number:>200}", flush=True)  # long, so that the pipe is full and the kill falls in the midst
    connection.execute("INSERT INTO told SELECT -number, id FROM told WHERE number = ?", (alert.number,))
with Bank(id_, Settings(**key), channel=channel) as bank:
    bank.run(handle, sqlite_store(Path(file)), follow=False)
"""


@pytest.mark.parametrize("channel", ["kafka", "http"])
def test_killed_in_the_midst_again_and_again_nothing_is_missed_and_nothing_twice(
    settings: Settings, bank: str, tmp_path: Path, channel: str, stub: Stub
) -> None:
    total, file, chance = 1_500, tmp_path / "bank.db", random.Random(7)
    put(settings, bank, range(1, total + 1))
    stub.numbers = list(range(1, total + 1))
    name, where = ("bank-a", stub.url) if channel == "http" else (bank, settings.bootstrap_servers)
    kills = 0
    for _ in range(8):
        command = [sys.executable, "-c", HANDLER, name, channel, where, str(file)]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert worker.stdout
        for _ in range(chance.randint(20, 120)):
            next(worker.stdout)
        worker.kill()
        worker.wait()
        worker.stdout.close()
        kills += worker.returncode == -9
        seen = noted(file)
        assert seen == [sign * number for number in range(1, len(seen) // 2 + 1) for sign in (1, -1)]
        assert len(seen) // 2 < total
    done = subprocess.run(
        [sys.executable, "-c", HANDLER, name, channel, where, str(file)], capture_output=True, check=True
    )
    assert kills == 8
    assert done.returncode == 0
    assert noted(file) == [sign * number for number in range(1, total + 1) for sign in (1, -1)]


def test_an_error_of_handle_leaves_the_alert_for_the_next_run(settings: Settings, bank: str, tmp_path: Path) -> None:
    put(settings, bank, [1, 2, 3])
    store = sqlite_store(tmp_path / "own.db")

    def fails_at_2(made: Alert, connection: Any) -> None:
        note(made, connection)
        if made.number == 2:
            raise ZeroDivisionError

    with Bank(bank, settings) as subscriber:
        with pytest.raises(ZeroDivisionError):
            subscriber.run(fails_at_2, store, follow=False)
        assert (noted(tmp_path / "own.db"), store.last(bank)) == ([1], 1)
        assert subscriber.run(note, store, follow=False) == 2
        assert subscriber.run(note, store, follow=False) == 0
        assert noted(tmp_path / "own.db") == [1, 2, 3]
        assert subscriber.run(lambda _: None, follow=False) == 3, "another store is another place"
    assert (settings.home / "alerts" / f"{bank}.default.db").exists()


def test_repeated_alerts_are_skipped_and_missing_ones_named(settings: Settings, bank: str, tmp_path: Path) -> None:
    put(settings, bank, [1, 2, 2, 1, 3, 6])
    store = sqlite_store(tmp_path / "own.db")
    with Bank(bank, settings) as subscriber:
        with pytest.raises(MissingAlertError, match="alerts 4 to 5 are missing"):
            subscriber.run(note, store, follow=False)
        assert noted(tmp_path / "own.db") == [1, 2, 3]
        store.set_last(bank, 5)
        assert subscriber.run(note, store, follow=False) == 1
    assert noted(tmp_path / "own.db") == [1, 2, 3, 6]


def test_a_store_that_is_ahead_of_the_topic_is_not_believed(settings: Settings, bank: str, tmp_path: Path) -> None:
    put(settings, bank, [1, 2])
    store = sqlite_store(tmp_path / "own.db")
    store.set_last(bank, 7)
    with (
        Bank(bank, settings) as subscriber,
        pytest.raises(WrongUseError, match="alert 7 was handled, but"),
    ):
        subscriber.run(note, store, follow=False)


def test_two_processes_of_one_reader_handle_each_alert_once_together(
    settings: Settings, bank: str, tmp_path: Path
) -> None:
    put(settings, bank, range(1, 301))
    file = tmp_path / "own.db"
    sqlite_store(file).last(bank)
    command = [sys.executable, "-c", HANDLER, bank, "kafka", settings.bootstrap_servers, str(file)]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    ends = [worker.communicate(timeout=60)[1].decode() for worker in both]
    assert all(not end or "MissingAlertError" not in end for end in ends), ends
    assert sorted(noted(file)) == sorted([*range(1, 301), *(-number for number in range(1, 301))])


def test_following_it_goes_on_when_the_broker_comes_back(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:
        settings = settings_of(broker, tmp_path)
        admin.ensure_shared_topics(settings)
        admin.add_bank_topic(settings, "bank-a")
        put(settings, "bank-a", [1, 2])
        with Bank("bank-a", settings) as subscriber:
            file = tmp_path / "own.db"
            worker = threading.Thread(target=subscriber.run, args=(note, sqlite_store(file)))
            worker.start()
            eventually(lambda: noted(file) == [1, 2])
            broker.kill()
            broker.start()
            broker.wait_ready()
            put(settings, "bank-a", [3, 4])
            eventually(lambda: noted(file) == [1, 2, 3, 4], 60)
            subscriber.stop()
            worker.join(10)
            assert not worker.is_alive()


def test_over_http_it_follows_and_waits_out_a_service_that_does_not_answer(
    settings: Settings, stub: Stub, tmp_path: Path
) -> None:
    file = tmp_path / "own.db"
    stub.numbers, stub.broken = [1, 2], 8
    with Bank("bank-a", over_http(settings, stub), channel="http") as subscriber:
        worker = threading.Thread(target=subscriber.run, args=(note, sqlite_store(file)))
        worker.start()
        eventually(lambda: noted(file) == [1, 2], 20)
        stub.numbers = [1, 2, 3]
        eventually(lambda: noted(file) == [1, 2, 3])
        subscriber.stop()
        worker.join(10)
        assert not worker.is_alive()
        stub.numbers = [1, 2, 3, 5]
        again = Bank("bank-a", over_http(settings, stub), channel="http")
        with pytest.raises(MissingAlertError, match="alert 4 is missing"):
            again.run(note, sqlite_store(file), follow=False)


def test_without_a_key_there_is_no_road_over_http(settings: Settings) -> None:
    with pytest.raises(WrongUseError, match="LIANCHENG_API_KEY"):
        Bank("bank-a", settings, channel="http")


@pytest.mark.parametrize("channel", ["kafka", "http"])
def test_asyncio(settings: Settings, bank: str, tmp_path: Path, stub: Stub, channel: str) -> None:
    put(settings, bank, range(1, 8))
    stub.numbers = list(range(1, 8))
    file = tmp_path / "own.db"
    name, its = ("bank-a", over_http(settings, stub)) if channel == "http" else (bank, settings)

    at_5 = threading.Event()

    async def handle(made: Alert, connection: Any) -> None:
        note(made, connection)
        if made.number == 5:
            at_5.set()
            await asyncio.Event().wait()

    async def run() -> tuple[int, int]:
        store = sqlite_store(file)
        async with AsyncBank(name, its, channel="http" if channel == "http" else "kafka") as subscriber:
            work = asyncio.create_task(subscriber.run(handle, store))
            await asyncio.to_thread(eventually, lambda: noted(file) == [1, 2, 3, 4])
            await asyncio.to_thread(at_5.wait, 10)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            assert noted(file) == [1, 2, 3, 4], "the one that was cancelled is as if it had not been touched"
        async with AsyncBank(name, its, channel="http" if channel == "http" else "kafka") as subscriber:
            return await subscriber.run(note, store, follow=False), await subscriber.run(note, store, follow=False)

    assert asyncio.run(run()) == (3, 0)
    assert noted(file) == [1, 2, 3, 4, 5, 6, 7]


def test_the_numbers_in_a_database_of_sqlalchemy(settings: Settings, bank: str, tmp_path: Path) -> None:
    put(settings, bank, [1, 2, 3])
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'own.db'}")

    def handle(made: Alert, connection: sqlalchemy.Connection) -> None:
        connection.execute(sqlalchemy.text("CREATE TABLE IF NOT EXISTS told (number INTEGER, id TEXT)"))
        connection.execute(sqlalchemy.text("INSERT INTO told VALUES (:n, :id)"), {"n": made.number, "id": made.id})
        if made.number == 3 and not broken.is_set():
            broken.set()
            raise ZeroDivisionError

    broken, store = threading.Event(), NumberStore(engine.connect)
    with Bank(bank, settings) as subscriber:
        with pytest.raises(ZeroDivisionError):
            subscriber.run(handle, store, follow=False)
        assert noted(tmp_path / "own.db") == [1, 2]
        assert subscriber.run(handle, store, follow=False) == 1
    assert noted(tmp_path / "own.db") == [1, 2, 3]


def test_a_connection_that_commits_by_itself_is_refused(tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'a.db'}", isolation_level="AUTOCOMMIT")
    for connect in (lambda: sqlite3.connect(tmp_path / "b.db", isolation_level=None), engine.connect):
        with pytest.raises(WrongUseError, match="commits by itself"):
            NumberStore(connect).last("bank-a")


def test_a_broker_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with pytest.raises(Exception, match="no Kafka broker answers"):
        Bank("bank-a", Settings(bootstrap_servers=f"127.0.0.1:{port}", home=tmp_path))
