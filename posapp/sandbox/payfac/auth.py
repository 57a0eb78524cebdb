"""Access tokens (a JWT of the training state's own key) and the fixed training key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from posapp.sandbox.http import BadJson, Call, Reply, json_reply
from posapp.sandbox.world import World

_log = logging.getLogger("posapp.sandbox")
_FIELDS = ("grant_type", "client_id", "client_secret", "scope")
_ALL_OF_GATEWAY = frozenset(
    f"gateway:{part}"
    for part in (
        "payment",
        "payment-details",
        "payment-authorizations",
        "payment-captures",
        "payment-refunds",
        "payment-voids",
        "payment-cancellations",
    )
)
_KNOWN_SCOPES = _ALL_OF_GATEWAY | {"gateway", "payments:search", "payment-sessions"}


def token(world: World, call: Call) -> Reply:
    """``POST /connect/token``: JSON as PayFac writes it, or a form with Basic credentials."""
    fields = _token_fields(call)
    if fields is None:
        return _refused("invalid_request")
    grant = fields.get("grant_type")
    if grant is None:
        return _refused("invalid_request")
    if grant != "client_credentials":
        return _refused("unsupported_grant_type")
    if any(name not in fields for name in _FIELDS):
        return _refused("invalid_request")
    keys = world.store.credentials
    known = hmac.compare_digest(fields["client_id"].encode(), keys.client_id.encode())
    right = hmac.compare_digest(fields["client_secret"].encode(), keys.client_secret.encode())
    if not (known and right):
        return _refused("invalid_client")
    scopes = fields["scope"].split()
    if not scopes or any(scope not in _KNOWN_SCOPES for scope in scopes):
        return _refused("invalid_scope")
    seconds = world.settings.payfac_token_seconds
    access = sign(
        {
            "sub": keys.client_id,
            "scope": " ".join(scopes),
            "iat": int(call.now),
            "exp": call.now + seconds,
        },
        world.store.keys.tokens,
    )
    body = {"access_token": access, "token_type": "Bearer", "expires_in": seconds}
    return json_reply(200, body, {"Cache-Control": "no-store"})


def _token_fields(call: Call) -> dict[str, str] | None:
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    fields: dict[str, str] = {}
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(call.body.decode("utf-8"), keep_blank_values=True, max_num_fields=50)
        except (ValueError, UnicodeDecodeError):
            return None
        if call.oversize or len({name for name, _ in pairs}) != len(pairs):
            return None
        fields = dict(pairs)
    else:
        try:
            value = call.json()
        except BadJson:
            return None
        if not isinstance(value, dict):
            return None
        if any(name in value and not isinstance(value[name], str) for name in _FIELDS):
            return None
        fields = {name: value[name] for name in _FIELDS if name in value}
    basic = _basic(call)
    if basic is not None:
        fields["client_id"], fields["client_secret"] = basic
    return fields


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, rest = (call.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ("", "")
    name, _, secret = pair.partition(":")
    # RFC 6749 has both form-encoded inside Basic; a token without "%" or "+" reads the same.
    return unquote_plus(name), unquote_plus(secret)


def _refused(error: str) -> Reply:
    return json_reply(400, {"error": error}, {"Cache-Control": "no-store"})


def admitted(world: World, call: Call) -> tuple[str, frozenset[str]] | None:
    """Who calls and what it may do, or None for a missing, unknown, expired or live key."""
    scheme, _, value = (call.header("authorization") or "").partition(" ")
    value = value.strip()
    if scheme.lower() != "bearer" or not value:
        return None
    keys = world.store.credentials
    if value.startswith("sk_"):
        if not value.startswith("sk_sbox_"):
            _log.warning("A live PayFac key was sent to the training gateway and was refused.")
            return None
        right = hmac.compare_digest(value.encode(), keys.payfac_api_key.encode())
        return ("key", _KNOWN_SCOPES) if right else None
    claims = verify(value, world.store.keys.tokens)
    if (
        claims is None
        or "exp" not in claims
        or claims["sub"] != keys.client_id
        or claims["exp"] <= call.now
    ):
        return None
    return "client", frozenset(str(claims["scope"]).split())


def allowed(scopes: frozenset[str], wanted: tuple[str, ...]) -> bool:
    """Whether one of ``wanted`` is covered; ``gateway`` covers every ``gateway:…``."""
    return not wanted or any(
        scope in scopes or (scope.startswith("gateway:") and "gateway" in scopes)
        for scope in wanted
    )


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(text: str, key: str) -> str:
    return _encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())


def sign(claims: dict[str, object], key: str) -> str:
    """``claims`` as a JWT that only this training state accepts."""
    head = _encode(b'{"alg":"HS256","typ":"JWT"}')
    text = f"{head}.{_encode(json.dumps(claims).encode())}"
    return f"{text}.{_mac(text, key)}"


def verify(access: str, key: str) -> dict[str, Any] | None:
    """The claims of a token that :func:`sign` made, else None. Says nothing about its age."""
    text, _, mac = access.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(text, key).encode()):
        return None
    claims: dict[str, Any] = json.loads(_decode(text.partition(".")[2]))
    return claims
