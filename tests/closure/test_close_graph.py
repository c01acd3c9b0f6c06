"""A graph closed in place: what is added, what is refused, and what owlrl's `expand` would have added."""

from __future__ import annotations

from collections.abc import Callable

import owlrl
import pytest
from closure.random_graphs import Piece, graph_of, pieces
from closure.test_reference import EVERY_RULE, MORE_DATATYPES, UNKNOWN_VALUES, Triple, can_be_compared
from hypothesis import given, settings
from rdflib import RDF, RDFS, BNode, Dataset, Graph, Literal, URIRef
from rdflib.graph import ReadOnlyGraphAggregate
from rdflib.namespace import OWL

from sts_kg import close_graph, parse
from sts_kg.errors import ParseError, TooManyTriplesError, UnknownNameError
from sts_kg.rdf.names import STS

DRUGS = "sts:Drug rdfs:subClassOf sts:Therapy . sts:pazopanib a sts:Drug ."


def copy_of(graph: Graph, store: str = "default") -> Graph:
    copy = Graph(store=store)
    for triple in graph:
        copy.add(triple)
    return copy


# --- what is added


@pytest.mark.parametrize("store", ["default", "SimpleMemory", "Oxigraph"])
def test_what_follows_is_added_to_the_graph_itself(store: str) -> None:
    graph = copy_of(parse(DRUGS), store)
    closed = close_graph(graph)
    assert set(graph) == {*parse(DRUGS), (STS.pazopanib, RDF.type, STS.Therapy)}
    assert closed.counts == (2, 1, 0)
    assert set(closed.asserted) == set(parse(DRUGS))


def test_a_second_time_adds_nothing() -> None:
    graph = parse(EVERY_RULE)
    first, n_triples = close_graph(graph), len(graph)
    assert sum(first.counts) == n_triples
    assert close_graph(graph).counts == (n_triples, 0, 0)
    assert len(graph) == n_triples


@pytest.mark.parametrize(("axioms", "n_added"), [("none", 1), ("used", 2), ("all", 104)])
def test_trivial_triples_are_added_as_far_as_they_are_asked_for(axioms: str, n_added: int) -> None:
    graph = parse(DRUGS + " sts:p rdfs:range xsd:integer .")
    close_graph(graph, axioms=axioms)  # type: ignore[arg-type] # any text
    assert len(graph) - 3 == n_added


def test_what_is_added_is_about_the_blank_nodes_of_the_graph() -> None:
    node = BNode()
    graph = parse(DRUGS).add((node, RDF.type, STS.Drug))
    close_graph(graph)
    assert (node, RDF.type, STS.Therapy) in graph


def test_literals_keep_their_lexical_form() -> None:
    graph = parse('sts:p rdfs:subPropertyOf sts:q . sts:x sts:p "01"^^xsd:integer .')
    close_graph(graph)
    assert [literal.n3() for literal in graph.objects(STS.x, STS.q)] == [
        '"01"^^<http://www.w3.org/2001/XMLSchema#integer>'
    ]


def test_a_contradiction_is_in_the_closure_and_adds_nothing() -> None:
    graph = parse("sts:A owl:disjointWith sts:B . sts:x a sts:A , sts:B .")
    closed = close_graph(graph)
    assert len(graph) == 3
    assert [str(each) for each in closed.inconsistencies] == [
        "cax-dw: the disjoint classes sts:A and sts:B share sts:x"
    ]


def test_what_was_added_has_a_proof() -> None:
    proof = close_graph(parse(DRUGS)).proof((STS.pazopanib, RDF.type, STS.Therapy))
    assert proof.rule == "cax-sco"


def test_one_graph_of_a_dataset_is_closed_alone() -> None:
    dataset = Dataset()
    graph, other = dataset.graph(STS.g), dataset.graph(STS.h)
    for triple in parse("sts:Drug rdfs:subClassOf sts:Therapy . sts:x a sts:Drug ."):
        graph.add(triple)
    other.add((STS.y, RDF.type, STS.Drug))
    close_graph(graph)
    assert (len(graph), len(other), len(dataset)) == (3, 1, 4)


# --- what is refused


@pytest.mark.parametrize(
    "made", [Dataset, lambda: Dataset(default_union=True), lambda: ReadOnlyGraphAggregate([Graph()])]
)
def test_several_graphs_are_refused(made: Callable[[], Graph]) -> None:
    with pytest.raises(TypeError, match=r"^\w+ has several graphs, .*; close one of them, or all by closure_of$"):
        close_graph(made())


@pytest.mark.parametrize("given", ["graph.ttl", [], None])
def test_what_is_no_graph_is_refused(given: object) -> None:
    with pytest.raises(TypeError, match=r"^\w+ is no rdflib Graph, to which .*; close it by closure_of$"):
        close_graph(given)  # type: ignore[arg-type] # what a caller may write


def test_an_unknown_choice_of_axioms_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        close_graph(Graph(), axioms="some")  # type: ignore[arg-type] # what a caller may write


def test_a_graph_that_cannot_be_closed_is_as_it_was() -> None:
    graph = parse(DRUGS).add((STS.x, RDF.type, URIRef("http://example.org/a b")))
    with pytest.raises(ParseError):
        close_graph(graph)
    assert len(graph) == 3


def test_a_graph_whose_closure_is_too_large_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sts_kg.closure.io.output.LIMIT", 8)
    graph = parse("sts:a owl:sameAs sts:b , sts:c , sts:d ; sts:p sts:x .")
    with pytest.raises(TooManyTriplesError):
        close_graph(graph)
    assert len(graph) == 4


# --- what owlrl would have added: the table of docs/reasoner.md


def without_what_owlrl_alone_adds(expanded: Graph) -> set[Triple]:
    """Return triples of owlrl's `expand` without those that the page says it alone adds."""
    return {
        (s, p, o)
        for s, p, o in expanded
        if not isinstance(s, Literal)
        and not (s in MORE_DATATYPES and (o == RDFS.Datatype or p == OWL.sameAs))
        and not (p == OWL.disjointWith and UNKNOWN_VALUES >= {str(s), str(o)})
        and not (s == o == OWL.disjointWith)
        and "agent-ont" not in f"{p} {o}"
    }


def without_what_owlrl_leaves_out(closed: Graph) -> set[Triple]:
    """Return triples without those by which a class or property is below itself or equivalent to itself."""
    orders = (RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty)
    return {(s, p, o) for s, p, o in closed if not (s == o and p in orders)}


def differences(graph: Graph) -> list[str]:
    """Return the triples that only owlrl or only `close_graph` adds and that the page does not list."""
    expanded, closed = copy_of(graph), copy_of(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(expanded)
    close_graph(closed, axioms="all")
    lost = without_what_owlrl_alone_adds(expanded) - set(closed)
    more = without_what_owlrl_leaves_out(closed) - set(expanded)
    return [
        f"{who}: {' '.join(term.n3() for term in each)}"
        for who, found in (("owlrl", lost), ("ours", more))
        for each in sorted(found)
    ]


def test_expand_and_close_graph_differ_in_what_the_page_lists() -> None:
    assert differences(parse(EVERY_RULE + " sts:x sts:v 7 , true , 'x'@en .")) == []


@settings(max_examples=20)
@given(pieces(axioms=4))
def test_expand_and_close_graph_differ_in_no_more_on_random_graphs(drawn: list[Piece]) -> None:
    assert differences(graph_of(piece for piece in drawn if can_be_compared(piece))) == []


def test_owlrl_writes_a_contradiction_into_the_graph() -> None:
    graph = parse("sts:A owl:disjointWith sts:B . sts:x a sts:A , sts:B .")
    expanded = copy_of(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(expanded)
    said = [str(o) for s, p, o in expanded if str(p).endswith("agent-ont#error")]
    assert said == [f"Disjoint classes {STS.A} and {STS.B} have a common individual {STS.x}"]
    assert close_graph(graph).inconsistencies[0].rule == "cax-dw"
