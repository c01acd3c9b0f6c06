"""The mappings of random cases as rows of the four tables that cohorts read: patients, courses, growth, no growth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Tables = dict[str, list[dict[str, str]]]


def listed(value: Any) -> list[str]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [str(value)]


def tables(cases: Iterable[Mapping[str, Any]]) -> Tables:
    """Return the rows of each table; a course has an id where growth is recorded with it."""
    found: Tables = {"patients": [], "courses": [], "growth": [], "no_growth": []}
    for case in cases:
        name = case["case"]
        patient = {key: str(case[key]) for key in ("case", "as_of", "history_complete") if key in case}
        patient |= {key: str(value) for key, value in case.get("findings", {}).items()}
        if case.get("declines"):
            patient["declines"] = " ".join(listed(case["declines"]))
        found["patients"].append(patient)
        for number, course in enumerate(case.get("courses", ()), 1):
            row = {"case": name, "course": f"c{number}"}
            for key, value in course.items():
                if key != "growth":
                    row[key] = " ".join(listed(value))
            found["courses"].append(row)
            found["growth"] += [
                {"case": name, "course": f"c{number}", "date": day} for day in listed(course.get("growth"))
            ]
        found["growth"] += [{"case": name, "date": day} for day in listed(case.get("growth"))]
        found["no_growth"] += [{"case": name, **period} for period in case.get("no_growth", ())]
    return found
