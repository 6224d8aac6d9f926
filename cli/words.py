"""Chinese words beside the codes that the topics use, and times as a bank reads them."""

from datetime import datetime
from zoneinfo import ZoneInfo

LEVELS = {
    "clear": "不在名单",
    "penalised": "行政处罚公示中",
    "candidate": "拟认定",
    "listed": "严重失信主体",
}
SEVERITIES = {"minor": "轻微", "general": "一般", "serious": "严重", "special_serious": "特别严重", "single": "不分级"}
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def level(code: str) -> str:
    return f"{code} {LEVELS[code]}"


def clock(moment: datetime) -> str:
    """A moment in Shanghai, to the second."""
    return f"{moment.astimezone(_SHANGHAI):%Y-%m-%d %H:%M:%S}"


def yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02} 元"
