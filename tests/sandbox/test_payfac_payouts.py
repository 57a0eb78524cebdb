from __future__ import annotations

import pytest

from tests.sandbox import payout_contract
from tests.sandbox.callers import Admin, Payfac
from tests.sandbox.payouts import (
    ADDRESS,
    COMPANY,
    NOT_PERMITTED_CARD,
    PAID_CARD,
    PAYOUTS,
    PERSON,
    REFUSED_CARD,
    actions,
    bank_payout,
    card_payout,
    search,
    sent,
)

pytestmark = pytest.mark.asyncio


# --- Accepting and settling -----------------------------------------------------------------


async def test_a_payout_is_accepted_as_pending_and_ends_later(payfac: Payfac, admin: Admin) -> None:
    made = [await sent(payfac, body) for body in PAYOUTS]
    for payout_id in made:
        before = await payfac.details(payout_id)
        assert payout_contract.details(before)
        assert before["status"].lower() == "pending"
        assert (before["amount"], before["currency"], before["reference"]) == (1000, "GBP", "PO-1")
        assert await actions(payfac, payout_id) == []
    await admin.forward(3601)
    for payout_id in made:
        after = await payfac.details(payout_id)
        assert payout_contract.details(after)
        assert after["status"].lower() in ("paid", "approved", "declined")
        assert [action["type"] for action in await actions(payfac, payout_id)] == ["Payout"]


async def test_the_answer_says_when_the_recipient_has_the_money(
    payfac: Payfac, admin: Admin
) -> None:
    await admin.set(payfac_settle_seconds=86400)
    now = await admin.now()
    told = (await payfac.post("/payments", bank_payout())).json()
    day = told["instruction"]["value_date"]
    assert day.endswith("T00:00:00.000Z")
    made = await payfac.details(told["id"])
    assert made["instruction"] == {"value_date": day, "purpose": "Withdrawal", "scheme": "local"}
    await admin.forward(86400)
    assert (await payfac.details(told["id"]))["status"] == "Paid"
    assert now < await admin.now()
    processed_on = (await actions(payfac, told["id"]))[0]["processed_on"]
    assert processed_on[:10] == day[:10]


async def test_a_bank_payout_is_paid_in_the_classic_shape(payfac: Payfac, admin: Admin) -> None:
    made = await sent(payfac, bank_payout(metadata={"till": 4}))
    before = await payfac.details(made)
    assert (before["status"], before["approved"]) == ("Pending", False)
    await admin.settle()
    after = await payfac.details(made)
    assert payout_contract.PAYOUT_CLASSIC(after)
    assert (after["status"], after["approved"]) == ("Paid", True)
    assert after["source"] == {"type": "currency_account", "id": "ca_y3oqhf46pyzuxjbcn2giaqnb44"}
    assert after["billing_descriptor"] == {"reference": "Withdrawal"}
    shown = after["destination"]
    assert (shown["type"], shown["last4"], shown["country"]) == ("bank_account", "6819", "GB")
    assert shown["account_holder"] == COMPANY
    (action,) = await actions(payfac, made)
    assert (action["type"], action["approved"], action["response_code"]) == (
        "Payout", True, "10000",
    )  # fmt: skip
    assert (action["amount"], action["reference"], action["metadata"]) == (
        1000, "PO-1", {"till": 4},
    )  # fmt: skip


async def test_a_card_payout_is_approved_in_the_newer_shape(payfac: Payfac, admin: Admin) -> None:
    made = await sent(payfac, card_payout(metadata={"till": 4}))
    before = await payfac.details(made)
    assert (before["status"], before["processed_on"]) == ("pending", None)
    assert "scheme_id" not in before
    await admin.settle()
    after = await payfac.details(made)
    assert payout_contract.PAYOUT_NEWER(after)
    assert (after["status"], after["metadata"]) == ("approved", {"till": 4})
    assert after["processed_on"] == (await actions(payfac, made))[0]["processed_on"]
    assert after["scheme_id"]
    shown = after["destination"]
    assert (shown["last4"], shown["bin"], shown["scheme"]) == ("5119", "492181", "Visa")
    assert (shown["expiry_month"], shown["expiry_year"]) == (12, 2090)
    assert shown["account_holder"] == PERSON


@pytest.mark.parametrize(
    ("number", "code", "status"),
    [
        (PAID_CARD, "10000", "approved"),
        (REFUSED_CARD, "20005", "declined"),
        (NOT_PERMITTED_CARD, "20057", "declined"),
        ("4242424242424242", "10000", "approved"),
        ("4941202060999329", "30041", "declined"),
    ],
)
async def test_the_card_decides_how_a_payout_ends(
    payfac: Payfac, admin: Admin, number: str, code: str, status: str
) -> None:
    made = await sent(payfac, card_payout(number))
    await admin.settle()
    after = await payfac.details(made)
    assert (after["status"], after["processed_on"] is None) == (status, False)
    (action,) = await actions(payfac, made)
    assert (action["response_code"], action["approved"]) == (code, status == "approved")
    assert ("scheme_id" in after) == (status == "approved")


@pytest.mark.parametrize("code", ["50003", "50025", "50106", "50494", "50511", "30046", "20051"])
async def test_metadata_chooses_a_decline(payfac: Payfac, admin: Admin, code: str) -> None:
    made = await sent(payfac, bank_payout(metadata={"training_outcome": code}))
    await admin.settle()
    after = await payfac.details(made)
    assert (after["status"], after["approved"]) == ("Declined", False)
    (action,) = await actions(payfac, made)
    assert (action["approved"], action["response_code"]) == (False, code)
    assert action["response_summary"] not in ("", "Declined", "Approved")


@pytest.mark.parametrize("code", ["50260", "50499", "50531"])
async def test_a_bank_payout_can_be_paid_and_come_back(
    payfac: Payfac, admin: Admin, code: str
) -> None:
    made = await sent(payfac, bank_payout(metadata={"training_outcome": code}))
    await admin.forward(3601)
    assert (await payfac.details(made))["status"] == "Paid"
    await admin.forward(3601)
    after = await payfac.details(made)
    assert (after["status"], after["approved"]) == ("Returned", True)
    returned, paid = await actions(payfac, made)
    assert (returned["type"], returned["response_code"], returned["amount"]) == (
        "Return", code, 1000,
    )  # fmt: skip
    # The return took place; its code says why.
    assert returned["approved"] is True
    assert (paid["type"], paid["response_code"]) == ("Payout", "10000")
    assert returned["processed_on"] > paid["processed_on"]


async def test_settling_by_hand_takes_one_step_of_a_payout(payfac: Payfac, admin: Admin) -> None:
    made = await sent(payfac, bank_payout(metadata={"training_outcome": "50260"}))
    assert await admin.settle() == 1
    assert (await payfac.details(made))["status"] == "Paid"
    assert await admin.settle() == 1
    assert (await payfac.details(made))["status"] == "Returned"
    assert await admin.settle() == 0


async def test_a_card_payout_does_not_come_back(payfac: Payfac, admin: Admin) -> None:
    made = await sent(payfac, card_payout(metadata={"training_outcome": "50260"}))
    await admin.forward(3 * 3600)
    assert (await payfac.details(made))["status"] == "declined"
    assert [action["type"] for action in await actions(payfac, made)] == ["Payout"]


@pytest.mark.parametrize(("told", "code"), [({"code": "50150"}, "50150"), ({}, "20006")])
async def test_an_accepted_payout_can_fail_later(
    payfac: Payfac, admin: Admin, told: dict[str, str], code: str
) -> None:
    await admin.fault("fail_later", "payfac.payment", **told)
    made = await sent(payfac, bank_payout())
    await admin.settle()
    assert (await payfac.details(made))["status"] == "Declined"
    assert [action["response_code"] for action in await actions(payfac, made)] == [code]
    good = await sent(payfac, bank_payout())
    await admin.settle()
    assert (await payfac.details(good))["status"] == "Paid"


async def test_without_a_delay_a_payout_is_still_accepted_as_pending(
    payfac: Payfac, admin: Admin
) -> None:
    await admin.set(payfac_settle_seconds=0)
    made = await sent(payfac, bank_payout())
    assert (await payfac.details(made))["status"] == "Paid"


@pytest.mark.parametrize(
    ("shape", "bank", "card"),
    [
        ("classic", ["Pending", "Paid", "Returned"], ["Pending", "Declined"]),
        ("newer", ["pending", "approved", "declined"], ["pending", "declined"]),
        ("by_kind", ["Pending", "Paid", "Returned"], ["pending", "declined"]),
    ],
)
async def test_the_shape_of_the_details_can_be_forced(
    payfac: Payfac, admin: Admin, shape: str, bank: list[str], card: list[str]
) -> None:
    await admin.set(payfac_payout_shape=shape)
    bank_id = await sent(payfac, bank_payout(metadata={"training_outcome": "50260"}))
    card_id = await sent(payfac, card_payout(REFUSED_CARD))
    told: dict[str, list[str]] = {bank_id: [], card_id: []}
    for _ in range(3):
        for made, statuses in told.items():
            shown = await payfac.details(made)
            assert payout_contract.details(shown)
            newer = shown["status"].islower()
            assert ("links" in shown) == newer
            assert "scheme_id" not in shown  # no scheme has taken either of them
            if shown["status"] not in statuses:
                statuses.append(shown["status"])
        await admin.settle()
    assert (told[bank_id], told[card_id]) == (bank, card)


async def test_nothing_but_reading_is_allowed_with_a_payout(payfac: Payfac, admin: Admin) -> None:
    made = await sent(payfac, bank_payout())
    for _ in range(2):
        for path in ("authorizations", "captures", "voids", "cancellations"):
            answer = await payfac.post(f"/payments/{made}/{path}", {})
            assert (answer.status_code, answer.content) == (403, b""), path
        assert (await payfac.refund(made)).status_code == 403
        assert (await payfac.reverse(made)).status_code == 403
        await admin.settle()
    assert (await payfac.details(made))["status"] == "Paid"


# --- Lists ----------------------------------------------------------------------------------


async def test_a_list_holds_payments_and_payouts_newest_first(payfac: Payfac, admin: Admin) -> None:
    made = [await payfac.authorize(reference="MIX")]
    for body in (bank_payout(reference="MIX"), card_payout(reference="MIX")):
        await admin.forward(1)
        made.append(await sent(payfac, body))
    await admin.forward(1)
    made.append(await payfac.authorize(reference="MIX"))
    await sent(payfac, bank_payout(reference="OTHER"))
    page = (await payfac.get("/payments?reference=MIX")).json()
    assert payout_contract.LIST(page)
    assert [shown["id"] for shown in page["data"]] == made[::-1]
    assert page["total_count"] == 4
    assert page["data"][1] == await payfac.details(made[2])
    second = (await payfac.get("/payments?reference=MIX&limit=2&skip=1")).json()
    assert [shown["id"] for shown in second["data"]] == made[2:0:-1]


async def test_lists_show_a_payout_up_to_date(payfac: Payfac, admin: Admin) -> None:
    await sent(payfac, bank_payout())
    await admin.forward(3601)
    (listed,) = (await payfac.get("/payments?reference=PO-1")).json()["data"]
    assert listed["status"] == "Paid"
    made = await sent(payfac, bank_payout(reference="PO-2"))
    await admin.forward(3601)
    (found,) = (await search(payfac, "reference:'PO-2'"))["data"]
    assert (found["id"], found["status"]) == (made, "Paid")


async def test_lists_can_lag_behind_the_details_of_a_payout(payfac: Payfac, admin: Admin) -> None:
    await admin.set(list_lag_seconds=20)
    made = await sent(payfac, bank_payout())
    assert (await payfac.details(made))["id"] == made
    for seconds, count in ((0, 0), (21, 1)):
        await admin.forward(seconds)
        page = (await payfac.get("/payments?reference=PO-1")).json()
        assert (page["total_count"], len((await search(payfac, "amount:>0"))["data"])) == (
            count, count,
        )  # fmt: skip


async def test_a_search_finds_payouts_with_their_own_members(payfac: Payfac, admin: Admin) -> None:
    sender = {**PERSON, "address": ADDRESS}
    bank = await sent(payfac, bank_payout(sender=sender, metadata={"till": "four"}))
    await admin.forward(1)
    card = await sent(payfac, card_payout(metadata={"till": "four"}))
    await payfac.authorize(reference="PO-1")
    await admin.settle()
    for query, wanted in (
        (f"id:'{bank}'", [bank]),
        ("reference:'PO-1' AND NOT payment_type:'MOTO'", [card, bank]),
        ("status:'paid'", [bank]),
        ("status:'approved'", [card]),
        ("last4:'5119'", [card]),
        ("last4:'6819'", [bank]),
        ("bin:'492181' AND scheme:'visa'", [card]),
        ("payment_method:'bank_account'", [bank]),
        ("metadata.till:'fo*' AND amount:>=1000", [card, bank]),
        ("currency:'gbp' AND amount:>1000", []),
        ("arn:'1' OR email:'ada@shop.test'", []),
    ):
        assert [shown["id"] for shown in (await search(payfac, query))["data"]] == wanted, query
    (shown,) = (await search(payfac, f"id:'{bank}'"))["data"]
    assert (shown["status"], shown["sender"]) == ("Paid", sender)
    assert shown["processing_channel_id"] == "pc_hpswyyx23geezflc2ocz3exn4y"
    assert [action["type"] for action in shown["actions"]] == ["Payout"]
    assert "metadata" not in shown
    (shown,) = (await search(payfac, f"id:'{card}'"))["data"]
    assert shown["metadata"] == {"till": "four"}


async def test_a_search_pages_through_payments_and_payouts(payfac: Payfac, admin: Admin) -> None:
    made = []
    for _ in range(2):
        made.append(await payfac.authorize(reference="PO-1"))
        await admin.forward(1)
        made.append(await sent(payfac, bank_payout()))
        await admin.forward(1)
    page = await search(payfac, "reference:'PO-1'", limit=1)
    found = [page["data"][0]["id"]]
    while "next" in page["_links"]:
        address = page["_links"]["next"]["href"]
        answer = await payfac.http.get(address, headers={"Authorization": payfac.authorization})
        page = answer.json()
        found += [shown["id"] for shown in page["data"]]
    assert found == made[::-1]


# --- Keys and the admin address -------------------------------------------------------------


async def test_a_payout_is_made_once_under_its_key(payfac: Payfac) -> None:
    first = await payfac.post("/payments", bank_payout(), "k")
    again = await payfac.post("/payments", bank_payout(), "k")
    assert (again.status_code, again.content) == (202, first.content)
    page = (await payfac.get("/payments?reference=PO-1")).json()
    assert page["total_count"] == 1


async def test_a_reset_forgets_payouts(payfac: Payfac, admin: Admin) -> None:
    made = await sent(payfac, bank_payout())
    await admin.call("POST", "/reset")
    assert (await payfac.get(f"/payments/{made}")).status_code == 404
    assert (await payfac.post(f"/payments/{made}/captures")).status_code == 404
    assert (await admin.dump())["payfac_payouts"] == {}


async def test_the_dump_shows_a_payout_up_to_date(payfac: Payfac, admin: Admin) -> None:
    made = await sent(payfac, bank_payout())
    await admin.forward(3601)
    shown = (await admin.dump())["payfac_payouts"][made]
    assert (shown["status"], shown["kind"], shown["steps"]) == ("paid", "bank", [])


async def test_the_call_list_knows_a_payout_by_its_reference(payfac: Payfac, admin: Admin) -> None:
    await sent(payfac, bank_payout(), "k")
    (seen,) = (await admin.call("GET", "/calls")).json()["calls"]
    assert (seen["point"], seen["reference"], seen["status"]) == ("payfac.payment", "PO-1", 202)
