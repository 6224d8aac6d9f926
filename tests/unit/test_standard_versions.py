"""Versions beside each other: all that is wrong in a file is found, and every difference between two."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liancheng import standard as packaged
from liancheng.standard.difference import difference
from liancheng.standard.outline import about, outline, plain
from liancheng.standard.version_check import examine
from tests.unit.lives import UNHURRIED

STANDARD = packaged.current()
RAW = files("liancheng.standard").joinpath("v2026_1.toml").read_bytes().decode()
EDITS = {  # edit: the wrong that it makes
    ('name = "listed"\n', 'name = "blacklisted"\n'): "level.listed.name",
    ('mark = "VL"\nvalid_from = 2018-01-01', 'mark = "maybe"\nvalid_from = 2018-01-01'): "listing.mark",
    ("max_months = 12", "max_months = true"): "ndrc-2019-527.period.general.max_months",
    ("valid_from = 2023-05-01", 'valid_from = "2023-05-01"'): "ndrc-58.period.single.valid_from",
    ('words = ["取水中断"]', 'words = "取水中断"'): "act.8.words",
    ("title = ", "titel = "): "titel",
    ('id = "act.3"\n', ""): "acts, number 3.id",
    ('any_kind = ["licence_revoked", ', 'any_kind = ["license_revoked", '): "ndrc-36.serious.revoked.any_kind",
}
FOUND_TOGETHER = {
    ('id = "act.2"', 'id = "act.1"'): "id",
    ("min_months = 6", "min_months = 60"): "ndrc-2019-527.period.serious",
    ("from = 2023-05-01", "from = 2023-04-30"): "regimes.ndrc-58.from",
    ('fine_at_least = "huge_fine_yuan"', 'fine_at_least = "hugh"'): "ndrc-36.serious.huge_fine.fine_at_least",
    ("to = 2026-03-31", "to = 2022-03-31"): "regimes.ndrc-58.to",
}


def wrongs_of(raw: str) -> list[str]:
    return [wrong.field for wrong in examine(raw.encode()).wrongs]


def edited(edits: list[tuple[str, str]]) -> str:
    raw = RAW
    for old, new in edits:
        assert old in raw
        raw = raw.replace(old, new, 1)
    return raw


@UNHURRIED
@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, unique=True))
def test_every_field_that_cannot_be_read_is_found_not_only_the_first(edits):
    found = wrongs_of(edited(edits))
    for edit in edits:
        assert EDITS[edit] in found
    assert set(found) <= {EDITS[edit] for edit in edits} | {"title"}  # the lost title is missing as well


@UNHURRIED
@given(st.lists(st.sampled_from(sorted(FOUND_TOGETHER)), min_size=1, unique=True))
def test_all_that_types_cannot_say_is_found_at_once(edits):
    assert sorted(wrongs_of(edited(edits))) == sorted(FOUND_TOGETHER[edit] for edit in edits)


def test_a_rule_that_can_be_read_is_looked_at_although_another_cannot():
    raw = edited([("max_months = 12", 'max_months = "x"'), ('mark = "S"', 'mark = "U"')])
    assert wrongs_of(raw) == ["ndrc-2019-527.period.general.max_months", "ndrc-36.serious.revoked.mark"]


@pytest.mark.parametrize("raw", [b"version = ", b"\xff\xfe", b"", b"acts = 3"])
def test_what_is_no_version_at_all_is_said_and_raises_nothing(raw):
    examined = examine(raw)
    assert examined.standard is None
    assert all(wrong.found and wrong.expected and wrong.remedy for wrong in examined.wrongs)


def test_the_packaged_version_has_no_wrong_and_its_outline_has_every_rule():
    examined = examine(RAW.encode())
    assert examined.standard is not None and examined.wrongs == ()
    groups = outline(STANDARD)
    ids = {id_ for parts in groups.values() for id_ in parts}
    assert {rule.id for rule in STANDARD.rules()} <= ids
    assert len(groups["acts"]) == 14 and len(groups["regimes.ndrc-36.rules"]) == 8
    assert set(plain(STANDARD)) == {"version", "title", "valid_from"}
    assert all(about(part) for parts in groups.values() for part in parts.values())


# ---- difference


def changed_to(*edits: tuple[str, str]) -> list[tuple[str, str, str]]:
    after = packaged.read(edited(list(edits)).encode(), "b.toml")
    return [(one.group, one.id, one.what) for one in difference(STANDARD, after)]


def test_a_version_does_not_differ_from_itself():
    assert difference(STANDARD, packaged.read(RAW.encode(), "same.toml")) == ()


def test_a_changed_field_is_named_with_both_values():
    after = packaged.read(edited([("min_months = 3", "min_months = 4")]).encode(), "b.toml")
    (one,) = difference(STANDARD, after)
    assert (one.group, one.id) == ("regimes.ndrc-2019-527.severities", "ndrc-2019-527.period.general")
    assert [(c.field, c.before, c.after) for c in one.changes] == [("min_months", 3, 4)]
    assert [(c.before, c.after) for c in difference(after, STANDARD)[0].changes] == [(4, 3)]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (('version = "2026.1"', 'version = "2026.2"'), [("version", "version", "changed")]),
        (("meaning = ", "value = 100000\nmeaning = "), [("parameters", "large_fine_yuan", "changed")]),
        (("to = 2026-03-31", "to = 2026-03-30"), [("regimes", "ndrc-58", "changed")]),
        (('id = "act.9"', 'id = "act.nine"'), [("acts", "act.9", "removed"), ("acts", "act.nine", "added")]),
    ],
)
def test_differences_stand_in_their_group(edit, expected):
    assert changed_to(edit) == expected


def test_a_rule_added_says_where_and_another_order_is_a_difference():
    blocks = RAW.split("[[regimes.rules]]")
    first, second = blocks[1], blocks[2]
    swapped = RAW.replace(first, "\x00").replace(second, first).replace("\x00", second)
    (one,) = difference(STANDARD, packaged.read(swapped.encode(), "b.toml"))
    assert (one.what, one.id) == ("reordered", "regimes.ndrc-2019-527.rules")
    assert one.changes[0].before[:2] == one.changes[0].after[1::-1]

    without = packaged.read(RAW.replace("[[regimes.rules]]" + second, "").encode(), "a.toml")
    (added,) = difference(without, STANDARD)
    assert (added.what, added.id, added.follows) == ("added", "ndrc-2019-527.simple", "ndrc-2019-527.special_serious")
