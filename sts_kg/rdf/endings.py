"""The RDF and OWL syntaxes by name, and the endings of files that stand for them."""

from __future__ import annotations

from pathlib import Path

from sts_kg.errors import ParseError, UnknownNameError

__all__ = [
    "OWL_SYNTAXES",
    "SYNTAXES",
    "ending_of",
    "is_rdf",
    "known_endings",
    "known_syntax",
    "syntax_of",
    "syntax_told",
]

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
#: The syntaxes of OWL that are not RDF: name, which is also the ending of files, to what it is called.
OWL_SYNTAXES = {"ofn": "OWL functional syntax", "owx": "OWL/XML", "omn": "Manchester syntax", "obo": "OBO"}


def ending_of(path: str | Path) -> str:
    """Return the ending of a file in small letters and without its dot, that before `.gz` or `.zst`; "" if none."""
    name = Path(path).name.lower().removesuffix(".gz").removesuffix(".zst")
    return name.rpartition(".")[2] if "." in name else ""


def syntax_told(path: str | Path) -> str | None:
    """Return the name of the syntax, of RDF or OWL, that a file's ending stands for; None if it stands for none."""
    ending = ending_of(path)
    return ending if ending in OWL_SYNTAXES else _ENDINGS.get(ending)


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


def known_syntax(syntax: str, *, owl: bool = False) -> str:
    """Return the name of an RDF syntax, or with `owl` also of one of OWL, given by name or ending.

    Raises
    ------
    UnknownNameError
        There is no such syntax.
    """
    name = _ENDINGS.get(syntax, syntax)
    if name not in SYNTAXES and not (owl and name in OWL_SYNTAXES):
        raise UnknownNameError("RDF syntax", syntax, [*SYNTAXES, *_ENDINGS, *(OWL_SYNTAXES if owl else ())])
    return name


def known_endings() -> str:
    """Return the endings of RDF and OWL documents, to be shown."""
    return ", ".join(f".{ending}" for ending in (*_ENDINGS, *OWL_SYNTAXES))
