"""A name looked up among many: found by each defect, ordered, and the same whatever way the index came to be."""

import csv
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from liancheng.naming import CUTOFF, NameIndex, compare
from tests.unit.makers import uscc

PAIRS = list(csv.DictReader((Path(__file__).parents[1] / "data/name_pairs.csv").read_text("utf-8").splitlines()))
NAMES = st.sampled_from(sorted({row[column] for row in PAIRS for column in ("query", "listed")}))
COMPANY = st.integers(1, 6).map(uscc)
FORMER = st.lists(NAMES, max_size=2).map(tuple)


def test_whoever_scores_above_the_cutoff_is_found() -> None:
    """The keys lose nothing: the index of each name alone finds it where a comparison would."""
    index = NameIndex((uscc(number), row["listed"], ()) for number, row in enumerate(PAIRS))
    for row in PAIRS:
        found = {match.matched: match.score for match in index.candidates(row["query"], limit=len(PAIRS))}
        alike = {other["listed"]: compare(row["query"], other["listed"]).score for other in PAIRS}
        assert found == {name: score for name, score in alike.items() if score >= CUTOFF}, row["query"]


def test_order_exact_then_former_then_by_score() -> None:
    index = NameIndex(
        [
            (uscc(1), "上海虚构新材料有限公司", ("上海虚构化工有限公司",)),
            (uscc(2), "上海虚构化工有限公司", ()),
            (uscc(3), "上海虚构化工股份有限公司", ()),
            (uscc(4), "虚构化工有限公司", ()),
            (uscc(5), "上海虚拟化工有限公司", ()),
        ]
    )
    found = index.candidates("上海虚构化工有限公司")
    assert [(match.uscc, match.score) for match in found] == [
        (uscc(2), 1.0), (uscc(1), 1.0), (uscc(4), 0.95), (uscc(3), 0.94),
    ]  # fmt: skip
    assert (found[1].name, found[1].matched) == ("上海虚构新材料有限公司", "上海虚构化工有限公司")
    assert [reason.code for reason in found[1].reasons] == ["exact", "former_name"]
    assert [match.uscc for match in index.candidates("上海虚构化工有限公司", limit=1)] == [uscc(2)]
    assert index.candidates("上海虚构化工有限公司", limit=0) == []


def test_a_company_is_found_once() -> None:
    index = NameIndex([(uscc(), "虚构化工有限公司", ("虚构化工厂", "虚构化工有限公司", "虚构化工股份有限公司"))])
    (match,) = index.candidates("虚构化工有限公司")
    assert (match.matched, match.score) == ("虚构化工有限公司", 1.0)
    assert len(index) == 1


def test_an_exact_name_is_found_among_many_of_the_same_core() -> None:
    many = [(uscc(number), f"虚构化工有限公司{number}分公司", ()) for number in range(300)]
    index = NameIndex([*many, (uscc(999), "虚构化工有限公司", ())])
    assert index.candidates("虚构化工有限公司", limit=1)[0].uscc == uscc(999)


def test_a_replaced_name_is_gone() -> None:
    index = NameIndex([(uscc(), "虚构化工有限公司", ("示例化工有限公司",))])
    index.put(uscc(), "样例印染有限公司")
    assert index.candidates("虚构化工有限公司") == index.candidates("示例化工有限公司") == []
    assert [match.score for match in index.candidates("样例印染有限公司")] == [1.0]


@given(st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    index = NameIndex([(uscc(), text, (text[::-1],))])
    assert all(match.score >= CUTOFF for match in index.candidates(text))
    index.remove(uscc())
    assert len(index) == 0


class Changing(RuleBasedStateMachine):
    """An index that changes is equal to one that is built of what is left."""

    def __init__(self) -> None:
        super().__init__()
        self.index = NameIndex()
        self.listed: dict[str, tuple[str, tuple[str, ...]]] = {}

    @rule(company=COMPANY, name=NAMES, former=FORMER)
    def put(self, company: str, name: str, former: tuple[str, ...]) -> None:
        self.index.put(company, name, former)
        self.listed[company] = (name, former)

    @rule(company=COMPANY)
    def remove(self, company: str) -> None:
        self.index.remove(company)
        self.listed.pop(company, None)

    @rule(query=NAMES)
    def ask(self, query: str) -> None:
        rebuilt = NameIndex((company, *names) for company, names in sorted(self.listed.items()))
        assert self.index.candidates(query, cutoff=0.5) == rebuilt.candidates(query, cutoff=0.5)

    @invariant()
    def counts(self) -> None:
        assert len(self.index) == len(self.listed)


Changing.TestCase.settings = settings(max_examples=40, stateful_step_count=20)
TestChanging = Changing.TestCase
