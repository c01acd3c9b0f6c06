"""Digests of graphs, which depend on the set of triples only.

The order of the triples, their repetition and the form of a number make no difference: `01` and `1`, `xsd:int` and
`xsd:integer` are one value.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from itertools import islice
from typing import Any

import numpy as np
import pyoxigraph as ox

from sts_kg.errors import ParseError
from sts_kg.rdf import as_file

__all__ = ["Digest", "canonical_lines", "digest_of"]

_WIDTH = 16  # bytes kept of a triple's hash
_XSD = rb"http://www\.w3\.org/2001/XMLSchema#"
_TYPED = re.compile(rb'"([^"\\]*)"\^\^<' + _XSD + rb"(\w+)> \.$")
_LANGUAGE = re.compile(rb'"@([A-Za-z0-9-]+) \.$')
# A line that is surely valid and its own canonical form, as most are; the others are parsed and written.
_PATH = rb"[!$&-;=?-Z_a-z~]*"
_IRI = rb"<[a-z]+:(?://[A-Za-z0-9.-]+(?=[/?#>])|(?!//))%b(?:#%b)?>" % (_PATH, _PATH)
_TEXT = rb'"[ !#-\[\]-~]*"(?:@[a-z]{2}|\^\^<' + _XSD + rb"(?!string>)[A-Za-z]+>)?"
_CANONICAL = re.compile(rb"%b %b (?:%b|%b) \.\n" % (_IRI, _IRI, _IRI, _TEXT))
_INTEGERS = frozenset(
    b"integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    b"unsignedLong unsignedInt unsignedShort unsignedByte".split()
)


class Digest:
    """The digest of a set of triples: `add` lines of canonical N-Triples, then read it.

    It is SHA-256 over the sorted 128-bit hashes of the distinct triples. It takes 16 bytes of memory a triple. Two
    graphs without blank nodes have the same digest if and only if they have the same triples, literals compared by
    value.

    Examples
    --------
    >>> one, other = Digest(), Digest()
    >>> one.add([b'<urn:a> <urn:p> "01"^^<http://www.w3.org/2001/XMLSchema#int> .', b'<urn:a> <urn:p> "x"@en-GB .'])
    >>> other.add([b'<urn:a> <urn:p> "x"@en-gb .', b'<urn:a> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#long> .'])
    >>> one.hexdigest() == other.hexdigest(), other.triples
    (True, 2)
    """

    def __init__(self) -> None:
        self._pieces = bytearray()
        self._sorted: Any = None

    def add(self, lines: Iterable[bytes]) -> None:
        """Add triples, each a line without its line end."""
        self._sorted = None
        # Nearly all lines end in an IRI or a plain text; the others may need the canonical form of a value.
        hashes = [
            blake2b(
                line if line[-3:] == b'" .' or (line[-3:] == b"> ." and b'"^^<' not in line) else _by_value(line),
                digest_size=_WIDTH,
            ).digest()
            for line in lines
        ]
        self._pieces += b"".join(hashes)

    def _unique(self) -> Any:
        if self._sorted is None:
            self._sorted = np.unique(np.frombuffer(bytes(self._pieces), dtype=f"S{_WIDTH}"))
            self._pieces = bytearray(self._sorted.tobytes())
        return self._sorted

    @property
    def triples(self) -> int:
        """The number of distinct triples."""
        return len(self._unique())

    def hexdigest(self) -> str:
        """Return the digest as 64 hexadecimal digits."""
        return hashlib.sha256(self._unique().tobytes()).hexdigest()

    def lacks(self, line: bytes) -> bool:
        """Return whether a triple was not added."""
        known, wanted = self._unique(), np.frombuffer(_hash(line), dtype=f"S{_WIDTH}")
        place = int(np.searchsorted(known, wanted)[0])
        return place == len(known) or bool(known[place] != wanted[0])


def _hash(line: bytes) -> bytes:
    return blake2b(_by_value(line), digest_size=_WIDTH).digest()


def _by_value(line: bytes) -> bytes:
    """Return a triple whose literal, if it has one, is in the canonical form of its value."""
    if found := _TYPED.search(line):
        with suppress(ValueError, OverflowError, InvalidOperation, struct.error):
            form, kind = _canonical(found[1].decode(), found[2])
            return b'%b"%b"^^%b .' % (line[: found.start()], form.encode(), kind)
    elif found := _LANGUAGE.search(line):
        return line[: found.start()] + found[0].lower()
    return line


def _canonical(form: str, kind: bytes) -> tuple[str, bytes]:
    """Return the canonical form of a value of XML Schema, and the datatype that stands for its family."""
    if kind in _INTEGERS:
        return str(int(form)), b"integer"
    if kind == b"decimal":
        return format(Decimal(form).normalize(), "f"), kind
    if kind in (b"double", b"float"):
        value = float(form)
        return repr(value if kind == b"double" else struct.unpack("f", struct.pack("f", value))[0]), kind
    if kind == b"boolean":
        return {"1": "true", "0": "false"}.get(form, form), kind
    if kind in (b"dateTime", b"time"):
        return re.sub(r"[+-]00:00$", "Z", re.sub(r"(\.\d*?)0+(?=\D|$)", r"\1", form)).replace(".Z", "Z"), kind
    return form, kind


def digest_of(*parts: bytes) -> bytes:
    """Return 16 bytes that identify some texts in this order."""
    return blake2b(b"\n".join(parts), digest_size=16).digest()


def canonical_lines(pieces: Iterable[bytes], size: int = 20_000) -> Iterator[list[bytes]]:
    """Yield N-Triples as lines of their canonical form, at most `size` at a time.

    Raises
    ------
    ParseError
        The text is not valid N-Triples: with line and column.
    """
    lines, before = as_file(pieces), 0
    while block := list(islice(lines, size)):
        if all(map(_CANONICAL.fullmatch, block)):
            yield [line[:-1] for line in block]
        else:
            try:
                quads = ox.parse(b"".join(block), format=ox.RdfFormat.N_TRIPLES)
                if written := ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES):
                    yield written.splitlines()
            except SyntaxError as error:
                line = error.lineno and error.lineno + before
                raise ParseError(f"is not valid N-Triples: {error.msg}", line=line, column=error.offset) from error
        before += len(block)
