"""The engines that golden cases are run by, each with the cases that it cannot take, and why."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rdflib import URIRef

from sts_kg.authoring.in_sqlite import statuses_in_sqlite
from sts_kg.cases import Case, Session, Status, facts_of_cases
from sts_kg.errors import InconsistentError, StsKgError
from sts_kg.plan import Bits, Plan, Values, numbers, plan_of
from sts_kg.shown import Shown

__all__ = ["LeftOut", "Said", "ask"]


@dataclass(frozen=True)
class LeftOut(Shown):
    """An engine that could not take a case, or, where `case` is empty, any case; and why."""

    engine: str
    case: str
    reason: str

    def __repr__(self) -> str:
        return f"<LeftOut: {self}>"

    def __str__(self) -> str:
        return f"{self.engine}, {f'case {self.case}' if self.case else 'all cases'}: {self.reason}"

    def as_dict(self) -> dict[str, object]:
        """Return the engine, the case (None for all) and the reason."""
        return {"engine": self.engine, "case": self.case or None, "reason": self.reason}


@dataclass
class Said:
    """What an engine says: the status of each option by the id of the case, and what it left out."""

    statuses: dict[str, dict[URIRef, Status]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def ask(session: Session, engines: Sequence[str]) -> Mapping[str, Said]:
    """Return what engines say of the cases of a session."""
    said = {engine: Said() for engine in engines}
    if "closure" in said:
        said["closure"].statuses = _by_closure(session)
    by_plan = [engine for engine in engines if engine != "closure"]
    try:
        plan = plan_of(session.guideline) if by_plan else None
    except StsKgError as error:  # it breaks the linear law, or has a condition that is none of With and Without
        said |= {engine: Said(left_out=[LeftOut(engine, "", f"there is no plan: {error}")]) for engine in by_plan}
        return said
    for engine in by_plan:
        assert plan is not None, "an engine by the plan is asked"
        if engine == "bits":
            said[engine].statuses = _by_bits(session, plan)
        else:
            said[engine] = _by_sql(session.cases, plan)
    return said


def _by_closure(session: Session) -> dict[str, dict[URIRef, Status]]:
    found: dict[str, dict[URIRef, Status]] = {}
    for case in session.cases:
        try:
            found[case.id] = {answer.option: answer.status for answer in session.answers_of(case)}
        except InconsistentError:
            found[case.id] = dict.fromkeys(session.guideline.conditions, "contradictory")
    return found


def _by_bits(session: Session, plan: Plan) -> dict[str, dict[URIRef, Status]]:
    cases = session.cases
    values = Values(plan, facts_of_cases(cases, plan, session.guideline.vocabulary))
    found: dict[str, dict[URIRef, Status]] = {case.id: {} for case in cases}
    for option in plan.options:
        columns: dict[Status, Bits] = {
            "met": values.met(option),
            "not-met": values.unmet(option),
            "undetermined": values.undetermined(option),
            "contradictory": values.contradictory,
        }
        for status, bits in columns.items():
            for number in numbers(bits, len(cases)):
                found[cases[number].id][option] = status
    return found


def _by_sql(cases: Sequence[Case], plan: Plan) -> Said:
    try:
        statuses, reasons = statuses_in_sqlite(cases, plan)
    except (sqlite3.Error, StsKgError) as error:
        return Said(left_out=[LeftOut("sql", "", f"SQLite does not run the SQL: {error}")])
    return Said(statuses, [LeftOut("sql", case, reason) for case, reason in reasons.items()])
