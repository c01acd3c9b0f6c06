"""What holds of the closure of any graph, on random graphs; and that it is what the plain twin makes of it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from random import Random
from typing import get_args

import pyoxigraph as ox
import pytest
from closure import twin
from closure.random_graphs import Piece, blank_nodes, graph_of, graphs, pieces, renamed
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, URIRef

from sts_kg.closure import columns as columns_module
from sts_kg.closure.closure import Closure, closure_of
from sts_kg.closure.engines import Axioms
from sts_kg.errors import BuiltInUseError
from sts_kg.rdf.graphs import from_ox, to_ox, write
from sts_kg.rdf.terms import rdflib_quiet

pytestmark = pytest.mark.slow
AXIOMS = st.sampled_from(get_args(Axioms))
few = settings(max_examples=40)


def told(triples: Iterable[twin.Triple]) -> set[str]:
    return {" ".join(term.n3() for term in triple) for triple in triples}


def kinds(closed: Closure) -> set[str]:
    parts = {"asserted": closed.asserted, "inferred": closed.inferred, "trivial": closed.trivial}
    return {f"{kind}: {each}" for kind, graph in parts.items() for each in told(graph)}


def lines(closed: Closure) -> set[str]:
    return set(b"".join(closed.ntriples()).decode().splitlines())


def rules(closed: Closure) -> set[str]:
    return {each.rule for each in closed.inconsistencies}


def holds_all(left: set[str], right: set[str]) -> bool:
    assert sorted(right - left)[:5] == []  # a few are enough: pytest takes minutes to compare the whole
    return True


def same(left: set[str], right: set[str]) -> bool:
    return holds_all(left, right) and holds_all(right, left)


def agrees_with_the_twin(graph: Graph) -> bool:
    triples, found = twin.close(graph)
    closed = closure_of(graph, axioms="all")
    assert rules(closed) == {rule for rule, _ in found}
    return same(told(triples), told(closed.graph))


@settings(few, max_examples=120)
@given(graphs())
def test_it_is_what_the_rules_give(graph: Graph) -> None:
    assert agrees_with_the_twin(graph)


@settings(few, max_examples=60)
@given(graphs(odd=True))
def test_it_is_what_the_rules_give_where_built_in_terms_are_used_like_others(graph: Graph) -> None:
    try:
        assert agrees_with_the_twin(graph)
    except BuiltInUseError:
        reject()  # refused by name


@settings(few, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs())
def test_it_is_what_the_rules_give_when_joins_are_sliced(monkeypatch: pytest.MonkeyPatch, graph: Graph) -> None:
    monkeypatch.setattr(columns_module, "SLICE", 3)
    assert agrees_with_the_twin(graph)


@few
@given(graphs(), AXIOMS)
def test_it_contains_its_input(graph: Graph, axioms: Axioms) -> None:
    closed = closure_of(graph, axioms=axioms)
    assert same(told(closed.asserted), told(graph))
    assert same(told(triple for triple in graph if triple in closed), told(graph))


@few
@given(graphs())
def test_the_input_is_unchanged(graph: Graph) -> None:
    before = list(graph), list(graph.namespaces())
    closed = closure_of(graph)
    len(closed.graph)
    assert (list(graph), list(graph.namespaces())) == before


# "used" asks which built-in terms are asserted, and of a closure more are
@few
@given(graphs(), st.sampled_from(["none", "all"]))
def test_it_is_idempotent(graph: Graph, axioms: Axioms) -> None:
    once = closure_of(graph, axioms=axioms)
    twice = closure_of(once.graph, axioms=axioms)
    assert same(told(twice.graph), told(once.graph))
    assert twice.counts == (len(once), 0, 0)
    assert rules(twice) == rules(once)


@few
@given(pieces(), pieces(facts=1, axioms=1), AXIOMS)
def test_it_is_monotone(some: list[Piece], more: list[Piece], axioms: Axioms) -> None:
    less, all_ = (closure_of(graph_of(each), axioms=axioms) for each in (some, some + more))
    assert holds_all(told(all_.graph), told(less.graph))
    assert rules(less) <= rules(all_)


@few
@given(pieces(), st.randoms())
def test_the_order_of_triples_does_not_matter(drawn: list[Piece], random: Random) -> None:
    text = sorted(f"{to_ox(s)} {to_ox(p)} {to_ox(o)} .\n".encode() for s, p, o in named(drawn))
    ordered = closure_of(io.BytesIO(b"".join(text)), axioms="all")
    random.shuffle(text)
    shuffled = closure_of(io.BytesIO(b"".join(text)), axioms="all")
    assert same(kinds(shuffled), kinds(ordered))
    assert rules(shuffled) == rules(ordered)
    assert shuffled.n_inconsistencies == ordered.n_inconsistencies


@few
@given(pieces(), st.randoms())
def test_the_names_of_blank_nodes_do_not_matter(drawn: list[Piece], random: Random) -> None:
    old = blank_nodes(graph_of(drawn))
    new = [BNode(f"b{number}") for number in range(len(old))]
    random.shuffle(new)
    there, back = dict(zip(old, new, strict=True)), dict(zip(new, old, strict=True))
    other = closure_of(graph_of(renamed(drawn, there)))
    (again,) = renamed([tuple(other.graph)], back)
    closed = closure_of(graph_of(drawn))
    assert same(told(again), told(closed.graph))
    assert rules(other) == rules(closed)


@few
@given(pieces(), pieces(facts=1, axioms=1), pieces(facts=1, axioms=1), AXIOMS)
def test_an_extended_closure_is_that_of_everything(
    base: list[Piece], first: list[Piece], second: list[Piece], axioms: Axioms
) -> None:
    closed = closure_of(graph_of(base), axioms=axioms)
    for more, extended in ((first, closed.extend(graph_of(first))), (second, closed.extend(graph_of(second)))):
        anew = closure_of(graph_of(base + more), axioms=axioms)
        assert same(kinds(extended), kinds(anew))
        assert rules(extended) == rules(anew)
        assert extended.n_inconsistencies == anew.n_inconsistencies
    twice = closed.extend(graph_of(first)).extend(graph_of(second))
    assert same(kinds(twice), kinds(closure_of(graph_of(base + first + second), axioms=axioms)))


@few
@given(pieces(), pieces(facts=1, axioms=1), st.booleans())
def test_a_closure_that_was_extended_is_unchanged(base: list[Piece], more: list[Piece], looked_at: bool) -> None:
    closed, other = closure_of(graph_of(base)), closure_of(graph_of(base))
    if looked_at:
        assert len(closed) == len(closed.graph)
    assert len(closed.extend(graph_of(more))) >= len(other)
    assert same(kinds(closed), kinds(other))
    assert closed.counts == other.counts
    assert closed.inconsistencies == other.inconsistencies
    assert (closed.stats.rounds, closed.stats.firings) == (other.stats.rounds, other.stats.firings)
    assert same(kinds(closed.extend(Graph())), kinds(other))


@few
@given(graphs(), AXIOMS)
def test_its_three_kinds_share_nothing_and_are_counted(graph: Graph, axioms: Axioms) -> None:
    closed = closure_of(graph, axioms=axioms)
    asserted, inferred, trivial = map(told, (closed.asserted, closed.inferred, closed.trivial))
    assert closed.counts == (len(asserted), len(inferred), len(trivial))
    assert len(asserted | inferred | trivial) == len(closed) == sum(closed.counts)
    assert same(told(closed.graph), asserted | inferred | trivial)
    written = b"".join(closed.ntriples()).splitlines()
    assert len(written) == len(set(written)) == len(closed)


@few
@given(graphs())
def test_more_axioms_only_add_trivial_triples(graph: Graph) -> None:
    none, used, all_ = (closure_of(graph, axioms=axioms) for axioms in get_args(Axioms))
    assert len(none.trivial) == 0
    for each in (used, all_):
        assert same(told(each.asserted) | told(each.inferred), told(none.graph))
        assert each.counts[:2] == none.counts[:2]
        assert rules(each) == rules(none)
    assert holds_all(told(all_.trivial), told(used.trivial))


@settings(few, max_examples=20)
@given(graphs(), AXIOMS)
def test_a_triple_is_in_the_closure_if_it_is_in_its_graph(graph: Graph, axioms: Axioms) -> None:
    closed = closure_of(graph, axioms=axioms)
    held = {triple for triple in closure_of(graph, axioms="all").graph if triple in closed}
    assert same(told(held), told(closed.graph))


@settings(few, max_examples=20)
@given(graphs(), AXIOMS)
def test_objects_are_those_of_the_triples(graph: Graph, axioms: Axioms) -> None:
    closed = closure_of(graph, axioms=axioms)
    for subject, predicate in set(closed.graph.subject_predicates()):
        objects = closed.objects(subject, predicate)
        assert len(objects) == len(set(objects))
        assert same(
            told((subject, predicate, o) for o in objects), told(closed.graph.triples((subject, predicate, None)))
        )


@settings(few, max_examples=20)
@given(graphs(odd=True), graphs(), AXIOMS, st.randoms())
def test_a_pattern_matches_the_triples_of_the_graph(graph: Graph, more: Graph, axioms: Axioms, random: Random) -> None:
    try:
        closed = closure_of(graph, axioms=axioms)
        closures = (closed, closed.extend(more))
    except BuiltInUseError:
        reject()  # refused by name
    for each in closures:
        triples = sorted(each.graph, key=repr)
        terms = sorted({term for triple in triples for term in triple}, key=repr)
        drawn = [random.choice(triples) for _ in range(8)] + [random.choices(terms, k=3) for _ in range(4)]
        for triple, asked in product(drawn, product((True, False), repeat=3)):
            s, p, o = (term if is_asked else None for term, is_asked in zip(triple, asked, strict=True))
            found = list(each.match(s, p, o))
            assert len(found) == len(set(found)) == len(each.match(s, p, o))
            assert same(told(found), told(each.graph.triples((s, p, o))))


@settings(few, max_examples=25)
@given(pieces())
def test_files_graphs_and_stores_agree(tmp_path_factory: pytest.TempPathFactory, drawn: list[Piece]) -> None:
    graph = named(drawn)
    folder = tmp_path_factory.mktemp("sources")
    store = ox.Store()
    store.extend(quads(graph, ox.DefaultGraph()))
    with rdflib_quiet():
        stored = graph_of([tuple((from_ox(q.subject), from_ox(q.predicate), from_ox(q.object)) for q in store)])
    assert same(lines(closure_of(store)), lines(closure_of(stored)))  # a Store writes 01 as 1
    expected = lines(closure_of(graph))
    for name in ("graph.nt", "graph.nq.gz", "graph.ttl", "graph.rdf"):
        write(graph, folder / name)
        assert same(lines(closure_of(folder / name)), expected), name


@settings(few, max_examples=25)
@given(pieces(), pieces())
def test_named_graphs_are_closed_together(first: list[Piece], second: list[Piece]) -> None:
    parts = [*quads(named(first), ox.DefaultGraph()), *quads(named(second), ox.NamedNode("http://example.org/graph"))]
    data = ox.serialize(parts, format=ox.RdfFormat.N_QUADS)
    assert data is not None
    expected = kinds(closure_of(named(first + second)))
    assert same(kinds(closure_of(io.BytesIO(data))), expected)
    assert same(kinds(closure_of([named(first), named(second)])), expected)


def named(drawn: list[Piece]) -> Graph:
    """Return a graph with IRIs for the blank nodes, whose names files do not keep."""
    names = {node: URIRef(f"http://example.org/{node}") for node in blank_nodes(graph_of(drawn))}
    return graph_of(renamed(drawn, names))


def quads(graph: Graph, name: ox.NamedNode | ox.DefaultGraph) -> list[ox.Quad]:
    return [ox.Quad(to_ox(s), to_ox(p), to_ox(o), name) for s, p, o in graph]


def test_blank_nodes_of_two_files_never_meet(tmp_path: Path) -> None:
    for name in ("one.nt", "two.nt"):
        (tmp_path / name).write_text("_:b <http://example.org/p> <http://example.org/a> .\n")
    closed = closure_of([tmp_path / "one.nt", tmp_path / "two.nt"])
    assert len(set(closed.asserted.subjects())) == 2
