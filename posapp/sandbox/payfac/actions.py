"""What can be done with a payment: increment, capture, refund, reverse, void, cancel a retry.

The order of the checks: does the payment exist (404), is the request sound (422), does the
state allow it (403), is enough left (422).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import cast

from posapp.sandbox import ids
from posapp.sandbox.http import Call, RawNumber, Reply, json_reply, parse_json_raw
from posapp.sandbox.payfac import parts, settling, signature, tables, views
from posapp.sandbox.payfac.errors import FORBIDDEN, Refused, empty, unprocessable
from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.payfac.payments import Payments, read_object
from posapp.sandbox.records import PayfacPayment, PendingAction
from posapp.sandbox.settings import Settings
from posapp.sandbox.world import World

_MOST_PARTS = 150
_TAKEABLE = ("Authorized", "Partially Captured", "Partially Refunded")
_REFUNDABLE = ("Captured", "Partially Captured", "Partially Refunded")
_UNSIGNED = ("metadata", "amount_allocations", "capture_action_id", "destination", "items")
_SIGNED = ("site_identifier", "timestamp", "version", "signature", "pnm_payment_identifier")


class Actions:
    def __init__(self, world: World, payments: Payments) -> None:
        self._world = world
        self._payments = payments
        self._table = world.store.payfac
        self._base = world.base("payfac")

    def increment(self, call: Call) -> Reply:
        payment = self._payments.find(call)
        body = Reader(read_object(call, may_be_empty=True))
        amount = body.whole("amount", "amount_invalid")
        if amount and not tables.amount_fits(amount, payment.currency):
            body.refuse("amount_invalid")
        reference = body.text("reference", longest=_longest(payment))
        metadata = body.metadata()
        self._stop_if_refused(call, body)
        extendable = (
            settling.status(payment) == "Authorized"
            and payment.authorization_type == "Estimated"
            and payment.card is not None
            and not any(pending.type != "Refund" for pending in payment.pending)
        )
        if not extendable:
            return empty(FORBIDDEN)
        amount = amount or 0
        if payment.authorized + amount > tables.MAX_AMOUNT:
            return unprocessable(call, ["amount_invalid"])
        code = payment.increment_code or tables.APPROVED
        if not code[0].isdigit():
            return unprocessable(call, [code])
        action = settling.authorization(payment, code, call.now, amount=amount, kind="Incremental")
        action.reference, action.metadata = reference, metadata
        payment.actions.append(action)
        if action.approved:
            payment.authorized += amount
            payment.expires_on = call.now + settling.VALIDITY
        self._table.changed(payment.id)
        return json_reply(201, views.incremented(payment, action, self._base))

    def capture(self, call: Call) -> Reply:
        payment = self._payments.find(call)
        body = Reader(read_object(call, may_be_empty=True))
        amount = body.whole("amount", "amount_invalid")
        if amount is not None and not (amount and tables.amount_fits(amount, payment.currency)):
            body.refuse("amount_invalid")
        kind = body.choice("capture_type", ("NonFinal", "Final"), "Final")
        reference = body.text("reference", longest=_longest(payment))
        body.text("description", longest=100)
        parts.read_customer(body)
        parts.read_descriptor(body)
        parts.read_shipping(body)
        body.objects("processing")
        parts.read_allocations(body)
        body.lists("items")
        metadata = body.metadata()
        self._stop_if_refused(call, body)
        if not _takeable(payment) or _parts(payment) >= _MOST_PARTS:
            return empty(FORBIDDEN)
        free = settling.free_to_take(payment)
        wanted = free if amount is None else amount
        if not 0 < wanted <= free:
            return unprocessable(call, ["capture_value_greater_than_remaining_authorized"])
        return self._accept(
            call,
            payment,
            PendingAction(
                id=ids.base32("act_"),
                type="Capture",
                amount=wanted,
                due=self._due(call),
                held=free if kind == "Final" else wanted,
                final=kind == "Final",
                reference=reference,
                metadata=metadata,
            ),
        )

    def void(self, call: Call) -> Reply:
        payment = self._payments.find(call)
        body = Reader(read_object(call, may_be_empty=True))
        reference = body.text("reference", longest=_longest(payment))
        metadata = body.metadata()
        self._stop_if_refused(call, body)
        if not _takeable(payment):
            return empty(FORBIDDEN)
        if settling.free_to_take(payment) <= 0:
            return unprocessable(call, ["void_amount_invalid"])
        return self._accept(call, payment, self._void_of(payment, call, reference, metadata))

    def refund(self, call: Call) -> Reply:
        payment = self._payments.find(call)
        amount, reference = self._read_signed(call, payment)
        if settling.status(payment) not in _REFUNDABLE or _parts(payment) >= _MOST_PARTS:
            return empty(FORBIDDEN)
        free = settling.free_to_refund(payment)
        wanted = free if amount is None else amount
        if not 0 < wanted <= free:
            return unprocessable(call, ["refund_amount_exceeds_balance"])
        return self._accept(call, payment, self._refund_of(wanted, call, reference))

    def reverse(self, call: Call) -> Reply:
        payment = self._payments.find(call)
        amount, reference = self._read_signed(call, payment, reversal=True)
        if payment.card is None:
            return empty(FORBIDDEN)
        state = settling.status(payment)
        if state in ("Refunded", "Voided", "Canceled"):
            return empty(204)
        if state == "Retry Scheduled":
            return self._accept(call, payment, self._cancel_of(call, reference))
        if state not in ("Authorized", *_REFUNDABLE) or payment.verification_only:
            return empty(FORBIDDEN)
        taken, paid = settling.free_to_take(payment), settling.free_to_refund(payment)
        if amount is not None and amount > paid:
            return unprocessable(call, ["refund_amount_exceeds_balance"])
        steps: list[PendingAction] = []
        if paid > 0:
            steps.append(self._refund_of(paid if amount is None else amount, call, reference))
        if taken > 0:
            steps.append(self._void_of(payment, call, reference, {}))
        if not steps:
            # Everything is held by actions that were accepted and have not taken effect.
            return empty(FORBIDDEN)
        return self._accept(call, payment, *steps)

    def cancel_retry(self, call: Call) -> Reply:
        payment = self._payments.find(call)
        body = Reader(read_object(call, may_be_empty=True))
        reference = body.text("reference", longest=80)
        self._stop_if_refused(call, body)
        if payment.outcome != "retry":
            return empty(FORBIDDEN)
        return self._accept(call, payment, self._cancel_of(call, reference))

    def _stop_if_refused(self, call: Call, body: Reader) -> None:
        codes = body.refusals(strict=self._world.settings.payfac_refuse_unknown_members)
        if codes:
            raise Refused(unprocessable(call, codes))

    def _due(self, call: Call) -> float:
        return call.now + self._world.settings.payfac_settle_seconds

    def _void_of(
        self, payment: PayfacPayment, call: Call, reference: str | None, metadata: Members
    ) -> PendingAction:
        free = settling.free_to_take(payment)
        return PendingAction(
            id=ids.base32("act_"),
            type="Void",
            amount=free,
            due=self._due(call),
            held=free,
            reference=reference,
            metadata=metadata,
        )

    def _refund_of(self, amount: int, call: Call, reference: str | None) -> PendingAction:
        return PendingAction(
            id=ids.base32("act_"),
            type="Refund",
            amount=amount,
            due=self._due(call),
            held=amount,
            reference=reference,
        )

    def _cancel_of(self, call: Call, reference: str | None) -> PendingAction:
        return PendingAction(
            id=ids.base32("act_"), type="Cancel", amount=0, due=self._due(call), reference=reference
        )

    def _accept(self, call: Call, payment: PayfacPayment, *steps: PendingAction) -> Reply:
        """Queue ``steps``; the first one's id is the answer's."""
        for step in steps:
            if call.fail_later is not None:
                step.fail_code = call.fail_later or "20006"
            step.reference = step.reference or payment.reference
            payment.pending.append(step)
        self._table.changed(payment.id)
        call.reference = steps[0].reference
        body = views.accepted(payment, steps[0].id, steps[0].reference or "", self._base)
        # With no delay at all the action has happened before the answer leaves.
        settling.settle(self._table, payment, call.now)
        return json_reply(202, body)

    def _read_signed(
        self, call: Call, payment: PayfacPayment, *, reversal: bool = False
    ) -> tuple[int | None, str | None]:
        """Amount in minor units (None for everything) and reference of a signed request.

        Raises:
            Refused: 422 with the codes of everything that is wrong.
        """
        settings = self._world.settings
        lenient = settings.payfac_refund_signature == "lenient"
        members = read_object(call, may_be_empty=lenient)
        body = Reader(members)
        raw = cast(Members, parse_json_raw(call.body)) if members else {}
        # These are checked as the characters that were sent, or by the family's own client only.
        body.pass_over(*_SIGNED, "refund_amount", *(_UNSIGNED if lenient else ()))
        if not lenient or "signature" in raw:
            self._check_signature(call, payment, body, raw)
        reference = body.text("reference", longest=_longest(payment)) if lenient else None
        if reversal:
            body.text("agent_identifier", longest=255, code="agent_identifier_invalid")
            flag = body.get("void_if_not_settled")
            if flag is not None and flag not in ("true", "false"):
                body.refuse("void_if_not_settled_invalid")
        amount = _refund_amount(body, raw, payment, settings)
        if amount is None and lenient and body.get("amount") is not None:
            amount = body.whole("amount", "amount_invalid")
            if amount is not None and not (amount and tables.amount_fits(amount, payment.currency)):
                body.refuse("amount_invalid")
        currency = body.get("refund_currency")
        if currency is not None and currency != payment.currency:
            body.refuse("currency_invalid")
        self._stop_if_refused(call, body)
        return amount, reference

    def _check_signature(
        self, call: Call, payment: PayfacPayment, body: Reader, raw: Members
    ) -> None:
        keys = self._world.store.credentials
        values: dict[str, str] = {}
        for name in _SIGNED:
            value = raw.get(name)
            if value is None:
                body.refuse(f"{name}_required")
            elif isinstance(value, RawNumber) or not isinstance(value, str) or not value:
                body.refuse(f"{name}_invalid")
            else:
                values[name] = value
        if "version" in values and values["version"] != signature.VERSION:
            body.refuse("version_invalid")
        if values.get("pnm_payment_identifier", payment.id) != payment.id:
            body.refuse("pnm_payment_identifier_invalid")
        site = values.get("site_identifier", keys.site_identifier)
        if site != keys.site_identifier:
            # Whose key to check with is unknown, so the signature is not looked at.
            body.refuse("site_identifier_invalid")
        elif len(values) == len(_SIGNED):
            if not signature.verified(raw, keys.signing_secret):
                body.refuse("signature_invalid")
            elif not self._timely(values["timestamp"], call.now):
                body.refuse("timestamp_invalid")

    def _timely(self, timestamp: str, now: float) -> bool:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return False
        # A client keeps its own time: moving this gateway's clock must not shut it out.
        window = self._world.settings.payfac_signature_window_seconds
        times = (now, self._world.clock.unmoved())
        return any(abs(int(timestamp) - time) <= window for time in times)


def _refund_amount(
    body: Reader, raw: Members, payment: PayfacPayment, settings: Settings
) -> int | None:
    """``refund_amount`` in minor units; None when the field is left out (everything)."""
    token = raw.get("refund_amount")
    if token is None:
        return None
    amount: int | None = None
    if isinstance(token, RawNumber):
        places = tables.places(payment.currency) or 0
        amount = _minor(str(token), places if settings.payfac_refund_unit == "major" else 0)
    if amount is None or amount <= 0 or not tables.amount_fits(amount, payment.currency):
        body.refuse("amount_invalid")
        return None
    return amount


def _minor(token: str, places: int) -> int | None:
    """``token`` times ten to the ``places``, or None if it has more decimals than that."""
    if len(token) > 20 or "e" in token.lower():
        return None
    whole, point, decimals = token.partition(".")
    if point and (not places or len(decimals) > places):
        return None
    try:
        return int(Decimal(f"{whole}.{decimals or '0'}").scaleb(places))
    except (InvalidOperation, ValueError):
        return None


def _longest(payment: PayfacPayment) -> int:
    return 30 if payment.brand == "amex" else 80


def _takeable(payment: PayfacPayment) -> bool:
    return (
        settling.status(payment) in _TAKEABLE
        and settling.to_take(payment) > 0
        and not payment.verification_only
    )


def _parts(payment: PayfacPayment) -> int:
    done = sum(action.type in ("Capture", "Refund") for action in payment.actions)
    return done + sum(pending.type in ("Capture", "Refund") for pending in payment.pending)


def _stop_if_refused(call: Call, body: Reader) -> None:
    if body.codes:
        raise Refused(unprocessable(call, body.codes))
