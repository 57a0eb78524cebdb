"""What PayFac's answers to a capture, void, increment or reversal prove, and what they do not."""

from __future__ import annotations

from posapp.gateways.call import Answer
from posapp.gateways.moments import from_iso
from posapp.gateways.outside_text import is_id, plain
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.declines import decline_told
from posapp.gateways.payfac.minor_units import from_wire
from posapp.gateways.port import Prepared
from posapp.gateways.strict_json import Unreadable
from posapp.model.payment import ActionKind, ActionRecord, ActionState

NOTHING = {
    ActionKind.CAPTURE: "Nothing was captured.",
    ActionKind.VOID: "Nothing was voided.",
    ActionKind.INCREMENT: "Nothing more was reserved.",
    ActionKind.REVERSAL: "Nothing was given back.",
    ActionKind.RETRY_CANCELLATION: "The retries were not called off.",
}
"""What is true when a request was definitely refused."""


def given_back_before(prepared: Prepared, answer: Answer) -> ActionRecord | None:
    """The end of a reversal that found nothing left to give back: 204, without a body."""
    if answer.status != 204 or prepared.operation != ActionKind.REVERSAL:
        return None
    return ActionRecord(
        id="",
        kind=ActionKind.REVERSAL,
        state=ActionState.DONE,
        amount=prepared.amount,
        reference=prepared.reference,
    )


def action_from(prepared: Prepared, document: object) -> ActionRecord:
    """What was accepted, or, for an increment, what the bank said at once.

    Raises:
        Unreadable: the document names no action, or another amount than was asked for.
    """
    kind = ActionKind(prepared.operation)
    if kind is ActionKind.INCREMENT:
        return _increment(prepared, wire.read(wire.IncrementAnswer, document))
    said = wire.read(wire.ActionAnswer, document)
    if not is_id(said.action_id):
        raise Unreadable
    return ActionRecord(
        id=said.action_id,
        kind=kind,
        state=ActionState.PENDING,
        amount=prepared.amount,
        reference=prepared.reference,
    )


def _increment(prepared: Prepared, said: wire.IncrementAnswer) -> ActionRecord:
    amount = from_wire(said.amount, said.currency.upper())
    if amount != prepared.amount or not is_id(said.action_id):
        raise Unreadable
    agreed = said.approved and said.status.lower() == "authorized"
    refused = said.approved is False and said.status.lower() == "declined"
    # An answer that contradicts itself proves neither the one nor the other.
    if agreed is refused or (agreed and said.response_code[:1] != "1"):
        raise Unreadable
    return ActionRecord(
        id=said.action_id,
        kind=ActionKind.INCREMENT,
        state=ActionState.DONE if agreed else ActionState.FAILED,
        amount=amount,
        at=from_iso(said.processed_on) if said.processed_on else None,
        reference=prepared.reference,
        auth_code=plain(said.auth_code, 40),
        decline=None if agreed else decline_told(said),
    )
