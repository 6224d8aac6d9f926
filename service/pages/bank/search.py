"""The first page: a company by its code or name, with everything that a bank is answered, and the receipt to keep."""

import base64
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from liancheng.answers.screening_answers import Company, CompanyAnswer, NamesAnswer
from liancheng.days import day_of
from liancheng.explaining.company import Line, Section, at_hand
from liancheng.explaining.phrases import Language
from liancheng.joint_list.history import Moment
from liancheng.records.screening_receipts import ScreeningReceipt
from liancheng.text.identity import check_uscc
from liancheng.text.uscc import looks_like_code
from service.pages.languages import language_of, say
from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import MayScreen
from service.web import query
from service.web.auth import charge
from service.web.limits import LOOK_BACK_TOKENS
from service.web.parts import ScreenerDep
from service.web.problems import Problem

router = APIRouter(route_class=PageRoute)

_QUERY_MAX = 200  # characters
_CANDIDATES = 10
_NOTHING_WRONG = {"q": "", "as_of": ""}


class _CompanyBody(CompanyAnswer, frozen=True, kw_only=True):
    receipt: ScreeningReceipt


class _NamesBody(NamesAnswer, frozen=True, kw_only=True):
    receipt: ScreeningReceipt


_decode_company = msgspec.json.Decoder(_CompanyBody)
_decode_names = msgspec.json.Decoder(_NamesBody)


@router.get("/")
async def search(request: Request, clerk: MayScreen, screener: ScreenerDep) -> Response:
    text = request.query_params.get("q", "").strip()
    as_of = request.query_params.get("as_of", "").strip()
    form = {"q": text[:_QUERY_MAX], "as_of": as_of[:10], "today": day_of(datetime.now(UTC)).isoformat()}
    values: dict[str, Any] = {"form": form, "wrong": _NOTHING_WRONG, "company": None, "names": None}
    if "q" not in request.query_params:
        return page(request, "search.html", **values)
    wrong = _wrong(text, as_of)
    if wrong != _NOTHING_WRONG:
        return page(request, "search.html", 400, **values | {"wrong": wrong})
    if looks_like_code(text):
        language = language_of(request)
        moment = _moment(as_of)
        if moment:
            charge(request, clerk.caller, LOOK_BACK_TOKENS)
        reply = await screener.company(clerk.caller, query.uscc(text), moment, language)
        answer = _company(reply.body or b"", language)
    else:
        answer = _names(await screener.names(clerk.caller, text, _CANDIDATES))
    return page(request, "search.html", **values | answer)


def _moment(as_of: str) -> Moment | None:
    return query.read({"as_of": as_of} if as_of else {})[0]


def _wrong(text: str, as_of: str) -> dict[str, str]:
    """Returns by field the key of the text that says what is wrong."""
    wrong = dict(_NOTHING_WRONG)
    if not text:
        wrong["q"] = "wrong.q.empty"
    elif len(text) > _QUERY_MAX:
        wrong["q"] = "wrong.q.long"
    elif looks_like_code(text) and check_uscc(text)[0] is None:
        wrong["q"] = "wrong.q.code"
    try:
        _moment(as_of)
    except Problem:
        wrong["as_of"] = "wrong.as_of"
    return wrong


def _company(body: bytes, language: Language) -> dict[str, Any]:
    company = _decode_company.decode(body)
    changes, causes, sections = _parts(company, language)
    standard = at_hand(company.standard)
    return {
        "company": company,
        "acts": _acts(company),
        "standard_title": standard.title if standard else "",
        "changes": changes,
        "causes": causes,
        "sections": sections,
        "receipt": company.receipt,
        "file": _file(body, company.uscc, company.receipt),
    }


def _names(body: bytes) -> dict[str, Any]:
    names = _decode_names.decode(body)
    return {"names": names, "receipt": names.receipt, "file": _file(body, "name", names.receipt)}


def _acts(company: Company) -> dict[str, str]:
    """Returns the wording of each entry act's rule, in Chinese as printed, by the rule's id."""
    standard = at_hand(company.standard)
    ids = {act.rule for reason in company.reasons for act in reason.acts}
    rules = {id_: standard.rule(id_) for id_ in ids} if standard else {}
    return {id_: rule.wording for id_, rule in rules.items() if rule}


def _parts(company: CompanyAnswer, language: Language) -> tuple[list[Line], list[Line], list[Section]]:
    """Returns the changes, the newest first; the causes of the newest; and the other sections of the explanation."""
    sections = list(company.explanation.sections) if company.explanation else []
    title, cause = say(language, "section.history"), say(language, "label.cause")
    lines = [line for section in sections if section.title == title for line in section.lines]
    changes = [line for line in reversed(lines) if line.label != cause]
    causes = [line for line in lines if line.label == cause]
    return changes, causes, [section for section in sections if section.title != title]


def _file(body: bytes, what: str, receipt: ScreeningReceipt) -> dict[str, str]:
    """Returns the answer with its receipt, byte for byte as /v1 gives it, for download. It is in the page itself:
    a second request would get another receipt."""
    day: date = day_of(receipt.answered_at)
    return {
        "name": f"liancheng-{what}-{day:%Y%m%d}-{receipt.id[:12]}.json",
        "href": f"data:application/json;base64,{base64.b64encode(body).decode()}",
    }
