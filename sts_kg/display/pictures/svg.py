"""The SVG of a layout engine in one clean form: no prolog, no `style=`, no script, no ids, nothing from elsewhere.

Colours are attributes, so that the picture can be read where there is no stylesheet; ours overrides them by class.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from sts_kg.display.pictures.drawing import Part

__all__ = ["FONTS", "clean"]

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
