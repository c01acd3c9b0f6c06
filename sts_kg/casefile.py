"""Case files: YAML, JSON, CSV and RDF to cases. Whatever cannot be used is an error that names line and near words.

YAML is read by its nodes, not by its values: so every error has a line, a key given twice is seen, and bare `yes`,
`2025` and `2025-05-17` need no guessing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

from sts_kg.case import Case, Course, Given, Vocabulary
from sts_kg.date import PartialDate
from sts_kg.errors import CaseError, ParseError
from sts_kg.files import read_text
from sts_kg.graph import read as read_graph
from sts_kg.names import BASE, STS, compress, local

__all__ = ["parse", "read"]

_T = TypeVar("_T")
#: YAML 1.1 words for yes, no and unknown, the way its null is written included; CSV has `yes`, `no` and nothing.
_YAML_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("yes", "true", "on"), True),
    **dict.fromkeys(("no", "false", "off"), False),
    **dict.fromkeys(("unknown", "null", "~", ""), None),
}
_CSV_WORDS: dict[str, bool | None] = {"yes": True, "no": False, "": None}
_CASE_KEYS = "case label as_of findings courses history_complete declines tumour_count largest_diameter_mm".split()
_COURSE_KEYS = "therapies start end outcome growth no_growth_until".split()


def read(path: str | Path, vocabulary: Vocabulary) -> tuple[Case, ...]:
    """Return the cases of one file, in its order; the ending of its name says which syntax it has.

    `.yaml` and `.yml` (one case a document), `.json` (one case, or an array of cases), `.csv` (a cohort), and every
    RDF syntax that `sts_kg.graph` reads.

    Raises
    ------
    CaseError
        A key, word, value, date or id cannot be used, or an id is there twice; nothing of the file is returned.
    ParseError
        The file cannot be read, or is not of its syntax.
    """
    ending = Path(path).suffix.casefold()
    readers: dict[str, Callable[[str | Path, Vocabulary], Iterator[Case]]] = {
        ".yaml": _read_yaml,
        ".yml": _read_yaml,
        ".json": _read_yaml,
        ".csv": _read_csv,
    }
    return _once(tuple(readers.get(ending, _read_rdf)(path, vocabulary)), path)


def _once(cases: tuple[Case, ...], path: str | Path) -> tuple[Case, ...]:
    seen: dict[str, Case] = {}
    for case in cases:
        if case.id in seen:
            first = f"the first is at {seen[case.id].place}"
            raise CaseError(f"the case {case.id!r} is there twice; {first}", path=case.place)
        seen[case.id] = case
    if not cases:
        raise ParseError("holds no case", path=path)
    return cases


# --- words and values, the same for every syntax


@dataclass(frozen=True)
class _Place:
    """Where a value stands, for errors."""

    path: str | Path
    line: int | None

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}" if self.line is not None else str(self.path)

    def error(
        self, reason: str, *, key: str | None = None, value: object = None, valid: Iterable[str] = ()
    ) -> CaseError:
        return CaseError(reason, path=self.path, line=self.line, key=key, value=value, valid=valid)


def _word(text: str, words: Mapping[str, URIRef], kind: str, place: _Place) -> URIRef:
    if text not in words:
        raise place.error(f"there is no {kind} {text!r}", key=kind, value=text, valid=words)
    return words[text]


def _yes_or_no(text: str, key: str, words: Mapping[str, bool | None], place: _Place) -> bool | None:
    """Return the value of a yes-or-no word; None for what stands for unknown."""
    word = text.strip().casefold()
    if word in words:
        return words[word]
    expected = "yes, no or unknown" if "unknown" in words else "yes, no or nothing"
    reason = f"{text!r} is no value of {key}: {expected} is expected"
    raise place.error(reason, key=key, value=text, valid=("yes", "no"))


def _date(text: str, key: str, place: _Place) -> PartialDate:
    try:
        return PartialDate.parse(text)
    except ValueError as error:
        raise place.error(f"{key}: {error}", key=key, value=text) from error


def _whole(text: str, key: str, place: _Place) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise place.error(f"{key}: {text!r} is no whole number", key=key, value=text)
    return int(text)


def _decimal(text: str, key: str, place: _Place) -> str:
    if not (text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < 20):
        raise place.error(f"{key}: {text!r} is no number of millimetres", key=key, value=text)
    return text


def _id(text: str, place: _Place) -> str:
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise place.error(
            f"{text!r} is no id of a case: one to 200 printable characters are expected", key="case", value=text
        )
    return text.strip()


def _checked(case: Case, place: _Place) -> Case:
    """Return the case if its dates can be; `as_of` is the day of the decision, and nothing recorded is later."""
    for course in case.courses:
        _check_course(course, case.as_of, _Place(place.path, _line(course.place, place)))
    return case


def _line(place: str, fallback: _Place) -> int | None:
    number = place.rpartition("line ")[2]
    return int(number) if number.isdigit() else fallback.line


def _check_course(course: Course, as_of: PartialDate | None, place: _Place) -> None:
    dated = [("start", course.start), ("end", course.end), ("no_growth_until", course.no_growth_until)]
    for key, date in [*dated, *(("growth", grew) for grew in course.growth)]:
        if date is not None and as_of is not None and date.earliest > as_of.latest:
            raise place.error(f"{key} {date} is after the date of the case, as_of {as_of}", key=key, value=str(date))
    if course.start and course.end and course.end.latest < course.start.earliest:
        raise place.error(f"end {course.end} is before start {course.start}", key="end", value=str(course.end))
    until = course.no_growth_until
    if until and course.end and until.latest < course.end.earliest:
        raise place.error(
            f"no_growth_until {until} is before end {course.end}", key="no_growth_until", value=str(until)
        )
    for grew in course.growth:
        if until and course.end and course.end.latest <= grew.earliest and grew.latest <= until.earliest:
            raise place.error(
                f"growth {grew} is within the time for which no_growth_until {until} says that there was none",
                key="growth",
                value=str(grew),
            )


# --- YAML and JSON


def parse(text: str, vocabulary: Vocabulary) -> tuple[Case, ...]:
    """Return the cases of a YAML or JSON text; errors are those of `read`, with lines and without a path."""
    return _once(tuple(_documents("<text>", text, vocabulary)), "<text>")


def _read_yaml(path: str | Path, vocabulary: Vocabulary) -> Iterator[Case]:
    text = read_text(path)
    if Path(path).suffix.casefold() == ".json":
        text = _json_checked(path, text)
    return _documents(path, text, vocabulary)


def _documents(path: str | Path, text: str, vocabulary: Vocabulary) -> Iterator[Case]:
    try:
        roots = [root for root in yaml.compose_all(text, Loader=yaml.SafeLoader) if root is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise ParseError(
            f"is not YAML: {error.problem or error.context}", path=path, line=line, column=column
        ) from error
    except yaml.YAMLError as error:
        raise ParseError(f"is not YAML: {error}", path=path) from error
    for root in roots:
        documents = root.value if isinstance(root, yaml.SequenceNode) else [root]
        for document in documents:
            yield _Document(path, vocabulary).case(document)


def _json_checked(path: str | Path, text: str) -> str:
    """Return JSON text as text that YAML reads alike: no tab outside a string, no escaped surrogate pair."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParseError(f"is not JSON: {error.msg}", path=path, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise ParseError("is not JSON that can be read: it is nested too deeply", path=path) from error
    if not isinstance(value, dict | list):
        raise ParseError("is no case: a JSON object, or an array of objects, is expected", path=path, line=1)
    return text.replace("\t", " ")


class _Document:
    """One document of a file, read node by node."""

    def __init__(self, path: str | Path, vocabulary: Vocabulary) -> None:
        self.path, self.vocabulary = path, vocabulary

    def place(self, node: yaml.Node) -> _Place:
        return _Place(self.path, node.start_mark.line + 1)

    def case(self, node: yaml.Node) -> Case:
        keys = self.mapping(node, "a case", _CASE_KEYS)
        place = self.place(node)
        if "case" not in keys:
            raise place.error("the key 'case' is missing: every case needs an id", key="case")
        given, courses, declines = keys.get("findings"), keys.get("courses"), keys.get("declines")
        case = Case(
            id=_id(self.scalar(keys["case"], "case"), self.place(keys["case"])),
            label=self.text(keys, "label") or "",
            as_of=self.date(keys, "as_of"),
            given=() if given is None or self.null(given) else tuple(self.findings(given)),
            courses=tuple(self.course(one) for one in self.sequence(courses, "courses")),
            history_complete=bool(self.flag(keys, "history_complete")),
            declines=tuple(self.words(declines, "declines", self.vocabulary.modalities, "modality")),
            tumour_count=self.count(keys, "tumour_count"),
            largest_diameter_mm=self.decimal(keys, "largest_diameter_mm"),
            place=str(place),
        )
        return _checked(case, place)

    def findings(self, node: yaml.Node) -> Iterator[Given]:
        seen: dict[URIRef, int | None] = {}
        for key, value in self.pairs(node, "findings"):
            place = self.place(key)
            finding = _word(key.value, self.vocabulary.findings, "finding", place)
            if finding in seen:
                raise place.error(f"the finding {key.value!r} is given twice; the first is on line {seen[finding]}")
            seen[finding] = place.line
            holds = _yes_or_no(self.scalar(value, key.value), key.value, _YAML_WORDS, self.place(value))
            if holds is not None:
                yield Given(finding, holds, str(self.place(value)))

    def course(self, node: yaml.Node) -> Course:
        keys = self.mapping(node, "a course", _COURSE_KEYS)
        place = self.place(node)
        therapies = tuple(self.words(keys.get("therapies"), "therapies", self.vocabulary.therapies, "therapy"))
        if not therapies:
            raise place.error("a course needs at least one therapy, under the key 'therapies'", key="therapies")
        outcome = self.text(keys, "outcome")
        growth = keys.get("growth")
        dates = growth.value if isinstance(growth, yaml.SequenceNode) else [growth]
        return Course(
            therapies=therapies,
            start=self.date(keys, "start"),
            end=self.date(keys, "end"),
            outcome=None
            if outcome is None
            else _word(outcome, self.vocabulary.outcomes, "outcome", self.place(keys["outcome"])),
            growth=tuple(
                _date(self.scalar(one, "growth"), "growth", self.place(one))
                for one in dates
                if one and not self.null(one)
            ),
            no_growth_until=self.date(keys, "no_growth_until"),
            place=str(place),
        )

    def pairs(self, node: yaml.Node, what: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.place(node).error(f"{what} is not a mapping of keys to values, as it should be")
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.place(key).error(f"a key of {what} is not a word")
            yield key, value

    def mapping(self, node: yaml.Node, what: str, valid: list[str]) -> dict[str, yaml.Node]:
        found: dict[str, yaml.Node] = {}
        for key, value in self.pairs(node, what):
            if key.value not in valid:
                raise self.place(key).error(
                    f"{what} has no key {key.value!r}", key=key.value, value=key.value, valid=valid
                )
            if key.value in found:
                raise self.place(key).error(f"the key {key.value!r} is given twice", key=key.value)
            found[key.value] = value
        return found

    def sequence(self, node: yaml.Node | None, what: str) -> list[yaml.Node]:
        if node is None or self.null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.place(node).error(f"{what} is not a list, as it should be", key=what)
        return list(node.value)

    def words(self, node: yaml.Node | None, key: str, words: Mapping[str, URIRef], kind: str) -> Iterator[URIRef]:
        for one in self.sequence(node, key):
            yield _word(self.scalar(one, key), words, kind, self.place(one))

    def scalar(self, node: yaml.Node, what: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.place(node).error(f"{what} is a list or a mapping; one value is expected", key=what)
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def null(self, node: yaml.Node) -> bool:
        return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"

    def text(self, keys: Mapping[str, yaml.Node], key: str) -> str | None:
        node = keys.get(key)
        return None if node is None or self.null(node) else self.scalar(node, key)

    def date(self, keys: Mapping[str, yaml.Node], key: str) -> PartialDate | None:
        text = self.text(keys, key)
        return None if text is None else _date(text, key, self.place(keys[key]))

    def flag(self, keys: Mapping[str, yaml.Node], key: str) -> bool | None:
        text = self.text(keys, key)
        return None if text is None else _yes_or_no(text, key, _YAML_WORDS, self.place(keys[key]))

    def count(self, keys: Mapping[str, yaml.Node], key: str) -> int | None:
        text = self.text(keys, key)
        return None if text is None else _whole(text, key, self.place(keys[key]))

    def decimal(self, keys: Mapping[str, yaml.Node], key: str) -> str | None:
        text = self.text(keys, key)
        return None if text is None else _decimal(text, key, self.place(keys[key]))


# --- CSV


def _read_csv(path: str | Path, vocabulary: Vocabulary) -> Iterator[Case]:
    rows = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        columns = _columns(header, _Place(path, 1), vocabulary)
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _row(row, header, columns, _Place(path, rows.line_num))
    except csv.Error as error:
        raise ParseError(f"is not CSV: {error}", path=path, line=rows.line_num) from error


def _columns(header: list[str], place: _Place, vocabulary: Vocabulary) -> list[URIRef | None]:
    if "case" not in header:
        several = " (are the columns separated by commas?)" if len(header) == 1 else ""
        raise place.error(f"the column 'case' is missing{several}", key="case")
    columns = [None if name == "case" else _word(name, vocabulary.findings, "finding", place) for name in header]
    for column, name in zip(columns, header, strict=True):
        if columns.count(column) > 1:
            raise place.error(f"the column {name!r} is there twice", key=name)
    return columns


def _row(row: list[str], header: list[str], columns: list[URIRef | None], place: _Place) -> Case:
    if len(row) != len(header):
        raise place.error(f"the row has {len(row)} cells, the header has {len(header)}")
    given = []
    for finding, name, cell in zip(columns, header, row, strict=True):
        if finding is not None:
            holds = _yes_or_no(cell, name, _CSV_WORDS, place)
            if holds is not None:
                given.append(Given(finding, holds, f"{place}, column {name}"))
    return Case(id=_id(row[columns.index(None)], place), given=tuple(given), place=str(place))


# --- RDF

_OF_CASE = {
    *(STS.hasFinding, STS.lacksFinding, STS.hadCourse, STS.declinesModality),
    *(STS.asOf, STS.historyComplete, STS.tumourCount, STS.largestDiameterMm),
}
_OF_COURSE = {
    *(STS.includesTherapy, STS.courseOutcome, STS.courseStart, STS.courseEnd, STS.progressionDate, STS.noGrowthUntil)
}
_DERIVED = {STS.hasOption, STS.hasUnmetOption, STS.hasTriedOption, STS.hasDeclinedOption}


def _read_rdf(path: str | Path, vocabulary: Vocabulary) -> Iterator[Case]:
    graph, place = read_graph(path), _Place(path, None)
    cases = set(graph.subjects(RDF.type, STS.PatientCase))
    cases.update(subject for subject, predicate in graph.subject_predicates() if predicate in _OF_CASE | _DERIVED)
    courses = set(graph.objects(None, STS.hadCourse))
    for subject, predicate, object_ in sorted(graph, key=str):
        _check_triple(subject, predicate, object_, cases, courses, place)
    for iri in sorted(cases, key=str):
        if not isinstance(iri, URIRef):
            raise place.error("a case is a blank node; a case needs an IRI")
        yield _rdf_case(graph, iri, vocabulary, place)


def _check_triple(
    subject: Node, predicate: Node, object_: Node, cases: set[Node], courses: set[Node], place: _Place
) -> None:
    name = compress(str(predicate))
    if predicate in _DERIVED:
        raise place.error(f"{name} is derived and may not be given; give findings instead", key=name)
    if predicate == RDF.type and (subject in cases or subject in courses) and str(object_).startswith(BASE):
        if object_ not in (STS.PatientCase, STS.TreatmentCourse):
            raise place.error(
                f"the type {compress(str(object_))} is derived and may not be given; give findings instead"
            )
    elif str(predicate).startswith(BASE):
        valid = _OF_CASE if subject in cases else _OF_COURSE if subject in courses else set()
        if predicate not in valid:
            words = [compress(str(p)) for p in sorted(valid or _OF_CASE | _OF_COURSE)]
            raise place.error(f"{name} cannot be said of {compress(str(subject))} in a case", value=name, valid=words)


def _rdf_case(graph: Graph, iri: URIRef, vocabulary: Vocabulary, place: _Place) -> Case:
    def words(subject: Node, predicate: URIRef, valid: Mapping[str, URIRef], kind: str) -> tuple[URIRef, ...]:
        values = sorted(graph.objects(subject, predicate), key=str)
        return tuple(_word(local(str(value)), valid, kind, place) for value in values)

    def one(subject: Node, predicate: URIRef, make: Callable[[str, str, _Place], _T]) -> _T | None:
        values = sorted(graph.objects(subject, predicate), key=str)
        if len(values) > 1:
            raise place.error(
                f"{compress(predicate)} of {compress(str(subject))} has {len(values)} values, one is expected"
            )
        return make(str(values[0]), compress(predicate), place) if values else None

    def course(node: Node) -> Course:
        therapies = words(node, STS.includesTherapy, vocabulary.therapies, "therapy")
        if not therapies:
            raise place.error(f"a course of {compress(iri)} includes no therapy (sts:includesTherapy)")
        outcomes = words(node, STS.courseOutcome, vocabulary.outcomes, "outcome")
        if len(outcomes) > 1:
            raise place.error(f"a course of {compress(iri)} has {len(outcomes)} outcomes, one is expected")
        return Course(
            therapies=therapies,
            start=one(node, STS.courseStart, _date),
            end=one(node, STS.courseEnd, _date),
            outcome=outcomes[0] if outcomes else None,
            growth=tuple(
                _date(str(value), "sts:progressionDate", place)
                for value in sorted(graph.objects(node, STS.progressionDate), key=str)
            ),
            no_growth_until=one(node, STS.noGrowthUntil, _date),
            place=str(place),
        )

    given = [
        Given(finding, holds, str(place))
        for predicate, holds in ((STS.hasFinding, True), (STS.lacksFinding, False))
        for finding in words(iri, predicate, vocabulary.findings, "finding")
    ]
    label = graph.value(iri, RDFS.label)
    count = one(iri, STS.tumourCount, _whole)
    nodes = sorted(graph.objects(iri, STS.hadCourse), key=lambda node: sorted(map(str, graph.objects(node))))
    case = Case(
        id=Case.id_of(iri),
        iri=iri,
        label=str(label) if isinstance(label, Literal) else "",
        as_of=one(iri, STS.asOf, _date),
        given=tuple(given),
        courses=tuple(course(node) for node in nodes if isinstance(node, URIRef | BNode)),
        history_complete=bool(one(iri, STS.historyComplete, _flag)),
        declines=words(iri, STS.declinesModality, vocabulary.modalities, "modality"),
        tumour_count=count,
        largest_diameter_mm=one(iri, STS.largestDiameterMm, _decimal),
        place=str(place),
    )
    return _checked(case, place)


def _flag(text: str, key: str, place: _Place) -> bool:
    return bool(_yes_or_no({"1": "yes", "0": "no"}.get(text, text), key, _YAML_WORDS, place))
