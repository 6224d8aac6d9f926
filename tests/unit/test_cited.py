"""The words 违反 and 依据 decide what a citation is; the field does where there are none."""

import pytest

from liancheng.standard.citations import parse
from liancheng.standard.cited import by_role
from tests.unit.makers import decision, send_all

WHOLE = "违反了《环境影响评价法》第二十五条的规定，依据《环境影响评价法》第三十一条第一款的规定，决定处罚"


@pytest.mark.parametrize(
    ("legal_basis", "violated", "punished", "offended"),
    [
        ("环境影响评价法31(1)", "环境影响评价法25", [31], [25]),
        (WHOLE, "", [31], [25]),
        ("", WHOLE, [31], [25]),
        (WHOLE, WHOLE, [31], [25]),
        ("《水污染防治法》第八十三条、《大气污染防治法》第九十九条", "", [83, 99], []),
        ("违反《水污染防治法》第十条、《大气污染防治法》第十八条", "", [], [10, 18]),
        ("违反《水污染防治法》第十条的规定，《水污染防治法》第八十三条", "", [83], [10]),  # a comma after 规定 ends it
        ("违反该法《水污染防治法》第十条", "", [10], []),  # 违反 does not stand at the name
        ("根据调查，你单位违反水污染防治法第十条，依据水污染防治法第八十三条", "", [83], [10]),
        ("违反《水污染防治法》第八十三条，依据《水污染防治法》第八十三条", "", [83], [83]),
    ],
)
def test_roles(legal_basis, violated, punished, offended):
    basis, broken = by_role(parse(legal_basis), parse(violated))
    assert [citation.article for citation in basis] == punished
    assert [citation.article for citation in broken] == offended


def test_a_whole_sentence_in_one_field_is_judged_as_two():
    document = send_all(decision(legal_basis=WHOLE))
    assert [citation.article for citation in document.decision.basis] == [31]
    assert [citation.article for citation in document.decision.violated] == [25]
    assert document.decision.legal_basis == WHOLE
