"""Conditions of options, read from the OWL axioms as trees and valued in three-valued logic.

The axioms of `conditions.ttl` are the only place where a condition is written down; nothing here repeats one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import product

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.errors import MalformedListError
from sts_kg.guideline.vocabulary import short
from sts_kg.rdf import STS
from sts_kg.shown import Shown

__all__ = [
    "Alternative",
    "Condition",
    "Conjunction",
    "Leaf",
    "alternatives",
    "conditions",
    "instances",
    "leaf_parts",
    "leaves",
    "missing",
    "negated",
    "ordinal",
    "settling",
    "truth",
]


@dataclass(frozen=True)
class Leaf(Shown):
    """A condition on one finding: that it holds (a With class) or, as an exclusion, that it does not (a Without class).

    An exclusion needs a fact, too: it is met if the case is known to lack the finding, not if the finding is unknown.
    """

    finding: URIRef
    holds: bool = True

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        return short(self.finding) if self.holds else f"not {short(self.finding)}"


@dataclass(frozen=True)
class Conjunction(Shown):
    """A condition all of whose parts are required (`owl:intersectionOf`), in the order of the axiom."""

    parts: tuple[Condition, ...]

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        return " and ".join(f"{part}" if isinstance(part, Leaf) else f"({part})" for part in self.parts)


@dataclass(frozen=True)
class Alternative(Shown):
    """A condition of whose parts any one suffices (`owl:unionOf`), in the order of the axiom."""

    parts: tuple[Condition, ...]

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        return " or ".join(f"{part}" if isinstance(part, Leaf) else f"({part})" for part in self.parts)


Condition = Leaf | Conjunction | Alternative
_Answers = frozenset[tuple[URIRef, bool]]


def conditions(asserted: Graph, *, of: Set[Node] | None = None) -> dict[URIRef, Condition]:
    """Return the condition of each option, the options in the order of their ordinals.

    For every option `o` it takes the class that `sts:hasOption o` restricts from below, and reads what is asserted
    to be a subclass of that class; several such expressions are alternatives. With `of`, only such classes are read.

    Raises
    ------
    ValueError
        A class expression is not a With or Without class, nor an intersection or union of such; it is named.
    """
    found: dict[URIRef, Condition] = {}
    for restriction in asserted.subjects(OWL.onProperty, STS.hasOption):
        option = asserted.value(restriction, OWL.hasValue)
        for met in asserted.subjects(RDFS.subClassOf, restriction):
            if of is not None and met not in of:
                continue
            trees = tuple(_read(asserted, below) for below in sorted(asserted.subjects(RDFS.subClassOf, met), key=str))
            if isinstance(option, URIRef) and trees:
                found[option] = trees[0] if len(trees) == 1 else Alternative(trees)
    return dict(sorted(found.items(), key=lambda item: (ordinal(asserted, item[0]), item[0])))


def alternatives(condition: Condition) -> list[tuple[Leaf, ...]]:
    """Return the leaves of each outermost union of a condition; unions that share a finding are one group.

    So the groups in which the parts of a recommendation stand (`sts:inAlternatives`) are flat, and each part is in one.

    Examples
    --------
    >>> a, b, c, d = (Leaf(URIRef(f"urn:{name}"), True) for name in "abcd")
    >>> nested = Conjunction((a, Alternative((b, Conjunction((c, Alternative((d, b))))))))
    >>> [[str(leaf.finding) for leaf in group] for group in alternatives(nested)]
    [['urn:b', 'urn:c', 'urn:d']]
    """
    found: list[dict[Leaf, None]] = []
    for union in _outermost(condition):
        group = dict.fromkeys(leaf_parts(union))
        about = {leaf.finding for leaf in group}
        for other in [each for each in found if not about.isdisjoint(leaf.finding for leaf in each)]:
            found.remove(other)
            group = other | group
        found.append(group)
    return [tuple(group) for group in found]


def _outermost(condition: Condition) -> Iterator[Alternative]:
    if isinstance(condition, Alternative):
        yield condition
    elif isinstance(condition, Conjunction):
        for part in condition.parts:
            yield from _outermost(part)


def ordinal(asserted: Graph, thing: Node) -> int:
    """Return the `sts:ordinal` of a thing; 0 if it has none that is a whole number."""
    value = asserted.value(thing, STS.ordinal)
    return int(value) if isinstance(value, Literal) and isinstance(value.value, int) else 0


def instances(asserted: Graph, kind: URIRef) -> list[URIRef]:
    """Return the instances of a class and its subclasses by their ordinals."""
    below = asserted.transitive_subjects(RDFS.subClassOf, kind)
    found = {one for each in below for one in asserted.subjects(RDF.type, each) if isinstance(one, URIRef)}
    return sorted(found, key=lambda one: (ordinal(asserted, one), one))


def _read(asserted: Graph, expression: Node) -> Condition:
    for restriction in asserted.objects(expression, OWL.equivalentClass):
        finding, on = asserted.value(restriction, OWL.hasValue), asserted.value(restriction, OWL.onProperty)
        if isinstance(finding, URIRef) and on in (STS.hasFinding, STS.lacksFinding):
            return Leaf(finding, on == STS.hasFinding)
    for operator, kind in ((OWL.intersectionOf, Conjunction), (OWL.unionOf, Alternative)):
        head = asserted.value(expression, operator)
        if head is not None:
            return kind(tuple(_read(asserted, member) for member in _members(asserted, head)))
    raise ValueError(f"{expression} is not a With or Without class, nor an intersection or union of conditions")


def _members(asserted: Graph, head: Node) -> list[Node]:
    try:
        return list(Collection(asserted, head))
    except ValueError as error:
        raise MalformedListError(str(head), "runs in a circle") from error


def leaves(condition: Condition) -> Iterator[URIRef]:
    """Return an iterator of the findings of a condition in the order of its axiom.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> either = Alternative((Leaf(STS["finding-a"]), Leaf(STS["finding-b"], holds=False)))
    >>> list(leaves(either)) == [STS["finding-a"], STS["finding-b"]]
    True
    """
    return (leaf.finding for leaf in leaf_parts(condition))


def leaf_parts(condition: Condition) -> Iterator[Leaf]:
    """Yield the leaves of a condition in the order of its axiom."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in condition.parts:
            yield from leaf_parts(part)


def negated(condition: Condition) -> Condition:
    """Return the De Morgan dual of a condition: it is true where the condition is false, and no more often.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> negated(Conjunction((Leaf(STS["finding-a"]), Leaf(STS["finding-b"])))) == Alternative(
    ...     (Leaf(STS["finding-a"], holds=False), Leaf(STS["finding-b"], holds=False))
    ... )
    True
    """
    if isinstance(condition, Leaf):
        return Leaf(condition.finding, not condition.holds)
    parts = tuple(negated(part) for part in condition.parts)
    return Alternative(parts) if isinstance(condition, Conjunction) else Conjunction(parts)


def truth(condition: Condition, known: Mapping[URIRef, bool]) -> bool | None:
    """Return the value of a condition in Kleene's strong three-valued logic; a finding that is not known is None.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> both = Conjunction((Leaf(STS["finding-a"]), Leaf(STS["finding-b"], holds=False)))
    >>> truth(both, {}), truth(both, {STS["finding-a"]: False}), truth(both, {STS["finding-b"]: True})
    (None, False, False)
    """
    if isinstance(condition, Leaf):
        value = known.get(condition.finding)
        return None if value is None else value is condition.holds
    values = [truth(part, known) for part in condition.parts]
    decisive = isinstance(condition, Alternative)  # one true part settles an "or", one false part settles an "and"
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def missing(condition: Condition, known: Mapping[URIRef, bool]) -> tuple[URIRef, ...]:
    """Return the unknown findings that could still settle a condition, in the order of its axiom.

    They are the unknown leaves of the subexpressions that are undetermined themselves: an alternative that is
    already satisfied adds none. Empty if the condition has a value.
    """
    if truth(condition, known) is not None:
        return ()
    if isinstance(condition, Leaf):
        return (condition.finding,)
    return tuple(dict.fromkeys(finding for part in condition.parts for finding in missing(part, known)))


def settling(condition: Condition, known: Mapping[URIRef, bool], outcome: bool) -> tuple[dict[URIRef, bool], ...]:
    """Return the minimal sets of answers that give an undetermined condition a value.

    Parameters
    ----------
    condition : Condition
        The condition.
    known : mapping
        The findings that hold (True) and that do not hold (False).
    outcome : bool
        The value to reach: True for met, False for not met.

    Returns
    -------
    tuple of dict
        Each maps unknown findings to answers, all of them needed. If the condition has no Without leaf, every answer
        equals `outcome`. Smallest sets first; empty if the condition has a value.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> a, b = STS["finding-a"], STS["finding-b"]
    >>> settling(Conjunction((Leaf(a), Leaf(b, holds=False))), {}, True) == ({a: True, b: False},)
    True
    """
    minimal = sorted(_settling(condition, known, outcome), key=lambda found: (len(found), sorted(found)))
    return tuple(dict(sorted(found)) for found in minimal)


def _settling(condition: Condition, known: Mapping[URIRef, bool], outcome: bool) -> set[_Answers]:
    if truth(condition, known) is not None:
        return set()
    if isinstance(condition, Leaf):
        return {frozenset({(condition.finding, condition.holds is outcome)})}
    open_parts = [_settling(part, known, outcome) for part in condition.parts if truth(part, known) is None]
    if isinstance(condition, Alternative) is outcome:  # one part is enough
        sets = {found for part in open_parts for found in part}
    else:  # every open part is needed, and no finding can have two answers
        joined: Iterator[_Answers] = (frozenset().union(*choice) for choice in product(*open_parts))
        sets = {found for found in joined if len(dict(found)) == len(found)}
    return {found for found in sets if not any(other < found for other in sets)}
