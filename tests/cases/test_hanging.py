"""What hangs on a decision: answers by other readings, against a second evaluator and against the closure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import course_oracle
import oracle
import pytest
import readings_oracle
from click.testing import CliRunner
from random_cases import cases
from readings_oracle import EXAMPLES, READINGS

from sts_kg import KnowledgeGraph
from sts_kg.cases.answers import Answer, ReadingAnswer
from sts_kg.cases.statuses import NOT_MET_AS_READ, WORDING
from sts_kg.cli import app
from sts_kg.rdf.names import STS, local
from sts_kg.tables import Table

pytestmark = pytest.mark.usefixtures("preloaded")
AS_READ, THEN = NOT_MET_AS_READ.split("{}")


def differing(answers: Any) -> dict[str, dict[str, list[str]]]:
    """Return case and option to the readings by which the answer differs, in the order of the second evaluator."""
    found: dict[str, dict[str, list[str]]] = {}
    for answer in answers:
        names = sorted((other.reading for other in answer.readings), key=READINGS.index)
        found.setdefault(answer.case, {})[local(answer.option)] = names
    return found


def answer(kg: KnowledgeGraph, option: str, **case: Any) -> Answer:
    told: dict[str, Any] = {"case": "x", **case}
    return next(one for one in kg.options(told) if one.option == STS[f"option-{option}"])


# --- against the second evaluator, and against the closure of each reading


def test_the_same_answers_hang_on_the_same_readings(kg: KnowledgeGraph) -> None:
    wanted = [name for name in cases() if name.endswith(("0", "5"))]
    given = {name: cases()[name] for name in wanted if not course_oracle.error(cases()[name])}
    found = differing(kg.options(given.values()))
    for name, case in given.items():
        assert found[name] == readings_oracle.hangs(case), name
    assert len(given) > 60


@pytest.mark.parametrize("reading", READINGS)
def test_the_answers_of_one_example_differ_and_of_its_near_miss_do_not(kg: KnowledgeGraph, reading: str) -> None:
    differs, near = ({**case, "case": name} for name, case in zip("ab", EXAMPLES[reading], strict=True))
    found = differing(kg.options([differs, near]))
    wanted = {"a": readings_oracle.hangs(differs), "b": readings_oracle.hangs(near)}
    assert found == wanted
    assert any(reading in names for names in found["a"].values())
    assert not any(reading in names for names in found["b"].values())


# --- what an answer says


def test_an_answer_says_on_which_decisions_it_hangs(kg: KnowledgeGraph) -> None:
    one = answer(kg, "chemotherapy-with-radiation", findings={"stage4-sts": "yes", "resectable": "yes"})
    assert one.status == "not-met"
    by = ReadingAnswer("D04=S08-alone", STS.D04, one.option, umbrella=False, status="met", tried=False, declined=False)
    assert one.readings == (by,)
    assert one.as_dict()["readings"] == [
        {"reading": "D04=S08-alone", "decision": "D04", "status": "met", "tried": False, "declined": False}
    ]
    assert (one.hangs_on, one.is_firm, one.of_note) == (("D04=S08-alone",), False, "hangs on D04")
    assert one.meaning == "as the source is read here (D04), its condition is known not to hold"


def test_an_answer_that_hangs_on_nothing_is_firm(kg: KnowledgeGraph) -> None:
    one = answer(kg, "radiation", findings={"stage4-sts": "yes", "resectable": "yes"})
    assert (one.status, one.readings, one.hangs_on, one.is_firm) == ("not-met", (), (), True)
    assert one.meaning == WORDING["not-met"] == "the source does not describe this option for this situation"


def test_a_mark_may_hang_on_a_decision_though_the_status_is_firm(kg: KnowledgeGraph) -> None:
    course = {"therapies": ["sbrt"], "site": "outside-lungs"}
    one = answer(kg, "sbrt-lung", courses=[course])
    (by,) = one.readings or ()
    assert (by.reading, by.status, by.tried, one.tried) == ("D35=any-component", "undetermined", True, False)
    assert (one.is_firm, one.hangs_on, one.of_note) == (True, (), "")


def test_a_case_that_contradicts_itself_hangs_on_nothing(kg: KnowledgeGraph) -> None:
    found = kg.options({"case": "x", "findings": {"unresectable": "yes", "resectable": "yes"}})
    assert {one.readings for one in found} == {()}


def test_by_a_reading_a_case_may_contradict_itself(kg: KnowledgeGraph) -> None:
    findings = {"stage4-sts": "yes", "growth-within-one-year-after-treatment": "yes", "prior-chemotherapy": "no"}
    one = answer(kg, "chemotherapy", findings=findings)
    by = {other.reading: other.status for other in one.readings or ()}
    assert by["D09=chemotherapy-only"] == "contradictory"
    (error,) = kg.under("D09").options({"case": "x", "findings": findings}).contradictions
    assert error.summary == (
        "case x contradicts itself: growth-within-one-year-after-treatment is yes (the mapping given, line 1);"
        " prior-chemotherapy is no (line 1)"
    )


# --- not met by a decision claims nothing of the source


def test_not_met_for_what_a_decision_added_never_says_that_the_source_does_not_describe_it(kg: KnowledgeGraph) -> None:
    """Every assignment of every option by which only parts that a decision implies are false."""
    asserted = kg.guideline.asserted
    implied: dict[str, set[str]] = {}
    for part in asserted.subjects(STS.hasBasis, STS["basis-implied"]):
        for recommendation in asserted.subjects(STS.hasConditionPart, part):
            option = local(str(asserted.value(recommendation, STS.recommendsOption)))
            implied.setdefault(option, set()).add(local(str(asserted.value(part, STS.onFinding)))[8:])
    assert sorted((option, *found) for option, found in implied.items()) == [
        ("option-chemotherapy-with-radiation", "unresectable"),
        ("option-external-radiation", "unresectable"),
        ("option-sbrt-outside-lungs", "unresectable"),
        ("option-surgery-other-metastases", "resectable"),
        ("option-surgery-symptom-control", "symptoms-from-cancer"),
        ("option-wide-local-excision-lung", "resectable"),
    ]
    told: list[dict[str, Any]] = []
    for option, added in implied.items():
        names = list(oracle.findings_of(option))
        for values in product(("yes", "no", "unknown"), repeat=len(names)):
            findings = dict(zip(names, values, strict=True))
            if {name for name, word in findings.items() if word == "no"} == added:
                told.append({"case": f"{option} {len(told)}", "findings": findings})
    found = [
        one for one in kg.options(told) if one.case.startswith(f"{local(one.option)} ") and one.status == "not-met"
    ]
    assert len(found) == 26
    for one in found:
        assert one.hangs_on, one.case
        assert one.meaning.startswith(AS_READ) and one.meaning.endswith(THEN)
        assert one.meaning != WORDING["not-met"]


# --- the command line, and SPARQL


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code, done.output
    return done.output if code else done.stdout


def test_options_are_answered_by_a_reading() -> None:
    told = json.loads(run("options", "ontology/examples/c.yaml", "--reading", "D04", "--format", "json"))
    found = {one["option"]: (one["status"], one["readings"]) for one in told}
    assert found["option-chemotherapy-with-radiation"] == ("met", None)
    assert found["option-radiation"] == ("not-met", None)
    shown = run("options", "ontology/examples/c.yaml", "--reading", "D04")
    assert "by the reading D04=S08-alone, which was not chosen" in shown
    assert "\nnot met: as the source is read here, its condition is known not to hold\n" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--reading", "D12"], 2, "the reading 'D12' cannot be used: D12 has several: D12=both, D12=neither"),
        (["--reading", "D12=nether"], 2, "there is no reading 'D12=nether'; did you mean D12=neither or D12=both?"),
        (["--reading", "D06b"], 2, "the alternative of D06b is not encoded. It cannot be encoded"),
        (
            ["--reading", "D04", "--reading", "D12=both"],
            2,
            "--reading takes one at a time, and D04 and D12=both were given",
        ),
    ],
)
def test_a_reading_that_cannot_be_used_is_refused(arguments: list[str], code: int, said: str) -> None:
    for command in (["options", "ontology/examples/c.yaml"], ["ask", "ontology/examples/c.yaml"]):
        assert said in run(*command, *arguments, code=code)


def test_explain_says_what_becomes_of_an_answer_by_other_readings() -> None:
    assert (
        "Other readings: not met by D04 (the combination with radiation needs what radiation needs);"
        " met by D04=S08-alone: Chemotherapy with radiation therapy needs stage 4 only, since S08 names no other"
        " condition."
    ) in run("explain", "ontology/examples/c.yaml", "chemotherapy-with-radiation").splitlines()
    firm = run("explain", "ontology/examples/c.yaml", "radiation").splitlines()
    assert "Other readings: The status is the same by each of 40 other readings, one at a time." in firm


def test_a_group_is_met_in_general_by_any_reading() -> None:
    """Only the mark differs, so the status is not said to."""
    told = run("explain", "ontology/examples/readings/D23.yaml", "chemotherapy").splitlines()
    (said,) = (line.strip() for line in told if "D23=untyped" in line)
    assert said.startswith("tried by D23 (the drug classes are in the text); not tried by D23=untyped: ")


def test_options_say_what_it_is_to_hang_on_a_decision() -> None:
    hanging = "hangs on D…: another reading of this decision gives another status; sts-kg explain says which"
    assert hanging in run("options", "ontology/examples/a.yaml").splitlines()
    assert hanging not in run("options", "ontology/examples/l.yaml").splitlines()
    assert hanging not in run("options", "ontology/examples/a.yaml", "--reading", "D04").splitlines()


def test_each_command_says_first_that_it_answers_by_a_reading() -> None:
    said = "note: by the reading D20=needs-resectable, which was not chosen: Surgery in general needs "
    for command, *more in (["options"], ["ask"], ["explain", "surgery"], ["what-if", "resectable=no"]):
        done = CliRunner().invoke(app, [command, "ontology/examples/a.yaml", *more, "--reading", "D20"])
        assert done.stderr.startswith(said), command
    assert CliRunner().invoke(app, ["ask", "ontology/examples/a.yaml"]).stderr == ""


def test_explain_by_a_reading_says_so() -> None:
    told = run("explain", "ontology/examples/c.yaml", "chemotherapy-with-radiation", "--reading", "D04").splitlines()
    assert told[0] == (
        "chemotherapy with radiation therapy: met: the condition that the source states is met (case c)."
    )
    assert [line for line in told if line.startswith(("Other readings", "Interpretation", "  D"))] == [
        "Interpretation: D01: stage 4 is one scope finding.",
        "  D10: S18 is about external radiation.",
        "Other readings: This answer is by D04=S08-alone, which was not chosen (the combination with radiation needs"
        " what radiation needs): Chemotherapy with radiation therapy needs stage 4 only, since S08 names no other"
        " condition.",
    ]


def test_ask_and_what_if_go_by_a_reading() -> None:
    asked = json.loads(run("ask", "ontology/examples/d.yaml", "--reading", "D36", "--format", "json"))
    assert "lung-metastases-unresectable" in [one["finding"] for one in asked]
    changed = json.loads(
        run("what-if", "ontology/examples/a.yaml", "resectable=no", "--reading", "D20", "--format", "json")
    )
    assert ("option-surgery", "undetermined", "not-met") in [(c["option"], c["before"], c["after"]) for c in changed]


def rows(found: object) -> list[Mapping[str, Any]]:
    assert isinstance(found, Table)
    return [dict(zip(found.variables, map(str, row), strict=True)) for row in found]


def test_sparql_lists_the_firm_answers_and_those_that_hang(kg: KnowledgeGraph) -> None:
    examples = kg.with_examples()
    by_case: dict[str, list[Answer]] = {}
    for one in examples.session.answers():
        by_case.setdefault(one.case, []).append(one)
    for case, answers in by_case.items():
        firm = rows(examples.query("conditions/firm-answers", case=case))
        wanted = [(str(one.option), one.status, "40") for one in answers if one.is_firm]
        assert [(row["option"], row["status"], row["readings"]) for row in firm] == wanted
        hanging = {
            (row["option"], row["reading"], row["byReading"], row["tried"] == "true", row["declined"] == "true")
            for row in rows(examples.query("conditions/readings-of-case", case=case))
        }
        assert hanging == {
            (str(one.option), str(kg.guideline.readings[by.reading].iri), by.status, by.tried, by.declined)
            for one in answers
            for by in one.readings or ()
        }


def test_by_a_reading_no_answer_is_called_firm(kg: KnowledgeGraph) -> None:
    assert rows(kg.under("D04").query("conditions/firm-answers", case="b")) == []


def test_the_readings_can_be_listed(kg: KnowledgeGraph) -> None:
    found = rows(kg.query("provenance/readings"))
    assert [row["name"] for row in found] == list(kg.guideline.readings)
    assert {row["name"]: row["definition"] for row in found} == {
        name: reading.definition for name, reading in kg.guideline.readings.items()
    }
    assert len(rows(kg.query("provenance/decisions-without-reading"))) == 10


def test_every_reading_changes_an_answer_of_a_shipped_example(kg: KnowledgeGraph) -> None:
    """And leaves all answers of another as they are."""
    answers = [*kg.session.examples.answers(), *kg.session.examples_of_readings.answers()]
    cases_of = {
        name: {one.case for one in answers if name in {by.reading for by in one.readings or ()}} for name in READINGS
    }
    every = {one.case for one in answers}
    assert len(every) == 26
    assert [name for name in READINGS if not cases_of[name] or cases_of[name] == every] == []
    needed = {name.partition("=")[0] for name, found in cases_of.items() if not any(len(case) == 1 for case in found)}
    assert {case for case in every if len(case) > 1} == needed


# --- readings beside what-if, links, cohorts and verdicts


def test_before_and_after_a_what_if_hang_on_their_own_readings(kg: KnowledgeGraph) -> None:
    """Both cases have one id and share a session."""
    given = {"case": "x", "findings": {"stage4-sts": "yes", "unresectable": "yes"}}
    (change,) = (one for one in kg.what_if(given, {"resectable": True}) if one.label == "external radiation therapy")
    assert (change.before.status, change.before.hangs_on) == ("met", ("D01=separate",))
    assert (change.after.status, change.after.hangs_on) == ("not-met", ("D10=without-S16",))


def test_by_a_reading_what_is_linked_stays_linked(linked: KnowledgeGraph) -> None:
    by = linked.under("D04")
    drug: dict[str, Any] = {"drug": "pazopanib"}
    assert rows(by.query("links/classes-of-drug", **drug)) == rows(linked.query("links/classes-of-drug", **drug)) != []
    assert linked.guideline.reading is None and by.guideline.reading is not None


def test_a_cohort_has_its_readings_in_csv() -> None:
    lines = [line.split(",") for line in run("options", "ontology/examples/cohort.csv", "--format", "csv").splitlines()]
    at = lines[0].index("readings")
    hanging = {line[0] for line in lines[1:] if "option-surgery" in line and "D20=needs-resectable" in line[at]}
    assert hanging == {"a", "b", "d", "f", "g", "h", "i", "k", "m"}


def test_by_a_reading_no_answer_is_called_reviewed(kg: KnowledgeGraph, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    judged = "".join(f"{name},agree,,A. Reviewer,2026-11-28,\n" for name in ("D01", "D20", "D24", "D25"))
    form.write_text(f"decision,verdict,reading,reviewer,date,comment\n{judged}", encoding="utf-8")
    case = {"case": "x", "findings": {"stage4-sts": "yes"}}
    reviewed = kg.with_verdicts(form)
    said = {local(one.option): one.review for one in reviewed.options(case)}
    assert said["option-surgery"] == "reviewed"
    assert {one.review for one in reviewed.under("D20").options(case)} == {""}
