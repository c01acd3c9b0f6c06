"""Canned queries: `queries/<topic>/<query>.rq` as values with a header, typed parameters and safe binding.

The header is YAML on `#+` lines as grlc reads it, the variable names are BASIL's. Nothing here runs a query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from rdflib import Graph, URIRef, Variable
from rdflib import Literal as RdfLiteral
from rdflib.namespace import RDF, RDFS, SKOS, XSD
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Identifier

from sts_kg.errors import CurieError, ParameterError, ParseError, QueryError, UnknownNameError, nearest
from sts_kg.files import read_text
from sts_kg.names import BASE, STS, compress, expand, local

__all__ = ["CannedQuery", "Entities", "Parameter", "find", "parse", "parsed", "parts_of", "read_all"]

GRAPHS = ("asserted", "closed", "cases")  #: what a query runs on; "closed" if the header does not say
FORMS = ("select", "ask", "construct", "describe")
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


class _Token(NamedTuple):
    kind: str
    key: str  # the text, but keywords in capitals, and always ?x for $x
    line: int


def _tokens(text: str) -> list[_Token]:
    """Return the tokens of a text without comments and blanks."""
    tokens, line = [], 1
    for match in _TOKEN.finditer(text):
        kind, key = match.lastgroup or "", match.group()
        if kind not in ("comment", "space"):
            shown = key.upper() if kind == "word" else key.replace("$", "?", 1) if kind == "variable" else key
            tokens.append(_Token(kind, shown, line))
        line += key.count("\n")
    return tokens


def _substituted(text: str, terms: Mapping[str, str]) -> str:
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
_IRI = re.compile(  # the absolute IRIs of RFC 3987, but for user names, IP literals and private characters
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://{_HOST}*(?::[0-9]{{0,5}})?(?=[/?\#]|\Z)|(?!//))"
    rf"(?:{_HOST}|[:@/])*(?:\?(?:{_HOST}|[:@/?])*)?(?:\#(?:{_HOST}|[:@/?])*)?"
)
_DECIMAL = rf"[+-]?(?:[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{0,{MAX_DIGITS}}})?|\.[0-9]{{1,{MAX_DIGITS}}})"
_DATE = r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}"
#: The datatypes a parameter may have, with their lexical forms (XML Schema 1.1 part 2, section 3; years 1 to 9999).
_LEXICAL = {
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
    "anyURI": _IRI.pattern,
}
_LANGUAGE = re.compile("[a-z]{2}")  # the primary subtag of BCP 47; a variable name cannot hold more
_MARKS = {'"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _iri_term(iri: str) -> str:
    if not _IRI.fullmatch(iri):
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
    if not re.fullmatch(_LEXICAL[datatype], text):
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
        return entities.resolve(text, self.entity_class) if entities else expand(text)

    def _literal(self, value: object) -> str:
        language = self.type if _LANGUAGE.fullmatch(self.type) else None
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
            return _typed(text, next((kind for kind in kinds if re.fullmatch(_LEXICAL[kind], text)), "double"))
        if self.type in ("literal", language):
            return f"{_quoted(text)}@{language}" if language else _quoted(text)
        return _typed(text, self.type.removeprefix("xsd:"))


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
                return expand(text)
            except CurieError:
                return _picked(text, "thing", self.members(None), self.labels)
        return _picked(text, compress(entity_class), self.members(entity_class), self.labels)


@dataclass(frozen=True)
class CannedQuery:
    """A query file: what its header says, and its whole text.

    `id` is the path below the folder of queries without suffix, `graph` is "asserted", "closed" or "cases", `form`
    "select", "ask", "construct" or "describe". `empty_because` says why no row can come, if none is meant to come.
    Only a federated query has an `endpoint`.
    """

    id: str
    topic: str
    summary: str
    description: str
    graph: str
    parameters: tuple[Parameter, ...]
    text: str
    form: str
    empty_because: str = ""
    tags: tuple[str, ...] = ()
    endpoint: str = ""

    @property
    def open_text(self) -> str:
        """The text as it stands, but for parameters after LIMIT or OFFSET, where SPARQL takes no variable."""
        limits = [parameter for parameter in self.parameters if parameter.limit]
        return _substituted(self.text, {each.variable[1:]: each.default or "1" for each in limits})

    @property
    def sample_text(self) -> str:
        """The text with some term in the place of each parameter, to be parsed and not to be run."""
        terms = {
            each.variable[1:]: "1" if each.limit else "<urn:sts-kg:sample>" if each.type == "iri" else '"sample"'
            for each in self.parameters
        }
        return _substituted(self.text, terms)

    def bind(self, values: Mapping[str, object] | None = None, *, entities: Entities | None = None) -> str:
        """Return the SPARQL text with an N-Triples term in the place of each parameter.

        A value of None counts as not given: a required parameter takes its default, an optional one stays a free
        variable, which means any.

        Parameters
        ----------
        values : mapping of parameter names to values
            One text, number, date, truth value or RDF term each, no lists.
        entities : Entities, optional
            Lets an IRI be given by name or label, and sees that it is of the parameter's class.

        Raises
        ------
        ParameterError
            No such parameter, a required one without value and default, or a value that does not fit.
        """
        given = {name: value for name, value in (values or {}).items() if value is not None}
        names = [parameter.name for parameter in self.parameters]
        for name in sorted(given.keys() - names):
            known = f"it has {', '.join(names)}" if names else "it has none"
            raise ParameterError(self.id, name, f"no such parameter, {known}", near=nearest(name, names))
        terms: dict[str, str] = {}
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            if value is not None:
                terms[parameter.variable[1:]] = self._term(parameter, value, entities)
            elif parameter.required:
                raise ParameterError(self.id, parameter.name, "a value is needed", type=parameter.type)
        return _substituted(self.text, terms)

    def _term(self, parameter: Parameter, value: object, entities: Entities | None) -> str:
        near: tuple[str, ...] = ()
        try:
            return parameter.term(value, entities)
        except UnknownNameError as error:
            reason, near = f"there is no {error.kind} of this name", error.near
        except CurieError as error:
            reason = error.reason
        except ValueError as error:
            reason = str(error)
        raise ParameterError(self.id, parameter.name, reason, type=parameter.type, value=value, near=near)

    def check(self) -> None:
        """Ask rdflib's grammar, for the text as it stands and for one with a term for each parameter (some 0.1 s).

        Raises
        ------
        QueryError
            It does not parse, is of another form than its words suggest, has a parameter where no term may stand, or
            reaches beyond the graph that its header names.
        """
        if (found := parsed(self.id, self.open_text)[1].name) != f"{self.form.capitalize()}Query":
            raise QueryError(self.id, f"by the grammar it is a {found}, not a query to {self.form}")
        tree = parsed(self.id, self.sample_text)
        for part in parts_of(tree):
            if isinstance(part, Variable) and part.startswith("_"):
                raise QueryError(self.id, f"?{part} is not bound; write blanks around it")
            beyond = isinstance(part, CompValue) and part.name in ("ServiceGraphPattern", "DatasetClause")
            if beyond and not self.endpoint:
                raise QueryError(self.id, f"a {part.name} reaches beyond the graph that the header names")
        _asked(self.id, translateQuery, tree)  # resolves prefixes and scopes, and changes the tree


def parsed(name: str, text: str) -> Any:
    """Return rdflib's parse tree of a query, prologue and body; QueryError for the named query if there is none."""
    return _asked(name, parseQuery, text)


def _asked(name: str, grammar: Callable[[Any], Any], what: Any) -> Any:
    try:
        return grammar(what)
    except Exception as error:  # pyparsing's own errors, ValueError, and bare Exception for an unknown prefix
        line, column = getattr(error, "lineno", None), getattr(error, "column", None)
        raise QueryError(name, f"no SPARQL: {getattr(error, 'msg', error)}", line=line, column=column) from error


def parts_of(tree: Any) -> Iterator[Any]:
    """Yield a node of a parse tree and all that is below it, in the order of the text."""
    yield tree
    if not isinstance(tree, (str, type(None))):
        for part in tree.values() if isinstance(tree, CompValue) else tree:
            yield from parts_of(part)


def find(name: str, queries: Mapping[str, CannedQuery]) -> CannedQuery:
    """Return the query of an id ("drugs/options-with-drug"), or of a file name that only one topic has.

    Raises
    ------
    UnknownNameError
        No query has the name, or more than one has; `near` are the ids in question.
    """
    if name in queries:
        return queries[name]
    by_file: dict[str, list[str]] = {}
    for query_id in queries:
        by_file.setdefault(query_id.rpartition("/")[2], []).append(query_id)
    found = by_file.get(name, [])
    if len(found) == 1:
        return queries[found[0]]
    error = UnknownNameError("single query" if found else "query", name)
    alike = nearest(name, queries) or [
        each for file in nearest(name.rpartition("/")[2], by_file) for each in by_file[file]
    ]
    error.near = tuple(found or alike)
    raise error


def read_all(
    folder: str | Path, *, on_error: Callable[[QueryError | ParseError], None] | None = None
) -> dict[str, CannedQuery]:
    """Return the queries below a folder by id, sorted; reads headers and tokens, but does not ask the grammar.

    Raises
    ------
    QueryError, ParseError
        A file is wrong. With `on_error`, that is called with the error instead, and the file left out.
    """
    top, queries = Path(folder), {}
    if not top.is_dir():
        raise ParseError("there is no such folder", path=folder)
    for path in sorted(top.rglob("*.rq")):
        query_id = path.relative_to(top).with_suffix("").as_posix()
        try:
            queries[query_id] = parse(query_id, read_text(path))
        except (QueryError, ParseError) as error:
            if on_error is None:
                raise
            on_error(error)
    return queries


# --- the header and the rules of the house (section 7)

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar stays text: `no` is not False
_KEYS = ("summary", "description", "method", "endpoint", "defaults", "enumerate", "x-sts", "tags")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
_VARIABLE = re.compile(r"\?(__?)([A-Za-z0-9]+)_([A-Za-z]+(?:_[A-Za-z]+)?)")
_TYPES = {"iri", "literal", "number", "integer", *(f"xsd:{name}" for name in _LEXICAL)}


def parse(query_id: str, text: str) -> CannedQuery:
    """Return a query file as a value, from its header and its tokens; only `CannedQuery.check` asks the grammar.

    Raises
    ------
    QueryError
        The header, a variable's name or the place of a parameter breaks a rule, with the line where it is known.
    """
    try:
        return _parse(query_id, text)
    except _WrongError as error:
        raise QueryError(query_id, error.reason, line=error.line) from None


class _WrongError(Exception):
    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason, self.line = reason, line


def _parse(query_id: str, text: str) -> CannedQuery:
    if not _ID.fullmatch(query_id):
        raise _WrongError("the path is <topic>/<query>.rq, in small letters with hyphens")
    # rdflib replaces escapes before it cuts tokens, and ends a comment only at \n: all must see the same tokens
    if wrong := re.search(r"\\[uU][0-9A-Fa-f]{4}|\r(?!\n)", text):
        raise _WrongError(
            "write a character itself, not as \\u, and a line end as \\n", text.count("\n", 0, wrong.start()) + 1
        )
    header, lines = _header(text)
    tokens = _tokens(text)
    own = _mapping(header, "x-sts", ("graph", "params", "empty"), lines)
    if own.get("graph", "closed") not in GRAPHS:
        raise _WrongError(f"the graph is one of {', '.join(GRAPHS)}", lines["x-sts"])
    endpoint = header.get("endpoint", "")
    form = _form(tokens)
    _check_places(tokens, federated=bool(endpoint))
    tags = header.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        raise _WrongError("the tags are a list of words", lines["tags"])
    return CannedQuery(
        id=query_id,
        topic=query_id.partition("/")[0],
        summary=header["summary"],
        description=header["description"],
        graph=own.get("graph", "closed"),
        parameters=_described(_variables(tokens), header, own, lines),
        text=text,
        form=form,
        empty_because=str(own.get("empty", "")),
        tags=tuple(tags),
        endpoint=endpoint,
    )


def _header(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the header, in which every scalar is text, and the line of each of its keys."""
    rows = [row.rstrip("\r") for row in text.split("\n")]
    end = next((index for index, row in enumerate(rows) if not row.startswith("#+")), len(rows))
    if not end or any(row.startswith("#+") for row in rows[end:]):
        raise _WrongError("the header has to be one block of `#+ key: value` from the first line on", end + 1)
    block = [row[2:].removeprefix(" ") for row in rows[:end]]
    try:
        header = yaml.load("\n".join(block), Loader=_Loader)  # a base loader makes texts, lists and mappings only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"the header is no YAML: {getattr(error, 'problem', error)}"
        raise _WrongError(reason, min(mark.line + 1, end) if mark else 1) from None
    starts = [(match[1], number) for number, row in enumerate(block, 1) if (match := re.match(r"([\w-]+):", row))]
    lines = dict(starts)
    if not isinstance(header, dict) or list(header) != [key for key, _ in starts]:
        raise _WrongError("the header is not a mapping that has each key once", 1)
    if unknown := [key for key in header if key not in _KEYS]:
        raise _WrongError(f"the header key {unknown[0]!r} is not one of {', '.join(_KEYS)}", lines[unknown[0]])
    if list(header) != sorted(header, key=_KEYS.index):
        raise _WrongError(f"the order of the header keys is {', '.join(_KEYS)}", 1)
    followed = {number for _, number in starts} | {end + 1}
    for key in ("summary", "description"):
        if not isinstance(header.get(key), str) or not header[key] or lines[key] + 1 not in followed:
            raise _WrongError(f"the header needs a {key} of one line", lines.get(key, 1))
    if "endpoint" in header and not (_IRI.fullmatch(str(header["endpoint"])) and header["endpoint"].startswith("http")):
        raise _WrongError("the endpoint is no http IRI", lines["endpoint"])
    return header, lines


def _mapping(parent: Mapping[str, Any], key: str, known: Collection[str], lines: Mapping[str, int]) -> dict[str, Any]:
    """Return the mapping under a key, empty if there is none; its own keys have to be among the known ones."""
    found = parent.get(key, {})
    line = lines.get(key, lines.get("x-sts"))
    if not isinstance(found, dict):
        raise _WrongError(f"{key} is no mapping", line)
    for name in found:
        if name not in known:
            raise _WrongError(
                f"{key} has {name!r}, which is not one of {', '.join(known) or 'its parameters: none'}", line
            )
    return found


def _form(tokens: list[_Token]) -> str:
    """Return the form of a query, which the first keyword after the prologue says."""
    rest = iter(tokens)
    for token in rest:
        if token.key in ("PREFIX", "BASE"):
            while next(rest, token).kind == "name":
                continue
        elif token.kind == "word" and token.key.lower() in FORMS:
            return token.key.lower()
        else:
            raise _WrongError(f"{token.key} does not begin a query, which asks and changes nothing", token.line)
    raise _WrongError("there is a header, but no query")


def _check_places(tokens: list[_Token], *, federated: bool) -> None:
    """Raise for a parameter where no term may stand, for SELECT *, and for what reaches beyond the graph."""
    blank = _Token("rest", "", 0)
    clause, depth = "", 0
    for before2, before, token in zip([blank, blank, *tokens], [blank, *tokens], tokens, strict=False):
        word = token.key if token.kind == "word" else ""
        depth += (token.key == "(") - (token.key == ")")
        if word in ("SELECT", "VALUES") or (word == "BY" and before.key == "GROUP"):
            clause, depth = word, 0
        elif word in ("WHERE", "FROM", "HAVING", "ORDER", "LIMIT", "OFFSET") or token.key in "{}":
            clause = ""
        if token.key == "*" and before.key in ("SELECT", "DISTINCT", "REDUCED") and before.kind == "word" and not depth:
            raise _WrongError("SELECT * hides what is asked; name the variables", token.line)
        if word in ("SERVICE", "FROM") and not federated:
            raise _WrongError(
                f"{word} reaches beyond the graph that the header names, and it has no endpoint", token.line
            )
        if token.kind == "iri" and token.key.lower().startswith("<file:"):
            raise _WrongError("a query reads no file", token.line)
        if token.kind == "variable" and token.key.startswith("?_"):
            reason = {"AS": "assigned by AS", "SERVICE": "a service", "SILENT": "a service"}.get(before.key)
            if before.key == "(" and before2.key == "BOUND":
                reason = "asked about by BOUND()"
            if clause and not reason:
                misuse = {"SELECT": "projected", "BY": "grouped", "VALUES": "assigned by VALUES"}[clause]
                reason = misuse if clause != "SELECT" or not depth else None
            if reason:
                raise _WrongError(f"{token.key} is a parameter, so it cannot be {reason}", token.line)


def _variables(tokens: list[_Token]) -> list[tuple[Parameter, int]]:
    """Return the parameters in the order of the text, each with its first line."""
    found: dict[str, tuple[Parameter, int]] = {}
    for before, token in zip([_Token("rest", "", 0), *tokens], tokens, strict=False):
        if token.kind != "variable" or not token.key.startswith("?_"):
            continue
        match = _VARIABLE.fullmatch(token.key)
        type_ = match[3].replace("_", ":") if match else ""
        if match is None or not (type_ in _TYPES or _LANGUAGE.fullmatch(type_)):
            raise _WrongError(
                f"{token.key} begins with _, but is no parameter ?_name_type or ?__name_type: the name has letters and "
                f"digits only, the type is a language of two letters or {', '.join(sorted(_TYPES)).replace(':', '_')}",
                token.line,
            )
        limit = before.key in ("LIMIT", "OFFSET") and before.kind == "word"
        known = found.get(match[2], (None, 0))[0]
        parameter = Parameter(match[2], type_, match[1] == "_", limit=limit or (known is not None and known.limit))
        if known is not None and known.variable != parameter.variable:
            raise _WrongError(f"the parameter {match[2]} is both {known.variable} and {token.key}", token.line)
        if limit and (type_ != "integer" or not parameter.required):
            raise _WrongError(f"after {before.key} stands a required integer, not {token.key}", token.line)
        found[match[2]] = parameter, found.get(match[2], (None, token.line))[1]
    return list(found.values())


def _described(
    found: list[tuple[Parameter, int]], header: Mapping[str, Any], own: Mapping[str, Any], lines: Mapping[str, int]
) -> tuple[Parameter, ...]:
    """Return the parameters with what the header says of each: default, choices, label and class."""
    names = [parameter.name for parameter, _ in found]
    defaults, choices = (_mapping(_joined(header, key, lines), key, names, lines) for key in ("defaults", "enumerate"))
    params = _mapping(own, "params", names, lines)
    described = []
    for parameter, line in found:
        name = parameter.name
        about = _mapping(params, name, ("label", "class"), lines)
        values = choices.get(name, [])
        default = defaults.get(name)
        if not isinstance(values, list) or (name in choices and not values):
            raise _WrongError(f"the choices of {name} are no list", lines["enumerate"])
        if default is not None and not parameter.required:
            raise _WrongError(
                f"{name} is optional: without a value it means any, so it has no default", lines["defaults"]
            )
        try:
            for value in [*values, *([] if default is None else [default])]:
                parameter.term(value)
                if parameter.type == "iri" and expand(value) != URIRef(value):
                    raise ValueError(f"{value} has to be written out, since grlc knows no prefixes in a header")
            parameter = replace(
                parameter,
                default=default,
                choices=tuple(values),
                label=str(about.get("label", "")),
                entity_class=expand(str(about["class"])) if "class" in about else None,
            )
            if default is not None:
                parameter.term(default)
        except (ValueError, UnknownNameError) as error:
            raise _WrongError(f"what the header says of {name} does not fit: {error}", line) from None
        described.append(parameter)
    return tuple(described)


def _joined(header: Mapping[str, Any], key: str, lines: Mapping[str, int]) -> dict[str, Any]:
    """Return grlc's list of one-key mappings as one mapping, under its key again."""
    joined: dict[str, Any] = {}
    listed = header.get(key, [])
    for each in listed if isinstance(listed, list) else [None]:
        if not isinstance(each, dict) or len(each) != 1 or each.keys() & joined.keys():
            raise _WrongError(f"{key} is a list `- name: value` that has each name once", lines[key])
        joined |= each
    return {key: joined}
