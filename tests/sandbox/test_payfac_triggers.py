"""Every published training card and trigger does what was published of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.callers import GOOD_CARD, Admin, Payfac, codes, payment

pytestmark = pytest.mark.asyncio

APPROVED_CARDS = """4242424242424242 4000020000000000 4659105569051157 4543474002249996
    5436031030606378 5105105105105100 378282246310005 345678901234564 6011111111111117
    30123456789019""".split()
DECLINED_CARDS = {
    "20001": "4111111111111129",
    "20012": "4024007103573027 4158596042924182",
    "20014": "4485381577182090",
    "20020": "4000148147058142",
    "20051": "4544249167673670",
    "20054": "4724117215951699 4000141680788456",
    "20057": "4151512736305999 4659465888705671",
    "20059": "4897453568485113 4000144348235050",
    "20061": "4556294593757189 5420951756276171",
    "20062": "4818924250131070 5279988405398834",
    "20063": "4556253752712245 5328090869100177",
    "20068": "4095254802642505",
    "20078": "4532819413487978",
    "20082": "4732789363145785",
    "20154": "4500622868341387",
    "2005C": "4276038578596818",
    "2009G": "4152812521833588",
    "200N7": "4734868958733862",
    "200R3": "4567361325981788",
    "30015": "4024007162185267 4655710037275959",
    "30041": "4941202060999329 4658620059821613",
    "30043": "4539253655711767 4745820750643143",
}
NO_THREE_D_SECURE = "3530111333300000 5352151570003404 4532432452900131".split()
VERIFIED_BUT_DECLINED = {
    "20012": "4644968546281686 5355228287185489",
    "20051": "4546381219393284 5355229757805879 4325350188287824",
    "20061": "4543611423334994",
    "20062": "4857662623668665",
    "20063": "4407108123937239",
}
PREPAID = "4000148147058142 4000141680788456 4000144348235050".split()
AVS = "A B C D F G I M N P R U Y Z AE1 AE2 AE3 AE4 AE5 AE6 AE7".split()
BY_ENDING = {5: "20005", 12: "20012", 14: "20014", 51: "20051", 54: "20087", 62: "20062",
             63: "20063", 33: "30033"}  # fmt: skip
BY_AMOUNT = {9998: "20068", 6510: "20154", 6520: "20154", 6530: "20154", 6540: "20154",
             4001: "40101", 4008: "40108", 2011: "200R1", 2013: "200R3"}  # fmt: skip
CHALLENGED: dict[str, Any] = {"payment_type": "Regular", "3ds": {"enabled": True}}


def by_card(table: dict[str, str]) -> dict[str, str]:
    return {number: code for code, numbers in table.items() for number in numbers.split()}


async def answered(payfac: Payfac, number: str, **changes: Any) -> str:
    """The response code of a payment; its approval and status must agree with it."""
    body = await payfac.pay(number, **changes)
    approved = body["response_code"] == "10000"
    assert body["approved"] is approved
    assert body["status"] == ("Authorized" if approved else "Declined")
    assert body["response_summary"] not in ("", "Declined"), body["response_code"]
    return str(body["response_code"])


async def test_the_good_cards_are_approved(payfac: Payfac) -> None:
    assert {number: await answered(payfac, number) for number in APPROVED_CARDS} == dict.fromkeys(
        APPROVED_CARDS, "10000"
    )


async def test_the_declining_cards_decline(payfac: Payfac) -> None:
    expected = by_card(DECLINED_CARDS)
    assert {number: await answered(payfac, number) for number in expected} == expected


async def test_the_good_card_is_declined_for_101(payfac: Payfac) -> None:
    assert await answered(payfac, GOOD_CARD, amount=101) == "20051"
    assert await answered(payfac, GOOD_CARD, amount=10100) == "10000"
    assert await answered(payfac, "4000020000000000", amount=101) == "10000"


async def test_cards_without_three_d_secure_fail_only_with_it(payfac: Payfac) -> None:
    assert {n: await answered(payfac, n) for n in NO_THREE_D_SECURE} == dict.fromkeys(
        NO_THREE_D_SECURE, "10000"
    )
    with_it = {n: await answered(payfac, n, **CHALLENGED) for n in NO_THREE_D_SECURE}
    assert with_it == dict.fromkeys(NO_THREE_D_SECURE, "20150")


async def test_the_card_that_needs_three_d_secure_is_good_with_it(payfac: Payfac) -> None:
    answer = await payfac.post("/payments", payment("4500622868341387", **CHALLENGED))
    assert answer.status_code == 202
    made = answer.json()
    await payfac.http.post(made["_links"]["redirect"]["href"], data={"do": "confirm"})
    assert (await payfac.details(made["id"]))["status"] == "Authorized"


async def test_some_cards_are_good_for_a_verification_only(payfac: Payfac) -> None:
    expected = by_card(VERIFIED_BUT_DECLINED)
    assert {number: await answered(payfac, number) for number in expected} == expected
    for number in (*expected, "4273149019799094"):
        assert (await payfac.pay(number, amount=0))["status"] == "Card Verified"
    only_verified = await payfac.authorize(number="4273149019799094")
    for path in ("captures", "voids"):
        assert (await payfac.post(f"/payments/{only_verified}/{path}")).status_code == 403


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("4659959652550685", "incremental_authorization_unsupported"),
        ("4446900535698356", "incremental_authorization_restricted_for_mcc"),
        ("4140253846048187", "20005"),
        ("4556447238607884", "20068"),
        (GOOD_CARD, "10000"),
    ],
)
async def test_the_card_decides_about_an_increment(
    payfac: Payfac, number: str, outcome: str
) -> None:
    made = await payfac.authorize(number=number, authorization_type="Estimated")
    answer = await payfac.post(f"/payments/{made}/authorizations", {"amount": 5})
    if outcome[0].isdigit():
        assert (answer.status_code, answer.json()["response_code"]) == (201, outcome)
    else:
        assert codes(answer) == [outcome]


async def test_the_address_decides_about_its_check(payfac: Payfac) -> None:
    async def checked(line: str, number: str = GOOD_CARD) -> object:
        address = {"address_line1": line, "country": "GB"}
        body = await payfac.pay(number, source={"billing_address": address})
        assert body["response_code"] == "10000"
        return body["source"].get("avs_check")

    expected = {f"Test_{letter}": letter for letter in AVS}
    others = dict.fromkeys(("Test_", "Test_Q", "Test_AE8", "test_A", "High Street 1"), "S")
    expected |= others
    assert {line: await checked(line) for line in expected} == expected
    assert await checked("Test_A", "30123456789019") is None


@pytest.mark.parametrize("number", ["4659105569051157", "5305484748800098"])
async def test_the_security_code_decides_about_its_check(payfac: Payfac, number: str) -> None:
    expected = {"204": "D", None: "N", "205": "P", "202": "U", "100": "Y"}
    found = {}
    for code in expected:
        body = await payfac.pay(number, source={"cvv": code})
        assert body["response_code"] == "10000"
        found[code] = body["source"]["cvv_check"]
    assert found == expected


async def test_an_amount_brings_a_recommendation_on_two_cards(payfac: Payfac) -> None:
    wanted: dict[str, Any] = {"amount": 8105, "source": {"cvv": "100"}}
    for number in ("4659105569051157", "5105105105105100"):
        assert await answered(payfac, number, **wanted) == "20020"
        assert await answered(payfac, number, amount=8105) == "10000"
    assert await answered(payfac, GOOD_CARD, **wanted) == "10000"


async def test_prepaid_cards_say_so(payfac: Payfac) -> None:
    for number in PREPAID:
        assert (await payfac.pay(number))["source"]["card_type"] == "Prepaid"


async def test_amounts_decide_behind_their_switch_only(payfac: Payfac, admin: Admin) -> None:
    endings = {3000 + ending: code for ending, code in BY_ENDING.items()}
    everything = {**endings, **BY_ENDING, **BY_AMOUNT}
    off = {amount: await answered(payfac, GOOD_CARD, amount=amount) for amount in everything}
    assert off == dict.fromkeys(everything, "10000")
    await admin.set(payfac_amount_triggers=True)
    on = {amount: await answered(payfac, GOOD_CARD, amount=amount) for amount in everything}
    assert on == everything
    assert await answered(payfac, GOOD_CARD, amount=1000) == "10000"
    assert (await payfac.pay(amount=0))["status"] == "Card Verified"


async def test_a_stopped_payment_is_stopped_once(payfac: Payfac, admin: Admin) -> None:
    await admin.set(payfac_amount_triggers=True)
    for amount, code in ((2011, "200R1"), (2013, "200R3")):
        assert await answered(payfac, GOOD_CARD, amount=amount) == code
        assert await answered(payfac, GOOD_CARD, amount=amount) == "10000"
        assert await answered(payfac, "4000020000000000", amount=amount) == code


async def test_some_amounts_spoil_three_d_secure(payfac: Payfac, admin: Admin) -> None:
    page = await payfac.post("/payments", payment(amount=5000, **CHALLENGED))
    assert page.status_code == 202
    await admin.set(payfac_amount_triggers=True)
    for amount in (5000, 5029):
        assert await answered(payfac, GOOD_CARD, amount=amount, **CHALLENGED) == "20153"
        assert await answered(payfac, GOOD_CARD, amount=amount) == "10000"


async def test_an_amount_that_needs_three_d_secure_is_good_with_it(
    payfac: Payfac, admin: Admin
) -> None:
    await admin.set(payfac_amount_triggers=True)
    answer = await payfac.post("/payments", payment(amount=6540, **CHALLENGED))
    assert answer.status_code == 202
    made = answer.json()
    await payfac.http.post(made["_links"]["redirect"]["href"], data={"do": "confirm"})
    assert (await payfac.details(made["id"]))["status"] == "Authorized"
