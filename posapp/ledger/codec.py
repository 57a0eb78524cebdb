"""Between rows and the values of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping

from posapp.ledger.card_guard import without_card_number
from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict
from posapp.model.card import CardSummary, Expiry
from posapp.model.money import Money
from posapp.model.order import Customer, Line, Order, OrderState
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Check,
    Decline,
    DeclineClass,
    Payment,
    PaymentStatus,
    RefundRecord,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC; exact, unlike ``timestamp()``."""
    return (at - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def order_from(row: RowMapping, lines: list[RowMapping]) -> Order:
    return Order(
        id=row["id"],
        number=row["number"],
        currency=row["currency"],
        created_at=moment(row["created_at"]),
        lines=tuple(
            Line(
                name=line["name"],
                unit_price=Money(line["unit_minor"], row["currency"]),
                quantity=line["quantity"],
                tax_percent=Decimal(line["tax_percent"]),
                sku=line["sku"],
            )
            for line in lines
        ),
        customer=Customer(**row["customer"]),
        state=OrderState(row["state"]),
    )


def line_row(order_id: str, position: int, line: Line) -> dict[str, object]:
    return {
        "order_id": order_id,
        "position": position,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_minor": line.unit_price.minor,
        "tax_percent": str(line.tax_percent),
    }


def intent_row(intent: Intent) -> dict[str, object]:
    row: dict[str, object] = {
        name: getattr(intent, name)
        for name in (
            "account", "reference", "key", "fingerprint", "body", "who", "till", "order_id",
            "payment_id", "reason", "card_brand", "card_last4",
        )
    }  # fmt: skip
    row.update(kind=intent.kind.value, minor=intent.amount.minor, currency=intent.amount.currency)
    return row


def attempt_from(row: RowMapping) -> Attempt:
    intent = Intent(
        kind=Kind(row["kind"]),
        account=row["account"],
        amount=Money(row["minor"], row["currency"]),
        reference=row["reference"],
        key=row["key"],
        fingerprint=row["fingerprint"],
        who=row["who"],
        till=row["till"],
        order_id=row["order_id"],
        payment_id=row["payment_id"] if Kind(row["kind"]).acts_on_payment else "",
        reason=row["reason"],
        card_brand=row["card_brand"],
        card_last4=row["card_last4"],
        body=row["body"],
    )
    return Attempt(
        id=row["id"],
        intent=intent,
        state=State(row["state"]),
        prepared_at=moment(row["prepared_at"]),
        sent_at=moment_or_none(row["sent_at"]),
        ended_at=moment_or_none(row["ended_at"]),
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        payment_id=row["payment_id"],
        action_id=row["action_id"],
        note=row["note"],
        said=row["said"],
        request_id=row["request_id"],
        absent=row["absent"],
        look_ups=row["look_ups"],
        looked_up_at=moment_or_none(row["looked_up_at"]),
        repeats=row["repeats"],
    )


def payment_row(payment: Payment, read_at: datetime) -> dict[str, object]:
    card = payment.card
    rest: dict[str, object] = {
        "status_said": without_card_number(payment.status_said),
        "live": payment.live,
        "address_check": payment.address_check,
        "code_check": payment.code_check,
        "action_url": payment.action_url,
        "request_id": payment.request_id,
        "card": card
        and {
            "brand": without_card_number(card.brand),
            "last4": card.last4[-4:],
            "first6": card.first6[:6],
            "expiry": card.expiry and [card.expiry.month, card.expiry.year],
        },
        "decline": _decline_row(payment.decline),
        "authorised": payment.authorised,
        "voided": payment.voided,
        "capturable": payment.capturable,
        "capture_by": payment.capture_by and micros(payment.capture_by),
        "estimated": payment.estimated,
        "refund_whole_only": payment.refund_whole_only,
        "history": [_action_row(action) for action in payment.history],
        "refunds": [
            {
                "id": refund.id,
                "minor": refund.amount.minor,
                "state": refund.state,
                "at": refund.at and micros(refund.at),
                "reason": without_card_number(refund.reason),
                "decline": _decline_row(refund.decline),
            }
            for refund in payment.refunds
        ],
    }
    return {
        "account": payment.account,
        "id": payment.id,
        "reference": payment.reference,
        "minor": payment.amount.minor,
        "currency": payment.amount.currency,
        "status": payment.status.value,
        "captured": payment.captured,
        "refunded": payment.refunded,
        "refund_pending": payment.refund_pending,
        "refundable": payment.refundable,
        "created_at": micros(payment.created_at),
        "read_at": micros(read_at),
        "auth_code": payment.auth_code,
        "rest": rest,
    }


def payment_from(row: RowMapping) -> Payment:
    rest = row["rest"]
    card = rest["card"]
    currency = row["currency"]
    return Payment(
        account=row["account"],
        id=row["id"],
        reference=row["reference"],
        amount=Money(row["minor"], currency),
        status=PaymentStatus(row["status"]),
        status_said=rest["status_said"],
        created_at=moment(row["created_at"]),
        authorised=rest["authorised"],
        voided=rest["voided"],
        capturable=rest["capturable"],
        capture_by=moment_or_none(rest["capture_by"]),
        estimated=rest["estimated"],
        refund_whole_only=rest["refund_whole_only"],
        captured=row["captured"],
        refunded=row["refunded"],
        refund_pending=row["refund_pending"],
        refundable=row["refundable"],
        live=rest["live"],
        card=card
        and CardSummary(
            brand=card["brand"],
            last4=card["last4"],
            first6=card["first6"],
            expiry=card["expiry"] and Expiry(*card["expiry"]),
        ),
        auth_code=row["auth_code"],
        address_check=rest["address_check"] and Check(rest["address_check"]),
        code_check=rest["code_check"] and Check(rest["code_check"]),
        decline=_decline_from(rest["decline"]),
        action_url=rest["action_url"],
        refunds=tuple(
            RefundRecord(
                id=refund["id"],
                amount=Money(refund["minor"], currency),
                state=ActionState(refund["state"]),
                at=moment_or_none(refund["at"]),
                reason=refund["reason"],
                decline=_decline_from(refund["decline"]),
            )
            for refund in rest["refunds"]
        ),
        history=tuple(_action_from(action, currency) for action in rest["history"]),
        request_id=rest["request_id"],
    )


def _action_row(action: ActionRecord) -> dict[str, object]:
    return {
        "id": action.id,
        "kind": action.kind,
        "state": action.state,
        "minor": action.amount.minor if action.amount else None,
        "at": action.at and micros(action.at),
        "reference": without_card_number(action.reference),
        "auth_code": action.auth_code,
        "decline": _decline_row(action.decline),
    }


def _action_from(kept: Mapping[str, Any], currency: str) -> ActionRecord:
    return ActionRecord(
        id=kept["id"],
        kind=ActionKind(kept["kind"]),
        state=ActionState(kept["state"]),
        amount=None if kept["minor"] is None else Money(kept["minor"], currency),
        at=moment_or_none(kept["at"]),
        reference=kept["reference"],
        auth_code=kept["auth_code"],
        decline=_decline_from(kept["decline"]),
    )


def _decline_row(decline: Decline | None) -> dict[str, object] | None:
    if decline is None:
        return None
    return {**asdict(decline), "said": without_card_number(decline.said)}


def _decline_from(kept: Mapping[str, Any] | None) -> Decline | None:
    return Decline(**{**kept, "kind": DeclineClass(kept["kind"])}) if kept else None
