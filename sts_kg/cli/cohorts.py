"""Commands about cohorts: what the conditions come to for many patients."""

from __future__ import annotations

from pathlib import Path

import click

from sts_kg.cli.shared import File, as_json, graph_by, reading_option, terminal
from sts_kg.safe import counted

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
