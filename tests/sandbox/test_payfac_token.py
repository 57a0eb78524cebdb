from __future__ import annotations

import httpx
import pytest

from tests.sandbox.callers import Admin, Payfac, payment

pytestmark = pytest.mark.asyncio


def _grant(payfac: Payfac, **changes: object) -> dict[str, object]:
    return {
        "grant_type": "client_credentials",
        "client_id": payfac.endpoint.client_id,
        "client_secret": payfac.endpoint.client_secret,
        "scope": payfac.endpoint.scope,
        **changes,
    }


async def _token(payfac: Payfac, **changes: object) -> httpx.Response:
    return await payfac.http.post(payfac.endpoint.token_url, json=_grant(payfac, **changes))


async def test_a_token_is_given_for_json_and_opens_the_api(payfac: Payfac) -> None:
    answer = await _token(payfac)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    payfac.authorization = f"Bearer {body['access_token']}"
    assert (await payfac.pay())["approved"] is True


async def test_a_token_is_given_for_a_form_with_basic_credentials(payfac: Payfac) -> None:
    endpoint = payfac.endpoint
    form = {"grant_type": "client_credentials", "scope": "gateway"}
    answer = await payfac.http.post(
        endpoint.token_url, data=form, auth=(endpoint.client_id, endpoint.client_secret)
    )
    assert answer.status_code == 200
    twice = {**form, "client_id": endpoint.client_id, "client_secret": endpoint.client_secret}
    assert (await payfac.http.post(endpoint.token_url, data=twice)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "ack_unknown"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"scope": "gateway everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"client_id": 7}, "invalid_request"),
    ],
)
async def test_a_refused_token_names_the_oauth_error_in_a_400(
    payfac: Payfac, changes: dict[str, object], error: str
) -> None:
    answer = await _token(payfac, **changes)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_a_member_that_is_left_out_is_an_invalid_request(payfac: Payfac) -> None:
    for name in ("grant_type", "client_id", "client_secret", "scope"):
        grant = _grant(payfac)
        del grant[name]
        answer = await payfac.http.post(payfac.endpoint.token_url, json=grant)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


async def test_an_expired_token_is_refused_with_an_empty_401(payfac: Payfac, admin: Admin) -> None:
    payfac.authorization = f"Bearer {(await _token(payfac)).json()['access_token']}"
    await admin.forward(3590)
    assert (await payfac.get("/payments?reference=x")).status_code == 202
    await admin.forward(20)
    answer = await payfac.get("/payments?reference=x")
    assert (answer.status_code, answer.content) == (401, b"")


async def test_a_missing_scope_is_refused_with_an_empty_403(payfac: Payfac) -> None:
    token = (await _token(payfac, scope="gateway:payment-details")).json()["access_token"]
    payfac.authorization = f"Bearer {token}"
    assert (await payfac.get("/payments?reference=x")).status_code == 202
    answer = await payfac.post("/payments", payment())
    assert (answer.status_code, answer.content) == (403, b"")
    answer = await payfac.post("/payments/search", {"query": "id:'x'"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer nonsense",
        "Bearer a.b.c",
        "Basic abc",
        "Bearer sk_sbox_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Bearer sk_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
)
async def test_unknown_and_live_keys_are_refused_with_an_empty_401(
    payfac: Payfac, authorization: str
) -> None:
    payfac.authorization = authorization
    answer = await payfac.post("/payments", payment())
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["cko-request-id"]


async def test_a_page_cursor_is_not_an_access_token(payfac: Payfac) -> None:
    for _ in range(2):
        await payfac.pay()
    found = (await payfac.post("/payments/search", {"query": "amount:1000", "limit": 1})).json()
    cursor = found["_links"]["next"]["href"].partition("cursor=")[2]
    payfac.authorization = f"Bearer {cursor}"
    assert (await payfac.get("/payments?reference=x")).status_code == 401
