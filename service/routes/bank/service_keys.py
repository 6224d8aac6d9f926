"""`GET /v1/keys`: the public keys that receipts are checked with. Open to everyone."""

from fastapi import APIRouter, Response

from consumers.reading.signatures import PublicKeys
from liancheng.records.screening_receipts import canonical
from service.web.openapi import answer_of
from service.web.parts import SignerDep

router = APIRouter(prefix="/v1", tags=["receipts"])


@router.get(
    "/keys", responses=answer_of(PublicKeys, "All keys that have signed receipts."), openapi_extra={"security": []}
)
async def keys(signer: SignerDep) -> Response:
    """The public keys of this service: the current one and all earlier ones."""
    return Response(canonical(signer.public_keys()), media_type="application/json")
