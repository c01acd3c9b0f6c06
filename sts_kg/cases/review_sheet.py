"""The review sheet: every decision for a clinician to judge, with what changes by its other readings.

Shown as a page (`review_page`), as Markdown, and as the CSV form that `sts_kg.guideline.read_verdicts` reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import URIRef
from rdflib.namespace import PROV, RDFS, SKOS
from rdflib.term import Node

from sts_kg.cases.answers import Answer, ReadingAnswer
from sts_kg.cases.judged import (
    CASES,
    CONTRADICTORY,
    OTHERS_STAY,
    UNCHANGED,
    Effect,
    Judged,
    Other,
    choices,
    quoted,
    said,
)
from sts_kg.cases.options import in_reading_order
from sts_kg.cases.review_page import html_page
from sts_kg.cases.session import Session
from sts_kg.errors import ParseError, ReadingError
from sts_kg.guideline import FORM, TOLD, Guideline, segment
from sts_kg.rdf import STS, local, write_bytes
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import markdown_table, markdown_text, write_rows

__all__ = ["Sheet", "sheet"]


@dataclass(frozen=True)
class Sheet(Shown):
    """All decisions in the order of the page, with what a reviewer needs to know of the model and the example cases.

    `cases` gives their labels by id, and `firm` how many of the `n_options` answers for each are the same by every
    other reading.
    """

    title: str
    note: str
    judged: tuple[Judged, ...]
    cases: Mapping[str, str]
    firm: Mapping[str, int]
    n_options: int
    footer: str

    def __len__(self) -> int:
        return len(self.judged)

    def __repr__(self) -> str:
        return f"<Sheet: {counted(len(self), 'decision')}>"

    @property
    def introduction(self) -> tuple[tuple[str, str], ...]:
        """What this is, how to judge, how to give it back, and who has reviewed it: heading and text of each."""
        most = sorted((one for one in self.judged if one.n_changes), key=lambda one: -one.n_changes)[:5]
        first = ", ".join(f"{one.id} ({one.n_changes})" for one in most)
        quotes = any(each.text is not None for one in self.judged for each in one.segments)
        return (
            (
                "What this is",
                "A model of one page of patient information. For a person it says which treatment options the page "
                "describes (met), which it does not describe (not met), and which it leaves open until more is known "
                "(undetermined). Where the page can be read in more than one way, one reading was chosen. Each choice "
                f"is one decision; there are {len(self)}, in the order of the page.",
            ),
            (
                "How to judge",
                f"Read what the page says ({'in its own words' if quotes else 'here in ours: the page is not at hand'}"
                "), and the question. Then judge what the page means, not whether the page is right. Agree: our "
                "reading is right. Other: another reading is right; name it, or say it in the comment. Unsure: neither "
                "can be said. Any number of decisions is of use.",
            ),
            (
                "What changes by it",
                f"Shown for {counted(len(self.cases), 'fictional case')}. {sum(self.firm.values())} of their "
                f"{len(self.cases) * self.n_options} answers are firm: by every other reading that is encoded, taken "
                "one at a time, the status is the same."
                + (f" If time is short, start where most answers change: {first}." if first else ""),
            ),
            (
                "How to give it back",
                "Write on this sheet, or fill in the form: sts-kg review -o form.csv writes it for any spreadsheet. "
                "sts-kg options CASE --verdicts form.csv then says which answers have been reviewed.",
            ),
            ("Reviewed so far", self.note),
        )

    def case_rows(self) -> list[tuple[str, str, str]]:
        """Return the example cases: id, label, and how many answers are firm."""
        return [(case, label, f"{self.firm[case]} of {self.n_options}") for case, label in self.cases.items()]

    def to_html(self) -> str:
        """Return one static page: no script, nothing loaded, for light and dark screens and for paper."""
        return html_page(self)

    def to_markdown(self) -> str:
        """Return the sheet as GitHub Markdown; texts of reviewers are shown as they are."""
        return "\n\n".join(self._markdown()) + "\n"

    def _markdown(self) -> Iterator[str]:
        yield f"# {markdown_text(self.title)}"
        for heading, text in self.introduction:
            yield f"**{heading}.** {markdown_text(text)}"
        yield markdown_table(CASES, self.case_rows())
        for one in self.judged:
            yield f"## {one.id}: {markdown_text(one.label)}"
            yield "\n".join(f"- {each.id}: {markdown_text(quoted(each))}" for each in one.segments)
            yield f"**Question.** {markdown_text(one.question)}"
            yield f"**Our reading.** {markdown_text(one.chosen)}"
            yield f"**Not chosen.** {markdown_text(one.not_chosen)}"
            if one.reason:
                yield f"**Not encoded.** {markdown_text(one.reason)}"
            for other in one.others:
                yield f"**Other reading {markdown_text(other.name)}.** {markdown_text(said(other))}"
                rows = [(each.option, each.now, each.then, ", ".join(each.cases)) for each in other.effects]
                yield markdown_table(("option", "now", "then", "cases"), rows) if rows else UNCHANGED
                yield from [OTHERS_STAY] if rows else []
            for verdict in one.verdicts:
                yield f"**Verdict.** {markdown_text(f'{verdict}. {verdict.comment}'.strip())}"
            if not one.verdicts:
                yield "\n".join(f"- [ ] {choice}" for choice in choices(one))
                yield "Reviewer: ____________ Date: ____________ Comment: ____________"
        yield markdown_text(self.footer)

    def to_csv(self) -> str:
        """Return the form to be filled in, a row for each decision, or for each verdict; no cell is a formula."""
        rows: list[tuple[str, ...]] = []
        for one in self.judged:
            sources = "\n".join(f"{each.id}: {quoted(each)}" for each in one.segments)
            others = "\n".join(f"{other.name}: {said(other)}" for other in one.others)
            told = (one.id, sources, one.label, one.question, one.chosen, others or one.not_chosen)
            rows += [(*told, *(str(each.as_dict()[name]) for name in FORM)) for each in one.verdicts]
            if not one.verdicts:
                rows.append((*told, *("" for _ in FORM)))
        return write_rows(("decision", *TOLD, *FORM), rows)

    def write(self, path: str | Path) -> None:
        """Write the sheet whole or not at all: `.html`, `.md`, or `.csv` for the form.

        Raises
        ------
        ParseError
            The file has another ending.
        OSError
            The file cannot be written; nothing is left behind.
        """
        made = {".html": self.to_html, ".md": self.to_markdown, ".csv": self.to_csv}
        ending = Path(path).suffix.lower()
        if ending not in made:
            raise ParseError(f"has an ending that no sheet has; {', '.join(made)} are known", path=path)
        mark = "\ufeff" if ending == ".csv" else ""  # by which spreadsheets know UTF-8
        write_bytes(path, (mark + made[ending]()).encode("utf-8"))


def sheet(session: Session, texts: Mapping[str, str] | None = None) -> Sheet:
    """Return the review sheet of a guideline, with the answers for its example cases.

    `texts` are those of the segments by id, if the page is at hand.

    Raises
    ------
    ReadingError
        The guideline is by a reading that was not chosen.
    """
    guideline, examples = session.guideline, session.examples
    if guideline.reading:
        raise ReadingError(guideline.reading.name, "a review sheet holds all readings against those that were chosen")
    options = list(guideline.conditions)
    added = session.examples_of_readings
    found = (*examples.answers(), *added.answers())
    answers = sorted(found, key=lambda answer: options.index(answer.option))
    effects = _effects(answers)
    cases = (*examples.cases, *added.cases)
    return Sheet(
        title=f"Review sheet: {guideline.labels.get(guideline.iri, guideline.iri)}",
        note=guideline.header(STS.reviewNote),
        judged=tuple(_judged(each, guideline, effects, texts) for each in guideline.decisions),
        cases={case.id: case.label for case in cases},
        firm={case.id: sum(answer.is_firm for answer in answers if answer.case == case.id) for case in cases},
        n_options=len(options),
        footer=guideline.footer,
    )


def _judged(
    decision: URIRef,
    guideline: Guideline,
    effects: Mapping[str, tuple[Effect, ...]],
    texts: Mapping[str, str] | None,
) -> Judged:
    asserted = guideline.asserted

    def text(predicate: Node) -> str:
        return str(asserted.value(decision, predicate) or "")

    question = text(SKOS.definition).removeprefix("Settles the question: ")
    read = in_reading_order(asserted, asserted.objects(decision, PROV.wasQuotedFrom))
    return Judged(
        id=local(decision),
        label=text(RDFS.label),
        segments=tuple(segment(asserted, each, texts) for each in read),
        question=question[:1].upper() + question[1:],
        chosen=text(RDFS.comment),
        not_chosen=text(STS.alternativeReading),
        others=tuple(
            Other(
                each.name, each.label.removeprefix(f"{local(decision)}: "), each.definition, effects.get(each.name, ())
            )
            for each in guideline.readings.values()
            if each.decision == decision
        ),
        reason=text(STS.noReadingReason),
        verdicts=guideline.verdicts.get(decision, ()),
    )


def _effects(answers: Sequence[Answer]) -> dict[str, tuple[Effect, ...]]:
    """Return by reading which answers change, the options in order; cases in which one changes alike stand together."""
    found: dict[str, dict[tuple[str, str, str], list[str]]] = {}
    for answer in answers:
        for other in answer.readings or ():
            if other.status == "contradictory":  # so is every option of the case
                found.setdefault(other.reading, {}).setdefault(CONTRADICTORY, []).append(answer.case)
                continue
            marks = answer.tried != other.tried, answer.declined != other.declined
            now, then = _shown(answer, *marks), _shown(other, *marks)
            found.setdefault(other.reading, {}).setdefault((answer.label, now, then), []).append(answer.case)
    return {
        name: tuple(Effect(*key, tuple(dict.fromkeys(cases))) for key, cases in of.items())
        for name, of in found.items()
    }


def _shown(answer: Answer | ReadingAnswer, tried: bool, declined: bool) -> str:
    """Return the status, and whether the option has been tried or declined if that is asked for."""
    words = [answer.shown_status]
    if tried:
        words.append("tried" if answer.tried else "not tried")
    if declined:
        words.append("declined" if answer.declined else "not declined")
    return ", ".join(words)
