"""Commands about mappings to external vocabularies: list, validate, export."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sts_kg.cli.shared import DONE, NO, UNREADABLE, File, as_json, formats, terminal
from sts_kg.errors import ParseError, UnknownNameError

if TYPE_CHECKING:
    from rdflib import Graph

    from sts_kg.cli.console import Terminal
    from sts_kg.links import Mapping, MappingSet, RowViolation

__all__ = ["mappings_group"]

_LISTED = "list"
_COLUMNS = ("subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label", "comment")


class _Mappings(click.Group):
    """Sub-commands; any other first word goes to the list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else None
        asked = first in self.commands or first in ctx.help_option_names
        if not asked and not (ctx.resilient_parsing and first is None):  # completion of the first word offers them all
            args = [_LISTED, *args]
        return super().parse_args(ctx, args)


@click.group(name="mappings", cls=_Mappings, subcommand_metavar="[ENTITY|CURIE|IRI] | validate FILE... | export")
def mappings_group() -> None:
    """List, validate and export mappings to external terms (SSSOM).

    ENTITY is the name or label of one of our terms. A CURIE, IRI or code of an external term, in any known form, finds
    our terms that are mapped to it. For the options of the list: sts-kg mappings list --help.

    \b
    Example:
      sts-kg mappings pazopanib
      sts-kg mappings CHEBI:71219
      sts-kg mappings https://www.wikidata.org/wiki/Q7157043
      sts-kg mappings --prefix NCIT --predicate exactMatch --format csv
      sts-kg mappings validate ours.sssom.tsv
    """


@mappings_group.command(name=_LISTED)
@click.argument("name", required=False, metavar="[ENTITY|CURIE|IRI]")
@click.option("--prefix", metavar="PREFIX", help="Only external terms of this vocabulary.")
@click.option("--predicate", metavar="PREDICATE", help="Only this predicate, such as exactMatch.")
@formats("table", "json", "csv", "tsv")
def listed(name: str | None, prefix: str | None, predicate: str | None, form: str) -> None:
    """List the mappings of one of our terms or of an external term; without a name, all mappings.

    A row that denies a match is shown as "not …".

    \b
    Example:
      sts-kg mappings pazopanib --prefix CHEBI
      sts-kg mappings NCIT:C9306 --format json
    """
    from sts_kg.knowledge import load
    from sts_kg.links import Mapping, MappingSet, text

    rows = load().mapping_rows(name, prefix=prefix, predicate=predicate)
    shown = terminal()
    if form == "json":
        shown.write(as_json([_described(each, row) for each, row in rows]))
    elif form in ("csv", "tsv"):
        cut = tuple(Mapping(**{slot: getattr(row, slot) for slot in _COLUMNS}) for _, row in rows)
        shown.write(text(MappingSet({}, cut, _COLUMNS), delimiter="," if form == "csv" else "\t"))
    else:
        header = ("ours", "predicate", "external", "label", "set")
        shown.table(header, [_cells(each, row) for each, row in rows])
    if not rows:
        shown.note("note: no mapping")


def _cells(each: MappingSet, row: Mapping) -> tuple[str, ...]:
    predicate = ("not " if row.negative else "") + row.cell("predicate_id")
    return row.cell("subject_id"), predicate, row.cell("object_id"), row.cell("object_label"), each.name


def _described(each: MappingSet, row: Mapping) -> dict[str, str]:
    from sts_kg.links import SLOTS, iri_of

    cells = {slot: row.cell(slot) for slot in SLOTS if row.cell(slot)}
    iris = {f"{end}_iri": iri_of(row.cell(f"{end}_id"), each.curie_map) for end in ("subject", "object")}
    return {"mapping_set": each.name, **cells, **iris}


@mappings_group.command()
@click.argument("files", nargs=-1, required=True, type=File, metavar="FILE...")
@click.option("--terms", type=File, multiple=True, metavar="FILE", help="RDF of external terms, to compare labels.")
@formats("text", "json")
def validate(files: tuple[Path, ...], terms: tuple[Path, ...], form: str) -> None:
    """Check SSSOM files (TSV or CSV; - is standard input), and say what is wrong and what would be right.

    Exit 1 if there is an error, 3 if a file cannot be read; warnings alone are 0. With --terms, labels are compared
    with those in the RDF files, and terms that are deprecated there are reported.

    \b
    Example:
      sts-kg mappings validate ours.sssom.tsv
      sts-kg mappings validate ours.sssom.tsv --terms mondo.owl --format json
    """
    from sts_kg.knowledge import load

    graph, entities = _terms(terms), set(load().asserted.subjects())
    shown, found, unread = terminal(), [], False
    for path in files:
        try:
            found += [(path, problem) for problem in _problems(path, entities, graph)]
        except ParseError as error:
            shown.error(str(error))
            unread = True
    if form == "json":
        shown.write(as_json([{"path": str(path), **vars(problem)} for path, problem in found]))
    else:
        for path, problem in found:
            shown.write(f"{path}, {problem}")
    errors = sum(problem.severity == "error" for _, problem in found)
    _told(shown, errors, len(found) - errors)
    sys.exit(UNREADABLE if unread else NO if errors else DONE)


def _terms(paths: Iterable[Path]) -> Graph | None:
    from sts_kg.rdf import read

    given = [*paths]
    return read(*given) if given else None


def _problems(path: Path, entities: Collection[object], graph: Graph | None) -> list[RowViolation]:
    from sts_kg.links import read, validate
    from sts_kg.rdf import read_whole

    found = read(read_whole(sys.stdin.buffer, path="<stdin>"), path="<stdin>") if str(path) == "-" else read(path)
    return validate(found, entities=entities, graph=graph)


def _told(shown: Terminal, errors: int, warnings: int) -> None:
    counts = ((errors, "error"), (warnings, "warning"))
    shown.note(", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts))


@mappings_group.command()
@click.argument("sets", nargs=-1, metavar="[SET]...")
@click.option("-o", "--output", type=File, help="FILE.(ttl|nt|rdf|jsonld|…), also with .gz; without it, Turtle.")
def export(sets: tuple[str, ...], output: Path | None) -> None:
    """Write mapping sets as RDF: each match, and an axiom that annotates it. Without SET, write all of them.

    \b
    Example:
      sts-kg mappings export -o mappings.ttl
      sts-kg mappings export drugs diseases
    """
    from sts_kg.links import merged, shipped
    from sts_kg.rdf import serialize, write

    known = {each.name: each for each in shipped()}
    for name in sets:
        if name not in known:
            raise UnknownNameError("mapping set", name, known)
    graph = merged([known[name] for name in sets] or known.values())
    if output is None:
        terminal().write(serialize(graph, "turtle").decode())
    else:
        write(graph, output)
        terminal().note(f"{len(graph):,} triples written to {output}")
