"""The editor of /sparql in a browser: what it completes, runs, cancels, saves and marks, and that it keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, Tab, browser  # noqa: F401 # the fixture
from serving import Serving, serving

pytestmark = pytest.mark.e2e
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving("--timeout", "5") as running:
        yield running


@pytest.fixture
def tab(browser: Browser, server: Serving) -> Iterator[Tab]:  # noqa: F811
    """The page in a browser that has just begun; at the end it has asked nobody else and kept nothing."""
    with browser.tab(f"{server.address}/sparql") as opened:
        opened.page.locator(".cm-content").wait_for()
        yield opened
        assert [each for each in opened.requests if not each.startswith(f"{server.address}/")] == []
        assert opened.kept() == {"local": [], "session": [], "cookie": "", "databases": []}
        refused = re.compile(r"Failed to load resource: the server responded with a status of (400|503)")
        assert [each for each in opened.errors if not refused.match(each)] == []


def typed(tab: Tab, text: str) -> None:
    """Put a text in the place of what is in the editor, key by key."""
    tab.page.locator(".cm-content").click()
    tab.page.keyboard.press("ControlOrMeta+a")
    tab.page.keyboard.press("Delete")
    tab.page.keyboard.type(text)


def pasted(tab: Tab, text: str) -> None:
    tab.page.locator(".cm-content").click()
    tab.page.keyboard.press("ControlOrMeta+a")
    tab.page.keyboard.insert_text(text)


def taken(tab: Tab) -> None:
    """Take the first completion; what has just come up is not taken yet, so that nobody does so by mistake."""
    tab.page.wait_for_timeout(300)
    tab.page.keyboard.press("Enter")


def query(tab: Tab) -> str:
    found: str = tab.page.locator("#query").input_value()
    return found


def ran(tab: Tab, told: str) -> Any:
    """Run what is in the editor by keyboard, and return the answer once this is told."""
    tab.page.keyboard.press("ControlOrMeta+Enter")
    tab.page.locator("#told").filter(has_text=re.compile(told)).wait_for()
    return tab.page.locator("#answer")


def test_a_term_is_completed_by_its_label_and_its_prefix_is_declared(tab: Tab) -> None:
    typed(tab, "SELECT ?brand { [] sts:brandName ?brand ; a <x> . pazopan")
    tab.page.locator(".cm-tooltip-autocomplete li", has_text="sts:pazopanib").first.wait_for()
    shown = tab.page.locator(".cm-tooltip-autocomplete li").first.inner_text()
    assert re.sub(r"\s+", " ", shown).strip().endswith("sts:pazopanib pazopanib (targeted therapy drug)")
    taken(tab)
    assert query(tab) == (
        "PREFIX sts: <https://w3id.org/sts-kg/>\nSELECT ?brand { [] sts:brandName ?brand ; a <x> . sts:pazopanib}"
    )
    tab.page.keyboard.press("ControlOrMeta+z")
    assert "pazopanib" not in query(tab)


def test_variables_of_the_text_are_completed_and_keywords(tab: Tab) -> None:
    typed(tab, "SELECT ?option ?label { ?o")
    tab.page.locator(".cm-tooltip-autocomplete").wait_for()
    assert tab.page.locator(".cm-completionLabel").all_inner_texts() == ["?option"]
    taken(tab)
    tab.page.keyboard.type(" ?p ?q } OFFS")
    tab.page.locator(".cm-completionLabel", has_text="OFFSET").wait_for()
    taken(tab)
    assert query(tab) == "SELECT ?option ?label { ?option ?p ?q } OFFSET"


def test_nothing_is_offered_in_comments_and_no_prefix_is_declared_for_them(tab: Tab) -> None:
    pasted(tab, 'SELECT * { ?s ?p "owl: a", <http://skos:x> } # prov:')
    tab.page.keyboard.type(" pazopan")
    tab.page.wait_for_timeout(500)
    assert tab.page.locator(".cm-tooltip-autocomplete").count() == 0
    assert query(tab) == 'SELECT * { ?s ?p "owl: a", <http://skos:x> } # prov: pazopan'


def test_typing_over_a_selection_replaces_it_and_brackets_enclose_it(tab: Tab) -> None:
    typed(tab, "SELECT * { ?s ?p 'é' }\n# two lines")
    tab.page.keyboard.press("ControlOrMeta+a")
    tab.page.keyboard.type("{")
    assert query(tab) == "{SELECT * { ?s ?p 'é' }\n# two lines}"
    tab.page.keyboard.press("ControlOrMeta+a")
    tab.page.keyboard.type("ASK")
    assert query(tab) == "ASK"


def test_a_prefix_that_is_pasted_is_declared_once(tab: Tab) -> None:
    pasted(tab, "PREFIX sts: <urn:mine>\nSELECT * { ?s a sts:Drug ; skos:prefLabel ?l ; foo:x _:b }")
    assert query(tab).splitlines()[:2] == [
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
        "PREFIX sts: <urn:mine>",
    ]
    assert query(tab).count("PREFIX") == 2


def test_a_query_runs_by_keyboard_and_its_answer_has_labels_links_and_time(tab: Tab, server: Serving) -> None:
    pasted(tab, "SELECT ?brand { ?brand sts:brandOf sts:pazopanib }")
    answer = ran(tab, r"^Answered after \d+\.\d\d s\.$")
    assert answer.locator("td").all_inner_texts() == ["Votrient\nsts:brand-votrient"]
    assert answer.locator("td a").get_attribute("href") == "/term/brand-votrient"
    assert tab.page.url == f"{server.address}/sparql"
    tab.page.keyboard.type("#")
    assert tab.page.locator("#told").inner_text() == "The query was changed after this answer."


def test_yes_and_no_and_graphs_are_answers(tab: Tab) -> None:
    pasted(tab, "ASK { sts:pazopanib a sts:Drug }")
    assert "Yes: the pattern is there." in ran(tab, "^Answered").inner_text()
    pasted(tab, "CONSTRUCT WHERE { ?term rdfs:label ?label }")
    assert "Graph of" in ran(tab, "^Answered").inner_text()


def test_an_error_is_marked_where_it_is_and_the_query_stays(tab: Tab) -> None:
    wrong = "SELECT * {\n  ?s a nothing:x .\n}"
    pasted(tab, wrong)
    answer = ran(tab, r"^Not answered \(400\)")
    assert "Line 2, column 8" in answer.inner_text() and "the prefix nothing: is unknown" in answer.inner_text()
    assert tab.page.locator(".cm-lintRange-error").inner_text() == "nothing:x ."
    assert tab.page.locator(".cm-lint-marker-error").count() == 1
    assert query(tab) == wrong
    pasted(tab, "ASK {}")
    ran(tab, "^Answered")
    assert tab.page.locator(".cm-lint-marker-error").count() == 0


def test_a_query_that_takes_too_long_ends_and_stays(tab: Tab) -> None:
    pasted(tab, ENDLESS)
    answer = ran(tab, r"^Not answered \(503\) after ([5-9]|\d\d)\.\d\d s")
    assert "stopped after 5 seconds" in answer.inner_text() and query(tab) == ENDLESS
    tab.page.screenshot(path=SHOTS / "editor-timeout.png", full_page=True)


def test_a_server_that_is_gone_is_said_and_the_query_stays(tab: Tab) -> None:
    pasted(tab, "ASK { ?s ?p ?o }")
    tab.page.route("**/sparql*", lambda route: route.abort())
    ran(tab, "^The server could not be reached; the query is still here")
    tab.page.get_by_label("Example").select_option("Options with a drug")
    tab.page.locator("#told", has_text="The example could not be loaded.").wait_for()
    assert query(tab) == "ASK { ?s ?p ?o }"
    assert {tab.errors.pop(), tab.errors.pop()} == {"Failed to load resource: net::ERR_FAILED"}


def test_what_is_changed_while_a_query_runs_is_said(tab: Tab) -> None:
    pasted(tab, "ASK { sts:pazopanib a sts:Drug }")
    assert ran(tab, "^Answered").inner_text() != ""
    pasted(tab, ENDLESS)
    tab.page.keyboard.press("ControlOrMeta+Enter")
    tab.page.locator("#told", has_text="Running").wait_for()
    assert tab.page.locator("#answer").inner_text() == ""  # that of another query is gone
    tab.page.keyboard.type("#")
    tab.page.get_by_role("button", name="Cancel").click()
    tab.page.locator("#told", has_text=re.compile(r"Cancelled after .* The query was changed meanwhile\.")).wait_for()
    assert tab.page.locator("#answer").inner_text() == "No answer."


def test_cancel_stops_the_query_on_the_server_too(tab: Tab, server: Serving) -> None:
    before = busy(server)
    pasted(tab, ENDLESS)
    tab.page.keyboard.press("ControlOrMeta+Enter")
    while busy(server) - before < 0.2:  # it does burn the processor
        tab.page.wait_for_timeout(50)
    tab.page.get_by_role("button", name="Cancel").click()
    tab.page.locator("#told", has_text="Cancelled after").wait_for()
    assert query(tab) == ENDLESS and tab.page.get_by_role("button", name="Cancel").is_disabled()
    tab.page.wait_for_timeout(500)
    stopped = busy(server)
    tab.page.wait_for_timeout(1000)
    assert busy(server) - stopped < 0.2


def busy(server: Serving) -> float:
    """Return the seconds of processor time of all processes of the server that live."""
    ticks = 0
    for pid in server.children:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100


def test_an_answer_is_saved_as_a_file_of_the_chosen_format(tab: Tab, tmp_path: Path) -> None:
    pasted(tab, "SELECT ?brand { ?brand sts:brandOf sts:pazopanib }")
    tab.page.get_by_label("Save as").select_option("TSV")
    with tab.page.expect_download() as started:
        tab.page.get_by_role("button", name="Save").click()
    started.value.save_as(tmp_path / "saved")
    assert started.value.suggested_filename == "answer.tsv"
    assert (tmp_path / "saved").read_text() == "?brand\n<https://w3id.org/sts-kg/brand-votrient>\n"
    tab.page.locator("#told", has_text="Saved as answer.tsv").wait_for()
    tab.page.get_by_label("Save as").select_option("Turtle")
    tab.page.get_by_role("button", name="Save").click()
    tab.page.locator("#told", has_text="Not answered (406)").wait_for()
    tab.errors.pop()  # the status, as the browser logs it


def test_an_example_comes_into_the_editor_and_can_be_undone(tab: Tab) -> None:
    first = query(tab)
    assert first.startswith("# ") and "SELECT" in first
    tab.page.get_by_label("Example").select_option("Options with a drug")
    tab.page.locator("#told", has_text="The example is in the editor.").wait_for()
    assert "sts-kg/doxorubicin>" in query(tab)
    assert tab.page.get_by_label("Example").input_value() == "drugs/options-with-drug"
    tab.page.locator(".cm-content").click()
    assert ran(tab, "^Answered").locator("tbody tr").count() == 2
    tab.page.keyboard.press("ControlOrMeta+z")
    assert query(tab) == first
    assert tab.page.get_by_label("Example").input_value() == ""  # it is that example no more


def test_only_a_click_puts_the_query_into_the_address(tab: Tab, server: Serving, browser: Browser) -> None:  # noqa: F811
    pasted(tab, "ASK { sts:pazopanib a sts:Drug }")
    text = query(tab)
    ran(tab, "^Answered")
    assert tab.page.url == f"{server.address}/sparql"
    tab.page.get_by_role("button", name="Link to this query").click()
    linked = tab.page.url
    assert linked.startswith(f"{server.address}/sparql?query=PREFIX")
    with browser.tab(linked) as other:
        assert "Yes" in other.page.locator("#answer").inner_text() and query(other) == text
    tab.page.locator(".cm-content").click()
    tab.page.keyboard.type(" ")
    tab.page.wait_for_url(f"{server.address}/sparql")


def test_tab_leaves_the_editor_in_both_directions(tab: Tab) -> None:
    focused = "document.activeElement.id || document.activeElement.tagName"
    typed(tab, "SELECT")
    tab.page.keyboard.press("Escape")
    before = query(tab)
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate(focused) == "run"
    tab.page.keyboard.press("Shift+Tab")
    assert tab.page.evaluate("document.activeElement.shadowRoot !== null")
    tab.page.keyboard.press("Shift+Tab")
    assert tab.page.evaluate(focused) == "example"
    assert query(tab) == before
    assert "Tab leaves the editor" in tab.page.locator(".help").inner_text()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 360)])
def test_it_has_no_barrier_in_any_look(browser: Browser, server: Serving, scheme: str, width: int) -> None:  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with browser.tab(f"{server.address}/sparql", scheme=scheme, width=width) as tab:
        tab.page.locator(".cm-content").wait_for()
        typed(tab, "SELECT ?drug ?label { ?drug a sts:Drug ; rdfs:label ?label } # all of them\n")
        ran(tab, "^Answered")
        tab.page.keyboard.press("ControlOrMeta+End")
        tab.page.keyboard.type("?")
        tab.page.locator(".cm-tooltip-autocomplete").wait_for()
        violations = axe.run(tab.page).response["violations"]
        found = [each for each in violations if each["impact"] in ("serious", "critical")]
        tab.page.screenshot(path=SHOTS / f"editor-{scheme}-{width}.png", full_page=True)
        assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
        assert tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_without_scripts_the_form_answers_and_keeps_the_query(browser: Browser, server: Serving) -> None:  # noqa: F811
    with browser.tab(f"{server.address}/sparql", scripts=False) as tab:
        tab.page.get_by_label("Query").fill("SELECT ?brand { ?brand sts:brandOf sts:pazopanib }")
        tab.page.get_by_role("button", name="Run").click()
        tab.page.wait_for_url(f"{server.address}/sparql#answer")
        assert "Votrient" in tab.page.locator("#answer").inner_text()
        assert query(tab) == "SELECT ?brand { ?brand sts:brandOf sts:pazopanib }"
        tab.page.get_by_label("Query").fill("SELECT")
        tab.page.get_by_role("button", name="Run").click()
        tab.page.locator("[role=alert]").wait_for()
        assert query(tab) == "SELECT"
        tab.page.get_by_label("Example").select_option("Options with a drug")
        tab.page.get_by_role("button", name="Show").click()
        tab.page.wait_for_url("**/sparql?example=*")
        assert "sts-kg/doxorubicin>" in query(tab)
        with tab.page.expect_download() as started:
            tab.page.get_by_role("button", name="Save").click()
        assert started.value.suggested_filename == "answer.csv"
        assert not tab.page.get_by_role("button", name="Cancel").is_visible()
