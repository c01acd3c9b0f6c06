"""A picture as PNG: its SVG drawn by resvg with the fonts of matplotlib, so that the same words appear everywhere."""

from __future__ import annotations

from pathlib import Path

from sts_kg.display.pictures.svg import FONTS
from sts_kg.errors import MissingLibraryError, PictureError

__all__ = ["drawn"]

MOST_SCALE = 10.0
#: It comes with matplotlib; letters that it lacks come from the fonts of the system.
FONT = "DejaVu Sans"


def drawn(svg: str, scale: float) -> bytes:
    """Return an SVG as PNG on white, `scale` pixels for each of its units.

    Raises
    ------
    MissingLibraryError
        resvg or matplotlib is not installed.
    PictureError
        The scale is not above 0 and at most 10.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise MissingLibraryError("resvg-py", "a picture as PNG", "notebook") from error
    if not 0 < scale <= MOST_SCALE:
        raise PictureError(f"the scale {scale:g} is not above 0 and at most {MOST_SCALE:g}")
    text = svg.replace(f'font-family="{FONTS}"', f'font-family="{FONT}"')
    return bytes(
        svg_to_bytes(svg_string=text, zoom=scale, background="white", font_dirs=[str(_fonts())], font_family=FONT)
    )


def _fonts() -> Path:
    try:
        from matplotlib import get_data_path
    except ImportError as error:
        raise MissingLibraryError("matplotlib", "a picture as PNG", "notebook") from error
    return Path(get_data_path()) / "fonts" / "ttf"
