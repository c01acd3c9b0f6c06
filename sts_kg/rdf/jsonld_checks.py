"""What JSON-LD leaves out without a word, and on which line it is. pyoxigraph tells neither."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

__all__ = ["line_in_json", "line_of_keyword", "lost_in_json", "plain"]

_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_KEYWORD = re.compile(rb'"@(?:id|type)"\s*:\s*"(@[A-Za-z]+)"|"(@[A-Za-z]+)"(?=\s*:)')
_KEYWORDS = frozenset(
    b"@base @container @context @default @direction @embed @explicit @first @graph @id @import @included @index @json "
    b"@language @list @nest @none @omitDefault @omitGraph @prefix @preserve @propagate @protected @requireAll @reverse "
    b"@set @type @value @version @vocab".split()
)
_TYPES = frozenset([b"@id", b"@json", b"@none", b"@vocab"])
#: Containers whose keys are no terms.
_MAPS = frozenset(["@language", "@index", "@id", "@type"])
#: How the value of a keyword does not begin, so that it is what an error is about.
_ODD = {
    "@id": rb'[^"]',
    "@type": rb'[^"\[{]',
    "@container": rb'[^"\[n]',
    "@version": rb"(?!1\.1\b).",
    "@value": rb"[\[{]",
    "@reverse": rb'[^"{]',
    "@index": rb'[^"]',
    **dict.fromkeys(("@base", "@vocab", "@language", "@direction"), rb'[^"n]'),
}
_LONGEST = 300

#: The terms of a context: name to definition.
_Terms: TypeAlias = dict[str, Any]


def lost_in_json(data: bytes) -> Iterator[tuple[str, int | None]]:
    """Yield why something would be lost that JSON-LD leaves out without a word, and the line, if it is known.

    These are unknown keywords, values that are said of no node, and what is said by a term that the context maps to
    null (JSON-LD 1.1 API, sections 5.1.2 and 5.2.2). What pyoxigraph passes on, such as wrong IRIs, is not among them.
    """
    for found in _KEYWORD.finditer(data):
        value, key = found.groups()
        if (key is not None and key not in _KEYWORDS) or (value is not None and value not in _TYPES):
            reason = f"{plain((key or value).decode())} is no keyword of JSON-LD 1.1; what it holds would be lost"
            yield reason, data.count(b"\n", 0, found.end()) + 1
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return  # pyoxigraph says where
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif not isinstance(node, dict) or "@value" in node:
            if node is not None:
                reason = f"{plain(json.dumps(node, ensure_ascii=False))} is said of nothing and would be lost; "
                line = line_in_json(data, node) if isinstance(node, str) else line_of_keyword(data, "@value")
                yield reason + "a node was expected", line
        else:
            waiting += [node[key] for key in ("@graph", "@included") if key in node]
    for what, name in _nulls(root, {}) if b"null" in data else ():
        line = _line_of_key(data, name) if what == "key" else line_in_json(data, name)
        yield f"the {what} {plain(repr(name))} is null in the @context, so what is said by it would be lost", line


def _nulls(node: Any, terms: _Terms) -> Iterator[tuple[str, str]]:
    """Yield the keys, types and values that the context maps to null and by which something is said."""
    if isinstance(node, list):
        for each in node:
            yield from _nulls(each, terms)
    if not isinstance(node, dict) or "@value" in node:
        return
    terms = inner = _with(terms, node.get("@context", {}))
    types = node.get("@type", [])
    for name in types if isinstance(types, list) else [types]:
        if isinstance(name, str):
            if _is_null(terms, name):
                yield "type", name
            inner = _with(inner, _of(terms, name).get("@context", {}))
    for key, value in node.items():
        if key in ("@context", "@type") or value is None or value == []:
            continue
        if _is_null(inner, key):
            yield "key", key
        definition = _of(inner, key)
        if definition.get("@type") == "@json":
            continue
        # the context of a type is that of its node alone (JSON-LD 1.1, section 4.1.8)
        below = _with(inner if key.startswith("@") else terms, definition.get("@context", {}))
        container = definition.get("@container", [])
        values = value if isinstance(value, list) else [value]
        if isinstance(value, dict) and _MAPS & {*([container] if isinstance(container, str) else container)}:
            values = [*value.values()]
        for each in values:
            if isinstance(each, str) and definition.get("@type") == "@vocab" and _is_null(inner, each):
                yield "value", each
            yield from _nulls(each, below)


def _with(terms: _Terms, context: Any) -> _Terms:
    """Return the terms after a context."""
    for each in context if isinstance(context, list) else [context]:
        terms = {} if each is None else terms | each if isinstance(each, dict) and each else terms
    return terms


def _of(terms: _Terms, name: str) -> dict[str, Any]:
    definition = terms.get(name)
    return definition if isinstance(definition, dict) else {}


def _is_null(terms: _Terms, name: str) -> bool:
    if re.fullmatch(r"@[A-Za-z]+", name) or name not in terms:
        return False
    definition = terms[name]
    return definition is None or (isinstance(definition, dict) and definition.get("@id", "") is None)


def line_in_json(data: bytes, text: str) -> int | None:
    """Return the line of the first string that may stand for a text, whole, as a compact or as a relative IRI."""
    for found in _STRING.finditer(data):
        try:
            word = json.loads(found[0])
        except ValueError:
            continue
        _, colon, name = word.partition(":")
        if word and (text == word or text.endswith("/" + word) or (colon and name and text.endswith(name))):
            return data.count(b"\n", 0, found.start()) + 1
    return None


def _line_of_key(data: bytes, name: str) -> int | None:
    """Return the line on which a key first has a value; null is none."""
    for found in _STRING.finditer(data):
        if re.compile(rb"\s*+:\s*+(?!null\b|\{\s*\"@id\"\s*:\s*null\b|\[\s*\])").match(data, found.end()):
            try:
                if json.loads(found[0]) == name:
                    return data.count(b"\n", 0, found.start()) + 1
            except ValueError:
                continue
    return None


def line_of_keyword(data: bytes, message: str) -> int | None:
    """Return the line of the keyword that a message of pyoxigraph is about: where it is odd, or there only once."""
    for name in re.findall(r"@[A-Za-z]+", message):
        key = rb'"%s"\s*+:\s*+' % name.encode()
        odd = re.search(key + _ODD[name], data) if name in _ODD else None
        places = [odd] if odd is not None else [*re.finditer(key, data)]
        if len(places) == 1:
            return data.count(b"\n", 0, places[0].start()) + 1
    return None


def plain(text: str) -> str:
    """Return a text without control characters, and not too long."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
