"""Proposed mappings: what linked documents propose, as a mapping set for a person to judge, and what is accepted of it.

A proposal is a row that nobody has reviewed. Mapping sets are only taken with such rows gone: judged, or left out.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from rdflib import Graph, URIRef
from rdflib.namespace import OWL

from sts_kg.errors import CurieError, ParseError, UnknownNameError
from sts_kg.guideline import version
from sts_kg.links.curies import iri_of
from sts_kg.links.equal_forms import canonical, propagated
from sts_kg.links.mapping_set import Mapping as Row
from sts_kg.links.mapping_set import MappingSet, used_prefixes
from sts_kg.links.ownership import space_of
from sts_kg.links.pins import Pin
from sts_kg.links.report import UNREVIEWED, Candidate, LinkReport, prefix_of
from sts_kg.links.slots import BUILT_IN, ENDS, IRI, PROPOSED_BY
from sts_kg.rdf import BASE, Prefixes
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import cell_text, safe_cell

__all__ = ["MEASURED", "Proposals", "accepted", "evidence_of", "kind_of", "proposed"]

_NO_LICENSE = "https://w3id.org/sssom/license/unspecified"
_TEXTS = ("subject_label", "object_label", "match_string", "comment")
#: The share of pairs that curators say to be exact matches, by kind of evidence, among those that they decided, by the
#: rule of succession (`bench/proposals.py`). Where other terms of the vocabulary share the name or identifier, that
#: counts instead: whether one has it in a better way.
MEASURED = {
    "label": 0.99,
    "synonym": 0.93,
    "similar name": 0.98,
    "related synonym": 0.91,
    "first of several": 0.6,
    "behind others": 0.29,
    "cas": 0.96,
    "inchikey": 0.95,
    "cross-reference": 0.62,
}
_RANKS = {"label": 0, "synonym": 1, "similar name": 2, "related synonym": 3}


@dataclass(frozen=True, repr=False)
class Proposals(Shown):
    """A mapping set that nobody has reviewed; how many pairs were left out, by why; the pins of what was named."""

    mappings: MappingSet
    left_out: Mapping[str, int]
    pins: tuple[Pin, ...] = ()

    def __repr__(self) -> str:
        return f"<Proposals: {counted(len(self), 'pair')}, not reviewed>"

    def __len__(self) -> int:
        """Return the number of pairs, each of which has a row for each kind of evidence."""
        return len({(row.subject_id, row.object_id) for row in self.mappings.mappings})


def proposed(report: LinkReport, ours: Graph) -> Proposals:
    """Return what a report of links proposes, a row for each kind of evidence of a pair.

    `ours` is the ontology whose terms are linked, for its version.
    """
    names, tool_version = _Named(), version()
    today = datetime.date.today()
    rows = []
    for one, (_, sure) in zip(report.evidence, evidence_of(report.evidence), strict=True):
        match = one.match
        row = replace(
            one.row,
            object_id=names.curie(one.object, one.document),
            subject_source="sts:ontology",
            subject_source_version=str(ours.value(URIRef(f"{BASE}ontology"), OWL.versionInfo) or "") or None,
            mapping_tool=PROPOSED_BY,
            mapping_tool_version=tool_version,
            mapping_date=today,
            confidence=sure,
            subject_match_field=match.ours,
            object_match_field=match.theirs,
            match_string=(match.string,) if match.string else (),
            subject_preprocessing=match.our_steps,
            object_preprocessing=match.their_steps,
        )
        rows.append(_with_texts(row, safe_cell))
    licenses = {document.header.get("license", "") for document in report.documents}
    license = licenses.pop() if len(licenses) == 1 else ""
    metadata = {
        "license": license if IRI.fullmatch(license) else _NO_LICENSE,
        "mapping_set_description": "Proposed by a program from "
        + ", ".join(document.name for document in report.documents)
        + "; nobody has reviewed it.",
    }
    return Proposals(_set(metadata, rows, names.spaces), report.left_out, report.pins)


def _set(metadata: dict[str, Any], rows: Iterable[Row], spaces: Mapping[str, str], id: str | None = None) -> MappingSet:
    """Return a set in its canonical order, with the prefixes that it uses, and an id that follows from its rows."""
    kept = tuple(dict.fromkeys(rows))
    known = {each.name: each.iri for each in Prefixes.shipped()} | BUILT_IN | {"sts": BASE} | {**spaces}
    cells = sorted(tuple(row.cell(slot) for slot in ("subject_id", "object_id", *_TEXTS)) for row in kept)
    metadata = {**metadata, "mapping_set_id": id or f"urn:uuid:{uuid5(NAMESPACE_URL, repr(cells))}"}
    used = used_prefixes(kept, metadata)
    metadata["curie_map"] = {name: iri for name, iri in known.items() if name in used}
    found = canonical(MappingSet(metadata, kept))
    return found if kept else replace(found, columns=ENDS)


class _Named:
    """CURIEs for terms of vocabularies that we do not know: the prefix is made of the name of the document."""

    def __init__(self) -> None:
        self.spaces: dict[str, str] = {}

    def curie(self, term: str, document: str) -> str:
        space = space_of(term)
        if Prefixes.shipped().find(prefix_of(term)) is not None or term == space or not IRI.fullmatch(term):
            return term
        stem = f"x-{document}" if Prefixes.shipped().find(document) or not document[0].isalpha() else document
        names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(self.spaces) + 2))
        name = next(each for each in names if self.spaces.get(each, space) == space)
        self.spaces[name] = space
        return f"{name}:{term.removeprefix(space)}"


def _with_texts(row: Row, change: Any) -> Row:
    """Return a row whose texts are changed, for a spreadsheet or back."""
    changed: dict[str, Any] = {}
    for slot in _TEXTS:
        if value := getattr(row, slot):
            changed[slot] = tuple(map(change, value)) if isinstance(value, tuple) else change(value)
    return replace(row, **changed)


# --- how sure


def kind_of(one: Candidate) -> str | None:
    """Return the kind of evidence, as it was measured; None of synonyms that are broader or narrower."""
    if one.matched_by == "identifier":
        return "cas" if one.value[:1].isdigit() else "inchikey"
    if one.is_near:
        return None
    return "related synonym" if one.is_related else one.matched_by


def evidence_of(candidates: Sequence[Candidate]) -> list[tuple[str | None, float | None]]:
    """Return the kind of evidence of each candidate, as it was measured, and how sure it is; None if it was not.

    By a name, or by an identifier, another term of the same vocabulary in the document may be a candidate too: then at
    most one of them is right.
    """
    kinds = [kind_of(one) for one in candidates]

    def rivals_of(one: Candidate) -> tuple[object, ...]:
        same = one.value if one.matched_by == "identifier" else one.matched_by == "cross-reference"
        return one.document, one.subject, prefix_of(one.object), same

    ranks: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for one, kind in zip(candidates, kinds, strict=True):
        if kind is not None:
            ranks[rivals_of(one)].append(_RANKS.get(kind, 0))
    found: list[tuple[str | None, float | None]] = []
    for one, kind in zip(candidates, kinds, strict=True):
        others = ranks[rivals_of(one)]
        if kind is None:
            found.append((None, None))
        elif len(others) == 1 or kind == "cross-reference":
            found.append((kind, MEASURED[kind]))
        elif _RANKS.get(kind, 0) > min(others):
            found.append(("behind others", MEASURED["behind others"]))
        else:
            equal = others.count(min(others))
            found.append(("first of several", round(min(MEASURED["first of several"], 1 / equal), 3)))
    return found


# --- what a person decides


def accepted(
    given: MappingSet,
    reviewer: str,
    *,
    subjects: Iterable[str] = (),
    objects: Iterable[str] = (),
    lines: Iterable[int] = (),
    at_least: float | None = None,
    deny: bool = False,
    to: MappingSet | None = None,
    id: str | None = None,
    license: str | None = None,
    date: datetime.date | None = None,
) -> MappingSet:
    """Return the chosen rows of a set as reviewed by a person, or as denied; without a choice, all rows.

    Parameters
    ----------
    given : MappingSet
        What `proposed` made, perhaps edited.
    reviewer : str
        Who decides: a CURIE, such as `orcid:0000-0002-1825-0097`.
    subjects, objects : iterable of str
        Only rows about these terms, as CURIEs or IRIs.
    lines : iterable of int
        Only the rows on these lines of the file.
    at_least : float, optional
        Only rows with this confidence, or more.
    deny : bool
        Whether the rows are wrong: each pair becomes a row with `Not`.
    to : MappingSet, optional
        What was decided before; it stays, but for the pairs that are decided otherwise now.
    id, license : str, optional
        Those of the set; by default those of `to`, else an id that follows from the rows, and the license of `given`.
    date : date, optional
        The date of the review; by default today.

    Raises
    ------
    CurieError
        The reviewer is no CURIE.
    UnknownNameError
        No row is about a term, or stands on a line.
    ParseError
        Both sets have a prefix, and not for the same IRI.
    """
    if (fault := Prefixes.shipped().fault(reviewer)) is not None:
        raise CurieError(reviewer, f"{fault.wrong}; {fault.remedy}")
    whole, when = propagated(given), date or datetime.date.today()
    chosen = [*_chosen(whole, subjects, objects, lines)]
    if at_least is not None:
        chosen = [row for row in chosen if isinstance(row.confidence, float) and row.confidence >= at_least]
    now = [_denied(row, reviewer, when) if deny else _reviewed(row, reviewer, when) for row in chosen]
    before = propagated(to) if to is not None else MappingSet({}, ())
    decided = {
        (iri_of(str(row.subject_id), whole.curie_map), iri_of(str(row.object_id), whole.curie_map)) for row in now
    }
    for name in before.curie_map.keys() & whole.curie_map.keys():
        if before.curie_map[name] != whole.curie_map[name]:
            reason = f"has another IRI for the prefix {name} than the proposals; keep their rows in another file"
            raise ParseError(reason, path=before.path or before.id)
    same = {_what(row, whole) for row in now}
    kept = [
        row
        for row in before.mappings
        if _what(row, before) not in same and (row.negative == deny or _what(row, before)[:2] not in decided)
    ]
    metadata = {
        "license": license or before.metadata.get("license") or whole.metadata.get("license") or _NO_LICENSE,
        "mapping_set_source": [each for each in dict.fromkeys((*_sources(before), whole.id)) if each],
    }
    return _set(metadata, (*kept, *now), {**before.curie_map, **whole.curie_map}, id or before.id or None)


def _sources(each: MappingSet) -> tuple[str, ...]:
    return tuple(map(str, each.metadata.get("mapping_set_source") or ()))


def _what(row: Row, of: MappingSet) -> tuple[str, ...]:
    """Return what a row says, and on what evidence."""
    ends = (iri_of(str(end), of.curie_map) for end in (row.subject_id, row.object_id))
    evidence = ("", "") if row.negative else (str(row.mapping_justification), "|".join(row.match_string))
    return (*ends, str(row.predicate_id), *evidence)


def _chosen(whole: MappingSet, subjects: Iterable[str], objects: Iterable[str], lines: Iterable[int]) -> Iterable[Row]:
    found = whole.mappings
    for slot, wanted in (("subject_id", [*subjects]), ("object_id", [*objects])):
        there = {iri_of(str(getattr(row, slot)), whole.curie_map): str(getattr(row, slot)) for row in found}
        iris = {iri_of(each, whole.curie_map): each for each in wanted}
        if missing := [each for iri, each in iris.items() if iri not in there]:
            raise UnknownNameError(slot.removesuffix("_id"), missing[0], [*there.values()])
        if wanted:
            found = tuple(row for row in found if iri_of(str(getattr(row, slot)), whole.curie_map) in iris)
    if numbers := [*lines]:
        known = {row.line for row in found}
        if wrong := [each for each in numbers if each not in known]:
            raise UnknownNameError("row on line", str(wrong[0]), [str(each) for each in known if each])
        found = tuple(row for row in found if row.line in numbers)
    return found


def _reviewed(row: Row, reviewer: str, when: datetime.date) -> Row:
    reviewers = tuple(dict.fromkeys((*row.reviewer_id, reviewer)))
    reviewed = replace(row, reviewer_id=reviewers, review_date=when, comment=_comment(row), line=None)
    return _with_texts(reviewed, cell_text)


def _comment(row: Row) -> str | None:
    return (
        row.comment.removesuffix(UNREVIEWED) + "." if row.comment and row.comment.endswith(UNREVIEWED) else row.comment
    )


def _denied(row: Row, reviewer: str, when: datetime.date) -> Row:
    kept = ("subject_id", "subject_label", "predicate_id", "object_id", "object_label", "comment")
    source = ("subject_source", "subject_source_version", "object_source", "object_source_version")
    values = {slot: getattr(row, slot) for slot in (*kept, *source)}
    denied = Row(
        **{**values, "comment": _comment(row)},
        predicate_modifier="Not",
        mapping_justification="semapv:ManualMappingCuration",
        author_id=(reviewer,),
        mapping_date=when,
    )
    return _with_texts(denied, cell_text)
