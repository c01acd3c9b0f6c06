"""The ids of the built-in terms that the rules name: the first of every dictionary, so that each is a constant."""

from __future__ import annotations

from functools import cache

from sts_kg.closure.rules.table import ANNOTATION_PROPERTIES
from sts_kg.rdf.xsd import SUPPORTED

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_CURIES = """
    rdf:type owl:Nothing owl:Thing owl:sameAs owl:differentFrom
    rdfs:subClassOf rdfs:subPropertyOf owl:equivalentClass owl:equivalentProperty rdfs:domain rdfs:range
    owl:inverseOf owl:onProperty owl:someValuesFrom owl:allValuesFrom owl:hasValue
    owl:maxCardinality owl:maxQualifiedCardinality owl:onClass
    owl:intersectionOf owl:unionOf owl:oneOf owl:complementOf owl:disjointWith owl:propertyDisjointWith
    owl:propertyChainAxiom owl:hasKey owl:members owl:distinctMembers
    owl:sourceIndividual owl:assertionProperty owl:targetIndividual owl:targetValue
    rdf:first rdf:rest rdf:nil
    owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty rdfs:Datatype
    owl:FunctionalProperty owl:InverseFunctionalProperty owl:TransitiveProperty owl:SymmetricProperty
    owl:AsymmetricProperty owl:IrreflexiveProperty
    owl:AllDifferent owl:AllDisjointClasses owl:AllDisjointProperties
    owl:annotatedProperty rdf:Property
""".split()
# fmt: off
(
    TYPE, NOTHING, THING, SAME_AS, DIFFERENT_FROM,
    SUB_CLASS_OF, SUB_PROPERTY_OF, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY, DOMAIN, RANGE,
    INVERSE_OF, ON_PROPERTY, SOME_VALUES_FROM, ALL_VALUES_FROM, HAS_VALUE,
    MAX_CARDINALITY, MAX_QUALIFIED_CARDINALITY, ON_CLASS,
    INTERSECTION_OF, UNION_OF, ONE_OF, COMPLEMENT_OF, DISJOINT_WITH, PROPERTY_DISJOINT_WITH,
    PROPERTY_CHAIN_AXIOM, HAS_KEY, MEMBERS, DISTINCT_MEMBERS,
    SOURCE_INDIVIDUAL, ASSERTION_PROPERTY, TARGET_INDIVIDUAL, TARGET_VALUE,
    FIRST, REST, NIL,
    CLASS, OBJECT_PROPERTY, DATATYPE_PROPERTY, ANNOTATION_PROPERTY, DATATYPE,
    FUNCTIONAL_PROPERTY, INVERSE_FUNCTIONAL_PROPERTY, TRANSITIVE_PROPERTY, SYMMETRIC_PROPERTY,
    ASYMMETRIC_PROPERTY, IRREFLEXIVE_PROPERTY,
    ALL_DIFFERENT, ALL_DISJOINT_CLASSES, ALL_DISJOINT_PROPERTIES,
    ANNOTATED_PROPERTY, PROPERTY,
) = range(52)
# fmt: on
#: How many of the built-in terms, the first ones, are neither datatypes nor annotation properties.
RULE_TERMS = len(_CURIES)


def curie_of(number: int) -> str:
    """Return the CURIE of one of the `RULE_TERMS`."""
    return _CURIES[number]


def expanded(curie: str) -> str:
    """Return a CURIE of rdf, rdfs, owl or xsd as an IRI in N-Triples."""
    prefix, _, name = curie.partition(":")
    return f"<{_NAMESPACES[prefix]}{name}>"


#: The terms with the ids 0, 1, 2 …, as N-Triples writes them.
BUILT_IN = tuple(
    dict.fromkeys([*map(expanded, (*_CURIES, *ANNOTATION_PROPERTIES)), *(f"<{iri}>" for iri in SUPPORTED)])
)
_IDS = {term: number for number, term in enumerate(BUILT_IN)}


@cache
def id_of(curie: str) -> int:
    """Return the id of a built-in term.

    Examples
    --------
    >>> id_of("rdf:type") == TYPE, id_of("owl:AllDisjointProperties") == ALL_DISJOINT_PROPERTIES
    (True, True)
    """
    return _IDS[expanded(curie)]


ANNOTATIONS = tuple(map(id_of, ANNOTATION_PROPERTIES))
DATATYPES = {iri: _IDS[f"<{iri}>"] for iri in SUPPORTED}
