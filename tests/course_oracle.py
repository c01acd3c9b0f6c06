"""A second evaluator of cases with courses, dates and marks, over the plain mapping of a case.

A date is the set of days that it can mean, and everything about dates is found by going through these days one by one.
The tables are copied by hand from the clinical model, section 6. Nothing here reads the ontology or calls the package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import oracle

Case = Mapping[str, Any]
Days = frozenset[int]
#: The days that a case of the tests can speak of, as ordinals, with their names.
CALENDAR = {
    day: date.fromordinal(day).isoformat() for day in range(date(2004, 1, 1).toordinal(), date(2028, 1, 1).toordinal())
}

KINDS = {
    "chemotherapy": ["doxorubicin", "ifosfamide", "other-chemotherapy-drug"],
    "targeted-therapy": ["pazopanib"],
    "radiation-therapy": ["external-radiation-therapy", "sbrt"],
    "surgery": ["wide-local-excision"],
}
CHEMOTHERAPY = {"chemotherapy", *KINDS["chemotherapy"]}
#: Option to its components; after a bar what the course must say beside them; "alone": no other chemotherapy.
COMPONENTS = {
    "chemotherapy": "chemotherapy",
    "doxorubicin-alone": "doxorubicin | alone",
    "doxorubicin-ifosfamide": "doxorubicin ifosfamide",
    "other-chemotherapy": "other-chemotherapy-drug",
    "chemotherapy-with-radiation": "chemotherapy radiation-therapy",
    "targeted-therapy": "targeted-therapy",
    "pazopanib": "pazopanib",
    "radiation": "radiation-therapy",
    "external-radiation": "external-radiation-therapy",
    "sbrt-lung": "sbrt | site=lungs",
    "sbrt-outside-lungs": "sbrt | site=outside-lungs",
    "radiation-to-enable-surgery": "radiation-therapy | purpose=make-surgery-possible",
    "surgery": "surgery",
    "surgery-symptom-control": "surgery | purpose=symptom-relief",
    "wide-local-excision-lung": "wide-local-excision | site=lungs",
    "surgery-other-metastases": "surgery | site=outside-lungs",
    "comfort-care": "comfort-care",
    "ask-about-clinical-trials": "",
}
MODALITIES = {
    "chemotherapy": [
        *("chemotherapy", "doxorubicin-alone", "doxorubicin-ifosfamide", "other-chemotherapy"),
        "chemotherapy-with-radiation",
    ],
    "targeted-therapy": ["targeted-therapy", "pazopanib"],
    "radiation-therapy": [
        *("radiation", "external-radiation", "sbrt-lung", "sbrt-outside-lungs"),
        *("radiation-to-enable-surgery", "chemotherapy-with-radiation"),
    ],
    "surgery": ["surgery", "surgery-symptom-control", "wide-local-excision-lung", "surgery-other-metastases"],
    "comfort-care": ["comfort-care"],
    "clinical-trial": ["ask-about-clinical-trials"],
    "cancer-treatment": [name for name in COMPONENTS if name not in ("comfort-care", "ask-about-clinical-trials")],
}
#: Group to the kinds that the page describes.
GROUPS = {
    "chemotherapy": MODALITIES["chemotherapy"][1:],
    "targeted-therapy": ["pazopanib"],
    "radiation": MODALITIES["radiation-therapy"][1:],
    "surgery": MODALITIES["surgery"][1:],
}
TRIED = {
    None: "tried",
    "did-not-work": "tried, did not work",
    "stopped-for-side-effects": "tried, stopped for side effects",
}
#: Purposes that tell a site.
SITES = {"treat-lung-metastases": "lungs", "treat-metastases-outside-lungs": "outside-lungs"}
UNRECORDED = "therapy given before, purpose not recorded"


def listed(value: Any) -> list[Any]:
    """Return a value that may be absent, one or several as a list."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def yes(value: Any) -> bool:
    return value is True or value == "yes"


def no(value: Any) -> bool:
    return value is False or value == "no"


# --- days


@cache
def days(text: str) -> Days:
    """Return every day whose ISO form begins with these digits."""
    found = frozenset(day for day, name in CALENDAR.items() if name.startswith(text))
    assert found, f"{text} is outside the calendar of the tests"
    return found


@cache
def anniversary(day: int) -> int:
    first = date.fromordinal(day)
    if (first.month, first.day) == (2, 29):
        return date(first.year + 1, 2, 28).toordinal()
    return date(first.year + 1, first.month, first.day).toordinal()


@cache
def surely_from(text: str) -> Days:
    """Return the days before which the date surely is, or on which."""
    return frozenset(day for day in CALENDAR if all(one <= day for one in days(text)))


@cache
def surely_to(text: str) -> Days:
    """Return the days after which the date surely is, or on which."""
    return frozenset(day for day in CALENDAR if all(day <= one for one in days(text)))


@cache
def before(first: int) -> Days:
    return frozenset(day for day in CALENDAR if day < first)


def surely_before(one: str, other: str) -> bool:
    return all(first < second for first in days(one) for second in days(other))


# --- the case


def courses(case: Case) -> list[Case]:
    return listed(case.get("courses"))


def ours(course: Case) -> bool:
    return course.get("for") != "another-cancer"


def counts(course: Case) -> bool:
    """Say whether growth can come after this course: it treated this cancer."""
    return ours(course) and any(therapy != "comfort-care" for therapy in course["therapies"])


def given(course: Case) -> bool:
    """Say whether a course is behind the person: ended, judged, said to be over, or without any dates."""
    if yes(course.get("ongoing")):
        return False
    if no(course.get("ongoing")) or "end" in course or "outcome" in course:
        return True
    return "start" not in course


def growths(case: Case) -> list[str]:
    """Return every date of growth, wherever it is written."""
    return [*listed(case.get("growth")), *(day for course in courses(case) for day in listed(course.get("growth")))]


def intervals(case: Case) -> Iterator[tuple[int | None, str, Days]]:
    """Yield what is stated of no growth: the course that begins it, its first day, and the days up to its last."""
    for stated in listed(case.get("no_growth")):
        yield None, stated["from"], surely_to(stated["until"])
    for number, course in enumerate(courses(case)):
        end = course.get("end")
        if end is None:
            continue
        if "no_growth_until" in course:
            yield number, end, surely_to(course["no_growth_until"])
        after = [day for day in listed(course.get("growth")) if not surely_before(day, end)]
        if yes(course.get("first_growth")) and after:
            first = min(min(days(day)) for day in after)
            yield number, end, before(first)


def impossible_growth(case: Case) -> bool:
    """Say whether every day of a growth surely lies within an interval without growth."""
    denied = {day for _, first, up_to in intervals(case) for day in surely_from(first) & up_to}
    return any(days(growth) <= denied for growth in growths(case))


def growth_after(case: Case) -> bool:
    """Say whether one growth is surely within a year after one course."""
    return any(
        all(end < day <= anniversary(end) for end in days(course["end"]) for day in days(growth))
        for course in courses(case)
        if counts(course) and "end" in course
        for growth in growths(case)
    )


def no_growth_after(case: Case) -> bool:
    """Say whether the year after every course is stated to be without growth, and no other course is possible."""
    stated = list(intervals(case))
    return yes(case.get("history_complete")) and all(
        "end" in course and all(_covered(stated, number, end) for end in days(course["end"]))
        for number, course in enumerate(courses(case))
        if counts(course)
    )


def _covered(stated: list[tuple[int | None, str, Days]], number: int, end: int) -> bool:
    year = set(range(end, anniversary(end) + 1))
    for owner, first, up_to in stated:
        year -= up_to if owner == number else up_to & surely_from(first)
    return not year


def known(case: Case) -> dict[str, bool] | None:
    """Return the findings that a case has and lacks; None if they contradict each other."""
    said = {(finding, yes(value)) for finding, value in case.get("findings", {}).items() if yes(value) or no(value)}
    of_chemotherapy = [course for course in courses(case) if ours(course) and CHEMOTHERAPY & {*course["therapies"]}]
    if any(map(given, of_chemotherapy)):
        said.add(("prior-chemotherapy", True))
    if not of_chemotherapy and yes(case.get("history_complete")):
        said.add(("prior-chemotherapy", False))
    if "did-not-work" in [course.get("outcome") for course in _with_doxorubicin(case)]:
        said.add(("doxorubicin-did-not-work", True))
    if growth_after(case):
        said.add(("growth-within-one-year-after-treatment", True))
    if no_growth_after(case):
        said.add(("growth-within-one-year-after-treatment", False))
    if "cancer-treatment" in listed(case.get("declines")):
        said.add(("does-not-want-cancer-treatment", True))
    if any((finding, not holds) in said for finding, holds in said):
        return None
    return oracle.completed(dict(said))


def _with_doxorubicin(case: Case) -> list[Case]:
    return [course for course in courses(case) if ours(course) and "doxorubicin" in course["therapies"]]


def error(case: Case) -> bool:
    """Say whether a case must be refused."""
    return any(_errors(case))


def _errors(case: Case) -> Iterator[bool]:
    stated = listed(case.get("no_growth"))
    dates = [*growths(case), *(one[key] for one in stated for key in ("from", "until"))]
    for course in courses(case):
        dates += [course[key] for key in ("start", "end", "no_growth_until") if key in course]
        yield "start" in course and "end" in course and surely_before(course["end"], course["start"])
        yield (
            "no_growth_until" in course and "end" in course and surely_before(course["no_growth_until"], course["end"])
        )
        ended = {"end", "outcome", "no_growth_until"} & {*course} or yes(course.get("first_growth"))
        yield yes(course.get("ongoing")) and bool(ended)
        yield yes(course.get("first_growth")) and not listed(course.get("growth"))
    yield any(surely_before(one["until"], one["from"]) for one in stated)
    yield "as_of" in case and any(surely_before(case["as_of"], day) for day in dates)


# --- answers


def contradictory(case: Case) -> bool:
    return known(case) is None or impossible_growth(case)


def statuses(case: Case) -> dict[str, str]:
    """Return option to met, not-met, undetermined or contradictory."""
    facts = known(case)
    if facts is None or contradictory(case):
        return dict.fromkeys(oracle.CONDITIONS, "contradictory")
    return {option: oracle.status(option, facts) for option in oracle.CONDITIONS}


def missing(case: Case) -> dict[str, list[str]]:
    """Return option to the findings that could still settle it, in order."""
    facts = known(case)
    if facts is None or contradictory(case):
        return {option: [] for option in oracle.CONDITIONS}
    return {option: oracle.missing(option, facts) for option in oracle.CONDITIONS}


def marks(case: Case) -> dict[str, list[str]]:
    """Return option to its marks, each word once, in alphabetical order."""
    facts = known(case)
    if facts is None or contradictory(case):
        return {option: [] for option in oracle.CONDITIONS}
    found: dict[str, set[str]] = {name: set() for name in COMPONENTS}
    for course in courses(case):
        for name in COMPONENTS:
            found[name] |= _mark(name, course)
    _add_finding_of_doxorubicin(case, found)
    declines = [*listed(case.get("declines"))]
    if facts.get("does-not-want-cancer-treatment"):
        declines.append("cancer-treatment")
    for name in [name for modality in declines for name in MODALITIES[modality]]:
        found[name].add("declined")
    for finding, word in (
        ("cannot-have-cancer-treatment", "not possible as reported"),
        ("treatments-no-longer-work", "no longer works as reported"),
    ):
        for name in MODALITIES["cancer-treatment"] if facts.get(finding) else ():
            found[name].add(word)
    return {f"option-{name}": sorted(words) for name, words in found.items()}


def _mark(name: str, course: Case) -> set[str]:
    components, _, needed = (part.strip() for part in COMPONENTS[name].partition("|"))
    wanted = components.split()
    therapies = course["therapies"]
    covered = [any(therapy in [one, *KINDS.get(one, [])] for therapy in therapies) for one in wanted]
    if not ours(course) or not wanted or not all(covered):
        return set()
    if needed == "alone" and (CHEMOTHERAPY & {*therapies}) - {*wanted}:
        return set()
    if "=" in needed:
        key, value = needed.split("=")
        recorded = [*listed(course.get(key)), *(SITES[one] for one in listed(course.get("purpose")) if one in SITES)]
        if not recorded:
            return {UNRECORDED}
        if value not in recorded:
            return set()
    return {TRIED[course.get("outcome")]}


def _add_finding_of_doxorubicin(case: Case, found: dict[str, set[str]]) -> None:
    """The finding says of the options with doxorubicin, and of chemotherapy, what no course says."""
    with_doxorubicin = _with_doxorubicin(case)
    outcomes = [course.get("outcome") for course in with_doxorubicin]
    if not yes(case.get("findings", {}).get("doxorubicin-did-not-work")) or "did-not-work" in outcomes:
        return
    others = [course for course in courses(case) if course not in with_doxorubicin]
    for name in ("chemotherapy", "doxorubicin-alone", "doxorubicin-ifosfamide"):
        held = {word for course in with_doxorubicin for word in _mark(name, course)}
        if held or not with_doxorubicin:
            of_others = {word for course in others for word in _mark(name, course)}
            found[name] = of_others | (held - {"tried"}) | {"tried, did not work"}


def tried(case: Case) -> dict[str, bool]:
    """Return option to whether a course, or what is reported of doxorubicin, makes it tried."""
    return {option: any(word in TRIED.values() for word in words) for option, words in marks(case).items()}


def declined(case: Case) -> dict[str, bool]:
    return {option: "declined" in words for option, words in marks(case).items()}


def kinds(case: Case) -> dict[str, dict[str, int] | None]:
    """Return group to how many of its kinds are met, not met and open; None for others and for contradictory cases."""
    found = statuses(case)
    of_kinds = {f"option-{group}": [found[f"option-{kind}"] for kind in names] for group, names in GROUPS.items()}
    return {
        option: {word: of_kinds[option].count(word) for word in ("met", "not-met", "undetermined")}
        if option in of_kinds and status != "contradictory"
        else None
        for option, status in found.items()
    }


def decided(case: Case, holds: bool) -> dict[str, list[str]]:
    """Return option to the findings of its condition that are known to hold, or not to hold."""
    facts = {} if contradictory(case) else known(case) or {}
    return {
        option: [one for one in oracle.findings_of(option) if facts.get(one) is holds] for option in oracle.CONDITIONS
    }


def answers(case: Case) -> dict[str, dict[str, Any]] | None:
    """Return option to everything that is said of it here; None for a case that must be refused."""
    if error(case):
        return None
    parts: dict[str, Mapping[str, Any]] = {
        **{"status": statuses(case), "true": decided(case, True), "false": decided(case, False)},
        **{"missing": missing(case), "marks": marks(case), "tried": tried(case), "declined": declined(case)},
        **{"kinds": kinds(case)},
    }
    return {option: {key: part[option] for key, part in parts.items()} for option in oracle.CONDITIONS}


def comparable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an answer of the package, as plain values, says of the same."""
    return {
        **{key: row[key] for key in ("status", "true", "false", "tried", "declined")},
        "missing": [one["finding"] for one in row["missing"]],
        "marks": sorted({mark["mark"] for mark in row["marks"]}),
        "kinds": None if row["status"] == "contradictory" else row["kinds"],
    }
