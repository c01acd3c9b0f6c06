"""Growth and times without growth in SQL: the year after a treatment, and what such times cover (D04, D31, D33)."""

from __future__ import annotations

from collections.abc import Iterator

from sts_kg.cohort.sql_parts import Script, all_of, any_of, flag
from sts_kg.cohort.sql_rows import names_courses, regarded

__all__ = ["add_growth", "states_no_growth"]


def add_growth(script: Script) -> None:
    """Add the steps that compare growth, and times without it, with the courses: `sts_of_years`, `sts_of_periods`."""
    tables = script.relations.tables
    if script.plan.growth.concludes is not None and "courses" in tables and "growth" in tables:
        _add_within_a_year(script)
    if states_no_growth(script) and any(True for _ in _spans(script)):
        _add_covers(script)


def states_no_growth(script: Script) -> bool:
    """Return whether a table may state times without growth."""
    return any(True for _ in _periods(script))


# --- the year after a treatment


def _add_within_a_year(script: Script) -> None:
    rule = script.plan.growth
    after, early = "c.ends_last < g.grown_first", "g.grown_last <= c.ends_first_year"
    if rule.counts_from_start:
        begun = "CASE WHEN c.ends_last < c.starts_last THEN c.ends_last ELSE c.starts_last END"
        own = ["(c.course = g.course AND c.ends IS NOT NULL)"] if names_courses(script) else []
        after = any_of(
            [
                f"(c.starts IS NOT NULL AND {begun} <= g.grown_first)",
                f"(c.starts IS NULL AND {any_of([after, *own])})",
            ]
        )
        early = any_of([early, "(c.ends IS NULL AND c.ongoing = 1)"])
    tests = [regarded(script, rule), after, early]
    if rule.growth_is_of_course:
        tests.append(any_of(["g.course IS NULL", *(["g.course = c.course"] if names_courses(script) else [])]))
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
    if "courses" in tables and (script.relations.has("courses", "no_growth_until") or names_courses(script)):
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
            f" FROM sts_courses c WHERE {regarded(script, rule)}"
        )
        if rule.counts_from_start:
            yield (
                "SELECT c.id, 'course' AS kind, '' AS of_course, c.starts_first AS begins, c.ends_last - 1 AS until_day"
                f" FROM sts_courses c WHERE {regarded(script, rule)}"
            )


def _by_course(script: Script) -> bool:
    return script.plan.growth.growth_is_of_course and names_courses(script)


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
