"""What is needed to reach one PayFac account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from posapp.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class PayfacConnection:
    """One PayFac account.

    Either ``api_key`` (a fixed bearer key) or ``client_id`` and ``client_secret`` are set; the
    key wins. ``token_body`` says how the token call carries its data: ``json`` as PayFac
    describes it, ``form`` with HTTP Basic as Checkout.com does. ``refund_unit`` is the unit of
    ``refund_amount``, which the API leaves open: without it only full refunds are possible.
    ``payout_source`` (``ca_…`` or ``ent_…``) is where payouts are taken from, through the channel
    ``processing_channel_id``: without both there are none. Payment sessions name the channel too.
    """

    account: str
    label: str
    live: bool
    currencies: tuple[str, ...]
    base_url: str
    token_url: str = ""
    client_id: str = ""
    client_secret: Secret | None = None
    scope: str = "gateway"
    token_body: Literal["json", "form"] = "json"
    api_key: Secret | None = None
    site_identifier: str = ""
    signing_secret: Secret | None = None
    refund_unit: Literal["minor", "major"] | None = None
    payout_source: str = ""
    processing_channel_id: str = ""
