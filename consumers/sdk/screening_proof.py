"""Checks whether a receipt proves an answer: its signature, the answer's digest, and the log of facts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from consumers.reading.past_entries import records_of
from consumers.reading.signatures import PublicKeys, verified
from liancheng import codec
from liancheng.errors import WrongUseError
from liancheng.joint_list.history import entries
from liancheng.joint_list.standard_judge import current_schedule
from liancheng.records.entries import Entry
from liancheng.records.screening_receipts import (
    EntryProof,
    ScreeningReceipt,
    recanonical,
    rows_digest,
    sha256,
)
from liancheng.settings import Settings


class Check(NamedTuple):
    """The result of one check, in words."""

    what: str
    holds: bool
    detail: str


class SavedAnswer(NamedTuple):
    """A receipt, and the answer without it (None: only the receipt was saved)."""

    receipt: ScreeningReceipt
    answer: dict[str, Any] | None
    rows: list[Any] | None = None  # of a book

    def companies(self) -> Iterator[dict[str, Any]]:
        """Yields every company in the answer."""
        answer = self.answer or {}
        if "known" in answer:
            yield answer
        for row in [*(self.rows or ()), answer]:
            yield from filter(None, [row.get("company")])
            yield from (match["company"] for match in row.get("matches") or ())

    def proofs(self) -> list[EntryProof]:
        """Returns the entries that the answer was read from."""
        known = (c for c in self.companies() if c.get("entry_sha256"))
        named = [EntryProof(uscc=c["uscc"], sequence=c["sequence"], sha256=c["entry_sha256"]) for c in known]
        return named or list(self.receipt.entries)

    def levels(self) -> dict[tuple[str, int], str]:
        """Returns the levels in the answer, by USCC and sequence."""
        return {(c["uscc"], c["sequence"]): c["level"] for c in self.companies() if c.get("sequence")}


def read(raw: bytes, name: str) -> list[SavedAnswer]:
    """Returns saved answers: one (in any layout), several on a line each, the lines of a stream, or receipts.

    Raises:
        WrongUseError: it is none of these, or an incomplete stream.
    """
    try:
        return list(_answers(_values(raw)))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        expected = "expected an answer of the HTTP service with its receipt, or all lines of a stream"
        raise WrongUseError(f"{name}: found no receipt ({type(error).__name__}: {error}), {expected}") from error


def _values(raw: bytes) -> list[Any]:
    try:
        return [msgspec.json.decode(raw)]
    except msgspec.DecodeError:
        return [msgspec.json.decode(line) for line in raw.splitlines() if line.strip()]


def _answers(values: list[Any]) -> Iterator[SavedAnswer]:
    rows: list[Any] = []
    for value in values:
        if "signature" in value:
            yield SavedAnswer(_receipt(value), None)
        elif "receipt" not in value:
            rows.append(value)
        else:
            answer = dict(value)
            receipt = _receipt(answer.pop("receipt"))
            of_stream = answer.get("type") == "end"
            yield SavedAnswer(receipt, answer, rows if of_stream else answer.pop("rows", None))
            rows = [] if of_stream else rows
    if rows or not values:
        raise ValueError("rows without an end")


def _receipt(value: Any) -> ScreeningReceipt:
    return msgspec.convert(value, ScreeningReceipt)


def offline(saved: SavedAnswer, keys: PublicKeys) -> list[Check]:
    """Returns the checks that need no log."""
    checks = [Check("signature", *verified(saved.receipt, keys))]
    if saved.answer is not None:
        digest = _digest(saved)
        holds = digest == saved.receipt.answer_sha256
        detail = "the receipt is of this answer" if holds else "the answer is not the one that the receipt is of"
        checks.append(Check("answer", holds, detail))
    return checks


def _digest(saved: SavedAnswer) -> str:
    if saved.rows is not None:
        return rows_digest(sha256(recanonical(row)) for row in saved.rows)
    return sha256(recanonical(saved.answer))


def online(settings: Settings, saved: SavedAnswer) -> list[Check]:
    """Returns the checks against the log of facts, which is judged again up to the entries of the answer.

    Raises:
        UnavailableError: no broker.
    """
    proofs = sorted(saved.proofs(), key=lambda proof: (proof.uscc, proof.sequence))
    by_uscc = {uscc: list(group) for uscc, group in groupby(proofs, key=lambda proof: proof.uscc)}
    clear = {c["uscc"] for c in saved.companies() if not c["known"]}
    if not saved.proofs() and not clear and saved.receipt.asked.uscc:
        clear = {saved.receipt.asked.uscc}
    made = _made(settings, {*by_uscc, *clear})
    checks = [_entry(proof, made[uscc], saved.levels()) for uscc, group in by_uscc.items() for proof in group]
    return checks + [_no_entry(uscc, made[uscc], saved.receipt.answered_at) for uscc in sorted(clear)]


def _made(settings: Settings, usccs: Iterable[str]) -> dict[str, list[Entry]]:
    """Returns every entry that the log makes of these companies."""
    schedule = current_schedule()
    return {uscc: list(entries(records, uscc, schedule)) for uscc, records in records_of(settings, usccs).items()}


def _entry(proof: EntryProof, made: Sequence[Entry], levels: dict[tuple[str, int], str]) -> Check:
    what = f"entry {proof.uscc}/{proof.sequence}"
    if proof.sequence > len(made):
        return Check(what, False, f"the log makes {len(made)} entries of this company, not {proof.sequence}")
    entry = made[proof.sequence - 1]
    if sha256(codec.encode(entry)) != proof.sha256:
        return Check(what, False, "the log makes another entry of this number")
    answered = levels.get((proof.uscc, proof.sequence), entry.level)
    if answered != entry.level:
        return Check(what, False, f"the log makes the level {entry.level}, the answer says {answered}")
    return Check(what, True, f"the log makes the same entry: {entry.level} since {entry.level_since}")


def _no_entry(uscc: str, made: Sequence[Entry], answered_at: datetime) -> Check:
    what = f"no entry {uscc}"
    first = made[0].change.accepted_at if made else None
    if not made:
        return Check(what, True, "the log makes no entry of this company")
    if first and first > answered_at:
        return Check(what, True, f"the first fact about it was accepted after that, at {first:%Y-%m-%d %H:%M:%S} UTC")
    return Check(what, False, f"the log held a fact about it from {first:%Y-%m-%d %H:%M:%S} UTC, before the answer")
