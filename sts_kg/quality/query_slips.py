"""Slips in a query that somebody wrote: it parses and runs, and yet does not ask what was meant.

The linter of canned queries (`lint`) reads a query alone. This looks at the graph, too: which terms it has, and how it
writes its texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from rdflib import Graph, Literal, URIRef, Variable
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SKOS, XSD, DefinedNamespace
from rdflib.plugins.sparql.parserutils import CompValue

from sts_kg.errors import QueryError, StsKgError, nearest
from sts_kg.quality.query_tree import (
    MATCHES,
    bare,
    bindings,
    conjuncts,
    iris,
    named,
    nodes,
    scopes_of,
    shown,
    term,
    triples,
)
from sts_kg.queries import check_syntax, known_prefixes, parsed_sparql, parts_of, without_comments
from sts_kg.rdf import BASE, CASE, PREFIXES, STS, compress, is_ours, literal, local, ntriples
from sts_kg.tables import Table

__all__ = ["slips"]

MOST_CHARACTERS = 5_000  #: of a text that is looked at: rdflib's parser takes a second for them
MOST_VALUES = 20  #: of texts that are looked for in the graph

_STANDARD: tuple[type[DefinedNamespace], ...] = (RDF, RDFS, OWL, SKOS, XSD, DCTERMS, PROV)
_PROPERTIES = (RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_NAME = re.compile(r"[A-Za-z][\w.-]*:[\w.-]+|<[^<> ]+>")
_TAGGED = ("Builtin_LCASE", "Builtin_UCASE")  # they keep the language of their argument
_NO_CASES = "this graph has no cases; add some with --cases FILE, in Python with kg.with_cases(…)"
_PARAMETER = re.compile(r"\?_([A-Za-z0-9]+)_[A-Za-z]+(?:_[A-Za-z]+)?")  # a required one
_NO_MAPPINGS = (
    "there are no mapping sets; a canned query with graph: linked has them, and a store after "
    "sts-kg push --graphs asserted,inferred,mappings"
)
#: Our namespace as others write it: with http, with #, with more slashes or none, in capitals.
_LIKE_OURS = re.compile(
    rf"https?://(?:www\.)?{re.escape(BASE.partition('://')[2].rstrip('/'))}(?:[/#]+|(?=$))(.*)",
    re.IGNORECASE | re.DOTALL,
)
_EXISTS = ("Builtin_EXISTS", "Builtin_NOTEXISTS")


def slips(
    text: str, terms: Graph, *, ask: Callable[[str], object], graphs: Collection[str], has_cases: bool
) -> tuple[str, ...]:
    """Return what is likely not meant in a query, a sentence each; empty for a text that does not parse.

    Unknown terms, classes in the place of properties, properties that no triple has, texts that the graph has in
    another language, variables that nothing binds, patterns that nothing relates, and graphs that are not there.

    Parameters
    ----------
    text : str
        The query as it was written.
    terms : Graph
        The terms of the project, with their types.
    ask : callable
        Answers a query on the graph that `text` is for.
    graphs : collection of str
        The IRIs of the named graphs that there are.
    has_cases : bool
        Whether the graph has cases of patients.
    """
    if len(without_comments(text)) > MOST_CHARACTERS:
        return (f"it has more than {MOST_CHARACTERS:,} characters, so it was not searched for slips",)
    try:
        tree = parsed_sparql("given", text)
    except QueryError:
        try:
            check_syntax(text)
        except QueryError:
            return ()
        return ("it goes beyond SPARQL 1.1, so it was not searched for slips",)
    return tuple(dict.fromkeys(_Slips(text, tree, terms, ask).found(graphs, has_cases)))


class _Slips:
    """A parse tree beside the graph that it asks."""

    def __init__(self, text: str, tree: Any, terms: Graph, ask: Callable[[str], object]) -> None:
        declared = {part.prefix or "": part.iri for part in tree[0] if part.name == "PrefixDecl"}
        self.prefixes: Mapping[str, str] = PREFIXES | known_prefixes(text) | declared
        self.tree, self.terms, self.ask = tree[1], terms, ask
        self.triples = list(triples(self.tree))
        asked = [part.default or part.named for part in named(self.tree, "DatasetClause")]
        asked += [part.term for part in named(self.tree, "GraphGraphPattern")]
        self.graphs = [term(part, self.prefixes) for part in asked]

    def _ask(self, text: str) -> object:
        try:
            return self.ask(text)
        except StsKgError:  # a store that does not answer this may answer the query
            return None

    def found(self, graphs: Collection[str], has_cases: bool) -> Iterator[str]:
        """Yield the slips, the gravest first."""
        yield from self._of_parameters()
        yield from self._of_terms(has_cases)
        for query in named(self.tree, "SelectQuery", "SubSelect", "AskQuery", "ConstructQuery", "DescribeQuery"):
            yield from _unbound(query)
        yield from self._of_graphs(graphs)
        yield from self._of_values()
        for scope in scopes_of(self.tree, self.prefixes):
            if len(parts := scope.components()) > 1:
                sets = " and ".join("{" + ", ".join(sorted(each)) + "}" for each in parts)
                yield f"nothing relates {sets}: each row of one is paired with each row of the others"

    # --- parameters

    def _of_parameters(self) -> Iterator[str]:
        """Yield a sentence about the required parameters of a canned query that have no value."""
        free = sorted({f"?{part}" for part in parts_of(self.tree) if isinstance(part, Variable)})
        names = {name: match[1] for name in free if (match := _PARAMETER.fullmatch(name))}
        if names:
            options = " ".join(f"--{name} VALUE" for name in names.values())
            yield (
                f"{', '.join(names)} of a canned query {'has' if len(names) == 1 else 'have'} no value, and so "
                f"{'means' if len(names) == 1 else 'mean'} any; run it by its name: sts-kg query TOPIC/NAME "
                f"--queries FOLDER {options}"
            )

    # --- terms

    def _of_terms(self, has_cases: bool) -> Iterator[str]:
        known = {each for each in self.terms.subjects() if isinstance(each, URIRef)}
        properties = {each for kind in _PROPERTIES for each in self.terms.subjects(RDF.type, kind)}
        classes = set(self.terms.subjects(RDF.type, OWL.Class))
        as_property = {iri for _, verb, _ in self.triples for iri in iris(verb, self.prefixes)} - {RDF.type}
        as_class = {
            iri
            for _, verb, object_ in self.triples
            if list(iris(verb, self.prefixes)) == [RDF.type]
            for iri in iris(object_, self.prefixes)
        }
        needed = set(self._needed())
        for iri in dict.fromkeys(iris(self.tree, self.prefixes)):
            if iri in self.graphs or str(iri) in PREFIXES.values():  # a namespace, as in STRSTARTS(STR(?x), STR(sts:))
                continue
            like = _LIKE_OURS.fullmatch(iri)
            meant = URIRef(f"{BASE}{like[1].rstrip('/#')}") if like else iri
            if meant != iri and iri not in known and (meant in known or not is_ours(iri)):
                better = f"write {_ntriples(meant)}" if meant in known else f"ours begin with <{BASE}>"
                yield f"{_ntriples(iri)} is no term of ours; {better}"
                continue
            if iri.startswith(str(CASE)) or iri == STS.PatientCase:
                if not has_cases:
                    yield _NO_CASES
                elif iri not in known:
                    cases = [local(each) for each in known if each.startswith(str(CASE))]
                    yield f"there is no {compress(iri)}{_meant(nearest(local(iri), cases), 'case:')}"
            elif is_ours(iri):
                if iri not in known:
                    yield self._unknown(
                        iri, properties if iri in as_property else classes if iri in as_class else known
                    )
                elif iri in as_property and iri not in properties:
                    better = f"; to ask for its members write a {compress(iri)}" if iri in classes else ""
                    yield f"{compress(iri)} is {_kind(iri, classes, properties)} and no property{better}"
                elif iri in as_class and iri not in classes:
                    yield f"{compress(iri)} is {_kind(iri, classes, properties)} and no class"
                elif iri in needed and self._ask(f"ASK {{ ?s <{iri}> ?o }}") is False:
                    nor = "" if has_cases else f", and {_NO_CASES}"
                    yield f"no triple here has the property {compress(iri)}{nor}"
            elif near := _misspelt(iri):
                yield f"there is no {compress(iri)}{near}"
            elif iri in MATCHES and self._ask(f"ASK {{ ?s <{SKOS.exactMatch}> ?o }}") is False:
                yield f"no triple here has the property {compress(iri)}: {_NO_MAPPINGS}"
            elif iri in needed and self._ask(f"ASK {{ ?s <{iri}> ?o }}") is False:
                labels = "; labels are rdfs:label" if "label" in iri.lower() or "name" in iri.lower() else ""
                yield f"no triple here has the property {compress(iri)}{labels}"

    def _needed(self) -> Iterator[URIRef]:
        """Yield the properties without which there is no answer: those of patterns that are not optional."""
        for query in named(self.tree, "SelectQuery", "AskQuery", "ConstructQuery", "DescribeQuery"):
            for part in (query.where.part or ()) if query.where else ():
                for _, verb, _ in triples(part) if part.name == "TriplesBlock" else ():
                    if len(found := list(iris(verb, self.prefixes))) == 1:
                        yield found[0]

    def _unknown(self, iri: URIRef, fitting: Collection[Any]) -> str:
        name = local(iri)
        ours = {each for each in map(str, self.terms.subjects()) if is_ours(each)}
        every: dict[str, list[str]] = {}  # local name to the terms of all guidelines that have it
        for each in sorted(ours, key=lambda one: (not one.startswith(iri[: len(iri) - len(name)]), one)):
            if ":" not in local(each):  # no module of the ontology
                every.setdefault(local(each), []).append(compress(each))
        same = [each for each in every if each.casefold() == name.casefold()]
        near = [*same, *nearest(name, every.keys() & {local(str(each)) for each in fitting})]
        near += nearest(name, every) if not near else ()
        found = [curie for each in dict.fromkeys(near) for curie in every[each]]
        return f"there is no {compress(iri)}{_meant(found[:3])}"

    # --- graphs

    def _of_graphs(self, graphs: Collection[str]) -> Iterator[str]:
        for name in self.graphs:
            if not graphs:
                which = (
                    f"there is no graph {_ntriples(name)} here"
                    if isinstance(name, URIRef)
                    else "no graph has a name here"
                )
                yield f"{which}: all triples are in one graph without a name; leave FROM and GRAPH out"
            elif isinstance(name, URIRef) and str(name) not in graphs:
                near = [f"<{each}>" for each in nearest(str(name), graphs, 2)]
                some = f"; there are {', '.join(f'<{each}>' for each in sorted(graphs)[:3])}, …"
                yield f"there is no graph {_ntriples(name)} here{_meant(near) or some}"

    # --- texts

    def _of_values(self) -> Iterator[str]:
        pairs = [pair for pair in self._compared() if isinstance(pair[1], Literal)]
        for verb, wanted in list(dict.fromkeys(pairs))[:MOST_VALUES]:
            yield from self._written_otherwise(verb, wanted)
        yield from self._of_languages()

    def _of_languages(self) -> Iterator[str]:
        """Yield the languages that a text must have, and no text has."""
        for left, right in self._equalities():
            tag = self._literal(right)
            if isinstance(left, CompValue) and left.name == "Builtin_LANG" and tag is not None and str(tag):
                if str(tag).islower():
                    yield from self._without_language(left.arg, tag, "LANG(?o) = {tag}")
                else:
                    yield f'a language is in small letters here, so never {_ntriples(tag)}; write "{str(tag).lower()}"'
        for part in named(self.tree, "Filter"):
            for each in map(bare, conjuncts(part.expr)):
                if isinstance(each, CompValue) and each.name == "Builtin_LANGMATCHES":
                    of, tag = bare(each.arg1), self._literal(bare(each.arg2))
                    if isinstance(of, CompValue) and of.name == "Builtin_LANG" and tag is not None:
                        yield from self._without_language(of.arg, tag, "LANGMATCHES(LANG(?o), {tag})")

    def _without_language(self, of: Any, tag: Literal, test: str) -> Iterator[str]:
        """Yield a sentence if no value of the properties that lead to a variable passes the test of its language."""
        for verb in self._leading_to().get(shown(bare(of)), ()):
            wanted = test.format(tag=_ntriples(tag))
            if self._ask(f"ASK {{ ?s <{verb}> ?o FILTER({wanted}) }}") is False:
                found = self._ask(f"SELECT DISTINCT (LANG(?o) AS ?tag) {{ ?s <{verb}> ?o }} LIMIT 9")
                tags = sorted({str(each) for (each,) in (found if isinstance(found, Table) else ())})
                there = f"there are {' and '.join(filter(None, tags))}" if any(tags) else "its values have none"
                if tags:
                    yield f"{compress(verb)} has no value in the language {_ntriples(tag)}; {there}"

    def _leading_to(self) -> dict[str, list[URIRef]]:
        """Return the properties that lead to each variable, with no path between."""
        found: dict[str, list[URIRef]] = {}
        for verb, object_ in self._plain():
            if isinstance(object_, Variable):
                found.setdefault(shown(object_), []).append(verb)
        return found

    def _plain(self) -> Iterator[tuple[URIRef, Any]]:
        """Yield property and object of each pattern whose verb is one property and no path."""
        for _, verb, object_ in self.triples:
            found = list(iris(verb, self.prefixes))
            if len(found) == 1 and not any(part.name == "PathEltOrInverse" or part.mod for part in nodes(verb)):
                yield found[0], object_

    def _compared(self) -> Iterator[tuple[URIRef, Any]]:
        """Yield each property with a constant that its value is, or is compared with."""
        for verb, object_ in self._plain():
            if not isinstance(object_, Variable):
                yield verb, self._literal(object_)
        given = self._leading_to()
        for variable, value in self._equalities():
            for verb in given.get(shown(variable), ()):
                yield verb, self._literal(value)

    def _equalities(self) -> Iterator[tuple[Any, Any]]:
        for part in named(self.tree, "Filter"):
            for each in conjuncts(part.expr):
                if isinstance(each, CompValue) and each.op in ("=", "IN") and each.other is not None:
                    others = each.other if each.op == "IN" else [each.other]
                    for left, right in [(bare(each.expr), bare(other)) for other in others]:
                        yield _untagged(left), right
                        yield _untagged(right), left
        for variable, expression in bindings(self.tree):
            yield variable, bare(expression)
        for part in named(self.tree, "InlineData", "ValuesClause"):
            if len(part.var) == 1:
                yield from ((part.var[0], value) for value in part.value)

    def _literal(self, part: Any) -> Literal | None:
        if not isinstance(part, CompValue) or part.name != "literal":
            return part if isinstance(part, Literal) else None
        datatype = term(part.datatype, self.prefixes) if part.datatype else None
        return literal(str(part.string), str(datatype or XSD.string), str(part.lang) if part.lang else None)

    def _written_otherwise(self, verb: URIRef, wanted: Literal) -> Iterator[str]:
        there = f"ASK {{ ?s <{verb}> {_ntriples(wanted)} }}"
        if wanted.datatype not in (None, XSD.string) or self._ask(there) is not False:
            return
        sample = self._ask(f"SELECT ?o {{ ?s <{verb}> ?o FILTER(isLiteral(?o)) }} LIMIT 1000")
        kinds = {
            (each.language, None if each.datatype == XSD.string else each.datatype)
            for (each,) in (sample if isinstance(sample, Table) else ())
            if isinstance(each, Literal)
        }
        lexical = str(wanted)
        if not kinds and self._ask(f"ASK {{ ?s <{verb}> ?o }}"):
            bare_name = f"; write {lexical} without quotation marks" if _NAME.fullmatch(lexical) else ""
            yield f"{compress(verb)} never leads to a text, as {_ntriples(wanted)} is{bare_name}"
        forms = dict.fromkeys([lexical, lexical.lower(), lexical.capitalize()])
        others = [_ntriples(literal(form, str(type_ or XSD.string), lang)) for form in forms for lang, type_ in kinds]
        if others:
            values = " ".join(others)
            found = self._ask(f"SELECT ?o {{ VALUES ?o {{ {values} }} FILTER EXISTS {{ ?s <{verb}> ?o }} }} LIMIT 1")
            for (each,) in found if isinstance(found, Table) else ():
                yield f"{compress(verb)} is never {_ntriples(wanted)}; the graph has {_ntriples(each)}"
                return
        if not wanted.language and kinds and all(language for language, _ in kinds):
            languages = sorted({f"{_ntriples(wanted)}@{language}" for language, _ in kinds})
            yield f"{compress(verb)} is never {_ntriples(wanted)}, without a language; write {' or '.join(languages)}"


def _ntriples(each: Any) -> str:
    return ntriples(each).decode()


def _untagged(part: Any) -> Any:
    """Return the argument of a function that keeps the language of a text."""
    return bare(part.arg) if isinstance(part, CompValue) and part.name in _TAGGED else part


def _meant(near: Collection[str], prefix: str = "") -> str:
    return f"; did you mean {' or '.join(prefix + each for each in near)}?" if near else ""


def _kind(iri: URIRef, classes: Collection[Any], properties: Collection[Any]) -> str:
    return "a class" if iri in classes else "a property" if iri in properties else "a single thing"


def _misspelt(iri: URIRef) -> str:
    """Return the hint for a name that a vocabulary of the W3C or Dublin Core does not have; "" if it has it."""
    for namespace in _STANDARD:
        start = str(namespace)
        if iri.startswith(start) and iri not in namespace and not iri.startswith(f"{start}_"):
            prefix, names = (
                compress(f"{start}x").partition(":")[0],
                [str(each)[len(start) :] for each in dir(namespace)],
            )
            return _meant(nearest(iri[len(start) :], names), f"{prefix}:") or " in its vocabulary"
    return ""


# --- variables


def _unbound(query: Any) -> Iterator[str]:
    """Yield the variables that a query uses and nothing binds."""
    bound = _bound(query.where) | ({*map(shown, query.valuesClause.var)} if query.valuesClause else set())
    projection, clauses = query.projection or [], (query.having, query.orderby, query.groupby)
    aliases = {shown(part.evar) for part in projection if part.evar}
    aliases |= {shown(part.var) for part in named(query.groupby, "GroupAs") if part.var}
    used = [*_used(query.where, bound), *(shown(part.var) for part in projection if part.var)]
    outside = [part.expr for part in projection if part.expr], clauses, query.template, query.var
    used += [shown(part) for part in _outer(outside) if shown(part).startswith("?")]
    for name in dict.fromkeys(used):
        if name and name not in bound | aliases:
            yield f"nothing binds {name}{_meant(nearest(name[1:], [each[1:] for each in bound]), '?')}"


def _bound(group: Any) -> set[str]:
    """Return the variables that are in scope after a group (SPARQL 1.1, section 18.2.1)."""
    if not isinstance(group, CompValue):
        return set()
    if group.name == "SubSelect":
        return {shown(part.var or part.evar) for part in group.projection or ()} or _bound(group.where)
    found: set[str] = set()
    for part in group.part or ():
        if part.name in ("TriplesBlock", "InlineData"):
            found |= {shown(each) for each in _outer(part.triples or part.var)}
        elif part.name == "Bind":
            found.add(shown(part.var))
        elif part.name == "GroupOrUnionGraphPattern":
            found = found.union(*map(_bound, part.graph))
        elif part.name not in ("Filter", "MinusGraphPattern"):  # OPTIONAL, GRAPH, SERVICE
            found |= _bound(part.graph) | {shown(part.term)}
    return found - {""}


def _used(group: Any, bound: set[str]) -> Iterator[str]:
    """Yield the variables that the conditions of a group use and that are not bound, without those of sub-queries."""
    for part in (group.part or ()) if isinstance(group, CompValue) and group.name != "SubSelect" else ():
        if part.name in ("Filter", "Bind"):
            for each in _outer(part.expr):
                if isinstance(each, CompValue) and each.name in _EXISTS:
                    yield from _used(each.graph, bound | _bound(each.graph))
                elif shown(each) not in bound:
                    yield shown(each)
        elif part.name == "GroupOrUnionGraphPattern":
            for arm in part.graph:
                yield from _used(arm, bound)
        elif isinstance(part.graph, CompValue):
            inner = bound | _bound(part.graph) if part.name == "MinusGraphPattern" else bound
            yield from _used(part.graph, inner)


def _outer(tree: Any) -> Iterator[Any]:
    """Yield a node and every node below it, but nothing in EXISTS, nor in IF, where a free variable can be meant."""
    yield tree
    if isinstance(tree, (str, type(None))) or (isinstance(tree, CompValue) and tree.name in (*_EXISTS, "Builtin_IF")):
        return
    for part in tree.values() if isinstance(tree, dict) else tree:
        yield from _outer(part)
