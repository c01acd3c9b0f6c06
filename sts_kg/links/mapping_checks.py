"""Checks of a mapping set: ids, formats, vocabulary, repetitions, and matches that are known to be wrong (traps).

The traps are data: `ontology/mappings/traps.tsv`, and the rows of the shipped sets that deny a match.
"""

from __future__ import annotations

import csv
import re
from collections import abc
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL, RDFS, SKOS

from sts_kg.errors import CurieError, nearest
from sts_kg.guideline import ontology_folder
from sts_kg.links.sssom import DATES, NUMBERS, Mapping, MappingSet, shipped
from sts_kg.rdf import BASE, Prefixes, read_text

__all__ = ["JUSTIFICATIONS", "PREDICATES", "Denial", "RowViolation", "denials", "iri_of", "traps", "validate"]

EXACT = "skos:exactMatch"
PREDICATES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
_ALSO = "rdfs:subClassOf"
#: Predicates that make two terms identical, so that all statements about one hold for the other.
_IDENTITY = ("owl:sameAs", "owl:equivalentClass", "owl:equivalentProperty")
_KINDS = (
    "LexicalMatching LogicalReasoning CompositeMatching UnspecifiedMatching SemanticSimilarityThresholdMatching "
    "LexicalSimilarityThresholdMatching MappingChaining MappingReview ManualMappingCuration MappingInversion "
    "StructuralMatching InstanceBasedMatching BackgroundKnowledgeBasedMatching"
)
JUSTIFICATIONS = tuple(f"semapv:{kind}" for kind in _KINDS.split())
#: Prefixes that SSSOM builds in: a file need not declare them.
_BUILT_IN = frozenset("owl rdf rdfs semapv skos sssom xsd linkml".split())
_IDS = ("subject_id", "predicate_id", "object_id", "mapping_justification", "author_id", "subject_source")
_NO_TERM = "sssom:NoTermFound"
_LITERAL = "rdfs literal"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_REPLACED_BY = (URIRef("http://purl.obolibrary.org/obo/IAO_0100001"), DCTERMS.isReplacedBy)


@dataclass(frozen=True)
class RowViolation:
    """One problem in a mapping set: its `line` and `column` (a slot), the `message`, and the `remedy`.

    A set with an error must not be used; a warning should be reviewed.
    """

    line: int | None
    column: str
    message: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"line {self.line}, {self.column}" if self.line is not None else self.column
        return f"{place}: {self.severity}: {self.message}; {self.remedy}"


@dataclass(frozen=True)
class Denial:
    """A match that is known to be wrong: for these subjects (IRIs or `*`) or subject labels, with these predicates."""

    subjects: frozenset[str]
    labels: frozenset[str]
    predicates: frozenset[str]
    object: str
    reason: str
    remedy: str
    number: str = ""

    def denies(self, subject: str, label: str, predicate: str) -> bool:
        """Return whether this denial applies to a row about its object."""
        meant = "*" in self.subjects or subject in self.subjects or "*" in self.labels or label in self.labels
        return meant and ("*" in self.predicates or predicate in self.predicates)


def iri_of(curie: str, curie_map: abc.Mapping[str, str]) -> str:
    """Return the canonical IRI of a CURIE, by the prefixes of its file or else ours; any other text unchanged."""
    name, colon, local = curie.partition(":")
    known = Prefixes.shipped()
    declared = colon and name in curie_map
    if not declared and known.find(name):
        try:
            return str(known.expand(curie))
        except CurieError:
            return curie
    iri = curie_map[name] + local if declared else curie
    found = known.of_iri(iri)
    return found[0].iri + found[1] if found else iri


def traps(path: str | Path | None = None) -> tuple[Denial, ...]:
    """Return the traps of a table, by default the shipped one; `*` in it stands for any subject or predicate."""
    return _shipped_traps() if path is None else _traps(Path(path))


@cache
def _shipped_traps() -> tuple[Denial, ...]:
    return _traps(ontology_folder() / "mappings" / "traps.tsv")


def _traps(path: Path) -> tuple[Denial, ...]:
    rows = csv.DictReader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Denial(
            frozenset(iri_of(each, {}) for each in row["subject_id"].split("|")),
            frozenset(map(_folded, row["subject_label"].split("|"))) - {""},
            frozenset(row["predicate_id"].split("|")),
            iri_of(row["object_id"], {}),
            row["reason"],
            row["remedy"],
            row["trap"],
        )
        for row in rows
    )


def denials(sets: Iterable[MappingSet]) -> Iterator[Denial]:
    """Yield the matches that the negative rows of mapping sets deny."""
    for each in sets:
        for row in each.mappings:
            if row.negative and row.object_id and row.predicate_id:
                yield Denial(
                    frozenset({iri_of(row.subject_id or "", each.curie_map)}),
                    frozenset({_folded(row.subject_label or "")}) - {""},
                    frozenset({row.predicate_id}),
                    iri_of(row.object_id, each.curie_map),
                    f"the set {each.name} denies this match" + (f" ({row.comment})" if row.comment else ""),
                    f"drop the row, or use a predicate other than {row.predicate_id}",
                )


@cache
def _shipped_denials() -> tuple[Denial, ...]:
    return tuple(denials(shipped()))


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def validate(
    mappings: MappingSet,
    *,
    entities: Collection[object] | None = None,
    graph: Graph | None = None,
    labels: abc.Mapping[str, str] | None = None,
    retired: abc.Mapping[str, str] | None = None,
    denied: Iterable[Denial] = (),
) -> list[RowViolation]:
    """Return the problems of a mapping set, line by line; an empty list if there are none.

    Parameters
    ----------
    mappings : MappingSet
        As `read` returns it.
    entities : collection of IRIs, optional
        All terms of our own; a subject in our namespace must be one of them.
    graph : Graph, optional
        External terms with `rdfs:label` and `owl:deprecated`, to compare the objects with.
    labels : mapping of str to str, optional
        CURIE or IRI of an external term to its label.
    retired : mapping of str to str, optional
        CURIE or IRI of a retired term to its replacement, or to "".
    denied : iterable of Denial
        Further matches that are known to be wrong, besides the shipped traps and the denials of the shipped sets.
    """
    outside = _Outside(graph, labels or {}, retired or {})
    ours = frozenset(map(str, entities)) if entities is not None else None
    wrong: dict[str, list[Denial]] = {}
    for denial in (*traps(), *_shipped_denials(), *denied, *denials([mappings])):
        wrong.setdefault(denial.object, []).append(denial)
    found = [*_header(mappings)]
    for row in mappings.mappings:
        found += _row(mappings, row)
        found += _meaning(mappings, row, wrong, outside, ours)
    found += _repeated(mappings)
    found.sort(key=lambda problem: problem.line if problem.line is not None else 0)
    return found


def _header(mappings: MappingSet) -> Iterator[RowViolation]:
    lines, metadata, known = mappings.lines, mappings.metadata, Prefixes.shipped()
    for slot in ("mapping_set_id", "license"):
        value = metadata.get(slot)
        if not value:
            yield RowViolation(None, slot, f"the metadata has no {slot}", f"add a line `#{slot}: IRI`")
        elif not _IRI.fullmatch(str(value)):
            yield RowViolation(lines.get(slot), slot, f"{str(value)!r} is not an IRI", "write the full IRI")
    for slot in sorted(DATES & metadata.keys()):
        if not _is_date(metadata[slot]):
            yield RowViolation(lines.get(slot), slot, f"{metadata[slot]!r} is not a date", "write YYYY-MM-DD")
    if "curie_map" in metadata and not isinstance(metadata["curie_map"], dict):
        yield RowViolation(
            lines.get("curie_map"), "curie_map", "it is not a map", "write one line `#  PREFIX: IRI` for each prefix"
        )
    for name, iri in mappings.curie_map.items():
        prefix, line = known.find(name), lines.get(f"curie_map.{name}")
        if not _IRI.fullmatch(iri):
            yield RowViolation(
                line, "curie_map", f"{name}: {iri!r} is not an IRI", "write the IRI that the local ids are appended to"
            )
        elif prefix is not None and iri != prefix.iri:
            what = "is another form of the IRIs" if iri in prefix.iris else "is not where the IRIs begin"
            yield RowViolation(line, "curie_map", f"{name}: {iri} {what}", f"write {prefix.name}: {prefix.iri}")
    for slot in ("subject_source", "object_source"):
        if value := metadata.get(slot):
            yield from _id(mappings, lines.get(slot), slot, str(value))


def _row(mappings: MappingSet, row: Mapping) -> Iterator[RowViolation]:
    """Yield the problems in the format of a row."""
    line = row.line
    for side in ("subject", "object"):
        literal = mappings.cell(row, f"{side}_type") == _LITERAL
        slot = f"{side}_label" if literal else f"{side}_id"
        if not row.cell(slot).strip():
            yield RowViolation(line, slot, f"the row has no {slot}", "fill it in: without it there is no mapping")
    for slot, example in (("predicate_id", EXACT), ("mapping_justification", JUSTIFICATIONS[3])):
        if not row.cell(slot).strip():
            yield RowViolation(line, slot, f"the row has no {slot}", f"fill it in, such as {example}")
    for slot in (*_IDS, "object_source"):
        values = row.author_id if slot == "author_id" else (row.cell(slot),)
        for value in filter(str.strip, values):
            yield from _id(mappings, line, slot, value)
    yield from _words(row)
    for slot in sorted(NUMBERS):
        value = getattr(row, slot)
        if value is not None and not (isinstance(value, float) and 0 <= value <= 1):
            yield RowViolation(
                line, slot, f"{row.cell(slot)} is not a number from 0 to 1", "write a number such as 0.9, or nothing"
            )
    for slot in sorted(DATES):
        if row.cell(slot) and not _is_date(row.cell(slot)):
            yield RowViolation(line, slot, f"{row.cell(slot)!r} is not a date", "write YYYY-MM-DD")


def _is_date(value: object) -> bool:
    try:
        return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)) and date.fromisoformat(str(value)))
    except ValueError:
        return False


def _id(mappings: MappingSet, line: int | None, slot: str, value: str) -> Iterator[RowViolation]:
    """Yield the problems of an id."""
    name, colon, _ = value.partition(":")
    known, declared = Prefixes.shipped(), mappings.curie_map
    fault, prefix = known.fault(value), known.find(name)
    if fault and (not colon or "://" in value):
        yield RowViolation(line, slot, f"{value}: {fault.wrong}", fault.remedy)
        return
    if name not in declared and name not in _BUILT_IN and not (prefix and prefix.name in declared):
        near = nearest(name, declared)
        hint = f"did you mean {near[0]}:?" if near else f"add a line `#  {name}: IRI` to it"
        yield RowViolation(line, slot, f"{value}: the curie_map has no prefix {name!r}", hint)
    if prefix is None and name in declared:
        message = f"{value}: the prefix {name!r} is unknown"
        yield RowViolation(line, slot, message, "check the prefix and the id by hand", "warning")
    elif prefix is not None and fault:
        yield RowViolation(line, slot, f"{value}: {fault.wrong}", fault.remedy)


def _words(row: Mapping) -> Iterator[RowViolation]:
    predicate, kind = row.predicate_id, row.mapping_justification
    if predicate in _IDENTITY:
        message = f"{predicate} makes the two terms identical, so that all statements about one hold for the other"
        yield RowViolation(row.line, "predicate_id", message, f"write {EXACT}")
    elif predicate and predicate not in (*PREDICATES, _ALSO):
        near = nearest(predicate, PREDICATES) or PREDICATES
        message = f"the predicate {predicate} is not one for matches"
        yield RowViolation(row.line, "predicate_id", message, f"write {' or '.join(near)}")
    if kind and kind not in JUSTIFICATIONS:
        near = nearest(kind, JUSTIFICATIONS) or (JUSTIFICATIONS[3],)
        message = f"the justification {kind} is not one of SSSOM"
        yield RowViolation(row.line, "mapping_justification", message, f"write {' or '.join(near)}")
    if row.predicate_modifier not in (None, "Not"):
        message = f"the modifier {row.predicate_modifier!r} is unknown"
        yield RowViolation(row.line, "predicate_modifier", message, "write Not, or nothing")


def _meaning(
    mappings: MappingSet,
    row: Mapping,
    wrong: abc.Mapping[str, list[Denial]],
    outside: _Outside,
    ours: frozenset[str] | None,
) -> Iterator[RowViolation]:
    """Yield the problems in the content of a row."""
    if not row.subject_id or not row.object_id:
        return
    subject, object_ = iri_of(row.subject_id, mappings.curie_map), iri_of(row.object_id, mappings.curie_map)
    if ours is not None and subject.startswith(BASE) and subject not in ours:
        near = nearest(row.subject_id, {f"sts:{iri.removeprefix(BASE)}" for iri in ours if iri.startswith(BASE)})
        hint = f"did you mean {' or '.join(near)}?" if near else "use a term of the ontology"
        yield RowViolation(row.line, "subject_id", f"{row.subject_id} is not a term of the ontology", hint)
    if row.negative:
        return
    predicate = EXACT if row.predicate_id in _IDENTITY else row.predicate_id or ""
    for denial in wrong.get(object_, ()):
        if denial.denies(subject, _folded(row.subject_label or ""), predicate):
            message = f"{row.object_id} is a known trap: {denial.reason}"
            yield RowViolation(row.line, "object_id", message, denial.remedy)
            break
    if (replacement := outside.replacement(object_)) is not None:
        remedy = f"write {replacement}" if replacement else "find its replacement"
        yield RowViolation(row.line, "object_id", f"{row.object_id} is retired", remedy)
    label = outside.label(object_)
    if label is not None and row.object_label and _folded(label) != _folded(row.object_label):
        message = f"{row.object_id} is labelled {label!r}, not {row.object_label!r}"
        yield RowViolation(row.line, "object_label", message, "fix the label, or the id if that is wrong", "warning")


class _Outside:
    """Labels and replacements of external terms, by canonical IRI."""

    def __init__(self, graph: Graph | None, labels: abc.Mapping[str, str], retired: abc.Mapping[str, str]) -> None:
        self._labels = {iri_of(term, {}): label for term, label in labels.items()}
        self._retired = {iri_of(term, {}): replacement for term, replacement in retired.items()}
        if graph is None:
            return
        known = Prefixes.shipped()
        for predicate in (RDFS.label, SKOS.prefLabel):
            for term, label in sorted(graph.subject_objects(predicate)):
                self._labels.setdefault(str(known.standard(str(term))), str(label))
        for term in graph.subjects(OWL.deprecated):
            named = [str(each) for predicate in _REPLACED_BY for each in graph.objects(term, predicate)]
            replacement = known.compress(named[0]) or named[0] if named else ""
            self._retired.setdefault(str(known.standard(str(term))), replacement)

    def label(self, iri: str) -> str | None:
        return self._labels.get(iri)

    def replacement(self, iri: str) -> str | None:
        return self._retired.get(iri)


def _repeated(mappings: MappingSet) -> Iterator[RowViolation]:
    """Yield rows that repeat other rows, and terms with more than one exact match."""
    seen: dict[tuple[str, ...], Mapping] = {}
    by_subject: dict[tuple[str, str], Mapping] = {}
    by_object: dict[str, Mapping] = {}
    known = Prefixes.shipped()
    for row in mappings.mappings:
        if not (row.subject_id and row.object_id) or _NO_TERM in (row.subject_id, row.object_id):
            continue
        subject, object_ = iri_of(row.subject_id, mappings.curie_map), iri_of(row.object_id, mappings.curie_map)
        key = (subject, row.cell("predicate_id"), row.cell("predicate_modifier"), object_)
        first = seen.setdefault((*key, row.cell("mapping_justification")), row)
        if first is not row:
            yield RowViolation(row.line, "subject_id", f"the row repeats line {first.line}", "drop one of them")
            continue
        if row.negative or row.predicate_id not in (EXACT, *_IDENTITY):
            continue
        vocabulary = known.of_iri(object_)
        name = vocabulary[0].name if vocabulary else row.object_id.partition(":")[0]
        other = by_subject.setdefault((subject, name), row)
        if other is not row and iri_of(str(other.object_id), mappings.curie_map) != object_:
            message = f"{row.subject_id} has two exact matches in {name}: also {other.object_id} in line {other.line}"
            yield RowViolation(row.line, "object_id", message, "keep one, make the other skos:closeMatch", "warning")
        twin = by_object.setdefault(object_, row)
        if twin is not row and iri_of(str(twin.subject_id), mappings.curie_map) != subject:
            message = f"{row.object_id} is an exact match of two terms: also of {twin.subject_id} in line {twin.line}"
            yield RowViolation(row.line, "object_id", message, "keep one, make the other skos:closeMatch", "warning")
