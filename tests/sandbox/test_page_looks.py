"""What a browser makes of the pages: every word readable, every field named, nothing blocked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.callers import Flowlix, direct

pytestmark = pytest.mark.asyncio

CONTRASTS = """
const shade = text => {
  const parts = text.match(/[\\d.]+/g).map(Number);
  const light = parts.slice(0, 3).map(v => v / 255).map(
    v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return {opaque: parts.length < 4 || parts[3] > 0,
          value: 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]};
};
const behind = one => {
  for (let at = one; at; at = at.parentElement) {
    const found = shade(getComputedStyle(at).backgroundColor);
    if (found.opaque) return found.value;
  }
  return 1;
};
const seen = [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() &&
  [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
return seen.map(one => {
  const [a, b] = [shade(getComputedStyle(one).color).value, behind(one)];
  return [one.textContent, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
});
"""
"""The words of every element that shows some, and their contrast with what is behind them."""


async def _hosted(flowlix: Flowlix, **changes: object) -> Any:
    body = {"amount": 4500, "currency": "EUR", "return_url": "https://shop.test/done"}
    return await flowlix.created({**body, **changes}, "/v1/payments/hpp")


async def _every_page(flowlix: Flowlix, browser: Browser) -> AsyncIterator[str]:
    """Opens one page of each kind; yields its name."""
    about = "Ein_sehr_langes_Wort_" * 10
    made = await _hosted(flowlix, description=about)
    await browser.open(made["hosted_payment_url"])
    yield "card"
    await browser.click("summary")
    yield "card with training cards"
    await browser.follow("button[value=pay]")
    yield "card with problems"
    challenge = await flowlix.created(direct("4635440000002223", description=about))
    await browser.open(challenge["next_action"]["redirect_url"])
    yield "challenge"
    await flowlix.admin.forward(5000)
    await browser.reload()
    yield "expired"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_can_be_read_on_a_narrow_screen(
    browser: Browser, flowlix: Flowlix, scheme: str
) -> None:
    colours = [{"name": "prefers-color-scheme", "value": scheme}]
    await browser.devtools("Emulation.setEmulatedMedia", features=colours)
    screen = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    await browser.devtools("Emulation.setDeviceMetricsOverride", **screen)
    walls = set()
    try:
        async for name in _every_page(flowlix, browser):
            wide = await browser.run("return document.documentElement.scrollWidth")
            assert wide <= 320, name
            contrasts = await browser.run(CONTRASTS)
            assert len(contrasts) >= 4, name
            assert [one for one in contrasts if one[1] < 4.5] == [], name
            walls.add(await browser.run("return getComputedStyle(document.body).backgroundColor"))
    finally:
        await browser.devtools("Emulation.clearDeviceMetricsOverride")
        await browser.devtools("Emulation.setEmulatedMedia", features=[])
    (wall,) = walls
    assert ("rgb(2" in wall) == (scheme == "light")


async def test_every_field_has_its_name_and_says_what_goes_in(
    browser: Browser, flowlix: Flowlix
) -> None:
    made = await _hosted(flowlix)
    await browser.open(made["hosted_payment_url"])
    shown = {
        name: (
            await browser.label(f"#{name}"),
            await browser.attribute(f"#{name}", "autocomplete"),
            await browser.attribute(f"#{name}", "inputmode"),
        )
        for name in ("number", "expiry", "code", "holder")
    }
    assert shown == {
        "number": ("Card number", "cc-number", "numeric"),
        "expiry": ("Expiry date", "cc-exp", "numeric"),
        "code": ("Security code", "cc-csc", "numeric"),
        "holder": ("Name on the card", "cc-name", None),
    }


async def test_the_browser_has_nothing_to_complain_about(
    browser: Browser, flowlix: Flowlix
) -> None:
    """Nothing that a page needs is blocked by its own policy, and nothing comes from elsewhere."""
    await browser.complaints()
    loaded = "return performance.getEntriesByType('resource').map(one => one.name)"
    async for name in _every_page(flowlix, browser):
        assert await browser.run(loaded) == [], name
        strip = "return getComputedStyle(document.querySelector('.training')).textAlign"
        assert await browser.run(strip) == "center", name
    assert await browser.complaints() == []


async def test_a_page_runs_no_script_and_is_shown_in_no_frame(
    browser: Browser, flowlix: Flowlix
) -> None:
    made = await _hosted(flowlix, description="<script>document.title='x'</script>")
    await browser.open(made["hosted_payment_url"])
    assert (await browser.title()).startswith("Pay by card")
    policy = (await flowlix.http.get(made["hosted_payment_url"])).headers["content-security-policy"]
    assert "unsafe" not in policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    assert set(rules) == {
        "default-src", "style-src", "form-action", "base-uri", "frame-ancestors",
    }  # fmt: skip
