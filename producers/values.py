"""From a table row's cells to a decision's values: what can be read in one way only; all else is refused, in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from liancheng.records.facts import Finding
from liancheng.text import findings, persons, spelling
from producers import fines
from producers.kind_codes import KindCodes
from producers.layouts import Layout
from producers.rows import Note

_SHORT_NUMBER = re.compile(r"\d{1,7}")
_SEPARATORS = re.compile(r"[;；,，、\s]+")
_AMOUNT = re.compile(r"(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,6})?", re.ASCII)  # no longer than can be exact
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)
_STANDS, _REVOKED, _OBJECTED = ("", "0", "正常"), ("1", "撤销"), ("2", "异议")


@dataclass
class Reading:
    """A row on its way to a decision: `values` by the event's fields."""

    layout: Layout
    codes: KindCodes
    values: dict[str, Any]
    defects: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def refuse(self, field_: str, code: str, found: str, expected: str, remedy: str) -> None:
        self.defects.append(findings.error(field_, code, found, expected, remedy))


def read(cells: list[str], layout: Layout, codes: KindCodes) -> Reading:
    """The values of one row, as texts but for numbers of our own columns."""
    reading = Reading(layout, codes, {})
    for position, name in layout.fields.items():
        if text := cells[position].strip():
            known = reading.values.get(name)
            reading.values[name] = f"{known};{text}" if known else text
    _check_subject(reading, any(cells[position].strip() for position in layout.own_number))
    for step in _STEPS:
        step(reading)
    return reading


def _check_subject(reading: Reading, has_own_number: bool) -> None:
    """The first edition has no 行政相对人类别: a row without a company's code may be a person's, so it is not sent."""
    if "uscc" in reading.values:
        return
    if has_own_number:
        reading.defects.append(persons.not_legal_person("uscc"))
    elif reading.layout.first_edition:
        remedy = "add the code from its licence; do not send the row if the subject is a natural person"
        reading.refuse("uscc", "uscc.missing", "", "the company's 统一社会信用代码", remedy)


def _lost_digits(reading: Reading) -> None:
    for name in ("uscc", "document_no"):
        text = reading.values.get(name, "")
        if _SCIENTIFIC.fullmatch(text):
            expected = "all its digits: Excel turned it into a number and keeps 15 of them"
            remedy = "format the column as text 文本, then enter it again from the decision"
            reading.refuse(name, f"{name}.number", text, expected, remedy)


def _state(reading: Reading) -> None:
    state = spelling.compact(reading.values.pop("state", "0"))
    if state in _STANDS:
        return
    if state in _OBJECTED:
        reading.notes.append(Note("objected", "当前状态 is 异议"))
    elif state in _REVOKED:
        remedy = "leave the row out; if the decision was sent before, send a revocation as a JSON line"
        reading.refuse("state", "state.revoked", state, "a decision that stands (0 or 正常)", remedy)
    else:
        expected = "0 正常, 1 撤销 or 2 异议"
        remedy = "write 0 if the decision stands; else leave the row out, or send a revocation as a JSON line"
        reading.refuse("state", "state.unknown", "", expected, remedy)  # a shifted row may hold a name here


def _kinds(reading: Reading) -> None:
    printed = reading.values.get("kinds")
    if not printed:
        return
    reading.values["kinds"], unknown = reading.codes.translate(printed)
    if unknown:
        known = f"one of {reading.codes.known}" if reading.codes.kinds else "words, as 罚款: codes differ by source"
        remedy = "write the words; or name the source's codes with --kinds-codes (a file of code,kind)"
        reading.refuse("kinds", "kinds.code", ", ".join(unknown), known, remedy)


def _yuan(reading: Reading) -> None:
    for position in reading.layout.in_yuan:
        name = reading.layout.fields[position]
        text = spelling.plain(reading.values.get(name, "")).strip()
        if _AMOUNT.fullmatch(text):
            reading.values[name] = fines.as_wan(Decimal(text.replace(",", "")))
        elif text:
            remedy = "send the number alone, as the column's header says"
            reading.refuse(name, "amount.unreadable", text, "a number in 元", remedy)


def _fine(reading: Reading) -> None:
    values = reading.values
    if not reading.layout.first_edition or "fine_wan" in values:
        return
    content = values.get("content", "")
    fine = fines.stated_in(content)
    if fine.wan is not None:
        values["fine_wan"] = fine.wan
        reading.notes.append(Note("fine.read", f"{fine.said} is {fine.wan} 万元"))
    elif "罚款" in values.get("kinds", "") or "罚款" in spelling.compact(content):
        expected = f"one fine, as 罚款13.8万元, in {reading.layout.header_of('content')}"
        remedy = "write its amount in 万元 into 罚款金额（万元）, a column that this table may have as well; 0 for none"
        reading.refuse("fine_wan", "fine.unclear", fine.said, expected, remedy)


def _revision(reading: Reading) -> None:
    if text := reading.values.pop("revision", None):
        if _SHORT_NUMBER.fullmatch(text):
            reading.values["revision"] = int(text)
        else:
            expected = "a whole number, 1 for the first"
            reading.refuse("revision", "revision.unreadable", text, expected, "count revisions from 1")


def _stated_acts(reading: Reading) -> None:
    if text := reading.values.pop("stated_acts", None):
        acts = [act for act in _SEPARATORS.split(text) if act]
        if all(_SHORT_NUMBER.fullmatch(act) for act in acts):
            reading.values["stated_acts"] = [int(act) for act in acts]
        else:
            expected, remedy = "numbers from 1 to 14, as 6 or 6;7", "write the numbers of the acts alone"
            reading.refuse("stated_acts", "stated_acts.unreadable", text, expected, remedy)


_STEPS: tuple[Callable[[Reading], None], ...] = (
    *(_lost_digits, _state, _kinds, _yuan),
    *(_fine, _revision, _stated_acts),
)
