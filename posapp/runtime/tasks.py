"""The only way to start a task: kept, named, tied to its owner, its failure reported at once.

Screens are imported before the first paint, and asyncio costs a third of that time: it is
imported here where it is used.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from weakref import ref

import shiboken6
from PySide6.QtCore import QObject

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
P = ParamSpec("P")
Self = TypeVar("Self")

_NOT_SENT = object()

_live: dict[asyncio.Task[Any], _Tie | None] = {}


class _Tie:
    """Cancels a task when its owner is destroyed. Holds the owner weakly: a task must not keep a
    closed window in memory."""

    def __init__(self, task: asyncio.Task[Any], owner: QObject) -> None:
        self._task = task
        self._owner = ref(owner)
        owner.destroyed.connect(self.owner_gone)

    def owner_gone(self) -> None:
        self._task.cancel()

    def cut(self) -> None:
        owner = self._owner()
        if owner is not None and shiboken6.isValid(owner):
            owner.destroyed.disconnect(self.owner_gone)


def spawn(
    coro: Coroutine[Any, Any, T], *, name: str, owner: QObject | None = None
) -> asyncio.Task[T]:
    """Start ``coro`` as a task called ``name``.

    The task is held until it ends. If it fails, its exception goes to the crash path in the same
    turn of the loop, whether or not anybody awaits the task. When ``owner`` is destroyed the task
    is cancelled; work that must outlive a widget is started without one.

    Raises RuntimeError (and closes ``coro``) when no loop is running or ``owner`` is gone.
    """
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        coro.close()
        raise RuntimeError(
            f"“{name}” was not started: no event loop is running. Start it from inside main()."
        ) from None
    if owner is not None and not shiboken6.isValid(owner):
        coro.close()
        raise RuntimeError(f"“{name}” was not started: the window it belongs to is closed.")
    task = loop.create_task(coro, name=name)
    _live[task] = None if owner is None else _Tie(task, owner)
    task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[Any]) -> None:
    tie = _live.pop(task, None)
    if tie is not None:
        tie.cut()
    if not task.cancelled():
        error = task.exception()
        if error is not None:
            from posapp.runtime import crash

            crash.report(error, where=task.get_name())


def slot(
    method: Callable[Concatenate[Self, P], Coroutine[Any, Any, object]],
) -> Callable[Concatenate[Self, P], None]:
    """Make an async method connectable to a signal: each call spawns it, owned by ``self``.

    Qt sends more than most methods want (``clicked`` brings a bool): the method gets as many of
    the arguments as it has parameters, at most three. Raises RuntimeError when no loop is running.
    """
    takes = _positional(method)
    work: Callable[..., Coroutine[Any, Any, object]] = method
    name = method.__qualname__

    def start(self: Any, *sent: object) -> None:
        spawn(
            work(self, *[argument for argument in sent if argument is not _NOT_SENT]),
            name=name,
            owner=self if isinstance(self, QObject) else None,
        )

    # PySide counts the parameters of the function itself to decide what to send: with *sent it
    # would send none of those that have a default in C++.
    def with_none(self: Any) -> None:
        start(self)

    def with_one(self: Any, first: object = _NOT_SENT) -> None:
        start(self, first)

    def with_two(self: Any, first: object = _NOT_SENT, second: object = _NOT_SENT) -> None:
        start(self, first, second)

    def with_three(
        self: Any,
        first: object = _NOT_SENT,
        second: object = _NOT_SENT,
        third: object = _NOT_SENT,
    ) -> None:
        start(self, first, second, third)

    shapes: tuple[Callable[..., None], ...] = (with_none, with_one, with_two, with_three)
    if takes >= len(shapes):
        raise TypeError(f"{name} takes {takes} arguments; a slot takes {len(shapes) - 1} at most.")
    return update_wrapper(shapes[takes], method)


def _positional(method: Callable[..., Any]) -> int:
    """How many arguments after ``self`` the method takes by position."""
    kinds = [parameter.kind for parameter in inspect.signature(method).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        raise TypeError(f"{method.__qualname__} takes any number of arguments; name them.")
    named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(kind in named for kind in kinds) - 1


def live() -> frozenset[asyncio.Task[Any]]:
    """The spawned tasks that have not ended."""
    return frozenset(_live)


async def cancel_all(*, within: float) -> frozenset[asyncio.Task[Any]]:
    """Cancel every spawned task of this loop but the caller and wait until they have ended.

    Tasks that start meanwhile are cancelled too. Returns those that are still running after
    ``within`` seconds: none in a healthy program.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    me = asyncio.current_task()
    deadline = loop.time() + within
    asked: set[asyncio.Task[Any]] = set()
    while True:
        rest = {task for task in _live if task is not me and task.get_loop() is loop}
        for task in rest - asked:
            task.cancel()
        asked |= rest
        left = deadline - loop.time()
        if not rest or left <= 0:
            return frozenset(rest)
        await asyncio.wait(rest, timeout=left, return_when=asyncio.FIRST_COMPLETED)
