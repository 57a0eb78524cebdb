"""What the training gateway remembers of webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field

EVENT_TYPES = (
    "payment.succeeded",
    "payment.failed",
    "payment.canceled",
    "payment.expired",
    "refund.succeeded",
    "refund.failed",
)


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """The merchant's address. Only what happens from ``since`` on is told to it.

    The secret must outlive a restart, because the merchant knows it, so it goes into the state
    file as the keys do; it appears nowhere else.
    """

    url: str
    events: list[str]
    since: float
    secret: str = field(repr=False)


@dataclass(slots=True)
class WebhookEvent:
    """One event and how its delivery stands; times are seconds since 1970.

    ``subject`` is the payment or refund it is about. ``body`` is what is sent, every time the same
    characters; it goes once nothing more will be sent. ``next_try`` None means just that.
    ``signed_at`` is the last ``t`` that was signed.
    """

    id: str
    type: str
    subject: str
    created_at: float
    body: str = field(repr=False)
    next_try: float | None
    tries: int = 0
    signed_at: int = 0
    last_try: float | None = None
    last_status: int | None = None
    last_problem: str | None = None
    delivered_at: float | None = None

    def give_up(self) -> None:
        """Nothing more will be sent."""
        self.next_try = None
        self.body = ""
