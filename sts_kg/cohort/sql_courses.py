"""Courses of treatment, growth and times without growth in SQL: what each says, and what they say of a case together.

The rules are those of `sts_kg.cases` (`fact_rules`, `growth`, `marks`), with their parameters from the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rdflib import URIRef

from sts_kg.cohort.relations import column_name, names_of
from sts_kg.cohort.sql_dates import days
from sts_kg.cohort.sql_growth import add_growth, states_no_growth
from sts_kg.cohort.sql_parts import Check, Script, all_of, any_of, flag, holds_word
from sts_kg.cohort.sql_rows import held_column, holds_therapy, names_courses, regarded
from sts_kg.guideline import CourseRule, Report, short
from sts_kg.plan import CourseFinding, Tried
from sts_kg.rdf import STS, local

__all__ = ["add_courses", "course_checks", "course_facts", "course_joins", "mark_column", "tallied", "tried_column"]

TRIED, GIVEN_BEFORE = STS["mark-tried"], STS["mark-given-before"]


# --- courses with their dates, and what each says


def add_courses(script: Script) -> None:
    """Add the steps that judge courses and growth; those that `tallied` names have one row a case."""
    if script.relations.has("courses", "course"):
        script.add(
            "sts_course_ids",
            "the ids of the courses of a case, and how often each is there",
            ["id", "course", "SUM(1) AS times"],
            ["FROM sts_course_rows", "WHERE course IS NOT NULL", "GROUP BY id, course"],
        )
    if "growth" in script.relations.tables:
        _add_of_growth(script)
    if "no_growth" in script.relations.tables:
        _add_of_quiet(script)
    if "courses" in script.relations.tables:
        _add_dated_courses(script)
        _add_of_courses(script)
    add_growth(script)


def _add_of_growth(script: Script) -> None:
    named = names_courses(script)
    elsewhere = "(g.course IS NOT NULL AND c.course IS NULL)" if named else "g.course IS NOT NULL"
    script.add(
        "sts_of_growth",
        "of each case with growth: whether a row is wrong, and its last growth at the earliest",
        ["g.id", f"MAX({flag(f'g.grown_first IS NULL OR {elsewhere}')}) AS wrong", "MAX(g.grown_first) AS latest"],
        [
            "FROM sts_growth g",
            *(["LEFT JOIN sts_course_ids c ON c.id = g.id AND c.course = g.course"] if named else []),
            "GROUP BY g.id",
        ],
    )


def _add_of_quiet(script: Script) -> None:
    wrong = "since_first IS NULL OR ceasing_first IS NULL OR ceasing_last < since_first"
    later = "CASE WHEN ceasing_first > since_first THEN ceasing_first ELSE since_first END"
    script.add(
        "sts_of_quiet",
        "of each case with such times: whether a row is wrong, and the last of these days at the earliest",
        ["id", f"MAX({flag(wrong)}) AS wrong", f"MAX({later}) AS latest"],
        ["FROM sts_quiet", "GROUP BY id"],
    )


def course_checks(script: Script) -> Sequence[Check]:
    """Return what makes a course with dates unusable, the date of its case left out; `c` is its row of `sts_dated`."""
    dates = (("start", "starts"), ("end", "ends"), ("no_growth_until", "quiet"))
    checks = [
        Check(key, f"c.{name}", f"(c.{name} IS NOT NULL AND c.{name}_first IS NULL)", "not-a-date")
        for key, name in dates
    ]
    for (before, earlier), (key, later) in combinations(dates, 2):
        test = f"c.{later}_last < c.{earlier}_first"
        checks.append(Check(key, f"c.{later}", test, f"before-{before.replace('_', '-')}"))
    over = "(c.ends IS NOT NULL OR c.outcome IS NOT NULL OR c.quiet IS NOT NULL OR c.first_growth = 1)"
    checks.append(Check("ongoing", "'yes'", f"(c.ongoing = 1 AND {over})", "ongoing-but-over"))
    without = "g.id IS NULL" if names_courses(script) else "1 = 1"
    checks.append(Check("first_growth", "'yes'", f"(c.first_growth = 1 AND {without})", "first-growth-without-date"))
    if script.relations.has("courses", "course"):
        checks.append(Check("course", "c.course", "i.times > 1", "twice"))
    return checks


def course_joins(script: Script) -> Sequence[str]:
    """Return what comes after the columns where courses are looked at, as `course_checks` reads them."""
    joins = ["FROM sts_dated c"]
    if names_courses(script):
        joins.append("LEFT JOIN sts_growth_of_courses g ON g.id = c.id AND g.course = c.course")
    if script.relations.has("courses", "course"):
        joins.append("LEFT JOIN sts_course_ids i ON i.id = c.id AND i.course = c.course")
    return joins


def _add_dated_courses(script: Script) -> None:
    plan = script.plan
    cells = ["id", "course", "outcome", "indication", "ongoing", "first_growth", "purposes", "sites", "wrong_cell"]
    cells += ["cell_column", "cell_value", "cell_reason"] if script.told else []
    select = [f"t.{name}" for name in (*cells, "starts", "ends", "quiet", *map(held_column, plan.therapies))]
    select += days("starts", ("first", "last"), "t")
    select += days("ends", ("first", "last", "first_year", "last_year"), "t")
    select += days("quiet", ("first", "last", "after"), "t")
    script.add("sts_dated", "courses with their days", select, ["FROM sts_course_rows t"])
    if names_courses(script):
        script.add(
            "sts_growth_of_courses",
            "of each course with growth of its own: the first that was not surely before its end",
            ["c.id", "c.course", "MIN(CASE WHEN g.grown_last >= c.ends_first THEN g.grown_first END) AS first_seen"],
            [
                "FROM sts_dated c",
                "JOIN sts_growth g ON g.id = c.id AND g.course = c.course",
                "GROUP BY c.id, c.course",
            ],
        )
    wrong = any_of(["c.wrong_cell = 1", *(check.wrong for check in course_checks(script))])
    own = "c.quiet_after"
    if names_courses(script):
        own = "CASE WHEN g.first_seen > c.quiet_after OR c.quiet_after IS NULL THEN g.first_seen ELSE c.quiet_after END"
        if not plan.growth.growth_is_of_course:
            own = f"CASE WHEN c.first_growth = 1 THEN {own} ELSE c.quiet_after END"
    later = "CASE WHEN c.quiet_first > c.ends_first OR c.ends_first IS NULL THEN c.quiet_first ELSE c.ends_first END"
    kept = ("id", "course", "outcome", "indication", "ongoing", "starts", "ends", "purposes", "sites")
    of_days = ("starts_first", "starts_last", "ends_first", "ends_last", "ends_first_year", "ends_last_year")
    script.add(
        "sts_courses",
        "courses, their last day at the earliest, and the day after the time for which they state no growth",
        [
            *(f"c.{name}" for name in (*kept, *of_days, *map(held_column, plan.therapies))),
            f"{own} AS quiet_ends",
            f"CASE WHEN c.starts_first > {later} OR ({later}) IS NULL THEN c.starts_first ELSE {later} END AS latest",
            f"{flag(wrong)} AS wrong",
        ],
        course_joins(script),
    )


def _given(script: Script) -> str:
    """Return the test that a course was given for the cancer of the case (D32, D33)."""
    rule = script.plan.given
    tests = [regarded(script, CourseRule(indications=rule.indications))] if rule.indications else []
    if rule.needs_over:
        over = ["c.ends IS NOT NULL", "c.outcome IS NOT NULL", "c.ongoing = 0"]
        tests.append(any_of([*over, "(c.starts IS NULL AND c.ongoing IS NULL)"]))
    return all_of(tests)


def _gives(script: Script, found: CourseFinding) -> str:
    """Return the test that a course gives a fact."""
    tests = [any_of(holds_therapy(each) for each in script.plan.therapies if each in found.therapies)]
    if found.outcome is not None:
        tests.append(f"c.outcome = '{short(found.outcome)}'")
    if found.given:
        tests.append(_given(script))
    if found.alone:
        tests.append(f"{' + '.join(f'c.{held_column(each)}' for each in script.plan.therapies)} = 1")
    return all_of(tests)


def course_facts(script: Script) -> dict[tuple[URIRef, bool], str]:
    """Return the facts that courses give by axioms, each with the column of `sts_of_courses` that says so."""
    return {
        found.fact: f"gives_{column_name(found.fact[0])}_{'yes' if found.fact[1] else 'no'}"
        for found in script.plan.courses
    }


def _add_of_courses(script: Script) -> None:
    plan = script.plan
    select = ["c.id", "MAX(c.wrong) AS wrong", "MAX(c.latest) AS latest"]
    for fact, name in course_facts(script).items():
        tests = any_of(f"({_gives(script, found)})" for found in plan.courses if found.fact == fact)
        select.append(f"MAX({flag(tests)}) AS {name}")
    if plan.history.concludes is not None and plan.history.concludes_absence:
        select.append(f"MAX({flag(regarded(script, plan.history))}) AS of_history")
    if plan.growth.concludes is not None and plan.growth.concludes_absence:
        unknown = ["c.ends_first IS NULL", *(["c.starts_first IS NULL"] if plan.growth.counts_from_start else [])]
        silent = [any_of(unknown)] if states_no_growth(script) else []
        select.append(f"MAX({flag(all_of([regarded(script, plan.growth), *silent]))}) AS without_end")
    if script.marks:
        select += _tried_tallies(script)
    script.add(
        "sts_of_courses",
        "of each case with courses: whether one is wrong, its last day at the earliest, and what courses say",
        select,
        ["FROM sts_courses c", "GROUP BY c.id"],
    )


# --- options that were tried


def tried_column(option: URIRef, mark: URIRef) -> str:
    """Return the name of the column that says that courses mark an option."""
    return f"{column_name(option)}_{local(mark).replace('-', '_')}"


def mark_column(report: Report, of: str) -> str:
    """Return the name of a column about the courses that a report is about."""
    return f"{of}_{column_name(report.finding)}"


def _tried_tallies(script: Script) -> Iterator[str]:
    """Yield the columns of a case that say by which courses an option counts as tried (D35)."""
    plan = script.plan
    counting = regarded(script, plan.tried_by)
    by_mark: dict[URIRef, list[str]] = {}
    for outcome in plan.outcomes:
        by_mark.setdefault(plan.marks.get(outcome, TRIED), []).append(f"c.outcome = '{short(outcome)}'")
    by_mark.setdefault(TRIED, []).append("c.outcome IS NULL")
    reports = {report for option in plan.options.values() for report in option.reports}
    for report in sorted(reports, key=lambda one: one.finding):
        with_it = all_of([counting, holds_therapy(report.therapy)])
        yield f"MAX({flag(with_it)}) AS {mark_column(report, 'with')}"
        told = all_of([with_it, f"c.outcome = '{short(report.outcome)}'"])
        yield f"MAX({flag(told)}) AS {mark_column(report, 'told')}"
    for option, said in plan.options.items():
        if said.tried is None:
            continue
        held, unrecorded = _tried_tests(script, said.tried)
        for mark, outcomes in by_mark.items():
            test = all_of([counting, *held, any_of(outcomes)])
            apart = said.reports if mark == TRIED else ()
            others = [f"c.{held_column(report.therapy)} = 0" for report in apart]
            yield f"MAX({flag(all_of([test, *others]))}) AS {tried_column(option, mark)}"
            for report in apart:
                of = f"{tried_column(option, mark)}_{mark_column(report, 'with')}"
                yield f"MAX({flag(all_of([test, holds_therapy(report.therapy)]))}) AS {of}"
        for report in said.reports:
            of = f"{column_name(option)}_{mark_column(report, 'held')}"
            yield f"MAX({flag(all_of([counting, *held, holds_therapy(report.therapy)]))}) AS {of}"
        if unrecorded:
            yield f"MAX({flag(all_of([counting, *unrecorded]))}) AS {tried_column(option, GIVEN_BEFORE)}"


def _tried_tests(script: Script, tried: Tried) -> tuple[list[str], list[str]]:
    """Return the tests that a course held an option, and that it did not record the site or purpose that decides."""
    plan = script.plan
    held = [any_of(f"({all_of(holds_therapy(each) for each in sorted(some))})" for some in tried.held)]
    held += [f"c.{held_column(each)} = 0" for each in sorted(tried.without)]
    decisive = []
    if tried.sites:
        telling = {purpose: sites for purpose, sites in plan.sites_of_purposes.items() if sites}
        recorded = any_of(["c.sites IS NOT NULL", holds_word("c.purposes", _words(telling))])
        about = [purpose for purpose, sites in telling.items() if sites & tried.sites]
        wanted = any_of(
            [holds_word("c.sites", _words(tried.sites)), *([holds_word("c.purposes", _words(about))] if about else [])]
        )
        none = ["c.sites IS NULL", f"(c.purposes IS NULL OR {flag(holds_word('c.purposes', _words(telling)))} = 0)"]
        decisive.append((wanted, recorded, all_of(none if telling else none[:1])))
    if tried.purposes:
        decisive.append((holds_word("c.purposes", _words(tried.purposes)), "", "c.purposes IS NULL"))
    if not decisive:
        return held, []
    fits = [any_of([wanted, f"({none})"]) for wanted, _, none in decisive]
    return [*held, *(wanted for wanted, _, _ in decisive)], [
        *held,
        *fits,
        any_of(f"({none})" for _, _, none in decisive),
    ]


def _words(things: Iterable[URIRef]) -> list[str]:
    return sorted(names_of(tuple(things)))


def tallied(script: Script) -> Iterator[tuple[str, str]]:
    """Yield the steps with one row a case, each with the letter by which it is joined."""
    steps = {name for name, _, _ in script.steps}
    for name, alias in (
        ("sts_of_courses", "c"),
        ("sts_of_growth", "g"),
        ("sts_of_quiet", "q"),
        ("sts_of_years", "y"),
        ("sts_of_periods", "p"),
    ):
        if name in steps:
            yield name, alias
