"""What standards publish of their terms, in `published.ttl`: the right terms, all of them, and as others have it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS, SKOS

from sts_kg import KnowledgeGraph, closure_of, parse, read
from sts_kg.cases import files as casefile
from sts_kg.cases.facts import facts_of
from sts_kg.links.mappings import shipped, to_graph
from sts_kg.quality import gates
from sts_kg.rdf.names import STS

PUBLISHED = read(Path(gates.__file__).with_name("published.ttl"))
STANDARDS = (SKOS, PROV, DCTERMS)
COPY = Path(os.environ.get("STS_KG_TESTDATA") or Path(__file__).parents[3] / "shared" / "testdata") / "bench/idmp.nt.gz"
#: Terms in use of which nothing is published that a reasoner could read.
NO_AXIOM = {DCTERMS.date, DCTERMS.description, DCTERMS.publisher, DCTERMS.relation}
#: Courses from which each fact rule concludes something.
DERIVED = """\
case: a
courses: [{therapies: [sbrt], end: 2025-01-15, growth: 2025-06}]
history_complete: yes
"""


def of_standards(graph: Graph) -> set[URIRef]:
    terms = {term for triple in graph for term in triple if isinstance(term, URIRef)}
    return {term for term in terms if any(term in standard for standard in STANDARDS)}


@pytest.fixture(scope="module")
def in_use(kg: KnowledgeGraph) -> Graph:
    """The ontology, its mappings, and a case of which facts are derived."""
    graph = kg.asserted + facts_of(casefile.parse(DERIVED, kg.guideline.vocabulary), kg.guideline.vocabulary)
    for mappings in shipped():
        graph += to_graph(mappings)
    return graph


def test_every_term_of_a_standard_is_one() -> None:
    spaces = [str(standard) for standard in STANDARDS]
    named = {term for triple in PUBLISHED for term in triple if any(str(term).startswith(each) for each in spaces)}
    assert named == of_standards(PUBLISHED)


def test_every_term_in_use_is_described(in_use: Graph) -> None:
    assert of_standards(in_use) - set(PUBLISHED.subjects()) == NO_AXIOM


@pytest.mark.skipif(not COPY.is_file(), reason="the benchmark files are not there: set STS_KG_TESTDATA")
def test_a_copy_says_the_same() -> None:
    """The IDMP ontology repeats six of these axioms; the seventh is an addition of its publisher."""
    with gzip.open(COPY, "rt", encoding="utf-8") as lines:
        copied = parse("".join(line for line in lines if RDFS.subPropertyOf.n3() in line))
    known = {triple for triple in copied if (triple[0], None, None) in PUBLISHED}
    assert known & set(PUBLISHED) == {
        (DCTERMS.creator, RDFS.subPropertyOf, DCTERMS.contributor),
        (DCTERMS.isPartOf, RDFS.subPropertyOf, DCTERMS.relation),
        (SKOS.altLabel, RDFS.subPropertyOf, RDFS.label),
        (SKOS.definition, RDFS.subPropertyOf, SKOS.note),
        (SKOS.editorialNote, RDFS.subPropertyOf, SKOS.note),
        (SKOS.scopeNote, RDFS.subPropertyOf, SKOS.note),
    }
    assert known - set(PUBLISHED) == {(SKOS.definition, RDFS.subPropertyOf, DCTERMS.description)}


def test_cases_contradict_no_standard(in_use: Graph) -> None:
    assert set(in_use.objects(None, STS.concludedBy)) == {STS["rule-growth-window"], STS["rule-history-complete"]}
    closed = closure_of(in_use + PUBLISHED, axioms="none")
    assert closed.inconsistencies == ()
    assert (STS["finding-lung-metastases"], RDF.type, SKOS.Concept) in closed
    assert (STS["rule-growth-window"], RDF.type, PROV.Entity) in closed


def test_a_rule_that_is_an_activity_contradicts_prov(in_use: Graph) -> None:
    wrong = in_use + parse("[] prov:wasGeneratedBy sts:rule-growth-window .") + PUBLISHED
    assert [str(found) for found in closure_of(wrong, axioms="none").inconsistencies] == [
        "cax-dw: the disjoint classes prov:Activity and prov:Entity share sts:rule-growth-window"
    ]
