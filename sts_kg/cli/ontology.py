"""Commands about the ontology itself: sources, source diff, check, review, export, describe."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sts_kg.cli.shared import (
    DONE,
    NO,
    File,
    as_json,
    cases_option,
    formats,
    graph_by,
    guideline_option,
    kinds_in,
    loaded,
    mappings_option,
    own_queries_option,
    page_option,
    terminal,
    verdicts_option,
    with_own,
)
from sts_kg.errors import ParseError
from sts_kg.guideline import DESCRIPTIONS
from sts_kg.safe import counted
from sts_kg.stores import KINDS

if TYPE_CHECKING:
    from sts_kg.tables import Table

__all__ = ["check", "describe", "export", "review", "source_group", "sources"]


@click.command()
@guideline_option
@click.argument("segment", required=False)
@page_option
@formats("table", "json")
def sources(segment: str | None, page: Path | None, form: str) -> None:
    """List the segments of the source by their gists, or show one; with their text if the page is given.

    \b
    Example:
      sts-kg sources S19
      sts-kg sources S19 --source page.txt
    """
    shown = terminal()
    found = loaded().sources(segment, page=page)
    if form == "json":
        shown.write(as_json([one.as_dict() for one in found]))
    else:
        shown.segments(found)


@click.group(name="source")
def source_group() -> None:
    """Compare versions of the source page.

    \b
    Example:
      sts-kg source diff page.txt new-page.txt
    """


@source_group.command()
@guideline_option
@click.argument("old", type=File)
@click.argument("new", type=File)
@formats("table", "json")
def diff(old: Path, new: Path, form: str) -> None:
    """List what to look at if the page changes: from the OLD page, which was modelled, to a NEW one.

    For each segment that changed, moved or went: what quotes it, and the answers for the example cases that rest on
    it. In JSON also the new positions and digests of all others. Nothing is written. Exit 1 if the pages differ.

    \b
    Example:
      sts-kg source diff page.txt new-page.txt
      sts-kg source diff page.txt new-page.txt --format json
    """
    shown = terminal()
    with shown.busy("comparing …"):
        found = loaded().source_diff(old, new)
    if form == "json":
        shown.write(as_json(found.as_dict()))
    else:
        shown.tell("\n".join(found.lines()))
    sys.exit(NO if found.changes.differs else DONE)


@click.command()
@click.option("--guideline", type=File, metavar="DIR", help="Say what is left to do for this guideline, in order.")
@click.option("--watch", is_flag=True, help="With --guideline: say it anew whenever a file is saved, until Ctrl-C.")
@click.option(
    "--all", "every", is_flag=True, help="With --guideline: list all, not only the first of each kind of work."
)
@page_option
@own_queries_option
@formats("table", "json", "csv", "md", "spreadsheet")
def check(guideline: Path | None, watch: bool, every: bool, page: Path | None, own: Path | None, form: str) -> None:
    """Check the ontology and the queries; exit 1 if anything is wrong.

    With --guideline, a to-do list for the author of that folder instead: texts that say TODO, what the checks find,
    what cannot be read; exit 1 if anything is left. With --watch it is printed at each save, JSON as one line.

    Format spreadsheet is CSV in which no cell is a formula.

    \b
    Example:
      sts-kg check --source page.txt
      sts-kg check --queries my-queries
      sts-kg check --guideline marsh-fever --watch
    """
    shown = terminal()
    if guideline is not None:
        _to_do(guideline, watch, every, page, own, form)
        return
    if watch or every:
        raise click.UsageError(f"{'--watch' if watch else '--all'} goes with --guideline DIR")
    with shown.busy("checking …"):
        found = loaded(queries=own).check(page=page)
    if form == "json":
        shown.write(as_json(found.as_dict()))
    elif form == "table":
        shown.report(found)
    else:
        shown.write(_as_data(found.table(), form))
    sys.exit(NO if found.violations else DONE)


def _as_data(table: Table, form: str) -> str:
    if form == "md":
        return table.to_markdown()
    return "\ufeff" + table.to_csv(spreadsheet=True) if form == "spreadsheet" else table.to_csv()


def _to_do(guideline: Path, watch: bool, every: bool, page: Path | None, own: Path | None, form: str) -> None:
    """Print what is still to do for a guideline, with `watch` again at each save, and end the command."""
    from sts_kg.authoring import changes, todo
    from sts_kg.guideline import guideline_folder, queries_folder
    from sts_kg.queries import ids, read_own

    shown, folder, guideline = terminal(), queries_folder(), guideline_folder(guideline)
    more = () if own is None else tuple(read_own(own, ids(folder)).values())

    def tell() -> int:
        with shown.busy("checking …"):
            found = todo(guideline, canned_folder=folder, own=more, page=page)
        if form == "json":
            shown.write(json.dumps(found.as_dict(), ensure_ascii=False) if watch else as_json(found.as_dict()))
        elif form == "table":
            shown.tell("\n".join(found.lines(None if every else 5)))
        else:
            shown.write(_as_data(found.table(), form))
        return NO if found.items else DONE

    if not watch:
        sys.exit(tell())
    try:
        for _ in changes(guideline):
            if form == "table":
                if shown.is_tty:
                    click.clear()
                shown.tell(f"{datetime.now():%H:%M:%S}")
            tell()
            sys.stdout.flush()
    except KeyboardInterrupt as error:
        if type(error) is not KeyboardInterrupt:  # a signal that ends the process
            raise
        sys.exit(DONE)


@click.command()
@guideline_option
@click.option("-o", "--output", type=File, required=True, help="FILE.(html|md|csv); .csv is the form to fill in.")
@page_option
@verdicts_option
def review(output: Path, page: Path | None, verdicts: tuple[Path, ...]) -> None:
    """Write the review sheet: every decision for a clinician to judge.

    Each with its sentences (their gists without the page), our reading, the others, what changes by them for the
    fictional cases, and room for a verdict. The form, filled in, is what --verdicts reads.

    \b
    Example:
      sts-kg review -o review.html --source page.txt
      sts-kg review -o form.csv
      sts-kg review -o reviewed.html --verdicts form.csv
    """
    if output.suffix.lower() == ".csv" and output.exists() and output.resolve() not in {v.resolve() for v in verdicts}:
        reason = "is there already and may be filled in; give another name, or keep its verdicts with --verdicts"
        raise ParseError(reason, path=output)
    shown = terminal()
    with shown.busy("reasoning …"):
        sheet = graph_by((), verdicts).review(page=page)
    sheet.write(output)
    shown.note(f"{counted(len(sheet), 'decision')} written to {output}")


@click.command()
@guideline_option
@click.option(
    "-o",
    "--output",
    type=File,
    required=True,
    help="FILE.(ttl|nt|rdf|owl|jsonld|n3|trig|nq), also with .gz; with --modules a folder.",
)
@click.option("--inferred", is_flag=True, help="Include the axioms that OWL 2 RL entails.")
@click.option("--matches", is_flag=True, help="Include the matches with external terms.")
@mappings_option
@click.option(
    "--graphs",
    callback=kinds_in,
    metavar="KINDS",
    help=f"Instead: the graphs that push writes, with nothing left out: {', '.join(KINDS)}.",
)
@click.option("--linked", type=File, metavar="DIR", help="The store made by link -o that has the links.")
@click.option("--modules", is_flag=True, help="Keep the modules apart, with a catalogue for Protégé.")
@click.option(
    "--alignment",
    "alignments",
    multiple=True,
    metavar="NAME",
    help="Add the axioms to an outside ontology: bfo, fhir, maxo or prov; repeatable.",
)
@cases_option
def export(
    output: Path,
    inferred: bool,
    matches: bool,
    mappings: tuple[Path, ...],
    graphs: tuple[str, ...],
    linked: Path | None,
    modules: bool,
    alignments: tuple[str, ...],
    cases: tuple[Path, ...],
) -> None:
    """Write the graph for other tools: one OWL 2 DL ontology, inside OWL 2 RL.

    The ending of the file selects the syntax; .trig and .nq have one graph for each kind of triples. With --modules,
    a folder of modules, each with its own header and imports, or one graph for each module in .trig and .nq.

    With --graphs, the graphs of a store instead, merged in the syntaxes that have no named graphs: what queries of the
    linked graph ask, as sts-kg queries --write writes them.

    \b
    Example:
      sts-kg export --inferred -o sts-kg.owl
      sts-kg export --modules --matches -o sts-kg-modules
      sts-kg export --graphs asserted,inferred,mappings,links --linked linked -o linked.ttl
    """
    if ("links" in graphs) != (linked is not None):
        raise click.UsageError("--graphs links and --linked DIR, a store made by link -o, go together")
    if graphs and (inferred or matches or modules):
        raise click.UsageError("--graphs excludes --inferred, --matches and --modules; name kinds of graphs instead")
    if mappings and not matches and "mappings" not in graphs:
        raise click.UsageError("--mappings FILE goes with --matches, or with --graphs that has mappings")
    shown = terminal()
    with shown.busy("reasoning …"):
        kg = with_own(loaded(), mappings)
        kg = kg.with_alignments(*alignments) if alignments else kg
        kg = kg.with_cases(cases) if cases else kg
        done = kg.export(output, inferred=inferred, mappings=matches, modules=modules, kinds=graphs, linked=linked)
    shown.note(str(done))


@click.command()
@guideline_option
@click.argument("vocabulary", type=click.Choice(DESCRIPTIONS))
@click.argument("files", nargs=-1, type=File)
@click.option("-o", "--output", type=File, help="FILE of any RDF syntax, by its ending; standard output without it.")
def describe(vocabulary: str, files: tuple[Path, ...], output: Path | None) -> None:
    """Describe the data set for catalogues (void, dcat) and search engines (schema, of schema.org).

    FILES are exported files, and folders of them as export --modules writes; the description lists them with media
    type, size and SHA-256. Prints Turtle, and JSON-LD for schema.

    \b
    Example:
      sts-kg describe void
      sts-kg describe dcat sts-kg.owl sts-kg.ttl.gz sts-kg-modules -o dcat.ttl
    """
    from sts_kg.rdf import serialize, write

    found = loaded().describe(vocabulary, files)
    if output is not None:
        write(found, output)
        terminal().note(f"{counted(len(found), 'triple')} written to {output}")
    else:
        terminal().write(serialize(found, "jsonld" if vocabulary == "schema" else "turtle").decode().rstrip())
