"""Where a bank keeps the number of the alert it handled last: beside what it did with it, in one transaction."""

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

    Used by one thread after another. A process that dies leaves the number and what `handle` did as they were before.

    Args:
        connect: opens a DB-API 2.0 or an SQLAlchemy connection, which must not commit by itself.

    Raises:
        WrongUseError: the connection commits by itself.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._connection: Any = None

    def last(self, bank: str, reader: str = "default") -> int:
        """The number of the last alert that was handled; 0: none."""
        connection = self._opened()
        found = _asked(connection, f"SELECT last_number {_of(bank, reader)}")
        connection.rollback()  # a database may hold what was read for as long as a transaction is open
        if found is not None:
            return int(found)
        self._begin(connection, bank, reader)
        return 0

    def set_last(self, bank: str, number: int, reader: str = "default") -> None:
        """Take all alerts up to `number` as handled, whatever was: the next one is `number + 1`."""
        self.last(bank, reader)
        connection = self._opened()
        _done(connection, f"{_UPDATE}{int(number)} {_where(bank, reader)}")
        connection.commit()

    @contextmanager
    def transaction(self, alert: Alert, reader: str = "default") -> Iterator[Any]:
        """The connection, to do with the alert what is to be done; committed at the end with the alert's number.

        Raises:
            RepeatedAlertError: it was handled before; nothing is done.
            MissingAlertError: the one before it was not handled yet.
        """
        self._check(alert, reader)
        connection = self._opened()
        try:
            changed = _done(connection, f"{_UPDATE}{alert.number} {_where(alert.bank, reader, alert.number - 1)}")
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
            _done(connection, f"INSERT INTO liancheng_alert_numbers VALUES ('{bank}', '{reader}', 0)")
            connection.commit()
        except Exception:
            connection.rollback()
            if (
                _asked(connection, f"SELECT last_number {_of(bank, reader)}") is None
            ):  # not that another did it just now
                raise

    def _opened(self) -> Any:
        if self._connection is None:
            connection = self._connect()
            try:
                _asked(connection, "SELECT COUNT(*) FROM liancheng_alert_numbers")
            except Exception:  # each driver has errors of its own for a table that is not there
                connection.rollback()
                _done(connection, _TABLE)
                connection.commit()
            _require_manual(connection)
            self._connection = connection
        return self._connection


def sqlite_store(path: Path | str) -> NumberStore:
    """A store in an SQLite file, which `handle` may use for its own tables as well."""
    place = Path(path)

    def connect() -> sqlite3.Connection:
        place.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(place, timeout=30, check_same_thread=False)

    return NumberStore(connect)


# Ids are checked and numbers are numbers, so they stand in the text: drivers do not agree on a mark for parameters.
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


def _done(connection: Any, text: str) -> int:
    """Rows that the statement changed."""
    if hasattr(connection, "exec_driver_sql"):
        return int(connection.exec_driver_sql(text).rowcount)
    cursor = connection.cursor()
    cursor.execute(text)
    changed = int(cursor.rowcount)
    cursor.close()
    return changed


def _asked(connection: Any, text: str) -> Any:
    """The one value that is found; None: there is none."""
    if hasattr(connection, "exec_driver_sql"):
        return connection.exec_driver_sql(text).scalar()
    cursor = connection.cursor()
    cursor.execute(text)
    found = cursor.fetchone()
    cursor.close()
    return found[0] if found else None


def _require_first(alert: Alert, changed: int) -> None:
    """The row was as it had been looked at, or another process was quicker."""
    if changed != 1:
        raise RepeatedAlertError(f"{alert.bank}: alert {alert.number} was handled by another process just now")


def _require_manual(connection: Any) -> None:
    """A number that is committed before what `handle` does would lose the alert."""
    _done(connection, "UPDATE liancheng_alert_numbers SET last_number = last_number WHERE bank = ''")
    driver = connection.connection.dbapi_connection if hasattr(connection, "exec_driver_sql") else connection
    by_itself = getattr(driver, "autocommit", None) is True or getattr(driver, "in_transaction", None) is False
    connection.rollback()
    if by_itself:
        raise WrongUseError("the connection commits by itself, expected one that commits when it is told to")
