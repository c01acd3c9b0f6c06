"""The words of the text form of conditions: its keywords, and the names of findings, options, therapies and others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.namespace import RDFS

from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.guideline.condition import instances
from sts_kg.guideline.duals import class_of
from sts_kg.rdf import STS, compress, expand
from sts_kg.safe import brief

__all__ = ["FACETS", "KEYWORDS", "NAME", "Names"]

#: The words that are no name of anything; what has one of them as its short name goes by its id.
KEYWORDS = frozenset("and any declines exactly given had if includes it not only or with".split())
#: A name without a prefix.
NAME = re.compile(r"""[^\s()#:<>,;&|!"'=\[\]{}\\^`]+""")
#: What a course can be said to have, with its property.
FACETS: Mapping[str, URIRef] = {"outcome": STS.courseOutcome, "purpose": STS.coursePurpose, "site": STS.courseSite}
#: Kinds of things by what is said of one, with the class and what their ids begin with.
_THINGS = {
    "option": (STS.TreatmentOption, "option-"),
    "finding": (STS.Finding, "finding-"),
    "therapy": (STS.Therapy, ""),
    "modality": (STS.Modality, "modality-"),
    "outcome": (STS.Outcome, "outcome-"),
    "purpose": (STS.Intent, "intent-"),
    "site": (STS.Site, "site-"),
}
_CLASSES = {"kind of course": STS.TreatmentCourse, "kind of therapy": STS.Therapy}
_WORDS = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Names:
    """The names that conditions may use, by the kinds of things that they can be names of.

    Parameters
    ----------
    asserted : Graph
        The findings, treatments, vocabulary and schemes.
    """

    def __init__(self, asserted: Graph) -> None:
        self.asserted = asserted
        self._shorts: dict[str, dict[URIRef, str]] = {}
        for kind, (above, prefix) in _THINGS.items():
            self._shorts[kind] = {thing: _id(thing).removeprefix(prefix) for thing in instances(asserted, above)}
        for kind, above in _CLASSES.items():
            below = (one for one in asserted.transitive_subjects(RDFS.subClassOf, above) if isinstance(one, URIRef))
            self._shorts[kind] = {thing: _WORDS.sub("-", _id(thing)).lower() for thing in below}
        self._by_id, self._by_short = (dict[str, dict[str, set[URIRef]]]() for _ in range(2))
        for kind, shorts in self._shorts.items():
            ids, names = self._by_id.setdefault(kind, {}), self._by_short.setdefault(kind, {})
            for thing, short in shorts.items():
                ids.setdefault(_normal(_id(thing)), set()).add(thing)
                names.setdefault(_normal(short), set()).add(thing)

    def find(self, word: str, *kinds: str) -> URIRef:
        """Return what a word names, as one of some kinds: a short name, an id, a CURIE, or an IRI in angle brackets.

        Raises
        ------
        UnknownNameError
            Nothing has that name.
        CurieError
            It looks like a CURIE or an IRI and is none.
        ParseError
            It is the name of something else, or of several things.
        """
        found = self._find(word, kinds)
        if len(found) == 1:
            return next(iter(found))
        told = brief(word, 80)
        if found:
            several = " or ".join(sorted(map(_full, found)))
            raise ParseError(f"{told!r} names several things; write {several}")
        if others := [kind for kind in self._shorts if kind not in kinds and self._find(word, (kind,))]:
            raise ParseError(f"{told!r} is a name of {_a(*others)}; {_a(*kinds)} is expected")
        names = sorted(name for kind in kinds for name in self._shorts[kind].values() if self._is_plain(name))
        raise UnknownNameError(" or ".join(kinds), told, names)

    def _find(self, word: str, kinds: Iterable[str]) -> set[URIRef]:
        if ":" in word or word.startswith("<"):
            iri = expand(word)
            return {iri} if any(iri in self._shorts[kind] for kind in kinds) else set()
        key, found = _normal(word), set[URIRef]()
        for names in (self._by_id, self._by_short):
            for kind in kinds:
                found |= names[kind].get(key, set())
            if found:
                break
        return found

    def name(self, thing: URIRef, *kinds: str) -> str:
        """Return the shortest name that `find` takes for a thing of some kinds.

        Raises
        ------
        ParseError
            There is no such thing.
        """
        shorts = [self._shorts[kind][thing] for kind in kinds if thing in self._shorts[kind]]
        candidates = [name for name in (*shorts, _id(thing)) if self._is_plain(name)]
        for word in (*candidates, _full(thing)):
            if self._find(word, kinds) == {thing}:
                return word
        raise ParseError(f"{compress(thing)} is not {_a(*kinds)}")

    @staticmethod
    def _is_plain(word: str) -> bool:
        return word not in KEYWORDS and NAME.fullmatch(word) is not None

    def has(self, word: str, kind: str) -> bool:
        """Return whether a word is a name of a thing of a kind."""
        return bool(NAME.fullmatch(word) and self._find(word, (kind,)))

    def is_a(self, thing: URIRef, kind: str) -> bool:
        """Return whether a thing is of a kind."""
        return thing in self._shorts[kind]

    def kinds(self, therapy: URIRef) -> tuple[URIRef, ...]:
        """Return a therapy and then its kinds (`sts:kindOf`), sorted by IRI."""
        below = {one for one in self.asserted.transitive_subjects(STS.kindOf, therapy) if isinstance(one, URIRef)}
        return (therapy, *sorted(below - {therapy}))

    def cases(self, side: str, thing: URIRef) -> URIRef:
        """Return the class of the cases with a finding, without it, or that meet the condition of an option.

        Raises
        ------
        ParseError
            Another finding or option has a class of the same name.
        """
        made = class_of(side, thing)
        if len(self.classes[made]) > 1:
            same = sorted(_full(one) for _, one in self.classes[made])
            raise ParseError(f"{' and '.join(same)} have one class, {compress(made)}; rename one")
        return made

    @cached_property
    def classes(self) -> Mapping[URIRef, set[tuple[str, URIRef]]]:
        """The classes of cases, each with its side (With, Without or Met), and the finding or option."""
        found: dict[URIRef, set[tuple[str, URIRef]]] = {}
        for side, kind in (("With", "finding"), ("Without", "finding"), ("Met", "option")):
            for thing in self._shorts[kind]:
                found.setdefault(class_of(side, thing), set()).add((side, thing))
        return found


def _id(thing: URIRef) -> str:
    return re.split("[/#]", thing)[-1]


def _normal(word: str) -> str:
    return unicodedata.normalize("NFC", word)


def _full(thing: URIRef) -> str:
    curie = compress(thing)
    return f"<{thing}>" if curie == thing else curie


def _a(*kinds: str) -> str:
    return " or ".join(f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" for kind in kinds)
