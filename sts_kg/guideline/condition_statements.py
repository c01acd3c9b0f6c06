"""What the text form of conditions can say, as values: the axioms of the module `conditions`."""

from __future__ import annotations

from dataclasses import dataclass, field

from rdflib import URIRef

from sts_kg.guideline.condition import Condition

__all__ = ["DEEPEST", "CourseFinding", "CourseKind", "Declining", "OptionCondition", "Part", "Restriction", "Statement"]

#: How deep parentheses, and intersections and unions, may nest.
DEEPEST = 100


@dataclass(frozen=True)
class Restriction:
    """What a course has: a value of a property, or some value of a class (`some`)."""

    on: URIRef
    value: URIRef
    some: bool = False


#: What holds of a course: a class, a restriction, or alternatives of restrictions.
Part = URIRef | Restriction | tuple[Restriction, ...]


@dataclass(frozen=True)
class OptionCondition:
    """The condition of an option: `pazopanib: stage4-sts and prior-chemotherapy`."""

    option: URIRef
    condition: Condition
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class CourseFinding:
    """A finding that a past course gives, in the order of the axiom: `prior-chemotherapy if given chemotherapy`."""

    finding: URIRef
    parts: tuple[Part, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class CourseKind:
    """What makes a course one of a kind, one axiom each: `chemotherapy-course if it includes any chemotherapy-drug`."""

    course: URIRef
    includes: tuple[Restriction, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Declining:
    """A finding that is to decline a modality: `does-not-want-surgery if and only if declines surgery`."""

    finding: URIRef
    modality: URIRef
    line: int = field(default=0, compare=False)


Statement = OptionCondition | CourseFinding | CourseKind | Declining
