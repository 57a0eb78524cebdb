"""The settings: written to the vault first, keys never read back, no change under a payment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from posapp.desk.accounts import Accounts
from posapp.desk.errors import Refused
from posapp.desk.settings import KEYS, AccountRow, Settings
from posapp.desk.till import Till
from posapp.gateways.port import OutcomeUnknown
from posapp.gateways.transport import Transport
from posapp.ledger.ledger import Ledger
from posapp.model.secret import Secret
from posapp.vault.errors import VaultNotWritable
from posapp.vault.settings import FlowlixAccount, Shop, VaultContents
from posapp.vault.store import Vault
from tests.desk import shop as staff
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import Twist

pytestmark = pytest.mark.asyncio

FIRST_KEY = "api_test_sk_canary0042f1"
OTHER_KEY = "api_test_sk_canary0042f9"
FORM = {
    "kind": "flowlix",
    "id": "",
    "label": "Shop",
    "mode": "test",
    "base_url": "https://api.flowlix.dev",
    "api_key": FIRST_KEY,
    "return_url": "",
    "currencies": "eur",
}


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    opened = Vault.training(tmp_path / "vault", VaultContents(shop=Shop(name="Muster & Co")))
    yield opened
    opened.lock()


@pytest.fixture
def settings(vault: Vault, till: Till) -> Settings:
    return Settings(vault=vault, till=till)


def on_disk(vault: Vault) -> VaultContents:
    reopened = Vault.training(vault.path, VaultContents(shop=Shop(name="new")))
    contents = reopened.contents
    reopened.lock()
    return contents


async def saved(settings: Settings, **changes: str) -> FlowlixAccount:
    account = settings.read_account({**FORM, **changes})
    await settings.save_account(account)
    assert isinstance(account, FlowlixAccount)
    return account


async def test_a_saved_account_is_in_the_vault_and_in_the_list(
    settings: Settings, vault: Vault
) -> None:
    account = await saved(settings)
    assert account.id.startswith("flowlix-")
    assert settings.accounts == (AccountRow(account.id, "Shop", "flowlix", "test"),)
    assert settings.currency == "EUR"
    assert on_disk(vault).accounts == (account,)


async def test_every_new_account_gets_an_id_of_its_own(settings: Settings) -> None:
    first, second = await saved(settings), await saved(settings, label="Second")
    assert first.id != second.id
    assert [row.label for row in settings.accounts] == ["Shop", "Second"]


async def test_a_form_shows_everything_but_the_keys(settings: Settings) -> None:
    account = await saved(settings)
    form = settings.account_form(account.id)
    assert form["label"] == "Shop"
    assert form["currencies"] == "EUR"
    assert not set(KEYS) & set(form)
    assert FIRST_KEY not in repr(form)


async def test_a_key_left_empty_keeps_the_stored_one(settings: Settings, vault: Vault) -> None:
    account = await saved(settings)
    await saved(settings, id=account.id, label="Renamed", api_key="")
    [kept] = on_disk(vault).accounts
    assert kept.label == "Renamed"
    assert isinstance(kept, FlowlixAccount)
    assert kept.api_key == Secret(FIRST_KEY)


async def test_a_new_key_replaces_the_stored_one(settings: Settings, vault: Vault) -> None:
    account = await saved(settings)
    await saved(settings, id=account.id, api_key=OTHER_KEY)
    [kept] = on_disk(vault).accounts
    assert isinstance(kept, FlowlixAccount)
    assert kept.api_key == Secret(OTHER_KEY)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"api_key": ""}, "api_key"),
        ({"api_key": "api_live_sk_canary0042f1"}, "api_key"),
        ({"base_url": ""}, "base_url"),
        ({"base_url": "http://api.flowlix.dev"}, "base_url"),
        ({"label": ""}, "label"),
        ({"currencies": "usd"}, "currencies"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_saved(
    settings: Settings, vault: Vault, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        settings.read_account({**FORM, **change})
    assert set(refusal.value.fields) == {field}
    assert FIRST_KEY not in str(refusal.value)
    assert on_disk(vault).accounts == ()


async def test_two_accounts_with_one_name_are_refused(settings: Settings) -> None:
    await saved(settings)
    with pytest.raises(Refused, match="same name"):
        await saved(settings, label="SHOP")
    assert len(settings.accounts) == 1


async def test_a_removed_account_is_gone(settings: Settings, vault: Vault) -> None:
    account = await saved(settings)
    await settings.remove_account(account.id)
    assert settings.accounts == ()
    assert settings.currency == ""
    assert on_disk(vault).accounts == ()


async def test_an_account_with_open_payments_is_neither_changed_nor_removed(
    settings: Settings, shop: staff.Shop
) -> None:
    account = settings.read_account({**FORM, "id": "main"})
    await settings.save_account(account)
    shop.gateway.charges.append(Twist(raises=OutcomeUnknown("No answer.")))
    sale = await shop.charge()
    changed = settings.read_account({**FORM, "id": "main", "api_key": OTHER_KEY})
    with pytest.raises(Refused, match="1 payment is still being checked on this account"):
        await settings.save_account(changed)
    with pytest.raises(Refused, match="can be removed when they have ended"):
        await settings.remove_account("main")
    await settings.save_account(account)  # nothing changed, nothing to refuse
    await settings.save_account(settings.read_account({**FORM, "label": "Another"}))
    await shop.recovery.check(sale.attempt)
    await settings.save_account(changed)
    await settings.remove_account("main")
    assert [row.label for row in settings.accounts] == ["Another"]


async def test_the_theme_changes_and_the_language_stays(vault: Vault, till: Till) -> None:
    appearance = vault.contents.appearance.model_copy(update={"language": "de-CH"})
    vault.save(vault.contents.changed(appearance=appearance))
    settings = Settings(vault=vault, till=till)
    await settings.set_theme("dark")
    assert settings.theme == "dark"
    kept = on_disk(vault).appearance
    assert (kept.theme, kept.language) == ("dark", "de-CH")


async def test_what_stands_on_receipts_can_be_changed(settings: Settings, vault: Vault) -> None:
    form = {**settings.shop_form(), "phone": "+49 30 111222", "address": ("Am Markt 3",)}
    await settings.set_shop(form)
    assert (settings.shop.phone, settings.shop.address) == ("+49 30 111222", ("Am Markt 3",))
    assert settings.shop_form()["address"] == "Am Markt 3"
    assert on_disk(vault).shop.phone == "+49 30 111222"


async def test_a_shop_without_a_name_is_refused(settings: Settings) -> None:
    with pytest.raises(Refused) as refusal:
        await settings.set_shop({"name": ""})
    assert "name" in refusal.value.fields
    assert settings.shop.name == "Muster & Co"


async def test_what_the_disk_refused_is_not_believed(
    settings: Settings, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_contents: VaultContents) -> None:
        raise VaultNotWritable("The vault cannot be written: the disk is full.")

    monkeypatch.setattr(vault, "save", full)
    with pytest.raises(Refused, match="disk is full"):
        await settings.set_theme("dark")
    with pytest.raises(Refused):
        await saved(settings)
    assert settings.theme == "system"
    assert settings.accounts == ()


async def test_screens_hear_of_a_change_that_was_saved(settings: Settings, till: Till) -> None:
    heard: list[str] = []
    till.news.listen(lambda: heard.append(settings.theme))
    await settings.set_theme("light")
    assert heard == ["light"]


async def test_training_accounts_are_used_and_not_saved(settings: Settings, vault: Vault) -> None:
    before = vault.generation
    form = {
        "kind": "flowlix",
        "id": "training-flowlix",
        "label": "Practice",
        "mode": "training",
        "base_url": "http://127.0.0.1:9",
        "api_key": Secret(FIRST_KEY),
    }
    settings.use_training_accounts([form])
    assert [row.label for row in settings.accounts] == ["Practice"]
    assert vault.generation == before
    assert settings.lock_after_minutes == 5


async def test_settings_hand_their_accounts_to_the_gateways(
    vault: Vault, ledger: Ledger, clock: MovableClock
) -> None:
    transport = Transport()
    accounts = Accounts(transport=transport, clock=clock)
    settings = Settings(vault=vault, till=Till(name="T1", ledger=ledger, accounts=accounts))
    account = await saved(settings)
    [gateway] = accounts.all()
    assert (gateway.account, gateway.label, gateway.live) == (account.id, "Shop", False)
    await settings.set_theme("dark")
    assert accounts.gateway(account.id) is gateway  # an account that stays the same stays open
    await saved(settings, id=account.id, label="Renamed")
    assert accounts.gateway(account.id).label == "Renamed"
    await settings.remove_account(account.id)
    with pytest.raises(Refused, match="no longer set up"):
        accounts.gateway(account.id)
    await transport.close()


async def test_nothing_is_begun_while_an_account_is_being_changed(
    settings: Settings, shop: staff.Shop, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await saved(settings)
    save = vault.save
    begun: list[str] = []

    def meanwhile(contents: VaultContents) -> None:
        try:
            with shop.till.under_way.money():
                begun.append("money")
        except Refused as refusal:
            begun.append(str(refusal))
        save(contents)

    monkeypatch.setattr(vault, "save", meanwhile)
    await settings.save_account(first.model_copy(update={"api_key": Secret(OTHER_KEY)}))
    assert begun == ["The settings are being saved. Try again in a moment."]
    await settings.remove_account(first.id)
    assert begun[1:] == begun[:1]
    assert (await shop.charge()).attempt.verdict is not None


async def test_a_key_is_not_changed_while_money_is_on_its_way(
    settings: Settings, shop: staff.Shop
) -> None:
    first = await saved(settings)
    changed = first.model_copy(update={"api_key": Secret(OTHER_KEY)})
    with shop.till.under_way.money():
        for refused in (settings.save_account(changed), settings.remove_account(first.id)):
            with pytest.raises(Refused, match="on its way"):
                await refused
        await settings.save_account(first)
    await settings.save_account(changed)
