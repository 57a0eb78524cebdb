"""The gateway accounts of this shop: from what the vault keeps to something that can charge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from posapp.desk.errors import Refused
from posapp.gateways.port import Gateway, GatewayError
from posapp.vault.settings import (
    FlowlixAccount,
    FlowlixClassicAccount,
    GatewayAccount,
    PayfacAccount,
)

if TYPE_CHECKING:
    from posapp.gateways.transport import Transport

DEFAULT_RETURN_URL = "https://example.com/payment-finished"


class Accounts:
    """Every configured account, opened on first use."""

    def __init__(self, *, transport: Transport, clock: Callable[[], datetime]) -> None:
        self._transport = transport
        self._clock = clock
        self._configured: dict[str, GatewayAccount] = {}
        self._open: dict[str, Gateway] = {}

    def configure(self, accounts: Iterable[GatewayAccount]) -> None:
        """Replace the accounts; those that did not change stay open."""
        wanted = {account.id: account for account in accounts}
        for known, account in self._configured.items():
            if wanted.get(known) != account:
                self._open.pop(known, None)
        self._configured = wanted

    def all(self) -> tuple[Gateway, ...]:
        """Every account, ready to use, in the order of the settings."""
        return tuple(self.gateway(account) for account in self._configured)

    def gateway(self, account: str) -> Gateway:
        """The account with this id.

        Raises:
            Refused: it was removed from the settings.
        """
        if account not in self._configured:
            raise Refused(
                "The gateway account of this payment is no longer set up. Add it in Settings."
            )
        if account not in self._open:
            self._open[account] = self._connect(self._configured[account])
        return self._open[account]

    def label(self, account: str) -> str:
        """What people call the account, whether it is still set up or not."""
        known = self._configured.get(account)
        return known.label if known else "A gateway account that was removed"

    async def drop_connections(self) -> None:
        """Look up over new connections only: one that is kept may hold an answer too many."""
        await self._transport.drop_kept()

    async def test(self, account: GatewayAccount) -> str:
        """Try an account that may not be saved yet; a sentence on what was found.

        Raises:
            Refused: the gateway cannot be used like this; says what to change.
        """
        try:
            return await self._connect(account).check()
        except GatewayError as problem:
            raise Refused(str(problem)) from problem

    def _connect(self, account: GatewayAccount) -> Gateway:
        """Each package is imported with the first account that needs it: few shops use all."""
        if isinstance(account, PayfacAccount):
            return self._payfac(account)
        if isinstance(account, FlowlixAccount):
            return self._flowlix(account)
        return self._flowlix_classic(account)

    def _payfac(self, account: PayfacAccount) -> Gateway:
        from posapp.gateways.payfac.connection import PayfacConnection
        from posapp.gateways.payfac.gateway import PayfacGateway

        connection = PayfacConnection(
            account=account.id,
            label=account.label,
            live=account.mode == "live",
            currencies=account.currencies,
            base_url=account.base_url,
            token_url=account.token_url,
            client_id=account.client_id,
            client_secret=account.client_secret,
            scope=account.scope,
            token_body=account.token_body,
            api_key=account.api_key,
            site_identifier=account.site_identifier,
            signing_secret=account.signing_secret,
            refund_unit=account.refund_unit,
            payout_source=account.payout_source,
            processing_channel_id=account.processing_channel_id,
        )
        return PayfacGateway(connection, self._transport, clock=self._clock)

    def _flowlix(self, account: FlowlixAccount) -> Gateway:
        from posapp.gateways.flowlix.connection import FlowlixConnection
        from posapp.gateways.flowlix.gateway import FlowlixGateway

        connection = FlowlixConnection(
            account=account.id,
            label=account.label,
            live=account.mode == "live",
            currencies=account.currencies,
            base_url=account.base_url,
            api_key=account.api_key,
            return_url=account.return_url or DEFAULT_RETURN_URL,
        )
        return FlowlixGateway(connection, self._transport, clock=self._clock)

    def _flowlix_classic(self, account: FlowlixClassicAccount) -> Gateway:
        from posapp.gateways.flowlix_classic.connection import FlowlixClassicConnection
        from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway

        connection = FlowlixClassicConnection(
            account=account.id,
            label=account.label,
            live=account.mode == "live",
            currencies=account.currencies,
            base_url=account.base_url,
            api_key=account.api_key,
            return_url=account.return_url or DEFAULT_RETURN_URL,
        )
        return FlowlixClassicGateway(connection, self._transport, clock=self._clock)
