"""The RDF syntaxes by name, and the endings of files that stand for them."""

from __future__ import annotations

from pathlib import Path

from sts_kg.errors import ParseError, UnknownNameError

__all__ = ["SYNTAXES", "ending_of", "is_rdf", "known_syntax", "syntax_of"]

_ENDINGS = {
    "ttl": "turtle",
    "nt": "ntriples",
    "nq": "nquads",
    "trig": "trig",
    "rdf": "rdfxml",
    "owl": "rdfxml",
    "xml": "rdfxml",
    "jsonld": "jsonld",
    "json": "jsonld",
    "n3": "n3",
}
SYNTAXES = tuple(dict.fromkeys(_ENDINGS.values()))


def ending_of(path: str | Path) -> str:
    """Return the ending of a file in small letters and without its dot, that before `.gz` or `.zst`; "" if none."""
    name = Path(path).name.lower().removesuffix(".gz").removesuffix(".zst")
    return name.rpartition(".")[2] if "." in name else ""


def is_rdf(path: str | Path) -> bool:
    """Return whether the ending of a file stands for an RDF syntax."""
    return ending_of(path) in _ENDINGS


def syntax_of(path: str | Path) -> str:
    """Return the name of the RDF syntax that a file's ending stands for; `.gz` or `.zst` after it does not count.

    Raises
    ------
    ParseError
        The ending is unknown; the error lists the known ones.

    Examples
    --------
    >>> syntax_of("cases.ttl.gz"), syntax_of("ONTOLOGY.OWL")
    ('turtle', 'rdfxml')
    """
    ending = ending_of(path)
    if ending not in _ENDINGS:
        known = ", ".join(f".{known}" for known in _ENDINGS)
        raise ParseError(f"has no ending of an RDF file; known are {known}, each also with .gz or .zst", path=path)
    return _ENDINGS[ending]


def known_syntax(syntax: str) -> str:
    """Return the name of an RDF syntax, given by name or ending.

    Raises
    ------
    UnknownNameError
        There is no such syntax.
    """
    name = _ENDINGS.get(syntax, syntax)
    if name not in SYNTAXES:
        raise UnknownNameError("RDF syntax", syntax, [*SYNTAXES, *_ENDINGS])
    return name
