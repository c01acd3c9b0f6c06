"""The findings of a guideline as a form: a Questionnaire of FHIR, whose responses are cases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rdflib import URIRef
from rdflib.namespace import DCTERMS, OWL, RDFS

from sts_kg.cases.options import in_reading_order
from sts_kg.guideline import Guideline, Vocabulary, short
from sts_kg.rdf import STS

__all__ = ["Item", "form_items", "parts", "questionnaire", "questionnaire_url"]

_KEYS = ("courses", "growth")  # of the form, beside those that no finding can have

_CHOICES = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
_CHOICE_CODES = "http://hl7.org/fhir/questionnaire-item-control"
_INITIAL = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-initialExpression"
_LEAVE_OPEN = "Leave open what is not known: no answer is not a no."


@dataclass(frozen=True)
class Item:
    """A question of the form, or a group of them: what a case file has under `key`.

    `kind` is a type of FHIR R4 (http://hl7.org/fhir/R4/valueset-item-type.html), `link_id` is unique in the form.
    """

    key: str
    kind: str
    text: str
    code: URIRef | None = None
    repeats: bool = False
    required: bool = False
    options: tuple[URIRef, ...] = ()
    items: tuple[Item, ...] = ()
    group: str = ""

    @property
    def link_id(self) -> str:
        """The key, after that of the group if several groups may have such a key: `courses.start`."""
        return f"{self.group}.{self.key}" if self.group else self.key


def form_items(vocabulary: Vocabulary) -> tuple[Item, ...]:
    """Return the items of the form in their order: the keys of a case file, but for its id and label.

    The link id of a finding is its short name, after that of its group if something else has that name. What can be
    chosen are the words of the vocabulary.
    """

    def options(words: Mapping[str, URIRef]) -> tuple[URIRef, ...]:
        return tuple(sorted(set(words.values()), key=lambda word: (vocabulary.label(word), word)))

    def group(key: str, text: str, code: URIRef, *items: Item) -> Item:
        return Item(key, "group", text, code, repeats=True, items=tuple(replace(item, group=key) for item in items))

    words, growth = vocabulary, vocabulary.growth
    illness = words.question(STS.courseIndication) or "Which illness was it for?"
    site = words.question(STS.courseSite) or "Which part of the body did it treat?"
    quiet = f"Up to which day, from its end on, is it known that there was no {growth}?"
    findings = in_reading_order(words.asserted, set(words.findings.values()))
    return (
        Item("as_of", "date", "For which day are the answers given?", STS.asOf),
        Item(
            "findings",
            "group",
            "Findings",
            items=tuple(
                Item(short(one), "boolean", words.question(one), one, group="findings" if short(one) in _KEYS else "")
                for one in findings
            ),
        ),
        group(
            "courses",
            "Course of treatment",
            STS.hadCourse,
            Item("therapies", "choice", "What was given?", STS.includesTherapy, True, True, options(words.therapies)),
            Item("start", "date", "When did it start?", STS.courseStart),
            Item("end", "date", "When did it end?", STS.courseEnd),
            Item("ongoing", "boolean", "Is it going on?", STS.ongoing),
            Item("outcome", "choice", "How did it end?", STS.courseOutcome, options=options(words.outcomes)),
            Item("for", "choice", illness, STS.courseIndication, options=options(words.indications)),
            Item("purpose", "choice", "What was it for?", STS.coursePurpose, True, options=options(words.purposes)),
            Item("site", "choice", site, STS.courseSite, True, options=options(words.sites)),
            Item("growth", "date", f"When was {growth} seen, during or after it?", STS.progressionDate, True),
            Item("first_growth", "boolean", "Was that growth the first since the end of the course?", STS.firstGrowth),
            Item("no_growth_until", "date", quiet, STS.noGrowthUntil),
        ),
        Item("history_complete", "boolean", "Are all courses of treatment recorded here?", STS.historyComplete),
        Item("growth", "date", f"When else was {growth} seen?", STS.progressionDate, True),
        group(
            "no_growth",
            f"Period in which it is known that there was no {growth}",
            STS.hadNoGrowth,
            Item("from", "date", "From which day on?", STS.noGrowthFrom, required=True),
            Item("until", "date", "Up to which day, that day included?", STS.noGrowthUntil, required=True),
        ),
        Item(
            "declines",
            "choice",
            "Which kinds of treatment does the person not want?",
            STS.declinesModality,
            True,
            options=options(words.modalities),
        ),
        *(
            Item(number.key, "integer" if number.is_whole else "decimal", number.question, number.iri)
            for number in words.numbers.values()
        ),
    )


def questionnaire_url(vocabulary: Vocabulary) -> str:
    """Return the canonical address of the form: it lies in the namespace of the findings."""
    return f"{parts(min(vocabulary.findings.values()))[0]}Questionnaire/case"


def questionnaire(guideline: Guideline) -> dict[str, object]:
    """Return the form as a Questionnaire of FHIR R4, in the values of JSON; R4B has the same form.

    Every finding is a question with yes, no or no answer. A finding and its complement are two, since a reading may
    have them so (D29). `form_items` says which items there are; a code is a local name in the namespace of its term.

    References
    ----------
    http://hl7.org/fhir/R4/questionnaire.html
    """
    vocabulary = guideline.vocabulary
    publishers = [*map(vocabulary.label, guideline.asserted.objects(guideline.iri, DCTERMS.publisher))]
    label = guideline.header(RDFS.label)
    note = {"linkId": "note", "text": f"{guideline.header(STS.disclaimer)} {_LEAVE_OPEN}", "type": "display"}
    made = {
        "resourceType": "Questionnaire",
        "url": questionnaire_url(vocabulary),
        "version": guideline.header(OWL.versionInfo),
        "name": "Case",
        "title": f"The findings of a case: {label}" if label else "The findings of a case",
        "status": "draft",
        "experimental": True,
        "subjectType": ["Patient"],
        "date": guideline.header(DCTERMS.modified)[:10],
        "publisher": ", ".join(publishers),
        "description": f"{guideline.footer} {_LEAVE_OPEN}",
        "copyright": guideline.header(DCTERMS.license),
        "item": [note, *(_item(one, vocabulary) for one in form_items(vocabulary))],
    }
    return {key: value for key, value in made.items() if value}


def _item(item: Item, vocabulary: Vocabulary) -> dict[str, object]:
    made: dict[str, object] = {
        "extension": list(_extensions(item)),
        "linkId": item.link_id,
        "code": [_coding(item.code, vocabulary)] if item.code else [],
        "text": item.text,
        "type": item.kind,
        "required": item.required,
        "repeats": item.repeats,
        "answerOption": [{"valueCoding": _coding(option, vocabulary)} for option in item.options],
        "item": [_item(one, vocabulary) for one in item.items],
    }
    return {key: value for key, value in made.items() if value}


def _extensions(item: Item) -> Iterator[dict[str, object]]:
    """Yield what a form tool should know: yes and no are two buttons, since an empty check box would read as a no."""
    if item.kind == "boolean":
        control = {"system": _CHOICE_CODES, "code": "radio-button"}
        yield {"url": _CHOICES, "valueCodeableConcept": {"coding": [control]}}
    if item.key == "as_of":
        yield {"url": _INITIAL, "valueExpression": {"language": "text/fhirpath", "expression": "today()"}}


def _coding(term: URIRef, vocabulary: Vocabulary) -> dict[str, str]:
    """Return a term as a Coding of FHIR: its namespace, its local name and its label."""
    system, code = parts(term)
    return {"system": system, "code": code, "display": vocabulary.label(term)}


def parts(term: URIRef) -> tuple[str, str]:
    """Return the namespace of a term and its name there."""
    before, mark, name = re.split(r"([/#])(?=[^/#]*\Z)", term, maxsplit=1)
    return before + mark, name
