"""Which vocabularies a document owns: only their terms can be missing from it; of others it borrows some."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from sts_kg.rdf import Prefixes
from sts_kg.safe import is_address

__all__ = ["is_part", "owned", "space_of"]

#: Words in a name that say that a document is a part of an ontology, or made of parts of others.
_PARTS = {"import", "imports", "slice", "subset", "extract", "module", "mireot", "slim", "bridge"}
_OBO = re.compile(r"https?://purl\.obolibrary\.org/obo/")
_ENDING = re.compile(r"(?i)(?:\.(?:owl|obo|ofn|owx|ttl|nt|nq|rdf|xml|gz|zst|jsonld|json|trig|n3))+$")


def space_of(iri: str) -> str:
    """Return the part of an IRI that it shares with the other terms of its vocabulary."""
    return iri[: max(map(iri.rfind, "_/#=:")) + 1]


def is_part(name: str) -> bool:
    """Return whether the address or name of a document says that it holds parts of other documents.

    Examples
    --------
    >>> is_part("http://purl.obolibrary.org/obo/maxo/imports/chebi_import.owl"), is_part("chebi.owl")
    (True, False)
    """
    segments = name.split("/")[-2:] if is_address(name) else [Path(name).name]
    return not _PARTS.isdisjoint(word for segment in segments for word in _words(segment))


def owned(iris: Collection[str], spaces: Mapping[str, int], imported: Mapping[str, int]) -> tuple[str, ...]:
    """Return the namespaces of a document that are its own, by the IRIs of its ontologies or else by most of its terms.

    Parameters
    ----------
    iris : collection of str
        The IRIs of the ontologies that the document states. One that says that it is a part owns nothing.
    spaces, imported : mapping of str to int
        How many terms the document describes in each namespace, and of how many it says that they are imported.

    Examples
    --------
    >>> terms = {"http://purl.obolibrary.org/obo/CIDO_": 2, "http://purl.obolibrary.org/obo/CHEBI_": 9}
    >>> owned(["http://purl.obolibrary.org/obo/cido.owl"], terms, {})
    ('http://purl.obolibrary.org/obo/CIDO_',)
    >>> owned([], terms, {})
    ('http://purl.obolibrary.org/obo/CHEBI_',)
    """
    whole = [iri for iri in iris if not is_part(iri)]
    if len(whole) < len(iris) and not whole:
        return ()
    named = tuple(space for space in spaces if any(_names(iri, space) for iri in whole))
    if named or any(_OBO.match(iri) for iri in whole):  # an OBO ontology is named after its terms
        return named
    own = {space: count - imported.get(space, 0) for space, count in spaces.items()}
    return tuple(space for space, count in own.items() if 2 * count > sum(spaces.values()))


def _names(iri: str, space: str) -> bool:
    """Return whether the IRI of an ontology names a namespace: begins it, or has its name as first word of its own."""
    bare = iri.rstrip("/#")
    if space.rstrip("/#") == bare or space.startswith((f"{bare}#", f"{bare}/")):
        return True
    prefix = Prefixes.shipped().of_namespace(space)
    names = {name.casefold() for name in (prefix.name, *prefix.names)} if prefix is not None else set()
    names.add(re.split(r"[/#]", space.rstrip("_/#=:"))[-1].casefold())
    return _words(re.split(r"[/#]", bare)[-1])[0] in names


def _words(name: str) -> list[str]:
    return re.split(r"[-_.\s]+", _ENDING.sub("", name).casefold())
