"""Dates of which the day, or the month too, may not be known: `2025`, `2025-05`, `2025-05-17`."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date

from sts_kg.tables import iso_date

__all__ = ["PartialDate", "a_year_later"]

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
#: So that every date has an anniversary; 9999 is a common placeholder for a date that is not known.
_LAST_YEAR = date.max.year - 1


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date known to the year, the month or the day: any day from `earliest` to `latest`, both included.

    `place` is where the date stands (file and line); it takes no part in comparisons.
    """

    earliest: date
    latest: date
    text: str
    place: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str, place: str = "") -> PartialDate:
        """Return the date that a text stands for; years are 0001 to 9998 of the Gregorian calendar.

        Read are `YYYY`, `YYYY-MM`, `YYYY-MM-DD` and what spreadsheets write (`sts_kg.tables.iso_date`).

        Raises
        ------
        ValueError
            The text is none of these, may be two days, or there is no such day; the message says which.

        Examples
        --------
        >>> PartialDate.parse("2024-02").latest
        datetime.date(2024, 2, 29)
        >>> PartialDate.parse("2025-02-30")
        Traceback (most recent call last):
        ValueError: '2025-02-30' is not a date: 2025-02 has 28 days
        """
        shown = repr(text if len(text) <= 40 else text[:40] + "…")
        text = iso_date(text)
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{shown} is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected")
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None, "the form begins with a year"
        if not 1 <= year <= _LAST_YEAR:
            raise ValueError(f"{shown} is not a date: years are 0001 to {_LAST_YEAR}")
        if month is not None and not 1 <= month <= 12:
            raise ValueError(f"{shown} is not a date: months are 01 to 12")
        days = calendar.monthrange(year, month or 12)[1]
        if day is not None and not 1 <= day <= days:
            raise ValueError(f"{shown} is not a date: {text[:7]} has {days} days")
        return cls(date(year, month or 1, day or 1), date(year, month or 12, day or days), text, place)

    def __str__(self) -> str:
        return self.text

    @property
    def when(self) -> str:
        """The date as it stands in a sentence: on a day, in a month or year."""
        return f"{'on' if self.earliest == self.latest else 'in'} {self.text}"


def a_year_later(day: date) -> date:
    """Return the first anniversary of a day; that of 29 February is 28 February (D09).

    Examples
    --------
    >>> a_year_later(date(2024, 2, 29))
    datetime.date(2025, 2, 28)
    """
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)
