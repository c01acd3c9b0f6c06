"""Patients in CSV: columns of flags where a row only has findings, a case where it has dates or courses beside it.

The patients are read piece by piece, as often as they are asked for; rows of courses and of growth are held in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from rdflib import URIRef

from sts_kg.cases import (
    CELL_WORDS,
    COURSES,
    GROWTH,
    NO_GROWTH,
    Case,
    PatientRows,
    Row,
    case_of_rows,
    columns_of,
    facts_of_cases,
    is_id,
    patient_keys,
    reported_marks,
)
from sts_kg.cohort.rejections import Rejected, Rejections
from sts_kg.cohort.sums import digest_of
from sts_kg.errors import CaseError, ParseError
from sts_kg.guideline import Vocabulary
from sts_kg.plan import Bits, Fact, Flags, Plan, unpacked
from sts_kg.safe import counted
from sts_kg.tables import read_rows

__all__ = ["CsvTables", "Piece"]

_Key = TypeVar("_Key")
_CHUNK = 8192
_YES, _NO, _UNKNOWN, _WRONG = range(4)
_CODE_OF: dict[bool | int | None, int] = {True: _YES, False: _NO, None: _UNKNOWN}


@dataclass(frozen=True)
class Piece:
    """Some patients: their ids, the rows where they stand, and their facts as truth values, a column each.

    `rejected` are ids with the rows where they stand that cannot be used.
    """

    ids: Sequence[str]
    rows: Sequence[int]
    columns: Mapping[Fact, Flags] = field(default_factory=dict)
    clashing: Flags | None = None
    marks: Mapping[tuple[URIRef, URIRef], Flags] = field(default_factory=dict)
    rejected: Sequence[tuple[str, int]] = ()


class CsvTables:
    """The tables of a cohort in CSV: patients, and beside them courses, growth and times without growth.

    Raises
    ------
    CaseError
        A table has a column twice, without a name or unknown, or no column `case`.
    ParseError
        A file cannot be read.
    """

    def __init__(
        self, patients: str | Path, beside: Mapping[str, str | Path], plan: Plan, vocabulary: Vocabulary
    ) -> None:
        self.path, self.plan, self.vocabulary = patients, plan, vocabulary
        #: What a table holds, to its name.
        self.names = {"patients": str(patients)} | {kind: str(path) for kind, path in beside.items()}
        #: How many rows each kind of table has, its header left out, and how many are used; known when it was read.
        self.n_rows: dict[str, int] = {}
        self.n_used: Counter[str] = Counter()
        self._of_beside = Rejections()
        keys = {"courses": COURSES, "growth": GROWTH, "no_growth": NO_GROWTH}
        self._beside = {kind: self._by_case(kind, path, keys[kind]) for kind, path in beside.items()}
        self._with_more = {case for of_table in self._beside.values() for case in of_table}
        next(self._patients(Rejections()))  # its header is wrong now, or never

    @cached_property
    def digests(self) -> dict[str, str | None]:
        """The SHA-256 of each file."""
        return {kind: digest_of(path) for kind, path in self.names.items()}

    # --- rows

    def _rows(
        self, kind: str, path: str | Path, keys: Sequence[str], findings: Mapping[str, URIRef], rejections: Rejections
    ) -> Iterator[tuple[int, list[str]]]:
        """Yield the keys of the columns, then each row with its line; rows of another length are rejected."""
        rows, table, n = read_rows(path), str(path), 0
        first = next(rows, None)
        if first is None:
            raise ParseError("holds no table: its first row must name the columns", path=path)
        header = columns_of(first[1], table, keys, findings)
        yield first[0], header
        try:
            for line, cells in rows:
                n += 1
                if len(cells) == len(header):
                    yield line, cells
                else:
                    reason = f"the row has {counted(len(cells), 'cell')}, the header has {len(header)}"
                    rejections.add(Rejected(table, line, "", reason))
        except ParseError as error:
            n += 1
            rejections.add(Rejected(table, error.line, "", f"{error.reason}; nothing after it was read"))
        self.n_rows[kind] = n

    def _patients(self, rejections: Rejections) -> Iterator[tuple[int, list[str]]]:
        return self._rows("patients", self.path, patient_keys(self.vocabulary), self.vocabulary.findings, rejections)

    def _by_case(self, kind: str, path: str | Path, keys: Sequence[str]) -> dict[str, list[Row]]:
        rows = self._rows(kind, path, keys, {}, self._of_beside)
        _, header = next(rows)
        found: dict[str, list[Row]] = {}
        for line, cells in rows:
            row = _row(path, line, header, cells)
            if case := row.cells.get("case"):
                found.setdefault(case, []).append(row)
            else:
                self._of_beside.add(Rejected(row.table, line, "case", "the column 'case' is empty"))
        return found

    def rows_of(self, case: str) -> PatientRows | None:
        """Return all that the tables say of a patient; None if there is no row of such a patient."""
        rows = self._patients(Rejections())
        _, header = next(rows)
        at = header.index("case")
        for line, cells in rows:
            if cells[at] == case:
                return self._with_beside(case, _row(self.path, line, header, cells))
        return None

    def _with_beside(self, case: str, patient: Row) -> PatientRows:
        kinds = ("courses", "growth", "no_growth")
        return PatientRows(patient, *(self._beside.get(kind, {}).get(case, ()) for kind in kinds))

    # --- patients

    def pieces(self, rejections: Rejections) -> Iterator[Piece]:
        """Yield all patients that can be used, in their order.

        The others are added to `rejections`, and so are rows beside them that speak of nobody.
        """
        rejections.extend(self._of_beside)
        self.n_used.clear()
        rows = self._patients(rejections)
        _, header = next(rows)
        without = set(self._with_more)
        while chunk := list(islice(rows, _CHUNK)):
            lines, cells = zip(*chunk, strict=True)
            yield self._piece(header, lines, cells, rejections, without)
        for of_table in self._beside.values():
            for case in sorted(without & of_table.keys()):
                for row in of_table[case]:
                    reason = f"there is no patient {case!r} in {self.path}"
                    rejections.add(Rejected(row.table, row.number, "case", reason))

    def _piece(
        self,
        header: list[str],
        lines: Sequence[int],
        cells: Sequence[list[str]],
        rejections: Rejections,
        without: set[str],
    ) -> Piece:
        """Return the patients of some rows: by columns where a row has findings only, else by their cases."""
        by_key = dict(zip(header, zip(*cells, strict=True), strict=True))
        ids, n, keys = by_key["case"], len(cells), patient_keys(self.vocabulary)
        findings = {self.vocabulary.findings[key]: column for key, column in by_key.items() if key not in keys}
        codes = {finding: np.array([*map(_CODES.__getitem__, column)], np.int8) for finding, column in findings.items()}
        singly = np.array([case in self._with_more or not is_id(case) for case in ids])
        for key in {*keys} - {"case", "label"} & by_key.keys():
            singly |= np.array([bool(cell) for cell in by_key[key]])
        for column in codes.values():
            singly |= column == _WRONG
        without.difference_update(ids)
        columns = {
            (finding, holds): (column == code) & ~singly
            for finding, column in codes.items()
            for holds, code in ((True, _YES), (False, _NO))
        }
        marks = reported_marks(self.plan, columns)
        clashing, used = np.zeros(n, bool), np.ones(n, bool)
        read: list[Case] = []
        at: list[int] = []
        for number in np.flatnonzero(singly).tolist():
            row = _row(self.path, lines[number], header, cells[number])
            try:
                read.append(case_of_rows(self._with_beside(ids[number], row), self.vocabulary))
                at.append(number)
            except CaseError as error:
                used[number] = False
                rejections.add(Rejected(str(error.path), error.line, error.key or "", error.reason))
        facts = facts_of_cases(read, self.plan, self.vocabulary)
        _put(facts.columns, facts.n, at, columns, n)
        _put(facts.marks, facts.n, at, marks, n)
        if facts.clashing is not None:
            clashing[at] = unpacked(facts.clashing, facts.n)
        self._count(ids, used)
        return Piece(
            [case for case, use in zip(ids, used, strict=True) if use],
            [line for line, use in zip(lines, used, strict=True) if use],
            {fact: flags[used] for fact, flags in columns.items()},
            clashing[used],
            {mark: flags[used] for mark, flags in marks.items()},
            [(ids[number], lines[number]) for number in np.flatnonzero(~used).tolist()],
        )

    def take_back(self, case: str) -> None:
        """Count a row of a patient, and the rows beside it, as not used after all."""
        self.n_used["patients"] -= 1
        for kind, of_table in self._beside.items():
            self.n_used[kind] -= len(of_table.get(case, ()))

    def _count(self, ids: Sequence[str], used: Flags) -> None:
        self.n_used["patients"] += int(used.sum())
        more = [case for case, use in zip(ids, used.tolist(), strict=True) if use and case in self._with_more]
        for kind, of_table in self._beside.items():
            self.n_used[kind] += sum(len(of_table.get(case, ())) for case in more)


def _put(held: Mapping[_Key, Bits], n_held: int, at: Sequence[int], into: dict[_Key, Flags], n: int) -> None:
    """Put columns of bits of some cases into columns of all, at the places of these cases."""
    for key, bits in held.items():
        into[key] = into[key].copy() if key in into else np.zeros(n, bool)
        into[key][at] = unpacked(bits, n_held)


class _Codes(dict[str, int]):
    """What a cell says, by its text; a text that is new is looked up in any letter case, and kept."""

    def __missing__(self, cell: str) -> int:
        said = CELL_WORDS.get(cell.strip().casefold(), _WRONG)
        code = _CODE_OF.get(said, _WRONG)
        if len(self) < 10_000:
            self[cell] = code
        return code


_CODES = _Codes()


def _row(path: str | Path, line: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    return Row(str(path), line, {key: cell for key, cell in zip(header, cells, strict=True) if cell and key != "label"})
