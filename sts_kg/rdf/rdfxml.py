"""RDF/XML for pyoxigraph: what it would drop is refused, and what it would refuse is written in another way."""

from __future__ import annotations

import re
from urllib.parse import urljoin
from xml.parsers import expat
from xml.sax.saxutils import escape

from sts_kg.errors import ParseError
from sts_kg.rdf.entities import well_formed
from sts_kg.rdf.tags import Tags

__all__ = ["check_withdrawn", "with_bases", "with_known_parse_types", "with_whole_texts"]

_WITHDRAWN = ("bagID", "aboutEach", "aboutEachPrefix")
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def check_withdrawn(data: bytes, path: object) -> None:
    """Raise ParseError for a name that RDF/XML had once (RDF 1.1 XML Syntax, section 5.1): pyoxigraph drops some."""
    if b"bagID" not in data and b"aboutEach" not in data:
        return
    parser = expat.ParserCreate(namespace_separator="")

    def start(element: str, attributes: dict[str, str]) -> None:
        for each in (element, *attributes):
            name = each.removeprefix(_RDF)
            if each.startswith(_RDF) and name in _WITHDRAWN:
                reason = f"rdf:{name} was withdrawn from RDF/XML and says nothing; write its triples out"
                raise ParseError(reason, path=path, line=parser.CurrentLineNumber)

    parser.StartElementHandler = start
    with well_formed(path):
        parser.Parse(data, True)


_BASE = re.compile(rb"""(\sxml:base\s*=\s*)(?:"([^"]*)"|'([^']*)')""")
_RELATIVE_BASE = re.compile(rb"""xml:base\s*=\s*["'](?![A-Za-z][A-Za-z0-9+.\-]*:)""")  # found fast by its first letters


def with_bases(data: bytes, base: str | None) -> bytes:
    """Return well-formed RDF/XML with each relative xml:base resolved (XML Base, section 4.2)."""
    if not _RELATIVE_BASE.search(data):
        return data
    bases, put = [base or ""], []
    parser = expat.ParserCreate()

    def start(_: str, attributes: dict[str, str]) -> None:
        given = attributes.get("xml:base")
        bases.append(bases[-1] if given is None else urljoin(bases[-1], given))
        if given is not None:
            put.append((parser.CurrentByteIndex, bases[-1]))

    parser.StartElementHandler, parser.EndElementHandler = start, lambda _: bases.pop()
    parser.Parse(data, True)
    found, at = [], 0
    for index, iri in put:
        attribute = _BASE.search(data, index)
        assert attribute is not None, "expat has seen it"
        text = iri.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").encode()
        lines = b"\n" * attribute[0].count(b"\n")
        found += [data[at : attribute.start()], lines + b' xml:base="' + text + b'"' if text else lines + b" "]
        at = attribute.end()
    return b"".join([*found, data[at:]])


_PARSE_TYPE = re.compile(rb"""(:parseType\s*=\s*)(["'])((?!(?:Literal|Resource|Collection|Triple)["'])[^"']*)["']""")


def with_known_parse_types(data: bytes) -> bytes:
    """Return well-formed RDF/XML in which an unknown rdf:parseType is Literal (RDF 1.1 XML Syntax, section 7.2.20).

    pyoxigraph drops such an element.
    """
    if b":parseType" not in data or not _PARSE_TYPE.search(data):
        return data
    starts: list[int] = []
    parser = expat.ParserCreate(namespace_separator="")

    def start(_: str, attributes: dict[str, str]) -> None:
        if f"{_RDF}parseType" in attributes:
            starts.append(parser.CurrentByteIndex)

    parser.StartElementHandler = start
    parser.Parse(data, True)
    found, at = [], 0
    for index in starts:
        tag_end = data.index(b">", index)
        attribute = _PARSE_TYPE.search(data, index, tag_end)
        if attribute is not None:
            lines = b"\n" * attribute[3].count(b"\n")
            found += [data[at : attribute.start()], attribute[1], b'"Literal"', lines]
            at = attribute.end()
    return b"".join([*found, data[at:]])


_CUTS = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}


def with_whole_texts(data: bytes, tags: Tags | None) -> bytes:
    """Return well-formed RDF/XML in which nothing cuts a text: no CDATA, comment or processing instruction.

    XML literals stay as they are. `tags` are those of the text, if they are known.
    """
    if tags is not None and not tags.cut_a_text():
        return data
    parser = expat.ParserCreate()
    literals: list[bool] = []  # of each open element: whether it is or stands in an XML literal
    cuts: list[tuple[int, int]] = []  # since the last tag
    pieces: list[bytes] = []
    at = 0

    def start(_: str, attributes: dict[str, str]) -> None:
        kinds = [value for name, value in attributes.items() if name.endswith(":parseType")]
        literal = bool(kinds) and kinds[0] not in ("Resource", "Collection")
        literals.append(literal or bool(literals and literals[-1]))
        cuts.clear()

    def cut(*_: str) -> None:
        index = parser.CurrentByteIndex
        for begin, end in _CUTS.items():
            if literals and not literals[-1] and data.startswith(begin, index):  # else it is the text of an entity
                cuts.append((index, data.index(end, index + len(begin)) + len(end)))

    def finish(_: str) -> None:
        nonlocal at
        lines = 0
        for begin, end in cuts:
            section = data[begin:end].decode()
            text = escape(section[9:-3]) if section.startswith("<![CDATA[") else ""
            lines += section.count("\n") - text.count("\n")
            pieces.extend((data[at:begin], text.encode()))
            at = end
        if cuts:
            tag_end = data.index(b">", parser.CurrentByteIndex)
            pieces.extend((data[at:tag_end], b"\n" * lines))
            at = tag_end
        literals.pop()
        cuts.clear()

    parser.StartElementHandler, parser.EndElementHandler = start, finish
    parser.CommentHandler, parser.ProcessingInstructionHandler, parser.StartCdataSectionHandler = cut, cut, cut
    parser.Parse(data, True)
    return b"".join([*pieces, data[at:]])
