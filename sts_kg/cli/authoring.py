"""Commands for authors of a guideline: conditions."""

from __future__ import annotations

from pathlib import Path

import click

from sts_kg.cli.shared import File, formats, terminal

__all__ = ["conditions"]


@click.command()
@click.argument("folder", type=File, metavar="DIR", required=False)
@formats("text", "ttl")
def conditions(folder: Path | None, form: str) -> None:
    """Print the conditions of a guideline in their short text form; of the shipped one without DIR.

    That is history, what past courses and wishes mean, and one line for each option. Format ttl has the axioms.

    \b
    Example:
      sts-kg conditions
      sts-kg conditions my-guideline --format ttl
    """
    from sts_kg.guideline import Guideline, compile_conditions, conditions_text

    guideline = Guideline(folder)
    text = conditions_text(guideline.asserted, guideline.modules["conditions"])
    if form == "ttl":
        text = compile_conditions(text, guideline.asserted, base=guideline.base, iri=str(guideline.iri))
    terminal().write(text)
