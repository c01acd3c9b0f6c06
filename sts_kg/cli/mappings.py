"""Commands about mappings to external vocabularies: list, propose, accept, validate, export."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sts_kg.cli.shared import (
    DONE,
    NO,
    UNREADABLE,
    File,
    as_json,
    downloaded_size,
    formats,
    guideline_option,
    loaded,
    mappings_option,
    memory_option,
    terminal,
    with_own,
)
from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.safe import counted

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


@click.group(
    name="mappings",
    cls=_Mappings,
    subcommand_metavar="[ENTITY|CURIE|IRI] | propose NAME... | accept FILE | validate FILE... | conflicts FILE... | "
    "export",
)
def mappings_group() -> None:
    """List, propose, validate and export mappings to external terms (SSSOM).

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
@guideline_option
@click.argument("name", required=False, metavar="[ENTITY|CURIE|IRI]")
@click.option("--prefix", metavar="PREFIX", help="Only external terms of this vocabulary.")
@click.option("--predicate", metavar="PREDICATE", help="Only this predicate, such as exactMatch.")
@mappings_option
@formats("table", "json", "csv", "tsv", "spreadsheet")
def listed(name: str | None, prefix: str | None, predicate: str | None, mappings: tuple[Path, ...], form: str) -> None:
    """List the mappings of one of our terms or of an external term; without a name, all mappings.

    A row that denies a match is shown as "not …". Format spreadsheet is CSV in which no cell is a formula.

    \b
    Example:
      sts-kg mappings pazopanib --prefix CHEBI
      sts-kg mappings NCIT:C9306 --format json
    """
    from sts_kg.links import Mapping, MappingSet, text
    from sts_kg.tables import write_rows

    rows = with_own(loaded(), mappings).mapping_rows(name, prefix=prefix, predicate=predicate)
    shown = terminal()
    if form == "json":
        shown.write(as_json([_described(each, row) for each, row in rows]))
    elif form in ("csv", "tsv"):
        cut = tuple(Mapping(**{slot: getattr(row, slot) for slot in _COLUMNS}) for _, row in rows)
        shown.write(text(MappingSet({}, cut, _COLUMNS), delimiter="," if form == "csv" else "\t"))
    elif form == "spreadsheet":
        shown.write("\ufeff" + write_rows(_COLUMNS, ([row.cell(slot) for slot in _COLUMNS] for _, row in rows)))
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
@guideline_option
@click.argument("files", nargs=-1, metavar="[NAME|FILE|URL]...")
@click.option("-o", "--output", type=File, metavar="FILE", help="FILE.(sssom.tsv|csv|json); without it, a table.")
@click.option("--lock", type=File, metavar="FILE", help="Where names are pinned; without it they are not.")
@click.option("--locked", is_flag=True, help="Use exactly the documents that the lock pins; without names, all.")
@click.option("--offline", is_flag=True, help="Take names from the cache only.")
@mappings_option
@memory_option
def propose(
    files: tuple[str, ...],
    output: Path | None,
    lock: Path | None,
    locked: bool,
    offline: bool,
    mappings: tuple[Path, ...],
) -> None:
    """Propose mappings of our terms to those of ontologies: by names, identifiers and cross-references.

    Writes a mapping set (SSSOM) with a row for each kind of evidence, and how sure it is. Nobody has reviewed it, and
    no command takes it with --mappings: judge the rows, by `sts-kg mappings accept` or in a spreadsheet. What is mapped
    or denied already is left out, and so are obsolete terms. Ontologies are given as to `sts-kg link`.

    \b
    Example:
      sts-kg mappings propose maxo.owl obo:chebi -o new.sssom.tsv
      sts-kg mappings accept new.sssom.tsv --at-least 0.9 --reviewer orcid:0000-0002-1825-0097 -o accepted.sssom.tsv
    """
    from sts_kg.links import text
    from sts_kg.links import write as write_set

    if not files and not locked:
        raise click.UsageError("name an ontology, a file or a URL to propose from")
    if output is not None and output.exists():
        raise click.UsageError(f"{output} is there, and may hold what somebody has judged; name another file")
    shown = terminal()
    kg = with_own(loaded(), mappings)
    with shown.busy("reading …") as show:
        found = kg.propose(
            *files,
            progress=lambda name, lines: show(f"{name}: {counted(lines, 'triple')} read"),
            lock=lock,
            locked=locked,
            offline=offline,
            downloading=lambda name, size, of: show(f"{name}: {downloaded_size(size, of)} downloaded"),
        )
    if output is None:
        shown.write(text(found.mappings))
    else:
        write_set(found.mappings, output)
    left = ", ".join(f"{count:,} {why}" for why, count in found.left_out.items() if count)
    rows, where = counted(len(found.mappings.mappings), "row"), f", written to {output}" if output else ""
    shown.note(f"{counted(len(found), 'pair')} proposed ({rows}){where}; left out: {left or 'nothing'}")


@mappings_group.command()
@click.argument("file", type=File)
@click.option("--reviewer", required=True, metavar="ORCID", help="Who decides, such as orcid:0000-0002-1825-0097.")
@click.option("--subject", "subjects", multiple=True, metavar="CURIE", help="Only rows about this term; repeatable.")
@click.option("--object", "objects", multiple=True, metavar="CURIE", help="Only rows about this term; repeatable.")
@click.option("--row", "lines", type=int, multiple=True, metavar="LINE", help="Only the row on this line; repeatable.")
@click.option("--at-least", type=click.FloatRange(0, 1), metavar="N", help="Only rows with this confidence, or more.")
@click.option("--all", "everything", is_flag=True, help="All rows.")
@click.option("--deny", is_flag=True, help="They are wrong: write them with Not; they are proposed no more.")
@click.option("--id", metavar="IRI", help="The mapping_set_id; without it, one that follows from the rows.")
@click.option("--license", metavar="IRI", help="The license; without it, that of FILE.")
@click.option("-o", "--output", type=File, required=True, metavar="FILE", help="Where they go; what is there stays.")
def accept(
    file: Path,
    reviewer: str,
    subjects: tuple[str, ...],
    objects: tuple[str, ...],
    lines: tuple[int, ...],
    at_least: float | None,
    everything: bool,
    deny: bool,
    id: str | None,
    license: str | None,
    output: Path,
) -> None:
    """Accept proposed rows as reviewed by a person, or deny them with --deny.

    Rows that are chosen by several options fulfil all of them. An accepted row keeps its justification and gets
    reviewer and date; a denied one is a row with Not, curated by hand. They are added to OUTPUT, a set that --mappings
    takes; a pair that was decided otherwise there is decided anew.

    \b
    Example:
      sts-kg mappings accept new.sssom.tsv --at-least 0.9 --reviewer orcid:0000-0002-1825-0097 -o accepted.sssom.tsv
      sts-kg mappings accept new.sssom.tsv --row 31 --deny --reviewer orcid:0000-0002-1825-0097 -o accepted.sssom.tsv
    """
    from sts_kg.links import accepted, read
    from sts_kg.links import write as write_set

    if not (everything or subjects or objects or lines or at_least is not None):
        raise click.UsageError("choose rows by --subject, --object, --row or --at-least, or take --all")
    if everything and (subjects or objects or lines or at_least is not None):
        raise click.UsageError("--all takes every row; leave it out to choose some")
    if output.exists() and output.samefile(file):
        raise click.UsageError(f"-o {output} is the file of the proposals; name another, so that they stay")
    before = read(output) if output.exists() else None
    found = accepted(
        read(file),
        reviewer,
        subjects=subjects,
        objects=objects,
        lines=lines,
        at_least=at_least,
        deny=deny,
        to=before,
        id=id,
        license=license,
    )
    write_set(found, output)
    denied = sum(row.negative for row in found.mappings)
    told = f"{counted(len(found.mappings) - denied, 'row')} accepted, {denied} denied"
    terminal().note(f"{output} has {told}")


@mappings_group.command()
@guideline_option
@click.argument("files", nargs=-1, required=True, type=File, metavar="FILE...")
@click.option("--terms", type=File, multiple=True, metavar="FILE", help="RDF of external terms, to compare labels.")
@formats("text", "json")
def validate(files: tuple[Path, ...], terms: tuple[Path, ...], form: str) -> None:
    """Check SSSOM files (TSV, CSV, JSON or RDF; - is standard input), and say what is wrong and what would be right.

    There are errors, warnings (to be reviewed) and information; a problem of many rows is told once. Exit 1 if there is
    an error, 3 if a file cannot be read; else 0. The metadata of FILE.sssom.tsv may be in FILE.sssom.yml beside it.
    With --terms, labels are compared with those in the RDF files, and terms that are deprecated there are reported.

    \b
    Example:
      sts-kg mappings validate ours.sssom.tsv
      sts-kg mappings validate ours.sssom.tsv --terms mondo.owl --format json
    """
    graph, entities = _terms(terms), set(loaded().asserted.subjects())
    shown, found, unread = terminal(), [], False
    for path in files:
        try:
            found += [(path, problem) for problem in _problems(path, entities, graph)]
        except ParseError as error:
            shown.error(str(error))
            unread = True
    if form == "json":
        shown.write(as_json([{**vars(problem), "path": str(problem.path or path)} for path, problem in found]))
    else:
        for path, problem in found:
            shown.tell(f"{problem.path or path}, {problem}")
    errors = _told(shown, [problem for _, problem in found]) if found or not unread else 0
    sys.exit(UNREADABLE if unread else NO if errors else DONE)


def _terms(paths: Iterable[Path]) -> Graph | None:
    from sts_kg.rdf import read

    given = [*paths]
    return read(*given) if given else None


def _problems(path: Path, entities: Collection[object], graph: Graph | None) -> list[RowViolation]:
    from sts_kg.links import read_all, validate
    from sts_kg.rdf import read_whole

    name = "<stdin>"
    found = read_all(read_whole(sys.stdin.buffer, path=name), path=name) if str(path) == "-" else read_all(path)
    return [problem for each in found for problem in validate(each, entities=entities, graph=graph)]


def _told(shown: Terminal, found: list[RowViolation]) -> int:
    """Say how many problems of each level there are, and return the number of errors."""
    counts = {level: sum(problem.severity == level for problem in found) for level in ("error", "warning")}
    told = [counted(count, word) for word, count in counts.items()]
    if more := len(found) - sum(counts.values()):
        told.append(f"{more} for information")
    shown.note(", ".join(told))
    return counts["error"]


@mappings_group.command()
@guideline_option
@click.argument("files", nargs=-1, required=True, type=File, metavar="FILE...")
@formats("table", "json", "csv", "md", "spreadsheet")
def conflicts(files: tuple[Path, ...], form: str) -> None:
    """Say which rows of mapping sets do not agree, with those of the shipped sets too: both rows, and which holds.

    A denied match holds in no set. Else the last FILE holds where two say different matches of the same two terms, and
    each FILE above the shipped sets. Where a term is an exact match of two of ours, both hold, and no other match
    follows through it. Exit 1 if there are conflicts.

    \b
    Example:
      sts-kg mappings conflicts region.sssom.tsv hospital.sssom.tsv
    """
    table, shown = loaded().with_mappings(*files).mapping_conflicts(), terminal()
    texts: dict[str, Callable[[], str]] = {
        "json": table.to_json,
        "csv": table.to_csv,
        "md": table.to_markdown,
        "spreadsheet": lambda: "\ufeff" + table.to_csv(spreadsheet=True),
    }
    if form == "table":
        shown.answer(table)
    else:
        shown.write(texts[form]())
    sys.exit(NO if len(table) else DONE)


@mappings_group.command()
@click.argument("sets", nargs=-1, metavar="[SET|FILE]...")
@click.option(
    "-o", "--output", type=File, help="FILE.(ttl|nt|rdf|jsonld|tsv|csv|json|…), also with .gz; without it, Turtle."
)
def export(sets: tuple[str, ...], output: Path | None) -> None:
    """Write mapping sets as RDF: each match, and an axiom that annotates it. Without SET, write all of ours.

    FILE is a set of your own (SSSOM as a table, JSON or RDF). One set can also be written as an SSSOM table in its
    canonical order (.tsv, .csv), or as JSON (.json).

    \b
    Example:
      sts-kg mappings export -o mappings.ttl
      sts-kg mappings export drugs diseases
      sts-kg mappings export ours.sssom.tsv -o ours.ttl
    """
    from sts_kg.links import canonical, merged, shipped
    from sts_kg.links import write as write_set
    from sts_kg.rdf import ending_of, serialize, write

    known = {each.name: each for each in shipped()}
    found = [each for name in sets for each in _named(name, known)] or [*known.values()]
    if output is not None and ending_of(output) in ("tsv", "csv", "json"):
        if len(found) > 1:
            raise click.UsageError(f"{output} holds one mapping set, and there are {len(found)}; name one")
        write_set(canonical(found[0]), output)
        return terminal().note(f"{counted(len(found[0].mappings), 'mapping')} written to {output}")
    graph = merged(found)
    if output is None:
        terminal().write(serialize(graph, "turtle").decode())
    else:
        write(graph, output)
        terminal().note(f"{counted(len(graph), 'triple')} written to {output}")
    return None


def _named(name: str, known: dict[str, MappingSet]) -> Iterable[MappingSet]:
    from sts_kg.links import read_all

    if name in known:
        return [known[name]]
    if "." not in name and not Path(name).is_file():
        raise UnknownNameError("mapping set", name, known)
    return read_all(name)
