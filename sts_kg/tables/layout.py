"""Tables of plain cells as Markdown and aligned text. Pure: strings in, one string out; no terminal, no graph.

The results do not end with a line end.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sts_kg.safe import UNSAFE

__all__ = ["CONTROL", "NO_ROWS", "Cell", "markdown_table", "markdown_text", "text_table", "wrapped"]

_GAP = "  "
#: What stands for the rows of a table without any.
NO_ROWS = "0 rows"

# C0 and C1 except tab and line ends, and what XML 1.0 and HTML do not allow.
CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?|[\n\u2028\u2029]")
# What GitHub reads as markup inside a cell (GFM, sections 2.4 and 6); an underscore inside a word is none.
_MARKUP = re.compile(r"[\\|`*\[\]<>~]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")


@dataclass(frozen=True)
class Cell:
    """One cell: its `text`, the `href` it leads to, and the `title` shown on hover."""

    text: str
    href: str | None = None
    title: str | None = None

    def __str__(self) -> str:
        return self.text


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[Cell | str]]) -> str:
    r"""Return a GitHub table; what would be markup is escaped, a line end becomes `<br>`. Links are not written.

    Examples
    --------
    >>> print(markdown_table(["drug", "note"], [["sts:pazopanib", "a|b"]]))
    | drug | note |
    | --- | --- |
    | sts:pazopanib | a\|b |
    """
    lines = [_markdown_line(header), _markdown_line(["---"] * len(header), raw=True)]
    empty = _markdown_line([""] * len(header), raw=True)
    body = [_markdown_line([str(cell) for cell in row]) if any(row) else empty for row in rows]
    return "\n".join([*lines, *body] if body else [*lines, "", NO_ROWS])


def _markdown_line(cells: Sequence[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cells if raw else map(markdown_text, cells))} |"


def markdown_text(cell: str) -> str:
    """Return a text that Markdown shows as it is, inside a line or a cell of a table; a line end becomes `<br>`."""
    escaped = _MARKUP.sub(lambda found: "\\" + found.group(), UNSAFE.sub("\ufffd", _LINE_END.sub("\n", cell)))
    return _LINE_END.sub("<br>", escaped.replace("\t", " "))


def text_table(header: Sequence[str], rows: Iterable[Sequence[Cell | str]], *, width: int | None = None) -> str:
    """Return aligned columns of plain text with a rule of dashes under the header.

    A line end or tab inside a cell becomes a space; a control character becomes U+FFFD.

    Parameters
    ----------
    header : sequence of m names
    rows : iterable of sequences of m cells
    width : int, optional
        Terminal columns that a line may take; longer cells are wrapped between words. Words are parted after
        `/`, `-` and their like where they do not fit, or where the page gets shorter by a third; between any two
        characters only if that is not enough. Without it every row is one line. With less than one terminal column
        for each of the m columns and two between them lines get longer than `width`.

    Examples
    --------
    >>> print(text_table(["drug", "note"], [["sts:pazopanib", "a tablet"], ["sts:trabectedin", ""]]))
    drug             note
    ---------------  --------
    sts:pazopanib    a tablet
    sts:trabectedin
    """
    empty = [""] * len(header)  # a table may have many rows without any cell, which are laid out once
    lines = [[_one_line(str(cell)) for cell in row] if any(row) else empty for row in (header, *rows)]
    filled = [line for line in lines if line is not empty] or lines[:1]
    natural = [max(map(_columns, column)) for column in zip(*filled, strict=True)]
    if width is not None:
        natural = _narrowed(natural, filled, width - len(_GAP) * (len(natural) - 1))
    shown = [_aligned(cells, natural) for cells in lines]
    shown.insert(1, _GAP.join("-" * size for size in natural))
    return "\n".join(shown if len(lines) > 1 else [*shown, NO_ROWS])


def wrapped(text: str, width: int) -> str:
    """Return lines of text wrapped to `width` terminal columns between words; a longer word stays whole.

    Examples
    --------
    >>> print(wrapped("written to /data/store-of-mine", 12))
    written to
    /data/store-of-mine
    """
    return "\n".join(part for line in text.split("\n") for part in _wrap(line, width, whole=True))


def _one_line(cell: str) -> str:
    return UNSAFE.sub("\ufffd", _LINE_END.sub(" ", cell.replace("\t", " ")))


def _columns(line: str) -> int:
    """Return how many terminal columns a line takes (Unicode TR11: wide and fullwidth take two, marks none)."""
    return len(line) if line.isascii() else sum(map(_columns_of_character, line))


def _columns_of_character(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):  # combining marks, joiners
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _words(cell: str) -> list[str]:
    return cell.split() or [""]


def _runs(word: str) -> list[str]:
    """Return the parts of a word between which a line may end: a wide character stands alone, with its marks."""
    if word.isascii():
        return [word]
    runs: list[str] = []
    for character in word:
        apart = runs and (_is_wide(character) or _is_wide(runs[-1][0]))
        if not runs or (apart and unicodedata.category(character)[0] not in "MCP"):
            runs.append(character)
        else:
            runs[-1] += character
    return runs


def _is_wide(character: str) -> bool:
    return _columns_of_character(character) == 2


def _narrowed(natural: list[int], lines: list[list[str]], room: int) -> list[int]:
    """Return widths that sum to at most `room`, for words that stay whole if the lines do not get many by that."""
    if sum(natural) <= room:
        return natural
    words = [{word for cell in column for word in _words(cell)} for column in zip(*lines, strict=True)]
    runs = [{run for word in of_column for run in _runs(word)} for of_column in words]
    pieces = [{piece for run in of_column for piece in _PIECE.findall(run)} for of_column in runs]
    whole, parted = ([max(map(_columns, parts), default=0) for parts in least] for least in (runs, pieces))
    if sum(parted) > room:
        return _fit(parted, [1] * len(parted), room)
    if sum(whole) > room:
        return _fit(whole, parted, room)
    first, second = _fit(natural, whole, room), _fit(natural, parted, room)
    return second if 3 * _height(lines, second) < 2 * _height(lines, first) else first


def _height(lines: list[list[str]], widths: list[int]) -> int:
    return sum(max(len(_wrap(cell, size)) for cell, size in zip(cells, widths, strict=True)) for cells in lines)


def _fit(natural: list[int], least: list[int], room: int) -> list[int]:
    """Return widths that sum to at most `room`: the widest shrink first, and none to less than its least."""
    caps = range(1, max(2, min(max(natural), room) + 1))
    at_most = bisect_right(caps, room, key=lambda cap: sum(_capped(natural, least, cap)))
    widths = _capped(natural, least, caps[max(0, at_most - 1)])
    left = room - sum(widths)
    for at, (size, wanted) in enumerate(zip(widths, natural, strict=True)):
        if size < wanted and left > 0:
            widths[at] += 1
            left -= 1
    return widths


def _capped(natural: list[int], least: list[int], cap: int) -> list[int]:
    return [max(low, min(high, cap)) for low, high in zip(least, natural, strict=True)]


def _aligned(cells: list[str], widths: list[int]) -> str:
    if not any(cells):
        return ""
    wrapped = [_wrap(cell, size) for cell, size in zip(cells, widths, strict=True)]
    lines = []
    for at in range(max(map(len, wrapped), default=1)):
        parts = [column[at] if at < len(column) else "" for column in wrapped]
        padded = (part + " " * (size - _columns(part)) for part, size in zip(parts, widths, strict=True))
        lines.append(_GAP.join(padded).rstrip())
    return "\n".join(lines)


def _wrap(cell: str, size: int, *, whole: bool = False) -> list[str]:
    """Return the lines of a cell, each as far from the left as the first; `whole` keeps words that are too long."""
    if _columns(cell) <= size:
        return [cell]
    indent = cell[: len(cell) - len(cell.lstrip(" "))]
    if 2 * len(indent) > size:
        indent = ""
    room = size - len(indent)
    lines: list[str] = []
    for word in _words(cell):
        if lines and _columns(lines[-1]) + 1 + _columns(word) <= room:
            lines[-1] += " " + word
        else:
            lines.extend([word] if whole else _parted(word, room))
    return [indent + line for line in lines]


#: What a word that is too long is made of: a line may end after a run of these characters.
_PIECE = re.compile(r".+?(?:[/\\_:.,;#?&=+-]+(?=.)|$)", re.DOTALL)


def _parted(word: str, size: int) -> list[str]:
    lines = [""]
    for run in _runs(word):
        pieces = [run] if _columns(run) <= size else _PIECE.findall(run)
        for part in (part for piece in pieces for part in _cut(piece, size)):
            if lines[-1] and _columns(lines[-1]) + _columns(part) > size:
                lines.append("")
            lines[-1] += part
    return lines


def _cut(word: str, size: int) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and _columns(pieces[-1]) + _columns_of_character(character) > size:
            pieces.append("")
        pieces[-1] += character
    return pieces
