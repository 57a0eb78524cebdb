"""What the form of tills and shared ledger does: test, save, let another till in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from posapp.desk.errors import Refused
from posapp.runtime.tasks import spawn
from posapp.ui.settings.tills_form import TillsForm
from posapp.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from posapp.desk.desk import Desk


class TillsPage(TillsForm):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.save_wanted.connect(self._save)
        self.test_wanted.connect(self._test)
        self.invite_wanted.connect(self._invite)

    def open(self) -> None:
        """Show what is saved."""
        tills = self._desk.tills
        self.show_tills(tills.form(), is_shared=tills.is_shared, can_change=not self._desk.training)

    def _save(self) -> None:
        self._do(self.save, "Saving…", self._keep)

    def _test(self) -> None:
        self._do(self.test, "Testing…", self._try)

    def _invite(self) -> None:
        self._do(self.invite, "Making…", self._make_code)

    def _do(self, button: Button, meanwhile: str, work: Callable[[], Awaitable[None]]) -> None:
        spawn(self._done(button, meanwhile, work), name=f"tills: {meanwhile}", owner=self)

    async def _done(
        self, button: Button, meanwhile: str, work: Callable[[], Awaitable[None]]
    ) -> None:
        words, chosen = button.text(), button.hasFocus()
        button.setEnabled(False)
        button.say(meanwhile)
        try:
            await work()
        except Refused as problem:
            self.show_problems(str(problem), problem.fields)
        finally:
            button.setEnabled(True)
            button.say(words)
            if chosen and not self._corrects():
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _keep(self) -> None:
        sentence = await self._desk.tills.save(self.typed())
        self.open()
        self.forget_secrets()
        self.say(sentence)

    async def _try(self) -> None:
        self.show_problems("", {})
        tested = await self._desk.tills.test(self.typed())
        self.say(tested.words, ink="moved" if tested.safe else "not_known")

    async def _make_code(self) -> None:
        code = await self._desk.tills.invite(self._desk.people.who)
        self.show_code(code.reveal())
        self.say("Type this code at the other till within a day. It is shown only now.")
