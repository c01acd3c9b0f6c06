"""What others wrote for browsers: `VENDOR.json` says where from and how it is bundled, `update.py` makes it anew."""

from __future__ import annotations

from importlib import resources

__all__ = ["vendored"]


def vendored(name: str) -> str:
    """Return the text of a vendored module, `cytoscape.esm.min.mjs` or `codemirror.min.mjs`."""
    return (resources.files("sts_kg.display.vendor") / name).read_text(encoding="utf-8")
