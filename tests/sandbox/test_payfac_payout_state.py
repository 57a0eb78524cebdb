"""What is kept of payouts, what is never kept, and what a restart makes of it."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from posapp.sandbox.server import SandboxError, start
from tests.sandbox.callers import Admin, Payfac
from tests.sandbox.payouts import (
    ADDRESS,
    AUTHORITY,
    IBAN,
    PAID_CARD,
    PAYOUTS,
    PERSON,
    TOKEN,
    bank_payout,
    card_payout,
    payout,
    search,
    sent,
)

pytestmark = pytest.mark.asyncio


@contextlib.asynccontextmanager
async def _running(state: Path) -> AsyncIterator[tuple[Payfac, Admin]]:
    sandbox = await start(state=state)
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            admin = Admin(http, sandbox.endpoints)
            yield Payfac(http, sandbox.endpoints, admin), admin
    finally:
        await sandbox.stop()


def _without_links(shown: dict[str, Any]) -> dict[str, Any]:
    """A restarted gateway has another address."""
    return {name: value for name, value in shown.items() if name not in ("links", "_links")}


async def test_no_number_of_a_card_or_an_account_is_kept_shown_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    account = {"type": "bank_account", "country": "GB", "account_number": "31926819"}
    short = {"type": "bank_account", "country": "GB", "bban": "987654", "bank_code": "12345678"}
    papers = {"type": "passport", "number": "PASS-77"}
    private = {"identification": papers, "date_of_birth": "1986-01-01", "tax_id": "TAX-77"}
    described = {"billing_descriptor": {"reference": "x"}}
    bodies = [
        *PAYOUTS,
        payout(account, **described),
        payout(short, **described),
        bank_payout(sender={**PERSON, "address": {**ADDRESS, "iban": IBAN}, **private}),
        payout({"type": "token", "token": TOKEN, "account_holder": {**PERSON, **private}}),
        card_payout(account_number="31926819", iban=IBAN),
    ]
    state = tmp_path / "training.json"
    texts: list[str] = []
    with caplog.at_level(logging.DEBUG):
        async with _running(state) as (payfac, admin):
            for number, body in enumerate(bodies):
                texts.append((await payfac.post("/payments", body, f"k{number}")).text)
            made = [json.loads(text)["id"] for text in texts]
            # Another body under a known key, and one that is refused.
            texts.append((await payfac.post("/payments", bank_payout(amount=5), "k0")).text)
            texts.append((await payfac.post("/payments", bank_payout(amount=-1))).text)
            await admin.settle()
            for one in made:
                texts.append((await payfac.get(f"/payments/{one}")).text)
                texts.append((await payfac.get(f"/payments/{one}/actions")).text)
            texts.append((await payfac.get("/payments?reference=PO-1&limit=100")).text)
            texts.append(json.dumps(await search(payfac, "amount:>0", limit=1000)))
            texts.append(json.dumps(await admin.dump()))
            texts.append((await admin.call("GET", "/calls")).text)
    texts.append(state.read_text())
    texts += [r.getMessage() for r in caplog.records if not r.name.startswith(("http", "asyncio"))]
    assert sum('"last4":"6819"' in text for text in texts) >= 3
    secrets = (PAID_CARD, IBAN, "31926819", "12345678", "AhJ3hnYAoAbVz5zg1e17", TOKEN, "PASS-77")
    for text in texts:
        # Of an account number that is short not even the end is kept.
        for secret in (*secrets, "987654", '"7654"', "1986-01-01", "TAX-77"):
            assert secret not in text


async def test_payouts_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with _running(state) as (payfac, admin):
        await admin.set(payfac_settle_seconds=3600)
        returning = bank_payout(metadata={"training_outcome": "50260"})
        bank = await sent(payfac, returning, "k")
        card = await sent(payfac, card_payout(sender={**AUTHORITY, "address": ADDRESS}))
        await admin.forward(3601)
        before = [_without_links(await payfac.details(made)) for made in (bank, card)]
        dumped = (await admin.dump())["payfac_payouts"]
        assert len(dumped) == 2
    async with _running(state) as (payfac, admin):
        after = [_without_links(await payfac.details(made)) for made in (bank, card)]
        assert after == before
        assert (await admin.dump())["payfac_payouts"] == dumped
        assert await sent(payfac, returning, "k") == bank
        await admin.forward(3601)
        assert (await payfac.details(bank))["status"] == "Returned"


async def test_a_payout_is_in_the_file_before_its_answer(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with _running(state) as (payfac, admin):
        await admin.set(payfac_settle_seconds=3600)
        made = await sent(payfac, bank_payout())
        assert json.loads(state.read_text())["payfac_payouts"][made]["status"] == "pending"
        await admin.forward(3601)
        await payfac.details(made)
        assert json.loads(state.read_text())["payfac_payouts"][made]["status"] == "paid"


async def test_a_state_that_lacks_what_it_always_had_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with _running(state):
        pass
    whole = json.loads(state.read_text())
    for part in ("payfac", "answers", "clock_offset"):
        state.write_text(json.dumps({name: whole[name] for name in whole if name != part}))
        with pytest.raises(SandboxError, match="parts"):
            await start(state=state)


async def test_a_state_from_before_there_were_payouts_still_loads(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with _running(state) as (payfac, _admin):
        charge = await payfac.pay()
        await sent(payfac, bank_payout())
    older = json.loads(state.read_text())
    del older["payfac_payouts"]
    del older["settings"]["payfac_payout_shape"]
    state.write_text(json.dumps(older))
    async with _running(state) as (payfac, admin):
        assert (await payfac.details(charge["id"]))["id"] == charge["id"]
        assert (await admin.dump())["payfac_payouts"] == {}
        made = await sent(payfac, bank_payout())
        assert made in json.loads(state.read_text())["payfac_payouts"]
