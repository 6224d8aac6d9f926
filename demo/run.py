"""The demonstration, from nothing to a summary: four provinces, two banks, a real decision, a worker killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from bench import latency, relay
from cli.shared.exit_code import ExitCode
from cli.shared.terminal import say
from consumers.reading.register import add_bank
from demo.bank_desk import BankDesk
from demo.story import AUTHORITIES, companies, story
from demo.summary import print_real_entry, print_summary, whole
from liancheng.errors import UnavailableError
from liancheng.records.events import Event
from liancheng.records.facts import Receipt
from liancheng.settings import Settings
from producers import Agency
from stream_apps.calendar import today
from supervision.ports import free_ports
from supervision.state import Part

ROOT = Path(__file__).parents[1]
REAL_FILE = Path("samples", "real_decision_complete.csv")
BANKS = {"bank-east": "虚构东方银行", "bank-west": "虚构西部银行"}
SEED = 20180601
RELAY_S = 3
EVENTS_PER_S = 16  # from each province: 64 in all
KILL_AFTER_S = 5.0
QUIET_S = 2.5  # without an alert for this long, with every receipt in, no alert is on its way
PATIENCE_S = 60.0


def demonstrate() -> int:
    """Returns exit code 0 if every event was answered and every bank's numbers are without gaps."""
    started = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="liancheng-demo-"))
    settings = _settings(home)
    try:
        say(f"1/6  starting a broker and two workers in {home}")
        _liancheng(settings, "up", "--detach", "--workers", "2", "--no-view")
        code = _show(settings)
        say(f"{time.monotonic() - started:.0f} s in all")
        return code
    finally:
        _liancheng(settings, "down")
        shutil.rmtree(home, ignore_errors=True)


def _settings(home: Path) -> Settings:
    broker, controller, web, _ = free_ports(4)
    changed = {
        "LIANCHENG_HOME": str(home),
        "LIANCHENG_BROKER_PORT": str(broker),
        "LIANCHENG_CONTROLLER_PORT": str(controller),
        "LIANCHENG_WEB_PORT": str(web),
        "LIANCHENG_SESSION_TIMEOUT_MS": "3000",
        "LIANCHENG_BROKER_BRIEF": "true",
    }
    os.environ.pop("LIANCHENG_BOOTSTRAP_SERVERS", None)  # the demonstration never writes to another cluster
    os.environ.update(changed)
    return Settings()


def _liancheng(settings: Settings, *words: str) -> str:
    command = [sys.executable, "-m", "cli.main", *words]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode == ExitCode.FAILED:
        raise RuntimeError(f"`liancheng {' '.join(words)}` failed: see {settings.home}/logs")
    return done.stdout


def _show(settings: Settings) -> int:
    say("2/6  measuring a bare relay of four hops, which also warms the new broker up")
    relay.make_topics(settings)
    bare = _measure_relay(settings)
    say("3/6  two banks watch 80 companies between them")
    desks = _open_banks(settings)
    say("4/6  four provinces publish 64 events a second; the banks read these alerts:")
    receipts, killed_at = _publish_all(settings)
    say("5/6  a real decision of 2019, as an agency's clerk publishes it")
    real = _publish_real(settings)
    say("6/6  waiting until no alert is on its way")
    _settle(desks)
    print_real_entry(settings)
    sent = sum(len(story(province, today(), SEED)) for province in AUTHORITIES)
    print_summary({"four provinces": (sent, receipts), REAL_FILE.name: (1, real)}, desks, killed_at, bare)
    return ExitCode.DONE if len(receipts) == sent and whole(desks) else ExitCode.FAILED


def _measure_relay(settings: Settings) -> latency.Run | None:
    """Returns what the bare relay took, or None if it did not get through: the demonstration goes on without it."""
    try:
        return latency.relay_run(settings, latency.events(0, RELAY_S))
    except UnavailableError as error:
        say(f"     the relay was not measured: {error}")
        return None


def _open_banks(settings: Settings) -> list[BankDesk]:
    all_companies = companies()
    books = (all_companies[:50], all_companies[30:])
    desks = []
    for (bank, name), book in zip(BANKS.items(), books, strict=True):
        add_bank(settings, bank, name)
        desk = BankDesk(bank, settings, sys.stderr.isatty())
        desk.watch(book)
        desk.start()
        desks.append(desk)
    return desks


def _publish_all(settings: Settings) -> tuple[list[Receipt], datetime]:
    """Publishes every province's events from a thread of its own; in the middle, a worker is killed."""
    day, receipts = today(), []
    lock = threading.Lock()

    def publish(province: str) -> None:
        answered = _publish_story(settings, province, day)
        with lock:
            receipts.extend(answered)

    threads = [threading.Thread(target=publish, args=(province,), name=province) for province in AUTHORITIES]
    for thread in threads:
        thread.start()
    time.sleep(KILL_AFTER_S)
    killed_at = _kill_a_worker(settings)
    for thread in threads:
        thread.join()
    return receipts, killed_at


def _publish_story(settings: Settings, province: str, day: date) -> list[Receipt]:
    events: list[Event] = story(province, day, SEED)
    with Agency(province, settings) as agency:
        tickets = []
        for event in events:
            tickets.append(agency.publish(event))
            agency.poll()
            time.sleep(1 / EVENTS_PER_S)
        return agency.wait_all(tickets, PATIENCE_S)


def _kill_a_worker(settings: Settings) -> datetime:
    lines = _liancheng(settings, "status", "--json").splitlines()
    parts = [msgspec.json.decode(text, type=Part) for text in lines]
    victim = next(part for part in parts if part.name == "worker-1")
    at = datetime.now(UTC)
    if victim.pid:
        os.kill(victim.pid, signal.SIGKILL)
        say(f"     >>> {victim.name} (pid {victim.pid}) killed with SIGKILL; it is restarted <<<")
    return at


def _publish_real(settings: Settings) -> list[Receipt]:
    say(f"     liancheng publish {REAL_FILE} --province 310000")
    text = _liancheng(settings, "publish", str(REAL_FILE), "--province", "310000", "--json")
    return [msgspec.json.decode(line, type=Receipt) for line in text.splitlines()]


def _settle(desks: list[BankDesk]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if all(time.monotonic() - desk.last_at > QUIET_S or desk.error for desk in desks):
            return
        time.sleep(0.1)
