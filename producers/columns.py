"""The columns of the 双公示 penalty table, second edition (行政处罚信息, 2018): Chinese headers and field codes.

Of each column it is known whether it is published, not used, or about a person. What is about a person never leaves
the agency. Five columns of our own follow, for what the table has no place for but an event may state.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from liancheng import spelling
from liancheng.errors import WrongUseError

REASONS = ("原行号", "拒收原因")  # beside a refused row; ignored when it is read again


@dataclass(frozen=True)
class Column:
    """`field` is the event's field that the column fills; None: not used. `personal`: read past, never kept."""

    code: str
    header: str
    field: str | None = None
    needed: bool = False  # without it no row could be accepted
    personal: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("CF_XDR_MC", "行政相对人名称", "name", needed=True),
    Column("CF_XDR_LB", "行政相对人类别", "subject_category"),
    Column("CF_XDR_SHXYM", "统一社会信用代码", "uscc", needed=True),
    Column("CF_XDR_GSZC", "工商注册号"),
    Column("CF_XDR_ZZJG", "组织机构代码"),
    Column("CF_XDR_SWDJ", "税务登记号"),
    Column("CF_XDR_SYDW", "事业单位证书号"),
    Column("CF_XDR_SHZZ", "社会组织登记证号"),
    Column("CF_FRDB", "法定代表人", personal=True),
    Column("CF_FR_ZJLX", "法定代表人证件类型", personal=True),
    Column("CF_FR_ZJHM", "法定代表人证件号码", personal=True),
    Column("CF_XDR_ZJLX", "证件类型", personal=True),
    Column("CF_XDR_ZJHM", "证件号码", personal=True),
    Column("CF_WSH", "行政处罚决定书文号", "document_no", needed=True),
    Column("CF_WFXW", "违法行为类型", "violation_type"),
    Column("CF_SY", "违法事实", "facts"),
    Column("CF_YJ", "处罚依据", "legal_basis"),
    Column("CF_CFLB", "处罚类别", "kinds", needed=True),
    Column("CF_NR", "处罚内容", "content"),
    Column("CF_NR_FK", "罚款金额（万元）", "fine_wan"),
    Column("CF_NR_WFFF", "没收违法所得、没收非法财物的金额（万元）", "confiscated_wan"),
    Column("CF_NR_ZKDX", "暂扣或吊销证照名称及编号"),
    Column("CF_JDRQ", "处罚决定日期", "decision_date", needed=True),
    Column("CF_YXQ", "处罚有效期"),
    Column("CF_GSJZQ", "公示截止期"),
    Column("CF_CFJG", "处罚机关", "authority", needed=True),
    Column("CF_CFJGDM", "处罚机关统一社会信用代码"),
    Column("CF_SJLY", "数据来源单位"),
    Column("CF_SJLYDM", "数据来源单位统一社会信用代码"),
    Column("CF_BZ", "备注", "remark"),
    Column("REVISION", "修订号", "revision"),
    Column("VIOLATED", "违反条款", "violated"),
    Column("ACT_DATE", "违法行为发生日期", "act_date"),
    Column("PROCEDURE", "处罚程序", "procedure"),
    Column("STATED_ACTS", "认定情形", "stated_acts"),
)
_OTHER_NAMES = {
    "BZ": "CF_BZ",
    "CF_FDDB": "CF_FRDB",
    "CF_FR_SFZH": "CF_FR_ZJHM",
    "行政相对人": "CF_XDR_MC",
    "行政相对人统一社会信用代码": "CF_XDR_SHXYM",
    "行政处罚决定文书号": "CF_WSH",
    "处罚决定书文号": "CF_WSH",
    "工商登记码": "CF_XDR_GSZC",
    "没收金额": "CF_NR_WFFF",
}
_PERSONAL = ("身份证", "证件", "法定代表人", "法人代表", "负责人", "姓名", "住址", "电话", "手机")
_UNIT = "万元"
_IN_BRACKETS = re.compile(r"(?P<base>[^()]+)\((?P<note>[^()]*)\)")
_SUBJECT_CODE = re.compile(r"行政相对人代码[_-]?(?P<number>\d?)(?:[_-]|\()?(?P<name>[^()]*)\)?")


@dataclass(frozen=True)
class Layout:
    """Where a file's columns lie. `fields`: the event's field by position; the other lists are headers as printed."""

    header: tuple[str, ...]
    fields: dict[int, str]
    personal: tuple[str, ...]
    unknown: tuple[str, ...]
    reasons: frozenset[int]  # positions of the columns that a file of refused rows has at its end

    def header_of(self, field: str) -> str:
        """The clerk's own header of an event's field; the field itself where the file has no such column."""
        position = next((position for position, name in self.fields.items() if name == field), None)
        return field if position is None else self.header[position].strip()


def recognised(header: Sequence[str]) -> int:
    """How many of the headers are the table's."""
    return sum(1 for cell in header if _column(cell))


def lay_out(header: Sequence[str], name: str) -> Layout:
    """Raises WrongUseError where a needed column is missing, one is there twice, or an amount is not in 万元."""
    fields: dict[int, str] = {}
    personal: list[str] = []
    unknown: list[str] = []
    reasons: set[int] = set()
    for position, cell in enumerate(header):
        column = _column(cell)
        if spelling.compact(cell) in REASONS:
            reasons.add(position)
        elif column is None:
            (personal if any(word in cell for word in _PERSONAL) else unknown).append(cell)
        elif column.personal:
            personal.append(cell)
        elif column.field:
            _check_unit(column, cell, name)
            fields[position] = column.field
    _check_twice(header, fields, name)
    _check_needed(header, fields.values(), name)
    return Layout(tuple(header), fields, _shown(personal), _shown(unknown), frozenset(reasons))


def _shown(headers: list[str]) -> tuple[str, ...]:
    return tuple(header.strip() for header in headers if header.strip())


def _column(cell: str) -> Column | None:
    """The column of a header as printed: spaces, width, case, the mark * and what brackets explain do not count."""
    text = spelling.compact(cell).strip("*").upper()
    if text in _BY_NAME:
        return _BY_NAME[text]
    if subject := _SUBJECT_CODE.fullmatch(text):
        # The number goes by edition and place (组织机构代码 is _2 here, _3 there); what the bracket says does not.
        return _BY_NAME.get(subject["name"] or {"1": "统一社会信用代码"}.get(subject["number"], ""))
    bracketed = _IN_BRACKETS.fullmatch(text)
    return _BY_NAME.get(bracketed["base"]) if bracketed else None


def _name_of(header: str) -> str:
    return header.partition("（")[0]


_BY_CODE = {column.code: column for column in COLUMNS}
_BY_NAME = (
    {_name_of(column.header): column for column in COLUMNS}
    | _BY_CODE
    | {column.field.upper(): column for column in COLUMNS if column.field}
    | {name: _BY_CODE[code] for name, code in _OTHER_NAMES.items()}
)


def _check_unit(column: Column, cell: str, name: str) -> None:
    bracketed = _IN_BRACKETS.fullmatch(spelling.compact(cell))
    if _UNIT in column.header and bracketed and bracketed["note"].endswith("元") and bracketed["note"] != _UNIT:
        raise WrongUseError(
            f"{name}: found the column {cell.strip()}, expected {column.header}: "
            "divide its amounts by what makes them 万元, and mend the header"
        )


def _check_twice(header: Sequence[str], fields: dict[int, str], name: str) -> None:
    for field in fields.values():
        twice = [header[position].strip() for position, other in fields.items() if other == field]
        if len(twice) > 1:
            raise WrongUseError(
                f"{name}: found {field} in {len(twice)} columns, {' and '.join(twice)}: keep one of them"
            )


def _check_needed(header: Sequence[str], found: Iterable[str], name: str) -> None:
    known = set(found)
    if missing := [
        f"{column.header} {column.code}" for column in COLUMNS if column.needed and column.field not in known
    ]:
        seen = ", ".join(cell.strip() for cell in header[:8] if cell.strip()) or "nothing"
        raise WrongUseError(
            f"{name}: the columns {', '.join(missing)} are missing (found in its first line: {seen[:200]}): "
            "the first line must hold the headers or field codes of the 双公示 penalty table"
        )
