"""What a text in a mapping set names: by the prefixes of its file, then by ours, in every form that circulates."""

from __future__ import annotations

from collections.abc import Mapping

from sts_kg.errors import CurieError
from sts_kg.links.slots import BUILT_IN
from sts_kg.rdf import NO_IRI, Prefixes

__all__ = ["iri_of", "named_iri"]


def named_iri(text: str, curie_map: Mapping[str, str]) -> str | None:
    """Return the IRI that a CURIE or IRI names, or None: as its file declares it, with the local id mended.

    Spaces around it, which editors leave, do not count.
    """
    text = text.strip()
    name, _, local = text.partition(":")
    known, declared = Prefixes.shipped(), {**BUILT_IN, **curie_map}
    if NO_IRI.search(text):
        return None
    if local.startswith("//"):
        iri = str(known.standard(text))
    elif name in declared and local:
        iri = known.mended(declared[name] + local)
    else:
        try:
            iri = str(known.expand(text))
        except CurieError:
            return None
    return None if NO_IRI.search(iri) or ":" not in iri else iri


def iri_of(text: str, curie_map: Mapping[str, str]) -> str:
    """Return the canonical IRI of a CURIE or IRI, by the prefixes of its file or else ours; other text unchanged."""
    iri = named_iri(text, curie_map)
    return text if iri is None else str(Prefixes.shipped().standard(iri))
