"""The widget of the interactive view: its state, what it is asked, and its still form for where no kernel runs."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from rdflib import URIRef

from sts_kg.display.exploring.neighbours import Neighbours
from sts_kg.display.shows import in_notebook
from sts_kg.display.vendor import vendored
from sts_kg.display.view import Badge, Code, Inline, Paragraph, Quiet, View, grid
from sts_kg.errors import MissingLibraryError
from sts_kg.safe import brief, counted
from sts_kg.tables import needed

if TYPE_CHECKING:
    from sts_kg.display.pictures.picture import Picture
    from sts_kg.shown import Shown

__all__ = ["explorer"]

MOST_NODES = 120  #: in a view at a time
MOST_NEIGHBOURS = 24  #: that one click adds
MOST_FOUND = 12  #: by a search
MOST_TEXT = 200  #: characters of a search


def explorer(neighbours: Neighbours, about: URIRef, still: Picture | None = None) -> Any:
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
    cytoscape = vendored("cytoscape.esm.min.mjs")
    library, n = re.subn(r"export\s*\{\s*(\w+) as default\s*\};?\s*\Z", r"return \1;", cytoscape)
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

        def __init__(self, neighbours: Neighbours, about: URIRef, still: Picture | None) -> None:
            super().__init__()
            self._neighbours, self._about, self._still = neighbours, about, still
            self.restart()
            self.on_msg(self._asked)

        def __repr__(self) -> str:
            count = f"{counted(len(self.nodes), 'term')}, {counted(len(self.edges), 'relation')}"
            return f"<Explorer around {self._neighbours.node(self._about)['label']}: {count}>"

        def restart(self) -> None:
            """Show the first term and its neighbours alone."""
            with self.hold_sync():
                self.nodes, self.edges, self.positions, self.expanded = [], [], {}, []
                self.expand(str(self._about))

        def expand(self, iri: str) -> None:
            """Add the neighbours of a term; `note` says what is left out."""
            term = URIRef(iri)
            if term not in self._neighbours:
                self.note = f"there is no {brief(iri)}"
                return
            beside, between, left_out = self._neighbours.around(term, most=MOST_NEIGHBOURS)
            nodes, edges = {node["id"]: node for node in self.nodes}, {edge["id"]: edge for edge in self.edges}
            added = [node for node in beside if node["id"] not in nodes]
            room = MOST_NODES - len(nodes)
            nodes |= {node["id"]: node for node in added[:room]}
            edges |= {edge["id"]: edge for edge in between}
            n_neighbours = sum(node["id"] != iri for node in added[:room])
            said = [f"{beside[0]['label']}: {counted(n_neighbours, 'neighbour')} added", *left_out]
            if len(added) > room:
                said.append(f"{MOST_NODES} terms are the most that are shown, so {len(added) - room} are not")
            with self.hold_sync():
                self.nodes = [*nodes.values()]
                self.edges = [edge for edge in edges.values() if edge["source"] in nodes and edge["target"] in nodes]
                self.expanded = [*dict.fromkeys([*self.expanded, iri])]
                self.selected = iri
                self.note = "; ".join(said)

        def find(self, text: str) -> list[dict[str, Any]]:
            """Return the terms that a text finds, as plain values."""
            return self._neighbours.find(text[:MOST_TEXT], most=MOST_FOUND)

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
            shown: Shown | View = self._view()
            if self._still is not None:
                with suppress(MissingLibraryError):  # there is nothing that lays a picture out
                    self._still.to_svg()
                    shown = self._still
            return {**data, "text/plain": repr(self), "text/html": in_notebook(shown)}, metadata

        def _view(self) -> View:
            """Return what is shown where no widget runs: the relations as a table."""
            labels = {node["id"]: node["label"] for node in self.nodes}
            kinds: dict[bool, Inline] = {True: Badge("inferred", "note"), False: ""}
            rows: list[tuple[Inline, ...]] = [
                (labels[edge["source"]], edge["label"], labels[edge["target"]], kinds[edge["is_inferred"]])
                for edge in self.edges
            ]
            term = self._neighbours.node(self._about)
            about = Paragraph((Quiet("around "), term["label"], " ", Code(term["curie"]), Quiet(f" · {self.note}")))
            header = ("term", "relation", "term", "")
            return View("", (about, grid(header, rows, "relation", most=MOST_NODES)))

    return Explorer
