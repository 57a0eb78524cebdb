"""`posapp sandbox`: the training gateway as a program of its own.

The line it prints names the three APIs with their training keys, and the admin address, whose
calls and settings :mod:`posapp.sandbox.admin` and :mod:`posapp.sandbox.settings` describe.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from posapp.sandbox.errors import SandboxError
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
    """SIGTERM and Ctrl-C set ``ended`` while this is open."""
    loop = asyncio.get_running_loop()

    def wake(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(ended.set)

    with contextlib.ExitStack() as undo:
        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, ended.set)
                undo.callback(loop.remove_signal_handler, number)
            except NotImplementedError:
                # Windows: its loops take no signals, so a plain handler wakes the loop.
                undo.callback(signal.signal, number, signal.signal(number, wake))
        yield
