"""What does not need Qt works on asyncio's own loop as well: the desk is tested there."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from posapp.runtime import tasks, threads
from posapp.runtime.loop import QEventLoop
from tests.waiting import until


@pytest.mark.asyncio
async def test_a_test_without_qt_runs_on_the_plain_loop() -> None:
    assert not isinstance(asyncio.get_running_loop(), QEventLoop)


@pytest.mark.asyncio
async def test_work_runs_on_a_worker_thread_there_too() -> None:
    assert await threads.in_thread(pow, 2, 5) == 32


@pytest.mark.asyncio
async def test_a_spawned_task_survives_the_garbage_collector_there_too() -> None:
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
