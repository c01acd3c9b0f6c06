"""Columns of Python values as frames of pandas and polars, typed by XSD type; either library is optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sts_kg.rdf import Term
from sts_kg.tables.values import typed

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["as_pandas", "as_polars"]

_INT64 = range(-(2**63), 2**63)


class _Column(NamedTuple):
    kind: str
    values: list[Any]


def as_pandas(columns: Mapping[str, Sequence[Term | None]], n_rows: int) -> pandas.DataFrame:
    """Return a pandas frame of columns of terms: see `Table.to_pandas`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("to_pandas() needs pandas: pip install pandas") from error
    series = {name: _pandas_series(pd, _typed_column(terms)) for name, terms in columns.items()}
    return pd.DataFrame(series, index=pd.RangeIndex(n_rows), columns=list(columns))


def as_polars(columns: Mapping[str, Sequence[Term | None]]) -> polars.DataFrame:
    """Return a polars frame of columns of terms: see `Table.to_polars`."""
    try:
        import polars as pl
    except ImportError as error:
        raise ImportError("to_polars() needs polars: pip install polars") from error
    typed_columns = [(name, _typed_column(terms)) for name, terms in columns.items()]
    return pl.DataFrame(
        [pl.Series(name, each.values, dtype=_polars_type(pl, each), strict=True) for name, each in typed_columns]
    )


def _typed_column(terms: Sequence[Term | None]) -> _Column:
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
