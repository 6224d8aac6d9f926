"""Webhooks, with the sender and the receivers as processes of their own, killed in the middle."""

import json
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from liancheng.settings import Settings
from supervision.ports import free_ports
from supervision.processes import Child
from supervision.worker import Worker, answers, webhooks
from tests.command import liancheng, the_error
from tests.delivery.conftest import known_client
from tests.delivery.material import AlertWriter, by_sdk
from tests.eventually import eventually
from tests.service.serving import new_key

ROOT = Path(__file__).parents[2]


PORTS = free_ports(20)
ALLOWED = ",".join(map(str, (443, *PORTS)))
_ports = cycle(PORTS)


class Receiver:
    """A receiver process, which can be killed and started again on the same port."""

    def __init__(self, home: Path, certificate: Path | None = None) -> None:
        self.port = next(_ports)
        self.file = home / f"received-{self.port}.jsonl"
        self._log = home / "receiver.log"
        self._more = [str(certificate)] if certificate else []
        self._child: Child | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.delivery.receiver", str(self.port), str(self.file), *self._more]
        self._child = Child(command, self._log, {"PYTHONPATH": str(ROOT)}, signal.SIGKILL)

    def kill(self) -> None:
        if self._child:
            self._child.kill()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def posts(self, path: str) -> list[dict[str, Any]]:
        """What came to a path, whole lines only."""
        text = self.file.read_text() if self.file.exists() else ""
        found = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return [one for one in found if one["path"] == path]

    def taken(self, path: str) -> list[int]:
        """The numbers of the alerts that were answered with success, in the order in which they came."""
        return [json.loads(one["body"])["number"] for one in self.posts(path) if one["status"] == 204]

    def release(self) -> None:
        self.file.with_suffix(".release").touch()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    made = Receiver(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def loose(cluster: Settings) -> Settings:
    """Settings under which receivers on this machine are allowed, and tried again soon."""
    (port,) = free_ports(1)
    loose_ = {"webhook_allow_http": True, "webhook_allow_private": True, "webhook_ports": ALLOWED}
    return cluster.model_copy(update=loose_ | {"webhooks_port": port, "webhook_retry_first_s": 0.05})


def environment(settings: Settings) -> dict[str, str]:
    return {
        "LIANCHENG_HOME": str(settings.home),
        "LIANCHENG_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "LIANCHENG_WEBHOOK_ALLOW_HTTP": "true",
        "LIANCHENG_WEBHOOK_ALLOW_PRIVATE": "true",
        "LIANCHENG_WEBHOOK_PORTS": ALLOWED,
        "LIANCHENG_WEBHOOK_RETRY_FIRST_S": "0.05",
    }


@pytest.fixture(scope="module")
def sender(loose: Settings) -> Iterator[Worker]:
    process = webhooks(loose, **environment(loose))
    process.start()
    eventually(lambda: answers(process.address), 40, what="the sender is ready")
    yield process
    process.kill()


class Hooks:
    """`liancheng webhook` for one bank."""

    def __init__(self, settings: Settings, bank: str) -> None:
        self._env, self._bank = environment(settings), bank

    def run(self, *words: str) -> Any:
        return liancheng("webhook", *words, "--bank", self._bank, env=self._env)

    def add(self, id_: str, url: str, *more: str) -> str:
        """The secret; empty where there is no new one."""
        done = self.run("add", id_, "--url", url, "--json", *more)
        assert done.returncode == 0, done.stderr
        secret: str = json.loads(done.stdout).get("secret", "")
        return secret

    def shown(self, id_: str) -> dict[str, Any]:
        done = self.run("list", "--json")
        assert done.returncode == 0, done.stderr
        return {one["id"]: one for one in map(json.loads, done.stdout.splitlines())}[id_]


@pytest.fixture
def hooks(loose: Settings, writer: AlertWriter, bank: str, sender: Worker) -> Hooks:
    return Hooks(loose, bank)


def test_signed_in_order_and_the_same_bytes_as_on_every_road(
    cluster: Settings, bank: str, writer: AlertWriter, hooks: Hooks, receiver: Receiver
) -> None:
    writer.put(range(1, 21))
    secret = hooks.add("w1", receiver.url("/ok"), "--from", "1")
    writer.put(range(21, 41))
    eventually(lambda: len(receiver.posts("/ok")) == 40, 30)
    posts = receiver.posts("/ok")
    assert [one["body"].encode() for one in posts] == by_sdk(cluster, bank)
    for one in posts:
        assert one["headers"]["webhook-id"] == json.loads(one["body"])["id"]
        Verifier(secret).verify(one["body"], one["headers"])
    eventually(lambda: hooks.shown("w1")["delivered"] == 40, what="it is written down")
    assert "secret" not in hooks.shown("w1")


def test_a_new_one_begins_with_the_next_alert_and_replay_goes_back(
    writer: AlertWriter, hooks: Hooks, receiver: Receiver
) -> None:
    writer.put(range(1, 6))
    hooks.add("w1", receiver.url("/ok"))
    writer.put([6])
    eventually(lambda: receiver.taken("/ok") == [6], 30)
    assert hooks.run("replay", "w1", "--from", "4").returncode == 0
    eventually(lambda: receiver.taken("/ok") == [6, 4, 5, 6], 30)
    assert hooks.run("remove", "w1").returncode == 0
    assert "has no webhook 'w1'" in the_error(hooks.run("replay", "w1", "--from", "1"))


def test_the_sender_killed_again_and_again_sends_all_and_what_was_written_down_once(
    writer: AlertWriter, hooks: Hooks, receiver: Receiver, sender: Worker
) -> None:
    hooks.add("w1", receiver.url("/ok"), "--from", "1")
    written = []
    for round_ in range(3):
        writer.put(range(round_ * 200 + 1, round_ * 200 + 201))
        half = round_ * 200 + 100
        eventually(lambda half=half: len(set(receiver.taken("/ok"))) >= half, 30, every_s=0.005)
        sender.kill()
        try:
            written.append((len(receiver.taken("/ok")), hooks.shown("w1")["delivered"]))
        finally:
            sender.start()
    eventually(lambda: set(receiver.taken("/ok")) == set(range(1, 601)), 60)
    taken = receiver.taken("/ok")
    assert written[-1][0] < 600
    for place, delivered in written:
        assert min(taken[place:]) > delivered, "what was written down as taken came again"
    assert sorted(set(taken), key=taken.index) == list(range(1, 601))


def test_a_receiver_killed_in_the_middle_misses_nothing(writer: AlertWriter, hooks: Hooks, receiver: Receiver) -> None:
    hooks.add("w1", receiver.url("/ok"), "--from", "1")
    writer.put(range(1, 301))
    eventually(lambda: len(receiver.taken("/ok")) > 50, 30, every_s=0.005)
    receiver.kill()
    eventually(lambda: hooks.shown("w1")["health"] == "failing", 30)
    assert "no connection" in hooks.shown("w1")["last_error"]
    receiver.start()
    eventually(lambda: set(receiver.taken("/ok")) == set(range(1, 301)), 60)
    taken = receiver.taken("/ok")
    assert sorted(set(taken), key=taken.index) == list(range(1, 301))
    eventually(lambda: hooks.shown("w1")["health"] == "active")


def test_the_same_alert_until_it_is_taken(writer: AlertWriter, hooks: Hooks, receiver: Receiver) -> None:
    writer.put([1, 2])
    hooks.add("w1", receiver.url("/fails/4"), "--from", "1")
    eventually(lambda: receiver.taken("/fails/4") == [1, 2], 30)
    ids = [one["headers"]["webhook-id"] for one in receiver.posts("/fails/4")]
    assert ids[:5] == [ids[0]] * 5
    assert ids[5] != ids[0]


def test_a_receiver_that_does_not_answer_stops_nobody_else(
    writer: AlertWriter, hooks: Hooks, receiver: Receiver
) -> None:
    hooks.add("held", receiver.url("/held"), "--from", "1")
    writer.put([1])
    eventually(lambda: len(receiver.posts("/held")) == 1, 30, what="the slow one has its first")
    hooks.add("quick", receiver.url("/ok"), "--from", "1")
    writer.put(range(2, 101))
    eventually(lambda: receiver.taken("/ok") == list(range(1, 101)), 30)
    assert len(receiver.posts("/held")) == 1
    receiver.release()
    eventually(lambda: receiver.taken("/held") == list(range(1, 101)), 30)


def test_gone_ends_it_until_it_is_set_anew(writer: AlertWriter, hooks: Hooks, receiver: Receiver) -> None:
    writer.put([1, 2])
    hooks.add("w1", receiver.url("/gone"), "--from", "1")
    eventually(lambda: hooks.shown("w1")["health"] == "gone", 30)
    assert len(receiver.posts("/gone")) == 1
    hooks.add("w1", receiver.url("/ok"))
    eventually(lambda: receiver.taken("/ok") == [1, 2], 30)


def test_redirects_are_not_followed_and_long_answers_not_read(
    writer: AlertWriter, hooks: Hooks, receiver: Receiver
) -> None:
    writer.put([1])
    hooks.add("moved", receiver.url("/moved"), "--from", "1")
    hooks.add("long", receiver.url("/long"), "--from", "1")
    eventually(lambda: hooks.shown("moved")["failures"] > 2, 30)
    assert hooks.shown("moved")["last_error"] == "the receiver answered 307"
    assert receiver.posts("/ok") == []
    eventually(lambda: hooks.shown("long")["delivered"] == 1, 30)


def test_retry_after_is_kept(writer: AlertWriter, hooks: Hooks, receiver: Receiver) -> None:
    writer.put([1])
    hooks.add("w1", receiver.url("/asks/3600"), "--from", "1")
    eventually(lambda: hooks.shown("w1")["failures"] == 1, 30)
    at = datetime.fromisoformat(hooks.shown("w1")["next_try_at"])
    assert timedelta(minutes=58) < at - datetime.now(UTC) <= timedelta(hours=1)


def test_a_missing_alert_is_never_passed_over(writer: AlertWriter, hooks: Hooks, receiver: Receiver) -> None:
    writer.put([1, 2, 5])
    hooks.add("w1", receiver.url("/ok"), "--from", "1")
    eventually(lambda: hooks.shown("w1")["health"] == "failing", 30)
    assert "alerts 3 to 4 are missing" in hooks.shown("w1")["last_error"]
    assert receiver.taken("/ok") == [1, 2]
    hooks.run("replay", "w1", "--from", "5")
    eventually(lambda: receiver.taken("/ok") == [1, 2, 5], 30)


def test_test_posts_one_signed_message(hooks: Hooks, receiver: Receiver) -> None:
    secret = hooks.add("w1", receiver.url("/ok"))
    done = hooks.run("test", "w1")
    assert (done.returncode, done.stdout) == (0, f"{receiver.url('/ok')}: taken\n")
    (post,) = receiver.posts("/ok")
    assert Verifier(secret).verify(post["body"], post["headers"])["type"] == "test"
    receiver.kill()
    assert hooks.run("test", "w1").returncode == 2


def test_a_secret_is_kept_until_it_is_rotated(writer: AlertWriter, hooks: Hooks, receiver: Receiver) -> None:
    first = hooks.add("w1", receiver.url("/ok"), "--from", "1")
    assert first.startswith("whsec_")
    assert hooks.add("w1", receiver.url("/ok")) == ""
    second = hooks.add("w1", receiver.url("/ok"), "--rotate-secret")
    assert second not in ("", first)
    writer.put([1])
    eventually(lambda: len(receiver.posts("/ok")) == 1, 30)
    (post,) = receiver.posts("/ok")
    Verifier(second).verify(post["body"], post["headers"])


def test_set_by_http_and_sent_by_the_sender(
    cluster: Settings, bank: str, writer: AlertWriter, hooks: Hooks, service: Worker
) -> None:
    """The service itself is strict here: what the sender may post to, it does not take."""
    with known_client(cluster, new_key(cluster, bank)) as asked:
        for url in ("http://a.example/", "https://127.0.0.1/", "https://user:pw@a.example/", "https://a.example:25/"):
            problem = asked.put("/v1/webhooks/w1", json={"url": url})
            assert (problem.status_code, problem.json()["type"]) == (400, "urn:liancheng:problem:bad-request")
        for id_ in ("W1", "w%0d%0a", "x" * 33, "a b"):
            assert asked.put(f"/v1/webhooks/{id_}", json={"url": "https://a.example/"}).status_code in (400, 404)
        writer.put([1, 2, 3])
        answer = asked.put("/v1/webhooks/w1", json={"url": "https://nowhere.invalid/", "from": 2})
        assert answer.json()["secret"].startswith("whsec_")
        eventually(lambda: asked.get("/v1/webhooks/w1").json()["health"] == "failing", 30)
        told = asked.get("/v1/webhooks").json()["webhooks"][0]
        assert (told["from_number"], told["delivered"]) == (2, 1)
        assert "nowhere.invalid is not found" in told["last_error"]
        assert "secret" not in told
        assert asked.put("/v1/webhooks/w1", json={"url": "https://a.example/", "form": 2}).status_code == 400
        assert asked.delete("/v1/webhooks/w1").status_code == 204


def test_a_name_that_leads_inside_is_refused_when_it_is_called(hooks: Hooks, cluster: Settings) -> None:
    """`127.1` is no address by its looks: the resolver makes one of it."""
    hooks.add("w1", "https://127.1/")
    done = liancheng(
        "webhook", "test", "w1", "--bank", hooks._bank,
        env={"LIANCHENG_HOME": str(cluster.home), "LIANCHENG_BOOTSTRAP_SERVERS": cluster.bootstrap_servers},
    )  # fmt: skip
    assert done.returncode == 2
    assert "127.1 resolves to 127.0.0.1, which is forbidden for webhooks" in done.stdout
