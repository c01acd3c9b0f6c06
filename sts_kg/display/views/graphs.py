"""What is shown of a graph: how large it is, of what it speaks, its first triples, and its Turtle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, cast

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from sts_kg.display.pictures.making import picture_of_graph
from sts_kg.display.view import Block, Facts, Figure, Fold, Inline, Paragraph, Quiet, Source, View, cut, grid, text_of
from sts_kg.display.views.tables import MOST_SOURCE
from sts_kg.display.views.terms import cell_of, link_to
from sts_kg.errors import StsKgError
from sts_kg.rdf import curies_of, serialize
from sts_kg.safe import counted

if TYPE_CHECKING:
    from rdflib.term import Node

    from sts_kg.rdf import ShownGraph, Term

__all__ = ["of_graph"]

MOST_ROWS = 50
MOST_CLASSES = 12
#: Triples that are looked at, at most, to find the classes and the first triples.
MOST_LOOKED = 50_000
#: Triples of a graph that is drawn, at most.
MOST_DRAWN = 40
#: Triples that are shown as Turtle, at most.
MOST_TURTLE = 300


def of_graph(graph: ShownGraph) -> View:
    """Return the number of triples, its subjects by class, the first triples, and a small graph as Turtle."""
    total, named = len(graph), curies_of(graph)
    first = nsmallest(MOST_ROWS, islice(graph, MOST_LOOKED), key=_text)
    blocks: list[Block] = []
    if classes := _classes(graph, named):
        blocks.append(Facts((("subjects by class", classes),)))
    blocks += _picture_of(graph, total)
    blocks.append(grid(("subject", "predicate", "object"), _rows(first, graph, named), "triple", total=total))
    if graph.sparql:
        blocks.append(Fold("the SPARQL that was sent", (Source(cut(graph.sparql, MOST_SOURCE), "sparql"),)))
    blocks.append(_turtle(graph, total))
    return View(f"Graph of {counted(total, 'triple')}", tuple(blocks))


def _picture_of(graph: ShownGraph, total: int) -> tuple[Block, ...]:
    """Return the picture of a small graph, if something can lay it out."""
    if not 0 < total <= MOST_DRAWN:
        return ()
    labels = Graph()
    for term in {term for triple in graph for term in triple if isinstance(term, URIRef)}:
        if label := _label(term, graph):
            labels.add((term, RDFS.label, Literal(label)))
    try:
        picture = picture_of_graph(graph, labels)
        return (Figure(picture.to_svg(), "the triples below as a picture"),)
    except StsKgError:  # nothing lays it out, or a term is none of RDF 1.1: the table has all of it
        return ()


def _text(triple: tuple[Node, Node, Node]) -> tuple[str, ...]:
    """Return what triples are ordered by: those about named things first, then as text."""
    return str(isinstance(triple[0], BNode)), *(str(term)[:1000] for term in triple)


def _classes(graph: ShownGraph, named: Callable[[str], str]) -> Inline:
    """Return the classes of the subjects, each with the number of subjects, the most first."""
    counts = Counter(kind for _, kind in islice(graph.subject_objects(RDF.type), MOST_LOOKED))
    found = sorted(((kind, n) for kind, n in counts.items() if isinstance(kind, URIRef)), key=_most_first)
    shown: list[Inline] = [
        (link_to(str(kind), named=named, text=_label(kind, graph)), Quiet(f" {n:,}"))
        for kind, n in found[:MOST_CLASSES]
    ]
    if more := len(found) - MOST_CLASSES:
        shown += [Quiet(counted(more, "more class", "more classes"))] if more > 0 else []
    return text_of(shown)


def _most_first(counted_class: tuple[URIRef, int]) -> tuple[int, str]:
    return -counted_class[1], str(counted_class[0])


def _rows(
    triples: list[tuple[Node, Node, Node]], graph: ShownGraph, named: Callable[[str], str]
) -> list[tuple[Inline, ...]]:
    """Return triples as rows, a subject that is that of the row above left out."""
    rows: list[tuple[Inline, ...]] = []
    above: Node | None = None
    for subject, predicate, object_ in triples:
        cells = [
            cell_of(cast("Term", term), _label(term, graph), mixed=True, named=named)
            for term in (subject, predicate, object_)
        ]
        rows.append(("" if subject == above else cells[0], *cells[1:]))
        above = subject
    return rows


def _label(term: Node, graph: ShownGraph) -> str:
    """Return the label of a term, as the graph states it, or else as its maker knows it."""
    if not isinstance(term, URIRef):
        return ""
    stated = (str(label) for of in (RDFS.label, SKOS.prefLabel) for label in graph.objects(term, of))
    return min(stated, default=graph.labels.get(term, ""))


def _turtle(graph: ShownGraph, total: int) -> Block:
    if total > MOST_TURTLE:
        return Paragraph(Quiet('too long to be shown as Turtle: serialize(format="turtle") has all of it'))
    try:
        text = serialize(graph, "turtle").decode()
    except StsKgError as error:  # a term that is none of RDF 1.1
        return Paragraph(Quiet(cut(str(error))))
    return Fold("as Turtle", (Source(cut(text, MOST_SOURCE), "turtle"),))
