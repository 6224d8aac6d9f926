"""`up`, `down` and `status`: one supervisor a home; its parts come back when they die, and go when it goes."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from liancheng.settings import Settings
from supervision import state
from supervision.broker import Broker
from supervision.ports import free_ports
from supervision.processes import birth
from tests.command import LIANCHENG, liancheng, the_error
from tests.eventually import eventually
from tests.local_valkey import running_valkey
from tests.processes import all_gone
from tests.view.material import entries, publish
from transport.admin import provinces

STUB = str(Path(__file__).with_name("stub"))


class Home:
    """A home with ports of its own. Its workers are stubs unless PYTHONPATH is set to something else."""

    def __init__(self, path: Path, **more: str) -> None:
        self.path = path
        (
            self.broker_port, controller_port, self.redis_port, self.view_port, self.api_port,
            self.webhooks_port, self.web_port, _second,
        ) = free_ports(8)  # fmt: skip
        self.env = {
            "LIANCHENG_HOME": str(path),
            "LIANCHENG_BROKER_PORT": str(self.broker_port),
            "LIANCHENG_CONTROLLER_PORT": str(controller_port),
            "LIANCHENG_BROKER_BRIEF": "true",
            "LIANCHENG_REDIS_PORT": str(self.redis_port),
            "LIANCHENG_VIEW_PORT": str(self.view_port),
            "LIANCHENG_API_PORT": str(self.api_port),
            "LIANCHENG_WEBHOOKS_PORT": str(self.webhooks_port),
            "LIANCHENG_WEB_PORT": str(self.web_port),
            "PYTHONPATH": STUB,
        } | more

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return liancheng(*words, env=self.env | more)

    def up(self, *words: str) -> None:
        done = self.run("up", "--detach", *words)
        assert done.returncode == 0, done.stderr

    def parts(self) -> dict[str, dict[str, Any]]:
        """Its parts by name, as `status --json` gives them."""
        lines = self.run("status", "--json").stdout.splitlines()
        return {part["name"]: part for part in map(json.loads, lines)}

    def running(self) -> state.Running:
        noted = state.running(self.path)
        assert noted is not None, "nothing runs"
        return noted

    def pids(self) -> list[int | None]:
        """The supervisor's and its parts'."""
        noted = self.running()
        return [noted.pid, *(part.pid for part in noted.parts)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    yield made
    state.stop(made.path)


def test_a_life_from_up_to_down(home: Home) -> None:
    home.up("--workers", "2")
    parts = home.parts()
    assert {name: part["state"] for name, part in parts.items()} == dict.fromkeys(
        ["broker", "valkey", "worker-1", "worker-2", "view", "api", "webhooks"], "up"
    )
    assert parts["worker-2"]["address"] == f"127.0.0.1:{home.web_port + 1}"
    settings = Settings(bootstrap_servers=f"127.0.0.1:{home.broker_port}")
    assert provinces(settings) == tuple(settings.provinces)
    pids = home.pids()

    assert "it already runs in" in the_error(home.run("up", "--detach"))
    assert "it already runs in" in the_error(home.run("up"))
    assert home.pids() == pids

    assert home.run("down").returncode == 0
    assert all_gone(pids)
    assert "nothing runs in" in the_error(home.run("status"))
    assert home.run("down").returncode == 0


@pytest.fixture(scope="module")
def running_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One `up` for all tests that each kill another part of it."""
    made = Home(tmp_path_factory.mktemp("running"))
    made.up()
    yield made
    state.stop(made.path)


# The broker last: parts that lose it may end and come back too.
@pytest.mark.parametrize("victim", ["valkey", "worker-1", "view", "api", "webhooks", "broker"])
def test_a_part_that_dies_is_started_again(running_home: Home, victim: str) -> None:
    home, before = running_home, running_home.parts()
    os.kill(before[victim]["pid"], signal.SIGKILL)

    def came_back() -> bool:
        part = home.parts()[victim]
        again = before[victim]["restarts"] + 1
        return bool(part["state"] == "up" and part["restarts"] == again and part["pid"] != before[victim]["pid"])

    eventually(came_back, timeout_s=60, every_s=0.5)
    assert f"{victim} ended, starting it again" in (home.path / "logs" / "supervisor.log").read_text()
    eventually(lambda: home.run("status").returncode == 0, timeout_s=30, every_s=0.5, what="all of it is up")


def test_nothing_outlives_a_supervisor_that_is_killed(home: Home) -> None:
    home.up("--workers", "2")
    pids = home.pids()
    os.kill(home.running().pid, signal.SIGKILL)
    eventually(lambda: all_gone(pids), what="broker and workers are gone")
    assert "nothing runs in" in the_error(home.run("status"))
    home.up()


@contextmanager
def running_up(home: Home) -> Iterator["subprocess.Popen[str]"]:
    """`up` in the foreground. One that is still there when the test ends, for it has failed, is killed."""
    with subprocess.Popen([*LIANCHENG, "up"], env=os.environ | home.env, stderr=subprocess.PIPE, text=True) as up:
        try:
            yield up
        finally:
            up.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_order(home: Home, number: int) -> None:
    with running_up(home) as up:
        eventually(lambda: home.running().ready, timeout_s=60)
        pids = home.pids()
        up.send_signal(number)
        up.send_signal(number)  # impatience must not leave half of it behind
        _, said = up.communicate(timeout=60)
    assert up.returncode == 0
    assert said.splitlines()[-1] == "stopping"
    assert all_gone(pids)


def test_a_signal_during_the_start_leaves_nothing(home: Home) -> None:
    with running_up(home) as up:
        eventually(lambda: home.running().parts, timeout_s=60)
        pids = home.pids()
        up.terminate()
        _, said = up.communicate(timeout=60)
    assert up.returncode == 0
    assert said.splitlines()[-1] == "stopping"
    assert all_gone(pids)


def test_a_worker_that_cannot_start_ends_the_start_with_its_words(home: Home) -> None:
    error = the_error(home.run("up", "--detach", STUB="dies"))
    assert error.startswith("worker-1 ends as soon as it starts: exit code 1, the stub was told to die (see ")
    assert "nothing runs in" in the_error(home.run("status"))


def test_a_taken_port_is_named_with_its_setting(home: Home) -> None:
    for port, setting in (
        (home.broker_port, "LIANCHENG_BROKER_PORT"),
        (home.redis_port, "LIANCHENG_REDIS_PORT"),
        (home.web_port, "LIANCHENG_WEB_PORT"),
        (home.view_port, "LIANCHENG_VIEW_PORT"),
        (home.api_port, "LIANCHENG_API_PORT"),
        (home.webhooks_port, "LIANCHENG_WEBHOOKS_PORT"),
    ):
        with socket.create_server(("127.0.0.1", port)):
            error = the_error(home.run("up"))
        assert str(port) in error
        assert setting in error


def test_real_workers_come_up_and_take_over_from_one_that_was_killed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", PYTHONPATH="")
    try:
        home.up("--workers", "2")
        killed = home.parts()["worker-1"]["pid"]
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: home.parts()["worker-1"]["restarts"] == 1, timeout_s=30, every_s=0.5)
        eventually(lambda: home.run("status").returncode == 0, timeout_s=60, every_s=0.5, what="every stage runs again")
        pids = home.pids()
        assert home.run("down").returncode == 0
        assert all_gone([killed, *pids])
    finally:
        state.stop(home.path)


def test_a_real_worker_that_cannot_start_says_why(tmp_path: Path, broker: Broker) -> None:
    home = Home(
        tmp_path / "home", PYTHONPATH="", LIANCHENG_BOOTSTRAP_SERVERS=broker.address, LIANCHENG_STAGES="standardize"
    )
    assert "LIANCHENG_STAGES: unknown stage 'standardize'" in the_error(home.run("up"))


def test_with_another_cluster_and_redis_neither_runs_here(tmp_path: Path, broker: Broker) -> None:
    with running_valkey(tmp_path) as valkey:
        elsewhere = {
            "LIANCHENG_BOOTSTRAP_SERVERS": broker.address,
            "LIANCHENG_REDIS_URL": f"redis://user:geheim@{valkey.address}/0",
        }
        with Redis.from_url(f"redis://{valkey.address}/0") as client:
            client.execute_command("ACL", "SETUSER", "user", "on", ">geheim", "~*", "+@all")
        home = Home(tmp_path / "home", **elsewhere)
        try:
            home.up()
            assert list(home.parts()) == ["worker-1", "view", "api", "webhooks"]
            eventually(lambda: home.run("view", "status").returncode == 0, timeout_s=30)
            said = home.run("view", "status")
            assert "geheim" not in said.stdout + said.stderr + (home.path / "logs" / "view.log").read_text()
            assert home.run("down").returncode == 0
        finally:
            state.stop(home.path)
        assert broker.pid is not None
        assert valkey.pid is not None


def test_without_the_view_neither_valkey_nor_filler_runs(home: Home) -> None:
    home.up("--no-view")
    assert list(home.parts()) == ["broker", "worker-1"]


def test_the_view_of_up_is_the_list_also_after_it_was_thrown_away(home: Home) -> None:
    home.up()
    settings = Settings(bootstrap_servers=f"127.0.0.1:{home.broker_port}")
    publish(settings, entries(range(30)))
    listed = home.run("list", "digest").stdout
    eventually(lambda: home.run("view", "digest").stdout == listed, timeout_s=30)
    done = home.run("view", "rebuild")
    assert done.returncode == 0
    assert "filled again in" in done.stderr
    assert done.stderr.rstrip().endswith("30 entries")
    assert home.run("view", "digest").stdout == listed
    status = json.loads(home.run("view", "status", "--json").stdout)
    assert (status["state"], status["entries"], status["complete_to"]) == ("fresh", 30, None)


def test_no_broker_there_is_one_line(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    home = Home(tmp_path / "home", LIANCHENG_BOOTSTRAP_SERVERS=f"127.0.0.1:{port}")
    assert f"no Kafka broker answers at 127.0.0.1:{port}" in the_error(home.run("up"))


def test_a_process_that_got_an_old_pid_is_left_alone(home: Home) -> None:
    """The note of a supervisor that died names pids that belong to others by now."""
    with subprocess.Popen(["sleep", "600"]) as innocent:
        assert birth(innocent.pid) is not None
        part = state.Part("worker-1", "up", "127.0.0.1:1", innocent.pid, "another birth", 0, "no.log")
        home.path.mkdir()
        state.write(home.path, state.Running(innocent.pid, "another birth", True, "127.0.0.1:1", (part,)))
        assert home.run("down").returncode == 0
        begun = time.monotonic()
        state.clear_leftovers(home.path)
        assert time.monotonic() - begun < 1
        assert innocent.poll() is None
        innocent.kill()


def test_what_a_dead_supervisor_left_is_cleared(home: Home) -> None:
    """Where the system cannot tie a child to its parent, the next start ends what the last one left."""
    with subprocess.Popen(["sleep", "600"]) as left:
        part = state.Part("worker-1", "up", "127.0.0.1:1", left.pid, birth(left.pid), 0, "no.log")
        home.path.mkdir()
        state.write(home.path, state.Running(1, "another birth", True, "127.0.0.1:1", (part,)))
        state.clear_leftovers(home.path, timeout_s=0.1)
        assert left.wait(5) == -signal.SIGKILL
