"""Notices that Flowlix sends by itself: proved first, then read.

The contract: ``Flowlix-Signature: t=<Unix seconds>,v1=<hex>``, where the hex is the HMAC-SHA256 of
``t``, a dot and the raw body under the endpoint's signing secret. A notice can come twice and out
of order: its id tells a repetition, and reading the payment tells what is true now.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from posapp.gateways import strict_json
from posapp.gateways.flowlix import wire
from posapp.gateways.flowlix.translate import payment_from, refund_from
from posapp.gateways.moments import from_unix
from posapp.gateways.outside_text import code, is_id
from posapp.gateways.port import GatewayDown, NotGenuine
from posapp.gateways.strict_json import Unreadable
from posapp.model.payment import Payment, RefundRecord
from posapp.model.secret import Secret

HEADER = "Flowlix-Signature"
LARGEST_BODY = 1_000_000
TOLERANCE = 300
"""Seconds that the moment of signing may lie in the past, or in the future."""

_LONGEST_HEADER = 4_000
_SECONDS = re.compile(r"[0-9]{1,12}")
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_MARK = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What one notice says. ``id`` is the same whenever the same notice comes again.

    ``kind`` is the API's word, such as ``payment.succeeded``. ``payment`` or ``refund`` is how it
    stood then, and ``payment_id`` the payment of either; of a kind that is not known yet all three
    are empty.
    """

    id: str
    kind: str
    created_at: datetime
    live: bool
    payment_id: str = ""
    payment: Payment | None = None
    refund: RefundRecord | None = None


def event_from(
    header: str,
    body: bytes,
    *,
    secrets: Sequence[Secret],
    now: datetime,
    account: str,
    bare_key: bool = False,
) -> Event:
    """The event that this notice proves.

    Args:
        header: the value of ``Flowlix-Signature``; empty where there was none.
        body: the bytes exactly as they arrived.
        secrets: the endpoint's signing secrets; while one is replaced by another, both.
        now: the present moment, with its offset.
        account: id of our account, for the payment.
        bare_key: the secret without ``whsec_`` is the key; the contract leaves this open.

    Raises:
        NotGenuine: it does not prove that Flowlix sent it, and now. Answer with a refusal.
        GatewayDown: it is genuine but cannot be read. Read the payments instead.
    """
    _check_genuine(header, body, secrets=secrets, now=now, bare_key=bare_key)
    try:
        return _event(wire.read(wire.Notice, strict_json.parse(body)), account)
    except Unreadable:
        pass
    raise GatewayDown(
        "Flowlix sent a notice that cannot be read. Look the payments up to see what happened."
    )


def _check_genuine(
    header: str, body: bytes, *, secrets: Sequence[Secret], now: datetime, bare_key: bool
) -> None:
    keys = [key for key in (_key(secret, bare=bare_key) for secret in secrets) if key]
    if not keys:
        raise NotGenuine(
            "A notice came, but no signing secret of Flowlix is set. It was not used. "
            "Type the secret of the webhook in the settings."
        )
    if len(body) > LARGEST_BODY:
        raise _refused("It is too large")
    if not header or len(header) > _LONGEST_HEADER:
        raise _refused(f"Its header {HEADER} is missing or too long")
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = {value for name, _, value in parts if name == "t"}
    moment = moments.pop() if len(moments) == 1 else ""
    if not _SECONDS.fullmatch(moment):
        raise _refused(f"Its header {HEADER} does not say when it was signed")
    signatures = [value.lower() for name, _, value in parts if name == "v1"]
    signatures = [value for value in signatures if _HEX.fullmatch(value)]
    if not signatures:
        raise _refused(f"Its header {HEADER} holds no signature")
    if not _any_matches(signatures, _expected(keys, moment, body)):
        raise _refused("Its signature is not made with the signing secret that is set")
    age = now.timestamp() - int(moment)
    if age > TOLERANCE:
        raise _refused("It was signed more than five minutes ago")
    if age < -TOLERANCE:
        raise _refused("It was signed more than five minutes in the future")


def _key(secret: Secret, *, bare: bool) -> bytes:
    text = secret.reveal()
    return (text.removeprefix(_MARK) if bare else text).encode("utf-8", "surrogatepass")


def _expected(keys: Sequence[bytes], moment: str, body: bytes) -> Iterator[str]:
    for key in keys:
        signed = hmac.new(key, moment.encode("ascii"), sha256)
        signed.update(b".")
        signed.update(body)
        yield signed.hexdigest()


def _any_matches(signatures: Sequence[str], expected: Iterator[str]) -> bool:
    found = False
    for wanted in expected:
        for signature in signatures:
            found |= hmac.compare_digest(signature, wanted)
    return found


def _refused(why: str) -> NotGenuine:
    return NotGenuine(
        f"A notice came that Flowlix cannot be shown to have sent. {why}. It was not used. "
        "Check the signing secret in the settings and the clock of this computer."
    )


def _event(said: wire.Notice, account: str) -> Event:
    kind = code(said.type)
    if not is_id(said.id) or not kind:
        raise Unreadable
    payment: Payment | None = None
    refund: RefundRecord | None = None
    payment_id = ""
    about = kind.partition(".")[0]
    if about == "payment":
        if said.data.payment is None:
            raise Unreadable
        payment = payment_from(said.data.payment, account=account, request_id="")
        payment_id = payment.id
    if about == "refund":
        told = said.data.refund
        if told is None or told.payment_id is None or told.currency is None:
            raise Unreadable
        refund, payment_id = refund_from(told, told.currency), told.payment_id
    return Event(
        id=said.id,
        kind=kind,
        created_at=from_unix(said.created_at),
        live=said.livemode,
        payment_id=payment_id,
        payment=payment,
        refund=refund,
    )
