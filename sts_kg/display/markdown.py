"""A view as GitHub Markdown; pictures are named by their text."""

from __future__ import annotations

from collections.abc import Iterator

from sts_kg.display.view import (
    Badge,
    Block,
    Branch,
    Code,
    Facts,
    Figure,
    Fold,
    Grid,
    Heading,
    Inline,
    Listing,
    Paragraph,
    Quiet,
    Source,
    View,
    plain,
)
from sts_kg.safe import visible
from sts_kg.tables import markdown_table, markdown_text

__all__ = ["written"]


def written(view: View) -> str:
    """Return the Markdown of a view, ending with a line end."""
    title = [f"**{_inline(view.title)}**"] if view.title else []
    return "\n\n".join([*title, *(text for block in view.blocks if (text := _block(block)))]) + "\n"


def _inline(text: Inline) -> str:
    if isinstance(text, str):
        return markdown_text(text)
    if isinstance(text, tuple):
        return "".join(map(_inline, text))
    if isinstance(text, Code):
        fence = "``" if "`" in text.text else "`"
        return f"{fence}{visible(text.text)}{fence}"
    if isinstance(text, Badge):
        return f"**{markdown_text(text.word)}**"
    if isinstance(text, Quiet):
        return _inline(text.text)
    if text.href.startswith(("http://", "https://")):
        address = text.href.translate({ord(sign): f"%{ord(sign):02X}" for sign in " ()<>\\\n\r\t"})
        return f"[{markdown_text(text.text)}]({address})"
    return markdown_text(text.text)


def _block(block: Block) -> str:  # one line a kind
    if isinstance(block, Heading):
        return f"#### {markdown_text(block.text)}"
    if isinstance(block, Paragraph):
        return _inline(block.text)
    if isinstance(block, Facts):
        return "\n".join(f"- {markdown_text(name)}: {_inline(text)}" for name, text in block.rows if plain(text))
    if isinstance(block, Grid):
        table = markdown_table(block.header, [[plain(cell) for cell in row] for row in block.rows])
        return f"{table}\n\n{markdown_text(block.caption)}" if block.caption and block.rows else table
    if isinstance(block, Listing):
        return "\n".join(f"{'1.' if block.ordered else '-'} {_inline(item)}" for item in block.items)
    if isinstance(block, Branch):
        return "\n".join(_branch(block, 0))
    if isinstance(block, Fold):
        inside = "\n\n".join(text for each in block.blocks if (text := _block(each)))
        return f"<details><summary>{_inline(block.summary)}</summary>\n\n{inside}\n\n</details>"
    if isinstance(block, Source):
        fence = "`" * max(3, *(len(run) + 1 for run in _ticks(block.text)))
        return f"{fence}{block.language}\n{block.text.rstrip()}\n{fence}"
    return f"*{markdown_text(block.alt)}*" if isinstance(block, Figure) else ""  # a download has no place in a text


def _ticks(text: str) -> Iterator[str]:
    yield ""
    for line in text.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        yield "`" * ticks


def _branch(branch: Branch, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- {_inline(branch.text)}"
    for each in branch.below:
        yield from _branch(each, depth + 1)
