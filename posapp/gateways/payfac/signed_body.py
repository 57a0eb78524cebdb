"""The body that PayFac wants signed: that of a refund and of a reversal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from posapp.gateways import json_body
from posapp.gateways.json_body import Literal
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.signature import VERSION, sign


def signing_problem(connection: PayfacConnection, *, what: str) -> str | None:
    """Why nothing can be signed for this account, as a sentence, or None.

    Args:
        what: what cannot be done then, such as ``refund``.
    """
    if connection.site_identifier and connection.signing_secret is not None:
        return None
    return (
        f"{connection.label} cannot {what} yet: its site identifier and signing secret are "
        "missing in the settings."
    )


def signed_body(
    connection: PayfacConnection,
    payment_id: str,
    more: Mapping[str, str | Literal],
    *,
    now: datetime,
) -> json_body.Built:
    """The body, signed over the exact characters of every parameter in it.

    Args:
        more: parameters besides those that say who, when and which payment.

    Raises:
        ValueError: there is a ``signing_problem``.
    """
    secret = connection.signing_secret
    if secret is None or not connection.site_identifier:
        raise ValueError("Nothing can be signed for this account.")
    document: dict[str, str | Literal] = {
        "site_identifier": connection.site_identifier,
        "timestamp": str(int(now.timestamp())),
        "version": VERSION,
        "pnm_payment_identifier": payment_id,
        **more,
    }
    characters = {
        name: value.characters if isinstance(value, Literal) else value
        for name, value in document.items()
    }
    return json_body.build({**document, "signature": sign(characters, secret)})
