"""How deep and how long a query may be before a parser sees it: native parsers recurse, and may end the process.

The numbers are measured with Oxigraph 0.5, which takes up to 10 kB of stack for a level and 3.5 kB for a part, and
whose time grows with the third power of the patterns that are joined. What is flat and cheap (rows of VALUES, members
of IN, arguments) is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sts_kg.errors import QueryError
from sts_kg.queries.tokens import Token, tokens_of

__all__ = ["MOST_LEVELS", "MOST_PARTS", "MOST_VARIABLES", "check_bounds"]

MOST_LEVELS = 100  #: of brackets and of the operators before an operand (!, ^), inside each other
MOST_PARTS = 500  #: patterns, steps of paths, operators between operands, BIND, FILTER, VALUES and (… AS ?x)
MOST_VARIABLES = 1000  #: different ones

_CLOSING = {")": "(", "}": "{", "]": "[", ">>": "<<"}
_OPENING = frozenset(_CLOSING.values())
_DEEPER = "({[<!^"
_SEPARATORS = (".", ";", ",")  # between patterns; in round brackets, between arguments
_OPERATORS = ("/", "|", "&", "+", "*")
_CLAUSES = ("BIND", "FILTER", "AS", "VALUES")
_NO_MEMBERS = ("AS", "DISTINCT", "REDUCED", "NOT", "IN", "EXISTS", "SEPARATOR")
_TERMS = ("iri", "string", "variable", "name", "word")
_NONE = Token("end", "", 0, -1)


def check_bounds(text: str, name: str = "given") -> list[Token]:
    """Return the tokens of a query; the text need not be SPARQL. What strings, IRIs and comments hold does not count.

    Raises
    ------
    QueryError
        The query called `name` is nested too deeply, or has too many parts or variables; the place is the first of them
        that is too much.
    """
    tokens = tokens_of(text)
    for token in tokens:
        if token.kind == "iri" and "'" in token.key:
            said = "has an IRI with an apostrophe, which may also be read as `less than` and a text; write %27"
            raise _wrong(text, name, token, said)
    _check(text, name, tokens)
    if other := _otherwise(text, tokens):
        _check(text, name, other)
    return tokens


def _otherwise(text: str, tokens: list[Token]) -> list[Token]:
    """Return the tokens if each `<…#…>` that may be an IRI is `less than` and a comment; none if there is no such."""
    doubtful = [token.start for token in tokens if token.kind == "iri" and "#" in token.key and "//" not in token.key]
    if not doubtful:
        return []
    letters = list(text)
    for start in doubtful:
        letters[start] = " "
    return tokens_of("".join(letters))


def _wrong(text: str, name: str, token: Token, said: str) -> QueryError:
    column = token.start - text.rfind("\n", 0, token.start)
    return QueryError(name, said, line=token.line, column=column)


def _check(text: str, name: str, tokens: list[Token]) -> None:
    if 2 * len(tokens) + text.count("-") <= MOST_PARTS and sum(map(text.count, _DEEPER)) <= MOST_LEVELS:
        return  # as almost always: not even if each token were two parts, and each sign a level
    n_parts, variables = 0, set()
    for token, level, parts in _measured(tokens):
        n_parts += parts
        if token.kind == "variable":
            variables.add(token.key)
        if level > MOST_LEVELS:
            said = f"is nested more than {MOST_LEVELS} levels deep; split it"
        elif n_parts > MOST_PARTS:
            said = f"has more than {MOST_PARTS} patterns and operators; split it, or put values into VALUES or IN"
        elif len(variables) > MOST_VARIABLES:
            said = f"has more than {MOST_VARIABLES:,} variables; split it"
        else:
            continue
        raise _wrong(text, name, token, said)


def _measured(tokens: list[Token]) -> Iterator[tuple[Token, int, int]]:
    """Yield each token with how deep it stands, and how many parts begin with it."""
    brackets: list[tuple[str, int]] = []  # those that are open, each with the level outside
    level = 0
    prefixed = 0  # operators before an operand that is still to come
    values: int | None = None  # how many brackets are open around the rows of VALUES
    rows_follow = False
    before = _NONE
    for token, after in pairwise([*_doubled(tokens), _NONE]):
        key, inner = token.key, brackets[-1][0] if brackets else ""
        parts = 0
        if token.kind == "rest" and key in _OPENING:
            brackets.append((key, level - prefixed))
            level, prefixed = level + 1, 0
            if key == "{" and rows_follow:
                values, rows_follow = len(brackets), False
            elif key != "(" and values is None:
                parts = 1
        elif token.kind == "rest" and _CLOSING.get(key) == inner != "":
            level, prefixed = brackets.pop()[1], 0
            if values is not None and len(brackets) < values:
                values = None
        elif token.kind == "rest" and key in ("!", "^"):
            level, prefixed = level + 1, prefixed + 1
        elif token.kind in _TERMS:
            if prefixed and after.key not in _OPENING and key not in ("NOT", "EXISTS"):
                level, prefixed = level - prefixed, 0
            if token.kind == "word":
                rows_follow = rows_follow or key == "VALUES"
                parts = key.count("-") * (key[0] != "@") + (key in _CLAUSES)
            if inner == "(" and _is_member(before) and _is_member(token):
                parts += 1
        elif key in _SEPARATORS:
            parts = inner in ("{", "[")
        elif key in _OPERATORS or key in ("||", "&&"):
            parts = 1
        yield token, level, 0 if values is not None else parts
        before = token


def _is_member(token: Token) -> bool:
    """Return whether a token may stand beside another one in a list, with nothing between them."""
    return token.kind in _TERMS and token.key not in _NO_MEMBERS


def _doubled(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens with `<<`, `>>`, `||`, `&&`, `!=` and `^^` as one each."""
    waiting = iter([*tokens, _NONE])
    token = next(waiting)
    for after in waiting:
        if token.kind == after.kind == "rest" and after.start == token.start + 1:
            both = token.key + after.key
            if both in ("<<", ">>", "||", "&&", "!=", "^^"):
                token = token._replace(key=both)
                continue
        if token is not _NONE:
            yield token
        token = after
