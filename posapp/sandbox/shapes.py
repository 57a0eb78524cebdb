"""What an address, an e-mail address and the like look like."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def is_web_address(text: str) -> bool:
    """An absolute http or https address with a host and no blanks."""
    if any(letter.isspace() or ord(letter) < 32 for letter in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def is_email(text: str) -> bool:
    return len(text) <= 255 and _EMAIL.fullmatch(text) is not None


def is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
