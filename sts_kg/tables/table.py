"""The table that a query returns: whole RDF terms, and their ways into Python, frames, networks, JSON, CSV and a page.

A literal whose lexical form is not one of its datatype ("abc" as an integer) is never an error: it is shown and
converted as that form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from rdflib import Literal, URIRef

from sts_kg.errors import UnknownNameError
from sts_kg.rdf import Term
from sts_kg.safe import brief, counted
from sts_kg.shown import Shown
from sts_kg.tables.frames import as_arrow, as_pandas, as_polars
from sts_kg.tables.layout import markdown_table, text_table
from sts_kg.tables.networks import rows_as_networkx
from sts_kg.tables.results import as_csv, as_json, as_srj, as_tsv, csv_cell
from sts_kg.tables.spreadsheets import write_rows
from sts_kg.tables.values import Value, kind_of, shown, typed

if TYPE_CHECKING:
    import networkx
    import pandas
    import polars
    import pyarrow

__all__ = ["Table"]


@dataclass(frozen=True, repr=False)
class Table(Shown):
    """The solutions of a query: `rows` of terms under `variables`, an unbound cell None.

    `labels` (IRI to label) serve only for showing, and `notes` say what a person should know of the query, a sentence
    each, such as a misspelt name; `sparql` is the query that was sent, if there was one. Two tables are equal by their
    variables and rows. `unbound` is the sign of an unbound cell in text, Markdown and HTML; in data it is null, NA or
    empty.

    Examples
    --------
    >>> from rdflib import Literal
    >>> table = Table(("drug", "n"), ((URIRef("https://w3id.org/sts-kg/pazopanib"), Literal(3)),))
    >>> table.to_dicts()
    [{'drug': 'sts:pazopanib', 'n': 3}]
    >>> print(Table(("drug",), ()).to_text())
    drug
    ----
    0 rows
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    labels: Mapping[URIRef, str] = field(default_factory=dict, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    unbound: str = field(default="", compare=False)
    sparql: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        assert all(len(row) == len(self.variables) for row in self.rows), "each row has one cell for each variable"

    def __repr__(self) -> str:
        return f"<Table: {counted(len(self), 'row')} of {brief(', '.join(self.variables))}>"

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[Term | None, ...]]:
        return iter(self.rows)

    def __getitem__(self, index: int) -> tuple[Term | None, ...]:
        return self.rows[index]

    def column(self, name: str) -> tuple[Term | None, ...]:
        """Return the cells of one variable, in the order of the rows.

        Raises
        ------
        UnknownNameError
            The table has no such variable; the error lists similar ones.
        """
        if name not in self.variables:
            raise UnknownNameError("variable", name, self.variables)
        at = self.variables.index(name)
        return tuple(row[at] for row in self.rows)

    def with_labels(self, labels: Mapping[URIRef, str]) -> Table:
        """Return the same table with these labels for its IRIs, instead of its own."""
        return replace(self, labels=dict(labels))

    def with_label_columns(self, labels: Mapping[URIRef, Literal]) -> Table:
        """Return a table with a column of labels beside each column that has IRIs: `drugLabel` beside `drug`.

        `labels` are literals, so that they keep their language. A column whose name is taken is not added.
        """
        places = [
            (at, name)
            for at, name in enumerate(self.variables)
            if f"{name}Label" not in self.variables and any(isinstance(row[at], URIRef) for row in self.rows)
        ]
        beside = {at for at, _ in places}
        variables = [[name, f"{name}Label"] if at in beside else [name] for at, name in enumerate(self.variables)]

        def cells(row: tuple[Term | None, ...]) -> Iterator[Term | None]:
            for at, term in enumerate(row):
                yield term
                if at in beside:
                    yield labels.get(term) if isinstance(term, URIRef) else None

        return replace(self, variables=tuple(chain(*variables)), rows=tuple(tuple(cells(row)) for row in self.rows))

    def curies(self) -> tuple[tuple[str, ...], ...]:
        """Return the rows as they are shown: IRIs as CURIEs, literals without type or language, unbound as ''."""
        return tuple(map(tuple, self._cells(labels=False)))

    def kinds(self) -> tuple[str, ...]:
        """Return the type of each column, such as `IRI`, `integer` or `string`; `mixed` for several, empty for none."""
        found = ({kind_of(term) for term in terms if term is not None} for terms in self._columns().values())
        return tuple(next(iter(kinds), "") if len(kinds) < 2 else "mixed" for kinds in found)

    def to_dicts(self) -> list[dict[str, Value]]:
        """Return one dict a row, with Python values by XSD type; unbound is None.

        Integers of any XSD integer type become int, decimals Decimal, doubles and floats float, booleans bool;
        `xsd:date` becomes date (a time zone is dropped), `xsd:dateTime` datetime, aware if it has a time zone. IRIs
        become CURIEs, blank nodes `_:x`. All else stays its lexical form, also dates outside the years 1 to 9999.
        """
        return [{name: typed(term).value for name, term in zip(self.variables, row, strict=True)} for row in self.rows]

    def to_json(self) -> str:
        """Return a JSON array with one object a row, a line each; values as in `to_dicts`.

        Integers and decimals keep all their digits. Dates are ISO strings; NaN and the infinities, for which JSON has
        no number, the strings "NaN", "INF" and "-INF". For terms with their types use `to_srj`.
        """
        return as_json(self.to_dicts())

    def to_srj(self) -> str:
        """Return the SPARQL 1.1 Query Results JSON document, https://www.w3.org/TR/sparql11-results-json/."""
        return as_srj(self.variables, self.rows)

    def to_csv(self, *, spreadsheet: bool = False) -> str:
        """Return SPARQL 1.1 Query Results CSV: full IRIs, lexical forms, CRLF, unbound empty.

        https://www.w3.org/TR/sparql11-results-csv-tsv/, section 3. Types and languages are lost: see `to_tsv`. A
        spreadsheet may run a cell such as `=1+1`: with `spreadsheet` an apostrophe stands before it (`write_rows`).
        """
        if spreadsheet:
            return write_rows(self.variables, ([csv_cell(term) for term in row] for row in self.rows))
        return as_csv(self.variables, self.rows)

    def to_tsv(self) -> str:
        """Return SPARQL 1.1 Query Results TSV: whole terms as in N-Triples, `?variable` header, unbound empty.

        https://www.w3.org/TR/sparql11-results-csv-tsv/, section 4.
        """
        return as_tsv(self.variables, self.rows)

    def to_markdown(self, *, labels: bool = False) -> str:
        """Return a GitHub table; with `labels` an IRI is shown by its label, if it has one."""
        return markdown_table(self.variables, self._cells(labels))

    def to_text(self, width: int | None = None, *, labels: bool = False) -> str:
        """Return aligned columns of text, wrapped to `width` terminal columns if it is given."""
        return text_table(self.variables, self._cells(labels), width=width)

    def _cells(self, labels: bool) -> list[list[str]]:
        name, empty = self._label if labels else self.shown, (None,) * len(self.variables)
        blank = [self.unbound] * len(empty)
        return [blank if row == empty else [name(term) for term in row] for row in self.rows]

    def _label(self, term: Term | None) -> str:
        return self.labels.get(term, shown(term)) if isinstance(term, URIRef) else self.shown(term)

    def shown(self, term: Term | None) -> str:
        """Return a cell as it is shown: an IRI as CURIE, a literal without type or language, unbound as `unbound`."""
        return self.unbound if term is None else shown(term)

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas frame with columns typed by XSD type; unbound is NA, so `3` stays an integer beside it.

        integer: Int64 (object beyond 64 bits); boolean: boolean; double, float: Float64, where NaN is not NA;
        decimal: object of Decimal; date, dateTime: datetime64 (UTC if all have a time zone); IRIs (as CURIEs),
        strings, and columns without any value: string. A column of several kinds stays object.

        Raises
        ------
        MissingLibraryError
            pandas is not installed; so do the other frames for their library.
        """
        return as_pandas(self._columns(), len(self))

    def to_polars(self) -> polars.DataFrame:
        """Return a polars frame with columns typed by XSD type; unbound is null.

        integer: Int64; boolean: Boolean; double, float: Float64; decimal: Decimal, of as many digits as the longest
        needs; date: Date; dateTime: Datetime (UTC if all have a time zone); IRIs (as CURIEs), strings, and columns
        without any value: String. A column of several kinds, or of numbers too long for its type, is Object.
        """
        return as_polars(self._columns())

    def to_arrow(self) -> pyarrow.Table:
        """Return an Arrow table with columns typed by XSD type; unbound is null.

        integer: int64, or a decimal of as many digits as the longest needs; boolean: bool; double, float: float64,
        where NaN is not null; decimal: decimal128 or decimal256, of as many digits as needed; date: date32; dateTime:
        timestamp in microseconds (UTC if all have a time zone); IRIs (as CURIEs), strings, and columns without any
        value: string. A column of several kinds, or of numbers of more than 76 digits, is a string column of the
        lexical forms. The metadata of a field has its `kind` as `kinds` has it, such as `IRI` or `mixed`.
        """
        return as_arrow(self._columns(), self.kinds(), len(self))

    def to_networkx(self, source: str, target: str) -> networkx.MultiDiGraph:
        """Return a networkx MultiDiGraph with an edge for each row, from its `source` to its `target`.

        Nodes are the terms of these two variables, with the attributes `label` and `kind`; the other cells of a row are
        attributes of its edge, as Python values, an unbound one left out. A row of which one end is unbound has the
        other as a node.

        Raises
        ------
        UnknownNameError
            The table has no such variable; the error lists similar ones.
        MissingLibraryError
            networkx is not installed.
        """
        for name in (source, target):
            self.column(name)
        rows = (dict(zip(self.variables, row, strict=True)) for row in self.rows)
        return rows_as_networkx(rows, source, target, self.labels)

    def _columns(self) -> dict[str, tuple[Term | None, ...]]:
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.variables)
        return dict(zip(self.variables, columns, strict=True))
