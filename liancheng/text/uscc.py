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
    """Returns the code of a legal person, or the finding that refuses it: `uscc.…` or `subject.not_legal_person`.

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
    """Whether length, characters and check character are valid. Characters 3 to 8, the region, must be digits."""
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
        return "missing", "the company's 统一社会信用代码", "add the code from the company's licence"
    if not _MASKS.isdisjoint(code) or _MASK_RUN in code:
        return "masked", "18 characters, none of them masked", "send the whole code, as on the decision"
    if len(code) != 18:
        return "length", f"18 characters, not {len(code)}", f"send only the code; {_NO_REPAIR}"
    if not _VALUES.keys() >= set(code) or not code[2:8].isdigit():
        return (
            "alphabet",
            "half-width digits and letters without I, O, S, V, Z, and digits in places 3 to 8",
            _NO_REPAIR,
        )
    return "check_character", "a valid check character (GB 32100); one of the 18 characters is wrong", _NO_REPAIR


_NO_REPAIR = "check the decision or the company's licence; codes are never corrected automatically"
_INDIVIDUAL_TEXT = (
    "the code of a legal person or other organisation; codes starting with 92 are those of 个体工商户",
    "do not send this decision; natural persons and 个体工商户 are not published",
)


def looks_like_code(text: str) -> bool:
    """Returns whether a text is meant as a code: no name is this long and ASCII only, so it is not searched as one."""
    return text.isascii() and text.isalnum() and len(text) >= 15
