"""The page of a case in a browser: by keyboard alone, without JavaScript, and what it leaves behind: nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser import Browser, browser  # noqa: F401 # the fixture
from serving import Serving, server  # noqa: F401 # the fixture

pytestmark = pytest.mark.e2e


class Tab:
    """A page of a case that is open, and what it did."""

    def __init__(self, tab: Any, server: Serving) -> None:  # noqa: F811
        self.tab, self.server = tab, server
        self.requests: list[Any] = []
        self.errors: list[str] = []
        tab.on("request", self.requests.append)
        tab.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str = "/case") -> None:
        self.tab.goto(f"{self.server.address}{path}", wait_until="networkidle")

    def choose(self, name: str, value: str) -> None:
        """Choose an answer, and wait for the answers."""
        with self.tab.expect_response(f"{self.server.address}/case"):
            self.tab.check(f'input[name="{name}"][value="{value}"]')
        self.tab.wait_for_function("!document.getElementById('answers').classList.contains('waiting')")

    def focused(self) -> str:
        return str(self.tab.evaluate("document.activeElement.id"))

    def met(self) -> list[str]:
        return list(self.tab.locator("section.kind.met h4 a").all_inner_texts())


@pytest.fixture
def tab(browser: Browser, server: Serving) -> Iterator[Tab]:  # noqa: F811
    opened = browser._chromium.new_page(viewport={"width": 1100, "height": 800})
    yield Tab(opened, server)
    opened.close()


def test_answers_by_keyboard_alone(tab: Tab) -> None:
    tab.open()
    press = tab.tab.keyboard.press
    for _ in range(40):  # past the navigation, to the first question
        press("Tab")
        if tab.tab.evaluate("document.activeElement.name") == "soft-tissue-sarcoma":
            break
    for _ in range(4):  # each question is one stop, its meaning another
        if tab.tab.evaluate("document.activeElement.name") == "stage4-sts":
            break
        press("Tab")
    assert tab.tab.evaluate("document.activeElement.value") == ""  # not known
    with tab.tab.expect_response(f"{tab.server.address}/case"):
        press("ArrowRight")  # round to yes
    tab.tab.wait_for_selector("section.kind.met")
    assert tab.tab.evaluate("[document.activeElement.name, document.activeElement.value]") == ["stage4-sts", "yes"]
    assert tab.met()[:2] == ["chemotherapy", "doxorubicin alone"]
    assert "met" in tab.tab.inner_text("#status")
    tab.tab.focus("#why-option-doxorubicin-alone summary")
    press("Enter")
    assert tab.tab.is_visible("#why-option-doxorubicin-alone .sts-kg-tree")
    assert tab.errors == []


def test_a_question_is_answered_where_it_is_asked(tab: Tab) -> None:
    tab.open()
    tab.tab.focus("#ask-stage4-sts-yes")
    before = tab.tab.evaluate("scrollY")
    with tab.tab.expect_response(f"{tab.server.address}/case"):
        tab.tab.keyboard.press("Enter")
    tab.tab.wait_for_selector("section.kind.met")
    assert tab.tab.is_checked('input[name="stage4-sts"][value="yes"]')
    assert tab.focused() == "next"  # the question is gone; the questions are not
    assert tab.tab.evaluate("scrollY") == before
    assert tab.tab.inner_text("#f-soft-tissue-sarcoma-follows") == "yes follows from other answers"


def test_a_contradiction_and_an_error_are_said(tab: Tab) -> None:
    tab.open()
    tab.choose("lung-metastases", "yes")
    tab.choose("stage4-sts", "no")
    assert "What is known contradicts itself" in tab.tab.inner_text("#status")
    tab.choose("stage4-sts", "yes")
    with tab.tab.expect_response(f"{tab.server.address}/case"):
        tab.tab.fill("#f-as_of-first", "2025-13")
        tab.tab.press("#f-as_of-first", "Tab")
    tab.tab.wait_for_selector("#f-as_of-error:not([hidden])")
    assert tab.tab.get_attribute("#f-as_of-first", "aria-invalid") == "true"
    tab.tab.click("#wrong a")
    assert tab.focused() == "f-as_of-first"


def test_nothing_is_left_behind(tab: Tab) -> None:
    tab.open()
    tab.choose("stage4-sts", "yes")
    stored = "[localStorage.length, sessionStorage.length, document.cookie, location.search, location.hash]"
    assert tab.tab.evaluate(stored) == [0, 0, "", "", ""]
    assert tab.tab.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert tab.tab.evaluate("caches.keys().then(all => all.length).catch(() => 0)") == 0
    assert all(each.url.startswith(tab.server.address) for each in tab.requests)
    assert not [each.url for each in tab.requests if "stage4" in each.url]
    assert tab.errors == []


def test_a_link_holds_the_case_behind_the_hash_and_leaves_the_address(tab: Tab, browser: Browser) -> None:  # noqa: F811
    tab.open()
    tab.choose("stage4-sts", "yes")
    assert not tab.tab.is_visible("#address")
    tab.tab.click("#link")
    address = tab.tab.input_value("#address")
    assert re.fullmatch(r"http://[^#?]+/case#case\?stage4-sts=yes&as_of=[0-9-]+", address)
    other = Tab(browser._chromium.new_page(), tab.server)
    other.tab.goto(address)
    other.tab.wait_for_selector("section.kind.met")
    assert other.tab.url == f"{tab.server.address}/case#answers"
    assert other.tab.is_checked('input[name="stage4-sts"][value="yes"]')
    assert not [each.url for each in other.requests if "stage4" in each.url.partition("#")[0]]
    other.tab.close()


def test_without_javascript(browser: Browser, server: Serving) -> None:  # noqa: F811
    context = browser._chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{server.address}/case")
    tab.check('input[name="stage4-sts"][value="yes"]')
    tab.click(".top button")
    assert tab.locator("section.kind.met h4 a").first.inner_text() == "chemotherapy"
    tab.click("text=Add a course")
    tab.check('input[name="courses.1.therapies"][value="doxorubicin"]')
    tab.fill("#f-courses-1-end-first", "2025-02-30")
    tab.click(".top button")
    assert "2025-02 has 28 days" in tab.inner_text("#wrong")
    tab.fill("#f-courses-1-end-first", "2025-02")
    with tab.expect_download() as saved:
        tab.click("text=Save the case file")
    text = saved.value.path().read_text()
    assert "  stage4-sts: yes\n" in text and "end: '2025-02'\n" in text
    assert "Links need JavaScript" in tab.inner_text("noscript")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 390])
def test_nothing_keeps_anyone_out(browser: Browser, server: Serving, scheme: str, width: int) -> None:  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    context = browser._chromium.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    tab = Tab(context.new_page(), server)
    tab.open()
    for state in ("answers", "a contradiction", "an error"):
        if state == "answers":
            tab.choose("stage4-sts", "yes")
            tab.tab.click("text=Add a course")
            tab.tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        elif state == "a contradiction":
            tab.choose("soft-tissue-sarcoma", "no")
        else:
            tab.tab.fill("#f-as_of-first", "2025-13")
            tab.tab.press("#f-as_of-first", "Tab")
            tab.tab.wait_for_selector("#f-as_of-error:not([hidden])")
        found = axe.Axe().run(tab.tab).response["violations"]
        assert [(each["id"], [one["html"][:200] for one in each["nodes"]]) for each in found] == [], state
    assert tab.tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    small = """[...document.querySelectorAll('#case button, #case input, #case summary, #case a')].filter(each => {
        const box = (each.closest('label') ?? each).getBoundingClientRect();
        return box.width && !each.closest('p, li, dd, td, .sts-kg') && (box.width < 24 || box.height < 24);
    }).map(each => each.outerHTML.slice(0, 120))"""
    assert tab.tab.evaluate(small) == []
    context.close()


def test_all_is_printed(tab: Tab) -> None:
    tab.open()
    tab.choose("stage4-sts", "yes")
    tab.tab.emulate_media(media="print")
    assert not tab.tab.is_visible(".said") and not tab.tab.is_visible(".keep")
    printed = tab.tab.inner_text("#answers")
    for said in ("Not medical advice, not reviewed by a clinician", "not answered", "sts_kg ontology", " UTC"):
        assert said in printed
    hidden = "[...document.querySelectorAll('#answers details > :not(summary)')].filter(each => !each.offsetHeight).length"
    tab.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.tab.evaluate(hidden) == 0
    tab.tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not tab.tab.evaluate("document.getElementById('why-option-surgery').open")
