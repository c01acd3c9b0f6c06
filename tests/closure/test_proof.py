"""Proofs: every triple of a closure has one, each step follows by its rule, and the leaves are asserted."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from closure import rule_cases
from rdflib import Graph, URIRef
from rdflib.term import Node

from sts_kg.closure.closure import closure_of
from sts_kg.closure.proofs.proof import Proof, check
from sts_kg.errors import NotEntailedError
from sts_kg.knowledge import KnowledgeGraph
from sts_kg.rdf.graphs import one_triple, parse

EX = "@prefix : <http://example.org/> . "
CASES = (*rule_cases.CASES, *rule_cases.MIXED)


def proven(graph: Graph) -> list[Proof]:
    """Return a checked proof for each triple and each inconsistency of the closure of a graph."""
    closed = closure_of(graph, axioms="all")
    found = [closed.proof(triple) for triple in closed.graph]
    found += [closed.proof_of(each) for each in closed.inconsistencies]
    given = {tuple(triple) for triple in graph}
    for proof in found:
        check(proof)
        assert all(leaf.triple in given for leaf in proof.leaves())
    return found


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
