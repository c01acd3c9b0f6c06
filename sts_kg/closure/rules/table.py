"""The 78 OWL 2 RL/RDF rules as a table: W3C OWL 2 Profiles (2nd ed.), section 4.3, Tables 4 to 9.

Ids, variable letters, order of the patterns and order of the rules are those of the specification. The code that
evaluates, proves and documents the rules reads this table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeVar, cast

__all__ = [
    "ANNOTATION_PROPERTIES",
    "RULES",
    "Kind",
    "ListPattern",
    "Pattern",
    "Rule",
    "Spread",
    "Term",
    "notation",
]

#: A variable (`?x`), a CURIE of rdf, rdfs, owl or xsd (`owl:sameAs`), or a literal (`"0"^^xsd:nonNegativeInteger`).
Term = str
Pattern = tuple[Term, Term, Term]
Kind = Literal["plain", "list", "key", "chain", "datatype", "axiom"]
Spread = Literal["each", "pairs", "all"]
T = TypeVar("T")


@dataclass(frozen=True)
class ListPattern:
    """The part `LIST[?x, ?c1, …, ?cn]` of a body; it matches an `rdf:List` of one or more members.

    `head` is the variable of the list (`?x`), `member` that of its members (`?c{i}`). `spread` is how many variants of
    the rule a list of n members gives: "each" one for each i, "pairs" one for each i < j, "all" a single one.
    """

    head: Term
    member: Term
    spread: Spread


@dataclass(frozen=True)
class Rule:
    """A rule: where `body` holds, `head` follows; an empty body always holds, an empty head is *false*.

    With `lists`, the patterns have numbers to fill in: `?c{i}`, `?c{j}`, `?u{i+1}`, `?u{n+1}`. Where `lists.spread` is
    "all", a pattern with `{i}` means n patterns; `instances` writes them out. The object of one pattern is
    `lists.head`. `where` is a condition in words; only rules of the kind "datatype" have one.

    Only rules that conclude *false* have the last three: `contradiction` is a sentence with a place `{}` for each of
    the terms that the rule reports, `reported` names these terms in that order, and `symmetric` says that the first
    two may change places: "A and B are disjoint" and "B and A are disjoint" are one contradiction.
    """

    id: str
    table: int
    meaning: str
    body: tuple[Pattern, ...]
    head: tuple[Pattern, ...]
    kind: Kind = "plain"
    lists: ListPattern | None = None
    where: str = ""
    contradiction: str = ""
    reported: tuple[Term, ...] = ()
    symmetric: bool = False

    def instances(
        self, members: Sequence[T] = ()
    ) -> Iterator[tuple[tuple[tuple[Term | T, ...], ...], tuple[tuple[Term | T, ...], ...]]]:
        r"""Yield the variants of the rule, as body and head, for a list with the given members.

        A rule without a list has one variant, itself. With a list, the members replace their variables; the empty list
        gives no variant, as the specification's LIST has at least one member.

        Parameters
        ----------
        members : sequence of n
            The members of the list in its order.

        Examples
        --------
        >>> for body, head in RULES["prp-spo2"].instances(["ex:parent", "ex:brother"]):
        ...     print(*body, *head, sep="\n")
        ('?p', 'owl:propertyChainAxiom', '?x')
        ('?u1', 'ex:parent', '?u2')
        ('?u2', 'ex:brother', '?u3')
        ('?u1', '?p', '?u3')
        >>> [head for body, head in RULES["scm-uni"].instances(["ex:A", "ex:B"])]
        [(('ex:A', 'rdfs:subClassOf', '?c'),), (('ex:B', 'rdfs:subClassOf', '?c'),)]
        """
        if self.lists is None:
            yield self.body, self.head
            return
        named: dict[Term, Term | T] = {self.lists.member.format(i=i): each for i, each in enumerate(members, 1)}
        for variant in _variants(self.lists.spread, len(members)):
            body, head = (
                tuple(
                    tuple(named.get(term, term) for term in pattern)
                    for written in patterns
                    for pattern in _numbered(written, variant)
                )
                for patterns in (self.body, self.head)
            )
            yield body, head


def _variants(spread: Spread, n: int) -> Iterator[list[dict[str, int]]]:
    """Yield the numberings of each variant: n if its patterns are repeated, else one."""
    if spread == "pairs":
        yield from ([{"i": i, "j": j}] for i, j in combinations(range(1, n + 1), 2))
        return
    numberings = [{"i": i, "i+1": i + 1, "n+1": n + 1} for i in range(1, n + 1)]
    if spread == "each":
        yield from ([numbers] for numbers in numberings)
    elif numberings:
        yield numberings


def _numbered(pattern: Pattern, numberings: Sequence[Mapping[str, object]]) -> list[Pattern]:
    """Return the pattern once for each numbering, or once if it has no `{i}`."""
    s, p, o = pattern
    repeated = numberings if "{i" in "".join(pattern) else numberings[:1]
    return [(s.format(**numbers), p.format(**numbers), o.format(**numbers)) for numbers in repeated]


def notation(rule: Rule) -> str:
    """Return a rule as one line, written as the specification does.

    Examples
    --------
    >>> notation(RULES["prp-dom"])
    'T(?p, rdfs:domain, ?c), T(?x, ?p, ?y) → T(?x, rdf:type, ?c)'
    >>> notation(RULES["cls-uni"])
    'T(?c, owl:unionOf, ?x), LIST[?x, ?c1, …, ?cn], T(?y, rdf:type, ?ci) → T(?y, rdf:type, ?c), for each 1 ≤ i ≤ n'
    >>> notation(RULES["scm-uni"])
    'T(?c, owl:unionOf, ?x), LIST[?x, ?c1, …, ?cn] → T(?c1, rdfs:subClassOf, ?c), …, T(?cn, rdfs:subClassOf, ?c)'
    """
    first_and_last: list[dict[str, object]] = [
        {"i": 1, "i+1": 2, "n+1": "n+1"},
        {"i": "n", "i+1": "n+1", "n+1": "n+1"},
    ]
    numberings, where = first_and_last, rule.where
    if rule.lists and rule.lists.spread == "pairs":
        numberings, where = [{"i": "i", "j": "j"}], "for each 1 ≤ i < j ≤ n"
    elif rule.lists and rule.lists.spread == "each" and any("{i}" in "".join(pattern) for pattern in rule.body):
        numberings, where = [{"i": "i"}], "for each 1 ≤ i ≤ n"

    def written(patterns: tuple[Pattern, ...]) -> Iterator[str]:
        for pattern in patterns:
            yield ", …, ".join(f"T({', '.join(each)})" for each in _numbered(pattern, numberings))
            if rule.lists and pattern[2] == rule.lists.head:
                first, last = (rule.lists.member.format(**numbers) for numbers in first_and_last)
                yield f"LIST[{rule.lists.head}, {first}, …, {last}]"

    line = f"{', '.join(written(rule.body)) or 'true'} → {', '.join(written(rule.head)) or 'false'}"
    return f"{line}, {where}" if where else line


# For each rule its id, its kind if that is special, and its meaning; below, the patterns, separated by points. The
# list pattern is written `LIST spread head member`. After *false* stands the sentence of the contradiction, with the
# terms that the rule reports in brackets.
_TABLES = {
    4: """\
eq-ref (axiom): Every term of a triple is the same as itself.
    ?s ?p ?o → ?s owl:sameAs ?s . ?p owl:sameAs ?p . ?o owl:sameAs ?o
eq-sym: Sameness holds in both directions.
    ?x owl:sameAs ?y → ?y owl:sameAs ?x
eq-trans: Two things that are the same as a third are the same.
    ?x owl:sameAs ?y . ?y owl:sameAs ?z → ?x owl:sameAs ?z
eq-rep-s: Equal terms are subjects of the same triples.
    ?s owl:sameAs ?s' . ?s ?p ?o → ?s' ?p ?o
eq-rep-p: Equal terms are predicates of the same triples.
    ?p owl:sameAs ?p' . ?s ?p ?o → ?s ?p' ?o
eq-rep-o: Equal terms are objects of the same triples.
    ?o owl:sameAs ?o' . ?s ?p ?o → ?s ?p ?o'
eq-diff1: Two things cannot be both the same and different.
    ?x owl:sameAs ?y . ?x owl:differentFrom ?y
        → false: [?x] and [?y] are the same and different
eq-diff2: No two members of an owl:AllDifferent with owl:members are the same.
    ?x rdf:type owl:AllDifferent . ?x owl:members ?y . LIST pairs ?y ?z{i} . ?z{i} owl:sameAs ?z{j}
        → false: [?z{i}] and [?z{j}] are the same and in one owl:AllDifferent
eq-diff3: No two members of an owl:AllDifferent with owl:distinctMembers are the same.
    ?x rdf:type owl:AllDifferent . ?x owl:distinctMembers ?y . LIST pairs ?y ?z{i} . ?z{i} owl:sameAs ?z{j}
        → false: [?z{i}] and [?z{j}] are the same and in one owl:AllDifferent
""",
    5: """\
prp-ap (axiom): The built-in annotation properties are annotation properties.
    true → rdfs:label rdf:type owl:AnnotationProperty . rdfs:comment rdf:type owl:AnnotationProperty .
        rdfs:seeAlso rdf:type owl:AnnotationProperty . rdfs:isDefinedBy rdf:type owl:AnnotationProperty .
        owl:deprecated rdf:type owl:AnnotationProperty . owl:versionInfo rdf:type owl:AnnotationProperty .
        owl:priorVersion rdf:type owl:AnnotationProperty .
        owl:backwardCompatibleWith rdf:type owl:AnnotationProperty .
        owl:incompatibleWith rdf:type owl:AnnotationProperty
prp-dom: The subject of a property is in the property's domain.
    ?p rdfs:domain ?c . ?x ?p ?y → ?x rdf:type ?c
prp-rng: The value of a property is in the property's range.
    ?p rdfs:range ?c . ?x ?p ?y → ?y rdf:type ?c
prp-fp: Two values that a functional property has for one subject are the same.
    ?p rdf:type owl:FunctionalProperty . ?x ?p ?y1 . ?x ?p ?y2 → ?y1 owl:sameAs ?y2
prp-ifp: Two subjects that share a value of an inverse functional property are the same.
    ?p rdf:type owl:InverseFunctionalProperty . ?x1 ?p ?y . ?x2 ?p ?y → ?x1 owl:sameAs ?x2
prp-irp: An irreflexive property relates nothing to itself.
    ?p rdf:type owl:IrreflexiveProperty . ?x ?p ?x
        → false: [?x] is related to itself by the irreflexive [?p]
prp-symp: A symmetric property holds in both directions.
    ?p rdf:type owl:SymmetricProperty . ?x ?p ?y → ?y ?p ?x
prp-asyp: An asymmetric property never holds in both directions.
    ?p rdf:type owl:AsymmetricProperty . ?x ?p ?y . ?y ?p ?x
        → false: the asymmetric [?p] holds both ways between [?x] and [?y]
prp-trp: A transitive property reaches across a step between.
    ?p rdf:type owl:TransitiveProperty . ?x ?p ?y . ?y ?p ?z → ?x ?p ?z
prp-spo1: What a property relates, its super-property relates too.
    ?p1 rdfs:subPropertyOf ?p2 . ?x ?p1 ?y → ?x ?p2 ?y
prp-spo2 (chain): The two ends of a path along a property chain are related by the property of the chain.
    ?p owl:propertyChainAxiom ?x . LIST all ?x ?p{i} . ?u{i} ?p{i} ?u{i+1} → ?u1 ?p ?u{n+1}
prp-eqp1: What the first of two equivalent properties relates, the second relates too.
    ?p1 owl:equivalentProperty ?p2 . ?x ?p1 ?y → ?x ?p2 ?y
prp-eqp2: What the second of two equivalent properties relates, the first relates too.
    ?p1 owl:equivalentProperty ?p2 . ?x ?p2 ?y → ?x ?p1 ?y
prp-pdw: Two disjoint properties never relate the same pair.
    ?p1 owl:propertyDisjointWith ?p2 . ?x ?p1 ?y . ?x ?p2 ?y
        → false (symmetric): the disjoint [?p1] and [?p2] both relate [?x] and [?y]
prp-adp: No two members of an owl:AllDisjointProperties relate the same pair.
    ?x rdf:type owl:AllDisjointProperties . ?x owl:members ?y . LIST pairs ?y ?p{i} . ?u ?p{i} ?v . ?u ?p{j} ?v
        → false: the disjoint [?p{i}] and [?p{j}] both relate [?u] and [?v]
prp-inv1: What a property relates, its inverse relates the other way round.
    ?p1 owl:inverseOf ?p2 . ?x ?p1 ?y → ?y ?p2 ?x
prp-inv2: What the inverse of a property relates, the property relates the other way round.
    ?p1 owl:inverseOf ?p2 . ?x ?p2 ?y → ?y ?p1 ?x
prp-key (key): Two members of a class that share a value of every property of its key are the same.
    ?c owl:hasKey ?u . LIST all ?u ?p{i} . ?x rdf:type ?c . ?x ?p{i} ?z{i} . ?y rdf:type ?c . ?y ?p{i} ?z{i}
        → ?x owl:sameAs ?y
prp-npa1: A negative assertion denies that its property relates its two individuals.
    ?x owl:sourceIndividual ?i1 . ?x owl:assertionProperty ?p . ?x owl:targetIndividual ?i2 . ?i1 ?p ?i2
        → false: [?i1] [?p] [?i2] is also denied
prp-npa2: A negative assertion denies that its property has its value for its individual.
    ?x owl:sourceIndividual ?i . ?x owl:assertionProperty ?p . ?x owl:targetValue ?lt . ?i ?p ?lt
        → false: [?i] [?p] [?lt] is also denied
""",
    6: """\
cls-thing (axiom): owl:Thing is a class.
    true → owl:Thing rdf:type owl:Class
cls-nothing1 (axiom): owl:Nothing is a class.
    true → owl:Nothing rdf:type owl:Class
cls-nothing2: owl:Nothing has no member.
    ?x rdf:type owl:Nothing
        → false: [?x] is in owl:Nothing
cls-int1: What is in every class of an intersection is in the intersection.
    ?c owl:intersectionOf ?x . LIST all ?x ?c{i} . ?y rdf:type ?c{i} → ?y rdf:type ?c
cls-int2: What is in an intersection is in each of its classes.
    ?c owl:intersectionOf ?x . LIST each ?x ?c{i} . ?y rdf:type ?c → ?y rdf:type ?c{i}
cls-uni: What is in one of the classes of a union is in the union.
    ?c owl:unionOf ?x . LIST each ?x ?c{i} . ?y rdf:type ?c{i} → ?y rdf:type ?c
cls-com: Nothing is both in a class and in its complement.
    ?c1 owl:complementOf ?c2 . ?x rdf:type ?c1 . ?x rdf:type ?c2
        → false: [?c1] and its complement [?c2] share [?x]
cls-svf1: What has a value in the class asked for is in the restriction.
    ?x owl:someValuesFrom ?y . ?x owl:onProperty ?p . ?u ?p ?v . ?v rdf:type ?y → ?u rdf:type ?x
cls-svf2: What has any value is in the restriction that asks for some thing.
    ?x owl:someValuesFrom owl:Thing . ?x owl:onProperty ?p . ?u ?p ?v → ?u rdf:type ?x
cls-avf: Each value of what is in the restriction is in the class that it asks of all values.
    ?x owl:allValuesFrom ?y . ?x owl:onProperty ?p . ?u rdf:type ?x . ?u ?p ?v → ?v rdf:type ?y
cls-hv1: What is in a restriction to one value has that value.
    ?x owl:hasValue ?y . ?x owl:onProperty ?p . ?u rdf:type ?x → ?u ?p ?y
cls-hv2: What has the one value is in the restriction to it.
    ?x owl:hasValue ?y . ?x owl:onProperty ?p . ?u ?p ?y → ?u rdf:type ?x
cls-maxc1: What may have no value has none.
    ?x owl:maxCardinality "0"^^xsd:nonNegativeInteger . ?x owl:onProperty ?p . ?u rdf:type ?x . ?u ?p ?y
        → false: [?x] allows no value, and [?y] is one
cls-maxc2: Two values of what may have only one are the same.
    ?x owl:maxCardinality "1"^^xsd:nonNegativeInteger . ?x owl:onProperty ?p . ?u rdf:type ?x . ?u ?p ?y1 .
        ?u ?p ?y2 → ?y1 owl:sameAs ?y2
cls-maxqc1: What may have no value in a class has none in it.
    ?x owl:maxQualifiedCardinality "0"^^xsd:nonNegativeInteger . ?x owl:onProperty ?p . ?x owl:onClass ?c . ?u rdf:type
        ?x . ?u ?p ?y . ?y rdf:type ?c
        → false: [?x] allows no value in [?c], and [?y] is one
cls-maxqc2: What may have no value in owl:Thing has none at all.
    ?x owl:maxQualifiedCardinality "0"^^xsd:nonNegativeInteger . ?x owl:onProperty ?p . ?x owl:onClass owl:Thing . ?u
        rdf:type ?x . ?u ?p ?y
        → false: [?x] allows no value in [owl:Thing], and [?y] is one
cls-maxqc3: Two values in a class are the same where only one in it is allowed.
    ?x owl:maxQualifiedCardinality "1"^^xsd:nonNegativeInteger . ?x owl:onProperty ?p . ?x owl:onClass ?c .
        ?u rdf:type ?x . ?u ?p ?y1 . ?y1 rdf:type ?c . ?u ?p ?y2 . ?y2 rdf:type ?c → ?y1 owl:sameAs ?y2
cls-maxqc4: Any two values are the same where only one in owl:Thing is allowed.
    ?x owl:maxQualifiedCardinality "1"^^xsd:nonNegativeInteger . ?x owl:onProperty ?p .
        ?x owl:onClass owl:Thing . ?u rdf:type ?x . ?u ?p ?y1 . ?u ?p ?y2 → ?y1 owl:sameAs ?y2
cls-oo: Each of the individuals that a class lists is in the class.
    ?c owl:oneOf ?x . LIST each ?x ?y{i} → ?y{i} rdf:type ?c
""",
    7: """\
cax-sco: What is in a class is in its superclass.
    ?c1 rdfs:subClassOf ?c2 . ?x rdf:type ?c1 → ?x rdf:type ?c2
cax-eqc1: What is in the first of two equivalent classes is in the second.
    ?c1 owl:equivalentClass ?c2 . ?x rdf:type ?c1 → ?x rdf:type ?c2
cax-eqc2: What is in the second of two equivalent classes is in the first.
    ?c1 owl:equivalentClass ?c2 . ?x rdf:type ?c2 → ?x rdf:type ?c1
cax-dw: Nothing is in two disjoint classes.
    ?c1 owl:disjointWith ?c2 . ?x rdf:type ?c1 . ?x rdf:type ?c2
        → false (symmetric): the disjoint classes [?c1] and [?c2] share [?x]
cax-adc: Nothing is in two members of an owl:AllDisjointClasses.
    ?x rdf:type owl:AllDisjointClasses . ?x owl:members ?y . LIST pairs ?y ?c{i} . ?z rdf:type ?c{i} . ?z rdf:type
        ?c{j}
        → false: the disjoint classes [?c{i}] and [?c{j}] share [?z]
""",
    8: """\
dt-type1 (datatype): The supported datatypes are datatypes.
    true → ?dt rdf:type rdfs:Datatype, for each supported datatype ?dt
dt-type2 (datatype): A literal is in each datatype whose value space holds its value.
    true → ?lt rdf:type ?dt, for each literal ?lt whose value is in the value space of the supported datatype
        ?dt
dt-eq (datatype): Two literals with one value are the same.
    true → ?lt1 owl:sameAs ?lt2, for all literals ?lt1 and ?lt2 with the same value
dt-diff (datatype): Two literals with two values are different.
    true → ?lt1 owl:differentFrom ?lt2, for all literals ?lt1 and ?lt2 with different values
dt-not-type (datatype): No literal is in a datatype whose value space lacks its value.
    ?lt rdf:type ?dt → false, for each literal ?lt whose value is not in the value space of the supported
        datatype ?dt: the literal [?lt] is not a value of [?dt]
""",
    9: """\
scm-cls: Every class is below and equivalent to itself, below owl:Thing and above owl:Nothing.
    ?c rdf:type owl:Class → ?c rdfs:subClassOf ?c . ?c owl:equivalentClass ?c . ?c rdfs:subClassOf owl:Thing .
        owl:Nothing rdfs:subClassOf ?c
scm-sco: A superclass of a superclass is a superclass.
    ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c3 → ?c1 rdfs:subClassOf ?c3
scm-eqc1: Equivalent classes are below each other.
    ?c1 owl:equivalentClass ?c2 → ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c1
scm-eqc2: Classes below each other are equivalent.
    ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c1 → ?c1 owl:equivalentClass ?c2
scm-op: Every object property is below and equivalent to itself.
    ?p rdf:type owl:ObjectProperty → ?p rdfs:subPropertyOf ?p . ?p owl:equivalentProperty ?p
scm-dp: Every data property is below and equivalent to itself.
    ?p rdf:type owl:DatatypeProperty → ?p rdfs:subPropertyOf ?p . ?p owl:equivalentProperty ?p
scm-spo: A super-property of a super-property is a super-property.
    ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p3 → ?p1 rdfs:subPropertyOf ?p3
scm-eqp1: Equivalent properties are below each other.
    ?p1 owl:equivalentProperty ?p2 → ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p1
scm-eqp2: Properties below each other are equivalent.
    ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p1 → ?p1 owl:equivalentProperty ?p2
scm-dom1: A superclass of a domain is a domain.
    ?p rdfs:domain ?c1 . ?c1 rdfs:subClassOf ?c2 → ?p rdfs:domain ?c2
scm-dom2: A property has the domains of its super-property.
    ?p2 rdfs:domain ?c . ?p1 rdfs:subPropertyOf ?p2 → ?p1 rdfs:domain ?c
scm-rng1: A superclass of a range is a range.
    ?p rdfs:range ?c1 . ?c1 rdfs:subClassOf ?c2 → ?p rdfs:range ?c2
scm-rng2: A property has the ranges of its super-property.
    ?p2 rdfs:range ?c . ?p1 rdfs:subPropertyOf ?p2 → ?p1 rdfs:range ?c
scm-hv: Of two restrictions to one value, that on the sub-property is below the other.
    ?c1 owl:hasValue ?i . ?c1 owl:onProperty ?p1 . ?c2 owl:hasValue ?i . ?c2 owl:onProperty ?p2 .
        ?p1 rdfs:subPropertyOf ?p2 → ?c1 rdfs:subClassOf ?c2
scm-svf1: Of two restrictions to some value of one property, that to the subclass is below the other.
    ?c1 owl:someValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:someValuesFrom ?y2 . ?c2 owl:onProperty ?p .
        ?y1 rdfs:subClassOf ?y2 → ?c1 rdfs:subClassOf ?c2
scm-svf2: Of two restrictions to some value in one class, that on the sub-property is below the other.
    ?c1 owl:someValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:someValuesFrom ?y . ?c2 owl:onProperty ?p2 .
        ?p1 rdfs:subPropertyOf ?p2 → ?c1 rdfs:subClassOf ?c2
scm-avf1: Of two restrictions of all values of one property, that to the subclass is below the other.
    ?c1 owl:allValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:allValuesFrom ?y2 . ?c2 owl:onProperty ?p .
        ?y1 rdfs:subClassOf ?y2 → ?c1 rdfs:subClassOf ?c2
scm-avf2: Of two restrictions of all values to one class, that on the super-property is below the other.
    ?c1 owl:allValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:allValuesFrom ?y . ?c2 owl:onProperty ?p2 .
        ?p1 rdfs:subPropertyOf ?p2 → ?c2 rdfs:subClassOf ?c1
scm-int: An intersection is below each of its classes.
    ?c owl:intersectionOf ?x . LIST each ?x ?c{i} → ?c rdfs:subClassOf ?c{i}
scm-uni: Each class of a union is below the union.
    ?c owl:unionOf ?x . LIST each ?x ?c{i} → ?c{i} rdfs:subClassOf ?c
""",
}
_ENTRY = re.compile(r"^(?P<id>\S+)(?: \((?P<kind>\w+)\))?: (?P<meaning>.+)\n(?P<patterns>(?:    .+\n)+)", re.MULTILINE)
_REPORTED = re.compile(r"\[(\S+)\]")


def _rule(table: int, entry: re.Match[str]) -> Rule:
    """Return the rule that an entry of a table writes."""
    body, conclusion = " ".join(entry["patterns"].split()).split(" → ")
    head_and_where, _, sentence = conclusion.partition(": ")
    head, _, where = head_and_where.partition(", ")
    lists, plain = None, []
    for pattern in body.split(" . "):
        if pattern.startswith("LIST "):
            _, spread, variable, member = pattern.split()
            lists = ListPattern(variable, member, cast(Spread, spread))
        else:
            plain.append(pattern)
    kind = cast(Kind, entry["kind"] or ("list" if lists else "plain"))
    return Rule(
        id=entry["id"],
        table=table,
        meaning=entry["meaning"],
        body=_patterns(plain),
        head=() if head.startswith("false") else _patterns(head.split(" . ")),
        kind=kind,
        lists=lists,
        where=where,
        contradiction=_REPORTED.sub("{}", sentence),
        reported=tuple(_REPORTED.findall(sentence)),
        symmetric=head == "false (symmetric)",
    )


def _patterns(texts: list[str]) -> tuple[Pattern, ...]:
    parts = [text.split() for text in texts if text != "true"]
    return tuple((s, p, o) for s, p, o in parts)


#: The rules by id, in the order of the specification.
RULES = {entry["id"]: _rule(table, entry) for table, text in _TABLES.items() for entry in _ENTRY.finditer(text)}

#: The built-in annotation properties, as prp-ap lists them.
ANNOTATION_PROPERTIES = tuple(s for s, _, _ in RULES["prp-ap"].head)
