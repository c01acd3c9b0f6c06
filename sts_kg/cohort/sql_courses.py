"""Courses of treatment, growth and times without growth in SQL: what each says, and what they say of a case together.

The rules are those of `sts_kg.cases` (`fact_rules`, `growth`, `marks`), with their parameters from the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rdflib import URIRef

from sts_kg.cohort.relations import column_name, names_of
from sts_kg.cohort.sql_dates import days, end_of_day, numbers
from sts_kg.cohort.sql_parts import Check, Script, all_of, any_of, faults, flag, holds_word, other_words, word_list
from sts_kg.guideline import CourseRule, Report
from sts_kg.plan import CourseFinding, Tried, short
from sts_kg.rdf import STS, local

__all__ = ["add_courses", "add_rows", "course_facts", "mark_column", "tallied", "tried_column"]

TRIED, GIVEN_BEFORE = STS["mark-tried"], STS["mark-given-before"]


# --- rows as they are written


def add_rows(script: Script) -> None:
    """Add the steps that read the rows of courses, growth and times without growth, with their dates as numbers."""
    tables, dialect = script.relations.tables, script.dialect
    if "courses" in tables:
        _add_course_rows(script)
    if "growth" in tables:
        cells = [f"{_id(script)} AS id", f"{script.as_text('growth', 'course')} AS course"]
        cells.append(f"{_date(script, 'growth', 'date')} AS grown")
        script.add(
            "sts_growth_cells", "a row for each date of growth, as it is written", cells, [f"FROM {tables['growth']} t"]
        )
        select = ["t.id", "t.course", "t.grown", *numbers("t.grown", "grown", dialect)]
        script.add("sts_growth_rows", "the same, with numbers", select, ["FROM sts_growth_cells t"])
        select = ["t.id", "t.course", "t.grown", *days("grown", ("first", "last"), "t")]
        script.add("sts_growth", "growth with its first and last day", select, ["FROM sts_growth_rows t"])
    if "no_growth" in tables:
        cells = [f"{_id(script)} AS id", f"{_date(script, 'no_growth', 'from')} AS since"]
        cells.append(f"{_date(script, 'no_growth', 'until')} AS ceasing")
        comment = "a row for each time without growth, as it is written"
        script.add("sts_quiet_cells", comment, cells, [f"FROM {tables['no_growth']} t"])
        select = ["t.id", "t.since", "t.ceasing"]
        select += [*numbers("t.since", "since", dialect), *numbers("t.ceasing", "ceasing", dialect)]
        script.add("sts_quiet_rows", "the same, with numbers", select, ["FROM sts_quiet_cells t"])
        select = ["t.id", "t.since", "t.ceasing"]
        select += [*days("since", ("first", "last"), "t"), *days("ceasing", ("first", "last", "after"), "t")]
        script.add("sts_quiet", "times without growth with their days", select, ["FROM sts_quiet_rows t"])


def _id(script: Script) -> str:
    case = script.dialect.column("case")
    return f"TRIM({script.dialect.as_text(f't.{case}')})"


def _date(script: Script, relation: str, key: str) -> str:
    return end_of_day(script.as_text(relation, key)) if script.relations.has(relation, key) else script.nothing


def _add_course_rows(script: Script) -> None:
    plan, relations = script.plan, script.relations
    cells = [f"{_id(script)} AS id"]
    for key in ("course", "therapies", "outcome", "for", "purpose", "site"):
        cells.append(f"{script.as_text('courses', key)} AS {_CELLS.get(key, key)}")
    dates = (("start", "starts"), ("end", "ends"), ("no_growth_until", "quiet"))
    cells += [f"{_date(script, 'courses', key)} AS {name}" for key, name in dates]
    checks = []
    for key in ("ongoing", "first_growth"):
        value = script.unknown
        if relations.has("courses", key):
            cell, column = relations.columns["courses"][key], script.cell("courses", key) or ""
            value = script.yes_or_no(column, cell.kind)
            wrong = flag(script.not_yes_or_no(column, cell.kind))
            cells += [f"{script.dialect.as_text(column)} AS {key}_text", f"{wrong} AS {key}_wrong"]
            checks.append(Check(key, f"t.{key}_text", f"t.{key}_wrong = 1", "not-yes-or-no"))
        cells.append(f"{value} AS {key}")
    for key in _LISTS:
        if relations.has("courses", key):
            cells.append(f"{word_list(script.as_text('courses', key))} AS {key}_list")
    comment = "a row for each course, as it is written"
    script.add("sts_course_cells", comment, cells, [f"FROM {relations.tables['courses']} t"])

    select = ["t.id", "t.course", "t.ongoing", "t.first_growth"]
    for _, name in dates:
        select += [f"t.{name}", *numbers(f"t.{name}", name, script.dialect)]
    checks.insert(
        0, Check("therapies", "t.therapies", "t.therapies IS NULL OR TRIM(t.therapies_list) = ''", "no-therapy")
    )
    lists = {"therapies": plan.therapies, "purpose": plan.purposes, "site": plan.sites}
    for key, things in lists.items():
        if relations.has("courses", key):
            wrong = other_words(f"t.{key}_list", names_of(things))
            checks.append(Check(key, f"t.{_CELLS.get(key, key)}", wrong, "unknown-word"))
    for key, things in (("outcome", plan.outcomes), ("for", plan.indications)):
        name = _CELLS.get(key, key)
        if not relations.has("courses", key):
            select.append(f"{script.nothing} AS {name}")
            continue
        known = names_of(things)
        valid = ", ".join(f"'{word}'" for word in known)
        checks.append(Check(key, f"t.{name}", f"t.{name} NOT IN ({valid})", "unknown-word"))
        long = {word: thing for word, thing in known.items() if word != short(thing)}
        whens = " ".join(f"WHEN '{word}' THEN '{short(thing)}'" for word, thing in long.items())
        select.append(f"CASE t.{name} {whens} ELSE t.{name} END AS {name}")
    for key in ("purpose", "site"):
        select.append(f"{f't.{key}_list' if relations.has('courses', key) else script.nothing} AS {key}s")
    select += [f"{flag(holds_word('t.therapies_list', [short(each)]))} AS {_held(each)}" for each in plan.therapies]
    script.checks["courses"] = checks
    select.append(f"{flag(script.wrong('courses'))} AS wrong_cell")
    if script.told:
        select += faults(checks, ("cell_column", "cell_value", "cell_reason"))
    script.add(
        "sts_course_rows", "the same, with numbers, and a flag for each therapy", select, ["FROM sts_course_cells t"]
    )


#: What cells are called in the steps, where that is not the name of their column.
_CELLS = {"for": "indication"}
#: The columns of courses that hold several words.
_LISTS = ("therapies", "purpose", "site")


def _held(therapy: URIRef) -> str:
    return f"held_{column_name(therapy)}"


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
        if _compares_growth(script):
            _add_within_a_year(script)
    if any(True for _ in _periods(script)) and any(True for _ in _spans(script)):
        _add_covers(script)


def _add_of_growth(script: Script) -> None:
    named = _names_courses(script)
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


def _names_courses(script: Script) -> bool:
    return script.relations.has("growth", "course") and script.relations.has("courses", "course")


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
    without = "g.id IS NULL" if _names_courses(script) else "1 = 1"
    checks.append(Check("first_growth", "'yes'", f"(c.first_growth = 1 AND {without})", "first-growth-without-date"))
    if script.relations.has("courses", "course"):
        checks.append(Check("course", "c.course", "i.times > 1", "twice"))
    return checks


def course_joins(script: Script) -> Sequence[str]:
    """Return what comes after the columns where courses are looked at, as `course_checks` reads them."""
    joins = ["FROM sts_dated c"]
    if _names_courses(script):
        joins.append("LEFT JOIN sts_growth_of_courses g ON g.id = c.id AND g.course = c.course")
    if script.relations.has("courses", "course"):
        joins.append("LEFT JOIN sts_course_ids i ON i.id = c.id AND i.course = c.course")
    return joins


def _add_dated_courses(script: Script) -> None:
    plan = script.plan
    cells = ["id", "course", "outcome", "indication", "ongoing", "first_growth", "purposes", "sites", "wrong_cell"]
    cells += ["cell_column", "cell_value", "cell_reason"] if script.told else []
    select = [f"t.{name}" for name in (*cells, "starts", "ends", "quiet", *map(_held, plan.therapies))]
    select += days("starts", ("first", "last"), "t")
    select += days("ends", ("first", "last", "first_year", "last_year"), "t")
    select += days("quiet", ("first", "last", "after"), "t")
    script.add("sts_dated", "courses with their days", select, ["FROM sts_course_rows t"])
    if _names_courses(script):
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
    if _names_courses(script):
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
            *(f"c.{name}" for name in (*kept, *of_days, *map(_held, plan.therapies))),
            f"{own} AS quiet_ends",
            f"CASE WHEN c.starts_first > {later} OR ({later}) IS NULL THEN c.starts_first ELSE {later} END AS latest",
            f"{flag(wrong)} AS wrong",
        ],
        course_joins(script),
    )


def _regarded(script: Script, rule: CourseRule) -> str:
    """Return the test that a fact rule looks at a course (D09, D33)."""
    tests = []
    if rule.indications:
        others = ", ".join(f"'{short(each)}'" for each in sorted(rule.indications))
        tests.append(f"(c.indication IS NULL OR c.indication NOT IN ({others}))")
    if rule.disregards:
        tests.append(any_of(_holds(each) for each in script.plan.therapies if each not in rule.disregards))
    if rule.therapies is not None:
        tests.append(any_of(_holds(each) for each in script.plan.therapies if each in rule.therapies))
    return all_of(tests)


def _holds(therapy: URIRef) -> str:
    return f"c.{_held(therapy)} = 1"


def _given(script: Script) -> str:
    """Return the test that a course was given for the cancer of the case (D32, D33)."""
    rule = script.plan.given
    tests = [_regarded(script, CourseRule(indications=rule.indications))] if rule.indications else []
    if rule.needs_over:
        over = ["c.ends IS NOT NULL", "c.outcome IS NOT NULL", "c.ongoing = 0"]
        tests.append(any_of([*over, "(c.starts IS NULL AND c.ongoing IS NULL)"]))
    return all_of(tests)


def _gives(script: Script, found: CourseFinding) -> str:
    """Return the test that a course gives a fact."""
    tests = [any_of(_holds(each) for each in script.plan.therapies if each in found.therapies)]
    if found.outcome is not None:
        tests.append(f"c.outcome = '{short(found.outcome)}'")
    if found.given:
        tests.append(_given(script))
    if found.alone:
        tests.append(f"{' + '.join(f'c.{_held(each)}' for each in script.plan.therapies)} = 1")
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
        select.append(f"MAX({flag(_regarded(script, plan.history))}) AS of_history")
    if plan.growth.concludes is not None and plan.growth.concludes_absence:
        unknown = ["c.ends_first IS NULL", *(["c.starts_first IS NULL"] if plan.growth.counts_from_start else [])]
        silent = [any_of(unknown)] if any(True for _ in _periods(script)) else []
        select.append(f"MAX({flag(all_of([_regarded(script, plan.growth), *silent]))}) AS without_end")
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
    counting = _regarded(script, plan.tried_by)
    by_mark: dict[URIRef, list[str]] = {}
    for outcome in plan.outcomes:
        by_mark.setdefault(plan.marks.get(outcome, TRIED), []).append(f"c.outcome = '{short(outcome)}'")
    by_mark.setdefault(TRIED, []).append("c.outcome IS NULL")
    reports = {report for option in plan.options.values() for report in option.reports}
    for report in sorted(reports, key=lambda one: one.finding):
        with_it = all_of([counting, _holds(report.therapy)])
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
            others = [f"c.{_held(report.therapy)} = 0" for report in apart]
            yield f"MAX({flag(all_of([test, *others]))}) AS {tried_column(option, mark)}"
            for report in apart:
                of = f"{tried_column(option, mark)}_{mark_column(report, 'with')}"
                yield f"MAX({flag(all_of([test, _holds(report.therapy)]))}) AS {of}"
        for report in said.reports:
            of = f"{column_name(option)}_{mark_column(report, 'held')}"
            yield f"MAX({flag(all_of([counting, *held, _holds(report.therapy)]))}) AS {of}"
        if unrecorded:
            yield f"MAX({flag(all_of([counting, *unrecorded]))}) AS {tried_column(option, GIVEN_BEFORE)}"


def _tried_tests(script: Script, tried: Tried) -> tuple[list[str], list[str]]:
    """Return the tests that a course held an option, and that it did not record the site or purpose that decides."""
    plan = script.plan
    held = [any_of(f"({all_of(_holds(each) for each in sorted(some))})" for some in tried.held)]
    held += [f"c.{_held(each)} = 0" for each in sorted(tried.without)]
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


# --- the year after a treatment


def _compares_growth(script: Script) -> bool:
    return script.plan.growth.concludes is not None and "growth" in script.relations.tables


def _add_within_a_year(script: Script) -> None:
    rule = script.plan.growth
    after, early = "c.ends_last < g.grown_first", "g.grown_last <= c.ends_first_year"
    if rule.counts_from_start:
        begun = "CASE WHEN c.ends_last < c.starts_last THEN c.ends_last ELSE c.starts_last END"
        own = ["(c.course = g.course AND c.ends IS NOT NULL)"] if _names_courses(script) else []
        after = any_of(
            [
                f"(c.starts IS NOT NULL AND {begun} <= g.grown_first)",
                f"(c.starts IS NULL AND {any_of([after, *own])})",
            ]
        )
        early = any_of([early, "(c.ends IS NULL AND c.ongoing = 1)"])
    tests = [_regarded(script, rule), after, early]
    if rule.growth_is_of_course:
        tests.append(any_of(["g.course IS NULL", *(["g.course = c.course"] if _names_courses(script) else [])]))
    script.add(
        "sts_of_years",
        "of each case with courses and growth: whether one was surely after the end of one, by the anniversary",
        ["c.id", f"MAX({flag(all_of(tests))}) AS grew"],
        ["FROM sts_courses c", "JOIN sts_growth g ON g.id = c.id", "GROUP BY c.id"],
    )


# --- what times without growth cover


def _periods(script: Script) -> Iterator[str]:
    """Yield the times that are stated to be without growth: case, course (empty if none), first day, day after."""
    tables = script.relations.tables
    if "no_growth" in tables:
        yield "SELECT id, '' AS said_by, since_last AS begins, ceasing_after AS ends FROM sts_quiet"
    if "courses" in tables and (script.relations.has("courses", "no_growth_until") or _names_courses(script)):
        by = "CASE WHEN course IS NULL THEN '?' ELSE '=' || course END"
        yield f"SELECT id, {by} AS said_by, ends_last AS begins, quiet_ends AS ends FROM sts_courses"


def _spans(script: Script) -> Iterator[str]:
    """Yield the spans to be covered: case, kind, whose growth, first and last day, both included."""
    tables, rule = script.relations.tables, script.plan.growth
    if "growth" in tables:
        of = "''" if not _by_course(script) else "CASE WHEN course IS NULL THEN '' ELSE '=' || course END"
        yield (
            f"SELECT id, 'growth' AS kind, {of} AS of_course, grown_first AS begins, grown_last AS until_day"
            " FROM sts_growth"
        )
    if "courses" in tables and rule.concludes is not None and rule.concludes_absence:
        begins = "CASE WHEN c.quiet_ends > c.ends_first THEN c.quiet_ends ELSE c.ends_first END"
        yield (
            f"SELECT c.id, 'year' AS kind, '' AS of_course, {begins} AS begins, c.ends_last_year AS until_day"
            f" FROM sts_courses c WHERE {_regarded(script, rule)}"
        )
        if rule.counts_from_start:
            yield (
                "SELECT c.id, 'course' AS kind, '' AS of_course, c.starts_first AS begins, c.ends_last - 1 AS until_day"
                f" FROM sts_courses c WHERE {_regarded(script, rule)}"
            )


def _by_course(script: Script) -> bool:
    return script.plan.growth.growth_is_of_course and _names_courses(script)


def _add_covers(script: Script) -> None:
    """Add the steps that say which spans lie in times without growth, several together or one.

    A span is covered if its first day lies in one, and none that ends in it, the last day included, ends alone: such
    an end lies in no other.
    """
    periods = "\n        UNION ALL ".join(_periods(script))
    script.add(
        "sts_periods",
        "times without growth, from a day to the day before another, whatever the dates mean; some are empty",
        ["id", "said_by", "begins", "ends"],
        [f"FROM (\n        {periods}\n    ) p", "GROUP BY id, said_by, begins, ends"],
    )
    source = "sts_periods"
    if _by_course(script):
        source = "sts_concerned"
        script.add(
            "sts_concerned",
            "the same for the growth of each course apart: what the case states, and that course (D31)",
            ["id", "of_course", "begins", "ends"],
            [
                "FROM (",
                "    SELECT id, '' AS of_course, begins, ends FROM sts_periods",
                "    UNION ALL SELECT p.id, '=' || g.course AS of_course, p.begins, p.ends FROM sts_periods p",
                "        JOIN sts_growth g ON g.id = p.id AND g.course IS NOT NULL",
                "        WHERE p.said_by = '' OR p.said_by = '=' || g.course",
                ") q",
                "GROUP BY id, of_course, begins, ends",
            ],
        )
    of = "p.of_course" if _by_course(script) else "''"
    same = " AND q.of_course = p.of_course" if _by_course(script) else ""
    script.add(
        "sts_joined",
        "these times, and whether another goes on where one ends",
        [
            *("p.id", f"{of} AS of_course", "p.begins", "p.ends"),
            f"MAX({flag('q.begins <= p.ends AND p.ends < q.ends')}) AS goes_on",
        ],
        [
            f"FROM {source} p",
            f"LEFT JOIN {source} q ON q.id = p.id{same}",
            f"GROUP BY p.id, {'p.of_course, ' if _by_course(script) else ''}p.begins, p.ends",
        ],
    )
    spans = "\n        UNION ALL ".join(_spans(script))
    script.add(
        "sts_spans",
        "what may lie in them: growth (if it does, the two clash), and the time after each treatment",
        ["id", "kind", "of_course", "begins", "until_day"],
        [
            f"FROM (\n        {spans}\n    ) s",
            "GROUP BY id, kind, of_course, begins, until_day",
        ],
    )
    same = " AND p.of_course = s.of_course" if _by_course(script) else ""
    inside = flag("p.begins <= s.begins AND s.begins < p.ends")
    broken = flag("p.begins < p.ends AND s.begins < p.ends AND p.ends <= s.until_day AND p.goes_on = 0")
    script.add(
        "sts_covers",
        "whether the first day of such a span lies in one, and whether one that ends in it ends alone",
        [
            *("s.id", "s.kind", "s.of_course", "s.begins", "s.until_day"),
            f"MAX({inside}) AS begun",
            f"MAX({broken}) AS broken",
        ],
        [
            "FROM sts_spans s",
            f"LEFT JOIN sts_joined p ON p.id = s.id{same}",
            "GROUP BY s.id, s.kind, s.of_course, s.begins, s.until_day",
        ],
    )
    clash = flag("kind = 'growth' AND begun = 1 AND broken = 0")
    bare = flag("kind <> 'growth' AND begins <= until_day AND (begun = 0 OR broken = 1)")
    script.add(
        "sts_of_periods",
        "of each case: whether growth and no growth clash, and whether a time after a treatment is not covered",
        ["id", f"MAX({clash}) AS clash", f"MAX({bare}) AS bare"],
        ["FROM sts_covers", "GROUP BY id"],
    )


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
