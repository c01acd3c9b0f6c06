"""Dates in SQL without functions of dates: a text becomes its first and last day, each a whole number.

A day is the number YYYYMMDD, so days compare as numbers. The anniversary is 10000 more, that of 29 February one less
(D09). No engine adds a year or a day: they differ in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sts_kg.cohort.dialects import Dialect

__all__ = ["days", "end_of_day", "no_date", "numbers"]

_DIGITS = ", ".join(f"'{digit}'" for digit in range(10))
_MONTHS = ", ".join(f"'{month:02}'" for month in range(1, 13))


def end_of_day(cell: str) -> str:
    """Return a text of a date without the time of midnight, as a column of times has it."""
    return f"REPLACE({cell}, ' 00:00:00', '')"


def no_date(name: str, alias: str) -> str:
    """Return the test that a text is there and no date, from the columns of `numbers`.

    It names as few columns as it can: some engines test before they join, and then write each column out in full.
    """
    y, d, length = (f"{alias}.{name}_{part}" for part in ("y", "d", "length"))
    return f"({alias}.{name} IS NOT NULL AND ({y} IS NULL OR {d} < 1 OR {d} > {length}))"


def numbers(cell: str, name: str, dialect: Dialect) -> Iterator[str]:
    """Yield the columns with the year, month and day of a text, NULL where it has none, and how long its last month is.

    The form is YYYY, YYYY-MM or YYYY-MM-DD, years are 0001 to 9998; of any other text the year is NULL.
    """
    year = _are_digits(cell, 1, 2, 3, 4)
    month = f"SUBSTR({cell}, 5, 1) = '-' AND SUBSTR({cell}, 6, 2) IN ({_MONTHS})"
    day = f"SUBSTR({cell}, 8, 1) = '-' AND {_are_digits(cell, 9, 10)}"
    form = f"LENGTH({cell}) IN (4, 7, 10) AND (LENGTH({cell}) = 4 OR {month}) AND (LENGTH({cell}) < 10 OR {day})"
    leap = f"({_by_four(cell, 3)}) AND (SUBSTR({cell}, 3, 2) <> '00' OR {_by_four(cell, 1)})"
    number = dialect.integer
    yield (
        f"CASE WHEN {form} AND {year} AND SUBSTR({cell}, 1, 4) NOT IN ('0000', '9999')"
        f" THEN CAST(SUBSTR({cell}, 1, 4) AS {number}) END AS {name}_y"
    )
    yield f"CASE WHEN {month} THEN CAST(SUBSTR({cell}, 6, 2) AS {number}) END AS {name}_m"
    yield f"CASE WHEN {day} THEN CAST(SUBSTR({cell}, 9, 2) AS {number}) END AS {name}_d"
    yield (
        f"CASE WHEN SUBSTR({cell}, 5, 3) = '-02' THEN CASE WHEN {leap} THEN 29 ELSE 28 END"
        f" WHEN SUBSTR({cell}, 5, 3) IN ('-04', '-06', '-09', '-11') THEN 30 ELSE 31 END AS {name}_length"
    )


def _are_digits(cell: str, *places: int) -> str:
    return " AND ".join(f"SUBSTR({cell}, {place}, 1) IN ({_DIGITS})" for place in places)


def _by_four(cell: str, place: int) -> str:
    """Return the test that a number of two digits can be divided by four."""
    tens, ones = f"SUBSTR({cell}, {place}, 1)", f"SUBSTR({cell}, {place + 1}, 1)"
    even = f"{tens} IN ('0', '2', '4', '6', '8') AND {ones} IN ('0', '4', '8')"
    return f"{even} OR {tens} IN ('1', '3', '5', '7', '9') AND {ones} IN ('2', '6')"


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
        yield f"CASE WHEN {d} IS NULL OR ({d} >= 1 AND {d} <= {length}) THEN {made[part]} END AS {name}_{part}"
