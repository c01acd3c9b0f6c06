"""What is shown of tables and graphs, to the letter, and what is cut."""

from __future__ import annotations

import pickle
from itertools import islice

import pytest
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from sts_kg import KnowledgeGraph
from sts_kg.display import as_markdown, as_text, markup, view_of
from sts_kg.display.view import Download, Fold, Grid, Listing, Paragraph, plain
from sts_kg.rdf import STS, ShownGraph, of_ntriples, parse, serialize
from sts_kg.tables import Table

TURTLE = """@prefix ex: <http://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
sts:ifosfamide a sts:Drug ; rdfs:label "ifosfamide"@en ; ex:n 3, "x"^^ex:unit ; ex:like [ a sts:Drug ] .
sts:Drug rdfs:label "drug" . sts:doxorubicin a sts:Drug ; ex:like sts:ifosfamide .
"""


def grid_in(thing: Table | ShownGraph) -> Grid:
    (found,) = (block for block in view_of(thing).blocks if isinstance(block, Grid))
    return found


# --- tables


def test_a_literal_has_beside_it_what_its_text_does_not_say() -> None:
    unit = URIRef("http://example.org/unit")
    terms = [
        Literal("x"),
        Literal("x", datatype=XSD.string),
        Literal("x", lang="en-GB"),
        Literal("x", datatype=unit),
        Literal("x", datatype=XSD.duration),
        Literal("abc", datatype=XSD.integer),
    ]
    table = Table(("v",), tuple((term,) for term in terms))
    assert [plain(row[0]) for row in grid_in(table).rows] == [
        *("x", "x", "x @en-GB", "x ^^http://example.org/unit", "x ^^xsd:duration", "abc ^^xsd:integer")
    ]
    assert '<td>x<span class="sts-kg-quiet"> @en-GB</span></td>' in markup(table)


def test_a_column_of_several_types_says_which_each_cell_has() -> None:
    mixed = Table(("v",), ((Literal(3),), (Literal("x"),), (Literal(True),), (STS.a,)))
    assert [plain(row[0]) for row in grid_in(mixed).rows] == ["3 integer", "x", "true boolean", "sts:a"]
    assert grid_in(mixed).kinds == ("mixed",)
    assert [plain(row[0]) for row in grid_in(Table(("v",), ((Literal(3),),))).rows] == ["3"]


def test_long_cells_are_cut_and_say_so() -> None:
    table = Table(("v",), ((Literal("a" * 1_000_000),), (STS["b" * 3_000],)), {STS["b" * 3_000]: "c" * 501})
    first, second = (plain(row[0]) for row in grid_in(table).rows)
    assert first == f"{'a' * 500}… (999,500 more characters)"
    assert second == f"{'c' * 500}… (1 more character)\n{'sts:' + 'b' * 146}… (2,854 more characters)"
    assert len(markup(table)) < 5_000
    assert plain(view_of(table).blocks[-1].text) == "too long to be saved from here: to_csv() has all of it"  # type: ignore[union-attr] # a paragraph


def test_wide_tables_are_cut_and_say_so() -> None:
    table = Table(tuple(f"v{n}" for n in range(60)), (tuple(map(Literal, range(60))),))
    assert grid_in(table).header == tuple(f"v{n}" for n in range(40))
    assert grid_in(table).caption == "1 row; the first 40 of 60 columns"


def test_rows_end_where_the_text_of_all_cells_is_too_long() -> None:
    table = Table(("v",), ((Literal("a" * 400),),) * 1_000)
    assert grid_in(table).caption == "the first 200 of 1,000 rows"
    wide = Table(tuple(f"v{n}" for n in range(10)), ((Literal("a" * 500),) * 10,) * 1_000)
    assert grid_in(wide).caption == "the first 30 of 1,000 rows"


def test_a_large_table_is_not_written_as_csv_to_see_how_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "to_csv", lambda *_, **__: pytest.fail("as CSV"))
    kinds = [type(block) for block in view_of(Table(("v",), ((Literal(1),),) * 20_001)).blocks]
    assert kinds == [Grid, Paragraph]


def test_notes_stand_in_the_caption_or_below_it() -> None:
    short = Table(("v",), (), notes=("one", "two"))
    assert (grid_in(short).caption, len(view_of(short).blocks)) == ("0 rows; one; two", 2)
    many = Table(("v",), (), notes=tuple(f"note {n}" for n in range(25)))
    assert grid_in(many).caption == "0 rows"
    listing = view_of(many).blocks[1]
    assert isinstance(listing, Listing)
    assert [*map(plain, listing.items)] == [*(f"note {n}" for n in range(20)), "and 5 more notes in notes"]


def test_a_table_of_counts_shows_the_sign_of_what_is_hidden() -> None:
    table = Table(("n",), ((None,), (Literal(12),)), unbound="*", notes=("* hidden",))
    assert [plain(row[0]) for row in grid_in(table).rows] == ["*", "12"]


# --- graphs


def test_the_text_of_a_graph() -> None:
    graph = of_ntriples(serialize(parse(TURTLE.replace("[ a sts:Drug ] .", "_:x . _:x a sts:Drug .")), "ntriples"))
    graph.bind("ex", "http://example.org/")
    name = next(f"_:{subject}" for subject in graph.subjects() if not isinstance(subject, URIRef))
    assert as_text(graph, 120).replace(name, "_:x") == (
        "Graph of 9 triples\n\n"
        "subjects by class  drug 3\n\n"
        "[the triples below as a picture]\n\n"
        f"{'subject':{len(name)}}  predicate   object\n{'-' * len(name)}  ----------  {'-' * len(name)}\n"
        f"{'drug sts:Drug':{len(name)}}  rdfs:label  drug\n"
        f"{'sts:doxorubicin':{len(name)}}  ex:like     ifosfamide sts:ifosfamide\n"
        f"{'':{len(name)}}  rdf:type    drug sts:Drug\n"
        f"{'ifosfamide sts:ifosfamide':{len(name)}}  ex:like     _:x\n"
        f"{'':{len(name)}}  ex:n        3 integer\n"
        f"{'':{len(name)}}  ex:n        x ^^ex:unit\n"
        f"{'':{len(name)}}  rdf:type    drug sts:Drug\n"
        f"{'':{len(name)}}  rdfs:label  ifosfamide @en\n"
        "_:x  rdf:type    drug sts:Drug\n"
        "9 triples\n\n"
        "▸ as Turtle"
    )


def test_the_markup_of_a_graph_links_its_terms() -> None:
    html = markup(of_ntriples(serialize(parse("sts:a sts:b sts:c ."), "ntriples")))
    base = "https://w3id.org/sts-kg/"
    cells = (f'<td><a href="{base}{n}" target="_blank" rel="noopener">sts:{n}</a></td>' for n in "abc")
    assert f"<tbody><tr>{''.join(cells)}</tr></tbody>" in html
    assert '<code class="language-turtle">@prefix sts: &lt;https://w3id.org/sts-kg/&gt; .\nsts:a sts:b sts:c .' in html


def test_the_answer_of_a_query_has_labels_and_the_query(kg: KnowledgeGraph) -> None:
    answer = kg.sparql("CONSTRUCT { ?d a sts:Drug } WHERE { ?d a sts:Drug . FILTER(?d = sts:ifosfamide) }")
    assert isinstance(answer, ShownGraph)
    assert [[plain(cell) for cell in row] for row in grid_in(answer).rows] == [
        ["ifosfamide\nsts:ifosfamide", "rdf:type", "drug\nsts:Drug"]
    ]
    folds = [plain(block.summary) for block in view_of(answer).blocks if isinstance(block, Fold)]
    assert folds == ["the SPARQL that was sent", "as Turtle"]
    assert "CONSTRUCT { ?d a sts:Drug }" in as_markdown(answer)


def test_a_large_graph_is_neither_copied_nor_written(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Graph, "__add__", lambda *_: pytest.fail("a copy"))
    monkeypatch.setattr(Graph, "serialize", lambda *_, **__: pytest.fail("written"))
    for graph in (kg.graph, kg.asserted, kg.inferred):
        assert isinstance(graph, ShownGraph)
        assert grid_in(graph).caption == f"the first 50 of {len(graph):,} triples"
        assert len(markup(graph)) < 40_000
        assert not any(isinstance(block, Fold | Download) for block in view_of(graph).blocks)


def test_of_a_huge_graph_only_the_beginning_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def triples(self: Graph, pattern: object) -> object:
        nonlocal looked
        if pattern == (None, RDF.type, None) or pattern == (None, None, None):
            for number in range(1_000_000):
                looked += 1
                yield STS[f"s{number}"], RDF.type, STS.Thing

    monkeypatch.setattr(Graph, "triples", triples)
    monkeypatch.setattr(Graph, "__len__", lambda _: 1_000_000)
    assert grid_in(ShownGraph()).caption == "the first 50 of 1,000,000 triples"
    assert looked <= 100_001


# --- a graph like any other


def test_a_shown_graph_is_an_rdflib_graph() -> None:
    graph = parse(TURTLE)
    assert isinstance(graph, Graph)
    for made in (graph + Graph(), graph - Graph(), graph * graph, graph ^ Graph()):
        assert type(made) is ShownGraph
    assert {*(graph + graph)} == {*graph} and len(graph - graph) == 0
    assert len(graph.query("SELECT ?d { ?d a <https://w3id.org/sts-kg/Drug> }")) == 3
    assert len(Graph().parse(data=graph.serialize(format="nt"), format="nt")) == 9
    named = ShownGraph(identifier="urn:g")
    assert (named == Graph(identifier="urn:g"), hash(named)) == (True, hash(Graph(identifier="urn:g")))


def test_a_shown_graph_survives_pickling() -> None:
    graph = ShownGraph(identifier="urn:g")
    graph.parse(data="<urn:a> <urn:b> <urn:c> .", format="nt")
    graph.labels, graph.sparql = {URIRef("urn:a"): "a"}, "CONSTRUCT"
    back = pickle.loads(pickle.dumps(graph))
    assert type(back) is ShownGraph
    assert (back.identifier, {*back}, back.labels, back.sparql) == (
        *(graph.identifier, {*graph}, graph.labels, graph.sparql),
    )


def test_the_name_of_a_graph_is_in_its_line(kg: KnowledgeGraph) -> None:
    assert repr(ShownGraph(identifier="urn:\x1b")) == r"<ShownGraph urn:\x1b: 0 triples>"
    assert repr(ShownGraph()) == "<ShownGraph: 0 triples>"
    assert kg.graph.identifier == DATASET_DEFAULT_GRAPH_ID
    assert repr(kg.graph) == f"<ShownGraph: {len(kg.graph):,} triples>"


def test_every_graph_that_comes_back_is_shown(kg: KnowledgeGraph) -> None:
    cases = kg.with_examples()
    graphs = [kg.asserted, kg.graph, kg.inferred, cases.asserted, cases.graph, cases.inferred, kg.describe("dcat")]
    graphs += [kg.under("D04=S08-alone").asserted, kg.under("D04=S08-alone").with_examples().asserted]
    graphs += kg.named_graphs("asserted", "inferred", "mappings").values()
    assert {type(graph) for graph in graphs} == {ShownGraph}
    assert [*islice(kg.graph, 1)] != []
