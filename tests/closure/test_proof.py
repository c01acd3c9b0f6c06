"""Proofs: every triple of a closure has one, each step follows by its rule, and the leaves are asserted."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from closure import proof_checker, rule_cases
from closure.random_graphs import EX as EXAMPLE
from closure.random_graphs import graphs
from hypothesis import given, reject, settings
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.closure.closure import Closure, closure_of
from sts_kg.closure.proofs.proof import Proof, check
from sts_kg.errors import BuiltInUseError, NotEntailedError
from sts_kg.knowledge import KnowledgeGraph
from sts_kg.rdf.graphs import one_triple, parse

EX = "@prefix : <http://example.org/> . "
CASES = (*rule_cases.CASES, *rule_cases.MIXED)


def proven(graph: Graph) -> list[Proof]:
    """Return a checked proof for each triple and each inconsistency of the closure of a graph."""
    closed = closure_of(graph, axioms="all")
    given: set[tuple[Node, ...]] = set(graph)
    found = proofs_of(closed)
    for proof in found:
        check(proof)
        assert all(leaf.triple in given for leaf in proof.leaves())
    return found


def proofs_of(closed: Closure) -> list[Proof]:
    return [*map(closed.proof, closed.graph), *map(closed.proof_of, closed.inconsistencies)]


@pytest.mark.slow
@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_each_triple_of_a_rule_case_has_a_proof(case: rule_cases.Case) -> None:
    found = proven(parse(rule_cases.PREFIXES + case.premise))
    assert {proof.rule for proof in found if not proof.triple} >= case.reports


@pytest.mark.parametrize("seed", range(12))
def test_each_triple_of_a_random_hierarchy_has_a_proof(seed: int) -> None:
    rnd = random.Random(seed)
    lines = [f":C{rnd.randrange(8)} rdfs:subClassOf :C{rnd.randrange(8)} ." for _ in range(9)]
    lines += [f":x{rnd.randrange(6)} :p :x{rnd.randrange(6)} ." for _ in range(7)]
    lines += [f":x{rnd.randrange(6)} a :C{rnd.randrange(8)} ." for _ in range(4)]
    lines += [":p a owl:TransitiveProperty .", f":x{rnd.randrange(6)} owl:sameAs :x{rnd.randrange(6)} ."]
    assert len(proven(parse(EX + " ".join(lines)))) > 100


@settings(max_examples=15)
@given(graphs(odd=True))
def test_each_triple_of_a_random_graph_has_a_proof_that_an_independent_checker_accepts(graph: Graph) -> None:
    try:
        closed = closure_of(graph, axioms="all")
    except BuiltInUseError:
        reject()  # refused by name
    asserted = set(graph)
    for proof in proofs_of(closed):
        proof_checker.accept(proof, asserted)


def test_the_independent_checker_sees_a_wrong_step() -> None:
    graph = parse(EX + ":A rdfs:subClassOf :B . :x a :A ; :n 1 , 01 ; :l ( :A ) .")
    asserted = set(graph)
    proof = closure_of(graph).proof(one_triple("<http://example.org/x> a <http://example.org/B>"))
    proof_checker.accept(proof, asserted)
    one, two, a = Literal(1), Literal(2), URIRef("http://example.org/A")
    values: list[tuple[tuple[Node, ...], str]] = [
        ((one, OWL.sameAs, two), "dt-eq"),
        ((one, OWL.differentFrom, one), "dt-diff"),
    ]
    values += [((one, RDF.type, XSD.string), "dt-type2"), ((a, RDF.type, RDFS.Datatype), "dt-type1")]
    wrong = [
        replace(proof, triple=(a, *proof.triple[1:])),
        replace(proof, rule="scm-sco"),
        replace(proof, premises=proof.premises[1:]),
        replace(proof, premises=(*proof.premises[1:], replace(proof.premises[0], triple=(a, OWL.sameAs, a)))),
        replace(proof, triple=(a, OWL.sameAs, a), rule="eq-ref", premises=()),
        replace(proof, triple=(), rule="cax-sco"),
        Proof((RDF.nil,), "LIST", members=(a,)),
        *(Proof(triple, rule) for triple, rule in values),
    ]
    for each in wrong:
        with pytest.raises(proof_checker.WrongStepError):
            proof_checker.accept(each, asserted)


def test_a_conclusion_from_values_reaches_all_names_of_two_literals() -> None:
    graph = parse(EX + ":a owl:sameAs 1 . :b owl:sameAs 'x'^^xsd:token . :one owl:differentFrom :other .")
    proof = closure_of(graph).proof((EXAMPLE.a, OWL.differentFrom, EXAMPLE.b))
    proof_checker.accept(proof, set(graph))
    assert proof.rules() == ("dt-diff", "eq-rep-o", "eq-rep-s", "eq-sym")


def test_what_is_the_same_as_itself_is_a_term_of_a_triple() -> None:
    graph = parse(EX + ":a :p :b .")
    closed = closure_of(graph, axioms="all")
    proof = closed.proof((EXAMPLE.p, OWL.sameAs, EXAMPLE.p))
    assert (proof.rule, [each.triple for each in proof.premises]) == ("eq-ref", [*graph])
    proof = closed.proof((OWL.sameAs, OWL.sameAs, OWL.sameAs))
    assert [each.triple for each in proof.premises] == [(RDF.type, OWL.sameAs, RDF.type)]


def test_a_contradiction_among_members_of_a_list_is_proved_by_the_names_that_are_reported() -> None:
    graph = parse(EX + ":d a owl:AllDifferent ; owl:members ( :c :c ) . :l rdf:first :b . :b owl:sameAs :c .")
    (found,) = closure_of(graph).inconsistencies
    assert set(found.terms) == {EXAMPLE.b, EXAMPLE.c}
    proof = closure_of(graph).proof_of(found)
    proof_checker.accept(proof, set(graph))
    assert {member for each in proof.premises for member in each.members} == set(found.terms)


def test_a_proof_as_text_markdown_and_values() -> None:
    graph = parse(EX + ":A rdfs:subClassOf :B . :x a :A .")
    proof = closure_of(graph).proof(one_triple("<http://example.org/x> a <http://example.org/B>"))
    name = graph.identifier
    assert str(proof) == (
        "http://example.org/x rdf:type http://example.org/B  [cax-sco: What is in a class is in its superclass.]\n"
        f"  http://example.org/A rdfs:subClassOf http://example.org/B  [asserted in {name}]\n"
        f"  http://example.org/x rdf:type http://example.org/A  [asserted in {name}]"
    )
    assert proof.to_markdown().splitlines()[1] == (
        f"  - `http://example.org/A rdfs:subClassOf http://example.org/B` — asserted in {name}"
    )
    steps = proof.as_dict()["steps"]
    assert isinstance(steps, list)
    assert [(step["rule"], step["premises"]) for step in steps] == [("cax-sco", [1, 2]), (None, []), (None, [])]
    assert proof.rules() == ("cax-sco",)


def test_a_proof_names_the_file_of_each_leaf(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text("<http://e/A> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://e/B> .\n")
    (tmp_path / "b.ttl").write_text("<http://e/x> a <http://e/A> .")
    closed = closure_of([tmp_path / "a.nt", tmp_path / "b.ttl"])
    leaves = closed.proof(one_triple("<http://e/x> a <http://e/B>")).leaves()
    assert [leaf.source for leaf in leaves] == [str(tmp_path / "a.nt"), str(tmp_path / "b.ttl")]


def test_a_long_chain_has_a_flat_proof() -> None:
    graph = parse(EX + ":p a owl:TransitiveProperty . " + " ".join(f":n{i} :p :n{i + 1} ." for i in range(300)))
    proof = closure_of(graph).proof(
        one_triple("<http://example.org/n0> <http://example.org/p> <http://example.org/n300>")
    )
    check(proof)
    assert len(proof.leaves()) == 301
    assert max((len(line) - len(line.lstrip())) // 2 for line in str(proof).splitlines()) == 9


def test_what_does_not_follow_has_no_proof() -> None:
    closed = closure_of(parse(EX + ":A rdfs:subClassOf :B . :x a :B ."))
    with pytest.raises(NotEntailedError, match=r"no proof of <http://example.org/x> .*: the closure does not have it"):
        closed.proof(one_triple("<http://example.org/x> a <http://example.org/A>"))


def test_owlrl_keeps_no_proofs() -> None:
    closed = closure_of(parse(EX + ":x a :B ."), engine="owlrl")
    with pytest.raises(NotEntailedError, match="owlrl records no rounds"):
        closed.proof(one_triple("<http://example.org/x> a <http://example.org/B>"))


def test_the_check_sees_a_wrong_step() -> None:
    closed = closure_of(parse(EX + ":A rdfs:subClassOf :B . :x a :A ."))
    proof = closed.proof(one_triple("<http://example.org/x> a <http://example.org/B>"))
    wrong: tuple[Node, ...] = (URIRef("http://example.org/y"), *proof.triple[1:])
    with pytest.raises(ValueError, match="does not follow by cax-sco"):
        check(replace(proof, triple=wrong))
    with pytest.raises(ValueError, match="not asserted"):
        check(replace(proof, premises=(replace(proof.premises[0], source=None), proof.premises[1])))


def test_an_extended_closure_proves_what_was_added(tmp_path: Path) -> None:
    base = closure_of(parse(EX + ":A rdfs:subClassOf :B ."))
    proof = base.extend(parse(EX + ":x a :A .")).proof(one_triple("<http://example.org/x> a <http://example.org/B>"))
    check(proof)
    assert len({leaf.source for leaf in proof.leaves()}) == 2


def test_a_proof_in_the_clinical_graph_ends_in_sentences(kg: KnowledgeGraph) -> None:
    case = {"case": "one", "findings": {"stage4-sts": True, "sarcoma-type-for-pazopanib": True}} | {
        "courses": [{"therapies": ["doxorubicin"], "start": "2025-01", "end": "2025-03"}]
    }
    proof = kg.with_cases(case).proof("case:one sts:hasOption sts:option-pazopanib")
    check(proof)
    assert {sentence for leaf in proof.leaves() for sentence in leaf.sentences} >= {"S14", "S15"}


def test_a_malformed_list_leaves_what_else_follows_provable() -> None:
    closed = closure_of(parse(EX + ":C owl:unionOf :l . :l rdf:first :A . :A rdfs:subClassOf :B . :x a :A ."))
    check(closed.proof(one_triple("<http://example.org/x> a <http://example.org/B>")))
    with pytest.raises(NotEntailedError):
        closed.proof(one_triple("<http://example.org/x> a <http://example.org/C>"))
