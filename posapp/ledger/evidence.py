"""A copy of a ledger file that cannot be trusted, for whoever finds out what happened to it."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

FOLDER = "evidence"


def keep(path: Path) -> Path:
    """Copy a ledger file and what belongs to it; the same contents are kept once.

    Returns:
        The folder the copy is in.

    Raises:
        OSError: there is no whole copy.
    """
    files = [file for name in ("", "-wal") if (file := path.with_name(path.name + name)).exists()]
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            whole.update(hashlib.file_digest(opened, "sha256").digest())
    folder = path.parent / FOLDER / whole.hexdigest()[:16]
    if folder.exists():
        return folder
    half = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700, parents=True)
    for file in files:
        copy = half / file.name
        shutil.copyfile(file, copy)
        copy.chmod(0o600)
        with copy.open("rb+") as opened:
            os.fsync(opened.fileno())
    half.rename(folder)
    return folder
