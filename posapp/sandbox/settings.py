"""The switches of the training gateway, changed while it runs through its admin address."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from posapp.sandbox.codec import CodecError, from_plain

_MAX_SECONDS = 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults follow the contracts; every unknown of the contracts is a switch here.

    PayFac:

    - ``payfac_settle_seconds``: how long an accepted action takes until it has its effect.
    - ``payfac_token_seconds``: how long an access token is good for.
    - ``payfac_refund_unit``: ``refund_amount`` counts ``minor`` or ``major`` units.
    - ``payfac_refund_signature``: ``lenient`` takes a refund or reversal without a signature.
    - ``payfac_signature_window_seconds``: how far a signed timestamp may be off.
    - ``payfac_list_status``: the status of a list and of a search, 202 or 200.
    - ``payfac_refuse_unknown_members``: a body with a member that the contract does not know,
      in whichever of its objects, is a 422 ``parameter_invalid``; else the member is ignored.
    - ``payfac_refuse_changed_repeat``: a known idempotency key with another body is a 422.
    - ``payfac_amount_triggers``: the amounts of a payment can decide about its answer.
    - ``payfac_moto_enabled``: whether payments by phone or mail are taken.
    - ``payfac_rate_per_minute``: requests a minute, null for no limit.
    - ``payfac_payout_shape``: how a payout is shown: ``classic`` or ``newer``, or ``by_kind``, the
      newer for cards and the classic for bank accounts.
    - ``payfac_session_seconds``: how long a payment session lasts that does not say.

    Flowlix:

    - ``flowlix_settle_seconds``, ``flowlix_refund_seconds``: how long a payment or refund takes.
    - ``flowlix_rate_per_minute``: requests a minute, null for no limit.
    - ``flowlix_challenge``, ``classic_challenge``: a direct payment asks for 3-D Secure
      ``at_once`` or ``later``.
    - ``flowlix_failure_names``: a decline has ``failure_code`` and ``failure_message`` besides.
    - ``flowlix_billing_required``: a direct payment needs all ``billing_details``.
    - ``classic_generation``: ``synchronous`` serves the first generation at the classic address.
    - ``classic_synchronous_rate_per_minute``: its requests a minute, null for no limit.

    Webhooks of Flowlix:

    - ``flowlix_webhook_delivery``: events are delivered ``at_once`` when due, or ``on_request``.
    - ``flowlix_webhook_twice``: every event is delivered twice.
    - ``flowlix_webhook_out_of_order``: of those due together the newest comes first.
    - ``flowlix_webhook_key``: what signs, the ``whole_secret`` or it ``without_prefix``.
    - ``flowlix_webhook_timeout_seconds``: how long the merchant's answer may take.

    All:

    - ``challenge_seconds``, ``hosted_page_seconds``: how long a page waits for its customer.
    - ``list_lag_seconds``: how late a payment turns up in lists and searches.
    """

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
    payfac_payout_shape: Literal["by_kind", "classic", "newer"] = "by_kind"
    payfac_rate_per_minute: int | None = None
    payfac_session_seconds: float = 3600.0
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
    flowlix_webhook_out_of_order: bool = False
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
