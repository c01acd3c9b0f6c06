"""What programs can ask: the OpenAPI document, and the same as a page."""

from __future__ import annotations

import json
from typing import Any

from sts_kg.server.messages import Request, Response
from sts_kg.server.site import Site

__all__ = ["document", "page"]


def document(site: Site, request: Request) -> Response:
    """Return the OpenAPI 3.1 document of all addresses."""
    text = json.dumps({**site.openapi, "servers": [{"url": request.base}]}, ensure_ascii=False)
    return Response.text(f"{text}\n", "application/json")


def page(site: Site, request: Request) -> Response:
    """Return the page for programmers: all addresses, with what they take."""
    described = site.openapi
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in described["paths"].items():
        if path.endswith(".{format}"):
            continue
        for method, operation in item.items():
            given = [_resolved(described, each) for each in operation.get("parameters", [])]
            row = {
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "parameters": [
                    each for each in given if each["in"] == "query" and each["name"] not in ("sort", "order")
                ],
                "is_link": method == "get" and "{" not in path and not any(each.get("required") for each in given),
            }
            groups.setdefault(operation["tags"][0], []).append(row)
    topics = {query.topic for query in site.canned.values()}
    others = {name: rows for name, rows in groups.items() if name not in topics}
    queries = {name: rows for name, rows in groups.items() if name in topics}
    return site.page(request, "api.html", others=others, queries=queries)


def _resolved(described: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    reference = parameter.get("$ref")
    if reference is None:
        return parameter
    found: dict[str, Any] = described["components"]["parameters"][reference.rpartition("/")[2]]
    return found
