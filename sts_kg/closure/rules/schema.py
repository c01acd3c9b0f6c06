"""The rules of Table 9 (scm-*), and the axioms compiled for the rules about facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from sts_kg.closure.columns import (
    EMPTY,
    Ids,
    contains,
    difference,
    distinct,
    expand,
    firsts,
    join,
    lookup,
    merged,
    pack,
    seconds,
    swap,
    unique,
)
from sts_kg.closure.triples import Found, Triples
from sts_kg.closure.vocabulary import (
    ALL_VALUES_FROM,
    ASSERTION_PROPERTY,
    ASYMMETRIC_PROPERTY,
    CLASS,
    COMPLEMENT_OF,
    DATATYPE_PROPERTY,
    DISJOINT_WITH,
    DISTINCT_MEMBERS,
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
    MEMBERS,
    NIL,
    NOTHING,
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
    TYPE,
    UNION_OF,
)

__all__ = [
    "LISTED",
    "READ_CLASSES",
    "READ_PROPERTIES",
    "Lists",
    "Schema",
    "SchemaRound",
    "compiled",
    "matters",
    "restrictions",
    "scm_rules",
]

Members = tuple[int, ...]
#: The predicates whose objects are lists.
LISTED = (INTERSECTION_OF, UNION_OF, ONE_OF, PROPERTY_CHAIN_AXIOM, HAS_KEY, MEMBERS, DISTINCT_MEMBERS)
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


# --- Table 9


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
    c1, c2 = _halves(r.known[EQUIVALENT_CLASS].so)
    r.found.add("scm-eqc1", SUB_CLASS_OF, c1, c2)
    r.found.add("scm-eqc1", SUB_CLASS_OF, c2, c1)


def scm_eqc2(r: SchemaRound) -> None:
    r.found.add_pairs("scm-eqc2", EQUIVALENT_CLASS, _both_ways(r, SUB_CLASS_OF))


def scm_eqp1(r: SchemaRound) -> None:
    p1, p2 = _halves(r.known[EQUIVALENT_PROPERTY].so)
    r.found.add("scm-eqp1", SUB_PROPERTY_OF, p1, p2)
    r.found.add("scm-eqp1", SUB_PROPERTY_OF, p2, p1)


def scm_eqp2(r: SchemaRound) -> None:
    r.found.add_pairs("scm-eqp2", EQUIVALENT_PROPERTY, _both_ways(r, SUB_PROPERTY_OF))


def scm_dom1(r: SchemaRound) -> None:
    c1, of_c1 = _halves(r.known[DOMAIN].os)
    for p, c2 in join(c1, of_c1, r.known[SUB_CLASS_OF].so):
        r.found.add("scm-dom1", DOMAIN, p, c2)


def scm_dom2(r: SchemaRound) -> None:
    p2, of_p2 = _halves(r.known[DOMAIN].so)
    for c, p1 in join(p2, of_p2, r.known[SUB_PROPERTY_OF].os):
        r.found.add("scm-dom2", DOMAIN, p1, c)


def scm_rng1(r: SchemaRound) -> None:
    c1, of_c1 = _halves(r.known[RANGE].os)
    for p, c2 in join(c1, of_c1, r.known[SUB_CLASS_OF].so):
        r.found.add("scm-rng1", RANGE, p, c2)


def scm_rng2(r: SchemaRound) -> None:
    p2, of_p2 = _halves(r.known[RANGE].so)
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


def _halves(pairs: Ids) -> tuple[Ids, Ids]:
    return firsts(pairs), seconds(pairs)


def _both_ways(r: SchemaRound, predicate: int) -> Ids:
    """Return the pairs of a closed order that hold both ways.

    Two that are below each other have the same above them, so the number of pairs tells most others apart.
    """
    pairs = r.known[predicate].so
    if not pairs.size:
        return pairs
    x, y = _halves(pairs)
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
    restricted = _restrictions(known, filler, fillers=by == SUB_CLASS_OF)
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


def _restrictions(known: Triples, filler: int, *, fillers: bool = True) -> Ids:
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


def _in_order(rows: Ids) -> Ids:
    found: Ids = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    return found


def _listed(r: SchemaRound, predicate: int) -> tuple[Ids, Ids]:
    pairs = [(c, member) for c, members in r.lists.of(predicate) for member in members]
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


class Lists:
    """The `rdf:List`s in axioms, each read once. A list that is not well formed yet has no members."""

    def __init__(self, known: Triples, name: Callable[[int], str]) -> None:
        self._known, self._name = known, name
        self._next: tuple[dict[int, int], dict[int, int]] | None = None
        self._walked: dict[int, Members] = {}
        self._faults: dict[int, str] = {}

    def of(self, predicate: int) -> Iterator[tuple[int, Members]]:
        """Yield subject and members for each triple of a predicate that has lists as objects."""
        for subject, head in zip(*_halves(self._known[predicate].so), strict=True):
            if members := self.members(int(head)):
                yield int(subject), members

    def members(self, head: int) -> Members:
        """Return the members of the list that begins at a node."""
        if head not in self._walked:
            members: list[int] = []
            seen: set[int] = set()
            node, nil = head, self._known.of(NIL)
            while node != nil:
                if fault := self._fault(node, seen):
                    self._faults[head], members = fault, []
                    break
                seen.add(node)
                members.append(self._links[0][node])
                node = self._links[1][node]
            self._walked[head] = tuple(members)
        return self._walked[head]

    def faults(self) -> Iterator[tuple[tuple[int, int, int], str]]:
        """Yield the triples that refer to a list which is not well formed, each with what is wrong with that list.

        Such a list has no end, runs in a circle, or has a node without exactly one member and one rest. No rule reads
        it, so the axiom concludes nothing.
        """
        for predicate in LISTED:
            for subject, head in zip(*(half.tolist() for half in _halves(self._known[predicate].so)), strict=True):
                if not self.members(head) and head in self._faults:
                    yield (subject, predicate, head), self._faults[head]

    def _fault(self, node: int, seen: set[int]) -> str:
        first, rest = self._links
        if node in seen:
            return "runs in a circle: it comes back to a node of its own"
        if node not in first:
            return f"has a node without rdf:first: {self._name(node)}"
        if node not in rest:
            return f"has no end: {self._name(node)} is without rdf:rest"
        if first[node] < 0 or rest[node] < 0:
            return f"forks: {self._name(node)} has two values of {'rdf:first' if first[node] < 0 else 'rdf:rest'}"
        return ""

    @property
    def _links(self) -> tuple[dict[int, int], dict[int, int]]:
        if self._next is None:
            self._next = self._single(FIRST), self._single(REST)
        return self._next

    def _single(self, predicate: int) -> dict[int, int]:
        """Return the object of each subject, -1 if it has several."""
        pairs = self._known[predicate].so
        subjects = firsts(pairs)
        found = dict(zip(subjects.tolist(), seconds(pairs).tolist(), strict=True))
        for subject in distinct(subjects[1:][subjects[1:] == subjects[:-1]]).tolist():
            found[subject] = -1
        return found


# --- the axioms, compiled for the rules about facts

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
        some=_restrictions(known, SOME_VALUES_FROM),
        all=_restrictions(known, ALL_VALUES_FROM),
        value=_restrictions(known, HAS_VALUE),
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
