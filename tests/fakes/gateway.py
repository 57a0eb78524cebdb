"""A gateway with a small world of payments in memory, whose faults are written down beforehand.

It keeps the promises of the port: money calls run once, a request that was carried out stays
carried out whatever the answer says, and a key that brought an answer brings the same one again.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from posapp.gateways.abilities import PaymentPages
from posapp.gateways.port import (
    Charge,
    Gateway,
    NotAllowed,
    NotFound,
    Prepared,
    Refund,
    Rejected,
)
from posapp.model.card import Card, brand_of
from posapp.model.money import Money
from posapp.model.payment import (
    ActionState,
    Decline,
    DeclineClass,
    Payment,
    PaymentStatus,
    RefundRecord,
)

STOLEN = Decline("20046", DeclineClass.HARD, "The bank declined.", "Ask for another card.", False)


@dataclass(frozen=True, slots=True)
class Twist:
    """What one call does differently.

    ``lost`` drops the request before it is carried out; ``raises`` is raised, after carrying it
    out unless it is lost; ``status`` is what becomes of the payment; ``answer`` and ``refund``
    alter only what is said, not what is so.
    """

    raises: BaseException | None = None
    lost: bool = False
    status: PaymentStatus | None = None
    answer: Callable[[Payment], Payment] | None = None
    refund: Callable[[RefundRecord], RefundRecord] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call that reached the gateway, and when."""

    what: str
    at: datetime
    about: str


class CardGateway(Gateway):
    """Takes cards only. Everything a test may set is a public attribute."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        account: str = "main",
        label: str = "Main",
        live: bool = False,
        currencies: Sequence[str] = ("EUR", "USD"),
    ) -> None:
        self.clock = clock
        self._account = account
        self._label = label
        self._live = live
        self._currencies = tuple(currencies)
        self.payments: dict[str, Payment] = {}
        self.calls: list[Call] = []
        self.charges: deque[Twist] = deque()
        self.refunds: deque[Twist] = deque()
        self.reads: deque[Twist] = deque()
        self.finds: deque[Twist] = deque()
        self.watch: Callable[[Prepared], Awaitable[None]] | None = None
        """Awaited inside a money call, before anything is carried out."""
        self.lag = timedelta(0)
        """Payments younger than this are not found yet."""
        self.refund_state = ActionState.PENDING
        self.limit: str | None = None
        """What ``charge_problem`` says of every charge."""
        self.refund_limit: str | None = None
        self.prepared: list[Prepared] = []
        self.sent_keys: list[str] = []
        self._charge_of: dict[str, Charge] = {}
        self._brand_of: dict[str, str] = {}
        self._refund_of: dict[str, Refund] = {}
        self._answered: dict[str, str] = {}

    @property
    def account(self) -> str:
        return self._account

    @property
    def label(self) -> str:
        return self._label

    @property
    def live(self) -> bool:
        return self._live

    @property
    def currencies(self) -> Sequence[str]:
        return self._currencies

    def charge_problem(self, charge: Charge) -> str | None:
        return self.limit

    def refund_problem(self, payment: Payment, amount: Money) -> str | None:
        return self.refund_limit

    def prepare_charge(self, charge: Charge, card: Card) -> Prepared:
        plain = f"{charge.amount}|{charge.reference}".encode()
        body = bytearray(plain)
        body += card.number.view()
        body += card.code.view()
        self._charge_of[charge.reference] = charge
        self._brand_of[charge.reference] = brand_of(card.number) or ""
        return self._made("charge", body, charge.key, charge.reference, charge.amount, plain)

    async def send_charge(self, prepared: Prepared) -> Payment:
        twist = await self._arrived("charge", prepared, self.charges)
        payment = self._charged(prepared, twist)
        prepared.wipe()
        return self._said(payment, twist)

    def prepare_refund(self, refund: Refund) -> Prepared:
        body = bytearray(f"{refund.payment.id}|{refund.amount}|{refund.reason}".encode())
        self._refund_of[refund.reference] = refund
        return self._made("refund", body, refund.key, refund.reference, refund.amount, body)

    async def send_refund(self, prepared: Prepared) -> RefundRecord:
        twist = await self._arrived("refund", prepared, self.refunds)
        payment = self.payments[self._refund_of[prepared.reference].payment.id]
        known = self._answered.get(prepared.key)
        if known is None:
            if prepared.amount.minor > payment.refundable:
                raise NotAllowed("More than is left was to be refunded.", said="amount_too_large")
            record = RefundRecord(
                id=f"ref_{1 + sum(len(p.refunds) for p in self.payments.values())}",
                amount=prepared.amount,
                state=ActionState.PENDING,
                at=self.clock(),
            )
            self._keep(_with_refund(payment, record))
            self._answered[prepared.key] = known = record.id
            if self.refund_state is not ActionState.PENDING:
                self.finish_refund(payment.id, record.id, self.refund_state)
        if twist.raises is not None:
            raise twist.raises
        made = next(r for r in self.payments[payment.id].refunds if r.id == known)
        return twist.refund(made) if twist.refund else made

    async def read(self, payment_id: str) -> Payment:
        self._note("read", payment_id)
        twist = self.reads.popleft() if self.reads else Twist()
        if twist.raises is not None:
            raise twist.raises
        if payment_id not in self.payments:
            raise NotFound("The gateway knows no such payment.")
        if twist.status is not None:
            self.become(payment_id, twist.status)
        return self._said(self.payments[payment_id], twist)

    async def find(self, reference: str, *, since: datetime) -> Sequence[Payment]:
        self._note("find", reference)
        twist = self.finds.popleft() if self.finds else Twist()
        if twist.raises is not None:
            raise twist.raises
        seen_until = self.clock() - self.lag
        return [
            self._said(payment, twist)
            for payment in self.payments.values()
            if payment.reference == reference and since <= payment.created_at <= seen_until
        ]

    async def check(self) -> str:
        self._note("check", "")
        return f"{self.label} answers."

    async def close(self) -> None:
        self._note("close", "")

    # What a test does to the world.

    def become(self, payment_id: str, status: PaymentStatus) -> Payment:
        """The bank, the customer or time decided about a payment."""
        payment = self.payments[payment_id]
        captured = payment.amount.minor if status is PaymentStatus.CAPTURED else 0
        decline = STOLEN if status is PaymentStatus.DECLINED else None
        return self._keep(
            replace(
                payment,
                status=status,
                status_said=status.value,
                captured=captured,
                refundable=captured,
                auth_code="643381" if status.is_success else "",
                decline=decline,
            )
        )

    def finish_refund(self, payment_id: str, refund_id: str, state: ActionState) -> None:
        payment = self.payments[payment_id]
        records = tuple(
            replace(record, state=state) if record.id == refund_id else record
            for record in payment.refunds
        )
        [done] = [record for record in records if record.id == refund_id]
        minor = done.amount.minor
        failed = state is ActionState.FAILED
        refunded = payment.refunded + (0 if failed else minor)
        whole = refunded == payment.captured
        self._keep(
            replace(
                payment,
                refunds=records,
                refund_pending=payment.refund_pending - minor,
                refunded=refunded,
                refundable=payment.refundable + (minor if failed else 0),
                status=payment.status
                if failed
                else PaymentStatus.REFUNDED
                if whole
                else PaymentStatus.PARTLY_REFUNDED,
            )
        )

    def twin(self, payment_id: str) -> Payment:
        """A second payment under the same reference."""
        return self._keep(replace(self.payments[payment_id], id=f"{payment_id}_twin"))

    def count(self, what: str) -> int:
        return sum(call.what == what for call in self.calls)

    # The rest is the gateway's own business.

    def _made(
        self,
        operation: str,
        body: bytearray,
        key: str,
        reference: str,
        amount: Money,
        shown: bytes | bytearray,
    ) -> Prepared:
        made = Prepared(
            operation=operation,
            path=f"/{operation}s",
            body=body,
            key=key,
            fingerprint=hashlib.sha256(shown).hexdigest(),
            keeps=operation != "charge",
            reference=reference,
            amount=amount,
        )
        self.prepared.append(made)
        return made

    async def _arrived(self, what: str, prepared: Prepared, script: deque[Twist]) -> Twist:
        if self.watch is not None:
            await self.watch(prepared)
        twist = script.popleft() if script else Twist()
        if twist.lost:
            raise twist.raises or AssertionError("a lost request raises something")
        self.sent_keys.append(prepared.key)
        self._note(what, prepared.reference)
        return twist

    def _charged(self, prepared: Prepared, twist: Twist) -> Payment:
        known = self._answered.get(prepared.key)
        if known is not None:
            return self.payments[known]
        charge = self._charge_of[prepared.reference]
        payment = Payment(
            account=self.account,
            id=f"pay_{len(self.payments) + 1}",
            reference=charge.reference,
            amount=charge.amount,
            status=PaymentStatus.PENDING,
            status_said="pending",
            created_at=self.clock(),
            live=self.live,
            request_id=f"req_{len(self.calls)}",
        )
        self._keep(payment)
        self._answered[prepared.key] = payment.id
        return self.become(payment.id, twist.status or PaymentStatus.CAPTURED)

    def _said(self, payment: Payment, twist: Twist) -> Payment:
        if twist.raises is not None:
            raise twist.raises
        return twist.answer(payment) if twist.answer else payment

    def _keep(self, payment: Payment) -> Payment:
        self.payments[payment.id] = payment
        return payment

    def _note(self, what: str, about: str) -> None:
        self.calls.append(Call(what, self.clock(), about))


class FakeGateway(CardGateway, PaymentPages):
    """Takes cards and makes pages."""

    def prepare_page(self, charge: Charge) -> Prepared:
        if charge.amount.minor < 100:
            raise Rejected("A page needs at least 1.00.", fields={"amount": "At least 1.00."})
        body = bytearray(f"{charge.amount}|{charge.reference}".encode())
        self._charge_of[charge.reference] = charge
        return self._made("page", body, charge.key, charge.reference, charge.amount, body)

    async def send_page(self, prepared: Prepared) -> Payment:
        twist = await self._arrived("page", prepared, self.charges)
        waiting = replace(twist, status=twist.status or PaymentStatus.ACTION_NEEDED)
        made = self._charged(prepared, waiting)
        made = self._keep(replace(made, action_url=f"https://pay.example/{made.id}"))
        return self._said(made, twist)


def _with_refund(payment: Payment, record: RefundRecord) -> Payment:
    return replace(
        payment,
        refunds=(*payment.refunds, record),
        refund_pending=payment.refund_pending + record.amount.minor,
        refundable=payment.refundable - record.amount.minor,
    )
