"""What a document is by its first bytes: its encoding, and its syntax. Nothing is parsed."""

from __future__ import annotations

import codecs
import re
from http import HTTPStatus

from sts_kg.errors import ParseError
from sts_kg.rdf.endings import OWL_SYNTAXES

__all__ = ["HEAD", "as_utf8", "syntax_in", "utf8_mark"]

#: How many bytes are looked at.
HEAD = 1 << 16
_MARKS = (  # the longer ones first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_DECLARED = re.compile(rb"""(<\?xml\s[^>]*?\bencoding\s*=\s*)(["'])([A-Za-z0-9._\-]+)\2""")


# --- encoding


def utf8_mark(head: bytes) -> int | None:
    """Return the length of the byte order mark of a text in UTF-8, 0 without one; None for any other encoding."""
    encoding, length = _encoding(head)
    return length if encoding == "utf-8" else None


def as_utf8(data: bytes, *, path: object = None) -> bytes:
    """Return a text as UTF-8 without a byte order mark; a declaration of XML then says UTF-8.

    A byte order mark decides, then the zero bytes of UTF-16, then what the XML declares (XML 1.0, appendix F).

    Raises
    ------
    ParseError
        The encoding is unknown, or the bytes are not of that encoding: with the line.
    """
    encoding, start = _encoding(data)
    text = data[start:]
    if encoding != "utf-8":
        try:
            text = text.decode(encoding).encode()
        except LookupError as error:
            reason = f"XML in an encoding that cannot be read: unknown encoding {encoding}"
            raise ParseError(reason, path=path) from error
        except UnicodeError as error:
            at = error.start if isinstance(error, UnicodeDecodeError) else 0
            line = text[:at].decode(encoding, "replace").count("\n") + 1
            raise ParseError(f"is not text in {encoding}", path=path, line=line) from error
    found = _DECLARED.match(text)
    if found is None or found[3].lower() in (b"utf-8", b"us-ascii"):
        return text
    size = len(found[3]) - len("UTF-8")  # spaces keep the columns
    return found[1] + found[2] + b"UTF-8" + found[2] + b" " * size + text[found.end() :]


def _encoding(data: bytes) -> tuple[str, int]:
    """Return the encoding of a text and the length of its byte order mark, which may be there several times."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            size = len(mark)
            while data.startswith(mark, size):  # files that were joined
                size += len(mark)
            return name, size
    first = data[:2]
    if len(first) == 2 and first != b"\0\0" and 0 in first:
        return ("utf-16-be" if first[0] == 0 else "utf-16-le"), 0
    declared = _DECLARED.match(data)
    name = declared[3].decode().lower() if declared is not None else "utf-8"
    # a declaration that can be read byte by byte is not in UTF-16, whatever it says
    return ("utf-8" if name in ("utf-8", "utf8", "us-ascii") or name.startswith("utf-16") else name), 0


# --- syntax

_IRI = r'<[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>"{}|^`\\]*>'
_NODE = rf"(?:{_IRI}|_:[^\s<>\"]+)"
_LINE = re.compile(
    rf"[ \t]*(?:#.*|{_NODE}[ \t]*{_IRI}[ \t]*(?:{_NODE}|\"(?:[^\"\\]|\\.)*\"(?:@[\w\-]+|\^\^{_IRI})?)"
    rf"[ \t]*(?:{_NODE}[ \t]*)?\.[ \t]*(?:#.*)?)?"
)
_COMMENTS = re.compile(r"(?:\s+|[#!].*(?:\n|\Z))*")
_MARKUP = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s(?!\s*html\b)[^\[>]*(?:\[.*?\]\s*)?>|\Z)", re.DOTALL)
_XML = re.compile(r"<\?xml\b|<!--|<!DOCTYPE\b|<[A-Za-z_][\w.\-]*(?::[\w.\-]+)?\s+[\w:.\-]+\s*=\s*[\"']", re.IGNORECASE)
_ROOT = re.compile(r"\s*<(?:([\w.\-]+):)?([\w.\-]+)((?:\s[^>]*)?)>")
_HTML = re.compile(r"\s*<(?:!doctype\s+html\b|html(?:\s+[\w:.\-]+\s*=|\s*>\s*<(?:head|body|!--)))", re.IGNORECASE)
_JSON = re.compile(
    r'\{\s*(?:\}\s*\Z|"(?:[^"\\]|\\.)*"\s*:\s*(?:["{\[\d\-]|true|false|null))|\[\s*(?:\{\s*["}]|\]\s*\Z)'
)
_FUNCTIONAL = re.compile(r"(?:Prefix|Ontology|Import|Declaration)\s*\(")
_MANCHESTER = re.compile(
    r"(?:Prefix|Ontology|Class|ObjectProperty|DataProperty|AnnotationProperty|Datatype|Individual):\s"
)
_OBO = re.compile(
    r"\[(?:Term|Typedef|Instance)\]|(?:format-version|data-version|ontology|date|saved-by|auto-generated-by|"
    r"default-namespace|subsetdef|synonymtypedef|idspace|import|remark)\s*:\s"
)
_TURTLE = re.compile(r"@(?:prefix|base|version)\b|(?:PREFIX\s+[^\s:]*:|BASE)\s*<", re.IGNORECASE)
_TURTLE_MAYBE = re.compile(rf"{_NODE}\s*(?:a\s|{_NODE}|[\w\-]*:\w|\{{)|GRAPH\s|\[\s*(?:\]|a\s|<|[\w\-]*:\w)|\{{\s*<")
_IN_LINES, _OF_TURTLE = ("ntriples", "nquads"), ("turtle", "trig", "n3")
_LFS = re.compile(r"version https://git-lfs\.github\.com/spec/v\d+\s")
_OBO_GRAPHS = re.compile(r'\{\s*(?:"meta"\s*:\s*\{[^{}]*\}\s*,\s*)?"graphs"\s*:\s*\[')
_REFUSALS = "|".join(re.escape(each.phrase) for each in HTTPStatus if each >= HTTPStatus.BAD_REQUEST)
_SERVER = re.compile(
    rf"\s*((?:HTTP/[\d.]+ )?[45]\d\d[ :,\-][\w :,.'\-]{{0,80}}|(?:{_REFUSALS}|Access Denied)[.!]?)\s*", re.I
)
#: What XML of other namespaces is, whatever the file is called; by how the namespace begins.
_OTHERS = {
    "http://www.w3.org/1999/xhtml": "a web page (XHTML)",
    "http://www.w3.org/2000/svg": "an SVG picture",
    "http://www.w3.org/1998/Math/MathML": "a formula (MathML)",
    "http://www.w3.org/2005/sparql-results#": "the results of a query (SPARQL Query Results XML)",
    "http://www.w3.org/2007/SPARQL/results#": "the results of a query (SPARQL Query Results XML)",
    "http://www.w3.org/2005/Atom": "an Atom feed",
    "http://www.w3.org/2001/XMLSchema": "an XML Schema",
    "http://www.w3.org/1999/XSL/": "an XSL stylesheet",
    "http://www.w3.org/2004/03/trix/": "TriX",
    "http://www.w3.org/2007/rif#": "RIF",
    "http://www.w3.org/2003/05/soap-envelope": "a SOAP message",
    "http://schemas.xmlsoap.org/": "a SOAP message",
    "http://www.sitemaps.org/schemas/": "a sitemap",
    "http://graphml.graphdrawing.org/": "GraphML",
    "http://gexf.net/": "GEXF",
    "http://www.gexf.net/": "GEXF",
    "http://www.loc.gov/MARC21/": "MARC records",
    "http://www.loc.gov/mods/": "MODS records",
    "http://www.openarchives.org/OAI/": "an answer of OAI-PMH",
    "http://www.tei-c.org/ns/": "a TEI text",
    "http://docbook.org/ns/": "a DocBook text",
    "http://hl7.org/fhir": "FHIR XML",
    "urn:hl7-org:": "an HL7 document",
    "http://maven.apache.org/POM/": "a Maven project",
    "http://schemas.openxmlformats.org/": "a part of an Office file",
    "urn:oasis:names:tc:opendocument:": "an OpenDocument file",
    "urn:oasis:names:tc:entity:xmlns:xml:catalog": "an XML catalogue",
}
_OWL = "http://www.w3.org/2002/07/owl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def syntax_in(head: bytes, told: str | None = None, *, path: object = None) -> str | None:
    """Return the syntax of a document by its first bytes, or else the one told, which its ending stands for.

    What the content surely is decides: a Turtle document that is called `.owl` is read as Turtle. Among syntaxes that
    begin alike, the one told decides; without one, TriG stands for Turtle and N-Quads for N-Triples, which they
    include. None says that nothing is known.

    Raises
    ------
    ParseError
        It is surely something else: empty where its syntax allows no empty document, a web page, XML of another kind,
        OBO Graphs JSON, compressed, a pointer of Git LFS, or what a web server says instead of a file.
    """
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            raise ParseError(f"is {name} data, and its name does not end so; unpack it first", path=path)
    text = _text(head)
    if told in (None, "rdfxml", "jsonld", *OWL_SYNTAXES) and not text.strip() and len(head) < HEAD:
        raise ParseError("is empty", path=path)
    if told not in (*_IN_LINES, *_OF_TURTLE) and (zero := text.find("\0", 0, 1000)) >= 0:
        raise ParseError("holds zero bytes, so it is no text", path=path, line=text.count("\n", 0, zero) + 1)
    if _LFS.match(text):
        raise ParseError("is a pointer of Git LFS, not the file itself; fetch that by git lfs pull", path=path)
    if len(head) < HEAD and (answer := _SERVER.fullmatch(text)):
        raise ParseError(f"is what a web server answered instead of the file: {answer[1]}", path=path)
    rest = text[_COMMENTS.match(text).end() :]  # type: ignore[union-attr] # it also matches nothing
    if (
        _HTML.match(rest)
        or (told is None and rest[:6].lower() == "<html>")
        or (_XML.match(rest) and _HTML.match(_root(rest)))
    ):
        raise ParseError("is a web page (HTML), not RDF or OWL", path=path)
    if _XML.match(rest):
        return _xml(rest, told, path)
    if told != "n3" and _JSON.match(rest):
        if _OBO_GRAPHS.match(rest) and '"@context"' not in text:
            raise ParseError("is OBO Graphs JSON, which is not read; write it as OWL or OBO, as ROBOT does", path=path)
        return "jsonld"
    for name, begins in (("ofn", _FUNCTIONAL), ("omn", _MANCHESTER), ("obo", _OBO)):
        if begins.match(rest):
            return name
    if _TURTLE.match(rest):
        return told if told in _OF_TURTLE else "trig"
    if told in (*_IN_LINES, *_OF_TURTLE):
        return told
    whole, end, _ = text.rpartition("\n") if len(head) >= HEAD else (text, "\n", "")
    lines = re.split(r"\r\n?|\n", whole)
    if rest and end and all(map(_LINE.fullmatch, lines)):
        return "nquads"
    return "trig" if _TURTLE_MAYBE.match(rest) else told


def _text(head: bytes) -> str:
    encoding, start = _encoding(head)
    try:
        return head[start:].decode(encoding, "replace")
    except LookupError:
        return head.decode("latin-1")


def _root(text: str) -> str:
    """Return what follows the declaration, comments and document type of XML."""
    at = 0
    while (found := _MARKUP.match(text, at)) and found.end() > at:
        at = found.end()
    return text[at:]


def _xml(text: str, told: str | None, path: object) -> str:
    root = _ROOT.match(_root(text))
    if root is None or root[2] == "RDF":
        return "rdfxml"
    name = f"{root[1]}:{root[2]}" if root[1] else root[2]
    found = re.search(rf"\sxmlns{':' + re.escape(root[1]) if root[1] else ''}\s*=\s*[\"']([^\"']*)", root[3])
    namespace = found[1] if found is not None else ""
    other = next((what for begin, what in _OTHERS.items() if namespace.startswith(begin)), None)
    if other is not None:
        raise ParseError(f"is {other}; RDF/XML with the root element <rdf:RDF> or OWL/XML was expected", path=path)
    described = re.search(r":about\s*=", root[3])  # a node of RDF/XML
    if root[2] == "Ontology" and described is None and (told == "owx" or namespace in (_OWL, "&owl;")):
        return "owx"
    # the element of a single node needs no rdf:RDF around it, but a namespace
    if (told is None or told in OWL_SYNTAXES or not (namespace or root[1])) and _RDF not in text:
        raise ParseError(f"is XML with the root element <{name}>; RDF/XML or OWL/XML was expected", path=path)
    return "rdfxml"
