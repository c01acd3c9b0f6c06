"""The report of linking: what is missing and what is only not borrowed, slices that are joined, and its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from rdflib import Graph, URIRef

from sts_kg import KnowledgeGraph, cli
from sts_kg.links import linking
from sts_kg.links.linking import link
from sts_kg.links.report import LinkReport
from sts_kg.rdf.prefixes import Prefixes

pytestmark = pytest.mark.usefixtures("preloaded")

HEAD = """@prefix obo: <http://purl.obolibrary.org/obo/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix oio: <http://www.geneontology.org/formats/oboInOwl#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rx: <http://purl.bioontology.org/ontology/RXNORM/> .
"""
CHEBI = """obo:CHEBI_71219 a owl:Class ; rdfs:label "pazopanib" . obo:CHEBI_1 rdfs:label "one" .
obo:CHEBI_2 rdfs:label "two" . obo:CHEBI_3 rdfs:label "three" .
"""
CIDO = 'obo:CIDO_0000001 rdfs:label "a made-up disease" .'
MAXO = 'obo:MAXO_0000004 rdfs:label "surgical procedure" . obo:MAXO_1 rdfs:label "another" .'
#: The text of a document, the vocabularies that it owns, and the terms of ours that are missing.
DOCUMENTS: dict[str, tuple[str, tuple[str, ...], int]] = {
    "borrows.ttl": (f'obo:cido.owl a owl:Ontology . {CIDO} {CHEBI} obo:HP_1 rdfs:label "x" .', (), 0),
    "by-iri.ttl": (f"obo:chebi.owl a owl:Ontology . {CHEBI} {CIDO}", ("CHEBI",), 5),
    "by-terms.ttl": (f"<http://example.org/merged.owl> a owl:Ontology . {CHEBI} {MAXO}", ("CHEBI",), 5),
    "merged.ttl": (
        f"<http://example.org/m.owl> a owl:Ontology . {CHEBI} {MAXO} {CIDO} obo:CIDO_2 rdfs:label 2 .",
        (),
        0,
    ),
    "several.ttl": (
        f"obo:chebi.owl a owl:Ontology . obo:maxo.owl a owl:Ontology . {CHEBI} {MAXO}",
        ("CHEBI", "MAXO"),
        5,
    ),
    "mireot.ttl": (
        f"<{'http://purl.obolibrary.org/obo/maxo/imports/chebi_import.owl'}> a owl:Ontology . {CHEBI}",
        (),
        0,
    ),
    "imported.ttl": (
        CHEBI.replace(" .", " ; obo:IAO_0000412 obo:chebi.owl .") + "<http://example.org/a.owl> a owl:Ontology .",
        (),
        0,
    ),
    "chebi-slice.ttl": (CHEBI, (), 0),
    "rxnorm.ttl": ('rx:1 skos:prefLabel "one" . rx:2 skos:prefLabel "two" . rx:3 rdfs:comment "x" .', ("rxnorm",), -1),
}


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def by_hand(file: Path, report: LinkReport, owns: tuple[str, ...]) -> Mapping[tuple[str, str], bool]:
    """Return whether SPARQL on the raw file finds each mapped term of the vocabularies that a document owns."""
    store = ox.Store()
    store.load(path=str(file), format=ox.RdfFormat.TURTLE)
    rows = [(one.subject, one.object) for one in report.links if one.object.partition(":")[0] in owns]
    found = {}
    for subject, curie in rows:
        forms = " ".join(f"<{form}>" for form in Prefixes.shipped().forms(curie))
        asked = f"ASK {{ VALUES ?t {{ {forms} }} ?t ?p ?o FILTER(?p != rdf:type) }}"
        found[str(subject), curie] = bool(
            store.query(f"PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> {asked}")
        )
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_term_is_missing_only_from_a_document_that_owns_its_vocabulary(
    kg: KnowledgeGraph, tmp_path: Path, name: str
) -> None:
    text, owns, missing = DOCUMENTS[name]
    file = written(tmp_path, name, text)
    report = link([file], kg.asserted)
    (document,) = report.documents
    assert document.owns == owns
    lost = [one for one in report.links if one.status == "missing"]
    assert {one.object.partition(":")[0] for one in lost} <= set(owns)
    assert sum(one.object.startswith("CHEBI:") for one in lost) == max(missing, 0)
    told = [one for one in report.links if one.object.partition(":")[0] in owns]
    assert by_hand(file, report, owns) == {(str(one.subject), one.object): one.status != "missing" for one in told}
    if not owns:
        assert report.is_sound
        assert "those absent are not reported missing" in str(report)


def test_what_is_borrowed_is_one_line(kg: KnowledgeGraph, tmp_path: Path) -> None:
    text, _, _ = DOCUMENTS["borrows.ttl"]
    report = link([written(tmp_path, "cido.ttl", text)], kg.asserted)
    assert report.summary().splitlines()[1] == (
        "cido borrows 4 terms of CHEBI, 1 of HP; those absent are not reported missing"
    )
    assert "CHEBI:28748" not in str(report)
    assert "CHEBI:28748, CHEBI:35610, CHEBI:5864, CHEBI:71217" in report.to_text(everything=True)


def test_a_former_id_is_replaced_and_not_missing(kg: KnowledgeGraph, tmp_path: Path) -> None:
    text = f'obo:chebi.owl a owl:Ontology . {CHEBI} obo:CHEBI_3 oio:hasAlternativeId "CHEBI:5864" .'
    report = link([written(tmp_path, "chebi.ttl", text)], kg.asserted)
    (one,) = [one for one in report.links if one.object == "CHEBI:5864"]
    assert (one.status, one.label, one.detail) == ("deprecated", "three", "replaced by CHEBI:3, as a former id")


def test_what_holds_comes_first_and_the_rest_on_request(kg: KnowledgeGraph, tmp_path: Path) -> None:
    more = "obo:CHEBI_5864 owl:deprecated true . <x:a> rdfs:seeAlso obo:CHEBI_28748 ."
    text = f"obo:chebi.owl a owl:Ontology . {CHEBI} {more}"
    report = link([written(tmp_path, "chebi.ttl", text)], kg.asserted)
    for said in (report.to_text(everything=True), report.to_markdown(True), report.to_html(True)):
        places = [
            said.index(title) for title in ("What holds (1)", "What needs a hand (4)", "Named, but not described (1)")
        ]
        assert places == sorted(places)
    assert "Named, but not described" not in str(report)
    assert [row[3] for row in _rows(str(report), "What needs a hand")] == [
        "missing",
        "missing",
        "missing",
        "deprecated",
    ]


def _rows(text: str, title: str) -> list[list[str]]:
    lines = text[text.index(title) :].split("\n\n")[0].splitlines()[3:]
    return [line.split() for line in lines]


# --- slices that are joined


def test_what_is_kept_in_memory_changes_no_slice(
    kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = written(
        tmp_path, "chebi.ttl", f'obo:chebi.owl a owl:Ontology . {CHEBI} obo:CHEBI_71219 oio:hasDbXref "EX:7" .'
    )
    other = written(tmp_path, "ex.ttl", 'obo:ex.owl a owl:Ontology . obo:EX_7 rdfs:label "seven" .')
    read: list[str] = []
    kept = link([one, other], kg.asserted, progress=lambda name, _: read.append(Path(name).name))
    assert [each.term for each in kept.documents[1].joined] == ["obo:EX_7"]
    once = sorted({*read}), len(read)
    monkeypatch.setattr(linking, "_MOST_KEPT", 0)
    read.clear()
    again = link([one, other], kg.asserted, progress=lambda name, _: read.append(Path(name).name))
    assert again.documents[1].ntriples == kept.documents[1].ntriples
    assert (sorted({*read}), len(read)) == (once[0], once[1] + 1)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("outward", [False, True])
def test_cross_references_join_slices(kg: KnowledgeGraph, tmp_path: Path, turned: bool, outward: bool) -> None:
    here = 'oio:hasDbXref "EX:7"' if outward else 'rdfs:comment "x"'
    there = "" if outward else "; skos:exactMatch obo:CHEBI_71219"
    first = written(tmp_path, "chebi.ttl", f"obo:chebi.owl a owl:Ontology . {CHEBI} obo:CHEBI_71219 {here} .")
    other = written(
        tmp_path,
        "ex.ttl",
        f'obo:ex.owl a owl:Ontology . obo:EX_7 rdfs:label "seven" {there} . obo:EX_8 rdfs:label "8" .',
    )
    report = link([other, first] if turned else [first, other], kg.asserted)
    joined = {document.name: document.joined for document in report.documents}
    (one,) = joined["ex"]
    by = "oboInOwl:hasDbXref" if outward else "skos:exactMatch"
    assert (one.term, one.label, one.of, one.other, one.by) == ("obo:EX_7", "seven", "CHEBI:71219", "chebi", by)
    assert joined["chebi"] == ()
    kept = Graph().parse(data=report.graphs[URIRef("https://w3id.org/sts-kg/link/ex")].decode(), format="nt")
    assert {str(each) for each in kept.subjects()} == {"http://purl.obolibrary.org/obo/EX_7"}
    assert f"ex has 1 seed by cross-references: obo:EX_7 ({by}, with CHEBI:71219 of chebi)" in report.summary()
    assert report.as_dict()["documents"][turned - 1]["joined"] == [vars(one)]  # type: ignore[index] # plain values


# --- pages


def test_a_page_says_what_was_linked_and_escapes_what_others_wrote(kg: KnowledgeGraph, tmp_path: Path) -> None:
    text = f"""obo:chebi.owl a owl:Ontology ; dcterms:title "<script>a|b</script>" ; owl:versionInfo "v1" ;
      dcterms:license <javascript:x> . {CHEBI} obo:CHEBI_9 rdfs:label "ifosfamide" ; rdfs:comment "`" ."""
    file = written(tmp_path, "chebi.ttl", text)
    report = link([file], kg.asserted)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert report.documents[0].sha256 == digest
    html, markdown = report.to_html(), report.to_markdown()
    for said in (html, markdown):
        assert digest in said and "v1" in said and kg.footer.split(" [")[0] in said
        assert f"read on {report.when:%Y-%m-%d}" in said and "diseases" in said
        assert str(tmp_path) not in said
    assert html.startswith("<!DOCTYPE html>") and "<script" not in html and 'href="javascript' not in html
    assert "&lt;script&gt;a|b&lt;/script&gt;" in html
    assert r"\<script\>a\|b" in markdown
    assert "http" not in html.partition("</style>")[0] and 'name="viewport"' in html


def test_the_command_writes_pages(tmp_path: Path) -> None:
    file = written(tmp_path, "cido.ttl", DOCUMENTS["borrows.ttl"][0])
    for form, start in (("html", "<!DOCTYPE html>"), ("md", "# Links of "), ("text", "cido: ")):
        done = CliRunner().invoke(cli.app, ["link", str(file), "--format", form, "--all"], prog_name="sts-kg")
        assert (done.exit_code, done.stdout[: len(start)]) == (0, start)
        assert "Not among what is borrowed" in done.stdout


# --- forms of IRIs


@pytest.mark.parametrize(
    ("other", "standard"),
    [
        ("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#C1326", "NCIT:C1326"),
        ("http://purl.bioontology.org/ontology/UATC/L01DB01", "atc:L01DB01"),
        ("http://purl.obolibrary.org/obo/mesh_D004317", "mesh:D004317"),
    ],
)
def test_a_shipped_query_takes_any_form_of_an_outside_iri(kg: KnowledgeGraph, other: str, standard: str) -> None:
    answers = [kg.query("links/about-external-id", external=each) for each in (other, f"<{other}>", standard)]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) > 0  # type: ignore[arg-type] # a table
