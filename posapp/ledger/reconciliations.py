"""The comparison of a complete reading with the journal, and what people did about it.

The rows belong to a reading and are made anew as often as wanted. What people decide belongs to
the difference itself and outlives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    select,
    union,
    update,
)

from posapp.ledger.audit import Audit
from posapp.ledger.card_guard import without_card_number
from posapp.ledger.codec import attempt_from, micros, payment_from
from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerError, NoSuchEntry
from posapp.ledger.reconciled_codec import row_from, row_values
from posapp.ledger.syncs import COMPARED, read_run
from posapp.ledger.tables import attempts, differences, payments, reconciled, sync_payments, syncs
from posapp.model.attempt import Attempt
from posapp.model.payment import Payment
from posapp.model.reconcile import Match, Movement, Row
from posapp.model.reconciliation import (
    Phase,
    ReconciledRow,
    RowFilter,
    RowPage,
    Summary,
    SyncRun,
    Total,
)

_EXPLAINED = and_(differences.c.reason != "", differences.c.evidence == reconciled.c.evidence)


class NotComplete(LedgerError):
    """A list that was not read to its end cannot be compared."""

    def __init__(self) -> None:
        super().__init__(
            "The gateway's list was not read to its end. Nothing was compared. Go on reading it."
        )


class Reconciliations:
    def __init__(self, database: Database, trail: Audit, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._trail = trail
        self._clock = clock

    async def begin(self, run_id: int) -> None:
        """Take away an earlier comparison of this reading.

        Raises:
            NotComplete: it was not read to its end.
        """

        def work(connection: Connection) -> None:
            if read_run(connection, run_id).phase is not Phase.COMPLETE:
                raise NotComplete
            connection.execute(update(syncs).where(syncs.c.id == run_id).values(reconciled_at=None))
            connection.execute(delete(reconciled).where(reconciled.c.sync_id == run_id))

        await self._database.write(work)

    async def ours(self, run: SyncRun, *, after: int, limit: int) -> tuple[Attempt, ...]:
        """Attempts of the span, and those about payments of the list, by id."""
        came_across = select(sync_payments.c.payment_id).where(sync_payments.c.sync_id == run.id)
        listed = (
            select(payments.c.id, payments.c.reference)
            .where(payments.c.account == run.account, payments.c.id.in_(came_across))
            .cte("listed")
        )
        prepared, mine = attempts.c.prepared_at, attempts.c.account == run.account
        within = and_(prepared >= micros(run.window.since), prepared < micros(run.until))
        # One after the other, so that each part finds its index.
        numbers = union(
            select(attempts.c.id).where(mine, within),
            select(attempts.c.id).where(mine, attempts.c.payment_id.in_(select(listed.c.id))),
            select(attempts.c.id).where(mine, attempts.c.reference.in_(select(listed.c.reference))),
        ).subquery("numbers")
        wanted = (
            select(attempts)
            .where(
                attempts.c.id.in_(select(numbers.c.id)),
                attempts.c.id > after,
                attempts.c.kind.in_(COMPARED),
            )
            .order_by(attempts.c.id)
            .limit(limit)
        )

        def work(connection: Connection) -> tuple[Attempt, ...]:
            return tuple(attempt_from(row) for row in connection.execute(wanted).mappings())

        return await self._database.read(work)

    async def theirs(self, run: SyncRun, *, after: str, limit: int) -> tuple[Payment, ...]:
        """The payments of the list, as they were read last, by id."""
        wanted = (
            select(payments)
            .join(sync_payments, sync_payments.c.payment_id == payments.c.id)
            .where(
                sync_payments.c.sync_id == run.id,
                sync_payments.c.found != "absent",
                sync_payments.c.payment_id > after,
                payments.c.account == run.account,
            )
            .order_by(sync_payments.c.payment_id)
            .limit(limit)
        )

        def work(connection: Connection) -> tuple[Payment, ...]:
            return tuple(payment_from(row) for row in connection.execute(wanted).mappings())

        return await self._database.read(work)

    async def absent(self, run: SyncRun) -> frozenset[str]:
        """Ids of payments that the gateway was asked for in this reading and does not have."""
        wanted = select(sync_payments.c.payment_id).where(
            sync_payments.c.sync_id == run.id, sync_payments.c.found == "absent"
        )
        return await self._database.read(
            lambda connection: frozenset(connection.execute(wanted).scalars())
        )

    async def add(self, run_id: int, rows: Sequence[Row], *, start: int) -> None:
        """Keep some rows, the first of them at position ``start``."""
        if not rows:
            return
        values = [row_values(run_id, start + place, row) for place, row in enumerate(rows)]
        within = reconciled.c.position.between(start, start + len(rows) - 1)

        def work(connection: Connection) -> None:
            connection.execute(delete(reconciled).where(reconciled.c.sync_id == run_id, within))
            connection.execute(insert(reconciled), values)

        await self._database.write(work)

    async def finish(self, run_id: int, *, rows: int, who: str) -> Summary:
        """All rows are kept: from now on they are shown."""

        def work(connection: Connection) -> Summary:
            beyond = reconciled.c.position >= rows
            connection.execute(delete(reconciled).where(reconciled.c.sync_id == run_id, beyond))
            connection.execute(
                update(syncs)
                .where(syncs.c.id == run_id)
                .values(reconciled_at=micros(self._clock()))
            )
            summary = _summary(connection, run_id)
            self._trail.append(
                connection,
                "reconciled",
                subject=f"account:{summary.run.account}",
                who=who,
                detail={
                    "first": summary.run.window.first.isoformat(),
                    "last": summary.run.window.last.isoformat(),
                    **{match.value: str(number) for match, number in summary.counts.items()},
                },
            )
            return summary

        return await self._database.write(work)

    async def summary(self, run_id: int) -> Summary:
        """How many rows of each kind there are, and the sums of both sides."""
        return await self._database.read(lambda connection: _summary(connection, run_id))

    async def page(
        self, run_id: int, wanted: RowFilter, *, after: int = -1, limit: int = 100
    ) -> RowPage:
        """Rows behind the position ``after``, newest first."""

        def work(connection: Connection) -> RowPage:
            query = _rows(run_id).where(reconciled.c.position > after)
            if wanted.match is not None:
                query = query.where(reconciled.c.result == wanted.match.value)
            if wanted.to_do:
                query = query.where(
                    reconciled.c.result != Match.MATCHED.value,
                    func.coalesce(case((_EXPLAINED, 1), else_=0), 0) == 0,
                )
            found = connection.execute(
                query.order_by(reconciled.c.position).limit(limit + 1)
            ).mappings()
            rows = tuple(row_from(row) for row in found)
            more = len(rows) > limit
            return RowPage(rows[:limit], rows[limit - 1].position if more else None)

        return await self._database.read(work)

    async def row(self, run_id: int, position: int) -> ReconciledRow:
        """One row as it stands now.

        Raises:
            NoSuchEntry: there is none.
        """
        return await self._database.read(lambda connection: _one(connection, run_id, position))

    async def assign(self, run_id: int, position: int, *, to: str, who: str) -> ReconciledRow:
        """Somebody shall look into this difference; an empty name takes it from everybody."""
        return await self._decide(
            run_id, position, who, "difference_assigned", {"to": to}, {"assigned_to": to}
        )

    async def explain(self, run_id: int, position: int, *, reason: str, who: str) -> ReconciledRow:
        """Say why the two sides differ; an empty reason takes the explanation back."""
        kept = without_card_number(reason)
        at = micros(self._clock()) if kept else None
        values = {"reason": kept, "explained_by": who if kept else "", "explained_at": at}
        return await self._decide(
            run_id, position, who, "difference_explained", {"reason": kept}, values
        )

    async def _decide(
        self,
        run_id: int,
        position: int,
        who: str,
        event: str,
        detail: Mapping[str, str],
        values: Mapping[str, object],
    ) -> ReconciledRow:
        def work(connection: Connection) -> ReconciledRow:
            account = read_run(connection, run_id).account
            before = _one(connection, run_id, position).row
            values_now = dict(values)
            if "reason" in values:
                values_now["evidence"] = before.evidence if values["reason"] else ""
            where = and_(differences.c.account == account, differences.c.subject == before.subject)
            changed = connection.execute(update(differences).where(where).values(**values_now))
            if changed.rowcount == 0:
                key = {"account": account, "subject": before.subject}
                connection.execute(insert(differences).values(**key, **values_now))
            told = {**detail, "result": before.match.value, "payment": before.entry.payment_id}
            self._trail.append(connection, event, subject=before.subject, who=who, detail=told)
            return _one(connection, run_id, position)

        return await self._database.write(work)


def _rows(run_id: int) -> Select[tuple[Any, ...]]:
    """Rows with what people decided about them."""
    return (
        select(
            reconciled,
            differences.c.assigned_to,
            differences.c.reason,
            differences.c.evidence.label("explained_evidence"),
            differences.c.explained_by,
            differences.c.explained_at,
        )
        .select_from(_with_differences())
        .where(reconciled.c.sync_id == run_id)
    )


def _with_differences() -> FromClause:
    return reconciled.join(syncs, syncs.c.id == reconciled.c.sync_id).outerjoin(
        differences,
        and_(
            differences.c.account == syncs.c.account,
            differences.c.subject == reconciled.c.subject,
        ),
    )


def _one(connection: Connection, run_id: int, position: int) -> ReconciledRow:
    query = _rows(run_id).where(reconciled.c.position == position)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NoSuchEntry("This comparison was made anew in the meantime. Look at it again.")
    return row_from(row)


def _summary(connection: Connection, run_id: int) -> Summary:
    explained = func.sum(case((_EXPLAINED, 1), else_=0))
    found = connection.execute(
        select(reconciled.c.result, func.count(), explained)
        .select_from(_with_differences())
        .where(reconciled.c.sync_id == run_id)
        .group_by(reconciled.c.result)
    ).all()
    sums = connection.execute(
        select(
            reconciled.c.movement,
            reconciled.c.currency,
            func.sum(reconciled.c.our_moved),
            func.sum(reconciled.c.their_moved),
        )
        .where(reconciled.c.sync_id == run_id)
        .group_by(reconciled.c.movement, reconciled.c.currency)
        .order_by(reconciled.c.movement, reconciled.c.currency)
    ).all()
    return Summary(
        run=read_run(connection, run_id),
        counts={Match(result): number for result, number, _ in found},
        explained={Match(result): int(done) for result, _, done in found if done},
        totals=tuple(
            Total(Movement(movement), currency, int(here), int(there))
            for movement, currency, here, there in sums
        ),
    )
