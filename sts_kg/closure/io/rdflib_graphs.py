"""The answers of a closure as rdflib graphs and terms, and the closure by owlrl instead of our own loop."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from sts_kg.closure.fixpoint import Fixpoint
from sts_kg.closure.flaws import MALFORMED, REWRITTEN, Flaw, Flaws, Warned
from sts_kg.closure.io.output import Output, Rows
from sts_kg.closure.proofs.inconsistency import Inconsistency, inconsistency
from sts_kg.closure.rules.checks import Clashes
from sts_kg.closure.terms import Terms
from sts_kg.closure.triples import Found
from sts_kg.rdf import ShownGraph, compress, node, ntriples, rdflib_quiet

__all__ = ["add_to", "closed_by_owlrl", "graph_of", "ids_of", "inconsistencies", "warnings"]

_LONGEST = 200  # characters of a literal in a sentence


def graph_of(output: Output, *parts: Iterator[Rows]) -> ShownGraph:
    """Return triples as a new rdflib Graph."""
    graph = ShownGraph(bind_namespaces="none")
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


def warnings(flaws: Flaws, terms: Terms) -> tuple[Warned, ...]:
    """Return flaws with rdflib terms and sentences."""
    with rdflib_quiet():
        return tuple(_warned(flaw, [node(terms.text(number)) for number in flaw.row]) for flaw in flaws.kept)


def _warned(flaw: Flaw, row: Sequence[Node]) -> Warned:
    subject, predicate, given = (compress(str(term)) if isinstance(term, URIRef) else term.n3() for term in row)
    where = f"as {predicate} of {subject}"
    if flaw.kind == MALFORMED:
        message = f"the rdf:List that begins at {given}, {where}, {flaw.reason}; no rule reads it"
    else:
        literal = row[2]
        assert isinstance(literal, Literal), "only literals have values"
        text = str(literal)
        shown = Literal(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…").n3()
        datatype = compress(str(literal.datatype))
        message = f"{shown}, {where}, is no value of {datatype}"
        if flaw.reason == REWRITTEN:
            message = (
                f"{shown} of {datatype}, {where}, was another text before rdflib read it, and no value of {datatype}; "
                "give the file itself to see it"
            )
    return Warned(flaw.kind, message, flaw.file or flaw.source, flaw.line, row[2])


def closed_by_owlrl(fixpoint: Fixpoint) -> Clashes:
    """Close the asserted triples of a fixpoint with owlrl, and return the contradictions."""
    from sts_kg.closure.reference import close

    fixpoint.literals.look()  # for warnings
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
