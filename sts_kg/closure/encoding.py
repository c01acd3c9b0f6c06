"""The second door of the closure, for bulk work on triples: terms are integers, triples are columns of integers.

| Name | What it is |
| --- | --- |
| `Terms` | The dictionary: each distinct term, as canonical N-Triples (bytes), has an id: 0, 1, 2, … |
| `read` | Yields the triples of files and graphs: `subjects`, `predicates`, `objects`, each (n,) of ids, in parallel. |
| `Ids` | The type of an array of int64, (n,): ids, or numbers of rows. |
| `unique` | The values of an array, sorted, without repetitions, (m,) with m ≤ n. |
| `contains` | For each of n values whether a sorted array has it, (n,) of bool. |
| `expand` | From n ranges of rows, `low` and `high`, to pairs of (number of the range, row), each (m,), in slices. |
"""

from __future__ import annotations

from sts_kg.closure.columns import Ids, contains, expand, unique
from sts_kg.closure.io.reading import read
from sts_kg.closure.terms import Terms

__all__ = ["Ids", "Terms", "contains", "expand", "read", "unique"]
