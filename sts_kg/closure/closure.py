"""The OWL 2 RL closure of a graph: asserted, inferred and trivial triples, contradictions and proofs.

`closure_of` reads its sources, runs the engine and returns a `Closure`; `close_graph` adds it to an rdflib Graph, too.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sts_kg.closure.engines import AXIOMS, ENGINES, Axioms
from sts_kg.closure.fixpoint import Fixpoint, Progress
from sts_kg.closure.flaws import Flaws, flaws_of
from sts_kg.closure.io.lines import Look
from sts_kg.closure.io.matching import Matches, Matching
from sts_kg.closure.io.output import Rows, telling
from sts_kg.closure.io.reading import Source, read
from sts_kg.closure.rules.checks import Clashes, checked
from sts_kg.closure.terms import Terms
from sts_kg.closure.vocabulary import BUILT_IN
from sts_kg.errors import InconsistentError, NotEntailedError, UnknownNameError
from sts_kg.rdf import LITERAL
from sts_kg.safe import counted
from sts_kg.shown import Shown

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

    from sts_kg.closure.flaws import Warned
    from sts_kg.closure.proofs.inconsistency import Inconsistency
    from sts_kg.closure.proofs.proof import Proof
    from sts_kg.closure.proofs.search import Prover
    from sts_kg.rdf import ShownGraph

__all__ = ["Closure", "Progress", "Stats", "close_graph", "closure_of"]


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


class Closure(Shown):
    """A graph and everything that it entails under the OWL 2 RL rules; made by `closure_of`.

    Each triple is of one of four kinds: `asserted` triples were given, `inferred` ones follow and are informative,
    `trivial` ones follow from any graph over the same terms; the argument `axioms` of `closure_of` chooses which of
    these are kept. `repeated` ones say of a copy of an anonymous restriction what another copy has said already: n
    copies have n² of them, so they are in the closure, and have proofs, but are neither counted by `len` nor written
    unless asked for. An rdflib Graph is built only when it is asked for. `inconsistencies` and `warnings` are answers,
    not exceptions. A closure never changes.
    """

    def __init__(self, fixpoint: Fixpoint, clashes: Clashes, flaws: Flaws, axioms: Axioms, stats: Stats) -> None:
        self._fixpoint, self._clashes, self._flaws, self._axioms, self.stats = fixpoint, clashes, flaws, axioms, stats
        self._output = Matching(fixpoint.known, fixpoint.terms, axioms)
        self._prefixes: dict[str, str] = {}  # of the rdflib graphs that it is of, for the graphs that it makes

    def __repr__(self) -> str:
        clashes = self.n_inconsistencies
        state = counted(clashes, "contradiction") if clashes else "consistent"
        return f"<Closure: {counted(self._output.n_asserted, 'asserted triple')}, {state}>"

    def __len__(self) -> int:
        """Return the number of triples, including the trivial ones, without the repeated ones.

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
    def asserted(self) -> ShownGraph:
        """The triples that were given, as an rdflib Graph."""
        return self._graph(self._output.asserted())

    @cached_property
    def inferred(self) -> ShownGraph:
        """The triples that follow and are informative, as an rdflib Graph."""
        return self._graph(self._output.inferred())

    @cached_property
    def trivial(self) -> ShownGraph:
        """The triples that follow from any graph over the same terms and that `axioms` keeps, as an rdflib Graph."""
        return self._graph(self._output.trivial())

    @property
    def n_repeated(self) -> int:
        """The number of repeated triples, which takes no time to find; there may be millions."""
        return self._output.n_repeated

    @cached_property
    def repeated(self) -> ShownGraph:
        """What also holds of each further copy of a restriction (scm-svf1, scm-avf1, scm-hv …), as an rdflib Graph.

        Raises
        ------
        TooManyTriplesError
            There are too many of them.
        """
        return self._graph(self._output.repeated())

    @cached_property
    def graph(self) -> ShownGraph:
        """All triples but the repeated ones, as an rdflib Graph."""
        return self._graph(self._rows())

    def _rows(self, *, inferred_only: bool = False, repeated: bool = False) -> Iterator[Rows]:
        if not inferred_only:
            yield from self._output.asserted()
        yield from self._output.inferred()
        yield from self._output.trivial()
        if repeated:
            yield from self._output.repeated()

    def _graph(self, rows: Iterator[Rows]) -> ShownGraph:
        from sts_kg.closure.io.rdflib_graphs import graph_of

        graph = graph_of(self._output, rows)
        for prefix, iri in self._prefixes.items():
            graph.bind(prefix, iri)
        return graph

    def ntriples(self, *, inferred_only: bool = False, repeated: bool = False) -> Iterator[bytes]:
        """Yield the triples as N-Triples, many lines at a time: the fastest way into any store."""
        return self._output.ntriples(self._rows(inferred_only=inferred_only, repeated=repeated))

    def ntriples_apart(self, *, inferred_only: bool = False) -> Iterator[tuple[bytes, bool]]:
        """Yield the triples as N-Triples, many lines at a time, with whether they name blank nodes: all or none do.

        Bulk loaders rename blank nodes.
        """
        return self._output.ntriples_apart(self._rows(inferred_only=inferred_only))

    def write(self, path: str | Path, *, inferred_only: bool = False, repeated: bool = False) -> int:
        """Write the triples to a file and return its size in bytes before compression.

        The ending of the file name chooses the syntax and `.gz` compresses; .nt and .nq need the least memory. If
        anything fails, no file is written and an existing one is not changed.

        Raises
        ------
        ParseError
            The ending is not that of an RDF file.
        TooManyTriplesError
            Terms that are the same, or copies of restrictions, would give too many triples.
        OSError
            The folder does not exist or cannot be written.
        """
        import gzip

        from sts_kg.rdf import convert_ntriples, syntax_of, writing

        start = time.perf_counter()
        syntax = syntax_of(path)
        lines = self.ntriples(inferred_only=inferred_only, repeated=repeated)
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

    @cached_property
    def warnings(self) -> tuple[Warned, ...]:
        """What is wrong with the asserted triples and did not stop anything, at most a hundred of each kind.

        A literal whose form its datatype does not have (*ill-typed*) has no value; it is in the closure as it is. An
        `rdf:List` in an axiom that has no end, runs in a circle or forks is *malformed*; the axiom concludes nothing.
        """
        from sts_kg.closure.io.rdflib_graphs import warnings

        return warnings(self._flaws, self._fixpoint.terms)

    @property
    def n_warnings(self) -> int:
        """How many triples there are of which `warnings` tells; it may list only some of them."""
        return sum(self._flaws.counts.values())

    def statistics(self) -> dict[str, object]:
        """Return the numbers of the closure as plain values: triples, rounds, seconds by phase, memory, firings.

        `peak_memory_bytes` is the most memory that the process has held, None where the platform does not count it.
        """
        asserted, inferred, trivial = self.counts
        return {
            "engine": self.stats.engine,
            "triples": {
                "asserted": asserted,
                "inferred": inferred,
                "trivial": trivial,
                "repeated": self.n_repeated,
            },
            "rounds": self.stats.rounds,
            "seconds": {phase: round(seconds, 6) for phase, seconds in self.stats.seconds.items()},
            "peak_memory_bytes": _peak_memory(),
            "firings": dict(sorted(self.stats.firings.items())),
            "skipped_lines": self.stats.skipped,
            "inconsistencies": self.n_inconsistencies,
            "n_warnings": self.n_warnings,
            "warnings": [warned.as_dict() for warned in self.warnings],
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
        return ids is not None and self._fixpoint.terms.kinds[ids[0]] != LITERAL and self._output.holds(*ids)

    def match(self, s: Node | None = None, p: Node | None = None, o: Node | None = None) -> Matches:
        """Return the triples of `graph` that have a subject, a predicate and an object; None is any term.

        They are found by binary search, without building a graph or a store. What comes back is iterated as triples of
        rdflib terms, or read as arrays of ids: `subjects`, `predicates` and `objects`.

        Raises
        ------
        TooManyTriplesError
            Terms that are the same would give too many triples.

        Examples
        --------
        >>> from rdflib import RDF
        >>> from sts_kg.rdf import STS, parse
        >>> closed = closure_of(parse("sts:Drug rdfs:subClassOf sts:Therapy . sts:ifosfamide a sts:Drug ."))
        >>> found = closed.match(None, RDF.type, STS.Therapy)
        >>> len(found), found.terms(found.subjects)
        (1, [rdflib.term.URIRef('https://w3id.org/sts-kg/ifosfamide')])
        >>> sorted(str(o) for s, p, o in closed.match(STS.ifosfamide, RDF.type))
        ['https://w3id.org/sts-kg/Drug', 'https://w3id.org/sts-kg/Therapy']
        """
        from sts_kg.closure.io.rdflib_graphs import ids_of

        terms = self._fixpoint.terms
        ids = ids_of([each for each in (s, p, o) if each is not None], terms)
        if ids is None:
            return Matches((), terms)
        given = iter(ids)
        pattern = [None if each is None else next(given) for each in (s, p, o)]
        return Matches(tuple(self._output.match(*pattern)), terms)

    def objects(self, subject: Node, predicate: Node) -> tuple[Node, ...]:
        """Return the objects of a subject and a predicate, sorted as text."""
        found = self.match(subject, predicate)
        return tuple(sorted(found.terms(found.objects), key=str))

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
        ParseError, BuiltInUseError
            As `closure_of`.
        """
        closed = _closed(self._fixpoint.copy(), source, self._axioms, Stats(self.stats.engine), earlier=self._flaws)
        closed._prefixes = self._prefixes | closed._prefixes
        return closed


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
    told: Callable[[bytes, bool], object] | None = None,
) -> Closure:
    """Return what a graph entails under the OWL 2 RL rules (W3C OWL 2 Profiles, section 4.3, Tables 4 to 9).

    Sound for any RDF graph; complete (Theorem PR1) for ground assertions over an OWL 2 RL ontology. The sources are
    not changed. Literals never become subjects, blank nodes never become predicates. `owl:imports` is not followed.

    Parameters
    ----------
    source : path, rdflib Graph or Dataset, pyoxigraph Store, open binary file or Document; or several
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
    told : callable, optional
        Called with the asserted triples as soon as they are read, as `Closure.ntriples_apart` yields them, so that a
        thread can load them into a store while others are inferred.

    Raises
    ------
    UnknownNameError
        The engine or the choice of axioms is unknown.
    ParseError
        A file cannot be read; the error has path, line and, if known, column.
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
    return _closed(fixpoint, source, axioms, Stats(engine), lenient=lenient, told=told)


def close_graph(graph: Graph, *, axioms: Axioms = "used") -> Closure:
    """Add to an rdflib Graph what it entails under the OWL 2 RL rules, in place, and return its closure.

    What owlrl's `DeductiveClosure(OWLRL_Semantics).expand(graph)` does; docs/reasoner.md has the differences. Inferred
    triples are added, and trivial ones as far as `axioms` keeps them; the second and third of `counts` are their
    numbers. Inconsistencies add nothing: the closure that is returned has them, and the proof of each triple.

    Parameters
    ----------
    graph : rdflib Graph
        Over any store that can be written to. If an error is raised while closing, it is as it was before.
    axioms : {"none", "used", "all"}
        As for `closure_of`.

    Raises
    ------
    TypeError
        It is no rdflib Graph, or one of several graphs (Dataset, ConjunctiveGraph, ReadOnlyGraphAggregate), of which
        none is the one to add to.
    UnknownNameError, ParseError
        As for `closure_of`.
    TooManyTriplesError
        Terms that are the same would give too many triples.

    Examples
    --------
    >>> from sts_kg.rdf import parse
    >>> graph = parse("sts:Drug rdfs:subClassOf sts:Therapy . sts:pazopanib a sts:Drug .")
    >>> closed = close_graph(graph)
    >>> len(graph), closed.counts
    (3, (2, 1, 0))
    """
    from rdflib import ConjunctiveGraph, Graph

    from sts_kg.closure.io.rdflib_graphs import add_to

    kind = type(graph).__name__
    if not isinstance(graph, Graph):
        raise TypeError(f"{kind} is no rdflib Graph, to which triples can be added; close it by closure_of")
    if isinstance(graph, ConjunctiveGraph):  # a Dataset is one, too
        raise TypeError(
            f"{kind} has several graphs, and it is not said which of them the triples should be added to; "
            "close one of them, or all by closure_of"
        )
    closed = closure_of(graph, axioms=axioms)
    len(closed)  # raises before anything is added
    add_to(graph, closed._output, closed._rows(inferred_only=True))
    return closed


def _closed(
    fixpoint: Fixpoint,
    source: Source | Iterable[Source],
    axioms: Axioms,
    stats: Stats,
    *,
    lenient: bool = False,
    told: Callable[[bytes, bool], object] | None = None,
    earlier: Flaws | None = None,
) -> Closure:
    start = time.perf_counter()

    def report(name: str, lines: int) -> None:
        if fixpoint.progress is not None:
            fixpoint.progress(Progress(0, lines, lines, time.perf_counter() - start, name))

    reading, looks, rewritten = 0.0, defaultdict[str, list[Look]](list), dict[tuple[int, int, int], str]()
    asserted = None if told is None else telling(fixpoint.terms, told)
    for part in read(source, fixpoint.terms, lenient=lenient, progress=report, told=asserted):
        stats.skipped += part.skipped
        reading += part.seconds
        fixpoint.add(part.subjects, part.predicates, part.objects, part.name)
        rewritten |= dict.fromkeys(part.rewritten, part.name)
        if part.look is not None:
            looks[part.name].append(part.look)
    stats.seconds["read"], stats.seconds["encode"] = reading, time.perf_counter() - start - reading
    clashes, flaws = _closed_by(stats.engine, fixpoint, looks, rewritten, earlier)
    stats.rounds, stats.firings = fixpoint.known.round, fixpoint.firings
    stats.seconds.update(fixpoint.seconds)
    closed = Closure(fixpoint, clashes, flaws, axioms, stats)
    for each in source if isinstance(source, list | tuple) else (source,):
        if hasattr(each, "namespaces"):  # an rdflib Graph, of which nothing else is needed here
            closed._prefixes |= {prefix: str(iri) for prefix, iri in each.namespaces() if prefix}
    return closed


def _closed_by(
    engine: str,
    fixpoint: Fixpoint,
    looks: Mapping[str, Sequence[Look]],
    rewritten: Mapping[tuple[int, int, int], str],
    earlier: Flaws | None,
) -> tuple[Clashes, Flaws]:
    if engine == "owlrl":
        from sts_kg.closure.io.rdflib_graphs import closed_by_owlrl

        clashes = closed_by_owlrl(fixpoint)
        return clashes, flaws_of(fixpoint, looks, rewritten, earlier)
    fixpoint.run()
    flaws = flaws_of(fixpoint, looks, rewritten, earlier)
    if earlier is not None and flaws.spoil(earlier):  # what was concluded from a list that is none any more must go
        fixpoint.start_again()
        fixpoint.run()
        flaws = flaws_of(fixpoint, looks, rewritten, earlier)
    return checked(fixpoint), flaws
