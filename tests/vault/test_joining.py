"""The code that lets a further till in, and what it opens."""

from __future__ import annotations

import pytest

from posapp.model.secret import Secret
from posapp.vault.errors import SettingsRefused
from posapp.vault.settings import VaultContents, account_from, shared_ledger_from, shop_from
from posapp.vault.shared_ledger import Joining, seal, unseal

KEY = "api_test_sk_0123456789abcdef"
AUDIT = "ab" * 32


def account(name: str, label: str) -> object:
    return account_from(
        {
            "id": name,
            "kind": "flowlix",
            "label": label,
            "mode": "training",
            "base_url": "http://127.0.0.1:9",
            "api_key": Secret(KEY),
        }
    )


def joining() -> Joining:
    return Joining(audit_key=Secret(AUDIT), accounts=(account("main", "Main"),))  # type: ignore[arg-type]


def test_the_code_opens_what_was_sealed_however_it_is_typed() -> None:
    code, sealed = seal(joining())
    assert len(code.reveal().replace("-", "")) == 25
    for typed in (code.reveal(), code.reveal().lower(), code.reveal().replace("-", " ")):
        assert unseal(sealed, Secret(typed)) == joining()


def test_another_code_or_a_changed_seal_opens_nothing() -> None:
    code, sealed = seal(joining())
    other, _ = seal(joining())
    assert other != code
    for place in range(0, len(sealed), 7):
        changed = sealed[:place] + ("0" if sealed[place] != "0" else "1") + sealed[place + 1 :]
        assert unseal(changed, code) is None
    for wrong in (sealed[:-2], sealed + "00", "", "zz"):
        assert unseal(wrong, code) is None
    for typed in (other.reveal(), code.reveal()[:-1], ""):
        assert unseal(sealed, Secret(typed)) is None


def test_neither_key_nor_code_can_be_read_in_what_is_stored_or_printed() -> None:
    code, sealed = seal(joining())
    for secret in (KEY, AUDIT, code.reveal()):
        assert secret not in repr(joining())
        assert secret.encode().hex() not in sealed
        assert secret not in sealed


def test_accounts_of_the_ledger_take_the_place_of_the_till_s_own_of_the_same_name() -> None:
    shop = shop_from({"name": "Muster & Co"})
    own = (account("main", "Other"), account("second", "MAIN"), account("third", "Third"))
    contents = VaultContents(shop=shop, accounts=own, default_account="second")  # type: ignore[arg-type]
    joined = contents.let_in(joining())
    assert [(each.id, each.label) for each in joined.accounts] == [
        ("main", "Main"),
        ("third", "Third"),
    ]
    assert joined.default_account is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"port": "0"}, "port"),
        ({"port": "65536"}, "port"),
        ({"host": ""}, "host"),
        ({"user": "a\nb"}, "user"),
        ({"password": "plain text"}, "password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_by_field(
    wrong: dict[str, object], field: str
) -> None:
    values = {"host": "h", "database": "d", "user": "u", "password": Secret("p")}
    with pytest.raises(SettingsRefused) as refused:
        shared_ledger_from({**values, **wrong})
    assert [problem.field for problem in refused.value.problems] == [field]


def test_the_password_survives_the_vault_and_is_printed_nowhere() -> None:
    shared = shared_ledger_from(
        {"host": "h", "database": "d", "user": "u", "password": Secret("hidden-word")}
    )
    contents = VaultContents(shop=shop_from({"name": "Muster & Co"}), shared_ledger=shared)
    assert "hidden-word" not in repr(contents)
    assert VaultContents.from_bytes(contents.to_bytes()) == contents
