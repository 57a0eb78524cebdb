"""Who is at the till: signing in with a PIN, locking, and slowing down those who guess."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from posapp.desk.errors import Refused, ledger_refusals
from posapp.ledger.errors import LedgerError
from posapp.ledger.ledger import Ledger
from posapp.model.access import Lockout, Role
from posapp.model.secret import Secret
from posapp.vault.errors import VaultError
from posapp.vault.pin import check_pin
from posapp.vault.settings import Owner

PRACTICE_PIN = "258046"
"""Shown on the lock of the training mode, which guards nothing."""


class People:
    """``who`` is the name in every journal row; empty while nobody is signed in."""

    def __init__(
        self, *, ledger: Ledger, owner: Owner | None, clock: Callable[[], datetime], training: bool
    ) -> None:
        self._ledger = ledger
        self._owner = owner
        self._clock = clock
        self._training = training
        self._one_at_a_time = asyncio.Lock()
        self.who = "Trainee" if training else ""

    @property
    def role(self) -> Role | None:
        """What the person at the till may do; the owner and the trainee manage the shop."""
        return Role.MANAGER if self.who else None

    @property
    def training_pin(self) -> str:
        """The PIN to practise with; empty outside training."""
        return PRACTICE_PIN if self._training else ""

    @property
    def name(self) -> str:
        """Who signs in here."""
        return self._owner.name if self._owner else "Trainee"

    def signed_in_by_passphrase(self) -> None:
        """Whoever opened the vault is the owner."""
        self.who = self.name

    async def enter(self, pin: Secret) -> None:
        """Sign in. The failed try is on disk before the PIN is compared.

        Raises:
            Refused: a wrong PIN, or too many; says how long to wait.
        """
        try:
            async with self._one_at_a_time:
                await self._enter(pin)
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        finally:
            pin.wipe()

    async def approve(self, pin: Secret, *, what: str) -> str:
        """A person who may approve things proves to be there; nobody is signed in or out.

        The owner may approve everything. Tries are counted as when signing in.

        Args:
            what: is approved, as one word for the audit trail.

        Returns:
            The name of the person.

        Raises:
            Refused: a wrong PIN, or too many; ``fields`` names ``pin``.
        """
        try:
            async with self._one_at_a_time:
                name = await self._prove(pin, failed="approval_failed")
                if self._owner:
                    await self._ledger.audit.record(
                        "approved", name, f"person:{name}", {"what": what}
                    )
                return name
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        except Refused as problem:
            raise Refused(str(problem), fields={"pin": str(problem)}) from problem
        finally:
            pin.wipe()

    async def _enter(self, pin: Secret) -> None:
        name = await self._prove(pin, failed="sign_in_failed")
        if self._owner is not None:
            await self._ledger.audit.record("signed_in", name, f"person:{name}", {})
        self.who = name

    async def _prove(self, pin: Secret, *, failed: str) -> str:
        """Whose PIN this is; a wrong one is counted, and stands in the audit trail as ``failed``.

        Raises:
            Refused: a wrong PIN, or too many.
        """
        if self._owner is None:
            return self._practise(pin)
        subject = f"person:{self._owner.name}"
        sign_ins = self._ledger.sign_ins
        stored: Lockout = await sign_ins.lockout(subject)
        lockout = stored.clock_checked(self._clock())
        if lockout != stored:
            await sign_ins.keep(subject, lockout)
        allowed, wait = lockout.try_now(self._clock())
        if not allowed:
            raise Refused(f"Too many wrong PINs. Try again in {_span(wait)}.")
        guarded = lockout.failed(self._clock())
        await sign_ins.keep(subject, guarded)
        try:
            right = await asyncio.to_thread(check_pin, pin, self._owner.pin_hash)
        except VaultError as problem:
            raise Refused(str(problem)) from problem
        if not right:
            await self._ledger.audit.record(failed, self._owner.name, subject, {})
            _, wait = guarded.try_now(self._clock())
            then = f" Try again in {_span(wait)}." if wait > 0 else ""
            raise Refused(f"This PIN is not right.{then}")
        await sign_ins.keep(subject, guarded.succeeded())
        return self._owner.name

    def _practise(self, pin: Secret) -> str:
        if not self._training:
            raise Refused("No PIN is set up. Choose one in Settings.")
        if pin.reveal() != PRACTICE_PIN:
            raise Refused(f"This PIN is not right. To practise, it is {PRACTICE_PIN}.")
        return "Trainee"

    async def leave(self) -> None:
        """Lock: nobody is signed in from now on."""
        left, self.who = self.who, ""
        if left and self._owner:
            with ledger_refusals():
                await self._ledger.audit.record("locked", left, f"person:{self._owner.name}", {})


def _span(seconds: float) -> str:
    minutes = max(1, -(-int(seconds) // 60))
    if seconds < 60:
        whole = max(1, int(seconds + 0.999))
        return "1 second" if whole == 1 else f"{whole} seconds"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
