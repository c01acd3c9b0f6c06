"""A view as lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from sts_kg.display.view import (
    SIGNS,
    Badge,
    Block,
    Branch,
    Facts,
    Figure,
    Fold,
    Grid,
    Heading,
    Inline,
    Listing,
    Paragraph,
    Source,
    View,
    plain,
)
from sts_kg.safe import visible, visible_data
from sts_kg.tables import text_table, wrapped

__all__ = ["written"]


def written(view: View, width: int | None) -> str:
    """Return the lines of a view, without a line end after the last one; `width` is in terminal columns."""
    title = [_inline(view.title)] if view.title else []
    return "\n\n".join([*title, *(text for block in view.blocks if (text := _block(block, width)))])


def _inline(text: Inline) -> str:
    return visible(plain(text))


def _block(block: Block, width: int | None) -> str:
    if isinstance(block, Heading | Paragraph):
        line = _inline(block.text)
        return wrapped(line, width) if width else line
    if isinstance(block, Facts):
        rows = [(visible(name), _inline(text)) for name, text in block.rows if plain(text)]
        longest = max((len(name) for name, _ in rows), default=0)
        return "\n".join(f"{name:{longest}}  {text}" for name, text in rows)
    if isinstance(block, Grid):
        return _grid(block, width)
    if isinstance(block, Listing):
        signs = (f"{n}." if block.ordered else "-" for n, _ in enumerate(block.items, 1))
        return "\n".join(f"{sign} {_inline(item)}" for sign, item in zip(signs, block.items, strict=True))
    if isinstance(block, Branch):
        return "\n".join(_branch(block, 0))
    if isinstance(block, Fold):
        inside = [text for each in block.blocks if (text := _block(each, width))] if block.is_open else []
        return "\n\n".join([f"{'▾' if block.is_open else '▸'} {_inline(block.summary)}", *inside])
    if isinstance(block, Source):
        return visible_data(block.text.rstrip())
    return f"[{visible(block.alt)}]" if isinstance(block, Figure) else ""


_SHORT = 40  # characters of lines of a cell that are put into one


def _lines(cell: Inline) -> list[str]:
    """Return the lines of a cell; short ones, such as a label and a name, are one line."""
    lines = plain(cell).split("\n")
    return lines if max(map(len, lines)) > _SHORT else [" ".join(lines)]


def _grid(block: Grid, width: int | None) -> str:
    """Return a table; if it would be too wide, upright names are numbers and badges signs, which are told below it."""
    too_wide = width is not None and sum(len(name) + 2 for name in block.header) > width
    numbers = {at: str(number) for number, at in enumerate(sorted(block.upright), 1) if too_wide}
    header = [numbers.get(at, name) for at, name in enumerate(block.header)]
    signs: dict[str, str] = {}
    rows: list[list[str]] = []
    for row in block.rows:
        lines = [_lines(cell) for cell in row]
        for at in numbers:
            if isinstance(cell := row[at], Badge):
                lines[at] = [SIGNS[cell.kind]]
                signs[SIGNS[cell.kind]] = cell.word
        rows += [list(line) for line in zip_longest(*lines, fillvalue="")]
    below = [block.caption] if block.caption and rows else []
    if numbers:
        named = (f"{number} {block.header[at]}" for at, number in numbers.items())
        below.append(", ".join([*(f"{sign} {word}" for sign, word in signs.items()), *named]))
    shown = (wrapped(visible(line), width) if width else visible(line) for line in below)
    return "\n".join([text_table(header, rows, width=width), *shown])


def _branch(branch: Branch, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{_inline(branch.text)}"
    for each in branch.below:
        yield from _branch(each, depth + 1)
