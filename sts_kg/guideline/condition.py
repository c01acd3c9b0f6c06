"""Conditions of options as they stand in the OWL axioms: read as trees, valued in three-valued logic, dualised.

The axioms of `conditions.ttl` are the only place where a condition is written down; nothing here repeats one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.errors import MalformedListError
from sts_kg.rdf import BASE, STS, local

__all__ = [
    "Alternative",
    "Condition",
    "Conjunction",
    "Leaf",
    "conditions",
    "leaves",
    "missing",
    "not_met",
    "settling",
    "truth",
]


@dataclass(frozen=True)
class Leaf:
    """A condition that is one finding."""

    finding: URIRef


@dataclass(frozen=True)
class Conjunction:
    """A condition all of whose parts are required (`owl:intersectionOf`), in the order of the axiom."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Alternative:
    """A condition of whose parts any one suffices (`owl:unionOf`), in the order of the axiom."""

    parts: tuple[Condition, ...]


Condition = Leaf | Conjunction | Alternative


def conditions(asserted: Graph) -> dict[URIRef, Condition]:
    """Return the condition of each option, the options in the order of their ordinals.

    For every option `o` it takes the class that `sts:hasOption o` restricts from below, and reads what is asserted
    to be a subclass of that class; several such expressions are alternatives.

    Raises
    ------
    ValueError
        A class expression is neither a With class nor an intersection or union of such; it is named.
    """
    found: dict[URIRef, Condition] = {}
    for restriction in asserted.subjects(OWL.onProperty, STS.hasOption):
        option = asserted.value(restriction, OWL.hasValue)
        for met in asserted.subjects(RDFS.subClassOf, restriction):
            trees = tuple(_read(asserted, below) for below in sorted(asserted.subjects(RDFS.subClassOf, met), key=str))
            if isinstance(option, URIRef) and trees:
                found[option] = trees[0] if len(trees) == 1 else Alternative(trees)
    return dict(sorted(found.items(), key=lambda item: (_ordinal(asserted, item[0]), item[0])))


def _ordinal(asserted: Graph, thing: Node) -> int:
    value = asserted.value(thing, STS.ordinal)
    return int(value) if isinstance(value, Literal) else 0


def _read(asserted: Graph, expression: Node) -> Condition:
    for restriction in asserted.objects(expression, OWL.equivalentClass):
        finding = asserted.value(restriction, OWL.hasValue)
        if isinstance(finding, URIRef) and (restriction, OWL.onProperty, STS.hasFinding) in asserted:
            return Leaf(finding)
    for operator, kind in ((OWL.intersectionOf, Conjunction), (OWL.unionOf, Alternative)):
        head = asserted.value(expression, operator)
        if head is not None:
            return kind(tuple(_read(asserted, member) for member in _members(asserted, head)))
    raise ValueError(f"{expression} is neither a With class nor an intersection or union of conditions")


def _members(asserted: Graph, head: Node) -> list[Node]:
    try:
        return list(Collection(asserted, head))
    except ValueError as error:
        raise MalformedListError(str(head), "runs in a circle") from error


def leaves(condition: Condition) -> Iterator[URIRef]:
    """Yield the findings of a condition in the order of its axiom.

    Examples
    --------
    >>> from sts_kg.names import term
    >>> either = Alternative((Leaf(term("finding-a")), Leaf(term("finding-b"))))
    >>> [local(finding) for finding in leaves(either)]
    ['finding-a', 'finding-b']
    """
    if isinstance(condition, Leaf):
        yield condition.finding
    else:
        for part in condition.parts:
            yield from leaves(part)


def truth(condition: Condition, known: Mapping[URIRef, bool]) -> bool | None:
    """Return the value of a condition in Kleene's strong three-valued logic; a finding that is not known is None.

    Examples
    --------
    >>> from sts_kg.names import term
    >>> both = Conjunction((Leaf(term("finding-a")), Leaf(term("finding-b"))))
    >>> truth(both, {}), truth(both, {term("finding-a"): False})
    (None, False)
    """
    if isinstance(condition, Leaf):
        return known.get(condition.finding)
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


def settling(condition: Condition, known: Mapping[URIRef, bool], outcome: bool) -> tuple[frozenset[URIRef], ...]:
    """Return the minimal sets of unknown findings which, all answered `outcome`, give the condition that value.

    Conditions hold no negation, so yes only ever helps towards met and no towards not met. Smallest sets first; empty
    if the condition already has a value.
    """
    if truth(condition, known) is not None:
        return ()
    if isinstance(condition, Leaf):
        return (frozenset({condition.finding}),)
    open_parts = [settling(part, known, outcome) for part in condition.parts if truth(part, known) is None]
    if isinstance(condition, Alternative) is outcome:  # one part is enough
        sets = {found for part in open_parts for found in part}
    else:  # every open part is needed
        sets = {frozenset().union(*choice) for choice in product(*open_parts)}
    minimal = [found for found in sets if not any(other < found for other in sets)]
    return tuple(sorted(minimal, key=lambda found: (len(found), sorted(found))))


_HEADER = """\
# Not met: the De Morgan duals of conditions.ttl over sts:lacksFinding. GENERATED by `make docs`; do not edit.
@prefix sts: <{base}> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<{base}ontology/not-met> a owl:Ontology ;
    dcterms:title "Not-met conditions of sts_kg"@en ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
    dcterms:isPartOf sts:ontology .

# --- One class per finding: the cases that lack it
"""

_WITHOUT = """
sts:{without} a owl:Class ; rdfs:label "without {label}"@en ; rdfs:isDefinedBy sts:ontology ;
    skos:definition "The cases that are known to lack the finding {label}."@en ; owl:disjointWith sts:{with_} ;
    owl:equivalentClass [ a owl:Restriction ; owl:onProperty sts:lacksFinding ; owl:hasValue sts:{finding} ] .
"""

_NOT_MET = """
{expression}
    rdfs:subClassOf sts:{not_met} .
sts:{not_met} a owl:Class ; rdfs:label "condition not met: {label}"@en ; rdfs:isDefinedBy sts:ontology ;
    skos:definition "The cases known not to meet the condition under which the source words the option {label}."@en ;
    rdfs:subClassOf sts:NotMetCondition ,
        [ a owl:Restriction ; owl:onProperty sts:hasUnmetOption ; owl:hasValue sts:{option} ] .
"""


def not_met(asserted: Graph) -> str:
    """Return the text of `not-met.ttl`: the Without classes, and the dual of the condition of every option.

    "And" becomes "or", a With class becomes its Without class (De Morgan), so that what is derived equals Kleene's
    logic. A test holds the shipped file against this text by graph isomorphism.
    """
    pieces = [_HEADER.format(base=BASE), *map(str, _without(asserted)), "\n# --- Not met: one block per option\n"]
    for option, condition in conditions(asserted).items():
        pieces.append(
            _NOT_MET.format(
                expression=_dual(asserted, condition),
                not_met="Not" + _met_class(asserted, option),
                label=asserted.value(option, RDFS.label),
                option=local(option),
            )
        )
    return "".join(pieces)


def _without(asserted: Graph) -> Iterator[str]:
    findings = sorted(asserted.subjects(RDF.type, STS.Finding), key=lambda finding: _ordinal(asserted, finding))
    for finding in findings:
        with_ = _with_class(asserted, finding)
        label = asserted.value(finding, RDFS.label)
        without = with_.replace("With", "Without", 1)
        yield _WITHOUT.format(without=without, with_=with_, label=label, finding=local(str(finding)))


def _with_class(asserted: Graph, finding: Node) -> str:
    for restriction in asserted.subjects(OWL.hasValue, finding):
        if (restriction, OWL.onProperty, STS.hasFinding) in asserted:
            for with_ in asserted.subjects(OWL.equivalentClass, restriction):
                return local(str(with_))
    raise ValueError(f"the finding {local(str(finding))} has no With class in conditions.ttl")


def _met_class(asserted: Graph, option: URIRef) -> str:
    restriction = next(
        r for r in asserted.subjects(OWL.hasValue, option) if (r, OWL.onProperty, STS.hasOption) in asserted
    )
    return local(str(next(asserted.subjects(RDFS.subClassOf, restriction))))


def _dual(asserted: Graph, condition: Condition) -> str:
    if isinstance(condition, Leaf):
        return "sts:" + _with_class(asserted, condition.finding).replace("With", "Without", 1)
    operator = "unionOf" if isinstance(condition, Conjunction) else "intersectionOf"
    parts = "\n        ".join(_dual(asserted, part) for part in condition.parts)
    return f"[ a owl:Class ; owl:{operator} (\n        {parts} ) ]"
