"""What the back office does at the window, with the keyboard only."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.journeys.till import CTRL, Till, plain
from tests.waiting import until

_PATIENCE = 20.0  # seconds; a bound for hangs, never a measure


async def reconcile(till: Till) -> None:
    await till.press(Qt.Key.Key_4, CTRL)
    await until(lambda: till.shows("reconcile"), _PATIENCE, what="the reconcile screen")


async def compare(till: Till, account: str) -> None:
    """Choose the account, F5, and wait for what came of it."""
    await till.choose("reconcile.account", account)
    await till.press(Qt.Key.Key_F5)
    await compared(till)


async def compared(till: Till) -> None:
    """Wait until a comparison stands on the screen."""

    def done() -> bool:
        return till.shows("reconcile.all") and not till.shows("reconcile.stop")

    await until(done, _PATIENCE, what="the comparison")


def differences(till: Till) -> list[str]:
    """The rows of the comparison, as they are read out."""
    return (
        [plain(row) for row in till.rows("reconcile.list")] if till.shows("reconcile.list") else []
    )


async def decide(till: Till, key: Qt.Key, text: str) -> None:
    """A or X on the chosen row, the one line it needs, Enter."""
    await till.press(key)
    await until(lambda: till.shows("decision"), _PATIENCE, what="the dialog")
    await till.replace(text)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("decision"), _PATIENCE, what="the dialog to close")
