"""Guidelines of odd but legal shapes: findings that are words of SQL, and alternatives within and beside each other."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import duckdb
import pytest
from rdflib import URIRef

import sts_kg
from sts_kg import KnowledgeGraph, ParseError, Table, load
from sts_kg.cases import Answer, form_items, parse
from sts_kg.guideline import Condition, alternatives, short, truth
from sts_kg.quality.ontology_checks import CHECKS
from sts_kg.rdf import local
from sts_kg.server.case_form import CaseForm

PAGE = "Reed pox\n\nA balm may be offered for reed pox. It soothes the itch of the old and of the young.\n"
WORDS = ("left", "primary", "null", "id", "contradictory", "growth", "group", "courses")


def made(tmp_path: Path, conditions: str) -> KnowledgeGraph:
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "conditions.txt").write_text(conditions, encoding="utf-8")
    folder = sts_kg.new_guideline(
        "reed-pox", tmp_path / "page.txt", conditions=tmp_path / "conditions.txt", into=tmp_path / "made"
    )
    return load(folder)


def condition(kg: KnowledgeGraph) -> Condition:
    [found] = kg.guideline.conditions.values()
    return found


def statuses(kg: KnowledgeGraph, cases: list[dict[str, object]]) -> list[str]:
    return [answer.status for answer in kg.options(cases) if isinstance(answer, Answer)]


@pytest.mark.parametrize("word", WORDS)
def test_a_finding_may_be_a_word_of_sql(tmp_path: Path, word: str) -> None:
    kg = made(tmp_path, f"balm: reed-pox and {word}")
    text = "".join(
        f"---\ncase: {name}\nfindings: {{reed-pox: yes{given}}}\nexpected: {{balm: {status}}}\n"
        for name, given, status in (
            ("a", f", finding-{word}: yes", "met"),
            ("b", f", finding-{word}: no", "not-met"),
            ("c", "", "undetermined"),
        )
    )
    (tmp_path / "golden.yaml").write_text(text, encoding="utf-8")
    report = kg.test(tmp_path / "golden.yaml")
    assert (report.agrees, report.left_out) == (True, ())
    assert [*report.lines()][-1] == "3 cases, 3 expected statuses: all as expected (by closure, bits, sql)"


def test_such_words_are_columns_of_duckdb_too(tmp_path: Path) -> None:
    kg = made(tmp_path, "balm: reed-pox and left and primary and null")
    connection = duckdb.connect()
    connection.execute(
        'CREATE TABLE p AS SELECT 1 AS "case", 1 AS reed_pox, 1 AS "left", 1 AS "primary", 1 AS "null"'
        " UNION ALL SELECT 2, 1, 0, 1, 1 UNION ALL SELECT 3, 1, NULL, 1, 1"
    )
    flags = dict.fromkeys(("reed_pox", "left", "primary", "null"), "flag")
    for what, column, expected in (
        ("rows", "balm", ["met", "not-met", "undetermined"]),
        ("known", '"left"', [1, 0, None]),
    ):
        text = kg.sql("duckdb", what, table="p", columns=flags)
        rows = connection.execute(f'SELECT {column} FROM ({text.rstrip().rstrip(";")}) ORDER BY "case"').fetchall()
        assert [row[0] for row in rows] == expected, what


NESTED = (
    "balm: reed-pox and (itch or (old and (heat or chill)))",
    "balm: (itch or old) and (itch or young)",
    "balm: reed-pox and (itch or not old)",
    "balm: old or (not itch and not young)",
)
GROUPS = (
    [{"itch", "old", "heat", "chill"}],
    [{"itch", "old", "young"}],
    [{"itch", "old"}],
    [{"old", "itch", "young"}],
)


@pytest.mark.parametrize(("text", "groups"), [*zip(NESTED, GROUPS, strict=True)])
def test_alternatives_are_flat_groups_that_pass_the_checks(tmp_path: Path, text: str, groups: list[set[str]]) -> None:
    kg = made(tmp_path, text)
    assert [{short(leaf.finding) for leaf in each} for each in alternatives(condition(kg))] == groups
    assert [*CHECKS["parts-unlike-axiom"](kg.guideline)] == []


@pytest.mark.parametrize("text", NESTED)
def test_all_cases_have_the_truth_of_the_condition(tmp_path: Path, text: str) -> None:
    kg = made(tmp_path, text)
    names = sorted({short(one) for one in kg.guideline.vocabulary.findings.values()})
    tree, cases, expected = condition(kg), [], []
    for number, values in enumerate(product((True, False, None), repeat=len(names))):
        given = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        cases.append({"case": str(number), "findings": given})
        known = {kg.guideline.vocabulary.findings[name]: value for name, value in given.items()}
        value = truth(tree, known)
        expected.append("undetermined" if value is None else "met" if value else "not-met")
    assert statuses(kg, [dict(each) for each in cases]) == expected


def test_a_group_with_an_exclusion_says_so_and_is_not_one_question(tmp_path: Path) -> None:
    kg = made(tmp_path, NESTED[2])
    asserted = kg.guideline.asserted.serialize(format="turtle")
    assert "Any of these suffices for balm: itch or not old." in asserted
    folder = kg.guideline.folder
    file = folder / "recommendations.ttl"
    text = file.read_text(encoding="utf-8")
    begin = text.index('rdfs:label "itch or not old, for balm"')
    file.write_text(f'{text[:begin]}sts:question "Any of these?"@en ; {text[begin:]}', encoding="utf-8")
    again = load(folder)
    asked = again.questions({"case": "a", "findings": {"reed-pox": True}})["a"]
    assert [short(one.finding) for one in asked if one.finding] == ["itch", "old"]
    assert [[local(option) for option in one.would_meet] for one in asked] == [["option-balm"], []]
    assert [[local(option) for option in one.would_meet_if_no] for one in asked] == [[], ["option-balm"]]


def test_queries_have_the_rows_of_what_no_decision_shaped(tmp_path: Path) -> None:
    kg = made(tmp_path, NESTED[0])
    found = kg.query("conditions/alternatives-in-conditions")
    assert isinstance(found, Table)
    assert [short(URIRef(str(finding))) for finding in found.column("finding")] == ["itch", "old", "heat", "chill"]


@pytest.mark.parametrize("word", ["case", "label", "reading"])
def test_a_finding_has_no_name_of_something_else_in_a_case(tmp_path: Path, word: str) -> None:
    with pytest.raises(ParseError) as raised:
        made(tmp_path, f"balm: reed-pox and {word}").options({"case": "a"})
    assert f"the finding rp:finding-{word} has the name of a column or field of cases; give it" in str(raised.value)


def test_a_finding_named_like_a_part_of_the_form_has_a_field_of_its_own(tmp_path: Path) -> None:
    kg = made(tmp_path, "balm: reed-pox and growth")
    ids = [item.link_id for group in form_items(kg.guideline.vocabulary) for item in (group, *group.items)]
    assert len(ids) == len({*ids}) and {"growth", "findings.growth", "reed-pox"} <= {*ids}
    [case] = parse("case: a\nfindings: {reed-pox: yes, growth: no}\n", kg.guideline.vocabulary)
    form = CaseForm.of_case(case, kg.guideline)
    assert (form.value("findings.growth"), form.value("growth"), form.value("reed-pox")) == ("no", "", "yes")
    again = form.read()
    assert again is not None and [(short(one.finding), one.holds) for one in again.given] == [
        ("reed-pox", True),
        ("growth", False),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [("chemo-course if it includes balm", "kind of course"), ("reed-pox if given any drug", "kind of therapy")],
)
def test_what_only_a_guideline_can_have_is_told_with_what_to_do(tmp_path: Path, line: str, kind: str) -> None:
    with pytest.raises(ParseError) as raised:
        made(tmp_path, f"balm: reed-pox\n\n{line}\n")
    assert f"there is no {kind}" in str(raised.value) and "conditions.txt, line 3" in str(raised.value)
    assert "leave the line out here, and write it when the guideline has that" in str(raised.value)
    assert not (tmp_path / "made").exists()
