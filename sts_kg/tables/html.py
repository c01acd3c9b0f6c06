"""Tables of plain cells as HTML, and static pages of them. Pure: strings in, one string out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sts_kg.tables.layout import CONTROL

__all__ = ["escaped", "plain_table", "static_page"]

#: For light and dark screens and for paper.
_PAGE_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --line: #d5dbe3; --card: #fff; --ground: #f3f5f8;
  --mark: #14558f; --tint: #e8f0f8; --agree: #1d6b3a; --other: #9a3412; --unsure: #7a5c00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ef; --soft: #9fabb9; --line: #37414d; --card: #1a2028;
  --ground: #11151a; --mark: #85bdf0; --tint: #1f2c3a; --agree: #7fd09b; --other: #f0a27d; --unsure: #e0c263; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", Roboto,
  "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word; }
header, main, footer { max-width: 50rem; margin: 0 auto; padding: 1rem 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1rem 0; text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .75rem; }
h3 { font-size: .95rem; margin: 0 0 .15rem; }
p { margin: 0 0 .6rem; }
a { color: var(--mark); }
article { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.25rem;
  margin: 0 0 1.25rem; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; margin-top: .35rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; border-top: 0; }
td:last-child, th:last-child { padding-right: 0; }
footer { color: var(--soft); font-size: .85rem; padding-bottom: 3rem; }
@page { margin: 16mm; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --card: #fff; --ground: #fff;
  --mark: #123f6b; --tint: #f2f2f2; --agree: #1d6b3a; --other: #9a3412; --unsure: #7a5c00; }
  html { font-size: 9.5pt; } body { line-height: 1.4; } article { padding: .7rem .9rem; margin-bottom: .9rem; }
  h2 { margin-bottom: .4rem; } th, td { padding-top: .1rem; padding-bottom: .1rem; }
  header, main, footer { max-width: none; padding: 0; }
  h2, h3, dt { break-after: avoid; } tr { break-inside: avoid; } a { text-decoration: none; } }
"""


def static_page(title: str, body: str, *, style: str = "") -> str:
    """Return one HTML page around a body: no script, nothing loaded."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}</title>\n<style>{_PAGE_STYLE}{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def plain_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table without a style of its own, for a page; each cell has the name of its column, for narrow screens.

    Examples
    --------
    >>> plain_table(["n"], [["<1>"]]).partition("<tbody>")[2]
    '<tr><td data-name="n">&lt;1&gt;</td></tr></tbody></table>'
    """
    head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in header)
    lines = (
        "".join(f'<td data-name="{escaped(name)}">{escaped(cell)}</td>' for name, cell in zip(header, row, strict=True))
        for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def escaped(plain: str) -> str:
    """Return a text that HTML shows as it is, in content and in attributes; a control character becomes U+FFFD."""
    return escape(CONTROL.sub("\ufffd", plain))
