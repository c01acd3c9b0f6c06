"""Growth within one year after treatment: the days that dates allow, held against every course of a case (D31)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import assume, example, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from made import case, course, dates, finding, vocabulary, without_growth

from sts_kg.cases.case import Case, Course, Derived, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.fact_rules import derived, hints, impossible, impossible_case
from sts_kg.cases.growth import clashes
from sts_kg.rdf.names import STS

GROWTH = finding("growth-within-one-year-after-treatment")
RULE = STS["rule-growth-window"]


def said(one: Case) -> Derived | None:
    """Return what the growth window concludes for a case."""
    return next((fact for fact in derived(one, vocabulary()) if fact.rule == RULE), None)


def window(*courses: Course, as_of: str | None = None, growth: str = "", no_growth: str = "") -> tuple[object, object]:
    """Return what the growth window gives without and with a complete history."""
    found = (
        said(case(*courses, as_of=as_of, growth=growth, no_growth=no_growth, complete=complete))
        for complete in (False, True)
    )
    without, with_ = (fact and fact.holds for fact in found)
    return without, with_


YES, NO, OPEN = (True, True), (None, False), (None, None)


# --- after the end of a course, and not after the anniversary of that


@pytest.mark.parametrize(
    ("end", "growth"),
    [
        ("2024-05-17", "2024-05-18"),  # the day after the end
        ("2024-05-17", "2025-05-16"),
        ("2024-05-17", "2025-05-17"),  # the anniversary
        ("2024-02-29", "2024-03-01"),
        ("2024-02-29", "2025-02-28"),
        ("2024-02-28", "2024-02-29"),
        ("2023-02-28", "2024-02-28"),
        ("2023-03-01", "2024-02-29"),
        ("2024-12-31", "2025"),
        ("2024-05", "2024-06"),
        ("2024-05", "2025-04"),
        ("2024-05", "2025-05-01"),
        ("2024-05-31", "2024-06"),
        ("2024-05-31", "2025-05"),
        ("2024", "2025-01-01"),
        ("2024-05-17", "2024-01 2024-09"),  # one before the end, one in the window
        ("2024-05-17", "2024-09 2026"),
        ("2024-05-17", "2026 2024-09"),
    ],
)
def test_growth_after_the_end_and_not_after_the_anniversary_says_yes(end: str, growth: str) -> None:
    assert window(course(end, growth)) == YES
    assert window(course(end), growth=growth) == YES


@pytest.mark.parametrize(
    ("end", "growth"),
    [
        ("2024-05-17", "2024-05-17"),  # the day of the end is not after it
        ("2024-02-29", "2024-02-29"),
        ("2024", "2024-12-31"),
        ("2024-02", "2024-02-29"),
        ("2024-05-17", "2024-05-16"),  # before the end
        ("2024-05-17", "2023"),
        ("2024-05", "2024-04"),
        ("2024-05-17", "2025-05-18"),  # the day after the anniversary
        ("2024-02-29", "2025-03-01"),
        ("2023-02-28", "2024-02-29"),
        ("2024-05", "2025-06"),
        ("2024-05-31", "2025-06"),
        ("2024", "2026"),
        ("2024", "2026-01-01"),
        ("2024-05-17", "2026"),
        ("2024-05-17", "2025-05-18 2027"),
        ("2024-05-17", "2024-01 2026"),
    ],
)
def test_growth_outside_the_year_says_nothing(end: str, growth: str) -> None:
    """Nor that there was none: a later growth may have followed another that nobody saw."""
    assert window(course(end, growth)) == OPEN


@pytest.mark.parametrize(
    ("end", "growth"),
    [
        ("2024-05-17", "2024"),  # across the end
        ("2024-05-17", "2024-05"),
        ("2024-05", "2024-05"),
        ("2024-05", "2024-05-30"),
        ("2024-05", "2024-05-31"),  # the last possible day of the end
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
    assert window(one, no_growth="1900..2100") == (NO if one.end else OPEN)


def test_nothing_narrows_a_date() -> None:
    """It means every day that its digits allow, whatever the other dates say."""
    assert window(course("2024-11-20", "2025"), as_of="2025-06-01") == OPEN
    assert window(course("2024", "2025-06-05", start="2024-06-05")) == OPEN
    assert window(course("2024", "2024-06-30 2025-06-30")) == OPEN
    assert window(course("2024-06-15", "2024-06"), no_growth="2024-06-01..2024-06-15") == OPEN


def test_a_course_that_cannot_be_concludes_nothing() -> None:
    assert window(course("2024-05-17", "2024-09", start="2025")) == OPEN
    assert window(course("2024-05-17", until="2026", start="2025")) == OPEN


# --- growth is of the cancer, not of a course


def test_growth_counts_wherever_it_stands() -> None:
    ended = course("2024-01-01")
    yes = Derived(GROWTH, True, RULE, (ended,), dates("2024-06")[0])
    for elsewhere in (
        case(ended, growth="2024-06"),
        case(ended, course(growth="2024-06")),
        case(course("2020-01-01", "2024-06"), ended),
        case(ended, course(growth="2024-06", of="another-cancer")),
        case(ended, course(growth="2024-06", therapies="comfort-care")),
    ):
        assert said(elsewhere) == yes


def test_the_reason_is_the_first_course_with_such_a_growth_and_its_place() -> None:
    early, within, unknown = course("2020-01-01", "2022"), course("2024-01-01"), course()
    (grew,) = dates("2024-06", "x.yaml, line 7")
    fact = said(Case(id="x", courses=(early, within, unknown), growth=(grew,)))
    assert fact == Derived(GROWTH, True, RULE, (within,), grew)
    assert fact.growth is not None and fact.growth.place == "x.yaml, line 7"


def test_yes_is_never_by_cases_over_several_courses() -> None:
    """Whatever the day of growth in 2025, it was within a year after one of the two courses; after none surely."""
    assert window(course("2024-06-30"), course("2025-06-29"), growth="2025") == OPEN
    assert window(course("2024-06-30"), course("2024-12-31"), growth="2025") == YES


def test_a_course_for_another_cancer_opens_no_window_and_needs_none() -> None:
    other = course("2024-01-01", "2024-06", of="another-cancer")
    assert window(other) == NO
    assert window(other, course("2020-01-01")) == OPEN
    assert window(course("2024-01-01", "2024-06", of="this-cancer")) == YES


def test_a_course_of_comfort_care_alone_does_not_count() -> None:
    comfort = course("2024-01-01", "2024-06", therapies="comfort-care")
    assert window(comfort) == NO
    assert window(comfort, course("2020-01-01", until="2021")) == NO
    assert said(case(comfort, complete=True)) == Derived(GROWTH, False, RULE, ())


def test_comfort_care_beside_another_therapy_counts() -> None:
    assert window(course("2024-01-01", "2024-06", therapies="comfort-care sbrt")) == YES
    assert window(course("2024-01-01", therapies="comfort-care sbrt")) == OPEN


def test_every_therapy_but_comfort_care_counts() -> None:
    therapies = set(vocabulary().therapies.values())
    counting = {t for t in therapies if window(course("2024", "2025-01-01", therapies=t.removeprefix(STS))) == YES}
    assert len(therapies) == 12
    assert counting == therapies - {STS["comfort-care"]}


# --- no growth is known for the days for which it is stated


def test_without_a_counting_course_a_complete_history_says_no() -> None:
    assert window() == NO
    assert window(growth="2024") == NO


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
    """It begins with the own end of the course, whatever day that is."""
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
    ("end", "no_growth", "expected"),
    [
        ("2024-05-17", "2024-05-17..2025-05-17", NO),
        ("2024-05-17", "2024-05-18..2025-05-17", OPEN),  # not from the day of the end
        ("2024-05-17", "2024-05-17..2025-05-16", OPEN),
        ("2024-05-17", "2024-05..2025-06", OPEN),  # from some day of May, maybe after the 17th
        ("2024-05-31", "2024-05..2025-06", NO),
        ("2024-05-17", "2024-04..2025-05", OPEN),  # until some day of May, maybe before the 17th
        ("2024-05-01", "2024-04..2025-05", NO),
        ("2024-05", "2024-05-01..2025-05-31", NO),
        ("2024-05", "2024-05-02..2025-05-31", OPEN),
        ("2024-05", "2024-05-01..2025-05-30", OPEN),
        ("2024-02-29", "2024-02-29..2025-02-28", NO),
        ("2024-05-17", "2024-01-01..2024-12-31 2025-01-01..2025-12-31", NO),  # the next day leaves no gap
        ("2024-05-17", "2025-01-01..2025-12-31 2024-01-01..2024-12-31", NO),
        ("2024-05-17", "2024-01-01..2024-12-30 2025-01-01..2025-12-31", OPEN),  # one day is not covered
        ("2024-05-17", "2024-01-01..2025-01 2025-01-01..2025-12-31", NO),
        ("2024-05-17", "2024-01-01..2024-12 2025..2025-12-31", OPEN),
        ("2024-05-17", "2024-01-01..2026 2024-06..2024-07", NO),  # one within another
    ],
)
def test_stated_periods_together_must_cover_every_day(end: str, no_growth: str, expected: object) -> None:
    assert window(course(end), no_growth=no_growth) == expected


def test_a_period_and_the_own_statement_of_a_course_cover_together() -> None:
    one = course("2024-05", until="2024-09-30")
    assert window(one, no_growth="2024-10-01..2025-05-31") == NO
    assert window(one, no_growth="2024-10-02..2025-05-31") == OPEN
    assert window(one, no_growth="2024-10-01..2025-05-30") == OPEN


def test_a_statement_of_another_course_begins_with_the_last_possible_day_of_its_end() -> None:
    for other in (
        course("2024-05-17", until="2025-05-17"),
        course("2024-05-17", until="2026", of="another-cancer"),
        course("2024-05-17", until="2026", therapies="comfort-care"),
        course("2024-04", until="2026"),
    ):
        assert window(course("2024-05-17"), other) == NO
    assert window(course("2024-05-17"), course("2024-05", until="2026")) == OPEN
    assert window(course("2024-05-17"), course("2024-05-18", until="2026")) == OPEN
    assert window(course("2024-05-17"), course(until="2026")) == OPEN  # a course without an end states no period


def test_no_needs_every_counting_course_and_a_complete_history() -> None:
    free, early = course("2023-01-01", until="2025"), course("2020-01-01", until="2021-01-01")
    assert window(early, free) == NO
    assert window(early, free, course("2019")) == OPEN
    assert window(early, free, course()) == OPEN
    assert said(case(early, free, complete=True)) == Derived(GROWTH, False, RULE, (early, free))
    assert said(case(early, free)) is None


# --- first growth: none since the end of its course


@pytest.mark.parametrize(
    ("end", "growth", "expected"),
    [
        ("2024-05-17", "2025-05-18", NO),  # the day after the anniversary: none until the anniversary
        ("2024-05-17", "2026", NO),
        ("2024-05-17", "2025-06", NO),
        ("2024-05-17", "2025-05", OPEN),
        ("2024-05", "2025-06", NO),
        ("2024-05", "2025-05-31", OPEN),
        ("2024-02-29", "2025-03-01", NO),
        ("2024-05-17", "2024-01 2026", NO),  # a growth before the end is not the first after it
        ("2024-05-17", "2027 2026", NO),
        ("2024-05-17", "2024-05-17", OPEN),  # not surely before the end
        ("2024-05-17", "2024-05-17 2026", OPEN),
        ("2024-05-17", "2024-01", OPEN),  # none after the end
        ("2024-05-17", "2025-05-17", YES),
    ],
)
def test_the_first_growth_says_that_there_was_none_before(end: str, growth: str, expected: object) -> None:
    assert window(course(end, growth, first=True)) == expected


def test_the_first_growth_of_one_course_speaks_of_the_time_after_another() -> None:
    assert window(course("2023-01-01", "2026", first=True), course("2024-05-17")) == NO
    assert window(course("2023-01-01", first=True, growth="2025-05-17"), course("2024-05-17")) == YES
    assert window(course("2023-01-01", first=True, growth="2026"), course("2022-12-31")) == OPEN
    assert window(course(None, "2026", first=True), course("2024-05-17")) == OPEN


# --- growth within a time that is stated to be without


def clashing(*courses: Course, growth: str = "", no_growth: str = "") -> list[tuple[str, str]]:
    return list(clashes(case(*courses, growth=growth, no_growth=no_growth)))


def test_growth_within_a_stated_period_names_both_places() -> None:
    (grew,) = dates("2025-03", "x.yaml, line 2")
    (period,) = without_growth("2025-01-01..2025-06-30")
    one = Case(id="x", growth=(grew,), no_growth=(NoGrowth(period.since, period.until, "x.yaml, line 4"),))
    assert list(clashes(one)) == [
        ("growth in 2025-03 (x.yaml, line 2)", "no growth from 2025-01-01 to 2025-06-30 (x.yaml, line 4)")
    ]


@pytest.mark.parametrize(
    ("growth", "is_inside"),
    [
        ("2025-01-01", True),  # the first day and the last are included
        ("2025-06-30", True),
        ("2025-03", True),
        ("2025-01", True),
        ("2025-06", True),
        ("2024-12-31", False),
        ("2025-07-01", False),
        ("2025", False),
        ("2024-12", False),
    ],
)
def test_only_growth_that_surely_lies_in_a_period_contradicts_it(growth: str, is_inside: bool) -> None:
    assert bool(clashing(growth=growth, no_growth="2025-01-01..2025-06-30")) is is_inside


@pytest.mark.parametrize(
    ("growth", "is_inside"),
    [("2024-05-31", True), ("2024-05-30", False), ("2024-09-01", True), ("2024-09-02", False), ("2024-06", True)],
)
def test_a_course_states_a_period_from_its_own_end(growth: str, is_inside: bool) -> None:
    expected = [(f"growth {when(growth)}", "no growth until 2024-09 since the end of a course, 2024-05")]
    expected = expected if is_inside else []
    assert clashing(course("2024-05", until="2024-09"), growth=growth) == expected
    assert clashing(course("2024-05", until="2024-09"), course(growth=growth, of="another-cancer")) == expected
    assert clashing(course(until="2024-09"), growth=growth) == []


def test_growth_before_the_first_one_contradicts_it() -> None:
    first = course("2024-05", "2025-08", first=True, place="x.yaml, line 3")
    said_first = "the first growth since the end of a course, 2024-05, in 2025-08 (x.yaml, line 3)"
    assert clashing(first, growth="2025-07") == [("growth in 2025-07", said_first)]
    assert clashing(first, growth="2025-08") == []
    assert clashing(first, growth="2024-05") == []
    assert clashing(course("2024-05", "2025-08 2024-04 2025-09", first=True)) == []


def test_every_contradiction_is_told() -> None:
    both = course("2024-05", "2024-06 2024-07", until="2024-09")
    assert clashing(both, no_growth="2024-07-01..2024-12-31") == [
        ("growth in 2024-06", "no growth until 2024-09 since the end of a course, 2024-05"),
        ("growth in 2024-07", "no growth from 2024-07-01 to 2024-12-31"),
    ]


def test_two_periods_together_contradict_a_growth_that_neither_holds() -> None:
    assert clashing(growth="2024-06", no_growth="2024-05-20..2024-06-15 2024-06-16..2024-07-10") == [
        (
            "growth in 2024-06",
            "no growth from 2024-05-20 to 2024-06-15 and no growth from 2024-06-16 to 2024-07-10",
        )
    ]
    assert clashing(growth="2024-06", no_growth="2024-05-20..2024-06-15 2024-06-17..2024-07-10") == []
    first = course("2024-05-20", "2024-06-16", first=True)
    assert clashing(first, growth="2024-06", no_growth="2024-06-16..2024-07-10") == [
        (
            "growth in 2024-06",
            "no growth from 2024-06-16 to 2024-07-10 and the first growth since the end of a course, 2024-05-20,"
            " on 2024-06-16",
        ),
        ("growth on 2024-06-16", "no growth from 2024-06-16 to 2024-07-10"),
    ]


def when(growth: str) -> str:
    """Return a date as it stands in a sentence."""
    return f"on {growth}" if len(growth) == 10 else f"in {growth}"


# --- hints


def told(*courses: Course, growth: str = "") -> tuple[str, ...]:
    return hints(case(*courses, growth=growth), vocabulary())


def test_growth_during_a_course_is_hinted_at_and_sets_nothing() -> None:
    one = course("2024-05", "2024-02 2024-03-10", start="2024-01", therapies="doxorubicin ifosfamide")
    assert told(one) == (
        "growth in 2024-02 and on 2024-03-10 was not after the end of the course of doxorubicin and ifosfamide: it does"
        " not count as growth after treatment; the outcome of the course may tell of it, if the team says so",
    )
    assert window(one) == OPEN


@pytest.mark.parametrize(
    ("one", "growth"),
    [
        (course("2024-05-17", "2024-05-17"), ""),  # the day of the end
        (course("2024-05-17"), "2024-05-17"),  # recorded with the case
        (course("2024-05-17", start="2024-01"), "2024-05-17"),
        (course("2024-05", "2024-05-01"), ""),
        (course("2024-05-01", "2023"), ""),  # without a start it is taken for growth during its own course
        (course("2024-05", start="2024-01-20"), "2024-01"),  # across the start
        (course("2024-05", start="2024-01-20"), "2024-01-20"),
        (course("2024-05", start="2024-01-31"), "2024-01"),
        (course("2024-05", start="2024-01"), "2024-01-01"),
    ],
)
def test_growth_that_is_surely_not_after_a_course_is_hinted_at(one: Course, growth: str) -> None:
    assert len(told(one, growth=growth)) == 1


@pytest.mark.parametrize(
    ("one", "growth"),
    [
        (course("2024-05", "2024-05"), ""),
        (course("2024-05", "2024-05-02"), ""),
        (course("2024-05", "2024-06"), ""),
        (course(None, "2024-05"), ""),
        (course("2024-05", "2023-12", start="2024-01"), ""),  # before the course began
        (course("2024-05"), "2024-01"),  # of which course is not said
        (course("2024-05"), ""),
        (course("2024-05-17", "2024-05-01", therapies="comfort-care"), ""),
        (course("2024-05-17", "2024-05-01", of="another-cancer"), ""),
    ],
)
def test_other_growth_gives_no_hint(one: Course, growth: str) -> None:
    assert told(one, growth=growth) == ()


# --- a second evaluator: every day that the dates can mean, one by one


POOL = [
    *("2024-02", "2024-03", "2025-02", "2025-03", "2023-12-31", "2024-02-28", "2024-02-29", "2024-03-01"),
    *("2024-03-31", "2024-04-01", "2025-02-27", "2025-02-28", "2025-03-01", "2025-03-02", "2025-03-31"),
    *("2025-04-01", "2024-12-31", "2025-01-01", "2026-01-01"),
]
in_pool = st.sampled_from(POOL).map(PartialDate.parse)
drawn_courses = st.builds(
    Course,
    therapies=st.sampled_from([(STS.surgery,), (STS.surgery,), (STS["comfort-care"],)]),
    end=st.none() | in_pool | in_pool,
    growth=st.lists(in_pool, max_size=2).map(tuple),
    no_growth_until=st.none() | in_pool,
    first_growth=st.booleans(),
    indication=st.sampled_from([None, None, STS["indication-another-cancer"]]),
)
drawn_cases = st.builds(
    Case,
    id=st.just("x"),
    courses=st.lists(drawn_courses, max_size=2).map(tuple),
    history_complete=st.just(True),
    growth=st.lists(in_pool, max_size=2).map(tuple),
    no_growth=st.lists(st.builds(NoGrowth, in_pool, in_pool), max_size=2).map(tuple),
)


def days(known: PartialDate) -> list[date]:
    return [known.earliest + timedelta(days=n) for n in range((known.latest - known.earliest).days + 1)]


def anniversary(end: date) -> date:
    try:
        return date(end.year + 1, end.month, end.day)
    except ValueError:
        return date(end.year + 1, 2, 28)


def counting(one: Case) -> list[Course]:
    another = STS["indication-another-cancer"]
    return [each for each in one.courses if each.therapies != (STS["comfort-care"],) and each.indication != another]


def grown(one: Case) -> list[PartialDate]:
    return [*one.growth, *(grew for each in one.courses for grew in each.growth)]


def first_growth(one: Course) -> date | None:
    """Return the first possible day of the first growth of a course after its end, if it is said to be the first."""
    if not one.first_growth or one.end is None:
        return None
    return min((grew.earliest for grew in one.growth if max(days(grew)) >= min(days(one.end))), default=None)


def readings(one: Case) -> Iterator[tuple[dict[int, date], list[tuple[date, date]]]]:
    """Yield the ends of courses, by number, and the periods without growth, for every choice of days."""
    ended = [(number, each, each.end) for number, each in enumerate(one.courses) if each.end is not None]
    ends = [days(end) for _, _, end in ended]
    untils = [days(each.no_growth_until) if each.no_growth_until else [date.min] for _, each, _ in ended]
    stated = [[*product(days(each.since), days(each.until))] for each in one.no_growth]
    for chosen, lasting, periods in product(product(*ends), product(*untils), product(*stated)):
        own = [*zip(chosen, lasting, strict=True)]
        firsts = [(end, first_growth(each)) for end, (_, each, _) in zip(chosen, ended, strict=True)]
        own += [(end, first - timedelta(days=1)) for end, first in firsts if first]
        yield dict(zip((number for number, _, _ in ended), chosen, strict=True)), [*own, *periods]


def is_covered(first: date, last: date, periods: Iterable[tuple[date, date]]) -> bool:
    while first <= last:
        reached = max((until for since, until in periods if since <= first <= until), default=None)
        if reached is None:
            return False
        first = reached + timedelta(days=1)
    return True


def expected(one: Case) -> bool | None:
    for each, grew in product(counting(one), grown(one)):
        if each.end and all(end < seen <= anniversary(end) for end in days(each.end) for seen in days(grew)):
            return True
    numbers = [number for number, each in enumerate(one.courses) if each in counting(one)]
    if any(one.courses[number].end is None for number in numbers):
        return None
    free = all(
        is_covered(ends[number], anniversary(ends[number]), periods)
        for ends, periods in readings(one)
        for number in numbers
    )
    return False if free else None


def count(one: Case) -> int:
    size = 1
    known = [date_ for each in one.courses if each.end for date_ in (each.end, each.no_growth_until)]
    for each in [*known, *(date_ for period in one.no_growth for date_ in (period.since, period.until))]:
        size *= len(days(each)) if each else 1
    return size


def can_be(one: Case) -> bool:
    return impossible_case(one) is None and all(impossible(each, None) is None for each in one.courses)


@settings(max_examples=400)
@drawn(drawn_cases)
@example(case(course("2024-02"), no_growth="2024-02-01..2024-12-31 2025-01-01..2025-02-28", complete=True))
@example(case(course("2024-02-29"), course("2024-02", until="2026-01-01"), complete=True))
@example(case(course("2024-02", until="2024-12-31"), no_growth="2025-01-01..2025-03-31", complete=True))
@example(case(course("2024-03", "2025-04-01", first=True), complete=True))
@example(case(course("2024-02"), course("2024-03-01", until="2026-01-01", of="another-cancer"), complete=True))
def test_the_rule_says_what_every_choice_of_days_says(one: Case) -> None:
    assume(can_be(one) and count(one) <= 1_000)
    found = said(one)
    assert (found and found.holds) is expected(one)


@settings(max_examples=400)
@drawn(drawn_cases)
@example(case(growth="2024-02", no_growth="2023-12-31..2024-02-28 2024-02-29..2024-03-01"))
@example(case(growth="2024-02", no_growth="2023-12-31..2024-02-27 2024-02-29..2024-03-01"))
@example(case(course("2023-12-31", until="2024-02-28"), growth="2024-02", no_growth="2024-02-29..2024-03-01"))
@example(case(course("2023-12-31", "2024-02-29", first=True), growth="2024-02", no_growth="2024-02-29..2024-03-01"))
def test_growth_contradicts_if_every_day_of_it_is_stated_to_be_without(one: Case) -> None:
    assume(can_be(one))
    denied = set()
    for each in one.courses:
        if each.end is None:
            continue
        first = first_growth(each)
        lasts = [] if each.no_growth_until is None else [min(days(each.no_growth_until)).toordinal()]
        lasts += [] if first is None else [first.toordinal() - 1]
        denied |= {day for last in lasts for day in range(max(days(each.end)).toordinal(), last + 1)}
    for period in one.no_growth:
        denied |= set(range(max(days(period.since)).toordinal(), min(days(period.until)).toordinal() + 1))
    inside = [grew for grew in grown(one) if {day.toordinal() for day in days(grew)} <= denied]
    assert [growth for growth, _ in clashes(one)] == [f"growth {when(str(grew))}" for grew in inside]


CASE_DATES = st.none() | in_pool


@settings(max_examples=400)
@drawn(CASE_DATES, CASE_DATES, st.lists(in_pool, max_size=2), CASE_DATES, CASE_DATES)
def test_dates_of_a_course_are_wrong_exactly_when_no_choice_of_days_is_possible(
    start: PartialDate | None,
    end: PartialDate | None,
    growth: list[PartialDate],
    until: PartialDate | None,
    as_of: PartialDate | None,
) -> None:
    one = Course((STS.surgery,), start=start, end=end, growth=tuple(growth), no_growth_until=until)
    last = max(days(as_of)) if as_of else date.max
    chosen = product(*(days(known) if known else [None] for known in (start, end, until)))
    ordered = any(
        known == sorted(known) and max(known, default=date.min) <= last
        for known in ([each for each in reading if each] for reading in chosen)
    )
    assert (impossible(one, as_of) is None) is (ordered and all(min(days(grew)) <= last for grew in growth))


def test_the_pool_gives_each_answer() -> None:
    """So that the second evaluator is asked about all of them."""
    answers: set[bool | None] = set()

    @settings(max_examples=150, database=None)
    @drawn(drawn_cases)
    def collect(one: Case) -> None:
        if can_be(one) and count(one) <= 1_000:
            answers.add(expected(one))

    collect()
    assert answers == {True, False, None}
