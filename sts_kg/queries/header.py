"""The header of a query file: YAML on `#+` lines from the first line on, as grlc reads it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml
from rdflib import URIRef

from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.queries.parameters import Parameter, is_absolute_iri
from sts_kg.rdf import expand

__all__ = ["Header", "read_header"]

GRAPHS = ("asserted", "closed", "cases", "linked")  #: what a query runs on; "closed" if the header does not say
_KEYS = ("summary", "description", "method", "endpoint", "defaults", "enumerate", "x-sts", "tags")
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar stays text: `no` is not False


@dataclass(frozen=True)
class Header:
    """What a header says, in which every scalar is text; `own` stands under x-sts, `lines` has the line of each key."""

    fields: Mapping[str, Any]
    own: Mapping[str, Any]
    lines: Mapping[str, int]

    @property
    def needs(self) -> tuple[str, ...]:
        """What must be in the graph: `mappings`, `links` (any slice), or prefixes of vocabularies that are linked."""
        needs = self.own.get("needs", [])
        return (needs,) if isinstance(needs, str) else tuple(needs)

    def described(self, found: list[tuple[Parameter, int]]) -> tuple[Parameter, ...]:
        """Return parameters, each found on a line, with their default, choices, label and class.

        Raises
        ------
        ParseError
            What the header says of a parameter does not fit, with the line.
        """
        names = [parameter.name for parameter, _ in found]
        defaults, choices = (_mapping(self._joined(key), key, names, self.lines) for key in ("defaults", "enumerate"))
        params = _mapping(self.own, "params", names, self.lines)
        described = []
        for parameter, line in found:
            name = parameter.name
            about = _mapping(params, name, ("label", "class"), self.lines)
            values = choices.get(name, [])
            default = defaults.get(name)
            if not isinstance(values, list) or (name in choices and not values):
                raise ParseError(f"the choices of {name} are not a list", line=self.lines["enumerate"])
            if default is not None and not parameter.required:
                reason = f"{name} is optional: without a value it means any, so it has no default"
                raise ParseError(reason, line=self.lines["defaults"])
            try:
                for value in [*values, *([] if default is None else [default])]:
                    parameter.term(value)
                    if parameter.type == "iri" and expand(value) != URIRef(value):
                        raise ValueError(f"{value} must be written out, since grlc does not read prefixes in a header")
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
                raise ParseError(f"what the header says of {name} does not fit: {error}", line=line) from None
            described.append(parameter)
        return tuple(described)

    def _joined(self, key: str) -> dict[str, Any]:
        """Return grlc's list of one-key mappings as one mapping, under its key again."""
        joined: dict[str, Any] = {}
        listed = self.fields.get(key, [])
        for each in listed if isinstance(listed, list) else [None]:
            if not isinstance(each, dict) or len(each) != 1 or each.keys() & joined.keys():
                raise ParseError(f"{key} is a list `- name: value` that has each name once", line=self.lines[key])
            joined |= each
        return {key: joined}


def read_header(text: str) -> Header:
    """Return the header of a query file.

    Raises
    ------
    ParseError
        It breaks a rule, with the line.
    """
    rows = [row.rstrip("\r") for row in text.split("\n")]
    end = next((index for index, row in enumerate(rows) if not row.startswith("#+")), len(rows))
    if not end or any(row.startswith("#+") for row in rows[end:]):
        raise ParseError("the header must be one block of `#+ key: value` from the first line on", line=end + 1)
    block = [row[2:].removeprefix(" ") for row in rows[:end]]
    try:
        fields = yaml.load("\n".join(block), Loader=_Loader)  # a base loader makes texts, lists and mappings only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"the header is not YAML: {getattr(error, 'problem', error)}"
        raise ParseError(reason, line=min(mark.line + 1, end) if mark else 1) from None
    starts = [(match[1], number) for number, row in enumerate(block, 1) if (match := re.match(r"([\w-]+):", row))]
    lines = dict(starts)
    if not isinstance(fields, dict) or list(fields) != [key for key, _ in starts]:
        raise ParseError("the header is not a mapping that has each key once", line=1)
    if unknown := [key for key in fields if key not in _KEYS]:
        reason = f"the header key {unknown[0]!r} is not one of {', '.join(_KEYS)}"
        raise ParseError(reason, line=lines[unknown[0]])
    if list(fields) != sorted(fields, key=_KEYS.index):
        raise ParseError(f"the order of the header keys is {', '.join(_KEYS)}", line=1)
    followed = {number for _, number in starts} | {end + 1}
    for key in ("summary", "description"):
        if not isinstance(fields.get(key), str) or not fields[key] or lines[key] + 1 not in followed:
            raise ParseError(f"the header needs a {key} of one line", line=lines.get(key, 1))
    endpoint = str(fields.get("endpoint", ""))
    if "endpoint" in fields and not (endpoint.startswith("http") and is_absolute_iri(endpoint)):
        raise ParseError("the endpoint is not an http IRI", line=lines["endpoint"])
    tags = fields.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        raise ParseError("the tags are a list of words", line=lines["tags"])
    own = _mapping(fields, "x-sts", ("graph", "params", "empty", "needs", "remedy"), lines)
    if own.get("graph", "closed") not in GRAPHS:
        raise ParseError(f"the graph is one of {', '.join(GRAPHS)}", line=lines["x-sts"])
    needs = own.get("needs", "any")
    if not needs or not (
        isinstance(needs, str) or (isinstance(needs, list) and all(isinstance(n, str) for n in needs))
    ):
        raise ParseError("needs is mappings, links, the prefix of a vocabulary, or a list of them", line=lines["x-sts"])
    if "needs" in own and own.get("graph") != "linked":
        raise ParseError("a query that needs mappings or links has graph: linked", line=lines["x-sts"])
    return Header(fields, own, lines)


def _mapping(parent: Mapping[str, Any], key: str, known: Collection[str], lines: Mapping[str, int]) -> dict[str, Any]:
    """Return the mapping under a key, empty if there is none; its own keys must be known ones."""
    found = parent.get(key, {})
    line = lines.get(key, lines.get("x-sts"))
    if not isinstance(found, dict):
        raise ParseError(f"{key} is not a mapping", line=line)
    for name in found:
        if name not in known:
            reason = f"{key} has {name!r}, which is not one of {', '.join(known) or 'its parameters: none'}"
            raise ParseError(reason, line=line)
    return found
