"""Limits of queries, in Python and on the command line: endless queries end in a typed error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import Graph, Literal

from sts_kg import KnowledgeGraph, Table
from sts_kg.errors import (
    MemoryLimitError,
    ParameterError,
    QueryError,
    QueryTimeoutError,
    StsKgError,
    TooManyRowsError,
)
from sts_kg.workers import Limits

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="processes are watched on Linux only")

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HUGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
ROUND = {
    "table": 'SELECT ?x ?y { VALUES ?x { "01"^^xsd:integer "a b"@en <urn:x> } OPTIONAL { ?x ?y ?z } } ORDER BY ?x',
    "empty": "SELECT * {}",
    "ask": "ASK { ?s ?p ?o }",
    "graph": "CONSTRUCT { ?s sts:was ?o } { ?s sts:brandName ?o }",
}


@pytest.mark.parametrize("form", ROUND)
def test_a_limited_query_answers_as_one_without_limits(kg: KnowledgeGraph, form: str) -> None:
    plain, limited = kg.sparql(ROUND[form]), kg.sparql(ROUND[form], timeout_s=60, memory="2GB")
    assert type(plain) is type(limited)
    if isinstance(plain, Graph) and isinstance(limited, Graph):
        assert set(plain) == set(limited) != set()
    else:
        assert plain == limited


@pytest.mark.parametrize(
    ("text", "given", "kind", "said"),
    [
        (ENDLESS, {"timeout_s": 0.3}, QueryTimeoutError, "query given was stopped after 0.3 seconds; ask for less, or"),
        (HUGE, {"memory": "60MB"}, MemoryLimitError, "query given was stopped: it needs more than 60 MB of memory; "),
        (HUGE, {"max_rows": 10}, TooManyRowsError, "the answer to query given has more than 10 rows; add a LIMIT to "),
        (
            "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
            {"max_rows": 10, "timeout_s": 60},
            TooManyRowsError,
            "the answer to query given has more than 10 triples; add a LIMIT to the query, or allow more with ",
        ),
        ("ASK { ?x }", {"timeout_s": 60}, QueryError, "query given, line 1, column 10: is not SPARQL 1.1 Query: "),
        (
            ENDLESS,
            {"timeout_s": 0},
            ParameterError,
            "query given, parameter timeout_s = 0: is not a number of ",
        ),
        (ENDLESS, {"memory": "2 cows"}, ParameterError, "query given, parameter memory = '2 cows': is not a size; "),
    ],
)
def test_a_query_beyond_a_limit(
    kg: KnowledgeGraph, text: str, given: dict[str, object], kind: type[StsKgError], said: str
) -> None:
    with pytest.raises(kind) as caught:
        kg.query(text, **given)  # type: ignore[arg-type]
    assert str(caught.value).startswith(said)


def test_an_answer_of_just_so_many_rows_is_whole(kg: KnowledgeGraph) -> None:
    three = "SELECT ?x { VALUES ?x { 1 2 3 } }"
    assert kg.sparql(three, max_rows=3) == Table(("x",), tuple((Literal(n),) for n in (1, 2, 3)))
    with pytest.raises(TooManyRowsError):
        kg.sparql(three, max_rows=2)


def test_a_canned_query_is_limited_and_a_store_is_shared_with_the_worker(kg: KnowledgeGraph, tmp_path: Path) -> None:
    from sts_kg import load

    kg.push(tmp_path / "store")
    kept = load(store=tmp_path / "store")
    plain = kg.query("drugs/options-with-drug", drug="doxorubicin")
    assert kept.query("drugs/options-with-drug", drug="doxorubicin", timeout_s=60) == plain
    with pytest.raises(TooManyRowsError, match="the answer to query drugs/options-with-drug has more than 1 row;"):
        kept.query("drugs/options-with-drug", drug="doxorubicin", max_rows=1)
    with pytest.raises(QueryTimeoutError):
        kept.sparql(ENDLESS, timeout_s=0.3)


def test_what_cannot_be_enforced_is_no_silent_promise(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "enforceable", Limits())
    with pytest.raises(ParameterError, match="parameter timeout_s: this platform has no way to enforce this limit"):
        kg.sparql("ASK {}", timeout_s=1)
    with pytest.raises(ParameterError, match="parameter memory: this platform has no way to enforce this limit"):
        kg.sparql("ASK {}", memory=10**9)


def ran(*words: str | Path) -> tuple[int, str, str]:
    """Return the exit code, standard output and standard error of a command in a process of its own."""
    command = [sys.executable, "-m", "sts_kg", *map(str, words)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)
    return done.returncode, done.stdout, done.stderr


def test_on_the_command_line_an_endless_query_is_stopped() -> None:
    code, out, err = ran("sparql", "--timeout", "0.5", ENDLESS)
    remedy = "ask for less, or allow more time with --timeout SECONDS (in Python: timeout_s)"
    warned, told = err.splitlines()
    assert warned.startswith("warning: nothing relates {?a, ?b, ?c} and {?d, ?e, ?f}")
    assert (code, out, told) == (3, "", f"sts-kg: query given was stopped after 0.5 seconds; {remedy}")


def test_a_closure_that_needs_too_much_memory_is_stopped_and_nothing_is_written(tmp_path: Path) -> None:
    steps = "".join(f"<urn:{i}> <urn:p> <urn:{(i + 1) % 9000}> .\n" for i in range(9000))
    data = tmp_path / "data.nt"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#TransitiveProperty>"
    data.write_text(f"<urn:p> {kind} .\n{steps}", encoding="utf-8")
    code, out, err = ran("close", "--memory", "150MB", data, "-o", tmp_path / "closed.nt")
    assert (code, out) == (3, "")
    assert err.startswith(
        "sts-kg: sts-kg close was stopped: it needs more than 150 MB of memory; give it less, or allow"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["data.nt"]


def test_a_wrong_size_is_a_usage_error() -> None:
    code, _, err = ran("close", "--memory", "lots")
    assert code == 2
    assert "'lots' is not a size; write it as 500MB, 2GB or 2GiB" in err
