"""Mapping sets of one's own above the shipped ones: denials, conflicts, chains."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import URIRef

from sts_kg import KnowledgeGraph, ParseError, Table, load
from sts_kg.cli import app
from sts_kg.links import MappingSet, read, validate
from sts_kg.links.layers import DERIVED, Layers
from sts_kg.links.mapping_rdf import to_graph

HEAD = """\
#curie_map:
#  EX: https://hospital.example/drug/
#  CHEBI: http://purl.obolibrary.org/obo/CHEBI_
#mapping_set_id: https://hospital.example/mappings/{name}
#license: https://creativecommons.org/licenses/by/4.0/
subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification
"""


def made(name: str, *rows: str) -> MappingSet:
    """Return a set; a row is `EX:1 exactMatch CHEBI:1`, or with `!` before the match if it is denied."""
    lines = []
    for row in rows:
        subject, match, object = row.split()
        modifier = "Not" if match.startswith("!") else ""
        cells = (subject, f"skos:{match.lstrip('!')}", modifier, object, "semapv:ManualMappingCuration")
        lines.append("\t".join(cells) + "\n")
    return read((HEAD.format(name=name) + "".join(lines)).encode())


def chains(*sets: MappingSet) -> list[tuple[str | None, str | None]]:
    rows = Layers(sets).derived.mappings
    return [(row.subject_id, row.object_id) for row in rows if row.mapping_justification == "semapv:MappingChaining"]


def conflicts(*sets: MappingSet) -> list[tuple[str, str, str]]:
    return [(one.reason, str(one.holds), str(one.other)) for one in Layers(sets).conflicts]


OURS = made("ours", "sts:doxorubicin exactMatch CHEBI:28748", "sts:ifosfamide exactMatch CHEBI:5864")


@pytest.mark.parametrize("row", ["EX:1 exactMatch CHEBI:28748", "CHEBI:28748 exactMatch EX:1"])
def test_exact_matches_chain_in_both_directions(row: str) -> None:
    assert chains(OURS, made("a", row)) == [("sts:doxorubicin", "EX:1")]


def test_a_chain_says_its_links() -> None:
    (row,) = Layers((OURS, made("a", "EX:1 exactMatch CHEBI:28748"))).derived.mappings
    assert row.mapping_justification == "semapv:MappingChaining"
    assert row.comment == (
        "sts:doxorubicin skos:exactMatch CHEBI:28748 (ours, line 7); EX:1 skos:exactMatch CHEBI:28748 (a, line 7)"
    )


def test_a_chain_may_have_many_links_and_is_the_shortest() -> None:
    far = made(
        "a", "EX:1 exactMatch CHEBI:28748", "EX:2 exactMatch EX:1", "EX:3 exactMatch EX:2", "EX:3 exactMatch EX:1"
    )
    assert chains(OURS, far) == [("sts:doxorubicin", f"EX:{number}") for number in (1, 2, 3)]
    assert [str(row.comment).count(";") for row in Layers((OURS, far)).derived.mappings] == [1, 2, 2]


@pytest.mark.parametrize("match", ["closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "!exactMatch"])
@pytest.mark.parametrize("row", ["EX:1 {} CHEBI:28748", "CHEBI:28748 {} EX:1"])
def test_nothing_else_chains(match: str, row: str) -> None:
    assert chains(OURS, made("a", row.format(match), "EX:2 exactMatch EX:1")) == []


def test_what_is_stated_is_not_chained() -> None:
    assert chains(OURS, made("a", "EX:1 exactMatch CHEBI:28748", "EX:1 exactMatch sts:doxorubicin")) == []


@pytest.mark.parametrize("denial", ["EX:1 !exactMatch sts:doxorubicin", "sts:doxorubicin !exactMatch EX:1"])
def test_a_denied_end_ends_the_chain(denial: str) -> None:
    beyond = made("a", "EX:1 exactMatch CHEBI:28748", "EX:2 exactMatch EX:1", denial)
    assert chains(OURS, beyond) == []


def test_another_denial_does_not() -> None:
    assert chains(OURS, made("a", "EX:1 exactMatch CHEBI:28748", "EX:1 !closeMatch sts:doxorubicin")) == [
        ("sts:doxorubicin", "EX:1")
    ]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("denial", ["CHEBI:28748 !exactMatch EX:1", "EX:1 !exactMatch CHEBI:28748"])
def test_a_denial_wins_in_every_layer(order: int, denial: str) -> None:
    sets = (made("a", "EX:1 exactMatch CHEBI:28748"), made("b", denial))[::order]
    subject, match, object = denial.split()
    assert conflicts(*sets) == [
        (
            "denied",
            f"{subject} not skos:{match[1:]} {object} (b, line 7)",
            "EX:1 skos:exactMatch CHEBI:28748 (a, line 7)",
        )
    ]
    assert [len(each.mappings) for each in Layers(sets).sets] == [0, 1][::order]


def test_the_upper_layer_holds_where_two_say_different_matches() -> None:
    lower, upper = made("a", "EX:1 exactMatch CHEBI:28748"), made("b", "CHEBI:28748 narrowMatch EX:1")
    assert conflicts(lower, upper) == [
        (
            "another match in an upper layer",
            "CHEBI:28748 skos:narrowMatch EX:1 (b, line 7)",
            "EX:1 skos:exactMatch CHEBI:28748 (a, line 7)",
        )
    ]
    assert [len(each.mappings) for each in Layers((lower, upper)).sets] == [0, 1]
    assert chains(OURS, lower, upper) == []
    assert chains(OURS, upper, lower) == [("sts:doxorubicin", "EX:1")]


def test_the_same_match_in_two_layers_is_no_conflict() -> None:
    sets = made("a", "EX:1 broadMatch CHEBI:28748"), made("b", "CHEBI:28748 narrowMatch EX:1")
    assert conflicts(*sets) == []
    assert [len(each.mappings) for each in Layers(sets).sets] == [1, 1]


def test_a_term_that_is_two_of_ours_is_a_conflict_and_no_link() -> None:
    both = made("a", "EX:1 exactMatch sts:ifosfamide", "EX:1 exactMatch sts:doxorubicin", "EX:2 exactMatch EX:1")
    assert conflicts(OURS, both) == [
        (
            "an exact match of two of our terms",
            "EX:1 skos:exactMatch sts:ifosfamide (a, line 7)",
            "EX:1 skos:exactMatch sts:doxorubicin (a, line 8)",
        )
    ]
    assert [len(each.mappings) for each in Layers((OURS, both)).sets] == [2, 3, 2]
    assert chains(OURS, both) == []


def test_a_term_that_chains_to_two_of_ours_is_a_conflict_and_no_link() -> None:
    both = made(
        "a",
        "EX:1 exactMatch CHEBI:28748",
        "EX:2 exactMatch CHEBI:5864",
        "EX:8 exactMatch CHEBI:5864",
        "EX:8 exactMatch CHEBI:28748",
        "EX:9 exactMatch EX:8",
    )
    assert conflicts(OURS, both) == [
        (
            "an exact match of two of our terms",
            "EX:8 skos:exactMatch CHEBI:5864 (a, line 9)",
            "EX:8 skos:exactMatch CHEBI:28748 (a, line 10)",
        )
    ]
    assert chains(OURS, both) == [
        ("sts:doxorubicin", "EX:1"),
        ("sts:doxorubicin", "EX:8"),
        ("sts:ifosfamide", "EX:2"),
        ("sts:ifosfamide", "EX:8"),
    ]


def test_a_match_of_two_terms_that_are_ours_already_is_a_conflict_and_no_link() -> None:
    both = made("a", "CHEBI:28748 exactMatch CHEBI:5864", "EX:1 exactMatch CHEBI:28748", "EX:2 exactMatch CHEBI:5864")
    crossing = "CHEBI:28748 skos:exactMatch CHEBI:5864 (a, line 7)"
    assert conflicts(OURS, both) == [
        ("an exact match of two of our terms", "sts:ifosfamide skos:exactMatch CHEBI:5864 (ours, line 8)", crossing),
        ("an exact match of two of our terms", "sts:doxorubicin skos:exactMatch CHEBI:28748 (ours, line 7)", crossing),
    ]
    assert chains(OURS, both) == []


def test_a_conflict_about_a_term_of_ours_costs_it_no_other_chain() -> None:
    both = made("a", "EX:9 exactMatch sts:doxorubicin", "EX:9 exactMatch sts:ifosfamide", "EX:1 exactMatch CHEBI:5864")
    assert chains(OURS, both) == [("sts:ifosfamide", "EX:1")]


def test_no_chain_goes_through_another_term_of_ours() -> None:
    assert chains(made("a", "sts:doxorubicin exactMatch sts:ifosfamide", "sts:ifosfamide exactMatch EX:1")) == []


def test_the_derived_set_is_valid_sssom_and_a_graph_of_its_own() -> None:
    layers = Layers((OURS, made("a", "EX:1 exactMatch CHEBI:28748")))
    assert [str(each) for each in validate(layers.derived) if each.severity == "error"] == []
    assert [each.id.rpartition("/")[2] for each in layers.sets] == ["ours", "a", "derived"]
    assert layers.sets[-1].id == DERIVED
    matches = [f"{s.n3()} {o.n3()}" for s, p, o in to_graph(layers.sets[-1]) if str(p).endswith("exactMatch")]
    assert matches == ["<https://w3id.org/sts-kg/doxorubicin> <https://hospital.example/drug/1>"]


def test_without_chains_there_is_no_such_set() -> None:
    assert [each.id.rpartition("/")[2] for each in Layers((OURS,)).sets] == ["ours"]


def test_rows_without_two_terms_are_kept() -> None:
    one = made("a", "EX:1 exactMatch sssom:NoTermFound")
    assert Layers((one,)).sets == (one,)


def test_over_the_shipped_sets_nothing_conflicts_and_nothing_chains() -> None:
    layers = Layers.over_shipped(())
    assert (layers.conflicts, layers.derived.mappings) == ((), ())


def test_a_set_with_the_id_of_a_shipped_one_replaces_it() -> None:
    mine = read(HEAD.replace("hospital.example/mappings/{name}", "w3id.org/sts-kg/mappings/drugs").encode())
    sets = {each.id: each for each in Layers.over_shipped([mine]).sets}
    assert sets["https://w3id.org/sts-kg/mappings/drugs"].mappings == ()
    assert "https://w3id.org/sts-kg/mappings/anatomy" in sets


@pytest.mark.parametrize(
    ("match", "turned"),
    [("exact", "exact"), ("close", "close"), ("related", "related"), ("broad", "narrow"), ("narrow", "broad")],
)
def test_a_match_that_leads_to_a_term_of_ours_has_its_inverse(match: str, turned: str) -> None:
    (row,) = Layers((made("a", f"EX:1 {match}Match sts:doxorubicin"),)).derived.mappings
    assert (row.subject_id, row.predicate_id, row.object_id) == ("sts:doxorubicin", f"skos:{turned}Match", "EX:1")
    assert (row.mapping_justification, row.comment) == (
        "semapv:MappingInversion",
        f"EX:1 skos:{match}Match sts:doxorubicin (a, line 7)",
    )
    assert row.negative is False


def test_a_denied_match_is_inverted_as_denied_and_a_stated_inverse_is_not_repeated() -> None:
    (row,) = Layers((made("a", "EX:1 !exactMatch sts:doxorubicin"),)).derived.mappings
    assert (row.subject_id, row.object_id, row.negative) == ("sts:doxorubicin", "EX:1", True)
    both = made("a", "EX:1 broadMatch sts:doxorubicin", "sts:doxorubicin narrowMatch EX:1")
    assert Layers((both,)).derived.mappings == ()


def test_two_sets_of_ones_own_with_one_id_are_an_error() -> None:
    with pytest.raises(ParseError, match=r"has the mapping_set_id of a, .*give each"):
        Layers.over_shipped([made("a"), made("a", "EX:1 exactMatch CHEBI:28748")])


def test_graphs_of_others_have_names_below_ours_and_can_be_read_again() -> None:
    first, second = made("Our-drugs"), made("a", "EX:1 exactMatch CHEBI:28748")
    other = read(HEAD.replace("{name}", "b#our-drugs").encode())
    layers = Layers.over_shipped([first, second, other])
    base = "https://w3id.org/sts-kg/mappings/"
    assert [str(name).removeprefix(base) for name in layers.graphs][-4:] == [
        "own/our-drugs",
        "own/a",
        "own/our-drugs-2",
        "derived",
    ]
    again = Layers.kept({URIRef(name): graph for name, graph in layers.graphs.items()})
    assert {each.id for each in again.own} == {first.id, second.id, other.id}
    assert [(row.subject_id, row.object_id) for row in again.derived.mappings] == [("sts:doxorubicin", "EX:1")]


# --- the knowledge graph with layers


def file(path: Path, *rows: str) -> Path:
    """Write a set; rows as `made` has them."""
    lines = []
    for row in rows:
        subject, match, object = row.split()
        modifier = "Not" if match.startswith("!") else ""
        lines.append(f"{subject}\tskos:{match.lstrip('!')}\t{modifier}\t{object}\tsemapv:ManualMappingCuration\n")
    path.write_text(HEAD.format(name=path.name) + "".join(lines), encoding="utf-8")
    return path


def invoke(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(each) for each in arguments], prog_name="sts-kg")
    return done.exit_code, done.stdout, done.stderr


def test_a_set_with_an_error_is_refused_with_its_line(kg: KnowledgeGraph, tmp_path: Path) -> None:
    wrong = file(tmp_path / "a.sssom.tsv", "EX:1 exactMatch CHEBI:28748", "EX:2 exactMatch sts:doxorubicine")
    with pytest.raises(ParseError) as caught:
        kg.with_mappings(wrong)
    said = (
        "a.sssom.tsv, line 8: object_id: sts:doxorubicine is not a term of the ontology; did you mean sts:doxorubicin "
    )
    assert said in str(caught.value)
    code, out, err = invoke("query", "links/external-ids", "--mappings", wrong)
    assert (code, out) == (3, "")
    assert said in err


@pytest.mark.parametrize(
    "row",
    ["sts:pazopanib exactMatch CHEBI:71217", "CHEBI:71217 exactMatch sts:pazopanib", "EX:1 exactMatch CHEBI:71217"],
)
def test_a_denied_row_of_ours_wins_over_ones_own(kg: KnowledgeGraph, tmp_path: Path, row: str) -> None:
    own = kg.with_mappings(file(tmp_path / "a.sssom.tsv", row))
    held = "sts:pazopanib not skos:exactMatch CHEBI:71217 (drugs.sssom.tsv)"
    subject, _, object = row.split()
    other = f"{subject} skos:exactMatch {object} (a.sssom.tsv, line 7)"
    expected = [("denied", held, other)] if "sts:" in row else []
    found = [
        tuple(re.sub(r"(drugs.sssom.tsv), line [0-9]+", r"\1", str(cell)) for cell in one)
        for one in own.mapping_conflicts()
    ]
    assert found == expected
    assert [row.predicate_id for _, row in own.mapping_rows("CHEBI:71217") if row.subject_id == "sts:pazopanib"] == [
        "skos:closeMatch",
        "skos:exactMatch",
    ]
    about = own.query("links/about-external-id", external="EX:1")
    assert isinstance(about, Table)
    assert about.rows == ()


def test_a_trap_that_no_row_denies_is_an_error(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"a.sssom.tsv, line 8: object_id: EFO:1001968 is a known trap"):
        mine = file(tmp_path / "a.sssom.tsv", "sts:surgery exactMatch EFO:1001968")
        mine.write_text(mine.read_text().replace("#  EX", "#  EFO: http://www.ebi.ac.uk/efo/EFO_\n#  EX"))
        kg.with_mappings(mine)


def test_conflicts_are_listed_with_both_rows_and_noted(tmp_path: Path) -> None:
    lower = file(tmp_path / "lower.sssom.tsv", "EX:1 exactMatch CHEBI:28748", "EX:2 exactMatch CHEBI:5864")
    upper = file(tmp_path / "upper.sssom.tsv", "EX:1 !exactMatch CHEBI:28748", "EX:2 broadMatch CHEBI:5864")
    code, out, _ = invoke("mappings", "conflicts", lower, upper, "--format", "csv")
    assert code == 1
    assert out.splitlines() == [
        "reason,holds,other",
        'denied,"EX:1 not skos:exactMatch CHEBI:28748 (upper.sssom.tsv, line 7)",'
        '"EX:1 skos:exactMatch CHEBI:28748 (lower.sssom.tsv, line 7)"',
        'another match in an upper layer,"EX:2 skos:broadMatch CHEBI:5864 (upper.sssom.tsv, line 8)",'
        '"EX:2 skos:exactMatch CHEBI:5864 (lower.sssom.tsv, line 8)"',
    ]
    assert invoke("mappings", "conflicts", lower)[0] == 0
    code, out, err = invoke("mappings", "doxorubicin", "--prefix", "EX", "--mappings", lower, "--mappings", upper)
    assert (code, out.splitlines()[-1]) == (0, "0 rows")
    assert "note: 2 conflicts between mappings: see sts-kg mappings conflicts" in err
    code, out, _ = invoke("mappings", "doxorubicin", "--prefix", "EX", "--mappings", lower)
    assert "sts:doxorubicin  skos:exactMatch  EX:1" in out


def labels(kg: KnowledgeGraph, asked: str) -> list[str]:
    answer = kg.query(asked)
    assert isinstance(answer, Table)
    return [str(each) for each in answer.column("label")]


DOCUMENT = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://hospital.example/drug.owl> a owl:Ontology .
<https://hospital.example/drug/1> a owl:Class ; rdfs:label "Doxo 50" .
<https://hospital.example/drug/9> a owl:Class ; rdfs:label "ifosfamide" .
"""


def test_link_looks_for_chained_codes_and_keeps_them_with_cases(tmp_path: Path) -> None:
    (tmp_path / "drug.ttl").write_text(DOCUMENT)
    mine = file(tmp_path / "a.sssom.tsv", "EX:1 exactMatch CHEBI:28748", "EX:9 !exactMatch sts:ifosfamide")
    kg = load().with_mappings(mine)
    report = kg.link(tmp_path / "drug.ttl")
    found = [
        (one.subject.rpartition("/")[2], one.object, one.status) for one in report.links if "example" in one.object
    ]
    assert found == [("doxorubicin", "https://hospital.example/drug/1", "found")]
    assert report.candidates == ()  # it is denied
    asked = (
        "SELECT ?label { sts:doxorubicin skos:exactMatch ?code . ?code rdfs:label ?label FILTER(?label = 'Doxo 50') }"
    )
    assert labels(kg.with_examples(), asked) == ["Doxo 50"]
    invoke("link", tmp_path / "drug.ttl", "--mappings", mine, "-o", tmp_path / "linked")
    assert labels(load(store=tmp_path / "linked"), asked) == ["Doxo 50"]


def test_export_has_ones_own_matches_and_says_where_they_belong(tmp_path: Path) -> None:
    mine = file(tmp_path / "a.sssom.tsv", "EX:1 exactMatch CHEBI:28748")
    assert invoke("export", "-o", tmp_path / "x.ttl", "--mappings", mine)[0] == 2
    assert invoke("push", "--store", tmp_path / "s", "--mappings", mine)[0] == 2
    assert invoke("export", "-o", tmp_path / "x.nt", "--matches", "--mappings", mine)[0] == 0
    match = (
        "<https://w3id.org/sts-kg/doxorubicin> <http://www.w3.org/2004/02/skos/core#exactMatch> "
        "<https://hospital.example/drug/1> ."
    )
    assert (tmp_path / "x.nt").read_text().splitlines().count(match) == 1
    assert invoke("export", "-o", tmp_path / "folder", "--modules", "--matches", "--mappings", mine)[0] == 0
    assert sorted(path.name for path in (tmp_path / "folder" / "mappings-own").glob("*.ttl")) == ["a-sssom-tsv.ttl"]
    assert invoke("export", "-o", tmp_path / "y.nq", "--graphs", "mappings", "--mappings", mine)[0] == 0
    assert "<https://w3id.org/sts-kg/mappings/own/a-sssom-tsv>" in (tmp_path / "y.nq").read_text()
