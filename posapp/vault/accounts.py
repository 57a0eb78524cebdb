"""Gateway accounts: where a payment API is, what it is called with, and whether money is real."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, StringConstraints, model_validator

from posapp.model.secret import Secret
from posapp.vault.fields import (
    SETTINGS_CONFIG,
    BaseUrl,
    Currencies,
    Identifier,
    NameLine,
    StoredSecret,
    Token,
    Tokens,
    Url,
    is_loopback,
    url_problem,
    wrong,
)

Mode = Literal["live", "test", "training"]
"""``live`` moves money. ``test`` is the gateway's own test side. ``training`` stays in here."""

# Checkout.com's hosts say which side they are; flowlix.dev serves both and the key decides.
_TEST_HOST = "sandbox.checkout.com"
_LIVE_HOST = "checkout.com"


class _Account(BaseModel):
    model_config = SETTINGS_CONFIG

    id: Identifier
    label: NameLine
    mode: Mode
    base_url: BaseUrl

    @model_validator(mode="after")
    def _base_url_fits(self) -> Self:
        check_url("base_url", self.base_url, self.mode, stays_here=True)
        return self


class PayfacAccount(_Account):
    """A PayFac account: signs in with client id and secret, or with an API key.

    ``refund_unit`` says whether ``refund_amount`` is in minor or major units; None until it has
    been proved with the gateway, and partial refunds wait for it. ``signing_secret`` keys the
    refund signature of the site named by ``site_identifier``. ``payout_source`` and
    ``processing_channel_id`` are where payouts are taken from; without them there are none.
    """

    kind: Literal["payfac"] = "payfac"
    currencies: Currencies
    token_url: Url = ""
    client_id: Token = ""
    client_secret: StoredSecret | None = None
    scope: Tokens = "gateway"
    token_body: Literal["json", "form"] = "json"
    api_key: StoredSecret | None = None
    site_identifier: Token = ""
    signing_secret: StoredSecret | None = None
    refund_unit: Literal["minor", "major"] | None = None
    payout_source: Annotated[str, StringConstraints(pattern=r"^((ca|ent)_\w{26})?$")] = ""
    processing_channel_id: Annotated[str, StringConstraints(pattern=r"^(pc_\w{26})?$")] = ""
    signature_version: Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*$")] = "3.0"

    @model_validator(mode="after")
    def _credentials_are_complete(self) -> Self:
        if self.client_secret is None and not self.client_id and self.api_key is None:
            raise wrong("api_key", "enter an API key, or a client id and its secret.")
        if self.client_secret is not None and not self.client_id:
            raise wrong("client_id", "enter the client id that belongs to the secret.")
        if self.client_id and self.client_secret is None:
            raise wrong("client_secret", "enter the secret that belongs to the client id.")
        if self.client_id and not self.token_url:
            raise wrong("token_url", "enter the address that gives access tokens.")
        if self.site_identifier and self.signing_secret is None:
            raise wrong("signing_secret", "enter the secret that signs refunds for this site.")
        if self.signing_secret is not None and not self.site_identifier:
            raise wrong("site_identifier", "enter the site that the signing secret belongs to.")
        return self

    @model_validator(mode="after")
    def _mode_fits(self) -> Self:
        if self.token_url:
            check_url("token_url", self.token_url, self.mode, stays_here=True)
        if self.api_key is not None:
            _check_payfac_key(self.api_key, self.mode)
        return self


class FlowlixAccount(_Account):
    """A Flowlix account of the present API (EUR only)."""

    kind: Literal["flowlix"] = "flowlix"
    api_key: StoredSecret
    return_url: Url = ""
    currencies: Currencies = ("EUR",)

    @model_validator(mode="after")
    def _mode_fits(self) -> Self:
        _check_flowlix_key(self.api_key, self.mode, mine="api", other="fl")
        _check_flowlix_currencies(self.currencies, ("EUR",))
        if self.return_url:
            check_url("return_url", self.return_url, self.mode, stays_here=False)
        return self


class FlowlixClassicAccount(_Account):
    """An account of the older Flowlix API (EUR, USD, GBP)."""

    kind: Literal["flowlix_classic"] = "flowlix_classic"
    api_key: StoredSecret
    return_url: Url = ""
    currencies: Currencies = ("EUR", "USD", "GBP")

    @model_validator(mode="after")
    def _mode_fits(self) -> Self:
        _check_flowlix_key(self.api_key, self.mode, mine="fl", other="api")
        _check_flowlix_currencies(self.currencies, ("EUR", "USD", "GBP"))
        if self.return_url:
            check_url("return_url", self.return_url, self.mode, stays_here=False)
        return self


GatewayAccount = Annotated[
    PayfacAccount | FlowlixAccount | FlowlixClassicAccount, Field(discriminator="kind")
]


def check_url(field: str, url: str, mode: Mode, *, stays_here: bool) -> None:
    """Refuse an address that is unsafe, or of another mode than the account.

    ``stays_here``: the program itself calls it, so that in training it must be this computer.
    """
    problem = url_problem(url, http_on_loopback=mode != "live")
    if problem is not None:
        raise wrong(field, problem)
    if not stays_here:
        return
    if mode == "training" and not is_loopback(url):
        raise wrong(field, "in training this is an address on this computer, like 127.0.0.1.")
    host = f".{urlsplit(url).hostname}"
    if mode == "live" and host.endswith(f".{_TEST_HOST}"):
        raise wrong(field, "this is the test address; enter the live one, or choose test mode.")
    if mode == "test" and host.endswith(f".{_LIVE_HOST}") and not host.endswith(f".{_TEST_HOST}"):
        raise wrong(field, "this is the live address; enter the test one, or choose live mode.")


def _check_payfac_key(key: Secret, mode: Mode) -> None:
    """Checkout.com's shapes: ``sk_sbox_`` test, ``sk_`` live, ``pk_`` public. Others are open."""
    text = key.reveal()
    if text.startswith("pk_"):
        raise wrong("api_key", "this is a public key; enter the secret key.")
    if text.startswith("sk_sbox_"):
        if mode == "live":
            raise wrong("api_key", "this is a test key; enter the live key, or choose test mode.")
    elif text.startswith("sk_") and mode != "live":
        raise wrong("api_key", "this is a live key; enter the test key, or choose live mode.")


def _check_flowlix_key(key: Secret, mode: Mode, *, mine: str, other: str) -> None:
    text = key.reveal()
    if text.startswith((f"{other}_test_sk_", f"{other}_live_sk_")):
        kind = "older Flowlix API" if other == "fl" else "present Flowlix API"
        raise wrong("api_key", f"this key is for the {kind}; choose that kind of account.")
    if text.startswith(f"{mine}_live_sk_"):
        if mode != "live":
            raise wrong("api_key", "this is a live key; enter the test key, or choose live mode.")
    elif text.startswith(f"{mine}_test_sk_"):
        if mode == "live":
            raise wrong("api_key", "this is a test key; enter the live key, or choose test mode.")
    else:
        raise wrong(
            "api_key",
            f"a key begins with {mine}_test_sk_ or {mine}_live_sk_; copy it again from Flowlix.",
        )


def _check_flowlix_currencies(currencies: tuple[str, ...], served: tuple[str, ...]) -> None:
    if not set(currencies) <= set(served):
        raise wrong("currencies", f"this API takes {', '.join(served)} only.")
