"""A view as lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

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
    if isinstance(block, Grid) and block.upright:
        return _board(block, width)
    if isinstance(block, Grid):
        table = text_table(block.header, [[plain(cell) for cell in row] for row in block.rows], width=width)
        return f"{table}\n{visible(block.caption)}" if block.caption and block.rows else table
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


def _board(block: Grid, width: int | None) -> str:
    """Return a table whose upright names are numbers, and whose badges are signs, with both told below it."""
    numbers = {at: str(number) for number, at in enumerate(sorted(block.upright), 1)}
    header = [numbers.get(at, name) for at, name in enumerate(block.header)]
    rows = [[SIGNS[cell.kind] if isinstance(cell, Badge) else plain(cell) for cell in row] for row in block.rows]
    words = {SIGNS[cell.kind]: cell.word for row in block.rows for cell in row if isinstance(cell, Badge)}
    told = [f"{sign} {visible(word)}" for sign, word in words.items()]
    told += [f"{number} {visible(block.header[at])}" for at, number in numbers.items()]
    key = ", ".join(told)
    return f"{text_table(header, rows, width=width)}\n{wrapped(key, width) if width else key}"


def _branch(branch: Branch, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{_inline(branch.text)}"
    for each in branch.below:
        yield from _branch(each, depth + 1)
