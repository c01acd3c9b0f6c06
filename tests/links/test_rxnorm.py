"""RxNorm by its columns, of a made-up excerpt: names, brands, relations and their direction, classes, codes."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from pathlib import Path

import pytest
from places import ROOT
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from sts_kg import KnowledgeGraph
from sts_kg.errors import ParseError
from sts_kg.links.linking import link
from sts_kg.links.report import LinkReport
from sts_kg.links.rxnorm import RxNorm
from sts_kg.links.table_source import TableSource, Unread
from sts_kg.links.tables import table_at
from sts_kg.rdf.names import BASE, STS

pytestmark = pytest.mark.usefixtures("preloaded")

RELEASE = ROOT / "tests" / "rxnorm"
RXNORM, ATC = "http://purl.bioontology.org/ontology/RXNORM/", "http://www.whocc.no/atc_ddd_index/?code="
XREF = URIRef("http://www.geneontology.org/formats/oboInOwl#hasDbXref")


def rx(name: object) -> URIRef:
    return URIRef(f"{RXNORM}{name}")


def read(path: Path) -> tuple[Graph, TableSource]:
    """Return the triples of a release, and what read them."""
    table = table_at(path)
    assert table is not None
    with table.document(path.name) as document:
        lines = document.lines()
        data = b"".join(iter(lambda: lines.read(1 << 20), b""))
    return Graph().parse(data=data.decode(), format="nt"), table


@pytest.fixture(scope="module")
def release() -> tuple[Graph, TableSource]:
    return read(RELEASE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files, to be changed."""
    return shutil.copytree(RELEASE / "rrf", tmp_path / "rrf")


# --- what becomes triples


def test_a_concept_has_its_name_its_kind_and_synonyms(release: tuple[Graph, TableSource]) -> None:
    graph, _ = release
    assert set(graph.predicate_objects(rx(9000003))) == {
        (RDF.type, OWL.Class),
        (RDFS.label, Literal("made-up tablet")),
        (SKOS.altLabel, Literal("made-up tablet, as prescribed")),
        (rx("TTY"), Literal("SCD")),
        (rx("has_ingredient"), rx(714438)),
    }
    assert set(graph.objects(rx(714438), SKOS.altLabel)) == {Literal('made-up "synonym"')}


def test_a_relation_leads_from_the_second_concept_to_the_first(release: tuple[Graph, TableSource]) -> None:
    """REL and RELA are what RXCUI2 is to RXCUI1: the row 867503 … has_tradename … 714438 is of pazopanib."""
    graph, _ = release
    between = {(s, p, o) for s, p, o in graph if str(s).startswith(RXNORM) and str(o).startswith(RXNORM)}
    assert between == {
        (rx(714438), rx("has_tradename"), rx(867503)),
        (rx(867503), rx("tradename_of"), rx(714438)),
        (rx(714438), rx("ingredient_of"), rx(9000003)),
        (rx(9000003), rx("has_ingredient"), rx(714438)),
        (rx(9000004), RDFS.subClassOf, rx(9000003)),
        (rx(5657), URIRef("http://purl.obolibrary.org/obo/IAO_0100001"), rx(9000006)),
    }


def test_obsolete_and_retired_concepts_are_deprecated(release: tuple[Graph, TableSource]) -> None:
    graph, _ = release
    assert set(graph.subjects(OWL.deprecated, Literal(True))) == {rx(9000005), rx(5657), rx(9000020)}
    assert graph.value(rx(5657), RDFS.label) == Literal("made-up old name")


def test_a_concept_with_a_name_in_use_is_not_obsolete(copy: Path) -> None:
    with (copy / "RXNCONSO.RRF").open("a", encoding="utf-8") as file:
        file.write("9000005|ENG||||||99|||9000005|RXNORM|SY|9000005|a name in use||N||\n")
    assert (rx(9000005), OWL.deprecated, None) not in read(copy)[0]


def test_codes_of_atc_give_classes(release: tuple[Graph, TableSource]) -> None:
    graph, _ = release
    assert set(graph.objects(rx(714438), XREF)) == {Literal("atc:L01EX03")}
    assert [*graph.objects(rx(714438), SKOS.broader)] == [URIRef(f"{ATC}L01EX")]
    above = [str(each).removeprefix(ATC) for each in graph.transitive_objects(URIRef(f"{ATC}L01EX"), SKOS.broader)]
    assert above == ["L01EX", "L01E", "L01", "L"]
    assert graph.value(URIRef(f"{ATC}L01EX"), RDFS.label) == Literal("made-up class of the fourth level")


def test_of_other_sources_only_codes_without_restriction_are_kept_and_the_rest_is_counted(
    release: tuple[Graph, TableSource],
) -> None:
    graph, table = release
    text = graph.serialize(format="nt")
    assert "restricted" not in text and "MeSH" not in text and "D1" not in text
    assert table.unread == [Unread(14, "CODE", "not a code", "it is not a code of ATC")]
    assert table.notes()[:3] == (
        "14 rows; 1 cell could not be read",
        "5 relations between concepts of RxNorm kept; not those of atoms, obsolete ones, and inverse_isa",
        "rows of other sources, not kept: MMSL 1, MSH 1",
    )


def test_the_release_says_its_version_and_terms(release: tuple[Graph, TableSource]) -> None:
    assert release[1].header == {
        "iri": RXNORM,
        "title": "RxNorm",
        "license": "https://www.nlm.nih.gov/research/umls/rxnorm/docs/termsofservice.html",
        "version": "26AA_261102F",
    }


# --- files


def test_the_file_its_folder_and_the_archive_are_the_same(release: tuple[Graph, TableSource], tmp_path: Path) -> None:
    archive = tmp_path / "RxNorm_full_11022026.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for each in sorted((RELEASE / "rrf").iterdir()):
            packed.write(each, f"rrf/{each.name}")
            packed.writestr(f"prescribe/rrf/{each.name}", "not read")
    for path in (RELEASE / "rrf", RELEASE / "rrf" / "RXNCONSO.RRF", archive):
        assert set(read(path)[0]) == set(release[0]), path
    assert [path.name for path in read(RELEASE)[1].beside] == ["RXNREL.RRF", "RXNATOMARCHIVE.RRF", "RXNSAB.RRF"]


def test_without_the_other_files_it_is_said_what_is_missing(copy: Path) -> None:
    for name in ("RXNREL.RRF", "RXNATOMARCHIVE.RRF", "RXNSAB.RRF"):
        (copy / name).unlink()
    packed = copy / "RXNCONSO.RRF.gz"
    packed.write_bytes(gzip.compress((copy / "RXNCONSO.RRF").read_bytes()))
    (copy / "RXNCONSO.RRF").unlink()
    graph, table = read(packed)
    assert len(set(graph.subjects(RDF.type, OWL.Class))) == 6
    assert table.notes() == (
        "14 rows",
        "without RXNREL.RRF there are no brands, products and other relations",
        "without RXNSAB.RRF only rows of RxNorm are kept, since it says which sources have no restriction",
        "rows of other sources, not kept: ATC 4, MMSL 1, MSH 1",
    )


@pytest.mark.parametrize(
    ("file", "row", "says"),
    [
        ("RXNCONSO.RRF", "1|ENG|x|\n", "has 3 columns, 18 were expected, each ended by |: RXCUI|LAT|TS|"),
        ("RXNCONSO.RRF", "1" + "|" * 17 + "\n", "has 17 columns, 18 were expected, each ended by |"),
        ("RXNREL.RRF", "1|RXNORM|\n", "has 2 columns, 16 were expected, each ended by |: RXCUI1|RXAUI1|"),
        ("RXNREL.RRF", "1|x|\n", "has 2 columns, 16 were expected, each ended by |: RXCUI1|RXAUI1|"),
        ("RXNSAB.RRF", "\n", "has 0 columns, 25 were expected"),
    ],
)
def test_a_row_with_other_columns_is_an_error_with_its_line(file: str, row: str, says: str, copy: Path) -> None:
    lines = (copy / file).read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / file).write_text("".join([lines[0], row, *lines[1:]]), encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        read(copy)
    assert caught.value.line == 2
    assert says in caught.value.reason
    assert str(caught.value.path).endswith(file)


def test_cells_that_cannot_be_are_told(copy: Path) -> None:
    with (copy / "RXNCONSO.RRF").open("ab") as file:
        file.write(b"x|ENG||||||1|||1|RXNORM|IN|1|no number||N||\n2|ENG||||||1|||1|RXNORM|IN|1|\xe4||N||\n")
    assert read(copy)[1].unread[1:] == [
        Unread(15, "RXCUI", "x", "it is not a number"),
        Unread(16, "STR", "\ufffd", "it is not UTF-8"),
    ]


def test_what_is_no_release_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"is not read alone: link RXNCONSO\.RRF"):
        RxNorm(RELEASE / "rrf" / "RXNREL.RRF")
    with pytest.raises(ParseError, match="is not read alone"):
        RxNorm(tmp_path / "MRCONSO.RRF")
    with pytest.raises(ParseError, match="cannot be read: No such file"):
        read(tmp_path / "RXNCONSO.RRF")
    (tmp_path / "x.zip").write_bytes(b"PK no zip")
    with pytest.raises(ParseError, match="is not a zip archive that can be read"):
        RxNorm(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as packed:
        packed.writestr("a.txt", "")
    with pytest.raises(ParseError, match=r"has no RXNCONSO\.RRF"):
        RxNorm(tmp_path / "y.zip")


# --- linked


@pytest.fixture(scope="module")
def report(kg: KnowledgeGraph) -> LinkReport:
    return link([RELEASE], kg.asserted)


def test_ingredients_brands_and_retired_terms_are_told(report: LinkReport) -> None:
    found = {one.object: (one.status, one.detail) for one in report.links}
    assert found["rxnorm:714438"] == ("found", "")
    assert found["rxnorm:867503"] == ("found", "")
    assert found["rxnorm:5657"] == ("deprecated", "replaced by rxnorm:9000006")
    assert found["rxnorm:3639"] == ("missing", "8 terms of rxnorm are there, and this is not one of them")
    assert report.documents[0].graph == STS["link/rxnorm"]


def test_the_prescribable_subset_owns_nothing(kg: KnowledgeGraph, tmp_path: Path) -> None:
    subset = shutil.copytree(RELEASE, tmp_path / "RxNorm_full_prescribe_11022026")
    report = link([subset], kg.asserted)
    assert report.documents[0].owns == ()
    assert "missing" not in {one.status for one in report.links}


def test_the_slice_has_brands_products_and_classes_of_our_drugs(report: LinkReport) -> None:
    graph = Graph().parse(data=report.graphs[URIRef(f"{BASE}link/rxnorm")].decode(), format="nt")
    assert graph.value(rx(9000003), RDFS.label) == Literal("made-up tablet")
    assert (URIRef(f"{ATC}L01"), SKOS.broader, URIRef(f"{ATC}L")) in graph
    assert (rx(9000006), RDFS.label, Literal("made-up successor")) in graph  # what replaces a term of ours
    assert (rx(9000020), None, None) not in graph
