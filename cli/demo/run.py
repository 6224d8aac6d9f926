"""The demonstration, from nothing to a summary: four provinces, two banks, a real file, a worker killed on the way."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import msgspec

from cli.demo.bank_desk import BankDesk
from cli.demo.story import AUTHORITIES, companies, story
from cli.shared.exit_code import ExitCode
from cli.shared.tables import table
from cli.shared.terminal import say
from consumers.reading.register import add_bank
from liancheng.records.events import Event
from liancheng.records.facts import Outcome, Receipt
from liancheng.settings import Settings
from producers import Agency
from stream_apps.calendar import today
from supervision.ports import free_ports
from supervision.state import Part

REAL_FILE = Path(__file__).parents[2] / "samples" / "real_decisions_yrd.csv"
BANKS = {"demo-bank-east": "虚构东方银行", "demo-bank-west": "虚构西部银行"}
SEED = 20180601
PER_SECOND = 16  # events a second from each province: 64 in all
KILL_AFTER_S = 5.0
QUIET_S = 2.5  # no alert for so long, with every receipt in: nothing more is on its way
PATIENCE_S = 60.0


def demonstrate() -> int:
    """Exit code 0: everything sent was answered and every bank's numbers are without gaps."""
    started = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="liancheng-demo-"))
    settings = _settings(home)
    try:
        say(f"1/5  starting a broker and two workers in {home}")
        _liancheng(settings, "up", "--detach", "--workers", "2", "--no-view")
        return _show(settings, started)
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
    os.environ.pop("LIANCHENG_BOOTSTRAP_SERVERS", None)  # the demonstration never touches another cluster
    os.environ.update(changed)
    return Settings()


def _liancheng(settings: Settings, *words: str) -> str:
    command = [sys.executable, "-m", "cli.main", *words]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode == ExitCode.FAILED:
        raise RuntimeError(f"`liancheng {' '.join(words)}` failed: see {settings.home}/logs")
    return done.stdout


def _show(settings: Settings, started: float) -> int:
    say("2/5  two banks watch 80 companies between them")
    desks = _open_banks(settings)
    say("3/5  four provinces publish; alerts as the banks read them (the last figure: made after … ms):")
    receipts, killed_at = _publish_all(settings)
    say(f"4/5  the real file {REAL_FILE.name}, as an agency would send it: most rows lack what a decision must have")
    real = _publish_real(settings)
    say("5/5  waiting until no alert is on its way")
    _settle(desks)
    _print_summary(receipts, real, desks, killed_at)
    say(f"{time.monotonic() - started:.0f} s in all")
    return _verdict(receipts, desks)


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
    """Every province in a thread of its own; in the middle, the worker that has work is killed."""
    day, receipts = today(), []
    lock = threading.Lock()

    def one(province: str) -> None:
        got = _publish_story(settings, province, day)
        with lock:
            receipts.extend(got)

    threads = [threading.Thread(target=one, args=(province,), name=province) for province in AUTHORITIES]
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
            time.sleep(1 / PER_SECOND)
        return agency.wait_all(tickets, PATIENCE_S)


def _kill_a_worker(settings: Settings) -> datetime:
    lines = _liancheng(settings, "status", "--json").splitlines()
    parts = [msgspec.json.decode(text, type=Part) for text in lines]
    victim = next(part for part in parts if part.name == "worker-1")
    at = datetime.now(UTC)
    if victim.pid:
        os.kill(victim.pid, signal.SIGKILL)
        say(f"     >>> {victim.name} (pid {victim.pid}) killed with SIGKILL; it is started again <<<")
    return at


def _publish_real(settings: Settings) -> list[Receipt]:
    text = _liancheng(settings, "publish", str(REAL_FILE), "--province", "310000", "--json")
    return [msgspec.json.decode(line, type=Receipt) for line in text.splitlines()]


def _settle(desks: list[BankDesk]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if all(time.monotonic() - desk.last_at > QUIET_S or desk.error for desk in desks):
            return
        time.sleep(0.1)


def _print_summary(receipts: list[Receipt], real: list[Receipt], desks: list[BankDesk], killed_at: datetime) -> None:
    say("")
    rows = []
    for who, sent, got in (("four provinces", _sent(), receipts), (REAL_FILE.name, len(real), real)):
        outcomes = Counter(receipt.submission.outcome for receipt in got)
        counts = [outcomes[outcome] for outcome in get_args(Outcome)]
        rows.append([who, sent, "=", *counts])
    table(("events", "sent", "", *get_args(Outcome)), rows)
    before = [desk.row(killed_at) for desk in desks]
    table(("bank", "alerts", "numbers", "p50 ms", "p99 ms", "slowest of all"), before)
    say("milliseconds: from the agency's publishing to the bank having read the alert. p50 and p99 are those of events")
    say("published before the worker was killed; the slowest of all had to wait until it was replaced")


def _sent() -> int:
    return sum(len(story(province, today(), SEED)) for province in AUTHORITIES)


def _verdict(receipts: list[Receipt], desks: list[BankDesk]) -> int:
    for desk in desks:
        if desk.error:
            say(f"{desk.bank}: {desk.error}")
    whole = all(desk.gapless and desk.numbers and not desk.error for desk in desks)
    return ExitCode.DONE if len(receipts) == _sent() and whole else ExitCode.FAILED
