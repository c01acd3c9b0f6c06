"""Why an option has its status for a case: what is known, what is not needed, what to ask, the words of the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rdflib import URIRef
from rdflib.namespace import PROV, RDFS

from sts_kg.cases.answers import Answer
from sts_kg.cases.case import Case
from sts_kg.cases.fact_rules import hints
from sts_kg.cases.reasons import MOST, Reasons
from sts_kg.guideline import CUES, Condition, Guideline, Segment, Vocabulary, segment, short
from sts_kg.rdf import STS, local
from sts_kg.safe import counted
from sts_kg.shown import Shown

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True)
class Explanation(Shown):
    """An answer with its reasons, each ready to be shown; `str()` gives the whole as plain text.

    `condition` is that of the option, and `labels` has the labels of its findings. `cues` maps the id of each segment
    to the words that the recommendation and its condition parts quote from it.
    """

    answer: Answer
    condition: Condition
    labels: Mapping[URIRef, str]
    known: tuple[tuple[str, bool, str], ...]
    not_needed: tuple[tuple[str, str], ...]
    to_ask: tuple[tuple[str, str], ...]
    consequence: str
    segments: tuple[Segment, ...]
    cues: Mapping[str, tuple[str, ...]]
    decisions: tuple[tuple[str, str, str], ...]
    readings: tuple[tuple[str, str, str], ...]
    n_readings: int
    notes: tuple[str, ...]
    disclaimer: str

    def __repr__(self) -> str:
        answer = self.answer
        return f"<Explanation: {answer.label}, {answer.shown_status}, case {answer.case}>"

    def as_dict(self) -> dict[str, object]:
        """Return the explanation as plain values: the answer's keys, and `explanation` with the reasons."""
        answer = self.answer
        plain = answer.as_dict() | {
            "met_if_all_yes": [sorted(map(short, needed)) for needed in answer.met_if if all(needed.values())],
            "not_met_if_all_no": [sorted(map(short, needed)) for needed in answer.unmet_if if not any(needed.values())],
        }
        if not _is_uniform(answer):  # the condition has an exclusion
            plain |= {
                "met_if": [{short(f): yes for f, yes in needed.items()} for needed in answer.met_if],
                "not_met_if": [{short(f): yes for f, yes in needed.items()} for needed in answer.unmet_if],
            }
        return plain | {
            "explanation": {
                "wording": answer.meaning,
                "words": list(self.words),
                "known": [{"finding": f, "holds": holds, "because": why} for f, holds, why in self.known],
                "not_needed": [{"finding": f, "because": why} for f, why in self.not_needed],
                "consequence": self.consequence,
                "source": [
                    {"segment": s.id, "start": s.start, "end": s.end, "line": s.line, "gist": s.gist}
                    | ({"text": s.text} if s.text is not None else {})
                    | {"cues": list(self.cues[s.id])}
                    for s in self.segments
                ],
                "interpretation": [
                    {"decision": d, "says": says, "not_chosen": alt} | self._verdicts(d)
                    for d, says, alt in self.decisions
                ],
                "readings": [
                    {"reading": reading, "definition": definition, "says": said}
                    for reading, definition, said in self.readings
                ],
                "firm": answer.is_firm,
                "notes": list(self.notes),
                "disclaimer": self.disclaimer,
            },
        }

    def _verdicts(self, decision: str) -> dict[str, object]:
        said = [each.as_dict() for each in self.answer.verdicts if local(each.decision) == decision]
        return {"verdicts": said} if said else {}

    @property
    def words(self) -> tuple[str, ...]:
        """What the source says beside the condition: how strongly, how often, what for, in which order."""
        return self.answer.wording.sentences()

    @property
    def group(self) -> str:
        """What the status of a group means; empty for another option."""
        answer = self.answer
        general = f"the source speaks of {answer.label} in general; of the kinds that it describes"
        return f"{general} {answer.shown_kinds}." if answer.kinds else ""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield heading and text of each paragraph, the heading empty where a paragraph goes on."""
        answer = self.answer
        yield f"{answer.label}: {answer.shown_status}", f"{answer.meaning} (case {answer.case})."
        if self.group:
            yield "Group", self.group
        for heading, wanted in (("Known to hold", True), ("Known not to hold", False)):
            said = [f"{finding} ({why})" for finding, holds, why in self.known if holds is wanted]
            if said:
                yield heading, "; ".join(said) + "."
        if self.not_needed:
            yield "Not needed", "; ".join(_by_reason(self.not_needed)) + "."
        for index, (finding, question) in enumerate(self.to_ask):
            yield "To ask" if index == 0 else "", f"{finding}. {question}" if finding else question
        if self.consequence:
            yield "", self.consequence
        for note in self.notes:
            yield "Note", note
        if self.words:
            yield "In the source’s words", "; ".join(self.words) + "."
        for index, s in enumerate(self.segments):
            text = f"“{s.text}”" if s.text is not None else f"{s.gist}."
            cues = f" Cues: {', '.join(f'“{cue}”' for cue in self.cues[s.id])}." if self.cues[s.id] else ""
            place = f"{s.id} (characters {s.start}–{s.end}, line {s.line})"
            yield "Source" if index == 0 else "", f"{place}: {text}{cues}"
        for index, (decision, says, _) in enumerate(self.decisions):
            verdicts = "; ".join(str(each) for each in answer.verdicts if local(each.decision) == decision)
            yield "Interpretation" if index == 0 else "", f"{decision}: {says}{verdicts and f' ({verdicts})'}."
        for index, (_, definition, what) in enumerate(self.readings):
            yield "Other readings" if index == 0 else "", f"{what}: {definition}"
        if answer.is_firm:
            firm = f"The status is the same by each of {counted(self.n_readings, 'other reading')}, one at a time."
            yield "" if self.readings else "Other readings", firm
        heading, colon, text = self.disclaimer.partition(": ")
        yield (heading, text) if colon else ("Note", self.disclaimer)

    def __str__(self) -> str:
        return "\n".join(f"{heading}: {text}" if heading else text for heading, text in self.lines())


def explain(
    answer: Answer,
    case: Case,
    guideline: Guideline,
    closure: Closure,
    *,
    texts: Mapping[str, str] | None = None,
    disclaimer: str = "",
) -> Explanation:
    """Return why an option has its status for a case; the words of each reason come from its proof.

    `texts` gives the verbatim text of segments by id, if the page is at hand.
    """
    asserted, reasons = guideline.asserted, Reasons(case, guideline, closure)
    findings = [finding for finding in answer.questions if finding not in answer.unknown]
    held = set(answer.true)
    unknown = [finding for finding in answer.unknown if finding not in answer.missing]
    parts = [p for p in asserted.objects(answer.recommendation, STS.hasConditionPart) if isinstance(p, URIRef)]
    about = [answer.recommendation, *sorted(parts)]
    quoted = {
        (segment, str(cue))
        for thing in about
        for segment in asserted.objects(thing, PROV.wasQuotedFrom)
        for cue in asserted.objects(segment, STS.cue)
        if any((thing, predicate, cue) in asserted for predicate in CUES)
    }
    by = guideline.reading.decision if guideline.reading else None
    return Explanation(
        answer=answer,
        condition=guideline.conditions[answer.option],
        labels={finding: guideline.vocabulary.label(finding) for finding in answer.questions},
        known=tuple((short(f), f in held, reasons.of(f, f in held)) for f in findings),
        not_needed=tuple((short(f), _not_needed(answer)) for f in unknown),
        to_ask=tuple(_to_ask(answer, guideline.vocabulary)),
        consequence=_consequence(answer),
        segments=tuple(segment(asserted, s, texts) for s in answer.segments),
        cues={local(s): tuple(sorted(cue for at, cue in quoted if at == s)) for s in answer.segments},
        decisions=tuple(
            (local(str(d)), str(asserted.value(d, RDFS.label)), str(asserted.value(d, STS.alternativeReading)))
            for d in answer.decisions
            if d != by
        ),
        readings=tuple(_readings(answer, guideline)),
        n_readings=len(guideline.readings),
        notes=tuple(_notes(answer, case, guideline.vocabulary)),
        disclaimer=disclaimer,
    )


def _not_needed(answer: Answer) -> str:
    if answer.status == "undetermined":
        return "the “or” is already satisfied"
    return "it is met without it" if answer.status == "met" else "it is ruled out without it"


def _readings(answer: Answer, guideline: Guideline) -> Iterator[tuple[str, str, str]]:
    """Yield each reading that matters to an answer, what it says of the source, and what becomes of the answer."""
    if by := guideline.reading:
        chosen = guideline.asserted.value(by.decision, RDFS.label)
        yield by.name, by.definition, f"This answer is by {by.name}, which was not chosen ({chosen})"
    for other in answer.readings or ():
        reading, decision = guideline.readings[other.reading], local(other.decision)
        label = guideline.asserted.value(other.decision, RDFS.label)
        pairs = [(answer.shown_status, other.shown_status)]
        for word, before, after in (
            ("tried", answer.tried, other.tried),
            ("declined", answer.declined, other.declined),
        ):
            pairs.append((word if before else f"not {word}", word if after else f"not {word}"))
        now, then = zip(*(pair for pair in pairs if pair[0] != pair[1]), strict=True)
        said = f"{' and '.join(now)} by {decision} ({label}); {' and '.join(then)} by {reading.name}"
        yield reading.name, reading.definition, said


def _by_reason(not_needed: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield findings with the reason that they share."""
    for why, found in groupby(not_needed, key=lambda one: one[1]):
        findings = [finding for finding, _ in found]
        said = why.replace("without it", "without them") if len(findings) > 1 else why
        yield f"{', '.join(findings)} ({said})"


def _to_ask(answer: Answer, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Yield finding and question; before findings that are choices of one question, that question without a finding."""
    asked = [finding for finding in answer.missing if answer.questions[finding]]
    together = vocabulary.asked_together(asked)
    for finding in asked:
        for group in [group for group, choices in together.items() if finding in choices]:
            yield "", vocabulary.question(group)
            del together[group]
        yield short(finding), answer.questions[finding]


def _is_uniform(answer: Answer) -> bool:
    """Return whether yes to every question leads to met and no to not met, as where a condition excludes nothing."""
    return all(all(needed.values()) for needed in answer.met_if) and not any(
        any(needed.values()) for needed in answer.unmet_if
    )


def _consequence(answer: Answer) -> str:
    """Return which answers would settle an undetermined option."""
    if answer.status != "undetermined":
        return ""
    if len(answer.missing) == len(answer.met_if) == 1:
        yes, no = ("yes", "no") if all(answer.met_if[0].values()) else ("no", "yes")
        otherwise = f" If {no}, it is not met." if answer.unmet_if else ""
        return f"If {yes}, the source’s condition is met.{otherwise}"

    def sets(found: Iterable[Mapping[URIRef, bool]]) -> str:
        # an "or" of "and"s, in the order of the condition
        asked = answer.missing
        places = sorted(sorted((asked.index(finding), yes) for finding, yes in needed.items()) for needed in found)
        if _is_uniform(answer):
            return ", or ".join(" and ".join(short(asked[i]) for i, _ in at) for at in places)
        answers = ([f"{'yes' if yes else 'no'} to {short(asked[i])}" for i, yes in at] for at in places)
        return ", or ".join(map(" and ".join, answers))

    suffices = len(answer.met_if) == len(answer.missing) and all(len(needed) == 1 for needed in answer.met_if)
    if suffices and len(answer.missing) > 2 and _is_uniform(answer):
        return "Met if yes to any of them." + (" Not met if no to all of them." if answer.unmet_if else "")
    met, unmet = sets(answer.met_if), sets(answer.unmet_if)
    if _is_uniform(answer):
        return f"Met if yes to: {met}." + (f" Not met if no to: {unmet}." if unmet else "")
    return " ".join(f"{status} if {found}." for status, found in (("Met", met), ("Not met", unmet)) if found)


def _notes(answer: Answer, case: Case, vocabulary: Vocabulary) -> Iterator[str]:
    marks: dict[str, list[str]] = {}
    for mark in answer.marks:
        marks.setdefault(f"{mark.label}: {mark.reason}", []).append(mark.place)
    for said, places in marks.items():
        yield f"{said}{_first_places(filter(None, places))}; that changes no status."
    yield from (f"{hint}." for hint in hints(case, vocabulary))
    for finding, why in answer.hints.items():
        yield f"{short(finding)} may hold, since {why}; that is a hint and no fact."
    compared = {threshold.compares for threshold in vocabulary.thresholds}
    recorded = [number for number in vocabulary.numbers.values() if number.iri in case.numbers]
    if numbers := [one.said(case.numbers[one.iri]) for one in recorded if one.iri not in compared]:
        yield f"recorded and not compared with any word of the source: {', '.join(numbers)}."


def _first_places(places: Iterable[str]) -> str:
    """Return the first of some places, each after a comma, and how many more there are."""
    found = list(places)
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    return "".join(f", {place}" for place in found[:MOST]) + more
