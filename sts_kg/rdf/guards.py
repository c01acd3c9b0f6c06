"""Guards before parsers: how deep a text nests, what its entities expand to, how much is held at once.

Parsers in other languages recurse: too deep a text ends the process, and no exception can be caught. So a text is
looked at first: a glance that costs little and never misses, and a closer look where it leaves a doubt.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from xml.parsers import expat

from sts_kg.errors import ParseError

__all__ = ["CAPS", "check_nesting", "check_xml", "guarded", "max_bytes", "read_whole", "refuse_entities", "unpacked"]

_LINES = ("turtle", "trig", "n3", "ntriples", "nquads")
#: What nests in a syntax, and how deep it may. The parsers have borne ten times as much on a stack of 8 MiB.
CAPS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(_LINES, ("triple terms", 1000)),
    "rdfxml": ("elements", 1000),  # the parser bears any depth, but takes a time that is quadratic in it
    "jsonld": ("arrays and objects", 250),
    "owx": ("elements", 100),
    "ofn": ("parentheses", 100),
    "omn": ("class expressions", 100),
}
_LONGEST_TOKEN = 1 << 24  # bytes; the parsers of Turtle and N-Triples take no more either


def check_nesting(data: bytes, syntax: str, *, path: object = None) -> None:
    """Raise if a text nests deeper than the parsers of its syntax bear; strings and comments do not count.

    `syntax` is a name of an RDF syntax or one of `ofn`, `owx`, `omn`; other texts do not nest.

    Raises
    ------
    ParseError
        It nests too deep, with the place where it does; or it is XML and not well-formed before that.
    """
    for _ in guarded([data], syntax, lambda: [data], path=path):
        pass


def guarded(
    pieces: Iterable[bytes], syntax: str, again: Callable[[], Iterable[bytes]], *, path: object = None
) -> Iterator[bytes]:
    """Yield the pieces of a text, each once it is known that it does not nest too deep and that no entity explodes.

    `again` gives the pieces anew from the first: they are read a second time if the first glance leaves a doubt.

    Raises
    ------
    ParseError
        As `check_nesting` and `refuse_entities`.
    """
    watch: _Glance | None = _GLANCES[syntax](syntax, path) if syntax in _GLANCES else None
    for piece in pieces:
        if watch is not None and watch.doubts(piece):
            watch, look = None, _LOOKS[syntax](syntax, path)
            for earlier in again():
                look.feed(earlier)
        yield piece


def _too_deep(syntax: str, path: object, line: int, column: int) -> ParseError:
    kind, cap = CAPS[syntax]
    reason = f"nests {kind} more than {cap:,} deep, which is more than can be read; write what is inside apart"
    return ParseError(reason, path=path, line=line, column=column)


class _Glance(Protocol):
    def doubts(self, piece: bytes) -> bool:
        """Return whether a closer look is needed at all that was read so far; may raise as a `_Look`."""


class _Look(Protocol):
    def feed(self, piece: bytes) -> None:
        """Raise if it nests too deep in this piece."""


class _Doubt:
    """No glance: the closer look is fast enough beside the parser."""

    def __init__(self, syntax: str, path: object) -> None:
        pass

    def doubts(self, piece: bytes) -> bool:
        return True


# --- triple terms


class _TriplesGlance:
    """Counts `<<`, wherever they stand."""

    def __init__(self, syntax: str, path: object) -> None:
        self._left, self._last = CAPS[syntax][1], b""

    def doubts(self, piece: bytes) -> bool:
        import numpy as np  # not needed to import what stands here

        found = np.frombuffer(self._last + piece[:1], np.uint8), np.frombuffer(piece, np.uint8)
        for codes in found:
            less = codes == ord("<")
            self._left -= int(np.count_nonzero(less[1:] & less[:-1]))
        self._last = piece[-1:]
        return self._left < 0


class _Tokens:
    """Counts what opens and closes, token by token; a token that the end of a piece cuts is read with the next."""

    def __init__(self, syntax: str, path: object) -> None:
        self._syntax, self._path, self._cap = syntax, path, CAPS[syntax][1]
        self._pattern = _PATTERNS.get(syntax, _TRIPLE_TERMS)
        self._rest, self._line, self._column = b"", 1, 1
        self._levels = [0]

    def feed(self, piece: bytes) -> None:
        text, last = self._rest + piece, 0
        for token in self._pattern.finditer(text):
            if token.end() == len(text):  # it may go on in the next piece
                last = token.start()
                break
            last = token.end()
            if token.lastgroup is not None and self._level(token.lastgroup) > self._cap:
                line, column = self._place(text, token.start())
                raise _too_deep(self._syntax, self._path, line, column)
        else:
            last = max(last, len(text) - 1)  # the longest sign has two bytes
        self._line, self._column = self._place(text, last)
        self._rest = text[last:]
        if len(self._rest) > _LONGEST_TOKEN:
            reason = f"holds a text, comment or IRI of more than {_LONGEST_TOKEN:,} bytes"
            raise ParseError(reason, path=self._path, line=self._line, column=self._column)

    def _level(self, group: str) -> int:
        """Return how deep it is after a token."""
        if group == "open":
            self._levels.append(self._levels[-1] + 1)
        elif group == "close" and len(self._levels) > 1:
            self._levels.pop()
        elif group == "chain":  # what follows is one deeper, up to what stands beside it
            self._levels[-1] += 1
        elif group in ("beside", "also"):
            self._levels[-1] = self._levels[-2] + 1 if len(self._levels) > 1 else 0
        elif group == "frame":
            self._levels = [0]
        return self._levels[-1]

    def _place(self, text: bytes, at: int) -> tuple[int, int]:
        lines = text.count(b"\n", 0, at)
        column = len(text[text.rfind(b"\n", 0, at) + 1 : at].decode(errors="replace"))
        return self._line + lines, column + (1 if lines else self._column)


_TRIPLE_TERMS = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\\?\Z)|"(?:[^"\\\n]|\\.)*+(?:"|\\?\Z)?'
    rb"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\\?\Z)|'(?:[^'\\\n]|\\.)*+(?:'|\\?\Z)?"
    rb"|\#[^\n]*+|\\."
    rb"|(?P<open><<)|(?P<close>>>)|<[^\x00-\x20<>\"{}|^`]*+(?:>|\Z)?",
    re.DOTALL,
)


# --- JSON

_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_NOT_JSON = bytes(set(range(256)) - set(b'"{}[]'))
_STEPS = bytes.maketrans(b"{[}]", b"\x01\x01\xff\xff")


class _JsonGlance:
    """Counts brackets outside strings, all of them."""

    def __init__(self, syntax: str, path: object) -> None:
        self._cap, self._deep, self._inside, self._rest = CAPS[syntax][1], 0, b"", b""

    def doubts(self, piece: bytes) -> bool:
        import numpy as np  # not needed to import what stands here

        text = self._rest + piece
        cut = len(text) - (len(text) - len(text.rstrip(b"\\"))) % 2  # a backslash goes with what follows it
        text, self._rest = text[:cut], text[cut:]
        signs = (_ESCAPE.sub(b"", text) if b"\\" in text else text).translate(None, _NOT_JSON)
        parts = (self._inside + signs).replace(b'""', b"").split(b'"')
        self._inside = b'"' if len(parts) % 2 == 0 else b""
        steps = np.frombuffer(b"".join(parts[::2]).translate(_STEPS), np.int8)
        depths = np.cumsum(steps, dtype=np.int64) + self._deep
        if depths.size:
            self._deep = int(depths[-1])
            return bool(depths.max() > self._cap)
        return False


_JSON = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|(?P<open>[{\[])|(?P<close>[}\]])', re.DOTALL)

# --- OWL in functional and Manchester syntax

_FUNCTIONAL = re.compile(
    rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|<[^>\s]*+(?:>|\Z)?|\#[^\n]*+|(?P<open>\()|(?P<close>\))', re.DOTALL
)
_MANCHESTER = re.compile(
    rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|<[^<>\s]*+(?:>|\Z)?|\#[^\n]*+|(?P<open>[({\[])|(?P<close>[)}\]])|(?P<beside>,)'
    rb"|(?P<frame>\b[A-Z][A-Za-z]+:(?=\s|\Z))"
    rb"|[^\s(){}\[\],\"<\#]*[:][^\s(){}\[\],\"<\#]*"
    rb"|\b(?:(?P<chain>some|only|value|min|max|exactly|not|inverse)|(?P<also>and|or|that))\b|\w++",
    re.DOTALL,
)

# --- XML

_ENTITY = 10_000  # characters of one entity, expanded
_TIMES = 20  # how much longer than what was read the entities may make it
_SLACK = 1 << 20
_REFERENCE = re.compile(r"&([^#;&][^;&]*);")
_PREDEFINED = {"lt", "gt", "amp", "apos", "quot"}


def refuse_entities(data: bytes, *, path: object = None) -> None:
    """Raise if XML declares entities that are more than abbreviations, before any is expanded.

    Short texts, as Protégé declares them for namespaces, are allowed: each of at most 10,000 characters, all together
    at most 20 times as long as the document. Parameter entities and those in other files are not.

    Raises
    ------
    ParseError
        There is such an entity, with its name and the line; or the XML is not well-formed up to the root element.
    """
    _Entities(path).feed(data)


def check_xml(pieces: Iterable[bytes], syntax: str = "rdfxml", *, path: object = None) -> None:
    """Raise if XML, in its declared encoding, is not well-formed, nests too deep or has entities that explode.

    Raises
    ------
    ParseError
        It is so: with line and column.
    """
    entities, look = _Entities(path), _Elements(syntax, path)
    for piece in pieces:
        entities.feed(piece)
        look.feed(piece)
    look.end()


class _RootError(Exception):
    """The root element begins."""


class _Entities:
    """Reads what stands before the root element, and counts how often long entities are named after it."""

    def __init__(self, path: object, encoding: str | None = None) -> None:
        self.root: int | None = None  # the byte where the root element begins
        self._path, self._sizes = path, dict[str, int]()
        self._read = self._made = 0
        self._parser: Any = expat.ParserCreate(encoding)
        self._parser.EntityDeclHandler = self._declared
        self._parser.StartElementHandler = self._begun

    def feed(self, piece: bytes) -> None:
        if self.root is None:
            with suppress(_RootError), _well_formed(self._path):
                self._parser.Parse(piece, False)
        self._read += len(piece)
        if self.root is not None and self._sizes:
            for name in _REFERENCE.findall(piece.decode(errors="replace")):
                self._made += self._sizes.get(name, 0)
            if self._made > _TIMES * self._read + _SLACK:
                reason = f"its entities make it more than {_TIMES} times as long; write them out"
                raise ParseError(reason, path=self._path)

    def _begun(self, *about: object) -> None:
        self.root = self._parser.CurrentByteIndex
        self._sizes = {name: size for name, size in self._sizes.items() if size > _TIMES * (len(name) + 2)}
        raise _RootError

    def _declared(self, name: str, is_parameter: bool, value: str | None, *other: str | None) -> None:
        if is_parameter:
            raise self._refused(f"the parameter entity %{name};")
        if value is None:
            raise self._refused(f"the entity &{name};, which stands elsewhere")
        size = len(value)
        for each in _REFERENCE.findall(value):
            if each not in _PREDEFINED:
                if each not in self._sizes:
                    raise self._refused(f"the entity &{name};, which names &{each};, which is not declared before it")
                size += self._sizes[each]
        if size > _ENTITY:
            raise self._refused(f"the entity &{name};, which has more than {_ENTITY:,} characters when it is expanded")
        self._sizes.setdefault(name, size)

    def _refused(self, what: str) -> ParseError:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        reason = f"declares {what}; only short texts such as namespaces may be entities"
        return ParseError(reason, path=self._path, line=line, column=column)


class _XmlGlance:
    """Counts open elements by the brackets of tags; doubts where others stand in a text, comment or attribute."""

    def __init__(self, syntax: str, path: object) -> None:
        self._cap, self._deep, self._rest, self._begun = CAPS[syntax][1], 0, b"", False
        self._entities = _Entities(path, "utf-8")

    def doubts(self, piece: bytes) -> bool:
        import numpy as np  # not needed to import what stands here

        self._entities.feed(piece)
        text = self._rest + piece
        if not self._begun:
            if self._entities.root is None:
                self._rest = text
                return len(text) > _LONGEST_TOKEN
            text, self._begun = text[self._entities.root :], True
        codes = np.frombuffer(text, np.uint8)
        opens, closes = np.flatnonzero(codes == ord("<")), np.flatnonzero(codes == ord(">"))
        first, last = opens[0], opens[-1]  # the first byte is one; the last tag is read with the next piece
        self._rest = text[last:]
        opens, closes = opens[:-1], closes[(closes > first) & (closes < last)]
        if len(self._rest) > _LONGEST_TOKEN or opens.size != closes.size:
            return True
        if (opens > closes).any() or (opens[1:] < closes[:-1]).any():
            return True
        kind, before = codes[opens + 1], codes[closes - 1]
        comment, other = kind == ord("!"), kind == ord("?")
        if (before[comment] != ord("-")).any() or (before[other] != ord("?")).any():
            return True
        ends = (kind == ord("/")) * np.int8(2)
        steps = np.int8(1) - ends - ((before == ord("/")) | comment | other)
        depths = np.cumsum(steps, dtype=np.int64) + self._deep
        self._deep = int(depths[-1]) if depths.size else self._deep
        return bool((depths > self._cap).any())


class _Elements:
    """Counts open elements as a parser does."""

    def __init__(self, syntax: str, path: object, encoding: str | None = None) -> None:
        self._syntax, self._path, self._deep, self._cap = syntax, path, 0, CAPS[syntax][1]
        self._parser = expat.ParserCreate(encoding)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, piece: bytes) -> None:
        with _well_formed(self._path):
            self._parser.Parse(piece, False)

    def end(self) -> None:
        with _well_formed(self._path):
            self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: object) -> None:
        self._deep += 1
        if self._deep > self._cap:
            line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
            raise _too_deep(self._syntax, self._path, line, column)

    def _end(self, name: str) -> None:
        self._deep -= 1


@contextmanager
def _well_formed(path: object) -> Iterator[None]:
    """Turn errors of expat into a `ParseError` with path, line and column."""
    try:
        yield
    except expat.ExpatError as error:
        reason = f"not well-formed XML: {expat.ErrorString(error.code)}"
        raise ParseError(reason, path=path, line=error.lineno, column=error.offset + 1) from error
    except (ValueError, LookupError) as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError(f"XML in an encoding that cannot be read: {error}", path=path) from error


def _utf8_elements(syntax: str, path: object) -> _Elements:
    return _Elements(syntax, path, "utf-8")


_PATTERNS = {"jsonld": _JSON, "ofn": _FUNCTIONAL, "omn": _MANCHESTER}
_GLANCES: dict[str, Callable[[str, object], _Glance]] = {
    **dict.fromkeys(_LINES, _TriplesGlance),
    "jsonld": _JsonGlance,
    "rdfxml": _XmlGlance,
    "owx": _XmlGlance,
    **dict.fromkeys(("ofn", "omn"), _Doubt),
}
_LOOKS: dict[str, Callable[[str, object], _Look]] = {
    **dict.fromkeys((*_LINES, *_PATTERNS), _Tokens),
    **dict.fromkeys(("rdfxml", "owx"), _utf8_elements),
}

# --- what is held at once


def max_bytes() -> int:
    """Return how many bytes of one document are held at once: those of STS_KG_MAX_BYTES, else an eighth of the memory.

    What is read piece by piece, as N-Triples are, may be longer.

    Raises
    ------
    ParseError
        STS_KG_MAX_BYTES is not a positive whole number.
    """
    said = os.environ.get(_VARIABLE, "")
    if said:
        if not said.isascii() or not said.isdigit() or not int(said):
            raise ParseError(f"{_VARIABLE} is {said!r}; a number of bytes was expected, such as 2000000000")
        return int(said)
    memory = 1 << 34  # where the system does not say
    with suppress(AttributeError, ValueError, OSError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(ValueError, OSError):  # of a container
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return memory // 8


_VARIABLE = "STS_KG_MAX_BYTES"
_PIECE = 1 << 20
_UNPACKED = 200  # times as long as the compressed data; RDF is packed to a tenth to a hundredth


def read_whole(file: BinaryIO, *, path: object = None) -> bytes:
    """Return the rest of a file, if it is not longer than `max_bytes`.

    Raises
    ------
    ParseError
        It is longer.
    """
    held, limit = BytesIO(), max_bytes()
    while piece := file.read(_PIECE):
        held.write(piece)
        if held.tell() > limit:
            raise ParseError(f"holds more than {limit:,} bytes, the most that is read at once{_RAISE}", path=path)
    return held.getvalue()


_RAISE = f"; set {_VARIABLE} to read more"


def unpacked(pieces: Iterable[bytes], read: Callable[[], int]) -> Iterator[bytes]:
    """Yield pieces of unpacked data, unless they grow beyond `max_bytes` and 200 times what was `read`.

    Raises
    ------
    ParseError
        They do.
    """
    size, limit = 0, max_bytes()
    for piece in pieces:
        size += len(piece)
        if size > limit + _UNPACKED * read():
            raise ParseError(f"unpacks to more than {_UNPACKED} times its size, {size:,} bytes so far{_RAISE}")
        yield piece
