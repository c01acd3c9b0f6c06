"""Decisions as a reviewer judges them: what the page says, the readings, what changes by them, and the verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from sts_kg.guideline import VERDICTS, Segment, Verdict

__all__ = [
    "CASES",
    "CONTRADICTORY",
    "OTHERS_STAY",
    "UNCHANGED",
    "Effect",
    "Judged",
    "Other",
    "choices",
    "quoted",
    "said",
]


@dataclass(frozen=True)
class Effect:
    """An option whose answer is another by a reading, with the cases for which it is the same other one."""

    option: str
    now: str
    then: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Other:
    """A reading that was not chosen, and what changes by it."""

    name: str
    label: str
    definition: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Judged:
    """A decision to be judged. `reason` says why none of its other readings is encoded; empty if one is."""

    id: str
    label: str
    segments: tuple[Segment, ...]
    question: str
    chosen: str
    not_chosen: str
    others: tuple[Other, ...]
    reason: str
    verdicts: tuple[Verdict, ...]

    @property
    def n_changes(self) -> int:
        """How many answers of the example cases are others by one of the readings, at most; a contradiction is one."""
        return max((sum(len(effect.cases) for effect in other.effects) for other in self.others), default=0)


#: Columns of the table of the example cases.
CASES = ("case", "what is said of it", "firm answers")
#: Option, now and then, where the facts of a case contradict each other by a reading.
CONTRADICTORY = ("all options", "any", "contradictory: the case cannot be so")
#: Said where a reading changes nothing.
UNCHANGED = "No answer of the example cases changes."
#: Said below what changes.
OTHERS_STAY = "All other answers stay as they are."


def quoted(each: Segment) -> str:
    """Return the sentence of a segment if the page is at hand, else its gist."""
    return f"“{each.text}”" if each.text is not None else f"{each.gist}."


def said(other: Other) -> str:
    """Return what a reading says, in words."""
    return f"{other.label[:1].upper()}{other.label[1:]}. {other.definition}"


def choices(one: Judged) -> tuple[str, ...]:
    """Return what a reviewer can tick: the verdicts, and each encoded reading."""
    names = " or ".join(other.name for other in one.others)
    return tuple(f"{word}: {names}" if word == "other" and names else word for word in VERDICTS)
