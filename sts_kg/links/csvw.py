"""What the columns of a table mean: a subset of CSVW, the metadata of the W3C for tables.

The names are those of the Metadata Vocabulary for Tabular Data (https://www.w3.org/TR/tabular-metadata/), and what
becomes of them that of Generating RDF from Tabular Data on the Web (https://www.w3.org/TR/csv2rdf/), in its minimal
mode. `docs/linking.md` lists where this differs; what is not understood is refused, never passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sts_kg.errors import CurieError, ParseError, nearest
from sts_kg.rdf import (
    IRI,
    LITERAL,
    NO_IRI,
    PREFIXES,
    XSD_FORMS,
    XSD_INTEGERS,
    Prefix,
    Prefixes,
    canonical,
    opened,
    read_text,
)
from sts_kg.tables import iso_date

__all__ = ["CONTEXT", "Column", "Description", "Template", "described", "described_in", "iri_in"]

CONTEXT = "http://www.w3.org/ns/csvw"
_XSD = "http://www.w3.org/2001/XMLSchema#"
#: Prefixes of RDFa that CSVW knows, beside ours and those of vocabularies.
_NAMESPACES = {
    **PREFIXES,
    "dc": "http://purl.org/dc/terms/",
    "dc11": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oio": "http://www.geneontology.org/formats/oboInOwl#",
    "schema": "http://schema.org/",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "void": "http://rdfs.org/ns/void#",
}
_INHERITED = {
    "aboutUrl",
    "datatype",
    "default",
    "lang",
    "null",
    "ordered",
    "propertyUrl",
    "required",
    "separator",
    "textDirection",
    "valueUrl",
}
_TABLE = {"@context", "@id", "@type", "dialect", "notes", "tableDirection", "tableSchema", "url"}
_SCHEMA = {"@id", "@type", "columns", "foreignKeys", "primaryKey", "rowTitles"}
_COLUMN = {"@id", "@type", "name", "suppressOutput", "titles", "virtual"}
#: What a dialect may say beside delimiter, encoding and header: how tables are read anyway.
_READ_SO: dict[str, tuple[object, ...]] = {
    "@id": (),
    "@type": ("Dialect",),
    "commentPrefix": (None,),
    "doubleQuote": (True,),
    "headerRowCount": (0, 1),
    "lineTerminators": ("\n", "\r\n", ["\r\n", "\n"], ["\n", "\r\n"]),
    "quoteChar": ('"',),
    "skipBlankRows": (True,),
    "skipColumns": (0,),
    "skipInitialSpace": (True, False),
    "skipRows": (0,),
    "trim": (True, False, "true", "false", "start", "end"),
}
_HEADER = {
    "title": ("dc:title", "dcterms:title", "rdfs:label", "schema:name"),
    "license": ("dc:license", "dcterms:license", "schema:license", "dc:rights"),
    "version": ("owl:versionIRI", "owl:versionInfo", "schema:version", "pav:version", "dcat:version"),
    "date": ("dc:issued", "dc:modified", "dc:date", "dcterms:issued", "dcterms:modified", "schema:dateModified"),
}
_TEXTS = ("string", "normalizedString", "token", "Name", "NMTOKEN", "language", "any", "anyAtomicType")
_DATATYPES = {"datetime": "dateTime", "number": "double"}
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
#: What needs no escape in a value: in `{name}`, and in `{+name}`, which keeps reserved characters.
_PLAIN = (
    re.compile(r"[A-Za-z0-9._~-]*").fullmatch,
    re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*").fullmatch,
)
_SCHEMES = ("urn", "tag", "info", "mailto", "doi")


@dataclass(frozen=True)
class Template:
    """A URI template (RFC 6570, `{name}` and `{+name}`): texts, between them variables, with whether there is a `+`."""

    text: str
    parts: tuple[str, ...]
    variables: tuple[tuple[str, bool], ...]

    def filled(self, values: Sequence[str]) -> str:
        """Return the template with a value for each of its variables."""
        text = self.parts[0]
        for (_, kept), value, part in zip(self.variables, values, self.parts[1:], strict=True):
            text += (value if _PLAIN[kept](value) else _quoted(value, kept)) + part
        return text


@dataclass(frozen=True)
class Column:
    """What one column says: of which subject, by which property, and how a cell becomes an IRI or a literal.

    `titles` are its names in the header, the first of them that of a column that is virtual, too.
    """

    name: str
    titles: tuple[str, ...]
    about: Template | None
    predicate: bytes | None
    value: Template | None
    literal: Callable[[str], bytes]
    separator: str | None = None
    nulls: frozenset[str] = frozenset({""})
    default: str = ""
    required: bool = False
    virtual: bool = False

    def values(self, cell: str) -> list[str]:
        """Return the values of a cell, none if it is null."""
        cell = cell or self.default
        if cell in self.nulls:
            return []
        if self.separator is None:
            return [cell]
        return [each for each in map(str.strip, cell.split(self.separator)) if each not in self.nulls and each]


@dataclass(frozen=True)
class Description:
    """What is said of one table; `unused` is what has no effect here."""

    path: Path
    header: dict[str, str]
    columns: tuple[Column, ...]
    delimiter: str | None = None
    encoding: str | None = None
    has_header: bool = True
    unused: tuple[str, ...] = ()


def described(table: Path) -> Description:
    """Return what the metadata beside a table say of it: `NAME-metadata.json`, or `csv-metadata.json` in its folder.

    Raises
    ------
    ParseError
        There is none, it cannot be read, or it says what is not understood.
    """
    names = dict.fromkeys((table.name, re.sub(r"(?i)\.(?:gz|zst)$", "", table.name)))
    for path in (*(table.with_name(f"{name}-metadata.json") for name in names), table.with_name("csv-metadata.json")):
        if path.is_file():
            for where, found in _tables(_json(path), path):
                if _names(found) in names:
                    return _Reader(path, table.name).table(found, where)
            raise ParseError(f"describes no table {table.name!r}: that is what url has to name", path=path)
    opened(table).close()  # whether there is one
    reason = (
        f"is a table, and nothing says what its columns mean: write {table.name}-metadata.json beside it "
        "(CSVW; docs/linking.md has an example)"
    )
    raise ParseError(reason, path=table)


def described_in(path: Path) -> Path:
    """Return the one table that metadata describe, which is beside them.

    Raises
    ------
    ParseError
        They describe none or several.
    """
    named = [_names(found) for _, found in _tables(_json(path), path)]
    if len(named) != 1 or not named[0]:
        told = f"; name one of {', '.join(named)}" if any(named) else ""
        raise ParseError(f"describes {len(named)} tables, one with a url was expected{told}", path=path)
    table = path.with_name(named[0])
    return table if table.exists() or not table.with_name(f"{table.name}.gz").exists() else Path(f"{table}.gz")


def iri_in(text: str) -> bytes:
    """Return the IRI of a CURIE or an IRI as N-Triples.

    Raises
    ------
    ValueError
        It is none, its prefix is unknown, or the vocabulary has no such ids.
    """
    name, colon, rest = text.partition(":")
    if not colon:
        raise ValueError("it has no prefix")
    if rest.startswith("//") or name in _SCHEMES:
        iri = text
    elif name in _NAMESPACES:
        iri = _NAMESPACES[name] + rest
    else:
        prefix = _prefix(name)
        local = rest if prefix.fits(rest) else prefix.id_in(rest)
        if not rest or local is None:
            raise ValueError(f"{rest!r} is not an id of {prefix.name}; an id there fits {prefix.pattern or '.+'}")
        iri = prefix.iri + local
    if wrong := NO_IRI.search(iri):
        raise ValueError(f"the character {wrong.group()!r} is not allowed in an IRI")
    return canonical(IRI, iri)


@lru_cache(1 << 10)
def _prefix(name: str) -> Prefix:
    """Return the vocabulary of a prefix, in any case or as a synonym."""
    found = Prefixes.shipped().find(name)
    if found is None:
        raise ValueError(_reason(name))
    return found


def _reason(name: str) -> str:
    try:
        Prefixes.shipped().expand(f"{name}:1")
    except CurieError as error:
        return error.reason
    raise AssertionError("the prefix is unknown")


# --- the file


def _json(path: Path) -> Any:
    try:
        found = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ParseError(f"is not JSON: {error.msg}", path=path, line=error.lineno, column=error.colno) from error
    if not isinstance(found, dict):
        raise ParseError("is not CSVW metadata: an object with url and tableSchema was expected", path=path)
    return found


def _tables(found: dict[str, Any], path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the descriptions of tables in metadata, each with its place."""
    context = found.get("@context")
    if CONTEXT not in (context if isinstance(context, list) else [context]):
        raise ParseError(f'is not CSVW metadata: "@context": "{CONTEXT}" was expected', path=path)
    if isinstance(context, list) and any({*each} - {"@language"} for each in context if isinstance(each, dict)):
        raise ParseError("@context: only @language is understood beside the context of CSVW", path=path)
    if "tables" not in found:
        return [("", found)]
    tables = found["tables"]
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise ParseError("tables: a list of tables was expected", path=path)
    shared = {key: value for key, value in found.items() if key not in ("@context", "@id", "@type", "tables", "notes")}
    return [(f"tables[{number}].", {**shared, **each}) for number, each in enumerate(tables)]


def _names(table: Mapping[str, Any]) -> str:
    return urlsplit(str(table.get("url", ""))).path.rpartition("/")[2]


class _Reader:
    """Metadata being read: its path, which errors name, and the name of the table."""

    def __init__(self, path: Path, table: str) -> None:
        self._path, self._name = path, table
        self._unused: list[str] = []

    def _error(self, where: str, reason: str) -> ParseError:
        return ParseError(f"{where}: {reason}", path=self._path)

    def _keys(self, found: Any, where: str, known: Collection[str]) -> dict[str, Any]:
        """Return an object that has no key that is not understood."""
        place = where.rstrip(".") or "the table"
        if not isinstance(found, dict):
            raise self._error(place, f"an object was expected, not {json.dumps(found)[:60]}")
        for key in found:
            if ":" in key or key.startswith("@"):
                continue
            if key not in known:
                near = nearest(key, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
                raise self._error(f"{where}{key}", f"is not understood; {hint}")
        return found

    def table(self, found: Any, where: str) -> Description:
        """Return what is said of a table."""
        table = self._keys(found, where, _TABLE | _INHERITED)
        dialect = self._dialect(table.get("dialect", {}), f"{where}dialect.")
        schema = self._keys(table.get("tableSchema"), f"{where}tableSchema.", _SCHEMA | _INHERITED)
        columns = schema.get("columns")
        if not isinstance(columns, list) or not columns:
            raise self._error(f"{where}tableSchema.columns", "a list of columns was expected")
        self._unused += [key for key in ("foreignKeys", "primaryKey", "rowTitles") if key in schema]
        above = {key: each[key] for each in (table, schema) for key in each if key in _INHERITED}
        places = [f"{where}tableSchema.columns[{number}]." for number in range(len(columns))]
        objects = [self._keys(each, place, _COLUMN | _INHERITED) for each, place in zip(columns, places, strict=True)]
        titles = [self._titles(each, place) for each, place in zip(objects, places, strict=True)]
        named: dict[str, str] = {"_row": "_row", "_sourceRow": "_sourceRow"}
        for number, (each, of) in enumerate(zip(objects, titles, strict=True), 1):
            name = str(each.get("name") or (quote(of[0], safe="~") if of else f"_col.{number}"))
            each["name"] = name
            for other in (name, *of):
                named.setdefault(other, name)
        read = tuple(
            self._column({**above, **each}, of, named, place)
            for each, of, place in zip(objects, titles, places, strict=True)
        )
        twice = [name for name in (each.name for each in read) if [each.name for each in read].count(name) > 1]
        if twice:
            raise self._error(f"{where}tableSchema.columns", f"two columns are called {twice[0]!r}; give each a name")
        return Description(self._path, self._header(table), read, unused=tuple(self._unused), **dialect)

    def _header(self, table: Mapping[str, Any]) -> dict[str, str]:
        """Return the identifier, title, license, version and date of a table."""
        found = {"iri": str(table["@id"])} if "@id" in table else {}
        for name, keys in _HEADER.items():
            for key in keys:
                if name not in found and (text := _text(table.get(key))):
                    found[name] = text
        used = {key for keys in _HEADER.values() for key in keys}
        self._unused += [key for key in table if (":" in key and key not in used) or key == "notes"]
        return found

    def _dialect(self, found: Any, where: str) -> dict[str, Any]:
        dialect = self._keys(found, where, {"delimiter", "encoding", "header", *_READ_SO})
        for key, allowed in _READ_SO.items():
            if key in dialect and allowed and dialect[key] not in allowed:
                only = " or ".join(map(json.dumps, allowed))
                raise self._error(f"{where}{key}", f"{json.dumps(dialect[key])} is not supported, only {only}")
        delimiter = dialect.get("delimiter", "\t" if re.search(r"(?i)\.(?:tsv|tab)(?:\.|$)", self._name) else None)
        if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n'):
            raise self._error(f"{where}delimiter", f"one character was expected, not {json.dumps(delimiter)}")
        has_header = bool(dialect.get("header", dialect.get("headerRowCount", 1)))
        return {"delimiter": delimiter, "encoding": dialect.get("encoding"), "has_header": has_header}

    def _titles(self, column: Mapping[str, Any], where: str) -> tuple[str, ...]:
        titles = column.get("titles", [])
        titles = [each for value in titles.values() for each in _listed(value)] if isinstance(titles, dict) else titles
        found = _listed(titles)
        if not all(isinstance(each, str) and each for each in found):
            raise self._error(f"{where}titles", "a text or a list of texts was expected")
        if not found and "name" not in column:
            raise self._error(where.rstrip("."), "has neither titles nor a name")
        return tuple(each.strip() for each in found)

    def _column(self, found: Mapping[str, Any], titles: tuple[str, ...], named: dict[str, str], where: str) -> Column:
        if found.get("ordered"):
            raise self._error(f"{where}ordered", "lists that have an order are not supported")
        self._unused += [f"{found['name']}: {key}" for key in found if ":" in key]
        for key in ("required", "virtual", "suppressOutput"):
            if not isinstance(found.get(key, False), bool):
                raise self._error(f"{where}{key}", "true or false was expected")
        separator = found.get("separator")
        if separator is not None and (not isinstance(separator, str) or not separator):
            raise self._error(f"{where}separator", "a text was expected")
        virtual, value = found.get("virtual", False), found.get("valueUrl")
        predicate = None if found.get("suppressOutput") else self._predicate(found.get("propertyUrl"), where)
        if "aboutUrl" not in found and predicate is not None:
            raise self._error(f"{where}aboutUrl", 'is missing: it says what a row is about, such as "{+code}"')
        if virtual and value is None:
            raise self._error(f"{where}valueUrl", "is missing: a virtual column has no cells")
        return Column(
            str(found["name"]),
            titles or (str(found["name"]),),
            self._template(found["aboutUrl"], named, f"{where}aboutUrl") if "aboutUrl" in found else None,
            predicate,
            None if value is None else self._template(value, named, f"{where}valueUrl"),
            self._literal(found, where),
            separator,
            frozenset({"", *_listed(found.get("null", ""))}),
            str(found.get("default", "")),
            found.get("required", False),
            virtual,
        )

    def _predicate(self, text: Any, where: str) -> bytes | None:
        if text is None:
            return None
        if not isinstance(text, str) or "{" in text:
            raise self._error(f"{where}propertyUrl", "a CURIE or an IRI without variables was expected")
        try:
            return iri_in(text)
        except ValueError as error:
            raise self._error(f"{where}propertyUrl", f"{text!r}: {error}") from error

    def _template(self, text: Any, named: Mapping[str, str], where: str) -> Template:
        if not isinstance(text, str) or not text:
            raise self._error(where, f"a URI template was expected, not {json.dumps(text)}")
        parts, variables = [], []
        at = 0
        for found in _VARIABLE.finditer(text):
            kept, name = found[1].startswith("+"), found[1].removeprefix("+")
            if name not in named:
                known = ", ".join(f"{{{each}}}" for each in dict.fromkeys(named.values()) if not each.startswith("_"))
                raise self._error(where, f"{found.group()} names no column; known are {known}, each also as {{+…}}")
            parts.append(text[at : found.start()])
            variables.append((named[name], kept))
            at = found.end()
        parts.append(text[at:])
        if "{" in "".join(parts) or "}" in "".join(parts):
            raise self._error(where, f"{text!r} has a brace that is not closed")
        if parts[0] or not variables:
            try:
                iri_in(f"{parts[0]}1" if variables else text)
            except ValueError as error:
                if not variables or "is not an id" not in str(error):
                    remedy = (
                        "" if ":" in text else f'; write "PREFIX:{text}" with the prefix of a vocabulary, or an IRI'
                    )
                    raise self._error(where, f"{text!r}: {error}{remedy}") from error
        return Template(text, tuple(parts), tuple(variables))

    def _literal(self, found: Mapping[str, Any], where: str) -> Callable[[str], bytes]:
        """Return what makes a literal of a value, or raises a ValueError."""
        base, language = found.get("datatype", "string"), found.get("lang")
        if isinstance(base, dict):
            if more := [key for key in base if key not in ("base", "@id") and ":" not in key]:
                raise self._error(f"{where}datatype.{more[0]}", "is not supported; give the name of a datatype only")
            base = base.get("base", "string")
        name = _DATATYPES.get(str(base), str(base))
        if language is not None and language != "und":
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                raise self._error(f"{where}lang", f"{json.dumps(language)} is not a language tag, such as en")
            if name not in _TEXTS:
                raise self._error(f"{where}lang", f"a {name} has no language")
            return lambda text: canonical(LITERAL, text, language=language)
        if name in _TEXTS:
            return lambda text: canonical(LITERAL, text)
        if name == "anyURI":
            return lambda text: canonical(LITERAL, text, datatype=f"{_XSD}anyURI")
        form = XSD_FORMS.get(name) or (XSD_FORMS["integer"] if name in XSD_INTEGERS else None)
        if form is None:
            known = (*_TEXTS, "anyURI", *_DATATYPES, *XSD_FORMS, *(each for each in XSD_INTEGERS if each != "integer"))
            near = nearest(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise self._error(f"{where}datatype", f"{json.dumps(base)} is not supported; {hint}")
        return _typed(name, re.compile(form))


def _typed(name: str, form: re.Pattern[str]) -> Callable[[str], bytes]:
    low, high = XSD_INTEGERS.get(name, (0, 0))

    def literal(text: str) -> bytes:
        value = iso_date(text) if name == "date" else text
        if not form.fullmatch(value) or (name in XSD_INTEGERS and not low <= int(value) <= high):
            raise ValueError(f"it is not of the datatype {name}")
        return canonical(LITERAL, value, datatype=_XSD + name)

    return literal


def _quoted(value: str, kept: bool) -> str:
    return quote(value, safe="!#$&'()*+,/:;=?@[]%~" if kept else "~")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """Return the text or the IRI of a property of a table, the first of several."""
    for each in _listed(value):
        if isinstance(each, dict):
            each = each.get("@value", each.get("@id", each.get("url")))
        if isinstance(each, str | int | float):
            return str(each)
    return ""
