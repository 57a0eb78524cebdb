"""The table of all calls: each row is one round trip, and says which calls it must reach."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tests.gateways.contract import (
    flowlix_rows,
    forerunner_rows,
    payfac_actions,
    payfac_payouts,
    payfac_rows,
    webhook_rows,
)
from tests.gateways.contract.training import Training

Trip = Callable[[Training], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Row:
    """One call of one API. ``reaches`` names the calls of the training gateway behind it."""

    api: str
    call: str
    trip: Trip
    reaches: tuple[str, ...]


def _flowlix(call: str, trip: flowlix_rows.Trip, *reaches: str) -> Row:
    points = tuple(f"flowlix.{name}" for name in reaches)
    return Row("Flowlix", call, partial(trip, flowlix_rows.CURRENT), points)


def _classic(call: str, trip: flowlix_rows.Trip, *reaches: str) -> Row:
    points = tuple(f"flowlix_classic.{name}" for name in reaches)
    return Row("Flowlix classic", call, partial(trip, flowlix_rows.OLDER), points)


def _notice(call: str, trip: Trip) -> Row:
    return Row("Flowlix", f"webhooks: {call}", trip, ("flowlix.create_payment",))


def _forerunner(call: str, trip: Trip, *reaches: str) -> Row:
    points = tuple(f"flowlix_classic.{name}" for name in reaches)
    return Row("Flowlix classic", f"forerunner: {call}", trip, points)


def _payfac(call: str, trip: Trip, *reaches: str) -> Row:
    return Row("PayFac", call, trip, tuple(f"payfac.{name}" for name in reaches))


_PAGE = ("create_hosted", "hosted_page", "read_payment")
_CHALLENGE = ("create_payment", "challenge", "read_payment")

ROWS = (
    _flowlix("direct payment", flowlix_rows.direct_payment, "create_payment", "read_payment"),
    _flowlix("hosted payment", flowlix_rows.hosted_payment, *_PAGE),
    _flowlix("read", flowlix_rows.read, "read_payment"),
    _flowlix("list: cursors", flowlix_rows.list_with_cursors, "list_payments"),
    _flowlix("list: cursors backwards", flowlix_rows.list_backwards, "list_payments"),
    _flowlix("list: status", flowlix_rows.list_by_status, "list_payments"),
    _flowlix("list: created range", flowlix_rows.list_by_time, "list_payments"),
    _flowlix("refund: parts", flowlix_rows.refund, "create_refund"),
    _flowlix("refund: whole", flowlix_rows.refund_as_a_whole, "create_refund"),
    _flowlix("refund: fails later", flowlix_rows.refund_that_fails, "create_refund"),
    _flowlix("3-D Secure: at once", flowlix_rows.challenge_at_once, *_CHALLENGE),
    _flowlix("3-D Secure: later", flowlix_rows.challenge_later, *_CHALLENGE),
    _flowlix("3-D Secure: refused", flowlix_rows.challenge_refused, *_CHALLENGE),
    _flowlix("3-D Secure: left alone", flowlix_rows.challenge_left_alone, "create_payment"),
    _notice("proved", webhook_rows.proved),
    _notice("refused", webhook_rows.refused),
    _notice("twice and out of order", webhook_rows.twice_and_out_of_order),
    _notice("signed with the bare key", webhook_rows.with_the_bare_key),
    _classic("direct", flowlix_rows.direct_payment, "create_payment", "read_payment"),
    _classic("hosted", flowlix_rows.hosted_payment, *_PAGE),
    _classic("read", flowlix_rows.read, "read_payment"),
    _classic("list: cursors", flowlix_rows.list_with_cursors, "list_payments"),
    _classic("list: status", flowlix_rows.list_by_status, "list_payments"),
    _classic("list: created range", flowlix_rows.list_by_time, "list_payments"),
    _classic("refund with reason: parts", flowlix_rows.refund, "create_refund"),
    _classic("refund with reason: whole", flowlix_rows.refund_as_a_whole, "create_refund"),
    _classic("refund with reason: fails later", flowlix_rows.refund_that_fails, "create_refund"),
    _classic("3-D Secure: at once", flowlix_rows.challenge_at_once, *_CHALLENGE),
    _classic("3-D Secure: later", flowlix_rows.challenge_later, *_CHALLENGE),
    _classic("3-D Secure: refused", flowlix_rows.challenge_refused, *_CHALLENGE),
    _classic("3-D Secure: left alone", flowlix_rows.challenge_left_alone, "create_payment"),
    _forerunner("decided at once", forerunner_rows.decided_at_once, *_PAGE, "create_payment"),
    _forerunner("declined with HTTP 402", forerunner_rows.declined, "create_payment"),
    _forerunner("refunded as a whole", forerunner_rows.refunded_as_a_whole, "create_refund"),
    _payfac("access token: JSON body", payfac_rows.token_as_json, "token", "payment"),
    _payfac("access token: form and Basic", payfac_rows.token_as_form, "token", "payment"),
    _payfac("access token: renewed before expiry", payfac_rows.token_in_time, "token", "payment"),
    _payfac("access token: renewed once on 401", payfac_rows.token_after_401, "token", "payment"),
    _payfac("fixed bearer key", payfac_rows.fixed_key, "payment", "details", "actions"),
    _payfac("request payment: card", payfac_rows.card_payment, "payment", "details", "actions"),
    _payfac("details: payment", payfac_rows.details, "details"),
    _payfac("actions", payfac_rows.actions, "actions"),
    _payfac("refund: full", payfac_rows.refund_as_a_whole, "refund"),
    _payfac("refund: partial in minor units", payfac_rows.refund_in_minor_units, "refund"),
    _payfac("refund: partial in major units", payfac_rows.refund_in_major_units, "refund"),
    _payfac("list by reference", payfac_rows.list_by_reference, "list"),
    _payfac("card verification", payfac_actions.card_verification, "payment"),
    _payfac("capture: full", payfac_actions.capture_in_full, "capture", "actions"),
    _payfac("capture: part, more may follow", payfac_actions.capture_a_part, "capture"),
    _payfac("capture: part, final", payfac_actions.capture_a_final_part, "capture"),
    _payfac("void", payfac_actions.void, "void"),
    _payfac("increment authorisation", payfac_actions.increment, "increment"),
    _payfac("reverse: taken in", payfac_actions.reverse, "reverse"),
    _payfac("reverse: already given back", payfac_actions.reverse_again, "reverse"),
    _payfac("reverse: not allowed", payfac_actions.reverse_refused, "reverse"),
    _payfac("cancel scheduled retry", payfac_actions.cancel_retry, "cancel_retry"),
    _payfac("search: query", payfac_actions.search_by_query, "search"),
    _payfac("search: pages", payfac_actions.search_pages, "search"),
    _payfac("search: dates", payfac_actions.search_by_date, "search"),
    _payfac("payment session: create", payfac_actions.session_create, "session"),
    _payfac("payment session: submit", payfac_actions.session_submit, "submit_session"),
    _payfac("payment session: details", payfac_actions.session_details, "session_details"),
    _payfac("card payout", payfac_payouts.card_payout, "payment", "details", "actions", "list"),
    _payfac("bank payout", payfac_payouts.bank_payout, "payment", "details", "actions", "list"),
    _payfac("details: payout", payfac_payouts.details_of_payout, "details"),
    _payfac("details: newer payout", payfac_payouts.details_of_newer_payout, "details"),
    _payfac("request payment: payment context", payfac_payouts.payment_context, "payment"),
)
