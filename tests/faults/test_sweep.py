"""Whatever write or sync the disk refuses: no double, none lost, nothing said that is not so."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from subprocess import PIPE, run

import pytest

from tests.faults.sweep import MODES

pytestmark = pytest.mark.asyncio

COMPILER = shutil.which("cc")


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that stands between the program and the C library."""
    if not sys.platform.startswith("linux") or COMPILER is None:
        pytest.skip("needs Linux and a C compiler")
    built = tmp_path_factory.mktemp("shim") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    command = [COMPILER, "-shared", "-fPIC", "-O2", "-o", str(built), str(source), "-ldl"]
    run(command, check=True, stderr=PIPE)
    return built


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", MODES)
async def test_a_disk_that_fails_anywhere_loses_nothing_and_doubles_nothing(
    mode: str, shim: Path, tmp_path: Path
) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.sweep",
        str(tmp_path),
        mode,
        env={**os.environ, "LD_PRELOAD": str(shim)},
        stdout=PIPE,
        stderr=PIPE,
    )
    said, complaints = await child.communicate()
    assert child.returncode == 0, complaints.decode()[-4000:]
    found = json.loads(said)
    assert found["wrong"] == []
    assert found["last"] > 30, "nothing was made to fail"
