"""The properties that lead from a term of an external ontology to what is above it."""

from __future__ import annotations

from sts_kg.errors import CurieError
from sts_kg.rdf import Prefixes, compress, expand

__all__ = ["HIERARCHIES", "property_of", "short_property"]

#: Prefixes of properties that our own terms do not need.
_MORE = {"meshv": "http://id.nlm.nih.gov/mesh/vocab#", "wdt": "http://www.wikidata.org/prop/direct/"}
_RDFS, _SKOS = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/core#"
#: The properties that lead from a term to what is above it, `^` before those that lead down: RDF Schema, SKOS, MeSH and
#: Wikidata. A document has those of them that it uses.
HIERARCHIES = (
    f"{_RDFS}subClassOf",
    f"{_RDFS}subPropertyOf",
    f"{_SKOS}broader",
    f"{_SKOS}broaderTransitive",
    f"^{_SKOS}narrower",
    f"^{_SKOS}narrowerTransitive",
    f"{_MORE['meshv']}broaderDescriptor",
    f"{_MORE['meshv']}broaderConcept",
    f"{_MORE['meshv']}broaderQualifier",
    f"{_MORE['wdt']}P279",
)


def property_of(text: str) -> str:
    """Return the IRI of a property of a hierarchy, given as CURIE or IRI; `^` before it stays.

    Raises
    ------
    CurieError
        It is no IRI, and its prefix is unknown.

    Examples
    --------
    >>> property_of("^skos:narrower"), property_of("wdt:P279")
    ('^http://www.w3.org/2004/02/skos/core#narrower', 'http://www.wikidata.org/prop/direct/P279')
    """
    bare = text.removeprefix("^").strip()
    prefix, colon, local = bare.partition(":")
    up = "^" if text.startswith("^") else ""
    if colon and local and prefix in _MORE:
        return f"{up}{_MORE[prefix]}{local}"
    try:
        return f"{up}{expand(bare)}"
    except CurieError:
        return f"{up}{Prefixes.shipped().expand(bare)}"


def short_property(iri: str) -> str:
    """Return the CURIE of a property of a hierarchy, or its IRI; `^` before it stays."""
    bare = iri.removeprefix("^")
    for prefix, namespace in _MORE.items():
        if bare.startswith(namespace):
            bare = f"{prefix}:{bare.removeprefix(namespace)}"
    return f"{'^' if iri.startswith('^') else ''}{compress(bare)}"
