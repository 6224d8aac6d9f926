"""Citations as agencies print them: the collected examples, the short forms, and what must never be guessed."""

import json
from pathlib import Path

import pytest

from liancheng.standard.citations import Parsed, parse
from liancheng.text import numerals

EXAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "citations.jsonl").read_text(encoding="utf-8").splitlines()
]
WATER = "中华人民共和国水污染防治法"
AIR = "中华人民共和国大气污染防治法"
WASTE = "中华人民共和国固体废物污染环境防治法"
EIA = "中华人民共和国环境影响评价法"


def places(text: str) -> list[tuple[str, int, int | None, int | None]]:
    return [(c.law, c.article, c.paragraph, c.item) for c in parse(text).citations]


def resolved(example: dict) -> list[tuple]:
    """What the example gives, less what has no law, no number, or a law of procedure (its note: drop)."""
    return [
        (c["law"], c["article"], c["paragraph"], c["item"], c.get("edition"))
        for c in example["parse"]
        if c["law"] and c["article"] and "drop" not in example["note"]
    ]


def test_there_are_thirty_examples():
    assert len(EXAMPLES) == 30


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["text"][:30] for example in EXAMPLES])
def test_printed_examples(example):
    parsed = parse(example["text"])
    expected = resolved(example)
    assert [(c.law, c.article, c.paragraph, c.item, c.edition) for c in parsed.citations] == expected
    dropped = "drop" in example["note"]
    assert bool(parsed.problems) == (not expected and not dropped)
    first, last = parsed.citations[:1], parsed.citations[-1:]
    assert parsed.violated == {"violated": {*first}, "both": {*first}}.get(example["role"], set())
    if example["role"] in ("basis", "both"):
        assert parsed.basis in ({*last}, set())  # a bare list does not say: the field does


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("水污染防治法83(3)", [(WATER, 83, None, 3)]),
        ("大气污染防治法99(3);100(3)", [(AIR, 99, None, 3), (AIR, 100, None, 3)]),
        ("固体废物污染环境防治法(旧)16;68(1)(7)", [(WASTE, 16, None, None), (WASTE, 68, 1, 7)]),
        ("南京市环境噪声污染防治条例34(1)(6)", [("南京市环境噪声污染防治条例", 34, 1, 6)]),
        ("环境影响评价法31(1)", [(EIA, 31, 1, None)]),
        ("大气污染防治法20(2);24(1)", [(AIR, 20, 2, None), (AIR, 24, 1, None)]),
        ("水污染防治法83;环境影响评价法31(1)", [(WATER, 83, None, None), (EIA, 31, 1, None)]),
        ("海洋环境保护法87(1)(2)", [("中华人民共和国海洋环境保护法", 87, 1, 2)]),
    ],
)
def test_short_forms(text, expected):
    assert places(text) == expected
    assert parse(text).problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("《水污染防治法》第八十三条第（三）项", [(WATER, 83, None, 3)]),
        ("《水污染防治法》第 八十三 条第(三)项", [(WATER, 83, None, 3)]),
        ("《水污染防治法》第８３条第３项", [(WATER, 83, None, 3)]),
        ("《水污染防治法》83条3项", [(WATER, 83, None, 3)]),
        ("《水污染防治法》第八十三条(三)", [(WATER, 83, None, 3)]),
        ("《固废法》第一百一十二条第一款第六项、第二款", [(WASTE, 112, 1, 6), (WASTE, 112, 2, None)]),
        ("《固废法》第四十条第一款和第一百零二条第十项", [(WASTE, 40, 1, None), (WASTE, 102, None, 10)]),
        ("《水污染防治法》第八十三条第(一)、(三)项", [(WATER, 83, None, 1), (WATER, 83, None, 3)]),
        ("《水污染防治法》第七十三、七十四条", [(WATER, 73, None, None), (WATER, 74, None, None)]),
        ("《水污染防治法》第一〇八条", [(WATER, 108, None, None)]),
        ("违反《水污染防治法》第十条的规定和第三十九条的规定", [(WATER, 10, None, None), (WATER, 39, None, None)]),
        ("依据水污染防治法第八十三条和大气污染防治法第九十九条", [(WATER, 83, None, None), (AIR, 99, None, None)]),
        ("依据“中华人民共和国水污染防治法”第八十三条", [(WATER, 83, None, None)]),
        ("《大气污染防治法》（2018年修正）第九十九条", [(AIR, 99, None, None)]),
        (
            "《突发环境事件应急管理办法》(环境保护部令第34号)第三十八条",
            [("突发环境事件应急管理办法", 38, None, None)],
        ),
        ("《排污许可管理条例》第十七条,依据该条例第三十四条", [("排污许可管理条例", n, None, None) for n in (17, 34)]),
        ("《海洋环境保护法》第七十三条", [("中华人民共和国海洋环境保护法", 73, None, None)]),
    ],
)
def test_forms_read(text, expected):
    assert places(text) == expected
    assert parse(text).problems == ()


@pytest.mark.parametrize(
    ("text", "expected", "word"),
    [
        ("《水法》第六十五条", [], "another statute"),
        ("水法65", [], "another statute"),
        ("第八十三条", [], "without its law"),
        ("《山东省扬尘污染防治规定》第五条", [], "not a law that the standard knows"),
        ("山东省水污染防治法第五条", [], "not a law that the standard knows"),
        ("《噪声法》第七十一条", [], "short name of two laws"),
        ("《水污染防治法》第一百二条", [], "broken"),
        ("《水污染防治法》第二十的", [], "broken"),
        ("《建设项目管理条例》第十二条", [], "full name"),
        ("《水污染防治法》第八十三条之一", [], "suffix"),
        ("《水污染防治法》第八十三条；第八十四条", [(WATER, 83, None, None)], "without its law"),
        ("《水污染防治法》", [], "without an article"),
        ("依据《条例》第三十四条", [], "not a law that the standard knows"),
        ("见附件", [], "no law with an article"),
        ("《水污染防治法》第七“……”十条", [], "broken"),
        ("《水污染防治法》第8 3条", [], "broken"),
        ("水污染防治法83 84(1)", [], "no law with an article"),
        ("*******水污染防治法第八十三条", [], "not a law that the standard knows"),
    ],
)
def test_what_is_not_sure_is_a_problem_and_no_citation(text, expected, word):
    parsed = parse(text)
    assert places(text) == expected
    assert any(word in problem for problem in parsed.problems), parsed.problems


@pytest.mark.parametrize(
    "text",
    ["《行政处罚法》第七十二条第一项", "《江苏省生态环境行政处罚裁量基准规定》第三条", "《行政诉讼法》第四十六条", ""],
)
def test_procedure_is_dropped_in_silence(text):
    assert parse(text) == Parsed()


@pytest.mark.parametrize("prose", ["3条生产线", "2项指标超标", "罚款10万元", "2018年"])
def test_numbers_of_the_prose_are_no_citations(prose):
    assert places(f"水污染防治法第八十三条、{prose}") == [(WATER, 83, None, None)]


@pytest.mark.parametrize(
    ("text", "edition"),
    [
        ("新《固废法》第一百一十二条", "2020"),
        ("《固废法》(旧)第六十八条", "旧"),
        ("《固体废物污染环境防治法》（2016年版）第六十八条", "2016"),
        ("《大气污染防治法》第九十九条", None),
    ],
)
def test_edition_named_by_the_citation(text, edition):
    assert [c.edition for c in parse(text).citations] == [edition]


@pytest.mark.parametrize(
    "broken", ["", "百", "一百一", "二百百", "百二十", "一二百", "0", "08", "12345", "一百二", "二十三十"]
)
def test_broken_numbers_are_refused(broken):
    assert numerals.read(broken) is None
