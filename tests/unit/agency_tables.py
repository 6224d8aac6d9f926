"""Tables as agencies have them, for tests: rows of the two editions, as CSV or as a workbook with typed cells."""

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook

from producers import files
from producers.files import EventFile
from producers.kind_codes import NONE, KindCodes
from tests.unit.makers import uscc

SECOND = {
    "行政相对人名称": "虚构示例化工有限公司",
    "统一社会信用代码": uscc(),
    "行政处罚决定书文号": "沪虚环罚〔2024〕12号",
    "处罚类别": "罚款",
    "罚款金额（万元）": "13.8",
    "处罚决定日期": "2024-03-05",
    "处罚机关": "虚构市甲区生态环境局",
}
FIRST = {
    "行政处罚决定书文号": "沪虚环罚〔2018〕12号",
    "处罚名称": "虚构污染案",
    "处罚类别1": "罚款",
    "处罚类别2": "",
    "处罚事由": "露天堆放",
    "处罚依据": "《大气污染防治法》第一百一十七条",
    "行政相对人名称": "虚构示例化工有限公司",
    "行政相对人代码_1(统一社会信用代码)": uscc(),
    "行政相对人代码_5(居民身份证号)": "",
    "法定代表人姓名": "张虚构",
    "处罚结果": "罚款人民币13.8万元",
    "处罚决定日期": "2018/3/5",
    "处罚机关": "虚构市甲区生态环境局",
    "当前状态": "0",
    "地方编码": "310000",
    "数据更新时间戳": "2018/3/6",
    "备注": "",
}
Row = dict[str, str]


def as_csv(rows: Sequence[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def sheets(**rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook with these sheets, whose cells keep their types."""
    book = Workbook(write_only=True)
    for title, cells in rows.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def second(**changed: str) -> Row:
    return SECOND | changed


def first(**changed: str) -> Row:
    return FIRST | changed


def read(*rows: Row, codes: KindCodes = NONE) -> EventFile:
    return files.read(as_csv(rows), "month.csv", codes)


def codes_of(file: EventFile) -> list[list[str]]:
    """The codes of what refuses each row here."""
    return [[finding.code for finding in row.findings] for row in file.rows]
