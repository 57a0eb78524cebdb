"""Small programs run in a process of their own: what a test of signals and locks needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start(text: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start Python on ``text``; its output comes line by line."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", text, *arguments],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1", **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def line(program: subprocess.Popen[str]) -> str:
    """The next line it prints."""
    assert program.stdout is not None
    return program.stdout.readline().strip()


def ended(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for its end: exit code, the rest of its output, its errors."""
    out, errors = program.communicate(timeout=60)
    return program.returncode, out, errors
