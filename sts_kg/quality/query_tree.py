"""The parse tree of a query, as rdflib makes it: its terms, triples, variables, and what relates its patterns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from rdflib import BNode, URIRef, Variable
from rdflib.namespace import RDFS, SKOS
from rdflib.plugins.sparql.parserutils import CompValue

from sts_kg.queries import parts_of

__all__ = [
    "bare",
    "bindings",
    "conjuncts",
    "iris",
    "is_parameter",
    "named",
    "nodes",
    "one_row",
    "parameters",
    "scopes_of",
    "selects",
    "shown",
    "term",
    "triples",
    "variables",
]

_MAX_ARMS = 256  # combinations of UNION arms that are looked at


#: The properties of mappings.
MATCHES = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}


def named(tree: Any, *names: str) -> Iterator[Any]:
    """Yield the nodes of a parse tree that have one of the names."""
    return (part for part in parts_of(tree) if isinstance(part, CompValue) and part.name in names)


def selects(tree: Any) -> Iterator[Any]:
    """Yield each SELECT, the sub-queries too."""
    return named(tree, "SelectQuery", "SubSelect")


def is_parameter(part: object) -> bool:
    """Return whether a node is a parameter of a canned query."""
    return isinstance(part, Variable) and part.startswith("_")


def variables(tree: Any) -> set[str]:
    """Return the variables and blank nodes below a node as messages show them; parameters count as constants."""
    return {shown(part) for part in parts_of(tree) if shown(part)}


def parameters(tree: Any) -> set[str]:
    """Return the parameters below a node."""
    return {str(part) for part in parts_of(tree) if is_parameter(part)}


def shown(part: object) -> str:
    """Return a variable or blank node as messages show it; "" for anything else, a parameter too."""
    if isinstance(part, Variable) and not is_parameter(part):
        return f"?{part}"
    return f"[] {part[-4:]}" if isinstance(part, BNode) else ""


def iris(tree: Any, prefixes: Mapping[str, str]) -> Iterator[URIRef]:
    """Yield the IRIs below a node, those of prefixed names too."""
    for part in parts_of(tree):
        if isinstance(part, URIRef):
            yield part
        elif isinstance(part, CompValue) and part.name == "pname":
            yield URIRef(prefixes.get(part.prefix or "", "") + (part.localname or "").replace("\\", ""))


def term(part: Any, prefixes: Mapping[str, str]) -> Any:
    """Return a prefixed name as IRI and a typed literal as text, which unlike their nodes can be in a set."""
    if not isinstance(part, CompValue) or part.name not in ("pname", "literal"):
        return part
    return next(iris(part, prefixes)) if part.name == "pname" else str(part)


def triples(tree: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield subject, verb and object of each triple pattern below a node; a verb may be a path."""
    for block in named(tree, "TriplesBlock"):
        for flat in block.triples:
            yield from zip(flat[0::3], flat[1::3], flat[2::3], strict=True)


def bindings(tree: Any) -> Iterator[tuple[Variable, Any]]:
    """Yield each variable that an AS assigns, with its expression."""
    yield from ((part.var, part.expr) for part in named(tree, "Bind", "GroupAs") if part.var)
    yield from ((part.evar, part.expr) for part in named(tree, "vars") if part.evar)


def bare(expression: Any) -> Any:
    """Return an expression without the grammar layers that add nothing to it."""
    while (
        isinstance(expression, CompValue) and list(expression) == ["expr"] and not expression.name.startswith("Unary")
    ):
        expression = expression.expr
    return expression


def conjuncts(expression: Any) -> Iterator[Any]:
    """Yield the parts of an expression that && joins."""
    inner = bare(expression)
    if isinstance(inner, CompValue) and inner.name == "ConditionalAndExpression":
        for each in (inner.expr, *inner.other):
            yield from conjuncts(each)
    else:
        yield inner


def nodes(*trees: Any) -> Iterator[Any]:
    """Yield the nodes below some nodes that have a name."""
    return (part for tree in trees for part in parts_of(tree) if isinstance(part, CompValue))


def one_row(select: Any) -> bool:
    """Return whether a SELECT has one row: it aggregates without GROUP BY."""
    aggregated = any(part.name.startswith("Aggregate_") for part in nodes(select.projection, select.having))
    return aggregated and not select.groupby


# --- what relates the patterns of a query


@dataclass
class Scope:
    """One WHERE with one choice of UNION arms: which variables stand in one pattern, and what else relates them."""

    patterns: list[set[str]] = field(default_factory=list)
    relations: list[set[str]] = field(default_factory=list)
    assigned: list[tuple[str, set[str]]] = field(default_factory=list)
    looked_up: list[tuple[str, str]] = field(default_factory=list)  # subject ("" for a constant) and its only object
    single: set[str] = field(default_factory=set)

    def joined(self, others: Iterable[Scope]) -> Scope:
        every = (self, *others)
        return Scope(
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


def scopes_of(tree: Any, prefixes: Mapping[str, str]) -> Iterator[Scope]:
    """Yield a scope for each query and sub-query, and for each choice of its UNION arms."""
    for query in named(tree, "SelectQuery", "SubSelect", "ConstructQuery", "DescribeQuery"):
        if query.where:
            tail = Scope()
            for values in (values for values in (query.valuesClause,) if values):
                tail.patterns.append(set(map(shown, values.var)))
            yield from (scope.joined([tail]) for scope in _arms(query.where, prefixes))


def _arms(group: Any, prefixes: Mapping[str, str]) -> list[Scope]:
    """Return one scope for each choice of UNION arms in a group."""
    own = Scope()
    if group.name == "SubSelect":
        names = {shown(part.var or part.evar) for part in group.projection or ()} or variables(group.where)
        own.patterns.append(names)
        own.single |= names if one_row(group) else set()
        return [own]
    choices: list[list[Scope]] = []
    for part in group.part or ():
        if part.name == "TriplesBlock":
            for subject, verb, object_ in triples(part):
                own.patterns.append(variables([subject, verb, object_]))
                if list(iris(verb, prefixes)) == [RDFS.label] and _is_plain(verb):
                    own.looked_up.append((shown(subject), shown(object_)))
        elif part.name == "Filter":
            for conjunct in conjuncts(part.expr):
                if _relates(conjunct):
                    own.relations.append(variables(conjunct))
        elif part.name == "Bind":
            own.assigned.append((shown(part.var), variables(part.expr)))
        elif part.name == "InlineData":
            names = set(map(shown, part.var))
            own.patterns.append(names)
            own.single |= names if len(part.value) < 2 else set()
        elif part.name == "MinusGraphPattern":
            own.relations.append(variables(part.graph))
        elif part.name == "GroupOrUnionGraphPattern":
            choices.append([scope for arm in part.graph for scope in _arms(arm, prefixes)])
        else:  # OPTIONAL, GRAPH, SERVICE
            inner = _arms(part.graph, prefixes)
            for scope in inner if shown(part.term) else ():
                scope.patterns = [each | {shown(part.term)} for each in scope.patterns]
            choices.append(inner)
    return [own.joined(choice) for choice in islice(product(*choices), _MAX_ARMS)]


def _relates(expression: Any) -> bool:
    """Say whether an expression relates its variables: an equality, EXISTS, or a choice of nothing else."""
    if not isinstance(expression, CompValue):
        return False
    if expression.name == "ConditionalOrExpression":
        return all(_relates(bare(each)) for each in (expression.expr, *expression.other))
    names = ("Builtin_sameTerm", "Builtin_EXISTS", "Builtin_NOTEXISTS")
    return expression.op in ("=", "IN") or expression.name in names


def _is_plain(verb: Any) -> bool:
    """Say whether a verb is one property and no path: no inverse and no `?`, `*`, `+`."""
    return not any(part.name == "PathEltOrInverse" or part.mod for part in nodes(verb))
