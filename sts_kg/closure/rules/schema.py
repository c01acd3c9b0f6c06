"""The rules of Table 9 (scm-*): axioms that follow from axioms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from sts_kg.closure.columns import (
    EMPTY,
    Ids,
    contains,
    expand,
    firsts,
    halves,
    join,
    merged,
    pack,
    swap,
    unique,
)
from sts_kg.closure.rules.axioms import united_restrictions
from sts_kg.closure.rules.lists import Lists
from sts_kg.closure.triples import Found, Triples
from sts_kg.closure.vocabulary import (
    ALL_VALUES_FROM,
    CLASS,
    DATATYPE_PROPERTY,
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    FIRST,
    HAS_VALUE,
    INTERSECTION_OF,
    NOTHING,
    OBJECT_PROPERTY,
    ON_PROPERTY,
    RANGE,
    REST,
    SOME_VALUES_FROM,
    SUB_CLASS_OF,
    SUB_PROPERTY_OF,
    THING,
    TYPE,
    UNION_OF,
)

__all__ = ["SchemaRound", "scm_rules"]


class SchemaRound(NamedTuple):
    """What the rules of Table 9 read, and `found`, to which they add their conclusions.

    Without `everything`, trivial triples from which nothing follows are left out: that a class is above owl:Nothing,
    and that a class or a property is equivalent to itself.
    """

    known: Triples
    lists: Lists
    found: Found
    everything: bool


def scm_cls(r: SchemaRound) -> None:
    c = r.known.members(CLASS)
    r.found.add("scm-cls", SUB_CLASS_OF, c, c)
    r.found.add("scm-cls", SUB_CLASS_OF, c, THING)
    if r.everything:
        r.found.add("scm-cls", EQUIVALENT_CLASS, c, c)
        r.found.add("scm-cls", SUB_CLASS_OF, NOTHING, c)


def scm_op(r: SchemaRound) -> None:
    p = r.known.members(OBJECT_PROPERTY)
    r.found.add("scm-op", SUB_PROPERTY_OF, p, p)
    if r.everything:
        r.found.add("scm-op", EQUIVALENT_PROPERTY, p, p)


def scm_dp(r: SchemaRound) -> None:
    p = r.known.members(DATATYPE_PROPERTY)
    r.found.add("scm-dp", SUB_PROPERTY_OF, p, p)
    if r.everything:
        r.found.add("scm-dp", EQUIVALENT_PROPERTY, p, p)


def scm_sco(r: SchemaRound) -> None:
    r.known.close("scm-sco", SUB_CLASS_OF, r.found)


def scm_spo(r: SchemaRound) -> None:
    r.known.close("scm-spo", SUB_PROPERTY_OF, r.found)


def scm_eqc1(r: SchemaRound) -> None:
    c1, c2 = halves(r.known[EQUIVALENT_CLASS].so)
    r.found.add("scm-eqc1", SUB_CLASS_OF, c1, c2)
    r.found.add("scm-eqc1", SUB_CLASS_OF, c2, c1)


def scm_eqc2(r: SchemaRound) -> None:
    r.found.add_pairs("scm-eqc2", EQUIVALENT_CLASS, _both_ways(r, SUB_CLASS_OF))


def scm_eqp1(r: SchemaRound) -> None:
    p1, p2 = halves(r.known[EQUIVALENT_PROPERTY].so)
    r.found.add("scm-eqp1", SUB_PROPERTY_OF, p1, p2)
    r.found.add("scm-eqp1", SUB_PROPERTY_OF, p2, p1)


def scm_eqp2(r: SchemaRound) -> None:
    r.found.add_pairs("scm-eqp2", EQUIVALENT_PROPERTY, _both_ways(r, SUB_PROPERTY_OF))


def scm_dom1(r: SchemaRound) -> None:
    c1, of_c1 = halves(r.known[DOMAIN].os)
    for p, c2 in join(c1, of_c1, r.known[SUB_CLASS_OF].so):
        r.found.add("scm-dom1", DOMAIN, p, c2)


def scm_dom2(r: SchemaRound) -> None:
    p2, of_p2 = halves(r.known[DOMAIN].so)
    for c, p1 in join(p2, of_p2, r.known[SUB_PROPERTY_OF].os):
        r.found.add("scm-dom2", DOMAIN, p1, c)


def scm_rng1(r: SchemaRound) -> None:
    c1, of_c1 = halves(r.known[RANGE].os)
    for p, c2 in join(c1, of_c1, r.known[SUB_CLASS_OF].so):
        r.found.add("scm-rng1", RANGE, p, c2)


def scm_rng2(r: SchemaRound) -> None:
    p2, of_p2 = halves(r.known[RANGE].so)
    for c, p1 in join(p2, of_p2, r.known[SUB_PROPERTY_OF].os):
        r.found.add("scm-rng2", RANGE, p1, c)


def scm_hv(r: SchemaRound) -> None:
    for c1, c2 in _below(r.known, HAS_VALUE, by=SUB_PROPERTY_OF):
        r.found.add("scm-hv", SUB_CLASS_OF, c1, c2)


def scm_svf1(r: SchemaRound) -> None:
    for c1, c2 in _below(r.known, SOME_VALUES_FROM, by=SUB_CLASS_OF):
        r.found.add("scm-svf1", SUB_CLASS_OF, c1, c2)


def scm_svf2(r: SchemaRound) -> None:
    for c1, c2 in _below(r.known, SOME_VALUES_FROM, by=SUB_PROPERTY_OF):
        r.found.add("scm-svf2", SUB_CLASS_OF, c1, c2)


def scm_avf1(r: SchemaRound) -> None:
    for c1, c2 in _below(r.known, ALL_VALUES_FROM, by=SUB_CLASS_OF):
        r.found.add("scm-avf1", SUB_CLASS_OF, c1, c2)


def scm_avf2(r: SchemaRound) -> None:
    for c1, c2 in _below(r.known, ALL_VALUES_FROM, by=SUB_PROPERTY_OF):
        r.found.add("scm-avf2", SUB_CLASS_OF, c2, c1)  # the wider property makes the narrower restriction


def scm_int(r: SchemaRound) -> None:
    c, ci = _listed(r, INTERSECTION_OF)
    r.found.add("scm-int", SUB_CLASS_OF, c, ci)


def scm_uni(r: SchemaRound) -> None:
    c, ci = _listed(r, UNION_OF)
    r.found.add("scm-uni", SUB_CLASS_OF, ci, c)


_SCM: tuple[tuple[Callable[[SchemaRound], None], set[int]], ...] = (
    (scm_cls, {TYPE}),
    (scm_op, {TYPE}),
    (scm_dp, {TYPE}),
    (scm_int, {INTERSECTION_OF, FIRST, REST}),
    (scm_uni, {UNION_OF, FIRST, REST}),
    (scm_eqc1, {EQUIVALENT_CLASS}),
    (scm_eqp1, {EQUIVALENT_PROPERTY}),
    (scm_sco, {SUB_CLASS_OF}),
    (scm_spo, {SUB_PROPERTY_OF}),
    (scm_eqc2, {SUB_CLASS_OF}),
    (scm_eqp2, {SUB_PROPERTY_OF}),
    (scm_hv, {HAS_VALUE, ON_PROPERTY, SUB_PROPERTY_OF}),
    (scm_svf1, {SOME_VALUES_FROM, ON_PROPERTY, SUB_CLASS_OF}),
    (scm_svf2, {SOME_VALUES_FROM, ON_PROPERTY, SUB_PROPERTY_OF}),
    (scm_avf1, {ALL_VALUES_FROM, ON_PROPERTY, SUB_CLASS_OF}),
    (scm_avf2, {ALL_VALUES_FROM, ON_PROPERTY, SUB_PROPERTY_OF}),
    (scm_dom1, {DOMAIN, SUB_CLASS_OF}),
    (scm_dom2, {DOMAIN, SUB_PROPERTY_OF}),
    (scm_rng1, {RANGE, SUB_CLASS_OF}),
    (scm_rng2, {RANGE, SUB_PROPERTY_OF}),
)


def scm_rules(changed: set[int]) -> Iterator[Callable[[SchemaRound], None]]:
    """Yield the rules of Table 9 that read one of the changed predicates."""
    for rule, reads in _SCM:
        if reads & changed:
            yield rule


def _both_ways(r: SchemaRound, predicate: int) -> Ids:
    """Return the pairs of a closed order that hold both ways.

    Two that are below each other have the same above them, so the number of pairs tells most others apart.
    """
    pairs = r.known[predicate].so
    if not pairs.size:
        return pairs
    x, y = halves(pairs)
    n_above = np.bincount(x, minlength=int(max(x[-1], y.max())) + 1)
    alike = n_above[x] == n_above[y]
    maybe, loops = pairs[alike & (x != y)], pairs[x == y]
    known = r.known
    if not r.everything and known.representatives is None:  # else one that is below itself may stand for others
        of = EMPTY if known.classes is None or predicate != SUB_CLASS_OF else unique(known.classes[known.copied])
        loops = loops[contains(of, firsts(loops))]
    return merged(loops, maybe[contains(maybe, swap(maybe))])


def _below(known: Triples, filler: int, *, by: int) -> Iterator[tuple[Ids, Ids]]:
    """Yield restrictions c1 and c2 of one kind where the filler or the property of c1 is below that of c2.

    With `by` rdfs:subClassOf they have one property and the filler of c1 is below that of c2; with `by`
    rdfs:subPropertyOf they have one filler and the property of c1 is below that of c2.
    """
    # one filler must be the very same, not only equivalent: scm-svf2, scm-avf2
    restricted = united_restrictions(known, filler, fillers=by == SUB_CLASS_OF)
    if not restricted.size:
        return
    p, c, y = restricted.T
    same, lower = (p, y) if by == SUB_CLASS_OF else (y, p)
    order = np.argsort(pack(lower, same), kind="stable")
    keys, restriction = pack(lower, same)[order], c[order]
    for row, higher in join(lower, np.arange(lower.size), known[by].so):
        wanted = pack(higher, same[row])
        low, high = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right")
        for number, at in expand(low, high):
            yield c[row[number]], restriction[at]


def _listed(r: SchemaRound, predicate: int) -> tuple[Ids, Ids]:
    pairs = [(c, member) for c, members in r.lists.of(predicate) for member in members]
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]
