"""Where a running training gateway is reached, and with which training credentials."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class PayfacEndpoint:
    base_url: str
    token_url: str
    client_id: str
    client_secret: str
    scope: str
    api_key: str
    site_identifier: str
    signing_secret: str


@dataclass(frozen=True, slots=True)
class FlowlixEndpoint:
    base_url: str
    api_key: str


@dataclass(frozen=True, slots=True)
class AdminEndpoint:
    base_url: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses and training credentials of one running gateway."""

    payfac: PayfacEndpoint
    flowlix: FlowlixEndpoint
    flowlix_classic: FlowlixEndpoint
    admin: AdminEndpoint

    def as_json(self) -> str:
        """One line of JSON, the form in which `posapp sandbox` announces itself."""
        return json.dumps(asdict(self), separators=(", ", ": "))
