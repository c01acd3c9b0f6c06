"""Mapping sets of one's own above the shipped ones: denials, conflicts, chains."""

from __future__ import annotations

import pytest

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
