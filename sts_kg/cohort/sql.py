"""SQL of a plan: what a cohort comes to, as a text that a site runs where its patients are.

NULL is unknown: AND and OR of SQL are Kleene's. A condition stands beside its dual, so no text needs NOT, nor a column
of truth values: flags are 1, 0 or NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rdflib import URIRef

from sts_kg.cohort.dialects import WHATS, dialect_of
from sts_kg.cohort.relations import column_name, inner_name, relations
from sts_kg.cohort.sql_facts import add_facts, mark_flags, rejections
from sts_kg.cohort.sql_known import Known
from sts_kg.cohort.sql_parts import NEVER, Script, all_of, any_of, flag
from sts_kg.cohort.sql_sums import Sums
from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.guideline import short
from sts_kg.plan import Fact, Plan
from sts_kg.rdf import STS

__all__ = ["sql_of"]

_DECLINED = STS["mark-declined"]


def sql_of(
    plan: Plan,
    dialect: str,
    what: str,
    *,
    table: str,
    courses: str | None = None,
    growth: str | None = None,
    no_growth: str | None = None,
    columns: Mapping[str, str] | None = None,
    checked: bool = False,
    option: str | None = None,
    as_of: str | None = None,
    min_cell: int = 11,
) -> str:
    """Return the SQL text that answers a question about a whole cohort, one statement, stamped with the plan.

    Parameters
    ----------
    plan : Plan
        The conditions, by any reading.
    dialect : str
        One of `DIALECTS`: duckdb, postgres, spark, bigquery, snowflake, sqlite.
    what : str
        `known`: a row a patient, each finding 1, 0 or NULL after all that follows, and `contradictory`.
        `rows`: a row a patient, with five columns an option: its status, `_missing`, `_tried`, `_declined`, `_marks`.
        `counts`: a row an option: `option`, `met`, `not_met`, `undetermined`, `contradictory`, `patients`.
        `ask`: a row a question for which someone waits, the one for which most do first: `findings`, `question`,
        `waiting` (patients), `options` (pairs of a patient and an option), `settled` (patients for whom the answer
        alone settles an option).
        `funnel`: a row after each part of the condition of an option: `step`, `part`, `yes`, `no`, `unknown`; the first
        row has all patients who do not contradict themselves, and `contradictory`, how many do.
        `cohort`: rows of the table `cohort` of OMOP for the options that are met, by their ordinals.
        `facts`: a row a patient, flags of what is given or derived before anything follows, and `rejected`.
        `rejected`: a row for each row of a table that cannot be used, with its column, value and reason.
    table, courses, growth, no_growth : str
        The tables, each an expression as SQL has it, such as `catalog.schema.patients`; it is not looked at.
    columns : mapping, optional
        The columns that the tables have, to what their cells hold: `flag` (1, 0, NULL), `word` (yes, no, a truth
        value), `text` (also dates), `number`. Those of the other tables are written `courses.end`. A table of which
        nothing is said has all columns, and flags for yes and no; that of patients has `as_of`, `history_complete` and
        `declines` only if there are courses. Dates are YYYY, YYYY-MM, YYYY-MM-DD, or of a type of days; other forms,
        such as those of spreadsheets, are rejected here.
    checked : bool
        Whether the table of patients is known, as by constraints of the database, to have each case once, with an id,
        and flags that are 1, 0 or NULL. Otherwise whoever has another value or is there twice is rejected, which
        costs a pass over the ids.
    option : str, optional
        The option of `funnel`.
    as_of : str, optional
        The date of `cohort`, YYYY-MM-DD, if the table has no column `as_of`.
    min_cell : int
        Counts from 1 to below it are NULL in `counts`, `ask` and `funnel`, and so are the others of their row that
        would give them back; 1 shows all.

    Raises
    ------
    UnknownNameError
        There is no such dialect, question, option, column or kind of column.
    ArgumentError
        A column is there twice or does not fit, a table lacks what it needs, or an option or date is missing.
    """
    if what not in WHATS:
        raise UnknownNameError("what to ask for", what, WHATS)
    tables = {"table": table, "courses": courses, "growth": growth, "no_growth": no_growth}
    found = relations(plan, tables, columns, checked=checked)
    script = Script(plan, dialect_of(dialect), found, marks=what in ("rows", "facts"), told=what == "rejected")
    add_facts(script)
    patients, sums = _Patients(script), Sums(script, min_cell)
    lasts: dict[str, Callable[[], str]] = {
        "known": patients.known,
        "rows": patients.rows,
        "counts": sums.counts,
        "ask": sums.ask,
        "facts": patients.facts,
        "rejected": lambda: rejections(script),
        "funnel": lambda: sums.funnel(option),
        "cohort": lambda: patients.cohort(as_of),
    }
    last = lasts[what]()
    by = f", by the reading {plan.reading}" if plan.reading else ""
    title = [
        f"sts_kg {plan.version}, plan {plan.digest}{by}. {script.dialect.name}: {what}.",
        *plan.disclaimer.splitlines(),
        "1 is yes, 0 is no, NULL is not known.",
    ]
    return script.text(title, last)


class _Patients(Known):
    """The steps after the facts, and the last SELECT, where a row is of a patient."""

    def known(self) -> str:
        self.add_known(self.plan.findings)
        columns = ",\n    ".join(
            f"CASE WHEN k.contradictory = 0 THEN k.{inner_name(each)} END AS {self._output(each)}"
            for each in self.plan.findings
        )
        return f"SELECT\n    k.id AS {self.case},\n    k.contradictory,\n    {columns}\nFROM sts_known k"

    def _output(self, thing: URIRef) -> str:
        """Return the name of a finding or an option as a column of the answer."""
        name = column_name(thing)
        return name if inner_name(thing) == name else self.script.dialect.column(name)

    def facts(self) -> str:
        select = [f"f.id AS {self.case}", "f.rejected", "f.clash"]
        for (thing, holds), test in self.tests.items():
            word = "yes" if holds else "no"
            name = column_name(thing)
            if thing in self.plan.findings:
                select.append(f"{flag(test)} AS {name}_{word}")
            else:
                select.append(f"f.declines_{name}")
        select += [f"f.{name}" for name in mark_flags(self.script).values()]
        columns = ",\n    ".join(select)
        return f"SELECT\n    {columns}\nFROM sts_facts f"

    def rows(self) -> str:
        plan, marks = self.plan, mark_flags(self.script)
        said: dict[tuple[Fact, ...], str] = {}
        for of in plan.options.values():
            for facts in (of.declined, *of.reported.values()):
                said.setdefault(facts, f"says_{len(said) + 1}")
        extra = [
            f"{flag(any_of(self.tests[fact] for fact in facts if fact in self.tests))} AS {name}"
            for facts, name in said.items()
        ]
        self.add_known(self.of_conditions(), [*extra, *(f"f.{name}" for name in marks.values())])
        self.add_valued(("*",), inner=True)
        select = [f"v.id AS {self.case}", "v.contradictory"]
        for option, of in plan.options.items():
            name, met = column_name(option), f"v.{self.trees[of.condition]}_met"
            select.append(
                f"CASE WHEN v.contradictory = 1 THEN 'contradictory' WHEN {met} = 1 THEN 'met'"
                f" WHEN {met} = 0 THEN 'not-met' ELSE 'undetermined' END AS {self._output(option)}"
            )
            missing = [
                f"CASE WHEN {test} THEN ' {short(one)}' ELSE '' END" for one, test in self.missing(option).items()
            ]
            joined = " || ".join(missing)
            select.append(f"CASE WHEN v.contradictory = 0 THEN SUBSTR({joined}, 2) ELSE '' END AS {name}_missing")
            flags: dict[URIRef, list[str]] = {}
            for (marked, mark), column in marks.items():
                if marked == option:
                    flags.setdefault(mark, []).append(f"v.{column} = 1")
            tried = [test for mark, tests in flags.items() if mark in plan.tried_marks for test in tests]
            select.append(f"{flag(self._agreeing(tried))} AS {name}_tried")
            declined = [f"v.{said[of.declined]} = 1"] if of.declined else []
            select.append(f"{flag(self._agreeing(declined))} AS {name}_declined")
            if declined:
                flags.setdefault(_DECLINED, []).extend(declined)
            for mark, facts in of.reported.items():
                flags.setdefault(mark, []).append(f"v.{said[facts]} = 1")
            labels: dict[str, list[str]] = {}
            for mark, tests in flags.items():
                labels.setdefault(plan.mark_labels[mark], []).extend(tests)
            texts = [
                f"CASE WHEN {any_of(labels[label])} THEN {self.script.dialect.literal(f'; {label}')} ELSE '' END"
                for label in sorted(labels)
            ]
            joined = f"SUBSTR({' || '.join(texts)}, 3)" if texts else "''"
            select.append(f"CASE WHEN v.contradictory = 0 THEN {joined} ELSE '' END AS {name}_marks")
        columns = ",\n    ".join(select)
        return f"SELECT\n    {columns}\nFROM sts_valued v"

    @staticmethod
    def _agreeing(tests: Sequence[str]) -> str:
        return all_of(["v.contradictory = 0", any_of(tests)]) if tests else NEVER

    def cohort(self, as_of: str | None) -> str:
        script, plan = self.script, self.plan
        dated = script.relations.has("table", "as_of")
        if not dated and as_of is None:
            raise ArgumentError("cohort", "as_of", "the table has no column as_of: give a date, YYYY-MM-DD")
        self.add_known(self.of_conditions(), ["f.as_of_last"] if dated else [])
        self.add_valued(["k.as_of_last"] if dated else [])
        day = self.script.dialect.literal(as_of or "")
        if dated:
            digits = script.dialect.as_text("v.as_of_last")
            written = f"SUBSTR({digits}, 1, 4) || '-' || SUBSTR({digits}, 5, 2) || '-' || SUBSTR({digits}, 7, 2)"
            day = f"CASE WHEN v.as_of_last IS NOT NULL THEN {written} {f'ELSE {day} ' if as_of else ''}END"
        day = f"CAST({day} AS {script.dialect.day})"
        tests = {of.ordinal: f"v.{self.trees[of.condition]}_met = 1" for of in plan.options.values()}
        self.script.steps.append(
            (
                "sts_options",
                "the options by their ordinals",
                "    " + "\n    UNION ALL ".join(f"SELECT {number} AS ordinal" for number in tests),
            )
        )
        met = any_of(f"(o.ordinal = {number} AND {test})" for number, test in tests.items())
        return (
            "SELECT\n    o.ordinal AS cohort_definition_id,\n    v.id AS subject_id,\n"
            f"    {day} AS cohort_start_date,\n    {day} AS cohort_end_date\n"
            f"FROM sts_valued v\nCROSS JOIN sts_options o\nWHERE {met}"
        )
