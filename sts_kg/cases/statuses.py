"""The statuses of an option for a case, and their wordings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

__all__ = ["NOT_MET_AS_READ", "STATUSES", "WORDING", "Status"]

Status: TypeAlias = Literal["met", "not-met", "undetermined", "contradictory"]
STATUSES: tuple[Status, ...] = get_args(Status)

#: What each status says; not met never says more than this (D25).
WORDING: Mapping[str, str] = {
    "met": "the condition that the source states is met",
    "not-met": "the source does not describe this option for this situation",
    "undetermined": "the source’s condition is neither met nor ruled out by what is known",
    "contradictory": "what is known of the case contradicts itself, so nothing follows from it",
}

#: What not met says where another reading of the source could say otherwise; it claims nothing of the source itself.
NOT_MET_AS_READ = "as the source is read here{}, its condition is known not to hold"
