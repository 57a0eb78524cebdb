"""Settings are stored whole, and refuse what a person should not have entered."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from posapp.model import shop as model_shop
from posapp.model.secret import Secret
from posapp.vault.errors import SettingsRefused, VaultDamaged, VaultTooNew
from posapp.vault.settings import (
    Appearance,
    Owner,
    Shop,
    VaultContents,
    hint,
    owner_from,
    shop_from,
)
from tests.vault.samples import (
    CANARIES,
    FLOWLIX_KEY,
    PIN_HASH,
    classic,
    contents,
    flowlix,
    payfac,
)


def stored(**changes: object) -> bytes:
    """What would be in the file, with some fields changed by hand."""
    return json.dumps({**json.loads(contents(full=True).to_bytes()), **changes}).encode()


@pytest.mark.parametrize("full", [True, False])
def test_what_is_stored_comes_back_the_same(full: bool) -> None:
    before = contents(full=full)
    after = VaultContents.from_bytes(before.to_bytes())
    assert after == before
    assert after.to_bytes() == before.to_bytes()


def test_the_keys_come_back_too() -> None:
    after = VaultContents.from_bytes(contents(full=True).to_bytes())
    account = after.account("flowlix")
    assert account.api_key is not None
    assert account.api_key.reveal() == FLOWLIX_KEY


line = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=40)


@given(name=line.filter(bool), address=st.lists(line, max_size=6), footer=line, phone=line)
def test_any_text_a_shop_may_use_comes_back_the_same(
    name: str, address: list[str], footer: str, phone: str
) -> None:
    shop = Shop(name=name, address=tuple(address), receipt_footer=footer, phone=phone)
    before = VaultContents(shop=shop)
    assert VaultContents.from_bytes(before.to_bytes()) == before


@pytest.mark.parametrize(
    "shown",
    [
        repr,
        str,
        lambda c: repr(c.accounts),
        lambda c: repr(c.model_dump()),
        lambda c: repr(c.owner),
        lambda c: repr(list(c)),
        lambda c: str(c.model_dump(mode="python", include={"accounts"})),
        lambda c: repr(dict(c.accounts[0])),
    ],
)
def test_no_ordinary_way_of_showing_settings_shows_a_key(
    shown: Callable[[VaultContents], str],
) -> None:
    text = shown(contents(full=True))
    for canary in CANARIES:
        assert canary not in text


def test_the_hash_of_the_pin_is_not_shown() -> None:
    assert PIN_HASH not in repr(contents(full=True))
    assert PIN_HASH not in str(contents(full=True).owner)


@pytest.mark.parametrize(
    "dump",
    [
        lambda c: c.model_dump_json(),
        lambda c: c.model_dump(mode="json"),
        lambda c: c.model_dump_json(context={"storing": False}),
        lambda c: c.accounts[0].model_dump_json(),
    ],
)
def test_keys_are_written_by_to_bytes_only(dump: Callable[[VaultContents], object]) -> None:
    with pytest.raises(PydanticSerializationError, match="to_bytes only") as caught:
        dump(contents(full=True))
    for canary in CANARIES:
        assert canary not in str(caught.value)


def test_settings_with_keys_are_not_pickled() -> None:
    with pytest.raises(TypeError, match="neither pickled nor copied"):
        pickle.dumps(contents(full=True))


def test_settings_are_never_altered_in_place() -> None:
    settings = contents(full=True)
    with pytest.raises(ValidationError, match="frozen"):
        settings.lock_after_minutes = 3
    with pytest.raises(ValidationError, match="frozen"):
        settings.shop.name = "x"


def test_a_field_of_a_newer_version_is_refused_and_not_lost() -> None:
    with pytest.raises(VaultTooNew, match=r"\(Loyalty programme\)") as caught:
        VaultContents.from_bytes(stored(loyalty_programme={"points": 3}))
    assert "Nothing was changed" in caught.value.sentence


@pytest.mark.parametrize("where", ["shop", "owner", "appearance", "accounts"])
def test_a_field_of_a_newer_version_is_found_at_any_depth(where: str) -> None:
    found = json.loads(stored())
    part = found[where][0] if where == "accounts" else found[where]
    part["colour_of_the_door"] = "green"
    with pytest.raises(VaultTooNew, match="Colour of the door"):
        VaultContents.from_bytes(json.dumps(found).encode())


def test_a_newer_version_of_the_settings_is_refused() -> None:
    with pytest.raises(VaultTooNew, match="Update the program"):
        VaultContents.from_bytes(stored(version=2))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        stored(version="1.5"),
        stored(version=0),
        stored(shop=None),
        stored(accounts={"a": 1}),
        stored(accounts=[{"kind": "unheard_of"}]),
        stored(accounts=[None]),
        stored(default_account="nobody"),
        stored(lock_after_minutes=0),
    ],
)
def test_what_this_program_would_not_have_stored_is_refused(broken: bytes) -> None:
    with pytest.raises(VaultDamaged, match="Restore a backup") as caught:
        VaultContents.from_bytes(broken)
    assert caught.value.__context__ is None
    for canary in CANARIES:
        assert canary not in str(caught.value)


def test_an_account_is_found_by_its_id() -> None:
    assert contents(full=True).account("classic") == classic()
    with pytest.raises(KeyError, match="nobody"):
        contents(full=True).account("nobody")


def test_an_account_is_added_replaced_and_taken_out() -> None:
    settings = contents().with_account(flowlix()).with_account(payfac())
    assert [account.id for account in settings.accounts] == ["flowlix", "payfac"]
    settings = settings.with_account(flowlix(label="Front desk"))
    assert [account.label for account in settings.accounts] == ["Front desk", "PayFac test"]
    settings = settings.changed(default_account="flowlix").without_account("flowlix")
    assert [account.id for account in settings.accounts] == ["payfac"]
    assert settings.default_account is None
    kept = settings.changed(default_account="payfac").without_account("flowlix")
    assert kept.default_account == "payfac"


def test_changes_are_checked_as_a_whole() -> None:
    with pytest.raises(SettingsRefused) as caught:
        contents().changed(default_account="nobody")
    assert caught.value.problems == (
        ("default_account", "Default account: choose one of the accounts that are set up."),
    )


@pytest.mark.parametrize(
    "second", [{"id": "flowlix", "label": "Another"}, {"id": "other", "label": "FLOWLIX TEST"}]
)
def test_two_accounts_that_cannot_be_told_apart_are_refused(second: dict[str, object]) -> None:
    with pytest.raises(SettingsRefused, match="give each its own"):
        contents().changed(accounts=(flowlix(), classic(**second)))


@pytest.mark.parametrize(("minutes", "fine"), [(1, True), (15, True), (0, False), (16, False)])
def test_the_till_locks_after_fifteen_idle_minutes_at_most(minutes: int, fine: bool) -> None:
    if fine:
        assert contents().changed(lock_after_minutes=minutes).lock_after_minutes == minutes
        return
    with pytest.raises(SettingsRefused, match="Minutes until the lock: enter"):
        contents().changed(lock_after_minutes=minutes)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({}, "name", "Name: this is needed; fill it in."),
        ({"name": "  "}, "name", "Name: this is needed; fill it in."),
        ({"name": "x" * 81}, "name", "Name: use at most 80 characters."),
        ({"name": "a\nb"}, "name", "Name: use one line of plain text."),
        ({"name": "a\u2028b"}, "name", "Name: use one line of plain text."),
        ({"name": "x", "address": ("y",) * 7}, "address", "Address: enter at most 6 of these."),
        ({"name": "x", "address": ("a\tb",)}, "address", "Address: use one line of plain text."),
        ({"name": "x", "email": "y" * 121}, "email", "E-mail: use at most 120 characters."),
        ({"name": 3}, "name", "Name: this cannot be used; enter it again."),
        (
            {"name": "x", "fax": "1"},
            "fax",
            "Fax: this version of the program does not know this setting; leave it out.",
        ),
    ],
)
def test_a_shop_field_that_cannot_be_used_gets_a_sentence(
    values: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(SettingsRefused) as caught:
        shop_from(values)
    assert caught.value.problems == ((field, said),)


def test_every_wrong_field_gets_its_own_sentence() -> None:
    with pytest.raises(SettingsRefused) as caught:
        shop_from({"name": "", "phone": "1\n2", "email": "x" * 200})
    assert [problem.field for problem in caught.value.problems] == ["name", "phone", "email"]


def test_the_shop_is_known_to_receipts() -> None:
    shop = shop_from({"name": " Muster & Co ", "address": ["Am Markt 3"], "receipt_footer": "Bye"})
    expected = model_shop.Shop(name="Muster & Co", address=("Am Markt 3",), footer="Bye")
    assert shop.on_receipts() == expected


def test_the_owner_has_a_hash_and_never_a_pin() -> None:
    assert owner_from({"name": "Ada Muster", "pin_hash": PIN_HASH}) == Owner(
        name="Ada Muster", pin_hash=PIN_HASH
    )
    with pytest.raises(SettingsRefused, match="PIN: this cannot be used") as caught:
        owner_from({"name": "Ada Muster", "pin_hash": "482913"})
    assert "482913" not in str(caught.value)


@pytest.mark.parametrize("language", ["", "de", "pt-BR", "zh-Hans", "ar"])
def test_a_language_is_a_tag(language: str) -> None:
    assert Appearance(language=language).language == language
    with pytest.raises(ValidationError):
        Appearance(language=f"{language}!")


def test_of_a_key_only_the_end_is_shown_and_nothing_of_a_short_one() -> None:
    assert hint(Secret(FLOWLIX_KEY)) == "…42f1"
    assert hint(Secret("482913")) == "…"
    assert hint(Secret("fifteen-letters")) == "…"
    assert hint(None) == ""
