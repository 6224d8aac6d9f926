"""Which columns of a file fill a decision's fields, in which unit, and which are skipped."""

from collections.abc import Sequence
from dataclasses import dataclass

from file_formats import headers
from liancheng.errors import WrongUseError
from producers import columns
from producers.columns import COLUMNS, REASONS, Column

_AMOUNTS = frozenset(column.code for column in COLUMNS if "万元" in column.header)
_WAN, _YUAN = ("", "万元", "万"), "元"
_FIRST_EDITION = frozenset(("CF_CFLB1", "CF_JG"))


@dataclass(frozen=True)
class Layout:
    """Columns are named by their positions in `header`, which is as printed.

    `fields`: the event's field by position. `in_yuan`: amounts of those are in 元, all others in 万元. `own_number`:
    filled in only where the subject is a natural person. `first_edition`: it has no columns for amounts but one text
    for the whole result. `reasons`: what a file of refused rows has at its end. `effective_day`: 处罚生效期 is taken.
    """

    header: tuple[str, ...]
    fields: dict[int, str]
    personal: tuple[str, ...]
    unknown: tuple[str, ...]
    reasons: frozenset[int]
    in_yuan: frozenset[int] = frozenset()
    own_number: frozenset[int] = frozenset()
    first_edition: bool = False
    effective_day: bool = False

    def header_of(self, field: str) -> str:
        """The clerk's own header of an event's field; the table's where the file has no such column."""
        position = next((position for position, name in self.fields.items() if name == field), None)
        return columns.header_of(field) if position is None else self.header[position].strip()

    def has(self, field: str) -> bool:
        return field in self.fields.values()


def lay_out(header: Sequence[str], name: str) -> Layout:
    """Raises WrongUseError where a needed column is missing, one is there twice, or an amount has another unit."""
    known = {position: column for position, cell in enumerate(header) if (column := columns.column_of(cell))}
    reasons = frozenset(position for position, cell in enumerate(header) if headers.spelled(cell) in REASONS)
    others = [cell for position, cell in enumerate(header) if position not in known and position not in reasons]
    used = _used(known)
    _check_twice(header, used, name)
    _check_needed(header, used, name)
    return Layout(
        header=tuple(header),
        fields={position: column.field for position, column in used.items() if column.field},
        personal=headers.shown(
            [
                *(header[position] for position, column in known.items() if column.personal),
                *(cell for cell in others if columns.is_personal(cell)),
            ]
        ),
        unknown=headers.shown([cell for cell in others if not columns.is_personal(cell)]),
        reasons=reasons,
        in_yuan=frozenset(position for position, column in used.items() if _is_in_yuan(column, header[position], name)),
        own_number=frozenset(
            position for position, column in known.items() if column.code in columns.SUBJECTS_OWN_NUMBER
        ),
        first_edition=any(column.code in _FIRST_EDITION for column in known.values()),
        effective_day=any(column.instead for column in used.values()),
    )


def _used(known: dict[int, Column]) -> dict[int, Column]:
    first = {column.field for column in known.values() if not column.instead}
    return {
        position: column
        for position, column in known.items()
        if column.field and not (column.instead and column.field in first)
    }


def _is_in_yuan(column: Column, cell: str, name: str) -> bool:
    if column.code not in _AMOUNTS:
        return False
    unit = headers.split(cell)[1].removeprefix("单位").lstrip(":").removeprefix("人民币")
    if unit.endswith(_YUAN) and unit not in (*_WAN, _YUAN):
        raise WrongUseError(
            f"{name}: found the column {cell.strip()}, expected amounts in 万元 or 元: "
            f"write them in 万元, and change the header to {column.header}"
        )
    return unit == _YUAN


def _check_twice(header: Sequence[str], used: dict[int, Column], name: str) -> None:
    for field in dict.fromkeys(column.field for column in used.values() if not column.joins):
        same = [header[position] for position, column in used.items() if column.field == field and not column.joins]
        headers.refuse_doubled(str(field), same, name)


def _check_needed(header: Sequence[str], used: dict[int, Column], name: str) -> None:
    filled = {column.field for column in used.values()}
    if missing := [
        f"{column.header} {column.code}" for column in COLUMNS if column.needed and column.field not in filled
    ]:
        raise headers.unknown_table(name, header, f"{', '.join(missing)} of the 双公示 penalty table,")
