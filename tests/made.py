"""Cases and courses in few words, for the tests of what follows from them."""

from __future__ import annotations

from functools import cache

from rdflib import URIRef

from sts_kg.cases.case import Case, Course, Given, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.rdf.graphs import read
from sts_kg.rdf.names import STS


@cache
def vocabulary() -> Vocabulary:
    """Return the words of the shipped ontology."""
    return Vocabulary(read(*sorted(ontology_folder().glob("*.ttl"))))


def day(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text is not None else None


def dates(text: str, place: str = "") -> tuple[PartialDate, ...]:
    return tuple(PartialDate.parse(one, place) for one in text.split())


def course(
    end: str | None = None,
    growth: str = "",
    *,
    until: str | None = None,
    start: str | None = None,
    therapies: str = "surgery",
    outcome: str | None = None,
    first: bool = False,
    ongoing: bool | None = None,
    of: str | None = None,
    purpose: str = "",
    site: str = "",
    place: str = "",
) -> Course:
    """Return a course; several therapies, dates of growth, purposes or sites have blanks between them."""
    return Course(
        therapies=tuple(STS[therapy] for therapy in therapies.split()),
        start=day(start),
        end=day(end),
        outcome=STS[f"outcome-{outcome}"] if outcome else None,
        growth=dates(growth),
        no_growth_until=day(until),
        place=place,
        first_growth=first,
        ongoing=ongoing,
        indication=STS[f"indication-{of}"] if of else None,
        purposes=tuple(STS[f"intent-{one}"] for one in purpose.split()),
        sites=tuple(STS[f"site-{one}"] for one in site.split()),
    )


def without_growth(text: str) -> tuple[NoGrowth, ...]:
    """Return periods without growth from a text such as `2024..2025-05 2026..2027`."""
    ends = (period.split("..") for period in text.split())
    return tuple(NoGrowth(PartialDate.parse(since), PartialDate.parse(until)) for since, until in ends)


def given(place: str = "", /, **findings: bool) -> tuple[Given, ...]:
    """Return findings of one place by their short names, underscores for hyphens."""
    return tuple(Given(finding(name.replace("_", "-")), holds, place) for name, holds in findings.items())


def finding(name: str) -> URIRef:
    return STS[f"finding-{name}"]


def case(
    *courses: Course,
    complete: bool = False,
    as_of: str | None = None,
    growth: str = "",
    no_growth: str = "",
    given: tuple[Given, ...] = (),
) -> Case:
    """Return the case x of some courses."""
    return Case(
        id="x",
        given=given,
        courses=courses,
        history_complete=complete,
        as_of=day(as_of),
        growth=dates(growth),
        no_growth=without_growth(no_growth),
    )
