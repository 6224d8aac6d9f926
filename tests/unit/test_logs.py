"""Logs of processes: a line for people, an object for machines; both with time, level, logger and trace."""

import json
import logging

import pytest

from liancheng.settings import Settings
from transport import logs


@pytest.fixture(autouse=True)
def root_as_it_was() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def fail() -> None:
    try:
        [].index("no such partition")  # type: ignore[arg-type]
    except ValueError:
        logging.getLogger("liancheng.engine").exception("%s: dead letter", "standardise")


def test_text_is_one_line_and_the_trace_follows(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(log_format="text"))
    fail()
    first, *trace = capsys.readouterr().err.splitlines()
    assert first.endswith("Z ERROR liancheng.engine: standardise: dead letter")
    assert trace[-1] == "ValueError: 'no such partition' is not in list"


def test_json_is_one_object_a_line_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(log_format="json"))
    fail()
    (line,) = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert (record["level"], record["logger"], record["event"]) == (
        "error",
        "liancheng.engine",
        "standardise: dead letter",
    )
    assert "no such partition" in record["exception"] and record["timestamp"].endswith("Z")


def test_a_single_logger_can_be_quieter(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(), httpx="WARNING")
    logging.getLogger("httpx").info("GET")
    logging.getLogger("liancheng.engine").info("assigned")
    assert capsys.readouterr().err.count("\n") == 1
