"""Dates of which the day, or the month too, may not be known: `2025`, `2025-05`, `2025-05-17`."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

__all__ = ["PartialDate"]

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date known to the year, the month or the day: any day from `earliest` to `latest`, both included."""

    earliest: date
    latest: date
    text: str

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Return the date that a text stands for.

        Raises
        ------
        ValueError
            The text is not `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or there is no such day; the message says which.

        Examples
        --------
        >>> PartialDate.parse("2024-02").latest
        datetime.date(2024, 2, 29)
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no date: YYYY, YYYY-MM or YYYY-MM-DD is expected")
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        try:
            first = date(year, month or 1, day or 1)
        except ValueError as error:
            raise ValueError(f"{text!r} is no date of the calendar: {error}") from error
        last_month = month or 12
        last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
        return cls(first, last, text)

    @property
    def a_year_later(self) -> tuple[date, date]:
        """The first and the last day on which the anniversary can be; that of 29 February is 28 February (D09)."""
        return _next_year(self.earliest), _next_year(self.latest)

    def __str__(self) -> str:
        return self.text


def _next_year(day: date) -> date:
    if day.year == date.max.year:
        return date.max
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)
