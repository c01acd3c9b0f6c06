"""The SVG of a layout engine in one clean form: no prolog, no `style=`, no script, no ids, nothing from elsewhere.

Colours are attributes, so that the picture can be read where there is no stylesheet; ours overrides them by class.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from xml.etree import ElementTree as ET

from sts_kg.display.pictures.drawing import Part, shortened
from sts_kg.safe import visible

__all__ = ["FONTS", "captioned", "clean"]

SVG = "http://www.w3.org/2000/svg"
FONTS = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
#: Pixels of a screen for a unit of the picture, whose words are 11 units high.
ENLARGED = 1.15
_KEPT = frozenset(
    "class d points x y cx cy rx ry fill stroke stroke-width stroke-dasharray text-anchor font-size transform".split()
)


def clean(svg: str, parts: Mapping[str, Part], *, title: str, alt: str) -> str:
    """Return the SVG of an engine in our form; `title` and `alt` are what is said of the whole picture."""
    drawn = ET.fromstring(_without_prolog(svg))
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    root = ET.Element(
        "svg",
        {
            "xmlns": SVG,
            "class": "sts-kg-picture",
            "viewBox": drawn.attrib["viewBox"],
            "width": f"{width * ENLARGED:.0f}",
            "height": f"{height * ENLARGED:.0f}",
            "role": "img",
            "aria-label": alt,
            "font-family": FONTS,
        },
    )
    ET.SubElement(root, "title").text = title
    for child in drawn:
        _add(root, child, parts)
    return ET.tostring(root, encoding="unicode") + "\n"


#: Units that a caption is wide at least, and what a letter and a line of it take.
_NARROWEST, _LETTER, _LINE = 320.0, 6.0, 13.0


def captioned(svg: str, title: str, notes: Sequence[str]) -> str:
    """Return the SVG of `clean` as it goes into a file, which stands alone: its title above it, its notes below it."""
    drawn = ET.fromstring(svg)
    ET.register_namespace("", SVG)
    left, top, width, height = map(float, drawn.attrib["viewBox"].split())
    wide = max(width, _NARROWEST)
    columns = int(wide / _LETTER)
    above = wrap(visible(shortened(title)), int(columns * 0.8))
    below = [line for note in notes for line in wrap(visible(note), columns)]
    high = top - (len(above) + 1) * 1.3 * _LINE
    tall = height + top - high + (len(below) + 1) * _LINE
    drawn.attrib |= {
        "viewBox": f"{left:g} {high:g} {wide:g} {tall:g}",
        "width": f"{wide * ENLARGED:.0f}",
        "height": f"{tall * ENLARGED:.0f}",
    }
    ground = f"M{left:g} {high:g}h{wide:g}v{tall:g}h{-wide:g}z"
    drawn.insert(1, ET.Element(f"{{{SVG}}}path", {"fill": "white", "d": ground}))
    lines = [(13, "#1c2430", high + (at + 1) * 1.3 * _LINE, text) for at, text in enumerate(above)]
    lines += [(10, "#4a5563", top + height + (at + 1) * _LINE, text) for at, text in enumerate(below)]
    for size, fill, y, text in lines:
        place = {"x": f"{left + 6:g}", "y": f"{y:g}", "font-size": str(size), "fill": fill}
        ET.SubElement(drawn, f"{{{SVG}}}text", place).text = text
    return ET.tostring(drawn, encoding="unicode") + "\n"


def _without_prolog(svg: str) -> str:
    return svg[svg.index("<svg") :]


def _add(parent: ET.Element, drawn: ET.Element, parts: Mapping[str, Part]) -> None:
    kind = drawn.tag.removeprefix(f"{{{SVG}}}")
    if kind not in ("g", "path", "polygon", "polyline", "ellipse", "text"):
        return
    kept = {name: value for name, value in drawn.attrib.items() if name in _KEPT}
    if kind == "g" and kept.get("class") == "graph":
        kept["class"] = "ground"
    made = ET.SubElement(parent, kind, kept)
    if kind == "text":
        made.text = "".join(drawn.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    elif (part := parts.get(re.sub(r"_.*", "", drawn.attrib.get("id", "")))) is not None:
        ET.SubElement(made, "title").text = part.tip
    for child in drawn:
        _add(made, child, parts)
