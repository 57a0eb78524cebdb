"""The printers this computer knows."""

from __future__ import annotations


def names() -> tuple[str, ...]:
    """Their names as the system gives them, the default one first; none is no fault."""
    from PySide6.QtPrintSupport import QPrinterInfo

    known = QPrinterInfo.availablePrinterNames()
    default = QPrinterInfo.defaultPrinterName()
    return tuple(sorted(known, key=lambda name: (name != default, name)))
