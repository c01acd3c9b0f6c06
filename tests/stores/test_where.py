"""Where an endpoint holds the knowledge graph, and how `--endpoint` asks it."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from faulty import YES, faulty, good, silent
from rdflib import Literal
from servers import Server, oxigraph_server

from sts_kg import KnowledgeGraph, Table, connect
from sts_kg.cli import app
from sts_kg.errors import EndpointError, EndpointTimeoutError
from sts_kg.knowledge import asking
from sts_kg.rdf.graphs import serialize
from sts_kg.stores import backends
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.pushing import push

COUNT = "SELECT (COUNT(*) AS ?n) { ?drug a sts:Drug }"
NAMED = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
FOREIGN = b"<http://e/a> <http://e/p> <http://e/b> .\n"


def put(server: Server, triples: bytes, graph: str = "") -> None:
    url = f"{server.graph_store}?{f'graph={graph}' if graph else 'default'}"
    headers = {"Content-Type": "application/n-triples"}
    urllib.request.urlopen(urllib.request.Request(url, triples, headers, method="POST"), timeout=60).close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with oxigraph_server(tmp_path / "server") as running:
        yield running


def count(url: str, text: str, *, asserted: bool = False) -> int:
    answer = asking(url).sparql(text, asserted=asserted)
    assert isinstance(answer, Table)
    assert isinstance(answer.rows[0][0], Literal)
    return int(answer.rows[0][0])


def test_pushed_graphs_are_asked_as_connect_asks_them(server: Server, kg: KnowledgeGraph, tmp_path: Path) -> None:
    push(kg.named_graphs("asserted", "inferred"), server.query, scope="ontology")
    put(server, FOREIGN, "http://e/g")
    for name in ("drugs/standard-drug", "modalities/options-with-therapy"):
        kind = kg.canned[name].graph
        assert asking(server.query, kind).query(name) == kg.query(name) == connect(server.query).query(name)
    (path,) = (
        path for path in kg.write_queries(tmp_path, topic="modalities", endpoint_graphs=True) if "with-th" in str(path)
    )
    assert Endpoint(server.query).query(path.read_text(encoding="utf-8")) == kg.query("modalities/options-with-therapy")
    assert count(server.query, COUNT) == 3
    assert count(server.query, COUNT, asserted=True) < 3
    assert count(server.query, NAMED) == 14
    put(server, FOREIGN)
    assert count(server.query, COUNT) == 3
    runner = CliRunner()
    done = runner.invoke(app, ["query", "modalities/therapies", "--endpoint", server.query, "--format", "json"])
    answer = kg.query("modalities/therapies")
    assert isinstance(answer, Table)
    assert done.stdout.strip() == answer.to_json().strip()
    done = runner.invoke(app, ["query", "conditions/cases", "--endpoint", server.query, "--cases", "x.yaml"])
    assert (done.exit_code, "facts about a person are not sent" in done.stderr) == (2, True)


def test_an_export_is_found_in_the_default_graph_and_in_a_graph_of_any_name(server: Server, kg: KnowledgeGraph) -> None:
    closed = serialize(kg.asserted + kg.inferred, "ntriples")
    put(server, closed, "http://mine/sts")
    assert asking(server.query, "closed").query("modalities/therapies") == kg.query("modalities/therapies")
    assert (count(server.query, COUNT), count(server.query, NAMED)) == (3, 1)
    with pytest.raises(EndpointError, match="the graph http://mine/sts has all in one; ask it with sts-kg query"):
        connect(server.query)
    put(server, closed)
    put(server, FOREIGN)
    assert asking(server.query, "closed").query("modalities/therapies") == kg.query("modalities/therapies")
    assert count(server.query, "SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }") == 1


@pytest.mark.parametrize("modules", [False, True])
def test_an_export_with_named_graphs_is_found(
    server: Server, kg: KnowledgeGraph, tmp_path: Path, modules: bool
) -> None:
    with_case = kg.with_cases("example:f")
    with_case.export(tmp_path / "kg.nq", inferred=True, mappings=True, modules=modules)
    body, headers = (tmp_path / "kg.nq").read_bytes(), {"Content-Type": "application/n-quads"}
    urllib.request.urlopen(urllib.request.Request(server.graph_store, body, headers, method="POST"), timeout=60).close()
    for name in ("drugs/drugs-and-brands", "modalities/therapies", "conditions/options-of-case"):
        asked = asking(server.query, kg.canned[name].graph)
        values: dict[str, Any] = {"case": "f"} if name.endswith("case") else {}
        found, ours = asked.query(name, **values), with_case.query(name, **values)
        assert isinstance(found, Table) and isinstance(ours, Table)
        assert len(found) > 0 and found.rows == ours.rows
    assert count(server.query, COUNT) == 3


def test_a_store_of_others_is_asked_as_it_is_and_no_canned_query_pretends(server: Server) -> None:
    runner = CliRunner()
    for triples in (b"", FOREIGN):
        put(server, triples)
        with pytest.raises(EndpointError, match="holds nothing of the knowledge graph, neither in its default graph"):
            asking(server.query, "closed")
        done = runner.invoke(app, ["query", "drugs/standard-drug", "--endpoint", server.query])
        assert (done.exit_code, done.stdout) == (4, "")
        done = runner.invoke(app, ["sparql", COUNT, "--endpoint", server.query])
        assert done.exit_code == 0
        assert "the endpoint holds nothing of the knowledge graph; sts-kg push --endpoint fills it" in done.stderr
    done = runner.invoke(app, ["sparql", "SELECT ?s { ?s <http://e/p> ?o }", "--endpoint", server.query])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "http://e/a" in done.stdout


# --- an endpoint that does not say


def test_the_first_question_keeps_to_the_timeout() -> None:
    for words in (["sparql", "ASK {}"], ["query", "drugs/drugs-and-brands"]):
        began = time.monotonic()
        with faulty(silent) as endpoint:
            done = CliRunner().invoke(app, [*words, "--endpoint", endpoint.address, "--timeout", "0.3"])
        assert (done.exit_code, done.stdout) == (4, "")
        assert "no answer in time" in done.stderr
        assert time.monotonic() - began < 10


def test_the_first_question_is_short_and_a_text_is_asked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "_MOST_S", 0.3)
    with faulty(silent, good(YES)) as endpoint:
        assert asking(endpoint.address).sparql("ASK {}") is True
    with faulty(silent) as endpoint, pytest.raises(EndpointTimeoutError, match=r"no answer in time.*after 0.3 s"):
        asking(endpoint.address, "closed")
