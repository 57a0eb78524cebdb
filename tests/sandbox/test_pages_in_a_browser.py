"""The pages as a person meets them: in a real browser, with keyboard and mouse.

Machines without a browser are served by the tests that post the same forms over plain HTTP.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.gateways.peers import Peer
from tests.sandbox.browser import Browser
from tests.sandbox.callers import Admin, Flowlix, Payfac, classic_direct, direct, payment

pytestmark = pytest.mark.asyncio

TAB, ENTER, SPACE = "\ue004", "\ue007", " "
GOOD, DECLINED, ASKED = "4242 4242 4242 4242", "4000 0000 0000 9995", "4635 4400 0000 2223"
CHALLENGED = "4635440000002223"
PAY, CANCEL = "button[value=pay]", "button[value=cancel]"


async def _hosted(flowlix: Flowlix, shop: Peer, **changes: object) -> Any:
    body = {"amount": 4500, "currency": "EUR", "return_url": f"{shop.url}/done?cart=78#top"}
    return await flowlix.created({**body, **changes}, "/v1/payments/hpp")


async def _type_card(browser: Browser, number: str, **changes: str) -> None:
    typed = {"number": number, "expiry": "12/90", "code": "123", "holder": "Ada Muster", **changes}
    for name, text in typed.items():
        await browser.type(f"#{name}", text)


async def _returned(browser: Browser, shop: Peer, payment_id: str) -> str:
    """The status the browser brought back to the shop, with everything else as it should be."""
    assert await browser.text("h1") == "Back in the shop"
    address = urlsplit(await browser.url())
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{shop.url}/done"
    query = parse_qs(address.query, strict_parsing=True)
    (status,) = query.pop("status")
    assert query == {"cart": ["78"], "payment_id": [payment_id]}
    assert address.fragment == "top"
    return status


async def test_a_person_pays_with_the_keyboard_alone(
    browser: Browser, flowlix: Flowlix, shop: Peer
) -> None:
    names = {"first_name": "Ada", "last_name": "Muster"}
    made = await _hosted(flowlix, shop, description="Two mugs", billing_details=names)
    await browser.open(made["hosted_payment_url"])
    words = await browser.text()
    assert "This is training. No real money moves." in words
    assert "45.00 EUR" in words
    assert "Two mugs" in words
    assert await browser.focused() == "number"
    await browser.press(*GOOD, TAB, *"12/90", TAB, *"123", TAB)
    assert await browser.focused() == "holder"
    assert await browser.value("#holder") == "Ada Muster"
    await browser.press(TAB)
    assert await browser.focused() == "pay"
    async with browser.leaving():
        await browser.press(SPACE)
    assert await _returned(browser, shop, made["id"]) == "SUCCEEDED"
    paid = await flowlix.read(made["id"])
    assert (paid["status"], paid["card"]["last4"]) == ("SUCCEEDED", "4242")


async def test_enter_in_a_field_pays(browser: Browser, flowlix: Flowlix, shop: Peer) -> None:
    made = await _hosted(flowlix, shop)
    await browser.open(made["hosted_payment_url"])
    async with browser.leaving():
        await _type_card(browser, GOOD, holder=f"Ada Muster{ENTER}")
    assert await _returned(browser, shop, made["id"]) == "SUCCEEDED"


async def test_a_declined_card_goes_back_to_the_shop(
    browser: Browser, flowlix: Flowlix, shop: Peer
) -> None:
    made = await _hosted(flowlix, shop)
    await browser.open(made["hosted_payment_url"])
    await _type_card(browser, DECLINED)
    await browser.follow(PAY)
    assert await _returned(browser, shop, made["id"]) == "FAILED"
    assert (await flowlix.read(made["id"]))["decline_code"] == "insufficient_funds"


async def test_a_person_cancels(browser: Browser, flowlix: Flowlix, shop: Peer) -> None:
    made = await _hosted(flowlix, shop)
    await browser.open(made["hosted_payment_url"])
    await browser.follow(CANCEL)
    assert await _returned(browser, shop, made["id"]) == "CANCELED"
    assert (await flowlix.read(made["id"]))["status"] == "CANCELED"


async def test_a_page_that_is_still_open_after_the_end_pays_nothing(
    browser: Browser, flowlix: Flowlix, shop: Peer
) -> None:
    made = await _hosted(flowlix, shop)
    await browser.open(made["hosted_payment_url"])
    await _type_card(browser, GOOD)
    elsewhere = await flowlix.http.post(made["hosted_payment_url"], data={"do": "cancel"})
    assert elsewhere.status_code == 303
    await browser.follow(PAY)
    assert await _returned(browser, shop, made["id"]) == "CANCELED"
    assert (await flowlix.read(made["id"]))["card"] is None


async def test_what_is_wrong_is_said_at_its_field_and_the_card_is_not_kept(
    browser: Browser, flowlix: Flowlix, shop: Peer
) -> None:
    made = await _hosted(flowlix, shop)
    await browser.open(made["hosted_payment_url"])
    await _type_card(browser, "4242 4242 4242 4242", expiry="13/90", code="12", holder="Ada <b>")
    await browser.follow(PAY)
    assert (await flowlix.read(made["id"]))["status"] == "REQUIRES_ACTION"
    assert (await browser.title()).startswith("Please correct the card")
    assert await browser.focused() == "expiry"
    kept = {name: await browser.value(f"#{name}") for name in ("number", "expiry", "code")}
    assert kept == {"number": "", "expiry": "13/90", "code": ""}
    assert await browser.value("#holder") == "Ada <b>"
    for name, words in (("expiry", "Enter month and year"), ("code", "Enter 3 digits.")):
        assert await browser.attribute(f"#{name}", "aria-invalid") == "true"
        told = (await browser.attribute(f"#{name}", "aria-describedby") or "").split()
        assert told == [f"{name}-hint", f"{name}-problem"]
        assert words in await browser.text(f"#{name}-problem")
    for name in ("number", "holder"):
        assert await browser.attribute(f"#{name}", "aria-invalid") is None
    assert "Nothing was paid yet." in await browser.text("[role=alert]")
    await browser.clear("#expiry")
    await _type_card(browser, GOOD, holder="")
    await browser.follow(PAY)
    assert await _returned(browser, shop, made["id"]) == "SUCCEEDED"


@pytest.mark.parametrize(
    ("choice", "status", "code"),
    [
        ("confirm", "SUCCEEDED", None),
        ("refuse", "FAILED", "three_d_secure_failed"),
        ("cancel", "CANCELED", None),
    ],
)
async def test_the_bank_asks_and_the_holder_answers(
    browser: Browser, flowlix: Flowlix, shop: Peer, choice: str, status: str, code: str | None
) -> None:
    made = await _hosted(flowlix, shop, description="Two mugs")
    await browser.open(made["hosted_payment_url"])
    await _type_card(browser, ASKED)
    await browser.follow(PAY)
    words = await browser.text("main")
    for word in ("Confirm the payment", "45.00 EUR", "ending in 2223", "Two mugs"):
        assert word in words
    # Nothing is chosen yet: a stray Enter must not pay.
    await browser.press(ENTER)
    assert (await flowlix.read(made["id"]))["status"] == "REQUIRES_ACTION"
    await browser.follow(f"button[value={choice}]")
    assert await _returned(browser, shop, made["id"]) == status
    ended = await flowlix.read(made["id"])
    assert (ended["status"], ended["decline_code"]) == (status, code)


async def test_a_direct_payment_is_confirmed_on_the_page_of_the_bank(
    browser: Browser, flowlix: Flowlix, shop: Peer
) -> None:
    back = f"{shop.url}/done?cart=78#top"
    made = await flowlix.created(direct(CHALLENGED, return_url=back))
    await browser.open(made["next_action"]["redirect_url"])
    async with browser.leaving():
        await browser.press(TAB, SPACE)
    assert await _returned(browser, shop, made["id"]) == "PROCESSING"
    await flowlix.admin.settle()
    assert (await flowlix.read(made["id"]))["status"] == "SUCCEEDED"


async def test_a_page_that_was_left_can_be_opened_again_until_its_time_is_up(
    browser: Browser, flowlix: Flowlix, shop: Peer, admin: Admin
) -> None:
    made = await _hosted(flowlix, shop)
    for _ in range(2):
        await browser.open(made["hosted_payment_url"])
        assert await browser.text("h1") == "Pay by card"
        await browser.open(shop.url)
        assert (await flowlix.read(made["id"]))["status"] == "REQUIRES_ACTION"
    await admin.forward(1801)
    await browser.open(made["hosted_payment_url"])
    assert await browser.text("h1") == "Time is up"
    assert "No money was taken." in await browser.text("main")
    await browser.follow("main a")
    assert await _returned(browser, shop, made["id"]) == "EXPIRED"


async def test_who_pays_too_late_comes_back_without_having_paid(
    browser: Browser, flowlix: Flowlix, shop: Peer, admin: Admin
) -> None:
    made = await _hosted(flowlix, shop)
    await browser.open(made["hosted_payment_url"])
    await _type_card(browser, GOOD)
    await admin.forward(1801)
    await browser.follow(PAY)
    assert await _returned(browser, shop, made["id"]) == "EXPIRED"
    assert (await flowlix.read(made["id"]))["card"] is None


async def test_the_bank_does_not_wait_for_ever(
    browser: Browser, flowlix: Flowlix, shop: Peer, admin: Admin
) -> None:
    back = f"{shop.url}/done?cart=78#top"
    made = await flowlix.created(direct(CHALLENGED, return_url=back))
    await browser.open(made["next_action"]["redirect_url"])
    await admin.forward(901)
    await browser.reload()
    assert await browser.text("h1") == "Time is up"
    assert (await flowlix.read(made["id"]))["status"] == "EXPIRED"


@pytest.mark.parametrize("generation", ["asynchronous", "synchronous"])
@pytest.mark.parametrize(
    ("number", "status"), [(GOOD, "succeeded"), (DECLINED, "failed"), (None, "canceled")]
)
async def test_classic_pages_work_alike(
    browser: Browser,
    classic: Flowlix,
    shop: Peer,
    generation: str,
    number: str | None,
    status: str,
) -> None:
    await classic.admin.set(classic_generation=generation)
    wanted = {"amount": 4500, "currency": "gbp", "redirect_url": f"{shop.url}/done?cart=78#top"}
    made = await classic.created(wanted, "/v1/payments/hpp")
    await browser.open(made["redirect_url"])
    if number is None:
        await browser.follow(CANCEL)
    else:
        await _type_card(browser, number)
        await browser.follow(PAY)
    if (generation, status) == ("synchronous", "canceled"):
        status = "failed"  # it has no other word
    assert await _returned(browser, shop, made["id"]) == status
    assert (await classic.read(made["id"]))["status"] == status


async def test_the_bank_asks_for_a_classic_payment(
    browser: Browser, classic: Flowlix, shop: Peer
) -> None:
    back = f"{shop.url}/done?cart=78#top"
    made = await classic.created(classic_direct(CHALLENGED, return_url=back))
    await classic.admin.settle()
    await browser.open((await classic.read(made["id"]))["next_action"]["redirect_url"])
    await browser.follow("button[value=confirm]")
    assert await _returned(browser, shop, made["id"]) == "pending"


async def _challenged(payfac: Payfac, shop: Peer) -> tuple[str, str]:
    """The id and the page of a PayFac payment whose bank asks."""
    wanted: dict[str, Any] = {
        "payment_type": "Regular",
        "success_url": f"{shop.url}/good?cart=78",
        "failure_url": f"{shop.url}/bad?cart=78",
        "3ds": {"enabled": True},
    }
    body = payment(**wanted)
    answer = (await payfac.post("/payments", body)).json()
    return str(answer["id"]), str(answer["_links"]["redirect"]["href"])


@pytest.mark.parametrize(
    ("choice", "place", "status"),
    [
        ("confirm", "/good", "Authorized"),
        ("refuse", "/bad", "Declined"),
        ("cancel", "/bad", "Declined"),
    ],
)
async def test_the_bank_asks_for_a_payfac_payment(
    browser: Browser, payfac: Payfac, shop: Peer, choice: str, place: str, status: str
) -> None:
    made, page = await _challenged(payfac, shop)
    await browser.open(page)
    assert "10.00 USD" in await browser.text("main")
    await browser.follow(f"button[value={choice}]")
    assert await browser.text("h1") == "Back in the shop"
    address = urlsplit(await browser.url())
    assert address.path == place
    query = parse_qs(address.query, strict_parsing=True)
    assert query.keys() == {"cart", "cko-session-id"}
    assert (await payfac.details(made))["status"] == status


async def test_the_bank_of_a_payfac_payment_does_not_wait_for_ever(
    browser: Browser, payfac: Payfac, shop: Peer, admin: Admin
) -> None:
    made, page = await _challenged(payfac, shop)
    await browser.open(page)
    await admin.forward(901)
    await browser.follow("button[value=confirm]")
    assert "its time is over" in await browser.text("main")
    assert (await payfac.details(made))["status"] == "Expired"
