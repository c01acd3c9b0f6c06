"""The checks of the ontology against the source page: digests, cues, quotations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rdflib import Literal, URIRef

from sts_kg.errors import SourceError
from sts_kg.guideline import Guideline, segments
from sts_kg.quality.ontology_checks import MOST_WORDS, with_readings
from sts_kg.quality.violation import Violation
from sts_kg.rdf import STS, compress

__all__ = ["PAGE_CHECKS", "page_violations"]


def page_violations(guideline: Guideline, page: Path | None) -> tuple[list[Violation], str]:
    """Return what the checks that need the page find, or a note why they were left out."""
    if page is None:
        return (
            [],
            "the page is not at hand: digests, cues and quotations were not compared with it (--source, STS_KG_SOURCE)",
        )
    try:
        texts = guideline.texts(page) or {}
    except SourceError as error:
        return [Violation("source-digest", str(error.path), str(error), "the unchanged page")], ""
    text = page.read_bytes().decode("utf-8")
    found = [violation for check in PAGE_CHECKS.values() for violation in check(guideline, texts, text)]
    return found, ""


def _source_uncovered(guideline: Guideline, texts: Mapping[str, str], page: str) -> Iterator[Violation]:
    """Find what of the page is in no segment; white space need not be."""
    end = 0
    for one in [*segments(guideline.asserted), None]:
        between = page[end : one.start if one else len(page)]
        if between.strip():
            remedy = "a segment for it in source.ttl"
            yield Violation("source-uncovered", f"characters {end}", "some of the page is in no segment", remedy)
        end = one.end if one else end


def _cue_not_in_source(guideline: Guideline, texts: Mapping[str, str], page: str) -> Iterator[Violation]:
    """Find cues of segments that do not stand in them; what is quoted from a segment is one of its cues."""
    for one in segments(guideline.asserted):
        for cue in guideline.asserted.objects(URIRef(f"{guideline.base}{one.id}"), STS.cue):
            if str(cue) not in texts.get(one.id, ""):
                subject, message = compress(guideline.base + one.id), f"the cue “{cue}” does not stand in it"
                yield Violation("cue-not-in-source", subject, message, "the words as they stand")


def _quotes_source(guideline: Guideline, texts: Mapping[str, str], page: str) -> Iterator[Violation]:
    """Find literals that repeat more than eight words of the page in a row: its sentences are not ours to ship."""
    size = MOST_WORDS + 1
    words = _words(page)
    runs = {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}
    for subject, predicate, text in with_readings(guideline):
        if isinstance(text, Literal):
            own = _words(str(text))
            if any(tuple(own[i : i + size]) in runs for i in range(len(own) - size + 1)):
                message = f"its {compress(str(predicate))} repeats more than {MOST_WORDS} words of the page"
                yield Violation("quotes-source", compress(str(subject)), message, "say it in other words")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))


PageCheck = Callable[[Guideline, Mapping[str, str], str], Iterator[Violation]]

#: The checks that need the page, by id; `source-digest` stands before them.
PAGE_CHECKS: Mapping[str, PageCheck] = {
    "source-uncovered": _source_uncovered,
    "cue-not-in-source": _cue_not_in_source,
    "quotes-source": _quotes_source,
}
