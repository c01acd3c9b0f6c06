"""Clients that people use get right answers: curl, SPARQLWrapper, rdflib, pandas, other stores, and our own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from servers import Server, oxigraph_server
from serving import Serving, server  # noqa: F401 # the fixture
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)

from sts_kg import KnowledgeGraph, connect
from sts_kg.errors import EndpointRefusedError, QueryError
from sts_kg.rdf import parse
from sts_kg.stores import Endpoint

pytestmark = pytest.mark.slow

DRUGS = "PREFIX sts: <https://w3id.org/sts-kg/> SELECT ?d { ?d a sts:Drug } ORDER BY ?d"
NAMES = ["doxorubicin", "ifosfamide", "pazopanib"]
BASE = "https://w3id.org/sts-kg/"


# --- curl


def curl(*options: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("no curl: apt-get install curl")
    return subprocess.run(["curl", "-sS", *options], capture_output=True, timeout=60, check=True).stdout.decode()


def test_curl(server: Serving) -> None:  # noqa: F811
    address = f"{server.address}/sparql"
    rows = "".join(f"{BASE}{name}\r\n" for name in NAMES)
    assert curl("-H", "Accept: text/csv", "--data-urlencode", f"query={DRUGS}", address) == f"d\r\n{rows}"
    assert curl("-G", "-d", "format=csv", "--data-urlencode", f"query={DRUGS}", address) == f"d\r\n{rows}"
    body = ("-H", "Content-Type: application/sparql-query", "-H", "Accept: text/csv", "--data-binary", DRUGS)
    assert curl(*body, address) == f"d\r\n{rows}"
    told = curl("-I", "-G", "--data-urlencode", f"query={DRUGS}", address)
    assert told.startswith("HTTP/1.1 200")
    assert curl(address).startswith("@prefix sd:")
    assert "line 1, column 8" in curl("--data-urlencode", "query=SELECT ?", address)


# --- SPARQLWrapper


def converted(wrapper: SPARQLWrapper) -> Any:
    """Return the answer as SPARQLWrapper reads it, the connection closed, which it leaves to others."""
    answer = wrapper.query()
    with closing(answer.response):
        return answer.convert()


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("encoding", [URLENCODED, POSTDIRECTLY])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_gets_tables(server: Serving, method: str, encoding: str, form: str) -> None:  # noqa: F811
    wrapper = SPARQLWrapper(f"{server.address}/sparql")
    wrapper.setQuery(DRUGS)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(encoding)
    wrapper.setReturnFormat(form)
    found = converted(wrapper)
    if form == JSON:
        assert [row["d"]["value"] for row in found["results"]["bindings"]] == [BASE + name for name in NAMES]
    elif form == XML:
        assert [each.firstChild.data for each in found.getElementsByTagName("uri")] == [BASE + name for name in NAMES]
    else:
        assert all(f"/{name}".encode() in found for name in NAMES)


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, XML, None])
def test_sparqlwrapper_gets_graphs(server: Serving, form: str | None) -> None:  # noqa: F811
    wrapper = SPARQLWrapper(f"{server.address}/sparql")
    wrapper.setQuery("PREFIX sts: <https://w3id.org/sts-kg/> CONSTRUCT { ?d a sts:D } WHERE { ?d a sts:Drug }")
    if form is not None:
        wrapper.setReturnFormat(form)
    answer = wrapper.query()  # whose own reading of RDF/XML is deprecated
    with closing(answer.response):
        media, body = answer.info()["content-type"].partition(";")[0], answer.response.read().decode()
    assert media == ("application/rdf+xml" if form in (RDFXML, XML, None) else "text/turtle")
    graph = parse(body, syntax="rdfxml" if media == "application/rdf+xml" else "turtle")
    assert {str(each) for each in graph.subjects()} == {BASE + name for name in NAMES}


def test_sparqlwrapper_gets_json_ld(server: Serving) -> None:  # noqa: F811
    wrapper = SPARQLWrapper(f"{server.address}/sparql")
    wrapper.setQuery("CONSTRUCT WHERE { ?d a <https://w3id.org/sts-kg/Drug> }")
    wrapper.setReturnFormat(JSONLD)
    answer = wrapper.query()
    with closing(answer.response):
        assert answer.info()["content-type"].partition(";")[0] == "application/ld+json"


# --- rdflib


def test_rdflib_store(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    graph = Graph(SPARQLStore(f"{server.address}/sparql"))
    rows: Any = graph.query(DRUGS)
    assert [str(drug) for (drug,) in rows] == [BASE + name for name in NAMES]
    assert (URIRef(BASE + "pazopanib"), None, None) in graph
    assert len(graph) == len(kg.graph)
    inferred = Graph(SPARQLStore(f"{server.address}/sparql"), identifier=URIRef(BASE + "inferred"))
    assert len(inferred) == len(kg.inferred)
    posted = Graph(SPARQLStore(f"{server.address}/sparql", method="POST"))
    assert len(list(posted.query(DRUGS))) == 3


# --- our own


def test_endpoint(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    endpoint = Endpoint(f"{server.address}/sparql")
    assert [str(each) for (each,) in endpoint.select(DRUGS)] == [BASE + name for name in NAMES]
    assert endpoint.ask("ASK { sts:pazopanib a sts:Drug }")
    assert set(endpoint.construct("CONSTRUCT WHERE { sts:pazopanib a ?c }")) <= set(kg.graph)
    with pytest.raises(EndpointRefusedError, match="line 1, column 19"):
        endpoint.select("SELECT ?s { ?s ?p }")
    with pytest.raises(QueryError):
        endpoint.query("INSERT DATA { <urn:a> <urn:b> <urn:c> }")


def test_connect(server: Serving, kg: KnowledgeGraph) -> None:  # noqa: F811
    """The named graphs are those that `push` writes, so an address is as good as a store."""
    there = connect(f"{server.address}/sparql")
    for name in ("drugs/drugs-and-brands", "conditions/unspecified-conditions", "links/external-ids"):
        mine, theirs = kg.query(name), there.query(name)
        assert mine == theirs
    assert there.guideline.labels[URIRef(BASE + "pazopanib")] == "pazopanib"
    case = Path(__file__).parents[2] / "ontology" / "examples" / "f.yaml"
    assert there.options(case).table() == kg.options(case).table()


# --- other stores


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An Oxigraph server with nothing in it."""
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as running:
        yield running


def test_another_store_asks_us(server: Serving, oxigraph: Server) -> None:  # noqa: F811
    asked = f"SELECT ?d {{ SERVICE <{server.address}/sparql> {{ ?d a sts:Drug }} }} ORDER BY ?d"
    found = Endpoint(oxigraph.query).select(asked)
    assert [str(each) for (each,) in found] == [BASE + name for name in NAMES]


@pytest.mark.parametrize(
    ("accept", "media"),
    [  # as RDF4J, Jena, Virtuoso, Blazegraph and Stardog send them, or nearly so
        (
            "application/sparql-results+xml;q=0.8, application/xml;q=0.8, application/x-binary-rdf-results-table, "
            "application/sparql-results+json;q=0.8",
            "application/sparql-results+json",
        ),
        (
            "application/sparql-results+json, application/json;q=0.9, application/sparql-results+xml;q=0.9",
            "application/sparql-results+json",
        ),
        (
            "application/sparql-results+xml, text/rdf+n3, application/rdf+xml;q=0.5, text/turtle;q=0.3",
            "application/sparql-results+xml",
        ),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/html"),
    ],
)
def test_odd_headers_of_other_stores(server: Serving, accept: str, media: str) -> None:  # noqa: F811
    answer = server.sparql(DRUGS, accept=accept)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media)


# --- pandas


def test_pandas_reads_the_address(server: Serving) -> None:  # noqa: F811
    pandas = pytest.importorskip("pandas")
    text = "SELECT ?d (STRLEN(?label) AS ?n) { ?d a sts:Drug ; rdfs:label ?label } ORDER BY ?d"
    frame = pandas.read_csv(f"{server.address}/sparql?format=csv&query={quote(text)}")
    assert list(frame["d"]) == [BASE + name for name in NAMES]
    assert list(frame["n"]) == [11, 10, 9]
    assert str(frame["n"].dtype) == "int64"
    told = server.sparql(text, accept="text/csv").text
    assert frame.equals(pandas.read_csv(StringIO(told)))
