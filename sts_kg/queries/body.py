"""The body of a query file, by its tokens: its form, its parameters, and where these are not allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sts_kg.errors import ParseError
from sts_kg.queries.parameters import LANGUAGE, LEXICAL, Parameter
from sts_kg.queries.tokens import Token, prologue_end

__all__ = ["TAKEN", "TYPES", "check_places", "form_of", "misplaced", "parameters_of"]

#: What no parameter may be called, since every query has an option of the name, or a keyword in Python.
TAKEN = (
    "cases",
    "endpoint",
    "format",
    "guideline",
    "help",
    "labels",
    "mappings",
    "memory",
    "online",
    "queries",
    "show",
    "store",
    "strict",
    "timeout",
)

FORMS = ("select", "ask", "construct", "describe")
_VARIABLE = re.compile(r"\?(__?)([A-Za-z0-9]+)_([A-Za-z]+(?:_[A-Za-z]+)?)")
TYPES = {"iri", "literal", "number", "integer", *(f"xsd:{name}" for name in LEXICAL)}
_NONE = Token("rest", "", 0, 0)  # before the first token


def form_of(tokens: list[Token]) -> str:
    """Return the form of a query, which the first keyword after the prologue says."""
    at = prologue_end(tokens)
    if at >= len(tokens):
        raise ParseError("there is a header, but no query")
    token = tokens[at]
    if token.kind != "word" or token.key.lower() not in FORMS:
        raise ParseError(
            f"{token.key} does not begin a query; SELECT, ASK, CONSTRUCT or DESCRIBE was expected", line=token.line
        )
    return token.key.lower()


def check_places(tokens: list[Token], *, federated: bool) -> None:
    """Raise for a parameter where a term is not allowed, for SELECT *, and for access beyond the graph."""
    depth = 0
    for before, token in zip([_NONE, *tokens], tokens, strict=False):
        word = token.key if token.kind == "word" else ""
        depth = 0 if word == "SELECT" else depth + (token.key == "(") - (token.key == ")")
        if token.key == "*" and before.key in ("SELECT", "DISTINCT", "REDUCED") and before.kind == "word" and not depth:
            raise ParseError("SELECT * hides what the query returns; name the variables", line=token.line)
        if word in ("SERVICE", "FROM") and not federated:
            beyond = f"{word} reaches beyond the graph that the header names, and it has no endpoint"
            raise ParseError(beyond, line=token.line)
        if token.kind == "iri" and token.key.lower().startswith("<file:"):
            raise ParseError("a query must not read a file", line=token.line)
    for token, reason in misplaced(tokens):
        raise ParseError(reason, line=token.line)


def misplaced(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    """Yield each parameter that stands where no term is allowed, with a sentence about it."""
    clause, depth = "", 0
    for before2, before, token in zip([_NONE, _NONE, *tokens], [_NONE, *tokens], tokens, strict=False):
        word = token.key if token.kind == "word" else ""
        depth += (token.key == "(") - (token.key == ")")
        if word in ("SELECT", "VALUES") or (word == "BY" and before.key == "GROUP"):
            clause, depth = word, 0
        elif word in ("WHERE", "FROM", "HAVING", "ORDER", "LIMIT", "OFFSET") or token.key in "{}":
            clause = ""
        if token.kind == "variable" and token.key.startswith("?_"):
            reason = {"AS": "assigned by AS", "SERVICE": "a service", "SILENT": "a service"}.get(before.key)
            if before.key == "(" and before2.key == "BOUND":
                reason = "asked about by BOUND()"
            if clause and not reason:
                misuse = {"SELECT": "projected", "BY": "grouped", "VALUES": "assigned by VALUES"}[clause]
                reason = misuse if clause != "SELECT" or not depth else None
            if reason:
                yield token, f"{token.key} is a parameter, so it cannot be {reason}"


def parameters_of(tokens: list[Token]) -> list[tuple[Parameter, int]]:
    """Return the parameters in the order of the text, each with its first line."""
    found: dict[str, tuple[Parameter, int]] = {}
    for before, token in zip([_NONE, *tokens], tokens, strict=False):
        if token.kind != "variable" or not token.key.startswith("?_"):
            continue
        match = _VARIABLE.fullmatch(token.key)
        type_ = match[3].replace("_", ":") if match else ""
        if match is None or not (type_ in TYPES or LANGUAGE.fullmatch(type_)):
            raise ParseError(
                f"{token.key} begins with _, but is not a parameter ?_name_type or ?__name_type: the name has "
                "letters and digits only, the type is a language of two letters or "
                f"{', '.join(sorted(TYPES)).replace(':', '_')}",
                line=token.line,
            )
        if match[2] in TAKEN:
            reason = f"the parameter {match[2]} is called like an option of every query; taken are {', '.join(TAKEN)}"
            raise ParseError(reason, line=token.line)
        limit = before.key in ("LIMIT", "OFFSET") and before.kind == "word"
        known = found.get(match[2], (None, 0))[0]
        parameter = Parameter(match[2], type_, match[1] == "_", limit=limit or (known is not None and known.limit))
        if known is not None and known.variable != parameter.variable:
            raise ParseError(f"the parameter {match[2]} is both {known.variable} and {token.key}", line=token.line)
        if limit and (type_ != "integer" or not parameter.required):
            raise ParseError(f"after {before.key} a required integer was expected, not {token.key}", line=token.line)
        found[match[2]] = parameter, found.get(match[2], (None, token.line))[1]
    return list(found.values())
