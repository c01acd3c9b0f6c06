"""What is given and derived of each patient in SQL, before anything follows: the step `sts_facts`, one row a patient.

A row that cannot be used, of the patient or of a course, growth or time without growth, makes the patient rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rdflib import URIRef

from sts_kg.cohort.relations import column_name, inner_name, names_of
from sts_kg.cohort.sql_courses import (
    GIVEN_BEFORE,
    TRIED,
    add_courses,
    course_checks,
    course_facts,
    course_joins,
    mark_column,
    tallied,
    tried_column,
)
from sts_kg.cohort.sql_dates import days, end_of_day, no_date, numbers
from sts_kg.cohort.sql_parts import (
    NEVER,
    Check,
    Script,
    all_of,
    any_of,
    faults,
    flag,
    holds_word,
    other_words,
    word_list,
)
from sts_kg.cohort.sql_rows import add_rows
from sts_kg.guideline import Threshold, written
from sts_kg.plan import Fact, OptionPlan

__all__ = ["NO_NUMBER", "add_facts", "mark_flags", "rejections", "rejects", "tests_of"]

#: What stands for a number that cannot be used: less than all that nine digits can say.
NO_NUMBER = -1_000_000_000


def add_facts(script: Script) -> None:
    """Add all steps up to `sts_facts`: findings as they are given, or derived as `_yes` and `_no`, and `rejected`."""
    _add_patients(script)
    add_rows(script)
    add_courses(script)
    if not script.relations.checked:
        script.add(
            "sts_ids",
            "the ids that are there more than once",
            ["id"],
            ["FROM sts_patients", "GROUP BY id", "HAVING SUM(1) > 1"],
        )
    relations, joined = script.relations, [*tallied(script)]
    rest = [f"FROM {_patients(script)} t"]
    if not relations.checked:
        rest.append("LEFT JOIN sts_ids i ON i.id = t.id")
    rest += [f"LEFT JOIN {name} {alias} ON {alias}.id = t.id" for name, alias in joined]
    derived = _derived(script)
    select = ["t.id", *(["t.as_of_last"] if relations.has("table", "as_of") else [])]
    for finding in script.plan.findings:
        given = finding in relations.findings
        name = inner_name(finding)
        if finding in {fact[0] for fact in derived}:
            for holds, word, value in ((True, "yes", 1), (False, "no", 0)):
                tests = [*([f"t.{name} = {value}"] if given else []), *derived.get((finding, holds), ())]
                select.append(f"{flag(any_of(tests))} AS {name}_{word}")
        elif given:
            select.append(f"t.{name}")
    select += [f"t.declines_{column_name(each)}" for each in _declinable(script)]
    if script.marks:
        select += [f"{flag(test)} AS {name}" for name, test in _tried_flags(script)]
    aliases = {alias for _, alias in joined}
    select.append(f"{flag('p.clash = 1' if 'p' in aliases else NEVER)} AS clash")
    select.append(f"{flag(any_of(_rejecting(script, aliases)))} AS rejected")
    script.add("sts_facts", "what is given or derived of each patient, before anything follows", select, rest)


_NO_DATE = no_date("as_of", "t")


def _patients(script: Script) -> str:
    """Return the step that has one row a patient, with the date of each."""
    return "sts_dated_patients" if script.relations.has("table", "as_of") else "sts_patients"


def _declinable(script: Script) -> Sequence[URIRef]:
    return script.plan.modalities if script.relations.has("table", "declines") else ()


def _add_patients(script: Script) -> None:
    relations, dialect = script.relations, script.dialect
    table = relations.tables["table"]
    case = f"t.{dialect.column('case')}"
    of_text = len(relations.tables) > 1
    select = [f"{f'TRIM({dialect.as_text(case)})' if of_text else case} AS id"]
    as_text = dialect.as_text(case)
    checks = []
    if not relations.checked:
        checks.append(Check("case", as_text, f"{case} IS NULL OR TRIM({as_text}) = ''", "no-id"))
        checks.append(Check("case", as_text, f"LENGTH({as_text}) > 200", "no-id"))
    for finding, cell in relations.findings.items():
        column = f"t.{dialect.column(cell.name)}"
        value = script.yes_or_no(column, cell.kind)
        name = inner_name(finding)
        select.append(f"{value} AS {name}")
        if cell.kind == "word" or not relations.checked:
            wrong = script.not_yes_or_no(column, cell.kind)
            checks.append(Check(cell.name, dialect.as_text(column), wrong, "not-yes-or-no"))
    if relations.has("table", "history_complete"):
        cell, column = relations.columns["table"]["history_complete"], script.cell("table", "history_complete") or ""
        select.append(f"{script.yes_or_no(column, cell.kind)} AS history_complete")
        checks.append(
            Check("history_complete", dialect.as_text(column), script.not_yes_or_no(column, cell.kind), "not-yes-or-no")
        )
    if relations.has("table", "as_of"):
        select.append(f"{end_of_day(script.as_text('table', 'as_of'))} AS as_of")
    if relations.has("table", "declines"):
        declines = script.as_text("table", "declines")
        cells = ["t.*", f"{word_list(declines)} AS sts_declines"]
        script.add("sts_cells", "the table, with what is declined as a list", cells, [f"FROM {table} t"])
        table = "sts_cells"
        words = names_of(script.plan.modalities)
        checks.append(Check("declines", declines, other_words("t.sts_declines", words), "unknown-word"))
        for each in script.plan.modalities:
            named = [word for word, thing in words.items() if thing == each]
            select.append(f"{flag(holds_word('t.sts_declines', named))} AS declines_{column_name(each)}")
    for number in script.plan.numbers.values():
        if amount := script.cell("table", number.key):
            select.append(f"{amount} AS number_{number.key}")
            too_small = f"<= {NO_NUMBER}" if number.least is None else f"< {written(number.least)}"
            checks.append(Check(number.key, dialect.as_text(amount), f"{amount} {too_small}", "not-a-number"))
    script.checks["table"] = checks
    select.append(f"{flag(script.wrong('table'))} AS wrong_cell")
    if script.told:
        select += faults(checks, ("cell_column", "cell_value", "cell_reason"))
    script.add("sts_patients", "one row a patient, as the table has it", select, [f"FROM {table} t"])
    if relations.has("table", "as_of"):
        select = ["t.*", *numbers("t.as_of", "as_of", dialect)]
        script.add("sts_of_date", "the same, with the date of each in numbers", select, ["FROM sts_patients t"])
        select = ["t.*", *days("as_of", ("last",), "t")]
        script.add("sts_dated_patients", "and the last day that it may mean", select, ["FROM sts_of_date t"])


def _derived(script: Script) -> Mapping[Fact, list[str]]:
    """Return the tests by which facts are derived: from courses, their dates, a complete history, and numbers."""
    plan, relations = script.plan, script.relations
    found: dict[Fact, list[str]] = {}
    complete = "t.history_complete = 1" if relations.has("table", "history_complete") else None
    has_courses = "courses" in relations.tables
    steps = {name for name, _ in tallied(script)}
    if has_courses:
        for fact, name in course_facts(script).items():
            found.setdefault(fact, []).append(f"c.{name} = 1")
    if plan.growth.concludes is not None:
        if "sts_of_years" in steps:
            found.setdefault((plan.growth.concludes, True), []).append("y.grew = 1")
        if plan.growth.concludes_absence and complete:
            tests = [complete]
            tests += ["(c.without_end IS NULL OR c.without_end = 0)"] if has_courses else []
            tests += ["(p.bare IS NULL OR p.bare = 0)"] if "sts_of_periods" in steps else []
            tests += ["(y.grew IS NULL OR y.grew = 0)"] if "sts_of_years" in steps else []
            found.setdefault((plan.growth.concludes, False), []).append(f"({all_of(tests)})")
    if plan.history.concludes is not None and plan.history.concludes_absence and complete:
        none = ["(c.of_history IS NULL OR c.of_history = 0)"] if has_courses else []
        found.setdefault((plan.history.concludes, False), []).append(f"({all_of([complete, *none])})")
    for threshold in plan.thresholds:
        key = plan.numbers[threshold.compares].key
        if relations.has("table", key):
            within, outside = _bounds(f"t.number_{key}", threshold)
            found.setdefault((threshold.finding, True), []).append(within)
            found.setdefault((threshold.finding, False), []).append(outside)
    return found


def _bounds(column: str, threshold: Threshold) -> tuple[str, str]:
    """Return the tests that a number is within the bounds of a rule, and that it is not."""
    both = [("<", ">=", threshold.at_least), (">", "<=", threshold.at_most)]
    bounds = [(outside, inside, written(bound)) for outside, inside, bound in both if bound is not None]
    within = all_of(f"{column} {inside} {bound}" for _, inside, bound in bounds)
    return f"({within})", any_of(f"{column} {outside} {bound}" for outside, _, bound in bounds)


def _rejecting(script: Script, aliases: Iterable[str]) -> Iterator[str]:
    """Yield the tests that reject a patient: a wrong row of any table, an id twice, a date after that of the case."""
    if script.checks["table"]:
        yield "t.wrong_cell = 1"
    if not script.relations.checked:
        yield "i.id IS NOT NULL"
    dated = script.relations.has("table", "as_of")
    if dated:
        yield _NO_DATE
    for alias in ("c", "g", "q"):
        if alias in aliases:
            yield f"{alias}.wrong = 1"
            if dated:
                yield f"{alias}.latest > t.as_of_last"


def rejects(script: Script) -> bool:
    """Return whether anything can be wrong with a patient, as far as is not known already."""
    return any(True for _ in _rejecting(script, [alias for _, alias in tallied(script)]))


# --- facts and marks


def tests_of(script: Script, alias: str = "f") -> Mapping[Fact, str]:
    """Return each fact that a row of `sts_facts` can say, with the test that it says it."""
    derived = {fact[0] for fact in _derived(script)}
    found: dict[Fact, str] = {}
    for finding in script.plan.findings:
        name = inner_name(finding)
        if finding in derived:
            found[finding, True], found[finding, False] = f"{alias}.{name}_yes = 1", f"{alias}.{name}_no = 1"
        elif finding in script.relations.findings:
            found[finding, True], found[finding, False] = f"{alias}.{name} = 1", f"{alias}.{name} = 0"
    for modality in _declinable(script):
        found[modality, True] = f"{alias}.declines_{column_name(modality)} = 1"
    return found


def mark_flags(script: Script) -> Mapping[tuple[URIRef, URIRef], str]:
    """Return the marks of options that courses and reports of them can give, with their columns of `sts_facts`."""
    found = {}
    for option, said in script.plan.options.items():
        for mark in _marks_of(script, said):
            found[option, mark] = tried_column(option, mark)
    return found


def _marks_of(script: Script, said: OptionPlan) -> Iterator[URIRef]:
    plan = script.plan
    outcomes = [plan.marks.get(outcome, TRIED) for outcome in plan.outcomes]
    if said.tried and "courses" in script.relations.tables:
        recorded = [GIVEN_BEFORE] if said.tried.sites or said.tried.purposes else []
        yield from dict.fromkeys([TRIED, *outcomes, *recorded])
    else:
        given = [report for report in said.reports if report.finding in script.relations.findings]
        yield from dict.fromkeys(plan.marks.get(report.outcome, TRIED) for report in given)


def _tried_flags(script: Script) -> Iterator[tuple[str, str]]:
    """Yield the columns that say which marks courses give to options, or findings that report courses, with tests."""
    plan, courses = script.plan, "courses" in script.relations.tables
    for option, said in plan.options.items():
        for mark in _marks_of(script, said):
            name, tests = tried_column(option, mark), []
            if courses:
                tests.append(f"c.{name} = 1")
            for report in said.reports:
                if report.finding not in script.relations.findings:
                    continue
                finding = inner_name(report.finding)
                told = f"c.{mark_column(report, 'told')}"
                active = [f"t.{finding} = 1", *([f"({told} IS NULL OR {told} = 0)"] if courses else [])]
                if mark == plan.marks.get(report.outcome, TRIED):
                    held, with_it = (
                        f"c.{column_name(option)}_{mark_column(report, 'held')}",
                        mark_column(report, "with"),
                    )
                    reached = any_of([f"{held} = 1", f"c.{with_it} IS NULL", f"c.{with_it} = 0"])
                    tests.append(f"({all_of([*active, *([reached] if courses else [])])})")
                if mark == TRIED and courses:
                    silent = any_of([f"t.{finding} IS NULL", f"t.{finding} = 0", f"{told} = 1"])
                    tests.append(f"(c.{name}_{mark_column(report, 'with')} = 1 AND {silent})")
            if mark == TRIED and courses:
                for report in said.reports:
                    if report.finding not in script.relations.findings:
                        tests.append(f"c.{name}_{mark_column(report, 'with')} = 1")
            yield name, any_of(tests)


# --- what is wrong


def rejections(script: Script) -> str:
    """Return the SELECT that lists what cannot be used, the first fault of each row: after the steps of `add_facts`."""
    relations, dialect = script.relations, script.dialect
    dated = relations.has("table", "as_of")
    cells = Check("{}.cell_column", "{}.cell_value", "{}.cell_reason IS NOT NULL", "{}.cell_reason", quoted=False)
    found = []
    checks = [cells.of("t")] if script.checks["table"] else []
    rest = [f"FROM {_patients(script)} t"]
    if dated:
        checks.append(Check("as_of", "t.as_of", _NO_DATE, "not-a-date"))
    if not relations.checked:
        checks.append(Check("case", dialect.as_text("t.id"), "i.id IS NOT NULL", "twice"))
        rest.append("LEFT JOIN sts_ids i ON i.id = t.id")
    if checks or len(relations.tables) == 1:
        checks = checks or [Check("case", script.nothing, NEVER, "no-id")]
        found.append(_faults(script, "table", dialect.as_text("t.id"), script.nothing, checks, rest))
    of_case = f"LEFT JOIN {_patients(script)} t ON t.id = c.id"

    def late(key: str, name: str) -> list[Check]:
        return [Check(key, f"c.{name}", f"c.{name}_first > t.as_of_last", "after-as-of")] if dated else []

    strange = Check("case", "c.id", "t.id IS NULL", "no-such-case")
    if "courses" in relations.tables:
        checks = [cells.of("c"), strange, *course_checks(script)]
        for key, name in (("start", "starts"), ("end", "ends"), ("no_growth_until", "quiet")):
            checks += late(key, name)
        found.append(_faults(script, "courses", "c.id", "c.course", checks, [*course_joins(script), of_case]))
    if "growth" in relations.tables:
        named = relations.has("growth", "course") and relations.has("courses", "course")
        checks = [strange, Check("date", "c.grown", "c.grown_first IS NULL", "not-a-date")]
        unknown = "(c.course IS NOT NULL AND n.course IS NULL)" if named else "c.course IS NOT NULL"
        checks += [Check("course", "c.course", unknown, "no-such-course"), *late("date", "grown")]
        joins = ["FROM sts_growth c", of_case]
        joins += ["LEFT JOIN sts_course_ids n ON n.id = c.id AND n.course = c.course"] if named else []
        found.append(_faults(script, "growth", "c.id", "c.course", checks, joins))
    if "no_growth" in relations.tables:
        checks = [strange]
        for key, name in (("from", "since"), ("until", "ceasing")):
            checks.append(Check(key, f"c.{name}", f"c.{name}_first IS NULL", "not-a-date"))
        checks.append(Check("until", "c.ceasing", "c.ceasing_last < c.since_first", "before-from"))
        checks += [*late("from", "since"), *late("until", "ceasing")]
        found.append(_faults(script, "no_growth", "c.id", script.nothing, checks, ["FROM sts_quiet c", of_case]))
    every = "\nUNION ALL\n".join(found)
    columns = f"wrong_table, {dialect.column('case')}, wrong_row, wrong_column, wrong_value, wrong_reason"
    return f"SELECT {columns}\nFROM (\n{every}\n) w\nWHERE wrong_reason IS NOT NULL"


def _faults(script: Script, relation: str, case: str, row: str, checks: Sequence[Check], rest: Sequence[str]) -> str:
    columns = [
        f"'{relation}' AS wrong_table",
        f"{case} AS {script.dialect.column('case')}",
        f"{row} AS wrong_row",
        *faults(checks, ("wrong_column", "wrong_value", "wrong_reason")),
    ]
    return "    SELECT\n        " + ",\n        ".join(columns) + "\n    " + "\n    ".join(rest)
