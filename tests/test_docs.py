"""Documents that follow from the code say what the code says."""

import re
from pathlib import Path

from liancheng.joint_list import life
from liancheng.naming.accuracy import Judged, judge, rates, read_pairs
from liancheng.records.topics import REGISTRY
from liancheng.settings import Settings

ROOT = Path(__file__).parents[1]


def settings_table() -> str:
    lines = ["| variable | default | what |", "|---|---|---|"]
    for name, field in sorted(Settings.model_fields.items()):
        default = field.get_default(
            call_default_factory=True, validated_data={"broker_port": 19092, "redis_port": 19094, "api_port": 19464}
        )
        shown = ",".join(default) if isinstance(default, list) else default
        lines.append(f"| `LIANCHENG_{name.upper()}` | {'' if shown is None else f'`{shown}`'} | {field.description} |")
    return "\n".join(lines)


def topics_table() -> str:
    lines = ["| topic | key | written by | read by | partitions | kept |", "|---|---|---|---|---|---|"]
    for topic in REGISTRY:
        kept = "the newest per key" if topic.compacted else "for ever"
        readers = ", ".join(topic.readers)
        lines.append(f"| `{topic.name}` | {topic.key} | {topic.owner} | {readers} | {topic.partitions} | {kept} |")
    return "\n".join(lines)


# A correction can lead anywhere: as arrows they would hide the rest.
CORRECTIONS = ("decision", "standard")


def life_diagram() -> str:
    """The table of transitions as a drawing: corrections only where a life begins, moves away or comes back."""
    events: dict[tuple[str, str], list[str]] = {}
    for step in life.transitions():
        if step.event not in CORRECTIONS or step.before == life.BEGIN or "moved" in (step.before, step.after):
            events.setdefault((step.before, step.after), []).append(step.event)
    names = [f"    {state.name}: {state.name} {state.chinese}" for state in life.STATES]
    arrows = [
        f"    {'[*]' if before == life.BEGIN else before} --> {after}: {', '.join(by)}"
        for (before, after), by in events.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *names, *arrows, "```"])


def names_tables() -> tuple[str, str]:
    path = ROOT / "tests/data/name_pairs.csv"
    judged = judge(read_pairs(path.read_text(encoding="utf-8"), path.name))
    parts = ["| part | pairs | the same | candidates | precision | recall |", "|---|---|---|---|---|---|"]
    for part, some in grouped(judged, "part").items():
        found = rates(some)
        shares = f"{found.precision:.3f} | {found.recall:.3f}"
        parts.append(f"| {part} | {found.pairs} | {found.same} | {found.found} | {shares} |")
    kinds = ["| kind | pairs | right |", "|---|---|---|"]
    for kind, some in grouped([one for one in judged if one.pair.part != "tune"], "kind").items():
        kinds.append(f"| {kind} | {len(some)} | {sum(one.right for one in some)} |")
    return "\n".join(parts), "\n".join(kinds)


def grouped(judged: list[Judged], by: str) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(getattr(one.pair, by), []).append(one)
    return groups


def stands_in(path: str, table: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert table in text, f"{path} has gone stale; put this in place of its table:\n{table}"


def test_settings() -> None:
    stands_in("docs/operations.md", settings_table())


def test_topics() -> None:
    stands_in("docs/ARCHITECTURE.md", topics_table())


def test_the_drawing_of_a_life() -> None:
    stands_in("docs/life.md", life_diagram())


def test_names() -> None:
    for table in names_tables():
        stands_in("docs/screening.md", table)


def test_links_lead_somewhere() -> None:
    elsewhere = (ROOT / "README.md", ROOT / "contracts/README.md", ROOT / "tests/standard/README.md")
    for page in (*elsewhere, *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}, which is not there"
