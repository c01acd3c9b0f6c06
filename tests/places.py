"""Where the project, its examples and the page are."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "ontology" / "examples"


def _page() -> Path | None:
    """Return what STS_KG_SOURCE names, else the page beside the project in `shared`; None if there is neither."""
    beside = ROOT.parent / "shared" / "source" / "stage-4-soft-tissue-sarcoma.txt"
    path = Path(os.environ.get("STS_KG_SOURCE") or beside)
    return path if path.exists() else None


PAGE = _page()
os.environ.pop("STS_KG_SOURCE", None)
