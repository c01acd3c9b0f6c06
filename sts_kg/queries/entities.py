"""The named things of a graph, found by IRI, CURIE, local name or label."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from sts_kg.errors import CurieError, UnknownNameError
from sts_kg.rdf import BASE, PREFIXES, STS, Prefixes, compress, expand, local

__all__ = ["Entities", "expanded", "picked"]


def expanded(text: str) -> URIRef:
    """Return the IRI of an IRI or a CURIE, of an external vocabulary too; an external IRI in its standard form."""
    prefix, colon, rest = text.partition(":")
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
    kinds = {name.partition("-")[0] for member, name in ids.items() if member.startswith(BASE)}
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


class Entities:
    """The named things of a graph, to be found by IRI, local name or label; a snapshot, read when first asked.

    Examples
    --------
    >>> graph = Graph().add((STS["option-pazopanib"], RDF.type, STS.TreatmentOption))
    >>> Entities(graph).resolve("pazopanib", STS.TreatmentOption)
    rdflib.term.URIRef('https://w3id.org/sts-kg/option-pazopanib')
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._members: dict[URIRef | None, tuple[URIRef, ...]] = {}

    @cached_property
    def labels(self) -> Mapping[URIRef, tuple[str, ...]]:
        """The labels of each IRI: rdfs:label, skos:altLabel, sts:brandName; in that order, sorted in each."""
        labels: dict[URIRef, tuple[str, ...]] = {}
        for naming in (RDFS.label, SKOS.altLabel, STS.brandName):
            for subject, label in sorted(self._graph.subject_objects(naming)):
                if isinstance(subject, URIRef):
                    labels[subject] = (*labels.get(subject, ()), str(label))
        return labels

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
        `option-pazopanib`) if all members share the kind; label, whose case and blanks do not count. Without a class
        any well-formed IRI will do, too.

        Raises
        ------
        UnknownNameError
            No member has the name, or more than one has.
        """
        if entity_class is None:
            try:
                return expanded(text)
            except CurieError:
                return picked(text, "thing", self.members(None), self.labels)
        return picked(text, compress(entity_class), self.members(entity_class), self.labels)
