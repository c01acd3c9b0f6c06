"""What is shown of an explanation: the condition as a tree with what is known, what to ask, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sts_kg.display.view import (
    Badge,
    Block,
    Branch,
    Facts,
    Fold,
    Heading,
    Inline,
    Link,
    Listing,
    Paragraph,
    Quiet,
    View,
    grid,
)
from sts_kg.display.views.pieces import MOST_OF_TEXT, capitalized, clipped, footed, option, status, yes_or_no
from sts_kg.guideline import Condition, Conjunction, Leaf, leaves, short, truth
from sts_kg.rdf import compress, local
from sts_kg.safe import counted

if TYPE_CHECKING:
    from rdflib import URIRef

    from sts_kg.cases import Explanation

__all__ = ["of_condition", "of_explanation"]

#: By the value of a condition.
_VALUES = {
    True: Badge("met", "met"),
    False: Badge("not met", "not-met"),
    None: Badge("undetermined", "undetermined"),
}


def of_condition(condition: Condition, labels: Mapping[URIRef, str] | None = None) -> View:
    """Return a condition as a tree of its findings, by their labels if these are given, else by their short names."""
    number = counted(len(set(leaves(condition))), "finding")
    return View(f"Condition on {number}", (_Tree(labels=labels or {}).branch(condition),))


@dataclass(frozen=True)
class _Tree:
    """What is known of the findings of a condition; nothing, if it is about no case."""

    known: Mapping[URIRef, bool] | None = None
    because: Mapping[str, str] = field(default_factory=dict)
    not_needed: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[URIRef, str] = field(default_factory=dict)

    def branch(self, condition: Condition) -> Branch:
        """Return a condition as a branch with those below it."""
        if isinstance(condition, Leaf):
            return Branch(self.leaf(condition))
        words = "all of these" if isinstance(condition, Conjunction) else "any of these"
        below = tuple(map(self.branch, condition.parts))
        if self.known is None:
            return Branch(words, below)
        return Branch((_VALUES[truth(condition, self.known)], " ", words), below)

    def leaf(self, leaf: Leaf) -> Inline:
        """Return what is asked of a finding with its value, and where that comes from."""
        name = short(leaf.finding)
        label = self.labels.get(leaf.finding) or name
        wanted = "" if leaf.holds else "without "
        shown: Inline = (wanted, Link(label, str(leaf.finding), compress(str(leaf.finding))))
        if self.known is None:
            return shown
        known = self.known.get(leaf.finding)
        if known is None and name in self.not_needed:
            return (Badge("not needed", "note"), " ", shown, Quiet(f" – {self.not_needed[name]}"))
        if known is None:
            return (Badge("unknown", "undetermined"), " ", shown, Quiet(" – to be asked"))
        holds = known is leaf.holds
        badge, because = Badge(yes_or_no(holds), "met" if holds else "not-met"), self.because.get(name, "")
        why = because if leaf.holds else f"{label}: {yes_or_no(known)}, {because}"
        return (badge, " ", shown, Quiet(f" – {why}"))


def of_explanation(explanation: Explanation) -> View:
    """Return why an option has its status for a case."""
    answer = explanation.answer
    title = (option(answer), " ", status(answer), Quiet(f" case {clipped(answer.case)}"))
    return footed(title, _blocks(explanation), explanation.disclaimer)


def _blocks(explanation: Explanation) -> Iterator[Block]:
    answer = explanation.answer
    yield Paragraph(f"{capitalized(answer.meaning)}.")
    if explanation.group:
        yield Paragraph(capitalized(explanation.group))
    yield Heading("Condition of the source")
    because = {finding: clipped(why, MOST_OF_TEXT) for finding, _, why in explanation.known}
    known = dict.fromkeys(answer.true, True) | dict.fromkeys(answer.false, False)
    tree = _Tree(known, because, dict(explanation.not_needed), explanation.labels)
    yield tree.branch(explanation.condition)
    if explanation.to_ask:
        yield Heading("To ask")
        asked = ((text, Quiet(f" {_labelled(finding, explanation.labels)}")) for finding, text in explanation.to_ask)
        yield Listing(tuple(asked))
    if explanation.consequence:
        yield Paragraph(_labelled(explanation.consequence, explanation.labels))
    if explanation.notes:
        yield Heading("Of note")
        yield Listing(tuple(clipped(capitalized(note), MOST_OF_TEXT) for note in explanation.notes))
    yield Heading("In the source’s words")
    yield Facts(tuple(_clause(words) for words in explanation.words))
    yield Fold(f"where the source says so: {counted(len(explanation.segments), 'segment')}", (_segments(explanation),))
    if explanation.decisions:
        yield Fold(f"how it is read: {counted(len(explanation.decisions), 'decision')}", (_decisions(explanation),))
    yield from _readings(explanation)


def _labelled(text: str, labels: Mapping[URIRef, str]) -> str:
    """Return a text with the labels of findings in the place of their short names, in quotes."""
    names = {short(finding): f"“{label}”" for finding, label in labels.items()}
    return re.sub(r"[\w-]+", lambda found: names.get(found[0], found[0]), text)


def _clause(words: str) -> tuple[str, str]:
    heading, _, said = words.partition(": ")
    return heading, said


def _segments(explanation: Explanation) -> Block:
    rows: list[tuple[Inline, ...]] = [
        (
            one.id,
            f"“{one.text}”" if one.text is not None else one.gist,
            ", ".join(f"“{cue}”" for cue in explanation.cues[one.id]),
            f"line {one.line}, characters {one.start}–{one.end}",
        )
        for one in explanation.segments
    ]
    said = "text" if any(one.text is not None for one in explanation.segments) else "what it says"
    return grid(("segment", said, "words that count", "where"), rows, "segment")


def _decisions(explanation: Explanation) -> Block:
    verdicts = {
        decision: "; ".join(str(each) for each in explanation.answer.verdicts if local(each.decision) == decision)
        for decision, _, _ in explanation.decisions
    }
    rows = [(decision, says, other, verdicts[decision]) for decision, says, other in explanation.decisions]
    return grid(("decision", "read as", "not chosen", "reviewers"), rows, "decision")


def _readings(explanation: Explanation) -> Iterator[Block]:
    if explanation.readings:
        yield Heading("By other readings")
        yield Listing(tuple((what, Quiet(f" {definition}")) for _, definition, what in explanation.readings))
    if explanation.answer.is_firm:
        number = counted(explanation.n_readings, "other reading")
        yield Paragraph(f"The status is the same by each of {number}, one at a time.")
