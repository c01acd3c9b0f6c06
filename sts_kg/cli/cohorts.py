"""Commands about cohorts: what the conditions come to for many patients."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.cli.shared import (
    DONE,
    UNREADABLE,
    File,
    as_json,
    formats,
    graph_by,
    guideline_option,
    page_option,
    reading_option,
    terminal,
)
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cohort import Cohort, Partitions
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.tables import Table

__all__ = ["DAY", "FORMS", "HIDES", "cohort_group", "show"]

HIDES = "Hide counts below it; 1 hides none."
FORMS = ("table", "csv", "json", "md", "spreadsheet")
_MOST_TOLD = 20
DAY = click.DateTime(("%Y-%m-%d",))


@click.group(name="cohort")
def cohort_group() -> None:
    """Answer for many patients at once: counts, questions, rows, and SQL for where the data are.

    PATIENTS is a table with a row a patient: the column case, and a column for each finding (yes, no or nothing; 1, 0).
    A folder holds patients.csv or .parquet, with courses, growth and no_growth beside it; several folders are parts of
    one cohort. Counts below 11 are hidden, and so are those that would give them back. No command but rows and explain
    says anything of one patient.

    \b
    Example:
      sts-kg cohort counts patients.csv --courses courses.csv
      sts-kg cohort ask patients.csv
      sts-kg cohort rows patients.csv -o answers.csv
    """


def _beside(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for the tables beside that of patients."""
    for kind, holds in (
        ("no-growth", "Times without growth, by case."),
        ("growth", "Dates of growth, by case."),
        ("courses", "Courses of treatment, by case."),
    ):
        command = click.option(f"--{kind}", type=File, metavar="FILE", help=holds)(command)
    return command


def _tables(*, parts: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what adds the tables of a cohort to a command, which then gets the cohort; or several parts of one."""

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        @click.argument(
            "patients", type=File, nargs=-1 if parts else 1, required=True, metavar="PATIENTS" + "..." * parts
        )
        @_beside
        @click.option("--min-cell", type=click.IntRange(min=1), default=11, show_default=True, metavar="N", help=HIDES)
        @guideline_option
        @reading_option
        @click.option("--manifest", type=File, metavar="FILE", help="Write what was read and used, as JSON.")
        @wraps(command)
        def with_cohort(readings: tuple[str, ...], manifest: Path | None, **options: Any) -> None:
            named = ("patients", "courses", "growth", "no_growth", "min_cell", "kept")
            tables = {name: options.pop(name) for name in named if name in options}
            with terminal().busy("reading …") as say:
                cohort = _opened(graph_by(readings), tables, lambda n: say(f"{counted(n, 'patient')} read …"))
                len(cohort)  # reads the tables
            command(cohort, **options)
            sys.exit(_told(cohort, manifest))

        kept = "Keep the sums of each part here; read anew what changed."
        return click.option("--kept", type=File, metavar="DIR", help=kept)(with_cohort) if parts else with_cohort

    return added


def _opened(kg: KnowledgeGraph, tables: dict[str, Any], on_progress: Callable[[int], None]) -> Cohort | Partitions:
    """Return the cohort of some tables: of several parts, or of one whose sums are kept, only the sums."""
    patients, kept = tables.pop("patients"), tables.pop("kept", None)
    several = isinstance(patients, tuple)
    if several and (len(patients) > 1 or kept is not None):
        min_cell = tables.pop("min_cell")
        if beside := [f"--{kind.replace('_', '-')}" for kind, path in tables.items() if path is not None]:
            raise click.UsageError(f"{beside[0]} is of one table of patients; parts are folders that hold theirs")
        return kg.cohort_of_parts(patients, kept=kept, min_cell=min_cell, on_progress=on_progress)
    return kg.cohort(patients[0] if several else patients, **tables, on_progress=on_progress)


def _told(cohort: Cohort | Partitions, manifest: Path | None) -> int:
    """Say which rows were rejected, write the manifest, and return the exit code."""
    from sts_kg.rdf import write_bytes

    shown, rejections = terminal(), cohort.read.rejections
    for rejected in rejections.listed[:_MOST_TOLD]:
        shown.error(str(rejected))
    if (more := len(rejections) - _MOST_TOLD) > 0:
        shown.note(f"and {counted(more, 'row')} more were rejected")
    said = cohort.manifest()
    patients = said["patients"]
    assert isinstance(patients, dict)
    contradictory = patients["contradictory"]
    shown.note(
        f"{counted(patients['read'], 'patient')} read: {patients['answered']:,} answered"
        f" ({'*' if contradictory is None else f'{contradictory:,}'} contradictory), {patients['rejected']:,} rejected"
    )
    if manifest is not None:
        write_bytes(manifest, (as_json(said) + "\n").encode())
    return UNREADABLE if len(rejections) else DONE


def show(table: Table, form: str, footer: str = "") -> None:
    """Show a table about a cohort in a format; for a person with a line below."""
    shown = terminal()
    if form == "table":
        shown.answer(_to_read(table))
    else:
        ways = {"csv": table.to_csv, "json": table.to_json, "md": table.to_markdown}
        shown.write("\ufeff" + table.to_csv(spreadsheet=True) if form == "spreadsheet" else ways[form]())
    for note in table.notes:
        shown.note(note)
    if form == "table" and footer:
        shown.tell(f"{footer}\n")


def _to_read(table: Table) -> Table:
    """Return a table of a cohort for a terminal: options as they are typed, and what is long in the last column."""
    from rdflib import Literal

    from sts_kg.rdf import local

    def typed(options: str) -> Literal:
        return Literal(", ".join(option.removeprefix("option-") for option in options.split()) or "none")

    variables, rows = table.variables, table.rows
    if "question" in variables:
        variables = (*variables[2:], "question")
        rows = tuple((*counts, Literal(f"{text} ({findings})")) for findings, text, *counts in rows)
    elif "options" in variables:
        variables = ("patients", "options")
        rows = tuple((count, None if met is None else typed(str(met))) for met, count in rows)
    elif "option" in variables:
        rows = tuple((typed(local(str(option))), *counts) for option, *counts in rows)
    return replace(table, variables=variables, rows=rows)


@cohort_group.command(name="counts")
@_tables(parts=True)
@formats(*FORMS)
def counts(cohort: Cohort | Partitions, form: str) -> None:
    """Count the patients of each option by status: met, not met, undetermined, contradictory.

    \b
    Example:
      sts-kg cohort counts patients.csv --courses courses.csv --growth growth.csv
    """
    show(cohort.counts(), form, cohort.guideline.footer)


@cohort_group.command(name="ask")
@_tables(parts=True)
@formats(*FORMS)
def ask(cohort: Cohort | Partitions, form: str) -> None:
    """Rank the questions by how many patients wait for them, and for how many the answer alone settles an option.

    \b
    Example:
      sts-kg cohort ask patients.csv
    """
    show(cohort.ask(), form, cohort.guideline.footer)


@cohort_group.command(name="funnel")
@_tables(parts=True)
@click.argument("option")
@formats(*FORMS)
def funnel(cohort: Cohort | Partitions, option: str, form: str) -> None:
    """Count who is left after each part of the condition of an option: yes, no, not known.

    \b
    Example:
      sts-kg cohort funnel patients.csv pazopanib
    """
    show(cohort.funnel(option), form, cohort.guideline.footer)


@cohort_group.command(name="patterns")
@_tables(parts=True)
@formats(*FORMS)
def patterns(cohort: Cohort | Partitions, form: str) -> None:
    """Count the sets of options that are met together.

    \b
    Example:
      sts-kg cohort patterns patients.csv
    """
    show(cohort.patterns(), form, cohort.guideline.footer)


@cohort_group.command(name="plot")
@_tables(parts=True)
@click.argument("what", type=click.Choice(("statuses", "questions", "combinations", "funnel")))
@click.option("--option", metavar="OPTION", help="The option of a funnel.")
@click.option("-o", "--output", type=File, required=True, metavar="FILE.svg", help="Where to.")
def plot(cohort: Cohort | Partitions, what: str, option: str | None, output: Path) -> None:
    """Draw what counts, ask, patterns or funnel say as an SVG picture; hidden counts are hidden there, too.

    \b
    Example:
      sts-kg cohort plot patients.csv statuses -o statuses.svg
      sts-kg cohort plot patients.csv funnel --option pazopanib -o funnel.svg
    """
    from sts_kg.rdf import write_bytes

    write_bytes(output, cohort.plot(what, option).encode())


@cohort_group.command(name="rows")
@_tables(parts=False)
@click.option("-o", "--output", type=File, required=True, metavar="FILE", help="Where to: .csv or .parquet.")
@click.option("--form", type=click.Choice(("wide", "long", "pivot", "omop")), default="wide", show_default=True)
@click.option("--as-of", type=DAY, metavar="DATE", help="The date of OMOP's cohort table.")
def rows(cohort: Cohort, output: Path, form: str, as_of: datetime | None) -> None:
    """Write what is answered for each patient, a row each (wide) or a row each and option (long).

    Pivot has the statuses alone, a row each; omop is OMOP's cohort table.

    \b
    Example:
      sts-kg cohort rows patients.csv -o answers.parquet
      sts-kg cohort rows patients.csv -o cohort.csv --form omop --as-of 2026-01-31
    """
    if output.resolve() in [Path(name).resolve() for name in cohort.tables.names.values()]:
        raise click.UsageError(f"{output} is one of the tables that are read; name another file")
    n = cohort.rows(form, as_of=as_of.date() if as_of else None).write(output)  # type: ignore[arg-type] # click checks
    terminal().note(f"{counted(n, 'row')} in {output}")


@cohort_group.command(name="explain")
@click.argument("patients", type=File)
@click.argument("case")
@click.argument("option")
@_beside
@formats("table", "json")
@guideline_option
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
