"""Kinds of penalty 处罚类别: from the words of the 双公示 tables and of decisions to the kinds of the standard.

The kinds are those of 行政处罚法 art. 9. Three interpretations are our own:
- 责令停产整治 and 停产整顿 are `business_restricted`, not `production_stopped`. 环境保护法 art. 60 names 停产整治
  with 限制生产 as the step before 停业、关闭, and only 责令停产停业 is in the class without early repair: the words
  must not be read as a heavier class than they say. The receipt reports this; the agency can send 责令停产停业.
- 责令停止建设, 限期拆除 and similar orders are orders to correct, like 责令改正.
- 停业、关闭 printed together are both.
"""

import re
from functools import lru_cache
from typing import NamedTuple, get_args

from liancheng.records.facts import Finding, Kind
from liancheng.text import spelling
from liancheng.text.findings import error, warning

KINDS: tuple[Kind, ...] = get_args(Kind)


class Kinds(NamedTuple):
    """`kinds` has no repetitions and is in the order of `Kind`; it is refused if an error is among the findings."""

    kinds: tuple[Kind, ...]
    findings: tuple[Finding, ...] = ()


_WORDS: dict[str, tuple[str, ...]] = {
    "warning": ("警告",),
    "criticism": ("通报批评",),
    "fine": ("罚款",),
    "confiscation": ("没收", "没收违法所得", "没收非法所得", "没收非法财物", "没收违法财物", "非法财物"),
    "licence_suspended": ("暂扣许可证件", "暂扣许可证", "暂扣执照", "暂扣排污许可证", "暂扣营业执照"),
    "downgraded": ("降低资质等级", "降低资质"),
    "licence_revoked": ("吊销许可证件", "吊销许可证", "吊销执照", "吊销排污许可证", "吊销营业执照", "吊销资质证书"),
    "business_restricted": (
        *("限制开展生产经营活动", "限制生产经营活动", "限制生产经营", "限制生产", "责令限制生产", "限产", "责令限产"),
        *("责令停产整治", "停产整治", "责令停产整顿", "停产整顿"),
    ),
    "production_stopped": ("责令停产停业", "停产停业", "责令停产", "停产", "责令停业", "停业", "责令停止生产"),
    "closed": ("责令关闭", "关闭"),
    "employment_restricted": ("限制从业", "责令限制从业", "禁止从业"),
    "detention": ("行政拘留", "拘留"),
    "correction_ordered": (
        *("责令改正", "责令限期改正", "限期改正", "责令立即改正", "立即改正", "责令改正违法行为"),
        *("责令整改", "限期整改", "责令限期整改", "责令停止违法行为", "停止违法行为", "责令停止建设", "停止建设"),
        *("责令限期拆除", "限期拆除", "责令恢复原状", "恢复原状", "责令消除污染", "消除污染", "责令限期治理"),
    ),
    "other": ("其他", "其它"),
}  # fmt: skip
_KNOWN: dict[str, tuple[Kind, ...]] = {
    **{kind: (kind,) for kind in KINDS},
    **{word: (kind,) for kind in KINDS for word in _WORDS[kind]},
    "停业关闭": ("production_stopped", "closed"),
    "责令停业关闭": ("production_stopped", "closed"),
}
_NO_PENALTY = ("不予行政处罚", "不予处罚", "免予行政处罚", "免予处罚", "免于行政处罚", "免于处罚")
_RECTIFICATION = ("停产整治", "停产整顿")
_SEPARATORS = re.compile(r"[;、,/|+。\s]+")
_JOINTS = re.compile("以及|并处|[并及和与]")
_OTHER = re.compile(r"其[他它][-:()—]*(.*?)\)?")
_LISTED = "、".join(words[0] for words in _WORDS.values())


def chinese(kind: str) -> str:
    """Returns the name of a kind in the 双公示 table; an unknown kind is returned as it is."""
    return _WORDS.get(kind, (kind,))[0]


@lru_cache(maxsize=4096)
def read_kinds(text: str) -> Kinds:
    """Returns all kinds in `text`: 警告;其他-其他, 没收违法所得、没收非法财物, 罚款|责令改正, or our own codes.

    Findings: `kinds.missing`, `kinds.unknown`, `kinds.ambiguous`, `kinds.no_penalty` (errors), `kinds.rectification`
    (warning).
    """
    known: set[Kind] = set()
    findings: list[Finding] = []
    for word in filter(None, _SEPARATORS.split(spelling.plain(text))):
        kinds = _kinds_of(word)
        known.update(kinds)
        if not kinds:
            findings.append(_refusal(word))
        elif word.endswith(_RECTIFICATION):
            findings.append(_rectification(word))
    if not known and not findings:
        findings.append(error("kinds", "kinds.missing", text, f"one or more of {_LISTED}", "add the kinds of penalty"))
    return Kinds(tuple(kind for kind in KINDS if kind in known), tuple(dict.fromkeys(findings)))


def _kinds_of(word: str) -> tuple[Kind, ...]:
    """Empty for a word that is unknown or only partly known: 没收违法所得并处拘役 is not a confiscation."""
    if known := _KNOWN.get(word):
        return known
    if named := _OTHER.fullmatch(word):
        return _KNOWN.get(named[1], ("other",)) if not named[1].startswith(_NO_PENALTY) else ()
    parts = [_KNOWN.get(part) for part in _JOINTS.split(word) if part]
    return tuple(kind for part in parts if part for kind in part) if all(parts) else ()


def _refusal(word: str) -> Finding:
    if any(none in word for none in _NO_PENALTY):
        return error(
            "kinds",
            "kinds.no_penalty",
            word,
            "a penalty; 不予行政处罚 is none and has no consequences",
            "do not send this decision; if it withdraws an earlier penalty, send a revocation",
        )
    if "暂扣" in word and "吊销" in word:
        return error("kinds", "kinds.ambiguous", word, "暂扣许可证件 or 吊销许可证件", "send the one that was decided")
    return error(
        "kinds",
        "kinds.unknown",
        word,
        f"one or more of {_LISTED}",
        "name the kind as in the 双公示 table, or write 其他-… if it is not in it; amounts go into fine_wan",
    )


def _rectification(word: str) -> Finding:
    return warning(
        "kinds",
        "kinds.rectification",
        word,
        "taken as 限制开展生产经营活动 (环境保护法 art. 60), not as 责令停产停业",
        "nothing, unless the decision says 责令停产停业: then send that",
    )
