"""Tables as sources: what CSVW metadata make of rows, what is refused, and what slices and queries have of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from places import ROOT
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

from sts_kg import KnowledgeGraph, cli, load
from sts_kg.errors import ParseError
from sts_kg.links.linking import link
from sts_kg.links.report import LinkReport
from sts_kg.links.table_source import TableSource, Unread
from sts_kg.links.tables import is_table, table_at
from sts_kg.rdf.names import BASE, STS

pytestmark = pytest.mark.usefixtures("preloaded")

OBO = "http://purl.obolibrary.org/obo/"
ATC = "http://www.whocc.no/atc_ddd_index/?code="
INTERACTIONS = ROOT / "tests" / "external-interactions.csv"
NAME: dict[str, Any] = {"titles": "name", "propertyUrl": "rdfs:label"}


def written(
    folder: Path,
    text: str | bytes,
    columns: list[dict[str, Any]],
    name: str = "t.csv",
    about: str = "{+id}",
    **more: Any,
) -> Path:
    """Write a table and its metadata, and return the table; the first column is `id` unless it is described."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    if not any(each.get("titles") == "id" for each in columns):
        columns = [{"titles": "id"}, *columns]
    schema = {"aboutUrl": about, "columns": columns, **more.pop("schema", {})}
    found = {"@context": "http://www.w3.org/ns/csvw", "url": name, "tableSchema": schema, **more}
    (folder / f"{name}-metadata.json").write_text(json.dumps(found), encoding="utf-8")
    return path


def read(path: Path) -> tuple[Graph, TableSource]:
    """Return the triples of a table, and the table, which has counted."""
    table = table_at(path)
    assert table is not None
    with table.document(path.name) as document:
        lines = document.lines()
        data = b"".join(iter(lambda: lines.read(1 << 20), b""))
    return Graph().parse(data=data.decode(), format="nt"), table


def only(path: Path, subject: str = f"{OBO}CHEBI_1") -> set[tuple[str, str]]:
    """Return predicates and values of one term, as N3."""
    return {(p.n3(), o.n3()) for p, o in read(path)[0].predicate_objects(URIRef(subject))}


# --- keys


@pytest.mark.parametrize(
    ("about", "cell", "iri"),
    [
        ("{+id}", "CHEBI:1", f"{OBO}CHEBI_1"),
        ("{+id}", "chebi:1", f"{OBO}CHEBI_1"),
        ("{+id}", f"{OBO}CHEBI_1", f"{OBO}CHEBI_1"),
        ("{+id}", "obo:CHEBI_1", f"{OBO}CHEBI_1"),
        ("CHEBI:{id}", "1", f"{OBO}CHEBI_1"),
        ("atc:{id}", "L01DB01", f"{ATC}L01DB01"),
        ("https://hospital.example/drug/{id}", "a b/ü", "https://hospital.example/drug/a%20b%2F%C3%BC"),
        ("https://hospital.example/{+id}", "a/b c", "https://hospital.example/a/b%20c"),
        ("https://hospital.example/{id}-{name}", "1", "https://hospital.example/1-x"),
        ("https://hospital.example/{_row}/{_sourceRow}", "1", "https://hospital.example/1/2"),
    ],
)
def test_a_key_is_a_curie_an_iri_or_a_code_with_a_prefix_of_the_mapping(
    about: str, cell: str, iri: str, tmp_path: Path
) -> None:
    graph, _ = read(written(tmp_path, f"id,name\n{cell},x\n", [NAME], about=about))
    assert set(graph) == {(URIRef(iri), RDFS.label, Literal("x"))}


def test_a_key_column_may_have_several_values(tmp_path: Path) -> None:
    columns = [{"titles": "id", "separator": "|"}, NAME]
    graph, _ = read(written(tmp_path, "id,name\nCHEBI:1| CHEBI:2|,x\n", columns))
    assert set(graph.subjects(RDFS.label, Literal("x"))) == {URIRef(f"{OBO}CHEBI_{n}") for n in (1, 2)}


def test_wrong_keys_are_told_with_their_lines_and_counted_and_the_others_are_read(tmp_path: Path) -> None:
    text = 'id,name\nCHEBI:1,x\nFOO:1,y\n,"z\nz"\nCHEBI:abc,u\nplain,v\nCHEBI:2,t\n'
    graph, table = read(written(tmp_path, text, [NAME]))
    assert set(graph.objects(None, RDFS.label)) == {Literal("x"), Literal("t")}
    assert (table.n_rows, table.n_unread) == (6, 4)
    assert table.unread == [
        Unread(3, "id", "FOO:1", "the prefix 'FOO' is unknown; did you mean oboInOwl:?"),
        Unread(4, "id", "", "it is empty, and the row is about nothing"),
        Unread(6, "id", "CHEBI:abc", "'abc' is not an id of CHEBI; an id there fits ^\\d+$"),
        Unread(7, "id", "plain", "it has no prefix"),
    ]
    assert table.notes()[0] == "6 rows; 4 cells could not be read"


def test_a_table_of_which_nothing_can_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        ParseError, match=r"t\.csv: gives no triple: 1 row; 1 cell could not be read; line 2, id: 'x': it"
    ):
        read(written(tmp_path, "id,name\nx,y\n", [NAME]))


# --- values


def test_a_cell_becomes_what_its_column_says(tmp_path: Path) -> None:
    columns = [
        NAME,
        {"titles": "de", "propertyUrl": "skos:altLabel", "lang": "de"},
        {"titles": "up", "propertyUrl": "skos:broader", "valueUrl": "CHEBI:{up}"},
        {"titles": "refs", "propertyUrl": "oboInOwl:hasDbXref", "separator": ";"},
        {"titles": "same", "propertyUrl": "skos:exactMatch", "valueUrl": "{+same}", "separator": " "},
        {"titles": "n", "propertyUrl": "schema:position", "datatype": "integer"},
        {"titles": "day", "propertyUrl": "dc:date", "datatype": "date"},
        {"titles": "yes", "propertyUrl": "owl:deprecated", "datatype": {"base": "boolean"}},
        {"name": "kind", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "owl:Class"},
    ]
    text = (
        "id,name,de,up,refs,same,n,day,yes\n"
        'CHEBI:1,"a ""b""\nc",Ä,2,cas:1;x,atc:L01 http://example.org/x,07,14.03.2026,true\n'
    )
    path = written(tmp_path, text, columns)
    term = URIRef(f"{OBO}CHEBI_1")
    assert set(read(path)[0]) == {
        (term, RDFS.label, Literal('a "b"\nc')),
        (term, SKOS.altLabel, Literal("Ä", lang="de")),
        (term, SKOS.broader, URIRef(f"{OBO}CHEBI_2")),
        (term, URIRef("http://www.geneontology.org/formats/oboInOwl#hasDbXref"), Literal("cas:1")),
        (term, URIRef("http://www.geneontology.org/formats/oboInOwl#hasDbXref"), Literal("x")),
        (term, SKOS.exactMatch, URIRef(f"{ATC}L01")),
        (term, SKOS.exactMatch, URIRef("http://example.org/x")),
        (term, URIRef("http://schema.org/position"), Literal(7)),
        (term, DCTERMS.date, Literal("2026-03-14", datatype=XSD.date)),
        (term, OWL.deprecated, Literal(True)),
        (term, RDF.type, OWL.Class),
    }


def test_what_has_no_value_gives_no_triple(tmp_path: Path) -> None:
    columns: list[dict[str, Any]] = [
        {"titles": "name", "propertyUrl": "rdfs:label", "null": ["-", "n/a"]},
        {"titles": "kind", "propertyUrl": "rdfs:comment", "default": "unknown"},
        {"titles": "up", "propertyUrl": "skos:broader", "valueUrl": "CHEBI:{up}"},
        {"name": "above", "virtual": True, "propertyUrl": "rdfs:subClassOf", "valueUrl": "CHEBI:{up}"},
    ]
    path = written(tmp_path, "id,name,kind,up\nCHEBI:1,n/a,,\nCHEBI:2,-,x,3\nCHEBI:3\n", columns)
    assert only(path) == {(RDFS.comment.n3(), '"unknown"')}
    assert only(path, f"{OBO}CHEBI_2") == {
        (RDFS.comment.n3(), '"x"'),
        (SKOS.broader.n3(), f"<{OBO}CHEBI_3>"),
        (RDFS.subClassOf.n3(), f"<{OBO}CHEBI_3>"),
    }
    assert only(path, f"{OBO}CHEBI_3") == {(RDFS.comment.n3(), '"unknown"')}  # a short row
    assert read(path)[1].n_unread == 0


def test_a_value_that_is_wrong_is_told_once_and_the_rest_of_the_row_is_read(tmp_path: Path) -> None:
    columns: list[dict[str, Any]] = [
        {**NAME, "required": True},
        {"titles": "n", "propertyUrl": "schema:position", "datatype": "nonNegativeInteger"},
        {"titles": "day", "propertyUrl": "dc:date", "datatype": "date"},
        {"titles": "up", "propertyUrl": "skos:broader", "valueUrl": "{+up}", "separator": ";"},
        {"name": "again", "virtual": True, "propertyUrl": "rdfs:seeAlso", "valueUrl": "{+up}"},
    ]
    path = written(tmp_path, "id,name,n,day,up\nCHEBI:1,,-1,03/04/2026,BAD:1;CHEBI:2\n", columns)
    graph, table = read(path)
    assert len(graph) == 2
    assert [(each.line, each.column, each.text) for each in table.unread] == [
        (2, "name", ""),
        (2, "n", "-1"),
        (2, "day", "03/04/2026"),
        (2, "up", "BAD:1"),
        (2, "again", "BAD:1"),
    ]
    assert table.unread[1].reason == "it is not of the datatype nonNegativeInteger"
    assert "it may be two days" in table.unread[2].reason


# --- files


@pytest.mark.parametrize(
    ("name", "data", "more"),
    [
        ("t.csv", "id,name\r\nCHEBI:1,ä\r\n".encode(), {}),
        ("t.csv", b"\xef\xbb\xbf" + "id,name\nCHEBI:1,ä".encode(), {}),
        ("t.csv", "id,name\nCHEBI:1,ä\n".encode("utf-16"), {}),
        ("t.csv", "id,name\nCHEBI:1,ä\n".encode("cp1252"), {"dialect": {"encoding": "cp1252"}}),
        ("t.csv", "sep=;\nid;name\nCHEBI:1;ä\n".encode(), {}),
        ("t.csv", "id;name\n\n;\nCHEBI:1;ä\n".encode(), {}),
        ("t.csv", "id|name\nCHEBI:1|ä\n".encode(), {"dialect": {"delimiter": "|"}}),
        ("t.csv", "CHEBI:1,ä\n".encode(), {"dialect": {"header": False}}),
        ("t.tsv", "id\tname\nCHEBI:1\tä\n".encode(), {}),
        ("t.tsv", 'id\tname\n"CHEBI:1"\tä\n'.encode(), {}),
        ("t.CSV", "name,id\nä,CHEBI:1\n".encode(), {}),
        ("t.csv.gz", gzip.compress("id,name\nCHEBI:1,ä\n".encode(), mtime=0), {}),
    ],
)
def test_files_as_programs_write_them(name: str, data: bytes, more: dict[str, Any], tmp_path: Path) -> None:
    assert only(written(tmp_path, data, [NAME], name, **more)) == {(RDFS.label.n3(), '"ä"')}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"id,name\nCHEBI:1,\xe4\n", 2, "is not UTF-8 text (byte 0xe4), perhaps Windows-1252"),
        (b"id,name,name\n", 1, "two columns are called 'name'; give each its own"),
        (b"id,,name\n", 1, "a column has no name; give each its own"),
        (b"id,nome\n", 1, "has no column 'name', of which t.csv-metadata.json speaks; did you mean 'nome'?"),
        (b"id,name\nCHEBI:1,x,y\n", 2, "'y' stands under no name of a column"),
        (b'id,name\nCHEBI:1,"x\n', 2, "is not CSV"),
        (b'id,name\nCHEBI:1,"x"y\n', 2, "is not CSV"),
        (b"PK\x03\x04", None, "is a workbook (.xlsx or .ods) and no CSV file"),
        (b"", None, "gives no triple: 0 rows"),
        (b"id,name\n", None, "gives no triple: 0 rows"),
    ],
)
def test_a_file_that_is_no_such_table_is_an_error_with_its_line(
    text: bytes, line: int | None, says: str, tmp_path: Path
) -> None:
    with pytest.raises(ParseError) as caught:
        read(written(tmp_path, text, [NAME]))
    assert caught.value.line == line
    assert says in caught.value.reason


def test_what_has_no_effect_is_said(tmp_path: Path) -> None:
    common: dict[str, Any] = {
        "dc:publisher": "A hospital",
        "dc:title": {"@value": "T", "@language": "en"},
        "dc:license": "CC0",
    }
    columns = [{"titles": "id", "dc:description": "the key"}, NAME, {"titles": "price"}]
    path = written(
        tmp_path,
        "id,name,price,other\nCHEBI:1,x,5,6\n",
        columns,
        schema={"primaryKey": "id"},
        **common,
    )
    graph, table = read(path)
    assert len(graph) == 1
    assert table.header == {"title": "T", "license": "CC0"}
    assert table.notes()[1:3] == (
        "nothing is read of price, other: no propertyUrl there",
        "without effect here: primaryKey, id: dc:description, dc:publisher",
    )
    assert table.notes()[3].startswith("read with t.csv-metadata.json, sha256 ")


# --- metadata


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tableSchema": None}, "tableSchema: an object was expected, not null"),
        ({"tableSchema": {"columns": []}}, "tableSchema.columns: a list of columns was expected"),
        ({"tableschema": {}}, "tableschema: is not understood; did you mean tableSchema?"),
        ({"url": "other.csv"}, "describes no table 't.csv': that is what url has to name"),
        ({"@context": "http://example.org"}, "is not CSVW metadata"),
        ({"dialect": {"skipRows": 2}}, "dialect.skipRows: 2 is not supported, only 0"),
        ({"dialect": {"quoteChar": "'"}}, 'dialect.quoteChar: "\'" is not supported, only "\\""'),
        ({"dialect": {"delimiter": "::"}}, 'dialect.delimiter: one character was expected, not "::"'),
        ({"transformations": []}, "transformations: is not understood"),
    ],
)
def test_metadata_that_are_not_understood_are_refused(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\nCHEBI:1,x\n", [NAME], **change)
    if "tableSchema" in change:
        metadata = json.loads(path.with_name("t.csv-metadata.json").read_text(encoding="utf-8")) | change
        path.with_name("t.csv-metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        table_at(path)
    assert says in caught.value.reason
    assert str(caught.value.path).endswith("t.csv-metadata.json")


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ({"titels": "name"}, "columns[1].titels: is not understood; did you mean titles?"),
        ({"propertyUrl": "rdfs:label"}, "columns[1]: has neither titles nor a name"),
        ({"titles": "name", "propertyUrl": "label"}, "columns[1].propertyUrl: 'label': it has no prefix"),
        ({"titles": "name", "propertyUrl": "nope:label"}, "columns[1].propertyUrl: 'nope:label': the prefix 'nope' is"),
        ({"titles": "name", "propertyUrl": "rdfs:{id}"}, "propertyUrl: a CURIE or an IRI without variables"),
        ({**NAME, "valueUrl": "CHEBI:{x}"}, "valueUrl: {x} names no column; known are {id}, {name}, each also as {+…}"),
        ({**NAME, "valueUrl": "CHEBI:{name"}, "valueUrl: 'CHEBI:{name' has a brace that is not closed"),
        ({**NAME, "valueUrl": "a{name}"}, "valueUrl: 'a{name}': it has no prefix; write \"PREFIX:a{name}\""),
        ({**NAME, "valueUrl": "CHEBI:x"}, "valueUrl: 'CHEBI:x': 'x' is not an id of CHEBI"),
        ({**NAME, "datatype": "intger"}, 'datatype: "intger" is not supported; did you mean integer?'),
        ({**NAME, "datatype": {"base": "date", "format": "d.M.yyyy"}}, "datatype.format: is not supported"),
        ({**NAME, "datatype": "date", "lang": "en"}, "lang: a date has no language"),
        ({**NAME, "lang": "e n"}, 'lang: "e n" is not a language tag'),
        ({**NAME, "ordered": True}, "ordered: lists that have an order are not supported"),
        ({**NAME, "separator": ""}, "separator: a text was expected"),
        ({**NAME, "required": "yes"}, "required: true or false was expected"),
        (
            {"name": "v", "virtual": True, "propertyUrl": "rdf:type"},
            "valueUrl: is missing: a virtual column has no cells",
        ),
        ({"titles": "id", "propertyUrl": "rdfs:label"}, "two columns are called 'id'"),
    ],
)
def test_columns_that_are_not_understood_are_refused(column: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        table_at(written(tmp_path, "id,name\nCHEBI:1,x\n", [{"titles": "id"}, column]))
    assert says in caught.value.reason


def test_without_a_key_the_metadata_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\nCHEBI:1,x\n", [NAME])
    metadata = path.with_name("t.csv-metadata.json")
    metadata.write_text(metadata.read_text(encoding="utf-8").replace('"aboutUrl": "{+id}", ', ""), encoding="utf-8")
    with pytest.raises(ParseError, match=r"columns\[1\]\.aboutUrl: is missing: it says what a row is about"):
        table_at(path)


def test_a_table_without_metadata_says_what_to_write(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,name\n", encoding="utf-8")
    with pytest.raises(
        ParseError, match=r"t\.csv: is a table, and nothing says .*: write t\.csv-metadata\.json beside it"
    ):
        table_at(path)


def test_a_table_that_is_not_there_is_not_there(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"t\.csv: cannot be read: No such file"):
        table_at(tmp_path / "t.csv")
    path = written(tmp_path, "id,name\nCHEBI:71219,x\n", [NAME])
    assert link([f"{path}-metadata.json"], kg.asserted).documents[0].name == "t"
    path.unlink()
    with pytest.raises(ParseError, match=r"t\.csv: cannot be read: No such file"):
        link([f"{path}-metadata.json"], kg.asserted)


def test_metadata_may_stand_for_their_table_and_describe_several(tmp_path: Path) -> None:
    one = written(tmp_path, "id,name\nCHEBI:1,x\n", [NAME])
    metadata = one.with_name("t.csv-metadata.json")
    assert only(metadata) == {(RDFS.label.n3(), '"x"')}
    found = json.loads(metadata.read_text(encoding="utf-8"))
    other = {"url": "u.csv", "tableSchema": found["tableSchema"], "dialect": {"delimiter": ";"}}
    group = {"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], "tables": [{"url": "t.csv"}, other]}
    metadata.unlink()
    (tmp_path / "u.csv").write_text("id;name\nCHEBI:1;y\n", encoding="utf-8")
    (tmp_path / "csv-metadata.json").write_text(json.dumps(group), encoding="utf-8")
    assert only(tmp_path / "u.csv") == {(RDFS.label.n3(), '"y"')}
    with pytest.raises(
        ParseError, match=r"describes 2 tables, one with a url was expected; name one of t\.csv, u\.csv"
    ):
        table_at(tmp_path / "csv-metadata.json")
    with pytest.raises(ParseError, match=r"tables\[0\]\.tableSchema: an object was expected"):
        table_at(one)


def test_what_is_a_table(tmp_path: Path) -> None:
    assert [*map(is_table, ("a.csv", "a.TSV.gz", "a.tab", "RXNCONSO.RRF", "a.zip"))] == [True] * 5
    assert [*map(is_table, ("a.ttl", "a.csv.ttl", "csv", "a.json", "obo:chebi"))] == [False] * 5
    assert table_at(tmp_path) is None
    with pytest.raises(ParseError, match="is a mapping set and no table to link; give it as --mappings"):
        table_at(tmp_path / "a.sssom.tsv")


def test_many_wrong_cells_are_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    text = "id,name\nCHEBI:1,x\n" + "X:1,y\n" * 1_500
    table = read(written(tmp_path, text, [NAME]))[1]
    assert (table.n_rows, table.n_unread, len(table.unread)) == (1_501, 1_500, 1_000)


# --- linked


@pytest.fixture(scope="module")
def report(kg: KnowledgeGraph) -> LinkReport:
    return link([INTERACTIONS], kg.asserted)


def test_a_slice_has_our_terms_and_the_rows_that_name_them(report: LinkReport) -> None:
    graph = Graph().parse(data=report.graphs[URIRef(f"{BASE}link/external-interactions")].decode(), format="nt")
    made_up, takes = "http://example.org/interaction/", URIRef(f"{OBO}RO_0000057")
    assert {str(each).removeprefix(made_up) for each in graph.subjects(takes)} == {"1", "2", "3"}
    assert str(graph.value(URIRef(f"{OBO}CHEBI_9000001"), RDFS.label)) == "made-up partner"
    assert (URIRef(f"{OBO}CHEBI_9000002"), None, None) not in graph


def test_a_table_owns_nothing_so_that_nothing_is_missing_from_it(report: LinkReport) -> None:
    (document,) = report.documents
    assert {one.status for one in report.links} == {"found"}
    assert (document.owns, document.n_rows, document.absent["CHEBI"]) == ((), 4, ("CHEBI:35610", "CHEBI:71217"))


def test_provenance_is_that_of_an_ontology_with_the_number_of_rows(report: LinkReport) -> None:
    graph = STS["link/external-interactions"]
    found = dict(report.provenance.predicate_objects(graph))
    assert str(found[DCTERMS.title]) == "Made-up interactions"
    assert found[DCTERMS.license] == URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
    assert str(found[DCTERMS.issued]) == "2026-11-29"
    assert str(found[DCTERMS.extent]) == "4 rows"
    assert str(found[DCTERMS.source]).endswith("external-interactions.csv")
    (document,) = report.documents
    assert document.sha256 == "55799da1d2c8cd5ebe04a0de4905b138c56a13bfa12443048b0cd1a67c62293e"


def test_a_table_and_an_ontology_are_joined_by_cross_references(kg: KnowledgeGraph, tmp_path: Path) -> None:
    columns = [{"titles": "ref", "propertyUrl": "oboInOwl:hasDbXref"}, NAME]
    path = written(tmp_path, "id,ref,name\nhttp://example.org/x,CHEBI:71219,no name of ours\n", columns)
    both = link([ROOT / "tests" / "external.ttl", path], kg.asserted)
    (one,) = both.documents[1].joined
    assert (one.term, one.of, one.other, one.by) == (
        "http://example.org/x",
        "CHEBI:71219",
        "made-up",
        "oboInOwl:hasDbXref",
    )
    assert both.documents[1].notes[0] == "1 row"  # though it is read twice


def test_the_command_tells_rows_and_what_could_not_be_read(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\nCHEBI:71219,pazopanib\n" + "X:1,y\n" * 12, [NAME])
    done = CliRunner().invoke(cli.app, ["link", str(path)])
    assert done.exit_code == 0, done.output
    assert "t: 13 rows; 12 cells could not be read" in done.output
    assert "Cells that could not be read\n2 more with --all.\n" in done.output
    assert done.output.count("the prefix 'X' is unknown") == 10
    found = json.loads(CliRunner().invoke(cli.app, ["link", str(path), "--format", "json"]).stdout)["documents"][0]
    assert (found["rows"], len(found["unread"]), found["unread"][0]["line"]) == (13, 12, 3)


def test_without_interactions_it_is_said_where_they_come_from(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\nCHEBI:71219,pazopanib\n", [NAME])
    assert CliRunner().invoke(cli.app, ["link", str(path), "-o", str(tmp_path / "linked")]).exit_code == 0
    done = CliRunner().invoke(cli.app, ["query", "links/interactions-of-drug", "--store", str(tmp_path / "linked")])
    assert done.exit_code == 0, done.output
    assert "interactions come from DINTO or from a table of interactions that is linked" in done.output


def test_a_table_at_a_url_is_refused_before_anything_is_fetched(kg: KnowledgeGraph) -> None:
    with pytest.raises(ParseError, match="is a table, and tables are read from files; download it"):
        link(["https://example.org/t.csv?x=1"], kg.asserted)


def test_in_python_a_table_is_linked_like_an_ontology() -> None:
    kg = load()
    assert kg.link(INTERACTIONS).documents[0].n_rows == 4
    found = kg.query("links/interactions-with-list", option="sts:option-pazopanib", names="made-up partner")
    assert found.column("label") == (Literal("made-up effect, in quotes"),)  # type: ignore[union-attr] # a SELECT
