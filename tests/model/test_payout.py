"""An IBAN is checked before money is sent to it, and no account number shows itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.payout import BankAccount, iban_holds
from posapp.model.secret import Secret, SecretWiped

# The examples of the IBAN registry; nobody has these accounts.
REGISTRY = (
    "GB29NWBK60161331926819",
    "DE89370400440532013000",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
)


@pytest.mark.parametrize("iban", REGISTRY)
def test_an_iban_of_the_registry_holds(iban: str) -> None:
    assert iban_holds(Secret(iban))


DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@given(st.sampled_from(REGISTRY), st.data())
def test_one_character_misread_is_noticed(iban: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(iban) - 1))
    other = data.draw(st.sampled_from(DIGITS if iban[place] in DIGITS else LETTERS))
    assert iban_holds(Secret(iban[:place] + other + iban[place + 1 :])) == (other == iban[place])


@given(st.sampled_from(REGISTRY), st.data())
def test_two_digits_swapped_are_noticed(iban: str, data: st.DataObject) -> None:
    pairs = [at for at in range(4, len(iban) - 1) if iban[at : at + 2].isdigit()]
    place = data.draw(st.sampled_from(pairs))
    one, two = iban[place], iban[place + 1]
    swapped = iban[:place] + two + one + iban[place + 2 :]
    assert iban_holds(Secret(swapped)) == (one == two)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GB29",
        "gb29nwbk60161331926819",
        "GB29 NWBK 6016 1331 9268 19",
        "GB29NWBK6016133192681\u0669",
        "GB29NWBK60161331926819" + "0" * 13,
        "2GB9NWBK60161331926819",
    ],
)
def test_what_is_not_made_like_an_iban_does_not_hold(text: str) -> None:
    assert not iban_holds(Secret(text))


def adding_up(start: str) -> str:
    """``start`` and two digits more, so that the check digits are right."""
    for end in range(100):
        text = f"{start}{end:02d}"
        if int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1:
            return text
    raise AssertionError("no two digits make it right")


@pytest.mark.parametrize(
    ("start", "holds"),
    [
        ("GB29NWBK6016133192", True),
        ("GB29NWBK601", False),
        ("GB29NWBK6016", False),
        ("GB29NWBK60161", True),
        ("GB29" + "0" * 28, True),
        ("GB29" + "0" * 29, False),
        ("2G29NWBK6016133192", False),
        ("G229NWBK6016133192", False),
        ("GBA9NWBK6016133192", False),
        ("GB2ANWBK6016133192", False),
    ],
)
def test_right_check_digits_alone_make_no_iban(start: str, holds: bool) -> None:
    text = adding_up(start)
    assert holds == iban_holds(Secret(text))


@given(st.text(max_size=40))
def test_any_text_holds_or_does_not(text: str) -> None:
    assert iban_holds(Secret(text)) in (True, False)


def test_a_wiped_iban_cannot_be_checked() -> None:
    iban = Secret(REGISTRY[0])
    assert iban_holds(iban)
    iban.wipe()
    with pytest.raises(SecretWiped):
        iban_holds(iban)


def test_an_account_never_shows_its_numbers() -> None:
    account = BankAccount(
        country="GB",
        iban=Secret(REGISTRY[0]),
        number=Secret("31926819"),
        bban=Secret("NWBK60161331926819"),
    )
    assert "31926819" not in f"{account} {account!r}"
