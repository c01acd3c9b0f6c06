"""The triples of a closure in columns, one relation for each predicate, with the round in which each was added.

The triples inserted in a round are kept as blocks, in the terms of that round; inferred triples and proofs are made
from them. `live` has the triples known now, with a representative in place of equal terms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sts_kg.closure.columns import (
    EMPTY,
    Ids,
    Pairs,
    difference,
    firsts,
    lookup,
    merged,
    pack,
    seconds,
    swap,
    transitive,
    unique,
)
from sts_kg.closure.vocabulary import SAME_AS, TYPE

__all__ = ["ASSERTED", "NONE", "Block", "Found", "Numbers", "Triples"]

ASSERTED = 0
#: Ids of any width, as they are read.
Numbers: TypeAlias = NDArray[np.integer[Any]]
NONE = Pairs(EMPTY, EMPTY)
_NO_SOURCE = -1


@dataclass(frozen=True)
class Block:
    """Triples of one predicate that were inserted together.

    `pairs` is sorted: subject and object, but class and member for `rdf:type`, as rules ask for the members of a class.
    """

    round: int
    pairs: Ids
    source: int = _NO_SOURCE


@dataclass
class Found:
    """What the rules of a round conclude, by predicate, and the number of conclusions of each rule."""

    by_predicate: dict[int, list[Ids]] = field(default_factory=dict)
    firings: Counter[str] = field(default_factory=Counter)

    def add(self, rule: str, predicate: int, subjects: Ids | int, objects: Ids | int) -> None:
        """Add triples of one predicate; subjects and objects are parallel arrays, or one of the two is a single id."""
        pairs = pack(objects, subjects) if predicate == TYPE else pack(subjects, objects)
        self.add_pairs(rule, predicate, pairs)

    def add_pairs(self, rule: str, predicate: int, pairs: Ids) -> None:
        """Add pairs with their halves as in the predicate's blocks; they need not be sorted."""
        if pairs.size:
            self.by_predicate.setdefault(predicate, []).append(pairs)
            self.firings[rule] += pairs.size

    def add_members(self, rule: str, class_: int, members: Ids) -> None:
        """Add members of a class."""
        self.add_pairs(rule, TYPE, pack(class_, members))


class Triples:
    """A growing set of triples of ids.

    `live` maps a predicate to its pairs, `blocks` to everything that was inserted; if any terms are equal,
    `representatives` has for each id the least id that is equal to it.
    """

    def __init__(self) -> None:
        self.live: dict[int, Pairs] = {}
        self._closed: dict[int, Ids] = {}
        self.blocks: dict[int, list[Block]] = {}
        self.representatives: Ids | None = None
        self.round = ASSERTED
        self.sources: list[str] = []
        self.is_extended = False

    def __getitem__(self, predicate: int) -> Pairs:
        return self.live.get(self.of(predicate), NONE)

    def __len__(self) -> int:
        return sum(map(len, self.live.values()))

    def copy(self) -> Triples:
        """Return a copy that can grow on its own; the arrays, which never change, are shared."""
        other = Triples()
        other.live, other._closed = dict(self.live), dict(self._closed)
        other.blocks = {predicate: list(blocks) for predicate, blocks in self.blocks.items()}
        other.representatives, other.round = self.representatives, self.round
        other.sources = list(self.sources)
        other.is_extended = True
        return other

    def representative(self, ids: Ids) -> Ids:
        """Return the representatives of ids."""
        return ids if self.representatives is None else self.representatives[ids]

    def of(self, term: int) -> int:
        """Return the representative of one id."""
        return term if self.representatives is None else int(self.representatives[term])

    def members(self, class_: int) -> Ids:
        """Return the members of a class, sorted."""
        return lookup(self[TYPE].os, self.of(class_))

    def assert_(self, subjects: Numbers, predicates: Numbers, objects: Numbers, source: str) -> dict[int, Pairs]:
        """Insert asserted triples of a source, and return by predicate those that the live columns did not have."""
        number = self._source(source)
        added: dict[int, Pairs] = {}
        if not predicates.size:
            return added
        order = np.argsort(predicates, kind="stable")
        sorted_predicates = predicates[order]
        starts = np.flatnonzero(np.diff(sorted_predicates, prepend=-1)).tolist()
        for start, end in zip(starts, [*starts[1:], order.size], strict=True):
            predicate, rows = int(sorted_predicates[start]), order[start:end]
            s, o = subjects[rows].astype(np.int64), objects[rows].astype(np.int64)
            pairs = unique(pack(o, s) if predicate == TYPE else pack(s, o))
            if new := self._add_asserted(predicate, pairs, number):
                name = self.of(predicate)
                added[name] = added[name].plus(new) if name in added else new
        return added

    def _source(self, name: str) -> int:
        if name not in self.sources:
            self.sources.append(name)
        return self.sources.index(name)

    def _add_asserted(self, predicate: int, pairs: Ids, source: int) -> Pairs | None:
        blocks = self.blocks.setdefault(predicate, [])
        for block in blocks:
            if block.round == ASSERTED and block.source == source:
                pairs = difference(pairs, block.pairs)
        if pairs.size:
            blocks.append(Block(ASSERTED, pairs, source))
        current = unique(self._represented(predicate, pairs))
        return self._merge(self.of(predicate), current)

    def _represented(self, predicate: int, pairs: Ids) -> Ids:
        """Return pairs of a predicate in representatives, with their halves as in the representative's blocks."""
        if self.representatives is None:
            return pairs
        pairs = pack(self.representatives[firsts(pairs)], self.representatives[seconds(pairs)])
        return swap(pairs) if (predicate == TYPE) != (self.of(predicate) == TYPE) else pairs

    def _merge(self, predicate: int, pairs: Ids) -> Pairs | None:
        """Add sorted pairs to the live column, and return those that were new, if any."""
        known = self[predicate]
        pairs = difference(pairs, known.os if predicate == TYPE else known.so)
        if not pairs.size:
            return None
        new = Pairs(os=pairs) if predicate == TYPE else Pairs(so=pairs)
        self.live[predicate] = known.plus(new) if len(known) else new
        return new

    def insert(self, found: Found) -> dict[int, Pairs]:
        """Insert what was found as one round, and return by predicate what was new."""
        added = {}
        for predicate, parts in self._current(found.by_predicate).items():
            if new := self._merge(predicate, _united(parts)):
                added[predicate] = new
        if added:
            self.round += 1
            for predicate, new in added.items():
                pairs = new.os if predicate == TYPE else new.so
                self.blocks.setdefault(predicate, []).append(Block(self.round, pairs))
        return added

    def _current(self, found: dict[int, list[Ids]]) -> dict[int, list[Ids]]:
        if self.representatives is None:
            return found
        current: dict[int, list[Ids]] = {}
        for predicate, parts in found.items():
            current.setdefault(self.of(predicate), []).extend(self._represented(predicate, part) for part in parts)
        return current

    def close(self, rule: str, predicate: int, found: Found) -> None:
        """Add to `found` what transitivity adds to a predicate, reusing what was closed before."""
        predicate = self.of(predicate)
        pairs, closed = self[predicate].so, self._closed.get(predicate, EMPTY)
        new = difference(pairs, closed)
        if new.size:
            further = transitive(closed, new)
            self._closed[predicate] = merged(pairs, further)
            found.add_pairs(rule, predicate, swap(further) if predicate == TYPE else further)

    def unite(self, pairs: Ids, n_terms: int) -> Ids:
        """Make the two ids of each pair equal, and return the ids whose representative changed, sorted."""
        old = self._grown(n_terms)
        new = old.copy()
        x, y = new[firsts(pairs)], new[seconds(pairs)]
        while x.size:
            np.minimum.at(new, np.maximum(x, y), np.minimum(x, y))
            while not np.array_equal(jumped := new[new], new):
                new = jumped
            x, y = new[x], new[y]
            unequal = x != y
            x, y = x[unequal], y[unequal]
        self.representatives = new
        return np.flatnonzero(new != old)

    def _grown(self, n_terms: int) -> Ids:
        if self.representatives is None:
            return np.arange(n_terms)
        missing = np.arange(self.representatives.size, n_terms)
        return np.concatenate((self.representatives, missing)) if missing.size else self.representatives

    def grow(self, n_terms: int) -> None:
        """Make room for new ids, each equal to itself only."""
        if self.representatives is not None:
            self.representatives = self._grown(n_terms)

    def rewrite(self, changed: Ids) -> dict[int, Pairs]:
        """Put the live triples that name a changed id into representatives, as one round; return what was new."""
        assert self.representatives is not None, "something was united"
        is_changed = np.zeros(self.representatives.size, bool)
        is_changed[changed] = True
        moved: dict[int, list[Ids]] = {}
        self._closed.clear()
        for predicate, pairs in list(self.live.items()):
            column = pairs.os if predicate == TYPE else pairs.so
            to = self.of(predicate)
            if to == predicate:
                touched = is_changed[firsts(column)] | is_changed[seconds(column)]
                if not touched.any():
                    continue
                rows, kept = column[touched], column[~touched]
                self.live[predicate] = Pairs(os=kept) if predicate == TYPE else Pairs(so=kept)
            else:
                rows = column
                del self.live[predicate]
            moved.setdefault(to, []).append(self._represented(predicate, rows))
        return self.insert(Found(moved))

    def drop(self, predicate: int) -> None:
        """Remove the live triples of a predicate; its blocks stay."""
        self.live.pop(predicate, None)

    def asserted(self) -> Iterator[tuple[int, Ids]]:
        """Yield each predicate with its asserted pairs, sorted, in the terms in which they were given."""
        for predicate, blocks in self.blocks.items():
            parts = [block.pairs for block in blocks if block.round == ASSERTED]
            if parts:
                yield predicate, parts[0] if len(parts) == 1 else unique(np.concatenate(parts))

    def derived(self) -> Iterator[tuple[int, Ids]]:
        """Yield each predicate with the pairs of later rounds, sorted; only for triples without equal terms."""
        for predicate, blocks in self.blocks.items():
            parts = [block.pairs for block in blocks if block.round != ASSERTED]
            if not parts:
                continue
            yield predicate, parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts))

    def equalities(self) -> Iterable[Ids]:
        """Yield the pairs of `owl:sameAs` of all rounds, as they were concluded."""
        for block in self.blocks.get(SAME_AS, ()):
            yield block.pairs


def _united(parts: list[Ids]) -> Ids:
    return unique(parts[0] if len(parts) == 1 else np.concatenate(parts))
