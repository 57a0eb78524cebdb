"""Every response code has words, and the words keep the class of the code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from posapp.gateways.payfac.declines import REASONS, address_check, code_check, decline_for
from posapp.model.payment import Check, DeclineClass

CODES: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("response_codes.json").read_text(encoding="utf-8")
)
KINDS = {
    "soft_decline": {
        DeclineClass.SOFT,
        DeclineClass.DATA,
        DeclineClass.TECHNICAL,
    },
    "hard_decline": {DeclineClass.HARD},
    "risk": {DeclineClass.RISK},
    "payout_decline": {DeclineClass.TECHNICAL},
}


def test_every_known_code_of_a_refusal_is_in_the_table() -> None:
    refusals = {code for kind in KINDS for code in CODES[kind]}
    assert len(refusals) > 170
    assert refusals == set(REASONS)


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind in KINDS for code in CODES[kind]])
def test_a_code_keeps_its_class(kind: str, code: str) -> None:
    assert decline_for(code).kind in KINDS[kind]


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_refusal_is_told_in_sentences(code: str) -> None:
    decline = decline_for(code, "Do not honour")
    assert decline.code == code
    assert decline.said == "Do not honour"
    for sentence in (decline.caller, decline.next_step):
        assert sentence[0].isupper()
        assert sentence[-1] in ".?"
        assert "issuer" not in sentence.lower()


@pytest.mark.parametrize("code", [*CODES["hard_decline"], *CODES["risk"]])
def test_a_hard_or_risky_refusal_never_suggests_the_same_card_unless_the_number_was_wrong(
    code: str,
) -> None:
    assert decline_for(code).same_card_sensible == (code == "30015")


@pytest.mark.parametrize("code", ["30041", "30043", "30034", "20059", "40101", "40201"])
def test_the_caller_does_not_learn_that_a_card_is_lost_stolen_or_suspected(code: str) -> None:
    spoken = decline_for(code).caller.lower()
    for word in ("lost", "stolen", "fraud", "suspect", "risk", "block"):
        assert word not in spoken


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("20051", "not enough money"),
        ("20054", "expired"),
        ("20014", "card number"),
        ("200N7", "security code"),
        ("20087", "security code"),
        ("20061", "may spend"),
        ("20001", "back of your card"),
        ("20091", "cannot be reached"),
        ("20154", "over the phone"),
        ("20005", "gave no reason"),
    ],
)
def test_what_a_shop_meets_has_its_own_words(code: str, word: str) -> None:
    assert word in decline_for(code).caller


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("20777", DeclineClass.SOFT),
        ("30777", DeclineClass.HARD),
        ("41101", DeclineClass.RISK),
        ("50777", DeclineClass.TECHNICAL),
        ("99999", DeclineClass.SOFT),
        ("", DeclineClass.SOFT),
        (None, DeclineClass.SOFT),
        ("<b>30041</b>", DeclineClass.SOFT),
    ],
)
def test_an_unknown_code_is_judged_by_its_first_digit(code: str | None, kind: DeclineClass) -> None:
    assert decline_for(code).kind is kind


def test_the_advice_never_to_try_again_wins() -> None:
    decline = decline_for("20051", advice=("03",))
    assert not decline.same_card_sensible
    assert decline.kind is DeclineClass.HARD
    assert decline_for("40101", advice=("03",)).kind is DeclineClass.RISK


@pytest.mark.parametrize("code", ["20179", "20182", "20183"])
def test_three_codes_are_explained_by_the_advice(code: str) -> None:
    assert decline_for(code, advice=("01",)).kind is DeclineClass.DATA
    assert "later" in decline_for(code, advice=("02",)).next_step
    assert not decline_for(code, advice=("03",)).same_card_sensible
    assert decline_for(code).same_card_sensible


@pytest.mark.parametrize(
    ("advice", "wait"),
    [
        ("24", "an hour"), ("25", "a day"), ("26", "two days"), ("27", "four days"),
        ("28", "six days"), ("29", "eight days"), ("30", "ten days"),
    ],
)  # fmt: skip
def test_the_card_network_can_say_how_long_to_wait(advice: str, wait: str) -> None:
    decline = decline_for("20051", advice=(None, advice))
    assert f"after {wait}, not before" in decline.next_step
    assert decline.same_card_sensible
    assert decline.caller == decline_for("20051").caller


@pytest.mark.parametrize(
    ("code", "advice", "kind", "same_card"),
    [
        ("20005", ("21",), DeclineClass.HARD, False),
        ("20005", ("40",), DeclineClass.HARD, False),
        ("20051", (None, "41"), DeclineClass.HARD, False),
        ("20051", ("02", "03"), DeclineClass.HARD, False),
        ("30041", ("24",), DeclineClass.HARD, False),
        ("40101", ("24",), DeclineClass.RISK, False),
        ("20051", ("01",), DeclineClass.SOFT, True),
        ("20051", ("", "99"), DeclineClass.SOFT, True),
    ],
)
def test_advice_never_makes_a_final_refusal_softer(
    code: str, advice: tuple[str | None, ...], kind: DeclineClass, same_card: bool
) -> None:
    decline = decline_for(code, advice=advice)
    assert (decline.kind, decline.same_card_sensible) == (kind, same_card)


@pytest.mark.parametrize(
    ("check", "letters"),
    [
        (Check.MATCH, "Y D M F X AE6 y"),
        (Check.PARTIAL, "A B P W Z AE1 AE2 AE3 AE4 AE5 AE7"),
        (Check.NO_MATCH, "N AE8"),
        (Check.NOT_CHECKED, "C G I R S U"),
    ],
)
def test_the_address_check_is_read(check: Check, letters: str) -> None:
    assert {address_check(letter) for letter in letters.split()} == {check}


@pytest.mark.parametrize(
    ("check", "letters"),
    [(Check.MATCH, "Y y"), (Check.NO_MATCH, "D"), (Check.NOT_CHECKED, "N P U X")],
)
def test_the_code_check_is_read(check: Check, letters: str) -> None:
    assert {code_check(letter) for letter in letters.split()} == {check}


@pytest.mark.parametrize("letter", [None, "", "?", "AE9"])
def test_an_unknown_letter_says_nothing(letter: str | None) -> None:
    assert address_check(letter) is None
    assert code_check(letter) is None
