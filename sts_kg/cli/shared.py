"""Shared by the commands: exit codes, common options, and output."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.stores import PROFILES

if TYPE_CHECKING:
    from sts_kg.cli.console import Terminal
    from sts_kg.knowledge import KnowledgeGraph

__all__ = [
    "DONE",
    "ENDPOINT",
    "NO",
    "UNREADABLE",
    "USAGE",
    "File",
    "as_json",
    "case_file",
    "case_id",
    "cases_option",
    "endpoint_option",
    "formats",
    "graph_by",
    "own_queries_option",
    "page_option",
    "profile_option",
    "reading_option",
    "store_option",
    "terminal",
    "verdicts_option",
]

#: Exit codes: done; the answer is no (violations, contradictions, ASK); usage; unreadable input; endpoint.
DONE, NO, USAGE, UNREADABLE, ENDPOINT = range(5)

File = click.Path(path_type=Path)
case_file = click.argument("file", type=File)
case_id = click.option("--case", metavar="ID", help="The case, if the file has several.")
cases_option = click.option(
    "--cases", type=File, multiple=True, metavar="FILE", help="Add the cases of this file; repeatable."
)
page_option = click.option(
    "--source", "page", type=File, metavar="PAGE", envvar="STS_KG_SOURCE", help="The source page, to quote its text."
)
reading_option = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="DECISION=NAME",
    help="Answer by another reading of a decision, such as D04=S08-alone.",
)

verdicts_option = click.option(
    "--verdicts", type=File, multiple=True, metavar="FORM", help="Verdicts of reviewers, CSV (see review); repeatable."
)
endpoint_option = click.option(
    "--endpoint", metavar="URL", help="Query a SPARQL 1.1 endpoint instead of the shipped graph."
)
store_option = click.option(
    "--store", type=File, metavar="FOLDER", help="Query a store made by link -o or push --store."
)
own_queries_option = click.option(
    "--queries", "own", type=File, metavar="DIR", help="A folder of queries of your own, beside the shipped ones."
)
profile_option = click.option(
    "--profile", type=click.Choice(tuple(PROFILES)), default="generic", show_default=True, help="The kind of endpoint."
)


def formats(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option --format with these choices; the first is the default."""
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True)


def graph_by(readings: tuple[str, ...] = (), verdicts: tuple[Path, ...] = ()) -> KnowledgeGraph:
    """Return the shipped knowledge graph, with the verdicts of some forms, and by another reading if one is named."""
    from sts_kg.guideline import read_verdicts
    from sts_kg.knowledge import load

    if len(readings) > 1:
        raise click.UsageError(f"--reading takes one at a time, and {' and '.join(readings)} were given")
    kg = load()
    if verdicts:
        found = read_verdicts(verdicts, kg.guideline)
        rows = f"{found.n_empty} row{'' if found.n_empty == 1 else 's'} not filled in"
        terminal().note(f"{len(found)} verdict{'' if len(found) == 1 else 's'}; {rows}")
        kg = kg.with_verdicts(found)
    return kg.under(readings[0]) if readings else kg


def terminal() -> Terminal:
    """Return standard output and error for a terminal or a pipe."""
    from sts_kg.cli.console import Terminal

    return Terminal()


def as_json(value: object) -> str:
    """Return plain values as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)
