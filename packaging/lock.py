"""Writes the locked, hashed requirements anew from pyproject.toml.

    python packaging/lock.py            keep what is locked, add and drop what pyproject.toml says
    python packaging/lock.py --upgrade  take the newest versions pyproject.toml allows

Needs uv on the PATH. The index is whichever uv is configured to use (UV_DEFAULT_INDEX); its
address never reaches the files.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "packaging" / "requirements"
OLDEST_PYTHON = "3.11"
SOURCES = {
    "app.txt": ["pyproject.toml"],
    "test.txt": ["pyproject.toml", "--group", "test"],
    "lint.txt": ["--group", "lint"],
}
"""Lock file -> what of pyproject.toml it holds."""

SLOW = ("rich", "pygments")
"""httpx imports its own command line when it finds these, so the program must not bring them."""

ADDRESS = re.compile(r"^\s*(-|.*://|.*@ )")


def main(options: list[str]) -> int:
    if options not in ([], ["--upgrade"]):
        print(__doc__)
        return 2
    uv = shutil.which("uv")
    if uv is None:
        print("uv is not on the PATH. Install it (https://docs.astral.sh/uv), then run this again.")
        return 1
    for name, source in SOURCES.items():
        command = [
            *(uv, "pip", "compile", "--quiet", *source, *options),
            *("--universal", "--python-version", OLDEST_PYTHON, "--no-build"),
            *("--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links"),
            *("--output-file", str(LOCKS / name)),
        ]
        if subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode:
            print(f"uv could not lock {name}; it says above why. The other files may be new.")
            return 1
        problem = problem_in((LOCKS / name).read_text(encoding="utf-8"), runtime=name == "app.txt")
        if problem:
            print(f"{name} is not fit to be used: {problem}")
            return 1
        print(f"{name} is locked.")
    return 0


def problem_in(lock: str, *, runtime: bool) -> str:
    """Why the text of a lock file must not be kept, or nothing."""
    for line in lock.splitlines():
        if ADDRESS.match(line) and not line.strip().startswith("--hash="):
            return f"it holds an address or an option: {line.strip()}"
        if runtime and line.startswith(tuple(f"{name}==" for name in SLOW)):
            return f"{line.split('==')[0]} slows the start of the program"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
