"""Growth of the cancer against the courses of a case: the year after a treatment, in dates that may be partial.

Growth is of the cancer, not of a course (D31): all dates of growth are held against the end of every course. A partial
date means every day that its digits allow, and an answer is given only where all of them give it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sts_kg.cases.case import Case, Course
from sts_kg.cases.dates import PartialDate, a_year_later
from sts_kg.cases.places import at

__all__ = ["clashes", "dates_of_growth", "grew_within_a_year", "is_free_of_growth", "not_after"]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Period:
    """A time for which it is stated that there was no growth: from a day of `begins` to `last`, both included."""

    begins: PartialDate
    last: date
    said: str
    course: Course | None = None

    @property
    def sure(self) -> tuple[date, date]:
        """The days that it covers whatever the partial dates mean; empty if the first is after the second."""
        return self.begins.latest, self.last


def dates_of_growth(case: Case) -> tuple[PartialDate, ...]:
    """Return all dates of growth: those of the case and of its courses, for another cancer too."""
    return (*case.growth, *(grew for course in case.courses for grew in course.growth))


def grew_within_a_year(case: Case, courses: Iterable[Course]) -> tuple[Course, PartialDate] | None:
    """Return a course and a growth that was surely after its end and not after the anniversary of that (S15, D09).

    None if there is no such pair.
    """
    for course in courses:
        if (end := course.end) is None:
            continue
        for grew in dates_of_growth(case):
            if end.latest < grew.earliest and grew.latest <= a_year_later(end.earliest):
                return course, grew
    return None


def is_free_of_growth(case: Case, course: Course) -> bool:
    """Return whether it is stated that there was no growth from the end of a course to its anniversary (D28, D31).

    For every possible day of the end, one period or several together must cover all days up to the anniversary.
    """
    if course.end is None:
        return False
    periods = list(_periods(case))
    own = max((period.last for period in periods if period.course is course), default=date.min)
    others = _merged(period.sure for period in periods if period.course is not course)
    for end in _days(course.end):
        first, anniversary = max(end, own + _DAY), a_year_later(end)
        if first <= anniversary and not any(begins <= first and anniversary <= last for begins, last in others):
            return False
    return True


def clashes(case: Case) -> Iterator[tuple[str, str]]:
    """Yield each growth of which every day is stated to be without growth: the growth and what denies it, with places.

    One period may hold all its days, or several together (D31).
    """
    periods = list(_periods(case))
    for grew in dates_of_growth(case):
        touched = [one for one in periods if one.sure[0] <= grew.latest and grew.earliest <= one.sure[1]]
        whole = [one for one in touched if one.sure[0] <= grew.earliest and grew.latest <= one.sure[1]]
        joined = _merged(period.sure for period in touched)
        if any(first <= grew.earliest and grew.latest <= last for first, last in joined):
            yield f"growth {grew.when}{at(grew.place)}", " and ".join(one.said for one in whole[:1] or touched)


def not_after(case: Case, course: Course) -> tuple[PartialDate, ...]:
    """Return the growth during a course, its last day included, which is not after treatment (D09b)."""
    end, start = course.end, course.start
    if end is None:
        return ()
    return tuple(
        grew
        for grew in dates_of_growth(case)
        if grew.latest <= end.earliest
        and (start.earliest <= grew.latest if start else grew in course.growth or grew.latest == end.earliest)
    )


def _periods(case: Case) -> Iterator[_Period]:
    """Yield the times that are stated to be without growth; a course whose end is not known states none."""
    for stated in case.no_growth:
        said = f"no growth from {stated.since} to {stated.until}{at(stated.place)}"
        yield _Period(stated.since, stated.until.earliest, said)
    for course in case.courses:
        if course.end is None:
            continue
        if until := course.no_growth_until:
            said = f"no growth until {until} since the end of a course, {course.end}{at(until.place or course.place)}"
            yield _Period(course.end, until.earliest, said, course)
        since = [grew for grew in course.growth if grew.latest >= course.end.earliest]
        if course.first_growth and since:
            first = min(since, key=lambda grew: grew.earliest)
            said = f"the first growth since the end of a course, {course.end}, {first.when}"
            yield _Period(course.end, first.earliest - _DAY, said + at(first.place or course.place), course)


def _days(known: PartialDate) -> Iterator[date]:
    return map(date.fromordinal, range(known.earliest.toordinal(), known.latest.toordinal() + 1))


def _merged(periods: Iterable[tuple[date, date]]) -> Sequence[tuple[date, date]]:
    """Return periods of days with those joined that overlap, or follow one another without a gap."""
    merged: list[tuple[date, date]] = []
    for first, last in sorted(period for period in periods if period[0] <= period[1]):
        if merged and first <= merged[-1][1] + _DAY:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged
