"""A view as GitHub Markdown; pictures are named by their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

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
from sts_kg.safe import UNSAFE, visible, visible_data
from sts_kg.tables import NO_ROWS, escaped, markdown_table, markdown_text

__all__ = ["written"]

#: What would make a heading, a rule or a list of a line (CommonMark 0.31, sections 4 and 5.2).
_STARTS_BLOCK = re.compile(r"\A(?:(\d+)(?=[.)])|(?=[#+=-]))")
#: What may not stand in the address of a link (CommonMark 0.31, section 6.3), and what no reader should see there.
_NOT_IN_ADDRESS = re.compile(rf"[\s()<>\\]|{UNSAFE.pattern}")


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
        code = visible(text.text)
        fence = "`" * (1 + max((len(run) for run in re.findall("`+", code)), default=0))
        return f"{fence} {code} {fence}" if "`" in code else f"{fence}{code}{fence}"
    if isinstance(text, Badge):
        return f"**{markdown_text(text.word)}**"
    if isinstance(text, Quiet):
        return _inline(text.text)
    if text.href.casefold().startswith(("http://", "https://")):
        address = _NOT_IN_ADDRESS.sub(lambda found: quote(found[0], safe="", errors="replace"), text.href)
        return f"[{markdown_text(text.text)}]({address})"
    return markdown_text(text.text)


def _start(line: str) -> str:
    """Return a line that is no heading, list, rule or code, whatever it begins with."""
    return _STARTS_BLOCK.sub(r"\1\\", line.lstrip())


def _block(block: Block) -> str:  # one line a kind
    if isinstance(block, Heading):
        return f"#### {markdown_text(block.text)}"
    if isinstance(block, Paragraph):
        return _start(_inline(block.text))
    if isinstance(block, Facts):
        return "\n".join(f"- {markdown_text(name)}: {_inline(text)}" for name, text in block.rows if plain(text))
    if isinstance(block, Grid):
        table = markdown_table([*map(plain, block.header)], [[plain(cell) for cell in row] for row in block.rows])
        if not block.caption:
            return table
        return (
            f"{table if block.rows else table.removesuffix(NO_ROWS).rstrip()}\n\n{_start(markdown_text(block.caption))}"
        )
    if isinstance(block, Listing):
        return "\n".join(f"{'1.' if block.ordered else '-'} {_start(_inline(item))}" for item in block.items)
    if isinstance(block, Branch):
        return "\n".join(_branch(block, 0))
    if isinstance(block, Fold):
        inside = "\n\n".join(text for each in block.blocks if (text := _block(each)))
        summary = escaped(visible(plain(block.summary)))  # a line of HTML, in which Markdown has no say
        return f"<details{' open' if block.is_open else ''}><summary>{summary}</summary>\n\n{inside}\n\n</details>"
    if isinstance(block, Source):
        lines = visible_data(block.text.replace("\r\n", "\n").rstrip())
        fence = "`" * max(3, *(len(run) + 1 for run in _ticks(lines)))
        return f"{fence}{block.language}\n{lines}\n{fence}"
    return f"*{markdown_text(block.alt)}*" if isinstance(block, Figure) else ""  # a download has no place in a text


def _ticks(text: str) -> Iterator[str]:
    yield ""
    for line in text.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        yield "`" * ticks


def _branch(branch: Branch, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- {_start(_inline(branch.text))}"
    for each in branch.below:
        yield from _branch(each, depth + 1)
