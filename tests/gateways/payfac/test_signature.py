"""Known answers for the signature of refunds and reversals."""

from __future__ import annotations

import pytest

from posapp.gateways.payfac.signature import sign
from posapp.model.secret import Secret

SECRET = "ab7b539ea1317cca67c63c552"
COMMON = {
    "site_identifier": "S2155373459",
    "timestamp": "1719792000",
    "version": "3.0",
    "pnm_payment_identifier": "pay_mbabizu24mvu3mela5njyhpit4",
}
KNOWN = [
    ({}, "62efcdda300066527bddf6689badee1acb17da09537a656f515a448c69d68423"),
    (
        {"refund_amount": "500", "refund_currency": "USD"},
        "88d9791f2a265abd86dc5bc8b107a0b40ade0484c6e7b00b6b09f78fbc8f7baa",
    ),
    (
        {"refund_amount": "5.00", "refund_currency": "USD"},
        "391ab43e82e70b9c597b61776afec03895d3d76686595b8133140af354da5b65",
    ),
    (
        {"refund_amount": "5.0", "refund_currency": "USD"},
        "e74cfaf0d2a8c769070b0063ad6ec9b47b5cdfa465e8521eb9feb4159fbfa7b2",
    ),
    (
        {"agent_identifier": "agent-7", "void_if_not_settled": "true"},
        "22bd4bbe302b63101471738c8e98fdf079eac245e8bf02a5b911eec69190859a",
    ),
]


@pytest.mark.parametrize(("extra", "signature"), KNOWN)
def test_a_worked_example_comes_out(extra: dict[str, str], signature: str) -> None:
    assert sign({**COMMON, **extra}, Secret(SECRET)) == signature


def test_the_published_example_comes_out() -> None:
    parameters = {
        "version": "3.0",
        "timestamp": "1636142061",
        "site_identifier": "S2155373459",
        "site_customer_identifier": "11223344",
        "order_type": "any",
        "order_is_standing": "true",
        "order_currency": "USD",
        "order_amount": "500",
    }
    assert (
        sign(parameters, Secret(SECRET))
        == "65c694f4b632187aa02fc4144cdd374373307f0a200448c9e53f2e47d84b3b82"
    )
