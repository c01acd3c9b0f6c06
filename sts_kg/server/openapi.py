"""The OpenAPI 3.1 document of the service: canned queries from their headers, all else from the table of addresses.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from sts_kg.queries import GRAPH_FORMS, TABLE_FORMS, CannedQuery, Parameter, Store, run
from sts_kg.rdf import shipped
from sts_kg.server.pages.queries import FORMATS, offered
from sts_kg.server.routes import FREE, ROUTES, Page
from sts_kg.server.site import Site
from sts_kg.tables import Table

__all__ = ["document"]

MOST_EXAMPLES = 5
_HTML, _JSON, _YAML = "text/html", "application/json", "application/yaml"
_RESULTS = "application/sparql-results+json"

#: The types of parameters that are no texts, as JSON Schema has them.
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "xsd:integer": {"type": "integer"},
    "xsd:nonNegativeInteger": {"type": "integer", "minimum": 0},
    "xsd:positiveInteger": {"type": "integer", "minimum": 1},
    "xsd:decimal": {"type": "number"},
    "xsd:double": {"type": "number"},
    "xsd:float": {"type": "number"},
    "xsd:date": {"type": "string", "format": "date"},
    "xsd:dateTime": {"type": "string", "format": "date-time"},
    "xsd:anyURI": {"type": "string", "format": "uri"},
    "xsd:boolean": {"type": "boolean"},
}

#: A value of each type of parameter that the graph has no values for.
_SAMPLES = {"iri": "CHEBI:71219", "integer": "10", "number": "0.5", "xsd:date": "2026-01-15"}

#: What the answers of commands look like: the schema of that name in docs/schemas.
_SCHEMAS = ("ask", "explain", "options")


def document(site: Site) -> dict[str, Any]:
    """Return the document without its servers, as plain values."""
    schemas = {name: schema for each in _SCHEMAS for name, schema in _schema(each)}
    parameters: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for query in site.canned.values():
        for parameter in query.parameters:
            if (kind := parameter.entity_class) is not None:
                schemas[_name_of(str(kind))] = _members(site, query, parameter)
            parameters[_key(query, parameter)] = _parameter(site, query, parameter)
        schemas |= {f"{query.id.replace('/', '.')}.row": _row(query)} if query.form == "select" else {}
        paths |= _of_query(site, query)
    others = (page for page in ROUTES if page.path != "/queries/{topic}/{name}")
    for page in others:
        path = re.sub(r":[a-z]+\}", "}", page.path)
        paths[path] = {method.lower(): _operation(site, page, method) for method in page.methods}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{site.title}, as a graph that answers",
            "version": site.version,
            "description": site.footer,
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "parameters": {**parameters, **_SORTING},
            "schemas": {**schemas, **_COMMON_SCHEMAS},
            "responses": _RESPONSES,
        },
    }


# --- canned queries


def _of_query(site: Site, query: CannedQuery) -> dict[str, Any]:
    """Return a query at its address, where the header Accept chooses, and with a suffix that does."""
    sorting = [{"$ref": f"#/components/parameters/{name}"} for name in _SORTING] if query.form == "select" else []
    given = [{"$ref": f"#/components/parameters/{_key(query, each)}"} for each in query.parameters] + sorting
    said = [query.description]
    if query.graph == "cases" and not site.kg.has_cases:
        said.append("About the fictional example cases.")
    if query.endpoint:
        said.append(f"It asks {query.endpoint}, so it is not run here: only its SPARQL is given.")
    elif query.needs:
        said.append(f"It needs {', '.join(query.needs)}: what is not there is answered by 409.")
    if query.empty_because:
        said.append(f"No rows, by design: {query.empty_because}")
    formats = {**FORMATS[query.form], "rq": "application/sparql-query"}
    content = {media: _content(query, media) for media in offered(query.form)}
    common = {
        "summary": query.summary,
        "description": "\n\n".join(said),
        "tags": [query.topic],
    }
    problems = _problems(400, 404, 406, 409, 422, 503, *([502] if site.settings.endpoint else []))
    name = re.sub(r"\W", "_", query.id)
    suffix = {
        "name": "format",
        "in": "path",
        "required": True,
        "description": "json: as the command line prints it; srj: SPARQL 1.1 results JSON; rq: the SPARQL itself",
        "schema": {"enum": list(formats)},
    }
    by_suffix = {media: each for media, each in content.items() if media != _HTML}
    address = f"/queries/{query.id}"
    return {
        address: {
            "get": {
                **common,
                "operationId": name,
                "parameters": given,
                "responses": {"200": {"description": "The answer", "content": content}, **problems},
            }
        },
        f"{address}.{{format}}": {
            "get": {
                **common,
                "operationId": f"{name}_as",
                "parameters": [suffix, *given],
                "responses": {"200": {"description": "The answer", "content": by_suffix}, **problems},
            }
        },
    }


def _content(query: CannedQuery, media: str) -> dict[str, Any]:
    if media == _RESULTS:
        return {"schema": {"$ref": "#/components/schemas/sparql-results"}}
    if media == _JSON:
        if query.form == "ask":
            return {"schema": {"type": "boolean"}}
        row = {"$ref": f"#/components/schemas/{query.id.replace('/', '.')}.row"}
        return {"schema": {"type": "array", "items": row}}
    return {} if media == "application/ld+json" else {"schema": {"type": "string"}}


def _row(query: CannedQuery) -> dict[str, Any]:
    """Return the schema of a row of the command line's JSON, with the variables that the query selects."""
    found = run(Store(), query.sample_text, name=query.id)
    variables = found.variables if isinstance(found, Table) else ()
    cell = {"$ref": "#/components/schemas/cell"}
    return {
        "type": "object",
        "properties": dict.fromkeys(variables, cell),
        "required": list(variables),
        "additionalProperties": False,
    }


def _key(query: CannedQuery, parameter: Parameter) -> str:
    return f"{query.id.replace('/', '.')}.{parameter.name}"


def _name_of(iri: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "-", re.split(r"[/#]", iri)[-1])


def _members(site: Site, query: CannedQuery, parameter: Parameter) -> dict[str, Any]:
    """Return the schema of an individual of a class: those that there are, or a text that names one otherwise."""
    choices = site.choices(query).of(parameter)
    other = {"type": "string", "minLength": 1, "description": "an IRI, CURIE, label, synonym or mapped code of one"}
    listed = [{"enum": [each.value for each in choices]}] if choices else []
    return {"title": str(parameter.entity_class), "anyOf": [*listed, other]}


def _parameter(site: Site, query: CannedQuery, parameter: Parameter) -> dict[str, Any]:
    choices = site.choices(query)
    schema: dict[str, Any]
    if parameter.entity_class is not None:
        schema = {"$ref": f"#/components/schemas/{_name_of(str(parameter.entity_class))}"}
    elif parameter.choices:
        schema = {"enum": [each.value for each in choices.of(parameter)]}
    elif parameter.limit:
        schema = {"type": "integer", "minimum": 0, "maximum": 10_000}
    else:
        schema = dict(_TYPES.get(parameter.type, {"type": "string"}))
    [field] = (each for each in choices.fields(query, {}, {}) if each.name == parameter.name)
    about = [parameter.label or parameter.name, *([field.hint] if field.hint else [])]
    if parameter.default is not None:
        about.append(f"without it {field.value}")
    elif not parameter.required:
        about.append("without it any")
    examples = [(each.value, each.label) for each in choices.of(parameter)[:MOST_EXAMPLES]]
    if not examples and (sample := field.value or _SAMPLES.get(parameter.type, "")):
        examples = [(sample, "the default" if field.value else "a value of this type")]
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required and parameter.default is None,
        "description": "; ".join(about),
        "schema": schema,
    }
    if examples:
        typed = schema.get("type") in ("integer", "number", "boolean")
        made["examples"] = {
            re.sub(r"[^A-Za-z0-9._-]", "_", value): {"summary": label, "value": json.loads(value) if typed else value}
            for value, label in examples
        }
    return made


_SORTING = {
    "sort": {
        "name": "sort",
        "in": "query",
        "description": "The column by whose values the rows are sorted, after the query",
        "schema": {"type": "string"},
    },
    "order": {
        "name": "order",
        "in": "query",
        "description": "The direction of sort",
        "schema": {"enum": ["asc", "desc"], "default": "asc"},
    },
}

_COMMON_SCHEMAS: Mapping[str, Any] = {
    "problem": {
        "title": "What was wrong, and what would be right (RFC 9457)",
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "line": {"type": "integer"},
            "column": {"type": "integer"},
            "parameter": {"type": "string"},
        },
        "required": ["title", "status", "detail"],
    },
    "cell": {
        "title": "A term as a value: an IRI as CURIE, a number, truth value, date or text; null where there is none",
        "type": ["string", "number", "boolean", "null"],
    },
    "sparql-results": {
        "title": "SPARQL 1.1 Query Results JSON",
        "type": "object",
        "properties": {
            "head": {"type": "object"},
            "boolean": {"type": "boolean"},
            "results": {
                "type": "object",
                "properties": {"bindings": {"type": "array", "items": {"type": "object"}}},
                "required": ["bindings"],
            },
        },
        "required": ["head"],
    },
    "query": {
        "title": "A canned query",
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "topic": {"type": "string"},
            "summary": {"type": "string"},
            "description": {"type": "string"},
            "href": {"type": "string"},
            "parameters": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "type": {"type": "string"},
                        "required": {"type": "boolean"},
                        "default": {"type": ["string", "null"]},
                    },
                    "required": ["name", "type", "required", "default"],
                },
            },
        },
        "required": ["id", "topic", "summary", "description", "href", "parameters"],
    },
    "case": {
        "title": "A case file: what is known of one patient, and nothing that says who it is",
        "type": "object",
        "examples": [{"findings": {"finding-cannot-be-resected": True}}],
    },
}

_PROBLEM = {
    "text/plain": {"schema": {"type": "string"}},
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}},
    _HTML: {"schema": {"type": "string"}},
}
_REFUSALS = {
    400: "What was sent is wrong; the answer says what would be right",
    404: "There is no such thing; the answer has near names",
    406: "There is no such form of it",
    409: "It cannot be answered with what is loaded here; the answer says what to do",
    413: "Too large",
    415: "A body of this media type is not understood",
    422: "The answer would be larger, or need more memory, than it may; add a LIMIT",
    502: "The store that is asked does not answer",
    503: "It took too long, or too much is asked at once; try again later",
}
_RESPONSES = {str(status): {"description": said, "content": _PROBLEM} for status, said in _REFUSALS.items()}


def _problems(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}


# --- all other addresses


def _text(name: str, about: str, *, required: bool = False, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": about,
        "schema": dict(schema or {"type": "string"}),
    }


def _ref(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


_GRAPHS = {"type": "array", "items": {"type": "string", "format": "uri"}}
_ASKED = (
    _text("query", "A query of SPARQL 1.1; without it, a page or the description of the service"),
    _text("default-graph-uri", "A graph that is part of the default graph; repeatable", schema=_GRAPHS),
    _text("named-graph-uri", "A graph that GRAPH may name; repeatable", schema=_GRAPHS),
    _text("timeout", "The most seconds; the service has a limit of its own", schema={"type": "number"}),
)

#: What addresses take in the query part, the media types of their answers, and their topic.
_TAKEN: Mapping[str, tuple[Sequence[Mapping[str, Any]], Mapping[str, Any], str]] = {
    "/": ((), {_HTML: {}}, "pages"),
    "/api": ((), {_HTML: {}}, "pages"),
    "/ask": ((), {_JSON: _ref("ask")}, "a case"),
    "/case": ((), {_HTML: {}}, "a case"),
    "/explain": (
        (_text("option", "The option, by name, label or IRI", required=True),),
        {_JSON: _ref("explain")},
        "a case",
    ),
    "/graphs": (
        (_text("graph", "The IRI of a named graph"), _text("default", "The default graph")),
        {media: {} for media in GRAPH_FORMS},
        "SPARQL",
    ),
    "/openapi.json": ((), {_JSON: {"schema": {"type": "object"}}}, "pages"),
    "/options": ((), {_JSON: _ref("options")}, "a case"),
    "/queries": (
        (_text("q", "Words that all are in what is found"),),
        {_JSON: {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/query"}}}, _HTML: {}},
        "queries",
    ),
    "/queries/{topic}": (
        (_text("q", "Words that all are in what is found"),),
        {_JSON: {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/query"}}}, _HTML: {}},
        "queries",
    ),
    "/search": ((_text("q", "Words of a label, synonym or definition"),), {}, "terms"),
    "/sparql": (_ASKED, {media: {} for media in (*TABLE_FORMS, *GRAPH_FORMS, _HTML)}, "SPARQL"),
    "/suggest": ((_text("q", "The beginning of a name"),), {_JSON: {}}, "terms"),
    "/term": ((_text("iri", "The IRI of a term", required=True),), {}, "terms"),
}
_CASE = {"schema": {"$ref": "#/components/schemas/case"}}
_BODIES: Mapping[str, Mapping[str, Any]] = {
    **{path: {_JSON: _CASE, _YAML: _CASE} for path in ("/ask", "/explain", "/options")},
    "/sparql": {
        "application/sparql-query": {"schema": {"type": "string"}},
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
        },
    },
}


def _operation(site: Site, page: Page, method: str) -> dict[str, Any]:
    """Return what there is at an address; its words are those of the function that answers there."""
    parameters, content, tag = _TAKEN.get(page.path, ((), {}, "pages"))
    module, _, function = page.handler.partition(".")
    about = inspect.getdoc(getattr(import_module(f"sts_kg.server.pages.{module}"), function)) or ""
    summary = about.partition("\n")[0].removesuffix(".").removeprefix("Return ")
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{([a-z]+)", page.path)
    ]
    if page.path == "/queries/{topic}":
        in_path[0]["schema"] = {"enum": sorted({query.topic for query in site.canned.values()})}
    name = re.sub(r"\W+", "_", f"{method.lower()}{page.path}").strip("_")
    made: dict[str, Any] = {
        "operationId": name,
        "summary": summary[:1].upper() + summary[1:],
        "tags": [tag],
        "responses": {
            "200": {"description": "The answer", **({"content": dict(content)} if content else {})},
            **_problems(400, 404, 406, 413, 415, 422, 503, *([502] if site.settings.endpoint else [])),
        },
    }
    is_posted = method == "POST" and page.path in _BODIES
    given = [*in_path, *(each for each in parameters if not (is_posted and page.lane == FREE))]
    if given:
        made["parameters"] = given
    if is_posted:
        made["requestBody"] = {"required": True, "content": dict(_BODIES[page.path])}
    return made


def _schema(name: str) -> Iterator[tuple[str, Any]]:
    """Yield the schema of a command's answer under its name, with its references as this document has them."""
    text = (shipped("docs/schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
    yield name, _moved(json.loads(text), name)


def _moved(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_moved(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _moved(each, name) for key, each in value.items() if key not in ("$schema", "$id")}
    if isinstance(reference := value.get("$ref"), str):
        file, _, inside = reference.partition("#")
        found["$ref"] = f"#/components/schemas/{file.partition('.')[0] or name}{inside}"
    return found
