"""The page of a case in a browser: by keyboard alone, without JavaScript, and what it leaves behind: nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import Browser, Tab, browser  # noqa: F401 # the fixture
from serving import Serving, server  # noqa: F401 # the fixture

pytestmark = pytest.mark.e2e

#: What can be clicked, stands by itself and not within a line of text, and is smaller than 24 pixels (WCAG 2.5.8).
_SMALL = """[...document.querySelectorAll('#case button, #case input, #case summary, #case a')].filter(each => {
    const box = (each.closest('label') ?? each).getBoundingClientRect();
    return box.width && !each.closest('p, li, dd, td, .sts-kg') && (box.width < 24 || box.height < 24);
}).map(each => each.outerHTML.slice(0, 120))"""


def choose(tab: Tab, name: str, value: str) -> None:
    """Choose an answer, and wait for the answers."""
    with tab.page.expect_response(lambda answer: answer.url.endswith("/case")):
        tab.page.check(f'input[name="{name}"][value="{value}"]')
    tab.page.wait_for_selector("#answers:not(.waiting)")


def focused(tab: Tab) -> str:
    """Return the id of what has the focus."""
    return str(tab.page.evaluate("document.activeElement.id"))


@pytest.fixture
def tab(browser: Browser, server: Serving) -> Iterator[Tab]:  # noqa: F811
    with browser.tab(f"{server.address}/case") as opened:
        yield opened


def test_answers_by_keyboard_alone(tab: Tab) -> None:
    press = tab.page.keyboard.press
    for _ in range(40):  # past the navigation, to the first question
        press("Tab")
        if tab.page.evaluate("document.activeElement.name") == "soft-tissue-sarcoma":
            break
    for _ in range(4):  # each question is one stop, its meaning another
        if tab.page.evaluate("document.activeElement.name") == "stage4-sts":
            break
        press("Tab")
    assert tab.page.evaluate("document.activeElement.value") == ""  # not known
    with tab.page.expect_response(lambda answer: answer.url.endswith("/case")):
        press("ArrowRight")  # round to yes
    tab.page.wait_for_selector("section.kind.met")
    assert tab.page.evaluate("[document.activeElement.name, document.activeElement.value]") == ["stage4-sts", "yes"]
    assert tab.page.locator("section.kind.met h4 a").all_inner_texts()[:2] == ["chemotherapy", "doxorubicin alone"]
    assert "met" in tab.page.inner_text("#status")
    tab.page.focus("#why-option-doxorubicin-alone summary")
    press("Enter")
    assert tab.page.is_visible("#why-option-doxorubicin-alone .sts-kg-tree")
    assert tab.errors == []


def test_a_question_is_answered_where_it_is_asked(tab: Tab) -> None:
    tab.page.focus("#ask-stage4-sts-yes")
    place = "document.getElementById('f-stage4-sts').getBoundingClientRect().top"  # what is shown above it may grow
    before = tab.page.evaluate(place)
    with tab.page.expect_response(lambda answer: answer.url.endswith("/case")):
        tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("section.kind.met")
    assert tab.page.is_checked('input[name="stage4-sts"][value="yes"]')
    assert focused(tab) == "next"  # the question is gone; the questions are not
    assert abs(tab.page.evaluate(place) - before) < 1
    assert tab.page.inner_text("#f-soft-tissue-sarcoma-follows") == "yes follows from other answers"


def test_a_contradiction_and_an_error_are_said(tab: Tab) -> None:
    choose(tab, "lung-metastases", "yes")
    choose(tab, "stage4-sts", "no")
    assert "What is known contradicts itself" in tab.page.inner_text("#status")
    choose(tab, "stage4-sts", "yes")
    with tab.page.expect_response(lambda answer: answer.url.endswith("/case")):
        tab.page.fill("#f-as_of-first", "2025-13")
        tab.page.press("#f-as_of-first", "Tab")
    tab.page.wait_for_selector("#f-as_of-error:not([hidden])")
    assert tab.page.get_attribute("#f-as_of-first", "aria-invalid") == "true"
    tab.page.click("#wrong a")
    assert focused(tab) == "f-as_of-first"


def test_nothing_is_left_behind(tab: Tab, server: Serving) -> None:  # noqa: F811
    choose(tab, "stage4-sts", "yes")
    assert tab.kept() == {"local": [], "session": [], "cookie": "", "databases": []}
    assert tab.page.evaluate("caches.keys()") == []
    assert tab.page.evaluate("[location.search, location.hash]") == ["", ""]
    assert not [each for each in tab.requests if not each.startswith(server.address) or "stage4" in each]
    assert (tab.refused(), tab.errors) == ([], [])


def test_a_link_holds_the_case_behind_the_hash_and_leaves_the_address(
    tab: Tab,
    browser: Browser,  # noqa: F811
    server: Serving,  # noqa: F811
) -> None:
    choose(tab, "stage4-sts", "yes")
    assert not tab.page.is_visible("#address")
    tab.page.click("#link")
    address = tab.page.input_value("#address")
    assert re.fullmatch(r"http://[^#?]+/case#case\?stage4-sts=yes", address)
    with browser.tab(address) as other:
        other.page.wait_for_selector("section.kind.met")
        assert other.page.url == f"{server.address}/case#answers"
        assert other.page.is_checked('input[name="stage4-sts"][value="yes"]')
        assert not [each for each in other.requests if "stage4" in each.partition("#")[0]]


def test_without_javascript(browser: Browser, server: Serving) -> None:  # noqa: F811
    with browser.tab(f"{server.address}/case", scripts=False) as opened:
        tab = opened.page
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
        assert "  stage4-sts: yes\n" in text and "  end: 2025-02\n" in text
        assert "Links need JavaScript" in tab.inner_text("noscript")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 390)])
def test_nothing_keeps_anyone_out(browser: Browser, server: Serving, scheme: str, width: int) -> None:  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    with browser.tab(f"{server.address}/case", scheme=scheme, width=width) as tab:
        for state in ("answers", "a contradiction", "an error"):
            if state == "answers":
                choose(tab, "stage4-sts", "yes")
                tab.page.click("text=Add a course")
                tab.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            elif state == "a contradiction":
                choose(tab, "soft-tissue-sarcoma", "no")
            else:
                tab.page.fill("#f-as_of-first", "2025-13")
                tab.page.press("#f-as_of-first", "Tab")
                tab.page.wait_for_selector("#f-as_of-error:not([hidden])")
            found = axe.Axe().run(tab.page).response["violations"]
            assert [(each["id"], [one["html"][:200] for one in each["nodes"]]) for each in found] == [], state
        assert tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert tab.page.evaluate(_SMALL) == []


def test_who_leaves_with_answers_that_are_nowhere_else_is_asked(tab: Tab, server: Serving) -> None:  # noqa: F811
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    tab.page.on("dialog", answer)
    tab.page.reload()
    assert asked == []  # nothing is answered
    choose(tab, "stage4-sts", "yes")
    tab.page.click(".site-head nav >> text=Terms")
    tab.page.wait_for_timeout(500)
    assert asked == ["beforeunload"] and tab.page.url == f"{server.address}/case"
    with tab.page.context.expect_page() as opened:
        tab.page.click("text=Picture of the pathway")
    opened.value.close()
    with tab.page.expect_download():
        tab.page.click("text=Save the case file")
    tab.page.click("text=Add a course")
    tab.page.wait_for_selector("#f-courses-1")
    assert asked == ["beforeunload"]
    tab.page.click("summary >> text=Clear the form")
    assert tab.page.is_checked('input[name="stage4-sts"][value="yes"]')
    tab.page.click("text=Yes, clear it")
    tab.page.wait_for_selector('input[name=stage4-sts][value=""]:checked', state="attached")
    assert asked == ["beforeunload"]


def test_what_is_printed(tab: Tab) -> None:
    choose(tab, "stage4-sts", "yes")
    tab.page.click("#why-option-pazopanib summary")
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible(".said") and not tab.page.is_visible(".keep")
    printed = tab.page.inner_text("#answers")
    for said in ("Not medical advice, not reviewed by a clinician", "not answered", "sts_kg ontology", " UTC"):
        assert said in printed
    hidden = (
        "[...document.querySelectorAll('.record details > :not(summary)')].filter(each => !each.offsetHeight).length"
    )
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.page.evaluate(hidden) == 0
    assert tab.page.is_visible("#why-option-pazopanib .sts-kg-tree")
    assert not tab.page.is_visible("#why-option-surgery") and not tab.page.is_visible(".next")
    assert "Waits for" in printed and tab.page.is_visible("#summary")
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not tab.page.evaluate("document.getElementById('given').open")
