"""Every response code has words, and the words keep the class of the code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from posapp.gateways.payfac.declines import (
    REASONS,
    address_check,
    code_check,
    decline_for,
    decline_told,
)
from posapp.gateways.payfac.wire import Action, IncrementAnswer, PaymentAnswer, read
from posapp.model.payment import Check, DeclineClass
from tests.gateways.payfac import documents

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


JUDGED: dict[tuple[DeclineClass, bool], str] = {
    (DeclineClass.SOFT, True): """
        20001 20002 20005 20016 20021 20046 20051 20060 20061 20065 20066 2006P 20072 20078 20099
        2009G 200N0 200P1 200P9 20152 20179 20182 20183""",
    (DeclineClass.SOFT, False): """
        20004 20015 20017 20018 20038 20039 20044 20052 20053 20055 20057 20059 2005C 20062 20063
        20064 20067 20075 20081 20083 20093 200O5 200R1 200R3 200T3 20103 20112 20122 20150 20151
        20154 20155""",
    (DeclineClass.DATA, True): """
        20014 20025 20054 20056 20082 20087 200N7 200T2 20100 20107 20108 20123 20124 20193""",
    (DeclineClass.DATA, False): "20013 20042",
    (DeclineClass.TECHNICAL, True): """
        20006 20009 20012 20019 20020 20022 20027 20028 20029 20030 20031 20032 20033 20045 20068
        20084 20085 20086 20088 20089 20090 20091 20092 20095 20096 20097 20098 200A4 200A5 200A6
        200E2 200E3 200S4 200T5 20115 20116 20118 20119 20153 20159""",
    (DeclineClass.TECHNICAL, False): """
        20003 20023 20024 20026 20040 20058 20094 200E0 20101 20102 20104 20105 20106 20109 20110
        20111 20113 20114 20117 20120 20121 20156 20157 20158 20197
        50001 50002 50003 50005 50070 50150 50180 50200 50240 50260 50280 50399 50499 50501 50531
        50599""",
    (DeclineClass.HARD, False): """
        30004 30007 30016 30017 30018 30019 30020 30021 30022 30033 30034 30035 30036 30037 30038
        30041 30043 30044 30045 30046""",
    (DeclineClass.HARD, True): "30015",
    (DeclineClass.RISK, False): "40101 40201 40202 40203 40204 40205",
}
"""What every code means for the next try: its class, and whether the same card can help."""


def test_every_known_code_of_a_refusal_is_in_the_table() -> None:
    refusals = [code for kind in KINDS for code in CODES[kind]]
    assert len(refusals) == len(set(refusals)) == 179
    assert set(refusals) == set(REASONS)
    assert sorted(refusals) == sorted(" ".join(JUDGED.values()).split())


@pytest.mark.parametrize(
    ("code", "kind", "same_card"),
    [(code, *judged) for judged, codes in JUDGED.items() for code in codes.split()],
)
def test_a_code_says_whether_the_same_card_can_help(
    code: str, kind: DeclineClass, same_card: bool
) -> None:
    decline = decline_for(code)
    assert (decline.kind, decline.same_card_sensible) == (kind, same_card)


@pytest.mark.parametrize("code", CODES["approved"])
def test_an_approval_is_no_refusal(code: str) -> None:
    assert code not in REASONS


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


@pytest.mark.parametrize("advice", ["03", "21", " 03 "])
@pytest.mark.parametrize("code", ["20051", "20014", "20091", "30015", "30041", "20179", "77777"])
def test_the_advice_never_to_try_again_wins(code: str, advice: str) -> None:
    decline = decline_for(code, advice=(advice,))
    assert not decline.same_card_sensible
    assert decline.kind is DeclineClass.HARD
    assert "Do not try this card again" in decline.next_step


def test_a_risk_stays_one_whatever_is_advised() -> None:
    for advice in ("01", "02", "03", "21", "24", "40"):
        decline = decline_for("40101", advice=(advice,))
        assert decline.kind is DeclineClass.RISK
        assert not decline.same_card_sensible


@pytest.mark.parametrize("advice", ["01", "02", "24", "30", "40", "41"])
@pytest.mark.parametrize("code", ["30041", "30046", "30777"])
def test_no_advice_makes_a_hard_refusal_softer(code: str, advice: str) -> None:
    assert decline_for(code, advice=(advice,)) == decline_for(code)


@pytest.mark.parametrize("code", ["20179", "20182", "20183", "20005", "20777"])
def test_codes_that_give_no_reason_are_explained_by_the_advice(code: str) -> None:
    assert decline_for(code, advice=("01",)).kind is DeclineClass.DATA
    assert "later" in decline_for(code, advice=("02",)).next_step
    assert "gave no reason" not in decline_for(code, advice=("02",)).caller
    assert "gave no reason" in decline_for(code).caller
    assert not decline_for(code, advice=("03",)).same_card_sensible
    assert decline_for(code).same_card_sensible


@pytest.mark.parametrize("advice", ["01", "02", "77", "", None])
@pytest.mark.parametrize("code", ["20014", "20051", "20054", "20154", "200N7"])
def test_a_code_that_gives_its_reason_keeps_its_words(code: str, advice: str | None) -> None:
    assert decline_for(code, advice=(advice,)) == decline_for(code)


@pytest.mark.parametrize(
    ("advice", "wait"),
    [
        ("24", "an hour"),
        ("25", "a day"),
        ("26", "two days"),
        ("27", "four days"),
        ("28", "six days"),
        ("29", "eight days"),
        ("30", "ten days"),
    ],
)
@pytest.mark.parametrize("code", ["20005", "20051", "20057", "20091"])
def test_the_time_to_wait_is_told(code: str, advice: str, wait: str) -> None:
    decline = decline_for(code, advice=("02", advice))
    assert f"after {wait}, not before" in decline.next_step
    assert decline.same_card_sensible
    assert decline.kind is decline_for(code).kind


@pytest.mark.parametrize("advice", ["40", "41"])
@pytest.mark.parametrize("code", ["20005", "20051", "20091"])
def test_a_card_that_is_used_up_is_not_tried_again(code: str, advice: str) -> None:
    decline = decline_for(code, advice=(None, advice))
    assert (decline.kind, decline.same_card_sensible) == (DeclineClass.HARD, False)
    assert "use another card" in decline.caller


@pytest.mark.parametrize("model", [PaymentAnswer, Action, IncrementAnswer])
def test_both_advices_are_found_in_answers_and_in_the_history(
    model: type[PaymentAnswer | Action | IncrementAnswer],
) -> None:
    advice = {"recommendation_code": "02", "partner_merchant_advice_code": "26"}
    document = documents.DECLINED | {"response_code": "20005", "processing": advice}
    decline = decline_told(read(model, document | {"type": "Authorization"}))
    assert "two days" in decline.next_step
    assert "just now" in decline.caller


@pytest.mark.parametrize("processing", [None, {}, [], {"recommendation_code": 3}])
def test_advice_that_is_missing_or_odd_changes_nothing(processing: object) -> None:
    document = documents.DECLINED | {"processing": processing}
    assert decline_told(read(PaymentAnswer, document)) == decline_for("20051", "Insufficient Funds")


@pytest.mark.parametrize("code", ["20150", "20151", "20154", "20155", "20112"])
def test_a_check_by_the_bank_that_a_phone_order_cannot_have_is_a_matter_of_the_account(
    code: str,
) -> None:
    assert "not set up for orders by phone" in decline_for(code).next_step


@pytest.mark.parametrize("code", ["30021", "30022", "30041"])
def test_a_hard_refusal_does_not_speak_of_later(code: str) -> None:
    assert "later" not in decline_for(code).next_step


ADDRESS_LETTERS = "A B C D F G I M N P R S U W X Y Z AE1 AE2 AE3 AE4 AE5 AE6 AE7 AE8"
CODE_LETTERS = "D N P U X Y"


def test_every_letter_of_the_contract_is_known() -> None:
    assert all(address_check(letter) for letter in ADDRESS_LETTERS.split())
    assert all(code_check(letter) for letter in CODE_LETTERS.split())


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
