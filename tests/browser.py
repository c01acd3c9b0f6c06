"""A headless browser for tests: Debian's Chromium, driven by Playwright. Import the fixture into a test module.

Where either is missing a test that uses it is skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Browser", "Seen", "Tab", "browser"]

_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


_LISTEN = """window.refusedByPolicy = [];
addEventListener("securitypolicyviolation", (event) =>
  window.refusedByPolicy.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));"""


@dataclass(frozen=True)
class Seen:
    """What a page did: the addresses that it asked for, what it logged as an error, and how wide it is."""

    requests: list[str]
    errors: list[str]
    overflow: int


@dataclass(frozen=True)
class Tab:
    """A page of Playwright that is open, the addresses that it asks for, and what it logs as an error."""

    page: Any
    requests: list[str]
    errors: list[str]

    def refused(self) -> list[str]:
        """Return what the policy of the page has refused since it was opened: the directive, and what it was about."""
        found: list[str] = self.page.evaluate("window.refusedByPolicy")
        return found

    def kept(self) -> dict[str, Any]:
        """Return what the page keeps in the browser: names in both storages and of databases, and its cookies."""
        found: dict[str, Any] = self.page.evaluate(
            """async () => ({ local: Object.keys(localStorage), session: Object.keys(sessionStorage),
            cookie: document.cookie, databases: (await indexedDB.databases()).map(each => each.name) })"""
        )
        return found


class Browser:
    """A running browser."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium

    def open(self, page: Path, *, scheme: str = "light", width: int = 1100, shot: Path | None = None) -> Seen:
        """Return what a file does when it is opened, until it rests; `shot` is where a picture of it goes."""
        return self.visit(page.as_uri(), scheme=scheme, width=width, shot=shot)

    def visit(self, address: str, *, scheme: str = "light", width: int = 1100, shot: Path | None = None) -> Seen:
        """Return what the page of an address does when it is opened, as `open`."""
        tab = self._chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
        requests: list[str] = []
        errors: list[str] = []
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(address, wait_until="networkidle")
        overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if shot is not None:
            tab.screenshot(path=shot, full_page=True)
        tab.close()
        return Seen([address for address in requests if not address.startswith("data:")], errors, overflow)

    @contextmanager
    def tab(self, address: str, *, scheme: str = "light", width: int = 1100, scripts: bool = True) -> Iterator[Tab]:
        """Open an address in a browser that knows nothing yet, and close it at the end."""
        size = {"width": width, "height": 800}
        fresh = self._chromium.new_context(color_scheme=scheme, viewport=size, java_script_enabled=scripts)
        fresh.set_default_timeout(20_000)
        fresh.set_default_navigation_timeout(60_000)  # the first page of a server takes long on a busy machine
        fresh.add_init_script(_LISTEN)
        tab = Tab(fresh.new_page(), [], [])
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("console", lambda message: tab.errors.append(message.text) if message.type == "error" else None)
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.goto(address, wait_until="networkidle")
        yield tab
        fresh.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser, for the tests of one module."""
    if (chromium := shutil.which("chromium")) is None:
        pytest.skip("no browser: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="no driver of the browser: pip install playwright")
    with sync_api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        yield Browser(running)
        running.close()
