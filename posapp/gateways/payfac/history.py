"""What happened to a PayFac payment, as its list of actions tells it."""

from __future__ import annotations

from collections.abc import Sequence

from posapp.gateways.moments import from_iso
from posapp.gateways.outside_text import plain
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.declines import decline_told, failure_told
from posapp.gateways.payfac.minor_units import from_wire
from posapp.gateways.strict_json import Unreadable
from posapp.model.payment import ActionKind, ActionRecord, ActionState, RefundRecord

_KINDS: dict[str, ActionKind | None] = {
    "refund": None,
    "authorization": ActionKind.AUTHORISATION,
    "cardverification": ActionKind.VERIFICATION,
    "void": ActionKind.VOID,
    "capture": ActionKind.CAPTURE,
    "payout": ActionKind.PAYOUT,
    "return": ActionKind.RETURN,
}
_TRIES = (ActionKind.AUTHORISATION, ActionKind.VERIFICATION, ActionKind.INCREMENT)
_STATES = {True: ActionState.DONE, False: ActionState.FAILED, None: ActionState.PENDING}
_LONGEST_REFERENCE = 80


class History:
    """The actions of a payment, oldest first: its refunds, and all others.

    Args:
        actions: newest first, as the gateway lists them.

    Raises:
        Unreadable: a refund without an amount, or an amount that makes no sense.
    """

    def __init__(self, actions: Sequence[wire.Action], currency: str) -> None:
        known = [(entry, _kind(entry)) for entry in reversed(actions)]
        self.refunds = tuple(_refund(entry, currency) for entry, kind in known if kind is None)
        self.others = tuple(_other(entry, kind, currency) for entry, kind in known if kind)
        tries = [entry for entry, kind in known if kind in _TRIES]
        self.estimated = any(_word(entry.authorization_type) == "estimated" for entry in tries)
        """Whether the first reservation was an estimate, which may grow."""
        self.latest_try = tries[-1] if tries else None
        """The newest question to the bank whether the card may pay."""

    def done(self, *kinds: ActionKind) -> int:
        """Minor units of all actions of these kinds that took effect."""
        return sum(
            action.amount.minor
            for action in self.others
            if action.kind in kinds and action.state is ActionState.DONE and action.amount
        )


def _word(text: str | None) -> str:
    return "".join(c for c in (text or "").lower() if c.isalpha())


def _kind(entry: wire.Action) -> ActionKind | None:
    """What an action is; None for a refund, which has a record of its own."""
    if entry.authorization_type and _word(entry.authorization_type) == "incremental":
        return ActionKind.INCREMENT
    return _KINDS.get(_word(entry.type), ActionKind.OTHER)


def _other(entry: wire.Action, kind: ActionKind, currency: str) -> ActionRecord:
    failed = entry.approved is False
    why = decline_told if kind in _TRIES else failure_told
    return ActionRecord(
        id=entry.id,
        kind=kind,
        state=_STATES[entry.approved],
        amount=None if entry.amount is None else from_wire(entry.amount, currency),
        at=from_iso(entry.processed_on) if entry.processed_on else None,
        reference=plain(entry.reference, _LONGEST_REFERENCE),
        auth_code=plain(entry.auth_code, 40),
        decline=why(entry) if failed else None,
    )


def _refund(entry: wire.Action, currency: str) -> RefundRecord:
    if entry.amount is None:
        raise Unreadable
    return RefundRecord(
        id=entry.id,
        amount=from_wire(entry.amount, currency),
        state=_STATES[entry.approved],
        at=from_iso(entry.processed_on) if entry.processed_on else None,
    )
