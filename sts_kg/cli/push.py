"""The command push: the graphs of guidelines into a SPARQL store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sts_kg.cli.shared import (
    File,
    as_json,
    cases_option,
    formats,
    guideline_option,
    kinds_in,
    loaded,
    mappings_option,
    memory_option,
    terminal,
    with_own,
)
from sts_kg.safe import counted
from sts_kg.stores import KINDS

if TYPE_CHECKING:
    from sts_kg.stores import PushProgress, Verified

__all__ = ["push"]


@click.command()
@guideline_option
@click.option("--endpoint", metavar="URL", help="The address of the store for SPARQL queries.")
@click.option("--store", type=File, metavar="DIR", help="The folder of an Oxigraph store; created if missing.")
@click.option("--files", type=File, metavar="DIR", help="A new folder, for files that the loader of a store reads.")
@click.option(
    "--graphs",
    default="asserted,inferred",
    show_default=True,
    callback=kinds_in,
    metavar="KINDS",
    help=f"Kinds of graphs, separated by commas: {', '.join(KINDS)}.",
)
@click.option("--linked", type=File, metavar="DIR", help="The store made by link -o that has the links.")
@click.option("--replace", is_flag=True, help="Also replace graphs that have other content.")
@click.option("--verify-only", is_flag=True, help="Write nothing; compare, and exit with 1 if a graph differs.")
@cases_option
@click.option("--update", metavar="URL", help="The address for updates, if not derived from --endpoint.")
@click.option("--graph-store", metavar="URL", help='The address of its Graph Store Protocol; "" for none.')
@mappings_option
@formats("text", "json")
@memory_option
def push(
    endpoint: str | None,
    store: Path | None,
    files: Path | None,
    graphs: tuple[str, ...],
    linked: Path | None,
    replace: bool,
    verify_only: bool,
    cases: tuple[Path, ...],
    update: str | None,
    graph_store: str | None,
    mappings: tuple[Path, ...],
    form: str,
) -> None:
    """Put the knowledge graph into a SPARQL 1.1 store, or into files for its bulk loader.

    Each module, what is inferred, and the cases given; with --guideline, the modules of that guideline, too.

    Each graph is pushed completely or not at all, and verified. Graphs that are already there are skipped, so the same
    command resumes after a kill. User and password come from STS_KG_USER and STS_KG_PASSWORD, or from ~/.netrc. Cases
    go into a graph of their own: everyone who can read the store can read them.

    With --files, nothing is sent: the folder has N-Quads, a manifest with digests, and a script for the loader of
    Oxigraph, Virtuoso, Fuseki, GraphDB and QLever. Compare afterwards with --verify-only.

    \b
    Example:
      sts-kg push --endpoint http://localhost:7878/query
      sts-kg push --endpoint http://localhost:8890/sparql --graphs asserted --replace
      sts-kg push --store /data/sts-store
      sts-kg push --endpoint http://localhost:7878/query --graphs links --linked linked
      sts-kg push --files dump && dump/load-oxigraph.sh /data/sts-store
      sts-kg push --endpoint http://localhost:7878/query --verify-only
    """
    from dataclasses import asdict

    if sum(each is not None for each in (endpoint, store, files)) != 1:
        raise click.UsageError("name one of --endpoint, --store and --files")
    if endpoint is None and (update or graph_store):
        raise click.UsageError("--update and --graph-store go with --endpoint")
    if ("links" in graphs) != (linked is not None):
        raise click.UsageError("--graphs links and --linked DIR, a store made by link -o, go together")
    if mappings and "mappings" not in graphs:
        raise click.UsageError(
            "--mappings FILE goes with --graphs that has mappings, such as asserted,inferred,mappings"
        )
    if files is not None and (replace or verify_only):
        raise click.UsageError("--files writes a new folder; leave out --replace and --verify-only")
    if verify_only and (replace or update or graph_store):
        raise click.UsageError("--verify-only writes nothing; leave out --replace, --update and --graph-store")
    shown = terminal()
    with shown.busy("reasoning …") as show:
        kg = with_own(loaded(), mappings)
        kg = kg.with_cases(cases) if cases else kg
        target = store if store is not None else str(endpoint)
        if files is not None:
            show("writing …")
            dumped = kg.dump(files, kinds=graphs, linked=linked)
        elif verify_only:
            show("comparing …")
            compared = kg.verify(target, kinds=graphs, linked=linked)
    if files is not None:
        if form == "json":
            shown.write(as_json([asdict(each) for each in dumped]))
            return
        rows = [(each.graph, f"{each.triples:,}", each.digest[:12], each.file) for each in dumped]
        shown.table(("graph", "triples", "digest", "file"), rows)
        shown.note(f"written to {files}; load them by one of its scripts, such as {files / 'load-oxigraph.sh'}")
        return
    if verify_only:
        if form == "json":
            shown.write(as_json([asdict(each) for each in compared]))
        else:
            shown.table(
                ("graph", "triples", "digest", "digest there", "state"),
                [
                    (each.graph, f"{each.triples:,}", each.digest[:12], each.digest_there[:12], _state(each))
                    for each in compared
                ],
            )
        if others := sum(each.state == "not compared" for each in compared):
            are = "graph of ours that is there was" if others == 1 else "graphs of ours that are there were"
            shown.note(f"note: {others} {are} not compared; choose more by --graphs, --linked and --cases")
        if any(each.state not in ("same", "not compared") for each in compared):
            raise SystemExit(1)
        return
    with shown.busy("pushing …") as show:
        done = kg.push(
            target,
            kinds=graphs,
            linked=linked,
            replace=replace,
            update=update,
            graph_store=graph_store,
            progress=_progress(show),
        )
    if form == "json":
        shown.write(as_json([asdict(each) for each in done]))
        return
    rows = [
        (each.graph, f"{each.triples:,}", each.digest[:12], "there already" if each.skipped else "pushed")
        for each in done
    ]
    shown.table(("graph", "triples", "digest", "done"), rows)


def _state(each: Verified) -> str:
    if each.state in ("same", "missing"):
        return each.state
    blank = f", {each.blank_nodes:,} with blank nodes: not loaded by push" if each.blank_nodes else ""
    return f"{each.state} ({counted(each.triples_there, 'triple')} there{blank})"


def _progress(show: Callable[[str], None]) -> PushProgress:
    """Return a callback that shows the progress."""
    return lambda graph, there, total: show(f"{graph}: {there:,} of {counted(total, 'triple')}")
