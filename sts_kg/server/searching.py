"""Finds terms by what people type: labels, other names, CURIEs, the codes of others, and words of definitions."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rdflib import SKOS, URIRef

from sts_kg.errors import nearest
from sts_kg.links import synonyms
from sts_kg.rdf import is_ours, local

if TYPE_CHECKING:
    from sts_kg.server.terms import Terms

__all__ = ["Found", "Search", "folded"]

#: Characters of what is looked for; more are not read.
MOST_TYPED = 200
_LABEL, _NAME, _CODE, _WORDS = range(4)
_OTHERS = 5  #: what a term of others is behind ours that fit as well
_OTHER_NAMES = (SKOS.altLabel, SKOS.hiddenLabel, URIRef("http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"))


class Found(NamedTuple):
    """A term that was found, and by which of its names if it is not its label."""

    iri: str
    by: str


class _Name(NamedTuple):
    text: str
    iri: str
    kind: int
    by: str


class Search:
    """An index of the names of terms, made once."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    @cached_property
    def _names(self) -> list[_Name]:
        terms, found = self._terms, list[_Name]()

        def add(name: str, iri: str, kind: int, by: str = "") -> None:
            if text := folded(name):
                found.append(_Name(text, iri, kind, by))

        ours = {str(each) for each in terms.asserted.subjects() if isinstance(each, URIRef)}
        linked = {str(each) for graph in terms.slices.values() for each in graph.subjects() if isinstance(each, URIRef)}
        mapped = {iri for iri, rows in terms.matches.items() if any(row.holds for row in rows)}
        by_label: dict[str, str] = {}
        for iri in sorted(ours | linked | mapped | terms.sets.keys()):
            if iri in terms.labels:
                add(terms.labels[iri], iri, _LABEL)
                if iri in ours:
                    by_label[terms.labels[iri]] = iri
            curie = terms.curie(iri)
            add(curie, iri, _NAME, curie)
            if is_ours(iri):
                add(local(iri), iri, _NAME, local(iri))
            else:
                add(curie.partition(":")[2], iri, _NAME, curie)
            for predicate in _OTHER_NAMES:
                for text in terms.texts(iri, predicate):
                    add(text, iri, _NAME, text)
            if text := terms.definition(iri):
                add(text, iri, _WORDS, text)
        for name, label in synonyms().items():
            if label in by_label:
                add(name, by_label[label], _NAME, name)
        for iri, rows in terms.matches.items():
            if is_ours(iri):
                for row in rows:
                    if row.holds and not is_ours(row.other):
                        code = terms.curie(row.other)
                        by = f"{row.predicate.partition(':')[2] or row.predicate}: {code} {row.label}".rstrip()
                        for name in (code, code.partition(":")[2], row.label):
                            add(name, iri, _CODE, by)
        return found

    @cached_property
    def _weights(self) -> dict[str, int]:
        """The place of each of our terms by its kind, those that people look for first."""
        members = self._terms.members
        return {iri: at for at, kind in enumerate(members) for iri in members[kind]}

    def find(self, text: str, *, words: bool = True) -> list[Found]:
        """Return the terms of a text, best first: the whole name, its beginning, a word, inside it, a definition.

        Case, accents and spaces do not matter. Without `words`, definitions and scattered words are not searched.
        """
        wanted = folded(text[:MOST_TYPED])
        if not wanted:
            return []
        pieces, best = wanted.split(), dict[str, tuple[int, str]]()
        for name in self._names:
            rank = _rank(name, wanted, pieces, words)
            if rank is not None and not is_ours(name.iri):
                rank += _OTHERS
            if rank is not None and (name.iri not in best or (rank, name.by) < best[name.iri]):
                best[name.iri] = rank, name.by

        def place(iri: str) -> tuple[object, ...]:
            label = self._terms.label(iri)
            return best[iri][0], len(label), self._weights.get(iri, len(self._weights)), label, iri

        return [Found(iri, best[iri][1]) for iri in sorted(best, key=place)]

    @cached_property
    def _labels(self) -> dict[str, str]:
        """The terms of ours by their labels."""
        ours = {each for some in self._terms.members.values() for each in some if is_ours(each)}
        return {self._terms.label(iri): iri for iri in sorted(ours)}

    def meant(self, text: str) -> list[str]:
        """Return the terms of ours, three at most, whose labels look most like a text, best first."""
        return [self._labels[label] for label in nearest(text[:MOST_TYPED], self._labels)]

    def near(self, text: str) -> list[Found]:
        """Return terms that may be meant by a text that is no name: by all of its words, else by each of them."""
        words = [word for word in text[:MOST_TYPED].split()[:10] if len(word) > 2]
        return self.find(text) or [*dict.fromkeys(found for word in words for found in self.find(word)[:5])]


def _rank(name: _Name, wanted: str, pieces: list[str], words: bool) -> int | None:
    """Return how well a name fits what is wanted, 0 best; None if it does not."""
    text, kind = name.text, name.kind
    at = text.find(wanted)
    if kind == _WORDS:
        if not words:
            return None
        return 50 if at >= 0 else 51 if len(pieces) > 1 and all(piece in text for piece in pieces) else None
    if at < 0:
        scattered = words and len(pieces) > 1 and all(piece in text for piece in pieces)
        return 40 + kind if scattered else None
    if len(text) == len(wanted):
        return kind
    if at == 0:
        return 10 + kind
    return (20 if f" {wanted}" in text or f"-{wanted}" in text or f":{wanted}" in text else 30) + kind


def folded(text: str) -> str:
    """Return a text without case, accents and superfluous spaces, as it is compared.

    Examples
    --------
    >>> folded("  Stage\u00a04\u2019s  Sarc\u00f6ma")
    "stage 4's sarcoma"
    """
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).casefold()
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())
