"""How far the slice of an external ontology goes."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

__all__ = ["SLICES", "Slice"]

Slice: TypeAlias = Literal["star", "up", "down", "module"]

#: star: the terms; up: also all above and about them; down: also all below; module: also all that they use.
SLICES: tuple[Slice, ...] = get_args(Slice)
