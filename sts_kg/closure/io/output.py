"""The triples of a closure from its columns: asserted, inferred, trivial and repeated ones, in the given terms.

While reasoning one representative stands for equal terms; here triples are made for each of them. One copy of an
anonymous class expression stands for all, here too: what also holds of the other copies are the repeated triples.
Triples that RDF does not allow are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sts_kg.closure.columns import (
    EMPTY,
    Ids,
    contains,
    difference,
    distinct,
    expand,
    firsts,
    lookup,
    pack,
    ranges,
    seconds,
    swap,
    unique,
)
from sts_kg.closure.engines import Axioms
from sts_kg.closure.terms import Terms
from sts_kg.closure.triples import CLASSES_IN, Triples, ends
from sts_kg.closure.vocabulary import (
    ANNOTATION_PROPERTY,
    ANNOTATIONS,
    BUILT_IN,
    CLASS,
    DATATYPE,
    DATATYPES,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    NOTHING,
    SAME_AS,
    SUB_CLASS_OF,
    SUB_PROPERTY_OF,
    THING,
    TYPE,
)
from sts_kg.errors import TooManyTriplesError
from sts_kg.rdf import BLANK, IRI, LITERAL

__all__ = ["Output", "Rows", "telling"]

#: Predicate, subjects, objects; the arrays are parallel.
Rows: TypeAlias = tuple[int, Ids, Ids]
#: Most triples that equal terms may give; a clique of n terms has n² of owl:sameAs alone.
LIMIT = 50_000_000
_REFLEXIVE = frozenset({SAME_AS, SUB_CLASS_OF, SUB_PROPERTY_OF, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY})
_AXIOMATIC = {  # class to members: prp-ap, cls-thing and cls-nothing1, dt-type1
    ANNOTATION_PROPERTY: np.array(sorted(ANNOTATIONS), np.int64),
    CLASS: np.array(sorted((NOTHING, THING)), np.int64),
    DATATYPE: np.array(sorted(DATATYPES.values()), np.int64),
}


@dataclass
class Output:
    """The triples of closed columns in four parts; no two parts share a triple.

    `axioms` chooses the trivial triples: "none"; "used", those of rules without premises about built-in terms that the
    asserted triples use; or "all", with `x owl:sameAs x` for every term.
    """

    known: Triples
    terms: Terms
    axioms: Axioms

    def asserted(self) -> Iterator[Rows]:
        """Yield the asserted triples by predicate."""
        for predicate, pairs in self._asserted.items():
            yield _rows(predicate, pairs)

    def inferred(self) -> Iterator[Rows]:
        """Yield the triples that follow and are informative, by predicate."""
        for predicate, pairs in self._entailed():
            yield _rows(predicate, pairs[~self._is_trivial(predicate, pairs)])
        if self.known.representatives is not None and SAME_AS not in self.known.live:
            yield from self._same()

    def trivial(self) -> Iterator[Rows]:
        """Yield the triples that follow from any graph over the same terms and that `axioms` keeps."""
        if self.axioms == "none":
            return
        for predicate, pairs in self._entailed():
            if predicate == SAME_AS:
                continue  # below, for every term
            found = pairs[self._is_trivial(predicate, pairs)]
            if self.axioms == "used":
                if predicate != TYPE:
                    continue
                found = found[self._is_used(found)]
            yield _rows(predicate, found)
        if self.axioms == "all":
            x = self._terms
            pairs = difference(pack(x, x), self._asserted.get(SAME_AS, EMPTY))
            yield _rows(SAME_AS, pairs)

    def repeated(self) -> Iterator[Rows]:
        """Yield the triples that hold of a copy of a class expression for which another one stands.

        Raises
        ------
        TooManyTriplesError
            There are more than `LIMIT` for a predicate.
        """
        for predicate, column in self._about_copies():
            pairs = unique(self._written_out(column, *self._subjects(predicate, every=True)))
            named = self._has_copy(predicate, pairs) & ~self._says_nothing(predicate, pairs)
            yield _rows(predicate, difference(pairs[named], self._asserted.get(predicate, EMPTY)))

    @cached_property
    def n_repeated(self) -> int:
        """The number of repeated triples, which are counted without being made."""
        total = 0
        for predicate, column in self._about_copies():
            some, every = self._subjects(predicate), self._subjects(predicate, every=True)
            proper = column[~self._says_nothing(predicate, column) | (firsts(column) == seconds(column))]
            total += int((_sizes(proper, every) - _sizes(proper, some)).sum())
            if predicate in _REFLEXIVE and self.axioms != "all":  # each copy is also below itself
                loops = proper[firsts(proper) == seconds(proper)]
                copied, of = self.known.copied, self.known.classes
                assert of is not None, "some classes are copies"
                total -= int(contains(firsts(loops), np.sort(of[copied])).sum())
            asserted = self._asserted.get(predicate, EMPTY)
            told = asserted[self._has_copy(predicate, asserted) & ~self._says_nothing(predicate, asserted)]
            total -= told.size
        return total

    @property
    def n_asserted(self) -> int:
        """The number of asserted triples."""
        return sum(map(len, self._asserted.values()))

    @cached_property
    def counts(self) -> tuple[int, int, int]:
        """The numbers of asserted, inferred and trivial triples.

        Raises
        ------
        TooManyTriplesError
            Equal terms would give more than `LIMIT` triples.
        """
        return self.n_asserted, sum(s.size for _, s, _ in self.inferred()), sum(s.size for _, s, _ in self.trivial())

    @cached_property
    def _asserted(self) -> dict[int, Ids]:
        return dict(self.known.asserted())

    @cached_property
    def _used(self) -> Ids:
        """The built-in terms of asserted triples."""
        parts = [np.array(list(self._asserted), np.int64)]
        parts += [half(pairs) for pairs in self._asserted.values() for half in (firsts, seconds)]
        found = np.concatenate(parts)
        return unique(found[found < len(BUILT_IN)])

    @cached_property
    def _terms(self) -> Ids:
        """The terms of all triples that may be subjects."""
        parts = [np.array([SAME_AS], np.int64)]
        for predicate, pairs in chain(self._asserted.items(), self._entailed()):
            parts += [np.array([predicate], np.int64), distinct(firsts(pairs)), unique(seconds(pairs))]
        found = unique(np.concatenate(parts))
        named: Ids = found[self.terms.kinds[found] != LITERAL]
        return named

    def _entailed(self) -> Iterator[tuple[int, Ids]]:
        """Yield by predicate the pairs that are not asserted, without owl:sameAs between equal terms."""
        kinds = self.terms.kinds
        columns = self.known.derived() if self.known.representatives is None else self._expanded()
        for predicate, pairs in columns:
            if self.known.is_extended:  # what was inferred before may be asserted now
                pairs = difference(pairs, self._asserted.get(predicate, EMPTY))
                if predicate in CLASSES_IN:  # what was inferred of a restriction before it was a copy is repeated now
                    pairs = pairs[~self._has_copy(predicate, pairs)]
            if kinds[predicate] == IRI:
                subjects = seconds(pairs) if predicate == TYPE else firsts(pairs)
                literal = kinds[subjects] == LITERAL
                yield predicate, pairs[~literal] if literal.any() else pairs

    def holds(self, subject: int, predicate: int, object_: int) -> bool:
        """Return whether a triple is asserted, inferred, or trivial and kept by `axioms`."""
        pair = (object_ << 32) | subject if predicate == TYPE else (subject << 32) | object_
        row = np.array([pair])
        if contains(self._asserted.get(predicate, EMPTY), row).any():
            return True
        known = self.known
        if predicate == SAME_AS and known.of(subject) == known.of(object_):
            return subject != object_ or self.axioms == "all"
        p = known.of(predicate)
        if not contains(known[p].os if p == TYPE else known[p].so, known.represented(predicate, row)).any():
            return False
        if not self._is_trivial(predicate, row).any() or self.axioms == "all":
            return True
        used = self.axioms == "used" and predicate == TYPE and contains(self._used, np.array([subject])).any()
        return bool(used and _is_axiomatic(row).any())

    # --- equal terms and copies of class expressions

    def _halves(self, predicate: int, *, every: bool = False) -> list[Ids]:
        """Return for each half of a predicate's pairs the names of representatives."""
        return [self._names(of_classes=each, every=every) for each in CLASSES_IN.get(predicate, (False, False))]

    def _subjects(self, predicate: int, *, every: bool = False) -> list[Ids]:
        """Return the same, without literals for subjects."""
        halves, at = self._halves(predicate, every=every), int(predicate == TYPE)
        halves[at] = halves[at][self.terms.kinds[seconds(halves[at])] != LITERAL]
        return halves

    def _names(self, *, of_classes: bool, every: bool) -> Ids:
        """Return pairs of representative and name, sorted, of those that have several names.

        For classes these are names of classes that are equal or copies; without `every`, one of the copies.
        """
        known = self.known
        key = of_classes and known.classes is not None, every
        if key not in self._named:
            of = known.classes if key[0] else known.representatives
            if of is None:
                return EMPTY
            is_one = of == np.arange(of.size)
            is_one[of[~is_one]] = False
            if key[0] and not every:
                is_one[known.copied] = True
            members = np.flatnonzero(~is_one)
            self._named[key] = np.sort(pack(of[members], members))
        return self._named[key]

    @cached_property
    def _named(self) -> dict[tuple[bool, bool], Ids]:
        return {}

    def _expanded(self) -> Iterator[tuple[int, Ids]]:
        cliques = self._names(of_classes=False, every=True)
        for predicate, column in list(self.known.live.items()):
            pairs = column.os if predicate == TYPE else column.so
            everything = unique(self._written_out(pairs, *self._halves(predicate)))
            for name in lookup(cliques, predicate).tolist() or [predicate]:
                turned = np.sort(swap(everything)) if (name == TYPE) != (predicate == TYPE) else everything
                yield name, difference(turned, self._asserted.get(name, EMPTY))

    def _written_out(self, pairs: Ids, *names: Ids) -> Ids:
        """Return the pairs with each half replaced by each of its names; not sorted."""
        touched = np.zeros(pairs.size, bool)
        for of, half in zip(names, (firsts(pairs), seconds(pairs)), strict=True):
            touched |= contains(distinct(firsts(of)), half)
        alone, pairs = pairs[~touched], pairs[touched]
        self._check(int(_sizes(pairs, names).sum()))
        for of in names:
            low, high = ranges(of, firsts(pairs))
            parts = [pack(seconds(of[row]), seconds(pairs)[number]) for number, row in expand(low, high)]
            pairs = swap(np.concatenate((pairs[low == high], *parts)))
        return np.concatenate((alone, pairs))

    def _about_copies(self) -> Iterator[tuple[int, Ids]]:
        """Yield by predicate the live pairs that hold of several copies."""
        known = self.known
        if known.classes is None:
            return
        several = np.zeros(known.classes.size, bool)
        several[known.classes[known.copied]] = True
        literal = self.terms.kinds == LITERAL
        for predicate, (first, second) in CLASSES_IN.items():
            column = known[predicate].os if predicate == TYPE else known[predicate].so
            touched = np.zeros(column.size, bool)
            for is_class, half in ((first, firsts(column)), (second, seconds(column))):
                touched |= several[half] if is_class else False
            pairs = column[touched]
            subjects = seconds(pairs) if predicate == TYPE else firsts(pairs)
            if (only := literal[subjects]).any():  # one that equals a resource stands for it, too
                only &= ~contains(
                    distinct(firsts(self._subjects(predicate, every=True)[int(predicate == TYPE)])), subjects
                )
            yield predicate, pairs[~only]

    def _has_copy(self, predicate: int, pairs: Ids) -> NDArray[np.bool_]:
        first, second = CLASSES_IN[predicate]
        found = np.zeros(pairs.size, bool)
        for is_class, half in ((first, firsts(pairs)), (second, seconds(pairs))):
            found |= contains(self.known.copied, half) if is_class else False
        return found

    def _says_nothing(self, predicate: int, pairs: Ids) -> NDArray[np.bool_]:
        """Return which pairs are trivial, if trivial ones are not all kept."""
        if self.axioms == "all":
            return np.zeros(pairs.size, bool)
        return self._is_trivial(predicate, pairs)

    def _same(self) -> Iterator[Rows]:
        cliques = self._names(of_classes=False, every=True)
        low, high = ranges(cliques, firsts(cliques))
        self._check(int((high - low).sum()))
        known = self._asserted.get(SAME_AS, EMPTY)
        kinds = self.terms.kinds
        for number, row in expand(low, high):
            x, y = seconds(cliques)[number], seconds(cliques[row])
            kept = (x != y) & (kinds[x] != LITERAL)
            yield _rows(SAME_AS, difference(unique(pack(x[kept], y[kept])), known))

    def _check(self, count: int) -> None:
        if count > LIMIT:
            raise TooManyTriplesError(count, LIMIT)

    def _is_trivial(self, predicate: int, pairs: Ids) -> NDArray[np.bool_]:
        if predicate == TYPE:
            found: NDArray[np.bool_] = (firsts(pairs) == THING) | _is_axiomatic(pairs)
            return found
        if predicate not in _REFLEXIVE:
            return np.zeros(pairs.size, bool)
        s, o = firsts(pairs), seconds(pairs)
        trivial: NDArray[np.bool_] = s == o
        if predicate == SUB_CLASS_OF:
            trivial |= (o == THING) | (s == NOTHING)
        return trivial

    def _is_used(self, types: Ids) -> NDArray[np.bool_]:
        """Return which types follow by a rule without premises, and are about terms that asserted triples use."""
        return _is_axiomatic(types) & contains(self._used, seconds(types))

    # --- text

    def ntriples(self, rows: Iterator[Rows]) -> Iterator[bytes]:
        """Yield triples as N-Triples, many lines at a time."""
        texts = self.terms.texts()
        for each in rows:
            yield from _lines(texts, *each)

    def ntriples_apart(self, rows: Iterator[Rows]) -> Iterator[tuple[bytes, bool]]:
        """Yield triples as N-Triples, many lines at a time, and whether all of these name blank nodes, or none does."""
        texts, blank = self.terms.texts(), self.terms.kinds == BLANK
        for predicate, subjects, objects in rows:
            named = blank[subjects] | blank[objects]
            for kind in (False, True) if named.any() else (False,):
                kept = named if kind else ~named
                yield from ((lines, kind) for lines in _lines(texts, predicate, subjects[kept], objects[kept]))


def telling(terms: Terms, tell: Callable[[bytes, bool], object]) -> Callable[[NDArray[np.integer[Any]]], None]:
    """Return a function that tells triples, (n, 3) of ids, as N-Triples, as `Output.ntriples_apart` yields them."""
    texts: list[bytes] = []
    ends = repeat(b" "), repeat(b" "), repeat(b" .\n")

    def told(triples: NDArray[np.integer[Any]]) -> None:
        texts.extend(terms.texts(np.arange(len(texts), len(terms))))
        named = (terms.kinds[triples] == BLANK).any(axis=1)
        for kind in (False, True):
            for start in range(0, len(kept := triples[named == kind]), _LINES):
                columns = (map(texts.__getitem__, ids.tolist()) for ids in kept[start : start + _LINES].T)
                pieces = chain.from_iterable(zip(columns, ends, strict=True))
                tell(b"".join(chain.from_iterable(zip(*pieces, strict=False))), kind)  # some are endless

    return told


def _lines(texts: list[bytes], predicate: int, subjects: Ids, objects: Ids) -> Iterator[bytes]:
    """Yield triples of one predicate as N-Triples, many lines at a time."""
    name = texts[predicate]
    for start in range(0, subjects.size, _LINES):
        s = map(texts.__getitem__, subjects[start : start + _LINES].tolist())
        part = objects[start : start + _LINES]
        if part[0] == part[-1] and (part == part[0]).all():
            end = b" " + name + b" " + texts[part[0]] + b" .\n"
            yield b"".join(chain.from_iterable(zip(s, repeat(end))))  # one of them is endless
        else:
            o = map(texts.__getitem__, part.tolist())
            between = b" " + name + b" "
            yield b"".join(chain.from_iterable(zip(s, repeat(between), o, repeat(b" .\n"))))


_LINES = 1 << 15


def _sizes(pairs: Ids, names: Sequence[Ids]) -> Ids:
    """Return how many pairs each pair gives when each half is replaced by each of its names."""
    sizes = np.ones(pairs.size, np.int64)
    for of, half in zip(names, (firsts(pairs), seconds(pairs)), strict=True):
        low, high = ranges(of, half)
        sizes *= np.maximum(high - low, 1)
    return sizes


def _rows(predicate: int, pairs: Ids) -> Rows:
    return predicate, *ends(predicate, pairs)


def _is_axiomatic(types: Ids) -> NDArray[np.bool_]:
    """Return which pairs of class and member follow by a rule without premises."""
    found = np.zeros(types.size, bool)
    for class_, members in _AXIOMATIC.items():
        low, high = np.searchsorted(types, (class_ << 32, (class_ + 1) << 32))
        found[low:high] = contains(members, seconds(types[low:high]))
    return found
