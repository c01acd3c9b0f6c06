"""A SPARQL text of a person with values in the place of its parameters: `?_drug` takes the value of `drug`.

Each value is checked and becomes one token, so no value can change the query. `{drug}` and `%s` are refused.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sts_kg.errors import CurieError, QueryError, UnknownNameError, nearest
from sts_kg.queries.body import TYPES, misplaced
from sts_kg.queries.entities import Entities
from sts_kg.queries.mistakes import placed
from sts_kg.queries.parameters import LANGUAGE, Parameter
from sts_kg.queries.tokens import Token, pieces, tokens_of

__all__ = ["Filled", "filled"]

_NAME = re.compile(r"\?(__?)([A-Za-z0-9]\w*)")
_IN_TEXT = re.compile(r"\{([A-Za-z_]\w*)\}|%\(([A-Za-z_]\w*)\)[sdr]")
_NONE = Token("rest", "", 0, 0)


@dataclass(frozen=True)
class Filled:
    """A text with its values in it: the `text`, and the `terms` that stand for its parameters."""

    written: str
    terms: Mapping[str, str]

    @property
    def text(self) -> str:
        """The SPARQL that is sent."""
        return "".join(new for _, new in pieces(self.written, self.terms))

    def as_written(self, error: QueryError) -> QueryError:
        """Return an error about the text that is sent with its place in the text as it was written."""
        if error.line is None or error.column is None:
            return error
        sent = self.text.split("\n")
        at = sum(len(line) + 1 for line in sent[: error.line - 1]) + error.column - 1
        old_at = new_at = 0
        for old, new in pieces(self.written, self.terms):
            if new_at + len(new) > at:
                inside = at - new_at if old == new else 0
                return placed(error.name, self.written, old_at + inside, error.reason)
            old_at, new_at = old_at + len(old), new_at + len(new)
        return placed(error.name, self.written, len(self.written), error.reason)


def filled(
    text: str, values: Mapping[str, object], entities: Callable[[], Entities] | None = None, *, name: str = "given"
) -> Filled:
    """Return a text whose parameters have values: `?_drug` that of `drug`, `?_drug_iri` that of `drug`, as an IRI.

    The type is one of those of a query file: `iri`, `literal`, `number`, `integer`, a language, `xsd_date` and its
    like. Without one the value says it: an rdflib term is itself, a truth value, number, date or moment its XSD type,
    a text an IRI if it is a CURIE with a known prefix, or in angle brackets, and else a plain string. If there is a
    value whose name is the whole, such as `drug_id`, that is meant. `?__drug` stays a variable where the value is None
    or missing. `entities` is called for names and labels if there is a parameter.

    Raises
    ------
    QueryError
        A parameter has no value, or one that does not fit, or stands where no term can, or the text is interpolated.
    """
    tokens = tokens_of(text)
    _refuse_interpolation(text, tokens, values, name)
    for token, reason in misplaced(tokens):
        raise placed(name, text, token.start, reason)
    terms: dict[str, str] = {}
    for before, token in pairwise([_NONE, *tokens]):
        found = _NAME.fullmatch(token.key) if token.kind == "variable" else None
        if found is None or token.key[1:] in terms:
            continue
        wanted, type_ = _meant(found[2], values)
        value = values.get(wanted)
        if value is None and found[1] == "__":
            continue
        if wanted not in values:
            hint = f"; did you mean {' or '.join(near)}?" if (near := nearest(wanted, map(str, values))) else ""
            reason = f"{token.key} takes the value of {wanted}, and there is none{hint}"
            raise placed(name, text, token.start, reason)
        if value is None:
            reason = f"{wanted} is None; write ?_{token.key[1:]} for a parameter that may be left out, which means any"
            raise placed(name, text, token.start, reason)
        limit = before.kind == "word" and before.key in ("LIMIT", "OFFSET")
        parameter = Parameter(wanted, "integer" if limit else type_, found[1] == "_", limit=limit)
        try:
            terms[token.key[1:]] = parameter.term(value, entities() if entities is not None else None)
        except UnknownNameError as error:
            hint = f"; did you mean {' or '.join(error.near)}?" if error.near else ""
            reason = f"there is no {error.kind} of this name{hint}"
            raise placed(name, text, token.start, f"{wanted} = {_brief(value)}: {reason}") from None
        except (CurieError, ValueError) as error:
            reason = error.reason if isinstance(error, CurieError) else str(error)
            raise placed(name, text, token.start, f"{wanted} = {_brief(value)}: {reason}") from None
    return Filled(text, terms)


def _brief(value: object) -> str:
    """Return how Python writes a value, in one line and not at length."""
    if type(value).__repr__ is object.__repr__:  # which tells an address in memory
        return f"<{type(value).__name__}>"
    writer = reprlib.Repr()
    writer.maxother = writer.maxstring = 80
    try:
        return " ".join(writer.repr(value).split())
    except ValueError:  # a number of more than some thousand digits
        return f"<{type(value).__name__}>"


def _meant(key: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Return the name of the value that a parameter takes, and its type, which may be empty."""
    for at in (place for place, sign in enumerate(key) if sign == "_"):
        name, type_ = key[:at], key[at + 1 :].replace("_", ":")
        if type_ in TYPES or LANGUAGE.fullmatch(type_):
            if key in values:
                return key, type_ if type_ in TYPES else ""
            return name, type_
    return key, ""


def _refuse_interpolation(text: str, tokens: list[Token], values: Mapping[str, object], name: str) -> None:
    """Raise for what would be replaced by a format of Python: it is never replaced here."""
    said = "{} is not filled in as text, since a value could then change the query; write ?_{} in its place"
    for token, word, last in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (token.key, word.kind, last.key) == ("{", "word", "}"):
            written = text[word.start : last.start].strip()
            raise placed(name, text, token.start, said.format(f"{{{written}}}", written))
    for token, word in pairwise(tokens):
        if token.key == "%" and word.start == token.start + 1:
            raise placed(name, text, token.start, said.format("%", "name"))
        if token.kind in ("string", "iri") and (found := _IN_TEXT.search(token.key)):
            if (wanted := found[1] or found[2]) in values:
                raise placed(name, text, token.start + found.start(), said.format(found[0], wanted))
