"""What to ask next of a case: its missing findings as questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rdflib import URIRef

from sts_kg.cases.answers import Answer, short
from sts_kg.cases.case import Case, Given
from sts_kg.cases.facts import facts_of
from sts_kg.cases.options import in_reading_order, known_findings
from sts_kg.guideline import Guideline
from sts_kg.rdf import STS, local

__all__ = ["Question", "questions"]


@dataclass(frozen=True)
class Question:
    """A missing finding as a question: the undetermined options that wait for it, and those that one answer makes met.

    A finding and its complement are one question (D29): `complement` is then the finding that a no gives.
    """

    finding: URIRef
    text: str
    options: tuple[URIRef, ...]
    would_meet: tuple[URIRef, ...]
    would_meet_if_no: tuple[URIRef, ...] = ()
    complement: URIRef | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the question as plain values, names without prefixes."""
        return {
            "finding": short(self.finding),
            "question": self.text,
            "options": [local(option) for option in self.options],
            "would_meet": [local(option) for option in self.would_meet],
            "would_meet_if_no": [local(option) for option in self.would_meet_if_no],
            "complement": short(self.complement) if self.complement else None,
        }


def questions(of_one_case: Iterable[Answer], guideline: Guideline) -> tuple[Question, ...]:
    """Return the missing findings of one case as questions, the one that most options wait for first.

    A finding and its complement are one question. What there is nothing to ask about is left out (D32). Ties are
    broken by the ordinal of the finding.
    """
    answers, asserted = tuple(of_one_case), guideline.asserted
    pairs = asserted.subject_objects(STS.complementOf)
    asked_by = {URIRef(str(finding)): URIRef(str(asked)) for finding, asked in pairs}
    complements = {asked: finding for finding, asked in asked_by.items()}
    waiting: dict[URIRef, list[URIRef]] = {}
    texts: dict[URIRef, str] = {}
    for answer in answers:
        for finding in answer.missing:
            if answer.questions[finding]:
                asked = asked_by.get(finding, finding)
                waiting.setdefault(asked, []).append(answer.option)
                texts[asked] = answer.questions[finding] if asked == finding else guideline.vocabulary.question(asked)

    def met_by(asked: URIRef, holds: bool) -> tuple[URIRef, ...]:
        follows = _consequences(guideline)[asked, holds]
        return tuple(one.option for one in answers if any(needed.items() <= follows for needed in one.met_if))

    found = [
        Question(
            asked,
            texts[asked],
            tuple(dict.fromkeys(waiting[asked])),
            met_by(asked, True),
            met_by(asked, False),
            complements.get(asked),
        )
        for asked in in_reading_order(asserted, waiting)
    ]
    return tuple(sorted(found, key=lambda one: -len(one.options)))


@lru_cache(maxsize=4)
def _consequences(guideline: Guideline) -> Mapping[tuple[URIRef, bool], frozenset[tuple[URIRef, bool]]]:
    """Return what follows from each finding, had or lacked, as the closure has it: the findings then had and lacked."""
    findings = set(guideline.vocabulary.findings.values())
    alone = {
        (finding, holds): Case(f"{local(finding)} {holds}", given=(Given(finding, holds, ""),))
        for finding in findings
        for holds in (True, False)
    }
    closed = guideline.closure.extend(facts_of(alone.values(), guideline.vocabulary))
    return {fact: frozenset(known_findings(case, closed).items()) for fact, case in alone.items()}
