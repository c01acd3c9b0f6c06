"""Where a text stands in a case file, and what it stands for: every error has its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from unicodedata import category

from rdflib import URIRef

from sts_kg.cases.dates import PartialDate
from sts_kg.errors import CaseError, nearest
from sts_kg.guideline import Number, written

__all__ = ["DECIMAL", "WHOLE", "Place", "at", "cut", "is_id", "is_label", "shown"]

#: How a whole number and a decimal are written, without a sign.
WHOLE, DECIMAL = r"[0-9]{1,9}", r"[0-9]{1,9}(\.[0-9]{1,9})?"

#: What spreadsheets of other languages write for TRUE and FALSE, and people for yes and no.
_OTHER_WORDS = {
    **dict.fromkeys(("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "ja", "oui", "si", "sí", "y"), "yes"),
    **dict.fromkeys(("falsch", "faux", "falso", "onwaar", "nein", "non", "nee", "n"), "no"),
}


MOST_LABEL = 1000  # characters


@dataclass(frozen=True)
class Place:
    """Where a text stands in a case file: its line, or in RDF, which has no lines, what the triple is about.

    Its methods return what the text stands for, or raise a CaseError: what is wrong, where, what would be right.
    """

    path: str | Path
    line: int | None = None
    about: str = ""

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}" if self.line is not None else str(self.path)

    def error(
        self, reason: str, *, key: str | None = None, value: object = None, valid: Iterable[str] = ()
    ) -> CaseError:
        """Return an error at this place."""
        reason = f"{self.about}: {reason}" if self.about else reason
        return CaseError(reason, path=self.path, line=self.line, key=key, value=value, valid=valid)

    def unknown(self, reason: str, text: str, valid: Iterable[str], *, key: str) -> CaseError:
        """Return the error for a text that is none of the valid words: it names the near ones, or else all."""
        words = list(valid)
        known = "" if nearest(text, words) else f"; known are {', '.join(words)}"
        return self.error(reason + known, key=key, value=text, valid=words)

    def word(self, text: str, words: Mapping[str, URIRef], kind: str, *, key: str = "") -> URIRef:
        """Return the term that a word stands for; `kind` is what the words name, `key` where the word stands."""
        if text not in words:
            shortest = {iri: word for word, iri in sorted(words.items(), key=lambda pair: -len(pair[0]))}
            raise self.unknown(f"there is no {kind} {shown(text)}", text, sorted(shortest.values()), key=key or kind)
        return words[text]

    def yes_or_no(self, text: str, key: str, words: Mapping[str, bool | None]) -> bool | None:
        """Return what a yes-or-no word stands for; None for what stands for unknown."""
        word = text.strip().casefold()
        if word in words:
            return words[word]
        known = "yes, no or unknown" if "unknown" in words else "true or false"
        near = _OTHER_WORDS.get(word)
        hint = f"; did you mean {near}?" if near else ""
        raise self.error(f"{shown(text)} is not a value of {key}: {known} is expected{hint}", key=key, value=text)

    def date(self, text: str, key: str) -> PartialDate:
        """Return a date that may be partial."""
        try:
            return PartialDate.parse(text, str(self))
        except ValueError as error:
            raise self.error(f"{key}: {error}", key=key, value=text) from error

    def number(self, text: str, key: str, number: Number) -> int | Decimal:
        """Return a number of a case, a decimal as exactly as it is written."""
        form, least = WHOLE if number.is_whole else DECIMAL, number.least
        is_signed = least is None or least < 0
        expected = f"at least {written(least)} is expected" if least is not None else ""
        if not re.fullmatch(("-?" if is_signed else "") + form, text):
            of_unit = f" of {number.unit}" if number.unit else ""
            kind = "a whole number, such as 3" if number.is_whole else f"a number{of_unit}, such as 12.5"
            also = f"; {expected}" if re.fullmatch("-" + form, text) else ""
            raise self.error(f"{key}: {shown(text)} is not {kind}{also}", key=key, value=text)
        value = int(text) if number.is_whole else Decimal(text)
        if least is not None and value < least:
            raise self.error(f"{key}: {shown(text)} is too small; {expected}", key=key, value=text)
        return value

    def id(self, text: str, key: str = "case") -> str:
        """Return an id of a case."""
        if not is_id(text):
            reason = f"{shown(text)} is not an id of a case: one to 200 printable characters are expected"
            raise self.error(reason, key=key, value=text)
        return text.strip()

    def label(self, text: str, key: str = "label") -> str:
        """Return a label on one line, without what a terminal would obey."""
        label = " ".join(text.split())
        if len(label) > MOST_LABEL:
            reason = f"{key}: {shown(text)} has {len(label):,} characters; at most {MOST_LABEL:,} are expected"
            raise self.error(reason, key=key, value=cut(text))
        if _has_controls(label):
            raise self.error(f"{key}: {shown(text)} holds a control character", key=key, value=text)
        return label


def is_id(text: str) -> bool:
    """Return whether a text can be the id of a case."""
    return bool(text.strip()) and len(text) <= 200 and text.isprintable()


def is_label(text: str) -> bool:
    """Return whether a text on one line can be the label of a case."""
    return len(text) <= MOST_LABEL and not _has_controls(text)


def _has_controls(text: str) -> bool:
    return any(category(character) == "Cc" for character in text)


def cut(text: str) -> str:
    """Return a text that is not longer than a line, or its beginning."""
    return text if len(text) <= 60 else text[:60] + "…"


def at(place: str) -> str:
    """Return a place in brackets, after a blank; empty if there is none."""
    return f" ({place})" if place else ""


def shown(text: str) -> str:
    """Return a text as an error shows it: quoted, escaped, not longer than a line."""
    return repr(cut(str(text)))
