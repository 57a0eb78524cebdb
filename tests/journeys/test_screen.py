"""The one command of the read-me, on a real X screen."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from posapp.ui import theme

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 1280, 800
pytestmark = [
    pytest.mark.skipif(not shutil.which("Xvfb"), reason="no Xvfb on this computer"),
    pytest.mark.skipif(
        not (ROOT / ".venv" / "ready.stamp").exists(),
        reason="dev.py has not set this tree up, and would do so now under the running tests",
    ),
]


@contextmanager
def screen() -> Iterator[str]:
    """An X screen of its own; yields its name, such as ``:5``."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
    command += ["-nolisten", "tcp"]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, pass_fds=[writing], stdout=silent, stderr=silent) as server:
        os.close(writing)
        try:
            with os.fdopen(reading, encoding="ascii") as answer:
                yield f":{answer.readline().strip()}"
        finally:
            server.terminate()


@contextmanager
def program(display: str, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``python3 dev.py run`` with a Python from outside of the environment it makes."""
    outside = getattr(sys, "_base_executable", None) or sys.executable
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    with subprocess.Popen(
        [outside, str(ROOT / "dev.py"), "run", "--home", str(home)],
        env=environment | {"DISPLAY": display},
        cwd=home.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def test_dev_run_shows_the_till_and_ends_when_asked_to(tmp_path: Path) -> None:
    home, shot = tmp_path / "home", tmp_path / "screen.png"
    log = home / "training" / "posapp.log"
    with screen() as display, program(display, home) as child:
        wait_for(lambda: child.poll() is not None or "ready" in _steps(log), 60)
        assert child.poll() is None
        grab = [sys.executable, "-m", "tests.journeys.grab", display, str(shot)]
        subprocess.run(grab, cwd=ROOT, check=True, timeout=30)
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 128 + signal.SIGTERM

    picture = QImage(str(shot))
    assert (picture.width(), picture.height()) == (WIDTH, HEIGHT)
    colours = [
        picture.pixelColor(x, y).name() for x in range(0, WIDTH, 4) for y in range(0, HEIGHT, 4)
    ]
    assert len(set(colours)) > 40
    tokens = theme.LIGHT if theme.LIGHT.panel.name() in colours else theme.DARK
    for colour in (tokens.not_known.wash, tokens.panel, tokens.background, tokens.accent):
        assert colours.count(colour.name()) > 20, colour.name()
    assert colours.count("#000000") < len(colours) / 4  # what the window leaves of the screen


def wait_for(predicate: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not predicate():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _steps(log: Path) -> set[str]:
    if not log.exists():
        return set()
    whole = [line for line in log.read_text("utf-8").splitlines(keepends=True) if line[-1] == "\n"]
    return {json.loads(line).get("step", "") for line in whole}
