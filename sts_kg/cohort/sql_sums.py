"""Sums over patients in SQL: counts, questions to ask and the funnel of an option, with small counts hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib import URIRef

from sts_kg.cases import find_option
from sts_kg.cohort.sql_known import Known, value_of
from sts_kg.cohort.sql_parts import Script, all_of, any_of, flag
from sts_kg.cohort.words import words_of
from sts_kg.errors import ArgumentError
from sts_kg.guideline import Conjunction, leaves, short
from sts_kg.rdf import local

__all__ = ["Sums"]


class Sums(Known):
    """The steps after the facts, and the last SELECT, where a row is of many patients."""

    def __init__(self, script: Script, min_cell: int) -> None:
        super().__init__(script)
        self.min_cell = min_cell

    def counts(self) -> str:
        """Return the SELECT of a row an option."""
        self.add_known(self.of_conditions())
        self.add_valued()
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

    def ask(self) -> str:
        """Return the SELECT of a row a question for which someone waits."""
        plan = self.plan
        self.add_known(self.of_conditions())
        self.add_valued(("*",), inner=True)
        options: dict[str, list[URIRef]] = {}
        for option, of in plan.options.items():
            options.setdefault(self.trees[of.condition], []).append(option)
        select, waits = [], dict[tuple[str, int], str]()
        for tree, of_tree in options.items():
            missing = self.missing(of_tree[0])
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

    def funnel(self, option: str | None) -> str:
        """Return the SELECT of a row a part of the condition of an option."""
        if option is None:
            raise ArgumentError("cohort", "option", "a funnel is of one option; name it")
        of = find_option(option, self.plan.options)
        condition = self.plan.options[of].condition
        parts = condition.parts if isinstance(condition, Conjunction) else (condition,)
        self.add_known([finding for finding in self.plan.findings if finding in {*leaves(condition)}])
        steps = [Conjunction(parts[:number]) for number in range(1, len(parts) + 1)]
        values = [f"{value_of(step)} AS step_{number}" for number, step in enumerate(steps, 1)]
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
