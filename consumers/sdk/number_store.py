"""Keeps the number of a bank's last handled alert in one transaction with what the bank did with it."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from consumers.reading.gapless import MissingAlertError
from liancheng.errors import LianchengError, WrongUseError
from liancheng.records.alerts import Alert

_READER = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RepeatedAlertError(LianchengError):
    """The alert was handled before, by this process or another one."""


class NumberStore:
    """The table `liancheng_alert_numbers` in a database of the bank's own.

    Used by one thread at a time. If a process dies, the number and what `handle` did are rolled back together.

    Args:
        connect: opens a DB-API 2.0 or an SQLAlchemy connection, which must not commit by itself.

    Raises:
        WrongUseError: the connection commits by itself.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._connection: Any = None

    def last(self, bank: str, reader: str = "default") -> int:
        """Returns the number of the last handled alert; 0: none."""
        connection = self._opened()
        number = _value(connection, f"SELECT last_number {_of(bank, reader)}")
        connection.rollback()  # a database may lock what was read until the transaction ends
        if number is not None:
            return int(number)
        self._begin(connection, bank, reader)
        return 0

    def set_last(self, bank: str, number: int, reader: str = "default") -> None:
        """Marks all alerts up to `number` as handled, whatever was before: the next one is `number + 1`."""
        self.last(bank, reader)
        connection = self._opened()
        _changed_rows(connection, f"{_UPDATE}{int(number)} {_where(bank, reader)}")
        connection.commit()

    @contextmanager
    def transaction(self, alert: Alert, reader: str = "default") -> Iterator[Any]:
        """Yields the connection to handle the alert with; commits at the end, together with the alert's number.

        Raises:
            RepeatedAlertError: it was handled before; nothing is changed.
            MissingAlertError: the one before it is not handled yet.
        """
        self._check(alert, reader)
        connection = self._opened()
        try:
            changed = _changed_rows(
                connection, f"{_UPDATE}{alert.number} {_where(alert.bank, reader, alert.number - 1)}"
            )
            _require_first(alert, changed)
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _check(self, alert: Alert, reader: str) -> None:
        last = self.last(alert.bank, reader)
        if alert.number <= last:
            raise RepeatedAlertError(f"{alert.bank}: alert {alert.number} was handled before, the last one is {last}")
        if alert.number > last + 1:
            raise MissingAlertError(alert.bank, last + 1, alert.number - 1)

    def _begin(self, connection: Any, bank: str, reader: str) -> None:
        try:
            _changed_rows(connection, f"INSERT INTO liancheng_alert_numbers VALUES ('{bank}', '{reader}', 0)")
            connection.commit()
        except Exception:
            connection.rollback()
            if _value(connection, f"SELECT last_number {_of(bank, reader)}") is None:  # no other process inserted it
                raise

    def _opened(self) -> Any:
        if self._connection is None:
            connection = self._connect()
            try:
                _value(connection, "SELECT COUNT(*) FROM liancheng_alert_numbers")
            except Exception:  # each driver has its own error for a missing table
                connection.rollback()
                _changed_rows(connection, _TABLE)
                connection.commit()
            _require_manual(connection)
            self._connection = connection
        return self._connection


def sqlite_store(path: Path | str) -> NumberStore:
    """Returns a store in an SQLite file, which `handle` may use for its own tables as well."""
    file = Path(path)

    def connect() -> sqlite3.Connection:
        file.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(file, timeout=30, check_same_thread=False)

    return NumberStore(connect)


# Ids are checked and numbers are integers, so they are part of the text: drivers differ in the mark for parameters.
_TABLE = (
    "CREATE TABLE liancheng_alert_numbers (bank VARCHAR(32) NOT NULL, reader VARCHAR(64) NOT NULL, "
    "last_number BIGINT NOT NULL, PRIMARY KEY (bank, reader))"
)
_UPDATE = "UPDATE liancheng_alert_numbers SET last_number = "


def _of(bank: str, reader: str) -> str:
    return f"FROM liancheng_alert_numbers {_where(bank, reader)}"


def _where(bank: str, reader: str, last: int | None = None) -> str:
    for name in (bank, reader):
        if not _READER.fullmatch(name):
            raise WrongUseError(f"found the name {name!r}, expected 1 to 64 letters, digits, '.', '-' or '_'")
    return f"WHERE bank = '{bank}' AND reader = '{reader}'" + ("" if last is None else f" AND last_number = {last}")


def _changed_rows(connection: Any, text: str) -> int:
    """Returns how many rows the statement changed."""
    if hasattr(connection, "exec_driver_sql"):
        return int(connection.exec_driver_sql(text).rowcount)
    cursor = connection.cursor()
    cursor.execute(text)
    changed = int(cursor.rowcount)
    cursor.close()
    return changed


def _value(connection: Any, text: str) -> Any:
    """Returns the first value of the first row; None: there is none."""
    if hasattr(connection, "exec_driver_sql"):
        return connection.exec_driver_sql(text).scalar()
    cursor = connection.cursor()
    cursor.execute(text)
    row = cursor.fetchone()
    cursor.close()
    return row[0] if row else None


def _require_first(alert: Alert, changed: int) -> None:
    """Raises RepeatedAlertError if another process has changed the row since it was read."""
    if changed != 1:
        raise RepeatedAlertError(f"{alert.bank}: alert {alert.number} was handled by another process just now")


def _require_manual(connection: Any) -> None:
    """Raises WrongUseError if the connection commits by itself: the number would be committed before `handle` ends."""
    _changed_rows(connection, "UPDATE liancheng_alert_numbers SET last_number = last_number WHERE bank = ''")
    driver = connection.connection.dbapi_connection if hasattr(connection, "exec_driver_sql") else connection
    commits_itself = getattr(driver, "autocommit", None) is True or getattr(driver, "in_transaction", None) is False
    connection.rollback()
    if commits_itself:
        raise WrongUseError("the connection commits by itself, expected one that commits only on commit()")
