"""The three APIs as the training gateway serves them, and cards that make each say yes or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix_classic.connection import FlowlixClassicConnection
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import Gateway
from posapp.gateways.transport import Transport
from posapp.model.secret import Secret
from posapp.sandbox.endpoints import Endpoints
from tests.gateways import samples

WRONG = Secret("not-a-key")


@dataclass(frozen=True, slots=True)
class Kind:
    """One API and the published cards that make it say yes and no."""

    name: str
    build: Callable[[Endpoints, Transport, bool], Gateway]
    approved: str
    declined: str
    decline_code: str


def payfac_connection(made: Endpoints) -> PayfacConnection:
    told = made.payfac
    return PayfacConnection(
        account="payfac",
        label="PayFac training",
        live=False,
        currencies=("EUR", "USD"),
        base_url=told.base_url,
        token_url=told.token_url,
        client_id=told.client_id,
        client_secret=Secret(told.client_secret),
        scope=told.scope,
        site_identifier=told.site_identifier,
        signing_secret=Secret(told.signing_secret),
        refund_unit="minor",
    )


def payfac(made: Endpoints, transport: Transport, wrong_key: bool) -> Gateway:
    connection = payfac_connection(made)
    if wrong_key:
        connection = replace(connection, client_secret=WRONG)
    return PayfacGateway(connection, transport, clock=samples.present)


def flowlix(made: Endpoints, transport: Transport, wrong_key: bool) -> Gateway:
    connection = FlowlixConnection(
        account="flowlix",
        label="Flowlix training",
        live=False,
        currencies=("EUR",),
        base_url=made.flowlix.base_url,
        api_key=WRONG if wrong_key else Secret(made.flowlix.api_key),
        return_url="https://shop.test/back",
    )
    return FlowlixGateway(connection, transport, clock=samples.present)


def classic(made: Endpoints, transport: Transport, wrong_key: bool) -> Gateway:
    connection = FlowlixClassicConnection(
        account="classic",
        label="Flowlix Classic training",
        live=False,
        currencies=("EUR", "USD"),
        base_url=made.flowlix_classic.base_url,
        api_key=WRONG if wrong_key else Secret(made.flowlix_classic.api_key),
        return_url="https://shop.test/back",
    )
    return FlowlixClassicGateway(connection, transport, clock=samples.present)


PAYFAC = Kind("payfac", payfac, "4242424242424242", "4544249167673670", "20051")
FLOWLIX = Kind("flowlix", flowlix, "4111111111111111", "4000000000000002", "do_not_honor")
CLASSIC = Kind("flowlix_classic", classic, "4111111111111111", "4000000000009995",
               "insufficient_funds")  # fmt: skip

KINDS = (PAYFAC, FLOWLIX, CLASSIC)
