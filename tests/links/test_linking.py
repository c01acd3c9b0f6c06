"""Linking: what is kept of an ontology of others, what the report says, and the joint questions."""

from __future__ import annotations

import gzip
import json
import os
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from places import EXAMPLES, ROOT
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from servers import oxigraph_server

from sts_kg import KnowledgeGraph, Table, cli, load
from sts_kg.closure.proofs.proof import check
from sts_kg.errors import EndpointAnswerError, NotEntailedError, NotLinkedError, ParseError, UnknownNameError
from sts_kg.links import read as read_mappings
from sts_kg.links import validate
from sts_kg.links.external import External
from sts_kg.links.linking import link
from sts_kg.links.report import LinkReport
from sts_kg.rdf.graphs import read
from sts_kg.rdf.names import BASE, STS
from sts_kg.rdf.prefixes import Prefixes
from sts_kg.rdf.syntaxes import nquads
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.http import send

pytestmark = pytest.mark.usefixtures("preloaded")

MADE_UP = ROOT / "tests" / "external.ttl"
OBO = "http://purl.obolibrary.org/obo/"
LINKED_TABLES = ("link/external-interactions", "link/rxnorm")
DATA = Path(os.environ.get("STS_KG_TESTDATA") or ROOT.parent / "shared" / "testdata") / "external"
real = pytest.mark.skipif(not DATA.is_dir(), reason="real ontologies are not at hand: set STS_KG_TESTDATA")
REAL = {
    "drugcentral": "drugcentral-2021-09-01.owl.gz",
    "maxo": "maxo-2024-07-29.owl.gz",
    "dinto": "dinto-slice.nt.gz",
    "chebi": "maxo-chebi-import-2020-12-10.owl.gz",
}


@pytest.fixture(scope="module")
def report(kg: KnowledgeGraph) -> LinkReport:
    return link([MADE_UP], kg.asserted)


def statuses(report: LinkReport) -> dict[tuple[str, str], str]:
    return {(str(one.subject).removeprefix(BASE), one.object): one.status for one in report.links}


def triples(report: LinkReport, name: str = "made-up") -> Graph:
    return Graph().parse(data=report.graphs[URIRef(f"{BASE}link/{name}")].decode(), format="nt")


# --- the report


def test_each_mapping_has_the_status_that_the_document_gives_it(report: LinkReport) -> None:
    assert statuses(report) == {
        ("chemotherapy", "MAXO:0000646"): "referenced",
        ("doxorubicin", "drugcentral:960"): "other form",
        ("external-radiation-therapy", "MAXO:0000429"): "found",
        ("ifosfamide", "CHEBI:5864"): "deprecated",
        ("modality-chemotherapy", "MAXO:0000646"): "referenced",
        ("modality-radiation-therapy", "MAXO:0000014"): "found",
        ("modality-surgery", "MAXO:0000004"): "found",
        ("option-surgery-symptom-control", "MAXO:0000004"): "found",
        ("pazopanib", "CHEBI:71217"): "label differs",
        ("pazopanib", "CHEBI:71219"): "found",
        ("pazopanib", "drugcentral:4118"): "other form",
        ("radiation-therapy", "MAXO:0000014"): "found",
        ("surgery", "MAXO:0000004"): "found",
    }
    assert not report.is_sound


def test_what_is_absent_from_a_vocabulary_of_others_is_not_missing(report: LinkReport) -> None:
    (document,) = report.documents
    assert (document.owns, document.borrows) == ((), {"CHEBI": 7, "MAXO": 4, "drugcentral": 2})
    assert document.absent["CHEBI"] == ("CHEBI:28748", "CHEBI:35610")
    assert document.absent["drugcentral"] == ("drugcentral:1421",)


def test_details_say_what_to_do(report: LinkReport) -> None:
    details = {one.object: one.detail for one in report.links}
    assert details["CHEBI:5864"] == "replaced by CHEBI:9"
    assert details["CHEBI:71217"] == "the mapping says 'pazopanib hydrochloride'"
    assert details["MAXO:0000004"] == "'surgical procedure' is a synonym there"
    there, standard = f"{OBO}drugcentral_960", "http://drugcentral.org/drugcard/960"
    assert details["drugcentral:960"] == f"there as <{there}>; the form to use is <{standard}>"


def test_vocabularies_of_which_nothing_is_there_are_counted(report: LinkReport) -> None:
    assert report.uncovered["mesh"] == 27
    assert {"CHEBI", "MAXO", "drugcentral"}.isdisjoint(report.uncovered)


def test_candidates_are_neither_mapped_nor_denied(report: LinkReport) -> None:
    assert report.candidates == ()  # pazopanib is mapped to both, and so decided for the option of that name


def test_an_identifier_proposes_a_candidate(kg: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "other.nt"
    file.write_text(f'<{OBO}CHEBI_77> <{OBO}inchikey> "inchikey:HOMGKSMUEGBAAB-UHFFFAOYSA-N" .\n', encoding="utf-8")
    (one,) = link([file], kg.asserted).candidates
    assert (one.subject, one.object, one.matched_by) == (STS.ifosfamide, "CHEBI:77", "identifier")


def test_a_denied_term_is_no_candidate(kg: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "other.nt"
    file.write_text(f'<{OBO}MAXO_0000950> <{RDFS.label}> "comfort care" .\n', encoding="utf-8")
    found = {(str(one.subject), one.object) for one in link([file], kg.asserted).candidates}
    assert (f"{BASE}comfort-care", "MAXO:0000950") not in found


def test_a_denied_term_of_the_same_name_is_told(kg: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "other.nt"
    file.write_text(f'<{OBO}NCIT_C1634> <{RDFS.label}> "doxorubicin" .\n', encoding="utf-8")
    report = link([file], kg.asserted)
    assert [(one.subject, one.object, one.matched_by) for one in report.denied] == [
        (STS.doxorubicin, "NCIT:C1634", "label")
    ]
    assert report.candidates == ()
    assert "Denied, but of the same name there (1)" in str(report)


def test_a_candidate_comes_with_its_row(kg: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "other.ttl"
    file.write_text(
        f"""@prefix obo: <{OBO}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> .
        obo:chebi.owl a owl:Ontology ; owl:versionInfo "7" . obo:CHEBI_77 rdfs:label "Ifosfamide" .""",
        encoding="utf-8",
    )
    report = link([file], kg.asserted)
    names, row = report.rows_to_paste().splitlines()[0], report.rows_to_paste().splitlines()[-1]
    shipped_drugs = (ROOT / "ontology" / "mappings" / "drugs.sssom.tsv").read_text(encoding="utf-8")
    columns = next(line for line in shipped_drugs.splitlines() if not line.startswith("#")).split("\t")
    assert [*filter(names.split("\t").__contains__, columns)] == names.split("\t")
    assert row.split("\t") == [
        *("sts:ifosfamide", "ifosfamide", "skos:exactMatch", "", "CHEBI:77", "Ifosfamide", "bioregistry:chebi", "7"),
        *("semapv:LexicalMatching", "", "Proposed for the same label, Ifosfamide, in chebi 7; not reviewed."),
    ]
    head = "".join(line for line in shipped_drugs.splitlines(keepends=True) if line.startswith("#"))
    pasted = read_mappings(f"{head}{names}\n{row}\n".encode())
    assert [found for found in validate(pasted) if found.severity == "error"] == []
    assert row in str(report) and row in report.to_markdown()
    table, paste = str(report).index("Candidates that nobody has mapped"), str(report).index(row)
    assert str(report).index("What needs a hand") < table < paste


def test_the_report_as_values_text_and_html(report: LinkReport) -> None:
    told = report.as_dict()
    assert list(told) == ["documents", "links", "candidates", "denied", "uncovered", "unsown", "bridge"]
    assert json.loads(json.dumps(told))["documents"][0]["terms"]["CHEBI"] == 7
    assert (
        str(report).splitlines()[0].startswith("made-up: 46 of 65 triples kept (up); mappings: 7 found, 2 other form,")
    )
    assert report._repr_html_().count("<table") == 4  # what holds, what needs a hand, documents and mapping sets
    assert report.to_markdown().splitlines()[2].startswith("- made-up: ")
    assert len(report.table()) == len(report.links)
    (chebi,) = [row for row in report.coverage() if str(row[1]) == "CHEBI"]
    assert [int(str(cell)) for cell in chebi[2:]] == [65, 46, 7, 5, 3]


def test_a_seed_that_no_document_has_is_told(kg: KnowledgeGraph) -> None:
    report = link([MADE_UP], kg.asserted, seeds=["pazopanib", "nope nope", "CHEBI:404"])
    assert report.unsown == ("nope nope", "CHEBI:404")
    told = report.summary().splitlines()
    assert "no document has the seed 'nope nope', as label, CURIE or IRI" in told
    assert "no document has the seed 'CHEBI:404', as label, CURIE or IRI" in told
    assert link([MADE_UP], kg.asserted, seeds=["pazopanib"]).unsown == ()


def test_several_documents_are_judged_each(kg: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "more.ttl"
    file.write_text(f'<{OBO}CHEBI_28748> <{RDFS.label}> "doxorubicin" .', encoding="utf-8")
    both = link([MADE_UP, file], kg.asserted)
    found = [(one.document, one.object, one.status) for one in both.links if "CHEBI:" in one.object]
    assert found == [
        ("more", "CHEBI:35610", "missing"),
        ("more", "CHEBI:35610", "missing"),
        ("more", "CHEBI:28748", "found"),
        ("made-up", "CHEBI:5864", "deprecated"),
        ("more", "CHEBI:5864", "missing"),
        ("made-up", "CHEBI:71217", "label differs"),
        ("more", "CHEBI:71217", "missing"),
        ("made-up", "CHEBI:71219", "found"),
        ("more", "CHEBI:71219", "missing"),
    ]


# --- slices


def test_a_slice_is_what_matters_and_no_more(report: LinkReport) -> None:
    kept = triples(report)
    subjects = {str(subject).removeprefix(OBO) for subject in kept.subjects() if isinstance(subject, URIRef)}
    assert {"CHEBI_71219", "CHEBI_1", "CHEBI_0", "DINTO_07600", "DINTO_1", "DINTO_000001", "MAXO_0000014"} <= subjects
    assert {"CHEBI_3", "DINTO_2", "MAXO_9", "OAE_1"}.isdisjoint(subjects)
    above = kept.objects(URIRef(f"{OBO}CHEBI_71219"), RDFS.subClassOf)
    (restriction,) = [node for node in above if not isinstance(node, URIRef)]
    assert kept.value(restriction, OWL.someValuesFrom) == URIRef(f"{OBO}CHEBI_2")
    assert str(kept.value(URIRef(f"{OBO}CHEBI_2"), RDFS.label)) == "made-up role"


def test_iris_of_mapped_terms_are_written_in_the_standard_form(report: LinkReport) -> None:
    kept = triples(report)
    assert str(kept.value(URIRef("http://drugcentral.org/drugcard/960"), RDFS.label)) == "doxorubicin"
    assert (URIRef(f"{OBO}drugcentral_960"), None, None) not in kept


@pytest.mark.parametrize(
    ("method", "seed", "depth", "names"),
    [
        ("star", "CHEBI_71219", 0, {"pazopanib"}),
        ("up", "CHEBI_71219", 0, {"pazopanib", "made-up compound", "made-up root"}),
        ("down", "CHEBI_0", 0, {"made-up root", "made-up compound", "pazopanib", "made-up compound of no interest"}),
        ("down", "CHEBI_0", 1, {"made-up root", "made-up compound"}),
        ("module", "CHEBI_71219", 1, {"pazopanib", "made-up compound", "made-up role", "has role"}),
        ("up", "CHEBI_2", 0, {"made-up role", "pazopanib", "made-up compound", "made-up root"}),
    ],
)
def test_how_far_a_slice_goes(method: str, seed: str, depth: int, names: set[str]) -> None:
    external = External(MADE_UP)
    rows = external.slice([external.find(OBO + seed)], method, depth=depth)
    full = {
        int(s)
        for s, p in zip(external.subjects[rows], external.predicates[rows], strict=True)
        if external.text(int(p)) not in (str(RDFS.label), str(RDF.type))
    }
    found = {external.labels(term)[0] for term in full if external.labels(term)}
    seeds = {external.labels(external.find(OBO + seed))[0]}
    roots = {name for name in names if name in ("made-up root", "made-up role", "has role")}
    assert found | seeds | roots == names | seeds


def test_a_document_always_has_the_same_blank_nodes(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "same-again.ttl"
    path.write_bytes(MADE_UP.read_bytes().replace(b"/made-up.owl", b"/made-up-again.owl"))
    first, second = (link([MADE_UP, path], kg.asserted).graphs for _ in range(2))
    for name, mark in (("made-up", "madeZup"), ("made-up-again", "madeZupZagain")):
        graph = URIRef(f"{BASE}link/{name}")
        assert first[graph] == second[graph]
        assert set(re.findall(r"_:\w+", first[graph].decode())) == {f"_:{mark}b1"}


def test_annotated_axioms_belong_to_their_term(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(
        f"""@prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . <x:a> rdfs:label "a" . <x:b> rdfs:label "b" .
        [] a owl:Axiom ; owl:annotatedSource <x:a> ; owl:annotatedProperty rdfs:label ; owl:annotatedTarget "a" ;
          rdfs:comment "why" .""",
        encoding="utf-8",
    )
    external = External(file)
    kept = b"".join(external.ntriples(external.slice([external.find("x:a")], "star")))
    assert b'"why"' in kept
    assert b'"b"' not in kept


def test_there_is_no_other_slice() -> None:
    with pytest.raises(UnknownNameError, match="there is no slice 'sideways'"):
        External(MADE_UP).slice([0], "sideways")


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (("1/chebi.ttl", "2/chebi.ttl", "chebi-2.ttl"), ["chebi", "chebi-2", "chebi-2-2"]),
        (("bridge.ttl", "inferred.ttl"), ["bridge-2", "inferred-2"]),
    ],
)
def test_documents_of_one_name_have_a_graph_each(
    kg: KnowledgeGraph, tmp_path: Path, files: tuple[str, ...], names: list[str]
) -> None:
    for number, name in enumerate(files, 1):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            f'[] a <{OWL.Ontology}> ; <{OWL.versionInfo}> "{number}" .\n'
            f'<{OBO}CHEBI_71219> <{RDFS.label}> "pazopanib" ; <{RDFS.subClassOf}> <{OBO}CHEBI_{number}> .\n',
            encoding="utf-8",
        )
    own = kg.with_mappings()
    report = own.link(*(tmp_path / name for name in files))
    assert [document.name for document in report.documents] == names
    versions, classes = own.query("links/linked-ontologies"), own.query("links/classes-of-drug", drug="pazopanib")
    assert isinstance(versions, Table) and isinstance(classes, Table)
    expected = [(str(number), f"{BASE}link/{name}") for number, name in enumerate(names, 1)]
    assert [(str(row[3]), str(row[0])) for row in versions] == expected
    assert [(str(row[2]).removeprefix(f"{OBO}CHEBI_"), str(row[-1])) for row in classes] == expected


def test_seeds_are_named_by_curie_iri_or_label(kg: KnowledgeGraph) -> None:
    for seed in ("OAE:1", f"{OBO}OAE_1", f"<{OBO}OAE_1>", "Made-Up Neutropenia AE"):
        kept = triples(link([MADE_UP], kg.asserted, slice="star", seeds=[seed]))
        assert (URIRef(f"{OBO}OAE_1"), None, None) in kept


def test_where_a_slice_comes_from(report: LinkReport) -> None:
    about = {str(p).rpartition("/")[2].rpartition("#")[2]: str(o) for _, p, o in report.provenance}
    assert about["wasDerivedFrom"] == "http://example.org/ontology/made-up.owl"
    assert about["versionIRI"] == "http://example.org/ontology/2026/made-up.owl"
    assert about["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert about["source"] == str(MADE_UP)
    assert about["description"] == "slice up, depth without limit"
    assert about["triples"] == "46"


# --- syntaxes and bad input


OBO_TEXT = """format-version: 1.2
ontology: made

[Term]
id: CHEBI:71219
name: pazopanib
is_a: CHEBI:1

[Term]
id: CHEBI:1
name: above
"""


@pytest.mark.parametrize("ending", ["obo", "ofn", "owx", "obo.gz"])
def test_owl_that_is_no_rdf_is_read(tmp_path: Path, ending: str) -> None:
    horned = pytest.importorskip("pyhornedowl", reason="py-horned-owl is not installed: pip install 'sts-kg[formats]'")
    document = horned.open_ontology_from_string(OBO_TEXT, serialization="obo")
    file = tmp_path / f"made.{ending}"
    text = OBO_TEXT if ending.startswith("obo") else document.save_to_string(ending)
    file.write_bytes(gzip.compress(text.encode()) if ending.endswith("gz") else text.encode())
    external = External(file)
    term = external.find(f"{OBO}CHEBI_71219")
    assert external.labels(term) == ["pazopanib"]
    assert external.values(term, str(RDFS.subClassOf)) == [f"{OBO}CHEBI_1"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("bad.obo", "[Term]\nid CHEBI", "line 2, column 1: is not OBO: a clause `tag: value` was expected"),
        ("bad.ofn", "Onto(", "line 1, column 1: is not OWL functional syntax: PrefixDeclaration was expected"),
        ("bad.owx", "<x", "not well-formed XML"),
        ("bad.owl", "<x", "line 1, column 1: not well-formed XML: unclosed token"),
        ("bad.ttl", "<a:b> <c", "line 1"),
        ("empty.nt", "", "holds no triple"),
        ("bad.txt", "x y", "has no ending of an RDF or OWL file"),
        ("empty.txt", "", "is empty"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    if name.endswith(("ofn", "owx")):
        pytest.importorskip("pyhornedowl", reason="py-horned-owl is not installed: pip install 'sts-kg[formats]'")
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        External(file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)


def test_progress_counts_what_is_read(kg: KnowledgeGraph) -> None:
    told: list[tuple[str, int]] = []
    link([MADE_UP], kg.asserted, progress=lambda name, lines: told.append((name, lines)))
    assert told[-1] == (str(MADE_UP), 65)


# --- a URL


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}", tmp_path
        served.shutdown()


def test_a_document_at_a_url_is_linked(kg: KnowledgeGraph, server: tuple[str, Path]) -> None:
    url, folder = server
    (folder / "made-up.ttl.gz").write_bytes(gzip.compress(MADE_UP.read_bytes()))
    report = link([f"{url}/made-up.ttl.gz"], kg.asserted)
    assert report.documents[0].source == f"{url}/made-up.ttl.gz"
    assert statuses(report)["pazopanib", "CHEBI:71219"] == "found"


def test_a_page_at_a_url_is_no_ontology(kg: KnowledgeGraph, server: tuple[str, Path]) -> None:
    url, folder = server
    (folder / "page.html").write_text("<html>", encoding="utf-8")
    with pytest.raises(ParseError, match=r"page\.html: is a web page \(HTML\), not RDF or OWL"):
        link([f"{url}/page.html"], kg.asserted)


# --- an endpoint


def test_an_endpoint_is_asked_for_the_mapped_terms(kg: KnowledgeGraph, report: LinkReport, tmp_path: Path) -> None:
    with oxigraph_server(tmp_path) as server:
        body, headers = MADE_UP.read_bytes(), {"Content-Type": "text/turtle"}
        send(f"{server.graph_store}?default", method="PUT", body=body, headers=headers)
        asked = link([Endpoint(server.query)], kg.asserted)
        star = link([Endpoint(server.query)], kg.asserted, slice="star")
        done = invoke("link", "--endpoint", server.query, "--format", "json")
    assert statuses(asked) == statuses(report)
    (document,) = asked.documents
    kept = triples(asked, document.name)
    assert str(kept.value(URIRef(f"{OBO}CHEBI_0"), RDFS.label)) == "made-up root"
    assert len(list(kept.subjects(OWL.someValuesFrom, URIRef(f"{OBO}CHEBI_2")))) == 1
    assert (URIRef(f"{OBO}CHEBI_0"), RDFS.label, None) not in triples(star, star.documents[0].name)
    assert json.loads(done.stdout)["documents"][0]["source"] == server.query


def test_an_endpoint_that_knows_nothing_of_ours_is_said(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with (
        oxigraph_server(tmp_path) as server,
        pytest.raises(EndpointAnswerError, match="knows none of the mapped terms"),
    ):
        link([Endpoint(server.query)], kg.asserted)


# --- the knowledge graph


def test_a_query_says_what_to_link_first(kg: KnowledgeGraph) -> None:
    with pytest.raises(NotLinkedError, match=r"links/adverse-events needs terms of OAE, and none is linked"):
        kg.query("links/adverse-events")


def test_linking_changes_no_other_answer(kg: KnowledgeGraph, linked: KnowledgeGraph) -> None:
    assert linked.query("drugs/options-with-drug") == kg.query("drugs/options-with-drug")
    assert linked.closure.counts == kg.closure.counts


def test_superclasses_follow_over_both(kg: KnowledgeGraph) -> None:
    graph = KnowledgeGraph(kg.session)
    graph.link(MADE_UP, bridge=True)
    asked = "ASK { sts:pazopanib a obo:CHEBI_71219, obo:CHEBI_1, obo:CHEBI_0 }"
    assert graph.sparql(asked) is True
    without = KnowledgeGraph(kg.session)
    without.link(MADE_UP)
    assert without.sparql(asked) is False
    assert without.sparql("ASK { obo:CHEBI_71219 rdfs:subClassOf obo:CHEBI_0 }") is True


def test_a_proof_over_both_names_the_slices(kg: KnowledgeGraph) -> None:
    graph = KnowledgeGraph(kg.session)
    graph.link(MADE_UP, bridge=True)
    proof = graph.proof("sts:pazopanib a obo:CHEBI_1")
    check(proof)
    told = {(leaf.conclusion, leaf.source, leaf.sentences) for leaf in proof.leaves()}
    assert told == {
        ("obo:CHEBI_71219 rdfs:subClassOf obo:CHEBI_1", f"{BASE}link/made-up", ()),
        ("sts:pazopanib rdf:type obo:CHEBI_71219", f"{BASE}link/bridge", ()),
    }
    ours = "sts:pazopanib sts:kindOf sts:targeted-therapy"
    assert graph.proof(ours) == kg.proof(ours)
    assert graph.proof(ours).sentences == ("S12", "S14")
    with pytest.raises(NotEntailedError):
        kg.proof("sts:pazopanib a obo:CHEBI_1")


def test_cases_and_slices_are_asked_together(kg: KnowledgeGraph, linked: KnowledgeGraph) -> None:
    both = linked.with_cases(EXAMPLES / "f.yaml")
    assert both.sparql("ASK { case:f a sts:PatientCase . obo:DINTO_07600 rdfs:label ?label }") is True
    assert linked.with_cases(EXAMPLES / "f.yaml").options(EXAMPLES / "f.yaml") == kg.options(EXAMPLES / "f.yaml")


def test_a_bridge_holds_exact_matches_only(kg: KnowledgeGraph) -> None:
    bridge = link([MADE_UP], kg.asserted, bridge=True).bridge
    assert {str(o).rpartition("/")[2] for o in bridge.objects(STS.pazopanib, RDF.type)} == {"CHEBI_71219", "4118"}
    assert set(bridge.predicates()) <= {RDF.type, RDFS.subClassOf}
    assert {OWL.sameAs, OWL.equivalentClass, SKOS.exactMatch}.isdisjoint(bridge.predicates())


def test_named_graphs_by_kind(linked: KnowledgeGraph) -> None:
    assert {str(name) for name in linked.named_graphs("links")} == {
        f"{BASE}{name}" for name in ("link/made-up", "link/second", *LINKED_TABLES, "links", "link/inferred")
    }
    assert URIRef(f"{BASE}mappings/drugs") in linked.named_graphs("mappings")
    with pytest.raises(UnknownNameError, match="there is no kind of graph 'other'"):
        linked.named_graphs("other")


def test_mappings_as_a_table(kg: KnowledgeGraph) -> None:
    found = kg.mappings("pazopanib", prefix="chebi")
    assert [(str(row[2]), str(row[4])) for row in found] == [
        ("CHEBI:71217", ""),
        ("CHEBI:71219", ""),
        ("CHEBI:71217", "not"),
    ] or {str(row[2]) for row in found} == {"CHEBI:71217", "CHEBI:71219"}
    assert {str(row[0]) for row in kg.mappings("CHEBI:71219")} == {f"{BASE}pazopanib"}


# --- the command line


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words], prog_name="sts-kg")


def test_a_store_keeps_the_linked_graph(tmp_path: Path, linked: KnowledgeGraph) -> None:
    tables = (ROOT / "tests" / name for name in ("external-interactions.csv", "rxnorm"))
    done = invoke("link", MADE_UP, *tables, "-o", tmp_path / "linked", "--seed", "OAE:1", "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["documents"][0]["name"] == "made-up"
    kept = load(store=tmp_path / "linked")
    asked: dict[str, dict[str, Any]] = {
        "links/interactions-of-drug": {"drug": "pazopanib"},
        "links/classes-of-drug": {"drug": "pazopanib"},
        "links/external-ids": {"entity": "sts:surgery"},
        "drugs/options-with-drug": {"drug": "doxorubicin"},
    }
    for name, parameters in asked.items():
        assert kept.query(name, **parameters) == linked.query(name, **parameters)
    assert kept.sparql("ASK { obo:DINTO_07600 rdfs:subClassOf obo:DINTO_000001 }") is True
    shown = invoke("query", "links/interactions-of-drug", "--drug", "pazopanib", "--store", tmp_path / "linked")
    assert "pazopanib/ifosfamide DDI" in shown.stdout


def test_slices_of_a_store_are_pushed_on(tmp_path: Path) -> None:
    invoke("link", MADE_UP, "-o", tmp_path / "linked")
    kinds = "asserted,inferred,mappings,links"
    done = invoke("push", "--store", tmp_path / "other", "--graphs", kinds, "--linked", tmp_path / "linked")
    assert (done.exit_code, done.stderr) == (0, "")
    first, other = load(store=tmp_path / "linked"), load(store=tmp_path / "other")
    assert first.query("links/linked-ontologies") == other.query("links/linked-ontologies")
    wrong = invoke("push", "--store", tmp_path / "third", "--graphs", "links")
    assert wrong.exit_code == 2
    assert "--graphs links and --linked DIR, a store made by link -o, go together" in wrong.stderr


def test_slices_as_a_file(tmp_path: Path) -> None:
    invoke("link", MADE_UP, "-o", tmp_path / "slices.nq.gz")
    data = gzip.decompress((tmp_path / "slices.nq.gz").read_bytes())
    names = {str(quad.graph_name) for quad in ox.parse(data, ox.RdfFormat.N_QUADS)}
    assert f"<{BASE}link/made-up>" in names
    assert f"<{BASE}mappings/drugs>" in names


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "name an ontology, a file or a URL to link, or an --endpoint"),
        (["missing.ttl"], 3, "missing.ttl: cannot be read: No such file or directory"),
        (["http://127.0.0.1:9/x.ttl"], 4, "http://127.0.0.1:9/x.ttl: "),
    ],
)
def test_what_cannot_be_linked_is_said(words: list[str], code: int, said: str) -> None:
    done = invoke("link", *words)
    assert done.exit_code == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# --- real ontologies, held against SPARQL on the files themselves


@pytest.fixture(scope="module")
def raw() -> dict[str, ox.Store]:
    """The files as they are, each in a store of its own."""
    stores = {}
    for name, file in REAL.items():
        store = ox.Store()
        with gzip.open(DATA / file) as packed:
            data = packed.read()
        store.bulk_load(data, ox.RdfFormat.N_TRIPLES if file.endswith(".nt.gz") else ox.RdfFormat.RDF_XML)
        stores[name] = store
    return stores


@pytest.fixture(scope="module")
def of_real(kg: KnowledgeGraph) -> LinkReport:
    return link([DATA / file for file in REAL.values()], kg.asserted)


@real
def test_real_links_are_what_the_files_hold(raw: dict[str, ox.Store], of_real: LinkReport) -> None:
    known = Prefixes.shipped()
    for document, (name, store) in zip(of_real.documents, raw.items(), strict=True):
        rows = [one for one in of_real.links if one.document == document.name]
        assert rows or name in ("dinto", "chebi")
        for curie in (curie for ids in document.absent.values() for curie in ids):
            assert not any(
                store.query(f"ASK {{ <{form}> ?p ?o FILTER(?p != <{RDF.type}>) }}") for form in known.forms(curie)
            ), curie
        for one in rows:
            forms = " ".join(f"<{form}>" for form in known.forms(one.object))
            alive = f"FILTER NOT EXISTS {{ ?t <{OWL.deprecated}> true }}"
            labels = store.query(f"SELECT ?l {{ VALUES ?t {{ {forms} }} ?t <{RDFS.label}> ?l {alive} }}")
            there = {row["l"].value for row in labels}  # type: ignore[union-attr] # a SELECT
            assert bool(there) is (one.status in ("found", "other form", "label differs")), one
            assert not there or one.label in there


@real
def test_real_chebi_slice_borrows(of_real: LinkReport) -> None:
    found = [(one.subject, one.object, one.status) for one in of_real.links if one.document == "chebi-import"]
    assert found == [(STS.ChemotherapyDrug, "CHEBI:35610", "found"), (STS.TargetedTherapyDrug, "CHEBI:35610", "found")]
    (document,) = [one for one in of_real.documents if one.name == "chebi-import"]
    assert document.absent["CHEBI"] == ("CHEBI:28748", "CHEBI:5864", "CHEBI:71217", "CHEBI:71219")
    assert [(one.term, one.of, one.other) for one in document.joined] == [("CHEBI:23924", "MAXO:0000648", "maxo")]


@real
def test_real_slices_are_small(of_real: LinkReport) -> None:
    assert {document.name: (document.n_read, document.n_kept) for document in of_real.documents} == {
        "drugcentral": (28700, 27),
        "maxo": (179008, 2271),
        "dinto-inf-classification2": (1040, 192),
        "chebi-import": (50561, 208),  # by the cross-references of MAxO
    }


@real
def test_real_joint_questions(kg: KnowledgeGraph, raw: dict[str, ox.Store]) -> None:
    graph = KnowledgeGraph(kg.session)
    graph.link(*(DATA / file for file in REAL.values()))
    asked = (
        'SELECT DISTINCT ?i { ?i <%s> ?l FILTER(CONTAINS(STR(?l), "ifosfamide") && STRSTARTS(STR(?i), "%sDINTO_")) }'
    )
    expected = {row["i"].value for row in raw["dinto"].query(asked % (RDFS.label, OBO))}  # type: ignore[union-attr]
    found = graph.query("links/interactions-of-option", option="option-doxorubicin-ifosfamide")
    assert expected <= {str(iri) for iri in found.column("interaction")}  # type: ignore[union-attr] # a SELECT
    assert len(expected) == 7
    assert URIRef(f"{OBO}DINTO_07600") in found.column("interaction")  # type: ignore[union-attr] # a SELECT
    options = graph.query("links/options-by-procedure", branch="MAXO:0000014")
    assert STS["option-sbrt-lung"] in options.column("option")  # type: ignore[union-attr] # a SELECT


def test_the_made_up_ontology_is_read_by_rdflib_too() -> None:
    assert len(read(MADE_UP)) == len(nquads(MADE_UP.read_bytes(), "turtle").splitlines()) == 65
