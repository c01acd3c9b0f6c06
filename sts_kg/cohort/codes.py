"""Relations of patients made of codes: SQL that turns coded rows into cases and courses, and reports what codes found.

Codes only ever give yes. A code that needs another one (`ConceptRow.needs`) gives its finding only to a person who has
that other one too; who has it alone is counted. Codes give no growth and no outcome, so the relations `growth` and
`no_growth` are empty. What begins after the date of the case is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rdflib import Literal

from sts_kg.cohort.concepts import FINDING, THERAPY, ConceptRow, ConceptSets
from sts_kg.cohort.dialects import REPORTS, Dialect, dialect_of
from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Table

__all__ = ["RELATIONS", "Coded", "Codes", "Step", "code_report"]

#: The relations that a source of codes is turned into.
RELATIONS = ("cases", "courses", "growth", "no_growth")
_FOUND, _NEVER, _UNKNOWN = "found", "never found", "unknown to the site"


class Step(NamedTuple):
    """A common table expression: its name, a comment that says what it holds, and its text."""

    name: str
    holds: str
    text: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Coded(Shown):
    """Coded rows, and how cases are made of them; a subclass says where they are.

    Attributes
    ----------
    sets : ConceptSets
        The codes that stand for our terms.
    sets_table : str, optional
        A table of the site that has the rows of the concept sets; without it they are in the text.
    as_of : str, optional
        The date of all cases, YYYY-MM-DD. What begins later is left out, and an end that is later is not known.
    over_before : str, optional
        A date, YYYY-MM-DD: a therapy that is no regimen ended on its last day, if all its rows have an end and that
        is before this date. Without it such a course has no end, since one that began may be going on (D32).
    history_complete : bool
        Whether all courses of every person are recorded.
    """

    sets: ConceptSets
    sets_table: str | None = None
    as_of: str | None = None
    over_before: str | None = None
    history_complete: bool = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {counted(len(self.sets.rows), 'code')}>"

    #: The column of the concept sets by which the source names vocabularies.
    _names = ""

    def __post_init__(self) -> None:
        for name, day in (("as_of", self.as_of), ("over_before", self.over_before)):
            if day is not None and not _is_day(day):
                raise ArgumentError("cohort", name, f"{day!r} is not a day: YYYY-MM-DD is expected", value=day)
        if self.as_of and self.over_before and self.over_before > self.as_of:
            reason = f"{self.over_before} is after as_of, {self.as_of}"
            raise ArgumentError("cohort", "over_before", reason, value=self.over_before)

    def steps(self, dialect: str) -> tuple[Step, ...]:
        """Return the steps that make the four relations; these are the last ones, by their names.

        Raises
        ------
        UnknownNameError
            There is no such dialect.
        """
        return tuple(self._steps(dialect_of(dialect)))

    def sql(self, what: str = "cases", dialect: str = "duckdb") -> str:
        """Return the text of one relation or report.

        Parameters
        ----------
        what : str
            `cases`, `courses`, `growth` or `no_growth`; `codes`, a row for each code, as `code_report` has it; or
            `persons`, a row for each finding whose codes need another one: how many persons have it, how many not.
        dialect : str
            The dialect of SQL.

        Raises
        ------
        UnknownNameError
            There is no such relation or dialect.
        """
        reports = {"codes": _CODES, "persons": _PERSONS}
        steps = {step.name: step for step in self.steps(dialect)}
        if what not in (*RELATIONS, *REPORTS):
            raise UnknownNameError("relation", what, [*RELATIONS, *REPORTS])
        text = reports[what] if what in reports else steps[what].text
        used = _used(text, steps)
        return f"{self._stamp}WITH\n{_listed(used)}\n{text}\n" if used else f"{self._stamp}{text}\n"

    @property
    def columns(self) -> dict[str, str]:
        """The columns of `cases` and `courses` to what their cells hold: those of courses begin with `courses.`."""
        said = {"as_of": "text"} if self.as_of else {}
        said |= {"history_complete": "flag"} if self.history_complete else {}
        said |= {name.replace("-", "_").lower(): "flag" for name in self.sets.findings}
        return said | {f"courses.{name}": "text" for name in ("therapies", "start", "end")}

    def around(self, text: str, dialect: str = "duckdb") -> str:
        """Return a text about tables `cases` and `courses` with the steps that make them before its own.

        The text is one statement that begins, after comments, with WITH or SELECT.
        """
        used = _used(text, {step.name: step for step in self.steps(dialect)})
        head = re.match(r"(?:\s*--[^\n]*\n)*\s*", text)
        assert head is not None, "it matches nothing, too"
        comments, rest = text[: head.end()], text[head.end() :]
        more = re.match(r"WITH\s+", rest)
        return f"{comments}{self._stamp}WITH\n{_listed(used)}" + (f",\n{rest[more.end() :]}" if more else f"\n{rest}")

    @property
    def _stamp(self) -> str:
        """Return the comment that says on which codes a text rests."""
        return f"-- sts_kg, concept sets {self.sets.digest[:16]}. Codes only ever give yes. Not medical advice.\n"

    # --- the steps that sources share

    def _steps(self, dialect: Dialect) -> Iterable[Step]:
        raise NotImplementedError

    def _terms(self, dialect: Dialect) -> Step:
        """Return the codes of the vocabularies that the source has: a table of the site, or rows in the text."""
        told = "The codes that stand for our terms, and the mapping that says so of each."
        if self.sets_table is not None:
            columns = [f"{self._names} AS vocabulary" if name == "vocabulary" else name for name in _TERM]
            text = f"SELECT {', '.join(columns)}\nFROM {self.sets_table} WHERE {self._names} <> ''"
            return Step("coded_terms", told, text)
        rows = [_cells(row, getattr(row, self._names)) for row in self.sets.rows if getattr(row, self._names)]
        shown = [[dialect.literal(cell) if isinstance(cell, str) else str(cell) for cell in row] for row in rows]
        first = [f"{cell} AS {name}" for cell, name in zip(shown[0] if shown else _NONE, _TERM, strict=True)]
        texts = [f"SELECT {', '.join(row)}" for row in (first, *shown[1:])]
        return Step("coded_terms", told, " UNION ALL\n".join(texts) + ("" if shown else f"\nFROM {_NOTHING}"))

    def _findings(self) -> Iterable[Step]:
        """Return who has which finding, made of `coded_findings` (person, term, needs, shows)."""
        yield Step(
            "coded_shown",
            "Who has a code of the finding that other codes need beside them.",
            "SELECT DISTINCT person, shows FROM coded_findings WHERE shows <> ''",
        )
        yield Step(
            "coded_given",
            "The findings of each person; a code that needs another one counts only beside it.",
            f"SELECT DISTINCT f.person, f.term\nFROM coded_findings f\n{_BESIDE}\n"
            "WHERE f.needs IS NULL OR f.needs = '' OR s.shows IS NOT NULL",
        )

    def _cases(self, dialect: Dialect, table: str, person: str) -> Step:
        columns = [f"{dialect.as_text(f'p.{person}')} AS {dialect.column('case')}"]
        if self.as_of:
            columns.append(f"{dialect.literal(self.as_of)} AS {dialect.column('as_of')}")
        if self.history_complete:
            columns.append(f"1 AS {dialect.column('history_complete')}")
        for finding in self.sets.findings:
            held = f"MAX(CASE WHEN f.term = {dialect.literal(finding)} THEN 1 END)"
            columns.append(f"{held} AS {dialect.column(finding.replace('-', '_').lower())}")
        told = "A row for each person: 1 where a code gives the finding; otherwise it is not known."
        joined = f"FROM {table} p\nLEFT JOIN coded_given f ON f.person = p.{person}\nGROUP BY p.{person}"
        return Step("cases", told, "SELECT\n  " + ",\n  ".join(columns) + f"\n{joined}")

    def _growth(self, dialect: Dialect) -> Iterable[Step]:
        for name, told, columns in (
            ("growth", "No code gives a date of growth.", ("case", "date")),
            ("no_growth", "No code says that nothing grew.", ("case", "from", "until")),
        ):
            empty = ", ".join(f"{dialect.as_text('NULL')} AS {dialect.column(column)}" for column in columns)
            yield Step(name, told, f"SELECT {empty}\nFROM {_NOTHING}")

    def _begun(self, start: str, dialect: Dialect) -> str:
        """Return what leaves out rows that begin after the date of the case."""
        return f" AND ({start} IS NULL OR {start} <= {dialect.literal(self.as_of)})" if self.as_of else ""

    def _ended(self, ends: str, latest: str, end: str, kind: str, dialect: Dialect) -> str:
        """Return the end of a group of rows: the last one, if all have an end and the last is long over."""
        if self.over_before is None:
            return f"CAST(NULL AS {kind})"
        open_ones = f"MAX(CASE WHEN {ends} IS NULL THEN 1 ELSE 0 END)"
        return f"CASE WHEN {open_ones} = 0 AND {latest} < {dialect.literal(self.over_before)} THEN {end} END"


@dataclass(frozen=True, kw_only=True, repr=False)
class Codes(Coded):
    """A table of coded rows, such as views of FHIR resources give: `case`, `system`, `code`, `start`, `end`.

    The system is the URI of a code system; dates are text, partial ones too (YYYY, YYYY-MM, YYYY-MM-DD…). What was done
    on one day begins and ends on it; what has no end may be going on. All rows of a case and a therapy are one course.
    What is below a code is not known.

    Attributes
    ----------
    table : str
        The table, as it stands after FROM.
    """

    table: str = "codes"
    _names = "system"

    def _steps(self, dialect: Dialect) -> Iterable[Step]:
        case, system, code, start, end = map(dialect.column, ("case", "system", "code", "start", "end"))
        starts = f"SUBSTR(o.{start}, 1, 10)"
        ends = f"SUBSTR(o.{end}, 1, 10)"
        yield self._terms(dialect)
        yield Step(
            "coded_known",
            "How many concepts each code is to the site.",
            "SELECT vocabulary, concept_code, 1 AS n_concepts FROM coded_terms GROUP BY vocabulary, concept_code",
        )
        yield Step(
            "coded_used",
            "The rows whose code stands for a term of ours.",
            f"SELECT o.{case} AS person, t.kind, t.term, t.needs, t.shows, t.vocabulary, t.concept_code,\n"
            f"  {starts} AS starts, {ends} AS ends\nFROM {self.table} o\n"
            f"JOIN coded_terms t ON t.vocabulary = o.{system} AND t.concept_code = o.{code}\n"
            f"WHERE 1 = 1{self._begun(starts, dialect)}",
        )
        kinds = "SELECT person, term, needs, shows FROM coded_used WHERE kind ="
        yield Step("coded_findings", "Those that are findings.", f"{kinds} {dialect.literal(FINDING)}")
        yield from self._findings()
        yield Step("coded_persons", "All cases.", f"SELECT DISTINCT o.{case} AS person FROM {self.table} o")
        yield self._cases(dialect, "coded_persons", "person")
        yield Step(
            "coded_events",
            "Those that are therapies; `latest` is the last day that the end can mean, and the end.",
            "SELECT person, term, starts, ends, CASE\n    WHEN LENGTH(ends) = 4 THEN ends || '-12-31 ' || ends\n"
            "    WHEN LENGTH(ends) = 7 THEN ends || '-31 ' || ends\n    ELSE ends || ' ' || ends END AS latest\n"
            f"FROM coded_used WHERE kind = {dialect.literal(THERAPY)}",
        )
        latest = "SUBSTR(MAX(latest), {}, 10)"
        ended = self._ended("ends", latest.format(1), latest.format(12), dialect.text, dialect)
        course, therapies = dialect.column("course"), dialect.column("therapies")
        yield Step(
            "courses",
            "A row for each person and therapy.",
            f"SELECT {dialect.as_text('person')} AS {case}, term AS {course}, term AS {therapies},\n"
            f"  MIN(starts) AS {start}, {ended} AS {end}\nFROM coded_events GROUP BY person, term",
        )
        yield from self._growth(dialect)


def code_report(
    run: Callable[[str], Iterable[Sequence[Any]]], source: Coded, dialect: str = "duckdb", *, min_cell: int = 11
) -> Table:
    """Return what became of each code: rows and persons that it found, or why there are none.

    Parameters
    ----------
    run : callable
        Runs a text of SQL and returns the rows, as `lambda text: connection.execute(text).fetchall()` does.
    source : Coded
        Where the coded rows are.
    dialect : str
        The dialect that `run` takes.
    min_cell : int
        Numbers of persons from 1 to below it are hidden, with those of their row that would give them back; 1 shows
        all. Codes overlap, so the difference of two rows may still be small: the report is for those who hold the data.

    Returns
    -------
    Table
        A row for each code. `status` is found, never found, or unknown to the site (its table `concept` lacks the
        code); `n_terms` or `n_concepts` above 1 means that the code is ambiguous; `n_without` persons have it without
        the code that it needs. A hidden number is unbound. `Table.notes` counts, and names what is ambiguous and what
        was not given.
    """
    found = [dict(zip(_REPORT, row, strict=True)) for row in run(source.sql("codes", dialect))]
    told = ((status, sum(row["status"] == status for row in found)) for status in (_FOUND, _NEVER, _UNKNOWN))
    notes = [f"{counted(len(found), 'code')}: {', '.join(f'{number:,} {status}' for status, number in told)}"]
    for row in found:
        name = f"{row['vocabulary']} {row['concept_code']}"
        notes += [f"{name} stands for {row['n_terms']} of our terms"] if row["n_terms"] > 1 else []
        notes += [f"{name} is {row['n_concepts']} concepts of the site"] if row["n_concepts"] > 1 else []
        row |= dict.fromkeys(_hidden(row["n_persons"], row["n_without"], min_cell))
    for term, needs, n_given, n_without in run(source.sql("persons", dialect)):
        few = _small(n_given, min_cell) or _small(n_without, min_cell)
        both, alone = ("* persons" if few else counted(number, "person") for number in (n_given, n_without))
        notes.append(f"{term}, by codes that need one of {needs}: {both} with both; {alone} without, not given")
    if any(None in (row["n_persons"], row["n_without"]) for row in found):
        notes.append(f"* hidden: fewer than {min_cell} persons, or such a number could be computed from it")
    cells = [[None if cell in (None, "") else Literal(cell) for cell in row.values()] for row in found]
    return Table(_REPORT, tuple(map(tuple, cells)), notes=tuple(dict.fromkeys(notes)))


def _hidden(n_persons: int, n_without: int, min_cell: int) -> tuple[str, ...]:
    """Return which numbers of a code are hidden."""
    if _small(n_persons, min_cell):
        return "n_rows", "n_persons", "n_without"
    few = n_without and (_small(n_without, min_cell) or _small(n_persons - n_without, min_cell))
    return ("n_without",) if few else ()


def _small(number: int, min_cell: int) -> bool:
    return 0 < number < min_cell


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _listed(steps: Iterable[Step]) -> str:
    return ",\n".join(f"-- {step.holds}\n{step.name} AS (\n{step.text}\n)" for step in steps)


def _used(text: str, steps: dict[str, Step]) -> list[Step]:
    """Return the steps that a text rests on, in their order."""
    names = {name for name in steps if re.search(rf"\b(?:FROM|JOIN) {name}\b", text)}
    waiting = [*names]
    while waiting:
        inner = steps[waiting.pop()].text
        new = {name for name in steps if name not in names and re.search(rf"\b(?:FROM|JOIN) {name}\b", inner)}
        names |= new
        waiting += new
    return [step for name, step in steps.items() if name in names]


def _cells(row: ConceptRow, vocabulary: str) -> list[str | int]:
    """Return the cells of a row of the concept sets under `_TERM`."""
    whole = {**row._asdict(), "vocabulary": vocabulary, "descendants": int(row.descendants)}
    return [whole[name] for name in _TERM]


_TERM = (
    *("kind", "term", "vocabulary", "concept_code", "label", "relation", "descendants", "needs", "shows", "mapping"),
)
#: A table without rows, and without a table.
_NOTHING = "(SELECT 1 AS one) one_row WHERE 1 = 0"
_NONE = ["''" if name != "descendants" else "0" for name in _TERM]
_REPORT = (
    *("kind", "term", "vocabulary", "concept_code", "label", "relation", "needs", "status"),
    *("n_terms", "n_concepts", "n_rows", "n_persons", "n_without", "mapping"),
)
#: The other code that a coded finding needs, if its person has it.
_BESIDE = "LEFT JOIN coded_shown s ON s.person = f.person AND s.shows = f.needs"
_CODES = f"""SELECT t.kind, t.term, t.vocabulary, t.concept_code, t.label, t.relation, t.needs,
  CASE WHEN u.n_rows > 0 THEN '{_FOUND}' WHEN k.n_concepts > 0 THEN '{_NEVER}' ELSE '{_UNKNOWN}' END AS status,
  n.n_terms,
  CASE WHEN k.n_concepts > 0 THEN k.n_concepts ELSE 0 END AS n_concepts,
  CASE WHEN u.n_rows > 0 THEN u.n_rows ELSE 0 END AS n_rows,
  CASE WHEN u.n_rows > 0 THEN u.n_persons ELSE 0 END AS n_persons,
  CASE WHEN u.n_rows > 0 THEN u.n_without ELSE 0 END AS n_without,
  t.mapping
FROM coded_terms t
JOIN (
  SELECT vocabulary, concept_code, COUNT(DISTINCT term) AS n_terms FROM coded_terms GROUP BY vocabulary, concept_code
) n ON n.vocabulary = t.vocabulary AND n.concept_code = t.concept_code
LEFT JOIN coded_known k ON k.vocabulary = t.vocabulary AND k.concept_code = t.concept_code
LEFT JOIN (
  SELECT f.term, f.vocabulary, f.concept_code, COUNT(*) AS n_rows, COUNT(DISTINCT f.person) AS n_persons,
    COUNT(DISTINCT CASE WHEN f.needs <> '' AND s.shows IS NULL THEN f.person END) AS n_without
  FROM coded_used f
  {_BESIDE}
  GROUP BY f.term, f.vocabulary, f.concept_code
) u ON u.term = t.term AND u.vocabulary = t.vocabulary AND u.concept_code = t.concept_code
ORDER BY t.kind, t.term, t.vocabulary, t.concept_code"""
_PERSONS = f"""SELECT f.term, f.needs,
  COUNT(DISTINCT CASE WHEN s.shows IS NOT NULL THEN f.person END) AS n_given,
  COUNT(DISTINCT CASE WHEN s.shows IS NULL THEN f.person END) AS n_without
FROM coded_findings f
{_BESIDE}
WHERE f.needs <> ''
GROUP BY f.term, f.needs
ORDER BY f.term, f.needs"""
