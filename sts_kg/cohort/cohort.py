"""A cohort: what the conditions of a guideline come to for many patients, counted, asked and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from rdflib import URIRef
from rdflib.term import Literal

from sts_kg.cases import Explanation, PatientRows, Session, case_of_rows, find_option
from sts_kg.cohort.csv_tables import Piece
from sts_kg.cohort.rejections import Rejected, Rejections
from sts_kg.cohort.rows import Form, Rows
from sts_kg.cohort.words import words_of
from sts_kg.errors import UnknownNameError
from sts_kg.guideline import Guideline
from sts_kg.plan import Facts, Packer, Plan, Tally, Values, plan_of, short, tally_of
from sts_kg.rdf import local
from sts_kg.safe import counted
from sts_kg.tables import Table

__all__ = ["Cohort", "PatientTables"]


class PatientTables(Protocol):
    """Where patients come from: files in CSV, or tables that DuckDB reads."""

    @property
    def names(self) -> Mapping[str, str]:
        """What a table holds (patients, courses, …) to its name."""

    @property
    def n_rows(self) -> Mapping[str, int]:
        """How many rows each has."""

    @property
    def n_used(self) -> Mapping[str, int]:
        """How many of them are used."""

    def pieces(self, rejections: Rejections) -> Iterator[Piece]:
        """Yield all patients that can be used, and add the rows that cannot to `rejections`."""

    def rows_of(self, case: str) -> PatientRows | None:
        """Return all that the tables say of a patient."""

    def take_back(self, case: str) -> None:
        """Count a row of a patient, and the rows beside it, as not used after all."""


class Cohort:
    """The patients of some tables, with what the conditions of a guideline come to for each.

    Nothing is read before it is asked for; then the tables are read once, and what is held of a patient are the bits of
    its facts and its id. A patient of whom a row cannot be used is in no answer, but in `rejections` and the manifest.

    Parameters
    ----------
    guideline : Guideline
        The source of knowledge, by any reading.
    tables : PatientTables
        Where the patients are.
    min_cell : int
        Counts below it are hidden, and so are those from which a hidden one could be computed; 1 shows all.
    on_progress : callable, optional
        Called with the number of patients that have been read.
    """

    def __init__(
        self,
        guideline: Guideline,
        tables: PatientTables,
        *,
        min_cell: int = 11,
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        self.guideline, self.tables, self.min_cell = guideline, tables, min_cell
        self.plan: Plan = plan_of(guideline)
        #: The rows that could not be used; known when the tables have been read.
        self.rejections = Rejections()
        self._on_progress = on_progress
        self._ids: list[str] = []

    # --- reading

    @cached_property
    def facts(self) -> Facts:
        """What is given or derived of each patient, as bits, in the order of the tables.

        Raises
        ------
        CaseError, ParseError
            A table cannot be read.
        """
        packer, hashes, rows = Packer(), [], []
        for piece in self.tables.pieces(self.rejections):
            packer.add(len(piece.ids), piece.columns, piece.clashing, piece.marks)
            self._ids.append("\n".join(piece.ids))
            hashes.append(np.fromiter(map(hash, piece.ids), np.int64, len(piece.ids)))
            rows.append(np.asarray(piece.rows, np.int64))
            if self._on_progress:
                self._on_progress(packer.n)
        facts = packer.facts()
        if not facts.n:
            return facts
        return self._without_repeated(facts, np.concatenate(hashes), np.concatenate(rows))

    def _without_repeated(self, facts: Facts, hashes: np.ndarray, rows: np.ndarray) -> Facts:
        """Return facts without the patients of which several rows have the same id; all of them are rejected."""
        order = np.argsort(hashes, kind="stable")
        same = hashes[order][1:] == hashes[order][:-1]
        if not same.any():
            return facts
        ids = list(self._all_ids())
        suspects = sorted({*order[1:][same].tolist(), *order[:-1][same].tolist()})
        first: dict[str, int] = {}
        repeated: set[str] = set()
        for number in suspects:
            if ids[number] in first:
                repeated.add(ids[number])
            first.setdefault(ids[number], number)
        kept = np.ones(facts.n, bool)
        table = self.tables.names["patients"]
        for number in suspects:
            if ids[number] in repeated:
                kept[number] = False
                self.tables.take_back(ids[number])
                others = [int(rows[other]) for other in suspects if ids[other] == ids[number] and other != number]
                reason = f"the case {ids[number]!r} is there again on line {others[0]}; none of them is used"
                self.rejections.add(Rejected(table, int(rows[number]), "case", reason))
        self._ids = ["\n".join(one for one, keep in zip(ids, kept.tolist(), strict=True) if keep)]
        return facts.only(kept)

    def ids(self) -> Iterator[str]:
        """Yield the ids of the patients, in order."""
        _ = self.facts  # they are read together
        yield from self._all_ids()

    def _all_ids(self) -> Iterator[str]:
        for some in self._ids:
            yield from some.split("\n") if some else ()

    def __len__(self) -> int:
        return self.facts.n

    def __repr__(self) -> str:
        return f"<Cohort: {counted(len(self), 'patient')}, {counted(len(self.rejections), 'row')} rejected>"

    # --- sums

    @cached_property
    def tally(self) -> Tally:
        """The sums over all patients, before any is hidden: for programs that hide small counts themselves."""
        return tally_of(self.plan, self.facts)

    def counts(self) -> Table:
        """Return how many patients have which status, a row an option.

        Columns: `option`, `met`, `not_met`, `undetermined`, `contradictory`, `patients`.
        """
        tally = self.tally
        rows = [
            (
                option,
                tally.met[option],
                tally.unmet[option],
                tally.undetermined(option),
                tally.contradictory,
                tally.cases,
            )
            for option in self.plan.options
        ]
        return self._table(("option", "met", "not_met", "undetermined", "contradictory", "patients"), rows)

    def ask(self) -> Table:
        """Return the questions that patients wait for, the one for which most do first.

        Columns: `findings` (short names), `question`, `waiting` (patients), `options` (pairs of a patient and an option
        that waits), `settled` (patients for whom the answer alone settles an option).
        """
        asked = [(question, self.tally.asked[question]) for question in self.plan.questions]
        asked.sort(key=lambda pair: (-pair[1].waiting, -pair[1].settled))
        rows = [
            (" ".join(map(short, question.findings)), question.text, each.waiting, each.options, each.settled)
            for question, each in asked
            if each.waiting
        ]
        return self._table(("findings", "question", "waiting", "options", "settled"), rows)

    def funnel(self, option: str) -> Table:
        """Return how many patients are left after each part of the condition of an option.

        Columns: `part` (in words), `yes` (all parts so far hold), `no` (one does not), `unknown` (neither is known).
        Patients that contradict themselves are left out.

        Raises
        ------
        UnknownNameError
            There is no such option.
        """
        chosen = find_option(option, self.plan.options)
        condition = self.plan.options[chosen].condition
        parts = words_of(condition)
        steps = self.tally.steps[chosen]
        first = [("all patients that do not contradict themselves", self.tally.cases - self.tally.contradictory, 0, 0)]
        rows = [(part, step.yes, step.no, step.unknown) for part, step in zip(parts, steps, strict=True)]
        return self._table(("part", "yes", "no", "unknown"), [*first, *rows])

    def patterns(self) -> Table:
        """Return the sets of options that are met together, the most frequent first.

        Columns: `options` (their names, with blanks between; empty for none), `patients`. Patients that contradict
        themselves are left out.
        """
        options = [local(option) for option in self.plan.options]
        found = sorted(self.tally.sets.items(), key=lambda pair: (-pair[1], pair[0]))
        rows = [
            (" ".join(name for number, name in enumerate(options) if some >> number & 1), count)
            for some, count in found
        ]
        return self._table(("options", "patients"), rows)

    def _table(self, variables: tuple[str, ...], rows: Sequence[Sequence[URIRef | str | int]]) -> Table:
        labels = {option: plan.label for option, plan in self.plan.options.items()}
        cells = tuple(tuple(cell if isinstance(cell, URIRef) else Literal(cell) for cell in row) for row in rows)
        return Table(variables, cells, labels)

    # --- patients

    @cached_property
    def values(self) -> Values:
        """What the plan makes of each patient, as bits."""
        return Values(self.plan, self.facts)

    def rows(self, form: Form = "wide", *, as_of: date | None = None) -> Rows:
        """Return what is answered for each patient: `wide`, `long`, or OMOP's `cohort` table as of a date.

        Raises
        ------
        UnknownNameError
            There is no such form.
        ParameterError
            OMOP's table is asked for without a date.
        """
        return Rows(self.plan, self.facts, self.ids, form, as_of)

    def explain(self, case: str, option: str, *, page: str | Path | None = None) -> Explanation:
        """Return why an option has its status for one patient, through the closure, as `KnowledgeGraph.explain` does.

        Raises
        ------
        UnknownNameError
            There is no such patient or option.
        CaseError
            A row of the patient cannot be used.
        InconsistentError
            The facts of the patient contradict each other.
        """
        chosen = find_option(option, self.plan.options)
        rows = self.tables.rows_of(case)
        if rows is None:
            raise UnknownNameError("patient", case)
        one = case_of_rows(rows, self.guideline.vocabulary)
        return Session(self.guideline, (one,)).explain(one, chosen, self.guideline.texts(page))

    # --- the run

    def manifest(self) -> dict[str, object]:
        """Return what was read and what came of it, as plain values; nothing in it is about one patient.

        Of each table it says how many rows there are, and how many are used; the others are listed by table and row.
        """
        tally, tables = self.tally, self.tables
        return {
            "version": self.plan.version,
            "plan": self.plan.digest,
            "reading": self.plan.reading,
            "source": self.guideline.source_digest,
            "min_cell": self.min_cell,
            "tables": {
                kind: {"name": name, "rows": tables.n_rows[kind], "used": tables.n_used[kind]}
                for kind, name in tables.names.items()
            },
            "patients": {
                "read": tables.n_rows["patients"],
                "answered": tally.cases,
                "rejected": tables.n_rows["patients"] - tally.cases,
                "contradictory": tally.contradictory,
            },
            "rejected": self.rejections.as_dicts(),
            "disclaimer": self.plan.disclaimer,
        }
