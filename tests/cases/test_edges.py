"""Cases at the edges of what the page's words carry, worked out by hand, each kind with near misses.

Each row is asked of the package and of the second evaluator, so that neither is trusted for what the other says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import course_oracle
import oracle
import pytest
from click.testing import CliRunner, Result

from sts_kg import KnowledgeGraph, cli, knowledge
from sts_kg.errors import CaseError
from sts_kg.rdf.names import local

Case = dict[str, Any]
Rows = dict[str, dict[str, Any]]
Ask = Callable[[Case], Rows | None]
COURSE = "start end outcome growth no_growth_until first_growth ongoing for purpose site".split()
ALL = [option.removeprefix("option-") for option in oracle.CONDITIONS]


# --- cases, answers and expectations as lines of text


def facts(text: str, **more: Any) -> Case:
    """Return a case with the findings of a line, those after a minus sign as lacked."""
    found = {finding: "yes" if holds else "no" for finding, holds in oracle.facts(text).items()}
    return {"case": "x", "as_of": "2026-06-30", "findings": found, **more}


def values(text: str) -> str | list[str]:
    return text.split(",") if "," in text else text


def course(text: str) -> Case:
    """Return a course of a line: therapies (radiation therapy if none), and keys each with its value."""
    found: Case = {"therapies": []}
    words = iter(text.split())
    for word in words:
        if word in COURSE:
            found[word] = values(next(words))
        else:
            found["therapies"].append(word)
    found["therapies"] = found["therapies"] or ["radiation-therapy"]
    return found


def after(text: str, findings: str = "stage4-sts", **more: Any) -> Case:
    """Return a case of a line: courses, `case growth DATE` and `case quiet FROM UNTIL`, between bars."""
    found = facts(findings, courses=[], **more)
    for part in filter(None, map(str.strip, text.split("|"))):
        match part.split():
            case ["case", "growth", dates]:
                found["growth"] = values(dates)
            case ["case", "quiet", first, last]:
                found.setdefault("no_growth", []).append({"from": first, "until": last})
            case _:
                found["courses"].append(course(part))
    return found


def window(text: str, complete: str = "yes") -> Case:
    """Return a case in which nothing but prior chemotherapy and growth after a treatment decides about pazopanib."""
    return after(text, "stage4-sts sarcoma-type-for-pazopanib", history_complete=complete)


def package(kg: KnowledgeGraph, case: Case) -> Rows:
    """Return option, by its short name, to its answer as plain values."""
    return {str(row["option"]).removeprefix("option-"): row for row in kg.options(case).as_dicts()}


@pytest.fixture(params=["package", "second evaluator"])
def ask(request: pytest.FixtureRequest, kg: KnowledgeGraph) -> Ask:
    """Whom a case is asked: returns option to answer, or None if the case is refused."""

    def by_package(case: Case) -> Rows | None:
        try:
            return {option: course_oracle.comparable(row) for option, row in package(kg, case).items()}
        except CaseError:
            return None

    def by_evaluator(case: Case) -> Rows | None:
        found = course_oracle.answers(case)
        return found and {option.removeprefix("option-"): answer for option, answer in found.items()}

    return by_package if request.param == "package" else by_evaluator


def check(found: Rows | None, expected: str) -> None:
    """Compare answers with a line such as "met surgery radiation | not-met pazopanib", "contradictory" or "error"."""
    if expected == "error":
        assert found is None
        return
    assert found is not None
    if expected == "contradictory":
        expected = " ".join(["contradictory", *ALL])
    wanted = {option: word for word, *options in map(str.split, expected.split("|")) for option in options}
    assert {option: found[option]["status"] for option in wanted} == wanted


def lines(text: str) -> pytest.MarkDecorator:
    """Parametrize by lines of `name : case = expected`; a line that begins with a bar continues the one before."""
    whole = re.sub(r"\n\s*\|", " |", text.strip())
    rows = [re.fullmatch(r"(.+?) : (.*?) ?= (.+)", line.strip()) for line in whole.splitlines()]
    found = [match.groups() for match in rows if match]
    assert len(found) == len(rows)
    return pytest.mark.parametrize(("text", "expected"), [row[1:] for row in found], ids=[row[0] for row in found])


# --- 1: resectability is one question with two poles

R4 = " ".join(oracle.R4)


@lines(f"""
    no to unresectable : stage4-sts -unresectable = not-met {R4} sbrt-lung
    no to resectable : stage4-sts -resectable = met {R4} | not-met wide-local-excision-lung
    no opens surgery : metastases-outside-lungs certain-case-S25 -unresectable = met surgery-other-metastases
    no opens SBRT : metastases-outside-lungs certain-case-S20 -resectable = met sbrt-outside-lungs
    not decided : metastases-outside-lungs certain-case-S25 = undetermined {R4} surgery-other-metastases
    no and no : stage4-sts -unresectable -resectable = contradictory
    yes and yes : stage4-sts unresectable resectable = contradictory
    yes and no : stage4-sts unresectable -resectable = met {R4}
    no and yes : stage4-sts -unresectable resectable = not-met {R4}
    opposites only : resectable stage4-sts -metastases-outside-lungs = undetermined wide-local-excision-lung
    not the lungs only : resectable -spread-only-few-places-in-lungs = not-met wide-local-excision-lung
""")
def test_resectability(ask: Ask, text: str, expected: str) -> None:
    check(ask(facts(text)), expected)


def test_unknown_leaves_both_poles_open(ask: Ask) -> None:
    case = {"case": "x", "findings": {"stage4-sts": "yes", "unresectable": "unknown", "resectable": "unknown"}}
    check(ask(case), f"undetermined {R4} wide-local-excision-lung")


def test_what_is_missing_is_the_pole_of_the_condition(ask: Ask) -> None:
    found = ask(facts("metastases-outside-lungs certain-case-S20 certain-case-S25"))
    assert found is not None
    assert found["sbrt-outside-lungs"]["missing"] == ["unresectable"]
    assert found["surgery-other-metastases"]["missing"] == ["resectable"]


def questions(kg: KnowledgeGraph, case: Case) -> dict[str, tuple[str, set[str]]]:
    """Return what is asked of one finding: finding to text and options, by short names."""
    return {
        str(local(one.finding)).removeprefix("finding-"): (
            one.text,
            {str(local(option)).removeprefix("option-") for option in one.options},
        )
        for one in kg.questions(case)["x"]
        if one.finding
    }


def test_the_two_poles_are_one_question(kg: KnowledgeGraph) -> None:
    asked = questions(kg, facts("stage4-sts"))
    (pole,) = {"unresectable", "resectable"} & {*asked}
    text, options = asked[pole]
    assert text == "Can the cancer be operated on?"
    assert options == {*oracle.U6, *oracle.R2}
    for answer in ("unresectable", "-unresectable", "resectable", "-resectable"):
        assert not {"unresectable", "resectable"} & {*questions(kg, facts(f"stage4-sts {answer}"))}


def test_no_question_asks_what_somebody_decided_or_regards(kg: KnowledgeGraph) -> None:
    """An honest no to such a question would not mean no."""
    texts = {one["question"] for row in package(kg, {"case": "x"}).values() for one in row["missing"]}
    assert len(texts) >= 20
    assert [text for text in texts if re.search(r"\b(decided|regards?)\b", text)] == []


# --- 2: metastatic is stage 4


@lines(f"""
    in the lungs : soft-tissue-sarcoma lung-metastases unresectable only-few-small-tumours = met {R4} surgery sbrt-lung
    outside the lungs : metastases-outside-lungs = met chemotherapy surgery | undetermined radiation
    in the lungs only, by two steps : spread-only-few-places-in-lungs = met chemotherapy targeted-therapy
    of a soft tissue sarcoma : lung-metastases person-in-canada = met ask-about-clinical-trials
    lungs, not stage 4 : soft-tissue-sarcoma -stage4-sts lung-metastases = contradictory
    outside, not stage 4 : -stage4-sts metastases-outside-lungs = contradictory
    lungs only, not stage 4 : -stage4-sts spread-only-few-places-in-lungs = contradictory
    lungs, no sarcoma : -soft-tissue-sarcoma lung-metastases = contradictory
    outside, no sarcoma : -soft-tissue-sarcoma metastases-outside-lungs = contradictory
    few and small, not stage 4 : -stage4-sts only-few-small-tumours = not-met chemotherapy sbrt-lung
    certain cases, not stage 4 : -stage4-sts certain-case-S20 certain-case-S25 = not-met surgery-other-metastases
    few, small and certain : only-few-small-tumours certain-case-S20 certain-case-S25 = undetermined chemotherapy
    no converse : stage4-sts only-few-small-tumours unresectable = undetermined sbrt-lung sbrt-outside-lungs
    without metastases : -lung-metastases -metastases-outside-lungs = undetermined chemotherapy surgery
    not stage 4 : soft-tissue-sarcoma -stage4-sts person-in-canada = met ask-about-clinical-trials | not-met sbrt-lung
""")
def test_metastatic_is_stage_4(ask: Ask, text: str, expected: str) -> None:
    check(ask(facts(text)), expected)


# --- 3: growth is of the sarcoma, read at pazopanib, for which it alone is open

HOLDS = {"holds": "met pazopanib", "does not hold": "not-met pazopanib", "unknown": "undetermined pazopanib"}


@lines("""
    the day before the end : end 2024-03-01 growth 2024-02-29 = unknown
    the day of the end : end 2024-03-01 growth 2024-03-01 = unknown
    the day after : end 2024-03-01 growth 2024-03-02 = holds
    the anniversary : end 2024-03-01 growth 2025-03-01 = holds
    the day after the anniversary : end 2024-03-01 growth 2025-03-02 = unknown
    17 months later, nothing known before : start 2024-05-01 end 2024-06-30 growth 2025-11-30 = unknown
    29 February, its anniversary : end 2024-02-29 growth 2025-02-28 = holds
    29 February, a day too late : end 2024-02-29 growth 2025-03-01 = unknown
    28 February, its anniversary : end 2023-02-28 growth 2024-02-28 = holds
    28 February, the leap day : end 2023-02-28 growth 2024-02-29 = unknown
    1 March, the leap day : end 2023-03-01 growth 2024-02-29 = holds
    a month, the anniversary of its first day : end 2024-03 growth 2025-03-01 = holds
    a month, a day later : end 2024-03 growth 2025-03-02 = unknown
    a month, its last day : end 2024-03 growth 2024-03-31 = unknown
    a month, the next day : end 2024-03 growth 2024-04-01 = holds
    February of a leap year : end 2024-02 growth 2024-03 = holds
    February of a leap year, its last day : end 2024-02 growth 2024-02-29 = unknown
    February of a leap year, its first anniversary : end 2024-02 growth 2025-02-01 = holds
    the month before the anniversary : end 2024-03-01 growth 2025-02 = holds
    the month of the anniversary : end 2024-03-01 growth 2025-03 = unknown
    the month that ends on it : end 2024-03-31 growth 2025-03 = holds
    a year, the next New Year's Day : end 2024 growth 2025-01-01 = holds
    a year, the day after : end 2024 growth 2025-01-02 = unknown
    a year, itself : end 2024 growth 2024 = unknown
    a start narrows no end : start 2024-06-01 end 2024 growth 2024-06-01 = unknown
    New Year's Eve, the next year : end 2023-12-31 growth 2024 = holds
    New Year's Day, its year : end 2024-01-01 growth 2024 = unknown
    two dates, one within : end 2024-03-01 growth 2024-01-01,2024-06-01 = holds
    two dates, none surely : end 2024-03-01 growth 2024,2025 = unknown
    no end : growth 2024-06-01 = unknown
    comfort care only : comfort-care end 2024-03-01 growth 2024-06-01 = does not hold
    comfort care and more : comfort-care sbrt end 2024-03-01 growth 2024-06-01 = holds
    another cancer only : for another-cancer end 2024-03-01 growth 2024-06-01 = does not hold
    this cancer : for this-cancer end 2024-03-01 growth 2024-06-01 = holds
    under the course before : end 2023-03-01 growth 2025-06-01 | surgery end 2025-01-01 growth 2026-01-10 = holds
    of the case : end 2024-03-01 | case growth 2024-06-01 = holds
    of the case, one of two : end 2024-03-01 | case growth 2020-01-01,2024-06-01 = holds
    under another cancer : end 2024-03-01 | surgery end 2010 for another-cancer growth 2024-06-01 = holds
    under comfort care : end 2024-03-01 | comfort-care growth 2024-06-01 = holds
    never by cases : end 2023-06-15 | end 2024-06-15 | case growth 2024-06 = unknown
    never by cases, as one course could : end 2023-06-30 | end 2024-06-15 | case growth 2024-06 = holds
""")
def test_growth_within_a_year(ask: Ask, text: str, expected: str) -> None:
    check(ask(window(text)), HOLDS[expected])


@lines("""
    until the anniversary : end 2024-03-01 no_growth_until 2025-03-01 = does not hold
    a day short : end 2024-03-01 no_growth_until 2025-02-28 = unknown
    29 February : end 2024-02-29 no_growth_until 2025-02-28 = does not hold
    29 February, a day short : end 2024-02-29 no_growth_until 2025-02-27 = unknown
    a month, from whatever day : end 2024-03 no_growth_until 2025-03-31 = does not hold
    a month, its last anniversary missing : end 2024-03 no_growth_until 2025-03-30 = unknown
    until some day of a month : end 2024-03-01 no_growth_until 2025-03 = does not hold
    until some day of the month, a day short : end 2024-03-02 no_growth_until 2025-03 = unknown
    no end : no_growth_until 2025-03-01 = unknown
    no course at all : = does not hold
    growth, but no course at all : case growth 2024-06-01 = does not hold
    the case says it : end 2024-03-01 | case quiet 2024-03-01 2025-03-01 = does not hold
    from the day after : end 2024-03-01 | case quiet 2024-03-02 2025-03-01 = unknown
    to the day before : end 2024-03-01 | case quiet 2024-03-01 2025-02-28 = unknown
    from some day of a month : end 2024-03-31 | case quiet 2024-03 2026 = does not hold
    from perhaps a later day : end 2024-03-30 | case quiet 2024-03 2026 = unknown
    a month, all its years : end 2024-03 | case quiet 2024-03-01 2025-03-31 = does not hold
    a month, its first day missing : end 2024-03 | case quiet 2024-03-02 2025-03-31 = unknown
    two overlap : end 2024-03-01 | case quiet 2024-09-01 2025-06 | case quiet 2024-02 2024-10 = does not hold
    two overlap, but not surely : end 2024-03-01 | case quiet 2024-09 2025-06 | case quiet 2024-02 2024-09 = unknown
    two adjoin : end 2024-03-01 | case quiet 2024-03-01 2024-09-30 | case quiet 2024-10-01 2025-03-01 = does not hold
    a day between : end 2024-03-01 | case quiet 2024-03-01 2024-09-30 | case quiet 2024-10-02 2025-03-01 = unknown
    own and the case's : end 2024-03 no_growth_until 2024-09-30 | case quiet 2024-10-01 2025-03-31 = does not hold
    the earlier course's : end 2024-01-01 no_growth_until 2025-06-30 | surgery end 2024-03-01 = does not hold
    the later course's : end 2024-01-01 | surgery end 2024-03-01 no_growth_until 2025-06-30 = unknown
    from perhaps a later end : end 2024-03 no_growth_until 2025-06-30 | surgery end 2024-03-30 = unknown
    from the last possible end : end 2024-03 no_growth_until 2025-06-30 | surgery end 2024-03-31 = does not hold
    one course left open : end 2024-01-01 no_growth_until 2025-01-01 | surgery end 2024-03-01 = unknown
    one course without an end : end 2024-01-01 no_growth_until 2026-01-01 | surgery = unknown
    under another cancer : end 2024-03-01 | for another-cancer end 2024-01-01 no_growth_until 2025-03-01 = does not hold
    under comfort care : end 2024-03-01 | comfort-care end 2024-03-01 no_growth_until 2025-03-01 = does not hold
    another cancer needs none : end 2024-03-01 no_growth_until 2025-03-01 | surgery for another-cancer = does not hold
    comfort care needs none : end 2024-03-01 no_growth_until 2025-03-01 | comfort-care = does not hold
    first growth after the year : end 2024-03-01 growth 2025-03-02 first_growth yes = does not hold
    first growth on the anniversary : end 2024-03-01 growth 2025-03-01 first_growth yes = holds
    not said to be the first : end 2024-03-01 growth 2025-03-02 first_growth no = unknown
    first growth in a later month : end 2024-03-01 growth 2025-04 first_growth yes = does not hold
    first growth in that month : end 2024-03-01 growth 2025-03 first_growth yes = unknown
    first growth after a month : end 2024-03 growth 2025-04-01 first_growth yes = does not hold
    first growth perhaps within : end 2024-03 growth 2025-03-31 first_growth yes = unknown
    growth during treatment left aside : end 2024-03-01 growth 2024-01-15,2025-03-02 first_growth yes = does not hold
    growth during treatment only : end 2024-03-01 growth 2024-01-15 first_growth yes = unknown
    growth perhaps during treatment : end 2024-03-01 growth 2024-03,2025-03-02 first_growth yes = unknown
    the earlier of two : end 2024-03-01 growth 2025-08-01,2025-03-02 first_growth yes = does not hold
    first growth, no end : growth 2025-03-02 first_growth yes = unknown
    first after an earlier course : end 2024-01 growth 2025-06 first_growth yes | surgery end 2024-03 = does not hold
""")
def test_no_growth_after_any_course(ask: Ask, text: str, expected: str) -> None:
    check(ask(window(text)), HOLDS[expected])
    if expected == "does not hold":
        found = ask(window(text, complete="no"))
        assert found is not None
        assert "growth-within-one-year-after-treatment" in found["pazopanib"]["missing"]


@lines("""
    within : end 2024-01-01 growth 2024-06-01 no_growth_until 2024-12-31 = contradictory
    on the last day : end 2024-01-01 growth 2024-12-31 no_growth_until 2024-12-31 = contradictory
    the day after : end 2024-01-01 growth 2025-01-01 no_growth_until 2024-12-31 = holds
    on the first day : end 2024-01-01 growth 2024-01-01 no_growth_until 2024-12-31 = contradictory
    the day before : end 2024-01-01 growth 2023-12-31 no_growth_until 2024-12-31 = unknown
    a month within : end 2024-01-01 growth 2024-12 no_growth_until 2024-12-31 = contradictory
    a month that may be after : end 2024-01-01 growth 2024-12 no_growth_until 2024-12-30 = holds
    until some day, its first : end 2024-01-01 growth 2024-12-01 no_growth_until 2024-12 = contradictory
    until some day, its second : end 2024-01-01 growth 2024-12-02 no_growth_until 2024-12 = holds
    perhaps before the end : end 2024-03 growth 2024-03-20 no_growth_until 2024-12-31 = unknown
    on the last possible end : end 2024-03 growth 2024-03-31 no_growth_until 2024-12-31 = contradictory
    no end, so no interval : growth 2024-06-01 no_growth_until 2024-12-31 = unknown
    the case against itself : end 2024-01-01 | case growth 2024-06-01 | case quiet 2024-05 2024-06 = contradictory
    perhaps after it : end 2024-01-01 | case growth 2024-06-02 | case quiet 2024-05 2024-06 = holds
    perhaps before it : end 2024-01-01 | case growth 2024-05-30 | case quiet 2024-05 2024-06 = holds
    the case against a course : end 2024-01-01 no_growth_until 2025-01-01 | case growth 2024-06-01 = contradictory
    a course against the case : end 2024-01-01 growth 2024-06-01 | case quiet 2024-05 2024-07 = contradictory
    one course against another : end 2024-01-01 no_growth_until 2025-01-01 | end 2023 growth 2024-06-01 = contradictory
    another cancer against the case : for another-cancer growth 2024-06-15 | case quiet 2024-05 2024-07 = contradictory
    before the first : end 2024-01-01 growth 2024-09-01 first_growth yes | case growth 2024-03-01 = contradictory
    the first, seen twice : end 2024-01-01 growth 2024-09-01 first_growth yes | case growth 2024-09-01 = holds
    the day before the first : end 2024-01-01 growth 2024-09 first_growth yes | case growth 2024-08-31 = contradictory
    in the month of the first : end 2024-01-01 growth 2024-09 first_growth yes | case growth 2024-09-01 = holds
""")
def test_growth_where_none_was_stated(ask: Ask, text: str, expected: str) -> None:
    check(ask(window(text)), HOLDS.get(expected, expected))


@lines("""
    start after end : start 2024-03-02 end 2024-03-01 = error
    start on the end : start 2024-03-01 end 2024-03-01 growth 2024-06-01 = holds
    start perhaps after end : start 2024-03 end 2024-03-01 growth 2024-06-01 = holds
    start a month after end : start 2024-03 end 2024-02-29 = error
    until before the end : end 2024-03-01 no_growth_until 2024-02-29 = error
    until the end : end 2024-03-01 no_growth_until 2024-03-01 = unknown
    until perhaps before the end : end 2024-03-15 no_growth_until 2024-03 = unknown
    until before from : case quiet 2024-03-02 2024-03-01 = error
    until perhaps before from : case quiet 2024-03 2024-03-01 = does not hold
    growth after as_of : case growth 2026-07-01 = error
    growth perhaps after as_of : case growth 2026 = does not hold
    growth on as_of : case growth 2026-06-30 = does not hold
    interval after as_of : case quiet 2024 2026-07-01 = error
    no growth until after as_of : end 2024-03-01 no_growth_until 2026-07-01 = error
    end after as_of : end 2026-07 = error
    start after as_of : start 2026-07-01 = error
    growth of a course after as_of : end 2024 growth 2024-06-01,2026-07-01 = error
    another cancer's dates after as_of : end 2026-07 for another-cancer = error
    another cancer's start after end : start 2024-03-02 end 2024-03-01 for another-cancer = error
    ongoing with an end : end 2024-03-01 ongoing yes = error
    ongoing with an outcome : ongoing yes outcome did-not-work = error
    ongoing with a start : start 2024-03-01 ongoing yes = unknown
    over with an end : end 2024-03-01 ongoing no growth 2024-06-01 = holds
    first growth without growth : end 2024-03-01 first_growth yes = error
    first growth written elsewhere : end 2024-03-01 first_growth yes | case growth 2024-06-01 = error
""")
def test_dates_that_cannot_be(ask: Ask, text: str, expected: str) -> None:
    check(ask(window(text)), HOLDS.get(expected, expected))


@pytest.mark.parametrize(
    ("as_of", "growth", "refused"),
    [
        ("2026", "2026-12-31", False),
        ("2026-06", "2026-06-30", False),
        ("2026-06", "2026-07-01", True),
        ("2026-06-29", "2026-06-30", True),
        ("2026-06-29", "2026-06", False),
        ("2026-06-29", "2027", True),
    ],
)
def test_what_is_surely_after_as_of(ask: Ask, as_of: str, growth: str, refused: bool) -> None:
    assert (ask({"case": "x", "as_of": as_of, "growth": growth}) is None) == refused


@pytest.mark.parametrize("stated", [{"from": "2024"}, {"until": "2024"}, {}, {"from": "2024", "to": "2025"}])
def test_an_interval_has_two_ends(kg: KnowledgeGraph, stated: dict[str, str]) -> None:
    with pytest.raises(CaseError):
        kg.options({"case": "x", "no_growth": [stated]})


@lines("""
    no against the dates : end 2024-03-01 growth 2024-06-01 = -growth-within-one-year-after-treatment
    yes against the dates : end 2024-03-01 no_growth_until 2025-03-01 = growth-within-one-year-after-treatment
    no chemotherapy, but a course : doxorubicin = -prior-chemotherapy
    chemotherapy, but none in the list : surgery = prior-chemotherapy
    doxorubicin, but none in the list : surgery = doxorubicin-did-not-work
    doxorubicin worked, but it did not : doxorubicin outcome did-not-work = -doxorubicin-did-not-work
""")
def test_a_finding_against_the_courses(ask: Ask, text: str, expected: str) -> None:
    check(ask(after(text, expected, history_complete="yes")), "contradictory")


# --- 4: given, or begun?


@lines("""
    begun yesterday : doxorubicin start 2026-06-29 = undetermined
    ended : chemotherapy start 2024-01 end 2024-06 = met
    ended, start unknown : chemotherapy end 2024-06 = met
    did not work : chemotherapy start 2024-01 outcome did-not-work = met
    stopped for side effects : chemotherapy start 2024-01 outcome stopped-for-side-effects = met
    said to be over : chemotherapy start 2024-01 ongoing no = met
    over, no dates : chemotherapy ongoing no = met
    said to be going on : chemotherapy start 2024-01 ongoing yes = undetermined
    going on, no start : chemotherapy ongoing yes = undetermined
    no dates at all : chemotherapy = met
    ifosfamide : ifosfamide = met
    other drugs : other-chemotherapy-drug = met
    with surgery : surgery doxorubicin = met
    twenty years ago, unsaid for what : chemotherapy start 2005-01 end 2005-06 = met
    twenty years ago, this cancer : chemotherapy end 2005-06 for this-cancer = met
    twenty years ago, another cancer : chemotherapy start 2005-01 end 2005-06 for another-cancer = not-met
    begun for another cancer : chemotherapy start 2024 for another-cancer = not-met
    one begun after one given : ifosfamide end 2024 | chemotherapy start 2025 = met
    one begun for this, one given for another : doxorubicin start 2025 | chemotherapy for another-cancer = undetermined
    pazopanib is no chemotherapy : pazopanib end 2024-03-01 no_growth_until 2025-03-01 = not-met
""")
def test_chemotherapy_given_or_begun(ask: Ask, text: str, expected: str) -> None:
    check(ask(window(text)), f"{expected} pazopanib")
    check(ask(window(text, complete="no")), f"{expected if expected == 'met' else 'undetermined'} pazopanib")


def test_chemotherapy_begun_is_missing_even_with_a_complete_history(ask: Ask) -> None:
    found = ask(window("chemotherapy start 2024 ongoing yes"))
    assert found is not None
    assert found["pazopanib"]["missing"] == ["prior-chemotherapy", "growth-within-one-year-after-treatment"]
    without = ask(window("surgery start 2024"))
    assert without is not None
    assert without["pazopanib"]["missing"] == ["growth-within-one-year-after-treatment"]


@pytest.mark.parametrize("complete", ["yes", "no"])
@lines("""
    begun yesterday : doxorubicin start 2026-06-29 = yes
    begun after one for another cancer : chemotherapy start 2024 | chemotherapy for another-cancer = yes
    said to be going on : chemotherapy start 2024 ongoing yes = no
    said to be over : chemotherapy start 2024 ongoing no = no
    ended : chemotherapy start 2024 end 2025 = no
    no dates : chemotherapy = no
    another cancer : chemotherapy start 2024 for another-cancer = no
    no chemotherapy : surgery start 2024 = no
    one given already : chemotherapy | ifosfamide start 2025 = no
""")
def test_whether_chemotherapy_is_over_is_asked(kg: KnowledgeGraph, text: str, expected: str, complete: str) -> None:
    asked = questions(kg, window(text, complete))
    assert ("yes" if any(re.search(r"\bover\b", text) for text, _ in asked.values()) else "no") == expected
    if expected == "no" and complete == "yes":
        assert "prior-chemotherapy" not in asked


@lines("""
    did not work : doxorubicin outcome did-not-work = met
    did not work, another cancer : doxorubicin outcome did-not-work for another-cancer = not-met
    begun : doxorubicin start 2025 = undetermined
    stopped for side effects : doxorubicin outcome stopped-for-side-effects = undetermined
    another drug did not work : ifosfamide outcome did-not-work = undetermined
    no chemotherapy : surgery = not-met
""")
def test_doxorubicin_did_not_work(ask: Ask, text: str, expected: str) -> None:
    check(ask(window(text)), f"{expected} other-chemotherapy")


# --- 5: declining


@pytest.mark.parametrize(
    ("findings", "declines", "expected"),
    [
        ("", "cancer-treatment", "met comfort-care chemotherapy"),
        ("does-not-want-cancer-treatment", "cancer-treatment", "met comfort-care"),
        ("-does-not-want-cancer-treatment", "cancer-treatment", "contradictory"),
        ("", "chemotherapy targeted-therapy radiation-therapy surgery", "undetermined comfort-care"),
        ("-does-not-want-cancer-treatment", "surgery", "met surgery | undetermined comfort-care"),
        ("", "comfort-care", "undetermined comfort-care"),
    ],
)
def test_declining_cancer_treatment(ask: Ask, findings: str, declines: str, expected: str) -> None:
    check(ask(facts(f"stage4-sts {findings}", declines=declines.split())), expected)


# --- 6: marks that say what happened

WORDS = {
    "tried": "tried",
    "failed": "tried, did not work",
    "stopped": "tried, stopped for side effects",
    "open": "therapy given before, purpose or site not recorded",
    "declined": "declined",
    "impossible": "not possible as reported",
    "worn-out": "no longer works as reported",
}
RADIATION = "tried radiation | open radiation-to-enable-surgery"
SBRT = f"{RADIATION} | open sbrt-lung sbrt-outside-lungs"
SURGERY = "tried surgery | open surgery-symptom-control surgery-other-metastases"
FAILED = "chemotherapy doxorubicin-alone doxorubicin-ifosfamide"
CANCER = " ".join(option for option in ALL if option not in ("comfort-care", "ask-about-clinical-trials"))


def marks_in(found: Rows | None) -> dict[str, tuple[list[str], bool, bool]] | None:
    """Return option to its marks, whether it was tried, and whether it is declined; None for a refused case."""
    if found is None:
        return None
    return {option: (row["marks"], row["tried"], row["declined"]) for option, row in found.items()}


def marks_of(expected: str) -> dict[str, tuple[list[str], bool, bool]]:
    """Return what a line such as "tried surgery | declined surgery radiation" says of all options."""
    wanted: dict[str, list[str]] = {option: [] for option in ALL}
    for word, *options in map(str.split, expected.split("|") if expected != "none" else ()):
        for option in options:
            wanted[option] = sorted([*wanted[option], WORDS[word]])
    return {
        option: (words, any(word.startswith("tried") for word in words), "declined" in words)
        for option, words in wanted.items()
    }


@lines(f"""
    nothing : = none
    unnamed chemotherapy : chemotherapy = tried chemotherapy
    doxorubicin : doxorubicin = tried chemotherapy doxorubicin-alone
    ifosfamide : ifosfamide = tried chemotherapy
    other drugs : other-chemotherapy-drug = tried chemotherapy other-chemotherapy
    the combination : doxorubicin ifosfamide = tried chemotherapy doxorubicin-ifosfamide
    one after the other : doxorubicin | ifosfamide = tried chemotherapy doxorubicin-alone
    not alone, unnamed : doxorubicin chemotherapy = tried chemotherapy
    not alone, other drugs : doxorubicin other-chemotherapy-drug = tried chemotherapy other-chemotherapy
    alone beside surgery : doxorubicin surgery = tried chemotherapy doxorubicin-alone | {SURGERY}
    alone beside pazopanib : doxorubicin pazopanib = tried chemotherapy doxorubicin-alone targeted-therapy pazopanib
    with SBRT : doxorubicin sbrt = tried chemotherapy doxorubicin-alone chemotherapy-with-radiation | {SBRT}
    before SBRT : doxorubicin | sbrt = tried chemotherapy doxorubicin-alone | {SBRT}
    unnamed both : chemotherapy radiation-therapy = tried chemotherapy chemotherapy-with-radiation | {RADIATION}
    unnamed targeted : targeted-therapy = tried targeted-therapy
    pazopanib : pazopanib = tried targeted-therapy pazopanib
    unnamed radiation : radiation-therapy = {RADIATION}
    external : external-radiation-therapy = {RADIATION} | tried external-radiation
    external with a drug : external-radiation-therapy ifosfamide = {RADIATION} | tried external-radiation
    | tried chemotherapy chemotherapy-with-radiation
    external beside pazopanib : external-radiation-therapy pazopanib = {RADIATION}
    | tried external-radiation targeted-therapy
    | tried pazopanib
    external beside SBRT : external-radiation-therapy sbrt = {SBRT} | tried external-radiation
    SBRT : sbrt = {SBRT}
    SBRT in the lungs : sbrt site lungs = {RADIATION} | tried sbrt-lung
    SBRT elsewhere : sbrt site outside-lungs = {RADIATION} | tried sbrt-outside-lungs
    SBRT in both : sbrt site lungs,outside-lungs = {RADIATION} | tried sbrt-lung sbrt-outside-lungs
    a purpose is no site : sbrt purpose treat-cancer-itself = tried radiation | open sbrt-lung sbrt-outside-lungs
    to enable surgery : radiation-therapy purpose make-surgery-possible = tried radiation radiation-to-enable-surgery
    to enable it, with a drug : doxorubicin sbrt site lungs purpose make-surgery-possible = tried radiation sbrt-lung
    | tried radiation-to-enable-surgery chemotherapy doxorubicin-alone chemotherapy-with-radiation
    drug alone enables nothing : doxorubicin purpose make-surgery-possible = tried chemotherapy doxorubicin-alone
    for something else : radiation-therapy purpose treat-cancer-itself = tried radiation
    surgery : surgery = {SURGERY}
    for symptoms : surgery purpose symptom-relief = tried surgery surgery-symptom-control
    | open surgery-other-metastases
    for the cancer, in the lungs : surgery purpose remove-all-cancer site lungs = tried surgery
    for both, elsewhere : surgery purpose treat-cancer-itself,symptom-relief site outside-lungs = tried surgery
    | tried surgery-symptom-control surgery-other-metastases
    excision : wide-local-excision = {SURGERY} | open wide-local-excision-lung
    excision in the lungs : wide-local-excision site lungs = tried surgery wide-local-excision-lung
    | open surgery-symptom-control
    surgery is no excision : surgery site lungs = tried surgery | open surgery-symptom-control
    comfort care : comfort-care = tried comfort-care
    three courses : wide-local-excision | sbrt | doxorubicin ifosfamide = {SURGERY} | {SBRT}
    | open wide-local-excision-lung | tried chemotherapy doxorubicin-ifosfamide
    did not work : doxorubicin outcome did-not-work = failed chemotherapy doxorubicin-alone
    stopped : doxorubicin outcome stopped-for-side-effects = stopped chemotherapy doxorubicin-alone
    failed, then another : doxorubicin outcome did-not-work | ifosfamide = failed chemotherapy doxorubicin-alone
    | tried chemotherapy
    failed twice : doxorubicin outcome did-not-work | sbrt outcome did-not-work = failed chemotherapy radiation
    | failed doxorubicin-alone | open sbrt-lung sbrt-outside-lungs radiation-to-enable-surgery
    one site recorded, one not : sbrt site lungs | sbrt = {RADIATION} | tried sbrt-lung
    | open sbrt-lung sbrt-outside-lungs
    for another cancer : doxorubicin for another-cancer = none
    another and this : doxorubicin for another-cancer | pazopanib for this-cancer = tried targeted-therapy pazopanib
""")
def test_what_was_tried(ask: Ask, text: str, expected: str) -> None:
    assert marks_in(ask(after(text))) == marks_of(expected)


@lines(f"""
    no course : = failed {FAILED}
    a course without it : ifosfamide = failed {FAILED} | tried chemotherapy
    a course for another cancer : doxorubicin for another-cancer = failed {FAILED}
    a course with it : doxorubicin = failed chemotherapy doxorubicin-alone
    the combination : doxorubicin ifosfamide = failed chemotherapy doxorubicin-ifosfamide
    stopped : doxorubicin outcome stopped-for-side-effects = failed chemotherapy doxorubicin-alone
    | stopped chemotherapy doxorubicin-alone
    with an unnamed drug : doxorubicin chemotherapy = failed chemotherapy
    a course says so : doxorubicin outcome did-not-work | doxorubicin ifosfamide = failed chemotherapy doxorubicin-alone
    | tried chemotherapy doxorubicin-ifosfamide
""")
def test_what_the_finding_says_of_doxorubicin(ask: Ask, text: str, expected: str) -> None:
    assert marks_in(ask(after(text, "stage4-sts doxorubicin-did-not-work"))) == marks_of(expected)


@lines(f"""
    cannot have : cannot-have-cancer-treatment unresectable = impossible {CANCER}
    no longer work : treatments-no-longer-work = worn-out {CANCER}
    other reasons : treatments-unlikely-to-improve-condition side-effects-hard-to-cope-with = none
    the contrary : -cannot-have-cancer-treatment -treatments-no-longer-work -doxorubicin-did-not-work = none
    does not want : does-not-want-cancer-treatment = declined {CANCER}
    all : does-not-want-cancer-treatment cannot-have-cancer-treatment treatments-no-longer-work = declined {CANCER}
    | impossible {CANCER} | worn-out {CANCER}
""")
def test_what_findings_say_of_all_cancer_treatments(ask: Ask, text: str, expected: str) -> None:
    found = ask(facts(f"stage4-sts {text}"))
    assert marks_in(found) == marks_of(expected)
    check(found, "met chemotherapy surgery")


@pytest.mark.parametrize("modality", course_oracle.MODALITIES)
def test_what_is_declined(ask: Ask, modality: str) -> None:
    of_modality = {
        "chemotherapy": "chemotherapy doxorubicin-alone doxorubicin-ifosfamide other-chemotherapy"
        " chemotherapy-with-radiation",
        "targeted-therapy": "targeted-therapy pazopanib",
        "radiation-therapy": "radiation external-radiation sbrt-lung sbrt-outside-lungs radiation-to-enable-surgery"
        " chemotherapy-with-radiation",
        "surgery": "surgery surgery-symptom-control wide-local-excision-lung surgery-other-metastases",
        "comfort-care": "comfort-care",
        "clinical-trial": "ask-about-clinical-trials",
        "cancer-treatment": CANCER,
    }
    found = ask(facts("stage4-sts", declines=[modality]))
    assert marks_in(found) == marks_of(f"declined {of_modality[modality]}")


def test_every_mark_has_its_reason_and_its_place(kg: KnowledgeGraph) -> None:
    case = after(
        "pazopanib | surgery | pazopanib end 2024", "stage4-sts cannot-have-cancer-treatment", declines=["surgery"]
    )
    found = package(kg, case)
    assert all(mark["reason"] and mark["place"] for row in found.values() for mark in row["marks"])
    tried = [mark for mark in found["pazopanib"]["marks"] if mark["mark"] == "tried"]
    assert len(tried) == 2  # each course is told


# --- 7: groups are not options

GROUPS = ["chemotherapy", "targeted-therapy", "radiation", "surgery"]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("stage4-sts", ((2, 0, 2), (0, 0, 1), (0, 0, 5), (0, 0, 3))),
        (
            "stage4-sts unresectable -symptoms-from-cancer -lung-metastases",
            ((3, 0, 1), (0, 0, 1), (3, 1, 1), (0, 3, 0)),
        ),
        ("stage4-sts unresectable -symptoms-from-cancer", ((3, 0, 1), (0, 0, 1), (3, 0, 2), (0, 3, 0))),
        ("stage4-sts resectable symptoms-from-cancer", ((2, 1, 1), (0, 0, 1), (0, 5, 0), (1, 0, 2))),
        ("-stage4-sts", ((0, 4, 0), (0, 1, 0), (0, 5, 0), (0, 3, 0))),
    ],
)
def test_a_group_counts_its_kinds(ask: Ask, text: str, counts: tuple[tuple[int, int, int], ...]) -> None:
    found = ask(facts(text))
    assert found is not None
    wanted = {option: row["kinds"] for option, row in found.items() if row["kinds"] is not None}
    assert wanted == {
        group: dict(zip(("met", "not-met", "undetermined"), numbers, strict=True))
        for group, numbers in zip(GROUPS, counts, strict=True)
    }


def test_four_rows_are_groups(kg: KnowledgeGraph) -> None:
    found = package(kg, facts("stage4-sts"))
    assert {row["kind"] for row in found.values()} == {"group", "option"}
    groups = [option for option, row in found.items() if row["kind"] == "group"]
    assert groups == GROUPS


# --- the command line: groups in the table, and 9: contradictory cases stay in it


@pytest.fixture
def options(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Run `sts-kg options` on a case of some findings."""
    monkeypatch.setattr(knowledge, "load", lambda **_: kg)

    def run(findings: str, *words: str) -> Result:
        (tmp_path / "x.yaml").write_text(f"case: x\nfindings: {{{findings}}}\n", encoding="utf-8")
        return CliRunner().invoke(cli.app, ["options", str(tmp_path / "x.yaml"), *words], prog_name="sts-kg")

    return run


def test_a_table_shows_no_bare_met_over_three_not_met(options: Callable[..., Result]) -> None:
    done = options("stage4-sts: yes, unresectable: yes, symptoms-from-cancer: no, lung-metastases: no")
    assert done.exit_code == 0
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("SURGERY"))
    assert not re.fullmatch(r"SURGERY\s+met\s*", line)


CONTRADICTION = "stage4-sts: yes, unresectable: yes, resectable: yes, lung-metastases: no"


def test_a_contradictory_case_stays_in_the_table(options: Callable[..., Result]) -> None:
    done = options(CONTRADICTION, "--format", "csv")
    assert done.exit_code == 1
    assert [line.split(",")[2] for line in done.stdout.splitlines()] == ["status", *["contradictory"] * 18]
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 250
    assert options(CONTRADICTION, "--format", "csv", "--status", "contradictory").stdout == done.stdout
    assert len(options(CONTRADICTION, "--format", "csv", "--status", "met").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    "case",
    [
        facts("stage4-sts unresectable resectable cannot-have-cancer-treatment"),
        after("doxorubicin", "stage4-sts -prior-chemotherapy", declines=["surgery"]),
        window("end 2024-01-01 growth 2024-06-01 no_growth_until 2025-01-01"),
    ],
    ids=["two findings", "a finding and a course", "growth where none was stated"],
)
def test_a_contradictory_case_has_all_its_rows(kg: KnowledgeGraph, case: Case) -> None:
    found = package(kg, case)
    assert list(found) == ALL
    for row in found.values():
        assert row["status"] == "contradictory"
        assert (row["true"], row["false"], row["missing"], row["marks"]) == ([], [], [], [])
        assert (row["tried"], row["declined"]) == (False, False)


def test_growth_where_none_was_stated_names_both_places(kg: KnowledgeGraph) -> None:
    case = window("end 2024-01-01 no_growth_until 2025-01-01 | case growth 2024-06-01")
    (told,) = map(str, kg.options(case).contradictions)
    assert told == (
        "case x contradicts itself: growth on 2024-06-01 (the mapping given, line 1), but no growth until 2025-01-01"
        " since the end of a course, 2024-01-01 (the mapping given, line 1)"
    )


def test_a_contradictory_case_leaves_the_others_alone(kg: KnowledgeGraph) -> None:
    wrong = {**facts("stage4-sts unresectable resectable"), "case": "wrong"}
    found = kg.options([facts("stage4-sts"), wrong]).as_dicts()
    assert [row["case"] for row in found] == ["x"] * 18 + ["wrong"] * 18
    assert {row["status"] for row in found[:18]} == {"met", "undetermined"}
