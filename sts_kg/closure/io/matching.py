"""The triples of a closure that match a pattern, by binary search in its columns; no term is hashed but those asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sts_kg.closure.columns import EMPTY, Ids, Pairs, contains, firsts, lookup, pack, ranges, seconds, unique
from sts_kg.closure.io.output import Output, Rows
from sts_kg.closure.terms import Terms
from sts_kg.closure.triples import CLASSES_IN
from sts_kg.closure.vocabulary import SAME_AS, TYPE
from sts_kg.rdf import IRI, LITERAL

if TYPE_CHECKING:
    from rdflib.term import Node

__all__ = ["Matches", "Matching"]


@dataclass(frozen=True, eq=False)
class Matches:
    """The triples of a closure that match a pattern, each once, always in the same order.

    Iterating yields them in terms of rdflib; `subjects`, `predicates` and `objects` are ids, in parallel, each (n,)
    int64. An id stands for one term of this closure and those that extend it: two ids are equal if and only if their
    terms are. `terms` turns ids into terms.
    """

    _rows: tuple[Rows, ...]
    _terms: Terms

    def __len__(self) -> int:
        return sum(subjects.size for _, subjects, _ in self._rows)

    def __iter__(self) -> Iterator[tuple[Node, Node, Node]]:
        for predicate, subjects, objects in self._rows:
            [name] = self.terms(np.array([predicate]))
            for s, o in zip(self.terms(subjects), self.terms(objects), strict=True):
                yield s, name, o

    @cached_property
    def subjects(self) -> Ids:
        """The ids of the subjects, (n,) int64."""
        return np.concatenate([EMPTY, *(subjects for _, subjects, _ in self._rows)])

    @cached_property
    def predicates(self) -> Ids:
        """The ids of the predicates, (n,) int64."""
        names = np.array([predicate for predicate, _, _ in self._rows], np.int64)
        return np.repeat(names, [subjects.size for _, subjects, _ in self._rows])

    @cached_property
    def objects(self) -> Ids:
        """The ids of the objects, (n,) int64."""
        return np.concatenate([EMPTY, *(objects for _, _, objects in self._rows)])

    def terms(self, ids: Ids) -> list[Node]:
        """Return the terms of ids, in their order, as terms of rdflib; each is made once.

        Raises
        ------
        IndexError
            No term has such an id.
        """
        from sts_kg.rdf import node, rdflib_quiet

        with rdflib_quiet():
            made = {each: node(self._terms.text(each)) for each in set(ids.tolist())}
        return [made[each] for each in ids.tolist()]


class Matching(Output):
    """Output that finds its triples by subject, predicate and object."""

    def match(self, subject: int | None, predicate: int | None, object_: int | None) -> Iterator[Rows]:
        """Yield by predicate the asserted, inferred and kept trivial triples that have the given ids; None is any.

        If all three are given, a repeated triple matches, too. The first search by a subject or an object sorts the
        columns that it needs that way; later ones are logarithmic in their length.

        Raises
        ------
        TooManyTriplesError
            Equal terms would give more than `LIMIT` triples of one predicate.
        """
        if subject is not None and predicate is not None and object_ is not None:
            if self.terms.kinds[predicate] == IRI and self.holds(subject, predicate, object_):
                yield predicate, np.array([subject]), np.array([object_])
            return
        for name in self._predicates if predicate is None else [predicate]:
            if self.terms.kinds[name] != IRI:
                continue
            s, o = self._found(self.known[name], self.known.of(name), subject, object_)
            pairs = pack(o, s) if name == TYPE else pack(s, o)
            if name == SAME_AS:
                pairs = np.concatenate((pairs, *self._same_terms(subject, object_)))
            if self.known.copied.size and name in CLASSES_IN:  # the live pairs do not name each copy
                s, o = _selected(self._given[name], name == TYPE, subject, object_)
                pairs = np.concatenate((pairs, pack(o, s) if name == TYPE else pack(s, o)))
            pairs = unique(pairs)
            if (pairs := pairs[self._is_kept(name, pairs)]).size:
                yield (name, seconds(pairs), firsts(pairs)) if name == TYPE else (name, firsts(pairs), seconds(pairs))

    @cached_property
    def _predicates(self) -> list[int]:
        """The predicates that triples may have."""
        names = np.array([SAME_AS, *self.known.live, *self._asserted], np.int64)
        if self.known.representatives is not None:
            names = self._members(self.known.representative(names), self._names(of_classes=False, every=True))[1]
        return unique(names).tolist()  # type: ignore[no-any-return]

    @cached_property
    def _given(self) -> dict[int, Pairs]:
        """The asserted pairs of the predicates that name classes."""
        pairs = {name: self._asserted.get(name, EMPTY) for name in CLASSES_IN}
        return {name: Pairs(os=each) if name == TYPE else Pairs(so=each) for name, each in pairs.items()}

    def _found(self, column: Pairs, name: int, subject: int | None, object_: int | None) -> tuple[Ids, Ids]:
        """Return the live pairs of a subject and an object, both in each of the terms that are equal to them."""
        known = self.known
        first, second = CLASSES_IN.get(name, (False, False))
        are_classes = (second, first) if name == TYPE else (first, second)
        asked = [
            None if each is None else known.class_of(each) if is_class else known.of(each)
            for each, is_class in zip((subject, object_), are_classes, strict=True)
        ]
        copied = known.copied
        if any(
            is_class and each is not None and contains(copied, np.array([each])).any()
            for each, is_class in zip((subject, object_), are_classes, strict=True)
        ):
            return EMPTY, EMPTY
        subjects, objects = _selected(column, name == TYPE, *asked)
        if known.representatives is None and known.classes is None:
            return subjects, objects
        if subject is None:
            number, subjects = self._members(subjects, self._names(of_classes=are_classes[0], every=False))
            objects = objects[number]
        if object_ is None:
            number, objects = self._members(objects, self._names(of_classes=are_classes[1], every=False))
            subjects = subjects[number]
        return (
            subjects if subject is None else np.full(subjects.size, subject),
            objects if object_ is None else np.full(objects.size, object_),
        )

    def _members(self, ids: Ids, names: Ids) -> tuple[Ids, Ids]:
        """Return each name of the representatives, after the number of that representative."""
        low, high = ranges(names, ids)
        counts = np.maximum(high - low, 1)
        self._check(int(counts.sum()))
        number = np.repeat(np.arange(ids.size), counts)
        row = np.arange(number.size) - (np.cumsum(counts) - counts)[number] + low[number]
        members = ids[number]
        united = (high > low)[number]
        members[united] = seconds(names[row[united]])
        return number, members

    def _same_terms(self, subject: int | None, object_: int | None) -> Iterator[Ids]:
        """Yield pairs of `owl:sameAs` that are not live: asserted ones, those of equal terms, and of each with itself.

        They match, but not all of them are kept.
        """
        s, o = _selected(Pairs(so=self._asserted.get(SAME_AS, EMPTY)), False, subject, object_)
        yield pack(s, o)
        if self.known.representatives is not None and SAME_AS not in self.known.live:
            if subject is None and object_ is None:
                for _, x, y in self._same():
                    yield pack(x, y)
            else:
                given = object_ if subject is None else subject
                assert given is not None, "one of the two is given"
                found = lookup(self._names(of_classes=False, every=True), self.known.of(given))
                pairs = pack(found, given) if subject is None else pack(given, found)
                yield pairs if None in (subject, object_) else pairs[seconds(pairs) == object_]
        if self.axioms == "all":
            alike = self._terms
            for given in (subject, object_):
                alike = alike if given is None else alike[alike == given]
            yield pack(alike, alike)

    def _is_kept(self, name: int, pairs: Ids) -> NDArray[np.bool_]:
        """Return which of some sorted pairs that hold are asserted, informative, or trivial and kept by `axioms`."""
        subjects = seconds(pairs) if name == TYPE else firsts(pairs)
        kept: NDArray[np.bool_] = self.terms.kinds[subjects] != LITERAL
        if self.axioms != "all":
            trivial = self._is_trivial(name, pairs)
            if self.axioms == "used" and name == TYPE:
                trivial &= ~self._is_used(pairs)
            kept &= ~trivial
        kept |= contains(self._asserted.get(name, EMPTY), pairs)
        return kept


def _selected(column: Pairs, is_type: bool, s: int | None, o: int | None) -> tuple[Ids, Ids]:
    """Return the subjects and the objects of the pairs of a column that have a given subject and a given object."""
    if s is None and o is None:
        return (seconds(column.os), firsts(column.os)) if is_type else (firsts(column.so), seconds(column.so))
    if s is None:
        assert o is not None, "one of the two is given"
        found = lookup(column.os, o)
        return found, np.full(found.size, o)
    if o is None:
        found = lookup(column.so, s)
        return np.full(found.size, s), found
    row = np.array([pack(o, s) if is_type else pack(s, o)], np.int64)
    count = int(contains(column.os if is_type else column.so, row).sum())
    return np.full(count, s), np.full(count, o)
