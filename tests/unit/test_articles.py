"""The table of penalty articles: what is shipped, which edition counts, what a cited place proves and carries."""

import re
from collections import Counter
from datetime import date

import pytest

from liancheng.records.facts import Citation
from liancheng.standard import articles, law_names, tables
from liancheng.standard.articles import editions, reach

WATER = "中华人民共和国水污染防治法"
AIR = "中华人民共和国大气污染防治法"
WASTE = "中华人民共和国固体废物污染环境防治法"
EIA = "中华人民共和国环境影响评价法"
PROJECTS = "建设项目环境保护管理条例"
CODE = "中华人民共和国生态环境法典"
ROWS = list(tables.rows("articles.csv"))


def place(law: str, day: str, article: int, *below: int | None, violated=()):
    """(acts proved, acts carried) by one citation; `below`: paragraph and item. `violated`: (article, paragraph)."""
    edition = articles.edition_on(law, date.fromisoformat(day), True)
    paragraph, item = (*below, None, None)[:2]
    cited = frozenset(Citation(law=law, article=a, paragraph=p) for a, p in violated)
    found = reach(Citation(law=law, article=article, paragraph=paragraph, item=item), edition, cited)
    return acts(found.proving), acts(found.carrying)


def acts(rows) -> list[int]:
    return sorted({act for row in rows for act in row.acts})


def test_nothing_unverified_is_shipped():
    assert len(ROWS) == 909
    assert {row["mark"] for row in ROWS} == {"V", "VL"}


def test_every_row_has_a_source_and_a_known_certainty():
    assert all(row["source"].strip() for row in ROWS)
    assert {row["certainty"] for row in ROWS} == {"exact", "part", "no"}
    assert all((row["certainty"] == "no") == (row["entry_act"] == "") for row in ROWS)
    assert {int(act) for row in ROWS for act in row["entry_act"].split(";") if act} <= set(range(1, 15))


def test_no_place_has_two_rows():
    places = [
        tuple(row[column] for column in ("law", "in_force_from", "article", "paragraph", "item", "if_violated"))
        for row in ROWS
    ]
    assert [place for place, times in Counter(places).items() if times > 1] == []


def test_places_are_those_that_the_article_has():
    for row in ROWS:
        if row["paragraph"] and row["paragraphs_in_article"]:  # empty: how many it has was not read
            assert 1 <= int(row["paragraph"]) <= int(row["paragraphs_in_article"]), row
        elif not row["paragraph"]:
            assert row["paragraphs_in_article"] in ("", "1"), row


def test_a_part_row_says_what_decides_and_a_mark_says_where_it_was_read():
    for row in ROWS:
        assert row["certainty"] != "part" or row["note"], row
        assert (row["mark"] == "VL") == row["source"].startswith("github LawRefBook/Laws@2f4c5c2:"), row


def test_every_law_of_the_table_has_a_name():
    canonical = {name.canonical for name in law_names.names().values()}
    assert {row["law"] for row in ROWS} <= canonical
    assert {name.use for name in law_names.names().values()} == {"cite", "drop", "back", "ambiguous", "unknown"}


def test_editions_of_a_law_follow_each_other():
    for law in articles.laws():
        for earlier, later in zip(editions(law), editions(law)[1:], strict=False):
            assert earlier.last is not None and earlier.last < later.first, law


def test_a_condition_is_never_a_penalty_article_itself():
    """Else a basis that cites it would look like a violated provision."""
    penal = {(row["law"], row["article"]) for row in ROWS}
    for row in ROWS:
        for condition in (row["if_violated"], row["unless_violated"]):
            assert not condition or (row["law"], re.match(r"\d+", condition)[0]) not in penal


@pytest.mark.parametrize(
    ("law", "day", "day_of_act", "named", "first"),
    [
        (WATER, "2017-12-31", True, None, "2008-06-01"),
        (WATER, "2018-01-01", True, None, "2018-01-01"),
        (WATER, "2026-08-14", True, None, "2018-01-01"),
        (WATER, "2026-08-15", True, None, None),  # repealed on the day of the act
        (WATER, "2026-09-30", False, None, "2018-01-01"),  # repealed when it was decided: the act was earlier
        (WATER, "2008-05-31", True, None, None),
        (WASTE, "2019-09-27", False, "旧", "2016-11-07"),
        (WASTE, "2021-01-01", False, "旧", "2016-11-07"),
        (WASTE, "2020-08-31", False, "2020", "2020-09-01"),
        (WASTE, "2021-01-01", False, "1995", None),
        (CODE, "2026-08-14", False, None, None),
        (CODE, "2026-08-15", False, None, "2026-08-15"),
        (CODE, "2026-08-15", False, "旧", None),
        ("浙江省固体废物污染环境防治条例", "2025-01-01", False, None, None),  # its newer text was not read
        ("上海市大气污染防治条例", "2025-01-01", False, None, "2019-01-01"),
        ("宁波市环境污染防治规定", "2019-06-30", False, None, None),
        ("宁波市环境污染防治规定", "2019-07-01", False, None, "2019-07-01"),
        ("江苏省水污染防治条例", "2024-01-01", False, None, None),  # its name is known, its text was not read
        ("没有这部法", "2025-01-01", False, None, None),
    ],
)
def test_edition_on_a_day(law, day, day_of_act, named, first):
    edition = articles.edition_on(law, date.fromisoformat(day), day_of_act, named)
    assert (edition and edition.first.isoformat()) == first


@pytest.mark.parametrize(
    ("law", "day", "changed"),
    [
        (WATER, "2018-01-01", "2018-01-01"),
        (WATER, "2019-12-31", "2018-01-01"),
        (WATER, "2020-01-01", None),
        (WATER, "2026-08-15", "2026-08-15"),  # repealed by the Code
        (WATER, "2028-08-15", None),
        (CODE, "2026-09-01", None),
    ],
)
def test_a_recent_change_of_edition(law, day, changed):
    found = articles.changed_before(law, date.fromisoformat(day), years=2)
    assert (found and found.isoformat()) == changed


def test_an_exact_item_proves_its_act():
    assert place(WASTE, "2024-01-01", 112, 1, 4) == ([7], [7])


def test_an_item_without_its_paragraph_is_unambiguous():
    assert place(WASTE, "2024-01-01", 112, None, 4) == ([7], [7])


def test_a_part_item_proves_nothing():
    assert place(WASTE, "2024-01-01", 112, 1, 6) == ([], [7])
    assert place(WATER, "2024-01-01", 83, None, 3) == ([], [6])


def test_paragraph_one_of_a_one_paragraph_article_is_no_paragraph():
    assert place(WATER, "2024-01-01", 83, 1, 3) == ([], [6])
    assert place(PROJECTS, "2024-01-01", 21, 1, 2) == ([2], [2])


@pytest.mark.parametrize(
    ("law", "article", "below", "carried"),
    [
        ("宁波市大气污染防治条例", 53, (None, 3), [6]),
        ("宁波市大气污染防治条例", 53, (None, 2), []),
        ("杭州市环境噪声管理条例", 40, (), [3]),
        ("杭州市生活饮用水源保护条例", 24, (None, 1), [7, 9]),
        ("上海市饮用水水源保护条例", 27, (None, 7), [7, 9]),
        ("浙江省曹娥江流域水环境保护条例", 35, (1,), [10]),
    ],
)
def test_regulations_of_the_region_carry_acts_and_prove_none(law, article, below, carried):
    assert place(law, "2024-01-01", article, *below) == ([], carried)


@pytest.mark.parametrize(
    ("law", "article", "paragraph", "expected"),
    [
        (WATER, 83, None, None),  # four items of more than one class
        ("宁波市大气污染防治条例", 58, None, "dust_control"),
        ("宁波市环境污染防治规定", 31, 1, None),  # 31(1) and 曹娥江 33 are both `other`, and not the same violation
        ("宁波市环境污染防治规定", 30, None, None),
    ],
)
def test_a_class_that_gathers_the_rest_is_no_violation(law, article, paragraph, expected):
    edition = articles.edition_on(law, date(2024, 1, 1), True)
    assert articles.violation_class(Citation(law=law, article=article, paragraph=paragraph), edition) == expected


def test_a_paragraph_that_the_article_has_not_is_nowhere():
    assert place(WATER, "2024-01-01", 83, 2, 3) == ([], [])


@pytest.mark.parametrize(
    ("citation", "carried"), [((WASTE, 112), [7]), ((WATER, 83), [5, 6]), ((EIA, 31), [2, 4]), ((AIR, 121), [14])]
)
def test_a_whole_article_of_many_rows_proves_nothing_and_carries_all(citation, carried):
    law, article = citation
    assert place(law, "2024-01-01", article) == ([], carried)


def test_a_whole_article_proves_what_all_its_rows_prove():
    assert place("中华人民共和国环境保护法", "2024-01-01", 61) == ([2], [2])
    assert place(PROJECTS, "2016-10-20", 28) == ([3], [3])


def test_an_article_whose_paragraphs_were_not_read_carries_any_of_them_and_proves_none():
    assert place(PROJECTS, "2016-10-20", 28, 1) == ([], [3])
    assert place(WATER, "2017-01-01", 74, 1) == ([], [5])


def test_the_same_number_is_another_rule_in_another_edition():
    assert place(PROJECTS, "2024-01-01", 28) == ([], [])


@pytest.mark.parametrize(
    ("violated", "expected"),
    [
        ((), ([], [2, 4])),
        (((25, None),), ([2], [2])),
        (((24, 1),), ([], [4])),
        (((24, None),), ([], [2, 4])),  # the whole article does not say which paragraph
        (((24, 1), (25, None)), ([2], [2, 4])),
    ],
)
def test_the_violated_provision_beats_the_plain_row(violated, expected):
    assert place(EIA, "2024-01-01", 31, 1, violated=violated) == expected


def test_the_violated_provision_settles_a_whole_article_too():
    assert place(EIA, "2024-01-01", 31, violated=[(25, None)]) == ([2], [2])


def test_an_exact_row_falls_to_part_where_its_note_says_so():
    assert place(EIA, "2024-01-01", 31, 2) == ([2], [2])
    assert place(EIA, "2024-01-01", 31, 2, violated=[(24, 2)]) == ([], [2])
    assert place(CODE, "2026-09-01", 1095, 1, violated=[(107, None)]) == ([2], [2])
    assert place(CODE, "2026-09-01", 1095, 1, violated=[(107, None), (106, 2)]) == ([], [2])


def test_every_exact_row_is_reached_by_its_own_place():
    for law in articles.laws():
        for edition in editions(law):
            for row in (row for rows in edition.rows.values() for row in rows if row.certainty == "exact"):
                condition = row.if_violated
                cited = (
                    [Citation(law=law, article=condition.article, paragraph=condition.paragraph)] if condition else []
                )
                citation = Citation(law=law, article=row.article, paragraph=row.paragraph, item=row.item)
                assert acts(reach(citation, edition, frozenset(cited)).proving) == sorted(row.acts), row
