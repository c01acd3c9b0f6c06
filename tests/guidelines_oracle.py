"""Grey hush valued by hand: its conditions, relations and rules written from the page alone, without any code of ours.

A condition is a function of a lookup that gives 1 (holds), 0 (does not hold) or 1/2 (unknown) for a finding; "and" is
`min`, "or" is `max`, "not" is one minus (Kleene). Nothing here reads the ontology.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, TypeAlias

Lookup: TypeAlias = Callable[[str], float]
Case: TypeAlias = Mapping[str, Any]

#: The options in the order of the page: S04, S06, S08 with S10, S09 with S10, S11, S12, S13, S14, S15, S17.
CONDITIONS: dict[str, Callable[[Lookup], float]] = {
    "warm-nest": lambda f: f("grey-hush"),
    "draughts": lambda f: f("grey-hush"),
    "lumivane-alone": lambda f: min(f("grey-hush"), 1 - f("carrying-young")),
    "lumivane-with-ossamoss": lambda f: min(f("grey-hush"), f("cool-body"), 1 - f("carrying-young")),
    "tarrowleaf": lambda f: min(f("grey-hush"), f("lumivane-brought-no-change")),
    "quenderin": lambda f: min(
        f("grey-hush"), f("tarrowleaf-brought-no-change"), max(f("many-spots"), f("hush-back-within-one-year"))
    ),
    "song-bath": lambda f: min(f("grey-hush"), max(f("cool-body"), min(f("prior-draught"), 1 - f("many-spots")))),
    "surgery": lambda f: min(f("grey-hush"), f("resectable"), f("spots-only-on-ears")),
    "tuft-binding": lambda f: min(f("grey-hush"), f("unresectable"), f("certain-valley")),
    "quiet-care": lambda f: min(f("grey-hush"), max(f("treatments-no-longer-help"), f("does-not-want-treatment"))),
}

#: The other readings that change a condition, by name and option, from their words.
BY_READINGS: dict[str, dict[str, Callable[[Lookup], float]]] = {
    "D02=every-draught": {
        "tarrowleaf": lambda f: min(CONDITIONS["tarrowleaf"](f), 1 - f("carrying-young")),
        "quenderin": lambda f: min(CONDITIONS["quenderin"](f), 1 - f("carrying-young")),
    },
    "D03=or-outside": {
        "quenderin": lambda f: min(
            f("grey-hush"),
            max(min(f("tarrowleaf-brought-no-change"), f("many-spots")), f("hush-back-within-one-year")),
        ),
    },
    "D10=frequency-only": {"tuft-binding": lambda f: min(f("grey-hush"), f("unresectable"))},
}

#: The findings in the order of the model.
FINDINGS = """
grey-hush carrying-young prior-draught lumivane-brought-no-change tarrowleaf-brought-no-change many-spots
hush-back-within-one-year cool-body spots-only-on-ears certain-valley unresectable resectable treatments-no-longer-help
does-not-want-treatment
""".split()

_IMPLIES = (
    ("lumivane-brought-no-change", "prior-draught"),
    ("tarrowleaf-brought-no-change", "prior-draught"),
    ("spots-only-on-ears", "grey-hush"),
)
_DRAUGHTS = {"draught", "lumivane", "tarrowleaf", "quenderin"}
_REST = {"warm-nest", "quiet-care"}
_WORDS = {"yes": True, "no": False}


def completed(given: Mapping[str, bool]) -> dict[str, bool] | None:
    """Return what follows from facts; None if they contradict each other."""
    known = dict(given)

    def learn(finding: str, holds: bool) -> bool:
        known.setdefault(finding, holds)
        return known[finding] == holds

    for _ in FINDINGS:
        for one, other in _IMPLIES:
            if known.get(one) is True and not learn(other, True):
                return None
            if known.get(other) is False and not learn(one, False):
                return None
        for one, other in (("unresectable", "resectable"), ("resectable", "unresectable")):
            if one in known and not learn(other, not known[one]):
                return None
    return known


def status(option: str, known: Mapping[str, bool], reading: str = "") -> str:
    """Return the status of an option by what is known and follows from it."""
    conditions = {**CONDITIONS, **BY_READINGS.get(reading, {})}
    value = conditions[option](lambda finding: float(known[finding]) if finding in known else 0.5)
    return {1.0: "met", 0.0: "not-met", 0.5: "undetermined"}[value]


def statuses(given: Mapping[str, bool], reading: str = "") -> dict[str, str]:
    """Return the status of every option by given facts."""
    known = completed(given)
    if known is None:
        return dict.fromkeys(CONDITIONS, "contradictory")
    return {option: status(option, known, reading) for option in CONDITIONS}


def findings_of(option: str, reading: str = "") -> list[str]:
    """Return the findings that the condition of an option looks at."""
    asked: dict[str, None] = {}

    def note(finding: str) -> float:
        asked[finding] = None
        return 0.5

    {**CONDITIONS, **BY_READINGS.get(reading, {})}[option](note)
    return list(asked)


# --- what numbers, courses and dates say


def facts_of(case: Case) -> dict[str, bool] | None:
    """Return the findings of a case that are given, or said by numbers, courses and dates; None if they differ."""
    said = [(name, _WORDS[word]) for name, word in case.get("findings", {}).items() if word in _WORDS]
    if (warmth := case.get("body_warmth")) is not None:
        said.append(("cool-body", float(warmth) <= 31.5))
    if (spots := case.get("spot_count")) is not None:
        said.append(("many-spots", int(spots) >= 7))
    if "hush-treatment" in case.get("declines", ()):
        said.append(("does-not-want-treatment", True))
    said += _said_by_courses(case)
    if len({finding for finding, _ in said}) < len(set(said)):
        return None
    return dict(said)


def _said_by_courses(case: Case) -> list[tuple[str, bool]]:
    complete = case.get("history_complete") == "yes"
    ours = [course for course in case.get("courses", ()) if course.get("for") != "another-ailment"]
    given = [course for course in ours if _is_over(course)]
    said = [("prior-draught", True) for course in given if _DRAUGHTS & {*course["therapies"]}]
    for draught in ("lumivane", "tarrowleaf"):
        for course in given:
            if draught in course["therapies"] and course.get("outcome") == "brought-no-change":
                said.append((f"{draught}-brought-no-change", True))
    if complete and not any(_DRAUGHTS & {*course["therapies"]} for course in ours):
        said.append(("prior-draught", False))
    counting = [course for course in ours if not _REST >= {*course["therapies"]}]
    returns = [*case.get("growth", ()), *(course["growth"] for course in case.get("courses", ()) if "growth" in course)]
    if any(_is_within_a_year(course, day) for course in counting if course.get("end") for day in returns):
        said.append(("hush-back-within-one-year", True))
    elif complete and all(_stayed_away(course) for course in counting):
        said.append(("hush-back-within-one-year", False))
    return said


def _is_over(course: Case) -> bool:
    if course.get("end") or course.get("outcome") or course.get("ongoing") == "no":
        return True
    return not course.get("start") and course.get("ongoing") != "yes"


def _is_within_a_year(course: Case, day: str) -> bool:
    """Return whether every day that the dates may mean is after the end, and not after its anniversary."""
    return _last(course["end"]) < _first(day) and _last(day) <= _anniversary(_first(course["end"]))


def _stayed_away(course: Case) -> bool:
    """Return whether the first return since the end of a course was after the anniversary."""
    if course.get("first_growth") != "yes" or not course.get("end"):
        return False
    return _first(course["growth"]) > _anniversary(_last(course["end"]))


def _first(day: str) -> date:
    return date.fromisoformat(f"{day}-01-01"[:10])


def _last(day: str) -> date:
    """Return the last day of a year or a month, or the day itself."""
    if len(day) == 10:
        return date.fromisoformat(day)
    after = f"{int(day) + 1}" if len(day) == 4 else f"{int(day[:4]) + int(day[5:]) // 12}-{int(day[5:]) % 12 + 1:02}"
    return _first(after) - timedelta(days=1)


def _anniversary(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
