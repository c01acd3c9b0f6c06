"""What is shown of a picture: the picture, and what stands below it; in words where nothing can lay it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sts_kg.display.view import Block, Figure, Paragraph, Quiet, View
from sts_kg.errors import MissingLibraryError

if TYPE_CHECKING:
    from sts_kg.cohort.plots import Plot
    from sts_kg.display.pictures.picture import Picture

__all__ = ["of_picture", "of_plot"]


def of_picture(picture: Picture) -> View:
    """Return the picture with its notes; where no layout engine is installed, its words and what to install."""
    try:
        blocks: list[Block] = [Figure(picture.to_svg(), picture.alt)]
    except MissingLibraryError as error:
        blocks = [Paragraph(picture.alt), Paragraph(Quiet(str(error)))]
    return View(picture.title, (*blocks, *(Paragraph(Quiet(note)) for note in picture.notes)))


def of_plot(plot: Plot) -> View:
    """Return the picture, whose title and notes are in it."""
    return View("", (Figure(str.__str__(plot), plot.alt),))
