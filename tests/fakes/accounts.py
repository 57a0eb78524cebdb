"""The accounts of a till whose gateways are given, not configured."""

from __future__ import annotations

from collections.abc import Iterable

from posapp.desk.accounts import Accounts
from posapp.desk.errors import Refused
from posapp.gateways.port import Gateway
from posapp.vault.settings import GatewayAccount


class GivenAccounts(Accounts):
    def __init__(self, *gateways: Gateway) -> None:
        self.dropped = 0
        self.gateways = {gateway.account: gateway for gateway in gateways}

    def configure(self, accounts: Iterable[GatewayAccount]) -> None:
        """What is configured says nothing about what was given."""

    def all(self) -> tuple[Gateway, ...]:
        return tuple(self.gateways.values())

    def gateway(self, account: str) -> Gateway:
        if account not in self.gateways:
            raise Refused("The gateway account of this payment is no longer set up.")
        return self.gateways[account]

    def label(self, account: str) -> str:
        return self.gateways[account].label

    async def drop_connections(self) -> None:
        self.dropped += 1

    async def test(self, account: GatewayAccount) -> str:
        return await self.gateway(account.id).check()
