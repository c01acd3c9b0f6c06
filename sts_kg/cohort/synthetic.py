"""An invented database of OMOP CDM v5.4, for tests and examples: no person, date or course in it is real.

Persons are numbered, dates are the first or the 28th of a month, and every concept has an id of the range that OMOP
leaves to sites (2,000,000,000 and above). Its codes are those of the concept sets, and its names are ours.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sts_kg.cohort.concepts import FINDING, ConceptSets
from sts_kg.cohort.omop import CONDITION, REGIMEN, TREATMENTS, Event
from sts_kg.shown import Shown

__all__ = ["AS_OF", "OMOP_COLUMNS", "Column", "OmopTables", "invented_omop"]

#: The day at which the invented persons are looked at; some events are later.
AS_OF = "2026-01-01"
#: The first concept id that OMOP leaves to sites.
LOCAL = 2_000_000_000
_TYPES = {"i": "integer", "d": "date", "t": "timestamp", "s": "varchar", "n": "numeric"}
#: The columns of OMOP CDM v5.4 (inst/ddl/5.4 of OHDSI/CommonDataModel): type, name, and ! where one is required.
_CDM = {
    "person": """
        i:person_id! i:gender_concept_id! i:year_of_birth! i:month_of_birth i:day_of_birth t:birth_datetime
        i:race_concept_id! i:ethnicity_concept_id! i:location_id i:provider_id i:care_site_id s:person_source_value
        s:gender_source_value i:gender_source_concept_id s:race_source_value i:race_source_concept_id
        s:ethnicity_source_value i:ethnicity_source_concept_id""",
    "condition_occurrence": """
        i:condition_occurrence_id! i:person_id! i:condition_concept_id! d:condition_start_date!
        t:condition_start_datetime d:condition_end_date t:condition_end_datetime i:condition_type_concept_id!
        i:condition_status_concept_id s:stop_reason i:provider_id i:visit_occurrence_id i:visit_detail_id
        s:condition_source_value i:condition_source_concept_id s:condition_status_source_value""",
    "drug_exposure": """
        i:drug_exposure_id! i:person_id! i:drug_concept_id! d:drug_exposure_start_date!
        t:drug_exposure_start_datetime d:drug_exposure_end_date! t:drug_exposure_end_datetime d:verbatim_end_date
        i:drug_type_concept_id! s:stop_reason i:refills n:quantity i:days_supply s:sig i:route_concept_id s:lot_number
        i:provider_id i:visit_occurrence_id i:visit_detail_id s:drug_source_value i:drug_source_concept_id
        s:route_source_value s:dose_unit_source_value""",
    "procedure_occurrence": """
        i:procedure_occurrence_id! i:person_id! i:procedure_concept_id! d:procedure_date! t:procedure_datetime
        d:procedure_end_date t:procedure_end_datetime i:procedure_type_concept_id! i:modifier_concept_id i:quantity
        i:provider_id i:visit_occurrence_id i:visit_detail_id s:procedure_source_value i:procedure_source_concept_id
        s:modifier_source_value""",
    "episode": """
        i:episode_id! i:person_id! i:episode_concept_id! d:episode_start_date! t:episode_start_datetime
        d:episode_end_date t:episode_end_datetime i:episode_parent_id i:episode_number i:episode_object_concept_id!
        i:episode_type_concept_id! s:episode_source_value i:episode_source_concept_id""",
    "episode_event": "i:episode_id! i:event_id! i:episode_event_field_concept_id!",
    "concept": """
        i:concept_id! s:concept_name! s:domain_id! s:vocabulary_id! s:concept_class_id! s:standard_concept
        s:concept_code! d:valid_start_date! d:valid_end_date! s:invalid_reason""",
    "concept_ancestor": """
        i:ancestor_concept_id! i:descendant_concept_id! i:min_levels_of_separation! i:max_levels_of_separation!""",
}


class Column(NamedTuple):
    """A column of OMOP CDM v5.4: its name, its type, and whether it may not be empty."""

    name: str
    type: str
    required: bool


#: The columns of each table that is read.
OMOP_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    table: tuple(Column(each[2:].rstrip("!"), _TYPES[each[0]], each.endswith("!")) for each in text.split())
    for table, text in _CDM.items()
}


@dataclass(frozen=True, repr=False)
class OmopTables(Shown):
    """Tables of OMOP CDM v5.4 as rows, each with a value for each of `OMOP_COLUMNS`; dates are text."""

    rows: Mapping[str, list[tuple[Any, ...]]]

    def __repr__(self) -> str:
        return f"<OmopTables: {', '.join(f'{name} {len(of):,}' for name, of in self.rows.items())}>"

    def write(self, folder: str | Path) -> list[Path]:
        """Write a CSV file for each table, and a README that says what they are; return the files.

        Raises
        ------
        OSError
            A file cannot be written.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for table, rows in self.rows.items():
            files.append(folder / f"{table}.csv")
            with files[-1].open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(column.name for column in OMOP_COLUMNS[table])
                writer.writerows(rows)
        files.append(folder / "README.md")
        files[-1].write_text(_README, encoding="utf-8")
        return files


_README = """# Invented data

No person, date or course in these files is real. They were made by `sts-kg cohort example`, in the form of OMOP CDM
v5.4, so that queries can be tried. The concepts have ids of the range that OMOP leaves to sites, and names of ours. The
numbers say nothing about people, diseases or treatments.
"""


def invented_omop(sets: ConceptSets, people: int = 10_000, seed: int = 1) -> OmopTables:
    """Return an invented database in which every situation occurs that the codes of cases have.

    Metastases with and without a code for the sarcoma; codes as standard and as source concepts, and below a code; one
    code of two concepts, codes that the site does not know or that nobody has; regimens, open and ended ones, of one
    therapy and of several, or without any that is known; drugs outside of regimens; events after `AS_OF`.

    Parameters
    ----------
    sets : ConceptSets
        The codes.
    people : int
        How many persons.
    seed : int
        The same seed gives the same database.
    """
    made = _Database(sets, random.Random(seed))
    for number in range(1, people + 1):
        made.person(number)
    return OmopTables(made.rows)


class _Database:
    """The tables while they are made, person by person."""

    def __init__(self, sets: ConceptSets, dice: random.Random) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in OMOP_COLUMNS}
        self.dice = dice
        #: The concepts that events may have, by term; those that are no term of ours are under "".
        self.concepts: dict[str, list[int]] = {}
        self.findings = sets.findings
        self._vocabularies(sets)

    def add(self, table: str, **cells: Any) -> None:
        """Add a row; columns that are not given are empty, or 0 if they are required."""
        columns = OMOP_COLUMNS[table]
        assert {*cells} <= {column.name for column in columns}, f"{table} has these columns"
        self.rows[table].append(tuple(cells.get(each.name, 0 if each.required else None) for each in columns))

    def _vocabularies(self, sets: ConceptSets) -> None:
        ids: dict[tuple[str, str], int] = {}
        for row in sets.rows:
            if not row.vocabulary_id or row.vocabulary_id == "MeSH":  # this site does not have MeSH
                continue
            key = row.vocabulary_id, row.concept_code
            if key not in ids:
                ids[key] = self._concept(row.term, f"{row.term} by {row.vocabulary_id}", *key)
                if row.kind == FINDING and row.relation == "exact" and row.vocabulary_id == "NCIt":
                    self._use(row.term, self._concept(row.term, f"{row.term}, again", *key))
            if row.vocabulary_id != "ATC":  # of ATC there are concepts, and nobody has one
                self._use(row.term, ids[key])
            if row.descendants and row.relation == "exact" and row.vocabulary_id != "ATC":
                below = self._concept(row.term, f"invented kind of {row.term}", "Invented", f"{key[1]}-1")
                self._below(ids[key], below)
                self._use(row.term, below)
        drugs = [ids[key] for key in (("RxNorm", "3639"), ("RxNorm", "5657")) if key in ids]
        both = self._concept("mixture", "invented mixture", "Invented", "mixture")
        for drug in drugs:
            self._below(drug, both)
        if drugs:
            self._use("mixture", both)
        for number in range(3):
            self._use("", self._concept("", f"invented other {number}", "Invented", f"other-{number}"))

    def _use(self, term: str, concept: int) -> None:
        self.concepts.setdefault(term, []).append(concept)

    def _table(self, term: str) -> Event:
        """Return the table in which events of a term are."""
        drug, procedure = TREATMENTS
        if term in self.findings:
            return CONDITION
        return procedure if term in ("surgery", "sbrt") or term.endswith("radiation-therapy") else drug

    def _concept(self, term: str, name: str, vocabulary: str, code: str) -> int:
        number = LOCAL + len(self.rows["concept"])
        domain = self._table(term).name.capitalize()
        since = {"valid_start_date": "2000-01-01", "valid_end_date": "2099-12-31"}
        named = {"concept_name": name, "domain_id": domain, "vocabulary_id": vocabulary, "concept_code": code}
        self.add("concept", concept_id=number, concept_class_id="Invented", **named, **since)
        self._below(number, number)
        return number

    def _below(self, above: int, below: int) -> None:
        levels = dict.fromkeys(("min_levels_of_separation", "max_levels_of_separation"), int(above != below))
        self.add("concept_ancestor", ancestor_concept_id=above, descendant_concept_id=below, **levels)

    # --- persons

    def person(self, number: int) -> None:
        """Add a person with conditions and treatments."""
        dice = self.dice
        self.add(
            "person",
            person_id=number,
            year_of_birth=dice.randrange(1940, 2000, 10),
            person_source_value=f"invented-{number}",
        )
        for term, likely in (("soft-tissue-sarcoma", 0.7), ("stage4-sts", 0.4), ("lung-metastases", 0.4), ("", 0.3)):
            for _ in range((dice.random() < likely) + (dice.random() < likely / 10)):
                if term in self.concepts:
                    self._event(CONDITION, number, term, self._day())
        for _ in range(dice.choice((0, 0, 1, 1, 2, 3))):
            self._treatment(number)

    def _treatment(self, person: int) -> None:
        """Add events of one to three therapies, most of them in an episode."""
        dice, start = self.dice, self._day()
        known = [term for term in self.concepts if term not in self.findings]
        terms = [dice.choice(known) for _ in range(dice.choice((1, 1, 2, 3)))]
        events = [(event, self._event(event, person, term, start)) for term in terms for event in [self._table(term)]]
        if dice.random() < 0.6:
            episode = len(self.rows["episode"]) + 1
            self.add(
                "episode",
                episode_id=episode,
                person_id=person,
                episode_concept_id=REGIMEN if dice.random() < 0.8 else 32533,
                episode_start_date=start,
                episode_end_date=self._end(start) if dice.random() < 0.7 else None,
            )
            for event, key in events:
                if dice.random() < 0.9:
                    self.add(
                        "episode_event",
                        episode_id=episode,
                        event_id=key,
                        episode_event_field_concept_id=event.field,
                    )

    def _event(self, event: Event, person: int, term: str, day: str) -> int:
        """Add a row of a term, by its standard or its source concept, and return its key."""
        dice, key = self.dice, len(self.rows[event.table]) + 1
        concept = dice.choice(self.concepts[term])
        column = event.concept if dice.random() < 0.8 else event.source
        ends = event.table == "drug_exposure" or dice.random() < 0.3
        cells: dict[str, Any] = {event.id: key, "person_id": person, column: concept, event.start: day}
        self.add(event.table, **cells, **({event.end: self._end(day)} if ends else {}))
        return key

    def _day(self) -> str:
        return f"{self.dice.choice((2020, 2022, 2024, 2025, 2025, 2026))}-{self.dice.randint(1, 12):02}-01"

    def _end(self, day: str) -> str:
        year, month = int(day[:4]), int(day[5:7]) + self.dice.choice((0, 1, 5))
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        return f"{year}-{month:02}-28"
