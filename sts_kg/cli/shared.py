"""Shared by the commands: exit codes, common options, and output."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from sts_kg.errors import shown_size
from sts_kg.safe import counted, in_json
from sts_kg.stores import KINDS, PROFILES

if TYPE_CHECKING:
    from sts_kg.cli.console import Terminal
    from sts_kg.knowledge import KnowledgeGraph

__all__ = [
    "DONE",
    "ENDPOINT",
    "NO",
    "UNREAD",
    "UNREADABLE",
    "USAGE",
    "File",
    "as_json",
    "case_file",
    "case_id",
    "cases_option",
    "downloaded_size",
    "endpoint_option",
    "formats",
    "graph_by",
    "guideline_option",
    "kinds_in",
    "limits_options",
    "loaded",
    "mappings_option",
    "memory_option",
    "own_queries_option",
    "page_option",
    "profile_option",
    "reading_option",
    "refuse_guideline",
    "size",
    "store_option",
    "terminal",
    "verdicts_option",
    "with_own",
]

#: Exit codes: done; the answer is no (violations, contradictions, ASK); usage; unreadable input; endpoint or store.
DONE, NO, USAGE, UNREADABLE, ENDPOINT = range(5)
#: The reader of standard output has gone, such as head: what shells give to SIGPIPE.
UNREAD = 141

File = click.Path(path_type=Path)
case_file = click.argument("file", type=File)
case_id = click.option("--case", metavar="ID", help="The case, if the file has several.")
cases_option = click.option(
    "--cases", type=File, multiple=True, metavar="FILE", help="Add the cases of this file; repeatable."
)
mappings_option = click.option(
    "--mappings",
    type=File,
    multiple=True,
    metavar="FILE",
    help="Mappings of your own (SSSOM), above the shipped ones; repeatable, the last one uppermost.",
)
page_option = click.option("--source", "page", type=File, metavar="PAGE", help="The source page, to quote its text.")
reading_option = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="DECISION=NAME",
    help="Answer by another reading of a decision, such as D04=S08-alone.",
)


def _keep(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.meta[_GUIDELINE] = value


#: Where a command finds the guideline that was named; `loaded` takes it from there.
_GUIDELINE = "sts_kg.guideline"
guideline_option = click.option(
    "--guideline",
    type=File,
    metavar="DIR",
    expose_value=False,
    callback=_keep,
    help="Another guideline beside the shipped one; it answers for cases. example:NAME is a fictional one.",
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


def kinds_in(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the kinds of graphs in a list with commas; none without a list."""
    if value is None:
        return ()
    chosen = tuple(word.strip() for word in value.split(",") if word.strip())
    if wrong := [word for word in chosen if word not in KINDS]:
        raise click.BadParameter(f"{wrong[0]!r} is not one of {', '.join(KINDS)}")
    if not chosen:
        raise click.BadParameter(f"name at least one of {', '.join(KINDS)}")
    return chosen


def size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Return a size in bytes; 0 is no limit, and so becomes None."""
    from sts_kg.workers import bytes_of

    try:
        return None if value is None else bytes_of(value) or None
    except ValueError as error:
        raise click.BadParameter(f"{value!r} {error}") from error


def memory_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option --memory to a command, which then runs in a process whose memory is watched."""

    @click.option(
        "--memory",
        callback=size,
        metavar="SIZE",
        help="Stop if more resident memory is needed, such as 8GB; 0: no limit.  [default: 85% of what is free]",
    )
    @wraps(command)
    def watched(*arguments: Any, memory: int | None, **options: Any) -> Any:
        from sts_kg.workers import go_on_watched, most_memory

        context = click.get_current_context()
        if context.get_parameter_source("memory") == ParameterSource.DEFAULT:
            memory = most_memory()
        if memory is not None and sys.stdout is sys.__stdout__:  # otherwise we are called from Python, in process
            go_on_watched(memory, context.command_path)
        return command(*arguments, **options)

    return watched


def limits_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --timeout, --memory and --max-rows to a query; the command gets them as `limits`, by name."""

    @click.option(
        "--timeout",
        "timeout_s",
        type=click.FloatRange(min=0),
        default=60,
        show_default=True,
        metavar="SECONDS",
        help="Stop the query after so many seconds; 0: no limit.",
    )
    @click.option(
        "--memory",
        callback=size,
        default="2GB",
        show_default=True,
        metavar="SIZE",
        help="Stop the query if it needs more memory; 0: no limit.",
    )
    @click.option(
        "--max-rows", type=click.IntRange(min=0), metavar="N", help="Refuse an answer with more rows or triples."
    )
    @wraps(command)
    def limited(*arguments: Any, timeout_s: float, memory: int | None, max_rows: int | None, **options: Any) -> Any:
        from sts_kg.workers import Limits

        context = click.get_current_context()
        kept = Limits(timeout_s or None, memory).enforceable
        # an endpoint has a limit of its own, 60 s, unless it is told that there is none
        endless = math.inf if options.get("endpoint") or options.get("online") else None
        limits: dict[str, Any] = {"timeout_s": timeout_s or endless, "memory": memory, "max_rows": max_rows}
        for name in ("timeout_s", "memory"):  # a default that cannot be kept here is left out; what is asked for is not
            if context.get_parameter_source(name) == ParameterSource.DEFAULT:
                limits[name] = getattr(kept, name)
        return command(*arguments, limits=limits, **options)

    return limited


def loaded(*, store: Path | None = None, queries: Path | None = None) -> KnowledgeGraph:
    """Return the shipped knowledge graph, with the guideline beside it that the command names (`guideline_option`)."""
    from sts_kg.knowledge import load

    if store is not None:
        refuse_guideline("and --store exclude each other")
    kg, guideline = load(store=store, queries=queries), click.get_current_context().meta.get(_GUIDELINE)
    return kg if guideline is None else kg.with_guideline(guideline)


def refuse_guideline(reason: str) -> None:
    """Refuse a guideline that is named where the command cannot use it; `reason` ends the error."""
    if _GUIDELINE in click.get_current_context().meta:
        raise click.UsageError(f"--guideline {reason}")


def graph_by(readings: tuple[str, ...] = (), verdicts: tuple[Path, ...] = ()) -> KnowledgeGraph:
    """Return the shipped knowledge graph, with the verdicts of some forms, and by another reading if one is named."""
    from sts_kg.guideline import read_verdicts

    if len(readings) > 1:
        raise click.UsageError(f"--reading takes one at a time, and {' and '.join(readings)} were given")
    kg = loaded()
    if verdicts:
        found = read_verdicts(verdicts, kg.guideline)
        terminal().note(f"{counted(len(found), 'verdict')}; {counted(found.n_empty, 'row')} not filled in")
        kg = kg.with_verdicts(found)
    if not readings:
        return kg
    kg = kg.under(readings[0])
    if (reading := kg.guideline.reading) is not None:
        terminal().note(f"note: by the reading {reading.name}, which was not chosen: {reading.definition}")
    return kg


def with_own(kg: KnowledgeGraph, mappings: tuple[Path, ...]) -> KnowledgeGraph:
    """Return a knowledge graph with mapping sets of one's own, and say how many rows do not agree."""
    if not mappings:
        return kg
    kg = kg.with_mappings(*mappings)
    if found := len(kg.mapping_conflicts()):
        terminal().note(f"note: {counted(found, 'conflict')} between mappings: see sts-kg mappings conflicts")
    return kg


def terminal() -> Terminal:
    """Return standard output and error for a terminal or a pipe."""
    from sts_kg.cli.console import Terminal

    return Terminal()


def downloaded_size(size: int, of: int | None) -> str:
    """Return how much was downloaded, and of how much if that is known."""
    return shown_size(size) + (f" of {shown_size(of)}" if of else "")


def as_json(value: object) -> str:
    """Return plain values as indented JSON."""
    return in_json(json.dumps(value, ensure_ascii=False, indent=2))
