"""Logs of every process that runs for long: one line each, as text for people or as JSON for machines."""

import logging.config
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict

from liancheng.settings import Settings


def configure(settings: Settings, **levels: str) -> None:
    """Send the logs of this process to stderr. `levels` raises or lowers single loggers: `httpx="WARNING"`."""
    logging.config.dictConfig(config(settings, levels))


def config(settings: Settings, levels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Returns what `logging.config.dictConfig` takes; Faust applies it by itself."""
    render = structlog.processors.JSONRenderer() if settings.log_format == "json" else _text
    formatter = {
        "()": ProcessorFormatter,
        "foreign_pre_chain": [
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        "processors": [
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            render,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {name: {"level": level} for name, level in (levels or {}).items()},
    }


def _text(_: object, __: str, event: EventDict) -> str:
    trace = f"\n{event['exception']}" if "exception" in event else ""
    return f"{event['timestamp']} {event['level'].upper()} {event['logger']}: {event['event']}{trace}"
