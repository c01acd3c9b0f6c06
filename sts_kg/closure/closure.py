"""The OWL 2 RL closure of a graph: asserted, inferred and trivial triples, contradictions and proofs.

`closure_of` reads its sources, runs the engine and returns a `Closure`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sts_kg.closure.engines import AXIOMS, ENGINES, Axioms
from sts_kg.closure.fixpoint import Fixpoint, Progress
from sts_kg.closure.io.output import Output, Rows
from sts_kg.closure.io.reading import Source, read
from sts_kg.closure.rules.checks import Clashes, checked
from sts_kg.closure.terms import Terms
from sts_kg.closure.vocabulary import BUILT_IN
from sts_kg.errors import InconsistentError, NotEntailedError, UnknownNameError

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

    from sts_kg.closure.proofs.inconsistency import Inconsistency
    from sts_kg.closure.proofs.proof import Proof
    from sts_kg.closure.proofs.search import Prover

__all__ = ["Closure", "Progress", "Stats", "closure_of"]


@dataclass
class Stats:
    """What a closure took: rounds, seconds by phase, conclusions of each rule, skipped lines.

    `firings` counts conclusions by rule id, including those that were known already.
    """

    engine: str
    rounds: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    firings: Counter[str] = field(default_factory=Counter)
    skipped: int = 0


class Closure:
    """A graph and everything that it entails under the OWL 2 RL rules; made by `closure_of`.

    Each triple is of one of three kinds: `asserted` triples were given, `inferred` ones follow and are informative,
    `trivial` ones follow from any graph over the same terms; the argument `axioms` of `closure_of` chooses which of
    these are kept. An rdflib Graph is built only when it is asked for. `inconsistencies` are answers, not exceptions.
    A closure never changes.
    """

    def __init__(self, fixpoint: Fixpoint, clashes: Clashes, axioms: Axioms, stats: Stats) -> None:
        self._fixpoint, self._clashes, self._axioms, self.stats = fixpoint, clashes, axioms, stats
        self._output = Output(fixpoint.known, fixpoint.terms, axioms)

    def __len__(self) -> int:
        """Return the number of triples, including the trivial ones.

        Raises
        ------
        TooManyTriplesError
            Terms that are the same would give too many triples.
        """
        return sum(self._output.counts)

    @property
    def counts(self) -> tuple[int, int, int]:
        """The numbers of asserted, inferred and trivial triples."""
        return self._output.counts

    @cached_property
    def asserted(self) -> Graph:
        """The triples that were given, as an rdflib Graph."""
        return self._graph(self._output.asserted())

    @cached_property
    def inferred(self) -> Graph:
        """The triples that follow and are informative, as an rdflib Graph."""
        return self._graph(self._output.inferred())

    @cached_property
    def trivial(self) -> Graph:
        """The triples that follow from any graph over the same terms and that `axioms` keeps, as an rdflib Graph."""
        return self._graph(self._output.trivial())

    @cached_property
    def graph(self) -> Graph:
        """All triples, as an rdflib Graph."""
        return self._graph(self._rows())

    def _rows(self, *, inferred_only: bool = False) -> Iterator[Rows]:
        if not inferred_only:
            yield from self._output.asserted()
        yield from self._output.inferred()
        yield from self._output.trivial()

    def _graph(self, rows: Iterator[Rows]) -> Graph:
        from sts_kg.closure.io.rdflib_graphs import graph_of

        return graph_of(self._output, rows)

    def ntriples(self, *, inferred_only: bool = False, blank_nodes: bool | None = None) -> Iterator[bytes]:
        """Yield the triples as N-Triples, many lines at a time: the fastest way into any store.

        With `blank_nodes=True` only triples with a blank node, with False only those without.
        """
        return self._output.ntriples(self._rows(inferred_only=inferred_only), blank_nodes=blank_nodes)

    def write(self, path: str | Path, *, inferred_only: bool = False) -> int:
        """Write the triples to a file and return its size in bytes before compression.

        The ending of the file name chooses the syntax and `.gz` compresses; .nt and .nq need the least memory. If
        anything fails, no file is written and an existing one is not changed.

        Raises
        ------
        ParseError
            The ending is not that of an RDF file.
        TooManyTriplesError
            Terms that are the same would give too many triples.
        OSError
            The folder does not exist or cannot be written.
        """
        import gzip

        from sts_kg.rdf import convert_ntriples, syntax_of, writing

        start = time.perf_counter()
        syntax = syntax_of(path)
        lines = self.ntriples(inferred_only=inferred_only)
        pieces = lines if syntax in ("ntriples", "nquads") else iter([convert_ntriples(b"".join(lines), syntax)])
        size = 0
        with writing(path) as file:
            # mtime=0: the time of writing would make the same graph other bytes
            packed = gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") if _is_gz(path) else None
            for piece in pieces:
                (packed or file).write(piece)
                size += len(piece)
            if packed is not None:
                packed.close()
        self.stats.seconds["write"] = time.perf_counter() - start
        return size

    @cached_property
    def inconsistencies(self) -> tuple[Inconsistency, ...]:
        """The rules that concluded *false*, at most a hundred for each rule; empty if the graph is consistent."""
        from sts_kg.closure.io.rdflib_graphs import inconsistencies

        return inconsistencies(self._clashes, self._fixpoint.terms)

    @property
    def n_inconsistencies(self) -> int:
        """How often a rule concluded *false*; `inconsistencies` may list only some of them."""
        return sum(self._clashes.counts.values())

    def statistics(self) -> dict[str, object]:
        """Return the numbers of the closure as plain values: triples, rounds, seconds by phase, memory, firings.

        `peak_memory_bytes` is the most memory that the process has held, None where the platform does not count it.
        """
        asserted, inferred, trivial = self.counts
        return {
            "engine": self.stats.engine,
            "triples": {"asserted": asserted, "inferred": inferred, "trivial": trivial},
            "rounds": self.stats.rounds,
            "seconds": {phase: round(seconds, 6) for phase, seconds in self.stats.seconds.items()},
            "peak_memory_bytes": _peak_memory(),
            "firings": dict(sorted(self.stats.firings.items())),
            "skipped_lines": self.stats.skipped,
            "inconsistencies": self.n_inconsistencies,
        }

    def require_consistent(self) -> Closure:
        """Return the closure itself if it is consistent.

        Raises
        ------
        InconsistentError
            It is not; the error lists the inconsistencies.
        """
        if self.n_inconsistencies:
            raise InconsistentError(str(found) for found in self.inconsistencies)
        return self

    def __contains__(self, triple: tuple[Node, ...]) -> bool:
        """Return whether a triple of rdflib terms is asserted or follows; trivial triples count only if kept."""
        from sts_kg.closure.io.rdflib_graphs import ids_of

        ids = ids_of(triple, self._fixpoint.terms)
        return ids is not None and self._output.holds(*ids)

    def objects(self, subject: Node, predicate: Node) -> tuple[Node, ...]:
        """Return the asserted and inferred objects of a subject and a predicate, sorted as text."""
        from sts_kg.closure.io.rdflib_graphs import ids_of
        from sts_kg.rdf import node, rdflib_quiet

        ids = ids_of((subject, predicate), self._fixpoint.terms)
        found = [] if ids is None else self._output.objects(*ids)
        with rdflib_quiet():
            return tuple(sorted((node(self._fixpoint.terms.text(each)) for each in found), key=str))

    def proof(
        self,
        triple: tuple[Node, Node, Node],
        *,
        sentences: Callable[[tuple[Node, ...]], Sequence[str]] | None = None,
    ) -> Proof:
        """Return why a triple holds: rule ids and premises, down to asserted triples with the file or graph of each.

        The proof is searched for when it is asked for; the closure keeps only the round of each triple for it.
        `sentences` returns the ids of the source sentences behind an asserted triple.

        Raises
        ------
        NotEntailedError
            The closure does not have the triple, or was made by owlrl, which records no rounds.
        """
        from sts_kg.closure.io.rdflib_graphs import ids_of
        from sts_kg.closure.proofs.proof import proof_of

        ids = ids_of(triple, self._fixpoint.terms)
        if self.stats.engine == "owlrl":
            raise NotEntailedError(
                _text(triple), "owlrl records no rounds, from which proofs are made; close with the engine columns"
            )
        prover = self._prover
        with prover.lock:
            step = None if ids is None else prover.prove((ids[0], ids[1], ids[2]))
        if step is None:
            raise NotEntailedError(_text(triple))
        return proof_of(step, self._fixpoint.terms, sentences)

    def proof_of(self, inconsistency: Inconsistency) -> Proof:
        """Return why a rule concluded *false*.

        Raises
        ------
        NotEntailedError
            It is not an inconsistency of this closure, or the closure was made by owlrl.
        """
        from sts_kg.closure.io.rdflib_graphs import ids_of
        from sts_kg.closure.proofs.proof import proof_of
        from sts_kg.closure.rules.table import RULES

        ids = ids_of(inconsistency.terms, self._fixpoint.terms)
        step = None
        if self.stats.engine != "owlrl" and ids is not None:
            prover = self._prover
            with prover.lock:
                step = prover.refute(RULES[inconsistency.rule], ids)
        if step is None:
            raise NotEntailedError(str(inconsistency))
        return proof_of(step, self._fixpoint.terms)

    @cached_property
    def _prover(self) -> Prover:
        from sts_kg.closure.proofs.search import Prover

        return Prover(self._fixpoint)

    def extend(self, source: Source | Iterable[Source]) -> Closure:
        """Return the closure of these triples and more, reusing what is already closed; this one is not changed.

        The result equals the closure of all triples from scratch, and takes little time where little follows.

        Raises
        ------
        ParseError, MalformedListError, BuiltInUseError
            As `closure_of`.
        """
        return _closed(self._fixpoint.copy(), source, self._axioms, Stats(self.stats.engine))


def _peak_memory() -> int | None:
    """Return the most bytes that this process has held in memory, None where the platform does not count them."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _is_gz(path: str | Path) -> bool:
    return str(path).lower().endswith(".gz")


def _text(triple: tuple[Node, ...]) -> str:
    return " ".join(term.n3() if hasattr(term, "n3") else repr(term) for term in triple)


def closure_of(
    source: Source | Iterable[Source],
    *,
    engine: str = "columns",
    axioms: Axioms = "used",
    lenient: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Closure:
    """Return what a graph entails under the OWL 2 RL rules (W3C OWL 2 Profiles, section 4.3, Tables 4 to 9).

    Sound for any RDF graph; complete (Theorem PR1) for ground assertions over an OWL 2 RL ontology. The sources are
    not changed. Literals never become subjects, blank nodes never become predicates. `owl:imports` is not followed.

    Parameters
    ----------
    source : path, rdflib Graph, pyoxigraph Store, open binary file or Document; or several
        The asserted triples, in any syntax that `sts_kg.rdf.Document` reads. Blank nodes with one label in two files
        stay two nodes.
    engine : {"columns", "owlrl"}
        Our own engine, or owlrl, the reference, which is thousands of times slower.
    axioms : {"none", "used", "all"}
        Which trivial triples to keep: none; those of rules without premises about built-in terms that the graph uses,
        such as `xsd:integer a rdfs:Datatype`; or all, with `x owl:sameAs x` for every term and `x a owl:Thing`.
    lenient : bool
        Whether to leave out what is wrong, and count it in `stats.skipped`, as far as `Document` can.
    progress : callable, optional
        Called after some lines of a file and after each round; an exception that it raises stops the work.

    Raises
    ------
    UnknownNameError
        The engine or the choice of axioms is unknown.
    ParseError
        A file cannot be read; the error has path, line and, if known, column.
    MalformedListError
        An `rdf:List` in an axiom has no end, runs in a circle, or forks.
    BuiltInUseError
        Two terms that the rules name are the same, or an axiom asks which of too many literals are different.

    Examples
    --------
    >>> from sts_kg.rdf import parse
    >>> closed = closure_of(parse("sts:Drug rdfs:subClassOf sts:Therapy . sts:pazopanib a sts:Drug ."))
    >>> [str(o) for s, p, o in closed.inferred]
    ['https://w3id.org/sts-kg/Therapy']
    """
    if engine not in ENGINES:
        raise UnknownNameError("reasoning engine", engine, ENGINES)
    if axioms not in AXIOMS:
        raise UnknownNameError("choice of axioms", axioms, AXIOMS)
    terms = Terms(term.encode() for term in BUILT_IN)
    fixpoint = Fixpoint(terms, things=axioms == "all", progress=progress)
    return _closed(fixpoint, source, axioms, Stats(engine), lenient=lenient)


def _closed(
    fixpoint: Fixpoint, source: Source | Iterable[Source], axioms: Axioms, stats: Stats, *, lenient: bool = False
) -> Closure:
    start = time.perf_counter()

    def report(name: str, lines: int) -> None:
        if fixpoint.progress is not None:
            fixpoint.progress(Progress(0, lines, lines, time.perf_counter() - start, name))

    reading = 0.0
    for part in read(source, fixpoint.terms, lenient=lenient, progress=report):
        stats.skipped += part.skipped
        reading += part.seconds
        fixpoint.add(part.subjects, part.predicates, part.objects, part.name)
    stats.seconds["read"], stats.seconds["encode"] = reading, time.perf_counter() - start - reading
    if stats.engine == "owlrl":
        from sts_kg.closure.io.rdflib_graphs import closed_by_owlrl

        clashes = closed_by_owlrl(fixpoint)
    else:
        fixpoint.run()
        clashes = checked(fixpoint)
    stats.rounds, stats.firings = fixpoint.known.round, fixpoint.firings
    stats.seconds.update(fixpoint.seconds)
    return Closure(fixpoint, clashes, axioms, stats)
