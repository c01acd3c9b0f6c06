"""SQL that makes cases and courses of the tables of OMOP CDM v5.4, at the site that has them.

https://ohdsi.github.io/CommonDataModel/cdm54.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sts_kg.cohort.codes import Coded, Step
from sts_kg.cohort.concepts import FINDING, THERAPY
from sts_kg.cohort.dialects import Dialect
from sts_kg.errors import UnknownNameError

__all__ = ["REGIMEN", "TABLES", "Event", "Omop"]

#: The tables that are read.
TABLES = (
    *("person", "condition_occurrence", "drug_exposure", "procedure_occurrence", "episode", "episode_event"),
    *("concept", "concept_ancestor"),
)
#: The concept of OMOP for an episode that is a treatment regimen.
REGIMEN = 32531


_FOUND = "person, term, needs, vocabulary, concept_code, field, event"


@dataclass(frozen=True)
class Event:
    """A table of events: how its columns are named, and the concept by which `episode_event` means its rows.

    `is_of_a_day` says that what has no end ended on the day on which it began.
    """

    table: str
    name: str
    start: str
    end: str
    field: int
    is_of_a_day: bool = False

    @property
    def concept(self) -> str:
        """The column of the standard concept."""
        return f"{self.name}_concept_id"

    @property
    def source(self) -> str:
        """The column of the concept that the source used."""
        return f"{self.name}_source_concept_id"

    @property
    def id(self) -> str:
        """The column of the key."""
        return f"{self.table}_id"


CONDITION = Event("condition_occurrence", "condition", "condition_start_date", "condition_end_date", 1147127)
TREATMENTS = (
    Event("drug_exposure", "drug", "drug_exposure_start_date", "drug_exposure_end_date", 1147094),
    Event("procedure_occurrence", "procedure", "procedure_date", "procedure_end_date", 1147082, True),
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Omop(Coded):
    """The tables of OMOP CDM v5.4.

    A condition whose standard or source concept a code stands for gives its finding. An episode that is a treatment
    regimen is a course, from its start to its end, of the therapies that `episode_event` links to it; the drug
    exposures and procedures that none links are one course for each person and therapy. Concepts below a code
    (`concept_ancestor`) stand for its term where the concept sets say so.

    Attributes
    ----------
    schema : str
        What stands before the names of tables, such as `cdm` or `catalog.cdm`.
    tables : mapping
        For single tables all that stands after FROM instead, such as a view of the site.

    Raises
    ------
    UnknownNameError
        `tables` names one that is not read.
    ArgumentError
        A date is none, or `over_before` is after `as_of`.
    """

    schema: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    _names = "vocabulary_id"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.tables:
            if name not in TABLES:
                raise UnknownNameError("table", name, TABLES)

    def _table(self, name: str) -> str:
        return self.tables.get(name) or (f"{self.schema}.{name}" if self.schema else name)

    def _steps(self, dialect: Dialect) -> Iterable[Step]:
        yield self._terms(dialect)
        yield Step(
            "coded_listed",
            "The concepts of the site for these codes.",
            "SELECT t.kind, t.term, t.needs, t.shows, t.vocabulary, t.concept_code, t.descendants, c.concept_id\n"
            f"FROM coded_terms t\nJOIN {self._table('concept')} c\n"
            "  ON c.vocabulary_id = t.vocabulary AND c.concept_code = t.concept_code",
        )
        yield Step(
            "coded_known",
            "How many concepts each code is to the site.",
            "SELECT vocabulary, concept_code, COUNT(DISTINCT concept_id) AS n_concepts\n"
            "FROM coded_listed GROUP BY vocabulary, concept_code",
        )
        columns = "t.kind, t.term, t.needs, t.shows, t.vocabulary, t.concept_code"
        below = "WHERE t.descendants = 1 AND a.descendant_concept_id <> t.concept_id"
        if self.sets.denied:
            yield self._denied(dialect)
            below = (
                "LEFT JOIN coded_denied d ON d.term = t.term AND d.concept_id = a.descendant_concept_id\n"
                f"{below} AND d.concept_id IS NULL"
            )
        yield Step(
            "coded_concepts",
            "These concepts, and those below them where they stand for the term too.",
            f"SELECT {columns}, t.concept_id FROM coded_listed t UNION ALL\n"
            f"SELECT {columns}, a.descendant_concept_id\nFROM coded_listed t\n"
            f"JOIN {self._table('concept_ancestor')} a ON a.ancestor_concept_id = t.concept_id\n{below}",
        )
        yield Step(
            "coded_findings",
            "Conditions that are findings.",
            self._events(CONDITION, FINDING, dialect),
        )
        yield from self._findings()
        yield self._cases(dialect, self._table("person"), "person_id")
        yield Step(
            "coded_events",
            "Drug exposures and procedures that are therapies.",
            " UNION ALL\n".join(self._events(event, THERAPY, dialect) for event in TREATMENTS),
        )
        end = "e.episode_end_date"
        if self.as_of:
            end = f"CASE WHEN {end} <= {dialect.literal(self.as_of)} THEN {end} END"
        yield Step(
            "coded_regimens",
            "Therapies in episodes that are treatment regimens.",
            "SELECT e.episode_id, v.person, v.term, v.field, v.event, e.episode_start_date AS starts,\n"
            f"  {end} AS ends\nFROM {self._table('episode')} e\n"
            f"JOIN {self._table('episode_event')} x ON x.episode_id = e.episode_id\n"
            "JOIN coded_events v ON v.event = x.event_id AND v.field = x.episode_event_field_concept_id\n"
            f"WHERE e.episode_concept_id = {REGIMEN} AND v.person = e.person_id"
            + self._begun("e.episode_start_date", dialect),
        )
        yield self._courses(dialect)
        yield Step(
            "coded_used",
            "All rows that codes found, once for each code.",
            " UNION ALL\n".join(f"SELECT DISTINCT {_FOUND} FROM {name}" for name in ("coded_findings", "coded_events")),
        )
        yield from self._growth(dialect)

    def _denied(self, dialect: Dialect) -> Step:
        """Return the concepts that a mapping set denies to stand for a term."""
        rows = [", ".join(map(dialect.literal, row)) for row in self.sets.denied]
        first = ", ".join(
            f"{dialect.literal(cell)} AS {name}"
            for cell, name in zip(self.sets.denied[0], ("term", "vocabulary", "code"), strict=True)
        )
        listed = " UNION ALL\n  ".join(f"SELECT {row}" for row in (first, *rows[1:]))
        return Step(
            "coded_denied",
            "Concepts that do not stand for a term, though they are below one that does.",
            f"SELECT x.term, c.concept_id FROM (\n  {listed}\n) x\nJOIN {self._table('concept')} c\n"
            "  ON c.vocabulary_id = x.vocabulary AND c.concept_code = x.code",
        )

    def _events(self, event: Event, kind: str, dialect: Dialect) -> str:
        """Return the rows of a table whose standard concept, or else source concept, stands for a term of a kind."""
        ends = f"o.{event.end}"
        if event.is_of_a_day:
            ends = f"CASE WHEN {ends} IS NULL THEN o.{event.start} ELSE {ends} END"
        both = ((event.concept, ""), (event.source, f" AND o.{event.source} <> o.{event.concept}"))
        return " UNION ALL\n".join(
            "SELECT o.person_id AS person, k.term, k.needs, k.shows, k.vocabulary, k.concept_code,\n"
            f"  {event.field} AS field, o.{event.id} AS event, o.{event.start} AS starts,\n  {ends} AS ends\n"
            f"FROM {self._table(event.table)} o\nJOIN coded_concepts k ON k.concept_id = o.{column}\n"
            f"WHERE k.kind = {dialect.literal(kind)}{also}{self._begun(f'o.{event.start}', dialect)}"
            for column, also in both
        )

    def _courses(self, dialect: Dialect) -> Step:
        case, course, therapies, start, end = map(dialect.column, ("case", "course", "therapies", "start", "end"))
        held = " ||\n    ".join(
            f"MAX(CASE WHEN term = {dialect.literal(name)} THEN {dialect.literal(f'{name} ')} ELSE '' END)"
            for name in self.sets.therapies
        )
        return Step(
            "courses",
            "A row for each regimen, and one for each therapy of a person outside of regimens.",
            f"SELECT {dialect.as_text('person')} AS {case},\n"
            f"  'episode-' || {dialect.as_text('episode_id')} AS {course},\n"
            f"  {held or dialect.literal('')} AS {therapies},\n  MIN(starts) AS {start}, MIN(ends) AS {end}\n"
            "FROM coded_regimens GROUP BY person, episode_id UNION ALL\n"
            f"SELECT {dialect.as_text('v.person')}, v.term, v.term, MIN(v.starts),\n"
            f"  {self._ended('v.ends', 'MAX(v.ends)', 'MAX(v.ends)', dialect.day, dialect)}\nFROM coded_events v\n"
            "LEFT JOIN coded_regimens r ON r.field = v.field AND r.event = v.event\n"
            "WHERE r.event IS NULL GROUP BY v.person, v.term",
        )
