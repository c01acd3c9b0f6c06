"""Which entities XML may declare: short ones, which a parser may expand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from xml.parsers import expat

from sts_kg.errors import ParseError

__all__ = ["refuse_entities", "well_formed"]

_ENTITY = 10_000  # characters of one entity, expanded
_TIMES = 20  # how much longer than what was read the entities may make it
_SLACK = 1 << 20
_REFERENCE = re.compile(r"&([^#;&][^;&]*);")
_PREDEFINED = {"lt", "gt", "amp", "apos", "quot"}


def refuse_entities(data: bytes, *, path: object = None) -> int | None:
    """Raise if XML declares entities that are more than abbreviations, before any is expanded.

    Returns where the root element begins; None if an entity may hold a tag.

    Short texts, as Protégé declares them for namespaces, are allowed: each of at most 10,000 characters, all together
    at most 20 times as long as the document. Parameter entities and those in other files are not.

    Raises
    ------
    ParseError
        There is such an entity, with its name and the line; or the XML is not well-formed up to the root element.
    """
    declarations = _Declarations(path)
    sizes = declarations.read(data)
    long = {name: size for name, size in sizes.items() if size > _TIMES * (len(name) + 2)}
    if long and sum(long.get(name, 0) for name in _REFERENCE.findall(data.decode(errors="replace"))) > (
        _TIMES * len(data) + _SLACK
    ):
        raise ParseError(f"its entities make it more than {_TIMES} times as long; write them out", path=path)
    return declarations.root


class _RootError(Exception):
    """The root element begins."""


class _Declarations:
    """Reads what stands before the root element.

    `root` is where that begins, None if an entity may hold a tag.
    """

    def __init__(self, path: object) -> None:
        self.root: int | None = None
        self._plain = True
        self._path, self._sizes = path, dict[str, int]()
        self._parser: Any = expat.ParserCreate()
        self._parser.EntityDeclHandler = self._declared
        self._parser.StartElementHandler = self._begun

    def read(self, data: bytes) -> dict[str, int]:
        """Return how long each entity is when it is expanded."""
        with suppress(_RootError), well_formed(self._path):
            self._parser.Parse(data, False)
        return self._sizes

    def _begun(self, *about: object) -> None:
        self.root = self._parser.CurrentByteIndex if self._plain else None
        raise _RootError

    def _declared(self, name: str, is_parameter: bool, value: str | None, *other: str | None) -> None:
        if is_parameter:
            raise self._refused(f"the parameter entity %{name};")
        if value is None:
            raise self._refused(f"the entity &{name};, which stands elsewhere")
        self._plain = self._plain and "<" not in value
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


@contextmanager
def well_formed(path: object) -> Iterator[None]:
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
