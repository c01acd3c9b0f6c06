"""Concept sets: which codes of a hospital stand for our findings and therapies, as the mapping sets say.

An exact match stands for our term, and so does a narrow one, whose code says more than the term. A broad one says
less. It is used only for a finding that implies soft tissue sarcoma, and only where its row says that nothing is
missing but a code for that (`sts:needsCodeOf`, without `sts:onlyIf`). No other match is used, none that is denied, and
no code ever means no.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from typing import NamedTuple

from rdflib import Literal, URIRef

from sts_kg.guideline import Vocabulary, ontology_folder, short
from sts_kg.links import Layers, MappingSet, iri_of, row_iris
from sts_kg.links import Mapping as Row
from sts_kg.rdf import STS, Prefixes, read_text
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Framed, Table

__all__ = ["FINDING", "THERAPY", "ConceptRow", "ConceptSets", "concept_sets"]

FINDING, THERAPY = "finding", "therapy"
#: A code gives a metastasis finding only to a person who has a code for this one, since most are of any cancer.
_SARCOMA = STS["finding-soft-tissue-sarcoma"]
_EXACT, _NARROW, _BROAD = "exact", "narrow", "broad"
_RELATIONS = {f"http://www.w3.org/2004/02/skos/core#{kind}Match": kind for kind in (_EXACT, _NARROW, _BROAD)}
_NEEDS, _ONLY_IF = str(STS.needsCodeOf), str(STS.onlyIf)


class _Vocabulary(NamedTuple):
    """How hospitals name a vocabulary: in OMOP, and in FHIR; and whether what is below a code stands for it too."""

    vocabulary_id: str
    system: str
    descendants: bool


class ConceptRow(NamedTuple):
    """A code that stands for a term of ours, and the mapping that says so.

    Attributes
    ----------
    kind : str
        `finding` or `therapy`.
    term : str
        The name of the term as case files have it.
    vocabulary_id, system : str
        The vocabulary in OMOP and in FHIR, "" where that has no name for it.
    concept_code, label : str
        The code, and what the mapping calls it.
    relation : str
        `exact`, `narrow`, or `broad`, which needs another code.
    descendants : bool
        Whether the concepts below it, as the site's `concept_ancestor` has them, stand for the term too.
    needs : str
        The finding of which the person must have a code as well; "" if none.
    shows : str
        The finding of which this is a code where another needs one; "" if none.
    mapping : str
        The IRI of the mapping: its record_id, or that of its axiom in RDF.
    mapping_set : str
        The IRI of its mapping set.
    """

    kind: str
    term: str
    vocabulary_id: str
    concept_code: str
    label: str
    relation: str
    descendants: bool
    needs: str
    shows: str
    system: str
    mapping: str
    mapping_set: str


@dataclass(frozen=True, repr=False)
class ConceptSets(Shown, Framed):
    """The codes that stand for terms of ours, in a stable order: findings before therapies, then by term and code.

    `unnamed` counts the mapped codes of each vocabulary that neither OMOP nor FHIR has a name for. `denied` are the
    codes that a mapping set denies to be narrower than a term (term, `vocabulary_id`, code): they do not stand for it
    either where they are below one that does.
    """

    rows: tuple[ConceptRow, ...]
    unnamed: Mapping[str, int] = field(default_factory=dict)
    denied: tuple[tuple[str, str, str], ...] = ()

    def __repr__(self) -> str:
        terms = len(self.findings) + len(self.therapies)
        return f"<ConceptSets: {counted(len(self.rows), 'code')} of {counted(terms, 'term')}>"

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """The findings that a code can give, by name."""
        return tuple(dict.fromkeys(row.term for row in self.rows if row.kind == FINDING))

    @cached_property
    def therapies(self) -> tuple[str, ...]:
        """The therapies that a code can give, by name."""
        return tuple(dict.fromkeys(row.term for row in self.rows if row.kind == THERAPY))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of rows and denials, so that a text or a number can say which codes it rests on."""
        return sha256(repr(([*map(tuple, self.rows)], self.denied)).encode()).hexdigest()

    def table(self) -> Table:
        """Return the rows as a table, with the columns of `ConceptRow`; `descendants` is 1 or 0."""
        rows = tuple(
            tuple(None if cell == "" else Literal(int(cell) if isinstance(cell, bool) else cell) for cell in row)
            for row in self.rows
        )
        told = ", ".join(f"{name} {number}" for name, number in self.unnamed.items())
        notes = (f"left out, since neither OMOP nor FHIR names the vocabulary: {told}",) if told else ()
        return Table(ConceptRow._fields, rows, notes=notes)


def concept_sets(layers: Layers, vocabulary: Vocabulary) -> ConceptSets:
    """Return the codes that stand for findings and therapies by the mappings that hold.

    Parameters
    ----------
    layers : Layers
        The mapping sets; a match that one of them denies does not hold.
    vocabulary : Vocabulary
        The findings with what they imply, and the therapies; a code of a brand stands for its drug.
    """
    best: dict[tuple[str, str], ConceptRow] = {}
    unnamed: Counter[str] = Counter()
    order = [*_RELATIONS.values()]
    for each, mapping, name in _matches(layers):
        row = _row(each, mapping, name, vocabulary)
        if row is None:
            continue
        if not row.vocabulary_id and not row.system:
            unnamed[row.concept_code.partition(":")[0]] += 1
            continue
        key = row.term, f"{row.vocabulary_id} {row.system} {row.concept_code}"
        if key not in best or order.index(row.relation) <= order.index(best[key].relation):
            best[key] = row  # of two that say the same, that of the upper layer
    denied = {found for each, mapping, _ in _matches(layers, True) for found in _denied(each, mapping, vocabulary)}
    return ConceptSets(tuple(sorted(best.values())), dict(sorted(unnamed.items())), tuple(sorted(denied)))


def _matches(layers: Layers, denied: bool = False) -> Iterator[tuple[MappingSet, Row, URIRef]]:
    """Yield the rows that state a match, or that deny one, with their sets and IRIs."""
    for each in layers.sets:
        for row, name in zip(each.mappings, row_iris(each), strict=True):
            if row.negative is denied and row.subject_id and row.object_id:
                yield each, row, name


def _denied(each: MappingSet, mapping: Row, vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    """Yield the code that a row denies to be narrower than a term of ours, if OMOP has what is below its vocabulary."""
    subject, object_ = (iri_of(mapping.cell(slot), each.curie_map) for slot in ("subject_id", "object_id"))
    prefix, code = _code(mapping.cell("object_id"), object_)
    term, known = _meant(URIRef(subject), vocabulary)[1], _vocabularies().get(prefix)
    if _RELATIONS.get(iri_of(mapping.cell("predicate_id"), each.curie_map)) == _NARROW and term and known:
        if known.descendants and known.vocabulary_id:
            yield short(term), known.vocabulary_id, code


def _row(each: MappingSet, mapping: Row, name: URIRef, vocabulary: Vocabulary) -> ConceptRow | None:
    """Return what a mapping says of a code, None if its code does not stand for a term of ours."""
    subject, predicate, object_ = (
        iri_of(mapping.cell(slot), each.curie_map) for slot in ("subject_id", "predicate_id", "object_id")
    )
    relation, said = _RELATIONS.get(predicate), _conditions(each, mapping)
    kind, term = _meant(URIRef(subject), vocabulary)
    if relation is None or term is None or _ONLY_IF in said or object_.startswith(str(STS)):
        return None
    implied = vocabulary.implied.get(term, frozenset())
    needs = said.get(_NEEDS)
    if relation == _BROAD and (needs is None or URIRef(needs) not in implied - {term}):
        return None
    if kind == THERAPY and needs is not None:
        return None
    if implied - {term, _SARCOMA} and _SARCOMA in implied:  # it says more than the stage: where there are metastases
        needs = str(_SARCOMA)
    shows = needs is None and _SARCOMA in implied
    prefix, code = _code(mapping.cell("object_id"), object_)
    known = _vocabularies().get(prefix)
    return ConceptRow(
        kind=kind,
        term=short(term),
        vocabulary_id=known.vocabulary_id if known else "",
        concept_code=code if known else f"{prefix}:{code}",
        label=mapping.object_label or "",
        relation=_NARROW if term != URIRef(subject) else relation,
        descendants=known is not None and known.descendants,
        needs=short(URIRef(needs)) if needs else "",
        shows=short(_SARCOMA) if shows else "",
        system=known.system if known else "",
        mapping=str(name),
        mapping_set=each.id,
    )


def _meant(subject: URIRef, vocabulary: Vocabulary) -> tuple[str, URIRef | None]:
    """Return the kind of the term that a mapping is about, and the term: of a brand its drug, None if it is neither."""
    if subject in vocabulary.implied:
        return FINDING, subject
    drug = vocabulary.asserted.value(subject, STS.brandOf)
    therapy = drug if isinstance(drug, URIRef) else subject
    return THERAPY, therapy if therapy in vocabulary.kinds else None


def _conditions(each: MappingSet, mapping: Row) -> dict[str, str]:
    """Return what a row says of its scope, by the property of its extension slots; IRIs are canonical."""
    found = {}
    for slot, cell in mapping.extra.items():
        if cell.strip():
            found[iri_of(each.extensions[slot][0], each.curie_map)] = iri_of(cell, each.curie_map)
    return found


def _code(text: str, iri: str) -> tuple[str, str]:
    """Return the prefix and the code of an external term; the prefix is ours, or that of the file."""
    prefix, _, code = (Prefixes.shipped().compress(iri) or text).partition(":")
    return prefix, code


@cache
def _vocabularies() -> dict[str, _Vocabulary]:
    """Return the vocabularies that OMOP or FHIR name, by our prefix: `ontology/mappings/vocabularies.tsv`."""
    path = ontology_folder() / "mappings" / "vocabularies.tsv"
    rows = csv.DictReader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {
        row["prefix"]: _Vocabulary(row["vocabulary_id"], row["system"], row["descendants"] == "yes") for row in rows
    }
