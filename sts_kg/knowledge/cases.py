"""What a knowledge graph tells of patients, one or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sts_kg.cases import (
    Answers,
    CaseSource,
    Changes,
    Explanation,
    Questions,
    Session,
    answers_in_pieces,
    find_case,
    find_option,
    questionnaire,
    questions,
    supposed,
    what_if,
)
from sts_kg.errors import CaseError, InconsistentError, ParseError
from sts_kg.knowledge.core import Core

if TYPE_CHECKING:
    from sts_kg.cohort import Coded, Cohort, Partitions

__all__ = ["WithCases"]


class WithCases(Core):
    """Options, explanations and questions for cases, and cohorts."""

    def options(
        self,
        cases: CaseSource | Iterable[CaseSource],
        *,
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> Answers:
        """Return, for each case and each of the options, met, not met or undetermined, with what is missing.

        A case whose facts contradict each other has the status `contradictory` for every option, and its error is in
        `contradictions`; the other cases are answered.

        Parameters
        ----------
        cases : path, Case or mapping, or several of them
            A file may hold many cases.
        on_error : callable, optional
            Called with the error of each source that cannot be read; the other sources are still answered.

        Raises
        ------
        CaseError, ParseError
            A case cannot be read, and `on_error` is not given.
        """
        read = self._read(cases, on_error)
        return Session(self.guideline, read).answers()

    def iter_options(
        self,
        cases: CaseSource | Iterable[CaseSource],
        *,
        on_error: Callable[[CaseError | ParseError], None] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Answers]:
        """Yield what `options` returns in pieces, each for the next cases, so that memory stays flat.

        All sources are read through for errors before this returns. Of a large CSV file only the ids of its cases are
        kept, and it is read again as pieces are taken; the cases of other files are held. `on_progress` is called
        before each piece with the number of cases that are answered with it, and of all.

        Raises
        ------
        CaseError, ParseError
            As `options`; and, while pieces are taken, a file was changed since.

        Examples
        --------
        >>> from sts_kg import load
        >>> pieces = load().iter_options(["example:a", "example:b"])
        >>> sum(answer.status == "met" for piece in pieces for answer in piece)
        14
        """
        return answers_in_pieces(self.guideline, cases, on_error=on_error, on_progress=on_progress)

    def explain(
        self, cases: CaseSource, option: str, *, case: str | None = None, page: str | Path | None = None
    ) -> Explanation:
        """Return why an option has its status for a case: known, not needed, to ask, source, interpretation.

        `case` selects one of several by its id; `page` is the source page, to quote it.

        Raises
        ------
        UnknownNameError
            There is no such option or case.
        InconsistentError
            The facts of the case contradict each other, so an answer would mean nothing.
        """
        chosen = find_option(option, self.guideline.conditions)
        one = find_case(self._read(cases), case)
        return Session(self.guideline, (one,)).explain(one, chosen, self.guideline.texts(page))

    def questions(
        self,
        cases: CaseSource | Iterable[CaseSource],
        *,
        case: str | None = None,
        on_error: Callable[[InconsistentError], None] | None = None,
    ) -> Questions:
        """Return the open questions by case: what others rest on first, then what most options wait for.

        `case` selects one of several by its id. `on_error` is called with the error of each case that contradicts
        itself, which is then left out.

        Raises
        ------
        UnknownNameError
            There is no such case.
        InconsistentError
            The facts of a case contradict each other, and `on_error` is not given.
        """
        read = self._read(cases)
        session = Session(self.guideline, read if case is None else (find_case(read, case),))
        found = {}
        for one in session.cases:
            try:
                found[one.id] = questions(session.answers_of(one), self.guideline)
            except InconsistentError as error:
                if on_error is None:
                    raise
                on_error(error)
        return Questions(found, self.guideline.footer)

    def cohort(
        self,
        patients: Any,
        *,
        courses: Any = None,
        growth: Any = None,
        no_growth: Any = None,
        connection: Any = None,
        min_cell: int = 11,
        on_progress: Callable[[int], None] | None = None,
    ) -> Cohort:
        """Return the cohort of the patients of a table: counts, questions, and answers for each.

        A table is a path (`.csv`, `.parquet`), a frame of pandas or polars, anything with an Arrow stream, or, with
        `connection`, the name of a table there. Files in CSV are read here, all else by DuckDB. A folder has
        `patients.csv` or `.parquet`, and the tables beside it by their names. For codes, `patients` is an `Omop` or a
        `Codes` (`sts_kg.cohort`) about tables that the connection knows.

        Parameters
        ----------
        patients : table, Omop or Codes
            A row a patient: `case`, a column a finding (yes, no or empty; 1, 0), and `as_of`, `history_complete`,
            `declines` and numbers such as `tumour_count`, if they are known.
        courses, growth, no_growth : table, optional
            Rows beside them by `case`: courses of treatment, dates of growth, and times without growth.
        connection : duckdb.DuckDBPyConnection, optional
            A connection to DuckDB that knows the tables, also those of a database that it attaches.
        min_cell : int
            Counts below it are hidden, and so are those from which a hidden one could be computed; 1 shows all.
        on_progress : callable, optional
            Called with the number of patients that have been read.

        Raises
        ------
        CaseError
            A table has a column twice, without a name or unknown, or no column `case`.
        ParseError
            A table cannot be read.
        ArgumentError
            `min_cell` is no threshold.
        MissingLibraryError
            DuckDB is needed and not installed.
        """
        from sts_kg.cohort import open_cohort

        return open_cohort(
            self.guideline,
            patients,
            courses=courses,
            growth=growth,
            no_growth=no_growth,
            connection=connection,
            min_cell=min_cell,
            on_progress=on_progress,
        )

    def cohort_of_parts(
        self,
        parts: Sequence[str | Path],
        *,
        kept: str | Path | None = None,
        min_cell: int = 11,
        on_progress: Callable[[int], None] | None = None,
    ) -> Partitions:
        """Return the sums over a cohort in parts, such as one a month; parts that have not changed are not read again.

        Parameters
        ----------
        parts : sequence of path
            Folders, each with `patients.csv` or `.parquet` and the tables beside it, or files of patients; a patient
            is in one of them only.
        kept : path, optional
            A folder in which the sums of each part stay, by the digests of its tables and of the plan. They have no row
            of a patient, but small counts are not hidden there.
        min_cell, on_progress
            As in `cohort`.

        Raises
        ------
        CaseError
            A table cannot be used, or a patient is in two of the parts that are read.
        ParseError
            A folder has no table of patients, or a table cannot be read.
        ArgumentError
            `min_cell` is no threshold, or a part is named twice.
        """
        from sts_kg.cohort import open_partitions

        return open_partitions(self.guideline, parts, kept=kept, min_cell=min_cell, on_progress=on_progress)

    def sql(self, dialect: str, what: str, *, table: str | Coded, **asked: Any) -> str:
        """Return the SQL text by which a site answers for its own patients where they are: `sts_kg.cohort.sql_of`.

        `asked` are the other tables, the columns that they have, and what else is asked for, as that function has them.
        For codes, `table` is an `Omop` or a `Codes` (`sts_kg.cohort`); the text then makes the cases and courses, too.

        Raises
        ------
        UnknownNameError
            There is no such dialect, question, option, column or kind of column.
        ArgumentError
            A column is there twice or does not fit, a table lacks what it needs, or an option or date is missing.
        """
        from sts_kg.cohort import sql_of

        if isinstance(table, str):
            return sql_of(self.plan, dialect, what, table=table, **asked)
        made: dict[str, Any] = {"table": "cases", "courses": "courses", "columns": table.columns, "checked": True}
        return table.around(sql_of(self.plan, dialect, what, **made | asked), dialect)

    def what_if(
        self, cases: CaseSource, findings: Mapping[str, bool | str | None] | str, *, case: str | None = None
    ) -> Changes:
        """Return which options would change if some findings of a case were different; the result is hypothetical.

        `findings` maps names to True, False or None (unknown), or names a possible transition (`transition-S21`).

        Raises
        ------
        UnknownNameError
            There is no such finding, transition or case.
        InconsistentError
            The facts, before or after the change, contradict each other.
        """
        one = find_case(self._read(cases), case)
        return what_if(self.guideline, one, supposed(findings, self.guideline))

    def questionnaire(self) -> dict[str, object]:
        """Return the findings, and what else a case can say, as a Questionnaire of FHIR R4, in the values of JSON.

        A QuestionnaireResponse to it, in JSON, is a case: wherever a case file can be named, it can be.
        """
        return questionnaire(self.guideline)

    def view_definitions(self) -> dict[str, dict[str, Any]]:
        """Return ViewDefinitions of SQL on FHIR v2 by their names, in the values of JSON: tables of a cohort from FHIR.

        See `sts_kg.cohort.view_definitions`.
        """
        from sts_kg.cohort import view_definitions

        return view_definitions(self.guideline)
