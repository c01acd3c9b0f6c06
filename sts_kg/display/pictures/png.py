"""A picture as PNG: its SVG drawn by resvg with the fonts of matplotlib, so that the same words appear everywhere."""

from __future__ import annotations

from pathlib import Path

from sts_kg.errors import MissingLibraryError

__all__ = ["drawn"]


def drawn(svg: str, scale: float) -> bytes:
    """Return an SVG as PNG on white, `scale` pixels for each of its units.

    Raises
    ------
    MissingLibraryError
        resvg is not installed.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise MissingLibraryError("resvg-py", "a picture as PNG", "notebook") from error
    return bytes(
        svg_to_bytes(svg_string=svg, zoom=scale, background="white", font_dirs=[str(_fonts())], font_family="DejaVu Sans")
    )


def _fonts() -> Path:
    try:
        from matplotlib import get_data_path
    except ImportError as error:
        raise MissingLibraryError("matplotlib", "a picture as PNG", "notebook") from error
    return Path(get_data_path()) / "fonts" / "ttf"
