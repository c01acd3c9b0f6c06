"""What would change if some findings of a case were others: hypothetical, not foretold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF

from sts_kg.cases.answers import Answer
from sts_kg.cases.case import Case, Given
from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.guideline import Guideline, short
from sts_kg.rdf import STS, compress, local
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Framed, Table

__all__ = ["Change", "Changes", "changed", "changes", "supposed", "transition"]


@dataclass(frozen=True)
class Change(Shown):
    """An option whose status, or whose missing findings, differ between a case and the same case changed."""

    option: URIRef
    label: str
    before: Answer
    after: Answer

    def __repr__(self) -> str:
        return f"<Change: {self.label}, {self.before.shown_status} to {self.after.shown_status}>"

    def as_dict(self) -> dict[str, object]:
        """Return the change as plain values, names without prefixes."""
        return {
            "case": self.before.case,
            "option": local(self.option),
            "before": self.before.status,
            "after": self.after.status,
            "missing": [short(finding) for finding in self.after.missing],
            "hypothetical": True,
        }


class Changes(Shown, Framed, tuple[Change, ...]):
    """The options that would change for a case if some findings were others; a hypothesis, not a forecast.

    `supposed` maps these findings to yes, no or unknown (None), `labels` has their labels.
    """

    case: str
    supposed: Mapping[URIRef, bool | None]
    labels: Mapping[URIRef, str]
    footer: str

    def __new__(
        cls,
        found: Iterable[Change],
        *,
        case: str = "",
        supposed: Mapping[URIRef, bool | None] = MappingProxyType({}),
        labels: Mapping[URIRef, str] = MappingProxyType({}),
        footer: str = "",
    ) -> Changes:
        """Return some changes as one value."""
        made = super().__new__(cls, found)
        made.case, made.supposed, made.labels, made.footer = case, supposed, labels, footer
        return made

    def __repr__(self) -> str:
        return f"<Changes: {counted(len(self), 'option')} of case {self.case}>"

    def table(self) -> Table:
        """Return a row an option that changes: case, option, its status before and after, and what is missing then."""

        def cells(each: Change) -> tuple[Literal | URIRef | None, ...]:
            missing = " ".join(map(short, each.after.missing))
            statuses = (Literal(each.before.status), Literal(each.after.status))
            return (Literal(each.before.case), each.option, *statuses, Literal(missing) if missing else None)

        header = ("case", "option", "before", "after", "missing")
        return Table(header, tuple(map(cells, self)), {each.option: each.label for each in self})


def changed(case: Case, findings: Mapping[URIRef, bool | None], guideline: Guideline) -> Case:
    """Return a case with some of its given findings replaced; None makes one unknown.

    What the case gives of the complement of a finding goes with it, and what says the same in another key: declining.
    A finding set to yes takes given opposites with it, since both cannot hold (S21: resectable instead of
    unresectable). Findings derived from courses stay.
    """
    asserted, declining = guideline.asserted, guideline.vocabulary.declining_findings

    def related(finding: URIRef, predicate: URIRef) -> set[URIRef]:
        both = {*asserted.objects(finding, predicate), *asserted.subjects(predicate, finding)}
        return {other for other in both if isinstance(other, URIRef) and findings.get(other) is None}

    dropped = set(findings)
    for finding, holds in findings.items():
        dropped |= related(finding, STS.complementOf) | (related(finding, STS.oppositeOf) if holds else set())
    kept = [given for given in case.given if given.finding not in dropped]
    supposed = [Given(f, holds, "supposed, what-if") for f, holds in findings.items() if holds is not None]
    undone = {declining[finding] for finding in findings if finding in declining}
    declines = tuple(declined for declined in case.declines if declined.modality not in undone)
    return replace(case, given=(*kept, *supposed), declines=declines)


def transition(name: str, asserted: Graph) -> dict[URIRef, bool | None]:
    """Return what a possible transition (S21) supposes: the finding it leads from unknown, the one it leads to had.

    Raises
    ------
    UnknownNameError
        There is no such transition.
    """
    known = {local(str(iri)): iri for iri in asserted.subjects(RDF.type, STS.PossibleTransition)}
    found = known.get(name) or {compress(str(iri)): iri for iri in known.values()}.get(name)
    if found is None:
        raise UnknownNameError("transition", name, known)
    left, reached = asserted.value(found, STS.fromFinding), asserted.value(found, STS.toFinding)
    assert isinstance(left, URIRef) and isinstance(reached, URIRef), f"{name} lacks a finding in recommendations.ttl"
    return {left: None, reached: True}


def supposed(findings: Mapping[str, bool | str | None] | str, guideline: Guideline) -> dict[URIRef, bool | None]:
    """Return the findings that a what-if supposes, from their names or from the name of a possible transition.

    Raises
    ------
    UnknownNameError
        There is no such finding or transition.
    ArgumentError
        A value is neither yes, no nor unknown.
    """
    if isinstance(findings, str):
        return transition(findings, guideline.asserted)
    words = guideline.vocabulary.findings
    for name in findings:
        if name not in words:
            raise UnknownNameError("finding", name, words)
    return {words[name]: _value(name, holds) for name, holds in findings.items()}


_VALUES: Mapping[object, bool | None] = {
    True: True,
    False: False,
    None: None,
    "yes": True,
    "no": False,
    "unknown": None,
}


def _value(name: str, holds: object) -> bool | None:
    """Return a value as Python has it, or as a case file has it; a number is none, though 1 equals True."""
    if (isinstance(holds, bool | str) or holds is None) and holds in _VALUES:
        return _VALUES[holds]
    reason = "True, False or None was expected, or a word of case files: yes, no, unknown"
    raise ArgumentError("what_if", name, reason, value=holds)


def changes(before: Iterable[Answer], after: Iterable[Answer]) -> tuple[Change, ...]:
    """Return the options whose status or missing findings differ, in the order of `before`."""
    pairs = zip(before, after, strict=True)
    return tuple(
        Change(old.option, old.label, old, new)
        for old, new in pairs
        if (old.status, old.missing) != (new.status, new.missing)
    )
