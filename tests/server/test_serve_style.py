"""The colours of the pages: enough contrast, light and dark, for each pair that stands on one another."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from sts_kg.display import stylesheet

#: What is written, and on what.
PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "mark") for ground in ("card", "tint")),
    ("card", "mark"),
    *((f"{status}-ink", status) for status in ("met", "not-met", "undetermined", "contradictory")),
]
PAGE = (resources.files("sts_kg.server") / "static" / "page.css").read_text(encoding="utf-8")


def palette(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r"\.sts-kg-palette(?:,[^{}]*)?\{\s*(--[^{}]*)\}", stylesheet())
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]+)", light if scheme == "light" else dark))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(scheme: str) -> None:
    colours = palette(scheme)
    weak = {pair: found for pair in PAIRS if (found := contrast(*(colours[name] for name in pair))) < 4.5}
    assert weak == {}


def test_light_and_dark_have_the_same_names_and_pages_use_no_other() -> None:
    names = palette("light").keys()
    assert palette("dark").keys() == names
    assert set(re.findall(r"var\(--([\w-]+)\)", PAGE + stylesheet())) <= names
    screen = PAGE[: PAGE.index("@media print")]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", screen) == []


def test_pages_fetch_nothing_by_their_style() -> None:
    assert re.findall(r"url\(|@import|http", PAGE.replace('[href^="http"]', "")) == []
