"""A real browser without a window, driven over the WebDriver protocol of the W3C.

It needs ``chromedriver`` and a Chrome or Chromium of the same version on the PATH.
"""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which the protocol sends the reference of an element."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_QUIET = (
    "--headless=new",
    "--no-sandbox",  # a test machine may run as root, where the sandbox of the browser cannot
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--lang=en-US",
    "--window-size=1000,900",
)


def missing() -> str | None:
    """What this machine lacks for a browser test, or None."""
    if shutil.which("chromedriver") is None:
        return "there is no chromedriver on the PATH"
    if _binary() is None:
        return f"there is no browser on the PATH ({', '.join(_BROWSERS)})"
    return None


def _binary() -> str | None:
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


@dataclass(frozen=True, slots=True)
class Driver:
    """A running chromedriver with one browser: the address of the session."""

    session: str


@contextmanager
def driver(profile: Path) -> Iterator[Driver]:
    """Start a browser; ``profile`` is an empty folder for what it writes."""
    with subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            base = f"http://127.0.0.1:{_port(process)}"
            with httpx.Client(trust_env=False, timeout=60) as http:
                session = _begin(http, base, profile)
                try:
                    yield Driver(session)
                finally:
                    http.delete(session)
        finally:
            process.terminate()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"successfully on port (\d+)", line)
        if found is not None:
            return int(found[1])
    raise AssertionError("chromedriver ended before it listened")


def _begin(http: httpx.Client, base: str, profile: Path) -> str:
    options = {"binary": _binary(), "args": [*_QUIET, f"--user-data-dir={profile}"]}
    wanted = {
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL"},
    }
    answer = http.post(f"{base}/session", json={"capabilities": {"alwaysMatch": wanted}})
    assert answer.status_code == 200, answer.text
    return f"{base}/session/{answer.json()['value']['sessionId']}"


class Browser:
    """What a person does with a page. Elements are named by CSS selectors."""

    def __init__(self, http: httpx.AsyncClient, running: Driver) -> None:
        self._http = http
        self._session = running.session

    async def ask(self, verb: str, path: str, body: object = None) -> Any:
        """One command of the protocol; returns its ``value``."""
        answer = await self._send(verb, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]

    async def _send(self, verb: str, path: str, body: object) -> httpx.Response:
        content: dict[str, Any] = {} if verb != "POST" else {"json": body or {}}
        return await self._http.request(verb, f"{self._session}{path}", timeout=60, **content)

    @asynccontextmanager
    async def leaving(self) -> AsyncIterator[None]:
        """What is done inside leads to another page; this ends once that one is loaded."""
        await self.run("window.left = false")
        yield
        script = "return window.left === undefined && document.readyState === 'complete'"
        for _ in range(1000):
            # Between two pages there is none to ask, which is an error of its own.
            told = await self._send("POST", "/execute/sync", {"script": script, "args": []})
            if told.status_code == 200 and told.json()["value"]:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"the page did not change: {await self.url()}")

    async def open(self, url: str) -> None:
        await self.ask("POST", "/url", {"url": url})

    async def reload(self) -> None:
        await self.ask("POST", "/refresh")

    async def url(self) -> str:
        return str(await self.ask("GET", "/url"))

    async def title(self) -> str:
        return str(await self.ask("GET", "/title"))

    async def find(self, selector: str) -> str:
        found = await self.ask("POST", "/element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])

    async def text(self, selector: str = "body") -> str:
        """What a person reads there."""
        return str(await self.ask("GET", f"/element/{await self.find(selector)}/text"))

    async def value(self, selector: str) -> str:
        path = f"/element/{await self.find(selector)}/property/value"
        return str(await self.ask("GET", path))

    async def attribute(self, selector: str, name: str) -> str | None:
        found = await self.ask("GET", f"/element/{await self.find(selector)}/attribute/{name}")
        return None if found is None else str(found)

    async def label(self, selector: str) -> str:
        """The name a screen reader says."""
        found = await self.ask("GET", f"/element/{await self.find(selector)}/computedlabel")
        return str(found)

    async def click(self, selector: str) -> None:
        await self.ask("POST", f"/element/{await self.find(selector)}/click")

    async def follow(self, selector: str) -> None:
        """Click what leads to another page, and wait for that page."""
        async with self.leaving():
            await self.click(selector)

    async def type(self, selector: str, text: str) -> None:
        await self.ask("POST", f"/element/{await self.find(selector)}/value", {"text": text})

    async def clear(self, selector: str) -> None:
        await self.ask("POST", f"/element/{await self.find(selector)}/clear")

    async def press(self, *keys: str) -> None:
        """Press and release each of ``keys`` wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        await self.ask("POST", "/actions", {"actions": [source]})

    async def focused(self) -> str:
        """The id of the element that has the focus, or its value if it has none."""
        return str(await self.run("const e = document.activeElement; return e.id || e.value"))

    async def run(self, script: str) -> Any:
        return await self.ask("POST", "/execute/sync", {"script": script, "args": []})

    async def complaints(self) -> list[str]:
        """What the browser's console holds since the last time: blocked styles, errors."""
        entries = await self.ask("POST", "/se/log", {"type": "browser"})
        return [str(entry["message"]) for entry in entries]

    async def devtools(self, command: str, **parameters: object) -> None:
        body = {"cmd": command, "params": parameters}
        await self.ask("POST", "/goog/cdp/execute", body)

    async def picture(self) -> bytes:
        """What is to be seen, as PNG."""
        return base64.b64decode(await self.ask("GET", "/screenshot"))
