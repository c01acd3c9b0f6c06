"""Patients in tables that DuckDB reads: Parquet, Arrow, frames of pandas and polars, and databases that it attaches.

The rules of courses and dates run in DuckDB, as the SQL that a site gets; what comes out are flags, which become bits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sts_kg.cases import (
    COURSES,
    DECIMAL,
    GROWTH,
    NO_GROWTH,
    WHOLE,
    PatientRows,
    Row,
    case_of_rows,
    columns_of,
    patient_keys,
    text_of,
)
from sts_kg.cohort.csv_tables import Piece
from sts_kg.cohort.dialects import DIALECTS
from sts_kg.cohort.rejections import Rejected, Rejections
from sts_kg.cohort.relations import column_name, kinds_of
from sts_kg.cohort.sql import sql_of
from sts_kg.cohort.sql_courses import tried_column
from sts_kg.cohort.sql_facts import NO_NUMBER
from sts_kg.cohort.sums import digest_of
from sts_kg.errors import CaseError, ParseError
from sts_kg.guideline import Number, Vocabulary
from sts_kg.plan import Plan
from sts_kg.tables import needed

__all__ = ["READERS", "DuckdbTables", "Query"]

_BATCH = 65_536
_KEYS = {"courses": COURSES, "growth": GROWTH, "no_growth": NO_GROWTH}
#: The endings of files, each with the function of DuckDB that reads them.
READERS = {".parquet": "read_parquet", ".pq": "read_parquet", ".csv": "read_csv"}
#: How many rejected patients are read again as cases, for a reason in words.
_IN_WORDS = 100


class Query(NamedTuple):
    """A table that is the answer to a text of SQL."""

    text: str


class DuckdbTables:
    """The tables of a cohort in DuckDB: patients, and beside them courses, growth and times without growth.

    Parameters
    ----------
    tables : mapping
        `patients`, and maybe `courses`, `growth` and `no_growth`, each a path, a frame, a table or stream of Arrow, or,
        with a connection, the name of a table, or a query.
    plan : Plan
        The conditions.
    vocabulary : Vocabulary
        The words of the cells.
    connection : duckdb.DuckDBPyConnection, optional
        Where names of tables are looked up; nothing is written there but temporary views.

    Raises
    ------
    CaseError
        A table has a column twice, without a name or unknown, or no column `case`.
    ParseError
        A file cannot be read, or there is no such table.
    MissingLibraryError
        DuckDB is not installed.
    """

    def __init__(self, tables: Mapping[str, Any], plan: Plan, vocabulary: Vocabulary, connection: Any = None) -> None:
        self._duckdb = needed("duckdb", "a table that is no CSV file")
        self.plan, self.vocabulary = plan, vocabulary
        self._connection = self._duckdb.connect() if connection is None else connection.cursor()
        self.names = {kind: _shown(table, kind) for kind, table in tables.items()}
        self._files = {kind: None if connection is not None else table for kind, table in tables.items()}
        self.n_used: Counter[str] = Counter()
        self._header: dict[str, dict[str, tuple[str, str]]] = {}
        self._views = {kind: f"sts_kg_{kind}" for kind in tables}
        self._given: dict[str, str] = {}
        kinds: dict[str, str] = {}
        for kind, table in tables.items():
            given = self._given[kind] = self._table(kind, table, named=connection is not None)
            described = self._run(
                f"SELECT column_name, column_type FROM (DESCRIBE {given})", self.names[kind]
            ).fetchall()
            of_patients = kind == "patients"
            findings = vocabulary.findings if of_patients else {}
            valid = patient_keys(vocabulary) if of_patients else _KEYS[kind]
            keys = columns_of([name for name, _ in described], self.names[kind], valid, findings)
            numbers = vocabulary.numbers if of_patients else {}
            self._header[kind] = dict(zip(keys, described, strict=True))
            used = {key: column for key, column in self._header[kind].items() if key != "label"}
            cells = ", ".join(
                f"{_cell(key, *column, numbers.get(key))} AS {_quoted(key)}" for key, column in used.items()
            )
            self._run(f"CREATE OR REPLACE TEMP VIEW {self._views[kind]} AS SELECT {cells} FROM {given}")
            relation = "table" if kind == "patients" else kind
            kinds |= kinds_of(plan, relation, {key: _is_number(type_) for key, (_, type_) in used.items()})
        self._columns = kinds

    def _table(self, kind: str, table: Any, *, named: bool) -> str:
        """Return an expression for a table as it is given, after making a temporary view or table of it if needed."""
        name = f"sts_kg_{kind}_given"
        if isinstance(table, Path) or (isinstance(table, str) and not named):
            path = str(table)
            ending = Path(path.casefold().removesuffix(".gz").removesuffix(".zst")).suffix
            if ending not in READERS:
                raise ParseError(f"has an ending that is not known; {', '.join(READERS)} are read", path=path)
            all_text = ", all_varchar = true" if ending == ".csv" else ""
            quoted = path.replace("'", "''")
            self._run(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {READERS[ending]}('{quoted}'{all_text})", path
            )
            return name
        if isinstance(table, str):
            return table
        if isinstance(table, Query):
            self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS {table.text}")
            return name
        arrow = _arrow(table)
        self._connection.register(f"{name}_once", arrow)
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_once", self.names[kind])
        return name

    def _run(self, text: str, what: str = "DuckDB") -> Any:
        try:
            return self._connection.execute(text)
        except self._duckdb.Error as error:
            hint = (
                "; a temporary table, or a frame that is registered, is seen by its own connection only: give the frame"
            )
            told = str(error).splitlines()[0] + (hint if isinstance(error, self._duckdb.CatalogException) else "")
            raise ParseError(f"cannot be read: {told}", path=what) from error

    def _batches(self, text: str) -> Iterator[Any]:
        """Yield the answer to a query in batches of Arrow."""
        try:
            yield from self._connection.sql(text).to_arrow_reader(_BATCH)
        except (self._duckdb.Error, needed("pyarrow", "Arrow").ArrowException) as error:
            raise ParseError(f"cannot be read: {str(error).splitlines()[0]}", path=self.names["patients"]) from error

    def _rows(self, text: str) -> list[tuple[Any, ...]]:
        return list(self._run(text).fetchall())

    @cached_property
    def digests(self) -> dict[str, str | None]:
        """The SHA-256 of each table that is a file."""
        return {kind: digest_of(file) for kind, file in self._files.items()}

    @cached_property
    def n_rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {kind: int(self._rows(f"SELECT COUNT(*) FROM {view}")[0][0]) for kind, view in self._views.items()}

    def text(self, what: str, **more: Any) -> str:
        """Return the SQL that runs, with the names that the tables have here."""
        views = {"table" if kind == "patients" else kind: view for kind, view in self._views.items()}
        return sql_of(self.plan, "duckdb", what, columns=self._columns, **views, **more)  # type: ignore[arg-type]

    # --- patients

    def pieces(self, rejections: Rejections) -> Iterator[Piece]:
        """Yield all patients that can be used, by their ids; the others are added to `rejections`.

        What DuckDB joins by several threads has another order each time, so it is sorted.
        """
        facts = {fact: f"{column_name(fact[0])}_{'yes' if fact[1] else 'no'}" for fact in self.plan.premises}
        facts |= {(modality, True): f"declines_{column_name(modality)}" for modality in self.plan.modalities}
        marks = {
            (option, mark): tried_column(option, mark) for option in self.plan.options for mark in self.plan.mark_labels
        }
        self.n_used.clear()
        for batch in self._batches(f'SELECT * FROM ({self.text("facts")}) ORDER BY "case"'):
            columns = {name: batch.column(name) for name in batch.schema.names}

            def flags(name: str, kept: Any = slice(None)) -> Any:
                return (columns[name].to_numpy(zero_copy_only=False) == 1)[kept]  # noqa: B023 # used at once

            kept = ~flags("rejected")
            ids = np.array(columns["case"].cast("string").to_pylist(), object)[kept].tolist()
            self.n_used["patients"] += len(ids)
            yield Piece(
                ids,
                [0] * len(ids),
                {fact: flags(name, kept) for fact, name in facts.items() if name in columns},
                flags("clash", kept),
                {mark: flags(name, kept) for mark, name in marks.items() if name in columns},
            )
        self._reject(rejections)

    def _reject(self, rejections: Rejections) -> None:
        """Add the rows that cannot be used to `rejections`, and count the others."""
        reader = self._run(self.text("rejected"))
        told: dict[str, CaseError | None] = {}
        bad: Counter[str] = Counter()
        while rows := reader.fetchmany(_BATCH):
            for relation, case, course, column, value, code in rows:
                kind = "patients" if relation == "table" else relation
                bad[kind] += 1
                if case and case not in told and len(told) < _IN_WORDS and code not in _SAID:
                    told[case] = self._error_of(case)
                rejections.add(self._rejected(kind, case, course, column, value, code, told.get(case)))
        unused = self._unused()
        for kind, n in self.n_rows.items():
            if kind != "patients":
                self.n_used[kind] = n - unused[kind]

    def _rejected(
        self,
        kind: str,
        case: str | None,
        course: str | None,
        column: str,
        value: object,
        code: str,
        told: CaseError | None,
    ) -> Rejected:
        name = self.names[kind]
        if told is not None and told.path == name:
            return Rejected(name, None, told.key or column, f"case {case!r}: {told.reason}")
        about = f"case {case or ''!r}" + (f", course {course!r}" if course else "")
        is_number = kind == "patients" and column in self.vocabulary.numbers
        cell = "" if column == "case" else f"{column}: " if is_number else f"{column} {value!r}: "
        return Rejected(name, None, column, f"{about}: {cell}{_SAID.get(code, code.replace('-', ' '))}")

    def _error_of(self, case: str) -> CaseError | None:
        """Return why a patient cannot be used, in the words in which a case file would say it."""
        rows = self.rows_of(case)
        try:
            if rows is not None:
                case_of_rows(rows, self.vocabulary)
        except CaseError as error:
            return error
        return None

    def _unused(self) -> Counter[str]:
        """Return how many rows beside those of patients are not used: their patient is rejected, or not there."""
        found: Counter[str] = Counter()
        for kind, view in self._views.items():
            if kind != "patients":
                used = f'SELECT "case" FROM ({self.text("facts")}) WHERE rejected = 0'
                text = f'SELECT COUNT(*) FROM {view} r ANTI JOIN ({used}) p ON r."case" = p."case"'
                found[kind] = int(self._rows(text)[0][0])
        return found

    # --- one patient

    def rows_of(self, case: str) -> PatientRows | None:
        """Return all that the tables say of a patient; None if there is no row of such a patient."""
        rows = {kind: list(self._rows_of(kind, case)) for kind in self._views}
        if not rows["patients"]:
            return None
        return PatientRows(rows["patients"][0], *(rows.get(kind, []) for kind in ("courses", "growth", "no_growth")))

    def _rows_of(self, kind: str, case: str) -> Iterator[Row]:
        about = f"case {case!r}"
        header = self._header[kind]
        text = f"SELECT * FROM {self._given[kind]} WHERE {_cell('case', *header['case'])} = $1"
        for values in self._connection.execute(text, [case]).fetchall():
            cells = {key: text_of(value) for key, value in zip(header, values, strict=True)} | {"case": case}
            yield Row(self.names[kind], None, {key: cell for key, cell in cells.items() if cell}, about)

    def take_back(self, case: str) -> None:
        """Do nothing: a case that is there twice is rejected before."""


#: What is said of rows of which no case can be read, by the code that the SQL gives.
_SAID = {
    "twice": "there are several rows of this patient; none of them is used",
    "no-id": "is not an id of a case: one to 200 printable characters are expected",
    "no-such-case": "there is no such patient",
}


def _shown(table: Any, kind: str) -> str:
    return str(table) if isinstance(table, str | Path) else f"the {kind.replace('_', ' ')} given"


_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)")
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")
#: The keys of cells that hold texts, also where their column has a type of numbers: ids, years, words.
_TEXTS = {"case", "label", "as_of", "declines", *COURSES, *GROWTH, *NO_GROWTH} - {"ongoing", "first_growth"}
#: What `str.strip` takes away.
_BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
#: What no id may hold: what `str.isprintable` says no to.
_UNPRINTABLE = r"[\p{C}\p{Zl}\p{Zp}]|[^ \P{Zs}]"


def _is_number(type_: str) -> bool:
    return _NUMBER.fullmatch(type_) is not None


def _quoted(name: str) -> str:
    return DIALECTS["duckdb"].column(name)


def _cell(key: str, name: str, type_: str, number: Number | None = None) -> str:
    """Return a cell as an expression that says what the same cell of a CSV file would: no blanks around it, no NaN.

    A number that none of a case can be is `NO_NUMBER`, and an id that none can be NULL, so that the rows are rejected.
    """
    cell = _quoted(name)
    if type_ in ("FLOAT", "DOUBLE"):
        cell = f"CASE WHEN NOT isnan({cell}) THEN {cell} END"
    if _is_number(type_) and number:
        broken = f" OR {cell} <> floor({cell})" if number.is_whole else ""
        return f"CASE WHEN {cell} >= {-NO_NUMBER}{broken} THEN {NO_NUMBER} ELSE {cell} END"
    if _is_number(type_) and key not in _TEXTS:
        return cell
    if _is_number(type_) and not type_.startswith(_FRACTIONS):
        return f"CAST({cell} AS VARCHAR)"
    if type_.startswith(_FRACTIONS):
        whole = f"TRY_CAST({cell} AS HUGEINT)"
        text = f"CASE WHEN {cell} = {whole} THEN CAST({whole} AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
    elif type_.endswith("[]"):
        text = f"array_to_string({cell}, ' ')"
    else:
        text = f"CAST({cell} AS VARCHAR)"
    text = f"NULLIF(trim({text}, '{_BLANKS}'), '')"
    if key in ("declines", "therapies", "purpose", "site"):
        return f"regexp_replace({text}, '[{_BLANKS}]', ' ', 'g')"
    if key == "case":
        return f"CASE WHEN NOT regexp_matches({text}, '{_UNPRINTABLE}') THEN {text} END"
    if number:
        digits = f"regexp_full_match({text}, '-?{WHOLE if number.is_whole else DECIMAL}')"
        exact = f"CAST({text} AS DECIMAL(19, 9))"
        return f"CASE WHEN {digits} THEN {exact} WHEN {text} IS NOT NULL THEN {NO_NUMBER} END"
    return text


def _arrow(table: Any) -> Any:
    """Return a frame, a table or a stream of Arrow as Arrow; what is NaN in a frame of pandas is missing.

    Raises
    ------
    ParseError
        It is none of these.
    """
    pa = needed("pyarrow", "Arrow")
    if type(table).__module__.partition(".")[0] == "pandas":
        return pa.Table.from_pandas(table, preserve_index=False)
    if type(table).__module__.partition(".")[0] in ("pyarrow", "duckdb", "_duckdb"):
        return table
    if hasattr(table, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(table)
    raise ParseError(
        f"{type(table).__name__} is no table: a path, a frame, or anything with an Arrow stream is expected"
    )
