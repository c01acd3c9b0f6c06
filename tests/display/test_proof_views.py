"""What is shown of proofs and closures, to the letter, and how huge ones are cut."""

from __future__ import annotations

import json

import pytest
from rdflib import BNode, URIRef
from rdflib.term import Node

from sts_kg import KnowledgeGraph
from sts_kg.closure import Closure, Proof, closure_of
from sts_kg.display import as_markdown, as_text, markup, view_of
from sts_kg.display.view import Branch, plain
from sts_kg.rdf import parse

CHAIN = "sts:a a sts:A . sts:A rdfs:subClassOf sts:B . sts:B rdfs:subClassOf sts:C ."


@pytest.fixture
def chain() -> Closure:
    return closure_of(parse(CHAIN), axioms="none")


def tree_of(proof: Proof) -> Branch:
    (tree,) = (block for block in view_of(proof).blocks if isinstance(block, Branch))
    return tree


def lines(branch: Branch) -> list[str]:
    return [plain(branch.text), *(line for each in branch.below for line in lines(each))]


def triple(text: str) -> tuple[Node, Node, Node]:
    (found,) = parse(text)
    return found


def test_a_proof_as_text(chain: Closure) -> None:
    proof = chain.proof(triple("sts:a a sts:C ."))
    assert repr(proof) == "<Proof: sts:a rdf:type sts:C, by cax-sco, 5 steps>"
    assert as_text(proof, 200) == (
        "Proof of sts:a rdf:type sts:C\n\n"
        "steps    5, from 3 asserted triples\n"
        "rules    cax-sco, scm-sco\n"
        f"sources  {proof.leaves()[0].source}\n\n"
        "sts:a rdf:type sts:C — cax-sco: What is in a class is in its superclass.\n"
        "  sts:A rdfs:subClassOf sts:C — scm-sco: A superclass of a superclass is a superclass.\n"
        f"    sts:A rdfs:subClassOf sts:B — asserted in {proof.leaves()[0].source}\n"
        f"    sts:B rdfs:subClassOf sts:C — asserted in {proof.leaves()[0].source}\n"
        f"  sts:a rdf:type sts:A — asserted in {proof.leaves()[0].source}"
    )


def test_a_proof_unfolds_in_html_and_is_a_list_in_markdown(chain: Closure) -> None:
    proof = chain.proof(triple("sts:a a sts:B ."))
    source = proof.leaves()[0].source
    assert (
        '<ul class="sts-kg-tree"><li><details open><summary><code>sts:a rdf:type sts:B</code> '
        '<span class="sts-kg-quiet">— cax-sco: What is in a class is in its superclass.</span></summary><ul><li>'
    ) in markup(proof)
    assert as_markdown(proof).endswith(
        "- `sts:a rdf:type sts:B` — cax-sco: What is in a class is in its superclass.\n"
        f"  - `sts:A rdfs:subClassOf sts:B` — asserted in {source}\n"
        f"  - `sts:a rdf:type sts:A` — asserted in {source}\n"
    )
    assert proof._repr_markdown_() == as_markdown(proof)


def test_the_sentences_behind_a_proof(kg: KnowledgeGraph) -> None:
    proof = kg.with_examples().proof("case:a sts:hasOption sts:option-chemotherapy")
    told = as_text(proof, None)
    assert "\nsentences  H0, S01, S04, S05, S06\n" in told
    assert " asserted in https://w3id.org/sts-kg/ontology/conditions, after S04, S05, S06\n" in told


def leaf(number: int) -> Proof:
    return Proof((URIRef(f"urn:l{number}"), URIRef("urn:p"), URIRef("urn:o")), None, source="x")


def step(number: int, *premises: Proof) -> Proof:
    return Proof((URIRef(f"urn:s{number}"), URIRef("urn:p"), URIRef("urn:o")), "scm-sco", premises)


def test_what_was_shown_above_is_said_and_not_repeated() -> None:
    shared = step(1, leaf(1))
    assert lines(tree_of(step(2, shared, shared))) == [
        "urn:s2 urn:p urn:o — scm-sco: A superclass of a superclass is a superclass.",
        "urn:s1 urn:p urn:o — scm-sco: A superclass of a superclass is a superclass.",
        "urn:l1 urn:p urn:o — asserted in x",
        "urn:s1 urn:p urn:o — scm-sco: A superclass of a superclass is a superclass. (shown above)",
    ]


CUT = "Not all of the proof is shown here: print(proof) and as_dict() have it."


def test_a_deep_proof_is_cut_below() -> None:
    proof = leaf(0)
    for number in range(5_000):
        proof = step(number, proof)
    told = lines(tree_of(proof))
    assert (len(told), told[-1].partition(". ")[2]) == (31, "(from 1 premise, not shown)")
    assert as_text(proof, None).endswith(CUT)
    assert len(markup(proof)) < 10_000


def test_a_wide_step_is_cut_on_its_right() -> None:
    proof = step(0, *map(leaf, range(1_000)))
    told = lines(tree_of(proof))
    assert (len(told), told[20:]) == (22, ["urn:l19 urn:p urn:o — asserted in x", "… and 980 more premises"])
    assert as_text(proof, None).endswith(CUT)


def test_a_proof_with_many_branches_is_cut_where_200_lines_are_full() -> None:
    layer = [leaf(n) for n in range(4**6)]
    while len(layer) > 1:
        layer = [step(at, *layer[at : at + 4]) for at in range(0, len(layer), 4)]
    told = lines(tree_of(layer[0]))
    assert len(told) == 1 + 4 + 16 + 64
    assert sum("(from 4 premises, not shown)" in line for line in told) == 64


def test_a_list_gives_its_members_and_not_its_links() -> None:
    members = Proof((BNode("l"),), "LIST", (leaf(1), leaf(2)), members=(URIRef("urn:a"), URIRef("urn:b")))
    assert lines(tree_of(step(0, members))) == [
        "urn:s0 urn:p urn:o — scm-sco: A superclass of a superclass is a superclass.",
        "_:l is the list urn:a, urn:b — rdf:first and rdf:rest",
    ]


# --- closures


def test_a_consistent_closure(chain: Closure) -> None:
    chain.stats.seconds = {"read": 0.25, "schema": 1.5}
    assert repr(chain) == "<Closure: 3 asserted triples, consistent>"
    assert as_text(chain, 80) == (
        "Closure: consistent\n\n"
        "asserted  3 triples\n"
        "inferred  3 triples\n"
        f"rounds    {chain.stats.rounds}\n"
        "seconds   1.750 (read 0.250, schema 1.500)\n"
        "engine    columns\n\n"
        "▸ how often 7 rules concluded something"
    )
    assert '<span class="sts-kg-badge good"><span aria-hidden="true">✓</span> consistent</span>' in markup(chain)
    assert "| cax-sco | 2 | What is in a class is in its superclass. |" in as_markdown(chain)
    json.dumps(chain.statistics())


def test_a_closure_that_contradicts_itself_says_where() -> None:
    facts = " ".join(f"sts:x{n} a sts:A, sts:B ." for n in range(30))
    closure = closure_of(parse(f"sts:A owl:disjointWith sts:B . sts:A sts:n 'x'^^xsd:integer . {facts}"))
    told = as_text(closure, 80)
    assert repr(closure) == "<Closure: 62 asserted triples, 30 contradictions>"
    assert told.startswith("Closure: 30 contradictions\n\nasserted  62 triples\n")
    assert "\n\n1. cax-dw: the disjoint classes sts:A and sts:B share sts:x0\n2. cax-dw: " in told
    assert "\n20. cax-dw: " in told and "\n21. and 10 more contradictions\n" in told
    assert "\n\nto see why: closure.proof_of(closure.inconsistencies[0])\n\n▸ 1 warning\n" in told
    assert 'sts-kg-badge bad"><span aria-hidden="true">✗</span> 30 contradictions</span>' in markup(closure)


def test_a_warning_and_a_contradiction_are_one_sentence() -> None:
    closure = closure_of(parse("sts:A owl:disjointWith sts:B . sts:x a sts:A, sts:B ; sts:n 'y'^^xsd:integer ."))
    (clash,), (warned,) = closure.inconsistencies, closure.warnings
    assert as_text(clash) == str(clash) == "cax-dw: the disjoint classes sts:A and sts:B share sts:x"
    assert repr(clash) == "<Inconsistency: cax-dw: the disjoint classes sts:A and sts:B share sts:x>"
    assert (as_text(warned, None), repr(warned)) == (str(warned), f"<Warned: {warned}>")
