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
from sts_kg.cohort import plots
from sts_kg.cohort.csv_tables import Piece
from sts_kg.cohort.rejections import Rejected, Rejections
from sts_kg.cohort.release import HIDDEN, Release
from sts_kg.cohort.rows import Form, Rows
from sts_kg.cohort.words import words_of
from sts_kg.errors import ParameterError, UnknownNameError
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
        self._rejections = Rejections()
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
        for piece in self.tables.pieces(self._rejections):
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
                self._rejections.add(Rejected(table, int(rows[number]), "case", reason))
        self._ids = ["\n".join(one for one, keep in zip(ids, kept.tolist(), strict=True) if keep)]
        return facts.only(kept)

    @property
    def rejections(self) -> Rejections:
        """The rows that cannot be used, each with its place and reason."""
        _ = self.facts  # they are found together
        return self._rejections

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

    @cached_property
    def release(self) -> Release:
        """The same sums, with what is hidden of them."""
        return Release(self.plan, self.tally, self.facts, self.min_cell)

    def counts(self) -> Table:
        """Return how many patients have which status, a row an option.

        Columns: `option`, `met`, `not_met`, `undetermined`, `contradictory`, `patients`. A hidden count is unbound.
        """
        shown = self.release
        rows = [(option, *shown.statuses(option), shown.contradictory, shown.patients) for option in self.plan.options]
        return self._table(("option", "met", "not_met", "undetermined", "contradictory", "patients"), rows)

    def ask(self) -> Table:
        """Return the questions that patients wait for, the one for which most do first, hidden ones last.

        Columns: `findings` (short names), `question`, `waiting` (patients), `options` (pairs of a patient and an option
        that waits), `settled` (patients for whom the answer alone settles an option). A hidden count is unbound.
        """
        asked = [
            (question, self.release.asked(question))
            for question in self.plan.questions
            if self.tally.asked[question].waiting
        ]
        asked.sort(key=lambda pair: tuple(1 if count is None else -count for count in (pair[1][0], pair[1][2])))
        rows = [(" ".join(map(short, question.findings)), question.text, *counts) for question, counts in asked]
        return self._table(("findings", "question", "waiting", "options", "settled"), rows)

    def funnel(self, option: str) -> Table:
        """Return how many patients are left after each part of the condition of an option.

        Columns: `part` (in words), `yes` (all parts so far hold), `no` (one does not), `unknown` (neither is known).
        Patients that contradict themselves are left out. A hidden count is unbound.

        Raises
        ------
        UnknownNameError
            There is no such option.
        """
        chosen = find_option(option, self.plan.options)
        parts = words_of(self.plan.options[chosen].condition)
        first = [("all patients that do not contradict themselves", self.release.agreeing, 0, 0)]
        rows = [(part, *counts) for part, counts in zip(parts, self.release.steps(chosen), strict=True)]
        return self._table(("part", "yes", "no", "unknown"), [*first, *rows])

    def patterns(self) -> Table:
        """Return the sets of options that are met together, the most frequent first.

        Columns: `options` (their names, with blanks between; empty for none), `patients`. Patients that contradict
        themselves are left out. The sets whose counts are hidden are one row at the end, with `options` unbound.
        """
        options = [local(option) for option in self.plan.options]
        rows = [
            (None if some is None else " ".join(name for at, name in enumerate(options) if some >> at & 1), count)
            for some, count in self.release.sets()
        ]
        return self._table(("options", "patients"), rows)

    def plot(self, what: str, option: str | None = None) -> str:
        """Return a picture as SVG: `statuses`, `questions`, `combinations`, or the `funnel` of an option.

        It shows what `counts`, `ask`, `patterns` and `funnel` do, with the version and digest of the plan.

        Raises
        ------
        UnknownNameError
            There is no such picture or option.
        ParameterError
            An option is missing, or given for a picture of all.
        ImportError
            matplotlib is not installed.
        """
        drawn = {
            "statuses": (plots.statuses, self.counts),
            "questions": (plots.questions, self.ask),
            "combinations": (plots.combinations, self.patterns),
        }
        if what not in (*drawn, "funnel"):
            raise UnknownNameError("picture", what, (*drawn, "funnel"))
        if (option is None) == (what == "funnel"):
            reason = "it is of one option" if option is None else "it is of all options"
            raise ParameterError(f"plot {what}", "option", reason, value=option)
        footer = f"{self.plan.disclaimer} [sts_kg {self.plan.version}, plan {self.plan.digest[:12]}…]"
        if option is not None:
            label = self.plan.options[find_option(option, self.plan.options)].label
            return plots.funnel(self.funnel(option), label, footer=footer)
        draw, table = drawn[what]
        return draw(table(), footer=footer)

    def _table(self, variables: tuple[str, ...], rows: Sequence[Sequence[URIRef | str | int | None]]) -> Table:
        labels = {option: plan.label for option, plan in self.plan.options.items()}
        cells = tuple(
            tuple(cell if cell is None or isinstance(cell, URIRef) else Literal(cell) for cell in row) for row in rows
        )
        notes = (self.release.legend,) if any(None in row for row in rows) else ()
        return Table(variables, cells, labels, notes, HIDDEN)

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
        It is for those who hold the tables: the number of rows is never hidden, `contradictory` may be (None).
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
                "contradictory": self.release.contradictory,
            },
            "rejected": self.rejections.as_dicts(),
            "disclaimer": self.plan.disclaimer,
        }
