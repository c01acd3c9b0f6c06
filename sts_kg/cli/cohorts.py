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
    mappings_option,
    page_option,
    reading_option,
    terminal,
    with_own,
)
from sts_kg.cohort import DIALECTS, REPORTS, WHATS
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cohort import Coded, Cohort, ConceptSets, Partitions
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.tables import Table

__all__ = ["cohort_group"]

_HIDES = "Hide counts below it; 1 hides none."
_FORMS = ("table", "csv", "json", "md", "spreadsheet")
_MOST_TOLD = 20
_DAY = click.DateTime(("%Y-%m-%d",))
#: Inputs of which codes are made cases.
_CODED = ("omop", "codes")


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


def _tables(*, parts: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what adds the tables of a cohort to a command, which then gets the cohort; or several parts of one."""

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_cohort(readings: tuple[str, ...], manifest: Path | None, **options: Any) -> None:
            named = ("patients", "courses", "growth", "no_growth", "min_cell", "kept")
            tables = {name: options.pop(name) for name in named if name in options}
            with terminal().busy("reading …") as say:
                cohort = _opened(graph_by(readings), tables, lambda n: say(f"{counted(n, 'patient')} read …"))
                len(cohort)  # reads the tables
            command(cohort, **options)
            sys.exit(_told(cohort, manifest))

        decorators = [
            click.argument(
                "patients", type=File, nargs=-1 if parts else 1, required=True, metavar="PATIENTS" + "..." * parts
            ),
            click.option("--courses", type=File, metavar="FILE", help="Courses of treatment, by case."),
            click.option("--growth", type=File, metavar="FILE", help="Dates of growth, by case."),
            click.option("--no-growth", type=File, metavar="FILE", help="Times without growth, by case."),
            click.option(
                "--min-cell", type=click.IntRange(min=1), default=11, show_default=True, metavar="N", help=_HIDES
            ),
            click.option(
                "--kept", type=File, metavar="DIR", help="Keep the sums of each part here; read anew what changed."
            ),
            reading_option,
            click.option("--manifest", type=File, metavar="FILE", help="Write what was read and used, as JSON."),
        ]
        made: Callable[..., Any] = with_cohort
        for decorator in reversed([each for each in decorators if parts or each is not decorators[5]]):
            made = decorator(made)
        return made

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


def _show(table: Table, form: str, footer: str = "") -> None:
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
@formats(*_FORMS)
def counts(cohort: Cohort | Partitions, form: str) -> None:
    """Count the patients of each option by status: met, not met, undetermined, contradictory.

    \b
    Example:
      sts-kg cohort counts patients.csv --courses courses.csv --growth growth.csv
    """
    _show(cohort.counts(), form, cohort.guideline.footer)


@cohort_group.command(name="ask")
@_tables(parts=True)
@formats(*_FORMS)
def ask(cohort: Cohort | Partitions, form: str) -> None:
    """Rank the questions by how many patients wait for them, and for how many the answer alone settles an option.

    \b
    Example:
      sts-kg cohort ask patients.csv
    """
    _show(cohort.ask(), form, cohort.guideline.footer)


@cohort_group.command(name="funnel")
@_tables(parts=True)
@click.argument("option")
@formats(*_FORMS)
def funnel(cohort: Cohort | Partitions, option: str, form: str) -> None:
    """Count who is left after each part of the condition of an option: yes, no, not known.

    \b
    Example:
      sts-kg cohort funnel patients.csv pazopanib
    """
    _show(cohort.funnel(option), form, cohort.guideline.footer)


@cohort_group.command(name="patterns")
@_tables(parts=True)
@formats(*_FORMS)
def patterns(cohort: Cohort | Partitions, form: str) -> None:
    """Count the sets of options that are met together.

    \b
    Example:
      sts-kg cohort patterns patients.csv
    """
    _show(cohort.patterns(), form, cohort.guideline.footer)


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
@click.option("--form", type=click.Choice(("wide", "long", "omop")), default="wide", show_default=True)
@click.option("--as-of", type=click.DateTime(("%Y-%m-%d",)), metavar="DATE", help="The date of OMOP's cohort table.")
def rows(cohort: Cohort, output: Path, form: str, as_of: datetime | None) -> None:
    """Write what is answered for each patient: a row each (wide), a row each and option (long), or OMOP's cohort table.

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


@cohort_group.command(name="sql")
@click.option("--dialect", type=click.Choice(tuple(DIALECTS)), default="duckdb", show_default=True)
@click.option("--what", type=click.Choice((*WHATS, *REPORTS)), default="counts", show_default=True)
@click.option(
    "--table",
    metavar="TABLE",
    help="The table of patients, such as catalog.schema.patients; of omop the schema, of codes the table of codes.",
)
@click.option("--courses", metavar="TABLE", help="Courses of treatment, by case.")
@click.option("--growth", metavar="TABLE", help="Dates of growth, by case.")
@click.option("--no-growth", metavar="TABLE", help="Times without growth, by case.")
@click.option(
    "--input",
    "inputs",
    type=click.Choice(("wide", "courses", *_CODED)),
    help="wide: only the table of patients; courses: the other tables have their own names; omop: tables of OMOP CDM "
    "v5.4; codes: a table of coded rows, as views of FHIR give it.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=KIND",
    help="A column of the table, and what its cells hold: flag, word, text or number; repeatable, as courses.end=text.",
)
@click.option("--checked", is_flag=True, help="Each case is there once, and flags are 1, 0 or NULL: do not look.")
@click.option("--option", metavar="OPTION", help="The option of a funnel.")
@click.option(
    "--as-of", type=_DAY, metavar="DATE", help="The date of OMOP's cohort table; of omop and codes that of all cases."
)
@click.option("--over-before", type=_DAY, metavar="DATE", help="Of omop and codes: what ended before it is over.")
@click.option("--history-complete", is_flag=True, help="Of omop and codes: all courses of all persons are recorded.")
@click.option("--min-cell", type=click.IntRange(min=1), default=11, show_default=True, metavar="N", help=_HIDES)
@mappings_option
@reading_option
def sql(
    dialect: str,
    what: str,
    table: str | None,
    courses: str | None,
    growth: str | None,
    no_growth: str | None,
    inputs: str | None,
    columns: tuple[str, ...],
    checked: bool,
    option: str | None,
    as_of: datetime | None,
    over_before: datetime | None,
    history_complete: bool,
    min_cell: int,
    mappings: tuple[Path, ...],
    readings: tuple[str, ...],
) -> None:
    """Print the SQL that a site runs where its patients are: counts, questions, a funnel, or a row each.

    WHAT is known (findings and what follows), rows (statuses, missing findings, marks), counts, ask, funnel, cohort
    (OMOP's table), facts (what is given, before anything follows), or rejected (rows that cannot be used, and why). Of
    omop and codes also codes (rows and persons of each code) and persons (how many have a code without the one that it
    needs); neither hides small numbers.

    \b
    Example:
      sts-kg cohort sql --dialect postgres --what counts --table clinic.patients
      sts-kg cohort sql --dialect spark --what rows --table patients --input courses
      sts-kg cohort sql --what funnel --option pazopanib --table patients --column stage4-sts=word
      sts-kg cohort sql --input omop --table cdm --as-of 2026-01-01 --over-before 2025-07-01
    """
    kg = with_own(graph_by(readings), mappings)
    days = {"as_of": _day(as_of), "over_before": _day(over_before)}
    if inputs in _CODED:
        if columns or courses or growth or no_growth or checked:
            raise click.UsageError(f"--input {inputs} has no other tables, and its columns are known")
        source = _coded(inputs, table, kg.concept_sets(), history_complete, days)
        if what in REPORTS:
            terminal().write(source.sql(what, dialect))
        else:
            terminal().write(kg.sql(dialect, what, table=source, option=option, min_cell=min_cell))
        return
    if table is None or what in REPORTS or over_before or history_complete or mappings:
        given = "--table is needed" if table is None else "codes, their dates and mappings are of --input omop or codes"
        raise click.UsageError(given)
    tables = {"courses": courses, "growth": growth, "no_growth": no_growth}
    if inputs == "wide" and any(tables.values()):
        raise click.UsageError("--input wide has only the table of patients")
    if inputs == "courses":
        tables = {name: given or name for name, given in tables.items()}
    if wrong := [each for each in columns if "=" not in each]:
        raise click.UsageError(f"--column {wrong[0]}: NAME=KIND is expected, such as stage4-sts=flag")
    terminal().write(
        kg.sql(
            dialect,
            what,
            table=table,
            **tables,
            columns=dict(each.rsplit("=", 1) for each in columns) or None,
            checked=checked,
            option=option,
            as_of=days["as_of"],
            min_cell=min_cell,
        )
    )


def _day(given: datetime | None) -> str | None:
    return given.date().isoformat() if given else None


def _coded(inputs: str | None, table: str | None, sets: ConceptSets, whole: bool, days: dict[str, str | None]) -> Coded:
    """Return the coded rows that options name."""
    from sts_kg.cohort import Codes, Omop

    given: dict[str, Any] = {"sets": sets, "history_complete": whole, **days}
    return Omop(schema=table or "", **given) if inputs == "omop" else Codes(table=table or "codes", **given)


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


@cohort_group.command(name="concepts")
@mappings_option
@formats(*_FORMS)
def concepts(mappings: tuple[Path, ...], form: str) -> None:
    """List the codes of a hospital that stand for findings and therapies, each with its mapping.

    By exact and narrow matches that hold; a code that needs another one beside it names the finding. The CSV can be
    loaded as a table where the patients are.

    \b
    Example:
      sts-kg cohort concepts
      sts-kg cohort concepts --mappings local.sssom.tsv --format csv > concepts.csv
    """
    from sts_kg.knowledge import load

    _show(with_own(load(), mappings).concept_sets().to_table(), form)


@cohort_group.command(name="example")
@click.argument("folder", type=File, metavar="DIR")
@click.option("--people", type=click.IntRange(min=0), default=10_000, show_default=True, help="How many persons.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same persons.")
def example(folder: Path, people: int, seed: int) -> None:
    """Write an invented database, to try queries on: CSV files in the form of OMOP CDM v5.4.

    No person in it is real, and its numbers say nothing about people or treatments. Its concepts have ids of the range
    that OMOP leaves to sites.

    \b
    Example:
      sts-kg cohort example invented --people 1000
    """
    from sts_kg.cohort import invented_omop
    from sts_kg.knowledge import load

    files = invented_omop(load().concept_sets(), people, seed).write(folder)
    terminal().note(f"{folder} has {len(files)} files about {people:,} invented persons")


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
