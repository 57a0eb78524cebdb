"""A PIN is kept as a hash that only the PIN itself matches."""

from __future__ import annotations

import pytest

from posapp.model.secret import Secret
from posapp.vault.errors import VaultDamaged
from posapp.vault.kdf import PIN_COST
from posapp.vault.pin import check_pin, hash_pin
from tests.vault.samples import CHEAP


def test_the_right_pin_matches_and_others_do_not() -> None:
    stored = hash_pin(Secret("482913"), CHEAP)
    assert check_pin(Secret("482913"), stored)
    for other in ("482914", "48291", "4829130", "", "482913 ", "٤٨٢٩١٣"):
        assert not check_pin(Secret(other), stored)


def test_the_same_pin_is_never_stored_the_same_way_twice() -> None:
    stored = {hash_pin(Secret("482913"), CHEAP) for _ in range(5)}
    assert len(stored) == 5
    assert all("482913" not in text.rpartition("p=")[2].replace("$", " ") for text in stored)


def test_a_pin_is_hashed_at_the_agreed_cost_by_default() -> None:
    stored = hash_pin(Secret("482913"))
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (PIN_COST.memory_kib, PIN_COST.passes, PIN_COST.lanes) == (64 * 1024, 3, 4)
    assert check_pin(Secret("482913"), stored)


GOOD = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "482913",
        GOOD + "\n",
        GOOD + "A",
        GOOD[:-1],
        GOOD.replace("argon2id", "argon2i"),
        GOOD.replace("v=19", "v=16"),
        GOOD.replace("m=8", "m=1048577"),
        GOOD.replace("m=8", "m=99999999"),
        GOOD.replace("m=8", "m=7"),
        GOOD.replace("t=1", "t=11"),
        GOOD.replace("t=1", "t=0"),
        GOOD.replace("p=1", "p=9"),
        GOOD.replace("m=8,t=1", "t=1,m=8"),
        GOOD.replace("AAAA", "AA!A", 1),
    ],
)
def test_a_hash_that_cannot_be_used_is_a_clear_error(stored: str) -> None:
    with pytest.raises(VaultDamaged, match="Set a new PIN") as caught:
        check_pin(Secret("482913"), stored)
    assert "482913" not in str(caught.value)


def test_a_hash_of_something_else_simply_does_not_match() -> None:
    assert not check_pin(Secret("482913"), GOOD)
