"""The penalty articles of the statutes, by edition: which entry acts a cited provision proves, and which it can carry.

The rows are in `articles.csv`; `docs/standard.md` names their sources and explains their marks.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from liancheng.records.facts import Citation
from liancheng.standard import tables
from liancheng.standard.periods import months_after

Certainty = Literal["exact", "part", "no"]
OLD, NEW = "旧", "新"  # what a citation may say about the edition, other than a year


class Provision(NamedTuple):
    """A provision of the same law, as in the table: 24(1) is paragraph 1 of article 24."""

    article: int
    paragraph: int | None

    def among(self, cited: frozenset[Citation]) -> bool:
        """Returns whether a citation names it. Citing the whole article does not name one of its paragraphs."""
        return any(c.article == self.article and self.paragraph in (None, c.paragraph) for c in cited)


class Row(NamedTuple):
    """A penalty provision of one edition. `paragraphs` is None if the number of paragraphs was not read."""

    law: str
    article: int
    paragraph: int | None
    item: int | None
    paragraphs: int | None
    if_violated: Provision | None
    unless_violated: Provision | None
    acts: tuple[int, ...]
    certainty: Certainty
    violation_class: str
    gloss_en: str
    note: str
    source: str
    mark: str


@dataclass(frozen=True, eq=False)
class Edition:
    """The text of a law from `first` to `last`. `end_read` is False if its end was not read or is uncertain."""

    law: str
    name: str
    first: date
    last: date | None
    end_read: bool
    rows: dict[int, tuple[Row, ...]]

    def is_conditional(self, article: int) -> bool:
        """Returns whether the article's acts depend on the provisions cited as violated."""
        return any(row.if_violated or row.unless_violated for row in self.rows.get(article, ()))


class Reach(NamedTuple):
    """The rows a citation reaches: those that prove their act, and those that can carry an act the agency states."""

    proving: tuple[Row, ...] = ()
    carrying: tuple[Row, ...] = ()


NOTHING = Reach()


@lru_cache(maxsize=65_536)
def edition_on(law: str, day: date, day_of_act: bool, named: str | None = None) -> Edition | None:
    """Returns the edition of `law` that judges an act, or None if it was not read.

    `day` is the day of the act. If only the decision's day is known (`day_of_act` is False), a law repealed before it
    is judged by its last edition, which still governs earlier acts (生态环境法典 art. 1057). `named` is what the
    citation itself says: 旧 (before the newest edition), or a year.
    """
    known = editions(law)
    index = bisect_right(known, day, key=lambda edition: edition.first) - 1
    if named == OLD and index == len(known) - 1:
        return known[index - 1] if index > 0 else None
    if named and named not in (OLD, NEW):
        return next((edition for edition in known if named in _years(edition)), None)
    if index < 0:
        return None
    edition = known[index]
    if edition.last is None or day <= edition.last:
        return edition
    repealed = edition.end_read and index == len(known) - 1
    return edition if repealed and not day_of_act else None


@lru_cache(maxsize=65_536)
def reach(citation: Citation, edition: Edition, cited: frozenset[Citation] = frozenset()) -> Reach:
    """Returns what `citation` reaches under `edition`. `cited` are all citations of the same law in the decision."""
    inside = _inside(citation, edition.rows.get(citation.article, ()))
    if not any(row.acts for row in inside):
        return NOTHING
    selected = _selected(inside, cited)
    return Reach(_proving(citation, inside, selected), tuple(row for row in selected if row.acts))


_MIXED = {"other", "third_party_other", "general_provision"}  # collective classes: not one violation


def violation_class(citation: Citation, edition: Edition) -> str | None:
    """Returns the class of violation that a citation punishes; None if there are several or it was not read."""
    classes = {row.violation_class for row in _inside(citation, edition.rows.get(citation.article, ()))}
    return classes.pop() if len(classes) == 1 and not classes & _MIXED else None


@lru_cache(maxsize=65_536)
def changed_before(law: str, day: date, years: int) -> date | None:
    """Returns the newest day, at most `years` years before `day`, on which the law's text changed, if there is one."""
    known = editions(law)
    changes = [edition.first for edition in known[1:]]
    if known and known[-1].last and known[-1].end_read:
        changes.append(known[-1].last + timedelta(days=1))
    recent = (change for change in changes if change <= day < months_after(change, 12 * years))
    return max(recent, default=None)


def bracket_is_paragraph(law: str, article: int, number: int) -> bool:
    """Returns whether the 3 of a short 83(3) is a paragraph known to the table; otherwise it is an item."""
    return (law, article, number) in _paragraphs()


def printed(citation: Citation) -> str:
    """Returns the citation as shown in findings and entries: 《水污染防治法》83(3), with the law's full name."""
    places = "".join(f"({place})" for place in (citation.paragraph, citation.item) if place is not None)
    edition = f"({citation.edition})" if citation.edition else ""
    return f"《{citation.law}》{edition}{citation.article}{places}"


def editions(law: str) -> tuple[Edition, ...]:
    """Returns the editions of a law that were read, oldest first; empty for a law without rows."""
    return _by_law().get(law, ())


def laws() -> tuple[str, ...]:
    """Returns the laws that have rows."""
    return tuple(_by_law())


def _inside(citation: Citation, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(row for row in rows if _covers(citation, row))


def _covers(citation: Citation, row: Row) -> bool:
    if row.paragraphs is None and row.paragraph is None:
        return True
    paragraph = None if row.paragraphs == 1 and citation.paragraph == 1 else citation.paragraph
    return paragraph in (None, row.paragraph) and citation.item in (None, row.item)


def _selected(rows: tuple[Row, ...], cited: frozenset[Citation]) -> tuple[Row, ...]:
    """A row for a violated provision counts only if that is cited, and then replaces the plain row of its provision."""
    special = [row for row in rows if row.if_violated and row.if_violated.among(cited)]
    replaced = {(row.paragraph, row.item) for row in special}
    plain = [row for row in rows if row.if_violated is None and (row.paragraph, row.item) not in replaced]
    return tuple(_weakened(row, cited) for row in (*plain, *special))


def _weakened(row: Row, cited: frozenset[Citation]) -> Row:
    weak = row.unless_violated is not None and row.unless_violated.among(cited)
    return row._replace(certainty="part") if weak else row


def _proving(citation: Citation, inside: tuple[Row, ...], selected: tuple[Row, ...]) -> tuple[Row, ...]:
    """An exact row proves its act if it is cited precisely, or if the violated provision singles it out.

    A citation of several rows proves only what all of them prove, and only if the table has all of them.
    """
    exact = tuple(row for row in selected if row.certainty == "exact")
    if all(_is_precise(citation, row) for row in inside):
        return exact
    if singled_out := tuple(row for row in exact if row.if_violated):
        return singled_out
    agree = len(exact) == len(selected) and len({row.acts for row in exact}) == 1
    return exact[:1] if agree and _has_all(citation, inside) else ()


def _is_precise(citation: Citation, row: Row) -> bool:
    if citation.item is not None and row.paragraphs is not None:
        return row.item == citation.item  # only one paragraph of an article has items
    paragraph = None if row.paragraphs == 1 and citation.paragraph == 1 else citation.paragraph
    return (paragraph, citation.item) == (row.paragraph, row.item)


def _has_all(citation: Citation, rows: tuple[Row, ...]) -> bool:
    if any(row.item or row.paragraphs is None for row in rows):
        return False
    return citation.paragraph is not None or len({row.paragraph for row in rows}) == rows[0].paragraphs


@cache
def _by_law() -> dict[str, tuple[Edition, ...]]:
    grouped: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for raw in tables.rows("articles.csv"):
        key = (raw["law"], raw["in_force_from"], raw["in_force_to"], raw["edition"])
        grouped[key].append(_row(raw))
    by_law: dict[str, list[Edition]] = defaultdict(list)
    for (law, first, last, name), rows in sorted(grouped.items()):
        by_law[law].append(_edition(law, name, first, last, rows))
    return {law: tuple(known) for law, known in by_law.items()}


def _edition(law: str, name: str, first: str, last: str, rows: list[Row]) -> Edition:
    by_article: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_article[row.article].append(row)
    return Edition(
        law=law,
        name=name,
        first=date.fromisoformat(first),
        last=date.fromisoformat(day) if (day := last.rstrip("?")) else None,
        end_read=not last.endswith("?"),
        rows={article: tuple(of_article) for article, of_article in by_article.items()},
    )


def _row(raw: dict[str, str]) -> Row:
    certainty: Certainty = raw["certainty"]  # type: ignore[assignment]  # the packaged table, checked by its test
    return Row(
        law=raw["law"],
        article=int(raw["article"]),
        paragraph=_number(raw["paragraph"]),
        item=_number(raw["item"]),
        paragraphs=_number(raw["paragraphs_in_article"]),
        if_violated=_provision(raw["if_violated"]),
        unless_violated=_provision(raw["unless_violated"]),
        acts=tuple(int(act) for act in raw["entry_act"].split(";") if act),
        certainty=certainty,
        violation_class=raw["violation_class"],
        gloss_en=raw["gloss_en"],
        note=raw["note"],
        source=raw["source"],
        mark=raw["mark"],
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


def _provision(text: str) -> Provision | None:
    match = re.match(r"(\d+)(?:\((\d+)\))?", text)
    return Provision(int(match[1]), _number(match[2] or "")) if match else None


@lru_cache(maxsize=1024)
def _years(edition: Edition) -> frozenset[str]:
    made = re.search(r"\d{4}", edition.name)
    return frozenset({made[0] if made else "", str(edition.first.year)})


@cache
def _paragraphs() -> frozenset[tuple[str, int, int]]:
    """Every paragraph that the table names: those of its own rows, and those named as violated."""
    paragraphs = set()
    for raw in tables.rows("articles.csv"):
        if raw["paragraph"]:
            paragraphs.add((raw["law"], int(raw["article"]), int(raw["paragraph"])))
        for provision in map(_provision, raw["violated"].split(";")):
            if provision and provision.paragraph:
                paragraphs.add((raw["law"], provision.article, provision.paragraph))
    return frozenset(paragraphs)
