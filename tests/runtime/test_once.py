"""Only one program uses a data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from posapp.runtime.once import FILE, FolderInUse, FolderLock, FolderUnusable
from tests.runtime import programs

HOLDER = """
import pathlib, sys
from posapp.runtime.once import FolderInUse, FolderLock
try:
    lock = FolderLock.take(pathlib.Path(sys.argv[1]))
except FolderInUse as refusal:
    print(refusal)
    sys.exit(3)
print("held")
sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    program = programs.start(HOLDER, str(tmp_path))
    assert programs.line(program) == "held"
    yield program
    if program.poll() is None:
        program.kill()
    programs.ended(program)


def test_the_folder_is_made_and_locked(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "home"
    with FolderLock.take(folder) as lock:
        assert lock.folder == folder
        assert (folder / FILE).exists()


def test_a_second_lock_in_the_same_process_is_refused(tmp_path: Path) -> None:
    with FolderLock.take(tmp_path), pytest.raises(FolderInUse, match="already in use"):
        FolderLock.take(tmp_path)


def test_a_second_program_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with FolderLock.take(tmp_path):
        code, out, _ = programs.ended(programs.start(HOLDER, str(tmp_path)))
    assert code == 3
    assert str(tmp_path) in out
    assert "Go on in that window, or close it first." in out


def test_this_program_is_refused_while_another_holds_the_folder(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    with pytest.raises(FolderInUse):
        FolderLock.take(tmp_path)
    assert holder.poll() is None


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_program_leaves_no_lock(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait(30)
    FolderLock.take(tmp_path).release()


def test_a_released_folder_can_be_taken_again(tmp_path: Path) -> None:
    lock = FolderLock.take(tmp_path)
    lock.release()
    lock.release()
    FolderLock.take(tmp_path).release()


def test_two_folders_do_not_know_each_other(tmp_path: Path) -> None:
    with FolderLock.take(tmp_path / "one"), FolderLock.take(tmp_path / "two"):
        pass


def test_a_folder_that_cannot_be_made_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(FolderUnusable, match="Choose a folder this user may write to"):
        FolderLock.take(tmp_path / "file" / "home")
