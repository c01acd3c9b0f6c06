"""Skolem IRIs (`/.well-known/genid/…`, RDF 1.1 Concepts, section 3.5) for the blank nodes that go to a store."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from sts_kg.rdf import GENID, as_file
from sts_kg.stores.digest import canonical_lines, digest_of

__all__ = ["ScopedNames", "StructuralNames", "skolemised"]

_PIECE = 1 << 20  # bytes of whole lines looked at once
_ROUNDS = 50  # the most rounds of refinement, and the most nodes that are singled out
_SUBJECT, _OBJECT = re.compile(rb"_:([^\s<>\"]+)"), re.compile(rb" _:([^\s<>\"]+) \.$")


class ScopedNames:
    """IRIs of blank nodes, made from their labels with letters and digits only; unique for each label and scope."""

    def __init__(self, scope: str) -> None:
        self._start = f"<{GENID}".encode() + _letters(scope.encode()) + b"ZZ"

    def iri(self, label: bytes) -> bytes:
        """Return the IRI of a blank node, in angle brackets."""
        return self._start + _letters(label) + b">"


def _letters(text: bytes) -> bytes:
    """Return a text in which Z, and all that is not a letter or digit, is written as Z and two hexadecimal digits."""
    return re.sub(rb"[^A-Ya-z0-9]", lambda found: b"Z%02X" % found[0][0], text)


def skolemised(line: bytes, names: ScopedNames | StructuralNames) -> bytes:
    """Return a triple with IRIs in place of its blank nodes."""
    if found := _SUBJECT.match(line):
        line = names.iri(found[1]) + line[found.end() :]
    if found := _OBJECT.search(line):
        line = b"%b %b ." % (line[: found.start()], names.iri(found[1]))
    return line


class StructuralNames:
    """IRIs of blank nodes, made from the triples about them in all graphs, so that the next push makes the same ones.

    Neighbours distinguish nodes, round by round (colour refinement). Nodes that still look the same are singled out
    one after another. Their order makes no difference, unless the graph is very symmetrical and not a forest. Then an
    equal graph may get other IRIs, and counts as a different one.
    """

    def __init__(self, sources: Mapping[str, Iterable[bytes]]) -> None:
        said: dict[bytes, list[tuple[bytes, bytes | None]]] = {}  # by node: the rest of a triple, its other node
        for name, source in sources.items():
            for line in chain.from_iterable(canonical_lines(_with_blank_nodes(source))):
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


def _with_blank_nodes(source: Iterable[bytes]) -> Iterator[bytes]:
    """Yield N-Triples in which lines without blank nodes are empty: those need not be parsed, and errors keep lines."""
    with as_file(source) as file:
        while lines := file.readlines(_PIECE):
            yield b"".join([line if b"_:" in line else b"\n" for line in lines])


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
    """Yield the nodes of each connected part."""
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
