"""Terms as integers and columns of them: the second door of the closure, for bulk work on triples."""

from __future__ import annotations

from sts_kg.closure.columns import Ids, contains, expand, unique
from sts_kg.closure.io.reading import read
from sts_kg.closure.terms import Terms

__all__ = ["Ids", "Terms", "contains", "expand", "read", "unique"]
