"""A cohort from CSV: answers of random cases against the hand-written evaluator, sums, and every row accounted for."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import course_oracle
import numpy as np
import oracle
import polars as pl
import pytest
from click.testing import CliRunner
from random_cases import a_case, cases
from tables_of_cases import tables, written

from sts_kg import CaseError, KnowledgeGraph, ParseError, Table, UnknownNameError, knowledge
from sts_kg.cli import app
from sts_kg.cohort import Cohort, Rejections, plots
from sts_kg.cohort.csv_tables import Piece
from sts_kg.errors import ArgumentError, MissingLibraryError
from sts_kg.rdf.names import STS


def cohort_of(kg: KnowledgeGraph, folder: Path, some: Sequence[Mapping[str, Any]], **options: Any) -> Cohort:
    tables_of: dict[str, Any] = {**written(folder, tables(some)), **options}
    return kg.cohort(tables_of.pop("patients"), **tables_of)


def fair(n: int, seed: int) -> list[dict[str, Any]]:
    """Return random cases with courses and dates; those that must be refused are among them."""
    dice = random.Random(seed)
    return [a_case(dice, f"p{number}") for number in range(n)]


def by_hand(case: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    tried, declined = course_oracle.tried(case), course_oracle.declined(case)
    missing, marks = course_oracle.missing(case), course_oracle.marks(case)
    return {
        option: (
            status,
            " ".join(dict.fromkeys(missing[option])),
            "yes" if tried[option] else "no",
            "yes" if declined[option] else "no",
            "; ".join(marks[option]),
        )
        for option, status in course_oracle.statuses(case).items()
    }


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_rows_of_random_cases(kg: KnowledgeGraph, tmp_path: Path) -> None:
    some = [*cases().values(), *fair(150, 20)]
    some = [{**case, "case": f"p{number}"} for number, case in enumerate(some)]
    cohort = cohort_of(kg, tmp_path, some)
    usable = [case for case in some if not course_oracle.error(case)]
    assert cohort.rows("long").write(tmp_path / "long.csv") == 18 * len(usable)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows_in(tmp_path / "long.csv"):
        case, option, *answer = row.values()
        found.setdefault(case, {})[option] = tuple(answer)
    assert found == {case["case"]: by_hand(case) for case in usable}
    refused = [case for case in some if course_oracle.error(case)]
    assert len(refused) > 50
    assert cohort.manifest()["patients"] == {
        "read": len(some),
        "answered": len(usable),
        "rejected": len(refused),
        "contradictory": sum(map(course_oracle.contradictory, usable)),
    }


def test_wide_rows_say_the_same(kg: KnowledgeGraph, tmp_path: Path) -> None:
    cohort = cohort_of(kg, tmp_path, [case for case in fair(40, 3) if not course_oracle.error(case)])
    cohort.rows("long").write(tmp_path / "long.csv")
    cohort.rows().write(tmp_path / "wide.csv")
    wide = {row["case"]: row for row in rows_in(tmp_path / "wide.csv")}
    for row in rows_in(tmp_path / "long.csv"):
        name = row["option"].removeprefix("option-").replace("-", "_")
        same = wide[row["case"]]
        assert row["status"] == same[name]
        assert all(row[key] == same[f"{name}_{key}"] for key in ("missing", "tried", "declined", "marks"))
    assert len(next(iter(wide.values()))) == 1 + 5 * 18


def cells(table: Table) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in table.to_dicts()]


FOUR = [
    {"case": "a", "findings": {"stage4-sts": "yes", "sarcoma-type-for-pazopanib": "yes", "prior-chemotherapy": "yes"}},
    {"case": "b", "findings": {"stage4-sts": "yes", "unresectable": "yes"}},
    {"case": "c", "findings": {"stage4-sts": "no"}},
    {"case": "d", "findings": {"stage4-sts": "no", "lung-metastases": "yes"}},
]


@pytest.fixture
def four(kg: KnowledgeGraph, tmp_path: Path) -> Cohort:
    return cohort_of(kg, tmp_path, FOUR, min_cell=1)


def test_counts(four: Cohort) -> None:
    by_option = {option.partition("option-")[2]: numbers for option, *numbers in cells(four.counts())}
    assert by_option["pazopanib"] == [1, 1, 1, 1, 4]
    assert by_option["radiation"] == [1, 1, 1, 1, 4]
    assert by_option["ask-about-clinical-trials"] == [0, 0, 3, 1, 4]
    assert four.counts().variables == ("option", "met", "not_met", "undetermined", "contradictory", "patients")


def test_ask(four: Cohort) -> None:
    rows = {findings: tuple(numbers) for findings, _, *numbers in cells(four.ask())}
    assert rows["resectable unresectable"] == (1, 8, 1)
    assert rows["person-in-canada"] == (3, 3, 2)
    assert rows["sarcoma-type-for-pazopanib"] == (1, 1, 0)
    waiting = [row[2] for row in cells(four.ask())]
    assert waiting == sorted(waiting, reverse=True)


def test_funnel(four: Cohort) -> None:
    assert cells(four.funnel("pazopanib")) == [
        ("all patients that do not contradict themselves", 3, 0, 0),
        ("stage4-sts", 2, 1, 0),
        ("sarcoma-type-for-pazopanib", 1, 1, 1),
        ("prior-chemotherapy or growth-within-one-year-after-treatment", 1, 1, 1),
    ]
    with pytest.raises(UnknownNameError, match="there is no option 'pazopanid'; did you mean"):
        four.funnel("pazopanid")


def test_patterns(four: Cohort) -> None:
    found = dict(cells(four.patterns()))
    assert found[""] == 1
    assert sorted(found.values()) == [1, 1, 1]
    assert [options.split() for options in found if "option-pazopanib" in options] == [
        [
            *("option-chemotherapy", "option-doxorubicin-alone", "option-doxorubicin-ifosfamide"),
            *("option-targeted-therapy", "option-pazopanib", "option-surgery"),
        ]
    ]


def test_pictures_show_the_tables_and_the_digest(four: Cohort) -> None:
    footer = f"{four.plan.disclaimer} [sts_kg {four.plan.version}, plan {four.plan.digest[:12]}…]"
    assert four.plot("statuses") == plots.statuses(four.counts(), footer=footer)
    assert four.plot("questions") == plots.questions(four.ask(), footer=footer)
    assert four.plot("combinations") == plots.combinations(four.patterns(), footer=footer)
    assert four.plot("funnel", "pazopanib") == plots.funnel(four.funnel("pazopanib"), "pazopanib", footer=footer)
    with pytest.raises(UnknownNameError, match="there is no picture 'funel'; did you mean funnel"):
        four.plot("funel")
    with pytest.raises(ArgumentError, match="plot funnel, argument option: it is of one option"):
        four.plot("funnel")
    with pytest.raises(ArgumentError, match="argument option = 'pazopanib': it is of all options"):
        four.plot("statuses", "pazopanib")


def test_the_explanation_of_one_patient_is_that_of_its_case(kg: KnowledgeGraph, tmp_path: Path) -> None:
    case = {
        "case": "e",
        "findings": {"stage4-sts": "yes"},
        "courses": [{"therapies": ["doxorubicin"], "end": "2025-01", "outcome": "did-not-work"}],
    }
    cohort = cohort_of(kg, tmp_path, [*FOUR, case])
    said = str(cohort.explain("e", "other-chemotherapy"))
    there = str(kg.explain(case, "other-chemotherapy"))
    assert re.sub(r" ?\([^()]*line \d+\)", "", said) == re.sub(r" ?\([^()]*line \d+\)", "", there)
    assert f"{tmp_path}/courses.csv, line 2" in said
    with pytest.raises(UnknownNameError, match="there is no patient 'f'"):
        cohort.explain("f", "pazopanib")


def test_the_explanation_of_every_status_is_that_of_the_rows(kg: KnowledgeGraph, tmp_path: Path) -> None:
    some = [case for case in fair(30, 5) if not course_oracle.error(case) and not course_oracle.contradictory(case)]
    cohort = cohort_of(kg, tmp_path, some)
    cohort.rows().write(tmp_path / "rows.csv")
    for row in rows_in(tmp_path / "rows.csv")[:8]:
        answer = cohort.explain(row["case"], "pazopanib").answer
        assert (answer.status, " ".join(str(f).partition("finding-")[2] for f in answer.missing)) == (
            row["pazopanib"],
            row["pazopanib_missing"],
        )


def test_order_and_parts_of_the_rows_change_no_sum(kg: KnowledgeGraph, tmp_path: Path) -> None:
    some = [case for case in fair(120, 8) if not course_oracle.error(case)]
    folders = [tmp_path / name for name in ("all", "shuffled", "one", "two")]
    for folder in folders:
        folder.mkdir()
    shuffled = random.Random(1).sample(some, len(some))
    whole, other = (cohort_of(kg, f, s).tally for f, s in zip(folders, (some, shuffled), strict=False))
    assert whole == other
    parts = [cohort_of(kg, f, s).tally for f, s in zip(folders[2:], (some[:50], some[50:]), strict=True)]
    assert parts[0] + parts[1] == whole


def test_a_further_finding_never_turns_met_into_not_met(kg: KnowledgeGraph, tmp_path: Path) -> None:
    dice = random.Random(11)
    some = [{name: dice.choice(("yes", "no")) for name in oracle.FINDINGS if dice.random() < 0.3} for _ in range(200)]
    more = [{**one, **{dice.choice(oracle.FINDINGS): dice.choice(("yes", "no"))}, **one} for one in some]
    found = []
    for name, given in (("some", some), ("more", more)):
        (tmp_path / name).mkdir()
        values = cohort_of(
            kg, tmp_path / name, [{"case": f"p{n}", "findings": one} for n, one in enumerate(given)]
        ).values
        found.append(values)
    before, after = found
    changed = 0
    for option in before.plan.options:
        assert not (before.met(option) & after.unmet(option)).any()
        assert not (before.unmet(option) & after.met(option)).any()
        changed += int(np.bitwise_count(before.undetermined(option) & (after.met(option) | after.unmet(option))).sum())
    assert changed > 20


def test_the_cohort_table_of_omop(kg: KnowledgeGraph, tmp_path: Path) -> None:
    cohort = cohort_of(kg, tmp_path, [{**case, "case": str(n)} for n, case in enumerate(FOUR, 100)])
    n = cohort.rows("omop", as_of=date(2026, 1, 31)).write(tmp_path / "cohort.csv")
    rows = rows_in(tmp_path / "cohort.csv")
    assert n == len(rows)
    ordinal = next(plan.ordinal for option, plan in cohort.plan.options.items() if option == STS["option-pazopanib"])
    assert [row for row in rows if row["cohort_definition_id"] == str(ordinal)] == [
        {
            "cohort_definition_id": str(ordinal),
            "subject_id": "100",
            "cohort_start_date": "2026-01-31",
            "cohort_end_date": "2026-01-31",
        }
    ]
    frame = cohort.rows("omop", as_of=date(2026, 1, 31)).to_polars()
    assert dict(frame.schema) == {
        "cohort_definition_id": pl.Int64,
        "subject_id": pl.Int64,
        "cohort_start_date": pl.Date,
        "cohort_end_date": pl.Date,
    }
    assert frame["cohort_end_date"].to_list() == [date(2026, 1, 31)] * n
    with pytest.raises(ArgumentError, match="needs the date"):
        cohort.rows("omop")


def test_omop_wants_numbers_for_patients(four: Cohort, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="subject_id is a whole number, and 'a' is none"):
        four.rows("omop", as_of=date(2026, 1, 31)).write(tmp_path / "cohort.csv")
    assert not (tmp_path / "cohort.csv").exists()


STATUSES = ["contradictory", "not-met", "undetermined", "met"]


def test_a_pivot_has_the_statuses_alone_as_ordered_categories(four: Cohort) -> None:
    pandas, polars = four.rows("pivot").to_pandas(), four.rows("pivot").to_polars()
    assert pandas.shape == polars.shape == (4, 19)
    assert [str(dtype) for dtype in dict.fromkeys(pandas.dtypes)] == ["string", "category"]
    for name in pandas.columns[1:]:
        assert list(pandas[name].cat.categories) == STATUSES and pandas[name].cat.ordered
    assert pandas["pazopanib"].tolist() == ["met", "undetermined", "not-met", "contradictory"]
    assert pandas["pazopanib"].max() == "met"
    assert (pandas["pazopanib"] >= "undetermined").tolist() == [True, True, False, False]
    assert polars["pazopanib"].dtype == pl.Enum(STATUSES)
    assert polars["pazopanib"].sort().to_list() == STATUSES
    wide = four.rows("wide").to_pandas()
    assert wide[[*pandas.columns]].equals(pandas)
    long = four.rows("long").to_pandas()
    assert long["status"].cat.ordered and list(long["status"].cat.categories) == STATUSES


def test_a_status_that_nobody_has_is_a_category_all_the_same(four: Cohort) -> None:
    found = four.rows("pivot").to_pandas()["doxorubicin_ifosfamide"]
    assert set(found) < set(STATUSES) and list(found.cat.categories) == STATUSES


def test_frames(four: Cohort) -> None:
    pandas, polars = four.rows("long").to_pandas(), four.rows("long").to_polars()
    assert pandas.shape == polars.shape == (72, 7)
    assert polars["status"].to_list() == pandas["status"].tolist()
    assert pandas["tried"].dtype == bool
    table = four.rows().to_arrow()
    assert table.num_rows == 4
    assert table["pazopanib"].to_pylist() == ["met", "undetermined", "not-met", "contradictory"]


def test_parquet(four: Cohort, tmp_path: Path) -> None:
    import pyarrow.parquet

    assert four.rows().write(tmp_path / "rows.parquet") == 4
    assert pyarrow.parquet.read_table(tmp_path / "rows.parquet").equals(four.rows().to_arrow())


# --- what cannot be used

BAD = """\
case,stage4-sts,unresectable,as_of
a,yes,,
b,maybe,,
c,yes,no,2025-13
d,yes
,yes,,
e,no,,
a,no,,
f,yes,yes,
"""


def test_every_row_is_answered_or_rejected(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path, courses = tmp_path / "p.csv", tmp_path / "c.csv"
    path.write_text(BAD)
    courses.write_text("case,therapies,end\nf,doxorubicin,2024\nz,sbrt,\ne,chemo,\nf,sbrt,\n,sbrt,\n")
    cohort = kg.cohort(path, courses=courses)
    assert list(cohort.ids()) == ["f"]
    assert [(Path(one.table).name, one.row, one.column) for one in cohort.rejections.listed] == [
        *(("c.csv", 6, "case"), ("p.csv", 5, ""), ("p.csv", 3, "stage4-sts"), ("p.csv", 4, "as_of")),
        *(
            ("p.csv", 6, "case"),
            ("c.csv", 4, "therapy"),
            ("c.csv", 3, "case"),
            ("p.csv", 2, "case"),
            ("p.csv", 8, "case"),
        ),
    ]
    reasons = [one.reason for one in cohort.rejections.listed]
    assert reasons[1] == "the row has 2 cells, the header has 4"
    assert "'maybe' is not a value of stage4-sts: yes, no or unknown is expected" in reasons[2]
    assert "months are 01 to 12" in reasons[3]
    assert reasons[6] == f"there is no patient 'z' in {path}"
    assert reasons[7] == "the case 'a' is there again on line 8; none of them is used"
    said = cohort.manifest()
    assert said["patients"] == {"read": 8, "answered": 1, "rejected": 7, "contradictory": 0}
    assert said["tables"] == [
        {"kind": "patients", "name": str(path), "rows": 8, "used": 1, "sha256": sha256(BAD.encode()).hexdigest()},
        {
            "kind": "courses",
            "name": str(courses),
            "rows": 5,
            "used": 2,
            "sha256": sha256(courses.read_bytes()).hexdigest(),
        },
    ]


def test_a_file_cut_off_within_quotes(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('case,stage4-sts\na,yes\nb,no\n"c,yes\n')
    cohort = kg.cohort(path)
    assert list(cohort.ids()) == ["a", "b"]
    [cut] = cohort.rejections.listed
    assert (cut.row, cut.reason) == (4, "is not CSV: unexpected end of data; nothing after it was read")
    assert cohort.manifest()["patients"] == {"read": 3, "answered": 2, "rejected": 1, "contradictory": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case,stage4-sts,stage4_sts\n", "the column 'stage4_sts' is there twice, as 'stage4-sts'"),
        ("case,stage4-stts\n", "there is no column 'stage4-stts' in such a table; did you mean stage4-sts?"),
        ("patient,stage4-sts\n", "there is no column 'patient' in such a table"),
        ("stage4-sts\n", "the column 'case' is missing"),
    ],
)
def test_a_table_that_cannot_be_used(kg: KnowledgeGraph, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(CaseError, match=re.escape(said)):
        kg.cohort(tmp_path / "p.csv")


def test_a_pipe_cannot_be_read_twice(kg: KnowledgeGraph, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.csv")
    with pytest.raises(ParseError, match=r"p\.csv: is no file that can be read twice; save the table first"):
        kg.cohort(tmp_path / "p.csv")


def test_an_empty_table(kg: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("")
    with pytest.raises(ParseError, match="holds no table"):
        kg.cohort(tmp_path / "p.csv")
    (tmp_path / "p.csv").write_text("case,stage4-sts\n")
    cohort = kg.cohort(tmp_path / "p.csv")
    assert (len(cohort), len(cohort.ask()), len(cohort.patterns())) == (0, 0, 0)
    assert [row[1] for row in cells(cohort.counts())] == [0] * 18
    assert cohort.rows().write(tmp_path / "rows.csv") == 0
    assert (tmp_path / "rows.csv").read_text().startswith("case,chemotherapy,chemotherapy_missing,")
    assert cohort.rows("long").to_polars().shape == (0, 7)
    assert len(cohort.funnel("pazopanib")) == 4


def test_no_threshold(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="0 is no threshold"):
        kg.cohort(tmp_path / "p.csv", min_cell=0)


# --- the command


def test_the_commands(preloaded: object, tmp_path: Path) -> None:
    kg = knowledge.load()
    paths = written(tmp_path, tables(FOUR))
    patients = str(paths["patients"])
    cohort = kg.cohort(patients)
    for words, expected in (
        (["counts"], cohort.counts()),
        (["ask"], cohort.ask()),
        (["funnel", "pazopanib"], cohort.funnel("pazopanib")),
        (["patterns"], cohort.patterns()),
    ):
        command = ["cohort", words[0], patients, *words[1:], "--format", "json"]
        done = CliRunner().invoke(app, command, prog_name="sts-kg")
        assert (done.exit_code, done.stdout.rstrip()) == (0, expected.to_json()), done.stderr
        assert "4 patients read: 4 answered (* contradictory), 0 rejected" in done.stderr
        assert "* hidden: fewer than 11 patients" in done.stderr
    out, manifest = tmp_path / "rows.csv", tmp_path / "manifest.json"
    command = ["cohort", "rows", patients, "-o", str(out), "--manifest", str(manifest)]
    done = CliRunner().invoke(app, command, prog_name="sts-kg")
    assert done.exit_code == 0, done.stderr
    assert json.loads(manifest.read_text()) == json.loads(json.dumps(cohort.manifest()))
    assert len(rows_in(out)) == 4


def test_the_command_that_draws(preloaded: object, tmp_path: Path) -> None:
    patients = str(written(tmp_path, tables(FOUR))["patients"])
    cohort, out = knowledge.load().cohort(patients), tmp_path / "out.svg"
    for words, drawn in (
        (["statuses"], cohort.plot("statuses")),
        (["funnel", "--option", "pazopanib"], cohort.plot("funnel", "pazopanib")),
    ):
        command = ["cohort", "plot", patients, *words, "-o", str(out)]
        done = CliRunner().invoke(app, command, prog_name="sts-kg")
        assert (done.exit_code, out.read_text(encoding="utf-8")) == (0, drawn), done.stderr
    wrong = CliRunner().invoke(app, ["cohort", "plot", patients, "funnel", "-o", str(out)], prog_name="sts-kg")
    assert (wrong.exit_code, wrong.stderr.splitlines()[-1]) == (
        2,
        "sts-kg: plot funnel, argument option: it is of one option",
    )


def test_tables_for_a_person(preloaded: object, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("case,stage4-sts\n" + "".join(f"p{n},{'yes' if n < 20 else ''}\n" for n in range(35)))

    def told(*words: str) -> list[str]:
        done = CliRunner().invoke(app, ["cohort", words[0], str(path), *words[1:]], prog_name="sts-kg")
        assert done.exit_code == 0, done.stderr
        return done.stdout.splitlines()

    header, _, first, *_ = told("counts")
    assert header.split() == ["option", "met", "not_met", "undetermined", "contradictory", "patients"]
    assert first.split() == ["chemotherapy", "20", "0", "15", "0", "35"]
    header, _, *rows = told("ask")
    assert header.split() == ["waiting", "options", "settled", "question"]
    assert "35       35       20       Is the person in Canada? (person-in-canada)" in rows
    header, _, *rows = told("patterns")
    assert header.split() == ["patients", "options"]
    assert rows[:2] == [
        "20        chemotherapy, doxorubicin-alone, doxorubicin-ifosfamide, targeted-therapy, surgery",
        "15        none",
    ]
    assert told("funnel", "pazopanib")[3].split() == ["stage4-sts", "20", "0", "15"]
    path.write_text("case,stage4-sts\n" + "".join(f"p{n},{'yes' if n < 3 else ''}\n" for n in range(35)))
    assert told("patterns")[2].split() == ["*", "*"]


def test_rows_are_not_written_over_a_table_that_is_read(preloaded: object, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("case,stage4-sts\na,yes\n")
    done = CliRunner().invoke(app, ["cohort", "rows", str(path), "-o", str(path)], prog_name="sts-kg")
    assert done.exit_code == 2
    assert "is one of the tables that are read" in done.stderr
    assert path.read_text() == "case,stage4-sts\na,yes\n"


def test_rejected_rows_are_told_and_the_exit_code_is_3(preloaded: object, tmp_path: Path) -> None:
    path, manifest = tmp_path / "p.csv", tmp_path / "m.json"
    path.write_text(BAD)
    command = ["cohort", "counts", str(path), "--manifest", str(manifest)]
    done = CliRunner().invoke(app, command, prog_name="sts-kg")
    assert done.exit_code == 3
    assert f"{path}, line 3: 'maybe' is not a value of stage4-sts" in done.stderr
    assert "8 patients read: 2 answered (0 contradictory), 6 rejected" in done.stderr
    said = json.loads(manifest.read_text())
    assert {"table": str(path), "row": 3, "column": "stage4-sts"} in said["rejected"]
    assert "maybe" not in manifest.read_text()


def test_a_library_that_is_not_installed(
    preloaded: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, four: Cohort
) -> None:
    for name in ("duckdb", "pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    done = CliRunner().invoke(app, ["cohort", "counts", str(tmp_path / "p.parquet")], prog_name="sts-kg")
    assert (done.exit_code, done.stderr) == (
        3,
        "sts-kg: a table that is no CSV file needs duckdb: pip install 'sts-kg[cohort]'\n",
    )
    with pytest.raises(MissingLibraryError, match="Parquet needs pyarrow"):
        four.rows().write(tmp_path / "rows.parquet")
    assert not (tmp_path / "rows.parquet").exists()


def test_a_table_that_could_not_be_read_is_read_anew(kg: KnowledgeGraph, tmp_path: Path) -> None:
    """An attempt that fails half-way leaves no ids behind, which would move all answers."""
    cohort = cohort_of(kg, tmp_path, FOUR)
    pieces = cohort.tables.pieces

    def broken(rejections: Rejections) -> Iterator[Piece]:
        yield from pieces(rejections)
        raise ParseError("the disk is gone")

    cohort.tables.pieces = broken  # type: ignore[method-assign]
    with pytest.raises(ParseError, match="the disk is gone"):
        len(cohort)
    cohort.tables.pieces = pieces  # type: ignore[method-assign]
    assert (list(cohort.ids()), len(cohort), len(cohort.rejections)) == (["a", "b", "c", "d"], 4, 0)


def test_threads_read_a_cohort_once(kg: KnowledgeGraph, tmp_path: Path) -> None:
    cohort = cohort_of(kg, tmp_path, [{"case": f"p{number}", "findings": {}} for number in range(20_000)])
    calls, pieces = [], cohort.tables.pieces

    def counting(rejections: Rejections) -> Iterator[Piece]:
        calls.append(1)
        yield from pieces(rejections)

    cohort.tables.pieces = counting  # type: ignore[method-assign]
    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(lambda _: (len(cohort), sum(1 for _ in cohort.ids())), range(8)))
    assert (sizes, len(calls)) == ([(20_000, 20_000)] * 8, 1)
