"""An independent checker of proofs: the rules of OWL 2 RL written anew, each step held against its premises alone.

The patterns are copied by hand from Tables 4 to 9 of W3C OWL 2 Profiles, section 4.3; the rule table, the search and
the values of literals of `sts_kg` are not used. A step is right if its rule concludes it from its premises, whatever
their order; a leaf, if it is asserted; a list, if its premises link its nodes to `rdf:nil`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache
from itertools import combinations

from rdflib import Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.closure.proofs.proof import Proof

Triple = tuple[Node, ...]
Pattern = tuple[str | Node, ...]  # a plain `str` is a variable, or a number in quotes
Binding = dict[str, Node]
Variant = tuple[list[Pattern], list[Pattern]]  # the body and what it concludes, none for false


class WrongStepError(Exception):
    """A step of a proof that does not follow."""


#: Rules without lists: body > head; `=` stands for owl:sameAs, `a` for rdf:type, the rest for its local name.
_PLAIN = """
eq-ref: ?s ?p ?o > ?s = ?s, ?p = ?p, ?o = ?o
eq-sym: ?x = ?y > ?y = ?x
eq-trans: ?x = ?y, ?y = ?z > ?x = ?z
eq-rep-s: ?s = ?t, ?s ?p ?o > ?t ?p ?o
eq-rep-p: ?p = ?q, ?s ?p ?o > ?s ?q ?o
eq-rep-o: ?o = ?u, ?s ?p ?o > ?s ?p ?u
eq-diff1: ?x = ?y, ?x differentFrom ?y >
prp-dom: ?p domain ?c, ?x ?p ?y > ?x a ?c
prp-rng: ?p range ?c, ?x ?p ?y > ?y a ?c
prp-fp: ?p a FunctionalProperty, ?x ?p ?y, ?x ?p ?z > ?y = ?z
prp-ifp: ?p a InverseFunctionalProperty, ?x ?p ?z, ?y ?p ?z > ?x = ?y
prp-irp: ?p a IrreflexiveProperty, ?x ?p ?x >
prp-symp: ?p a SymmetricProperty, ?x ?p ?y > ?y ?p ?x
prp-asyp: ?p a AsymmetricProperty, ?x ?p ?y, ?y ?p ?x >
prp-trp: ?p a TransitiveProperty, ?x ?p ?y, ?y ?p ?z > ?x ?p ?z
prp-spo1: ?p subPropertyOf ?q, ?x ?p ?y > ?x ?q ?y
prp-eqp1: ?p equivalentProperty ?q, ?x ?p ?y > ?x ?q ?y
prp-eqp2: ?p equivalentProperty ?q, ?x ?q ?y > ?x ?p ?y
prp-pdw: ?p propertyDisjointWith ?q, ?x ?p ?y, ?x ?q ?y >
prp-inv1: ?p inverseOf ?q, ?x ?p ?y > ?y ?q ?x
prp-inv2: ?p inverseOf ?q, ?x ?q ?y > ?y ?p ?x
prp-npa1: ?n sourceIndividual ?x, ?n assertionProperty ?p, ?n targetIndividual ?y, ?x ?p ?y >
prp-npa2: ?n sourceIndividual ?x, ?n assertionProperty ?p, ?n targetValue ?y, ?x ?p ?y >
cls-thing: > Thing a Class
cls-nothing1: > Nothing a Class
cls-nothing2: ?x a Nothing >
cls-com: ?c complementOf ?d, ?x a ?c, ?x a ?d >
cls-svf1: ?r someValuesFrom ?c, ?r onProperty ?p, ?u ?p ?v, ?v a ?c > ?u a ?r
cls-svf2: ?r someValuesFrom Thing, ?r onProperty ?p, ?u ?p ?v > ?u a ?r
cls-avf: ?r allValuesFrom ?c, ?r onProperty ?p, ?u a ?r, ?u ?p ?v > ?v a ?c
cls-hv1: ?r hasValue ?y, ?r onProperty ?p, ?u a ?r > ?u ?p ?y
cls-hv2: ?r hasValue ?y, ?r onProperty ?p, ?u ?p ?y > ?u a ?r
cls-maxc1: ?r maxCardinality "0", ?r onProperty ?p, ?u a ?r, ?u ?p ?y >
cls-maxc2: ?r maxCardinality "1", ?r onProperty ?p, ?u a ?r, ?u ?p ?y, ?u ?p ?z > ?y = ?z
cls-maxqc1: ?r maxQualifiedCardinality "0", ?r onProperty ?p, ?r onClass ?c, ?u a ?r, ?u ?p ?y, ?y a ?c >
cls-maxqc2: ?r maxQualifiedCardinality "0", ?r onProperty ?p, ?r onClass Thing, ?u a ?r, ?u ?p ?y >
cls-maxqc3: ?r maxQualifiedCardinality "1", ?r onProperty ?p, ?r onClass ?c, ?u a ?r, ?u ?p ?y, ?y a ?c, ?u ?p ?z, ?z a ?c > ?y = ?z
cls-maxqc4: ?r maxQualifiedCardinality "1", ?r onProperty ?p, ?r onClass Thing, ?u a ?r, ?u ?p ?y, ?u ?p ?z > ?y = ?z
cax-sco: ?c subClassOf ?d, ?x a ?c > ?x a ?d
cax-eqc1: ?c equivalentClass ?d, ?x a ?c > ?x a ?d
cax-eqc2: ?c equivalentClass ?d, ?x a ?d > ?x a ?c
cax-dw: ?c disjointWith ?d, ?x a ?c, ?x a ?d >
scm-cls: ?c a Class > ?c subClassOf ?c, ?c equivalentClass ?c, ?c subClassOf Thing, Nothing subClassOf ?c
scm-sco: ?c subClassOf ?d, ?d subClassOf ?e > ?c subClassOf ?e
scm-eqc1: ?c equivalentClass ?d > ?c subClassOf ?d, ?d subClassOf ?c
scm-eqc2: ?c subClassOf ?d, ?d subClassOf ?c > ?c equivalentClass ?d
scm-op: ?p a ObjectProperty > ?p subPropertyOf ?p, ?p equivalentProperty ?p
scm-dp: ?p a DatatypeProperty > ?p subPropertyOf ?p, ?p equivalentProperty ?p
scm-spo: ?p subPropertyOf ?q, ?q subPropertyOf ?r > ?p subPropertyOf ?r
scm-eqp1: ?p equivalentProperty ?q > ?p subPropertyOf ?q, ?q subPropertyOf ?p
scm-eqp2: ?p subPropertyOf ?q, ?q subPropertyOf ?p > ?p equivalentProperty ?q
scm-dom1: ?p domain ?c, ?c subClassOf ?d > ?p domain ?d
scm-dom2: ?q domain ?c, ?p subPropertyOf ?q > ?p domain ?c
scm-rng1: ?p range ?c, ?c subClassOf ?d > ?p range ?d
scm-rng2: ?q range ?c, ?p subPropertyOf ?q > ?p range ?c
scm-hv: ?c hasValue ?i, ?c onProperty ?p, ?d hasValue ?i, ?d onProperty ?q, ?p subPropertyOf ?q > ?c subClassOf ?d
scm-svf1: ?c someValuesFrom ?y, ?c onProperty ?p, ?d someValuesFrom ?z, ?d onProperty ?p, ?y subClassOf ?z > ?c subClassOf ?d
scm-svf2: ?c someValuesFrom ?y, ?c onProperty ?p, ?d someValuesFrom ?y, ?d onProperty ?q, ?p subPropertyOf ?q > ?c subClassOf ?d
scm-avf1: ?c allValuesFrom ?y, ?c onProperty ?p, ?d allValuesFrom ?z, ?d onProperty ?p, ?y subClassOf ?z > ?c subClassOf ?d
scm-avf2: ?c allValuesFrom ?y, ?c onProperty ?p, ?d allValuesFrom ?y, ?d onProperty ?q, ?p subPropertyOf ?q > ?d subClassOf ?c
"""  # noqa: E501
_RDF = frozenset("type first rest nil".split())
_RDFS = frozenset("domain range subClassOf subPropertyOf Datatype".split())
_ANNOTATIONS = [
    *(RDFS[name] for name in "label comment seeAlso isDefinedBy".split()),
    *(OWL[name] for name in "deprecated versionInfo priorVersion backwardCompatibleWith incompatibleWith".split()),
]


def accept(proof: Proof, asserted: Collection[Triple]) -> None:
    """Raise an error unless each step of a proof follows from its premises, and each leaf is asserted."""
    accepted: set[int] = set()
    waiting = [proof]
    while waiting:
        step = waiting.pop()
        if id(step) not in accepted:
            accepted.add(id(step))
            waiting += step.premises
            _accept(step, asserted)


def _accept(step: Proof, asserted: Collection[Triple]) -> None:
    if step.rule is None:
        right = step.triple in asserted and not step.premises and step.source is not None
    elif step.rule == "LIST":
        right = _is_list(step)
    elif step.rule.startswith("dt-"):
        right = _by_value(step)
    else:
        facts = [premise.triple for premise in step.premises if premise.rule != "LIST"]
        right = any(
            _concludes(head, step.triple, binding)
            for body, head in _variants(step)
            for binding in _matches(body, facts, {})
        )
    if not right:
        raise WrongStepError(f"{step.conclusion} by {step.rule} from {[each.conclusion for each in step.premises]}")


def _concludes(head: list[Pattern], triple: Triple, binding: Binding) -> bool:
    if not head:
        return triple == ()
    return len(triple) == 3 and any(_matched(pattern, triple, binding) is not None for pattern in head)


def _matches(body: Sequence[Pattern], facts: Sequence[Triple], binding: Binding) -> Iterator[Binding]:
    """Yield the ways to bind variables so that each pattern is one of the facts."""
    if not body:
        yield binding
        return
    for fact in facts:
        longer = _matched(body[0], fact, binding)
        if longer is not None:
            yield from _matches(body[1:], facts, longer)


def _matched(pattern: Pattern, fact: Triple, binding: Binding) -> Binding | None:
    longer = dict(binding)
    for term, node in zip(pattern, fact, strict=True):
        if isinstance(term, Node):
            if term != node:
                return None
        elif term[0] == "?":
            if longer.setdefault(term, node) != node:
                return None
        elif not isinstance(node, Literal) or value(node) != ("number", Fraction(term[1:-1])):
            return None
    return longer


# --- rules


@cache
def _plain() -> dict[str, Variant]:
    rules = {}
    for line in _PLAIN.strip().splitlines():
        name, _, rule = line.partition(": ")
        body, _, head = rule.partition(">")
        rules[name] = _patterns(body), _patterns(head)
    return rules


def _patterns(text: str) -> list[Pattern]:
    return [tuple(map(_term, pattern.split())) for pattern in text.split(",") if pattern.strip()]


def _term(word: str) -> str | Node:
    if word[0] in '?"':
        return word
    name = {"=": "sameAs", "a": "type"}.get(word, word)
    return RDF[name] if name in _RDF else RDFS[name] if name in _RDFS else OWL[name]


def _variants(step: Proof) -> Iterator[Variant]:
    """Yield the variants of the rule of a step: for a rule with a list, those for the lists among its premises."""
    assert step.rule is not None
    if step.rule == "prp-ap":
        yield [], [(each, RDF.type, OWL.AnnotationProperty) for each in _ANNOTATIONS]
    elif step.rule in _plain():
        yield _plain()[step.rule]
    for premise in step.premises:
        if premise.rule == "LIST" and premise.members:
            yield from _LISTED[step.rule](premise.triple[0], premise.members)


def _with_list(subject: str, predicate: URIRef, head: Node) -> Pattern:
    return (subject, predicate, head)


def _all_members(kind: URIRef, predicate: URIRef, clash: str) -> Callable[[Node, tuple[Node, ...]], Iterator[Variant]]:
    """Return the variants of a rule about each two members of a list, by what two of them may not have."""

    def variants(head: Node, members: tuple[Node, ...]) -> Iterator[Variant]:
        given: list[Pattern] = [("?axiom", RDF.type, kind), ("?axiom", predicate, head)]
        for first, second in combinations(members, 2):
            named: dict[str | Node, str | Node] = {"?first": first, "?second": second}
            yield [*given, *(tuple(named.get(term, term) for term in each) for each in _patterns(clash))], []

    return variants


def _chain(head: Node, members: tuple[Node, ...]) -> Iterator[Variant]:
    links: list[Pattern] = [(f"?u{i}", p, f"?u{i + 1}") for i, p in enumerate(members)]
    yield [("?p", OWL.propertyChainAxiom, head), *links], [("?u0", "?p", f"?u{len(members)}")]


def _key(head: Node, members: tuple[Node, ...]) -> Iterator[Variant]:
    body: list[Pattern] = [("?c", OWL.hasKey, head), ("?x", RDF.type, "?c"), ("?y", RDF.type, "?c")]
    for i, p in enumerate(members):
        body += [("?x", p, f"?z{i}"), ("?y", p, f"?z{i}")]
    yield body, [("?x", OWL.sameAs, "?y")]


def _intersection(head: Node, members: tuple[Node, ...]) -> Iterator[Variant]:
    yield [("?c", OWL.intersectionOf, head), *(("?x", RDF.type, each) for each in members)], [("?x", RDF.type, "?c")]


def _each(body: str, conclusion: str) -> Callable[[Node, tuple[Node, ...]], Iterator[Variant]]:
    """Return the variants of a rule about each member of a list."""

    def variants(head: Node, members: tuple[Node, ...]) -> Iterator[Variant]:
        for member in members:
            named: dict[str | Node, str | Node] = {"?list": head, "?member": member}
            left, right = (
                [tuple(named.get(term, term) for term in each) for each in _patterns(text)]
                for text in (body, conclusion)
            )
            yield left, right

    return variants


_LISTED: dict[str, Callable[[Node, tuple[Node, ...]], Iterator[Variant]]] = {
    "eq-diff2": _all_members(OWL.AllDifferent, OWL.members, "?first = ?second"),
    "eq-diff3": _all_members(OWL.AllDifferent, OWL.distinctMembers, "?first = ?second"),
    "prp-adp": _all_members(OWL.AllDisjointProperties, OWL.members, "?x ?first ?y, ?x ?second ?y"),
    "cax-adc": _all_members(OWL.AllDisjointClasses, OWL.members, "?x a ?first, ?x a ?second"),
    "prp-spo2": _chain,
    "prp-key": _key,
    "cls-int1": _intersection,
    "cls-int2": _each("?c intersectionOf ?list, ?x a ?c", "?x a ?member"),
    "cls-uni": _each("?c unionOf ?list, ?x a ?member", "?x a ?c"),
    "cls-oo": _each("?c oneOf ?list", "?member a ?c"),
    "scm-int": _each("?c intersectionOf ?list", "?c subClassOf ?member"),
    "scm-uni": _each("?c unionOf ?list", "?member subClassOf ?c"),
}


def _is_list(step: Proof) -> bool:
    facts = {premise.triple for premise in step.premises}
    (node,) = step.triple
    for member in step.members:
        if (node, RDF.first, member) not in facts:
            return False
        # of several, the one that leads on: a node that is the same as rdf:nil leads nowhere
        rests = [o for s, p, o in facts if (s, p) == (node, RDF.rest)]
        if len(rests) != 1:
            return False
        node = rests[0]
    return node == RDF.nil


# --- values

_BITS = {"long": 64, "int": 32, "short": 16, "byte": 8}
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    **{name: (-(2 ** (n - 1)), 2 ** (n - 1) - 1) for name, n in _BITS.items()},
    **{f"unsigned{name.title()}": (0, 2**n - 1) for name, n in _BITS.items()},
}
_STRINGS = {
    "string": r"(?s).*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"|\S+( \S+)*",
    "language": r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
    "Name": r"[A-Za-z_:][\w:.-]*",
    "NCName": r"[A-Za-z_][\w.-]*",
    "NMTOKEN": r"[\w:.-]+",
}
_DATATYPES = frozenset(
    [
        *(XSD[name] for name in (*_INTEGERS, *_STRINGS)),
        *(XSD[name] for name in "decimal double float boolean hexBinary base64Binary anyURI".split()),
        *(XSD[name] for name in "dateTime dateTimeStamp".split()),
        *(RDF.PlainLiteral, RDF.XMLLiteral, RDFS.Literal),
    ]
)
Value = tuple[str, object]


def value(literal: Literal) -> Value | None:
    """Return the value of a literal of a datatype of the random graphs, None if it has none."""
    text, datatype = str(literal), literal.datatype
    if literal.language:
        return "text", (text, literal.language.lower())
    if datatype is None:
        return "text", text
    name = str(datatype).removeprefix(str(XSD))
    if name in _INTEGERS:
        found = ("number", Fraction(int(text))) if re.fullmatch("[+-]?[0-9]+", text) else None
        return found if found and _holds(name, found) else None
    if name in _STRINGS:
        return ("text", text) if re.fullmatch(_STRINGS[name], text) else None
    if name == "decimal":
        return ("number", Fraction(text)) if re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", text) else None
    if name in ("float", "double"):
        return name, float(text)
    if name == "boolean":
        return "boolean", {"1": True, "true": True, "0": False, "false": False}[text]
    if name == "dateTime":
        return "instant", datetime.fromisoformat(text)
    if datatype not in _DATATYPES:
        return None
    raise NotImplementedError(f"the checker does not know the values of {datatype}")


def _holds(name: str, of: Value) -> bool:
    """Return whether the value space of a datatype of XSD holds a value."""
    kind, each = of
    if name in _INTEGERS:
        low, high = _INTEGERS[name]
        return (
            isinstance(each, Fraction)
            and each.denominator == 1
            and (low is None or low <= each)
            and (high is None or each <= high)
        )
    if name in _STRINGS:
        return isinstance(each, str) and re.fullmatch(_STRINGS[name], each) is not None
    if name in ("dateTime", "dateTimeStamp"):
        return isinstance(each, datetime) and (name == "dateTime" or each.tzinfo is not None)
    return kind == {"decimal": "number"}.get(name, name)


def _is_of(literal: Node, datatype: Node) -> bool:
    """Return whether a supported datatype holds the value of a literal."""
    found = value(literal) if isinstance(literal, Literal) else None
    if found is None or datatype not in _DATATYPES:
        return False
    if datatype in (RDFS.Literal, RDF.PlainLiteral):
        return datatype == RDFS.Literal or found[0] == "text"
    return _holds(str(datatype).removeprefix(str(XSD)), found)


def _by_value(step: Proof) -> bool:
    """Return whether a step follows by Table 8."""
    if step.rule == "dt-not-type":
        ((literal, predicate, datatype),) = (premise.triple for premise in step.premises)
        known = isinstance(literal, Literal) and (literal.datatype is None or literal.datatype in _DATATYPES)
        return known and predicate == RDF.type and datatype in _DATATYPES and not _is_of(literal, datatype)
    if step.premises:
        return False
    s, p, o = step.triple
    if step.rule == "dt-type1":
        return s in _DATATYPES and p == RDF.type and o == RDFS.Datatype
    if step.rule == "dt-type2":
        return p == RDF.type and _is_of(s, o)
    first, second = (value(each) if isinstance(each, Literal) else None for each in (s, o))
    if first is None or second is None:
        return False
    return (step.rule, p, first == second) in (("dt-eq", OWL.sameAs, True), ("dt-diff", OWL.differentFrom, False))
