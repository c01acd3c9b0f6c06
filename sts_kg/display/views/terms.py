"""How an RDF term stands in a cell: a link beside its label, a literal with what cannot be seen of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from sts_kg.display.view import Inline, Link, Quiet, cut
from sts_kg.rdf import compress
from sts_kg.tables import kind_of

if TYPE_CHECKING:
    from sts_kg.rdf import Term

__all__ = ["cell_of", "link_to"]

#: Characters of an address that is a link; a longer one is text.
_MOST_LINK = 2000
_MOST_NAME = 150


def link_to(iri: str, *, named: Callable[[str], str] = compress, text: str = "") -> Inline:
    """Return an IRI as a link with its CURIE, or with a text, which the CURIE then explains."""
    name = cut(named(iri), _MOST_NAME)
    if len(iri) > _MOST_LINK:
        return cut(text) or name
    return Link(cut(text), iri, name) if text else Link(name, iri)


def cell_of(
    term: Term | None,
    label: str = "",
    *,
    unbound: str = "",
    mixed: bool = False,
    named: Callable[[str], str] = compress,
) -> Inline:
    """Return a term as a cell: an IRI as a link below its label, a literal with its language.

    The datatype of a literal stands beside it if its value cannot be seen from the text: it is none that we know, or
    the text is no form of it; in a column of `mixed` types, always. Long texts are cut.
    """
    if term is None:
        return unbound
    if isinstance(term, URIRef):
        link = link_to(str(term), named=named)
        return (cut(label), "\n", Quiet(link)) if label else link
    if not isinstance(term, Literal):
        return f"_:{cut(str(term), _MOST_NAME)}"
    text, kind = cut(str(term)), kind_of(term)
    if term.language:
        return text, Quiet(f" @{term.language}")
    if kind == "string" and term.datatype not in (None, XSD.string):
        return text, Quiet(f" ^^{cut(named(str(term.datatype)), _MOST_NAME)}")
    return (text, Quiet(f" {kind}")) if mixed and kind != "string" else text
