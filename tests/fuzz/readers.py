"""The readers of what others write, each as a function of bytes that says what is wrong with how it reads them.

A reader returns a value or raises an error of `sts_kg.errors` with one clear line; the same text is read the same on
every path; and nothing is left out without a word.
"""

from __future__ import annotations

import os
import pickle
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Dataset, Graph, Literal
from rdflib.namespace import RDF, XSD

from sts_kg.cases.files import read as read_cases
from sts_kg.closure.io.reading import read as read_columns
from sts_kg.closure.terms import Terms
from sts_kg.errors import StsKgError
from sts_kg.guideline import read_verdicts
from sts_kg.knowledge import KnowledgeGraph, load
from sts_kg.links import read_all, text, to_graph, validate
from sts_kg.links.sssom_json import of_json, to_json
from sts_kg.links.sssom_table import read_table
from sts_kg.links.sssom_yaml import emitted, parsed
from sts_kg.quality import slips
from sts_kg.queries import check_syntax, read_own
from sts_kg.rdf import Document, as_text
from sts_kg.rdf.graphs import of_quads
from sts_kg.rdf.sniffing import as_utf8
from sts_kg.rdf.terms import rdflib_quiet
from sts_kg.safe import UNSAFE

__all__ = ["LONGEST", "READERS", "FaultError", "Reader", "outcome"]

#: Characters of an error; a message may show something of the text, and not all of it.
LONGEST = 1000
SEEDS = Path(__file__).parent / "seeds"
BASE = "http://example.org/d/e"


class FaultError(Exception):
    """What is wrong with how a text was read: a kind in a few words that do not depend on the text, and details."""

    def __init__(self, kind: str, details: object = "") -> None:
        super().__init__(kind, details)
        self.kind, self.details = kind, details


@dataclass(frozen=True)
class Reader:
    """A reader: what it does with bytes, the kinds of texts to begin with (folders of `seeds`), the rooms it is in."""

    read: Callable[[bytes], object]
    kinds: tuple[str, ...]
    rooms: tuple[str, ...]

    @property
    def seeds(self) -> list[bytes]:
        """Small texts to begin with, all written for this purpose."""
        return [path.read_bytes() for path in self._files() if path.name != "words"]

    @property
    def endings(self) -> set[str]:
        """The endings of files that it reads."""
        return {path.suffix for path in self._files() if path.name != "words"}

    @property
    def words(self) -> list[str]:
        """The words that such texts are made of."""
        lists = (path.read_text(encoding="utf-8") for path in self._files() if path.name == "words")
        return sorted({word for text in lists for word in text.splitlines()})

    def _files(self) -> list[Path]:
        return [path for kind in self.kinds for path in sorted((SEEDS / kind).iterdir())]


def outcome(reader: Reader, data: bytes) -> str:
    """Return what comes of reading, in a line: a number of things, or an error.

    Raises
    ------
    FaultError
        The reader does what no reader may do.
    """
    try:
        return str(reader.read(data))
    except StsKgError as error:
        _check_error(error, data)
        return f"{type(error).__name__}: {error}".replace(f"{_folder()}/", "")


def _check_error(error: StsKgError, data: bytes) -> None:
    said, name = str(error), type(error).__name__
    if not said.strip():
        raise FaultError(f"{name} says nothing")
    if "\n" in said or "\t" in said or UNSAFE.search(said):
        raise FaultError(f"{name} holds a control character", said)
    if len(said) > LONGEST:
        raise FaultError(f"{name} is long", said)
    if str(pickle.loads(pickle.dumps(error))) != said:
        raise FaultError(f"{name} is another after pickling", said)
    line, column = getattr(error, "line", None), getattr(error, "column", None)
    lines = data.decode(errors="replace").splitlines()  # YAML counts as Python does
    if line is not None and not 1 <= line <= len(lines) + data.count(b"\0\n") + 2:
        raise FaultError(f"{name} names a line that is not there", said)
    if column is not None and not 1 <= column <= len(data) + 2:
        raise FaultError(f"{name} names a column that is not there", said)


# --- RDF and OWL


def _rdf(told: str | None) -> Callable[[bytes], object]:
    ending = _ENDINGS.get(str(told), told)
    path = f"given.{ending}" if ending else "given"

    def opened(data: bytes, lenient: bool = False) -> Document:
        return Document(data, path=path, base=BASE, told=told, lenient=lenient)

    def read(data: bytes) -> object:
        strict, said = _tried(lambda: _quads(opened(data)))
        left_out, said_of_lenient = _tried(lambda: _quads(opened(data, lenient=True)))
        columns, said_of_columns = _tried(lambda: _columns(opened(data)))
        for error in (said_of_lenient, said_of_columns):
            if error is not None:
                _check_error(error, data)
        if (strict is None) != (columns is None):
            raise FaultError("one way reads it, another refuses it", said or said_of_columns)
        if strict is None:
            assert said is not None
            raise said
        quads, syntax, _ = strict
        if left_out is None:
            raise FaultError("the lenient way refuses what the strict one reads", said_of_lenient)
        if left_out[2] or _blind(left_out[0]) != _blind(quads):
            raise FaultError("the lenient way leaves out what the strict one reads", (left_out[2], left_out[0], quads))
        if columns != len({*map(str, quads)}):
            raise FaultError("the closure reads another number of triples", (columns, quads))
        of_quads(quads)
        if not quads and not _says_nothing(data, syntax):
            raise FaultError("nothing comes of something", syntax)
        _compare(data, syntax, quads)
        return f"{syntax}, {len(quads)} triples"

    return read


def _blind(quads: list[ox.Quad]) -> list[str]:
    """Return quads without the labels of their blank nodes."""
    return sorted(re.sub(r"BlankNode value=\w+", "BlankNode", repr(quad)) for quad in quads)


def _tried(way: Callable[[], Any]) -> tuple[Any, StsKgError | None]:
    try:
        return way(), None
    except StsKgError as error:
        return None, error


def _quads(document: Document) -> tuple[list[ox.Quad], str, int]:
    with document:
        return list(document.quads(rename=False)), document.syntax, document.n_skipped


def _columns(document: Document) -> int:
    parts = read_columns(document, Terms())
    return sum(len({*zip(p.subjects.tolist(), p.predicates.tolist(), p.objects.tolist(), strict=True)}) for p in parts)


_ENDINGS = {"turtle": "ttl", "ntriples": "nt", "nquads": "nq", "rdfxml": "rdf"}
_EMPTY = {
    "turtle": rb"(?i:\s|#[^\n\r]*|@?(?:prefix|base|version)\b[^\n\r]*)*",
    "trig": rb"(?i:\s|#[^\n\r]*|@?(?:prefix|base|version)\b[^\n\r]*"
    rb"|(?:graph\s*)?(?:<[^>]*>|[\w.-]*:[\w.-]*|\[\s*\]|_:\w+)?\s*\{\s*\})*",
    "ntriples": rb"(?:\s|#[^\n\r]*)*",
    "nquads": rb"(?:\s|#[^\n\r]*)*",
    "ofn": rb"(?:\s|#[^\n\r]*|Prefix\s*\([^)]*\))*",
    "obo": rb"\s*",
    "omn": rb"(?:\s|#[^\n\r]*|Prefix:\s*\S+\s*<[^>]*>)*",
    "owx": rb"\s*",
}


def _says_nothing(data: bytes, syntax: str) -> bool:
    """Return whether a text is only what states no triple; for RDF/XML and JSON-LD rdflib is asked, by `_compare`."""
    pattern = _EMPTY.get(syntax)
    return pattern is None or re.fullmatch(pattern, as_utf8(data)) is not None


_RDFLIB = {
    "turtle": "turtle",
    "trig": "trig",
    "ntriples": "nt11",
    "nquads": "nquads",
    "rdfxml": "xml",
    "jsonld": "json-ld",
}


def _compare(data: bytes, syntax: str, quads: list[ox.Quad]) -> None:
    """Raise if rdflib reads a text in UTF-8, and reads other triples."""
    if syntax not in _RDFLIB:
        return
    graphs = Dataset(default_union=True) if syntax in ("trig", "nquads", "jsonld") else Graph()
    try:
        text = data.decode("utf-8-sig")
        with rdflib_quiet():
            graphs.parse(data=text, format=_RDFLIB[syntax], publicID=BASE)
            there = {tuple(_folded(term) for term in triple) for triple in graphs.triples((None, None, None))}
    except Exception:  # what rdflib cannot read is nothing to compare with
        return
    ours = {tuple(_folded(term) for term in triple) for triple in of_quads(quads).triples((None, None, None))}
    ground = [{triple for triple in one if "_:" not in triple} for one in (ours, there)]
    if ground[0] != ground[1]:
        raise FaultError("rdflib reads other triples", (sorted(ground[0] - ground[1]), sorted(ground[1] - ground[0])))
    if ours != there:
        raise FaultError("rdflib reads other triples with blank nodes", (sorted(ours - there), sorted(there - ours)))


def _folded(term: Any) -> str:
    """Return a term without what rdflib writes in its own way: labels, language tags, numbers, XML."""
    if isinstance(term, BNode):
        return "_:"
    if not isinstance(term, Literal):
        return f"<{term}>"
    kind = str(term.datatype or term.language or "").lower()
    normal = kind.startswith((str(XSD).lower(), str(RDF).lower())) and not kind.endswith("#string")
    return f"{'' if normal else str(term)!r}, {kind}"


# --- mappings


def _sssom_tsv(data: bytes) -> object:
    found = read_table(data, path="given.sssom.tsv")
    rows = [
        line for line in _lines(data) if line.strip('\r\n\t,; "') and not line.lstrip("\ufeff").startswith(("#", '"#'))
    ]
    if not found.mappings and len(rows) > 1:
        raise FaultError("nothing comes of something", rows[:3])
    again = read_table(text(found).encode(), path="again.sssom.tsv")
    if [_shown(row) for row in again.mappings] != [_shown(row) for row in found.mappings]:
        raise FaultError("rows are others after writing", (found.mappings, again.mappings))
    if again.metadata != found.metadata:
        raise FaultError("metadata are others after writing", (found.metadata, again.metadata))
    return _checked(found)


def _checked(found: Any) -> str:
    said = validate(found)
    for each in said:
        if "\n" in str(each) or UNSAFE.search(str(each)):
            raise FaultError("a violation holds a control character", str(each))
    to_graph(found)
    return f"{len(found.mappings)} mappings, {len(said)} violations"


def _shown(row: Any) -> str:
    return re.sub(r", line=\w+", "", repr(row))


def _lines(data: bytes) -> list[str]:
    return re.split(r"\r\n?|\n", data.decode("utf-8-sig", "replace"))


def _sssom_json(data: bytes) -> object:
    (found, *others) = read_all(data, path="given.sssom.json")
    if others:
        return f"{1 + len(others)} sets"
    if not data.lstrip().startswith((b"{", b"[")):
        return _checked(found)
    again = of_json(to_json(found), path="again.sssom.json")
    if again is None or [_shown(row) for row in again.mappings] != [_shown(row) for row in found.mappings]:
        raise FaultError("rows are others after writing", (found, again))
    return _checked(found)


def _sssom_yaml(data: bytes) -> object:
    lines = as_text(data, path="given.sssom.yml").splitlines()
    found, places = parsed(lines, "given.sssom.yml")
    if not found and any(
        line.strip() not in ("", "---", "...", "{}", "{ }") and not line.lstrip().startswith("#") for line in lines
    ):
        raise FaultError("nothing comes of something", lines[:3])
    again, _ = parsed(list(emitted(found)), "again.sssom.yml")
    if again != found:
        raise FaultError("metadata are others after writing", (found, again))
    return f"{len(found)} keys, {len(places)} places"


# --- cases, verdicts and queries


@cache
def _graph() -> KnowledgeGraph:
    return load()


@cache
def _folder() -> Path:
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=shared if os.access(shared, os.W_OK) else None))


def _file(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _case(ending: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        cases = read_cases(_file(f"given.{ending}", data), _graph().guideline.vocabulary)
        return f"{len(cases)} cases"

    return read


def _verdicts(data: bytes) -> object:
    found = read_verdicts(_file("given.csv", data), _graph().guideline)
    lines = [line for line in _lines(data) if line.strip('\r\n\t,; "')]
    if not found.verdicts and not found.n_empty and len(lines) > 2:
        raise FaultError("nothing comes of something", lines[:3])
    return f"{len(found)} verdicts, {found.n_empty} empty"


def _sparql(data: bytes) -> object:
    query = data.decode("utf-8", "replace")
    check_syntax(query)
    graph = _graph()
    notes = slips(query, graph.asserted, ask=lambda _: False, graphs=(), has_cases=False)
    for note in notes:
        if not note.strip() or UNSAFE.search(note) or len(note) > LONGEST:
            raise FaultError("a note is not one clear line", note)
    return f"{len(notes)} notes"


def _own_query(data: bytes) -> object:
    _file("own/given.rq", data)
    (query,) = read_own(_folder(), ()).values()
    query.check()
    return f"{len(query.parameters)} parameters"


_SYNTAXES = ("turtle", "trig", "ntriples", "nquads", "rdfxml", "jsonld", "ofn", "owx", "omn", "obo")
_LIKE = {"trig": ("trig", "turtle"), "nquads": ("nquads", "ntriples")}
_DOCUMENTS, _MAPPINGS, _CASES = ("rdf", "closure.io"), ("links", "rdf.files"), ("cases", "tables", "rdf.files")
READERS = {
    **{syntax: Reader(_rdf(syntax), _LIKE.get(syntax, (syntax,)), _DOCUMENTS) for syntax in _SYNTAXES},
    "unknown": Reader(_rdf(None), (*_SYNTAXES, "unknown"), _DOCUMENTS),
    "sssom-tsv": Reader(_sssom_tsv, ("sssom-tsv",), _MAPPINGS),
    "sssom-json": Reader(_sssom_json, ("sssom-json",), _MAPPINGS),
    "sssom-yaml": Reader(_sssom_yaml, ("sssom-yaml",), _MAPPINGS),
    "case-csv": Reader(_case("csv"), ("case-csv",), _CASES),
    "case-yaml": Reader(_case("yaml"), ("case-yaml",), _CASES),
    "case-json": Reader(_case("json"), ("case-yaml",), _CASES),
    "case-fhir": Reader(_case("json"), ("case-fhir",), _CASES),
    "case-rdf": Reader(_case("owl"), ("case-rdf",), _CASES),
    "verdicts": Reader(_verdicts, ("verdicts",), ("guideline.verdicts", "tables", "rdf.files")),
    "sparql": Reader(_sparql, ("sparql",), ("queries", "quality")),
    "query-file": Reader(_own_query, ("query-file",), ("queries", "rdf.files")),
}
