"""Prefixes, and the way between IRIs and CURIEs. No other Python file spells the base IRI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import urljoin

from rdflib import Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, XSD

from sts_kg.errors import CurieError, nearest

__all__ = [
    "BASE",
    "CASE",
    "GENID",
    "NO_IRI",
    "OA",
    "PREFIXES",
    "STS",
    "compress",
    "declare_namespace",
    "expand",
    "is_ours",
    "local",
    "passing_namespaces",
    "wanted_namespace",
    "wanted_prefix",
]

BASE = "https://w3id.org/sts-kg/"
STS = Namespace(BASE)
CASE = Namespace(BASE + "case/")  # fictional example cases and the cases of a user
#: What the IRIs of blank nodes begin with, in exports and in stores (RDF 1.1 Concepts, section 3.5).
GENID = urljoin(BASE, "/.well-known/genid/sts-kg/")
OA = Namespace("http://www.w3.org/ns/oa#")

#: Prefix to namespace, for reading and for showing; the project's own first.
PREFIXES: dict[str, str] = {
    "sts": BASE,
    "case": str(CASE),
    "bibo": "http://purl.org/ontology/bibo/",
    "dcterms": str(DCTERMS),
    "oa": str(OA),
    "obo": "http://purl.obolibrary.org/obo/",
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "sh": str(SH),
    "skos": str(SKOS),
    "vann": "http://purl.org/vocab/vann/",
    "xsd": str(XSD),
}

#: The namespaces of guidelines by their prefixes: the shipped one, then those that were loaded.
_GUIDELINES: dict[str, str] = {"sts": BASE}
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.*[^:/#].*[/#]")
#: Schemes of IRIs that are written without //.
_SCHEMES = frozenset({"urn", "tag", "mailto", "info", "doi"})
_LOCAL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
#: Characters that SPARQL's IRIREF excludes (SPARQL 1.1, section 19.8, rule 139), and halves of surrogate pairs.
NO_IRI = re.compile('[\\x00-\\x20<>"{}|^`\\\\\ud800-\udfff]')


def wanted_prefix(prefix: str) -> str:
    """Return what the prefix of a guideline has to be, if this one cannot be one; else nothing."""
    if prefix.casefold() in _SCHEMES | {"http", "https"}:
        return "one that begins no other IRI, such as mf"
    return (
        "" if _PREFIX.fullmatch(prefix) else "letters, digits and hyphens between them, the first a letter, such as mf"
    )


def wanted_namespace(namespace: str) -> str:
    """Return what the namespace of a guideline has to be, if this one cannot be one; else nothing."""
    if NO_IRI.search(namespace) or not _NAMESPACE.fullmatch(namespace):
        return "an absolute IRI that ends in / or #, such as https://example.org/marsh-fever/"
    if namespace.startswith(BASE) or BASE.startswith(namespace):
        return f"an IRI that is not below <{BASE}>, nor above it: that is the shipped ontology"
    return ""


def declare_namespace(prefix: str, namespace: str) -> None:
    """Make a guideline's prefix known, so that CURIEs, SPARQL and Turtle may use it; it stays known.

    Raises
    ------
    CurieError
        The prefix or the namespace cannot be one of a guideline; the prefix stands for another namespace, or the
        namespace has another prefix.
    """
    if PREFIXES.get(prefix) == namespace:
        return
    if wanted := wanted_prefix(prefix) or wanted_namespace(namespace):
        raise CurieError(f"{prefix}: <{namespace}>", f"expected {wanted}")
    for known, its in PREFIXES.items():
        if (known == prefix) is not (its == namespace):
            reason = f"it stands for <{its}>, as {known}:; a guideline needs a prefix and a namespace of its own"
            raise CurieError(f"{prefix}: <{namespace}>", reason)
    _GUIDELINES[prefix] = PREFIXES[prefix] = namespace
    local.cache_clear()


@contextmanager
def passing_namespaces() -> Iterator[None]:
    """Forget at the end the prefixes of guidelines that were loaded meanwhile, since one may get another namespace."""
    prefixes, guidelines = dict(PREFIXES), dict(_GUIDELINES)
    try:
        yield
    finally:
        for known, before in ((PREFIXES, prefixes), (_GUIDELINES, guidelines)):
            for prefix in known.keys() - before.keys():
                del known[prefix]
        local.cache_clear()


def is_ours(iri: str) -> bool:
    """Return whether an IRI is in the namespace of a guideline that was loaded, or names a case or graph of ours.

    Examples
    --------
    >>> is_ours("https://w3id.org/sts-kg/pazopanib"), is_ours("http://purl.obolibrary.org/obo/CHEBI_71219")
    (True, False)
    """
    return str(iri).startswith(tuple(_GUIDELINES.values()))


def compress(iri: str) -> str:
    """Return an IRI as CURIE, if what follows a known namespace is a plain local name; else the IRI itself.

    Examples
    --------
    >>> compress("https://w3id.org/sts-kg/case/f")
    'case:f'
    >>> compress("https://example.org/x")
    'https://example.org/x'
    """
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def expand(text: str) -> URIRef:
    """Return the IRI of a CURIE, of an `<IRI>` in angle brackets, or of an absolute IRI.

    Raises
    ------
    CurieError
        The text is none of these, its prefix is unknown, or it has a character that is not allowed in an IRI.

    Examples
    --------
    >>> expand("sts:pazopanib")
    rdflib.term.URIRef('https://w3id.org/sts-kg/pazopanib')
    """
    inner = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    if wrong := NO_IRI.search(inner):
        raise CurieError(text, f"the character {wrong.group()!r} is not allowed in an IRI")
    prefix, colon, rest = inner.partition(":")
    if inner == text and colon and prefix in PREFIXES and not rest.startswith("//"):
        return URIRef(PREFIXES[prefix] + rest)
    if not _SCHEME.match(inner):
        raise CurieError(text, "it has no prefix and is not an absolute IRI")
    if inner == text and not rest.startswith("//") and prefix.casefold() not in _SCHEMES:
        near = nearest(prefix, PREFIXES)
        known = f"did you mean {near[0]}:?" if near else f"known ones are {', '.join(PREFIXES)}"
        raise CurieError(text, f"the prefix {prefix!r} is unknown; {known}")
    return URIRef(inner)


@lru_cache(maxsize=4096)
def local(iri: str) -> str:
    """Return the local name of an IRI of a guideline or of a case; of any other IRI the CURIE or the IRI itself.

    Examples
    --------
    >>> local("https://w3id.org/sts-kg/option-pazopanib"), local("https://w3id.org/sts-kg/case/f")
    ('option-pazopanib', 'f')
    """
    curie = compress(iri)
    prefix, _, rest = curie.partition(":")
    return rest if prefix in _GUIDELINES or prefix == "case" else curie
