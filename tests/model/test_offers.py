"""What a person may ask of a payment: by balances, what is under way, the gateway and the role."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.model.access import MAY, Role, permission_problem
from posapp.model.allowed import Allowed, allowed, in_the_way, left_to_capture
from posapp.model.attempt import ACTIONS, Attempt, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionRecord, ActionState, Payment, PaymentStatus
from tests.model.attempts import NOON, attempt, intent

RESERVED = Payment(
    account="main",
    id="pay_1",
    reference="T1-1-1-CHRG",
    amount=Money(1000, "EUR"),
    status=PaymentStatus.AUTHORISED,
    status_said="Authorized",
    created_at=NOON,
    authorised=1000,
    capturable=1000,
    estimated=True,
)
PARTLY = replace(RESERVED, capturable=600, captured=400, refundable=400)
CAPTURED = replace(RESERVED, capturable=0, captured=1000, refundable=1000)
GONE = replace(RESERVED, capturable=0)
RETRIED = replace(GONE, authorised=0, status=PaymentStatus.RETRY_SCHEDULED)


def ours(
    kind: Kind,
    state: State = State.PENDING,
    *,
    minor: int = 300,
    number: str = "act_9",
    verdict: Verdict | None = None,
) -> Attempt:
    made = attempt(kind, state, action_id=number)
    return replace(
        made,
        intent=intent(kind, amount=Money(minor, "EUR")),
        verdict=verdict or made.verdict,
    )


def offer(
    payment: Payment, *mine: Attempt, role: Role | None = Role.MANAGER, has_actions: bool = True
) -> Allowed:
    return allowed(payment, mine, role=role, has_actions=has_actions)


def kinds(offered: Allowed) -> set[Kind]:
    return {kind for kind in Kind if offered.may(kind)}


@pytest.mark.parametrize(
    ("payment", "expected", "capture", "refund"),
    [
        (RESERVED, {Kind.CAPTURE, Kind.VOID, Kind.INCREMENT, Kind.REVERSAL}, 1000, 0),
        (
            replace(RESERVED, estimated=False),
            {Kind.CAPTURE, Kind.VOID, Kind.REVERSAL},
            1000,
            0,
        ),
        (PARTLY, {Kind.CAPTURE, Kind.VOID, Kind.REVERSAL, Kind.REFUND}, 600, 400),
        (CAPTURED, {Kind.REVERSAL, Kind.REFUND}, 0, 1000),
        (GONE, set(), 0, 0),
        (RETRIED, {Kind.REVERSAL, Kind.RETRY_CANCELLATION}, 0, 0),
    ],
)
@pytest.mark.parametrize("said", [None, PaymentStatus.UNKNOWN, PaymentStatus.REFUNDED])
def test_an_offer_follows_from_the_balances(
    payment: Payment, expected: set[Kind], capture: int, refund: int, said: PaymentStatus | None
) -> None:
    if said is not None and payment is not RETRIED:
        payment = replace(payment, status=said)  # the word decides nothing
    made = offer(payment)
    assert kinds(made) == expected
    assert (made.to_capture.minor, made.to_refund.minor) == (capture, refund)


def test_a_gateway_that_only_refunds_offers_nothing_else() -> None:
    assert kinds(offer(PARTLY, has_actions=False)) == {Kind.REFUND}
    assert kinds(offer(RESERVED, has_actions=False)) == set()


@pytest.mark.parametrize("under_way", ACTIONS)
def test_one_action_at_a_time(under_way: Kind) -> None:
    expected = set() if under_way in (Kind.VOID, Kind.REVERSAL) else {Kind.REFUND}
    assert kinds(offer(PARTLY, ours(under_way, minor=100))) == expected


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("under_way", [*ACTIONS, Kind.REFUND])
def test_only_what_is_open_and_a_reversal_that_is_done_stand_in_the_way(
    under_way: Kind, state: State
) -> None:
    made = ours(under_way, state)
    for kind in (*ACTIONS, Kind.REFUND):
        if under_way is Kind.REVERSAL and state is State.SETTLED:
            waits = True
        elif not state.is_open or kind is under_way is Kind.REFUND:
            waits = False
        elif under_way is Kind.REFUND:
            waits = kind in (Kind.VOID, Kind.REVERSAL)
        elif kind is Kind.REFUND:
            waits = under_way in (Kind.VOID, Kind.REVERSAL)
        else:
            waits = True
        assert bool(in_the_way(kind, (made,))) is waits


def test_refunds_under_way_make_less_refundable() -> None:
    assert offer(CAPTURED, ours(Kind.REFUND)).to_refund == Money(700, "EUR")
    assert not offer(CAPTURED, ours(Kind.REFUND, minor=1000)).may(Kind.REFUND)


LISTED = ActionRecord("act_9", ActionKind.CAPTURE, ActionState.DONE, Money(300, "EUR"))
APPROVED = Verdict.APPROVED


@pytest.mark.parametrize(
    ("payment", "mine", "left"),
    [
        (PARTLY, (), 600),
        (PARTLY, (ours(Kind.CAPTURE),), 300),  # under way and not shown
        (PARTLY, (ours(Kind.CAPTURE, minor=700),), 0),
        (replace(PARTLY, history=(LISTED,)), (ours(Kind.CAPTURE),), 600),  # in the balance
        (RESERVED, (ours(Kind.CAPTURE, State.SETTLED),), 700),  # done, and the read-out lags
        (PARTLY, (ours(Kind.CAPTURE, State.SETTLED),), 600),  # done, shown without a list
        (
            RESERVED,
            (ours(Kind.CAPTURE, State.SETTLED, verdict=Verdict.DECLINED),),
            1000,
        ),
        (RESERVED, (ours(Kind.CAPTURE, State.NOT_CHARGED),), 1000),
        (RESERVED, (ours(Kind.VOID, State.SETTLED),), 0),  # whatever a late read-out says
        (RESERVED, (ours(Kind.REVERSAL, State.SETTLED),), 0),
        (RESERVED, (ours(Kind.VOID, State.SETTLED, verdict=Verdict.DECLINED),), 1000),
        (RESERVED, (ours(Kind.INCREMENT, State.SETTLED),), 1000),
    ],
)
def test_never_more_is_left_to_capture_than_our_own_captures_leave(
    payment: Payment, mine: tuple[Attempt, ...], left: int
) -> None:
    assert left_to_capture(payment, mine) == left
    assert offer(payment, *mine).to_capture.minor == left


def test_what_was_reversed_offers_nothing_though_the_read_out_lags() -> None:
    done = ours(Kind.REVERSAL, State.SETTLED)
    assert kinds(offer(PARTLY, done)) == set()
    assert offer(PARTLY, done).to_refund == Money(0, "EUR")


@pytest.mark.parametrize("kind", Kind)
def test_everything_that_moves_money_stands_in_the_table_of_permissions(kind: Kind) -> None:
    everybody = set(Role)
    supervisors = {Role.SUPERVISOR, Role.MANAGER}
    wanted: set[Role] = supervisors if kind in (Kind.PAYOUT, Kind.REVERSAL) else everybody
    assert set(MAY[kind]) == wanted
    for role in Role:
        assert (permission_problem(role, kind) is None) is (role in wanted)
    assert permission_problem(None, kind) == "Nobody is signed in. Sign in first."


@pytest.mark.parametrize("role", [None, *Role])
def test_an_offer_keeps_to_the_table_of_permissions(role: Role | None) -> None:
    offered = kinds(offer(PARTLY, role=role))
    everything = {Kind.CAPTURE, Kind.VOID, Kind.REVERSAL, Kind.REFUND}
    assert offered == {kind for kind in everything if permission_problem(role, kind) is None}
