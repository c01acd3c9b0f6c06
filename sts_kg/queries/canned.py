"""Canned queries: `queries/<topic>/<query>.rq` as values with a header and typed parameters.

The header is YAML on `#+` lines as grlc reads it, the variable names are BASIL's. Nothing here runs a query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from rdflib import URIRef, Variable

from sts_kg.errors import CurieError, ParameterError, ParseError, QueryError, UnknownNameError, nearest
from sts_kg.queries.binding import IRI, LANGUAGE, LEXICAL, Entities, Parameter, Token, cut, substituted
from sts_kg.rdf import expand, local, read_text

__all__ = ["CannedQuery", "find", "parse", "parsed", "parts_of", "read", "read_all"]

GRAPHS = ("asserted", "closed", "cases", "linked")  #: what a query runs on; "closed" if the header does not say
MOST_LISTED = 12  #: so many members of a class are listed where no name comes near
FORMS = ("select", "ask", "construct", "describe")


@dataclass(frozen=True)
class CannedQuery:
    """A query file: what its header says, and its whole text.

    `id` is the path below the folder of queries without suffix, `graph` is one of GRAPHS, `form`
    "select", "ask", "construct" or "describe". `empty_because` says why no row can come, if none is meant
    to come; `needs` names the vocabulary that must be linked first, by its prefix. `remedy`, of a check, says what
    would be right. Only a federated query has an `endpoint`.
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
    needs: str = ""
    remedy: str = ""
    tags: tuple[str, ...] = ()
    endpoint: str = ""

    @property
    def usage(self) -> str:
        """The names of the parameters, those that may be left out in brackets."""
        return " ".join(each.name if each.required else f"[{each.name}]" for each in self.parameters)

    def as_dict(self) -> dict[str, object]:
        """Return id, topic, summary and parameters as plain values."""
        keys = ("name", "type", "required", "default")
        parameters = [{key: getattr(each, key) for key in keys} for each in self.parameters]
        return {"id": self.id, "topic": self.topic, "summary": self.summary, "parameters": parameters}

    @property
    def open_text(self) -> str:
        """The text as it stands, but for parameters after LIMIT or OFFSET, where SPARQL takes no variable."""
        limits = [parameter for parameter in self.parameters if parameter.limit]
        return substituted(self.text, {each.variable[1:]: each.default or "1" for each in limits})

    @property
    def sample_text(self) -> str:
        """The text with some term in the place of each parameter, to be parsed and not to be run."""
        terms = {
            each.variable[1:]: "1" if each.limit else "<urn:sts-kg:sample>" if each.type == "iri" else '"sample"'
            for each in self.parameters
        }
        return substituted(self.text, terms)

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
        return substituted(self.text, terms)

    def _term(self, parameter: Parameter, value: object, entities: Entities | None) -> str:
        near: tuple[str, ...] = ()
        try:
            return parameter.term(value, entities)
        except UnknownNameError as error:
            reason, near = f"there is no {error.kind} of this name", error.near
            members = entities.members(parameter.entity_class) if entities is not None and not near else ()
            if 0 < len(members) <= MOST_LISTED:
                reason += f"; there are {', '.join(map(local, members))}"
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
        from rdflib.plugins.sparql.algebra import translateQuery
        from rdflib.plugins.sparql.parserutils import CompValue

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
    from rdflib.plugins.sparql.parser import parseQuery  # its grammar takes a tenth of a second to load

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
        for part in tree.values() if isinstance(tree, dict) else tree:
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


def read(folder: str | Path, name: str) -> CannedQuery | None:
    """Return the query of an id ("drugs/options-with-drug") below a folder, without a look at the others; or None.

    Raises
    ------
    QueryError, ParseError
        Its file is wrong.
    """
    path = Path(folder) / f"{name}.rq"
    return parse(name, read_text(path)) if _ID.fullmatch(name) and path.is_file() else None


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
    return dict(sorted(queries.items()))


# --- the header and the rules of the house (section 7)

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar stays text: `no` is not False
_KEYS = ("summary", "description", "method", "endpoint", "defaults", "enumerate", "x-sts", "tags")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
_VARIABLE = re.compile(r"\?(__?)([A-Za-z0-9]+)_([A-Za-z]+(?:_[A-Za-z]+)?)")
_TYPES = {"iri", "literal", "number", "integer", *(f"xsd:{name}" for name in LEXICAL)}


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
    tokens = cut(text)
    own = _mapping(header, "x-sts", ("graph", "params", "empty", "needs", "remedy"), lines)
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
        needs=str(own.get("needs", "")),
        remedy=str(own.get("remedy", "")),
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
    if "endpoint" in header and not (
        re.fullmatch(IRI, str(header["endpoint"])) and header["endpoint"].startswith("http")
    ):
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


def _form(tokens: list[Token]) -> str:
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


def _check_places(tokens: list[Token], *, federated: bool) -> None:
    """Raise for a parameter where no term may stand, for SELECT *, and for what reaches beyond the graph."""
    blank = Token("rest", "", 0)
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


def _variables(tokens: list[Token]) -> list[tuple[Parameter, int]]:
    """Return the parameters in the order of the text, each with its first line."""
    found: dict[str, tuple[Parameter, int]] = {}
    for before, token in zip([Token("rest", "", 0), *tokens], tokens, strict=False):
        if token.kind != "variable" or not token.key.startswith("?_"):
            continue
        match = _VARIABLE.fullmatch(token.key)
        type_ = match[3].replace("_", ":") if match else ""
        if match is None or not (type_ in _TYPES or LANGUAGE.fullmatch(type_)):
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
