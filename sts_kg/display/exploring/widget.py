"""The widget of the interactive view: its state, what it is asked, and its still form for where no kernel runs."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from rdflib import URIRef

from sts_kg.display.exploring.neighbours import Neighbours
from sts_kg.display.shows import in_notebook
from sts_kg.display.view import Badge, Code, Inline, Paragraph, Quiet, View, grid
from sts_kg.safe import counted
from sts_kg.tables import needed

if TYPE_CHECKING:
    from sts_kg.shown import Shown

__all__ = ["explorer"]

MOST_NODES = 120  #: in a view at a time
MOST_NEIGHBOURS = 24  #: that one click adds
MOST_FOUND = 12  #: by a search
MOST_TEXT = 200  #: characters of a search


def explorer(neighbours: Neighbours, about: URIRef, still: Shown | None = None) -> Any:
    """Return a widget (an `anywidget.AnyWidget`) that shows a term with its neighbours and asks for those of others.

    `still` is shown in its place where no front end runs widgets, as in exported HTML: by default a table of the edges.

    Raises
    ------
    MissingLibraryError
        anywidget is not installed.
    """
    return _widget_class()(neighbours, about, still)


@cache
def script() -> str:
    """Return the one ES module of the widget: cytoscape as it was published, and our own lines behind it."""
    vendored = (resources.files("sts_kg.display.vendor") / "cytoscape.esm.min.mjs").read_text(encoding="utf-8")
    library, n = re.subn(r"export\s*\{\s*(\w+) as default\s*\};?\s*\Z", r"return \1;", vendored)
    assert n == 1, "cytoscape ends with its export"
    ours = (resources.files("sts_kg.display.exploring") / "explorer.js").read_text(encoding="utf-8")
    return f"const cytoscape = (() => {{{library}}})();\n{ours}"


@cache
def _widget_class() -> type:
    anywidget, traitlets = needed("anywidget", "explore()", "notebook"), needed("traitlets", "explore()", "notebook")

    class Explorer(anywidget.AnyWidget):  # type: ignore[misc, name-defined]
        """A graph that grows: each click on a term adds its neighbours; what was there stays where it was."""

        _esm = script()
        _css = (resources.files("sts_kg.display.exploring") / "explorer.css").read_text(encoding="utf-8")
        nodes = traitlets.List().tag(sync=True)
        edges = traitlets.List().tag(sync=True)
        positions = traitlets.Dict().tag(sync=True)
        expanded = traitlets.List().tag(sync=True)
        selected = traitlets.Unicode().tag(sync=True)
        note = traitlets.Unicode().tag(sync=True)

        def __init__(self, neighbours: Neighbours, about: URIRef, still: Shown | None) -> None:
            super().__init__()
            self._neighbours, self._about, self._still = neighbours, about, still
            self.restart()
            self.on_msg(self._asked)

        def __repr__(self) -> str:
            count = f"{counted(len(self.nodes), 'term')}, {counted(len(self.edges), 'relation')}"
            return f"<Explorer around {self._neighbours.node(self._about).label}: {count}>"

        def restart(self) -> None:
            """Show the first term and its neighbours alone."""
            with self.hold_sync():
                self.nodes, self.edges, self.positions, self.expanded = [], [], {}, []
                self.expand(str(self._about))

        def expand(self, iri: str) -> None:
            """Add the neighbours of a term; `note` says what is left out."""
            term = URIRef(iri)
            if term not in self._neighbours:
                self.note = f"there is no {iri}"
                return
            around = self._neighbours.around(term, most=MOST_NEIGHBOURS)
            nodes = {node["id"]: node for node in self.nodes}
            label, before, n_before = around.nodes[0].label, set(nodes), len(nodes)
            for node in around.nodes:
                if len(nodes) < MOST_NODES or node.id in nodes:
                    nodes.setdefault(node.id, node.as_dict())
            edges = {edge["id"]: edge for edge in self.edges}
            edges |= {each["id"]: each for each in (edge.as_dict() for edge in around.edges)}
            n_left_out = around.n_left_out + sum(node.id not in nodes for node in around.nodes)
            n_added = len(nodes) - n_before - (iri not in before)
            said = [f"{label}: {counted(n_added, 'neighbour')} added"]
            if n_left_out:
                said.append(f"{n_left_out} left out")
            if len(nodes) >= MOST_NODES:
                said.append(f"{MOST_NODES} terms are shown, which is the most; start again to see others")
            with self.hold_sync():
                self.nodes = [*nodes.values()]
                self.edges = [edge for edge in edges.values() if edge["source"] in nodes and edge["target"] in nodes]
                self.expanded = [*dict.fromkeys([*self.expanded, iri])]
                self.selected = iri
                self.note = "; ".join(said)

        def find(self, text: str) -> list[dict[str, Any]]:
            """Return the terms that a text finds, as plain values."""
            return [node.as_dict() for node in self._neighbours.find(text[:MOST_TEXT], most=MOST_FOUND)]

        def _asked(self, _: Any, message: Any, buffers: Any) -> None:
            """Do what a view asks; what it does not know, or what is no text, is left alone."""
            kind, text = (message.get("kind"), message.get("text")) if isinstance(message, dict) else (None, None)
            if kind == "restart":
                self.restart()
            elif kind == "expand" and isinstance(text, str):
                self.expand(text)
            elif kind == "find" and isinstance(text, str):
                self.send({"kind": "found", "text": text, "nodes": self.find(text)})

        def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            data, metadata = super()._repr_mimebundle_(**options)
            return {**data, "text/plain": repr(self), "text/html": in_notebook(self._still or self._view())}, metadata

        def _view(self) -> View:
            """Return what is shown where no widget runs: the relations as a table."""
            labels = {node["id"]: node["label"] for node in self.nodes}
            kinds: dict[bool, Inline] = {True: Badge("inferred", "note"), False: ""}
            rows: list[tuple[Inline, ...]] = [
                (labels[edge["source"]], edge["label"], labels[edge["target"]], kinds[edge["is_inferred"]])
                for edge in self.edges
            ]
            term = self._neighbours.node(self._about)
            about = Paragraph((Quiet("around "), term.label, " ", Code(term.curie), Quiet(f" · {self.note}")))
            header = ("term", "relation", "term", "")
            return View("", (about, grid(header, rows, "relation", most=MOST_NODES)))

    return Explorer
