"""The signed count of a bank's alerts of one day: silence can be told from loss.

Days are of Asia/Shanghai, by the time of an alert's record. An alert belongs to the latest day that it or any alert
before it reaches, so the numbers of a day are one run, and the days of a bank are its numbers without a gap.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import msgspec

from liancheng.days import SHANGHAI
from liancheng.records.facts import Model

_canonical = msgspec.json.Encoder(order="sorted").encode


class AlertCount(Model, tag="alert_count", frozen=True, kw_only=True):
    """`count` alerts were made for `bank` on `day`: those after number `before`, up to `before + count`.

    `sha256`: hex, over the alerts as every road gives them, each one line of JSON with its line's end. `signature`:
    Ed25519, base64, by the service's key `signed_by`, over this statement's canonical JSON (keys sorted, no spaces)
    without it. The same day has the same statement, whenever it is asked for.
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
    """The statement, not yet signed. `lines`: the alerts of the day in order, each once, without line's end."""
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


def signed_part(count: AlertCount) -> bytes:
    """The bytes that the signature is over."""
    return _canonical(msgspec.structs.replace(count, signature=""))


def bounds(day: date) -> tuple[int, int]:
    """The instant at which a day in Shanghai begins, and the one before which it ends, in Unix milliseconds."""
    begin = datetime.combine(day, time(), SHANGHAI)
    return _ms(begin), _ms(begin + timedelta(days=1))


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000
