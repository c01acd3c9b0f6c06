"""A patient case as a value: what a person has, lacks and has had at one decision point."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote, unquote

from rdflib import URIRef

from sts_kg.cases.dates import PartialDate
from sts_kg.rdf import CASE, STS

__all__ = ["Case", "Course", "Derived", "Given"]


@dataclass(frozen=True)
class Given:
    """A finding as a case file gives it: whether it holds, and where that stands (file and line)."""

    finding: URIRef
    holds: bool
    place: str


@dataclass(frozen=True)
class Course:
    """A past course of treatment: at least one therapy; dates that are not known are None; `growth` may be empty."""

    therapies: tuple[URIRef, ...]
    start: PartialDate | None = None
    end: PartialDate | None = None
    outcome: URIRef | None = None
    growth: tuple[PartialDate, ...] = ()
    no_growth_until: PartialDate | None = None
    place: str = ""


@dataclass(frozen=True)
class Case:
    """A person at one decision point (D26): the given findings, the past courses and what is declined.

    `given` may hold a finding both ways; that contradiction is reported with the answers, not on reading.
    """

    id: str
    label: str = ""
    as_of: PartialDate | None = None
    given: tuple[Given, ...] = ()
    courses: tuple[Course, ...] = ()
    history_complete: bool = False
    declines: tuple[URIRef, ...] = ()
    tumour_count: int | None = None
    largest_diameter_mm: str | None = None
    place: str = ""
    iri: URIRef = field(default=URIRef(""))

    def __post_init__(self) -> None:
        if not self.iri:
            object.__setattr__(self, "iri", CASE[quote(self.id, safe="")])

    @property
    def numbers(self) -> dict[URIRef, Decimal]:
        """The numbers that the case records, by property."""
        found = {STS.tumourCount: self.tumour_count, STS.largestDiameterMm: self.largest_diameter_mm}
        return {predicate: Decimal(number) for predicate, number in found.items() if number is not None}

    @staticmethod
    def id_of(iri: str) -> str:
        """Return the id that a case's IRI stands for: below `case:` the decoded rest, else the IRI itself."""
        return unquote(iri.removeprefix(str(CASE))) if iri.startswith(str(CASE)) else iri


@dataclass(frozen=True)
class Derived:
    """A finding that a fact rule concludes for a case: the rule (`sts:rule-…`), the courses and number it rests on."""

    finding: URIRef
    holds: bool
    rule: URIRef
    courses: tuple[Course, ...] = ()
    number: tuple[URIRef, Decimal] | None = None
