"""The command link: slices of external ontologies, and which mappings hold."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sts_kg.cli.shared import (
    DONE,
    NO,
    File,
    as_json,
    downloaded_size,
    formats,
    guideline_option,
    loaded,
    mappings_option,
    memory_option,
    profile_option,
    terminal,
    with_own,
)
from sts_kg.errors import shown_size
from sts_kg.links import SLICES
from sts_kg.safe import counted
from sts_kg.stores import KINDS

__all__ = ["link"]


@click.command()
@guideline_option
@click.argument("files", nargs=-1, metavar="[NAME|FILE|URL]...")
@click.option("--endpoint", metavar="URL", multiple=True, help="Also link a SPARQL endpoint.")
@profile_option
@click.option(
    "--slice",
    type=click.Choice(SLICES),
    default="up",
    show_default=True,
    help="star: the terms; up: also all above and about them; down: also all below; module: also all that they use.",
)
@click.option(
    "--depth", type=click.IntRange(min=0), default=0, help="Most steps down or through a module; 0: no limit."
)
@click.option("--seed", "seeds", multiple=True, metavar="TERM", help="Also slice this term: CURIE, IRI or label.")
@click.option(
    "--hierarchy",
    multiple=True,
    metavar="PROPERTY",
    help="A property that leads up (^: down), instead of those of RDFS, SKOS, MeSH and Wikidata that a file uses.",
)
@click.option("--bridge", is_flag=True, help="Put exact matches into external classes, for reasoning.")
@click.option("-o", "--output", type=File, metavar="STORE|FILE", help="A store folder, or FILE.(nq|trig).")
@click.option("--lock", type=File, metavar="FILE", help="Where names are pinned.  [default: links.lock beside -o]")
@click.option("--locked", is_flag=True, help="Use exactly the documents that the lock pins; without names, all.")
@click.option("--offline", is_flag=True, help="Take names from the cache only.")
@click.option("--all", "everything", is_flag=True, help="Also show what is only named, borrowed or uncovered.")
@formats("text", "html", "md", "json")
@mappings_option
@memory_option
def link(
    files: tuple[str, ...],
    endpoint: tuple[str, ...],
    profile: str,
    slice: str,
    depth: int,
    seeds: tuple[str, ...],
    hierarchy: tuple[str, ...],
    bridge: bool,
    output: Path | None,
    lock: Path | None,
    locked: bool,
    offline: bool,
    everything: bool,
    form: str,
    mappings: tuple[Path, ...],
) -> None:
    """Link external ontologies, and report which mappings hold.

    Keeps the slices around our mapped terms; of an endpoint, what it knows about these terms.

    Exit 1 if a mapped term is obsolete or has another label there, or is missing from a document that owns its
    vocabulary. Several ontologies are joined by their own cross-references. Files may be in any RDF syntax, OWL
    functional syntax, OWL/XML or OBO, also with .gz or .zst. A CSV or TSV file is a table, and FILE-metadata.json
    beside it says what its columns mean (CSVW); RXNCONSO.RRF, or the folder or archive that has it, is RxNorm. A NAME
    is obo:NAME, obo:NAME@VERSION or bioregistry:NAME; it is downloaded into a cache, and pinned in a lock.

    \b
    Example:
      sts-kg link obo:chebi obo:maxo@2024-07-29 -o linked
      sts-kg link --locked -o linked
      sts-kg link maxo.owl drugcentral.owl.gz -o linked
      sts-kg link interactions.csv RxNorm_full_11022026.zip -o linked
      sts-kg link dinto.owl --slice module --format html > report.html
      sts-kg query links/interactions-of-drug --drug pazopanib --store linked
    """
    from sts_kg.links import read_pins
    from sts_kg.stores import Endpoint

    if not files and not endpoint and not locked:
        raise click.UsageError("name an ontology, a file or a URL to link, or an --endpoint")
    shown = terminal()
    if lock is None and (output is not None or locked):
        lock = (output or Path()).parent / "links.lock"
    if output is not None and not _is_file(output):
        output.parent.mkdir(parents=True, exist_ok=True)  # of the store, as `push` makes it, and of the lock
    before = read_pins(lock) if lock is not None and lock.exists() else {}
    kg = with_own(loaded(), mappings)
    with shown.busy("reading …") as show:
        report = kg.link(
            *files,
            *(Endpoint(url, profile=profile) for url in endpoint),
            slice=slice,
            depth=depth,
            seeds=seeds,
            hierarchy=hierarchy,
            bridge=bridge,
            progress=lambda name, lines: show(f"{name}: {counted(lines, 'triple')} read"),
            lock=lock,
            locked=locked,
            offline=offline,
            downloading=lambda name, size, of: show(f"{name}: {downloaded_size(size, of)} downloaded"),
        )
        if output is not None:
            show("reasoning and writing …")
            if _is_file(output):
                kg.export(output, kinds=("mappings", "links"))
            else:
                kg.push(output, kinds=KINDS, replace=True)
    if form == "json":
        shown.write(as_json(report.as_dict()))
    elif form == "text":
        shown.write(report.to_text(shown.width, everything=everything))
    else:
        shown.write((report.to_html if form == "html" else report.to_markdown)(everything))
    for pin in report.pins:
        was = before.get(pin.name, pin).sha256
        told = f"pinned in {lock}" if lock is not None else "not pinned"
        told += f" instead of {was[:12]}…" if was != pin.sha256 else ""
        version = f", version {pin.version}" if pin.version else ""
        shown.note(f"{pin.name} of {pin.date}: {shown_size(pin.size)}, sha256 {pin.sha256[:12]}…{version}; {told}")
    if output is not None:
        shown.note(f"written to {output}")
    sys.exit(DONE if report.is_sound else NO)


def _is_file(output: Path) -> bool:
    return output.name.lower().removesuffix(".gz").endswith((".nq", ".trig"))
