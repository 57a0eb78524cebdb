"""A value that must not be seen: an API key, a token, a PIN or a passphrase."""

from __future__ import annotations

from hmac import compare_digest
from typing import NoReturn, final

_HIDDEN = "Secret(…)"
_GONE = "This secret was wiped and is gone. Ask for it again."


class SecretWiped(Exception):
    """The secret was asked for after it had been wiped."""


@final
class Secret:
    """Holds text in memory that can be overwritten; ``reveal`` and ``view`` alone give it out.

    Printing, formatting and logging show ``Secret(…)``; pickling and copying are refused; two
    secrets are compared in constant time. ``wipe`` overwrites the memory, as does the end of the
    object's life. What ``reveal`` returned is an ordinary string and cannot be overwritten: keep
    it no longer than the one call that needs it.
    """

    __slots__ = ("_buffer", "_wiped")

    def __init__(self, value: str | bytes | bytearray) -> None:
        """Copy the value; a buffer stays its owner's to wipe.

        Raises:
            ValueError: bytes that are not UTF-8 text.
        """
        self._wiped = False
        # Lone surrogates pass: the codec's own error would carry the whole value.
        if isinstance(value, str):
            self._buffer = bytearray(value, "utf-8", "surrogatepass")
            return
        if not isinstance(value, bytes | bytearray):
            raise TypeError("A secret is made of text or of its bytes.")
        self._buffer = bytearray(value)
        if not _is_text(self._buffer):
            self.wipe()
            raise ValueError("A secret is text; these bytes are not UTF-8.")

    def reveal(self) -> str:
        """The value itself.

        Raises:
            SecretWiped: it was wiped before.
        """
        if self._wiped:
            raise SecretWiped(_GONE)
        return self._buffer.decode("utf-8", "surrogatepass")

    def view(self) -> memoryview:
        """The live bytes, UTF-8, for checks and for building the one request; do not copy them,
        and release the view before the secret is wiped.

        Raises:
            SecretWiped: it was wiped before.
        """
        if self._wiped:
            raise SecretWiped(_GONE)
        return memoryview(self._buffer).toreadonly()

    def wipe(self) -> None:
        """Overwrite the value; calling it again does nothing."""
        self._wiped = True
        for index in range(len(self._buffer)):
            self._buffer[index] = 0
        self._buffer.clear()

    def __del__(self) -> None:
        if hasattr(self, "_buffer"):
            self.wipe()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self._wiped or other._wiped:
            return self is other
        return compare_digest(self._buffer, other._buffer)

    def __hash__(self) -> int:
        # The same for all: a hash of the value would say something about it.
        return hash(Secret)

    def __repr__(self) -> str:
        return _HIDDEN

    __str__ = __repr__

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A secret is neither pickled nor copied.")


def _is_text(buffer: bytearray) -> bool:
    try:
        buffer.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
