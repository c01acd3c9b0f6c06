"""From what is asked about to its picture, with the notes that stand below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef

from sts_kg.display.pictures.neighbourhood import MOST, neighbourhood, whole
from sts_kg.display.pictures.pathway import pathway, status_line
from sts_kg.display.pictures.picture import Picture
from sts_kg.display.pictures.trees import condition_tree, hierarchy, of_neighbourhood, proof_tree
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cases import Answer
    from sts_kg.closure import Proof
    from sts_kg.guideline import Guideline

__all__ = [
    "picture_of_condition",
    "picture_of_graph",
    "picture_of_hierarchy",
    "picture_of_pathway",
    "picture_of_proof",
    "picture_of_term",
]

_NO_EDGES = "There is nothing beside it."


def picture_of_pathway(guideline: Guideline, answers: Mapping[URIRef, Answer] | None = None, case: str = "") -> Picture:
    """Return the options in the order of the source; with answers, their statuses for a case."""
    notes = (
        "A thick frame is a group that the page words in general; a thin line leads to what refines it.",
        "An arrow leads to what comes after, in the words of the page; it is dashed where that is implied.",
        guideline.footer,
    )
    return Picture(pathway(guideline, answers, case), notes)


def picture_of_term(asserted: Graph, inferred: Graph, about: URIRef, depth: int = 1, *, most: int = MOST) -> Picture:
    """Return the neighbourhood of a term."""
    found = neighbourhood(asserted, inferred, about, depth, most=most)
    title = f"What stands beside {found.terms[0].label}"
    notes = (*found.left_out, *(() if found.statements else (_NO_EDGES,)), "Text and anonymous things are not drawn.")
    return Picture(of_neighbourhood(found, title), notes)


def picture_of_graph(graph: Graph, names: Graph, *, most: int = MOST) -> Picture:
    """Return the terms of a graph and the triples between them; `names` has labels that the graph lacks."""
    found = whole(graph, names, most=most)
    notes = found.left_out or (() if found.terms else ("The graph is empty.",))
    return Picture(of_neighbourhood(found, f"A graph of {counted(len(graph), 'triple')}"), notes)


def picture_of_hierarchy(asserted: Graph, inferred: Graph, of: URIRef) -> Picture:
    """Return the classes, or concepts, above and below one."""
    drawing, left_out = hierarchy(asserted, inferred, of)
    return Picture(drawing, (*left_out, *(() if drawing.edges else (_NO_EDGES,))))


def picture_of_proof(proof: Proof, graph: Graph) -> Picture:
    """Return the steps of a proof; the graph has the labels."""
    drawing, left_out = proof_tree(proof, graph)
    return Picture(
        drawing, (*left_out, "An arrow leads from a premise to what follows; the ids are rules of OWL 2 RL.")
    )


def picture_of_condition(guideline: Guideline, option: URIRef, answer: Answer | None = None) -> Picture:
    """Return the condition of an option; with an answer, the value of each part for its case."""
    label, root, known = guideline.vocabulary.label, None, None
    if answer is not None:
        root = (answer.status, status_line(answer))
        if answer.status != "contradictory":
            known = dict.fromkeys(answer.true, True) | dict.fromkeys(answer.false, False)
    drawing = condition_tree(label(option), guideline.conditions[option], label, known, root)
    if answer is not None:
        drawing = replace(drawing, title=f"{drawing.title}, for case {answer.case}")
    return Picture(drawing, (guideline.footer,))
