"""A cohort: what the conditions of a guideline come to for many patients, counted, asked and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from sts_kg.cases import Explanation, PatientRows, Session, case_of_rows, find_option
from sts_kg.cohort.csv_tables import Piece
from sts_kg.cohort.rejections import Rejected, Rejections
from sts_kg.cohort.release import Key, count_kinds
from sts_kg.cohort.rows import Form, Rows
from sts_kg.cohort.sums import Read, Sums, TableRead
from sts_kg.errors import UnknownNameError
from sts_kg.guideline import Guideline
from sts_kg.plan import Facts, Packer, Tally, Values, tally_of

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

    @property
    def digests(self) -> Mapping[str, str | None]:
        """The SHA-256 of each that is a file."""

    def pieces(self, rejections: Rejections) -> Iterator[Piece]:
        """Yield all patients that can be used, and add the rows that cannot to `rejections`."""

    def rows_of(self, case: str) -> PatientRows | None:
        """Return all that the tables say of a patient."""

    def take_back(self, case: str) -> None:
        """Count a row of a patient, and the rows beside it, as not used after all."""


@dataclass(frozen=True)
class _Held:
    """What is held of the patients of a cohort: their facts, their ids (texts of many, a line each), and other rows."""

    facts: Facts
    ids: Sequence[str]
    rejections: Rejections

    def each(self) -> Iterator[str]:
        """Yield the ids."""
        for some in self.ids:
            yield from some.split("\n") if some else ()


class Cohort(Sums):
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
        super().__init__(guideline, min_cell)
        self.tables = tables
        self._on_progress = on_progress
        self._lock = Lock()
        self._of_tables: _Held | None = None

    # --- reading

    @property
    def _held(self) -> _Held:
        """What was read of the patients; an attempt that fails leaves nothing behind, and threads wait for another."""
        with self._lock:
            if self._of_tables is None:
                self._of_tables = self._read()
            return self._of_tables

    def _read(self) -> _Held:
        packer, rejections = Packer(), Rejections()
        ids: list[str] = []
        hashes, rows = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        rejected: dict[str, int] = {}
        for piece in self.tables.pieces(rejections):
            packer.add(len(piece.ids), piece.columns, piece.clashing, piece.marks)
            ids.append("\n".join(piece.ids))
            hashes.append(np.fromiter(map(hash, piece.ids), np.int64, len(piece.ids)))
            rows.append(np.asarray(piece.rows, np.int64))
            rejected.update(piece.rejected)
            if self._on_progress:
                self._on_progress(packer.n)
        held = _Held(packer.facts(), ids, rejections)
        return self._without_repeated(held, np.concatenate(hashes), np.concatenate(rows), rejected)

    def _without_repeated(
        self, held: _Held, hashes: np.ndarray, rows: np.ndarray, rejected: Mapping[str, int]
    ) -> _Held:
        """Return what was read without the patients of whom several rows have the same id; all of them are rejected."""
        order = np.argsort(hashes, kind="stable")
        same = hashes[order][1:] == hashes[order][:-1]
        of_rejected = np.flatnonzero(np.isin(hashes, np.fromiter(map(hash, rejected), np.int64, len(rejected))))
        if not same.any() and not len(of_rejected):
            return held
        ids = list(held.each())
        suspects = sorted({*order[1:][same].tolist(), *order[:-1][same].tolist(), *of_rejected.tolist()})
        lines: dict[str, list[int]] = {}
        for number in suspects:
            lines.setdefault(ids[number], []).append(int(rows[number]))
        for case in lines.keys() & rejected.keys():
            lines[case].append(rejected[case])
        kept = np.ones(held.facts.n, bool)
        table = self.tables.names["patients"]
        for number in suspects:
            line, of_case = int(rows[number]), lines[ids[number]]
            if len(of_case) > 1:
                kept[number] = False
                self.tables.take_back(ids[number])
                other = next(each for each in of_case if each != line)
                reason = f"the case {ids[number]!r} is there again on line {other}; none of them is used"
                held.rejections.add(Rejected(table, line, "case", reason))
        unique = "\n".join(one for one, keep in zip(ids, kept.tolist(), strict=True) if keep)
        return _Held(held.facts.only(kept), [unique], held.rejections)

    @property
    def facts(self) -> Facts:
        """What is given or derived of each patient, as bits, in the order in which they were read.

        Raises
        ------
        CaseError, ParseError
            A table cannot be read.
        """
        return self._held.facts

    @property
    def rejections(self) -> Rejections:
        """The rows that cannot be used, each with its place and reason."""
        return self._held.rejections

    def ids(self) -> Iterator[str]:
        """Yield the ids of the patients, in order."""
        return self._held.each()

    def __len__(self) -> int:
        return self.facts.n

    def __repr__(self) -> str:
        """Return what tables it has; nothing is read for that, and nothing counted."""
        return f"<Cohort: {', '.join(self.tables.names)}; {self._hides}>"

    # --- sums

    @cached_property
    def tally(self) -> Tally:
        """The sums over all patients, before any is hidden: for programs that hide small counts themselves."""
        return tally_of(self.plan, self.facts)

    @cached_property
    def kinds(self) -> Mapping[Key, int]:
        """How many patients are of each kind that the tables tell apart: what small counts are hidden by."""
        return count_kinds(self.plan, self.facts)

    # --- patients

    @cached_property
    def values(self) -> Values:
        """What the plan makes of each patient, as bits."""
        return Values(self.plan, self.facts)

    def rows(self, form: Form = "wide", *, as_of: date | None = None) -> Rows:
        """Return what is answered for each patient: `wide`, `long`, `pivot`, or OMOP's `cohort` table as of a date.

        Raises
        ------
        UnknownNameError
            There is no such form.
        ArgumentError
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

    @property
    def read(self) -> Read:
        """How many rows the tables have, how many are used, and which are not."""
        tables, rejections = self.tables, self.rejections
        return Read(
            tuple(
                TableRead(kind, name, tables.n_rows[kind], tables.n_used[kind], tables.digests[kind])
                for kind, name in tables.names.items()
            ),
            rejections,
        )
