"""RDF terms as canonical N-Triples in bytes; from and to plain texts, without rdflib."""

from __future__ import annotations

import re

__all__ = ["BLANK", "IRI", "LITERAL", "XSD_STRING", "canonical", "split"]

#: The kinds of terms, as `Terms.kinds` gives them.
IRI, BLANK, LITERAL = 0, 1, 2

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"  # the datatype that is not written
_ESCAPES = {ord(c): f"\\{e}" for c, e in zip('\t\b\n\r\f"\\', 'tbnrf"\\', strict=True)}
_ESCAPES = {c: f"\\u{c:04X}" for c in (*range(32), 0x7F, 0xFFFE, 0xFFFF)} | _ESCAPES


def canonical(kind: int, value: str, *, datatype: str | None = None, language: str | None = None) -> bytes:
    r"""Return a term in N-Triples, written as pyoxigraph writes it; the dictionary of a closure keeps this text.

    Parameters
    ----------
    kind : {IRI, BLANK, LITERAL}
        What it is; an IRI or blank node has only a value.
    value : str
        The IRI, the label of the blank node or the lexical form of the literal; not checked.

    Examples
    --------
    >>> canonical(LITERAL, "one\ntwo", language="en"), canonical(BLANK, "b0")
    (b'"one\\ntwo"@en', b'_:b0')
    """
    if kind == IRI:
        return f"<{value}>".encode()
    if kind == BLANK:
        return f"_:{value}".encode()
    text = f'"{value.translate(_ESCAPES)}"'
    if language is not None:
        return f"{text}@{language.lower()}".encode()
    return (text if datatype in (None, XSD_STRING) else f"{text}^^<{datatype}>").encode()


_PARTS = re.compile(rb'"(.*)"(?:@([a-zA-Z0-9-]+)|\^\^<([^>]*)>)?', re.DOTALL)
_UNESCAPED = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_RDF_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def split(literal: bytes) -> tuple[str, str, str | None]:
    r"""Return lexical form, datatype and language of a literal in N-Triples.

    Examples
    --------
    >>> split(b'"a\\tb"@en')
    ('a\tb', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#langString', 'en')
    """
    match = _PARTS.fullmatch(literal)
    assert match is not None, "the dictionary holds N-Triples"
    text, language, datatype = match.groups()
    lexical = text.decode()
    if "\\" in lexical:
        lexical = _UNESCAPED.sub(lambda m: _ESCAPED[m[1]] if m[1] else chr(int(m[2] or m[3], 16)), lexical)
    if language:
        return lexical, _RDF_LANG_STRING, language.decode()
    return lexical, datatype.decode() if datatype else XSD_STRING, None
