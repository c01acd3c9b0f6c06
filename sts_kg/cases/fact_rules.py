"""The fact rules of `findings.ttl`: dates and numbers become findings here, since OWL 2 RL has no arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations

from sts_kg.cases.case import Case, Course, Derived
from sts_kg.cases.dates import PartialDate, a_year_later
from sts_kg.cases.places import Place
from sts_kg.guideline import Vocabulary
from sts_kg.rdf import STS, local

__all__ = ["derived", "hints", "misdated", "require_possible_dates", "therapies_of"]

GROWTH_WINDOW = STS["rule-growth-window"]
HISTORY_COMPLETE = STS["rule-history-complete"]


def derived(case: Case, vocabulary: Vocabulary) -> tuple[Derived, ...]:
    """Return the findings that the fact rules conclude for a case, before any reasoning.

    `sts:rule-growth-window` (S15, D09, D28), `sts:rule-history-complete` (D28), and every rule that compares a number
    (`sts:comparesProperty`); a rule that leaves its finding unknown, or that the guideline does not have, concludes
    nothing.

    Raises
    ------
    ParseError
        A rule of the guideline compares a number and lacks a bound or a finding.
    """
    return (
        *_growth_window(case, vocabulary),
        *_history_complete(case, vocabulary),
        *_thresholds(case, vocabulary),
    )


def _history_complete(case: Case, vocabulary: Vocabulary) -> Iterator[Derived]:
    finding = vocabulary.concluded_by(HISTORY_COMPLETE)
    if finding is None or not case.history_complete:
        return
    if not any(vocabulary.chemotherapy & set(course.therapies) for course in case.courses):
        yield Derived(finding, False, HISTORY_COMPLETE, case.courses)


def _thresholds(case: Case, vocabulary: Vocabulary) -> Iterator[Derived]:
    """Yield what the rules conclude that compare a number: within the bounds it holds, outside it does not."""
    numbers = case.numbers
    for threshold in vocabulary.thresholds:
        if (number := numbers.get(threshold.compares)) is not None:
            found = (threshold.compares, number)
            yield Derived(threshold.finding, threshold.holds(number), threshold.rule, (), found)


def _growth_window(case: Case, vocabulary: Vocabulary) -> Iterator[Derived]:
    finding = vocabulary.concluded_by(GROWTH_WINDOW)
    if finding is None:
        return
    counting = _counting(case, vocabulary)
    values = [_growth_after(course, case.as_of) for course in counting]
    if True in values:
        yield Derived(finding, True, GROWTH_WINDOW, (counting[values.index(True)],))
    elif case.history_complete and all(value is False for value in values):
        yield Derived(finding, False, GROWTH_WINDOW, tuple(counting))


def _counting(case: Case, vocabulary: Vocabulary) -> list[Course]:
    """Return the courses that count for the growth window: those with a therapy that it does not disregard."""
    disregarded = vocabulary.disregarded_by(GROWTH_WINDOW)
    return [course for course in case.courses if not disregarded.issuperset(course.therapies)]


def _growth_after(course: Course, as_of: PartialDate | None) -> bool | None:
    """Return whether the sarcoma grew within a year after the end of a course; None if the dates leave it open.

    Partial dates are intervals; an answer is given where every day in them gives it (D28).
    """
    end, until = course.end, course.no_growth_until
    if end is None or misdated(course, as_of) is not None:
        return None
    first_anniversary, last_anniversary = a_year_later(end.earliest), a_year_later(end.latest)
    if any(end.latest <= grew.earliest and grew.latest <= first_anniversary for grew in course.growth):
        return True
    if until is not None and until.earliest >= last_anniversary:
        return False
    only_later = bool(course.growth) and all(grew.earliest > last_anniversary for grew in course.growth)
    return False if only_later else None


def _possible_ends(course: Course, as_of: PartialDate | None) -> Iterator[date]:
    """Yield the days on which a course can have ended: of its partial end those that fit its other dates."""
    start, end, until = course.start, course.end, course.no_growth_until
    if end is None:
        return
    first = max(end.earliest, start.earliest) if start else end.earliest
    last = min(_latest(end, as_of), until.latest) if until else _latest(end, as_of)
    for day in map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)):
        free_until = max(day, until.earliest) if until else None
        if free_until is None or not any(
            day <= grew.earliest and _latest(grew, as_of) <= free_until for grew in course.growth
        ):
            yield day


def _latest(known: PartialDate, as_of: PartialDate | None) -> date:
    """Return the last day that a date can be: what a case records is not later than the case."""
    return min(known.latest, as_of.latest) if as_of else known.latest


def misdated(course: Course, as_of: PartialDate | None) -> tuple[str, PartialDate, str] | None:
    """Return what is wrong with the dates of a course: the key, the date, and a sentence; None if they can all be.

    Nothing is later than the case, `as_of`; a course ends no earlier than it starts; `no_growth_until` is not before
    that, and there is no growth from the end of the course up to it. Partial dates are wrong if no days fit.
    """
    start, end, until = course.start, course.end, course.no_growth_until
    dated = [("start", start), ("end", end), *(("growth", grew) for grew in course.growth), ("no_growth_until", until)]
    for key, known in dated:
        if known and as_of and known.earliest > as_of.latest:
            return key, known, f"{key} {known} is after the date of the case, as_of {as_of}"
    ordered = [(key, known) for key, known in (("start", start), ("end", end), ("no_growth_until", until)) if known]
    for (earlier, before), (later, after) in combinations(ordered, 2):
        if after.latest < before.earliest:
            return later, after, f"{later} {after} is before {earlier} {before}"
    if until and end:
        for grew in course.growth:
            if min(end.latest, until.latest) <= grew.earliest and _latest(grew, as_of) <= until.earliest:
                return (
                    "growth",
                    grew,
                    f"growth {grew} is after end {end}, and no_growth_until {until} says there was none",
                )
    if end and not any(True for _ in _possible_ends(course, as_of)):
        return "end", end, f"no day of end {end} fits the other dates of the course"
    return None


def require_possible_dates(
    course: Course, as_of: PartialDate | None, place: Place, places: Mapping[str, Place] | None = None
) -> Course:
    """Return the course itself if its dates are possible.

    Raises
    ------
    CaseError
        They are not; at the place of the wrong date.
    """
    if wrong := misdated(course, as_of):
        key, date, why = wrong
        raise (places or {}).get(key, place).error(why, key=key, value=str(date))
    return course


def hints(case: Case, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what a person should look at in a case and no rule may conclude (D06b, D09b)."""
    if vocabulary.concluded_by(GROWTH_WINDOW) is None:
        return ()
    found = []
    for course in _counting(case, vocabulary):
        before_end = [
            grew
            for grew in course.growth
            if course.end is not None
            and grew.latest < course.end.earliest
            and (course.start is None or course.start.earliest <= grew.latest)
        ]
        if before_end:
            found.append(
                f"growth in {', '.join(map(str, before_end))} was before the end of the course of "
                f"{therapies_of(course)}: it does not count as growth after treatment (D09b); "
                "did-not-work may apply, if the team says so (D06b)"
            )
    return tuple(found)


def therapies_of(course: Course) -> str:
    """Return the names of the therapies of a course, joined by "and"."""
    return " and ".join(local(therapy) for therapy in course.therapies)
