"""Commands about reasoning: close, prove."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sts_kg.cli.shared import (
    DONE,
    NO,
    USAGE,
    File,
    as_json,
    cases_option,
    formats,
    guideline_option,
    loaded,
    memory_option,
    refuse_guideline,
    terminal,
)
from sts_kg.closure import AXIOMS, ENGINES
from sts_kg.errors import ParseError
from sts_kg.rdf import OWL_SYNTAXES, SYNTAXES
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cli.console import Terminal
    from sts_kg.closure import Closure, Progress

__all__ = ["close", "prove"]

_files = click.argument("files", nargs=-1, type=click.Path(), metavar="[FILE|URL]...")
_syntax = click.option(
    "--syntax",
    type=click.Choice((*SYNTAXES, *OWL_SYNTAXES)),
    help="The syntax of standard input; without it, the content decides.",
)


@click.command()
@_files
@click.option("-o", "--output", type=File, help="FILE.(nt|ttl|nq|rdf|jsonld), also with .gz; without it, N-Triples.")
@click.option("--inferred-only", is_flag=True, help="Leave out asserted triples.")
@click.option("--engine", type=click.Choice(ENGINES), default="columns", show_default=True)
@click.option(
    "--axioms",
    type=click.Choice(AXIOMS),
    default="used",
    show_default=True,
    help="Which trivial triples to include: none, those about built-in terms in use, or all.",
)
@click.option("--repeated", is_flag=True, help="Write also what holds of each further copy of a restriction.")
@click.option("--stats", is_flag=True, help="Print numbers as JSON: triples, rounds, seconds, memory, firings by rule.")
@click.option(
    "--lenient", is_flag=True, help="Leave out, and count, triples with wrong terms and malformed statements."
)
@click.option("--strict", is_flag=True, help="Exit 1 also for warnings: ill-typed literals and malformed lists.")
@_syntax
@memory_option
def close(
    files: tuple[str, ...],
    output: Path | None,
    inferred_only: bool,
    engine: str,
    axioms: str,
    repeated: bool,
    stats: bool,
    lenient: bool,
    strict: bool,
    syntax: str | None,
) -> None:
    """Write the OWL 2 RL closure of RDF and OWL files.

    Without FILE, it is the closure of the shipped ontology; - is standard input. Files may be in any RDF syntax, OWL
    functional syntax, OWL/XML, Manchester syntax or OBO, also with .gz or .zst. Exit 1 if there are contradictions:
    they are listed, and the closure is still written.

    A literal that is not valid for its datatype, and a list in an axiom that has no end, are warnings with file and
    line; that axiom says nothing, and all else is closed.

    With --lenient, a statement that is wrong is left out and counted. In RDF/XML and JSON-LD only terms can be wrong,
    not the grammar; OWL functional syntax, OWL/XML and Manchester syntax are read whole or not at all.

    \b
    Example:
      sts-kg close ontology.ttl data.nt.gz -o closed.nt.gz
      sts-kg close --stats --inferred-only data.ttl -o inferred.ttl
      zcat data.nt.gz | sts-kg close - > closed.nt
    """
    from sts_kg.closure import closure_of
    from sts_kg.rdf import syntax_of

    if output is not None:
        syntax_of(output)  # before the work, not after it
    shown = terminal()
    with shown.busy("reading …") as show, _sources(files, syntax, lenient=lenient) as sources:
        closed = closure_of(
            sources,
            engine=engine,
            axioms=axioms,  # type: ignore[arg-type] # click lets only these through
            lenient=lenient,
            progress=_told(show),
        )
        if output is not None:
            closed.write(output, inferred_only=inferred_only, repeated=repeated)
    if output is None and not stats:
        for piece in closed.ntriples(inferred_only=inferred_only, repeated=repeated):
            if shown.is_tty:
                shown.write(piece.decode())
            else:
                sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    if stats:
        shown.write(as_json(closed.statistics()))
    elif output is not None:
        given, inferred, trivial = closed.counts
        numbers = f"{counted(given, 'triple')} asserted, {inferred:,} inferred, {trivial:,} trivial"
        n_repeated = closed.n_repeated
        more = f", {n_repeated:,} repeated{'' if repeated else ' left out'}" if n_repeated else ""
        shown.note(f"{numbers}{more}; written to {output}")
    if closed.stats.skipped:
        shown.note(f"{counted(closed.stats.skipped, 'statement')} left out")
    for warned in closed.warnings:
        shown.note(f"warning: {warned}")
    if (n_others := closed.n_warnings - len(closed.warnings)) > 0:
        shown.note(f"{counted(n_others, 'more warning')} not listed")
    found = _contradictions(closed, shown)
    sys.exit(NO if strict and closed.n_warnings else found)


@contextmanager
def _sources(files: Sequence[str], syntax: str | None, *, lenient: bool = False) -> Iterator[list[object]]:
    """Yield what a closure is made of, for the files of a command."""
    from sts_kg.rdf import Document

    standard = files.count("-")
    if standard > 1:
        raise click.UsageError("standard input (-) can be read once only")
    if syntax is not None and not standard:
        raise click.UsageError("--syntax is that of standard input (-)")
    found: list[object] = []
    if not files:
        from sts_kg.guideline import Guideline

        found.append(BytesIO(Guideline().nquads))
    with ExitStack() as open_documents:
        for file in files:
            if file == "-":
                document = Document(sys.stdin.buffer, syntax, path="<stdin>", told="nquads", lenient=lenient)
                found.append(document)
            elif file.lower().startswith(("http://", "https://")):
                from sts_kg.links import downloaded

                found.append(open_documents.enter_context(downloaded(file, lenient=lenient)))
            else:
                found.append(Path(file))
        yield found


def _told(show: Callable[[str], None]) -> Callable[[Progress], None]:
    """Return a callback that shows the progress."""

    def told(progress: Progress) -> None:
        rate = f", {progress.total / progress.seconds:,.0f} a second" if progress.seconds > 1 else ""
        if progress.reading:
            show(f"{progress.reading}: {counted(progress.total, 'line')}{rate}")
        else:
            show(f"round {progress.round}: {counted(progress.total, 'triple')}{rate}")

    return told


def _contradictions(closed: Closure, shown: Terminal) -> int:
    if not closed.n_inconsistencies:
        return DONE
    for found in closed.inconsistencies:
        shown.note(str(found))
    more = closed.n_inconsistencies - len(closed.inconsistencies)
    unlisted = f", {more:,} of them not listed" if more > 0 else ""
    shown.error(f"{counted(closed.n_inconsistencies, 'contradiction')}{unlisted}")
    return NO


@click.command()
@guideline_option
@click.argument("triple")
@_files
@_syntax
@cases_option
@click.option("--store", type=File, metavar="FOLDER", help="Start from a store made by link -o or push --store.")
@formats("text", "json", "md")
@memory_option
def prove(
    triple: str, files: tuple[str, ...], syntax: str | None, cases: tuple[Path, ...], store: Path | None, form: str
) -> None:
    """Prove a triple, given in Turtle: rules and premises down to what a file asserts.

    Without FILE, the proof starts from the shipped ontology and the cases given, and each axiom names the sentences
    behind it. With a store, also from its slices, each named. With FILE, it starts from these RDF or OWL files.
    Exit 1 if the triple does not follow.

    \b
    Example:
      sts-kg prove "sts:option-pazopanib sts:follows sts:option-chemotherapy"
      sts-kg prove "case:f sts:hasFinding sts:finding-prior-chemotherapy" --cases patient.yaml
      sts-kg prove "sts:pazopanib a obo:CHEBI_38637" --store linked
      sts-kg prove "<http://example.org/x> a owl:Thing" ontology.ttl data.nt
    """
    from sts_kg.closure import closure_of
    from sts_kg.rdf import one_triple

    shown = terminal()
    if files and (cases or store):
        raise click.UsageError(f"{'--cases' if cases else '--store'} goes with the shipped ontology, not with FILE")
    if files:
        refuse_guideline("goes with the shipped ontology, not with FILE")
    kg = None if files else loaded(store=store)  # which knows the prefix of its guideline
    try:
        wanted = one_triple(triple)
    except ParseError as error:
        shown.error(str(error))
        sys.exit(USAGE)
    with shown.busy("reasoning …"):
        if kg is None:
            with _sources(files, syntax) as sources:
                proof = closure_of(sources, axioms="all").proof(wanted)
        else:
            proof = (kg.with_cases(cases) if cases else kg).proof(wanted)
    if form == "json":
        shown.write(as_json(proof.as_dict()))
    else:
        shown.tell(proof.to_markdown() if form == "md" else str(proof))
