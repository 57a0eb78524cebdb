"""Training credentials: random, and in the shapes the three APIs give to test keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from posapp.sandbox import ids

PAYFAC_SCOPE = "gateway payments:search payment-sessions"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client needs to speak to the training gateway; never a live key."""

    client_id: str = field(default_factory=lambda: ids.base32("ack_"))
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    scope: str = PAYFAC_SCOPE
    # The last character is the family's check character, which its own clients insist on.
    payfac_api_key: str = field(default_factory=lambda: ids.base32("sk_sbox_") + "=", repr=False)
    site_identifier: str = field(default_factory=lambda: "S" + ids.digits(10))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    flowlix_api_key: str = field(
        default_factory=lambda: ids.alphanumeric("api_test_sk_", 32), repr=False
    )
    classic_api_key: str = field(
        default_factory=lambda: ids.alphanumeric("fl_test_sk_", 32), repr=False
    )

    def live_key_in(self) -> str | None:
        """The name of the first member that holds a live key, if one does."""
        if self.payfac_api_key.startswith("sk_") and not self.payfac_api_key.startswith("sk_sbox_"):
            return "payfac_api_key"
        if not self.flowlix_api_key.startswith("api_test_sk_"):
            return "flowlix_api_key"
        if not self.classic_api_key.startswith("fl_test_sk_"):
            return "classic_api_key"
        return None
