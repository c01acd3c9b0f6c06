"""Random cases with courses, dates and marks, as the mappings that a case file would give."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from typing import Any

import oracle

CASES = 300
LIKELY_TO_HANG = 150
#: Ends at which a year, a month or a leap year turns.
ENDS = [
    *(date(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 28), date(2023, 2, 28), date(2024, 3, 1), date(2023, 3, 1)),
    *(date(2023, 12, 31), date(2024, 1, 1), date(2024, 5, 31), date(2024, 6, 1)),
]
THERAPIES = """
doxorubicin, doxorubicin, doxorubicin, doxorubicin ifosfamide, doxorubicin ifosfamide, doxorubicin chemotherapy,
doxorubicin sbrt, ifosfamide, chemotherapy, chemotherapy radiation-therapy, other-chemotherapy-drug, pazopanib,
targeted-therapy, radiation-therapy, radiation-therapy, external-radiation-therapy, sbrt, surgery radiation-therapy,
external-radiation-therapy ifosfamide, surgery, surgery, wide-local-excision, comfort-care, comfort-care sbrt
""".split(",")
SITES = ["lungs", "outside-lungs", ["lungs", "outside-lungs"]]
PURPOSES = [
    "symptom-relief",
    "make-surgery-possible",
    "treat-lung-metastases",
    ["treat-cancer-itself", "symptom-relief"],
]
DECLINES = [[], [], [], ["surgery"], ["chemotherapy", "radiation-therapy"], ["cancer-treatment"], ["comfort-care"]]
LIKELY = {
    **{"stage4-sts": 0.8, "sarcoma-type-for-pazopanib": 0.8, "doxorubicin-did-not-work": 0.2},
    **{"cannot-have-cancer-treatment": 0.08, "treatments-no-longer-work": 0.08},
}


#: Findings on which an answer can turn, those after a minus sign as lacked.
DECIDING = [
    *(
        "",
        "",
        "",
        "soft-tissue-sarcoma",
        "-soft-tissue-sarcoma person-in-canada",
        "lung-metastases -soft-tissue-sarcoma",
    ),
    *("soft-tissue-sarcoma -stage4-sts doxorubicin-did-not-work symptoms-from-cancer prior-chemotherapy",),
    *(
        "-stage4-sts soft-tissue-sarcoma symptoms-from-cancer doxorubicin-did-not-work",
        "lung-metastases",
        "-resectable",
    ),
    *("spread-only-few-places-in-lungs resectable", "spread-only-few-places-in-lungs -unresectable"),
    *("lung-metastases only-few-small-tumours -resectable", "only-few-small-tumours metastases-outside-lungs"),
    *(
        "metastases-outside-lungs certain-case-S20 -resectable",
        "metastases-outside-lungs certain-case-S25 -unresectable",
    ),
    *("metastases-outside-lungs certain-case-S20 certain-case-S25 only-few-small-tumours", "-unresectable -resectable"),
    *("stage4-sts side-effects-hard-to-cope-with", "stage4-sts -side-effects-hard-to-cope-with"),
    *(
        "stage4-sts -symptoms-from-cancer",
        "stage4-sts symptoms-from-cancer unresectable",
        "does-not-want-cancer-treatment",
    ),
    *("growth-within-one-year-after-treatment", "growth-within-one-year-after-treatment -prior-chemotherapy"),
    *("lung-metastases certain-case-S25 resectable", "prior-chemotherapy", "-prior-chemotherapy"),
    *("metastases-outside-lungs -resectable", "metastases-outside-lungs resectable"),
    "stage4-sts sarcoma-type-for-pazopanib growth-within-one-year-after-treatment",
]
#: Courses by which an answer can turn; "dated" names the dates that are written, "during" a growth before the end.
DECIDING_COURSES: list[dict[str, Any]] = [
    {"therapies": ["surgery"], "dated": ["start", "during"], "ongoing": "yes"},
    {"therapies": ["pazopanib"], "dated": ["start", "during"], "ongoing": "yes"},
    {"therapies": ["pazopanib"], "dated": ["start", "end", "during"]},
    {"therapies": ["radiation-therapy"], "dated": ["end", "during"]},
    {"therapies": ["sbrt"], "dated": ["end", "growth"], "site": "outside-lungs"},
    {"therapies": ["doxorubicin"], "dated": ["start"]},
    {"therapies": ["other-chemotherapy-drug"], "dated": ["start"], "ongoing": "yes"},
    {"therapies": ["ifosfamide"]},
    {"therapies": ["ifosfamide", "other-chemotherapy-drug"]},
    {"therapies": ["ifosfamide", "chemotherapy"]},
    {"therapies": ["doxorubicin", "ifosfamide"], "outcome": "did-not-work"},
    {"therapies": ["doxorubicin", "surgery"], "outcome": "did-not-work"},
    {"therapies": ["doxorubicin"], "outcome": "did-not-work"},
    {"therapies": ["doxorubicin"], "outcome": "did-not-work", "for": "another-cancer"},
    {"therapies": ["wide-local-excision"], "for": "another-cancer", "dated": ["end", "growth"]},
    {"therapies": ["surgery"], "site": "lungs"},
    {"therapies": ["surgery"], "site": "outside-lungs"},
    {"therapies": ["surgery"], "purpose": "symptom-relief"},
    {"therapies": ["surgery"], "purpose": ["treat-cancer-itself", "symptom-relief"]},
    {"therapies": ["external-radiation-therapy", "ifosfamide"]},
]


def a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def written(dice: random.Random, day: date, precisions: tuple[int, ...] = (10, 10, 10, 10, 7, 7, 4)) -> str:
    return day.isoformat()[: dice.choice(precisions)]


def near(dice: random.Random, end: date) -> date:
    """Return a day at an edge of the year after an end, or well within or outside it."""
    day = dice.choice((end, a_year_after(end), a_year_after(end), end + timedelta(days=dice.choice((-90, 150, 500)))))
    return day + timedelta(days=dice.choice((-1, 0, 0, 1)))


def a_course(dice: random.Random, end: date, quiet: bool, stated: bool) -> dict[str, Any]:
    course: dict[str, Any] = {"therapies": dice.choice(THERAPIES).split()}
    if dice.random() < (0.95 if quiet else 0.65):
        course["end"] = written(dice, end, (10,) * 7 + (7, 7, 7, 4))
    if "end" not in course and dice.random() < 0.7:
        course["start"] = written(dice, end + timedelta(days=dice.choice((-200, -40, 0, 0, 500))))
    elif dice.random() < 0.3:
        course["start"] = written(dice, end - timedelta(days=dice.choice((0, 1, 40, 200))))
    if dice.random() < 0.25:
        course["outcome"] = dice.choice(("did-not-work", "stopped-for-side-effects"))
    if dice.random() < (0.02 if {"end", "outcome"} & {*course} else 0.3):
        course["ongoing"] = "yes"
    elif dice.random() < 0.15:
        course["ongoing"] = "no"
    if dice.random() < 0.2:
        course["for"] = dice.choice(("another-cancer", "another-cancer", "another-cancer", "this-cancer"))
    if dice.random() < 0.3:
        course["site"] = dice.choice(SITES)
    if dice.random() < 0.3:
        course["purpose"] = dice.choice(PURPOSES)
    if dice.random() < (0.15 if stated else 0.4):
        days = [a_year_after(end) + timedelta(days=dice.choice((0, 1, 1, 31, 60)))] if quiet else [near(dice, end)]
        if dice.random() < 0.3:
            days.append(near(dice, end) if not quiet else end + timedelta(days=dice.choice((-60, -1, 0, 500))))
        course["growth"] = [written(dice, day) for day in days]
        if len(days) == 1 and dice.random() < 0.5:
            course["growth"] = course["growth"][0]
        if quiet or dice.random() < 0.2:
            course["first_growth"] = dice.choice(("yes", "yes", "yes", "no"))
    elif dice.random() < 0.02:
        course["first_growth"] = "yes"
    elif dice.random() < (0.6 if quiet and not stated else 0.15):
        last = a_year_after(end) + timedelta(days=dice.choice((-400, -200, -1, 0, 0, 0, 1, 30, 30, 60)))
        course["no_growth_until"] = written(dice, last)
    return course


def no_growth(dice: random.Random, end: date) -> list[dict[str, str]]:
    """Return one interval, or two that overlap, adjoin or leave a gap."""
    first = end + timedelta(days=dice.choice((-30, -1, 0, 0, 0, 1)))
    last = a_year_after(end) + timedelta(days=dice.choice((-1, 0, 0, 0, 1, 40)))
    if dice.random() < 0.3:
        return [{"from": written(dice, first), "until": written(dice, last)}]
    middle = end + timedelta(days=dice.randrange(30, 300))
    then = middle + timedelta(days=dice.choice((-5, 0, 1, 1, 1, 1, 2)))
    parts = [(first, middle), (then, last)]
    return [{"from": a.isoformat(), "until": b.isoformat()} for a, b in dice.sample(parts, 2)]


def a_case(dice: random.Random, name: str) -> dict[str, Any]:
    end = dice.choice(ENDS)
    quiet = dice.random() < 0.45  # little growth and much said about none
    stated = quiet and dice.random() < 0.5  # for the case, not under its courses
    case: dict[str, Any] = {"case": name}
    if dice.random() < 0.8:
        case["as_of"] = dice.choice(("2026-06-30",) * 6 + ("2026-01", "2025-03"))
    share = dice.choice((0.0, 0.0, 0.1, 0.3))
    case["findings"] = {
        finding: dice.choice(("yes", "yes", "no", "unknown")) for finding in oracle.FINDINGS if dice.random() < share
    }
    case["findings"] |= {finding: "yes" for finding, chance in LIKELY.items() if dice.random() < chance}
    shifts = (0,) * 8 + (1, 30) if quiet else (0, 0, -400, -30, 1, 30, 366)
    ends = [end + timedelta(days=dice.choice(shifts)) for _ in range(4)]
    number = dice.choice((1, 1, 1, 2) if quiet else (0, 1, 1, 2, 2, 3, 4))
    case["courses"] = [a_course(dice, day, quiet, stated) for day in ends[:number]]
    if dice.random() < (0.05 if quiet else 0.35):
        case["growth"] = [written(dice, near(dice, end)) for _ in range(dice.choice((1, 1, 2)))]
    if dice.random() < (0.9 if stated else 0.15):
        case["no_growth"] = no_growth(dice, end)
    if dice.random() < 0.03:
        case["no_growth"] = [{"from": "2024-05", "until": dice.choice(("2024-04-30", "2024-05-01"))}]
    if quiet or dice.random() < 0.6:
        case["history_complete"] = dice.choice(("yes",) * 6 + ("no",))
    case["declines"] = dice.choice(DECLINES)
    return case


def likely_to_hang(dice: random.Random, number: int) -> dict[str, Any]:
    """Return a case much like the others that says what the readings of the source tell apart, each in turn."""
    case = a_case(dice, f"h{number}")
    if dice.random() < 0.6:
        case["findings"] = dict.fromkeys(("stage4-sts", "sarcoma-type-for-pazopanib"), "yes")
        case["history_complete"] = dice.choice(("yes", "no"))
    said = oracle.facts(DECIDING[number % len(DECIDING)])
    if dice.random() < 0.5:
        case["findings"] = dict.fromkeys([*case["findings"]][:2], "yes") if dice.random() < 0.6 else {}
    case["findings"] |= {finding: "yes" if holds else "no" for finding, holds in said.items()}
    end = dice.choice(ENDS)
    for course in [
        *dice.sample(DECIDING_COURSES, dice.choice((0, 0, 1))),
        DECIDING_COURSES[number % len(DECIDING_COURSES)],
    ]:
        dated = {"start": end - timedelta(days=dice.choice((30, 90))), "end": end, "growth": near(dice, end)}
        dated["during"] = end - timedelta(days=dice.choice((0, 1, 15, 29, 30, 31)))
        case["courses"].append(
            {
                **{key: value for key, value in course.items() if key != "dated"},
                **{"growth" if key == "during" else key: written(dice, dated[key]) for key in course.get("dated", ())},
            }
        )
    return case


@cache
def cases() -> dict[str, dict[str, Any]]:
    dice = random.Random(14)
    others = random.Random(10)
    return {
        **{name: a_case(dice, name) for name in (f"r{number}" for number in range(CASES))},
        **{f"h{number}": likely_to_hang(others, number) for number in range(LIKELY_TO_HANG)},
    }
