"""Cases and courses in few words, for the tests of what follows from them; and a made-up page with its segments."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from sts_kg.cases.case import Case, Course, Given, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.new_page import pieces
from sts_kg.guideline.source import Segment
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.rdf.graphs import read
from sts_kg.rdf.names import OA, STS


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


#: A made-up page, and the ids of its segments, under which the shipped ontology has other texts.
KNEE = """Care of a sore knee

These are the ways to care for a sore knee at home. Your team will help you choose.

Tablets

You may be given tablets for a sore knee. A strong tablet (Kneezol) may be offered after rest for some sorts of pain. \
It is used when rest has been tried or the knee doesn’t bend within a week.

Ice and heat

Ice may be used when walking isn’t possible. Heat is most often used at night.
"""
KNEE_IDS = ("H0", "S01", "S02", "H1", "S12", "S14", "S15", "H2", "S16", "S17")


def knee_segments() -> tuple[Segment, ...]:
    """Return the segments of the made-up page."""
    found = []
    for ordinal, (name, piece) in enumerate(zip(KNEE_IDS, pieces(KNEE), strict=True), 1):
        digest = hashlib.sha256(piece.text.encode()).hexdigest()
        kind = "heading" if name.startswith("H") else "sentence"
        place = (piece.start, piece.end, piece.line)
        found.append(Segment(name, ordinal, kind, "", *place, gist="", sha256=digest, text=piece.text))
    return tuple(found)


def knee_folder(folder: Path) -> Path:
    """Return a copy of the shipped ontology, in a new folder, whose source is the made-up page."""
    shutil.copytree(ontology_folder(), folder)
    source = read(folder / "source.ttl")
    for one in {*source.subjects(RDF.type, STS.Heading), *source.subjects(RDF.type, STS.Sentence)}:
        if str(one).rpartition("/")[2] not in KNEE_IDS:
            source.remove((one, None, None))
    for segment in knee_segments():
        iri = STS[segment.id]
        selector = source.value(iri, OA.hasSelector)
        assert selector is not None
        for subject, predicate, value in (
            (iri, STS.ordinal, segment.ordinal),
            (iri, STS.lineNumber, segment.line),
            (iri, STS.sha256, segment.sha256),
            (selector, OA.start, segment.start),
            (selector, OA.end, segment.end),
        ):
            source.set((subject, predicate, Literal(value)))
    source.set((STS["source-document"], STS.sha256, Literal(hashlib.sha256(KNEE.encode()).hexdigest())))
    source.serialize(folder / "source.ttl")
    return folder
