"""The graphs that a query names by FROM and FROM NAMED, and the namespaces of its prefixes, by its text alone."""

from __future__ import annotations

import re
from itertools import pairwise

from sts_kg.queries.mistakes import known_prefixes
from sts_kg.queries.tokens import prologue_end, tokens_of
from sts_kg.rdf import PREFIXES

__all__ = ["chosen_graphs", "namespaces"]

_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")


def chosen_graphs(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the graphs that FROM and FROM NAMED name, each once.

    There are none if one of them is relative or written in another odd way.
    """
    tokens = tokens_of(text)
    found: dict[bool, dict[str, None]] = {False: {}, True: {}}
    known: dict[str, str] | None = None
    for at, token in enumerate(tokens[:-2]):
        if token.kind == "word" and token.key == "FROM":
            known = known or namespaces(text)
            is_named = tokens[at + 1].key == "NAMED"
            name = tokens[at + 1 + is_named]
            prefix, _, local = name.key.partition(":")
            if name.kind == "iri" and _ABSOLUTE.match(name.key):
                found[is_named][name.key[1:-1]] = None
            elif name.kind == "name" and prefix in known and "\\" not in local:
                found[is_named][known[prefix] + local] = None
            else:
                return (), ()
    return tuple(found[False]), tuple(found[True])


def namespaces(text: str) -> dict[str, str]:
    """Return the prefixes that a text declares or that are known, with their namespaces."""
    tokens = tokens_of(text)
    end = prologue_end(tokens)
    declared = {
        name.key[:-1]: iri.key[1:-1]
        for name, iri in pairwise(tokens[:end])
        if name.kind == "name" and iri.kind == "iri" and _ABSOLUTE.match(iri.key)
    }
    return PREFIXES | known_prefixes(text) | declared
