"""Sending money out, to a card or a bank account, once for everything a person confirmed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from posapp.desk.errors import Refused
from posapp.desk.following import await_end, conclude
from posapp.desk.outcome import Outcome
from posapp.desk.sending import fresh_salt, not_saved, send_once
from posapp.desk.till import Till
from posapp.gateways.abilities import PayoutRequest
from posapp.gateways.abilities import Payouts as PaysOut
from posapp.gateways.port import Gateway, Prepared, Rejected
from posapp.ledger.errors import LedgerError
from posapp.model.access import Role, permission_problem
from posapp.model.attempt import Attempt, Intent, Kind, State, payout_key
from posapp.model.card import Card
from posapp.model.case import AlarmKind
from posapp.model.judge import judge_payout
from posapp.model.money import Money
from posapp.model.payout import AccountHolder, BankAccount, Destination, Payout, PayoutStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """What a person fills in, as ``gateways.abilities.PayoutRequest`` describes it.

    ``ticket`` is unique to the form: sent off twice, it is paid out once. ``reason`` is for our
    own books.
    """

    amount: Money
    destination: Destination = field(repr=False)
    ticket: str
    reason: str
    holder: AccountHolder | None = field(default=None, repr=False)
    sender: AccountHolder | None = field(default=None, repr=False)
    purpose: str = ""
    statement: str = ""
    scheme: str = ""
    charge_bearer: str = ""
    quote_id: str = ""
    transfer_type: str = ""


class Payouts:
    """Independent of orders and of payments that came in.

    Args:
        role: what the person at the till is; None while nobody is signed in.
    """

    def __init__(self, till: Till, *, role: Callable[[], Role | None]) -> None:
        self._till = till
        self._ledger = till.ledger
        self._role = role

    async def pay_out(self, asked: PayoutOrder, *, account: str, who: str) -> Outcome:
        """Ask the gateway to send the money, once, and wait a little for the end.

        The numbers of card or account are wiped as soon as the request is built. When it is
        refused before that, they are as they were, for the caller to mend or to wipe.

        Raises:
            Refused: before anything was sent; ``fields`` names what to correct.
            NothingMoved: it is proved that nothing was sent out.
        """
        try:
            with self._till.under_way.money():
                return await self._pay_out(asked, account=account, who=who)
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        finally:
            self._till.changed()

    async def look(self, attempt: Attempt, gateway: Gateway) -> Outcome | None:
        """Settle a payout as far as the gateway shows it; None when it is absent."""
        if not isinstance(gateway, PaysOut):
            raise Refused(f"{gateway.label} does not send money out any more. Mend its settings.")
        if attempt.payment_id:
            return await self._record(attempt, await gateway.read_payout(attempt.payment_id))
        found = await gateway.find_payouts(attempt.intent.reference)
        if not found:
            return None
        if len(found) > 1 and attempt.state is not State.NOT_CHARGED:
            several = await self._ledger.journal.settle(
                attempt.id,
                state=State.OPEN_CASE,
                note=f"The gateway shows {len(found)} payouts under this reference.",
            )
            return Outcome(several, None)
        return await self._record(attempt, await gateway.read_payout(found[0].id))

    async def _pay_out(self, asked: PayoutOrder, *, account: str, who: str) -> Outcome:
        if problem := permission_problem(self._role(), Kind.PAYOUT):
            raise Refused(problem)
        gateway = self._till.accounts.gateway(account)
        if not isinstance(gateway, PaysOut):
            raise Refused(f"{gateway.label} cannot send money out. Choose another account.")
        if not asked.ticket or not asked.reason.strip():
            raise Refused("Say what the payout is for.", fields={"reason": "Say what it is for."})
        request = PayoutRequest(
            amount=asked.amount,
            destination=asked.destination,
            reference=f"{self._till.name[:6]}-P-{fresh_salt()}{fresh_salt()}",
            key=payout_key(account=account, ticket=asked.ticket),
            holder=asked.holder,
            sender=asked.sender,
            purpose=asked.purpose,
            statement=asked.statement,
            scheme=asked.scheme,
            charge_bearer=asked.charge_bearer,
            quote_id=asked.quote_id,
            transfer_type=asked.transfer_type,
        )
        card = asked.destination if isinstance(asked.destination, Card) else None
        summary = card.summary() if card and len(card.number) else None
        try:
            prepared = gateway.prepare_payout(request)
        except Rejected as rejected:
            raise Refused(str(rejected), fields=rejected.fields) from rejected
        _wipe(asked.destination)
        try:
            attempt = await self._ledger.journal.begin(
                Intent(
                    kind=Kind.PAYOUT,
                    account=account,
                    amount=asked.amount,
                    reference=request.reference,
                    key=request.key,
                    fingerprint=prepared.fingerprint,
                    who=who,
                    till=self._till.name,
                    reason=asked.reason.strip(),
                    card_brand=summary.brand if summary else "",
                    card_last4=summary.last4 if summary else "",
                    body=bytes(prepared.body) if prepared.keeps else b"",
                )
            )
            with self._till.under_way.following(attempt.id):
                attempt = await self._ledger.journal.sending(attempt.id)
                try:
                    return await self._send(gateway, gateway, prepared, attempt)
                except LedgerError as failed:
                    return Outcome(not_saved(attempt, failed), None)
        finally:
            prepared.wipe()

    async def _send(
        self, payer: PaysOut, gateway: Gateway, prepared: Prepared, attempt: Attempt
    ) -> Outcome:
        answer = await send_once(self._ledger.journal, attempt, payer.send_payout(prepared))
        if isinstance(answer, Attempt):
            return Outcome(answer, None)
        return await await_end(
            self._till,
            await self._record(attempt, answer),
            lambda current: self.look(current, gateway),
        )

    async def _record(self, attempt: Attempt, payout: Payout) -> Outcome:
        """Write down what the gateway said, as far as it proves anything."""
        finding = judge_payout(attempt.intent, payout)
        settled = await conclude(
            self._till,
            attempt,
            finding,
            payout_id=payout.id,
            said=payout.status_said,
            request_id=payout.request_id,
            contradiction=AlarmKind.RETURNED
            if payout.status is PayoutStatus.RETURNED
            else AlarmKind.CONTRADICTED,
        )
        return Outcome(settled, None)


def _wipe(destination: Destination) -> None:
    if isinstance(destination, Card):
        destination.wipe()
    elif isinstance(destination, BankAccount):
        for number in (destination.iban, destination.number, destination.bban):
            if number is not None:
                number.wipe()
