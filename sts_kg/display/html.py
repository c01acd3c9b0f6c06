"""A view as HTML: classes only, no script, no `style=`, no request, so that a strict Content-Security-Policy holds."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence

from sts_kg.display.view import (
    SIGNS,
    Badge,
    Block,
    Branch,
    Code,
    Download,
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
from sts_kg.safe import UNSAFE, visible_data
from sts_kg.tables import escaped as _escaped

__all__ = ["written"]

_WEB = re.compile(r"https?://", re.IGNORECASE)
_NEW_TAB = ' target="_blank" rel="noopener"'


def written(view: View, href: Callable[[str], str | None] | None = None, *, in_new_tab: bool = False) -> str:
    """Return the HTML of a view, in one element of the class `sts-kg`.

    `href` returns the address on our own site to which the address of a link leads, None for one that leads elsewhere.
    Links to elsewhere open in a new tab; with `in_new_tab` those on our own site do, too.
    """
    writer = _Writer(href, in_new_tab)
    title = f'<div class="sts-kg-title">{writer.inline(view.title)}</div>' if view.title else ""
    return f'<div class="sts-kg">{title}{"".join(map(writer.block, view.blocks))}</div>'


def escaped(text: str) -> str:
    """Return a text that HTML shows as it is; what could change the order of the text around it becomes U+FFFD."""
    return _escaped(UNSAFE.sub("\ufffd", text.replace("\r\n", "\n")))


class _Writer:
    """Writes views; `href` returns where the address of a link leads here, None for one that leads elsewhere."""

    def __init__(self, href: Callable[[str], str | None] | None, in_new_tab: bool) -> None:
        self._href = href
        self._here = _NEW_TAB if in_new_tab else ""

    def inline(self, text: Inline) -> str:
        if isinstance(text, str):
            return escaped(text)
        if isinstance(text, tuple):
            return "".join(map(self.inline, text))
        if isinstance(text, Badge):
            sign = f'<span aria-hidden="true">{SIGNS[text.kind]}</span> ' if SIGNS[text.kind] else ""
            return f'<span class="sts-kg-badge {text.kind}">{sign}{escaped(text.word)}</span>'
        if isinstance(text, Code):
            return f"<code>{escaped(text.text)}</code>"
        if isinstance(text, Quiet):
            return f'<span class="sts-kg-quiet">{self.inline(text.text)}</span>'
        title = f' title="{escaped(text.title)}"' if text.title else ""
        if self._href is not None and (address := self._href(text.href)) is not None:
            return f'<a href="{escaped(address)}"{title}{self._here}>{escaped(text.text)}</a>'
        if _WEB.match(text.href):
            return f'<a href="{escaped(text.href)}"{title}{_NEW_TAB}>{escaped(text.text)}</a>'
        return f"<span{title}>{escaped(text.text)}</span>" if title else escaped(text.text)

    def block(self, block: Block) -> str:  # one line a kind
        if isinstance(block, Heading):
            return f'<div class="sts-kg-heading" role="heading" aria-level="4">{escaped(block.text)}</div>'
        if isinstance(block, Paragraph):
            return f"<p>{self.inline(block.text)}</p>"
        if isinstance(block, Facts):
            rows = (f"<dt>{escaped(name)}</dt><dd>{self.inline(text)}</dd>" for name, text in block.rows if plain(text))
            return f"<dl>{''.join(rows)}</dl>"
        if isinstance(block, Grid):
            return self._grid(block)
        if isinstance(block, Listing):
            kind = "ol" if block.ordered else "ul"
            return f"<{kind}>{''.join(f'<li>{self.inline(item)}</li>' for item in block.items)}</{kind}>"
        if isinstance(block, Branch):
            return f'<ul class="sts-kg-tree">{self._branch(block)}</ul>'
        if isinstance(block, Fold):
            inside = "".join(map(self.block, block.blocks))
            return f"<details{_open(block.is_open)}><summary>{self.inline(block.summary)}</summary>{inside}</details>"
        if isinstance(block, Source):
            return (
                f'<pre class="sts-kg-source"><code class="language-{block.language}">{_lines(block.text)}</code></pre>'
            )
        if isinstance(block, Figure):
            return f'<figure role="img" aria-label="{escaped(block.alt)}" tabindex="0">{block.svg}</figure>'
        assert isinstance(block, Download), "these are all kinds of blocks"
        data = base64.b64encode(block.text.encode(errors="replace")).decode()
        return (
            f'<p><a class="sts-kg-download" download="{escaped(block.name)}" '
            f'href="data:{block.media_type};base64,{data}">Download {escaped(block.name)}</a></p>'
        )

    def _branch(self, branch: Branch) -> str:
        line = self.inline(branch.text)
        if not branch.below:
            return f"<li>{line}</li>"
        below = "".join(map(self._branch, branch.below))
        return f"<li><details{_open(branch.is_open)}><summary>{line}</summary><ul>{below}</ul></details></li>"

    def _grid(self, block: Grid) -> str:
        kinds = block.kinds or ("",) * len(block.header)
        head = "".join(
            f'<th scope="col"{_upright(at in block.upright)}{_sorted(block, at)}>'
            f"{_upright_text(self.inline(name), at in block.upright)}"
            f"{f'<small>{escaped(kind)}</small>' if kind else ''}</th>"
            for at, (name, kind) in enumerate(zip(block.header, kinds, strict=True))
        )
        body = "".join(f"<tr>{self._row(row, bool(block.upright))}</tr>" for row in block.rows)
        caption = f"<caption>{escaped(block.caption)}</caption>" if block.caption else ""
        table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        name = escaped(block.caption or "table")
        return f'<div class="sts-kg-wide" tabindex="0" role="group" aria-label="{name}">{table}</div>'

    def _row(self, row: Sequence[Inline], is_named: bool) -> str:
        """Return the cells of a row; on a board the first one is its name."""
        if not is_named:
            return "".join(map(self._cell, row))
        return f'<th scope="row">{self.inline(row[0])}</th>{"".join(map(self._cell, row[1:]))}'

    def _cell(self, cell: Inline) -> str:
        if isinstance(cell, Badge):  # a status fills its cell, without an element of its own: a board has thousands
            return f'<td class="{cell.kind}">{escaped(cell.word)}</td>'
        return f"<td>{self.inline(cell)}</td>"


def _lines(text: str) -> str:
    """Return lines of a program, in which escapes stand for what a reader could not see."""
    return escaped(visible_data(text.replace("\r\n", "\n")))


def _open(is_open: bool) -> str:
    return " open" if is_open else ""


def _sorted(block: Grid, at: int) -> str:
    return f' aria-sort="{block.sorted_by[1]}"' if block.sorted_by is not None and block.sorted_by[0] == at else ""


def _upright(is_upright: bool) -> str:
    return ' class="sts-kg-upright"' if is_upright else ""


def _upright_text(text: str, is_upright: bool) -> str:
    return f"<span>{text}</span>" if is_upright else text
