"""The numbers that a case may record: which there are, what they are called, and how they are asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.rdf import STS, compress

__all__ = ["Number", "bound_of", "key_of", "numbers_of", "written"]

_RANGES = {XSD.integer, XSD.decimal}
#: What else a case file, a table of patients or the form of a case has by name.
_TAKEN = frozenset(
    "case label as_of findings courses history_complete growth no_growth declines expected note do set reading".split()
)


@dataclass(frozen=True)
class Number:
    """A number that a case may record: its key in case files and tables, what it is called, and how it is asked for.

    `least` is the least value that it can have; None if it can be any, below zero, too.
    """

    key: str
    iri: URIRef
    is_whole: bool
    label: str
    question: str
    unit: str = ""
    least: Decimal | None = None

    @property
    def name(self) -> str:
        """The label, without the unit at its end."""
        return self.label.removesuffix(f" in {self.unit}") if self.unit else self.label

    @property
    def named(self) -> str:
        """The name with the unit, as in `largest diameter in mm`."""
        return f"{self.name} in {self.unit}" if self.unit else self.name

    def said(self, value: int | Decimal) -> str:
        """Return the name with a value, as in `largest diameter 12.5 mm`."""
        return f"{self.name} {written(value)}" + (f" {self.unit}" if self.unit else "")


def numbers_of(asserted: Graph, findings: Iterable[str]) -> Mapping[str, Number]:
    """Return the numbers that a case may record by their keys: by their ordinals, those without one last.

    That is each `owl:DatatypeProperty` with the `rdfs:domain` `sts:PatientCase` and the `rdfs:range` `xsd:integer` or
    `xsd:decimal`. The key is its local name in snake case. `findings` are the names of findings, none of which may be
    the key of a number.

    Raises
    ------
    ParseError
        A local name makes no key, or one that means something else; or a least value cannot be used.
    """
    domain = asserted.subjects(RDFS.domain, STS.PatientCase)
    found = [_number(asserted, of) for of in domain if isinstance(of, URIRef) and _is_number(asserted, of)]
    found.sort(key=partial(_place, asserted))
    taken = _TAKEN | {name.casefold().replace("-", "_") for name in findings}
    several = Counter(number.key for number in found)
    for number in found:
        name = f"the number {compress(number.iri)} of a case has the key {number.key!r}"
        if not re.fullmatch("[a-z][a-z0-9_]*", number.key):
            raise ParseError(f"{name}; give it a local name of letters and digits, such as tumourCount")
        if several[number.key] > 1 or number.key in taken:
            raise ParseError(f"{name}, which means something else; give it another local name")
    return {number.key: number for number in found}


def key_of(of: URIRef) -> str:
    """Return the key that a property of cases has in case files: its local name in snake case.

    Examples
    --------
    >>> key_of(STS.tumourCount), key_of(URIRef("https://example.org/marsh-fever/bodyTemperature"))
    ('tumour_count', 'body_temperature')
    """
    return re.sub("(?<=[a-z0-9])(?=[A-Z])|-", "_", re.split("[/#]", of)[-1]).lower()


def _is_number(asserted: Graph, of: URIRef) -> bool:
    ranges = set(asserted.objects(of, RDFS.range))
    return (of, RDF.type, OWL.DatatypeProperty) in asserted and not ranges.isdisjoint(_RANGES)


def _place(asserted: Graph, number: Number) -> tuple[bool, int, str]:
    ordinal = asserted.value(number.iri, STS.ordinal)
    found = ordinal.value if isinstance(ordinal, Literal) else None
    return (False, found, number.iri) if isinstance(found, int) else (True, 0, number.iri)


def _number(asserted: Graph, of: URIRef) -> Number:
    key = key_of(of)
    number = Number(
        key=key,
        iri=of,
        is_whole=(of, RDFS.range, XSD.integer) in asserted,
        label=str(asserted.value(of, RDFS.label) or key.replace("_", " ")),
        question=str(asserted.value(of, STS.question) or ""),
        unit=str(asserted.value(of, STS.unit) or ""),
        least=_least(asserted, of),
    )
    in_unit = f", in {number.unit}" if number.unit else ""
    return number if number.question else replace(number, question=f"What is the {number.name}{in_unit}?")


def _least(asserted: Graph, of: URIRef) -> Decimal | None:
    name, values = f"the number {compress(of)} of a case", list(asserted.objects(of, STS.leastValue))
    if len(values) > 1:
        raise ParseError(f"{name} has {len(values)} values of sts:leastValue; one is expected")
    return bound_of(values[0], f"{name} has the least value") if values else None


def bound_of(value: Node, said: str) -> Decimal:
    """Return a bound of a number; `said` begins the error.

    Raises
    ------
    ParseError
        It is neither an integer nor a decimal.
    """
    bound = value.toPython() if isinstance(value, Literal) else None
    if isinstance(bound, bool) or not isinstance(bound, int | Decimal):
        raise ParseError(f"{said} {value!s}; an integer or a decimal is expected, such as 3")
    return Decimal(bound)


def written(number: int | Decimal) -> str:
    """Return a number in digits, never with an exponent.

    Examples
    --------
    >>> written(4), written(Decimal("12.50")), written(Decimal("0.0000001"))
    ('4', '12.50', '0.0000001')
    """
    return f"{number:f}" if isinstance(number, Decimal) else str(number)
