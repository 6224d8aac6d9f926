"""Tables and long lines that fit the terminal: 80 columns, or COLUMNS, if stdout is not a terminal.

Nothing is ever cut: a cell that is too wide wraps, and cells that do not fit side by side go below their row.
"""

import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import typer
from rich.cells import cell_len, chop_cells

_GAP = 2
_WHOLE_CELLS = 24  # a column up to this width never wraps: codes, numbers and days stay whole
_LEAST_CELLS = 22  # a column that wraps is not narrower than this
_NO_TERMINAL = (80, 24)
_BELOW = 4  # indent of what is printed below a row
_UNBREAKABLE = re.compile(r"[!-~]+")  # an address, a path, a rule's id
_WORDS = re.compile(r"^ *\S+|\S+")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Prints a table. Of one that is too wide even with wrapped cells, the last columns are printed below each row."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if title:
        typer.echo(f"\n{title}")
    cells = list(zip(columns, *texts, strict=True))
    natural = [max(map(_cells, column)) for column in cells]
    widths = _wrapped_to_fit(natural, cells) or _leading(natural)
    side_by_side = len(widths)
    header = _grid(columns[:side_by_side], widths)
    typer.echo(typer.style(header, bold=True) if sys.stdout.isatty() else header)
    for row in texts:
        typer.echo(_grid(row[:side_by_side], widths))
        below = zip(columns[side_by_side:], row[side_by_side:], strict=True)
        if parts := [f"{name}: {cell}" for name, cell in below if cell]:
            typer.echo(hanging([" " * _BELOW + parts[0], *parts[1:]], _BELOW))


def fields(pairs: Iterable[tuple[str, str]]) -> None:
    """Prints a name and a value per line. Long values wrap, empty ones are left out."""
    shown = [(name, value) for name, value in pairs if value]
    indent = max((_cells(name) for name, _ in shown), default=0) + _GAP
    for name, value in shown:
        first, *rest = _wrapped(value, max(_terminal() - indent, _LEAST_CELLS))
        typer.echo(_padded(name, indent) + first)
        for line in rest:
            typer.echo(" " * indent + line)


def hanging(parts: Iterable[str], indent: int) -> str:
    """Joins parts by two spaces; where a part no longer fits, it starts the next line, which is indented."""
    width, lines = _terminal(), list[str]()
    for part in filter(None, parts):
        if lines and _cells(lines[-1]) + _GAP + _cells(part) <= width:
            lines[-1] += " " * _GAP + part
        else:
            pieces = _wrapped(part, max(width - indent, _LEAST_CELLS))
            lines += [" " * (indent if number or lines else 0) + piece for number, piece in enumerate(pieces)]
    return "\n".join(lines)


def _terminal() -> int:
    return shutil.get_terminal_size(_NO_TERMINAL).columns


def _wrapped_to_fit(natural: list[int], cells: Sequence[Sequence[str]]) -> list[int] | None:
    """Widths with which the whole table fits; None if a column would be too narrow to read or to copy from."""
    room = _terminal() - _GAP * (len(natural) - 1)
    wide = sorted((number for number, width in enumerate(natural) if width > _WHOLE_CELLS), key=natural.__getitem__)
    if sum(natural) <= room:
        return natural
    room -= sum(width for width in natural if width <= _WHOLE_CELLS)
    widths = list(natural)
    for left, number in zip(range(len(wide), 0, -1), wide, strict=True):
        widths[number] = min(natural[number], room // left)
        room -= widths[number]
        least = max((len(run) for cell in cells[number] for run in _UNBREAKABLE.findall(cell)), default=0)
        if widths[number] < max(least, _LEAST_CELLS):
            return None
    return widths if wide else None


def _leading(natural: list[int]) -> list[int]:
    """Widths of the first columns that fit side by side."""
    room = _terminal()
    widths = [min(natural[0], room)]
    for width in natural[1:]:
        if sum(widths) + _GAP * len(widths) + width > room:
            break
        widths.append(width)
    return widths


def _grid(row: Sequence[str], widths: Sequence[int]) -> str:
    lines = zip_longest(*(_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)), fillvalue="")
    return "\n".join(
        (" " * _GAP).join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _wrapped(text: str, width: int) -> list[str]:
    """Breaks lines at spaces; inside a word only if the word alone is wider than a line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if _cells(paragraph) <= width:
            lines.append(paragraph)
            continue
        line = ""
        for word in _WORDS.findall(paragraph):
            if _cells(joined := f"{line} {word}" if line else word) <= width:
                line = joined
                continue
            pieces = chop_cells(word, width) if _cells(word) > width else [word]
            lines += [line, *pieces[:-1]] if line else pieces[:-1]
            line = pieces[-1]
        lines.append(line)
    return lines


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))


def _cells(text: str) -> int:
    """How wide a text is on a terminal: a Chinese character takes two cells, a colour none."""
    return max(cell_len(_COLOUR.sub("", line)) for line in text.split("\n"))
