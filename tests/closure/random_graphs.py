"""Random small graphs with every construct of OWL 2 RL, as hypothesis strategies.

A graph is drawn in *pieces*, an axiom or a fact each, with the lists that it needs; so graphs shrink to few axioms and
can be cut in two without cutting a list. The vocabulary is so small that the axioms meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.closure.vocabulary import BUILT_IN, RULE_TERMS
from sts_kg.rdf.terms import literal, rdflib_quiet

Triple = tuple[Node, Node, Node]
Piece = tuple[Triple, ...]
Draw = st.SearchStrategy[Node]

EX = Namespace("http://example.org/")
INDIVIDUALS: list[Node] = [EX.a, EX.b, BNode("c")]
CLASSES: list[Node] = [EX.A, EX.B, EX.R, BNode("S")]
PROPERTIES: list[Node] = [EX.p, EX.q, EX.r]
with rdflib_quiet():  # "one" is no number
    LITERALS: list[Node] = [
        *(literal(lexical, XSD.integer) for lexical in ("0", "1", "01", "one")),
        *(literal(lexical, XSD.nonNegativeInteger) for lexical in ("0", "1")),
        literal("1.0", XSD.decimal),
        literal("1", XSD.byte),
        literal("x", XSD.token),
        *(literal("0", datatype) for datatype in (XSD.float, XSD.boolean)),
        Literal("x"),
        Literal("x", "en"),
        literal("2024-01-01T00:00:00Z", XSD.dateTime),
        literal("2024-01-01T01:00:00+01:00", XSD.dateTime),
        literal("y", EX.datatype),
    ]
NUMBERS = LITERALS[:2] + LITERALS[4:8]
DATATYPES: list[Node] = [XSD.integer, XSD.decimal, XSD.string, XSD.boolean, RDFS.Literal]
#: Terms of the rules themselves, which any RDF graph may use like its own.
BUILT_INS: list[Node] = [URIRef(term[1:-1]) for term in BUILT_IN[:RULE_TERMS]]


@cache
def _often(usual: tuple[Node, ...], rare: tuple[Node, ...] = (), *, odd: bool = False) -> Draw:
    """Draw from usual terms, one in six times from rare ones, and if `odd` one in twenty times from built-in ones."""
    terms = usual * (5 * len(rare) // len(usual) + 1) + rare
    return st.sampled_from(terms * (19 * len(BUILT_INS) // len(terms)) + (*BUILT_INS,) if odd else terms)


def _list(items: list[Node]) -> tuple[Node, list[Triple]]:
    """Return a list's head and triples; equal lists have one name."""
    head: Node = RDF.nil
    triples: list[Triple] = []
    name = "l"
    for item in reversed(items):
        name += (
            f"-{LITERALS.index(item)}" if isinstance(item, Literal) else f"-{str(item).split('/')[-1].split('#')[-1]}"
        )
        node = BNode(name)
        triples += [(node, RDF.first, item), (node, RDF.rest, head)]
        head = node
    return head, triples


class _Vocabulary:
    """What axioms are drawn from; with `odd`, one in twenty terms is a built-in one, used like an ordinary one."""

    def __init__(self, *, odd: bool) -> None:
        self.c = _often(tuple(CLASSES), (OWL.Thing, OWL.Nothing, *DATATYPES), odd=odd)
        # a blank node can stand for a property in an axiom, not in a fact
        self.p = _often((*PROPERTIES, BNode("s")), odd=odd)
        self.used_p = _often(tuple(PROPERTIES), odd=odd)
        # one class, one super-class or one equal for each thing leaves nothing but one thing
        self.limited_p = st.sampled_from(PROPERTIES)
        self.i = _often(tuple(INDIVIDUALS), odd=odd)
        self.o = _often((*INDIVIDUALS, *INDIVIDUALS, *LITERALS), odd=odd)
        self.l = _often(tuple(LITERALS), odd=odd)
        self.n = _often(tuple(NUMBERS), odd=odd)
        self.odd = odd

    def fact(self) -> st.SearchStrategy[Piece]:
        plain = st.tuples(self.i, self.used_p, self.o)
        typed = st.tuples(self.i, st.just(RDF.type), self.c)
        return st.one_of(plain, typed).map(lambda triple: (triple,))

    def axiom(self) -> st.SearchStrategy[Piece]:
        c, p, i, o = self.c, self.p, self.i, self.o
        kinds = (
            "FunctionalProperty InverseFunctionalProperty TransitiveProperty SymmetricProperty AsymmetricProperty "
            "IrreflexiveProperty ObjectProperty DatatypeProperty"
        )
        about_built_in = st.one_of(
            _one(st.sampled_from(BUILT_INS), RDF.type, st.sampled_from([OWL[kind] for kind in kinds.split()])),
            _one(st.sampled_from(BUILT_INS), OWL.sameAs, o),
        )
        return st.one_of(
            *([about_built_in] if self.odd else []),
            _one(c, RDFS.subClassOf, c),
            _one(p, RDFS.subPropertyOf, p),
            _one(p, RDFS.domain, c),
            _one(p, RDFS.range, c),
            *[_one(p, RDF.type, st.sampled_from([OWL[kind] for kind in kinds.split()]))] * 4,
            _one(p, OWL.inverseOf, p),
            _one(c, OWL.equivalentClass, c),
            _one(p, OWL.equivalentProperty, p),
            _one(c, RDF.type, st.just(OWL.Class)),
            *(_one(each, OWL.sameAs, each) for each in (i, i, c, p)),
            _one(i, OWL.sameAs, self.l),
            _one(i, OWL.differentFrom, o),
            _one(c, OWL.disjointWith, c),
            _one(c, OWL.complementOf, c),
            _one(p, OWL.propertyDisjointWith, p),
            _restriction(c, p, OWL.someValuesFrom, c),
            _restriction(c, p, OWL.allValuesFrom, c),
            _restriction(c, p, OWL.hasValue, o),
            *[_restriction(c, self.limited_p, OWL.maxCardinality, self.n)] * 2,
            *[_qualified(c, self.limited_p, self.n)] * 2,
            _with_list(c, OWL.intersectionOf, c, 1, 3),
            _with_list(c, OWL.unionOf, c, 1, 3),
            _with_list(c, OWL.oneOf, o, 1, 3),
            _with_list(p, OWL.propertyChainAxiom, p, 1, 3),
            *[_with_list(c, OWL.hasKey, p, 1, 2)] * 2,
            _together(OWL.AllDifferent, OWL.members, i),
            _together(OWL.AllDifferent, OWL.distinctMembers, i),
            _together(OWL.AllDisjointClasses, OWL.members, c),
            _together(OWL.AllDisjointProperties, OWL.members, p),
            _denial(i, p, OWL.targetIndividual, i),
            _denial(i, p, OWL.targetValue, self.l),
        )


def _one(s: Draw, p: Node, o: Draw) -> st.SearchStrategy[Piece]:
    return st.tuples(s, o).map(lambda pair: ((pair[0], p, pair[1]),))


def _restriction(c: Draw, p: Draw, kind: Node, filler: Draw) -> st.SearchStrategy[Piece]:
    return st.tuples(c, p, filler).map(lambda row: ((row[0], OWL.onProperty, row[1]), (row[0], kind, row[2])))


def _qualified(c: Draw, p: Draw, n: Draw) -> st.SearchStrategy[Piece]:
    return st.tuples(c, p, n, c).map(
        lambda row: (
            (row[0], OWL.onProperty, row[1]),
            (row[0], OWL.maxQualifiedCardinality, row[2]),
            (row[0], OWL.onClass, row[3]),
        )
    )


def _with_list(s: Draw, p: Node, member: Draw, least: int, most: int) -> st.SearchStrategy[Piece]:
    def piece(row: tuple[Node, list[Node]]) -> Piece:
        head, triples = _list(row[1])
        return ((row[0], p, head), *triples)

    return st.tuples(s, st.lists(member, min_size=least, max_size=most)).map(piece)


def _together(class_: Node, p: Node, member: Draw) -> st.SearchStrategy[Piece]:
    def piece(items: list[Node]) -> Piece:
        head, triples = _list(items)
        axiom = BNode(f"x{head}")
        return ((axiom, RDF.type, class_), (axiom, p, head), *triples)

    return st.lists(member, min_size=2, max_size=3).map(piece)


def _denial(i: Draw, p: Draw, kind: Node, target: Draw) -> st.SearchStrategy[Piece]:
    def piece(row: tuple[Node, Node, Node, int]) -> Piece:
        axiom = BNode(f"n{row[3]}")
        return (
            (axiom, OWL.sourceIndividual, row[0]),
            (axiom, OWL.assertionProperty, row[1]),
            (axiom, kind, row[2]),
        )

    return st.tuples(i, p, target, st.integers(0, 1)).map(piece)


#: dt-diff uses owl:differentFrom, in triples that RDF does not allow; so that it is a term of all graphs, here it is.
_USED: Piece = ((EX.one, OWL.differentFrom, EX.other),)


@cache
def pieces(*, odd: bool = False, facts: int = 4, axioms: int = 3) -> st.SearchStrategy[list[Piece]]:
    """Draw facts and axioms, at least so many; with `odd`, one in twenty terms is a built-in one."""
    vocabulary = _Vocabulary(odd=odd)
    some_facts = st.lists(vocabulary.fact(), min_size=facts, max_size=3 * facts)
    some_axioms = st.lists(vocabulary.axiom(), min_size=axioms, max_size=4 * axioms)
    return st.tuples(some_facts, some_axioms).map(lambda pair: [_USED, *pair[0], *pair[1]])


def graph_of(drawn: Iterable[Piece]) -> Graph:
    """Return the graph of some pieces."""
    graph = Graph(bind_namespaces="none")
    for piece in drawn:
        for triple in piece:
            graph.add(triple)
    return graph


def graphs(*, odd: bool = False) -> st.SearchStrategy[Graph]:
    """Draw graphs."""
    return pieces(odd=odd).map(graph_of)


def renamed(drawn: Iterable[Piece], names: Mapping[BNode, Node]) -> list[Piece]:
    """Return pieces with other blank nodes."""
    return [tuple(tuple(_new(term, names) for term in triple) for triple in piece) for piece in drawn]  # type: ignore[misc] # three terms stay three


def _new(term: Node, names: Mapping[BNode, Node]) -> Node:
    return names.get(term, term) if isinstance(term, BNode) else term


def blank_nodes(graph: Graph) -> list[BNode]:
    """Return the blank nodes of a graph, sorted."""
    return sorted({term for triple in graph for term in triple if isinstance(term, BNode)})
