"""A screened book as a file for Excel: Chinese headers, UTF-8 with a byte order mark. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from liancheng.answers.screening_answers import Company, NameMatch, ScreenedRow
from liancheng.explaining.phrases import Language, phrase

_HEADERS = (
    "行号", "客户编号", "查询内容", "结果", "统一社会信用代码", "名称", "级别", "自", "相似度", "处罚文书", "说明",
)  # fmt: skip
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(rows: Iterable[ScreenedRow], lines: Sequence[int], asked: Sequence[str]) -> str:
    """Returns the text of the file: a line for each row, and for each company that a name may mean."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADERS)
    for row, line, text in zip(rows, lines, asked, strict=True):
        start = (line, row.customer_ref or "", text)
        writer.writerows([_safe(cell) for cell in (*start, *cells)] for cells in _of(row))
    return _BOM + out.getvalue()


def _of(row: ScreenedRow) -> Iterator[tuple[object, ...]]:
    if row.error:
        yield "拒绝", "", "", "", "", "", "", row.error.detail
    elif row.company:
        yield "按代码", *_company(row.company, ""), "" if row.company.known else "名单中没有该主体的记录"
    elif row.matches:
        yield from (_match(match) for match in row.matches)
    else:
        yield "无相近名称", "", "", "", "", "", "", "不能证明该企业不在名单,请用统一社会信用代码查询"


def _match(match: NameMatch) -> tuple[object, ...]:
    result = "名称相同" if match.exact else "名称相近"
    return result, *_company(match.company, f"{match.score:.2f}"), "请核对统一社会信用代码"


def _company(company: Company, score: str, language: Language = "zh") -> tuple[object, ...]:
    documents = "; ".join(f"{reason.authority} {reason.document_no}" for reason in company.reasons)
    level = phrase(language, f"level.{company.level}")
    return company.uscc, company.name or "", level, company.since or "", score, documents


def _safe(cell: object) -> object:
    """Excel would run a cell that begins like a formula, and others write names and references."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
