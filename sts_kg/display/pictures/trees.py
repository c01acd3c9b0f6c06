"""Class hierarchies, conditions, proofs and neighbourhoods as drawings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDFS, SKOS
from rdflib.term import Node as RdfNode

from sts_kg.display.pictures.drawing import Drawing, Edge, Node, shortened
from sts_kg.display.pictures.neighbourhood import Neighbourhood, label_of
from sts_kg.display.view import SIGNS
from sts_kg.guideline import Alternative, Condition, Leaf, ordinal, truth
from sts_kg.rdf import compress, ntriples
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.closure import Proof

__all__ = ["condition_tree", "hierarchy", "of_neighbourhood", "proof_tree"]

#: Classes of a hierarchy and steps of a proof that are drawn.
MOST_CLASSES, MOST_STEPS = 60, 40


# --- neighbourhoods


def of_neighbourhood(found: Neighbourhood, title: str) -> Drawing:
    """Return a neighbourhood as a drawing: inferred statements are dashed, and say so.

    Where several terms have one label, each has its CURIE, too.
    """
    labels = Counter(term.label for term in found.terms)
    nodes, tips = [], {}
    for term in found.terms:
        tips[term.name] = shortened(term.label)
        tip = "; ".join(filter(None, [term.curie, ", ".join(term.classes)]))
        needs_curie = term.curie != term.label and (term.kind == "focus" or labels[term.label] > 1)
        lines = (term.label, term.curie) if needs_curie else (term.label,)
        nodes.append(Node(term.name, lines, (term.kind,), tip, strong=term.kind == "focus"))
    edges = []
    places = {term.name: at for at, term in enumerate(found.terms)}
    for each in found.statements:
        words = f"{shortened(each.label)}{' (inferred)' if each.inferred else ''}"
        side, near = min(("out", each.source), ("in", each.target), key=lambda end: places[end[1]])
        tip = f"{tips[each.source]} {words} {tips[each.target]}"
        classes = ("inferred",) if each.inferred else ("asserted",)
        shared = f"{side} {each.predicate} {near}"
        edges.append(Edge(each.source, each.target, words, classes, tip, shared, dashed=each.inferred))
    return Drawing(title, tuple(nodes), tuple(edges))


# --- class hierarchies


def hierarchy(asserted: Graph, inferred: Graph, of: URIRef, *, most: int = MOST_CLASSES) -> tuple[Drawing, list[str]]:
    """Return the classes above and below one, or the broader and narrower concepts, and what is left out.

    What is said of a class only by way of one between is left out.
    """
    graph = asserted + inferred
    is_concept = (of, SKOS.broader, None) in graph or (None, SKOS.broader, of) in graph
    relation = SKOS.broader if is_concept else RDFS.subClassOf

    def by_label(terms: Iterable[RdfNode], term: RdfNode) -> list[URIRef]:
        found = [each for each in terms if isinstance(each, URIRef) and each not in (term, *_ENDS)]
        return sorted(found, key=lambda each: (ordinal(graph, each), label_of(graph, each), each))

    def above(term: RdfNode) -> list[URIRef]:
        return by_label(graph.objects(term, relation), term)

    found = _reached(of, above) | _reached(of, lambda term: by_label(graph.subjects(relation, term), term))
    kept = [*found][:most]
    nodes = []
    for each in kept:
        tip = f"{label_of(graph, each)}; {compress(str(each))}"
        nodes.append(
            Node(str(each), (label_of(graph, each),), ("focus",) if each == of else ("class",), tip, strong=each == of)
        )
    edges = []
    for each in kept:
        for general in above(each):
            is_inferred = (each, relation, general) not in asserted
            if general in kept and not (is_inferred and _between(above, each, general)):
                words = "inferred" if is_inferred else ""
                tip = (
                    f"{label_of(graph, each)} is below {label_of(graph, general)}{' (inferred)' if is_inferred else ''}"
                )
                classes = ("inferred",) if is_inferred else ("asserted",)
                edges.append(Edge(str(general), str(each), words, classes, tip, arrow="begin", dashed=is_inferred))
    rest = len(found) - len(kept)
    words = counted(rest, "more concept") if is_concept else counted(rest, "more class", "more classes")
    left_out = [f"{words} not drawn, of {len(found):,}."] if rest else []
    title = f"What is above and below {label_of(graph, of)}"
    return Drawing(title, tuple(nodes), tuple(edges), ordered=True), left_out


#: Above and below everything.
_ENDS = (OWL.Thing, OWL.Nothing, RDFS.Resource)


def _reached(start: URIRef, onward: Callable[[RdfNode], list[URIRef]]) -> dict[URIRef, None]:
    found, ring = {start: None}, [start]
    while ring:
        ring = [each for term in ring for each in onward(term) if each not in found and not found.update({each: None})]
    return found


def _between(above: Callable[[RdfNode], list[URIRef]], low: URIRef, high: URIRef) -> bool:
    """Return whether a class lies between two others, the same as neither."""
    return any(
        high in above(each) and low not in above(each) and each not in above(high)
        for each in above(low)
        if each != high
    )


# --- conditions


def condition_tree(
    option: str,
    condition: Condition,
    label: Callable[[RdfNode], str],
    known: Mapping[URIRef, bool] | None = None,
    root: tuple[str, str] | None = None,
) -> Drawing:
    """Return a condition as a tree of all-of and any-of, with the value of each part in Kleene's logic if it is known.

    Parameters
    ----------
    option : str
        Its label.
    known : mapping, optional
        The findings that hold and do not hold; without it no values are written.
    root : tuple of str, optional
        The status of the option as a class and in words.
    """
    nodes: list[Node] = []
    edges: list[Edge] = []

    def value(part: Condition) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if known is None:
            return (), ()
        kind, words = _VALUES[truth(part, known)]
        if isinstance(part, Leaf):
            words = _OF_FINDINGS[truth(part, known)]
        return (f"{SIGNS[kind]} {words}",), (kind,)

    def add(part: Condition, above: str) -> None:
        name = f"part {len(nodes)}"
        lines, classes = value(part)
        if isinstance(part, Leaf):
            words = f"{'' if part.holds else 'without '}{label(part.finding)}"
            nodes.append(Node(name, (words, *lines), ("leaf", *classes), compress(str(part.finding))))
        else:
            words = "any of" if isinstance(part, Alternative) else "all of"
            nodes.append(Node(name, (words, *lines), ("operator", *classes)))
        said = ": ".join(nodes[-1].lines)
        edges.append(Edge(above, name, classes=("part",), tip=f"{_first(nodes, above)} needs {said}", arrow="none"))
        if not isinstance(part, Leaf):
            for each in part.parts:
                add(each, name)

    status = (root[1],) if root else ()
    nodes.append(Node("option", (option, *status), ("option", *((root[0],) if root else ())), strong=True))
    add(condition, "option")
    return Drawing(f"The condition of {option}", tuple(nodes), tuple(edges), ordered=True)


#: As the explanation of the option says it.
_VALUES = {True: ("met", "met"), False: ("not-met", "not met"), None: ("undetermined", "undetermined")}
_OF_FINDINGS = {True: "yes", False: "no", None: "unknown"}


def _first(nodes: Sequence[Node], name: str) -> str:
    return next(node.lines[0] for node in nodes if node.name == name)


# --- proofs


def proof_tree(proof: Proof, graph: Graph, *, most: int = MOST_STEPS) -> tuple[Drawing, list[str]]:
    """Return the steps of a proof, each once, the conclusion on the left, and what is left out."""
    steps = [*_steps(proof)]
    kept = {id(each): f"step {at}" for at, each in enumerate(steps[:most])}
    nodes, edges = [], []
    for each in steps[:most]:
        said = _said(each, graph)
        is_asserted = each.rule is None
        after = f", after {', '.join(each.sentences)}" if each.sentences else ""
        reason = f"asserted{after}" if is_asserted else f"by {each.rule}"
        tip = f"{each.conclusion} [{each.reason}]"
        kind = "given" if is_asserted else "inferred"
        first = each is proof
        nodes.append(
            Node(kept[id(each)], (said, reason), ("step", kind, *(("focus",) if first else ())), tip, strong=first)
        )
        for premise in {id(one): one for one in _premises(each)}.values():
            if id(premise) in kept:
                tip = f"{said} follows by {each.rule} from {_said(premise, graph)}"
                edges.append(Edge(kept[id(each)], kept[id(premise)], classes=("premise",), tip=tip, arrow="begin"))
    rest = len(steps) - len(kept)
    left_out = [f"{counted(rest, 'more step')} not drawn, of {len(steps):,}."] if rest else []
    return Drawing(f"Why {_said(proof, graph)}", tuple(nodes), tuple(edges)), left_out


def _premises(step: Proof) -> Sequence[Proof]:
    return () if step.is_list else step.premises


def _steps(proof: Proof) -> Iterator[Proof]:
    """Yield each step once, nearest to the conclusion first."""
    seen, ring = {id(proof)}, [proof]
    while ring:
        onward = []
        for each in ring:
            yield each
            for premise in _premises(each):
                if id(premise) not in seen:
                    seen.add(id(premise))
                    onward.append(premise)
        ring = onward


def _said(step: Proof, graph: Graph) -> str:
    """Return a conclusion with the labels of what has one."""
    if step.is_list or len(step.triple) != 3:
        return step.conclusion
    terms = (label_of(graph, each) if isinstance(each, URIRef) else ntriples(each).decode() for each in step.triple)
    return " ".join(terms)
