"""OWL axioms as triples: one by one, as the tables of "OWL 2 Mapping to RDF Graphs" have them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from rdflib import Graph
from rdflib.compare import to_canonical_graph

from sts_kg.errors import ParseError
from sts_kg.rdf import Document
from sts_kg.rdf.owl_mapping import owl_triples

pytest.importorskip("pyhornedowl")

OFN = "Prefix(:=<http://e/>)\nOntology(<http://e/o>\n{}\n)"
TURTLE = """@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix swrl: <http://www.w3.org/2003/11/swrl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . :o a owl:Ontology . """


def said(graph: Graph) -> list[str]:
    return sorted(" ".join(term.n3() for term in triple) for triple in to_canonical_graph(graph))


def read(tmp_path: Path, axioms: str) -> Graph:
    (tmp_path / "a.ofn").write_text(OFN.format(axioms), encoding="utf-8")
    with Document(tmp_path / "a.ofn") as document:
        return Graph().parse(data=document.lines().read(), format="nt11")


@pytest.mark.parametrize(
    ("axioms", "expected"),
    [
        ("Import(<http://e/i>)", ":o owl:imports :i ."),
        ("Declaration(Class(:A))", ":A a owl:Class ."),
        ("Declaration(Datatype(:T))", ":T a rdfs:Datatype ."),
        ("Declaration(DataProperty(:d))", ":d a owl:DatatypeProperty ."),
        (
            "SubClassOf(:A ObjectUnionOf(:B :C))",
            ":A rdfs:subClassOf [a owl:Class; owl:unionOf (:B :C)] .",
        ),
        ("SubClassOf(:A ObjectComplementOf(:B))", ":A rdfs:subClassOf [a owl:Class; owl:complementOf :B] ."),
        ("SubClassOf(ObjectOneOf(:i _:x) :A)", "[a owl:Class; owl:oneOf (:i _:x)] rdfs:subClassOf :A ."),
        (
            "SubClassOf(:A ObjectSomeValuesFrom(ObjectInverseOf(:p) :B))",
            ":A rdfs:subClassOf [a owl:Restriction; owl:onProperty [owl:inverseOf :p]; owl:someValuesFrom :B] .",
        ),
        (
            "SubClassOf(:A ObjectHasSelf(:p))",
            ":A rdfs:subClassOf [a owl:Restriction; owl:onProperty :p; owl:hasSelf true] .",
        ),
        (
            "SubClassOf(:A ObjectMinCardinality(2 :p :B))",
            ":A rdfs:subClassOf [a owl:Restriction; owl:onProperty :p; owl:onClass :B; "
            'owl:minQualifiedCardinality "2"^^xsd:nonNegativeInteger] .',
        ),
        (
            "SubClassOf(:A ObjectExactCardinality(2 :p))",
            ':A rdfs:subClassOf [a owl:Restriction; owl:onProperty :p; owl:cardinality "2"^^xsd:nonNegativeInteger] .',
        ),
        (
            "Declaration(DataProperty(:d)) SubClassOf(:A DataMaxCardinality(2 :d xsd:string))",
            ":d a owl:DatatypeProperty . :A rdfs:subClassOf [a owl:Restriction; owl:onProperty :d; "
            'owl:onDataRange xsd:string; owl:maxQualifiedCardinality "2"^^xsd:nonNegativeInteger] .',
        ),
        (
            'SubClassOf(:A DataSomeValuesFrom(:d DatatypeRestriction(xsd:integer xsd:minInclusive "5"^^xsd:integer)))',
            ":A rdfs:subClassOf [a owl:Restriction; owl:onProperty :d; owl:someValuesFrom [a rdfs:Datatype; "
            "owl:onDatatype xsd:integer; owl:withRestrictions ([xsd:minInclusive 5])]] .",
        ),
        (
            'DatatypeDefinition(:T DataUnionOf(DataComplementOf(xsd:string) DataOneOf("a"@en)))',
            ":T owl:equivalentClass [a rdfs:Datatype; owl:unionOf ([a rdfs:Datatype; owl:datatypeComplementOf "
            'xsd:string] [a rdfs:Datatype; owl:oneOf ("a"@en)])] .',
        ),
        ("EquivalentClasses(:A :B :C)", ":A owl:equivalentClass :B . :B owl:equivalentClass :C ."),
        ("DisjointClasses(:A :B)", ":A owl:disjointWith :B ."),
        ("DisjointClasses(:A :B :C)", "[] a owl:AllDisjointClasses; owl:members (:A :B :C) ."),
        ("DisjointUnion(:A :B :C)", ":A owl:disjointUnionOf (:B :C) ."),
        ("SubObjectPropertyOf(ObjectPropertyChain(:p :q) :r)", ":r owl:propertyChainAxiom (:p :q) ."),
        ("DisjointObjectProperties(:p :q)", ":p owl:propertyDisjointWith :q ."),
        ("DisjointObjectProperties(:p :q :r)", "[] a owl:AllDisjointProperties; owl:members (:p :q :r) ."),
        ("InverseObjectProperties(:p :q)", ":p owl:inverseOf :q ."),
        ("AsymmetricObjectProperty(:p)", ":p a owl:AsymmetricProperty ."),
        ("HasKey(:A (:p) ())", ":A owl:hasKey (:p) ."),
        ("SameIndividual(:i :j)", ":i owl:sameAs :j ."),
        ("DifferentIndividuals(:i :j)", ":i owl:differentFrom :j ."),
        ("DifferentIndividuals(:i :j :k)", "[] a owl:AllDifferent; owl:members (:i :j :k) ."),
        ("ClassAssertion(:A _:x) ObjectPropertyAssertion(:p _:x _:y)", "_:x a :A ; :p _:y ."),
        ("ObjectPropertyAssertion(ObjectInverseOf(:p) :i :j)", ":j :p :i ."),
        (
            'NegativeObjectPropertyAssertion(Annotation(rdfs:label "n") :p :i :j)',
            "[] a owl:NegativePropertyAssertion; owl:sourceIndividual :i; owl:assertionProperty :p; "
            'owl:targetIndividual :j; rdfs:label "n" .',
        ),
        (
            'NegativeDataPropertyAssertion(:d :i "6"^^xsd:integer)',
            "[] a owl:NegativePropertyAssertion; owl:sourceIndividual :i; owl:assertionProperty :d; "
            "owl:targetValue 6 .",
        ),
        (
            'Annotation(Annotation(rdfs:comment "c") rdfs:label "o")',
            ':o rdfs:label "o" . [] a owl:Annotation; owl:annotatedSource :o; owl:annotatedProperty rdfs:label; '
            'owl:annotatedTarget "o"; rdfs:comment "c" .',
        ),
        (
            'SubClassOf(Annotation(rdfs:label "l") Annotation(:n :x) :A :B)',
            ":A rdfs:subClassOf :B . [] a owl:Axiom; owl:annotatedSource :A; owl:annotatedProperty rdfs:subClassOf; "
            'owl:annotatedTarget :B; rdfs:label "l"; :n :x .',
        ),
        (
            'AnnotationAssertion(Annotation(:m "m") :n :A _:x)',
            ":A :n _:x . [] a owl:Axiom; owl:annotatedSource :A; owl:annotatedProperty :n; owl:annotatedTarget _:x; "
            ':m "m" .',
        ),
        (
            'AnnotationAssertion(:n :A "a@b@en"^^rdf:PlainLiteral) AnnotationAssertion(:m :A "c@"^^rdf:PlainLiteral)',
            ':A :n "a@b"@en ; :m "c" .',
        ),
        (
            "DLSafeRule(Body(ClassAtom(:A Variable(:v)) ObjectPropertyAtom(:p Variable(:v) :i))"
            "Head(SameIndividualAtom(Variable(:v) :i)))",
            ":v a swrl:Variable . [] a swrl:Imp; "
            "swrl:body [a swrl:AtomList; rdf:first [a swrl:ClassAtom; swrl:classPredicate :A; swrl:argument1 :v]; "
            "rdf:rest [a swrl:AtomList; rdf:first [a swrl:IndividualPropertyAtom; swrl:propertyPredicate :p; "
            "swrl:argument1 :v; swrl:argument2 :i]; rdf:rest ()]]; "
            "swrl:head [a swrl:AtomList; rdf:first [a swrl:SameIndividualAtom; swrl:argument1 :v; swrl:argument2 :i]; "
            "rdf:rest ()] .",
        ),
    ],
)
def test_the_triples_of_an_axiom(axioms: str, expected: str, tmp_path: Path) -> None:
    assert said(read(tmp_path, axioms)) == said(Graph().parse(data=TURTLE + expected, format="turtle"))


def test_a_negative_assertion_contradicts(tmp_path: Path) -> None:
    from sts_kg.closure import closure_of

    (tmp_path / "a.ofn").write_text(
        OFN.format("ObjectPropertyAssertion(:p :i :j) NegativeObjectPropertyAssertion(:p :i :j)"), encoding="utf-8"
    )
    (found,) = closure_of(tmp_path / "a.ofn").inconsistencies
    assert found.rule == "prp-npa1"


@pytest.mark.parametrize("iri", ["http://e/a b", "a"])
def test_an_iri_that_is_none_is_an_error(iri: str, tmp_path: Path) -> None:
    with pytest.raises(ParseError):
        read(tmp_path, f"Declaration(Class(<{iri}>))")


def test_what_is_no_axiom_of_owl_2_is_an_error() -> None:
    component = SimpleNamespace(component=SimpleNamespace(), ann=[])
    with pytest.raises(ValueError, match="holds SimpleNamespace, which is no axiom of OWL 2"):
        owl_triples([component])


def test_an_annotated_annotation_of_an_ontology_is_refused_in_owl_xml(tmp_path: Path) -> None:
    label = '<Annotation>{}<AnnotationProperty IRI="http://e/n"/><Literal>x</Literal></Annotation>'
    begin = '<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="http://e/o">\n'
    declared = f'<Declaration>{label.format(label.format(""))}<Class IRI="http://e/A"/></Declaration></Ontology>'
    (tmp_path / "a.owx").write_text(begin + declared, encoding="utf-8")
    with Document(tmp_path / "a.owx") as document:
        assert len(document.lines().read().splitlines()) == 12
    (tmp_path / "a.owx").write_text(begin + label.format("\n" + label.format("")) + declared, encoding="utf-8")
    with pytest.raises(ParseError) as caught, Document(tmp_path / "a.owx") as document:
        document.lines().read()
    assert (caught.value.line, caught.value.reason[:47]) == (3, "annotates an annotation of the ontology, which ")
