"""What is shown of the list of what an author still has to do: by stage, with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sts_kg.display.view import Badge, Block, Code, Grid, Heading, Inline, View
from sts_kg.display.views.pieces import MOST_OF_TEXT, clipped, listing

if TYPE_CHECKING:
    from sts_kg.authoring import ToDo

__all__ = ["of_todo"]

#: Of each stage at most these items are shown.
MOST_ITEMS = 20


def of_todo(found: ToDo) -> View:
    """Return what is left to do, stage by stage, and what was not looked at."""
    badge = Badge(found.summary, "note" if found.items else "good")
    return View((clipped(found.name, 100), ": ", badge), tuple(_blocks(found)))


def _blocks(found: ToDo) -> Iterator[Block]:
    for heading, items in found.stages.items():
        yield Heading(f"{heading} ({len(items)})")
        rows: list[tuple[Inline, ...]] = [
            (Code(clipped(item.place, 100)) if item.place else "", clipped(item.what, MOST_OF_TEXT))
            for item in items[:MOST_ITEMS]
        ]
        cut = f"the first {len(rows)} of them" if len(rows) < len(items) else ""  # the heading counts them
        yield Grid(("where", "what to do"), tuple(rows), cut)
    if found.notes:
        yield Heading("Left out")
        yield listing([clipped(note, MOST_OF_TEXT) for note in found.notes], 20, ".notes")
