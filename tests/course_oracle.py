"""A second evaluator of cases with courses, dates and marks, over the plain mapping of a case.

A date is the set of days that it can mean, and everything about dates is found by going through these days one by one.
The tables are copied by hand from the clinical model, section 6. Nothing here reads the ontology or calls the package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
TRIED_WORDS = frozenset(TRIED.values())
#: Purposes that tell a site.
SITES = {"treat-lung-metastases": "lungs", "treat-metastases-outside-lungs": "outside-lungs"}
UNRECORDED = "therapy given before, purpose or site not recorded"


@dataclass(frozen=True)
class Tables(oracle.Tables):
    """The tables of one reading; `reading` is its name where it changes more than a table, empty for the base."""

    conditions: Mapping[str, str] = field(default_factory=lambda: oracle.CONDITIONS)
    kinds: Mapping[str, list[str]] = field(default_factory=lambda: KINDS)
    components: Mapping[str, str] = field(default_factory=lambda: COMPONENTS)
    reading: str = ""

    @property
    def chemotherapy(self) -> set[str]:
        return {"chemotherapy", *self.kinds["chemotherapy"]}


BASE = Tables()


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


def ours(course: Case, tables: Tables = BASE) -> bool:
    return course.get("for") != "another-cancer" or tables.reading == "D33=any-treatment"


def counts(course: Case, tables: Tables = BASE) -> bool:
    """Say whether growth can come after this course: it treated this cancer."""
    if tables.reading == "D09=chemotherapy-only" and not tables.chemotherapy & {*course["therapies"]}:
        return False
    return ours(course, tables) and any(therapy != "comfort-care" for therapy in course["therapies"])


def given(course: Case, tables: Tables = BASE) -> bool:
    """Say whether a course is behind the person: ended, judged, said to be over, or without any dates."""
    if tables.reading == "D32=begun-is-given" and "start" in course:
        return True
    if yes(course.get("ongoing")):
        return False
    if no(course.get("ongoing")) or "end" in course or "outcome" in course:
        return True
    return "start" not in course


def growths(case: Case) -> list[str]:
    """Return every date of growth, wherever it is written."""
    return [*listed(case.get("growth")), *(day for course in courses(case) for day in listed(course.get("growth")))]


def intervals(case: Case, tables: Tables = BASE) -> Iterator[tuple[int | None, str, Days]]:
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
        if after and (yes(course.get("first_growth")) or tables.reading == "D31=of-its-course"):
            first = min(min(days(day)) for day in after)
            yield number, end, before(first)


def impossible_growth(case: Case, tables: Tables = BASE) -> bool:
    """Say whether every day of a growth surely lies within an interval without growth.

    By D31=of-its-course, growth of a course is not held against what another course says.
    """
    stated, own_only = list(intervals(case, tables)), tables.reading == "D31=of-its-course"
    recorded: list[tuple[int | None, str]] = [(None, growth) for growth in listed(case.get("growth"))]
    recorded += [(n, growth) for n, course in enumerate(courses(case)) for growth in listed(course.get("growth"))]
    return any(
        all(
            any(
                day in up_to and day in surely_from(first)
                for by, first, up_to in stated
                if not own_only or None in (by, number) or by == number
            )
            for day in days(growth)
        )
        for number, growth in recorded
    )


def growth_after(case: Case, tables: Tables = BASE) -> bool:
    """Say whether one growth is surely within a year after one course."""
    return any(
        _in_window(course, growth, tables)
        for course in courses(case)
        if counts(course, tables)
        for growth in _compared(case, course, tables)
    )


def _compared(case: Case, course: Case, tables: Tables) -> list[str]:
    if tables.reading == "D31=of-its-course":
        return [*listed(case.get("growth")), *listed(course.get("growth"))]
    return growths(case)


def _in_window(course: Case, growth: str, tables: Tables) -> bool:
    during = tables.reading == "D09b=during-counts"
    if "end" not in course:
        return during and yes(course.get("ongoing")) and "start" in course and _from(course["start"], None, growth)
    if not during or ("start" not in course and growth not in listed(course.get("growth"))):
        return _after(course["end"], growth) and _by_anniversary(course["end"], growth)
    began = "start" not in course or _from(course["start"], course["end"], growth)
    return began and _by_anniversary(course["end"], growth)


@cache
def _after(end: str, growth: str) -> bool:
    return all(last < day for last in days(end) for day in days(growth))


@cache
def _by_anniversary(end: str, growth: str) -> bool:
    return all(day <= anniversary(last) for last in days(end) for day in days(growth))


@cache
def _from(start: str, end: str | None, growth: str) -> bool:
    """Say whether a growth is on or after every day on which the course can have begun: none after its end."""
    begins = [first for first in days(start) if end is None or first <= max(days(end))]
    return all(first <= day for first in begins for day in days(growth))


def no_growth_after(case: Case, tables: Tables = BASE) -> bool:
    """Say whether the year after every course is stated to be without growth, and no other course is possible."""
    if tables.reading == "D28=stays-unknown" or not yes(case.get("history_complete")):
        return False
    during = tables.reading == "D09b=during-counts"
    stated = list(intervals(case, tables))
    return all(
        "end" in course
        and all(_covered(stated, number, end) for end in days(course["end"]))
        and (not during or ("start" in course and _covered_during(stated, course)))
        for number, course in enumerate(courses(case))
        if counts(course, tables)
    )


def _covered(stated: list[tuple[int | None, str, Days]], number: int, end: int) -> bool:
    return all(
        any(day in up_to and (owner == number or day in surely_from(first)) for owner, first, up_to in stated)
        for day in range(end, anniversary(end) + 1)
    )


def _covered_during(stated: list[tuple[int | None, str, Days]], course: Case) -> bool:
    """Say whether every day from the start to before the end, whenever they are, is stated to be without growth."""
    return all(
        any(day in up_to and day in surely_from(first) for _, first, up_to in stated)
        for day in range(min(days(course["start"])), max(days(course["end"])))
    )


def dated(case: Case, tables: Tables = BASE) -> tuple[bool, bool, bool]:
    """Return what the dates say: that there was growth, that there was none, and that the two contradict each other."""
    return growth_after(case, tables), no_growth_after(case, tables), impossible_growth(case, tables)


def known(case: Case, tables: Tables = BASE, by_dates: tuple[bool, bool, bool] | None = None) -> dict[str, bool] | None:
    """Return the findings that a case has and lacks; None if they contradict each other."""
    growth, no_growth, _ = by_dates or dated(case, tables)
    said = {(finding, yes(value)) for finding, value in case.get("findings", {}).items() if yes(value) or no(value)}
    of_chemotherapy = [
        course for course in courses(case) if ours(course, tables) and tables.chemotherapy & {*course["therapies"]}
    ]
    if any(given(course, tables) for course in of_chemotherapy):
        said.add(("prior-chemotherapy", True))
    if not of_chemotherapy and yes(case.get("history_complete")) and tables.reading != "D28=stays-unknown":
        said.add(("prior-chemotherapy", False))
    if any(_fails_doxorubicin(course, tables) for course in _with_doxorubicin(case, tables)):
        said.add(("doxorubicin-did-not-work", True))
    if growth:
        said.add(("growth-within-one-year-after-treatment", True))
    if no_growth:
        said.add(("growth-within-one-year-after-treatment", False))
    if "cancer-treatment" in listed(case.get("declines")) and tables.reading != "D34=two-facts":
        said.add(("does-not-want-cancer-treatment", True))
    if any((finding, not holds) in said for finding, holds in said):
        return None
    return oracle.completed(dict(said), tables)


def _with_doxorubicin(case: Case, tables: Tables) -> list[Case]:
    return [course for course in courses(case) if ours(course, tables) and "doxorubicin" in course["therapies"]]


def _fails_doxorubicin(course: Case, tables: Tables) -> bool:
    if tables.reading == "D06=alone" and {*course["therapies"]} != {"doxorubicin"}:
        return False
    return course.get("outcome") == "did-not-work"


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
        yield (
            "no_growth_until" in course
            and "start" in course
            and surely_before(course["no_growth_until"], course["start"])
        )
        ended = {"end", "outcome", "no_growth_until"} & {*course} or yes(course.get("first_growth"))
        yield yes(course.get("ongoing")) and bool(ended)
        yield yes(course.get("first_growth")) and not listed(course.get("growth"))
    yield any(surely_before(one["until"], one["from"]) for one in stated)
    yield "as_of" in case and any(surely_before(case["as_of"], day) for day in dates)


# --- answers


def consistent(
    case: Case, tables: Tables = BASE, by_dates: tuple[bool, bool, bool] | None = None
) -> dict[str, bool] | None:
    """Return the findings that a case has and lacks; None if they, or the dates of growth, contradict each other."""
    by_dates = by_dates or dated(case, tables)
    return None if by_dates[2] else known(case, tables, by_dates)


def contradictory(case: Case, tables: Tables = BASE) -> bool:
    return consistent(case, tables) is None


def statuses(case: Case, tables: Tables = BASE) -> dict[str, str]:
    """Return option to met, not-met, undetermined or contradictory."""
    return statuses_by(consistent(case, tables), tables)


def statuses_by(facts: Mapping[str, bool] | None, tables: Tables = BASE) -> dict[str, str]:
    if facts is None:
        return dict.fromkeys(tables.conditions, "contradictory")
    return {option: oracle.status(option, facts, tables) for option in tables.conditions}


def missing(case: Case, tables: Tables = BASE) -> dict[str, list[str]]:
    """Return option to the findings that could still settle it, in order."""
    facts = consistent(case, tables)
    if facts is None:
        return {option: [] for option in tables.conditions}
    return {option: oracle.missing(option, facts, tables) for option in tables.conditions}


def marks(case: Case, tables: Tables = BASE) -> dict[str, list[str]]:
    """Return option to its marks, each word once, in alphabetical order."""
    return marks_by(consistent(case, tables), case, tables)


def marks_by(facts: Mapping[str, bool] | None, case: Case, tables: Tables = BASE) -> dict[str, list[str]]:
    if facts is None:
        return {option: [] for option in tables.conditions}
    found: dict[str, set[str]] = {name: set() for name in tables.components}
    for course in courses(case):
        for name in tables.components:
            found[name] |= _mark(name, course, tables)
    _add_finding_of_doxorubicin(case, found, tables)
    declines = [*listed(case.get("declines"))]
    if facts.get("does-not-want-cancer-treatment") and tables.reading != "D34=two-facts":
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


def _mark(name: str, course: Case, tables: Tables) -> set[str]:
    components, _, needed = (part.strip() for part in tables.components[name].partition("|"))
    wanted = components.split()
    therapies = course["therapies"]
    covered = [any(therapy in [one, *tables.kinds.get(one, [])] for therapy in therapies) for one in wanted]
    if tables.reading == "D35=any-component":
        return {TRIED[course.get("outcome")]} if ours(course, tables) and any(covered) else set()
    if not ours(course, tables) or not wanted or not all(covered):
        return set()
    if needed == "alone" and (tables.chemotherapy & {*therapies}) - {*wanted}:
        return set()
    if needed == "beside other chemotherapy" and not (tables.chemotherapy & {*therapies}) - {*wanted}:
        return set()
    if "=" in needed:
        key, value = needed.split("=")
        recorded = [*listed(course.get(key)), *(SITES[one] for one in listed(course.get("purpose")) if one in SITES)]
        if not recorded:
            return {UNRECORDED}
        if value not in recorded:
            return set()
    return {TRIED[course.get("outcome")]}


def _add_finding_of_doxorubicin(case: Case, found: dict[str, set[str]], tables: Tables) -> None:
    """The finding says of the options with doxorubicin, and of chemotherapy, what no course says."""
    with_doxorubicin = _with_doxorubicin(case, tables)
    outcomes = [course.get("outcome") for course in with_doxorubicin]
    if not yes(case.get("findings", {}).get("doxorubicin-did-not-work")) or "did-not-work" in outcomes:
        return
    others = [course for course in courses(case) if course not in with_doxorubicin]
    named = [name for name, text in tables.components.items() if "doxorubicin" in text.split()]
    for name in ("chemotherapy", *named):
        held = {word for course in with_doxorubicin for word in _mark(name, course, tables)}
        if held or not with_doxorubicin:
            of_others = {word for course in others for word in _mark(name, course, tables)}
            found[name] = of_others | (held - {"tried"}) | {"tried, did not work"}


def tried(case: Case, tables: Tables = BASE) -> dict[str, bool]:
    """Return option to whether a course, or what is reported of doxorubicin, makes it tried."""
    return {option: not TRIED_WORDS.isdisjoint(words) for option, words in marks(case, tables).items()}


def declined(case: Case, tables: Tables = BASE) -> dict[str, bool]:
    return {option: "declined" in words for option, words in marks(case, tables).items()}


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
