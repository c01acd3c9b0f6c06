"""What asking costs: canned queries by Oxigraph and by rdflib on the same closed graph (`make bench-queries`)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from rdflib import Graph

from bench.closure import about
from sts_kg import load
from sts_kg.knowledge import KnowledgeGraph
from sts_kg.queries.oxigraph import run, store_of
from sts_kg.tables.layout import text_table
from sts_kg.tables.table import Table

QUERIES = (
    "conditions/findings",
    "conditions/near-misses",
    "conditions/options-of-case",
    "modalities/hierarchy-of-modalities",
    "wording/strength-and-frequency",
)
REPEATS = 5
HEADER = ("query", "triples", "by", "seconds", "ratio", "rows")


def answers(kg: KnowledgeGraph) -> Iterator[tuple[str, ...]]:
    """Yield two rows for each canned query: by rdflib in memory, and by Oxigraph, on the same closed graph."""
    closed = kg.asserted + kg.inferred
    store = store_of(closed)
    for name in QUERIES:
        text = kg.bound(name)
        slow, by_rdflib = best(lambda text=text: lines(closed, text))  # type: ignore[misc]
        fast, by_oxigraph = best(lambda text=text: rows_of(run(store, text)))  # type: ignore[misc]
        same = compared(set(by_rdflib), set(by_oxigraph))
        for engine, seconds in (("rdflib", slow), ("Oxigraph", fast)):
            yield name, str(len(closed)), engine, f"{seconds:.4f}", f"{slow / seconds:.1f}", same


def compared(first: set[str], second: set[str]) -> str:
    """Say whether two answers are equal, and if not, how many rows are in one only."""
    if first == second:
        return f"equal ({len(first)})"
    return f"DIFFERENT: {len(first - second)} and {len(second - first)} in one only"


def lines(graph: Graph, text: str) -> list[str]:
    """Return the rows of a SELECT by rdflib as text."""
    return [" ".join("" if term is None else term.n3() for term in row) for row in graph.query(text)]  # type: ignore[union-attr]


def rows_of(answer: Table | bool | Graph) -> list[str]:
    """Return the rows of a SELECT by Oxigraph as text."""
    assert isinstance(answer, Table), "the queries here are SELECTs"
    return [" ".join("" if term is None else term.n3() for term in row) for row in answer]


def best(ask: Callable[[], list[str]]) -> tuple[float, list[str]]:
    """Return the shortest of some times in seconds, and the answer."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        answer = ask()
        times.append(time.perf_counter() - start)
    return min(times), answer


def main() -> None:
    """Print one table."""
    print(about())
    rows = list(answers(load().with_examples()))
    print(text_table(HEADER, rows))
    print(
        f"\nseconds: the shortest of {REPEATS} times. ratio: how many times faster than rdflib. In brackets the rows."
    )
    sys.exit(any("DIFFERENT" in row[-1] for row in rows))


if __name__ == "__main__":
    main()
