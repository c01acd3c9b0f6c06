"""A guideline beside the shipped one, and alone, in a store: pushed, compared, asked there, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from click.testing import CliRunner
from humbrels import BASE, FOLDER
from rdflib import URIRef
from servers import Server, oxigraph_server

from sts_kg import KnowledgeGraph, ParseError, Table, connect, load
from sts_kg.cli import app
from sts_kg.knowledge import asking
from sts_kg.rdf import STS
from sts_kg.server.messages import Request
from sts_kg.server.settings import Settings
from sts_kg.server.site import Site
from sts_kg.stores.backends import where_ours
from sts_kg.stores.endpoint import Endpoint

CASE = {
    "case": "nub",
    "as_of": "2026-05-01",
    "findings": {"grey-hush": "yes", "carrying-young": "yes"},
    "body_warmth": "31.2",
}
FOREIGN = """
<https://example.org/other/ontology> <http://www.w3.org/2002/07/owl#imports>
    <https://w3id.org/sts-kg/ontology/vocabulary> . <urn:s> <urn:p> <urn:o> .
"""
COUNT = "SELECT (COUNT(*) AS ?n) { ?option a sts:TreatmentOption }"
#: Canned queries that have rows of each guideline.
BOTH = ("conditions/findings", "modalities/therapies", "wording/strength-and-frequency", "provenance/readings")


def rows(answer: object) -> list[str]:
    assert isinstance(answer, Table)
    return sorted(map(str, answer))


def put_foreign(folder: Path) -> None:
    """Add a graph of others, whose ontology imports our vocabulary, too."""
    store = pyoxigraph.Store(folder)
    store.load(FOREIGN.encode(), pyoxigraph.RdfFormat.TURTLE, to_graph=pyoxigraph.NamedNode("https://example.org/mine"))
    store.flush()


@pytest.fixture(scope="module")
def store(joint: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("joint") / "store"
    joint.push(folder, kinds=("asserted", "inferred", "mappings"))
    put_foreign(folder)
    return folder


@pytest.fixture(scope="module")
def alone(hush: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone") / "store"
    hush.push(folder)
    return folder


@pytest.fixture(scope="module")
def server(joint: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph_server(tmp_path_factory.mktemp("server") / "store") as running:
        joint.push(running.query)
        yield running


# --- in a folder


def test_what_was_pushed_is_there_once_and_the_same(joint: KnowledgeGraph, store: Path) -> None:
    found = joint.verify(store)
    assert [each.graph for each in found if each.state == "same"] == [
        *map(str, joint.named_graphs("asserted", "inferred"))
    ]
    beside = [each.graph for each in found if each.state != "same"]
    assert beside and all(each.startswith(f"{STS}mappings/") for each in beside)
    modules = [each.graph for each in found if each.graph.startswith(BASE)]
    assert len(modules) == 10 and f"{BASE}ontology/guideline" in modules


def test_graphs_of_the_guideline_that_were_left_out_are_named(
    joint: KnowledgeGraph, kg: KnowledgeGraph, store: Path
) -> None:
    found = [each for each in joint.verify(store, kinds=("inferred",)) if each.graph.startswith(BASE)]
    assert len(found) == 10 and {each.state for each in found} == {"not compared"}
    assert not [each for each in kg.verify(store, kinds=("inferred",)) if each.graph.startswith(BASE)]


def test_the_shipped_one_answers_for_cases_and_queries_ask_both(joint: KnowledgeGraph, store: Path) -> None:
    back = load(store=store)
    assert [each.iri for each in back.guidelines] == [STS.ontology, URIRef(f"{BASE}ontology")]
    for name in BOTH:
        assert rows(back.query(name)) == rows(joint.query(name)), name
    assert rows(back.sparql(COUNT)) == rows(joint.sparql(COUNT))
    assert back.query("conditions/condition-of-option", option="gh:option-quenderin") == joint.query(
        "conditions/condition-of-option", option="gh:option-quenderin"
    )
    asserted = back.session.ontology
    assert len(asserted) == len(joint.session.ontology)
    assert (URIRef("https://example.org/other/ontology"), None, None) not in asserted


def test_the_added_one_answers_by_its_folder(hush: KnowledgeGraph, store: Path) -> None:
    again = load(store=store).with_guideline(FOLDER)
    assert [(each.option, each.status) for each in again.options(CASE)] == [
        (each.option, each.status) for each in hush.options(CASE)
    ]
    assert str(again.explain(CASE, "surgery")).splitlines()[:-1] == str(hush.explain(CASE, "surgery")).splitlines()[:-1]


def test_one_that_is_alone_answers_and_says_what_it_lacks(hush: KnowledgeGraph, alone: Path) -> None:
    back = load(store=alone)
    assert [each.iri for each in back.guidelines] == [URIRef(f"{BASE}ontology")]
    assert back.query("conditions/findings") == hush.query("conditions/findings")
    assert [(each.option, each.status) for each in back.options(CASE)] == [
        (each.option, each.status) for each in hush.options(CASE)
    ]
    with pytest.raises(ParseError) as raised:
        back.explain(CASE, "surgery")
    assert str(raised.value) == (
        f"{BASE}ontology: its readings are files of its folder, and only its modules were read; add the folder as a "
        "guideline (--guideline DIR; in Python: with_guideline)"
    )
    assert back.with_examples().cases == ()
    assert back.with_guideline(FOLDER).explain(CASE, "surgery").answer.status == "undetermined"


def test_portable_queries_name_the_graphs_of_both(joint: KnowledgeGraph, store: Path, tmp_path: Path) -> None:
    for asked in (joint, load(store=store)):
        folder = tmp_path / str(asked is joint)
        [path] = (
            each
            for each in asked.write_queries(folder, topic="conditions", endpoint_graphs=True)
            if each.name == "findings.rq"
        )
        text = path.read_text(encoding="utf-8")
        named = {f"FROM <{each}>" for each in joint.named_graphs("asserted")}
        assert named <= {*text.splitlines()}
        found: list[Any] = list(pyoxigraph.Store.read_only(str(store)).query(text))  # type: ignore[arg-type]
        assert len(found) == len(rows(joint.query("conditions/findings"))) == 36


def test_cases_in_a_store_are_of_the_guideline_that_answered_them(joint: KnowledgeGraph, tmp_path: Path) -> None:
    with_case = joint.with_cases(CASE)
    with_case.push(tmp_path / "store")
    back = load(store=tmp_path / "store")
    assert back.has_cases
    for name in ("conditions/options-of-case", "conditions/records-of-case", "conditions/missing-facts"):
        assert rows(back.query(name, case="nub")) == rows(with_case.query(name, case="nub")) != [], name


# --- at an endpoint


def test_an_endpoint_is_asked_as_the_folder_is(joint: KnowledgeGraph, server: Server) -> None:
    back = connect(server.query)
    assert [each.iri for each in back.guidelines] == [STS.ontology, URIRef(f"{BASE}ontology")]
    for name in BOTH:
        assert rows(back.query(name)) == rows(joint.query(name)), name
        assert rows(asking(server.query, joint.canned[name].graph).query(name)) == rows(joint.query(name)), name
    assert rows(asking(server.query).sparql(COUNT)) == rows(joint.sparql(COUNT))


def test_one_that_is_alone_at_an_endpoint_is_found(hush: KnowledgeGraph, tmp_path: Path) -> None:
    with oxigraph_server(tmp_path / "store") as running:
        hush.push(running.query)
        where = where_ours(Endpoint(running.query))
        assert where is not None and where.pushed == (f"{BASE}ontology/guideline",) and not where.default
        assert rows(asking(running.query).sparql(COUNT)) == rows(hush.sparql(COUNT))
        assert connect(running.query).query("conditions/findings") == hush.query("conditions/findings")


# --- commands and pages


def test_the_command_pushes_both_and_resumes(tmp_path: Path) -> None:
    store = tmp_path / "store"
    words = ["push", "--guideline", str(FOLDER), "--store", str(store), "--graphs", "asserted"]
    first, again = (CliRunner().invoke(app, words) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert f"{BASE}ontology/findings" in first.stdout and f"{STS}ontology/findings" in first.stdout
    assert again.stdout.count("there already") == len(again.stdout.splitlines()) - 2 == 22
    asked = CliRunner().invoke(app, ["query", "conditions/findings", "--store", str(store), "--format", "csv"])
    assert (
        asked.exit_code == 0
        and f"{BASE}finding-cool-body" in asked.stdout
        and f"{STS}finding-resectable" in asked.stdout
    )


def test_pages_about_a_store_are_about_both(store: Path) -> None:
    site = Site(Settings(store=store))
    page = site.answer("home.page", Request(accept="text/html")).body.decode()
    assert "Beside it in the graph" in page and "grey hush of the humbrel 0.1.0" in page
    query = "query=" + COUNT.replace(" ", "+").replace("?", "%3F").replace("{", "%7B").replace("}", "%7D")
    answer = site.answer("sparql.answer", Request(path="/sparql", query=query, accept="text/csv", base="http://x"))
    assert answer.body.split() == [b"n", b"28"]
