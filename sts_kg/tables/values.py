"""RDF terms as they are shown, and literals as Python values by their XSD type."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple, TypeAlias

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from sts_kg.rdf import XSD_FORMS, XSD_INTEGERS, Term, compress

__all__ = ["Typed", "Value", "kind_of", "shown", "typed"]

Value: TypeAlias = str | int | bool | float | Decimal | date | datetime | None


class Typed(NamedTuple):
    """A Python value and the kind of column that it makes; an unbound cell has no kind."""

    value: Value
    kind: str


def shown(term: Term | None) -> str:
    """Return an IRI as CURIE, a literal without type or language, an unbound cell as ''."""
    if isinstance(term, URIRef):
        return compress(str(term))  # str: pandas and polars do not take a URIRef as text
    return "" if term is None else f"_:{term}" if isinstance(term, BNode) else str(term)


def kind_of(term: Term) -> str:
    """Return the type of a term as a column is headed: `IRI`, `blank node`, or that of a literal, such as `integer`."""
    if isinstance(term, Literal):
        return typed(term).kind
    return "IRI" if isinstance(term, URIRef) else "blank node"


def typed(term: Term | None) -> Typed:
    """Return the value of a term; its text if the lexical form is not one of its datatype or Python has no such value.

    Examples
    --------
    >>> typed(Literal("1.50", datatype=XSD.decimal)), typed(Literal("P1D", datatype=XSD.duration))
    (Typed(value=Decimal('1.50'), kind='decimal'), Typed(value='P1D', kind='string'))
    """
    if term is None:
        return Typed(None, "")
    if isinstance(term, Literal) and term.datatype in _READERS:
        try:
            return _READERS[term.datatype](str(term))
        except (ValueError, OverflowError):
            pass
    return Typed(shown(term), "string")


def _match(datatype: str, lexical: str) -> re.Match[str]:
    match = re.fullmatch(XSD_FORMS[datatype], lexical)
    if match is None:
        raise ValueError(f"{lexical!r} is not a form of xsd:{datatype}")
    return match


def _integer(low: float, high: float, lexical: str) -> Typed:
    value = int(_match("integer", lexical)[0])  # Python reads no more than 4300 digits (sys.set_int_max_str_digits)
    if not low <= value <= high:
        raise ValueError(f"{lexical} is not from {low} to {high}")
    return Typed(value, "integer")


def _decimal(lexical: str) -> Typed:
    return Typed(Decimal(_match("decimal", lexical)[0]), "decimal")


def _double(lexical: str) -> Typed:
    return Typed(float(_match("double", lexical)[0]), "double")


def _boolean(lexical: str) -> Typed:
    return Typed(_match("boolean", lexical)[0] in ("true", "1"), "boolean")


def _date(lexical: str) -> Typed:
    return Typed(date(*map(int, _match("date", lexical).group(1, 2, 3))), "date")


def _date_time(lexical: str) -> Typed:
    day, hour, minute, second, fraction, zone = _match("dateTime", lexical).group(0, 4, 5, 6, 7, 8)
    digits = (fraction or "").rstrip("0")
    midnight = hour == "24"  # the first instant of the next day
    if len(digits) > 6 or (midnight and minute + second + digits != "0000"):
        raise ValueError(f"{lexical} is finer than a microsecond, or after midnight")
    start = f"{day.partition('T')[0]}T{'00' if midnight else hour}:{minute}:{second}{zone or ''}"
    moment = datetime.fromisoformat(start) + timedelta(days=midnight, microseconds=int(digits.ljust(6, "0")))
    moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)  # raises outside of Python's years in UTC
    return Typed(moment, "dateTime" if moment.tzinfo is None else "dateTime with zone")


_READERS: dict[URIRef, Callable[[str], Typed]] = {
    **{XSD[name]: partial(_integer, low, high) for name, (low, high) in XSD_INTEGERS.items()},
    XSD.decimal: _decimal,
    XSD.double: _double,
    XSD.float: _double,
    XSD.boolean: _boolean,
    XSD.date: _date,
    XSD.dateTime: _date_time,
    XSD.dateTimeStamp: _date_time,
}
