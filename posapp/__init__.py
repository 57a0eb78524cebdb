"""A card terminal for shops that sell by phone and mail."""

__version__ = "0.1.0"
