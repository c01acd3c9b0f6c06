"""Which files are tables, and who reads them."""

from __future__ import annotations

import re
from pathlib import Path

from sts_kg.errors import ParseError
from sts_kg.links.csv_table import CsvTable
from sts_kg.links.csvw import CONTEXT, described_in
from sts_kg.links.rxnorm import RxNorm
from sts_kg.links.table_source import TableSource

__all__ = ["is_table", "table_at"]


def is_table(name: str) -> bool:
    """Return whether the name of a file says that it is a table.

    Examples
    --------
    >>> is_table("formulary.CSV.gz"), is_table("RXNCONSO.RRF"), is_table("chebi.owl.gz")
    (True, True, False)
    """
    return re.search(r"(?i)\.(?:csv|tsv|tab|rrf|zip)(?:\.(?:gz|zst))?$", name) is not None


def table_at(path: Path) -> TableSource | None:
    """Return the table at a path: CSV or TSV, the metadata of one, or a release of RxNorm; None if it is none.

    Raises
    ------
    ParseError
        Nothing says what the columns of the table mean, or its metadata cannot be used.
    """
    if re.search(r"(?i)\.sssom\.(?:csv|tsv)(?:\.gz)?$", path.name):
        raise ParseError("is a mapping set and no table to link; give it as --mappings", path=path)
    if RxNorm.is_at(path):
        return RxNorm(path)
    if path.is_dir():
        return None
    if is_table(path.name):
        return CsvTable(path)
    if path.name.lower().endswith(".json") and _is_metadata(path):
        return CsvTable(described_in(path))
    return None


def _is_metadata(path: Path) -> bool:
    """Return whether a file begins as the metadata of CSVW do, whose context is their first key as a rule."""
    try:
        with path.open("rb") as file:
            return f'"{CONTEXT}"'.encode() in file.read(4_096)
    except OSError:
        return False
