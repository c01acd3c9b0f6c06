"""Dates in SQL without functions of dates: a text becomes its first and last day, each a whole number.

A day is the number YYYYMMDD, so days compare as numbers. The anniversary is 10000 more, that of 29 February one less than
that (D09). No engine adds a year or a day: they differ in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sts_kg.cohort.dialects import Dialect

__all__ = ["days", "end_of_day", "numbers"]

_DIGITS = ", ".join(f"'{digit}'" for digit in range(10))
_MONTHS = ", ".join(f"'{month:02}'" for month in range(1, 13))
_DAYS = ", ".join(f"'{day:02}'" for day in range(1, 32))
_FOURTHS = ", ".join(f"'{year:02}'" for year in range(4, 100, 4))


def end_of_day(cell: str) -> str:
    """Return a text of a date without the time of midnight, as a column of times has it."""
    return f"CASE WHEN SUBSTR({cell}, 11) = ' 00:00:00' THEN SUBSTR({cell}, 1, 10) ELSE {cell} END"


def numbers(cell: str, name: str, dialect: Dialect) -> Iterator[str]:
    """Yield the columns with the year, month and day of a text, NULL where it has none, and how long its last month is.

    The form is YYYY, YYYY-MM or YYYY-MM-DD, years are 0001 to 9998; of any other text the year is NULL.
    """
    year = " AND ".join(f"SUBSTR({cell}, {place}, 1) IN ({_DIGITS})" for place in range(1, 5))
    month = f"SUBSTR({cell}, 5, 1) = '-' AND SUBSTR({cell}, 6, 2) IN ({_MONTHS})"
    day = f"SUBSTR({cell}, 8, 1) = '-' AND SUBSTR({cell}, 9, 2) IN ({_DAYS})"
    form = f"LENGTH({cell}) = 4 OR (LENGTH({cell}) = 7 AND {month}) OR (LENGTH({cell}) = 10 AND {month} AND {day})"
    leap = (
        f"SUBSTR({cell}, 3, 2) IN ({_FOURTHS})"
        f" OR (SUBSTR({cell}, 3, 2) = '00' AND SUBSTR({cell}, 1, 2) IN ({_FOURTHS}))"
    )
    number = dialect.integer
    yield (
        f"CASE WHEN ({form}) AND {year} AND SUBSTR({cell}, 1, 4) NOT IN ('0000', '9999')"
        f" THEN CAST(SUBSTR({cell}, 1, 4) AS {number}) END AS {name}_y"
    )
    yield f"CASE WHEN {month} THEN CAST(SUBSTR({cell}, 6, 2) AS {number}) END AS {name}_m"
    yield f"CASE WHEN {day} THEN CAST(SUBSTR({cell}, 9, 2) AS {number}) END AS {name}_d"
    yield (
        f"CASE WHEN SUBSTR({cell}, 5, 3) = '-02' THEN CASE WHEN {leap} THEN 29 ELSE 28 END"
        f" WHEN SUBSTR({cell}, 5, 3) IN ('-04', '-06', '-09', '-11') THEN 30 ELSE 31 END AS {name}_length"
    )


def days(name: str, wanted: Sequence[str], alias: str) -> Iterator[str]:
    """Yield the columns with the days that a date may mean, from those of `numbers`; NULL of what is no date.

    They are `first` and `last`, `after`, the day after the first, and `first_year` and `last_year`, the anniversaries.
    """
    y, m, d, length = (f"{alias}.{name}_{part}" for part in ("y", "m", "d", "length"))
    first_month, last_month = (f"CASE WHEN {m} IS NULL THEN {month} ELSE {m} END" for month in (1, 12))
    first_of, last_of = (f"CASE WHEN {d} IS NULL THEN {day} ELSE {d} END" for day in (1, length))
    first = f"{y} * 10000 + ({first_month}) * 100 + ({first_of})"
    last = f"{y} * 10000 + ({last_month}) * 100 + ({last_of})"
    leap = f"{m} = 2 AND ({{}}) = 29"
    made = {
        "first": first,
        "last": last,
        "after": (
            f"CASE WHEN {d} IS NULL OR {d} < {length} THEN {first} + 1 WHEN {m} = 12 THEN ({y} + 1) * 10000 + 101"
            f" ELSE {y} * 10000 + ({m} + 1) * 100 + 1 END"
        ),
        "first_year": f"{first} + CASE WHEN {leap.format(first_of)} THEN 9999 ELSE 10000 END",
        "last_year": f"{last} + CASE WHEN {leap.format(last_of)} THEN 9999 ELSE 10000 END",
    }
    for part in wanted:
        yield f"CASE WHEN {d} IS NULL OR {d} <= {length} THEN {made[part]} END AS {name}_{part}"
