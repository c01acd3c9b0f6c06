"""The options in the order of the source, by modality, with what comes after what: all of it read from triples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.term import Node as RdfNode

from sts_kg.display.pictures.drawing import Drawing, Edge, Node
from sts_kg.display.view import SIGNS
from sts_kg.guideline import instances, ordinal
from sts_kg.rdf import STS, compress

if TYPE_CHECKING:
    from sts_kg.cases import Answer
    from sts_kg.guideline import Guideline

__all__ = ["pathway", "status_line"]


def status_line(answer: Answer) -> str:
    """Return the status of an option with its sign, such as `✓ met in general`."""
    return f"{SIGNS[answer.status]} {answer.shown_status}"


def pathway(guideline: Guideline, answers: Mapping[URIRef, Answer] | None = None, case: str = "") -> Drawing:
    """Return the pathway; with answers, each option has its status in words and colours."""
    graph, label = guideline.closure.graph, guideline.vocabulary.label
    options = [*guideline.conditions]
    umbrellas = {*instances(guideline.asserted, STS.UmbrellaOption)}
    first = {
        option: f"“{_cues(guideline.asserted, statement)[0]}”"
        for statement in instances(guideline.asserted, STS.PositionStatement)
        for option in graph.objects(statement, STS.positionOf)
    }

    def node(option: URIRef) -> Node:
        answer = (answers or {}).get(option)
        status = (status_line(answer), *dict.fromkeys(mark.label for mark in answer.marks)) if answer else ()
        lines = (label(option), *((first[option],) if option in first else ()), *status)
        classes = ("option", *((answer.status,) if answer else ()))
        modalities = ", ".join(map(label, _ordered(graph, graph.objects(option, STS.hasModality))))
        tip = f"{compress(str(option))}; {label(STS.hasModality)} {modalities}"
        return Node(compress(str(option)), lines, classes, tip, strong=option in umbrellas)

    edges = [edge for made in (_refining, _orders, _enabling, _alternatives) for edge in made(guideline, graph)]
    names = [compress(str(option)) for option in options]
    title = f"What the page says may be offered{f', for case {case}' if case else ''}"
    return Drawing(title, tuple(map(node, options)), tuple(edges), rows=_rows(names, edges))


def _rows(names: Iterable[str], edges: Iterable[Edge]) -> tuple[tuple[str, ...], ...]:
    """Return the options below each other: those that nothing leads to, and those that only refine another."""
    leading = {name: [edge for edge in edges if edge.target == name and not edge.beside] for name in names}
    at: dict[str, str] = {}
    for name, found in leading.items():
        if not found:
            at[name] = ""
        elif len(found) == 1 and "quiet" in found[0].classes:
            general = found[0].source
            at[name] = "kinds" if not leading[general] else general
    return tuple(tuple(name for name in at if at[name] == row) for row in dict.fromkeys(at.values()))


def _ordered(graph: Graph, things: Iterable[RdfNode]) -> list[URIRef]:
    return sorted((each for each in things if isinstance(each, URIRef)), key=lambda each: (ordinal(graph, each), each))


def _cues(graph: Graph, statement: RdfNode) -> list[str]:
    return sorted(map(str, graph.objects(statement, STS.cue)), key=lambda cue: (len(cue), cue))


def _refining(guideline: Guideline, graph: Graph) -> Iterator[Edge]:
    """Yield a line from each option to those that refine it, but for what goes through one between."""
    label = guideline.vocabulary.label
    above = {each: {*graph.objects(each, STS.refines)} for each in guideline.conditions}
    for option, found in above.items():
        for general in _ordered(graph, found):
            if not any(general in above.get(other, ()) for other in found if isinstance(other, URIRef)):
                tip = f"{label(option)} {label(STS.refines)} {label(general)}"
                ends = compress(str(general)), compress(str(option))
                yield Edge(*ends, classes=("quiet",), tip=tip, arrow="none")


def _said(graph: Graph, statement: RdfNode) -> str:
    """Return the words of the source in a statement, how often it says so, and on which finding."""
    cues = _cues(graph, statement)
    often = sorted(map(str, graph.objects(statement, STS.frequencyCue)))
    return ", ".join(f"“{cue}”" for cue in [*often, *cues])


def _orders(guideline: Guideline, graph: Graph) -> Iterator[Edge]:
    label = guideline.vocabulary.label
    implied = STS["basis-implied"]
    for statement in instances(guideline.asserted, STS.OrderStatement):
        words = _said(guideline.asserted, statement)
        for later in _ordered(graph, graph.objects(statement, STS.laterOption)):
            for earlier in _ordered(graph, graph.objects(statement, STS.earlierOption)):
                is_implied = (statement, STS.hasBasis, implied) in graph
                basis = f", {label(implied)}" if is_implied else ""
                tip = f"{label(later)} {label(STS.follows)} {label(earlier)}: {words}{basis}"
                names = compress(str(earlier)), compress(str(later))
                shared = f"{names[1]} {words}"
                yield Edge(*names, words, ("order",), tip, shared, dashed=is_implied)


def _enabling(guideline: Guideline, graph: Graph) -> Iterator[Edge]:
    label = guideline.vocabulary.label
    for option, other in sorted(graph.subject_objects(STS.mayEnable)):
        transitions = [each for each in graph.subjects(STS.effectOf, option) if (each, STS.cue, None) in graph]
        words = ", ".join(sorted({_said(guideline.asserted, each) for each in transitions}))
        tip = f"{label(option)} {label(STS.mayEnable)} {label(other)}{f': {words}' if words else ''}"
        yield Edge(compress(str(option)), compress(str(other)), label(STS.mayEnable), ("may",), tip)


def _alternatives(guideline: Guideline, graph: Graph) -> Iterator[Edge]:
    label = guideline.vocabulary.label
    seen: set[frozenset[RdfNode]] = set()
    for option in guideline.conditions:
        for other in _ordered(graph, graph.objects(option, STS.alternativeTo)):
            if frozenset({option, other}) not in seen:
                seen.add(frozenset({option, other}))
                tip = f"{label(option)} is an {label(STS.alternativeTo)} {label(other)}"
                names = compress(str(option)), compress(str(other))
                yield Edge(*names, label(STS.alternativeTo), ("or",), tip, arrow="both", dashed=True, beside=True)
