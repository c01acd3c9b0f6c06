"""Grey hush for tests: its folder, its golden cases as written, and a hundred animals as tables of a cohort."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import guidelines_oracle as oracle
import yaml
from tables_of_cases import tables, written

from sts_kg.guideline.data import ontology_folder
from sts_kg.rdf import local

FOLDER = ontology_folder() / "guidelines" / "grey-hush"
BASE = "https://example.org/grey-hush/"
CASES = sorted((FOLDER / "cases").glob("*.yaml"))


def golden() -> list[dict[str, Any]]:
    """Return the golden cases as they are written, all of their values as text."""
    return [case for path in CASES for case in yaml.load_all(path.read_text(encoding="utf-8"), yaml.BaseLoader)]


GOLDEN = {case["case"]: case for case in golden()}


def expected(case: dict[str, Any]) -> dict[str, str]:
    said = {**case["expected"]}
    others = said.pop("others", "")
    assert {*said} <= {*oracle.CONDITIONS}
    return {option: said.get(option, others) for option in oracle.CONDITIONS}


def name_of(option: str) -> str:
    return local(option).removeprefix("option-")


def animals() -> list[dict[str, Any]]:
    """Return a hundred invented humbrels with findings, numbers and courses."""
    by = random.Random(7)
    found = []
    for number in range(100):
        case: dict[str, Any] = {"case": f"humbrel-{number}", "as_of": "2026-06-01"}
        likely = [("grey-hush", 0.95), ("carrying-young", 0.25), ("spots-only-on-ears", 0.4), ("certain-valley", 0.4)]
        likely += [("resectable", 0.5), ("treatments-no-longer-help", 0.2)]
        case["findings"] = {
            name: "yes" if by.random() < chance else "no" for name, chance in likely if by.random() < 0.7
        }
        if by.random() < 0.8:
            case["spot_count"] = str(by.randint(5, 8))
        if by.random() < 0.8:
            case["body_warmth"] = by.choice(["30", "31.4", "31.5", "31.50", "31.51", "33"])
        case["courses"] = [course(by) for _ in range(by.choice([0, 0, 1, 2]))]
        if by.random() < 0.4:
            case["growth"] = [by.choice(["2025-08-01", "2026-03-01", "2026-04-01"])]
        if by.random() < 0.5:
            case["history_complete"] = "yes"
        if by.random() < 0.1:
            case["declines"] = ["hush-treatment"]
        found.append(case)
    return found


def course(by: random.Random) -> dict[str, Any]:
    therapies = by.choice(
        [["lumivane"], ["lumivane", "ossamoss"], ["tarrowleaf"], ["ossamoss"], ["draught"], ["warm-nest"]]
    )
    found: dict[str, Any] = {"therapies": therapies, "start": "2024-12-01"}
    if by.random() < 0.7:
        found["end"] = by.choice(["2025-03-01", "2025-03-31", "2025-07-31"])
        found["outcome"] = by.choice(["brought-no-change", "spat-out"])
    if by.random() < 0.1:
        found["for"] = "another-ailment"
    return found


def counts_by_hand(cases: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    found = {option: Counter[str]() for option in oracle.CONDITIONS}
    for case in cases:
        facts = oracle.facts_of(case)
        for option in oracle.CONDITIONS:
            found[option][oracle.statuses(facts)[option] if facts is not None else "contradictory"] += 1
    return found


def written_animals(folder: Path, cases: list[dict[str, Any]]) -> dict[str, Path]:
    """Write the animals as the tables of a cohort, and return their files."""
    rows = tables(cases)
    for row, case in zip(rows["patients"], cases, strict=True):
        row.update({key: case[key] for key in ("spot_count", "body_warmth") if key in case})
    return written(folder, rows)
