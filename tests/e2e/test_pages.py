"""Every kind of page in a browser: light and dark, wide and narrow, on paper; what it asks for, keeps and weighs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser import Browser, Tab, browser  # noqa: F401 # the fixture
from crawling import crawl
from serving import Serving, serving

from sts_kg.server.routes import ROUTES

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
pytestmark = pytest.mark.e2e

SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
MOST_BYTES = 200_000
HEAVY = {"/sparql"}  # the editor
#: Pages that differ much from others of their kind, and those that no link leads to.
ALSO = (
    *("/term/TreatmentOption", "/term/hasOption", "/term/doxorubicin", "/term/rec-S14", "/term/S14", "/term/D09"),
    *("/search?q=pazopanib", "/search?q=nosuchthing", "/term/nosuchthing", "/queries/no/such"),
    "/sparql?query=SELECT+%2A+%7B%3Fs+a+sts%3ATreatmentOption%7D",
    "/sparql?query=SELECT+%2A+%7B",
    *("/term/option-pazopanib", "/term/S19", "/term/D04", "/term/pazopanib", "/term?iri=CHEBI:71219"),
    *(
        "/terms?kind=Finding",
        "/why?s=sts:rec-S23&p=rdf:type&o=prov:Entity",
        "/queries?q=drug",
        "/queries/federated/roles",
    ),
    *("/queries/conditions/options-of-case?sort=label", "/queries/drugs/options-with-drug?drug=doxorubicine"),
    "/queries/pathway/pathway-graph",
)
#: Answers to forms: the address, and what is sent.
SENT = {"/case": "stage4-sts=yes&resectable=no"}
_EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (400|404) ")


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def addresses(server: Serving) -> list[str]:
    """One address of each kind of page that links lead to, and some more."""
    crawled = [page for found in crawl(server, most=1).pages.values() for page in found]
    paths = {page.path for page in ROUTES}
    also = [each for each in ALSO if any(path.startswith(each.split("?")[0].rpartition("/")[0]) for path in paths)]
    return list(dict.fromkeys([*crawled, *also]))


def opened(tab: Tab, address: str, body: str) -> None:
    """Go to an address, or to the page that a form with this body leads to."""

    def posted(route: Any) -> None:
        headers = {**route.request.headers, "content-type": "application/x-www-form-urlencoded"}
        route.continue_(method="POST", post_data=body, headers=headers)

    if body:
        tab.page.route(address, posted, times=1)
    tab.page.goto(address, wait_until="networkidle")


def name_of(address: str) -> str:
    return re.sub(r"\W+", "-", address).strip("-")[:60] or "home"


def wrong(tab: Tab, server: Serving) -> list[str]:
    """Return whom an open page asked but us, what it logged, what its policy refused, and what it kept."""
    found = [f"asked {each}" for each in tab.requests if not each.startswith((f"{server.address}/", "data:"))]
    found += [f"logged {each}" for each in tab.errors if not _EXPECTED.match(each)]
    found += [f"refused {each}" for each in tab.refused()]
    kept = {**tab.kept(), "cookies": tab.page.context.cookies()}
    return [*found, *(f"kept {name}: {what}" for name, what in kept.items() if what)]


def barriers(tab: Tab) -> list[str]:
    """Return what axe-core finds that is not minor: by WCAG 2.2 AA and by good practice."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": tags}}
    return [
        f"{each['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
        for each in axe.Axe().run(tab.page, options=options).response["violations"]
        if each["impact"] != "minor"
        for node in each["nodes"][:3]
    ]


def beyond(tab: Tab, width: int) -> list[str]:
    """Return by how much a page is wider than a window of so many pixels."""
    tab.page.set_viewport_size({"width": width, "height": 800})
    found = tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{found} px wider than {width}"] if found > 0 else []


def on_paper(tab: Tab) -> list[str]:
    """Return what is printed and should not be, or should be and is not."""
    tab.page.emulate_media(media="print")
    found: list[str] = [*beyond(tab, 700), *tab.page.evaluate(_ON_PAPER)]
    said = "Not medical advice" in tab.page.locator("body").inner_text()
    return found if said else [*found, "the disclaimer is not printed"]


_ON_PAPER = """() => {
  const some = (what, query, test) => [...document.querySelectorAll(query)].filter(test)
    .map((each) => `${what} on paper: ${each.outerHTML.slice(0, 100)}`);
  return [
    ...some("navigation", ".site-head nav, .skip, [role=search], .site-foot ul", (each) => each.checkVisibility()),
    ...some("cut", "main :not(textarea, input, select, svg *)", (each) => each.checkVisibility()
      && getComputedStyle(each).overflowY !== "visible" && each.clientHeight > 1
      && each.scrollHeight > each.clientHeight + 1),
    ...some("folded", "main details:not([open], .no-print)>:not(summary)",
      (each) => each.parentElement.checkVisibility() && each.getClientRects().length === 0),
  ];
}"""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 360)])
def test_every_page(browser: Browser, server: Serving, addresses: list[str], scheme: str, width: int) -> None:  # noqa: F811
    SHOTS.mkdir(parents=True, exist_ok=True)
    found: list[str] = []
    visits = [*((address, "") for address in addresses), *((path, SENT[path]) for path in SENT if path in addresses)]
    for address, body in visits:
        name = name_of(address) + ("-answer" if body else "")
        with browser.tab("about:blank", scheme=scheme, width=width) as tab:
            answers: list[Any] = []
            tab.page.on("response", lambda answer, answers=answers: answers.append(answer))
            opened(tab, server.address + address, body)
            tab.page.screenshot(path=SHOTS / f"{name}-{scheme}-{width}.png", full_page=True)
            problems = [*wrong(tab, server), *beyond(tab, width)]
            weight = sum(len(each.body()) for each in answers if each.status != 304)
            if weight > MOST_BYTES and urlsplit(address).path not in HEAVY:
                problems.append(f"{weight:,} bytes")
            problems += barriers(tab)
            if width == 360:
                problems += beyond(tab, 320)
            else:
                problems += on_paper(tab)
                tab.page.screenshot(path=SHOTS / f"{name}-print.png", full_page=True)
        found += [f"{name}: {problem}" for problem in problems]
    if found:
        pytest.fail("\n".join(found))


def test_a_page_is_used_with_the_keyboard_alone(browser: Browser, server: Serving) -> None:  # noqa: F811
    with browser.tab(f"{server.address}/") as tab:
        tab.page.keyboard.press("Tab")
        focused = tab.page.locator(":focus")
        assert focused.inner_text() == "Skip to the content"
        assert focused.bounding_box()["y"] >= 0
        tab.page.keyboard.press("Enter")
        assert tab.page.evaluate("document.activeElement.id") == "main"
        tab.page.keyboard.press("Tab")
        assert tab.page.locator(":focus").inner_text() == "Describe a case"
        style = "getComputedStyle(document.activeElement)"
        assert tab.page.evaluate(f"[{style}.outlineStyle, {style}.outlineWidth]") == ["solid", "3px"]


def test_colours_that_a_reader_forces_leave_every_state_visible(browser: Browser, server: Serving) -> None:  # noqa: F811
    with browser.tab(f"{server.address}/sparql") as tab:
        tab.page.emulate_media(forced_colors="active", reduced_motion="reduce")
        here = tab.page.locator(".site-head nav a[aria-current]")
        assert here.evaluate("each => getComputedStyle(each).textDecorationLine") == "underline"
        button = tab.page.locator("main button").first
        assert button.evaluate("each => getComputedStyle(each).borderTopStyle") == "solid"
        assert tab.page.locator(".skip").evaluate("each => getComputedStyle(each).transitionDuration") == "0s"
