"""The vocabularies in which a guideline can be described as a data set."""

from __future__ import annotations

__all__ = ["DESCRIPTIONS"]

#: VoID, DCAT and schema.org.
DESCRIPTIONS = ("void", "dcat", "schema")
