"""统一社会信用代码: 18 characters with a check character (GB 32100). Trimmed and upper-cased, never repaired."""

from operator import mul

from liancheng.errors import WrongUseError
from liancheng.records.facts import Finding
from liancheng.text import persons
from liancheng.text.findings import error, sentence

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)  # GB 32100: powers of 3 modulo 31
_MASKS = frozenset("*＊×略某●■□○…")
_MASK_RUN = "XXXXXX"  # X is a letter of the alphabet, and the check character of a masked code may hold
_INDIVIDUAL = "92"  # 9 registered as a business, 2 个体工商户


def check_uscc(text: str | None) -> tuple[str | None, Finding | None]:
    """The code of a legal person, or why `text` is none. Codes of findings: `uscc.…` and `subject.not_legal_person`.

    A number that may be a person's is not repeated in the finding.
    """
    code = text.strip().upper() if text else ""
    if _holds(code) and not code.startswith(_INDIVIDUAL) and _MASK_RUN not in code:
        return code, None
    return None, _defect(code)


def require(text: str | None) -> str:
    """Returns the code of a legal person, trimmed and in upper case.

    Raises:
        WrongUseError: the text is no such code; the error says why, without a number that may be a person's.
    """
    code, finding = check_uscc(text)
    if code is None:
        assert finding, "check_uscc returns a code or a finding"
        raise WrongUseError(sentence(finding))
    return code


def _holds(code: str) -> bool:
    """Length, characters and check character are right. The region, places 3 to 8, is digits only."""
    if len(code) != 18 or not code[2:8].isdigit():
        return False
    try:
        total: int = sum(map(mul, map(_VALUES.__getitem__, code), _WEIGHTS))
    except KeyError:
        return False
    return total % 31 == 0


def _defect(code: str) -> Finding:
    if persons.is_citizen_number(code):
        return persons.not_legal_person("uscc")
    if len(code) == 18 and code.startswith(_INDIVIDUAL):
        return error("uscc", "uscc.not_legal_person", "", *_INDIVIDUAL_TEXT)
    code_of_finding, expected, remedy = _described(code)
    found = "" if persons.looks_like_citizen_number(code) else code
    return error("uscc", f"uscc.{code_of_finding}", found, expected, remedy)


def _described(code: str) -> tuple[str, str, str]:
    if not code:
        return "missing", "the company's 统一社会信用代码", "add the code from its licence"
    if not _MASKS.isdisjoint(code) or _MASK_RUN in code:
        return "masked", "18 characters, none of them masked", "send the whole code, as the decision has it"
    if len(code) != 18:
        return "length", f"18 characters, not {len(code)}", f"send the code and nothing else; {_NO_REPAIR}"
    if not _VALUES.keys() >= set(code) or not code[2:8].isdigit():
        return "alphabet", "digits and letters, half width, without I, O, S, V, Z; places 3 to 8 digits", _NO_REPAIR
    return "check_character", "a check character that holds (GB 32100): one of the 18 is wrong", _NO_REPAIR


_NO_REPAIR = "check the source document or the company's licence; a code is never repaired here"
_INDIVIDUAL_TEXT = (
    "the code of a legal person or other organisation; 92… is a 个体工商户",
    "do not send this decision: this system publishes no natural person and no 个体工商户",
)


def looks_like_code(text: str) -> bool:
    """No name is ASCII alone and this long: so that a mistyped code is told, and not searched as a name."""
    return text.isascii() and text.isalnum() and len(text) >= 15
