"""RDF graphs in files and texts: read, merge, parse, write. No query, no inference, no network.

pyoxigraph parses, since it is fast and knows line and column; the graphs are ordinary rdflib Graphs. What is written
depends only on the triples and the prefixes of a graph: blank nodes are named by RDFC-1.0, all else is sorted.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeAlias
from xml.parsers import expat

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.files import write_bytes
from sts_kg.names import PREFIXES
from sts_kg.table import Term

__all__ = ["parse", "read", "serialize", "syntax_of", "write"]

_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "n3": ox.RdfFormat.N3,
}
_ENDINGS = {
    "ttl": "turtle",
    "nt": "ntriples",
    "nq": "nquads",
    "trig": "trig",
    "rdf": "rdfxml",
    "owl": "rdfxml",
    "xml": "rdfxml",
    "jsonld": "jsonld",
    "json": "jsonld",
    "n3": "n3",
}
_WITH_PREFIXES = ("turtle", "trig", "n3")
_WITH_NAMED_GRAPHS = ("nquads", "trig", "jsonld")


def syntax_of(path: str | Path) -> str:
    """Return the name of the RDF syntax that a file's ending stands for; `.gz` after it does not count.

    Raises
    ------
    ParseError
        The ending is none of those known, which it lists.

    Examples
    --------
    >>> syntax_of("cases.ttl.gz"), syntax_of("ONTOLOGY.OWL")
    ('turtle', 'rdfxml')
    """
    name = Path(path).name.lower().removesuffix(".gz")
    ending = name.rpartition(".")[2] if "." in name else ""
    if ending not in _ENDINGS:
        known = ", ".join(f".{known}" for known in _ENDINGS)
        raise ParseError(f"has no ending of an RDF file; known are {known}, each also with .gz", path=path)
    return _ENDINGS[ending]


def read(*paths: str | Path) -> Graph:
    """Return the merged triples of RDF files, the syntax of each by its ending.

    Blank nodes of different files never meet. Named graphs of N-Quads, TriG and JSON-LD are merged with the rest.
    Lexical forms stay as they are; relative IRIs are resolved against the address of the file. The graph knows the
    project's prefixes and those of the files.

    Raises
    ------
    ParseError
        A file is missing, a folder, cut short, of unknown ending or not what its ending says: with path, and line and
        column if they are known. Also for what rdflib's graphs cannot hold: N3 formulas, triple terms of RDF 1.2.
    """
    graph = _empty()
    for path in paths:
        data, base = _contents(path)
        _add(graph, data, syntax_of(path), path=path, base=base)
    return graph


def parse(text: str, *, syntax: str = "turtle") -> Graph:
    """Return the graph of a text in which the project's prefixes need no declaration (Turtle, TriG, N3).

    Raises
    ------
    ParseError
        The text is not of that syntax: with line and column.
    UnknownNameError
        There is no such syntax.

    Examples
    --------
    >>> [str(drug) for drug in parse("sts:pazopanib a sts:Drug .").subjects()]
    ['https://w3id.org/sts-kg/pazopanib']
    """
    syntax = _known(syntax)
    # On the first line, so that lines keep their numbers; _add corrects the columns of the first.
    prologue = "".join(f"@prefix {prefix}: <{iri}> . " for prefix, iri in PREFIXES.items())
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise ParseError("holds half of a surrogate pair, which is no text", line=line) from error
    graph = _empty()
    _add(graph, data, syntax, prologue=prologue if syntax in _WITH_PREFIXES else "")
    return graph


def serialize(graph: Graph, syntax: str, *, named: Mapping[URIRef, Graph] | None = None) -> bytes:
    """Return a graph, and named graphs if given, as UTF-8 text in an RDF syntax.

    The same triples and prefixes give the same bytes, whatever the order of insertion and the names of the blank
    nodes. Only prefixes in use are declared: the project's, then those bound in the graphs. N3 is written as Turtle.

    Raises
    ------
    ParseError
        The syntax cannot say it: named graphs outside TriG, N-Quads and JSON-LD; a term that is none of RDF 1.1; in
        RDF/XML, a property that is no XML name or a control character.
    UnknownNameError
        There is no such syntax.
    """
    syntax = _known(syntax)
    if named and syntax not in _WITH_NAMED_GRAPHS:
        known = ", ".join(_WITH_NAMED_GRAPHS)
        raise ParseError(f"named graphs cannot be written as {syntax}; syntaxes that have them are {known}")
    graphs: dict[URIRef | None, Graph] = {None: graph}
    graphs.update((named or {}).items())
    quads = _canonical(graphs)
    bound = [pair for one in graphs.values() for pair in one.namespaces()]
    if syntax == "jsonld":
        return _jsonld(quads, bound)
    if syntax == "rdfxml":
        return _rdfxml(quads, bound)
    if syntax in ("ntriples", "nquads"):
        data = ox.serialize([quad.triple for quad in quads] if syntax == "ntriples" else quads, format=_FORMATS[syntax])
        assert data is not None, "without an output, ox.serialize returns the bytes"
        return data
    return _Turtle(quads, bound).document().encode()


def write(graphs: Graph | Mapping[URIRef, Graph], path: str | Path) -> None:
    """Write a graph, or named graphs, to a file, whole or not at all; syntax and compression by its ending.

    Raises
    ------
    ParseError
        The ending is unknown, or its syntax cannot say what the graph holds.
    OSError
        The folder does not exist or cannot be written.
    """
    single, named = (graphs, {}) if isinstance(graphs, Graph) else (Graph(), graphs)
    try:
        data = serialize(single, syntax_of(path), named=named)
    except ParseError as error:
        raise ParseError(error.reason, path=path) from error
    # mtime=0: the time of writing would make the same graph other bytes
    write_bytes(path, gzip.compress(data, mtime=0) if Path(path).suffix.lower() == ".gz" else data)


def _known(syntax: str) -> str:
    name = _ENDINGS.get(syntax, syntax)
    if name not in _FORMATS:
        raise UnknownNameError("RDF syntax", syntax, [*_FORMATS, *_ENDINGS])
    return name


def _empty() -> Graph:
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


# --- reading


def _contents(path: str | Path) -> tuple[bytes, str]:
    """Return the bytes of a file, decompressed, and its address."""
    try:
        data, base = Path(path).read_bytes(), Path(path).resolve().as_uri()
        if Path(path).suffix.lower() != ".gz":
            return data, base
        if not data:  # which gzip.decompress takes for nothing compressed
            raise EOFError
        return gzip.decompress(data), base
    except IsADirectoryError as error:
        raise ParseError("is a folder, a file was expected", path=path) from error
    except EOFError as error:
        raise ParseError("is cut short: its gzip data end too early", path=path) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ParseError(f"is not gzip data as its ending says: {error}", path=path) from error
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror or error}", path=path) from error
    except ValueError as error:  # a path with a NUL character
        raise ParseError(f"cannot be read: {error}", path=path) from error


def _add(
    graph: Graph, data: bytes, syntax: str, *, path: object = None, base: str | None = None, prologue: str = ""
) -> None:
    data = data.removeprefix(b"\xef\xbb\xbf")
    if syntax == "rdfxml":
        _check_xml(data, path)
    try:
        parser = ox.parse(prologue.encode() + data, _FORMATS[syntax], base_iri=base, rename_blank_nodes=True)
        prefixes: dict[str, str] = {}
        with _rdflib_quiet():
            graph.addN((*triple, graph) for triple in _triples(parser, prefixes, formulas=syntax == "n3"))
    except SyntaxError as error:
        column = error.offset
        if column is not None and error.lineno == 1:
            column = max(1, column - len(prologue))
        raise ParseError(_reason(error.msg), path=path, line=error.lineno, column=column) from error
    except ValueError as error:
        raise ParseError(str(error), path=path) from error
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace, override=False)


def _check_xml(data: bytes, path: object) -> None:
    """Raise where the XML breaks off or is wrong: pyoxigraph overlooks the one and does not place the other."""
    try:
        expat.ParserCreate().Parse(data, True)
    except expat.ExpatError as error:
        reason = f"not well-formed XML: {expat.ErrorString(error.code)}"
        raise ParseError(reason, path=path, line=error.lineno, column=error.offset + 1) from error
    except (ValueError, LookupError) as error:
        raise ParseError(f"XML in an encoding that cannot be read: {error}", path=path) from error


_PLACE = re.compile(r"Parser error (?:at|between) [^:]*: ")
_LONGEST_REASON = 300


def _reason(message: str) -> str:
    """Return the parser's words without the place, which is in fields, and without what a terminal would obey."""
    if "LoadDocumentCallback" in message:
        return "its @context is an address; nothing is fetched, so the context must stand in the file"
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in _PLACE.sub("", message, count=1))
    return plain if len(plain) <= _LONGEST_REASON else plain[:_LONGEST_REASON] + "…"


@contextmanager
def _rdflib_quiet() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each ill-typed literal, which is data and no fault of the file."""
    log, drop = logging.getLogger("rdflib.term"), _Drop()
    log.addFilter(drop)
    try:
        yield
    finally:
        log.removeFilter(drop)


class _Drop(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return False


def _triples(parser: ox.QuadParser, prefixes: dict[str, str], *, formulas: bool) -> Iterator[tuple[Term, Term, Term]]:
    """Yield the triples of a parser, and gather its prefixes; RDF/XML forgets them when its root element closes."""
    iris: dict[str, URIRef] = {}

    def term(found: Any) -> Term:
        if isinstance(found, ox.NamedNode):
            return iris.get(found.value) or iris.setdefault(found.value, URIRef(found.value))
        if isinstance(found, ox.BlankNode):
            return BNode(found.value)
        if isinstance(found, ox.Literal) and found.direction is None:
            return _literal(found)
        raise ValueError(f"holds {_reason(str(found))}, a term of RDF 1.2; only RDF 1.1 can be read")

    for quad in parser:
        if not iris:
            prefixes.update(parser.prefixes)
        if formulas and quad.graph_name != ox.DefaultGraph():
            raise ValueError("holds N3 formulas ({ … }), which are no triples; plain N3 or Turtle was expected")
        yield term(quad.subject), term(quad.predicate), term(quad.object)
    prefixes.update(parser.prefixes)


def _literal(found: ox.Literal) -> Literal:
    if found.language is not None:
        return Literal(found.value, lang=found.language)
    datatype = URIRef(found.datatype.value)
    if datatype == XSD.string:
        return Literal(found.value)
    literal = Literal(found.value, datatype=datatype, normalize=False)
    if str(literal) != found.value:  # rdflib collapses the spaces of xsd:token in any case, but not when unpickling
        literal = Literal(found.value)
        literal.__setstate__((None, {"language": None, "datatype": datatype}))
    return literal


# --- the same graph, the same quads


def _canonical(graphs: Mapping[URIRef | None, Graph]) -> list[ox.Quad]:
    """Return the sorted quads of graphs (None: the default one), blank nodes named by RDFC-1.0."""
    blank: dict[BNode, ox.BlankNode] = {}
    iris: dict[str, ox.NamedNode] = {}

    def node(term: Any) -> Any:
        if isinstance(term, BNode):
            return blank.setdefault(term, ox.BlankNode(f"b{len(blank)}"))
        if isinstance(term, URIRef):
            iri = str(term)
            return iris.get(iri) or iris.setdefault(iri, ox.NamedNode(iri))
        if not isinstance(term, Literal):
            raise ValueError("no term of RDF 1.1")
        if term.language:
            return ox.Literal(str(term), language=term.language)
        if term.datatype == RDF.langString:
            raise ValueError("an rdf:langString has a language")
        return ox.Literal(str(term), datatype=node(term.datatype or XSD.string))

    dataset = ox.Dataset()
    for name, graph in graphs.items():
        for triple in graph.triples((None, None, None)):
            try:
                subject, predicate, target = map(node, triple)
                dataset.add(ox.Quad(subject, predicate, target, None if name is None else node(name)))
            except (ValueError, TypeError) as error:
                shown = " ".join(repr(str(term)) for term in triple)
                raise ParseError(f"{shown} is no triple of RDF 1.1 and cannot be written: {error}") from error
    marks = _marks(dataset)
    for mark in marks:
        dataset.add(mark)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted((quad for quad in dataset if quad.predicate != _MARK), key=str)


# A private predicate, removed before anything is written.
_MARK = ox.NamedNode("urn:uuid:0b5ac6ee-6c1c-4d0c-9f0b-6f6e8b1f6b7e")
_ROUNDS = 4
_MOST_KINDS = 50


def _marks(dataset: ox.Dataset) -> list[ox.Quad]:
    """Return quads that number blank nodes which can be exchanged for each other without changing the graph.

    RDFC-1.0 tries all orders of such nodes: nine restrictions with one filler, which OWL 2 RL makes subclasses of each
    other, take it minutes. Since they are exchangeable any numbering gives the same graph, hence the same names.
    """
    around: dict[ox.BlankNode, list[ox.Quad]] = defaultdict(list)
    for quad in dataset:
        for node in {quad.subject, quad.object}:
            if isinstance(node, ox.BlankNode):
                around[node].append(quad)
    marks = []
    for alike in _look_alikes(around):
        kinds: list[list[ox.BlankNode]] = []
        for node in alike:
            kind = next((kind for kind in kinds if _exchangeable(kind[0], node, around)), None)
            if kind is not None:
                kind.append(node)
            elif len(kinds) < _MOST_KINDS:
                kinds.append([node])
            else:  # no marks at all, since which nodes came first must not matter
                kinds = []
                break
        for kind in kinds:
            marks += [ox.Quad(node, _MARK, ox.Literal(number)) for number, node in enumerate(kind[1:])]
    return marks


def _look_alikes(around: Mapping[ox.BlankNode, list[ox.Quad]]) -> list[list[ox.BlankNode]]:
    """Return the groups of two and more blank nodes that look the same up to some steps around them."""
    numbers = count()
    colours: dict[Any, int] = dict.fromkeys(around, next(numbers))
    groups = [list(around)]
    for _ in range(_ROUNDS):
        parts: dict[Any, list[ox.BlankNode]] = defaultdict(list)
        for node in chain.from_iterable(groups):
            seen = Counter(
                (
                    quad.subject == node,
                    quad.object == node,
                    colours.get(quad.subject, quad.subject),
                    quad.predicate,
                    colours.get(quad.object, quad.object),
                    quad.graph_name,
                )
                for quad in around[node]
            )
            parts[colours[node], frozenset(seen.items())].append(node)
        for nodes in parts.values():
            colours.update(dict.fromkeys(nodes, next(numbers)))
        groups = [nodes for nodes in parts.values() if len(nodes) > 1]
    return groups


def _exchangeable(one: ox.BlankNode, other: ox.BlankNode, around: Mapping[ox.BlankNode, list[ox.Quad]]) -> bool:
    swapped = {one: other, other: one}

    def swap(term: Any) -> Any:
        return swapped.get(term, term) if isinstance(term, ox.BlankNode) else term

    quads = {*around[one], *around[other]}
    return all(ox.Quad(swap(q.subject), q.predicate, swap(q.object), q.graph_name) in quads for q in quads)


# --- writing

_Bound: TypeAlias = Iterable[tuple[str, URIRef]]
_PREFIX = re.compile(r"[A-Za-z]([A-Za-z0-9_\-]*)")  # safe in Turtle, XML and JSON-LD
_LOCAL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")  # no need to escape it, SPARQL rule 169


class _Names:
    """Short names for IRIs: the project's prefixes, then those bound in the graph; remembers which were `used`."""

    def __init__(self, bound: _Bound, *, without: Collection[str] = ()) -> None:
        prefixes = dict(PREFIXES)
        for prefix, namespace in sorted((prefix, str(namespace)) for prefix, namespace in bound):
            if _PREFIX.fullmatch(prefix) and not prefix.lower().startswith("xml") and namespace:
                prefixes.setdefault(prefix, namespace)
        self._known = {iri: prefix for prefix, iri in reversed(prefixes.items()) if prefix not in without}
        self._lengths = sorted({len(iri) for iri in self._known}, reverse=True)
        self._short: dict[str, str | None] = {}
        self.used: dict[str, str] = {}

    def __call__(self, iri: str) -> str | None:
        if iri not in self._short:
            self._short[iri] = self._find(iri)
        return self._short[iri]

    def _find(self, iri: str) -> str | None:
        for end in self._lengths:  # the longest namespace that leaves a name
            prefix = self._known.get(iri[:end])
            if prefix is not None and _LOCAL.fullmatch(iri, end):
                self.used[prefix] = iri[:end]
                return f"{prefix}:{iri[end:]}"
        return None

    def declared(self) -> list[tuple[str, str]]:
        return sorted(self.used.items())


_TYPE, _LABEL, _FIRST, _REST, _NIL = (
    ox.NamedNode(str(iri)) for iri in (RDF.type, RDFS.label, RDF.first, RDF.rest, RDF.nil)
)
_ONTOLOGY = ox.NamedNode(str(OWL.Ontology))
_STRING = ox.NamedNode(str(XSD.string))
# The lexical forms that Turtle writes without quotes (https://www.w3.org/TR/turtle/#grammar-production-INTEGER).
_PLAIN = {
    str(XSD.integer): re.compile(r"[+-]?[0-9]+"),
    str(XSD.decimal): re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    str(XSD.double): re.compile(r"[+-]?([0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    str(XSD.boolean): re.compile(r"true|false"),
}
_LONG_ESCAPED = re.compile(r'\\|"""|"\Z|[\x00-\x08\x0b-\x1f\x7f]')
_INDENT = 4
_ONE_LINE = 100  # characters of a list or blank node that is not spread over lines
_DEEPEST = 16  # deeper blank nodes stand on their own: for the reader, and for Python's stack

_Properties: TypeAlias = dict[Any, list[Any]]


class _Turtle:
    """The quads of a dataset as Turtle, with named graphs as TriG: blank nodes and lists in place where they can be."""

    def __init__(self, quads: list[ox.Quad], bound: _Bound) -> None:
        self._names = _Names(bound)
        self._graphs: dict[Any, dict[Any, _Properties]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for quad in quads:
            self._graphs[quad.graph_name][quad.subject][quad.predicate].append(quad.object)
        self._referred = Counter(quad.object for quad in quads if isinstance(quad.object, ox.BlankNode))
        self._in_place, self._cells = _in_place(quads, self._graphs, self._referred)
        self._subjects: dict[Any, _Properties] = {}

    def document(self) -> str:
        parts = []
        for name in sorted(self._graphs, key=lambda name: (name != ox.DefaultGraph(), str(name))):
            self._subjects = self._graphs[name]
            if name == ox.DefaultGraph():
                parts += self._blocks(0)
            else:
                inner = "\n".join(self._blocks(_INDENT))
                parts.append(f"{self._term(name)} {{\n{inner}}}\n")
        head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in self._names.declared())
        return "\n".join([head, *parts] if head else parts)

    def _blocks(self, indent: int) -> list[str]:
        tops = [subject for subject in self._subjects if subject not in self._in_place]
        return [text for _, text in sorted((self._rank(subject), self._block(subject, indent)) for subject in tops)]

    def _rank(self, subject: Any) -> tuple[int, str]:
        """Return what puts the ontology's header first, then IRIs, then blank nodes with a name, then those without."""
        if isinstance(subject, ox.BlankNode):
            return (2, f"{len(subject.value):03}{subject.value}") if self._referred[subject] else (3, "")
        return (0 if _ONTOLOGY in self._subjects[subject].get(_TYPE, ()) else 1), subject.value

    def _block(self, subject: Any, indent: int) -> str:
        nameless = isinstance(subject, ox.BlankNode) and not self._referred[subject]
        properties = self._properties(subject, indent + _INDENT).lstrip()
        return f"{' ' * indent}{'[]' if nameless else self._term(subject)} {properties} .\n"

    def _properties(self, subject: Any, indent: int) -> str:
        pad, lines = " " * indent, []
        properties = self._subjects.get(subject, {})
        for predicate in sorted(properties, key=lambda iri: (iri != _TYPE, iri != _LABEL, iri.value)):
            verb = "a" if predicate == _TYPE else self._term(predicate)
            several = len(properties[predicate]) > 1
            deeper = indent + _INDENT if several else indent
            texts = sorted((target in self._in_place, self._object(target, deeper)) for target in properties[predicate])
            separator = f",\n{' ' * deeper}"
            start = f"{verb}\n{' ' * deeper}" if several else f"{verb} "
            lines.append(pad + start + separator.join(text for _, text in texts))
        return " ;\n".join(lines)

    def _object(self, target: Any, indent: int) -> str:
        if target not in self._in_place:
            return "()" if target == _NIL else self._term(target)
        deeper = indent + _INDENT
        if target in self._cells:
            items = [self._object(item, deeper) for item in self._items(target)]
            line = f"( {' '.join(items)} )"
            if "\n" not in line and len(line) <= _ONE_LINE:
                return line
            return "(\n" + "".join(f"{' ' * deeper}{item}\n" for item in items) + " " * indent + ")"
        inner = self._properties(target, deeper)
        if "\n" not in inner and len(inner) <= _ONE_LINE:
            return f"[ {inner.strip()} ]" if inner else "[]"
        return f"[\n{inner}\n{' ' * indent}]"

    def _items(self, cell: Any) -> Iterator[Any]:
        while cell != _NIL:
            yield self._subjects[cell][_FIRST][0]
            cell = self._subjects[cell][_REST][0]

    def _term(self, term: Any) -> str:
        if isinstance(term, ox.NamedNode):
            return self._names(term.value) or str(term)
        if isinstance(term, ox.BlankNode):
            return str(term)
        return self._literal(term)

    def _literal(self, literal: ox.Literal) -> str:
        plain = _PLAIN.get(literal.datatype.value)
        if plain and plain.fullmatch(literal.value):
            return literal.value
        quoted = (
            f'"""{_LONG_ESCAPED.sub(_escape, literal.value)}"""' if "\n" in literal.value else _short(literal.value)
        )
        if literal.language is not None:
            return f"{quoted}@{literal.language}"
        return quoted if literal.datatype == _STRING else f"{quoted}^^{self._term(literal.datatype)}"


def _short(value: str) -> str:
    return str(ox.Literal(value))  # canonical N-Triples


def _escape(found: re.Match[str]) -> str:
    return "".join(f"\\{c}" if c in '\\"' else f"\\u{ord(c):04X}" for c in found.group())


def _in_place(
    quads: list[ox.Quad], graphs: Mapping[Any, Mapping[Any, _Properties]], referred: Mapping[Any, int]
) -> tuple[set[Any], set[Any]]:
    """Return the blank nodes that can stand where they are referred to, and those of them that are cells of a list.

    Such a node is referred to once, in the one graph that speaks of it, and not from below itself.
    """
    homes: dict[Any, set[Any]] = defaultdict(set)
    above: dict[Any, tuple[Any, Any]] = {}  # blank node: the subject and predicate that refer to it
    for quad in quads:
        homes[quad.subject].add(quad.graph_name)
        homes[quad.object].add(quad.graph_name)
        if referred.get(quad.object) == 1:
            above[quad.object] = (quad.subject, quad.predicate)
    above = {node: parent for node, parent in above.items() if len(homes[node]) == 1}
    cells = _cells(quads, graphs, above)
    depths: dict[Any, int] = {}  # 0: stands on its own
    for start in above:
        path: dict[Any, None] = {}
        node = start
        while node in above and node not in depths and node not in path:
            path[node] = None
            node = above[node][0]
        if node in path:  # a ring: its members get names
            ring = list(path)
            depths.update(dict.fromkeys(ring[ring.index(node) :], 0))
        for below in reversed(path):
            if below not in depths:
                parent, predicate = above[below]
                goes_on = below in cells and parent in cells and predicate == _REST
                depth = max(1, depths.get(parent, 0) + (not goes_on))
                depths[below] = depth if depth <= _DEEPEST else 0
    placed = {node for node, depth in depths.items() if depth}
    return placed, cells & placed


def _cells(
    quads: list[ox.Quad], graphs: Mapping[Any, Mapping[Any, _Properties]], above: Mapping[Any, tuple[Any, Any]]
) -> set[Any]:
    """Return the cells of well-formed lists: one first, one rest and nothing else, up to rdf:nil."""
    cells = set()
    for quad in quads:
        node, predicate, graph = quad.subject, quad.predicate, graphs[quad.graph_name]
        if quad.object != _NIL:
            continue
        while predicate == _REST and node in above and node not in cells:
            if sorted((str(p), len(o)) for p, o in graph[node].items()) != [(str(_FIRST), 1), (str(_REST), 1)]:
                break
            cells.add(node)
            node, predicate = above[node]
    return cells


def _jsonld(quads: list[ox.Quad], bound: _Bound) -> bytes:
    """Return JSON-LD: one object a subject, IRIs as compact as the context allows."""
    # An IRI "doi:10.1/x" would be read as prefix and name if the context had doi (JSON-LD 1.1 API, section 5.2.2).
    iris = {term.value for quad in quads for term in quad if isinstance(term, ox.NamedNode)}
    iris |= {quad.object.datatype.value for quad in quads if isinstance(quad.object, ox.Literal)}
    schemes = {scheme for scheme, _, rest in (iri.partition(":") for iri in iris) if not rest.startswith("//")}
    names = _Names(bound, without=schemes)

    def name(term: Any) -> str:
        return names(term.value) or term.value if isinstance(term, ox.NamedNode) else str(term)

    def value(target: Any) -> Any:
        if not isinstance(target, ox.Literal):
            return {"@id": name(target)}
        if target.language is not None:
            return {"@value": target.value, "@language": target.language}
        return target.value if target.datatype == _STRING else {"@value": target.value, "@type": name(target.datatype)}

    graphs: dict[Any, dict[Any, dict[str, Any]]] = defaultdict(dict)
    for quad in quads:
        subject = graphs[quad.graph_name].setdefault(quad.subject, {"@id": name(quad.subject)})
        if quad.predicate == _TYPE and not isinstance(quad.object, ox.Literal):
            subject.setdefault("@type", []).append(name(quad.object))
        else:
            subject.setdefault(name(quad.predicate), []).append(value(quad.object))
    default = list(graphs.pop(ox.DefaultGraph(), {}).values())
    for graph_name, subjects in graphs.items():
        default.append({"@id": name(graph_name), "@graph": list(subjects.values())})
    # Any other ending must be said to be a prefix (JSON-LD 1.1, section 4.4).
    context = {
        prefix: iri if iri[-1] in ":/?#[]@" else {"@id": iri, "@prefix": True} for prefix, iri in names.declared()
    }
    return (json.dumps({"@context": context, "@graph": default}, ensure_ascii=False, indent=2) + "\n").encode()


_XML_NAME = re.compile(r"[^\W\d][\w.\-]*\Z")  # what an element can be called: the end of the property's IRI
_NOT_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ufffe\uffff]")  # XML 1.0, rule 2


def _rdfxml(quads: list[ox.Quad], bound: _Bound) -> bytes:
    names = _Names(bound)
    for quad in quads:
        if not _XML_NAME.search(quad.predicate.value):
            raise ParseError(f"{quad.predicate} cannot be written as RDF/XML: it does not end in an XML name")
        if isinstance(quad.object, ox.Literal) and (found := _NOT_XML.search(quad.object.value)):
            raise ParseError(f"{quad} cannot be written as RDF/XML, which has no character {found.group()!r}")
        names(quad.predicate.value)
    triples = [quad.triple for quad in quads]
    data = ox.serialize(triples, format=ox.RdfFormat.RDF_XML, prefixes=dict(names.declared()))
    assert data is not None, "without an output, ox.serialize returns the bytes"
    # An XML parser makes a line feed of a bare carriage return (XML 1.0, section 2.11); its namespace is never used.
    return data.replace(b"\r", b"&#13;").replace(b' xmlns:its="http://www.w3.org/2005/11/its"', b"", 1)
