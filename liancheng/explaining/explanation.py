"""The parts of an explanation, and the phrases that put it into words."""

from collections.abc import Callable

from liancheng.explaining.phrases import Language, phrase
from liancheng.records.facts import Model
from liancheng.standard.model import Rule, Standard

StandardOf = Callable[[str], Standard | None]


class Line(Model, frozen=True, kw_only=True):
    label: str
    text: str


class Section(Model, frozen=True, kw_only=True):
    title: str
    lines: tuple[Line, ...]


class Explanation(Model, tag="explanation", frozen=True, kw_only=True):
    """`level` is the code; titles, labels and texts are in `language`."""

    uscc: str
    name: str
    level: str
    language: Language
    sections: tuple[Section, ...]


class Phrases:
    """Phrases in one language. `marks` records every mark used, with the rules of that mark that are reasons."""

    def __init__(self, language: Language, standard_of: StandardOf) -> None:
        self.language = language
        self.standard_of = standard_of
        self.marks: dict[str, list[str]] = {}

    def __call__(self, key: str, **values: object) -> str:
        return phrase(self.language, key, **values)

    def line(self, label: str, text: str, **values: object) -> Line:
        return Line(label=self(f"label.{label}", **values), text=text)

    def rule(self, id_: str, version: str, *, is_reason: bool) -> str:
        """Returns a rule's wording with id, source, legal level and mark, or that its version is not installed."""
        rule = self.find(id_, version)
        if rule is None:
            return self("rule.missing", id=id_, version=version)
        self.note(rule.mark, id_, is_reason=is_reason)
        legal = self(f"legal.{rule.level}")
        return self("reference", wording=rule.wording, id=id_, source=rule.source, legal=legal, mark=rule.mark)

    def cause(self, id_: str, version: str) -> str:
        """Returns the text of a change's cause: an event or a day in words, or a rule of the standard."""
        text = self(f"cause.{id_}")
        return text if text != id_ else self.rule(id_, version, is_reason=False)

    def find(self, id_: str, version: str) -> Rule | None:
        """Returns a rule of a version; None if either is not installed."""
        standard = self.standard_of(version)
        return standard.rule(id_) if standard else None

    def note(self, mark: str, id_: str, *, is_reason: bool) -> None:
        """Records a mark, and the rule if it is a reason."""
        rules = self.marks.setdefault(mark, [])
        if is_reason and id_ not in rules:
            rules.append(id_)
