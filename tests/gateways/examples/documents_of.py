"""Which documents a module of examples holds."""

from __future__ import annotations

from types import ModuleType


def documents_of(module: ModuleType) -> set[str]:
    """The names of all examples in it; names with a small letter are how they are written."""
    return {
        name
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, dict | list)
    }
