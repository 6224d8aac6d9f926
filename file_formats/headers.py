"""How headers are spelled, and what the columns of a bank's file are called: the one table of their names.

What the columns of an agency's table are called is in `producers/columns.py`, by the same spelling.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from file_formats.refusals import FileRefusedError
from liancheng.text import spelling

HEADER_WITHIN = 20  # rows with anything in them: titles and notes stand above a header, rarely more than three

USCC_NAMES = (
    *("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "社会统一信用代码"),
    "统一社会信用代码/社会信用代码",
)
BANK_COLUMNS = {
    "uscc": USCC_NAMES,
    "name": ("名称", "企业名称", "公司名称", "客户名称", "单位名称"),
    "customer_ref": ("客户编号", "客户号"),
    "role": ("角色",),
    "min_level": ("最低级别",),
    "kinds": ("变动种类",),
    "provinces": ("省份",),
}
_UNIT = re.compile(r"(?P<base>[^()]+?)[-_:]?(?P<unit>万元|元)")


def spelled(cell: str) -> str:
    """A header as it is compared: spaces, width, case, script and marks (* and :) do not count, nor which bracket."""
    return spelling.compact(cell).strip("*:").upper()


def split(cell: str) -> tuple[str, str]:
    """A header, spelled, and what it says after its name: the unit in 罚款金额（元）, the choices in 角色（借款人）."""
    base, bracket, note = spelled(cell).partition("(")
    if bracket:
        return base, note.rstrip(")")
    unit = _UNIT.fullmatch(base)
    return (unit["base"], unit["unit"]) if unit else (base, "")


@lru_cache(maxsize=1024)  # JSON lines name their columns in every row
def bank_column(cell: str) -> str | None:
    """The column of a bank's file that a header names."""
    return _BY_NAME.get(split(cell)[0])


def bank_columns(header: Sequence[str], needed: Sequence[str], name: str) -> list[str | None]:
    """The column of each header. Raises FileRefusedError where no `needed` one is among them, or one is there twice."""
    columns = [bank_column(cell) for cell in header]
    if set(columns).isdisjoint(needed):
        raise unknown_table(name, header, " or ".join(f"{column} ({BANK_COLUMNS[column][0]})" for column in needed))
    for column in dict.fromkeys(column for column in columns if column):
        refuse_doubled(column, [cell for cell, own in zip(header, columns, strict=True) if own == column], name)
    return columns


def refuse_doubled(field: str, headers: Sequence[str], name: str) -> None:
    """Raises FileRefusedError where more than one header names the same field."""
    if len(headers) > 1:
        raise FileRefusedError(name, "doubled", field=field, count=len(headers), columns=" and ".join(shown(headers)))


def unknown_table(name: str, header: Sequence[str], needed: str) -> FileRefusedError:
    """The refusal of a table without the columns that are `needed`."""
    columns = ", ".join(shown(header))[:200] or "none"
    return FileRefusedError(name, "header", columns=columns, needed=needed, within=HEADER_WITHIN)


def shown(headers: Iterable[str]) -> tuple[str, ...]:
    """Headers in one line each: in a workbook they are often broken over several."""
    return tuple(" ".join(header.split()) for header in headers if header.strip())


_BY_NAME = {spelled(name): column for column, names in BANK_COLUMNS.items() for name in (column, *names)}
