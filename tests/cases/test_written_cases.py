"""A case that is written as a case file is the same when it is read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sts_kg import KnowledgeGraph
from sts_kg.cases import case_file, parse, read_cases
from sts_kg.errors import CaseError
from sts_kg.rdf import STS

ALL = """\
case: '017'
label: 'yes: no'
as_of: '2026-01-15'
findings:
  stage4-sts: yes
  resectable: no
courses:
- therapies:
  - doxorubicin
  end: '2025-11-30'
  outcome: did-not-work
  for: this-cancer
  purpose:
  - symptom-relief
  site:
  - lungs
  growth:
  - '2025-12-01'
  first_growth: yes
  ongoing: no
history_complete: yes
growth:
- 2025-12
no_growth:
- from: 2024-01
  until: 2025-04
declines:
- surgery
tumour_count: 0
largest_diameter_mm: 12.50
"""


def test_all_that_a_case_file_says_is_written(kg: KnowledgeGraph) -> None:
    [case] = parse(ALL, kg.guideline.vocabulary)
    assert case_file(case) == ALL
    assert case_file(case, "first\nsecond") == f"# first\n# second\n{ALL}"


@pytest.mark.parametrize("name", "abcdefghijklm")
def test_examples_are_the_same(kg: KnowledgeGraph, name: str) -> None:
    [case] = read_cases(f"example:{name}", kg.guideline.vocabulary)
    [again] = parse(case_file(case), kg.guideline.vocabulary)
    assert again.as_dict() == case.as_dict()
    statuses = [[answer.status for answer in kg.options(one)] for one in (case, again)]
    assert statuses[0] == statuses[1]


def test_what_is_not_known_is_left_out(kg: KnowledgeGraph) -> None:
    [case] = parse("case: x\nhistory_complete: unknown\nfindings: {stage4-sts: unknown}", kg.guideline.vocabulary)
    assert case.as_dict() == {"case": "x"}


@pytest.mark.parametrize(("word", "said"), [("yes", True), ("no", False)])
def test_a_history_is_complete_or_is_not_or_nobody_says(kg: KnowledgeGraph, word: str, said: bool) -> None:
    text = f"case: x\nhistory_complete: {word}\n"
    [case] = parse(text, kg.guideline.vocabulary)
    assert case.history_complete is said
    assert case_file(case) == text
    [again] = kg.with_cases(case).session.cases
    assert again.history_complete is said


def test_both_sides_of_a_finding_cannot_be_written(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "case.ttl"
    finding = f"<{STS['finding-stage4-sts']}>"
    lines = f"<urn:x:1> a <{STS.PatientCase}> ; <{STS.hasFinding}> {finding} ; <{STS.lacksFinding}> {finding} ."
    path.write_text(lines)
    [case] = read_cases(path, kg.guideline.vocabulary)
    with pytest.raises(CaseError, match="has and lacks a finding; write it as RDF"):
        case.as_dict()
