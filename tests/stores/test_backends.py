"""The knowledge graph kept elsewhere: the answers of a folder and of two engines are those of the embedded one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from expected import Case, golden, read_cases, shown
from places import EXAMPLES
from rdflib import Literal, URIRef
from servers import Server, oxigraph_server, virtuoso_server

from sts_kg import KnowledgeGraph, Table, connect, load
from sts_kg.errors import EndpointError, EndpointUnreachableError, ParseError
from sts_kg.stores.kinds import KINDS
from sts_kg.stores.pushing import push

#: Queries that compute a truth value, which is a number in Virtuoso 7.2: column to be compared as one.
TRUTH_VALUES = {
    "conditions/parameters-of-fact-rules": "value",
    "drugs/after-doxorubicin": "isNamedDrug",
    "modalities/options-by-modality": "isUmbrella",
    "modalities/options-with-therapy": "isOptional",
}
#: What Virtuoso 7.2 answers wrongly in every run (docs/stores.md). An entry that starts to pass fails.
VIRTUOSO_IS_WRONG = {"modalities/options-with-intent/tumour-control"}
#: What Virtuoso 7.2 answers wrongly, or not at all, in some runs or in most, as its plans vary: what was seen.
VIRTUOSO_VARIES = {
    "links/classes-of-drug/doxorubicin": "more rows",
    "links/drugs-not-on-page/role": "no row",
    "links/drugs-with-shared-class/all": "transitive start not given",
    "links/drugs-with-shared-role/all": "one row more or less, or the right ones",
    "links/kinds-of-disease/none": "No column",
    "links/kinds-of-disease/sarcoma": "No column",
    "links/options-by-class/role": "fewer rows",
    "links/options-with-shared-class/doxorubicin": "transitive start not given",
    "links/options-with-shared-class/pazopanib": "transitive start not given",
    "links/sentences-by-class/role": "a row of another class",
    "links/sentences-by-class/role-of-a-definition": "no row",
}
#: Queries that Virtuoso 7.2 does not answer in 60 seconds, whatever their parameters.
VIRTUOSO_IS_TOO_SLOW = {"links/nearest-class-of-drugs"}
FILES = sorted(EXAMPLES.glob("?.yaml"))
BACKENDS = ("folder", "oxigraph", "virtuoso")


def signed_in(server: Server, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("STS_KG_USER", server.user)
    patch.setenv("STS_KG_PASSWORD", server.password)


@pytest.fixture(scope="module")
def backends(
    linked: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], tuple[KnowledgeGraph, Server | None]]]:
    """The linked knowledge graph kept elsewhere, and the server: each is filled once, in whatever order it is asked."""
    with ExitStack() as stack:

        @cache
        def filled(name: str) -> tuple[KnowledgeGraph, Server | None]:
            folder = tmp_path_factory.mktemp(name)
            if name == "folder":
                push(linked.named_graphs(*KINDS), folder / "store", scope="ontology")
                return load(store=folder / "store"), None
            server = stack.enter_context((oxigraph_server if name == "oxigraph" else virtuoso_server)(folder))
            with pytest.MonkeyPatch.context() as patch:
                signed_in(server, patch)
                push(linked.named_graphs(*KINDS), server.query, scope="ontology")
                return connect(server.query, profile=server.engine.lower()), server

        yield filled


@pytest.fixture
def kept(
    request: pytest.FixtureRequest,
    backends: Callable[[str], tuple[KnowledgeGraph, Server | None]],
    monkeypatch: pytest.MonkeyPatch,
) -> KnowledgeGraph:
    """The linked knowledge graph, kept elsewhere."""
    graph, server = backends(request.param)
    if server is not None:
        signed_in(server, monkeypatch)
    return graph


everywhere = pytest.mark.parametrize("kept", BACKENDS, indirect=True)


@pytest.mark.slow
@everywhere
@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in read_cases()])
def test_canned_queries_answer_alike(kept: KnowledgeGraph, case: Case, request: pytest.FixtureRequest) -> None:
    virtuoso = "virtuoso" in request.node.callspec.id
    if virtuoso and case.query in VIRTUOSO_IS_TOO_SLOW:
        pytest.skip(f"Virtuoso 7.2 does not answer {case.query} in 60 seconds (docs/stores.md)")
    try:
        answer = kept.query(case.query, **dict[str, Any](case.parameters))
    except EndpointError as error:
        if not virtuoso or VIRTUOSO_VARIES.get(case.id, "never") not in str(error):
            raise
        pytest.skip(f"Virtuoso 7.2 has no plan for {case.id} (docs/stores.md)")
    if virtuoso and case.query in TRUTH_VALUES:
        answer = with_truth_values(answer, TRUTH_VALUES[case.query])
    if virtuoso and case.id in VIRTUOSO_IS_WRONG:
        assert shown(answer) != golden(case, answer)
        return
    if virtuoso and case.id in VIRTUOSO_VARIES and shown(answer) != golden(case, answer):
        pytest.skip(f"Virtuoso 7.2 answers {case.id} wrongly in this run (docs/stores.md)")
    assert shown(answer) == golden(case, answer)


def test_what_is_said_of_virtuoso_is_of_cases() -> None:
    """Else an entry that is misspelt, or whose case is gone, would say nothing."""
    cases = read_cases()
    assert VIRTUOSO_IS_WRONG | VIRTUOSO_VARIES.keys() <= {case.id for case in cases}
    assert VIRTUOSO_IS_WRONG.isdisjoint(VIRTUOSO_VARIES)
    assert {*TRUTH_VALUES, *VIRTUOSO_IS_TOO_SLOW} <= {case.query for case in cases}


def with_truth_values(answer: object, column: str) -> Table:
    """Return a table with the numbers of a column as truth values, sorted as the golden one is."""
    assert isinstance(answer, Table)
    at = answer.variables.index(column)

    rows = [
        (*row[:at], row[at] if isinstance(row[at], URIRef) else Literal(str(row[at]) == "1"), *row[at + 1 :])
        for row in answer
    ]
    return Table(answer.variables, tuple(rows))


@everywhere
def test_options_and_questions_of_all_examples_are_the_same(kept: KnowledgeGraph, kg: KnowledgeGraph) -> None:
    assert len(FILES) == 13
    assert list(kept.options(FILES)) == list(kg.options(FILES))
    assert kept.questions(FILES) == kg.questions(FILES)


@everywhere
def test_an_explanation_is_the_same(kept: KnowledgeGraph, kg: KnowledgeGraph) -> None:
    assert str(kept.explain(EXAMPLES / "f.yaml", "pazopanib")) == str(kg.explain(EXAMPLES / "f.yaml", "pazopanib"))


@everywhere
def test_sparql_runs_where_the_graph_is(kept: KnowledgeGraph) -> None:
    assert kept.sparql("ASK { sts:pazopanib a sts:Drug }") is True
    assert kept.sparql("ASK { sts:pazopanib a sts:Drug }", asserted=True) is False


def test_a_store_without_the_ontology_is_refused(tmp_path: Path) -> None:
    push({}, tmp_path / "empty")
    with pytest.raises((ParseError, EndpointError)):
        load(store=tmp_path / "empty")
    with pytest.raises(EndpointError, match="there is no such folder"):
        load(store=tmp_path / "missing")


def test_an_endpoint_that_does_not_answer_is_said() -> None:
    with pytest.raises(EndpointUnreachableError):
        connect("http://127.0.0.1:9/sparql")


def test_a_store_with_asserted_graphs_only_says_what_is_missing(kg: KnowledgeGraph, tmp_path: Path) -> None:
    push(kg.named_graphs("asserted"), tmp_path / "store", scope="ontology")
    kept = load(store=tmp_path / "store")
    assert kept.query("drugs/options-with-drug") == kg.query("drugs/options-with-drug")
    with pytest.raises(EndpointError, match="has no inferred graph; push it with --graphs"):
        kept.query("modalities/options-with-therapy")
