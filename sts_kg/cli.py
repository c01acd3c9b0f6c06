"""The command line `sts-kg`: parse, call, print.

Exit codes: 0 done, 1 the answer is no (violations, contradictions, ASK), 2 usage, 3 unreadable input, 4 endpoint.

Everything but click is imported inside the commands, so that `--help` and completion answer at once.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.errors import (
    CurieError,
    EndpointError,
    InconsistentError,
    ParameterError,
    QueryError,
    StsKgError,
    UnknownNameError,
)
from sts_kg.files import version

if TYPE_CHECKING:
    from rdflib import Graph

    from sts_kg.binding import Parameter
    from sts_kg.canned import CannedQuery
    from sts_kg.table import Table
    from sts_kg.terminal import Terminal

__all__ = ["app", "main"]

DONE, NO, USAGE, UNREADABLE, ENDPOINT = range(5)
_STATUSES = ("met", "not-met", "undetermined")
_TABLES = ("table", "json", "srj", "csv", "tsv", "md")
_GRAPHS = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "jsonld": "jsonld"}

File = click.Path(path_type=Path)
_case_file = click.argument("file", type=File)
_case_id = click.option("--case", metavar="ID", help="The case, if the file has several.")
_page = click.option(
    "--source", "page", type=File, metavar="PAGE", envvar="STS_KG_SOURCE", help="The source page, to quote its text."
)


def _format(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True)


class _App(click.Group):
    """The commands; what goes wrong becomes one line on standard error and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StsKgError as error:
            _terminal().error(str(error))
            ctx.exit(_code(error))
        except BrokenPipeError:
            raise  # click ends quietly when the reader of a pipe has gone
        except OSError as error:
            _terminal().error(f"{error.filename or 'file'}: {error.strerror or error}")
            ctx.exit(UNREADABLE)


def _code(error: StsKgError) -> int:
    if isinstance(error, InconsistentError):
        return NO
    if isinstance(error, EndpointError):
        return ENDPOINT
    usage = UnknownNameError | CurieError | ParameterError | QueryError
    return USAGE if isinstance(error, usage) else UNREADABLE


@click.group(cls=_App, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version(), prog_name="sts-kg")
def app() -> None:
    """Treatments of stage 4 soft tissue sarcoma as a knowledge graph.

    What one page of patient information says may be offered, under which condition, in which words and by which
    sentence. Not medical advice: no clinician has reviewed it.

    \b
    Example:
      sts-kg options patient.yaml
      sts-kg explain patient.yaml pazopanib
      sts-kg query drugs/options-with-drug --drug doxorubicin
    """


@app.command(name="options")
@click.argument("files", nargs=-1, required=True, type=File, metavar="FILE...")
@_format("table", "json", "csv")
@click.option("--status", "statuses", type=click.Choice(_STATUSES), multiple=True, help="Only these; repeatable.")
@_page
def options_command(files: tuple[Path, ...], form: str, statuses: tuple[str, ...], page: Path | None) -> None:
    """Tell for each case and option: met, not met or undetermined, and what is missing.

    FILE is a case in YAML, JSON or RDF, or a cohort in CSV (column `case`, then findings; yes, no or nothing).

    \b
    Example:
      sts-kg options patient.yaml
      sts-kg options cohort.csv --format json --status undetermined
    """
    from sts_kg.knowledge import load

    kg, shown = load(), _terminal()
    code = DONE
    segments = kg.sources(page=page) if page else ()

    def unreadable(error: StsKgError) -> None:
        nonlocal code
        code = UNREADABLE
        shown.error(str(error))

    with shown.busy("reasoning …"):
        found = kg.options(files, on_error=unreadable)
    for contradiction in found.contradictions:
        shown.error(str(contradiction))
        code = code or NO
    answers = [answer for answer in found if not statuses or answer.status in statuses]
    if form == "json":
        shown.write(_json([answer.as_dict() for answer in answers]))
    elif form == "csv":
        shown.write(_csv([answer.as_dict() for answer in answers]))
    elif answers:
        shown.options(answers, kg.ontology.asserted, found.labels)
        if segments:
            quoted = {name for answer in answers for name in answer.segment_ids}
            shown.segments([one for one in segments if one.id in quoted])
        shown.write(_legend(found.footer))
    sys.exit(code)


@app.command()
@_case_file
@click.argument("option")
@_case_id
@_format("table", "json")
@_page
def explain(file: Path, option: str, case: str | None, form: str, page: Path | None) -> None:
    """Tell why an option has its status for a case: known, not needed, to ask, source, interpretation.

    OPTION is an id or its short form, such as option-pazopanib or pazopanib.

    \b
    Example:
      sts-kg explain patient.yaml pazopanib
    """
    from sts_kg.knowledge import load

    shown = _terminal()
    with shown.busy("reasoning …"):
        told = load().explain(file, option, case=case, page=page)
    if form == "json":
        shown.write(_json(told.as_dict()))
    else:
        shown.explanation(told)


@app.command()
@_case_file
@_case_id
@_format("table", "json")
def ask(file: Path, case: str | None, form: str) -> None:
    """Tell what to ask next for a case: the question that most undetermined options wait for comes first.

    \b
    Example:
      sts-kg ask patient.yaml
    """
    from sts_kg.knowledge import load

    kg, shown = load(), _terminal()
    cases = kg.with_cases(file).cases
    wanted = [one for one in cases if case is None or one.id == case]
    if not wanted:
        raise UnknownNameError("case", str(case), [one.id for one in cases])
    with shown.busy("reasoning …"):
        asked = {one.id: kg.ask(one) for one in wanted}
    if form == "json":
        rows = [{"case": name} | question.as_dict() for name, questions in asked.items() for question in questions]
        shown.write(_json(rows))
        return
    for name, questions in asked.items():
        shown.questions(name, questions)


@app.command(name="what-if")
@_case_file
@click.argument("findings", nargs=-1, required=True, metavar="FINDING=yes|no|unknown...")
@_case_id
@_format("table", "json")
def what_if(file: Path, findings: tuple[str, ...], case: str | None, form: str) -> None:
    """Show which options would change if findings were others. Nothing of it is a fact.

    Instead of findings, a possible transition of the source can be named: transition-S21.

    \b
    Example:
      sts-kg what-if patient.yaml resectable=yes
      sts-kg what-if patient.yaml transition-S21
    """
    from sts_kg.knowledge import load

    shown = _terminal()
    supposed = findings[0] if len(findings) == 1 and "=" not in findings[0] else _assignments(findings)
    with shown.busy("reasoning …"):
        changes = load().what_if(file, supposed, case=case)
    if form == "json":
        shown.write(_json([change.as_dict() for change in changes]))
    else:
        shown.changes(changes, " ".join(findings))


def _assignments(findings: Sequence[str]) -> dict[str, bool | None]:
    words = {"yes": True, "no": False, "unknown": None}
    found: dict[str, bool | None] = {}
    for finding in findings:
        name, equals, word = finding.partition("=")
        if not equals or word not in words:
            raise click.UsageError(f"{finding!r} is not of the form FINDING=yes, FINDING=no or FINDING=unknown")
        found[name] = words[word]
    return found


# --- queries


@app.command(name="queries")
@_format("table", "json", "md")
@click.option("--topic", help="Only the queries of one topic.")
def queries_command(form: str, topic: str | None) -> None:
    """List the canned queries by topic, one line each.

    \b
    Example:
      sts-kg queries --topic drugs
    """
    from sts_kg.knowledge import load

    kg, shown = load(), _terminal()
    found = [query for query in kg.canned.values() if topic is None or query.topic == topic]
    if not found:
        raise UnknownNameError("topic", str(topic), {query.topic for query in kg.canned.values()})
    if form == "json":
        shown.write(_json([_described(query) for query in found]))
        return
    header = ("id", "parameters", "question")
    rows = [(query.id, " ".join(map(_usage, query.parameters)), query.description) for query in found]
    if form == "md":
        from sts_kg import view

        shown.write(view.markdown(header, rows))
    else:
        shown.table(header, rows)


def _described(query: CannedQuery) -> dict[str, object]:
    parameters = [
        {"name": p.name, "type": p.type, "required": p.required, "default": p.default} for p in query.parameters
    ]
    return {"id": query.id, "topic": query.topic, "summary": query.summary, "parameters": parameters}


def _usage(parameter: Parameter) -> str:
    return f"--{parameter.name}" if parameter.required else f"[--{parameter.name}]"


class _Queries(click.Group):
    """The canned queries as commands, each with its parameters as options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_canned())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from sts_kg.canned import find

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
    from sts_kg.canned import read_all
    from sts_kg.files import queries_folder

    return {name: query for name, query in read_all(queries_folder()).items() if query.topic != "check"}


@app.group(name="query", cls=_Queries, subcommand_metavar="NAME [--PARAMETER VALUE...]")
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
_endpoint = click.option("--endpoint", metavar="URL", help="Ask a SPARQL 1.1 endpoint instead of the shipped graph.")
_cases = click.option("--cases", type=File, multiple=True, metavar="FILE", help="Case files to put into the graph.")


def _query_command(query: CannedQuery) -> click.Command:
    def run(form: str | None, show: bool, cases: tuple[Path, ...], endpoint: str | None, **values: str | None) -> None:
        from sts_kg.knowledge import load

        kg, shown = load(), _terminal()
        if show:
            shown.write(kg.bound(query.id, **values))
            return
        with shown.busy("reasoning …"):
            if endpoint is not None:
                answer = _asked(endpoint, kg.bound(query.id, **values))
            else:
                if query.graph == "cases" and not cases:
                    shown.note("note: about the fictional example cases; give others with --cases FILE")
                answer = (kg.with_cases(cases) if cases else kg).query(query.id, **values)
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
    command = click.Command(
        query.id,
        callback=run,
        params=parameters,
        help=f"{query.description}\n\n\b\nExample:\n  sts-kg query {query.id} {example}".rstrip(),
    )
    for option in (
        click.option("--show", is_flag=True, help="Print the SPARQL instead of running it."),
        _cases,
        _endpoint,
    ):
        command = option(command)
    return _formats(command)


def _parameter_help(parameter: Parameter) -> str:
    default = f"  [default: {_short_default(parameter)}]" if parameter.default else ""
    optional = "" if parameter.required else "  [optional: without it, any]"
    return f"{parameter.label or parameter.name}{default}{optional}"


def _short_default(parameter: Parameter) -> str:
    from sts_kg.names import local

    return local(parameter.default or "")


@app.command()
@click.argument("text", required=False)
@click.option("-f", "--file", type=File, help="Read the query from a file.")
@click.option("--asserted", is_flag=True, help="Ask the asserted graph, not the closed one.")
@_cases
@_endpoint
@_formats
def sparql(
    text: str | None, file: Path | None, asserted: bool, cases: tuple[Path, ...], endpoint: str | None, form: str | None
) -> None:
    """Run a SPARQL query: TEXT, or - for standard input. Known prefixes need no declaration.

    \b
    Example:
      sts-kg sparql 'SELECT ?drug ?brand { ?drug sts:brandName ?brand } ORDER BY ?drug'
    """
    from sts_kg.files import read_text
    from sts_kg.knowledge import load

    if (text is None) is (file is None):
        raise click.UsageError("give the query either as TEXT (- for standard input) or with --file")
    asked = read_text(file) if file is not None else sys.stdin.read() if text == "-" else str(text)
    shown = _terminal()
    with shown.busy("reasoning …"):
        if endpoint is not None:
            answer = _asked(endpoint, asked)
        else:
            answer = (load().with_cases(cases) if cases else load()).sparql(asked, asserted=asserted)
    _print(answer, form, shown)


def _asked(endpoint: str, text: str) -> Table | bool | Graph:
    from sts_kg.endpoint import ask_endpoint

    return ask_endpoint(endpoint, text)


def _print(answer: Table | bool | Graph, form: str | None, shown: Terminal, *, empty: str = "") -> None:
    """Print the answer to a query; exit 1 if it is no."""
    from sts_kg.graph import serialize
    from sts_kg.table import Table

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


# --- the source, checks, export


@app.command()
@click.argument("segment", required=False)
@_page
@_format("table", "json")
def sources(segment: str | None, page: Path | None, form: str) -> None:
    """List the segments of the source by their gists, or show one; with the text if the page is at hand.

    \b
    Example:
      sts-kg sources S19
      sts-kg sources S19 --source page.txt
    """
    from sts_kg.knowledge import load

    shown = _terminal()
    found = load().sources(segment, page=page)
    if form == "json":
        shown.write(_json([one.as_dict() for one in found]))
    else:
        shown.segments(found)


@app.command()
@_page
@_format("table", "json", "csv", "md")
def check(page: Path | None, form: str) -> None:
    """Check the ontology and the queries; exit 1 if anything is wrong.

    \b
    Example:
      sts-kg check --source page.txt
    """
    from sts_kg.knowledge import load

    shown = _terminal()
    with shown.busy("checking …"):
        found = load().check(page=page)
    if form == "json":
        shown.write(_json(found.as_dict()))
    elif form == "table":
        shown.report(found)
    else:
        shown.write(found.table().to_csv() if form == "csv" else found.table().to_markdown())
    sys.exit(NO if found.violations else DONE)


@app.command()
@click.option("-o", "--output", type=File, required=True, help="FILE.(ttl|nt|rdf|jsonld|trig|nq), also with .gz.")
@click.option("--inferred", is_flag=True, help="With what follows by OWL 2 RL.")
@_cases
def export(output: Path, inferred: bool, cases: tuple[Path, ...]) -> None:
    """Write the graph to a file in the syntax of its ending; .trig and .nq keep each module in its own graph.

    \b
    Example:
      sts-kg export --inferred -o sts-kg.ttl
    """
    from sts_kg.knowledge import load

    shown = _terminal()
    with shown.busy("reasoning …"):
        kg = load().with_cases(cases) if cases else load()
        count = kg.export(output, inferred=inferred)
    shown.note(f"{count} triples written to {output}")


@app.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print the script that lets a shell complete sts-kg.

    \b
    Example:
      eval "$(sts-kg completion bash)"
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None, f"click knows {shell}"
    click.echo(made(app, {}, "sts-kg", "_STS_KG_COMPLETE").source())


# --- helpers and the edge


def _terminal() -> Terminal:
    from sts_kg.terminal import Terminal

    return Terminal()


def _legend(footer: str) -> str:
    from sts_kg.terminal import legend

    return f"{legend()}\n{footer}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _csv(rows: Sequence[dict[str, object]]) -> str:
    """Return rows as CSV; lists become words separated by spaces, true and false yes and no."""

    def cell(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return " ".join(one["finding"] if isinstance(one, dict) else str(one) for one in value)
        return str(value)

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    header = "case option status tried declined true false missing recommendation segments decisions".split()
    writer.writerow(header)
    writer.writerows([cell(row[name]) for name in header] for row in rows)
    return text.getvalue()


def main() -> None:
    """Run the command line."""
    app(prog_name="sts-kg")
