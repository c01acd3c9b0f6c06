"""Guards before parsers: how deep a text nests, and what its entities expand to."""

from __future__ import annotations

from xml.parsers import expat

from sts_kg.errors import ParseError

__all__ = ["check_nesting", "refuse_entities"]


def check_nesting(data: bytes, syntax: str, *, path: object = None) -> None:
    """Raise if a text nests deeper than the parsers of its syntax bear."""
    if syntax != "rdfxml":
        return
    parser, depth = expat.ParserCreate(), 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > 1000:
            raise ParseError("nests elements more than 1,000 deep", path=path, line=parser.CurrentLineNumber)

    def end(_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, ParseError):
            raise


def refuse_entities(data: bytes, *, path: object = None) -> None:
    """Raise if an entity of XML refers to another entity, by which few bytes expand to many."""
    parser = expat.ParserCreate()

    def declared(name: str, _parameter: object, value: str | None, *_: object) -> None:
        if value is not None and "&" in value and ";" in value:
            reason = f"declares the entity {name} by other entities, which may expand without end"
            raise ParseError(reason, path=path, line=parser.CurrentLineNumber)

    parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, ParseError):
            raise
