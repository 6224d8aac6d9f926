"""The labels are whole, and rest on words that stand in the facts."""

import csv
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECISIONS = [json.loads(line) for line in (ROOT / "samples" / "real_decisions.jsonl").read_text("utf-8").splitlines()]
with (Path(__file__).parent / "labels.csv").open(encoding="utf-8", newline="") as file:
    LABELS = list(csv.DictReader(file))
QUOTED = re.compile(r"[一-鿿A-Z][一-鿿、,()…A-Z0-9]+")


def test_every_decision_has_one_label() -> None:
    assert len(DECISIONS) == 65
    assert [row["id"] for row in LABELS] == [str(number) for number in range(1, 66)]


def test_acts_are_of_the_fourteen_and_an_unclear_one_is_not_also_decided() -> None:
    for row in LABELS:
        acts, unclear = (set(filter(None, row[column].split(";"))) for column in ("acts", "unclear"))
        assert (acts | unclear) <= {*map(str, range(1, 15)), "?"}, row
        assert not acts & unclear, row


def test_what_decides_is_quoted_from_the_facts_and_not_from_the_citations() -> None:
    for row, decision in zip(LABELS, DECISIONS, strict=True):
        said = row["why"].split(": ", 1)[1]
        quoted = [part for phrase in QUOTED.findall(said) for part in phrase.strip(",…").split("…")]
        words = [word for word in quoted if re.search("[一-鿿]", word)]
        allowed = f"{decision['facts']} {decision['content'] or ''}"
        assert words, row
        assert not [word for word in words if word not in allowed], row
