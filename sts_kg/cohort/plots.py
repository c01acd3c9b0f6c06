"""Pictures of the tables of a cohort, as SVG: pure, a table in and a text out, the same text for the same table.

A hidden count is a hatched piece whose length tells nothing that could not be computed. Status is told by words, place
and lightness, so that the pictures can be read in black and white; the colours are those of Okabe and Ito.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from sts_kg.cohort.release import HIDDEN
from sts_kg.rdf import compress, local
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Table, escaped, needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Plot", "combinations", "funnel", "questions", "statuses"]

# Okabe and Ito, Color Universal Design (2008); from dark to light: black, blue, orange, light grey.
_BLACK, _BLUE, _ORANGE, _GREY = "#000000", "#0072B2", "#E69F00", "#DDDDDD"
_FAINT = "#F4F4F4"
#: Inches: how long the longest bar is, and how high a line of a label and the gap between two rows.
_LENGTH, _LINE, _GAP = 4.2, 0.165, 0.12
#: Points between the right ends of two columns of numbers.
_COLUMN = 68
#: How much longer than the bars of a picture a piece of unknown length makes its axis.
_STUB = 0.04
_MOST_SETS = 24
_HIDDEN: Mapping[str, Any] = {"facecolor": "white", "edgecolor": "#555555", "hatch": "/////", "linewidth": 0.6}
_STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sts_kg",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True)
class _Part:
    """A piece of each bar, and the column of numbers that goes with it; a column without a colour has no piece."""

    name: str
    colour: str | None


@dataclass(frozen=True)
class _Row:
    """A bar: its label, the numbers beside it, in the order of the parts, and the sum of those that are pieces.

    None is hidden.
    """

    label: str
    numbers: tuple[int | None, ...]
    total: int | None


def statuses(counts: Table, *, footer: str) -> Plot:
    """Return bars of how many patients each option is met for, not met and undetermined, from `Cohort.counts()`.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    names = ("met", "undetermined", "not_met", "contradictory")
    colours = (_BLUE, _GREY, _ORANGE, _BLACK)
    parts = [_Part(name.replace("_", " "), colour) for name, colour in zip(names, colours, strict=True)]
    labels = {compress(str(option)): label for option, label in counts.labels.items()}
    rows = [
        _Row(labels[str(row["option"])], tuple(_count(row[name]) for name in names), _count(row["patients"]))
        for row in counts.to_dicts()
    ]
    patients = _text(rows[0].total if rows else 0)
    return _bars(f"Options by status, {patients} patients", rows, parts, counts.notes, footer)


def funnel(steps: Table, option: str, *, footer: str) -> Plot:
    """Return bars of how many patients are left after each part of a condition, from `Cohort.funnel()`.

    `option` is its name in the title.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    parts = [_Part("yes", _BLUE), _Part("not known", _GREY), _Part("no", _ORANGE)]
    found = steps.to_dicts()
    total = _count(found[0]["yes"])
    rows = [
        _Row(str(row["part"]), tuple(_count(row[name]) for name in ("yes", "unknown", "no")), total) for row in found
    ]
    return _bars(f"{option}: patients left after each part of the condition", rows, parts, steps.notes, footer)


def questions(asked: Table, *, footer: str) -> Plot:
    """Return bars of how many patients wait for each question, and whom it alone settles, from `Cohort.ask()`.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    parts = [_Part("settled\nby it alone", _BLUE), _Part("more is\nmissing", _GREY), _Part("patients\nwaiting", None)]
    rows = []
    for row in asked.to_dicts():
        waiting, settled = _count(row["waiting"]), _count(row["settled"])
        more = None if waiting is None or settled is None else waiting - settled
        rows.append(_Row(str(row["question"]), (settled, more, waiting), waiting))
    return _bars("Patients waiting for each question", rows, parts, asked.notes, footer)


def combinations(patterns: Table, *, footer: str) -> Plot:
    """Return a matrix of the sets of options that are met together, with bars, from `Cohort.patterns()`: an UpSet plot.

    The most frequent sets are drawn, the others are counted in a line.

    Raises
    ------
    ImportError
        matplotlib is not installed.

    References
    ----------
    Lex et al., UpSet: Visualization of Intersecting Sets (2014), https://doi.org/10.1109/TVCG.2014.2346248
    """
    labels = {local(option): label for option, label in patterns.labels.items()}
    counts = [(row["options"], _count(row["patients"])) for row in patterns.to_dicts()]
    named = [(str(options).split(), n) for options, n in counts if options is not None]
    others = [n for options, n in counts if options is None]
    drawn, left = named[:_MOST_SETS], [n or 0 for _, n in named[_MOST_SETS:]]
    rows = [name for name in labels if any(name in options for options, _ in drawn)]
    most = max((n or 0 for _, n in counts), default=0) or 1
    with needed("matplotlib", "a picture", "notebook").rc_context(_STYLE):
        height = 0.19 * len(rows) + 0.01
        figure = _figure(0.26 * max(len(drawn) + len(others), 1), 1.6 + height)
        top, matrix = figure.subplots(
            2, 1, sharex=True, gridspec_kw={"height_ratios": [1.6, height], "hspace": 0.08 / (1.6 + height)}
        )
        for at in range(0, len(rows), 2):
            matrix.axhspan(at - 0.5, at + 0.5, color=_FAINT, zorder=0)
        for at, (options, n) in enumerate(drawn):
            _column(top, at, n, most, {"color": _BLUE})
            _dots(matrix, at, [rows.index(name) for name in options], len(rows))
        for at, n in enumerate(others, len(drawn)):
            _column(top, at, n, most, _HIDDEN)
            under = {"textcoords": "offset points", "rotation": 90, "ha": "center", "va": "top"}
            matrix.annotate("other sets", (at, -0.5), (0, -4), **under)
        matrix.set_yticks(range(len(rows)), [labels[name] for name in rows])
        matrix.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        matrix.set_xlim(-0.6, max(len(drawn) + len(others), 1) - 0.4)
        top.set_ylim(0, most)
        top.set_yticks([])
        for axes in (top, matrix):
            _bare(axes)
        notes = ["A column is a set: ● met, ○ not met or undetermined."] if rows else []
        if left:
            notes.append(f"Not drawn: {counted(len(left), 'set')} with {counted(sum(left), 'patient')}.")
        words = [f"{' and '.join(labels[each] for each in options) or 'none'}: {_text(n)}" for options, n in drawn]
        words += [f"other sets: {_text(n)}" for n in others]
        title = "Sets of options that are met together, with patients"
        return _svg(figure, title, words, (*notes, *patterns.notes), footer)


def _bars(title: str, rows: Sequence[_Row], parts: Sequence[_Part], notes: Sequence[str], footer: str) -> Plot:
    """Return a picture of bars, each with its label on the left and its numbers on the right."""
    with needed("matplotlib", "a picture", "notebook").rc_context(_STYLE):
        labels = [wrap(row.label, 46) or [""] for row in rows]
        heights = [_LINE * len(lines) + _GAP for lines in labels]
        figure = _figure(_LENGTH, sum(heights) + 0.01)
        axes = figure.subplots()
        most = max((row.total or sum(_pieces(row, parts)) for row in rows), default=0) or 1
        places, bottom = [], 0.0
        for row, height in zip(rows, heights, strict=True):
            places.append(bottom + height / 2)
            bottom += height
            _bar(axes, places[-1], row, parts, most * _STUB)
            for column, count in enumerate(row.numbers, 1):
                _beside(axes, places[-1], column, _text(count), va="center_baseline")
        for column, part in enumerate(parts, 1):
            _beside(axes, 0, column, part.name, up=4, va="bottom")
            if part.colour:
                _beside(axes, 0, column, "■", up=4 + 12 * len(part.name.split("\n")), va="bottom", color=part.colour)
        axes.set_yticks(places, ["\n".join(lines) for lines in labels])
        axes.set_ylim(max(bottom, _LINE), 0)
        axes.set_xlim(0, most * (1 + _STUB * any(row.total is None for row in rows)))
        _bare(axes)
        if any(None in row.numbers for row in rows):
            notes = (
                *notes,
                "A hatched piece is what is hidden of a bar; it is short where the whole is hidden, too.",
            )
        names = [part.name.replace("\n", " ") for part in parts]
        words = [
            f"{row.label}: {', '.join(f'{_text(n)} {name}' for n, name in zip(row.numbers, names, strict=True))}"
            for row in rows
        ]
        return _svg(figure, title, words, notes, footer)


def _pieces(row: _Row, parts: Sequence[_Part]) -> list[int]:
    return [count or 0 for count, part in zip(row.numbers, parts, strict=True) if part.colour]


def _bar(axes: Axes, at: float, row: _Row, parts: Sequence[_Part], stub: float) -> None:
    """Draw a bar; what is hidden of it is one piece: the rest of the total, if that is known, else a stub."""
    rest: float | None = stub if row.total is None else row.total - sum(_pieces(row, parts))
    left = 0.0
    for count, part in zip(row.numbers, parts, strict=True):
        if part.colour and count:
            axes.barh(at, count, _LINE, left, color=part.colour, edgecolor="white", linewidth=0.4)
            left += count
        elif part.colour and count is None and rest:
            axes.barh(at, rest, _LINE, left, **_HIDDEN)
            left, rest = left + rest, None


def _beside(axes: Axes, at: float, column: int, text: str, up: float = 0, **style: Any) -> None:
    """Write into a column on the right of the bars, some points up."""
    place = column * _COLUMN, up
    axes.annotate(text, (1, at), place, ("axes fraction", "data"), textcoords="offset points", ha="right", **style)


def _column(axes: Axes, at: int, n: int | None, most: int, style: Mapping[str, Any]) -> None:
    height = most * _STUB if n is None else n
    axes.bar(at, height, 0.62, **style)
    axes.annotate(_text(n), (at, height), (0, 3), textcoords="offset points", rotation=90, ha="center", va="bottom")


def _dots(axes: Axes, at: int, met: Sequence[int], n: int) -> None:
    others = [place for place in range(n) if place not in met]
    axes.plot([at] * len(others), others, "o", markersize=4.5, markerfacecolor="white", markeredgecolor="#999999")
    axes.plot([at] * len(met), met, "-o", markersize=5.5, color=_BLACK, linewidth=1.2)


def _figure(width: float, height: float) -> Figure:
    """Return a figure whose axes have this size in inches; what stands around them is added when it is written."""
    figure: Figure = needed("matplotlib.figure", "a picture", "notebook").Figure(figsize=(width, height), dpi=72)
    figure.subplots_adjust(0, 0, 1, 1)
    return figure


def _bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color("#999999")


def _svg(figure: Figure, title: str, words: Sequence[str], notes: Sequence[str], footer: str) -> Plot:
    """Return a figure with a title above, and notes and the footer below all that is in it."""
    renderer = needed("matplotlib.backends.backend_agg", "a picture", "notebook").FigureCanvasAgg(figure).get_renderer()
    drawn = figure.get_tightbbox(renderer).padded(0)
    width = max(drawn.width, 5.5)
    left, top, bottom = drawn.x0 / figure.get_figwidth(), drawn.y1, drawn.y0
    lines = [line for note in (*notes, footer) for line in wrap(note, int(width * 17))]
    figure.text(left, (top + 0.12) / figure.get_figheight(), title, va="bottom", fontweight="bold", fontsize=11)
    figure.text(
        left, (bottom - 0.12) / figure.get_figheight(), "\n".join(lines), va="top", fontsize=7.5, linespacing=1.3
    )
    written = io.StringIO()
    figure.savefig(written, format="svg", bbox_inches="tight", pad_inches=0.15, metadata={"Date": None, "Title": title})
    alt = " ".join(f"{each.rstrip('.')}." for each in (title, *words, *notes, footer))
    return Plot(_with_attributes(written.getvalue(), alt), title, alt)


#: What matplotlib writes of all lines in a stylesheet; as attributes of the picture it holds below it.
_JOINED = 'stroke-linejoin="round" stroke-linecap="butt"'


def _with_attributes(svg: str, alt: str) -> str:
    """Return the SVG of matplotlib without stylesheets and `style=`, which a strict Content-Security-Policy refuses.

    Ids that nothing refers to are left out, and the others bear a digest of the picture, so that several fit on a page.
    """
    text = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r' style="([^"]*)"', _attributes, text).replace(
        "<svg ", f'<svg role="img" aria-label="{escaped(alt)}" {_JOINED} ', 1
    )
    used = {*re.findall(r'(?:url\(|href=")#([^)"]+)', text)}
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    text = re.sub(r' id="([^"]+)"', lambda found: f' id="{mark}-{found[1]}"' if found[1] in used else "", text)
    return re.sub(r'(url\(|href=")#', rf"\1#{mark}-", text)


def _attributes(style: re.Match[str]) -> str:
    found = []
    for each in filter(None, map(str.strip, style[1].split(";"))):
        name, _, value = (part.strip() for part in each.partition(":"))
        if name == "font":  # the short form of matplotlib: weight, if it is not normal, size and family
            *weight, size, family = re.split(r" (?=[\d.]+px)|(?<=px) ", value)
            found += [f'font-weight="{weight[0]}"'] if weight else []
            found += [f'font-size="{size}"', f'font-family="{_FAMILY.get(family, family)}"']
        else:
            found.append(f'{name}="{value}"')
    return f" {' '.join(found)}" if found else ""


_FAMILY = {
    "'DejaVu Sans'": "DejaVu Sans, Verdana, sans-serif",
    "'DejaVu Sans', sans-serif": "DejaVu Sans, Verdana, sans-serif",
}


class Plot(Shown, str):
    """The SVG of a picture as text, which a notebook shows; its `heading`, and `alt`: what it says, in words."""

    heading: str
    alt: str

    def __new__(cls, svg: str, heading: str = "", alt: str = "") -> Plot:
        """Return the text with what is said of it."""
        made = super().__new__(cls, svg)
        made.heading, made.alt = heading, alt
        return made

    def __repr__(self) -> str:
        return f"<Plot: {self.heading}; {counted(len(self), 'character')} of SVG>"


def _text(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"


def _count(value: object) -> int | None:
    assert value is None or isinstance(value, int), "counts are whole numbers"
    return value
