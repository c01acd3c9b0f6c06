"""Proofs of triples about copies of a class expression, for which one copy stands in the closed columns.

That one copy is below another follows from asserted triples alone (scm-svf1, scm-svf2, scm-avf1, scm-avf2, scm-hv), so
such a step needs no round. A triple about one copy follows from that about another by such a step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from sts_kg.closure.columns import EMPTY, Ids, contains, firsts, lookup, pack, seconds
from sts_kg.closure.proofs.steps import Row, Step
from sts_kg.closure.triples import ASSERTED, CLASSES_IN, Triples
from sts_kg.closure.vocabulary import (
    ALL_VALUES_FROM,
    CLASS,
    DATATYPE_PROPERTY,
    DOMAIN,
    EQUIVALENT_CLASS,
    HAS_VALUE,
    INTERSECTION_OF,
    OBJECT_PROPERTY,
    ON_PROPERTY,
    RANGE,
    SOME_VALUES_FROM,
    SUB_CLASS_OF,
    SUB_PROPERTY_OF,
    TYPE,
    UNION_OF,
)

if TYPE_CHECKING:
    from sts_kg.closure.proofs.search import Prover

__all__ = ["Copies"]

_GIVEN = ASSERTED + 1  # of the asserted triples only
_BY_FILLER = {SOME_VALUES_FROM: "scm-svf1", ALL_VALUES_FROM: "scm-avf1"}
_BY_PROPERTY = {SOME_VALUES_FROM: "scm-svf2", ALL_VALUES_FROM: "scm-avf2", HAS_VALUE: "scm-hv"}
#: What is asserted of each copy.
_FILLERS = (SOME_VALUES_FROM, ALL_VALUES_FROM, HAS_VALUE)
_OF_COPIES = frozenset({ON_PROPERTY, *_FILLERS})
#: The rules by which a triple of a class follows for its superclass.
_LIFTED = {TYPE: "cax-sco", DOMAIN: "scm-dom1", RANGE: "scm-rng1"}


class Copies:
    """The copies of class expressions of a closure, and the proofs of triples about them."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._known: Triples = prover.fixpoint.known
        self._images: dict[int, tuple[Ids, Ids]] = {}

    def __bool__(self) -> bool:
        return bool(self._known.copied.size)

    def image(self, row: Row) -> Row:
        """Return a triple with the copies that stand for those in it."""
        s, p, o = row
        if not self or p not in CLASSES_IN:
            return row
        is_class = s in self._copied and CLASSES_IN[p][0] and p != TYPE
        of = self._known.class_of
        return of(s) if is_class else s, p, of(o) if o in self._copied else o

    def holds(self, row: Row, below: int) -> bool:
        """Return whether a triple holds because that about other copies does, by rounds before `below`."""
        image = self.image(row)
        if not self or (image == row and row[0] != row[2]):
            return False
        if image[0] == image[2] and image[1] in (SUB_CLASS_OF, EQUIVALENT_CLASS):
            return self._below(row[0], row[2]) is not None
        return self._prover.has(image, below)

    def proof(self, row: Row, below: int) -> Step | None:
        """Return the proof of a triple from that about other copies: a written one, or the representative's."""
        if not self or row[1] not in CLASSES_IN:
            return None
        s, p, o = row
        if p in (SUB_CLASS_OF, EQUIVALENT_CLASS) and self._known.class_of(s) == self._known.class_of(o):
            if found := self._among_copies(row):
                return found
        image, is_equal = self.image(row), self._known.representatives is not None
        for base in (self._written(row, below), image if is_equal or self._prover.has(image, below) else None):
            step = self._prover.prove_below(base, below) if base and base != row else None
            if step and (found := self.lifted(step, row)):
                return found
        return None

    def named(self, row: Row) -> Iterator[Row]:
        """Yield a triple with other copies for its classes: those of which rules read more than a copy has."""
        s, p, o = row
        if not self or p not in CLASSES_IN:
            return
        first, second = CLASSES_IN[p]
        subjects = self._used_names(s) if first and p != TYPE else [s]
        objects = self._used_names(o) if second or p == TYPE else [o]
        if p == SUB_CLASS_OF:  # a list may have one of many thousand copies
            objects = self._narrowed(objects, s, INTERSECTION_OF)
            subjects = self._narrowed(subjects, o, UNION_OF)
        for x, y in product(subjects, objects):
            if (x, p, y) != row:
                yield x, p, y

    # --- one copy below another

    def _among_copies(self, row: Row) -> Step | None:
        s, p, o = row
        up, down = self._below(s, o), self._below(o, s)
        if p == SUB_CLASS_OF or up is None or down is None:
            return up
        return Step(row, "scm-eqc2", (up, down))

    def _below(self, x: int, y: int) -> Step | None:
        """Return the proof that one copy is below another, or below itself, from asserted triples alone.

        Copies of different expressions are one if they are the same, or if a third is a copy of both.
        """
        if step := self._written_alike(x, y):
            return step
        before: dict[int, Step | None] = {x: None}
        queue = deque([x])
        names = self._names(x) if self._known.class_of(x) == self._known.class_of(y) else []
        while queue:
            node = queue.popleft()
            for other in names:
                if other in before or not (step := self._written_alike(node, other) or self._same(node, other)):
                    continue
                way = before[node]
                before[other] = step if way is None else Step((x, SUB_CLASS_OF, other), "scm-sco", (way, step))
                if other == y:
                    return before[y]
                queue.append(other)
        return None

    def _same(self, x: int, y: int) -> Step | None:
        """Return the proof that a term is below one that is the same."""
        same = self._prover.sameness(x, y) if self._known.of(x) == self._known.of(y) else None
        lower = self._reflexive(x) if same else None
        return Step((x, SUB_CLASS_OF, y), "eq-rep-o", (same, lower)) if same and lower else None

    def _written_alike(self, x: int, y: int) -> Step | None:
        """Return the proof that a restriction is below one with the same property and filler."""
        prover, of = self._prover, self._known.of
        for filler in _FILLERS:
            properties = list(prover.objects(y, ON_PROPERTY, _GIVEN))
            fillers = list(prover.objects(y, filler, _GIVEN))
            for p in prover.objects(x, ON_PROPERTY, _GIVEN):
                if of(p) not in map(of, properties):
                    continue
                for of_x, of_y in product(prover.objects(x, filler, _GIVEN), fillers):
                    of_y = of_x if of(of_x) == of(of_y) else of_y  # equal terms have equal triples
                    if (by := self._by(filler, p, of_x, of_y)) is None:
                        continue
                    rule, last = by
                    c1, y1, c2, y2 = (y, of_y, x, of_x) if rule == "scm-avf2" else (x, of_x, y, of_y)
                    rows = [(c1, filler, y1), (c1, ON_PROPERTY, p), (c2, filler, y2), (c2, ON_PROPERTY, p)]
                    steps = [step for each in rows if (step := prover.prove_equal(each))]
                    if len(steps) == len(rows):
                        return Step((x, SUB_CLASS_OF, y), rule, (*steps, last))
        return None

    def _by(self, filler: int, p: int, y1: int, y2: int) -> tuple[str, Step] | None:
        """Return the rule by which restrictions are below each other, with its last premise."""
        if filler in _BY_FILLER and (y1 == y2 or self._known.class_of(y1) == self._known.class_of(y2)):
            below = self._reflexive(y1) if y1 == y2 else self._below(y1, y2)
            if below is not None:
                return _BY_FILLER[filler], below
        if y1 == y2 and (below := self._reflexive_property(p)):
            return _BY_PROPERTY[filler], below
        return None

    def _reflexive(self, c: int) -> Step | None:
        """Return the proof that a class is below itself."""
        return self._by_kind(c, SUB_CLASS_OF, (("scm-cls", CLASS),)) or self._written_alike(c, c)

    def _reflexive_property(self, p: int) -> Step | None:
        kinds = (("scm-op", OBJECT_PROPERTY), ("scm-dp", DATATYPE_PROPERTY))
        return self._by_kind(p, SUB_PROPERTY_OF, kinds)

    def _by_kind(self, x: int, order: int, kinds: tuple[tuple[str, int], ...]) -> Step | None:
        prover = self._prover
        if prover.has((x, order, x), _GIVEN):
            return prover.prove_below((x, order, x), _GIVEN)
        for rule, class_ in kinds:
            below = _GIVEN + 1  # owl:Thing and owl:Nothing are classes by rules without premises, of the first round
            if prover.has((x, TYPE, class_), below) and (typed := prover.prove_below((x, TYPE, class_), below)):
                return Step((x, order, x), rule, (typed,))
        return None

    # --- from one copy to another

    def _written(self, row: Row, below: int) -> Row | None:
        """Return a triple that differs from a given one by copies only: asserted, or concluded before these were."""
        s, p, o = row
        given, images = self._given(p)
        pair = self._known.represented(p, np.array([(o << 32) | s if p == TYPE else (s << 32) | o]))
        for at in np.flatnonzero(images == pair).tolist():
            first, second = int(given[at] >> 32), int(given[at] & 0xFFFFFFFF)
            found = (second, p, first) if p == TYPE else (first, p, second)
            if found != row and self._prover.has(found, below):
                return found
        return None

    def _given(self, p: int) -> tuple[Ids, Ids]:
        if p not in self._images:
            given = self._known.asserted_of(p)
            if self._known.is_extended:
                derived = [each.pairs for each in self._known.blocks.get(p, ()) if each.round != ASSERTED]
                of_copies = np.concatenate([EMPTY, *derived])
                copied = self._known.copied
                of_copies = of_copies[contains(copied, firsts(of_copies)) | contains(copied, seconds(of_copies))]
                given = np.concatenate((given, of_copies))
            self._images[p] = given, self._known.represented(p, given) if given.size else EMPTY
        return self._images[p]

    def lifted(self, step: Step, row: Row) -> Step | None:
        """Return the proof of a triple from the proof of one with other copies for its classes."""
        a, p, b = step.triple
        s, _, o = row
        if p == EQUIVALENT_CLASS:
            up = Step((a, SUB_CLASS_OF, b), "scm-eqc1", (step,))
            down = Step((b, SUB_CLASS_OF, a), "scm-eqc1", (step,))
            both = self.lifted(up, (s, SUB_CLASS_OF, o)), self.lifted(down, (o, SUB_CLASS_OF, s))
            return Step(row, "scm-eqc2", (both[0], both[1])) if both[0] and both[1] else None
        if p == SUB_CLASS_OF and s != a:
            lower = self._below(s, a)
            if lower is None:
                return None
            step = Step((s, p, b), "scm-sco", (lower, step))
        if o != b:
            upper = self._below(b, o)
            if upper is None:
                return None
            step = (
                Step((s, p, o), "scm-sco", (step, upper))
                if p == SUB_CLASS_OF
                else Step((s, p, o), _LIFTED[p], (upper, step) if p == TYPE else (step, upper))
            )
        return step if step.triple == row else None

    # --- names

    def _names(self, class_: int) -> list[int]:
        """Return the copies of a class and itself."""
        return lookup(self._all_names, self._known.class_of(class_)).tolist() or [class_]

    @cached_property
    def _copied(self) -> frozenset[int]:
        return frozenset(self._known.copied.tolist())

    @cached_property
    def _all_names(self) -> Ids:
        of = self._known.classes
        assert of is not None, "there are copies"
        several = np.zeros(of.size, bool)
        several[of[self._known.copied]] = True
        members = np.flatnonzero(several[of])
        return np.sort(pack(of[members], members))

    def _used_names(self, class_: int) -> list[int]:
        return [class_, *(x for x in self._names(class_) if x != class_ and x in self._used)]

    @cached_property
    def _used(self) -> frozenset[int]:
        """The copies of which more is asserted than that they are copies, and than triples that hold of each copy."""
        found = [EMPTY]
        for predicates in ([ON_PROPERTY], _FILLERS):  # a restriction with several properties or fillers
            x = np.concatenate([firsts(self._known.asserted_of(each)) for each in predicates])
            several, counts = np.unique(x, return_counts=True)
            found.append(several[counts > 1])
        for predicate, pairs in self._known.asserted():
            x, y = firsts(pairs), seconds(pairs)
            if predicate == TYPE:
                found.append(y[x == CLASS])
            elif predicate not in CLASSES_IN:
                found += [y] if predicate in _OF_COPIES else [x, y]
        return frozenset(np.intersect1d(np.concatenate(found), seconds(self._all_names)).tolist())

    def _narrowed(self, names: list[int], of: int, predicate: int) -> list[int]:
        """Return the names that are members of a list of a class, if it has one of that kind."""
        members = self._members(of, predicate) if len(names) > 2 else frozenset()
        return [name for name in names if name in members] if members else names

    def _members(self, class_: int, predicate: int) -> frozenset[int]:
        prover = self._prover
        lists = prover.objects(class_, predicate, _GIVEN)
        return frozenset(x for head in lists for each in prover.lists(head, _GIVEN) for x in each.members)
