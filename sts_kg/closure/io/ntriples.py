"""Reads N-Triples and N-Quads into columns of term ids: plain lines together by numpy, others singly by pyoxigraph.

No graph is built and nothing is inferred. A line is plain if its terms are in canonical form, with single spaces or
tabs between them and one before the full stop. Nearly all programs write such lines.
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
from sts_kg.closure.terms import SLACK, Terms, canonical_pattern, plain_pattern
from sts_kg.errors import ParseError, shown_size
from sts_kg.rdf import BLANK, IRI, LITERAL, canonical, check_nesting, max_bytes

__all__ = ["Encoded", "encode"]

Ids = NDArray[np.int64]
Column = NDArray[np.int32]

_BLOCK = 2 << 20  # bytes of text encoded at once
_END = b"\n" * SLACK


@dataclass(frozen=True, eq=False)
class Encoded:
    """The statements of a source in its order, including repeated ones, as columns of term ids.

    `subjects`, `predicates`, `objects` and, for N-Quads, `graphs` are (n,) int32; -1 is the default graph.
    `n_skipped` counts the invalid lines that were left out.
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
    written: bool = False,
    progress: Callable[[int], None] | None = None,
    told: Callable[[Column], None] | None = None,
) -> Encoded:
    r"""Return the statements of an N-Triples text as ids, and add its terms to a dictionary.

    Terms are kept in canonical form, so that a term in two spellings has one id: escapes only where they are needed,
    no `^^xsd:string`, language tags in lower case.

    Parameters
    ----------
    source : bytes or binary file
        The text in UTF-8. A file is read a few megabytes at a time.
    terms : Terms
        The dictionary. If an error is raised, it keeps the terms read before.
    path : optional
        What an error names as its place.
    quads : bool
        Whether it is N-Quads, with names of graphs.
    lenient : bool
        Whether to skip invalid lines instead of raising an error.
    rename : bool
        Whether to give blank nodes other labels where theirs are already in the dictionary.
    written : bool
        Whether pyoxigraph wrote what it has read, so that terms are sound and in canonical form: they are not checked
        again, except for texts of rdf:langString without a language, which it reads in some syntaxes.
    progress : callable, optional
        Called from time to time with the number of lines read so far.
    told : callable, optional
        Called with the triples, (n, 3) of ids, some at a time.

    Raises
    ------
    ParseError
        A line is invalid, or has a term of RDF 1.2; the error has path, line and, if known, column.

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
    encoder = _Encoder(terms, path, quads=quads, lenient=lenient, rename=rename, written=written)
    blocks = [np.zeros((0, encoder.width), np.int32)]

    def too_long(limit: int) -> ParseError:
        reason = f"has more than {shown_size(limit)} without a line end; set STS_KG_MAX_BYTES to read more"
        return ParseError(reason, path=path, line=encoder.n_lines + 1)

    for block in _blocks(io.BytesIO(source) if isinstance(source, bytes) else source, too_long):
        blocks.append(encoder.encode(block))
        if told is not None:
            told(blocks[-1][:, :3])
        if progress is not None:
            progress(encoder.n_lines)
    columns = [np.concatenate([block[:, i] for block in blocks]) for i in range(encoder.width)]
    subjects, predicates, objects = columns[:3]
    return Encoded(subjects, predicates, objects, columns[3] if quads else None, encoder.n_skipped)


class _Encoder:
    """The state between the blocks of one source."""

    def __init__(self, terms: Terms, path: object, *, quads: bool, lenient: bool, rename: bool, written: bool) -> None:
        self.width = 4 if quads else 3
        self.n_skipped = self.n_lines = 0
        self._terms, self._path, self._lenient, self._written = terms, path, lenient, written
        self._n_others = len(terms) if rename else 0  # blank nodes with lower ids come from other sources
        self._renamed: dict[int, int] = {}
        self._made: set[int] = set()  # labels made by renaming

    def encode(self, block: bytes) -> Column:
        """Return the statements of complete lines, (n, 3) or (n, 4)."""
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
            refused = [] if self._written and b"angString>" not in match.new else _refused(match.new)
            if not refused:
                break
            self._terms.forget(match)
            is_refused = np.zeros(len(match.lengths) + 1, bool)  # the last one for the terms that are not new
            is_refused[refused] = True
            new = np.maximum(match.ids - len(self._terms), -1)
            odd = numbers[is_refused[new].reshape(-1, self.width).any(axis=1)]
        errors.sort(key=lambda error: error.line or 0)  # errors of terms are found after errors of lines
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
        """Give other ids to blank nodes whose labels another source uses."""
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

#: By first byte of a term: 1 if it can be a subject or a graph name, plus 2 if a predicate, plus 4 if an object.
_CAN_BE = np.zeros(256, np.uint8)
_CAN_BE[list(b'<_"')] = 1 + 2 + 4, 1 + 4, 4
_LINE_FEED, _SPACE, _TAB, _STOP = b"\n \t."


class _Lines:
    """The lines of a block, cut into terms; the statement of a line that is not `plain` can be replaced.

    `named` marks the lines with a graph name. The others have their predicate in its place for now.
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
        """Replace the statement of a line; an empty one removes it."""
        width = self._spans[0].shape[1]
        self.named[i] = len(statement) == 4
        self._put_in[i] = (*statement, statement[1]) if len(statement) == 3 and width == 4 else statement

    def statements(self) -> tuple[Ids, bytes, Ids, Ids]:
        """Return the line of each statement, a text, and the starts and ends of all terms in that text."""
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
    """Return the numbers of the terms, a line feed after each, that are invalid or not canonical."""
    terms = plain_pattern().findall(new) if _is_plain(new) else [each + b"\n" for each in new.split(b"\n")[:-1]]
    numbered = [(n, term) for n, term in enumerate(terms) if term]
    if not numbered:
        return []
    refused: list[int] = []
    others = canonical_pattern().findall(b"".join(term for _, term in numbered).decode(errors="surrogateescape"))
    for (n, _), other in zip(numbered, others, strict=True):
        if not other:
            continue
        term = other[:-1].encode(errors="surrogateescape")
        try:
            fine = _parsed(b"<a:a> <a:a> " + term + b" .", quads=False)[2:] == (term,)
        except ParseError:
            fine = False
        if not fine:
            refused.append(n)
    return refused


def _is_plain(new: bytes) -> bool:
    """Return whether a text is valid UTF-8 without U+FFFE and U+FFFF."""
    try:
        new.isascii() or new.decode()
    except UnicodeDecodeError:
        return False
    return b"\xef\xbf\xbe" not in new and b"\xef\xbf\xbf" not in new


def _parsed(line: bytes, *, quads: bool) -> tuple[bytes, ...]:
    """Return the terms of the statement on a line in canonical form; none if it is empty or a comment."""
    if line.lstrip(b" \t")[:1] in (b"", b"#"):
        return ()
    check_nesting(line, "nquads")
    import pyoxigraph as ox  # slow to import, and most files have plain lines only

    try:
        found = list(ox.parse(line, format=ox.RdfFormat.N_QUADS if quads else ox.RdfFormat.N_TRIPLES))
    except SyntaxError as error:
        raise ParseError(_reason(error.msg), column=error.offset) from error
    except MemoryError as error:  # from pyoxigraph, for a term of more than 16 MiB
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
    """Return the parser's message without the place, which has its own fields, and without control characters."""
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in _PLACE.sub("", message, count=1))
    return plain if len(plain) <= _LONGEST_REASON else plain[:_LONGEST_REASON] + "…"


# --- files


def _blocks(file: BinaryIO, too_long: Callable[[int], ParseError]) -> Iterator[bytes]:
    """Yield a file in pieces of complete lines, each with a line feed; after the last `SLACK` bytes as `Terms` asks."""
    begun: list[bytes | memoryview] = []  # a line that is not complete yet
    mark, limit = b"\xef\xbb\xbf", max_bytes()
    while piece := file.read(_BLOCK):
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield _lines([*begun, memoryview(piece)[:cut]], mark)
            mark = b""
        begun = [piece[cut:]] if cut else [*begun, piece]
        if not cut and sum(map(len, begun)) > limit:
            raise too_long(limit)
    if any(begun):
        yield _lines([*begun, b"\n"], mark)


_CAPITAL = re.compile(rb'"@[a-z0-9\-]*+[A-Z]')  # in a tag, or in a text that looks like one
_TAGGED = re.compile(rb'("(?:[^"\\\n]++|\\.)*+"@)([A-Za-z0-9\-]++)')


def _lines(pieces: list[bytes | memoryview], mark: bytes) -> bytes:
    block = b"".join([*pieces, _END]).removeprefix(mark)
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _TAGGED.sub(lambda found: found[1] + found[2].lower(), block) if _CAPITAL.search(block) else block
