"""A rule that concluded *false*, as an answer: its W3C id, the terms that it reports, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rdflib.term import Node

from sts_kg.closure.rules.table import RULES
from sts_kg.rdf import compress
from sts_kg.safe import brief
from sts_kg.shown import Shown

__all__ = ["Inconsistency", "inconsistency"]


@dataclass(frozen=True, order=True, repr=False)
class Inconsistency(Shown):
    """A rule that concluded *false*: its W3C id, the terms that it reports, and a sentence with them."""

    rule: str
    terms: tuple[Node, ...]
    message: str

    def __repr__(self) -> str:
        return f"<Inconsistency: {brief(str(self))}>"

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


def inconsistency(rule: str, terms: Sequence[Node]) -> Inconsistency:
    """Return the contradiction that a rule reports, worded as the table of rules has it.

    Two terms that may change places are put in the order of their texts, so that one contradiction has one wording.

    Parameters
    ----------
    rule : str
        The W3C id of a rule that concludes *false*.
    terms : sequence of nodes
        What `RULES[rule].reported` asks for; owlrl leaves some of them out.
    """
    of = RULES[rule]
    nodes = (*sorted(terms[:2], key=str), *terms[2:]) if of.symmetric else tuple(terms)
    shown = [compress(str(node)) for node in nodes]
    complete = len(nodes) == len(of.reported)
    return Inconsistency(
        rule, nodes, of.contradiction.format(*shown) if complete else f"{' and '.join(shown)} contradict each other"
    )
