"""A plan: conditions, implications, rules and marks of a guideline as data, with a digest of all that they say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import TypeAlias

from rdflib import URIRef

from sts_kg.guideline import Condition, Conjunction, CourseRule, Leaf, Number, Report, Threshold, short, written
from sts_kg.rdf import local
from sts_kg.shown import Shown

__all__ = ["CourseFinding", "Fact", "OptionPlan", "Plan", "Question", "Tried", "short", "tree"]

#: A finding that holds or does not hold; or a modality, which True says is declined.
Fact: TypeAlias = tuple[URIRef, bool]


@dataclass(frozen=True)
class CourseFinding:
    """What a course of treatment for the cancer of a case gives: a fact, if the course is as described.

    It holds one of `therapies`; it has `outcome`, if there is one; it counts as given, if `given`; and it holds no
    second therapy, if `alone`.
    """

    fact: Fact
    therapies: frozenset[URIRef]
    outcome: URIRef | None = None
    given: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Tried:
    """By which courses an option counts as tried (D35).

    A course must hold all therapies of one of the sets `held`, and none of `without`. If `sites` or `purposes` is not
    empty, it must have one of them; a course that records none marks the option as given before only.
    """

    held: tuple[frozenset[URIRef], ...]
    without: frozenset[URIRef]
    sites: frozenset[URIRef]
    purposes: frozenset[URIRef]


@dataclass(frozen=True)
class OptionPlan:
    """An option: its condition as a tree, the courses by which it is tried, and the facts by which it is marked.

    `condition` is valued by Kleene's logic; an option is not met if `guideline.negated` of it is true. `declined` are
    facts of which any marks the option as declined; `reported` are marks with such facts. `reports` are the findings
    that say that a therapy of the option was given with an outcome, where no course says so. A group has `kinds`, the
    options that refine it.
    """

    option: URIRef
    label: str
    ordinal: int
    condition: Condition
    tried: Tried | None
    declined: tuple[Fact, ...]
    reported: Mapping[URIRef, tuple[Fact, ...]]
    reports: tuple[Report, ...]
    kinds: tuple[URIRef, ...] | None


@dataclass(frozen=True)
class Question:
    """What is asked for one or several findings: complements, or alternatives that have a question of their own.

    `findings` are those that the answer settles; `text` is the question.
    """

    findings: tuple[URIRef, ...]
    text: str


@dataclass(frozen=True, eq=False)
class Plan(Shown):
    """What a guideline asks of cases, as data: all that is needed to answer without reasoning (`plan_of`).

    A fact holds of a case if one of its `premises` is given or derived; that is all that OWL adds, since every axiom
    about findings has one premise (the linear law, which tests hold). A case contradicts itself if a finding both
    holds and does not. `courses` says which facts a course gives by axioms; `growth`, `history`, `given`, `tried_by`
    and `thresholds` what the fact rules judge, `numbers` what a case may record for these. `marks` are the marks that
    outcomes and findings give, `mark_labels` the labels of all marks, and `tried_marks` those that say that an option
    was tried.

    Everything is in the order of the guideline, or sorted by IRI, so that the same guideline gives the same digest.
    """

    version: str
    reading: str | None
    disclaimer: str
    findings: tuple[URIRef, ...]
    modalities: tuple[URIRef, ...]
    therapies: tuple[URIRef, ...]
    outcomes: tuple[URIRef, ...]
    indications: tuple[URIRef, ...]
    purposes: tuple[URIRef, ...]
    sites: tuple[URIRef, ...]
    premises: Mapping[Fact, tuple[Fact, ...]]
    courses: tuple[CourseFinding, ...]
    options: Mapping[URIRef, OptionPlan]
    questions: tuple[Question, ...]
    growth: CourseRule
    history: CourseRule
    given: CourseRule
    tried_by: CourseRule
    thresholds: tuple[Threshold, ...]
    numbers: Mapping[URIRef, Number]
    kinds: Mapping[URIRef, frozenset[URIRef]]
    sites_of_purposes: Mapping[URIRef, frozenset[URIRef]]
    marks: Mapping[URIRef, URIRef]
    mark_labels: Mapping[URIRef, str]
    tried_marks: frozenset[URIRef]

    @cached_property
    def conditions(self) -> Mapping[URIRef, Condition]:
        """Option to condition, in the order of the guideline."""
        return {option: plan.condition for option, plan in self.options.items()}

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the JSON form without the digest, in hexadecimal."""
        said = json.dumps(self._said(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return sha256(said.encode()).hexdigest()

    def as_dict(self) -> dict[str, object]:
        """Return the plan as plain values, with the short names that answers use, and the digest first."""
        return {"digest": self.digest, **self._said()}

    def to_json(self) -> str:
        """Return the plan as JSON text; the same plan gives the same text."""
        return json.dumps(self.as_dict(), indent=1, ensure_ascii=False) + "\n"

    def __repr__(self) -> str:
        by = f", by {self.reading}" if self.reading else ""
        return (
            f"<Plan {self.version}{by}: {len(self.options)} options, {len(self.findings)} findings, {self.digest[:12]}>"
        )

    def _said(self) -> dict[str, object]:
        return {
            "version": self.version,
            "reading": self.reading,
            "disclaimer": self.disclaimer,
            "findings": [short(each) for each in self.findings],
            "declinable": [short(each) for each in self.modalities],
            "therapies": {short(each): _names(self.kinds[each] - {each}) for each in self.therapies},
            "outcomes": {short(each): self._mark(self.marks.get(each)) for each in self.outcomes},
            "indications": [short(each) for each in self.indications],
            "sites": [short(each) for each in self.sites],
            "purposes": {short(each): _names(self.sites_of_purposes.get(each, ())) for each in self.purposes},
            "facts": {
                _fact(fact): [_fact(each) for each in premises]
                for fact, premises in self.premises.items()
                if premises != (fact,)
            },
            "courses": [
                {
                    "gives": _fact(each.fact),
                    "with_any_of": _names(each.therapies),
                    "outcome": short(each.outcome) if each.outcome else None,
                    "must_be_given": each.given,
                    "must_be_alone": each.alone,
                }
                for each in self.courses
            ],
            "rules": {
                "growth-window": _rule(self.growth),
                "history-complete": _rule(self.history),
                "given-course": _rule(self.given),
                "tried-options": _rule(self.tried_by),
                "thresholds": [
                    {
                        "number": local(each.compares),
                        "least": _bound(self.numbers[each.compares].least),
                        "finding": short(each.finding),
                        "at_least": _bound(each.at_least),
                        "at_most": _bound(each.at_most),
                    }
                    for each in self.thresholds
                ],
            },
            "options": {local(option): self._option(plan) for option, plan in self.options.items()},
            "questions": [
                {"findings": [short(each) for each in one.findings], "question": one.text} for one in self.questions
            ],
        }

    def _option(self, plan: OptionPlan) -> dict[str, object]:
        tried = plan.tried
        return {
            "label": plan.label,
            "ordinal": plan.ordinal,
            "condition": tree(plan.condition),
            "tried": None
            if tried is None
            else {
                "any_of": [_names(each) for each in tried.held],
                "without": _names(tried.without),
                "sites": _names(tried.sites),
                "purposes": _names(tried.purposes),
            },
            "declined": [_fact(each) for each in plan.declined],
            "reported": {self._mark(mark): [_fact(each) for each in facts] for mark, facts in plan.reported.items()},
            "reports": [[short(each.finding), short(each.therapy), short(each.outcome)] for each in plan.reports],
            "kinds": None if plan.kinds is None else [local(each) for each in plan.kinds],
        }

    def _mark(self, mark: URIRef | None) -> str:
        return "" if mark is None else self.mark_labels[mark]


def tree(condition: Condition) -> object:
    """Return a condition as plain values: a finding, a finding after a minus sign, or `all` or `any` of a list."""
    if isinstance(condition, Leaf):
        return _fact((condition.finding, condition.holds))
    return {"all" if isinstance(condition, Conjunction) else "any": [tree(part) for part in condition.parts]}


def _bound(bound: Decimal | None) -> str | None:
    return None if bound is None else written(bound)


def _fact(fact: Fact) -> str:
    thing, holds = fact
    name = short(thing)
    return f"declines {name}" if local(thing).startswith("modality-") else name if holds else f"-{name}"


def _names(things: Iterable[URIRef]) -> list[str]:
    return sorted(short(each) for each in things)


def _rule(rule: CourseRule) -> dict[str, object]:
    return {
        "concludes": short(rule.concludes) if rule.concludes else None,
        "therapies": None if rule.therapies is None else _names(rule.therapies),
        "disregards": _names(rule.disregards),
        "disregards_indications": _names(rule.indications),
        "concludes_absence": rule.concludes_absence,
        "counts_from_start": rule.counts_from_start,
        "growth_is_of_course": rule.growth_is_of_course,
        "needs_over": rule.needs_over,
        "needs_all": rule.needs_all,
    }
