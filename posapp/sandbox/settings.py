"""The switches of the training gateway, changed while it runs through its admin address."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from posapp.sandbox.codec import CodecError, from_plain

_MAX_SECONDS = 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults follow the contracts; every unknown of the contracts is a switch here."""

    # PayFac
    payfac_settle_seconds: float = 1.0
    payfac_token_seconds: int = 3600
    payfac_refund_unit: Literal["minor", "major"] = "minor"
    payfac_refund_signature: Literal["strict", "lenient"] = "strict"
    payfac_signature_window_seconds: float = 300.0
    payfac_list_status: Literal[200, 202] = 202
    payfac_refuse_unknown_members: bool = False
    payfac_refuse_changed_repeat: bool = False
    payfac_amount_triggers: bool = False
    payfac_moto_enabled: bool = True
    payfac_rate_per_minute: int | None = None
    # Flowlix
    flowlix_settle_seconds: float = 1.0
    flowlix_refund_seconds: float = 1.0
    flowlix_rate_per_minute: int | None = 500
    flowlix_challenge: Literal["at_once", "later"] = "at_once"
    flowlix_failure_names: bool = False
    flowlix_billing_required: bool = False
    classic_challenge: Literal["at_once", "later"] = "later"
    classic_generation: Literal["asynchronous", "synchronous"] = "asynchronous"
    classic_synchronous_rate_per_minute: int | None = 100
    # Flowlix webhooks
    flowlix_webhook_delivery: Literal["at_once", "on_request"] = "at_once"
    flowlix_webhook_twice: bool = False
    flowlix_webhook_out_of_order: bool = False  # the newest first of those due together
    flowlix_webhook_key: Literal["whole_secret", "without_prefix"] = "whole_secret"
    flowlix_webhook_timeout_seconds: float = 10.0
    # All
    challenge_seconds: float = 900.0
    hosted_page_seconds: float = 1800.0
    list_lag_seconds: float = 0.0

    def changed(self, changes: object) -> Settings:
        """These settings with ``changes`` (a JSON object of some members) applied.

        Raises:
            CodecError: if a name is unknown or a value does not fit; nothing is changed then.
        """
        if not isinstance(changes, dict):
            raise CodecError("settings must be an object")
        merged: dict[str, Any] = {**asdict(self), **changes}
        settings = from_plain(Settings, merged, "settings")
        settings.check()
        return replace(settings)

    def check(self) -> None:
        """Raises CodecError if a value is out of its range."""
        for name, value in asdict(self).items():
            if name.endswith("_seconds") and not 0 <= value <= _MAX_SECONDS:
                raise CodecError(f"settings.{name} must be 0 to {_MAX_SECONDS:.0f} seconds")
            if name.endswith("_per_minute") and value is not None and value < 1:
                raise CodecError(f"settings.{name} must be at least 1, or null for no limit")
