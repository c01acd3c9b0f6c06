"""The page of /sparql without a browser: what it completes, answers, refuses and saves, and what is not kept."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from serving import Answer, Serving, server  # noqa: F401 # the fixture

from sts_kg import load
from sts_kg.rdf import PREFIXES

pytestmark = pytest.mark.slow

STATIC = Path(__file__).parents[2] / "sts_kg" / "server" / "static"
PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"  # what browsers accept


def posted(server: Serving, query: str, **fields: str) -> Answer:  # noqa: F811
    body, form = urlencode({"query": query, **fields}), "application/x-www-form-urlencoded"
    return server.ask("/sparql", method="POST", body=body, accept=PAGE, content_type=form)


def typed(page: str) -> str:
    """Return what is in the text field of a page; HTML drops the first line break."""
    [found] = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    return unescape(found)


def answer_of(page: str) -> str:
    [found] = re.findall(r'<section id="answer".*?</section>', page, re.DOTALL)
    return str(found)


def test_without_a_query_there_is_the_editor_with_an_example(server: Serving) -> None:  # noqa: F811
    page = server.ask("/sparql", accept=PAGE)
    assert page.status == 200
    assert typed(page.text).startswith("# Which drugs does the source name, with which brand names, and where?\nPREFIX")
    assert "<td>" not in answer_of(page.text) and 'src="/static/editor.js"' in page.text


def test_every_example_comes_by_its_address_and_has_an_answer(server: Serving) -> None:  # noqa: F811
    listed = server.ask("/sparql", accept=PAGE).text.partition('id="examples"')[2].partition("</form>")[0]
    names = re.findall(r'<option value="([^"]+)"', listed)
    assert {"drugs/options-with-drug", "pathway/order-of-options"} <= set(names) <= set(load().canned)
    for name in names:
        page = server.ask(f"/sparql?example={name}", accept=PAGE)
        assert f'<option value="{name}" selected>' in page.text
        answer = posted(server, typed(page.text))
        assert answer.status == 200, (name, answer_of(answer.text))
    missing = server.ask("/sparql?example=drugs/nothing", accept=PAGE)
    assert missing.status == 404 and "There is no example &#39;drugs/nothing&#39;" in missing.text


def test_the_answer_stands_below_the_query_and_is_not_kept(server: Serving) -> None:  # noqa: F811
    query = 'SELECT ?b { ?b sts:brandOf sts:pazopanib } # </textarea><script>alert("1")</script>'
    page = posted(server, query)
    assert page.status == 200 and page.headers["cache-control"] == "no-store"
    assert typed(page.text) == query and page.text.count("<script") == 2  # the editor and the search
    assert ">sts:brand-votrient</a>" in answer_of(page.text) and "Votrient" in answer_of(page.text)
    assert "Not medical advice" in page.text


def test_what_is_odd_in_a_query_is_said_beside_the_answer(server: Serving) -> None:  # noqa: F811
    answer = answer_of(posted(server, "SELECT ?x { ?x a sts:Drugg }").text)
    assert "0 rows" in answer and "sts:Drugg" in answer and "sts:Drug" in answer.replace("sts:Drugg", "")


@pytest.mark.parametrize(
    ("query", "place", "reason"),
    [
        ("SELECT * {\n  ?s a nothing:x }", 'data-line="2" data-column="8"', "the prefix nothing: is unknown"),
        ("SELECT * { SERVICE <http://x> { ?s ?p ?o } }", 'data-line="1"', "SERVICE is not allowed"),
        ("", 'data-line="1"', "there is no query in it; SELECT, ASK, CONSTRUCT or DESCRIBE was expected"),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", 'data-line="1"', "INSERT would change it"),
    ],
)
def test_a_refusal_says_where_and_leaves_the_query(server: Serving, query: str, place: str, reason: str) -> None:  # noqa: F811
    page = posted(server, query)
    assert page.status == 400 and page.headers["cache-control"] == "no-store"
    assert place in answer_of(page.text) and reason in answer_of(page.text) and typed(page.text) == query


def test_an_answer_is_a_file_if_it_is_to_be_saved(server: Serving) -> None:  # noqa: F811
    query = "SELECT ?b { ?b sts:brandOf sts:pazopanib }"
    saved = posted(server, query, **{"as": "text/csv"}, save="yes")
    assert saved.headers["content-disposition"] == 'attachment; filename="answer.csv"'
    assert saved.body == b"b\r\nhttps://w3id.org/sts-kg/brand-votrient\r\n"
    assert posted(server, query, **{"as": "text/csv"}).headers["content-type"].startswith("text/html")
    other = posted(server, query, **{"as": "text/turtle"}, save="yes")
    assert other.status == 406 and typed(other.text) == query
    graph = posted(server, "DESCRIBE sts:pazopanib", **{"as": "text/turtle"}, save="yes")
    assert graph.headers["content-disposition"] == 'attachment; filename="answer.ttl"'


def test_what_can_be_completed_is_one_answer_that_clients_may_keep(server: Serving) -> None:  # noqa: F811
    answer = server.ask("/sparql/completions.json")
    told = json.loads(answer.body)
    assert told["prefixes"] == PREFIXES and "etag" in answer.headers and len(answer.body) < 100_000
    terms = {curie: (label, kind) for curie, label, kind in told["terms"]}
    assert len(terms) == len(told["terms"]) > 300
    assert terms["sts:pazopanib"] == ("pazopanib", "targeted therapy drug")
    assert terms["sts:Drug"][1] == "class" and terms["sts:brandOf"] == ("brand of", "property")
    assert terms["rdfs:label"] == ("", "property") and terms["owl:Class"] == ("", "class")


def test_the_script_keeps_nothing_and_is_short() -> None:
    ours = (STATIC / "editor.js").read_text()
    assert ours.count("\n") < 300
    for each in ("localStorage", "sessionStorage", "indexedDB", "cookie", "eval(", "innerHTML", "http:", "https:"):
        assert each not in ours.replace("no storage, no cookie", "")


def test_the_editor_is_served_by_the_service_itself(server: Serving) -> None:  # noqa: F811
    for name, most in (("codemirror.min.mjs", 450_000), ("editor.js", 20_000), ("editor.css", 5_000)):
        answer = server.ask(f"/static/{name}")
        assert answer.status == 200 and len(answer.body) < most, name
        assert answer.headers["content-type"].partition(";")[0] in ("text/javascript", "text/css")
