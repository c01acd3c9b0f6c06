"""Magics for notebooks: after `%load_ext sts_kg`, `%%sparql` asks the graph, `%sts` runs canned queries; both complete.

IPython is never imported before it loads the extension. An error is one line.
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from inspect import signature
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, NoReturn

from rdflib import Literal, URIRef

from sts_kg.errors import QueryError, StsKgError, UnknownNameError, nearest
from sts_kg.knowledge import KnowledgeGraph, asking, load
from sts_kg.queries import CannedQuery, Entities, Parameter
from sts_kg.rdf import PREFIXES, compress, local
from sts_kg.tables import Table

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell
    from rdflib import Graph

__all__ = ["add_to", "take_from"]

_CELL = "of the cell"  # what an error calls the query of a cell
_NAMED = re.compile(r"\$([^\W\d]\w*)")
_VALUES = (str, int, float, bool, Decimal, date, Literal)
_FRAGMENT = re.compile(r"""[^\s{}()\[\];,"'<>=|/^*+!]*\Z""")
_LINE = re.compile(r"(?:^|=)\s*%sts\s(.*)\Z")
_MOST = 200  #: completions

LONGEST_S = 86_400  # a day: more is a slip, or no number that a clock can count to


def add_to(shell: InteractiveShell) -> None:
    """Register the magics and their completion with a shell of IPython."""
    from IPython.core.magic import no_var_expand

    magics = _Magics(shell)
    for kind, name, magic in (("cell", "sparql", magics.sparql), ("line", "sts", magics.sts)):
        shell.register_magic_function(no_var_expand(_plain(magic)), kind, name)
    if hasattr(shell.Completer, "custom_matchers"):
        shell.Completer.custom_matchers.append(_Completion(magics))


def take_from(shell: InteractiveShell) -> None:
    """Take the magics and their completion from a shell of IPython."""
    for kind, name in (("cell", "sparql"), ("line", "sts")):
        shell.magics_manager.magics[kind].pop(name, None)
    if hasattr(shell.Completer, "custom_matchers"):
        matchers = shell.Completer.custom_matchers
        matchers[:] = [each for each in matchers if not isinstance(each, _Completion)]


def _plain(magic: Any) -> Any:
    """Return a magic as a function, which takes an attribute, and whose errors of ours are shown as one line."""

    def called(*given: str) -> Any:
        try:
            return magic(*given)
        except StsKgError as error:
            said = str(error)
            # IPython shows what this returns in place of a traceback
            error._render_traceback_ = lambda: [said]  # type: ignore[attr-defined]
            raise

    called.__doc__ = magic.__doc__
    return called


class _Options(argparse.ArgumentParser):
    """Options of a magic, whose mistakes are errors of ours."""

    def error(self, message: str) -> NoReturn:
        raise _usage(self.prog, f"{message}; {self.format_usage().strip()}")


def _usage(magic: str, message: str) -> Exception:
    """Return the error about the words of a magic, which IPython shows as one line."""
    from IPython.core.error import UsageError

    return UsageError(f"{magic}: {message}")


class _Magics:
    """The magics of one shell, and the graph that was loaded where it has none."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._loaded: KnowledgeGraph | None = None
        self._told: object = None

    @property
    def graph(self) -> KnowledgeGraph:
        """The graph that is asked: the variable `kg` of the notebook, or the shipped one, loaded once."""
        found = self._shell.user_ns.get("kg")
        if isinstance(found, KnowledgeGraph):
            return found
        if self._loaded is None:
            self._loaded = load()
        return self._loaded

    @property
    def names(self) -> dict[str, object]:
        """The variables of the notebook, without those that IPython keeps there."""
        hidden = self._shell.user_ns_hidden
        return {
            name: value
            for name, value in self._shell.user_ns.items()
            if not name.startswith("_") and (name not in hidden or hidden[name] is not value)
        }

    def sparql(self, line: str, cell: str) -> Table | bool | Graph | None:
        """Ask the graph what the cell says in SPARQL.

            %%sparql [--to NAME] [--endpoint URL] [--asserted] [--timeout SECONDS]

        The graph is the variable kg of the notebook, or else the shipped one. Known prefixes need no declaration.
        `?_drug` in the cell takes the value of the Python variable drug: an rdflib term, a number, truth value, date,
        or text, which is an IRI if it is a CURIE. `?_drug_iri` takes names and labels, too; `?__drug` may be None,
        which means any. --to puts the answer into a variable instead of showing it; --asserted asks the asserted
        triples alone; --endpoint asks a SPARQL endpoint.
        """
        options = _Options("%%sparql", add_help=False, allow_abbrev=False)
        options.add_argument("--to", metavar="NAME")
        options.add_argument("--endpoint", metavar="URL")
        options.add_argument("--asserted", action="store_true")
        options.add_argument("--timeout", metavar="SECONDS")
        given = options.parse_args([str(self._value("%%sparql", word)) for word in _words("%%sparql", line)])
        if given.to is not None and (not given.to.isidentifier() or iskeyword(given.to)):
            raise _usage("%%sparql", f"--to {given.to}: the name of a variable was expected")
        timeout_s = self._seconds("%%sparql", given.timeout)
        asked = self._asked(given.endpoint, "asserted" if given.asserted else None, timeout_s)
        notes: list[str] = []
        try:
            answer = asked.sparql(
                cell, values=self.names, asserted=given.asserted, timeout_s=timeout_s, on_note=notes.append
            )
        except QueryError as error:
            error.name = _CELL if error.name == "given" else error.name
            raise
        if given.to is None:
            if not isinstance(answer, Table):  # which shows its notes itself
                self._say(notes)
            return answer
        self._shell.user_ns[given.to] = answer
        self._say([*notes, f"{given.to} is {answer!r}"])
        return None

    def sts(self, line: str) -> Table | bool | Graph:
        """Run a canned query; without a name, list them; with a topic, those of the topic.

            %sts [QUERY] [--PARAMETER VALUE …] [--endpoint URL] [--timeout SECONDS]

        A value is a name, label, CURIE or number, in quotes if it has blanks; `$name` is the value of a Python
        variable, as it is. `%sts?` shows this, and the tab key completes names, parameters and values.
        """
        name, given = "", dict[str, Any]()
        words = iter(_words("%sts", line))
        for word in words:
            if word.startswith("--"):
                option, sign, rest = word[2:].partition("=")
                value = rest if sign else next(words, None)
                if value is None or option in given:
                    reason = "is given twice" if option in given else "has no value"
                    raise _usage("%sts", f"--{option} {reason}")
                given[option] = self._value("%sts", value)
            elif name:
                raise _usage("%sts", f"{word} is one name too many; a value stands after its --parameter")
            else:
                name = word
        endpoint, timeout_s = given.pop("endpoint", None), self._seconds("%sts", given.pop("timeout", None))
        if not name or any(name == query.topic for query in self.graph.canned.values()):
            if given:
                raise _usage("%sts", f"--{next(iter(given))} belongs to a query, which stands before it")
            return self.graph.queries(name or None)
        if taken := given.keys() & signature(KnowledgeGraph.query).parameters:
            raise _usage("%sts", f"--{min(taken)} is no parameter of a query")
        kind = None
        if endpoint is not None:
            graph = self._found(name).graph
            kind = "closed" if graph == "cases" else graph
        notes: list[str] = []
        answer = self._asked(endpoint, kind, timeout_s).query(name, timeout_s=timeout_s, on_note=notes.append, **given)
        if not isinstance(answer, Table):
            self._say(notes)
        return answer

    def _found(self, name: str) -> CannedQuery:
        """Return the canned query of an id, or of a name that only one topic has."""
        canned = self.graph.canned
        found = [query for query in canned.values() if name in (query.id, query.id.partition("/")[2])]
        if len(found) != 1:
            raise UnknownNameError("query", name, canned)
        return found[0]

    def _asked(self, endpoint: str | None, kind: str | None, timeout_s: float | None) -> KnowledgeGraph:
        """Return the graph that is asked, and say which it is where that is another one than before."""
        if endpoint is not None:
            return asking(str(endpoint), kind, timeout_s=timeout_s or 60.0)
        graph = self.graph
        if graph is not self._told:
            other = self._shell.user_ns.get("kg")
            missing = "there is no variable kg" if other is None else f"kg is a {type(other).__name__}"
            self._say(["asks kg" if graph is other else f"asks the shipped knowledge graph: {missing}"])
            self._told = graph
        return graph

    def _value(self, magic: str, word: str) -> Any:
        """Return what a word of a line stands for: the value of a Python variable, if it is `$name`."""
        if found := _NAMED.fullmatch(word):
            if found[1] not in self._shell.user_ns:
                near = nearest(found[1], self.names)
                hint = f"; did you mean {' or '.join(f'${each}' for each in near)}?" if near else ""
                raise _usage(magic, f"there is no Python variable {found[1]}{hint}")
            return self._shell.user_ns[found[1]]
        if re.search(r"\{\w+\}|\$\{|\$\w", word):
            raise _usage(magic, f"{word} is not filled in as text; $name, alone, is the value of a Python variable")
        return word

    @staticmethod
    def _seconds(magic: str, value: Any) -> float | None:
        try:
            seconds = None if value is None else float(value)
        except (TypeError, ValueError):
            seconds = -1.0
        if seconds is not None and not 0 < seconds <= LONGEST_S:
            raise _usage(magic, f"--timeout {value}: a number of seconds was expected, {LONGEST_S} at most")
        return seconds

    def _say(self, lines: Iterable[str]) -> None:
        sys.stdout.writelines(f"{line}\n" for line in lines)


def _words(magic: str, line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise _usage(magic, f"{line.strip()}: {str(error).lower()}") from None


class _Completion:
    """What can be typed next in `%%sparql` and `%sts`: a matcher of IPython (version 2 of its protocol)."""

    matcher_api_version = 2
    matcher_identifier = "sts_kg"
    matcher_priority = 100  # asked first, so that what it finds takes the place of Python's

    def __init__(self, magics: _Magics) -> None:
        self._magics = magics
        self.__qualname__ = self.matcher_identifier  # IPython reads it, as of a function
        self._of: tuple[KnowledgeGraph, Entities] | None = None

    def __call__(self, context: CompletionContext) -> SimpleMatcherResult:
        from IPython.core.completer import SimpleCompletion

        before = context.text_until_cursor
        if (line := _LINE.search(before)) is not None:
            fragment, found = self._of_line(line[1])
        elif context.full_text.lstrip().startswith("%%sparql"):
            first = context.cursor_line == 0 or before.lstrip().startswith("%%sparql")
            fragment, found = self._of_options(before) if first else self._of_cell(before, context.full_text)
        else:
            fragment, found = context.token, iter(())
        some = dict(pair for pair, _ in zip(found, range(_MOST), strict=False))
        completions = [SimpleCompletion(text, type=told) for text, told in some.items()]
        return {"completions": completions, "suppress": True, "ordered": True, "matched_fragment": fragment}

    def _entities(self) -> Entities:
        graph = self._magics.graph
        if self._of is None or self._of[0] is not graph:
            self._of = graph, Entities(graph.asserted)
        return self._of[1]

    def _of_options(self, before: str) -> tuple[str, Iterator[tuple[str, str]]]:
        fragment = before.rpartition(" ")[2]
        options = ("--asserted", "--endpoint", "--timeout", "--to")
        return fragment, _starting(fragment, ((each, "option") for each in options))

    def _of_cell(self, before: str, cell: str) -> tuple[str, Iterator[tuple[str, str]]]:
        if before.count('"') % 2:  # inside a text
            fragment = before.rpartition('"')[2]
            return fragment, _starting(fragment, ((label, compress(term)) for term, label in self._labels()))
        found = _FRAGMENT.search(before)
        fragment = found[0] if found else ""
        if fragment.startswith(("?", "$")):
            sign = fragment[0]
            own = sorted({match[1] for match in re.finditer(r"[?$]([^\W_]\w*)", cell)} - {fragment[1:]})
            values = _values(self._magics.names)
            pairs = [(sign + each, "variable") for each in own]
            return fragment, _starting(fragment, [*pairs, *((f"{sign}_{each}", "Python variable") for each in values)])
        return fragment, self._terms(fragment)

    def _terms(self, fragment: str) -> Iterator[tuple[str, str]]:
        """Yield CURIEs: those that begin with the fragment, or whose label or name does; and prefixes."""
        if not fragment:
            return
        yield from _starting(fragment, ((f"{prefix}:", "prefix") for prefix in sorted(PREFIXES)))
        terms = sorted(self._names())
        yield from _starting(fragment, ((curie, label) for curie, label, _ in terms))
        if ":" not in fragment and len(fragment) > 1:
            wanted = fragment.casefold()
            yield from ((curie, label) for curie, label, folded in terms if any(f.startswith(wanted) for f in folded))

    def _names(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield the terms that have a CURIE, each with its first label and all names, without capitals."""
        labels = self._entities().labels
        for term in {*self._entities().members(None), *labels}:
            curie = compress(str(term))
            if curie != term:
                own = labels.get(term, ())
                yield curie, own[0] if own else "term", tuple(each.casefold() for each in (*own, local(term)))

    def _labels(self) -> Iterator[tuple[URIRef, str]]:
        for term, labels in sorted(self._entities().labels.items()):
            yield from ((term, label) for label in labels)

    def _of_line(self, line: str) -> tuple[str, Iterator[tuple[str, str]]]:
        quote = '"' if line.count('"') % 2 else ""
        fragment = quote + line.rpartition(quote or " ")[2]
        words = _words_so_far(line[: len(line) - len(fragment)])
        canned, options = self._magics.graph.canned, {"endpoint", "timeout"}
        if words and words[-1].startswith("--") and "=" not in words[-1]:
            parameter = _parameter(words, words[-1][2:], canned)
            return fragment, self._of_value(fragment, parameter)
        name = next((word for at, word in enumerate(words) if _is_name(words, at)), None)
        if name is None and not fragment.startswith("-"):
            ids = ((query.id, query.summary) for query in canned.values())
            short = ((query.id, query.summary) for query in canned.values() if _file(query.id).startswith(fragment))
            return fragment, iter([*_starting(fragment, ids), *(short if fragment else ())])
        query = _query(name, canned)
        taken = {word.partition("=")[0] for word in words}
        parameters = [(f"--{each.name}", each.label or each.type) for each in query.parameters] if query else []
        pairs = [*parameters, *((f"--{each}", "option") for each in sorted(options))]
        return fragment, _starting(fragment, (pair for pair in pairs if pair[0] not in taken))

    def _of_value(self, fragment: str, parameter: Parameter | None) -> Iterator[tuple[str, str]]:
        if fragment.startswith("$"):
            yield from _starting(fragment, ((f"${name}", "Python variable") for name in _values(self._magics.names)))
        elif parameter is not None:
            names: dict[str, str] = {}
            if parameter.entity_class is not None:
                entities = self._entities()
                for member in entities.members(parameter.entity_class):
                    labels = entities.labels.get(member, ())
                    names |= {local(member): labels[0] if labels else "", **dict.fromkeys(labels, compress(member))}
            names |= {local(choice): "choice" for choice in parameter.choices}
            wanted = fragment.removeprefix('"').casefold()
            for name, told in names.items():
                if name.casefold().startswith(wanted):
                    yield (f'"{name}"' if " " in name or fragment.startswith('"') else name), told


def _starting(fragment: str, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return (pair for pair in pairs if pair[0].startswith(fragment))


def _values(names: Mapping[str, object]) -> list[str]:
    """Return the names of what a query can take as a value."""
    return sorted(name for name, value in names.items() if isinstance(value, (*_VALUES, URIRef)))


def _words_so_far(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _is_name(words: list[str], at: int) -> bool:
    """Return whether a word is the name of a query: neither an option nor its value."""
    is_value = at > 0 and words[at - 1].startswith("--") and "=" not in words[at - 1]
    return not words[at].startswith("--") and not is_value


def _file(query_id: str) -> str:
    return query_id.partition("/")[2]


def _query(name: str | None, canned: Mapping[str, CannedQuery]) -> CannedQuery | None:
    return next((query for query in canned.values() if name is not None and name in (query.id, _file(query.id))), None)


def _parameter(words: list[str], name: str, canned: Mapping[str, CannedQuery]) -> Parameter | None:
    for at, _ in enumerate(words):
        if _is_name(words, at) and (query := _query(words[at], canned)) is not None:
            return next((each for each in query.parameters if each.name == name), None)
    return None
