"""The signed count of a bank's alerts of one day, by which a bank distinguishes silence from loss.

Days are days of Asia/Shanghai, by the timestamp of an alert's record. An alert belongs to the latest day that it or any
alert before it reaches, so the numbers of a day are consecutive, and a bank's days together hold all its numbers.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from liancheng.days import SHANGHAI
from liancheng.records.facts import Model


class AlertCount(Model, tag="alert_count", frozen=True, kw_only=True):
    """`count` alerts were made for `bank` on `day`: those with numbers `before + 1` to `before + count`.

    `sha256`: hex, over the alerts as every channel delivers them, each as one line of JSON with its line end.
    `signature`: Ed25519, base64, by the service's key `signed_by`, over the canonical JSON (keys sorted, no spaces) of
    this statement without the signature. Repeated requests for a day return the same statement.
    """

    bank: str
    day: date
    before: int
    count: int
    sha256: str
    signed_by: str
    first: int | None = None
    last: int | None = None
    signature: str = ""


def counted(bank: str, day: date, before: int, lines: Iterable[bytes], signed_by: str) -> AlertCount:
    """Returns the unsigned statement. `lines` are the day's alerts in order, each once, without line ends."""
    sha, count = hashlib.sha256(), 0
    for line in lines:
        sha.update(line + b"\n")
        count += 1
    first, last = (before + 1, before + count) if count else (None, None)
    return AlertCount(
        bank=bank,
        day=day,
        before=before,
        count=count,
        sha256=sha.hexdigest(),
        signed_by=signed_by,
        first=first,
        last=last,
    )


def bounds(day: date) -> tuple[int, int]:
    """Returns the first instant of a day in Shanghai and the first one after it, in Unix milliseconds."""
    begin = datetime.combine(day, time(), SHANGHAI)
    return _ms(begin), _ms(begin + timedelta(days=1))


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000
