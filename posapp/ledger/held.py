"""What gateways answered while the shared ledger was away, in an encrypted file of this till.

An answer is held until the ledger has it, or knows better. It belongs to the attempt with its
account and reference, whatever number that has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from posapp.ledger.card_guard import without_card_number
from posapp.ledger.codec import micros, moment, payment_from, payment_row
from posapp.ledger.engine import Database
from posapp.ledger.file import LedgerFile
from posapp.ledger.tables import held
from posapp.model.attempt import NEXT, Attempt, State, Verdict, check_change
from posapp.model.attempt_rules import check_attempt
from posapp.model.payment import Payment

_MOVED_NOTHING = frozenset({State.REFUSED, State.NOT_SENT})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is proved about an attempt; the arguments of ``Journal.settle``."""

    state: State
    verdict: Verdict | None = None
    payment: Payment | None = None
    payout_id: str = ""
    action_id: str = ""
    note: str = ""
    said: str = ""
    request_id: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """An answer, and which attempt it is about."""

    number: int
    attempt_id: int
    account: str
    reference: str
    held_at: datetime
    answer: Answer


class Held:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    async def open(cls, path: Path, key: bytes, clock: Callable[[], datetime]) -> Held:
        """Open the file, or make it.

        Raises:
            LedgerError: with one sentence; nothing was changed.
        """
        return cls(await Database.open(LedgerFile(path, key), _nothing), clock)

    async def keep(self, attempt: Attempt, answer: Answer) -> None:
        """Hold an answer; on the disk when this returns."""
        row = {
            "attempt_id": attempt.id,
            "account": attempt.intent.account,
            "reference": attempt.intent.reference,
            "held_at": micros(self._clock()),
            "answer": _answer_row(answer, self._clock()),
        }
        await self._database.write(lambda connection: connection.execute(insert(held), row))

    async def all(self) -> tuple[HeldAnswer, ...]:
        """Every answer that is still held, oldest first."""

        def work(connection: Connection) -> tuple[HeldAnswer, ...]:
            rows = connection.execute(select(held).order_by(held.c.number)).mappings()
            return tuple(_held_from(row) for row in rows)

        return await self._database.read(work)

    async def count(self) -> int:
        def work(connection: Connection) -> int:
            return int(connection.execute(select(func.count()).select_from(held)).scalar_one())

        return await self._database.read(work)

    async def drop(self, number: int) -> None:
        """The ledger has it."""
        await self._database.write(
            lambda connection: connection.execute(delete(held).where(held.c.number == number))
        )

    async def close(self) -> None:
        await self._database.close()


def with_answer(attempt: Attempt, answer: Answer, at: datetime) -> Attempt:
    """The attempt as the ledger will have it.

    Raises:
        BrokenRule: the answer may not follow.
    """
    if answer.state is not attempt.state:
        check_change(attempt.state, answer.state)
    after = replace(
        attempt,
        state=answer.state,
        verdict=answer.verdict,
        payment_id=answer.payment.id if answer.payment else answer.payout_id or attempt.payment_id,
        action_id=answer.action_id or attempt.action_id,
        note=without_card_number(answer.note) or attempt.note,
        said=without_card_number(answer.said) or attempt.said,
        request_id=answer.request_id or attempt.request_id,
        ended_at=attempt.ended_at if answer.state.is_open else at,
    )
    check_attempt(after)
    return after


def still_to_write(current: Attempt, answer: Answer) -> Answer | None:
    """What the ledger does not know yet of an answer that was held; None when it knows as much.

    Compared with what it says now: it may have been told in the very moment it went away, and a
    look-up may have found out meanwhile.
    """
    if answer.state is current.state and answer.verdict is current.verdict:
        return None
    if answer.state in NEXT[current.state]:
        return answer
    if answer.state in _MOVED_NOTHING and State.NOT_CHARGED in NEXT[current.state]:
        return replace(answer, state=State.NOT_CHARGED)
    return None


def contradicts(current: Attempt, answer: Answer) -> bool:
    """Whether both are proved, and say different things."""
    if answer.verdict is None:
        return False
    settled = current.state is State.SETTLED and current.verdict is not answer.verdict
    return settled or (current.state in _MOVED_NOTHING and answer.verdict is Verdict.APPROVED)


def _answer_row(answer: Answer, at: datetime) -> dict[str, object]:
    return {
        "state": answer.state.value,
        "verdict": answer.verdict.value if answer.verdict else "",
        "payment": payment_row(answer.payment, at) if answer.payment else None,
        "payout_id": answer.payout_id,
        "action_id": answer.action_id,
        "note": without_card_number(answer.note),
        "said": without_card_number(answer.said),
        "request_id": answer.request_id,
        "who": answer.who,
    }


def _held_from(row: RowMapping) -> HeldAnswer:
    said = row["answer"]
    return HeldAnswer(
        number=row["number"],
        attempt_id=row["attempt_id"],
        account=row["account"],
        reference=row["reference"],
        held_at=moment(row["held_at"]),
        answer=Answer(
            state=State(said["state"]),
            verdict=Verdict(said["verdict"]) if said["verdict"] else None,
            payment=payment_from(said["payment"]) if said["payment"] else None,
            payout_id=said["payout_id"],
            action_id=said["action_id"],
            note=said["note"],
            said=said["said"],
            request_id=said["request_id"],
            who=said["who"],
        ),
    )


def _nothing(_connection: Connection) -> None:
    """The file begins empty."""
