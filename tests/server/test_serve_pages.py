"""The first page, what is shown of what is not found or did not work, and what every page has."""

from __future__ import annotations

import csv
import html
import io
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawling import crawl
from rdflib.namespace import DCTERMS
from serving import Serving, server, serving  # noqa: F401 # the fixture

from sts_kg import KnowledgeGraph
from sts_kg.server import Settings
from sts_kg.server.messages import Refusal, Request
from sts_kg.server.site import Site

BROWSER = "text/html,*/*;q=0.8"


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(Settings())


def shown(server: Serving, path: str) -> str:  # noqa: F811
    return server.ask(path, accept=BROWSER).text


def example(server: Serving) -> str:  # noqa: F811
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", shown(server, "/"), re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_the_first_page_counts_what_there_is(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    counted = dict(re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", shown(server, "/")))
    assert counted.pop("inferred triples") == f"{len(kg.inferred):,}"
    assert counted == {name: f"{count:,}" for name, count in kg.summary.items() if count and name in counted}
    assert (counted["options"], counted["drugs"], counted["findings"]) == ("18", "3", "22")


def test_the_query_of_the_first_page_runs_as_its_line_for_curl_does(server: Serving, tmp_path: Path) -> None:  # noqa: F811
    line = re.search(r"<code>(curl [^<]+)</code>", shown(server, "/"))
    assert line is not None
    (tmp_path / "options.rq").write_text(example(server))
    done = subprocess.run([*shlex.split(html.unescape(line[1])), "-s"], cwd=tmp_path, capture_output=True, text=True)
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert (rows[0], len(rows)) == (["option", "label"], 19)
    assert ["https://w3id.org/sts-kg/option-pazopanib", "pazopanib"] in rows


def test_what_is_not_there_is_a_page_with_a_search_or_a_line(server: Serving) -> None:  # noqa: F811
    answer = server.ask("/drug/pazopanib.html", accept=BROWSER)
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    assert "There is nothing at /drug/pazopanib.html" in answer.text
    assert 'name="q" value="pazopanib"' in answer.text
    plain = server.ask("/drug/pazopanib.html")
    assert (plain.status, plain.text) == (404, "there is nothing at /drug/pazopanib.html\n")
    assert server.ask("/drug", method="POST", body="x").status == 404


def test_an_address_that_is_not_there_is_shown_as_text(server: Serving) -> None:  # noqa: F811
    hostile = server.ask("/%3Cscript%3Ealert(1)%3C%2Fscript%3E%1B%5B31m", accept=BROWSER)
    assert hostile.status == 404
    assert "<script>" not in hostile.text and "\x1b" not in hostile.text
    assert "\x1b" not in server.ask("/%1B%5B31m").text


def test_what_did_not_work_for_a_time_can_be_sent_again_as_it_was(site: Site) -> None:
    typed = "query=SELECT+*+%7B%3Fs+%3Fp+%22%3C%2Ftextarea%3E%22%7D&timeout=1"
    form = Request("POST", "/nowhere", "", BROWSER, "application/x-www-form-urlencoded", typed.encode(), root="/sts")
    answer = site.answer("errors.refused", form, Refusal(503, "it took too long", (("Retry-After", "5"),)))
    page = answer.body.decode()
    assert (answer.status, answer.headers, answer.kept) == (503, (("Retry-After", "5"),), False)
    assert '<form action="/sts/nowhere" method="post">' in page
    sent = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', page)
    assert [(name, html.unescape(value)) for name, value in sent] == [
        ("query", 'SELECT * {?s ?p "</textarea>"}'),
        ("timeout", "1"),
    ]
    assert "Send it again" in page
    assert "Send it again" not in site.answer("errors.refused", form, Refusal(400, "wrong")).body.decode()


def test_every_page_has_what_pages_have(server: Serving) -> None:  # noqa: F811
    seen = crawl(server, most=1)
    assert {"/", "/sparql", "/nowhere"} <= seen.pages.keys()
    for address in (each for found in seen.pages.values() for each in found):
        text = shown(server, address)
        assert "Not medical advice. Not reviewed by a clinician." in text, address
        assert re.findall(r"<html lang=\"en\">|<h1\b|<main\b|href=\"#main\"", text) == [
            '<html lang="en">',
            'href="#main"',
            "<main",
            "<h1",
        ], address
        assert re.findall(r"\sstyle=|\son\w+=|<script(?![^>]* src=)", text) == [], address
        assert site_name(text) == "sts-kg", address
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), address


def test_the_licence_is_one_click_away(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    licence = kg.guideline.header(DCTERMS.license)
    for path in ("/", "/term/pazopanib", "/case"):
        assert f'<a rel="license" href="{licence}">Licence</a>' in shown(server, path)


def test_a_picture_that_is_opened_by_itself_runs_nothing(server: Serving) -> None:  # noqa: F811
    assert "script-src 'self'" in server.ask("/static/icon.svg").headers["content-security-policy"]


# --- another guideline answers


@pytest.fixture(scope="module")
def hush() -> Iterator[Serving]:
    with serving("--guideline", "example:grey-hush") as running:
        yield running


def test_what_is_said_of_the_source_is_said_of_the_guideline_that_answers(hush: Serving) -> None:
    notice = "Not medical advice, no hill warden has reviewed this model."
    for address in ("/", "/case", "/nowhere", "/term/option-pazopanib"):
        text = shown(hush, address)
        assert '<div class="frame">Not medical advice. No hill warden has reviewed this model.</div>' in text
        for word in ("healthcare team decides;", "decides.</p>", "page of patient information", "by a clinician."):
            assert word not in text, (address, word)
    told = hush.ask("/sparql?query=ASK%7B%7D").headers["x-sts-kg-disclaimer"]
    assert told == "Not medical advice; no hill warden has reviewed this model"
    assert "What one invented page for keepers says of an invented ailment" in shown(hush, "/")
    case = shown(hush, "/case")
    assert f"<strong>{notice}</strong> The source describes what may be offered; it decides nothing." in case
    foot = case.partition('<footer class="site-foot">')[2].partition("</p>")[0]
    assert "Invented: there is no humbrel" in foot and "Not medical advice: the source" not in foot
    assert "Not medical advice: the source" in shown(hush, "/statistics")


def test_another_guideline_is_counted_asked_and_chosen_by_its_own_names(hush: Serving) -> None:
    assert "<dt>grey hush of the humbrel</dt><dd>0.1.0, from the page" in shown(hush, "/statistics")
    assert 'value="gh:option-warm-nest a sts:TreatmentOption"' in shown(hush, "/why")
    assert hush.ask("/why?triple=gh:option-warm-nest+a+sts:TreatmentOption", accept=BROWSER).status == 200
    asks = "describe a case</a>."
    assert asks in shown(hush, "/term/gh:option-warm-nest") and asks not in shown(hush, "/term/option-pazopanib")
    chosen = re.findall(r">(surgery[^<]*)</option>", shown(hush, "/queries/drugs/options-with-drug"))
    assert chosen == ["surgery (gh:modality-surgery)", "surgery (sts:modality-surgery)"]


def test_the_shipped_guideline_keeps_its_words(server: Serving) -> None:  # noqa: F811
    for address in ("/", "/case"):
        assert "The source describes what may be offered; the healthcare team decides." in shown(server, address)
    assert "describe a case</a>." in shown(server, "/term/option-pazopanib")
    assert 'value="sts:option-chemotherapy a sts:TreatmentOption"' in shown(server, "/why")


def site_name(text: str) -> str:
    found = re.search(r"<title>(.+?) · ([^<]+)</title>", text)
    assert found is not None and found[1].strip()
    return found[2]


def test_the_navigation_marks_where_one_is(server: Serving) -> None:  # noqa: F811
    marked = re.compile(r'href="([^"]*)" aria-current="(\w+)"')
    assert marked.findall(shown(server, "/")) == [("/", "page")]
    assert marked.findall(shown(server, "/sparql")) == [("/sparql", "page")]
    assert marked.findall(shown(server, "/queries/no/such")) == [("/queries", "true")]
    assert marked.findall(shown(server, "/nowhere")) == []
