"""`sts-kg test` and `sts-kg new-case`: exit codes, what is said, and that no file is written over or by halves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sts_kg import KnowledgeGraph
from sts_kg.cli import app

RIGHT = "case: a\nfindings: {stage4-sts: yes}\nexpected: {chemotherapy: met}\n"


@pytest.fixture(autouse=True)
def _loaded(preloaded: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def invoke(*words: str, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, words, input=input, prog_name="sts-kg")


# --- test


def test_it_ends_with_0_if_all_agree() -> None:
    Path("a.yaml").write_text(RIGHT)
    done = invoke("test", "a.yaml")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "1 case, 1 expected status: all as expected (by closure, bits, sql)\n"


def test_it_ends_with_1_if_something_differs() -> None:
    Path("b.yaml").write_text("case: b\nfindings: {stage4-sts: yes}\nexpected: {chemotherapy: not-met}\n")
    done = invoke("test", ".", "--engine", "closure")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "case b (b.yaml, line 1)",
        "  chemotherapy: expected not met, found met",
        "    Known to hold: stage4-sts (given: b.yaml, line 2).",
        "    Source: S04, S05, S06. Decisions: D01, D02, D03, D07, D37.",
        "",
        "1 case, 1 expected status: 1 not as expected (by closure)",
    ]


def test_json_is_that_of_the_function(kg: KnowledgeGraph) -> None:
    Path("a.yaml").write_text(RIGHT)
    done = invoke("test", "a.yaml", "--format", "json")
    assert json.loads(done.stdout) == json.loads(json.dumps(kg.test("a.yaml").as_dict()))


def test_what_cannot_be_read_ends_with_3_and_the_rest_is_tested() -> None:
    Path("a.yaml").write_text(RIGHT)
    Path("c.yaml").write_text("case: c\nexpected: {pazopanip: met}\n---\ncase: d\n")
    Path("e.yaml").write_text("case: e\n")
    done = invoke("test", ".")
    assert done.exit_code == 3
    assert done.stdout == "1 case, 1 expected status: all as expected (by closure, bits, sql)\n"
    assert done.stderr.splitlines() == [
        "sts-kg: c.yaml, line 2: there is no option 'pazopanip'; did you mean pazopanib?",
        "sts-kg: e.yaml, line 1: the case 'e' says nothing that can be tested; add what you expect, as in "
        "expected: {reed-tea: met, others: not-met}",
    ]


@pytest.mark.parametrize("path", ["none", "."])
def test_a_path_without_cases_ends_with_3(path: str) -> None:
    done = invoke("test", path)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "cannot be read" in done.stderr if path == "none" else "holds no golden case" in done.stderr


def test_a_guideline_that_is_not_there_is_told() -> None:
    Path("a.yaml").write_text(RIGHT)
    done = invoke("test", "a.yaml", "--guideline", "none")
    assert done.exit_code == 3 and "none" in done.stderr and done.stdout == ""


def test_an_unknown_engine_is_a_mistake_of_usage() -> None:
    assert invoke("test", ".", "--engine", "owl").exit_code == 2


# --- new-case


def test_a_pipe_answers_line_by_line() -> None:
    done = invoke("new-case", "--id", "nestling", input="yes\nN\n?\nu\n")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:9][-5:] == [
        "case: nestling",
        "findings:",
        "  soft-tissue-sarcoma: yes",
        "  stage4-sts: no",
        "expected:",
    ]
    assert done.stderr.splitlines() == [
        "1. Is the cancer a soft tissue sarcoma? (1 option waiting)",
        "2. Is the cancer a soft tissue sarcoma at stage 4 (also called metastatic or advanced)? (17 options waiting)",
        "3. Is the person in Canada? (1 option waiting)",
        "person-in-canada; waiting: asking about clinical trials; met by a yes: asking about clinical trials",
        "3 questions answered, 1 finding not known",
    ]


def test_a_file_gets_its_name_for_an_id_and_can_be_tested() -> None:
    done = invoke("new-case", "-o", "nestling.yaml", "--label", "a nestling", input="y\ny\nq\n")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == (
        "2 questions answered, 14 questions left open; the case was written to nestling.yaml"
    )
    assert "case: nestling\nlabel: a nestling\n" in Path("nestling.yaml").read_text()
    assert invoke("test", "nestling.yaml").exit_code == 0


def test_the_end_of_a_pipe_is_told() -> None:
    done = invoke("new-case", "-o", "a.yaml", input="yes\n")
    assert done.exit_code == 0
    assert done.stderr.splitlines()[2:] == [
        "the answers ended here; what was answered so far is kept",
        "1 question answered, 15 questions left open; the case was written to a.yaml",
    ]
    assert "soft-tissue-sarcoma: yes" in Path("a.yaml").read_text()


def test_it_may_expect_nothing_yet_and_then_says_what_to_write() -> None:
    invoke("new-case", "-o", "a.yaml", "--no-expected", input="yes\n")
    done = invoke("test", "a.yaml")
    assert done.exit_code == 3 and "add what you expect" in done.stderr


def test_no_file_is_written_over_and_nothing_is_asked() -> None:
    Path("a.yaml").write_text("mine")
    done = invoke("new-case", "-o", "a.yaml", input="yes\n")
    assert (done.exit_code, done.stderr) == (3, "sts-kg: a.yaml: is there already; give another name\n")
    assert Path("a.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [("none/a.yaml", 3, "there is no such folder"), ("a.txt", 2, "a case is written as YAML; end its name in .yaml")],
)
def test_what_cannot_be_written_is_told_before_a_question(path: str, code: int, message: str) -> None:
    done = invoke("new-case", "-o", path, input="yes\n")
    assert done.exit_code == code and message in done.stderr
    assert "1. " not in done.stderr


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("yes\nmaybe\n", "standard input, line 2: 'maybe' is no answer: y (yes), n (no), u (not known), ?"),
        ("yes\n\n", "standard input, line 2: '' is no answer: "),
        (b"yes\n\xff\n", "standard input: is not text in UTF-8"),
    ],
)
def test_a_wrong_line_of_a_pipe_writes_nothing(answers: str | bytes, message: str) -> None:
    done = invoke("new-case", "-o", "a.yaml", input=answers)
    assert done.exit_code == 3 and message in done.stderr
    assert [*Path().iterdir()] == []


HUSH = ("new-case", "--guideline", "example:grey-hush", "--id", "cold")


def test_a_number_is_an_answer_where_one_decides() -> None:
    done = invoke(*HUSH, input="y\nn\ny\nn\n31.2\n")
    assert done.exit_code == 0 and "body_warmth: 31.2\nexpected:\n" in done.stdout
    asked = "5. Is the body of the humbrel cool, at 31.5 degrees or less?"
    assert done.stderr.splitlines()[4] == f"{asked} (2 options waiting; or give the body warmth in degrees)"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("31,2", "standard input, line 5: body_warmth: '31,2' is not a number of degrees, such as 12.5"),
        ("cold", "or q (end here), or the body warmth in degrees is expected"),
    ],
)
def test_a_number_that_is_none_is_told(answer: str, message: str) -> None:
    done = invoke(*HUSH, "-o", "a.yaml", input=f"y\nn\ny\nn\n{answer}\n")
    assert done.exit_code == 3 and done.stderr.splitlines()[-1].endswith(message)
    assert [*Path().iterdir()] == []


def test_a_number_where_none_decides_is_told() -> None:
    done = invoke("new-case", input="7\n")
    assert done.exit_code == 3 and "standard input, line 1: '7' is no answer: y (yes)" in done.stderr


def test_an_id_that_is_none_is_told() -> None:
    done = invoke("new-case", "--id", " ", input="")
    assert done.exit_code == 2 and "one to 200 printable characters were expected" in done.stderr
