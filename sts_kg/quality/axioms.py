"""Reads an RDF graph as OWL 2: its declarations, expressions and axioms, and the triples that belong to none.

Follows W3C OWL 2 Mapping to RDF Graphs (2nd ed.), section 3, with its tables for OWL 1 DL. What is malformed is
reported, and the rest of it is read. The module `profile` checks which of it OWL 2 RL and OWL 2 DL allow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from sts_kg.quality.violation import Violation
from sts_kg.rdf import compress
from sts_kg.rdf.xsd import SUPPORTED
from sts_kg.safe import counted

__all__ = [
    "BUILT_IN",
    "DATATYPES",
    "MALFORMED",
    "PROPERTY_KINDS",
    "SYNONYM",
    "Construct",
    "OwlDocument",
    "is_reserved",
    "read",
]

MALFORMED = "Malformed"  # the kind of an expression that cannot be read
SYNONYM = "Synonym"  # the kind of a union or intersection of at most one class, which is another class

PROPERTY_KINDS = ("object property", "data property", "annotation property")
_WORD = dict(zip(PROPERTY_KINDS, ("Object", "Data", "Annotation"), strict=True))

#: The OWL 2 datatype map with rdfs:Literal (Structural Specification, sections 4 and 5.2).
DATATYPES = frozenset({*map(URIRef, SUPPORTED), OWL.real, OWL.rational})
#: The entities that the reserved vocabulary offers, by kind (Structural Specification, sections 5.1 to 5.5).
BUILT_IN: Mapping[str, frozenset[URIRef]] = {
    "class": frozenset({OWL.Thing, OWL.Nothing}),
    "datatype": DATATYPES,
    "object property": frozenset({OWL.topObjectProperty, OWL.bottomObjectProperty}),
    "data property": frozenset({OWL.topDataProperty, OWL.bottomDataProperty}),
    "annotation property": frozenset({RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy, OWL.deprecated})
    | {OWL.versionInfo, OWL.priorVersion, OWL.backwardCompatibleWith, OWL.incompatibleWith},
    "individual": frozenset(),
}

# Mapping, Tables 6 and 7: what a type declares; the last one is from OWL 1.
_DECLARES = {
    OWL.Class: "class",
    RDFS.Datatype: "datatype",
    OWL.ObjectProperty: "object property",
    OWL.DatatypeProperty: "data property",
    OWL.AnnotationProperty: "annotation property",
    OWL.NamedIndividual: "individual",
    OWL.OntologyProperty: "annotation property",
}
# Mapping, Table 6: as in OWL 1, these make their subject an object property.
_DECLARES_OBJECT_PROPERTY = {OWL.InverseFunctionalProperty, OWL.TransitiveProperty, OWL.SymmetricProperty}
# Mapping, Table 5: types that add nothing to one of the others.
_REDUNDANT = {
    RDFS.Class: {OWL.Class, OWL.Restriction, OWL.DataRange, RDFS.Datatype},
    RDF.Property: {*_DECLARES_OBJECT_PROPERTY, OWL.FunctionalProperty, OWL.ObjectProperty, OWL.DatatypeProperty}
    | {OWL.AnnotationProperty, OWL.OntologyProperty},
    OWL.Class: {OWL.Restriction},
    RDFS.Datatype: {OWL.DataRange},
}
_CHARACTERISTICS: dict[Node, str] = {
    OWL.InverseFunctionalProperty: "InverseFunctionalObjectProperty",
    OWL.ReflexiveProperty: "ReflexiveObjectProperty",
    OWL.IrreflexiveProperty: "IrreflexiveObjectProperty",
    OWL.SymmetricProperty: "SymmetricObjectProperty",
    OWL.AsymmetricProperty: "AsymmetricObjectProperty",
    OWL.TransitiveProperty: "TransitiveObjectProperty",
}
_BOOLEANS: dict[Node, str] = {
    OWL.intersectionOf: "IntersectionOf",
    OWL.unionOf: "UnionOf",
    OWL.oneOf: "OneOf",
    OWL.complementOf: "ComplementOf",
    OWL.datatypeComplementOf: "ComplementOf",
}
_RESTRICTIONS = {
    OWL.someValuesFrom: "SomeValuesFrom",
    OWL.allValuesFrom: "AllValuesFrom",
    OWL.hasValue: "HasValue",
    OWL.hasSelf: "HasSelf",
    OWL.minCardinality: "MinCardinality",
    OWL.maxCardinality: "MaxCardinality",
    OWL.cardinality: "ExactCardinality",
    OWL.minQualifiedCardinality: "MinCardinality",
    OWL.maxQualifiedCardinality: "MaxCardinality",
    OWL.qualifiedCardinality: "ExactCardinality",
}
_QUALIFIED = {OWL.minQualifiedCardinality, OWL.maxQualifiedCardinality, OWL.qualifiedCardinality}
_RANGE_FACETS = "length minLength maxLength pattern minInclusive maxInclusive minExclusive maxExclusive"
_FACETS = {XSD[name] for name in _RANGE_FACETS.split()} | {URIRef(f"{RDF}langRange")}
_BETWEEN = {
    RDFS.subClassOf: ("SubClassOf", "class"),
    OWL.equivalentClass: ("EquivalentClasses", "class"),
    OWL.disjointWith: ("DisjointClasses", "class"),
    OWL.sameAs: ("SameIndividual", "individual"),
    OWL.differentFrom: ("DifferentIndividuals", "individual"),
}
_PROPERTY_AXIOMS = {
    RDFS.subPropertyOf: "Sub{}PropertyOf",
    OWL.equivalentProperty: "Equivalent{}Properties",
    OWL.propertyDisjointWith: "Disjoint{}Properties",
}
_EXPRESSION = {*_BOOLEANS, OWL.onProperty, OWL.onProperties, OWL.onDatatype}
_REIFIES = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)

_RESERVED = (str(OWL), str(RDF), str(RDFS), str(XSD))

Part = tuple[str, Node]


@dataclass(frozen=True, eq=False)
class Construct:
    """An axiom or an expression; `kind` is its name in functional-style syntax.

    `node` is the subject of its main triple, or its blank node. `parts` are pairs of role and term in the order of that
    syntax. A role is an entity kind of `BUILT_IN` or "literal"; a term that is a blank node may be an expression.
    """

    kind: str
    node: Node
    parts: tuple[Part, ...] = ()
    cardinality: int | None = None

    def of(self, role: str) -> tuple[Node, ...]:
        """Return the terms with this role, in their order."""
        return tuple(node for found, node in self.parts if found == role)


@dataclass(frozen=True, eq=False)
class OwlDocument:
    """An RDF graph read as OWL 2: declared entities by kind, axioms, expressions by node, violations of the mapping."""

    declared: Mapping[str, frozenset[URIRef]]
    axioms: tuple[Construct, ...]
    expressions: Mapping[Node, Construct]
    inverses: Mapping[Node, Node]
    violations: tuple[Violation, ...]
    _above: Mapping[Node, list[Node]]
    _below: Mapping[Node, list[Node]]

    def name(self, node: Node) -> str:
        """Return the CURIE of a term; for a blank node that of the nearest named term, best one above it."""
        return _name(node, self._above, self._below)

    def text(self, construct: Construct, depth: int = 3) -> str:
        """Return a construct in functional-style syntax; expressions below the given depth are shown as …."""
        words = [self.word(node, depth) for _, node in construct.parts]
        if construct.kind == SYNONYM:
            return words[0]
        if construct.kind == "SubObjectPropertyOf" and len(words) > 2:
            words = [f"ObjectPropertyChain({' '.join(words[:-1])})", words[-1]]
        if construct.cardinality is not None:
            words.insert(0, str(construct.cardinality))
        return f"{construct.kind}({' '.join(words)})"

    def word(self, node: Node, depth: int = 3) -> str:
        """Return a term as a word of functional-style syntax; `[]` for an anonymous individual."""
        if not isinstance(node, BNode):
            return _text(node)
        if node in self.inverses:
            return f"ObjectInverseOf({self.word(self.inverses[node])})"
        if node not in self.expressions:
            return "[]"
        return self.text(self.expressions[node], depth - 1) if depth else "…"

    def within(self, construct: Construct) -> Iterator[Construct]:
        """Yield a construct and every expression in it, each once, in any order."""
        waiting, seen = [construct], {node for node in [construct.node] if self.expressions.get(node) is construct}
        while waiting:
            current = waiting.pop()
            yield current
            for role, node in current.parts:
                if role != "individual" and node in self.expressions and node not in seen:
                    seen.add(node)
                    waiting.append(self.expressions[node])


def _name(node: Node, above: Mapping[Node, list[Node]], below: Mapping[Node, list[Node]]) -> str:
    if isinstance(node, URIRef):
        return compress(node)
    for neighbours in (above, below) if isinstance(node, BNode) else ():
        level, seen = {node}, {node}
        while level:
            named = [str(n) for n in level if isinstance(n, URIRef) and not is_reserved(n)]
            if named:
                return compress(min(named))
            level = {n for at in level if isinstance(at, BNode) for n in neighbours.get(at, ())} - seen
            seen |= level
    return _text(node)


def _text(node: Node) -> str:
    if isinstance(node, URIRef):
        return compress(node)
    return node.n3()


def is_reserved(iri: Node) -> bool:
    """Return whether a term is in the reserved vocabulary: rdf:, rdfs:, owl: or xsd:."""
    return str(iri).startswith(_RESERVED)  # str(): the startswith of rdflib's terms takes no tuple


def _as(role: str, nodes: Iterable[Node]) -> tuple[Part, ...]:
    return tuple((role, node) for node in nodes)


def read(graph: Graph) -> OwlDocument:
    """Return an RDF graph read as OWL 2; triples that are not part of an ontology are reported as violations.

    Works on any graph in linear time, and does not change it. Imports are not followed.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> drug, other = STS.Drug, BNode()
    >>> graph = Graph().add((drug, RDFS.subClassOf, other))
    >>> graph = graph.add((other, RDF.type, OWL.Class)).add((other, OWL.complementOf, STS.Surgery))
    >>> ontology = read(graph)
    >>> [ontology.text(axiom) for axiom in ontology.axioms]
    ['SubClassOf(sts:Drug ObjectComplementOf(sts:Surgery))']
    """
    return _Reader(graph).ontology()


class _Reader:
    """Removes triples from a copy of the graph as it reads them; those left over are not part of an ontology."""

    def __init__(self, graph: Graph) -> None:
        # Sorted, so that the answer does not depend on the order of the triples in the store.
        self.triples = sorted(graph, key=lambda triple: tuple(map(str, triple)))
        self.left = set(self.triples)
        self.objects: defaultdict[Node, dict[Node, list[Node]]] = defaultdict(dict)
        self.above: defaultdict[Node, list[Node]] = defaultdict(list)
        self.below: defaultdict[Node, list[Node]] = defaultdict(list)
        self.uses: defaultdict[Node, int] = defaultdict(int)
        for s, p, o in self.triples:
            self.objects[s].setdefault(p, []).append(o)
            if isinstance(o, BNode):
                self.above[o].append(s)
                self.uses[o] += p not in _REIFIES
            if isinstance(s, BNode):
                self.below[s].append(o)
        self.declared = {kind: set(built_in) for kind, built_in in BUILT_IN.items()}
        self.axioms: list[Construct] = []
        self.expressions: dict[Node, Construct] = {}
        self.inverses: dict[Node, Node] = {}
        self.violations: list[Violation] = []

    def ontology(self) -> OwlDocument:
        self.declarations()
        for node in list(self.objects):
            self.annotated(node)
            self.inverse(node)
        for node in list(self.objects):
            self.expression(node)
        for node in list(self.objects):
            self.axiom_of_node(node)
        for triple in self.triples:
            if triple in self.left:
                self.axiom_of_triple(*triple)
        self.leftovers()
        declared = {kind: frozenset(iris) for kind, iris in self.declared.items()}
        expressions, found = self.expressions, tuple(self.violations)
        return OwlDocument(declared, tuple(self.axioms), expressions, self.inverses, found, self.above, self.below)

    # Used by every step.

    def types(self, node: Node) -> list[Node]:
        return self.objects[node].get(RDF.type, []) if node in self.objects else []

    def take(self, s: Node, p: Node, only: Node | None = None) -> list[Node]:
        """Return the objects of a subject and predicate, and mark these triples as read."""
        found = self.objects[s].get(p, []) if s in self.objects else []
        self.left.difference_update((s, p, o) for o in found if only is None or o == only)
        return found

    def one(self, node: Node, p: Node) -> Node | None:
        """Return the object of a predicate that must occur exactly once."""
        found = self.take(node, p)
        if len(found) != 1:
            self.malformed(node, f"has {len(found)} {_text(p)}, not one", f"give it exactly one {_text(p)}")
        return found[0] if found else None

    def report(self, check: str, node: Node, message: str, remedy: str) -> None:
        self.violations.append(Violation(check, _name(node, self.above, self.below), message, remedy))

    def malformed(self, node: Node, message: str, remedy: str) -> None:
        types = sorted(compress(str(t)) for t in self.types(node) if isinstance(t, URIRef) and is_reserved(t))
        self.report("dl-malformed", node, f"its {' and '.join(types) or 'expression'} {message}", remedy)

    def add(self, kind: str, node: Node, *parts: tuple[Part, ...]) -> None:
        self.axioms.append(Construct(kind, node, tuple(part for group in parts for part in group)))

    def members(self, head: Node, at_least: int = 0) -> tuple[Node, ...]:
        """Return the members of an rdf:List; of a malformed one those before the faulty cell."""
        found: list[Node] = []
        cell, seen = head, set[Node]()
        while cell != RDF.nil:
            first, rest = self.take(cell, RDF.first), self.take(cell, RDF.rest)
            wrong = "has a cell that is not a blank node" if not isinstance(cell, BNode) else ""
            if len(first) != 1 or len(rest) != 1:
                wrong = f"has a cell with {len(first)} rdf:first and {len(rest)} rdf:rest, not one of each"
            elif cell in seen or self.uses[cell] > 1:
                wrong = "shares a cell with another list or with itself"
            if wrong:
                remedy = "write each list on its own, as blank nodes that end with rdf:nil"
                self.report("dl-malformed-list", head, f"its rdf:List {wrong}", remedy)
                return tuple(found)
            seen.add(cell)
            found.append(first[0])
            cell = rest[0]
        if len(found) < at_least:
            remedy = f"give the list at least {at_least}"
            self.report("dl-malformed-list", head, f"its rdf:List has {counted(len(found), 'member')}, too few", remedy)
        return tuple(found)

    def kinds(self, node: Node) -> set[str]:
        """Return which kinds of property a node is."""
        if node in self.inverses:
            return {"object property"}
        return {kind for kind in PROPERTY_KINDS if node in self.declared[kind]}

    def common_kind(self, nodes: Iterable[Node], among: tuple[str, ...] = PROPERTY_KINDS[:2]) -> str:
        """Return the kind that all of these properties have, else the kind that some have, else the first."""
        votes = [self.kinds(node) for node in nodes]
        shared = [kind for kind in among if all(kind in vote for vote in votes)]
        partly = [kind for kind in among if any(kind in vote for vote in votes)]
        return [*shared, *partly, among[0]][0] if votes else among[0]

    def is_range(self, node: Node) -> bool:
        """Return whether a node is a data range and no class."""
        if isinstance(node, URIRef):
            return node in self.declared["datatype"] and node not in self.declared["class"]
        return bool({RDFS.Datatype, OWL.DataRange}.intersection(self.types(node))) or any(
            p in (OWL.datatypeComplementOf, OWL.onDatatype) for p in self.objects.get(node, ())
        )

    # Mapping, sections 3.1.2 and 3.2.1: header and declarations.

    def declarations(self) -> None:
        for s, p, o in self.triples:
            if p != RDF.type or not isinstance(o, URIRef):
                continue
            if isinstance(s, URIRef) and o in _DECLARES:
                self.declared[_DECLARES[o]].add(s)
                self.take(s, p, o)
            elif isinstance(s, URIRef) and o in _DECLARES_OBJECT_PROPERTY:
                self.declared["object property"].add(s)
            elif isinstance(s, URIRef) and o in (OWL.DeprecatedClass, OWL.DeprecatedProperty):
                self.take(s, p, o)
            elif o == RDF.List and {RDF.first, RDF.rest} <= self.objects[s].keys():
                self.take(s, p, o)
            elif o == OWL.Ontology:
                self.take(s, p, o)
                self.take(s, OWL.imports)
                if isinstance(s, URIRef):
                    self.take(s, OWL.versionIRI)
            if _REDUNDANT.get(o, set()).intersection(self.types(s)):
                self.take(s, p, o)

    # Mapping, section 3.2.2: annotations of axioms and of annotations.

    def annotated(self, node: Node) -> None:
        types = {OWL.Axiom, OWL.Annotation}.intersection(self.types(node))
        if not types or not isinstance(node, BNode):
            return
        self.take(node, RDF.type)
        s, p, o = (self.one(node, part) for part in _REIFIES)
        if s and p and o and o not in self.objects[s].get(p, ()):
            triple = " ".join("[]" if isinstance(n, BNode) else _text(n) for n in (s, p, o))
            self.report("dl-not-an-axiom", s, f"the annotated triple {triple} is not there", "state it as well")
        self.annotations(node)

    def annotations(self, node: Node) -> None:
        """Read whatever else is said of the blank node of an axiom or annotation: that must be annotations."""
        for p in self.objects[node]:
            if any((node, p, o) in self.left for o in self.objects[node][p]) and p != RDF.type:
                for o in self.take(node, p):
                    self.add("Annotation", node, _as("annotation property", [p]), self.value(o))

    @staticmethod
    def value(node: Node) -> tuple[Part, ...]:
        """Return the value of an annotation as a part: only a literal holds an entity, its datatype."""
        return _as("literal" if isinstance(node, Literal) else "annotation value", [node])

    # Mapping, section 3.2.4: expressions, each by its blank node.

    def inverse(self, node: Node) -> None:
        if isinstance(node, BNode) and OWL.inverseOf in self.objects[node]:
            target = self.one(node, OWL.inverseOf)
            if not isinstance(target, URIRef):
                self.malformed(node, "has an inverse that is not a named property", "name an object property")
            elif target is not None:
                self.inverses[node] = target

    def expression(self, node: Node) -> None:
        constructors = [p for p in self.objects[node] if p in _EXPRESSION]
        if isinstance(node, URIRef):
            # Mapping, Table 18: of a named class, OWL 1's way to write EquivalentClasses.
            for p in constructors:
                for o in self.objects[node][p] if p in _BOOLEANS else ():
                    self.take(node, p, o)
                    hidden = BNode()
                    self.expressions[hidden] = self.boolean(hidden, p, o)
                    self.above[hidden].append(node)
                    self.add("EquivalentClasses", node, _as("class", [node, hidden]))
        elif isinstance(node, BNode) and constructors:
            self.expressions[node] = self.anonymous_expression(node, constructors)

    def anonymous_expression(self, node: BNode, constructors: list[Node]) -> Construct:
        wanted = (
            {OWL.Restriction} if OWL.onProperty in constructors or OWL.onProperties in constructors else {OWL.Class}
        )
        if self.is_range(node):
            wanted = {RDFS.Datatype, OWL.DataRange}
        for kind in (found := wanted.intersection(self.types(node))):
            self.take(node, RDF.type, kind)
        if not found:
            name = compress(str(min(wanted)))
            self.malformed(node, f"is an expression without rdf:type {name}", f"type its blank node as {name}")
        if len(constructors) == 1 and (p := constructors[0]) in _BOOLEANS:
            if (o := self.one(node, p)) is not None:
                return self.boolean(node, p, o)
        elif constructors == [OWL.onProperty]:
            return self.restriction(node)
        elif constructors == [OWL.onDatatype]:
            return self.datatype_restriction(node)
        else:
            names = " and ".join(sorted(compress(str(p)) for p in constructors))
            self.malformed(
                node, f"has {names}, which is not an expression of OWL 2 DL", "write one expression per node"
            )
            self.drop(node)
        return Construct(MALFORMED, node)

    def boolean(self, node: Node, p: Node, o: Node) -> Construct:
        """Return an intersection, union, complement or enumeration."""
        data = self.is_range(node)
        word, role = _BOOLEANS[p], "datatype" if data else "class"
        kind = ("Data" if data else "Object") + word
        if word == "ComplementOf":
            return Construct(kind, node, _as(role, [o]))
        members = self.members(o, 2 if data and word != "OneOf" else 0)
        if word == "OneOf":
            wrong = [member for member in members if isinstance(member, Literal) != data]
            if wrong:
                self.malformed(
                    node, "enumerates both literals and individuals, or the wrong ones", "enumerate one kind"
                )
            role = "literal" if data else "individual"
            members = tuple(member for member in members if member not in wrong)
        elif not data and len(members) == 1:
            return Construct(SYNONYM, node, _as(role, members))  # Mapping, Table 14
        if not data and not members:
            return Construct(SYNONYM, node, _as("class", [OWL.Thing if word == "IntersectionOf" else OWL.Nothing]))
        return Construct(kind, node, _as(role, members))

    def restriction(self, node: BNode) -> Construct:
        """Return a restriction; its filler decides the kind of an undeclared property."""
        found = [p for p in _RESTRICTIONS if p in self.objects[node]]
        on = self.one(node, OWL.onProperty)
        if len(found) != 1:
            names = " and ".join(sorted(map(compress, found))) or "nothing"
            self.malformed(node, f"restricts its property by {names}, not by one constructor", "write one per node")
            self.drop(node)
            return Construct(MALFORMED, node)
        p, qualifier = found[0], OWL.onDataRange if OWL.onDataRange in self.objects[node] else OWL.onClass
        value = self.one(node, p)
        filler = self.one(node, qualifier) if p in _QUALIFIED else value
        if on is None or value is None or filler is None:
            return Construct(MALFORMED, node)
        kinds = self.kinds(on).intersection(PROPERTY_KINDS[:2])
        data = "object property" not in kinds if kinds else isinstance(filler, Literal) or self.is_range(filler)
        word, role = _RESTRICTIONS[p], "data property" if data else "object property"
        if word.endswith("Cardinality"):
            fillers = [filler] if p in _QUALIFIED else []
            if not kinds and not fillers:
                data, role = False, "object property"
            parts = _as(role, [on]) + _as("datatype" if data else "class", fillers)
            return Construct(_WORD[role] + word, node, parts, self.cardinality(node, value))
        if word == "HasSelf" and (data or value != Literal("true", datatype=XSD.boolean)):
            self.malformed(
                node, "has an owl:hasSelf that is not true of an object property", 'write "true"^^xsd:boolean'
            )
        if word == "HasSelf":
            return Construct("ObjectHasSelf", node, _as("object property", [on]))
        if word == "HasValue" and isinstance(value, Literal) != data:
            wrong = "a literal" if not data else "a value that is not a literal"
            wrong += f" for {'a data' if data else 'an object'} property"
            self.malformed(node, f"has {wrong}", "give a data property a literal, an object property an individual")
            return Construct(MALFORMED, node)
        filled = ("literal" if data else "individual") if word == "HasValue" else "datatype" if data else "class"
        return Construct(_WORD[role] + word, node, _as(role, [on]) + _as(filled, [value]))

    def cardinality(self, node: BNode, value: Node) -> int | None:
        number = str(value) if str(value).isascii() and str(value).isdecimal() else None
        if number is None or not isinstance(value, Literal) or value.datatype != XSD.nonNegativeInteger:
            self.malformed(
                node,
                f"has the cardinality {value}, which is not an xsd:nonNegativeInteger",
                'write it as "1"^^xsd:nonNegativeInteger',
            )
        return int(number) if number is not None else None

    def datatype_restriction(self, node: BNode) -> Construct:
        datatype, head = self.one(node, OWL.onDatatype), self.one(node, OWL.withRestrictions)
        values: list[Node] = []
        for member in self.members(head, 1) if head is not None else ():
            facets = [p for p in self.objects.get(member, ()) if p in _FACETS]
            found = [o for p in facets for o in self.take(member, p)]
            if len(found) != 1 or not isinstance(found[0], Literal):
                self.malformed(
                    node, "has a member of owl:withRestrictions that is not a facet", "write one facet per node"
                )
            values += found
        return Construct(
            "DatatypeRestriction", node, _as("datatype", [datatype] if datatype else []) + _as("literal", values)
        )

    def drop(self, node: Node) -> None:
        """Mark all triples of an expression as read: the expression is reported already."""
        for p in (*_EXPRESSION, *_RESTRICTIONS, OWL.onClass, OWL.onDataRange, OWL.withRestrictions):
            for o in self.take(node, p):
                if isinstance(o, BNode) and RDF.first in self.objects[o]:
                    self.members(o)

    # Mapping, section 3.2.5: axioms.

    def axiom_of_node(self, node: Node) -> None:
        """Read an axiom that has its own blank node."""
        for kind in self.types(node):
            if kind == OWL.NegativePropertyAssertion:
                self.negative_assertion(node)
            elif kind in (OWL.AllDisjointClasses, OWL.AllDisjointProperties, OWL.AllDifferent):
                distinct = kind == OWL.AllDifferent and OWL.distinctMembers in self.objects[node]
                head = self.one(node, OWL.distinctMembers if distinct else OWL.members)
                members = self.members(head, 2) if head is not None else ()
                if kind == OWL.AllDisjointProperties:
                    role = self.common_kind(members)
                    self.add(f"Disjoint{_WORD[role]}Properties", node, _as(role, members))
                elif kind == OWL.AllDisjointClasses:
                    self.add("DisjointClasses", node, _as("class", members))
                else:
                    self.add("DifferentIndividuals", node, _as("individual", members))
            else:
                continue
            if isinstance(node, BNode):
                self.take(node, RDF.type, kind)
                self.annotations(node)

    def negative_assertion(self, node: Node) -> None:
        source, p = self.one(node, OWL.sourceIndividual), self.one(node, OWL.assertionProperty)
        data = OWL.targetValue in self.objects[node]
        target = self.one(node, OWL.targetValue if data else OWL.targetIndividual)
        if source is None or p is None or target is None:
            return
        kind, role = ("Data", "data property") if data else ("Object", "object property")
        parts = _as(role, [p]) + _as("individual", [source]) + _as("literal" if data else "individual", [target])
        self.add(f"Negative{kind}PropertyAssertion", node, parts)

    def axiom_of_triple(self, s: Node, p: Node, o: Node) -> None:
        """Read an axiom that has one main triple; a triple that is not an axiom is left over."""
        if isinstance(s, Literal) or not isinstance(p, URIRef):
            return
        if p == OWL.disjointUnionOf:
            self.add("DisjointUnion", s, _as("class", [s, *self.members(o, 2)]))
        elif p == OWL.hasKey:
            keys = [(self.common_kind([key]), key) for key in self.members(o, 1)]
            self.add("HasKey", s, _as("class", [s]), tuple(keys))
        elif p == OWL.propertyChainAxiom:
            self.add("SubObjectPropertyOf", s, _as("object property", [*self.members(o, 2), s]))
        elif isinstance(o, Literal):
            if not self.assertion(s, p, o):
                return
        elif p in (RDFS.subPropertyOf, OWL.equivalentProperty, OWL.propertyDisjointWith, RDFS.domain, RDFS.range):
            if not self.property_axiom(s, p, o):
                return
        elif p == OWL.inverseOf:
            self.add("InverseObjectProperties", s, _as("object property", [s, o]))
        elif p == OWL.equivalentClass and (self.is_range(s) or self.is_range(o)):
            self.add("DatatypeDefinition", s, _as("datatype", [s, o]))
        elif p in _BETWEEN:
            kind, role = _BETWEEN[p]
            self.add(kind, s, _as(role, [s, o]))
        elif p == RDF.type and (o in _CHARACTERISTICS or o == OWL.FunctionalProperty):
            role = self.common_kind([s]) if o == OWL.FunctionalProperty else "object property"
            self.add(_CHARACTERISTICS.get(o, f"Functional{_WORD[role]}Property"), s, _as(role, [s]))
        elif p == RDF.type:
            self.add("ClassAssertion", s, _as("class", [o]), _as("individual", [s]))
        elif not self.assertion(s, p, o):
            return
        self.left.discard((s, p, o))

    def property_axiom(self, s: Node, p: URIRef, o: Node) -> bool:
        """Read a hierarchy, equivalence, disjointness, domain or range; return whether it is one."""
        if p in (RDFS.domain, RDFS.range):
            role = self.common_kind([s], PROPERTY_KINDS)
            value = "datatype" if p == RDFS.range and role == "data property" else "class"
            if role == "annotation property":
                value = "annotation value"
            kind = f"{_WORD[role]}Property{'Domain' if p == RDFS.domain else 'Range'}"
            self.add(kind, s, _as(role, [s]), _as(value, [o]))
        else:
            role = self.common_kind([s, o], PROPERTY_KINDS if p == RDFS.subPropertyOf else PROPERTY_KINDS[:2])
            self.add(_PROPERTY_AXIOMS[p].format(_WORD[role]), s, _as(role, [s, o]))
        return role != "annotation property" or isinstance(o, URIRef)

    def assertion(self, s: Node, p: URIRef, o: Node) -> bool:
        """Read a property assertion or an annotation; return whether it is one."""
        kinds, literal = self.kinds(p), isinstance(o, Literal)
        role = "data property" if literal else "object property"
        if role in kinds:
            value = _as("literal" if literal else "individual", [o])
            self.add(f"{_WORD[role]}PropertyAssertion", s, _as(role, [p]), _as("individual", [s]), value)
        elif "annotation property" in kinds:
            self.add("Annotation", s, _as("annotation property", [p]), self.value(o))
        return role in kinds or "annotation property" in kinds

    def leftovers(self) -> None:
        """Report the triples left over; those with an undeclared predicate once for each predicate."""
        counts: defaultdict[Node, int] = defaultdict(int)
        for s, p, o in self.triples:
            if (s, p, o) not in self.left:
                continue
            if isinstance(p, URIRef) and not is_reserved(p) and not self.kinds(p):
                counts[p] += 1
                continue
            wrong, remedy = "is not part of any axiom", "complete the axiom or remove it"
            if "object property" in self.kinds(p):
                wrong, remedy = (
                    "gives a literal to an object property",
                    "name an individual, or declare a data property",
                )
            elif "data property" in self.kinds(p):
                wrong, remedy = "gives a data property a value that is not a literal", "write a literal"
            triple = " ".join("[]" if isinstance(n, BNode) else _text(n) for n in (s, p, o))
            self.report("dl-not-an-axiom", s, f"the triple {triple} {wrong}", remedy)
        for p, count in counts.items():
            message = f"is the predicate of {counted(count, 'triple')}, but is not declared as a property"
            self.report("dl-not-an-axiom", p, message, "declare it as object, data or annotation property")
