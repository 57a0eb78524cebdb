"""The back office puts a day beside the gateway's list, and settles what differs."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.journeys.back_office import compare, compared, decide, differences, reconcile
from tests.journeys.elsewhere import charge_elsewhere, refund_elsewhere
from tests.journeys.gateway import Gateway
from tests.journeys.places import ALL, FLOWLIX, SUCCESS, Place
from tests.journeys.till import SAVE_AS, Till, plain
from tests.waiting import until

pytestmark = pytest.mark.asyncio

IDS = {
    "payfac": "training-payfac",
    "flowlix": "training-flowlix",
    "flowlix_classic": "training-flowlix-classic",
}


async def sold(till: Till, place: Place) -> None:
    await till.phone_order()
    await till.account(place.account)
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"
    await till.go_on()


async def a_second_later() -> None:
    """Lists count whole seconds: what was just made belongs to the one that is not over."""
    await asyncio.sleep(1.1)


@ALL
async def test_a_day_with_a_payment_and_a_refund_from_elsewhere(
    till: Till, gateway: Gateway, place: Place
) -> None:
    await sold(till, place)
    there = await charge_elsewhere(till, IDS[place.api], 4990)
    await gateway.settled()
    await refund_elsewhere(till, IDS[place.api], there.id, 990)
    await a_second_later()

    await reconcile(till)
    await compare(till, place.account)
    rows = differences(till)
    assert len(rows) == 3
    assert [row for row in rows if "Payment" in row and "Matched" in row and "€ 12.90" in row]
    assert [row for row in rows if "Refund" in row and "Only there" in row and "€ 9.90" in row]
    assert [row for row in rows if "Payment" in row and "Only there" in row and "€ 49.90" in row]
    assert till.reads("reconcile.headline") == "2 of 3 movements need a look"
    assert till.reads("reconcile.to_do").endswith("2")
    assert plain(till.fact("Payments EUR here")) == "€ 12.90"
    assert plain(till.fact("Payments EUR there")) == "€ 62.80"


@pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)
@pytest.mark.usefixtures("gateway")
async def test_a_difference_is_assigned_explained_exported_and_looked_at_no_more(
    till: Till, tmp_path: Path
) -> None:
    await sold(till, FLOWLIX)
    await a_second_later()
    await charge_elsewhere(till, IDS["flowlix"], 700)
    await a_second_later()
    await reconcile(till)
    await compare(till, FLOWLIX.account)
    await till.tab_to("reconcile.list")
    await until(lambda: till.reads("difference.result") == "Only there")
    assert "not made here" in till.reads("difference.sentence")
    assert till.reads("difference.next")
    await until(lambda: plain(till.fact("Amount there")) == "€ 7.00")
    assert till.fact("Amount here") == "–"

    await decide(till, Qt.Key.Key_A, "B. Lindqvist")
    await until(lambda: till.fact("Assigned to") == "B. Lindqvist")

    await till.press(Qt.Key.Key_X)  # the list has the keyboard again
    await until(lambda: till.shows("decision"))
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("decision.text").startswith("Say why"))
    await till.type("Taken at the fair")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.sees("Explained: Taken at the fair"))
    assert till.reads("difference.result") == "Explained"
    await until(lambda: "explained" in till.reads("reconcile.headline"))
    assert till.reads("reconcile.to_do").endswith("0")

    path = tmp_path / "day.csv"
    await till.tab_to("reconcile.export")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows(SAVE_AS))
    await till.replace(str(path))
    await till.press(Qt.Key.Key_Return)
    await until(path.exists)
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {(line["result"], line["reason"]) for line in lines} == {
        ("matched", ""), ("only_there", "Taken at the fair"),
    }  # fmt: skip

    await till.press(Qt.Key.Key_F5)
    await until(lambda: till.shows("reconcile.stop") or differences(till))
    await compared(till)
    await until(lambda: differences(till))
    assert [row for row in differences(till) if "Explained" in row]

    await till.tab_to("difference.take_back")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.reads("difference.result") == "Only there")


async def test_a_reading_is_stopped_and_goes_on_and_is_never_compared_in_part(
    till: Till, gateway: Gateway
) -> None:
    await sold(till, FLOWLIX)
    await a_second_later()
    await gateway.fault("delay_before", "flowlix.list_payments", seconds=3600)
    await reconcile(till)
    await till.choose("reconcile.account", FLOWLIX.account)
    assert till.reads("reconcile.headline") == "These days were not compared yet."
    await till.press(Qt.Key.Key_F5)
    await until(lambda: till.shows("reconcile.stop"))
    assert till.reads("reconcile.headline").startswith("Reading the gateway")
    assert not till.find("reconcile.compare").isEnabled()

    await till.counter()  # the caller on the line does not wait for the back office
    await till.find_product("mug")
    await reconcile(till)
    await till.press(Qt.Key.Key_Escape)
    await until(lambda: not till.shows("reconcile.stop"))
    await until(lambda: "read in part" in till.reads("reconcile.headline"))
    assert differences(till) == []
    assert not till.find("reconcile.export").isEnabled()

    await till.press(Qt.Key.Key_F5)
    await compared(till)
    await until(lambda: len(differences(till)) == 1)
    assert till.reads("reconcile.headline").startswith("1 movement: both sides agree")


async def test_a_gateway_that_does_not_answer_is_named_and_nothing_is_lost(
    till: Till, gateway: Gateway
) -> None:
    await gateway.fault("error_before", "flowlix.list_payments", times=None, status=503)
    await reconcile(till)
    await till.choose("reconcile.account", FLOWLIX.account)
    await till.press(Qt.Key.Key_F5)
    await until(lambda: till.sees("It goes on where it stopped"), 40)
    await until(lambda: "read in part" in till.reads("reconcile.headline"))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("reconcile.first", "yesterday"),
        ("reconcile.last", "2026-02-30"),
        ("reconcile.first", "2199-01-01"),
        ("reconcile.last", "2001-01-01"),
    ],
)
async def test_days_that_cannot_be_are_refused_beside_their_field(
    till: Till, gateway: Gateway, name: str, typed: str
) -> None:
    await reconcile(till)
    await till.fill(name, typed)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("reconcile.first") or till.problem("reconcile.last"))
    assert till.reads("reconcile.span") == "Chosen days"
    assert "flowlix.list_payments" not in await gateway.requests()
    assert "payfac.search" not in await gateway.requests()
