"""What is true of every attempt at every moment; the journal writes nothing that breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable

from posapp.model.attempt import Attempt, BrokenRule, Intent, Kind, State

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_CARD_IN_BODY = (Kind.CHARGE, Kind.VERIFY)

_OF_INTENT: tuple[tuple[str, Callable[[Intent], bool]], ...] = (
    (
        "A card verification is over nothing, everything else over more than nothing.",
        lambda intent: (
            (intent.amount.minor == 0) if intent.kind is Kind.VERIFY else intent.amount.minor > 0
        ),
    ),
    (
        "What is asked of a payment names it before it is sent, and nothing else does.",
        lambda intent: bool(intent.payment_id) is intent.kind.acts_on_payment,
    ),
    (
        "What pays an order names it, and a payout belongs to none.",
        lambda intent: (
            intent.kind is not Kind.PAYOUT if intent.order_id else not intent.kind.pays_order
        ),
    ),
    (
        "An attempt has a reference of at most 30 characters, a key and an account.",
        lambda intent: 0 < len(intent.reference) <= 30 and bool(intent.key and intent.account),
    ),
    (
        "The fingerprint of what is sent is a SHA-256.",
        lambda intent: bool(_FINGERPRINT.fullmatch(intent.fingerprint)),
    ),
    (
        "The bytes of a card request are never stored.",
        lambda intent: not intent.body or intent.kind not in _CARD_IN_BODY,
    ),
    (
        "The bytes of a payout to a card are never stored.",
        lambda intent: not (intent.kind is Kind.PAYOUT and intent.body and intent.card_last4),
    ),
    (
        "A card has four last digits or none, and nobody keys one for a payment link.",
        lambda intent: (
            len(intent.card_last4) in (0, 4)
            and not (intent.kind is Kind.HOSTED and (intent.card_brand or intent.card_last4))
        ),
    ),
)

_OF_ATTEMPT: tuple[tuple[str, Callable[[Attempt], bool]], ...] = (
    (
        "A settled attempt has a verdict, any other has none.",
        lambda attempt: (attempt.verdict is not None) is (attempt.state is State.SETTLED),
    ),
    (
        "An attempt has an end as soon as it is not open, and not before.",
        lambda attempt: (attempt.ended_at is None) is attempt.state.is_open,
    ),
    (
        "What is prepared was not sent; what went on to anything but not sent was.",
        lambda attempt: (
            attempt.sent_at is None
            if attempt.state is State.PREPARED
            else attempt.sent_at is not None or attempt.state is State.NOT_SENT
        ),
    ),
    (
        "An attempt stays with the payment it was asked for.",
        lambda attempt: attempt.intent.payment_id in ("", attempt.payment_id),
    ),
    (
        "Only what acts on a payment has an action of its own there.",
        lambda attempt: not attempt.action_id or attempt.intent.kind.acts_on_payment,
    ),
    (
        "Look-ups are counted upwards, and those that found nothing are among them.",
        lambda attempt: 0 <= attempt.absent <= attempt.look_ups,
    ),
    (
        "Only an action whose bytes were kept is ever sent again, and only once.",
        lambda attempt: (
            attempt.repeats == 0
            or (
                attempt.repeats == 1
                and attempt.sent_at is not None
                and bool(attempt.intent.body)
                and attempt.intent.kind.acts_on_payment
            )
        ),
    ),
)


def check_intent(intent: Intent) -> None:
    """Raise BrokenRule, with the rule, unless this may be written down."""
    for rule, holds in _OF_INTENT:
        if not holds(intent):
            raise BrokenRule(rule)


def check_attempt(attempt: Attempt) -> None:
    """Raise BrokenRule, with the rule, unless an attempt may stand in the journal like this."""
    check_intent(attempt.intent)
    for rule, holds in _OF_ATTEMPT:
        if not holds(attempt):
            raise BrokenRule(rule)
