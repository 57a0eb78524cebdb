"""The open database: one piece of work is one transaction, done on one thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine

from posapp.ledger.errors import LedgerError, LedgerStopped
from posapp.ledger.store import Store
from posapp.ledger.worker import Worker

Answer = TypeVar("Answer")
Witness = Callable[[Connection], Callable[[], None]]
"""Looks at the end of a step that writes; what it gives back is called when the step is kept."""


class Database:
    """An open ledger and the one thread that may touch it."""

    def __init__(self, store: Store, engine: Engine, worker: Worker) -> None:
        self._store = store
        self._engine = engine
        self._worker = worker
        self._closed = False
        self._witness: Witness | None = None
        self.stopped = ""
        """Why nothing more is written until the program was closed; empty while all is well."""

    @classmethod
    async def open(cls, store: Store, first: Callable[[Connection], None]) -> Database:
        """Open or make the ledger, bring its schema up to date.

        Args:
            first: writes what a new ledger begins with.

        Raises:
            LedgerError: nothing was changed.
        """
        worker = Worker()
        opened: list[Engine] = []

        def give_back() -> None:
            for engine in opened:
                engine.dispose()

        try:
            await worker.run(lambda: opened.append(store.open(first)))
        except BaseException:
            try:
                await worker.run(give_back)
            finally:
                await worker.end()
            raise
        return cls(store, opened[0], worker)

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do ``work`` in one transaction that holds the write lock from its start; committed and
        on the disk when this returns, or not done at all."""
        return await self._run(work, writing=True)

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do ``work`` on one consistent view."""
        return await self._run(work, writing=False)

    async def problems(self) -> list[str]:
        """What is wrong with the place the ledger is kept in, as sentences. A file is read to its
        end, beside everything else that goes on; who stops waiting stops that."""
        beside = self._store.beside()
        if beside is None or self._closed:
            return await self.read(self._store.problems)
        engine, interrupt = beside
        examiner, unwanted = Worker(), threading.Event()
        try:
            return await examiner.run(lambda: self._examine(engine, unwanted))
        except asyncio.CancelledError:
            unwanted.set()
            interrupt()
            raise
        finally:
            await examiner.end()

    def _examine(self, engine: Engine, unwanted: threading.Event) -> list[str]:
        try:
            with self._store.converted(self._stop), engine.connect() as connection:
                return self._store.problems(connection)
        except LedgerError:
            if unwanted.is_set():
                return []  # nobody waits for it any more
            raise
        finally:
            engine.dispose()

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Do something that blocks, and is no step of the ledger, on the same thread."""
        return await self._worker.run(work)

    def watch(self, witness: Witness) -> None:
        """Let ``witness`` see every step that writes, on the ledger's thread."""
        self._witness = witness

    async def evidence(self) -> str:
        """Where a copy of what cannot be trusted is kept now, as a sentence."""
        return await self._worker.run(self._store.keep_evidence)

    async def close(self) -> None:
        """Finish what was begun, release file or server, end the thread."""
        if self._closed:
            return
        self._closed = True
        try:
            await self._worker.run(self._engine.dispose)  # a file's last connection folds it in
        finally:
            await self._worker.end()

    async def _run(self, work: Callable[[Connection], Answer], *, writing: bool) -> Answer:
        if self._closed:
            raise LedgerStopped("The ledger is closed. Nothing was written.")
        return await self._worker.run(lambda: self._do(work, writing=writing))

    def _do(self, work: Callable[[Connection], Answer], *, writing: bool) -> Answer:
        if self.stopped and writing:
            raise LedgerStopped(self.stopped)
        store = self._store
        with store.converted(self._stop), self._engine.connect() as connection:
            try:
                store.begin(connection, writing=writing)
                answer = work(connection)
                if writing:
                    store.before_commit(connection)
                kept = self._witness(connection) if writing and self._witness else None
            except BaseException:
                connection.rollback()
                raise
            with store.converted(self._stop, committing=writing):
                connection.commit()
            if kept is not None:
                kept()
            return answer

    def stop(self, why: str) -> None:
        """Read only from now on: what is written could not be trusted. The first reason stays.

        Args:
            why: a sentence that says what is wrong and what to do.
        """
        self.stopped = self.stopped or why

    def _stop(self) -> None:
        self.stop(
            "The disk failed while the ledger was used. Nothing more is written until the "
            "program was closed and the disk was checked."
        )
