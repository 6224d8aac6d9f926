"""An explanation of a company's level as text."""

from liancheng.explaining.company import Explanation


def as_text(explanation: Explanation) -> str:
    """Sections, and in them a line for each statement."""
    lines = [f"{explanation.name}  {explanation.uscc}"]
    for section in explanation.sections:
        lines += ["", section.title]
        lines += [f"  {line.label}: {line.text}" for line in section.lines]
    return "\n".join(lines) + "\n"
