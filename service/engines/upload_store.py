"""Uploads of whole books: rows received but not yet applied, kept in a file across restarts."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Literal

import msgspec

from consumers.books.watch_file import RefusedWatchRow
from consumers.books.watchlist import WatchRow
from liancheng import codec
from liancheng.records.facts import Finding, Model
from service.engines.errors import UploadTakenError

KEEP_S = 7 * 24 * 3600
_FINISHED = "another request has finished or restarted this upload"
_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS upload (bank TEXT, id TEXT, raw BLOB, touched REAL, PRIMARY KEY (bank, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staged (bank TEXT, id TEXT, uscc TEXT, line INTEGER, raw BLOB,
    PRIMARY KEY (bank, id, uscc, line)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (bank TEXT, id TEXT, line INTEGER, raw BLOB,
    PRIMARY KEY (bank, id, line)) WITHOUT ROWID;
"""
_row = codec.decoder(WatchRow)


class RefusedRow(Model, frozen=True, kw_only=True):
    """A row of a book that was refused, and why."""

    line: int
    findings: tuple[Finding, ...]


class Upload(Model, tag="upload", frozen=True, kw_only=True):
    """An upload of a whole book.

    offset, lines: bytes and lines received and stored; a broken upload resumes there. rows: lines that were accepted.
    written: watches on the topic so far. added … unchanged: companies; all 0 until it is `done`.
    """

    id: str
    state: Literal["receiving", "applying", "done"] = "receiving"
    offset: int = 0
    lines: int = 0
    rows: int = 0
    refused: int = 0
    header: tuple[str, ...] = ()
    delimiter: str = ","
    written: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


_upload = codec.decoder(Upload)


class UploadStore:
    """For any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def open(self) -> None:
        """Creates the file if it is missing, and forgets uploads that nobody resumed for a week."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as tables:
            tables.executescript(_TABLES)
            old = tables.execute("SELECT bank, id FROM upload WHERE touched < ?", (time.time() - KEEP_S,)).fetchall()
            for bank, id_ in old:
                _forget(tables, bank, id_)

    def get(self, bank: str, id_: str) -> Upload | None:
        with self._connected() as tables:
            row = tables.execute("SELECT raw FROM upload WHERE bank = ? AND id = ?", (bank, id_)).fetchone()
        return _upload.decode(row[0]) if row else None

    def begin(self, bank: str, id_: str) -> Upload:
        """Returns a new upload; an older one of this id is forgotten."""
        upload = Upload(id=id_)
        with self._connected() as tables:
            _forget(tables, bank, id_)
            _put(tables, bank, upload)
        return upload

    def require_waiting(self, bank: str, upload: Upload) -> None:
        """Raises UploadTakenError if the upload was finished or restarted meanwhile."""
        known = self.get(bank, upload.id)
        if known is None or known.state == "done" or known.offset != upload.offset:
            raise UploadTakenError(_FINISHED)

    def put(self, bank: str, upload: Upload) -> None:
        with self._connected() as tables:
            _put(tables, bank, upload)

    def receive(
        self, bank: str, upload: Upload, rows: Sequence[tuple[int, WatchRow]], refused: Sequence[RefusedWatchRow]
    ) -> None:
        """Stores rows, and with them how far the upload is."""
        with self._connected() as tables:
            tables.executemany(
                "INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?, ?)",
                [(bank, upload.id, row.uscc, line, codec.encode(row)) for line, row in rows],
            )
            tables.executemany(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)",
                [(bank, upload.id, row.line, codec.encode(as_model(row))) for row in refused],
            )
            _put(tables, bank, upload)

    def rows(self, bank: str, upload: Upload) -> Iterator[tuple[str, list[WatchRow]]]:
        """Yields the rows received, by company, in the order of USCC.

        Raises:
            UploadTakenError: rows are gone, so the rest must not become a book.
        """
        which, where = (bank, upload.id), "FROM staged WHERE bank = ? AND id = ?"
        with closing(self._connect()) as tables:
            tables.execute("BEGIN")  # both queries see the same instant
            (count,) = tables.execute(f"SELECT count(*) {where}", which).fetchone()
            if count != upload.rows:
                raise UploadTakenError(_FINISHED)
            pairs = tables.execute(f"SELECT uscc, raw {where} ORDER BY uscc, line", which)
            for uscc, group in groupby(pairs, lambda pair: pair[0]):
                yield uscc, [_row.decode(raw) for _, raw in group]

    def companies(self, bank: str, upload: Upload) -> Iterator[str]:
        """Yields the USCCs received, in their order."""
        with closing(self._connect()) as tables:
            query = "SELECT DISTINCT uscc FROM staged WHERE bank = ? AND id = ? ORDER BY uscc"
            yield from (uscc for (uscc,) in tables.execute(query, (bank, upload.id)))

    def all(self, bank: str) -> list[Upload]:
        """Returns a bank's uploads of the last week, the most recently changed last."""
        with self._connected() as tables:
            rows = tables.execute("SELECT raw FROM upload WHERE bank = ? ORDER BY touched", (bank,)).fetchall()
        return [_upload.decode(raw) for (raw,) in rows]

    def forget(self, bank: str, id_: str) -> None:
        with self._connected() as tables:
            _forget(tables, bank, id_)

    def refused(self, bank: str, id_: str, after: int, limit: int) -> list[msgspec.Raw]:
        query = "SELECT raw FROM refused WHERE bank = ? AND id = ? AND line > ? ORDER BY line LIMIT ?"
        with self._connected() as tables:
            return [msgspec.Raw(raw) for (raw,) in tables.execute(query, (bank, id_, after, limit))]

    def finish(self, bank: str, upload: Upload) -> None:
        """Marks an upload as done and drops its rows."""
        with self._connected() as tables:
            tables.execute("DELETE FROM staged WHERE bank = ? AND id = ?", (bank, upload.id))
            _put(tables, bank, upload)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=30)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock, closing(self._connect()) as tables, tables:
            yield tables


def as_model(row: RefusedWatchRow) -> RefusedRow:
    return RefusedRow(line=row.line, findings=row.findings)


def _put(tables: sqlite3.Connection, bank: str, upload: Upload) -> None:
    tables.execute(
        "INSERT OR REPLACE INTO upload VALUES (?, ?, ?, ?)", (bank, upload.id, codec.encode(upload), time.time())
    )


def _forget(tables: sqlite3.Connection, bank: str, id_: str) -> None:
    for table in ("staged", "refused", "upload"):
        tables.execute(f"DELETE FROM {table} WHERE bank = ? AND id = ?", (bank, id_))
