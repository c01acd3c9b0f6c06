"""Ontologies that no other test has: each row of the report is checked by SPARQL on the raw file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS

from sts_kg import KnowledgeGraph
from sts_kg.links import shipped
from sts_kg.links.candidates import folded
from sts_kg.links.linking import link
from sts_kg.links.report import LinkReport
from sts_kg.rdf.names import STS
from sts_kg.rdf.prefixes import Prefixes

pytestmark = pytest.mark.usefixtures("preloaded")

OBO = "http://purl.obolibrary.org/obo/"
HEAD = f"""@prefix obo: <{OBO}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix rdf: <{RDF}> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix mesh: <http://id.nlm.nih.gov/mesh/> . @prefix meshv: <http://id.nlm.nih.gov/mesh/vocab#> .
@prefix wd: <http://www.wikidata.org/entity/> . @prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix nci: <http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#> . @prefix ex: <http://example.org/onto/> .
@prefix uatc: <http://purl.bioontology.org/ontology/UATC/> .
@prefix rx: <http://purl.bioontology.org/ontology/RXNORM/> .
"""
PREFIXES = HEAD.replace("@prefix", "PREFIX").replace(" .\n", "\n").replace("> . ", "> ")
#: Made up, each in the manner of a kind of file that people have.
FILES = {
    # NCI Thesaurus in its own form: another form of each IRI, a retired term, unmapped terms around
    "thesaurus": """<http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl> a owl:Ontology ; owl:versionInfo "26.01a" .
        nci:C456 a owl:Class ; rdfs:label "Doxorubicin" ; rdfs:subClassOf nci:C1594 ; oio:hasDbXref "RXNORM:3639" .
        nci:C1594 a owl:Class ; rdfs:label "Anthracycline" ; rdfs:subClassOf nci:C274 .
        nci:C274 a owl:Class ; rdfs:label "Antineoplastic Agent" .
        nci:C564 a owl:Class ; rdfs:label "Ifosfamide" ; owl:deprecated true ; obo:IAO_0100001 nci:C99 .
        nci:C74547 a owl:Class ; rdfs:label "Pazopanib base" .
        nci:C12468 a owl:Class ; rdfs:label "Pulmo" ; oio:hasExactSynonym "Lung" .
        nci:C1634 a owl:Class ; rdfs:label "doxorubicin" .
        nci:C7 a owl:Class ; rdfs:label "Soft Tissue Sarcomas" .""",
    # MeSH: labels with a language, a hierarchy of its own
    "mesh": """mesh:D004317 a meshv:TopicalDescriptor ; rdfs:label "Doxorubicin"@en ;
          meshv:broaderDescriptor mesh:D003630 .
        mesh:D003630 a meshv:TopicalDescriptor ; rdfs:label "Daunorubicin"@en ; meshv:broaderDescriptor mesh:D018943 .
        mesh:D018943 a meshv:TopicalDescriptor ; rdfs:label "Anthracyclines"@en .
        mesh:D008168 a meshv:TopicalDescriptor ; rdfs:label "Lung"@en .
        mesh:D011878 a meshv:TopicalDescriptor ; rdfs:label "Radiotherapy"@en .""",
    # ATC as BioPortal has it: only skos:prefLabel
    "atc": """uatc:L01DB01 a owl:Class ; skos:prefLabel "doxorubicin" ; rdfs:subClassOf uatc:L01DB .
        uatc:L01DB a owl:Class ; skos:prefLabel "Anthracyclines and related substances" ; rdfs:subClassOf uatc:L01D .
        uatc:L01D a owl:Class ; skos:prefLabel "Cytotoxic antibiotics" .
        uatc:L01AA06 a owl:Class ; skos:prefLabel "ifosfamide" ; rdfs:subClassOf uatc:L01AA .""",
    # Wikidata: classes by P279
    "wikidata": """wd:Q18936 rdfs:label "doxorubicin"@en ; wdt:P279 wd:Q1 .
        wd:Q1 rdfs:label "anthracycline"@en ; wdt:P279 wd:Q2 .
        wd:Q2 rdfs:label "antibiotic"@en . wd:Q418560 rdfs:label "ifosfamide"@en ; skos:exactMatch obo:CHEBI_5864 .""",
    # a thesaurus of SKOS that borrows: narrower instead of broader, cross-references, another meaning of a name
    "thesauri": """<http://example.org/onto> a owl:Ontology . ex:1 skos:prefLabel "Top" ; skos:narrower ex:2 .
        ex:2 skos:prefLabel "Cytostatics" ; skos:narrower ex:3, ex:4 . ex:3 skos:prefLabel "Adriamycin (substance)" .
        ex:4 skos:prefLabel "four" ; skos:closeMatch obo:CHEBI_71219 . ex:5 skos:prefLabel "Radiotherapy" .
        ex:6 skos:prefLabel "six" ; skos:exactMatch obo:CHEBI_28748, rx:3639 . ex:7 skos:prefLabel "seven" .
        obo:CHEBI_28748 skos:prefLabel "doxorubicin" ; oio:hasDbXref "NCIT:C1634", "drugcentral:960" .""",
    # MONDO with imports: owned and borrowed terms, and what is only referred to
    "mondo": """obo:mondo.owl a owl:Ontology ; owl:versionIRI obo:mondo\\/2026\\/mondo.owl .
        obo:MONDO_0018078 a owl:Class ; rdfs:label "soft tissue sarcoma" ; rdfs:subClassOf obo:MONDO_0005089 ;
          skos:exactMatch obo:DOID_0070663, obo:NCIT_C3359, <http://www.orpha.net/ORDO/Orphanet_3394> .
        obo:MONDO_0005089 a owl:Class ; rdfs:label "sarcoma, malignant" ; rdfs:subClassOf [ a owl:Restriction ;
          owl:onProperty obo:RO_0004026 ; owl:someValuesFrom obo:UBERON_0002384 ] .
        obo:UBERON_0002384 a owl:Class ; rdfs:label "connective tissue" . obo:HP_0000001 rdfs:label "All" .""",
}
EXPECTED = {
    "thesaurus": {"other form": 4, "deprecated": 1, "label differs": 1, "missing": 48},
    "mesh": {"found": 4, "missing": 23},
    "atc": {"other form": 2, "missing": 3},
    "wikidata": {"found": 2, "missing": 2},
    "thesauri": {"found": 1, "referenced": 1},
    "mondo": {"found": 2, "label differs": 1, "missing": 3},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("unseen")
    for name, text in FILES.items():
        (place / f"{name}.ttl").write_text(HEAD + text, encoding="utf-8")
    return place


def raw(folder: Path, name: str) -> ox.Store:
    store = ox.Store()
    store.load(path=str(folder / f"{name}.ttl"), format=ox.RdfFormat.TURTLE)
    return store


def ask(store: ox.Store, pattern: str) -> bool:
    return bool(store.query(f"{PREFIXES} ASK {{ {pattern} }}"))


def values(store: ox.Store, term: URIRef, path: str) -> list[str]:
    found = store.query(f"{PREFIXES} SELECT ?v {{ <{term}> {path} ?v }}")
    return [solution[0].value for solution in found]  # type: ignore[union-attr] # a SELECT gives rows


def status_in(store: ox.Store, curie: str, label: str, owned: frozenset[str]) -> str:
    """Return what SPARQL on the raw file says of a mapping; '' if the report should not have a row for it."""
    forms = Prefixes.shipped().forms(curie)
    described = [form for form in forms if ask(store, f"<{form}> ?p ?o FILTER(?p != rdf:type)")]
    if not described:
        used = any(ask(store, f"?s ?p <{form}>") for form in forms)
        begun = {form.removesuffix(curie.partition(":")[2]) for form in forms}
        has = any(ask(store, f'?s ?p ?o FILTER(?p != rdf:type && STRSTARTS(STR(?s), "{each}"))') for each in begun)
        return "referenced" if used and has else "missing" if curie.partition(":")[0] in owned else ""
    term = described[0]
    labels = values(store, term, "(rdfs:label|skos:prefLabel)")
    if "true" in values(store, term, "owl:deprecated"):
        return "deprecated"
    names = {each.casefold() for each in (*labels, *values(store, term, "oio:hasExactSynonym"))}
    if label and labels and label.casefold() not in names:
        return "label differs"
    return "found" if term == forms[0] else "other form"


@pytest.mark.parametrize("name", FILES)
def test_each_row_is_what_sparql_finds_in_the_raw_file(kg: KnowledgeGraph, folder: Path, name: str) -> None:
    store = raw(folder, name)
    report = link([folder / f"{name}.ttl"], kg.asserted)
    owned = {"thesaurus": "NCIT", "mesh": "mesh", "atc": "atc", "wikidata": "wikidata", "mondo": "MONDO"}
    own = frozenset({owned[name]} if name in owned else ())
    assert report.documents[0].owns == tuple(own)
    wanted = {}
    for each in shipped():
        for row in each.mappings:
            if row.negative or not row.subject_id or not row.object_id:
                continue
            if status := status_in(store, row.object_id, row.object_label or "", own):
                wanted[row.subject_id, row.predicate_id, row.object_id] = status
    prefixes = kg.asserted.namespace_manager
    found = {
        (f"sts:{one.subject.rpartition('/')[2]}", one.predicate.n3(prefixes), one.object): one.status
        for one in report.links
    }
    assert found == wanted
    counts = Counter(wanted.values())
    assert counts == EXPECTED[name]
    for candidate in (*report.candidates, *report.denied, *report.agreed):
        assert evidence(store, candidate.object, candidate.matched_by, candidate.value), candidate


def evidence(store: ox.Store, curie: str, by: str, value: str) -> bool:
    """Return whether the raw file has what is said to be the evidence of a candidate."""
    if by == "cross-reference":
        subject, _, object_ = value.partition(", and ")[0].split(" ")
        known = Prefixes.shipped()
        heads = [subject] if "://" in subject else [*known.forms(subject)]
        ends = {f"<{end}>" for end in ([object_] if "://" in object_ else known.forms(object_))}
        prefix, _, local = object_.partition(":")
        ends |= {f'"{object_}"', f'"{prefix.upper()}:{local}"'}
        return any(ask(store, f"<{head}> ?p {end}") for head in heads for end in ends)
    forms = [curie] if "://" in curie else Prefixes.shipped().forms(curie)
    return any(ask(store, f'<{form}> ?p ?o FILTER(STR(?o) = "{value}")') for form in forms)


def joined(report: LinkReport) -> set[tuple[str, str]]:
    return {(str(one.subject).rpartition("/")[2], one.object.rpartition("/")[2]) for one in report.candidates}


def test_what_the_files_propose_and_contradict(kg: KnowledgeGraph, folder: Path) -> None:
    thesaurus, thesauri, mondo = (
        link([folder / f"{name}.ttl"], kg.asserted) for name in ("thesaurus", "thesauri", "mondo")
    )
    assert joined(thesaurus) == {("finding-soft-tissue-sarcoma", "NCIT:C7")}
    assert [(one.object, one.matched_by) for one in thesaurus.denied] == [("NCIT:C1634", "label")]
    assert [(one.subject, one.object) for one in thesaurus.agreed] == [(STS.doxorubicin, "rxnorm:3639")]
    assert joined(thesauri) == {
        ("brand-adriamycin", "3"),
        ("doxorubicin", "6"),
        ("pazopanib", "4"),
        ("radiation-therapy", "5"),
    }
    assert [(one.object, one.matched_by) for one in thesauri.denied] == [("NCIT:C1634", "cross-reference")]
    assert "the cross-references of onto agree with 1 mapping of ours" in thesauri.summary()
    assert {one.object for one in mondo.agreed} == {"DOID:0070663", "orphanet:3394"}
    assert [one.object for one in mondo.denied] == ["NCIT:C3359"]
    assert mondo.candidates == ()


@pytest.mark.parametrize(
    ("name", "method", "far"),
    [
        ("mesh", "up by meshv:broaderDescriptor", "http://id.nlm.nih.gov/mesh/D018943"),
        ("wikidata", "up by wdt:P279", "http://www.wikidata.org/entity/Q2"),
        ("thesauri", "up by ^skos:narrower", "http://example.org/onto/1"),
        ("atc", "up", "http://www.whocc.no/atc_ddd_index/?code=L01D"),
        ("thesaurus", "up", f"{OBO}NCIT_C274"),
    ],
)
def test_a_slice_follows_the_hierarchy_of_the_file(
    kg: KnowledgeGraph, folder: Path, name: str, method: str, far: str
) -> None:
    seeds = ["http://example.org/onto/3"] if name == "thesauri" else []
    report = link([folder / f"{name}.ttl"], kg.asserted, seeds=seeds)
    (document,) = report.documents
    assert document.method == method
    assert f"kept ({method}); " in report.summary()
    told = str(next(report.provenance.objects(document.graph, URIRef("http://purl.org/dc/terms/description"))))
    assert told == f"slice {method}, depth without limit"
    kept = Graph().parse(data=report.graphs[document.graph].decode(), format="nt")
    assert list(kept.objects(URIRef(far))) != []
    none = link([folder / f"{name}.ttl"], kg.asserted, seeds=seeds, hierarchy=["obo:BFO_0000050"])
    assert none.documents[0].method == "up, no hierarchy there"


def test_one_form_of_each_iri_is_written_and_the_other_kept(kg: KnowledgeGraph, folder: Path) -> None:
    report = link([folder / "thesaurus.ttl"], kg.asserted)
    (document,) = report.documents
    kept = report.graphs[document.graph].decode()
    assert "Thesaurus.owl#" not in kept
    assert f"<{OBO}NCIT_C456> <{RDFS.subClassOf}> <{OBO}NCIT_C1594> ." in kept.splitlines()
    other = URIRef("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#C1594")
    assert (URIRef(f"{OBO}NCIT_C1594"), URIRef("http://www.w3.org/ns/prov#alternateOf"), other) in report.provenance


def test_names_meet_without_case_plural_and_tag() -> None:
    pairs = {
        "Soft Tissue Sarcomas": "soft tissue sarcoma",
        "Soft-tissue sarcoma (disorder)": "soft tissue sarcoma",
        "LUNGS": "lung",
        "Therapies": "therapy",
        "metastases": "metastasis",
        "Pelvis": "pelvis",
        "mass": "mass",
        "bis (2-chloroethyl)": "bis (2 chloroethyl)",
    }
    assert {name: folded(name) for name in pairs} == pairs


def test_ids_of_named_terms_are_shown(kg: KnowledgeGraph, folder: Path) -> None:
    report = link([folder / "thesaurus.ttl"], kg.asserted)
    assert [one.term for one in report.documents[0].mentions] == ["NCIT:C456", "NCIT:C564", "NCIT:C74547", "NCIT:C1634"]
    said = report.to_text(everything=True)
    assert "NCIT:C74547  Pazopanib base" in said[said.index("Named after drugs of ours (4)") :]
