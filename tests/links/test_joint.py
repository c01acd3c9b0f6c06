"""The queries of the topic links where the graph is kept elsewhere: the same rows from a store and an endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expected import QUERIES, Case, read_cases, shown
from rdflib import URIRef
from servers import oxigraph_server

from sts_kg import KnowledgeGraph, Table, connect, load
from sts_kg.errors import NotLinkedError
from sts_kg.rdf.names import STS
from sts_kg.stores import KINDS
from sts_kg.stores.pushing import push

CASES = [case for case in read_cases() if case.query.startswith("links/")]
LINKS = {name: query for name, query in QUERIES.items() if query.topic == "links"}


@pytest.fixture(scope="module")
def pushed(linked: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """The linked graph in a store folder, in which blank nodes have names."""
    folder = tmp_path_factory.mktemp("pushed") / "store"
    push(linked.named_graphs(*KINDS), folder, scope="ontology")
    return load(store=folder)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_a_store_gives_the_same_rows(pushed: KnowledgeGraph, case: Case) -> None:
    assert shown(pushed.query(case.query, **dict[str, Any](case.parameters))) == case.answer


@pytest.mark.slow
def test_an_endpoint_gives_the_same_rows(linked: KnowledgeGraph, tmp_path: Path) -> None:
    with oxigraph_server(tmp_path) as server:
        push(linked.named_graphs(*KINDS), server.query, scope="ontology")
        kept = connect(server.query)
        unequal = [
            case.id for case in CASES if shown(kept.query(case.query, **dict[str, Any](case.parameters))) != case.answer
        ]
    assert unequal == []


def test_there_are_at_least_twenty_five() -> None:
    assert len(LINKS) >= 25


@pytest.mark.parametrize("name", LINKS)
def test_each_row_names_its_graph(linked: KnowledgeGraph, name: str) -> None:
    """That of a slice, a mapping set, or the ontology; never one of the inferred triples, which nobody says."""
    known = {*linked.named_graphs("links", "mappings"), STS.ontology} - {STS["link/inferred"], STS.links}
    answer = linked.query(name)
    assert isinstance(answer, Table)
    assert len(answer) > 0
    assert set(answer.column("graph")) <= known


@pytest.mark.parametrize("name", [name for name, query in LINKS.items() if query.needs])
def test_each_says_what_to_link(kg: KnowledgeGraph, name: str) -> None:
    """What needs only mappings has them; the others name the command that links, and the vocabulary if it is one."""
    needs = LINKS[name].needs
    if needs == ("mappings",):
        assert isinstance(kg.query(name), Table)
        return
    with pytest.raises(NotLinkedError, match=r"link FILE -o STORE") as caught:
        kg.query(name)
    assert caught.value.needs == needs[0] != "mappings"
    wanted = "a linked ontology" if needs[0] == "links" else f"terms of {needs[0]}"
    assert str(caught.value).startswith(f"{name} needs {wanted}, and none is linked; link ")


def test_what_is_stored_in_one_graph_is_not_said_to_come_from_none(
    linked: KnowledgeGraph, kg: KnowledgeGraph, tmp_path: Path
) -> None:
    """Slices that were poured into the graph of the ontology have no name to be asked by: an error, no empty table."""
    merged = linked.named_graphs("asserted", "inferred", "mappings")
    for each in linked.named_graphs("links").values():
        merged[URIRef(f"{STS}inferred")] += each
    push(merged, tmp_path / "store", scope="ontology")
    kept = load(store=tmp_path / "store")
    for name in ("links/classes-above-drugs", "links/interactions-of-drug"):
        with pytest.raises(NotLinkedError):
            kept.query(name)


def test_a_graph_without_slices_has_no_graph_to_ask(kg: KnowledgeGraph, linked: KnowledgeGraph) -> None:
    asked = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    slices = ("external-interactions", "made-up", "rxnorm", "second")
    names = [*(f"{STS}link/{name}" for name in slices), f"{STS}links"]
    assert [str(row[0]) for row in linked.sparql(asked)] == names  # type: ignore[union-attr] # a SELECT
    assert len(kg.sparql(asked)) == 0  # type: ignore[arg-type] # a SELECT


def test_a_query_of_slices_by_name_is_no_slip(linked: KnowledgeGraph) -> None:
    asked = linked.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    assert isinstance(asked, Table) and len(asked) > 0 and asked.notes == ()
    wrong = linked.query("SELECT * { GRAPH <https://w3id.org/sts-kg/link/extrnal> { ?s ?p ?o } }")
    assert isinstance(wrong, Table)
    assert [note.partition("; ")[0] for note in wrong.notes] == [
        "there is no graph <https://w3id.org/sts-kg/link/extrnal> here"
    ]
