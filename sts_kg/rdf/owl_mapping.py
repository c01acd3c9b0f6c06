"""OWL axioms as triples, by the tables of "OWL 2 Mapping to RDF Graphs": horned-owl's own writer leaves some out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import pyoxigraph as ox

__all__ = ["owl_triples"]

_Term: TypeAlias = Any  # of pyoxigraph
_RDF, _RDFS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#"
_OWL, _XSD, _SWRL = (
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2001/XMLSchema#",
    "http://www.w3.org/2003/11/swrl#",
)


def _owl(name: str) -> ox.NamedNode:
    return ox.NamedNode(_OWL + name)


def _rdfs(name: str) -> ox.NamedNode:
    return ox.NamedNode(_RDFS + name)


def _swrl(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SWRL + name)


_TYPE, _FIRST, _REST, _NIL = (ox.NamedNode(_RDF + name) for name in ("type", "first", "rest", "nil"))
_DATATYPE, _CLASS = _rdfs("Datatype"), _owl("Class")
_RESTRICTION, _ON = _owl("Restriction"), _owl("onProperty")
_EVERYTHING = (_owl("Thing"), _rdfs("Literal"))

# Each table: the kind of axiom or expression in horned-owl, and what it becomes.

#: Subject, predicate and object.
_TRIPLES = {
    "SubClassOf": ("sub", _rdfs("subClassOf"), "sup"),
    "SubDataPropertyOf": ("sub", _rdfs("subPropertyOf"), "sup"),
    "SubAnnotationPropertyOf": ("sub", _rdfs("subPropertyOf"), "sup"),
    "InverseObjectProperties": ("first", _owl("inverseOf"), "second"),
    "ObjectPropertyDomain": ("ope", _rdfs("domain"), "ce"),
    "ObjectPropertyRange": ("ope", _rdfs("range"), "ce"),
    "DataPropertyDomain": ("dp", _rdfs("domain"), "ce"),
    "DataPropertyRange": ("dp", _rdfs("range"), "dr"),
    "AnnotationPropertyDomain": ("ap", _rdfs("domain"), "iri"),
    "AnnotationPropertyRange": ("ap", _rdfs("range"), "iri"),
    "DatatypeDefinition": ("kind", _owl("equivalentClass"), "range"),
    "ClassAssertion": ("i", _TYPE, "ce"),
    "DataPropertyAssertion": ("source", "dp", "target"),
}
#: The type of what it is about.
_TYPES = {
    "DeclareClass": _CLASS,
    "DeclareObjectProperty": _owl("ObjectProperty"),
    "DeclareDataProperty": _owl("DatatypeProperty"),
    "DeclareAnnotationProperty": _owl("AnnotationProperty"),
    "DeclareNamedIndividual": _owl("NamedIndividual"),
    "DeclareDatatype": _DATATYPE,
    "FunctionalObjectProperty": _owl("FunctionalProperty"),
    "FunctionalDataProperty": _owl("FunctionalProperty"),
    "InverseFunctionalObjectProperty": _owl("InverseFunctionalProperty"),
    "ReflexiveObjectProperty": _owl("ReflexiveProperty"),
    "IrreflexiveObjectProperty": _owl("IrreflexiveProperty"),
    "SymmetricObjectProperty": _owl("SymmetricProperty"),
    "AsymmetricObjectProperty": _owl("AsymmetricProperty"),
    "TransitiveObjectProperty": _owl("TransitiveProperty"),
}
#: A triple from each member to the next.
_ROWS = {
    "EquivalentClasses": _owl("equivalentClass"),
    "EquivalentObjectProperties": _owl("equivalentProperty"),
    "EquivalentDataProperties": _owl("equivalentProperty"),
    "SameIndividual": _owl("sameAs"),
}
#: A triple for two members, a node of this type with a list of them for more.
_DIFFERENT = {
    "DisjointClasses": (_owl("disjointWith"), _owl("AllDisjointClasses")),
    "DisjointObjectProperties": (_owl("propertyDisjointWith"), _owl("AllDisjointProperties")),
    "DisjointDataProperties": (_owl("propertyDisjointWith"), _owl("AllDisjointProperties")),
    "DifferentIndividuals": (_owl("differentFrom"), _owl("AllDifferent")),
}
#: Subject, predicate, and the members of the list that is the object.
_LISTS = {
    "DisjointUnion": ("first", _owl("disjointUnionOf"), "second"),
    "HasKey": ("ce", _owl("hasKey"), "vpe"),
}
#: The type of the expression, and the predicate whose object is the member, or the list of members.
_EXPRESSIONS = {
    "ObjectIntersectionOf": (_CLASS, _owl("intersectionOf")),
    "ObjectUnionOf": (_CLASS, _owl("unionOf")),
    "ObjectOneOf": (_CLASS, _owl("oneOf")),
    "ObjectComplementOf": (_CLASS, _owl("complementOf")),
    "DataIntersectionOf": (_DATATYPE, _owl("intersectionOf")),
    "DataUnionOf": (_DATATYPE, _owl("unionOf")),
    "DataOneOf": (_DATATYPE, _owl("oneOf")),
    "DataComplementOf": (_DATATYPE, _owl("datatypeComplementOf")),
}
#: The property, and the predicate whose object is the filler.
_RESTRICTIONS = {
    "ObjectSomeValuesFrom": ("ope", _owl("someValuesFrom"), "bce"),
    "ObjectAllValuesFrom": ("ope", _owl("allValuesFrom"), "bce"),
    "ObjectHasValue": ("ope", _owl("hasValue"), "i"),
    "DataSomeValuesFrom": ("dp", _owl("someValuesFrom"), "dr"),
    "DataAllValuesFrom": ("dp", _owl("allValuesFrom"), "dr"),
    "DataHasValue": ("dp", _owl("hasValue"), "l"),
}
#: The property, the filler and its predicate, and the predicates of the number without and with a filler.
_NUMBERS = {
    f"{of}{kind}Cardinality": (property_, filler, on, _owl(plain), _owl(qualified))
    for of, property_, filler, on in (
        ("Object", "ope", "bce", _owl("onClass")),
        ("Data", "dp", "dr", _owl("onDataRange")),
    )
    for kind, plain, qualified in (
        ("Min", "minCardinality", "minQualifiedCardinality"),
        ("Max", "maxCardinality", "maxQualifiedCardinality"),
        ("Exact", "cardinality", "qualifiedCardinality"),
    )
}
#: The type of the atom, and where its predicate goes.
_ATOMS = {
    "ClassAtom": (_swrl("ClassAtom"), _swrl("classPredicate")),
    "ObjectPropertyAtom": (_swrl("IndividualPropertyAtom"), _swrl("propertyPredicate")),
    "DataPropertyAtom": (_swrl("DatavaluedPropertyAtom"), _swrl("propertyPredicate")),
    "DataRangeAtom": (_swrl("DataRangeAtom"), _swrl("dataRange")),
    "BuiltInAtom": (_swrl("BuiltinAtom"), _swrl("builtin")),
    "SameIndividualAtom": (_swrl("SameIndividualAtom"), None),
    "DifferentIndividualsAtom": (_swrl("DifferentIndividualsAtom"), None),
}


_TRUE = ox.Literal("true", datatype=ox.NamedNode(f"{_XSD}boolean"))
_PLAIN = f"{_RDF}PlainLiteral"


def owl_triples(components: Iterable[Any]) -> list[ox.Triple]:
    """Return the triples of an ontology, given the annotated components that py-horned-owl reads.

    Source: OWL 2 Mapping to RDF Graphs, section 2; for rules, the RDF syntax of SWRL (W3C submission, section 6).

    Raises
    ------
    ValueError
        An IRI or a language tag is none, or there is a kind of component that OWL 2 does not have.
    """
    listed = sorted(components, key=lambda each: str(each.component))
    ids = [each.component.iri for each in listed if type(each.component).__name__ == "OntologyID"]
    mapping = _Mapping(next((str(iri) for iri in ids if iri is not None), None))
    for each in listed:
        mapping.add(each.component, sorted(each.ann, key=str))
    return mapping.triples


class _Mapping:
    def __init__(self, ontology: str | None) -> None:
        self.triples: list[ox.Triple] = []
        self._nodes: dict[str, ox.BlankNode] = {}
        self._ontology = ox.BlankNode() if ontology is None else ox.NamedNode(ontology)
        self._say(self._ontology, _TYPE, _owl("Ontology"))

    def add(self, axiom: Any, annotations: Sequence[Any]) -> None:
        """Add the triples of a component with its annotations."""
        kind = type(axiom).__name__
        if kind == "OntologyID":
            if axiom.viri is not None:
                self._say(self._ontology, _owl("versionIRI"), self._term(axiom.viri))
        elif kind == "Import":
            self._say(self._ontology, _owl("imports"), self._term(axiom.first))
        elif kind == "OntologyAnnotation":
            self._annotate(self._ontology, axiom.first)
        elif kind != "DocIRI":  # where the document was, which is no part of it
            node = self._whole(kind, axiom)
            if node is not None:
                for annotation in annotations:
                    self._annotate(node, annotation)
                return
            for triple in list(self._single(kind, axiom)):
                self._say(*triple)
                if annotations:
                    self._reified(_owl("Axiom"), triple, annotations)

    def _whole(self, kind: str, axiom: Any) -> _Term | None:
        """Add an axiom that has a node of its own, and return that node; None if it is of another kind."""
        if kind in _DIFFERENT and len(axiom.first) > 2:
            return self._node(_DIFFERENT[kind][1], (_owl("members"), self._list(axiom.first)))
        if kind.startswith("Negative"):
            is_data = kind == "NegativeDataPropertyAssertion"
            return self._node(
                _owl("NegativePropertyAssertion"),
                (_owl("sourceIndividual"), self._term(axiom.source)),
                (_owl("assertionProperty"), self._term(axiom.dp if is_data else axiom.ope)),
                (_owl("targetValue" if is_data else "targetIndividual"), self._term(axiom.target)),
            )
        if kind == "Rule":
            body, head = (self._listed(map(self._atom, atoms), _swrl("AtomList")) for atoms in (axiom.body, axiom.head))
            return self._node(_swrl("Imp"), (_swrl("body"), body), (_swrl("head"), head))
        return None

    def _single(self, kind: str, axiom: Any) -> Iterator[tuple[_Term, _Term, _Term]]:
        """Yield the triples of an axiom that may be annotated one by one."""
        term = self._term
        if kind in _TRIPLES:
            names = _TRIPLES[kind]
            subject, predicate, object_ = (term(getattr(axiom, x)) if isinstance(x, str) else x for x in names)
            yield subject, predicate, object_
        elif kind in _TYPES:
            yield term(axiom.first), _TYPE, _TYPES[kind]
        elif kind in _ROWS:
            members = [term(each) for each in axiom.first]
            yield from ((one, _ROWS[kind], other) for one, other in pairwise(members))
        elif kind in _DIFFERENT:
            one, other = map(term, axiom.first)
            yield one, _DIFFERENT[kind][0], other
        elif kind in _LISTS:
            subject, predicate, listed = _LISTS[kind]
            yield term(getattr(axiom, subject)), predicate, self._list(getattr(axiom, listed))
        elif kind == "SubObjectPropertyOf" and isinstance(axiom.sub, list):
            yield term(axiom.sup), _owl("propertyChainAxiom"), self._list(axiom.sub)
        elif kind == "SubObjectPropertyOf":
            yield term(axiom.sub), _rdfs("subPropertyOf"), term(axiom.sup)
        elif kind == "ObjectPropertyAssertion" and type(axiom.ope).__name__ == "InverseObjectProperty":
            yield term(axiom.target), term(axiom.ope.first), term(axiom.source)
        elif kind == "ObjectPropertyAssertion":
            yield term(axiom.source), term(axiom.ope), term(axiom.target)
        elif kind == "AnnotationAssertion":
            yield term(axiom.subject), term(axiom.ann.ap), term(axiom.ann.av)
        else:
            raise ValueError(f"holds {kind}, which is no axiom of OWL 2")

    # --- terms and expressions

    def _term(self, given: Any) -> _Term:
        """Return the term of an entity, a value or an expression, whose triples are added."""
        kind = type(given).__name__
        if kind in _EXPRESSIONS:
            is_of, predicate = _EXPRESSIONS[kind]
            members = given.first
            return self._node(
                is_of, (predicate, self._list(members) if isinstance(members, list) else self._term(members))
            )
        if kind in _RESTRICTIONS:
            property_, predicate, filler = _RESTRICTIONS[kind]
            said = predicate, self._term(getattr(given, filler))
            return self._node(_RESTRICTION, (_ON, self._term(getattr(given, property_))), said)
        if kind in _NUMBERS:
            property_, filler, on, plain, qualified = _NUMBERS[kind]
            number = ox.Literal(str(given.n), datatype=ox.NamedNode(f"{_XSD}nonNegativeInteger"))
            what = self._term(getattr(given, filler))
            counted = [(plain, number)] if what in _EVERYTHING else [(qualified, number), (on, what)]
            return self._node(_RESTRICTION, (_ON, self._term(getattr(given, property_))), *counted)
        if kind == "ObjectHasSelf":
            return self._node(_RESTRICTION, (_ON, self._term(given.first)), (_owl("hasSelf"), _TRUE))
        if kind == "DatatypeRestriction":
            facets = [self._node(None, (_facet(each.f), self._term(each.l))) for each in given.second]
            of = _owl("onDatatype"), self._term(given.first)
            return self._node(_DATATYPE, of, (_owl("withRestrictions"), self._listed(facets)))
        if kind == "InverseObjectProperty":
            return self._node(None, (_owl("inverseOf"), self._term(given.first)))
        if kind == "AnonymousIndividual":
            return self._nodes.setdefault(given.first, ox.BlankNode())
        if kind == "SimpleLiteral":
            return ox.Literal(given.literal)
        if kind == "LanguageLiteral":
            return ox.Literal(given.literal, language=given.lang)
        if kind == "DatatypeLiteral":
            return _typed(given.literal, str(given.datatype_iri))
        return ox.NamedNode(str(given if kind == "IRI" else given.first))

    def _atom(self, atom: Any) -> _Term:
        kind = type(atom).__name__
        is_of, predicate = _ATOMS[kind]
        said = [] if predicate is None else [(predicate, self._term(atom.pred))]
        if kind == "BuiltInAtom":
            return self._node(is_of, *said, (_swrl("arguments"), self._listed(map(self._argument, atom.args))))
        if kind in ("ClassAtom", "DataRangeAtom"):
            arguments = [atom.arg]
        else:
            arguments = [atom.first, atom.second] if predicate is None else [*atom.args]
        numbered = enumerate(map(self._argument, arguments), 1)
        return self._node(is_of, *said, *((_swrl(f"argument{n}"), each) for n, each in numbered))

    def _argument(self, given: Any) -> _Term:
        found = self._term(given)
        if type(given).__name__ == "Variable":
            self._say(found, _TYPE, _swrl("Variable"))
        return found

    # --- triples

    def _say(self, subject: _Term, predicate: _Term, object_: _Term) -> None:
        self.triples.append(ox.Triple(subject, predicate, object_))

    def _node(self, kind: _Term | None, *said: tuple[_Term, _Term]) -> ox.BlankNode:
        node = ox.BlankNode()
        if kind is not None:
            self._say(node, _TYPE, kind)
        for predicate, object_ in said:
            self._say(node, predicate, object_)
        return node

    def _list(self, members: Iterable[Any]) -> _Term:
        return self._listed(map(self._term, members))

    def _listed(self, members: Iterable[_Term], kind: _Term | None = None) -> _Term:
        """Return the list of some terms; its nodes have a type only in rules."""
        rest: _Term = _NIL
        for member in reversed([*members]):
            rest = self._node(kind, (_FIRST, member), (_REST, rest))
        return rest

    def _annotate(self, subject: _Term, annotation: Any) -> None:
        triple = subject, self._term(annotation.ap), self._term(annotation.av)
        self._say(*triple)
        if annotation.ann:
            self._reified(_owl("Annotation"), triple, sorted(annotation.ann, key=str))

    def _reified(self, kind: _Term, triple: tuple[_Term, _Term, _Term], annotations: Iterable[Any]) -> None:
        names = ("annotatedSource", "annotatedProperty", "annotatedTarget")
        node = self._node(kind, *zip(map(_owl, names), triple, strict=True))
        for annotation in annotations:
            self._annotate(node, annotation)


def _facet(facet: Any) -> ox.NamedNode:
    """Return the IRI of a facet, whose name in horned-owl is that of XML Schema with a capital."""
    name = str(facet).rpartition(".")[2]
    return ox.NamedNode((_RDF if name == "LangRange" else _XSD) + name[0].lower() + name[1:])


def _typed(text: str, datatype: str) -> ox.Literal:
    if datatype == _PLAIN:  # which no RDF graph has (rdf:PlainLiteral, section 4)
        value, _, language = text.rpartition("@")
        return ox.Literal(value, language=language) if language else ox.Literal(value)
    return ox.Literal(text, datatype=ox.NamedNode(datatype))
