"""The inputs of the measurements by their names, each as one file of plain N-Triples; made anew, the same each time."""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, URIRef

from sts_kg.cases.case import Case
from sts_kg.cases.facts import facts_of
from sts_kg.knowledge import KnowledgeGraph, load

__all__ = ["NAMES", "cases_of", "clinical", "lines_of", "synthetic", "write"]

#: Where the LUBM and IDMP files lie; the folder `bench` of the test data that all checkouts share.
DATA = Path(os.environ.get("STS_KG_TESTDATA") or Path(__file__).parents[2] / "shared" / "testdata") / "bench"
#: The inputs, the small ones first.
NAMES = (
    "clinical-1",
    "synthetic-1e4",
    "clinical-1000",
    "idmp",
    "synthetic-1e5",
    "lubm-1",
    "lubm-5",
    "synthetic-1e6",
    "clinical-100000",
    "synthetic-1e7",
)

_RDF, _RDFS, _OWL = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
)
_TYPE, _LABEL = f"<{_RDF}type>", f"<{_RDFS}label>"
_SUB_CLASS = f"<{_RDFS}subClassOf>"
_E = "http://example.org/"
N_CLASSES, N_PROPERTIES, N_DEFINED, N_VALUES = 300, 40, 30, 30
_PER_INDIVIDUAL = 5  # type, two property values, partOf, label
_WHOLE = 100  # individuals in one tree of partOf, four parts to a whole: at most four levels


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
    if kind == "synthetic":
        yield from synthetic(int(float(size)))
    elif kind == "clinical":
        yield from clinical(int(size))
    else:
        if kind == "lubm":
            yield _ntriples(ox.parse(path=str(DATA / "univ-bench.owl"), format=ox.RdfFormat.RDF_XML, base_iri=_UNIV))
        with gzip.open(DATA / f"{name}.nt.gz") as file:
            yield from iter(partial(file.read, 1 << 20), b"")


_UNIV = "http://swat.cse.lehigh.edu/onto/univ-bench.owl"


def _ntriples(quads: Iterable[ox.Quad]) -> bytes:
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""


# --- synthetic


def synthetic(n_triples: int) -> Iterator[bytes]:
    """Yield classes, properties and restrictions, then individuals, until there are about `n_triples` triples.

    A tree of classes, properties with domain, range and super-property, an inverse pair, a transitive partOf, defined
    classes (an intersection with someValuesFrom) and superclasses of hasValue. The closure is linear in the number of
    individuals, since each tree of partOf has a bounded depth.
    """
    schema = list(_schema())
    yield from (line.encode() for line in schema)
    rest = _individuals((n_triples - len(schema)) // _PER_INDIVIDUAL)
    while chunk := list(islice(rest, 1 << 12)):
        yield "".join(chunk).encode()


def _c(number: int) -> str:
    return f"<{_E}C{number}>"


def _p(number: int) -> str:
    return f"<{_E}p{number}>"


def _i(number: int) -> str:
    return f"<{_E}i{number}>"


def _schema() -> Iterator[str]:
    chance = random.Random(1)
    for number in range(N_CLASSES):
        yield f"{_c(number)} {_TYPE} <{_OWL}Class> .\n"
        if number:
            yield f"{_c(number)} {_SUB_CLASS} {_c((number - 1) // 3)} .\n"
    for number in range(N_PROPERTIES):
        yield f"{_p(number)} {_TYPE} <{_OWL}ObjectProperty> .\n"
        yield f"{_p(number)} <{_RDFS}domain> {_c(chance.randrange(40))} .\n"
        yield f"{_p(number)} <{_RDFS}range> {_c(chance.randrange(40))} .\n"
        if number >= N_PROPERTIES // 4:
            yield f"{_p(number)} <{_RDFS}subPropertyOf> {_p(number % (N_PROPERTIES // 4))} .\n"
    yield f"{_p(1)} <{_OWL}inverseOf> <{_E}inverse1> .\n"
    yield f"<{_E}partOf> {_TYPE} <{_OWL}TransitiveProperty> .\n"
    for number in range(N_DEFINED):
        yield from _defined(number, chance)
    for number in range(N_VALUES):
        node = f"_:value{number}"
        yield f"{_c(chance.randrange(N_CLASSES))} {_SUB_CLASS} {node} .\n"
        yield from _restriction(node, chance, f"<{_OWL}hasValue> {_i(chance.randrange(100))}")


def _defined(number: int, chance: random.Random) -> Iterator[str]:
    """Yield a defined class: what is in a class, and has a value in another for a property."""
    nodes = [f"_:defined{number}{part}" for part in ("class", "first", "second", "some")]
    whole, first, second, some = nodes
    yield f"<{_E}D{number}> {_TYPE} <{_OWL}Class> .\n"
    yield f"<{_E}D{number}> <{_OWL}equivalentClass> {whole} .\n"
    yield f"{whole} {_TYPE} <{_OWL}Class> .\n"
    yield f"{whole} <{_OWL}intersectionOf> {first} .\n"
    yield f"{first} <{_RDF}first> {_c(chance.randrange(40))} .\n{first} <{_RDF}rest> {second} .\n"
    yield f"{second} <{_RDF}first> {some} .\n{second} <{_RDF}rest> <{_RDF}nil> .\n"
    yield from _restriction(some, chance, f"<{_OWL}someValuesFrom> {_c(chance.randrange(N_CLASSES))}")


def _restriction(node: str, chance: random.Random, of: str) -> Iterator[str]:
    yield f"{node} {_TYPE} <{_OWL}Restriction> .\n"
    yield f"{node} <{_OWL}onProperty> {_p(chance.randrange(N_PROPERTIES))} .\n"
    yield f"{node} {of} .\n"


def _individuals(count: int) -> Iterator[str]:
    chance = random.Random(2).random
    for number in range(count):
        me, place = _i(number), number % _WHOLE
        whole = _i(number - place + (place - 1) // 4) if place else f"<{_E}all>"
        yield (
            f"{me} {_TYPE} {_c(int(chance() * N_CLASSES))} .\n"
            f"{me} {_p(int(chance() * N_PROPERTIES))} {_i(int(chance() * count))} .\n"
            f"{me} {_p(int(chance() * N_PROPERTIES))} {_i(int(chance() * count))} .\n"
            f"{me} <{_E}partOf> {whole} .\n"
            f'{me} {_LABEL} "individual {number}" .\n'
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
