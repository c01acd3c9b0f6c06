"""What is shown of a table of RDF terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import URIRef

from sts_kg.display.view import Block, Download, Fold, Inline, Link, Paragraph, Quiet, Source, View, grid
from sts_kg.rdf import compress

if TYPE_CHECKING:
    from sts_kg.rdf import Term
    from sts_kg.tables import Table

__all__ = ["of_table"]

MOST_ROWS = 200
#: Characters of the CSV text that is put into a page to be saved.
MOST_CSV = 200_000


def of_table(table: Table) -> View:
    """Return the first rows with labels, links and types, the notes, the SPARQL that was sent, and the whole as CSV."""
    first = table.rows[:MOST_ROWS]
    shown = [[_cell(term, table) for term in row] for row in first]
    blocks: list[Block] = [
        grid(table.variables, shown, most=MOST_ROWS, kinds=table.kinds(), total=len(table), notes=table.notes)
    ]
    if table.sparql:
        blocks.append(Fold("the SPARQL that was sent", (Source(table.sparql, "sparql"),)))
    csv = table.to_csv(spreadsheet=True)
    if len(csv) <= MOST_CSV:
        blocks.append(Download("table.csv", "text/csv", csv))
    else:
        blocks.append(Paragraph(Quiet(f"too long to save from here ({len(csv):,} characters): to_csv() has it all")))
    return View("", tuple(blocks))


def _cell(term: Term | None, table: Table) -> Inline:
    if not isinstance(term, URIRef):
        return table.shown(term)
    link = Link(compress(str(term)), str(term))
    label = table.labels.get(term)
    return (label, "\n", Quiet(link)) if label else link
