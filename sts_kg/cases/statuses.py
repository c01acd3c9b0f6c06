"""The three values of an option for a case."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

__all__ = ["STATUSES", "Status"]

Status: TypeAlias = Literal["met", "not-met", "undetermined"]
STATUSES: tuple[Status, ...] = get_args(Status)
