"""A dictionary of RDF terms: each distinct term gets an integer id, 0, 1, 2, …; numpy handles many terms at once.

A term is its canonical N-Triples text as bytes. Terms are not validated; only the first byte tells their kind.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sts_kg.rdf import BLANK, IRI, LITERAL, XSD_STRING

__all__ = ["SLACK", "Match", "Terms", "canonical_pattern", "plain_pattern"]

#: A text with this many bytes after its last term need not be copied.
SLACK = 64

Bytes = NDArray[np.uint8]
Ids = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_EMPTY = -1  # a slot of the table without an id
_FULLEST = 0.6  # largest share of used slots; with more the search takes more steps
_ROW = SLACK  # bytes of a term that are hashed in one step
_ROW_TYPE = np.dtype(f"V{_ROW}")
_WORDS = _ROW // 8
_LONGEST = 16 * _ROW  # a longer term is hashed on its own
_BATCH = 2048  # terms hashed in one step, so that their rows stay in the processor's cache
_REMEMBERED = 4096  # terms asked for one by one, such as the predicates of cases
_HALF = np.uint64(32)
#: By length n: a row whose first n bytes are all ones.
_MASKS = np.where(np.arange(_ROW) < np.arange(_ROW + 1)[:, None], 255, 0).astype(np.uint8).view(_ROW_TYPE).ravel()
_KIND_OF = np.full(256, LITERAL, np.uint8)
_KIND_OF[ord("<")], _KIND_OF[ord("_")] = IRI, BLANK

_ASCII = r"A-Za-z0-9._~!$&'()*+,;=:@/\-"
_HOST = r"(?://[A-Za-z0-9.\-]*+(?::[0-9]++)?(?=[/?#>])|(?!//))"


def _iri(plain: str) -> str:
    """Return a pattern of IRIs of some plain characters; it starts the path with them alone, as most paths are."""
    path, query = (rf"(?:[{each}]++|%[0-9A-Fa-f][0-9A-Fa-f])*+" for each in (plain, f"{plain}?"))
    return rf"<[A-Za-z][A-Za-z0-9+.\-]*+:{_HOST}[{plain}]*+{path}(?:\?{query})?(?:#{query})?>"


_IRI = _iri(rf"{_ASCII}\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef")
_TEXT = r'"(?:[^"\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]++|\\[tbnrf"\\])*+"'
_LANGUAGE = r"@[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
_NO_DATATYPE = rf"(?!<(?:{re.escape(XSD_STRING)}|http://www\.w3\.org/1999/02/22-rdf-syntax-ns#(?:dirL|l)angString)>)"
_LITERAL = rf"{_TEXT}(?:{_LANGUAGE}|\^\^{_NO_DATATYPE}{_iri(_ASCII)})?"
_BLANK = r"_:[A-Za-z0-9_]++(?:[.\-]++[A-Za-z0-9_]++)*"


@cache
def canonical_pattern() -> re.Pattern[str]:
    """Return a pattern that matches a line: a term in canonical form and a line feed, or any other text as group 1.

    Rare forms of IRIs and language tags are among the others: checking those takes a parser.
    """
    return re.compile(rf"(?:{_IRI}|{_LITERAL}|{_BLANK})\n|([^\n]*+\n)")


_PLAIN = r"A-Za-z0-9._~!$&'()*+,;=:@/\-"
_PLAIN_IRI = (
    rf"<[A-Za-z][A-Za-z0-9+.\-]*:(?://[A-Za-z0-9.\-]*(?::[0-9]+)?(?=[/#>])|(?!//))[{_PLAIN}]*(?:#[{_PLAIN}]*)?>"
)
_XSD = r"<http://www\.w3\.org/2001/XMLSchema#(?!string>)[A-Za-z]+>"
_PLAIN_TEXT = r'"[^"\\\x00-\x1f\x7f]*(?:\\[tbnrf"\\][^"\\\x00-\x1f\x7f]*)*"'


@cache
def plain_pattern() -> re.Pattern[bytes]:
    """Return a pattern as `canonical_pattern`, for valid UTF-8 without U+FFFE and U+FFFF, and for ASCII IRIs only.

    It finds most terms of most files, and is made in a tenth of the time, which counts for small files.
    """
    literal = rf"{_PLAIN_TEXT}(?:{_LANGUAGE}|\^\^{_XSD})?"
    return re.compile(rf"(?:{_PLAIN_IRI}|{literal}|_:[A-Za-z0-9_]+)\n|([^\n]*\n)".encode())


@dataclass(frozen=True, eq=False)
class Match:
    """What `Terms.match` found: the `ids` of all terms, and the `new` terms in order, a line feed after each."""

    ids: Ids
    new: bytes
    lengths: Ids
    slots: Ids


class Terms:
    """Distinct terms, numbered 0, 1, 2, … in the order in which they were added.

    Terms are compared by a 64-bit hash with random keys. Among a million terms, the probability that any two different
    ones share a hash is about 1 in 30 million. A term takes its text and 25 to 40 bytes.

    Parameters
    ----------
    first : iterable of bytes
        Terms that get the first ids, such as a built-in vocabulary.

    Examples
    --------
    >>> terms = Terms([b"<http://example.org/a>"])
    >>> terms.add_all([b"_:b0", b"<http://example.org/a>", b"_:b0"]).tolist()
    [1, 0, 1]
    >>> terms.text(1), terms.find(b'"a"')
    (b'_:b0', -1)
    """

    def __init__(self, first: Iterable[bytes] = ()) -> None:
        self._secret = secrets.token_bytes(32)
        keys = hashlib.shake_128(self._secret).digest(8 + _LONGEST)
        odd = np.frombuffer(keys, np.uint64) | np.uint64(1)
        self._factor, self._keys = odd[0], odd[1:].reshape(-1, _WORDS)
        self._count = 0
        self._blob = bytearray()  # the terms, a line feed after each
        self._ends = np.zeros(1024, np.int64)  # of each term in the blob
        self._kinds = np.zeros(1024, np.uint8)
        self._hashes = np.zeros(1024, np.uint64)
        self._table = np.full(2048, _EMPTY, np.int32)
        self._asked: dict[bytes, int] = {}  # what `find_few` found; an id never changes
        self.add_all(list(first))

    def copy(self) -> Terms:
        """Return a copy that can grow on its own."""
        other = copy(self)
        other._blob = bytearray(self._blob)
        other._ends, other._kinds = self._ends.copy(), self._kinds.copy()
        other._hashes, other._table = self._hashes.copy(), self._table.copy()
        other._asked = dict(self._asked)
        return other

    def __len__(self) -> int:
        """Return the number of distinct terms."""
        return self._count

    @property
    def kinds(self) -> Bytes:
        """The kind of each term by its id, (n,) uint8, read-only: IRI, BLANK or LITERAL."""
        kinds = self._kinds[: self._count]
        kinds.flags.writeable = False
        return kinds

    def add(self, text: Bytes, starts: Ids, ends: Ids) -> Ids:
        """Return the ids of the terms at given places of a text; new terms get the next ids in their order.

        Parameters
        ----------
        text : (m,) uint8
            The bytes that hold the terms.
        starts, ends : (n,) int64
            Where each term begins and ends; the end is exclusive.

        Returns
        -------
        (n,) int64
            The id of each term.
        """
        match = self.match(text.tobytes(), starts, ends)
        self.keep(match)
        return match.ids

    def add_all(self, terms: Sequence[bytes]) -> Ids:
        """Return the ids of given terms, (n,) int64; new terms get the next ids in their order."""
        lengths = np.fromiter(map(len, terms), np.int64, len(terms))
        ends = np.cumsum(lengths)
        return self.add(np.frombuffer(b"".join(terms), np.uint8), ends - lengths, ends)

    def find(self, term: bytes) -> int:
        """Return the id of a term, -1 if it has none."""
        hashes = self._hash(np.frombuffer(term, np.uint8), np.zeros(1, np.int64), np.array([len(term)]))
        return int(self._lookup(hashes)[0])

    def find_all(self, terms: Sequence[bytes]) -> Ids:
        """Return the ids of terms, (n,) int64, -1 for those that have none."""
        lengths = np.fromiter(map(len, terms), np.int64, len(terms))
        ends = np.cumsum(lengths)
        return self._lookup(self._hash(np.frombuffer(b"".join(terms), np.uint8), ends - lengths, ends))

    def find_few(self, terms: Sequence[bytes]) -> list[int]:
        """Return the ids of a few terms, -1 for those that have none; those found are remembered."""
        known = [self._asked.get(term, -1) for term in terms]
        if -1 not in known:
            return known
        found: list[int] = self.find_all(terms).tolist()
        if len(self._asked) < _REMEMBERED:
            self._asked |= {term: each for term, each in zip(terms, found, strict=True) if 0 <= each < self._count}
        return found

    def text(self, term_id: int) -> bytes:
        """Return the term with an id.

        Raises
        ------
        IndexError
            No term has this id.
        """
        if not 0 <= term_id < self._count:
            raise IndexError(f"there is no term {term_id}; there are {self._count}")
        start = int(self._ends[term_id - 1]) + 1 if term_id else 0
        return bytes(self._blob[start : int(self._ends[term_id])])

    def texts(self, ids: NDArray[np.integer[Any]] | None = None) -> list[bytes]:
        """Return the terms with the given ids, in that order; without ids all terms."""
        ends = self._ends[: self._count]
        starts = np.concatenate([np.zeros(1, np.int64), ends + 1])[:-1]
        if ids is not None:
            starts, ends = starts[ids], ends[ids]
        # slicing bytes is cheaper than slicing a bytearray, but needs a copy of everything
        blob = bytes(self._blob) if len(ends) * 8 > self._count else self._blob
        return list(map(bytes, _slices(blob, starts, ends)))

    # --- in two steps, so that new terms can be checked before they are kept

    def match(self, text: bytes, starts: Ids, ends: Ids) -> Match:
        """Return the ids of terms as `add` does, and the new ones; call `keep` or `forget` with it next."""
        hashes = self._hash(np.frombuffer(text, np.uint8), starts, ends)
        ids = self._lookup(hashes)
        unknown = np.flatnonzero(ids < 0)
        if not len(unknown):
            return Match(ids, b"", unknown, unknown)
        self._reserve(len(unknown))
        numbers, first, slots = self._insert(hashes[unknown])
        ids[unknown] = self._count + numbers
        first = unknown[first]
        starts, ends = starts[first], ends[first]
        new = b"\n".join([*_slices(text, starts, ends), b""])
        return Match(ids, new, ends - starts, slots)

    def keep(self, match: Match) -> None:
        """Keep the new terms of a match."""
        ends = np.cumsum(match.lengths + 1) - 1
        new = slice(self._count, self._count + len(ends))
        self._ends[new] = len(self._blob) + ends
        self._kinds[new] = _KIND_OF[np.frombuffer(match.new, np.uint8)[ends - match.lengths]]
        self._blob += match.new
        self._count += len(ends)

    def forget(self, match: Match) -> None:
        """Forget the new terms of a match; their ids become invalid."""
        self._table[match.slots] = _EMPTY

    # --- the hash table: open addressing; if a slot is taken, the next ones to try are 1, then 2, then 3, … further

    def _lookup(self, hashes: Hashes) -> Ids:
        """Return the id of each hash, -1 if it has none."""
        mask = len(self._table) - 1
        slots = (hashes & np.uint64(mask)).view(np.int64)
        ids = self._table[slots].astype(np.int64)
        rest = np.flatnonzero((self._hashes[ids] != hashes) & (ids >= 0))
        slots, step = slots[rest], 0
        while len(rest):
            step += 1
            slots = (slots + step) & mask
            found = self._table[slots]
            ids[rest] = found
            on = np.flatnonzero((self._hashes[found] != hashes[rest]) & (found >= 0))
            rest, slots = rest[on], slots[on]
        return ids

    def _insert(self, hashes: Hashes) -> tuple[Ids, Ids, Ids]:
        """Give the next ids and slots to hashes without an id; some of the hashes may be equal.

        Returns the number of each hash among the new ones, the first place of each new one, and their slots.
        """
        n, base, mask = len(hashes), self._count, len(self._table) - 1
        self._hashes[base : base + n] = hashes  # each gets a place for now, so that the table can refer to it
        holders, taken = np.empty(n, np.int64), np.empty(n, np.int64)
        rest, slots, step = np.arange(n), (hashes & np.uint64(mask)).view(np.int64), 0
        while len(rest):
            free = np.flatnonzero(self._table[slots] < 0)[::-1]  # the first one for a slot is written last
            self._table[slots[free]] = base + rest[free]
            found = self._table[slots]
            holders[rest], taken[rest] = found, slots
            step += 1
            on = np.flatnonzero(self._hashes[found] != hashes[rest])
            rest, slots = rest[on], (slots[on] + step) & mask
        holders -= base
        first = np.flatnonzero(holders == np.arange(n))
        numbers = np.empty(n, np.int64)
        numbers[first] = np.arange(len(first))
        self._table[taken[first]] = base + np.arange(len(first))
        self._hashes[base : base + len(first)] = hashes[first]
        return numbers[holders], first, taken[first]

    def _reserve(self, more: int) -> None:
        """Make room for more terms."""
        needed = self._count + more
        if needed > len(self._ends):
            room = max(needed, len(self._ends) * 3 // 2)
            self._ends, self._kinds = _longer(self._ends, room), _longer(self._kinds, room)
            self._hashes = _longer(self._hashes, room)
        if needed > len(self._table) * _FULLEST:
            self._table = np.full(1 << int(needed / _FULLEST).bit_length(), _EMPTY, np.int32)
            count, self._count = self._count, 0
            self._insert(self._hashes[:count].copy())
            self._count = count

    # --- the hash: for each 64 bytes, the sum of mixed words times keys

    def _hash(self, text: Bytes, starts: Ids, ends: Ids) -> Hashes:
        """Return a hash of each piece of a text, (n,) uint64."""
        if len(text) < int(ends.max(initial=0)) + _ROW:  # rows may reach beyond the last term
            text = np.concatenate([text, np.zeros(_ROW, np.uint8)])
        rows = np.ndarray((len(text) - _ROW + 1,), _ROW_TYPE, text, strides=(1,))
        lengths = ends - starts
        hashes: Hashes = lengths.view(np.uint64) * self._factor
        for begin in range(0, len(starts), _BATCH):
            batch = slice(begin, begin + _BATCH)
            hashes[batch] += self._hash_rows(rows[starts[batch]], lengths[batch], 0)
        rest, row = np.flatnonzero(lengths > _ROW), 1
        while len(rest) and row * _ROW < _LONGEST:
            hashes[rest] += self._hash_rows(rows[starts[rest] + row * _ROW], lengths[rest] - row * _ROW, row)
            row += 1
            rest = rest[lengths[rest] > row * _ROW]
        for i in rest.tolist():
            digest = hashlib.blake2b(text[starts[i] : ends[i]].data, digest_size=8, key=self._secret).digest()
            hashes[i] = int.from_bytes(digest, "little")
        hashes ^= hashes >> _HALF
        return hashes

    def _hash_rows(self, rows: NDArray[np.void], lengths: Ids, row: int) -> Hashes:
        """Return a hash of the first bytes of each row, as many as its length says."""
        words = rows.view(np.uint64)
        words &= _MASKS[np.minimum(lengths, _ROW)].view(np.uint64)
        shifted = words >> _HALF  # multiplication carries no bits down, so shift them
        words ^= shifted
        words *= self._factor
        words ^= np.right_shift(words, _HALF, out=shifted)
        found: Hashes = np.vecdot(words.reshape(-1, _WORDS), self._keys[row])
        return found


def _longer(old: NDArray[Any], room: int) -> NDArray[Any]:
    new = np.zeros(room, old.dtype)
    new[: len(old)] = old
    return new


def _slices(text: bytes | bytearray, starts: Ids, ends: Ids) -> list[Any]:
    return list(map(text.__getitem__, map(slice, starts.tolist(), ends.tolist())))
