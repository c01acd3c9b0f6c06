"""Quads as JSON-LD with a context: short keys and CURIEs. Every value keeps its lexical form."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

__all__ = ["jsonld"]

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")


def jsonld(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> bytes:
    """Return quads as JSON-LD 1.1, which JSON-LD 1.0 reads too; the same quads in the same order give the same bytes.

    A property whose local name no other property or prefix has gets that name as key; any other is a CURIE or an IRI.
    If all its values are IRIs, or all of one datatype or language, the context says so, and the values are plain.

    References
    ----------
    W3C JSON-LD 1.1, section 4.1, https://www.w3.org/TR/json-ld11/#the-context
    """
    quads = list(quads)
    context = _Context(quads, prefixes)
    graphs: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for quad in quads:
        name = "" if isinstance(quad.graph_name, ox.DefaultGraph) else context.node(quad.graph_name)
        subject = context.node(quad.subject)
        node = graphs[name].setdefault(subject, {"@id": subject})
        predicate = quad.predicate.value
        if predicate == _TYPE and not isinstance(quad.object, ox.Literal):
            node.setdefault("@type", []).append(context.node(quad.object))
        else:
            node.setdefault(context.keys[predicate], []).append(context.value(predicate, quad.object))
    nodes = [_singled(node) for node in graphs.pop("", {}).values()]
    nodes += [{"@id": name, "@graph": [_singled(each) for each in held.values()]} for name, held in graphs.items()]
    return (json.dumps({"@context": context.said, "@graph": nodes}, ensure_ascii=False, indent=1) + "\n").encode()


def _singled(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in node.items()}


class _Context:
    """The prefixes and keys of a text, and terms written by them."""

    def __init__(self, quads: list[ox.Quad], prefixes: Mapping[str, str]) -> None:
        terms = {term.value for quad in quads for term in quad if isinstance(term, ox.NamedNode)}
        schemes = {term.partition(":")[0] for term in terms}  # a prefix of this name would change such IRIs
        self.prefixes = {
            prefix: iri for prefix, iri in prefixes.items() if prefix not in schemes and iri[-1:] in ("/", "#", "_")
        }
        values: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for quad in quads:
            values[quad.predicate.value][_kind(quad.object)] += 1
        names = Counter(_local(iri) for iri in values)
        self.keys: dict[str, str] = {}
        self.kinds: dict[str, tuple[str, str]] = {}
        self.said: dict[str, Any] = dict(sorted(self.prefixes.items()))
        for iri, kinds in sorted(values.items()):
            name = _local(iri)
            short = _KEY.fullmatch(name) and names[name] == 1 and name not in prefixes and name not in schemes
            curie = self.node(ox.NamedNode(iri))
            key = self.keys[iri] = name if short else curie
            kind = next(iter(kinds)) if short and len(kinds) == 1 else ("", "")
            if kind[0]:
                self.kinds[iri] = kind
                word = kind[1] if kind[0] == "@language" or kind[1] == "@id" else self.node(ox.NamedNode(kind[1]))
                self.said[key] = {"@id": curie, kind[0]: word}
            elif short:
                self.said[key] = curie

    def node(self, term: Any) -> str:
        """Return an IRI or a blank node as text."""
        if isinstance(term, ox.BlankNode):
            return f"_:{term.value}"
        for prefix, iri in self.prefixes.items():
            if term.value.startswith(iri) and _LOCAL.fullmatch(term.value, len(iri)):
                return f"{prefix}:{term.value[len(iri) :]}"
        return str(term.value)

    def value(self, predicate: str, term: Any) -> Any:
        """Return an object, plain if the context says what it is."""
        if not isinstance(term, ox.Literal):
            return self.node(term) if predicate in self.kinds else {"@id": self.node(term)}
        kind = _kind(term)
        if predicate in self.kinds or not kind[0]:
            return term.value
        word = kind[1] if kind[0] == "@language" else self.node(ox.NamedNode(kind[1]))
        return {"@value": term.value, kind[0]: word}


def _kind(term: Any) -> tuple[str, str]:
    """Return the keyword and the value by which JSON-LD says what an object is; empty for strings."""
    if not isinstance(term, ox.Literal):
        return ("@type", "@id")
    if term.language:
        return ("@language", term.language)
    return ("", "") if term.datatype.value == _STRING else ("@type", term.datatype.value)


def _local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]
