"""Queries on a store: the answer by the form, errors with their place, and nothing that leaves the machine."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib.plugins.sparql
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD

from sts_kg import KnowledgeGraph, Table, closure_of, parse
from sts_kg.errors import ParseError, QueryError
from sts_kg.queries.oxigraph import Store, check_syntax, closed_store, graph_on, run, store_of
from sts_kg.rdf.graphs import write
from sts_kg.rdf.names import PREFIXES, STS

DATA = 'sts:a a sts:Drug ; rdfs:label "a"@en . sts:b a sts:Drug ; sts:n 1 .'


@pytest.fixture
def store() -> Store:
    return store_of(parse(DATA))


@pytest.mark.parametrize("pipes", ["/dev/fd", "/nowhere/fd"])
def test_a_closure_is_stored_with_pipes_and_without(pipes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no folder of open files."""
    monkeypatch.setattr("sts_kg.queries.oxigraph._PIPES", pipes)
    store = store_of(closure_of(parse("sts:A rdfs:subClassOf sts:B . sts:a a sts:A . _:b a sts:A .")))
    found = run(store, "SELECT ?x { ?x a sts:B } ORDER BY ?x")
    assert isinstance(found, Table)
    assert [type(x) for (x,) in found] == [BNode, URIRef]


@pytest.mark.parametrize("pipes", ["/dev/fd", "/nowhere/fd"])
def test_a_store_is_loaded_while_its_closure_is_made(
    pipes: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sts_kg.queries.oxigraph._PIPES", pipes)
    write(parse("sts:A rdfs:subClassOf sts:B . _:b a sts:A . sts:a a sts:A ."), tmp_path / "a.ttl")
    (tmp_path / "b.nt").write_text(f"_:b <{RDF.type}> <{STS.A}> .\n_:b <{STS.p}> _:c .\n")
    store, closed = closed_store([tmp_path / "a.ttl", tmp_path / "b.nt", parse("sts:p rdfs:domain sts:D .")])
    assert len(store) == len(closed) == 2 + 1 + 2 + 1 + 4
    lines = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    assert lines is not None
    assert sorted(lines.splitlines()) == sorted(b"".join(closed.ntriples()).splitlines())  # labels, too


def test_options_and_errors_of_a_closed_store_are_those_of_its_closure(tmp_path: Path) -> None:
    (tmp_path / "bad.nt").write_text(f"<{STS.a}> <{STS.p}> <{STS.b}> .\nno triple\n")
    with pytest.raises(ParseError, match=r"bad\.nt"):
        closed_store(tmp_path / "bad.nt")
    store, closed = closed_store(tmp_path / "bad.nt", lenient=True, axioms="all")
    assert closed.stats.skipped == 1
    assert len(store) == len(closed) == 102  # with those of built-in terms
    store, closed = closed_store(parse("sts:A owl:unionOf sts:list ."))
    assert len(store) == closed.n_warnings == 1


# --- forms


def test_select_gives_a_table(store: Store) -> None:
    found = run(store, "SELECT ?drug ?label { ?drug a sts:Drug OPTIONAL { ?drug rdfs:label ?label } } ORDER BY ?drug")
    assert found == Table(("drug", "label"), ((STS.a, Literal("a", lang="en")), (STS.b, None)))


def test_variables_come_in_the_order_of_the_text(store: Store) -> None:
    found = run(store, "SELECT ?z ?a { ?z sts:n ?a }")
    assert isinstance(found, Table)
    assert found.variables == ("z", "a")


@pytest.mark.parametrize(("text", "answer"), [("ASK { sts:a a sts:Drug }", True), ("ASK { sts:a sts:n 1 }", False)])
def test_ask_gives_a_bool(store: Store, text: str, answer: bool) -> None:
    assert run(store, text) is answer


def test_construct_gives_a_graph(store: Store) -> None:
    found = run(store, "CONSTRUCT { ?s sts:is _:x } { ?s sts:n 1 }")
    assert isinstance(found, Graph)
    [(subject, predicate, target)] = found
    assert (subject, predicate, type(target)) == (STS.b, STS["is"], BNode)


def test_describe_gives_a_graph(store: Store) -> None:
    found = run(store, "DESCRIBE sts:b")
    assert isinstance(found, Graph)
    assert set(found) == set(parse("sts:b a sts:Drug ; sts:n 1 ."))


def test_every_prefix_of_the_project_is_known(store: Store) -> None:
    for prefix, namespace in PREFIXES.items():
        assert run(store, f"ASK {{ FILTER(STR({prefix}:x) = '{namespace}x') }}") is True


def test_a_prefix_of_the_text_goes_before_ours(store: Store) -> None:
    assert run(store, "PREFIX sts: <urn:other:> ASK { FILTER(STR(sts:x) = 'urn:other:x') }") is True


# --- terms


@pytest.mark.parametrize(
    "literal",
    [
        Literal("2026-01-15", datatype=XSD.date),
        Literal("x1", datatype=URIRef("urn:integer")),
        Literal("true ", datatype=XSD.boolean, normalize=False),
        Literal("abc", datatype=URIRef("urn:type")),
        Literal(" two\nlines "),
        Literal("gr\u00fc\u00df", lang="de"),
    ],
)
def test_terms_come_back_as_they_went_in(literal: Literal) -> None:
    graph = Graph().add((STS.x, STS.p, literal))
    found = run(store_of(graph), "SELECT ?o { sts:x sts:p ?o }")
    assert isinstance(found, Table)
    [(term,)] = found
    assert isinstance(term, Literal)
    assert (str(term), term.datatype, term.language) == (str(literal), literal.datatype, literal.language)
    built = run(store_of(graph), "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    assert isinstance(built, Graph)
    assert [str(o) for o in built.objects()] == [str(literal)]


@pytest.mark.parametrize(
    ("lexical", "datatype", "shown"),
    [("01", XSD.integer, "1"), ("1.50", XSD.decimal, "1.5"), ("1", XSD.boolean, "true")],
)
def test_oxigraph_keeps_numbers_by_their_value(lexical: str, datatype: URIRef, shown: str) -> None:
    graph = Graph().add((STS.x, STS.p, Literal(lexical, datatype=datatype, normalize=False)))
    found = run(store_of(graph), "SELECT ?o { ?s ?p ?o }")
    assert isinstance(found, Table)
    assert [(str(o), o.datatype) for (o,) in found if isinstance(o, Literal)] == [(shown, datatype)]


def test_a_plain_text_has_no_datatype(store: Store) -> None:
    assert run(store, 'SELECT ?x { BIND("a" AS ?x) }') == Table(("x",), ((Literal("a"),),))


def test_blank_nodes_keep_their_names() -> None:
    graph = Graph().add((BNode("one"), STS.p, BNode("two")))
    assert run(store_of(graph), "SELECT ?s ?o { ?s ?p ?o }") == Table(("s", "o"), ((BNode("one"), BNode("two")),))


# --- errors


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("SELECT ?x { ?x }", 1, 16),
        ("SELECT ?x\n{ ?x a }", 2, 8),
        ("SELECT ?x { ?x nope:p 1 }", 1, 16),
        ("", 1, 1),
    ],
)
def test_a_syntax_error_has_its_place(store: Store, text: str, line: int, column: int) -> None:
    with pytest.raises(QueryError) as caught:
        run(store, text, name="topic/mine")
    assert (caught.value.name, caught.value.line, caught.value.column) == ("topic/mine", line, column)
    assert str(caught.value).startswith(f"query topic/mine, line {line}, column {column}: is not SPARQL 1.1 Query: ")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { sts:a sts:p 1 }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <file:///etc/passwd>",
        "CLEAR ALL",
        "SELECT * { ?s ?p ?o } ; DROP ALL",
    ],
)
def test_an_update_is_no_query(store: Store, text: str) -> None:
    with pytest.raises(QueryError, match=r"the graph is read-only, and [A-Z]+ would change it; ask with SELECT, ASK,"):
        run(store, text)
    assert len(store) == 4


def test_check_syntax_asks_nothing() -> None:
    check_syntax("SELECT * { ?s ?p ?o }")
    with pytest.raises(QueryError, match="line 1, column 15"):
        check_syntax("SELECT * WHERE")


# --- nothing leaves the machine


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """An endpoint on this machine, and the paths that were asked for: Oxigraph opens no sockets of Python's."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is http.server's
            asked.append(self.path)
            self.send_error(500)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <U> { ?s ?p ?o } }",
        "SELECT * { service <U> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <U> { ?s ?p ?o } }",
        "SELECT * {SERVICE<U>{ ?s ?p ?o }}",
        "SELECT * { VALUES ?u { <U> } SERVICE ?u { ?s ?p ?o } }",
        "ASK { { SELECT * { SERVICE <U> { ?s ?p ?o } } } }",
        "SELECT * { # a comment\nSERVICE <U> { ?s ?p ?o } }",
        "SELECT * { # a comment\rSERVICE <U> { ?s ?p ?o } }",
        'SELECT * { BIND("\\"" AS ?q) SERVICE <U> { ?s ?p ?o } }',
        "SELECT * { BIND('''it's''' AS ?q) SERVICE <U> { ?s ?p ?o } }",
        "SELECT * { OPTIONAL { ?s sts:a\\#b ?o } SERVICE <U> { ?s ?p ?o } }",
        "SELECT * { BIND(1 AS ?a) FILTER(?a<?b)SERVICE#>\n<U>{ ?s ?p ?o } }",
        "SELECT * { SERVICESILENT<U>{ ?s ?p ?o } }",
        "PREFIX : <U> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "PREFIX ex: <U> SELECT * { SERVICEex:x { ?s ?p ?o } }",
        "PREFIX ex: <U> SELECT * { sErViCe ex:x { ?s ?p ?o } }",
    ],
)
def test_another_endpoint_is_never_asked(store: Store, listener: tuple[str, list[str]], text: str) -> None:
    """Oxigraph knows the keyword even where no token of the specification begins."""
    url, asked = listener
    with pytest.raises(QueryError):
        run(store, text.replace("<U>", f"<{url}>"))
    assert asked == []


def test_the_listener_would_hear_it(store: Store, listener: tuple[str, list[str]]) -> None:
    url, asked = listener
    with pytest.raises(OSError, match="500"):
        store.query(f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}")
    assert asked == ["/"]
    asked.clear()


def test_service_is_named_with_its_line(store: Store) -> None:
    with pytest.raises(QueryError) as caught:
        run(store, "SELECT *\n{\n  SERVICE <urn:x> { ?s ?p ?o } }", name="x/y")
    assert str(caught.value) == "query x/y, line 3, column 3: SERVICE is not allowed: queries stay on this machine"


@pytest.mark.parametrize(
    "text",
    [
        "ASK { sts:a a sts:Drug } # SERVICE <x> { }",
        'ASK { FILTER("SERVICE <x> { }" != "") }',
        "ASK { FILTER('''it's SERVICE\n''' != '') }",
        "ASK { FILTER(STR(<urn:SERVICE>) = 'urn:SERVICE') }",
        "ASK { ?SERVICE a sts:Drug . $service a sts:Drug }",
        "PREFIX service: <urn:x:> ASK { FILTER(STR(service:service) = 'urn:x:service') }",
        "ASK { FILTER NOT EXISTS { ?s sts:SERVICE ?services } }",
        "PREFIX SERVICE: <urn:x:> ASK { FILTER NOT EXISTS { GRAPH SERVICE:x { ?s ?p ?o } } }",
    ],
)
def test_the_word_service_is_allowed_where_it_is_no_keyword(store: Store, text: str) -> None:
    assert run(store, text) is True


@pytest.mark.parametrize(
    "chosen",
    ["FROM <urn:g> FROM <urn:g>", "FROM NAMED <urn:g> FROM NAMED e:g", "FROM <urn:g> FROM e:g FROM NAMED <urn:g>"],
)
def test_a_graph_that_is_named_twice_counts_once(chosen: str) -> None:
    named = store_of(named={URIRef("urn:g"): b"<urn:a> <urn:b> <urn:c> .\n"})
    pattern = "?s ?p ?o" if chosen.startswith("FROM <") else "GRAPH ?g { ?s ?p ?o }"
    text = f"PREFIX e: <urn:> SELECT (COUNT(*) AS ?n) {chosen} {{ {pattern} }}"
    assert run(named, text) == Table(("n",), ((Literal(1),),))


FROM_FILE = "SELECT ?s ?p ?o FROM <FILE> { ?s ?p ?o }"


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # rdflib, of itself
def test_from_reads_no_file(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "secret.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    for iri in (file.as_uri(), "file:///etc/passwd"):
        text = FROM_FILE.replace("FILE", iri)
        assert run(store, text) == Table(("s", "p", "o"), ())
        assert list(Dataset().query(text)) == []
        assert {row[0] for row in graph_on(store).query(text)} == {STS.a, STS.b}  # type: ignore[index] # the graph's own


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # rdflib, of itself
def test_rdflib_would_read_the_file_if_it_were_let(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib#810: importing us gives the safe setting, without which the test above would fail."""
    assert rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS is False
    monkeypatch.setattr(rdflib.plugins.sparql, "SPARQL_LOAD_GRAPHS", True)
    file = tmp_path / "secret.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    assert len(list(Dataset().query(FROM_FILE.replace("FILE", file.as_uri())))) == 1


# --- stores as graphs


def test_graph_on_is_the_default_graph_of_the_store(store: Store) -> None:
    graph = graph_on(store)
    assert isinstance(graph, Graph)
    assert len(graph) == 4
    assert set(graph) == set(parse(DATA))
    assert (STS.a, None, None) in graph
    assert graph.value(STS.b, STS.n) == Literal(1)
    assert dict(graph.namespaces())["sts"] == URIRef(PREFIXES["sts"])


def test_graph_on_sees_no_named_graph() -> None:
    store = store_of(parse("sts:a sts:p 1 ."), named={STS.g: parse("sts:b sts:p 2 .")})
    assert list(graph_on(store)) == [(STS.a, STS.p, Literal(1))]


def test_the_query_of_graph_on_agrees_with_run_and_with_rdflib(kg: KnowledgeGraph) -> None:
    text = "SELECT ?o ?label { ?o a sts:TreatmentOption ; rdfs:label ?label } ORDER BY ?o"
    answer = run(store_of(kg.asserted), text)
    assert isinstance(answer, Table)
    assert len(answer) == 14
    on_store = graph_on(store_of(kg.asserted)).query(text)
    in_memory = kg.asserted.query(text, initNs={"sts": STS})
    for found in (on_store, in_memory):
        assert tuple(tuple(row) for row in found) == answer.rows  # type: ignore[arg-type] # rows of a SELECT


def test_named_graphs_are_apart(store: Store) -> None:
    named = {STS.g: parse("sts:x sts:p 2 ."), STS.h: parse("sts:x sts:p 3 .")}
    store = store_of(parse("sts:x sts:p 1 ."), named=named)
    assert run(store, "SELECT ?o { sts:x sts:p ?o }") == Table(("o",), ((Literal(1),),))
    found = run(store, "SELECT ?g ?o { GRAPH ?g { sts:x sts:p ?o } } ORDER BY ?g")
    assert found == Table(("g", "o"), ((STS.g, Literal(2)), (STS.h, Literal(3))))


def test_the_graph_given_is_not_changed() -> None:
    graph = parse(DATA)
    before = set(graph)
    run(store_of(graph), "CONSTRUCT { ?s sts:new ?o } { ?s ?p ?o }")
    graph_on(store_of(graph)).add((STS.new, STS.p, STS.o))
    assert set(graph) == before
