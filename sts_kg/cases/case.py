"""A patient case as a value: what a person has, lacks and has had at one decision point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote, unquote

from rdflib import URIRef

from sts_kg.cases.dates import PartialDate
from sts_kg.cases.numbers import Numbers
from sts_kg.cases.statuses import Status
from sts_kg.errors import CaseError
from sts_kg.guideline import key_of, short, written
from sts_kg.rdf import CASE, local
from sts_kg.safe import counted
from sts_kg.shown import Shown

__all__ = ["Case", "Course", "Declined", "Derived", "Expected", "Given", "NoGrowth"]


def _known(**values: object) -> dict[str, object]:
    """Return what is known: not None, not empty, and not False, which says no more than to be left out."""
    return {key: value for key, value in values.items() if value}


@dataclass(frozen=True)
class Given:
    """A finding as a case file gives it: whether it holds, and where that stands (file and line)."""

    finding: URIRef
    holds: bool
    place: str


@dataclass(frozen=True)
class Declined:
    """A modality that a person does not want, and where that stands."""

    modality: URIRef
    place: str = ""


@dataclass(frozen=True)
class NoGrowth:
    """A period for which it is stated that the cancer did not grow, its first and last day included."""

    since: PartialDate
    until: PartialDate
    place: str = ""


@dataclass(frozen=True)
class Course:
    """A course of treatment: at least one therapy; what is not known is None, or empty.

    `first_growth` says that the growth recorded here was the first since the end of the course, `ongoing` whether it
    is going on. `indication` is the cancer that it was for, this one if None; `purposes` are intents, `sites` parts
    of the body.
    """

    therapies: tuple[URIRef, ...]
    start: PartialDate | None = None
    end: PartialDate | None = None
    outcome: URIRef | None = None
    growth: tuple[PartialDate, ...] = ()
    no_growth_until: PartialDate | None = None
    place: str = ""
    first_growth: bool = False
    ongoing: bool | None = None
    indication: URIRef | None = None
    purposes: tuple[URIRef, ...] = ()
    sites: tuple[URIRef, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the course is over as far as is known; one that began may still be going on (D32)."""
        ended = self.end is not None or self.outcome is not None or self.ongoing is False
        return ended or (self.start is None and self.ongoing is None)

    def as_dict(self) -> dict[str, object]:
        """Return the course with the keys of a case file; what is not known is left out."""
        known = _known(
            therapies=[*map(short, self.therapies)],
            start=self.start and self.start.text,
            end=self.end and self.end.text,
            outcome=self.outcome and short(self.outcome),
            **{"for": self.indication and short(self.indication)},
            purpose=[*map(short, self.purposes)],
            site=[*map(short, self.sites)],
            growth=[grew.text for grew in self.growth],
            first_growth=self.first_growth,
            no_growth_until=self.no_growth_until and self.no_growth_until.text,
        )
        return known if self.ongoing is None else known | {"ongoing": self.ongoing}


@dataclass(frozen=True)
class Expected(Mapping[URIRef, Status]):
    """The statuses that an author expects of options: what makes a case a golden one. No answer reads them.

    `listed` are the options that are named, each with its status; `others` is the status of all that are not named, and
    without it these are not looked at.
    """

    listed: tuple[tuple[URIRef, Status], ...] = ()
    others: Status | None = None

    def __getitem__(self, option: URIRef) -> Status:
        return dict(self.listed)[option]

    def __iter__(self) -> Iterator[URIRef]:
        return iter(dict(self.listed))

    def __len__(self) -> int:
        return len(self.listed)

    def __bool__(self) -> bool:
        return bool(self.listed) or self.others is not None

    def of(self, option: URIRef) -> Status | None:
        """Return the status that is expected of an option; None if the case does not say."""
        return self.get(option, self.others)

    def as_dict(self) -> dict[str, str]:
        """Return the statuses by the short names of the options, `others` last."""
        found: dict[str, str] = {local(option).removeprefix("option-"): status for option, status in self.listed}
        return found | ({"others": self.others} if self.others else {})


@dataclass(frozen=True)
class Case(Shown):
    """A person at one decision point (D26): the given findings, the courses, dates of growth, and what is declined.

    `given` may hold a finding both ways; that contradiction is reported with the answers, not on reading.
    `history_complete` is None if it is not said whether all courses are recorded. `numbers` are by property, such as
    `sts:tumourCount`; they do not change. `expected` is no fact: it says what the answers ought to be.
    """

    id: str
    label: str = ""
    as_of: PartialDate | None = None
    given: tuple[Given, ...] = ()
    courses: tuple[Course, ...] = ()
    history_complete: bool | None = None
    declines: tuple[Declined, ...] = ()
    growth: tuple[PartialDate, ...] = ()
    no_growth: tuple[NoGrowth, ...] = ()
    numbers: Mapping[URIRef, int | Decimal] = field(default_factory=lambda: Numbers({}))
    place: str = ""
    iri: URIRef = field(default=URIRef(""))
    expected: Expected = Expected()

    def __post_init__(self) -> None:
        if not self.iri:
            object.__setattr__(self, "iri", CASE[quote(self.id, safe="")])
        object.__setattr__(self, "numbers", Numbers(self.numbers))

    def __repr__(self) -> str:
        return f"<Case {self.id}: {counted(len(self.given), 'finding')}, {counted(len(self.courses), 'course')}>"

    def as_dict(self) -> dict[str, object]:
        """Return the case with the keys of a case file; what is not known is left out, places are not in it.

        Raises
        ------
        CaseError
            The case has and lacks a finding, which only RDF can say.
        """
        findings = {short(one.finding): one.holds for one in self.given}
        if any(findings[short(one.finding)] is not one.holds for one in self.given):
            raise CaseError(f"the case {self.id!r} has and lacks a finding; write it as RDF", path=self.place)
        is_told = self.history_complete is not None
        before = _known(
            case=self.id,
            label=self.label,
            as_of=self.as_of and self.as_of.text,
            findings=findings,
            courses=[course.as_dict() for course in self.courses],
        )
        numbers = {
            key_of(of): value if isinstance(value, int) else written(value) for of, value in self.numbers.items()
        }
        after = _known(
            growth=[grew.text for grew in self.growth],
            no_growth=[{"from": period.since.text, "until": period.until.text} for period in self.no_growth],
            declines=[short(one.modality) for one in self.declines],
        )
        history = {"history_complete": self.history_complete} if is_told else {}
        return before | history | after | numbers | _known(expected=self.expected.as_dict())

    @staticmethod
    def id_of(iri: str) -> str:
        """Return the id that a case's IRI stands for: below `case:` the decoded rest, else the IRI itself."""
        return unquote(iri.removeprefix(str(CASE))) if iri.startswith(str(CASE)) else iri


@dataclass(frozen=True)
class Derived:
    """A finding that a fact rule concludes for a case: the rule (`sts:rule-…`), and what it rests on.

    That is the courses, the date of growth, or the number with its property.
    """

    finding: URIRef
    holds: bool
    rule: URIRef
    courses: tuple[Course, ...] = ()
    growth: PartialDate | None = None
    number: tuple[URIRef, int | Decimal] | None = None
