"""Partial dates: what a text can mean, down to the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts_kg.cases.dates import PartialDate, a_year_later


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28)),
        ("2000-02", date(2000, 2, 1), date(2000, 2, 29)),
        ("2025-04", date(2025, 4, 1), date(2025, 4, 30)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("0001-01-01", date(1, 1, 1), date(1, 1, 1)),
        ("9998", date(9998, 1, 1), date(9998, 12, 31)),
    ],
)
def test_a_date_is_every_day_that_it_can_mean(text: str, earliest: date, latest: date) -> None:
    assert PartialDate.parse(text) == PartialDate(earliest, latest, text)


@pytest.mark.parametrize("text", ["2025", "2025-02", "2025-02-03"])
def test_a_date_is_shown_as_it_was_written(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "25", "02025", "2025-2-3", "2025-02-3", "2025-2", "2025-", "2025-02-", "20250203"),
        *(" 2025", "2025 ", "2025-02-03 ", "\t2025", "2025\n", "2025-02-03Z", "-2025"),
        *("٢٠٢٥", "２０２５-０２", "2025-0２-03", "2025−02−03", "unknown", "2025-02-03-04"),
    ],
)
def test_what_has_another_form_is_no_date(text: str) -> None:
    with pytest.raises(ValueError) as raised:
        PartialDate.parse(text)
    assert str(raised.value) == f"{text!r} is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0000", "years are 0001 to 9998"),
        ("0000-01-01", "years are 0001 to 9998"),
        ("9999", "years are 0001 to 9998"),
        ("9999-12-31", "years are 0001 to 9998"),
        ("2025-13", "months are 01 to 12"),
        ("2025-00", "months are 01 to 12"),
        ("2025-13-01", "months are 01 to 12"),
        ("2025-02-30", "2025-02 has 28 days"),
        ("2025-02-29", "2025-02 has 28 days"),
        ("2024-02-30", "2024-02 has 29 days"),
        ("2025-04-31", "2025-04 has 30 days"),
        ("2025-01-00", "2025-01 has 31 days"),
        ("2025-01-32", "2025-01 has 31 days"),
    ],
)
def test_what_the_calendar_lacks_is_no_date(text: str, why: str) -> None:
    with pytest.raises(ValueError) as raised:
        PartialDate.parse(text)
    assert str(raised.value) == f"{text!r} is not a date: {why}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("3/14/2026", "2026-03-14"), ("14/03/2026", "2026-03-14"), ("14.03.2026", "2026-03-14")),
        *(("3.4.2026", "2026-04-03"), ("04/04/2026", "2026-04-04"), ("14-Mar-2026", "2026-03-14")),
        *(("2026-03-14 00:00:00", "2026-03-14"), ("3/14/2026 0:00", "2026-03-14"), ("2026/3/14", "2026-03-14")),
        *(("03/2026", "2026-03"), ("2026-03-14T00:00:00", "2026-03-14")),
    ],
)
def test_a_date_of_a_spreadsheet_that_can_be_only_one_day(text: str, meant: str) -> None:
    assert PartialDate.parse(text).text == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("03/04/2026", "it may be two days; write 2026-04-03 or 2026-03-04"),
        ("14-Mar-26", "the year needs four digits; write it as YYYY-MM-DD"),
        ("3/14/26", "the year needs four digits; write it as YYYY-MM-DD"),
        ("Mar-26", "the year needs four digits; write it as YYYY-MM-DD"),
        ("2026-03-14 09:30:00", "it has a time of day; write the day alone, as YYYY-MM-DD"),
        ("30.02.2026", "2026-02 has 28 days"),
    ],
)
def test_a_date_of_a_spreadsheet_is_never_guessed(text: str, why: str) -> None:
    with pytest.raises(ValueError) as raised:
        PartialDate.parse(text)
    assert str(raised.value).endswith(f" is not a date: {why}")


def test_a_serial_number_of_a_spreadsheet_is_no_date() -> None:
    with pytest.raises(
        ValueError, match=r"serial number of one in a spreadsheet \(2026-03-14 if it counts from 1900\)"
    ):
        PartialDate.parse("46095")


def test_a_long_text_is_shown_by_its_beginning() -> None:
    with pytest.raises(ValueError) as raised:
        PartialDate.parse("9" * 10_000)
    assert len(str(raised.value)) < 120
    for n, shown in ((40, "9" * 40), (41, "9" * 40 + "…")):
        with pytest.raises(ValueError, match=f"'{shown}' is not a date"):
            PartialDate.parse("9" * n)


def test_dates_are_ordered_by_the_first_day_that_they_can_mean() -> None:
    texts = ["2025-02", "2024-12-31", "2025", "2025-01", "2025-01-01"]
    assert [str(known) for known in sorted(map(PartialDate.parse, texts))] == [
        *("2024-12-31", "2025-01-01", "2025-01", "2025", "2025-02"),
    ]


@pytest.mark.parametrize(
    ("day", "anniversary"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
        (date(2024, 2, 28), date(2025, 2, 28)),
        (date(2023, 3, 1), date(2024, 3, 1)),
        (date(2024, 12, 31), date(2025, 12, 31)),
        (date(2024, 1, 1), date(2025, 1, 1)),
        (date(9998, 12, 31), date.max),
    ],
)
def test_the_anniversary_is_the_same_day_a_year_later(day: date, anniversary: date) -> None:
    assert a_year_later(day) == anniversary


@settings(max_examples=50)
@given(st.dates(max_value=date(9998, 12, 31)))
def test_every_day_is_within_its_month_and_its_year_and_no_other(day: date) -> None:
    for text in (day.isoformat()[:4], day.isoformat()[:7], day.isoformat()):
        known = PartialDate.parse(text)
        assert known.earliest <= day <= known.latest
        assert known.earliest.isoformat().startswith(text)
        assert known.latest.isoformat().startswith(text)
        assert not (known.latest + timedelta(days=1)).isoformat().startswith(text)


@given(st.text(max_size=12))
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    try:
        PartialDate.parse(text)
    except ValueError as error:
        assert "is not a date" in str(error)


@pytest.mark.parametrize(
    ("text", "when"), [("2024-06-15", "on 2024-06-15"), ("2024-06", "in 2024-06"), ("2024", "in 2024")]
)
def test_a_date_in_a_sentence(text: str, when: str) -> None:
    assert PartialDate.parse(text).when == when
