"""Contents, keys and costs to test with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from posapp.model.secret import Secret
from posapp.vault.kdf import KdfCost
from posapp.vault.settings import (
    FlowlixAccount,
    FlowlixClassicAccount,
    Owner,
    PayfacAccount,
    Shop,
    VaultContents,
)

CHEAP = KdfCost(memory_kib=8, passes=1, lanes=1)
PATH = Path("till") / "vault"
PASSPHRASE = "rain on the copper roof"
OTHER_PASSPHRASE = "a gull walks on the pier"
PIN_HASH = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43

PAYFAC_SECRET = "canary-payfac-client-secret-51f0"
PAYFAC_KEY = "sk_sbox_canarykey2b3c4d5e6f7"
SIGNING_SECRET = "canary-signing-secret-93ab"
FLOWLIX_KEY = "api_test_sk_canary0042f1"
CLASSIC_KEY = "fl_test_sk_canary0042f2"
CANARIES = (PAYFAC_SECRET, PAYFAC_KEY, SIGNING_SECRET, FLOWLIX_KEY, CLASSIC_KEY)


def passphrase(text: str = PASSPHRASE) -> Secret:
    return Secret(text)


def noon() -> datetime:
    return datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


def payfac(**changes: object) -> PayfacAccount:
    values: dict[str, object] = {
        "id": "payfac",
        "label": "PayFac test",
        "mode": "test",
        "currencies": ("EUR", "GBP"),
        "base_url": "https://gateway.example",
        "token_url": "https://access.example/connect/token",
        "client_id": "ack_demo",
        "client_secret": Secret(PAYFAC_SECRET),
        "api_key": Secret(PAYFAC_KEY),
        "site_identifier": "S2155373459",
        "signing_secret": Secret(SIGNING_SECRET),
    }
    return PayfacAccount.model_validate({**values, **changes})


def flowlix(**changes: object) -> FlowlixAccount:
    values: dict[str, object] = {
        "id": "flowlix",
        "label": "Flowlix test",
        "mode": "test",
        "base_url": "https://api.flowlix.dev",
        "api_key": Secret(FLOWLIX_KEY),
        "return_url": "https://shop.example/back",
    }
    return FlowlixAccount.model_validate({**values, **changes})


def classic(**changes: object) -> FlowlixClassicAccount:
    values: dict[str, object] = {
        "id": "classic",
        "label": "Flowlix classic test",
        "mode": "test",
        "base_url": "https://api.flowlix.eu",
        "api_key": Secret(CLASSIC_KEY),
    }
    return FlowlixClassicAccount.model_validate({**values, **changes})


def contents(name: str = "Muster & Co", *, full: bool = False) -> VaultContents:
    """Small by default; ``full`` has one account of each kind and everything else filled in."""
    if not full:
        return VaultContents(shop=Shop(name=name))
    return VaultContents(
        shop=Shop(
            name=name,
            address=("Am Markt 3", "28195 Bremen"),
            phone="+49 30 111222",
            email="post@shop.example",
            tax_number="DE 111 222 333",
            receipt_footer="Thank you.\nReturns within 30 days.",
        ),
        owner=Owner(name="Ada Muster", pin_hash=PIN_HASH),
        accounts=(payfac(), flowlix(), classic()),
        default_account="flowlix",
    )
