"""Pushing graphs into stores: real engines of two dialects, a store folder, and servers that go wrong."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Graph, URIRef
from rdflib.compare import isomorphic
from servers import Server, free_port, oxigraph, oxigraph_server, virtuoso  # noqa: F401

from sts_kg import KnowledgeGraph, knowledge, load
from sts_kg.cli import app
from sts_kg.errors import (
    EndpointAnswerError,
    EndpointError,
    EndpointUnauthorisedError,
    EndpointUnavailableError,
    EndpointUnreachableError,
    ParameterError,
    ParseError,
)
from sts_kg.rdf.names import BASE, GENID
from sts_kg.stores import targets
from sts_kg.stores.blank_nodes import StructuralNames
from sts_kg.stores.content import Content
from sts_kg.stores.folder import graphs, open_store
from sts_kg.stores.http import Reply, send
from sts_kg.stores.pushing import push, verify
from sts_kg.stores.targets import Routes, routes
from sts_kg.tables.table import Table

RESTRICTION = b"""
<urn:C> <http://www.w3.org/2000/01/rdf-schema#subClassOf> _:r .
_:r <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Restriction> .
_:r <http://www.w3.org/2002/07/owl#onProperty> <urn:p> .
_:r <http://www.w3.org/2002/07/owl#someValuesFrom> _:u .
_:u <http://www.w3.org/2002/07/owl#unionOf> _:l1 .
_:l1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> <urn:D> .
_:l1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l2 .
_:l2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> <urn:E> .
_:l2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .
"""
MEMBERS = """PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?v WHERE { GRAPH <GRAPH> {
  <urn:C> rdfs:subClassOf ?r . ?r owl:someValuesFrom/owl:unionOf/rdf:rest*/rdf:first ?v } }"""


def numbered(count: int, word: str = "value") -> bytes:
    return b"".join(f'<urn:s{each}> <urn:p> "{word} {each}" .\n'.encode() for each in range(count))


@pytest.fixture(params=["oxigraph", "virtuoso"])
def to(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Server:
    server: Server = request.getfixturevalue(request.param)
    return signed_in(server, monkeypatch)


@pytest.fixture
def to_virtuoso(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Server:
    server: Server = request.getfixturevalue("virtuoso")
    return signed_in(server, monkeypatch)


def signed_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("STS_KG_USER", server.user)
    monkeypatch.setenv("STS_KG_PASSWORD", server.password)
    if not server.user:
        monkeypatch.delenv("STS_KG_USER")
        monkeypatch.delenv("STS_KG_PASSWORD")
    return server


@pytest.fixture
def name(request: pytest.FixtureRequest) -> URIRef:
    """A graph name of this test alone."""
    return URIRef(f"urn:graph:{abs(hash(request.node.name))}")


def asked(server: Server, text: str, default_graphs: tuple[str, ...] = ()) -> list[tuple[str | None, ...]]:
    form = [("query", text), *(("default-graph-uri", each) for each in default_graphs)]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/sparql-results+json"}
    body = urlencode(form).encode()
    document = json.loads(send(server.query, method="POST", body=body, headers=headers).body)
    variables = document["head"]["vars"]
    return sorted(
        (tuple(row[v]["value"] if v in row else None for v in variables) for row in document["results"]["bindings"]),
        key=str,
    )


def counts(server: Server, name: str) -> dict[str, int]:
    """Return the graphs whose names begin so, with their triples."""
    text = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    return {str(g): int(n or 0) for g, n in asked(server, text) if str(g).startswith(name)}


# --- what is there after a push


def test_class_expressions_give_the_same_answers(to: Server, name: URIRef) -> None:
    (done,) = push({name: RESTRICTION}, to.query)
    assert (done.graph, done.triples, done.skipped, len(done.digest)) == (str(name), 9, False, 64)
    assert counts(to, name) == {str(name): 9}
    assert asked(to, MEMBERS.replace("GRAPH>", f"{name}>")) == [("urn:D",), ("urn:E",)]


def test_equal_content_is_skipped_whatever_its_labels_and_order(to: Server, name: URIRef) -> None:
    (first,) = push({name: RESTRICTION}, to.query)
    other = b"\n".join(reversed(RESTRICTION.replace(b"_:r ", b"_:zz ").replace(b"_:l1", b"_:a").splitlines()))
    (again,) = push({name: Graph().parse(data=other, format="nt")}, to.query)
    assert (again.skipped, again.triples, again.digest) == (True, 9, first.digest)
    states = [verify({name: text}, to.query)[0] for text in (other, RESTRICTION + b"<urn:a> <urn:p> <urn:b> .\n")]
    assert [(each.state, each.triples, each.triples_there) for each in states] == [
        ("same", 9, 9),
        ("other content", 10, 9),
    ]


def test_one_blank_node_in_two_graphs_stays_one(to: Server, name: URIRef) -> None:
    first, second = URIRef(f"{name}:1"), URIRef(f"{name}:2")
    push({first: b"_:x <urn:p> <urn:a> .", second: b"_:x <urn:q> <urn:b> ."}, to.query)
    joined = f"SELECT ?o WHERE {{ GRAPH <{first}> {{ ?x <urn:p> <urn:a> }} GRAPH <{second}> {{ ?x <urn:q> ?o }} }}"
    assert asked(to, joined) == [("urn:b",)]


def test_like_blank_nodes_stay_apart(to: Server, name: URIRef) -> None:
    push({name: b"_:a <urn:p> <urn:o> .\n_:b <urn:p> <urn:o> .\n_:c <urn:p> _:d .\n_:c <urn:p> _:e ."}, to.query)
    assert counts(to, name) == {str(name): 4}


def test_twelve_thousand_triples_by_updates_alone(to: Server, name: URIRef) -> None:
    (done,) = push({name: numbered(12_000)}, to.query, graph_store="")  # Virtuoso takes 4,990 in one, and gives 10,000
    assert (done.triples, counts(to, name)) == (12_000, {str(name): 12_000})


def test_texts_come_back_as_they_were(to: Server, name: URIRef) -> None:
    text = '<urn:s> <urn:p> "caf\\u00E9 \\U0001F600 \\"q\\" \\\\ \\n\\t _:x ."@en .\n'
    for graph_store in (None, ""):
        push({name: text.encode()}, to.query, graph_store=graph_store, replace=True)
        found = asked(to, f"SELECT ?o WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
        assert found == [('café 😀 "q" \\ \n\t _:x .',)]
        push({name: b""}, to.query, replace=True)
        assert counts(to, name) == {}


def test_numbers_are_compared_by_value(to: Server, name: URIRef) -> None:
    text = b'<urn:a> <urn:p> "007"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .\n<urn:b> <urn:p> "x"@EN .'
    assert push({name: text}, to.query)[0].triples == 2
    assert push({name: text}, to.query)[0].skipped


# --- whole or not at all


def test_another_graph_is_replaced_only_if_asked_to(to: Server, name: URIRef) -> None:
    push({name: numbered(10)}, to.query)
    with pytest.raises(EndpointError, match=r"already has a graph .* with other content \(10 triples\); --replace"):
        push({URIRef(f"{name}:new"): numbered(3), name: numbered(9)}, to.query)
    assert counts(to, name) == {str(name): 10}
    push({name: numbered(9)}, to.query, replace=True)
    assert counts(to, name) == {str(name): 9}


class KilledError(Exception):
    pass


@pytest.mark.parametrize("graph_store", [None, ""])
def test_a_killed_push_goes_on(
    to: Server, name: URIRef, graph_store: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = numbered(950) + RESTRICTION

    def kill(graph: str, there: int, total: int) -> None:
        assert (graph, total) == (str(name), 959)
        if there == 500:
            raise KilledError

    with pytest.raises(KilledError):
        push({name: text}, to.query, batch=100, progress=kill, graph_store=graph_store)
    assert str(name) not in counts(to, name)
    (incoming,) = counts(to, name)
    assert incoming.startswith(f"{name}#incoming-")

    sent: list[bytes] = []

    def noted(url: str, **more: Any) -> Reply:
        sent.append(more["body"])
        return send(url, **more)

    monkeypatch.setattr(targets, "send", noted)
    (done,) = push({name: text}, to.query, batch=100, graph_store=graph_store)
    assert sum(body.count(b"<urn:p>") for body in sent) == 451  # and one in the restriction
    assert counts(to, name) == {str(name): 959}
    assert done.triples == 959
    assert push({name: text}, to.query)[0].skipped


@pytest.mark.parametrize("moved", [True, False])
def test_a_lost_answer_to_the_move_does_no_harm(
    to: Server, name: URIRef, moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(url: str, **more: Any) -> Reply:
        if b"MOVE" not in (more["body"] or b""):
            return send(url, **more)
        if moved:
            send(url, **more)
        raise EndpointUnreachableError(url, "lost the connection")

    push({name: numbered(4)}, to.query)
    monkeypatch.setattr(targets, "send", losing)
    with pytest.raises(EndpointUnreachableError):
        push({name: numbered(6)}, to.query, replace=True)
    assert counts(to, name)[str(name)] == (6 if moved else 4)
    monkeypatch.setattr(targets, "send", send)
    (done,) = push({name: numbered(6)}, to.query, replace=True)
    assert done.skipped == moved
    assert counts(to, name) == {str(name): 6}


def test_what_a_killed_push_of_other_content_left_is_swept(to: Server, name: URIRef) -> None:
    def kill(graph: str, there: int, total: int) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        push({name: numbered(7)}, to.query, progress=kill)
    push({name: numbered(8)}, to.query)
    assert counts(to, name) == {str(name): 8}


def test_half_a_batch_from_before_is_mended(to: Server, name: URIRef) -> None:
    def kill(graph: str, there: int, total: int) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        push({name: numbered(7)}, to.query, progress=kill)
    (incoming,) = counts(to, name)
    remove = f'DELETE DATA {{ GRAPH <{incoming}> {{ <urn:s3> <urn:p> "value 3" }} }}'.encode()
    send(to.update, method="POST", body=remove, headers={"Content-Type": "application/sparql-update"})
    push({name: numbered(7)}, to.query)
    assert counts(to, name) == {str(name): 7}


@pytest.mark.slow
def test_readers_see_the_old_graph_or_the_new_one(to: Server, name: URIRef) -> None:
    push({name: numbered(2_000, "old")}, to.query)
    seen: Counter[tuple[int, int]] = Counter()
    over = threading.Event()
    numbers = "SELECT (COUNT(*) AS ?n) (SUM(IF(STRSTARTS(?o, 'old'), 1, 0)) AS ?old)"
    both = f"{numbers} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"

    def look() -> None:
        while not over.is_set():
            ((total, old),) = asked(to, both)
            seen[int(total or 0), int(old or 0)] += 1
            over.wait(0.01)

    reader = threading.Thread(target=look)
    reader.start()
    for word, size in (("new", 3_000), ("old", 2_000)):
        push({name: numbered(size, word)}, to.query, replace=True)
    over.set()
    reader.join()
    mixed = seen.total() - seen[2_000, 2_000] - seen[3_000, 0]
    assert mixed <= {"Oxigraph": 0, "Virtuoso": 2}[to.engine]  # the one query that runs while a move is committed
    assert seen.total() > 5


def test_a_store_that_changes_values_is_found_out(to_virtuoso: Server, name: URIRef) -> None:
    to = to_virtuoso
    text = numbered(3) + b'<urn:s> <urn:p> "P1Y"^^<http://www.w3.org/2001/XMLSchema#duration> .\n'
    with pytest.raises(EndpointAnswerError) as caught:
        push({name: text}, to.query)
    assert 'of 4 triples 4 came back, not <urn:s> <urn:p> "P1Y"^^' in str(caught.value)
    assert counts(to, name) == {}


# --- what goes wrong


def test_wrong_password(to_virtuoso: Server, name: URIRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STS_KG_PASSWORD", "not-this-one")
    with pytest.raises(EndpointUnauthorisedError) as caught:
        push({name: numbered(3)}, to_virtuoso.query)
    assert caught.value.status == 401
    assert "not-this-one" not in str(caught.value)
    assert "\n" not in str(caught.value)
    monkeypatch.setenv("STS_KG_PASSWORD", "dba")
    assert counts(to_virtuoso, name) == {}


def test_read_only_server(tmp_path: Path, name: URIRef) -> None:
    push({name: numbered(3)}, tmp_path / "db")
    with oxigraph_server(tmp_path, read_only=True) as server:
        assert push({name: numbered(3)}, server.query)[0].skipped
        with pytest.raises(EndpointError, match="The server is read-only") as caught:
            push({name: numbered(4)}, server.query, replace=True)
        assert caught.value.status == 403
        assert counts(server, name) == {str(name): 3}


def test_nothing_listens(name: URIRef) -> None:
    with pytest.raises(EndpointUnreachableError):
        push({name: numbered(3)}, f"http://127.0.0.1:{free_port()}/query")


class Full(BaseHTTPRequestHandler):
    """An empty store on a full disk, whose Graph Store Protocol is missing."""

    status = 507

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/query":
            self._say(404 if self.path.startswith("/store") else self.status, "text/plain", b"No space left on device")
            return
        empty = {"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "literal", "value": "0"}}]}}
        self._say(200, "application/sparql-results+json", json.dumps(empty).encode())

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(params=[507, 500])
def full(request: pytest.FixtureRequest) -> Iterator[str]:
    handler = type("Full", (Full,), {"status": request.param})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/query"
    server.shutdown()
    thread.join()
    server.server_close()


def test_full_disk(full: str, name: URIRef) -> None:
    with pytest.raises(EndpointUnavailableError, match="No space left on device") as caught:
        push({name: numbered(1_000)}, full)
    assert "\n" not in str(caught.value)


def test_no_ntriples(tmp_path: Path, name: URIRef) -> None:
    with pytest.raises(ParseError, match="line 2"):
        push({name: b"<urn:a> <urn:p> <urn:b> .\n<urn:a> nonsense .\n"}, tmp_path / "db")
    assert graphs(open_store(tmp_path / "db", read_only=False)) == {}


# --- a store folder


def test_folder_skips_replaces_and_keeps(tmp_path: Path, name: URIRef) -> None:
    pieces = (line + b"\n" for line in RESTRICTION.splitlines())  # to be read once only
    assert push({name: pieces}, tmp_path / "db")[0].triples == 9
    assert push({name: RESTRICTION}, tmp_path / "db")[0].skipped
    with pytest.raises(EndpointError, match="other content"):
        push({name: numbered(2)}, tmp_path / "db")
    assert push({name: numbered(2)}, tmp_path / "db", replace=True)[0].triples == 2
    assert graphs(open_store(tmp_path / "db")) == {str(name): 2}


def test_folder_stays_as_it_was_when_killed(tmp_path: Path, name: URIRef) -> None:
    def kill(graph: str, there: int, total: int) -> None:
        if there == 20:
            raise KilledError

    push({name: numbered(5)}, tmp_path / "db")
    with pytest.raises(KilledError):
        push({name: numbered(50)}, tmp_path / "db", batch=10, replace=True, progress=kill)
    assert graphs(open_store(tmp_path / "db")) == {str(name): 5}


# --- blank nodes


@st.composite
def forests(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw trees of blank nodes, as pairs of parent and child."""
    size = draw(st.integers(2, 12))
    return [(draw(st.integers(0, child - 1)), child) for child in range(1, size)]


@given(forests(), st.randoms(use_true_random=False))
def test_trees_are_named_alike_whatever_their_labels(edges: list[tuple[int, int]], random: Any) -> None:
    labels = [f"x{each}" for each in range(20)]
    random.shuffle(labels)

    def named(words: list[str]) -> set[bytes]:
        lines = [f"_:{words[a]} <urn:p> _:{words[b]} .\n" for a, b in edges]
        random.shuffle(lines)
        text = "".join(lines).encode()
        content = Content((text,), StructuralNames({"urn:g": (text,)}))
        return {line for lines_ in content.batches(10) for line in lines_}

    first, second = named([f"n{each}" for each in range(20)]), named(labels)
    assert first == second
    assert len(first) == len(edges)
    nodes = {word for line in first for word in line.decode().split() if GENID in word}
    assert len(nodes) == len(edges) + 1


def test_iris_of_blank_nodes_turn_back_into_blank_nodes(tmp_path: Path, name: URIRef) -> None:
    push({name: RESTRICTION}, tmp_path / "db")
    quads = open_store(tmp_path / "db").quads_for_pattern(None, None, None, None)
    text = "\n".join(f"{quad.triple} ." for quad in quads)
    there = Graph().parse(data=text, format="nt")
    assert not any(isinstance(term, BNode) for triple in there for term in triple)
    assert isomorphic(there.de_skolemize(), Graph().parse(data=RESTRICTION, format="nt"))


# --- addresses


@pytest.mark.parametrize(
    ("query", "update", "graph_store"),
    [
        ("http://h:7878/query", "http://h:7878/update", "http://h:7878/store"),
        ("http://h/sparql", "http://h/sparql-auth", "http://h/sparql-graph-crud-auth"),
        ("http://h/ds/sparql", "http://h/ds/update", "http://h/ds/data"),
        ("http://h/ds/query/", "http://h/ds/update", "http://h/ds/data"),
        ("http://h/repositories/x", "http://h/repositories/x/statements", "http://h/repositories/x/rdf-graphs/service"),
        ("http://h/somewhere", "http://h/somewhere", None),
    ],
)
def test_routes_of_engines(query: str, update: str, graph_store: str | None) -> None:
    assert routes(query) == Routes(query, update, graph_store)


def test_routes_given_stay() -> None:
    assert routes("http://h/query", update="http://h/u", graph_store="") == Routes("http://h/query", "http://h/u", None)


# --- the shipped graphs, by the command


def run(*words: str | Path) -> Any:
    return CliRunner().invoke(app, ["push", *map(str, words)])


def test_canned_queries_answer_alike_on_a_server(
    kg: KnowledgeGraph, to: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "load", lambda **_: kg)
    done = run("--endpoint", to.query, "--format", "json", "--replace")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [each["graph"].rpartition("/")[2] for each in told] == [*kg.guideline.modules, "inferred"]
    assert [each["triples"] for each in told] == [*map(len, kg.guideline.modules.values()), len(kg.inferred)]
    here = tuple(each["graph"] for each in told)
    again = json.loads(run("--endpoint", to.query, "--format", "json").stdout)
    assert [(each["digest"], each["skipped"]) for each in again] == [(each["digest"], True) for each in told]

    differing, compared = [], 0
    for query in kg.canned.values():
        askable = query.topic != "links" and not any(parameter.required for parameter in query.parameters)
        answer = kg.query(query.id) if askable else None
        if not isinstance(answer, Table) or query.graph == "cases":
            continue
        wanted = [tuple(None if cell is None else str(cell) for cell in row) for row in answer.rows]
        try:
            found = asked(to, kg.bound(query.id), here if query.graph == "closed" else here[:-1])
        except EndpointError as error:
            found = [(str(error),)]
        compared += 1
        if found != sorted(wanted, key=str):
            differing.append(query.id)
    assert differing == DIFFERENT[to.engine]
    assert compared >= 41


#: Canned queries that an engine does not answer as it should.
DIFFERENT: dict[str, list[str]] = {
    "Oxigraph": [],
    # truth values come back as numbers
    "Virtuoso": ["conditions/parameters-of-fact-rules", "drugs/after-doxorubicin"],
}


def test_cases_go_into_a_graph_of_their_own_into_a_folder(
    kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "load", lambda **_: kg)
    case = tmp_path / "a.yaml"
    case.write_text("case: a\nfindings: {stage4-sts: yes}\n", encoding="utf-8")
    words = ("--store", tmp_path / "db", "--graphs", "asserted", "--cases", case)
    first, again = run(*words), run(*words)
    assert [line.split()[-1] for line in first.stdout.splitlines()[2:]] == ["pushed"] * (len(kg.guideline.modules) + 1)
    assert again.stdout.count("there already") == len(kg.guideline.modules) + 1
    assert f"{BASE}cases" in graphs(open_store(tmp_path / "db"))


def test_queries_about_cases_that_were_pushed_are_about_these_and_no_example(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    """A case with the id of a shipped example was answered as that example, and another was not found."""
    told = [{"case": "c", "findings": {"stage4-sts": "no"}}, {"case": "zz", "findings": {"resectable": "yes"}}]
    own = kg.with_cases(told)
    own.push(tmp_path / "db")
    kept = load(store=tmp_path / "db")
    assert (kept.has_cases, own.has_cases, kg.has_cases) == (True, True, False)
    for query in ("conditions/options-of-case", "conditions/firm-answers", "conditions/readings-of-case"):
        for case in ("c", "zz"):
            found, wanted = (graph.query(query, case=case) for graph in (kept, own))
            assert isinstance(found, Table) and isinstance(wanted, Table)
            assert found.rows == wanted.rows != (), (query, case)
    with pytest.raises(ParameterError, match="no sts:PatientCase of this name"):
        kept.query("conditions/firm-answers", case="a")
    kg.push(tmp_path / "without")
    assert not load(store=tmp_path / "without").has_cases


def test_command_needs_one_target() -> None:
    assert run().exit_code == 2
    assert run("--endpoint", "http://h/query", "--store", "x").exit_code == 2
    assert "is not one of asserted" in run("--store", "x", "--graphs", "nonsense").output


def test_verify_says_same_missing_other_content_and_blank_nodes(tmp_path: Path) -> None:
    store = tmp_path / "store"
    one, two, three = (URIRef(f"https://example.org/{name}") for name in ("one", "two", "three"))
    lines = b'<urn:a> <urn:p> _:x .\n_:x <urn:q> "1" .\n'
    push({one: lines, two: b"<urn:a> <urn:p> <urn:b> .\n"}, store)
    asked = {one: lines, two: b"<urn:a> <urn:p> <urn:c> .\n", three: b"<urn:a> <urn:p> <urn:d> .\n"}
    found = verify(asked, store)
    assert [(each.state, each.triples, each.triples_there, each.blank_nodes) for each in found] == [
        ("same", 2, 2, 0),
        ("other content", 1, 1, 0),
        ("missing", 1, 0, 0),
    ]
    loaded = tmp_path / "loaded"
    ox.Store(loaded).load(lines, ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(str(one)))
    (there,) = verify({one: lines}, loaded)
    assert (there.state, there.triples_there, there.blank_nodes) == ("other content", 2, 2)


def test_verify_names_the_graphs_under_a_base_that_it_does_not_compare(to: Server, tmp_path: Path) -> None:
    base, triple = f"https://example.org/{tmp_path.name}/", b"<urn:a> <urn:p> <urn:b> .\n"
    one, two, other = (URIRef(f"{start}{name}") for start, name in ((base, "one"), (base, "two"), ("urn:", "other")))
    for target in (to.query, tmp_path / "store"):
        push({one: triple, two: triple, other: triple}, target)
        found = verify({one: triple}, target, bases=[base])
        assert [(each.graph, each.state, each.triples_there) for each in found] == [
            (str(one), "same", 1),
            (str(two), "not compared", 1),
        ]
        assert len(verify({one: triple}, target)) == 1


@pytest.mark.usefixtures("preloaded")
def test_command_says_which_of_our_graphs_were_not_compared(kg: KnowledgeGraph, tmp_path: Path) -> None:
    store = tmp_path / "store"
    kg.push(store, kinds=("asserted", "inferred"))
    whole, part = run("--store", store, "--verify-only"), run("--store", store, "--verify-only", "--graphs", "asserted")
    assert (whole.exit_code, part.exit_code) == (0, 0)
    assert "not compared" not in whole.output
    assert part.stdout.splitlines()[-1].split() == [
        f"{BASE}inferred",
        "0",
        "not",
        "compared",
        f"({len(kg.inferred):,}",
        "triples",
        "there)",
    ]
    assert "note: 1 graph of ours that is there was not compared" in part.stderr
