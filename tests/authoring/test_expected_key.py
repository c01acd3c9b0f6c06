"""The key `expected` of case files: what it says, what cannot be used, and that no answer and no graph reads it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from made import vocabulary
from rdflib import Graph

from sts_kg import KnowledgeGraph
from sts_kg.cases import Case, Expected, case_file, parse
from sts_kg.cases.facts import facts_of
from sts_kg.display import as_text
from sts_kg.errors import CaseError
from sts_kg.rdf.names import STS

PAZOPANIB, SURGERY = STS["option-pazopanib"], STS["option-surgery"]
TEXT = """case: a
findings: {stage4-sts: yes}
expected:
  pazopanib: met
  option-surgery: not met
  others: undetermined
"""


def only(text: str) -> Case:
    (case,) = parse(text, vocabulary())
    return case


def test_it_names_options_by_their_short_names_and_ids_and_all_others() -> None:
    expected = only(TEXT).expected
    assert expected == Expected(((PAZOPANIB, "met"), (SURGERY, "not-met")), "undetermined")
    assert dict(expected) == {PAZOPANIB: "met", SURGERY: "not-met"}
    assert [expected.of(STS[f"option-{name}"]) for name in ("pazopanib", "surgery", "radiation")] == [
        *("met", "not-met", "undetermined")
    ]


def test_without_others_nothing_is_said_of_them() -> None:
    assert only("case: a\nexpected: {pazopanib: contradictory}").expected.of(SURGERY) is None


@pytest.mark.parametrize("text", ["case: a", "case: a\nexpected:", "case: a\nexpected: {}", "case: a\nexpected: ~"])
def test_a_case_may_expect_nothing(text: str) -> None:
    assert not only(text).expected


def test_others_alone_are_something_that_is_expected() -> None:
    assert only("case: a\nexpected: {others: met}").expected


def test_json_has_it_as_yaml_has() -> None:
    told = json.dumps({"case": "a", "expected": {"pazopanib": "met", "others": "not-met"}})
    assert only(told).expected == Expected(((PAZOPANIB, "met"),), "not-met")


def test_a_case_with_it_is_immutable_hashable_and_can_be_pickled() -> None:
    case = only(TEXT)
    assert pickle.loads(pickle.dumps(case)) == case and hash(case) == hash(only(TEXT))
    with pytest.raises(TypeError):
        case.expected[PAZOPANIB] = "met"  # type: ignore[index] # which is the test


def test_a_file_that_is_written_has_it_again() -> None:
    case = only(TEXT)
    assert case.as_dict()["expected"] == {"pazopanib": "met", "surgery": "not-met", "others": "undetermined"}
    assert only(case_file(case)).expected == case.expected
    assert "expected" not in only("case: a").as_dict()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{pazopanip: met}", "there is no option 'pazopanip'; did you mean pazopanib?"),
        ("{othrs: met}", "there is no option 'othrs'; did you mean others"),
        ("{pazopanib: yes}", "'yes' is not a status of an option: met, not-met, undetermined or contradictory"),
        ("{pazopanib: }", "'' is not a status of an option: met, not-met, undetermined or contradictory is expected"),
        ("{others: unmet}", "'unmet' is not a status of an option"),
        ("{pazopanib: [met]}", "pazopanib is a list; one value is expected"),
        (
            "{pazopanib: met, option-pazopanib: met}",
            "the option 'option-pazopanib' is expected twice; the first is on line 2",
        ),
        ("[pazopanib]", "expected is a list; keys with values are expected, as in `pazopanib: met`"),
        ("met", "expected is one value; keys with values are expected, as in `pazopanib: met`"),
    ],
)
def test_what_cannot_be_used_is_an_error_with_its_line(value: str, message: str) -> None:
    with pytest.raises(CaseError) as raised:
        parse(f"case: a\nexpected: {value}", vocabulary(), path="a.yaml")
    assert str(raised.value).startswith(f"a.yaml, line 2: {message}")


def test_an_option_that_is_none_names_all() -> None:
    with pytest.raises(CaseError, match=r"there is no option 'zzz'; known are ask-about.*, others, pazopanib, "):
        only("case: a\nexpected: {zzz: met}")


def test_no_answer_and_no_graph_reads_it(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path, plain = tmp_path / "a.yaml", tmp_path / "b.yaml"
    path.write_text(TEXT, encoding="utf-8")
    plain.write_text(TEXT.partition("expected")[0], encoding="utf-8")
    assert kg.options(path).as_dicts() == kg.options(plain).as_dicts()
    assert kg.questions(path) == kg.questions(plain)
    for one, other in [(Graph() + facts_of([only(TEXT)], vocabulary()), facts_of([only("case: a")], vocabulary()))]:
        assert {p for _, p, _ in one} - {p for _, p, _ in other} == {STS.hasFinding}


def test_a_case_shows_it() -> None:
    assert "pazopanib: met, surgery: not-met, others: undetermined" in as_text(only(TEXT), None)
    assert "expected" not in as_text(only("case: a"), None)
