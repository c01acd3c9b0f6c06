"""A proof as text, Markdown and JSON, in rdflib terms, and a check of each of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rdflib import Literal, URIRef
from rdflib.term import Node

from sts_kg.closure.proofs.steps import LIST, Step
from sts_kg.closure.rules.table import RULES
from sts_kg.closure.terms import Terms
from sts_kg.closure.vocabulary import expanded
from sts_kg.rdf import compress, node, ntriples, rdflib_quiet, split
from sts_kg.rdf.xsd import ILL_TYPED, SUPPORTED, Value, contains, value
from sts_kg.safe import brief, counted
from sts_kg.shown import Shown

__all__ = ["Proof", "check", "proof_of"]


@dataclass(frozen=True, repr=False)
class Proof(Shown):
    """A triple and why it holds: the rule that concludes it with the proofs of its premises, or its source.

    Attributes
    ----------
    triple : tuple of nodes
        Subject, predicate, object; empty if the conclusion is *false*; for a list its head.
    rule : str or None
        The W3C rule id, `LIST` for the members of an `rdf:List`, None for an asserted triple.
    premises : tuple of Proof
        The proofs of the rule's body, in its order.
    source : str or None
        The file or named graph of an asserted triple.
    members : tuple of nodes
        The members of a list.
    sentences : tuple of str
        The ids of the source sentences behind an asserted triple, if it is part of the clinical graph.
    """

    triple: tuple[Node, ...]
    rule: str | None
    premises: tuple[Proof, ...] = ()
    source: str | None = None
    members: tuple[Node, ...] = ()
    sentences: tuple[str, ...] = ()

    def __repr__(self) -> str:
        by = self.rule or "what is asserted"
        return f"<Proof: {brief(self.conclusion)}, by {by}, {counted(self.n_steps, 'step')}>"

    @property
    def n_steps(self) -> int:
        """The number of different steps, asserted triples among them."""
        return sum(1 for _ in self._all())

    @property
    def is_list(self) -> bool:
        """Whether the step only gives the members of a list."""
        return self.rule == LIST

    @property
    def conclusion(self) -> str:
        """The triple with CURIEs, `false`, or the members of the list."""
        shown = " ".join(map(_shown, self.triple))
        if self.rule == LIST:
            return f"{shown} is the list {', '.join(map(_shown, self.members))}"
        return shown or "false"

    @property
    def reason(self) -> str:
        """The rule with its meaning, or the source that asserts the triple."""
        if self.rule is None:
            after = f", after {', '.join(self.sentences)}" if self.sentences else ""
            return f"asserted in {self.source}{after}"
        return "rdf:first and rdf:rest" if self.rule == LIST else f"{self.rule}: {RULES[self.rule].meaning}"

    def leaves(self) -> tuple[Proof, ...]:
        """Return the asserted triples that the proof uses, each once."""
        found = {each.triple: each for each in self._all() if each.rule is None}
        return tuple(found.values())

    def rules(self) -> tuple[str, ...]:
        """Return the ids of the rules used, sorted."""
        return tuple(sorted({each.rule for each in self._all() if each.rule not in (None, LIST)}))

    def _all(self) -> Iterator[Proof]:
        seen, stack = set(), [self]
        while stack:
            each = stack.pop()
            if id(each) not in seen:
                seen.add(id(each))
                yield each
                stack += reversed(each.premises)

    def _lines(self) -> Iterator[tuple[int, Proof, bool]]:
        """Yield depth, step and whether its premises are shown above, from the conclusion down."""
        shown: set[int] = set()
        stack: list[tuple[int, Proof]] = [(0, self)]
        while stack:
            depth, each = stack.pop()
            again = bool(each.premises) and id(each) in shown
            yield depth, each, again
            shown.add(id(each))
            if not again and each.rule != LIST:
                stack += [(depth + 1, premise) for premise in reversed(each.premises)]

    def __str__(self) -> str:
        return "\n".join(
            f"{'  ' * depth}{each.conclusion}  [{each.reason}{'; shown above' if again else ''}]"
            for depth, each, again in self._lines()
        )

    def to_markdown(self) -> str:
        """Return the proof as a nested Markdown list that begins with the conclusion."""
        return "".join(
            f"{'  ' * depth}- `{each.conclusion}` — {each.reason}{' (shown above)' if again else ''}\n"
            for depth, each, again in self._lines()
        )

    def as_dict(self) -> dict[str, object]:
        """Return the proof as plain values: a list of steps, the conclusion first, with premises by their number."""
        steps = list(self._all())
        numbers = {id(each): number for number, each in enumerate(steps)}
        return {
            "steps": [
                {
                    "triple": [ntriples(term).decode() for term in each.triple],
                    "rule": each.rule,
                    "premises": [numbers[id(premise)] for premise in each.premises],
                }
                | ({"source": each.source} if each.source is not None else {})
                | ({"members": [ntriples(term).decode() for term in each.members]} if each.members else {})
                | ({"sentences": list(each.sentences)} if each.sentences else {})
                for each in steps
            ]
        }


def _shown(term: Node) -> str:
    return compress(str(term)) if isinstance(term, URIRef) else ntriples(term).decode()


def proof_of(step: Step, terms: Terms, sentences: Callable[[tuple[Node, ...]], Sequence[str]] | None = None) -> Proof:
    """Return a step of ids with all its premises as a proof; `sentences` returns those behind an asserted triple."""
    with rdflib_quiet():
        return _made(step, terms, sentences)


def _made(step: Step, terms: Terms, sentences: Callable[[tuple[Node, ...]], Sequence[str]] | None) -> Proof:
    made: dict[int, Proof] = {}
    stack = [step]
    while stack:
        each = stack[-1]
        waiting = [premise for premise in each.premises if id(premise) not in made]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        triple, members = (tuple(node(terms.text(number)) for number in ids) for ids in (each.triple, each.members))
        proof = Proof(triple, each.rule, tuple(made[id(p)] for p in each.premises), each.source, members)
        if each.rule is None and sentences is not None:
            proof = replace(proof, sentences=tuple(sentences(triple)))
        made[id(each)] = proof
    return made[id(step)]


def check(proof: Proof) -> None:
    """Raise if a step of a proof does not follow by its rule; this does not use the search.

    Raises
    ------
    ValueError
        A step is wrong; the error names it.
    """
    for each in proof._all():
        if each.rule is None:
            if each.source is None or each.premises:
                raise ValueError(f"not asserted: {each.conclusion}")
        elif each.rule == LIST:
            if not _is_list(each):
                raise ValueError(f"not a list: {each.conclusion}")
        elif not _follows(each):
            raise ValueError(f"does not follow by {each.rule}: {each.conclusion}")


_FIRST, _REST, _NIL, _TYPE, _DATATYPE, _SAME_AS, _DIFFERENT_FROM = (
    expanded(curie)[1:-1]
    for curie in "rdf:first rdf:rest rdf:nil rdf:type rdfs:Datatype owl:sameAs owl:differentFrom".split()
)
#: The predicates that the rules of Table 8 conclude.
_TABLE_8 = {"dt-type1": _TYPE, "dt-type2": _TYPE, "dt-eq": _SAME_AS, "dt-diff": _DIFFERENT_FROM}


def _is_list(step: Proof) -> bool:
    links = {(premise.triple[0], str(premise.triple[1])): premise.triple[2] for premise in step.premises}
    at = step.triple[0]
    members: list[Node] = []
    while (at, _FIRST) in links and (at, _REST) in links and len(members) <= len(step.members):
        members.append(links[at, _FIRST])
        at = links[at, _REST]
    return str(at) == _NIL and tuple(members) == step.members


def _follows(step: Proof) -> bool:
    rule = RULES[step.rule or ""]
    if rule.kind == "datatype":
        return _holds_by_value(rule.id, step)
    lists = [premise for premise in step.premises if premise.rule == LIST]
    members = lists[0].members if lists else ()
    given = [premise.triple for premise in step.premises if premise.rule != LIST]
    for body, head in rule.instances(members):
        if len(body) != len(given):
            continue
        for conclusion in head or [()]:
            patterns = [*body, conclusion] if step.triple else list(body)
            facts = [*given, step.triple] if step.triple else list(given)
            heads = {rule.lists.head: lists[0].triple[0]} if rule.lists and lists else {}
            if all(_fits(p, fact, heads) for p, fact in zip(patterns, facts, strict=True)):
                return True
    return False


def _holds_by_value(rule: str, step: Proof) -> bool:
    """Return whether a step of Table 8 follows from the values of its literals."""
    if rule == "dt-not-type":
        return bool(step.premises) and all(_lacks(*premise.triple) for premise in step.premises)
    s, p, o = step.triple
    if step.premises or str(p) != _TABLE_8[rule]:
        return False
    if rule == "dt-type1":
        return str(s) in SUPPORTED and str(o) == _DATATYPE
    values = tuple(_value(each) for each in (s, o))
    if rule == "dt-type2":
        return str(o) in SUPPORTED and values[0] is not None and contains(str(o), values[0])
    if values[0] in (None, ILL_TYPED) or values[1] in (None, ILL_TYPED):
        return False
    return (values[0] == values[1]) == (rule == "dt-eq")


def _lacks(literal: Node, predicate: Node, datatype: Node) -> bool:
    found = _value(literal)
    return (
        str(predicate) == _TYPE
        and str(datatype) in SUPPORTED
        and found is not None
        and not contains(str(datatype), found)
    )


def _value(term: Node) -> Value | None:
    """Return the value of a literal, None of another term."""
    return value(*split(ntriples(term))) if isinstance(term, Literal) else None


def _fits(pattern: Sequence[object], fact: tuple[Node, ...], binding: dict[str, Node]) -> bool:
    for term, fact_term in zip(pattern, fact, strict=True):
        if isinstance(term, str) and not isinstance(term, Node):
            if term[0] == "?":
                if binding.setdefault(term, fact_term) != fact_term:
                    return False
            elif term[0] != '"' and expanded(term)[1:-1] != str(fact_term):
                return False
            elif term[0] == '"' and not (isinstance(fact_term, Literal) and fact_term.value == int(term[1])):
                return False
        elif term != fact_term:
            return False
    return True
