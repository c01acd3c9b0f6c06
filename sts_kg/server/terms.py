"""The terms of the graph as pages need them: what they are called, what is said of each and by whom, what matches them.

Everything is bounded: a term of a large ontology may have any number of statements, each of any length.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from sts_kg.guideline import leaves, short
from sts_kg.links import Mapping, MappingSet, iri_of
from sts_kg.rdf import BASE, STS, Prefixes, ShownGraph, compress, expand, is_ours, ntriples, one_triple
from sts_kg.safe import UNSAFE, brief, counted

if TYPE_CHECKING:
    from collections.abc import Mapping as Names

    from sts_kg.guideline import Condition
    from sts_kg.knowledge import KnowledgeGraph

__all__ = ["Group", "Match", "Piece", "Terms", "Value", "spelled", "term_of", "worded"]

#: Values of a predicate, predicates of a term, things that lead to it by one, characters of a text, parts of a
#: class expression, and statements that are looked at to choose those that are shown.
MOST_VALUES, MOST_GROUPS, MOST_INCOMING, MOST_TEXT, MOST_PIECES, MOST_SORTED = 40, 40, 25, 600, 60, 5_000
#: Triples of a description, and how deep class expressions go.
MOST_DESCRIBED, DEEPEST = 10_000, 6
_LABELS = (RDFS.label, SKOS.prefLabel)
_DEFINITIONS = (SKOS.definition, STS.gist, URIRef("http://purl.obolibrary.org/obo/IAO_0000115"), RDFS.comment)
_BUILT_IN = tuple(map(str, (OWL._NS, RDF._NS, RDFS._NS, XSD._NS)))
#: How predicates that have no label of ours are read.
_READ = {
    RDF.type: "is a",
    RDFS.label: "label",
    RDFS.comment: "comment",
    RDFS.isDefinedBy: "defined by",
    RDFS.subClassOf: "subclass of",
    RDFS.subPropertyOf: "subproperty of",
    RDFS.domain: "domain",
    RDFS.range: "range",
    OWL.equivalentClass: "equivalent to",
    OWL.disjointWith: "disjoint with",
    OWL.inverseOf: "inverse of",
    OWL.imports: "imports",
    OWL.versionInfo: "version",
    OWL.versionIRI: "version IRI",
}
#: What things of built-in types are called; all others are called what their class is.
_CALLED = {
    OWL.Class: "class",
    RDFS.Class: "class",
    OWL.ObjectProperty: "object property",
    OWL.DatatypeProperty: "data property",
    OWL.AnnotationProperty: "annotation property",
    RDF.Property: "property",
    OWL.Ontology: "ontology",
}
#: The kinds that people look for, in this order; each with the kinds below it.
FIRST = (STS.TreatmentOption, STS.Therapy, STS.Finding, STS.Recommendation, STS.SourceSegment, STS.Decision)


def worded(condition: Condition, labels: Names[URIRef, str]) -> str:
    """Return a condition in one line of text, with the labels of its findings in the place of their short names."""
    names = {short(finding): labels.get(finding, short(finding)) for finding in leaves(condition)}
    return re.sub(r"[\w-]+", lambda found: names.get(found[0], found[0]), str(condition))


class Piece(NamedTuple):
    """A run of text, which leads to the page of a term if it has the term's IRI."""

    text: str
    iri: str = ""


class Value(NamedTuple):
    """One side of a statement. `quiet` is its language or datatype, `source` the linked graph that says it.

    `triple` is the statement if it is inferred, so that its proof can be asked for.
    """

    pieces: tuple[Piece, ...]
    quiet: str = ""
    source: str = ""
    triple: tuple[Node, Node, Node] | None = None


class Group(NamedTuple):
    """The statements of one predicate, those that are shown, and how many more there are."""

    predicate: Piece
    values: tuple[Value, ...]
    more: int = 0


class Match(NamedTuple):
    """A row of a mapping set from the side of one term: the other term, the match, and whether it holds."""

    set: MappingSet
    row: Mapping
    other: str
    label: str
    predicate: str
    holds: bool
    reason: str = ""


class Terms:
    """All terms that a graph speaks of: ours, those of linked slices, and those that mappings lead to."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self.kg = kg
        self.asserted, self.inferred = kg.asserted, kg.inferred
        links = kg.session.named_graphs("links") if kg.session.slices else {}
        followed = links.pop(STS["link/inferred"], Graph())
        #: The linked slices by name.
        self.slices: dict[str, Graph] = {str(name): graph for name, graph in links.items()}
        self._asserted = [("", self.asserted), *self.slices.items()]
        self._inferred = [self.inferred, followed]

    # --- names

    @cached_property
    def matches(self) -> dict[str, list[Match]]:
        """The rows of the mapping sets by each of their terms; the other term of a row is the one it leads to."""
        layers, found = self.kg.layers, defaultdict[str, list[Match]](list)
        refuted = {id(conflict.other.row): conflict.reason for conflict in layers.overruled}
        derived = (layers.derived,) if layers.derived.mappings else ()
        for each in (*layers.given, *derived):
            for row in each.mappings:
                ends = [iri_of(row.cell(f"{side}_id"), each.curie_map) for side in ("subject", "object")]
                reason = "denied: it is not this" if row.negative else refuted.get(id(row), "")
                for end, other, side in ((ends[0], ends[1], "object"), (ends[1], ends[0], "subject")):
                    label, predicate = row.cell(f"{side}_label"), row.cell("predicate_id")
                    found[end].append(Match(each, row, other, label, predicate, not reason, reason))
        for rows in found.values():  # what holds first, and of that what means the same
            rows.sort(key=lambda each: (not each.holds, each.predicate != "skos:exactMatch", each.predicate))
        return dict(found)

    @cached_property
    def sets(self) -> dict[str, MappingSet]:
        """The mapping sets by their IRIs."""
        return {each.id: each for each in self.kg.layers.given if each.id}

    @cached_property
    def labels(self) -> dict[str, str]:
        """IRI to label: ours, or that of a slice, or that of a mapping; the English one of several."""
        best: dict[str, tuple[int, bool, str]] = {}
        for at, (_, graph) in enumerate(self._asserted):
            for predicate in _LABELS:
                for subject, label in graph.subject_objects(predicate):
                    if isinstance(subject, URIRef):
                        key = (at, getattr(label, "language", None) not in ("en", None), str(label))
                        best[str(subject)] = min(best.get(str(subject), key), key)
        found = {iri: label for iri, (_, _, label) in best.items()}
        for rows in self.matches.values():
            for row in rows:
                if row.label:
                    found.setdefault(row.other, row.label)
        for iri, each in self.sets.items():
            found.setdefault(iri, f"mapping set {each.name}")
        return found

    def label(self, iri: str) -> str:
        """Return the label of a term, else its CURIE or IRI, cut."""
        return brief(self.labels.get(str(iri)) or self.curie(iri), 200)

    def curie(self, iri: str) -> str:
        """Return the CURIE of a term by our prefixes or those of known vocabularies, else its IRI."""
        return str(compress(iri) if is_ours(iri) else Prefixes.shipped().compress(iri) or compress(iri))

    @cached_property
    def known(self) -> frozenset[str]:
        """The IRI of every term of a statement or a mapping."""
        graphs = (*(graph for _, graph in self._asserted), *self._inferred)
        named = {str(term) for graph in graphs for triple in graph for term in triple if isinstance(term, URIRef)}
        return frozenset((*named, *(iri for iri in self.matches if ":" in iri), *self.sets))

    # --- kinds

    def types(self, iri: str) -> list[URIRef]:
        """Return what a term is asserted to be, the words of ours first."""
        term = URIRef(iri)
        found = {each for _, graph in self._asserted for each in graph.objects(term, RDF.type)}
        found.discard(OWL.NamedIndividual)
        named = (each for each in found if isinstance(each, URIRef))
        return sorted(named, key=lambda each: (str(each).startswith(_BUILT_IN), not is_ours(each), each))

    def kind(self, iri: str) -> Piece:
        """Return what a term is, in words that lead to its class."""
        for each in self.types(iri):
            return Piece(_CALLED.get(each) or self.label(each), str(each))
        return Piece("mapping set" if iri in self.sets else "term" if is_ours(iri) else "term of others")

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """Our terms by the IRI of their kind: the kinds that people look for first, then by name."""
        found = defaultdict[str, list[str]](list)
        for subject in {each for each in self.asserted.subjects() if isinstance(each, URIRef)}:
            if is_ours(subject):
                found[self.kind(subject).iri].append(str(subject))
        place = {each: at for at, first in enumerate(FIRST) for each in self._below(first)}
        for terms in found.values():
            terms.sort(key=self.order)
        named = sorted(found, key=lambda kind: (place.get(URIRef(kind), len(FIRST)), self.called(kind)))
        return {kind: found[kind] for kind in named}

    def called(self, kind: str) -> str:
        """Return what things of a kind are called."""
        return _CALLED.get(URIRef(kind)) or self.label(kind)

    def _below(self, kind: URIRef) -> Iterator[Node]:
        return (each for each in self.asserted.transitive_subjects(RDFS.subClassOf, kind) if each is not None)

    def order(self, iri: str) -> tuple[int, str, str]:
        """Return the place of a term among its like: by its ordinal, else by its label."""
        value = self.asserted.value(URIRef(iri), STS.ordinal)
        return (int(value) if isinstance(value, Literal) else 0, self.label(iri).casefold(), iri)

    def definition(self, iri: str) -> str:
        """Return the definition of a term, or of a segment its gist; empty if it has none."""
        for predicate in _DEFINITIONS:
            for _, graph in self._asserted:
                for text in sorted(map(str, graph.objects(URIRef(iri), predicate))):
                    return _cut(text)
        return ""

    def texts(self, iri: str, predicate: URIRef) -> list[str]:
        """Return the texts that a predicate gives a term, sorted, at most twenty."""
        term = URIRef(iri)
        found = {_cut(str(each)) for _, graph in self._asserted for each in graph.objects(term, predicate)}
        return sorted(found)[:20]

    # --- statements

    def facts(self, iri: str) -> tuple[list[Group], list[Group], list[Group]]:
        """Return what is asserted of a term, what is inferred, and what linked slices say, grouped by predicate."""
        term = URIRef(iri)
        asserted = self._grouped((predicate, value, "", None) for _, predicate, value in _of(self.asserted, term))
        inferred = self._grouped(
            (triple[1], triple[2], "", triple) for graph in self._inferred for triple in _of(graph, term)
        )
        linked = self._grouped(
            (predicate, value, name, None)
            for name, graph in self.slices.items()
            for _, predicate, value in _of(graph, term)
        )
        return asserted, inferred, linked

    def incoming(self, iri: str) -> list[Group]:
        """Return what leads to a term, grouped by predicate: things, with those in whose expressions it stands."""
        term, most = URIRef(iri), MOST_INCOMING
        found: dict[Node, dict[Node, tuple[str, tuple[Node, Node, Node] | None]]] = defaultdict(dict)
        told = [(name, graph, False) for name, graph in self._asserted]
        for name, graph, is_inferred in (*told, *(("", graph, True) for graph in self._inferred)):
            for subject, predicate, _ in graph.triples((None, None, term)):
                if isinstance(subject, URIRef):
                    found[predicate].setdefault(subject, (name, (subject, predicate, term) if is_inferred else None))
                else:
                    for owner in self._owners(graph, subject, term):
                        found[_WITHIN].setdefault(owner, (name, None))
        groups = []
        for predicate in sorted(found, key=lambda each: (each == _WITHIN, *self._first(each))):
            subjects = found[predicate]
            first = sorted(islice(subjects, MOST_SORTED), key=lambda each: self.order(str(each)))[:most]
            values = [
                Value((Piece(self.label(str(each)), str(each)),), "", self._named(subjects[each][0]), subjects[each][1])
                for each in first
            ]
            groups.append(Group(self._read(predicate), tuple(values), len(subjects) - len(values)))
        return _bounded(groups, len(groups))

    def uses(self, iri: str) -> tuple[int, list[tuple[Piece, Value]]]:
        """Return how many statements have a term as their predicate, and the first of them."""
        term, count, found = URIRef(iri), 0, list[tuple[URIRef, Node, str]]()
        for name, graph in self._asserted:
            for subject, _, value in graph.triples((None, term, None)):
                count += 1
                if isinstance(subject, URIRef) and len(found) < MOST_SORTED:
                    found.append((subject, value, name))
        found.sort(key=lambda each: (self.order(str(each[0])), str(each[1])))
        shown = ((subject, self.value(value, name)) for subject, value, name in found[:MOST_INCOMING])
        return count, [(Piece(self.label(str(subject)), str(subject)), value) for subject, value in shown]

    def _grouped(self, statements: Iterable[tuple[Node, Node, str, tuple[Node, Node, Node] | None]]) -> list[Group]:
        found = defaultdict[Node, list[tuple[Node, str, tuple[Node, Node, Node] | None]]](list)
        for predicate, value, name, triple in statements:
            found[predicate].append((value, name, triple))
        groups = []
        for predicate in sorted(found, key=self._first)[:MOST_GROUPS]:
            stated = found[predicate]
            values = [self.value(*each) for each in stated[:MOST_SORTED]]
            values.sort(key=lambda each: (self._places(each), [piece.text for piece in each.pieces]))
            shown = values[:MOST_VALUES]
            groups.append(Group(self._read(predicate), tuple(shown), len(stated) - len(shown)))
        return _bounded(groups, len(found))

    def _read(self, predicate: Node) -> Piece:
        """Return a predicate as it is read."""
        iri = str(predicate)
        if predicate == _WITHIN:
            return Piece(iri)
        return Piece(self.labels.get(iri) or _READ.get(URIRef(iri)) or self.label(iri), iri)

    def _first(self, predicate: Node) -> tuple[bool, bool, Piece]:
        """Return the place of a predicate: what a term is first, and what has no name in words last."""
        is_named = str(predicate) in self.labels or predicate in _READ
        return predicate != RDF.type, not is_named, self._read(predicate)

    def _places(self, value: Value) -> tuple[bool, int]:
        one = len(value.pieces) == 1 and value.pieces[0].iri
        return not one, self.order(value.pieces[0].iri)[0] if one else 0

    def value(self, term: Node, source: str = "", triple: tuple[Node, Node, Node] | None = None) -> Value:
        """Return a term as it is shown: a literal by its text, a blank node by its class expression."""
        if isinstance(term, Literal):
            kind = f"@{term.language}" if term.language else str(term.datatype or XSD.string)
            quiet = "" if kind == "@en" or kind.startswith(str(XSD)) else brief(self.curie(kind), 100)
            return Value((Piece(_cut(str(term))),), quiet, self._named(source), triple)
        left = [MOST_PIECES]
        return Value(tuple(self._expression(term, 0, left)), "", self._named(source), triple)

    def _named(self, source: str) -> str:
        return source.removeprefix(f"{BASE}link/") if source else ""

    # --- class expressions

    def _expression(self, term: Node, depth: int, left: list[int]) -> Iterator[Piece]:
        """Yield the pieces of a term in the words of the Manchester syntax; `left` is how many more there may be."""
        left[0] -= 1
        if isinstance(term, URIRef):
            yield Piece(self.label(str(term)), str(term))
            return
        if isinstance(term, Literal):
            yield Piece(f"“{brief(str(term), 100)}”")
            return
        if depth > DEEPEST or left[0] < 0:
            yield Piece("…")
            return
        graph = next((graph for _, graph in self._asserted if (term, None, None) in graph), self.asserted)

        def inner(each: Node) -> Iterator[Piece]:
            return self._expression(each, depth + 1, left)

        for operator, word in ((OWL.intersectionOf, " and "), (OWL.unionOf, " or "), (OWL.oneOf, ", ")):
            if (head := graph.value(term, operator)) is not None:
                yield from self._joined(_members(graph, head), word, inner, "()" if operator != OWL.oneOf else "{}")
                return
        if (other := graph.value(term, OWL.complementOf)) is not None:
            yield Piece("not ")
            yield from inner(other)
            return
        if (over := graph.value(term, OWL.onProperty)) is not None:
            yield from inner(over)
            for predicate, word in _RESTRICTIONS.items():
                for filler in graph.objects(term, predicate):
                    yield Piece(f" {word} ")
                    yield from inner(filler)
            return
        if (term, RDF.first, None) in graph:
            yield from self._joined(_members(graph, term), ", ", inner, "()")
            return
        yield Piece("[")
        said = sorted(graph.predicate_objects(term), key=str)
        for at, (over, value) in enumerate(said[:8]):
            yield Piece("; " if at else "")
            yield self._read(over)
            yield Piece(" ")
            yield from inner(value)
        yield Piece("; …]" if len(said) > 8 else "]")

    def _joined(
        self, members: Sequence[Node], word: str, inner: Callable[[Node], Iterator[Piece]], brackets: str
    ) -> Iterator[Piece]:
        yield Piece(brackets[0])
        for at, each in enumerate(members):
            if at:
                yield Piece(word)
            if at == 20:
                yield Piece(f"… {len(members) - at} more")
                break
            yield from inner(each)
        yield Piece(brackets[1])

    def _owners(self, graph: Graph, inner: Node, term: URIRef) -> set[URIRef]:
        """Return the named things in whose expressions a blank node stands."""
        found, seen, around = set[URIRef](), {inner}, [inner]
        while around and len(seen) < 200:
            for above in graph.subjects(None, around.pop()):
                if isinstance(above, URIRef):
                    found.add(above)
                elif above not in seen:
                    seen.add(above)
                    around.append(above)
        for each in seen:  # a statement about an expression names a class, too
            for predicate in (RDFS.subClassOf, OWL.equivalentClass):
                found |= {named for named in graph.objects(each, predicate) if isinstance(named, URIRef)}
        return found - {term}

    # --- as RDF

    def described(self, iri: str, *, inferred: bool = False) -> Graph:
        """Return the statements about a term, with those about the blank nodes that they lead to.

        A term that we do not describe has the matches that hold.
        """
        graph = ShownGraph(bind_namespaces="none")
        waiting: list[tuple[Node, Graph]] = [(URIRef(iri), each) for _, each in self._asserted]
        seen = set[tuple[Node, int]]()
        while waiting and len(graph) < MOST_DESCRIBED:
            described, of = waiting.pop()
            for triple in of.triples((described, None, None)):
                graph.add(triple)
                key = (triple[2], id(of))
                if isinstance(triple[2], BNode) and key not in seen:
                    seen.add(key)
                    waiting.append((triple[2], of))
        if inferred:
            for each in self._inferred:
                for triple in each.triples((URIRef(iri), None, None)):
                    graph.add(triple)
        if not is_ours(iri):
            for match in self.matches.get(iri, ()):
                if match.holds:
                    ends = (match.row.cell("subject_id"), match.row.cell("predicate_id"), match.row.cell("object_id"))
                    s, p, o = (URIRef(iri_of(end, match.set.curie_map)) for end in ends)
                    graph.add((s, p, o))
        return graph


_WITHIN = Literal("in an expression of")
_RESTRICTIONS = {
    OWL.hasValue: "value",
    OWL.someValuesFrom: "some",
    OWL.allValuesFrom: "only",
    OWL.minCardinality: "min",
    OWL.maxCardinality: "max",
    OWL.cardinality: "exactly",
    OWL.minQualifiedCardinality: "min",
    OWL.maxQualifiedCardinality: "max",
    OWL.qualifiedCardinality: "exactly",
    OWL.onClass: "of",
    OWL.hasSelf: "Self",
}


def _bounded(groups: list[Group], count: int) -> list[Group]:
    """Return the first groups, and as one more how many others there are."""
    more = count - MOST_GROUPS
    return (
        groups
        if more <= 0
        else [*groups[:MOST_GROUPS], Group(Piece(counted(more, "more property", "more properties")), ())]
    )


def _of(graph: Graph, term: URIRef) -> Iterator[tuple[Node, Node, Node]]:
    return graph.triples((term, None, None))


def _members(graph: Graph, head: Node | None) -> list[Node]:
    found: list[Node] = []
    seen: set[Node] = set()
    while head is not None and head != RDF.nil and head not in seen and len(found) < 1_000:
        seen.add(head)
        found += islice(graph.objects(head, RDF.first), 1)
        head = graph.value(head, RDF.rest)
    return found


def _cut(text: str) -> str:
    text = UNSAFE.sub("\ufffd", text.replace("\r\n", "\n"))
    more = len(text) - MOST_TEXT
    return text if more <= 0 else f"{text[:MOST_TEXT]}… ({more:,} more characters)"


def spelled(term: Node) -> str:
    """Return a term as an address names it: a CURIE of ours, else N-Triples; `term_of` reads it."""
    if isinstance(term, URIRef) and (curie := compress(str(term))) != str(term):
        return curie
    return f"_:{term}" if isinstance(term, BNode) else ntriples(term).decode()


def term_of(text: str) -> Node:
    """Return the term that an address names: a CURIE, an IRI in angle brackets, a literal, or a blank node of ours.

    Raises
    ------
    CurieError, ParseError
        It is none of these.
    """
    text = text.strip()
    if text.startswith("_:"):
        return BNode(text[2:])
    if text.startswith('"'):
        return one_triple(f"<urn:s> <urn:p> {text}")[2]
    return expand(text)
