"""Dates in SQL without functions of dates: each text that occurs, once, as its first and last day in whole numbers.

A day is the number YYYYMMDD, so days compare as numbers. The anniversary is 10000 more, that of 29 February one less than
that (D09). No engine adds a year or a day: they differ in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sts_kg.cohort.sql_parts import Script, flag

__all__ = ["add_days", "end_of_day"]

_DIGITS = ", ".join(f"'{digit}'" for digit in range(10))
_MONTHS = ", ".join(f"'{month:02}'" for month in range(1, 13))
_SHORT = ", ".join(f"'{day:02}'" for day in range(1, 29))
_FOURTHS = ", ".join(f"'{year:02}'" for year in range(4, 100, 4))
#: A text of a day with the time 00:00:00 is that day.
_MIDNIGHT = " 00:00:00"


def end_of_day(cell: str) -> str:
    """Return a text of a date without the time of midnight."""
    return f"CASE WHEN SUBSTR({cell}, 11) = '{_MIDNIGHT}' THEN SUBSTR({cell}, 1, 10) ELSE {cell} END"


def add_days(script: Script, texts: Iterable[tuple[str, str]]) -> None:
    """Add the steps that read the dates of some columns, each given by its step and name.

    The last one, `sts_days`, has a row for each text that is a date: `first_day` and `last_day` that it may mean,
    `after_first`, the day after the first, and `first_year` and `last_year`, the anniversaries of the two.
    """
    number = script.dialect.integer
    every = "\n        UNION ALL ".join(f"SELECT {column} AS written FROM {step}" for step, column in texts)
    script.add(
        "sts_written",
        "each text that stands for a date, once",
        ["written"],
        [f"FROM (\n        {every}\n    ) w", "WHERE written IS NOT NULL", "GROUP BY written"],
    )
    leap = (
        f"SUBSTR(written, 3, 2) IN ({_FOURTHS})"
        f" OR (SUBSTR(written, 3, 2) = '00' AND SUBSTR(written, 1, 2) IN ({_FOURTHS}))"
    )
    year = " AND ".join(f"SUBSTR(written, {place}, 1) IN ({_DIGITS})" for place in range(1, 5))
    month = f"SUBSTR(written, 5, 1) = '-' AND SUBSTR(written, 6, 2) IN ({_MONTHS})"
    script.add(
        "sts_spelled",
        "which of these are YYYY, YYYY-MM or YYYY-MM-DD, and whether February has 29 days",
        [
            "written",
            f"{flag(leap)} AS leap",
            f"""CASE
            WHEN SUBSTR(written, 1, 4) IN ('0000', '9999') THEN 0
            WHEN {year} THEN
                CASE
                    WHEN LENGTH(written) = 4 THEN 4
                    WHEN {month} THEN
                        CASE
                            WHEN LENGTH(written) = 7 THEN 7
                            WHEN LENGTH(written) = 10 AND SUBSTR(written, 8, 1) = '-' THEN 10
                            ELSE 0
                        END
                    ELSE 0
                END
            ELSE 0
        END AS form""",
        ],
        ["FROM sts_written"],
    )
    script.add(
        "sts_numbers",
        "their years, months and days as numbers, those that are dates only",
        [
            "written",
            "form",
            "leap",
            f"CAST(SUBSTR(written, 1, 4) AS {number}) AS y",
            f"CASE WHEN form > 4 THEN CAST(SUBSTR(written, 6, 2) AS {number}) ELSE 1 END AS first_month",
            f"CASE WHEN form > 4 THEN CAST(SUBSTR(written, 6, 2) AS {number}) ELSE 12 END AS last_month",
            f"CASE WHEN form = 10 THEN CAST(SUBSTR(written, 9, 2) AS {number}) ELSE 1 END AS first_of",
        ],
        [
            "FROM sts_spelled",
            f"""WHERE form = 4 OR form = 7 OR (form = 10 AND (
        SUBSTR(written, 9, 2) IN ({_SHORT})
        OR (SUBSTR(written, 9, 2) = '29' AND (SUBSTR(written, 6, 2) <> '02' OR leap = 1))
        OR (SUBSTR(written, 9, 2) = '30' AND SUBSTR(written, 6, 2) <> '02')
        OR (SUBSTR(written, 9, 2) = '31' AND SUBSTR(written, 6, 2) IN ('01', '03', '05', '07', '08', '10', '12'))
    ))""",
        ],
    )
    length = "CASE WHEN last_month = 2 THEN 28 + leap WHEN last_month IN (4, 6, 9, 11) THEN 30 ELSE 31 END"
    script.add(
        "sts_lengths",
        "and how many days their last month has",
        ["written", "form", "y", "first_month", "last_month", "first_of", f"{length} AS month_length"],
        ["FROM sts_numbers"],
    )
    script.add(
        "sts_bounds",
        "their first and last day",
        [
            *("written", "form", "y", "first_month", "first_of", "month_length"),
            "y * 10000 + first_month * 100 + first_of AS first_day",
            "y * 10000 + last_month * 100 + CASE WHEN form = 10 THEN first_of ELSE month_length END AS last_day",
            "y * 10000 + 229 AS leap_day",
        ],
        ["FROM sts_lengths"],
    )
    script.add(
        "sts_days",
        "each date with its first and last day, the day after the first, and their anniversaries",
        [
            *("written", "first_day", "last_day"),
            """CASE
            WHEN form < 10 OR first_of < month_length THEN first_day + 1
            WHEN first_month = 12 THEN (y + 1) * 10000 + 101
            ELSE y * 10000 + (first_month + 1) * 100 + 1
        END AS after_first""",
            "first_day + 10000 - CASE WHEN first_day = leap_day THEN 1 ELSE 0 END AS first_year",
            "last_day + 10000 - CASE WHEN last_day = leap_day THEN 1 ELSE 0 END AS last_year",
        ],
        ["FROM sts_bounds"],
    )
