"""A bank's customers and its copy of the list: nothing about them leaves the machine."""

import json
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from consumers.books import customers
from consumers.books.customers import Customer
from consumers.reading.sanction_list import read_list
from consumers.sdk.book_match import Matcher
from consumers.sdk.local_list import LocalList, StaleCopyError
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.records.entries import Entry
from liancheng.settings import Settings
from supervision.broker import Broker
from supervision.ports import free_ports
from tests.bank_material import entry, uscc
from tests.command import LIANCHENG, liancheng
from tests.view.material import publish, publish_day
from transport import admin

PRODUCE, FETCH = 0, 1  # kinds of requests in Kafka's protocol


class Recorder:
    """A relay before a broker that writes down all that clients send."""

    def __init__(self, port: int, broker_port: int) -> None:
        self.sent: list[bytes] = []
        self._broker_port = broker_port
        self._server = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                broker = socket.create_connection(("127.0.0.1", self._broker_port))
                threading.Thread(target=self._relay, args=(client, broker, True), daemon=True).start()
                threading.Thread(target=self._relay, args=(broker, client, False), daemon=True).start()

    def _relay(self, source: socket.socket, target: socket.socket, kept: bool) -> None:
        data = b""
        with suppress(OSError):
            while chunk := source.recv(65536):
                target.sendall(chunk)
                if kept:
                    data = self._requests(data + chunk)
            target.shutdown(socket.SHUT_WR)

    def _requests(self, data: bytes) -> bytes:
        while len(data) >= 4 and len(data) >= 4 + (length := struct.unpack(">i", data[:4])[0]):
            self.sent.append(data[4 : 4 + length])
            data = data[4 + length :]
        return data

    def kinds(self) -> set[int]:
        return {struct.unpack(">h", request[:2])[0] for request in self.sent}

    def close(self) -> None:
        self._server.close()


@contextmanager
def recorded(home: Path) -> Iterator[tuple[Settings, Recorder]]:
    """A broker that tells its clients the recorder's address as its own."""
    port, controller_port, outer = free_ports(3)
    broker = Broker(home, port, controller_port, brief=True)
    broker.prepare()
    properties = home / "broker" / "server.properties"
    told = f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}"
    text = properties.read_text("utf-8")
    assert told in text
    properties.write_text(text.replace(told, f"advertised.listeners=PLAINTEXT://127.0.0.1:{outer}"), "utf-8")
    recorder = Recorder(outer, port)
    broker.start()
    try:
        broker.wait_ready()
        yield Settings(bootstrap_servers=f"127.0.0.1:{outer}", home=home / "bank"), recorder
    finally:
        broker.kill()
        recorder.close()


def named(number: int, name: str, former: tuple[str, ...] = ()) -> Entry:
    return replace(entry(number, "listed", sequence=2, before="penalised"), name=name, former_names=former)


def test_nothing_about_the_customers_leaves_and_what_is_asked_for_does_not_depend_on_them(tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    rows = "".join(f"{uscc(number)},,K-{number:04d}\n" for number in range(0, 4000, 2))
    book.write_text(f"uscc,name,customer_ref\n{rows},虚构秘密客户化工有限公司,K-9999\n", "utf-8")
    with recorded(tmp_path) as (settings, recorder):
        admin.ensure_shared_topics(settings)
        publish(settings, [entry(number) for number in range(1000)])
        publish(settings, [named(5000, "虚构秘密客户化工股份有限公司")])
        recorder.sent.clear()
        env = {"LIANCHENG_BOOTSTRAP_SERVERS": settings.bootstrap_servers, "LIANCHENG_HOME": str(settings.home)}
        done = liancheng("book", "match", str(book), "--json", env=env)
        assert done.returncode == 0, done.stderr
        matches = [json.loads(line) for line in done.stdout.splitlines()]
        assert [match["by"] for match in matches] == ["uscc"] * 500 + ["name"]
        assert FETCH in recorder.kinds(), "the list was fetched"
        assert PRODUCE not in recorder.kinds(), "nothing is produced"
        asked = b"".join(recorder.sent)
        secrets = [*(uscc(number) for number in range(0, 4000, 2)), "秘密客户", "K-0", "K-9999", "book.csv"]
        assert not [secret for secret in secrets if secret.encode() in asked or secret.encode("utf-16-be") in asked]

        kinds, recorder.sent = recorder.kinds(), []
        other = tmp_path / "other.csv"
        other.write_text(f"uscc,customer_ref\n{uscc(3)},K-1\n", "utf-8")
        (settings.home / "list.db").unlink()
        assert liancheng("book", "match", str(other), env=env).returncode == 0
        assert recorder.kinds() == kinds, "another book, the same kinds of requests"

        recorder.sent.clear()
        assert liancheng("book", "match", str(book), "--offline", env=env).stdout.count("\n") > 400
        assert recorder.sent == []


@pytest.fixture(scope="module")
def cluster(fresh_cluster: Settings) -> Settings:
    admin.ensure_shared_topics(fresh_cluster)
    publish(fresh_cluster, [entry(number) for number in range(300)])
    publish_day(fresh_cluster)
    return fresh_cluster


def test_the_copy_has_the_digest_of_the_list_also_after_changes(cluster: Settings, tmp_path: Path) -> None:
    copy = LocalList(tmp_path / "list.db")
    copy.refresh(cluster)
    assert copy.digest() == read_list(cluster).digest()
    publish(cluster, [entry(7, "listed", sequence=2), named(901, "虚构新来化工有限公司")])
    changed = copy.refresh(cluster)
    assert changed == {uscc(7), uscc(901)}
    assert copy.digest() == read_list(cluster).digest()
    assert copy.refresh(cluster) == set()
    found = copy.state()
    assert (found.entries, found.complete_to) == (301, read_list(cluster).complete_to)
    copy.close()
    again = LocalList(tmp_path / "list.db")
    assert again.digest() == read_list(cluster).digest()


def test_a_copy_of_a_topic_that_was_made_anew_begins_anew(cluster: Settings, tmp_path: Path) -> None:
    copy = LocalList(tmp_path / "list.db")
    copy.refresh(cluster)
    copy._db.execute("UPDATE head SET topic_id = 'another'")
    copy._db.execute("DELETE FROM entry WHERE uscc < ?", (uscc(50),))
    copy._db.commit()
    assert copy.digest() != read_list(cluster).digest()
    copy.refresh(cluster)
    assert copy.digest() == read_list(cluster).digest()


def test_a_copy_that_is_too_old_or_was_never_filled_does_not_answer(cluster: Settings, tmp_path: Path) -> None:
    copy = LocalList(tmp_path / "list.db")
    with pytest.raises(StaleCopyError, match="never filled"):
        copy.check_fresh(60)
    copy.refresh(cluster)
    assert copy.check_fresh(60).age_s is not None
    copy._db.execute("UPDATE head SET current_at = current_at - 7200")
    copy._db.commit()
    with pytest.raises(StaleCopyError, match=r"7,20\d s old, 3,600 s are allowed"):
        copy.check_fresh(3600)
    (port,) = free_ports(1)
    book = tmp_path / "book.csv"
    book.write_text(f"uscc\n{uscc(7)}\n", "utf-8")
    env = {"LIANCHENG_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}", "LIANCHENG_HOME": str(tmp_path)}
    copy.close()
    refused = liancheng("book", "match", str(book), "--max-age", "1h", env=env)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "s old, 3,600 s are allowed" in refused.stderr
    taken = liancheng("book", "match", str(book), "--max-age", "3h", env=env)
    assert taken.returncode == 0
    assert "the list cannot be fetched" in taken.stderr and uscc(7) in taken.stdout


def test_following_tells_of_customers_whose_company_changes(cluster: Settings, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text(
        f"uscc,名称,customer_ref\n{uscc(20)},,K-20\n{uscc(800)},,K-800\n,虚构后到纺织有限公司,K-1\n", "utf-8"
    )
    command = [*LIANCHENG, "book", "match", str(book), "--follow", "--json"]
    env = os.environ | {"LIANCHENG_BOOTSTRAP_SERVERS": cluster.bootstrap_servers, "LIANCHENG_HOME": str(tmp_path)}
    worker = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert worker.stdout
    try:
        assert json.loads(worker.stdout.readline())["customer_ref"] == "K-20"
        publish(cluster, [entry(20, "clear", sequence=2, before="penalised"), entry(21, "listed", sequence=2)])
        left = json.loads(worker.stdout.readline())
        assert (left["customer_ref"], left["level"]) == ("K-20", "clear")
        publish(cluster, [named(700, "虚构后到纺织有限公司"), entry(800)])
        came = [json.loads(worker.stdout.readline()) for _ in range(2)]
        assert sorted((one["customer_ref"], one["by"]) for one in came) == [("K-1", "name"), ("K-800", "uscc")]
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()


class Some(dict[str, Entry]):
    def entry(self, code: str) -> Entry | None:
        return self.get(code)


def test_rows_by_uscc_and_by_name_and_what_is_refused() -> None:
    raw = f"客户编号,统一社会信用代码,企业名称\nK-1,{uscc(1)},\nK-2,,虚构旧名化工有限公司\nK-3,91X,\nK-4,,\n".encode(
        "gb18030"
    )
    rows = list(customers.read(raw, "book.csv").customers())
    assert [row for row in rows if row.refused is None] == [
        Customer(2, uscc(1), None, "K-1"),
        Customer(3, None, "虚构旧名化工有限公司", "K-2"),
    ]
    assert [(row.line, row.refused.code) for row in rows if row.refused] == [(4, "bad-uscc"), (5, "nothing-asked")]
    with pytest.raises(WrongUseError, match=r"expected uscc .* or name"):
        customers.read(b"code\n1\n", "book.csv")
    listed = [named(1, "虚构甲公司"), named(2, "虚构新名化工有限公司", ("虚构旧名化工有限公司",))]
    matcher = Matcher(Some({one.uscc: one for one in listed}), listed)
    (by_code,) = matcher.matches(Customer(2, uscc(1), None, "K-1"))
    assert (by_code.by, by_code.level, by_code.score) == ("uscc", "listed", 1.0)
    (by_name, *_) = matcher.matches(Customer(3, None, "虚构旧名化工有限公司", "K-2"))
    assert (by_name.uscc, by_name.matched, by_name.score) == (uscc(2), "虚构旧名化工有限公司", 1.0)
    assert [reason.code for reason in by_name.reasons][-1] == "former_name"
    assert codec.encode(by_name)


def test_the_digest_command(cluster: Settings, tmp_path: Path) -> None:
    env = {"LIANCHENG_BOOTSTRAP_SERVERS": cluster.bootstrap_servers, "LIANCHENG_HOME": str(tmp_path)}
    own, whole = (json.loads(liancheng(group, "digest", "--json", env=env).stdout) for group in ("book", "list"))
    assert (own["digest"], own["entries"]) == (whole["digest"], whole["entries"])
