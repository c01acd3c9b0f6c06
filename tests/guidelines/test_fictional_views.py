"""What is shown of a guideline that is not the shipped one, of its cases and golden cases, and of two in one graph."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from humbrels import BASE, FOLDER
from rdflib import URIRef

from sts_kg import KnowledgeGraph, ParseError, Table, UnknownNameError, load
from sts_kg.display import as_text, markup

NUB = {
    "case": "nub",
    "label": "a young one",
    "as_of": "2026-05-01",
    "findings": {"grey-hush": "yes", "carrying-young": "yes"},
    "body_warmth": "31.2",
    "expected": {"surgery": "met"},
}
FINDING = {name: URIRef(f"{BASE}finding-{name}") for name in ("resectable", "unresectable")}
FREE = {"case": "free", "findings": {"carrying-young": "no"}}


def lines_after(text: str, heading: str, n: int) -> list[str]:
    """Return some lines of a text below one of them and an empty one."""
    lines = text.splitlines()
    return lines[lines.index(heading) + 2 :][:n]


# --- two in one graph


def test_the_card_names_the_guideline_beside_the_one_that_answers(joint: KnowledgeGraph, hush: KnowledgeGraph) -> None:
    [title, _, beside, *_] = as_text(joint, None).splitlines()
    assert title == "Grey hush of the humbrel 0.1.0"
    assert beside == "beside it         treatments of stage 4 soft tissue sarcoma 0.1.0"
    assert "beside it" not in as_text(hush, None)


def test_what_is_counted_is_of_both(joint: KnowledgeGraph, kg: KnowledgeGraph, hush: KnowledgeGraph) -> None:
    names = ("options", "drugs", "findings", "segments", "decisions")
    assert [tuple(each.summary[name] for name in names) for each in (kg, hush, joint)] == [
        (18, 3, 22, 39, 47),
        (10, 4, 14, 24, 13),
        (28, 7, 36, 63, 60),
    ]


def test_each_guideline_has_a_line_of_the_footer(joint: KnowledgeGraph) -> None:
    one, other = joint.footer.splitlines()
    assert as_text(joint, None).endswith(f"\n\n{one}\n\n{other}")
    assert markup(joint).count('<p><span class="sts-kg-quiet">') == 2


# --- queries


def test_what_is_excluded_is_a_contraindication(hush: KnowledgeGraph, joint: KnowledgeGraph) -> None:
    for kg in (hush, joint):
        found = kg.query("provenance/contraindications")
        assert isinstance(found, Table)
        assert found.curies() == (
            ("gh:option-lumivane-alone", "sts:asksAbsence", "gh:finding-carrying-young"),
            ("gh:option-song-bath", "sts:asksAbsence", "gh:finding-many-spots"),
        )


def test_a_whole_decimal_is_recorded_once(hush: KnowledgeGraph) -> None:
    """The closure has an equal integer, too, since there is one elsewhere in the graph (dt-eq)."""
    with_case = hush.with_cases({"case": "whole", "body_warmth": "7", "spot_count": 7})
    found = with_case.query("conditions/records-of-case", case="whole")
    assert isinstance(found, Table)
    assert found.curies() == (("gh:bodyWarmth", "7"), ("gh:spotCount", "7"))


def test_each_reading_answers_alone_and_beside_the_shipped_guideline(
    hush: KnowledgeGraph, joint: KnowledgeGraph
) -> None:
    course = {"start": "2026-01-01", "end": "2026-02-01", "outcome": "brought-no-change"}
    told = [
        {"case": name, "findings": {"grey-hush": True}, "courses": [{"therapies": given.split(), **course}]}
        for name, given in (("both", "lumivane ossamoss"), ("alone", "lumivane"))
    ]
    for kg in (hush, joint):
        by = {name: kg.under(name).options(told) for name in kg.guideline.readings}
        assert len(by) == 9 and all(len(answers) == 20 for answers in by.values())
        statuses = [one.status for one in by["D05=alone"] if one.option == URIRef(f"{BASE}option-tarrowleaf")]
        assert statuses == ["undetermined", "met"]


# --- a condition that wants a finding not to hold


def test_a_part_without_a_finding_has_the_value_of_the_part(hush: KnowledgeGraph) -> None:
    text = as_text(hush.explain(NUB, "lumivane-with-ossamoss"), None)
    assert lines_after(text, "Condition of the source", 4) == [
        "not met all of these",
        "  yes grey hush – given: the mapping given, line 1",
        "  yes cool body – derived by the rule cool body, at most 31.5, from the body warmth 31.2 degrees",
        "  no without carrying young – carrying young: yes, given: the mapping given, line 1",
    ]
    text = as_text(hush.explain(FREE, "lumivane-alone"), None)
    assert lines_after(text, "Condition of the source", 3) == [
        "undetermined all of these",
        "  unknown grey hush – to be asked",
        "  yes without carrying young – carrying young: no, given: the mapping given, line 1",
    ]


def test_a_picture_says_the_same_of_such_a_part(hush: KnowledgeGraph) -> None:
    def parts(case: Mapping[str, object]) -> str:
        return hush.condition("lumivane-alone", case).alt

    assert "without carrying young: ✗ no" in parts(NUB) and "grey hush: ✓ yes" in parts(NUB)
    assert "without carrying young: ✓ yes" in parts(FREE) and "grey hush: ? unknown" in parts(FREE)


# --- cases and cohorts


def test_numbers_of_a_case_stand_before_what_is_expected(hush: KnowledgeGraph) -> None:
    text = as_text(hush.with_cases([NUB]).cases[0], None)
    assert lines_after(text, "Case nub: a young one", 4) == [
        "as of              2026-05-01",
        "treatment history  may be incomplete",
        "body warmth        31.2",
        "expected           surgery: met",
    ]


def test_plots_have_the_labels_of_the_guideline(hush: KnowledgeGraph, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    table = tmp_path / "animals.csv"
    table.write_text("case,grey-hush,carrying-young\n1,yes,no\n2,yes,yes\n", encoding="utf-8")
    cohort = hush.cohort(table, min_cell=1)
    for plot in (cohort.plot("statuses"), cohort.plot("combinations"), cohort.plot("funnel", "lumivane-alone")):
        assert "lumivane alone" in plot


@pytest.mark.parametrize("name", ["transition-S16", "gh:transition-S16"])
def test_a_transition_is_supposed_by_its_name_or_curie(joint: KnowledgeGraph, name: str) -> None:
    changes = joint.what_if({"case": "p", "findings": {"unresectable": "yes"}}, name)
    assert changes.supposed == {FINDING["unresectable"]: None, FINDING["resectable"]: True}
    with pytest.raises(UnknownNameError, match="there is no transition 'sts:transition-S16'"):
        joint.what_if(FREE, "sts:transition-S16")


def test_a_verdict_names_a_decision_by_its_curie(joint: KnowledgeGraph, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_text("decision,verdict,reviewer,date\ngh:D02,agree,A,2026-05-01\n", encoding="utf-8")
    assert [*joint.with_verdicts(form).guideline.verdicts] == [URIRef(f"{BASE}D02")]
    form.write_text("decision,verdict,reviewer,date\nsts:D02,agree,A,2026-05-01\n", encoding="utf-8")
    with pytest.raises(ParseError, match="there is no decision 'sts:D02'"):
        joint.with_verdicts(form)


# --- golden cases


@pytest.mark.parametrize("expected", ["{others: contradictory}", "{surgery: contradictory}"])
def test_examples_leave_out_what_contradicts_itself(tmp_path: Path, expected: str) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "grey-hush", ignore=shutil.ignore_patterns("cases"))
    (folder / "cases").mkdir()
    text = f"case: odd\nfindings: {{resectable: yes, unresectable: yes}}\nexpected: {expected}\n---\ncase: even\n"
    (folder / "cases" / "both.yaml").write_text(text, encoding="utf-8")
    assert [case.id for case in load(folder).with_examples().cases] == ["even"]


def test_the_name_of_a_fictional_guideline_stands_for_its_golden_cases(hush: KnowledgeGraph) -> None:
    assert hush.test("example:grey-hush").summary == "34 cases, 340 expected statuses: all as expected"
    with pytest.raises(UnknownNameError, match="there is no example 'gray-hush'"):
        hush.test("example:gray-hush")


def test_what_engines_find_is_told_once_if_they_agree(hush: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "nub.yaml"
    file.write_text("case: nub\nfindings: {grey-hush: yes}\nexpected: {surgery: not-met}\n", encoding="utf-8")
    report = hush.test(file)
    head, _, row, *_ = lines_after(as_text(report, None), f"{report.summary}; by closure, bits, sql.", 9)
    assert head.split() == ["case", "option", "expected", "found", "why"]
    assert row.split()[:4] == ["nub", "surgery", "not", "met"] and row.split()[4] == "undetermined"
    [one] = report.differences
    odd = replace(report, tested=(replace(one, said={"closure": "met", "bits": "not-met", "sql": "met"}),))
    assert '<span class="sts-kg-badge' in markup(odd)
    found = as_text(odd, None)
    assert all(said in found for said in ("closure met", "bits not met", "sql met"))


def test_the_reasons_of_a_difference_are_lines(hush: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "nub.yaml"
    file.write_text("case: nub\nfindings: {grey-hush: yes}\nexpected: {surgery: not-met}\n", encoding="utf-8")
    text = as_text(hush.test(file).differences[0], None)
    assert "\\n" not in text
    assert lines_after(text, "Why", 5)[-1] == "- Source: H0, S02, S14. Decisions: D01, D09, D13."
