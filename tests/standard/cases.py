"""Runs a case of `tests/standard/*.toml`: events are folded and days pass exactly as the stages do it.

What a case may say is told in the README beside it.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from stdnum.cn import uscc as stdnum_uscc

from liancheng import codec
from liancheng.intake import documents
from liancheng.intake.documents import EventPosition, State
from liancheng.joint_list import fold
from liancheng.joint_list.levels import recognition
from liancheng.joint_list.standard_judge import current_schedule
from liancheng.records.entries import Case, Entry
from liancheng.records.facts import Submission
from liancheng.standard.loader import current
from liancheng.text.provinces import PROVINCES

HERE = Path(__file__).parent
EVENTS = ("decision", "revocation", "recognition", "performance", "repair", "objection")
_CODES = {name: code for code, name in PROVINCES.items()}
Table = dict[str, Any]


def cases() -> Iterator[tuple[str, Table]]:
    for path in sorted(HERE.glob("*.toml")):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            yield path.stem, case


def company(number: int) -> str:
    body = f"91310000MA1C{number:05d}"
    return body + stdnum_uscc.calc_check_digit(body)


@dataclass
class World:
    """The documents and the companies of one case, on the day that the list has reached."""

    province: str
    day: date = date.min
    documents: dict[str, State | None] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    sent: int = 0

    def pass_to(self, day: date) -> None:
        """A new day begins, as joint_list works it off."""
        if day > self.day:
            for uscc, entry in self.entries.items():
                self.entries[uscc] = (entry, *fold.advance(entry, self.day, day, current_schedule()))[-1]
            self.day = day

    def take(self, given: Table) -> Submission:
        """An event arrives at noon of its day, as standardise and joint_list take it."""
        self.pass_to(given["accepted"])
        province = _CODES[given.get("province", self.province)]
        event = _event(given, province)
        raw = codec.encode(event)
        key = f"{province}/{event['authority']}/{event['document_no']}"
        at = datetime.combine(given["accepted"], time(4), tzinfo=UTC)
        folded = documents.fold(self.documents.get(key), raw, EventPosition(province, key, 0, self.sent, at), at)
        self.sent += 1
        self.documents[key] = folded.receipt.document
        judge = current_schedule().on(self.day)
        for uscc, penalty in folded.penalties:
            entry = fold.fold(self.entries.get(uscc), uscc, penalty, self.day, judge)
            if entry:
                self.entries[uscc] = entry
        return folded.receipt.submission


def _event(given: Table, province: str) -> Table:
    (type_,) = (name for name in EVENTS if name in given)
    place = {
        "authority": f"虚构{PROVINCES[province]}示例区生态环境局",
        "document_no": f"虚环罚〔2026〕{given.get('document', 1)}号",
    }
    plain: Table = {}
    if type_ == "decision":
        kinds = given[type_].get("kinds", "罚款")
        who = given.get("company", 1)
        plain = {"name": f"虚构示例{'甲乙丙'[who - 1]}化工有限公司", "uscc": company(who), "kinds": kinds}
        plain |= {"fine_wan": "10"} if "罚款" in kinds else {}
    if type_ == "recognition":
        plain = {"recognition_no": "虚环认〔2026〕1号"}
    return {"type": type_} | place | plain | given[type_]


# ---- what is found, in the words of a case


def differences(case: Table) -> list[str]:
    """Where what is found is not what the case expects."""
    world, found = World(case.get("province", "上海")), []
    timeline = [(given["accepted"], 0, given) for given in case["given"]]
    timeline += [(expected["on"], 1, expected) for expected in case["expect"]]
    for _, last, step in sorted(timeline, key=lambda one: one[:2]):
        if last:
            world.pass_to(step["on"])
            found += _compare(f"on {step['on']}", step, _on(world, step))
        else:
            found += _answer(world.take(step), step)
    for verdict in case.get("verdict", []):
        found += _compare("verdict", verdict, _verdict(world, verdict))
    return found


def _compare(where: str, expected: Table, found: Table) -> list[str]:
    unknown = expected.keys() - found.keys() - _ASKING
    assert not unknown, f"a case does not say {sorted(unknown)}; see tests/standard/README.md"
    return [
        f"{where}: {name}: found {found[name]}, expected {value}"
        for name, value in expected.items()
        if name not in _ASKING and found[name] != value
    ]


_ASKING = {"on", "company", "document"}


def _answer(submission: Submission, given: Table) -> list[str]:
    outcome, *codes = given.get("answer", "accepted").split()
    found = [finding.code for finding in submission.findings]
    if submission.outcome == outcome and set(codes) <= set(found):
        return []
    place = f"event of {given['accepted']}"
    return [f"{place}: answer: found {' '.join([submission.outcome, *found])}, expected {given.get('answer')}"]


def _case(world: World, asked: Table) -> Case | None:
    entry = world.entries.get(company(asked.get("company", 1)))
    number = f"〔2026〕{asked.get('document', 1)}号"
    return next((case for case in entry.cases if case.document.id.endswith(number)), None) if entry else None


def _on(world: World, asked: Table) -> Table:
    entry, case = world.entries.get(company(asked.get("company", 1))), _case(world, asked)
    objection = case.objection if case else None
    return {
        "level": entry.level if entry else "clear",
        "change": entry.change.kind if entry else "none",
        "name": entry.name if entry else "none",
        "standing": case.standing if case else "none",
        "recognition": (recognition(case.document) if case else None) or "none",
        "lacks": sorted(case.repair_lacks) if case else [],
        "objection": objection.state if objection else "none",
        "due": (objection.due_day if objection else None) or "none",
        "due_rule": (objection.due_rule if objection else None) or "none",
        "repeats": sorted({_number(id_) for one in entry.repeats for id_ in one.document_ids}) if entry else [],
        "repeat_rule": ", ".join(one.rule for one in entry.repeats) if entry else "",
    }


def _number(document_id: str) -> int:
    return int(document_id.rsplit("〕", 1)[1].removesuffix("号"))


def _verdict(world: World, asked: Table) -> Table:
    case = _case(world, asked)
    assert case, "the company has no such document"
    verdict = case.verdict
    rule = current().rule(verdict.severity_rule or "")
    return {
        "regime": verdict.regime or "none",
        "severity": verdict.severity or "none",
        "rule": verdict.severity_rule or "none",
        "source": _part_of(rule.source if rule else "", asked.get("source", "")),
        "mark": rule.mark if rule else "none",
        "repair_from": verdict.earliest_repair_day or "never",
        "published_to": verdict.last_published_day or "never",
        "unperformed": verdict.unperformed_rule or "none",
        "acts": [f"{act.act} {act.by} {act.mark}" for act in verdict.acts],
        "cited": [act.citation for act in verdict.acts],
    }


def _part_of(source: str, asked: str) -> str:
    return asked if asked and asked in source else source
