"""For each rule of OWL 2 RL premises, what follows from them, and near misses: the premise with one thing changed.

Turtle with the prefixes of `PREFIXES`; restrictions and lists have names, so that conclusions need no blank nodes. A
literal cannot be a subject, so what is concluded of literals shows in a restriction `:R` on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sts_kg.closure.rules.checks import CHECK_RULES

PREFIXES = """
@prefix : <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@dataclass(frozen=True)
class Case:
    """A premise, what it entails (Turtle), the rule ids that it must report, and what it must not entail (Turtle).

    Each near miss replaces one piece of the premise, which is in it once; its closure is consistent and has no triple
    of `entails`. `reflexive` says that the case rests on eq-ref: that everything is the same as itself.
    """

    rule: str
    name: str
    premise: str
    entails: str
    reports: frozenset[str]
    absent: str
    misses: tuple[tuple[str, str], ...]
    reflexive: bool = False

    @property
    def id(self) -> str:
        return f"{self.rule}:{self.name}" if self.name else self.rule


def case(
    rule: str,
    premise: str,
    entails: str = "",
    *misses: tuple[str, str],
    name: str = "",
    reports: str = "",
    absent: str = "",
    reflexive: bool = False,
) -> Case:
    """Return a case; a rule that concludes false is reported unless `reports` names another."""
    reported = reports.split() or ([rule] if rule in CHECK_RULES else [])
    return Case(rule, name, premise, entails, frozenset(reported), absent, misses, reflexive)


_DIFFERENT = "[] a owl:AllDifferent ; {members} ( :a :b :c ) . "
_CARDINALITY = ":C owl:onProperty :p ; owl:{kind} {n} . :x a :C ; :p :y , :z . :y a :D . :z a :D . "
_ZERO, _ONE = '"0"^^xsd:nonNegativeInteger', '"1"^^xsd:nonNegativeInteger'
_NPA = ":n owl:sourceIndividual :x ; owl:assertionProperty :p ; "

#: Tables 4 to 7 and 9, in the order of the specification.
CASES = [
    case("eq-ref", ":s :p :o .", ":s owl:sameAs :s .", (":s", ":t"), name="subject", reflexive=True),
    case("eq-ref", ":s :p :o .", ":p owl:sameAs :p .", (":p", ":q"), name="predicate", reflexive=True),
    case("eq-ref", ":s :p :o .", ":o owl:sameAs :o .", (":o", ":q"), name="object", reflexive=True),
    case("eq-sym", ":x owl:sameAs :y .", ":y owl:sameAs :x .", ("owl:sameAs", "owl:differentFrom")),
    case(
        "eq-trans",
        ":x owl:sameAs :y . :y owl:sameAs :z .",
        ":x owl:sameAs :z .",
        (":y owl:sameAs :z", ":w owl:sameAs :z"),
    ),
    case("eq-rep-s", ":s owl:sameAs :t . :s :p :o .", ":t :p :o .", ("owl:sameAs", ":sameAs"), (":s :p", ":u :p")),
    case("eq-rep-p", ":p owl:sameAs :q . :s :p :o .", ":s :q :o .", ("owl:sameAs", ":sameAs"), (":s :p", ":s :r")),
    case("eq-rep-o", ":o owl:sameAs :u . :s :p :o .", ":s :p :u .", ("owl:sameAs", ":sameAs"), (":p :o", ":p :v")),
    case("eq-diff1", ":x owl:sameAs :y ; owl:differentFrom :y .", "", ("differentFrom :y", "differentFrom :z")),
    case(
        "eq-diff1",
        ":x owl:differentFrom :x .",
        "",
        ("differentFrom :x", "differentFrom :y"),
        name="itself",
        reflexive=True,
    ),
    *(
        case(
            rule,
            _DIFFERENT.format(members=members) + f"{pair} .",
            "",
            ("owl:AllDifferent", "owl:AllDisjointClasses"),
            (members, "owl:oneOf"),
            ("sameAs", "differentFrom"),
            name=name,
        )
        for rule, members in (("eq-diff2", "owl:members"), ("eq-diff3", "owl:distinctMembers"))
        for name, pair in (
            ("first-and-second", ":a owl:sameAs :b"),
            ("second-and-third", ":b owl:sameAs :c"),
            ("first-and-third", ":c owl:sameAs :a"),
        )
    ),
    *(
        case(
            rule,
            f"[] a owl:AllDifferent ; {members} ( :a :b ) . :a owl:sameAs :b .",
            "",
            (":a :b )", ":a )"),
            name="two-members",
        )
        for rule, members in (("eq-diff2", "owl:members"), ("eq-diff3", "owl:distinctMembers"))
    ),
    case(
        "eq-diff2",
        "[] a owl:AllDifferent ; owl:members ( :a :a ) .",
        "",
        (":a :a", ":a"),
        name="one-twice",
        reflexive=True,
    ),
    case(
        "eq-diff3",
        "[] a owl:AllDifferent ; owl:distinctMembers ( :a :b :a ) .",
        "",
        (":b :a", ":b"),
        name="one-twice",
        reflexive=True,
    ),
    case(
        "prp-ap",
        "",
        " ".join(
            f"{ap} a owl:AnnotationProperty ."
            for ap in (
                "rdfs:label rdfs:comment rdfs:seeAlso rdfs:isDefinedBy owl:deprecated owl:versionInfo "
                "owl:priorVersion owl:backwardCompatibleWith owl:incompatibleWith"
            ).split()
        ),
        absent="owl:versionIRI a owl:AnnotationProperty . rdfs:label a owl:DatatypeProperty .",
    ),
    case(
        "prp-dom",
        ":p rdfs:domain :C . :x :p :y .",
        ":x a :C .",
        ("domain", "range"),
        (":x :p", ":x :q"),
        absent=":y a :C .",
    ),
    case(
        "prp-rng",
        ":p rdfs:range :C . :x :p :y .",
        ":y a :C .",
        ("range", "domain"),
        (":x :p", ":x :q"),
        absent=":x a :C .",
    ),
    case(
        "prp-fp",
        ":p a owl:FunctionalProperty . :x :p :y . :x :p :z .",
        ":y owl:sameAs :z .",
        ("FunctionalProperty", "InverseFunctionalProperty"),
        (":x :p :z", ":w :p :z"),
    ),
    case(
        "prp-ifp",
        ":p a owl:InverseFunctionalProperty . :x :p :z . :y :p :z .",
        ":x owl:sameAs :y .",
        ("InverseFunctionalProperty", "FunctionalProperty"),
        (":y :p :z", ":y :p :w"),
    ),
    case(
        "prp-ifp",
        ':p a owl:InverseFunctionalProperty . :x :p "1"^^xsd:integer . :y :p "01"^^xsd:byte .',
        ":x owl:sameAs :y .",
        ('"01"', '"02"'),
        name="literals-by-value",
    ),
    case(
        "prp-irp",
        ":p a owl:IrreflexiveProperty . :x :p :x .",
        "",
        (":p :x", ":p :y"),
        ("IrreflexiveProperty", "ReflexiveProperty"),
    ),
    case(
        "prp-symp",
        ":p a owl:SymmetricProperty . :x :p :y .",
        ":y :p :x .",
        ("Symmetric", "Asymmetric"),
        (":x :p", ":x :q"),
    ),
    case(
        "prp-asyp",
        ":p a owl:AsymmetricProperty . :x :p :y . :y :p :x .",
        "",
        (":y :p :x", ":y :p :z"),
        ("Asymmetric", "Symmetric"),
    ),
    case("prp-asyp", ":p a owl:AsymmetricProperty . :x :p :x .", "", (":p :x", ":p :y"), name="itself"),
    case(
        "prp-trp",
        ":p a owl:TransitiveProperty . :x :p :y . :y :p :z .",
        ":x :p :z .",
        (":y :p :z", ":w :p :z"),
        ("Transitive", "Symmetric"),
        absent=":z :p :x . :x :p :x .",
    ),
    case(
        "prp-trp",
        ":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :c :p :d . :d :p :a .",
        ":a :p :d . :b :p :b .",
        (":b :p :c", ":b :q :c"),
        name="cycle",
    ),
    case(
        "prp-spo1",
        ":p rdfs:subPropertyOf :q . :x :p :y .",
        ":x :q :y .",
        (":p rdfs:subPropertyOf :q", ":q rdfs:subPropertyOf :p"),
        absent=":y :q :x .",
    ),
    case(
        "prp-spo2",
        ":p owl:propertyChainAxiom ( :q ) . :a :q :b .",
        ":a :p :b .",
        (":a :q", ":a :r"),
        name="one",
    ),
    case(
        "prp-spo2",
        ":p owl:propertyChainAxiom ( :q :r ) . :a :q :b . :b :r :c .",
        ":a :p :c .",
        (":b :r :c", ":c :r :b"),
        ("( :q :r )", "( :r :q )"),
        absent=":a :p :b . :b :p :c . :c :p :a .",
        name="two",
    ),
    case(
        "prp-spo2",
        ":p owl:propertyChainAxiom ( :q :r :s ) . :a :q :b . :b :r :c . :c :s :d .",
        ":a :p :d .",
        (":c :s :d", ":c :q :d"),
        (":a :q :b", ":a :r :b"),
        (":b :r :c", ":b :r :e"),
        absent=":a :p :c . :b :p :d .",
        name="three",
    ),
    case(
        "prp-spo2",
        ":p owl:propertyChainAxiom ( :p :p ) . :a :p :b . :b :p :c . :c :p :d .",
        ":a :p :d .",
        (":c :p :d", ":e :p :d"),
        name="transitive",
    ),
    case(
        "prp-eqp1",
        ":p owl:equivalentProperty :q . :x :p :y .",
        ":x :q :y .",
        ("equivalentProperty", "inverseOf"),
        (":x :p", ":x :r"),
    ),
    case(
        "prp-eqp2",
        ":p owl:equivalentProperty :q . :x :q :y .",
        ":x :p :y .",
        ("equivalentProperty", "inverseOf"),
        (":x :q", ":x :r"),
    ),
    case(
        "prp-pdw",
        ":p owl:propertyDisjointWith :q . :x :p :y . :x :q :y .",
        "",
        (":x :q :y", ":y :q :x"),
        ("owl:propertyDisjointWith", "owl:disjointWith"),
    ),
    *(
        case(
            "prp-adp",
            f"[] a owl:AllDisjointProperties ; owl:members ( {members} ) . "
            f":x {first} :y . :u {second} :y . :x {second} :y .",
            "",
            (f":x {second} :y", f":x {second} :w"),
            ("AllDisjointProperties", "AllDisjointClasses"),
            name=name,
        )
        for name, members, first, second in (
            ("two-members", ":p :q", ":p", ":q"),
            ("first-and-second", ":p :q :r", ":p", ":q"),
            ("second-and-third", ":p :q :r", ":q", ":r"),
            ("first-and-third", ":p :q :r", ":p", ":r"),
        )
    ),
    case(
        "prp-adp",
        "[] a owl:AllDisjointProperties ; owl:members ( :p :p ) . :x :p :y .",
        "",
        ("( :p :p )", "( :p )"),
        name="one-twice",
    ),
    case(
        "prp-inv1",
        ":p owl:inverseOf :q . :x :p :y .",
        ":y :q :x .",
        ("owl:inverseOf", "owl:equivalentProperty"),
        (":x :p", ":x :r"),
    ),
    case(
        "prp-inv2",
        ":p owl:inverseOf :q . :x :q :y .",
        ":y :p :x .",
        ("owl:inverseOf", "owl:equivalentProperty"),
        (":x :q", ":x :r"),
    ),
    case(
        "prp-key",
        ":C owl:hasKey ( :p ) . :x a :C ; :p :v . :y a :C ; :p :w , :v .",
        ":x owl:sameAs :y .",
        (":y a :C", ":y a :D"),
        (":w , :v", ":w"),
        name="one",
    ),
    case(
        "prp-key",
        ":C owl:hasKey ( :p :q ) . :x a :C ; :p :v ; :q 1 . :y a :C ; :p :v ; :q 01 .",
        ":x owl:sameAs :y .",
        ("( :p :q )", "( :p :q :r )"),
        ("01", "02"),
        (":q 01", ":r 01"),
        (":y a :C", ":y a :D"),
        name="two",
    ),
    case(
        "prp-key",
        ":C owl:hasKey ( :p :q :r ) . :x a :C ; :p :u ; :q :v ; :r :w . :y a :C ; :p :u ; :q :v ; :r :w .",
        ":x owl:sameAs :y .",
        (":r :w . :y", ":r :z . :y"),
        (":q :v ; :r :w . :y", ":q :z ; :r :w . :y"),
        (":x a :C ; :p :u", ":x a :C ; :p :z"),
        name="three",
    ),
    case(
        "prp-npa1",
        _NPA + "owl:targetIndividual :y . :x :p :y .",
        "",
        (":x :p :y", ":y :p :x"),
        ("owl:targetIndividual", ":targetIndividual"),
    ),
    case(
        "prp-npa2", _NPA + 'owl:targetValue "a" . :x :p "a" .', "", (':p "a"', ':p "a"@en'), (':x :p "a"', ':y :p "a"')
    ),
    case("prp-npa2", _NPA + "owl:targetValue 1 . :x :p 1.0 .", "", ("1.0", "1.1"), name="by-value"),
    case("cls-thing", "", "owl:Thing a owl:Class .", absent="owl:Thing a rdfs:Datatype . owl:Class a owl:Class ."),
    case("cls-nothing1", "", "owl:Nothing a owl:Class .", absent="owl:Nothing a owl:Nothing ."),
    case(
        "cls-nothing2",
        ":x a owl:Nothing .",
        "",
        ("a owl:Nothing", "a owl:Thing"),
        ("a owl:Nothing", "rdfs:subClassOf owl:Nothing"),
    ),
    case("cls-int1", ":C owl:intersectionOf ( :A ) . :x a :A .", ":x a :C .", (":x a :A", ":x a :B"), name="one"),
    case(
        "cls-int1",
        ":C owl:intersectionOf ( :A :B ) . :x a :A , :B .",
        ":x a :C .",
        (":A , :B", ":A"),
        (":A , :B", ":B"),
        name="two",
    ),
    case(
        "cls-int1",
        ":C owl:intersectionOf ( :A :B :D ) . :x a :A , :B , :D .",
        ":x a :C .",
        (":A , :B , :D", ":A , :B"),
        (":A , :B , :D", ":A , :D"),
        (":A , :B , :D", ":B , :D"),
        name="three",
    ),
    *(
        case(
            "cls-int2",
            f":C owl:intersectionOf ( {members} ) . :x a :C .",
            f":x a {member} .",
            (":x a :C", ":x a :E"),
            ("intersectionOf", "unionOf"),
            name=name,
        )
        for name, members, member in (
            ("one", ":A", ":A"),
            ("first-of-three", ":A :B :D", ":A"),
            ("second-of-three", ":A :B :D", ":B"),
            ("last-of-three", ":A :B :D", ":D"),
        )
    ),
    *(
        case(
            "cls-uni",
            f":C owl:unionOf ( {members} ) . :x a {member} .",
            ":x a :C .",
            (f":x a {member}", ":x a :E"),
            *([("unionOf", "intersectionOf")] if members != ":A" else []),
            name=name,
        )
        for name, members, member in (
            ("one", ":A", ":A"),
            ("first-of-three", ":A :B :D", ":A"),
            ("second-of-three", ":A :B :D", ":B"),
            ("last-of-three", ":A :B :D", ":D"),
        )
    ),
    case(
        "cls-com",
        ":A owl:complementOf :B . :x a :A , :B .",
        "",
        (":A , :B", ":A"),
        (":A , :B", ":B"),
        absent=":x a owl:Nothing .",
    ),
    case(
        "cls-svf1",
        ":R owl:someValuesFrom :D ; owl:onProperty :p . :x :p :y . :y a :D .",
        ":x a :R .",
        (":y a :D", ":z a :D"),
        (":x :p :y", ":x :q :y"),
        ("someValuesFrom", "allValuesFrom"),
    ),
    case(
        "cls-svf2",
        ":R owl:someValuesFrom owl:Thing ; owl:onProperty :p . :x :p :y .",
        ":x a :R .",
        ("owl:Thing", ":D"),
        (":x :p", ":x :q"),
        absent=":y a :R .",
    ),
    case(
        "cls-svf2",
        ":R owl:someValuesFrom owl:Thing ; owl:onProperty :p . :x :p 1 .",
        ":x a :R .",
        ("owl:Thing", "xsd:string"),
        name="literal",
    ),
    case(
        "cls-avf",
        ":R owl:allValuesFrom :D ; owl:onProperty :p . :x a :R ; :p :y .",
        ":y a :D .",
        (":x a :R", ":x a :S"),
        (":p :y", ":q :y"),
        ("allValuesFrom", "someValuesFrom"),
    ),
    case(
        "cls-hv1",
        ":R owl:hasValue :y ; owl:onProperty :p . :x a :R .",
        ":x :p :y .",
        (":x a :R", ":x a :S"),
        ("owl:onProperty", ":onProperty"),
    ),
    case(
        "cls-hv2",
        ":R owl:hasValue :y ; owl:onProperty :p . :x :p :y .",
        ":x a :R .",
        (":x :p :y", ":x :p :z"),
        (":x :p :y", ":x :q :y"),
    ),
    case(
        "cls-maxc1",
        _CARDINALITY.format(kind="maxCardinality", n=_ZERO),
        "",
        (":x a :C", ":x a :E"),
        ('"0"', '"2"'),
        (":p :y , :z", ":q :y , :z"),
    ),
    case(
        "cls-maxc1", ":C owl:onProperty :p ; owl:maxCardinality 0 . :x a :C ; :p :y .", "", ("0", "1"), name="integer"
    ),
    case(
        "cls-maxc2",
        _CARDINALITY.format(kind="maxCardinality", n=_ONE),
        ":y owl:sameAs :z .",
        (":x a :C", ":x a :E"),
        ('"1"', '"2"'),
        (":p :y , :z", ":p :y ; :q :z"),
    ),
    case(
        "cls-maxc2",
        ":C owl:onProperty :p ; owl:maxCardinality 1.0 . :x a :C ; :p :y , :z .",
        ":y owl:sameAs :z .",
        ("1.0", "1.5"),
        name="decimal",
    ),
    case(
        "cls-maxqc1",
        _CARDINALITY.format(kind="maxQualifiedCardinality", n=_ZERO) + ":C owl:onClass :E . :y a :E .",
        "",
        (":y a :E", ":w a :E"),
        ('"0"', '"2"'),
        ("owl:onClass", "owl:onDataRange"),
    ),
    case(
        "cls-maxqc2",
        ":C owl:onProperty :p ; owl:maxQualifiedCardinality " + _ZERO + " ; owl:onClass owl:Thing . :x a :C ; :p :y .",
        "",
        ("owl:Thing", ":E"),
        ('"0"', '"1"'),
        (":x a :C", ":x a :E"),
    ),
    case(
        "cls-maxqc3",
        _CARDINALITY.format(kind="maxQualifiedCardinality", n=_ONE) + ":C owl:onClass :D .",
        ":y owl:sameAs :z .",
        (":z a :D", ":z a :E"),
        ('"1"', '"2"'),
        (":x a :C", ":x a :E"),
        ("maxQualifiedCardinality", "qualifiedCardinality"),
    ),
    case(
        "cls-maxqc4",
        ":C owl:onProperty :p ; owl:maxQualifiedCardinality "
        + _ONE
        + " ; owl:onClass owl:Thing . :x a :C ; :p :y , :z .",
        ":y owl:sameAs :z .",
        ("owl:Thing", ":E"),
        (":p :y , :z", ":p :y ; :q :z"),
    ),
    case("cls-oo", ":C owl:oneOf ( :a ) .", ":a a :C .", (":a )", ":b )"), name="one"),
    case(
        "cls-oo",
        ":C owl:oneOf ( :a :b :c ) .",
        ":a a :C . :b a :C . :c a :C .",
        ("oneOf", "unionOf"),
        name="three",
    ),
    case("cls-oo", ":C owl:oneOf ( :a :b :c ) .", ":c a :C .", (":b :c", ":b"), name="last"),
    case(
        "cax-sco",
        ":A rdfs:subClassOf :B . :x a :A .",
        ":x a :B .",
        (":x a :A", ":x a :D"),
        (":A rdfs:subClassOf :B", ":B rdfs:subClassOf :A"),
    ),
    case(
        "cax-eqc1",
        ":A owl:equivalentClass :B . :x a :A .",
        ":x a :B .",
        (":x a :A", ":x a :D"),
        ("equivalentClass", "disjointWith"),
    ),
    case(
        "cax-eqc2",
        ":A owl:equivalentClass :B . :x a :B .",
        ":x a :A .",
        (":x a :B", ":x a :D"),
        ("equivalentClass", "disjointWith"),
    ),
    case(
        "cax-dw",
        ":A owl:disjointWith :B . :x a :A . :x a :B .",
        "",
        (":x a :B", ":y a :B"),
        ("disjointWith", "equivalentClass"),
    ),
    *(
        case(
            "cax-adc",
            f"[] a owl:AllDisjointClasses ; owl:members ( {members} ) . :x a {first} . :y a {first} . :x a {second} .",
            "",
            (f":x a {second}", f":z a {second}"),
            ("AllDisjointClasses", "AllDifferent"),
            name=name,
        )
        for name, members, first, second in (
            ("two-members", ":A :B", ":A", ":B"),
            ("first-and-second", ":A :B :C", ":A", ":B"),
            ("second-and-third", ":A :B :C", ":B", ":C"),
            ("first-and-third", ":A :B :C", ":A", ":C"),
        )
    ),
    case(
        "cax-adc",
        "[] a owl:AllDisjointClasses ; owl:members ( :A :A ) . :x a :A .",
        "",
        ("( :A :A )", "( :A )"),
        name="one-twice",
    ),
    case(
        "scm-cls",
        ":C a owl:Class .",
        ":C rdfs:subClassOf :C , owl:Thing ; owl:equivalentClass :C . owl:Nothing rdfs:subClassOf :C .",
        ("owl:Class", ":Class"),
        ("owl:Class", "rdfs:Class"),
    ),
    case(
        "scm-sco",
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C .",
        ":A rdfs:subClassOf :C .",
        (":B rdfs:subClassOf :C", ":D rdfs:subClassOf :C"),
        absent=":C rdfs:subClassOf :A . :A rdfs:subClassOf :A .",
    ),
    case(
        "scm-eqc1",
        ":A owl:equivalentClass :B .",
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :A .",
        ("owl:equivalentClass", "owl:disjointWith"),
    ),
    case(
        "scm-eqc2",
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :A .",
        ":A owl:equivalentClass :B . :B owl:equivalentClass :A .",
        (":B rdfs:subClassOf :A", ":B rdfs:subClassOf :C"),
    ),
    case(
        "scm-op",
        ":p a owl:ObjectProperty .",
        ":p rdfs:subPropertyOf :p ; owl:equivalentProperty :p .",
        ("owl:ObjectProperty", "rdf:Property"),
    ),
    case(
        "scm-dp",
        ":p a owl:DatatypeProperty .",
        ":p rdfs:subPropertyOf :p ; owl:equivalentProperty :p .",
        ("owl:DatatypeProperty", "owl:AnnotationProperty"),
    ),
    case(
        "scm-spo",
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .",
        ":p rdfs:subPropertyOf :r .",
        (":q rdfs:subPropertyOf :r", ":s rdfs:subPropertyOf :r"),
        absent=":r rdfs:subPropertyOf :p .",
    ),
    case(
        "scm-eqp1",
        ":p owl:equivalentProperty :q .",
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
        ("owl:equivalentProperty", "owl:inverseOf"),
    ),
    case(
        "scm-eqp2",
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
        ":p owl:equivalentProperty :q . :q owl:equivalentProperty :p .",
        (":q rdfs:subPropertyOf :p", ":q rdfs:subPropertyOf :r"),
    ),
    *(
        case(
            f"scm-{short}1",
            f":p rdfs:{word} :A . :A rdfs:subClassOf :B .",
            f":p rdfs:{word} :B .",
            (":A rdfs:subClassOf :B", ":B rdfs:subClassOf :A"),
        )
        for short, word in (("dom", "domain"), ("rng", "range"))
    ),
    *(
        case(
            f"scm-{short}2",
            f":q rdfs:{word} :C . :p rdfs:subPropertyOf :q .",
            f":p rdfs:{word} :C .",
            (":p rdfs:subPropertyOf :q", ":q rdfs:subPropertyOf :p"),
        )
        for short, word in (("dom", "domain"), ("rng", "range"))
    ),
    case(
        "scm-hv",
        ":A owl:hasValue :i ; owl:onProperty :p . :B owl:hasValue :i ; owl:onProperty :q . :p rdfs:subPropertyOf :q .",
        ":A rdfs:subClassOf :B .",
        (":p rdfs:subPropertyOf :q", ":q rdfs:subPropertyOf :p"),
        (":B owl:hasValue :i", ":B owl:hasValue :j"),
        absent=":B rdfs:subClassOf :A .",
    ),
    case(
        "scm-hv",
        ":A owl:hasValue 1 ; owl:onProperty :p . :B owl:hasValue 01 ; owl:onProperty :q . :p rdfs:subPropertyOf :q .",
        ":A rdfs:subClassOf :B .",
        ("01", "02"),
        name="literals-by-value",
    ),
    *(
        case(
            rule,
            f":A owl:{kind} :D ; owl:onProperty :p . :B owl:{kind} :E ; owl:onProperty :p . :D rdfs:subClassOf :E .",
            ":A rdfs:subClassOf :B .",
            (":D rdfs:subClassOf :E", ":E rdfs:subClassOf :D"),
            (":E ; owl:onProperty :p", ":E ; owl:onProperty :q"),
            absent=":B rdfs:subClassOf :A .",
        )
        for rule, kind in (("scm-svf1", "someValuesFrom"), ("scm-avf1", "allValuesFrom"))
    ),
    *(
        case(
            rule,
            f":A owl:{kind} :D ; owl:onProperty :p . :B owl:{kind} :D ; owl:onProperty :q . :p rdfs:subPropertyOf :q .",
            f"{entails} .",
            (":p rdfs:subPropertyOf :q", ":q rdfs:subPropertyOf :p"),
            (f":B owl:{kind} :D", f":B owl:{kind} :E"),
            absent=f"{absent} .",
        )
        for rule, kind, entails, absent in (
            ("scm-svf2", "someValuesFrom", ":A rdfs:subClassOf :B", ":B rdfs:subClassOf :A"),
            ("scm-avf2", "allValuesFrom", ":B rdfs:subClassOf :A", ":A rdfs:subClassOf :B"),
        )
    ),
    *(
        case(
            rule,
            f":C owl:{kind} ( {members} ) .",
            " ".join(f"{written.format(member)} ." for member in members.split()),
            (kind, "oneOf"),
            name=name,
            absent=" ".join(f"{reversed_.format(member)} ." for member in members.split()),
        )
        for rule, kind, written, reversed_ in (
            ("scm-int", "intersectionOf", ":C rdfs:subClassOf {}", "{} rdfs:subClassOf :C"),
            ("scm-uni", "unionOf", "{} rdfs:subClassOf :C", ":C rdfs:subClassOf {}"),
        )
        for name, members in (("one", ":A"), ("two", ":A :B"), ("three", ":A :B :D"))
    ),
]


def _bounds(name: str, low: int | None, high: int | None) -> list[tuple[str, ...]]:
    """Return a row for each bound of a datatype of integers."""
    return [
        (
            f'"{bound}"^^xsd:{name}',
            f'"{bound}.0"^^xsd:decimal',
            f'"{bound - step}"^^xsd:{name}',
            f'"{bound}"^^xsd:integer',
            f'"{bound + step}"^^xsd:integer',
            f"{bound + step}",
        )
        for bound, step in ((low, -1), (high, 1))
        if bound is not None
    ]


#: Of each datatype with literals: a literal, one with the same value, the nearest with another value, one inside its
#: value space (of another datatype, if it can be), one outside, and a lexical form it does not have ("-" if none).
_LITERALS = [
    ('"a@en"^^rdf:PlainLiteral', '"a"@en', '"a"@de', '"a"@en', "1", "a"),
    ('"a@"^^rdf:PlainLiteral', '"a"', '"a"@en', '"a"^^xsd:token', "true", "a@e_n"),
    (
        '"<b>x</b>"^^rdf:XMLLiteral',
        '"<b >x</b >"^^rdf:XMLLiteral',
        '"<b>x </b>"^^rdf:XMLLiteral',
        '"x"^^rdf:XMLLiteral',
        '"<b>x</b>"',
        "<b>",
    ),
    ('"1.0"^^xsd:decimal', "1", '"1.0000000000000000000000000000001"^^xsd:decimal', "1", '"1"^^xsd:double', "1e0"),
    ('"1"^^xsd:integer', "1.0", '"2"^^xsd:integer', "1.0", "1.1", "1.0"),
    ('"-1"^^xsd:integer', '"-01"^^xsd:integer', '"1"^^xsd:integer', '"-1"^^xsd:byte', '"1"^^xsd:float', ""),
    *_bounds("nonNegativeInteger", 0, None),
    *_bounds("nonPositiveInteger", None, 0),
    *_bounds("positiveInteger", 1, None),
    *_bounds("negativeInteger", None, -1),
    *_bounds("long", -(2**63), 2**63 - 1),
    *_bounds("int", -(2**31), 2**31 - 1),
    *_bounds("short", -(2**15), 2**15 - 1),
    *_bounds("byte", -(2**7), 2**7 - 1),
    *_bounds("unsignedLong", 0, 2**64 - 1),
    *_bounds("unsignedInt", 0, 2**32 - 1),
    *_bounds("unsignedShort", 0, 2**16 - 1),
    *_bounds("unsignedByte", 0, 2**8 - 1),
    (
        '"0.1"^^xsd:float',
        '"0.10000000149011612"^^xsd:float',
        '"0.10000001"^^xsd:float',
        '"INF"^^xsd:float',
        '"0.1"^^xsd:double',
        "0,1",
    ),
    (
        '"0.1"^^xsd:double',
        '"1.0E-1"^^xsd:double',
        '"0.10000000000000002"^^xsd:double',
        '"NaN"^^xsd:double',
        '"0.1"^^xsd:float',
        "inf",
    ),
    ('"NaN"^^xsd:double', '" NaN "^^xsd:double', '"INF"^^xsd:double', '"-0"^^xsd:double', '"NaN"^^xsd:float', "nan"),
    ('"0"^^xsd:double', '"+0.0"^^xsd:double', '"-0"^^xsd:double', '"1e400"^^xsd:double', "0", "0x0"),
    ('"a"', '"a"^^xsd:NCName', '"a "', '"a"^^xsd:token', '"a"@en', "-"),
    (
        '"a  b"^^xsd:normalizedString',
        '"a  b"',
        '"a b"^^xsd:normalizedString',
        '"a  b"',
        r'"a\tb"',
        "-",
    ),
    ('"a b"^^xsd:token', '"a b"^^xsd:normalizedString', '"ab"^^xsd:token', '"a b"', '"a  b"', "-"),
    ('"en"^^xsd:language', '"en"', '"EN"^^xsd:language', '"de-CH"', '"de_CH"', "undetermined"),
    ('"a:b"^^xsd:Name', '"a:b"', '"a:B"^^xsd:Name', '"_-"', '"-_"', "1a"),
    ('"ab"^^xsd:NCName', '"ab"^^xsd:Name', '"aB"^^xsd:NCName', '"ab"^^xsd:Name', '"a:b"^^xsd:Name', "a:b"),
    ('"1a"^^xsd:NMTOKEN', '"1a"', '"1A"^^xsd:NMTOKEN', '"-:"', '"1 a"', "1 a"),
    ('"true"^^xsd:boolean', '"1"^^xsd:boolean', '"false"^^xsd:boolean', '"0"^^xsd:boolean', "1", "True"),
    ('"0aff"^^xsd:hexBinary', '"0AFF"^^xsd:hexBinary', '"0afe"^^xsd:hexBinary', '""^^xsd:hexBinary', '"0aff"', "0af"),
    (
        '"Cv8="^^xsd:base64Binary',
        '"Cv 8="^^xsd:base64Binary',
        '"Cv4="^^xsd:base64Binary',
        '""^^xsd:base64Binary',
        '"0aff"^^xsd:hexBinary',
        "Cv8",
    ),
    (
        '"http://example.org/a"^^xsd:anyURI',
        '" http://example.org/a"^^xsd:anyURI',
        '"http://example.org/A"^^xsd:anyURI',
        '"a"^^xsd:anyURI',
        '"http://example.org/a"',
        "-",
    ),
    (
        '"2024-02-28T24:00:00"^^xsd:dateTime',
        '"2024-02-29T00:00:00.0"^^xsd:dateTime',
        '"2024-02-29T00:00:00Z"^^xsd:dateTime',
        '"2024-02-29T00:00:00Z"^^xsd:dateTimeStamp',
        '"2024-02-29T00:00:00"',
        "2023-02-29T00:00:00",
    ),
    (
        '"2024-12-31T24:00:00Z"^^xsd:dateTimeStamp',
        '"2025-01-01T00:00:00+00:00"^^xsd:dateTime',
        '"2025-01-01T00:00:00.001Z"^^xsd:dateTimeStamp',
        '"2025-01-01T00:00:00+14:00"^^xsd:dateTime',
        '"2025-01-01T00:00:00"^^xsd:dateTime',
        "2025-01-01T00:00:00",
    ),
]


def _datatype(literal: str) -> str:
    return literal.partition("^^")[2] or "xsd:string"


def _datatype_cases() -> Iterator[Case]:
    for literal, same, other, inside, outside, ill in _LITERALS:
        datatype, lexical = _datatype(literal), literal.split('"')[1]
        name = f"{datatype}-{lexical}"
        yield case(
            "dt-type2",
            f":R owl:someValuesFrom {datatype} ; owl:onProperty :p . :x :p {inside} .",
            ":x a :R .",
            (f":x :p {inside}", f":x :p {outside}"),
            name=name,
        )
        yield case(
            "dt-eq",
            f":R owl:hasValue {literal} ; owl:onProperty :p . :x :p {same} .",
            ":x a :R .",
            (f":x :p {same}", f":x :p {other}"),
            name=name,
        )
        yield case(
            "dt-diff",
            f":p a owl:FunctionalProperty . :x :p {literal} . :x :p {other} .",
            "",
            (f":x :p {other}", f":x :p {same}"),
            reports="eq-diff1",
            name=name,
        )
        yield case(
            "dt-not-type",
            f":p rdfs:range {datatype} . :x :p {outside} .",
            "",
            (f":x :p {outside}", f":x :p {inside}"),
            name=name,
        )
        if ill != "-":
            yield case(
                "dt-not-type",
                f':p rdfs:range {datatype} . :x :p "{ill}"^^{datatype} .',
                "",
                (f'"{ill}"', f'"{lexical}"'),
                ("rdfs:range", "rdfs:domain"),
                name=f"{datatype}-{lexical}-ill-typed",
            )


_SUPPORTED = [
    "rdf:PlainLiteral",
    "rdf:XMLLiteral",
    "rdfs:Literal",
    *"xsd:decimal xsd:integer xsd:nonNegativeInteger xsd:nonPositiveInteger xsd:positiveInteger".split(),
    *"xsd:negativeInteger xsd:long xsd:int xsd:short xsd:byte".split(),
    *"xsd:unsignedLong xsd:unsignedInt xsd:unsignedShort xsd:unsignedByte".split(),
    *"xsd:float xsd:double xsd:string xsd:normalizedString xsd:token xsd:language".split(),
    *"xsd:Name xsd:NCName xsd:NMTOKEN xsd:boolean xsd:hexBinary xsd:base64Binary xsd:anyURI".split(),
    *"xsd:dateTime xsd:dateTimeStamp".split(),
]

#: Literals that look alike and lie in two value spaces, or have two values in one.
_UNEQUAL = [
    ("1", '"1"^^xsd:double'),
    ("1", '"1"^^xsd:float'),
    ('"1"^^xsd:float', '"1"^^xsd:double'),
    ("1", '"1"'),
    ("true", "1"),
    ("true", '"true"'),
    ('"a"', '"a"@en'),
    ('"a"@en', '"a"@en-GB'),
    ('"a"', '"a"^^xsd:anyURI'),
    ('"AA=="^^xsd:base64Binary', '"00"^^xsd:hexBinary'),
    ('"+0"^^xsd:float', '"-0"^^xsd:float'),
    ('"NaN"^^xsd:float', '"NaN"^^xsd:double'),
    ('"2024-01-01T00:00:00Z"^^xsd:dateTime', '"2024-01-01T00:00:00"^^xsd:dateTime'),
]
#: Literals of one value that no row above has.
_EQUAL = [
    ('"a"@en-GB', '"a"@EN-gb'),
    ('"NaN"^^xsd:float', '" NaN"^^xsd:float'),
    ('"16777217"^^xsd:float', '"16777216"^^xsd:float'),
    ('"1e39"^^xsd:float', '"INF"^^xsd:float'),
    ("0.0", '"-0"^^xsd:integer'),
    ('"false"^^xsd:boolean', '"0"^^xsd:boolean'),
    ('"2024-01-01T00:00:00-00:00"^^xsd:dateTime', '"2024-01-01T00:00:00Z"^^xsd:dateTimeStamp'),
    # one instant is one value, whatever the time zone; by the Structural Specification, 4.7, these are two values
    ('"2024-01-01T00:00:00Z"^^xsd:dateTime', '"2024-01-01T01:00:00+01:00"^^xsd:dateTime'),
]

#: Table 8.
CASES += [
    case(
        "dt-type1",
        "",
        " ".join(f"{datatype} a rdfs:Datatype ." for datatype in _SUPPORTED),
        absent="xsd:date a rdfs:Datatype . owl:rational a rdfs:Datatype . rdf:langString a rdfs:Datatype .",
    ),
    *_datatype_cases(),
    case(
        "dt-type2",
        ":R owl:someValuesFrom rdfs:Literal ; owl:onProperty :p . :x :p 1 .",
        ":x a :R .",
        (":p 1", ":p :y"),
        (":p 1", ':p "2024-01-01"^^xsd:date'),
        name="rdfs:Literal",
    ),
    case(
        "dt-type2",
        ":R owl:allValuesFrom xsd:integer ; owl:onProperty :p . :S owl:someValuesFrom xsd:byte ; owl:onProperty :p . "
        ":x a :R ; :p 128 , 127 .",
        ":x a :S .",
        (" , 127", ""),
        name="in-a-narrower-datatype",
    ),
    *(
        case(
            "dt-diff",
            f":p a owl:FunctionalProperty . :x :p {first} , {second} .",
            "",
            (f", {second}", f", {first}"),
            reports="eq-diff1",
            name=f"{first}-{second}",
        )
        for first, second in _UNEQUAL
    ),
    *(
        case(
            "dt-eq",
            f":C owl:hasKey ( :p ) . :x a :C ; :p {first} . :y a :C ; :p {second} .",
            ":x owl:sameAs :y .",
            (f":p {second}", ':p "else"'),
            name=f"{first}-{second}",
        )
        for first, second in _EQUAL
    ),
    case("dt-not-type", ':p rdfs:range xsd:integer . :x :p "1" .', "", ('"1"', '"1"^^xsd:date'), name="unsupported"),
    case(
        "dt-not-type",
        ':p rdfs:range rdfs:Literal . :x :p "b"^^xsd:integer .',
        "",
        ('"b"^^xsd:integer', '"b"^^xsd:date'),
        ("rdfs:Literal", "xsd:date"),
        (":p rdfs:range", ":q rdfs:range"),
        name="unsupported-lexical-form",
    ),
    case(
        "dt-not-type",
        ':R owl:allValuesFrom xsd:byte ; owl:onProperty :p . :x a :R ; :p "300"^^xsd:byte .',
        "",
        ('"300"', '"30"'),
        (":x a :R", ":x a :S"),
        name="all-values-ill-typed",
    ),
    case(
        "dt-not-type",
        ':p a owl:FunctionalProperty . :x :p 1 , "one"^^xsd:integer .',
        "",
        ('"one"', '"01"'),
        ("owl:FunctionalProperty", "owl:DatatypeProperty"),
        name="the-same-as-a-value",
    ),
    case(
        "dt-not-type",
        ":R owl:allValuesFrom xsd:byte ; owl:onProperty :p . :x a :R ; :p 128 .",
        "",
        ("128", "127"),
        (":x a :R", ":x a :S"),
        name="all-values",
    ),
]


def mixed(
    name: str,
    premise: str,
    entails: str,
    *misses: tuple[str, str],
    reports: str = "",
    absent: str = "",
    reflexive: bool = False,
) -> Case:
    return case("mixed", premise, entails, *misses, name=name, reports=reports, absent=absent, reflexive=reflexive)


_IN_UNION = ":C owl:unionOf :l . :l rdf:first :A ; rdf:rest {rest} . :m rdf:first :B ; rdf:rest rdf:nil . "

#: Several rules together, most of them with schema that is itself derived.
MIXED = [
    mixed(
        "sub-property-of-subClassOf",
        ":narrower rdfs:subPropertyOf rdfs:subClassOf . :A :narrower :B . :x a :A .",
        ":x a :B .",
        (":A :narrower", ":A :wider"),
        (":narrower rdfs:subPropertyOf", ":narrower rdfs:seeAlso"),
    ),
    mixed(
        "sub-property-of-subPropertyOf",
        ":sub rdfs:subPropertyOf rdfs:subPropertyOf . :p :sub :q . :x :p :y .",
        ":x :q :y .",
        (":p :sub :q", ":q :sub :p"),
    ),
    mixed(
        "transitive-by-domain",
        ":hops rdfs:domain owl:TransitiveProperty . :p :hops 2 . :a :p :b . :b :p :c .",
        ":a :p :c .",
        (":p :hops", ":q :hops"),
    ),
    mixed(
        "symmetric-by-superclass-of-a-predicate",
        ":p a :Mutual . :Mutual rdfs:subClassOf owl:SymmetricProperty . :x :p :y .",
        ":y :p :x .",
        (":p a :Mutual", ":q a :Mutual"),
    ),
    mixed(
        "inverse-of-type",
        ":holds owl:inverseOf rdf:type . :A :holds :x . :A rdfs:subClassOf :B .",
        ":x a :A , :B . :B :holds :x .",
        (":A :holds", ":A :has"),
    ),
    mixed(
        "inverse-of-subClassOf",
        ":above owl:inverseOf rdfs:subClassOf . :A :above :B . :x a :B .",
        ":x a :A .",
        (":A :above :B", ":B :above :A"),
    ),
    mixed(
        "equivalent-of-type",
        ":isA owl:equivalentProperty rdf:type . :x :isA :A . :A rdfs:subClassOf :B .",
        ":x a :B ; :isA :B .",
        (":x :isA :A", ":x :was :A"),
    ),
    mixed(
        "symmetric-subClassOf",
        "rdfs:subClassOf a owl:SymmetricProperty . :A rdfs:subClassOf :B . :x a :B .",
        ":x a :A .",
        ("Symmetric", "Transitive"),
    ),
    mixed(
        "property-above-sameAs",
        "owl:sameAs rdfs:subPropertyOf :p . :a :q :b .",
        ":a :p :a . :b :p :b . :q :p :q . xsd:hexBinary :p xsd:hexBinary .",
        ("rdfs:subPropertyOf", "rdfs:seeAlso"),
        reflexive=True,
    ),
    mixed(
        "property-the-same-as-sameAs",
        ":p owl:sameAs owl:sameAs . :a :q :b .",
        ":a :p :a . :b :p :b . :q :p :q . :p :p owl:sameAs . xsd:hexBinary :p xsd:hexBinary .",
        (":p owl:sameAs", ":p owl:differentFrom"),
        reflexive=True,
    ),
    mixed("domain-of-type", "rdf:type rdfs:domain :Typed . :x a :C .", ":x a :Typed .", (":x a :C", ":x :p :C")),
    mixed("range-of-type", "rdf:type rdfs:range :Kind . :x a :C .", ":C a :Kind .", (":x a :C", ":x :p :C")),
    mixed("classes-the-same", ":A owl:sameAs :B . :x a :A .", ":x a :B .", ("owl:sameAs", "owl:differentFrom")),
    mixed(
        "properties-the-same",
        ":p owl:sameAs :q . :q rdfs:domain :C . :x :p :y .",
        ":x :q :y ; a :C .",
        (":p owl:sameAs", ":r owl:sameAs"),
    ),
    mixed(
        "properties-the-same-and-transitive",
        ":p owl:sameAs :q . :q a owl:TransitiveProperty . :a :p :b . :b :q :c .",
        ":a :p :c .",
        (":p owl:sameAs :q", ":r owl:sameAs :q"),
    ),
    mixed(
        "list-nodes-the-same",
        _IN_UNION.format(rest=":n") + ":n owl:sameAs :m . :x a :B .",
        ":x a :C .",
        (":n owl:sameAs :m", ":n owl:differentFrom :m"),
    ),
    mixed(
        "list-node-by-inverse",
        _IN_UNION.replace("rdf:rest {rest} .", ":q :z .")
        + ":tailOf owl:inverseOf rdf:rest . :m :tailOf :l . :x a :B .",
        ":x a :C .",
        (":m :tailOf :l", ":l :tailOf :m"),
    ),
    mixed(
        "list-by-sub-property",
        ":anyOf rdfs:subPropertyOf owl:unionOf . :C :anyOf ( :A :B ) . :x a :B .",
        ":x a :C .",
        (":C :anyOf", ":C :allOf"),
    ),
    mixed(
        "list-members-the-same",
        ":C owl:intersectionOf ( :A :B ) . :B owl:sameAs :D . :x a :A , :D .",
        ":x a :C .",
        (":B owl:sameAs", ":E owl:sameAs"),
    ),
    mixed(
        "chain-members-the-same",
        ":p owl:propertyChainAxiom ( :q :r ) . :r owl:sameAs :s . :a :q :b . :b :s :c .",
        ":a :p :c .",
        (":r owl:sameAs", ":t owl:sameAs"),
    ),
    mixed(
        "chain-through-the-same",
        ":p owl:propertyChainAxiom ( :q :r ) . :a :q :b . :b owl:sameAs :c . :c :r :d .",
        ":a :p :d .",
        (":b owl:sameAs :c", ":b owl:differentFrom :c"),
    ),
    mixed(
        "chain-to-type",
        "rdf:type owl:propertyChainAxiom ( :memberOf :kind ) . :x :memberOf :g . :g :kind :A . :A rdfs:subClassOf :B .",
        ":x a :A , :B .",
        (":g :kind", ":h :kind"),
    ),
    mixed(
        "chain-from-type",
        ":q owl:propertyChainAxiom ( rdf:type :about ) . :x a :A . :A rdfs:subClassOf :B . :B :about :t .",
        ":x :q :t .",
        (":A rdfs:subClassOf :B", ":B rdfs:subClassOf :A"),
    ),
    mixed(
        "chain-over-a-derived-chain",
        ":p owl:propertyChainAxiom ( :q :r ) . :q owl:propertyChainAxiom ( :r :r ) . :a :r :b . :b :r :c . :c :r :d .",
        ":a :q :c ; :p :d .",
        (":b :r :c", ":c :r :b"),
        absent=":a :p :c .",
    ),
    mixed(
        "chain-with-an-inverse",
        ":q owl:propertyChainAxiom ( [ owl:inverseOf :p ] :p ) . :a :p :b . :a :p :c .",
        ":b :q :c . :b :q :b .",
        (":a :p :b", ":b :p :a"),
    ),
    mixed(
        "inverse-without-a-name",
        ":p owl:inverseOf [ rdfs:domain :C ] . :x :p :y .",
        ":y a :C .",
        (":x :p :y", ":y :p :x"),
    ),
    mixed(
        "inverse-of-a-literal-value",
        ':p owl:inverseOf :q . :q rdfs:range :C . :x :p "a" .',
        ":x a :C .",
        (":q rdfs:range", ":r rdfs:range"),
    ),
    mixed(
        "chain-through-a-literal",
        ":s owl:propertyChainAxiom ( :p :q ) . :p owl:inverseOf :q . :x :p 1 . :y :p 1.0 .",
        ":x :s :y .",
        ("1.0", "1.1"),
    ),
    mixed(
        "individual-the-same-as-a-literal",
        ":p a owl:FunctionalProperty . :x :p :y . :x :p 5 . :w :q :y .",
        ":w :q 5 .",
        (":x :p 5", ":v :p 5"),
    ),
    mixed(
        "equivalent-some-values",
        ":C owl:equivalentClass :R . :R owl:someValuesFrom :D ; owl:onProperty :p . :x :p :y . :y a :D .",
        ":x a :C .",
        ("owl:equivalentClass", "rdfs:subClassOf"),
    ),
    mixed(
        "equivalent-value",
        ":C owl:equivalentClass :R . :R owl:hasValue :v ; owl:onProperty :p . :x a :C . :y :p :v .",
        ":x :p :v . :y a :C .",
        ("owl:equivalentClass", "owl:disjointWith"),
    ),
    mixed(
        "equivalent-intersection-both-ways",
        ":C owl:equivalentClass :I . :I owl:intersectionOf ( :A :R ) . :R owl:hasValue :v ; owl:onProperty :p . "
        ":x a :C . :y a :A ; :p :v .",
        ":x a :A ; :p :v . :y a :C .",
        (":I owl:intersectionOf", ":J owl:intersectionOf"),
    ),
    mixed(
        "all-values-along-a-path",
        ":A rdfs:subClassOf :R . :R owl:allValuesFrom :A ; owl:onProperty :p . :x a :A ; :p :y . :y :p :z .",
        ":z a :A .",
        (":x a :A ; :p :y", ":x a :A ; :q :y"),
    ),
    mixed(
        "value-of-type",
        ":R owl:hasValue :C ; owl:onProperty rdf:type . :x a :B . :B rdfs:subClassOf :C .",
        ":x a :R .",
        (":x a :B", ":x a :D"),
    ),
    mixed(
        "some-values-from-sameAs",
        ":R owl:someValuesFrom :D ; owl:onProperty owl:sameAs . :x owl:sameAs :y . :y a :D .",
        ":x a :R .",
        (":y a :D", ":z a :E"),
    ),
    mixed(
        "key-over-a-sub-property",
        ":C owl:hasKey ( :p ) . :q rdfs:subPropertyOf :p . :x a :C ; :q :v . :y a :C ; :p :v .",
        ":x owl:sameAs :y .",
        (":q rdfs:subPropertyOf :p", ":p rdfs:subPropertyOf :q"),
    ),
    mixed(
        "key-over-values-the-same",
        ":C owl:hasKey ( :p ) . :v owl:sameAs :w . :x a :C ; :p :v . :y a :C ; :p :w .",
        ":x owl:sameAs :y .",
        (":v owl:sameAs", ":u owl:sameAs"),
    ),
    mixed(
        "key-of-a-derived-class",
        ":C owl:hasKey ( :p ) . :p rdfs:domain :C . :x :p 1 . :y :p 1 . :x :q :z .",
        ":y :q :z .",
        (":p rdfs:domain", ":r rdfs:domain"),
    ),
    mixed(
        "key-makes-another-key-fit",
        ":C owl:hasKey ( :p ) . :D owl:hasKey ( :q ) . "
        ":a a :C ; :p 1 . :b a :C ; :p 1 . :x a :D ; :q :a . :y a :D ; :q :b .",
        ":x owl:sameAs :y .",
        (":b a :C ; :p 1", ":b a :C ; :p 2"),
    ),
    mixed(
        "transitive-and-symmetric",
        ":p a owl:TransitiveProperty , owl:SymmetricProperty . :a :p :b .",
        ":a :p :a . :b :p :a , :b .",
        (" , owl:SymmetricProperty", ""),
    ),
    mixed(
        "transitive-above-a-sub-property",
        ":p a owl:TransitiveProperty . :q rdfs:subPropertyOf :p . :a :q :b . :b :q :c .",
        ":a :p :c .",
        (":b :q :c", ":b :r :c"),
        absent=":a :q :c .",
    ),
    mixed(
        "ordinary-property-in-the-owl-namespace",
        "owl:likes rdfs:subPropertyOf :q . :x owl:likes :y .",
        ":x :q :y .",
        (":x owl:likes", ":x :likes"),
        absent=":y owl:likes :x .",
    ),
    mixed(
        "ordinary-class-in-the-owl-namespace",
        "owl:Gadget rdfs:subClassOf :C . :x a owl:Gadget .",
        ":x a :C .",
        (":x a owl:Gadget", ":x a :Gadget"),
    ),
    mixed(
        "sub-property-of-sameAs",
        ":equals rdfs:subPropertyOf owl:sameAs . :x :equals :y . :x :p :z .",
        ":y :p :z .",
        (":x :equals :y", ":x :likes :y"),
    ),
    mixed(
        "sameAs-has-a-super-property",
        "owl:sameAs rdfs:subPropertyOf :related . :x owl:sameAs :y .",
        ":x :related :y . :y :related :x .",
        (":x owl:sameAs", ":w owl:sameAs"),
    ),
    mixed(
        "Thing-has-a-superclass",
        "owl:Thing rdfs:subClassOf :Everything . :x a :C . :C a owl:Class . :y :p :z .",
        ":x a owl:Thing , :Everything . :C rdfs:subClassOf :Everything .",
        (":C a owl:Class", ":D a owl:Class"),
        absent=":y a :Everything .",
    ),
    mixed(
        "Nothing-by-superclass",
        ":A rdfs:subClassOf owl:Nothing . :x a :A .",
        "",
        (":x a :A", ":x a :B"),
        reports="cls-nothing2",
    ),
    mixed(
        "functional-values-in-disjoint-classes",
        ":p a owl:FunctionalProperty . :x :p :y , :z . :y a :A . :z a :B . :A owl:disjointWith :B .",
        "",
        (" , :z", ""),
        reports="cax-dw",
    ),
    mixed(
        "inverse-of-at-most-one",
        ":C rdfs:subClassOf :R . :R owl:maxCardinality 1 ; owl:onProperty :p . :q owl:inverseOf :p . "
        ":y :q :x . :z :q :x . :x a :C .",
        ":y owl:sameAs :z .",
        (":C rdfs:subClassOf :R", ":R rdfs:subClassOf :C"),
    ),
    mixed(
        "one-of-and-disjoint",
        ":C owl:oneOf ( :a :b ) . :D owl:disjointWith :C . :c owl:sameAs :b . :c a :D .",
        "",
        (":c owl:sameAs :b", ":c owl:differentFrom :b"),
        reports="cax-dw",
    ),
    mixed(
        "all-different-through-a-third",
        "[] a owl:AllDifferent ; owl:members ( :a :b ) . :a owl:sameAs :c . :c owl:sameAs :b .",
        "",
        (":c owl:sameAs :b", ":c owl:sameAs :d"),
        reports="eq-diff2",
    ),
    mixed(
        "complement-of-an-equivalent",
        ":A owl:complementOf :B . :A owl:equivalentClass :C . :x a :C , :B .",
        "",
        (" , :B", ""),
        reports="cls-com",
    ),
    mixed(
        "disjoint-by-superclass",
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) . :D rdfs:subClassOf :C . :x a :A , :D .",
        "",
        (":D rdfs:subClassOf :C", ":C rdfs:subClassOf :D"),
        reports="cax-adc",
    ),
    mixed(
        "negative-assertion-of-a-super-property",
        ":p rdfs:subPropertyOf :q . :n owl:sourceIndividual :x ; owl:assertionProperty :q ; owl:targetIndividual :y . "
        ":x :p :y .",
        "",
        (":p rdfs:subPropertyOf :q", ":q rdfs:subPropertyOf :p"),
        reports="prp-npa1",
    ),
    mixed(
        "range-of-a-super-property-without-the-value",
        ":p rdfs:subPropertyOf :q . :q rdfs:range xsd:byte . :x :p 300 .",
        "",
        ("300", "30"),
        reports="dt-not-type",
    ),
    mixed(
        "one-datatype-that-is-the-same-as-another",
        "xsd:integer owl:sameAs xsd:string . :x :p 1 .",
        "",
        ("owl:sameAs", "owl:differentFrom"),
        reports="dt-not-type",
    ),
    mixed(
        "subclass-of-a-datatype",
        "xsd:integer rdfs:subClassOf :Number . :R owl:someValuesFrom :Number ; owl:onProperty :p . :x :p 1 .",
        ":x a :R .",
        (":p 1", ":p 1.5"),
    ),
    mixed(
        "domain-inherited-twice",
        ":p rdfs:subPropertyOf :q . :q rdfs:domain :A . :A rdfs:subClassOf :B .",
        ":p rdfs:domain :A , :B .",
        (":p rdfs:subPropertyOf :q", ":q rdfs:subPropertyOf :p"),
    ),
    mixed(
        "classes-in-a-ring",
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :A .",
        ":A owl:equivalentClass :C . :C owl:equivalentClass :B .",
        (":C rdfs:subClassOf :A", ":C rdfs:subClassOf :D"),
    ),
    mixed(
        "not-by-cases",
        ":p rdfs:domain :U . :U owl:unionOf ( :A :B ) . :A rdfs:subClassOf :D . :B rdfs:subClassOf :D . :x :p :y .",
        ":x a :U .",
        (":x :p", ":x :q"),
        absent=":x a :D . :x a :A .",
    ),
    mixed(
        "literals-different-transitively",
        "owl:differentFrom a owl:TransitiveProperty . :x :p 1 , 2 .",
        "",
        ("Transitive", "Symmetric"),
        (":p 1 , 2", ":p 1 , 01"),
        reports="eq-diff1",
        reflexive=True,
    ),
    mixed(
        "literals-different-both-ways",
        "owl:differentFrom a owl:AsymmetricProperty . :x :p 1 , 2 .",
        "",
        ("Asymmetric", "Irreflexive"),
        reports="prp-asyp",
    ),
    mixed(
        "range-of-differentFrom",
        "owl:differentFrom rdfs:range :D . :R owl:someValuesFrom :D ; owl:onProperty :p . :x :p 1 . :y :p 2 .",
        ":x a :R . :y a :R .",
        ("rdfs:range", "rdfs:seeAlso"),
        (":p 2", ":p 01"),
    ),
    mixed(
        "two-names-of-literals-different",
        ":a owl:sameAs 'x'^^xsd:token . :b owl:sameAs 1 .",
        ":a owl:differentFrom :b .",
        ("1 .", "'x' ."),
    ),
    mixed(
        "type-both-ways-of-a-literal",
        "rdf:type a owl:SymmetricProperty . :x :p 1 .",
        "xsd:integer a 1 .",
        ("Symmetric", "Irreflexive"),
        reports="cls-nothing2",
    ),
    mixed(
        "key-of-a-datatype",
        "xsd:integer owl:hasKey ( :of ) . :of owl:inverseOf :n . :x :n 1 . :x :n 2 .",
        "",
        ("xsd:integer", "xsd:string"),
        (":n 1", ":m 1"),
        reports="eq-diff1",
    ),
    mixed(
        "irreflexive-by-domain",
        ":k rdfs:domain owl:IrreflexiveProperty . owl:sameAs :k :x .",
        "",
        ("owl:sameAs :k", ":sameAs :k"),
        reports="prp-irp",
        reflexive=True,
    ),
    mixed("different-one-way", ":x owl:differentFrom :y .", "", absent=":y owl:differentFrom :x ."),
]
