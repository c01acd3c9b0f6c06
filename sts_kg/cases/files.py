"""Case files: YAML, JSON, FHIR, CSV and RDF to cases. What cannot be used is an error that names line and near words.

YAML and JSON are read by their nodes, not by their values: so every error has a line, a key given twice is seen, and
bare `yes`, `2025` and `2025-05-17` need no guessing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import partial
from os.path import isdir
from pathlib import Path

import yaml
from rdflib import Graph, URIRef

from sts_kg.cases.case import Case, Course, Declined, Expected, Given, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.fact_rules import impossible, impossible_growth, impossible_period, require_possible
from sts_kg.cases.graph import cases_in
from sts_kg.cases.nodes import WORDS, Nodes, Placed, is_null, json_nodes, placed_node, yaml_nodes
from sts_kg.cases.places import Place, shown
from sts_kg.cases.responses import cases_in_resources
from sts_kg.cases.statuses import STATUSES, Status
from sts_kg.errors import ParseError, nearest
from sts_kg.guideline import Number, Vocabulary, key_of, written
from sts_kg.rdf import read as read_graph
from sts_kg.rdf import read_text, syntax_told
from sts_kg.safe import counted
from sts_kg.tables import read_rows

__all__ = ["COHORT", "case_file", "case_of_node", "case_of_placed", "parse", "read", "read_each"]

COHORT = ".csv"  #: the ending of a file that is read row by row

_CASE_KEYS = "case label as_of findings courses history_complete growth no_growth declines expected".split()
_COURSE_KEYS = ("therapies start end ongoing outcome for purpose site growth first_growth no_growth_until").split()
_PERIOD_KEYS = "from until".split()
_OTHERS = URIRef("others")  # of `expected`: all options that are not named
_STATUSES: dict[str, Status] = {status: status for status in STATUSES}


def read(path: str | Path, vocabulary: Vocabulary) -> tuple[Case, ...]:
    """Return the cases of one file, in its order; the ending of its name says which syntax it has.

    `.yaml` and `.yml` (one case a document), `.json` (one case, an array of cases, or a QuestionnaireResponse or a
    Bundle of FHIR, but not JSON-LD), `.csv` (a cohort); anything else is RDF in a syntax that `sts_kg.rdf.Document`
    reads, whatever its ending.

    Raises
    ------
    CaseError
        A key, word, value, date or id cannot be used, or an id is there twice; nothing of the file is returned.
    ParseError
        The file cannot be read, is not of its syntax, or has an ending that is not known.
    """
    return tuple(read_each(path, vocabulary, {}))


def read_each(path: str | Path, vocabulary: Vocabulary, places: dict[str, str] | None) -> Iterator[Case]:
    """Yield the cases of one file as `read` has them, those of a cohort as its rows are read.

    `places` gets the id of each case and where it stands. Without it, no id is looked for twice.

    Raises
    ------
    CaseError, ParseError
        As `read`; cases that stand before what is wrong have been yielded then.
    """
    ending = Path(path).suffix.casefold()
    found: Iterable[tuple[Place, Case]]
    if ending in (".yaml", ".yml"):
        found = _documents(path, yaml_nodes(path, read_text(path)), vocabulary)
    elif ending == ".json" and not _RDF_IN_JSON.search(text := read_text(path)):
        found = _in_json(path, text, vocabulary)
    elif ending == COHORT:
        found = _csv(path, vocabulary)
    else:
        found = cases_in(_graph(path), path, vocabulary)
    yield from (case for _, case in found) if places is None else _once(found, path, places)


def parse(text: str, vocabulary: Vocabulary, *, path: str = "<text>", most: int | None = None) -> tuple[Case, ...]:
    """Return the cases of a YAML or JSON text; errors are those of `read`, with lines and this name for the path.

    A text with more than `most` lists, mappings and single values is a `ParseError`, too.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith(("{", "[")):
        with suppress(ParseError):  # what is not JSON may still be YAML with brackets
            return tuple(_once(_in_json(path, text, vocabulary, most), path, {}))
    return tuple(_once(_documents(path, yaml_nodes(path, text, most), vocabulary), path, {}))


_RDF_IN_JSON = re.compile(r'"@(?:context|graph|id)"\s*:')


def _graph(path: str | Path) -> Graph:
    if isdir(path):
        raise ParseError("is a folder, a file was expected", path=path)
    if Path(path).suffix.casefold() in (".xlsx", ".xls", ".xlsm", ".ods", ".numbers"):
        reason = "is a workbook of a spreadsheet; save the sheet as “CSV UTF-8 (comma delimited)”, with the ending .csv"
        raise ParseError(reason, path=path)
    try:
        return read_graph(path)
    except ParseError as error:
        if syntax_told(path) is not None or error.line is not None:
            raise
        reason = f"{error.reason}; cases that are not RDF end in .yaml, .yml, .json or .csv"
        raise ParseError(reason, path=path) from error


def _once(cases: Iterable[tuple[Place, Case]], path: str | Path, places: dict[str, str]) -> Iterator[Case]:
    for place, case in cases:
        if case.id in places:
            first = f"the first is at {places[case.id]}"
            raise place.error(f"the case {case.id!r} is there twice; {first}", key="case", value=case.id)
        places[case.id] = case.place
        yield case
    if not places:
        raise ParseError("holds no case", path=path)


# --- YAML and JSON


def _documents(
    path: str | Path, documents: Iterable[yaml.Node], vocabulary: Vocabulary
) -> Iterator[tuple[Place, Case]]:
    document = _Document(path, vocabulary)
    for node in documents:
        yield document.place(node), document.case(node)


def _in_json(
    path: str | Path, text: str, vocabulary: Vocabulary, most: int | None = None
) -> Iterator[tuple[Place, Case]]:
    try:
        yield from _documents(path, cases_in_resources(path, json_nodes(path, text, most), vocabulary), vocabulary)
    except RecursionError as error:
        raise ParseError("is not JSON that can be read: it is nested too deeply", path=path) from error


def case_of_placed(value: Placed, vocabulary: Vocabulary) -> Case:
    """Return the case of a mapping with the keys of a case file, each value of which says where it stands.

    Raises
    ------
    CaseError
        A key, word, value, date or id cannot be used; its `path` is the place.
    """
    return _Document(value.place, vocabulary).case(placed_node(value))


def case_file(case: Case, remark: str = "") -> str:
    """Return a case as a file in YAML, with a remark above it; read again it is the same case, but for its places.

    Raises
    ------
    CaseError
        The case has and lacks a finding, which only RDF can say.
    """
    above = "".join(f"# {line}\n" for line in remark.splitlines())
    said = case.as_dict() | {key_of(of): number for of, number in case.numbers.items()}
    return above + yaml.dump(said, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Writes truth values as yes and no, and decimals in the digits that they have."""


_Dumper.add_representer(
    bool, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if value else "no")
)


def _plain(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    kind = "float" if "." in (text := written(value)) else "int"  # by which a reader knows it, without quotes or a tag
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Dumper.add_representer(Decimal, _plain)


def case_of_node(node: yaml.Node, path: str, vocabulary: Vocabulary) -> Case:
    """Return the case that a mapping of nodes says; a node whose mark has a name stands in the file of that name.

    Raises
    ------
    CaseError
        A key, word, value, date or id cannot be used.
    """
    return _Document(path, vocabulary).case(node)


class _Document(Nodes):
    """What a document of a file says, read node by node."""

    def case(self, node: yaml.Node) -> Case:
        keys = self.mapping(node, "a case", [*_CASE_KEYS, *self.vocabulary.numbers])
        if "case" not in keys:
            raise self.place(node).error("the key 'case' is missing: every case needs an id", key="case")
        as_of = self.made(keys, "as_of", Place.date)
        return Case(
            id=self.made(keys, "case", Place.id) or self.place(keys["case"]).id(""),
            label=self.made(keys, "label", Place.label) or "",
            as_of=as_of,
            given=tuple(self.findings(keys.get("findings"))),
            courses=tuple(self.course(one, as_of) for one in self.sequence(keys.get("courses"), "courses")),
            history_complete=self.yes_or_no(keys, "history_complete"),
            growth=self.growth(keys.get("growth"), as_of),
            no_growth=tuple(
                self.period(one, as_of) for one in self.sequence(self.listed(keys.get("no_growth")), "no_growth")
            ),
            declines=tuple(self.declined(keys.get("declines"))),
            numbers=dict(self.numbers(keys)),
            place=str(self.place(node)),
            expected=self.expected(keys.get("expected")),
        )

    def numbers(self, keys: Mapping[str, yaml.Node]) -> Iterator[tuple[URIRef, int | Decimal]]:
        for key, number in self.vocabulary.numbers.items():
            value = self.made(keys, key, partial(Place.number, number=number))
            if value is not None:
                yield number.iri, value

    def expected(self, node: yaml.Node | None) -> Expected:
        """Return the statuses that are expected of options; a status may be written as it is shown, `not met`."""
        words = {**self.vocabulary.options, str(_OTHERS): _OTHERS}
        found: dict[URIRef, Status] = {}
        lines: dict[URIRef, int | None] = {}
        for key, value in () if node is None or is_null(node) else self.pairs(node, "expected", "`pazopanib: met`"):
            place, name = self.place(key), key.value
            option = place.word(name, words, "option", key="expected")
            if option in found:
                reason = f"the option {name!r} is expected twice; the first is on line {lines[option]}"
                raise place.error(reason, key=name)
            lines[option], text = place.line, self.scalar(value, name)
            status = _STATUSES.get("-".join(text.split()))
            if status is None:
                reason = f"{shown(text)} is not a status of an option: {', '.join(STATUSES[:-1])} or {STATUSES[-1]}"
                raise self.place(value).error(f"{reason} is expected", key=name, value=text)
            found[option] = status
        others = found.pop(_OTHERS, None)
        return Expected(tuple(found.items()), others)

    def declined(self, node: yaml.Node | None) -> Iterator[Declined]:
        seen = set()
        for one in self.sequence(node, "declines"):
            place = self.place(one)
            modality = place.word(self.scalar(one, "declines"), self.vocabulary.modalities, "modality")
            if modality not in seen:
                seen.add(modality)
                yield Declined(modality, str(place))

    def period(self, node: yaml.Node, as_of: PartialDate | None) -> NoGrowth:
        keys = self.mapping(node, "a period of no_growth", _PERIOD_KEYS)
        since, until = (self.made(keys, key, Place.date) for key in _PERIOD_KEYS)
        if since is None or until is None:
            reason = "a period of no_growth needs two dates: {from: 2025-01, until: 2025-06}"
            raise self.place(node).error(reason, key="from" if since is None else "until")
        period = NoGrowth(since, until, str(self.place(node)))
        require_possible(impossible_period(period, as_of), self.place(node), self.places(keys))
        return period

    def findings(self, node: yaml.Node | None) -> Iterator[Given]:
        seen: dict[URIRef, int | None] = {}
        for key, value in () if node is None or is_null(node) else self.pairs(node, "findings", "`unresectable: yes`"):
            place, name = self.place(key), key.value
            finding = place.word(name, self.vocabulary.findings, "finding")
            if finding in seen:
                first = f"the first is on line {seen[finding]}"
                raise place.error(f"the finding {name!r} is given twice; {first}", key=name)
            seen[finding] = place.line
            holds = self.place(value).yes_or_no(self.scalar(value, name), name, WORDS)
            if holds is not None:
                yield Given(finding, holds, str(self.place(value)))

    def course(self, node: yaml.Node, as_of: PartialDate | None) -> Course:
        keys = self.mapping(node, "a course", _COURSE_KEYS)
        therapies = self.words(keys.get("therapies"), "therapies", self.vocabulary.therapies, "therapy")
        if not therapies:
            reason = "a course needs at least one therapy, as in therapies: [doxorubicin]"
            raise self.place(node).error(reason, key="therapies")
        course = Course(
            therapies=therapies,
            start=self.made(keys, "start", Place.date),
            end=self.made(keys, "end", Place.date),
            outcome=self.made(
                keys, "outcome", lambda place, text, key: place.word(text, self.vocabulary.outcomes, key)
            ),
            growth=self.growth(keys.get("growth"), as_of),
            no_growth_until=self.made(keys, "no_growth_until", Place.date),
            place=str(self.place(node)),
            first_growth=bool(self.yes_or_no(keys, "first_growth")),
            ongoing=self.yes_or_no(keys, "ongoing"),
            indication=self.made(
                keys,
                "for",
                lambda place, text, key: place.word(text, self.vocabulary.indications, "indication", key=key),
            ),
            purposes=self.words(self.listed(keys.get("purpose")), "purpose", self.vocabulary.purposes, "purpose"),
            sites=self.words(self.listed(keys.get("site")), "site", self.vocabulary.sites, "site"),
        )
        require_possible(impossible(course, as_of), self.place(node), self.places(keys))
        return course

    def places(self, keys: Mapping[str, yaml.Node]) -> dict[str, Place]:
        return {key: self.place(value) for key, value in keys.items()}

    def growth(self, node: yaml.Node | None, as_of: PartialDate | None) -> tuple[PartialDate, ...]:
        """Return the dates of growth of a value that is one date or a list of dates."""
        found = []
        for one in self.sequence(self.listed(node), "growth"):
            if not is_null(one):
                found.append(self.place(one).date(self.scalar(one, "growth"), "growth"))
                require_possible(impossible_growth(found[-1], as_of), self.place(one))
        return tuple(found)


# --- CSV


def _csv(path: str | Path, vocabulary: Vocabulary) -> Iterator[tuple[Place, Case]]:
    rows = read_rows(path)
    line, header = next(rows, (1, []))
    if header:
        columns = _columns(header, Place(path, line), vocabulary)
        for line, row in rows:
            yield Place(path, line), _row(row, header, columns, Place(path, line))


def _columns(header: list[str], place: Place, vocabulary: Vocabulary) -> list[URIRef | Number | None]:
    """Return the finding or number of each column, None for that of the case's id."""
    header[:] = [name if name in vocabulary.findings else name.casefold() for name in header]  # as in Case, Stage4-STS
    if "case" not in header:
        near = [name for name in nearest("case", header) if name not in vocabulary.findings]
        hint = f"; name {shown(near[0])} so" if near else ""
        raise place.error(f"the column 'case' is missing{hint}", key="case", value="case")
    columns: list[URIRef | Number | None] = []
    for number, name in enumerate(header, 1):
        if not name:
            raise place.error(f"column {number} of {len(header)} has no name")
        column: URIRef | Number | None = vocabulary.numbers.get(name)
        if name != "case" and column is None:
            column = place.word(name, vocabulary.findings, "finding")
        if column in columns:
            first = header[columns.index(column)]
            also = f", as {first!r}" if first != name else ""
            raise place.error(f"the column {name!r} is there twice{also}", key=name)
        columns.append(column)
    return columns


def _row(row: list[str], header: list[str], columns: list[URIRef | Number | None], place: Place) -> Case:
    if len(row) != len(header):
        raise place.error(f"the row has {counted(len(row), 'cell')}, the header has {len(header)}")
    given, numbers = [], {}
    for column, name, cell in zip(columns, header, row, strict=True):
        if isinstance(column, Number):
            if cell.strip():
                numbers[column.iri] = place.number(cell.strip(), name, column)
        elif column is not None:
            holds = place.yes_or_no(cell, name, WORDS)
            if holds is not None:
                given.append(Given(column, holds, f"{place}, column {name}"))
    return Case(id=place.id(row[columns.index(None)]), given=tuple(given), numbers=numbers, place=str(place))
