"""Whole books on their way in: rows that were received and not yet made a book, kept in a file across restarts."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Literal

import msgspec

from consumers.books.watch_file import Refused
from consumers.books.watchlist import WatchRow
from liancheng import codec
from liancheng.errors import LianchengError
from liancheng.records.facts import Finding, Model

KEEP_S = 7 * 24 * 3600
_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS upload (bank TEXT, id TEXT, raw BLOB, touched REAL, PRIMARY KEY (bank, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staged (bank TEXT, id TEXT, uscc TEXT, line INTEGER, raw BLOB,
    PRIMARY KEY (bank, id, uscc, line)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (bank TEXT, id TEXT, line INTEGER, raw BLOB,
    PRIMARY KEY (bank, id, line)) WITHOUT ROWID;
"""
_row = codec.decoder(WatchRow)


class IncompleteError(LianchengError):
    """Not all rows of an upload are there any more: what they say may not become a book."""


class RefusedRow(Model, frozen=True, kw_only=True):
    """A row of a book that was not taken, and why."""

    line: int
    findings: tuple[Finding, ...]


class Upload(Model, tag="upload", frozen=True, kw_only=True):
    """A whole book on its way in.

    offset, lines: bytes and lines received and written down; a broken upload goes on from there. rows: of them, those
    that were taken.
    written: watches that the list of watches has. added … unchanged: companies; all 0 until it is `done`.
    """

    id: str
    state: Literal["receiving", "applying", "done"] = "receiving"
    offset: int = 0
    lines: int = 0
    rows: int = 0
    refused: int = 0
    header: tuple[str, ...] = ()
    written: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


_upload = codec.decoder(Upload)


class UploadStore:
    """Used from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def open(self) -> None:
        """Make the file where it is missing, and forget what nobody went on with for a week."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as tables:
            tables.executescript(_TABLES)
            old = tables.execute("SELECT bank, id FROM upload WHERE touched < ?", (time.time() - KEEP_S,)).fetchall()
            for bank, id_ in old:
                _forget(tables, bank, id_)

    def get(self, bank: str, id_: str) -> Upload | None:
        with self._connected() as tables:
            found = tables.execute("SELECT raw FROM upload WHERE bank = ? AND id = ?", (bank, id_)).fetchone()
        return _upload.decode(found[0]) if found else None

    def begin(self, bank: str, id_: str) -> Upload:
        """A new upload; what there was under this id is forgotten."""
        upload = Upload(id=id_)
        with self._connected() as tables:
            _forget(tables, bank, id_)
            _put(tables, bank, upload)
        return upload

    def require_waiting(self, bank: str, upload: Upload) -> None:
        """Raises IncompleteError where it was done meanwhile, or begun anew."""
        known = self.get(bank, upload.id)
        if known is None or known.state == "done" or known.offset != upload.offset:
            raise IncompleteError(f"{upload.id}: it is not as it was received")

    def put(self, bank: str, upload: Upload) -> None:
        with self._connected() as tables:
            _put(tables, bank, upload)

    def receive(
        self, bank: str, upload: Upload, rows: Sequence[tuple[int, WatchRow]], refused: Sequence[Refused]
    ) -> None:
        """Write rows down, and with them how far the upload is."""
        with self._connected() as tables:
            tables.executemany(
                "INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?, ?)",
                [(bank, upload.id, row.uscc, line, codec.encode(row)) for line, row in rows],
            )
            tables.executemany(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)",
                [(bank, upload.id, one.line, codec.encode(as_model(one))) for one in refused],
            )
            _put(tables, bank, upload)

    def rows(self, bank: str, upload: Upload) -> Iterator[tuple[str, list[WatchRow]]]:
        """The rows that were received, those of a company together, by USCC.

        Raises:
            IncompleteError: not all are there: it was done meanwhile, or begun anew.
        """
        which, where = (bank, upload.id), "FROM staged WHERE bank = ? AND id = ?"
        with closing(self._connect()) as tables:
            tables.execute("BEGIN")  # both look at the same instant
            (count,) = tables.execute(f"SELECT count(*) {where}", which).fetchone()
            if count != upload.rows:
                raise IncompleteError(f"{upload.id}: {count} of {upload.rows} rows are there")
            found = tables.execute(f"SELECT uscc, raw {where} ORDER BY uscc, line", which)
            for uscc, some in groupby(found, lambda pair: pair[0]):
                yield uscc, [_row.decode(raw) for _, raw in some]

    def all(self, bank: str) -> list[Upload]:
        """A bank's uploads of the last week."""
        with self._connected() as tables:
            found = tables.execute("SELECT raw FROM upload WHERE bank = ? ORDER BY touched", (bank,)).fetchall()
        return [_upload.decode(raw) for (raw,) in found]

    def forget(self, bank: str, id_: str) -> None:
        with self._connected() as tables:
            _forget(tables, bank, id_)

    def refused(self, bank: str, id_: str, after: int, limit: int) -> list[msgspec.Raw]:
        query = "SELECT raw FROM refused WHERE bank = ? AND id = ? AND line > ? ORDER BY line LIMIT ?"
        with self._connected() as tables:
            return [msgspec.Raw(raw) for (raw,) in tables.execute(query, (bank, id_, after, limit))]

    def finish(self, bank: str, upload: Upload) -> None:
        """The book is made: its rows are needed no more."""
        with self._connected() as tables:
            tables.execute("DELETE FROM staged WHERE bank = ? AND id = ?", (bank, upload.id))
            _put(tables, bank, upload)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=30)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock, closing(self._connect()) as tables, tables:
            yield tables


def as_model(one: Refused) -> RefusedRow:
    return RefusedRow(line=one.line, findings=one.findings)


def _put(tables: sqlite3.Connection, bank: str, upload: Upload) -> None:
    tables.execute(
        "INSERT OR REPLACE INTO upload VALUES (?, ?, ?, ?)", (bank, upload.id, codec.encode(upload), time.time())
    )


def _forget(tables: sqlite3.Connection, bank: str, id_: str) -> None:
    for table in ("staged", "refused", "upload"):
        tables.execute(f"DELETE FROM {table} WHERE bank = ? AND id = ?", (bank, id_))
