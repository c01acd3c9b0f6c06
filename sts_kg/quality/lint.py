"""The query linter: finds canned queries that parse and run but mislead. It reads the query, not the data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from rdflib import URIRef
from rdflib.namespace import RDF
from rdflib.plugins.sparql.parserutils import CompValue

from sts_kg.errors import QueryError
from sts_kg.quality.query_tree import (
    MATCHES,
    bare,
    bindings,
    iris,
    is_parameter,
    named,
    nodes,
    one_row,
    parameters,
    scopes_of,
    selects,
    shown,
    term,
    triples,
    variables,
)
from sts_kg.quality.violation import Violation
from sts_kg.queries import CannedQuery, parsed_sparql, parts_of
from sts_kg.rdf import CASE, STS, compress, is_ours

__all__ = ["CHECKS", "REMEDIES", "violations"]

#: What each check asks of a query.
CHECKS = {
    "query-syntax": "A query parses in rdflib and, if there is one, in the second parser.",
    "query-parameter-misused": "A parameter is not projected, assigned, grouped or asked about by BOUND().",
    "query-select-star": "A query names the variables that it selects.",
    "query-unknown-term": "Each of our IRIs in a query or its header is in the vocabulary.",
    "query-cartesian-product": "The patterns of a query hang together, so that no row pairs unrelated things.",
    "query-no-order": "A query that may give several rows has an ORDER BY.",
    "query-order-incomplete": "ORDER BY names each selected variable, or each grouped one, so that the order is total.",
    "query-frequency-mixed": "A frequency is shown, compared, ordered or counted only within its reference class.",
    "query-unused-prefix": "A declared prefix is used.",
    "query-regex-parameter": "No parameter becomes part of a regular expression.",
    "query-mappings-unsaid": "A query on the linked graph that reads mappings says so, so that it fails without them.",
}

REMEDIES = {
    "query-parameter-misused": "select another variable, or use the parameter in a triple pattern",
    "query-select-star": "name the variables",
    "query-unknown-term": "correct the name, or define the term",
    "query-cartesian-product": "relate them by a pattern or an equality, or put one into FILTER EXISTS",
    "query-no-order": "add ORDER BY with each selected variable",
    "query-order-incomplete": "add the missing variables at the end of ORDER BY",
    "query-frequency-mixed": "select the object of sts:amongst of the same statement, and order and group by it first",
    "query-unused-prefix": "delete the line",
    "query-regex-parameter": "use CONTAINS(LCASE(...), LCASE(...))",
    "query-mappings-unsaid": "write needs: mappings into x-sts",
}


def violations(
    query: CannedQuery,
    vocabulary: Collection[URIRef],
    *,
    second_parser: Callable[[str], None] | None = None,
) -> tuple[Violation, ...]:
    """Return what is wrong with a query, in the order of `CHECKS`; empty if nothing is.

    Cartesian products: patterns are related by a shared variable, or by an equality, sameTerm, [NOT] EXISTS or MINUS
    that mentions both; a shared constant or parameter relates nothing, since many things may hang on either. Each
    choice of UNION arms is checked. A constant, or the rdfs:label of one, gives one value, and so does a sub-select
    that aggregates without GROUP BY. EXISTS and ASK are not checked: they multiply no rows.

    Frequencies: a variable that `sts:hasFrequency` or `sts:inBand` gives, and what hangs on it, is used when it is
    selected, ordered, grouped, aggregated or compared; a constant or parameter there is a comparison. Then the object
    of `sts:amongst` of the same statement is selected (or a constant), stands before it in ORDER BY, and is in each
    GROUP BY of such an aggregate.

    Parameters
    ----------
    query : CannedQuery
        If it has a syntax error, only that is reported.
    vocabulary : collection of IRIs
        All our terms; IRIs of cases belong to their users and are not looked up.
    second_parser : callable, optional
        Takes a text and raises SyntaxError or ValueError if it does not parse.
    """
    found: list[tuple[str, str]] = []
    try:
        tree = parsed_sparql(query.id, query.open_text)
        misused = list(_misused(tree))
        if not misused:  # a misused parameter breaks the sample, and is the better message
            query.check()
        if second_parser is not None:
            for text in (query.open_text, *([] if misused else [query.sample_text])):
                second_parser(text)
    except QueryError as error:
        return (Violation("query-syntax", query.id, error.reason),)
    except (SyntaxError, ValueError) as error:
        return (Violation("query-syntax", query.id, f"the second parser rejects it: {error}"),)
    prefixes = {part.prefix or "": part.iri for part in tree[0] if part.name == "PrefixDecl"}
    found += [("query-parameter-misused", message) for message in misused]
    if any(not select.projection for select in selects(tree)):
        found.append(("query-select-star", "it has a SELECT *"))
    found += [
        ("query-unknown-term", f"{compress(iri)} is not in the vocabulary")
        for iri in _unknown(query, tree, prefixes, vocabulary)
    ]
    for scope in scopes_of(tree, prefixes):
        if len(components := scope.components()) > 1:
            sets = " and ".join("{" + ", ".join(sorted(each)) + "}" for each in components)
            found.append(("query-cartesian-product", f"nothing relates {sets}"))
    if tree[1].name == "SelectQuery":
        found += _order(tree[1])
        found += [("query-frequency-mixed", message) for message in _Frequencies(tree, prefixes).mixed()]
    used = {part.prefix or "" for part in parts_of(tree[1]) if isinstance(part, CompValue) and part.name == "pname"}
    found += [("query-unused-prefix", f"PREFIX {prefix}: is never used") for prefix in prefixes if prefix not in used]
    found += [("query-regex-parameter", f"?{each} is part of a pattern") for each in _in_pattern(tree)]
    if query.graph == "linked" and not query.endpoint and "mappings" not in query.needs:
        read = sorted(set(iris(tree[1], prefixes)) & MATCHES)
        found += [("query-mappings-unsaid", f"it reads {compress(each)}") for each in read]
    ordered = sorted(dict.fromkeys(found), key=lambda each: list(CHECKS).index(each[0]))
    return tuple(Violation(check, query.id, message, REMEDIES[check]) for check, message in ordered)


# --- the checks


def _misused(tree: Any) -> Iterator[str]:
    places = [("projected", [part.var for part in named(tree, "vars")])]
    places.append(("assigned", [variable for variable, _ in bindings(tree)]))
    places.append(("assigned", [each for part in named(tree, "InlineData", "ValuesClause") for each in part.var]))
    places.append(("grouped", [part for group in named(tree, "GroupClause") for part in parts_of(group)]))
    places.append(("asked about by BOUND()", [part.arg for part in named(tree, "Builtin_BOUND")]))
    for place, parts in places:
        yield from (f"the parameter ?{part} is {place}" for part in parts if is_parameter(part))


def _unknown(
    query: CannedQuery, tree: Any, prefixes: Mapping[str, str], vocabulary: Collection[URIRef]
) -> list[URIRef]:
    used = set(iris(tree[1], prefixes))
    for parameter in query.parameters:
        values = (parameter.default, *parameter.choices) if parameter.type == "iri" else ()
        used |= {URIRef(value) for value in (*values, parameter.entity_class) if value}
    ours = (iri for iri in used if is_ours(iri) and not iri.startswith(str(CASE)))
    return sorted(iri for iri in ours if iri not in vocabulary)


def _order(select: Any) -> Iterator[tuple[str, str]]:
    if one_row(select) or not select.projection:
        return
    if not select.orderby:
        yield "query-no-order", "it may give several rows, in any order"
        return
    ordered = {bare(condition.expr) for condition in select.orderby.condition if shown(bare(condition.expr))}
    selected = {part.var or part.evar for part in select.projection if part.var or variables(part.expr)}
    grouped = [part.var if isinstance(part, CompValue) else part for part in _grouped(select)]
    if selected <= ordered or (grouped and set(grouped) <= ordered):
        return
    missing = ", ".join(sorted(f"?{each}" for each in selected - ordered))
    yield "query-order-incomplete", f"ORDER BY leaves open how rows that differ in {missing} follow each other"


def _grouped(select: Any) -> list[Any]:
    return list(select.groupby.condition) if select.groupby else []


def _in_pattern(tree: Any) -> list[str]:
    assigned = list(bindings(tree))
    carried: dict[str, set[str]] = {}  # by variables that a parameter was copied into
    for variable, expression in assigned * len(assigned):
        below = [carried.get(name, set()) for name in variables(expression)]
        carried[shown(variable)] = parameters(expression).union(*below)
    calls = list(named(tree, "Builtin_REGEX", "Builtin_REPLACE"))
    return sorted(parameters(calls).union(*(carried.get(name, set()) for name in variables(calls))))


# --- frequencies


class _Frequencies:
    """Where a query uses frequencies, and whether it keeps each within its reference class."""

    def __init__(self, tree: Any, prefixes: Mapping[str, str]) -> None:
        self.tree, self.select = tree, tree[1]
        self.bindings = list(bindings(tree))
        self.triples = [
            (*((o, s) if self._inverted(verb, prefixes) else (s, o)), set(iris(verb, prefixes)))
            for s, verb, o in ([term(part, prefixes) for part in triple] for triple in triples(tree))
        ]

    @staticmethod
    def _inverted(verb: Any, prefixes: Mapping[str, str]) -> bool:
        inverse = {iri for part in named(verb, "PathEltOrInverse") for iri in iris(part, prefixes)}
        return not inverse.isdisjoint((STS.hasFrequency, STS.inBand, STS.amongst))

    def _hanging(self, subjects: Collection[Any], verb: URIRef | None = None) -> list[Any]:
        return [o for s, o, verbs in self.triples if s in subjects and RDF.type not in verbs and verb in (None, *verbs)]

    def _below(self, statement: Any, verb: URIRef) -> tuple[set[str], list[Any]]:
        """Return the variables that hang on a statement by a property, and the constants that they meet there."""
        ends = self._hanging([statement], verb)
        while True:
            names = set(filter(None, map(shown, ends)))
            more = self._hanging([end for end in ends if shown(end)])
            more += [name for name, expression in self.bindings if names & variables(expression)]
            if set(more) <= set(ends):
                return names, [end for end in ends if not shown(end)]
            ends += more

    def mixed(self) -> Iterator[str]:
        """Yield what is wrong, for each statement whose frequency is used."""
        order = [variables(condition) for condition in (self.select.orderby.condition if self.select.orderby else ())]
        selected = {shown(part.var or part.evar) for part in self.select.projection or ()}
        used = selected.union(*order)
        for node in nodes(self.tree):
            if node.name.startswith("Aggregate_") or node.name == "GroupClause" or node.op in _COMPARISONS:
                used |= variables(node)
        for statement in dict.fromkeys(s for s, _, verbs in self.triples if STS.hasFrequency in verbs):
            frequency, compared = self._below(statement, STS.hasFrequency)
            amongst, _ = self._below(statement, STS.amongst)
            classes = self._hanging([statement], STS.amongst)
            one_class = any(not shown(each) and not str(each).startswith("__") for each in classes)  # __x may be free
            if one_class or not (compared or frequency & used):
                continue
            name = shown(statement) or str(statement)
            if not amongst & selected:
                yield f"the frequency of {name} is used, but what it is amongst is not selected"
                continue
            first = [
                min((i for i, each in enumerate(order) if each & names), default=None) for names in (frequency, amongst)
            ]
            if first[0] is not None and (first[1] is None or first[0] < first[1]):
                yield f"the rows are ordered by the frequency of {name} before what it is amongst"
            for select in selects(self.tree):
                grouped = variables(_grouped(select))
                clauses = nodes(select.projection, select.having, select.orderby)
                counted = variables([node for node in clauses if node.name.startswith("Aggregate_")])
                if frequency & (grouped | counted) and not amongst & grouped:
                    yield f"the frequency of {name} is counted or grouped across reference classes"


_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=", "IN", "NOT IN")
