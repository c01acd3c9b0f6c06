"""The SPARQL 1.1 Protocol, read-only: every line of the contract, and the published tests in our own words."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from protocol_cases import FORM, GRAPHS, QUERIES, QUERY, STORE, TABLES, TRIPLES, UPDATE, UPDATES, Case, form
from serving import Answer, Serving, serving

JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ROWS = "SELECT ?s { ?s ?p ?o }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A folder with graphs of others, served."""
    folder = tmp_path_factory.mktemp("store") / "db"
    store = pyoxigraph.Store(folder)
    store.load(STORE.encode(), pyoxigraph.RdfFormat.N_QUADS)
    store.flush()
    del store
    with serving("--store", str(folder), "--timeout", "5") as running:
        yield running


def sent(server: Serving, case: Case) -> Answer:
    headers: dict[str, Any] = {} if case.content_type is None else {"content_type": case.content_type}
    return server.ask(case.path, method=case.method, body=case.body, **headers)


# --- the published tests


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case.name)
def test_queries(server: Serving, case: Case) -> None:
    answer = sent(server, case)
    assert answer.status in case.status, answer.text
    if answer.status == 200:
        media = answer.headers["content-type"].partition(";")[0]
        assert media in (case.media or TABLES)
    if case.boolean is not None:
        assert json.loads(answer.body)["boolean"] is case.boolean


@pytest.mark.parametrize("case", UPDATES, ids=lambda case: case.name)
def test_updates_are_refused(server: Serving, case: Case) -> None:
    answer = sent(server, case)
    assert answer.status in (400, 415), answer.text
    if answer.status == 400:
        assert "only reads" in answer.text or "read-only" in answer.text or "update" in answer.text.lower(), answer.text


def test_no_update_has_changed_anything(server: Serving) -> None:
    answer = server.sparql("SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", accept=CSV)
    assert answer.text == "n\r\n4\r\n"


# --- each line of the contract


def test_the_default_graph_is_that_of_the_folder(server: Serving) -> None:
    assert server.sparql(ROWS, accept=CSV).text == f"s\r\n{GRAPHS}none\r\n"


def test_the_first_page_says_whose_data_it_is(server: Serving) -> None:
    assert "holds none of this knowledge graph" in server.ask("/", accept="text/html").text


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", JSON),
        ("", JSON),
        (XML, XML),
        (CSV, CSV),
        (TSV, TSV),
        (BROWSER, "text/html"),
        ("application/json", "application/json"),
        ("application/xml", "application/xml"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.6", TSV),
        ("text/csv;q=0.0, text/*;q=0.1", TSV),
        ("text/turtle, text/csv;q=0.1", CSV),
        ("image/png, */*;q=0.1", JSON),
        ('text/csv;x="a,b/c";q=0.2, text/tab-separated-values;q=0.5', TSV),
        (r'text/csv;x="a\",;q=1";q=0.2, text/tab-separated-values;q=0.5', TSV),
        ('text/csv;q=0.2;x="never closed, text/tab-separated-values', CSV),
    ],
)
def test_a_table_comes_as_it_is_accepted(server: Serving, accept: str, media: str) -> None:
    answer = server.sparql(ROWS, accept=accept)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media)
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ["image/png", "text/turtle", "application/rdf+xml"])
def test_a_table_is_no_picture_and_no_graph(server: Serving, accept: str) -> None:
    answer = server.sparql(ROWS, accept=accept)
    assert answer.status == 406
    assert "text/csv" in answer.text


@pytest.mark.parametrize("accept", [CSV, TSV])
def test_yes_is_no_table(server: Serving, accept: str) -> None:
    assert server.sparql("ASK {}", accept=accept).status == 406


@pytest.mark.parametrize("media", sorted(TRIPLES))
def test_a_graph_comes_as_it_is_accepted(server: Serving, media: str) -> None:
    answer = server.sparql("CONSTRUCT WHERE { ?s ?p ?o }", accept=media)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media)
    known = pyoxigraph.RdfFormat.from_media_type(media)
    assert known is not None
    assert [each.subject.value for each in pyoxigraph.parse(answer.body, known)] == [f"{GRAPHS}none"]


@pytest.mark.parametrize(
    ("text", "media", "said"),
    [
        (r'SELECT ("a\u0001b" AS ?x) {}', XML, r"XML: a text holds '\x01'; JSON, CSV and TSV can hold it"),
        (r'SELECT ("a\uFFFEb" AS ?x) {}', XML, r"XML: a text holds '\ufffe'; JSON, CSV and TSV can hold it"),
        (
            r'CONSTRUCT { <http://x/a> <http://x/p> "a\u0001b" } {}',
            "application/rdf+xml",
            r"RDF/XML: a text holds '\x01'; Turtle, N-Triples and JSON-LD can hold it",
        ),
        (
            "CONSTRUCT { <http://x/a> <http://x/1> 2 } {}",
            "application/rdf+xml",
            "RDF/XML: <http://x/1> does not end in an XML name; Turtle, N-Triples and JSON-LD can hold it",
        ),
    ],
)
def test_what_xml_cannot_hold_is_not_acceptable(server: Serving, text: str, media: str, said: str) -> None:
    answer = server.sparql(text, accept=media)
    assert (answer.status, answer.text) == (406, f"cannot be written in {said}\n")


def test_a_carriage_return_in_xml_stays_one(server: Serving) -> None:
    answer = server.sparql(r'SELECT ("a\r\nb" AS ?x) {}', accept=XML)
    assert b"<literal>a&#13;\nb</literal>" in answer.body


def test_results_are_no_description(server: Serving) -> None:
    assert server.sparql(f"DESCRIBE <{GRAPHS}none>", accept=JSON).status == 406
    answer = server.sparql(f"DESCRIBE <{GRAPHS}none>", accept="text/turtle")
    assert answer.headers["content-type"].partition(";")[0] == "text/turtle"
    assert answer.text == f'<{GRAPHS}none> <http://example.org/p> "none" .\n'


@pytest.mark.parametrize(
    ("name", "media"),
    [("csv", CSV), ("TSV", TSV), ("xml", XML), ("application/sparql-results+xml", XML)],
)
def test_a_format_by_name_stands_above_accept(server: Serving, name: str, media: str) -> None:
    assert server.sparql(ROWS, accept=JSON, format=name).headers["content-type"].partition(";")[0] == media


def test_a_format_that_is_none_is_refused_with_those_that_are(server: Serving) -> None:
    answer = server.sparql(ROWS, format="turtle")
    assert (answer.status, answer.text) == (
        406,
        "there is no format 'turtle' of this; there is csv, html, json, tsv, xml\n",
    )


def test_a_mistake_has_its_place(server: Serving) -> None:
    answer = server.sparql("SELECT ?s\nWHERE { ?s ?p }", accept="application/json")
    problem = json.loads(answer.body)
    assert (answer.status, problem["line"], problem["column"]) == (400, 2, 15)
    assert "line 2, column 15" in problem["detail"]


@pytest.mark.parametrize("text", ["SELEKT * {}", "DROP ALL", "?s"])
def test_what_does_not_begin_a_query_has_a_place(server: Serving, text: str) -> None:
    problem = json.loads(server.sparql(f"# one\n  {text}", accept="application/json").body)
    assert (problem["status"], problem["line"], problem["column"]) == (400, 2, 3)


def test_a_mistake_is_shown_beside_the_query(server: Serving) -> None:
    answer = server.sparql("SELECT <b>", accept=BROWSER)
    assert answer.status == 400
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "SELECT &lt;b&gt;" in answer.text
    assert 'role="alert"' in answer.text


def test_a_form_is_decoded_once(server: Serving) -> None:
    query = 'SELECT ?x { VALUES ?x { "50%2B" } }'
    answer = server.ask("/sparql", method="POST", body=form(("query", query)), content_type=FORM, accept=CSV)
    assert answer.text == "x\r\n50%2B\r\n"
    plus = server.ask("/sparql", method="POST", body=b"query=SELECT+(1%2B1+AS+?x)+{}", content_type=FORM, accept=CSV)
    assert plus.text == "x\r\n2\r\n"


def test_a_body_may_begin_with_a_byte_order_mark(server: Serving) -> None:
    answer = server.ask("/sparql", method="POST", body=b"\xef\xbb\xbfASK {}", content_type=QUERY)
    assert answer.status == 200


@pytest.mark.parametrize(
    "body",
    ["ASK {}".encode("utf-16"), "ASK {}".encode("utf-16-le"), b"ASK { ?s ?p '\xff' }"],
    ids=["UTF-16", "UTF-16 without its mark", "Latin-1"],
)
def test_a_body_that_is_not_utf_8_is_refused(server: Serving, body: bytes) -> None:
    answer = server.ask("/sparql", method="POST", body=body, content_type=QUERY)
    assert answer.status == 400


def test_an_address_that_is_not_utf_8_is_refused(server: Serving) -> None:
    assert server.ask("/sparql?query=ASK%20%7B%7D%FF").status == 400


def test_no_file_is_read(server: Serving, tmp_path: Path) -> None:
    file = tmp_path / "secret.ttl"
    file.write_text("<urn:s> <urn:p> 'secret' .", encoding="utf-8")
    for text in (
        f"SELECT * FROM <{file.as_uri()}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{file.as_uri()}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ):
        answer = server.sparql(text)
        assert (answer.status, json.loads(answer.body)["results"]["bindings"]) == (200, [])
    answer = server.sparql("SELECT * { ?s ?p ?o }", **{"default-graph-uri": file.as_uri()})
    assert (answer.status, json.loads(answer.body)["results"]["bindings"]) == (200, [])
    assert server.sparql(f"LOAD <{file.as_uri()}>").status == 400


def test_a_graph_that_is_not_there_is_empty(server: Serving) -> None:
    assert server.sparql(ROWS, accept=CSV, **{"default-graph-uri": "urn:nope"}).text == "s\r\n"


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("value", ["", "no iri", "person/1.ttl", "urn:x y", "<urn:x>"])
def test_the_name_of_a_graph_is_an_iri(server: Serving, name: str, value: str) -> None:
    answer = server.sparql(ROWS, accept="application/json, */*;q=0", **{name: value})
    assert answer.status == 400
    problem = json.loads(answer.body)
    assert (problem["detail"], problem["parameter"]) == (f"{name} is an absolute IRI, and not {value!r}", name)


def test_relative_iris_have_a_base(server: Serving) -> None:
    answer = server.sparql("CONSTRUCT { <s> <p> <../o> } WHERE {}", accept="application/n-triples")
    root = server.address
    assert answer.text == f"<{root}/s> <{root}/p> <{root}/o> .\n"


def test_a_constructed_graph_has_the_prefixes_of_the_query(server: Serving) -> None:
    text = "PREFIX g: <http://example.org/graphs/> CONSTRUCT { g:a g:b ?o } WHERE { g:none ?p ?o }"
    answer = server.sparql(text, accept="text/turtle")
    assert answer.text == '@prefix g: <http://example.org/graphs/> .\ng:a g:b "none" .\n'


def test_head_is_get_without_a_body(server: Serving) -> None:
    path = "/sparql?query=ASK%20%7B%7D"
    head, get = server.ask(path, method="HEAD"), server.ask(path)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "etag", "x-sts-kg-version", "x-sts-kg-disclaimer"):
        assert head.headers[name] == get.headers[name]


def test_options_says_what_is_allowed(server: Serving) -> None:
    answer = server.ask("/sparql", method="OPTIONS", origin="https://example.org", access_control_request_method="POST")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "content-type" in answer.headers["access-control-allow-headers"].lower()
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers


def test_any_page_may_read_and_no_other_method_is_there(server: Serving) -> None:
    assert server.sparql("ASK {}").headers["access-control-allow-origin"] == "*"
    for method in ("PUT", "DELETE", "PATCH"):
        answer = server.ask("/sparql", method=method, body=b"")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_a_body_that_is_too_large_is_refused(server: Serving) -> None:
    body = b"ASK {} #" + b"x" * 1_000_000
    assert server.ask("/sparql", method="POST", body=body, content_type=QUERY).status == 413


@pytest.mark.parametrize("media", ["text/plain", UPDATE[:-6] + "x", "multipart/form-data"])
def test_other_bodies_are_refused(server: Serving, media: str) -> None:
    answer = server.ask("/sparql", method="POST", body=b"ASK {}", content_type=media)
    assert answer.status == 415
    assert QUERY in answer.text


def test_a_query_without_end_is_stopped(server: Serving) -> None:
    rows = " ".join(f"VALUES ?v{at} {{ {' '.join(map(str, range(60)))} }}" for at in range(8))
    answer = server.sparql(f"SELECT (COUNT(*) AS ?n) {{ {rows} }}", timeout="0.5")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.load
def test_a_slow_query_does_not_hold_up_others(tmp_path: Path) -> None:
    slow = " ".join(f"VALUES ?v{at} {{ {' '.join(map(str, range(60)))} }}" for at in range(8))
    pyoxigraph.Store(tmp_path / "db").flush()
    with serving("--store", str(tmp_path / "db"), "--workers", "2", "--timeout", "4") as running:
        running.sparql("ASK {}")
        waiting = threading.Thread(target=running.sparql, args=(f"SELECT (COUNT(*) AS ?n) {{ {slow} }}",))
        waiting.start()
        time.sleep(0.5)
        began = time.monotonic()
        assert running.sparql("ASK { }").status == 200
        assert time.monotonic() - began < 2
        assert waiting.is_alive()
        waiting.join()


@pytest.mark.parametrize("timeout", ["0", "-1", "soon", "inf", "nan"])
def test_a_time_that_is_none_is_refused(server: Serving, timeout: str) -> None:
    assert server.sparql("ASK {}", timeout=timeout).status == 400


def test_the_etag_is_that_of_data_query_and_form(server: Serving) -> None:
    first, again = (server.sparql(ROWS, accept=CSV).headers["etag"] for _ in range(2))
    assert first == again
    assert first not in (server.sparql(ROWS, accept=TSV).headers["etag"], server.sparql("ASK {}").headers["etag"])
    answer = server.ask(
        "/sparql?query=ASK%20%7B%7D", if_none_match=server.ask("/sparql?query=ASK%20%7B%7D").headers["etag"]
    )
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize("text", ["SELECT (NOW() AS ?x) {}", "SELECT (RAND() AS ?x) {}", "SELECT (UUID() AS ?x) {}"])
def test_what_changes_with_time_is_not_kept(server: Serving, text: str) -> None:
    first, again = (server.sparql(text) for _ in range(2))
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"
    assert first.body != again.body


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { VALUES ?u { <http://127.0.0.1:1/> } SERVICE ?u { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:1/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { SERVICESILENT<http://127.0.0.1:1/>{ ?s ?p ?o } }",
    ],
)
def test_nobody_else_is_asked(server: Serving, text: str) -> None:
    answer = server.sparql(text)
    assert answer.status == 400


# --- the page


def test_a_browser_gets_a_page_with_the_rows(server: Serving) -> None:
    answer = server.sparql(ROWS, accept=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"{GRAPHS}none" in answer.text
    assert "SELECT ?s { ?s ?p ?o }" in answer.text


def test_a_page_shows_the_first_rows_and_says_so(server: Serving) -> None:
    numbers = " ".join(map(str, range(100)))
    answer = server.sparql(f"SELECT * {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }}", accept=BROWSER)
    assert answer.status == 200
    assert "the first 1,000" in answer.text
    assert len(answer.body) < 200_000


@pytest.mark.parametrize(("text", "said"), [("ASK {}", "yes"), ("ASK { <urn:x> ?p ?o }", "no")])
def test_yes_and_no_on_a_page(server: Serving, text: str, said: str) -> None:
    assert said in server.sparql(text, accept=BROWSER).text
