"""The OpenAPI document: what FastAPI knows of the routes, with the schemas of our own models.

Answers are encoded by msgspec, so their schemas come from it too: a route names its model with `answer_of`, and
`install` adds what the model refers to.
"""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.web import problems

_REF = "#/components/schemas/{name}"
_models: set[Any] = set()

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [problems.TYPE + slug for slug in problems.KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_PROBLEM_ANSWER = {
    "description": "A problem (RFC 9457); docs/problems.md lists them.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}},
}


def schema_of(model: Any) -> dict[str, Any]:
    """Returns a reference to a msgspec model, whose schema is added to the document."""
    _models.add(model)
    (reference,), _ = msgspec.json.schema_components([model], ref_template=_REF)
    return reference


def answer_of(
    model: Any, about: str, *refusals: str, media: str = "application/json"
) -> dict[int | str, dict[str, Any]]:
    """Returns `responses=` of a route: the model with 200, and the problems (slugs) that the route can answer."""
    answers: dict[int | str, dict[str, Any]] = {
        200: {"description": about, "content": {media: {"schema": schema_of(model)}}}
    }
    return answers | refusals_of(*refusals)


def refusals_of(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Returns `responses=` of a route without a body: its problems."""
    return dict.fromkeys(sorted({problems.KINDS[slug].status for slug in slugs}), _PROBLEM_ANSWER)


def body_of(model: Any, about: str, media: str = "application/json") -> dict[str, Any]:
    """Returns `openapi_extra=` of a route that reads its body itself."""
    content = {media: {"schema": schema_of(model)}}
    return {"requestBody": {"required": True, "description": about, "content": content}}


def file_body(about: str, *binary: str) -> dict[str, Any]:
    """Returns the `openapi_extra` of a route that reads CSV, JSON lines or files of the `binary` media types."""
    content = {media: {"schema": {"type": "string"}} for media in ("text/csv", "application/x-ndjson")}
    content |= {media: {"schema": {"type": "string", "format": "binary"}} for media in binary}
    return {"requestBody": {"required": True, "description": about, "content": content}}


def install(app: FastAPI) -> None:
    """Makes the app build its document once, at the first request for it."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", routes=app.routes)
    _, ours = msgspec.json.schema_components(sorted(_models, key=str), ref_template=_REF)
    components = document.setdefault("components", {})
    components["schemas"] = ours | {"Problem": _PROBLEM}
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "lc_<bank>_<id>_<secret>"}
    }
    document["security"] = [{"key": []}]
    for path in document.get("paths", {}).values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # ours is 400, and a problem
    return document
