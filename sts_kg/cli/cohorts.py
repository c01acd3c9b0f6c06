"""Commands about cohorts: what the conditions come to for many patients."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.cli.shared import DONE, UNREADABLE, File, as_json, formats, graph_by, page_option, reading_option, terminal
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cohort import Cohort
    from sts_kg.tables import Table

__all__ = ["cohort_group"]

_FORMS = ("table", "csv", "json", "md", "spreadsheet")
_MOST_TOLD = 20


@click.group(name="cohort")
def cohort_group() -> None:
    """Answer for many patients at once: counts, questions, rows, and SQL for where the data are.

    PATIENTS is a table with a row a patient: the column case, and a column for each finding (yes, no or nothing; 1, 0).
    Counts below 11 are hidden, and so are those that would give them back. No command but rows writes anything about
    one patient.

    \b
    Example:
      sts-kg cohort counts patients.csv --courses courses.csv
      sts-kg cohort ask patients.csv
      sts-kg cohort rows patients.csv -o answers.csv
    """


def _tables(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the tables of a cohort to a command, which then gets the cohort."""

    @click.argument("patients", type=File)
    @click.option("--courses", type=File, metavar="FILE", help="Courses of treatment, by case.")
    @click.option("--growth", type=File, metavar="FILE", help="Dates of growth, by case.")
    @click.option("--no-growth", type=File, metavar="FILE", help="Times without growth, by case.")
    @click.option(
        "--min-cell",
        type=click.IntRange(min=1),
        default=11,
        show_default=True,
        metavar="N",
        help="Hide counts below it; 1 hides none.",
    )
    @reading_option
    @click.option("--manifest", type=File, metavar="FILE", help="Write what was read and used, as JSON.")
    @wraps(command)
    def with_cohort(readings: tuple[str, ...], manifest: Path | None, **options: Any) -> None:
        named = ("patients", "courses", "growth", "no_growth", "min_cell")
        tables = {name: options.pop(name) for name in named}
        with _reading(tables, readings) as cohort:
            command(cohort, **options)
        sys.exit(_told(cohort, manifest))

    return with_cohort


@contextmanager
def _reading(tables: dict[str, Any], readings: tuple[str, ...]) -> Iterator[Cohort]:
    with terminal().busy("reading …") as say:
        cohort = graph_by(readings).cohort(
            tables.pop("patients"), **tables, on_progress=lambda n: say(f"{counted(n, 'patient')} read …")
        )
        len(cohort)  # reads the tables
    yield cohort


def _told(cohort: Cohort, manifest: Path | None) -> int:
    """Say which rows were rejected, write the manifest, and return the exit code."""
    from sts_kg.rdf import write_bytes

    shown, rejections = terminal(), cohort.rejections
    for rejected in rejections.listed[:_MOST_TOLD]:
        shown.error(str(rejected))
    if more := len(rejections) - _MOST_TOLD:
        shown.note(f"and {counted(more, 'row')} more were rejected") if more > 0 else None
    said = cohort.manifest()
    patients = said["patients"]
    assert isinstance(patients, dict)
    shown.note(
        f"{counted(patients['read'], 'patient')} read: {patients['answered']} answered"
        f" ({patients['contradictory']} contradictory), {patients['rejected']} rejected"
    )
    if manifest is not None:
        write_bytes(manifest, (as_json(said) + "\n").encode())
    return UNREADABLE if len(rejections) else DONE


def _show(table: Table, form: str, cohort: Cohort) -> None:
    shown = terminal()
    if form == "table":
        shown.answer(table)
        shown.tell(f"{cohort.guideline.footer}\n")
    else:
        ways = {"csv": table.to_csv, "json": table.to_json, "md": table.to_markdown}
        shown.write("\ufeff" + table.to_csv(spreadsheet=True) if form == "spreadsheet" else ways[form]())


@cohort_group.command(name="counts")
@_tables
@formats(*_FORMS)
def counts(cohort: Cohort, form: str) -> None:
    """Count the patients of each option by status: met, not met, undetermined, contradictory.

    \b
    Example:
      sts-kg cohort counts patients.csv --courses courses.csv --growth growth.csv
    """
    _show(cohort.counts(), form, cohort)


@cohort_group.command(name="ask")
@_tables
@formats(*_FORMS)
def ask(cohort: Cohort, form: str) -> None:
    """Rank the questions by how many patients wait for them, and for how many the answer alone settles an option.

    \b
    Example:
      sts-kg cohort ask patients.csv
    """
    _show(cohort.ask(), form, cohort)


@cohort_group.command(name="funnel")
@_tables
@click.argument("option")
@formats(*_FORMS)
def funnel(cohort: Cohort, option: str, form: str) -> None:
    """Count who is left after each part of the condition of an option: yes, no, not known.

    \b
    Example:
      sts-kg cohort funnel patients.csv pazopanib
    """
    _show(cohort.funnel(option), form, cohort)


@cohort_group.command(name="patterns")
@_tables
@formats(*_FORMS)
def patterns(cohort: Cohort, form: str) -> None:
    """Count the sets of options that are met together.

    \b
    Example:
      sts-kg cohort patterns patients.csv
    """
    _show(cohort.patterns(), form, cohort)


@cohort_group.command(name="rows")
@_tables
@click.option("-o", "--output", type=File, required=True, metavar="FILE", help="Where to: .csv or .parquet.")
@click.option("--form", type=click.Choice(("wide", "long", "omop")), default="wide", show_default=True)
@click.option("--as-of", type=click.DateTime(("%Y-%m-%d",)), metavar="DATE", help="The date of OMOP's cohort table.")
def rows(cohort: Cohort, output: Path, form: str, as_of: datetime | None) -> None:
    """Write what is answered for each patient: a row each (wide), a row each and option (long), or OMOP's cohort table.

    \b
    Example:
      sts-kg cohort rows patients.csv -o answers.parquet
      sts-kg cohort rows patients.csv -o cohort.csv --form omop --as-of 2026-01-31
    """
    n = cohort.rows(form, as_of=as_of.date() if as_of else None).write(output)  # type: ignore[arg-type] # click checks
    terminal().note(f"{counted(n, 'row')} in {output}")


@cohort_group.command(name="explain")
@click.argument("patients", type=File)
@click.argument("case")
@click.argument("option")
@click.option("--courses", type=File, metavar="FILE", help="Courses of treatment, by case.")
@click.option("--growth", type=File, metavar="FILE", help="Dates of growth, by case.")
@click.option("--no-growth", type=File, metavar="FILE", help="Times without growth, by case.")
@formats("table", "json")
@reading_option
@page_option
def explain(
    patients: Path,
    case: str,
    option: str,
    courses: Path | None,
    growth: Path | None,
    no_growth: Path | None,
    form: str,
    readings: tuple[str, ...],
    page: Path | None,
) -> None:
    """Explain why an option has its status for one patient, as `sts-kg explain` does for a case file.

    \b
    Example:
      sts-kg cohort explain patients.csv p17 pazopanib
    """
    shown = terminal()
    with shown.busy("reasoning …"):
        cohort = graph_by(readings).cohort(patients, courses=courses, growth=growth, no_growth=no_growth)
        found = cohort.explain(case, option, page=page)
    if form == "json":
        shown.write(as_json(found.as_dict()))
    else:
        shown.explanation(found)


@cohort_group.command(name="plan")
@reading_option
def plan(readings: tuple[str, ...]) -> None:
    """Print the plan as JSON: conditions, what facts imply, rules and marks as data, with their digest.

    \b
    Example:
      sts-kg cohort plan
      sts-kg cohort plan --reading D04=S08-alone
    """
    terminal().write(graph_by(readings).plan.to_json())


@cohort_group.command(name="views")
@click.option("-o", "--output", type=File, metavar="DIR", help="Write each into this new folder, as NAME.json.")
def views(output: Path | None) -> None:
    """Print ViewDefinitions (SQL on FHIR v2): tables of a cohort from FHIR resources.

    They flatten responses to the questionnaire, and list the codes of conditions, procedures and medications.

    \b
    Example:
      sts-kg cohort views -o views
    """
    from sts_kg.knowledge import load
    from sts_kg.rdf import writing_folder

    made = load().view_definitions()
    if output is None:
        terminal().write(as_json(made))
        return
    with writing_folder(output) as folder:
        for name, view in made.items():
            (folder / f"{name}.json").write_text(f"{as_json(view)}\n", encoding="utf-8")
    terminal().note(f"{counted(len(made), 'view')} written to {output}")
