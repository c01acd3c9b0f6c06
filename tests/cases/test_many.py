"""Many cases: answers by plans are those of the closure, whatever the number of cases, and come piece by piece."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import course_oracle
import oracle
import pytest
from click.testing import CliRunner
from random_cases import cases

from sts_kg import Case, CaseError, KnowledgeGraph, ParseError
from sts_kg.cases import many
from sts_kg.cases.answers import Answer, Answers
from sts_kg.cases.many import MANY, PIECE, Many
from sts_kg.cases.session import Session
from sts_kg.cases.sources import Cases, CaseSource, read_cases
from sts_kg.cli import app
from sts_kg.guideline import Guideline
from sts_kg.plan import plan_of, plans_of_readings
from sts_kg.rdf.names import STS

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "ontology" / "examples"
#: Readings that change conditions, relations of findings, what courses give, dates, and marks.
READINGS = ["D04=S08-alone", "D06=alone", "D09=chemotherapy-only", "D16c=no-opposite", "D31=of-its-course"]


@pytest.fixture(scope="module")
def some(kg: KnowledgeGraph) -> tuple[Case, ...]:
    """The random cases that can be read, and the examples; some contradict themselves."""
    fair = [case for case in cases().values() if not course_oracle.error(case)]
    examples = [*sorted(EXAMPLES.glob("?.yaml")), *sorted((EXAMPLES / "readings").glob("*.yaml"))]
    return read_cases([*fair, *examples], kg.guideline.vocabulary)


def by_closure(guideline: Guideline, given: tuple[Case, ...]) -> Answers:
    """Return the answers that a closure of all cases gives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "MANY", sys.maxsize)
        found = Session(guideline, given).answers()
        assert all(answer.readings is None or answer.readings == answer.readings for answer in found)
    return found


def said(answers: Answers) -> list[dict[str, Any]]:
    """Return every field of answers, with the order of what is in them."""
    fields = [name for name in Answer.__dataclass_fields__ if name not in ("by_reading", "_made")]
    return [
        {name: ordered(getattr(answer, name)) for name in fields} | {"readings": answer.readings} for answer in answers
    ]


def ordered(value: Any) -> Any:
    return list(value.items()) if isinstance(value, dict) else value


def test_answers_by_plans_are_those_of_the_closure(kg: KnowledgeGraph, some: tuple[Case, ...]) -> None:
    expected, found = by_closure(kg.guideline, some), Many(kg.guideline).answers(some)
    assert len(some) == 423
    assert said(found) == said(expected)
    assert [(e.case, e.contradictions, e.summary) for e in found.contradictions] == [
        (e.case, e.contradictions, e.summary) for e in expected.contradictions
    ]
    assert (len(found.contradictions), found.labels, found.footer) == (85, expected.labels, expected.footer)
    assert found.to_csv() == expected.to_csv()
    assert found.to_csv(spreadsheet=True) == expected.to_csv(spreadsheet=True)
    shown = {mark.label for answer in found for mark in answer.marks}, {len(a.hints) for a in found}
    assert (len(shown[0]), len(shown[1])) == (7, 3)
    assert sum(len(answer.readings or ()) for answer in found) == 5379


@pytest.mark.parametrize("reading", READINGS)
def test_answers_by_another_reading(kg: KnowledgeGraph, some: tuple[Case, ...], reading: str) -> None:
    guideline = kg.guideline.under(reading)
    assert said(Many(guideline).answers(some[::3])) == said(by_closure(guideline, some[::3]))


def test_findings_alone(kg: KnowledgeGraph) -> None:
    """Rows of a cohort, in which findings are given and nothing else, half of them contradictory."""
    dice = random.Random(9)
    given = read_cases(
        [
            {
                "case": f"c{number}",
                "findings": {f: dice.choice(("yes", "no")) for f in oracle.FINDINGS if dice.random() < share},
            }
            for share in (0.05, 0.3, 0.7)
            for number in range(int(1000 * share), int(1000 * share) + 70)
        ],
        kg.guideline.vocabulary,
    )
    found, expected = Many(kg.guideline).answers(given), by_closure(kg.guideline, given)
    assert said(found) == said(expected)
    assert [e.contradictions for e in found.contradictions] == [e.contradictions for e in expected.contradictions]
    assert len(found.contradictions) == 70


def test_a_plan_that_lacks_an_implication_is_found_out(
    kg: KnowledgeGraph, some: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the comparisons above can fail: with a wrong plan, and with a wrong plan by a reading."""
    right, others = plan_of(kg.guideline), plans_of_readings(kg.guideline)
    fact = STS["finding-soft-tissue-sarcoma"], True
    wrong = replace(right, premises={**right.premises, fact: right.premises[fact][:1]})
    expected = said(by_closure(kg.guideline, some[:100]))
    monkeypatch.setattr(many, "plan_of", lambda _: wrong)
    found = [some[number] for number in range(100) if expected[18 * number]["status"] != "contradictory"]
    assert said(Many(kg.guideline).answers(found)) != [one for one in expected if one["status"] != "contradictory"]
    monkeypatch.setattr(many, "plan_of", lambda _: right)
    monkeypatch.setattr(many, "plans_of_readings", lambda _: {**others, "D04=S08-alone": right})
    assert said(Many(kg.guideline).answers(some[:100])) != expected


# --- when plans answer


def test_both_sides_of_the_threshold(
    kg: KnowledgeGraph, some: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, enough = kg.options(some[: MANY - 1]), kg.options(some[:MANY])
    assert said(enough)[: len(few)] == said(few)
    monkeypatch.setattr(Many, "answers", lambda *_: pytest.fail("plans answer"))
    assert said(kg.options(some[: MANY - 1])) == said(few)
    with pytest.raises(pytest.fail.Exception, match="plans answer"):
        kg.options(some[:MANY])


def test_a_guideline_of_ones_own_is_closed(
    kg: KnowledgeGraph, some: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan rests on the linear law, which tests hold for the shipped ontology only."""
    own = Guideline(quads=kg.guideline.quads)
    monkeypatch.setattr(Many, "answers", lambda *_: pytest.fail("plans answer"))
    assert said(Session(own, some[:MANY]).answers()) == said(by_closure(kg.guideline, some[:MANY]))
    assert (own.is_shipped, own.under("D04").is_shipped) == (False, False)
    assert (kg.guideline.is_shipped, kg.guideline.under("D04").is_shipped) == (True, True)
    assert not kg.guideline.with_alignments("bfo").is_shipped
    assert not many.are_many(MANY, Guideline(engine="owlrl"))


def test_reviewed_answers(kg: KnowledgeGraph, some: tuple[Case, ...], tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_text("decision,verdict,reading,reviewer,date,comment\nD20,agree,,A. Reviewer,2026-11-28,\n")
    guideline = kg.with_verdicts(form).guideline
    found = Session(guideline, some[:MANY]).answers()
    assert guideline.is_shipped and any(answer.verdicts for answer in found)
    assert said(found) == said(by_closure(guideline, some[:MANY]))


def test_threads_share_what_is_kept(
    kg: KnowledgeGraph, some: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "_MOST_KEPT", 50)
    shared, expected = Many(kg.guideline), said(Many(kg.guideline).answers(some[:120]))
    found: list[list[dict[str, Any]]] = []
    threads = [threading.Thread(target=lambda: found.append(said(shared.answers(some[:120])))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [expected] * 4


# --- piece by piece

HEADER = ["case", *oracle.FINDINGS]


def cohort(path: Path, n: int, last: str = "") -> Path:
    """Write a cohort with few contradictions, and a last line."""
    dice = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(n):
            cells = [dice.choice(("yes", "no")) if dice.random() < 0.08 else "" for _ in oracle.FINDINGS]
            writer.writerow([f"p{number}", *cells])
        file.write(last)
    return path


def test_pieces_are_the_whole(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = cohort(tmp_path / "cohort.csv", PIECE + MANY)
    told: list[tuple[int, int]] = []
    sources: list[CaseSource] = [EXAMPLES / "a.yaml", path, "example:b"]
    pieces = list(kg.iter_options(sources, on_progress=lambda *each: told.append(each)))
    whole = kg.options(sources)
    assert [len(piece) // 18 for piece in pieces] == [PIECE, MANY + 2]
    assert told == [(PIECE, PIECE + MANY + 2), (PIECE + MANY + 2, PIECE + MANY + 2)]
    assert [answer for piece in pieces for answer in piece] == list(whole)
    assert [answer.readings for piece in pieces for answer in piece] == [answer.readings for answer in whole]
    joined = Answers.joined(pieces)
    assert [str(error) for error in joined.contradictions] == [str(error) for error in whole.contradictions] != []
    assert (joined.labels, joined.footer) == (whole.labels, whole.footer)
    assert "".join(piece.to_csv(header=not at) for at, piece in enumerate(pieces)) == whole.to_csv()
    assert Answers.joined([]) == Answers(())


def run(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def in_one(words: list[str | Path], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Return what a command writes if one closure answers for all cases at once."""
    with monkeypatch.context() as patch:
        patch.setattr(many, "MANY", sys.maxsize)
        patch.setattr("sts_kg.cases.session.PIECE", sys.maxsize)
        return run(*words)


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize("form", ["json", "csv", "spreadsheet", "table"])
@pytest.mark.parametrize("status", [(), ("--status", "contradictory", "--status", "not-met")])
def test_commands_write_the_same_in_pieces(
    form: str, status: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str | Path] = [
        "options",
        EXAMPLES / "f.yaml",
        cohort(tmp_path / "c.csv", MANY + 6),
        "--format",
        form,
        *status,
    ]
    expected = in_one(words, monkeypatch)
    monkeypatch.setattr("sts_kg.cases.session.PIECE", 30)
    code, out, err = run(*words)
    assert (code, out) == expected[:2]
    assert sorted(err.splitlines()) == sorted(expected[2].splitlines())
    assert code == 1 and "contradicts itself" in err


@pytest.mark.usefixtures("preloaded")
def test_json_is_one_array(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sts_kg.cases.session.PIECE", 30)
    path = cohort(tmp_path / "c.csv", MANY, '"=1+1, ""é""",yes' + "," * (len(oracle.FINDINGS) - 1) + "\n")
    _, out, _ = run("options", path, "--format", "json")
    found = json.loads(out)
    assert out == json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    assert [one["case"] for one in found[::18]] == [*(f"p{number}" for number in range(MANY)), '=1+1, "é"']
    _, out, _ = run("options", path, "--format", "json", "--status", "met", "--status", "undetermined")
    assert json.loads(out) == [one for one in found if one["status"] in ("met", "undetermined")]


def test_ids_of_cases_are_cells(kg: KnowledgeGraph) -> None:
    """What is kept of a line is all but the id, which may need quotes, or an apostrophe in a spreadsheet."""
    names = ["=1+1", 'a "b", c', "d;e", "x" * 200, "-5"]
    found = kg.options([{"case": name, "findings": {"stage4-sts": "yes"}} for name in names])
    for spreadsheet in (False, True):
        lines = list(csv.reader(io.StringIO(found.to_csv(spreadsheet=spreadsheet))))
        shown = ["'=1+1", *names[1:]] if spreadsheet else names
        assert [line[0] for line in lines[1::18]] == shown
        assert len({tuple(line[1:]) for line in lines[1::18]}) == 1
    first = found.to_csv(spreadsheet=True).splitlines()[1]
    assert first.startswith('"\'=1+1","option-chemotherapy","met"')


def test_an_error_on_the_last_line_answers_nothing(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = cohort(tmp_path / "c.csv", PIECE + 5, "last,maybe" + "," * (len(oracle.FINDINGS) - 1) + "\n")
    with pytest.raises(CaseError, match=f"c.csv, line {PIECE + 7}: 'maybe' is not a value of") as raised:
        kg.iter_options(path)
    with pytest.raises(CaseError) as whole:
        kg.options(path)
    assert str(raised.value) == str(whole.value)
    seen: list[str] = []
    pieces = list(kg.iter_options([path, "example:a"], on_error=lambda error: seen.append(str(error))))
    assert (seen, [piece[0].case for piece in pieces]) == ([str(whole.value)], ["a"])


@pytest.mark.usefixtures("preloaded")
def test_a_command_writes_nothing_of_a_file_with_an_error(tmp_path: Path) -> None:
    path = cohort(tmp_path / "c.csv", PIECE + 5, "p1" + "," * len(oracle.FINDINGS) + "\n")
    code, out, err = run("options", path, "--format", "csv")
    assert (code, out) == (3, "")
    assert err == f"sts-kg: {path}, line {PIECE + 7}: the case 'p1' is there twice; the first is at {path}, line 3\n"
    assert run("options", path, "--format", "json")[:2] == (3, "[]\n")


def test_ids_are_looked_for_in_all_sources(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = cohort(tmp_path / "c.csv", PIECE + 1)
    with pytest.raises(CaseError, match=r"the case 'p7' is there twice; the first is at .*c\.csv, line 9"):
        kg.iter_options([path, {"case": "p7"}])
    with pytest.raises(CaseError, match=r"the case 'p7' is there twice; the first is at the mapping given, line 1"):
        kg.iter_options([{"case": "p7"}, path])


def test_a_large_cohort_is_not_held(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path, words = cohort(tmp_path / "c.csv", 30), kg.guideline.vocabulary
    held, again = Cases([path, "example:a"], words, most_held=30), Cases([path, "example:a"], words, most_held=29)
    assert list(held) == list(again) == list(again) == list(read_cases([path, "example:a"], words))
    assert (len(held), len(again)) == (31, 31)
    assert [len(chunk) for chunk in again.chunks(20)] == [20, 11]
    cohort(path, 29)
    assert len(list(held)) == 31
    with pytest.raises(ParseError, match="was changed while it was read"):
        list(again)


CHANGES: list[tuple[str, Callable[[str], str]]] = [
    ("a row less", lambda text: "".join(text.splitlines(keepends=True)[:-1])),
    ("a row more", lambda text: text + "new" + "," * len(oracle.FINDINGS) + "\n"),
    ("another order", lambda text: "".join([*text.splitlines(keepends=True)[:2], "\n", *text.splitlines(True)[2:]])),
]


@pytest.mark.parametrize(("how", "change"), CHANGES, ids=[how for how, _ in CHANGES])
def test_a_file_that_changes_while_it_is_read(
    kg: KnowledgeGraph, tmp_path: Path, how: str, change: Callable[[str], str]
) -> None:
    path = cohort(tmp_path / "c.csv", 30)
    found = Cases(path, kg.guideline.vocabulary, most_held=5)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ParseError, match="was changed while it was read"):
        list(found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes of POSIX")
def test_a_pipe_is_read_once(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path, pipe = cohort(tmp_path / "c.csv", 30), tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(path.read_bytes()))
    writer.start()
    found = Cases(pipe, kg.guideline.vocabulary, most_held=5)
    writer.join()
    assert [case.id for case in found] == [case.id for case in found] == [f"p{number}" for number in range(30)]


# --- memory

_PEAK = """
import re, sys
from sts_kg.cli import app
try:
    app(["options", sys.argv[1], "--format", sys.argv[2]])
except SystemExit:  # getrusage would count the process that started this one
    print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def peak(path: Path, form: str) -> int:
    """Return the most memory that a command takes, in MB."""
    words = [sys.executable, "-c", _PEAK, str(path), form]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, timeout=300)
    return int(done.stderr.split()[-1]) // 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the memory of a process as Linux tells it")
@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_memory_is_flat_in_the_number_of_cases(tmp_path: Path, form: str) -> None:
    few, more = (peak(cohort(tmp_path / f"{n}.csv", n), form) for n in (2_000, 20_000))
    assert few < 250
    assert more < few + 40
