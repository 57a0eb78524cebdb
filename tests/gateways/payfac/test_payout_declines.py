"""Why a payout was refused or came back, for every code that PayFac names."""

from __future__ import annotations

import pytest

from posapp.gateways.payfac.payout_declines import PAYOUT_REASONS, payout_decline
from posapp.model.payment import DeclineClass

NAMED = {
    *(50001, 50002, 50003, 50005, 50070, 50150, 50180, 50200, 50240, 50260, 50280),
    *range(50020, 50031),
    *range(50100, 50107),
    *(50399, 50499, 50501, 50531, 50599),
    *range(50401, 50495),
    *range(50511, 50518),
}
K = DeclineClass


def test_every_code_of_a_payout_has_its_words() -> None:
    assert {str(code) for code in NAMED} == set(PAYOUT_REASONS)


@pytest.mark.parametrize("code", sorted(PAYOUT_REASONS))
def test_every_refusal_says_what_to_do_next(code: str) -> None:
    decline = payout_decline(code, "Something")
    assert decline.code == code
    assert decline.caller.endswith((".", "?"))
    assert decline.next_step.endswith(".")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("50001", K.RISK, "cannot send"),
        ("50003", K.TECHNICAL, "fault is on our side"),
        ("50025", K.DATA, "name and address"),
        ("50260", K.DATA, "sent the money back"),
        ("50403", K.DATA, "does not know this account"),
        ("50999", K.TECHNICAL, "gave no reason"),
        (None, K.TECHNICAL, "gave no reason"),
        ("20057", K.SOFT, "does not allow"),
        ("30041", K.HARD, "use another card"),
    ],
)
def test_words_fit_the_kind_of_refusal(code: str | None, kind: DeclineClass, words: str) -> None:
    decline = payout_decline(code)
    assert decline.kind is kind
    assert words in decline.caller


def test_what_may_be_sanctions_is_never_said() -> None:
    for code in ("50001", "50002", "50005"):
        decline = payout_decline(code, "Sanctions hit")
        assert "sanction" not in f"{decline.caller} {decline.next_step}".lower()
