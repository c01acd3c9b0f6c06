"""The door of the package: what it takes, what a `Closure` answers, and what it loads."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pyoxigraph as ox
import pytest
from rdflib import BNode, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.closure.closure import Closure, Progress, closure_of
from sts_kg.closure.engines import ENGINES, Axioms
from sts_kg.closure.rules.checks import CHECK_RULES
from sts_kg.errors import InconsistentError
from sts_kg.rdf.graphs import parse, to_ox
from sts_kg.rdf.names import STS

EX = Namespace("http://example.org/")
TREE = "sts:Drug rdfs:subClassOf sts:Therapy . sts:Therapy rdfs:subClassOf sts:Thing . sts:pazopanib a sts:Drug ."
INFERRED = {
    (STS.Drug, RDFS.subClassOf, STS.Thing),
    (STS.pazopanib, RDF.type, STS.Therapy),
    (STS.pazopanib, RDF.type, STS.Thing),
}


def ntriples(graph: Graph) -> bytes:
    return "".join(sorted(f"{to_ox(s)} {to_ox(p)} {to_ox(o)} .\n" for s, p, o in graph)).encode()


def lines(closed: Closure, *, inferred_only: bool = False) -> list[str]:
    return sorted(b"".join(closed.ntriples(inferred_only=inferred_only)).decode().splitlines())


# --- sources


def as_graph(graph: Graph, folder: Path) -> object:
    return graph


def as_store(graph: Graph, folder: Path) -> object:
    store = ox.Store()
    store.extend(ox.Quad(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in graph)
    return store


def as_file(graph: Graph, folder: Path) -> object:
    return io.BytesIO(ntriples(graph))


def as_path(graph: Graph, folder: Path) -> object:
    (folder / "graph.nt").write_bytes(ntriples(graph))
    return folder / "graph.nt"


def as_text_of_a_path(graph: Graph, folder: Path) -> object:
    (folder / "graph.nq.gz").write_bytes(gzip.compress(ntriples(graph)))
    return str(folder / "graph.nq.gz")


def as_turtle(graph: Graph, folder: Path) -> object:
    graph.serialize(folder / "graph.ttl", format="turtle")
    return folder / "graph.ttl"


def as_several(graph: Graph, folder: Path) -> object:
    first, *rest = sorted(graph)
    return [Graph().add(first), io.BytesIO(ntriples(sum((Graph().add(each) for each in rest), Graph())))]


def as_dataset(graph: Graph, folder: Path) -> object:
    dataset = Dataset()
    for i, triple in enumerate(sorted(graph)):
        (dataset.graph(EX[str(i)]) if i else dataset.default_graph).add(triple)
    return dataset


SOURCES = (as_graph, as_dataset, as_store, as_file, as_path, as_text_of_a_path, as_turtle, as_several)


@pytest.mark.parametrize("given", SOURCES)
def test_asserted_triples_are_told_as_they_are_read(given: Callable[[Graph, Path], object], tmp_path: Path) -> None:
    graph = parse(f"{TREE} sts:pazopanib rdfs:label 'a'@en ; rdfs:seeAlso [ rdfs:label 'b' ] .")
    pieces: list[tuple[bytes, bool]] = []
    closed = closure_of(given(graph, tmp_path), told=lambda *piece: pieces.append(piece))
    told = b"".join(lines for lines, _ in pieces).splitlines()
    assert sorted(told) == sorted(b"".join(closed.ntriples()).splitlines()[:6])
    assert len(told) == len(closed.asserted) == 6
    assert {line.count(b"_:") > 0 for lines, is_blank in pieces if is_blank for line in lines.splitlines()} == {True}
    assert sum(len(lines.splitlines()) for lines, is_blank in pieces if is_blank) == 2
    apart = [*closed.ntriples_apart(), *closed.ntriples_apart(inferred_only=True)]
    assert sorted(len(lines.splitlines()) for lines, is_blank in apart if is_blank) == [1, 1]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("made", SOURCES, ids=lambda made: made.__name__)
def test_each_kind_of_source_has_the_same_closure(
    made: Callable[[Graph, Path], object], engine: str, tmp_path: Path
) -> None:
    graph = parse(TREE)
    closed = closure_of(made(graph, tmp_path), engine=engine)
    # owlrl also says so of datatypes that are not amongst those of OWL 2 RL: test_reference.py
    inferred = {triple for triple in closed.inferred if triple[2] != RDFS.Datatype}
    assert (set(closed.asserted), inferred) == (set(graph), INFERRED)
    assert closed.counts == (3, len(closed.inferred), 0)
    assert len(closed) == sum(closed.counts)


def test_a_triple_of_two_sources_is_one_triple() -> None:
    graph = parse(TREE)
    assert closure_of([graph, io.BytesIO(ntriples(graph)), graph]).counts == (3, 3, 0)


def test_a_generator_of_sources_is_taken() -> None:
    assert closure_of(Graph().add(triple) for triple in parse(TREE)).counts == (3, 3, 0)


def test_blank_nodes_of_graphs_keep_their_names_and_those_of_files_do_not_meet_them() -> None:
    node = BNode("b0")
    graph = Graph().add((node, EX.p, EX.a))
    file = io.BytesIO(b"_:b0 <http://example.org/p> <http://example.org/a> .\n")
    closed = closure_of([graph, graph, file])
    assert node in set(closed.asserted.subjects())
    assert len(closed.asserted) == 2


def test_a_named_graph_counts_like_any_other() -> None:
    store = ox.Store()
    for i, (s, p, o) in enumerate(parse(TREE)):
        store.add(ox.Quad(to_ox(s), to_ox(p), to_ox(o), ox.NamedNode(f"http://example.org/{i}")))
    assert set(closure_of(store).inferred) == INFERRED


def test_a_graph_of_a_dataset_is_named_in_proofs() -> None:
    dataset = Dataset()
    dataset.graph(EX.g).add((STS.Drug, RDFS.subClassOf, STS.Therapy))
    dataset.default_graph.add((STS.pazopanib, RDF.type, STS.Drug))
    proof = closure_of(dataset).proof((STS.pazopanib, RDF.type, STS.Therapy))
    assert {premise.source for premise in proof.premises} == {str(EX.g), "urn:x-rdflib:default"}


def test_an_input_that_was_closed_before_is_all_asserted() -> None:
    closed = closure_of(parse(TREE))
    assert closure_of(closed.graph).counts == (6, 0, 0)


# --- answers


@pytest.mark.parametrize("engine", ENGINES)
def test_ntriples_are_the_lines_of_the_graph(engine: str) -> None:
    closed = closure_of(parse(TREE + ' sts:pazopanib rdfs:label "a\\"b\\n"@en , "1"^^xsd:integer .'), engine=engine)
    assert lines(closed) == ntriples(closed.graph).decode().splitlines()
    followed = closed.inferred + closed.trivial
    assert lines(closed, inferred_only=True) == ntriples(followed).decode().splitlines()


def test_a_graph_once_made_is_kept() -> None:
    closed = closure_of(parse(TREE))
    assert closed.inferred is closed.inferred
    assert closed.graph is closed.graph


@pytest.mark.parametrize("engine", ENGINES)
def test_literal_subjects_and_blank_predicates_never_appear(engine: str) -> None:
    graph = parse(
        'sts:n owl:inverseOf sts:m . sts:x sts:n "text" . sts:n rdfs:range sts:C . sts:n rdfs:subPropertyOf _:p .'
    )
    closed = closure_of(graph, engine=engine, axioms="all")
    assert len(closed.asserted) == 4
    for s, p, _ in closed.graph:
        assert not isinstance(s, Literal)
        assert isinstance(p, URIRef)


def test_a_literal_joins_what_it_connects_though_it_is_no_subject() -> None:
    closed = closure_of(
        parse('sts:n a owl:InverseFunctionalProperty . sts:x sts:n 1 . sts:y sts:n "01"^^xsd:integer .')
    )
    assert (STS.x, OWL.sameAs, STS.y) in closed


EQUAL = (
    'sts:a owl:sameAs sts:b . sts:b owl:sameAs sts:c . sts:a sts:p sts:x , "1"^^xsd:integer . sts:x owl:sameAs sts:y .'
)


def test_what_is_said_of_a_term_holds_of_its_equals() -> None:
    closed = closure_of(parse(EQUAL))
    for s in (STS.a, STS.b, STS.c):
        assert closed.objects(s, STS.p) == (Literal(1), STS.x, STS.y)
        for o in (STS.x, STS.y, Literal("1", datatype=XSD.integer)):
            assert (s, STS.p, o) in closed
    assert (STS.x, STS.p, STS.a) not in closed
    assert (STS.a, STS.p, STS.b) not in closed
    assert closed.objects(STS.a, OWL.sameAs) == (STS.b, STS.c)
    # p: 3 equal subjects, 3 objects, 2 asserted; sameAs: 6 and 2 ordered pairs, 3 asserted
    assert closed.counts == (5, (9 - 2) + (8 - 3), 0)


@pytest.mark.parametrize("axioms", ["none", "used", "all"])
def test_an_asserted_triple_is_in_the_closure_even_if_it_is_trivial(axioms: str) -> None:
    trivial: list[tuple[Node, Node, Node]] = [
        (STS.a, OWL.sameAs, STS.a),
        (STS.C, RDFS.subClassOf, STS.C),
        (STS.C, RDFS.subClassOf, OWL.Thing),
        (STS.a, RDF.type, OWL.Thing),
        (OWL.Thing, RDF.type, OWL.Class),
        (RDFS.label, RDF.type, OWL.AnnotationProperty),
    ]
    graph = Graph()
    for triple in trivial:
        graph.add(triple)
    closed = closure_of(graph, axioms=axioms)  # type: ignore[arg-type] # one of the three
    assert set(closed.asserted) == set(trivial)
    for s, p, o in trivial:
        assert (s, p, o) in closed
        assert o in closed.objects(s, p)


def test_trivial_triples_are_in_it_as_far_as_they_are_asked_for() -> None:
    graph = parse("sts:C a owl:Class . sts:p rdfs:range xsd:integer . sts:x a sts:C .")
    none, used, all_ = (closure_of(graph, axioms=axioms) for axioms in ("none", "used", "all"))
    datatype, reflexive = (XSD.integer, RDF.type, RDFS.Datatype), (STS.C, RDFS.subClassOf, STS.C)
    assert [datatype in each for each in (none, used, all_)] == [False, True, True]
    assert [reflexive in each for each in (none, used, all_)] == [False, False, True]
    assert set(used.trivial) == {datatype}
    assert none.counts[2] == 0


ONE = '"1"^^xsd:nonNegativeInteger'


@pytest.mark.parametrize(("first", "second"), [("sts:p", "sts:q"), ("sts:q", "sts:p")])
@pytest.mark.parametrize(
    "limit",
    [
        f"owl:maxCardinality {ONE}",
        f"owl:maxQualifiedCardinality {ONE} ; owl:onClass owl:Thing",
        f"owl:maxQualifiedCardinality {ONE} ; owl:onClass sts:C",
    ],
)
def test_the_order_of_limited_properties_does_not_matter(limit: str, first: str, second: str) -> None:
    text = (
        "sts:0 sts:p sts:o ; sts:q sts:o . "  # the properties in one order, their restrictions in either
        f"sts:A owl:onProperty {first} ; {limit} . sts:B owl:onProperty {second} ; {limit} . "
        f"sts:a a sts:A ; {first} sts:s , sts:t . sts:b a sts:B ; {second} sts:v , sts:w . "
        "sts:s a sts:C . sts:t a sts:C . sts:v a sts:C . sts:w a sts:C . sts:o a sts:C ."
    )
    closed = closure_of(io.BytesIO(ntriples(parse(text))))
    same = ((STS.s, STS.t), (STS.t, STS.s), (STS.v, STS.w), (STS.w, STS.v))
    assert set(closed.inferred) == {(x, OWL.sameAs, y) for x, y in same}


@pytest.mark.parametrize("axioms", get_args(Axioms))
def test_a_literal_is_in_two_disjoint_datatypes_though_there_is_no_other_axiom(axioms: Axioms) -> None:
    closed = closure_of(parse("xsd:integer owl:disjointWith xsd:decimal . sts:x sts:p 1 ."), axioms=axioms)
    assert [found.rule for found in closed.inconsistencies] == ["cax-dw"]


@pytest.mark.parametrize("axioms", get_args(Axioms))
def test_what_is_the_same_as_thing_has_all_members(axioms: Axioms) -> None:
    closed = closure_of(parse("owl:Thing owl:sameAs sts:A . sts:x a owl:Nothing ."), axioms=axioms)
    assert (STS.x, RDF.type, STS.A) in closed.inferred


# --- inconsistencies

CONTRADICTIONS: dict[str, tuple[str, str, tuple[Node, ...]]] = {
    "eq-diff1": (
        "sts:x owl:differentFrom sts:y ; owl:sameAs sts:z . sts:z owl:sameAs sts:y .",
        "sts:x and sts:y are the same and different",
        (STS.x, STS.y),
    ),
    "eq-diff2": (
        "[] a owl:AllDifferent ; owl:members ( sts:a sts:b sts:c ) . sts:a owl:sameAs sts:c .",
        "sts:a and sts:c are the same and in one owl:AllDifferent",
        (STS.a, STS.c),
    ),
    "eq-diff3": (
        "[] a owl:AllDifferent ; owl:distinctMembers ( sts:a sts:b sts:c ) . sts:a owl:sameAs sts:c .",
        "sts:a and sts:c are the same and in one owl:AllDifferent",
        (STS.a, STS.c),
    ),
    "prp-irp": (
        "sts:p a owl:IrreflexiveProperty . sts:x sts:p sts:x .",
        "sts:x is related to itself by the irreflexive sts:p",
        (STS.x, STS.p),
    ),
    "prp-asyp": (
        "sts:p a owl:AsymmetricProperty . sts:x sts:p sts:x .",
        "the asymmetric sts:p holds both ways between sts:x and sts:x",
        (STS.p, STS.x, STS.x),
    ),
    "prp-pdw": (
        "sts:p owl:propertyDisjointWith sts:q . sts:x sts:p sts:y ; sts:q sts:y .",
        "the disjoint sts:p and sts:q both relate sts:x and sts:y",
        (STS.p, STS.q, STS.x, STS.y),
    ),
    "prp-adp": (
        "[] a owl:AllDisjointProperties ; owl:members ( sts:p sts:r sts:q ) . sts:x sts:p sts:y ; sts:q sts:y .",
        "the disjoint sts:p and sts:q both relate sts:x and sts:y",
        (STS.p, STS.q, STS.x, STS.y),
    ),
    "prp-npa1": (
        "[] owl:sourceIndividual sts:x ; owl:assertionProperty sts:p ; owl:targetIndividual sts:y . "
        "sts:x sts:p sts:y .",
        "sts:x sts:p sts:y is also denied",
        (STS.x, STS.p, STS.y),
    ),
    "prp-npa2": (
        '[] owl:sourceIndividual sts:x ; owl:assertionProperty sts:p ; owl:targetValue "v" . sts:x sts:p "v" .',
        "sts:x sts:p v is also denied",
        (STS.x, STS.p, Literal("v")),
    ),
    "cls-nothing2": ("sts:x a owl:Nothing .", "sts:x is in owl:Nothing", (STS.x,)),
    "cls-com": (
        "sts:A owl:complementOf sts:B . sts:x a sts:A , sts:B .",
        "sts:A and its complement sts:B share sts:x",
        (STS.A, STS.B, STS.x),
    ),
    "cls-maxc1": (
        'sts:C owl:onProperty sts:p ; owl:maxCardinality "0"^^xsd:nonNegativeInteger . sts:x a sts:C ; sts:p sts:y .',
        "sts:C allows no value, and sts:y is one",
        (STS.C, STS.y),
    ),
    "cls-maxqc1": (
        'sts:C owl:onProperty sts:p ; owl:onClass sts:D ; owl:maxQualifiedCardinality "0"^^xsd:nonNegativeInteger . '
        "sts:x a sts:C ; sts:p sts:y . sts:y a sts:D .",
        "sts:C allows no value in sts:D, and sts:y is one",
        (STS.C, STS.D, STS.y),
    ),
    "cls-maxqc2": (
        "sts:C owl:onProperty sts:p ; owl:onClass owl:Thing ; "
        'owl:maxQualifiedCardinality "0"^^xsd:nonNegativeInteger . '
        "sts:x a sts:C ; sts:p sts:y .",
        "sts:C allows no value in owl:Thing, and sts:y is one",
        (STS.C, OWL.Thing, STS.y),
    ),
    "cax-dw": (
        "sts:A owl:disjointWith sts:B . sts:x a sts:A , sts:B .",
        "the disjoint classes sts:A and sts:B share sts:x",
        (STS.A, STS.B, STS.x),
    ),
    "cax-adc": (
        "[] a owl:AllDisjointClasses ; owl:members ( sts:A sts:C sts:B ) . sts:x a sts:A , sts:B .",
        "the disjoint classes sts:A and sts:B share sts:x",
        (STS.A, STS.B, STS.x),
    ),
    "dt-not-type": (
        'sts:p rdfs:range xsd:byte . sts:x sts:p "128"^^xsd:integer .',
        "the literal 128 is not a value of xsd:byte",
        (Literal(128), XSD.byte),
    ),
}


def test_each_rule_that_concludes_false_has_a_contradiction_here() -> None:
    assert set(CONTRADICTIONS) == set(CHECK_RULES)


@pytest.mark.parametrize("rule", CONTRADICTIONS)
def test_an_inconsistency_has_its_rule_terms_and_sentence(rule: str) -> None:
    text, message, terms = CONTRADICTIONS[rule]
    closed = closure_of(io.BytesIO(ntriples(parse(text))))  # in sorted order, so that names do not vary
    (found,) = closed.inconsistencies
    assert (found.rule, found.terms, found.message) == (rule, terms, message)
    assert str(found) == f"{rule}: {message}"
    assert closed.n_inconsistencies == 1
    with pytest.raises(InconsistentError) as caught:
        closed.require_consistent()
    assert caught.value.contradictions == (str(found),)


def test_terms_without_a_prefix_are_written_out_in_sentences() -> None:
    (found,) = closure_of(parse("<http://example.org/x> a owl:Nothing .")).inconsistencies
    assert found.message == "http://example.org/x is in owl:Nothing"


def test_a_hundred_inconsistencies_of_a_rule_are_kept_and_all_are_counted() -> None:
    wrong = "".join(f"sts:x{i} a owl:Nothing . " for i in range(250)) + CONTRADICTIONS["cax-dw"][0]
    closed = closure_of(parse(wrong))
    rules = [found.rule for found in closed.inconsistencies]
    assert (rules.count("cls-nothing2"), rules.count("cax-dw")) == (100, 1)
    assert len(set(closed.inconsistencies)) == 101
    assert closed.n_inconsistencies == 251


def test_inconsistencies_are_sorted() -> None:
    closed = closure_of(parse("".join(CONTRADICTIONS[rule][0] for rule in ("cls-nothing2", "cax-dw", "prp-irp"))))
    shown = [str(found) for found in closed.inconsistencies]
    assert shown == sorted(shown)


def test_a_consistent_closure_returns_itself() -> None:
    closed = closure_of(parse(TREE))
    assert closed.require_consistent() is closed
    assert closed.n_inconsistencies == 0


def test_nothing_else_follows_from_a_contradiction() -> None:
    assert closure_of(parse(CONTRADICTIONS["cax-dw"][0])).counts == (3, 0, 0)


# --- what it took


def test_stats_tell_rounds_seconds_and_firings() -> None:
    stats = closure_of(parse(TREE)).stats
    assert stats.engine == "columns"
    assert stats.rounds >= 2
    assert stats.firings["scm-sco"] == 1
    assert stats.firings["cax-sco"] >= 2
    assert stats.firings["prp-trp"] == 0
    assert set(stats.seconds) == {"read", "encode", "schema", "fixpoint", "checks"}
    assert all(each >= 0 for each in stats.seconds.values())
    assert stats.skipped == 0


def test_stats_of_the_reference_name_it() -> None:
    assert closure_of(parse(TREE), engine="owlrl").stats.engine == "owlrl"


CHAIN = (
    "sts:p a owl:TransitiveProperty . sts:q owl:inverseOf sts:p . sts:r owl:propertyChainAxiom ( sts:q sts:q ) . "
    + "".join(f"sts:x{i} sts:p sts:x{i + 1} . " for i in range(6))
)


def test_progress_is_told_rounds_and_growing_totals() -> None:
    told: list[Progress] = []
    closure_of(parse(CHAIN), progress=told.append)
    assert len(told) > 2
    assert [each.round for each in told] == sorted({each.round for each in told})
    assert all(each.added > 0 for each in told)
    assert all(after.total == before.total + after.added for before, after in pairwise(told))


def test_progress_is_told_the_lines_of_each_file(tmp_path: Path) -> None:
    files = tmp_path / "a.nt", tmp_path / "b.ttl"
    files[0].write_text("<a:s> <a:p> <a:o> .\n<a:s> <a:p> <a:s> .\n", encoding="utf-8")
    files[1].write_text("<a:s> <a:q> <a:o> .", encoding="utf-8")
    told: list[Progress] = []
    closure_of(files, progress=told.append)
    assert [(each.reading, each.total) for each in told if each.round == 0] == [(str(files[0]), 2), (str(files[1]), 1)]


def test_what_progress_raises_stops_the_work() -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        closure_of(parse(CHAIN), progress=stop)


def test_an_extension_has_its_own_stats_and_is_silent() -> None:
    told: list[Progress] = []
    closed = closure_of(parse(TREE), progress=told.append)
    before, firings = len(told), dict(closed.stats.firings)
    extended = closed.extend(parse("sts:trabectedin a sts:Drug ."))
    assert len(told) == before
    assert dict(closed.stats.firings) == firings
    assert extended.stats.firings["scm-sco"] == 0
    assert extended.stats.firings["cax-sco"] >= 2
    assert set(extended.inferred) - INFERRED == {(STS.trabectedin, RDF.type, c) for c in (STS.Therapy, STS.Thing)}


def test_an_extension_may_use_another_name_of_a_property() -> None:
    closed = closure_of(parse("sts:p owl:sameAs sts:q ; rdfs:domain sts:Drug ."))
    assert {(STS.x, RDF.type, STS.Drug), (STS.y, RDF.type, STS.Drug)} <= set(
        closed.extend(parse("sts:x sts:p sts:z . sts:y sts:q sts:z .")).inferred
    )


def test_an_extension_by_new_axioms_reaches_old_facts() -> None:
    closed = closure_of(parse("sts:x sts:p sts:y . sts:y sts:p sts:z ."))
    extended = closed.extend(parse("sts:p a owl:TransitiveProperty ; rdfs:domain sts:C ."))
    assert set(extended.inferred) == {
        (STS.x, STS.p, STS.z),
        (STS.x, RDF.type, STS.C),
        (STS.y, RDF.type, STS.C),
    }
    assert closed.counts == (2, 0, 0)


def test_an_extension_by_facts_meets_every_kind_of_old_axiom() -> None:
    axioms = (
        "sts:A rdfs:subClassOf sts:B . sts:p rdfs:subPropertyOf sts:q . sts:t a owl:TransitiveProperty . "
        "sts:R owl:onProperty sts:p ; owl:someValuesFrom xsd:integer . sts:a sts:t sts:b ."
    )
    closed = closure_of(parse(axioms)).extend(parse("sts:x a sts:A ; sts:p 1 . sts:b sts:t sts:c ."))
    assert set(closed.inferred) == {
        (STS.x, RDF.type, STS.B),
        (STS.x, STS.q, Literal(1)),
        (STS.a, STS.t, STS.c),
        (STS.x, RDF.type, STS.R),
    }


def test_an_extension_by_what_followed_makes_it_asserted() -> None:
    closed = closure_of(parse(TREE)).extend(parse("sts:pazopanib a sts:Therapy ."))
    assert closed.counts == (4, 2, 0)
    assert (STS.pazopanib, RDF.type, STS.Therapy) in closed.asserted


# --- what it loads


@pytest.mark.parametrize("library", ["rdflib", "owlrl", "pandas"])
def test_the_package_comes_without_what_few_need(library: str) -> None:
    code = f"import sts_kg.closure, sys; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_is_closed_and_written_without_rdflib(tmp_path: Path) -> None:
    (tmp_path / "graph.nt").write_bytes(ntriples(parse(TREE)))
    code = (
        "import sys; from sts_kg.closure import closure_of; "
        "text = b''.join(closure_of(sys.argv[1]).ntriples()); "
        "assert text.count(b'\\n') == 6; sys.exit('rdflib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "graph.nt"], check=False).returncode == 0


def test_the_peak_memory_is_none_where_the_platform_does_not_count_it(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = closure_of(parse(TREE))
    held = closed.statistics()["peak_memory_bytes"]
    assert isinstance(held, int)
    assert held > 10_000_000
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    assert closed.statistics()["peak_memory_bytes"] is None


def test_the_graphs_of_a_closure_know_the_prefixes_of_the_graphs_that_it_is_of() -> None:
    closed = closure_of(parse("@prefix ex: <http://example.org/> . ex:A rdfs:subClassOf ex:B . ex:x a ex:A ."))
    more = closed.extend(parse("@prefix other: <http://example.org/other#> . other:y a other:Z ."))
    for closure, known in ((closed, {"ex"}), (more, {"ex", "other"})):
        assert known == {prefix for prefix, _ in closure.inferred.namespaces()} & {"ex", "other"}
