"""What a knowledge graph answers to SPARQL, written by us or by others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from rdflib import Graph, Literal
from rdflib.namespace import VOID

from sts_kg.errors import NotLinkedError, ParameterError, QueryError, UnknownNameError
from sts_kg.guideline import queries_folder
from sts_kg.knowledge.core import Core
from sts_kg.queries import (
    CannedQuery,
    Elsewhere,
    Entities,
    QueryText,
    at_most,
    check_bounds,
    check_syntax,
    filled,
    find,
    known_prefixes,
    read,
    read_all,
    with_labels_beside,
)
from sts_kg.rdf import BASE, CASE, STS
from sts_kg.tables import Table
from sts_kg.workers import Limits, bytes_of

__all__ = ["WithQueries"]

_DESCRIBES = "rdfs:label|skos:prefLabel|rdfs:subClassOf|skos:broader"  # a term that is only named has none of them


class WithQueries(Core):
    """Canned queries and texts of SPARQL."""

    @cached_property
    def canned(self) -> dict[str, CannedQuery]:
        """The canned queries by id, `topic/name`, with those of one's own, without the checks of `queries/check/`."""
        found = {**read_all(queries_folder()), **self._own}
        return {name: self._fitted(each) for name, each in sorted(found.items()) if each.topic != "check"}

    def _find(self, name: str) -> CannedQuery:
        if "canned" not in self.__dict__ and not name.startswith("check/"):
            if found := self._own.get(name) or read(queries_folder(), name):  # one file instead of all
                return self._fitted(found)
        return find(name, self.canned)

    def _fitted(self, query: CannedQuery) -> CannedQuery:
        """Return a query whose defaults are fictional cases of this graph, if its own are those of another one."""
        about = [each for each in query.parameters if each.entity_class == STS.PatientCase and each.default]
        cases = [str(case.iri) for case in self.cases]
        if not cases or all(each.default in cases for each in about) or self.cases != self.session.examples.cases:
            return query
        fitting = {each.name: replace(each, default=case) for each, case in zip(about, cases, strict=False)}
        return replace(query, parameters=tuple(fitting.get(each.name, each) for each in query.parameters))

    def queries(self, topic: str | None = None) -> Table:
        """Return the canned queries as a table: id, parameters (optional ones in brackets), question.

        If there are queries of one's own, a fourth column `own` has their files. `Table.notes` names each that is not
        SPARQL, with the error.

        Raises
        ------
        UnknownNameError
            There is no such topic.
        """
        found = [query for query in self.canned.values() if topic in (None, query.topic)]
        if not found:
            raise UnknownNameError("topic", str(topic), sorted({query.topic for query in self.canned.values()}))
        rows = [tuple(map(Literal, (query.id, query.usage, query.description))) for query in found]
        if not self._own:
            return Table(("id", "parameters", "question"), tuple(rows))
        files = [Literal(str(query.file)) if query.file is not None else None for query in found]
        own = tuple((*row, file) for row, file in zip(rows, files, strict=True))
        return Table(("id", "parameters", "question", "own"), own, notes=tuple(_not_sparql(found)))

    def query(
        self,
        name_or_sparql: str,
        /,
        *,
        timeout_s: float | None = None,
        memory: int | str | None = None,
        max_rows: int | None = None,
        strict: bool = False,
        on_note: Callable[[str], None] | None = None,
        **parameters: Any,
    ) -> Table | bool | Graph:
        """Return the answer to a canned query by name, or to a SPARQL text: a Table, a bool (ASK) or a Graph.

        A canned query runs on the graph that its header names; on the shipped fictional cases if it is about cases
        and this graph has none. A text with white space is SPARQL, and goes to `sparql`, whose limits, `strict` and
        `on_note` are meant; a query of one's own is searched for the same slips. A parameter that is an entity takes a
        name, label, synonym, CURIE or IRI, of a mapped external term too; if that is not quite the same, `on_note` is
        told, and `Table.notes` has it.

        Raises
        ------
        UnknownNameError
            No canned query has that name.
        ParameterError
            A parameter is missing, unknown, or of the wrong type.
        NotLinkedError
            The query needs the mapping sets or terms of an external vocabulary, and the graph has none.
        QueryError
            The text is not a SPARQL 1.1 query, or it queries another endpoint (SERVICE), or there is something to note
            and it is `strict`.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().query("drugs/options-with-drug", drug="ifosfamide").column("option")
        (rdflib.term.URIRef('https://w3id.org/sts-kg/option-doxorubicin-ifosfamide'),)
        """
        if any(character.isspace() for character in name_or_sparql.strip()):
            if parameters:
                raise ParameterError(
                    "given", next(iter(parameters)), "a SPARQL text has no parameters; write the value"
                )
            return self.sparql(
                name_or_sparql,
                timeout_s=timeout_s,
                memory=memory,
                max_rows=max_rows,
                strict=strict,
                on_note=on_note,
            )
        found = self._find(name_or_sparql)
        if found.graph == "cases" and not self.has_cases:
            limited: dict[str, Any] = {"timeout_s": timeout_s, "memory": memory, "max_rows": max_rows}
            return self.with_examples().query(found.id, strict=strict, on_note=on_note, **limited, **parameters)
        if found.endpoint:
            raise QueryError(found.shown, f"asks {found.endpoint}; run it with query_online (--online)")
        for need in found.needs:
            if not self._has(need):
                raise NotLinkedError(found.shown, need)
        kind = "closed" if found.graph == "cases" else found.graph
        if kind == "linked" and "mappings" not in found.needs and found.file is None:
            kind = self._widest  # slices are all that it asks for, and the mapping sets take time to read
        notes: list[str] = []
        text, limits = self._bound(found, parameters, notes.append), _limits(found.shown, timeout_s, memory, max_rows)
        if found.file is not None:
            check_bounds(text)
            notes += self._slips(text, kind)
        if strict and notes:
            raise QueryError(found.shown, "; ".join(notes))
        _tell(notes, on_note)
        answer = self._ask(kind, text, name=found.shown, limits=limits, max_rows=max_rows)
        if found.empty_because and isinstance(answer, Table) and not len(answer):
            notes.append(f"by design: {found.empty_because}")
        return _noted(answer, notes)

    def _has(self, need: str) -> bool:
        """Return whether there are mapping sets, if the need is `mappings`; else a slice: any, or of a vocabulary."""
        from sts_kg.rdf import Prefixes

        # only mapping sets say of a term of ours that it is exactly one of others
        kind, pattern, forms = "linked", "?term skos:exactMatch ?external", [BASE]
        if need != "mappings":  # a slice has a name, by which a query asks it
            kind, pattern = self._widest, f"?graph a <{VOID.Dataset}> GRAPH ?graph {{ ?term {_DESCRIBES} ?value }}"
            forms = [form for each in Prefixes.shipped() if each.name == need for form in (each.iri, *each.iris)]
        starts = " || ".join(f'STRSTARTS(STR(?term), "{form}")' for form in forms) or str(need == "links").lower()
        # no ASK, which Virtuoso answers with a table if it has such a filter
        found = self._ask(kind, f"SELECT ?term {{ {pattern} FILTER({starts}) }} LIMIT 1")
        return isinstance(found, Table) and len(found) > 0

    def query_online(
        self,
        name: str,
        /,
        *,
        endpoint: str | None = None,
        timeout_s: float | None = None,
        max_rows: int | None = None,
        strict: bool = False,
        on_note: Callable[[str], None] | None = None,
        **parameters: object,
    ) -> Table | bool | Graph:
        """Return the answer to a canned query from the endpoint in its header. No other method contacts it.

        `endpoint` is the URL of another one to ask instead; `timeout_s` and `max_rows` are as for `sparql`, 60 s
        without a limit. `strict` and `on_note` are about parameters, as for `query`; the data of others has no slips.

        Raises
        ------
        UnknownNameError, ParameterError
            As `query`.
        QueryError
            Its header names no endpoint, or there is something to note and it is `strict`.
        EndpointError
            There is no usable answer.
        """
        from sts_kg.stores import PROFILES, Endpoint

        found = self._find(name)
        if not found.endpoint:
            raise QueryError(found.shown, "names no endpoint; run it with query")
        url = endpoint or found.endpoint
        _limits(found.shown, timeout_s, None, max_rows)  # says what is wrong with them
        profile = next((each for each in PROFILES if each in url), "generic")
        asked, notes = Endpoint(url, profile=profile, timeout_s=timeout_s or 60.0), list[str]()
        text = self._bound(found, parameters, notes.append)
        if strict and notes:
            raise QueryError(found.shown, "; ".join(notes))
        _tell(notes, on_note)
        return _noted(at_most(asked.query(text), max_rows, found.shown), notes)

    def sparql(
        self,
        text: str,
        *,
        values: Mapping[str, object] | None = None,
        asserted: bool = False,
        timeout_s: float | None = None,
        memory: int | str | None = None,
        max_rows: int | None = None,
        strict: bool = False,
        on_note: Callable[[str], None] | None = None,
    ) -> Table | bool | Graph:
        """Return the answer to a SPARQL text on the closed graph with all slices, or on the asserted graph.

        Prefixes that the project knows need no declaration. Without a limit there is none: a query may run without
        end. With one, it runs in a process of its own that shares the graph and is stopped.

        Parameters
        ----------
        text : str
            The query.
        values : mapping of names to values, optional
            `?_drug` in the text takes the value of `drug`, as one checked term: an rdflib term, number, truth value,
            date, text, or CURIE. `?_drug_iri` says the type, as in a query file, and takes labels, too; `?__drug` may
            be left out, which means any. Without `values` they are variables.
        asserted : bool
            Whether to ask the asserted graph.
        timeout_s : float, optional
            The most seconds of wall-clock time for the query, without the loading of the graph.
        memory : int or str, optional
            The most memory that the query may add: bytes, or a text such as 500MB or 2GB. Linux only.
        max_rows : int, optional
            The most rows or triples of an answer. A larger one is an error, never cut.
        strict : bool
            Whether a query that likely does not ask what was meant (a misspelt term, a text without the language that
            labels have, a variable that nothing binds) is an error.
        on_note : callable, optional
            Called, before the query runs, with a sentence about each such slip. `Table.notes` has them, too.

        Raises
        ------
        QueryError
            The text is not a SPARQL 1.1 query, or it queries another endpoint (SERVICE), or has a slip and is `strict`;
            or a parameter has no value, or one that does not fit.
        QueryTimeoutError, MemoryLimitError, TooManyRowsError
            The query went beyond a limit.
        ParameterError
            A limit is no size or time, or cannot be enforced on this platform.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().sparql("SELECT ?brand { ?_drug sts:brandName ?brand }", values={"drug": "sts:pazopanib"}).curies()
        (('Votrient',),)
        """
        check_bounds(text)
        if values is not None:
            made = filled(text, values, lambda: self.entities)
            limits: dict[str, Any] = {"timeout_s": timeout_s, "memory": memory, "max_rows": max_rows}
            try:
                return self.sparql(made.text, asserted=asserted, strict=strict, on_note=on_note, **limits)
            except QueryError as error:
                raise made.as_written(error) from None
        kind = "asserted" if asserted else self._widest
        notes = self._slips(text, kind)
        if strict and notes:
            raise QueryError("given", "; ".join(notes))
        _tell(notes, on_note)
        answer = self._ask(kind, text, limits=_limits("given", timeout_s, memory, max_rows), max_rows=max_rows)
        return _noted(answer, notes)

    def _slips(self, text: str, kind: str) -> list[str]:
        """Return what there is to say of a query that somebody wrote, beside the graphs of a kind."""
        from sts_kg.quality import slips

        notes = [f"{prefix}: was declared for you, as <{iri}>" for prefix, iri in known_prefixes(text).items()]
        if self._backend is not None:
            graphs: Sequence[str] = self._backend.names
        else:  # in memory only slices have names
            graphs = [str(name) for name in self.session.slices] if kind == "linked" else []
        if self._backend is None or self._backend.is_ours:
            ask, cases = partial(self._ask, kind), self.has_cases
            notes += slips(text, self.asserted, ask=ask, graphs=graphs, has_cases=cases)
        elif not self.holds_ours and str(STS) in QueryText(text).declared:
            notes.append("the endpoint holds nothing of the knowledge graph; sts-kg push --endpoint fills it")
        elif kind == "asserted" and self.holds_ours:
            notes.append("asserted and inferred triples cannot be told apart there")
        return notes

    def labelled(self, table: Table, *, timeout_s: float | None = None, memory: int | str | None = None) -> Table:
        """Return a table with a column of labels beside each column of IRIs: `drugLabel` beside `drug`.

        They are the rdfs:label or skos:prefLabel of the IRIs in this graph, in English, without language, or in the
        first other language. The limits are those of `query`, for each request for the labels of 500 IRIs.
        """
        if not self.has_cases and any(str(term).startswith(CASE) for row in table for term in row):
            return self.with_examples().labelled(table, timeout_s=timeout_s, memory=memory)
        limits = _limits("for labels", timeout_s, memory, None)
        return with_labels_beside(table, partial(self._ask, self._widest, name="for labels", limits=limits))

    def bound(self, name: str, /, **parameters: object) -> str:
        """Return the SPARQL text of a canned query with its parameters filled in, for any SPARQL tool.

        Raises
        ------
        UnknownNameError, ParameterError
            As `query`.
        """
        found = self._find(name)
        if found.graph == "cases" and not self.has_cases:
            return self.with_examples().bound(found.id, **parameters)
        return self._bound(found, parameters)

    def _bound(
        self, query: CannedQuery, values: Mapping[str, object], on_note: Callable[[str], None] | None = None
    ) -> str:
        entities = self.entities.telling(on_note)
        if (
            query.file is None
        ):  # our graphs have one form of the IRI of each term; of a query of one's own we know nothing
            entities = entities.with_standard(_standard)
        return query.bind(values, entities=entities)

    @cached_property
    def entities(self) -> Entities:
        """The named things of this graph, as parameters of queries name them: members of classes, and their labels.

        Examples
        --------
        >>> from sts_kg import load
        >>> kg = load()
        >>> kg.entities.resolve("Votrient", kg.canned["drugs/options-with-drug"].parameters[0].entity_class)
        rdflib.term.URIRef('https://w3id.org/sts-kg/pazopanib')
        """

        def elsewhere(text: str) -> Elsewhere:
            from sts_kg.links import named_elsewhere

            return named_elsewhere(text, self.layers)

        kept = self._kept_cases
        return Entities(
            self.asserted + kept if len(kept) else self.asserted,
            elsewhere=elsewhere,
            outside=lambda text: self.layers.iri(text),
        )


def _standard(iri: str) -> str:
    from sts_kg.rdf import Prefixes

    return str(Prefixes.shipped().standard(iri))


def _not_sparql(queries: Iterable[CannedQuery]) -> Iterator[str]:
    """Yield the error of each query of one's own that does not parse."""
    for query in queries:
        if query.file is not None:
            try:
                check_syntax(query.sample_text, name=query.shown)
            except QueryError as error:
                yield str(error)


def _tell(notes: Iterable[str], on_note: Callable[[str], None] | None) -> None:
    """Tell what there is to say of a query before it runs."""
    if on_note is not None:
        for note in notes:
            on_note(note)


def _noted(answer: Table | bool | Graph, notes: Sequence[str]) -> Table | bool | Graph:
    """Return an answer, with the same words if it is a table."""
    return replace(answer, notes=tuple(notes)) if isinstance(answer, Table) else answer


def _limits(query: str, timeout_s: float | None, memory: int | str | None, max_rows: int | None) -> Limits | None:
    """Return the limits of time and memory of a query, or None if it has none."""
    if max_rows is not None and (not isinstance(max_rows, int) or max_rows < 0):
        raise ParameterError(query, "max_rows", "is not a number of rows; None is no limit", value=max_rows)
    if timeout_s is None and memory is None:
        return None
    if timeout_s is not None and not timeout_s > 0:
        wanted = "is not a number of seconds above 0; None is no limit"
        raise ParameterError(query, "timeout_s", wanted, value=timeout_s)
    try:
        return Limits(timeout_s, None if memory is None else bytes_of(memory))
    except ValueError as error:
        raise ParameterError(query, "memory", str(error), value=memory) from error
