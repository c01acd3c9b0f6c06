"""How a program asks what a page shows: lines for curl, Python, R and notebooks, with the address of this service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from sts_kg.queries import CannedQuery

__all__ = ["Snippet", "asked", "snippets"]


class Snippet(NamedTuple):
    """Lines of a program: what they are for, and the text."""

    title: str
    text: str


def snippets(query: CannedQuery, address: str, values: Mapping[str, str]) -> tuple[Snippet, ...]:
    """Return the lines for a query at an absolute address without suffix, with values of its parameters."""
    form = {"select": "csv", "ask": "json"}.get(query.form, "ttl")
    full = f"{address}.{form}{asked(values)}"
    text = repr(full)
    if form == "ttl":
        python = f"from rdflib import Graph\n\ngraph = Graph().parse({text}, format='turtle')"
        r = f"turtle <- readLines({json.dumps(full)})"
    elif form == "csv":
        python = f"import pandas\n\nframe = pandas.read_csv({text})"
        r = f"rows <- read.csv({json.dumps(full)})"
    else:
        python, r = "", f"answer <- jsonlite::fromJSON({json.dumps(full)})"
    found = [Snippet("curl", f"curl '{full}'")]
    if form != "ttl":
        given = f", params={dict(values)!r}" if values else ""
        requests = f"import requests\n\nanswer = requests.get({f'{address}.json'!r}{given}, timeout=60)"
        found.append(Snippet("Python, with requests", f"{requests}\nanswer.raise_for_status()\nrows = answer.json()"))
    if python:
        found.append(Snippet("Python, with rdflib" if form == "ttl" else "Python, with pandas", python))
    if query.file is None:
        given = "".join(f", {name}={value!r}" for name, value in values.items())
        options = "".join(f" --{name} {_word(value)}" for name, value in values.items())
        found.append(Snippet("Python, with sts_kg", f'import sts_kg\n\nsts_kg.load().query("{query.id}"{given})'))
        found.append(Snippet("Notebook", f"%load_ext sts_kg\n%sts {query.id}{options}"))
    return (*found, Snippet("R", r))


def asked(values: Mapping[str, str] | list[tuple[str, str]]) -> str:
    """Return values as they stand at the end of an address, with the question mark; nothing if there are none."""
    return f"?{urlencode(values, quote_via=quote)}" if values else ""


def _word(value: str) -> str:
    """Return a value as one word of a line in a notebook."""
    return value if value and not set(value) & set(" \t'\"\\$#{}") else json.dumps(value, ensure_ascii=False)
