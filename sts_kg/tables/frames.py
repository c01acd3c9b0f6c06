"""Columns of terms as frames of pandas, polars and Arrow, typed by XSD type; each library is optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sts_kg.rdf import Term
from sts_kg.tables.extra import needed
from sts_kg.tables.values import shown, typed

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["as_arrow", "as_pandas", "as_polars"]

_INT64 = range(-(2**63), 2**63)
_LONGEST_128, _LONGEST_256 = 38, 76  #: decimal digits that 128 and 256 bits hold

Terms = Sequence["Term | None"]


class _Column(NamedTuple):
    kind: str
    values: list[Any]


def as_pandas(columns: Mapping[str, Terms], n_rows: int) -> pandas.DataFrame:
    """Return a pandas frame of columns of terms: see `Table.to_pandas`."""
    pd = needed("pandas", "to_pandas()", "notebook")
    series = {name: _pandas_series(pd, _typed_column(terms)) for name, terms in columns.items()}
    return pd.DataFrame(series, index=pd.RangeIndex(n_rows), columns=list(columns))


def as_polars(columns: Mapping[str, Terms]) -> polars.DataFrame:
    """Return a polars frame of columns of terms: see `Table.to_polars`."""
    pl = needed("polars", "to_polars()", "")
    typed_columns = [(name, _typed_column(terms)) for name, terms in columns.items()]
    return pl.DataFrame(
        [pl.Series(name, each.values, dtype=_polars_type(pl, each), strict=True) for name, each in typed_columns]
    )


def as_arrow(columns: Mapping[str, Terms], kinds: Sequence[str], n_rows: int) -> pyarrow.Table:
    """Return an Arrow table of columns of terms: see `Table.to_arrow`."""
    pa = needed("pyarrow", "to_arrow()")
    fields, arrays = [], []
    for (name, terms), kind in zip(columns.items(), kinds, strict=True):
        column = _typed_column(terms)
        arrow_type = _arrow_type(pa, column)
        # what no type of Arrow holds is text, as it is written
        values = column.values if arrow_type is not None else [None if term is None else shown(term) for term in terms]
        arrays.append(pa.array(values, arrow_type or pa.string()))
        fields.append(pa.field(name, arrays[-1].type, metadata={"kind": kind}))
    if not fields:  # a table without columns has rows all the same
        return pa.table({"": pa.nulls(n_rows)}).select([])
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _typed_column(terms: Terms) -> _Column:
    cells = [typed(term) for term in terms]
    kinds = {cell.kind for cell in cells if cell.kind}
    kind = kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "string"
    return _Column(kind, [cell.value for cell in cells])


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
        digits, scale = _digits(values)
        return pl.Decimal(_LONGEST_128, scale) if digits <= _LONGEST_128 else pl.Object
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


def _arrow_type(pa: Any, column: _Column) -> Any:
    """Return the type of Arrow that holds each value of a column exactly, or None."""
    kind, values = column
    if kind == "decimal" or (kind == "integer" and not _all_int64(values)):
        digits, scale = _digits(values)
        wide = pa.decimal256(digits, scale) if digits <= _LONGEST_256 else None
        return pa.decimal128(digits, scale) if digits <= _LONGEST_128 else wide
    types = {
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "double": pa.float64(),
        "date": pa.date32(),
        "dateTime": pa.timestamp("us"),
        "dateTime with zone": pa.timestamp("us", "UTC"),
        "string": pa.string(),
    }
    return types.get(kind)


def _digits(values: Sequence[Decimal | int | None]) -> tuple[int, int]:
    """Return how many digits hold each number of a column that has some, and how many of them are decimals."""
    numbers = [Decimal(value) for value in values if value is not None]
    scale = max(-int(number.as_tuple().exponent) for number in numbers)
    return max(1, scale + max(0, *(number.adjusted() + 1 for number in numbers))), scale


def _all_int64(values: list[Any]) -> bool:
    return all(value is None or value in _INT64 for value in values)
