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
from sts_kg.tables import NO_ROWS, text_table, wrapped

__all__ = ["written"]

_DEEPEST = 24  # columns by which a line of a tree is indented at most


def written(view: View, width: int | None) -> str:
    """Return the lines of a view, without a line end after the last one; `width` is in terminal columns."""
    title = [_line(view.title, width)] if view.title else []
    return "\n\n".join([*title, *(text for block in view.blocks if (text := _block(block, width)))])


def _line(text: Inline, width: int | None, first: str = "", rest: str = "") -> str:
    """Return a text in lines, of which the first begins with `first` and the others with `rest`, of the same width."""
    line = visible(plain(text))
    if width is None:
        return first + line
    return first + f"\n{rest}".join(wrapped(line, max(width - len(first), 20)).split("\n"))


def _block(block: Block, width: int | None) -> str:
    if isinstance(block, Heading | Paragraph):
        return _line(block.text, width)
    if isinstance(block, Facts):
        rows = [(visible(name), text) for name, text in block.rows if plain(text)]
        longest = max((len(name) for name, _ in rows), default=0) + 2
        return "\n".join(_line(text, width, f"{name:{longest}}", " " * longest) for name, text in rows)
    if isinstance(block, Grid):
        return _grid(block, width)
    if isinstance(block, Listing):
        signs = [f"{n}. " if block.ordered else "- " for n, _ in enumerate(block.items, 1)]
        return "\n".join(
            _line(item, width, sign, " " * len(sign)) for sign, item in zip(signs, block.items, strict=True)
        )
    if isinstance(block, Branch):
        return "\n".join(_branch(block, 0, width))
    if isinstance(block, Fold):
        inside = [text for each in block.blocks if (text := _block(each, width))] if block.is_open else []
        return "\n\n".join([_line(block.summary, width, "▾ " if block.is_open else "▸ ", "  "), *inside])
    if isinstance(block, Source):
        return visible_data(block.text.replace("\r\n", "\n").rstrip())
    return f"[{visible(block.alt)}]" if isinstance(block, Figure) else ""


_SHORT = 40  # characters of lines of a cell that are put into one


def _lines(cell: Inline) -> list[str]:
    """Return the lines of a cell; short ones, such as a label and a name, are one line."""
    lines = plain(cell).split("\n")
    return lines if max(map(len, lines)) > _SHORT else [" ".join(lines)]


def _grid(block: Grid, width: int | None) -> str:
    """Return a table; if it would be too wide, upright names are numbers and badges signs, which are told below it."""
    names = [plain(name) for name in block.header]
    too_wide = width is not None and sum(len(name) + 2 for name in names) > width
    numbers = {at: str(number) for number, at in enumerate(sorted(block.upright), 1) if too_wide}
    header = [numbers.get(at, name) for at, name in enumerate(names)]
    signs: dict[str, str] = {}
    rows: list[list[str]] = []
    for row in block.rows:
        lines = [_lines(cell) for cell in row]
        for at in numbers:
            if isinstance(cell := row[at], Badge):
                lines[at] = [SIGNS[cell.kind]]
                signs[SIGNS[cell.kind]] = cell.word
        rows += [list(line) for line in zip_longest(*lines, fillvalue="")]
    below = [block.caption] if block.caption else []
    if numbers:
        named = (f"{number} {names[at]}" for at, number in numbers.items())
        below.append(", ".join([*(f"{sign} {word}" for sign, word in signs.items()), *named]))
    table = text_table(header, rows, width=width)
    if block.caption and not rows:  # which says that there are none
        table = table.removesuffix(NO_ROWS).rstrip()
    return "\n".join([table, *(_line(line, width) for line in below)])


def _branch(branch: Branch, depth: int, width: int | None) -> Iterator[str]:
    indent = " " * min(2 * depth, _DEEPEST)
    yield _line(branch.text, width, indent, f"{indent}    ")
    for each in branch.below:
        yield from _branch(each, depth + 1, width)
