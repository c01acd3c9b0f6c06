"""The pictures that tests look at, one or more of each kind, and their structure as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from rdflib import RDFS, Graph, Literal, Namespace, URIRef

from sts_kg import KnowledgeGraph
from sts_kg.display import Picture, picture_of_term

EX = Namespace("http://example.org/")
FOLDER = Path(__file__).parent / "golden" / "pictures"


def hostile() -> Graph:
    """Return a graph whose labels are what DOT, XML and terminals might take for their own."""
    graph = Graph()
    for at, label in enumerate(HOSTILE):
        graph.add((EX[f"n{at}"], RDFS.label, Literal(label)))
        graph.add((EX["hub"], EX[f"p{at}"], EX[f"n{at}"]))
        graph.add((EX[f"p{at}"], RDFS.label, Literal(label)))
    return graph


HOSTILE = (
    'say "no"',
    "<b>bold</b> & <script>alert(1)</script>",
    "&lt;kept&gt; &amp;",
    r"back\slash\N\G\L\n\l\r\\",
    "ends in \\",
    "first line\nsecond line",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
    "סרקומה של רקמות רכות",
    "肉腫の治療について説明する",
    "]; evil -> node [label=x]; {",
)


def hub(n: int) -> Graph:
    """Return a graph of one term with n neighbours."""
    graph = Graph()
    for at in range(n):
        graph.add((EX.hub, EX.has, EX[f"n{at:03}"]))
    return graph


def cycle() -> Graph:
    """Return three classes that are below each other in a circle, and one below the first."""
    graph = Graph()
    for low, high in (("A", "B"), ("B", "C"), ("C", "A"), ("D", "A")):
        graph.add((EX[low], RDFS.subClassOf, EX[high]))
    return graph


MADE: Mapping[str, Callable[[KnowledgeGraph], Picture]] = {
    "pathway": lambda kg: kg.pathway(),
    "pathway-f": lambda kg: kg.pathway("example:f"),
    "pathway-contradiction": lambda kg: kg.pathway("ontology/examples/contradiction.yaml"),
    "term": lambda kg: kg.picture("sts:option-pazopanib"),
    "term-depth-2": lambda kg: kg.picture("doxorubicin", 2),
    "hierarchy": lambda kg: kg.hierarchy("sts:Therapy"),
    "concepts": lambda kg: kg.hierarchy("sts:modality-cancer-treatment"),
    "condition": lambda kg: kg.condition("comfort-care"),
    "condition-f": lambda kg: kg.condition("pazopanib", "example:f"),
    "explanation": lambda kg: kg.picture(kg.explain("example:f", "other-chemotherapy")),
    "proof": lambda kg: kg.picture(kg.proof("sts:option-pazopanib sts:follows sts:option-chemotherapy")),
    "proof-of-case": lambda kg: kg.picture(kg.with_examples().proof("case:f sts:hasOption sts:option-chemotherapy")),
    "graph": lambda kg: kg.picture(graph_of(kg)),
    "hostile": lambda kg: kg.picture(hostile()),
    "hub": lambda kg: kg.picture(hub(500)),
    "empty": lambda kg: kg.picture(Graph()),
    "alone": lambda kg: picture_of_term(kg.asserted, kg.inferred, URIRef("http://example.org/alone")),
}


def graph_of(kg: KnowledgeGraph) -> Graph:
    """Return what a CONSTRUCT query returns."""
    answer = kg.query("pathway/pathway-graph")
    assert isinstance(answer, Graph), "it constructs"
    return answer


def structure(picture: Picture) -> str:
    """Return nodes, edges, words and classes of a picture as lines, without places."""
    drawing = picture.drawing
    lines = [drawing.title]
    lines += [f"node {each.name!r}: {' | '.join(each.lines)} [{' '.join(each.classes)}]" for each in drawing.nodes]
    for edge in drawing.edges:
        dashed = " dashed" if edge.dashed else ""
        words = f": {edge.words}" if edge.words else ""
        lines.append(f"edge {edge.source!r} -> {edge.target!r}{words} [{' '.join(edge.classes)}]{dashed}")
    lines += [f"row {' / '.join(row)}" for row in drawing.rows]
    lines += [f"note {note}" for note in picture.notes]
    return "".join(f"{line}\n" for line in lines)


def path_of_picture(name: str) -> Path:
    """Return the file with the structure of a picture."""
    return FOLDER / f"{name}.txt"
