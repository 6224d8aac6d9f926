"""The OpenAPI document is true: what it promises is what is answered, whatever is asked."""

import json

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from service.web import problems

load_all_checks()
# A USCC of the right form may have a wrong check character; a bad row is answered for itself, and the rest goes on.
NOT_OURS = CHECKS.get_by_names(["positive_data_acceptance", "negative_data_rejection"])


@schemathesis.serializer("application/x-ndjson")
def _ndjson(_: object, value: object) -> bytes:
    return json.dumps(value).encode()


OPERATIONS = [
    ("/v1/companies/{uscc}", "GET"), ("/v1/companies", "GET"), ("/v1/screenings", "POST"),
    ("/v1/screenings/stream", "POST"), ("/v1/keys", "GET"),
    ("/v1/watches", "GET"), ("/v1/watches", "POST"), ("/v1/watches/{uscc}", "GET"), ("/v1/watches/{uscc}", "PUT"),
    ("/v1/watches/{uscc}", "DELETE"), ("/v1/watches/uploads", "GET"), ("/v1/watches/uploads/{upload}", "GET"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_asked(bank: httpx.Client, path: str, method: str, mode: GenerationMode) -> None:
    if (path, mode) == ("/v1/keys", GenerationMode.NEGATIVE):
        return  # nothing can be wrong with it
    document = schemathesis.openapi.from_dict(bank.get("/v1/openapi.json").json())
    key = {"Authorization": bank.headers["authorization"]}

    @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(document[path][method].as_strategy(generation_mode=mode))
    def whatever(case: Case) -> None:
        case.call_and_validate(base_url=str(bank.base_url), headers=key, excluded_checks=NOT_OURS)

    whatever()


def test_it_names_every_route_and_problem(bank: httpx.Client) -> None:
    told = bank.get("/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert {"/v1/companies", "/v1/companies/{uscc}", "/v1/screenings", "/v1/screenings/stream", "/v1/keys"} <= set(
        told["paths"]
    )
    types = told["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert types == [problems.TYPE + slug for slug in problems.KINDS]
