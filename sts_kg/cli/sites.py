"""Commands for where the patients are: SQL, codes, views, the plan, and an invented database to try them on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.cli.cohorts import DAY, FORMS, HIDES, show
from sts_kg.cli.shared import (
    File,
    as_json,
    formats,
    graph_by,
    guideline_option,
    loaded,
    mappings_option,
    reading_option,
    terminal,
    with_own,
)
from sts_kg.cohort import DIALECTS, REPORTS, WHATS
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cohort import Coded, ConceptSets

__all__ = ["concepts", "example", "plan", "sql", "views"]

#: Inputs of which codes are made cases.
_CODED = ("omop", "codes")


@click.command(name="sql")
@guideline_option
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
    "--as-of", type=DAY, metavar="DATE", help="The date of OMOP's cohort table; of omop and codes that of all cases."
)
@click.option("--over-before", type=DAY, metavar="DATE", help="Of omop and codes: what ended before it is over.")
@click.option("--history-complete", is_flag=True, help="Of omop and codes: all courses of all persons are recorded.")
@click.option("--min-cell", type=click.IntRange(min=1), default=11, show_default=True, metavar="N", help=HIDES)
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


@click.command(name="plan")
@guideline_option
@reading_option
def plan(readings: tuple[str, ...]) -> None:
    """Print the plan as JSON: conditions, what facts imply, rules and marks as data, with their digest.

    \b
    Example:
      sts-kg cohort plan
      sts-kg cohort plan --reading D04=S08-alone
    """
    terminal().write(graph_by(readings).plan.to_json())


@click.command(name="concepts")
@guideline_option
@mappings_option
@formats(*FORMS)
def concepts(mappings: tuple[Path, ...], form: str) -> None:
    """List the codes of a hospital that stand for findings and therapies, each with its mapping.

    By exact and narrow matches that hold; a code that needs another one beside it names the finding. The CSV can be
    loaded as a table where the patients are.

    \b
    Example:
      sts-kg cohort concepts
      sts-kg cohort concepts --mappings local.sssom.tsv --format csv > concepts.csv
    """
    show(with_own(loaded(), mappings).concept_sets().table(), form)


@click.command(name="example")
@guideline_option
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

    files = invented_omop(loaded().concept_sets(), people, seed).write(folder)
    terminal().note(f"{folder} has {len(files)} files about {people:,} invented persons")


@click.command(name="views")
@guideline_option
@click.option("-o", "--output", type=File, metavar="DIR", help="Write each into this new folder, as NAME.json.")
def views(output: Path | None) -> None:
    """Print ViewDefinitions (SQL on FHIR v2): tables of a cohort from FHIR resources.

    They flatten responses to the questionnaire, and list the codes of conditions, procedures and medications.

    \b
    Example:
      sts-kg cohort views -o views
    """
    from sts_kg.rdf import writing_folder

    made = loaded().view_definitions()
    if output is None:
        terminal().write(as_json(made))
        return
    with writing_folder(output) as folder:
        for name, view in made.items():
            (folder / f"{name}.json").write_text(f"{as_json(view)}\n", encoding="utf-8")
    terminal().note(f"{counted(len(made), 'view')} written to {output}")
