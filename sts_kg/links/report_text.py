"""The report of linking as a person reads it: what holds, what needs a hand, and on request the rest.

The same sections as text and as Markdown; a notebook and a page show a view of them (`sts_kg/display/views/links.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sts_kg.rdf import compress
from sts_kg.safe import counted, is_address, visible
from sts_kg.tables import Cell, markdown_table, markdown_text, text_table, wrapped

if TYPE_CHECKING:
    from sts_kg.links.report import Candidate, Document, Link, LinkReport

__all__ = ["Section", "about", "headline", "points", "sections", "summary", "to_markdown", "to_text"]

_HOLD = ("found", "other form")
#: What needs a hand, the worst first.
_WRONG = ("missing", "deprecated", "label differs")
_LINKS = ("subject", "predicate", "object", "status", "document", "label", "detail")
_UNREAD = 10  # cells that are shown unasked
_PAIRS = ("subject", "object", "label", "document", "matched by", "value")


@dataclass(frozen=True)
class Section:
    """A table with a heading, a remark, and rows to paste."""

    title: str
    header: tuple[str, ...]
    rows: list[list[Cell]]
    note: str = ""
    paste: str = ""


def sections(report: LinkReport, everything: bool) -> Iterator[Section]:
    """Yield the tables of a report: what holds, what needs a hand, candidates, and with `everything` the rest."""

    def links(title: str, statuses: tuple[str, ...], note: str = "") -> Iterator[Section]:
        of = sorted((one for one in report.links if one.status in statuses), key=lambda one: statuses.index(one.status))
        if of:
            yield Section(f"{title} ({len(of)})", _LINKS, [*map(_link_row, of)], note)

    def pairs(title: str, of: tuple[Candidate, ...], note: str, paste: str = "") -> Iterator[Section]:
        if of:
            yield Section(f"{title} ({len(of)})", _PAIRS, [*map(_pair_row, of)], note, paste)

    yield from links("What holds", _HOLD)
    yield from links("What needs a hand", _WRONG)
    by_reference, named = _parted(report.denied)
    yield from pairs("Denied, but of the same name there", named, "Our mappings say that these are not the same.")
    yield from pairs(
        "Against our mappings, by cross-references there",
        by_reference,
        "Our mappings deny these, or map the term to another of ours. One of both is wrong.",
    )
    yield from pairs(
        "Candidates that nobody has mapped",
        report.candidates,
        "Nobody has reviewed these: a person has to judge each before its row is pasted.",
        report.rows_to_paste(),
    )
    unread = [(document.name, one) for document in report.documents for one in document.unread]
    if unread:
        shown = unread if everything else unread[:_UNREAD]
        cells = [[*map(Cell, (name, str(one.line), one.column, one.text, one.reason))] for name, one in shown]
        more = f"{len(unread) - len(shown)} more with --all." if len(shown) < len(unread) else ""
        header = ("table", "line", "column", "text", "why")
        yield Section("Cells that could not be read", header, cells, more)
    if everything:
        yield from pairs("The cross-references there agree with our mappings", report.agreed, "")
        yield from links(
            "Named, but not described",
            ("referenced",),
            "The document mentions these terms only: link the ontology that they come from.",
        )
        absent = [
            [Cell(document.name), Cell(prefix), Cell(", ".join(ids))]
            for document in report.documents
            for prefix, ids in document.absent.items()
        ]
        if absent:
            note = "Terms of vocabularies that the document borrows from: that they are absent says nothing."
            yield Section("Not among what is borrowed", ("document", "vocabulary", "mapped terms"), absent, note)
        if report.uncovered:
            rows = [[Cell(prefix), Cell(str(count))] for prefix, count in sorted(report.uncovered.items())]
            yield Section("In no document given", ("vocabulary", "mappings"), rows)
        mentions = [
            [Cell(document.name), Cell(one.term), Cell(one.name)]
            for document in report.documents
            for one in document.mentions
        ]
        if mentions:
            yield Section(f"Named after drugs of ours ({len(mentions)})", ("document", "term", "name"), mentions)


def _parted(of: tuple[Candidate, ...]) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Return those found by cross-references, and the others."""
    by_reference = tuple(one for one in of if one.matched_by == "cross-reference")
    return by_reference, tuple(one for one in of if one not in by_reference)


def _link_row(one: Link) -> list[Cell]:
    texts = (one.object, one.status, one.document, one.label, one.detail)
    return [_named(one.subject), Cell(compress(one.predicate)), Cell(texts[0], one.iri or None), *map(Cell, texts[1:])]


def _pair_row(one: Candidate) -> list[Cell]:
    return [_named(one.subject), *map(Cell, (one.object, one.label, one.document, one.matched_by, one.value))]


def _named(iri: str) -> Cell:
    return Cell(compress(iri))


def points(report: LinkReport, everything: bool) -> Iterator[str]:
    """Yield a sentence on each document and on what was not found."""
    for document in report.documents:
        counts = Counter(one.status for one in report.links if one.document == document.name)
        statuses = (*_HOLD, "label differs", "deprecated", "referenced", "missing")
        told = ", ".join(f"{counts[status]} {status}" for status in statuses if counts[status])
        yield (
            f"{document.name}: {document.n_kept:,} of {counted(document.n_read, 'triple')} kept ({document.method}); "
            f"mappings: {told or 'none of ours is about its terms'}"
            + (f"; {counted(len(document.mentions), 'term')} named after drugs of ours" if document.mentions else "")
        )
        yield from (f"{document.name}: {note}" for note in document.notes)
        if agreed := sum(one.document == document.name for one in report.agreed):
            yield f"the cross-references of {document.name} agree with {counted(agreed, 'mapping')} of ours"
        if document.borrows:
            (prefix, count), *others = document.borrows.items()
            more = "".join(f", {count:,} of {prefix}" for prefix, count in others)
            terms = counted(count, "term")
            yield f"{document.name} borrows {terms} of {prefix}{more}; those absent are not reported missing"
        if document.joined:
            yield f"{document.name} has {_joins(document, everything)}"
    for seed in report.unsown:
        yield f"no document has the seed {seed!r}, as label, CURIE or IRI"
    if report.uncovered:
        if everything:
            told = ", ".join(f"{prefix} {count}" for prefix, count in sorted(report.uncovered.items()))
            yield f"no document given has terms of: {told}"
        else:
            mappings = counted(sum(report.uncovered.values()), "mapping")
            yield f"{mappings} to vocabularies of which no document given has terms"


def _joins(document: Document, everything: bool) -> str:
    """Return the terms that cross-references joined, the first of them if there are many."""
    few = document.joined if everything else document.joined[:5]
    told = [f"{one.term} ({one.by}, with {one.of} of {one.other})" for one in few]
    more = len(document.joined) - len(few)
    count = f"{counted(len(document.joined), 'seed')} by cross-references"
    return f"{count}: {', '.join(told)}{f' and {more} more' if more else ''}"


def summary(report: LinkReport, everything: bool = False) -> str:
    """Return a report in a few lines."""
    return "\n".join(map(visible, points(report, everything)))


def to_text(report: LinkReport, width: int | None = None, everything: bool = False) -> str:
    """Return a report as text, wrapped to `width` if it is given; rows to paste are not."""
    return "\n\n".join(_text(report, width, everything))


def _text(report: LinkReport, width: int | None, everything: bool) -> Iterator[str]:
    def lines(text: str) -> str:
        return text if width is None else wrapped(text, width)

    yield lines(summary(report, everything))
    for one in sections(report, everything):
        note = f"{lines(one.note)}\n" if one.note else ""
        yield f"{one.title}\n{note}{text_table(one.header, one.rows, width=width)}"
        if one.paste:
            yield f"The rows to paste into a mapping set:\n{one.paste}".rstrip("\n")
    if report.ours.footer:
        yield lines(visible(report.ours.footer))


def to_markdown(report: LinkReport, everything: bool = False) -> str:
    """Return a report as GitHub Markdown."""
    return "\n\n".join(_markdown(report, everything)) + "\n"


def _markdown(report: LinkReport, everything: bool) -> Iterator[str]:
    yield f"# {markdown_text(headline(report))}"
    yield "\n".join(f"- {markdown_text(line)}" for line in points(report, everything))
    for one in sections(report, everything):
        yield f"## {one.title}"
        yield from [one.note] if one.note else []
        yield markdown_table(one.header, one.rows)
        if one.paste:
            fence = "`" * max(3, 1 + _longest_run(one.paste))
            yield f"The rows to paste into a mapping set:\n\n{fence}tsv\n{one.paste}{fence}"
    for one in about(report):
        yield f"## {one.title}"
        yield markdown_table(one.header, one.rows)
    yield markdown_text(report.ours.footer)


def _longest_run(text: str) -> int:
    """Return the length of the longest run of backticks."""
    return max((len(run) for run in "".join(c if c == "`" else " " for c in text).split()), default=0)


def headline(report: LinkReport) -> str:
    """Return what a report is about."""
    names = ", ".join(document.header.get("title") or document.name for document in report.documents)
    return f"Links of {report.ours.label or 'sts_kg'} to {names}"


def about(report: LinkReport) -> Iterator[Section]:
    """Yield what was linked and when, so that it can be done again: documents and mapping sets."""
    header = ("document", "version", "license", "from", "SHA-256", "triples read", "kept")
    rows = []
    for document in report.documents:
        told = document.header
        place = document.source if is_address(document.source) else Path(document.source).name  # no folder of ours
        counts = (f"{document.n_read:,}", f"{document.n_kept:,} ({document.method})")
        version, license = (told.get(key, "not stated") for key in ("version", "license"))
        texts = (version, license, place, document.sha256 or "no file", *counts)
        rows.append([Cell(document.name, told.get("iri")), *(Cell(each, each) for each in texts)])
    yield Section(f"The documents, read on {report.when:%Y-%m-%d %H:%M} UTC", header, rows)
    sets = [[Cell(name), Cell(version), Cell(license, license)] for name, version, license in report.ours.sets]
    yield Section("The mapping sets", ("set", "version", "license"), sets)
