"""The 17 rules that conclude *false*, by their W3C ids. They run once, on the closed triples, and change nothing.

Each is a function that yields the terms of its contradictions in the order of `Rule.reported`, as parallel arrays; a
single id counts for each row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from sts_kg.closure.columns import EMPTY, Ids, contains, distinct, firsts, join, lookup, pack, ranges, seconds, unique
from sts_kg.closure.fixpoint import Fixpoint
from sts_kg.closure.rules.datatypes import Literals
from sts_kg.closure.rules.lists import Lists
from sts_kg.closure.terms import Terms
from sts_kg.closure.triples import ASSERTED, Triples
from sts_kg.closure.vocabulary import (
    ALL_DIFFERENT,
    ALL_DISJOINT_CLASSES,
    ALL_DISJOINT_PROPERTIES,
    ASSERTION_PROPERTY,
    ASYMMETRIC_PROPERTY,
    COMPLEMENT_OF,
    DATATYPES,
    DIFFERENT_FROM,
    DISJOINT_WITH,
    DISTINCT_MEMBERS,
    FIRST,
    IRREFLEXIVE_PROPERTY,
    MAX_CARDINALITY,
    MAX_QUALIFIED_CARDINALITY,
    MEMBERS,
    NOTHING,
    ON_CLASS,
    ON_PROPERTY,
    PROPERTY_DISJOINT_WITH,
    SOURCE_INDIVIDUAL,
    TARGET_INDIVIDUAL,
    TARGET_VALUE,
    THING,
    TYPE,
)
from sts_kg.rdf import LITERAL
from sts_kg.rdf.xsd import ILL_TYPED, Value

__all__ = ["CHECK_RULES", "Checked", "Clash", "Clashes", "checked"]

#: How many clashes of a rule are kept; all are counted.
KEPT = 100
Clash = tuple[int, ...]
Found = Iterator[tuple[Ids | int, ...]]


@dataclass
class Clashes:
    """The terms of each clash by rule, at most `KEPT` of each rule, and the number of all."""

    by_rule: dict[str, list[Clash]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, rule: str, *terms: Ids | int) -> None:
        """Add clashes of a rule, as the rule yields them."""
        n = max((term.size for term in terms if not isinstance(term, int)), default=1)
        if not n:
            return
        kept = self.by_rule.setdefault(rule, [])
        columns = [[term] * KEPT if isinstance(term, int) else term[:KEPT].tolist() for term in terms]
        kept += list(zip(*(column[:n] for column in columns), strict=True))[: KEPT - len(kept)]
        self.counts[rule] = self.counts.get(rule, 0) + n


@dataclass(frozen=True)
class Checked:
    """What the rules read."""

    known: Triples
    lists: Lists
    terms: Terms
    literals: Literals


def eq_diff1(k: Checked) -> Found:
    """Yield asserted x and y, and unequal literals that are the same (dt-diff); of other cliques one x and y."""
    pairs = k.known[DIFFERENT_FROM].so
    clash = (firsts(pairs) == seconds(pairs)).any()
    blocks = k.known.blocks.get(DIFFERENT_FROM, ()) if clash else ()
    given = _clashing(k, [block.pairs for block in blocks if block.round == ASSERTED])
    yield firsts(given), seconds(given)
    unequal = [[one for one in each if k.literals.value(one) is not ILL_TYPED] for each in _unequal_literals(k)]
    literals = [np.array(each, np.int64) for each in unequal if len(each) > 1]
    for each in literals:
        yield int(each[0]), each[1:]
    done = unique(k.known.representative(np.concatenate([firsts(given), *literals])))
    derived = _clashing(k, [block.pairs for block in blocks if block.round != ASSERTED])
    of = k.known.representative(firsts(derived))
    order = np.lexsort((firsts(derived) == seconds(derived), of))  # x and y rather than x and x
    first = order[np.diff(of[order], prepend=-1) != 0]
    one = derived[first[~contains(done, of[first])]]
    yield firsts(one), seconds(one)


def _clashing(k: Checked, columns: list[Ids]) -> Ids:
    """Return the pairs whose halves are the same, in the given terms."""
    pairs = unique(np.concatenate([EMPTY, *columns]))
    clashing: Ids = pairs[k.known.representative(firsts(pairs)) == k.known.representative(seconds(pairs))]
    return clashing


def _unequal_literals(k: Checked) -> Iterator[list[int]]:
    """Yield literals that are the same though their values differ (dt-diff): for each clique one of each value.

    One that is ill-typed has no value; each of those counts for itself.
    """
    if k.known.representatives is None:
        return
    literals = np.flatnonzero(k.terms.kinds == LITERAL)
    groups: dict[int, dict[Value | int, int]] = {}
    for group, literal in zip(*_shared(np.sort(pack(k.known.representatives[literals], literals))), strict=True):
        if (value := k.literals.value(literal)) is not None:
            groups.setdefault(group, {}).setdefault(literal if value is ILL_TYPED else value, literal)
    yield from ([*values.values()] for values in groups.values() if len(values) > 1)


def _shared(groups: Ids) -> tuple[list[int], list[int]]:
    """Return the rows of a column whose first half occurs more than once."""
    key = firsts(groups)
    both = np.zeros(key.size, bool)
    both[1:] = key[1:] == key[:-1]
    both[:-1] |= both[1:]
    return key[both].tolist(), seconds(groups[both]).tolist()


def eq_diff2(k: Checked) -> Found:
    for z in _members_of(k, ALL_DIFFERENT, MEMBERS):
        yield _equal(k, z)


def eq_diff3(k: Checked) -> Found:
    for z in _members_of(k, ALL_DIFFERENT, DISTINCT_MEMBERS):
        yield _equal(k, z)


def _members_of(k: Checked, class_: int, predicate: int) -> Iterator[Ids]:
    axioms = k.known.members(class_)
    if axioms.size:
        for x, members in k.lists.of(predicate):
            if contains(axioms, np.array([x])).any():
                yield np.array(members, np.int64)


def _equal(k: Checked, z: Ids) -> tuple[Ids, Ids]:
    """Return pairs of members of a list that are the same, by the names that lists have for them."""
    ordered = np.sort(z)
    again = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    if k.known.representatives is None or not again.size:
        return again, again
    named = unique(np.concatenate([EMPTY, *(seconds(b.pairs) for b in k.known.blocks.get(FIRST, ()) if not b.round)]))
    left: list[int] = []
    right: list[int] = []
    for of in again.tolist():
        names = named[k.known.representatives[named] == of].tolist() or [of]
        left += names[:-1] or names
        right += names[1:] or names
    return np.array(left, np.int64), np.array(right, np.int64)


def prp_irp(k: Checked) -> Found:
    for p in k.known.members(IRREFLEXIVE_PROPERTY).tolist():
        pairs = k.known[p].so
        x = firsts(pairs)[firsts(pairs) == seconds(pairs)]
        yield x, p


def prp_asyp(k: Checked) -> Found:
    for p in k.known.members(ASYMMETRIC_PROPERTY).tolist():
        pairs = k.known[p]
        both = pairs.so[contains(pairs.os, pairs.so)]
        both = both[firsts(both) <= seconds(both)]
        yield p, firsts(both), seconds(both)


def prp_pdw(k: Checked) -> Found:
    for p1, p2 in _unordered(k.known[PROPERTY_DISJOINT_WITH].so):
        yield from _disjoint_properties(k, (p1, p2))


def prp_adp(k: Checked) -> Found:
    for properties in _members_of(k, ALL_DISJOINT_PROPERTIES, MEMBERS):
        yield from _disjoint_properties(k, properties.tolist())


def _disjoint_properties(k: Checked, properties: Iterable[int]) -> Found:
    for p1, p2, at in _common([(p, k.known[p].so) for p in properties]):
        yield p1, p2, firsts(at), seconds(at)


def _common(parts: list[tuple[int, Ids]]) -> Iterator[tuple[int, int, Ids]]:
    """Yield the names of two columns that share values, with these; columns without a shared value cost nothing."""
    parts = [part for part in parts if part[1].size]
    everything = np.sort(np.concatenate([EMPTY, *(column for _, column in parts)]))
    again = distinct(everything[1:][everything[1:] == everything[:-1]])
    if not again.size:
        return
    parts = [(name, column[contains(again, column)]) for name, column in parts]
    parts = [part for part in parts if part[1].size]
    for (left, column), (right, other) in combinations(parts, 2):
        both = column[contains(other, column)]
        if both.size:
            yield left, right, both


def _unordered(pairs: Ids) -> list[tuple[int, int]]:
    """Return each pair once, in one of its two orders."""
    x, y = firsts(pairs), seconds(pairs)
    found = unique(pack(np.minimum(x, y), np.maximum(x, y)))
    return list(zip(firsts(found).tolist(), seconds(found).tolist(), strict=True))


def prp_npa1(k: Checked) -> Found:
    return _denied(k, TARGET_INDIVIDUAL)


def prp_npa2(k: Checked) -> Found:
    return _denied(k, TARGET_VALUE)


def _denied(k: Checked, target: int) -> Found:
    for x, value in zip(*(half(k.known[target].so).tolist() for half in (firsts, seconds)), strict=True):
        for i in lookup(k.known[SOURCE_INDIVIDUAL].so, x).tolist():
            for p in lookup(k.known[ASSERTION_PROPERTY].so, x).tolist():
                if contains(k.known[p].so, np.array([(i << 32) | value])).any():
                    yield i, p, value


def cls_nothing2(k: Checked) -> Found:
    yield (k.known.members(NOTHING),)


def cls_com(k: Checked) -> Found:
    pairs = k.known[COMPLEMENT_OF].so
    return _disjoint_classes(k, zip(firsts(pairs).tolist(), seconds(pairs).tolist(), strict=True))


def cax_dw(k: Checked) -> Found:
    return _disjoint_classes(k, _unordered(k.known[DISJOINT_WITH].so))


def _disjoint_classes(k: Checked, pairs: Iterable[tuple[int, int]]) -> Found:
    for c1, c2 in pairs:
        x = k.known.members(c1)
        if x.size:
            yield c1, c2, x[contains(k.known.members(c2), x)]


def cax_adc(k: Checked) -> Found:
    for classes in _members_of(k, ALL_DISJOINT_CLASSES, MEMBERS):
        yield from _common([(c, k.known.members(c)) for c in classes.tolist()])


def cls_maxc1(k: Checked) -> Found:
    for x, p in _at_most_none(k, MAX_CARDINALITY):
        u = k.known.members(x)
        for _, y in join(u, u, k.known[p].so):
            yield x, y


def cls_maxqc1(k: Checked) -> Found:
    for x, c, y in _qualified(k, things=False):
        yield x, c, y[contains(k.known.members(c), y)]


def cls_maxqc2(k: Checked) -> Found:
    return _qualified(k, things=True)


def _qualified(k: Checked, *, things: bool) -> Iterator[tuple[int, int, Ids]]:
    """Yield the qualified restrictions that allow no value, their classes and the values of their members.

    With `things` those on owl:Thing, else those on other classes.
    """
    thing = k.known.of(THING)
    for x, p in _at_most_none(k, MAX_QUALIFIED_CARDINALITY):
        u = k.known.members(x)
        for c in lookup(k.known[ON_CLASS].so, x).tolist():
            if (c == thing) == things:
                yield from ((x, c, y) for _, y in join(u, u, k.known[p].so))


def _at_most_none(k: Checked, kind: int) -> Iterator[tuple[int, int]]:
    """Yield the restrictions of one kind that allow no value, with their properties."""
    number = k.literals.number("0")
    if number is not None:
        for x in lookup(k.known[kind].os, k.known.of(number)).tolist():
            for p in lookup(k.known[ON_PROPERTY].so, x).tolist():
                yield x, p


def dt_not_type(k: Checked) -> Found:
    """Yield literals with a datatype that lacks their value; an ill-typed one has none, so any datatype lacks it."""
    cliques = list(_unequal_literals(k))
    low, high = ranges(k.known[TYPE].os, k.known.as_classes(np.array([*DATATYPES.values()])))
    for (datatype, number), count in zip(DATATYPES.items(), (high - low).tolist(), strict=True):
        if not count and not cliques:
            continue
        outside = {each for each in _literals_in(k, number).tolist() if k.literals.holds(datatype, each) is False}
        for literals in cliques:  # one that is the same as another is in the datatypes of that (dt-type2)
            lacking = {literal for literal in literals if not k.literals.holds(datatype, literal)}
            outside |= lacking if len(lacking) < len(literals) else set()
        yield np.array(sorted(outside), np.int64), number


def _literals_in(k: Checked, class_: int) -> Ids:
    """Return the literals that are members of a class or equal to one."""
    members = k.known.members(class_)
    if k.known.representatives is None or not members.size:
        found: Ids = members[k.terms.kinds[members] == LITERAL]
        return found
    literals = np.flatnonzero(k.terms.kinds == LITERAL)
    return literals[contains(members, k.known.representatives[literals])]


_CHECKS: tuple[Callable[[Checked], Found], ...] = (
    *(eq_diff1, eq_diff2, eq_diff3),
    *(prp_irp, prp_asyp, prp_pdw, prp_adp, prp_npa1, prp_npa2),
    *(cls_nothing2, cls_com, cls_maxc1, cls_maxqc1, cls_maxqc2),
    *(cax_dw, cax_adc),
    dt_not_type,
)
#: The rules by their W3C ids.
CHECK_RULES = {check.__name__.replace("_", "-"): check for check in _CHECKS}


def checked(fixpoint: Fixpoint) -> Clashes:
    """Return the clashes in closed triples."""
    clashes = Clashes()
    read = Checked(fixpoint.known, fixpoint.lists, fixpoint.terms, fixpoint.literals)
    start = time.perf_counter()
    for rule, check in CHECK_RULES.items():
        for terms in check(read):
            clashes.add(rule, *terms)
    fixpoint.seconds["checks"] += time.perf_counter() - start
    return clashes
