"""The rules that hold for every test catch what they are there for."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.runtime.programs import ROOT

LEAKING = """
import asyncio, threading
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QPushButton, QWidget
from posapp.runtime import tasks
from posapp.runtime.loop import QEventLoop

kept = []

@pytest.mark.asyncio
async def test_task(qapp):
    tasks.spawn(asyncio.sleep(60), name="a forgotten task")

@pytest.mark.asyncio
async def test_plain_task():
    tasks.spawn(asyncio.sleep(60), name="a forgotten plain task")

def test_thread(qapp):
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="a forgotten thread", daemon=True)
    thread.start()

def test_window(qapp):
    kept.append(QWidget())
    kept[-1].setObjectName("a forgotten window")
    kept[-1].show()

def test_timer(qapp):
    window = QWidget()
    window.setObjectName("a hidden window")
    timer = QTimer(window)
    timer.setObjectName("a forgotten timer")
    timer.start(1000)
    kept.append(window)

@pytest.mark.asyncio
async def test_failing_task(qapp):
    async def fail():
        raise ValueError("a reported failure")
    tasks.spawn(fail(), name="failing")
    await asyncio.sleep(0.01)

@pytest.mark.asyncio
async def test_nested_loop(qapp):
    QDialog().exec()

class Window(QPushButton):
    @tasks.slot
    async def pay(self, checked):
        pass

def test_slot_without_loop(qtbot):
    window = Window()
    qtbot.addWidget(window)
    window.clicked.connect(window.pay)
    window.click()

@pytest.mark.asyncio
async def test_clean_on_qt(qtbot):
    assert isinstance(asyncio.get_running_loop(), QEventLoop)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    await tasks.spawn(asyncio.sleep(0.001), name="short", owner=window)

@pytest.mark.asyncio
async def test_clean_without_qt():
    assert not isinstance(asyncio.get_running_loop(), QEventLoop)
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("leaking") / "tests"
    folder.mkdir()
    (folder / "test_leaking.py").write_text(LEAKING, "utf-8")
    (folder / "patience.py").write_text(
        "from tests import leaks\n"
        "original = leaks.threads\n"
        "leaks.threads = lambda before: original(before, patience=0.1)\n",
        "utf-8",
    )
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", str(folder / "test_leaking.py"), "-q", "-rA",
            "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder),
            "-p", "no:cacheprovider", "-p", "tests.conftest", "-p", "patience",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )  # fmt: skip
    return done.stdout


def outcome(report: str, test: str) -> set[str]:
    return set(re.findall(rf"^(PASSED|FAILED|ERROR) \S*::{test}\b", report, re.MULTILINE))


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("test_task", "task “a forgotten task”, started in"),
        ("test_plain_task", "task “a forgotten plain task”, started in"),
        ("test_thread", "thread “a forgotten thread”, started in"),
        ("test_window", "window QWidget “a forgotten window” is still visible"),
        ("test_timer", "timer “a forgotten timer” every 1000 ms in window QWidget “a hidden"),
    ],
)
def test_what_is_left_behind_fails_the_test_and_is_named(
    report: str, test: str, words: str
) -> None:
    assert outcome(report, test) == {"PASSED", "ERROR"}
    assert words in report


@pytest.mark.parametrize("test", ["test_task", "test_plain_task", "test_thread"])
def test_the_place_it_came_from_is_named(report: str, test: str) -> None:
    assert re.search(rf"started in \S*test_leaking\.py:\d+ {test}\b", report)


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("test_failing_task", "a reported failure"),
        ("test_nested_loop", "inside a task would stop every other task"),
        ("test_slot_without_loop", "no event loop is running"),
    ],
)
def test_a_mistake_in_the_use_of_the_loop_fails_the_test(
    report: str, test: str, words: str
) -> None:
    assert outcome(report, test) == {"FAILED"}
    assert words in report


@pytest.mark.parametrize("test", ["test_clean_on_qt", "test_clean_without_qt"])
def test_a_clean_test_passes_after_all_those(report: str, test: str) -> None:
    assert outcome(report, test) == {"PASSED"}
