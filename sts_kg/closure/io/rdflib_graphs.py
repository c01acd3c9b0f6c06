"""The answers of a closure as rdflib graphs and terms, and the closure by owlrl instead of our own loop."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from rdflib import Graph
from rdflib.term import Node

from sts_kg.closure.fixpoint import Fixpoint
from sts_kg.closure.io.output import Output, Rows
from sts_kg.closure.proofs.inconsistency import Inconsistency, inconsistency
from sts_kg.closure.rules.checks import Clashes
from sts_kg.closure.terms import Terms
from sts_kg.closure.triples import Found
from sts_kg.rdf import node, ntriples, rdflib_quiet

__all__ = ["add_to", "closed_by_owlrl", "graph_of", "ids_of", "inconsistencies"]


def graph_of(output: Output, *parts: Iterator[Rows]) -> Graph:
    """Return triples as a new rdflib Graph."""
    graph = Graph(bind_namespaces="none")
    add_to(graph, output, *parts)
    return graph


def add_to(graph: Graph, output: Output, *parts: Iterator[Rows]) -> None:
    """Add triples to an rdflib Graph."""
    nodes: dict[int, Node] = {}

    def named(number: int) -> Node:
        if number not in nodes:
            nodes[number] = node(output.terms.text(number))
        return nodes[number]

    with rdflib_quiet():
        for part in parts:
            for predicate, subjects, objects in part:
                p = named(predicate)
                for s, o in zip(subjects.tolist(), objects.tolist(), strict=True):
                    graph.add((named(s), p, named(o)))


def ids_of(nodes: Sequence[Node], terms: Terms) -> tuple[int, ...] | None:
    """Return the ids of rdflib terms, or None if one of them is not in the dictionary."""
    ids = tuple(terms.find_few([ntriples(each) for each in nodes]))
    return None if -1 in ids else ids


def inconsistencies(clashes: Clashes, terms: Terms) -> tuple[Inconsistency, ...]:
    """Return clashes as inconsistencies with rdflib terms, sorted by their text."""
    with rdflib_quiet():
        found = [
            inconsistency(rule, [node(terms.text(number)) for number in clash])
            for rule, kept in clashes.by_rule.items()
            for clash in kept
        ]
    return tuple(sorted(found, key=str))


def closed_by_owlrl(fixpoint: Fixpoint) -> Clashes:
    """Close the asserted triples of a fixpoint with owlrl, and return the contradictions."""
    from sts_kg.closure.reference import close

    output = Output(fixpoint.known, fixpoint.terms, "none")
    start = time.perf_counter()
    derived, contradictions = close(graph_of(output, output.asserted()))
    fixpoint.seconds["fixpoint"] = time.perf_counter() - start
    rows = [ntriples(term) for triple in derived for term in triple]
    ids = fixpoint.terms.add_all(rows).reshape(-1, 3)
    found = Found()
    for predicate in set(ids[:, 1].tolist()):
        of = ids[ids[:, 1] == predicate]
        found.add("owlrl", predicate, of[:, 0], of[:, 2])
    fixpoint.known.insert(found)
    clashes = Clashes()
    for each in contradictions:
        clashes.add(each.rule, *fixpoint.terms.add_all([ntriples(term) for term in each.terms]).tolist())
    return clashes
