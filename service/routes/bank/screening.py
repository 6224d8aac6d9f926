"""One company: by its USCC, or by a name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec.structs import asdict

from liancheng.answers.screening_answers import CompanyAnswer, NamesAnswer, proof_of
from liancheng.records.screening_receipts import Asked, canonical, sha256
from liancheng.text.findings import sentence
from liancheng.text.identity import check_uscc
from service.engines import answers, names, particular
from service.engines.answers import position_of, with_receipt
from service.web import query
from service.web.auth import Caller, caller
from service.web.openapi import answer_of
from service.web.problems import Problem
from service.web.services import services

router = APIRouter(prefix="/v1", tags=["screening"])
Screens = Annotated[Caller, Depends(caller("screen"))]

JSON = "application/json"
_REFUSALS = ("no-key", "scope-missing", "too-many-requests", "view-stale")


@router.get(
    "/companies/{uscc}",
    responses=answer_of(CompanyAnswer, "The company as it stands on the list, or stood.", "bad-uscc", *_REFUSALS),
    openapi_extra={"parameters": query.PARAMETERS},
)
async def company(request: Request, who: Screens) -> Response:
    """A company by its USCC. One without an entry is `clear` and not `known`.

    With `If-None-Match` and the ETag of an answer that you hold, 304 says that all but the list's position still holds;
    its header `Liancheng-Receipt` is the receipt, base64url.
    """
    checked = _checked(request.path_params["uscc"])
    here = services(request)
    if request.scope["query_string"] and (wish := query.read(request.query_params)):
        return await particular.answer(here, who, checked, wish)
    raw, place = await here.one.entry(checked)
    found, position = answers.company(checked, raw, here.list.standard), position_of(place)
    etag = answers.etag_of(found, position)
    if etag in request.headers.get("if-none-match", ""):
        asked = Asked(uscc=checked, etag=etag)
        digest = sha256(etag.encode())
        receipt = here.receipts.make(who, asked, digest, found.standard, position, entries=[proof_of(found)])
        return Response(status_code=304, headers={"ETag": etag, "Liancheng-Receipt": answers.as_header(receipt)})
    answer = canonical(CompanyAnswer(**asdict(found), position=position))
    asked = Asked(uscc=checked)
    receipt = here.receipts.make(who, asked, sha256(answer), found.standard, position, entries=[proof_of(found)])
    return Response(with_receipt(answer, receipt), media_type=JSON, headers={"ETag": etag})


@router.get(
    "/companies",
    responses=answer_of(NamesAnswer, "Companies that may be meant.", "bad-request", "names-not-ready", *_REFUSALS),
)
async def companies(
    request: Request,
    who: Screens,
    name: Annotated[str, Query(min_length=1, max_length=200, description="A company's name, also a former one.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """Companies by name: the same text after normalisation first, own names before former ones, then what is alike.

    A match that is not `exact` is a question, not an answer: ask for the USCC. None found is no proof.
    """
    here = services(request)
    searched = await names.search(here, [name], limit)
    answer = NamesAnswer(
        asked=name,
        normalised=names.normalised(name),
        matches=searched.matches[0],
        names=searched.names,
        position=searched.position,
    )
    raw = canonical(answer)
    entries = [proof_of(match.company) for match in answer.matches]
    asked = Asked(name=answer.normalised)
    receipt = here.receipts.make(who, asked, sha256(raw), here.list.standard, searched.position, entries=entries)
    return Response(with_receipt(raw, receipt), media_type=JSON)


def _checked(uscc: str) -> str:
    found, wrong = check_uscc(uscc)
    if found is None:
        raise Problem("bad-uscc", sentence(wrong) if wrong else "")
    return found
