"""SPARQL on a URL: a real endpoint of ours on loopback, and one that misbehaves."""

from __future__ import annotations

import json
import threading
import time
from itertools import chain
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner
from faulty import SRJ, YES, Behaviour, Handler, cut_short, drip, faulty, good, html
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD

from sts_kg import KnowledgeGraph, Table, cli
from sts_kg.errors import (
    CurieError,
    EndpointAnswerError,
    EndpointError,
    EndpointRedirectError,
    EndpointRefusedError,
    EndpointTimeoutError,
    EndpointTooLargeError,
    EndpointUnavailableError,
    EndpointUnreachableError,
    QueryError,
    UnknownNameError,
)
from sts_kg.guideline.data import queries_folder
from sts_kg.queries.catalogue import read_all
from sts_kg.queries.paging import QueryText
from sts_kg.queries.tokens import without_comments
from sts_kg.rdf.graphs import serialize
from sts_kg.rdf.names import STS
from sts_kg.stores import http
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.profiles import PROFILES

DRUGS = "SELECT ?drug ?brand { ?drug sts:brandName ?brand } ORDER BY ?drug ?brand"
TURTLE = b"@prefix e: <http://e.org/> . e:a e:b 'c'@en, _:x ."
NTRIPLES = b"<http://e.org/a> <http://e.org/b> _:x .\n"
EMPTY = b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}'


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials, no proxies, and no pauses."""
    for name in ("STS_KG_USER", "STS_KG_PASSWORD", "STS_KG_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", "/nowhere/netrc")
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(http, "_sleep", lambda seconds: None)


def knowing(kg: KnowledgeGraph) -> Behaviour:
    """Answer each query from the graph."""

    def answer(handler: Handler) -> None:
        try:
            found = kg.sparql(handler.server.seen[-1].field("query"))
        except QueryError as error:
            handler.reply(400, "text/plain", str(error).encode())
            return
        if isinstance(found, Table):
            handler.reply(200, SRJ, found.to_srj().encode())
        elif isinstance(found, bool):
            handler.reply(200, SRJ, json.dumps({"head": {}, "boolean": found}).encode())
        else:
            handler.reply(200, "text/turtle; charset=utf-8", serialize(found, "turtle"))

    return answer


def srj(*terms: dict[str, str]) -> bytes:
    """A table of one column."""
    rows = [{"x": term} if term else {} for term in terms]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": rows}}).encode()


# --- answers


def test_every_form_gives_what_the_graph_itself_gives(kg: KnowledgeGraph) -> None:
    with faulty(knowing(kg)) as server:
        for text in (
            DRUGS,
            "SELECT ?s ?n ?label { ?s sts:ordinal ?n ; rdfs:label ?label } ORDER BY ?s",
            "ASK { sts:pazopanib a sts:Drug }",
            "ASK { sts:pazopanib a sts:Finding }",
        ):
            assert Endpoint(server.address).query(text) == kg.sparql(text)
        made = Endpoint(server.address).query("CONSTRUCT { ?d a sts:Drug } WHERE { ?d a sts:ChemotherapyDrug }")
        assert isinstance(made, Graph)
        assert len(made) == 2
        endpoint = Endpoint(server.address)
        assert endpoint.select(DRUGS) == kg.sparql(DRUGS)
        assert (STS.pazopanib, RDF.type, STS.Drug) in endpoint.construct("DESCRIBE sts:pazopanib")


def test_a_canned_query_runs_on_an_endpoint(kg: KnowledgeGraph) -> None:
    with faulty(knowing(kg)) as server:
        words = ["query", "drugs/drugs-and-brands", "--endpoint", server.address, "--format", "csv"]
        done = CliRunner().invoke(cli.app, words)
    table = kg.query("drugs/drugs-and-brands")
    assert isinstance(table, Table)
    assert done.stdout == table.to_csv().replace("\r\n", "\n")


def test_no_endpoint_at_all_ends_with_4() -> None:
    done = CliRunner().invoke(cli.app, ["sparql", "ASK {}", "--endpoint", "http://127.0.0.1:9/sparql"])
    assert done.exit_code == 4
    assert done.stderr.startswith("sts-kg: http://127.0.0.1:9/sparql: cannot be reached: ")


@pytest.mark.parametrize(
    ("given", "term"),
    [
        ({"type": "uri", "value": "http://e.org/é"}, URIRef("http://e.org/é")),
        ({"type": "bnode", "value": "b0"}, BNode("b0")),
        ({"type": "literal", "value": " a\n"}, Literal(" a\n")),
        ({"type": "literal", "value": "a", "datatype": str(XSD.string)}, Literal("a")),
        ({"type": "literal", "value": "a", "xml:lang": "de-CH"}, Literal("a", lang="de-CH")),
        ({"type": "literal", "value": "a", "xml:lang": ""}, Literal("a")),
        ({"type": "literal", "value": "01", "datatype": str(XSD.integer)}, "01"),
        ({"type": "typed-literal", "value": "1.50", "datatype": str(XSD.decimal)}, "1.50"),
        ({"type": "literal", "value": "abc", "datatype": str(XSD.dateTime)}, "abc"),
        ({}, None),
    ],
)
def test_terms_stay_as_they_are(given: dict[str, str], term: object) -> None:
    with faulty(good(srj(given))) as server:
        ((found,),) = Endpoint(server.address).select("SELECT ?x { ?s ?p ?x }")
    if isinstance(term, str) and not isinstance(term, (URIRef, BNode, Literal)):
        assert isinstance(found, Literal)
        assert (str(found), str(found.datatype)) == (term, given["datatype"])
    else:
        assert found == term
        assert type(found) is type(term)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/turtle", TURTLE),
        ("Text/Turtle; charset=UTF-8", TURTLE),
        ("application/x-turtle", TURTLE),
        ("application/n-triples", NTRIPLES),
        ("text/plain;charset=utf-8", NTRIPLES),
        ("text/plain", b"# Empty NT\n"),
    ],
)
def test_graphs_come_in_several_types(kind: str, body: bytes) -> None:
    with faulty(good(body, kind)) as server:
        made = Endpoint(server.address).construct("CONSTRUCT WHERE { ?s ?p ?o }")
        lines = Endpoint(server.address).ntriples("CONSTRUCT WHERE { ?s ?p ?o }").splitlines()
    assert len(made) == len(lines) == (2 if body is TURTLE else body.count(b"_:x"))
    assert all(line.endswith(b" .") for line in lines)
    assert body is not NTRIPLES or lines == NTRIPLES.splitlines()


# --- requests


def test_the_query_is_posted_as_a_form() -> None:
    with faulty(good()) as server:
        endpoint = Endpoint(
            f"{server.address}?key=1#x", default_graphs=["http://e.org/a", "http://e.org/b"], named_graphs=["urn:c"]
        )
        assert endpoint.ask("ASK { ?s ?p '50%2B+é' }") is True
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/sparql?key=1")
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen.headers["accept"] == "application/sparql-results+json, application/json;q=0.9"
    assert seen.headers["user-agent"] == http.agent()
    assert parse_qs(seen.body.decode()) == {
        "query": ["ASK { ?s ?p '50%2B+é' }"],
        "default-graph-uri": ["http://e.org/a", "http://e.org/b"],
        "named-graph-uri": ["urn:c"],
    }


def test_profiles_ask_otherwise() -> None:
    text = "# why\nASK { <http://e.org/#a> ?p '# no comment' } # end"
    with faulty(good()) as server:
        for profile in PROFILES:
            assert Endpoint(server.address, profile=profile, default_graphs=["urn:g"]).ask(text) is True
        Endpoint(server.address, profile="wikidata").ask(text + " " * 3_000)
    seen = dict(zip([*PROFILES, "long"], server.seen, strict=True))
    assert seen["oxigraph"].body.decode() == text
    assert seen["oxigraph"].headers["content-type"] == "application/sparql-query"
    assert seen["oxigraph"].path == "/sparql?default-graph-uri=urn%3Ag"
    assert (seen["wikidata"].method, seen["wikidata"].field("query")) == ("GET", text)
    assert seen["long"].method == "POST"
    assert seen["virtuoso"].field("query") == "\nASK { <http://e.org/#a> ?p '# no comment' } "
    assert all(seen[name].field("query") == text for name in ("generic", "uniprot", "ubergraph"))
    with pytest.raises(UnknownNameError, match="did you mean wikidata"):
        Endpoint(server.address, profile="wikidat")


def test_one_request_at_a_time_where_it_is_asked_for() -> None:
    inside, most = 0, 0

    def slow(handler: Handler) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.05)
        inside -= 1
        handler.reply(200, SRJ, YES)

    with faulty(slow) as server:
        endpoints = [Endpoint(server.address, profile="wikidata") for _ in range(4)]
        threads = [threading.Thread(target=endpoint.ask, args=("ASK {}",)) for endpoint in endpoints]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (most, len(server.seen)) == (1, 4)


def test_waiting_for_a_turn_ends_at_the_deadline() -> None:
    with faulty(drip) as server:
        first = Endpoint(server.address, profile="wikidata", timeout_s=2.0)
        other = Endpoint(server.address, profile="wikidata", timeout_s=0.2)
        errors: list[EndpointError] = []

        def ask() -> None:
            with pytest.raises(EndpointTimeoutError) as caught:
                first.ask("ASK {}")
            errors.append(caught.value)

        thread = threading.Thread(target=ask)
        thread.start()
        while not server.seen:
            time.sleep(0.01)
        with pytest.raises(EndpointTimeoutError, match="another request to this host did not end in time"):
            other.ask("ASK {}")
        thread.join()
        assert len(server.seen) == len(errors) == 1


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("ASK { ?s a sts:Drug }", "PREFIX sts: <https://w3id.org/sts-kg/> ASK { ?s a sts:Drug }"),
        ("PREFIX sts: <urn:x>\nASK { ?s a sts:Drug }", "PREFIX sts: <urn:x>\nASK { ?s a sts:Drug }"),
        (
            "prefix task: <http://e.org/task>\nASK { ?s a sts:Drug, task:x }",
            "PREFIX sts: <https://w3id.org/sts-kg/> prefix task: <http://e.org/task>\nASK { ?s a sts:Drug, task:x }",
        ),
        ("ASK { ?s ?p 'sts:x', <sts:y> } # sts:z", "ASK { ?s ?p 'sts:x', <sts:y> } # sts:z"),
    ],
)
def test_known_prefixes_need_no_declaration(text: str, sent: str) -> None:
    with faulty(good()) as server:
        assert Endpoint(server.address).query(text) is True
        assert server.seen[0].field("query") == sent


# --- the text of a query


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("prefix task: <http://e.org/ask>\nselect * { ?s ?p ?o }", "SELECT"),
        ("# ASK\nBASE <http://e.org/select>\nPREFIX : <#>\nCONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("PREFIX\n  a: <http://e.org/>DESCRIBE a:b", "DESCRIBE"),
        ("Ask{}", "ASK"),
    ],
)
def test_the_form_is_found(text: str, form: str) -> None:
    assert QueryText(text).form == form


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("INSERT DATA { <a> <b> <c> }", "the graph is read-only, and INSERT would change it"),
        ("PREFIX a: <urn:select> DROP ALL", "and DROP would change it"),
        ("", "it is not a SELECT, ASK, CONSTRUCT or DESCRIBE query"),
        ("# SELECT * { ?s ?p ?o }", "it is not a SELECT"),
        ("{ SELECT * { ?s ?p ?o } }", "it is not a SELECT"),
        ("ASK { ?s ?p '\ud800' }", "half of a surrogate pair"),
    ],
)
def test_what_is_no_query_is_not_sent(text: str, words: str) -> None:
    with faulty(good()) as server, pytest.raises(QueryError, match=words):
        Endpoint(server.address).query(text)
    assert server.seen == []


def test_a_verb_wants_its_form() -> None:
    endpoint = Endpoint("http://127.0.0.1:9/")
    with pytest.raises(QueryError, match="it is not a SELECT query but ASK"):
        endpoint.select("ASK {}")
    with pytest.raises(QueryError, match="it is not an ASK query but SELECT"):
        endpoint.ask("SELECT * {}")
    for verb in (endpoint.construct, endpoint.ntriples):
        with pytest.raises(QueryError, match="it is not a CONSTRUCT or DESCRIBE query but ASK"):
            verb("ASK {}")


def test_comments_are_found() -> None:
    text = 'ASK { <urn:#a> ?p "#b", \'\'\'\n#c"\'\'\', """\\"#d""" #e "\n} # f'
    assert without_comments(text) == 'ASK { <urn:#a> ?p "#b", \'\'\'\n#c"\'\'\', """\\"#d""" \n} '


@pytest.mark.parametrize(
    ("text", "nested", "page"),
    [
        ("SELECT ?a {} ORDER BY ?a # end", False, "SELECT ?a {} ORDER BY ?a # end\nLIMIT 2 OFFSET 4"),
        (
            "PREFIX a: <urn:a>\nSELECT DISTINCT ?a (COUNT(?b) AS ?c) { ?a a:b ?b } GROUP BY ?a ORDER BY ?a",
            True,
            "PREFIX a: <urn:a>\nSELECT ?a ?c WHERE { { SELECT DISTINCT ?a (COUNT(?b) AS ?c) { ?a a:b ?b } GROUP BY ?a "
            "ORDER BY ?a\n} }\nLIMIT 2 OFFSET 4",
        ),
        (
            "SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 9",
            False,
            "SELECT * WHERE { { SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 9\n} }\nLIMIT 2 OFFSET 4",
        ),
        (
            "SELECT * { { SELECT * { ?s ?p ?o } LIMIT 9 } } ORDER BY ?s",
            False,
            "SELECT * { { SELECT * { ?s ?p ?o } LIMIT 9 } } ORDER BY ?s\nLIMIT 2 OFFSET 4",
        ),
    ],
)
def test_a_page_is_cut_from_a_query(text: str, nested: bool, page: str) -> None:
    assert QueryText(text).page(2, 4, nested=nested) == page


def test_a_query_with_from_has_no_sub_query() -> None:
    query = QueryText("SELECT ?s FROM <urn:a> { ?s ?p ?o } ORDER BY ?s")
    assert query.page(1, 0, nested=False).endswith("\nLIMIT 1 OFFSET 0")
    with pytest.raises(QueryError, match="give default_graphs"):
        query.page(1, 0, nested=True)


# --- many requests


@pytest.mark.parametrize("profile", ["generic", "virtuoso"])
@pytest.mark.parametrize("size", [1, 2, 3, 1_000])
def test_pages_are_the_whole(kg: KnowledgeGraph, profile: str, size: int) -> None:
    whole = kg.sparql(DRUGS)
    assert isinstance(whole, Table)
    with faulty(knowing(kg)) as server:
        tables = list(Endpoint(server.address, profile=profile).pages(DRUGS, size=size))
        assert tuple(chain.from_iterable(tables)) == whole.rows
        assert all(table.variables == whole.variables for table in tables)
        assert len(server.seen) == len(whole) // size + 1
        assert len(tables) == max(1, -(-len(whole) // size))


def test_pages_end() -> None:
    full = srj(*[{"type": "uri", "value": "urn:a"}] * 2)
    text = "SELECT ?x { ?x ?p ?o } ORDER BY ?x"
    with faulty(good(full)) as server:
        pages = Endpoint(server.address).pages(text, size=2, most=4)
        assert [len(next(pages)), len(next(pages))] == [2, 2]
        with pytest.raises(EndpointTooLargeError, match="more than 4 rows"):
            next(pages)
        assert [seen.field("query")[-16:] for seen in server.seen] == [
            "LIMIT 2 OFFSET 0",
            "LIMIT 2 OFFSET 2",
            "LIMIT 1 OFFSET 4",
        ]
    with faulty(good(full), good(EMPTY)) as server:
        assert [len(table) for table in Endpoint(server.address).pages(text, size=2, most=2)] == [2]
    with faulty(good(EMPTY)) as server:
        assert [len(table) for table in Endpoint(server.address).pages(text)] == [0]
    with faulty(good(EMPTY)) as server:
        list(Endpoint(server.address, profile="virtuoso").pages(text, size=50_000))
        assert server.seen[0].field("query").endswith("LIMIT 10000 OFFSET 0")


def test_pages_need_an_order() -> None:
    for text in ("SELECT ?s { ?s ?p ?o }", "SELECT ?s { { SELECT ?s { ?s ?p ?o } ORDER BY ?s } }"):
        with pytest.raises(QueryError, match="ORDER BY"):
            next(Endpoint("http://127.0.0.1:9/").pages(text))


def test_batches_are_the_whole(kg: KnowledgeGraph) -> None:
    drugs = [row[0] for row in rows_of(kg)]
    text = "SELECT ?drug ?brand { #VALUES#\n ?drug sts:brandName ?brand } ORDER BY ?drug ?brand"
    with faulty(knowing(kg)) as server:
        tables = list(Endpoint(server.address).batched(text, "?drug", [*drugs, *drugs], size=1))
    assert len(tables) == len(server.seen) == len(set(drugs))
    assert sorted(chain.from_iterable(t.rows for t in tables if isinstance(t, Table))) == sorted(rows_of(kg))


def rows_of(kg: KnowledgeGraph) -> tuple[tuple[URIRef, Literal], ...]:
    table = kg.sparql(DRUGS)
    assert isinstance(table, Table)
    return table.rows  # type: ignore[return-value] # a drug and a name


def test_batches_have_at_most_a_hundred() -> None:
    values = [URIRef(f"http://e.org/{n}") for n in range(250)]
    text = "CONSTRUCT { ?s a ?t } WHERE { #VALUES#\n ?s a ?t }"
    with faulty(good(NTRIPLES, "application/n-triples")) as server:
        graphs = list(Endpoint(server.address).batched(text, "s", values, size=1_000))
        assert [seen.field("query").count("<http://e.org/") for seen in server.seen] == [100, 100, 50]
        assert all(isinstance(graph, Graph) for graph in graphs)
        assert list(Endpoint(server.address).batched(text, "s", [])) == []
        assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("text", "variable", "value", "kind"),
    [
        ("SELECT ?s { ?s ?p ?o }", "s", "urn:a", QueryError),
        ("ASK { #VALUES#\n ?s ?p ?o }", "s", "urn:a", QueryError),
        ("SELECT ?s { #VALUES#\n ?s ?p ?o }", "s } x", "urn:a", QueryError),
        ("SELECT ?s { #VALUES#\n ?s ?p ?o }", "s", "urn:a> } #", CurieError),
        ("SELECT ?s { #VALUES#\n ?s ?p ?o }", "s", "", CurieError),
    ],
)
def test_a_batch_takes_no_other_text(text: str, variable: str, value: str, kind: type[Exception]) -> None:
    with faulty(good(EMPTY)) as server, pytest.raises(kind):
        list(Endpoint(server.address).batched(text, variable, [URIRef(value)]))
    assert server.seen == []


# --- bad answers


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (good(b"line 1: no such thing", "text/plain", 400), EndpointRefusedError, "HTTP 400, line 1: no such thing;"),
        (good(b"broken", "text/plain", 500), EndpointUnavailableError, "HTTP 500, broken;"),
        (good(b"", "text/plain", 503), EndpointUnavailableError, "HTTP 503, Service Unavailable;"),
        (good(b"", status=204), EndpointAnswerError, "HTTP 204"),
        (
            html("Sign in"),
            EndpointAnswerError,
            'answered with text/html, not with application/sparql-results+json: "Sign in"; check the address',
        ),
        (good(TURTLE, "text/turtle"), EndpointAnswerError, "answered with text/turtle, not with application/sparql-"),
        (good(YES, ""), EndpointAnswerError, "answered with no content type, not with"),
        (cut_short, EndpointAnswerError, "incomplete"),
        *(
            (good(body, "application/json"), EndpointAnswerError, "incomplete or malformed")
            for body in (
                b'{"head": {"vars": [',
                b'{"results": 1}',
                b"[]",
                b'"yes"',
                b'{"boolean": "yes"}',
                EMPTY,
                b"[" * 100_000,
            )
        ),
        (good(b""), EndpointAnswerError, "the answer is empty; check the address"),
        (good(b"\xff\xfe\xfa"), EndpointAnswerError, "is not UTF-8 text"),
        (good(b'{"error": "quota"}', "application/json"), EndpointAnswerError, 'a message and no result: "quota"'),
        (
            good(b'{"head": {}, "boolean": "\x01"}'),
            EndpointAnswerError,
            "raw control character U+0001 (line 1, column 26)",
        ),
        (good(YES, status=206), EndpointAnswerError, "HTTP 206, "),
        (good(YES, status=304), EndpointAnswerError, "HTTP 304, "),
        (good(b"", status=302), EndpointRedirectError, "redirects without a target"),
        (good(b"<a/>", "application/sparql-results+xml"), EndpointAnswerError, "such as ?format=json"),
        (
            good(YES[:-1] + b"java.util.concurrent.TimeoutException"),
            EndpointAnswerError,
            "malformed (TimeoutException)",
        ),
    ],
)
def test_a_bad_answer_is_a_typed_error(answer: Behaviour, kind: type[EndpointError], words: str) -> None:
    with faulty(answer) as server, pytest.raises(EndpointError) as caught:
        Endpoint(server.address).query("ASK {}")
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        YES,
        srj({"type": "triple", "value": "x"}),
        srj({"type": "uri"}),
        b'{"head": {"vars": ["x"]}, "results": {"bindings": [[]]}}',
        b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": 1}}]}}',
    ],
)
def test_a_table_that_is_none_is_an_error(body: bytes) -> None:
    with (
        faulty(good(body)) as server,
        pytest.raises(EndpointAnswerError, match=r"incomplete or malformed|not UTF-8|web page"),
    ):
        Endpoint(server.address).select("SELECT ?x { ?x ?p ?o }")


@pytest.mark.parametrize("body", [TURTLE[:-4], NTRIPLES[:-4], b"\xff", b"<html>"])
def test_a_graph_that_is_none_is_an_error(body: bytes) -> None:
    with faulty(good(body, "text/turtle")) as server:
        for verb in (Endpoint(server.address).construct, Endpoint(server.address).ntriples):
            with pytest.raises(EndpointAnswerError, match=r"incomplete or malformed|not UTF-8|web page"):
                verb("CONSTRUCT WHERE { ?s ?p ?o }")


def test_a_dripping_endpoint_ends_at_the_deadline() -> None:
    started = time.monotonic()
    with faulty(drip) as server, pytest.raises(EndpointTimeoutError, match="the service itself allows 60 s"):
        Endpoint(server.address, profile="wikidata", timeout_s=0.5).ask("ASK {}")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("url", ["", "sparql", "ftp://e.org/", "http://", "http://me:secret@e.org/sparql"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(EndpointError) as caught:
        Endpoint(url).query("ASK {}")
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(Endpoint(url))


def test_a_part_of_an_answer_is_no_answer() -> None:
    row = {"type": "uri", "value": "urn:a"}
    text = "SELECT ?x { ?x ?p ?o }"
    with faulty(good(srj(row), headers={"X-SQL-State": "S1TAT"})) as server:
        with pytest.raises(EndpointAnswerError, match=r"is incomplete, because.*; ask for less"):
            Endpoint(server.address, profile="virtuoso").select(text)
    with faulty(good(srj(row, row), headers={"X-SPARQL-MaxRows": "2"})) as server:
        with pytest.raises(EndpointAnswerError, match="at most 2 rows"):
            Endpoint(server.address).select(text)
        assert len(Endpoint(server.address).select(text + " LIMIT 2")) == 2


def test_virtuoso_says_what_it_sorts() -> None:
    words = b"Virtuoso 22023 Error SR353: Sorted TOP clause specifies more then 20000 rows to sort.\n\nSPARQL query: x"
    with faulty(good(words, "text/plain", 500)) as server:
        with pytest.raises(EndpointUnavailableError, match="at most 10,000 rows for one OFFSET: use pages"):
            Endpoint(server.address, profile="virtuoso").ask("ASK {}")


# --- the cache


def test_an_answer_is_asked_for_once(tmp_path: Path) -> None:
    folder = tmp_path / "answers" / "here"
    with faulty(good(), good(EMPTY), good(TURTLE, "text/turtle")) as server:
        url = server.address
        endpoint = Endpoint(url + "?key=s3cret", cache=folder)
        for _ in range(3):
            assert endpoint.ask("ASK {}") is True
        assert len(server.seen) == 1
        assert endpoint.query("SELECT ?s {}") == endpoint.query("SELECT ?s {}")
        assert len(server.seen) == 2
        assert len(endpoint.construct("CONSTRUCT WHERE { ?s ?p ?o }")) == 2
        assert len(endpoint.ntriples("CONSTRUCT WHERE { ?s ?p ?o }").splitlines()) == 2
        assert len(server.seen) == 3
    files = list(folder.iterdir())
    assert len(files) == 3
    assert all(len(file.name) == 64 for file in files)
    assert all(b"s3cret" not in file.read_bytes() for file in files)
    replay = Endpoint(url + "?key=s3cret", cache=folder, offline=True)  # the server is gone
    assert replay.ask("ASK {}") is True
    with pytest.raises(EndpointUnreachableError, match="not in the cache"):
        replay.ask("ASK { ?s ?p ?o }")


def test_another_question_is_another_answer(tmp_path: Path) -> None:
    with faulty(good()) as server:
        Endpoint(server.address, cache=tmp_path).ask("ASK {}")
        Endpoint(server.address, cache=tmp_path, default_graphs=["urn:a"]).ask("ASK {}")
        Endpoint(server.address, cache=tmp_path, named_graphs=["urn:a"]).ask("ASK {}")
        Endpoint(server.address + "?x", cache=tmp_path).ask("ASK {}")
        assert len(server.seen) == 4


def test_an_old_or_damaged_answer_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(good()) as server:
        endpoint = Endpoint(server.address, cache=tmp_path, max_age_s=100)
        endpoint.ask("ASK {}")
        endpoint.ask("ASK {}")
        assert len(server.seen) == 1
        now = time.time()
        monkeypatch.setattr("time.time", lambda: now + 200)
        endpoint.ask("ASK {}")
        assert len(server.seen) == 2
        (file,) = tmp_path.iterdir()
        for damaged in (b"", b"{}\n", file.read_bytes()[:-1], b"x" + file.read_bytes()):
            file.write_bytes(damaged)
            asked = len(server.seen)
            assert endpoint.ask("ASK {}") is True
            assert len(server.seen) == asked + 1


def test_a_bad_answer_is_not_kept(tmp_path: Path) -> None:
    with faulty(good(b"{"), html("Sign in"), cut_short, good(b"", "text/plain", 400)) as server:
        for _ in range(4):
            with pytest.raises(EndpointError):
                Endpoint(server.address, cache=tmp_path / "here").ask("ASK {}")
    assert not (tmp_path / "here").exists()


def test_no_cache_unless_it_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with faulty(good()) as server:
        assert Endpoint(server.address, cache=tmp_path / "file").ask("ASK {}") is True
        assert Endpoint(server.address, cache=tmp_path / "file").ask("ASK {}") is True
        assert len(server.seen) == 2


# --- canned queries that ask others


def test_a_federated_query_runs_only_when_asked(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def answered(self: Endpoint, text: str) -> bool:
        asked.append((self.url, text))
        return True

    monkeypatch.setattr(Endpoint, "query", answered)
    with pytest.raises(QueryError, match=r"asks https://query.wikidata.org/sparql; run it with query_online"):
        kg.query("federated/wikidata-ids")
    assert asked == []
    assert kg.query_online("federated/wikidata-ids", item="wikidata:Q18936") is True
    ((url, text),) = asked
    assert url == "https://query.wikidata.org/sparql"
    assert "<http://www.wikidata.org/entity/Q18936> ?property" in text
    with pytest.raises(QueryError, match="names no endpoint; run it with query"):
        kg.query_online("drugs/standard-drug")


def test_federated_queries_are_sparql() -> None:
    found = [query for query in read_all(queries_folder()).values() if query.endpoint]
    assert [query.id for query in found] == [
        "federated/roles",
        "federated/superclasses",
        "federated/wikidata-classes",
        "federated/wikidata-ids",
        "federated/wikidata-interactions",
        "federated/wikidata-synonyms",
    ]
    for query in found:
        query.check()
