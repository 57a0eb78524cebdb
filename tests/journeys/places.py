"""The three payment APIs as a journey sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

SUCCESS = "4242424242424242"
CHALLENGED = "4635440000002223"


@dataclass(frozen=True, slots=True)
class Place:
    """``api`` names it at the training gateway; ``create`` and ``search`` are calls there."""

    account: str
    api: str
    declined: str
    create: str
    search: str
    ends: tuple[str, str]

    def ended(self, payment: dict[str, Any]) -> str:
        return str(payment["outcome"] if self.api == "payfac" else payment["status"])

    def refunded(self, payment: dict[str, Any]) -> int:
        """What was given back there, in cents."""
        if self.api == "payfac":
            return int(payment["refunded"])
        return sum(r["amount"] for r in payment["refunds"] if r["status"] == "succeeded")


PAYFAC = Place(
    "Practice PayFac",
    "payfac",
    declined="4111111111111129",
    create="payfac.payment",
    search="payfac.[ls]*",
    ends=("declined", "authorized"),
)
FLOWLIX = Place(
    "Practice Flowlix",
    "flowlix",
    declined="4000000000000002",
    create="flowlix.create_payment",
    search="flowlix.list_payments",
    ends=("failed", "succeeded"),
)
CLASSIC = Place(
    "Practice Flowlix classic",
    "flowlix_classic",
    declined="4000000000009995",
    create="flowlix_classic.create_payment",
    search="flowlix_classic.list_payments",
    ends=("failed", "succeeded"),
)
ALL = pytest.mark.parametrize("place", [PAYFAC, FLOWLIX, CLASSIC], ids=lambda place: place.api)
BOTH_FLOWLIX = pytest.mark.parametrize("place", [FLOWLIX, CLASSIC], ids=lambda place: place.api)
