"""Doing what somebody asked for, and saying so when the desk refuses."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from posapp.desk.errors import Refused
from posapp.runtime.tasks import spawn

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from posapp.ui.messages import Messages


def do(
    work: Coroutine[Any, Any, object],
    *,
    name: str,
    owner: QObject | None,
    messages: Messages,
) -> None:
    """Start ``work``; a refusal it lets through becomes a message on the window."""
    task = spawn(_told(work, messages), name=name, owner=owner)

    def close(_ended: object) -> None:
        """A task that is cancelled before its first step leaves its work unbegun."""
        work.close()

    task.add_done_callback(close)


async def _told(work: Coroutine[Any, Any, object], messages: Messages) -> None:
    try:
        await work
    except Refused as problem:
        messages.problem(str(problem))
