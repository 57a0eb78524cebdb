"""What the desk refuses, as sentences for people. Nothing was sent when one of these is raised."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """The desk did not do it. ``str()`` says why and what next; ``fields`` names bad fields."""

    def __init__(self, sentence: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})


class NothingMoved(Refused):
    """A request was tried or refused by the gateway, and it is proved that no money moved."""
