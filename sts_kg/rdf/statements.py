"""Turtle, TriG, N3, N-Triples and N-Quads statement by statement: a wrong one is left out, and all others are kept."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pyoxigraph as ox

__all__ = ["Statements"]

_GROUP = 1 << 16  # bytes of statements that are parsed at once
_TOKEN = re.compile(
    rb"""(?P<space>[ \t\r\n]++|\#[^\r\n]*+)
    |(?P<text>\"\"\"(?:[^\"\\]|\\.|(?!\"\"\")\")*+\"\"\"|'''(?:[^'\\]|\\.|(?!''')')*+'''
        |\"(?!\"\")(?:[^\"\\\r\n]|\\[^\r\n])*+\"|'(?!'')(?:[^'\\\r\n]|\\[^\r\n])*+')
    |(?P<sign><<\(?|<=|>>)
    |(?P<iri><[^<>\r\n]*+>)
    |(?P<cut>[\"'<][^\r\n]*+)  # a text or an IRI that does not end on its line
    |(?P<word>(?:[^\s<>\"'\#()\[\]{},;.\\^!=|]|\\[^\r\n]|\.(?=[0-9]))
        (?:[^\s<>\"'\#()\[\]{},;.\\^!=|]|\\[^\r\n]|(?=\.++[A-Za-z0-9_:%\\\x80-\xff\-])\.++)*+)
    |(?P<dot>\.)|(?P<open>\{)|(?P<close>\})|(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_DIRECTIVE = re.compile(rb"@?(?:prefix|base|version)", re.IGNORECASE)
_FIRST = re.compile(rb"[\r\n][ \t]*\Z")
_MARGIN = 100  # bytes of blanks before a directive, at most
_ENDING = ("iri", "text")  # of PREFIX, BASE and VERSION, which have no point
_BLANK_GRAPH = re.compile(rb"(?:GRAPH\s*)?\[\s*\]\s*", re.IGNORECASE)
_NO_SUBJECT = re.compile(rb"(?![<@(\[{]|[^\s<>\"':]*:|(?:GRAPH|PREFIX|BASE|VERSION)\b)", re.IGNORECASE)
_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_LINES = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)


@dataclass
class _Statement:
    """A statement, or one that is being read: where it starts, and the prefixes that occur in it."""

    start: int
    directive: bytes = b""
    continues: bool = False  # it belongs to a wrong one, which is counted already
    prefixes: set[bytes] = field(default_factory=set)
    unknown: bool = False  # whether a prefix that is not declared has been met
    text: bytes = b""


class Statements:
    """The quads of a text, to be iterated over once; statements that are wrong are left out whole.

    A statement ends at its point, in N-Triples and N-Quads with its line; in TriG each in the block of a graph counts
    for itself. A text or an IRI that is not closed ends with its line, and so does its statement. One without its point
    ends where a line begins with what cannot belong to it. The time is linear.

    Parameters
    ----------
    data : bytes
        The text, in UTF-8.
    form : RdfFormat
        Its format.
    base : str, optional
        The IRI against which relative IRIs are resolved.
    rename : bool
        Whether blank nodes get labels that no other text has.

    Attributes
    ----------
    prefixes : dict
        Those declared so far.
    n_wrong : int
        How many statements were left out so far.
    """

    def __init__(self, data: bytes, form: ox.RdfFormat, base: str | None, *, rename: bool) -> None:
        self._data, self._form, self._base, self._rename = data, form, base, rename
        self._nodes: dict[str, ox.BlankNode] = {}
        self.prefixes: dict[str, str] = {}
        self.n_wrong = 0

    def __iter__(self) -> Iterator[ox.Quad]:
        group: list[_Statement] = []
        size = 0
        for statement in self._statements():
            if statement.directive or size > _GROUP:
                yield from self._of_group(group)
                group, size = [], 0
            if statement.directive:
                yield from self._of_one(statement)
            else:
                group.append(statement)
                size += len(statement.text)
        yield from self._of_group(group)

    def _statements(self) -> Iterator[_Statement]:
        """Yield the statements; those in a block of TriG each with a block of its own around it."""
        data, trig, n3 = self._data, self._form == ox.RdfFormat.TRIG, self._form == ox.RdfFormat.N3
        in_lines = self._form in _LINES
        block: bytes | None = b""  # what opens the block that is open; None of one that is wrong
        now: _Statement | None = None
        depth, continues = 0, False

        def ended(end: int) -> Iterator[_Statement]:
            nonlocal now, continues
            if now is not None and block is not None:
                now.text = data[now.start : end]
                if block:
                    now.text = block + now.text + b"\n}"
                yield now
            now, continues = None, False

        for token in _TOKEN.finditer(data + b"\n"):
            kind = token.lastgroup
            if kind == "space":
                if in_lines and not token[0].startswith(b"#") and (b"\n" in token[0] or b"\r" in token[0]):
                    yield from ended(token.start())
                continue
            if trig and kind == "close" and block != b"":
                yield from ended(token.start())
                block, depth = b"", 0
                continue
            if now is not None and _DIRECTIVE.fullmatch(token[0]) and self._is_first(token.start()):
                yield from ended(token.start())
            if now is None:
                now = _Statement(token.start(), continues=continues and _NO_SUBJECT.match(token[0]) is not None)
                if _DIRECTIVE.fullmatch(token[0]):
                    now.directive = token[0]
            if kind == "word" and b":" in token[0]:
                prefix = token[0].partition(b":")[0]
                if prefix.decode(errors="replace") not in self.prefixes and not now.unknown:
                    if lacking := self._without_point(now, token.start()):
                        self.n_wrong += lacking * (block is not None)
                        now = _Statement(token.start())
                    now.unknown = True
                now.prefixes.add(prefix)
            elif kind == "cut":
                if token[0].startswith(b"<") and (lacking := self._without_point(now, token.start())):
                    self.n_wrong += lacking * (block is not None)
                    now = _Statement(token.start())
                now.text = data[now.start : token.end()]
                self._count_cut(now if block is not None else None)
                now, continues = None, True
            elif kind == "dot" and depth == 0:
                yield from ended(token.end())
            elif kind in _ENDING and now.directive and not now.directive.startswith(b"@"):
                yield from ended(token.end())
            elif kind == "open" and trig:
                self.n_wrong += bool(block)  # it is not closed
                now.text = data[now.start : token.start()]
                block, now = self._block(now), None
            elif kind == "open":
                if lacking := self._without_point(now, token.start()):
                    self.n_wrong += lacking
                    now = _Statement(token.start())
                depth += n3
            elif kind == "close" and depth:
                depth -= 1
            elif kind == "close":
                yield from ended(token.end())
                continues = True
        yield from ended(len(data))
        self.n_wrong += bool(block)

    def _is_first(self, at: int) -> bool:
        """Return whether only blanks stand before a place on its line."""
        return _FIRST.search(self._data, max(0, at - _MARGIN), at) is not None

    def _without_point(self, statement: _Statement, at: int) -> int:
        """Return how many statements, whole but for their points, stand before a line that begins with another."""
        if statement.start == at or not self._is_first(at):
            return 0
        text, start, found = self._data[statement.start : at] + b" .", 0, 1
        while True:
            try:
                self._quads(self._parser(text, statement.prefixes, start))
                return found
            except SyntaxError as error:
                after = _next_line(text, start, error)
                if after is None:
                    return 0
                start, found = after, found + 1

    def _count_cut(self, statement: _Statement | None) -> None:
        """Count a statement that ends with its line, and those before it that lack their point."""
        if statement is None:
            return
        least = self.n_wrong + (not statement.continues)
        if b"\n" in statement.text or b"\r" in statement.text:
            deque(self._of_one(statement), maxlen=0)
        self.n_wrong = max(self.n_wrong, least)

    def _block(self, label: _Statement) -> bytes | None:
        """Return what opens the block of a graph, None if its label is wrong."""
        found: list[bytes] = []
        label.text += b"{"
        deque(self._of_one(label, b"}", found), maxlen=0)
        if not found:
            return None
        blank = _BLANK_GRAPH.fullmatch(found[0][:-1])
        return str(ox.BlankNode()).encode() + b" {" if blank else found[0]

    def _of_group(self, group: list[_Statement]) -> Iterator[ox.Quad]:
        try:
            text = b"\n".join(each.text for each in group)
            found = self._quads(self._parser(text, set().union(*(each.prefixes for each in group))))
        except SyntaxError:
            for each in group:
                yield from self._of_one(each)
        else:
            yield from found

    def _of_one(self, statement: _Statement, tail: bytes = b"", sound: list[bytes] | None = None) -> Iterator[ox.Quad]:
        """Yield the quads of a statement, or of what follows on a later line if its point is missing.

        `tail` is added to the text to be parsed; what could be parsed, without it, goes to `sound`.
        """
        at, new = 0, not statement.continues
        while True:
            parser = self._parser(statement.text + tail, statement.prefixes, at)
            try:
                found = self._quads(parser)
            except SyntaxError as error:
                self.n_wrong += new
                after = _next_line(statement.text, at, error)
                if after is None:
                    return
                at, new = after, True
                continue
            self.prefixes.update(parser.prefixes)
            if (base := parser.base_iri) and base != self._base:
                if _is_iri(base):
                    self._base = base
                else:
                    self.n_wrong += 1
            if sound is not None:
                sound.append(statement.text[at:])
            yield from found
            return

    def _parser(self, text: bytes, prefixes: set[bytes], at: int = 0) -> ox.QuadParser:
        """Return a parser of a text from a place on; the prefixes are declared on its first line."""
        declared = []
        for name in sorted(prefix.decode(errors="replace") for prefix in prefixes):
            if name in self.prefixes:
                iri = _IN_IRI.sub(lambda found: f"\\u{ord(found[0]):04X}", self.prefixes[name])
                declared.append(f"@prefix {name}: <{iri}> . ")
        source = _Joined("".join(declared).encode(), text, at) if at else "".join(declared).encode() + text
        return ox.parse(source, self._form, base_iri=self._base, lenient=True)  # type: ignore[arg-type]

    def _quads(self, parser: ox.QuadParser) -> list[ox.Quad]:
        quads = list(parser)
        if self._form == ox.RdfFormat.N3 and any(quad.graph_name != ox.DefaultGraph() for quad in quads):
            raise SyntaxError("a formula of N3")
        return [self._renamed(quad) for quad in quads] if self._rename else quads

    def _renamed(self, quad: ox.Quad) -> ox.Quad:
        terms = (quad.subject, quad.object, quad.graph_name)
        if not any(isinstance(term, ox.BlankNode) for term in terms):
            return quad
        subject, object_, graph = map(self._fresh, terms)
        return ox.Quad(subject, quad.predicate, object_, graph)

    def _fresh(self, term: Any) -> Any:
        return self._nodes.setdefault(term.value, ox.BlankNode()) if isinstance(term, ox.BlankNode) else term


class _Joined:
    """A text from a place on, after another text, as a file: only what is asked for is copied."""

    def __init__(self, before: bytes, text: bytes, at: int) -> None:
        self._before, self._rest = before, BytesIO(text)
        self._rest.seek(at)

    def read(self, size: int = -1) -> bytes:
        before, self._before = self._before, b""
        return before + self._rest.read(size)


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _next_line(text: bytes, at: int, error: SyntaxError) -> int | None:
    """Return where a new statement begins if the parser stopped, for a missing point, at what begins a line."""
    if error.lineno is None or error.lineno < 2 or "dot" not in error.msg:
        return None
    lines = re.compile(rb"\r\n?|\n")
    for _ in range(error.lineno - 1):
        line = lines.search(text, at)
        if line is None:
            return None
        at = line.end()
    line = re.compile(rb"[ \t]*").match(text, at)
    return line.end() if line is not None and line.end() - at + 1 == error.offset else None
