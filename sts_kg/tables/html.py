"""Tables of plain cells as HTML. Pure: strings in, one string out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from sts_kg.tables.layout import CONTROL, Cell

__all__ = ["escaped", "html_table"]

# Grey in between and inherited colours: readable on a light and on a dark notebook.
_STYLE = (
    ".sts-kg-table{border-collapse:collapse;color:inherit;background:transparent}"
    ".sts-kg-table caption{caption-side:bottom;text-align:left;padding:.3em .6em;opacity:.7}"
    ".sts-kg-table th,.sts-kg-table td{border:1px solid rgba(128,128,128,.4);padding:.2em .6em;"
    "text-align:left;vertical-align:top;white-space:pre-line}"
    ".sts-kg-table th{background:rgba(128,128,128,.15)}"
    ".sts-kg-table a{color:inherit;text-decoration:underline}"
)
_WEB = re.compile(r"https?://", re.IGNORECASE)


def html_table(header: Sequence[str], rows: Iterable[Sequence[Cell | str]], *, caption: str = "") -> str:
    """Return a self-contained HTML table without scripts; only `http:` and `https:` addresses become links.

    Examples
    --------
    >>> html_table(["n"], [["<1>"]], caption="1 row").partition("</style>")[2]
    '<table class="sts-kg-table"><caption>1 row</caption><thead><tr><th scope="col">n</th></tr></thead><tbody><tr><td>&lt;1&gt;</td></tr></tbody></table>'
    """  # noqa: E501  (one string, as it comes)
    head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{_html_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    below = f"<caption>{escaped(caption)}</caption>" if caption else ""
    table = f"{below}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<style>{_STYLE}</style><table class="sts-kg-table">{table}</table>'


def escaped(plain: str) -> str:
    """Return a text that HTML shows as it is, in content and in attributes; a control character becomes U+FFFD."""
    return escape(CONTROL.sub("\ufffd", plain))


def _html_cell(cell: Cell | str) -> str:
    if isinstance(cell, str):
        return escaped(cell) if cell else ""
    title = f' title="{escaped(cell.title)}"' if cell.title else ""
    if cell.href and _WEB.match(cell.href):
        return f'<a href="{escaped(cell.href)}"{title} target="_blank" rel="noopener">{escaped(cell.text)}</a>'
    return f"<span{title}>{escaped(cell.text)}</span>" if title else escaped(cell.text)
