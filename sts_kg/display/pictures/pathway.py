"""The options in the order of the source, by modality, with what comes after what: all of it read from triples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.term import Node as RdfNode

from sts_kg.display.html import SIGNS
from sts_kg.display.pictures.drawing import Drawing, Edge, Group, Node
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
    modalities = {each: _ordered(graph, graph.objects(each, STS.hasModality)) for each in options}
    umbrellas = {*instances(guideline.asserted, STS.UmbrellaOption)}
    first = {
        option: f"“{_cues(graph, statement)[0]}”"
        for statement in instances(guideline.asserted, STS.PositionStatement)
        for option in graph.objects(statement, STS.positionOf)
    }

    def node(option: URIRef) -> Node:
        answer = (answers or {}).get(option)
        status = (status_line(answer), *dict.fromkeys(mark.label for mark in answer.marks)) if answer else ()
        lines = (label(option), *((first[option],) if option in first else ()), *status)
        classes = ("option", *((answer.status,) if answer else ()))
        return Node(compress(str(option)), lines, classes, strong=option in umbrellas)

    groups = []
    for modality in _ordered(graph, {each for found in modalities.values() for each in found}):
        members = [option for option in options if modalities[option] == [modality]]
        if members:
            titled = "" if umbrellas.intersection(members) or len(members) == 1 else label(modality)
            names = tuple(compress(str(each)) for each in members)
            groups.append(Group(compress(str(modality)), titled, names, f"modality: {label(modality)}"))
    edges = [edge for made in (_refining, _orders, _enabling, _alternatives) for edge in made(guideline, graph)]
    refining = {edge.target for edge in edges if "quiet" in edge.classes}
    starts = tuple(name for name in (compress(str(each)) for each in options) if name not in refining)
    title = f"What the page says may be offered{f', for case {case}' if case else ''}"
    return Drawing(title, tuple(map(node, options)), tuple(edges), tuple(groups), starts=starts, ordered=True)


def _ordered(graph: Graph, things: Iterable[RdfNode]) -> list[URIRef]:
    return sorted(
        (each for each in things if isinstance(each, URIRef)), key=lambda each: (ordinal(graph, each), each)
    )


def _cues(graph: Graph, statement: RdfNode) -> list[str]:
    return sorted(map(str, graph.objects(statement, STS.cue)))


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
        words = _said(graph, statement)
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
        words = ", ".join(sorted({_said(graph, each) for each in transitions}))
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
                yield Edge(*names, label(STS.alternativeTo), ("or",), tip, arrow="both", dashed=True)
