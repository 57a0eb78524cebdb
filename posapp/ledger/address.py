"""Where a shared ledger is, and what lets a till in."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address

from posapp.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Address:
    """A database on a PostgreSQL server.

    ``host`` is a name, a number or, on this computer, the folder of a socket. ``certificate`` is a
    file with what proves the server's identity, empty for what this computer trusts.
    """

    host: str
    database: str
    user: str
    password: Secret = field(repr=False)
    port: int = 5432
    certificate: str = ""

    @property
    def name(self) -> str:
        """What the ledger is called in sentences."""
        return f"The shared ledger {self.database} on {self.host}"

    @property
    def is_here(self) -> bool:
        """Whether what is said stays on this computer."""
        if self.host.startswith(("/", "@")) or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False
