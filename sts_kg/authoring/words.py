"""The words by which engines are chosen; nothing is loaded for them."""

from __future__ import annotations

__all__ = ["ENGINES"]

#: The closure of OWL 2 RL, the bits of the plan, and the SQL of the plan in SQLite.
ENGINES = ("closure", "bits", "sql")
