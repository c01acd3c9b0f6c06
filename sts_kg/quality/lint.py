"""The query linter: finds canned queries that parse and run but mislead. It reads the query, not the data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from rdflib import BNode, URIRef, Variable
from rdflib.namespace import RDF, RDFS
from rdflib.plugins.sparql.parserutils import CompValue

from sts_kg.errors import QueryError
from sts_kg.quality.violation import Violation
from sts_kg.queries import CannedQuery, parsed_sparql, parts_of
from sts_kg.rdf import BASE, CASE, STS, compress

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
}

_MAX_ARMS = 256  # combinations of UNION arms that are checked


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
    if any(not select.projection for select in _selects(tree)):
        found.append(("query-select-star", "it has a SELECT *"))
    found += [
        ("query-unknown-term", f"{compress(iri)} is not in the vocabulary")
        for iri in _unknown(query, tree, prefixes, vocabulary)
    ]
    for scope in _scopes_of(tree, prefixes):
        if len(components := scope.components()) > 1:
            shown = " and ".join("{" + ", ".join(sorted(each)) + "}" for each in components)
            found.append(("query-cartesian-product", f"nothing relates {shown}"))
    if tree[1].name == "SelectQuery":
        found += _order(tree[1])
        found += [("query-frequency-mixed", message) for message in _Frequencies(tree, prefixes).mixed()]
    used = {part.prefix or "" for part in parts_of(tree[1]) if isinstance(part, CompValue) and part.name == "pname"}
    found += [("query-unused-prefix", f"PREFIX {prefix}: is never used") for prefix in prefixes if prefix not in used]
    found += [("query-regex-parameter", f"?{each} is part of a pattern") for each in _in_pattern(tree)]
    ordered = sorted(dict.fromkeys(found), key=lambda each: list(CHECKS).index(each[0]))
    return tuple(Violation(check, query.id, message, REMEDIES[check]) for check, message in ordered)


# --- the parse tree of rdflib


def _named(tree: Any, *names: str) -> Iterator[Any]:
    """Yield the nodes of a parse tree that have one of the names."""
    return (part for part in parts_of(tree) if isinstance(part, CompValue) and part.name in names)


def _selects(tree: Any) -> Iterator[Any]:
    return _named(tree, "SelectQuery", "SubSelect")


def _is_parameter(part: object) -> bool:
    return isinstance(part, Variable) and part.startswith("_")


def _variables(tree: Any) -> set[str]:
    """Return the variables and blank nodes below a node as messages show them; parameters count as constants."""
    return {_shown(part) for part in parts_of(tree) if _shown(part)}


def _parameters(tree: Any) -> set[str]:
    return {str(part) for part in parts_of(tree) if _is_parameter(part)}


def _shown(part: object) -> str:
    if isinstance(part, Variable) and not _is_parameter(part):
        return f"?{part}"
    return f"[] {part[-4:]}" if isinstance(part, BNode) else ""


def _iris(tree: Any, prefixes: Mapping[str, str]) -> Iterator[URIRef]:
    for part in parts_of(tree):
        if isinstance(part, URIRef):
            yield part
        elif isinstance(part, CompValue) and part.name == "pname":
            yield URIRef(prefixes.get(part.prefix or "", "") + (part.localname or "").replace("\\", ""))


def _term(part: Any, prefixes: Mapping[str, str]) -> Any:
    """Return a prefixed name as IRI and a typed literal as text, which unlike their nodes can be in a set."""
    if not isinstance(part, CompValue) or part.name not in ("pname", "literal"):
        return part
    return next(_iris(part, prefixes)) if part.name == "pname" else str(part)


def _triples(tree: Any) -> Iterator[tuple[Any, Any, Any]]:
    for block in _named(tree, "TriplesBlock"):
        for flat in block.triples:
            yield from zip(flat[0::3], flat[1::3], flat[2::3], strict=True)


def _bindings(tree: Any) -> Iterator[tuple[Variable, Any]]:
    """Yield each variable that an AS assigns, with its expression."""
    yield from ((part.var, part.expr) for part in _named(tree, "Bind", "GroupAs") if part.var)
    yield from ((part.evar, part.expr) for part in _named(tree, "vars") if part.evar)


def _bare(expression: Any) -> Any:
    """Return an expression without the grammar layers that add nothing to it."""
    while (
        isinstance(expression, CompValue) and list(expression) == ["expr"] and not expression.name.startswith("Unary")
    ):
        expression = expression.expr
    return expression


def _conjuncts(expression: Any) -> Iterator[Any]:
    bare = _bare(expression)
    if isinstance(bare, CompValue) and bare.name == "ConditionalAndExpression":
        for each in (bare.expr, *bare.other):
            yield from _conjuncts(each)
    else:
        yield bare


# --- the checks


def _misused(tree: Any) -> Iterator[str]:
    places = [("projected", [part.var for part in _named(tree, "vars")])]
    places.append(("assigned", [variable for variable, _ in _bindings(tree)]))
    places.append(("assigned", [each for part in _named(tree, "InlineData", "ValuesClause") for each in part.var]))
    places.append(("grouped", [part for group in _named(tree, "GroupClause") for part in parts_of(group)]))
    places.append(("asked about by BOUND()", [part.arg for part in _named(tree, "Builtin_BOUND")]))
    for place, parts in places:
        yield from (f"the parameter ?{part} is {place}" for part in parts if _is_parameter(part))


def _unknown(
    query: CannedQuery, tree: Any, prefixes: Mapping[str, str], vocabulary: Collection[URIRef]
) -> list[URIRef]:
    used = set(_iris(tree[1], prefixes))
    for parameter in query.parameters:
        values = (parameter.default, *parameter.choices) if parameter.type == "iri" else ()
        used |= {URIRef(value) for value in (*values, parameter.entity_class) if value}
    ours = (iri for iri in used if iri.startswith(BASE) and not iri.startswith(str(CASE)))
    return sorted(iri for iri in ours if iri not in vocabulary)


def _one_row(select: Any) -> bool:
    aggregated = any(part.name.startswith("Aggregate_") for part in _nodes(select.projection, select.having))
    return aggregated and not select.groupby


def _nodes(*trees: Any) -> Iterator[Any]:
    return (part for tree in trees for part in parts_of(tree) if isinstance(part, CompValue))


def _order(select: Any) -> Iterator[tuple[str, str]]:
    if _one_row(select) or not select.projection:
        return
    if not select.orderby:
        yield "query-no-order", "it may give several rows, in any order"
        return
    ordered = {_bare(condition.expr) for condition in select.orderby.condition if _shown(_bare(condition.expr))}
    selected = {part.var or part.evar for part in select.projection if part.var or _variables(part.expr)}
    grouped = [part.var if isinstance(part, CompValue) else part for part in _grouped(select)]
    if selected <= ordered or (grouped and set(grouped) <= ordered):
        return
    missing = ", ".join(sorted(f"?{each}" for each in selected - ordered))
    yield "query-order-incomplete", f"ORDER BY leaves open how rows that differ in {missing} follow each other"


def _grouped(select: Any) -> list[Any]:
    return list(select.groupby.condition) if select.groupby else []


def _in_pattern(tree: Any) -> list[str]:
    bindings = list(_bindings(tree))
    carried: dict[str, set[str]] = {}  # by variables that a parameter was copied into
    for variable, expression in bindings * len(bindings):
        below = [carried.get(name, set()) for name in _variables(expression)]
        carried[_shown(variable)] = _parameters(expression).union(*below)
    calls = list(_named(tree, "Builtin_REGEX", "Builtin_REPLACE"))
    return sorted(_parameters(calls).union(*(carried.get(name, set()) for name in _variables(calls))))


# --- cartesian products


@dataclass
class _Scope:
    """One WHERE with one choice of UNION arms: which variables stand in one pattern, and what else relates them."""

    patterns: list[set[str]] = field(default_factory=list)
    relations: list[set[str]] = field(default_factory=list)
    assigned: list[tuple[str, set[str]]] = field(default_factory=list)
    looked_up: list[tuple[str, str]] = field(default_factory=list)  # subject ("" for a constant) and its only object
    single: set[str] = field(default_factory=set)

    def joined(self, others: Iterable[_Scope]) -> _Scope:
        every = (self, *others)
        return _Scope(
            [each for scope in every for each in scope.patterns],
            [each for scope in every for each in scope.relations],
            [each for scope in every for each in scope.assigned],
            [each for scope in every for each in scope.looked_up],
            {each for scope in every for each in scope.single},
        )

    def components(self) -> list[set[str]]:
        """Return the sets of variables that nothing relates to each other; variables with one value are left out."""
        single = set(self.single)
        while (
            more := (
                {name for subject, name in self.looked_up if not subject or subject in single}
                | {name for name, origin in self.assigned if origin <= single}
            )
            - single
        ):
            single |= more
        patterns = [each - single for each in self.patterns]
        links = [each - single for each in self.relations]
        # BIND relates what it reads only if its result is joined or compared: CONCAT(?a, ?b) restricts neither
        joined = set().union(*patterns, *links)
        while more_assigned := [each for each in self.assigned if each[0] in joined and each[1] - joined]:
            joined |= set().union(*(origin for _, origin in more_assigned))
        patterns += [{name, *origin} - single for name, origin in self.assigned if name in joined]
        known = set().union(*patterns)
        components: list[set[str]] = []
        for link in (*patterns, *(each & known for each in links)):
            touched = [each for each in components if each & link]
            components = [each for each in components if not each & link]
            if merged := link.union(*touched):
                components.append(merged)
        return components


def _scopes_of(tree: Any, prefixes: Mapping[str, str]) -> Iterator[_Scope]:
    for query in _named(tree, "SelectQuery", "SubSelect", "ConstructQuery", "DescribeQuery"):
        if query.where:
            tail = _Scope()
            for values in (values for values in (query.valuesClause,) if values):
                tail.patterns.append(set(map(_shown, values.var)))
            yield from (scope.joined([tail]) for scope in _arms(query.where, prefixes))


def _arms(group: Any, prefixes: Mapping[str, str]) -> list[_Scope]:
    """Return one scope for each choice of UNION arms in a group."""
    own = _Scope()
    if group.name == "SubSelect":
        names = {_shown(part.var or part.evar) for part in group.projection or ()} or _variables(group.where)
        own.patterns.append(names)
        own.single |= names if _one_row(group) else set()
        return [own]
    choices: list[list[_Scope]] = []
    for part in group.part or ():
        if part.name == "TriplesBlock":
            for subject, verb, object_ in _triples(part):
                own.patterns.append(_variables([subject, verb, object_]))
                if list(_iris(verb, prefixes)) == [RDFS.label] and _is_plain(verb):
                    own.looked_up.append((_shown(subject), _shown(object_)))
        elif part.name == "Filter":
            for conjunct in _conjuncts(part.expr):
                if isinstance(conjunct, CompValue) and (
                    conjunct.op in ("=", "IN")
                    or conjunct.name in ("Builtin_sameTerm", "Builtin_EXISTS", "Builtin_NOTEXISTS")
                ):
                    own.relations.append(_variables(conjunct))
        elif part.name == "Bind":
            own.assigned.append((_shown(part.var), _variables(part.expr)))
        elif part.name == "InlineData":
            names = set(map(_shown, part.var))
            own.patterns.append(names)
            own.single |= names if len(part.value) < 2 else set()
        elif part.name == "MinusGraphPattern":
            own.relations.append(_variables(part.graph))
        elif part.name == "GroupOrUnionGraphPattern":
            choices.append([scope for arm in part.graph for scope in _arms(arm, prefixes)])
        else:  # OPTIONAL, GRAPH, SERVICE
            inner = _arms(part.graph, prefixes)
            for scope in inner if _shown(part.term) else ():
                scope.patterns = [each | {_shown(part.term)} for each in scope.patterns]
            choices.append(inner)
    return [own.joined(choice) for choice in islice(product(*choices), _MAX_ARMS)]


def _is_plain(verb: Any) -> bool:
    """Say whether a verb is one property and no path: no inverse and no `?`, `*`, `+`."""
    return not any(part.name == "PathEltOrInverse" or part.mod for part in _nodes(verb))


# --- frequencies


class _Frequencies:
    """Where a query uses frequencies, and whether it keeps each within its reference class."""

    def __init__(self, tree: Any, prefixes: Mapping[str, str]) -> None:
        self.tree, self.select = tree, tree[1]
        self.bindings = list(_bindings(tree))
        self.triples = [
            (*((o, s) if self._inverted(verb, prefixes) else (s, o)), set(_iris(verb, prefixes)))
            for s, verb, o in ([_term(part, prefixes) for part in triple] for triple in _triples(tree))
        ]

    @staticmethod
    def _inverted(verb: Any, prefixes: Mapping[str, str]) -> bool:
        inverse = {iri for part in _named(verb, "PathEltOrInverse") for iri in _iris(part, prefixes)}
        return not inverse.isdisjoint((STS.hasFrequency, STS.inBand, STS.amongst))

    def _hanging(self, subjects: Collection[Any], verb: URIRef | None = None) -> list[Any]:
        return [o for s, o, verbs in self.triples if s in subjects and RDF.type not in verbs and verb in (None, *verbs)]

    def _below(self, statement: Any, verb: URIRef) -> tuple[set[str], list[Any]]:
        """Return the variables that hang on a statement by a property, and the constants that they meet there."""
        ends = self._hanging([statement], verb)
        while True:
            names = set(filter(None, map(_shown, ends)))
            more = self._hanging([end for end in ends if _shown(end)])
            more += [name for name, expression in self.bindings if names & _variables(expression)]
            if set(more) <= set(ends):
                return names, [end for end in ends if not _shown(end)]
            ends += more

    def mixed(self) -> Iterator[str]:
        """Yield what is wrong, for each statement whose frequency is used."""
        order = [_variables(condition) for condition in (self.select.orderby.condition if self.select.orderby else ())]
        selected = {_shown(part.var or part.evar) for part in self.select.projection or ()}
        used = selected.union(*order)
        for node in _nodes(self.tree):
            if node.name.startswith("Aggregate_") or node.name == "GroupClause" or node.op in _COMPARISONS:
                used |= _variables(node)
        for statement in dict.fromkeys(s for s, _, verbs in self.triples if STS.hasFrequency in verbs):
            frequency, compared = self._below(statement, STS.hasFrequency)
            amongst, _ = self._below(statement, STS.amongst)
            classes = self._hanging([statement], STS.amongst)
            one_class = any(not _shown(each) and not str(each).startswith("__") for each in classes)  # __x may be free
            if one_class or not (compared or frequency & used):
                continue
            name = _shown(statement) or str(statement)
            if not amongst & selected:
                yield f"the frequency of {name} is used, but what it is amongst is not selected"
                continue
            first = [
                min((i for i, each in enumerate(order) if each & names), default=None) for names in (frequency, amongst)
            ]
            if first[0] is not None and (first[1] is None or first[0] < first[1]):
                yield f"the rows are ordered by the frequency of {name} before what it is amongst"
            for select in _selects(self.tree):
                grouped = _variables(_grouped(select))
                clauses = _nodes(select.projection, select.having, select.orderby)
                counted = _variables([node for node in clauses if node.name.startswith("Aggregate_")])
                if frequency & (grouped | counted) and not amongst & grouped:
                    yield f"the frequency of {name} is counted or grouped across reference classes"


_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=", "IN", "NOT IN")
