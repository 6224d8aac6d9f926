"""What a decision's printed citations alone decide: the entry acts found, and those that the agency has to state."""

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


class AskedAct(Model, frozen=True, kw_only=True):
    """An act that the citation can carry and does not prove. `decides`: the fact that would; `source`: of the row."""

    act: int
    citation: str
    decides: str
    source: str
    mark: str


class Classification(Model, frozen=True, kw_only=True):
    """`basis` as read; where it is empty, nothing is found and nothing asked. `problems` are sentences."""

    basis: tuple[str, ...] = ()
    found: tuple[ActFinding, ...] = ()
    asked: tuple[AskedAct, ...] = ()
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
    """Classify by citations as printed.

    Args:
        days: the first and the last day on which it may have been decided; one where it is known. What holds on both
            is found, what holds on one only is asked.
        act_day: the day of the act, where known: it alone picks the edition then.
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
    asked: dict[int, AskedAct] = {}
    for legal in legals:
        reach = reached(legal)
        problems += tuple(_not_read(found, legal) for found in reach if found.edition is None)
        for act in open_acts(reach, settled, standard):
            asked.setdefault(
                act.rule.act,
                AskedAct(
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
        asked=tuple(asked[act] for act in sorted(asked)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _not_read(found: Reached, legal: Legal) -> str:
    day = legal.act_day or legal.decision_day
    return f"《{found.citation.law}》: its text of {day} is not in the table, so it judges nothing"
