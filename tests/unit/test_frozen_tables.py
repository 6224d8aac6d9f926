"""A version of the standard judges by the tables beside its rules: both are frozen once it is in use anywhere."""

import hashlib
from importlib.resources import files

import pytest

FROZEN = {
    "articles.csv": "c76eab6eaa119dcba3e02a6c38ded74819905215a424a9b883ce6d927fcd5bde",
    "law_names.csv": "617381f472997820c3d642fefcab934ab34d0c8e6b9831fc7db7bcc46d1a7149",
}


@pytest.mark.parametrize("name", FROZEN)
def test_the_tables_of_2026_1_are_as_they_were(name: str) -> None:
    text = files("liancheng.standard").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")
    assert hashlib.sha256(text.encode()).hexdigest() == FROZEN[name], (
        f"{name} has changed, and changing the tables changes verdicts, also of decisions that were judged before: "
        "make a new version of the standard once 2026.1 is adopted anywhere; until then put the new digest here"
    )
