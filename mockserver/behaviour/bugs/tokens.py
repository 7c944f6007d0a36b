"""Tokens gone wrong: a token endpoint that does not look, or tells otherwise than it does; discovery that misleads."""

from __future__ import annotations

import base64
from urllib.parse import quote

import orjson

from mockserver.auth.keys import make_pair
from mockserver.behaviour.seams import Behaviour, Overlooking, Serve, Served, Serving
from mockserver.http.errors import Refusal
from mockserver.http.handlers import Refusing
from mockserver.http.request import Request
from mockserver.http.response import JSON, Response
from mockserver.http.scope import with_headers
from spec.source.pointer import Json

_TWO_HOURS = 7200
_INNER = "http://oidc.internal:3000"


def overlooking(clause: str) -> Overlooking:
    """What would be refused for a clause of the token endpoint gets a token."""
    return lambda error: error.clause == clause


def answering(operation: str, change: Serving) -> Serving:
    """Only the calls of one operation are served otherwise."""

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        return await (change(request, honest, served) if served.operation.id == operation else honest(request))

    return serve


def _with_members(response: Response, **members: Json) -> Response:
    """An answer with other members; those that are None are left out."""
    value = {**orjson.loads(response.body), **members}
    return response.replaced(body=orjson.dumps({name: one for name, one in value.items() if one is not None}))


async def taking_basic_literally(request: Request, honest: Serve, served: Served) -> Response:
    """The halves of HTTP Basic are compared as they were sent."""
    authorization = request.header(b"authorization") or b""
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return await honest(request)
    halves = base64.b64decode(value).decode().split(":", 1)
    literal = base64.b64encode(":".join(quote(one, safe="") for one in halves).encode())
    others = [one for one in request.scope["headers"] if one[0] != b"authorization"]
    scope = with_headers(request.scope, [*others, (b"authorization", b"Basic " + literal)])
    return await honest(Request(scope, request.receive))


async def knowing_basic_alone(request: Request, honest: Serve, served: Served) -> Response:
    """A secret in the form is not looked for."""
    if request.header(b"authorization") is not None:
        return await honest(request)
    return Response(400, (JSON,), b'{"error": "invalid_client"}')


async def telling_seconds_as_text(request: Request, honest: Serve, served: Served) -> Response:
    """expires_in is a text."""
    response = await honest(request)
    return _with_members(response, expires_in="3600") if response.status_code == 200 else response


async def forgetting_the_time_zone(request: Request, honest: Serve, served: Served) -> Response:
    """expires_at is the time of a zone two hours ahead, and called UTC."""
    response = await honest(request)
    if response.status_code != 200:
        return response
    moment = str(orjson.loads(response.body)["expires_at"])
    hour = (int(moment[11:13]) + 2) % 24
    return _with_members(response, expires_at=f"{moment[:11]}{hour:02}{moment[13:]}")


async def letting_caches_keep_it(request: Request, honest: Serve, served: Served) -> Response:
    """Nothing says that a token is not to be kept."""
    response = await honest(request)
    return response.replaced(
        fields=tuple(one for one in response.fields if one[0] not in (b"cache-control", b"pragma"))
    )


def publishing_stale_keys() -> Behaviour:
    """The keys are those of before the last change of the key."""
    stale = make_pair()

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        return _with_members(await honest(request), keys=[stale.jwk])

    return Behaviour(serving=(answering("jwks", serve),))


def under_an_inner_name(claims: dict[str, Json]) -> None:
    """The issuer is told by the name that it has behind the proxy."""
    claims["iss"] = f"{_INNER}/oidc"


def for_nobody(claims: dict[str, Json]) -> None:
    """A token says which client has it, and nothing of the install."""
    claims.pop("install", None)


async def telling_errors_as_the_api(request: Request, honest: Serve, served: Served) -> Response:
    """Refusals have the shape of all others."""
    response = await honest(request)
    if response.status_code == 200:
        return response
    error = orjson.loads(response.body)
    value = {"code": error["error"].upper(), "message": error["error_description"], "status": response.status_code}
    return response.replaced(body=orjson.dumps(value))


async def answering_400_to_all(request: Request, honest: Serve, served: Served) -> Response:
    """Every refusal has the status 400."""
    response = await honest(request)
    return response.replaced(status=400, fields=(JSON,)) if response.status_code == 401 else response


async def hiding_the_keys(request: Request, honest: Serve, served: Served) -> Response:
    """Discovery does not tell where the keys are."""
    return _with_members(await honest(request), jwks_uri=None)


async def discovered_elsewhere(request: Request, honest: Serve, served: Served) -> Response:
    """Discovery tells the names that everything has behind the proxy."""
    value = orjson.loads((await honest(request)).body)
    inner = {name: f"{_INNER}/oidc{one.rpartition('/oidc')[2]}" for name, one in value.items() if isinstance(one, str)}
    return _with_members(await honest(request), **inner)


def _challenging_plainly(refusal: Refusal, _: object) -> Response | None:
    if refusal.situation != "bearer-invalid":
        return None
    return Response(refusal.status, (JSON, (b"www-authenticate", b"Bearer")), refusal.json())


CHALLENGING_PLAINLY: Refusing = _challenging_plainly
