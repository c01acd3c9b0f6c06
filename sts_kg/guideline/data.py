"""Where the shipped ontology and queries lie, their version, and the source page if the user has it."""

from __future__ import annotations

import os
from pathlib import Path

from sts_kg.errors import UnknownNameError
from sts_kg.rdf import shipped

__all__ = ["guideline_folder", "ontology_folder", "queries_folder", "source_page", "version"]


def ontology_folder() -> Path:
    """Return the folder of the shipped ontology."""
    return shipped("ontology")


def guideline_folder(given: str | Path | None = None) -> Path:
    """Return the folder of a guideline: the one given, or the shipped one; `example:NAME` names one that is fictional.

    Raises
    ------
    UnknownNameError
        No fictional guideline has that name.
    """
    if given is None:
        return ontology_folder()
    kind, _, name = str(given).partition(":")
    if kind != "example":
        return Path(given)
    known = {each.name: each for each in (ontology_folder() / "guidelines").glob("*/")}
    if name not in known:
        raise UnknownNameError("fictional guideline", name, known)
    return known[name]


def queries_folder() -> Path:
    """Return the folder of the shipped canned queries."""
    return shipped("queries")


def version() -> str:
    """Return the version of the shipped ontology (`owl:versionInfo`), which is that of the package."""
    header = (ontology_folder() / "sts.ttl").read_text(encoding="utf-8")
    return header.partition('owl:versionInfo "')[2].partition('"')[0]


def source_page(given: str | Path | None = None) -> Path | None:
    """Return the path of the source page: the one given, else `$STS_KG_SOURCE`, else None. It is not shipped."""
    if given is not None:
        return Path(given)
    named = os.environ.get("STS_KG_SOURCE")
    return Path(named) if named else None
