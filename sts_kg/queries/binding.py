"""Values of parameters: typed, checked, and put into a query's text token by token, never pasted.

A text is cut into comments, IRIs, strings, variables and the rest; only a parameter's variable is replaced, by a term
in N-Triples of the declared type. One text then serves every engine (house rule: no `VALUES`, no substitutions).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from rdflib import Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import RDF, RDFS, SKOS, XSD
from rdflib.term import Identifier

from sts_kg.errors import CurieError, UnknownNameError
from sts_kg.rdf import BASE, PREFIXES, STS, Prefixes, compress, expand, local

__all__ = ["Entities", "Parameter", "cut", "substituted"]

MAX_LIMIT = 10_000  #: the largest value of a parameter after LIMIT or OFFSET
MAX_CHARACTERS = 10_000  #: the longest text that a parameter takes
MAX_DIGITS = 100  #: before the point, and after it

# --- tokens: SPARQL 1.1, section 19.8, as far as is needed to tell a variable from the inside of other tokens

_PN = (  # PN_CHARS_U and the digits, rules 164 and 165
    "A-Za-z0-9_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_TOKEN = re.compile(
    rf"""
      (?P<comment> \#[^\n\r]* )
    | (?P<iri> <[^<>"{{}}|^`\\\x00-\x20]*> )
    | (?P<string> \"\"\"(?:"{{0,2}}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
                | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<variable> [?$][{_PN}\u00b7\u0300-\u036f\u203f\u2040]+ )
    | (?P<name> (?:[{_PN}][{_PN}.\-]*)?:(?:(?:[{_PN}.:%\-]|\\.)*(?:[{_PN}:%\-]|\\.))? )
    | (?P<word> @?[{_PN}\-]+ )
    | (?P<space> \s+ )
    | (?P<rest> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    key: str  # the text, but keywords in capitals, and always ?x for $x
    line: int


def cut(text: str) -> list[Token]:
    """Return the tokens of a text without comments and blanks."""
    tokens, line = [], 1
    for match in _TOKEN.finditer(text):
        kind, key = match.lastgroup or "", match.group()
        if kind not in ("comment", "space"):
            shown = key.upper() if kind == "word" else key.replace("$", "?", 1) if kind == "variable" else key
            tokens.append(Token(kind, shown, line))
        line += key.count("\n")
    return tokens


def substituted(text: str, terms: Mapping[str, str]) -> str:
    """Return the text with the variables in `terms` (names without ?) replaced, wherever they are variable tokens."""

    def replaced(match: re.Match[str]) -> str:
        token = match.group()
        if match.lastgroup != "variable" or token[1:] not in terms:
            return token
        # a term must not grow together with its neighbours, as `<` with `<iri>` and `"a"@en` with `-1` would
        before = "" if text[match.start() - 1] in " \n\t({" else " "
        after = "" if text[match.end() : match.end() + 1] in ("", *" \r\n\t)};,") else " "
        return f"{before}{terms[token[1:]]}{after}"

    return _TOKEN.sub(replaced, text)


# --- terms: our own N-Triples, since rdflib's `Literal.n3()` lets a malformed datatype through

_UCS = "".join(  # ucschar of RFC 3987, section 2.2
    f"{chr(first)}-{chr(last)}"
    for first, last in [(0xA0, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFEF)]
    + [(plane * 0x10000 + (0x1000 if plane == 14 else 0), plane * 0x10000 + 0xFFFD) for plane in range(1, 15)]
)
_HOST = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;={_UCS}]|%[0-9A-Fa-f]{{2}})"
IRI = (  # the absolute IRIs of RFC 3987, but for user names, IP literals and private characters
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://{_HOST}*(?::[0-9]{{0,5}})?(?=[/?\#]|\Z)|(?!//))"
    rf"(?:{_HOST}|[:@/])*(?:\?(?:{_HOST}|[:@/?])*)?(?:\#(?:{_HOST}|[:@/?])*)?"
)
_DECIMAL = rf"[+-]?(?:[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{0,{MAX_DIGITS}}})?|\.[0-9]{{1,{MAX_DIGITS}}})"
_DATE = r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}"
#: The datatypes a parameter may have, with their lexical forms (XML Schema 1.1 part 2, section 3; years 1 to 9999).
LEXICAL = {
    "string": r"(?s:.*)",
    "boolean": "true|false",
    "integer": rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}",
    "nonNegativeInteger": rf"\+?[0-9]{{1,{MAX_DIGITS}}}",
    "positiveInteger": rf"\+?0*[1-9][0-9]{{0,{MAX_DIGITS - 1}}}",
    "decimal": _DECIMAL,
    "double": rf"{_DECIMAL}(?:[eE][+-]?[0-9]{{1,3}})?",
    "float": rf"{_DECIMAL}(?:[eE][+-]?[0-9]{{1,3}})?",
    "date": _DATE,
    "dateTime": rf"{_DATE}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,6}})?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?",
    "gYear": r"(?!0000)[0-9]{4}",
    "gYearMonth": r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])",
    "anyURI": IRI,
}
LANGUAGE = re.compile("[a-z]{2}")  # the primary subtag of BCP 47; a variable name cannot hold more
_MARKS = {'"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _iri_term(iri: str) -> str:
    if not re.fullmatch(IRI, iri):
        raise ValueError("it is no absolute IRI by RFC 3987")
    return f"<{iri}>"


def _quoted(text: str) -> str:
    r"""Return a text as quoted string that every engine reads as the same text.

    rdflib replaces `\uXXXX` before it cuts tokens, even behind an escaped backslash, and reads up to eight digits after
    a small u. Hence always `\UXXXXXXXX`, and a `u` that follows a backslash is escaped, too.
    """

    def escaped(match: re.Match[str]) -> str:
        found = match.group()
        if found[0] == "\\":
            return "\\\\" + "".join(f"\\U{ord(letter):08X}" for letter in found[1:])
        return _MARKS.get(found) or f"\\U{ord(found):08X}"

    return '"' + re.sub(r'\\[uU]?|["\x00-\x1f\x7f-\x9f]', escaped, text) + '"'


def _typed(text: str, datatype: str) -> str:
    """Return a literal with a datatype of the closed list; ValueError if the text is not one of its lexical forms."""
    if not re.fullmatch(LEXICAL[datatype], text):
        raise ValueError(f"it has not the form of an xsd:{datatype}")
    if datatype in ("date", "dateTime"):
        datetime.fromisoformat(text)  # the calendar and the clock: no 30 February, no hour 25
    if datatype in ("double", "float") and abs(float(text)) == float("inf"):
        raise ValueError(f"it is too large for an xsd:{datatype}")
    # a triple pattern compares terms, and rdflib holds `05` as `5`, `7` as the double `7.0`, `Z` as `+00:00`
    text = str(RdfLiteral(text, datatype=XSD[datatype]))
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
    if isinstance(value, RdfLiteral) or (isinstance(value, str) and not isinstance(value, Identifier)):
        return str(value)
    raise ValueError(f"a {type(value).__name__} like this is no text, number, date or truth value")


@dataclass(frozen=True)
class Parameter:
    """A typed slot of a canned query.

    `type` is "iri", "literal", "number", "integer", a language ("en") or a datatype ("xsd:date"); `choices`, if there
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
        if self.type == "iri":
            return _iri_term(self._entity(value, entities))
        term = self._literal(value)
        if self.choices and term not in map(self._literal, self.choices):
            raise UnknownNameError("choice", _text(value), self.choices)
        return term

    def _entity(self, value: object, entities: Entities | None) -> URIRef:
        if not isinstance(value, str) or (isinstance(value, Identifier) and not isinstance(value, URIRef)):
            raise ValueError(f"a {type(value).__name__} is neither an IRI nor a name")
        text = f"<{value}>" if isinstance(value, URIRef) else value
        if self.choices:
            return _picked(text, "choice", [URIRef(each) for each in self.choices], entities.labels if entities else {})
        return entities.resolve(text, self.entity_class) if entities else _expanded(text)

    def _literal(self, value: object) -> str:
        language = self.type if LANGUAGE.fullmatch(self.type) else None
        if isinstance(value, RdfLiteral) and value.language != language:
            raise ValueError(f"its language is {value.language}, not {language}")
        if isinstance(value, bool) and self.type != "xsd:boolean":
            raise ValueError("a truth value is no number and no text")
        if self.type in ("literal", language) and not isinstance(value, str):
            raise ValueError(f"a {type(value).__name__} is no text")
        text = _text(value)
        if self.limit:
            if not re.fullmatch("[0-9]{1,5}", text) or int(text) > MAX_LIMIT:
                raise ValueError(f"it is no whole number from 0 to {MAX_LIMIT}")
            return str(int(text))
        if self.type == "number":
            kinds = ("integer", "decimal") if not isinstance(value, float) else ()
            return _typed(text, next((kind for kind in kinds if re.fullmatch(LEXICAL[kind], text)), "double"))
        if self.type in ("literal", language):
            return f"{_quoted(text)}@{language}" if language else _quoted(text)
        return _typed(text, self.type.removeprefix("xsd:"))


def _expanded(text: str) -> URIRef:
    """Return the IRI of an IRI or a CURIE, of an outside vocabulary too; an outside IRI in its standard form."""
    prefix, colon, rest = text.partition(":")
    if colon and prefix not in PREFIXES and not rest.startswith("//"):
        known = Prefixes.shipped()
        if known.find(prefix) is not None:
            return known.expand(text)
    return expand(text)


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def _picked(text: str, kind: str, members: Collection[URIRef], labels: Mapping[URIRef, Collection[str]]) -> URIRef:
    """Return the one member that a text names: by IRI or CURIE, local name, local name without kind, or label."""
    try:
        iri = expand(text)
    except CurieError:
        iri = None
    if iri is not None and iri in members:
        return iri
    ids = {member: local(member) for member in members}
    kinds = {name.partition("-")[0] for member, name in ids.items() if member.startswith(BASE)}
    shared = kinds.pop() if len(kinds) == 1 else None
    for found in (
        [member for member, name in ids.items() if name == text],
        [member for member, name in ids.items() if shared and name == f"{shared}-{text}"],
        [member for member in members if _folded(text) in map(_folded, labels.get(member, ()))],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            error = UnknownNameError(f"single {kind}", text)
            error.near = tuple(sorted(map(compress, found)))
            raise error
    known = [label for member in members for label in labels.get(member, ())]
    raise UnknownNameError(kind, text if iri is None else local(iri), [*ids.values(), *known])


class Entities:
    """The named things of a graph, to be found by IRI, local name or label; a snapshot, read when first asked.

    Examples
    --------
    >>> graph = Graph().add((STS["option-pazopanib"], RDF.type, STS.TreatmentOption))
    >>> Entities(graph).resolve("pazopanib", STS.TreatmentOption)
    rdflib.term.URIRef('https://w3id.org/sts-kg/option-pazopanib')
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._members: dict[URIRef | None, tuple[URIRef, ...]] = {}

    @cached_property
    def labels(self) -> Mapping[URIRef, tuple[str, ...]]:
        """The labels of each IRI: rdfs:label, skos:altLabel, sts:brandName; in that order, sorted in each."""
        labels: dict[URIRef, tuple[str, ...]] = {}
        for naming in (RDFS.label, SKOS.altLabel, STS.brandName):
            for subject, label in sorted(self._graph.subject_objects(naming)):
                if isinstance(subject, URIRef):
                    labels[subject] = (*labels.get(subject, ()), str(label))
        return labels

    def members(self, entity_class: URIRef | None) -> tuple[URIRef, ...]:
        """Return the IRIs that are instances of a class or of its subclasses, sorted; of any class if it is None."""
        if entity_class not in self._members:
            within = [None] if entity_class is None else self._graph.transitive_subjects(RDFS.subClassOf, entity_class)
            found = {member for each in list(within) for member in self._graph.subjects(RDF.type, each)}
            self._members[entity_class] = tuple(sorted(member for member in found if isinstance(member, URIRef)))
        return self._members[entity_class]

    def resolve(self, text: str, entity_class: URIRef | None = None) -> URIRef:
        """Return the IRI that a text names among the members of a class.

        In this order: IRI, `<IRI>` or CURIE; local name; local name without its kind (`pazopanib` for
        `option-pazopanib`) if all members share the kind; label, whose case and blanks do not count. Without a class
        any well-formed IRI will do, too.

        Raises
        ------
        UnknownNameError
            No member has the name, or more than one has.
        """
        if entity_class is None:
            try:
                return _expanded(text)
            except CurieError:
                return _picked(text, "thing", self.members(None), self.labels)
        return _picked(text, compress(entity_class), self.members(entity_class), self.labels)
