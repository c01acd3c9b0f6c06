"""OWL documents outside RDF: functional syntax, OWL/XML, Manchester syntax and OBO, by py-horned-owl."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sts_kg.errors import ParseError
from sts_kg.rdf.endings import OWL_SYNTAXES, ending_of
from sts_kg.rdf.files import opened
from sts_kg.rdf.syntaxes import nquads

__all__ = ["OWL_SYNTAXES", "owl_nquads", "owl_syntax"]

_PLACE = re.compile(r"line_col: Pos\(\((\d+), (\d+)\)\)")
_EXPECTED = re.compile(r"positives: \[(\w+)")


def owl_syntax(path: str | Path) -> str | None:
    """Return the ending of a file if it is one of OWL_SYNTAXES, before `.gz` or `.zst`; else None."""
    ending = ending_of(path)
    return ending if ending in OWL_SYNTAXES else None


def owl_nquads(path: Any, syntax: str | None = None, *, data: bytes | None = None) -> bytes:
    """Return the triples of a document in such a syntax as N-Quads; the whole document is in memory.

    `syntax` is by default the one that the ending stands for; `data` is what the file would hold, instead of the file.

    Raises
    ------
    ParseError
        The file cannot be read or is not what its ending says, or the extra `formats` is not installed.
    """
    ending: Any = syntax or owl_syntax(path)
    if data is None:
        with opened(path) as file:
            data = file.read()
    try:
        import pyhornedowl
    except ModuleNotFoundError as error:
        reason = f"is {OWL_SYNTAXES[ending]}, which py-horned-owl reads: pip install 'sts-kg[formats]'"
        raise ParseError(reason, path=path) from error
    try:
        document = pyhornedowl.open_ontology_from_string(data.decode(), serialization=ending)
        text = document.save_to_string("owl")
    except ValueError as error:  # raised for wrong syntax, and by Python for wrong UTF-8
        said = str(error)
        place, expected = _PLACE.search(said), _EXPECTED.search(said)
        reason = f"is not {OWL_SYNTAXES[ending]}" + (f": {expected[1]} was expected" if expected else "")
        line, column = map(int, place.groups()) if place else (None, None)
        raise ParseError(reason, path=path, line=line, column=column) from error
    try:
        return nquads(text.encode(), "rdfxml", path=path)
    except ParseError as error:  # its line is that of the text which was made
        raise ParseError(error.reason, path=path) from error
