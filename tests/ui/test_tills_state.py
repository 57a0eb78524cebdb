"""What the form of tills and shared ledger shows."""

from __future__ import annotations

import pytest

from posapp.ui.settings.tills_state import SERVER, derive_tills


@pytest.mark.parametrize("is_shared", [True, False])
def test_a_ledger_of_its_own_asks_for_no_server(is_shared: bool) -> None:
    view = derive_tills(kept="own", is_shared=is_shared)
    assert view.fields == ("till", "kept")
    assert not view.tested
    assert not view.may_invite
    assert view.joining == ""


def test_a_till_that_is_to_share_can_join_and_one_that_shares_can_let_others_in() -> None:
    joining = derive_tills(kept="shared", is_shared=False)
    assert joining.fields == ("till", "kept", *SERVER)
    assert not joining.may_invite
    sharing = derive_tills(kept="shared", is_shared=True)
    assert "code" not in sharing.fields
    assert sharing.may_invite
    assert sharing.tested
    assert joining.joining != sharing.joining
