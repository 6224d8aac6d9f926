"""What a decision's printed citations decide on their own: entry acts proved, and acts the agency has to state."""

from collections.abc import Sequence
from datetime import date

from liancheng.records.entries import ActFinding
from liancheng.records.facts import Model
from liancheng.standard import articles
from liancheng.standard.citations import Parsed, parse
from liancheng.standard.cited import by_role
from liancheng.standard.judge import Legal, Reached, judge_legal, reached
from liancheng.standard.model import Standard
from liancheng.standard.questions import deciding_fact, open_acts


class OpenQuestion(Model, frozen=True, kw_only=True):
    """An act that the citation can carry but does not prove. `decides` is the deciding fact; `source` is the row's."""

    act: int
    citation: str
    decides: str
    source: str
    mark: str


class Classification(Model, frozen=True, kw_only=True):
    """`basis` as read; if it is empty, so are `found` and `asked`. `problems` are sentences."""

    basis: tuple[str, ...] = ()
    found: tuple[ActFinding, ...] = ()
    asked: tuple[OpenQuestion, ...] = ()
    problems: tuple[str, ...] = ()


def classify(
    legal_basis: str | None,
    violated: str | None,
    days: Sequence[date],
    standard: Standard,
    *,
    act_day: date | None = None,
    stated_acts: tuple[int, ...] = (),
) -> Classification:
    """Classifies a decision by its citations as printed.

    Args:
        days: the first and the last day on which it may have been decided; a single day if known. An act that counts
            on both days is found; one that counts on one day only becomes a question.
        act_day: the day of the act, if known: then it alone selects the edition.
    """
    texts = [parse(text) if text and text.strip() else Parsed() for text in (legal_basis, violated)]
    basis, offended = by_role(*texts)
    problems = tuple(dict.fromkeys(problem for text in texts for problem in text.problems))
    printed = tuple(articles.printed(citation) for citation in basis)
    if not basis or not days:
        return Classification(basis=printed, problems=problems)
    legals = [
        Legal(basis, offended, stated_acts, (), day, act_day, simple_procedure=False, fine_fen=None, intentional=False)
        for day in days
    ]
    verdicts = [judge_legal(legal, standard).acts for legal in legals]
    counting = [{finding.act for finding in verdict if finding.counts} for verdict in verdicts]
    settled = set.intersection(*counting)
    questions: dict[int, OpenQuestion] = {}
    for legal in legals:
        reach = reached(legal)
        problems += tuple(_not_read(reached_law, legal) for reached_law in reach if reached_law.edition is None)
        for act in open_acts(reach, settled, standard):
            questions.setdefault(
                act.rule.act,
                OpenQuestion(
                    act=act.rule.act,
                    citation=articles.printed(act.citation),
                    decides=deciding_fact(act.row),
                    source=act.row.source,
                    mark=act.row.mark,
                ),
            )
    return Classification(
        basis=printed,
        found=tuple(finding for finding in verdicts[0] if finding.act in settled or not finding.counts),
        asked=tuple(questions[act] for act in sorted(questions)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _not_read(reached_law: Reached, legal: Legal) -> str:
    day = legal.act_day or legal.decision_day
    return f"《{reached_law.citation.law}》: its text of {day} is not in the table, so it has no effect"
