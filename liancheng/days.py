"""Days of Asia/Shanghai, in which the law counts."""

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))  # no daylight saving since 1991


def day_of(instant: datetime) -> date:
    """The day in Shanghai on which an instant (with its time zone) falls."""
    return instant.astimezone(SHANGHAI).date()
