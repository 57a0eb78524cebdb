"""An account is refused where its key, its address and its mode do not belong together."""

from __future__ import annotations

from typing import Any

import pytest

from posapp.model.secret import Secret
from posapp.vault.errors import SettingsRefused
from posapp.vault.fields import is_loopback
from posapp.vault.settings import (
    FlowlixAccount,
    FlowlixClassicAccount,
    PayfacAccount,
    account_from,
)

PAYFAC: dict[str, Any] = {
    "kind": "payfac",
    "id": "payfac",
    "label": "PayFac",
    "mode": "test",
    "currencies": ["EUR"],
    "base_url": "https://gateway.example",
    "api_key": Secret("sk_sbox_demo2345"),
}
FLOWLIX: dict[str, Any] = {
    "kind": "flowlix",
    "id": "flowlix",
    "label": "Flowlix",
    "mode": "test",
    "base_url": "https://api.flowlix.dev",
    "api_key": Secret("api_test_sk_demo0001"),
}
CLASSIC: dict[str, Any] = {
    **FLOWLIX,
    "kind": "flowlix_classic",
    "id": "classic",
    "api_key": Secret("fl_test_sk_demo0001"),
}
OAUTH: dict[str, Any] = {
    **PAYFAC,
    "api_key": None,
    "token_url": "https://access.example/connect/token",
    "client_id": "ack_demo",
    "client_secret": Secret("s3cr3t"),
}


def problem(values: dict[str, Any], **changes: object) -> tuple[str, str]:
    """The one field that is refused, and what is said about it after its name."""
    with pytest.raises(SettingsRefused) as caught:
        account_from({**values, **changes})
    ((field, sentence),) = caught.value.problems
    name, _, said = sentence.partition(": ")
    assert name[0].isupper()
    assert said.endswith(".")
    for value in {**values, **changes}.values():
        if isinstance(value, Secret):
            assert value.reveal() not in str(caught.value) or len(value.reveal()) < 4
    return field, said


def test_the_kind_decides_what_an_account_is() -> None:
    assert isinstance(account_from(PAYFAC), PayfacAccount)
    assert isinstance(account_from(FLOWLIX), FlowlixAccount)
    assert isinstance(account_from(CLASSIC), FlowlixClassicAccount)
    assert problem(PAYFAC, kind="bank")[1] == "choose the kind of gateway account."
    assert problem({})[1] == "choose the kind of gateway account."


def test_what_need_not_be_entered_has_the_documented_default() -> None:
    payfac, flowlix, classic = (account_from(values) for values in (PAYFAC, FLOWLIX, CLASSIC))
    assert isinstance(payfac, PayfacAccount)
    assert (payfac.token_body, payfac.signature_version) == ("json", "3.0")
    assert payfac.refund_unit is None
    assert flowlix.currencies == ("EUR",)
    assert classic.currencies == ("EUR", "USD", "GBP")


KEYS = [
    (PAYFAC, "sk_sbox_demo2345", {"test", "training"}),
    (PAYFAC, "sk_demo2345", {"live"}),
    (PAYFAC, "opaque-key-of-another-shape", {"live", "test", "training"}),
    (PAYFAC, "pk_demo2345", set()),
    (FLOWLIX, "api_test_sk_demo0001", {"test", "training"}),
    (FLOWLIX, "api_live_sk_demo0001", {"live"}),
    (FLOWLIX, "fl_test_sk_demo0001", set()),
    (FLOWLIX, "sk_sbox_demo2345", set()),
    (FLOWLIX, "API_TEST_SK_demo0001", set()),
    (CLASSIC, "fl_test_sk_demo0001", {"test", "training"}),
    (CLASSIC, "fl_live_sk_demo0001", {"live"}),
    (CLASSIC, "api_live_sk_demo0001", set()),
    (CLASSIC, "whatever", set()),
]


@pytest.mark.parametrize("mode", ["live", "test", "training"])
@pytest.mark.parametrize(("values", "key", "modes"), KEYS)
def test_a_key_is_taken_in_its_own_mode_only(
    values: dict[str, Any], key: str, modes: set[str], mode: str
) -> None:
    base = "http://127.0.0.1:8477" if mode == "training" else "https://gateway.example"
    changes = {"api_key": Secret(key), "mode": mode, "base_url": base}
    if mode in modes:
        assert account_from({**values, **changes}).mode == mode
    else:
        field, said = problem(values, **changes)
        assert field == "api_key"
        assert "; " in said


@pytest.mark.parametrize(
    "key", ["", "api_test_sk_a b", "api_test_sk_a\r\nX-Other: 1", "api_test_sk_ä", "\x00"]
)
def test_a_key_that_could_break_a_request_is_refused(key: str) -> None:
    field, said = problem(FLOWLIX, api_key=Secret(key))
    assert field == "api_key"
    assert "without blanks" in said


@pytest.mark.parametrize("key", ["api_test_sk_demo0001", b"api_test_sk_demo0001", None, 5])
def test_a_key_is_entered_as_a_secret_and_not_as_plain_text(key: object) -> None:
    assert problem(FLOWLIX, api_key=key) == ("api_key", "enter it again.")


@pytest.mark.parametrize(
    ("mode", "url", "fine"),
    [
        ("live", "https://api.flowlix.dev", True),
        ("live", "http://api.flowlix.dev", False),
        ("live", "http://127.0.0.1:8477", False),
        ("test", "https://api.flowlix.dev/v1", True),
        ("test", "http://api.flowlix.dev", False),
        ("test", "http://127.0.0.1:8477", True),
        ("test", "http://[::1]:8477", True),
        ("test", "http://localhost:8477", False),
        ("test", "http://127.0.0.1.example", False),
        ("test", "http://0.0.0.0:8477", False),
        ("training", "http://127.0.0.1:8477", True),
        ("training", "http://127.9.9.9:8477", True),
        ("training", "https://127.0.0.1:8477", True),
        ("training", "https://api.flowlix.dev", False),
        ("training", "http://localhost:8477", False),
        ("test", "https://", False),
        ("test", "", False),
        ("test", "api.flowlix.dev", False),
        ("test", "ftp://api.flowlix.dev", False),
        ("test", "https://user:pass@api.flowlix.dev", False),
        ("test", "https://user@api.flowlix.dev", False),
        ("test", "https://api.flowlix.dev?x=1", False),
        ("test", "https://api.flowlix.dev?", False),
        ("test", "https://api.flowlix.dev#x", False),
        ("test", "https://api.flowlix.dev:port", False),
        ("test", "https://api.flowlix.dev:99999", False),
        ("test", "https://[::1", False),
        ("test", "https://api flowlix.dev", False),
        ("test", "https://api.flowlix.dev\nx", False),
        ("test", "https://äpi.flowlix.dev", False),
    ],
)
def test_an_address_is_taken_where_it_is_safe(mode: str, url: str, fine: bool) -> None:
    key = Secret("api_live_sk_demo0001" if mode == "live" else "api_test_sk_demo0001")
    changes = {"mode": mode, "base_url": url, "api_key": key}
    if fine:
        assert account_from({**FLOWLIX, **changes}).base_url == url
    else:
        assert problem(FLOWLIX, **changes)[0] == "base_url"


@pytest.mark.parametrize(
    ("mode", "host", "fine"),
    [
        ("live", "api.checkout.com", True),
        ("live", "abcd1234.api.checkout.com", True),
        ("live", "api.sandbox.checkout.com", False),
        ("live", "abcd1234.api.sandbox.checkout.com", False),
        ("test", "api.sandbox.checkout.com", True),
        ("test", "api.checkout.com", False),
        ("test", "abcd1234.API.Checkout.com", False),
        ("test", "notcheckout.com", True),
    ],
)
@pytest.mark.parametrize("field", ["base_url", "token_url"])
def test_a_host_that_tells_its_side_has_to_be_of_the_accounts_mode(
    field: str, mode: str, host: str, fine: bool
) -> None:
    changes = {"mode": mode, field: f"https://{host}/x"}
    if fine:
        assert account_from({**OAUTH, **changes}).mode == mode
    else:
        assert problem(OAUTH, **changes)[0] == field


def test_a_slash_at_the_end_of_the_base_address_is_dropped() -> None:
    account = account_from({**FLOWLIX, "base_url": " https://api.flowlix.dev/ "})
    assert account.base_url == "https://api.flowlix.dev"


@pytest.mark.parametrize("mode", ["test", "training"])
def test_the_address_customers_return_to_may_be_elsewhere_but_not_unsafe(mode: str) -> None:
    base = "http://127.0.0.1:8477"
    shop = "https://shop.example/back"
    for values in (FLOWLIX, CLASSIC):
        account = account_from({**values, "mode": mode, "base_url": base, "return_url": shop})
        assert not isinstance(account, PayfacAccount)
        assert account.return_url == shop
        unsafe = {"mode": mode, "base_url": base, "return_url": "http://shop.example/back"}
        assert problem(values, **unsafe)[0] == "return_url"


@pytest.mark.parametrize(
    ("values", "changes", "field"),
    [
        (PAYFAC, {"api_key": None}, "api_key"),
        (OAUTH, {"client_id": ""}, "client_id"),
        (OAUTH, {"client_secret": None}, "client_secret"),
        (OAUTH, {"token_url": ""}, "token_url"),
        (OAUTH, {"token_url": "http://access.example/connect/token"}, "token_url"),
        (OAUTH, {"client_id": "a b"}, "client_id"),
        (OAUTH, {"scope": "gateway zahlungen:prüfen"}, "scope"),
        (PAYFAC, {"site_identifier": "S1"}, "signing_secret"),
        (PAYFAC, {"signing_secret": Secret("x")}, "site_identifier"),
        (PAYFAC, {"refund_unit": "cents"}, "refund_unit"),
        (PAYFAC, {"token_body": "xml"}, "token_body"),
        (PAYFAC, {"signature_version": "three"}, "signature_version"),
        (PAYFAC, {"mode": "production"}, "mode"),
        (PAYFAC, {"currencies": []}, "currencies"),
        (PAYFAC, {"currencies": ["EUR", "EUR"]}, "currencies"),
        (PAYFAC, {"currencies": ["eur"]}, "currencies"),
        (PAYFAC, {"currencies": ["EURO"]}, "currencies"),
        (PAYFAC, {"currencies": "EUR"}, "currencies"),
        (FLOWLIX, {"currencies": ["EUR", "USD"]}, "currencies"),
        (CLASSIC, {"currencies": ["CHF"]}, "currencies"),
        (FLOWLIX, {"id": "Flow Lix"}, "id"),
        (FLOWLIX, {"id": "x" * 41}, "id"),
        (FLOWLIX, {"label": ""}, "label"),
        (FLOWLIX, {"client_id": "x"}, "client_id"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    values: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    named, said = problem(values, **changes)
    assert field == named
    assert len(said) > 10


def test_scopes_are_kept_as_words() -> None:
    account = account_from({**OAUTH, "scope": "  gateway   payments:search "})
    assert isinstance(account, PayfacAccount)
    assert account.scope == "gateway payments:search"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1", True),
        ("http://127.255.0.1:1/x", True),
        ("http://[::1]", True),
        ("http://localhost", False),
        ("http://127.1", False),
        ("http://10.0.0.1", False),
        ("http://[::ffff:10.0.0.1]", False),
        ("http://", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_loopback_is_a_number_that_never_leaves_the_computer(url: str, here: bool) -> None:
    assert here == is_loopback(url)
