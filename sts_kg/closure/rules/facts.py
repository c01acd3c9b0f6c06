"""The rules of Tables 4 to 7 (eq-*, prp-*, cls-*, cax-*) that conclude facts, by their W3C ids.

Each reads the axioms and facts of a `Round`, uses at least one new fact, and adds its conclusions to `Round.found`.
The letters are those of the specification. The rules that conclude *false* are in `checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sts_kg.closure.columns import (
    EMPTY,
    Ids,
    Pairs,
    contains,
    distinct,
    expand,
    firsts,
    join,
    lookup,
    pack,
    ranges,
    seconds,
    swap,
    unique,
)
from sts_kg.closure.rules.axioms import Schema
from sts_kg.closure.triples import NONE, Found, Triples
from sts_kg.closure.vocabulary import INVERSE_OF, SAME_AS, THING, TYPE

__all__ = ["FACT_RULES", "Round", "cax_sco", "eq_ref", "prp_spo1", "prp_trp"]


@dataclass
class Round:
    """What the rules of a round read: axioms, all facts, and the new facts.

    With `whole` all facts count as new; new axioms need this.
    """

    axioms: Schema
    known: Triples
    new: Mapping[int, Pairs]
    whole: bool
    found: Found

    def fresh(self, predicates: Ids) -> Iterator[int]:
        """Yield those of sorted predicates that have new facts, each once."""
        for predicate in distinct(predicates).tolist():
            if predicate in self.new:
                yield predicate

    def of(self, predicate: int) -> Pairs:
        """Return the new facts of a predicate."""
        return self.new.get(predicate, NONE)

    def members(self, class_: int) -> Ids:
        """Return the new members of a class, sorted."""
        return lookup(self.of(TYPE).os, class_)


# --- Table 4


def eq_ref(r: Round) -> None:
    """eq-ref: made only if an axiom asks for the triples of owl:sameAs."""
    terms = [np.array(list(r.new), np.int64)]
    for pairs in r.new.values():
        terms += [firsts(pairs.so), seconds(pairs.so)]
    x = unique(np.concatenate(terms))
    r.found.add("eq-ref", SAME_AS, x, x)


# --- Table 5


def prp_dom(r: Round) -> None:
    for p in r.fresh(firsts(r.axioms.domain)):
        x = distinct(firsts(r.of(p).so))
        for c in lookup(r.axioms.domain, p).tolist():
            r.found.add_members("prp-dom", c, x)


def prp_rng(r: Round) -> None:
    for p in r.fresh(firsts(r.axioms.range)):
        y = unique(seconds(r.of(p).so))
        for c in lookup(r.axioms.range, p).tolist():
            r.found.add_members("prp-rng", c, y)


def prp_fp(r: Round) -> None:
    for p in r.fresh(r.axioms.functional):
        _same_neighbours(r, "prp-fp", r.known[p].so)


def prp_ifp(r: Round) -> None:
    for p in r.fresh(r.axioms.inverse_functional):
        _same_neighbours(r, "prp-ifp", r.known[p].os)


def _same_neighbours(r: Round, rule: str, pairs: Ids) -> None:
    """Add that neighbouring second halves under one first half are equal; uniting them does the rest."""
    key = firsts(pairs)
    both = key[1:] == key[:-1]
    r.found.add(rule, SAME_AS, seconds(pairs[:-1][both]), seconds(pairs[1:][both]))


def prp_symp_and_inv(r: Round) -> None:
    """prp-symp, prp-inv1 and prp-inv2; a symmetric property is its own inverse."""
    for p in r.fresh(firsts(r.axioms.inverse)):
        x, y = firsts(r.of(p).so), seconds(r.of(p).so)
        for q in lookup(r.axioms.inverse, p).tolist():
            stated = contains(r.known[INVERSE_OF].so, pack(np.array([p]), q)).any()
            r.found.add("prp-symp" if p == q else "prp-inv1" if stated else "prp-inv2", q, y, x)


def prp_trp(r: Round) -> None:
    """prp-trp: closed in one step, by `columns.transitive`."""
    for p in r.fresh(r.axioms.transitive):
        r.known.close("prp-trp", p, r.found)


def prp_spo1(r: Round) -> None:
    """prp-spo1, and with scm-eqp1 also prp-eqp1 and prp-eqp2."""
    for p1 in r.fresh(firsts(r.axioms.subproperty)):
        for p2 in lookup(r.axioms.subproperty, p1).tolist():
            if p1 != TYPE and p2 != TYPE:
                r.found.add_pairs("prp-spo1", p2, r.of(p1).so)
            else:
                r.found.add("prp-spo1", p2, firsts(r.of(p1).so), seconds(r.of(p1).so))


def prp_spo2(r: Round) -> None:
    for p, chain in r.axioms.chains:
        for i, pi in enumerate(chain):
            if pi not in r.new:
                continue
            # from the new facts u(i) pi u(i+1) on: first the links after pi, then those before it
            ends = r.of(pi).so
            for following in chain[i + 1 :]:
                ends = _composed(ends, None, r.known[following])
            for before in reversed(chain[:i]):
                ends = _composed(None, ends, r.known[before])
            r.found.add("prp-spo2", p, firsts(ends), seconds(ends))
            if r.whole:
                break


def _composed(left: Ids | None, right: Ids | None, other: Pairs) -> Ids:
    """Return the pairs (x, z) with x left y and y other z, or with x other y and y right z; sorted."""
    if left is not None:
        steps = np.sort(swap(left)) if len(left) < len(other) else left
        if steps is not left:
            parts = [pack(x, z) for x, z in join(firsts(steps), seconds(steps), other.so)]
        else:
            inverse = np.sort(swap(left))
            parts = [pack(x, z) for z, x in join(firsts(other.so), seconds(other.so), inverse)]
    else:
        assert right is not None, "one side is given"
        if len(right) < len(other):
            parts = [pack(x, z) for z, x in join(firsts(right), seconds(right), other.os)]
        else:
            parts = [pack(x, z) for x, z in join(firsts(other.os), seconds(other.os), right)]
    return unique(np.concatenate(parts)) if parts else EMPTY


def prp_key(r: Round) -> None:
    for c, properties in r.axioms.keys:
        if r.whole or r.members(c).size or any(p in r.new for p in properties):
            x = r.known.members(c)
            group = np.zeros(x.size, np.int64)
            for p in properties:  # x with the number of its group, whose members share the values so far
                rows = [(x[row], pack(group[row], z)) for row, z in join(x, np.arange(x.size), r.known[p].so)]
                x, values = map(np.concatenate, zip(*rows, strict=True)) if rows else (EMPTY, EMPTY)
                group = np.searchsorted(unique(values), values)
            _same_neighbours(r, "prp-key", np.sort(pack(group, x)))


# --- Table 6


def cls_int1(r: Round) -> None:
    if TYPE not in r.new:
        return
    for c, members in r.axioms.intersections:
        for ci in members:
            y = r.members(ci)
            for cj in members:
                if cj != ci and y.size:
                    y = y[contains(r.known.members(cj), y)]
            r.found.add_members("cls-int1", c, y)
            if r.whole:
                break


def cls_svf(r: Round) -> None:
    """cls-svf1, and cls-svf2 where the filler is owl:Thing."""
    thing = r.known.of(THING)
    for p, x, y in _by_property(r, r.axioms.some):
        any_value = y == thing
        if p in r.new:
            u = distinct(firsts(r.of(p).so))
            for restriction in x[any_value].tolist():
                r.found.add_members("cls-svf2", restriction, u)
        x, y = x[~any_value], y[~any_value]
        for restriction, u in _through(r, p, y, x, inverse=True):
            r.found.add("cls-svf1", TYPE, u, restriction)


def cls_avf(r: Round) -> None:
    for p, x, y in _by_property(r, r.axioms.all):
        for filler, v in _through(r, p, x, y, inverse=False):
            r.found.add("cls-avf", TYPE, v, filler)


def _by_property(r: Round, rows: Ids) -> Iterator[tuple[int, Ids, Ids]]:
    """Yield property, restrictions and fillers of the rows of each property that has facts."""
    properties = distinct(rows[:, 0])
    for p in properties.tolist():
        if p in r.known.live and (p in r.new or TYPE in r.new):
            low, high = np.searchsorted(rows[:, 0], (p, p + 1))
            yield p, rows[low:high, 1], rows[low:high, 2]


def _through(r: Round, p: int, classes: Ids, carried: Ids, *, inverse: bool) -> Iterator[tuple[Ids, Ids]]:
    """Yield what a class carries, and b, for the pairs (a, b) of a property or its inverse with a in that class."""
    if not classes.size:
        return
    order = np.argsort(classes, kind="stable")
    classes, carried = classes[order], carried[order]
    if p in r.new:
        pairs = r.of(p).os if inverse else r.of(p).so
        yield from _joined(pairs, r.known[TYPE].os, classes, carried)
    if TYPE in r.new and not r.whole:
        pairs = r.known[p].os if inverse else r.known[p].so
        yield from _joined(pairs, r.of(TYPE).os, classes, carried)


def _joined(pairs: Ids, types: Ids, classes: Ids, carried: Ids) -> Iterator[tuple[Ids, Ids]]:
    low, high = ranges(types, classes)
    members = int((high - low).sum())
    if not members:
        return
    a = distinct(firsts(pairs))
    if a.size * classes.size < members:  # few facts: look each of them up in each class
        probes = (pack(classes[:, None], a)).ravel()
        hits = np.flatnonzero(contains(types, probes))
        yield from join(a[hits % a.size], carried[hits // a.size], pairs)
        return
    for number, row in expand(low, high):
        yield from join(seconds(types[row]), carried[number], pairs)


def cls_hv1(r: Round) -> None:
    types = r.of(TYPE).os
    rows = r.axioms.value
    if not len(rows) or not types.size:
        return
    low, high = ranges(types, rows[:, 1])
    for number in np.flatnonzero(high > low).tolist():
        p, _, y = rows[number].tolist()
        r.found.add("cls-hv1", p, seconds(types[low[number] : high[number]]), y)


def cls_hv2(r: Round) -> None:
    for p, x, y in _by_property(r, r.axioms.value):
        if p in r.new:
            for restriction, u in join(y, x, r.of(p).os):
                r.found.add("cls-hv2", TYPE, u, restriction)


def cls_maxc2(r: Round) -> None:
    """cls-maxc2, and cls-maxqc4, where the class is owl:Thing."""
    for p, x, _ in _by_property(r, r.axioms.at_most_one):
        if p in r.new or _has_new(r, x):
            _same_values(r, "cls-maxc2", p, x, None)


def cls_maxqc3(r: Round) -> None:
    for p, x, c in _by_property(r, r.axioms.at_most_one_in):
        if p in r.new or _has_new(r, x) or _has_new(r, c):
            _same_values(r, "cls-maxqc3", p, x, c)


def _has_new(r: Round, classes: Ids) -> bool:
    low, high = ranges(r.of(TYPE).os, classes)
    return bool((high > low).any())


def _same_values(r: Round, rule: str, p: int, x: Ids, c: Ids | None) -> None:
    """Add that the values of each member of a restriction are equal; with `c` only the values in that class."""
    types, pairs = r.known[TYPE].os, r.known[p].so
    for number, row in expand(*ranges(types, x)):
        u = seconds(types[row])
        for at, y in join(u, np.arange(u.size), pairs):
            if c is not None:
                held = contains(types, pack(c[number[at]], y))
                at, y = at[held], y[held]
            _same_neighbours(r, rule, pack(at, y))


def cls_oo(r: Round) -> None:
    if r.whole:
        for c, members in r.axioms.enumerations:
            r.found.add_members("cls-oo", c, np.array(members, np.int64))


# --- Table 7


def cax_sco(r: Round) -> None:
    """cax-sco, and with scm-eqc1 also cax-eqc1 and cax-eqc2; with scm-int and scm-uni cls-int2 and cls-uni."""
    types, subclass = r.of(TYPE).os, r.axioms.subclass
    if not types.size or not subclass.size:
        return
    c1 = distinct(firsts(types))
    first, last = ranges(types, c1)
    for number, above in expand(*ranges(subclass, c1)):
        c2 = seconds(subclass[above])
        for at, row in expand(first[number], last[number]):
            r.found.add("cax-sco", TYPE, seconds(types[row]), c2[at])


#: The rules in the order of the tables, without those that follow every insertion: see `Fixpoint._lift`.
FACT_RULES: tuple[Callable[[Round], None], ...] = (
    prp_dom,
    prp_rng,
    prp_fp,
    prp_ifp,
    prp_symp_and_inv,
    prp_spo2,
    prp_key,
    cls_int1,
    cls_svf,
    cls_avf,
    cls_hv1,
    cls_hv2,
    cls_maxc2,
    cls_maxqc3,
    cls_oo,
)
