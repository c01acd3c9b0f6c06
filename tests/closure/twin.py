"""The plain twin of the fast engine: the rule table of `sts_kg.closure.rules`, run as it stands over a set of triples.

Every rule is tried on everything until a round adds nothing. Triples that RDF does not allow (a literal as subject, a
blank node as predicate) are used inside and left out of the answer. Lists are walked without coming back to a node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from typing import cast

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.closure.rules.table import RULES, Rule
from sts_kg.rdf.xsd import ILL_TYPED, SUPPORTED, Value, contains, value

Triple = tuple[Node, Node, Node]
Inconsistency = tuple[str, tuple[Node, ...]]
Patterns = tuple[tuple[str | Node, ...], ...]  # a plain `str` is a term as the rule table writes it
Binding = dict[str, Node]

_NAMESPACES = {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL), "xsd": str(XSD)}
_DATATYPES = tuple(map(URIRef, SUPPORTED))


def close(graph: Graph, *, eq_ref: bool = True) -> tuple[set[Triple], set[Inconsistency]]:
    """Return all that a graph entails, trivial triples too, and its inconsistencies as rule ids with terms.

    The terms are those that the variables of the rule's body stand for and its list members, in the order of the body.
    Without `eq_ref`, no rule concludes that a term is the same as itself.
    """
    known = _Known(graph, eq_ref=eq_ref)
    known.add(_datatype_triples(known.values))
    rules = [rule for rule in RULES.values() if rule.kind != "datatype" and (eq_ref or rule.id != "eq-ref")]
    concluding, size = [rule for rule in rules if rule.head], 0
    while size < len(known.triples):
        size = len(known.triples)
        for rule in concluding:
            known.add({_bound(pattern, binding) for _, head, binding in _firings(rule, known) for pattern in head})
    found = {
        (rule.id, _terms(body, binding))
        for rule in rules
        if not rule.head
        for body, _, binding in _firings(rule, known)
    }
    allowed = {each for each in known.triples if isinstance(each[1], URIRef) and not isinstance(each[0], Literal)}
    return allowed, found | set(_unfit_literals(known))


class _Known:
    """The triples known so far, to be found by any of their terms, and the values of the literals in them."""

    def __init__(self, graph: Graph, *, eq_ref: bool) -> None:
        self.triples: set[Triple] = set()
        self.values: dict[Node, Value | None] = {o: _value(o) for o in graph.objects() if isinstance(o, Literal)}
        self._index: defaultdict[tuple[Node | None, ...], list[Triple]] = defaultdict(list)
        self._eq_ref = True  # an asserted `x owl:sameAs x` stays
        self.add(graph)
        self._eq_ref = eq_ref

    def add(self, triples: Iterable[Triple]) -> None:
        for s, p, o in triples:
            if (s, p, o) not in self.triples and (self._eq_ref or p != OWL.sameAs or s != o):
                self.triples.add((s, p, o))
                for key in product((s, None), (p, None), (o, None)):
                    self._index[key].append((s, p, o))

    def match(self, s: Node | None, p: Node | None, o: Node | None) -> list[Triple]:
        return self._index.get((s, p, o), [])

    def lists(self, node: Node, passed: frozenset[Node] = frozenset()) -> Iterator[tuple[Node, ...]]:
        """Yield the members of each list that begins at a node: several if a node or a member has an equal."""
        if node == RDF.nil:
            yield ()
        elif node not in passed:
            for _, _, rest in self.match(node, RDF.rest, None):
                for members in self.lists(rest, passed | {node}):
                    yield from ((first, *members) for _, _, first in self.match(node, RDF.first, None))


def _firings(rule: Rule, known: _Known) -> Iterator[tuple[Patterns, Patterns, Binding]]:
    """Yield the body and the head of a rule with each way to bind their variables so that the body holds."""
    for literals in _literals(rule, known.values):
        for binding, members in _lists(rule, known):
            for body, head in rule.instances(members):
                filled = _filled(head)
                for solution in _solutions(_filled(body), known, literals | binding):
                    yield body, filled, solution


def _literals(rule: Rule, values: dict[Node, Value | None]) -> Iterator[Binding]:
    """Yield the ways to bind the literals that a rule names: by value, since dt-eq makes equal values the same."""
    terms = [term for pattern in rule.body for term in pattern if term.startswith('"')]
    for term in terms:
        lexical, datatype = term[1:].split('"^^')
        named = value(lexical, str(_iri(datatype)))
        yield from ({term: literal} for literal, known in values.items() if known == named)
    if not terms:
        yield {}


def _lists(rule: Rule, known: _Known) -> Iterator[tuple[Binding, tuple[Node, ...]]]:
    """Yield each list that a rule can be about, with its head bound."""
    if rule.lists is None:
        yield {}, ()
        return
    (predicate,) = (p for _, p, o in rule.body if o == rule.lists.head)
    for head in {head for _, _, head in known.match(None, _iri(predicate), None)}:
        for members in known.lists(head):
            yield {rule.lists.head: head}, members


def _solutions(patterns: Patterns, known: _Known, binding: Binding) -> Iterator[Binding]:
    """Yield the extensions of a binding for which all patterns are known, the pattern with fewest matches first."""
    if not patterns:
        yield binding
        return
    matches, least = min(
        ((known.match(*(_node(term, binding) for term in pattern)), pattern) for pattern in patterns),
        key=lambda pair: len(pair[0]),
    )
    rest = tuple(pattern for pattern in patterns if pattern is not least)
    variables = [(i, str(term)) for i, term in enumerate(least) if type(term) is str and term not in binding]
    for triple in matches:
        longer = dict(binding)
        if all(longer.setdefault(variable, triple[i]) == triple[i] for i, variable in variables):
            yield from _solutions(rest, known, longer)


def _filled(patterns: Patterns) -> Patterns:
    """Return patterns with IRIs for CURIEs, so that a plain `str` is a variable or one of the literals."""
    return tuple(
        tuple(_iri(term) if type(term) is str and not term.startswith(("?", '"')) else term for term in pattern)
        for pattern in patterns
    )


@cache
def _iri(curie: str) -> URIRef:
    prefix, _, name = curie.partition(":")
    return URIRef(_NAMESPACES[prefix] + name)


def _node(term: str | Node, binding: Binding) -> Node | None:
    return binding.get(term) if type(term) is str else cast(Node, term)


def _bound(pattern: tuple[str | Node, ...], binding: Binding) -> Triple:
    s, p, o = (_node(term, binding) for term in pattern)
    assert s is not None and p is not None and o is not None, "the variables of a head are in the body"
    return s, p, o


def _terms(body: Patterns, binding: Binding) -> tuple[Node, ...]:
    """Return what the variables of a body stand for, and its list members; CURIEs are a plain `str` here too."""
    terms = dict.fromkeys(term for pattern in body for term in pattern)
    nodes = (_node(term, binding) for term in terms if type(term) is not str or term.startswith("?"))
    return tuple(node for node in nodes if node is not None)


def _datatype(literal: Node) -> URIRef:
    assert isinstance(literal, Literal)
    return literal.datatype or (RDF.langString if literal.language else XSD.string)


def _value(literal: Literal) -> Value | None:
    return value(str(literal), str(_datatype(literal)), literal.language)


def _datatype_triples(values: dict[Node, Value | None]) -> Iterator[Triple]:
    """Yield what dt-type1, dt-type2, dt-eq and dt-diff conclude of the literals of the graph."""
    yield from ((datatype, RDF.type, RDFS.Datatype) for datatype in _DATATYPES)
    known = {literal: each for literal, each in values.items() if each is not None and each != ILL_TYPED}
    for literal, datatype in product(known, _DATATYPES):
        if contains(datatype, known[literal]):
            yield literal, RDF.type, datatype
    for first, second in product(known, repeat=2):
        yield first, OWL.sameAs if known[first] == known[second] else OWL.differentFrom, second


def _unfit_literals(known: _Known) -> Iterator[Inconsistency]:
    """Yield what dt-not-type finds: literals with a type that lacks their value, as any lacks an ill-typed one."""
    for literal, _, datatype in known.match(None, RDF.type, None):
        its_value = known.values.get(literal)
        if datatype in _DATATYPES and its_value is not None and not contains(str(datatype), its_value):
            yield "dt-not-type", (literal, datatype)
