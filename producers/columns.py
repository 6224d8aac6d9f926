"""The columns of the 双公示 penalty table 行政处罚信息: Chinese headers and field codes of its two editions.

Of each column it is known whether it is published, not used, or about a person. What is about a person never leaves
the agency. Five columns of our own follow, for what the table has no place for but an event may state.

The second edition (2018) is the list that agencies fill today. The first (2016) was read in public programs that file
or collect it: `PenaltyWHBean` of whcis (codes and headers), `PeopleCF` of wonders (codes, and what 当前状态 may hold).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from file_formats import headers
from file_formats.tables import TableKind

REASONS = ("原行号", "拒收原因")  # columns next to a refused row; ignored when it is read again


@dataclass(frozen=True)
class Column:
    """`field` is the event's field that the column fills; None: not used. `personal`: read past, never kept.

    `joins`: its text is added to that of the field's other columns. `instead`: used only where the file has no other
    column of its field. The field `state` is no event's: it says whether the row may be sent at all.
    """

    code: str
    header: str
    field: str | None = None
    needed: bool = False  # without it no row could be accepted
    personal: bool = False
    joins: bool = False
    instead: bool = False


SECOND_EDITION = (
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
)
FIRST_EDITION = (
    Column("CF_CFMC", "处罚名称"),
    Column("CF_CFLB1", "处罚类别1", "kinds", joins=True),
    Column("CF_CFLB2", "处罚类别2", "kinds", joins=True),
    Column("CF_XDR_SFZ", "居民身份证号", personal=True),
    Column("CF_JG", "处罚结果", "content"),
    Column("CF_SXQ", "处罚生效期", "decision_date", instead=True),
    Column("CF_JZQ", "处罚截止期"),
    Column("CF_ZT", "当前状态", "state"),
    Column("DFBM", "地方编码"),
    Column("SJC", "数据更新时间戳"),
)
OUR_OWN = (
    Column("REVISION", "修订号", "revision"),
    Column("VIOLATED", "违反条款", "violated"),
    Column("ACT_DATE", "违法行为发生日期", "act_date"),
    Column("PROCEDURE", "处罚程序", "procedure"),
    Column("STATED_ACTS", "认定情形", "stated_acts"),
)
COLUMNS: tuple[Column, ...] = (*SECOND_EDITION, *FIRST_EDITION, *OUR_OWN)
SUBJECTS_OWN_NUMBER = ("CF_XDR_ZJHM", "CF_XDR_SFZ")  # filled in only where the subject is a natural person
_OTHER_NAMES = {
    "BZ": "CF_BZ",
    "CF_FDDB": "CF_FRDB",
    "CF_FR": "CF_FRDB",
    "CF_FR_SFZH": "CF_FR_ZJHM",
    "CF_SFZ": "CF_FR_ZJHM",
    "CF_XDR": "CF_XDR_MC",
    "CF_XDR_GSDJ": "CF_XDR_GSZC",
    "CF_XDR_ZDM": "CF_XDR_ZZJG",
    "CF_XZJG": "CF_CFJG",
    "CF_AJMC": "CF_CFMC",
    "CF_SJC": "SJC",
    "CF_DFBM": "DFBM",
    "行政相对人": "CF_XDR_MC",
    "行政相对人统一社会信用代码": "CF_XDR_SHXYM",
    "行政处罚决定文书号": "CF_WSH",
    "行政处罚决定书号": "CF_WSH",
    "行政处罚决定文号": "CF_WSH",
    "行政处罚文书号": "CF_WSH",
    "处罚决定书文号": "CF_WSH",
    "工商登记码": "CF_XDR_GSZC",
    "处罚事由": "CF_SY",
    "案件名称": "CF_CFMC",
    "处罚生效日期": "CF_SXQ",
    "处罚截止日期": "CF_JZQ",
    "公示期限": "CF_GSJZQ",
    "数据更新时间": "SJC",
    "没收金额": "CF_NR_WFFF",
}
_PERSONAL = ("身份证", "证件", "法定代表人", "法人代表", "负责人", "姓名", "住址", "电话", "手机")
_SUBJECT_CODE = re.compile(r"行政相对人代码[-_／]?(?P<number>\d?)(?:[-_]|\()?(?P<name>[^()]*)\)?")


def column_of(cell: str) -> Column | None:
    """The column of a header, however it is spelled; what it says after its name does not count."""
    text = headers.spelled(cell)
    if text in _BY_NAME:
        return _BY_NAME[text]
    if subject := _SUBJECT_CODE.fullmatch(text):
        # The number depends on edition and province (组织机构代码 is _2 in one, _3 in another); the bracket does not.
        return _BY_NAME.get(subject["name"] or {"1": "统一社会信用代码"}.get(subject["number"], ""))
    return _BY_NAME.get(headers.split(cell)[0])


def recognised(cells: Sequence[str]) -> int:
    """How many of the cells are headers of the table."""
    return sum(1 for cell in cells if cell and column_of(cell))


def is_personal(header: str) -> bool:
    """Whether a header that is not of the table speaks of a person."""
    return any(word in header for word in _PERSONAL)


def header_of(field: str) -> str:
    """The table's own header of an event's field, or the field itself."""
    return next((column.header for column in COLUMNS if column.field == field), field)


KIND = TableKind(recognised, some=3, enough=len(COLUMNS))
_BY_CODE = {column.code: column for column in COLUMNS}
_BY_NAME = (
    {headers.split(column.header)[0]: column for column in COLUMNS}
    | _BY_CODE
    | {column.field.upper(): column for column in reversed(COLUMNS) if column.field}
    | {headers.spelled(name): _BY_CODE["CF_XDR_SHXYM"] for name in headers.USCC_NAMES}
    | {name: _BY_CODE[code] for name, code in _OTHER_NAMES.items()}
)
