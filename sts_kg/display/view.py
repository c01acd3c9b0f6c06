"""What is shown, without how: the few kinds of pieces that every view is made of.

A renderer in `sts_kg/display/views/` makes a `View` of an object; `html`, `markdown` and `text` write any view. All
text in a view is plain: writers escape it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sts_kg.safe import counted

__all__ = [
    "SIGNS",
    "Badge",
    "Block",
    "Branch",
    "Code",
    "Download",
    "Facts",
    "Figure",
    "Fold",
    "Grid",
    "Heading",
    "Inline",
    "Link",
    "Listing",
    "Paragraph",
    "Quiet",
    "Source",
    "View",
    "cut",
    "grid",
    "plain",
    "text_of",
]


@dataclass(frozen=True)
class Link:
    """Text that leads to an address; only `http:` and `https:` addresses become links."""

    text: str
    href: str
    title: str = ""


@dataclass(frozen=True)
class Badge:
    """A word with a sign and a colour: the kinds are the statuses of options, and `good`, `bad`, `note`."""

    word: str
    kind: str


#: What stands before the word of a badge, so that a status is never told by colour alone.
SIGNS: Mapping[str, str] = {
    "met": "✓",
    "not-met": "✗",
    "undetermined": "?",
    "contradictory": "!",
    "good": "✓",
    "bad": "✗",
    "note": "",
}


@dataclass(frozen=True)
class Code:
    """Text as a program reads it, such as a CURIE, a command or a file."""

    text: str


@dataclass(frozen=True)
class Quiet:
    """Text that is read second."""

    text: Inline


Inline: TypeAlias = "str | Link | Badge | Code | Quiet | tuple[Inline, ...]"


@dataclass(frozen=True)
class Heading:
    """A title within a view."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A line of text."""

    text: Inline


@dataclass(frozen=True)
class Facts:
    """Names with their values, in order; a value that is empty is left out."""

    rows: tuple[tuple[str, Inline], ...]


@dataclass(frozen=True)
class Grid:
    """A table: names of m columns, rows of m cells, and a caption that counts the rows.

    `kinds` are the types of the columns, shown beside their names, if they are given. A column of `upright` has its
    name written upwards, so that it can be narrow. `sorted_by` is the column by which the rows are sorted, and how:
    `ascending` or `descending`.
    """

    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    caption: str = ""
    kinds: tuple[str, ...] = ()
    upright: frozenset[int] = frozenset()
    sorted_by: tuple[int, str] | None = None


@dataclass(frozen=True)
class Listing:
    """A list of lines."""

    items: tuple[Inline, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Branch:
    """A line of a tree with the lines below it, which unfold."""

    text: Inline
    below: tuple[Branch, ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class Fold:
    """Blocks that unfold under a line."""

    summary: Inline
    blocks: tuple[Block, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Source:
    """Lines of a program, such as SPARQL or Turtle."""

    text: str
    language: str


@dataclass(frozen=True)
class Figure:
    """A picture as SVG markup, and its text for those who do not see it."""

    svg: str
    alt: str


@dataclass(frozen=True)
class Download:
    """A text that a reader can save as a file, without a request: it is in the page."""

    name: str
    media_type: str
    text: str


Block: TypeAlias = "Heading | Paragraph | Facts | Grid | Listing | Branch | Fold | Source | Figure | Download"


@dataclass(frozen=True)
class View:
    """What is shown of an object: a title, which may be empty, and blocks."""

    title: Inline
    blocks: tuple[Block, ...]


def grid(
    header: Sequence[Inline],
    rows: Sequence[Sequence[Inline]],
    noun: str = "row",
    *,
    most: int = 100,
    kinds: Sequence[str] = (),
    total: int | None = None,
    notes: Iterable[str] = (),
    upright: Iterable[int] = (),
) -> Grid:
    """Return a table of at most `most` rows, whose caption says how many there are and what is cut.

    `total` is the number of rows if `rows` are only the first of them.
    """
    whole = len(rows) if total is None else total
    shown = tuple(tuple(row) for row in rows[:most])
    number = counted(whole, noun)
    caption = number if len(shown) == whole else f"the first {len(shown):,} of {number}"
    return Grid(tuple(header), shown, "; ".join([caption, *notes]), tuple(kinds), frozenset(upright))


def cut(text: str, most: int = 500) -> str:
    """Return a text, or its first `most` characters and how many more there are.

    Examples
    --------
    >>> cut("abcdef", 4), cut("abcd", 4)
    ('abcd… (2 more characters)', 'abcd')
    """
    more = len(text) - most
    return text if more <= 0 else f"{text[:most]}… ({counted(more, 'more character')})"


def plain(text: Inline) -> str:
    """Return the words of a text, without links, signs and colours.

    Examples
    --------
    >>> plain(("see ", Link("S14", "https://w3id.org/sts-kg/S14"), Quiet(" (source)")))
    'see S14 (source)'
    """
    if isinstance(text, str):
        return text
    if isinstance(text, tuple):
        return "".join(map(plain, text))
    if isinstance(text, Badge):
        return text.word
    return plain(text.text) if isinstance(text, Quiet) else text.text


def text_of(pieces: Iterable[Inline], between: str = ", ") -> Inline:
    """Return texts with something between them, as one."""
    found: list[Inline] = []
    for piece in pieces:
        found += [between, piece] if found else [piece]
    return tuple(found)
