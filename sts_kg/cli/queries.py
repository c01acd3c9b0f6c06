"""Commands about queries: queries, query, sparql."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.cli.shared import (
    DONE,
    NO,
    File,
    as_json,
    cases_option,
    endpoint_option,
    formats,
    limits_options,
    store_option,
    terminal,
)
from sts_kg.errors import UnknownNameError

if TYPE_CHECKING:
    from rdflib import Graph

    from sts_kg.cli.console import Terminal
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.queries import CannedQuery, Parameter
    from sts_kg.tables import Table

__all__ = ["queries_command", "query_group", "sparql"]

_TABLES = ("table", "json", "srj", "csv", "tsv", "md")
_GRAPHS = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "jsonld": "jsonld"}


@click.command(name="queries")
@formats("table", "json", "md")
@click.option("--topic", help="Only the queries of one topic.")
def queries_command(form: str, topic: str | None) -> None:
    """List the canned queries by topic, one line each.

    \b
    Example:
      sts-kg queries --topic drugs
    """
    from sts_kg.knowledge import load

    kg, shown = load(), terminal()
    table = kg.queries(topic)
    if form == "json":
        shown.write(as_json([kg.canned[str(name)].as_dict() for name in table.column("id")]))
    elif form == "md":
        shown.write(table.to_markdown())
    else:
        shown.table(table.variables, table.curies())


class _Queries(click.Group):
    """The canned queries as commands; their parameters are options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_canned())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from sts_kg.queries import find

        try:
            return _query_command(find(cmd_name, _canned()))
        except UnknownNameError as error:
            if ctx.resilient_parsing:  # completion asks for what is not typed yet
                return None
            ctx.fail(str(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text("sts-kg queries lists the names; sts-kg query NAME --help the parameters of one.")


def _canned() -> dict[str, CannedQuery]:
    from sts_kg.guideline import queries_folder
    from sts_kg.queries import read_all

    return {name: query for name, query in read_all(queries_folder()).items() if query.topic != "check"}


@click.group(name="query", cls=_Queries, subcommand_metavar="NAME [--PARAMETER VALUE...]")
def query_group() -> None:
    """Run a canned query. A parameter takes an id, a label, a CURIE or an IRI.

    \b
    Example:
      sts-kg query drugs/options-with-drug --drug doxorubicin
      sts-kg query conditions/options-of-case --case d1 --cases cohort.csv --format csv
    """


_formats = click.option(
    "--format", "form", type=click.Choice((*_TABLES, *_GRAPHS)), help="Default: table, or ttl for a graph."
)


def _query_command(query: CannedQuery) -> click.Command:
    def run(
        form: str | None,
        show: bool,
        cases: tuple[Path, ...],
        endpoint: str | None,
        store: Path | None,
        limits: dict[str, Any],
        online: bool = False,
        **values: Any,
    ) -> None:
        kg, shown = _loaded(store, endpoint), terminal()
        if show:
            shown.write(kg.bound(query.id, **values))
            return
        with shown.busy("reasoning …"):
            if endpoint is not None:
                answer = _asked(endpoint, kg.bound(query.id, **values), limits)
            elif online:
                answer = kg.query_online(query.id, **values)
            else:
                if query.graph == "cases" and not cases and not kg.has_cases:
                    shown.note("note: about the fictional example cases; give others with --cases FILE")
                answer = (kg.with_cases(cases) if cases else kg).query(query.id, **limits, **values)
        _print(answer, form, shown, empty=query.empty_because)

    parameters: list[click.Parameter] = [
        click.Option(
            [f"--{p.name}"],
            metavar=p.type.upper(),
            help=_parameter_help(p),
        )
        for p in query.parameters
    ]
    example = " ".join(f"--{p.name} {_short_default(p)}" for p in query.parameters if p.default)
    command = click.command(
        query.id,
        params=parameters,
        help=f"{query.description}\n\n\b\nExample:\n  sts-kg query {query.id} {example}".rstrip(),
    )(limits_options(run))
    for option in (
        click.option("--show", is_flag=True, help="Print the SPARQL instead of running it."),
        cases_option,
        endpoint_option,
        store_option,
    ):
        command = option(command)
    if query.endpoint:
        command = click.option("--online", is_flag=True, help=f"Query {query.endpoint}.")(command)
    return _formats(command)


def _parameter_help(parameter: Parameter) -> str:
    default = f"  [default: {_short_default(parameter)}]" if parameter.default else ""
    optional = "" if parameter.required else "  [optional: without it, any]"
    return f"{parameter.label or parameter.name}{default}{optional}"


def _short_default(parameter: Parameter) -> str:
    from sts_kg.rdf import local

    return local(parameter.default or "")


@click.command()
@click.argument("text", required=False)
@click.option("-f", "--file", type=File, help="Read the query from a file.")
@click.option("--asserted", is_flag=True, help="Query the asserted graph, not the closed one.")
@cases_option
@endpoint_option
@store_option
@limits_options
@_formats
def sparql(
    text: str | None,
    file: Path | None,
    asserted: bool,
    cases: tuple[Path, ...],
    endpoint: str | None,
    store: Path | None,
    limits: dict[str, Any],
    form: str | None,
) -> None:
    """Run a SPARQL query: TEXT, or - for standard input. Known prefixes need no declaration.

    \b
    Example:
      sts-kg sparql 'SELECT ?drug ?brand { ?drug sts:brandName ?brand } ORDER BY ?drug'
    """
    from sts_kg.rdf import read_text

    if (text is None) is (file is None):
        raise click.UsageError("give the query either as TEXT (- for standard input) or with --file")
    asked = read_text(file) if file is not None else sys.stdin.read() if text == "-" else str(text)
    shown = terminal()
    with shown.busy("reasoning …"):
        if endpoint is not None:
            answer = _asked(endpoint, asked, limits)
        else:
            kg = _loaded(store, endpoint)
            answer = (kg.with_cases(cases) if cases else kg).sparql(asked, asserted=asserted, **limits)
    _print(answer, form, shown)


def _loaded(store: Path | None, endpoint: str | None) -> KnowledgeGraph:
    """Return the shipped graph, or that of a store."""
    from sts_kg.knowledge import load

    if store is not None and endpoint is not None:
        raise click.UsageError("--store and --endpoint exclude each other")
    return load() if store is None else load(store=store)


def _asked(endpoint: str, text: str, limits: dict[str, Any]) -> Table | bool | Graph:
    """Return the answer of an endpoint, within the limits of time and rows; its memory is its own."""
    from sts_kg.queries import at_most
    from sts_kg.stores import Endpoint

    timeout_s = limits["timeout_s"] or threading.TIMEOUT_MAX
    return at_most(Endpoint(endpoint, timeout_s=timeout_s).query(text), limits["max_rows"])


def _print(answer: Table | bool | Graph, form: str | None, shown: Terminal, *, empty: str = "") -> None:
    """Print the answer to a query; exit 1 if it is no."""
    from sts_kg.rdf import serialize
    from sts_kg.tables import Table

    if isinstance(answer, bool):
        if form in ("json", "srj"):
            shown.write(json.dumps(answer if form == "json" else {"head": {}, "boolean": answer}))
        else:
            shown.write("yes" if answer else "no")
        sys.exit(DONE if answer else NO)
    if not isinstance(answer, Table):
        if form in _TABLES:
            raise click.UsageError(f"the answer is a graph: choose one of {', '.join(_GRAPHS)}, not {form}")
        shown.write(serialize(answer, _GRAPHS[form or "ttl"]).decode())
        return
    if form in _GRAPHS:
        raise click.UsageError(f"the answer is a table: choose one of {', '.join(_TABLES)}, not {form}")
    if form in (None, "table"):
        shown.answer(answer)
    else:
        texts: dict[str | None, Callable[[], str]] = {
            "json": answer.to_json,
            "srj": answer.to_srj,
            "csv": answer.to_csv,
            "tsv": answer.to_tsv,
            "md": answer.to_markdown,
        }
        shown.write(texts[form]())
    if empty and not len(answer):
        shown.note(f"note: no rows, by design: {empty}")
