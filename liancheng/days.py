"""Days of Asia/Shanghai: the law counts in them."""

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))  # no daylight saving since 1991


def day_of(instant: datetime) -> date:
    """Returns the day in Shanghai on which an instant falls. The instant must have a time zone."""
    return instant.astimezone(SHANGHAI).date()
