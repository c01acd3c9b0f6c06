"""Copies of one restriction: one stands for all, and nothing is lost: held against the plain twin."""

from __future__ import annotations

from random import Random

import pytest
from closure import twin
from rdflib import OWL, RDF, RDFS, BNode, Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from sts_kg.closure.closure import Closure, closure_of
from sts_kg.rdf.graphs import parse

EX = Namespace("http://e/")
FILLERS = (OWL.someValuesFrom, OWL.allValuesFrom, OWL.hasValue)


def told(triples: object) -> set[str]:
    return {" ".join(term.n3() for term in triple) for triple in triples}  # type: ignore[attr-defined]


def random_graph(seed: int) -> Graph:
    """Return a graph in which few restrictions are written many times, nested, in lists, and next to equal terms."""
    random = Random(seed)
    graph = Graph()
    classes: list[Node] = [EX[name] for name in "ABC"]
    properties, individuals = [EX.p, EX.q], [EX[f"i{n}"] for n in range(3)]
    for each in classes:
        if random.random() < 0.6:
            graph.add((each, RDF.type, OWL.Class))
    for each in properties:
        if random.random() < 0.5:
            graph.add((each, RDF.type, random.choice((OWL.ObjectProperty, OWL.DatatypeProperty))))
    expressions: list[Node] = []
    for _ in range(random.randint(2, 7)):
        node, filler = BNode(), random.choice(FILLERS[: random.choice((1, 2, 3))])
        graph.add((node, OWL.onProperty, random.choice(properties)))
        value = random.choice(individuals if filler == OWL.hasValue else [*classes[:2], *expressions])
        graph.add((node, filler, value))
        if random.random() < 0.4:
            graph.add((node, RDF.type, OWL.Restriction))
        if random.random() < 0.1:
            graph.add((node, RDF.type, OWL.Class))
        expressions.append(node)
    anything = [*classes, *expressions]
    for _ in range(random.randint(2, 8)):
        x, y = random.choice(anything), random.choice(anything)
        match random.randrange(11):
            case 0 | 1 | 2:
                graph.add((x, RDFS.subClassOf, y))
            case 3:
                graph.add((x, OWL.equivalentClass, y))
            case 4:
                graph.add((random.choice(individuals), RDF.type, y))
            case 5:
                graph.add((random.choice(properties), random.choice((RDFS.domain, RDFS.range)), y))
            case 6:
                graph.add((random.choice(individuals), random.choice(properties), random.choice(individuals)))
            case 7 | 8:
                members, head = BNode(), BNode()
                Collection(graph, members, [x, y])
                kind = random.choice((OWL.intersectionOf, OWL.unionOf))
                graph.add((head, kind, members))
                graph.add((random.choice(anything), RDFS.subClassOf, head))
            case 9:
                graph.add((x, random.choice((OWL.complementOf, OWL.disjointWith)), y))
            case _:
                if random.random() < 0.3:
                    graph.add((x, OWL.sameAs, y))
                else:
                    graph.add((EX.p, RDFS.subPropertyOf, EX.q))
    return graph


def everything(closed: Closure) -> set[str]:
    return told(closed.graph) | told(closed.repeated)


@pytest.mark.parametrize("seed", range(300))
def test_nothing_is_lost(seed: int) -> None:
    graph = random_graph(seed)
    triples, found = twin.close(graph)
    closed = closure_of(graph, axioms="all")
    assert sorted(told(triples) ^ everything(closed)) == []
    assert {each.rule for each in closed.inconsistencies} == {rule for rule, _ in found}
    assert len(closed.graph) == len(closed)
    assert len(closed.repeated) == closed.n_repeated
    assert not any(each in closed.graph for each in closed.repeated)
    for each in (*closed.graph, *closed.repeated):
        assert each in closed
        assert closed.proof(each).triple == each
    less = closure_of(graph)
    assert len(less.repeated) == less.n_repeated
    assert everything(less) <= everything(closed)
