"""Copies of one restriction: one stands for all, and nothing is lost: held against the plain twin."""

from __future__ import annotations

from random import Random

import pytest
from closure import twin
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from sts_kg.closure.closure import Closure, closure_of
from sts_kg.closure.proofs.proof import check
from sts_kg.rdf.graphs import parse

EX = Namespace("http://e/")
FILLERS = (OWL.someValuesFrom, OWL.allValuesFrom, OWL.hasValue)


def told(triples: object) -> set[str]:
    return {" ".join(term.n3() for term in triple) for triple in triples}  # type: ignore[attr-defined]


def random_graph(seed: int) -> Graph:
    """Return a graph in which few restrictions are written many times, nested, in lists, and next to equal terms."""
    random = Random(seed)
    graph = Graph()
    classes: list[Node] = [EX[name] for name in "ABC"]
    properties, individuals = [EX.p, EX.q], [EX[f"i{n}"] for n in range(3)]
    for each in classes:
        if random.random() < 0.6:
            graph.add((each, RDF.type, OWL.Class))
    for each in properties:
        if random.random() < 0.5:
            graph.add((each, RDF.type, random.choice((OWL.ObjectProperty, OWL.DatatypeProperty))))
    expressions: list[Node] = []
    for _ in range(random.randint(2, 7)):
        node, filler = BNode(), random.choice(FILLERS[: random.choice((1, 2, 3))])
        graph.add((node, OWL.onProperty, random.choice(properties)))
        value = random.choice(individuals if filler == OWL.hasValue else [*classes[:2], *expressions])
        graph.add((node, filler, value))
        if random.random() < 0.4:
            graph.add((node, RDF.type, OWL.Restriction))
        if random.random() < 0.1:
            graph.add((node, RDF.type, OWL.Class))
        expressions.append(node)
    anything = [*classes, *expressions]
    for _ in range(random.randint(2, 8)):
        x, y = random.choice(anything), random.choice(anything)
        match random.randrange(11):
            case 0 | 1 | 2:
                graph.add((x, RDFS.subClassOf, y))
            case 3:
                graph.add((x, OWL.equivalentClass, y))
            case 4:
                graph.add((random.choice(individuals), RDF.type, y))
            case 5:
                graph.add((random.choice(properties), random.choice((RDFS.domain, RDFS.range)), y))
            case 6:
                graph.add((random.choice(individuals), random.choice(properties), random.choice(individuals)))
            case 7 | 8:
                members, head = BNode(), BNode()
                Collection(graph, members, [x, y])
                kind = random.choice((OWL.intersectionOf, OWL.unionOf))
                graph.add((head, kind, members))
                graph.add((random.choice(anything), RDFS.subClassOf, head))
            case 9:
                graph.add((x, random.choice((OWL.complementOf, OWL.disjointWith)), y))
            case _:
                if random.random() < 0.3:
                    graph.add((x, OWL.sameAs, y))
                else:
                    graph.add((EX.p, RDFS.subPropertyOf, EX.q))
    return graph


def everything(closed: Closure) -> set[str]:
    return told(closed.graph) | told(closed.repeated)


def copied(n: int) -> Graph:
    """Return n classes, each below a restriction of its own that says the same as all others."""
    lines = "\n".join(f":c{i} rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :X ] ." for i in range(n))
    return parse(f"@prefix : <http://e/> . :X a owl:Class . :d rdfs:subClassOf :c0 .\n{lines}")


SEEDS = [*range(20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 300))]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost(seed: int) -> None:
    graph = random_graph(seed)
    triples, found = twin.close(graph)
    closed = closure_of(graph, axioms="all")
    assert sorted(told(triples) ^ everything(closed)) == []
    assert {each.rule for each in closed.inconsistencies} == {rule for rule, _ in found}
    assert len(closed.graph) == len(closed)
    assert len(closed.repeated) == closed.n_repeated
    assert not any(each in closed.graph for each in closed.repeated)
    for each in (*closed.graph, *closed.repeated):
        assert each in closed
        proof = closed.proof(each)
        assert proof.triple == each
        check(proof)
    less = closure_of(graph)
    assert len(less.repeated) == less.n_repeated
    assert everything(less) <= everything(closed)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_extension_is_the_closure_of_everything(seed: int) -> None:
    random, graph, parts = Random(seed), random_graph(seed), (Graph(), Graph())
    for each in sorted(graph, key=str):
        in_lists = each[1] in (RDF.first, RDF.rest)  # a list without an end has no members
        parts[0 if in_lists or random.random() < 0.6 else 1].add(each)
    if random.random() < 0.3:
        parts[1].add((RDFS.subClassOf, RDFS.subPropertyOf, EX.q))
    extended = closure_of(parts[0], axioms="all").extend(parts[1])
    assert sorted(everything(extended) ^ everything(closure_of(parts[0] + parts[1], axioms="all"))) == []
    assert len(extended.repeated) == extended.n_repeated


def test_one_copy_stands_for_all() -> None:
    graph = copied(100)
    closed = closure_of(graph)
    assert closed.counts == (302, 100, 0)  # each ci but one is also below the first restriction, and so is :d
    # Ri below and equivalent to Rj; ci below Rj, of which 100 are asserted and 99 inferred; :d below all but the first
    assert closed.n_repeated == 2 * (100 * 100 - 100) + 100 * 100 - 199 + 99
    restrictions = sorted(graph.subjects(OWL.onProperty), key=str)
    assert all((EX.c7, RDFS.subClassOf, each) in closed for each in restrictions)
    assert all((each, OWL.equivalentClass, restrictions[0]) in closed for each in restrictions[1:])
    assert (restrictions[0], RDFS.subClassOf, EX.c7) not in closed
    assert len(closed.objects(EX.c7, RDFS.subClassOf)) == 2  # of the asserted and the inferred triples


def test_the_proof_names_both_copies() -> None:
    graph = parse("""@prefix : <http://e/> . :p a owl:ObjectProperty .
        :a rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :v ] .
        [] owl:onProperty :p ; owl:hasValue :v ; rdfs:subClassOf :b .""")
    closed = closure_of(graph)
    below_b = next(graph.subjects(RDFS.subClassOf, EX.b))
    proof = closed.proof((EX.a, RDFS.subClassOf, below_b))
    assert proof.rules() == ("scm-hv", "scm-op", "scm-sco")
    assert (EX.a, RDFS.subClassOf, EX.b) in closed.inferred


@pytest.mark.parametrize(
    "told_more",
    ["rdfs:subClassOf rdfs:subPropertyOf :q .", ":q owl:inverseOf owl:onProperty .", "rdfs:domain owl:sameAs :q ."],
)
def test_vocabulary_as_data_keeps_each_copy(told_more: str) -> None:
    graph = copied(3) + parse(f"@prefix : <http://e/> . {told_more}")
    closed = closure_of(graph, axioms="all")
    assert closed.n_repeated == 0
    assert sorted(told(twin.close(graph)[0]) ^ told(closed.graph)) == []


@pytest.mark.parametrize(
    "said", ["", ":X a owl:Class . ", ":p a owl:ObjectProperty . "], ids=["nothing", "of the filler", "of the property"]
)
def test_copies_are_equivalent_only_by_a_rule(said: str) -> None:
    restriction = "[ owl:onProperty :p ; owl:someValuesFrom :X ]"
    graph = parse(
        f"@prefix : <http://e/> . {said}:a rdfs:subClassOf {restriction} . {restriction} rdfs:subClassOf :b ."
    )
    assert ((EX.a, RDFS.subClassOf, EX.b) in closure_of(graph)) == bool(said)


def _blank(term: Node) -> Node:
    return BNode(str(term).removeprefix(EX)) if str(term).startswith(EX._) else term


def extended(*parts: str) -> Closure:
    """Return the closure of the first part, extended by each other one; `:_r` is one blank node in all of them."""
    graphs = [Graph() for _ in parts]
    for graph, part in zip(graphs, parts, strict=True):
        for s, p, o in parse(f"@prefix : <http://e/> . {part}"):
            graph.add((_blank(s), p, _blank(o)))
    closed = closure_of(graphs[0], axioms="all")
    for graph in graphs[1:]:
        closed = closed.extend(graph)
    return closed


def test_a_restriction_of_two_groups_of_copies() -> None:
    closed = closure_of(
        parse("""@prefix : <http://e/> . :p a owl:DatatypeProperty . :q a owl:ObjectProperty . :z :z _:c .
        _:a owl:onProperty :q ; owl:someValuesFrom :A . _:b owl:onProperty :p , :q ; owl:someValuesFrom :A .
        _:c owl:onProperty :p ; owl:someValuesFrom :A .""")
    )
    assert len(closed.match()) == len(closed) == len(closed.graph)
    assert set(closed.match()) == set(closed.graph)
    assert len(closed.repeated) == closed.n_repeated == 2 * 6


def test_what_holds_by_another_expression_of_a_copy_is_proved() -> None:
    graph = parse("""@prefix : <http://e/> . :A a owl:Class . :z :z _:c .
        _:c owl:onProperty :p ; owl:someValuesFrom :A . _:b owl:onProperty :p , :q ; owl:someValuesFrom :A .
        _:t owl:onProperty :q ; owl:someValuesFrom owl:Thing .""")
    top = next(graph.subjects(OWL.someValuesFrom, OWL.Thing))
    for each in set(graph.subjects(OWL.someValuesFrom, EX.A)):
        check(closure_of(graph).proof((each, RDFS.subClassOf, top)))


def test_a_literal_is_no_member_of_a_copy() -> None:
    restriction = "owl:onProperty :p ; owl:someValuesFrom owl:Thing"
    closed = closure_of(
        parse(
            "@prefix : <http://e/> . :i a _:r . :i owl:sameAs 1 . :p rdfs:range _:r, _:s . "
            f"_:r {restriction} . _:s {restriction} ."
        )
    )
    assert not any(isinstance(s, Literal) for s, _, _ in closed.repeated)
    assert len(closed.repeated) == closed.n_repeated
    assert all(each in closed for each in closed.repeated)


def test_a_restriction_that_becomes_a_copy_is_counted_once() -> None:
    closed = extended(
        ":_r owl:someValuesFrom :B . :_s owl:onProperty :q ; owl:someValuesFrom :B . :q a owl:ObjectProperty .",
        ":_r owl:onProperty :q .",
    )
    assert len(closed.match()) == len(closed) == len(closed.graph)
    assert not any(each in closed.graph for each in closed.repeated)


def test_a_triple_that_was_inferred_before_there_were_copies_proves_one_of_a_copy() -> None:
    closed = extended(
        ":_r owl:onProperty :q ; owl:someValuesFrom :B . :_s owl:onProperty :q ; rdfs:subClassOf owl:Nothing . "
        ":q a owl:DatatypeProperty .",
        ":_s owl:someValuesFrom :B .",
    )
    for each in (*closed.graph, *closed.repeated):
        check(closed.proof(each))


def test_copies_that_come_after_vocabulary_as_data_are_kept() -> None:
    parts = (
        "rdfs:subClassOf rdfs:subPropertyOf rdfs:seeAlso . :A a owl:Class . :_r owl:someValuesFrom :A . "
        ":_s owl:onProperty :q ; owl:someValuesFrom :A .",
        ":_r owl:onProperty :q .",
    )
    closed = extended(*parts)
    assert closed.n_repeated == 0
    assert everything(closed) == everything(extended(" ".join(parts)))


@pytest.mark.parametrize(
    "parts",
    [
        (":p owl:sameAs :q .", ":q rdfs:subPropertyOf :q ."),
        (":x owl:sameAs :y . :f a owl:SymmetricProperty .", ":i :f :y ."),
        (":A a owl:Class . :x owl:sameAs :y .", ":y rdfs:subClassOf :A ."),
        (":p owl:sameAs rdf:type . :A rdfs:subClassOf :B .", ":x :p :A ."),
    ],
)
def test_what_an_extension_says_of_equal_terms_is_proved(parts: tuple[str, str]) -> None:
    closed = extended(*parts)
    assert everything(closed) == everything(extended(" ".join(parts)))
    for each in closed.graph:
        check(closed.proof(each))


RESTRICTED = ":a rdfs:subClassOf :_r . :b rdfs:subClassOf :_s . :_r owl:onProperty :p ; owl:someValuesFrom :A . "


@pytest.mark.parametrize(
    "parts",
    [
        (RESTRICTED + ":_s owl:onProperty :p ; owl:someValuesFrom :A .", ":A a owl:Class ."),
        (RESTRICTED + ":_s owl:onProperty :p ; owl:someValuesFrom :A .", ":p a owl:ObjectProperty ."),
        (RESTRICTED + ":_s owl:onProperty :p ; owl:someValuesFrom :A .", ":A rdfs:subClassOf :A ."),
        (RESTRICTED + ":_s owl:onProperty :p . :A a owl:Class .", ":_s owl:someValuesFrom :A ."),
    ],
)
def test_an_extension_makes_copies_of_what_was_there(parts: tuple[str, str]) -> None:
    closed, at_once = extended(*parts), extended(" ".join(parts))
    assert closed.counts == at_once.counts
    assert closed.n_repeated == len(closed.repeated) == at_once.n_repeated > 0
    assert everything(closed) == everything(at_once)
    for each in (*closed.graph, *closed.repeated):
        check(closed.proof(each))


def test_copies_with_two_names_of_one_property_are_proved() -> None:
    parts = RESTRICTED + ":_s owl:someValuesFrom :A . :A a owl:Class . :p owl:sameAs :q .", ":_s owl:onProperty :q ."
    closed = extended(*parts)
    assert everything(closed) == everything(extended(" ".join(parts)))
    assert closed.n_repeated > 0
    for each in (*closed.graph, *closed.repeated):
        check(closed.proof(each))
