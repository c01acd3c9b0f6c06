"""Closes many random graphs and compares each with what the plain twin makes of it; of some, all proofs are checked.

    PYTHONPATH=.:tests python -m closure.run_random --graphs 10000 --seed 1

The graphs have literals, lists, owl:sameAs, and one in twenty terms is a built-in one used as data. Prints the numbers,
and each graph with a difference as N-Triples.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from closure import proof_checker, twin
from closure.random_graphs import graphs
from hypothesis import HealthCheck, Phase, given, seed, settings
from rdflib import Graph

from sts_kg.closure.closure import Closure, closure_of
from sts_kg.errors import BuiltInUseError, NotEntailedError
from sts_kg.rdf.terms import rdflib_quiet

BATCH = 100  # hypothesis varies what it drew before, so each batch begins anew
REFUSED = BuiltInUseError


def main() -> None:
    """Run, print what came of it, and end with 1 if anything differs."""
    told = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    told.add_argument("--graphs", type=int, default=10_000, help="how many (default: 10000)")
    told.add_argument("--seed", type=int, default=1, help="other graphs with another one (default: 1)")
    told.add_argument("--proofs", type=int, default=10, help="check the proofs of one graph in so many (default: 10)")
    given_ = told.parse_args()
    run = _Run(given_.proofs)
    for batch in range(given_.graphs // BATCH):
        with rdflib_quiet():
            run.batch(given_.seed * 1_000_000 + batch)
    print(", ".join(f"{count:,} {what}" for what, count in run.counts.items()))
    sys.exit(bool(run.counts["graphs that differ"] or run.counts["graphs with a wrong or missing proof"]))


class _Run:
    def __init__(self, proofs: int) -> None:
        self.counts: Counter[str] = Counter()
        self._proofs = proofs

    def batch(self, number: int) -> None:
        """Compare the graphs of one batch."""

        @seed(number)
        @settings(
            max_examples=BATCH,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(graphs(odd=True))
        def compare(graph: Graph) -> None:
            self._compare(graph)

        compare()

    def _compare(self, graph: Graph) -> None:
        self.counts["graphs"] += 1
        try:
            closed = closure_of(graph, axioms="all")
        except REFUSED as error:
            self.counts[f"refused by {type(error).__name__}"] += 1
            return
        if closed.n_warnings > len([each for each in closed.warnings if each.kind == "ill-typed literal"]):
            self.counts["left out for a list that forks or has no end"] += 1  # the twin reads all ways through it
            return
        triples, found = twin.close(graph)
        self.counts["triples"] += len(triples)
        ours, theirs = (
            {" ".join(term.n3() for term in t) for t in each} for each in ({*closed.graph, *closed.repeated}, triples)
        )
        rules = {each.rule for each in closed.inconsistencies}, {rule for rule, _ in found}
        if ours != theirs or rules[0] != rules[1]:
            differences = [*sorted(ours ^ theirs)[:5], *sorted(rules[0] ^ rules[1])]
            self._tell("graphs that differ", graph, differences)
        if self.counts["graphs"] % self._proofs == 0:
            self._check_proofs(graph, closed)

    def _check_proofs(self, graph: Graph, closed: Closure) -> None:
        asserted = set(graph)
        try:
            for proof in (
                *map(closed.proof, closed.graph),
                *map(closed.proof, closed.repeated),
                *map(closed.proof_of, closed.inconsistencies),
            ):
                self.counts["proofs"] += 1
                proof_checker.accept(proof, asserted)
        except (NotEntailedError, proof_checker.WrongStepError) as error:
            self._tell("graphs with a wrong or missing proof", graph, [str(error)])

    def _tell(self, what: str, graph: Graph, differences: list[str]) -> None:
        self.counts[what] += 1
        print(f"--- {what}", *differences, sep="\n# ")
        print(graph.serialize(format="nt"), flush=True)


if __name__ == "__main__":
    main()
