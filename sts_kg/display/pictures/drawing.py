"""What is drawn, without how: nodes and edges, each with classes, and their DOT.

DOT is the only interface to a layout engine. The same drawing gives the same text, in any process.

An edge with words is laid out as two edges with the words between them, as a node of its own: Graphviz keeps nodes
apart from each other and edges away from nodes, so that no line crosses words and no words lie on a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from textwrap import wrap
from unicodedata import combining, east_asian_width

from sts_kg.safe import visible

__all__ = ["Drawing", "Edge", "Node", "Part", "dot", "parts", "shortened"]

#: Columns after which the words of a node and of an edge are broken.
NODE_COLUMNS, EDGE_COLUMNS = 24, 20
#: Characters after which the words of a node or an edge end in an ellipsis.
MOST_CHARACTERS = 160
#: Wide as DejaVu Sans, which PNG has: what is shown in a narrower font has more room than it needs.
FONT, SIZE = "Verdana", 11
#: Inches that a column of this font takes at most on average, and what a box has beside its words.
_COLUMN, _MARGIN = 0.094, 0.24

#: Colours of a class, as they are without a stylesheet: fill, line, words. The first class that has some counts.
COLOURS: Mapping[str, tuple[str, str, str]] = {
    "met": ("#d3eedc", "#2c7a4b", "#0c4423"),
    "not-met": ("#f9dcd0", "#b4512a", "#6d2107"),
    "undetermined": ("#fff0c2", "#9a7b14", "#584300"),
    "contradictory": ("#e5daf5", "#7b54b3", "#43206f"),
    "focus": ("#dbe9f7", "#14558f", "#0b3a66"),
    "given": ("#f1f4f8", "#8b96a3", "#1c2430"),
    "literal": ("#f1f4f8", "#c9d1db", "#1c2430"),
}
_PLAIN = ("#ffffff", "#5a6675", "#1c2430")
_LINES: Mapping[str, str] = {"may": "#14705a", "or": "#8a5200", "quiet": "#8b96a3"}
_LINE = "#4a5563"


@dataclass(frozen=True)
class Node:
    """A box: its name, which is unique, its lines, its classes, and what is said where a pointer rests on it.

    Each of `lines` begins on a line of its own. `strong` is drawn with a thick line.
    """

    name: str
    lines: tuple[str, ...]
    classes: tuple[str, ...] = ()
    tip: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Edge:
    """A line from one node to another, with words.

    Edges with the same `shared` name have their words once. `arrow` is at the `end`, at the `begin`, at `both` or at
    `none` of them. The words of an edge that is `beside` stand between its ends, which are next to each other in a row.
    """

    source: str
    target: str
    words: str = ""
    classes: tuple[str, ...] = ()
    tip: str = ""
    shared: str = ""
    arrow: str = "end"
    dashed: bool = False
    beside: bool = False


@dataclass(frozen=True)
class Drawing:
    """A whole picture: what it is called, its nodes and edges.

    Edges go from left to right. The nodes of each of `rows` stand one below the other, in this order.
    """

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    ordered: bool = False


@dataclass(frozen=True)
class Part:
    """A piece of the DOT text by its id there: classes and words for the SVG."""

    classes: tuple[str, ...]
    tip: str


def dot(drawing: Drawing) -> str:
    """Return a drawing as DOT: one line a node or edge, in their order."""
    return "".join(f"{line}\n" for line in _lines(drawing))


def parts(drawing: Drawing) -> dict[str, Part]:
    """Return the classes and words of each piece, by the ids that `dot` gives."""
    found = {
        f"n{at}": Part(node.classes, visible(shortened(node.tip or " ".join(node.lines))))
        for at, node in enumerate(drawing.nodes)
    }
    for at, (edges, _) in enumerate(_words(drawing)):
        found[f"w{at}"] = Part(("words", *edges[0].classes), visible(edges[0].tip or edges[0].words))
    return found | {
        f"e{at}": Part(edge.classes, visible(edge.tip or edge.words)) for at, edge in enumerate(drawing.edges)
    }


def _words(drawing: Drawing) -> list[tuple[list[Edge], str]]:
    """Return the edges of each node of words, with its name."""
    found: dict[object, list[Edge]] = {}
    for at, edge in enumerate(drawing.edges):
        if edge.words:
            found.setdefault((edge.shared, edge.words) if edge.shared else at, []).append(edge)
    return [(edges, f"words {at}") for at, edges in enumerate(found.values())]


def _lines(drawing: Drawing) -> Iterator[str]:
    yield "digraph {"
    yield (
        f"graph [rankdir=LR nodesep=0.22 ranksep=0.36 pad=0.1 bgcolor=white "
        f'fontname="{FONT}" fontsize={SIZE}{" ordering=out" if drawing.ordered else ""}]'
    )
    yield f'node [shape=box style="rounded,filled" fontname="{FONT}" fontsize={SIZE} margin="0.12,0.06" height=0.34]'
    yield f'edge [fontname="{FONT}" fontsize={SIZE} arrowsize=0.7]'
    for at, node in enumerate(drawing.nodes):
        yield f"{_quoted(node.name)} [{_node(at, node)}]"
    between: dict[int, str] = {}
    for at, (edges, name) in enumerate(_words(drawing)):
        between |= {id(edge): name for edge in edges}
        yield f"{_quoted(name)} [{_words_node(at, edges[0])}]"
    yield from _rows(drawing, between)
    drawn: set[tuple[str, str]] = set()
    for at, edge in enumerate(drawing.edges):
        style = _edge(at, edge)
        if id(edge) not in between:
            yield f"{_quoted(edge.source)} -> {_quoted(edge.target)} [{style} {_ARROWS[edge.arrow]}]"
            continue
        name = between[id(edge)]
        begin = "begin" if edge.arrow in ("begin", "both") else "none"
        end = "end" if edge.arrow in ("end", "both") else "none"
        for one, other, arrow in ((edge.source, name, begin), (name, edge.target, end)):
            if (one, other) not in drawn:
                drawn.add((one, other))
                yield f"{_quoted(one)} -> {_quoted(other)} [{style} {_ARROWS[arrow]}]"
    yield "}"


def _rows(drawing: Drawing, words: Mapping[int, str]) -> Iterator[str]:
    beside = {frozenset({e.source, e.target}): words[id(e)] for e in drawing.edges if e.beside and id(e) in words}
    for row in drawing.rows:
        chain = [row[0]]
        for one, other in pairwise(row):
            between = beside.get(frozenset({one, other}))
            chain += [other] if between is None else [between, other]
        yield f"{{rank=same; {'; '.join(map(_quoted, chain))}}}"
        for one, other in pairwise(chain):
            if not (one in beside.values() or other in beside.values()):
                yield f"{_quoted(one)} -> {_quoted(other)} [style=invis]"


def _node(at: int, node: Node) -> str:
    fill, line, ink = next((COLOURS[each] for each in node.classes if each in COLOURS), _PLAIN)
    return (
        f'id=n{at} class="{" ".join(("box", *node.classes))}" label={_label(node.lines, NODE_COLUMNS)} '
        f'width={_width(node.lines, NODE_COLUMNS):.2f} fillcolor="{fill}" color="{line}" fontcolor="{ink}" '
        f"penwidth={2 if node.strong else 1}"
    )


def _words_node(at: int, edge: Edge) -> str:
    return (
        f'id=w{at} class="{" ".join(("words", *edge.classes))}" label={_label((edge.words,), EDGE_COLUMNS)} shape=none '
        f'style="" margin="0.04,0.02" width={_width((edge.words,), EDGE_COLUMNS) * 0.9 - 0.14:.2f} height=0.22 '
        f'fontsize={SIZE - 1} fontcolor="{_line_of(edge)}"'
    )


def _line_of(edge: Edge) -> str:
    return next((_LINES[each] for each in edge.classes if each in _LINES), _LINE)


def _edge(at: int, edge: Edge) -> str:
    style = " style=dashed" if edge.dashed else ""
    return f'id=e{at} class="{" ".join(("line", *edge.classes))}" color="{_line_of(edge)}"{style}'


_ARROWS = {
    "end": "arrowhead=normal",
    "begin": "dir=back arrowtail=normal",
    "both": "dir=both arrowhead=normal arrowtail=normal",
    "none": "arrowhead=none",
}


def shortened(text: str) -> str:
    """Return a text with at most `MOST_CHARACTERS`, the last an ellipsis if it was longer."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _columns(text: str) -> int:
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _broken(lines: Iterable[str], columns: int) -> list[str]:
    """Return lines broken at spaces, and words that are longer than a line within them."""
    found = []
    for line in lines:
        for piece in shortened(line).splitlines() or [""]:
            found += wrap(visible(piece), columns) or [""]
    return found


def _width(lines: Iterable[str], columns: int) -> float:
    return max(map(_columns, _broken(lines, columns)), default=0) * _COLUMN + _MARGIN


def _label(lines: Iterable[str], columns: int) -> str:
    r"""Return lines as a string of DOT: its escapes (`\N`) and entities (`&lt;`) are shown as they are written."""
    shown = (line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in _broken(lines, columns))
    return '"' + "\\n".join(shown) + '"'


def _quoted(name: str) -> str:
    """Return a name of a node in quotes; of a long one its begin, with a digest of the whole."""
    if len(name) > MOST_CHARACTERS:
        name = f"{shortened(name)} {sha256(name.encode('utf-8', 'replace')).hexdigest()[:12]}"
    return '"' + visible(name).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") + '"'
