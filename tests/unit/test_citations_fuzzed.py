"""Whatever is printed, no citation is invented; and what is printed in any of the usual styles is read as meant."""

import json
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from liancheng.standard import law_names
from liancheng.standard.citations import parse
from liancheng.text import numerals
from liancheng.text.script import to_simplified

ROOT = Path(__file__).parents[2]
DIGITS = {ord(h): str(d) for d, hans in enumerate(("零〇", *"一二三四五六七八九")) for h in hans}
PRINTED = [json.loads(line)["text"] for line in (ROOT / "tests/data/citations.jsonl").read_text("utf-8").splitlines()]
for decision in map(json.loads, (ROOT / "samples/real_decisions.jsonl").read_text("utf-8").splitlines()):
    PRINTED += filter(None, (decision["legal_basis"], decision["violated_provision"]))


def han(number: int) -> str:
    """Independent of the reader under test: 1107 is 一千一百零七."""
    digits = "零一二三四五六七八九"
    text = "".join(
        digits[int(d)] + (unit if d != "0" else "")
        for d, unit in zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    )
    return re.sub("零+", "零", text).strip("零")


def plain(text: str) -> str:
    """Simplified, half width, without spaces; but a space between two Arabic numbers divides them."""
    shown = unicodedata.normalize("NFKC", to_simplified(text))
    shown = re.sub(r"[\u200b-\u200f\u2060\ufeff]", " ", shown)
    return re.sub(r"\s+", "", re.sub(r"(?<=[0-9])\s+(?=[0-9])", "|", shown))


def is_printed(number: int, text: str, before: str = "") -> bool:
    """Whether a whole run of numerals writes the number, in Chinese, Arabic or mixed digits, never a part of a run."""
    runs = set(re.findall(f"[0-9十百千]+{before}", plain(text).translate(DIGITS)))
    written = han(number).translate(DIGITS)
    forms = {str(number), written, re.sub("^1十", "十", written), written.replace("百1十", "百十")}
    forms |= {form.replace("0十", "0") for form in forms} | {f.replace("千01十", "千0十") for f in forms}
    return bool({re.match("[0-9十百千]+", run)[0] for run in runs} & forms)


def is_named(law: str, text: str) -> bool:
    """Whether one of the law's names stands there; up to three characters of the state's may be masked."""
    shown = plain(text)
    state = "中华人民共和国"
    for start in range(len(shown)):
        window = shown[start : start + len(state)]
        if len(window) == len(state) and all(a in (b, "*") for a, b in zip(window, state, strict=True)):
            shown = shown[:start] + state + shown[start + len(state) :]
    return any(name.alias in shown for name in law_names.names().values() if name.canonical == law)


AN_ARTICLE = r'(?=[0-9十百千()、,和及与以第“”]*条|\(|$|[;、,和及与以。)《“「"])'  # 83条, 83、84条, 83(3)


def check(text: str) -> None:
    parsed = parse(text)
    for citation in parsed.citations:
        assert is_named(citation.law, text), citation
        assert is_printed(citation.article, text, AN_ARTICLE), citation
        for number in (citation.paragraph, citation.item):
            assert number is None or is_printed(number, text), citation
    assert parsed.violated | parsed.basis <= set(parsed.citations)


# ---- nothing is invented

SCRAPS = [
    *("第", "条", "款", "项", "目", "之一", "(", ")", ",", "、", ";", "。", "《", "》", "“", "”", " ", "*"),
    *("和", "及", "旧", "新", "的规定", "依据", "违反", "一", "二", "十", "百", "千", "零", "〇", "0", "1", "9", "３"),
    *("水污染防治法", "《水污染防治法》", "《固废法》(旧)", "《水法》", "大气污染防治法", "《条例》", "本法", "条例"),
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS), max_size=14).map("".join) | st.text(max_size=40))
def test_no_number_is_ever_invented(text):
    check(text)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A citation as really printed, with characters dropped, doubled, swapped, or strange ones put in."""
    text = draw(st.sampled_from(PRINTED))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(text) - 1, 0)))
        before, here, after = text[:at], text[at : at + 1], text[at + 1 :]
        scrap = draw(st.sampled_from(SCRAPS))
        text = draw(
            st.sampled_from(
                [
                    before + after,
                    before + here * 2 + after,
                    before + after[:1] + here + after[1:],
                    before + scrap + here + after,
                ]
            )
        )
    return text


@settings(max_examples=1500, deadline=None)
@given(damaged())
def test_no_damage_of_a_real_citation_makes_another_one(text):
    check(text)


def test_no_single_slip_in_a_real_citation_makes_another_one():
    """Every character of every one: dropped, doubled, swapped with the next."""
    for text in PRINTED:
        meant = set(parse(text).citations)
        for at in range(len(text)):
            before, here, after = text[:at], text[at], text[at + 1 :]
            for slip in (before + after, before + here * 2 + after, before + after[:1] + here + after[1:]):
                if not meant.issuperset(parse(slip).citations):
                    check(slip)


@given(st.integers(1, 9999))
def test_every_number_is_read_back(number):
    text = han(number)
    assert numerals.read(text) == number
    assert numerals.read(str(number)) == number
    assert numerals.read(text.removeprefix("一") if text.startswith("一十") else text) == number


# ---- what is meant is read

NAMES = [
    name for name in law_names.names().values() if name.use == "cite" and not name.only_articles and not name.edition
]
Place = tuple[str, int, int | None, int | None]


class Said(NamedTuple):
    text: str
    means: list[Place]


def mixed(number: int) -> str:
    """1百一十二: the first digit Arabic, as one agency prints it."""
    return re.sub("^[一二三四五六七八九]", lambda found: found[0].translate(DIGITS), han(number))


def full_width(number: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))


@st.composite
def article(draw: st.DrawFn, law: str) -> Said:
    """One article, with or without its paragraph and items, in digits of one kind."""
    write = draw(st.sampled_from([han, str, mixed, full_width]))
    bracket = draw(st.sampled_from(["{}", "({})", "（{}）", "﹝{}﹞"]))
    number = draw(st.integers(1, 9999))
    paragraph = draw(st.none() | st.integers(1, 12))
    items = draw(st.lists(st.integers(1, 30), max_size=3, unique=True))
    text = f"第{write(number)}条" + (f"第{write(paragraph)}款" if paragraph else "")
    if items:
        text += "第" + "、".join(bracket.format(write(item)) for item in items) + "项"
    means: list[Place] = [(law, number, paragraph, item) for item in items or [None]]
    if paragraph and draw(st.booleans()):
        other = draw(st.integers(1, 12))
        text += f"、第{write(other)}款"
        means.append((law, number, other, None))
    return Said(text, means)


@st.composite
def short(draw: st.DrawFn, law: str) -> Said:
    number, paragraph, item = (draw(st.integers(1, most)) for most in (9999, 12, 30))
    if draw(st.booleans()):
        return Said(str(number), [(law, number, None, None)])
    return Said(f"{number}({paragraph})({item})", [(law, number, paragraph, item)])


@st.composite
def of_one_law(draw: st.DrawFn) -> Said:
    """A role, a law, and one or more of its articles; the later ones inherit its name."""
    name = draw(st.sampled_from(NAMES))
    shown = draw(st.sampled_from(["《{}》", "〈{}〉", "“{}”", "依据{}", "违反{}"])).format(name.alias)
    role = draw(st.sampled_from(["", "违反了", "依据", "根据"])) if shown[0] in "《〈“" else ""
    style, joints, ends = draw(
        st.sampled_from(
            [
                (
                    article,
                    ["、", "和", "及", "以及", "，", "与"],
                    ["", "的规定", "之规定", "“依照本法第二十四条、前款”之规定"],
                ),
                (short, [";", "、", "；"], [""]),
            ]
        )
    )
    said = draw(st.lists(style(name.canonical), min_size=1, max_size=3))
    joint = draw(st.sampled_from(joints))
    text = role + shown + joint.join(part.text for part in said) + draw(st.sampled_from(ends))
    return Said(text, [place for part in said for place in part.means])


OF_PROCEDURE = st.sampled_from(["《行政处罚法》第七十二条第一项", "《江苏省生态环境行政处罚裁量基准规定》第三条"])


@settings(max_examples=600, deadline=None)
@given(
    st.lists(of_one_law() | OF_PROCEDURE.map(lambda text: Said(text, [])), min_size=1, max_size=3),
    st.sampled_from(";。；"),
)
def test_what_is_printed_in_any_usual_style_is_read_as_meant(said, joint):
    parsed = parse(joint.join(part.text for part in said))
    places = [(c.law, c.article, c.paragraph, c.item) for c in parsed.citations]
    assert places == list(dict.fromkeys(place for part in said for place in part.means))
    assert parsed.problems == ()
