"""Cases from tables: a row a patient, with rows of courses, of growth and of times without growth beside it.

A row becomes the nodes that a case file would have, each with its table and row, so that one reader checks both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite

import yaml
from rdflib import URIRef

from sts_kg.cases.case import Case
from sts_kg.cases.files import case_of_node
from sts_kg.cases.nodes import TAG, WORDS
from sts_kg.cases.places import Place, shown
from sts_kg.errors import nearest
from sts_kg.guideline import Vocabulary, short

__all__ = [
    "CELL_WORDS",
    "COURSES",
    "GROWTH",
    "NO_GROWTH",
    "PATIENT_KEYS",
    "PatientRows",
    "Row",
    "case_of_rows",
    "columns_of",
    "patient_keys",
    "text_of",
]

#: What a row of patients may say beside findings and numbers; lists of names have blanks between.
PATIENT_KEYS = ("case", "label", "as_of", "history_complete", "declines")
#: What a row of courses may say; `course` is an id within the case, by which growth names it.
COURSES = (
    *("case", "course", "therapies", "start", "end", "ongoing", "outcome", "for", "purpose", "site"),
    *("first_growth", "no_growth_until"),
)
GROWTH = ("case", "course", "date")
NO_GROWTH = ("case", "from", "until")
_LISTS = {"declines", "therapies", "purpose", "site"}
_FLAGS = {"1": "yes", "1.0": "yes", "0": "no", "0.0": "no"}
#: What a cell of a finding may say, in any letter case, to what it stands for.
CELL_WORDS: Mapping[str, bool | None] = {**WORDS, **{cell: WORDS[word] for cell, word in _FLAGS.items()}}


@dataclass(frozen=True)
class Row:
    """A row of a table: the table's name, the line of the row if it has one, and the texts of its cells that have one.

    The keys are those of a case file, and the short names of findings. `about` says which row it is where rows have no
    lines.
    """

    table: str
    number: int | None
    cells: Mapping[str, str]
    about: str = ""

    @property
    def place(self) -> Place:
        """Where the row stands."""
        return Place(self.table, self.number, self.about)


@dataclass(frozen=True)
class PatientRows:
    """All that tables say of one patient: the row of the patient, and the rows of courses and of growth."""

    patient: Row
    courses: Sequence[Row] = ()
    growth: Sequence[Row] = ()
    no_growth: Sequence[Row] = ()


def patient_keys(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what a row of patients may say beside findings: `PATIENT_KEYS`, and the keys of numbers."""
    return (*PATIENT_KEYS, *vocabulary.numbers)


def columns_of(header: Sequence[str], table: str, valid: Sequence[str], findings: Mapping[str, URIRef]) -> list[str]:
    """Return the key of each column of a table: one of `valid`, or the short name of a finding.

    Letter case, and `_` for `-`, do not matter.

    Raises
    ------
    CaseError
        A column has no name, an unknown one, or is there twice; or there is no column `case`.
    """
    place = Place(table)
    known = {_plain(name): short(finding) for name, finding in findings.items()}
    known |= {_plain(name): name for name in valid}
    found: list[str] = []
    for number, name in enumerate(header, 1):
        if not name.strip():
            raise place.error(f"column {number} of {len(header)} has no name")
        key = known.get(_plain(name))
        if key is None:
            names = sorted({*known.values()})
            raise place.unknown(f"there is no column {shown(name)} in such a table", name, names, key=name)
        if key in found:
            also = header[found.index(key)]
            again = f", as {shown(also)}" if also != name else ""
            raise place.error(f"the column {name!r} is there twice{again}", key=name)
        found.append(key)
    if "case" not in found:
        near = nearest("case", header)
        raise place.error("the column 'case' is missing" + (f"; name {shown(near[0])} so" if near else ""), key="case")
    return found


def _plain(name: str) -> str:
    return name.strip().casefold().replace("_", "-")


def text_of(value: object) -> str:
    """Return a cell of a typed table as the text that a CSV file would have; what is missing is empty."""
    if value is None or value != value:  # NaN
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal) and isfinite(value) and value == int(value):
        return str(int(value))
    if isinstance(value, list | tuple):
        return " ".join(map(text_of, value))
    return str(value).strip()


def case_of_rows(rows: PatientRows, vocabulary: Vocabulary) -> Case:
    """Return the case that the rows of one patient say.

    Raises
    ------
    CaseError
        A cell, a date, a name or an id cannot be used; it names the table and the row.
    """
    row = rows.patient
    case: dict[str, yaml.Node] = {}
    findings: dict[str, yaml.Node] = {}
    for key, cell in row.cells.items():
        if key in PATIENT_KEYS or key in vocabulary.numbers:
            case[key] = _value(key, cell, row)
        else:
            findings[key] = _scalar(_FLAGS.get(cell, cell), row)
    by_id: dict[str, list[Row]] = {}
    for grew in rows.growth:
        by_id.setdefault(grew.cells.get("course", ""), []).append(grew)
    case["growth"] = _list(_needed(grew, "date") for grew in by_id.pop("", ()))
    courses, ids = [], set()
    for course in rows.courses:
        keys = {key: _value(key, cell, course) for key, cell in course.cells.items() if key not in ("case", "course")}
        if name := course.cells.get("course"):
            if name in ids:
                raise course.place.error(f"the course {name!r} is there twice in the case", key="course", value=name)
            ids.add(name)
            keys["growth"] = _list(_needed(grew, "date") for grew in by_id.pop(name, ()))
        courses.append(_mapping(keys, course))
    for name, [grew, *_] in by_id.items():
        raise grew.place.error(f"the case has no course {shown(name)}", key="course", value=name)
    periods = (
        _mapping({key: _value(key, cell, one) for key, cell in one.cells.items() if key != "case"}, one)
        for one in rows.no_growth
    )
    case |= {"findings": _mapping(findings, row), "courses": _list(courses), "no_growth": _list(periods)}
    return case_of_node(_mapping(case, row), row.table, vocabulary)


def _mark(row: Row) -> yaml.Mark:
    return yaml.Mark(row.table, 0, (row.number or 0) - 1, 0, None, 0)


def _scalar(text: str, row: Row) -> yaml.Node:
    return yaml.ScalarNode(f"{TAG}str", text, _mark(row), _mark(row))


def _needed(row: Row, key: str) -> yaml.Node:
    if key not in row.cells:
        raise row.place.error(f"the column {key!r} is empty", key=key)
    return _scalar(row.cells[key], row)


def _value(key: str, cell: str, row: Row) -> yaml.Node:
    if key in _LISTS:
        return _list(_scalar(word, row) for word in cell.replace(";", " ").replace(",", " ").split())
    return _scalar(_FLAGS.get(cell, cell) if key in ("history_complete", "ongoing", "first_growth") else cell, row)


def _list(nodes: Iterable[yaml.Node]) -> yaml.Node:
    found = list(nodes)
    mark = found[0].start_mark if found else yaml.Mark("", 0, 0, 0, None, 0)
    return yaml.SequenceNode(f"{TAG}seq", found, mark, mark)


def _mapping(values: Mapping[str, yaml.Node], row: Row) -> yaml.Node:
    pairs = [(_scalar(key, row), value) for key, value in values.items()]
    return yaml.MappingNode(f"{TAG}map", pairs, _mark(row), _mark(row))
