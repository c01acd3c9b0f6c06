"""A session: what is linked stays linked when cases come in, and threads do not meet."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import oracle
import pytest
from rdflib import URIRef
from rdflib.namespace import DCTERMS

from sts_kg import KnowledgeGraph, Table, load
from sts_kg.cases.session import Session
from sts_kg.errors import ArgumentError
from sts_kg.rdf.names import BASE, local
from sts_kg.stores.pushing import push

Trace: TypeAlias = Any  # what a trace function returns: the one for the lines of the frame, or None

ROOT = Path(__file__).parents[2]
EXTERNAL = ROOT / "tests" / "external.ttl"
F = ROOT / "ontology" / "examples" / "f.yaml"
COUNT = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }"  # a triple may stand in several graphs


def rows(graph: KnowledgeGraph, query: str, **parameters: Any) -> int:
    found = graph.query(query, **parameters)
    assert isinstance(found, Table)
    return len(found)


def count(graph: KnowledgeGraph) -> int:
    found = graph.sparql(COUNT)
    assert isinstance(found, Table)
    return int(str(found[0][0]))


@pytest.fixture(scope="module")
def store(linked: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the linked graph, as `sts-kg link -o` makes it."""
    folder = tmp_path_factory.mktemp("linked") / "store"
    graphs = linked.named_graphs("asserted", "inferred", "mappings", "links")
    push(graphs, folder, replace=True, scope="ontology")
    return folder


def test_cases_that_come_into_a_linked_store_keep_what_is_linked(store: Path) -> None:
    kept = load(store=store)
    with_f = kept.with_cases(F)
    drug = {"drug": "pazopanib"}
    assert rows(kept, "links/classes-of-drug", **drug) == rows(with_f, "links/classes-of-drug", **drug) > 0
    only_f = Session(kept.guideline, with_f.cases)
    of_f = len(only_f.closure.asserted) + len(only_f.closure.inferred) + len(only_f.by_readings)
    without = len(kept.closure.asserted) + len(kept.closure.inferred)
    assert count(with_f) == count(kept) + of_f - without


WITH_COURSES = {
    "case": "m",
    "findings": {"stage4-sts": "yes"},
    "courses": [
        {"therapies": ["sbrt"], "site": "lungs", "end": "2024-01-10"},
        {"therapies": ["doxorubicin"], "start": "2025-01"},
    ],
    "growth": "2024-06-01",
    "no_growth": {"from": "2023-01", "until": "2023-12"},
    "declines": ["surgery"],
}
ABOUT_COURSES = {
    **{"marks-of-case": 9, "facts-of-case": 22, "records-of-case": 3, "courses-of-case": 2},
    **{"options-of-case": 18, "missing-facts": 25, "questions-of-case": 12},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ABOUT_COURSES)
def test_courses_growth_and_marks_of_cases_that_come_into_a_store(store: Path, kg: KnowledgeGraph, name: str) -> None:
    answers = [each.with_cases(WITH_COURSES).query(f"conditions/{name}", case="m") for each in (load(store=store), kg)]
    assert answers[0] == answers[1]
    assert len(answers[0]) == ABOUT_COURSES[name]  # type: ignore[arg-type]


def test_the_example_cases_keep_what_is_linked(linked: KnowledgeGraph, kg: KnowledgeGraph) -> None:
    examples = linked.with_examples()
    assert examples.session.slices == linked.session.slices != {}
    drug = {"drug": "pazopanib"}
    assert rows(examples, "links/classes-of-drug", **drug) == rows(linked, "links/classes-of-drug", **drug) > 0
    assert count(examples) - count(linked) == count(kg.with_examples()) - count(kg)


def test_linking_to_a_graph_with_cases_and_from_a_store_keeps_both(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.ttl"
    other.write_text(EXTERNAL.read_text(encoding="utf-8").replace("made-up", "second"), encoding="utf-8")
    graph = load(store=store).with_cases(F)
    before = set(graph.session.slices)
    report = graph.link(other)
    assert graph.session.slices.keys() == before | set(report.graphs)
    assert [case.id for case in graph.cases] == ["f"]
    links = graph.named_graphs("links")[URIRef(f"{BASE}links")]
    documents = {document.graph for document in report.documents}
    assert set(links.subjects(DCTERMS.source)) > documents, "the record of the first document is kept"


def test_a_session_is_not_changed_by_link(kg: KnowledgeGraph) -> None:
    graph = KnowledgeGraph(Session(kg.guideline))
    before = graph.session
    graph.link(EXTERNAL)
    assert before.slices == {} and before.mappings == {}
    assert graph.session is not before


# --- threads


@pytest.fixture
def switching() -> Iterator[None]:
    """New threads give way to the others after each line of the facade and of the session."""

    def line(frame: FrameType, event: str, argument: object) -> Trace:
        if event == "line":
            time.sleep(0.0005)
        return line

    def call(frame: FrameType, event: str, argument: object) -> Trace | None:
        file = Path(frame.f_code.co_filename)
        return line if file.parent.name == "knowledge" or file.name == "session.py" else None

    threading.settrace(call)
    yield
    threading.settrace(None)


@pytest.mark.slow
def test_eight_threads_with_forty_cases_each_get_their_own_answers(kg: KnowledgeGraph, switching: None) -> None:
    """On one graph; each answer is held against the evaluator that reads no triple."""
    graph = KnowledgeGraph(Session(kg.guideline))

    def ask(thread: int) -> list[str]:
        chance, wrong = random.Random(thread), []
        for number in range(40):
            given = {finding: chance.random() < 0.5 for finding in chance.sample(oracle.FINDINGS, 4)}
            case = {"case": f"t{thread}-{number}", "findings": given}
            known, found = oracle.completed(given), graph.options(case)
            if known is None:
                wrong += [] if [error.case for error in found.contradictions] == [case["case"]] else [f"{case}: agrees"]
                continue
            explained = [graph.explain(case, chance.choice(oracle.EVERY)).answer] if number % 4 == 0 else []
            for answer in (*found, *explained):
                expected = oracle.status(local(answer.option), known)
                if (answer.case, answer.status) != (case["case"], expected):
                    wrong.append(f"{case}: {local(answer.option)} is {answer.status} for {answer.case}")
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert [wrong for found in pool.map(ask, range(8)) for wrong in found] == []


def test_a_what_if_takes_the_words_of_case_files_and_nothing_else(kg: KnowledgeGraph) -> None:
    person = {"case": "p", "findings": {"stage4-sts": "yes"}}

    def after(value: object) -> list[str]:
        return [change.after.status for change in kg.what_if(person, {"unresectable": value})]  # type: ignore[dict-item]

    assert after("no") == after(False) != after("yes") == after(True)
    assert after("unknown") == after(None) == []
    for wrong in ("maybe", "False", 1, 0.0, [True]):
        with pytest.raises(ArgumentError, match="what_if, argument unresectable"):
            after(wrong)
