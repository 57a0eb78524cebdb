"""Finds the files of ``resources/``: icons, fonts, texts, the sample catalogue.

In a checkout they lie beside the package; an installed or frozen program carries them inside it.
All three are plain folders, so the module's own place is enough: ``importlib.resources`` would
find the same and cost 4 ms before the first paint.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath

INSTALLED_FOLDER = "_resources"
"""Where the wheel and the frozen program keep ``resources/``, inside the package."""


class AssetMissing(FileNotFoundError):
    """The program is incomplete; the text names the file that is not there."""


@cache
def root() -> Path:
    """The folder that holds every resource.

    Raises:
        AssetMissing: the program came without its resources.
    """
    package = Path(__file__).resolve().parent
    installed = package / INSTALLED_FOLDER
    checkout = package.parent / "resources"
    for folder in (installed, checkout):
        if folder.is_dir():
            return folder
    raise AssetMissing(
        f"The program's own files are missing: neither {installed} nor {checkout} exists. "
        "Install the program again."
    )


def path(relative: str) -> Path:
    """The file or folder ``relative`` (written with forward slashes) of the resources.

    Raises:
        AssetMissing: it is not there.
        ValueError: ``relative`` would lead out of the resources.
    """
    inside = PurePosixPath(relative)
    if inside.is_absolute() or ".." in inside.parts or "\\" in relative:
        raise ValueError(f"{relative!r} does not name a file inside the resources.")
    found = root() / inside
    if not found.exists():
        raise AssetMissing(
            f"The program's file {relative} is missing; it was looked for at {found}. "
            "Install the program again."
        )
    return found


def text(relative: str) -> str:
    """What the UTF-8 text file ``relative`` says.

    Raises:
        AssetMissing: it is not there.
    """
    return path(relative).read_text(encoding="utf-8")
