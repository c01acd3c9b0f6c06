"""Commands about cohorts: what the conditions come to for many patients."""

from __future__ import annotations

import click

from sts_kg.cli.shared import graph_by, reading_option, terminal

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
