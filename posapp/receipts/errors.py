"""The one error of this package."""

from __future__ import annotations


class ReceiptError(Exception):
    """A receipt could not be drawn, saved or printed. ``str()`` is a sentence for people."""
