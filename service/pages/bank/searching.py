"""The first page: a company by its code or its name, with all that a bank is answered, and the receipt to keep."""

import base64
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from liancheng.answers.screening_answers import Company, CompanyAnswer, NamesAnswer
from liancheng.days import day_of
from liancheng.explaining.company import Line, Section, at_hand
from liancheng.explaining.phrases import Language
from liancheng.records.screening_receipts import ScreeningReceipt
from liancheng.text.identity import check_uscc
from liancheng.text.uscc import looks_like_code
from service.engines import particular
from service.pages.languages import language_of, say
from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import may
from service.routes.bank import screening
from service.web.callers import Caller
from service.web.problems import Problem
from service.web.query import Wish, read
from service.web.services import services

router = APIRouter(route_class=PageRoute)

_LONGEST = 200
_CANDIDATES = 10
_RIGHT = {"q": "", "as_of": ""}


class _CompanyBody(CompanyAnswer, frozen=True, kw_only=True):
    receipt: ScreeningReceipt


class _NamesBody(NamesAnswer, frozen=True, kw_only=True):
    receipt: ScreeningReceipt


_decode_company = msgspec.json.Decoder(_CompanyBody)
_decode_names = msgspec.json.Decoder(_NamesBody)


@router.get("/")
async def search(request: Request) -> Response:
    _, who = may(request, "screen")
    query = request.query_params.get("q", "").strip()
    as_of = request.query_params.get("as_of", "").strip()
    asked = {"q": query[:_LONGEST], "as_of": as_of[:10], "today": day_of(datetime.now(UTC)).isoformat()}
    if "q" not in request.query_params:
        return page(request, "search.html", asked=asked, wrong=_RIGHT, company=None, names=None)
    wrong = _wrong(query, as_of)
    if wrong != _RIGHT:
        return page(request, "search.html", 400, asked=asked, wrong=wrong, company=None, names=None)
    found = await (_company if looks_like_code(query) else _names)(request, who, query, as_of)
    return page(request, "search.html", asked=asked, wrong=_RIGHT, **{"company": None, "names": None} | found)


def _wrong(query: str, as_of: str) -> dict[str, str]:
    """By field, the key of the text that says what is wrong."""
    wrong = dict(_RIGHT)
    if not query:
        wrong["q"] = "wrong.q.empty"
    elif len(query) > _LONGEST:
        wrong["q"] = "wrong.q.long"
    elif looks_like_code(query) and check_uscc(query)[0] is None:
        wrong["q"] = "wrong.q.code"
    try:
        read({"as_of": as_of} if as_of else {})
    except Problem:
        wrong["as_of"] = "wrong.as_of"
    return wrong


async def _company(request: Request, who: Caller, query: str, as_of: str) -> dict[str, Any]:
    language = language_of(request)
    wish = read({"as_of": as_of} if as_of else {})
    uscc, _ = check_uscc(query)
    answered = await particular.answer(
        services(request), who, uscc or "", Wish(wish.moment if wish else None, language)
    )
    body = bytes(answered.body)
    found = _decode_company.decode(body)
    changes, causes, sections = _parts(found, language)
    standard = at_hand(found.standard)
    return {
        "company": found,
        "acts": _acts(found),
        "standard_title": standard.title if standard else "",
        "changes": changes,
        "causes": causes,
        "sections": sections,
        "receipt": found.receipt,
        "file": _file(body, found.uscc, found.receipt),
    }


async def _names(request: Request, who: Caller, query: str, as_of: str) -> dict[str, Any]:
    answered = await screening.companies(request, who, query, _CANDIDATES)
    body = bytes(answered.body)
    found = _decode_names.decode(body)
    return {"names": found, "receipt": found.receipt, "file": _file(body, "name", found.receipt)}


def _acts(company: Company) -> dict[str, str]:
    """The wording of each entry act's rule, Chinese as it is printed, by the rule's id."""
    standard = at_hand(company.standard)
    rules = {act.rule for reason in company.reasons for act in reason.acts}
    found = {id_: standard.rule(id_) for id_ in rules} if standard else {}
    return {id_: rule.wording for id_, rule in found.items() if rule}


def _parts(found: CompanyAnswer, language: Language) -> tuple[list[Line], list[Line], list[Section]]:
    """Its changes, the newest first, and why the newest came, drawn as a line of time; the rest of the explanation."""
    sections = list(found.explanation.sections) if found.explanation else []
    title, cause = say(language, "section.history"), say(language, "label.cause")
    lines = [line for section in sections if section.title == title for line in section.lines]
    changes = [line for line in reversed(lines) if line.label != cause]
    return changes, [line for line in lines if line.label == cause], [one for one in sections if one.title != title]


def _file(body: bytes, what: str, receipt: ScreeningReceipt) -> dict[str, str]:
    """The answer with its receipt, byte for byte as /v1 gives it, to be kept: in the page itself, not asked for again,
    for another answer would have another receipt."""
    day: date = day_of(receipt.answered_at)
    return {
        "name": f"liancheng-{what}-{day:%Y%m%d}-{receipt.id[:12]}.json",
        "href": f"data:application/json;base64,{base64.b64encode(body).decode()}",
    }
