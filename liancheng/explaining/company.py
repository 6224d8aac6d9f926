"""The explanation of a company's level: each reason with its rule, the rule's source and its mark."""

from collections.abc import Iterator, Sequence

from liancheng.explaining import documents as explaining_documents
from liancheng.explaining.explanation import Explanation, Line, Phrases, Section, StandardOf
from liancheng.explaining.phrases import Language
from liancheng.records.entries import Entry
from liancheng.standard.judge import MARKS, measures
from liancheng.standard.loader import load, versions
from liancheng.standard.model import Standard

__all__ = ["Explanation", "Line", "Section", "at_hand", "explain"]


def explain(entry: Entry, standard_of: StandardOf, language: Language) -> Explanation:
    """Returns the entry in sections: level, each document, measures, history, and how certain the reasons are.

    `standard_of` returns a version by its number, or None if it is not installed: then its rules are named, not quoted.
    """
    phrases = Phrases(language, standard_of)
    sections = (
        Section(title=phrases("section.level"), lines=tuple(_level(entry, phrases))),
        *(explaining_documents.section(number, case, phrases) for number, case in enumerate(entry.cases, start=1)),
        Section(title=phrases("section.measures"), lines=tuple(_measures(entry, phrases))),
        Section(title=phrases("section.history"), lines=tuple(_history(entry, phrases))),
    )
    sureness = Section(title=phrases("section.sureness"), lines=tuple(_sureness(phrases)))
    return Explanation(
        uscc=entry.uscc, name=entry.name, level=entry.level, language=language, sections=(*sections, sureness)
    )


def at_hand(version: str) -> Standard | None:
    """Returns a packaged version, or None if it is not packaged."""
    return load(version) if version in versions() else None


def _level(entry: Entry, phrases: Phrases) -> Iterator[Line]:
    yield phrases.line("level", phrases("since", level=phrases(f"level.{entry.level}"), day=entry.level_since))
    standard = phrases.standard_of(entry.standard)
    rules = [rule.id for rule in standard.levels if rule.name == entry.level] if standard else []
    if standard and entry.level in ("candidate", "listed"):
        rules.append(standard.listing.id)
    for rule in rules:
        yield phrases.line("rule", phrases.rule(rule, entry.standard, is_reason=True))
    yield from _because(entry, phrases)
    for name in entry.former_names:
        yield phrases.line("former", name)
    yield phrases.line("standard", f"{entry.standard} {standard.title}" if standard else entry.standard)


def _because(entry: Entry, phrases: Phrases) -> Iterator[Line]:
    """The documents that give the level on their own, and violations repeated across documents."""
    carrying = [case.document.id for case in entry.cases if case.level == entry.level]
    if carrying and entry.level != "clear":
        yield phrases.line("because", _documents(entry, carrying, phrases))
    for repeat in entry.repeats:
        documents = _documents(entry, repeat.document_ids, phrases)
        yield phrases.line("repeat", phrases("repeat", documents=documents, violation_class=repeat.violation_class))
        yield phrases.line("rule", phrases.rule(repeat.rule, entry.standard, is_reason=entry.level == "candidate"))


def _documents(entry: Entry, ids: Sequence[str], phrases: Phrases) -> str:
    numbers = (number for number, case in enumerate(entry.cases, start=1) if case.document.id in ids)
    return phrases("comma").join(phrases("section.document", number=number) for number in numbers)


def _measures(entry: Entry, phrases: Phrases) -> Iterator[Line]:
    standard = phrases.standard_of(entry.standard)
    of_level = measures(entry.level, standard) if standard else ()
    for measure in of_level:
        kind = phrases(f"measure.{measure.measure_class}")
        text = phrases("measure", text=measure.text, measure_class=kind, source=measure.source, mark=measure.mark)
        yield phrases.line("measure", text)
        phrases.marks.setdefault(measure.mark, [])  # explained in the last section, but not a reason
    if not of_level:
        yield phrases.line("measure", phrases("measures.none"))


def _history(entry: Entry, phrases: Phrases) -> Iterator[Line]:
    for past in entry.history:
        text = phrases(
            "change", day=past.day, kind=phrases(f"change.{past.kind}"), level=phrases(f"level.{past.level}")
        )
        yield phrases.line("change", text, sequence=past.sequence)
    for rule in dict.fromkeys(cause.rule for cause in entry.change.causes):
        yield phrases.line("cause", phrases.cause(rule, entry.standard))


def _sureness(phrases: Phrases) -> Iterator[Line]:
    """The weakest mark among the reasons, then the meaning of every mark used."""
    marks = [mark for mark in MARKS if mark in phrases.marks]
    marks += [mark for mark in phrases.marks if mark not in MARKS]
    reasons = [mark for mark in marks if phrases.marks[mark]]
    if reasons:
        weakest = reasons[-1]
        yield phrases.line("weakest", phrases("sureness", mark=weakest, rules=", ".join(phrases.marks[weakest])))
    for mark in marks:
        yield phrases.line("mark", phrases(f"mark.{mark}"), mark=mark)
