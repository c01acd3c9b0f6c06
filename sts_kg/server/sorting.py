"""The rows of a table in another order: by the typed values of one column, stable."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rdflib import Literal, URIRef

from sts_kg.tables import Table, typed

if TYPE_CHECKING:
    from sts_kg.rdf import Term

__all__ = ["by_column"]


def by_column(table: Table, name: str, *, descending: bool = False) -> Table:
    """Return a table whose rows are sorted by one column; rows that are equal there stay as they were.

    Numbers come first, by their value; then truth values, dates, times, IRIs by their labels, and texts, by letters in
    any case. A cell without value comes last, in either direction.

    Raises
    ------
    UnknownNameError
        The table has no such column; the error has near names.
    """
    table.column(name)  # raises
    at = table.variables.index(name)
    bound = [row for row in table.rows if row[at] is not None]
    unbound = [row for row in table.rows if row[at] is None]
    bound.sort(key=lambda row: _key(row[at], table), reverse=descending)
    return replace(table, rows=(*bound, *unbound))


def _key(term: Term | None, table: Table) -> tuple[Any, ...]:
    if isinstance(term, URIRef):
        return 5, table.labels.get(term, str(term)).casefold(), str(term)
    if not isinstance(term, Literal):
        return 7, str(term)
    value = typed(term).value
    if isinstance(value, bool):
        return 1, value
    if isinstance(value, float) and math.isnan(value):
        return 0, math.inf, 1
    if isinstance(value, int | float | Decimal):
        return 0, value, 0
    if isinstance(value, datetime):
        return (4, value) if value.tzinfo else (3, value)
    if isinstance(value, date):
        return 2, value
    return 6, str(value).casefold(), str(value)
