"""OWL documents outside RDF, by py-horned-owl: functional syntax, OWL/XML and Manchester syntax."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

import pyoxigraph as ox

from sts_kg.errors import ParseError
from sts_kg.rdf.endings import OWL_SYNTAXES
from sts_kg.rdf.entities import well_formed
from sts_kg.rdf.jsonld_checks import plain
from sts_kg.rdf.nesting import check_nesting
from sts_kg.rdf.owl_mapping import owl_triples
from sts_kg.rdf.syntaxes import nquads_of

__all__ = ["owl_nquads"]

_PLACE = re.compile(r"line_col: Pos\(\((\d+), (\d+)\)\)")
_SPAN = re.compile(r"ByteSpan\((\d+)\.\.\d+\)")
_EXPECTED = re.compile(r"positives: \[(\w+)|ValidityError\(\"([^\"]+)\"")
#: OWL 2 Structural Specification, section 2.4, table 2: known without a declaration.
_STANDARD = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
}
_DECLARED = {"ofn": (r"Prefix\(\s*{}:\s*=", "Prefix({}:=<{}>)"), "omn": (r"Prefix:\s+{}:\s", "Prefix: {}: <{}> ")}


def owl_nquads(data: bytes, syntax: Any, *, path: object = None) -> bytes:
    """Return the triples of a UTF-8 document in `ofn`, `owx` or `omn` as N-Quads.

    Raises
    ------
    ParseError
        The text is not of that syntax, or the extra `formats` is not installed.
    """
    try:
        import pyhornedowl
    except ModuleNotFoundError as error:
        reason = f"is {OWL_SYNTAXES[syntax]}, which py-horned-owl reads: pip install 'sts-kg[formats]'"
        raise ParseError(reason, path=path) from error
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ParseError(f"is not UTF-8 text (byte {data[error.start]:#04x})", path=path, line=line) from error
    check_nesting(data, syntax, path=path)
    text, before = _completed(text, syntax, path)
    try:
        ontology = pyhornedowl.open_ontology_from_string(text, serialization=syntax)
    except BaseException as error:  # a panic of Rust is no Exception
        if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
            raise
        raise _refused(str(error), syntax, text, before, path) from error
    try:
        return nquads_of(ox.Quad(*triple) for triple in owl_triples(ontology.get_components()))
    except ValueError as error:  # which says no place
        raise ParseError(plain(str(error)), path=path) from error


def _completed(text: str, kind: str, path: object) -> tuple[str, int]:
    """Return a text as horned-owl reads it, and how much longer its first line is."""
    if kind == "owx":
        _check_annotations(text, path)
        return _with_prefixes(text, path), 0
    declared, declaration = _DECLARED[kind]
    lacking = [prefix for prefix in _STANDARD if not re.search(declared.format(prefix), text)]
    added = "".join(declaration.format(prefix, _STANDARD[prefix]) for prefix in lacking)
    return added + text, len(added)


_NESTED = re.compile(r"<(?:[\w.-]+:)?Annotation\b[^>]*>\s*<(?:[\w.-]+:)?Annotation\b")


def _check_annotations(text: str, path: object) -> None:
    """Raise ParseError if an annotation of the ontology is annotated: horned-owl drops that, in OWL/XML only."""
    if not _NESTED.search(text):
        return
    parser, open_elements = expat.ParserCreate("utf-8"), list[str]()

    def start(element: str, _: dict[str, str]) -> None:
        open_elements.append(element.rpartition(":")[2])
        if open_elements == ["Ontology", "Annotation", "Annotation"]:
            reason = "annotates an annotation of the ontology, which cannot be read; write it in functional syntax"
            raise ParseError(reason, path=path, line=parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler = start, lambda _: open_elements.pop()
    with well_formed(path):
        parser.Parse(text.encode(), True)


_XML_PREFIX = re.compile(r"<(?:[\w.-]+:)?Prefix\s[^>]*?\bname\s*=\s*[\"']([^\"']*)")
_XML_ABBREVIATED = re.compile(r"abbreviatedIRI\s*=\s*[\"']([^\"':]*):|<(?:[\w.-]+:)?AbbreviatedIRI\s*>\s*([^<:]*):")
_XML_MARKUP = re.compile(
    r"(?s)<!--.*?-->|<[?!][^>]*+>|<(?P<prefix>[\w.-]+:)?(?P<element>[\w.-]+)(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*>"
)


def _with_prefixes(text: str, path: object) -> str:
    """Return OWL/XML with the standard prefixes: horned-owl takes `x:a` for an IRI if it does not know `x`."""
    declared = {*_XML_PREFIX.findall(text)}
    for found in _XML_ABBREVIATED.finditer(text):
        prefix = found[1] if found[1] is not None else found[2]
        if prefix not in declared and prefix not in _STANDARD:
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            raise ParseError(f"is not OWL/XML: undefined prefix {plain(prefix)}:", path=path, line=line, column=column)
    root = next((found for found in _XML_MARKUP.finditer(text) if found["element"]), None)
    if root is None or root["element"] != "Ontology" or root[0].endswith("/>"):
        return text
    added = "".join(
        f'<{root["prefix"] or ""}Prefix name="{prefix}" IRI="{iri}"/>'
        for prefix, iri in _STANDARD.items()
        if prefix not in declared
    )
    return text[: root.end()] + added + text[root.end() :]


def _refused(said: str, kind: str, text: str, before: int, path: object) -> ParseError:
    """Return the error of horned-owl, with the place in the text that was given."""
    place, span, expected = _PLACE.search(said), _SPAN.search(said), _EXPECTED.search(said)
    line = column = None
    if place:
        line, column = map(int, place.groups())
    elif span:
        head = text.encode()[: int(span[1])].decode(errors="replace")
        line, column = head.count("\n") + 1, len(head) - head.rfind("\n")
    if line == 1 and column is not None:
        column = max(1, column - before)
    reason = f"is not {OWL_SYNTAXES[kind]}"
    if expected:
        reason += f": {expected[1]} was expected" if expected[1] else f": {expected[2]}"
    return ParseError(reason, path=path, line=line, column=column)
