"""What the source says of an option beside its condition: how strongly, how often, what for, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rdflib import Graph, URIRef
from rdflib.namespace import PROV, RDFS
from rdflib.term import Node

from sts_kg.guideline.condition import instances, ordinal
from sts_kg.rdf import OA, STS, local

__all__ = ["Related", "Wording", "wordings"]


@dataclass(frozen=True)
class Related:
    """What one statement relates an option to: a position, another option, or an agent to talk with.

    With the segments that the statement quotes, how often it holds and amongst what, the finding that must hold for it
    (`condition`), and whether it is stated or implied (`basis`), as far as the statement says so.
    """

    to: URIRef
    segments: tuple[URIRef, ...] = ()
    frequency: URIRef | None = None
    amongst: URIRef | None = None
    condition: URIRef | None = None
    basis: URIRef | None = None

    def as_dict(self, kind: str) -> dict[str, object]:
        """Return the relation as plain values; `kind` is the key of what it leads to, position or option."""
        return {
            kind: local(self.to) if kind == "option" else _short(self.to, kind),
            "frequency": self.frequency and _short(self.frequency, "frequency"),
            "amongst": self.amongst and _short(self.amongst, "amongst"),
            "if": self.condition and _short(self.condition, "finding"),
            "basis": self.basis and _short(self.basis, "basis"),
            "segments": [local(segment) for segment in self.segments],
        }


@dataclass(frozen=True)
class Wording:
    """What the source says of one option beside its condition; None or empty where it says nothing.

    Strengths have no order in the source, and frequencies may be compared only within one reference class (`amongst`).
    `band` groups frequencies for display. `inherited_intents` maps each intent that is stated only for a group of the
    option to those groups. `talk` has the statements with an agent that are about the option, its recommendation, or
    a segment, section or document that the recommendation quotes. `labels` has a label for every term.
    Several things come in reading order.
    """

    strength: URIRef | None
    frequency: URIRef | None
    amongst: URIRef | None
    band: URIRef | None
    intents: tuple[URIRef, ...]
    inherited_intents: Mapping[URIRef, tuple[URIRef, ...]]
    not_intents: tuple[URIRef, ...]
    positions: tuple[Related, ...]
    follows: tuple[Related, ...]
    may_enable: tuple[Related, ...]
    talk: tuple[Related, ...]
    labels: Mapping[URIRef, str] = field(repr=False)

    def as_dict(self) -> dict[str, object]:
        """Return the wording as plain values, names without the prefix of their kind; options keep theirs.

        Positions and options come with how often that holds, amongst what and if what, and whether it is stated.
        """
        return {
            "strength": self.strength and _short(self.strength, "strength"),
            "frequency": self.frequency and _short(self.frequency, "frequency"),
            "amongst": self.amongst and _short(self.amongst, "amongst"),
            "intents": [_short(intent, "intent") for intent in self.intents],
            "inherited_intents": [_short(intent, "intent") for intent in self.inherited_intents],
            "not_intents": [_short(intent, "intent") for intent in self.not_intents],
            "positions": [position.as_dict("position") for position in self.positions],
            "follows": [option.as_dict("option") for option in self.follows],
            "may_enable": [option.as_dict("option") for option in self.may_enable],
            "talk": list(dict.fromkeys(local(segment) for said in self.talk for segment in said.segments)),
        }

    def sentences(self) -> tuple[str, ...]:
        """Return what is said as short clauses in English, each a heading, a colon and the words of the labels."""
        return tuple(f"{heading}: {', '.join(words)}" for _, heading, words in self.clauses())

    def clauses(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each clause: the key of `as_dict` that it is about, its heading, and its words or segments."""
        for key, heading, words in self._clauses():
            if words:
                yield key, heading, words

    def _clauses(self) -> Iterator[tuple[str, str, list[str]]]:
        yield "strength", "wording", self._words(self.strength)
        yield "frequency", "how often", self._often(self.frequency, self.amongst)
        yield "intents", "meant for", self._words(*self.intents)
        for groups in dict.fromkeys(self.inherited_intents.values()):
            named = f"the group{'s' if len(groups) > 1 else ''} {' and '.join(self._words(*groups))}"
            intents = [intent for intent, of in self.inherited_intents.items() if of == groups]
            yield "inherited_intents", f"meant for (stated for {named})", self._words(*intents)
        yield "not_intents", "mostly not meant for", self._words(*self.not_intents)
        yield "positions", "position", [*map(self._related, self.positions)]
        yield "follows", "may come after", [*map(self._related, self.follows)]
        yield "may_enable", "may make possible", [*map(self._related, self.may_enable)]
        for agent in dict.fromkeys(said.to for said in self.talk):
            segments = [local(segment) for said in self.talk if said.to == agent for segment in said.segments]
            yield "talk", f"talk with the {self.labels[agent]}", segments

    def _words(self, *terms: URIRef | None) -> list[str]:
        return [self.labels[term] for term in terms if term is not None]

    def _often(self, frequency: URIRef | None, amongst: URIRef | None) -> list[str]:
        return self._words(frequency) + [f"amongst {label}" for label in self._words(amongst)]

    def _related(self, said: Related) -> str:
        remarks = self._often(said.frequency, said.amongst)
        remarks += [f"if {label}" for label in self._words(said.condition)]
        if said.basis != STS["basis-stated"]:
            remarks += self._words(said.basis)
        return self.labels[said.to] + (f" ({', '.join(remarks)})" if remarks else "")


def _short(term: URIRef, kind: str) -> str:
    return local(term).removeprefix(f"{kind}-")


def wordings(asserted: Graph) -> dict[URIRef, Wording]:
    """Return what is said of each option beside its condition, the options in the order of their ordinals.

    It is read from the option's recommendation and from the statements on position, order, transition and talk.
    """
    reader = _Reader(asserted)
    return {option: reader.wording(option) for option in instances(asserted, STS.TreatmentOption)}


@dataclass(frozen=True)
class _Reader:
    asserted: Graph

    def wording(self, option: URIRef) -> Wording:
        recommendations = self.subjects(STS.recommendsOption, option)  # one, which a check holds
        said = [self.related(recommendation, option) for recommendation in recommendations] or [Related(option)]
        frequency, amongst = said[0].frequency, said[0].amongst
        strength = self.first(recommendations, STS.hasStrength)
        band = self.first((frequency,), STS.inBand)
        intents, not_intents = (self.values(recommendations, p) for p in (STS.hasIntent, STS.notIntent))
        inherited = self.inherited(option, intents)
        positions = self.ordered(
            self.related(statement, position)
            for statement in self.subjects(STS.positionOf, option)
            for position in self.values((statement,), STS.hasPosition)
        )
        follows = self.ordered(
            self.related(statement, earlier)
            for statement in self.subjects(STS.laterOption, option)
            for earlier in self.values((statement,), STS.earlierOption)
        )
        transitions = self.subjects(STS.effectOf, option)
        may_enable = self.ordered(
            each
            for other in self.values((option,), STS.mayEnable)
            for each in [self.related(transition, other) for transition in transitions] or [Related(other)]
        )
        talk = self.ordered(self.talk(option, recommendations))
        related = [*positions, *follows, *may_enable, *talk]
        terms = [strength, frequency, amongst, band, *intents, *not_intents, *inherited]
        terms += [group for groups in inherited.values() for group in groups]
        terms += [term for r in related for term in (r.to, *r.segments, r.frequency, r.amongst, r.condition, r.basis)]
        labels = {t: str(self.asserted.value(t, RDFS.label) or local(t)) for t in terms if t is not None}
        return Wording(
            strength=strength,
            frequency=frequency,
            amongst=amongst,
            band=band,
            intents=intents,
            inherited_intents=inherited,
            not_intents=not_intents,
            positions=positions,
            follows=follows,
            may_enable=may_enable,
            talk=talk,
            labels=labels,
        )

    def inherited(self, option: URIRef, own: tuple[URIRef, ...]) -> dict[URIRef, tuple[URIRef, ...]]:
        """Return the intents of the umbrellas of an option without its own, each with the umbrellas that state it."""
        groups = self.values((option,), STS.refines)
        stated = {group: self.values(self.subjects(STS.recommendsOption, group), STS.hasIntent) for group in groups}
        found = {intent for intents in stated.values() for intent in intents} - {*own}
        return {intent: tuple(group for group in groups if intent in stated[group]) for intent in self.sorted(found)}

    def talk(self, option: URIRef, recommendations: tuple[URIRef, ...]) -> Iterator[Related]:
        """Yield the agents of the statements that bear on an option."""
        quoted = self.values(recommendations, PROV.wasQuotedFrom)
        around = (self.values(quoted, predicate) for predicate in (STS.inSection, OA.hasSource))
        about = {option, *recommendations, *quoted, *(place for places in around for place in places)}
        for statement in {statement for thing in about for statement in self.subjects(STS.about, thing)}:
            yield from (self.related(statement, agent) for agent in self.values((statement,), STS.hasAgent))

    def related(self, statement: URIRef, to: URIRef) -> Related:
        return Related(
            to,
            segments=self.values((statement,), PROV.wasQuotedFrom),
            frequency=self.first((statement,), STS.hasFrequency),
            amongst=self.first((statement,), STS.amongst),
            condition=self.first((statement,), STS.onFinding),
            basis=self.first((statement,), STS.hasBasis),
        )

    def values(self, subjects: Iterable[URIRef], predicate: URIRef) -> tuple[URIRef, ...]:
        return self.sorted(value for subject in subjects for value in self.asserted.objects(subject, predicate))

    def first(self, subjects: Iterable[URIRef | None], predicate: URIRef) -> URIRef | None:
        return next(iter(self.values([s for s in subjects if s is not None], predicate)), None)

    def subjects(self, predicate: URIRef, value: URIRef) -> tuple[URIRef, ...]:
        return self.sorted(self.asserted.subjects(predicate, value))

    def sorted(self, things: Iterable[Node]) -> tuple[URIRef, ...]:
        """Return each of some things once, by its ordinal, else by the first segment that it is quoted from."""
        found = {thing for thing in things if isinstance(thing, URIRef)}
        return tuple(sorted(found, key=lambda thing: (self.place(thing), thing)))

    def place(self, thing: URIRef) -> int:
        quoted = self.asserted.objects(thing, PROV.wasQuotedFrom)
        return ordinal(self.asserted, thing) or min((ordinal(self.asserted, segment) for segment in quoted), default=0)

    def ordered(self, found: Iterable[Related]) -> tuple[Related, ...]:
        """Return what is said of an option in reading order: by its segments, then by what it relates the option to."""

        def place(said: Related) -> tuple[list[int], int, str]:
            return [self.place(segment) for segment in said.segments], self.place(said.to), said.to

        return tuple(sorted(found, key=place))
