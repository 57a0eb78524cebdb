"""Readings of a gateway's list: each page with its cursor in one transaction, none counted twice.

What was read corrects the snapshots, never the journal. A run that was broken off, by whatever,
goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from posapp.ledger.charge_index import index_payments
from posapp.ledger.codec import micros, moment, moment_or_none
from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerError, NoSuchEntry
from posapp.ledger.snapshots import keep_listed
from posapp.ledger.tables import attempts, sync_payments, syncs
from posapp.model.payment import Payment
from posapp.model.reconcile import MOVEMENT_OF
from posapp.model.reconciliation import UNFINISHED, Phase, SyncRun
from posapp.model.window import Window

COMPARED = tuple(kind.value for kind in MOVEMENT_OF)
"""The kinds of attempts that a gateway's payments are compared with."""


class SyncMoved(LedgerError):
    """Somebody else carried this run on in the meantime."""

    def __init__(self) -> None:
        super().__init__(
            "Another till is reading the same days from the gateway. Nothing was written. "
            "Wait until it is done."
        )


class Syncs:
    def __init__(self, database: Database, clock: Callable[[], datetime], till: str) -> None:
        self._database = database
        self._clock = clock
        self._till = till

    async def begin(self, account: str, window: Window, *, who: str) -> SyncRun:
        """A new run, or the one for these days that was not finished."""

        def work(connection: Connection) -> SyncRun:
            unfinished = _of(account, window).where(syncs.c.phase.in_(UNFINISHED))
            row = connection.execute(unfinished).mappings().first()
            if row is not None:
                return _run(connection, row)
            now = self._clock()
            offset = window.since.utcoffset() or timedelta(0)
            number = connection.execute(
                insert(syncs)
                .values(
                    account=account,
                    first_day=window.first.isoformat(),
                    last_day=window.last.isoformat(),
                    since=micros(window.since),
                    until=micros(window.until),
                    ends=micros(min(window.until, now)),
                    utc_offset=int(offset.total_seconds()),
                    phase=Phase.LISTING.value,
                    who=who,
                    till=self._till,
                    begun_at=micros(now),
                    changed_at=micros(now),
                )
                .returning(syncs.c.id)
            ).scalar_one()
            return read_run(connection, number)

        return await self._database.write(work)

    async def page(
        self,
        run: SyncRun,
        *,
        payments: Sequence[Payment],
        next_page: str,
        asked_at: datetime,
        payouts: int = 0,
        unreadable: int = 0,
    ) -> SyncRun:
        """Keep the page that ``run.cursor`` led to, and where the next one is.

        Args:
            asked_at: when the page was asked for; a snapshot read later stays.

        Raises:
            SyncMoved: this page was kept already.
        """

        def work(connection: Connection) -> SyncRun:
            before = read_run(connection, run.id)
            if (before.phase, before.cursor, before.pages) != (run.phase, run.cursor, run.pages):
                raise SyncMoved
            self._keep(connection, run, {each.id: each for each in payments}, "listed", asked_at)
            seen = [each.created_at for each in payments]
            reached = min([*seen, *([before.reached] if before.reached else [])], default=None)
            self._change(
                connection,
                run,
                cursor=next_page,
                phase=(Phase.LISTING if next_page else Phase.CHECKING).value,
                pages=before.pages + 1,
                reached=reached and micros(reached),
                payouts=before.payouts + payouts,
                unreadable=before.unreadable + unreadable,
                note="",
            )
            return read_run(connection, run.id)

        return await self._database.write(work)

    async def to_check(self, run: SyncRun, limit: int) -> tuple[tuple[str, ...], int]:
        """Payments that our journal has in the span and the list had not, and how many there are
        in all."""

        def work(connection: Connection) -> tuple[tuple[str, ...], int]:
            seen = select(sync_payments.c.payment_id).where(sync_payments.c.sync_id == run.id)
            wanted = (
                select(attempts.c.payment_id)
                .where(
                    attempts.c.prepared_at >= micros(run.window.since),
                    attempts.c.prepared_at < micros(run.until),
                    attempts.c.account == run.account,
                    attempts.c.kind.in_(COMPARED),
                    attempts.c.payment_id != "",
                    attempts.c.payment_id.not_in(seen),
                )
                .distinct()
            )
            number = connection.execute(select(func.count()).select_from(wanted.subquery()))
            first = connection.execute(wanted.order_by(attempts.c.payment_id).limit(limit))
            return tuple(first.scalars()), int(number.scalar_one())

        return await self._database.read(work)

    async def checked(
        self, run: SyncRun, found: Mapping[str, Payment | None], asked_at: datetime
    ) -> SyncRun:
        """Keep what the gateway said about payments by their ids; None for what it does not have.

        Raises:
            SyncMoved: somebody else finished the run.
        """

        def work(connection: Connection) -> SyncRun:
            if read_run(connection, run.id).phase is not Phase.CHECKING:
                raise SyncMoved
            there = {name: payment for name, payment in found.items() if payment}
            self._keep(connection, run, there, "read", asked_at)
            _note(connection, run, [name for name in found if name not in there], "absent")
            self._change(connection, run, note="")
            return read_run(connection, run.id)

        return await self._database.write(work)

    async def finish(self, run: SyncRun) -> SyncRun:
        """The list was read to its end, and nothing of ours is left to ask for."""
        return await self._into(run, Phase.COMPLETE)

    async def abandon(self, run: SyncRun, note: str) -> SyncRun:
        """It cannot go on where it stood; the next run begins anew."""
        return await self._into(run, Phase.ABANDONED, note=note)

    async def stopped(self, run: SyncRun, note: str) -> None:
        """Say why it did not go on, for whoever takes it up again."""

        def work(connection: Connection) -> None:
            self._change(connection, run, note=note)

        await self._database.write(work)

    async def latest(self, account: str, window: Window) -> SyncRun | None:
        """The newest run for these days of this account."""

        def work(connection: Connection) -> SyncRun | None:
            wanted = _of(account, window).where(syncs.c.phase != Phase.ABANDONED.value)
            row = connection.execute(wanted).mappings().first()
            return _run(connection, row) if row else None

        return await self._database.read(work)

    async def read(self, run_id: int) -> SyncRun:
        """The run with this id.

        Raises:
            NoSuchEntry: there is none.
        """
        return await self._database.read(lambda connection: read_run(connection, run_id))

    async def _into(self, run: SyncRun, phase: Phase, *, note: str = "") -> SyncRun:
        def work(connection: Connection) -> SyncRun:
            if read_run(connection, run.id).phase not in UNFINISHED:
                raise SyncMoved
            self._change(connection, run, phase=phase.value, note=note)
            return read_run(connection, run.id)

        return await self._database.write(work)

    def _keep(
        self,
        connection: Connection,
        run: SyncRun,
        found: Mapping[str, Payment],
        how: str,
        asked_at: datetime,
    ) -> None:
        """Snapshots of payments, and that this run came across them, by whatever id."""
        for payment in found.values():
            keep_listed(connection, payment, asked_at, now=self._clock())
        ids = [payment.id for payment in found.values()]
        _note(connection, run, [*found, *ids], how)
        index_payments(connection, run.account, ids)

    def _change(self, connection: Connection, run: SyncRun, **values: object) -> None:
        changed = {**values, "changed_at": micros(self._clock())}
        connection.execute(update(syncs).where(syncs.c.id == run.id).values(**changed))


def read_run(connection: Connection, run_id: int) -> SyncRun:
    """The run with this id.

    Raises:
        NoSuchEntry: there is none.
    """
    row = connection.execute(select(syncs).where(syncs.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise NoSuchEntry("There is no such reading of the gateway's list in the ledger.")
    return _run(connection, row)


def _of(account: str, window: Window) -> Select[tuple[Any, ...]]:
    """The runs for these days of an account, newest first."""
    return (
        select(syncs)
        .where(
            syncs.c.account == account,
            syncs.c.first_day == window.first.isoformat(),
            syncs.c.last_day == window.last.isoformat(),
            syncs.c.since == micros(window.since),
        )
        .order_by(syncs.c.id.desc())
    )


def _note(connection: Connection, run: SyncRun, payment_ids: Sequence[str], how: str) -> None:
    """A payment that came up on two pages, because the list grew meanwhile, counts once."""
    known = set(
        connection.execute(
            select(sync_payments.c.payment_id).where(
                sync_payments.c.sync_id == run.id, sync_payments.c.payment_id.in_(payment_ids)
            )
        ).scalars()
    )
    fresh = [name for name in dict.fromkeys(payment_ids) if name not in known]
    if fresh:
        rows = [{"sync_id": run.id, "payment_id": name, "found": how} for name in fresh]
        connection.execute(insert(sync_payments), rows)


def _run(connection: Connection, row: RowMapping) -> SyncRun:
    kinds = connection.execute(
        select(sync_payments.c.found, func.count())
        .where(sync_payments.c.sync_id == row["id"])
        .group_by(sync_payments.c.found)
    )
    found: dict[str, int] = {how: number for how, number in kinds}  # noqa: C416 - rows are no pairs
    place = timezone(timedelta(seconds=row["utc_offset"]))
    absent = found.get("absent", 0)
    return SyncRun(
        id=row["id"],
        account=row["account"],
        window=Window(
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(row["last_day"]),
            moment(row["since"]).astimezone(place),
            moment(row["until"]).astimezone(place),
        ),
        until=moment(row["ends"]),
        phase=Phase(row["phase"]),
        who=row["who"],
        till=row["till"],
        begun_at=moment(row["begun_at"]),
        changed_at=moment(row["changed_at"]),
        cursor=row["cursor"],
        pages=row["pages"],
        listed=found.get("listed", 0),
        reached=moment_or_none(row["reached"]),
        checked=found.get("read", 0) + absent,
        absent=absent,
        payouts=row["payouts"],
        unreadable=row["unreadable"],
        reconciled_at=moment_or_none(row["reconciled_at"]),
        note=row["note"],
    )
