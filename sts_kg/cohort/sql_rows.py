"""Rows of courses, growth and times without growth in SQL, as they are written, and what is asked of a course."""

from __future__ import annotations

from rdflib import URIRef

from sts_kg.cohort.relations import column_name, names_of
from sts_kg.cohort.sql_dates import days, end_of_day, numbers
from sts_kg.cohort.sql_parts import Check, Script, all_of, any_of, faults, flag, holds_word, other_words, word_list
from sts_kg.guideline import CourseRule, short

__all__ = ["add_rows", "held_column", "holds_therapy", "names_courses", "regarded"]

#: What cells are called in the steps, where that is not the name of their column.
_CELLS = {"for": "indication"}
#: The columns of courses that hold several words.
_LISTS = ("therapies", "purpose", "site")


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
    select += [
        f"{flag(holds_word('t.therapies_list', [short(each)]))} AS {held_column(each)}" for each in plan.therapies
    ]
    script.checks["courses"] = checks
    select.append(f"{flag(script.wrong('courses'))} AS wrong_cell")
    if script.told:
        select += faults(checks, ("cell_column", "cell_value", "cell_reason"))
    script.add(
        "sts_course_rows", "the same, with numbers, and a flag for each therapy", select, ["FROM sts_course_cells t"]
    )


def held_column(therapy: URIRef) -> str:
    """Return the name of the column that says that a course held a therapy."""
    return f"held_{column_name(therapy)}"


# --- what is asked of a course, `c`


def names_courses(script: Script) -> bool:
    """Return whether growth may name the course that it was seen after."""
    return script.relations.has("growth", "course") and script.relations.has("courses", "course")


def regarded(script: Script, rule: CourseRule) -> str:
    """Return the test that a fact rule looks at a course (D09, D33)."""
    tests = []
    if rule.indications:
        others = ", ".join(f"'{short(each)}'" for each in sorted(rule.indications))
        tests.append(f"(c.indication IS NULL OR c.indication NOT IN ({others}))")
    if rule.disregards:
        tests.append(any_of(holds_therapy(each) for each in script.plan.therapies if each not in rule.disregards))
    if rule.therapies is not None:
        tests.append(any_of(holds_therapy(each) for each in script.plan.therapies if each in rule.therapies))
    return all_of(tests)


def holds_therapy(therapy: URIRef) -> str:
    """Return the test that a course held a therapy."""
    return f"c.{held_column(therapy)} = 1"
