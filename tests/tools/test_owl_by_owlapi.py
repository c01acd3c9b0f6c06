"""OWL functional syntax as our triples, read by the OWLAPI: the same axioms as it reads from the text itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sts_kg.rdf import Document

#: Every kind of axiom and expression, without anonymous individuals, whose names differ from reading to reading.
AXIOMS = """
Import(<http://e/imported>)
Annotation(Annotation(rdfs:comment "on it") rdfs:label "o"@en) Annotation(owl:priorVersion <http://e/o/0>)
Declaration(Class(:A)) Declaration(Class(:B)) Declaration(Class(:C)) Declaration(Class(:D))
Declaration(ObjectProperty(:p)) Declaration(ObjectProperty(:q)) Declaration(ObjectProperty(:r))
Declaration(DataProperty(:d)) Declaration(DataProperty(:e)) Declaration(Datatype(:T))
Declaration(AnnotationProperty(:n)) Declaration(AnnotationProperty(:m))
Declaration(NamedIndividual(:i)) Declaration(NamedIndividual(:j)) Declaration(NamedIndividual(:k))
Declaration(Annotation(rdfs:label "declared") Class(:E))
SubClassOf(Annotation(rdfs:comment "x") :A :B) SubClassOf(:A ObjectAllValuesFrom(ObjectInverseOf(:p) :C))
SubClassOf(Annotation(Annotation(rdfs:label "nested") rdfs:comment "y") :A ObjectSomeValuesFrom(:p :C))
SubClassOf(:A ObjectHasValue(:p :i)) SubClassOf(:A ObjectHasSelf(:p)) SubClassOf(:A ObjectMaxCardinality(3 :p))
SubClassOf(:A ObjectMinCardinality(2 :p :B)) SubClassOf(:A ObjectExactCardinality(4 :p :C))
SubClassOf(:A DataSomeValuesFrom(:d xsd:integer)) SubClassOf(:A DataAllValuesFrom(:d DataOneOf("1"^^xsd:integer)))
SubClassOf(:A DataHasValue(:d "v"@en)) SubClassOf(:A DataMinCardinality(1 :d xsd:string))
SubClassOf(:A DataMaxCardinality(2 :d)) SubClassOf(:A DataExactCardinality(3 :d xsd:integer))
SubClassOf(:A DataSomeValuesFrom(:d DatatypeRestriction(xsd:integer xsd:minInclusive "5"^^xsd:integer)))
SubClassOf(:A DataSomeValuesFrom(:d DataComplementOf(DataUnionOf(xsd:byte DataIntersectionOf(xsd:string xsd:token)))))
EquivalentClasses(:A ObjectIntersectionOf(:B ObjectComplementOf(:C)))
SubClassOf(ObjectUnionOf(:A :B) ObjectOneOf(:i :j))
DisjointClasses(:A :D) DisjointClasses(:A :B :C) DisjointUnion(:D :A :B) HasKey(:A (:p) (:d))
SubObjectPropertyOf(:p :q) SubObjectPropertyOf(ObjectPropertyChain(:p :q) :r) InverseObjectProperties(:p :q)
SubObjectPropertyOf(Annotation(rdfs:comment "chain") ObjectPropertyChain(:q ObjectInverseOf(:r)) :r)
EquivalentObjectProperties(:p :q) DisjointObjectProperties(:p :q) DisjointObjectProperties(:p :q :r)
ObjectPropertyDomain(:p :A) ObjectPropertyRange(:p :B) FunctionalObjectProperty(:p) ReflexiveObjectProperty(:p)
InverseFunctionalObjectProperty(:p) IrreflexiveObjectProperty(:p) SymmetricObjectProperty(:p)
AsymmetricObjectProperty(:p) TransitiveObjectProperty(:q)
SubDataPropertyOf(:d :e) EquivalentDataProperties(:d :e) DisjointDataProperties(:d :e) FunctionalDataProperty(:d)
DataPropertyDomain(:d :A) DataPropertyRange(:d xsd:integer) DatatypeDefinition(:T DataOneOf("a" "b"))
SameIndividual(:i :j) DifferentIndividuals(:i :j) DifferentIndividuals(:i :j :k)
ClassAssertion(:A :i) ClassAssertion(ObjectComplementOf(:A) :j) ObjectPropertyAssertion(:p :i :j)
ObjectPropertyAssertion(Annotation(rdfs:label "asserted") :q :i :j) NegativeObjectPropertyAssertion(:p :i :k)
DataPropertyAssertion(:d :i "5"^^xsd:integer) NegativeDataPropertyAssertion(:d :i "6"^^xsd:integer)
AnnotationAssertion(:n :A "note"@en) AnnotationAssertion(Annotation(:m :B) :n :A <http://e/x>)
AnnotationAssertion(:n :A "two
lines, \\"quoted\\" \\\\")
SubAnnotationPropertyOf(:n :m) AnnotationPropertyDomain(:n :A) AnnotationPropertyRange(:n xsd:string)
"""
TEXT = """Prefix(:=<http://e/>) Prefix(owl:=<http://www.w3.org/2002/07/owl#>)
Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>) Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)
Ontology(<http://e/o> <http://e/o/1>{})"""


def test_the_axioms_are_the_same(java: Any, tmp_path: Path) -> None:
    (tmp_path / "a.ofn").write_text(TEXT.format(AXIOMS), encoding="utf-8")
    with Document(tmp_path / "a.ofn") as document:
        (tmp_path / "a.nt").write_bytes(document.lines().read())
    assert java("Owl", tmp_path / "a.ofn", tmp_path / "a.nt").splitlines() == ["81 said"]
