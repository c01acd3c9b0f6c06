"""How far the slice of an external ontology goes."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

__all__ = ["SLICES", "Slice"]

Slice: TypeAlias = Literal["star", "up", "down", "module"]

#: star: the terms; up: and everything above and about them; down: and everything below; module: and all that they use.
SLICES: tuple[Slice, ...] = get_args(Slice)
