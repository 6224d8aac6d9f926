"""Chinese words beside the codes that the topics use, and times as a bank reads them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from liancheng.explaining.phrases import named, yuan

__all__ = ["LEVELS", "SEVERITIES", "clock", "level", "yuan"]

LEVELS = named("level", "zh")
SEVERITIES = named("severity", "zh")
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def level(code: str) -> str:
    return f"{code} {LEVELS[code]}"


def clock(moment: datetime) -> str:
    """A moment in Shanghai, to the second."""
    return f"{moment.astimezone(_SHANGHAI):%Y-%m-%d %H:%M:%S}"
