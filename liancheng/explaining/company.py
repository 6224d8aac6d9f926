"""Why a company stands where it stands, in words: each reason with its rule, the rule's source and its mark."""

from collections.abc import Iterator, Sequence

from liancheng.explaining import documents as explaining_documents
from liancheng.explaining.explanation import Explanation, Line, Section, StandardOf, Teller
from liancheng.explaining.phrases import Language
from liancheng.records.entries import Entry
from liancheng.standard.judge import MARKS, measures
from liancheng.standard.loader import load, versions
from liancheng.standard.model import Standard

__all__ = ["Explanation", "Line", "Section", "at_hand", "explain"]


def explain(entry: Entry, standard_of: StandardOf, language: Language) -> Explanation:
    """The entry in sections: level, each document, measures, history, and how sure the reasons are.

    `standard_of` gives a version by its number, None where it is not at hand: its rules are then named, not quoted.
    """
    tell = Teller(language, standard_of)
    sections = (
        Section(title=tell("section.level"), lines=tuple(_level(entry, tell))),
        *(explaining_documents.section(number, case, tell) for number, case in enumerate(entry.cases, start=1)),
        Section(title=tell("section.measures"), lines=tuple(_measures(entry, tell))),
        Section(title=tell("section.history"), lines=tuple(_history(entry, tell))),
    )
    sureness = Section(title=tell("section.sureness"), lines=tuple(_sureness(tell)))
    return Explanation(
        uscc=entry.uscc, name=entry.name, level=entry.level, language=language, sections=(*sections, sureness)
    )


def at_hand(version: str) -> Standard | None:
    """A packaged version, None for one that is not."""
    return load(version) if version in versions() else None


def _level(entry: Entry, tell: Teller) -> Iterator[Line]:
    yield tell.line("level", tell("since", level=tell(f"level.{entry.level}"), day=entry.level_since))
    standard = tell.standard_of(entry.standard)
    rules = [rule.id for rule in standard.levels if rule.name == entry.level] if standard else []
    if standard and entry.level in ("candidate", "listed"):
        rules.append(standard.listing.id)
    for rule in rules:
        yield tell.line("rule", tell.rule(rule, entry.standard, is_reason=True))
    yield from _because(entry, tell)
    for name in entry.former_names:
        yield tell.line("former", name)
    yield tell.line("standard", f"{entry.standard} {standard.title}" if standard else entry.standard)


def _because(entry: Entry, tell: Teller) -> Iterator[Line]:
    """The documents that would give the level by themselves, and violations repeated across documents."""
    carrying = [case.document.id for case in entry.cases if case.level == entry.level]
    if carrying and entry.level != "clear":
        yield tell.line("because", _documents(entry, carrying, tell))
    for one in entry.repeats:
        documents = _documents(entry, one.document_ids, tell)
        yield tell.line("repeat", tell("repeat", documents=documents, violation_class=one.violation_class))
        yield tell.line("rule", tell.rule(one.rule, entry.standard, is_reason=entry.level == "candidate"))


def _documents(entry: Entry, ids: Sequence[str], tell: Teller) -> str:
    numbers = (number for number, case in enumerate(entry.cases, start=1) if case.document.id in ids)
    return tell("comma").join(tell("section.document", number=number) for number in numbers)


def _measures(entry: Entry, tell: Teller) -> Iterator[Line]:
    standard = tell.standard_of(entry.standard)
    found = measures(entry.level, standard) if standard else ()
    for one in found:
        measure_class = tell(f"measure.{one.measure_class}")
        text = tell("measure", text=one.text, measure_class=measure_class, source=one.source, mark=one.mark)
        yield tell.line("measure", text)
        tell.marks.setdefault(one.mark, [])  # told in words below, and no reason
    if not found:
        yield tell.line("measure", tell("measures.none"))


def _history(entry: Entry, tell: Teller) -> Iterator[Line]:
    for past in entry.history:
        text = tell("change", day=past.day, kind=tell(f"change.{past.kind}"), level=tell(f"level.{past.level}"))
        yield tell.line("change", text, sequence=past.sequence)
    for rule in dict.fromkeys(cause.rule for cause in entry.change.causes):
        yield tell.line("cause", tell.cause(rule, entry.standard))


def _sureness(tell: Teller) -> Iterator[Line]:
    """The weakest mark among the reasons, then every mark that was printed, in words."""
    marks = [mark for mark in MARKS if mark in tell.marks]
    marks += [mark for mark in tell.marks if mark not in MARKS]
    reasons = [mark for mark in marks if tell.marks[mark]]
    if reasons:
        weakest = reasons[-1]
        yield tell.line("weakest", tell("sureness", mark=weakest, rules=", ".join(tell.marks[weakest])))
    for mark in marks:
        yield tell.line("mark", tell(f"mark.{mark}"), mark=mark)
