"""The parameters of a canned query: typed, and their values as N-Triples terms, checked.

A term takes the place of a variable in the text. One text then serves every engine (no `VALUES`, no
substitutions).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Identifier

from sts_kg.errors import UnknownNameError
from sts_kg.queries.entities import Entities, expanded, picked
from sts_kg.rdf import LITERAL, PREFIXES, XSD_FORMS, XSD_INTEGERS, Prefixes, canonical

__all__ = ["LANGUAGE", "LEXICAL", "Parameter", "is_absolute_iri"]

MAX_LIMIT = 10_000  #: the largest value of a parameter after LIMIT or OFFSET
MAX_CHARACTERS = 10_000  #: the longest text that a parameter takes
MAX_DIGITS = 100  #: in a row, in a number

_HOST = r"""(?:[^\x00-\x20"#%/:<>?@[-^`{-\x7f]|%[0-9A-Fa-f]{2})"""
_IRI = (  # the absolute IRIs of RFC 3987, except user names and IP literals
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://{_HOST}*(?::[0-9]{{0,5}})?(?=[/?\#]|\Z)|(?!//))"
    rf"(?:{_HOST}|[:@/])*(?:\?(?:{_HOST}|[:@/?])*)?(?:\#(?:{_HOST}|[:@/?])*)?"
)
_NOT_UCS = "[^\x00-\x7f{}]".format(  # no ucschar of RFC 3987, section 2.2
    "".join(
        f"{chr(first)}-{chr(last)}"
        for first, last in [(0xA0, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFEF)]
        + [(plane * 0x10000 + (0x1000 if plane == 14 else 0), plane * 0x10000 + 0xFFFD) for plane in range(1, 15)]
    )
)
#: The datatypes that a parameter may have, with their forms; `_typed` narrows them to what every engine reads alike.
LEXICAL = {
    "string": r"(?s:.*)",
    "boolean": "true|false",
    **dict.fromkeys(("integer", "nonNegativeInteger", "positiveInteger"), XSD_FORMS["integer"]),
    **{name: XSD_FORMS[name] for name in ("decimal", "double", "float", "date", "dateTime", "gYear", "gYearMonth")},
    "anyURI": _IRI,
}
LANGUAGE = re.compile("[a-z]{2}")  # the primary subtag of BCP 47; a variable name cannot hold more
_DAY = {"date": "", "gYear": "-01-01", "gYearMonth": "-01"}  # what makes a date of a form


def is_absolute_iri(text: str) -> bool:
    """Return whether a text is an absolute IRI by RFC 3987; user names, IP literals and private characters are not."""
    return bool(re.fullmatch(_IRI, text)) and (text.isascii() or not re.search(_NOT_UCS, text))


def _quoted(text: str) -> str:
    r"""Return a text as a quoted string that every engine reads as the same text.

    rdflib replaces `\uXXXX` before it finds the tokens, even after an escaped backslash, and reads up to eight digits
    after a small u. So an escape is always `\UXXXXXXXX`, and a `u` that follows a backslash is escaped, too.
    """

    def safe(match: re.Match[str]) -> str:
        letter = match[1]
        return r"\U0000" if letter is None else r"\\" + (f"\\U{ord(letter):08X}" if letter else "")

    return re.sub(r"\\(?:\\([uU]?)|u)", safe, canonical(LITERAL, text).decode())


def _typed(text: str, datatype: str) -> str:
    """Return a literal with a datatype of LEXICAL; ValueError if the text is not one of its lexical forms."""
    low, high = XSD_INTEGERS.get(datatype, (-math.inf, math.inf))
    is_text = datatype in ("string", "anyURI")
    if (
        not re.fullmatch(LEXICAL[datatype], text)
        or (not is_text and re.search(f"[0-9]{{{MAX_DIGITS + 1}}}", text))
        or (datatype in XSD_INTEGERS and not low <= int(text) <= high)
        or (datatype == "anyURI" and not is_absolute_iri(text))
        or (datatype == "dateTime" and re.search(r"T24|\.[0-9]{7}", text))  # Python counts microseconds
    ):
        raise ValueError(f"it does not have the form of an xsd:{datatype}")
    if datatype in _DAY:
        date.fromisoformat(text + _DAY[datatype])  # the calendar: years 1 to 9999, no 30 February, no time zone
    elif datatype == "dateTime":
        datetime.fromisoformat(text)
    elif datatype in ("double", "float") and not math.isfinite(float(text)):
        raise ValueError(f"it is too large for an xsd:{datatype}")
    # a triple pattern compares terms, and rdflib holds `05` as `5`, `7` as the double `7.0`, `Z` as `+00:00`
    text = str(Literal(text, datatype=XSD[datatype]))
    return _quoted(text) if datatype == "string" else f"{_quoted(text)}^^<{XSD[datatype]}>"


def _text(value: object) -> str:
    """Return the text of a single Python value or literal; ValueError for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < MAX_DIGITS:
        return format(value, "f")
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**MAX_DIGITS):
        return repr(value)
    if isinstance(value, Literal) or (isinstance(value, str) and not isinstance(value, Identifier)):
        return str(value)
    raise ValueError(f"a {type(value).__name__} like this is not a text, number, date or truth value")


def _by_its_own_type(value: object, entities: Entities | None) -> str:
    """Return a Python value or RDF term as N-Triples term, by the type that it has."""
    value = value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value
    if isinstance(value, Literal) and (value.language or value.datatype not in (None, XSD.string)):
        if value.language:
            return f"{_quoted(value)}@{value.language}"
        name = str(value.datatype).removeprefix(str(XSD))
        if name in LEXICAL:
            return _typed(str(value), name)
        if not is_absolute_iri(str(value.datatype)):
            raise ValueError(f"its datatype, {value.datatype}, is not an absolute IRI by RFC 3987")
        return f"{_quoted(value)}^^<{value.datatype}>"
    kinds = ((bool, "boolean"), (int, "integer"), (float, "double"), (Decimal, "decimal"), (datetime, "dateTime"))
    for kind, name in (*kinds, (date, "date")):
        if isinstance(value, kind):
            return Parameter("", f"xsd:{name}", True).term(value)
    if isinstance(value, BNode):
        raise ValueError("a blank node in a query is a variable, and names nothing")
    if isinstance(value, URIRef) or (isinstance(value, str) and _names_a_term(value)):
        return Parameter("", "iri", True).term(value, entities)
    return Parameter("", "literal", True).term(value)


def _names_a_term(text: str) -> bool:
    """Return whether a text is an IRI in angle brackets, or a CURIE with a known prefix."""
    prefix, colon, name = text.partition(":")
    if not (colon and name) or re.search(r"[\s<>\"]", text) or name.startswith("//"):
        return bool(re.fullmatch(r"<[^\s<>\"]+>", text))
    return prefix in PREFIXES or Prefixes.shipped().find(prefix) is not None


@dataclass(frozen=True)
class Parameter:
    """A typed slot of a query.

    `type` is "iri", "literal", "number", "integer", a language ("en") or a datatype ("xsd:date"), or "", of which the
    value says the type (no canned query has such a slot); `choices`, if there
    are any, are all the values it takes; `limit` says that it stands after LIMIT or OFFSET.
    """

    name: str
    type: str
    required: bool
    default: str | None = None
    choices: tuple[str, ...] = ()
    label: str = ""
    entity_class: URIRef | None = None
    limit: bool = False

    @property
    def variable(self) -> str:
        """The variable as the text spells it: `?_drug_iri` if required, `?__drug_iri` if optional."""
        return f"?{'_' if self.required else '__'}{self.name}_{self.type.replace(':', '_')}"

    def term(self, value: object, entities: Entities | None = None) -> str:
        """Return a value as N-Triples term of the declared type; after LIMIT as digits.

        Raises
        ------
        ValueError, UnknownNameError
            The value is not of the type, or is none of the choices or of the class.
        """
        if isinstance(value, str) and (len(value) > MAX_CHARACTERS or re.search("[\x00\ud800-\udfff]", value)):
            raise ValueError(f"it has more than {MAX_CHARACTERS} characters, or a NUL, or half a surrogate pair")
        if not self.type:
            return _by_its_own_type(value, entities)
        if self.type == "iri":
            iri = self._entity(value, entities)
            if not is_absolute_iri(iri):
                raise ValueError("it is not an absolute IRI by RFC 3987")
            return f"<{iri}>"
        term = self._literal(value)
        if self.choices and term not in map(self._literal, self.choices):
            raise UnknownNameError("choice", _text(value), self.choices)
        return term

    def _entity(self, value: object, entities: Entities | None) -> URIRef:
        if not isinstance(value, str) or (isinstance(value, Identifier) and not isinstance(value, URIRef)):
            raise ValueError(f"a {type(value).__name__} is neither an IRI nor a name")
        text = f"<{value}>" if isinstance(value, URIRef) else value
        if self.choices:
            return picked(text, "choice", [URIRef(each) for each in self.choices], entities.labels if entities else {})
        return entities.resolve(text, self.entity_class) if entities else expanded(text)

    def _literal(self, value: object) -> str:
        language = self.type if LANGUAGE.fullmatch(self.type) else None
        if isinstance(value, Literal) and value.language != language:
            raise ValueError(f"its language is {value.language}, not {language}")
        if isinstance(value, bool) and self.type != "xsd:boolean":
            raise ValueError("a truth value is neither a number nor a text")
        if self.type in ("literal", language) and not isinstance(value, str):
            raise ValueError(f"a {type(value).__name__} is not text")
        text = _text(value)
        if self.limit:
            if not re.fullmatch("[0-9]{1,5}", text) or int(text) > MAX_LIMIT:
                raise ValueError(f"it is not a whole number from 0 to {MAX_LIMIT}")
            return str(int(text))
        if self.type == "number":
            kinds = ("integer", "decimal") if not isinstance(value, float) else ()
            return _typed(text, next((kind for kind in kinds if re.fullmatch(LEXICAL[kind], text)), "double"))
        if self.type in ("literal", language):
            return f"{_quoted(text)}@{language}" if language else _quoted(text)
        return _typed(text, self.type.removeprefix("xsd:"))
