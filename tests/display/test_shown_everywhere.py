"""Every object that a user holds is shown, within bounds, and whatever others wrote stays text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from display.safety import check_text, text_in, text_in_markdown
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, BNode, Literal, URIRef

from sts_kg import KnowledgeGraph, load
from sts_kg.closure import Inconsistency, Proof, Warned, closure_of
from sts_kg.cohort import (
    Codes,
    Cohort,
    ConceptRow,
    ConceptSets,
    Omop,
    Rejected,
    Rejections,
    Release,
    invented_omop,
)
from sts_kg.display import as_markdown, as_text, in_notebook, markup, page, stylesheet
from sts_kg.links import Code, Layers, LinkReport, MappingSet, Pin, Proposals, RowViolation
from sts_kg.links import Mapping as MappingRow
from sts_kg.links.report import Candidate, Document, Link, Ours
from sts_kg.rdf import ShownGraph, parse, rdflib_quiet
from sts_kg.shown import Shown
from sts_kg.stores import PROFILES, Dumped, Endpoint, Outcomes, Profile, Pushed, Verified
from sts_kg.tables import Table

EXTERNAL = Path(__file__).parents[1] / "external.ttl"
#: The most characters of the markup of a view: of what we ship, and of the worst that others wrote.
MOST_SHIPPED, MOST = 120_000, 1_000_000

#: Classes in the doors of these rooms that no user holds, or that are no object to look at.
NOT_HELD = {
    "Backend": "where a KnowledgeGraph keeps itself",
    "EndpointBackend": "where a KnowledgeGraph keeps itself",
    "FolderBackend": "where a KnowledgeGraph keeps itself",
    "ChangedGraph": "a graph with changes, while a guideline is made",
    "ByName": "opens names while link runs",
    "ConceptRow": "a named tuple of ConceptSets",
    "Coded": "abstract: Omop and Codes",
    "Document": "reads a file for other rooms",
    "Places": "finds lines for errors",
    "Prefix": "a row of the table of prefixes, for other rooms",
    "Prefixes": "the table of prefixes, for other rooms",
    "Progress": "is given to a callable, which draws it",
    "Section": "a table of a LinkReport, for its writers",
    "Sums": "abstract: Cohort and Partitions",
    "Cell": "a cell for the writers of tables",
    "Framed": "a mixin",
}
ROOMS = ("rdf", "closure", "tables", "stores", "links", "cohort")


def held() -> dict[str, type]:
    """Return the classes that the doors of these rooms give to users, by name."""
    found = {}
    for room in ROOMS:
        door = import_module(f"sts_kg.{room}")
        for name in door.__all__:
            each = getattr(door, name)
            if isinstance(each, type) and not issubclass(each, Exception) and name not in NOT_HELD:
                found[name] = each
    return found


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    """A real instance of each class, by its name."""
    kg, folder = load(), tmp_path_factory.mktemp("things")
    closed = closure_of(
        parse("sts:A owl:disjointWith sts:B . sts:x a sts:A, sts:B ; sts:n 'a'^^xsd:integer . sts:y a [] .")
    )
    report = KnowledgeGraph(kg.session).link(EXTERNAL, seeds=["OAE:1"])
    (folder / "p.csv").write_text("case,stage4-sts\n" + "".join(f"c{n},yes\n" for n in range(30)) + "d,maybe\n")
    cohort = kg.cohort(folder / "p.csv")
    sets, shipped = kg.concept_sets(), kg.mapping_rows()
    pushed, verified = kg.push(folder / "store"), kg.verify(folder / "store")
    pin = Pin("obo:maxo", "https://me:secret@example.org/maxo.owl?key=secret", "v1", "", "0" * 64, 12, "2026-01-01")
    made: list[Any] = [
        kg.graph,
        *(closed, closed.warnings[0], closed.inconsistencies[0], closed.proof_of(closed.inconsistencies[0])),
        kg.query("drugs/options-with-drug", drug="ifosfamide"),
        *(report, shipped[0][0], shipped[0][1], Layers((shipped[0][0],)), kg.propose(EXTERNAL), pin),
        *(Code("C1", "a label", True, [2, 3]), RowViolation(3, "subject_id", "is wrong", "mend it")),
        *(cohort, cohort.rejections, cohort.rejections.listed[0], cohort.release, cohort.rows("long")),
        *(kg.cohort_of_parts([folder / "p.csv"]), sets, Omop(sets=sets, schema="cdm"), Codes(sets=sets)),
        invented_omop(sets, people=5),
        *(Endpoint("https://me:secret@example.org/sparql?key=secret"), PROFILES["virtuoso"], pushed, pushed[0]),
        *(verified[0], kg.dump(folder / "dump")[0]),
    ]
    return {type(each).__name__: each for each in made}


@pytest.mark.parametrize("name", held())
def test_every_class_that_a_user_holds_is_shown(things: Mapping[str, Shown], name: str) -> None:
    assert issubclass(held()[name], Shown)
    thing = things[name]
    assert type(thing) is held()[name]
    for view in (markup(thing), as_markdown(thing), as_text(thing, 80)):
        assert "secret" not in view


@pytest.mark.parametrize("name", held())
def test_its_markup_asks_for_nothing_and_runs_nothing(things: Mapping[str, Shown], name: str) -> None:
    html = markup(things[name])
    assert len(html) < MOST_SHIPPED
    text_in(html)
    outside = re.sub(r'href="[^"]*"', "", re.sub(r">[^<]*<", "><", html))
    assert re.findall(r"style=|<script|\son\w+=|http|src=|url\(", outside) == []
    text_in_markdown(as_markdown(things[name]))


@pytest.mark.parametrize("name", held())
def test_its_text_fits_a_terminal_and_its_repr_a_line(things: Mapping[str, Shown], name: str) -> None:
    thing = things[name]
    check_text(as_text(thing, 80))
    assert re.fullmatch(r"<\w+[ :].{1,400}>", repr(thing)), repr(thing)
    assert "secret" not in repr(thing)
    assert type(thing).__name__ in repr(thing)
    assert max(map(len, as_text(thing, 80).splitlines())) <= 80


def test_a_name_that_is_not_held_is_in_a_door() -> None:
    doors = {name for room in ROOMS for name in import_module(f"sts_kg.{room}").__all__}
    assert NOT_HELD.keys() - doors == set()


def test_a_page_and_a_cell_have_the_markup_of_the_view(things: Mapping[str, Shown]) -> None:
    thing = things["Closure"]
    assert thing._repr_html_() == in_notebook(thing) == f"<style>{stylesheet()}</style>{markup(thing)}"
    assert thing.to_html() == page(thing)
    assert f'<main class="sts-kg-page">{markup(thing)}</main>' in page(thing)
    assert re.findall("http|url\\(|@import", stylesheet()) == []


@pytest.mark.parametrize("name", held())
def test_ipython_prints_the_text_and_a_line_within_a_list(things: Mapping[str, Shown], name: str) -> None:
    pretty, thing = pytest.importorskip("IPython.lib.pretty").pretty, things[name]
    assert pretty(thing) == as_text(thing, 79)
    assert pretty([thing]) == f"[{thing!r}]"
    assert pretty({"x": thing}) == f"{{'x': {thing!r}}}"


# --- what others wrote

LONG = "x" * 1_000_000
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</td></table></style></code></pre>",
    "\x1b[31m\x9b31m\x00\x07",
    "\u202eevil\u2066\u2028",
    "](javascript:alert(1)) [a](javascript:b)",
    "`` ` ```\n```\n<script>",
    "<details><summary>\n\n<img src=x onerror=y>",
    "&lt;script&gt; &#60;b&#62;",
    "|a|b|\n| --- |",
    "\n\n    <iframe>\r\n# a\n- b",
    "\ud800\ufffe",
    "<!-- --> <![CDATA[ <?x ?>",
)
FRAGMENTS = st.lists(st.sampled_from(NASTY) | st.text(max_size=10), min_size=1, max_size=4).map("".join)


def iri(text: str) -> URIRef:
    return URIRef(f"javascript:{text}" if len(text) % 2 else f"https://example.org/{text}")


def hostile(t: str, plan_of: Cohort) -> Sequence[Shown]:
    """Return objects in which everything that others can write is a text."""
    term, literal = iri(t), Literal(t, lang="en")
    typed, blank = Literal(t, datatype=URIRef(f"urn:{t}")), BNode(t)
    labels = {term: t}
    graph = ShownGraph(identifier=term)
    with_text = ((term, RDF.type, term), (term, RDFS.label, literal), (blank, term, typed), (term, term, Literal(t)))
    for triple in with_text:
        graph.store.add(triple, graph)
    graph.labels, graph.sparql = labels, t
    table = Table((t, "b"), ((term, typed), (literal, blank), (None, Literal(t))), labels, (t, t), t, t)
    many = Table(("n",), ((Literal(1),),), notes=(t,) * 50)
    read = Literal(t.encode(errors="replace").decode())  # what was read is UTF-8
    leaf = Proof((URIRef(f"https://{read}"), URIRef(f"urn:{read}"), read), None, source=t, sentences=(t,))
    members = Proof((BNode("x"),), "LIST", (leaf,), members=(read, read))
    proof = Proof((BNode("x"), URIRef(f"javascript:{read}"), read), "cls-hv1", (leaf, leaf, members))
    row = MappingRow(
        *(None, t, t, None, t, None, "Not", f"http://{t}", t),
        match_string=(t,),
        author_label=(t, t),
        extra={t: t},
        comment=t,
    )
    given = MappingSet({"mapping_set_id": f"http://{t}", "license": t, "mapping_set_description": t}, (row,))
    pin = Pin(t, f"https://{t}", t, t, t, 1, t)
    header = {"title": t, "version": t, "license": f"http://{t}", "iri": f"http://{t}"}
    document = Document(t, t, term, header, t, 0, 1, 1, {t: 1}, (), 0.0, notes=(t,), absent={t: (t,)})
    link = Link(term, term, t, "missing", t, iri=f"http://{t}", label=t, detail=t)
    candidate = Candidate(term, t, t, t, "label", t, t, t)
    report = LinkReport(
        *((document,), (link, replace(link, status=t), replace(link, status="found")), (candidate,), {t: 1}),
        ShownGraph(),
        ours=Ours(t, t, ((t, t, t),)),
        unsown=(t,),
    )
    codes = ConceptSets((ConceptRow("finding", t, t, t, t, t, True, t, t, t, t, t),), {t: 1}, ((t, t, t),))
    rejections = Rejections()
    rejections.add(Rejected(t, 3, t, t))
    plan = plan_of.plan
    named = {option: replace(each, label=t) for option, each in plan.options.items()}
    release = Release(replace(plan, options=named, disclaimer=t), plan_of.tally, lambda: plan_of.kinds, 11)
    endpoint = Endpoint(f"https://example.org/{t}", default_graphs=[t, f"http://a@b/{t}"])
    verified = Verified(f"http://{t}", t, 1, t, 1, t, 0)
    return (
        *(graph, table, many, proof, row, given, pin, report, replace(report, everything=True), codes),
        *(Layers((given, replace(given, metadata={"mapping_set_id": t}))), Proposals(given, {t: 2}, (pin,))),
        *(Code(t, t, True, [1], True), RowViolation(1, t, t, t), Inconsistency("cax-dw", (term,), t)),
        *(Warned(t, t, t, 1, literal), rejections, rejections.listed[0], release, endpoint, Profile(t)),
        *(verified, Outcomes([verified]), Dumped(t, t, 1, t, t), Pushed(t, 1, t, 0.0, False)),
        *(Omop(sets=codes, schema=t, sets_table=t, tables={"person": t}), Codes(sets=codes, table=t)),
    )


@pytest.fixture(scope="module")
def cohort(things: Mapping[str, Shown]) -> Cohort:
    found = things["Cohort"]
    assert isinstance(found, Cohort)
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", [*NASTY, "".join(NASTY), LONG, f'{LONG}<script>"', "<" * 1_000_000])
def test_what_others_wrote_stays_text(cohort: Cohort, text: str) -> None:
    harmless(text, cohort)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=40)
@given(FRAGMENTS)
def test_what_others_may_write_stays_text(cohort: Cohort, text: str) -> None:
    harmless(text, cohort)


def harmless(text: str, cohort: Cohort) -> None:
    with rdflib_quiet():
        made = hostile(text, cohort)
    for thing in made:
        html = markup(thing)
        text_in(html)
        markdown = as_markdown(thing)
        text_in_markdown(markdown)
        shown = as_text(thing, 80)
        check_text(shown)
        check_text(repr(thing))
        assert "\n" not in repr(thing) and len(repr(thing)) < 1_000, type(thing)
        assert max(len(html), len(markdown), len(shown)) < MOST, type(thing)
