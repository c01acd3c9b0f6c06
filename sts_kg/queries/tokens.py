"""The tokens of a SPARQL text: SPARQL 1.1, section 19.8, as far as it tells a variable or keyword from the rest.

The text need not be SPARQL: only a parser knows. In a query that parses, a character outside ASCII stands in a comment,
an IRI, a string or a name; so here each of them may be part of a name, and the pattern compiles fifty times faster.
A prefix has at most 256 characters, so that the time is linear also where no colon follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

__all__ = [
    "Token",
    "chooses_graphs",
    "names_graphs",
    "pieces",
    "prologue_end",
    "spread",
    "substituted",
    "tokens_of",
    "without_comments",
]

_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\n\r]* )
    | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<string> \"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*'''
                | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<variable> [?$][^\x00-/:-@[-^`{-\x7f]+ )
    | (?P<name> (?:[^\x00-/:-@[-^`{-\x7f][^\x00-,/:-@[-^`{-\x7f]{0,255})?
                :(?:(?:[^\x00-$&-,/;-@[-^`{-\x7f]|\\.)*(?:[^\x00-$&-,./;-@[-^`{-\x7f]|\\.))? )
    | (?P<word> @?[^\x00-,./:-@[-^`{-\x7f]+ )
    | (?P<space> \s+ )
    | (?P<rest> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token: a keyword has its `key` in capitals, a variable always `?x`; `start` counts characters from 0."""

    kind: str
    key: str
    line: int
    start: int


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text without comments and white space."""
    return list(_tokens(text))


@lru_cache(maxsize=16)  # a query is looked at several times before it runs
def _tokens(text: str) -> tuple[Token, ...]:
    tokens, line, new = [], 1, tuple.__new__  # which takes a third of the time of Token()
    for match in _TOKEN.finditer(text):
        kind, key = match.lastgroup, match.group()
        if kind == "space" or kind == "comment":  # faster
            line += key.count("\n")
            continue
        shown = key.upper() if kind == "word" else key.replace("$", "?", 1) if kind == "variable" else key
        tokens.append(new(Token, (kind, shown, line, match.start())))
        if kind == "string" or kind == "name":
            line += key.count("\n")
    return tuple(tokens)


def prologue_end(tokens: Sequence[Token]) -> int:
    """Return how many tokens the prologue has, PREFIX and BASE with what belongs to them."""
    at = 0
    while at < len(tokens) and tokens[at].key in ("PREFIX", "BASE"):
        at += 1
        while at < len(tokens) and tokens[at].kind == "name":
            at += 1
        at += 1  # the IRI
    return at


def chooses_graphs(tokens: Sequence[Token]) -> bool:
    """Return whether a text says with FROM of which graphs its default graph is made."""
    followed = pairwise(tokens)
    return any(token.key == "FROM" and after.key != "NAMED" for token, after in followed if token.kind == "word")


def names_graphs(tokens: Iterable[Token]) -> bool:
    """Return whether a text asks named graphs (GRAPH)."""
    return any(token.key == "GRAPH" for token in tokens if token.kind == "word")


def spread(text: str, gap: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text with a gap in place of white space, comments and beside brackets, and where each token went.

    The pairs are the place of a token in the new text and in the old one; the last stands for the end of the text.
    """
    pieces: list[str] = []
    places, at = [], 0
    for match in _TOKEN.finditer(text):
        written, before = match.group(), 0
        if match.lastgroup in ("comment", "space"):
            written = gap
        else:
            if match.lastgroup == "rest" and written in "{}(),;[]":
                written, before = f"{gap}{written}{gap}", len(gap)
            places.append((at + before, match.start()))
        pieces.append(written)
        at += len(written)
    return "".join([*pieces, gap, gap]), [*places, (at + len(gap) - 1, len(text))]


def without_comments(text: str) -> str:
    """Return a text without its comments; lines keep their numbers."""
    return _TOKEN.sub(lambda match: "" if match.lastgroup == "comment" else match.group(), text)


def substituted(text: str, terms: Mapping[str, str]) -> str:
    """Return the text with the variables in `terms` (names without ?) replaced, wherever they are variable tokens."""
    return "".join(new for _, new in pieces(text, terms))


def pieces(text: str, terms: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the text in pieces, each with what `substituted` makes of it."""
    at = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.lastgroup == "variable" and token[1:] in terms:
            yield text[at : match.start()], text[at : match.start()]
            # a term must not merge with its neighbours, as `<` with `<iri>` and `"a"@en` with `-1` would
            before = "" if text[match.start() - 1] in " \n\t({" else " "
            after = "" if text[match.end() : match.end() + 1] in ("", *" \r\n\t)};,") else " "
            yield token, f"{before}{terms[token[1:]]}{after}"
            at = match.end()
    yield text[at:], text[at:]
