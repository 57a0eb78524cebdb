"""As test_any_request, for the first generation of Flowlix classic."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from tests.sandbox.callers import CUSTOMER, Flowlix, classic_direct
from tests.sandbox.contract_first import FIRST_LIST, FIRST_PAYMENT
from tests.sandbox.contract_flowlix import flowlix_error
from tests.sandbox.rows import CLASSIC_ROWS, Row
from tests.sandbox.test_any_request import (
    Run,
    Step,
    budget,
    fresh,
    programs,
    pytestmark,
)

__all__ = ["pytestmark"]


def _rows() -> list[Row]:
    """Final answers, 402 for a decline, refunds without a body."""
    create, hosted, listed, read, refund = CLASSIC_ROWS
    one = {201: FIRST_PAYMENT}
    customers = [body | {"customer": CUSTOMER} for body in create.bodies]
    declined = {**create.answers, **one, 402: flowlix_error(402)}
    return [
        replace(create, answers=declined, bodies=customers),
        replace(hosted, answers={**hosted.answers, **one}),
        replace(listed, answers={**listed.answers, 200: FIRST_LIST}),
        replace(read, answers={**read.answers, 200: FIRST_PAYMENT}),
        replace(refund, answers={**refund.answers, 200: FIRST_PAYMENT}, bodies=[{}]),
    ]


@budget
@given(steps=programs(_rows()))
async def test_the_first_generation_answers_every_request_as_described(
    classic: Flowlix, steps: list[Step]
) -> None:
    await fresh(classic.admin)
    await classic.admin.set(
        classic_generation="synchronous", classic_synchronous_rate_per_minute=None
    )
    first = [(await classic.created(classic_direct(customer=CUSTOMER)))["id"]]
    await Run(classic, first).all(steps)
