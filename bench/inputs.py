"""The inputs of the measurements by their names, each as one file of plain N-Triples; made anew, the same each time."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, URIRef

from bench.generated import GENERATORS
from sts_kg.cases.case import Case
from sts_kg.cases.facts import facts_of
from sts_kg.knowledge import KnowledgeGraph, load

__all__ = ["NAMES", "cases_of", "clinical", "lines_of", "write"]

#: Where the LUBM and IDMP files lie; the folder `bench` of the test data that all checkouts share.
DATA = Path(os.environ.get("STS_KG_TESTDATA") or Path(__file__).parents[2] / "shared" / "testdata") / "bench"
#: The inputs, the small ones first.
NAMES = (
    "clinical-1",
    "copies-1e3",
    "universities-1",
    "synthetic-1e4",
    "genealogy-3400",
    "wide-1e4",
    "deep-1000",
    "cido-like",
    "copies-1e4",
    "universities-5",
    "fibo-like",
    "maxo",
    "clinical-1000",
    "idmp",
    "synthetic-1e5",
    "lubm-1",
    "deep-2000",
    "universities-20",
    "wide-1e5",
    "copies-1e5",
    "lubm-5",
    "universities-60",
    "synthetic-1e6",
    "clinical-100000",
    "synthetic-1e7",
)


def write(name: str, folder: Path) -> Path:
    """Return the file of an input in a folder, written if it is not there.

    Blank nodes of different files have different names already, so files are put one after the other.
    """
    path = folder / f"{name}.nt"
    if not path.exists():
        with path.open("wb") as file:
            file.writelines(lines_of(name))
        # reasonable reads only what is called Turtle, and N-Triples is Turtle
        os.link(path, path.with_suffix(".ttl"))
    return path


def lines_of(name: str) -> Iterator[bytes]:
    """Yield an input as N-Triples, some lines at a time."""
    kind, _, size = name.partition("-")
    if kind in GENERATORS:
        lines = GENERATORS[kind](0 if size == "like" else int(float(size)))
        while chunk := list(islice(lines, 1 << 12)):
            yield "".join(chunk).encode()
    elif kind == "clinical":
        yield from clinical(int(size))
    elif kind == "maxo":
        with gzip.open(DATA.parent / "external" / "maxo-2024-07-29.owl.gz") as file:
            yield _renamed(_ntriples(ox.parse(input=file.read(), format=ox.RdfFormat.RDF_XML)))
    else:
        if kind == "lubm":
            yield _ntriples(ox.parse(path=str(DATA / "univ-bench.owl"), format=ox.RdfFormat.RDF_XML, base_iri=_UNIV))
        with gzip.open(DATA / f"{name}.nt.gz") as file:
            yield from iter(partial(file.read, 1 << 20), b"")


_UNIV = "http://swat.cse.lehigh.edu/onto/univ-bench.owl"


def _ntriples(quads: Iterable[ox.Quad]) -> bytes:
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""


def _renamed(lines: bytes) -> bytes:
    """Return N-Triples with blank nodes named by their order, for the parser names them at random."""
    numbers, names = count(), dict[bytes, bytes]()
    return re.sub(
        rb"^(_:\w+)|(_:\w+)(?= \.$)",
        lambda found: names.setdefault(found[0], f"_:b{next(numbers)}".encode()),
        lines,
        flags=re.MULTILINE,
    )


# --- clinical


def clinical(count: int) -> Iterator[bytes]:
    """Yield all modules of the ontology, then the facts of cases: the fictional ones a to m again and again.

    The facts of each are made once, and then copied as text with other names of the case and its blank nodes.
    """
    kg = load()
    yield _as_text(kg.asserted)
    examples = [_template(case, kg) for case in kg.with_examples().cases]
    chunk: list[str] = []
    for number in range(count):
        chunk.append(examples[number % len(examples)](number))
        if len(chunk) == 1 << 10:
            yield "".join(chunk).encode()
            chunk.clear()
    yield "".join(chunk).encode()


def _template(case: Case, kg: KnowledgeGraph) -> Callable[[int], str]:
    """Return what writes the facts of a case as lines, with another name for each number."""
    text = _as_text(facts_of([case], kg.guideline.vocabulary)).decode()
    text = text.replace(f"<{case.iri}>", f"<{case.iri}-@@@>").replace("_:b", "_:b@@@b")
    return lambda number: text.replace("@@@", str(number))


def _as_text(graph: Graph) -> bytes:
    text = graph.serialize(format="nt", encoding="utf-8")
    return b"".join(sorted(line for line in text.splitlines(keepends=True) if line.strip()))


def cases_of(start: int, count: int, kg: KnowledgeGraph) -> list[Case]:
    """Return as many cases as are wanted, numbered from `start`: the fictional ones again and again."""
    from dataclasses import replace

    examples = kg.with_examples().cases
    numbered = ((number, examples[number % len(examples)]) for number in range(start, start + count))
    return [replace(case, id=f"{case.id}{number}", iri=URIRef(f"{case.iri}-{number}")) for number, case in numbered]
