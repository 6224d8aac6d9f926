"""What is read only in part leads to the same bytes as what is read whole."""

import functools
import operator
import types
import typing
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng import codec
from liancheng.answers.watch_fold import AlertTemplates, on_entry
from liancheng.joint_list import fold
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records import entries, facts, partial
from liancheng.records.alerts import CustomerReference, Watch, WatchState
from liancheng.records.entries import Case, Entry, ListDay
from tests.unit.lives import JUDGE, LAST, UNHURRIED, USCC, Penalty, arrivals, entries_of, lives

decode = codec.decoder(Entry).decode


def through(entry: Entry) -> Entry:
    return partial.EntryDecoder.decode(codec.encode(entry))


@UNHURRIED
@given(lives().flatmap(arrivals))
def test_a_fold_over_lazy_entries_writes_the_same_bytes(order: list[Penalty]):
    lazy: Entry | None = None
    found: list[bytes] = []
    for penalty in order:
        entry = fold.fold(lazy, USCC, penalty, date.min, JUDGE)
        if entry:
            found.append(codec.encode(entry))
            lazy = partial.EntryDecoder.decode(found[-1])
    steps = fold.pass_days(lazy, LAST, JUDGE) if lazy else ()
    assert [*found, *map(codec.encode, steps)] == [codec.encode(entry) for entry in entries_of(order, LAST)]


@UNHURRIED
@given(lives().flatmap(arrivals))
def test_a_lazy_case_answers_as_the_case_does(order: list[Penalty]):
    for entry in entries_of(order, LAST):
        for lazy, case in zip(through(entry).cases, entry.cases, strict=True):
            assert isinstance(lazy, partial.LazyCase)
            for name in (
                *Case.__struct_fields__,
                *(name for name in vars(Case) if isinstance(vars(Case)[name], property)),
            ):
                assert getattr(lazy, name) == getattr(case, name), name


def test_a_lazy_entry_has_the_fields_of_an_entry_in_their_order():
    assert partial.LazyEntry.__struct_fields__ == Entry.__struct_fields__


WHOLES: dict[type[msgspec.Struct], type[msgspec.Struct]] = {
    partial.ShortDocument: facts.Document,
    partial.FoldedDecision: facts.DecisionFact,
    partial.FoldedDocument: facts.Document,
    partial.FoldedVerdict: entries.Verdict,
    partial.FoldedCase: entries.Case,
    partial.FoldedCases: entries.Entry,
    partial.LazyEntry: entries.Entry,
    partial.AlertedDecision: facts.DecisionFact,
    partial.AlertedRecognition: facts.RecognitionFact,
    partial.AlertedRepair: facts.RepairFact,
    partial.AlertedDocument: facts.Document,
    partial.AlertedAct: entries.ActFinding,
    partial.AlertedVerdict: entries.Verdict,
    partial.AlertedCase: entries.Case,
    partial.AlertedEntry: entries.Entry,
    facts.Decided: facts.DecisionFact,  # in a `ShortDocument`
}
RAW = {(partial.LazyEntry, "cases"), (partial.LazyEntry, "change"), (partial.LazyEntry, "history")}
# A document on the list always has its decision: `joint_list.cases.decision_of` raises otherwise.
REQUIRED = {(partial.FoldedDocument, "decision"), (partial.AlertedDocument, "decision")}


def whole_type(kind: Any) -> Any:
    """Returns a type with the wholes in place of what stands for them."""
    if kind in WHOLES:
        return WHOLES[kind]
    if typing.get_origin(kind) is tuple:
        return tuple[tuple(map(whole_type, typing.get_args(kind)))]
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return functools.reduce(operator.or_, map(whole_type, typing.get_args(kind)))
    return kind


@pytest.mark.parametrize("part", WHOLES, ids=lambda part: part.__name__)
def test_each_field_of_a_part_is_the_wholes(part: type[msgspec.Struct]) -> None:
    wholes = {field.name: field for field in msgspec.structs.fields(WHOLES[part])}
    for field in msgspec.structs.fields(part):
        whole = wholes[field.name]
        if (part, field.name) in RAW:
            continue
        kind = whole_type(field.type)
        if (part, field.name) in REQUIRED:
            assert (kind | None, field.required, whole.default) == (whole.type, True, None)
        else:
            assert (kind, field.required, field.default) == (whole.type, whole.required, whole.default), field.name


def test_every_part_is_compared() -> None:
    structs = {
        value for value in vars(partial).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)
    }
    parts = {struct for struct in structs if struct.__module__ == partial.__name__ and struct.__name__[0] != "_"}
    assert parts == WHOLES.keys() - {facts.Decided}


@UNHURRIED
@given(lives().flatmap(arrivals), st.booleans())
def test_what_a_bank_is_told_of_a_brief_is_what_it_is_told_of_the_entry(order: list[Penalty], current: bool):
    measures = current_judge().bank_measures("listed")
    references = (CustomerReference(customer_ref="示例1"),)
    for entry in entries_of(order, LAST):
        brief = partial.read_alerted(codec.encode(entry), "示例")
        assert brief
        templates, told = AlertTemplates(entry, measures), AlertTemplates(brief, measures)
        assert (told.current if current else told.change) == (templates.current if current else templates.change)
        state = WatchState(watch=Watch(uscc=USCC, bank="bank-a", references=references))
        if answer := on_entry(state, templates):
            assert told.encode(answer[1]) == codec.encode(answer[1])


def test_a_days_record_is_no_entry_and_what_is_neither_is_named():
    assert partial.read_alerted(codec.encode(ListDay(day=LAST)), "示例") is None
    with pytest.raises(Exception, match="示例"):
        partial.read_alerted(b"{}", "示例")
