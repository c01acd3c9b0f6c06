"""The pages of the service in a browser."""

from __future__ import annotations

import pytest
from browser import Browser, browser  # noqa: F401 # the fixture
from serving import serving

pytestmark = pytest.mark.e2e


def test_the_first_page_asks_nobody_else(browser: Browser) -> None:  # noqa: F811
    with serving() as server:
        seen = browser.visit(f"{server.address}/")
    assert [each for each in seen.requests if not each.startswith(server.address)] == []
    assert seen.errors == []
