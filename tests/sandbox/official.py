"""The official client of the PayFac family, pointed at a training gateway.

It shares no line with the product's own client, so what both get through is not one reading of
the contract agreeing with itself. Its calls block: run them in a worker thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from checkout_sdk.checkout_sdk import CheckoutSdk
from checkout_sdk.common.common import AccountHolder, Address
from checkout_sdk.common.enums import AccountHolderType, AccountType, Country
from checkout_sdk.environment import Environment
from checkout_sdk.http_client_interface import HttpClientBuilderInterface
from checkout_sdk.oauth_scopes import OAuthScopes
from checkout_sdk.payments.payments import (
    InstructionScheme,
    PaymentBankAccountDestination,
    PaymentDestinationType,
    PaymentIndividualSender,
    PaymentInstruction,
    PaymentRequest,
    PaymentRequestCardSource,
    PaymentRequestDestination,
    PayoutBillingDescriptor,
    PayoutRequest,
    PayoutRequestCurrencyAccountSource,
    ThreeDsRequest,
)
from requests import Session

from posapp.sandbox.endpoints import PayfacEndpoint


class _OneSession(HttpClientBuilderInterface):  # type: ignore[misc]
    """Lends the client a session that somebody closes again; its own it leaves open."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_client(self) -> Session:
        return self._session


@contextmanager
def official_client(endpoint: PayfacEndpoint, *, with_token: bool = False) -> Iterator[Any]:
    """The ``CheckoutApi`` for this endpoint, with its fixed key or with an access token.

    Asking for the token is a call, made at once.
    """
    with Session() as session:
        session.trust_env = False
        builder: Any = CheckoutSdk.builder()
        if with_token:
            builder = builder.oauth()
            builder.client_credentials(endpoint.client_id, endpoint.client_secret)
            builder.authorization_uri(endpoint.token_url)
            builder.scopes([OAuthScopes.GATEWAY])
        else:
            builder.secret_key(endpoint.api_key)
        builder.environment(_environment(endpoint))
        builder.http_client_builder(_OneSession(session))
        with warnings.catch_warnings():
            # It warns of parts of its own that it makes all the same, and of the only way to an
            # address that is no subdomain of the family's hosts.
            warnings.simplefilter("ignore", DeprecationWarning)
            builder.use_legacy_domain()
            api = builder.build()
        yield api


def _environment(endpoint: PayfacEndpoint) -> Environment:
    base = f"{endpoint.base_url}/"
    return Environment(
        base_uri=base,
        authorization_uri=endpoint.token_url,
        files_uri=base,
        transfers_uri=base,
        balances_uri=base,
        forward_uri=base,
        identity_uri=base,
        is_sandbox=True,
    )


def phone_order(amount: int, *, number: str = "4242424242424242", **changes: Any) -> Any:
    """A payment by phone in USD that waits to be captured; ``changes`` set other members."""
    source = PaymentRequestCardSource()
    source.number = number
    source.expiry_month = 12
    source.expiry_year = 2090
    source.cvv = "100"
    source.name = "Ada Muster"
    request = PaymentRequest()
    request.source = source
    request.amount = amount
    request.currency = "USD"
    request.payment_type = "MOTO"
    request.capture = False
    request.three_ds = ThreeDsRequest()
    request.three_ds.enabled = False
    for name, value in changes.items():
        setattr(request, name, value)
    return request


def payout_order(destination: Any, amount: int, **changes: Any) -> Any:
    """Money in GBP for ``destination``, sent for somebody; ``changes`` set other members."""
    request = PayoutRequest()
    request.source = PayoutRequestCurrencyAccountSource()
    request.source.id = "ca_y3oqhf46pyzuxjbcn2giaqnb44"
    request.destination = destination
    request.amount = amount
    request.currency = "GBP"
    request.billing_descriptor = PayoutBillingDescriptor()
    request.billing_descriptor.reference = "Withdrawal"
    request.sender = PaymentIndividualSender()
    request.sender.first_name = "Ada"
    request.sender.last_name = "Muster"
    request.sender.address = Address()
    request.sender.address.address_line1 = "1 High Street"
    request.sender.address.country = Country.GB
    request.instruction = PaymentInstruction()
    request.instruction.purpose = "Withdrawal"
    request.instruction.scheme = InstructionScheme.LOCAL
    request.processing_channel_id = "pc_hpswyyx23geezflc2ocz3exn4y"
    for name, value in changes.items():
        setattr(request, name, value)
    return request


def card_destination(number: str) -> Any:
    """The client has no class for this destination, only its type."""
    card = PaymentRequestDestination(PaymentDestinationType.CARD)
    card.number = number
    card.expiry_month = 12
    card.expiry_year = 2090
    card.account_holder = _holder()
    return card


def bank_destination() -> Any:
    """The example account of the IBAN registry; nobody has it."""
    account = PaymentBankAccountDestination()
    account.account_type = AccountType.CURRENT
    account.iban = "GB29NWBK60161331926819"
    account.country = Country.GB
    account.account_holder = _holder()
    return account


def _holder() -> Any:
    holder = AccountHolder()
    holder.type = AccountHolderType.INDIVIDUAL
    holder.first_name = "Ada"
    holder.last_name = "Muster"
    return holder
