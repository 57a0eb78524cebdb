"""What is needed to reach one Flowlix account."""

from __future__ import annotations

from dataclasses import dataclass

from posapp.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowlixConnection:
    """One Flowlix account. The key decides whether it moves real money; ``return_url`` is where
    the caller's browser ends after the bank's check.
    """

    account: str
    label: str
    live: bool
    currencies: tuple[str, ...]
    base_url: str
    api_key: Secret
    return_url: str
