"""What became of several graphs: a list of records that is shown as one table."""

from __future__ import annotations

from typing import TypeVar

from sts_kg.safe import counted
from sts_kg.shown import Shown

__all__ = ["Outcomes"]

_T = TypeVar("_T")


class Outcomes(Shown, list[_T]):
    """A list with a record for each graph, as `push`, `verify` and `dump` return them."""

    def __repr__(self) -> str:
        kind = f" {type(self[0]).__name__}" if self else ""
        return f"<Outcomes{kind}: {counted(len(self), 'graph')}>"
