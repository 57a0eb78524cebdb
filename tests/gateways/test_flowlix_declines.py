"""Every code that Flowlix documents has its class, its words, and the step the contract names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from posapp.gateways.flowlix.declines import decline_for as current
from posapp.gateways.flowlix_classic.declines import REASONS as OLDER_REASONS
from posapp.gateways.flowlix_classic.declines import decline_for as older
from posapp.gateways.flowlix_declines import REASONS, refund_failed
from posapp.model.payment import Decline, DeclineClass

HARD, SOFT, DATA = DeclineClass.HARD, DeclineClass.SOFT, DeclineClass.DATA
RISK, TECHNICAL = DeclineClass.RISK, DeclineClass.TECHNICAL

Words = Callable[[str | None, str | None], Decline]
each_generation = pytest.mark.parametrize("words", [current, older], ids=["flowlix", "classic"])


@dataclass(frozen=True, slots=True)
class Row:
    """One code as the contract describes it: ``step`` is a word of the next step it names."""

    kind: DeclineClass
    same_card: bool
    step: str


TABLE = {
    "generic_decline": Row(SOFT, False, "another card"),
    "do_not_honor": Row(SOFT, False, "another card"),
    "issuer_declined": Row(SOFT, False, "another card"),
    "insufficient_funds": Row(SOFT, True, "another card"),
    "invalid_number": Row(DATA, True, "correct it"),
    "invalid_expiry": Row(DATA, True, "correct it"),
    "expired_card": Row(HARD, False, "another card"),
    "invalid_amount": Row(DATA, False, "Check the amount"),
    "invalid_currency": Row(TECHNICAL, False, "whoever looks after the gateway account"),
    "not_permitted": Row(SOFT, False, "another card"),
    "cardholder_limit": Row(SOFT, True, "another card"),
    "card_velocity_exceeded": Row(SOFT, True, "another card"),
    "lost_card": Row(HARD, False, "another card"),
    "stolen_card": Row(HARD, False, "another card"),
    "suspect_fraud": Row(RISK, False, "another card"),
    "fraud_filter": Row(RISK, False, "another way to pay"),
    "three_d_secure_failed": Row(SOFT, True, "Make a new payment"),
    "three_d_secure_timeout": Row(SOFT, True, "confirm it soon"),
    "three_d_secure_not_supported": Row(SOFT, False, "another card"),
    "three_d_secure_error": Row(TECHNICAL, True, "ring the bank"),
}
# Here the contract says that the same card passes sometimes, after a call to the bank.
OLDER_TABLE = {**TABLE, "do_not_honor": Row(SOFT, True, "ring the bank")}


def test_the_tables_know_the_documented_codes_and_no_others() -> None:
    assert set(REASONS) == set(OLDER_REASONS) == set(TABLE)


@pytest.mark.parametrize(
    ("words", "code", "row"),
    [(current, *item) for item in TABLE.items()] + [(older, *item) for item in OLDER_TABLE.items()],
)
def test_a_code_has_its_class_its_words_and_its_next_step(
    words: Words, code: str, row: Row
) -> None:
    decline = words(code, "Said by the bank.")
    assert (decline.code, decline.said) == (code, "Said by the bank.")
    assert (decline.kind, decline.same_card_sensible) == (row.kind, row.same_card)
    assert row.step in decline.next_step
    assert decline.caller.endswith((".", "?"))


@each_generation
@pytest.mark.parametrize("code", ["lost_card", "stolen_card", "suspect_fraud", "fraud_filter"])
def test_the_caller_does_not_learn_of_a_suspicion(words: Words, code: str) -> None:
    spoken = words(code, None).caller.lower()
    assert not any(word in spoken for word in ("lost", "stolen", "fraud", "suspect", "risk"))


@each_generation
@pytest.mark.parametrize("code", ["lost_card", "stolen_card", "suspect_fraud", "fraud_filter"])
def test_such_a_card_is_not_tried_again(words: Words, code: str) -> None:
    decline = words(code, None)
    assert "Do not try this card again" in decline.next_step
    assert not decline.same_card_sensible


@each_generation
@pytest.mark.parametrize("code", ["something_new", "", None, "DO_NOT_HONOR", "x" * 500, "a b"])
def test_a_code_that_is_not_known_is_a_refusal_without_a_reason(
    words: Words, code: str | None
) -> None:
    decline, general = words(code, None), words("generic_decline", None)
    assert (decline.kind, decline.caller, decline.next_step, decline.same_card_sensible) == (
        general.kind,
        general.caller,
        general.next_step,
        general.same_card_sensible,
    )


@each_generation
def test_only_a_word_for_machines_is_kept_as_a_code(words: Words) -> None:
    assert words("something_new", None).code == "something_new"
    assert words("4242424242424242", None).code == ""
    assert words("<b>no</b>", None).code == ""


@pytest.mark.parametrize("code", [*TABLE, "something_new", None])
def test_a_failed_refund_is_not_told_in_the_words_of_a_charge(code: str | None) -> None:
    """A caller whose money could not be given back is not asked for another card."""
    decline = refund_failed(code, "Said by the bank.")
    assert (decline.code, decline.said) == (code or "", "Said by the bank.")
    assert "refund" in decline.caller
    assert "card" not in decline.caller + decline.next_step
