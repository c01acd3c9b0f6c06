"""What is shown of a table of RDF terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from rdflib import Literal, URIRef

from sts_kg.display.view import Block, Download, Fold, Inline, Listing, Paragraph, Quiet, Source, View, cut, grid, plain
from sts_kg.display.views.terms import cell_of
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.rdf import Term
    from sts_kg.tables import Table

__all__ = ["MOST_SOURCE", "grid_of_table", "of_table"]

MOST_ROWS = 200
MOST_COLUMNS = 40
#: Characters of all cells together, of a text such as a query, and of the notes that stand in the caption.
MOST_TEXT, MOST_SOURCE, MOST_CAPTION = 150_000, 20_000, 200
MOST_NOTES = 20
#: Characters of the CSV text that is put into a page to be saved, and cells from which on it is not even made.
MOST_CSV, MOST_CELLS = 200_000, 20_000


def of_table(table: Table) -> View:
    """Return the first rows with labels, links and types, the notes, the SPARQL that was sent, and the whole as CSV."""
    blocks: list[Block] = [*grid_of_table(table)]
    if table.sparql:
        blocks.append(Fold("the SPARQL that was sent", (Source(cut(table.sparql, MOST_SOURCE), "sparql"),)))
    csv = table.to_csv(spreadsheet=True) if len(table) * len(table.variables) <= MOST_CELLS else None
    if csv is not None and len(csv) <= MOST_CSV:
        blocks.append(Download("table.csv", "text/csv", csv))
    else:
        blocks.append(Paragraph(Quiet("too long to be saved from here: to_csv() has all of it")))
    return View("", tuple(blocks))


def grid_of_table(table: Table, noun: str = "row", *, most: int = MOST_ROWS) -> Iterator[Block]:
    """Yield the first rows and columns of a table, and its notes: in the caption if they are short, else below."""
    names = [cut(name, 100) for name in table.variables[:MOST_COLUMNS]]
    kinds = table.kinds()[:MOST_COLUMNS]
    rows: list[Sequence[Inline]] = []
    room = MOST_TEXT
    for row in table.rows[:most]:
        beside = {str(term) for term in row if isinstance(term, Literal)}
        cells = [
            _cell(term, table, kind == "mixed", beside) for term, kind in zip(row[:MOST_COLUMNS], kinds, strict=True)
        ]
        room -= sum(len(plain(cell)) for cell in cells)
        if room < 0 and rows:
            break
        rows.append(cells)
    notes = [cut(note) for note in table.notes[:MOST_NOTES]]
    in_caption = sum(map(len, notes)) <= MOST_CAPTION and len(table.notes) <= 2
    less = [f"the first {len(names)} of {len(table.variables):,} columns"] if len(names) < len(table.variables) else []
    yield grid(
        names, rows, noun, most=most, kinds=kinds, total=len(table), notes=[*less, *(notes if in_caption else ())]
    )
    if not in_caption:
        more = len(table.notes) - len(notes)
        yield Listing((*notes, *([f"and {counted(more, 'more note')} in notes"] if more else [])))


def _cell(term: Term | None, table: Table, mixed: bool, beside: AbstractSet[str]) -> Inline:
    """Return a term with its label, which is left out if it is among the texts of the row."""
    label = table.labels.get(term, "") if isinstance(term, URIRef) else ""
    label = "" if label in beside else label
    return cell_of(term, label, unbound=table.unbound, mixed=mixed)
