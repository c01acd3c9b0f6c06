"""Stores in a folder and elsewhere: served as they are, shared by workers, and never written to; SERVICE by a list."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from servers import Server, free_port, oxigraph_server, virtuoso_server
from serving import Serving, serving

from sts_kg import KnowledgeGraph

pytestmark = pytest.mark.slow

GRAPH = "http://example.org/g"
CSV = "text/csv"


def count(server: Serving, pattern: str = "?s ?p ?o", **parameters: str) -> int:
    answer = server.sparql(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", accept=CSV, **parameters)
    assert answer.status == 200, answer.text
    return int(answer.text.split()[1])


def large(folder: Path, triples: int) -> Path:
    """Return a folder with so many triples in the default graph."""
    store = pyoxigraph.Store(folder)
    lines = "".join(f"<urn:s{at}> <urn:p{at % 7}> {at} .\n" for at in range(triples))
    store.bulk_load(lines.encode(), pyoxigraph.RdfFormat.TURTLE)
    store.flush()
    return folder


# --- a folder


@pytest.fixture(scope="module")
def pushed(kg: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `push` filled with all kinds of graphs, and a graph of others beside them."""
    folder = tmp_path_factory.mktemp("pushed") / "db"
    kg.push(folder, kinds=("asserted", "inferred", "mappings"))
    store = pyoxigraph.Store(folder)
    store.load(b"<urn:s> <urn:p> <urn:o> .", pyoxigraph.RdfFormat.TURTLE, to_graph=pyoxigraph.NamedNode(GRAPH))
    store.flush()
    return folder


@pytest.fixture(scope="module")
def of_pushed(pushed: Path) -> Iterator[Serving]:
    """That folder, served."""
    with serving("--store", str(pushed), "--workers", "2") as running:
        yield running


def test_the_default_graph_of_a_pushed_folder_is_the_union_of_ours(of_pushed: Serving, kg: KnowledgeGraph) -> None:
    assert count(of_pushed) == len(kg.graph)
    listed = json.loads(of_pushed.ask("/graphs", accept="application/json").body)
    assert listed["default"]["triples"] == len(kg.graph)
    assert {"graph": GRAPH, "triples": 1} in listed["named"]
    whole = of_pushed.ask("/graphs?default", accept="application/n-triples")
    assert whole.body.count(b"\n") == len(kg.graph)


def test_a_dataset_that_is_named_stands_above_the_union(of_pushed: Serving) -> None:
    assert count(of_pushed, **{"default-graph-uri": GRAPH}) == 1
    assert count(of_pushed, f"GRAPH <{GRAPH}> {{ ?s ?p ?o }}") == 1
    one = of_pushed.sparql(f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}> {{ ?s ?p ?o }}", accept=CSV)
    none = of_pushed.sparql(f"SELECT (COUNT(*) AS ?n) FROM NAMED <{GRAPH}> {{ ?s ?p ?o }}", accept=CSV)
    assert (one.text, none.text) == ("n\r\n1\r\n", "n\r\n0\r\n")


def test_pages_are_about_the_pushed_graph(of_pushed: Serving) -> None:
    assert "holds none" not in of_pushed.ask("/", accept="text/html").text
    assert len(of_pushed.ask("/.well-known/sparql-examples").body) > 50_000


PLACES = ("/sparql?query=ASK%7B%7D", "/graphs?graph=https%3A%2F%2Fw3id.org%2Fsts-kg%2Fcases", "/openapi.json", "/")


def test_cases_of_a_folder_are_in_no_cache_and_for_no_other_site(kg: KnowledgeGraph, tmp_path: Path) -> None:
    """The cases of patients that were pushed meet the service that keeps answers, and gives them to other sites."""
    folder = tmp_path / "db"
    kg.with_cases({"case": "secret", "findings": {"stage4-sts": "yes"}}).push(folder)
    with serving("--store", str(folder)) as server:
        for place in PLACES:
            answer = server.ask(place, origin="http://elsewhere.example")
            assert answer.status == 200
            assert answer.headers["cache-control"] == "no-store"
            assert {"etag", "access-control-allow-origin"} & answer.headers.keys() == set()
        assert b"case:secret" in server.ask(PLACES[1]).body  # it is there for who may ask
        asked = server.ask("/sparql", method="OPTIONS", origin="http://elsewhere.example")
        assert "access-control-allow-methods" not in asked.headers


def test_without_cases_answers_are_kept_and_open(of_pushed: Serving) -> None:
    for place in (PLACES[0], PLACES[2]):
        answer = of_pushed.ask(place, origin="http://elsewhere.example")
        assert answer.headers["access-control-allow-origin"] == "*" and "etag" in answer.headers


def test_the_etag_lasts_as_long_as_the_folder(pushed: Path, of_pushed: Serving) -> None:
    accept, host = "application/sparql-results+json", of_pushed.address.removeprefix("http://")
    first = of_pushed.ask("/sparql?query=ASK%20%7B%7D", accept=accept).headers["etag"]
    with serving("--store", str(pushed)) as again:
        assert again.ask("/sparql?query=ASK%20%7B%7D", accept=accept, host=host).headers["etag"] == first
    names = [pyoxigraph.NamedNode(each) for each in ("urn:s", "urn:p", "urn:another", GRAPH)]
    store = pyoxigraph.Store(pushed)
    store.add(pyoxigraph.Quad(*names))
    store.flush()
    store.remove(pyoxigraph.Quad(*names))
    store.flush()
    del store
    with serving("--store", str(pushed)) as again:
        assert again.ask("/sparql?query=ASK%20%7B%7D", accept=accept, host=host).headers["etag"] != first


@pytest.mark.load
def test_workers_share_a_folder_also_when_one_is_killed(tmp_path: Path) -> None:
    """RocksDB opened once, read-only, and forked: right answers under load while workers die."""
    with serving("--store", str(large(tmp_path / "db", 50_000)), "--workers", "2", "--timeout", "20") as server:
        wrong: list[str] = []
        found: Counter[int] = Counter()
        until = time.monotonic() + 4

        def ask(start: int) -> None:
            at = start
            while time.monotonic() < until:
                at += 1
                number = at * 37 % 50_000
                answer = server.sparql(f"SELECT ?o {{ <urn:s{number}> ?p ?o }} #{at}", accept=CSV)
                found[answer.status] += 1
                if answer.status == 200 and answer.text != f"o\r\n{number}\r\n":
                    wrong.append(answer.text)

        threads = [threading.Thread(target=ask, args=(at * 100_000,)) for at in range(4)]
        for each in threads:
            each.start()
        killed = 0
        while time.monotonic() < until - 0.5:
            time.sleep(0.3)
            _, *workers = server.children  # the first is the one that forks them
            if workers:
                os.kill(workers[killed % len(workers)], signal.SIGKILL)
                killed += 1
        for each in threads:
            each.join()
        assert not wrong
        assert killed > 3
        assert set(found) <= {200, 503}
        assert found[200] > 10 * found[503] > 0
        assert count(server) == 50_000


def test_a_folder_without_a_store_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sts_kg", "serve", "--port", "0", "--store", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4
    assert "contains no store" in done.stderr


# --- another store


@pytest.fixture(scope="module")
def oxigraph(kg: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An Oxigraph server with the knowledge graph as it is pushed, and a graph of others."""
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as server:
        kg.push(server.query, kinds=("asserted", "inferred"), update=server.update, graph_store=server.graph_store)
        yield server


@pytest.fixture(scope="module")
def two(oxigraph: Server) -> Iterator[tuple[Serving, Serving]]:
    """Two instances over one store."""
    with (
        serving("--endpoint", oxigraph.query, "--timeout", "5") as one,
        serving("--endpoint", oxigraph.query, "--timeout", "5") as other,
    ):
        yield one, other


def test_two_instances_over_one_store_answer_alike(two: tuple[Serving, Serving], kg: KnowledgeGraph) -> None:
    one, other = two
    assert count(one) == count(other) == len(kg.graph)
    text = "SELECT ?d { ?d a sts:Drug } ORDER BY ?d"
    for media in (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        CSV,
        "text/tab-separated-values",
    ):
        first, second = one.sparql(text, accept=media), other.sparql(text, accept=media)
        assert first.status == 200
        assert first.headers["content-type"].partition(";")[0] == media
        assert first.body == second.body
        assert first.body.count(b"/sts-kg/") == 3


def test_nothing_of_another_store_is_kept(two: tuple[Serving, Serving]) -> None:
    answer = two[0].sparql("ASK {}")
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "media", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_graphs_of_another_store_are_written_as_they_are_accepted(two: tuple[Serving, Serving], media: str) -> None:
    answer = two[0].sparql("CONSTRUCT { ?d a <x> } WHERE { ?d a sts:Drug }", accept=media)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media)
    known = pyoxigraph.RdfFormat.from_media_type(media)
    assert known is not None
    found = {each.object.value for each in pyoxigraph.parse(answer.body, known)}
    assert found == {f"{two[0].address}/x"}


def test_the_dataset_is_sent(two: tuple[Serving, Serving], kg: KnowledgeGraph) -> None:
    base = "https://w3id.org/sts-kg/"
    assert count(two[0], **{"default-graph-uri": f"{base}inferred"}) == len(kg.inferred)
    assert count(two[0], f"GRAPH <{base}inferred> {{ ?s ?p ?o }}") == len(kg.inferred)
    assert count(two[0], "GRAPH ?g { ?s ?p ?o }", **{"named-graph-uri": f"{base}inferred"}) == len(kg.inferred)
    whole = two[0].ask(f"/graphs?graph={base}inferred", accept="application/n-triples")
    assert whole.body.count(b"\n") == len(kg.inferred)
    assert two[0].ask("/graphs?graph=urn%3Anope").status == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "read-only"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE is not allowed"),
        ("SELECT * { SERVICESILENT<http://127.0.0.1:1/>{ ?s ?p ?o } }", ""),
        ("SELECT ?s { ?s ?p }", "line 1, column 19"),
        (f"SELECT * {{ {'{' * 200}{'}' * 200} }}", "levels deep"),
    ],
)
def test_queries_are_checked_before_they_are_sent(two: tuple[Serving, Serving], text: str, said: str) -> None:
    answer = two[0].sparql(text)
    assert answer.status == 400
    assert said in answer.text


def test_a_page_shows_rows_of_another_store(two: tuple[Serving, Serving]) -> None:
    answer = two[0].sparql("SELECT ?d { ?d a sts:Drug }", accept="text/html")
    assert answer.status == 200
    assert "pazopanib" in answer.text


@pytest.mark.load
def test_a_store_that_does_not_answer_in_time(two: tuple[Serving, Serving]) -> None:
    rows = " ".join(f"VALUES ?v{at} {{ {' '.join(map(str, range(60)))} }}" for at in range(8))
    answer = two[0].sparql(f"SELECT (COUNT(*) AS ?n) {{ {rows} }}", timeout="0.5")
    assert answer.status in (503, 504)


def test_a_store_that_is_gone(tmp_path: Path) -> None:
    with oxigraph_server(tmp_path) as store:
        request = urllib.request.Request(
            f"{store.graph_store}?graph={GRAPH}", b"<urn:s> <urn:p> 1 .", {"Content-Type": "text/turtle"}, method="PUT"
        )
        urllib.request.urlopen(request).close()
        with serving("--endpoint", store.query) as running:
            assert count(running, f"GRAPH <{GRAPH}> {{ ?s ?p ?o }}") == 1
            assert count(running) == 0
            assert "holds none of this" in running.ask("/", accept="text/html").text
            os.kill(store_pid(store), signal.SIGKILL)
            answer = running.sparql("ASK {}")
            assert answer.status == 502
            assert "127.0.0.1" in answer.text


def test_virtuoso(kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with virtuoso_server(tmp_path / "virtuoso") as store:
        monkeypatch.setenv("STS_KG_USER", store.user)
        monkeypatch.setenv("STS_KG_PASSWORD", store.password)
        kg.push(store.query, update=store.update, graph_store=store.graph_store)
        monkeypatch.delenv("STS_KG_USER")
        monkeypatch.delenv("STS_KG_PASSWORD")
        with serving("--endpoint", store.query) as running:
            assert count(running) == len(kg.graph)
            drugs = "SELECT ?d { ?d a sts:Drug } ORDER BY ?d"
            assert running.sparql(drugs, accept=CSV).text.count("/sts-kg/") == 3
            assert running.sparql("ASK { ?d a sts:Drug }").body.endswith(b"true}")
            built = running.sparql("CONSTRUCT { ?d a <x> } WHERE { ?d a sts:Drug }", accept="application/n-triples")
            assert built.text.count(f"<{running.address}/x>") == 3


def store_pid(store: Server) -> int:
    """Return the process that listens at the address of a server."""
    port = store.query.partition("//")[2].partition("/")[0].rpartition(":")[2]
    for each in Path("/proc").iterdir():
        if each.name.isdecimal():
            try:
                told = (each / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if told[0].endswith(b"oxigraph") and any(part.endswith(f":{port}".encode()) for part in told):
                return int(each.name)
    raise AssertionError("the server runs")


def test_an_address_without_an_endpoint_is_refused() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sts_kg",
            "serve",
            "--port",
            "0",
            "--endpoint",
            f"http://127.0.0.1:{free_port()}/sparql",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4


# --- SERVICE


@pytest.fixture(scope="module")
def federated(oxigraph: Server) -> Iterator[Serving]:
    """The shipped graph, which may ask that server."""
    with serving("--service", oxigraph.query) as running:
        yield running


def test_a_service_that_is_listed_is_asked(federated: Serving, oxigraph: Server, kg: KnowledgeGraph) -> None:
    inner = "{ GRAPH <https://w3id.org/sts-kg/inferred> { ?s ?p ?o } }"
    for silent in ("", "SILENT "):
        assert count(federated, f"SERVICE {silent}<{oxigraph.query}> {inner}") == len(kg.inferred)
    answer = federated.sparql(f"ASK {{ SERVICE <{oxigraph.query}> {{ ?s ?p ?o }} }}")
    assert answer.headers["cache-control"] == "no-store"
    assert b"BasicFederatedQuery" in federated.ask("/sparql", accept="text/turtle").body


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("SERVICE <U/> {{ ?s ?p ?o }}", "is not allowed, but <U>"),
        ("SERVICE <U?x=1> {{ ?s ?p ?o }}", "is not allowed, but <U>"),
        ("SERVICE <http://127.0.0.1:1/> {{ ?s ?p ?o }}", "is not allowed, but <U>"),
        ("SERVICE <http://169.254.169.254/latest> {{ ?s ?p ?o }}", "is not allowed, but <U>"),
        ("VALUES ?x {{ <U> }} SERVICE ?x {{ ?s ?p ?o }}", "an address in full: <U>"),
        ("SERVICE x: {{ ?s ?p ?o }}", "an address in full: <U>"),
        ("SERVICE <U> {{ SERVICE <urn:x> {{ ?s ?p ?o }} }}", "is not allowed, but <U>"),
        ("SERVICE <U> {{ ?s ?p ?o }} SERVICESILENT<http://127.0.0.1:1/>{{ ?s ?p ?o }}", "is not SPARQL"),
    ],
)
def test_all_others_are_refused(federated: Serving, oxigraph: Server, pattern: str, said: str) -> None:
    address = oxigraph.query
    asked = pattern.replace("{{", "{").replace("}}", "}").replace("U", address)
    answer = federated.sparql(f"PREFIX x: <{address}> SELECT * {{ {asked} }}")
    assert answer.status == 400, answer.text
    assert said.replace("U", address) in answer.text


def test_a_mistake_beside_a_service_has_its_place(federated: Serving, oxigraph: Server) -> None:
    answer = federated.sparql(f"SELECT * {{\n  SERVICE SILENT <{oxigraph.query}> {{ ?s ?p ?o }}\n  ?s ?p }}")
    assert answer.status == 400
    assert "line 3, column 9" in answer.text


def test_a_service_that_does_not_answer_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/sparql"
        with serving("--service", address, "--timeout", "2") as running:
            answer = running.sparql(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}")
    said = f"the query was stopped after 2 seconds: {address} did not answer all of it in time\n"
    assert (answer.status, answer.text, answer.headers.get("retry-after")) == (504, said, None)


def test_a_service_that_does_not_answer(oxigraph: Server) -> None:
    address = f"http://127.0.0.1:{free_port()}/sparql"
    with serving("--service", address) as running:
        assert running.sparql(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}").status == 502
        assert running.sparql(f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}").status == 200
