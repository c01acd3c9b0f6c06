"""Canned queries in a browser: by keyboard alone, within policy and width, and without faults that axe finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import Browser, browser  # noqa: F401 # the fixture
from serving import Serving, serving

pytestmark = pytest.mark.e2e

PAGES = (
    "/queries",
    "/queries?q=drug",
    "/queries/conditions/options-of-case?sort=label",
    "/queries/drugs/options-with-drug?drug=doxorubicine",
    "/queries/federated/roles",
    "/queries/pathway/pathway-graph",
    "/api",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as running:
        yield running


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 360)])
def test_a_page_stays_within_its_policy_and_its_width(
    server: Serving,
    browser: Browser,  # noqa: F811
    path: str,
    scheme: str,
    width: int,
) -> None:
    seen = browser.visit(server.address + path, scheme=scheme, width=width)
    assert [each for each in seen.requests if not each.startswith(server.address)] == []
    assert [each for each in seen.errors if "400" not in each] == []
    assert seen.overflow <= 0


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


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(server: Serving, browser: Browser, path: str, scheme: str) -> None:  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    context = browser._chromium.new_context(color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    tab.goto(server.address + path)
    found = axe.Axe().run(tab, context="#main").response["violations"]
    context.close()
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] != "minor"] == []
