"""One measurement in this process, which bench/closure.py starts: `python bench/measure.py KIND FILE [more]`.

Prints seconds, sizes and peak memory as JSON. What is imported is imported before the clock starts; peak memory is that
of the whole process, interpreter included, and for all engines the same way.
"""

from __future__ import annotations

import importlib
import json
import random
import resource
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Found: TypeAlias = dict[str, Any]
_RDF = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OWL, _RDFS = "<http://www.w3.org/2002/07/owl#", "<http://www.w3.org/2000/01/rdf-schema#"
_TYPE, _SUB_CLASS = f"{_RDF}type>", f"{_RDFS}subClassOf>"
_THING, _NOTHING = f"{_OWL}Thing>", f"{_OWL}Nothing>"
#: `x p x` for these says nothing.
_REFLEXIVE = {
    f"{_OWL}sameAs>",
    f"{_OWL}equivalentClass>",
    f"{_OWL}equivalentProperty>",
    _SUB_CLASS,
    f"{_RDFS}subPropertyOf>",
}
#: Axiomatic triples say of terms in these namespaces that they are in these classes: prp-ap, cls-thing, dt-type1.
_BUILT_IN = (_OWL, _RDFS, _RDF, "<http://www.w3.org/2001/XMLSchema#")
_BUILT_IN_CLASSES = {f"{_OWL}Class>", f"{_OWL}AnnotationProperty>", f"{_RDFS}Datatype>"}
_SAMPLE = 50
_EXAMPLES = 5
_TURNS = 9
_BATCH = 1 << 20


def peak_bytes() -> int:
    """Return the peak memory of this process in bytes.

    On Linux not by `getrusage`, whose number a new process takes over from the one that started it.
    """
    with suppress(OSError):
        status = Path("/proc/self/status").read_text("utf-8")
        return 1024 * int(status.partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def spare_the_machine() -> None:
    """Let this process fail, rather than the machine, when the memory that is free now is used up (Linux)."""
    with suppress(OSError, ValueError):
        free = 1024 * int(Path("/proc/meminfo").read_text("utf-8").partition("MemAvailable:")[2].split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (free + (2 << 30), resource.RLIM_INFINITY))


# --- engines


def ours(file: str) -> Found:
    """Read, encode and close a file of N-Triples by `closure_of`."""
    from sts_kg import closure_of

    start = time.perf_counter()
    closed = closure_of(file)
    whole = time.perf_counter() - start
    spent = dict(closed.stats.seconds)
    peak = peak_bytes()
    return {
        "whole": whole,
        "reasoning": sum(seconds for phase, seconds in spent.items() if phase not in ("read", "encode")),
        "phases": spent,
        "peak": peak,
        "rounds": closed.stats.rounds,
        "asserted": closed.counts[0],
        "closure": sum(closed.counts),
        "inconsistencies": closed.n_inconsistencies,
    }


def reasonable(file: str, hashes: str = "") -> Found:
    """Read and close a file by reasonable; with the hashes of our closure say what of its own is not in ours."""
    import rdflib  # noqa: F401  (reasonable imports it when it makes its list)

    reasoner = importlib.import_module("reasonable").PyReasoner()
    start = time.perf_counter()
    reasoner.load_file(str(Path(file).with_suffix(".ttl")))
    loaded = time.perf_counter()
    triples = reasoner.reason()
    end = time.perf_counter()
    found = {"whole": end - start, "reasoning": end - loaded, "peak": peak_bytes(), "closure": len(triples)}
    return found | (against(triples, hashes) if hashes else {})


def reasonable_alone(file: str) -> Found:
    """Read and close a file by reasonable, but stop it as it begins to make the list of what it found.

    Its Python API has no way to reason without that list. The first term it makes is an IRI of rdflib; here making one
    raises, so the time until then is that of reasoning in Rust, and the peak memory lacks the list.
    """
    import rdflib
    import rdflib.term

    def stop(*_: object) -> None:
        raise InterruptedError

    reasoner = importlib.import_module("reasonable").PyReasoner()
    start = time.perf_counter()
    reasoner.load_file(str(Path(file).with_suffix(".ttl")))
    loaded = time.perf_counter()
    rdflib.URIRef = rdflib.term.URIRef = stop  # type: ignore[assignment, misc]
    try:
        reasoner.reason()
    except InterruptedError:
        end = time.perf_counter()
        return {"whole": end - start, "reasoning": end - loaded, "peak": peak_bytes()}
    return {"failed": "was not stopped"}


def owlrl(file: str, hashes: str) -> Found:
    """Read a file into rdflib and close it by owlrl, OWL 2 RL without axiomatic triples; and compare."""
    import owlrl as engine
    import pyoxigraph as ox
    from rdflib import Graph

    from sts_kg.rdf.graphs import from_ox

    start = time.perf_counter()
    graph = Graph()
    for quad in ox.parse(path=file, format=ox.RdfFormat.N_TRIPLES):  # rdflib would rename blank nodes
        graph.add((from_ox(quad.subject), from_ox(quad.predicate), from_ox(quad.object)))
    read = time.perf_counter()
    options = {"rdfs_closure": False, "axiomatic_triples": False, "datatype_axioms": False}
    engine.DeductiveClosure(engine.OWLRL_Semantics, **options).expand(graph)
    end = time.perf_counter()
    found = {"whole": end - start, "reasoning": end - read, "peak": peak_bytes(), "closure": len(graph)}
    return found | against(graph, hashes)


# --- comparison


def hashes(file: str, output: str) -> Found:
    """Write the sorted hashes of all triples that we find informative, asserted ones included."""
    from sts_kg import closure_of

    terms: dict[str, str] = {}
    parts, batch = [np.zeros(0, np.int64)], []
    for chunk in closure_of(file, axioms="none").ntriples():
        for line in chunk.decode().splitlines():
            s, p, o = line[:-2].split(" ", 2)
            if o[0] == '"':
                if o not in terms:
                    terms[o] = _key(_literal(o))
                o = terms[o]
            batch.append(hash((s, p, o)))
        if len(batch) > _BATCH:
            parts.append(np.array(batch, np.int64))
            batch.clear()
    found = np.sort(np.concatenate([*parts, np.array(batch, np.int64)]))
    np.save(output, found)
    return {"closure": int(found.size)}


def against(triples: Iterable[tuple[Any, Any, Any]], file: str) -> Found:
    """Return how many informative triples are in both, and which only in `triples`; the others are only in ours.

    Left out are trivial triples and those that RDF does not allow, with a literal as subject or another thing than an
    IRI as predicate.
    """
    known = np.load(file)
    common, only = 0, 0
    examples: list[str] = []
    for texts in _batches(triples):
        inside = _contains(known, np.array([hash(each) for each in texts], np.int64))
        common += int(inside.sum())
        for number in np.flatnonzero(~inside).tolist():
            s, p, o = texts[number]
            if not _is_trivial(s, p, o) and s[0] != '"' and p[0] == "<":
                only += 1
                if len(examples) < _EXAMPLES:
                    examples.append(f"{s} {p} {o}")
    return {"common": common, "only": only, "beyond": int(known.size) - common, "examples": examples}


def _batches(triples: Iterable[tuple[Any, Any, Any]]) -> Iterator[list[tuple[str, str, str]]]:
    batch = []
    for s, p, o in triples:
        batch.append((_key(s), _key(p), _key(o)))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _contains(known: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.bool_]:
    order = np.argsort(asked)
    rows = np.minimum(np.searchsorted(known, asked[order]), max(known.size - 1, 0))
    found = np.zeros(asked.size, bool)
    if known.size:
        found[order] = known[rows] == asked[order]
    return found


def _is_trivial(s: str, p: str, o: str) -> bool:
    if p in _REFLEXIVE and s == o:
        return True
    if p == _TYPE:
        return o == _THING or (o in _BUILT_IN_CLASSES and s.startswith(_BUILT_IN))
    return p == _SUB_CLASS and (o == _THING or s == _NOTHING)


def _literal(text: str) -> Any:
    """Return a literal of N-Triples as rdflib has it, which writes some values in another way, as its peers do."""
    import pyoxigraph as ox
    from rdflib import Literal, URIRef

    line = f"<urn:s> <urn:p> {text} .".encode()
    term = next(iter(ox.parse(input=line, format=ox.RdfFormat.N_TRIPLES))).object
    if term.language:
        return Literal(term.value, lang=term.language)
    return Literal(term.value, datatype=URIRef(term.datatype.value))


def _key(term: Any) -> str:
    """Return a term of rdflib as text, the same for all that is equal in RDF but for the case of language tags."""
    from rdflib import BNode, Literal

    if isinstance(term, Literal):
        mark = f"@{term.language.lower()}" if term.language else f"^^{term.datatype or ''}"
        return f'"{term!s}"{mark}'.removesuffix("^^http://www.w3.org/2001/XMLSchema#string").removesuffix("^^")
    return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"


# --- reading, and what comes after


def encode(file: str) -> Found:
    """Read N-Triples into columns of integers, our way."""
    from sts_kg.closure.io.reading import read
    from sts_kg.closure.terms import Terms

    start = time.perf_counter()
    count = sum(part.subjects.size for part in read(file, Terms()))
    return {"whole": time.perf_counter() - start, "triples": count}


def parse(file: str) -> Found:
    """Let pyoxigraph parse N-Triples, and throw away what it gives."""
    import pyoxigraph as ox

    start = time.perf_counter()
    deque(ox.parse(path=file, format=ox.RdfFormat.N_TRIPLES), maxlen=0)
    return {"whole": time.perf_counter() - start}


def store_of_closure(file: str) -> Found:
    """From a file to an Oxigraph store of its closure."""
    from sts_kg import closure_of  # noqa: F401  (imported before the clock starts)
    from sts_kg.queries.oxigraph import closed_store

    start = time.perf_counter()
    store, closed = closed_store(file)
    end = time.perf_counter()
    return {"whole": end - start, "closing": sum(closed.stats.seconds.values()), "triples": len(store)}


def store_of_file(file: str) -> Found:
    """Let Oxigraph load the finished closure from a file."""
    import pyoxigraph as ox

    start = time.perf_counter()
    store = ox.Store()
    store.bulk_load(path=file, format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return {"whole": time.perf_counter() - start, "triples": len(store)}


def write_closure(file: str, output: str) -> Found:
    """Write the closure of a file."""
    from sts_kg import closure_of

    with Path(output).open("wb") as out:
        out.writelines(closure_of(file).ntriples())
    return {}


def proofs(file: str) -> Found:
    """Prove some derived triples, drawn at random, and say how long the median took."""
    from sts_kg import closure_of
    from sts_kg.rdf.graphs import of_ntriples

    closed = closure_of(file)
    lines = (line for chunk in closed.ntriples(inferred_only=True) for line in chunk.decode().splitlines())
    triples = [next(iter(of_ntriples(line.encode()))) for line in _drawn(lines, _SAMPLE)]
    return _spent(lambda number: closed.proof(triples[number]), len(triples))


def _drawn(lines: Iterable[str], count: int) -> list[str]:
    """Return lines drawn at random, each as likely as the others, the same in each run."""
    chance = random.Random(3)
    drawn: list[str] = []
    for number, line in enumerate(lines):
        place = number if number < count else chance.randrange(number + 1)
        if place < count:
            drawn[place : place + 1] = [line]
    return drawn


def extends(file: str) -> Found:
    """Extend the closure of cases by one case more, again and again, and by all of them; say how long that took."""
    from sts_kg import closure_of

    sources = [text.encode() for text in json.loads(Path(file).with_suffix(".more").read_text("utf-8"))]
    closed, together = closure_of(file), b"".join(sources)
    one = _spent(lambda number: closed.extend(BytesIO(sources[number])), len(sources))
    return one | {"together": _spent(lambda _: closed.extend(BytesIO(together)), _TURNS)["median"]}


def _spent(do: Callable[[int], object], count: int) -> Found:
    times = []
    for number in range(count):
        start = time.perf_counter()
        do(number)
        times.append(time.perf_counter() - start)
    return {"median": statistics.median(times), "longest": max(times), "count": count}


KINDS: dict[str, Callable[..., Found]] = {
    each.__name__: each
    for each in (
        ours,
        reasonable,
        reasonable_alone,
        owlrl,
        hashes,
        encode,
        parse,
        store_of_closure,
        store_of_file,
        write_closure,
        proofs,
        extends,
    )
}

if __name__ == "__main__":
    spare_the_machine()
    try:
        answer = KINDS[sys.argv[1]](*sys.argv[2:])
    except MemoryError:
        answer = {"failed": "out of memory"}
    print(json.dumps(answer))
