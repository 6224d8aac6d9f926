"""What the agencies of a short life tell: few documents, and much about each. New kinds of events go into TELLINGS."""

from typing import Any

import msgspec

from liancheng.records.events import MonthClosed, Objection, Performance, Repair
from tests.chaos.story import Line, Paper, Story, Telling, named


def serious(story: Story) -> Line:
    """A decision that states an act of the list: its company may be a candidate, or has repeated it."""
    story.decision()
    paper = story.papers[-1]
    stated: dict[str, Any] = {"stated_acts": [story.rng.choice((3, 6, 7))], "intentional": story.rng.random() < 0.5}
    paper.decision = msgspec.structs.replace(paper.decision, **stated)
    paper.sent.clear()
    return story.say(paper, paper.decision)


def performance(story: Story) -> Line:
    paper = _any(story)
    return story.say(
        paper, Performance(**named(paper), duty=story.rng.choice(("payment", "correction")), date=story.day())
    )


def repair(story: Story) -> Line:
    paper = _any(story)
    event = Repair(**named(paper), date=story.today.isoformat(), performed=story.rng.random() < 0.8, commitment=True)
    return story.say(paper, event)


def objection(story: Story) -> Line:
    paper = _any(story)
    outcome = story.rng.choice((None, None, "founded", "unfounded", "withdrawn"))
    stage = "resolved" if outcome else "raised"
    return story.say(paper, Objection(**named(paper), stage=stage, date=story.today.isoformat(), outcome=outcome))


def month_closed(story: Story) -> Line:
    paper = _any(story)
    month, decisions = story.rng.choice(("2026-06", "2026-07")), story.rng.randrange(3)
    return story.say(paper, MonthClosed(authority=paper.decision.authority, month=month, decisions=decisions))


def _any(story: Story) -> Paper:
    return story.rng.choice(story.papers)


TELLINGS: tuple[tuple[Telling, int], ...] = (
    (Story.decision, 20),
    (serious, 10),
    (Story.revision, 15),
    (Story.again, 8),
    (Story.revocation, 5),
    (Story.recognition, 12),
    (performance, 8),
    (repair, 8),
    (objection, 8),
    (month_closed, 3),
    (Story.refused, 5),
)
