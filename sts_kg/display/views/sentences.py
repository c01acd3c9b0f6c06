"""What is shown of small things that say themselves what they are, in one sentence."""

from __future__ import annotations

from sts_kg.display.view import Paragraph, View, cut

__all__ = ["of_sentence"]


def of_sentence(thing: object) -> View:
    """Return the sentence of a warning, of a contradiction, of a row that was rejected, and the like."""
    return View("", (Paragraph(cut(str(thing), 1000)),))
