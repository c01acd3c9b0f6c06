"""What is malformed, contradictory, huge or not there: each has its answer or its error."""

from __future__ import annotations

import gzip
import io
import resource
import sys
from pathlib import Path
from typing import Any

import pytest
from closure.rule_cases import PREFIXES
from rdflib import Graph, Literal, Namespace
from rdflib.namespace import OWL, RDF, XSD

from sts_kg.closure.closure import closure_of
from sts_kg.closure.rules import datatypes
from sts_kg.errors import BuiltInUseError, ParseError, TooManyTriplesError, UnknownNameError
from sts_kg.rdf.graphs import parse

EX = Namespace("http://example.org/")
P = "<http://example.org/p>"


def graph(text: str) -> Graph:
    return parse(PREFIXES + text)


# --- lists

MALFORMED = [
    (":l rdf:first :A ; rdf:rest :m . :m rdf:first :B ; rdf:rest :l .", "runs in a circle"),
    (":l rdf:first :A ; rdf:rest :l .", "runs in a circle"),
    ("", "has a node without rdf:first: <http://example.org/l>"),
    (":l rdf:rest rdf:nil .", "has a node without rdf:first: <http://example.org/l>"),
    (":l rdf:first :A .", "has no end: <http://example.org/l> is without rdf:rest"),
    (":l rdf:first :A ; rdf:rest :m .", "has a node without rdf:first: <http://example.org/m>"),
    (":l rdf:first :A , :B ; rdf:rest rdf:nil .", "forks: <http://example.org/l> has two values of rdf:first"),
    (
        ":l rdf:first :A ; rdf:rest rdf:nil , :m . :m rdf:first :B ; rdf:rest rdf:nil .",
        "forks: <http://example.org/l> has two values of rdf:rest",
    ),
]


@pytest.mark.parametrize(("text", "reason"), MALFORMED)
@pytest.mark.parametrize(
    "axiom",
    [
        ":C owl:intersectionOf :l .",
        ":C owl:unionOf :l .",
        ":C owl:oneOf :l .",
        ":p owl:propertyChainAxiom :l .",
        ":C owl:hasKey :l .",
        ":x a owl:AllDifferent ; owl:members :l .",
        ":x a owl:AllDifferent ; owl:distinctMembers :l .",
        ":x a owl:AllDisjointClasses ; owl:members :l .",
        ":x a owl:AllDisjointProperties ; owl:members :l .",
    ],
)
def test_an_axiom_with_a_malformed_list_says_nothing_and_is_reported(axiom: str, text: str, reason: str) -> None:
    others = ":x a :A , :B ; :p :y . :A rdfs:subClassOf :D ."
    closed = closure_of(graph(axiom + text + others), axioms="none")
    assert set(closed.inferred) == {(EX.x, RDF.type, EX.D)}
    assert closed.inconsistencies == ()
    (found,) = closed.warnings
    assert (found.kind, found.node, found.line, closed.n_warnings) == ("malformed list", EX.l, None, 1)
    assert reason in found.message


@pytest.mark.parametrize(("text", "reason"), MALFORMED[:2] + MALFORMED[4:])
def test_a_malformed_list_that_no_axiom_names_is_only_data(text: str, reason: str) -> None:
    closed = closure_of(graph(text + ":x :p :l ."))
    assert (closed.counts[1], closed.warnings) == (0, ()), reason


def test_lists_may_share_their_ends() -> None:
    closed = closure_of(
        graph(
            ":C owl:unionOf ( :A :B ) . :D owl:unionOf :l . :l rdf:first :E ; rdf:rest :m . "
            ":m rdf:first :A ; rdf:rest rdf:nil . :F owl:unionOf :m . :x a :A . :y a :E ."
        )
    )
    assert closed.objects(EX.x, RDF.type) == (EX.A, EX.C, EX.D, EX.F)
    assert closed.objects(EX.y, RDF.type) == (EX.D, EX.E)


def test_one_list_may_serve_two_axioms() -> None:
    closed = closure_of(
        graph(":C owl:unionOf :l . :D owl:intersectionOf :l . :l rdf:first :A ; rdf:rest rdf:nil . :x a :A .")
    )
    assert closed.objects(EX.x, RDF.type) == (EX.A, EX.C, EX.D)


def test_a_long_list_is_walked_to_its_end() -> None:
    members = " ".join(f":A{i}" for i in range(5_000))
    closed = closure_of(graph(f":C owl:unionOf ( {members} ) . :x a :A4999 ."))
    assert (EX.x, RDF.type, EX.C) in closed


def test_a_list_that_becomes_whole_by_an_extension_is_fine() -> None:
    closed = closure_of(graph(":x a :B . :l rdf:first :B .")).extend(graph(":C owl:unionOf :l . :l rdf:rest rdf:nil ."))
    assert closed.objects(EX.x, RDF.type) == (EX.B, EX.C)
    broken = closure_of(graph(":x a :B . :l rdf:first :B . :C owl:unionOf :l ."))
    assert broken.n_warnings == 1
    mended = broken.extend(graph(":l rdf:rest rdf:nil ."))
    assert mended.warnings == ()
    assert mended.objects(EX.x, RDF.type) == (EX.B, EX.C)


def test_a_list_that_an_extension_breaks_concludes_nothing_any_more() -> None:
    whole = closure_of(graph(":C owl:unionOf :l . :l rdf:first :B ; rdf:rest rdf:nil . :x a :B ."), axioms="none")
    assert (EX.x, RDF.type, EX.C) in whole
    broken = whole.extend(graph(":l rdf:first :A . :y a :B . :B rdfs:subClassOf :D ."))
    assert set(broken.inferred) == {(EX.x, RDF.type, EX.D), (EX.y, RDF.type, EX.D)}
    assert broken.n_warnings == 1


def test_an_extension_with_a_malformed_list_leaves_the_closure_as_it_was() -> None:
    closed = closure_of(graph(":A rdfs:subClassOf :B . :x a :A ."))
    further = closed.extend(graph(":C owl:unionOf :l . :y a :A ."))
    assert set(further.inferred) == {(EX.x, RDF.type, EX.B), (EX.y, RDF.type, EX.B)}
    assert (further.n_warnings, closed.n_warnings) == (1, 0)
    assert set(closed.inferred) == {(EX.x, RDF.type, EX.B)}
    assert set(closed.extend(graph(":z a :A .")).inferred) == {(EX.x, RDF.type, EX.B), (EX.z, RDF.type, EX.B)}


# --- literals


def test_ill_typed_literals_are_kept_and_reported_and_contradict_nothing() -> None:
    closed = closure_of(
        graph(':x :p "one"^^xsd:integer , "2024-02-30T00:00:00"^^xsd:dateTime , "maybe"^^xsd:boolean .')
    )
    assert len(closed.asserted) == 3
    assert closed.inconsistencies == ()
    assert [(each.kind, each.message) for each in closed.warnings] == [
        (
            "ill-typed literal",
            f'"{form}", as http://example.org/p of http://example.org/x, is no value of xsd:{datatype}',
        )
        for form, datatype in (("2024-02-30T00:00:00", "dateTime"), ("maybe", "boolean"), ("one", "integer"))
    ]


def test_an_ill_typed_literal_is_neither_equal_nor_different() -> None:
    closed = closure_of(graph(':p a owl:FunctionalProperty . :x :p "one"^^xsd:integer , "two"^^xsd:integer .'))
    assert (closed.inconsistencies, closed.n_warnings) == ((), 2)
    same = closure_of(graph(':c owl:sameAs "one"^^xsd:integer . :a :p "0"^^xsd:nonNegativeInteger .'))
    assert same.counts[1] == 0


def test_an_ill_typed_literal_contradicts_the_datatype_that_a_rule_gives_it() -> None:
    byte = '"300"^^xsd:byte'
    ranged = closure_of(graph(f":p rdfs:range xsd:byte . :x :p {byte} . :y :q {byte} ."))
    assert [str(each) for each in ranged.inconsistencies] == ["dt-not-type: the literal 300 is not a value of xsd:byte"]
    assert ranged.n_warnings == 2
    same = closure_of(graph(f":p a owl:FunctionalProperty . :x :p {byte} , 5 ."))
    assert {each.rule for each in same.inconsistencies} == {"dt-not-type"}
    assert {each.terms[0] for each in same.inconsistencies} == {Literal("300", datatype=XSD.byte)}


def test_a_functional_property_with_two_values_contradicts_itself_once() -> None:
    (found,) = closure_of(graph(":p a owl:FunctionalProperty . :x :p 1 , 2 .")).inconsistencies
    assert found.rule == "eq-diff1"
    assert set(found.terms) == {Literal(1), Literal(2)}
    assert closure_of(graph(':p a owl:FunctionalProperty . :x :p 1 , "01"^^xsd:integer , 1.0 .')).inconsistencies == ()


def test_blank_nodes_in_a_circle_are_ordinary_nodes() -> None:
    closed = closure_of(graph("_:a :p _:b . _:b :p _:c . _:c :p _:a . :p a owl:TransitiveProperty ."))
    assert closed.counts[:2] == (4, 6)


# --- size


def lines(*parts: str) -> io.BytesIO:
    return io.BytesIO("".join(parts).encode())


def memory() -> int:
    """Return the peak of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def test_a_clique_of_twenty_thousand_equal_terms_is_not_written_out() -> None:
    n = 20_000
    before = memory()
    text = "".join(f"<http://example.org/{i}> <{OWL.sameAs}> <http://example.org/{i + 1}> .\n" for i in range(n - 1))
    closed = closure_of(lines(text, f"<http://example.org/0> {P} <http://example.org/o> .\n"))
    assert closed.inconsistencies == ()
    assert closed.objects(EX["19999"], EX.p) == (EX.o,)
    assert (EX["17"], OWL.sameAs, EX["4711"]) in closed
    with pytest.raises(TooManyTriplesError) as caught:
        len(closed)
    assert caught.value.count >= n * (n - 1) > (caught.value.limit or 0)
    assert memory() - before < 500_000_000


def test_a_contradiction_within_a_large_clique_is_found() -> None:
    text = "".join(f"<http://example.org/{i}> <{OWL.sameAs}> <http://example.org/0> .\n" for i in range(1, 20_000))
    closed = closure_of(lines(text, f"<http://example.org/7> <{OWL.differentFrom}> <http://example.org/12345> .\n"))
    (found,) = closed.inconsistencies
    assert (found.rule, found.terms) == ("eq-diff1", (EX["7"], EX["12345"]))


def test_a_transitive_chain_of_three_thousand_has_every_pair() -> None:
    n = 3_000
    text = "".join(f"<http://example.org/{i}> {P} <http://example.org/{i + 1}> .\n" for i in range(n - 1))
    closed = closure_of(lines(text, f"{P} <{RDF.type}> <{OWL.TransitiveProperty}> .\n"))
    assert n * (n - 1) // 2 == 4_498_500
    assert closed.counts[:2] == (n, 4_498_500 - (n - 1))
    assert (EX["0"], EX.p, EX["2999"]) in closed
    assert (EX["2999"], EX.p, EX["0"]) not in closed


def test_a_transitive_tree_of_a_hundred_thousand_has_every_ancestor() -> None:
    n = 100_000  # a heap: the parent of i is i // 2, so i has as many ancestors as its number has further bits
    text = "".join(f"<http://example.org/{i}> {P} <http://example.org/{i // 2}> .\n" for i in range(2, n))
    closed = closure_of(lines(text, f"{P} <{RDF.type}> <{OWL.TransitiveProperty}> .\n"))
    ancestors = sum(i.bit_length() - 1 for i in range(1, n))
    assert closed.counts[0] == n - 1
    assert closed.counts[1] == ancestors - (n - 2)
    assert len(closed.objects(EX["99999"], EX.p)) == 16


def test_all_different_of_two_thousand_finds_the_equal_pair() -> None:
    members = " ".join(f":i{i}" for i in range(2_000))
    closed = closure_of(graph(f"[] a owl:AllDifferent ; owl:members ( {members} ) . :i17 owl:sameAs :i1999 ."))
    (found,) = closed.inconsistencies
    assert found.rule == "eq-diff2"
    assert set(found.terms) == {EX.i17, EX.i1999}
    assert closed.n_inconsistencies == 1


def test_a_million_triples_of_one_predicate() -> None:
    n = 1_000_000
    text = b"".join(b"<http://example.org/%d> %s <http://example.org/o> .\n" % (i, P.encode()) for i in range(n))
    closed = closure_of(
        [io.BytesIO(text), lines(f"{P} <http://www.w3.org/2000/01/rdf-schema#range> <http://example.org/C> .\n")]
    )
    assert closed.counts[:2] == (n + 1, 1)
    assert closed.objects(EX.o, RDF.type) == (EX.C,)


# --- files


def test_an_empty_file_has_an_empty_closure(tmp_path: Path) -> None:
    for name in ("empty.nt", "empty.nq", "empty.ttl"):
        (tmp_path / name).write_text("")
        assert len(closure_of(tmp_path / name)) == 0
    (tmp_path / "empty.nt.gz").write_bytes(gzip.compress(b""))
    assert len(closure_of(tmp_path / "empty.nt.gz")) == 0
    assert closure_of(io.BytesIO()).counts == (0, 0, 0)
    assert closure_of([]).counts == closure_of(Graph()).counts == (0, 0, 0)


@pytest.mark.parametrize("name", ["cut.nt.gz", "cut.nq.gz", "cut.ttl.gz"])
def test_a_truncated_file_is_an_error_with_its_path(tmp_path: Path, name: str) -> None:
    text = "".join(f"<http://example.org/{i * 7919 % 10007}> {P} <http://example.org/{i}> .\n" for i in range(5_000))
    packed = gzip.compress(text.encode())
    (tmp_path / name).write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ParseError) as caught:
        closure_of(tmp_path / name)
    assert str(caught.value.path) == str(tmp_path / name)


@pytest.mark.parametrize("name", ["binary.nt", "binary.nq", "binary.ttl", "binary.nt.gz", "binary.rdf"])
def test_a_binary_file_is_an_error_with_its_path(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bytes(range(256)) * 8)
    with pytest.raises(ParseError) as caught:
        closure_of(tmp_path / name)
    assert str(caught.value.path) == str(tmp_path / name)


@pytest.mark.parametrize("name", ["folder.nt", "folder.ttl", "folder"])
def test_a_folder_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises((ParseError, OSError)) as caught:
        closure_of(tmp_path / name)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["missing.nt", "missing.ttl", "missing.nq.gz"])
def test_a_missing_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises((ParseError, OSError)) as caught:
        closure_of(tmp_path / name)
    assert name in str(caught.value)


def test_an_unknown_ending_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "graph.docx").write_text("")
    with pytest.raises(ParseError, match=r"graph\.docx"):
        closure_of(tmp_path / "graph.docx")


@pytest.mark.parametrize("source", [42, None, object(), [3.5]])
def test_what_is_no_source_is_an_error(source: Any) -> None:
    with pytest.raises(TypeError):
        closure_of(source)


WRONG = b'<http://example.org/a> <http://example.org/p> <http://example.org/b> .\nno triple\n_:b _:p "x" .\n'


def test_a_wrong_line_is_an_error_with_its_number() -> None:
    with pytest.raises(ParseError) as caught:
        closure_of(io.BytesIO(WRONG))
    assert caught.value.line == 2


@pytest.mark.parametrize("name", ["wrong.nt", "wrong.nq", "wrong.nt.gz"])
def test_a_lenient_closure_skips_wrong_lines_and_counts_them(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(WRONG) if name.endswith(".gz") else WRONG)
    closed = closure_of(tmp_path / name, lenient=True)
    assert (closed.stats.skipped, closed.counts[0]) == (2, 1)
    with pytest.raises(ParseError):
        closure_of(tmp_path / name)


def test_skipped_lines_add_up_over_files_and_graphs() -> None:
    quads = (
        WRONG
        + b"<http://example.org/a> <http://example.org/p> <http://example.org/b> <http://example.org/g> .\nwrong\n"
    )
    closed = closure_of([io.BytesIO(quads), io.BytesIO(WRONG)], lenient=True)
    assert (closed.stats.skipped, closed.counts[0]) == (5, 1)


# --- words


def test_an_unknown_engine_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="there is no reasoning engine 'column'; did you mean columns"):
        closure_of(Graph(), engine="column")


def test_an_unknown_choice_of_axioms_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="there is no choice of axioms 'some'"):
        closure_of(Graph(), axioms="some")  # type: ignore[arg-type] # what a caller may write


def test_a_term_that_is_none_of_rdf_is_an_error() -> None:
    wrong = Graph().add((EX.a, EX.p, EX["a b"]))
    with pytest.raises(ParseError, match="is not an IRI"):
        closure_of(wrong)


def test_asking_for_terms_that_do_not_occur_gives_nothing() -> None:
    closed = closure_of(graph(":a :p :b ."))
    assert (EX.a, EX.p, EX.unknown) not in closed
    assert (EX.a, EX.p, Literal("b", datatype=XSD.token)) not in closed
    assert closed.objects(EX.unknown, EX.p) == ()


# --- terms of the rules


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("rdfs:domain owl:sameAs rdfs:range .", ("rdfs:range", "rdfs:domain")),
        (":p a owl:FunctionalProperty . :x :p owl:sameAs , rdf:type .", ("owl:sameAs", "rdf:type")),
        ("owl:Thing owl:sameAs :x . :x owl:sameAs owl:Class .", ("owl:Class", "owl:Thing")),
    ],
)
def test_two_terms_of_the_rules_that_are_the_same_are_refused_by_name(text: str, terms: tuple[str, str]) -> None:
    with pytest.raises(BuiltInUseError, match=f"{terms[0]} is used .* the same as {terms[1]};") as caught:
        closure_of(graph(text))
    assert caught.value.term == terms[0]


def test_a_term_of_the_rules_and_its_other_name_are_closed_as_one() -> None:
    text = ":below owl:sameAs rdfs:subClassOf . xsd:int owl:sameAs xsd:long . :x a :A . :A :below :B ."
    assert (EX.x, RDF.type, EX.B) in closure_of(graph(text))


def test_too_many_literals_that_an_axiom_calls_different_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datatypes, "LIMIT", 9)
    axiom = "owl:differentFrom a owl:TransitiveProperty . "
    assert closure_of(graph(f"{axiom} :x :p 1 , 2 , 3 , 03 .")).n_inconsistencies == 3
    with pytest.raises(BuiltInUseError, match=r"owl:differentFrom is used .* which of 4 literals are different"):
        closure_of(graph(f"{axiom} :x :p 1 , 2 , 3 , 4 ."))
    assert closure_of(graph("owl:differentFrom rdfs:range :D . :x :p 1 , 2 , 3 , 4 .")).n_inconsistencies == 0
