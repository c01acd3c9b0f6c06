"""The release form of a guideline: one ontology that every OWL tool opens, or its modules, each an ontology of its own.

What OWL 2 RL infers is cut down to axioms of OWL 2 about named, declared things: the rest (what follows about class
expressions without a name, or that everything is an owl:Thing) is true, but no OWL tool can read or use it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from sts_kg.guideline.guideline import Guideline
from sts_kg.rdf import GENID

__all__ = [
    "CATALOG",
    "catalog",
    "document",
    "mapping_axioms",
    "module_ontologies",
    "named_individuals",
    "one_ontology",
    "owl_axioms",
]

#: The name under which Protégé looks for a catalogue beside an ontology.
CATALOG = "catalog-v001.xml"
_IAO_DEFINITION = URIRef("http://purl.obolibrary.org/obo/IAO_0000115")
_SSSOM = Namespace("https://w3id.org/sssom/")

_PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_KINDS = (OWL.Class, *_PROPERTIES)
_CHARACTERISTICS = {
    *(OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.SymmetricProperty, OWL.AsymmetricProperty),
    *(OWL.TransitiveProperty, OWL.IrreflexiveProperty),
}
#: Predicates of axioms between two named things, with the kinds of both; a and b of the same kind if both are given.
_BETWEEN: Mapping[Node, tuple[tuple[Node, ...], tuple[Node, ...]]] = {
    RDFS.subClassOf: ((OWL.Class,), (OWL.Class,)),
    OWL.equivalentClass: ((OWL.Class,), (OWL.Class,)),
    OWL.disjointWith: ((OWL.Class,), (OWL.Class,)),
    RDFS.subPropertyOf: (_PROPERTIES, _PROPERTIES),
    OWL.equivalentProperty: (_PROPERTIES[:2], _PROPERTIES[:2]),
    OWL.propertyDisjointWith: (_PROPERTIES[:2], _PROPERTIES[:2]),
    OWL.inverseOf: ((OWL.ObjectProperty,), (OWL.ObjectProperty,)),
    RDFS.domain: (_PROPERTIES[:2], (OWL.Class,)),
    RDFS.range: ((OWL.ObjectProperty,), (OWL.Class,)),
}
_UNNAMED, _ANYTHING, _NO_AXIOM = (
    "inferred about unnamed class expressions",
    "inferred that say no more than owl:Thing",
    "inferred that are no axioms of OWL 2",
)
_HEADERS = "headers and imports of modules"
_DENIED = "about mapping rows that deny a match or describe a set"


def one_ontology(guideline: Guideline) -> tuple[Graph, Graph, Counter[str]]:
    """Return all modules as one ontology with one header, the definitions for OBO tools, and what is left out.

    The headers of the modules and their imports are left out. OBO tools read `obo:IAO_0000115` and not
    `skos:definition`.
    """
    asserted = guideline.asserted
    names = {guideline.graph_name(module) for module in guideline.quads} - {guideline.iri}
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in asserted.namespaces():
        graph.bind(prefix, namespace)
    for triple in asserted:
        subject, predicate, object_ = triple
        if subject not in names and not (predicate == OWL.imports and object_ in names):
            graph.add(triple)
    repeated = Graph(bind_namespaces="none")
    for subject, definition in graph.subject_objects(SKOS.definition):
        repeated.add((subject, _IAO_DEFINITION, definition))
    if repeated:
        repeated.add((_IAO_DEFINITION, RDF.type, OWL.AnnotationProperty))
        repeated.add((_IAO_DEFINITION, RDFS.label, Literal("definition", lang="en")))
    return graph, repeated - graph, Counter({_HEADERS: len(asserted) - len(graph)})


def owl_axioms(inferred: Iterable[tuple[Node, Node, Node]], asserted: Graph) -> tuple[Graph, Counter[str]]:
    """Return the inferred triples that are axioms of OWL 2 about what is declared, and the number of others by why.

    Parameters
    ----------
    inferred : iterable of triples
        What follows from `asserted`.
    asserted : Graph
        The ontology; its declarations count, and its class expressions have no name.

    References
    ----------
    W3C OWL 2 Mapping to RDF Graphs (2nd ed.), section 3, https://www.w3.org/TR/owl2-mapping-to-rdf/
    """
    axioms, left_out = Graph(bind_namespaces="none"), Counter[str]()
    kinds: dict[Node, set[Node]] = {kind: set(asserted.subjects(RDF.type, kind)) for kind in _KINDS}
    # blank nodes of individuals are those that a class is asserted of
    own: set[Node] = {
        node
        for node, kind in asserted.subject_objects(RDF.type)
        if isinstance(node, BNode) and kind in kinds[OWL.Class]
    }
    for triple in inferred:
        if why := _why_not(triple, kinds, own):
            left_out[why] += 1
        else:
            axioms.add(triple)
    return axioms, left_out


def _why_not(triple: tuple[Node, Node, Node], kinds: Mapping[Node, set[Node]], own: set[Node]) -> str:
    """Return why a triple is left out, or nothing if it is an axiom."""
    subject, predicate, object_ = triple
    if any(isinstance(node, BNode) and node not in own for node in (subject, object_)):
        return _UNNAMED
    if subject == object_ or object_ == OWL.Thing or subject == OWL.Nothing:
        return _ANYTHING
    if predicate == RDF.type:
        fits = object_ in kinds[OWL.Class] or (
            object_ in _CHARACTERISTICS
            and (subject in kinds[OWL.ObjectProperty] or subject in kinds[OWL.DatatypeProperty])
        )
    elif predicate in _BETWEEN:
        left, right = _BETWEEN[predicate]
        pairs = zip(left, right, strict=True) if left == right else ((a, b) for a in left for b in right)
        fits = any(subject in kinds[a] and object_ in kinds[b] for a, b in pairs)
    elif predicate in (OWL.sameAs, OWL.differentFrom):
        fits = not isinstance(object_, Literal)
    elif isinstance(object_, Literal):
        fits = predicate in kinds[OWL.DatatypeProperty] or predicate in kinds[OWL.AnnotationProperty]
    else:
        fits = predicate in kinds[OWL.ObjectProperty] or predicate in kinds[OWL.AnnotationProperty]
    return "" if fits else _NO_AXIOM


def mapping_axioms(mappings: Graph, ontology: Graph) -> tuple[Graph, Counter[str]]:
    """Return the matches of mapping sets as annotated axioms of OWL 2, what is said of the sets, and what is left out.

    OWL 2 has no IRI for an axiom, so each becomes a blank node, which says its set by `sssom:mapping_source`. It has no
    word for a match that is denied, nor xsd:date, which becomes xsd:dateTime. Properties that the ontology does not
    label are labelled by their names.
    """
    axioms = Graph(bind_namespaces="none")
    names = {
        axiom: BNode(f"axiom{str(axiom).rpartition('/')[2]}")
        for axiom in mappings.subjects(RDF.type, OWL.Axiom)
        if not str(mappings.value(axiom, OWL.annotatedProperty)).startswith((str(OWL), str(RDFS), str(RDF)))
    }
    sets = {axiom: whole for whole, axiom in mappings.subject_objects(_SSSOM.mappings)}
    of_sets = (_SSSOM.mappings, _SSSOM.extension_definitions, SH.declare)
    described = {each for said in of_sets[1:] for each in mappings.objects(None, said)} | (set(sets) - set(names))
    left = 0
    for subject, predicate, object_ in mappings:
        if isinstance(object_, Literal) and object_.datatype == XSD.date:
            object_ = Literal(f"{object_}T00:00:00", datatype=XSD.dateTime)
        if subject in described or predicate in of_sets or object_ == _SSSOM.MappingSet:
            left += 1
        else:
            axioms.add((names.get(subject, subject), predicate, object_))
    for axiom, made in names.items():
        axioms.add((made, _SSSOM.mapping_source, sets[axiom]))
    axioms.add((_SSSOM.mapping_source, RDF.type, OWL.AnnotationProperty))
    for term in set(axioms.subjects(RDF.type, OWL.AnnotationProperty)) - set(ontology.subjects(RDFS.label)):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", re.split(r"[/#]", str(term))[-1])
        axioms.add((term, RDFS.label, Literal(name.lower(), lang="en")))
    return axioms, Counter({_DENIED: left})


def module_ontologies(guideline: Guideline) -> dict[str, Graph]:
    """Return each module as an ontology of its own, by name, with the imports that declare its words.

    The header, which imports all, is the first, and has no more than it had.
    """
    found = {name: Graph(bind_namespaces="none") + graph for name, graph in guideline.modules.items()}
    declared = {
        name: {term for kind in _KINDS for term in graph.subjects(RDF.type, kind)} for name, graph in found.items()
    }
    for name, graph in found.items():
        if name == guideline.header_name:
            continue
        used = {term for triple in graph for term in triple} - declared[name]
        needed = (guideline.graph_name(other) for other, terms in declared.items() if other != name and used & terms)
        _head(graph, guideline.graph_name(name), needed, guideline)
    return found


def document(graph: Graph, name: str, guideline: Guideline, title: str) -> Graph:
    """Return a graph as an ontology of its own beside the modules, which imports the guideline's."""
    made, iri = Graph(bind_namespaces="none") + graph, guideline.graph_name(name)
    made.add((iri, RDF.type, OWL.Ontology))
    made.add((iri, DCTERMS.title, Literal(title, lang="en")))
    for licence in guideline.asserted.objects(guideline.iri, DCTERMS.license):
        made.add((iri, DCTERMS.license, licence))
    _head(made, iri, [guideline.iri], guideline)
    return made


def _head(graph: Graph, iri: URIRef, imports: Iterable[URIRef], guideline: Guideline) -> None:
    graph.add((iri, OWL.versionInfo, Literal(guideline.header(OWL.versionInfo))))
    graph.add(
        (iri, OWL.versionIRI, URIRef(f"{guideline.header(OWL.versionIRI)}/{iri.removeprefix(f'{guideline.iri}/')}"))
    )
    for other in imports:
        graph.add((iri, OWL.imports, other))


def catalog(guideline: Guideline, others: Iterable[str] = (), *, folder: str = "") -> str:
    """Return the OASIS catalogue that says in which file each module lies: `NAME.ttl`, relative to it.

    Protégé and the OWLAPI's tools read it, and then open the header without a network. `folder` is that of the modules,
    relative to the catalogue, if it does not lie beside them.

    References
    ----------
    OASIS XML Catalogs 1.1, section 6.6 (`uri`), https://www.oasis-open.org/committees/entity/spec-2001-08-06.html
    """
    header = guideline.header_name
    files = [(str(guideline.iri), header), (guideline.header(OWL.versionIRI), header)]
    names = sorted({*guideline.quads, *others} - {header})
    files += [(str(guideline.graph_name(name)), name) for name in names]
    entries = "".join(
        f"    <uri name={quoteattr(iri)} uri={quoteattr(f'{folder}{name}.ttl')}/>\n" for iri, name in files if iri
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        '<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">\n'
        f"{entries}</catalog>\n"
    )


def named_individuals(graph: Graph, *, of: Graph) -> Graph:
    """Return a graph in which the blank nodes of cases, those of the graph `of`, have IRIs.

    A mark joins a course and an option, and in OWL 2 DL blank nodes that are joined hang on one named thing only.

    References
    ----------
    W3C OWL 2 Structural Specification (2nd ed.), section 11.2; RDF 1.1 Concepts, section 3.5.
    """
    made = Graph(bind_namespaces="none")
    names: dict[Node, URIRef] = {
        node: URIRef(f"{GENID}{node}") for triple in of for node in triple if isinstance(node, BNode)
    }
    for subject, predicate, object_ in graph:
        made.add((names.get(subject, subject), predicate, names.get(object_, object_)))
    return made
