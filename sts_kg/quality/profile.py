"""Finds what OWL 2 RL (grammar, datatypes) or OWL 2 DL (declarations, global restrictions) does not allow.

Works on any RDF graph and knows no term of our ontology. The module `axioms` reads the graph, this one checks it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib import OWL, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from sts_kg.quality.axioms import (
    BUILT_IN,
    DATATYPES,
    PROPERTY_KINDS,
    SYNONYM,
    Construct,
    OwlDocument,
    is_reserved,
    read,
)
from sts_kg.quality.violation import Violation
from sts_kg.rdf import compress

__all__ = ["CHECKS", "violations"]

#: By check id, what it asks for and where W3C requires it: Profiles is OWL 2 Profiles, Syntax is OWL 2 Structural
#: Specification, Mapping is OWL 2 Mapping to RDF Graphs, each in its second edition.
CHECKS: Mapping[str, tuple[str, str]] = {
    "rl-axiom": (
        "No axiom is a disjoint union of classes or makes an object property reflexive.",
        "Profiles 4.2.5",
    ),
    "rl-data-range": ("A data range is a datatype or an intersection of data ranges.", "Profiles 4.2.4"),
    "rl-datatype": ("A datatype, even one of a literal only, is in OWL 2 RL or has a definition.", "Profiles 4.2.1"),
    "rl-equivalent-class-expression": (
        "Equivalent classes are named classes other than owl:Thing, intersections of them, or value restrictions.",
        "Profiles 4.2.3",
    ),
    "rl-subclass-expression": (
        "A class on the subclass side, a disjoint class and a class with a key is a subClassExpression.",
        "Profiles 4.2.3",
    ),
    "rl-superclass-expression": (
        "A class on the superclass side, a domain, a range and a type is a superClassExpression.",
        "Profiles 4.2.3",
    ),
    "dl-anonymous-individual": (
        "Anonymous individuals form trees; no (in)equality, negative assertion, enumeration or value has one.",
        "Syntax 11.2",
    ),
    "dl-datatype": (
        "A datatype is in the OWL 2 datatype map or has one definition, without a circle; only the former have facets.",
        "Syntax 9.4, 11.2",
    ),
    "dl-irregular-chain": (
        "A strict partial order of the object properties has the links of each chain below what the chain implies.",
        "Syntax 11.2",
    ),
    "dl-malformed": (
        "An axiom or expression has each of its parts once, and each part is of the right kind.",
        "Mapping 3.2.4, 3.2.5",
    ),
    "dl-malformed-list": (
        "An rdf:List is a chain of blank nodes that ends with rdf:nil, is used once and has enough members.",
        "Mapping 3.2, Table 3",
    ),
    "dl-not-an-axiom": (
        "Each triple belongs to an axiom, an expression, a declaration, an annotation or the header.",
        "Mapping 3.2.5",
    ),
    "dl-not-simple": (
        "A property in a cardinality, or functional, irreflexive or the like, is not transitive or implied by a chain.",
        "Syntax 11.2",
    ),
    "dl-not-tree": (
        "The blank node of an expression is used once, and not within itself.",
        "Mapping 2.1",
    ),
    "dl-punning": (
        "No IRI is both class and datatype, or more than one of object, data and annotation property.",
        "Syntax 5.8.1",
    ),
    "dl-reserved-vocabulary": (
        "IRIs of rdf:, rdfs:, owl: and xsd: name only the entities that OWL 2 defines.",
        "Syntax 2.4, 5.1 to 5.6",
    ),
    "dl-top-data-property": (
        "owl:topDataProperty is used only as the upper one of two data properties.",
        "Syntax 11.2",
    ),
    "dl-undeclared": ("Each class, datatype and property in use is declared.", "Syntax 5.8.2"),
}

# Profiles, section 4.2.3: which expressions are allowed in which place, and the place of the classes in them.
_GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "rl-subclass-expression": {
        "ObjectIntersectionOf": "rl-subclass-expression",
        "ObjectUnionOf": "rl-subclass-expression",
        "ObjectSomeValuesFrom": "filler",
        "ObjectOneOf": "",
        "ObjectHasValue": "",
        "DataSomeValuesFrom": "",
        "DataHasValue": "",
    },
    "rl-superclass-expression": {
        "ObjectIntersectionOf": "rl-superclass-expression",
        "ObjectComplementOf": "rl-subclass-expression",
        "ObjectAllValuesFrom": "rl-superclass-expression",
        "ObjectMaxCardinality": "filler",
        "ObjectHasValue": "",
        "DataAllValuesFrom": "",
        "DataMaxCardinality": "",
        "DataHasValue": "",
    },
    "rl-equivalent-class-expression": {
        "ObjectIntersectionOf": "rl-equivalent-class-expression",
        "ObjectHasValue": "",
        "DataHasValue": "",
    },
}
_ALLOWED = {
    "rl-subclass-expression": "use a named class, not owl:Thing, an intersection, union, enumeration, some or value",
    "rl-superclass-expression": "use a named class, not owl:Thing, an intersection, complement, all, value, max 0 or 1",
    "rl-equivalent-class-expression": "use a named class, not owl:Thing, an intersection or value",
}
# Profiles, section 4.2.5: the place of the classes of an axiom; the two of SubClassOf have different ones.
_POSITIONS = {
    "EquivalentClasses": "rl-equivalent-class-expression",
    "DisjointClasses": "rl-subclass-expression",
    "HasKey": "rl-subclass-expression",
    "ObjectPropertyDomain": "rl-superclass-expression",
    "ObjectPropertyRange": "rl-superclass-expression",
    "DataPropertyDomain": "rl-superclass-expression",
    "ClassAssertion": "rl-superclass-expression",
}
_CLASS_EXPRESSIONS = {
    *("ObjectIntersectionOf", "ObjectUnionOf", "ObjectComplementOf", "ObjectOneOf", "ObjectHasSelf"),
    *(side + word for side in ("Object", "Data") for word in ("SomeValuesFrom", "AllValuesFrom", "HasValue")),
    *(side + word for side in ("Object", "Data") for word in ("MinCardinality", "MaxCardinality", "ExactCardinality")),
}
_NAMES = {
    "rl-subclass-expression": "subClassExpression",
    "rl-superclass-expression": "superClassExpression",
    "rl-equivalent-class-expression": "equivClassExpression",
}
_RL_DATATYPES = DATATYPES - {OWL.real, OWL.rational}

_DATA_RANGES = {"DataIntersectionOf", "DataUnionOf", "DataComplementOf", "DataOneOf", "DatatypeRestriction"}
# Syntax, section 11.2, "Restriction on Simple Roles".
_SIMPLE = {
    *("ObjectMinCardinality", "ObjectMaxCardinality", "ObjectExactCardinality", "ObjectHasSelf"),
    *("FunctionalObjectProperty", "InverseFunctionalObjectProperty", "IrreflexiveObjectProperty"),
    *("AsymmetricObjectProperty", "DisjointObjectProperties"),
}
_NAMED_ONLY = {
    *("SameIndividual", "DifferentIndividuals", "NegativeObjectPropertyAssertion", "NegativeDataPropertyAssertion"),
    *("ObjectOneOf", "ObjectHasValue"),
}


def violations(graph: Graph) -> tuple[Violation, ...]:
    """Return what OWL 2 RL (ids `rl-…`) or OWL 2 DL (ids `dl-…`) does not allow in an RDF graph, by `CHECKS`.

    Every triple is checked. Imports are not followed: merge them into the graph first, as their declarations count.
    Whether literals and facets are valid for their datatype is not checked here: the check without-effect does it.

    Parameters
    ----------
    graph : Graph of n triples
        An ontology with its imports; it is not changed. Takes about 0.3 s for 5,000 triples.

    Returns
    -------
    tuple of Violation
        Sorted, each once; empty if the graph is an OWL 2 DL ontology in the OWL 2 RL profile.

    References
    ----------
    W3C OWL 2 Profiles (2nd ed.), section 4.2, https://www.w3.org/TR/owl2-profiles/
    W3C OWL 2 Structural Specification (2nd ed.), sections 3, 5.8 and 11, https://www.w3.org/TR/owl2-syntax/
    W3C OWL 2 Mapping to RDF Graphs (2nd ed.), section 3, https://www.w3.org/TR/owl2-mapping-to-rdf/

    Examples
    --------
    >>> from rdflib import RDF, RDFS
    >>> from sts_kg.rdf import STS
    >>> graph = Graph().add((STS.Drug, RDF.type, OWL.Class))
    >>> violations(graph)
    ()
    >>> [found.check for found in violations(graph.add((STS.Drug, RDFS.subClassOf, OWL.Thing)))]
    ['rl-superclass-expression']
    """
    judge = _Judge(read(graph))
    return tuple(sorted({*judge.ontology.violations, *judge.rl(), *judge.dl()}))


@dataclass(frozen=True)
class _Judge:
    """The checks over one ontology; each yields what it finds."""

    ontology: OwlDocument

    def rl(self) -> Iterator[Violation]:
        for axiom in self.ontology.axioms:
            yield from self.illegal_axiom(axiom)
            classes = axiom.of("class")
            for index, node in enumerate(classes):
                check = _POSITIONS.get(axiom.kind, "")
                if axiom.kind == "SubClassOf":
                    check = ("rl-subclass-expression", "rl-superclass-expression")[index]
                if check:
                    yield from self.class_expression(axiom, node, check)
            yield from self.data_ranges(axiom)

    def dl(self) -> Iterator[Violation]:
        yield from self.entities()
        yield from self.parts()
        yield from self.top_data_property()
        yield from self.punning()
        yield from self.datatypes()
        yield from self.trees()
        yield from self.individuals()
        yield from self.forest()
        yield from self.property_hierarchy()

    def found(self, check: str, node: Node, message: str, remedy: str) -> Violation:
        return Violation(check, self.ontology.name(node), message, remedy)

    @cached_property
    def everything(self) -> list[tuple[Construct, Construct]]:
        """Return each axiom and each expression with its axiom; an expression outside any axiom with itself."""
        found = [(axiom, construct) for axiom in self.ontology.axioms for construct in self.ontology.within(axiom)]
        used = {id(construct) for _, construct in found}
        return found + [(lone, lone) for lone in self.ontology.expressions.values() if id(lone) not in used]

    # OWL 2 RL.

    def illegal_axiom(self, axiom: Construct) -> Iterator[Violation]:
        remedies = {
            "DisjointUnion": "state the subclasses and that they are disjoint; OWL 2 RL cannot exclude others",
            "ReflexiveObjectProperty": "state the reflexive pairs that are needed",
        }
        if axiom.kind in remedies:
            message = f"{self.ontology.text(axiom)} is an axiom that OWL 2 RL does not have"
            yield self.found("rl-axiom", axiom.node, message, remedies[axiom.kind])

    def class_expression(self, axiom: Construct, node: Node, check: str) -> Iterator[Violation]:
        """Check a class of an axiom and the classes in it against the grammar."""
        waiting, seen = [(node, check, False)], set[tuple[Node, str, bool]]()
        while waiting:
            place = node, check, filler = waiting.pop()  # a filler may be owl:Thing
            if place in seen:
                continue
            seen.add(place)
            expression = self.ontology.expressions.get(node)
            kind = expression.kind if expression else ""
            if expression is None:
                legal, inside = filler or node != OWL.Thing, ""
            elif kind == SYNONYM:
                legal, inside = True, check
            elif kind in _GRAMMAR[check]:
                legal, inside = (
                    not kind.endswith("MaxCardinality") or (expression.cardinality or 0) < 2,
                    _GRAMMAR[check][kind],
                )
            else:
                legal, inside = kind not in _CLASS_EXPRESSIONS, ""  # others are reported as malformed
            if not legal:
                what = f"{self.ontology.word(node)} in {self.ontology.text(axiom)}"
                yield self.found(check, axiom.node, f"{what} is not a {_NAMES[check]}", _ALLOWED[check])
            elif expression is not None and inside:
                filler = inside == "filler" or (filler and kind == SYNONYM)
                inside = "rl-subclass-expression" if inside == "filler" else inside
                waiting += [(inner, inside, filler) for inner in expression.of("class")]

    def data_ranges(self, axiom: Construct) -> Iterator[Violation]:
        for construct in self.ontology.within(axiom):
            if construct.kind in _DATA_RANGES - {"DataIntersectionOf"}:
                message = (
                    f"{self.ontology.text(construct)} in {self.ontology.text(axiom)} is not a data range of OWL 2 RL"
                )
                yield self.found("rl-data-range", axiom.node, message, "use a datatype or an intersection of datatypes")
            for datatype in _datatypes(construct):
                if is_reserved(datatype) and datatype not in _RL_DATATYPES:
                    message = f"{compress(datatype)} in {self.ontology.text(axiom)} is not a datatype of OWL 2 RL"
                    yield self.found("rl-datatype", axiom.node, message, "use xsd:decimal, xsd:dateTime, xsd:string, …")

    # OWL 2 DL: declarations.

    def entities(self) -> Iterator[Violation]:
        used: defaultdict[tuple[str, URIRef], list[Construct]] = defaultdict(list)
        for axiom, construct in self.everything:
            for role, node in construct.parts:
                if isinstance(node, URIRef) and role in BUILT_IN:
                    used[role, node].append(axiom)
            for datatype in _datatypes(construct):
                used["datatype", datatype].append(axiom)
            for node in construct.of("object property"):
                if isinstance(target := self.ontology.inverses.get(node), URIRef):
                    used["object property", target].append(axiom)
        for kind, iris in self.ontology.declared.items():
            for iri in iris:
                used.setdefault((kind, iri), [])
        for (kind, iri), owners in used.items():
            reserved = is_reserved(iri) and iri not in BUILT_IN[kind]
            if reserved or (kind != "individual" and iri not in self.ontology.declared[kind]):
                where = f", in {min(map(self.ontology.text, owners))}" if owners else ""
                if reserved:
                    message = f"is reserved vocabulary, but is used as {_a(kind)}{where or ' in a declaration'}"
                    yield self.found("dl-reserved-vocabulary", iri, message, "use a term of another namespace")
                else:
                    message = f"is used as {_a(kind)} but not declared as one{where}"
                    yield self.found("dl-undeclared", iri, message, f"declare it as {_a(kind)}")

    def parts(self) -> Iterator[Violation]:
        """Find terms that cannot have the role of their place, whatever is declared."""
        for axiom, construct in self.everything:
            for role, node in construct.parts:
                if not self.fits(role, node):
                    message = f"{self.ontology.word(node)} in {self.ontology.text(axiom)} is not {_a(role)}"
                    yield self.found("dl-malformed", axiom.node, message, f"name {_a(role)}")

    def fits(self, role: str, node: Node) -> bool:
        expression = self.ontology.expressions.get(node)
        if role in ("literal", "annotation value"):
            return True
        if role == "individual":
            return not isinstance(node, Literal) and expression is None and node not in self.ontology.inverses
        if expression is not None and role in ("class", "datatype"):
            other = _DATA_RANGES if role == "class" else {SYNONYM, *_CLASS_EXPRESSIONS}
            return expression.kind not in other
        return isinstance(node, URIRef) or (role == "object property" and node in self.ontology.inverses)

    def top_data_property(self) -> Iterator[Violation]:
        for axiom, construct in self.everything:
            below = construct.of("data property")[: 1 if construct.kind == "SubDataPropertyOf" else None]
            if OWL.topDataProperty in below:
                message = f"owl:topDataProperty is used in {self.ontology.text(axiom)}"
                remedy = "use it only as the upper property of SubDataPropertyOf"
                yield self.found("dl-top-data-property", axiom.node, message, remedy)

    def punning(self) -> Iterator[Violation]:
        for kinds in (("class", "datatype"), PROPERTY_KINDS):
            for iri in set[URIRef]().union(*(self.ontology.declared[kind] for kind in kinds)):
                found = [kind for kind in kinds if iri in self.ontology.declared[kind]]
                if len(found) > 1 and not is_reserved(iri):
                    message = f"is declared as {' and as '.join(found)}"
                    yield self.found("dl-punning", iri, message, "keep one of the kinds, and give the other a new name")

    def datatypes(self) -> Iterator[Violation]:
        """Check that each datatype outside the datatype map has one definition, without a circle."""
        defined: defaultdict[Node, list[set[Node]]] = defaultdict(list)
        for axiom in self.ontology.axioms:
            if axiom.kind == "DatatypeDefinition" and len(axiom.parts) == 2:
                (_, name), (_, target) = axiom.parts
                inner = self.ontology.expressions.get(target)
                ranges = (
                    (node for found in self.ontology.within(inner) for node in found.of("datatype")) if inner else ()
                )
                defined[name].append({target, *ranges})
        for name in {*self.ontology.declared["datatype"], *defined} - {
            node for node in defined if isinstance(node, BNode)
        }:
            count = len(defined.get(name, ()))
            if name in DATATYPES and count:
                message = "is in the OWL 2 datatype map, but has a definition"
            elif not is_reserved(name) and count != 1:
                message = f"has {count} datatype definitions, not one"
            elif count and name in _reach({name}, {node: set().union(*found) for node, found in defined.items()}):
                message = "is defined by itself"
            else:
                continue
            yield self.found(
                "dl-datatype", name, message, "use a datatype of OWL 2, or define it once by owl:equivalentClass"
            )
        for axiom, construct in self.everything:
            if construct.kind == "DatatypeRestriction" and not DATATYPES.issuperset(construct.of("datatype")):
                message = (
                    f"{self.ontology.text(construct)} puts facets on a datatype that is not in the OWL 2 datatype map"
                )
                yield self.found("dl-datatype", axiom.node, message, "restrict a datatype of OWL 2")

    # OWL 2 DL: shape.

    def trees(self) -> Iterator[Violation]:
        """Check that each expression is used once, and not only within itself."""
        expressions = self.ontology.expressions
        uses = dict.fromkeys([*expressions, *self.ontology.inverses], 0)
        below: defaultdict[Node, set[Node]] = defaultdict(set)
        for construct in (*self.ontology.axioms, *expressions.values()):
            for role, node in construct.parts:
                if node in uses and role != "individual":
                    uses[node] += 1
                    below[construct.node if construct is expressions.get(construct.node) else OWL.Axiom].add(node)
        unused = {node for node, count in uses.items() if count == 0}
        reached = _reach({OWL.Axiom, *unused}, below)
        for node, count in uses.items():
            wrong = f"is used {count} times" if count > 1 else "is used by no axiom" if count == 0 else ""
            if count and node not in reached:
                wrong = "is used only within itself"
            if wrong:
                message = f"the blank node of {self.ontology.word(node, 2)} {wrong}"
                yield self.found(
                    "dl-not-tree", node, message, "write the expression once for each use, as its own node"
                )

    def individuals(self) -> Iterator[Violation]:
        for axiom, construct in self.everything:
            if construct.kind in _NAMED_ONLY and any(isinstance(n, BNode) for n in construct.of("individual")):
                message = f"{self.ontology.text(axiom)} has an anonymous individual in {construct.kind}"
                yield self.found("dl-anonymous-individual", axiom.node, message, "name the individual")

    def forest(self) -> Iterator[Violation]:
        """Check that assertions join anonymous individuals as trees whose root has at most one named neighbour."""
        joined: defaultdict[Node, set[Node]] = defaultdict(set)
        edges: defaultdict[Node, int] = defaultdict(int)
        named: defaultdict[Node, int] = defaultdict(int)
        for axiom in self.ontology.axioms:
            if axiom.kind == "ObjectPropertyAssertion":
                x, y = axiom.of("individual")
                if isinstance(x, BNode) and isinstance(y, BNode):
                    joined[x].add(y)
                    joined[y].add(x)
                    edges[x] += 1
                elif isinstance(x, BNode) or isinstance(y, BNode):
                    node = x if isinstance(x, BNode) else y
                    joined[node].add(node)
                    named[node] += 1
        waiting = set(joined)
        while waiting:
            start = min(waiting, key=str)
            component = {start} | _reach({start}, joined)
            waiting -= component
            name = min(map(self.ontology.name, component))
            remedy = "name one of the individuals"
            if sum(edges[node] for node in component) >= len(component):
                message = "anonymous individuals are joined in a circle, or twice"
                yield Violation("dl-anonymous-individual", name, message, remedy)
            if min(named[node] for node in component) > 1:
                message = "of the anonymous individuals that are joined, each has two assertions with named ones"
                yield Violation("dl-anonymous-individual", name, message, remedy)

    # OWL 2 DL: the property hierarchy.

    def base(self, node: Node) -> Node:
        return self.ontology.inverses.get(node, node)

    def property_hierarchy(self) -> Iterator[Violation]:
        """Check simple properties and regular chains.

        A property and its inverse count as one: the hierarchy and the order of 11.2 are both closed under inverses.
        """
        above: defaultdict[Node, set[Node]] = defaultdict(set)
        composite: set[Node] = set(BUILT_IN["object property"])
        chains: list[tuple[Construct, Node, set[Node]]] = []
        for axiom in self.ontology.axioms:
            nodes = axiom.of("object property")
            names = [self.base(node) for node in nodes]
            if axiom.kind == "SubObjectPropertyOf" and len(nodes) == 2:
                above[names[0]].add(names[1])
            elif axiom.kind in ("EquivalentObjectProperties", "InverseObjectProperties"):
                above[names[0]].add(names[1])
                above[names[1]].add(names[0])
            elif axiom.kind == "TransitiveObjectProperty":
                composite.update(names)
            elif axiom.kind == "SubObjectPropertyOf" and len(nodes) > 2:
                composite.add(names[-1])
                chains.append((axiom, names[-1], {self.base(node) for node in self.lesser(nodes)}))
        yield from self.not_simple(composite | _reach(composite, above))
        yield from self.irregular(chains, above)

    def lesser(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """Return the links of a chain that must be below the property it implies, the last of the nodes."""
        *links, whole = [(self.base(node), node in self.ontology.inverses) for node in nodes]
        if whole[0] == OWL.topObjectProperty or links == [whole, whole]:
            return ()
        if links[0] == whole:
            return nodes[1:-1]
        return nodes[:-2] if links[-1] == whole else nodes[:-1]

    def not_simple(self, composite: set[Node]) -> Iterator[Violation]:
        for axiom, construct in self.everything:
            wrong = composite.intersection(map(self.base, construct.of("object property")))
            if construct.kind in _SIMPLE and wrong:
                names = " and ".join(sorted(map(self.ontology.name, wrong)))
                message = f"{names} in {self.ontology.text(axiom)} is not simple: transitive, or implied by a chain"
                remedy = f"use a simple property in {construct.kind}, or drop transitivity or chain"
                yield self.found("dl-not-simple", axiom.node, message, remedy)

    def irregular(
        self, chains: Iterable[tuple[Construct, Node, set[Node]]], above: Mapping[Node, set[Node]]
    ) -> Iterator[Violation]:
        """Find the chains that no strict order allows: a link is above the implied property or implied by it."""
        order: defaultdict[Node, set[Node]] = defaultdict(set)
        for _, whole, links in chains:
            for link in links:
                order[link].add(whole)
        for axiom, whole, links in chains:
            greater = {whole} | _reach({whole}, order)
            implied = greater | _reach(greater, above)
            if links.intersection(implied | _reach(implied, order)):
                message = f"{self.ontology.text(axiom)} and the other axioms order the properties in a circle"
                remedy = "only a link at an end may be the chain's property; that property may imply no other link"
                yield self.found("dl-irregular-chain", axiom.node, message, remedy)


def _a(role: str) -> str:
    return f"a{'n' * (role[0] in 'aio')} {role}"


def _datatypes(construct: Construct) -> Iterator[URIRef]:
    """Yield the datatypes that a construct names, by itself or in its literals."""
    for role, node in construct.parts:
        if role == "datatype" and isinstance(node, URIRef):
            yield node
        elif isinstance(node, Literal) and node.datatype is not None and node.language is None:
            yield node.datatype


def _reach(start: Iterable[Node], edges: Mapping[Node, set[Node]]) -> set[Node]:
    """Return everything that can be reached in one or more steps."""
    found: set[Node] = set()
    waiting = list(start)
    while waiting:
        new = edges.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"
