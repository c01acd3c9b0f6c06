"""Verdicts of reviewers on decisions: read from the form that they filled in, and as triples of a module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.errors import ParseError, nearest
from sts_kg.guideline.readings import names_of_readings, reading_name
from sts_kg.rdf import STS, local
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import iso_date, read_rows

if TYPE_CHECKING:
    from sts_kg.guideline.guideline import Guideline

__all__ = [
    "FORM",
    "TOLD",
    "VERDICTS",
    "Verdict",
    "Verdicts",
    "by_decision",
    "people",
    "read_verdicts",
    "verdict_triples",
]

#: What a reviewer can say: our reading is right, another is, or neither can be said.
VERDICTS = ("agree", "other", "unsure")
#: The columns to be filled in, after the decision.
FORM = ("verdict", "reading", "reviewer", "date", "comment")
#: The columns of the form that only tell what to judge.
TOLD = ("segments", "label", "question", "our reading", "other readings")
_COLUMNS = ("decision", *FORM)
_OPTIONAL = ("reading", "comment")
_DECISION = re.compile(r"[Dd]([0-9]+)([A-Za-z]?)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True)
class Verdict(Shown):
    """What one reviewer said of one decision on one day; `reading` names the one that is right, if it is encoded."""

    decision: URIRef
    verdict: str
    reviewer: str
    date: date
    reading: str = ""
    comment: str = ""

    def __repr__(self) -> str:
        return f"<Verdict: {local(self.decision)}, {self}>"

    @property
    def agrees(self) -> bool:
        """Whether the reviewer finds our reading right."""
        return self.verdict == "agree"

    def __str__(self) -> str:
        said = {"agree": "agreed by", "unsure": "unsure:"}.get(self.verdict)
        if said is None:
            said = f"another reading is right{f' ({self.reading})' if self.reading else ''}:"
        return f"{said} {self.reviewer}, {self.date.isoformat()}"

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as plain values."""
        return {
            "decision": local(self.decision),
            "verdict": self.verdict,
            "reading": self.reading,
            "reviewer": self.reviewer,
            "date": self.date.isoformat(),
            "comment": self.comment,
        }


@dataclass(frozen=True)
class Verdicts(Shown):
    """The verdicts of some forms, by decision and then in the order of the forms; rows without one are counted."""

    verdicts: tuple[Verdict, ...] = ()
    n_empty: int = 0

    def __repr__(self) -> str:
        by = f" by {people(self)}" if self.verdicts else ""
        return f"<Verdicts: {counted(len(self), 'verdict')}{by}>"

    def __len__(self) -> int:
        return len(self.verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)


def people(verdicts: Iterable[Verdict]) -> str:
    """Return the reviewers in words, each once, in the order of the alphabet."""
    *most, last = sorted({each.reviewer for each in verdicts}, key=str.casefold)
    return f"{', '.join(most)} and {last}" if most else last


def read_verdicts(
    forms: str | Path | Iterable[str | Path], guideline: Guideline, *, today: date | None = None
) -> Verdicts:
    """Return the verdicts of one or several filled-in forms.

    A form is a CSV file as spreadsheets write it (`sts_kg.tables.read_rows`) with the columns decision,
    verdict (`agree`, `other`, `unsure`, or empty: not filled in), reviewer, date and, if wanted, reading and comment.
    The columns of `sts-kg review -o FORM.csv` that tell what to judge are left aside, but for the labels, by which the
    form of another guideline is known. The day of a date may be written `2026-11-28`, or as `sts_kg.tables.iso_date`
    reads it.

    Raises
    ------
    ParseError
        A form cannot be read, a column is missing, unknown or there twice, or a cell is not what is expected; with
        the line, the number of the column, and what would be right. Or its labels are those of another guideline.
    """
    found: list[Verdict] = []
    n_empty = 0
    said: dict[tuple[URIRef, str], str] = {}
    for path in [forms] if isinstance(forms, str | Path) else forms:
        form = _Form(Path(path), guideline, today or date.today())
        for row in form.rows():
            verdict = row.verdict()
            if verdict is None:
                n_empty += 1
                continue
            who = (verdict.decision, " ".join(verdict.reviewer.casefold().split()))
            if who in said:
                raise row.error("reviewer", f"{verdict.reviewer} has judged this decision before: {said[who]}")
            said[who] = f"{path}, line {row.line}"
            found.append(verdict)
        if form.labels and not form.labels & form.known_labels:
            reason = f"has no label of a decision of {guideline.name}; the form of this guideline is expected"
            raise ParseError(reason, path=path)
    return Verdicts(tuple(sorted(found, key=lambda each: each.decision)), n_empty)


class _Form:
    """One form: its columns, and its rows with their lines."""

    def __init__(self, path: Path, guideline: Guideline, today: date) -> None:
        self.path, self.today = path, today
        self.decisions = {local(each): each for each in guideline.decisions}
        self.prefix = f"{guideline.prefix}:"
        self.readings = _readings(guideline)
        self.columns: dict[str, int] = {}
        self.known_labels = {" ".join(guideline.labels.get(each, "").split()) for each in guideline.decisions}
        self.labels = set[str]()  #: what the form calls the decisions, if it has that column

    def rows(self) -> Iterator[_Row]:
        records = read_rows(self.path)
        line, header = next(records, (1, []))
        for at, cell in enumerate(header):
            name = " ".join(cell.casefold().split())
            if not name:
                continue  # what stands below it is refused
            if name not in (*_COLUMNS, *TOLD):
                near = nearest(name, (*_COLUMNS, *TOLD))
                hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(_COLUMNS)}"
                raise ParseError(f"there is no column {cell[:40]!r}; {hint}", path=self.path, line=line, column=at + 1)
            if name in self.columns:
                raise ParseError(f"the column {name} is there twice", path=self.path, line=line, column=at + 1)
            self.columns[name] = at
        if missing := [name for name in _COLUMNS if name not in self.columns and name not in _OPTIONAL]:
            needed = ", ".join(name for name in _COLUMNS if name not in _OPTIONAL)
            reason = f"the column {missing[0]} is missing; the first line must name {needed}"
            raise ParseError(reason, path=self.path, line=line)
        for line, cells in records:
            row = _Row(self, line, cells)
            if label := " ".join(row.cell("label").split()):
                self.labels.add(label)
            yield row


@dataclass(frozen=True)
class _Row:
    form: _Form
    line: int
    cells: list[str]

    def cell(self, name: str) -> str:
        at = self.form.columns.get(name, len(self.cells))
        return self.cells[at] if at < len(self.cells) else ""

    def error(self, name: str, reason: str) -> ParseError:
        column = self.form.columns.get(name)
        return ParseError(
            f"{name}: {reason}", path=self.form.path, line=self.line, column=None if column is None else column + 1
        )

    def verdict(self) -> Verdict | None:
        """Return the verdict of the row; None if it is not filled in."""
        for at, cell in enumerate(self.cells):
            if cell and at not in self.form.columns.values():
                reason = f"{cell[:40]!r} stands under no name of a column; put a text with commas into quotes"
                raise ParseError(reason, path=self.form.path, line=self.line, column=at + 1)
        for name in ("reviewer", "comment"):
            if any(category(character) == "Cc" and character not in "\t\r\n" for character in self.cell(name)):
                raise self.error(name, f"{self.cell(name)[:40]!r} holds a control character")
        decision = self.decision()
        said = self.cell("verdict").casefold()
        if not said:
            for name in ("reading", "comment"):  # a name or a date may be filled in ahead
                if self.cell(name):
                    raise self.error("verdict", f"is empty beside a {name}; {_or(VERDICTS)} is expected")
            return None
        if said not in VERDICTS:
            raise self.error("verdict", f"{self.cell('verdict')[:40]!r} is none; {_or(VERDICTS)} is expected")
        if not (reviewer := " ".join(self.cell("reviewer").split())):
            raise self.error("reviewer", "is missing; a verdict needs the name of who gives it")
        return Verdict(decision, said, reviewer, self.date(), self.reading(decision, said), self.cell("comment"))

    def decision(self) -> URIRef:
        name = self.cell("decision").removeprefix(self.form.prefix)
        written = _DECISION.fullmatch(name)
        found = written and self.form.decisions.get(f"D{written[1].zfill(2)}{written[2].lower()}")
        if found is None:
            near = nearest(name, self.form.decisions)
            wrong = f"there is no decision {name[:40]!r}" if name else "is missing"
            raise self.error("decision", wrong + (f"; did you mean {_or(near)}?" if near else "; such as D04"))
        return found

    def date(self) -> date:
        text = self.cell("date")
        try:
            iso = _ISO.fullmatch(iso_date(text))
        except ValueError as error:
            raise self.error("date", str(error)) from None
        if iso is None:
            wrong = f"{text[:40]!r} is not a date" if text else "is missing"
            raise self.error("date", f"{wrong}; year, month and day are expected, such as 2026-11-28")
        year, month, day = map(int, iso.groups())
        try:
            found = date(year, month, day)
        except ValueError:
            raise self.error("date", f"{text!r} is no day of the calendar") from None
        if found > self.form.today:
            raise self.error("date", f"{text} is in the future; today is {self.form.today.isoformat()}")
        return found

    def reading(self, decision: URIRef, said: str) -> str:
        name = self.cell("reading")
        if not name:
            return ""
        if said != "other":
            raise self.error("reading", f"{name[:40]!r} goes with the verdict other only; this one is {said}")
        of = f"{local(decision)}="
        readings = sorted(key for key in self.form.readings if key.startswith(of))
        for key in (name, of + name):
            if key in readings:
                return key
        known = f"; there is {_or(readings)}" if readings else "; none is encoded"
        raise self.error(
            "reading", f"{name[:40]!r} is no reading of {local(decision)}{known}; put other words into comment"
        )


def _readings(guideline: Guideline) -> dict[str, URIRef]:
    """Return the readings by name, also of a guideline that is by one of them."""
    return names_of_readings(guideline.reading.chosen if guideline.reading else guideline.asserted)


def _or(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


# --- as triples


def verdict_triples(verdicts: Iterable[Verdict], guideline: Guideline) -> Iterator[tuple[Node, Node, Node]]:
    """Yield the triples of the module of verdicts, with its title."""
    module = guideline.graph_name("verdicts")
    yield module, RDF.type, OWL.Ontology
    yield module, DCTERMS.title, Literal("Verdicts of reviewers", lang="en")
    yield module, DCTERMS.isPartOf, guideline.iri
    yield from ((module, DCTERMS.license, each) for each in guideline.asserted.objects(guideline.iri, DCTERMS.license))
    readings = _readings(guideline)
    counted: dict[URIRef, int] = {}
    for each in verdicts:
        count = counted[each.decision] = counted.get(each.decision, 0) + 1
        decision = local(each.decision)
        iri = URIRef(f"{guideline.base}verdict/{decision}-{count}")
        yield iri, RDF.type, STS.Verdict
        yield iri, RDFS.label, Literal(f"verdict {count} on {decision}", lang="en")
        yield iri, STS.onDecision, each.decision
        yield iri, STS.verdictWord, Literal(each.verdict)
        yield iri, STS.reviewer, Literal(each.reviewer)
        yield iri, DCTERMS.date, Literal(each.date.isoformat())  # OWL 2 RL has no xsd:date
        if each.reading:
            yield iri, STS.onReading, readings[each.reading]
        if each.comment:
            yield iri, RDFS.comment, Literal(each.comment)


def by_decision(asserted: Graph) -> dict[URIRef, tuple[Verdict, ...]]:
    """Return the verdicts in a graph by decision, in the order of the forms."""
    found: dict[URIRef, list[tuple[str, Verdict]]] = {}
    for iri, decision in asserted.subject_objects(STS.onDecision):
        assert isinstance(decision, URIRef), "a verdict is on a decision"
        reading = asserted.value(iri, STS.onReading)
        said = Verdict(
            decision,
            str(asserted.value(iri, STS.verdictWord)),
            str(asserted.value(iri, STS.reviewer)),
            date.fromisoformat(str(asserted.value(iri, DCTERMS.date))),
            reading_name(reading, decision) if reading else "",
            str(asserted.value(iri, RDFS.comment) or ""),
        )
        found.setdefault(decision, []).append((str(iri), said))
    order = sorted(found)
    return {
        each: tuple(said for _, said in sorted(found[each], key=lambda pair: (len(pair[0]), pair[0]))) for each in order
    }
