"""What closing and asking cost, as ratios measured in one run (`make bench`); bench/README.md says what they answer.

Each closure is made in a process of its own, so that its peak memory is its own; outputs are compared.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import owlrl
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDFS
from rdflib.term import Node

from sts_kg import closure_of, load, view
from sts_kg.case import Case, facts
from sts_kg.knowledge import KnowledgeGraph
from sts_kg.query import run, store_of
from sts_kg.table import Table

INPUTS = ("1 case", "10 cases", "100 cases", "ontology")
ENGINES = ("plain owlrl", "closure_of")
QUERIES = (
    "conditions/findings",
    "conditions/near-misses",
    "conditions/options-of-case",
    "modalities/hierarchy-of-modalities",
    "wording/strength-and-frequency",
)
REPEATS = 5
HEADER = ("question", "input", "triples", "by", "seconds", "peak MB", "ratio", "outputs")
#: `x p x` for these says nothing; closure_of leaves out those of owl:sameAs and calls the others trivial.
REFLEXIVE = (OWL.sameAs, OWL.equivalentClass, OWL.equivalentProperty, RDFS.subClassOf, RDFS.subPropertyOf)
Triple: TypeAlias = tuple[Node, Node, Node]


def graph_of(name: str, kg: KnowledgeGraph) -> Graph:
    """Return an input by its name: the whole ontology, or what is closed for some cases."""
    if name == "ontology":
        return kg.asserted
    cases = cases_of(int(name.partition(" ")[0]), kg)
    return kg.ontology._case_schema + facts(cases, kg.ontology.vocabulary)


def cases_of(count: int, kg: KnowledgeGraph) -> list[Case]:
    """Return as many cases as are wanted: the fictional ones a to m again and again, each time with other ids."""
    examples = kg.with_examples().cases
    return [
        replace(examples[i % len(examples)], id=f"{examples[i % len(examples)].id}{i}", iri=URIRef(""))
        for i in range(count)
    ]


def close(engine: str, graph: Graph) -> Callable[[], set[Triple]]:
    """Close a graph, and return what gives the informative triples that were added; that is not timed."""
    if engine == "closure_of":
        closed = closure_of(graph, engine="owlrl")
        return lambda: informative([*closed.inferred, *closed.trivial])
    plain = Graph()
    for triple in graph:
        plain.add(triple)
    options = {"rdfs_closure": False, "axiomatic_triples": False, "datatype_axioms": False}
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, **options).expand(plain)
    return lambda: informative(triple for triple in plain if triple not in graph)


def informative(triples: Iterable[Triple]) -> set[Triple]:
    """Return the triples without those that say that a thing is itself, and those that RDF does not allow."""
    return {
        (s, p, o)
        for s, p, o in triples
        if not (s == o and p in REFLEXIVE) and not isinstance(s, Literal) and not isinstance(p, BNode)
    }


def measure(engine: str, name: str, output: Path) -> None:
    """Close an input in this process; write the added triples, sorted, and print seconds, peak and sizes as JSON."""
    graph = graph_of(name, load())
    forget_peak()
    start = time.perf_counter()
    added = close(engine, graph)
    seconds = time.perf_counter() - start
    peak = peak_bytes()
    output.write_text("\n".join(sorted(" ".join(term.n3() for term in triple) for triple in added())), "utf-8")
    print(json.dumps({"seconds": seconds, "peak": peak, "triples": len(graph)}))


def forget_peak() -> None:
    """Let the peak of this process count from now on, where that can be had (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int:
    """Return the peak memory of this process in bytes; outside Linux since it began."""
    with suppress(OSError):
        status = Path("/proc/self/status").read_text("utf-8")
        return 1024 * int(status.partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def closures() -> Iterator[tuple[str, ...]]:
    """Yield two rows for each input: plain owlrl, and our closure by the same engine."""
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            found, added = {}, {}
            for engine in ENGINES:
                output = Path(folder, "added.nt")
                command = [sys.executable, __file__, engine, name, str(output)]
                done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
                found[engine] = json.loads(done.stdout)
                added[engine] = set(output.read_text("utf-8").splitlines())
            for engine in ENGINES:
                one = found[engine]
                yield (
                    "closure",
                    name,
                    str(one["triples"]),
                    engine,
                    f"{one['seconds']:.2f}",
                    f"{one['peak'] / 1e6:.0f}",
                    f"{found[ENGINES[0]]['seconds'] / one['seconds']:.1f}",
                    compared(*(added[each] for each in ENGINES)),
                )


def compared(first: set[str], second: set[str]) -> str:
    """Say whether two outputs are equal, and if not, how many lines are in one only."""
    if first == second:
        return f"equal ({len(first)})"
    return f"DIFFERENT: {len(first - second)} and {len(second - first)} in one only"


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
            yield name, "closed", str(len(closed)), engine, f"{seconds:.4f}", "", f"{slow / seconds:.1f}", same


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


def about() -> str:
    """Return machine, commit and versions."""
    packages = " ".join(f"{name} {version(name)}" for name in ("sts-kg", "owlrl", "rdflib", "pyoxigraph"))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    return f"machine: {machine}\ncommit: {commit()}\nversions: Python {platform.python_version()} {packages}"


def commit() -> str:
    """Return the commit of the checkout, as its files say; unknown if there is none."""
    folder = Path(__file__).parents[1] / ".git"
    try:
        head = (folder / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (folder / name).exists():
            return (folder / name).read_text("utf-8").strip()
        packed = (folder / "packed-refs").read_text("utf-8").splitlines()
        return next(line.partition(" ")[0] for line in packed if line.endswith(f" {name}"))
    except (OSError, StopIteration):
        return "unknown"


def main() -> None:
    """Print one table."""
    print(about())
    rows = [*closures(), *answers(load().with_examples())]
    print(view.text(HEADER, rows))
    print(
        "\nratio: how many times faster than the first of the pair. peak MB: of the process while it closes.\n"
        "outputs: the triples added, but for those that say that a thing is itself or have a literal as subject or a\n"
        "blank node as predicate; or the rows of the answer. In brackets their number."
    )
    sys.exit(any("DIFFERENT" in row[-1] for row in rows))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        measure(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        main()
