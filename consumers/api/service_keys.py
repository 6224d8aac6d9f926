"""`GET /v1/keys`: the public keys that receipts are checked with. Open to all."""

from fastapi import APIRouter, Request, Response

from consumers.api.openapi import answer_of
from consumers.api.services import services
from consumers.api.signing import PublicKeys
from liancheng.screening_receipts import canonical

router = APIRouter(prefix="/v1", tags=["receipts"])


@router.get(
    "/keys", responses=answer_of(PublicKeys, "All keys that have signed receipts."), openapi_extra={"security": []}
)
async def keys(request: Request) -> Response:
    """The public keys of this service: those in use and all before them."""
    return Response(canonical(services(request).signer.public_keys()), media_type="application/json")
