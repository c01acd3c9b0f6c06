"""Commands about cohorts: what the conditions come to for many patients."""

from __future__ import annotations

from pathlib import Path

import click

from sts_kg.cli.shared import File, formats, graph_by, mappings_option, reading_option, terminal, with_own

__all__ = ["cohort_group"]


@click.group(name="cohort")
def cohort_group() -> None:
    """Answer for many patients at once: counts, questions, SQL for where the data are.

    \b
    Example:
      sts-kg cohort plan
    """


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
@formats("table", "csv", "tsv", "json", "md")
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

    table, shown = with_own(load(), mappings).concept_sets().to_table(), terminal()
    if form == "table":
        shown.answer(table)
    else:
        texts = {"csv": table.to_csv, "tsv": table.to_tsv, "json": table.to_json, "md": table.to_markdown}
        shown.write(texts[form]())
    for note in table.notes:
        shown.note(note)


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
