"""An RDF store in a folder (Oxigraph on RocksDB): opened with clear errors, graphs put in whole or not at all.

Blank nodes that go to a store get IRIs (`/.well-known/genid/…`, RDF 1.1 Concepts 3.5), see `push`.

What a store keeps is compared by `Digest`, which depends on the triples alone: not on their order, nor on how often a
triple was said, nor on how an engine writes a number (`01` and `1`, `xsd:int` and `xsd:integer` are one value).
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from itertools import chain, islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import numpy as np
import pyoxigraph as ox

from sts_kg.errors import EndpointError, ParseError
from sts_kg.rdf import BASE

__all__ = [
    "GENID",
    "Digest",
    "ScopedNames",
    "Store",
    "StructuralNames",
    "digest_of",
    "graph_lines",
    "graphs",
    "open_store",
    "parsed",
    "replace_graph",
    "skolemised",
]

Store = ox.Store

#: Where the IRIs of blank nodes begin.
GENID = urljoin(BASE, "/.well-known/genid/sts-kg/")

_ROUNDS = 50  # of telling blank nodes apart by their neighbours, and of telling apart those that look the same
_SUBJECT, _OBJECT = re.compile(rb"_:([^\s<>\"]+)"), re.compile(rb" _:([^\s<>\"]+) \.$")
_WIDTH = 16  # bytes kept of a triple's hash
_CHUNK = 20_000  # triples written out at once
_XSD = rb"http://www\.w3\.org/2001/XMLSchema#"
_TYPED = re.compile(rb'"([^"\\]*)"\^\^<' + _XSD + rb"(\w+)> \.$")
_LANGUAGE = re.compile(rb'"@([A-Za-z0-9-]+) \.$')
_INTEGERS = frozenset(
    b"integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    b"unsignedLong unsignedInt unsignedShort unsignedByte".split()
)


class Digest:
    """What a set of triples is, whatever their order: `add` lines of canonical N-Triples, then ask.

    It is SHA-256 over the sorted 128-bit hashes of the different triples, 16 bytes of memory for each. Two graphs
    without blank nodes have the same digest just if they have the same triples, literals compared by value.

    Examples
    --------
    >>> one, other = Digest(), Digest()
    >>> one.add([b'<urn:a> <urn:p> "01"^^<http://www.w3.org/2001/XMLSchema#int> .', b'<urn:a> <urn:p> "x"@en-GB .'])
    >>> other.add([b'<urn:a> <urn:p> "x"@en-gb .', b'<urn:a> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#long> .'])
    >>> one.hexdigest() == other.hexdigest(), other.triples
    (True, 2)
    """

    def __init__(self) -> None:
        self._pieces = bytearray()
        self._sorted: Any = None

    def add(self, lines: Iterable[bytes]) -> None:
        """Take in triples, each a line without its line end."""
        self._sorted = None
        self._pieces += b"".join(map(_hash, lines))

    def _unique(self) -> Any:
        if self._sorted is None:
            self._sorted = np.unique(np.frombuffer(bytes(self._pieces), dtype=f"S{_WIDTH}"))
            self._pieces = bytearray(self._sorted.tobytes())
        return self._sorted

    @property
    def triples(self) -> int:
        """The number of different triples."""
        return len(self._unique())

    def hexdigest(self) -> str:
        """Return the digest as 64 hexadecimal digits."""
        return hashlib.sha256(self._unique().tobytes()).hexdigest()

    def lacks(self, line: bytes) -> bool:
        """Return whether a triple was not taken in."""
        known, wanted = self._unique(), np.frombuffer(_hash(line), dtype=f"S{_WIDTH}")
        place = int(np.searchsorted(known, wanted)[0])
        return place == len(known) or bool(known[place] != wanted[0])


def _hash(line: bytes) -> bytes:
    return hashlib.blake2b(_by_value(line), digest_size=_WIDTH).digest()


def _by_value(line: bytes) -> bytes:
    """Return a triple with a literal as its object in one form for each value."""
    if not line.endswith(b'" .'):
        if found := _TYPED.search(line):
            with suppress(ValueError, OverflowError, InvalidOperation, struct.error):
                form, kind = _canonical(found[1].decode(), found[2])
                return b'%b"%b"^^%b .' % (line[: found.start()], form.encode(), kind)
        elif found := _LANGUAGE.search(line):
            return line[: found.start()] + found[0].lower()
    return line


def _canonical(form: str, kind: bytes) -> tuple[str, bytes]:
    """Return the form that stands for a value of XML Schema, and the type that stands for its kind."""
    if kind in _INTEGERS:
        return str(int(form)), b"integer"
    if kind == b"decimal":
        return format(Decimal(form).normalize(), "f"), kind
    if kind in (b"double", b"float"):
        value = float(form)
        return repr(value if kind == b"double" else struct.unpack("f", struct.pack("f", value))[0]), kind
    if kind == b"boolean":
        return {"1": "true", "0": "false"}.get(form, form), kind
    if kind in (b"dateTime", b"time"):
        return re.sub(r"[+-]00:00$", "Z", re.sub(r"(\.\d*?)0+(?=\D|$)", r"\1", form)).replace(".Z", "Z"), kind
    return form, kind


# --- blank nodes


def parsed(pieces: Iterable[bytes], size: int = 20_000) -> Iterator[list[bytes]]:
    """Yield N-Triples as lines of their canonical form, so many at a time.

    Raises
    ------
    ParseError
        The text is not N-Triples.
    """
    try:
        quads = ox.parse(_as_file(pieces), format=ox.RdfFormat.N_TRIPLES)
        while written := ox.serialize(islice(quads, size), format=ox.RdfFormat.N_TRIPLES):
            yield written.splitlines()
    except SyntaxError as error:
        raise ParseError(f"no N-Triples: {error.msg}", line=error.lineno, column=error.offset) from error


class ScopedNames:
    """Names of blank nodes by their labels: letters and digits only, another name for each other label or scope."""

    def __init__(self, scope: str) -> None:
        self._start = f"<{GENID}".encode() + _letters(scope.encode()) + b"ZZ"

    def iri(self, label: bytes) -> bytes:
        """Return the IRI of a blank node, in angle brackets."""
        return self._start + _letters(label) + b">"


def _letters(text: bytes) -> bytes:
    """Return a text with its other characters than letters and digits, and Z, as Z and two hexadecimal digits."""
    return re.sub(rb"[^A-Ya-z0-9]", lambda found: b"Z%02X" % found[0][0], text)


def skolemised(line: bytes, names: ScopedNames | StructuralNames) -> bytes:
    """Return a triple with the IRIs of its blank nodes in their places."""
    if found := _SUBJECT.match(line):
        line = names.iri(found[1]) + line[found.end() :]
    if found := _OBJECT.search(line):
        line = b"%b %b ." % (line[: found.start()], names.iri(found[1]))
    return line


class StructuralNames:
    """Names of blank nodes by what is said of them, over all graphs, so that they are the same in the next push.

    Neighbours tell nodes apart, round by round (colour refinement). Nodes that still look the same are told apart one
    by one; which comes first makes no difference to the graph unless it is very symmetrical and no forest, and then
    the only harm is that an equal graph is not known as such.
    """

    def __init__(self, sources: Mapping[str, Iterable[bytes]]) -> None:
        said: dict[bytes, list[tuple[bytes, bytes | None]]] = {}  # of a node: text around, other node
        for name, source in sources.items():
            for line in chain.from_iterable(parsed(source)):
                if b"_:" in line:
                    _say(name.encode(), line, said)
        self._names: dict[bytes, bytes] = {}
        copies: Counter[bytes] = Counter()
        for nodes in _components(said):
            colours = _told_apart(nodes, said)
            key = digest_of(*sorted(colours.values()))
            copies[key] += 1
            for place, node in enumerate(sorted(nodes, key=lambda node: (colours[node], node))):
                self._names[node] = b"<%b%bc%dn%d>" % (GENID.encode(), key.hex().encode(), copies[key], place)

    def iri(self, label: bytes) -> bytes:
        """Return the IRI of a blank node, in angle brackets."""
        return self._names[label]


def _say(graph: bytes, line: bytes, said: dict[bytes, list[tuple[bytes, bytes | None]]]) -> None:
    subject, object_ = _SUBJECT.match(line), _OBJECT.search(line)
    if subject is None and object_ is None:
        return
    start, end = subject.end() if subject else 0, object_.start() if object_ else len(line)
    s, o = subject and subject[1], object_ and object_[1]
    text = graph + b" " + line[start:end]
    if s is not None:
        said.setdefault(s, []).append((b"=" + text if s == o else b">" + text, None if s == o else o))
    if o is not None and s != o:
        said.setdefault(o, []).append((b"<" + text, s))


def _components(said: Mapping[bytes, list[tuple[bytes, bytes | None]]]) -> Iterator[list[bytes]]:
    """Yield the nodes that hang together."""
    seen: set[bytes] = set()
    for first in said:
        if first in seen:
            continue
        seen.add(first)
        nodes = [first]
        for node in nodes:
            near = {other for _, other in said[node] if other is not None} - seen
            seen |= near
            nodes += near
        yield nodes


def digest_of(*parts: bytes) -> bytes:
    """Return 16 bytes that stand for texts in this order."""
    return hashlib.blake2b(b"\n".join(parts), digest_size=16).digest()


def _told_apart(nodes: Sequence[bytes], said: Mapping[bytes, list[tuple[bytes, bytes | None]]]) -> dict[bytes, bytes]:
    colours = _refined(dict.fromkeys(nodes, b""), said)
    for _ in range(_ROUNDS):
        often = Counter(colours.values())
        alike = [colour for colour, count in often.items() if count > 1]
        if not alike:
            break
        chosen = min(node for node in nodes if colours[node] == min(alike))
        colours = _refined(colours | {chosen: digest_of(b"chosen", colours[chosen])}, said)
    return colours


def _refined(colours: dict[bytes, bytes], said: Mapping[bytes, list[tuple[bytes, bytes | None]]]) -> dict[bytes, bytes]:
    kinds = 0
    for _ in range(_ROUNDS):
        around = {
            node: sorted(text + b" " + (colours[other] if other is not None else b"") for text, other in said[node])
            for node in colours
        }
        colours = {node: digest_of(colours[node], *texts) for node, texts in around.items()}
        if len(set(colours.values())) in (kinds, len(colours)):
            break
        kinds = len(set(colours.values()))
    return colours


# --- the store


def open_store(folder: Path, *, read_only: bool = False) -> Store:
    """Return the store of a folder, made if it is missing or empty, unless it is to be read only.

    One process may write at a time; close the store by dropping it. What is open read-only sees the store as it was
    when opened, and must not be open while another process writes.

    Raises
    ------
    EndpointError
        The folder is in use by another process, holds something else than a store, cannot be read or written, or, if
        it is to be read only, is missing.
    """
    is_store = (folder / "CURRENT").is_file()
    if folder.exists() and not folder.is_dir():
        raise _failed(folder, "is a file; a store is a folder")
    if read_only and not is_store:
        raise _failed(folder, "holds no store" if folder.is_dir() else "there is no such folder")
    try:
        if folder.is_dir() and not is_store and any(folder.iterdir()):
            raise _failed(folder, "holds other files and no store; name an empty or a new folder")
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
        return Store.read_only(str(folder)) if read_only else Store(folder)
    except EndpointError:
        raise
    except (OSError, ValueError) as error:
        raise _failed(folder, _why(error)) from error


def graphs(store: Store) -> dict[str, int]:
    """Return the named graphs of a store, by name, with the number of their triples."""
    return {name: _count(store, ox.NamedNode(name)) for name in sorted(_names(store))}


def _names(store: Store) -> Iterator[str]:
    return (graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))


def _count(store: Store, graph: ox.NamedNode) -> int:
    found: Any = store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
    return int(next(iter(found))["n"].value)


def graph_lines(store: Store, graph: str) -> Iterator[list[bytes]]:
    """Yield a named graph of a store as lines of canonical N-Triples, some thousand at a time."""
    quads = store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
    while lines := _written(quads):
        yield lines


def _written(quads: Iterator[ox.Quad]) -> list[bytes]:
    some = [ox.Triple(quad.subject, quad.predicate, quad.object) for _, quad in zip(range(_CHUNK), quads, strict=False)]
    return (ox.serialize(some, format=ox.RdfFormat.N_TRIPLES) or b"").splitlines()


def replace_graph(store: Store, graph: str, pieces: Iterable[bytes]) -> int:
    """Put N-Triples into a named graph in place of what was there, and return the number of triples.

    Readers of the store see the graph as it was until it is all there; if anything fails, it stays as it was. The
    triples stream: a new graph is loaded at once, in place of another one it is loaded under the name
    `<graph>#incoming` and moved in one transaction, which holds both graphs in memory. Labels of blank nodes hold for
    one call; the same label in another graph is another node.

    Raises
    ------
    ParseError
        The text is not N-Triples.
    EndpointError
        The store cannot be written: it is open read-only, or the disk is full.
    """
    name, incoming = ox.NamedNode(graph), ox.NamedNode(f"{graph}#incoming")
    is_new = next(store.quads_for_pattern(None, None, None, name), None) is None
    target = name if is_new else incoming
    try:
        if not is_new:
            store.remove_graph(incoming)  # of a process that was killed
        reader = _Pieces(pieces)
        try:
            store.bulk_load(io.BufferedReader(reader, 1 << 20), ox.RdfFormat.N_TRIPLES, to_graph=target)
        except BaseException:
            if reader.failure is not None:
                raise reader.failure from None
            raise
        if not is_new:
            loaded = store.contains_named_graph(incoming)
            store.update(f"MOVE {incoming} TO {name}" if loaded else f"DROP SILENT GRAPH {name}")
        store.flush()
        return _count(store, name)
    except SyntaxError as error:
        raise ParseError(f"no N-Triples: {error.msg}", line=error.lineno, column=error.offset) from error
    except (OSError, RuntimeError) as error:
        if not _is_store_failure(error):
            raise
        with suppress(OSError, RuntimeError):
            store.remove_graph(incoming)
        raise _failed(graph, _why(error)) from error
    finally:
        del store  # a traceback that someone keeps would keep it locked


def _is_store_failure(error: BaseException) -> bool:
    """Return whether an error is one of RocksDB and not of who gave the pieces."""
    text = str(error)
    return text.startswith(("IO error", "No space", "Transaction are only")) or "rocksdb" in text.lower()


def _as_file(pieces: Iterable[bytes]) -> io.BufferedReader:
    """Return pieces of bytes as a file to be read."""
    return io.BufferedReader(_Pieces(pieces), 1 << 20)


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file, which remembers what the pieces failed with."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._left, self._rest = memoryview(b""), iter(pieces)
        self.failure: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            while not self._left:
                self._left = memoryview(next(self._rest))
        except StopIteration:
            return 0
        except BaseException as error:
            self.failure = error
            raise
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _failed(where: object, reason: str) -> EndpointError:
    return EndpointError(str(where), reason)


def _why(error: BaseException) -> str:
    """Return what an error of RocksDB means, in one line."""
    text = str(error)
    if "lock hold" in text or "LOCK" in text:
        return "is open already, here or in another process; close it first"
    if "No space" in text or getattr(error, "errno", None) == errno.ENOSPC:
        return "the disk is full; nothing was changed"
    if "read-write" in text:
        return "is open read-only; nothing was changed"
    if "Permission denied" in text or isinstance(error, PermissionError):
        return "is not ours to write; check its permissions"
    return f"holds no store that can be opened: {text.splitlines()[0][:200]}"
