"""One measurement in this process, which bench/closure.py starts: `python bench/measure.py KIND FILE [more]`.

Prints seconds, sizes and peak memory as JSON. An engine is imported before the clock starts, and what it loads later
counts; `process` is the CPU time since the process began. Peak memory is that of the whole process. All engines alike.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import random
import resource
import statistics
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import islice
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
#: How many triples that only a peer has are looked up in our closure; how many that only we have are proved.
_ASKED, _PROVED = 100_000, 200
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
    """Let this process fail, rather than the machine, when half the memory that is free now is used up (Linux)."""
    with suppress(OSError, ValueError):
        free = 1024 * int(Path("/proc/meminfo").read_text("utf-8").partition("MemAvailable:")[2].split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (free // 2 + (2 << 30), resource.RLIM_INFINITY))


@contextmanager
def timed() -> Iterator[Found]:
    """Time what is inside: seconds by the wall, `cpu` of this process and its children, and `process` since it began.

    What takes longer than the environment's `BENCH_LIMIT` in CPU seconds is ended by the kernel.
    """
    found: Found = {}
    spent = _cpu()
    limit = os.environ.get("BENCH_LIMIT")
    if limit:
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent + float(limit)) + 1, resource.RLIM_INFINITY))
    start = time.perf_counter()
    yield found
    found["whole"] = time.perf_counter() - start
    found["process"] = _cpu()
    found["cpu"] = found["process"] - spent
    found["peak"] = peak_bytes()
    if limit:
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


# --- engines


def nothing() -> Found:
    """Do nothing: what an interpreter with numpy takes."""
    with timed() as found:
        pass
    return found


def ours(file: str) -> Found:
    """Read, encode and close a file of N-Triples by `closure_of`."""
    from sts_kg import closure_of

    with timed() as found:
        closed = closure_of(file)
    return found | {
        "phases": dict(closed.stats.seconds),
        "rounds": closed.stats.rounds,
        "asserted": closed.counts[0],
        "closure": sum(closed.counts),
        "inconsistencies": closed.n_inconsistencies,
    }


def reasonable(file: str, hashes: str = "") -> Found:
    """Read and close a file by reasonable, which gives a list of rdflib terms; with the hashes of ours, compare."""
    import rdflib  # noqa: F401  (reasonable imports it when it makes its list)

    reasoner = importlib.import_module("reasonable").PyReasoner()
    with timed() as found:
        reasoner.load_file(str(Path(file).with_suffix(".ttl")))
        triples = reasoner.reason()
    found["closure"] = len(triples)
    return found | (against(triples, hashes, "reasonable") if hashes else {})


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
    with timed() as found, suppress(InterruptedError):
        reasoner.load_file(str(Path(file).with_suffix(".ttl")))
        rdflib.URIRef = rdflib.term.URIRef = stop  # type: ignore[assignment, misc]
        reasoner.reason()
        return {"failed": "was not stopped"}
    return found


def sparq(file: str, hashes: str = "") -> Found:
    """Read and close a file by sparq, whose store then has the closure; with the hashes of ours, compare."""
    engine = importlib.import_module("sparq")
    with timed() as found:
        graph = engine.Graph.load(file, format="ntriples")
        graph.reason("owl")
    found["closure"] = len(graph)
    return found | (against(_of_sparq(graph), hashes, "sparq") if hashes else {})


def _of_sparq(graph: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the triples of a graph of sparq as rdflib terms, one predicate after the other."""
    from rdflib import BNode, Literal, URIRef

    known: dict[tuple[str, ...], Any] = {}

    def term(found: dict[str, str]) -> Any:
        key = tuple(found.values())
        if key not in known:
            kind, value, language = found["type"], found["value"], found.get("xml:lang")
            datatype = None if language else URIRef(found.get("datatype") or "http://www.w3.org/2001/XMLSchema#string")
            known[key] = (
                URIRef(value)
                if kind == "uri"
                else BNode(value)
                if kind == "bnode"
                else Literal(value, lang=language, datatype=datatype)
            )
        return known[key]

    def rows(query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(graph.query_json(query))["results"]["bindings"]
        return found

    for row in rows("SELECT DISTINCT ?p { ?s ?p ?o }"):
        if row["p"]["type"] == "uri":
            predicate = term(row["p"])
            for pair in rows(f"SELECT ?s ?o {{ ?s <{predicate}> ?o }}"):
                yield term(pair["s"]), predicate, term(pair["o"])


def owlrl(file: str, hashes: str) -> Found:
    """Read a file into rdflib and close it by owlrl, OWL 2 RL without axiomatic triples; and compare."""
    import owlrl as engine
    import pyoxigraph as ox
    from rdflib import Graph

    from sts_kg.rdf.graphs import from_ox

    options = {"rdfs_closure": False, "axiomatic_triples": False, "datatype_axioms": False}
    with timed() as found:
        graph = Graph()
        for quad in ox.parse(path=file, format=ox.RdfFormat.N_TRIPLES):  # rdflib would rename blank nodes
            graph.add((from_ox(quad.subject), from_ox(quad.predicate), from_ox(quad.object)))
        engine.DeductiveClosure(engine.OWLRL_Semantics, **options).expand(graph)
    found["closure"] = len(graph)
    return found | against(graph, hashes, "owlrl")


# --- comparison


def hashes(file: str, output: str) -> Found:
    """Write the sorted hashes of all triples that we find informative, asserted ones included."""
    from sts_kg import closure_of

    parts = [keys for _, keys in _hashed(closure_of(file, axioms="none").ntriples())]
    found = np.sort(np.concatenate([np.zeros(0, np.int64), *parts]))
    np.save(output, found)
    return {"closure": int(found.size)}


def against(triples: Iterable[tuple[Any, Any, Any]], file: str, peer: str) -> Found:
    """Return how many informative triples are in both, and how many only in `triples`.

    Left out are trivial triples and those that RDF does not allow, with a literal as subject or another thing than an
    IRI as predicate. Writes what `differences` reads.
    """
    known = np.load(file)
    parts, common, only = [np.zeros(0, np.int64)], 0, 0
    asked: list[tuple[Any, Any, Any]] = []
    for terms, texts in _batches(triples):
        parts.append(np.array([hash(each) for each in texts], np.int64))
        inside = _contains(known, parts[-1])
        common += int(inside.sum())
        for number in np.flatnonzero(~inside).tolist():
            s, p, o = texts[number]
            if not _is_trivial(s, p, o) and s[0] != '"' and p[0] == "<":
                only += 1
                if len(asked) < _ASKED:
                    asked.append(terms[number])
    np.save(f"{file}.{peer}.npy", np.sort(np.concatenate(parts)))
    Path(f"{file}.{peer}.only").write_bytes(pickle.dumps(asked))
    return {"common": common, "only": only, "beyond": int(known.size) - common}


_Terms: TypeAlias = list[tuple[Any, Any, Any]]


def _batches(triples: Iterable[tuple[Any, Any, Any]]) -> Iterator[tuple[_Terms, list[tuple[str, str, str]]]]:
    keys: dict[Any, str] = {}

    def key(term: Any) -> str:
        if term not in keys:
            keys[term] = _key(term)
        return keys[term]

    rest = iter(triples)
    while terms := list(islice(rest, _BATCH)):
        yield terms, [(key(s), key(p), key(o)) for s, p, o in terms]


def differences(file: str, hashes: str, peer: str) -> Found:
    """Say what only a peer has, after asking our closure for it, and by which rules we have what the peer lacks.

    A closure may answer for triples that it does not write out, so what a comparison of outputs finds is asked for.
    The rules are those of the last steps of the proofs of some triples drawn at random.
    """
    from sts_kg import closure_of
    from sts_kg.rdf.graphs import of_ntriples

    closed = closure_of(file, axioms="none")
    asked = pickle.loads(Path(f"{hashes}.{peer}.only").read_bytes())  # our own file, of `against`
    lacked = [triple for triple in asked if triple not in closed]
    theirs = np.load(f"{hashes}.{peer}.npy")
    drawn = _drawn(_beyond(closed.ntriples(), theirs), _PROVED)
    rules: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for line in drawn:
        proof = closed.proof(next(iter(of_ntriples(line.encode()))))
        rule = proof.rule or "asserted"
        rules[rule] += 1
        examples.setdefault(rule, line)
    return {
        "lacked": len(lacked),
        "lacked by predicate": Counter(str(p) for _, p, _ in lacked).most_common(),
        "lacked, examples": [" ".join(term.n3() for term in triple) for triple in lacked[:_EXAMPLES]],
        "rules": rules.most_common(),
        "proved": len(drawn),
        "rules, examples": examples,
    }


def _beyond(chunks: Iterable[bytes], theirs: NDArray[np.int64]) -> Iterator[str]:
    """Yield the lines of ours that are not among the hashes of a peer."""
    for lines, keys in _hashed(chunks):
        for number in np.flatnonzero(~_contains(theirs, keys)).tolist():
            yield lines[number]


def _hashed(chunks: Iterable[bytes]) -> Iterator[tuple[list[str], NDArray[np.int64]]]:
    """Yield lines of N-Triples with the hashes of their terms as rdflib has them."""
    terms: dict[str, str] = {}
    for chunk in chunks:
        lines, keys = chunk.decode().splitlines(), []
        for line in lines:
            s, p, o = line[:-2].split(" ", 2)
            if o[0] == '"':
                if o not in terms:
                    terms[o] = _key(_literal(o))
                o = terms[o]
            keys.append(hash((s, p, o)))
        yield lines, np.array(keys, np.int64)


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
    """Extend the closure of cases by one case more, again and again, and say how long the median took."""
    from sts_kg import closure_of

    sources = [text.encode() for text in json.loads(Path(file).with_suffix(".more").read_text("utf-8"))]
    closed = closure_of(file)
    return _spent(lambda number: closed.extend(BytesIO(sources[number])), len(sources))


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
        nothing,
        ours,
        reasonable,
        reasonable_alone,
        sparq,
        owlrl,
        hashes,
        differences,
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
