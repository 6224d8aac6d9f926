"""Keeps natural persons out: only legal persons are published, and nobody's name or number is repeated."""

from datetime import date
from functools import lru_cache

from liancheng.records.facts import Finding
from liancheng.text import spelling
from liancheng.text.findings import error

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"

_ORGANISATION_WORDS = (
    *("公司", "集团", "企业", "厂", "店", "院", "校", "局", "所", "站", "场", "矿", "部", "社", "行", "馆"),
    *("中心", "协会", "委员会", "基金会", "事务所", "工作室", "经营部", "医院", "学校", "大学", "政府"),
    *("Ltd", "LTD", "Inc", "INC", "Co.", "CO.", "Corp", "CORP", "GmbH", "GMBH", "LLC"),
)

_LEGAL_PERSONS = frozenset(
    (
        *("法人及非法人组织", "法人和非法人组织", "法人或非法人组织", "法人、非法人组织", "法人", "非法人组织"),
        *("法人及其他组织", "法人和其他组织", "法人或其他组织", "法人或者其他组织", "其他组织", "企业法人", "企业"),
        *("事业单位", "社会团体", "社会组织", "机关", "单位"),
    )
)
_NO_LEGAL_PERSONS = ("自然人", "个体", "个人", "公民", "居民")


def is_citizen_number(text: str) -> bool:
    """Returns whether `text` is a citizen's number: 17 digits with a possible birthday, check character by GB 11643."""
    if not looks_like_citizen_number(text) or len(text) != 18:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == text[17].upper()


def looks_like_citizen_number(text: str) -> bool:
    """Returns whether it could be a citizen's number, mistyped or with the 15 digits of old: never repeat it."""
    if len(text) not in (15, 18) or not text.isascii() or not text[:-1].isdigit():
        return False
    born = text[6:14] if len(text) == 18 else f"19{text[6:12]}"
    try:
        return 1850 <= date(int(born[:4]), int(born[4:6]), int(born[6:])).year < 2100
    except ValueError:
        return False


def names_organisation(name: str) -> bool:
    """Returns whether a name is clearly an organisation's. A shorter or other name may be a person's."""
    return len(name) > 4 and any(word in name for word in _ORGANISATION_WORDS)


@lru_cache(maxsize=256)
def check_category(text: str) -> Finding | None:
    """Checks 行政相对人类别. Returns None for legal persons and other organisations, else why the event is refused."""
    category = spelling.compact(text)
    if not category or category in _LEGAL_PERSONS:
        return None
    if category.startswith(_NO_LEGAL_PERSONS):
        return not_legal_person("subject_category")
    return error(
        "subject_category",
        "subject_category.unknown",
        "",  # if the row is shifted by a column, this may be a name
        "法人及非法人组织",
        "write the category as in the 双公示 table; check whether the row is shifted by a column",
    )


def not_legal_person(field: str) -> Finding:
    return error(
        field,
        "subject.not_legal_person",
        "",
        "a legal person or other organisation; natural persons and 个体工商户 are not published",
        "do not send this decision; if the subject is an organisation, send its own code, name and category",
    )
