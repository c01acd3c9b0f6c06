"""Canned queries in a browser, by keyboard alone."""

from __future__ import annotations

import pytest
from browser import Browser, browser  # noqa: F401 # the fixture
from serving import Serving, server  # noqa: F401 # the fixture

pytestmark = pytest.mark.e2e


def test_a_form_is_filled_by_keyboard(server: Serving, browser: Browser) -> None:  # noqa: F811
    tab = browser._chromium.new_page(java_script_enabled=False)
    tab.goto(f"{server.address}/queries/drugs/options-with-drug")
    tab.focus("#drug")
    tab.keyboard.press("ArrowDown")  # from doxorubicin to ifosfamide
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    assert tab.url == f"{server.address}/queries/drugs/options-with-drug?drug=ifosfamide&modality="
    assert tab.locator("tbody tr").count() == 1
    tab.close()
