"""What a check finds wrong: one value for the checks of the ontology, of its profile and of the queries."""

from __future__ import annotations

from dataclasses import dataclass

from sts_kg.shown import Shown

__all__ = ["Violation"]


@dataclass(frozen=True, order=True)
class Violation(Shown):
    """One thing that a check found wrong.

    `check` is the check's id, `subject` the offending term (CURIE or N-Triples), file or query, `message` what is
    wrong with it, `remedy` what would be right.
    """

    check: str
    subject: str
    message: str
    remedy: str = ""

    def __repr__(self) -> str:
        return f"<Violation: {self.check}, {self.subject}>"

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")
