"""`posapp sandbox`: the training gateway as a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from posapp.sandbox.problem import SandboxError
from posapp.sandbox.server import start

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(*, port: int, state: Path | None) -> int:
    """Serve until SIGTERM or Ctrl-C; print one JSON line once ready.

    Returns:
        0 after a clean end, 2 after an error that was told on stderr in one sentence.
    """
    try:
        asyncio.run(_serve(port, state))
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"The training gateway ended: {error.strerror or error}.\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


async def _serve(port: int, state: Path | None) -> None:
    ended = asyncio.Event()
    with _signals_set(ended):
        sandbox = await start(port=port, state=state)
        try:
            sys.stdout.write(f"{sandbox.endpoints.as_json()}\n")
            sys.stdout.flush()
            await ended.wait()
        finally:
            await sandbox.stop()


@contextlib.contextmanager
def _signals_set(ended: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    try:
        for number in _SIGNALS:
            loop.add_signal_handler(number, ended.set)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
    except NotImplementedError:
        # Windows: the loop cannot take signals; a plain handler wakes it from outside.
        def wake(_number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(ended.set)

        before = {number: signal.signal(number, wake) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, earlier in before.items():
                signal.signal(number, earlier)
