"""What is shown of a closure and of a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sts_kg.closure import RULES
from sts_kg.display.view import (
    Badge,
    Block,
    Branch,
    Code,
    Facts,
    Fold,
    Grid,
    Inline,
    Listing,
    Paragraph,
    Quiet,
    View,
    cut,
    grid,
)
from sts_kg.errors import TooManyTriplesError
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.closure import Closure, Proof

__all__ = ["of_closure", "of_proof"]

#: Contradictions, warnings and rules of a closure that are listed.
MOST_LISTED = 20
#: Lines of a proof, premises of a step, and steps from the conclusion down.
MOST_LINES, MOST_PREMISES, DEEPEST = 200, 20, 30
_MOST_CONCLUSION = 300
_OPEN = 4  # steps from the conclusion down that are unfolded at first


def of_closure(closure: Closure) -> View:
    """Return how much was asserted and follows, what it took, and whether it is consistent, with the clashes if not."""
    stats, clashes, warnings = closure.stats, closure.n_inconsistencies, closure.n_warnings
    took = ", ".join(f"{phase} {seconds:.3f}" for phase, seconds in stats.seconds.items())
    blocks: list[Block] = [
        Facts(
            (
                *_sizes(closure),
                ("rounds", f"{stats.rounds:,}"),
                ("seconds", f"{sum(stats.seconds.values()):.3f}{f' ({took})' if took else ''}"),
                ("engine", stats.engine),
                ("skipped lines", f"{stats.skipped:,}" if stats.skipped else ""),
            )
        )
    ]
    if clashes:
        listed = [cut(str(each)) for each in closure.inconsistencies[:MOST_LISTED]]
        blocks += [Listing((*listed, *_more(clashes - len(listed), "contradiction")), ordered=True)]
        blocks.append(Paragraph(("to see why: ", Code("closure.proof_of(closure.inconsistencies[0])"))))
    if warnings:
        told = [cut(str(each)) for each in closure.warnings[:MOST_LISTED]]
        blocks.append(Fold(counted(warnings, "warning"), (Listing((*told, *_more(warnings - len(told), "warning"))),)))
    if stats.firings:
        blocks.append(
            Fold(f"how often {counted(len(stats.firings), 'rule')} concluded something", (_firings(closure),))
        )
    state = Badge(counted(clashes, "contradiction"), "bad") if clashes else Badge("consistent", "good")
    return View(("Closure: ", state), tuple(blocks))


def _sizes(closure: Closure) -> tuple[tuple[str, Inline], ...]:
    repeated = f"{closure.n_repeated:,}" if closure.n_repeated else ""
    try:
        asserted, inferred, trivial = closure.counts
    except TooManyTriplesError as error:
        return ("triples", cut(str(error))), ("repeated", repeated)
    return (
        ("asserted", counted(asserted, "triple")),
        ("inferred", counted(inferred, "triple")),
        ("trivial", counted(trivial, "triple") if trivial else ""),
        ("repeated", repeated),
    )


def _firings(closure: Closure) -> Grid:
    rows = sorted(closure.stats.firings.items(), key=lambda each: (-each[1], each[0]))
    cells = [(Code(rule), f"{number:,}", RULES[rule].meaning) for rule, number in rows]
    return grid(("rule", "conclusions", "meaning"), cells, "rule", most=MOST_LISTED)


def _more(number: int, noun: str) -> list[Inline]:
    return [Quiet(f"and {counted(number, f'more {noun}')}")] if number > 0 else []


# --- proofs


def of_proof(proof: Proof) -> View:
    """Return a proof as a tree: each step with its rule or source; the lowest and the last steps left out if many."""
    branch, is_cut = _tree(proof)
    whole, leaves = proof.n_steps, proof.leaves()
    sources = dict.fromkeys(each.source for each in leaves if each.source)
    sentences = {name for each in leaves for name in each.sentences}
    facts = Facts(
        (
            ("steps", f"{whole:,}, from {counted(len(leaves), 'asserted triple')}"),
            ("rules", cut(", ".join(proof.rules()))),
            ("sources", cut(", ".join(sources))),
            ("sentences", cut(", ".join(sorted(sentences)))),
        )
    )
    blocks: list[Block] = [facts, branch]
    if is_cut:
        told = ("Not all of the proof is shown here: ", Code("print(proof)"), " and ", Code("as_dict()"), " have it.")
        blocks.append(Paragraph(Quiet(told)))
    return View(("Proof of ", Code(cut(proof.conclusion, _MOST_CONCLUSION))), tuple(blocks))


def _tree(proof: Proof) -> tuple[Branch, bool]:
    """Return a proof as deep as it fits into `MOST_LINES`, and whether anything is left out."""
    for deepest in range(DEEPEST, 1, -1):
        tree = _Tree(deepest)
        try:
            return tree.branch(proof, 0), tree.is_cut
        except _TooManyLinesError:
            continue
    tree = _Tree(1)  # a step and its first premises always fit
    return tree.branch(proof, 0), tree.is_cut


class _TooManyLinesError(Exception):
    """A tree has too many lines."""


class _Tree:
    """The steps of a proof down to some depth, each with its premises where it comes first."""

    def __init__(self, deepest: int) -> None:
        self._deepest, self._left, self._above, self.is_cut = deepest, MOST_LINES, set[int](), False

    def branch(self, step: Proof, depth: int) -> Branch:
        self._left -= 1
        if self._left < 0:
            raise _TooManyLinesError
        is_again, has_more = id(step) in self._above, bool(step.premises) and not step.is_list
        self._above.add(id(step))
        text: list[Inline] = [Code(cut(step.conclusion, _MOST_CONCLUSION)), " ", Quiet(f"— {cut(step.reason)}")]
        if not has_more:
            return Branch(tuple(text))
        if is_again:
            return Branch((*text, " ", Quiet("(shown above)")))
        number = len(step.premises)
        if depth == self._deepest:
            self.is_cut = True
            return Branch((*text, " ", Quiet(f"(from {counted(number, 'premise')}, not shown)")))
        below = [self.branch(each, depth + 1) for each in step.premises[:MOST_PREMISES]]
        if number > MOST_PREMISES:
            self.is_cut = True
            below.append(Branch(Quiet(f"… and {counted(number - MOST_PREMISES, 'more premise')}")))
        return Branch(tuple(text), tuple(below), is_open=depth < _OPEN)
