"""What is wrong with the triples of a closure and does not stop it: ill-typed literals and malformed lists."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sts_kg.closure.columns import Ids, contains
from sts_kg.closure.fixpoint import Fixpoint
from sts_kg.closure.io.lines import Look, lines_of
from sts_kg.closure.triples import ASSERTED, ends
from sts_kg.safe import brief
from sts_kg.shown import Shown

if TYPE_CHECKING:
    from rdflib.term import Node

__all__ = ["MALFORMED", "REWRITTEN", "Flaw", "Flaws", "Warned", "flaws_of"]

#: The kinds: a literal without a value, and a list that no rule can read.
ILL_TYPED, MALFORMED = "ill-typed literal", "malformed list"
#: The reason for an ill-typed literal of which only what rdflib made of it is there.
REWRITTEN = "rewritten"
#: How many flaws of a kind are kept; all are counted.
KEPT = 100
Row = tuple[int, int, int]


@dataclass(frozen=True, repr=False)
class Warned(Shown):
    """Something wrong that did not stop a closure; `str()` makes one line of it.

    Attributes
    ----------
    kind : {"ill-typed literal", "malformed list"}
        What it is.
    message : str
        A sentence about it.
    source : str
        The file or graph in which it stands; empty if it was not asserted, but follows.
    line : int or None
        The line, 1-based, where the source is a file in which it can be found.
    node : rdflib term
        The literal, or the head of the list.
    """

    kind: str
    message: str
    source: str
    line: int | None
    node: Node

    def __repr__(self) -> str:
        return f"<Warned: {brief(str(self))}>"

    def __str__(self) -> str:
        place = ", line ".join(str(each) for each in (self.source, self.line) if each)
        return f"{place}: {self.kind}: {self.message}" if place else f"{self.kind}: {self.message}"

    def as_dict(self) -> dict[str, object]:
        """Return the fields as plain values, the node in N-Triples."""
        return {
            "kind": self.kind,
            "message": self.message,
            "source": self.source or None,
            "line": self.line,
            "node": self.node.n3(),
        }


@dataclass(frozen=True)
class Flaw:
    """A triple whose object is wrong, in ids, the name of its source, and its file and line, if they are known."""

    kind: str
    row: Row
    source: str
    reason: str = ""
    file: str = ""
    line: int | None = None


@dataclass
class Flaws:
    """At most `KEPT` flaws of each kind, by source and line, the number of all, and where rdflib has rewritten."""

    kept: list[Flaw] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rewritten: dict[Row, str] = field(default_factory=dict)

    def add(self, flaw: Flaw) -> None:
        """Add a flaw, if there are not too many of its kind already."""
        if self.counts[flaw.kind] < KEPT:
            self.kept.append(flaw)
        self.counts[flaw.kind] += 1

    def spoil(self, earlier: Flaws) -> bool:
        """Return whether a list is malformed now that an earlier closure may have read."""
        lists, known = ({flaw.row for flaw in each.kept if flaw.kind == MALFORMED} for each in (self, earlier))
        return not lists <= known or self.counts[MALFORMED] > KEPT


def flaws_of(
    fixpoint: Fixpoint, looks: Mapping[str, Sequence[Look]], rewritten: Mapping[Row, str], earlier: Flaws | None = None
) -> Flaws:
    """Return what is wrong with the asserted triples of a closure, with lines.

    Parameters
    ----------
    fixpoint : Fixpoint
        It is closed.
    looks : mapping
        By the names of sources, where they can be read again: only those with something wrong are.
    rewritten : mapping
        The triples with what rdflib has put in the place of an ill-typed literal, and the names of their sources.
    earlier : Flaws, optional
        Those of the closure that this one extends.
    """
    start = time.perf_counter()
    flaws = Flaws(rewritten={**(earlier.rewritten if earlier else {}), **rewritten})
    for source, row in _with_objects(fixpoint, np.array(sorted(fixpoint.literals.ill_typed), np.int64)):
        flaws.add(Flaw(ILL_TYPED, row, source))
    for row, source in sorted(flaws.rewritten.items()):
        flaws.add(Flaw(ILL_TYPED, row, source, REWRITTEN))
    for row, reason in fixpoint.lists.faults():
        few = flaws.counts[MALFORMED] < KEPT  # looking for what was given takes its time
        for source, given in _given(fixpoint, row) if few else [("", row)]:
            flaws.add(Flaw(MALFORMED, given, source, reason))
    known = {(flaw.row, flaw.source): flaw for flaw in (earlier.kept if earlier else ())}
    flaws.kept = sorted(
        _placed(flaws.kept, looks, fixpoint, known),
        key=lambda flaw: (fixpoint.known.sources.index(flaw.source) if flaw.source else -1, flaw.line or 0, flaw.row),
    )
    fixpoint.seconds["checks"] += time.perf_counter() - start
    return flaws


def _with_objects(fixpoint: Fixpoint, objects: Ids) -> Iterator[tuple[str, Row]]:
    """Yield the asserted triples with any of some objects, and their sources."""
    known = fixpoint.known
    for predicate, blocks in known.blocks.items() if objects.size else ():
        for block in blocks:
            if block.round == ASSERTED:
                s, o = ends(predicate, block.pairs)
                there = contains(objects, o)
                for x, y in zip(s[there].tolist(), o[there].tolist(), strict=True):
                    yield known.sources[block.source], (x, predicate, y)


def _given(fixpoint: Fixpoint, row: Row) -> Iterator[tuple[str, Row]]:
    """Yield the asserted triples that a triple in representatives stands for; itself without a source if none does."""
    known, (subject, predicate, object_), n = fixpoint.known, row, 0
    for given, blocks in known.blocks.items():
        for block in blocks if known.of(given) == known.of(predicate) else ():
            if block.round == ASSERTED:
                s, o = ends(given, block.pairs)
                there = (known.representative(s) == subject) & (known.representative(o) == object_)
                for x, y in zip(s[there].tolist(), o[there].tolist(), strict=True):
                    n += 1
                    yield known.sources[block.source], (x, given, y)
    if not n:
        yield "", row


def _placed(
    flaws: Sequence[Flaw],
    looks: Mapping[str, Sequence[Look]],
    fixpoint: Fixpoint,
    earlier: Mapping[tuple[Row, str], Flaw],
) -> Iterator[Flaw]:
    """Yield flaws with their files and lines, where these can be known."""
    by_look: defaultdict[Look, list[Row]] = defaultdict(list)
    for flaw in flaws:
        for look in looks.get(flaw.source, ()):
            by_look[look].append(flaw.row)
    found = {look: lines_of(look, rows, fixpoint.terms) for look, rows in by_look.items()}
    for flaw in flaws:
        told = earlier.get((flaw.row, flaw.source), flaw)
        for look in looks.get(flaw.source, ()):
            if told.line is None:
                told = replace(told, file=look.name, line=found[look].get(flaw.row))
        yield told
