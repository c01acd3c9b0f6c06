"""N-Triples and N-Quads as columns of term ids: plain lines all at once by numpy, odd ones one by one by pyoxigraph.

No graph is built and nothing is inferred. A line is plain if its terms are in canonical form, with single spaces or
tabs between them and one before the full stop, as nearly all programs write them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sts_kg.closure.columns import unique
from sts_kg.closure.terms import SLACK, Terms, canonical_pattern
from sts_kg.errors import ParseError
from sts_kg.rdf import BLANK, IRI, LITERAL, canonical

__all__ = ["Encoded", "encode"]

Ids = NDArray[np.int64]
Column = NDArray[np.int32]

_BLOCK = 2 << 20  # bytes of text encoded at once
_END = b"\n" * SLACK


@dataclass(frozen=True, eq=False)
class Encoded:
    """The statements of a source, in its order, repeated ones too, as columns of term ids.

    `subjects`, `predicates`, `objects` and, of N-Quads, `graphs` are (n,) int32; -1 stands for the default graph.
    `n_skipped` counts the wrong lines that were left out.
    """

    subjects: Column
    predicates: Column
    objects: Column
    graphs: Column | None
    n_skipped: int


def encode(
    source: bytes | BinaryIO,
    terms: Terms,
    *,
    path: object = None,
    quads: bool = False,
    lenient: bool = False,
    rename: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Encoded:
    r"""Return the statements of an N-Triples text as ids, its terms added to a dictionary.

    Terms are kept in canonical form, so that a term in two spellings has one id: escapes only where they must be, no
    `^^xsd:string`, language tags in lower case.

    Parameters
    ----------
    source : bytes or binary file
        The text, UTF-8. Of a file, a few megabytes are in memory at a time.
    terms : Terms
        The dictionary. If the source is wrong, it keeps the terms read before that was seen.
    path : optional
        What an error says it is about.
    quads : bool
        Whether it is N-Quads, with names of graphs.
    lenient : bool
        Whether to skip wrong lines rather than raise.
    rename : bool
        Whether to give blank nodes other labels where theirs are in the dictionary already.
    progress : callable, optional
        Called now and then with the number of lines read so far.

    Raises
    ------
    ParseError
        A line is wrong, or says what RDF 1.1 cannot: with path, line and, if known, column.

    References
    ----------
    RDF 1.1 N-Triples, https://www.w3.org/TR/n-triples/, and N-Quads, https://www.w3.org/TR/n-quads/

    Examples
    --------
    >>> terms = Terms()
    >>> encoded = encode(b'<a:s> <a:p> "x" .\n<a:s> <a:p> "\\u0078" .', terms)
    >>> encoded.objects.tolist(), terms.texts()
    ([2, 2], [b'<a:s>', b'<a:p>', b'"x"'])
    """
    encoder = _Encoder(terms, path, quads=quads, lenient=lenient, rename=rename)
    blocks = [np.zeros((0, encoder.width), np.int32)]
    for block in _blocks(io.BytesIO(source) if isinstance(source, bytes) else source):
        blocks.append(encoder.encode(block))
        if progress is not None:
            progress(encoder.n_lines)
    columns = [np.concatenate([block[:, i] for block in blocks]) for i in range(encoder.width)]
    subjects, predicates, objects = columns[:3]
    return Encoded(subjects, predicates, objects, columns[3] if quads else None, encoder.n_skipped)


class _Encoder:
    """What is known between the blocks of one source."""

    def __init__(self, terms: Terms, path: object, *, quads: bool, lenient: bool, rename: bool) -> None:
        self.width = 4 if quads else 3
        self.n_skipped = self.n_lines = 0
        self._terms, self._path, self._lenient = terms, path, lenient
        self._n_others = len(terms) if rename else 0  # blank nodes with lower ids are of other sources
        self._renamed: dict[int, int] = {}
        self._made: set[int] = set()  # labels that came up by renaming

    def encode(self, block: bytes) -> Column:
        """Return the statements of some whole lines, (n, 3) or (n, 4)."""
        lines = _Lines(block, self.width)
        errors: list[ParseError] = []
        odd = np.flatnonzero(~lines.plain)
        while True:
            for i in odd.tolist():
                try:
                    lines.replace(i, _parsed(lines.line(i), quads=self.width == 4))
                except ParseError as error:
                    lines.replace(i, ())
                    errors.append(ParseError(error.reason, line=self.n_lines + i + 1, column=error.column))
            numbers, text, starts, ends = lines.statements()
            match = self._terms.match(text, starts, ends)
            refused = _refused(match.new)
            if not refused:
                break
            self._terms.forget(match)
            is_refused = np.zeros(len(match.lengths) + 1, bool)  # the last one for the terms that are not new
            is_refused[refused] = True
            new = np.maximum(match.ids - len(self._terms), -1)
            odd = numbers[is_refused[new].reshape(-1, self.width).any(axis=1)]
        errors.sort(key=lambda error: error.line or 0)  # those of terms are seen after those of lines
        if errors and not self._lenient:
            self._terms.forget(match)
            raise ParseError(errors[0].reason, path=self._path, line=errors[0].line, column=errors[0].column)
        self._terms.keep(match)
        self.n_lines += len(lines.plain)
        self.n_skipped += len(errors)
        ids = match.ids.reshape(-1, self.width)
        if self._n_others:
            self._rename(ids)
        if self.width == 4:
            ids[~lines.named[numbers], 3] = -1
        return ids.astype(np.int32)

    def _rename(self, ids: Ids) -> None:
        """Put other ids in the place of those blank nodes that must not be meant."""
        blank = self._terms.kinds[ids] == BLANK
        found = unique(ids[blank].astype(np.int64))
        meant = {i for i in found.tolist() if i < self._n_others or i in self._made}
        if not meant:
            return
        suffix, left = 0, sorted(meant - self._renamed.keys())
        while left:
            suffix += 1
            n_before = len(self._terms)
            labels = [b"%b-%d" % (label, suffix) for label in self._terms.texts(np.array(left))]
            new = dict(zip(left, self._terms.add_all(labels).tolist(), strict=True))
            self._renamed.update((old, i) for old, i in new.items() if i >= n_before)
            left = [old for old, i in new.items() if i < n_before]
        self._made.update(self._renamed.values())
        given = np.array([self._renamed[i] if i in meant else i for i in found.tolist()])
        ids[blank] = given[np.searchsorted(found, ids[blank])]


# --- lines and their terms

#: By first byte: 1 if it begins what can be a subject or a name of a graph, 2 a predicate, 4 an object.
_CAN_BE = np.zeros(256, np.uint8)
_CAN_BE[list(b'<_"')] = 1 + 2 + 4, 1 + 4, 4
_LINE_FEED, _SPACE, _TAB, _STOP = b"\n \t."


class _Lines:
    """The lines of a block, cut into terms; for a line that is not `plain` another statement can be put in.

    `named` says which lines have the name of a graph. The others get their predicate there for now.
    """

    def __init__(self, block: bytes, width: int) -> None:
        text = np.frombuffer(block, np.uint8)
        gaps = np.flatnonzero(text[:-SLACK] <= _SPACE)
        what = text[gaps]
        last = np.flatnonzero(what == _LINE_FEED)  # in the gaps: the one that ends the line
        self._ends = gaps[last]
        self._begins = np.concatenate([np.zeros(1, np.int64), self._ends[:-1] + 1])
        first = np.concatenate([np.zeros(1, np.int64), last[:-1] + 1])
        gaps = np.append(gaps, gaps[-1:].repeat(2))  # for a last line with fewer gaps
        one, two, three = gaps[first], gaps[first + 1], gaps[last - 1]
        self.plain = (last - first >= 3) & (three == self._ends - 2) & (text[three + 1] == _STOP)
        for begin, role in ((self._begins, 1), (one + 1, 2), (two + 1, 4)):
            self.plain &= (_CAN_BE[text[begin]] & role) > 0
        strange = np.flatnonzero((what != _SPACE) & (what != _LINE_FEED) & (what != _TAB))
        self.plain[np.searchsorted(last, strange)] = False
        starts, ends = [self._begins, one + 1, two + 1], [one, two, three]
        self.named = np.zeros(len(last), bool)
        if width == 4:
            four = gaps[last - 2]
            self.named = (last - first >= 4) & ((_CAN_BE[text[four + 1]] & 1) > 0)
            ends[2:] = np.where(self.named, four, three), np.where(self.named, three, two)
            starts.append(np.where(self.named, four + 1, one + 1))
        self._spans = np.stack(starts, axis=1), np.stack(ends, axis=1)
        self._block = block
        self._put_in: dict[int, tuple[bytes, ...]] = {}

    def line(self, i: int) -> bytes:
        """Return the text of a line."""
        return self._block[self._begins[i] : self._ends[i]]

    def replace(self, i: int, statement: tuple[bytes, ...]) -> None:
        """Put a statement in the place of a line, or none if it is empty."""
        width = self._spans[0].shape[1]
        self.named[i] = len(statement) == 4
        self._put_in[i] = (*statement, statement[1]) if len(statement) == 3 and width == 4 else statement

    def statements(self) -> tuple[Ids, bytes, Ids, Ids]:
        """Return the line of each statement, a text, and there the starts and ends of the terms, flat."""
        starts, ends = self._spans
        numbers = np.arange(len(starts))
        if not self._put_in:
            return numbers, self._block, starts.ravel(), ends.ravel()
        there = np.ones(len(starts), bool)
        there[[i for i, statement in self._put_in.items() if not statement]] = False
        terms = [term for statement in self._put_in.values() for term in statement]
        lengths = np.fromiter(map(len, terms), np.int64, len(terms))
        new_ends = len(self._block) + np.cumsum(lengths)
        at = [i for i, statement in self._put_in.items() if statement]
        width = starts.shape[1]
        starts[at], ends[at] = (new_ends - lengths).reshape(-1, width), new_ends.reshape(-1, width)
        return numbers[there], b"".join([self._block, *terms, _END]), starts[there].ravel(), ends[there].ravel()


# --- terms


def _refused(new: bytes) -> list[int]:
    """Return which of some terms, a line feed after each, are wrong or not canonical."""
    text = new.decode(errors="surrogateescape")
    refused: list[int] = []
    at = n = 0
    while True:
        good = canonical_pattern().match(text, at)
        assert good is not None, "the pattern matches nothing, too"
        n += text.count("\n", at, good.end())
        if good.end() == len(text):
            return refused
        at = text.index("\n", good.end()) + 1
        term = text[good.end() : at - 1].encode(errors="surrogateescape")
        try:
            fine = _parsed(b"<a:a> <a:a> " + term + b" .", quads=False)[2:] == (term,)
        except ParseError:
            fine = False
        if not fine:
            refused.append(n)
        n += 1


def _parsed(line: bytes, *, quads: bool) -> tuple[bytes, ...]:
    """Return the terms of the statement on a line, as canonical text; none if it has but a comment."""
    if line.lstrip(b" \t")[:1] in (b"", b"#"):
        return ()
    import pyoxigraph as ox  # its loading costs time, and most files have plain lines only

    try:
        found = list(ox.parse(line, format=ox.RdfFormat.N_QUADS if quads else ox.RdfFormat.N_TRIPLES))
    except SyntaxError as error:
        raise ParseError(_reason(error.msg), column=error.offset) from error
    except MemoryError as error:  # what pyoxigraph says of a term of more than 16 MiB
        raise ParseError("is not in canonical form and too long to be parsed") from error
    quad = found[0]
    terms = [quad.subject, quad.predicate, quad.object]
    if not isinstance(quad.graph_name, ox.DefaultGraph):
        terms.append(quad.graph_name)
    texts = []
    for term in terms:
        if isinstance(term, ox.NamedNode | ox.BlankNode):
            texts.append(canonical(IRI if isinstance(term, ox.NamedNode) else BLANK, term.value))
        elif isinstance(term, ox.Literal) and term.direction is None:
            texts.append(canonical(LITERAL, term.value, datatype=term.datatype.value, language=term.language))
        else:
            raise ParseError(f"holds {_reason(str(term))}, a term of RDF 1.2; only RDF 1.1 can be read")
    return tuple(texts)


_PLACE = re.compile(r"Parser error (?:at|between) [^:]*: ")
_LONGEST_REASON = 300


def _reason(message: str) -> str:
    """Return the parser's words without the place, which is in fields, and without what a terminal would obey."""
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in _PLACE.sub("", message, count=1))
    return plain if len(plain) <= _LONGEST_REASON else plain[:_LONGEST_REASON] + "…"


# --- files


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces of whole lines, each line ended by a line feed, with as much after it as `Terms` likes."""
    begun: list[bytes | memoryview] = []  # a line that goes on
    mark = b"\xef\xbb\xbf"
    while piece := file.read(_BLOCK):
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield _lines([*begun, memoryview(piece)[:cut]], mark)
            mark = b""
        begun = [piece[cut:]] if cut else [*begun, piece]
    if any(begun):
        yield _lines([*begun, b"\n"], mark)


_CAPITAL = re.compile(rb'"@[a-z0-9\-]*+[A-Z]')  # in a tag, or in a text that looks like one
_TAGGED = re.compile(rb'("(?:[^"\\\n]++|\\.)*+"@)([A-Za-z0-9\-]++)')


def _lines(pieces: list[bytes | memoryview], mark: bytes) -> bytes:
    block = b"".join([*pieces, _END]).removeprefix(mark)
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _TAGGED.sub(lambda found: found[1] + found[2].lower(), block) if _CAPITAL.search(block) else block
