"""The triples of a closure in columns, one relation for each predicate, with the round in which each was added.

The triples inserted in a round are kept as blocks, in the terms of that round; inferred triples and proofs are made
from them. `live` has the triples known now, with a representative in place of equal terms, and of the copies of a
class expression where a triple speaks of a class.
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
    united,
)
from sts_kg.closure.vocabulary import DOMAIN, EQUIVALENT_CLASS, RANGE, SAME_AS, SUB_CLASS_OF, TYPE

__all__ = ["ASSERTED", "CLASSES_IN", "NONE", "Block", "Found", "Numbers", "Triples", "ends"]

ASSERTED = 0
#: Ids of any width, as they are read.
Numbers: TypeAlias = NDArray[np.integer[Any]]
NONE = Pairs(EMPTY, EMPTY)
_NO_SOURCE = -1
#: The predicates whose triples hold of each copy of a class expression, and which halves of their pairs are classes.
CLASSES_IN = {
    TYPE: (True, False),  # class and member
    SUB_CLASS_OF: (True, True),
    EQUIVALENT_CLASS: (True, True),
    DOMAIN: (False, True),
    RANGE: (False, True),
}


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

    `live` maps a predicate to its pairs, `blocks` to everything that was inserted. If any terms are equal,
    `representatives` has for each id the least id that is equal to it; if any class expressions are copies of each
    other, `classes` has for each id the least id that is equal to it or a copy, for the halves in `CLASSES_IN`, and
    `copied` the copies for which another one stands, sorted.
    """

    def __init__(self) -> None:
        self.live: dict[int, Pairs] = {}
        self._closed: dict[int, Ids] = {}
        self.blocks: dict[int, list[Block]] = {}
        self.representatives: Ids | None = None
        self.classes: Ids | None = None
        self.copied: Ids = EMPTY
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
        other.classes, other.copied = self.classes, self.copied
        other.sources = list(self.sources)
        other.is_extended = True
        return other

    def representative(self, ids: Ids) -> Ids:
        """Return the representatives of ids."""
        return ids if self.representatives is None else self.representatives[ids]

    def of(self, term: int) -> int:
        """Return the representative of one id."""
        return term if self.representatives is None else int(self.representatives[term])

    def class_of(self, term: int) -> int:
        """Return the representative of one id where it is a class."""
        return self.of(term) if self.classes is None else int(self.classes[term])

    def as_classes(self, ids: Ids) -> Ids:
        """Return the representatives of ids that are classes."""
        return self.representative(ids) if self.classes is None else self.classes[ids]

    def members(self, class_: int) -> Ids:
        """Return the members of a class, sorted."""
        return lookup(self[TYPE].os, self.class_of(class_))

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
        current = unique(self.represented(predicate, pairs))
        name = self.of(predicate)
        new = self._merge(name, current)
        if new and not (self.representatives is None and self.classes is None):
            # what follows for the term that stands for an equal one or a copy, from which proofs go on
            column = new.os if name == TYPE else new.so
            of_others = difference(column, pairs) if name == predicate else column
            if of_others.size:
                self.round += 1
                self.blocks.setdefault(name, []).append(Block(self.round, of_others))
        return new

    def represented(self, predicate: int, pairs: Ids) -> Ids:
        """Return pairs of a predicate in representatives, with their halves as in the representative's blocks."""
        if self.representatives is None and (self.classes is None or predicate not in CLASSES_IN):
            return pairs
        to = self.of(predicate)
        if (predicate == TYPE) != (to == TYPE):
            pairs = swap(pairs)
        maps = [
            self.classes if of_classes and self.classes is not None else self.representatives
            for of_classes in CLASSES_IN.get(to, (False, False))
        ]
        if all(of is None for of in maps):
            return pairs
        halves = zip(maps, (firsts(pairs), seconds(pairs)), strict=True)
        return pack(*(half if of is None else of[half] for of, half in halves))

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
        if self.representatives is None and self.classes is None:
            return found
        current: dict[int, list[Ids]] = {}
        for predicate, parts in found.items():
            current.setdefault(self.of(predicate), []).extend(self.represented(predicate, part) for part in parts)
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

    def unite(self, pairs: Ids, n_terms: int) -> dict[int, Pairs]:
        """Make the two ids of each pair equal, and return what was new when the live triples were rewritten."""
        self.representatives = united(_grown(self.representatives, n_terms), pairs)
        if self.classes is not None:
            self.classes = united(_grown(self.classes, n_terms), pairs)
        return self._rewrite()

    def unite_copies(self, pairs: Ids, n_terms: int) -> dict[int, Pairs]:
        """Let the first class expression of each pair stand for the second; return what was new by rewriting."""
        of = self.classes if self.classes is not None else self.representatives
        self.classes = united(_grown(of, n_terms), pairs)
        named = np.concatenate((firsts(pairs), seconds(pairs)))  # the first of a group may be a copy in another group
        self.copied = unique(np.concatenate((self.copied, named[self.classes[named] != named])))
        return self._rewrite()

    def grow(self, n_terms: int) -> None:
        """Make room for new ids, each equal to itself only."""
        if self.representatives is not None:
            self.representatives = _grown(self.representatives, n_terms)
        if self.classes is not None:
            self.classes = _grown(self.classes, n_terms)

    def _rewrite(self) -> dict[int, Pairs]:
        """Put representatives into the live triples, as one round; return what was new."""
        moved: dict[int, list[Ids]] = {}
        self._closed.clear()
        for predicate, pairs in list(self.live.items()):
            column = pairs.os if predicate == TYPE else pairs.so
            current = self.represented(predicate, column)
            if (to := self.of(predicate)) != predicate:
                del self.live[predicate]
            elif current is column or not (touched := current != column).any():
                continue
            else:
                kept, current = column[~touched], current[touched]
                self.live[predicate] = Pairs(os=kept) if predicate == TYPE else Pairs(so=kept)
            moved.setdefault(to, []).append(current)
        return self.insert(Found(moved))

    def drop(self, predicate: int) -> None:
        """Remove the live triples of a predicate; its blocks stay."""
        self.live.pop(predicate, None)

    def asserted(self) -> Iterator[tuple[int, Ids]]:
        """Yield each predicate with its asserted pairs, sorted, in the terms in which they were given."""
        for predicate in self.blocks:
            pairs = self.asserted_of(predicate)
            if pairs.size:
                yield predicate, pairs

    def asserted_of(self, predicate: int) -> Ids:
        """Return the asserted pairs of a predicate, sorted, in the terms in which they were given."""
        parts = [block.pairs for block in self.blocks.get(predicate, ()) if block.round == ASSERTED]
        return parts[0] if len(parts) == 1 else unique(np.concatenate([EMPTY, *parts]))

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


def _grown(of: Ids | None, n_terms: int) -> Ids:
    """Return a map of ids for more ids, the new ones to themselves."""
    if of is None:
        return np.arange(n_terms)
    return of if of.size >= n_terms else np.concatenate((of, np.arange(of.size, n_terms)))


def ends(predicate: int, pairs: Ids) -> tuple[Ids, Ids]:
    """Return the subjects and objects of a predicate's pairs, whose halves are as in its blocks."""
    return (seconds(pairs), firsts(pairs)) if predicate == TYPE else (firsts(pairs), seconds(pairs))


def _united(parts: list[Ids]) -> Ids:
    return unique(parts[0] if len(parts) == 1 else np.concatenate(parts))
