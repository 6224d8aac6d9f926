"""`GET /v1/keys`: the public keys that receipts are checked with. Open to all."""

from fastapi import APIRouter, Request, Response

from consumers.reading.signatures import PublicKeys
from liancheng.records.screening_receipts import canonical
from service.web.openapi import answer_of
from service.web.services import services

router = APIRouter(prefix="/v1", tags=["receipts"])


@router.get(
    "/keys", responses=answer_of(PublicKeys, "All keys that have signed receipts."), openapi_extra={"security": []}
)
async def keys(request: Request) -> Response:
    """The public keys of this service: those in use and all before them."""
    return Response(canonical(services(request).signer.public_keys()), media_type="application/json")
