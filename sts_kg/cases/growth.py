"""Growth of the cancer against the courses of a case: the year after a treatment, in dates that may be partial.

Growth is of the cancer, not of a course (D31): all dates of growth are held against the end of every course. A partial
date means every day that its digits allow, and an answer is given only where all of them give it. The rule of the
guideline may say otherwise: that growth counts from the start of a course (D09b), or for its own course only (D31).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sts_kg.cases.case import Case, Course
from sts_kg.cases.dates import PartialDate, a_year_later
from sts_kg.cases.places import at
from sts_kg.guideline import CourseRule

__all__ = ["clashes", "dates_of_growth", "grew_within_a_year", "is_free_of_growth", "not_after"]

_DAY = timedelta(days=1)
_CHOSEN = CourseRule()  # the readings chosen in D09b and D31


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


def grew_within_a_year(
    case: Case, courses: Iterable[Course], rule: CourseRule = _CHOSEN
) -> tuple[Course, PartialDate] | None:
    """Return a course and a growth that was surely after its end and not after the anniversary of that (S15, D09).

    None if there is no such pair. By a rule that counts from the start, growth during the course will do.
    """
    for course in courses:
        for grew in (*case.growth, *course.growth) if rule.growth_is_of_course else dates_of_growth(case):
            if _is_late_enough(grew, course, rule) and _is_early_enough(grew, course, rule):
                return course, grew
    return None


def _is_late_enough(grew: PartialDate, course: Course, rule: CourseRule) -> bool:
    if rule.counts_from_start and course.start is not None:
        begun = min(known.latest for known in (course.start, course.end) if known)  # none begins after its end
        return begun <= grew.earliest
    after = course.end is not None and course.end.latest < grew.earliest
    return after or (rule.counts_from_start and course.end is not None and grew in course.growth)


def _is_early_enough(grew: PartialDate, course: Course, rule: CourseRule) -> bool:
    if course.end is None:
        return rule.counts_from_start and course.ongoing is True
    return grew.latest <= a_year_later(course.end.earliest)


def is_free_of_growth(case: Case, course: Course, rule: CourseRule = _CHOSEN) -> bool:
    """Return whether it is stated that there was no growth from the end of a course to its anniversary (D28, D31).

    For every possible day of the end, one period or several together must cover all days up to the anniversary. By a
    rule that counts from the start, they must cover the course, too.
    """
    if course.end is None or (rule.counts_from_start and course.start is None):
        return False
    periods = list(_periods(case, rule))
    own = max((period.last for period in periods if period.course is course), default=date.min)
    others = _merged(period.sure for period in periods if period.course is not course)
    start = course.start.earliest if rule.counts_from_start and course.start else None
    for end in _days(course.end):
        wanted = [(max(end, own + _DAY), a_year_later(end)), (start or end, end - _DAY)]
        if not all(
            first > last or any(begins <= first and last <= until for begins, until in others) for first, last in wanted
        ):
            return False
    return True


def clashes(case: Case, rule: CourseRule = _CHOSEN) -> Iterator[tuple[str, str]]:
    """Yield each growth of which every day is stated to be without growth: the growth and what denies it, with places.

    One period may hold all its days, or several together (D31).
    """
    periods = list(_periods(case, rule))
    recorded = [
        *((grew, None) for grew in case.growth),
        *((g, course) for course in case.courses for g in course.growth),
    ]
    for grew, of in recorded:
        concerned = (
            one for one in periods if not rule.growth_is_of_course or None in (of, one.course) or one.course is of
        )
        touched = [one for one in concerned if one.sure[0] <= grew.latest and grew.earliest <= one.sure[1]]
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


def _periods(case: Case, rule: CourseRule) -> Iterator[_Period]:
    """Yield the times that are stated to be without growth; a course whose end is not known states none.

    By a rule that takes growth for a property of its course, the first that is recorded is the first.
    """
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
        if since and (course.first_growth or rule.growth_is_of_course):
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
