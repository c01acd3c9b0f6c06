"""The fact rules: dates of courses to findings, row by row of the clinical model's section 8; facts as a graph."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.namespace import OWL, RDF, RDFS, XSD

from sts_kg.cases.case import Case, Course, Derived, Given
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.fact_rules import derived, hints, misdated
from sts_kg.cases.facts import facts_of
from sts_kg.cases.places import Place, shown
from sts_kg.errors import CaseError
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.rdf.graphs import parse, read
from sts_kg.rdf.names import CASE, STS

GROWTH = STS["finding-growth-within-one-year-after-treatment"]
CHEMOTHERAPY = STS["finding-prior-chemotherapy"]


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(read(*sorted(ontology_folder().glob("*.ttl"))))


def day(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text is not None else None


def course(
    end: str | None = None,
    growth: str = "",
    *,
    until: str | None = None,
    start: str | None = None,
    therapies: str = "surgery",
) -> Course:
    return Course(
        therapies=tuple(STS[therapy] for therapy in therapies.split()),
        start=day(start),
        end=day(end),
        growth=tuple(map(PartialDate.parse, growth.split())),
        no_growth_until=day(until),
    )


def concluded(*courses: Course, complete: bool = False, as_of: str | None = None) -> dict[URIRef, bool]:
    case = Case(id="x", courses=courses, history_complete=complete, as_of=day(as_of))
    return {fact.finding: fact.holds for fact in derived(case, vocabulary())}


def window(*courses: Course, as_of: str | None = None) -> tuple[bool | None, bool | None]:
    """Return what the growth window gives without and with a complete history."""
    return concluded(*courses, as_of=as_of).get(GROWTH), concluded(*courses, as_of=as_of, complete=True).get(GROWTH)


YES, NO, OPEN = (True, True), (None, False), (None, None)


# --- the growth window: each row of the table


@pytest.mark.parametrize(
    ("end", "growth"),
    [
        ("2024-05-17", "2024-05-17"),  # on the very day of the end
        ("2024-05-17", "2024-05-18"),
        ("2024-05-17", "2025-05-16"),
        ("2024-05-17", "2025-05-17"),  # the anniversary
        ("2024-02-29", "2025-02-28"),
        ("2023-02-28", "2024-02-28"),
        ("2023-03-01", "2024-02-29"),
        ("2024-12-31", "2025"),
        ("2024-05", "2024-06"),
        ("2024-05", "2025-04"),
        ("2024-05", "2025-05-01"),
        ("2024-05-31", "2024-06"),
        ("2024-05-31", "2025-05"),
        ("2024", "2024-12-31"),
        ("2024", "2025-01-01"),
        ("2024-02", "2024-02-29"),
        ("2024-05-17", "2024-01 2024-09"),  # one before the end, one in the window
        ("2024-05-17", "2024-09 2026"),
        ("2024-05-17", "2026 2024-09"),
    ],
)
def test_growth_from_the_end_to_the_anniversary_says_yes(end: str, growth: str) -> None:
    assert window(course(end, growth)) == YES


@pytest.mark.parametrize(
    ("end", "growth"),
    [
        ("2024-05-17", "2025-05-18"),  # the day after the anniversary
        ("2024-02-29", "2025-03-01"),
        ("2023-02-28", "2024-02-29"),
        ("2024-05", "2025-06"),
        ("2024-05-31", "2025-06"),
        ("2024", "2026"),
        ("2024", "2026-01-01"),
        ("2024-05-17", "2026"),
        ("2024-05-17", "2025-05-18 2027"),
    ],
)
def test_growth_after_the_anniversary_only_says_no(end: str, growth: str) -> None:
    assert window(course(end, growth)) == NO


@pytest.mark.parametrize(
    ("end", "until"),
    [
        ("2024-05-17", "2025-05-17"),
        ("2024-05-17", "2026"),
        ("2024-02-29", "2025-02-28"),
        ("2024-05", "2025-05-31"),
        ("2024-05", "2025-06"),
        ("2024", "2025-12-31"),
        ("2024", "2026"),
    ],
)
def test_no_growth_until_the_anniversary_says_no(end: str, until: str) -> None:
    assert window(course(end, until=until)) == NO


@pytest.mark.parametrize(
    ("end", "until"),
    [
        ("2024-05-17", "2025-05-16"),  # a day before
        ("2024-02-29", "2025-02-27"),
        ("2024-05-17", "2025-05"),
        ("2024-05", "2025-05-30"),
        ("2024", "2025"),
        ("2024", "2025-12-30"),
        ("2024-05-17", "2024-08"),
    ],
)
def test_no_growth_for_less_than_a_year_leaves_it_open(end: str, until: str) -> None:
    assert window(course(end, until=until)) == OPEN


@pytest.mark.parametrize(
    ("end", "growth"),
    [
        ("2024-05-17", "2024-05-16"),
        ("2024-05-17", "2023"),
        ("2024-05", "2024-04"),
        ("2024-05-17", "2024-01 2026"),  # grew before the end, so the later growth is not the first
    ],
)
def test_growth_before_the_end_leaves_it_open(end: str, growth: str) -> None:
    assert window(course(end, growth)) == OPEN


@pytest.mark.parametrize(
    ("end", "growth"),
    [
        ("2024-05-17", "2024"),  # across the end
        ("2024-05-17", "2024-05"),
        ("2024-05", "2024-05"),
        ("2024-05", "2024-05-30"),
        ("2024-05-17", "2025"),  # across the anniversary
        ("2024-05-17", "2025-05"),
        ("2024-05", "2025-05"),
        ("2024-05", "2025-05-02"),
        ("2024-05-01", "2025-05"),  # from the anniversary on
        ("2024-05-31", "2024-05"),
        ("2024", "2025"),
        ("2024", "2025-01-02"),
        ("2024-05-17", "2025-05 2026"),
    ],
)
def test_a_partial_date_across_a_limit_leaves_it_open(end: str, growth: str) -> None:
    assert window(course(end, growth)) == OPEN


@pytest.mark.parametrize(
    "one",
    [course(), course("2024"), course(growth="2024"), course(until="2026"), course(start="2020", growth="2024")],
)
def test_a_missing_date_leaves_it_open(one: Course) -> None:
    assert window(one) == OPEN


def test_follow_up_under_a_year_leaves_it_open() -> None:
    assert window(course("2024-05-17"), as_of="2025-01-10") == OPEN
    assert window(course("2024-05-17"), as_of="2030-01-10") == OPEN  # no statement that there was none


def test_partial_dates_are_intervals_whatever_the_other_dates_say() -> None:
    """Section 8 compares the earliest and the latest day; nothing narrows a partial date."""
    assert window(course("2024-11-20", "2025"), as_of="2025-06-01") == OPEN
    assert window(course("2024", "2025-06-05", start="2024-06-05")) == OPEN
    assert window(course("2024", "2024-06-30 2025-06-30")) == OPEN


def test_dates_that_contradict_each_other_conclude_nothing() -> None:
    assert window(course("2024-05-17", "2024-09", until="2026")) == OPEN
    assert window(course("2024-05-17", "2024-09", start="2025")) == OPEN


def test_one_course_that_says_yes_is_enough() -> None:
    later, within, unknown = course("2020-01-01", "2022"), course("2024-01-01", "2024-06"), course()
    assert window(later, within, unknown) == YES
    fact = derived(Case(id="x", courses=(later, within, unknown)), vocabulary())
    assert fact == (Derived(GROWTH, True, STS["rule-growth-window"], (within,)),)


def test_no_needs_every_course_and_a_complete_history() -> None:
    later, free = course("2020-01-01", "2022"), course("2023-01-01", until="2025")
    assert window(later, free) == NO
    assert window(later, free, course("2024")) == OPEN
    case = Case(id="x", courses=(later, free), history_complete=True)
    assert derived(case, vocabulary())[0] == Derived(GROWTH, False, STS["rule-growth-window"], (later, free))


def test_a_course_of_comfort_care_alone_does_not_count() -> None:
    comfort = course("2024-01-01", "2024-06", therapies="comfort-care")
    assert window(comfort) == NO
    assert window(comfort, course("2020-01-01", "2022")) == NO
    case = Case(id="x", courses=(comfort,), history_complete=True)
    assert derived(case, vocabulary())[0].courses == ()


def test_comfort_care_beside_another_therapy_counts() -> None:
    assert window(course("2024-01-01", "2024-06", therapies="comfort-care sbrt")) == YES
    assert window(course("2024-01-01", therapies="comfort-care sbrt")) == OPEN


def test_every_therapy_but_comfort_care_counts() -> None:
    counting = {
        t
        for t in set(vocabulary().therapies.values())
        if window(course("2024", "2025-01-01", therapies=name(t))) == YES
    }
    assert counting == set(vocabulary().therapies.values()) - {STS["comfort-care"]}


def name(term: URIRef) -> str:
    return term.removeprefix(STS)


# --- a plain twin: every day that the partial dates can mean


def days(known: PartialDate) -> list[date]:
    return [known.earliest + timedelta(days=n) for n in range((known.latest - known.earliest).days + 1)]


def anniversary(end: date) -> date:
    try:
        return date(end.year + 1, end.month, end.day)
    except ValueError:
        return date(end.year + 1, 2, 28)


def readings(one: Course, as_of: PartialDate | None) -> Iterator[bool | None]:
    """Yield the table's answer for each way to read the dates of a course that contradicts nothing."""
    assert one.end is not None
    last = as_of.latest if as_of else date.max
    starts = days(one.start) if one.start else [date.min]
    untils: list[date | None] = [*days(one.no_growth_until)] if one.no_growth_until else [None]
    for start, end, until, growth in product(starts, days(one.end), untils, list(product(*map(days, one.growth)))):
        if end < start or max([start, end, *growth]) > last:
            continue
        if until is not None and (not end <= until <= last or any(end <= grew <= until for grew in growth)):
            continue
        if any(end <= grew <= anniversary(end) for grew in growth):
            yield True
        elif (until is not None and until >= anniversary(end)) or (growth and min(growth) > anniversary(end)):
            yield False
        else:
            yield None


POOL = [
    *(
        "2024",
        "2025",
        "2024-02",
        "2024-03",
        "2025-02",
        "2025-03",
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
        "2024-03-31",
    ),
    *("2025-02-27", "2025-02-28", "2025-03-01", "2025-03-02", "2025-03-31", "2025-04-01", "2024-12-31", "2025-01-01"),
]
dates = st.sampled_from(POOL).map(PartialDate.parse)


def size(one: Course) -> int:
    count = 1
    for known in (one.start, one.end, one.no_growth_until, *one.growth):
        count *= (known.latest - known.earliest).days + 1 if known else 1
    return count


@settings(max_examples=400)
@given(st.none() | dates, dates, st.lists(dates, max_size=2), st.none() | dates, st.none() | dates)
@example(None, PartialDate.parse("2024-02-29"), [], PartialDate.parse("2025-02-28"), None)
@example(None, PartialDate.parse("2024-03"), [PartialDate.parse("2025-03-01")], None, None)
def test_what_the_rule_says_every_reading_of_the_dates_says(
    start: PartialDate | None,
    end: PartialDate,
    growth: list[PartialDate],
    until: PartialDate | None,
    as_of: PartialDate | None,
) -> None:
    one = Course((STS.surgery,), start=start, end=end, growth=tuple(growth), no_growth_until=until)
    assume(size(one) <= 20_000)
    case = Case(id="x", courses=(one,), as_of=as_of, history_complete=True)
    said = {fact.finding: fact.holds for fact in derived(case, vocabulary())}.get(GROWTH)
    values = set(readings(one, as_of))
    if said is not None or size(one) == 1:  # full dates leave nothing open
        assert values <= {said}


@settings(max_examples=400)
@given(st.none() | dates, dates, st.lists(dates, max_size=2), st.none() | dates, st.none() | dates)
def test_dates_are_wrong_exactly_when_no_reading_of_them_is_possible(
    start: PartialDate | None,
    end: PartialDate,
    growth: list[PartialDate],
    until: PartialDate | None,
    as_of: PartialDate | None,
) -> None:
    one = Course((STS.surgery,), start=start, end=end, growth=tuple(growth), no_growth_until=until)
    assume(size(one) <= 20_000)
    assert (misdated(one, as_of) is None) is any(True for _ in readings(one, as_of))


@pytest.mark.parametrize(
    ("one", "as_of", "key", "why"),
    [
        (course(start="2026"), "2025-12-31", "start", "start 2026 is after the date of the case, as_of 2025-12-31"),
        (course("2025-07"), "2025-06", "end", "end 2025-07 is after the date of the case, as_of 2025-06"),
        (course(growth="2025-07"), "2025-06", "growth", "growth 2025-07 is after the date of the case, as_of 2025-06"),
        (
            course(until="2026"),
            "2025",
            "no_growth_until",
            "no_growth_until 2026 is after the date of the case, as_of 2025",
        ),
        (course("2024", start="2025"), None, "end", "end 2024 is before start 2025"),
        (
            course("2024-05-17", until="2024-05-16"),
            None,
            "no_growth_until",
            "no_growth_until 2024-05-16 is before end 2024-05-17",
        ),
        (
            course(start="2024-06", until="2024-05"),
            None,
            "no_growth_until",
            "no_growth_until 2024-05 is before start 2024-06",
        ),
        (
            course("2024-05-17", "2024-06", until="2024-09"),
            None,
            "growth",
            "growth 2024-06 is after end 2024-05-17, and no_growth_until 2024-09 says there was none",
        ),
        (
            course("2024-05-17", "2024-05-17", until="2024-09-01"),
            None,
            "growth",
            "growth 2024-05-17 is after end 2024-05-17, and no_growth_until 2024-09-01 says there was none",
        ),
        (
            course("2024-05-17", "2024-09-01", until="2024-09-01"),
            None,
            "growth",
            "growth 2024-09-01 is after end 2024-05-17, and no_growth_until 2024-09-01 says there was none",
        ),
        (
            course("2024-06-15", "2024-06-15", until="2024"),
            None,
            "end",
            "no day of end 2024-06-15 fits the other dates of the course",
        ),
    ],
)
def test_wrong_dates_are_told_with_key_and_reason(one: Course, as_of: str | None, key: str, why: str) -> None:
    wrong = misdated(one, day(as_of))
    assert wrong is not None
    assert (wrong[0], wrong[2]) == (key, why)


@pytest.mark.parametrize(
    ("one", "as_of"),
    [
        (course(start="2025-06-30"), "2025-06"),
        (course("2024", start="2024-12-31"), None),
        (course("2024-05-17", until="2024-05-17"), None),
        (course("2024-05-17", "2024-06-02", until="2024-06-01"), None),
        (course("2024-05-17", "2024-05-16", until="2024-09"), None),
        (course("2024-05-17", "2024-06", until="2024-06-15"), None),
        (course("2024", "2024-06-15", until="2024-09"), None),
        (course(), "2025"),
    ],
)
def test_dates_that_can_be_are_not_wrong(one: Course, as_of: str | None) -> None:
    assert misdated(one, day(as_of)) is None


# --- the complete history (D28)


def test_a_complete_history_without_courses_denies_growth_and_chemotherapy() -> None:
    assert concluded(complete=True) == {GROWTH: False, CHEMOTHERAPY: False}
    assert concluded() == {}


@pytest.mark.parametrize("therapy", ["doxorubicin", "ifosfamide", "chemotherapy", "other-chemotherapy-drug"])
def test_a_course_of_chemotherapy_keeps_chemotherapy_from_being_denied(therapy: str) -> None:
    assert CHEMOTHERAPY not in concluded(course(therapies=therapy), complete=True)
    assert CHEMOTHERAPY not in concluded(course(therapies=f"surgery {therapy}"), course(), complete=True)


@pytest.mark.parametrize(
    "therapy",
    [
        *("pazopanib", "targeted-therapy", "surgery", "wide-local-excision", "comfort-care"),
        *("radiation-therapy", "external-radiation-therapy", "sbrt"),
    ],
)
def test_a_complete_history_of_other_courses_denies_chemotherapy(therapy: str) -> None:
    one = course(therapies=therapy)
    assert CHEMOTHERAPY not in concluded(one)
    case = Case(id="x", courses=(one,), history_complete=True)
    assert Derived(CHEMOTHERAPY, False, STS["rule-history-complete"], (one,)) in derived(case, vocabulary())


# --- the words of the ontology


def test_the_chemotherapy_therapies_are_those_of_the_axioms() -> None:
    expected = {STS.doxorubicin, STS.ifosfamide, STS.chemotherapy, STS["other-chemotherapy-drug"]}
    assert vocabulary().chemotherapy == expected


def test_a_drug_added_to_the_class_is_chemotherapy() -> None:
    graph = vocabulary().asserted + parse(
        "sts:Anthracycline rdfs:subClassOf sts:ChemotherapyDrug . sts:new a sts:Anthracycline ."
    )
    assert Vocabulary(graph).chemotherapy == vocabulary().chemotherapy | {STS.new}


def test_a_restriction_of_another_property_makes_no_chemotherapy() -> None:
    graph = Graph()
    graph.add((STS.restriction, RDFS.subClassOf, STS.ChemotherapyCourse))
    graph.add((STS.restriction, OWL.onProperty, STS.courseOutcome))
    graph.add((STS.restriction, OWL.hasValue, STS.surgery))
    assert Vocabulary(graph).chemotherapy == frozenset()


def test_words_are_short_names_and_ids() -> None:
    words = vocabulary()
    assert words.findings["unresectable"] == words.findings["finding-unresectable"] == STS["finding-unresectable"]
    assert len(words.findings) == 44
    assert words.outcomes == {
        "did-not-work": STS["outcome-did-not-work"],
        "outcome-did-not-work": STS["outcome-did-not-work"],
        "stopped-for-side-effects": STS["outcome-stopped-for-side-effects"],
        "outcome-stopped-for-side-effects": STS["outcome-stopped-for-side-effects"],
    }
    assert {word for word in words.modalities if not word.startswith("modality-")} == {
        *("cancer-treatment", "chemotherapy", "targeted-therapy", "radiation-therapy", "surgery"),
        *("comfort-care", "clinical-trial"),
    }
    assert set(words.therapies) == {
        *("doxorubicin", "ifosfamide", "pazopanib", "chemotherapy", "targeted-therapy", "other-chemotherapy-drug"),
        *("radiation-therapy", "external-radiation-therapy", "sbrt", "surgery", "wide-local-excision", "comfort-care"),
    }


def test_the_rules_say_what_they_conclude_and_leave_out() -> None:
    words = vocabulary()
    assert words.concluded_by(STS["rule-growth-window"]) == GROWTH
    assert words.disregarded_by(STS["rule-growth-window"]) == {STS["comfort-care"]}
    assert words.concluded_by(STS["rule-history-complete"]) == CHEMOTHERAPY
    assert words.disregarded_by(STS["rule-history-complete"]) == frozenset()


# --- hints


def test_growth_before_the_end_is_hinted_at_and_sets_nothing() -> None:
    one = course("2024-05", "2024-02 2024-03-10", start="2024-01", therapies="doxorubicin ifosfamide")
    assert hints(Case(id="x", courses=(one,)), vocabulary()) == (
        "growth in 2024-02, 2024-03-10 was before the end of the course of doxorubicin and ifosfamide: it does not "
        "count as growth after treatment (D09b); did-not-work may apply, if the team says so (D06b)",
    )
    assert concluded(one) == {}


@pytest.mark.parametrize(
    "one",
    [
        course("2024-05", "2024-05"),
        course("2024-05-17", "2024-05-17"),
        course("2024-05-01", "2024-05-01"),
        course("2024-05", "2024-06"),
        course(None, "2024-05"),
        course("2024-05", "2023-12", start="2024-01"),  # before the course began
        course("2024-05"),
    ],
)
def test_growth_that_was_not_surely_in_the_course_gives_no_hint(one: Course) -> None:
    assert hints(Case(id="x", courses=(one,)), vocabulary()) == ()


def test_comfort_care_alone_gives_no_hint() -> None:
    one = course("2024-05-17", "2024-05-01", therapies="comfort-care")
    assert hints(Case(id="x", courses=(one,)), vocabulary()) == ()


def test_growth_across_the_start_is_hinted_at() -> None:
    for growth, start in (("2024-01", "2024-01-20"), ("2024-01-20", "2024-01-20"), ("2024-01", "2024-01-31")):
        assert len(hints(Case(id="x", courses=(course("2024-05", growth, start=start),)), vocabulary())) == 1


# --- cases and their facts


def test_a_case_has_an_iri_from_its_id_and_back() -> None:
    assert Case(id="f").iri == CASE.f
    assert Case(id="Fall 1/ä").iri == CASE["Fall%201%2F%C3%A4"]
    for id_ in ("f", "Fall 1/ä", "100%"):
        assert Case.id_of(Case(id=id_).iri) == id_
    assert Case.id_of("https://example.org/a%20b") == "https://example.org/a%20b"
    assert Case(id="f", iri=URIRef("https://example.org/f")).iri == URIRef("https://example.org/f")


SMALL = Case(
    id="f",
    label="ein Fall",
    as_of=PartialDate.parse("2026-01-15"),
    given=(Given(STS["finding-stage4-sts"], True, "f.yaml, line 3"), Given(STS["finding-resectable"], False, "")),
    courses=(
        Course(
            (STS.sbrt, STS.surgery),
            start=PartialDate.parse("2024"),
            end=PartialDate.parse("2024-05"),
            outcome=STS["outcome-did-not-work"],
            growth=(PartialDate.parse("2024-09"), PartialDate.parse("2025-12")),
        ),
        Course((STS.pazopanib,), end=PartialDate.parse("2025-06"), no_growth_until=PartialDate.parse("2026-01-01")),
    ),
    history_complete=True,
    declines=(STS["modality-surgery"],),
    tumour_count=3,
    largest_diameter_mm="12.50",
)

SMALL_FACTS = """
case:f a sts:PatientCase ; rdfs:label "ein Fall"@en ; sts:asOf "2026-01-15" ; sts:historyComplete true ;
    sts:tumourCount 3 ; sts:largestDiameterMm 12.50 ; sts:hasFinding sts:finding-stage4-sts ,
        sts:finding-growth-within-one-year-after-treatment ;
    sts:lacksFinding sts:finding-resectable , sts:finding-prior-chemotherapy ;
    sts:declinesModality sts:modality-surgery ; sts:hadCourse _:one , _:two .
_:one a sts:TreatmentCourse ; sts:includesTherapy sts:sbrt , sts:surgery ; sts:courseStart "2024" ;
    sts:courseEnd "2024-05" ; sts:courseOutcome sts:outcome-did-not-work ; sts:progressionDate "2024-09" , "2025-12" .
_:two a sts:TreatmentCourse ; sts:includesTherapy sts:pazopanib ; sts:courseEnd "2025-06" ;
    sts:noGrowthUntil "2026-01-01" .
_:growth a sts:DerivedFact ; sts:ofCase case:f ; sts:onFinding sts:finding-growth-within-one-year-after-treatment ;
    sts:polarity true ; sts:concludedBy sts:rule-growth-window ; prov:wasDerivedFrom _:one .
_:history a sts:DerivedFact ; sts:ofCase case:f ; sts:onFinding sts:finding-prior-chemotherapy ; sts:polarity false ;
    sts:concludedBy sts:rule-history-complete ; prov:wasDerivedFrom _:one , _:two .
"""


def test_the_facts_of_a_case_are_exactly_these() -> None:
    assert isomorphic(normal(facts_of([SMALL], vocabulary())), normal(parse(SMALL_FACTS)))


def normal(graph: Graph) -> Graph:
    """Return a graph with decimals as numbers, which rdflib writes in its own way."""
    same = Graph()
    for s, p, o in graph:
        decimal = isinstance(o, Literal) and o.datatype == XSD.decimal
        same.add((s, p, Literal(f"{float(str(o)):g}", datatype=XSD.decimal) if decimal else o))
    return same


def test_an_empty_case_is_only_a_case() -> None:
    assert set(facts_of([Case(id="l")], vocabulary())) == {(CASE.l, RDF.type, STS.PatientCase)}


def test_no_option_is_a_fact() -> None:
    predicates = set(facts_of([SMALL], vocabulary()).predicates())
    assert not predicates & {STS.hasOption, STS.hasUnmetOption, STS.hasTriedOption, STS.hasDeclinedOption}


def test_the_same_cases_give_the_same_graph_blank_nodes_included() -> None:
    assert set(facts_of([SMALL], vocabulary())) == set(facts_of([SMALL], vocabulary()))


def test_facts_of_different_cases_can_be_merged() -> None:
    other = Case(id="g", courses=SMALL.courses)
    merged = facts_of([SMALL], vocabulary()) + facts_of([other], vocabulary())
    assert to_isomorphic(merged) == to_isomorphic(facts_of([SMALL, other], vocabulary()))
    assert len(set(merged.objects(None, STS.hadCourse))) == 4


def test_equal_courses_are_two_courses() -> None:
    twice = Case(id="x", courses=(course("2024"), course("2024")))
    assert len(set(facts_of([twice], vocabulary()).objects(CASE.x, STS.hadCourse))) == 2


# --- places and what a text there stands for


def test_a_place_says_where_it_is() -> None:
    assert str(Place("a.yaml", 3)) == "a.yaml, line 3"
    assert str(Place("a.ttl", None, "case:f")) == "a.ttl"
    assert str(Place("a.yaml", 3).error("is wrong")) == "a.yaml, line 3: is wrong"
    assert str(Place("a.ttl", None, "case:f").error("is wrong")) == "a.ttl: case:f: is wrong"


def test_an_unknown_word_is_told_with_near_words_or_all_of_them() -> None:
    words = vocabulary().outcomes
    with pytest.raises(CaseError) as near:
        Place("a", 1).word("did-not-wrok", words, "outcome")
    assert str(near.value) == "a, line 1: there is no outcome 'did-not-wrok'; did you mean did-not-work?"
    assert (near.value.key, near.value.value, near.value.near) == ("outcome", "did-not-wrok", ("did-not-work",))
    with pytest.raises(CaseError) as far:
        Place("a", 1).word("X" * 100, words, "outcome")
    shown_word = "'" + "X" * 60 + "…'"
    assert str(far.value) == (
        f"a, line 1: there is no outcome {shown_word}; known are did-not-work, stopped-for-side-effects"
    )


@pytest.mark.parametrize("text", ["0", "7", "007", "123456789"])
def test_whole_numbers(text: str) -> None:
    assert Place("a").whole(text, "n") == int(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1e3", "٣", "²", "1_000", " 1", "1234567890", "three"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(CaseError, match="is not a whole number, such as 3"):
        Place("a").whole(text, "n")


@pytest.mark.parametrize("text", ["0", "12", "12.5", "12.50"])
def test_millimetres_stay_as_written(text: str) -> None:
    assert Place("a").millimetres(text, "n") == text


@pytest.mark.parametrize("text", ["", ".", "5.", ".5", "-1", "1,5", "12 mm", "1.2.3", "٣", "1e1", "12.5\n", "9" * 10])
def test_what_is_no_number_of_millimetres(text: str) -> None:
    with pytest.raises(CaseError, match="is not a number of millimetres"):
        Place("a").millimetres(text, "n")


def test_labels_are_on_one_line_and_without_control_characters() -> None:
    assert Place("a").label(" zwei\nZeilen\u2028und\u00a0mehr ") == "zwei Zeilen und mehr"
    with pytest.raises(CaseError, match="holds a control character"):
        Place("a").label("x\x1b[2J")


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x00", "x" * 201])
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(CaseError, match="is not an id of a case: one to 200 printable characters are expected"):
        Place("a").id(text)


def test_ids_lose_their_surrounding_blanks() -> None:
    assert Place("a").id(" Fall ä ") == "Fall ä"
    assert Place("a").id("x" * 200) == "x" * 200


def test_a_long_text_is_shown_by_its_beginning() -> None:
    assert shown("a" * 60) == repr("a" * 60)
    assert shown("a" * 61) == "'" + "a" * 60 + "…'"
    assert shown("\x1b") == "'\\x1b'"
