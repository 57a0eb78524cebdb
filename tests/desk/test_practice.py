"""The practice shop has three accounts that the settings accept."""

from __future__ import annotations

import pytest

from posapp.desk.practice import training_accounts
from posapp.vault.settings import account_from

ENDPOINTS = {
    "payfac": {
        "base_url": "http://127.0.0.1:8001",
        "token_url": "http://127.0.0.1:8001/connect/token",
        "client_id": "ack_training",
        "client_secret": "made-up",
        "scope": "gateway",
        "site_identifier": "S1",
        "signing_secret": "made-up",
    },
    "flowlix": {"base_url": "http://127.0.0.1:8002", "api_key": "api_test_sk_training"},
    "flowlix_classic": {"base_url": "http://127.0.0.1:8003", "api_key": "fl_test_sk_training"},
}


@pytest.mark.parametrize("row", range(3))
def test_every_training_account_is_one_the_settings_accept(row: int) -> None:
    account = account_from(training_accounts(ENDPOINTS)[row])
    assert account.mode == "training"
    assert account.currencies[0] == "EUR"


def test_the_three_accounts_can_be_told_apart() -> None:
    accounts = training_accounts(ENDPOINTS)
    assert len({account["id"] for account in accounts}) == 3
    assert len({account["label"] for account in accounts}) == 3
