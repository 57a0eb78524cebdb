"""What PayFac is asked when money is sent out, and what is refused before anything is built."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from posapp.gateways.abilities import PayoutRequest, Payouts
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import Rejected
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payout import (
    AccountHolder,
    BankAccount,
    HolderKind,
    PostalAddress,
    SavedInstrument,
)
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.payfac.payouts import (
    ADA,
    CHANNEL,
    FIRM,
    SAVED,
    SOURCE,
    account_at,
    to_bank,
    to_card,
)
from tests.sandbox.payouts import IBAN, PAID_CARD, QUOTE, STORED

pytestmark = pytest.mark.asyncio


async def test_a_payout_to_a_card_says_who_is_paid(transport: Transport) -> None:
    account = account_at(transport)
    assert isinstance(account, Payouts)
    prepared = account.prepare_payout(to_card())
    assert json.loads(bytes(prepared.body)) == {
        "source": {"type": "currency_account", "id": SOURCE},
        "destination": {
            "type": "card",
            "number": PAID_CARD,
            "expiry_month": 12,
            "expiry_year": 2030,
            "account_holder": {"type": "individual", "first_name": "Ada", "last_name": "Muster"},
        },
        "amount": 1500,
        "currency": "EUR",
        "reference": "PO-1",
        "processing_channel_id": CHANNEL,
        "instruction": {"purpose": "pension"},
    }
    assert not prepared.keeps
    assert PAID_CARD not in repr(prepared)


async def test_a_payout_to_a_bank_says_where_the_account_is(transport: Transport) -> None:
    asked = to_bank()
    prepared = account_at(transport).prepare_payout(asked)
    document = json.loads(bytes(prepared.body))
    assert document["destination"] == {
        "type": "bank_account",
        "country": "GB",
        "iban": IBAN,
        "account_type": "current",
        "account_holder": {"type": "corporate", "company_name": "Muster Shop"},
    }
    assert document["billing_descriptor"] == {"reference": "Withdrawal"}
    assert document["instruction"] == {"scheme": "local"}
    assert not prepared.keeps
    assert IBAN not in repr(asked)
    assert IBAN not in repr(prepared)


async def test_a_payout_to_what_payfac_keeps_may_be_journalled(transport: Transport) -> None:
    account = PayfacGateway(
        replace(
            samples.payfac(),
            payout_source="ent_y3oqhf46pyzuxjbcn2giaqnb44",
            processing_channel_id=CHANNEL,
        ),
        transport,
        clock=samples.clock,
    )
    prepared = account.prepare_payout(SAVED)
    document = json.loads(bytes(prepared.body))
    assert document["destination"] == {"type": "id", "id": STORED}
    assert document["source"]["type"] == "entity"
    assert prepared.keeps


def living(**lines: str) -> AccountHolder:
    """The firm, with these lines as its address."""
    return replace(FIRM, address=PostalAddress(**lines))


async def test_all_that_is_known_of_a_payout_is_said(transport: Transport) -> None:
    lines = PostalAddress("1 High Street", "2nd floor", "London", "", "W1T 4TJ", "gb")
    account = BankAccount(
        country="gb",
        number=Secret("31926819"),
        bban=Secret("NWBK 6016 1331 9268 19"),
        bank_code="NWBK",
        branch_code="60-16-13",
        swift_bic="NWBKGB2LXXX",
        kind="savings",
    )
    asked = to_bank(
        destination=account,
        holder=replace(FIRM, address=lines),
        sender=replace(ADA, address=lines),
        purpose="Withdrawal",
        scheme="swift",
        charge_bearer="SHA",
        quote_id=QUOTE,
        transfer_type="C07",
    )
    document = json.loads(bytes(account_at(transport).prepare_payout(asked).body))
    address = {
        "address_line1": "1 High Street",
        "address_line2": "2nd floor",
        "city": "London",
        "zip": "W1T 4TJ",
        "country": "GB",
    }
    assert document["destination"] == {
        "type": "bank_account",
        "country": "GB",
        "account_number": "31926819",
        "bban": "NWBK 6016 1331 9268 19",
        "bank_code": "NWBK",
        "branch_code": "60-16-13",
        "swift_bic": "NWBKGB2LXXX",
        "account_type": "savings",
        "account_holder": {
            "type": "corporate",
            "company_name": "Muster Shop",
            "billing_address": address,
        },
    }
    assert document["sender"] == {
        "type": "individual",
        "first_name": "Ada",
        "last_name": "Muster",
        "address": address,
    }
    assert document["instruction"] == {
        "purpose": "Withdrawal",
        "scheme": "swift",
        "charge_bearer": "SHA",
        "quote_id": QUOTE,
        "funds_transfer_type": "C07",
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (to_bank(reference="x" * 51), "reference has more than 50"),
        (to_bank(reference=""), "needs a reference"),
        (to_bank(statement=""), "payee's statement"),
        (to_bank(statement="x" * 51), "statement has more than 50"),
        (to_bank(purpose="x" * 51), "purpose has more than 50"),
        (to_bank(scheme="pigeon"), "swift, local or instant"),
        (to_bank(charge_bearer="BEN"), "OUR"),
        (to_bank(quote_id="qte_1"), "26 small letters"),
        (to_bank(quote_id=QUOTE.upper()), "26 small letters"),
        (to_bank(quote_id=QUOTE + "a"), "26 small letters"),
        (to_bank(destination=BankAccount("GB", Secret(IBAN[:-1]))), "not a valid IBAN"),
        (to_bank(destination=BankAccount("GB", Secret(""))), "not a valid IBAN"),
        (to_bank(destination=BankAccount("GB", number=Secret("31'92"))), "account number has"),
        (to_bank(destination=BankAccount("GB", number=Secret(""))), "account number has"),
        (to_bank(destination=BankAccount("GB", bban=Secret("3" * 35))), "at most 34"),
        (to_bank(destination=BankAccount("GB", Secret(IBAN), swift_bic="NWBK")), "BIC is 8"),
        (to_bank(sender=AccountHolder(HolderKind.CORPORATE)), "needs its name"),
        (to_bank(holder=replace(FIRM, company_name=" ")), "needs its name"),
        (to_bank(holder=living(line1="x" * 201)), "address has more than 200"),
        (to_bank(holder=living(line2="x" * 201)), "second line of the address"),
        (to_bank(holder=living(city="x" * 51)), "city has more than 50"),
        (to_bank(holder=living(postcode="x" * 51)), "postcode has more than 50"),
        (to_bank(sender=living(country="England")), "country of an address"),
        (to_bank(amount=Money(0, "EUR")), "above zero"),
        (to_bank(amount=Money(1, "GBP")), "does not take GBP"),
        (to_bank(holder=None), "who is paid"),
        (to_bank(holder=AccountHolder(HolderKind.INDIVIDUAL, first_name="Ada")), "last name"),
        (to_bank(holder=AccountHolder(HolderKind.GOVERNMENT)), "needs its name"),
        (to_bank(holder=replace(FIRM, company_name="x" * 51)), "name has more than 50"),
        (to_bank(destination=BankAccount(country="Britain", iban=Secret(IBAN))), "two letters"),
        (to_bank(destination=BankAccount(country="GB")), "the IBAN, or the account number"),
        (to_bank(destination=BankAccount("GB", Secret(IBAN), kind="deep")), "savings, current"),
        (replace(SAVED, destination=SavedInstrument("../x")), "nothing under such an id"),
    ],
)
async def test_a_broken_limit_is_named_before_anything_is_built(
    transport: Transport, asked: PayoutRequest, words: str
) -> None:
    account = account_at(transport)
    assert words in (account.payout_problem(asked) or "")
    with pytest.raises(Rejected, match=words):
        account.prepare_payout(asked)


async def test_without_an_account_to_take_it_from_nothing_is_paid_out(
    transport: Transport,
) -> None:
    for source, channel in (("", CHANNEL), (SOURCE, "")):
        connection = replace(samples.payfac(), payout_source=source, processing_channel_id=channel)
        account = PayfacGateway(connection, transport, clock=samples.clock)
        assert "settings" in (account.payout_problem(SAVED) or "")
