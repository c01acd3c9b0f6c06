"""The alignments: subclass axioms to BFO, PROV-O, FHIR and MAxO that contradict nothing which these publish."""

from __future__ import annotations

import gzip
import os
from io import BytesIO
from pathlib import Path

import pytest
from rdflib.namespace import PROV, RDF, RDFS

from sts_kg import KnowledgeGraph, load
from sts_kg.closure import closure_of
from sts_kg.errors import UnknownNameError
from sts_kg.guideline import Guideline
from sts_kg.quality.profile import violations
from sts_kg.rdf import CASE, STS, nquads
from sts_kg.tables import Table

ROOT = Path(__file__).parents[2]
TESTDATA = Path(os.environ.get("STS_KG_TESTDATA") or ROOT.parent / "shared" / "testdata")
ALL = ("bfo", "fhir", "maxo", "prov")
PREFIXES = """
@prefix : <http://purl.obolibrary.org/obo/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix fhir: <http://hl7.org/fhir/> . @prefix sts: <https://w3id.org/sts-kg/> .
"""
# The subclass axioms and disjointnesses of BFO 2020 around the classes in use.
BFO_AXIOMS = """
:BFO_0000002 rdfs:subClassOf :BFO_0000001 ; owl:disjointWith :BFO_0000003 . # continuant, occurrent
:BFO_0000003 rdfs:subClassOf :BFO_0000001 .
:BFO_0000004 rdfs:subClassOf :BFO_0000002 . :BFO_0000020 rdfs:subClassOf :BFO_0000002 .
:BFO_0000031 rdfs:subClassOf :BFO_0000002 .
[] a owl:AllDisjointClasses ; owl:members ( :BFO_0000004 :BFO_0000020 :BFO_0000031 ) .
:BFO_0000040 rdfs:subClassOf :BFO_0000004 ; owl:disjointWith :BFO_0000141 .
:BFO_0000015 rdfs:subClassOf :BFO_0000003 . :BFO_0000008 rdfs:subClassOf :BFO_0000003 .
:BFO_0000038 rdfs:subClassOf :BFO_0000008 .
[] a owl:AllDisjointClasses ; owl:members ( :BFO_0000008 :BFO_0000011 :BFO_0000015 :BFO_0000035 ) .
"""
# Those of PROV-O.
PROV_AXIOMS = """
prov:Plan rdfs:subClassOf prov:Entity . prov:Activity owl:disjointWith prov:Entity .
prov:InstantaneousEvent owl:disjointWith prov:Agent , prov:Entity .
prov:wasDerivedFrom rdfs:subPropertyOf prov:wasInfluencedBy ; rdfs:domain prov:Entity ; rdfs:range prov:Entity .
prov:wasGeneratedBy rdfs:domain prov:Entity ; rdfs:range prov:Activity .
"""
# The tree of FHIR; that a resource is no element is ours to suppose.
FHIR_AXIOMS = """
fhir:DomainResource rdfs:subClassOf fhir:Resource . fhir:Element owl:disjointWith fhir:Resource .
fhir:ActivityDefinition rdfs:subClassOf fhir:DomainResource . fhir:PlanDefinition rdfs:subClassOf fhir:DomainResource .
fhir:MedicationStatement rdfs:subClassOf fhir:DomainResource . fhir:Procedure rdfs:subClassOf fhir:DomainResource .
fhir:DocumentReference rdfs:subClassOf fhir:DomainResource .
"""


def closed(kg: KnowledgeGraph, *published: str) -> list[str]:
    """Return the contradictions of a graph with published axioms."""
    facts = [BytesIO(nquads((PREFIXES + text).encode(), "turtle")) for text in published]
    ours = BytesIO(kg.asserted.serialize(format="nt", encoding="utf-8"))
    return [str(found) for found in closure_of([ours, *facts]).inconsistencies]


@pytest.fixture(scope="module")
def plain() -> KnowledgeGraph:
    """The shipped graph with the example cases."""
    return load().with_examples()


@pytest.fixture(scope="module")
def aligned(plain: KnowledgeGraph) -> KnowledgeGraph:
    """The same with all alignments."""
    return plain.with_alignments(*ALL)


def test_the_alignments_are_those_of_the_folder() -> None:
    assert Guideline().alignments == ALL


@pytest.mark.parametrize(
    ("name", "published", "wrong", "rule"),
    [
        ("bfo", BFO_AXIOMS, "sts:TreatmentCourse rdfs:subClassOf :BFO_0000031 .", "cax-dw"),
        ("bfo", BFO_AXIOMS, "sts:Therapy rdfs:subClassOf :BFO_0000040 .", "cax-adc"),
        ("prov", PROV_AXIOMS, "sts:TreatmentCourse rdfs:subClassOf prov:Activity .", "cax-dw"),
        ("fhir", FHIR_AXIOMS, "sts:TreatmentOption rdfs:subClassOf fhir:Element .", "cax-dw"),
    ],
)
def test_one_by_one_each_agrees_with_what_is_published(
    plain: KnowledgeGraph, name: str, published: str, wrong: str, rule: str
) -> None:
    """And a wrong axiom would be seen: the cases have instances of what is aligned."""
    kg = plain.with_alignments(name)
    assert closed(kg, published) == []
    found = closed(kg, published, wrong)
    assert found and all(rule in each for each in found)


def test_all_together_agree_with_what_is_published(aligned: KnowledgeGraph) -> None:
    assert closed(aligned, BFO_AXIOMS, PROV_AXIOMS, FHIR_AXIOMS) == []


@pytest.mark.skipif(not TESTDATA.is_dir(), reason="needs the test data: STS_KG_TESTDATA")
def test_courses_are_actions_of_maxo_and_nothing_contradicts_it(aligned: KnowledgeGraph) -> None:
    """With the whole of MAxO, its BFO and its planned processes."""
    with gzip.open(TESTDATA / "external" / "maxo-2024-07-29.owl.gz") as file:
        maxo = nquads(file.read(), "rdfxml")
    ours = BytesIO(aligned.asserted.serialize(format="nt", encoding="utf-8"))
    closure = closure_of([ours, BytesIO(maxo)])
    assert closure.inconsistencies == ()
    (course,) = aligned.asserted.objects(CASE["f"], STS.hadCourse)
    kinds = {str(kind).rpartition("/")[2] for kind in closure.objects(course, RDF.type)}
    assert {"MAXO_0000646", "MAXO_0000058", "MAXO_0000001", "COB_0000082", "BFO_0000015", "BFO_0000003"} <= kinds
    assert not kinds & {"MAXO_0000004", "MAXO_0000014", "MAXO_0000235", "BFO_0000002"}


def test_the_aligned_ontology_is_inside_the_profiles(kg: KnowledgeGraph) -> None:
    """OWL 2 RL and DL; each alignment may also be read alone beside the ontology."""
    assert violations(kg.with_alignments(*ALL).asserted) == ()


def test_no_answer_changes(plain: KnowledgeGraph, aligned: KnowledgeGraph) -> None:
    query = "SELECT ?c ?p ?o { VALUES ?p { sts:hasOption sts:hasUnmetOption } ?c ?p ?o } ORDER BY ?c ?p ?o"
    answers, before = aligned.query(query), plain.query(query)
    assert isinstance(answers, Table) and isinstance(before, Table)
    assert len(answers) == 114 and answers.rows == before.rows


def test_an_unknown_alignment_names_the_near_one(kg: KnowledgeGraph) -> None:
    with pytest.raises(UnknownNameError, match="there is no alignment 'prof'; did you mean prov"):
        kg.with_alignments("prof")


def test_alignments_stay_beside_verdicts_and_readings(kg: KnowledgeGraph) -> None:
    both = kg.with_alignments("bfo").with_alignments("prov").under("D04=S08-alone")
    assert {"alignments/bfo", "alignments/prov"} <= set(both.guideline.quads)
    assert (STS.Decision, RDFS.subClassOf, PROV.Entity) in both.asserted
