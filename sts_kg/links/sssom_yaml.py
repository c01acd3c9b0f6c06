"""The metadata of a mapping set: a subset of YAML (texts, lists, maps), read with line numbers and written plainly.

Scalars are texts, except numbers and booleans that are written as Python writes them. So reading and writing again
never changes the spelling. Anchors, aliases, tags and directives are rejected, because SSSOM forbids them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from sts_kg.errors import ParseError

__all__ = ["emitted", "parsed"]

_TAG = "tag:yaml.org,2002:"
#: A key with a tab before its value, which YAML 1.2 (section 6.2) allows and PyYAML does not.
_KEY = re.compile(r"^([ -]*[\w.\-]+:)( *\t[ \t]*)(?=\S)")
_TEXT = (f"{_TAG}str", f"{_TAG}timestamp")


def parsed(lines: Sequence[str], path: object = None) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the metadata in lines that have lost their `#`, and the line of each key; a nested key is `key.inner`.

    Raises
    ------
    ParseError
        The lines are not a YAML map, have a key twice, or use what SSSOM forbids: with line and column.
    """
    places: dict[str, int] = {}
    lines = [_KEY.sub(lambda key: key[1] + " " * len(key[2]), line) for line in lines]
    try:
        whole = "\n".join(lines)
        for token in yaml.scan(whole, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken | yaml.DirectiveToken):
                raise _wrong(
                    "anchors, aliases, tags and directives are not allowed in metadata", token.start_mark, path
                )
        root = yaml.compose(whole, Loader=yaml.SafeLoader)
        if root is None:
            return {}, {}
        if not isinstance(root, yaml.MappingNode):
            raise _wrong("the metadata is not a map: lines such as `license: IRI` were expected", root.start_mark, path)
        value = _value(root, "", places, path)
    except yaml.MarkedYAMLError as error:
        raise _wrong(f"the metadata is not YAML: {error.problem}", error.problem_mark, path) from error
    except yaml.YAMLError as error:
        raise ParseError(f"the metadata is not YAML: {str(error).splitlines()[0]}", path=path, line=1) from error
    except RecursionError as error:
        raise ParseError("the metadata is nested too deeply", path=path, line=1) from error
    assert isinstance(value, dict), "the root is a map"
    return value, places


def _wrong(reason: str, mark: Any, path: object) -> ParseError:
    line, column = (mark.line + 1, mark.column + 2) if mark is not None else (1, None)  # the # takes a column
    return ParseError(reason, path=path, line=line, column=column)


def _value(node: yaml.Node, at: str, places: dict[str, int], path: object) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, f"{at}{number}.", places, path) for number, each in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    found: dict[str, Any] = {}
    for key, inner in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong("a key of the metadata is not text", key.start_mark, path)
        if key.value in found:
            raise _wrong(f"the metadata has the key {key.value!r} twice", key.start_mark, path)
        places[at + key.value] = key.start_mark.line + 1
        found[key.value] = _value(inner, f"{at}{key.value}.", places, path)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.style is None and node.tag not in _TEXT:
        if node.tag == f"{_TAG}null":
            return None
        read: bool | int | float | None = {"true": True, "false": False}.get(node.value)
        if read is None and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", node.value):
            read = (float if "." in node.value else int)(node.value)
        if read is not None and _plain(read) == node.value:
            return read
    return node.value


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def emitted(metadata: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of metadata as YAML in block style."""
    yield from _map(metadata, "")


def _map(found: dict[str, Any], margin: str) -> Iterator[str]:
    for key, value in found.items():
        yield from _entry(f"{margin}{_spelled(key)}:", value, margin)


def _entry(before: str, value: Any, margin: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield before
        yield from _map(value, margin + "  ")
    elif isinstance(value, list | tuple) and value:
        yield before
        for item in value:
            yield from _item(item, margin + "  ")
    else:
        shown = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list | tuple) else _spelled(value)
        yield f"{before} {shown}".rstrip()


def _item(item: Any, margin: str) -> Iterator[str]:
    if isinstance(item, dict) and item:
        lines = _map(item, margin + "  ")
        yield f"{margin}- {next(lines)[len(margin) + 2 :]}"
        yield from lines
    else:
        yield from _entry(f"{margin}-", item, margin)


def _spelled(value: Any) -> str:
    """Return a scalar without quotes if that is read as the same text, else in double quotes."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return _plain(value)
    shown = str(value)
    try:
        node = yaml.compose(shown, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        node = None
    plain = isinstance(node, yaml.ScalarNode) and node.style is None and node.tag in _TEXT and node.value == shown
    # a spreadsheet adds , and tabs to a line, and reading drops them; the others end a line in YAML
    if plain and not shown.endswith((",", ";", "\t")) and not {*"\x85\u2028\u2029"} & {*shown}:
        return shown
    return yaml.dump(shown, default_style='"', allow_unicode=True, width=float("inf")).rstrip("\n")
