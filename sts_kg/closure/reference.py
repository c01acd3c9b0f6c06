"""The closure by owlrl, the reference engine; the only module that imports it.

Errors of owlrl 7 that this module does not correct (W3C rule ids): `prp-key` leaves out the last property of a key;
`eq-diff2`, `eq-diff3` and `prp-adp` leave out the last member of a list; `dt-eq` and `dt-diff` are missing. The
ontology of sts_kg uses none of these constructs.
"""

from __future__ import annotations

import re

import owlrl
from owlrl.AxiomaticTriples import OWLRL_Datatypes_Disjointness
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.closure.proofs.inconsistency import Inconsistency, inconsistency

__all__ = ["close"]

_Triple = tuple[Node, Node, Node]
_VOCABULARIES = (str(OWL), str(RDFS))

#: owlrl reports an inconsistency as a sentence. The W3C rule and owlrl's sentence; a, b, c and d are the terms in the
#: order of `Rule.reported`.
_MESSAGES = (
    (
        "eq-diff1",
        r"'sameAs' and 'differentFrom' cannot be used on the same subject-object pair: "
        r"\((?P<a>.*), (?P<b>.*)\)",
    ),
    (
        "eq-diff2",
        r"'sameAs' and 'AllDifferent' cannot be used on the same subject-object pair: "
        r"\((?P<a>.*), (?P<b>.*)\)",
    ),
    ("prp-irp", r"Irreflexive property used on (?P<a>\S*) with (?P<b>\S*)"),
    ("prp-asyp", r"Erroneous usage of asymmetric property (?P<a>\S*) on (?P<b>\S*) and (?P<c>.*)"),
    (
        "prp-adp",
        r"Disjoint properties in an 'AllDisjointProperties' are not really disjoint: "
        r"\((?P<c>\S*), (?P<a>\S*),(?P<d>.*)\) and \(\S*,\s?(?P<b>\S*),.*\)",
    ),
    ("prp-pdw", r"Erroneous usage of disjoint properties (?P<a>\S*) and (?P<b>\S*) on (?P<c>\S*) and (?P<d>.*)"),
    ("prp-npa1", r"Negative \(object\) property assertion violated for: \((?P<a>.*), (?P<b>.*), (?P<c>.*)\)"),
    ("prp-npa2", r"Negative \(datatype\) property assertion violated for: \((?P<a>.*), (?P<b>.*), (?P<c>.*)\)"),
    ("cls-nothing2", r"(?P<a>\S*) is defined of type 'Nothing'"),
    # owlrl names the class again in place of the member
    ("cls-com", r"Violation of complementarity for classes (?P<a>\S*) and (?P<b>\S*) on element .*"),
    (
        "dt-not-type",
        r"Violation of type restriction for allValuesFrom in \S* for datatype "
        r"(?P<b>\S*) on value (?P<a>.*)",
    ),
    ("cls-maxc1", r"Erroneous usage of maximum cardinality with (?P<a>\S*) and (?P<b>.*)"),
    ("cls-maxqc1", r"Erroneous usage of maximum qualified cardinality with (?P<a>\S*), (?P<b>\S*) and (?P<c>.*)"),
    ("cax-dw", r"Disjoint classes (?P<a>\S*) and (?P<b>\S*) have a common individual (?P<c>.*)"),
)


#: What owlrl says of ill-typed literals, of which Table 8 concludes nothing.
_ILL_TYPED = re.compile(r"Lexical value of the literal '.*' does not match its datatype \(.*\)", re.DOTALL)

#: What owlrl adds though no rule of OWL 2 RL concludes it: more datatypes, and which datatypes are disjoint.
_OWN = {(datatype, RDF.type, RDFS.Datatype) for datatype in (XSD.date, XSD.time, RDF.HTML, RDF.langString)} | {
    *OWLRL_Datatypes_Disjointness
}


class _Semantics(owlrl.OWLRL_Semantics):  # type: ignore[misc] # owlrl carries no types
    """owlrl's rules without eq-ref, by which every term is the same as itself; its errors are collected.

    owlrl tries every rule on every triple in every round. But all its rules except eq-ref begin at a triple of the OWL
    or RDFS vocabulary. Only these triples are tried here: many times faster, with the same result.
    """

    error_messages: list[str]

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, axioms=False, daxioms=False)
        self.known = set(graph)  # asking a set is many times faster than asking the store

    def rules(self, t: _Triple, cycle_num: int) -> None:
        _, predicate, object_ = t
        begins = object_ if predicate == RDF.type else predicate
        if predicate == RDFS.subClassOf:  # most triples by far; only these two groups begin there
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
        self.found, self.error_messages = self.error_messages, []  # else owlrl adds them to the graph


def close(graph: Graph) -> tuple[list[_Triple], tuple[Inconsistency, ...]]:
    """Return the triples that follow from a graph and are not in it, and its inconsistencies."""
    closed = Graph(store="SimpleMemory")  # a third faster under owlrl than the default store
    for triple in graph:
        closed.add(triple)
    core = _Semantics(closed)
    core.closure()
    derived = [
        triple
        for triple in closed
        if triple not in graph and not isinstance(triple[0], Literal) and isinstance(triple[1], URIRef)
        if triple not in _OWN
    ]
    return derived, tuple(sorted(_inconsistencies(core.found, closed), key=str))


def _inconsistencies(messages: list[str], closed: Graph) -> set[Inconsistency]:
    by_text = {str(node): node for triple in closed for node in triple}
    found = set()
    for message in (text for text in map(str, messages) if not _ILL_TYPED.fullmatch(text)):
        for rule, pattern in _MESSAGES:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                terms = [by_text.get(text, Literal(text)) for _, text in sorted(match.groupdict().items())]
                found.add(inconsistency(rule, terms))
                break
        else:
            found.add(Inconsistency("unknown", (), message))
    return found
