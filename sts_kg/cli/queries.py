"""Commands about queries: queries, query, sparql."""

from __future__ import annotations

import json
import sys
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
    guideline_option,
    limits_options,
    loaded,
    mappings_option,
    own_queries_option,
    refuse_guideline,
    store_option,
    terminal,
    with_own,
)
from sts_kg.errors import StsKgError, UnknownNameError
from sts_kg.safe import counted

if TYPE_CHECKING:
    from rdflib import Graph

    from sts_kg.cli.console import Terminal
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.queries import CannedQuery, Parameter
    from sts_kg.tables import Table

__all__ = ["codes", "queries_command", "query_group", "sparql"]

_TABLES = ("table", "json", "srj", "csv", "tsv", "md", "spreadsheet")
_ANSWERS = ("table", "json", "srj")  #: of ASK: SPARQL 1.1 has no CSV or TSV for them
_GRAPHS = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "jsonld": "jsonld"}


@click.command(name="queries")
@guideline_option
@formats("table", "json", "md")
@click.option("--topic", help="Only the queries of one topic.")
@own_queries_option
@mappings_option
@click.option("--write", "folder", type=File, metavar="DIR", help="Write each as a file for any SPARQL engine.")
@click.option("--endpoint-graphs", is_flag=True, help="With --write: name the graphs that push writes, by FROM.")
@click.option("--value", "values", multiple=True, metavar="NAME=VALUE", help="With --write: bind a parameter to this.")
def queries_command(
    form: str,
    topic: str | None,
    own: Path | None,
    mappings: tuple[Path, ...],
    folder: Path | None,
    endpoint_graphs: bool,
    values: tuple[str, ...],
) -> None:
    """List the canned queries by topic, one line each; or write them as files for any SPARQL engine.

    A file has the header of its query, its parameters bound to their defaults, and says which data it is for.

    \b
    Example:
      sts-kg queries --topic drugs
      sts-kg queries --write queries-for-jena
      sts-kg queries --write queries-for-fuseki --endpoint-graphs --topic drugs --value drug=ifosfamide
    """
    if folder is None and (endpoint_graphs or values):
        raise click.UsageError("--endpoint-graphs and --value belong to --write DIR")
    kg, shown = with_own(loaded(queries=own), mappings), terminal()
    if folder is not None:
        given: dict[str, str] = {}
        for name, value in map(_name_and_value, values):
            if name in given:
                raise click.UsageError(f"--value gives {name} twice: {given[name]} and {value}")
            given[name] = value
        paths = kg.write_queries(folder, topic=topic, endpoint_graphs=endpoint_graphs, values=given)
        shown.note(f"{counted(len(paths), 'query', 'queries')} written to {folder}")
        return
    table = kg.queries(topic)
    for note in table.notes:
        shown.note(f"warning: {note}")
    if form == "json":
        shown.write(as_json([kg.canned[str(name)].as_dict() for name in table.column("id")]))
    elif form == "md":
        shown.write(table.to_markdown())
    else:
        shown.table(table.variables, table.curies())


def _name_and_value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise click.UsageError(f"--value {text}: NAME=VALUE was expected, such as drug=ifosfamide")
    return name, value


class _Queries(click.Group):
    """The canned queries as commands; their parameters are options. --queries may stand before or after a name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for at, word in enumerate(args):
            if word == "--":
                break
            if word == "--queries" and at + 1 < len(args):
                args = [*args[at : at + 2], *args[:at], *args[at + 2 :]]
                break
            if word.startswith("--queries="):
                args = [word, *args[:at], *args[at + 1 :]]
                break
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_canned(ctx.params.get("own")))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from sts_kg.queries import find

        try:
            own = ctx.params.get("own")
            return _query_command(find(cmd_name, _canned(own)), own)
        except UnknownNameError as error:
            if ctx.resilient_parsing:  # completion asks for what is not typed yet
                return None
            ctx.fail(str(error))
        except StsKgError:  # a folder of one's own that is wrong
            if ctx.resilient_parsing:
                return None
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take a SPARQL text, - or a .rq file in the place of a name: it goes to `sparql`."""
        if args[0] == "-" or any(map(str.isspace, args[0].strip())):
            return "sparql", sparql, args
        if args[0].endswith(".rq"):
            return "sparql", sparql, ["--file", *args]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text("sts-kg queries lists the names; sts-kg query NAME --help the parameters of one.")


def _canned(own: Path | None) -> dict[str, CannedQuery]:
    from sts_kg.guideline import queries_folder
    from sts_kg.queries import ids, read_all, read_own

    found = read_all(queries_folder()) | ({} if own is None else read_own(own, ids(queries_folder())))
    return {name: query for name, query in sorted(found.items()) if query.topic != "check"}


@click.group(name="query", cls=_Queries, subcommand_metavar="NAME [--PARAMETER VALUE...]")
@own_queries_option
def query_group(own: Path | None) -> None:
    """Run a canned query. A parameter takes an id, label, synonym, CURIE or IRI, of a mapped term too.

    A SPARQL text, a .rq file or - in the place of the name is run as sts-kg sparql runs it.

    \b
    Example:
      sts-kg query drugs/options-with-drug --drug doxorubicin
      sts-kg query conditions/options-of-case --case d1 --cases cohort.csv --format csv
      sts-kg query mine/brands --queries my-queries
    """


_formats = click.option(
    "--format", "form", type=click.Choice((*_TABLES, *_GRAPHS)), help="Default: table, or ttl for a graph."
)


_labels = click.option("--labels", is_flag=True, help="Add a column of labels beside each column of IRIs.")


_strict = click.option("--strict", is_flag=True, help="Take each warning as an error (exit 2).")


def _query_command(query: CannedQuery, own: Path | None) -> click.Command:
    from sts_kg.tables import Table

    def run(
        form: str | None,
        show: bool,
        cases: tuple[Path, ...],
        endpoint: str | None,
        store: Path | None,
        mappings: tuple[Path, ...],
        labels: bool,
        strict: bool,
        limits: dict[str, Any],
        online: bool = False,
        **values: Any,
    ) -> None:
        shown = terminal()
        with shown.busy("reasoning …"):
            if endpoint is not None and not show:
                _refuse_cases(cases)
            if show or (
                query.endpoint and (online or endpoint is not None)
            ):  # a federated query asks the data of others
                kg = _loaded(store, None, cases, own, mappings)
                if show:
                    shown.write(kg.bound(query.id, **values))
                    return
                within = {name: limit for name, limit in limits.items() if name != "memory"}  # which is the endpoint's
                answer = kg.query_online(
                    query.id, endpoint=endpoint, strict=strict, on_note=_warning(shown), **within, **values
                )
            else:
                timeout_s = limits["timeout_s"]
                kg = _loaded(store, endpoint, cases, own, mappings, kind=query.graph, timeout_s=timeout_s)
                if query.graph == "cases" and not kg.has_cases:
                    where = "the endpoint has no cases: " if endpoint is not None else ""
                    more = "push others with push --cases" if endpoint is not None else "give others with --cases FILE"
                    shown.note(f"note: {where}about the fictional example cases; {more}")
                answer = kg.query(query.id, strict=strict, on_note=_warning(shown), **limits, **values)
            answer = kg.labelled(answer, **_but_rows(limits)) if labels and isinstance(answer, Table) else answer
        _print(answer, form, shown, empty=query.empty_because)

    parameters: list[click.Parameter] = [
        click.Option(
            [f"--{p.name}"],
            metavar=p.type.upper(),
            help=_parameter_help(p),
            multiple=True,
            callback=_once,
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
        guideline_option,
        click.option("--show", is_flag=True, help="Print the SPARQL instead of running it."),
        cases_option,
        endpoint_option,
        store_option,
        mappings_option,
        _strict,
        _labels,
    ):
        command = option(command)
    if query.endpoint:
        command = click.option("--online", is_flag=True, help=f"Query {query.endpoint}.")(command)
    command = _formats(command)
    return command


def _once(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    """Return the one value of a parameter, which would otherwise be the last of several."""
    if len(values) > 1:
        raise click.UsageError(f"{parameter.opts[0]} takes one value, and {' and '.join(values)} were given", context)
    return values[0] if values else None


def _parameter_help(parameter: Parameter) -> str:
    """Return what a parameter takes, an example if it has no default, and what it is without a value."""
    from sts_kg.rdf import compress, local

    told = [parameter.label or parameter.name]
    if parameter.choices:
        told.append(f"one of {', '.join(map(local, parameter.choices))}")
    elif parameter.entity_class is not None:
        told.append(f"a {compress(parameter.entity_class)} by name, label, synonym, CURIE or IRI, mapped ids too")
    elif example := _EXAMPLES.get(parameter.type):
        told.append(f"such as {example}")
    if parameter.default:
        without = f"default: {_short_default(parameter)}"
    else:
        without = "required" if parameter.required else "optional: without it, any"
    return f"{'; '.join(told)}  [{without}]"


_EXAMPLES = {
    "iri": "CHEBI:71219 or <http://purl.obolibrary.org/obo/CHEBI_71219>",
    "integer": "10",
    "number": "0.5",
    "xsd:date": "2026-01-15",
    "xsd:boolean": "true",
}


def _short_default(parameter: Parameter) -> str:
    from sts_kg.rdf import local

    return local(parameter.default or "")


@click.command()
@guideline_option
@click.argument("text", required=False)
@click.option("-f", "--file", type=File, help="Read the query from a file.")
@click.option("--asserted", is_flag=True, help="Query the asserted graph, not the closed one.")
@cases_option
@endpoint_option
@store_option
@mappings_option
@_strict
@_labels
@limits_options
@_formats
def sparql(
    text: str | None,
    file: Path | None,
    asserted: bool,
    cases: tuple[Path, ...],
    endpoint: str | None,
    store: Path | None,
    mappings: tuple[Path, ...],
    strict: bool,
    labels: bool,
    limits: dict[str, Any],
    form: str | None,
) -> None:
    """Run a SPARQL query: TEXT, or - for standard input. Known prefixes need no declaration.

    What the query likely does not mean is a warning: a misspelt term, a text without the language that labels have, a
    variable that nothing binds, patterns that nothing relates.

    \b
    Example:
      sts-kg sparql 'SELECT ?drug ?brand { ?drug sts:brandName ?brand } ORDER BY ?drug'
      sts-kg sparql --labels -f mine.rq
    """
    from sts_kg.rdf import read_text
    from sts_kg.tables import Table

    if (text is None) is (file is None):
        raise click.UsageError("give the query either as TEXT (- for standard input) or with --file")
    if text is not None and len(text.split()) == 1 and Path(text).is_file():
        raise click.UsageError(f"{text} is a file; give it with --file {text}")
    asked = read_text(file) if file is not None else sys.stdin.read() if text == "-" else str(text)
    shown = terminal()
    with shown.busy("reasoning …"):
        kind, timeout_s = "asserted" if asserted else None, limits["timeout_s"]
        kg = _loaded(store, endpoint, cases, mappings=mappings, kind=kind, timeout_s=timeout_s)
        answer = kg.sparql(asked, asserted=asserted, strict=strict, on_note=_warning(shown), **limits)
        answer = kg.labelled(answer, **_but_rows(limits)) if labels and isinstance(answer, Table) else answer
    _print(answer, form, shown)


@click.command()
@guideline_option
@click.argument("file", type=File, metavar="LIST.csv")
@mappings_option
@click.option("--prefix", metavar="PREFIX", help="The prefix of codes that have none.")
@click.option("--column", default="code", show_default=True, metavar="NAME", help="The column that has the codes.")
@click.option("--encoding", metavar="NAME", help="Of a file that is neither UTF-8 nor UTF-16, such as cp1252.")
@store_option
@formats(*_TABLES)
def codes(
    file: Path,
    mappings: tuple[Path, ...],
    prefix: str | None,
    column: str,
    encoding: str | None,
    store: Path | None,
    form: str,
) -> None:
    """Say of which codes of a list the page speaks, and where: terms, options, sentences.

    LIST.csv is CSV as spreadsheets write it, with a column of codes (CURIEs, IRIs or codes alone), and perhaps label
    and retired (yes or no). Each code has a row for each term of ours that it means, with the rows of the mappings that
    lead there, or one that says why there is none. They are counted: found, not spoken of (mapped, but the page says
    nothing of it), denied, retired, unknown.

    \b
    Example:
      sts-kg codes formulary.csv --mappings local.sssom.tsv
      sts-kg codes formulary.csv --mappings local.sssom.tsv --format spreadsheet > spoken-of.csv
      sts-kg codes atc.csv --prefix atc --column ATC --encoding cp1252
    """
    table = _loaded(store, None, mappings=mappings).codes(file, column=column, prefix=prefix, encoding=encoding)
    shown = terminal()
    _print(table, form, shown)
    for note in table.notes:
        shown.note(note)


def _but_rows(limits: dict[str, Any]) -> dict[str, Any]:
    """Return the limits that a query for labels keeps, too: it has more rows than what it labels."""
    return {name: limit for name, limit in limits.items() if name != "max_rows"}


def _warning(shown: Terminal) -> Callable[[str], None]:
    return lambda note: shown.note(f"warning: {note}")


def _loaded(
    store: Path | None,
    endpoint: str | None,
    cases: tuple[Path, ...] = (),
    own: Path | None = None,
    mappings: tuple[Path, ...] = (),
    *,
    kind: str | None = None,
    timeout_s: float | None = None,
) -> KnowledgeGraph:
    """Return the shipped graph, or that of a store or an endpoint; `kind` is that of a canned query."""
    from sts_kg.knowledge import asking

    if store is not None and endpoint is not None:
        raise click.UsageError("--store and --endpoint exclude each other")
    if endpoint is not None:
        refuse_guideline("and --endpoint exclude each other")
        _refuse_cases(cases)
        return asking(endpoint, kind, queries=own, mappings=mappings, timeout_s=timeout_s or 60.0)
    kg = with_own(loaded(store=store, queries=own), mappings)
    return kg.with_cases(cases) if cases else kg


def _refuse_cases(cases: tuple[Path, ...]) -> None:
    if cases:
        raise click.UsageError(
            "--cases and --endpoint exclude each other: facts about a person are not sent; "
            "sts-kg push --cases puts them into a store of yours"
        )


def _print(answer: Table | bool | Graph, form: str | None, shown: Terminal, *, empty: str = "") -> None:
    """Print the answer to a query; exit 1 if it is no."""
    from sts_kg.rdf import serialize
    from sts_kg.tables import Table

    if isinstance(answer, bool):
        if form not in (None, *_ANSWERS):
            raise click.UsageError(f"the answer is yes or no: choose one of {', '.join(_ANSWERS)}, not {form}")
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
            "spreadsheet": lambda: "\ufeff" + answer.to_csv(spreadsheet=True),
        }
        shown.write(texts[form]())
    if empty and not len(answer):
        shown.note(f"note: no rows, by design: {empty}")
