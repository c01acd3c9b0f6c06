"""A rule that concluded *false*, as an answer: its W3C id, the terms that it met, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib.term import Node

from sts_kg.rdf import compress

__all__ = ["SENTENCES", "Inconsistency", "sentence"]

#: What each rule that concludes *false* says, with a place for each term of the inconsistency, in this order.
SENTENCES = {
    "eq-diff1": "{} and {} are the same and different",
    "eq-diff2": "{} and {} are the same and in one owl:AllDifferent",
    "eq-diff3": "{} and {} are the same and in one owl:AllDifferent",
    "prp-irp": "{} is related to itself by the irreflexive {}",
    "prp-asyp": "the asymmetric {} holds both ways between {} and {}",
    "prp-pdw": "the disjoint {} and {} both relate {} and {}",
    "prp-adp": "the disjoint {} and {} both relate {} and {}",
    "prp-npa1": "{} {} {} is also denied",
    "prp-npa2": "{} {} {} is also denied",
    "cls-nothing2": "{} is in owl:Nothing",
    "cls-com": "{} and its complement {} share {}",
    "cls-maxc1": "{} allows no value, and {} is one",
    "cls-maxqc1": "{} allows no value in {}, and {} is one",
    "cls-maxqc2": "{} allows no value in {}, and {} is one",
    "cax-dw": "the disjoint classes {} and {} share {}",
    "cax-adc": "the disjoint classes {} and {} share {}",
    "dt-not-type": "the literal {} is no {}",
}


@dataclass(frozen=True, order=True)
class Inconsistency:
    """A rule that concluded *false*: its W3C id, the terms it met in the order of the sentence, and that sentence."""

    rule: str
    terms: tuple[Node, ...]
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


def sentence(rule: str, terms: tuple[Node, ...]) -> str:
    """Return what a rule says of the terms that it met; owlrl does not tell all of them."""
    shown = [compress(str(term)) for term in terms]
    said = SENTENCES[rule]
    return said.format(*shown) if said.count("{}") == len(shown) else f"{' and '.join(shown)} contradict each other"
