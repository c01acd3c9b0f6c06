"""The Graph Store Protocol as far as it reads, and what the service says of itself: description, VoID, examples."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from rdflib import DCTERMS, RDF, RDFS, SDO, SH, VOID, Graph, Literal, Namespace, URIRef
from serving import Serving, server  # noqa: F401 # the fixture

from sts_kg import KnowledgeGraph
from sts_kg.rdf import PREFIXES, parse

pytestmark = pytest.mark.slow

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
EXT = Namespace("http://ldf.fi/void-ext#")
BASE = "https://w3id.org/sts-kg/"
CONDITIONS = f"/graphs?graph={quote(BASE + 'ontology/conditions', safe='')}"
NEW = "/graphs?graph=http%3A%2F%2Fexample.org%2Fperson%2F1.ttl"


def graph_at(server: Serving, path: str, accept: str = "text/turtle") -> Graph:  # noqa: F811
    answer = server.ask(path, accept=accept)
    assert answer.status == 200, answer.text
    syntax = {"application/rdf+xml": "rdfxml", "application/ld+json": "jsonld", "application/n-triples": "ntriples"}
    return parse(answer.text, syntax=syntax.get(answer.headers["content-type"].partition(";")[0], "turtle"))


# --- a graph by its name


def test_every_graph_that_push_writes_is_there(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    wanted = {
        str(name): len(graph) for name, graph in kg.named_graphs("asserted", "inferred", "mappings", "links").items()
    }
    listed = json.loads(server.ask("/graphs", accept="application/json").body)
    assert {each["graph"]: each["triples"] for each in listed["named"]} == wanted
    assert listed["default"]["triples"] == len(kg.graph)


def test_a_named_graph_is_whole(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    found = graph_at(server, CONDITIONS)
    assert len(found) == len(kg.named_graphs("asserted")[URIRef(BASE + "ontology/conditions")])


def test_the_default_graph_is_the_closed_one(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    for path in ("/graphs?default", "/graphs?default="):
        assert len(graph_at(server, path, "application/n-triples")) == len(kg.graph)


def test_blank_nodes_are_the_same_in_all_graphs(server: Serving) -> None:  # noqa: F811
    count = "SELECT (COUNT(DISTINCT ?b) AS ?n) {} {{ ?b ?p ?o FILTER(isBlank(?b)) }}"
    one = server.sparql(count.format(""), accept="text/csv").text
    both = "SELECT (COUNT(DISTINCT ?b) AS ?n) { { ?b ?p ?o } UNION { GRAPH ?g { ?b ?q ?v } } FILTER(isBlank(?b)) }"
    assert server.sparql(both, accept="text/csv").text == one


def test_a_triple_of_several_graphs_counts_once(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    names = [f"{BASE}ontology/vocabulary", f"{BASE}mappings/drugs", f"{BASE}mappings/anatomy"]
    graphs = kg.named_graphs("asserted", "mappings")
    wanted = f"n\r\n{len(set().union(*(set(graphs[URIRef(name)]) for name in names)))}\r\n"
    assert sum(len(graphs[URIRef(name)]) for name in names) > int(wanted.split()[1])
    chosen = " ".join(f"FROM <{name}>" for name in names)
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
    assert server.sparql(count.format(chosen), accept="text/csv").text == wanted
    by_prefix = "FROM voc:vocabulary FROM map:drugs FROM map:anatomy"
    declared = f"PREFIX voc: <{BASE}ontology/> PREFIX map: <{BASE}mappings/> "
    assert server.sparql(declared + count.format(by_prefix), accept="text/csv").text == wanted
    parameters = "&".join(f"default-graph-uri={quote(name, safe='')}" for name in names)
    answer = server.ask(f"/sparql?query={quote(count.format(''))}&{parameters}", accept="text/csv")
    assert answer.text == wanted
    relative = server.sparql(f"BASE <{BASE}ontology/> " + count.format(f"{chosen} FROM <sts>"), accept="text/csv")
    assert relative.status == 200
    beside = f"{chosen} FROM NAMED <{BASE}inferred>"
    named = f"SELECT (COUNT(*) AS ?n) {beside} {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert server.sparql(named, accept="text/csv").text == f"n\r\n{len(kg.inferred)}\r\n"
    assert server.sparql(f"ASK {chosen} {{ GRAPH ?g {{ ?s ?p ?o }} }}").body.endswith(b"false}")


@pytest.mark.parametrize(
    ("chosen", "pattern", "parameter"),
    [
        ("FROM <{0}> FROM <{0}>", "?s ?p ?o", ""),
        ("FROM NAMED <{0}> FROM NAMED <{0}>", "GRAPH ?g { ?s ?p ?o }", ""),
        ("", "?s ?p ?o", "default-graph-uri"),
        ("", "GRAPH ?g { ?s ?p ?o }", "named-graph-uri"),
    ],
)
def test_a_graph_that_is_named_twice_counts_once(
    server: Serving,  # noqa: F811
    chosen: str,
    pattern: str,
    parameter: str,
) -> None:
    drugs = BASE + "mappings/drugs"
    text = f"SELECT (COUNT(*) AS ?n) {chosen.format(drugs)} {{ {pattern} }}"
    twice = f"&{parameter}={quote(drugs, safe='')}" * 2 if parameter else ""
    assert server.ask(f"/sparql?query={quote(text)}{twice}", accept="text/csv").text == "n\r\n834\r\n"


@pytest.mark.parametrize(
    "media", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/trig"]
)
def test_a_graph_comes_as_it_is_accepted(server: Serving, media: str) -> None:  # noqa: F811
    answer = server.ask(CONDITIONS, accept=media)
    assert answer.headers["content-type"].partition(";")[0] == media


def test_head_is_get_without_a_body(server: Serving) -> None:  # noqa: F811
    head, get = server.ask(CONDITIONS, method="HEAD"), server.ask(CONDITIONS)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["etag"] == get.headers["etag"]


def test_data_say_by_which_licence_they_may_be_used(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    wanted = f'<{kg.guideline.header(DCTERMS.license)}>; rel="license"'
    assert server.sparql("ASK {}").headers["link"] == wanted
    for path in (CONDITIONS, "/queries/drugs/options-with-drug.csv", "/term/pazopanib", "/term/pazopanib.ttl"):
        assert server.ask(path).headers["link"] == wanted


def test_what_somebody_sent_has_no_licence_of_ours(server: Serving) -> None:  # noqa: F811
    answer = server.ask("/case/file", method="POST", body="", content_type="application/x-www-form-urlencoded")
    assert (answer.status, "link" in answer.headers) == (200, False)


def test_head_of_a_graph_that_is_not_there(server: Serving) -> None:  # noqa: F811
    assert server.ask(NEW, method="HEAD").status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (NEW, 404),
        ("/graphs?graph=person/1.ttl", 400),
        ("/graphs?graph=", 400),
        (f"/graphs?graph={quote('urn:x> { ?s ?p ?o } } #', safe='')}", 400),
        ("/graphs?default&graph=urn%3Ax", 400),
        ("/graphs?graph=urn%3Ax&graph=urn%3Ay", 400),
        ("/graphs?name=urn%3Ax", 400),
    ],
)
def test_what_names_no_graph(server: Serving, path: str, status: int) -> None:  # noqa: F811
    assert server.ask(path).status == status


def test_rdf_of_no_graph(server: Serving) -> None:  # noqa: F811
    answer = server.ask("/graphs", accept="text/turtle")
    assert (answer.status, answer.text) == (
        400,
        "name one graph: either ?default or ?graph=IRI; /graphs lists them as application/json and text/html\n",
    )


def test_a_picture_of_a_graph_is_not_acceptable(server: Serving) -> None:  # noqa: F811
    assert server.ask(CONDITIONS, accept="image/png").status == 406


#: What the published list writes: put, post and delete, of one graph, of the default one, and of a new one.
WRITES = [
    ("PUT", NEW, "text/turtle", b"<urn:s> <urn:p> 1 ."),
    ("PUT", CONDITIONS, "text/turtle", b"<urn:s> <urn:p> 1 ."),
    ("PUT", "/graphs?default", "text/turtle", b""),
    ("PUT", NEW, "application/rdf+xml", b"<urn:s> <urn:p> 1 ."),
    ("PUT", NEW, "text/turtle", b"<urn:s> <urn:p>"),
    ("POST", NEW, "text/turtle", b"<urn:s> <urn:p> 1 ."),
    ("POST", NEW, "multipart/form-data; boundary=x", b"--x--"),
    ("POST", "/graphs", "text/turtle", b"<urn:s> <urn:p> 1 ."),
    ("POST", CONDITIONS, "text/turtle", b""),
    ("DELETE", CONDITIONS, "", b""),
    ("DELETE", NEW, "", b""),
    ("DELETE", "/graphs?default", "", b""),
    ("PATCH", CONDITIONS, "application/sparql-update", b"CLEAR ALL"),
]


@pytest.mark.parametrize(("method", "path", "media", "body"), WRITES)
def test_nothing_can_be_written(server: Serving, method: str, path: str, media: str, body: bytes) -> None:  # noqa: F811
    answer = server.ask(path, method=method, body=body, content_type=media)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_what_was_refused_has_changed_nothing(server: Serving) -> None:  # noqa: F811
    assert server.ask(NEW).status == 404
    assert server.ask(CONDITIONS).status == 200


def test_a_browser_gets_a_list_of_graphs(server: Serving) -> None:  # noqa: F811
    answer = server.ask("/graphs", accept="text/html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert CONDITIONS in answer.text


# --- the description of the service


@pytest.mark.parametrize("accept", ["text/turtle, */*", "*/*", "application/rdf+xml", "application/ld+json"])
def test_the_endpoint_describes_itself(server: Serving, kg: KnowledgeGraph, accept: str) -> None:  # noqa: F811
    found = graph_at(server, "/sparql", accept)
    (us,) = found.subjects(RDF.type, SD.Service)
    assert found.value(us, SD.endpoint) == URIRef(f"{server.address}/sparql")
    assert found.value(us, SD.supportedLanguage) == SD.SPARQL11Query
    assert len(set(found.objects(us, SD.resultFormat))) == 9
    assert not list(found.objects(us, SD.feature))
    dataset = found.value(us, SD.defaultDataset)
    assert found.value(found.value(dataset, SD.defaultGraph), VOID.triples) == Literal(len(kg.graph))
    named = {str(found.value(each, SD.name)): each for each in found.objects(dataset, SD.namedGraph)}
    assert found.value(found.value(named[f"{BASE}inferred"], SD.graph), VOID.triples) == Literal(len(kg.inferred))
    assert len(named) == 20


def test_a_browser_gets_the_page(server: Serving) -> None:  # noqa: F811
    assert "<textarea" in server.ask("/sparql", accept="text/html,*/*;q=0.8").text


@pytest.mark.parametrize("path", ["/sparql", "/sparql?default-graph-uri=urn%3Ax"])
def test_no_query_is_no_query(server: Serving, path: str) -> None:  # noqa: F811
    assert server.ask(path, accept="application/sparql-results+json").status == 400


# --- VoID and examples


def test_void_has_partitions_and_prefixes(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    found = graph_at(server, "/.well-known/void")
    (whole,) = found.subjects(RDF.type, VOID.Dataset)
    assert found.value(whole, VOID.sparqlEndpoint) == URIRef(f"{server.address}/sparql")
    assert found.value(whole, VOID.triples) == Literal(len(kg.graph))
    assert "soft tissue sarcoma" in str(found.value(whole, DCTERMS.description))
    of_class = {found.value(each, VOID["class"]): each for each in found.objects(whole, VOID.classPartition)}
    drugs = of_class[URIRef(BASE + "Drug")]
    assert found.value(drugs, VOID.entities) == Literal(3)
    of_property = {found.value(each, VOID.property): each for each in found.objects(drugs, VOID.propertyPartition)}
    brands = of_property[URIRef(BASE + "brandName")]
    types = {found.value(each, EXT.datatype) for each in found.objects(brands, EXT.datatypePartition)}
    assert {str(each).rpartition("#")[2] for each in types} == {"string"}
    declared = {
        str(found.value(each, SH.prefix)): str(found.value(each, SH.namespace))
        for each in found.objects(whole, SH.declare)
    }
    assert declared == PREFIXES


def test_what_editors_of_sib_ask_of_void_is_there(server: Serving) -> None:  # noqa: F811
    found = graph_at(server, "/.well-known/void")
    rows = found.query(
        """PREFIX void: <http://rdfs.org/ns/void#> PREFIX ext: <http://ldf.fi/void-ext#>
        SELECT DISTINCT ?of ?property ?to ?datatype {
          ?part void:class ?of ; void:propertyPartition ?by . ?by void:property ?property
          OPTIONAL { ?by void:classPartition/void:class ?to }
          OPTIONAL { ?by ext:datatypePartition/ext:datatype ?datatype }
        }"""
    )
    assert (URIRef(BASE + "TreatmentOption"), URIRef(BASE + "hasComponent"), URIRef(BASE + "Drug"), None) in set(rows)


def test_examples_are_queries_that_the_endpoint_answers(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    found = graph_at(server, "/.well-known/sparql-examples")
    named = set(found.subjects(RDF.type, SH.SPARQLExecutable))
    wanted = [each for each in kg.canned.values() if not each.needs and not each.endpoint and each.graph != "cases"]
    assert len(named) == len(wanted) > 60
    for each in sorted(named, key=str):
        (text,) = (text for form in ("select", "ask", "construct") for text in found.objects(each, SH[form]))
        comment = found.value(each, RDFS.comment)
        assert isinstance(comment, Literal) and comment.language == "en"
        assert found.value(each, SDO.target) == URIRef(f"{server.address}/sparql")
        answer = server.sparql(str(text), accept="*/*")
        assert answer.status == 200, (each, answer.text)
        assert not str(text).startswith("#+")
