"""Readings: the alternatives of decisions, as triples that are removed from the ontology and triples that are added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from sts_kg.errors import ParseError, ReadingError, UnknownNameError
from sts_kg.guideline.condition import Condition, conditions
from sts_kg.guideline.duals import complements, finding_classes
from sts_kg.rdf import STS, ChangedGraph, compress, local, named_quads, of_quads, parse

__all__ = ["Reading", "find_reading", "names_of_readings", "reading_name", "readings"]

_Triple = tuple[Node, Node, Node]
_Kind = Literal["condition", "relation", "rule", "words", "axiom"]
#: How findings bear on one another.
_RELATIONS = frozenset({STS.impliesFinding, STS.oppositeOf, STS.complementOf})
#: What findings and intents say that marks read.
_OF_MARKS = frozenset({STS.reportsTherapy, STS.reportsOutcome, STS.purposeSite, STS.marksAs, STS.marksOptionsOf})
#: What a triple about a thing of a class is for, if it is no axiom: what a fact rule reads, or words.
_KINDS: Mapping[Node, _Kind] = {
    STS.FactRule: "rule",
    STS.TreatmentOption: "rule",
    STS.Finding: "words",
    STS.Intent: "words",
    STS.OrderStatement: "words",
    STS.Recommendation: "words",
}


@dataclass(frozen=True, eq=False)
class Reading:
    """A reading that a decision did not choose (`sts:Reading`), and the ontology as it is by that reading.

    `name` is what a user types, such as `D04=S08-alone`; `definition` says what the source then means. `chosen` is the
    ontology by all readings that were chosen, `removed` and `added` are the triples by which this one differs.
    `asserted` is the ontology by this reading, with the classes of new findings and the axioms of complements, but
    with the duals of conditions as they were.
    """

    name: str
    iri: URIRef
    decision: URIRef
    label: str
    definition: str
    chosen: Graph
    removed: frozenset[_Triple]
    added: Graph
    asserted: ChangedGraph

    @cached_property
    def conditions(self) -> dict[URIRef, Condition]:
        """Option to condition, for the options whose condition it changes."""
        changed = {o for _, p, o in self.changed if p == RDFS.subClassOf}
        return conditions(self.asserted, of=changed)

    @cached_property
    def kinds(self) -> frozenset[_Kind]:
        """What it changes: conditions, relations of findings, what fact rules read, words, or other axioms."""
        return frozenset(self._kind(*triple) for triple in self.changed)

    def may_change(self, known: Mapping[URIRef, bool], *, has_history: bool) -> bool:
        """Return whether findings may follow otherwise by it, for a case of which all that follows is known.

        A relation of findings matters only if what it starts from is known. An axiom starts from courses, from what is
        declined (`has_history`), or from the findings that it names.
        """
        if "axiom" in self.kinds and (has_history or not self._named_findings.isdisjoint(known)):
            return True
        starts = {
            STS.impliesFinding: ((0, True), (2, False)),
            STS.oppositeOf: ((0, True), (2, True)),
            STS.complementOf: ((0, False), (2, False)),
        }
        return any(
            known.get(URIRef(str(triple[place]))) is holds
            for triple in self.changed
            for place, holds in starts.get(URIRef(str(triple[1])), ())
        )

    @cached_property
    def _named_findings(self) -> frozenset[Node]:
        """The findings whose With or Without classes stand in what it changes."""
        terms = {term for graph in (self.removed, self.added) for triple in graph for term in triple}
        graphs: tuple[Graph, ...] = (self.asserted, self.chosen)
        classes = {each for graph in graphs for term in terms for each in graph.objects(term, OWL.equivalentClass)}
        return frozenset(value for each in classes for value in self.chosen.objects(each, OWL.hasValue))

    @property
    def changed(self) -> Iterator[_Triple]:
        """The triples that are removed or added, those within a class expression left out."""
        triples: tuple[Iterable[_Triple], ...] = (self.removed, self.added)
        for changed in triples:
            inner = {o for _, _, o in changed if isinstance(o, BNode)}
            yield from (triple for triple in changed if triple[0] not in inner)

    def _kind(self, subject: Node, predicate: Node, value: Node) -> _Kind:
        if (value, RDFS.subClassOf, STS.MetCondition) in self.chosen:
            return "condition"
        if predicate in _RELATIONS:
            return "relation"
        if predicate in _OF_MARKS:
            return "rule"
        if isinstance(subject, BNode):  # the other triples say what it is that is a subclass of something
            return "axiom" if predicate == RDFS.subClassOf else "words"
        types = (*self.asserted.objects(subject, RDF.type), *self.chosen.objects(subject, RDF.type))
        above = {one for kind in types for one in self.chosen.transitive_objects(kind, RDFS.subClassOf)}
        return next((kind for one, kind in _KINDS.items() if one in above), "axiom")


def readings(folder: Path, chosen: Graph) -> dict[str, Reading]:
    """Return the readings of an ontology by name, in the order of their decisions.

    What `sts:reading-D04-S08-alone` changes is in `D04.trig` of the folder, as two named graphs: its IRI with
    `/removed` and with `/added`.

    Raises
    ------
    ParseError
        A file is missing or cannot be read, has a graph of no reading, or removes what is not in the ontology.
    """
    found: dict[str, Reading] = {}
    anonymous = {_shape(chosen, s): s for s in chosen.subjects(RDFS.subClassOf) if isinstance(s, BNode)}
    by_decision: dict[URIRef, list[URIRef]] = {}
    for iri, decision in chosen.subject_objects(STS.readingOf):
        by_decision.setdefault(URIRef(str(decision)), []).append(URIRef(str(iri)))
    for decision in sorted(by_decision):
        path = folder / f"{local(decision)}.trig"
        graphs = _graphs(path, by_decision[decision])
        for iri in sorted(by_decision[decision]):
            removed, added = (graphs.get(f"{iri}/{part}", Graph()) for part in ("removed", "added"))
            name = reading_name(iri, decision)
            gone = _found(removed, anonymous, chosen, path)
            found[name] = _reading(name, iri, decision, chosen, gone, added)
    return found


def names_of_readings(chosen: Graph) -> dict[str, URIRef]:
    """Return the IRIs of the readings that a graph names, by their names."""
    pairs = chosen.subject_objects(STS.readingOf)
    return {reading_name(iri, decision): iri for iri, decision in pairs if isinstance(iri, URIRef)}


def reading_name(iri: Node, decision: Node) -> str:
    """Return what a user types for a reading of a decision, such as `D04=S08-alone`."""
    of = local(str(decision))
    return f"{of}={local(str(iri)).removeprefix(f'reading-{of}-')}"


def _graphs(path: Path, of: Iterable[URIRef]) -> dict[str, Graph]:
    """Return the named graphs of a file of readings."""
    expected = [f"{iri}/{part}" for iri in of for part in ("removed", "added")]
    quads: dict[str, list[Any]] = {}
    for quad in named_quads(path, None, blank_nodes=path.stem):
        quads.setdefault(getattr(quad.graph_name, "value", ""), []).append(quad)
    for wrong in (name for name in quads if name not in expected):
        what = f"has the graph {compress(wrong)}" if wrong else "has triples outside its graphs"
        raise ParseError(f"{what}; {' or '.join(map(compress, expected))} is expected", path=path)
    return {name: of_quads(of_graph) for name, of_graph in quads.items()}


def _reading(
    name: str, iri: URIRef, decision: URIRef, chosen: Graph, removed: frozenset[_Triple], added: Graph
) -> Reading:
    changed = ChangedGraph(chosen, removed, added)
    new = [finding for finding in added.subjects(RDF.type, STS.Finding) if isinstance(finding, URIRef)]
    generated = parse("".join(finding_classes(changed, finding) for finding in new))
    before, after = complements(chosen), complements(changed)
    for triple in (*added, *(after - before)):
        generated.add(triple)
    asserted = ChangedGraph(chosen, removed | (before - after), generated)
    label, definition = (str(chosen.value(iri, one) or "") for one in (RDFS.label, SKOS.definition))
    return Reading(name, iri, decision, label, definition, chosen, removed, added, asserted)


def _found(removed: Graph, anonymous: Mapping[object, BNode], chosen: Graph, path: Path) -> frozenset[_Triple]:
    """Return the triples of an ontology that a graph removes.

    A class expression is found by what it says; `anonymous` has those of the ontology that are a subclass of something.

    Raises
    ------
    ParseError
        The ontology does not have them.
    """
    inner, found = {o for o in removed.objects() if isinstance(o, BNode)}, set[_Triple]()
    # by what they are subclasses of first, which names them best in an error
    for subject, predicate, value in sorted(removed, key=lambda triple: triple[1] != RDFS.subClassOf):
        if subject in inner:
            continue
        same = anonymous.get(_shape(removed, subject)) if isinstance(subject, BNode) else subject
        wanted = _shape(removed, value)
        known = next((o for o in chosen.objects(same, predicate) if same and _shape(chosen, o) == wanted), None)
        if known is None:
            said = " ".join(map(_said, (subject, predicate, value)))
            raise ParseError(f"removes what the ontology does not say: {said}", path=path)
        assert same is not None, "a value was found for it"
        found |= {(same, predicate, known), *_below(chosen, known)}
    return frozenset(found)


def _said(node: Node) -> str:
    return "a class expression" if isinstance(node, BNode) else compress(str(node))


def _shape(graph: Graph, node: Node) -> object:
    """Return what a node says if it is blank, so that two can be compared; else the node."""
    if not isinstance(node, BNode):
        return node
    return frozenset((predicate, _shape(graph, value)) for predicate, value in graph.predicate_objects(node))


def _below(graph: Graph, node: Node) -> Iterator[_Triple]:
    """Yield the triples of a blank node and of those that it refers to."""
    if isinstance(node, BNode):
        for predicate, value in graph.predicate_objects(node):
            yield node, predicate, value
            yield from _below(graph, value)


def find_reading(name: str, known: Mapping[str, Reading], chosen: Graph) -> Reading:
    """Return the reading of a name such as `D04=S08-alone`; of a decision, such as `D04`, its only one.

    Raises
    ------
    UnknownNameError
        There is no such reading; near ones are named.
    ReadingError
        None is near either, the decision has several readings, or its alternative is not encoded; the error says why.
    """
    if name in known:
        return known[name]
    decision = name.partition("=")[0]
    names = [each.name for each in known.values() if local(each.decision) == decision]
    if name == decision and len(names) == 1:
        return known[names[0]]
    reasons = {local(str(one)): reason for one, reason in chosen.subject_objects(STS.noReadingReason)}
    if reason := reasons.get(decision):
        raise ReadingError(name, f"the alternative of {decision} is not encoded. {reason}")
    if name == decision and names:
        raise ReadingError(name, f"{decision} has several: {', '.join(names)}")
    unknown = UnknownNameError("reading", name, names or known)
    if unknown.near:
        raise unknown
    has = (
        f"{decision} has {' and '.join(names)}" if names else "the query provenance/readings lists those that there are"
    )
    raise ReadingError(name, f"there is none of this name; {has}")
