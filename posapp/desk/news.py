"""One way to hear that something changed, without knowing who changed it."""

from __future__ import annotations

import logging
from collections.abc import Callable

_log = logging.getLogger(__name__)


class News:
    """A change notification. Listeners are told that, not what; they read the state anew."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after every change until the returned function is called."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def tell(self) -> None:
        for listener in tuple(self._listeners):
            try:
                listener()
            except Exception:
                # Whoever told the news has moved money and must go on; the others listen too.
                _log.exception("a listener failed")
