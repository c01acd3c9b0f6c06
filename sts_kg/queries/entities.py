"""The named things of a graph, found by IRI, CURIE, local name or label."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from copy import copy
from functools import cached_property
from typing import NamedTuple

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from sts_kg.errors import CurieError, UnknownNameError
from sts_kg.rdf import PREFIXES, STS, Prefixes, compress, expand, is_ours, local
from sts_kg.safe import counted
from sts_kg.shown import Shown

__all__ = ["Elsewhere", "Entities", "expanded", "picked"]


class Elsewhere(NamedTuple):
    """What a text that is no name of ours means, as `Entities` finds it: IRIs or labels, each with a word about it.

    `same` mean the same; `near` are narrower or about the same, and the word says how; `wide` mean more.
    """

    same: Mapping[str, str] = {}
    near: Mapping[str, str] = {}
    wide: Mapping[str, str] = {}


def expanded(text: str) -> URIRef:
    """Return the IRI of an IRI or a CURIE, of an external vocabulary too; an external IRI in its standard form."""
    prefix, colon, rest = text.partition(":")
    if not colon and "_" in text:  # CHEBI_71219
        return Prefixes.shipped().expand(text)
    if colon and prefix not in PREFIXES and not rest.startswith("//"):
        known = Prefixes.shipped()
        if known.find(prefix) is not None:
            return known.expand(text)
    return expand(text)


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def picked(text: str, kind: str, members: Collection[URIRef], labels: Mapping[URIRef, Collection[str]]) -> URIRef:
    """Return the one member that a text names: by IRI or CURIE, local name, local name without kind, or label."""
    try:
        iri = expand(text)
    except CurieError:
        iri = None
    if iri is not None and iri in members:
        return iri
    ids = {member: local(member) for member in members}
    kinds = {name.partition("-")[0] for member, name in ids.items() if is_ours(member)}
    shared = kinds.pop() if len(kinds) == 1 else None
    for found in (
        [member for member, name in ids.items() if name == text],
        [member for member, name in ids.items() if shared and name == f"{shared}-{text}"],
        [member for member in members if _folded(text) in map(_folded, labels.get(member, ()))],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            error = UnknownNameError(f"single {kind}", text)
            error.near = tuple(sorted(map(compress, found)))
            raise error
    known = [label for member in members for label in labels.get(member, ())]
    raise UnknownNameError(kind, text if iri is None else local(iri), [*ids.values(), *known])


class Entities(Shown):
    """The named things of a graph, to be found by IRI, local name or label; a snapshot, read on first use.

    Examples
    --------
    >>> graph = Graph().add((STS["option-pazopanib"], RDF.type, STS.TreatmentOption))
    >>> Entities(graph).resolve("pazopanib", STS.TreatmentOption)
    rdflib.term.URIRef('https://w3id.org/sts-kg/option-pazopanib')
    """

    def __init__(
        self,
        graph: Graph,
        *,
        elsewhere: Callable[[str], Elsewhere] | None = None,
        outside: Callable[[str], str | None] | None = None,
    ) -> None:
        self._graph, self._elsewhere, self._outside = graph, elsewhere, outside
        self._on_note: Callable[[str], None] | None = None
        self._standard: Callable[[str], str] = str
        self._members: dict[URIRef | None, tuple[URIRef, ...]] = {}

    def __repr__(self) -> str:
        return f"<Entities: {counted(len(self.labels), 'named thing')}>"

    def telling(self, on_note: Callable[[str], None] | None) -> Entities:
        """Return the same things; `on_note` is told of each text whose meaning is near but not the same."""
        other = copy(self)
        other._on_note = on_note
        return other

    def with_standard(self, standard: Callable[[str], str]) -> Entities:
        """Return the same things; an IRI that need not be of a class becomes what `standard` returns for it."""
        other = copy(self)
        other._standard = standard
        return other

    @cached_property
    def labels(self) -> Mapping[URIRef, tuple[str, ...]]:
        """The labels of each IRI: rdfs:label, skos:altLabel; in that order, sorted in each."""
        labels: dict[URIRef, tuple[str, ...]] = {}
        for naming in (RDFS.label, SKOS.altLabel):
            for subject, label in sorted(self._graph.subject_objects(naming)):
                if isinstance(subject, URIRef):
                    labels[subject] = (*labels.get(subject, ()), str(label))
        return labels

    @cached_property
    def _drug_of(self) -> Mapping[URIRef, URIRef]:
        """The drug of each brand."""
        pairs = self._graph.subject_objects(STS.brandOf)
        return {brand: drug for brand, drug in pairs if isinstance(brand, URIRef) and isinstance(drug, URIRef)}

    def _picked(self, text: str, kind: str, members: Collection[URIRef]) -> URIRef:
        """Return the member that a text names, or the drug of the brand that it names."""
        brands = [brand for brand, drug in self._drug_of.items() if drug in members and brand not in members]
        found = picked(text, kind, [*members, *brands], self.labels)
        return found if found in members else self._drug_of[found]

    def members(self, entity_class: URIRef | None) -> tuple[URIRef, ...]:
        """Return the IRIs that are instances of a class or of its subclasses, sorted; of any class if it is None."""
        if entity_class not in self._members:
            within = [None] if entity_class is None else self._graph.transitive_subjects(RDFS.subClassOf, entity_class)
            found = {member for each in list(within) for member in self._graph.subjects(RDF.type, each)}
            self._members[entity_class] = tuple(sorted(member for member in found if isinstance(member, URIRef)))
        return self._members[entity_class]

    def resolve(self, text: str, entity_class: URIRef | None = None) -> URIRef:
        """Return the IRI that a text names among the members of a class.

        In this order: IRI, `<IRI>` or CURIE; local name; local name without its kind (`pazopanib` for
        `option-pazopanib`) if all members share the kind; label, whose case and spaces do not matter; a synonym, or
        a mapped external term. A brand stands for its drug. Without a class any well-formed IRI is accepted, and
        what `outside` returns the IRI of.

        Raises
        ------
        UnknownNameError
            No member has the name, or more than one has.
        """
        if entity_class is None:
            try:
                return URIRef(self._standard(expanded(text)))
            except CurieError:
                if self._outside is not None and (iri := self._outside(text)) is not None:
                    return URIRef(iri)
                return picked(text, "thing", self.members(None), self.labels)
        kind, members = compress(entity_class), self.members(entity_class)
        try:
            return self._picked(text, kind, members)
        except UnknownNameError as error:
            if error.kind.startswith("single ") or self._elsewhere is None:
                raise
            return self._found_elsewhere(self._elsewhere(text), error, members)

    def _found_elsewhere(self, meant: Elsewhere, error: UnknownNameError, members: Collection[URIRef]) -> URIRef:
        for names in (meant.same, meant.near, meant.wide):
            found: dict[URIRef, str] = {}
            for name, word in names.items():
                with suppress(UnknownNameError):
                    found.setdefault(self._picked(name, error.kind, members), word)
            if found and names is not meant.wide and len(found) == 1:
                [(iri, word)] = found.items()
                if word and self._on_note is not None:
                    self._on_note(f"{error.name} is {word} {local(iri)}")
                return iri
            if found:
                known = UnknownNameError(f"single {error.kind}" if names is not meant.wide else error.kind, error.name)
                known.near = tuple(sorted(map(compress, found)))
                raise known from None
        raise error
