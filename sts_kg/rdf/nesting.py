"""How deep a text nests, before a parser sees it.

Parsers in other languages recurse: too deep a text ends the process, and no exception can be caught. So a text is
looked at first: a glance that costs little and never misses, and a closer look where it leaves a doubt.
"""

from __future__ import annotations

import re
from typing import NoReturn
from xml.parsers import expat

from sts_kg.errors import ParseError
from sts_kg.rdf.entities import refuse_entities, well_formed
from sts_kg.rdf.tags import Tags, find_tags

__all__ = ["CAPS", "check_nesting", "check_xml"]

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
_XML = ("rdfxml", "owx")


def check_nesting(data: bytes, syntax: str, *, path: object = None) -> None:
    """Raise if a text nests deeper than the parsers of its syntax bear; strings and comments do not count.

    `syntax` is a name of an RDF syntax or one of `ofn`, `owx`, `omn`; other texts do not nest. XML, in its declared
    encoding, is checked for its entities too.

    Raises
    ------
    ParseError
        It nests too deep, with the place where it does; or it is XML that is not well-formed or has entities that
        explode.
    """
    if syntax in _XML:
        check_xml(data, syntax, path=path)
    elif syntax in _TOKENS and (syntax not in _GLANCES or _GLANCES[syntax](data, CAPS[syntax][1])):
        _check_tokens(data, syntax, path)


def _too_deep(syntax: str, path: object, line: int, column: int) -> NoReturn:
    kind, cap = CAPS[syntax]
    reason = f"nests {kind} more than {cap:,} deep, which is more than can be read; write what is inside apart"
    raise ParseError(reason, path=path, line=line, column=column)


# --- XML


def check_xml(data: bytes, syntax: str, *, path: object = None) -> Tags | None:
    """Raise as `check_nesting` if XML nests too deep, is not well-formed or has such entities; return its tags.

    None for the tags says that only a parser finds them all.
    """
    start = refuse_entities(data, path=path)
    tags = None if start is None else find_tags(data, start)
    parser, cap, deep = expat.ParserCreate(), CAPS[syntax][1], 0

    def begin(name: str, attributes: object) -> None:
        nonlocal deep
        deep += 1
        if deep > cap:
            _too_deep(syntax, path, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def end(name: str) -> None:
        nonlocal deep
        deep -= 1

    if tags is None or tags.depth() > cap:  # counting takes as long again
        parser.StartElementHandler, parser.EndElementHandler = begin, end
    with well_formed(path):
        parser.Parse(data, True)
    return tags


# --- glances: whether a closer look is needed; the syntaxes of OWL have none, being looked at fast enough


def _many_triple_terms(data: bytes, cap: int) -> bool:
    """Count `<<`, wherever they stand; no reading of `<<<` finds more of them than the count."""
    return data.count(b"<<") > cap


_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_NOT_JSON = bytes(set(range(256)) - set(b'"{}[]'))
_STEPS = bytes.maketrans(b"{[}]", b"\x01\x01\xff\xff")


def _deep_json(data: bytes, cap: int) -> bool:
    """Count brackets outside strings, all of them."""
    import numpy as np  # not needed to import what stands here

    signs = (_ESCAPE.sub(b"", data) if b"\\" in data else data).translate(None, _NOT_JSON)
    outside = b"".join(signs.replace(b'""', b"").split(b'"')[::2])
    depths = np.cumsum(np.frombuffer(outside.translate(_STEPS), np.int8), dtype=np.int64)
    return bool((depths > cap).any())


_GLANCES = {**dict.fromkeys(_LINES, _many_triple_terms), "jsonld": _deep_json}


# --- the closer look: what opens and closes, token by token


def _check_tokens(data: bytes, syntax: str, path: object) -> None:
    levels, cap = [0], CAPS[syntax][1]
    for token in _TOKENS[syntax].finditer(data):
        if token.lastgroup is not None and _level(levels, token.lastgroup) > cap:
            line_start = data.rfind(b"\n", 0, token.start()) + 1
            column = len(data[line_start : token.start()].decode(errors="replace")) + 1
            _too_deep(syntax, path, data.count(b"\n", 0, line_start) + 1, column)


def _level(levels: list[int], group: str) -> int:
    """Return how deep it is after a token."""
    if group == "open":
        levels.append(levels[-1] + 1)
    elif group == "close" and len(levels) > 1:
        levels.pop()
    elif group == "chain":  # what follows is one deeper, up to what stands beside it
        levels[-1] += 1
    elif group in ("beside", "also"):
        levels[-1] = levels[-2] + 1 if len(levels) > 1 else 0
    elif group == "frame":
        levels[:] = [0]
    return levels[-1]


_TRIPLE_TERMS = re.compile(
    rb'"""(?:[^"\\]|\\.|(?!""")")*+(?:"""|\\?\Z)|"(?:[^"\\\n]|\\.)*+(?:"|\\?\Z)?'
    rb"|'''(?:[^'\\]|\\.|(?!''')')*+(?:'''|\\?\Z)|'(?:[^'\\\n]|\\.)*+(?:'|\\?\Z)?"
    rb"|\#[^\n]*+|\\."
    rb"|(?P<open><<)|(?P<close>>>)|<[^\x00-\x20<>\"{}|^`]*+(?:>|\Z)?",
    re.DOTALL,
)
_JSON = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|(?P<open>[{\[])|(?P<close>[}\]])', re.DOTALL)
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
_TOKENS = {**dict.fromkeys(_LINES, _TRIPLE_TERMS), "jsonld": _JSON, "ofn": _FUNCTIONAL, "omn": _MANCHESTER}
