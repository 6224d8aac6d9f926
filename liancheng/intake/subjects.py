"""The company that a decision is about. Anything that may be a person's is refused without being repeated."""

from liancheng.records.events import Decision
from liancheng.records.facts import Finding
from liancheng.text import persons, spelling
from liancheng.text.findings import error, warning
from liancheng.text.identity import check_uscc, normalise_name

_LONGEST = 200


def read_subject(event: Decision, findings: list[Finding]) -> tuple[str | None, str | None]:
    """Returns USCC and name; each is None if it is refused.

    A valid code that is also a valid citizen's number counts as a company's only if the agency states the category.
    """
    uscc, wrong_code = check_uscc(event.uscc)
    if wrong_code:
        findings.append(wrong_code)
    category = event.subject_category or ""
    if refusal := persons.check_category(category[:_LONGEST]):
        findings.append(refusal)
    elif uscc and not category.strip() and persons.is_citizen_number(uscc):
        findings.append(persons.not_legal_person("uscc"))
    return uscc, _name(event.name, uscc is not None, findings)


def _name(printed: str | None, identified: bool, findings: list[Finding]) -> str | None:
    """A name that may be a person's is repeated in a finding only together with a legal person's code."""
    name = normalise_name(printed or "")
    shown = name if identified or persons.names_organisation(name) else ""
    if not name:
        findings.append(
            error("name", "name.missing", "", "the company's full name", "add the name from the company's licence")
        )
    elif "*" in name or "(略)" in name or name == "略" or "×" in name:
        remedy = "send the whole name, as on the decision"
        findings.append(error("name", "name.masked", shown, "a name without masked characters", remedy))
    elif len(name) > _LONGEST:
        expected = f"at most {_LONGEST} characters, not {len(name)}"
        findings.append(error("name", "text.too_long", "", expected, "send only the company's name"))
    elif printed and spelling.is_traditional(printed):
        remedy = "nothing to do; the name is kept in simplified script"
        findings.append(warning("name", "name.traditional", shown, "simplified script", remedy))
    return name or None
