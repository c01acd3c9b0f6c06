"""A new version of the source page: what in the graph, and which example answers, rest on each segment that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from textwrap import wrap

from rdflib import Graph, URIRef
from rdflib.namespace import PROV, RDF, RDFS
from rdflib.term import Node

from sts_kg.cases.answers import Answer
from sts_kg.cases.session import Session
from sts_kg.cases.statuses import Status
from sts_kg.guideline import Came, Guideline, PageChanges, SegmentChange, page_changes, page_text, spans
from sts_kg.rdf import STS, local
from sts_kg.safe import counted
from sts_kg.shown import Shown

__all__ = ["Resting", "SourceDiff", "source_diff"]

_WIDTH = 80
#: From a statement to the option that it is about.
_OF_OPTION = (STS.recommendsOption, STS.positionOf, STS.laterOption, STS.earlierOption, STS.effectOf)


@dataclass(frozen=True)
class Resting:
    """What rests on a segment: all that quotes it, and the answers.

    `parts` of conditions have the options of their recommendations; `others` are options, drugs and words of the
    schemes; `lost` has the cues of any of these that stood in the segment and no longer do. `answers` has each option
    whose statements or condition parts quote the segment, with the status of each example case.
    """

    statements: tuple[URIRef, ...]
    parts: Mapping[URIRef, tuple[URIRef, ...]]
    findings: tuple[URIRef, ...]
    decisions: tuple[URIRef, ...]
    others: tuple[URIRef, ...]
    lost: Mapping[URIRef, tuple[str, ...]]
    answers: Mapping[URIRef, Mapping[str, Status]]

    def as_dict(self) -> dict[str, object]:
        """Return the names as plain values."""
        return {
            "statements": [*map(local, self.statements)],
            "parts": [{"part": local(part), "options": [*map(local, of)]} for part, of in self.parts.items()],
            "findings": [*map(local, self.findings)],
            "decisions": [*map(local, self.decisions)],
            "others": [*map(local, self.others)],
            "lost_cues": [{"term": local(term), "cues": [*cues]} for term, cues in self.lost.items()],
            "answers": [{"option": local(option), "cases": {**cases}} for option, cases in self.answers.items()],
        }


@dataclass(frozen=True)
class SourceDiff(Shown):
    """What a new version of the page changes; `resting` has, by id, each segment that changed, moved or went."""

    changes: PageChanges
    resting: Mapping[str, Resting]
    labels: Mapping[URIRef, str]
    footer: str

    def __repr__(self) -> str:
        counts = self.changes.counts.items()
        return f"<SourceDiff: {', '.join(f'{count} {kind}' for kind, count in counts if count)}>"

    def as_dict(self) -> dict[str, object]:
        """Return the changes as plain values, names without prefixes."""
        rows = [
            one.as_dict() | (self.resting[one.segment.id].as_dict() if one.segment.id in self.resting else {})
            for one in self.changes.segments
        ]
        came = [one.as_dict() for one in self.changes.came]
        plain = {"differs": self.changes.differs, "counts": self.changes.counts, "document": self.changes.document}
        return {**plain, "segments": rows, "came": came}

    def lines(self) -> Iterator[str]:
        """Yield a to-do list in the order of the page, in lines of 80 characters; and last what needs no look."""
        changes = self.changes
        counts = changes.counts
        yield ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        waiting = {after: [*group] for after, group in groupby(changes.came, key=lambda one: one.after)}
        came = waiting.get(None, [])
        for one in changes.segments:
            if one.kind != "went":  # what came in the place of a segment stands after it
                yield from self._came(came)
                came = waiting.get(one.segment.id, [])
            if one.segment.id in self.resting:
                yield ""
                yield from self._segment(one)
        yield from self._came(came)
        if changes.differs:
            yield ""
            yield from self._summary()
        yield ""
        yield from _wrapped(self.footer)

    def _came(self, came: Iterable[Came]) -> Iterator[str]:
        for new in came:
            again = f", the text of {new.repeats} again" if new.repeats else ""
            yield ""
            yield f"came: line {new.piece.line}, characters {new.piece.start}–{new.piece.end}{again}"
            yield from _wrapped(new.piece.text, "  ")
            yield "  [ ] a segment in source.ttl, and what it says"

    def _segment(self, change: SegmentChange) -> Iterator[str]:
        one, now = change.segment, change.pieces
        said = f"{change.kind} and moved" if change.moved and change.kind == "changed" else change.kind
        said += f" in {change.only} only" if change.only else ""
        said += f", one with {', '.join(change.merged)}" if change.merged else ""
        said += f", now {len(now)} pieces" if len(now) > 1 else ""
        place = f"line {one.line}" + (f", now {now[0].line}" if now and now[0].line != one.line else "")
        yield from _wrapped(f"{one.id} {said}: {place}")
        yield from _wrapped(_marked(change), "  ")
        resting = self.resting[one.id]
        for term, cues in resting.lost.items() if now else ():
            yield from _to_do(f"{local(term)}: without its cue {', '.join(f'“{cue}”' for cue in cues)}")
        if change.only in ("white space", "typography"):
            return
        for term in resting.statements:
            yield from _to_do(f"{local(term)}: {self.labels.get(term, '')}")
        for part, options in resting.parts.items():
            yield from _to_do(f"{local(part)}, for {', '.join(map(local, options))}")
        for term in (*resting.findings, *resting.decisions, *resting.others):
            yield from _to_do(f"{local(term)}: {self.labels.get(term, '')}")
        for option, cases in resting.answers.items():
            by_status: dict[str, list[str]] = {}
            for case, status in cases.items():
                by_status.setdefault(status.replace("-", " "), []).append(case)
            met = "; ".join(f"{status} {' '.join(names)}" for status, names in sorted(by_status.items()))
            yield from _to_do(f"answers {local(option)}: {met or 'no example'}")

    def _summary(self) -> Iterator[str]:
        kept = [one for one in self.changes.segments if one.kind == "kept"]
        if kept:
            yield from _wrapped(f"kept: {spans(kept)}")
        shifted = [one for one in self.changes.segments if one.kind == "shifted"]
        for (characters, lines), group in groupby(shifted, key=_shift):
            yield from _wrapped(
                f"shifted by {_signed(characters, 'character')}, {_signed(lines, 'line')}: {spans([*group])}"
            )
        yield "in source.ttl: start, end, line and sha256 of each segment (--format json)"
        yield from _wrapped(", ".join(f"{name} {value}" for name, value in self.changes.document.items()), "  ")


def source_diff(session: Session, old: str | Path, new: str | Path) -> SourceDiff:
    """Return what a new version of the source page changes; the answers are those for the example cases.

    Raises
    ------
    ParseError
        A page cannot be read, or the new one is not UTF-8 or has no text.
    SourceError
        The old page is not the one that was modelled.
    """
    guideline = session.guideline
    segments = guideline.segments(old)
    changes = page_changes(segments, page_text(new), old=page_text(old))
    touched = [one.segment.id for one in changes.segments if one.kind not in ("kept", "shifted")]
    answers = session.examples.answers().answers if touched else ()
    iris = {local(iri): iri for iri in guideline.asserted.subjects(STS.inSection) if isinstance(iri, URIRef)}
    resting = {
        one.segment.id: _resting(guideline, iris[one.segment.id], one, answers)
        for one in changes.segments
        if one.segment.id in touched
    }
    return SourceDiff(changes, resting, guideline.labels, guideline.footer)


def _resting(guideline: Guideline, segment: URIRef, change: SegmentChange, answers: Iterable[Answer]) -> Resting:
    asserted = guideline.asserted
    terms = sorted(term for term in asserted.subjects(PROV.wasQuotedFrom, segment) if isinstance(term, URIRef))

    def of_kind(kind: Node) -> tuple[URIRef, ...]:
        kinds = {kind, *asserted.subjects(RDFS.subClassOf, kind)}
        return tuple(term for term in terms if kinds & {*asserted.objects(term, RDF.type)})

    def lost(term: URIRef) -> tuple[str, ...]:
        ways = (STS.cue, *asserted.subjects(RDFS.subPropertyOf, STS.cue))
        cues = {str(cue) for way in ways for cue in asserted.objects(term, way)}
        return tuple(sorted(cue for cue in cues if cue in (change.segment.text or "") and cue not in change.after))

    statements, findings, decisions = map(of_kind, (STS.Statement, STS.Finding, STS.Decision))
    parts = {
        part: _options(asserted, asserted.subjects(STS.hasConditionPart, part)) for part in of_kind(STS.ConditionPart)
    }
    others = tuple(term for term in terms if term not in {*statements, *parts, *findings, *decisions})
    about = {*_options(asserted, statements), *(option for of in parts.values() for option in of)}
    cases: dict[URIRef, dict[str, Status]] = {option: {} for option in guideline.conditions if option in about}
    for answer in answers:
        if answer.option in cases:
            cases[answer.option][answer.case] = answer.status
    without_cue = {term: cues for term in terms if (cues := lost(term))}
    return Resting(statements, parts, findings, decisions, others, without_cue, cases)


def _options(asserted: Graph, statements: Iterable[Node]) -> tuple[URIRef, ...]:
    """Return the options that statements, or the statements that they are about, speak of."""
    all_of_them = [each for one in statements for each in (one, *asserted.objects(one, STS.about))]
    found = {option for one in all_of_them for way in _OF_OPTION for option in asserted.objects(one, way)}
    return tuple(sorted(option for option in found if isinstance(option, URIRef)))


def _signed(number: int, word: str) -> str:
    return ("-" if number < 0 else "+") + counted(abs(number), word)


def _shift(change: SegmentChange) -> tuple[int, int]:
    return change.pieces[0].start - change.segment.start, change.pieces[0].line - change.segment.line


def _marked(change: SegmentChange) -> str:
    """Return the text with what went as [-…-] and what came as {+…+}, and of longer runs that stayed only the ends."""
    if not change.pieces:
        return f"[-{change.before}-]"
    said = []
    runs = change.difference
    for place, (old, new) in enumerate(runs):
        words = old.split()
        if old != new:
            said += [f"[-{old}-]"] * bool(old) + [f"{{+{new}+}}"] * bool(new)
        elif len(words) > 8:
            first = words[:8] if len(runs) == 1 else words[:3] if place else []
            last = words[-3:] if place < len(runs) - 1 else []
            said += [*first, "…", *last]
        else:
            said += words
    return " ".join(said)


def _to_do(text: str) -> Iterator[str]:
    return _wrapped(text, "  [ ] ", "      ")


def _wrapped(text: str, first: str = "", more: str | None = None) -> Iterator[str]:
    rest = first if more is None else more
    yield from wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
