"""The command line: its contract, its exit codes, and what it says when something is wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import oracle
import pytest
from click.testing import CliRunner, Result
from made import KNEE, knee_folder
from rdflib.namespace import RDFS

from sts_kg import KnowledgeGraph, cli, knowledge
from sts_kg.cases.session import Session
from sts_kg.cases.statuses import WORDING
from sts_kg.cli import queries
from sts_kg.cli.console import Terminal
from sts_kg.guideline.data import queries_folder
from sts_kg.guideline.guideline import Guideline
from sts_kg.links.mapping_set import Mapping, MappingSet
from sts_kg.quality.gates import Report
from sts_kg.quality.violation import Violation
from sts_kg.queries.body import TAKEN
from sts_kg.queries.catalogue import read_all, read_own
from sts_kg.rdf.names import STS

A = "case: a\nfindings: {stage4-sts: yes}\n"
FIELDS = (
    "case option status tried declined true false missing recommendation segments decisions review kind kinds marks "
    "readings strength frequency amongst intents inherited_intents not_intents positions follows may_enable talk"
).split()


@pytest.fixture(autouse=True)
def _loaded(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands run in an empty folder and share the session's graph, so that each need not load its own."""
    monkeypatch.setattr(knowledge, "load", lambda store=None, queries=None: kg)
    monkeypatch.chdir(tmp_path)


def invoke(*words: str | Path, input: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words], input=input, prog_name="sts-kg")


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


# --- options: the contract that scripts rest on


def test_options_json_has_every_option_in_order() -> None:
    done = invoke("options", write("a.yaml", A), "--format", "json")
    assert done.exit_code == 0
    rows = json.loads(done.stdout)
    assert [row["option"] for row in rows] == list(oracle.CONDITIONS)
    assert all(list(row) == FIELDS for row in rows)
    assert {row["case"] for row in rows} == {"a"}
    assert [row["status"] for row in rows].count("met") == 5
    assert all(row["missing"] == [] for row in rows if row["status"] != "undetermined")
    assert all(list(one) == ["finding", "question"] for row in rows for one in row["missing"])


def test_options_of_several_files_in_their_order() -> None:
    files = write("b.yaml", A.replace("case: a", "case: b")), write("a.yaml", A)
    rows = json.loads(invoke("options", *files, "--format", "json").stdout)
    assert [row["case"] for row in rows] == ["b"] * 18 + ["a"] * 18


def test_a_cohort_with_columns_in_any_order() -> None:
    file = write("c.csv", "unresectable,case,stage4-sts\nyes,b,yes\n,l,\nno,n,yes\n")
    rows = json.loads(invoke("options", file, "--format", "json").stdout)
    assert [(row["case"], row["status"]) for row in rows if row["option"] == "option-radiation"] == [
        ("b", "met"),
        ("l", "undetermined"),
        ("n", "not-met"),
    ]


def test_options_csv_has_the_same_fields() -> None:
    done = invoke("options", write("a.yaml", A), "--format", "csv", "--status", "met")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == FIELDS
    assert [row["option"] for row in rows] == [f"option-{name}" for name in oracle.A5]
    assert rows[0] == {
        "case": "a",
        "option": "option-chemotherapy",
        "status": "met",
        "tried": "no",
        "declined": "no",
        "true": "stage4-sts",
        "false": "",
        "missing": "",
        "recommendation": "rec-S04",
        "segments": "S04 S05 S06",
        "decisions": "D01 D02 D03 D07 D37",
        "review": "",
        "kind": "group",
        "kinds": "met=2 not-met=0 undetermined=2",
        "marks": "",
        "readings": "D02=condition D03=condition",
        "strength": "is-offered",
        "frequency": "usually",
        "amongst": "people-with-stage4-sts",
        "intents": "control-growth-and-spread symptom-relief",
        "inherited_intents": "",
        "not_intents": "",
        "positions": "first",
        "follows": "",
        "may_enable": "",
        "talk": "S02",
    }


def table_lines(*words: str | Path) -> list[str]:
    return [line.rstrip() for line in invoke("options", *words).stdout.splitlines()]


def test_options_as_a_table_for_a_person() -> None:
    done = invoke("options", write("a.yaml", A))
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0] == "case a"
    assert lines[1].split("  ")[0] == "option"
    assert [part.strip() for part in re.split("  +", lines[3])] == [
        "CHEMOTHERAPY",
        "met in general",
        "kinds: 2 met, 2 undetermined; hangs on D02, D03",
    ]
    assert lines[4].split() == ["doxorubicin", "alone", "met", "hangs", "on", "D01"]
    assert "\x1b" not in done.stdout
    assert lines[-1].startswith("Not medical advice")


def test_the_table_gives_the_words_of_the_source_once_for_all_cases() -> None:
    lines = table_lines(write("a.yaml", A), write("b.yaml", A.replace("case: a", "case: b")))
    words = lines[lines.index("in the words of the source") :]
    assert [line for line in words if line.startswith("surgery (group)")] == [
        "surgery (group): may be offered; not common, amongst people with stage 4 soft tissue sarcoma;"
        " may come after: radiation therapy to make surgery possible"
        " (sometimes, amongst people given radiation first, if resectable)"
    ]
    assert words[19:21] == [
        "talk with the healthcare team (S02): about all of them",
        "talk with the healthcare team (S29, S30): about comfort care",
    ]


def test_the_table_has_the_marks_of_a_case() -> None:
    text = f"{A}courses: [{{therapies: [doxorubicin], outcome: did-not-work}}]\ndeclines: [surgery]\n"
    rows = [re.split("  +", line.strip()) for line in table_lines(write("a.yaml", text))]
    assert ["doxorubicin alone", "met", "tried, did not work; hangs on D01"] in rows
    assert ["SURGERY", "met in general", "kinds: 3 undetermined; declined; hangs on D20"] in rows


@pytest.mark.parametrize(
    ("findings", "statuses", "legend"),
    [
        ("stage4-sts: yes", (), ["met", "undetermined"]),
        ("stage4-sts: yes, unresectable: no", (), ["met", "not met", "undetermined"]),
        ("stage4-sts: yes, unresectable: no", ("not-met",), ["not met"]),
        ("unresectable: yes, resectable: yes", (), ["contradictory"]),
        ("unresectable: yes, resectable: yes", ("contradictory",), ["contradictory"]),
    ],
)
def test_the_legend_says_what_the_statuses_of_the_table_mean(
    findings: str, statuses: tuple[str, ...], legend: list[str]
) -> None:
    file = write("a.yaml", f"case: a\nfindings: {{{findings}}}\n")
    lines = table_lines(file, *(word for status in statuses for word in ("--status", status)))
    said = {status.replace("-", " "): f"{status.replace('-', ' ')}: {words}" for status, words in WORDING.items()}
    assert [line for line in lines if line in said.values()] == [said[status] for status in legend]


@pytest.mark.parametrize("status", ["met", "not-met", "undetermined"])
def test_the_table_has_the_options_of_a_status_that_csv_has(kg: KnowledgeGraph, status: str) -> None:
    file = write("a.yaml", "case: a\nfindings: {stage4-sts: yes, symptoms-from-cancer: no}\n")
    rows = csv.DictReader(io.StringIO(invoke("options", file, "--status", status, "--format", "csv").stdout))
    lines = table_lines(file, "--status", status)
    shown = [re.split("  +", line.strip())[0].casefold() for line in lines[3 : lines.index("")]]
    labels = {str(kg.asserted.value(STS[row["option"]], RDFS.label)).casefold() for row in rows}
    assert set(shown) == labels
    assert len(shown) == len(labels) > 0


def test_a_contradictory_case_has_its_rows_and_one_line() -> None:
    file = write("c.csv", "case,stage4-sts,unresectable,resectable\na,yes,,\nx,yes,yes,yes\nb,yes,yes,\n")
    done = invoke("options", file, "--format", "json")
    assert done.exit_code == 1
    rows = json.loads(done.stdout)
    assert [row["case"] for row in rows] == ["a"] * 18 + ["x"] * 18 + ["b"] * 18
    assert [row["status"] == "contradictory" for row in rows] == [row["case"] == "x" for row in rows]
    assert all(row["true"] == row["false"] == row["missing"] == row["marks"] == [] for row in rows[18:36])
    assert done.stderr == (
        "sts-kg: case x contradicts itself: unresectable is yes (c.csv, line 3, column unresectable); "
        "resectable is yes (line 3, column resectable)\n"
    )


@pytest.mark.parametrize("form", ["json", "csv", "table"])
def test_contradictory_rows_can_be_chosen(form: str) -> None:
    file = write("c.csv", "case,stage4-sts,unresectable,resectable\na,yes,,\nx,yes,yes,yes\n")
    done = invoke("options", file, "--format", form, "--status", "contradictory")
    assert done.exit_code == 1
    if form == "json":
        assert [(row["case"], row["status"]) for row in json.loads(done.stdout)] == [("x", "contradictory")] * 18
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert [(row["case"], row["status"], row["missing"]) for row in rows] == [("x", "contradictory", "")] * 18
    else:
        assert "case a" not in done.stdout
        assert len([line for line in done.stdout.splitlines() if line.rstrip().endswith("  contradictory")]) == 18
    others = json.loads(invoke("options", file, "--format", "json", "--status", "met").stdout)
    assert {row["case"] for row in others} == {"a"}


def test_many_contradictions_are_one_short_line_each() -> None:
    cases = [
        "case: g\ngrowth: 2025-03\nno_growth: [{from: 2025-01-01, until: 2025-06-30}]",
        "case: m\nfindings: {lung-metastases: yes, soft-tissue-sarcoma: no, unresectable: no, resectable: no}",
        "case: d\nfindings: {does-not-want-cancer-treatment: no}\ndeclines: [cancer-treatment]",
        "case: c\nfindings: {prior-chemotherapy: no}\ncourses: [{therapies: [doxorubicin], outcome: did-not-work}]",
    ]
    done = invoke("options", write("c.yaml", "\n---\n".join(cases)), "--format", "csv")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 1 + 4 * 18)
    assert done.stderr.splitlines() == [
        "sts-kg: case g contradicts itself: growth in 2025-03 (c.yaml, line 2), but no growth from 2025-01-01 to"
        " 2025-06-30 (line 3)",
        "sts-kg: case m contradicts itself: lung-metastases is yes (c.yaml, line 6); soft-tissue-sarcoma is no"
        " (line 6)",
        "sts-kg: case d contradicts itself: declines cancer-treatment (c.yaml, line 10); does-not-want-cancer-treatment"
        " is no (line 9)",
        "sts-kg: case c contradicts itself: a course of doxorubicin (c.yaml, line 14); prior-chemotherapy is no"
        " (line 13)",
    ]


def test_an_unreadable_file_is_named_and_the_others_are_answered() -> None:
    bad = write("bad.yaml", "case: z\nfindings:\n  stage4-sts: yes\n  unresectible: yes\n")
    done = invoke("options", bad, write("a.yaml", A), "--format", "json")
    assert done.exit_code == 3
    assert {row["case"] for row in json.loads(done.stdout)} == {"a"}
    message = "sts-kg: bad.yaml, line 4: there is no finding 'unresectible'; did you mean unresectable or resectable?"
    assert done.stderr.strip() == message


def test_one_bad_cell_leaves_its_whole_file_unanswered() -> None:
    done = invoke("options", write("c.csv", "case,stage4-sts\na,yes\nb,maybe\n"), "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (3, [])
    message = "sts-kg: c.csv, line 3: 'maybe' is not a value of stage4-sts: yes, no or unknown is expected"
    assert done.stderr.strip() == message


def test_a_case_id_twice_is_an_error() -> None:
    done = invoke("options", write("c.csv", "case,stage4-sts\na,yes\na,no\n"), "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (3, [])
    assert done.stderr.strip() == "sts-kg: c.csv, line 3: the case 'a' is there twice; the first is at c.csv, line 2"


def test_a_case_id_in_two_files_is_an_error_of_the_second() -> None:
    done = invoke("options", write("a.yaml", A), write("b.yaml", A), "--format", "json")
    assert done.exit_code == 3
    assert len(json.loads(done.stdout)) == 18
    assert done.stderr.strip() == "sts-kg: b.yaml, line 1: the case 'a' is there twice; the first is at a.yaml, line 1"


def test_a_missing_file_is_unreadable() -> None:
    done = invoke("options", "nowhere.yaml")
    assert done.exit_code == 3
    assert done.stderr.strip() == "sts-kg: nowhere.yaml: cannot be read: No such file or directory"


def test_options_with_the_page_quote_it(page: Path) -> None:
    done = invoke("options", write("a.yaml", A), "--status", "met", "--source", page)
    assert page.read_text(encoding="utf-8")[292:356] in done.stdout


def test_another_page_is_refused_with_both_digests() -> None:
    done = invoke("options", write("a.yaml", A), "--source", write("page.txt", "another page"))
    assert done.exit_code == 3
    assert "de788d888cfc9df3a5855501fc0849ffdd2e6eafe86cc9e271d8b84015ccee5a" in done.stderr
    assert "is not the page that was modelled: its SHA-256 is 59705a34" in done.stderr


# --- explain, ask, what-if


def test_explain(kg: KnowledgeGraph) -> None:
    file = kg.guideline.folder / "examples" / "f.yaml"
    done = invoke("explain", file, "pazopanib")
    assert done.stdout.startswith("pazopanib: undetermined: ")
    assert "\nTo ask: sarcoma-type-for-pazopanib. Is this one of the types" in done.stdout
    told = json.loads(invoke("explain", file, "option-pazopanib", "--case", "f", "--format", "json").stdout)
    assert told["met_if_all_yes"] == [["sarcoma-type-for-pazopanib"]]
    assert [one["segment"] for one in told["explanation"]["source"]] == ["H0", "S01", "S14", "S15"]


def test_explain_an_option_that_is_not_there() -> None:
    done = invoke("explain", write("a.yaml", A), "pazopanip")
    assert done.exit_code == 2
    assert done.stderr.strip() == "sts-kg: there is no option 'pazopanip'; did you mean option-pazopanib?"


def test_ask_each_case_of_a_cohort() -> None:
    file = write("c.csv", "case,stage4-sts\na,yes\nl,\n")
    asked = json.loads(invoke("ask", file, "--format", "json").stdout)
    first = {row["case"]: row["finding"] for row in reversed(asked)}
    assert first == {"a": "resectable", "l": "soft-tissue-sarcoma"}
    assert "case a: " in invoke("ask", file, "--case", "a").stdout
    missing = invoke("ask", file, "--case", "z")
    assert (missing.exit_code, missing.stderr.strip()) == (2, "sts-kg: there is no case 'z'; there are a, l")


def test_ask_puts_a_pair_as_one_question() -> None:
    done = invoke("ask", write("a.yaml", A))
    header, _, first, second = done.stdout.splitlines()[1:5]
    assert re.split("  +", header) == ["options waiting", "met by a yes", "by a no", "finding", "question"]
    assert re.split("  +", first.rstrip()) == [
        "8",
        "0",
        "4",
        "resectable (no: unresectable)",
        "Can the cancer be operated on?",
    ]
    assert second.split()[3] == "lung-metastases"
    asked = json.loads(invoke("ask", "a.yaml", "--format", "json").stdout)
    assert list(asked[0]) == [
        *("case", "finding", "question", "options", "would_meet", "would_meet_if_no", "complement", "choices", "hint")
    ]
    assert (asked[0]["finding"], asked[0]["complement"]) == ("resectable", "unresectable")
    assert "unresectable" not in [row["finding"] for row in asked]


def test_ask_for_reasons_as_choices_and_with_a_hint() -> None:
    case = """
case: a
findings:
  stage4-sts: yes
  cannot-have-cancer-treatment: no
  does-not-want-cancer-treatment: no
  treatments-no-longer-work: no
  treatments-unlikely-to-improve-condition: no
courses:
  - {therapies: [pazopanib], outcome: stopped-for-side-effects}
"""
    lines = invoke("ask", write("a.yaml", case)).stdout.splitlines()
    assert re.split("  +", lines[1]) == [
        *("options waiting", "met by a yes", "by a no", "finding", "question", "hint (no fact)")
    ]
    place = next(place for place, line in enumerate(lines) if "Choose all that apply" in line)
    assert [re.split("  +", line.strip()) for line in lines[place : place + 3]] == [
        [
            *("1", "1", "0", "Is there a reason against cancer treatment? Choose all that apply."),
            "side-effects-hard-to-cope-with: “stopped for side effects” is recorded of the course of pazopanib",
        ],
        [
            "side-effects-hard-to-cope-with",
            "– Are side effects of cancer treatment, present or expected, hard for this person to cope with?",
        ],
        [
            "other-reason-for-no-cancer-treatment",
            "– Is there any other reason against cancer treatment? (One that the source does not name.)",
        ],
    ]


def test_nothing_is_left_to_ask() -> None:
    done = invoke("ask", write("j.yaml", "case: j\nfindings: {stage4-sts: no, soft-tissue-sarcoma: no}\n"))
    assert done.stdout == "case j: 0 open questions\n"


def test_the_table_of_options_names_what_is_missing_by_labels() -> None:
    lines = invoke("options", write("a.yaml", A)).stdout.splitlines()
    missing = {row[0]: row[-1] for row in (re.split("  +", line.strip()) for line in lines) if len(row) > 1}
    assert missing["surgery for other metastases"] == (
        "metastases outside the lungs, certain case for surgery outside the lungs, resectable"
    )
    assert missing["comfort care"] == "reasons for comfort care (any of 6)"


def test_ask_whether_a_course_is_over() -> None:
    begun = "courses: [{therapies: [doxorubicin], start: 2026-01}]\nhistory_complete: yes\n"
    asked = json.loads(invoke("ask", write("a.yaml", A + begun), "--format", "json").stdout)
    [over] = [row for row in asked if row["finding"] == "prior-chemotherapy"]
    assert over["question"] == (
        "Is this course over? (doxorubicin, from 2026-01; a.yaml, line 3)"
        " Answer with its end, or with ongoing: yes or no."
    )
    ongoing = invoke("ask", write("a.yaml", A + begun.replace("01}", "01, ongoing: yes}")))
    assert ongoing.exit_code == 0
    assert "prior-chemotherapy" not in ongoing.stdout


def test_an_impossible_course_is_unreadable() -> None:
    course = "courses:\n  - {therapies: [doxorubicin], end: 2025,\n     ongoing: yes}\n"
    done = invoke("options", write("a.yaml", A + course), "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (3, [])
    assert done.stderr.strip() == (
        "sts-kg: a.yaml, line 5: ongoing is yes, but the course has the end 2025; leave one of the two out"
    )


def test_ask_a_contradictory_case(kg: KnowledgeGraph) -> None:
    done = invoke("ask", kg.guideline.folder / "examples" / "contradiction.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("sts-kg: case x contradicts itself: ")


def test_what_if() -> None:
    file = write("b.yaml", "case: b\nfindings: {stage4-sts: yes, unresectable: yes}\n")
    rows = json.loads(invoke("what-if", file, "resectable=yes", "--format", "json").stdout)
    assert next(row["option"] for row in rows if row["after"] == "not-met") == "option-chemotherapy-with-radiation"
    assert {row["hypothetical"] for row in rows} == {True}
    assert (
        invoke("what-if", file, "transition-S21", "--format", "json").stdout
        == json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    )
    assert invoke("what-if", file, "stage4-sts=yes").stdout.endswith("no option would change\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["resectable=maybe"], "'resectable=maybe' is not of the form FINDING=yes, FINDING=no or FINDING=unknown"),
        (["resectible=yes"], "there is no finding 'resectible'; did you mean resectable or unresectable?"),
        (["transition-S2"], "there is no transition 'transition-S2'; did you mean transition-S21?"),
    ],
)
def test_what_if_with_wrong_words(words: list[str], message: str) -> None:
    done = invoke("what-if", write("a.yaml", A), *words)
    assert done.exit_code == 2
    assert message in done.stderr


# --- queries


def test_queries_json_lists_them_all() -> None:
    listed = json.loads(invoke("queries", "--format", "json").stdout)
    assert len(listed) >= 30
    assert all(list(each) == ["id", "topic", "summary", "parameters"] for each in listed)
    assert [each["id"] for each in listed] == [n for n, q in read_all(queries_folder()).items() if q.topic != "check"]
    (found,) = (each for each in listed if each["id"] == "drugs/options-with-drug")
    assert found["parameters"][0] == {
        "name": "drug",
        "type": "iri",
        "required": True,
        "default": "https://w3id.org/sts-kg/doxorubicin",
    }


def test_queries_of_a_topic_one_line_each() -> None:
    lines = invoke("queries", "--topic", "drugs").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:]] == [n for n in read_all(queries_folder()) if n.startswith("drugs/")]
    wrong = invoke("queries", "--topic", "drug")
    assert (wrong.exit_code, wrong.stderr.strip()) == (2, "sts-kg: there is no topic 'drug'; did you mean drugs?")


@pytest.mark.parametrize("drug", ["pazopanib", "sts:pazopanib", "Votrient", "https://w3id.org/sts-kg/pazopanib"])
def test_query_takes_an_id_a_curie_a_label_or_an_iri(drug: str) -> None:
    rows = json.loads(invoke("query", "drugs/options-with-drug", "--drug", drug, "--format", "json").stdout)
    assert {row["option"] for row in rows} == {"sts:option-pazopanib"}


def test_query_formats() -> None:
    name = "drugs/drugs-and-brands"
    rows = json.loads(invoke("query", name, "--format", "json").stdout)
    assert [(row["drug"], row["brand"]) for row in rows] == [
        ("sts:doxorubicin", None),
        ("sts:ifosfamide", "Ifex"),
        ("sts:pazopanib", "Votrient"),
    ]
    srj = json.loads(invoke("query", name, "--format", "srj").stdout)
    assert srj["results"]["bindings"][2]["drug"] == {"type": "uri", "value": "https://w3id.org/sts-kg/pazopanib"}
    assert invoke("query", name, "--format", "csv").stdout.splitlines()[0] == ",".join(srj["head"]["vars"])
    assert invoke("query", name, "--format", "tsv").stdout.startswith("?drug\t")
    assert invoke("query", name, "--format", "md").stdout.startswith("| drug ")
    assert invoke("query", name).stdout.splitlines()[2].startswith("sts:doxorubicin  doxorubicin  ")


def test_query_with_a_graph_for_answer() -> None:
    done = invoke("query", "pathway/pathway-graph")
    assert "sts:option-pazopanib" in done.stdout
    assert "@prefix sts: <https://w3id.org/sts-kg/> ." in done.stdout
    wrong = invoke("query", "pathway/pathway-graph", "--format", "csv")
    assert wrong.exit_code == 2
    assert "the answer is a graph: choose one of ttl, nt, rdf, jsonld, not csv" in wrong.stderr


def test_query_show_prints_what_any_tool_would_run() -> None:
    text = invoke("query", "options-with-drug", "--drug", "ifosfamide", "--show").stdout
    assert "<https://w3id.org/sts-kg/ifosfamide>" in text
    assert "?_drug_iri" not in text


def test_query_help_names_the_parameters() -> None:
    text = invoke("query", "options-with-drug", "--help").stdout
    assert "--drug IRI" in text
    assert "sts-kg query drugs/options-with-drug --drug doxorubicin" in text


def test_query_about_cases_of_ones_own() -> None:
    file = write("c.csv", "case,stage4-sts\nmine,yes\n")
    done = invoke("query", "conditions/options-of-case", "--case", "mine", "--cases", file, "--format", "json")
    assert done.stderr == ""
    met = [row["option"] for row in json.loads(done.stdout) if row["status"] == "met"]
    assert met == [f"sts:option-{name}" for name in oracle.A5]
    fictional = invoke("query", "conditions/options-of-case")
    assert fictional.stderr.strip() == "note: about the fictional example cases; give others with --cases FILE"


def test_a_query_that_is_empty_by_design_says_why() -> None:
    done = invoke("query", "provenance/contraindications", "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])
    assert done.stderr.startswith("note: no rows, by design: the ontology has none from the source")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["drugs/options-with-drugs"], "there is no query 'drugs/options-with-drugs'; did you mean drugs/options-with"),
        (["options-with-drug", "--drug", "pazopanip"], "there is no sts:Drug of this name; did you mean"),
        (["options-with-drug", "--drug", "surgery"], "query drugs/options-with-drug, parameter drug = 'surgery': "),
        (["options-with-drug", "--drug", "x> ?p ?o } #"], "parameter drug = 'x> ?p ?o } #': "),
    ],
)
def test_query_with_wrong_words(words: list[str], message: str) -> None:
    done = invoke("query", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_query_with_a_wrong_option() -> None:
    done = invoke("query", "options-with-drug", "--drag", "x")
    assert (done.exit_code, done.stdout) == (2, "")
    plain = re.sub("[':.]", "", done.stderr)  # versions of click differ in punctuation
    assert "No such option --drag Did you mean --drug?" in plain


def test_sparql_from_text_file_and_standard_input() -> None:
    text = "SELECT ?drug { ?drug sts:brandName 'Ifex' } ORDER BY ?drug"
    file = write("q.rq", text)
    for words, given in (([text], None), (["-f", file], None), (["-"], text)):
        done = invoke("sparql", *words, "--format", "json", input=given)
        assert json.loads(done.stdout) == [{"drug": "sts:ifosfamide"}]
    done = invoke("sparql", file)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, "Error: q.rq is a file; give it with --file q.rq")


def test_sparql_on_the_asserted_graph_only() -> None:
    ask = "ASK { sts:option-pazopanib sts:follows sts:option-chemotherapy }"
    closed, asserted = invoke("sparql", ask), invoke("sparql", ask, "--asserted")
    assert (closed.exit_code, closed.stdout) == (0, "yes\n")
    assert (asserted.exit_code, asserted.stdout) == (1, "no\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "SELECT ?x {} }",
            "query given, line 1, column 14: is not SPARQL 1.1 Query: this } closes nothing; leave it out",
        ),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "the graph is read-only, and INSERT would change it"),
        ("SELECT ?x { SERVICE <http://127.0.0.1/> { ?x ?y ?z } }", "SERVICE is not allowed"),
    ],
)
def test_sparql_that_cannot_run(text: str, message: str) -> None:
    done = invoke("sparql", text)
    assert done.exit_code == 2
    assert message in done.stderr


def test_sparql_needs_one_text() -> None:
    assert invoke("sparql").exit_code == 2
    assert invoke("sparql", "ASK {}", "-f", "q.rq").exit_code == 2


# --- sources, check, export, and the rest


def test_sources() -> None:
    rows = json.loads(invoke("sources", "--format", "json").stdout)
    assert [row["id"] for row in rows[:3]] == ["H0", "S01", "S02"]
    assert len(rows) == 39
    assert not any("text" in row for row in rows)
    (one,) = json.loads(invoke("sources", "s19", "--format", "json").stdout)
    assert (one["start"], one["end"], one["line"], one["kind"]) == (1435, 1581, 22, "sentence")
    wrong = invoke("sources", "S34")
    assert wrong.exit_code == 2
    assert "there is no segment 'S34'" in wrong.stderr


#: What checks could find; what they do find of the shipped ontology is in tests/quality/test_gates.py.
REPORT = Report((), (("sentences", 33, 33), ("options", 17, 18)), ("the page was not at hand",), 150)


def test_check_prints_the_coverage_and_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KnowledgeGraph, "check", lambda self, page: REPORT)
    done = invoke("check")
    assert done.exit_code == 0, done.stdout
    shown = ["33/33 sentences", "17/18 options", "note: the page was not at hand", "150 checks, 0 violations"]
    assert done.stdout.splitlines() == shown


def test_check_ends_with_1_if_anything_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(REPORT, violations=(Violation("dishonest", "sts:x", "says too much", "say less"),))
    monkeypatch.setattr(KnowledgeGraph, "check", lambda self, page: wrong)
    done = invoke("check", "--format", "csv")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == ["check,subject,message,remedy", "dishonest,sts:x,says too much,say less"]


def test_export_and_an_export_that_cannot_be() -> None:
    done = invoke("export", "--inferred", "-o", "kg.nq.gz")
    assert done.exit_code == 0
    assert " triples written to kg.nq.gz: " in done.stderr
    assert "; left out: " in done.stderr
    assert [path.name for path in Path().iterdir()] == ["kg.nq.gz"]
    unknown = invoke("export", "-o", "kg.docx")
    assert unknown.exit_code == 3
    assert "kg.docx: has no ending of an RDF file" in unknown.stderr
    nowhere = invoke("export", "-o", "no/such/folder/kg.ttl")
    assert nowhere.exit_code == 3
    assert [path.name for path in Path().iterdir()] == ["kg.nq.gz"]


FORM = "decision;verdict;reviewer;date\n" + "".join(f"D{n};agree;A. Reviewer;2026-11-28\n" for n in (1, 2, 3, 7, 37))


def test_review_writes_the_sheet_and_the_form_and_reads_it_back(kg: KnowledgeGraph) -> None:
    sheet = kg.review()
    for name, text in (
        ("r.html", sheet.to_html()),
        ("r.md", sheet.to_markdown()),
        ("r.csv", "\ufeff" + sheet.to_csv()),
    ):
        done = invoke("review", "-o", name)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"{len(sheet)} decisions written to {name}\n")
        assert Path(name).read_text(encoding="utf-8") == text
    done = invoke("review", "-o", "again.csv", "--verdicts", "r.csv")
    assert done.stderr == f"0 verdicts; {len(sheet)} rows not filled in\n{len(sheet)} decisions written to again.csv\n"
    assert Path("again.csv").read_bytes() == Path("r.csv").read_bytes()


def test_a_form_that_is_there_is_not_overwritten() -> None:
    form = write("form.csv", FORM)
    refused = invoke("review", "-o", form)
    said = "is there already and may be filled in; give another name, or keep its verdicts with --verdicts"
    assert (refused.exit_code, refused.stderr) == (3, f"sts-kg: form.csv: {said}\n")
    assert Path(form).read_text(encoding="utf-8") == FORM
    assert invoke("review", "-o", form, "--verdicts", form).exit_code == 0
    assert invoke("options", write("a.yaml", A), "--verdicts", form).stderr == "5 verdicts; 42 rows not filled in\n"


def test_a_reading_that_cannot_be_used_is_an_error_of_usage() -> None:
    several = invoke("options", write("a.yaml", A), "--reading", "D12")
    assert (several.exit_code, several.stderr) == (
        2,
        "sts-kg: the reading 'D12' cannot be used: D12 has several: D12=both, D12=neither\n",
    )


def test_review_quotes_the_page(page: Path) -> None:
    assert invoke("review", "-o", "r.md", "--source", page).exit_code == 0
    assert "“Chemotherapy is usually offered" in Path("r.md").read_text(encoding="utf-8")


def test_a_sheet_that_cannot_be_written() -> None:
    unknown = invoke("review", "-o", "r.docx")
    assert (unknown.exit_code, unknown.stderr) == (
        3,
        "sts-kg: r.docx: has an ending that no sheet has; .html, .md, .csv are known\n",
    )
    assert invoke("review", "-o", "no/such/folder/r.md").exit_code == 3
    assert invoke("review", "-o", "r.md", "--source", write("page.txt", "another")).exit_code == 3
    assert [path.name for path in Path().iterdir()] == ["page.txt"]


def test_verdicts_are_in_options_and_explain() -> None:
    case, form = write("a.yaml", A), write("form.csv", FORM)
    done = invoke("options", case, "--verdicts", form)
    assert (done.exit_code, done.stderr) == (0, "5 verdicts; 0 rows not filled in\n")
    assert "; reviewed by A. Reviewer" in done.stdout
    assert "have been reviewed, by A. Reviewer." in done.stdout
    more = write("more.csv", "decision,verdict,reviewer,date\nD02,unsure,B,2026-11-28")
    done = invoke("options", case, "--verdicts", form, "--verdicts", more)
    assert "; disputed: D02" in done.stdout
    explained = invoke("explain", case, "chemotherapy", "--verdicts", form, "--verdicts", more).stdout
    assert "(agreed by A. Reviewer, 2026-11-28; unsure: B, 2026-11-28)." in explained
    assert "eviewer" not in invoke("options", case).stdout + invoke("explain", case, "chemotherapy").stdout


def test_a_wrong_form_is_unreadable_input() -> None:
    case, form = write("a.yaml", A), write("form.csv", FORM.replace("agree", "yes"))
    for words in (("options", case), ("explain", case, "chemotherapy"), ("review", "-o", "r.md")):
        done = invoke(*words, "--verdicts", form)
        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr == (
            "sts-kg: form.csv, line 2, column 2: verdict: 'yes' is none; agree, other or unsure is expected\n"
        )
    assert not Path("r.md").exists()


@pytest.mark.parametrize("command", sorted(cli.app.commands))
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = invoke(command, "--help")
    assert done.exit_code == 0
    assert "Example:" in done.stdout


def test_usage_errors_end_with_2() -> None:
    assert invoke("option").exit_code == 2
    assert invoke("options").exit_code == 2
    assert invoke("options", "a.yaml", "--format", "xml").exit_code == 2


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sts_kg", *words]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


def test_the_real_process_prints_no_colour_into_a_pipe_and_no_traceback() -> None:
    done = process("options", "nowhere.yaml", FORCE_COLOR="1")
    assert done.returncode == 3
    assert done.stderr == "sts-kg: nowhere.yaml: cannot be read: No such file or directory\n"


def test_lines_keep_their_order_where_both_streams_go_into_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("both", "a", encoding="utf-8") as out, open("both", "a", encoding="utf-8", buffering=1) as err:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        shown = Terminal()
        shown.write("one")
        shown.note("two")
        shown.table(("three",), [])
        shown.error("four")
        shown.paragraphs([("five", "5")])
    lines = Path("both").read_text(encoding="utf-8").split("\n")
    assert lines == ["one", "two", "three", "-----", "0 rows", "sts-kg: four", "five: 5", ""]


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m sts_kg queries | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=os.environ, check=False)
    assert done.stdout.startswith("id ")
    assert done.stderr == ""


def test_ask_answers_the_other_cases_of_a_cohort_and_names_a_contradictory_one() -> None:
    file = write("c.csv", "case,stage4-sts,lung-metastases\na,yes,\nx,no,yes\n")
    done = invoke("ask", file, "--format", "json")
    assert done.exit_code == 1
    assert {row["case"] for row in json.loads(done.stdout)} == {"a"}
    assert done.stderr == (
        "sts-kg: case x contradicts itself: lung-metastases is yes (c.csv, line 3, column lung-metastases);"
        " stage4-sts is no (line 3, column stage4-sts)\n"
    )


# --- source diff


@pytest.fixture
def knee(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A made-up page, which is the source of the graph that commands load."""
    made = knowledge.KnowledgeGraph(Session(Guideline(knee_folder(tmp_path / "ontology"))))
    monkeypatch.setattr(knowledge, "load", lambda store=None, queries=None: made)
    return write("old.txt", KNEE)


def test_source_diff_is_a_list_of_80_columns(knee: Path) -> None:
    new = KNEE.replace("Ice and heat\n", "Warmth\n").replace("Tablets\n", "Tablets\n\nSwallow them whole.\n")
    done = invoke("source", "diff", knee, write("new.txt", new))
    assert (done.exit_code, done.stderr) == (1, "")
    digest = hashlib.sha256(new.encode()).hexdigest()
    assert done.stdout.splitlines()[:-4] == [
        "4 kept, 5 shifted, 1 changed, 1 came",
        "",
        "came: line 7, characters 115–134",
        "  Swallow them whole.",
        "  [ ] a segment in source.ttl, and what it says",
        "",
        "H2 changed: line 9, now 11",
        "  [-Ice and heat-] {+Warmth+}",
        "  [ ] modality-radiation-therapy: radiation therapy",
        "",
        "kept: H0–H1",
        "shifted by +21 characters, +2 lines: S12–S15",
        "shifted by +15 characters, +2 lines: S16–S17",
        "in source.ttl: start, end, line and sha256 of each segment (--format json)",
        f"  sha256 {digest},",
        "  characterCount 418, byteCount 422",
        "",
    ]
    assert done.stdout.splitlines()[-4].startswith("Not medical advice: ")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_source_diff_of_the_same_page_is_0(knee: Path) -> None:
    copy = Path("copy.txt")
    copy.write_bytes(b"\xef\xbb\xbf" + KNEE.encode().replace(b"\n", b"\r\n"))
    done = invoke("source", "diff", knee, copy)
    assert (done.exit_code, done.stdout.splitlines()[:2]) == (0, ["10 kept", ""])
    found = json.loads(invoke("source", "diff", knee, copy, "--format", "json").stdout)
    assert (found["differs"], found["came"]) == (False, [])
    assert [one["change"] for one in found["segments"]] == ["kept"] * 10


def test_source_diff_of_what_is_no_such_page(knee: Path) -> None:
    Path("bytes.txt").write_bytes(b"\xff\xfe")
    for old, new, said in (
        (knee, "none.txt", "none.txt: cannot be read: No such file or directory"),
        (knee, write("empty.txt", " \n"), "empty.txt: has no text"),
        (knee, "bytes.txt", "bytes.txt, line 1: is not UTF-8 text (byte 0xff)"),
        (write("other.txt", "Bread\n"), knee, "other.txt is not the page that was modelled: its SHA-256 is"),
    ):
        done = invoke("source", "diff", old, new)
        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr.startswith(f"sts-kg: {said}")


# --- a hand for those who write SPARQL


def test_a_sparql_text_a_file_or_standard_input_may_stand_for_a_name(tmp_path: Path) -> None:
    text = "SELECT ?d { ?d a sts:Drugg }"
    (tmp_path / "mine.rq").write_text(text)
    warned = "warning: there is no sts:Drugg; did you mean sts:Drug?\n"
    for words, given in ((["query", text], None), (["query", tmp_path / "mine.rq"], None), (["query", "-"], text)):
        done = invoke(*words, "--format", "csv", input=given)
        assert (done.stdout, done.stderr, done.exit_code) == ("d\n", warned, 0)


def test_strict_makes_an_error_of_a_warning() -> None:
    done = invoke("sparql", "--strict", "ASK { ?d a sts:Drugg }")
    assert (done.stdout, done.exit_code) == ("", 2)
    assert done.stderr == "sts-kg: query given: there is no sts:Drugg; did you mean sts:Drug?\n"


def test_labels_stand_beside_iris() -> None:
    done = invoke("query", "drugs/options-with-drug", "--drug", "rxnorm:714438", "--labels", "--format", "csv")
    assert done.stdout.splitlines()[0] == "option,optionLabel,label,segment,segmentLabel"
    assert done.stdout.splitlines()[1].split(",")[:2] == ["https://w3id.org/sts-kg/option-pazopanib", "pazopanib"]


def test_the_help_of_a_query_tells_of_each_parameter_what_it_takes() -> None:
    told = " ".join(invoke("query", "drugs/options-with-drug", "--help").output.split())
    assert (
        "--drug IRI Drug; a sts:Drug by name, label, synonym, CURIE or IRI, mapped ids too [default: doxorubicin]"
        in told
    )
    assert "--modality IRI Modality; a sts:Modality by name" in told
    assert "[optional: without it, any]" in told
    assert "--labels" in told and "--format" in told


# --- queries: one value each, answers of ASK, names that are not there


def test_a_parameter_takes_one_value() -> None:
    done = invoke("query", "drugs/options-with-drug", "--drug", "ifosfamide", "--drug", "pazopanib")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: --drug takes one value, and ifosfamide and pazopanib were given" in done.stderr
    values = ("--value", "drug=ifosfamide", "--value", "drug=pazopanib")
    done = invoke("queries", "--write", "out", *values)
    assert (done.exit_code, Path("out").exists()) == (2, False)
    assert "Error: --value gives drug twice: ifosfamide and pazopanib" in done.stderr


def test_no_parameter_is_called_like_an_option(kg: KnowledgeGraph) -> None:
    spelt = {"help", "queries"}
    for query in kg.canned.values():
        command = queries._query_command(query, None)
        names = {option[2:] for each in command.params for option in each.opts}
        spelt |= names - {each.name for each in query.parameters}
    assert {each for each in spelt if each.isalnum()} == set(TAKEN)


@pytest.mark.parametrize("form", ["csv", "tsv", "md", "spreadsheet", "ttl"])
def test_yes_or_no_has_no_rows(form: str) -> None:
    done = invoke("sparql", "ASK { ?d a sts:Drug }", "--format", form)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"the answer is yes or no: choose one of table, json, srj, not {form}" in done.stderr


def test_yes_or_no_as_sparql_writes_it() -> None:
    done = invoke("sparql", "ASK { ?d a sts:Drug }", "--format", "srj")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"head": {}, "boolean": True})


def test_few_names_are_listed() -> None:
    done = invoke("export", "--alignment", "zz", "-o", "x.ttl")
    assert done.stderr == "sts-kg: there is no alignment 'zz'; there are bfo, fhir, maxo, prov\n"
    done = invoke("options", "example:zz")
    names = "a, b, c, cohort, contradiction, d, e, f, g, h, i, j, k, l, m"
    assert done.stderr == f"sts-kg: there is no example 'zz'; there are {names}\n"


def test_canned_queries_are_strict() -> None:
    words = ("query", "drugs/options-with-drug", "--drug", "CHEBI:71217")
    assert "warning: CHEBI:71217 is pazopanib hydrochloride, close to pazopanib" in invoke(*words).stderr
    done = invoke(*words, "--strict")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "CHEBI:71217 is pazopanib hydrochloride, close to pazopanib" in done.stderr


def test_a_file_with_free_parameters_says_so() -> None:
    write("x.rq", "PREFIX sts: <https://w3id.org/sts-kg/>\nSELECT ?b { ?_drug_iri sts:brandName ?b }")
    assert "warning: ?_drug_iri of a canned query has no value" in invoke("query", "x.rq").stderr


def test_the_listing_warns_of_what_is_not_sparql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own" / "mine").mkdir(parents=True)
    write("own/mine/a.rq", "#+ summary: S\n#+ description: D?\nSELECT ?x { ?x ?p ?o\n")
    own = KnowledgeGraph(Session(Guideline()), own=read_own("own", ()))
    monkeypatch.setattr(knowledge, "load", lambda store=None, queries=None: own)
    done = invoke("queries", "--queries", "own", "--topic", "mine")
    assert done.exit_code == 0
    assert done.stderr.startswith("warning: query own/mine/a.rq, line 3, column ")
    assert done.stdout.splitlines()[2].startswith("mine/a")


@pytest.mark.parametrize("words", [("--timeout", "0"), ("--timeout", "7"), ()])
def test_no_limit_of_time_is_none_for_an_endpoint_too(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(knowledge, "asking", lambda *_, **__: Asked(seen))
    assert invoke("sparql", "ASK {}", "--endpoint", "http://example.org/", *words).exit_code == 0
    assert invoke("sparql", "ASK {}", *words).exit_code == 0
    assert seen == [math.inf if words == ("--timeout", "0") else float((*words, "60", "60")[1])]


class Asked:
    """A graph at an endpoint that keeps the limits it is asked with."""

    def __init__(self, seen: list[object]) -> None:
        self.seen = seen

    def sparql(self, text: str, *, timeout_s: float, **_: object) -> bool:
        self.seen.append(timeout_s)
        return True


def test_labels_keep_the_limits(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def labelled(of: KnowledgeGraph, table: object, **limits: object) -> object:
        seen.append(limits)
        return table

    monkeypatch.setattr(KnowledgeGraph, "labelled", labelled)
    limits = ("--timeout", "30", "--memory", "1GB", "--max-rows", "99")
    assert invoke("sparql", "--labels", *limits, "SELECT ?d { ?d a sts:Drug }").exit_code == 0
    assert invoke("query", "drugs/standard-drug", "--labels", *limits).exit_code == 0
    assert seen == [{"timeout_s": 30.0, "memory": 1_000_000_000}] * 2


# --- CSV for spreadsheets


def test_every_command_that_writes_csv_writes_it_for_spreadsheets(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Mapping(subject_id="sts:a", predicate_id="skos:exactMatch", object_id="X:1", comment="=1+1")
    monkeypatch.setattr(KnowledgeGraph, "mapping_rows", lambda self, name, **chosen: ((MappingSet({}, ()), row),))
    report = Report((Violation("a-check", "sts:a", "=1+1", "-5"),), (), (), 1)
    monkeypatch.setattr(KnowledgeGraph, "check", lambda self, page: report)
    listed = invoke("mappings", "--format", "spreadsheet").stdout
    assert listed.splitlines()[1] == '"sts:a","","skos:exactMatch","","X:1","","\'=1+1"'
    checked = invoke("check", "--format", "spreadsheet").stdout
    assert checked == '\ufeff"check","subject","message","remedy"\n"a-check","sts:a","\'=1+1","-5"\n'
    found = invoke("sparql", "--format", "spreadsheet", 'SELECT ("=1+1" AS ?x) {}').stdout
    assert found == '\ufeff"x"\n"\'=1+1"\n'
    for command in _commands(cli.app):  # none is forgotten
        choices = {each for option in command.params for each in getattr(option.type, "choices", ())}
        assert ("csv" in choices) == ("spreadsheet" in choices), command.name


def _commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield from _commands(command) if isinstance(command, click.Group) else [command]
