"""Every case of `*.toml` in this folder; and the runner, which must not agree with everything."""

import copy
from typing import Any

import pytest

from liancheng.standard.loader import current
from tests.standard.cases import cases, differences

CASES = [pytest.param(case, id=f"{file}: {case['name']}") for file, case in cases()]


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    found = differences(case)
    assert not found, "\n".join(["", case["name"], *found, f"why: {case['why']}"])


def test_cases_have_names_of_their_own_and_say_why() -> None:
    names = [case["name"] for _, case in cases()]
    assert len(names) == len(set(names)) >= 120
    assert all(case["why"].strip() and case["expect"] for _, case in cases())


@pytest.mark.parametrize("rule", [r for regime in current().regimes for r in regime.rules], ids=lambda rule: rule.id)
def test_every_rule_of_severity_that_can_apply_has_a_case(rule: Any) -> None:
    rests = any(named and current().parameters[named].value is None for named in (rule.fine_at_least, rule.fine_below))
    shown = {verdict.get("rule") for _, case in cases() for verdict in case.get("verdict", [])}
    assert (rule.id in shown) is not rests, f"{rule.id}: write a case into tests/standard/*.toml"


def test_every_rule_of_a_later_life_has_a_case() -> None:
    text = str([case for _, case in cases()])
    life = (*current().repairs, *current().objections, *current().repeats)
    assert not [rule.id for rule in life if rule.id not in text]


@pytest.mark.parametrize("field", ["level", "standing", "published_to", "repair_from", "rule", "acts", "answer", "due"])
def test_a_wrong_expectation_is_found(field: str) -> None:
    """Each field is compared: with another value its case fails."""
    case = next(case for _, case in cases() if f"'{field}'" in str(case))
    assert not differences(case)
    spoiled = copy.deepcopy(case)
    place = next(one for part in ("given", "expect", "verdict") for one in spoiled.get(part, []) if field in one)
    place[field] = ["spoiled"] if isinstance(place[field], list) else "spoiled"
    assert any("spoiled" in one and field in one for one in differences(spoiled))
