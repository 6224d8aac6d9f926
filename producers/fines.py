"""The amount of a fine from the text of a penalty's result 处罚结果: read only where it can be read in one way.

The first edition of the 双公示 table has no column for amounts. A text counts where it states one fine as 罚款…元 or
处…元罚款, in digits or in Chinese numerals (both, if they agree), and every other sum in it is a confiscation's. What
may mean something else (by the day, several fines, a person's fine, a fine that was not imposed) is left to its sender.
"""

import re
from decimal import Decimal
from typing import NamedTuple

import cn2an

from liancheng.text import spelling

_DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,6})?"  # no longer than can be exact
_HAN = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_SUM = rf"(?>(?:[¥￥]?{_DIGITS}(?:万元|万|元)|[¥￥]{_DIGITS}|[{_HAN}]+[元圆])整?)"
_END = rf"(?![\d{_HAN}角分%倍余多起至到~-]|以上|以下|以内|左右|\([^)]*\d)"
_LEAD = r"(?:人民币|共计|合计|金额|总额|总计|计|为|:|¥|￥|\((?:大写|小写|人民币)\))*"
_AGAIN = rf"(?:\((?:大写|小写|即)?{_LEAD}(?P<again%d>{_SUM})\))?"
_AFTER = rf"罚款{_LEAD}(?P<sum1>{_SUM}){_AGAIN % 1}{_END}"
_BEFORE = rf"(?:处以?|科以|给予|作出|做出){_LEAD}(?P<sum2>{_SUM}){_AGAIN % 2}的?(?:行政)?罚款(?!{_LEAD}{_SUM})"
_FINE = re.compile(f"{_AFTER}|{_BEFORE}")
_CONFISCATED = re.compile(rf"没收[^,。;、]{{0,40}}?{_SUM}(?:\({_LEAD}{_SUM}\))?{_END}")
_ANY_SUM = re.compile(rf"[¥￥][\d,.]+|[\d,.{_HAN}]*[\d{_HAN}][余多]?[万元圆]+")
_LATE = re.compile(r"每日按照?罚款(?:数额|金额)?的?(?:百分之三|3%)加处罚款")  # 行政处罚法 72: printed below every fine
_DOUBTFUL = re.compile(
    "个人|法定代表人|法人代表|负责人|责任人|主管人员|股东|经理|"  # the fine may be a person's
    "各|分别|每|按日|加处|最[高低]|"  # more than one, or more than once
    "不予|免[予于除]|撤销|变更|减[轻免为]|原罚款|原处罚|原决定|拟"  # not imposed, or no longer
)
_LOWER = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟两〇", "一二三四五六七八九十百千二零")
_YUAN_PER_WAN = 10_000


class Stated(NamedTuple):
    """`wan`: the fine in 万元 as a table prints it, None where the text is not clear. `said`: the sums it names."""

    wan: str | None
    said: str


def stated_in(text: str) -> Stated:
    """The one fine that `text` states, exactly."""
    compact = _LATE.sub("", spelling.compact(text))
    said = "、".join(match[0] for match in _ANY_SUM.finditer(compact))
    fines = list(_FINE.finditer(compact))
    if len(fines) != 1 or _DOUBTFUL.search(compact):
        return Stated(None, said)
    (fine,) = fines
    rest = _CONFISCATED.sub("", f"{compact[: fine.start()]}。{compact[fine.end() :]}")
    sums = {_yuan(text) for text in (fine["sum1"] or fine["sum2"], fine["again1"] or fine["again2"]) if text}
    yuan = sums.pop()
    if sums or yuan is None or _ANY_SUM.search(rest):
        return Stated(None, said)
    return Stated(as_wan(yuan), fine[0])


def as_wan(yuan: Decimal) -> str:
    """An amount in 元 as the table prints it, in 万元, with nothing lost."""
    return format((yuan / _YUAN_PER_WAN).normalize(), "f")


def _yuan(text: str) -> Decimal | None:
    number = text.strip("¥￥整元圆")
    if number[0].isdigit():
        factor = _YUAN_PER_WAN if number.endswith("万") else 1
        return Decimal(number.rstrip("万").replace(",", "")) * factor
    return _han_yuan(number.translate(_LOWER))


def _han_yuan(number: str) -> Decimal | None:
    """cn2an takes 一万三 for 13,000 and more; only a numeral that is written back as it stood is one for sure."""
    try:
        value = cn2an.cn2an(number, "normal")
        written = cn2an.an2cn(value, "low")
    except ValueError:
        return None
    return Decimal(value) if _with_its_one(written) == _with_its_one(number) else None


def _with_its_one(number: str) -> str:
    return f"一{number}" if number.startswith("十") else number
