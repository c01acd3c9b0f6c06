"""Cross-references between documents: which terms of one a slice of another names, or is named by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sts_kg.closure.encoding import Ids, contains, unique
from sts_kg.errors import CurieError
from sts_kg.links.external import External
from sts_kg.links.ownership import space_of
from sts_kg.rdf import Prefix, Prefixes

__all__ = ["XREFS", "Joined", "References", "forms_of", "joined", "quoted", "references_of", "referred"]

#: The properties by which a document says that its terms are those of others, with their CURIEs.
XREFS = {
    "http://www.geneontology.org/formats/oboInOwl#hasDbXref": "oboInOwl:hasDbXref",
    "http://www.w3.org/2004/02/skos/core#exactMatch": "skos:exactMatch",
    "http://www.w3.org/2004/02/skos/core#closeMatch": "skos:closeMatch",
    "http://www.w3.org/2002/07/owl#equivalentClass": "owl:equivalentClass",
    "http://www.w3.org/2002/07/owl#sameAs": "owl:sameAs",
}
#: The release that UMLS writes behind a prefix: `SNOMEDCT_US_2023_03_01:424952003`.
_RELEASE = re.compile(r"_\d{4}_\d{2}_\d{2}(?=:)")


@dataclass(frozen=True)
class Joined:
    """A term that a document gave because a cross-reference, in either direction, joins it to the slice of another.

    `of` is the term of the slice of `other`; `by` is the property.
    """

    term: str
    label: str
    of: str
    other: str
    by: str


@dataclass(frozen=True)
class References:
    """What a document and its slice say for joining it to others.

    `named` holds what the terms of the slice refer to, as (term, property, IRI of the other); `terms` the IRIs of the
    terms of the slice. `described` and `referred` are the vocabularies of the terms that the whole document describes
    and refers to.
    """

    document: str
    named: tuple[tuple[str, str, str], ...]
    terms: tuple[str, ...]
    described: frozenset[str]
    referred: frozenset[str]

    def may_join(self, others: Iterable[References]) -> bool:
        """Return whether a slice of another document can be joined to terms of this one."""
        named, terms = set(), set()
        for other in others:
            named |= {_vocabulary(iri) for _, _, iri in other.named}
            terms |= {_vocabulary(iri) for iri in other.terms}
        return not (named.isdisjoint(self.described) and terms.isdisjoint(self.referred))


def references_of(external: External, name: str, rows: Ids, spaces: Iterable[str]) -> References:
    """Return what a document, with terms in some namespaces, and the rows of its slice say for joining it."""
    xrefs = external.rows_with(XREFS)
    own = rows[contains(xrefs, rows)]
    objects = unique(external.objects[xrefs])
    return References(
        name,
        tuple(
            (_standard(external.text(subject)), _by(external, row), iri)
            for row, subject in zip(own.tolist(), external.subjects[own].tolist(), strict=True)
            if (iri := referred(external.text(int(external.objects[row]))))
        ),
        tuple(_standard(external.text(term)) for term in external.told(rows).tolist()),
        frozenset(map(_named, spaces)),
        frozenset(map(_named, set(map(_head, external.texts(objects))))),
    )


def joined(external: External, others: Iterable[References]) -> Iterator[tuple[int, Joined]]:
    """Yield the terms of a document that cross-references join to the slices of others, with how."""
    xrefs = external.rows_with(XREFS)

    def note(term: int, of: str, other: str, by: str) -> tuple[int, Joined]:
        label = next(iter(external.labels(term)), "")
        return term, Joined(_short(external.text(term)), label, _short(of), other, by)

    for other in others:
        there = external.find_all(form for _, _, iri in other.named for form in forms_of(iri))
        for of, by, iri in other.named:
            for term in (there[form] for form in forms_of(iri) if form in there):
                if external.is_described(term):
                    yield note(term, of, other.document, by)
        forms = {form: iri for iri in other.terms for form in (*(f"<{each}>" for each in forms_of(iri)), *quoted(iri))}
        for row, form in external.with_objects(xrefs, forms):
            yield note(int(external.subjects[row]), forms[form], other.document, _by(external, row))


def _by(external: External, row: int) -> str:
    return XREFS[external.text(int(external.predicates[row]))]


def referred(text: str) -> str:
    """Return the standard IRI of what a cross-reference names, or '' if it names no term."""
    if "://" in text:
        return _standard(text)
    text = _RELEASE.sub("", text)
    prefix, colon, local = text.partition(":")
    try:
        return str(Prefixes.shipped().expand(text))
    except CurieError:  # a prefix that we do not know: as OBO writes it
        return f"http://purl.obolibrary.org/obo/{prefix}_{local}" if colon and f"{prefix}{local}".isalnum() else ""


def _standard(iri: str) -> str:
    return str(Prefixes.shipped().standard(iri))


def _short(iri: str) -> str:
    return Prefixes.shipped().compress(iri) or iri


def _of(iri: str) -> tuple[Prefix, str] | None:
    """Return the vocabulary and local id of a term, or None of a vocabulary of OBO that has no prefix of its own."""
    found = Prefixes.shipped().of_iri(iri)
    return None if found is None or found[0].name == "obo" else found


def _vocabulary(iri: str) -> str:
    found = _of(iri)
    return found[0].name if found else space_of(iri)


def _head(text: str) -> str:
    """Return the namespace of what a cross-reference names."""
    return space_of(text) if "://" in text else text.partition(":")[0]


def _named(head: str) -> str:
    """Return the vocabulary of a namespace or prefix, as `_vocabulary` does."""
    known = Prefixes.shipped()
    found = known.of_namespace(head) if "://" in head else known.find(head)
    return found.name if found else head if "://" in head else f"http://purl.obolibrary.org/obo/{head}_"


@lru_cache(maxsize=4096)
def forms_of(iri: str) -> tuple[str, ...]:
    """Return the IRIs that a term may have."""
    found = _of(iri)
    return tuple(form + found[1] for form in (found[0].iri, *found[0].iris, *found[0].obo_iris)) if found else (iri,)


@lru_cache(maxsize=4096)
def quoted(iri: str) -> tuple[str, ...]:
    """Return the literals that may name a term in a cross-reference."""
    found = _of(iri)
    if found is None:
        head, _, local = iri.rpartition("_")
        return f'"{head.rpartition("/")[2]}:{local}"', f'"{iri}"'
    names = (f"{name}:{found[1]}" for name in (found[0].name, *found[0].names))
    return tuple(f'"{each}"' for each in (*names, *forms_of(iri)))
