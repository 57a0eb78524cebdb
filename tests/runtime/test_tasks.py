"""A spawned task is kept, named, reported and tied to its owner."""

from __future__ import annotations

import asyncio
import gc
import weakref
from types import CoroutineType
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import SIGNAL, QObject, Signal
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from posapp.runtime import crash, tasks
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")


class Card(QObject):
    """An object with slots of several shapes."""

    typed = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[object] = []

    @tasks.slot
    async def nothing(self) -> None:
        self.calls.append("nothing")

    @tasks.slot
    async def text(self, text: str) -> None:
        self.calls.append(text)

    @tasks.slot
    async def both(self, text: str, digits: int) -> None:
        self.calls.append((text, digits))

    @tasks.slot
    async def checked(self, checked: bool) -> None:
        self.calls.append(checked)

    @tasks.slot
    async def perhaps(self, checked: bool = True) -> None:
        self.calls.append(checked)

    @tasks.slot
    async def wait(self) -> None:
        await asyncio.sleep(60)

    @tasks.slot
    async def fail(self) -> None:
        raise ValueError("broken")


async def forever() -> None:
    await asyncio.sleep(60)


def never_awaited() -> CoroutineType[Any, Any, None]:
    coro = forever()
    assert isinstance(coro, CoroutineType)
    return coro


def connections(owner: QObject) -> int:
    return owner.receivers(SIGNAL("destroyed(QObject*)"))


def test_without_a_running_loop_nothing_starts_and_nothing_is_left_open() -> None:
    coro = never_awaited()
    with pytest.raises(RuntimeError, match="“the sale” was not started"):
        tasks.spawn(coro, name="the sale")
    assert coro.cr_frame is None
    assert tasks.live() == frozenset()


def test_a_slot_without_a_running_loop_raises() -> None:
    with pytest.raises(RuntimeError, match=r"Card\.nothing.*no event loop is running"):
        Card().nothing()


@pytest.mark.asyncio
async def test_a_spawned_task_returns_its_result_and_is_forgotten() -> None:
    async def add() -> int:
        return 3

    task = tasks.spawn(add(), name="adding")
    assert tasks.live() == {task}
    assert task.get_name() == "adding"
    assert await task == 3
    assert tasks.live() == frozenset()


@pytest.mark.asyncio
async def test_a_spawned_task_survives_the_garbage_collector() -> None:
    futures: list[weakref.ref[asyncio.Future[int]]] = []
    seen: list[int] = []

    async def wait() -> None:
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        futures.append(weakref.ref(answer))
        seen.append(await answer)

    tasks.spawn(wait(), name="waiting")
    await until(lambda: futures)
    gc.collect()
    answer = futures[0]()
    assert answer is not None
    answer.set_result(42)
    await until(lambda: seen == [42])


@pytest.mark.asyncio
async def test_an_exception_reaches_the_crash_path_in_the_same_turn() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    path = crash.CrashPath()
    path.install()
    try:
        task = tasks.spawn(fail(), name="the refund")
        await asyncio.wait([task])  # still referenced: nothing waits for the collector
        (sentence,) = path.untold()
    finally:
        path.uninstall()
    assert "the refund" in sentence
    assert "ValueError" in sentence


@pytest.mark.asyncio
async def test_a_cancelled_task_is_no_fault() -> None:
    path = crash.CrashPath()
    path.install()
    try:
        task = tasks.spawn(forever(), name="waiting")
        task.cancel()
        await asyncio.wait([task])
        assert path.untold() == ()
    finally:
        path.uninstall()


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["deleted", "deleted later", "with its parent", "dropped"])
async def test_a_task_dies_with_its_owner(qtbot: QtBot, how: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    owner = QWidget(None if how == "dropped" else parent)
    task = tasks.spawn(forever(), name="watching", owner=owner)
    await asyncio.sleep(0)
    if how == "deleted":
        shiboken6.delete(owner)
    elif how == "deleted later":
        owner.deleteLater()
    elif how == "with its parent":
        shiboken6.delete(parent)
    else:
        del owner
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()


@pytest.mark.asyncio
async def test_an_ended_task_leaves_no_connection_at_its_owner(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    await tasks.spawn(asyncio.sleep(0), name="the first", owner=owner)
    before = connections(owner)  # with what PySide itself keeps from the first on
    # held here, as a debugger would: it is not their death that disconnects them
    several = [tasks.spawn(asyncio.sleep(0.001), name="short", owner=owner) for _ in range(5)]
    ties = list(tasks._live.values())
    during = connections(owner)
    await asyncio.wait(several)
    assert during == before + len(ties) == before + 5
    assert connections(owner) == before


@pytest.mark.asyncio
async def test_a_task_does_not_keep_its_owner_alive() -> None:
    owner = QWidget()
    gone = weakref.ref(owner)
    task = tasks.spawn(forever(), name="watching", owner=owner)
    del owner
    assert gone() is None
    await asyncio.wait([task], timeout=5)


@pytest.mark.asyncio
async def test_an_owner_that_is_gone_starts_nothing() -> None:
    owner = QWidget()
    shiboken6.delete(owner)
    coro = never_awaited()
    with pytest.raises(RuntimeError, match="is closed"):
        tasks.spawn(coro, name="watching", owner=owner)
    assert coro.cr_frame is None
    assert tasks.live() == frozenset()


@pytest.mark.asyncio
async def test_a_slot_gets_as_many_arguments_as_it_takes(qtbot: QtBot) -> None:
    card, button = Card(), QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(card.nothing)
    card.typed.connect(card.text)
    card.typed.connect(card.both)
    button.click()
    card.typed.emit("4242", 16)
    await until(lambda: len(card.calls) == 3)
    assert card.calls == ["nothing", "4242", ("4242", 16)]


@pytest.mark.asyncio
async def test_a_slot_that_wants_the_argument_of_clicked_gets_it(qtbot: QtBot) -> None:
    card, button = Card(), QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(card.checked)
    button.clicked.connect(card.perhaps)
    button.click()
    await until(lambda: len(card.calls) == 2)
    card.perhaps()
    await until(lambda: len(card.calls) == 3)
    assert card.calls == [False, False, True]


def test_a_method_whose_arguments_qt_could_not_count_is_no_slot() -> None:
    async def anything(self: Card, *args: object) -> None:
        self.calls.append(args)

    async def four(self: Card, a: int, b: int, c: int, d: int) -> None:
        self.calls.append((a, b, c, d))

    with pytest.raises(TypeError, match="any number of arguments"):
        tasks.slot(anything)
    with pytest.raises(TypeError, match="a slot takes 3 at most"):
        tasks.slot(four)


@pytest.mark.asyncio
async def test_a_slot_is_named_after_its_method_and_owned_by_its_object() -> None:
    card = Card()
    card.wait()
    (task,) = tasks.live()
    assert task.get_name() == "Card.wait"
    shiboken6.delete(card)
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()


@pytest.mark.asyncio
async def test_a_failing_slot_reaches_the_crash_path() -> None:
    path = crash.CrashPath()
    path.install()
    try:
        card = Card()
        card.fail()
        await until(path.untold)
        assert "Card.fail" in path.untold()[0]
    finally:
        path.uninstall()


@pytest.mark.asyncio
async def test_cancel_all_ends_every_task_but_the_caller() -> None:
    ended: list[str] = []

    async def careful(name: str) -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0.002)
            ended.append(name)

    async def shut_down() -> frozenset[asyncio.Task[object]]:
        return await tasks.cancel_all(within=5)

    tasks.spawn(careful("one"), name="one")
    tasks.spawn(careful("two"), name="two")
    await asyncio.sleep(0)
    assert await tasks.spawn(shut_down(), name="shutting down") == frozenset()
    assert sorted(ended) == ["one", "two"]


@pytest.mark.asyncio
async def test_cancel_all_also_ends_tasks_that_start_meanwhile() -> None:
    async def stubborn() -> None:
        try:
            await forever()
        finally:
            tasks.spawn(forever(), name="a last one")

    tasks.spawn(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    assert await tasks.cancel_all(within=5) == frozenset()
    assert tasks.live() == frozenset()


@pytest.mark.asyncio
async def test_cancel_all_names_what_would_not_end() -> None:
    release = asyncio.Event()

    async def deaf() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    task = tasks.spawn(deaf(), name="deaf")
    await asyncio.sleep(0)
    assert await tasks.cancel_all(within=0.02) == {task}
    release.set()
    await task
