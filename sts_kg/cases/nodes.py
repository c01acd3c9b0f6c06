"""The nodes of a YAML or JSON text: each knows its line, so that whatever cannot be used is an error with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from rdflib import URIRef

from sts_kg.cases.places import Place, shown
from sts_kg.errors import ParseError
from sts_kg.guideline import Vocabulary

__all__ = ["TAG", "WORDS", "Nodes", "Placed", "is_null", "json_nodes", "kind_of", "placed_node", "yaml_nodes"]

_T = TypeVar("_T")
#: Words for yes, no and unknown: those of YAML 1.1 and of spreadsheets, in any letter case; nothing is unknown.
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("yes", "true", "on"), True),
    **dict.fromkeys(("no", "false", "off"), False),
    **dict.fromkeys(("unknown", "null", "~", ""), None),
}
#: Begins the tags of nodes: `null`, `str` and the other scalars of JSON, `seq`, `map`.
TAG = "tag:yaml.org,2002:"


def yaml_nodes(path: str | Path, text: str, most: int | None = None) -> list[yaml.Node]:
    """Return the documents of a YAML text as nodes, empty ones left out; more than `most` nodes are an error."""

    class Loader(yaml.SafeLoader):
        n_nodes = 0

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            self.n_nodes += 1
            if most is not None and self.n_nodes > most:
                raise _too_many(path, most, self.line + 1)
            node: yaml.Node | None = super().compose_node(parent, index)
            return node

    try:
        roots = [root for root in yaml.compose_all(text, Loader=Loader) if not is_null(root)]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = f"is not YAML: the character {ord(text[error.position]):#06x} is not allowed"
        raise ParseError(reason, path=path, line=line) from error
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, error) from error
    except RecursionError as error:
        raise ParseError("is not YAML that can be read: it is nested too deeply", path=path) from error
    except ParseError:
        raise
    except (ValueError, OverflowError) as error:  # PyYAML lets them out for "\UFFFFFFFF" and %YAML 1.999…
        raise ParseError("is not YAML: a number of an escape or of %YAML is out of range", path=path) from error
    return [one for root in roots for one in (root.value if isinstance(root, yaml.SequenceNode) else [root])]


def _not_yaml(path: str | Path, error: yaml.MarkedYAMLError) -> ParseError:
    mark = error.problem_mark or error.context_mark
    reason = f"is not YAML: {error.problem or error.context}"
    if "'\\t'" in reason:
        reason += "; indent with spaces, not with tabs"
    elif error.problem and error.context and error.context_mark:
        reason += f" ({error.context} that begins on line {error.context_mark.line + 1})"
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return ParseError(reason, path=path, line=line, column=column)


_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{}:,"]+')


def json_nodes(path: str | Path, text: str, most: int | None = None) -> list[yaml.Node]:
    """Return the objects of a JSON text, one or an array, as the nodes that YAML would give.

    YAML is not a superset of JSON to PyYAML: tabs, surrogate pairs, line separators and long keys differ. More than
    `most` nodes are an error.
    """
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise ParseError(f"is not JSON: {error.msg}", path=path, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise ParseError("is not JSON that can be read: it is nested too deeply", path=path) from error
    if not isinstance(value, dict | list):
        raise ParseError("is not a case: a JSON object, or an array of objects, is expected", path=path, line=1)
    root = _json_root(path, text, most)
    return list(root.value) if isinstance(root, yaml.SequenceNode) else [root]


def _too_many(path: str | Path, most: int, line: int) -> ParseError:
    return ParseError(f"has more than {most:,} values; send the cases in several parts", path=path, line=line)


def _json_root(path: str | Path, text: str, most: int | None) -> yaml.Node:
    """Return the node of a text that is known to be JSON."""
    line, seen, n_nodes = 0, 0, 0
    open_nodes: list[tuple[str, yaml.Mark, list[yaml.Node]]] = [("", yaml.Mark("", 0, 0, 0, None, 0), [])]
    for token in _JSON_TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, token.start()), token.start()
        word, mark = token.group(), yaml.Mark("", token.start(), line, 0, None, 0)
        if word in "[{":
            open_nodes.append((word, mark, []))
            continue
        if word in "]}":
            _, mark, inner = open_nodes.pop()
            node: yaml.Node = yaml.SequenceNode(f"{TAG}seq", inner, mark, mark)
            if word == "}":
                node = yaml.MappingNode(f"{TAG}map", list(zip(inner[::2], inner[1::2], strict=True)), mark, mark)
        else:
            plain = word[1:-1] if word.startswith('"') else word
            text_of = json.loads(word) if "\\" in word else plain
            node = yaml.ScalarNode(f"{TAG}{_kind_of_scalar(word)}", text_of, mark, mark)
        n_nodes += 1
        if most is not None and n_nodes > most:
            raise _too_many(path, most, line + 1)
        open_nodes[-1][2].append(node)
    return open_nodes[0][2][0]


def _kind_of_scalar(word: str) -> str:
    if word.startswith('"'):
        return "str"
    return {"null": "null", "true": "bool", "false": "bool"}.get(word, "number")


@dataclass(frozen=True)
class Placed:
    """A text, a list or a mapping, as a form has it, and the name of the place where it stands."""

    value: str | Sequence[Placed] | Mapping[str, Placed]
    place: str


def placed_node(one: Placed) -> yaml.Node:
    """Return the node of what stands at a named place, which has no lines."""
    mark = yaml.Mark(one.place, 0, -1, 0, None, 0)
    if isinstance(one.value, str):
        return yaml.ScalarNode(f"{TAG}str", one.value, mark, mark)
    if isinstance(one.value, Mapping):
        pairs = [(yaml.ScalarNode(f"{TAG}str", key, mark, mark), placed_node(each)) for key, each in one.value.items()]
        return yaml.MappingNode(f"{TAG}map", pairs, mark, mark)
    return yaml.SequenceNode(f"{TAG}seq", [*map(placed_node, one.value)], mark, mark)


def is_null(node: yaml.Node | None) -> bool:
    """Return whether a node is not there, or is null."""
    return node is None or (isinstance(node, yaml.ScalarNode) and node.tag == f"{TAG}null")


def kind_of(node: yaml.Node) -> str:
    """Return what a node is, in words for an error."""
    if isinstance(node, yaml.ScalarNode):
        return "nothing" if is_null(node) else "one value"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


class Nodes:
    """Reads nodes of one file by what is expected of them."""

    def __init__(self, path: str | Path, vocabulary: Vocabulary) -> None:
        self.path, self.vocabulary = path, vocabulary

    def place(self, node: yaml.Node) -> Place:
        """Return where a node stands: in the file that its mark names, or else in that of the reader."""
        of_text = node.start_mark.name in ("", "<unicode string>")  # as PyYAML and JSON here name what is no file
        return Place(self.path if of_text else node.start_mark.name, node.start_mark.line + 1 or None)

    @staticmethod
    def listed(node: yaml.Node | None) -> yaml.Node | None:
        """Return a node as a list, one value as a list of one."""
        if node is not None and not is_null(node) and not isinstance(node, yaml.SequenceNode):
            return yaml.SequenceNode(f"{TAG}seq", [node], node.start_mark, node.end_mark)
        return node

    def yes_or_no(self, keys: Mapping[str, yaml.Node], key: str) -> bool | None:
        """Return what the yes or no of a key stands for; None if it is not there, or unknown."""
        return self.made(keys, key, lambda place, text, name: place.yes_or_no(text, name, WORDS))

    def pairs(self, node: yaml.Node, what: str, example: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """Yield the keys and values of a mapping; an error calls it `what`, and shows an example."""
        if not isinstance(node, yaml.MappingNode):
            reason = f"{what} is {kind_of(node)}; keys with values are expected, as in {example}"
            raise self.place(node).error(reason, key=what)
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.place(key).error(f"a key of {what} is {kind_of(key)}; a word is expected", key=what)
            yield key, value

    def mapping(
        self, node: yaml.Node, what: str, valid: Sequence[str], named: Sequence[str] = ()
    ) -> dict[str, yaml.Node]:
        """Return the values of a mapping by their keys; an error names the valid keys, or those of `named` only."""
        found: dict[str, yaml.Node] = {}
        lines: dict[str, int | None] = {}
        for key, value in self.pairs(node, what, f"`{valid[0]}: …`"):
            place, name = self.place(key), key.value
            if name not in valid:
                raise place.unknown(f"{what} has no key {shown(name)}", name, named or valid, key=name)
            if name in found:
                raise place.error(f"the key {name!r} is given twice; the first is on line {lines[name]}", key=name)
            found[name], lines[name] = value, place.line
        return found

    def sequence(self, node: yaml.Node | None, what: str) -> list[yaml.Node]:
        """Return the nodes of a list; none if it is not there, or null."""
        if node is None or is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            example = f": [{node.value}]" if isinstance(node, yaml.ScalarNode) and len(node.value) <= 60 else ""
            raise self.place(node).error(f"{what} is {kind_of(node)}; a list is expected{example}", key=what)
        return list(node.value)

    def words(self, node: yaml.Node | None, key: str, words: Mapping[str, URIRef], kind: str) -> tuple[URIRef, ...]:
        """Return the terms that the words of a list stand for, each once."""
        found = (self.place(one).word(self.scalar(one, key), words, kind) for one in self.sequence(node, key))
        return tuple(dict.fromkeys(found))

    def made(self, keys: Mapping[str, yaml.Node], key: str, make: Callable[[Place, str, str], _T]) -> _T | None:
        """Return what is made of the value of a key; None if there is no such key, or null for a value."""
        node = keys.get(key)
        return None if node is None or is_null(node) else make(self.place(node), self.scalar(node, key), key)

    def scalar(self, node: yaml.Node, what: str) -> str:
        """Return the text of one value."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.place(node).error(f"{what} is {kind_of(node)}; one value is expected", key=what)
        try:  # in YAML an escaped surrogate pair is still two characters
            return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError as error:
            reason = f"{what} holds half of a surrogate pair, which is not text"
            raise self.place(node).error(reason, key=what) from error
