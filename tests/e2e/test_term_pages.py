"""Pages about terms in a browser: proofs unfold in place, and by a link where there is no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser import Browser, browser  # noqa: F401 # the fixture
from serving import Serving, server  # noqa: F401 # the fixture

pytestmark = pytest.mark.e2e


@pytest.fixture
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Any]:  # noqa: F811
    """A tab of the browser, without scripts if the test says so, in the colours that it names."""
    options = getattr(request, "param", {})
    context = browser._chromium.new_context(viewport={"width": 1100, "height": 800}, **options)
    yield context.new_page()
    context.close()


def watched(tab: Any) -> tuple[list[str], list[str]]:
    """Return the requests and the errors of a tab, which grow."""
    requests: list[str] = []
    errors: list[str] = []
    tab.on("request", lambda each: requests.append(each.url))
    tab.on("console", lambda each: errors.append(each.text) if each.type == "error" else None)
    tab.on("pageerror", lambda each: errors.append(str(each)))
    return requests, errors


def test_why_unfolds_in_place_and_folds_again(tab: Any, server: Serving) -> None:  # noqa: F811
    requests, errors = watched(tab)
    tab.goto(f"{server.address}/term/rec-S23", wait_until="networkidle")
    link = tab.locator("a.why").first
    assert link.get_attribute("aria-expanded") == "false"
    link.focus()
    tab.keyboard.press("Enter")
    proof = tab.locator(".proof")
    proof.wait_for()
    assert "sts:recommendsOption rdfs:domain prov:Entity" in proof.inner_text()
    assert "S23: surgery mostly serves symptom control" in proof.inner_text()
    assert tab.url == f"{server.address}/term/rec-S23"
    link.click()
    assert not proof.is_visible() and link.get_attribute("aria-expanded") == "false"
    assert [each for each in requests if not each.startswith(server.address)] == []
    assert errors == []


@pytest.mark.parametrize("tab", [{"java_script_enabled": False}], indirect=True)
def test_why_is_a_link_to_the_proof_without_scripts(tab: Any, server: Serving) -> None:  # noqa: F811
    tab.goto(f"{server.address}/term/rec-S23")
    tab.locator("a.why").first.click()
    assert tab.url.startswith(f"{server.address}/why?")
    assert "sts:recommendsOption rdfs:domain prov:Entity" in tab.locator("#proof").inner_text()


@pytest.mark.parametrize("path", ["/term/option-pazopanib", "/pathway"])
def test_there_is_a_picture_with_its_text(tab: Any, server: Serving, path: str) -> None:  # noqa: F811
    tab.goto(f"{server.address}{path}")
    picture = tab.locator("svg.sts-kg-picture").last
    assert picture.get_attribute("role") == "img" and "pazopanib" in picture.get_attribute("aria-label")
    assert picture.bounding_box()["width"] > 300


def test_terms_are_suggested_as_one_types(tab: Any, server: Serving) -> None:  # noqa: F811
    tab.goto(f"{server.address}/search", wait_until="networkidle")
    tab.locator("main input[type=search]").press_sequentially("votri")
    tab.locator("main datalist option").first.wait_for(state="attached")
    assert tab.locator("main datalist option").first.get_attribute("value") == "Votrient"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=votri")
    assert tab.locator("ol.found a").first.inner_text() == "Votrient"
    assert tab.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize(
    "tab", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"]
)
def test_axe_finds_nothing_in_a_proof_that_is_unfolded(tab: Any, server: Serving) -> None:  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab.goto(f"{server.address}/term/option-pazopanib", wait_until="networkidle")
    tab.locator("a.why").first.click()
    tab.locator(".proof").wait_for()
    violations = axe.run(tab).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in violations if v["impact"] != "minor"] == []
