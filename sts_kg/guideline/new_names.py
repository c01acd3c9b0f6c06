"""The names that a text of conditions needs before anything has them: what a new guideline is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import Graph, URIRef

from sts_kg.errors import ParseError
from sts_kg.guideline.condition import Condition, Leaf, alternatives
from sts_kg.guideline.condition_statements import CourseFinding, OptionCondition, Restriction
from sts_kg.guideline.condition_text import statements_of
from sts_kg.guideline.condition_words import FACETS, Names
from sts_kg.safe import brief

__all__ = ["Needed", "names_needed"]

_KINDS = ("option", "finding", "therapy", "modality", "outcome")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Needed:
    """What a text of conditions names, each in the order in which it comes.

    `options` have the findings of their conditions, each with whether it is to hold, and `alternatives` the groups of
    findings of which any suffices; `outcomes` have the finding that a course with that outcome gives.
    """

    options: Mapping[str, Mapping[str, bool]]
    alternatives: Mapping[str, tuple[tuple[str, ...], ...]]
    findings: tuple[str, ...]
    therapies: tuple[str, ...]
    modalities: tuple[str, ...]
    outcomes: Mapping[str, str]
    has_courses: bool


class _NewNames(Names):
    """Names of which each that is asked for is there."""

    def __init__(self) -> None:
        super().__init__(Graph())
        self.made: dict[str, dict[str, None]] = {kind: {} for kind in _KINDS}

    def find(self, word: str, *kinds: str) -> URIRef:
        kind = next((each for each in kinds if each in _KINDS), None)
        if kind is None:
            reason = f"there is no {' or '.join(kinds)} {brief(word, 80)!r} yet"
            raise ParseError(f"{reason}; leave the line out here, and write it when the guideline has that")
        if not _NAME.fullmatch(word):
            reason = "is no name for a new guideline; write small letters and digits, with hyphens between"
            raise ParseError(f"{brief(word, 80)!r} {reason}")
        self.made[kind][word] = None
        return URIRef(f"urn:new:{kind}/{word}")

    def name(self, thing: URIRef, *kinds: str) -> str:
        return _name(thing)


def names_needed(text: str, path: object = None) -> Needed:
    """Return what a text of conditions names.

    Raises
    ------
    ParseError
        The text cannot be read, has no condition, or names what only the files of a guideline can have.
    """
    names = _NewNames()
    statements = statements_of(text, names, path)
    conditions = {_name(one.option): one.condition for one in statements if isinstance(one, OptionCondition)}
    if not conditions:
        raise ParseError("has no condition; write one, such as some-option: some-finding", path=path)
    courses = [one for one in statements if isinstance(one, CourseFinding)]
    outcomes = {
        _name(part.value): _name(one.finding)
        for one in courses
        for part in one.parts
        if isinstance(part, Restriction) and part.on == FACETS["outcome"]
    }
    return Needed(
        options={option: _leaves(condition) for option, condition in conditions.items()},
        alternatives={
            option: tuple(tuple(_name(leaf.finding) for leaf in each) for each in alternatives(condition))
            for option, condition in conditions.items()
        },
        findings=tuple(names.made["finding"]),
        therapies=tuple(names.made["therapy"]),
        modalities=tuple(names.made["modality"]),
        outcomes=outcomes,
        has_courses=bool(courses),
    )


def _name(thing: URIRef) -> str:
    return thing.rpartition("/")[2]


def _leaves(condition: Condition) -> dict[str, bool]:
    """Return each finding of a condition once, and whether it is to hold."""
    if isinstance(condition, Leaf):
        return {_name(condition.finding): condition.holds}
    found: dict[str, bool] = {}
    for part in condition.parts:
        found |= {name: holds for name, holds in _leaves(part).items() if name not in found}
    return found
