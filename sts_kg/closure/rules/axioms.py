"""The axioms of closed columns, compiled for the rules about facts, and which triples are axioms."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sts_kg.closure.columns import (
    EMPTY,
    Ids,
    contains,
    difference,
    firsts,
    join,
    lookup,
    pack,
    seconds,
    unique,
)
from sts_kg.closure.rules.lists import LISTED, Lists, Members
from sts_kg.closure.triples import Triples
from sts_kg.closure.vocabulary import (
    ALL_VALUES_FROM,
    ASSERTION_PROPERTY,
    ASYMMETRIC_PROPERTY,
    CLASS,
    COMPLEMENT_OF,
    DATATYPE_PROPERTY,
    DISJOINT_WITH,
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    FIRST,
    FUNCTIONAL_PROPERTY,
    HAS_KEY,
    HAS_VALUE,
    INTERSECTION_OF,
    INVERSE_FUNCTIONAL_PROPERTY,
    INVERSE_OF,
    IRREFLEXIVE_PROPERTY,
    MAX_CARDINALITY,
    MAX_QUALIFIED_CARDINALITY,
    OBJECT_PROPERTY,
    ON_CLASS,
    ON_PROPERTY,
    ONE_OF,
    PROPERTY_CHAIN_AXIOM,
    PROPERTY_DISJOINT_WITH,
    RANGE,
    REST,
    SOME_VALUES_FROM,
    SUB_CLASS_OF,
    SUB_PROPERTY_OF,
    SYMMETRIC_PROPERTY,
    THING,
    TRANSITIVE_PROPERTY,
)

__all__ = ["READ_CLASSES", "READ_PROPERTIES", "Schema", "compiled", "matters", "restrictions", "united_restrictions"]

#: A new triple with one of these predicates, or a new member of one of these classes, is a new axiom.
READ_PROPERTIES = frozenset(
    {
        *(SUB_CLASS_OF, SUB_PROPERTY_OF, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY, DOMAIN, RANGE, INVERSE_OF, ON_PROPERTY),
        *(SOME_VALUES_FROM, ALL_VALUES_FROM, HAS_VALUE, MAX_CARDINALITY, MAX_QUALIFIED_CARDINALITY, ON_CLASS),
        *(COMPLEMENT_OF, DISJOINT_WITH, PROPERTY_DISJOINT_WITH, ASSERTION_PROPERTY),
        *(FIRST, REST, *LISTED),
    }
)
READ_CLASSES = np.array(
    sorted(
        {
            *(CLASS, OBJECT_PROPERTY, DATATYPE_PROPERTY, FUNCTIONAL_PROPERTY, INVERSE_FUNCTIONAL_PROPERTY),
            *(TRANSITIVE_PROPERTY, SYMMETRIC_PROPERTY, IRREFLEXIVE_PROPERTY, ASYMMETRIC_PROPERTY),
        }
    ),
    np.int64,
)

_ROWS = np.empty((0, 3), np.int64)


class Schema(NamedTuple):
    """The axioms in representatives: ids and pairs are sorted arrays, (n,); rows are sorted arrays, (n, 3)."""

    subclass: Ids = EMPTY  # c1, c2
    subproperty: Ids = EMPTY  # p1, p2
    domain: Ids = EMPTY  # p, c
    range: Ids = EMPTY  # p, c
    inverse: Ids = EMPTY  # p, q: x p y gives y q x
    functional: Ids = EMPTY
    inverse_functional: Ids = EMPTY
    transitive: Ids = EMPTY
    some: Ids = _ROWS  # p, restriction, filler
    all: Ids = _ROWS
    value: Ids = _ROWS
    at_most_one: Ids = _ROWS  # p, restriction, owl:Thing
    at_most_one_in: Ids = _ROWS  # p, restriction, class
    intersections: frozenset[tuple[int, Members]] = frozenset()
    enumerations: frozenset[tuple[int, Members]] = frozenset()
    chains: frozenset[tuple[int, Members]] = frozenset()
    keys: frozenset[tuple[int, Members]] = frozenset()

    def beyond(self, other: Schema) -> Schema:
        """Return the axioms that another schema does not have."""
        return Schema(*(_minus(mine, theirs) for mine, theirs in zip(self, other, strict=True)))

    def __bool__(self) -> bool:
        return any(len(each) for each in self)


def _minus(new: Any, old: Any) -> Any:
    if isinstance(new, frozenset):
        return new - old
    if new.ndim == 1:
        return difference(new, old)
    if not len(old) or np.array_equal(new, old):
        return new if not len(old) else _ROWS
    known = set(map(tuple, old.tolist()))
    return new[[row not in known for row in map(tuple, new.tolist())]]


def compiled(known: Triples, lists: Lists, one: int | None, *, things: bool) -> Schema:
    """Return the axioms of closed columns.

    Parameters
    ----------
    known : Triples
        Closed under Table 9.
    lists : Lists
        Made from the same columns.
    one : int, optional
        The id of a literal with the value one, if there is any.
    things : bool
        Whether to keep axioms that conclude membership in owl:Thing.
    """
    thing, of = known.of(THING), known.class_of

    def classes(pairs: Ids) -> Ids:
        return pairs if things else pairs[seconds(pairs) != thing]

    def proper(pairs: Ids) -> Ids:
        kept: Ids = pairs[firsts(pairs) != seconds(pairs)]
        return kept

    inverse_of = known[INVERSE_OF]
    symmetric = known.members(SYMMETRIC_PROPERTY)
    subclass = proper(classes(known[SUB_CLASS_OF].so))
    limits = [_limits(known, kind, one) for kind in (MAX_CARDINALITY, MAX_QUALIFIED_CARDINALITY)]
    unqualified = np.column_stack((limits[0], np.full(len(limits[0]), thing)))
    qualified = _with_class(limits[1], known)
    for rows in (unqualified, qualified):
        rows[:, 1:] = known.as_classes(rows[:, 1:])
    anything = qualified[:, 2] == thing
    return Schema(
        subclass=subclass,
        subproperty=proper(known[SUB_PROPERTY_OF].so),
        domain=_least(classes(known[DOMAIN].so), subclass),
        range=_least(classes(known[RANGE].so), subclass),
        inverse=unique(np.concatenate((inverse_of.so, inverse_of.os, pack(symmetric, symmetric)))),
        functional=known.members(FUNCTIONAL_PROPERTY),
        inverse_functional=known.members(INVERSE_FUNCTIONAL_PROPERTY),
        transitive=known.members(TRANSITIVE_PROPERTY),
        some=united_restrictions(known, SOME_VALUES_FROM),
        all=united_restrictions(known, ALL_VALUES_FROM),
        value=united_restrictions(known, HAS_VALUE),
        at_most_one=_in_order(np.concatenate((unqualified, qualified[anything]))),
        at_most_one_in=_in_order(qualified[~anything]),
        intersections=frozenset((of(c), tuple(map(of, members))) for c, members in lists.of(INTERSECTION_OF)),
        enumerations=frozenset((of(c), members) for c, members in lists.of(ONE_OF)),
        chains=frozenset(lists.of(PROPERTY_CHAIN_AXIOM)),
        keys=frozenset((of(c), properties) for c, properties in lists.of(HAS_KEY)),
    )


def _limits(known: Triples, kind: int, number: int | None) -> Ids:
    """Return rows of property and restriction for the cardinality restrictions of one kind with one number."""
    if number is None:
        return np.empty((0, 2), np.int64)
    x = lookup(known[kind].os, known.of(number))
    rows = [np.stack((p, x), axis=1) for x, p in join(x, x, known[ON_PROPERTY].so)]
    return np.concatenate(rows) if rows else np.empty((0, 2), np.int64)


def _with_class(limits: Ids, known: Triples) -> Ids:
    """Return rows of property, restriction and class for rows of property and restriction."""
    rows = [
        np.column_stack((limits[number], c))
        for number, c in join(limits[:, 1], np.arange(len(limits)), known[ON_CLASS].so)
    ]
    return np.concatenate(rows) if rows else _ROWS


def _least(pairs: Ids, subclass: Ids) -> Ids:
    """Return pairs (p, c) without those whose class is above another class of p: cax-sco concludes them."""
    c = seconds(pairs)
    above = []
    for number, d in join(c, np.arange(c.size), subclass):
        strict = ~contains(subclass, pack(d, c[number]))  # equivalent classes are above each other
        above.append(pack(firsts(pairs)[number[strict]], d[strict]))
    return difference(pairs, unique(np.concatenate(above))) if above else pairs


def restrictions(known: Triples, filler: int) -> Ids:
    """Return the restrictions of one kind: rows of property, restriction and filler, (n, 3), sorted."""
    y_of = known[filler].so
    if not y_of.size:
        return np.empty((0, 3), np.int64)
    rows = [
        np.stack((p, firsts(y_of[number]), seconds(y_of[number])), axis=1)
        for number, p in join(firsts(y_of), np.arange(y_of.size), known[ON_PROPERTY].so)
    ]
    return _in_order(np.concatenate(rows)) if rows else np.empty((0, 3), np.int64)


def united_restrictions(known: Triples, filler: int, *, fillers: bool = True) -> Ids:
    """Return the restrictions of one kind as `restrictions`, with one copy of a class expression for all.

    Without `fillers` the fillers are as they are written.
    """
    rows = restrictions(known, filler)
    if known.classes is None or not rows.size:
        return rows
    rows[:, 1] = known.classes[rows[:, 1]]
    if fillers and filler != HAS_VALUE:
        rows[:, 2] = known.classes[rows[:, 2]]
    rows = _in_order(rows)
    kept: Ids = rows[np.append(True, (rows[1:] != rows[:-1]).any(axis=1))]
    return kept


def _in_order(rows: Ids) -> Ids:
    found: Ids = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    return found


def matters(known: Triples, term: int, *, ends: bool = True) -> bool:
    """Return whether axioms ask for the triples of a built-in predicate, or the members of a built-in class.

    If none does, triples that hold for every term (`x owl:sameAs x`, `x a owl:Thing`) need not be made. Without `ends`
    the axioms of its domain and range do not count.
    """
    term = known.of(term)
    if known.representatives is not None and np.count_nonzero(known.representatives == term) > 1:
        return True  # an axiom about an equal term is about this one
    subject_of = (INVERSE_OF, HAS_KEY, COMPLEMENT_OF, DISJOINT_WITH, PROPERTY_DISJOINT_WITH)
    object_of = (INVERSE_OF, ON_PROPERTY, COMPLEMENT_OF, DISJOINT_WITH, PROPERTY_DISJOINT_WITH, FIRST)
    restriction = (*object_of, ALL_VALUES_FROM, HAS_VALUE, MAX_CARDINALITY, MAX_QUALIFIED_CARDINALITY)
    subject_of = (*subject_of, *restriction, *((DOMAIN, RANGE) if ends else ()))
    if any(lookup(known[each].so, term).size for each in subject_of if each in known.live):
        return True
    if any(lookup(known[each].os, term).size for each in (*object_of, ASSERTION_PROPERTY) if each in known.live):
        return True
    for predicate in (SUB_CLASS_OF, SUB_PROPERTY_OF):
        above = lookup(known[predicate].so, term)
        if (above != term).any():
            return True
    kinds = (
        *(FUNCTIONAL_PROPERTY, INVERSE_FUNCTIONAL_PROPERTY, TRANSITIVE_PROPERTY, SYMMETRIC_PROPERTY),
        *(IRREFLEXIVE_PROPERTY, ASYMMETRIC_PROPERTY),
    )
    return any((known.members(kind) == term).any() for kind in kinds)
