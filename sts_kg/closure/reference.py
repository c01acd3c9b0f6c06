"""The closure by owlrl, the reference engine; the only module that imports it.

What owlrl 7 gets wrong and this module cannot mend (W3C rule ids): `prp-key` compares all but the last property of a
key; `eq-diff2`, `eq-diff3` and `prp-adp` miss the last member of a list; `dt-eq` and `dt-diff` are left out. The
ontology of sts_kg uses none of these constructs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import owlrl
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.names import compress

__all__ = ["Inconsistency", "close"]

_Triple = tuple[Node, Node, Node]
_REFLEXIVE = frozenset({OWL.equivalentClass, OWL.equivalentProperty, RDFS.subClassOf, RDFS.subPropertyOf})
_VOCABULARIES = (str(OWL), str(RDFS))
_BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))

#: owlrl reports an inconsistency as a sentence: the W3C rule, owlrl's words with the terms, and our words for them.
_MESSAGES = (
    (
        "dt-not-type",
        r"Lexical value of the literal '(.*)' does not match its datatype \((.*)\)",
        "the literal {} is no {}",
    ),
    (
        "eq-diff1",
        r"'sameAs' and 'differentFrom' cannot be used on the same subject-object pair: \((.*), (.*)\)",
        "{} and {} are the same and different",
    ),
    (
        "eq-diff2",
        r"'sameAs' and 'AllDifferent' cannot be used on the same subject-object pair: \((.*), (.*)\)",
        "{} and {} are the same and in one owl:AllDifferent",
    ),
    ("prp-irp", r"Irreflexive property used on (\S*) with (\S*)", "{} is related to itself by the irreflexive {}"),
    (
        "prp-asyp",
        r"Erroneous usage of asymmetric property (\S*) on (\S*) and (.*)",
        "the asymmetric {} holds both ways between {} and {}",
    ),
    (
        "prp-adp",
        r"Disjoint properties in an 'AllDisjointProperties' are not really disjoint: "
        r"\((.*), (.*),(.*)\) and \(.*, (.*),.*\)",
        "{0} and {2} are related by two disjoint properties, {1} and {3}",
    ),
    (
        "prp-pdw",
        r"Erroneous usage of disjoint properties (\S*) and (\S*) on (\S*) and (.*)",
        "the disjoint {} and {} both relate {} and {}",
    ),
    (
        "prp-npa1",
        r"Negative \(object\) property assertion violated for: \((.*), (.*), (.*)\)",
        "{} {} {} is also denied",
    ),
    (
        "prp-npa2",
        r"Negative \(datatype\) property assertion violated for: \((.*), (.*), (.*)\)",
        "{} {} {} is also denied",
    ),
    ("cls-nothing2", r"(\S*) is defined of type 'Nothing'", "{} is in owl:Nothing"),
    (
        "cls-com",
        r"Violation of complementarity for classes (\S*) and (\S*) on element .*",  # it names the class again
        "{} and its complement {} share a member",
    ),
    (
        "cls-avf",
        r"Violation of type restriction for allValuesFrom in (\S*) for datatype (\S*) on value (.*)",
        "a value of {} must be of the datatype {}, and {} is not",
    ),
    ("cls-maxc1", r"Erroneous usage of maximum cardinality with (\S*) and (.*)", "{} allows no value, and {} is one"),
    (
        "cls-maxqc1",
        r"Erroneous usage of maximum qualified cardinality with (\S*), (\S*) and (.*)",
        "{} allows no value in {}, and {} is one",
    ),
    (
        "cax-dw",
        r"Disjoint classes (\S*) and (\S*) have a common individual (.*)",
        "the disjoint classes {} and {} share {}",
    ),
)


@dataclass(frozen=True, order=True)
class Inconsistency:
    """A rule that concluded `false`: its W3C id, the terms it met in the order of the sentence, and that sentence."""

    rule: str
    terms: tuple[Node, ...]
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


class _Semantics(owlrl.OWLRL_Semantics):  # type: ignore[misc] # owlrl carries no types
    """owlrl's rules without eq-ref, by which every term is the same as itself, and with its errors collected.

    owlrl offers every triple to every rule in every round, though all its rules but eq-ref begin at a triple of the
    OWL or RDFS vocabulary; only those are offered here, which makes it many times faster and changes nothing.
    """

    error_messages: list[str]

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, axioms=False, daxioms=False)
        self.known = set(graph)  # asking a set is many times faster than asking the store

    def rules(self, t: _Triple, cycle_num: int) -> None:
        _, predicate, object_ = t
        begins = object_ if predicate == RDF.type else predicate
        if predicate == RDFS.subClassOf:  # most of them by far, and only these two groups begin there
            self._class_axioms(t, cycle_num)
            self._schema_vocabulary(t, cycle_num)
        elif isinstance(begins, URIRef) and str(begins).startswith(_VOCABULARIES):
            super().rules(t, cycle_num)

    def store_triple(self, t: _Triple) -> None:
        if t in self.known or isinstance(t[1], Literal) or (t[1] == OWL.sameAs and t[0] == t[2]):
            return
        self.known.add(t)
        self.added_triples.add(t)

    def post_process(self) -> None:
        super().post_process()
        self.found, self.error_messages = self.error_messages, []  # else they become triples of the graph


def close(graph: Graph) -> tuple[Graph, Graph, tuple[Inconsistency, ...]]:
    """Return the inferred triples, the trivial ones, and the inconsistencies of a graph, which is not changed."""
    closed = Graph(store="SimpleMemory")  # a third faster under owlrl than the default store
    for triple in graph:
        closed.add(triple)
    core = _Semantics(closed)
    core.closure()
    inferred, trivial = Graph(), Graph()
    for triple in closed:
        if triple not in graph and not isinstance(triple[0], Literal) and not isinstance(triple[1], BNode):
            (trivial if _is_trivial(triple) else inferred).add(triple)
    return inferred, trivial, tuple(sorted(_inconsistencies(core.found, closed), key=str))


def _is_trivial(triple: _Triple) -> bool:
    subject, predicate, object_ = triple
    if predicate in _REFLEXIVE and subject == object_:
        return True
    if object_ in (OWL.Thing, RDFS.Resource, RDFS.Literal) or subject == OWL.Nothing:
        return True
    return isinstance(subject, URIRef) and str(subject).startswith(_BUILT_IN)


def _inconsistencies(messages: list[str], closed: Graph) -> set[Inconsistency]:
    by_text = {str(node): node for triple in closed for node in triple}
    found = set()
    for message in map(str, messages):
        for rule, pattern, sentence in _MESSAGES:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                terms = tuple(by_text.get(text, Literal(text)) for text in match.groups())
                if rule == "cax-dw":  # "A and B" and "B and A" are one finding
                    terms = (*sorted(terms[:2], key=str), *terms[2:])
                found.add(Inconsistency(rule, terms, sentence.format(*(compress(str(term)) for term in terms))))
                break
        else:
            found.add(Inconsistency("unknown", (), message))
    return found
