"""SQL of a plan: what a cohort comes to, as a text that a site runs where its patients are.

NULL is unknown: AND and OR of SQL are Kleene's. A condition stands beside its dual, so no text needs NOT, nor a column
of truth values: flags are 1, 0 or NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

from rdflib import URIRef

from sts_kg.cases import find_option
from sts_kg.cohort.dialects import WHATS, dialect_of
from sts_kg.cohort.relations import column_name, relations
from sts_kg.cohort.sql_facts import add_facts, mark_flags, rejections, rejects, tests_of
from sts_kg.cohort.sql_parts import NEVER, Script, all_of, any_of, flag
from sts_kg.cohort.words import words_of
from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.guideline import Alternative, Condition, Conjunction, Leaf, leaves
from sts_kg.plan import Fact, Plan, short
from sts_kg.rdf import STS, local

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
    return _Text(script, min_cell).text(what, option, as_of)


class _Text:
    """The steps after the facts, and the last SELECT."""

    def __init__(self, script: Script, min_cell: int) -> None:
        self.script, self.plan, self.min_cell = script, script.plan, min_cell
        self.facts = tests_of(script)
        self.case = script.dialect.column("case")
        self.trees: dict[Condition, str] = {}
        for option, said in self.plan.options.items():
            self.trees.setdefault(said.condition, column_name(option))
        self.inner: dict[tuple[str, Condition], str] = {}
        for tree, name in self.trees.items():
            for number, node in enumerate(dict.fromkeys(_inner(tree)), 1):
                self.inner[name, node] = f"{name}_part_{number}"

    def text(self, what: str, option: str | None, as_of: str | None) -> str:
        script = self.script
        lasts: dict[str, Callable[[], str]] = {
            "known": self._known,
            "rows": self._rows,
            "counts": self._counts,
            "ask": self._ask,
            "facts": self._facts,
            "rejected": lambda: rejections(script),
            "funnel": lambda: self._funnel(option),
            "cohort": lambda: self._cohort(as_of),
        }
        last = lasts[what]()
        plan = self.plan
        by = f", by the reading {plan.reading}" if plan.reading else ""
        head = [
            f"sts_kg {plan.version}, plan {plan.digest}{by}. {script.dialect.name}: {what}.",
            *plan.disclaimer.splitlines(),
            "1 is yes, 0 is no, NULL is not known.",
        ]
        return script.text(head, last)

    # --- what follows

    def _test(self, fact: Fact) -> str:
        return any_of(self.facts[each] for each in self.plan.premises.get(fact, (fact,)) if each in self.facts)

    def _add_known(self, wanted: Iterable[URIRef], extra: Sequence[str] = ()) -> None:
        """Add the step with each finding after all that follows, and whether the patient contradicts himself."""
        select = ["f.id", *extra]
        for finding in wanted:
            name = column_name(finding)
            yes, no = (self._test((finding, holds)) for holds in (True, False))
            if yes == no == NEVER:
                value = self.script.unknown
            elif (yes, no) == (f"f.{name} = 1", f"f.{name} = 0"):
                value = f"f.{name}"
            else:
                value = f"CASE WHEN {yes} THEN 1 WHEN {no} THEN 0 END"
            select.append(value if value == f"f.{name}" else f"{value} AS {name}")
        clashes = any_of(
            [
                *(["f.clash = 1"] if "sts_of_periods" in {name for name, _, _ in self.script.steps} else []),
                *self._clashes(),
            ]
        )
        select.append(f"{flag(clashes)} AS contradictory")
        self.script.add(
            "sts_known",
            "what is known of each patient who can be answered, with all that follows",
            select,
            ["FROM sts_facts f", *(["WHERE f.rejected = 0"] if rejects(self.script) else [])],
        )

    def _clashes(self) -> Iterator[str]:
        """Yield the tests that a finding both holds and does not; those that others imply are left out."""
        left: dict[URIRef, set[frozenset[str]]] = {}
        sides: dict[URIRef, tuple[list[str], list[str]]] = {}
        for finding in self.plan.findings:
            yes, no = (
                [self.facts[each] for each in self.plan.premises.get((finding, holds), ()) if each in self.facts]
                for holds in (True, False)
            )
            pairs = [(one, other) for one, other in product(yes, no) if one[:-1] != other[:-1]]  # x = 1 beside x = 0
            left[finding] = {frozenset(pair) for pair in pairs}
            sides[finding] = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        for finding in sorted(left, key=lambda one: len(left[one])):
            if left[finding] <= set[frozenset[str]]().union(*(left[one] for one in left if one != finding)):
                del left[finding]
        for finding in left:
            yield f"({all_of(any_of(side) for side in sides[finding])})"

    def _add_valued(
        self, extra: Sequence[str] = (), *, inner: bool = False, wanted: Iterable[Condition] | None = None
    ) -> None:
        """Add the step with the value of each condition; options with the same condition share a column."""
        select = ["k.*" if extra == ("*",) else "k.id", *(() if extra == ("*",) else extra)]
        select += [] if extra == ("*",) else ["k.contradictory"]
        trees = self.trees if wanted is None else {tree: self.trees[tree] for tree in wanted}
        for tree, name in trees.items():
            select.append(f"{_value(tree)} AS {name}_met")
            if inner:
                nodes = {node: of for (root, node), of in self.inner.items() if root == name}
                select += [f"{_value(node)} AS {of}" for node, of in nodes.items()]
        self.script.add(
            "sts_valued", "the condition of each option: 1 it is met, 0 it is not", select, ["FROM sts_known k"]
        )

    def _findings_of_conditions(self) -> list[URIRef]:
        used = {finding for tree in self.trees for finding in leaves(tree)}
        return [finding for finding in self.plan.findings if finding in used]

    def _missing(self, option: URIRef) -> dict[URIRef, str]:
        """Return the findings of an option in order, each with the test that it and all around it is unknown."""
        found: dict[URIRef, list[str]] = {}
        root = self.plan.options[option].condition
        name = self.trees[root]

        def walk(node: Condition, around: tuple[str, ...]) -> None:
            if isinstance(node, Leaf):
                tests = [f"v.{column_name(node.finding)} IS NULL", *around]
                found.setdefault(node.finding, []).append(f"({all_of(tests)})")
            else:
                inside = around if node == root else (*around, f"v.{self.inner[name, node]} IS NULL")
                for part in node.parts:
                    walk(part, inside)

        walk(root, (f"v.{name}_met IS NULL",))
        return {finding: any_of(tests) for finding, tests in found.items()}

    # --- rows of patients

    def _known(self) -> str:
        self._add_known(self.plan.findings)
        names = [column_name(finding) for finding in self.plan.findings]
        columns = ",\n    ".join(f"CASE WHEN k.contradictory = 0 THEN k.{name} END AS {name}" for name in names)
        return f"SELECT\n    k.id AS {self.case},\n    k.contradictory,\n    {columns}\nFROM sts_known k"

    def _facts(self) -> str:
        select = [f"f.id AS {self.case}", "f.rejected", "f.clash"]
        for (thing, holds), test in self.facts.items():
            word = "yes" if holds else "no"
            name = column_name(thing)
            if thing in self.plan.findings:
                select.append(f"{flag(test)} AS {name}_{word}")
            else:
                select.append(f"f.declines_{name}")
        select += [f"f.{name}" for name in mark_flags(self.script).values()]
        columns = ",\n    ".join(select)
        return f"SELECT\n    {columns}\nFROM sts_facts f"

    def _rows(self) -> str:
        plan, marks = self.plan, mark_flags(self.script)
        said: dict[tuple[Fact, ...], str] = {}
        for of in plan.options.values():
            for facts in (of.declined, *of.reported.values()):
                said.setdefault(facts, f"says_{len(said) + 1}")
        extra = [
            f"{flag(any_of(self.facts[fact] for fact in facts if fact in self.facts))} AS {name}"
            for facts, name in said.items()
        ]
        self._add_known(self._findings_of_conditions(), [*extra, *(f"f.{name}" for name in marks.values())])
        self._add_valued(("*",), inner=True)
        select = [f"v.id AS {self.case}", "v.contradictory"]
        for option, of in plan.options.items():
            name, met = column_name(option), f"v.{self.trees[of.condition]}_met"
            select.append(
                f"CASE WHEN v.contradictory = 1 THEN 'contradictory' WHEN {met} = 1 THEN 'met'"
                f" WHEN {met} = 0 THEN 'not-met' ELSE 'undetermined' END AS {name}"
            )
            missing = [
                f"CASE WHEN {test} THEN ' {short(one)}' ELSE '' END" for one, test in self._missing(option).items()
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

    # --- counts

    def _counts(self) -> str:
        self._add_known(self._findings_of_conditions())
        self._add_valued()
        sums = ["SUM(1) AS patients", "SUM(contradictory) AS contradictory"]
        for name in self.trees.values():
            sums += [f"SUM({name}_met) AS {name}_met", f"SUM(1 - {name}_met) AS {name}_unmet"]
        self.script.add(
            "sts_sums", "one row: how many patients each condition holds for, and fails", sums, ["FROM sts_valued"]
        )
        options = [(local(option), self.trees[of.condition]) for option, of in self.plan.options.items()]
        self._add_list("sts_options", "the options, in order", ((name,) for name, _ in options), ("name",))
        picked = []
        for side in ("met", "unmet"):
            whens = " ".join(f"WHEN {self._literal(name)} THEN s.{tree}_{side}" for name, tree in options)
            picked.append(f"CASE o.name {whens} END AS {side}")
        self.script.add(
            "sts_counted",
            "a row an option",
            ["o.place", "o.name", *picked, "s.contradictory", "s.patients"],
            ["FROM sts_options o", "CROSS JOIN sts_sums s"],
        )
        self.script.add(
            "sts_shown",
            "no patients are none, not unknown",
            [
                *("place", "name"),
                *(
                    f"CASE WHEN {name} IS NULL THEN 0 ELSE {name} END AS {name}"
                    for name in ("met", "unmet", "contradictory", "patients")
                ),
            ],
            ["FROM sts_counted"],
        )
        rest = "patients - contradictory - met - unmet"
        small = any_of(self._small(cell) for cell in ("met", "unmet", f"({rest})"))
        cells = {"met": "met", "not_met": "unmet", "undetermined": rest}
        shown = [self._shown(value, small, name) for name, value in cells.items()]
        few = any_of(map(self._small, ("contradictory", "patients", "(patients - contradictory)")))
        shown += [self._shown("contradictory", few, "contradictory"), self._shown("patients", few, "patients")]
        return self._ordered([f"name AS {self.script.dialect.column('option')}", *shown], "sts_shown")

    def _literal(self, text: str) -> str:
        return self.script.dialect.literal(text)

    def _small(self, cell: str) -> str:
        """Return the test that a count is too small to be shown."""
        return f"({cell} > 0 AND {cell} < {self.min_cell})"

    def _shown(self, value: str, hidden: str, name: str) -> str:
        cell = f"CASE WHEN {hidden} THEN NULL ELSE {value} END" if self.min_cell > 1 else value
        return f"CAST({cell} AS {self.script.dialect.count}) AS {name}"

    @staticmethod
    def _ordered(columns: Sequence[str], step: str) -> str:
        return "SELECT\n    " + ",\n    ".join(columns) + f"\nFROM {step}\nORDER BY place"

    def _add_list(self, name: str, holds: str, rows: Iterable[Sequence[str]], columns: Sequence[str]) -> None:
        """Add a step that is a list of texts, with the place of each."""
        made = [
            f"SELECT {number} AS place, "
            + ", ".join(f"{self._literal(cell)} AS {of}" for cell, of in zip(row, columns, strict=True))
            for number, row in enumerate(rows, 1)
        ]
        self.script.steps.append((name, holds, "    " + "\n    UNION ALL ".join(made)))

    def _ask(self) -> str:
        plan = self.plan
        self._add_known(self._findings_of_conditions())
        self._add_valued(("*",), inner=True)
        options: dict[str, list[URIRef]] = {}
        for option, of in plan.options.items():
            options.setdefault(self.trees[of.condition], []).append(option)
        select, waits = [], dict[tuple[str, int], str]()
        for tree, of_tree in options.items():
            missing = self._missing(of_tree[0])
            for number, question in enumerate(plan.questions, 1):
                tests = [missing[finding] for finding in question.findings if finding in missing]
                if tests:
                    waits[tree, number] = f"{tree}_waits_{number}"
                    select.append(f"{flag(any_of(tests))} AS {tree}_waits_{number}")
        self.script.add(
            "sts_waits",
            "which options of a patient wait for the answer to which question",
            select,
            ["FROM sts_valued v", "WHERE v.contradictory = 0"],
        )
        sums, listed = [], []
        for number, question in enumerate(plan.questions, 1):
            waiting = {tree: column for (tree, of), column in waits.items() if of == number}
            if not waiting:
                continue
            listed.append((number, " ".join(short(finding) for finding in question.findings), question.text))
            only = []
            for tree, column in waiting.items():
                others = [other for (of, one), other in waits.items() if of == tree and one != number]
                only.append(f"({all_of([f'{column} = 1', *(f'{other} = 0' for other in others)])})")
            pairs = " + ".join(f"{len(options[tree])} * {column}" for tree, column in waiting.items())
            sums += [
                f"SUM({flag(any_of(f'{column} = 1' for column in waiting.values()))}) AS waiting_{number}",
                f"SUM({pairs}) AS options_{number}",
                f"SUM({flag(any_of(only))}) AS settled_{number}",
            ]
        self.script.add("sts_sums", "one row: how many patients wait for each question", sums, ["FROM sts_waits"])
        self._add_list(
            "sts_questions", "the questions", ((name, text) for _, name, text in listed), ("name", "question")
        )
        cells = [
            "CASE q.place "
            + " ".join(f"WHEN {place} THEN s.{cell}_{number}" for place, (number, _, _) in enumerate(listed, 1))
            + f" END AS {cell}"
            for cell in ("waiting", "options", "settled")
        ]
        self.script.add(
            "sts_asked",
            "a row a question",
            ["q.place", "q.name", "q.question", *cells],
            ["FROM sts_questions q", "CROSS JOIN sts_sums s"],
        )
        few = self._small("waiting")
        shown = [self._shown(cell, few, cell) for cell in ("waiting", "options")]
        shown.append(self._shown("settled", any_of([few, self._small("settled")]), "settled"))
        columns = ",\n    ".join(["name AS findings", "question", *shown])
        return (
            f"SELECT\n    {columns}\nFROM sts_asked a\nWHERE a.waiting > 0\n"
            "ORDER BY a.waiting DESC, a.settled DESC, a.place"
        )

    def _funnel(self, option: str | None) -> str:
        if option is None:
            raise ArgumentError("cohort", "option", "a funnel is of one option; name it")
        of = find_option(option, self.plan.options)
        condition = self.plan.options[of].condition
        parts = condition.parts if isinstance(condition, Conjunction) else (condition,)
        self._add_known([finding for finding in self.plan.findings if finding in {*leaves(condition)}])
        steps = [Conjunction(parts[:number]) for number in range(1, len(parts) + 1)]
        values = [f"{_value(step)} AS step_{number}" for number, step in enumerate(steps, 1)]
        self.script.add(
            "sts_valued",
            f"whether all parts of the condition of {local(of)} up to each hold",
            ["k.contradictory", *values],
            ["FROM sts_known k"],
        )
        sums = ["SUM(1 - contradictory) AS patients", "SUM(contradictory) AS contradictory"]
        for number in range(1, len(parts) + 1):
            sums += [f"SUM(step_{number}) AS yes_{number}", f"SUM(1 - step_{number}) AS no_{number}"]
        self.script.add("sts_sums", "one row: how many patients", sums, ["FROM sts_valued"])
        names = ["all patients that do not contradict themselves", *words_of(condition)]
        self._add_list("sts_steps", "the parts", ((name,) for name in names), ("part",))
        numbers = range(2, len(parts) + 2)

        def zero(cell: str) -> str:
            return f"CASE WHEN {cell} IS NULL THEN 0 ELSE {cell} END"

        yes = " ".join(f"WHEN {place} THEN s.yes_{place - 1}" for place in numbers)
        no = " ".join(f"WHEN {place} THEN s.no_{place - 1}" for place in numbers)
        self.script.add(
            "sts_counted",
            "a row a part",
            [
                *("p.place", "p.part", zero("s.patients") + " AS patients"),
                zero(f"CASE p.place WHEN 1 THEN s.patients {yes} END") + " AS yes",
                zero(f"CASE p.place WHEN 1 THEN 0 {no} END") + " AS no",
                zero("CASE p.place WHEN 1 THEN s.contradictory END") + " AS contradictory",
            ],
            ["FROM sts_steps p", "CROSS JOIN sts_sums s"],
        )
        rest = "patients - yes - no"
        small = any_of(self._small(cell) for cell in ("yes", "no", f"({rest})"))
        shown = [self._shown(value, small, name) for name, value in (("yes", "yes"), ("no", "no"), ("unknown", rest))]
        shown.append(self._shown("contradictory", self._small("contradictory"), "contradictory"))
        return self._ordered(["place - 1 AS step", "part", *shown], "sts_counted")

    def _cohort(self, as_of: str | None) -> str:
        script, plan = self.script, self.plan
        dated = script.relations.has("table", "as_of")
        if not dated and as_of is None:
            raise ArgumentError("cohort", "as_of", "the table has no column as_of: give a date, YYYY-MM-DD")
        self._add_known(self._findings_of_conditions(), ["f.as_of_last"] if dated else [])
        self._add_valued(["k.as_of_last"] if dated else [])
        day = self._literal(as_of or "")
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


def _inner(tree: Condition) -> Iterator[Condition]:
    """Yield the parts of a condition that have parts themselves."""
    for part in () if isinstance(tree, Leaf) else tree.parts:
        if not isinstance(part, Leaf):
            yield part
            yield from _inner(part)


def _holds(tree: Condition, wanted: bool) -> str:
    """Return the test that a condition is true, or that it is false: its dual."""
    if isinstance(tree, Leaf):
        return f"k.{column_name(tree.finding)} = {int(tree.holds is wanted)}"
    parts = [_holds(part, wanted) for part in tree.parts]
    return any_of(parts) if isinstance(tree, Alternative) is wanted else f"({all_of(parts)})"


def _value(tree: Condition) -> str:
    """Return a condition as 1, 0 or NULL; NULL for a patient who contradicts himself."""
    yes, no = _holds(tree, True), _holds(tree, False)
    return f"CASE WHEN k.contradictory = 1 THEN NULL WHEN {yes} THEN 1 WHEN {no} THEN 0 END"
