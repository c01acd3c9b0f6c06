"""The table that a query returns: whole RDF terms, and their ways into Python, pandas, polars, JSON, CSV and a page.

A literal whose lexical form is not one of its datatype ("abc" as an integer) is never an error: it is shown and
converted as that form.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from sts_kg.errors import UnknownNameError
from sts_kg.rdf import Term, compress
from sts_kg.tables.layout import Cell, html_table, markdown_table, text_table

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["Table"]

_Value: TypeAlias = str | int | bool | float | Decimal | date | datetime | None

_MOST_ROWS_IN_HTML = 200  # a notebook page with 100,000 rows does not come back
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, repr=False)
class Table:
    """The solutions of a query: `rows` of terms under `variables`, an unbound cell None.

    `labels` (IRI to label) serve only for showing: two tables are equal by their variables and rows.

    Examples
    --------
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

    def __post_init__(self) -> None:
        assert all(len(row) == len(self.variables) for row in self.rows), "each row has one cell for each variable"

    def __repr__(self) -> str:
        return f"<Table: {_count(len(self.rows))} of {', '.join(self.variables)}>"

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
            The table has no such variable; it lists the near ones.
        """
        if name not in self.variables:
            raise UnknownNameError("variable", name, self.variables)
        at = self.variables.index(name)
        return tuple(row[at] for row in self.rows)

    def with_labels(self, labels: Mapping[URIRef, str]) -> Table:
        """Return the same table with these labels for its IRIs, in place of those it had."""
        return replace(self, labels=dict(labels))

    def curies(self) -> tuple[tuple[str, ...], ...]:
        """Return the rows as they are shown: IRIs as CURIEs, literals without type or language, unbound as ''."""
        return tuple(tuple(_shown(term) for term in row) for row in self.rows)

    def to_dicts(self) -> list[dict[str, _Value]]:
        """Return one dict a row, with Python values by XSD type; unbound is None.

        Integers of any XSD integer type become int, decimals Decimal, doubles and floats float, booleans bool;
        `xsd:date` becomes date (a time zone is dropped), `xsd:dateTime` datetime, aware if it has a time zone. IRIs
        become CURIEs, blank nodes `_:x`. All else, also dates outside the years 1 to 9999, stays its lexical form.
        """
        return [{name: _typed(term).value for name, term in zip(self.variables, row, strict=True)} for row in self.rows]

    def to_json(self) -> str:
        """Return a JSON array with one object a row, a line each; values as in `to_dicts`.

        Integers and decimals keep all their digits. Dates are ISO strings; NaN and the infinities, for which JSON has
        no number, the strings "NaN", "INF" and "-INF". For terms with their types take `to_srj`.
        """
        objects = (
            ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {_json(value)}" for name, value in row.items())
            for row in self.to_dicts()
        )
        lines = ",\n".join(f"  {{{pairs}}}" for pairs in objects)
        return f"[\n{lines}\n]" if lines else "[]"

    def to_srj(self) -> str:
        """Return the SPARQL 1.1 Query Results JSON document, https://www.w3.org/TR/sparql11-results-json/."""
        bindings = [
            {name: _srj(term) for name, term in zip(self.variables, row, strict=True) if term is not None}
            for row in self.rows
        ]
        return json.dumps({"head": {"vars": self.variables}, "results": {"bindings": bindings}}, ensure_ascii=False)

    def to_csv(self) -> str:
        """Return SPARQL 1.1 Query Results CSV: full IRIs, lexical forms, CRLF, unbound empty.

        https://www.w3.org/TR/sparql11-results-csv-tsv/, section 3. Types and languages are lost: see `to_tsv`.
        """
        return "".join(",".join(map(_csv, row)) + "\r\n" for row in (self.variables, *self.rows))

    def to_tsv(self) -> str:
        """Return SPARQL 1.1 Query Results TSV: whole terms as in N-Triples, `?variable` header, unbound empty.

        https://www.w3.org/TR/sparql11-results-csv-tsv/, section 4.
        """
        header = "\t".join(f"?{name}" for name in self.variables)
        lines = ("\t".join("" if term is None else _ntriples(term) for term in row) for row in self.rows)
        return "".join(f"{line}\n" for line in (header, *lines))

    def to_markdown(self, *, labels: bool = False) -> str:
        """Return a GitHub table; with `labels` an IRI is shown by its label, if it has one."""
        return markdown_table(self.variables, self._cells(labels))

    def to_text(self, width: int | None = None, *, labels: bool = False) -> str:
        """Return aligned columns of text, wrapped to `width` terminal columns if it is given."""
        return text_table(self.variables, self._cells(labels), width=width)

    def _cells(self, labels: bool) -> list[list[str]]:
        return [[self._label(term) if labels else _shown(term) for term in row] for row in self.rows]

    def _label(self, term: Term | None) -> str:
        return self.labels.get(term, _shown(term)) if isinstance(term, URIRef) else _shown(term)

    def _repr_html_(self) -> str:
        first = self.rows[:_MOST_ROWS_IN_HTML]
        caption = _count(len(self)) if len(first) == len(self) else f"the first {len(first)} of {_count(len(self))}"
        return html_table(self.variables, [[self._linked(term) for term in row] for row in first], caption=caption)

    def _linked(self, term: Term | None) -> Cell | str:
        return Cell(_shown(term), str(term), self.labels.get(term)) if isinstance(term, URIRef) else _shown(term)

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas frame with columns typed by XSD type; unbound is NA, so `3` stays an integer beside it.

        integer: Int64 (object beyond 64 bits); boolean: boolean; double, float: Float64, where NaN is not NA;
        decimal: object of Decimal; date, dateTime: datetime64 (UTC if all have a time zone); IRIs (as CURIEs),
        strings, and columns without any value: string. A column of several kinds stays object.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas: pip install pandas") from error
        columns = {name: _pandas_series(pd, self._typed_column(name)) for name in self.variables}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self)), columns=list(self.variables))

    def to_polars(self) -> polars.DataFrame:
        """Return a polars frame with columns typed by XSD type; unbound is null.

        integer: Int64; boolean: Boolean; double, float: Float64; decimal: Decimal, of as many digits as the longest
        needs; date: Date; dateTime: Datetime (UTC if all have a time zone); IRIs (as CURIEs), strings, and columns
        without any value: String. A column of several kinds, or of numbers too long for its type, is Object.
        """
        try:
            import polars as pl
        except ImportError as error:
            raise ImportError("to_polars() needs polars: pip install polars") from error
        columns = [(name, self._typed_column(name)) for name in self.variables]
        return pl.DataFrame(
            [pl.Series(name, column.values, dtype=_polars_type(pl, column), strict=True) for name, column in columns]
        )

    def _typed_column(self, name: str) -> _Column:
        typed = [_typed(term) for term in self.column(name)]
        kinds = {one.kind for one in typed if one.kind}
        kind = kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "string"
        return _Column(kind, [one.value for one in typed])


class _Typed(NamedTuple):
    """A Python value and the kind of column that it makes; an unbound cell has no kind."""

    value: _Value
    kind: str


class _Column(NamedTuple):
    kind: str
    values: list[Any]


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _shown(term: Term | None) -> str:
    if isinstance(term, URIRef):
        return compress(str(term))  # str: a URIRef is not a plain text to pandas and its like
    return "" if term is None else f"_:{term}" if isinstance(term, BNode) else str(term)


# --- XSD 1.1 part 2: lexical forms to values. A pattern with Python's own digits: \d would take Arabic ones too.

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_ZONE = r"(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DATE = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){_ZONE}")
_DATE_TIME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})T([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}})(\.[0-9]+)?{_ZONE}")

#: Derived integer types and their ends (section 3.4); None is no end.
_INTEGERS: dict[URIRef, tuple[int | None, int | None]] = {
    XSD.integer: (None, None),
    XSD.nonPositiveInteger: (None, 0),
    XSD.negativeInteger: (None, -1),
    XSD.nonNegativeInteger: (0, None),
    XSD.positiveInteger: (1, None),
    XSD.long: (-(2**63), 2**63 - 1),
    XSD.int: (-(2**31), 2**31 - 1),
    XSD.short: (-(2**15), 2**15 - 1),
    XSD.byte: (-(2**7), 2**7 - 1),
    XSD.unsignedLong: (0, 2**64 - 1),
    XSD.unsignedInt: (0, 2**32 - 1),
    XSD.unsignedShort: (0, 2**16 - 1),
    XSD.unsignedByte: (0, 2**8 - 1),
}


def _typed(term: Term | None) -> _Typed:
    if term is None:
        return _Typed(None, "")
    if isinstance(term, Literal) and term.datatype is not None:
        lexical, datatype = str(term), term.datatype
        if datatype in _INTEGERS:
            return _typed_integer(lexical, *_INTEGERS[datatype])
        if convert := _CONVERTERS.get(datatype):
            return convert(lexical)
    return _Typed(_shown(term), "string")


def _typed_integer(lexical: str, least: int | None, most: int | None) -> _Typed:
    try:
        value = int(lexical) if _INTEGER.fullmatch(lexical) else None
    except ValueError:  # Python reads no more than 4300 digits (sys.set_int_max_str_digits)
        value = None
    inside = value is not None and (least is None or least <= value) and (most is None or value <= most)
    return _Typed(value, "integer") if inside else _Typed(lexical, "string")


def _typed_decimal(lexical: str) -> _Typed:
    return _Typed(Decimal(lexical), "decimal") if _DECIMAL.fullmatch(lexical) else _Typed(lexical, "string")


def _typed_double(lexical: str) -> _Typed:
    return _Typed(float(lexical), "double") if _DOUBLE.fullmatch(lexical) else _Typed(lexical, "string")


def _typed_boolean(lexical: str) -> _Typed:
    known = lexical in ("true", "false", "1", "0")
    return _Typed(lexical in ("true", "1"), "boolean") if known else _Typed(lexical, "string")


def _typed_date(lexical: str) -> _Typed:
    if found := _DATE.fullmatch(lexical):
        try:
            return _Typed(date(*map(int, found.group(1, 2, 3))), "date")
        except ValueError:  # 30 February, or the year 0, which Python has not
            pass
    return _Typed(lexical, "string")


def _typed_date_time(lexical: str) -> _Typed:
    if found := _DATE_TIME.fullmatch(lexical):
        day, hour, minute, second, fraction, zone = found.groups()
        digits = (fraction or ".").rstrip("0")[1:]
        midnight = (hour, minute, second, digits) == ("24", "00", "00", "")  # the first instant of the next day
        try:
            moment = datetime.combine(
                date.fromisoformat(day),
                datetime.min.time().replace(0 if midnight else int(hour), int(minute), int(second)),
                tzinfo=_zone(zone),
            )
            moment += timedelta(days=midnight, microseconds=int(digits.ljust(6, "0")))
            moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):  # 30 February, the year 0, or an instant outside Python's years in UTC
            return _Typed(lexical, "string")
        if len(digits) <= 6:  # Python keeps no more than microseconds
            return _Typed(moment, "dateTime" if moment.tzinfo is None else "dateTime with zone")
    return _Typed(lexical, "string")


def _zone(zone: str | None) -> timezone | None:
    if zone is None or zone == "Z":
        return UTC if zone else None
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1))


_CONVERTERS: dict[URIRef, Callable[[str], _Typed]] = {
    XSD.decimal: _typed_decimal,
    XSD.double: _typed_double,
    XSD.float: _typed_double,
    XSD.boolean: _typed_boolean,
    XSD.date: _typed_date,
    XSD.dateTime: _typed_date_time,
    XSD.dateTimeStamp: _typed_date_time,
}


# --- terms in the W3C result formats


def _json(value: _Value) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else '"INF"' if value > 0 else '"-INF"'
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)


def _srj(term: Term) -> dict[str, str]:
    if isinstance(term, URIRef):
        return {"type": "uri", "value": str(term)}
    if isinstance(term, BNode):
        return {"type": "bnode", "value": str(term)}
    if term.language:
        return {"type": "literal", "value": str(term), "xml:lang": term.language}
    if term.datatype is None or term.datatype == XSD.string:  # RDF 1.1: one and the same
        return {"type": "literal", "value": str(term)}
    return {"type": "literal", "value": str(term), "datatype": str(term.datatype)}


_CSV_QUOTED = re.compile(r'[",\r\n]')


def _csv(cell: str | None) -> str:
    plain = "" if cell is None else f"_:{cell}" if isinstance(cell, BNode) else str(cell)
    return '"' + plain.replace('"', '""') + '"' if _CSV_QUOTED.search(plain) else plain


_ECHAR = {"\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f", '"': '\\"', "\\": "\\\\"}
_STRING_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_IRI_ESCAPED = re.compile(r'[<>"{}|^`\\\x00-\x20]')


def _escaped(pattern: re.Pattern[str], plain: str) -> str:
    short = _ECHAR if pattern is _STRING_ESCAPED else {}
    return pattern.sub(lambda found: short.get(found.group(), f"\\u{ord(found.group()):04X}"), plain)


def _ntriples(term: Term) -> str:
    """Return a term in canonical N-Triples, https://www.w3.org/TR/n-triples/#canonical-ntriples."""
    if isinstance(term, URIRef):
        return f"<{_escaped(_IRI_ESCAPED, term)}>"
    if isinstance(term, BNode):
        return f"_:{term}"
    quoted = f'"{_escaped(_STRING_ESCAPED, term)}"'
    if term.language:
        return f"{quoted}@{term.language}"
    return quoted if term.datatype in (None, XSD.string) else f"{quoted}^^<{_escaped(_IRI_ESCAPED, term.datatype)}>"


# --- columns of frames


def _pandas_series(pd: Any, column: _Column) -> Any:
    kind, values = column
    if kind == "double":  # by parts, since Series(dtype="Float64") would make NA of NaN
        missing = pd.Series([value is None for value in values], dtype=bool).to_numpy()
        numbers = pd.Series([0.0 if value is None else value for value in values], dtype="float64").to_numpy()
        return pd.Series(pd.arrays.FloatingArray(numbers, missing))
    if kind == "integer" and not _all_int64(values):
        kind = "mixed"
    if dtype := _PANDAS_TYPES.get(kind):
        return pd.Series(values, dtype=dtype)
    return pd.Series([pd.NA if value is None else value for value in values], dtype=object)


_PANDAS_TYPES = {
    "integer": "Int64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "dateTime": "datetime64[us]",
    "dateTime with zone": "datetime64[us, UTC]",
    "string": "string",
}


def _polars_type(pl: Any, column: _Column) -> Any:
    kind, values = column
    if kind == "integer" and not _all_int64(values):
        return pl.Object
    if kind == "decimal":
        return _polars_decimal(pl, [value for value in values if value is not None])
    types = {
        "integer": pl.Int64,
        "boolean": pl.Boolean,
        "double": pl.Float64,
        "date": pl.Date,
        "dateTime": pl.Datetime("us"),
        "dateTime with zone": pl.Datetime("us", "UTC"),
        "string": pl.String,
    }
    return types.get(kind, pl.Object)


def _polars_decimal(pl: Any, values: list[Decimal]) -> Any:
    """Return the type of 38 digits (polars has no longer one) with as many decimals as needed, or Object."""
    scale = max(-int(value.as_tuple().exponent) for value in values)
    digits = max(0, *(value.adjusted() + 1 for value in values))
    return pl.Decimal(38, scale) if digits + scale <= 38 else pl.Object


def _all_int64(values: list[Any]) -> bool:
    return all(value is None or value in _INT64 for value in values)
