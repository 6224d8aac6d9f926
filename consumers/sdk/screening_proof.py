"""Whether a receipt proves what a bank was answered: its signature, the answer's digest, and the list's own log."""

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
    """One thing that was looked at, in words."""

    what: str
    holds: bool
    detail: str


class Told(NamedTuple):
    """What a file holds: the receipt, and the answer without it (None: the receipt alone)."""

    receipt: ScreeningReceipt
    answer: dict[str, Any] | None
    rows: list[Any] | None = None  # of a book

    def companies(self) -> Iterator[dict[str, Any]]:
        """Every company in the answer."""
        answer = self.answer or {}
        if "known" in answer:
            yield answer
        for row in [*(self.rows or ()), answer]:
            yield from filter(None, [row.get("company")])
            yield from (match["company"] for match in row.get("matches") or ())

    def proofs(self) -> list[EntryProof]:
        """The entries that were answered from."""
        found = (c for c in self.companies() if c.get("entry_sha256"))
        named = [EntryProof(uscc=c["uscc"], sequence=c["sequence"], sha256=c["entry_sha256"]) for c in found]
        return named or list(self.receipt.entries)

    def levels(self) -> dict[tuple[str, int], str]:
        """The level that was answered, by USCC and sequence."""
        return {(c["uscc"], c["sequence"]): c["level"] for c in self.companies() if c.get("sequence")}


def read(raw: bytes, name: str) -> list[Told]:
    """Answers as they were saved: one (printed anew or not), several a line each, the lines of a stream, or receipts.

    Raises:
        WrongUseError: it is none of these, or a stream that was broken off.
    """
    try:
        return list(_told(_values(raw)))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        expected = "expected an answer of the HTTP service with its receipt, or all lines of a stream"
        raise WrongUseError(f"{name}: found no receipt ({type(error).__name__}: {error}), {expected}") from error


def _values(raw: bytes) -> list[Any]:
    try:
        return [msgspec.json.decode(raw)]
    except msgspec.DecodeError:
        return [msgspec.json.decode(line) for line in raw.splitlines() if line.strip()]


def _told(values: list[Any]) -> Iterator[Told]:
    rows: list[Any] = []
    for value in values:
        if "signature" in value:
            yield Told(_receipt(value), None)
        elif "receipt" not in value:
            rows.append(value)
        else:
            answer = dict(value)
            receipt = _receipt(answer.pop("receipt"))
            of_stream = answer.get("type") == "end"
            yield Told(receipt, answer, rows if of_stream else answer.pop("rows", None))
            rows = [] if of_stream else rows
    if rows or not values:
        raise ValueError("rows without an end")


def _receipt(value: Any) -> ScreeningReceipt:
    return msgspec.convert(value, ScreeningReceipt)


def offline(told: Told, keys: PublicKeys) -> list[Check]:
    """What can be said without the log."""
    checks = [Check("signature", *verified(told.receipt, keys))]
    if told.answer is not None:
        digest = _digest(told)
        holds = digest == told.receipt.answer_sha256
        detail = "the receipt is of this answer" if holds else "the answer is not the one that the receipt is of"
        checks.append(Check("answer", holds, detail))
    return checks


def _digest(told: Told) -> str:
    if told.rows is not None:
        return rows_digest(sha256(recanonical(row)) for row in told.rows)
    return sha256(recanonical(told.answer))


def online(settings: Settings, told: Told) -> list[Check]:
    """What the log of facts says: it is judged again, up to the entries that were answered from.

    Raises:
        UnavailableError: no broker.
    """
    proofs = sorted(told.proofs(), key=lambda proof: (proof.uscc, proof.sequence))
    wanted = {uscc: list(found) for uscc, found in groupby(proofs, key=lambda proof: proof.uscc)}
    clear = {c["uscc"] for c in told.companies() if not c["known"]}
    if not told.proofs() and not clear and told.receipt.asked.uscc:
        clear = {told.receipt.asked.uscc}
    made = _made(settings, {*wanted, *clear})
    checks = [_entry(proof, made[uscc], told.levels()) for uscc, found in wanted.items() for proof in found]
    return checks + [_no_entry(uscc, made[uscc], told.receipt.answered_at) for uscc in sorted(clear)]


def _made(settings: Settings, usccs: Iterable[str]) -> dict[str, list[Entry]]:
    """Every entry that the log makes of these companies."""
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
