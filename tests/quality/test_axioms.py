"""What `axioms` reads from RDF: for each construct of OWL 2 its triples, and the text that it is read as."""

import pytest
from rdflib import OWL, Graph

from sts_kg.quality.axioms import BUILT_IN, OwlDocument, read
from sts_kg.rdf.names import STS

PREFIXES = """
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sts: <https://w3id.org/sts-kg/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
sts:A a owl:Class . sts:p a owl:ObjectProperty . sts:d a owl:DatatypeProperty . sts:n a owl:AnnotationProperty .
sts:T a rdfs:Datatype .
"""


def ontology_of(turtle: str) -> OwlDocument:
    return read(Graph().parse(data=PREFIXES + turtle, format="turtle"))


def texts(turtle: str) -> list[str]:
    ontology = ontology_of(turtle)
    assert ontology.violations == ()
    return sorted(ontology.text(axiom) for axiom in ontology.axioms)


AXIOMS = [
    ("sts:A rdfs:subClassOf sts:B .", "SubClassOf(sts:A sts:B)"),
    ("sts:A owl:equivalentClass sts:B .", "EquivalentClasses(sts:A sts:B)"),
    ("sts:A owl:disjointWith sts:B .", "DisjointClasses(sts:A sts:B)"),
    ("[] a owl:AllDisjointClasses ; owl:members ( sts:A sts:B sts:C ) .", "DisjointClasses(sts:A sts:B sts:C)"),
    ("sts:A owl:disjointUnionOf ( sts:B sts:C ) .", "DisjointUnion(sts:A sts:B sts:C)"),
    ("sts:A owl:hasKey ( sts:p sts:d ) .", "HasKey(sts:A sts:p sts:d)"),
    ("sts:T owl:equivalentClass xsd:int .", "DatatypeDefinition(sts:T xsd:int)"),
    ("sts:p rdfs:subPropertyOf sts:q .", "SubObjectPropertyOf(sts:p sts:q)"),
    ("sts:q rdfs:subPropertyOf sts:d .", "SubDataPropertyOf(sts:q sts:d)"),
    ("sts:n rdfs:subPropertyOf sts:m .", "SubAnnotationPropertyOf(sts:n sts:m)"),
    (
        "sts:p owl:propertyChainAxiom ( sts:q sts:r ) .",
        "SubObjectPropertyOf(ObjectPropertyChain(sts:q sts:r) sts:p)",
    ),
    ("sts:p owl:equivalentProperty sts:q .", "EquivalentObjectProperties(sts:p sts:q)"),
    ("sts:d owl:equivalentProperty sts:e .", "EquivalentDataProperties(sts:d sts:e)"),
    ("sts:p owl:propertyDisjointWith sts:q .", "DisjointObjectProperties(sts:p sts:q)"),
    ("[] a owl:AllDisjointProperties ; owl:members ( sts:d sts:e ) .", "DisjointDataProperties(sts:d sts:e)"),
    ("sts:p rdfs:domain sts:A .", "ObjectPropertyDomain(sts:p sts:A)"),
    ("sts:p rdfs:range sts:A .", "ObjectPropertyRange(sts:p sts:A)"),
    ("sts:d rdfs:domain sts:A .", "DataPropertyDomain(sts:d sts:A)"),
    ("sts:d rdfs:range xsd:int .", "DataPropertyRange(sts:d xsd:int)"),
    ("sts:n rdfs:domain sts:A .", "AnnotationPropertyDomain(sts:n sts:A)"),
    ("sts:n rdfs:range xsd:int .", "AnnotationPropertyRange(sts:n xsd:int)"),
    ("sts:p owl:inverseOf sts:q .", "InverseObjectProperties(sts:p sts:q)"),
    ("[ owl:inverseOf sts:p ] rdfs:subPropertyOf sts:p .", "SubObjectPropertyOf(ObjectInverseOf(sts:p) sts:p)"),
    ("sts:p a owl:FunctionalProperty .", "FunctionalObjectProperty(sts:p)"),
    ("sts:d a owl:FunctionalProperty .", "FunctionalDataProperty(sts:d)"),
    ("sts:p a owl:InverseFunctionalProperty .", "InverseFunctionalObjectProperty(sts:p)"),
    ("sts:p a owl:ReflexiveProperty .", "ReflexiveObjectProperty(sts:p)"),
    ("sts:p a owl:IrreflexiveProperty .", "IrreflexiveObjectProperty(sts:p)"),
    ("sts:p a owl:SymmetricProperty .", "SymmetricObjectProperty(sts:p)"),
    ("sts:p a owl:AsymmetricProperty .", "AsymmetricObjectProperty(sts:p)"),
    ("sts:p a owl:TransitiveProperty .", "TransitiveObjectProperty(sts:p)"),
    ("sts:a a sts:A .", "ClassAssertion(sts:A sts:a)"),
    ("sts:a sts:p [] .", "ObjectPropertyAssertion(sts:p sts:a [])"),
    ('sts:a sts:d "x" .', 'DataPropertyAssertion(sts:d sts:a "x")'),
    ("sts:a sts:n sts:b .", "Annotation(sts:n sts:b)"),
    ("sts:a owl:sameAs sts:b .", "SameIndividual(sts:a sts:b)"),
    ("sts:a owl:differentFrom sts:b .", "DifferentIndividuals(sts:a sts:b)"),
    ("[] a owl:AllDifferent ; owl:members ( sts:a sts:b ) .", "DifferentIndividuals(sts:a sts:b)"),
    ("[] a owl:AllDifferent ; owl:distinctMembers ( sts:a sts:b ) .", "DifferentIndividuals(sts:a sts:b)"),
    (
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual sts:a ; owl:assertionProperty sts:p ; "
        "owl:targetIndividual sts:b .",
        "NegativeObjectPropertyAssertion(sts:p sts:a sts:b)",
    ),
    (
        "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual sts:a ; owl:assertionProperty sts:d ; "
        'owl:targetValue "x" .',
        'NegativeDataPropertyAssertion(sts:d sts:a "x")',
    ),
]
N = '"2"^^xsd:nonNegativeInteger'
CLASSES = [
    ("a owl:Class ; owl:intersectionOf ( sts:B sts:C )", "ObjectIntersectionOf(sts:B sts:C)"),
    ("a owl:Class ; owl:unionOf ( sts:B sts:C )", "ObjectUnionOf(sts:B sts:C)"),
    ("a owl:Class ; owl:complementOf sts:B", "ObjectComplementOf(sts:B)"),
    ("a owl:Class ; owl:oneOf ( sts:a sts:b )", "ObjectOneOf(sts:a sts:b)"),
    ("a owl:Class ; owl:intersectionOf ( sts:B )", "sts:B"),
    ("a owl:Class ; owl:unionOf ( sts:B )", "sts:B"),
    ("a owl:Class ; owl:intersectionOf ()", "owl:Thing"),
    ("a owl:Class ; owl:unionOf ()", "owl:Nothing"),
    ("a owl:Class ; owl:oneOf ()", "owl:Nothing"),
    ("a owl:Restriction ; owl:onProperty sts:p ; owl:someValuesFrom sts:B", "ObjectSomeValuesFrom(sts:p sts:B)"),
    ("a owl:Restriction ; owl:onProperty sts:p ; owl:allValuesFrom sts:B", "ObjectAllValuesFrom(sts:p sts:B)"),
    ("a owl:Restriction ; owl:onProperty sts:p ; owl:hasValue sts:b", "ObjectHasValue(sts:p sts:b)"),
    ('a owl:Restriction ; owl:onProperty sts:p ; owl:hasSelf "true"^^xsd:boolean', "ObjectHasSelf(sts:p)"),
    ("a owl:Restriction ; owl:onProperty sts:d ; owl:someValuesFrom xsd:int", "DataSomeValuesFrom(sts:d xsd:int)"),
    ("a owl:Restriction ; owl:onProperty sts:d ; owl:allValuesFrom xsd:int", "DataAllValuesFrom(sts:d xsd:int)"),
    ('a owl:Restriction ; owl:onProperty sts:d ; owl:hasValue "x"', 'DataHasValue(sts:d "x")'),
    ("a owl:Restriction , owl:Class ; owl:onProperty sts:x ; owl:hasValue sts:b", "ObjectHasValue(sts:x sts:b)"),
    ('a owl:Restriction , rdfs:Class ; owl:onProperty sts:x ; owl:hasValue "x"', 'DataHasValue(sts:x "x")'),
    ("a owl:Restriction ; owl:onProperty sts:x ; owl:someValuesFrom xsd:int", "DataSomeValuesFrom(sts:x xsd:int)"),
    (f"a owl:Restriction ; owl:onProperty sts:p ; owl:minCardinality {N}", "ObjectMinCardinality(2 sts:p)"),
    (f"a owl:Restriction ; owl:onProperty sts:p ; owl:maxCardinality {N}", "ObjectMaxCardinality(2 sts:p)"),
    (f"a owl:Restriction ; owl:onProperty sts:d ; owl:cardinality {N}", "DataExactCardinality(2 sts:d)"),
    (
        f"a owl:Restriction ; owl:onProperty sts:p ; owl:minQualifiedCardinality {N} ; owl:onClass sts:B",
        "ObjectMinCardinality(2 sts:p sts:B)",
    ),
    (
        f"a owl:Restriction ; owl:onProperty sts:x ; owl:maxQualifiedCardinality {N} ; owl:onDataRange xsd:int",
        "DataMaxCardinality(2 sts:x xsd:int)",
    ),
    (
        f"a owl:Restriction ; owl:onProperty sts:x ; owl:qualifiedCardinality {N} ; owl:onClass sts:B",
        "ObjectExactCardinality(2 sts:x sts:B)",
    ),
]
RANGES = [
    ("a rdfs:Datatype ; owl:intersectionOf ( xsd:int xsd:byte )", "DataIntersectionOf(xsd:int xsd:byte)"),
    ("a rdfs:Datatype ; owl:unionOf ( xsd:int xsd:byte )", "DataUnionOf(xsd:int xsd:byte)"),
    ("a rdfs:Datatype ; owl:datatypeComplementOf xsd:int", "DataComplementOf(xsd:int)"),
    ('a rdfs:Datatype ; owl:oneOf ( "x" "y" )', 'DataOneOf("x" "y")'),
    ('a owl:DataRange , rdfs:Datatype ; owl:oneOf ( "x" )', 'DataOneOf("x")'),
    (
        'a rdfs:Datatype ; owl:onDatatype xsd:string ; owl:withRestrictions ( [ xsd:pattern "x" ] )',
        'DatatypeRestriction(xsd:string "x")',
    ),
]


@pytest.mark.parametrize(("turtle", "text"), AXIOMS, ids=[text for _, text in AXIOMS])
def test_an_axiom_is_read(turtle: str, text: str) -> None:
    assert texts(turtle) == [text]


@pytest.mark.parametrize(("turtle", "text"), CLASSES, ids=[turtle for turtle, _ in CLASSES])
def test_a_class_expression_is_read(turtle: str, text: str) -> None:
    assert texts(f"sts:A rdfs:subClassOf [ {turtle} ] .") == [f"SubClassOf(sts:A {text})"]


@pytest.mark.parametrize(("turtle", "text"), RANGES, ids=[text for _, text in RANGES])
def test_a_data_range_is_read(turtle: str, text: str) -> None:
    assert texts(f"sts:d rdfs:range [ {turtle} ] .") == [f"DataPropertyRange(sts:d {text})"]


def test_a_named_class_can_be_defined_as_in_owl_1() -> None:
    turtle = "sts:A owl:intersectionOf ( sts:B sts:C ) ; owl:complementOf sts:D ; owl:oneOf ( sts:a ) ."
    assert texts(turtle) == [
        "EquivalentClasses(sts:A ObjectComplementOf(sts:D))",
        "EquivalentClasses(sts:A ObjectIntersectionOf(sts:B sts:C))",
        "EquivalentClasses(sts:A ObjectOneOf(sts:a))",
    ]


def test_annotations_of_axioms_and_of_annotations_are_read() -> None:
    turtle = """
    sts:A rdfs:subClassOf sts:B .
    _:x a owl:Axiom ; owl:annotatedSource sts:A ; owl:annotatedProperty rdfs:subClassOf ; owl:annotatedTarget sts:B ;
        sts:n "why" .
    [] a owl:Annotation ; owl:annotatedSource _:x ; owl:annotatedProperty sts:n ; owl:annotatedTarget "why" ;
        rdfs:label "because" .
    [] a owl:AllDifferent ; owl:members ( sts:a sts:b ) ; rdfs:comment "both" .
    """
    assert texts(turtle) == [
        'Annotation(rdfs:comment "both")',
        'Annotation(rdfs:label "because")',
        'Annotation(sts:n "why")',
        "DifferentIndividuals(sts:a sts:b)",
        "SubClassOf(sts:A sts:B)",
    ]


def test_an_annotation_of_an_axiom_is_an_annotation_whatever_its_property() -> None:
    turtle = """
    sts:A rdfs:subClassOf sts:B .
    [] a owl:Axiom ; owl:annotatedSource sts:A ; owl:annotatedProperty rdfs:subClassOf ; owl:annotatedTarget sts:B ;
        sts:p sts:a .
    """
    (annotation,) = (axiom for axiom in ontology_of(turtle).axioms if axiom.kind == "Annotation")
    assert annotation.of("annotation property") == (STS["p"],)


def test_the_header_makes_no_axiom() -> None:
    assert texts("sts:o a owl:Ontology ; owl:imports sts:other ; owl:versionIRI sts:v .") == []


def test_deprecation_makes_no_axiom() -> None:
    assert texts("sts:A a owl:DeprecatedClass . sts:p a owl:DeprecatedProperty .") == []


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("class", "owl:Class"),
        ("datatype", "rdfs:Datatype"),
        ("object property", "owl:ObjectProperty"),
        ("object property", "owl:TransitiveProperty"),
        ("object property", "owl:SymmetricProperty"),
        ("object property", "owl:InverseFunctionalProperty"),
        ("data property", "owl:DatatypeProperty"),
        ("annotation property", "owl:AnnotationProperty"),
        ("annotation property", "owl:OntologyProperty"),
        ("individual", "owl:NamedIndividual"),
    ],
)
def test_a_type_declares(kind: str, type_: str) -> None:
    declared = ontology_of(f"sts:x a {type_} .").declared
    assert [found for found, iris in declared.items() if STS["x"] in iris] == [kind]


@pytest.mark.parametrize("type_", ["owl:FunctionalProperty", "owl:AsymmetricProperty", "rdf:Property", "rdfs:Class"])
def test_another_type_declares_nothing(type_: str) -> None:
    declared = ontology_of(f"sts:x a {type_} .").declared
    assert [found for found, iris in declared.items() if STS["x"] in iris] == []


def test_built_in_entities_are_declared() -> None:
    declared = read(Graph()).declared
    assert declared == BUILT_IN
    assert OWL.Thing in declared["class"]


def test_expressions_below_a_depth_are_elided() -> None:
    turtle = "sts:A rdfs:subClassOf [ a owl:Class ; owl:complementOf [ a owl:Class ; owl:complementOf sts:A ] ] ."
    ontology = ontology_of(turtle)
    assert ontology.text(ontology.axioms[0], 1) == "SubClassOf(sts:A ObjectComplementOf(…))"
    assert ontology.text(ontology.axioms[0], 2) == "SubClassOf(sts:A ObjectComplementOf(ObjectComplementOf(sts:A)))"


def test_within_gives_the_axiom_and_each_expression_once() -> None:
    turtle = "_:x a owl:Class ; owl:complementOf _:y ; rdfs:subClassOf _:y . _:y a owl:Class ; owl:complementOf sts:A ."
    ontology = ontology_of(turtle)
    kinds = sorted(construct.kind for construct in ontology.within(ontology.axioms[0]))
    assert kinds == ["ObjectComplementOf", "ObjectComplementOf", "SubClassOf"]
