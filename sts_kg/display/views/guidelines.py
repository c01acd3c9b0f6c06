"""What is shown of a guideline: its modules, segments, decisions and verdicts, its plan, and what was written of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from rdflib.namespace import OWL

from sts_kg.display.view import (
    Badge,
    Block,
    Facts,
    Fold,
    Heading,
    Inline,
    Link,
    Paragraph,
    Quiet,
    Source,
    View,
    grid,
)
from sts_kg.display.views.pieces import MOST_OF_TEXT, capitalized, clipped, footed, listing
from sts_kg.guideline import instances
from sts_kg.rdf import STS, compress, local
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cases import Sheet, SourceDiff
    from sts_kg.guideline import Exported, Guideline, Segment, Segments, Verdict, Verdicts
    from sts_kg.plan import Plan

__all__ = [
    "of_exported",
    "of_guideline",
    "of_plan",
    "of_segment",
    "of_segments",
    "of_sheet",
    "of_source_diff",
    "of_verdict",
    "of_verdicts",
]

MOST_LINES = 300


def of_guideline(guideline: Guideline) -> View:
    """Return what a guideline consists of, without reasoning."""
    asserted = guideline.asserted
    kinds = (("segments of the source", (STS.Heading, STS.Sentence)), ("findings", (STS.Finding,)))
    facts: list[tuple[str, Inline]] = [
        ("ontology", Link(compress(str(guideline.iri)), str(guideline.iri))),
        ("version", guideline.header(OWL.versionInfo)),
        ("source (SHA-256)", f"{guideline.source_digest[:16]}…" if guideline.source_digest else ""),
        ("options", f"{len(guideline.conditions):,}"),
        *((what, f"{sum(len(instances(asserted, kind)) for kind in of):,}") for what, of in kinds),
        ("decisions", f"{len(guideline.decisions):,}"),
        ("other readings", "" if guideline.reading else f"{len(guideline.readings):,}"),
        ("reviewed", guideline.header(STS.reviewNote)),
    ]
    rows = [(name, f"{len(quads):,}") for name, quads in guideline.quads.items()]
    modules = Fold(f"{counted(len(rows), 'module')}", (grid(("module", "triples"), rows, "module"),))
    return footed(capitalized(guideline.name), [Facts(tuple(facts)), modules], guideline.footer)


# --- segments


def of_segment(segment: Segment) -> View:
    """Return one segment of the source."""
    facts: tuple[tuple[str, Inline], ...] = (
        ("text" if segment.text is not None else "what it says", _said(segment)),
        ("section", segment.section),
        ("where", f"line {segment.line}, characters {segment.start} to {segment.end}"),
        ("SHA-256", f"{segment.sha256[:16]}…"),
    )
    return View(f"Segment {segment.id}, a {segment.kind}", (Facts(facts),))


def _said(segment: Segment) -> str:
    return f"“{segment.text}”" if segment.text is not None else segment.gist


def of_segments(segments: Segments) -> View:
    """Return the segments of the source: their text if the page was at hand, else what they say in our words."""
    rows: list[tuple[Inline, ...]] = [
        (one.id, _said(one), Quiet(one.section), f"{one.line}")  # a heading is a segment like any other
        for one in segments
    ]
    has_text = any(one.text is not None for one in segments)
    note = "" if has_text else "in our own words, since the page is not at hand: sources(page=…) quotes it"
    said = "text" if has_text else "what it says"
    table = grid(("segment", said, "section", "line"), rows, "segment", notes=[note] if note else [])
    return View("Segments of the source", (table,))


# --- verdicts


def of_verdict(verdict: Verdict) -> View:
    """Return what one reviewer said of a decision."""
    names = (("reading", "reading"), ("reviewer", "reviewer"), ("day", "date"), ("comment", "comment"))
    plain = verdict.as_dict()
    facts = tuple((name, clipped(str(plain[key]), MOST_OF_TEXT)) for name, key in names)
    return View((local(verdict.decision), " ", _verdict(verdict)), (Facts(facts),))


def _verdict(verdict: Verdict) -> Badge:
    kinds = {"agree": "good", "other": "bad"}
    return Badge(verdict.verdict, kinds.get(verdict.verdict, "undetermined"))


def of_verdicts(verdicts: Verdicts) -> View:
    """Return the verdicts of reviewers in a table."""
    rows: list[tuple[Inline, ...]] = [
        (
            local(one.decision),
            _verdict(one),
            one.reading,
            clipped(one.reviewer),
            one.date.isoformat(),
            clipped(one.comment, MOST_OF_TEXT),
        )
        for one in verdicts
    ]
    empty = f"{counted(verdicts.n_empty, 'row')} not filled in" if verdicts.n_empty else ""
    header = ("decision", "verdict", "reading", "reviewer", "day", "comment")
    return View("Verdicts", (grid(header, rows, "verdict", notes=[empty] if empty else []),))


# --- the plan


def of_plan(plan: Plan) -> View:
    """Return the conditions of a plan, and how much else it holds."""
    facts: tuple[tuple[str, Inline], ...] = (
        ("version", plan.version),
        ("by the reading", plan.reading or ""),
        ("digest", f"{plan.digest[:16]}…"),
        ("findings", f"{len(plan.findings):,}"),
        ("therapies", f"{len(plan.therapies):,}"),
        ("questions", f"{len(plan.questions):,}"),
    )
    rows = [(one.label, str(one.condition)) for one in plan.options.values()]
    asked = [(one.text, ", ".join(map(_short, one.findings))) for one in plan.questions]
    blocks: list[Block] = [
        Facts(facts),
        grid(("option", "met if"), rows, "option"),
        Fold("what is asked", (grid(("question", "settles"), asked, "question"),)),
        Fold("as data", (Source("plan.as_dict()\nplan.to_json()", "python"),)),
    ]
    return footed("Plan: what is asked of cases, as data", blocks, plan.disclaimer)


def _short(finding: str) -> str:
    return local(finding).removeprefix("finding-")


# --- the review sheet, a new page, a file


def of_sheet(sheet: Sheet) -> View:
    """Return the decisions of a review sheet in short, and how to write it."""
    rows: list[tuple[Inline, ...]] = [
        (
            one.id,
            one.label,
            ", ".join(each.id for each in one.segments),
            str(one.n_changes or "–"),
            "; ".join(map(str, one.verdicts)),
        )
        for one in sheet.judged
    ]
    write = ('sheet.write("review.html")  # to read and print', 'sheet.write("form.csv")     # to fill in')
    blocks: list[Block] = [
        Facts(tuple((heading, text) for heading, text in sheet.introduction if heading in _KEPT)),
        Heading("To write it"),
        Source("\n".join(write), "python"),
        grid(("decision", "is", "segments", "answers that change", "verdicts"), rows, "decision"),
    ]
    return footed(sheet.title, blocks, sheet.footer)


#: What is kept of the introduction of a sheet.
_KEPT = ("What this is", "Reviewed so far")


def of_source_diff(diff: SourceDiff) -> View:
    """Return what a new version of the page changes, and the list of what is to be done."""
    return footed("What a new version of the page changes", _diff(diff), diff.footer)


def _diff(diff: SourceDiff) -> Iterator[Block]:
    changes = diff.changes
    yield Facts(tuple((kind, f"{count:,}" if count else "") for kind, count in changes.counts.items()))
    if not changes.differs:
        yield Paragraph((Badge("same", "good"), " The page is the one that was modelled."))
        return
    looked_at = [one for one in changes.segments if one.segment.id in diff.resting]
    rows: list[tuple[Inline, ...]] = [
        (
            one.segment.id,
            f"{one.kind} and moved" if one.moved and one.kind == "changed" else one.kind,
            clipped(one.before, MOST_OF_TEXT),
            clipped(one.after, MOST_OF_TEXT),
            ", ".join(local(option) for option in diff.resting[one.segment.id].answers),
        )
        for one in looked_at
    ]
    if rows:
        yield grid(("segment", "became", "before", "after", "options that rest on it"), rows, "segment")
    if changes.came:
        yield Heading("Came")
        came = (f"line {one.piece.line}: {clipped(one.piece.text, MOST_OF_TEXT)}" for one in changes.came)
        yield listing([*came], 50, "changes.came")
    lines = [*islice(diff.lines(), MOST_LINES)]
    yield Fold("the list of what is to be done", (Source("\n".join(lines), "text"),))


def of_exported(exported: Exported) -> View:
    """Return what was written, and what was left out."""
    written = [(kind, f"{count:,}") for kind, count in exported.triples.items() if count]
    left = [(why, f"{count:,}") for why, count in exported.left_out.items() if count]
    blocks: list[Block] = [grid(("kind of triples", "number"), written, "kind")]
    if left:
        blocks += [Heading("Left out"), grid(("what", "number"), left, "kind")]
    return View(f"{counted(len(exported), 'triple')} written to {clipped(str(exported.path), 200)}", tuple(blocks))
