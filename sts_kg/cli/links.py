"""The command link: slices of ontologies of others, and what holds of the mappings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sts_kg.cli.shared import DONE, NO, File, as_json, formats, terminal

if TYPE_CHECKING:
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.links import LinkReport

__all__ = ["link"]

_SLICES = ("star", "up", "down", "module")
_PROFILES = ("generic", "wikidata", "uniprot", "ubergraph", "virtuoso", "oxigraph")


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE|URL]...")
@click.option("--endpoint", metavar="URL", multiple=True, help="Also what a SPARQL endpoint knows of the mapped terms.")
@click.option("--profile", type=click.Choice(_PROFILES), default="generic", show_default=True, help="Of the endpoints.")
@click.option(
    "--slice",
    "method",
    type=click.Choice(_SLICES),
    default="up",
    show_default=True,
    help="star: the terms; up: and all above and about them; down: and all below; module: and all that they use.",
)
@click.option("--depth", type=click.IntRange(min=0), default=0, help="Steps down or through a module; 0: no limit.")
@click.option("--seed", "seeds", multiple=True, metavar="TERM", help="Slice this term, too: CURIE, IRI or label.")
@click.option("--bridge", is_flag=True, help="Put exact matches into the classes of others, for reasoning.")
@click.option("-o", "--output", type=File, metavar="STORE|FILE", help="A store folder, or FILE.(nq|trig).")
@formats("text", "json", "md")
def link(
    files: tuple[str, ...],
    endpoint: tuple[str, ...],
    profile: str,
    method: str,
    depth: int,
    seeds: tuple[str, ...],
    bridge: bool,
    output: Path | None,
    form: str,
) -> None:
    """Link ontologies of others: keep the slices that matter for our mapped terms, and report which mappings hold.

    Exit 1 if a mapping is missing, obsolete or has another label there. Files may be of any RDF syntax, OWL functional
    syntax, OWL/XML or OBO, also with .gz or .zst.

    \b
    Example:
      sts-kg link maxo.owl drugcentral.owl.gz -o linked
      sts-kg link dinto.owl --slice module --format json
      sts-kg query links/interactions-of-drug --drug pazopanib --store linked
    """
    from sts_kg.knowledge import load
    from sts_kg.stores import Endpoint

    if not files and not endpoint:
        raise click.UsageError("name a file or URL to link, or an --endpoint")
    shown = terminal()
    kg = load()
    with shown.busy("reading …") as show:
        report = kg.link(
            *files,
            *(Endpoint(url, profile=profile) for url in endpoint),
            slice=method,
            depth=depth,
            seeds=seeds,
            bridge=bridge,
            progress=lambda name, lines: show(f"{name}: {lines:,} triples read"),
        )
        if output is not None:
            show("reasoning and writing …")
            _keep(kg, report, output)
    if form == "json":
        shown.write(as_json(report.as_dict()))
    else:
        shown.write(report.to_markdown() if form == "md" else str(report))
    if output is not None:
        shown.note(f"written to {output}")
    sys.exit(DONE if report.is_sound else NO)


def _keep(kg: KnowledgeGraph, report: LinkReport, output: Path) -> None:
    """Write the slices to a file, or the whole linked graph into a store folder."""
    from sts_kg.rdf import write
    from sts_kg.stores import KINDS, push

    if output.name.lower().removesuffix(".gz").endswith((".nq", ".trig")):
        write(kg.named_graphs("mappings", "links"), output)
    else:
        graphs: Any = kg.named_graphs(*KINDS)
        push(graphs, output, replace=True, scope="ontology")
